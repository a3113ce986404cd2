//! Text that was packed into other text, as Base64, Base32, hexadecimal, numbers of bytes or quoted-printable:
//! what is in it is as good as told to who unpacks it.
//! Never tells what was in it: the packed text is replaced as a whole.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::folded::{Folded, has_quoted, key};
use super::forms::mails;
use super::{Redactor, compiled};
use crate::text::escapes::{hex_pair, quintet};

/// A run of the letters of Base64, of both alphabets, also where an address of the web escaped them.
/// Tokens (JWT) are several of them with full stops between.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?-u:eyJ[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]{2,}){1,4})",
        r"|(?-u:(?:[A-Za-z0-9+/_\-]|%2[BbFfDd]|%5[Ff]){4,}(?:=|%3[Dd]){0,6})",
    ))
});

/// Bytes one by one, with signs between them: two hexadecimal digits each, or decimal numbers.
static BYTES: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?-u:\b(?:0[xX])?[0-9a-fA-F]{2}(?:[ ,:;.|_/\\\-]{1,2}(?:0[xX])?[0-9a-fA-F]{2}){2,}\b)",
        r"|(?-u:\b[0-9]{2,3}(?:[ ,:;.|_/\\\-]{1,2}[0-9]{2,3}){2,}\b)",
    ))
});

/// So many letters that are text when they are unpacked are no chance.
const TELLING: usize = 12;
/// The same of what is unpacked: of hexadecimal digits with a letter among them, and of others.
const TELLING_HEX: usize = 8;
const TELLING_OTHER: usize = 10;
/// So many bytes one by one are an identifier, whatever they say.
const MANY: usize = 8;
/// Mixed letters and digits of this length without a word in them are keys, certificates or packed data.
const LONG: usize = 40;

/// Bits that are left over and missing padding are forgiven: an identifier is not hidden by them.
const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

