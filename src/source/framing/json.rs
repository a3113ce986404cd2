//! Framing of JSON: lists, pages, tables, lines, pretty print and any of them glued together.
//! Never holds more than one event, and never gives up: damage is noted and records are found again.

mod text;

pub use self::text::has_lines;
use self::text::{Aside, Text};
use super::balance::object_end;
use super::csv::{self, Probe};
use super::lost::Lost;
use super::page::{self, MemberArray, Open};
use super::structure::{Form, Reached, Scan};
use super::{Accept, Framing, Note, Plain, Scanned, Step};
use crate::format::{self, Layout};
use crate::store::Span;

/// Containers remembered around an event; deeper ones are walked through without being counted.
const MAX_OPEN: usize = 64;
/// Longest first key that is remembered for passing over lines.
const MAX_FIRST_KEY: usize = 64;

/// Framing of one JSON source.
///
/// Between values the framing accepts white space, commas, byte order marks and the brackets of
/// lists and pages, and looks for `{`. Anything else, and any value whose brackets or strings do
/// not fit, is damage: from its second byte on every `{` is a candidate, and the first one that is
/// a complete value and that `accept` takes ends the damage. In files of one record per line a
/// line break ends it too.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
pub struct Json {
    accept: Accept,
    /// Next byte to look at.
    at: u64,
    value: Option<Scan>,
    lost: Option<Lost>,
    open: Vec<Open>,
    by_line: bool,
    /// In files of one record per line, and in lists: how the last record that was followed bracket
    /// by bracket begins, up to its first colon. Lines and entries that begin so too are taken
    /// without following them.
    first_key: Vec<u8>,
    /// Up to this byte an end was searched by the balance of brackets and not found. No entry before
    /// it is tried, so that damage does not make every byte be looked at many times.
    unbalanced: u64,
    rows: Rows,
    layout_is_rows: bool,
    damaged: bool,
    /// May CSV begin at the start of a line?
    among_others: bool,
    /// The first byte of the text that is looked at: a line begins there.
    first: u64,
}

/// The table whose rows are being framed.
#[derive(Debug)]
enum Rows {
    None,
    Known(Layout),
    Unknown(String),
}

/// What to do next.
enum Next {
    GoOn,
    Wait,
    Step(Step),
}

impl Json {
    /// A framing at the start of a text. `by_line`: it is known to have one record per line.
    pub fn new(accept: Accept, by_line: bool) -> Self {
        Self {
            accept,
            at: 0,
            value: None,
            lost: None,
            open: Vec::new(),
            by_line,
            first_key: Vec::new(),
            unbalanced: 0,
            rows: Rows::None,
            layout_is_rows: false,
            damaged: false,
            among_others: false,
            first: 0,
        }
    }

    /// The same, looking for CSV that begins at the start of a line.
    pub fn among_others(self) -> Self {
        Self { among_others: true, ..self }
    }

    /// The same, from byte `at` of the text on, where a line begins.
    pub fn from(self, at: u64) -> Self {
        Self { at, first: at, ..self }
    }

    /// A framing that takes the value at the start of the text for damaged and searches inside it.
    pub fn inside(accept: Accept, reason: String) -> Self {
        let lost = Some(Lost::new(0, reason));
        Self { at: 1, lost, damaged: true, ..Self::new(accept, false) }
    }

    /// Goes on with the value that was begun.
    fn follow(&mut self, mut scan: Scan, text: Text<'_>, found: &mut Scanned) -> Next {
        let Text { bytes, base, end, .. } = text;
        let first = (scan.start - base) as usize;
        match scan.run(bytes, first, (self.at - base) as usize, self.by_line, end) {
            Reached::More(i) if end => {
                self.damage(&scan, base + i as u64, "the file ends inside the record");
            }
            Reached::More(i) => {
                self.at = base + i as u64;
                self.value = Some(scan);
                return Next::Wait;
            }
            Reached::Damage(i, reason) => self.damage(&scan, base + i as u64, reason),
            Reached::End(i) => {
                self.at = base + i as u64;
                self.complete(&scan, text, first..i, found);
            }
            Reached::MemberArray(i) => {
                self.at = base + i as u64;
                match page::member_array(bytes, first, i, scan.form, end) {
                    MemberArray::Unknown => {
                        self.value = Some(scan);
                        return Next::Wait;
                    }
                    of_event @ (MemberArray::OfEvent | MemberArray::OfEventForSure) => {
                        if matches!(of_event, MemberArray::OfEventForSure) {
                            scan.is_event();
                        }
                        scan.enter_array();
                        self.at += 1;
                        self.value = Some(scan);
                    }
                    MemberArray::List(error) => self.enter(&scan, text, Open::List, error, found),
                    MemberArray::Rows(name, columns) => {
                        let layout = Layout::of_table(&name, columns.get().as_bytes());
                        self.rows = layout.map_or(Rows::Unknown(name), Rows::Known);
                        self.layout_is_rows = false;
                        self.enter(&scan, text, Open::Rows, None, found);
                    }
                }
            }
        }
        Next::GoOn
    }

