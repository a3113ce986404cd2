//! Secrets the program holds, and the one place where texts from outside lose them.
//! Never shows a secret, and never keeps one longer than its owner does.
//!
//! A [`Secret`] is one copy in memory, however often it is cloned, and is overwritten when the last
//! owner drops it. Every secret that is alive is in a register, so that [`masked`] can take it out of
//! any text a server, a proxy, another program or a file wrote, in whatever encoding it comes back.
//!
//! What is looked for, and what is not:
//!
//! - a secret of 12 characters or more: wherever it stands, and so does a piece of 12 characters that
//!   is no word, in which there is a digit, a sign, or a capital behind a small letter;
//! - a secret of 8 to 11 characters: wherever it stands whole;
//! - a secret of 6 or 7 characters: where it stands as a word of its own and is not in Base64 or hex,
//!   so that ordinary words stay;
//! - a shorter one: only as the value of a parameter that is known to be secret;
//! - secrets of others: whatever looks like one (`shapes`).
//!
//! Case is ignored. Encodings are undone up to three deep (`layers`): percent and form encoding,
//! escapes of JSON, HTML entities, quoted-printable, Base64 in any alignment, hex, and whatever is
//! put between letters without being seen, as white space or the zeros of ASCII in UTF-16. A text that
//! a server encrypts or reverses is not recognised: that server has the secret anyway.

mod dumps;
mod layers;
mod shapes;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize as _;

use self::layers::{Kind, Layer};
use crate::text;

pub use self::dumps::turn_off_core_dumps;

/// What stands in place of a secret.
pub const MASK: &str = "[secret]";
/// What stands in place of a text with more encodings in each other than are undone.
const WITHHELD: &str = "[text withheld: it is encoded too many times to be searched for secrets]";
/// So many characters of a secret in a row are as good as the whole of it.
const PIECE: usize = 12;
/// A shorter secret is masked only as a word of its own.
const ANYWHERE: usize = 8;
/// A shorter secret is not looked for.
const SHORTEST: usize = 6;
/// How many encodings around each other are undone.
const DEEPEST: usize = 3;
/// Most decoded forms of one text that are searched, and their bytes together.
const MOST_LAYERS: usize = 400;
const MOST_BYTES: usize = 8 << 20;

/// Variables of the environment that hold a secret entrail reads, to be kept from its children.
pub const VARIABLES: &[&str] = &[
    "ENTRAIL_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CONNECTION_STRING",
    "EVENTHUB_CONNECTION_STRING",
    "EVENT_HUB_CONNECTION_STR",
    "EVENT_HUB_CONN_STR",
    IDENTITY_HEADER,
];

/// What proves to a platform's endpoint for identities that a process runs there.
pub const IDENTITY_HEADER: &str = "IDENTITY_HEADER";

/// A secret: one copy, shared by all who hold it.
#[derive(Clone)]
pub struct Secret(Arc<Held>);

struct Held {
    text: SecretString,
    /// The hashes of all pieces, sorted; made when a text is first searched.
    pieces: OnceLock<Vec<u64>>,
}

static REGISTER: RwLock<Vec<Weak<Held>>> = RwLock::new(Vec::new());

impl Secret {
    /// Holds a copy of `text`. From the first secret on, the process leaves no core dump.
    pub fn new(text: &str) -> Self {
        turn_off_core_dumps();
        let held = Arc::new(Held { text: SecretString::from(text), pieces: OnceLock::new() });
        let mut register = REGISTER.write().unwrap_or_else(PoisonError::into_inner);
        register.retain(|known| known.strong_count() > 0);
        register.push(Arc::downgrade(&held));
        Self(held)
    }

    /// Holds `text` and overwrites what it was handed.
    pub fn taking(mut text: String) -> Self {
        let secret = Self::new(&text);
        text.zeroize();
        secret
    }

