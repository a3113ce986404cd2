//! Framing of CSV (RFC 4180): where a row ends, with line breaks in quotes. A line may end in LF, CRLF or,
//! as spreadsheets of the Macintosh write it, in CR alone.
//! Never reads a field: what a row means is the format's business.

mod lost;

use std::ops::Range;

use self::lost::Lost;
use super::super::encoding::UTF8_MARK;
use super::{Framing, MAX_RECORD, Note, Scanned, Step};
use crate::format::{self, DELIMITERS, Layout};
use crate::store::Span;

/// Longest header row that is waited for.
pub const MAX_HEADER: usize = 4 << 20;
/// Longest name of a column that a header is taken to have.
const MAX_NAME: usize = 100;
/// Most lines for programs that are looked for before the header row.
const MOST_BEFORE: u32 = 8;
/// Rows in which records are looked for, where the header is of no log.
const LOOKED_AT: usize = 8;
/// Cells that tell a header row from a row of values.
const TELLING: usize = 3;

/// The head of a CSV file.
#[derive(Debug)]
pub struct Head {
    /// How rows are written.
    pub layout: Layout,
    /// Byte between fields: the one of [`DELIMITERS`] that occurs most in the header row.
    pub delimiter: u8,
    /// The header row, without its line break and byte order mark.
    pub header: Vec<u8>,
    /// Where the first data row begins, from where the head was looked for.
    pub rows_at: usize,
}

impl Head {
    /// Columns that the header names; 0 where there is none.
    fn columns(&self) -> usize {
        self.layout.cells()
    }

    /// Do rows hold JSON text of another system?
    fn is_wrapper(&self) -> bool {
        self.layout.only_wraps()
    }
}

/// What a text begins with.
#[derive(Debug)]
pub enum Probe {
    /// No head.
    No,
    /// Too little of the text is there.
    More,
    /// A head.
    Head(Box<Head>),
}

/// Looks for the head of a CSV file, behind an Excel `sep=` line, a `PowerShell` `#TYPE` line and
/// blank lines. `end`: no more bytes follow.
pub fn head(text: &[u8], end: bool) -> Probe {
    let (mut at, mut lines) = (0, 0);
    while lines < MOST_BEFORE {
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else { return Probe::No };
        let delimiter = delimiter(rest);
        let Some((len, complete)) = Rows::plain(delimiter).row_len(rest) else { return Probe::No };
        if !complete && !end {
            return if rest.len() < MAX_HEADER { Probe::More } else { Probe::No };
        }
        let row = without_mark(rest[..len].trim_ascii_end());
        if row.is_empty() || row.starts_with(b"sep=") || row.starts_with(b"#TYPE") {
            at += len;
            lines += u32::from(!row.is_empty());
            continue;
        }
        let head = |layout: Layout, header: &[u8], rows_at: usize| {
            Probe::Head(Box::new(Head { layout, delimiter, header: header.to_vec(), rows_at }))
        };
        if let Some(layout) = Layout::of_header(row) {
            return head(layout, row, at + len);
        }
        return match wrapper(row, &rest[len..], delimiter, end) {
            Wraps::Nothing => Probe::No,
            Wraps::Unknown => Probe::More,
            Wraps::BehindHeader(layout) => head(layout, row, at + len),
            Wraps::WithoutHeader(layout) => head(layout, b"", at),
        };
    }
    Probe::No
}

/// Do rows hold records of another system as JSON text?
enum Wraps {
    Nothing,
    /// Too little of the text is there.
    Unknown,
    BehindHeader(Layout),
    /// The first row holds one already.
    WithoutHeader(Layout),
}

fn wrapper(row: &[u8], rest: &[u8], delimiter: u8, end: bool) -> Wraps {
    let names = format::column_names(row, delimiter);
    let holds = |row: &[u8], layout: &Layout| !format::wrapped(row, layout).is_empty();
    let is_plain = memchr::memchr(b'{', row).is_none();
    if is_plain && (is_header_like(row) || names.len() == 1) {
        let layout = Layout::of_wrapper(names, delimiter);
        let mut at = 0;
        // The first rows may hold nothing that is known.
        for _ in 0..LOOKED_AT {
            let next = &rest[at..];
            match Rows::plain(delimiter).row_len(next) {
                Some((len, complete)) if complete || end => {
                    if holds(&next[..len], &layout) {
                        return Wraps::BehindHeader(layout);
                    }
                    at += len;
                }
                None if end => break,
                _ if at > 0 || row.len() + rest.len() > MAX_HEADER => break,
                _ => return Wraps::Unknown,
            }
        }
        return Wraps::Nothing;
    }
    let layout = Layout::of_wrapper(names, delimiter);
    if holds(row, &layout) { Wraps::WithoutHeader(layout) } else { Wraps::Nothing }
}

