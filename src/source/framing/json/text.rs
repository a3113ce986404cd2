//! A block of JSON text and what its bytes look like from outside a record.
//! Never follows brackets.

use super::page;

/// Bytes looked at to quote what is no record.
const EXCERPT: usize = 64;

/// The block being looked at.
#[derive(Clone, Copy)]
pub(super) struct Text<'b> {
    /// Its bytes.
    pub(super) bytes: &'b [u8],
    /// Where it begins in the text.
    pub(super) base: u64,
    /// Is it the last one?
    pub(super) end: bool,
}

impl Text<'_> {
    /// Is `bytes[i]` the first byte of a line?
    pub(super) fn at_line_start(self, i: usize) -> bool {
        match i.checked_sub(1).map(|before| self.bytes[before]) {
            None => self.base == 0,
            Some(before) => before == b'\n' || (before == 0xbf && self.base == 0 && i == 3),
        }
    }
}

/// Do the first lines of a JSON text hold one record each?
pub fn has_lines(head: &[u8]) -> bool {
    let mut lines = head.split_inclusive(|&b| b == b'\n');
    let mut complete = false;
    lines.any(|line| {
        if complete && line.starts_with(b"{") {
            return true;
        }
        let object = line.ends_with(b"\n") && line.starts_with(b"{");
        complete = object && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
        false
    })
}

/// Says what stands where a record should begin; `None` where more of it is still to come.
pub(super) fn not_a_record(bytes: &[u8], end: bool) -> Option<String> {
    if bytes[0] == 0 {
        return Some("NUL bytes where a record should begin".to_owned());
    }
    let shown = &bytes[..bytes.len().min(EXCERPT)];
    let line_break = memchr::memchr(b'\n', shown);
    if line_break.is_none() && shown.len() < EXCERPT && !end {
        return None;
    }
    let line = String::from_utf8_lossy(&shown[..line_break.unwrap_or(shown.len())]);
    Some(format!("“{}” where a record should begin", page::excerpt(&line, 24)))
}