    /// Goes into the list of a page that began where `scan` did.
    fn enter(
        &mut self,
        scan: &Scan,
        text: Text<'_>,
        list: Open,
        error: Option<String>,
        found: &mut Scanned,
    ) {
        if self.lost.is_some() {
            self.open.clear();
        } else if list == Open::List && scan.form == Form::Object && self.open.contains(&Open::Page)
        {
            let reason = "a new page begins before the last one is closed; it may be cut off";
            note_odd(scan.start, reason.to_owned(), true, found);
            self.open.clear();
        }
        self.found_again(scan.start, found);
        if scan.form == Form::Object {
            beside_list(text, scan.start, self.at, found);
        }
        if let Some(error) = error {
            note_error(scan.start, &error, found);
        }
        if scan.form == Form::Object {
            self.push(Open::Page);
        }
        self.push(list);
        self.at += 1;
    }

    fn push(&mut self, open: Open) {
        if self.open.len() < MAX_OPEN {
            self.open.push(open);
        }
    }

    fn complete(
        &mut self,
        scan: &Scan,
        text: Text<'_>,
        range: std::ops::Range<usize>,
        found: &mut Scanned,
    ) {
        let value = &text.bytes[range.clone()];
        if scan.form == Form::Member {
            return member(value, scan.start, found);
        }
        if let Some(lost) = &mut self.lost {
            let layout = match (&self.rows, scan.form) {
                (Rows::Known(layout), Form::Row) => layout,
                _ => &Layout::JSON,
            };
            if !(self.accept)(value, layout) {
                self.at = lost.refuse(scan.start, self.at);
                return;
            }
            self.found_again(scan.start, found);
        }
        if let (Rows::Unknown(name), Form::Row) = (&self.rows, scan.form) {
            match found.other.last_mut() {
                Some((last, count)) if last == name => *count += 1,
                _ => found.other.push((name.clone(), 1)),
            }
            return;
        }
        found.events.push(Span { offset: scan.start, len: value.len() as u32 });
        if scan.form != Form::Object {
            return;
        }
        if self.open.is_empty() && text.at_line_start(range.start) {
            self.notice_lines(text, range);
        } else if self.open.last() == Some(&Open::List) {
            self.notice_first_key(value);
        }
    }

    /// Notices that records stand on lines of their own, and how such lines begin.
    fn notice_lines(&mut self, text: Text<'_>, range: std::ops::Range<usize>) {
        if !self.by_line {
            let rest = &text.bytes[range.end..];
            let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
            let one_line = memchr::memchr(b'\n', &text.bytes[range.clone()]).is_none();
            self.by_line = one_line && rest.starts_with(b"\n{");
        }
        if self.by_line {
            self.notice_first_key(&text.bytes[range]);
        }
    }

    /// Remembers how a record begins that was followed bracket by bracket.
    fn notice_first_key(&mut self, record: &[u8]) {
        let head = &record[..record.len().min(MAX_FIRST_KEY)];
        if (self.first_key.is_empty() || !head.starts_with(&self.first_key))
            && let Some(colon) = memchr::memchr(b':', head)
        {
            self.first_key.clear();
            self.first_key.extend_from_slice(&head[..=colon]);
        }
    }

    fn damage(&mut self, scan: &Scan, reached: u64, reason: &str) {
        self.at = if let Some(lost) = &mut self.lost {
            lost.refuse(scan.start, reached)
        } else {
            self.lost = Some(Lost::new(scan.start, reason.to_owned()));
            scan.start + 1
        };
        self.damaged = true;
    }

