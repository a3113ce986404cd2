//! What a secret of somebody else looks like: tokens, values of parameters that are known to be secret, private keys.
//! Never a judgement about words: ordinary sentences that name a parameter stay whole.

use std::ops::Range;

use memchr::memmem;

use super::MASK;

/// Parameters of OAuth, of Azure's signatures and keys, and headers, whose values are secret.
/// Compared without case, `_` and `-`.
const NAMES: &[&str] = &[
    "accesstoken",
    "accountkey",
    "apikey",
    "assertion",
    "authorization",
    "clientassertion",
    "clientsecret",
    "codeverifier",
    "cookie",
    "devicecode",
    "idtoken",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "refreshtoken",
    "secret",
    "sharedaccesskey",
    "sharedaccesssignature",
    "sig",
    "subscriptionkey",
    "xidentityheader",
];

/// Ways to prove who asks, in a header `Authorization` (RFC 9110, 11.4).
const SCHEMES: &[&str] = &["bearer", "basic", "negotiate", "ntlm", "pop", "sharedkey"];

/// What entrail's own advice has in place of a password.
const PLACEHOLDERS: &[&[u8]] = &[b"PASSWORD", b"***", b"..."];

/// Longest name of a parameter, in bytes, with all its `_`.
const LONGEST_NAME: usize = 28;
/// Fewest characters of a value that stands behind a colon or a space.
const SHORTEST: usize = 8;
/// Fewest characters of a token that has no digit.
const LONG: usize = 40;

/// Where there is something secret.
pub fn find(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    tokens(bytes, &mut found);
    schemes(bytes, &mut found);
    parameters(bytes, &mut found);
    addresses(bytes, &mut found);
    keys(bytes, &mut found);
    found.retain(|range| !is_masked(&bytes[range.clone()]));
    found
}

/// Was that taken out before?
fn is_masked(value: &[u8]) -> bool {
    value.is_empty()
        || memmem::find(value, MASK.trim_matches(['[', ']']).as_bytes()).is_some()
            && value.first() == Some(&b'[')
        || PLACEHOLDERS.contains(&value)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The characters of `token68` (RFC 9110, 11.2), but for the padding.
fn is_token(byte: u8) -> bool {
    is_base64url(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/')
}

fn run(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    bytes.get(from..).map_or(from, |rest| from + rest.iter().take_while(|byte| is(**byte)).count())
}

/// JSON web tokens: `eyJ…` and at least one more part behind a full stop.
fn tokens(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    for start in memmem::find_iter(bytes, b"eyJ") {
        if start > 0 && bytes.get(start - 1).copied().is_some_and(is_base64url) {
            continue;
        }
        let head = run(bytes, start, is_base64url);
        let (mut end, mut parts) = (head, 1);
        while bytes.get(end) == Some(&b'.') && parts < 5 {
            let next = run(bytes, end + 1, is_base64url);
            if next == end + 1 && parts > 1 {
                break;
            }
            (end, parts) = (next, parts + 1);
        }
        if head - start >= 10 && end > head + 2 {
            found.push(start..end);
        }
    }
}

/// `Bearer …`, `Basic …`: what follows the name of a scheme and can be no word.
fn schemes(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    for (at, _) in word_starts(bytes) {
        let end = run(bytes, at, |byte| byte.is_ascii_alphabetic());
        let is_scheme =
            SCHEMES.iter().any(|known| bytes[at..end].eq_ignore_ascii_case(known.as_bytes()));
        if !is_scheme {
            continue;
        }
        let start = run(bytes, end, |byte| matches!(byte, b' ' | b':' | b'\t'));
        let stop = run(bytes, start, is_token);
        let padded = run(bytes, stop, |byte| byte == b'=');
        // Not a parameter, as `realm="…"` in a challenge.
        let next = bytes.get(padded).copied().filter(|_| padded > stop);
        let is_parameter = next.is_some_and(|byte| byte == b'"' || is_token(byte));
        if start > end && !is_parameter && looks_secret(&bytes[start..padded]) {
            found.push(start..padded);
        }
    }
}

/// A word with its first byte; a word begins behind what is neither letter nor digit.
fn word_starts(bytes: &[u8]) -> impl Iterator<Item = (usize, u8)> + '_ {
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len())
        .filter(move |at| is_word(*at) && (*at == 0 || !is_word(at - 1)))
        .map(|at| (at, bytes[at]))
}

