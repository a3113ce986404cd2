//! The cells of one row of CSV: unquoted, or where they are.
//! Never looks beyond the row it is given.

use std::borrow::Cow;
use std::ops::Range;

/// The cells of a header row.
pub(in crate::format) fn names(header: &str, delimiter: u8) -> Vec<String> {
    cells(header, delimiter).into_iter().map(Cow::into_owned).collect()
}

/// The cells of one CSV row, unquoted as RFC 4180 has it; a quote inside an unquoted cell is text,
/// and so is what follows a closing quote. One pass for each row: the `csv` crate builds its tables
/// anew for every reader, which would cost more than the row.
pub(super) fn cells(row: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let row = row.trim_start_matches(['\r', '\n']);
    let bytes = row.as_bytes();
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, end) = if bytes.get(at) == Some(&b'"') {
            quoted(row, at + 1, delimiter)
        } else {
            let end = cell_end(bytes, at, delimiter);
            (Cow::Borrowed(&row[at..end]), end)
        };
        cells.push(cell);
        if bytes.get(end) != Some(&delimiter) {
            return cells;
        }
        at = end + 1;
    }
}

/// Where the cells of one CSV row are, quotes aside; a quote inside a quoted cell is still doubled.
pub(in crate::format) fn cell_places(row: &str, delimiter: u8) -> Vec<Range<usize>> {
    let start = row.len() - row.trim_start_matches(['\r', '\n']).len();
    let bytes = row.as_bytes();
    let mut places = Vec::new();
    let mut at = start;
    loop {
        let end = if bytes.get(at) == Some(&b'"') {
            let mut close = at + 1;
            while let Some(quote) = memchr::memchr(b'"', &bytes[close..]).map(|q| close + q) {
                close = quote + 1;
                if bytes.get(close) != Some(&b'"') {
                    break;
                }
                close += 1;
            }
            let closed = bytes[at + 1..close].last() == Some(&b'"');
            places.push(at + 1..close - usize::from(closed));
            cell_end(bytes, close, delimiter)
        } else {
            let end = cell_end(bytes, at, delimiter);
            places.push(at..end);
            end
        };
        if bytes.get(end) != Some(&delimiter) {
            return places;
        }
        at = end + 1;
    }
}

/// Where the unquoted text at `from` ends: at a delimiter, a line break or the end.
fn cell_end(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    memchr::memchr3(delimiter, b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |at| from + at)
}

/// The quoted cell whose text starts at `start`, and where it ends.
fn quoted(row: &str, start: usize, delimiter: u8) -> (Cow<'_, str>, usize) {
    let bytes = row.as_bytes();
    let mut text = Cow::Borrowed("");
    let mut from = start;
    loop {
        let Some(length) = memchr::memchr(b'"', &bytes[from..]) else {
            append(&mut text, &row[from..]);
            return (text, bytes.len());
        };
        let quote = from + length;
        if bytes.get(quote + 1) == Some(&b'"') {
            append(&mut text, &row[from..=quote]);
            from = quote + 2;
            continue;
        }
        append(&mut text, &row[from..quote]);
        let end = cell_end(bytes, quote + 1, delimiter);
        append(&mut text, &row[quote + 1..end]);
        return (text, end);
    }
}

/// Appends to a text, without copying while there is only one piece.
fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else if !piece.is_empty() {
        text.to_mut().push_str(piece);
    }
}
