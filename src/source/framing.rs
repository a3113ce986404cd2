//! Where one event ends and the next begins: framing of JSON in every wrapping and of CSV rows.
//! Never decodes an event for its contents and never reads a file: bytes come in blocks of any size.

mod balance;
pub mod csv;
pub mod json;
mod lost;
pub mod mixed;
pub mod page;
mod structure;

pub use self::balance::object_end;
use crate::format::Layout;
use crate::secret::excerpt;
use crate::store::Span;

/// Longest record that is kept, in bytes. Anything longer is skipped and told.
pub const MAX_RECORD: u64 = 64 << 20;

/// Something between or inside events that the user should know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// First byte concerned, counted from the start of the (decoded) text.
    pub at: u64,
    /// Bytes that could not be used.
    pub lost_bytes: u64,
    /// What is wrong, in words for the user.
    pub reason: String,
    /// Is anything lost? If not, the note is only about something odd.
    pub lost: bool,
    /// Is it about the text as a whole, which was not read to its end?
    pub whole: bool,
}

impl Note {
    /// A line of text between records, which never was one.
    fn aside(at: u64, line: &[u8]) -> Self {
        let shown = excerpt(&String::from_utf8_lossy(line.trim_ascii()), 24);
        let reason = format!("“{shown}” is text between records; passed over");
        Self { at, lost_bytes: 0, reason, lost: false, whole: false }
    }
}

/// What framing found in a block.
#[derive(Default, Debug)]
pub struct Scanned {
    /// Complete events, offsets counted from the start of the (decoded) text.
    pub events: Vec<Span>,
    /// Damage and oddities.
    pub notes: Vec<Note>,
    /// Events of a kind entrail has no layout for: the kind's name and how many.
    pub other: Vec<(String, u64)>,
}

/// Why framing stopped.
#[derive(Debug)]
pub enum Step {
    /// All of the block was looked at.
    More,
    /// The events after those found so far are written in another layout; go on with the same block.
    Layout(Layout),
    /// At this byte of the text CSV with another head begins; only where that is looked for.
    Csv(u64, Box<csv::Head>),
    /// At this byte of the text JSON begins, in a text that was CSV up to there.
    Json(u64),
}

/// Framing of one source, fed block by block.
pub trait Framing {
    /// Looks at `bytes`, which begin at byte `base` of the text and reach back at least to
    /// [`Framing::keep_from`]. `end`: no more bytes follow.
    fn scan(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Scanned) -> Step;

    /// First byte that is still needed: the start of an event whose end has not been seen.
    fn keep_from(&self) -> u64;

    /// Where the stretch of lost bytes begins that is being passed over, if one is.
    fn lost_from(&self) -> Option<u64>;

    /// The lines or entries that are taken whole, where the framing stands between such.
    /// [`Framing::pass`] goes on behind them.
    fn plain(&self) -> Option<Plain<'_>> {
        None
    }

    /// Goes on at byte `to`, the start of a line or entry; only after [`Framing::plain`].
    fn pass(&mut self, _to: u64) {}

    /// Are places best told as line numbers?
    fn by_line(&self) -> bool;
}

/// Events that are taken whole.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'f> {
    /// Where the next one begins, or what stands between it and the one before.
    pub next: u64,
    /// How they begin.
    pub first_key: &'f [u8],
    /// Are they entries of a list? If all from the next one up to some other begin so, end by their
    /// [`object_end`] and have commas between them, they are the events. Otherwise they are lines: if
    /// all up to some other begin so and end in a bracket, they are the events.
    pub in_list: bool,
}

/// Asked before bytes found behind damage are taken for an event.
pub type Accept = fn(&[u8], &Layout) -> bool;
