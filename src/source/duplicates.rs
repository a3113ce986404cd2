//! Which records were there before, by their whole text: Graph writes a sign-in anew, under its old id, when
//! more is known of it. Never keeps a text itself: a hash of 128 bits stands for it.

use hashbrown::HashMap;
use xxhash_rust::xxh3::Xxh3;

use crate::time::{Timestamp, Window};

/// What stands for a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RecordKey(u128);

impl RecordKey {
    /// Of a record's JSON text; white space between its parts changes nothing.
    pub fn of(record: &[u8]) -> Self {
        let mut hasher = Xxh3::new();
        let mut rest = record;
        while let Some(quote) = memchr::memchr(b'"', rest) {
            let (between, text) = rest.split_at(quote);
            add_visible(&mut hasher, between);
            let end = end_of_text(text);
            hasher.update(&text[..end]);
            rest = &text[end..];
        }
        add_visible(&mut hasher, rest);
        Self(hasher.digest128())
    }
}

fn add_visible(hasher: &mut Xxh3, between: &[u8]) {
    between.split(u8::is_ascii_whitespace).for_each(|part| hasher.update(part));
}

/// The byte behind the string that begins here.
fn end_of_text(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        match text[at] {
            b'"' => return at + 1,
            _ => at += 2,
        }
    }
    text.len()
}

/// Records that were there, and when each happened.
#[derive(Default, Debug)]
pub struct Seen(HashMap<RecordKey, Option<Timestamp>>);

impl Seen {
    /// Is this record new? It is not any more.
    pub fn is_new(&mut self, key: RecordKey, time: Option<Timestamp>) -> bool {
        self.0.insert(key, time).is_none()
    }

    /// Was it there? Changes nothing.
    pub fn has(&self, key: RecordKey) -> bool {
        self.0.contains_key(&key)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Forgets the records of a window, which will not be asked for again.
    pub fn forget(&mut self, window: &Window) {
        self.0.retain(|_, time| !time.is_some_and(|time| window.contains(time)));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_updated_record_with_its_old_id_is_a_new_one_and_white_space_makes_none() {
        let key = |text: &str| RecordKey::of(text.as_bytes());
        let one = key(r#"{"id":"a","riskState":"none","b":[1,2]}"#);
        assert_eq!(one, key("{ \"id\" : \"a\",\n \"riskState\":\"none\", \"b\": [1, 2] }\r"));
        assert_ne!(one, key(r#"{"id":"a","riskState":"atRisk","b":[1,2]}"#));
        assert_ne!(key(r#"{"id":"a b"}"#), key(r#"{"id":"ab"}"#));
        assert_ne!(key(r#"{"id":"a\" b"}"#), key(r#"{"id":"a\"b"}"#));
        // Broken texts end somewhere.
        for broken in ["\"", "\"\\", "{\"a\\", ""] {
            assert_ne!(key(broken), one);
        }
    }

    #[test]
    fn a_record_is_new_once_until_its_window_is_forgotten() {
        let at = |second: i64| Timestamp::from_ms(second * 1000);
        let mut seen = Seen::default();
        assert!(seen.is_new(RecordKey::of(b"a"), Some(at(5))));
        assert!(seen.is_new(RecordKey::of(b"b"), Some(at(15))));
        assert!(!seen.is_new(RecordKey::of(b"a"), Some(at(5))));
        seen.forget(&Window { start: at(0), end: at(10) });
        assert!(!seen.has(RecordKey::of(b"a")));
        assert!(seen.has(RecordKey::of(b"b")));
        assert_eq!(seen.count(), 1);
    }
}
