//! The places that words of a command line name, one file each: what it takes, its examples, and what it makes.
//! Never opens the screen and never writes records: commands do, with what is made here.
//!
//! The same words name a place wherever places are named: behind `entrail` itself, `entrail query`,
//! `entrail pull`, `entrail doctor`, and in a profile of the configuration.

mod graph;
mod hub;
mod kusto;
mod storage;
mod workspace;

use std::fmt;

use clap::{ArgMatches, Args, FromArgMatches as _};

use super::Outcome;
use super::arguments::{RangeArguments, SignInArguments};
use super::parse_query;
use crate::config::environment::Variables;
use crate::place::Places;
use crate::query::push_down::{asks_for_now, by_time};
use crate::query::{Context, Query};
use crate::source::archive::Origin;
use crate::time::Timestamp;

/// What a place command takes, and what is made of it.
pub(super) trait PlaceCommand: fmt::Debug {
    /// What it is asked for.
    fn range(&self) -> &RangeArguments;

    /// How to sign in to it.
    fn sign_in(&self) -> &SignInArguments;

    /// Makes the places, and signs in to none. Fails where what was given names nothing.
    fn open(&self, asked: &Asked) -> anyhow::Result<Opening>;

    /// Lists what could be named instead, where that was asked for; `None` where it was not.
    fn list(&self) -> Option<anyhow::Result<Outcome>> {
        None
    }

    /// Says on standard output what whoever signs in may read of it, and how to get what is missing.
    fn doctor(&self) -> anyhow::Result<Outcome>;

    /// What `entrail pull` brings into an archive, once or (`goes_on`) again and again. Fails where nothing
    /// can be pulled from it: why.
    fn pulled(&self, goes_on: bool) -> anyhow::Result<Pulled>;
}

/// What all places of a command line are asked for, beside what each is.
pub(super) struct Asked {
    /// The time by this computer's clock.
    pub(super) now: Timestamp,
    /// What is sought in the records of all of them; empty for the screen.
    pub(super) query: Query,
    /// Are other records needed too? Then only the time of the query matters.
    pub(super) is_whole: bool,
    /// Are they opened on the screen, which shows what arrives?
    pub(super) is_screen: bool,
    /// How many of them are of the same command.
    pub(super) alike: usize,
}

impl Asked {
    /// For the screen: all that each is asked for by itself.
    pub(super) fn of_screen() -> Self {
        let (now, query) = (crate::runtime::now(), Query::default());
        Self { now, query, is_whole: false, is_screen: true, alike: 1 }
    }

    /// A query of one of them, with what is sought in all.
    pub(super) fn narrowed(&self, own: Query) -> anyhow::Result<Query> {
        let more = match self.is_whole {
            false => self.query.clone(),
            true => {
                let (span, _) = by_time(&self.query, &Context { now: self.now, around: None });
                let start = span.start.map(|start| format!("time>={start}"));
                let end = span.end.map(|end| format!("time<{end}"));
                parse_query(&[start, end].map(Option::unwrap_or_default).join(" "))?
            }
        };
        Ok(match more.expression {
            Some(more) => own.and(more),
            None => own,
        })
    }
}

/// What the words of a place command are.
pub(super) struct Opening {
    /// The places.
    pub(super) places: Places,
    /// What they are called together.
    pub(super) name: String,
    /// Where records come from and what is asked for, line by line; not cleaned.
    pub(super) origin: Vec<String>,
    /// What of their records was asked for, as a query: what comes may be more. Empty: all of it.
    pub(super) filter: String,
    /// Was nothing said of its time, so that it is that of the last days?
    pub(super) is_usual: bool,
}

/// What `entrail pull` brings into an archive.
pub(super) struct Pulled {
    /// Where it comes from.
    pub(super) origin: Box<dyn Origin>,
    /// Only records that match are kept.
    pub(super) query: Query,
    /// The query as it is noted, without what the origin evaluates itself; empty: all records are kept.
    pub(super) question: String,
}

impl Pulled {
    /// Records of an origin that knows nothing of the query.
    fn whole(origin: impl Origin + 'static, query: Query) -> Self {
        let mut question = query.to_string();
        if asks_for_now(&query) {
            question = format!("{question} (at {})", crate::runtime::now());
        }
        Self { origin: Box::new(origin), query, question }
    }
}

/// A row of the table.
pub(super) struct Row {
    /// The word that begins it on a command line.
    pub(super) name: &'static str,
    /// Is the next word always what it is called, even one that begins a place elsewhere?
    pub(super) is_named: bool,
    augment: fn(clap::Command) -> clap::Command,
    parse: Parse,
}

/// Reads what was given to a place.
type Parse = fn(&ArgMatches, &Variables) -> Result<Box<dyn PlaceCommand>, clap::Error>;

impl Row {
    /// What it takes, without what is opened beside it.
    pub(super) fn augment(&self, command: clap::Command) -> clap::Command {
        (self.augment)(command)
    }

    /// What was given to it; signing in reads these variables in place of others.
    pub(super) fn parse(
        &self,
        matches: &ArgMatches,
        variables: &Variables,
    ) -> Result<Box<dyn PlaceCommand>, clap::Error> {
        (self.parse)(matches, variables)
    }

    /// The row of that name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        PLACES.iter().find(|row| row.name == name)
    }

    /// What is meant where a command asks a place and none was named.
    pub(super) fn usual() -> Option<&'static Self> {
        PLACES.first()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Makes the table of its rows: each the name of its file, which has `Arguments`, a [`PlaceCommand`] with
/// a `sign_in`, and `IS_NAMED`.
macro_rules! places {
    ($($file:ident,)*) => {
        /// All place commands; the first is what `entrail pull` and `entrail doctor` mean without a word.
        pub(super) const PLACES: &[Row] = &[$(Row {
            name: stringify!($file),
            is_named: $file::IS_NAMED,
            augment: <$file::Arguments as Args>::augment_args,
            parse: |matches, variables| {
                let mut arguments = $file::Arguments::from_arg_matches(matches)?;
                arguments.sign_in.variables = variables.clone();
                Ok(Box::new(arguments))
            },
        },)*];
    };
}

places! {
    graph,
    storage,
    workspace,
    hub,
    kusto,
}
