//! What the inside of a JSON string stands for.
//! Never fails: what cannot be read becomes U+FFFD.

use std::borrow::Cow;

/// The text a JSON string's inside stands for, and whether something in it had to be replaced by
/// U+FFFD: half of a surrogate pair, an unknown escape, invalid UTF-8.
pub(in crate::format) fn unescape(inner: &[u8]) -> (String, bool) {
    match sound(inner) {
        Some(text) => (text, false),
        None => replacing(inner),
    }
}

/// The text of an inside in which nothing has to be replaced. JSON inside of JSON has an escape every
/// few letters: byte by byte is faster than from one to the next.
fn sound(inner: &[u8]) -> Option<String> {
    let mut text = vec![0; inner.len()];
    let (mut length, mut at) = (0, 0);
    while let Some(&byte) = inner.get(at) {
        if byte != b'\\' {
            text[length] = byte;
            (length, at) = (length + 1, at + 1);
            continue;
        }
        let escape = *inner.get(at + 1)?;
        at += 2;
        let byte = match escape {
            b'"' | b'\\' | b'/' => escape,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                // Six bytes stand for three at most.
                let c = hex4(inner.get(at..)?).and_then(char::from_u32)?;
                at += 4;
                length += c.encode_utf8(&mut text[length..]).len();
                continue;
            }
            _ => return None,
        };
        text[length] = byte;
        length += 1;
    }
    text.truncate(length);
    String::from_utf8(text).ok()
}

fn replacing(inner: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(inner.len());
    let mut replaced = false;
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        push_lossy(&mut text, &rest[..at], &mut replaced);
        let escape = rest.get(at + 1).copied().unwrap_or_default();
        rest = rest.get(at + 2..).unwrap_or_default();
        match escape {
            b'"' | b'\\' | b'/' => text.push(escape as char),
            b'n' => text.push('\n'),
            b'r' => text.push('\r'),
            b't' => text.push('\t'),
            b'b' => text.push('\u{8}'),
            b'f' => text.push('\u{c}'),
            b'u' => {
                let (c, used) = unicode_escape(rest);
                replaced |= c.is_none();
                text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = &rest[used..];
            }
            _ => {
                replaced = true;
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
    push_lossy(&mut text, rest, &mut replaced);
    (text, replaced)
}

fn push_lossy(text: &mut String, bytes: &[u8], replaced: &mut bool) {
    if let Ok(piece) = str::from_utf8(bytes) {
        return text.push_str(piece);
    }
    let piece = String::from_utf8_lossy(bytes);
    *replaced |= matches!(piece, Cow::Owned(_));
    text.push_str(&piece);
}

/// The character that four hexadecimal digits stand for, or two such escapes that are a surrogate
/// pair, and how many bytes were used.
fn unicode_escape(rest: &[u8]) -> (Option<char>, usize) {
    let Some(first) = hex4(rest) else { return (None, 0) };
    if let Some(c) = char::from_u32(first) {
        return (Some(c), 4);
    }
    if first < 0xdc00
        && rest.get(4..6) == Some(b"\\u".as_slice())
        && let Some(second @ 0xdc00..=0xdfff) = hex4(&rest[6..])
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code), 10);
    }
    (None, 4)
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    bytes.get(..4)?.iter().try_fold(0u32, |sum, &b| Some(sum * 16 + (b as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_reads_what_the_long_one_does_or_leaves_it() {
        let pieces: [&[u8]; 14] = [
            b"a",
            b"\\\"",
            b"\\\\",
            b"\\n",
            b"\\/",
            b"\\u00e9",
            b"\\u2028",
            b"\\ud83d\\ude00",
            b"\\ud83d",
            b"\\x",
            b"\\",
            b"\\u12",
            "é€".as_bytes(),
            b"\xe2\x82",
        ];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let inner = [first, second, third].concat();
                    let long = replacing(&inner);
                    match sound(&inner) {
                        Some(text) => assert_eq!((text, false), long, "{inner:?}"),
                        None => assert_eq!(unescape(&inner), long),
                    }
                }
            }
        }
    }
}
