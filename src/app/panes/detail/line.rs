//! A line of the detail: its label, its pieces of text, and what can be done with it.
//! Never made of a record here: what a record says is in the files beside this one.

use crate::record::field::Field;
use crate::record::risk::Level;
use crate::store::RowId;
use crate::text::clean;

/// What a piece of text means, for its colour; never the only sign of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// Names of properties, separators.
    Label,
    /// The sentence, headings.
    Strong,
    /// A value that was there before.
    Old,
    /// A value that is there now.
    New,
    /// Success.
    Good,
    /// Failure.
    Bad,
    /// A level of risk; its glyph and word say it too.
    Risk(Level),
}

/// A logical line; long ones are wrapped when drawn.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Name in front, already clean.
    pub label: String,
    /// Pieces of text behind it, already clean.
    pub text: Vec<(Tone, String)>,
    /// Columns of indentation.
    pub indent: usize,
    /// The field and value to filter by, as logged.
    pub value: Option<(&'static Field, String)>,
    /// What copying this line copies, as logged.
    pub copy: String,
    /// The record this line is about, where it is another one.
    pub row: Option<RowId>,
    /// Does the part begin here that every record has below its changes?
    pub begins_record: bool,
    /// The query this line offers to ask instead of the one that is asked.
    pub query: Option<String>,
}

/// Stands for the key that shows the original until the lines are laid out; no clean text has it.
pub const RAW_KEY: char = '\u{1}';
/// The same of the key that opens what is under the cursor.
pub const OPEN_KEY: char = '\u{2}';

/// A line that stands out.
pub fn heading(text: &str) -> Line {
    Line {
        text: vec![(Tone::Strong, clean(text).into_owned())],
        copy: text.to_owned(),
        ..Line::default()
    }
}

/// Why there is nothing to show; all of it.
pub fn problem_line(problem: &str) -> Line {
    Line {
        text: vec![(Tone::Bad, clean(problem).into_owned())],
        copy: problem.to_owned(),
        ..Line::default()
    }
}
