//! Records as CSV (RFC 4180) that a spreadsheet opens without running anything in it.
//! Never writes a control character other than tab and line breaks, and those only inside quotes; what cannot
//! be seen or turns the direction of text is written as on the screen (`<U+202E>`). NDJSON has it as it was.

use std::io;

use super::cell::RecordOut;
use super::line::Lines;
use super::record_writer::{Chosen, READ_FIRST, REDACTED, RecordWriter};
use crate::record::field::Field;
use crate::text::{clean, defused, is_invisible};

/// One line for each record below a line of field names, CRLF at the end of each.
pub(super) struct Csv {
    fields: Vec<&'static Field>,
    /// Has each line the mark of a redacted one?
    redact: bool,
    line: String,
}

impl Csv {
    pub(super) fn new(chosen: Chosen) -> Self {
        let Chosen { fields, redact, .. } = chosen;
        Self { fields, redact, line: String::new() }
    }
}

impl RecordWriter for Csv {
    fn begin(&mut self, lines: &mut Lines<'_>) -> io::Result<()> {
        let mut names: Vec<&str> = self.fields.iter().map(|field| field.name).collect();
        names.extend(self.redact.then_some(REDACTED));
        lines.data(names.join(",").as_bytes(), "\r\n")
    }

    fn row(&mut self, row: &RecordOut<'_>, lines: &mut Lines<'_>) -> io::Result<()> {
        self.line.clear();
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            push_cell(&row.joined(field, "; ", ""), &mut self.line);
        }
        if self.redact {
            self.line.push(',');
            self.line.push_str(READ_FIRST);
        }
        lines.data(self.line.as_bytes(), "\r\n")
    }
}

/// Appends a cell, neutralised and quoted as needed.
fn push_cell(value: &str, out: &mut String) {
    let quotes = value.contains(['"', ',', '\r', '\n', '\t', ';'])
        || value.starts_with(char::is_whitespace)
        || value.ends_with(char::is_whitespace);
    if quotes {
        out.push('"');
    }
    for c in defused(value).chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\t' | '\r' | '\n' => out.push(c),
            c if c.is_control() || is_invisible(c) => {
                out.push_str(&clean(c.encode_utf8(&mut [0; 4])));
            }
            c => out.push(c),
        }
    }
    if quotes {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: &str) -> String {
        let mut out = String::new();
        push_cell(value, &mut out);
        out
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_gets_an_apostrophe() {
        for (value, expected) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t'=1\""),
            ("x;=1+1", "\"x;'=1+1\""),
            ("x\n=1+1", "\"x\n'=1+1\""),
            ("\rx", "\"'\rx\""),
            ("  =1", "\"'  =1\""),
            ("\"=1", "\"'\"\"=1\""),
            ("'=1", "''=1"),
            ("＝1", "'＝1"),
            ("－1", "'－1"),
            ("\u{200b}=1", "'<U+200B>=1"),
            ("a=1", "a=1"),
            ("mallory@contoso.example", "mallory@contoso.example"),
        ] {
            assert_eq!(cell(value), expected, "{value:?}");
        }
    }

    #[test]
    fn quotes_commas_and_line_breaks_are_quoted_and_controls_made_visible() {
        assert_eq!(cell("a\"b,c\nd"), "\"a\"\"b,c\nd\"");
        assert_eq!(cell("a\u{1b}[2Jb\0\u{9b}"), "a␛[2Jb␀<U+009B>");
        assert_eq!(cell("a\u{202e}b\u{200b}c"), "a<U+202E>b<U+200B>c");
        assert_eq!(cell(""), "");
    }
}
