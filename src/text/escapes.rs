//! Characters written by their numbers or names: HTML's references, escapes of programming languages, quoted-printable.
//! Never guesses: what does not stand for a whole character is no escape.

/// References in references that are undone: `&amp;amp;#107;`.
const MOST_NESTED: usize = 6;
/// Longest name or number of a reference, in bytes.
const LONGEST: usize = 12;

/// References of HTML by name: what mail and web pages write in place of signs.
const NAMES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("plus", '+'),
    ("equals", '='),
    ("sol", '/'),
    ("bsol", '\\'),
    ("period", '.'),
    ("comma", ','),
    ("lowbar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("percnt", '%'),
    ("colon", ':'),
    ("semi", ';'),
    ("excl", '!'),
    ("quest", '?'),
    ("num", '#'),
    ("dollar", '$'),
    ("commat", '@'),
    ("ast", '*'),
    ("lpar", '('),
    ("rpar", ')'),
    ("szlig", 'ß'),
    ("oslash", 'ø'),
    ("aelig", 'æ'),
    ("oelig", 'œ'),
    ("eth", 'ð'),
    ("thorn", 'þ'),
    ("lstrok", 'ł'),
    ("dstrok", 'đ'),
    ("inodot", 'ı'),
    ("imath", 'ı'),
];

/// Endings of the names of letters with an accent, and the mark that joins the letter.
const ACCENTS: &[(&str, char)] = &[
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("circ", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macr", '\u{304}'),
    ("breve", '\u{306}'),
    ("dot", '\u{307}'),
    ("uml", '\u{308}'),
    ("ring", '\u{30a}'),
    ("dblac", '\u{30b}'),
    ("caron", '\u{30c}'),
    ("cedil", '\u{327}'),
    ("ogon", '\u{328}'),
];

/// What a reference of HTML at the start of a text stands for, and its length in bytes. The `&` of a
/// reference may be one itself. A letter with an accent is two characters. Source: HTML Living
/// Standard, "Named character references".
pub fn html_reference(text: &[u8]) -> Option<(String, usize)> {
    if text.first() != Some(&b'&') {
        return None;
    }
    let mut at = 1;
    for _ in 0..MOST_NESTED {
        let (letters, len) = reference(&text[at..])?;
        let next = at + len;
        if letters != "&" || reference(&text[next..]).is_none() {
            return Some((letters, next));
        }
        at = next;
    }
    None
}

/// The same behind its `&`.
fn reference(text: &[u8]) -> Option<(String, usize)> {
    let run = |from: usize, is: fn(&u8) -> bool| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take(LONGEST).take_while(|byte| is(byte)).count()
    };
    // Browsers take numbers without the `;`, too.
    let closed = |end: usize| end + usize::from(text.get(end) == Some(&b';'));
    match text {
        [b'#', b'x' | b'X', ..] => {
            let end = run(2, u8::is_ascii_hexdigit);
            Some((letter(&text[2..end], 16)?.to_string(), closed(end)))
        }
        [b'#', ..] => {
            let end = run(1, u8::is_ascii_digit);
            Some((letter(&text[1..end], 10)?.to_string(), closed(end)))
        }
        _ => {
            let end = run(0, u8::is_ascii_alphabetic);
            let name = std::str::from_utf8(&text[..end]).ok().filter(|name| !name.is_empty())?;
            let is_closed = text.get(end) == Some(&b';');
            is_closed.then(|| named(name)).flatten().map(|letters| (letters, end + 1))
        }
    }
}

fn named(name: &str) -> Option<String> {
    let known = NAMES.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
    if let Some((_, letter)) = known {
        return Some(letter.to_string());
    }
    let (letter, accent) = name.split_at_checked(1)?;
    let (_, mark) = ACCENTS.iter().find(|(known, _)| *known == accent)?;
    Some(format!("{letter}{mark}"))
}

/// A number in digits, and nothing but digits.
pub fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, radix).ok()
}

/// The character of a number in digits.
fn letter(digits: &[u8], radix: u32) -> Option<char> {
    char::from_u32(number(digits, radix)?)
}

/// The character that bytes make which are written one after the other, and where the last one ends.
/// `next` reads the byte that is written at a place, and where it ends.
pub fn whole_letter(next: impl Fn(usize) -> Option<(u8, usize)>) -> Option<(char, usize)> {
    let (mut bytes, mut end) = ([0; 4], 0);
    for count in 1..=bytes.len() {
        (bytes[count - 1], end) = next(end)?;
        if let Ok(whole) = std::str::from_utf8(&bytes[..count]) {
            return whole.chars().next().map(|letter| (letter, end));
        }
    }
    None
}

