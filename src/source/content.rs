//! What a text is, by its first bytes: JSON, CSV, or something no log is made of.
//! Never looks at a name and never fails: what is unknown is described, with a way out.

use super::encoding::UTF8_MARK;
use super::framing::csv::Probe;
use super::framing::mixed::Mixed;
use super::framing::{Accept, Framing as _, Scanned, Step, csv, json};

/// How far into a text its first record is looked for: an answer of a server may have long headers,
/// and a log many lines before the records it holds.
pub const FOREWORD: usize = 16 << 20;
/// How much of a text without records is looked at to say what it is.
const LOOKED_AT: usize = 64 << 10;

mod unread;

pub use unread::Foreign;

/// What a source holds.
#[derive(Debug)]
pub enum Content {
    /// JSON in any framing; are there lines with one record each?
    Json {
        /// One record per line.
        by_line: bool,
    },
    /// CSV with a known header.
    Csv(Box<csv::Head>),
    /// Nothing but white space so far.
    Blank,
    /// Not decidable before more bytes are there.
    More,
    /// Not a log: what it is, and what to do instead.
    Foreign(Foreign),
}

impl Content {
    /// What it was recognised as, and by what.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Json { by_line: true } => "JSON by lines: an object ends in its first line",
            Self::Json { by_line: false } => "JSON: it begins with { or [, or records follow",
            Self::Csv(_) => "CSV: its first line has the names of columns",
            Self::Blank => "blank",
            Self::More => "undecided: it ended too soon",
            Self::Foreign(_) => "not a log",
        }
    }
}

/// Bytes at the start of a text in which nothing is written: white space, NUL, byte order marks and what
/// else is not seen. A character that is not whole yet is none of them.
pub fn blank_len(text: &[u8]) -> usize {
    let mut len = 0;
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_blank = c.is_whitespace()
                || matches!(c, '\0' | '\u{1a}' | '\u{1e}' | '\u{200b}' | '\u{2060}' | '\u{feff}');
            if !is_blank {
                return len;
            }
            len += c.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            break;
        }
    }
    len
}

/// Finds out what a text is, as more and more of it is there.
#[derive(Debug)]
pub struct Search {
    accept: Accept,
    /// Looks for a record in what is no log so far.
    framing: Option<Mixed>,
}

impl Search {
    /// A search that has not looked yet.
    pub fn new(accept: Accept) -> Self {
        Self { accept, framing: None }
    }

    /// What the text is that begins with `head`: what was there the last time, and more. `end`: no
    /// more bytes follow.
    pub fn look(&mut self, head: &[u8], end: bool) -> Content {
        let text = head.strip_prefix(UTF8_MARK).unwrap_or(head);
        let visible = text.trim_ascii_start();
        if visible.is_empty() {
            return Content::Blank;
        }
        let by_line = json::has_lines(text);
        if visible.starts_with(b"{") || visible.starts_with(b"[") {
            return Content::Json { by_line };
        }
        match csv::head(head, end) {
            Probe::Head(head) => return Content::Csv(head),
            Probe::More => return Content::More,
            Probe::No => {}
        }
        if let Some(foreign) = unread::by_start(visible) {
            return Content::Foreign(foreign);
        }
        // Broken bytes or lines of text in front: is there a record behind them?
        let mut found = Scanned::default();
        let framing = self.framing.get_or_insert_with(|| Mixed::json(self.accept, by_line, 0));
        let step = framing.scan(head, 0, false, &mut found);
        let goes_on = !end && is_open(head, framing.keep_from());
        if by_line || !found.events.is_empty() || goes_on || matches!(step, Step::Layout(_)) {
            return Content::Json { by_line };
        }
        if !end && head.len() < FOREWORD {
            return Content::More;
        }
        let foreign = unread::by_text(&head[..head.len().min(LOOKED_AT)]);
        Content::Foreign(if end { foreign } else { foreign.so_far() })
    }
}

/// Does an object begin at byte `at` whose end is not there yet?
fn is_open(head: &[u8], at: u64) -> bool {
    let rest = head.get(at as usize..).unwrap_or_default();
    let object = memchr::memchr(b'{', &rest[..rest.len().min(2)]).map(|brace| &rest[brace + 1..]);
    object.is_some_and(|object| object.trim_ascii_start().starts_with(b"\""))
}
