//! What may follow on a command line: queries and names of the catalogue, for the shells' completions.
//! Never reads records; a line that is none of these has no candidates here.

use std::io::{self, BufWriter, Read as _, Write as _};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::catalogue::catalogue;
use crate::cli::Outcome;
use crate::cli::line::{self, whole};
use crate::cli::profiles;
use crate::cli::standard::out;
use crate::query::counted_values::DataValues;
use crate::query::suggest::suggest;
use crate::record::field::Field;
use crate::text::shell::{Split, split};
use crate::text::{clean, fold, fold_fragment, is_invisible};

/// What may follow on a command line, for the scripts of `entrail completions`
#[derive(Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Who asks
    #[arg(long = "for", value_enum, default_value_t)]
    shell: CompleteFor,

    /// The command line up to the cursor; - reads it from standard input
    #[arg(long, allow_hyphen_values = true, conflicts_with = "words")]
    line: Option<String>,

    /// The names of places and profiles, which may stand where a path can
    #[arg(long, conflicts_with_all = ["line", "words"])]
    names: bool,

    /// The words behind the program's name, the last one being typed
    #[arg(last = true)]
    words: Vec<String>,
}

/// How candidates are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CompleteFor {
    /// Candidate, tab, meaning
    #[default]
    Any,
    /// As bash puts it in place of its last word
    Bash,
    /// Quoted for PowerShell, tab, meaning
    Powershell,
}

/// Most candidates for one word.
const MOST: usize = 500;

/// Writes the candidates, one on each line.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if arguments.names {
        let mut out = out();
        for (name, note) in line::names(profiles::all()) {
            writeln!(out, "{}\t{}", clean(&name), one_line(&note))?;
        }
        return Ok(Outcome::Found);
    }
    let line = match arguments.line.as_deref() {
        Some("-") => {
            let mut line = String::new();
            io::stdin().lock().take(64 << 10).read_to_string(&mut line)?;
            Some(line.trim_end_matches(['\r', '\n']).to_owned())
        }
        line => line.map(str::to_owned),
    };
    let split = line.as_deref().map(split);
    let words = match &split {
        // The program's own name comes first.
        Some(split) => split.words.get(1..).unwrap_or_default(),
        None => arguments.words.as_slice(),
    };
    let mut out = BufWriter::new(out());
    let found = candidates(words);
    for candidate in &found {
        let text = &candidate.text;
        // A shell takes each line for a candidate.
        if text.contains(|c: char| c.is_control() || is_invisible(c)) {
            continue;
        }
        match (arguments.shell, &split) {
            (CompleteFor::Bash, Some(split)) => {
                if let Some(text) = split.for_bash(candidate) {
                    writeln!(out, "{text}")?;
                }
            }
            (CompleteFor::Powershell, _) => {
                writeln!(out, "{}\t{}", for_powershell(text), candidate.note)?;
            }
            _ => writeln!(out, "{text}\t{}", candidate.note)?,
        }
    }
    out.flush()?;
    Ok(Outcome::found(!found.is_empty()))
}

/// What PowerShell takes for an apostrophe.
const APOSTROPHES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// A word as PowerShell reads it back, in quotes where it needs them. Source: its specification, where
/// each of the apostrophes ends a text, and two of them are one.
fn for_powershell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ':' | '.' | '=' | '_');
    if word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for c in word.chars() {
        quoted.extend(APOSTROPHES.contains(&c).then_some(c));
        quoted.push(c);
    }
    quoted + "'"
}

/// One way to go on with the last word.
struct Candidate {
    /// The whole word.
    text: String,
    /// What it means, on one line.
    note: String,
    /// Does it only add to what was typed, but for quotes and case?
    extends: bool,
}

/// A query that is completed without records has no values of its own.
struct Nothing;

impl DataValues for Nothing {
    fn values(&self, _: &'static Field) -> Arc<[(String, u64)]> {
        Arc::from([])
    }
}

/// How to go on with the last of the words behind the program's name.
fn candidates(words: &[String]) -> Vec<Candidate> {
    let [command, given @ .., last] = words else { return Vec::new() };
    if last.starts_with("--") {
        // The shells know the options of a command, and of the first place at most.
        let found = line::options_behind(&words[..words.len() - 1], profiles::all());
        let found = found.into_iter().filter(|(option, _)| option.starts_with(last.as_str()));
        let candidate = |(text, note): (String, String)| Candidate {
            text,
            note: one_line(&note),
            extends: true,
        };
        return found.map(candidate).collect();
    }
    let Some(places) = places(command, given) else { return Vec::new() };
    match command.as_str() {
        "query" if places.is_empty() => for_query(last),
        "lookup" => for_lookup(&places.join(" "), last),
        _ => Vec::new(),
    }
}

/// The words that are no options; `None` where the next word is an option's value.
fn places<'w>(command: &str, given: &'w [String]) -> Option<Vec<&'w str>> {
    let arguments = whole();
    let command = arguments.find_subcommand(command)?;
    let takes_value = |word: &str| {
        let name = word.strip_prefix("--")?;
        let option = command.get_arguments().find(|option| option.get_long() == Some(name))?;
        option.get_action().takes_values().then_some(())
    };
    let mut found = Vec::new();
    let mut words = given.iter();
    while let Some(word) = words.next() {
        if takes_value(word).is_some() {
            words.next()?;
        } else if !word.starts_with("--") {
            found.push(word.as_str());
        }
    }
    Some(found)
}

fn for_query(text: &str) -> Vec<Candidate> {
    // In a shell's quotes nobody quotes again: `activity:consent to` goes on as a name does.
    if let Some(quoted) = with_quote(text) {
        let mut found = suggested(&quoted);
        found.retain(|candidate| candidate.extends);
        if !found.is_empty() {
            return found;
        }
    }
    suggested(text)
}