impl Redactor {
    /// Puts a pseudonym in place of everything in a text that is packed.
    pub(super) fn unpacked(&mut self, text: &str) -> Option<String> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for run in RUN.find_iter(text) {
            let parts = self.packed_in(run.as_str()).into_iter();
            found.extend(parts.map(|part| run.start() + part.start..run.start() + part.end));
        }
        let bytes = BYTES.find_iter(text).filter(|run| self.are_packed(run.as_str()));
        found.extend(bytes.map(|run| run.range()));
        found.extend(self.quoted(text));
        if found.is_empty() {
            return None;
        }
        found.sort_unstable_by_key(|part| (part.start, std::cmp::Reverse(part.end)));
        let (mut out, mut end) = (String::new(), 0);
        for part in found {
            if part.start >= end {
                out.push_str(&text[end..part.start]);
                out.push_str(&self.pseudonym_of(&text[part.clone()]));
                end = part.end;
            }
        }
        out.push_str(&text[end..]);
        Some(out)
    }

    /// Where something that identifies was written in quoted-printable.
    fn quoted(&mut self, text: &str) -> Vec<Range<usize>> {
        let Some(folded) = Folded::quoted(text) else { return Vec::new() };
        let found = self.found(&folded, true).into_iter();
        let found = found.map(|(range, _)| folded.original(&range));
        found.filter(|range| has_quoted(&text[range.clone()])).collect()
    }

    /// Are numbers with signs between them the bytes of a text?
    fn are_packed(&self, run: &str) -> bool {
        let signs = |c: char| !c.is_ascii_alphanumeric();
        let numbers = run.split(signs).filter(|number| !number.is_empty());
        let bare = |number: &str| {
            let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"));
            digits.unwrap_or(number).to_owned()
        };
        let hex: Option<Vec<u8>> = (numbers.clone())
            .map(|number| u8::from_str_radix(&bare(number), 16).ok().filter(|_| number.len() != 3))
            .collect();
        let decimal: Option<Vec<u8>> = numbers.map(|number| number.parse().ok()).collect();
        // Times, versions and dates have no letters.
        let has_letters = run.contains(|c: char| matches!(c, 'a'..='f' | 'A'..='F'));
        let many = hex.as_ref().is_some_and(|bytes| has_letters && bytes.len() >= MANY);
        let says = |bytes: Option<Vec<u8>>| bytes.is_some_and(|b| self.tells(&b, TELLING_HEX));
        many || says(hex) || says(decimal)
    }

    /// Are the numbers of a list the bytes of a text?
    pub(super) fn are_bytes(&self, numbers: &[serde_json::Value]) -> bool {
        let byte = |value: &serde_json::Value| value.as_u64().and_then(|n| u8::try_from(n).ok());
        let bytes: Option<Vec<u8>> = numbers.iter().map(byte).collect();
        bytes.is_some_and(|bytes| bytes.len() > 2 && self.tells(&bytes, TELLING_HEX))
    }

    /// Are the bytes a text: a name that is known, one with such a name or an address of mail in it,
    /// or any of `sure` characters and more?
    fn tells(&self, bytes: &[u8], sure: usize) -> bool {
        let Some(text) = text_of(bytes) else { return false };
        let count = text.chars().count();
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if (count >= sure && letters * 2 >= count) || self.is_known(&text) {
            return true;
        }
        let folded = Folded::of(&text).text;
        !mails(&folded).is_empty() || self.has_name(&folded)
    }

    /// Small and large letters differ here, so this is not [`Redactor::named`].
    fn pseudonym_of(&mut self, packed: &str) -> String {
        let bare = packed.trim_end_matches('=');
        if let Some(known) = self.packed.get(bare) {
            return known.clone();
        }
        let pseudonym = self.next("encoded");
        self.packed.insert(bare.to_owned(), pseudonym.clone());
        pseudonym
    }

    /// The parts of a run that are packed: all of it, or what stands between the letters that are
    /// also signs between words.
    fn packed_in(&self, run: &str) -> Vec<Range<usize>> {
        if self.is_packed(run) {
            return std::iter::once(0..run.len()).collect();
        }
        for between in [&['/', '+'][..], &['/', '+', '-', '_'][..]] {
            let mut found = Vec::new();
            let mut at = 0;
            for part in run.split(between) {
                if part.len() < run.len() && self.is_packed(part) {
                    found.push(at..at + part.len());
                }
                at += part.len() + 1;
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn is_packed(&self, run: &str) -> bool {
        if run.starts_with("eyJ") && run.contains('.') {
            return true;
        }
        let plain = unescaped(run);
        let bare = plain.trim_end_matches('=');
        if bare.len() < 4 {
            return false;
        }
        if self.is_hex(bare) || self.is_base32(bare) {
            return true;
        }
        let urls = bare.contains(['-', '_']);
        let alphabet = if urls { &URL_SAFE } else { &STANDARD };
        let Ok(bytes) = GeneralPurpose::new(alphabet, FORGIVING).decode(bare) else { return false };
        if let Some(text) = text_of(&bytes) {
            return bare.len() >= TELLING || self.is_known(&text);
        }
        let has = |of: fn(&u8) -> bool| bare.as_bytes().iter().any(of);
        let is_mixed =
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        let is_padded = plain.len() > bare.len() && plain.len().is_multiple_of(4);
        // Certificates begin with a sequence of DER, and have names in them.
        is_mixed
            && ((bare.len() >= LONG && is_unbroken(bare)) || (is_padded && bare.len() >= TELLING))
    }

    /// Is it a text in hexadecimal digits, without anything between them?
    fn is_hex(&self, run: &str) -> bool {
        let digits = run.strip_prefix("0x").or_else(|| run.strip_prefix("0X")).unwrap_or(run);
        if digits.len() < 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return false;
        }
        let has_letters = digits.bytes().any(|byte| byte.is_ascii_alphabetic());
        let (pairs, _) = digits.as_bytes().as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().filter_map(|[high, low]| hex_pair(*high, *low)).collect();
        self.tells(&bytes, if has_letters { TELLING_HEX } else { TELLING })
    }

    /// Is it a text in Base32? Words of small letters are not tried.
    fn is_base32(&self, run: &str) -> bool {
        let has = |of: fn(&u8) -> bool| run.as_bytes().iter().any(of);
        let is_cased = !has(u8::is_ascii_lowercase)
            || (!has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit));
        if run.len() < 5 || !is_cased || !run.bytes().all(|byte| quintet(byte).is_some()) {
            return false;
        }
        let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
        for quintet in run.bytes().filter_map(quintet) {
            bits = bits << 5 | u32::from(quintet);
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
                bits &= (1 << count) - 1;
            }
        }
        self.tells(&bytes, TELLING_OTHER)
    }

    fn is_known(&self, text: &str) -> bool {
        let key = key(text);
        self.pseudonyms.contains_key(&key) || self.called.contains_key(&key)
    }
}

/// Is it no path of words? Those have a word between any two of their signs.
fn is_unbroken(run: &str) -> bool {
    run.starts_with("MI") || run.split(['/', '-', '_', '+']).any(|part| part.len() >= LONG / 2)
}