    fn found_again(&mut self, at: u64, found: &mut Scanned) {
        if let Some(lost) = self.lost.take() {
            found.notes.push(lost.note(at));
        }
    }

    /// Looks for the next value between values.
    fn between(&mut self, text: Text<'_>, found: &mut Scanned) -> Next {
        let Text { bytes, base, end, .. } = text;
        let mut i = (self.at - base) as usize;
        let from = i;
        while let Some(&byte) = bytes.get(i) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xef | 0xbb | 0xbf | 0x1e => i += 1,
                // GELF over TCP ends each message with one.
                0 if matches!(bytes.get(i + 1), Some(b'{' | b'\n')) => i += 1,
                0 if i + 1 == bytes.len() && !end => {
                    self.at = base + i as u64;
                    return Next::Wait;
                }
                0 if i + 1 == bytes.len() => i += 1,
                b'{' => {
                    let whole = self.whole_line(text, i).or_else(|| self.whole_entry(text, i));
                    if let Some(after) = whole {
                        let len = bytes[i..after].trim_ascii_end().len() as u32;
                        found.events.push(Span { offset: base + i as u64, len });
                        i = after;
                        continue;
                    }
                    return self.begin(base + i as u64, Form::Object);
                }
                b'[' if self.open.last() == Some(&Open::Rows) => {
                    return self.begin(base + i as u64, Form::Row);
                }
                b'[' if text.is_word(i + 1) => match self.aside(text, i, found) {
                    Ok(next) => i = next,
                    Err(next) => return next,
                },
                b'[' => {
                    self.push(Open::List);
                    i += 1;
                }
                b']' => {
                    if matches!(self.open.last(), Some(Open::List | Open::Rows)) {
                        self.open.pop();
                    }
                    i += 1;
                }
                b'}' => {
                    if self.open.last() == Some(&Open::Page) {
                        self.open.pop();
                    }
                    i += 1;
                }
                b'"' if self.open.last() == Some(&Open::Page) => {
                    return self.begin(base + i as u64, Form::Member);
                }
                _ => match self.aside(text, i, found) {
                    Ok(next) => i = next,
                    Err(next) => return next,
                },
            }
        }
        // What stands before the next value shows whether a line begins with it.
        self.at = base + (i - if end { 0 } else { indentation(&bytes[from..i]) }) as u64;
        if end && !self.open.is_empty() && !self.damaged {
            let reason = "the file ends before its list of records is closed; it may be cut off";
            let (at, reason) = (self.at, reason.to_owned());
            found.notes.push(Note { at, lost_bytes: 0, reason, lost: true, whole: true });
        }
        Next::Wait
    }

    /// What is no value stands at `bytes[i]`: where to go on looking for one, or what to do.
    fn aside(&mut self, text: Text<'_>, i: usize, found: &mut Scanned) -> Result<usize, Next> {
        self.at = text.base + i as u64;
        if self.among_others {
            match csv_head(text, i) {
                Probe::Head(head) => return Err(Next::Step(Step::Csv(self.at, head))),
                Probe::More => return Err(self.wait_before(text, i)),
                Probe::No => {}
            }
        }
        match text.aside(i, self.open.is_empty()) {
            Aside::Unknown => Err(self.wait_before(text, i)),
            Aside::Before(value) => Ok(value),
            Aside::Line(end) => {
                found.notes.push(Note::aside(self.at, &text.bytes[i..end]));
                Ok(end)
            }
            Aside::Value => Err(self.begin(self.at, Form::Text)),
            Aside::Damage(reason) => {
                self.lost = Some(Lost::new(self.at, reason));
                self.damaged = true;
                Err(Next::GoOn)
            }
        }
    }

    /// Waits for more of what begins at `bytes[i]`; the blanks before it show whether it begins its line.
    fn wait_before(&mut self, text: Text<'_>, i: usize) -> Next {
        self.at = text.base + (i - indentation(&text.bytes[..i])) as u64;
        Next::Wait
    }

    /// In files of one record per line: the end of the line at `bytes[i]` if it can be taken whole,
    /// unchecked, because it begins as the last checked one and ends in a bracket. What decodes it
    /// finds out if it is damaged.
    fn whole_line(&self, text: Text<'_>, i: usize) -> Option<usize> {
        let rest = &text.bytes[i..];
        let candidate = self.by_line
            && self.open.is_empty()
            && !self.first_key.is_empty()
            && rest.starts_with(&self.first_key)
            && text.at_line_start(i);
        let line_break = candidate.then(|| memchr::memchr(b'\n', rest)).flatten()?;
        rest[..line_break].trim_ascii_end().ends_with(b"}").then_some(i + line_break)
    }

    /// In a list: the end of the entry at `bytes[i]` if it can be taken by the balance of its
    /// brackets, because it begins as the last one that was followed and the list goes on behind it.
    /// What decodes it finds out if it is damaged.
    fn whole_entry(&mut self, text: Text<'_>, i: usize) -> Option<usize> {
        let rest = &text.bytes[i..];
        let candidate = self.open.last() == Some(&Open::List)
            && !self.layout_is_rows
            && !self.first_key.is_empty()
            && rest.starts_with(&self.first_key)
            && text.base + i as u64 >= self.unbalanced;
        let end = match candidate.then(|| object_end(rest))? {
            Ok(end) => end,
            Err(looked) => {
                self.unbalanced = text.base + (i + looked) as u64;
                return None;
            }
        };
        let next = rest[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(next, Some(b',' | b']')).then_some(i + end)
    }

    /// Begins a value, after announcing its layout where that changes.
    fn begin(&mut self, start: u64, form: Form) -> Next {
        self.at = start;
        let rows = form == Form::Row && matches!(self.rows, Rows::Known(_));
        if rows != self.layout_is_rows {
            self.layout_is_rows = rows;
            return match &self.rows {
                Rows::Known(layout) if rows => Next::Step(Step::Layout(layout.clone())),
                _ => Next::Step(Step::Layout(Layout::JSON)),
            };
        }
        self.value = Some(Scan::new(start, form));
        Next::GoOn
    }

    /// Looks for the next candidate behind damage.
    fn seek(&mut self, text: Text<'_>, found: &mut Scanned) -> Next {
        let Text { bytes, base, end, .. } = text;
        let rows = self.open.last() == Some(&Open::Rows);
        let mut i = (self.at - base) as usize;
        loop {
            let rest = bytes.get(i..).unwrap_or_default();
            let second = if rows { b'[' } else { b'{' };
            let hit = if self.by_line || self.among_others {
                memchr::memchr3(b'\n', b'{', second, rest)
            } else {
                memchr::memchr2(b'{', second, rest)
            };
            let Some(hit) = hit else {
                self.at = base + bytes.len() as u64;
                if end {
                    self.found_again(self.at, found);
                }
                return Next::Wait;
            };
            i += hit;
            if bytes[i] == b'\n' && self.among_others && !rows {
                match csv_behind(text, i + 1) {
                    Probe::No => {}
                    Probe::More => {
                        self.at = base + i as u64;
                        return Next::Wait;
                    }
                    Probe::Head(head) => {
                        self.at = base + i as u64 + 1;
                        self.found_again(self.at, found);
                        return Next::Step(Step::Csv(self.at, head));
                    }
                }
            }
            match (bytes[i], bytes.get(i + 1)) {
                (b'\n', Some(b'{')) if self.by_line => {
                    self.at = base + i as u64 + 1;
                    self.found_again(self.at, found);
                    self.open.clear();
                    return Next::GoOn;
                }
                (b'\n', None) if !end && self.by_line => {
                    self.at = base + i as u64;
                    return Next::Wait;
                }
                (b'\n', _) => i += 1,
                (b'[', _) => return self.begin(base + i as u64, Form::Row),
                _ => return self.begin(base + i as u64, Form::Object),
            }
        }
    }
}

