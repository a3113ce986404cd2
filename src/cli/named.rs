//! What a command line names to be read: files, patterns, standard input, blobs, and places of the table.
//! Never reads any of it.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::ensure;
use clap::{Args, ValueHint};

use super::place::{Asked, Opening, PlaceCommand, Row};
use super::standard::{closed, out};
use super::{Outcome, parse_query, profiles, storage, tell};
use crate::place::Places;
use crate::query::{Expression, Query};
use crate::source::local;
use crate::source::storage::address;
use crate::text::clean;

/// What is to be read.
#[derive(Args, Default, Debug)]
pub(super) struct PlaceArguments {
    /// Files, folders, patterns such as 'logs/*.json', or - for standard input; also places (graph,
    /// storage, workspace, kusto, hub), each with its options behind it, and profiles of the configuration.
    /// A file called like one of those is written ./workspace
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,

    /// What stands behind the first place, in its order.
    #[arg(skip)]
    pub(super) named: Vec<Named>,

    /// Are the places of a profile to say what they are asked for?
    #[arg(skip)]
    pub(super) explain: bool,
}

/// Something that is named behind the first place.
#[derive(Debug)]
pub(super) enum Named {
    /// A place of the table.
    Place(&'static Row, Box<dyn PlaceCommand>),
    /// Files, and whatever else a path names.
    Files(Vec<PathBuf>),
}

/// All that was named, to be read.
pub(super) struct Together {
    /// The places, in their order.
    pub(super) places: Places,
    /// What they are called together.
    pub(super) name: String,
    /// Where records come from, line by line; not cleaned.
    pub(super) origin: Vec<String>,
    /// The places that are asked, what of the records of each was asked for, and whether nothing was said
    /// of its time.
    asked: Vec<AskedPlaces>,
    /// The others.
    files: Places,
    /// Were all asked for the same?
    is_alike: bool,
}

struct AskedPlaces {
    places: Places,
    name: String,
    filter: Query,
    is_usual: bool,
}

impl PlaceArguments {
    /// Was nothing named?
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.named.is_empty()
    }

    /// The places of the table among them.
    fn rows(&self) -> impl Iterator<Item = (&'static Row, &dyn PlaceCommand)> {
        self.named.iter().filter_map(|named| match named {
            Named::Place(row, place) => Some((*row, &**place)),
            Named::Files(_) => None,
        })
    }

    /// The paths among them, in order.
    pub(super) fn all_paths(&self) -> impl Iterator<Item = &PathBuf> {
        let behind = self.named.iter().flat_map(|named| match named {
            Named::Files(paths) => paths.as_slice(),
            Named::Place(..) => &[],
        });
        self.paths.iter().chain(behind)
    }

    /// Answers `--list` and `--explain`, which end the program; `None` where none of them was given.
    pub(super) fn answered(&self) -> anyhow::Result<Option<Outcome>> {
        let mut answered = None;
        for listed in self.rows().filter_map(|(_, place)| place.list()) {
            answered = Some(answered.unwrap_or(Outcome::Found).and(listed?));
        }
        let is_explained = self.explain || self.rows().any(|(_, place)| place.range().explain);
        if answered.is_some() || !is_explained {
            return Ok(answered);
        }
        let mut out = out();
        for line in self.open(&Asked::of_screen())?.origin {
            writeln!(out, "{}", clean(&line))?;
        }
        Ok(Some(Outcome::Found))
    }

    /// The places a command asks by itself, `what` being what is done with each. Fails where there is
    /// something else.
    pub(super) fn asked(
        &self,
        what: &str,
    ) -> anyhow::Result<Vec<(&'static Row, &dyn PlaceCommand)>> {
        if let Some(path) = self.all_paths().next() {
            let path = path.display().to_string();
            anyhow::bail!("`{}` is no place that can be {what}", clean(&path));
        }
        Ok(self.rows().collect())
    }

