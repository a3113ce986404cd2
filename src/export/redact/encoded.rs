//! Text that was packed into other text as Base64: what is in it is as good as told to who unpacks it.
//! Never tells what was in it: the packed text is replaced as a whole.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::folded::key;
use super::{Redactor, compiled};

/// A run of the letters of Base64, of both alphabets, also where an address of the web escaped them.
/// Tokens (JWT) are several of them with full stops between.
static RUN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?-u:eyJ[A-Za-z0-9_\-]{4,}(?:\.[A-Za-z0-9_\-]{2,}){1,4})",
        r"|(?-u:(?:[A-Za-z0-9+/_\-]|%2[BbFfDd]|%5[Ff]){4,}(?:=|%3[Dd]){0,2})",
    ))
});

/// So many letters that are text when they are unpacked are no chance.
const TELLING: usize = 12;
/// Mixed letters and digits of this length without a word in them are keys, certificates or packed data.
const LONG: usize = 40;

/// Bits that are left over and missing padding are forgiven: an identifier is not hidden by them.
const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

impl Redactor {
    /// Puts a pseudonym in place of everything in a text that is packed.
    pub(super) fn unpacked(&mut self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut end = 0;
        for run in RUN.find_iter(text) {
            for part in self.packed_in(run.as_str()) {
                let part = run.start() + part.start..run.start() + part.end;
                out.push_str(&text[end..part.start]);
                out.push_str(&self.pseudonym_of(&text[part.clone()]));
                end = part.end;
            }
        }
        if end == 0 {
            return None;
        }
        out.push_str(&text[end..]);
        Some(out)
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
    let narrow = || String::from_utf8(bytes.to_vec()).ok().filter(is_text);
    let wide = || {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let zeros = pairs.iter().filter(|pair| pair[1] == 0).count();
        if !rest.is_empty() || zeros * 2 < pairs.len() {
            return None;
        }
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(is_text)
    };
    narrow().or_else(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        let mut redactor = Redactor::default();
        redactor.named("Ada Quill", "user");
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
            "",
        ] {
            assert_eq!(of(text), text);
        }
    }
}
