//! A document for people: headings, paragraphs, lists, tables, code and sections, and the renderers that write it.
//! Never marks anything up here: what is the program's own and what came from outside stay apart until a renderer.
//!
//! Reports, undo sheets, trails and access are built of [`Block`]s and handed to a [`Render`] one after
//! the other, so that a long one is never in memory as a whole. A renderer is a file beside this page
//! and a row of [`RENDERERS`]; whatever writes documents then offers it.
//!
//! Only [`Piece::Words`] is markup-safe as it is. All other pieces hold text from outside, uncleaned:
//! each renderer cleans and escapes it as its format needs.

mod html;
mod json;
pub mod markdown;
mod plain;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use crate::time::Timestamp;

pub use json::spelled_out;

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// The program's own words, which hold no markup of any format.
    Words(Cow<'static, str>),
    /// A name or another text from outside.
    Foreign(String),
    /// A value from outside, to be read letter by letter.
    Code(String),
    /// A text that weighs more than those around it.
    Strong(String),
    /// The number of a section of the same document.
    Section(usize),
}

impl Piece {
    /// Its text without any markup; not cleaned.
    pub fn plain(&self) -> Cow<'_, str> {
        match self {
            Self::Words(words) => Cow::Borrowed(words),
            Self::Foreign(text) | Self::Code(text) | Self::Strong(text) => Cow::Borrowed(text),
            Self::Section(number) => Cow::Owned(number.to_string()),
        }
    }
}

/// A line of text, in pieces.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text(pub Vec<Piece>);

impl Text {
    /// A line that begins with the program's own words.
    pub fn of(words: impl Into<Cow<'static, str>>) -> Self {
        Self::default().words(words)
    }

    /// Adds the program's own words.
    #[must_use]
    pub fn words(mut self, words: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    /// Adds a text from outside.
    #[must_use]
    pub fn foreign(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Foreign(text.into()));
        self
    }

    /// Adds a value from outside.
    #[must_use]
    pub fn code(mut self, value: impl Into<String>) -> Self {
        self.0.push(Piece::Code(value.into()));
        self
    }

    /// Adds a text that weighs more.
    #[must_use]
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(text.into()));
        self
    }

    /// Adds the number of a section.
    #[must_use]
    pub fn section(mut self, number: usize) -> Self {
        self.0.push(Piece::Section(number));
        self
    }

    /// Adds another text.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Texts with words between them.
    pub fn joined(texts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut joined = Self::default();
        for text in texts {
            if !joined.0.is_empty() {
                joined = joined.words(between);
            }
            joined = joined.and(text);
        }
        joined
    }

    /// The text without any markup; not cleaned.
    pub fn plain(&self) -> String {
        self.0.iter().map(Piece::plain).collect()
    }
}

/// An item of a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Item {
    /// Its line.
    pub text: Text,
    /// What is below it.
    pub inside: Vec<Block>,
}

impl From<Text> for Item {
    fn from(text: Text) -> Self {
        Self { text, inside: Vec::new() }
    }
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// Are its cells numbers, to stand below each other by their last digits?
    pub is_number: bool,
}

/// A record, or a finding, with all that is said of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Section {
    /// Its heading.
    pub heading: Text,
    /// Its number in the document, where it has one.
    pub number: Option<usize>,
    /// When what it tells of happened (UTC).
    pub time: Option<Timestamp>,
    /// The id of the record it tells of; empty where it tells of none, or of several.
    pub id: String,
    /// What is said.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading of a level: 1 is the document's own.
    Heading(u8, Text),
    /// Some sentences.
    Paragraph(Text),
    /// What somebody wrote: a note.
    Quote(Text),
    /// A list.
    List(Vec<Item>),
    /// A table.
    Table(Vec<Column>, Vec<Vec<Text>>),
    /// Text of several lines in a language.
    Code(&'static str, String),
    /// A part with a heading of its own, below a heading of level 1.
    Section(Section),
}

impl Block {
    /// A list of lines without anything below them.
    pub fn list(lines: impl IntoIterator<Item = Text>) -> Self {
        Self::List(lines.into_iter().map(Item::from).collect())
    }
}

/// What a document says of itself before its first block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Head {
    /// What kind of document it is, one word.
    pub kind: &'static str,
    /// What it is called; not cleaned.
    pub title: String,
}

/// Writes a document, block by block. Fails only where what it writes to does.
pub trait Render {
    /// Writes what stands before all blocks.
    fn begin(&mut self, head: &Head) -> io::Result<()>;
    /// Writes a block.
    fn block(&mut self, block: &Block) -> io::Result<()>;
    /// Writes what stands after all blocks.
    fn end(&mut self) -> io::Result<()>;
}

/// A way to write documents.
pub struct Renderer {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is called on the screen and in help.
    pub title: &'static str,
    /// What a file of it is called at its end.
    pub extension: &'static str,
    /// Makes one that writes to this.
    pub start: for<'o> fn(&'o mut dyn Write) -> Box<dyn Render + 'o>,
}

impl PartialEq for Renderer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Renderer {}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All ways to write documents; the first is used where none is named.
pub static RENDERERS: &[Renderer] = &[
    Renderer {
        name: "markdown",
        title: "Markdown",
        extension: "md",
        start: |out| Box::new(markdown::Markdown::new(out)),
    },
    Renderer {
        name: "html",
        title: "HTML",
        extension: "html",
        start: |out| Box::new(html::Html::new(out)),
    },
    Renderer {
        name: "json",
        title: "JSON",
        extension: "json",
        start: |out| Box::new(json::Json::new(out)),
    },
    Renderer {
        name: "text",
        title: "plain text",
        extension: "txt",
        start: |out| Box::new(plain::Plain::new(out)),
    },
];

impl Renderer {
    /// The one of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        RENDERERS.iter().find(|renderer| renderer.name == name)
    }

    /// Writes a whole document.
    pub fn write(
        &self,
        head: &Head,
        blocks: impl IntoIterator<Item = Block>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut render = (self.start)(out);
        render.begin(head)?;
        blocks.into_iter().try_for_each(|block| render.block(&block))?;
        render.end()
    }
}