impl Framing for Json {
    fn scan(&mut self, bytes: &[u8], base: u64, end: bool, found: &mut Scanned) -> Step {
        let text = Text { bytes, base, end, first: self.first };
        loop {
            let next = match self.value.take() {
                Some(scan) => self.follow(scan, text, found),
                None if self.lost.is_some() => self.seek(text, found),
                None => self.between(text, found),
            };
            match next {
                Next::GoOn => {}
                Next::Wait => return Step::More,
                Next::Step(step) => return step,
            }
        }
    }

    fn keep_from(&self) -> u64 {
        // One byte more shows whether a value starts its line.
        self.value.as_ref().map_or(self.at, |scan| scan.start).saturating_sub(1)
    }

    fn plain(&self) -> Option<Plain<'_>> {
        // In pages on lines of their own places are told as lines, which only lines are counted by.
        let in_list = self.open.last() == Some(&Open::List) && !self.by_line;
        let lines = self.by_line && self.open.is_empty();
        let known = !self.first_key.is_empty() && self.lost.is_none() && !self.layout_is_rows;
        // An event whose end has not been seen yet is looked at again from its start; a page's own
        // member is none.
        let next = match &self.value {
            Some(scan) if scan.form != Form::Object => return None,
            Some(scan) => scan.start,
            None => self.at,
        };
        let plain = Plain { next, first_key: &self.first_key, in_list };
        (known && (lines || in_list)).then_some(plain)
    }

    fn pass(&mut self, to: u64) {
        self.value = None;
        self.at = to;
    }

    fn lost_from(&self) -> Option<u64> {
        self.lost.as_ref().map(Lost::from)
    }

    fn by_line(&self) -> bool {
        self.by_line
    }
}