/// The byte of two hexadecimal digits.
pub fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

/// The five bits of a character of Base32 (RFC 4648), in either case.
pub fn quintet(byte: u8) -> Option<u8> {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => Some(letter - b'a'),
        digit @ b'2'..=b'7' => Some(digit - b'2' + 26),
        _ => None,
    }
}

/// The character whose bytes are each written as `sign` and two hexadecimal digits at the start of a
/// text, and the length of what was read.
pub fn byte_escape(text: &[u8], sign: &[u8]) -> Option<(char, usize)> {
    whole_letter(|at| {
        let digits = text.get(at..)?.strip_prefix(sign)?;
        Some((hex_pair(*digits.first()?, *digits.get(1)?)?, at + sign.len() + 2))
    })
}

/// What an escape of a programming language stands for behind its backslashes: `x6b`, `u006b`,
/// `u{6b}`, `U0000006b`; and its length.
pub fn language_escape(text: &[u8]) -> Option<(char, usize)> {
    let digits = |from: usize, len: usize| letter(text.get(from..from + len)?, 16);
    match text {
        [b'x' | b'X', ..] => {
            let byte = |at: usize| {
                let sign = if at == 0 { 0 } else { escaped_again(text, at)? };
                matches!(text.get(sign), Some(b'x' | b'X')).then_some(())?;
                Some((hex_pair(*text.get(sign + 1)?, *text.get(sign + 2)?)?, sign + 3))
            };
            whole_letter(byte).filter(|(letter, _)| !letter.is_control())
        }
        [b'u', b'{', rest @ ..] => {
            let len = rest.iter().take(LONGEST).position(|byte| *byte == b'}')?;
            Some((letter(&rest[..len], 16)?, len + 3))
        }
        [b'U', ..] if digits(1, 8).is_some() => Some((digits(1, 8)?, 9)),
        [b'u' | b'U', ..] => {
            let plain = digits(1, 4).map(|letter| (letter, 5));
            plain.or_else(|| surrogates(text))
        }
        _ => None,
    }
}

/// A character beyond the first plane: `ud83d\ude00`, with any number of backslashes.
fn surrogates(text: &[u8]) -> Option<(char, usize)> {
    let unit = |from: usize| u16::try_from(number(text.get(from..from + 4)?, 16)?).ok();
    let second = escaped_again(text, 5)?;
    matches!(text.get(second), Some(b'u' | b'U')).then_some(())?;
    let units = [unit(1)?, unit(second + 1)?];
    let letter = char::decode_utf16(units).next()?.ok()?;
    Some((letter, second + 5))
}

/// The place behind the backslashes at a place of a text; `None` where there are none.
fn escaped_again(text: &[u8], at: usize) -> Option<usize> {
    let slashes = text.get(at..)?.iter().take(16).take_while(|byte| **byte == b'\\').count();
    (slashes > 0).then_some(at + slashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_by_number_and_name_also_in_each_other() {
        for (text, letters, rest) in [
            ("&#107;im", "k", "im"),
            ("&#x6B;im", "k", "im"),
            ("&#X6bim", "k", "im"),
            ("&#107im", "k", "im"),
            ("&amp;#107;im", "k", "im"),
            ("&amp;amp;#x6b;", "k", ""),
            ("&#38;#107;", "k", ""),
            ("&commat;x", "@", "x"),
            ("&Uuml;bel", "U\u{308}", "bel"),
            ("&amp; co", "&", " co"),
            ("&amp;co", "&", "co"),
        ] {
            let (found, len) = html_reference(text.as_bytes()).expect(text);
            assert_eq!((&*found, &text[len..]), (letters, rest), "{text}");
        }
        for text in ["&", "&;", "&#;", "&#x;", "&b=1", "&nothing;", "&#x110000;", "x", "&#xd800;"] {
            assert_eq!(html_reference(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn escapes_of_languages_are_read() {
        for (text, letter, len) in [
            ("x6bim", 'k', 3),
            ("xc3\\xbc", 'ü', 7),
            ("u006bim", 'k', 5),
            ("u{6b}im", 'k', 5),
            ("U0000006bim", 'k', 9),
            ("ud83d\\\\ude00", '😀', 12),
        ] {
            assert_eq!(language_escape(text.as_bytes()), Some((letter, len)), "{text}");
        }
        for text in ["x", "x6", "xzz", "x1b", "xc3", "u00", "u{", "ud83d", "n", ""] {
            assert_eq!(language_escape(text.as_bytes()), None, "{text}");
        }
        assert_eq!(byte_escape(b"=C3=BCb", b"="), Some(('ü', 6)));
        assert_eq!(byte_escape(b"=C3b", b"="), None);
    }
}
