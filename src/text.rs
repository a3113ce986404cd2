//! Names compared and foreign text made safe: [`fold`] for every comparison, [`clean`] for every display.
//! Never decides what a text means.

pub mod draft;
pub mod escapes;
mod formula;
pub mod nearby;
pub mod shell;
pub mod wrap;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use formula::{defused, is_formula};

/// The form in which names are compared: Unicode case folded, every dash an ASCII `-`, runs of
/// white space one space, trimmed, one trailing full stop dropped.
///
/// Live records spell `Update application – Certificates and secrets management ` (en dash,
/// trailing space), the reference article an ASCII hyphen, the unified audit log a trailing full
/// stop; all three fold to one name.
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    fold_into(name, &mut folded);
    folded
}

/// Appends what [`fold`] returns for `name` to `out`.
pub fn fold_into(name: &str, out: &mut String) {
    let start = out.len();
    let mut space = false;
    for c in name.chars() {
        if is_space(c) {
            space = out.len() > start;
            continue;
        }
        if space {
            out.push(' ');
            space = false;
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if is_dash(c) {
            out.push('-');
        } else {
            // Upper then lower is full case folding: ß, ſ and final ς meet their plain letters.
            out.extend(c.to_uppercase().flat_map(char::to_lowercase));
        }
    }
    if out.len() > start + 1 && out.ends_with('.') {
        out.pop();
        while out.len() > start && out.ends_with(' ') {
            out.pop();
        }
    }
}

/// Is `folded` what [`fold`] makes of `name`? Most names are compared as they are, without room for
/// a folded copy.
#[inline]
pub fn folds_to(name: &str, folded: &str) -> bool {
    // Mostly this decides: letters that are no spaces begin what they fold to.
    for (own, expected) in name.bytes().zip(folded.bytes()).take(4) {
        if !own.is_ascii_graphic() {
            break;
        }
        if own.to_ascii_lowercase() != expected {
            return false;
        }
    }
    folds_wholly_to(name, folded)
}

fn folds_wholly_to(name: &str, folded: &str) -> bool {
    if !name.is_ascii() {
        return fold(name) == folded;
    }
    let name = name.trim_matches(is_space);
    let name = match name.strip_suffix('.') {
        Some(rest) if !rest.is_empty() => rest.trim_end_matches(is_space),
        _ => name,
    };
    let mut expected = folded.bytes();
    let mut space = false;
    for byte in name.bytes() {
        if is_space(char::from(byte)) {
            space = true;
            continue;
        }
        if std::mem::take(&mut space) && expected.next() != Some(b' ') {
            return false;
        }
        if expected.next() != Some(byte.to_ascii_lowercase()) {
            return false;
        }
    }
    expected.next().is_none()
}

/// Does what [`fold`] makes of `text` contain `folded`? Mostly found out without room for a folded
/// copy.
pub fn fold_contains(text: &str, folded: &str) -> bool {
    let Some(&first) = folded.as_bytes().first() else { return true };
    if !text.is_ascii() {
        // Letters, spaces and dashes beyond ASCII fold to ASCII; digits and other signs are as they are.
        let fixed = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'#' | b'@' | b'=' | b'_');
        let missing = |byte| memchr::memchr(byte, text.as_bytes()).is_none();
        return !folded.bytes().filter(fixed).any(missing) && fold(text).contains(folded);
    }
    // A space may stand for several, and a full stop may be one that is dropped.
    let plain = !folded.contains(' ') && !folded.ends_with('.');
    let mut hits = memchr::memchr2_iter(first, first.to_ascii_uppercase(), text.as_bytes());
    let at = |hit: usize| text.as_bytes().get(hit..hit + folded.len());
    if plain {
        hits.any(|hit| at(hit).is_some_and(|own| own.eq_ignore_ascii_case(folded.as_bytes())))
    } else {
        // Nothing but a space folds to one.
        (first == b' ' || hits.next().is_some()) && fold(text).contains(folded)
    }
}

/// Folds what a user is typing: as [`fold`], but a space or full stop at either end stays, so that
/// `user ` and `contoso.` narrow a search as written.
pub fn fold_fragment(fragment: &str) -> String {
    let mut folded = String::with_capacity(fragment.len());
    let mut last_space = false;
    for c in fragment.chars() {
        if is_space(c) {
            if !last_space {
                folded.push(' ');
            }
            last_space = true;
            continue;
        }
        last_space = false;
        if is_dash(c) {
            folded.push('-');
        } else {
            folded.extend(c.to_uppercase().flat_map(char::to_lowercase));
        }
    }
    folded
}

