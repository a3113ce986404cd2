//! What tells whether files are those that an index was made of: paths, states, samples.
//! Never reads a large file whole: between samples, size and times are believed.

#![expect(clippy::disallowed_methods, reason = "this file looks into originals")]

use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use xxhash_rust::xxh3::xxh3_128;

use crate::place::plain::{AtOffset, Stamp, changed};
use crate::place::sample::sample;
use crate::store::persist::wire::Encoder;

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
        let changed = changed(metadata);
        Some(Self { len: metadata.len(), modified: metadata.modified().ok()?, changed })
    }

    /// The part of it by which a file is told from a changed one when a record is read again.
    pub fn stamp(&self) -> Stamp {
        Stamp::new(self.len, self.modified, self.changed)
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

#[cfg(test)]
mod tests {
    use super::*;

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
