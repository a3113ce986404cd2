//! The running load: how far it is, what could not be read, how it ended.
//! Never reads anything; it listens to what the source delivers.

use std::sync::Arc;

use crate::place::{Live, Prompt, Pulling, Trouble};
use crate::source::{Progress, Summary};

/// What is known of the load of this session.
#[derive(Debug, Default)]
pub struct Loading {
    /// What is being loaded, as the user named it.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
    /// How far each place is that is asked bit by bit, in the order in which they began.
    pub pulling: Vec<(Arc<str>, Pulling)>,
    /// What a person has to do so that places can be asked.
    pub prompts: Vec<(Arc<str>, Prompt)>,
    /// How it ended; `None` while it runs, or where nothing was to be loaded.
    pub ended: Option<Summary>,
    /// Is it running?
    pub running: bool,
    /// While places are asked again: how many records there were before.
    pub again_from: Option<usize>,
    /// What could not be read, or was odd, as it was delivered.
    pub troubles: Vec<Trouble>,
}

impl Loading {
    /// A load that was started.
    pub fn started(name: String) -> Self {
        Self { name, running: true, ..Self::default() }
    }

    /// Takes note of how far a place is.
    pub fn pulled(&mut self, name: &Arc<str>, pulling: Pulling) {
        match self.pulling.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = pulling,
            None => self.pulling.push((Arc::clone(name), pulling)),
        }
    }

    /// Takes note of what a person has to do for a place, or has not to do any more.
    pub fn prompted(&mut self, name: &Arc<str>, prompt: Option<Prompt>) {
        self.prompts.retain(|(known, _)| known != name);
        self.prompts.extend(prompt.map(|prompt| (Arc::clone(name), prompt)));
    }

    /// How far all of them are together; `None` where none is asked bit by bit.
    pub fn pulled_in_all(&self) -> Option<Pulling> {
        let pulling = self.pulling.iter().map(|(_, pulling)| *pulling);
        pulling.reduce(|all, one| Pulling {
            slices_done: all.slices_done + one.slices_done,
            slices_total: all.slices_total + one.slices_total,
            waiting_until: [all.waiting_until, one.waiting_until].into_iter().flatten().min(),
            live: [all.live, one.live].into_iter().flatten().reduce(Live::and),
        })
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