/// White space, and the four ASCII separators that no name means (the store keeps two for itself).
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Is it one of the dashes that names have in place of a hyphen?
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// Foreign text as it may be shown in a terminal: no control, escape, bidi or invisible character
/// survives raw. Controls become their Unicode pictures (`␛`), invisible and direction-changing
/// characters become `<U+202E>`, variation selectors and the fourth and later of stacked combining
/// marks are dropped. Line breaks and tabs become `␊`, `␍`, `␉`: a value is one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if unicode_width::UnicodeWidthChar::width(c) == Some(0) && !is_invisible(c) {
            marks += 1;
            if marks > 3 {
                continue;
            }
        } else {
            marks = 0;
        }
        push_clean(c, &mut cleaned);
    }
    Cow::Owned(cleaned)
}

fn push_clean(c: char, out: &mut String) {
    match c {
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => out.push('\u{2421}'),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {}
        c if is_invisible(c) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", c as u32);
        }
        c => out.push(c),
    }
}

/// Characters that change how others are shown or cannot be seen: C1 controls, zero-width, bidi
/// embeddings, overrides and isolates, tags, line and paragraph separators, fillers, private use.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}'
        | '\u{f0000}'..='\u{10ffff}')
}

/// Adds a character as a string of JSON spells it: `\uXXXX`, or two of them beyond the first plane.
pub fn push_json_escape(c: char, out: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Bytes as hexadecimal digits, as digests are written.
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Is it written like the id of an object: `5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11`?
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The user principal name without the object id that Entra glues in front when a user is deleted
/// (`e6e182d827c646e29844baca38c2473buser1@contoso.com` → `user1@contoso.com`), and whether one was
/// there. Only the digits of `id`, the user's own, are taken away: names may begin with others.
/// Source: Microsoft Sentinel's own rules strip the same 32 hexadecimal digits.
pub fn original_upn<'u>(upn: &'u str, id: &str) -> (&'u str, bool) {
    let digits = || id.bytes().filter(|&byte| byte != b'-');
    match glued_id(upn) {
        Some((glued, rest))
            if is_guid(id)
                && glued.bytes().zip(digits()).all(|(a, b)| a.eq_ignore_ascii_case(&b)) =>
        {
            (rest, true)
        }
        _ => (upn, false),
    }
}

/// What looks like an object id glued in front of a user principal name, and the name after it.
pub fn glued_id(upn: &str) -> Option<(&str, &str)> {
    let bytes = upn.as_bytes();
    let glued = bytes.len() > 33
        && bytes[..32].iter().all(u8::is_ascii_hexdigit)
        && upn[32..].contains('@')
        && bytes[32] != b'@';
    glued.then(|| upn.split_at(32))
}

/// Cuts `text` to `width` terminal cells, with `…` where something was left out.
/// Returns the text and its width in cells.
pub fn fit(text: &str, width: usize) -> (Cow<'_, str>, usize) {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    if text.len() <= width && text.is_ascii() {
        return (Cow::Borrowed(text), text.len());
    }
    let full = text.width();
    if full <= width {
        return (Cow::Borrowed(text), full);
    }
    if width == 0 {
        return (Cow::Borrowed(""), 0);
    }
    let mut used = 0;
    let mut end = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        let cells = cluster.width();
        if used + cells > width - 1 {
            break;
        }
        used += cells;
        end = at + cluster.len();
    }
    (Cow::Owned(format!("{}…", &text[..end])), used + 1)
}

/// A number with separators between thousands: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A path cut to `width` cells: its end is what tells it from others.
pub fn fit_end(path: &str, width: usize) -> Cow<'_, str> {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    if path.width() <= width {
        return Cow::Borrowed(path);
    }
    let mut room = width.saturating_sub(1);
    let mut start = path.len();
    for (at, cluster) in path.grapheme_indices(true).rev() {
        let cells = cluster.width();
        if cells > room {
            break;
        }
        room -= cells;
        start = at;
    }
    Cow::Owned(format!("…{}", &path[start..]))
}

