//! What the system says of a file at one time, by which an index knows whether it is what was read.
//! Never looks into it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use crate::place::at_offset::{Stamp, changed};
use crate::store::persist::wire::Encoder;

/// How coarse the times of files may be: most systems count in a few milliseconds, some in seconds.
const FINE: Duration = Duration::from_millis(50);
const COARSE: Duration = Duration::from_secs(2);

/// What the system says of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileState {
    len: u64,
    modified: SystemTime,
    /// When anything about it changed, in seconds and nanoseconds: unlike the time above it cannot
    /// be set back. Zero where the system does not tell.
    changed: (i64, i64),
}

impl FileState {
    /// The state of a file now; `None` where the system does not tell its time.
    pub fn of(metadata: &Metadata) -> Option<Self> {
        let changed = changed(metadata);
        Some(Self { len: metadata.len(), modified: metadata.modified().ok()?, changed })
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
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

    /// All of it.
    pub fn encode(&self, out: &mut Encoder) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_just_now_may_change_again_unseen() {
        let now = SystemTime::UNIX_EPOCH + Duration::new(1_800_000_000, 500);
        let state = |ago: Duration| FileState { len: 1, modified: now - ago, changed: (0, 0) };
        assert!(state(Duration::from_millis(51)).is_settled(now));
        assert!(!state(Duration::from_millis(49)).is_settled(now));
        // Whole seconds: the system may count no finer.
        assert!(!state(Duration::new(1, 500)).is_settled(now));
        assert!(state(Duration::new(2, 500)).is_settled(now));
        let later = FileState { len: 1, modified: now + Duration::from_secs(1), changed: (0, 0) };
        assert!(!later.is_settled(now));
    }
}