    /// Are both the same text?
    pub fn is(&self, other: &Self) -> bool {
        self.expose_secret() == other.expose_secret()
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.0.text.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::taking(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Held {
    fn text(&self) -> &str {
        self.text.expose_secret().trim()
    }

    fn pieces(&self) -> &[u64] {
        self.pieces.get_or_init(|| {
            let pieces = self.text().as_bytes().windows(PIECE);
            let mut pieces: Vec<u64> = pieces.filter_map(hash_of_piece).collect();
            pieces.sort_unstable();
            pieces.dedup();
            pieces
        })
    }

    /// Where the secret, or enough of it, stands in a layer.
    fn find(&self, layer: &Layer, found: &mut Vec<Range<usize>>) {
        let (text, bytes) = (self.text().as_bytes(), layer.bytes.as_slice());
        match text.len() {
            0..SHORTEST => {}
            SHORTEST..ANYWHERE if layer.kind != Kind::Text => {}
            length => {
                let first = [text[0].to_ascii_lowercase(), text[0].to_ascii_uppercase()];
                let starts = memchr::memchr2_iter(first[0], first[1], bytes);
                let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
                let alone = |at: usize| {
                    length >= ANYWHERE
                        || !(is_letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
                            || is_letter(bytes.get(at + length)))
                };
                let is_here = |at: usize| {
                    bytes.get(at..at + length).is_some_and(|here| here.eq_ignore_ascii_case(text))
                };
                let hits = starts.filter(|at| is_here(*at) && alone(*at));
                found.extend(hits.map(|at| layer.source(at..at + length)));
                if length > PIECE {
                    self.find_pieces(layer, found);
                }
            }
        }
    }

    fn find_pieces(&self, layer: &Layer, found: &mut Vec<Range<usize>>) {
        let pieces = self.pieces();
        let all = layer.bytes.windows(PIECE).enumerate();
        let is_known = |hash: u64| pieces.binary_search(&hash).is_ok();
        let hits = all.filter(|(_, piece)| hash_of_piece(piece).is_some_and(is_known));
        found.extend(hits.map(|(at, _)| layer.source(at..at + PIECE)));
    }
}

/// A hash of [`PIECE`] bytes; `None` where they may be a word, or some, that stand in ordinary
/// sentences too. Upper and lower case are the same, but in a piece of letters only.
fn hash_of_piece(piece: &[u8]) -> Option<u64> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'\'');
    let is_letters = piece.iter().all(is_letter);
    let rises = |two: &[u8]| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase();
    if is_letters && !piece.windows(2).any(rises) {
        return None;
    }
    let number = |bytes: &[u8]| {
        let folded = |byte: &u8| if is_letters { *byte } else { byte.to_ascii_lowercase() };
        bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(folded(byte)))
    };
    let (head, tail) = piece.split_at(PIECE / 2);
    // Two numbers of 48 bits; odd factors (of the golden ratio and of √2) spread them.
    let head = number(head).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
    Some(head ^ number(tail).wrapping_mul(0x6a09_e667_f3bc_c909))
}

/// A text from outside without the secrets this program holds and without what looks like a secret
/// of somebody else. Not cleaned: see [`foreign`].
pub fn masked(text: &str) -> Cow<'_, str> {
    let held: Vec<Arc<Held>> = {
        let register = REGISTER.read().unwrap_or_else(PoisonError::into_inner);
        register.iter().filter_map(Weak::upgrade).collect()
    };
    let Some(mut found) = search(text, &held) else { return Cow::Borrowed(WITHHELD) };
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for range in found {
        let start = text.floor_char_boundary(range.start);
        if start > end || shown.is_empty() {
            shown.push_str(&text[end.min(start)..start]);
            shown.push_str(MASK);
        }
        end = end.max(text.ceil_char_boundary(range.end));
    }
    shown.push_str(&text[end..]);
    Cow::Owned(shown)
}

/// The same for a text of one's own making, which may hold one from outside.
pub fn without_secrets(text: String) -> String {
    match masked(&text) {
        Cow::Owned(shown) => shown,
        Cow::Borrowed(WITHHELD) => WITHHELD.to_owned(),
        Cow::Borrowed(_) => text,
    }
}

/// A text from outside as it may be shown: [`masked`], then cleaned for a terminal.
pub fn foreign(text: &str) -> String {
    text::clean(&masked(text)).into_owned()
}

/// The first `most` characters of foreign text, made safe.
pub fn excerpt(foreign: &str, most: usize) -> String {
    /// Bytes that are looked into beyond what is shown.
    const BEYOND: usize = 4096;
    // Before it is cut, so that no part of a secret is left at the end.
    let foreign = &foreign[..foreign.floor_char_boundary(4 * most + BEYOND)];
    let foreign = &*masked(foreign);
    let cut = foreign.char_indices().nth(most).map_or(foreign.len(), |(at, _)| at);
    let cleaned = text::clean(&foreign[..cut]).into_owned();
    if cut < foreign.len() { cleaned + "…" } else { cleaned }
}

/// Where secrets stand in a text; `None` where it has more layers than are searched.
fn search(text: &str, held: &[Arc<Held>]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut layers = vec![(0, Layer::of(text))];
    let (mut searched, mut bytes) = (0, 0);
    while let Some((depth, layer)) = layers.pop() {
        searched += 1;
        bytes += layer.bytes.len();
        // The text itself is searched however long it is.
        if searched > MOST_LAYERS || bytes > MOST_BYTES && searched > 1 {
            return None;
        }
        if layer.kind != Kind::Squeezed {
            found.extend(shapes::find(&layer.bytes).into_iter().map(|at| layer.source(at)));
        }
        for held in held {
            held.find(&layer, &mut found);
        }
        if depth < DEEPEST {
            // UTF-16 in Base64 or hex is one encoding, not two.
            let is_wide = layer.kind == Kind::Bytes && layer.bytes.contains(&0);
            let deeper = |inner: &Layer| usize::from(!(is_wide && inner.kind == Kind::Squeezed));
            let inner = layer.decoded(!held.is_empty());
            layers.extend(inner.map(|inner| (depth + deeper(&inner), inner)));
        }
    }
    Some(found)
}