/// A run without the escapes of addresses of the web.
fn unescaped(run: &str) -> String {
    if !run.contains('%') {
        return run.to_owned();
    }
    let mut plain = run.to_owned();
    for (escape, letter) in [("%2b", "+"), ("%2f", "/"), ("%2d", "-"), ("%5f", "_"), ("%3d", "=")] {
        plain = plain.replace(escape, letter).replace(&escape.to_uppercase(), letter);
    }
    plain
}

/// The bytes as text, in UTF-8 or in UTF-16 as Windows writes it; `None` where they are none.
fn text_of(bytes: &[u8]) -> Option<String> {
    let is_text = |text: &String| {
        let visible = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
        !text.is_empty() && text.chars().all(visible)
    };
    let narrow = || std::str::from_utf8(bytes).ok().map(str::to_owned).filter(is_text);
    let wide = |zero: usize, unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let zeros = pairs.iter().filter(|pair| pair[zero] == 0).count();
        if !rest.is_empty() || pairs.is_empty() || zeros * 2 < pairs.len() {
            return None;
        }
        let units = pairs.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(is_text)
    };
    narrow().or_else(|| wide(1, u16::from_le_bytes)).or_else(|| wide(0, u16::from_be_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let mut redactor = Redactor::default();
        redactor.both("", "Ada Quill", "user");
        redactor.text(text)
    }

    #[test]
    fn packed_text_is_replaced_whole() {
        for (text, left) in [
            // ada.quill@moorland.example
            ("Bearer YWRhLnF1aWxsQG1vb3JsYW5kLmV4YW1wbGU=", "Bearer encoded-1"),
            ("u=YWRhLnF1aWxsQG1vb3JsYW5kLmV4YW1wbGU%3D&x=1", "u=encoded-1&x=1"),
            // The same in UTF-16, as PowerShell packs commands.
            ("-enc YQBkAGEALgBxAHUAaQBsAGwAQABtAG8AbwByAA==", "-enc encoded-1"),
            // Ada Quill: too short to be told by itself, but known.
            ("state=QWRhIFF1aWxs.", "state=encoded-1."),
            ("https://x.example/cb/QWRhIFF1aWxs/end", "https://domain-1.example/cb/encoded-1/end"),
            ("eyJhbGciOiJub25lIn0.eyJ1cG4iOiJhIn0.c2ln", "encoded-1"),
            ("key 3q2+7wAAAQIDBAUGBwg=", "key encoded-1"),
            // Ada Quill again, in hexadecimal of UTF-8 and of UTF-16 both ways, with and without signs.
            ("x 416461205175696c6c y", "x encoded-1 y"),
            ("x 0x416461205175696C6C y", "x encoded-1 y"),
            ("x 410064006100 y", "x encoded-1 y"),
            ("x 004100640061 y", "x encoded-1 y"),
            ("x 41 64 61 20 51 75 69 6c 6c y", "x encoded-1 y"),
            ("x 41:64:61, y", "x encoded-1, y"),
            ("x 0x41, 0x64, 0x61 y", "x encoded-1 y"),
            ("x \\41\\64\\61 y", "x \\encoded-1 y"),
            ("x 65 100 97 y", "x encoded-1 y"),
            ("x 65,100,97,32,81,117,105,108,108 y", "x encoded-1 y"),
            // Base32 of the name, and of one that nobody knows.
            ("x IFSGCICROVUWY3A= y", "x encoded-1 y"),
            ("x ifsgcicrovuwy3a y", "x encoded-1 y"),
            ("x NVXXE3DBNZSCA3DPN5YCAZ3PNRSA==== y", "x encoded-1 y"),
            // Quoted-printable.
            ("x =41da Quill, Ad=61 y", "x encoded-1, encoded-2 y"),
            ("x ad=\r\na y", "x encoded-1 y"),
            ("x =41=64=61=2E=51@moorland.example y", "x encoded-1 y"),
            ("thumbprint AB:CD:EF:01:23:45:67:89:AB", "thumbprint encoded-1"),
        ] {
            assert_eq!(of(text), left, "{text}");
        }
    }

    #[test]
    fn words_and_paths_are_not_packed_text() {
        for text in [
            "Administrator consented on behalf of all principals",
            "v1.0/auditLogs/directoryAudits and beta/identity/conditionalAccess/policies",
            "Core_Directory UserManagement-Update ApplicationManagement",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
            "AADSTS50126 ResetPasswordByAdministrator",
            "at 05:06:07 on 2026-03-04, 20 26 30, v10.20.30",
            "ADMINISTRATOR POLICYVIOLATION NONCOMPLIANT",
            "id=10&code=50126, 202603040506 1234567890123",
            "0x80070005 deadbeef cafe",
            "",
        ] {
            assert_eq!(of(text), text);
        }
    }
}
