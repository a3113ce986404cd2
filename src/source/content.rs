//! What a text is, by its first bytes: JSON, CSV, or something no log is made of.
//! Never looks at a name and never fails: what is unknown is described, with a way out.

use super::encoding::UTF8_MARK;
use super::framing::csv::Probe;
use super::framing::mixed::Mixed;
use super::framing::{Accept, Found, Framing as _, Step, csv, json};

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

/// Decides what the text that begins with `head` is. `end`: no more bytes follow.
pub fn of(head: &[u8], end: bool, accept: Accept) -> Content {
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
    // Broken bytes or a stray line in front: is there a record behind them?
    let mut found = Found::default();
    let mut framing = Mixed::json(accept, by_line, 0);
    let step = framing.scan(head, 0, false, &mut found);
    let goes_on = !end && is_open(head, framing.keep_from());
    if by_line || !found.events.is_empty() || goes_on || matches!(step, Step::Layout(_)) {
        return Content::Json { by_line };
    }
    Content::Foreign(unread::by_text(head, visible))
}

/// Does an object begin at byte `at` whose end is not there yet?
fn is_open(head: &[u8], at: u64) -> bool {
    let rest = head.get(at as usize..).unwrap_or_default();
    let object = memchr::memchr(b'{', &rest[..rest.len().min(2)]).map(|brace| &rest[brace + 1..]);
    object.is_some_and(|object| object.trim_ascii_start().starts_with(b"\""))
}
