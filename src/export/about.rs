//! What a report says of itself, and of the sequences that were found: handed over by whoever asks for it.
//! Never reads anything.

use crate::case::Input;
use crate::record::risk::Level;
use crate::store::RowId;
use crate::time::Timestamp;

/// What a report says of itself.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// What the investigation is called; empty where nobody said.
    pub title: String,
    /// When it is made (UTC).
    pub made: Option<Timestamp>,
    /// What the records come from.
    pub inputs: Vec<Input>,
    /// Queries that found them.
    pub queries: Vec<String>,
    /// Commands that find them again.
    pub commands: Vec<String>,
    /// Sequences that were found in all records, most important first.
    pub sequences: Vec<Sequence>,
}

/// Records that mean something together, as a report tells of them.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// How much it asks to be looked at.
    pub level: Level,
    /// What kind of sequence it is: says nothing of the data.
    pub kind: &'static str,
    /// Who did what, and how it stands; names those who did it.
    pub told: String,
    /// Its records, in the order of the store.
    pub rows: Vec<RowId>,
}

impl About {
    /// Names the command that finds the records of a query in these inputs again, by the paths given.
    pub fn find_again(&mut self, query: &str, paths: &[String], case: Option<&str>) {
        let mut command = format!("entrail query {}", quoted(query));
        for path in paths {
            command.push(' ');
            command.push_str(&quoted(path));
        }
        if let Some(case) = case {
            command.push_str(" --case ");
            command.push_str(&quoted(case));
        }
        command.push_str(" --sort time:asc");
        self.commands.push(command);
    }

    /// Names the command that opens a place again that no path names, with a query and a case.
    pub fn open_again(&mut self, words: &[String], query: &str, case: Option<&str>) {
        let mut command = "entrail".to_owned();
        let query = (!query.trim().is_empty()).then_some(["--query", query]);
        let case = case.map(|case| ["--case", case]);
        let options = query.into_iter().chain(case).flatten();
        for word in words.iter().map(String::as_str).chain(options) {
            command.push(' ');
            command.push_str(&quoted(word));
        }
        self.commands.push(command);
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
