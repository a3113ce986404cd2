//! Which records were there before, by their ids.
//! Never keeps an id itself: a hash of 128 bits stands for it.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_128;

use super::slices::Window;
use crate::time::Timestamp;

/// What stands for a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key(u128);

impl Key {
    /// Of a record's id, or of its whole text where it has none.
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_128(bytes))
    }
}

/// Records that were there, and when each happened.
#[derive(Default, Debug)]
pub struct Seen(HashMap<Key, Option<Timestamp>>);

impl Seen {
    /// Is this record new? It is not any more.
    pub fn is_new(&mut self, key: Key, time: Option<Timestamp>) -> bool {
        self.0.insert(key, time).is_none()
    }

    /// Was it there? Changes nothing.
    pub fn has(&self, key: Key) -> bool {
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
    fn a_record_is_new_once_until_its_window_is_forgotten() {
        let at = |second: i64| Timestamp::from_ms(second * 1000);
        let mut seen = Seen::default();
        assert!(seen.is_new(Key::of(b"a"), Some(at(5))));
        assert!(seen.is_new(Key::of(b"b"), Some(at(15))));
        assert!(!seen.is_new(Key::of(b"a"), Some(at(5))));
        seen.forget(&Window { start: at(0), end: at(10) });
        assert!(!seen.has(Key::of(b"a")));
        assert!(seen.has(Key::of(b"b")));
        assert_eq!(seen.count(), 1);
    }
}