/// Do the first cells of a row look like names of columns, not like values? Cheap, and asked for
/// every row; what it lets through is looked at properly.
pub fn is_header_like(row: &[u8]) -> bool {
    let row = without_mark(row.trim_ascii());
    let mut cells = 0;
    for cell in row.split(|byte| DELIMITERS.contains(byte)).take(TELLING) {
        let name = cell.trim_ascii();
        let name = name.strip_prefix(b"\"").unwrap_or(name);
        let name = name.strip_suffix(b"\"").unwrap_or(name);
        let first = name.first().copied().unwrap_or_default();
        let begins = first.is_ascii_alphabetic() || matches!(first, b'_' | b'@' | 0x80..);
        let fits = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'[' | b']' | 0x80..)
                || matches!(byte, b'@' | b'/' | b'#' | b':' | b'{' | b'}' | b'$')
        };
        if !begins || name.len() > MAX_NAME || !name.iter().all(fits) {
            return false;
        }
        cells += 1;
    }
    cells > 1
}

/// The text without a byte order mark at its start.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(UTF8_MARK).unwrap_or(text)
}

/// The one of [`DELIMITERS`] that occurs most in the first line.
pub fn delimiter(text: &[u8]) -> u8 {
    let line = first_line(text);
    let count = |wanted: u8| memchr::memchr_iter(wanted, line).count();
    DELIMITERS.iter().copied().rev().max_by_key(|&d| count(d)).unwrap_or(b',')
}

/// The first line of a text, without its line break.
pub fn first_line(text: &[u8]) -> &[u8] {
    &text[..line_break(text).unwrap_or(text.len())]
}

/// Where the first line of a text ends.
fn line_break(text: &[u8]) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', text)
}

/// Places in a row at which JSON may be glued to it that are looked at.
const GLUED: usize = 4;

/// Names that the first column of a known file has, where exports are glued together.
const FIRST_NAMES: [&[u8]; 9] = [
    b"Date (UTC)",
    b"TimeGenerated [UTC]",
    b"TimeGenerated",
    b"TenantId",
    b"CreationDate",
    b"RecordId",
    b"RecordType",
    b"Timestamp",
    b"_raw",
];

/// Where the value number `n`, from 0, of a row ends.
fn value_end(row: &[u8], delimiter: u8, n: usize) -> Option<usize> {
    let (mut quoted, mut values) = (false, 0);
    for (at, &byte) in row.iter().enumerate() {
        quoted ^= byte == b'"';
        if byte == delimiter && !quoted {
            if values == n {
                return Some(at);
            }
            values += 1;
        }
    }
    None
}

/// Is a text with so many NUL bytes UTF-16?
fn is_utf16(row: &[u8]) -> bool {
    memchr::memchr(0, row).is_some() && 4 * memchr::memchr_iter(0, row).count() > row.len()
}

/// Framing of the rows behind the header.
#[derive(Default, Debug)]
pub struct Rows {
    delimiter: u8,
    header: Vec<u8>,
    /// Columns that the header names; 0 where there is none.
    columns: usize,
    /// Do rows hold JSON text of another system?
    wrapper: bool,
    /// How rows are written; `None` where there is no header.
    layout: Option<Layout>,
    /// The last value of the row before.
    last_value: Vec<u8>,
    /// First byte of the current row, or of the current line while something is passed over.
    start: u64,
    /// Next byte to look at.
    at: u64,
    quoted: bool,
    /// Up to this byte there is no line break in the current row.
    unbroken: u64,
    /// Was a row found?
    begun: bool,
    /// What is being passed over.
    lost: Option<Lost>,
    effort: u64,
}

