//! The running load: how far it is, what could not be read, how it ended.
//! Never reads anything; it listens to what the source delivers.

use crate::place::Trouble;
use crate::source::{Progress, Summary};

/// What is known of the load of this session.
#[derive(Debug, Default)]
pub struct Loading {
    /// What is being loaded, as the user named it.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
    /// How it ended; `None` while it runs, or where nothing was to be loaded.
    pub ended: Option<Summary>,
    /// Is it running?
    pub running: bool,
    /// What could not be read, or was odd, as it was delivered.
    pub troubles: Vec<Trouble>,
}

impl Loading {
    /// A load that was started.
    pub fn started(name: String) -> Self {
        Self { name, running: true, ..Self::default() }
    }

    /// What there is to say where no trouble was met.
    pub fn no_troubles(&self) -> &'static str {
        if self.running {
            "everything could be read so far"
        } else if self.ended.as_ref().is_some_and(|summary| summary.cancelled) {
            "the load was stopped before its end; everything could be read up to there"
        } else {
            "everything could be read"
        }
    }

    /// Share of the bytes that were read, 0 to 1; `None` where the size is not known.
    pub fn share(&self) -> Option<f64> {
        let total = self.progress.bytes_total.filter(|&total| total > 0)?;
        Some((self.progress.bytes_read as f64 / total as f64).min(1.0))
    }
}
