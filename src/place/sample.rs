//! Whether bytes of a file are what they were: a sample of them, and all of them ([`Prefix`]).
//! Never keeps a byte: only hashes.

use std::fmt;
use std::io;

use xxhash_rust::xxh3::Xxh3;

use super::at_offset::AtOffset;

/// Bytes of a file that are sampled at its beginning and at its end.
const EDGE: u64 = 64 << 10;
/// Places between them that are sampled, and bytes at each.
const PLACES: u64 = 16;
const PLACE: u64 = 4 << 10;
/// From so many files on the edges are no longer than a place, so that a folder costs little.
const MANY_FILES: usize = 64;

/// A hash of a sample of the contents: all of it, or the edges and places in between. `files`: how
/// many files are sampled; of many less is looked at.
pub fn sample(file: &AtOffset, len: u64, files: usize) -> io::Result<u64> {
    let edge = if files < MANY_FILES { EDGE } else { PLACE };
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; EDGE as usize];
    let mut take = |offset: u64, count: u64| {
        let part = &mut buffer[..count as usize];
        file.read_exact_at(part, offset)?;
        hasher.update(part);
        io::Result::Ok(())
    };
    if len <= 2 * edge + PLACES * PLACE {
        let mut offset = 0;
        while offset < len {
            let count = EDGE.min(len - offset);
            take(offset, count)?;
            offset += count;
        }
    } else {
        take(0, edge)?;
        let between = (len - 2 * edge - PLACE) / (PLACES + 1);
        for place in 1..=PLACES {
            take(edge + place * between, PLACE)?;
        }
        take(len - edge, edge)?;
    }
    Ok(hasher.digest())
}

/// The first bytes of a file that grows, by which it is known again.
#[derive(Clone)]
pub struct Prefix {
    len: u64,
    sample: u64,
    whole: Xxh3,
}

impl Prefix {
    /// The first `len` bytes, read whole.
    pub fn of(file: &AtOffset, len: u64) -> io::Result<Self> {
        let mut prefix = Self { len: 0, sample: 0, whole: Xxh3::new() };
        prefix.extend(file, len)?;
        Ok(prefix)
    }

    /// Takes in what follows, up to byte `to`.
    pub fn extend(&mut self, file: &AtOffset, to: u64) -> io::Result<()> {
        read_through(file, self.len, to, &mut self.whole)?;
        self.sample = sample(file, to, 1)?;
        self.len = to;
        Ok(())
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Does a file of `now` bytes begin with it? One that did not grow was written anew or only
    /// touched: then all bytes are compared, otherwise a sample.
    pub fn is_in(&self, file: &AtOffset, now: u64) -> bool {
        if now < self.len || !sample(file, self.len, 1).is_ok_and(|now| now == self.sample) {
            return false;
        }
        let mut whole = Xxh3::new();
        now > self.len
            || read_through(file, 0, self.len, &mut whole)
                .is_ok_and(|()| whole.digest() == self.whole.digest())
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefix").field("len", &self.len).finish_non_exhaustive()
    }
}

fn read_through(file: &AtOffset, from: u64, to: u64, into: &mut Xxh3) -> io::Result<()> {
    let mut buffer = vec![0; EDGE as usize];
    let mut at = from;
    while at < to {
        let part = &mut buffer[..EDGE.min(to - at) as usize];
        file.read_exact_at(part, at)?;
        into.update(part);
        at += part.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;

    fn sampled(bytes: &[u8], files: usize) -> u64 {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        sample(&AtOffset::new(file), bytes.len() as u64, files).expect("sampled")
    }

    #[test]
    fn a_sample_sees_all_of_a_small_file_and_both_ends_of_a_large_one() {
        for (len, places) in [
            (0, vec![]),
            (1, vec![0]),
            (150_000, vec![0, 70_000, 149_999]),
            (196_608, vec![0, 100_000, 196_607]),
            (196_609, vec![0, 65_535, 131_073, 196_608]),
            (3_000_000, vec![0, 65_535, 2_934_464, 2_999_999]),
        ] {
            let bytes = vec![b'x'; len];
            let before = sampled(&bytes, 1);
            for at in places {
                let mut changed = bytes.clone();
                changed[at] = b'y';
                assert_ne!(sampled(&changed, 1), before, "{at} of {len}");
            }
        }
        // Of many files less is sampled, from as many places.
        let bytes = vec![b'x'; 3_000_000];
        for (at, seen) in
            [(0, true), (4_095, true), (4_096, false), (180_000, true), (2_999_999, true)]
        {
            let mut changed = bytes.clone();
            changed[at] = b'y';
            assert_eq!(sampled(&changed, 1_000) != sampled(&bytes, 1_000), seen, "{at}");
        }
    }

    #[test]
    fn one_byte_anywhere_of_a_file_that_did_not_grow_is_seen() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&vec![b'x'; 3_000_000]).expect("written");
        let opened = AtOffset::new(file.try_clone().expect("again"));
        let mut prefix = Prefix::of(&opened, 1_000_000).expect("read");
        assert!(prefix.is_in(&opened, 3_000_000));
        prefix.extend(&opened, 3_000_000).expect("read");
        assert!(prefix.is_in(&opened, 3_000_000) && !prefix.is_in(&opened, 2_999_999));
        for at in [0, 70_000, 1_234_567, 2_999_999] {
            let mut write = |byte: u8| {
                file.seek(SeekFrom::Start(at)).expect("there");
                file.write_all(&[byte]).expect("written");
            };
            write(b'y');
            assert!(!prefix.is_in(&opened, 3_000_000), "{at}");
            write(b'x');
            assert!(prefix.is_in(&opened, 3_000_000), "{at}");
        }
    }
}