/// Length of the blanks at the end of a text, where they are not many.
fn indentation(text: &[u8]) -> usize {
    const MOST: usize = 1 << 10;
    let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | 0xef | 0xbb | 0xbf);
    match text.iter().rev().take(MOST).take_while(blank).count() {
        MOST => 0,
        count => count,
    }
}

/// The head of a CSV file at `bytes[i]`, outside of any list.
fn csv_head(text: Text<'_>, i: usize) -> Probe {
    let rest = &text.bytes[i..];
    let line = csv::first_line(rest);
    if line.len() == rest.len() && !text.end && line.len() < csv::MAX_HEADER {
        // A value's own quote is no header.
        return if csv::is_header_like(line) || line.len() < 64 { Probe::More } else { Probe::No };
    }
    if csv::is_header_like(line) { csv::head(rest, text.end) } else { Probe::No }
}

/// The head of a CSV file at the line behind damage that begins at `bytes[i]`. Most lines there
/// are told from one by their first byte.
fn csv_behind(text: Text<'_>, i: usize) -> Probe {
    match text.bytes.get(i) {
        Some(b'"' | b'_' | b'@' | 0x80..) => csv_head(text, i),
        Some(byte) if byte.is_ascii_alphabetic() => csv_head(text, i),
        _ => Probe::No,
    }
}

/// A page's own member, which begins at byte `at`: an error is told, and records in it are taken.
fn member(member: &[u8], at: u64, found: &mut Scanned) {
    let object = || [b"{", member, b"}"].concat();
    if member.starts_with(b"\"error\"")
        && let Some(error) = page::error_text(&object())
    {
        note_error(at, &error, found);
    }
    if memchr::memchr(b'{', member).is_some() {
        // Its first byte is not in the text.
        take_wrapped(&object(), at.saturating_sub(1), found);
    }
}

/// Takes the records in a page, which begins at byte `from`, before its list, which does at byte `to`.
fn beside_list(text: Text<'_>, from: u64, to: u64, found: &mut Scanned) {
    let (first, bracket) = ((from - text.base) as usize, (to - text.base) as usize);
    let head = &text.bytes[first..bracket];
    if head.len() > 1 && memchr::memchr(b'{', &head[1..]).is_some() {
        take_wrapped(&[head, b"[]}"].concat(), from, found);
    }
}

/// Takes the records that something is put around in an object that begins at byte `at`.
fn take_wrapped(object: &[u8], at: u64, found: &mut Scanned) {
    let mut ranges = format::wrapped(object, &Layout::JSON);
    ranges.sort_by_key(|range| range.start);
    found.events.extend(
        ranges
            .into_iter()
            .map(|range| Span { offset: at + range.start as u64, len: range.len() as u32 }),
    );
}

fn note_odd(at: u64, reason: String, lost: bool, found: &mut Scanned) {
    found.notes.push(Note { at, lost_bytes: 0, reason, lost, whole: false });
}

fn note_error(at: u64, error: &str, found: &mut Scanned) {
    let reason = format!("the answer is incomplete, it carries an error ({error}); ask again");
    note_odd(at, reason, true, found);
}

#[cfg(test)]
mod tests;