/// A name cut to `width` cells where the difference between names is kept: most names of activities
/// differ in their last words, before what stands in parentheses at the end.
pub fn fit_name(text: &str, width: usize) -> Cow<'_, str> {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    let (whole, used) = fit(text, width);
    // Less than this shows nothing of both ends.
    if width < 9 || (used <= width && matches!(&whole, Cow::Borrowed(same) if *same == text)) {
        return whole;
    }
    let bare = match text.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((before, _)) if !before.is_empty() => before,
        _ => text.trim_end(),
    };
    if bare.width() < width {
        return Cow::Owned(format!("{bare}…"));
    }
    let mut tail = bare.len();
    let mut room = (width - 1) * 2 / 5;
    for (at, cluster) in bare.grapheme_indices(true).rev() {
        let cells = cluster.width();
        if cells > room {
            break;
        }
        room -= cells;
        tail = at;
    }
    let end = &bare[tail..];
    let mut head = 0;
    let mut room = width - 1 - end.width();
    for (at, cluster) in bare.grapheme_indices(true) {
        let cells = cluster.width();
        if cells > room {
            break;
        }
        room -= cells;
        head = at + cluster.len();
    }
    Cow::Owned(format!("{}…{end}", &bare[..head]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_cut_keeps_its_end() {
        assert_eq!(fit_end("/tmp/a.md", 9), "/tmp/a.md");
        assert_eq!(fit_end("/home/anna/out/a.md", 10), "…/out/a.md");
        assert_eq!(fit_end("名前/報告", 6), "…/報告");
    }

    #[test]
    fn a_name_that_is_cut_keeps_what_tells_it_from_others() {
        for (name, width, shown) in [
            ("Add user", 16, "Add user"),
            ("Add member to role requested (PIM activation)", 16, "Add membe…uested"),
            ("Add member to role completed (PIM activation)", 16, "Add membe…pleted"),
            ("Add member to role requested (PIM activation)", 30, "Add member to role requested…"),
            ("Update application", 16, "Update ap…cation"),
            ("Consent to application", 8, "Consent…"),
            ("名前を変更しました", 12, "名前を…した"),
            ("(all)", 4, "(al…"),
        ] {
            let found = fit_name(name, width);
            assert!(unicode_width::UnicodeWidthStr::width(&*found) <= width, "{found}");
            assert_eq!(found.trim_end(), shown, "{name}");
        }
    }

    #[test]
    fn all_spellings_of_an_activity_fold_to_one_name() {
        let folded = "update application - certificates and secrets management";
        for spelling in [
            "Update application – Certificates and secrets management ",
            "Update application - Certificates and secrets management",
            "UPDATE  application — certificates and\u{a0}secrets management.",
            "Update application ‑ Certificates and secrets management .",
        ] {
            assert_eq!(fold(spelling), folded, "{spelling}");
        }
    }

    #[test]
    fn folding_is_full_unicode_case_folding_and_idempotent() {
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
        for name in ["a..", "Straße. ", "  x  .", ".", "", "Ⅷ ﬁ"] {
            let once = fold(name);
            if !once.ends_with('.') {
                assert_eq!(fold(&once), once, "{name:?}");
            }
        }
    }

    #[test]
    fn a_name_is_compared_folded_without_folding_it() {
        let names = [
            "Add user",
            " ADD  user . ",
            "Add user..",
            ".",
            "..",
            "",
            "a – b",
            "a - b",
            "İ",
            "x.",
            "d u",
            "USER",
            "user.",
            "\u{1f}user",
            "ä#x@",
            "#X",
            "ß@",
            "ss@",
            "_",
        ];
        for name in names {
            for other in names {
                let folded = fold(other);
                assert_eq!(folds_to(name, &folded), fold(name) == folded, "{name:?} {other:?}");
                let contained = fold(name).contains(&folded);
                assert_eq!(fold_contains(name, &folded), contained, "{name:?} {other:?}");
            }
        }
    }

    #[test]
    fn nothing_that_drives_a_terminal_survives() {
        let hostile = "a\u{1b}[2Jb\u{202e}c\u{200b}d\r\n\te\u{9b}f\u{2066}g\u{feff}";
        let cleaned = clean(hostile);
        assert!(cleaned.chars().all(|c| !c.is_control() && !is_invisible(c)), "{cleaned}");
        assert!(cleaned.contains("␛[2J") && cleaned.contains("<U+202E>"), "{cleaned}");
        assert_eq!(clean("plain text"), "plain text");
        assert_eq!(clean("日本語 ❤\u{fe0f}"), "日本語 ❤");
    }

    #[test]
    fn a_deleted_users_name_is_found_again() {
        const ID: &str = "E6E182D8-27c6-46e2-9844-baca38c2473b";
        assert_eq!(
            original_upn("e6e182d827c646e29844baca38c2473buser1@contoso.com", ID),
            ("user1@contoso.com", true)
        );
        assert_eq!(original_upn("user1@contoso.com", ID), ("user1@contoso.com", false));
        assert_eq!(original_upn("héllo@contoso.com", ID), ("héllo@contoso.com", false));
        // Other digits are part of the name.
        let other = "0123456789abcdef0123456789abcdef12@contoso.com";
        assert_eq!(original_upn(other, ID), (other, false));
        assert_eq!(original_upn(other, ""), (other, false));
    }

    #[test]
    fn fitting_counts_cells_and_marks_the_cut() {
        assert_eq!(fit("abc", 3), ("abc".into(), 3));
        assert_eq!(fit("abcd", 3), ("ab…".into(), 3));
        assert_eq!(fit("日本語", 4), ("日…".into(), 3));
        assert_eq!(fit("日本語", 0), ("".into(), 0));
    }
}
