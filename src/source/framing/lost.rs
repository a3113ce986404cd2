//! Bytes that could not be read, until records are found again.
//! Never decides what a record is.

use super::Note;

/// How many times the bytes behind damage may be looked at in search of the next record, on
/// average: beyond this a refused candidate is passed over whole, not searched from within.
/// Together with the limit on nesting this keeps the search linear on any input.
const EFFORT: u64 = 32;
/// What may be spent in any case, in bytes looked at.
const FREE_EFFORT: u64 = 64 << 10;

/// A stretch of lost bytes.
#[derive(Debug)]
pub struct Lost {
    from: u64,
    reason: String,
    effort: u64,
}

impl Lost {
    /// Everything from byte `from` on is lost until further notice, because of `reason`.
    pub fn new(from: u64, reason: String) -> Self {
        Self { from, reason, effort: 0 }
    }

    /// Where it begins.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// A candidate from byte `start` was looked at up to byte `reached` and refused: where to go on.
    pub fn refuse(&mut self, start: u64, reached: u64) -> u64 {
        self.effort += reached.saturating_sub(start);
        if self.effort > FREE_EFFORT + EFFORT * start.saturating_sub(self.from) {
            reached.max(start + 1)
        } else {
            start + 1
        }
    }

    /// Records go on at byte `to`: what to tell about the stretch.
    pub fn note(self, to: u64) -> Note {
        Note {
            at: self.from,
            lost_bytes: to.saturating_sub(self.from),
            reason: self.reason,
            lost: true,
            whole: false,
        }
    }
}