enum RowScan {
    /// Ends before this byte; the next begins at the second.
    Ends(usize, usize),
    /// Not ended; go on from here.
    More(usize),
    /// A closing quote, before this byte, that cannot be one.
    Damage(usize),
}

/// What begins at a row.
enum Another {
    /// Too little of it is there.
    Unknown,
    /// A row.
    No,
    /// Something else.
    Begins(Step),
}

impl Rows {
    /// A framing of the rows behind a head that begins at byte `at` of the text.
    pub fn behind(head: &Head, at: u64) -> Self {
        let start = at + head.rows_at as u64;
        Self {
            delimiter: head.delimiter,
            header: head.header.clone(),
            columns: head.columns(),
            wrapper: head.is_wrapper(),
            layout: Some(head.layout.clone()),
            start,
            at: start,
            ..Self::default()
        }
    }

    /// A framing of rows from the first byte on.
    pub fn plain(delimiter: u8) -> Self {
        Self { delimiter, ..Self::default() }
    }

    /// Bytes of the first row with its line break, and whether that is there.
    fn row_len(&mut self, text: &[u8]) -> Option<(usize, bool)> {
        match self.row(text, 0, 0, 0, true) {
            RowScan::Ends(_, next) => Some((next, true)),
            RowScan::More(_) if text.is_empty() => None,
            RowScan::More(_) => Some((text.len(), false)),
            RowScan::Damage(_) => None,
        }
    }

    /// Goes on at `bytes[i]` with the row that begins at `bytes[first]`; `bytes[0]` is byte `base`.
    fn row(&mut self, bytes: &[u8], base: u64, first: usize, i: usize, end: bool) -> RowScan {
        let mut i = i;
        loop {
            let rest = &bytes[i..];
            if self.quoted {
                let Some(quote) = memchr::memchr(b'"', rest) else {
                    return RowScan::More(bytes.len());
                };
                let quote = i + quote;
                match bytes.get(quote + 1) {
                    None if !end => return RowScan::More(quote),
                    Some(b'"') => i = quote + 2,
                    after => {
                        self.quoted = false;
                        i = quote + 1;
                        let fits =
                            after.is_none_or(|&b| b == self.delimiter || b == b'\r' || b == b'\n');
                        if !fits && self.is_broken(bytes, base, first..quote) {
                            return RowScan::Damage(quote);
                        }
                    }
                }
            } else {
                match memchr::memchr3(b'"', b'\n', b'\r', rest) {
                    None => return RowScan::More(bytes.len()),
                    Some(hit) if rest[hit] == b'\n' => return RowScan::Ends(i + hit, i + hit + 1),
                    Some(hit) if rest[hit] == b'\r' => match rest.get(hit + 1) {
                        None if !end => return RowScan::More(i + hit),
                        Some(b'\n') => return RowScan::Ends(i + hit, i + hit + 2),
                        _ => return RowScan::Ends(i + hit, i + hit + 1),
                    },
                    Some(hit) => {
                        let quote = i + hit;
                        self.quoted = quote == first || bytes[quote - 1] == self.delimiter;
                        i = quote + 1;
                    }
                }
            }
        }
    }

    /// Is there a line break in these bytes of the current row? What was looked at is not again.
    fn is_broken(&mut self, bytes: &[u8], base: u64, range: Range<usize>) -> bool {
        let from = self.unbroken.clamp(base + range.start as u64, base + range.end as u64);
        let found = line_break(&bytes[(from - base) as usize..range.end]);
        self.unbroken = from + found.unwrap_or(range.end - (from - base) as usize) as u64;
        found.is_some()
    }

