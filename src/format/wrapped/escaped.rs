//! Text that stands escaped in other text: where its bytes are there, and what it is without escapes.
//! Never guesses how often: the first sign after the opening bracket tells.

use crate::format::json::unescape;

/// One level of escapes less, where `bytes` are an object or list that stands escaped in a JSON
/// string or doubled in a quoted CSV cell; `None` where they are plain JSON.
pub(in crate::format) fn peel(bytes: &[u8]) -> Option<String> {
    let head = bytes.trim_ascii_start();
    if !matches!(head.first(), Some(b'{' | b'[')) {
        return None;
    }
    let sign = memchr::memchr2(b'"', b'\\', head)?;
    if head[sign] == b'\\' {
        return unescaped(head);
    }
    let rest = head[sign + 1..].strip_prefix(b"\"")?;
    // An empty key is followed by its colon, and an empty text by what goes on behind it.
    if matches!(rest.trim_ascii_start().first(), Some(b':' | b',' | b']' | b'}') | None) {
        return None;
    }
    Some(str::from_utf8(head).ok()?.replace("\"\"", "\""))
}

/// What the inside of a JSON string stands for; `None` where it is not UTF-8.
pub(super) fn unescaped(inner: &[u8]) -> Option<String> {
    str::from_utf8(inner).ok()?;
    Some(unescape(inner).0)
}

/// Where places in the text that the inside of a JSON string stands for are in that inside.
/// `places` are in order.
pub(super) fn escaped_offsets(inner: &[u8], places: &[usize]) -> Vec<usize> {
    let (mut at, mut plain) = (0, 0);
    offsets(places, &mut plain, &mut at, inner.len(), |at| match inner[at] {
        b'\\' => one_escape(&inner[at..]),
        _ => (1, 1),
    })
}

/// The same for the inside of a quoted CSV cell, in which quotes are doubled.
pub(super) fn doubled_offsets(inner: &[u8], places: &[usize]) -> Vec<usize> {
    let (mut at, mut plain) = (0, 0);
    offsets(places, &mut plain, &mut at, inner.len(), |at| {
        if inner[at..].starts_with(b"\"\"") { (2, 1) } else { (1, 1) }
    })
}

/// Walks on by `step`, which gives how many bytes at a place stand for how many of the text.
fn offsets(
    places: &[usize],
    plain: &mut usize,
    at: &mut usize,
    len: usize,
    step: impl Fn(usize) -> (usize, usize),
) -> Vec<usize> {
    let mut found = Vec::with_capacity(places.len());
    for &place in places {
        while *plain < place && *at < len {
            let (bytes, text) = step(*at);
            *at += bytes;
            *plain += text;
        }
        found.push((*at).min(len));
    }
    found
}

/// Bytes of the escape that begins here, and bytes of what it stands for, as [`unescape`] has it.
fn one_escape(rest: &[u8]) -> (usize, usize) {
    let hex = |from: usize| {
        let digits = rest.get(from..from + 4)?;
        digits.iter().try_fold(0u32, |sum, &b| Some(sum * 16 + (b as char).to_digit(16)?))
    };
    match rest.get(1) {
        Some(b'u') => match hex(2) {
            None => (2, 3),
            Some(first) => match char::from_u32(first) {
                Some(c) => (6, c.len_utf8()),
                None => match hex(8) {
                    Some(0xdc00..=0xdfff) if first < 0xdc00 && rest[6..].starts_with(b"\\u") => {
                        (12, 4)
                    }
                    _ => (6, 3),
                },
            },
        },
        Some(b'"' | b'\\' | b'/' | b'n' | b'r' | b't' | b'b' | b'f') => (2, 1),
        // The backslash and what is behind it become U+FFFD.
        Some(_) | None => (2, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_text_is_found_in_its_escaped_form() {
        let inner = r#"a\"b\\\\c\u00e9\ud83d\ude00x\ud83d y\n\q{\"k\":\"v\"}é€"#;
        let (text, _) = unescape(inner.as_bytes());
        let places: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
        let outer = escaped_offsets(inner.as_bytes(), &places);
        for pair in places.windows(2).zip(outer.windows(2)) {
            let (plain, escaped) = (pair.0, pair.1);
            let piece = unescape(&inner.as_bytes()[escaped[0]..escaped[1]]).0;
            assert_eq!(piece, text[plain[0]..plain[1]], "{plain:?}");
        }
        assert_eq!(outer.last(), Some(&inner.len()));
    }

    #[test]
    fn levels_of_escapes_are_taken_away_one_by_one() {
        let plain = r#"{"a": "b\"c", "d": ""}"#;
        let once = serde_json::to_string(plain).expect("JSON");
        let once = &once[1..once.len() - 1];
        let doubled = plain.replace('"', "\"\"");
        assert_eq!(peel(once.as_bytes()).as_deref(), Some(plain));
        assert_eq!(peel(doubled.as_bytes()).as_deref(), Some(plain));
        // JSON in a JSON string in a CSV cell.
        let both = once.replace('"', "\"\"");
        assert_eq!(super::super::plain(both.as_bytes()), plain.as_bytes());
        for json in [plain, "{\"\":1}", "{ \"\" : 1}", "[\"\",1]", "{}", "[]", "", "x"] {
            assert_eq!(peel(json.as_bytes()), None, "{json}");
        }
    }
}