    /// Opens all of it. Fails where something names nothing, or two the same.
    pub(super) fn open(&self, asked: &Asked) -> anyhow::Result<Together> {
        let reads_input = self.all_paths().any(|path| is_stdin(path));
        let tokens = self.rows().filter(|(_, place)| place.sign_in().token_stdin).count();
        ensure!(
            tokens == 0 || !reads_input,
            "--token-stdin: standard input cannot give a token and records; put them in a file"
        );
        ensure!(
            tokens < 2,
            "--token-stdin: standard input gives one token; sign in to the other place another way"
        );
        for why in self.all_paths().filter_map(|path| profiles::unknown(path)) {
            tell(&format!("entrail: {why}"));
        }
        let mut together = Together {
            places: places(&self.paths)?,
            name: String::new(),
            origin: self.paths.iter().map(|path| path.display().to_string()).collect(),
            asked: Vec::new(),
            files: Places::new(),
            is_alike: true,
        };
        together.files.clone_from(&together.places);
        let first = self.rows().next().map(|(_, place)| place.range());
        for named in &self.named {
            match named {
                Named::Files(paths) => {
                    let files = places(paths)?;
                    together.origin.extend(paths.iter().map(|path| path.display().to_string()));
                    together.files.extend(files.iter().cloned());
                    together.places.extend(files);
                }
                Named::Place(row, place) => {
                    let alike = self.rows().filter(|(other, _)| other.name == row.name).count();
                    let asked = Asked { query: asked.query.clone(), alike, ..*asked };
                    let Opening { places, name, origin, filter, is_usual } = place.open(&asked)?;
                    together.is_alike &= first.is_none_or(|first| first.asks_as(place.range()));
                    together.origin.extend(origin);
                    together.places.extend(places.iter().cloned());
                    let filter = parse_query(&filter)?;
                    together.asked.push(AskedPlaces { places, name, filter, is_usual });
                }
            }
        }
        together.name = together.called();
        together.each_once()?;
        if !asked.is_whole && !asked.query.is_empty() {
            together.narrow(asked);
        }
        Ok(together)
    }

    /// What to search in: what was named, or standard input when something is piped in. Fails where there
    /// is neither.
    pub(super) fn searched(&self, asked: &Asked) -> anyhow::Result<Together> {
        if !self.is_empty() {
            let is_open = !closed().input || !self.all_paths().any(|path| is_stdin(path));
            ensure!(is_open, "-: standard input is closed; give a file, or pipe records in");
            return self.open(asked);
        }
        if closed().input {
            anyhow::bail!("nothing to search in: no files are given, and standard input is closed");
        }
        if !io::stdin().is_terminal() {
            return Ok(vec![local::standard_input()].into());
        }
        anyhow::bail!(
            "nothing to search in: give files, folders or patterns, pipe records in, or try the \
             built-in tenant with --demo"
        )
    }
}

impl From<Places> for Together {
    /// Without anything that is asked.
    fn from(places: Places) -> Self {
        let origin = places.iter().map(|place| place.name().into_owned()).collect();
        let (name, asked, files) = (String::new(), Vec::new(), places.clone());
        let mut together = Self { places, name, origin, asked, files, is_alike: true };
        together.name = together.called();
        together
    }
}

impl Together {
    /// What it is called on the screen.
    fn called(&self) -> String {
        match (self.asked.as_slice(), self.files.len()) {
            ([one], 0) => one.name.clone(),
            _ => match self.places.as_slice() {
                [] => String::new(),
                [place] => place.name().into_owned(),
                places => format!("{} places", places.len()),
            },
        }
    }

    /// Fails where two places are called the same: nothing could tell their records apart.
    fn each_once(&self) -> anyhow::Result<()> {
        let names: Vec<_> =
            self.asked.iter().flat_map(|one| &one.places).map(|p| p.name()).collect();
        for (at, name) in names.iter().enumerate() {
            ensure!(
                !names[..at].contains(name),
                "{} is named twice; name it once (tenants are told apart by --tenant)",
                clean(name)
            );
        }
        Ok(())
    }

