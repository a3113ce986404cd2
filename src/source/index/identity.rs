//! What tells whether files are those that an index was made of: paths, states, samples.
//! Never reads a large file whole: between samples, size and times are believed.

#![expect(clippy::disallowed_methods, reason = "this file looks into originals")]

use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::super::original::{AtOffset, Stamp};
use crate::store::persist::wire::Encoder;

/// Bytes of a file that are sampled at its beginning and at its end.
const EDGE: u64 = 64 << 10;
/// Places between them that are sampled, and bytes at each.
const PLACES: u64 = 16;
const PLACE: u64 = 4 << 10;
/// From so many files on the edges are no longer than a place, so that a folder costs little.
const MANY_FILES: usize = 64;
/// How coarse the times of files may be: most systems count in a few milliseconds, some in seconds.
const FINE: Duration = Duration::from_millis(50);
const COARSE: Duration = Duration::from_secs(2);

/// What the system says of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    len: u64,
    modified: SystemTime,
    /// When anything about it changed, in seconds and nanoseconds: unlike the time above it cannot
    /// be set back. Zero where the system does not tell.
    changed: (i64, i64),
}

impl State {
    /// The state of a file now; `None` where the system does not tell its time.
    pub fn of(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.ctime(), metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let changed = (0, 0);
        Some(Self { len: metadata.len(), modified: metadata.modified().ok()?, changed })
    }

    /// The part of it by which a file is told from a changed one when a record is read again.
    pub fn stamp(&self) -> Stamp {
        Stamp::new(self.len, self.modified)
    }

    /// Was the file left alone long enough before `now` for a later change to have a later time?
    pub fn is_settled(&self, now: SystemTime) -> bool {
        let whole_seconds = seconds_and_nanos(self.modified).1 == 0;
        let grain = if whole_seconds { COARSE } else { FINE };
        now.duration_since(self.modified).is_ok_and(|since| since >= grain)
    }

    fn encode(&self, out: &mut Encoder) {
        self.encode_contents(out);
        out.i64s(&[self.changed.0, self.changed.1]);
    }

    /// Only what changes with the contents: moving an executable to its place makes no other of it.
    pub fn encode_contents(&self, out: &mut Encoder) {
        let (seconds, nanos) = seconds_and_nanos(self.modified);
        out.u64(self.len);
        out.i64s(&[seconds, nanos]);
    }
}

fn seconds_and_nanos(time: SystemTime) -> (i64, i64) {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => (since.as_secs() as i64, i64::from(since.subsec_nanos())),
        Err(before) => {
            let before = before.duration();
            (-(before.as_secs() as i64), -i64::from(before.subsec_nanos()))
        }
    }
}

/// Under which name the index of these files is kept: the paths as given, for records name them,
/// and where those lead from here. `None` where there is no current folder.
pub fn key(paths: &[PathBuf]) -> Option<String> {
    let mut out = Encoder::default();
    encode_paths(paths, &mut out).ok()?;
    Some(format!("{:032x}", xxh3_128(out.as_bytes())))
}

fn encode_paths(paths: &[PathBuf], out: &mut Encoder) -> io::Result<()> {
    for path in paths {
        out.bytes(path.as_os_str().as_encoded_bytes());
        out.bytes(std::path::absolute(path)?.as_os_str().as_encoded_bytes());
    }
    Ok(())
}

/// Files as they are at one time.
#[derive(Debug)]
pub struct Identity {
    states: Vec<State>,
    bytes: Vec<u8>,
}

impl Identity {
    /// Looks at files; `None` where one cannot be read or changes meanwhile.
    pub fn look(paths: &[PathBuf]) -> Option<Self> {
        let mut out = Encoder::default();
        encode_paths(paths, &mut out).ok()?;
        let mut states = Vec::with_capacity(paths.len());
        for path in paths {
            let file = File::open(path).ok()?;
            let state = State::of(&file.metadata().ok()?)?;
            let again = file.try_clone().ok()?;
            let sample = sample(&AtOffset::new(file), state.len, paths.len()).ok()?;
            if State::of(&again.metadata().ok()?) != Some(state) {
                return None;
            }
            state.encode(&mut out);
            out.u64(sample);
            states.push(state);
        }
        Some(Self { states, bytes: out.as_bytes().to_vec() })
    }

    /// The states of the files, in order.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// All of it; equal only where the files are.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A hash of a sample of the contents: all of it, or the edges and places in between.
fn sample(file: &AtOffset, len: u64, files: usize) -> io::Result<u64> {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

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
    fn a_file_that_was_changed_just_now_may_change_again_unseen() {
        let now = SystemTime::UNIX_EPOCH + Duration::new(1_800_000_000, 500);
        let state = |ago: Duration| State { len: 1, modified: now - ago, changed: (0, 0) };
        assert!(state(Duration::from_millis(51)).is_settled(now));
        assert!(!state(Duration::from_millis(49)).is_settled(now));
        // Whole seconds: the system may count no finer.
        assert!(!state(Duration::new(1, 500)).is_settled(now));
        assert!(state(Duration::new(2, 500)).is_settled(now));
        let later = State { len: 1, modified: now + Duration::from_secs(1), changed: (0, 0) };
        assert!(!later.is_settled(now));
    }

    #[test]
    fn the_same_file_by_another_name_has_an_index_of_its_own() {
        let key = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            super::key(&paths).expect("a current folder")
        };
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        assert_ne!(key(&["a", "b"]), key(&["b", "a"]));
        assert_ne!(key(&["a"]), key(&["./a"]));
        assert_ne!(key(&["ab"]), key(&["a", "b"]));
    }
}