    fn emit(&mut self, row: &[u8], start: u64, found: &mut Scanned) {
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        let before = self.blank_before(row);
        if row[..before].contains(&0) {
            let nul = memchr::memchr_iter(0, &row[..before]).count();
            let bytes = if nul == 1 { "byte" } else { "bytes" };
            let reason = format!("{nul} NUL {bytes} before the first record; passed over");
            found.notes.push(Note { at: start, lost_bytes: 0, reason, lost: false, whole: false });
        }
        let (row, start) = (&row[before..], start + before as u64);
        if row.trim_ascii().is_empty() || without_mark(row) == self.header {
            return;
        }
        // Two files glued together without a line break between them.
        let header = &self.header;
        let ends = !header.is_empty() && row.len() > header.len() && row.ends_with(header);
        let row = if ends { row[..row.len() - header.len()].trim_ascii_end() } else { row };
        let row = row.strip_suffix(UTF8_MARK).unwrap_or(row);
        if without_mark(row).trim_ascii().is_empty() {
            return;
        }
        if is_utf16(row) {
            let reason = "UTF-16 text behind UTF-8; split the file where the encoding changes";
            let (lost_bytes, reason) = (row.len() as u64, reason.to_owned());
            found.notes.push(Note { at: start, lost_bytes, reason, lost: true, whole: false });
            return;
        }
        if self.is_remark(row) {
            if !row.starts_with(b"#TYPE") && !row.starts_with(b"sep=") {
                found.notes.push(Note::aside(start, row));
            }
            return;
        }
        found.events.push(Span { offset: start, len: row.len() as u32 });
        self.begun = true;
    }

    /// Bytes of the first row of all that are left out: NUL and byte order marks.
    fn blank_before(&self, row: &[u8]) -> usize {
        let nul = |rest: &[u8]| rest.iter().take_while(|byte| **byte == 0).count();
        let mark = |rest: &[u8]| if rest.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let mut at = 0;
        if self.begun {
            return 0;
        }
        loop {
            match nul(&row[at..]).max(mark(&row[at..])) {
                0 => break,
                count => at += count,
            }
        }
        if is_utf16(&row[at..]) { 0 } else { at }
    }

    /// Where in a row something else begins, glued behind its last value without a line break: JSON, or
    /// another header.
    fn glued(&mut self, row: &[u8]) -> Option<usize> {
        if self.columns < 2 || self.wrapper {
            return None;
        }
        self.glued_json(row).or_else(|| self.glued_header(row))
    }

    /// The first event that begins in a row's last value. In quoted values quotes are doubled.
    fn glued_json(&self, row: &[u8]) -> Option<usize> {
        let may = |at: &usize| {
            row.get(at + 2).is_some_and(|byte| *byte != b'"')
                && row[..*at].last().is_some_and(|byte| *byte != self.delimiter)
        };
        let begins = |at: &usize| {
            let before = &row[..*at];
            memchr::memchr_iter(b'"', before).count().is_multiple_of(2)
                && value_end(before, self.delimiter, self.columns - 1).is_none()
        };
        // The first one tells: what is behind it is inside of it.
        let at = memchr::memmem::find_iter(row, b"{\"").filter(may).take(GLUED).find(begins)?;
        let is_last =
            self.columns < 2 || value_end(&row[..at], self.delimiter, self.columns - 2).is_some();
        let json = &row[at..];
        let found = || format::is_event(json) || !format::wrapped(json, &Layout::JSON).is_empty();
        let list = row[..at].strip_suffix(b"[").map_or(at, <[u8]>::len);
        (is_last && found()).then_some(list)
    }

    /// The header that begins in a row's last value. Asked in full only where a row ends otherwise
    /// than the one before it, and in a word.
    fn glued_header(&mut self, row: &[u8]) -> Option<usize> {
        let last = memchr::memrchr(self.delimiter, row)? + 1;
        if row[last..] == self.last_value || !row[last..].iter().any(u8::is_ascii_alphabetic) {
            return None;
        }
        self.last_value.clear();
        self.last_value.extend_from_slice(&row[last..row.len().min(last + MAX_NAME)]);
        let end = value_end(row, self.delimiter, self.columns - 1)?;
        let own = format::column_names(&self.header, self.delimiter);
        let own = own.iter().map(|name| name.trim().as_bytes());
        let names = own.chain(FIRST_NAMES).filter(|name| !name.is_empty());
        let ends = |name: &&[u8]| {
            let value = &row[..end];
            value.ends_with(name)
                || value.strip_suffix(b"\"").is_some_and(|value| value.ends_with(name))
        };
        let name = names.filter(ends).max_by_key(|name| name.len())?;
        let quotes = usize::from(row[..end].ends_with(b"\""));
        let start = end.checked_sub(name.len() + 2 * quotes).filter(|start| *start > 0)?;
        let header = &row[start..];
        (is_header_like(header) && Layout::of_header(header).is_some()).then_some(start)
    }

