//! The names of properties: enums of them, found by any spelling, expected by their usual one.
//! Never reads values.

/// The keys of one kind of object.
pub(in crate::format) trait Keys: Copy + PartialEq + 'static {
    /// All of them, in the order in which they usually stand.
    const ALL: &'static [Self];
    /// Every spelling, and the key spelled so.
    const SPELLINGS: &'static [(&'static [u8], Self)];
    /// The key spelled so, in any case and with underscores between its words (as Elastic writes
    /// them) where the exact spelling is not known.
    fn find(key: &[u8]) -> Option<Self>;
    /// Its place among the keys: under 64.
    fn index(self) -> u32;
    /// How it is usually written.
    fn spelling(self) -> &'static Spelling;
    /// The spelling to name it by.
    fn name(self) -> &'static str {
        self.spelling().name
    }
}

/// Declares an enum of keys and their spellings, the first being the name.
macro_rules! keys {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident {
        $($variant:ident = $first:literal $(| $other:literal)*,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        $visibility enum $name { $($variant,)* }
        impl $crate::format::json::Keys for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const SPELLINGS: &'static [(&'static [u8], Self)] =
                &[$(($first, Self::$variant), $(($other, Self::$variant),)*)*];
            fn find(key: &[u8]) -> Option<Self> {
                match key {
                    $($first $(| $other)* => Some(Self::$variant),)*
                    // Most keys that are not known have no underscore: then the length must be the same.
                    _ => {
                        let joined = key.contains(&b'_');
                        Self::SPELLINGS
                            .iter()
                            .find(|(spelling, _)| {
                                (joined || key.len() == spelling.len())
                                    && $crate::format::json::is_spelled(key, spelling)
                            })
                            .map(|(_, found)| *found)
                    }
                }
            }
            #[inline]
            fn index(self) -> u32 {
                self as u32
            }
            #[inline]
            fn spelling(self) -> &'static $crate::format::json::Spelling {
                // Asked for every key read: made when the program is built.
                const SPELLED: &[$crate::format::json::Spelling] =
                    &[$($crate::format::json::Spelling::of($first),)*];
                &SPELLED[self as usize]
            }
        }
    };
}
pub(in crate::format) use keys;

/// Is a key this one, apart from case and from underscores inside it?
pub(in crate::format) fn is_spelled(key: &[u8], spelling: &[u8]) -> bool {
    if key.len() == spelling.len() {
        return key.eq_ignore_ascii_case(spelling);
    }
    // A leading underscore is not between words: `_id` is another system's key.
    key.len() > spelling.len()
        && key.first() != Some(&b'_')
        && key.iter().filter(|&&b| b != b'_').count() == spelling.len()
        && key.iter().filter(|&&b| b != b'_').zip(spelling).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

/// Longest text of a key with its quotes and colon that is expected as a whole.
const LONGEST: usize = 32;
const WORDS: usize = LONGEST / 8;

/// A key as it usually stands in JSON: in quotes, a colon behind it, no white space.
///
/// Records repeat the same keys in the same order. Comparing what stands there with the one key that
/// is expected takes a few instructions without a branch; finding the end of a string and then the
/// key among all keys takes ten times as many.
#[derive(Debug)]
pub(in crate::format) struct Spelling {
    /// The key itself.
    pub(super) name: &'static str,
    /// Bytes of the key with quotes and colon.
    pub(super) len: usize,
    /// Is it the name of a property which an event has once?
    pub(super) is_mark: bool,
    /// Those bytes, and which bits of the words they are in; too long ones are never met.
    words: [u64; WORDS],
    masks: [u64; WORDS],
}

impl Spelling {
    /// Of a key's bytes.
    pub(in crate::format) const fn of(key: &'static [u8]) -> Self {
        let name = match str::from_utf8(key) {
            Ok(text) => text,
            Err(_) => "",
        };
        let len = key.len() + 3;
        let (mut words, mut masks) = ([0; WORDS], [0; WORDS]);
        let mut at = 0;
        while at < len && len <= LONGEST {
            let byte = if at == 0 || at == len - 2 {
                b'"'
            } else if at == len - 1 {
                b':'
            } else {
                key[at - 1]
            };
            words[at / 8] |= (byte as u64) << (at % 8 * 8);
            masks[at / 8] |= 0xff << (at % 8 * 8);
            at += 1;
        }
        if len > LONGEST {
            words[0] = 1;
        }
        Self { name, len, is_mark: is_mark(key), words, masks }
    }

    /// Does it stand at byte `at`? May say no where hardly any bytes follow.
    #[inline]
    pub(super) fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<LONGEST>()) else {
            return false;
        };
        let (parts, _) = chunk.as_chunks::<8>();
        let differing = (parts.iter().zip(&self.words).zip(&self.masks))
            .fold(0, |bits, ((part, word), mask)| bits | (u64::from_le_bytes(*part) & mask) ^ word);
        differing == 0
    }
}

/// Is this the name of a property that an event has once? Graph and Log Analytics write the first
/// one, in two spellings; the unified audit log the second.
#[inline]
pub(super) const fn is_mark(string: &[u8]) -> bool {
    match string {
        [_, b'c', b't', b'i', b'v', b'i', b't', b'y', rest @ ..] if string.len() == 19 => {
            matches!(rest, b"DisplayName")
        }
        b"CreationTime" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_met_only_where_it_stands_with_quotes_and_colon() {
        const ID: Spelling = Spelling::of(b"id");
        const MARK: Spelling = Spelling::of(b"activityDisplayName");
        const LONG: Spelling = Spelling::of(b"aKeyOfThirtyAndMoreLettersIsNeverMet");
        let text =
            br#"{"id":1,"activityDisplayName":"","aKeyOfThirtyAndMoreLettersIsNeverMet":0,"id":1}"#;
        let met = |spelling: &Spelling| -> Vec<usize> {
            (0..=text.len()).filter(|&at| spelling.stands_at(text, at)).collect()
        };
        assert_eq!(met(&ID), [1]);
        assert_eq!(met(&MARK), [8]);
        assert!(met(&LONG).is_empty());
        assert!(!ID.stands_at(br#"{"id" :1,"padding":"..............................."}"#, 1));
        assert_eq!((ID.len, MARK.len), (5, 22));
        assert_eq!((ID.is_mark, MARK.is_mark), (false, true));
    }

    #[test]
    fn a_key_is_known_in_any_case_and_with_underscores_between_its_words() {
        for key in ["loggedByService", "LOGGEDBYSERVICE", "logged_by_service", "Logged_By_Service"]
        {
            assert!(is_spelled(key.as_bytes(), b"loggedByService"), "{key}");
        }
        for key in ["_id", "i_dx", "logged.by.service", "loggedbyservic", ""] {
            assert!(!is_spelled(key.as_bytes(), b"id"), "{key}");
        }
    }

    #[test]
    fn marks_are_names_of_properties_an_event_has_once() {
        for mark in [&b"activityDisplayName"[..], b"ActivityDisplayName", b"CreationTime"] {
            assert!(is_mark(mark));
        }
        for other in [&b"activityDisplayNam"[..], b"XactivityDisplayName", b"creationTime", b""] {
            assert!(!is_mark(other));
        }
    }
}