fn looks_secret(value: &[u8]) -> bool {
    value.len() >= LONG
        || value.len() >= SHORTEST
            && (value.iter().any(u8::is_ascii_digit) || value.ends_with(b"="))
}

/// `client_secret=…`, `"refresh_token":"…"`, `password: …`.
fn parameters(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    for (at, first) in word_starts(bytes) {
        let end = run(bytes, at, is_base64url).min(at + LONGEST_NAME);
        let letters = || bytes[at..end].iter().filter(|byte| byte.is_ascii_alphanumeric());
        let is = |known: &str| {
            known.as_bytes()[0].eq_ignore_ascii_case(&first)
                && letters().map(u8::to_ascii_lowercase).eq(known.bytes())
        };
        if NAMES.iter().any(|known| is(known))
            && let Some(value) = value(bytes, end)
        {
            found.push(value);
        }
    }
}

/// The value of the parameter whose name ends here, if it has one that can be no word.
fn value(bytes: &[u8], name_end: usize) -> Option<Range<usize>> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t');
    let is_quote = |byte: u8| matches!(byte, b'"' | b'\'' | b'\\' | b'`');
    let sign = run(bytes, run(bytes, name_end, is_quote), is_space);
    let separator = *bytes.get(sign).filter(|byte| matches!(byte, b'=' | b':'))?;
    let spaced = sign > run(bytes, name_end, is_quote);
    let start = run(bytes, sign + 1, |byte| byte == b'>' && separator == b'=');
    let opened = run(bytes, start, is_space);
    let first = run(bytes, opened, is_quote);
    let quote = bytes[opened..first].last().copied();
    let rest = &bytes[first..];
    // Inside of a text in JSON, quotes are escaped themselves.
    let is_inside = bytes[opened..first].contains(&b'\\');
    let length = match quote {
        Some(quote) if is_inside => memmem::find(rest, &[b'\\', quote]),
        Some(quote) => {
            let mut escaped = false;
            rest.iter().position(|byte| {
                let ends = *byte == quote && !escaped || *byte == b'\n';
                escaped = *byte == b'\\' && !escaped;
                ends
            })
        }
        None => rest.iter().position(|byte| {
            byte.is_ascii_whitespace() || byte.is_ascii_control() || b"&\"'<>,;)}]".contains(byte)
        }),
    };
    let value = first..length.map_or(bytes.len(), |length| first + length);
    let sure = quote.is_some() || separator == b'=' && !spaced && opened == sign + 1;
    (sure || looks_secret(&bytes[value.clone()])).then_some(value)
}

/// `https://name:password@host`.
fn addresses(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    let is_part = |byte: u8| !byte.is_ascii_whitespace() && !b"/?#\"'<>@".contains(&byte);
    for start in memmem::find_iter(bytes, b"://") {
        let end = run(bytes, start + 3, is_part);
        if bytes.get(end) == Some(&b'@')
            && let Some(colon) = memchr::memchr(b':', &bytes[start + 3..end])
        {
            found.push(start + 3 + colon + 1..end);
        }
    }
}

/// A private key in PEM, up to its end or that of the text.
fn keys(bytes: &[u8], found: &mut Vec<Range<usize>>) {
    for start in memmem::find_iter(bytes, b"-----BEGIN ") {
        let label = run(bytes, start + 11, |byte| byte.is_ascii_uppercase() || byte == b' ');
        if bytes[start..label].ends_with(b"PRIVATE KEY") {
            let end = memmem::find(&bytes[label..], b"-----END ");
            let end = end.map_or(bytes.len(), |end| label + end);
            found.push(run(bytes, label, |byte| byte == b'-')..end);
        }
    }
}