    /// Is it a line of text between rows, such as a warning of the program that wrote them?
    fn is_remark(&self, row: &[u8]) -> bool {
        self.columns > 2
            && memchr::memchr3(self.delimiter, b'"', b'{', row).is_none()
            && row.len() < MAX_NAME * 10
            && !row.first().is_some_and(u8::is_ascii_digit)
    }

    /// What begins at the row that `bytes` begin with instead of a row, if something does: JSON, or
    /// CSV with another head.
    fn another(&self, bytes: &[u8], end: bool) -> Another {
        let row = without_mark(bytes);
        let mark = bytes.len() - row.len();
        let Some(&first) = row.first() else {
            return if end { Another::No } else { Another::Unknown };
        };
        if bytes.len() < UTF8_MARK.len() && UTF8_MARK.starts_with(bytes) && !end {
            return Another::Unknown;
        }
        if matches!(first, b'{' | b'[') && !(self.wrapper && self.delimiter != b',') {
            return Another::Begins(Step::Json(self.start + mark as u64));
        }
        if !first.is_ascii_alphabetic() && !matches!(first, b'"' | b'_' | b'@' | 0x80..) {
            return Another::No;
        }
        // The first cells tell nearly every row of values.
        let start = &row[..row.len().min(MAX_NAME * TELLING)];
        let start = first_line(start);
        if start.len() == row.len() && !end && start.len() < MAX_NAME * TELLING {
            return Another::Unknown;
        }
        if !is_header_like(start) {
            return Another::No;
        }
        let line = first_line(row).trim_ascii_end();
        let as_many = memchr::memchr_iter(self.delimiter, line).count() + 1 == self.columns;
        if line == self.header || (as_many && Layout::of_header(line).is_none()) {
            return Another::No;
        }
        match head(row, end) {
            Probe::No => Another::No,
            Probe::More => Another::Unknown,
            // A row of as many values, behind which another one holds JSON text.
            Probe::Head(head) if head.columns() == self.columns && head.is_wrapper() => Another::No,
            Probe::Head(head) => Another::Begins(Step::Csv(self.start + mark as u64, head)),
        }
    }
}

impl Framing for Rows {
    fn scan(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Scanned) -> Step {
        while self.pass_over(bytes, base, end, found) {
            let first = (self.start - base) as usize;
            if end && first == bytes.len() {
                break;
            }
            if self.at == self.start {
                match self.another(&bytes[first..], end) {
                    Another::Unknown => return Step::More,
                    Another::Begins(step) => return step,
                    Another::No => {}
                }
            }
            let row = self.row(bytes, base, first, (self.at - base) as usize, end);
            let (RowScan::Ends(reached, _) | RowScan::More(reached) | RowScan::Damage(reached)) =
                row;
            let text = &bytes[first..reached];
            let next = match row {
                _ if text.len() as u64 > MAX_RECORD => {
                    self.give_up(self.start + MAX_RECORD, None);
                    continue;
                }
                RowScan::Ends(_, next) => next,
                RowScan::More(_) if !end => {
                    self.at = base + reached as u64;
                    return Step::More;
                }
                RowScan::More(_) if !self.quoted => bytes.len(),
                RowScan::More(_) => {
                    self.give_up(base + bytes.len() as u64, None);
                    continue;
                }
                RowScan::Damage(_) => {
                    let line = memchr::memrchr2(b'\n', b'\r', text);
                    let until = line.map(|line| base + (first + line) as u64 + 1);
                    self.give_up(base + reached as u64, until);
                    continue;
                }
            };
            if let Some(length) = self.glued(text) {
                self.emit(&text[..length], self.start, found);
                self.pass(base + (first + length) as u64);
            } else if self.is_swallowing(text) {
                self.give_up(base + reached as u64, None);
            } else {
                self.emit(text, self.start, found);
                self.pass(base + next as u64);
            }
        }
        Step::More
    }

    fn keep_from(&self) -> u64 {
        self.start
    }

    fn lost_from(&self) -> Option<u64> {
        self.lost.map(|lost| lost.from)
    }

    fn pass(&mut self, to: u64) {
        (self.start, self.at) = (to, to);
    }

    fn by_line(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