/// The query with a quote before the last value, where that has several words.
fn with_quote(text: &str) -> Option<String> {
    let at = text.rfind([':', '='])?;
    let (name, value) = (&text[..at], &text[at + 1..]);
    let name = name.rsplit([' ', '(', '-']).next()?;
    let several = value.trim_start().contains(' ') && !value.contains(['"', '(', ')']);
    (several && Field::find(name).is_some())
        .then(|| format!("{}\"{}", &text[..=at], value.trim_start()))
}

fn suggested(text: &str) -> Vec<Candidate> {
    let found = suggest(text, text.len(), &Nothing, MOST);
    let (before, rest) = text.split_at(found.replace.start);
    let typed = fold_fragment(rest.trim_start_matches('"'));
    let items = found.items.into_iter().map(|item| {
        let extends = fold_fragment(item.insert.trim_start_matches('"')).starts_with(&typed);
        let text = format!("{before}{}", item.insert);
        Candidate { text, note: one_line(&item.note), extends }
    });
    items.collect()
}

fn for_lookup(before: &str, last: &str) -> Vec<Candidate> {
    let typed = if before.is_empty() { last.to_owned() } else { format!("{before} {last}") };
    let wanted = fold_fragment(&typed);
    let skipped = typed.len() - last.len();
    let mut found: Vec<Candidate> = Vec::new();
    for entry in catalogue().entries() {
        let rest = entry.activity.get(skipped..);
        let (true, Some(rest)) = (fold(entry.activity).starts_with(&wanted), rest) else {
            continue;
        };
        if found.len() < MOST && !found.iter().any(|other| other.text == rest) {
            let note = one_line(&format!("{} › {}", entry.service, entry.category));
            found.push(Candidate { text: rest.to_owned(), note, extends: true });
        }
    }
    found
}

fn one_line(text: &str) -> String {
    clean(text).replace(['\t', '\n'], " ")
}

/// A candidate as bash wants it.
trait ForBash {
    fn for_bash(&self, candidate: &Candidate) -> Option<String>;
}

impl ForBash for Split {
    /// A candidate as bash puts it in place of what it takes for the last word; `None` where it
    /// would take away what was typed.
    fn for_bash(&self, candidate: &Candidate) -> Option<String> {
        if !candidate.extends {
            return None;
        }
        let typed = self.words.last()?.get(..self.cut)?;
        let rest = candidate.text.strip_prefix(typed)?;
        let mut out = String::new();
        for c in rest.chars() {
            match self.open {
                Some('\'') if c == '\'' => out.push_str("'\\'"),
                Some('"') if "\"\\$`".contains(c) => out.push('\\'),
                None if !c.is_alphanumeric() && !"=:@._-+,/%".contains(c) => out.push('\\'),
                _ => {}
            }
            out.push(c);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        candidates(&words).into_iter().map(|candidate| candidate.text).collect()
    }

    fn in_bash(line: &str) -> Vec<String> {
        let split = split(line);
        let found = candidates(&split.words[1..]);
        found.iter().filter_map(|candidate| split.for_bash(candidate)).collect()
    }

    #[test]
    fn a_query_goes_on_with_fields_and_names_of_the_catalogue() {
        assert!(found(&["query", ""]).contains(&"activity:".to_owned()));
        let activities = found(&["query", "-actor:bob activity:consent to app"]);
        assert_eq!(activities, ["-actor:bob activity:\"Consent to application\""]);
        assert!(
            found(&["query", "activity:\"consent to app"])
                .contains(&"activity:\"Consent to application\"".to_owned()),
            "{activities:?}"
        );
        assert!(found(&["query", "result:f"]).contains(&"result:failure".to_owned()));
        assert!(found(&["query", "--format", "csv", "cat"]).contains(&"category:".to_owned()));
        // The value of an option, an option, a path: the shell's own completion knows those.
        for words in [
            &["query", "--format", ""][..],
            &["query", "--li"],
            &["query", "x", "au"],
            &["demo", ""],
        ] {
            assert!(found(words).is_empty(), "{words:?}");
        }
    }

    #[test]
    fn names_are_looked_up_in_one_word_or_several() {
        assert!(found(&["lookup", "consent to"]).contains(&"Consent to application".to_owned()));
        assert!(found(&["lookup", "consent", "to", "app"]).contains(&"application".to_owned()));
        assert!(found(&["lookup", "nothing like it"]).is_empty());
    }

    #[test]
    fn bash_gets_what_it_takes_for_the_last_word() {
        let has = |line: &str, text: &str| {
            let found = in_bash(line);
            assert!(found.iter().any(|other| other == text), "{line}: {found:?}");
        };
        has("entrail query cat", "category:");
        has("entrail query category:rolem", "RoleManagement");
        has("entrail query activity:consent", "\\\"Consent\\ to\\ application\\\"");
        has("entrail query 'activity:consent", "activity:\"Consent to application\"");
        has(
            "entrail query 'op:Add activity:\"consent to",
            "op:Add activity:\"Consent to application\"",
        );
        has("entrail query \"activity:consent", "activity:\\\"Consent to application\\\"");
        has("entrail lookup consent", "Consent\\ to\\ application");
        // What would take away letters that were typed is not offered.
        assert!(in_bash("entrail query consent").iter().all(|text| !text.starts_with("activity")));
        for line in ["", "entrail", "entrail ", "entrail query '", "\\", "entrail query \"\\"] {
            let _ = in_bash(&format!("entrail {line}"));
        }
    }
}
