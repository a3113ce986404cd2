//! How a text begins: what is blank is left out, and what the text is is found out, however far in its
//! first record is. Never takes white space in a row of a table for blank.

use std::io;

use super::super::content::{self, Content, FOREWORD, Search};
use super::super::encoding::UTF8_MARK;
use super::super::work::Stopped;
use super::{HEAD, Input, Reading, accepts, read_some};
use crate::place::{Position, Trouble};
use crate::text::thousands;

/// A run of spaces and tabs so long is no indentation and no empty cells.
const INDENTATION: usize = 4 << 10;

/// What was left out at the start of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// Bytes.
    pub(super) bytes: u64,
    /// The number of the line that the text goes on in, from 1.
    pub(super) line: u64,
    /// NUL bytes among them.
    nul: u64,
}

impl Default for Start {
    fn default() -> Self {
        Self { bytes: 0, line: 1, nul: 0 }
    }
}

impl Start {
    /// The start of the same text in another encoding.
    pub(super) fn decoded(self) -> Self {
        Self { line: self.line, ..Self::default() }
    }
}

impl Reading<'_> {
    /// Leaves out what is nothing but blank at the start of a text, however long, and reads more in its
    /// place; `false` where that is all of it, which is told. `packed`: it may be UTF-16 or compressed
    /// yet, so that no half of a character is taken away.
    pub(super) fn skip_blank(
        &self,
        input: &mut Input<'_>,
        head: &mut Vec<u8>,
        packed: bool,
    ) -> Result<bool, Stopped> {
        loop {
            if (self.stopped)() {
                return Err(Stopped);
            }
            let blank = content::blank_len(head);
            let count = left_out(&head[..blank], input.start.bytes == 0, packed);
            if count == 0 && blank < head.len() {
                return Ok(true);
            }
            let is_all = blank == head.len();
            input.start.line += memchr::memchr_iter(b'\n', &head[..count]).count() as u64;
            input.start.nul += memchr::memchr_iter(0, &head[..count]).count() as u64;
            input.start.bytes += count as u64;
            head.drain(..count);
            let before = head.len();
            if let Err(error) = peek(input, head) {
                self.refused(&input.name, &error)?;
            }
            if is_all && head.len() == before {
                let is_empty = before == 0 && input.start.bytes == 0;
                let what = if is_empty { "it is empty" } else { "it is blank" };
                self.whole(&input.name, what.to_owned(), false)?;
                return Ok(false);
            }
        }
    }

    /// Tells of NUL bytes that were left out: text may have been there once.
    pub(super) fn tell_nul(&self, input: &Input<'_>) -> Result<(), Stopped> {
        if input.start.nul == 0 {
            return Ok(());
        }
        let count = thousands(input.start.nul);
        let bytes = if input.start.nul == 1 { "byte" } else { "bytes" };
        let reason = format!("{count} NUL {bytes} before the first record; passed over");
        let trouble = Trouble::new(input.name.clone(), Position::Byte(0), reason, false);
        self.outlet.trouble(trouble, 0)
    }

    /// Decides what a text is, reading more of it as long as no record has begun.
    pub(super) fn recognise(
        &self,
        input: &mut Input<'_>,
        head: &mut Vec<u8>,
    ) -> Result<Content, Stopped> {
        let mut search = Search::new(accepts);
        let mut end = head.len() < HEAD;
        loop {
            if (self.stopped)() {
                return Err(Stopped);
            }
            let content = search.look(head, end);
            if !matches!(content, Content::More) {
                return Ok(content);
            }
            let most = (2 * head.len()).min(FOREWORD);
            if let Err(error) = peek_to(input, head, most) {
                self.refused(&input.name, &error)?;
            }
            end = head.len() < most;
        }
    }
}

/// How much of the blank start of a text is left out: not its last line break, which shows that a line
/// begins behind it, not a byte order mark that begins the text, and not what may be empty cells.
fn left_out(blank: &[u8], at_start: bool, packed: bool) -> usize {
    let cells = blank.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut count = if cells < INDENTATION { blank.len() - cells } else { blank.len() };
    if blank[..count].last() == Some(&b'\n') || (at_start && blank[..count] == *UTF8_MARK) {
        count -= if blank[count - 1] == b'\n' { 1 } else { UTF8_MARK.len() };
    }
    if packed && memchr::memchr(0, &blank[..count]).is_some() { count & !1 } else { count }
}

/// Reads up to [`HEAD`] bytes. An impatient input is left at the first bytes that tell what it is.
pub(super) fn peek(input: &mut Input<'_>, head: &mut Vec<u8>) -> io::Result<()> {
    peek_to(input, head, HEAD)
}

/// Reads until `head` has `most` bytes, or there are no more.
fn peek_to(input: &mut Input<'_>, head: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let is_json = |head: &[u8]| matches!(head.get(content::blank_len(head)), Some(b'{' | b'['));
    while head.len() < most && !(input.impatient && head.len() >= 8 && is_json(head)) {
        let before = head.len();
        read_some(&mut *input.reader, head, most - before)?;
        if head.len() == before {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_something_of_the_text_behind_it_is_not_left_out() {
        let mark = std::str::from_utf8(UTF8_MARK).expect("UTF-8");
        for (blank, at_start, count) in [
            ("", true, 0),
            ("\n", true, 0),
            ("\n\r\n\n", true, 3),
            ("\n\t\t", true, 0),
            ("\0\0\0", true, 3),
            (mark, true, 0),
            (mark, false, 3),
            (&format!("{mark}{mark}"), true, 6),
        ] {
            assert_eq!(left_out(blank.as_bytes(), at_start, false), count, "{blank:?}");
        }
        let long = vec![b' '; INDENTATION];
        assert_eq!(left_out(&long, true, false), INDENTATION);
        assert_eq!(left_out(&long[1..], true, false), 0);
        assert_eq!(left_out(b"\0\0\0", true, true), 2, "half a character of UTF-16 stays");
    }
}
