//! Text that a spreadsheet would calculate, and the apostrophe that keeps it from doing so.
//! Never takes a character away: whoever needs the exact value reads JSON.

use std::borrow::Cow;

use super::is_invisible;

/// What a formula begins with, also in full width and small.
const CALLS: [char; 6] = ['=', '＝', '﹦', '@', '＠', '﹫'];
/// The same, where a number may begin with it, too.
const SIGNS: [char; 7] = ['+', '＋', '﹢', '-', '－', '﹣', '−'];
/// Where a spreadsheet may split what it imports: which of them depends on its language.
const SPLITS: [char; 6] = [';', ',', '|', '\t', '\r', '\n'];

/// Would a spreadsheet calculate this cell? Those that start with `=`, `+`, `-`, `@`, tab or carriage
/// return, also in full width, also behind spaces, quotes and what cannot be seen, which importers
/// strip. Source: OWASP, "CSV Injection".
pub fn is_formula(value: &str) -> bool {
    let start = value.trim_start_matches(|c| is_stripped(c) || is_quote(c));
    value.starts_with(['\t', '\r', '\n']) || start.starts_with(CALLS) || start.starts_with(SIGNS)
}

/// A cell of which a spreadsheet calculates nothing: an apostrophe stands before what would be a
/// formula, at its beginning and wherever it could be split. A number behind a split stays a number.
pub fn defused(value: &str) -> Cow<'_, str> {
    if !is_formula(value) && !value.contains(CALLS) && !value.contains(SIGNS) {
        return Cow::Borrowed(value);
    }
    let mut safe = String::with_capacity(value.len() + 1);
    let mut split = None;
    for part in value.split_inclusive(SPLITS) {
        let is_risky = match split {
            None => is_formula(value),
            Some(split) => is_risky(part, split),
        };
        if is_risky {
            safe.push('\'');
        }
        safe.push_str(part);
        split = part.chars().next_back();
    }
    if safe.len() == value.len() { Cow::Borrowed(value) } else { Cow::Owned(safe) }
}

/// Would the part of a cell behind this split be calculated?
fn is_risky(part: &str, split: char) -> bool {
    let start = part.trim_start_matches(is_stripped);
    let bare = start.trim_start_matches(|c| is_stripped(c) || is_quote(c));
    let is_quoted = bare.len() < start.len();
    match bare.chars().next() {
        Some('@' | '＠' | '﹫') => {
            // Keys of JSON such as "@odata.type" follow a comma.
            !(is_quoted && matches!(split, ',' | '|'))
        }
        Some(c) if CALLS.contains(&c) => true,
        Some(c) if SIGNS.contains(&c) => !is_number(&bare[c.len_utf8()..]),
        _ => false,
    }
}

/// Is what follows a sign a number, and no arithmetic?
fn is_number(rest: &str) -> bool {
    let plain = |c: char| {
        c.is_ascii_digit() || is_quote(c) || SPLITS.contains(&c) || " .:/()[]{}".contains(c)
    };
    rest.chars().all(plain) && rest.contains(|c: char| c.is_ascii_digit())
}

fn is_stripped(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_calculated_wherever_a_cell_is_split() {
        for (value, safe) in [
            ("", ""),
            ("ann@fern.example; bob@fern.example", "ann@fern.example; bob@fern.example"),
            ("a=1, b=2", "a=1, b=2"),
            ("2026-11-02, 2026-11-03", "2026-11-02, 2026-11-03"),
            ("=1", "'=1"),
            ("-1", "'-1"),
            ("+49 30 1234", "'+49 30 1234"),
            ("x;=1+1", "x;'=1+1"),
            ("x; =1+1", "x;' =1+1"),
            ("x;\u{feff}\u{200b}=1", "x;'\u{feff}\u{200b}=1"),
            ("x;\"=1\"", "x;'\"=1\""),
            ("x;＝1", "x;'＝1"),
            ("x;@SUM(1)", "x;'@SUM(1)"),
            ("x,@SUM(1)", "x,'@SUM(1)"),
            ("x|=1", "x|'=1"),
            ("x\t=1", "x\t'=1"),
            ("x\r\n=1", "x\r\n'=1"),
            ("x;-cmd", "x;'-cmd"),
            ("x;+1+cmd|' /C calc'!A0", "x;'+1+cmd|' /C calc'!A0"),
            ("x;-5;+49 30 1", "x;-5;+49 30 1"),
            ("[1,-2]", "[1,-2]"),
            (r#"{"a":-1,"@odata.type":"x"}"#, r#"{"a":-1,"@odata.type":"x"}"#),
            (r#"{"a":1,"=b":2}"#, r#"{"a":1,'"=b":2}"#),
        ] {
            assert_eq!(defused(value), safe, "{value:?}");
        }
    }

    #[test]
    fn what_was_defused_stays_as_it_is_behind_each_split() {
        for value in ["=1;=1", "a;@b,+c", ";;=", "\t=", "'=1"] {
            let safe = defused(value).into_owned();
            for part in safe.split(SPLITS) {
                assert!(!part.trim().starts_with(['=', '+', '-', '@']), "{value:?}: {safe:?}");
            }
        }
    }
}