    /// Has those of the others that can be asked for less be asked for what is sought.
    fn narrow(&mut self, asked: &Asked) {
        for place in self.files.clone() {
            let Some(again) = place.plan(&asked.query, asked.now).again else { continue };
            for known in [&mut self.places, &mut self.files] {
                let found = known.iter_mut().find(|known| Arc::ptr_eq(known, &place));
                if let Some(known) = found {
                    *known = Arc::clone(&again);
                }
            }
        }
    }

    /// What the screen's filter begins as: what all places are asked for, where that is the same; else of
    /// the records of each what that place was asked for.
    pub(super) fn filter_of_screen(&self) -> Query {
        if !self.is_alike {
            return self.kept();
        }
        // Where all are asked for the same, one that says more of it says it of all.
        let mut parts: Vec<Expression> = Vec::new();
        for expression in self.asked.iter().filter_map(|one| one.filter.expression.clone()) {
            let more = match expression {
                Expression::And(parts) => parts,
                other => vec![other],
            };
            for part in more {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        Query { expression: (!parts.is_empty()).then(|| Expression::and(parts)) }
    }

    /// Of the records of each place what that place was asked for, and all records of files: a record that
    /// came from several is kept where one of them was asked for it.
    pub(super) fn kept(&self) -> Query {
        if self.asked.iter().all(|one| one.filter.is_empty()) {
            return Query::default();
        }
        let of = |places: &Places| Expression::or(places.iter().map(|p| p.records()).collect());
        if let ([one], []) = (self.asked.as_slice(), self.files.as_slice()) {
            return one.filter.clone();
        }
        let mut any: Vec<Expression> = Vec::new();
        for one in &self.asked {
            let records = of(&one.places);
            any.push(match one.filter.expression.clone() {
                Some(filter) => Expression::and(vec![records, filter]),
                None => records,
            });
        }
        if !self.files.is_empty() {
            any.push(of(&self.files));
        }
        Query { expression: Some(Expression::or(any)) }
    }

    /// Says on standard error of which places only the last days are asked for, as nothing was said.
    pub(super) fn tell_usual_spans(&self) {
        for one in self.asked.iter().filter(|one| one.is_usual) {
            tell(&format!(
                "entrail: {}: only its last 7 days are searched; --since behind it searches more",
                one.name
            ));
        }
    }

    /// Was something of a place's records not asked for, beyond its logs and its time? Which place.
    pub(super) fn partly_asked(&self, arguments: &PlaceArguments) -> Option<&str> {
        let asked = arguments.rows().zip(&self.asked);
        let mut asked = asked.filter(|((_, place), _)| !place.range().query.trim().is_empty());
        asked.next().map(|(_, one)| one.name.as_str())
    }
}

/// Where records come from when these paths are given, in their order; `-` is standard input, `az://…`
/// blobs. Files and folders that stand side by side are one place. Fails where blobs cannot be named so.
pub(super) fn places(paths: &[PathBuf]) -> anyhow::Result<Places> {
    let mut places = Places::new();
    let mut files = Vec::new();
    for path in paths {
        if !is_stdin(path) && !is_pipe(path) && !is_blobs(path) {
            files.push(path.clone());
            continue;
        }
        if !files.is_empty() {
            places.push(local::files(std::mem::take(&mut files)));
        }
        places.push(match () {
            () if is_stdin(path) => local::standard_input(),
            () if is_blobs(path) => storage::blobs(path)?,
            () => local::pipe(path.clone()),
        });
    }
    if !files.is_empty() {
        places.push(local::files(files));
    }
    Ok(places)
}

/// Does it name blobs?
pub(super) fn is_blobs(path: &Path) -> bool {
    path.to_str().is_some_and(address::is_one)
}

/// Does it stand for standard input?
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}
