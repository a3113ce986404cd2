//! The records of a session: how they come, what arrives later, and the newest answer about them.
//! Never reads anything; it listens to what is delivered.

use crate::app::action::Action;
use crate::app::following::Following;
use crate::app::keymap::Keymap;
use crate::app::loading::Loading;
use crate::query::answer::Answer;
use crate::query::counted_values::CountedValues;
use crate::store::Store;
use crate::time::{Timestamp, Zone};

/// The records, how they come, and the newest answer about them.
#[derive(Debug, Default)]
pub struct Data {
    /// All records.
    pub store: Store,
    /// Where the records come from, told line by line: what was asked of whom.
    pub origin: Vec<String>,
    /// The load of this session.
    pub loading: Loading,
    /// What arrives after the load.
    pub following: Following,
    /// The newest answer.
    pub answer: Answer,
    /// Was a question asked that is not answered completely?
    pub answering: bool,
    /// Of the newest question.
    pub(in crate::app) revision: u64,
    /// Values that records have, for completion.
    pub(in crate::app) known_values: CountedValues,
}

/// What time it is, and how times are shown.
#[derive(Debug)]
pub struct Clock {
    /// Now (UTC).
    pub now: Timestamp,
    /// The zone times are shown in.
    pub zone: Zone,
    /// The other zone to show times in.
    pub other_zone: Zone,
}

impl Data {
    /// Number of records that arrived after the load.
    pub fn arrived(&self) -> u64 {
        self.following.first.map_or(0, |first| self.store.len() as u64 - u64::from(first))
    }

    /// Why nothing can be followed; `None` where something can.
    pub fn cannot_follow(&self) -> Option<String> {
        let is_nothing = self.loading.name.is_empty();
        is_nothing.then(|| "nothing was opened that could be followed".to_owned())
    }

    /// Why nobody can be asked again; `None` where somebody may have more.
    pub fn cannot_ask_again(&self, keymap: &Keymap) -> Option<String> {
        let why = if self.loading.name.is_empty() {
            "nothing was opened that could be asked"
        } else if self.loading.running {
            "it is still being read; then more can be asked for"
        } else if self.following.running {
            let follow = keymap.spoken(Action::Follow);
            return Some(format!("what arrives is being followed; {follow} ends that first"));
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Why no case can be taken up now; `None` where one can.
    pub fn cannot_take_up(&self) -> Option<String> {
        let why = if self.loading.running {
            "the records are still being read; cases come after that"
        } else if self.store.is_empty() {
            "no records are loaded"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// What the status line says of following; `None` where it says nothing.
    pub fn following_words(&self, clock: &Clock) -> Option<String> {
        let arrived = match self.arrived() {
            0 => String::new(),
            arrived => format!(" · {arrived} new"),
        };
        if self.following.awaited {
            return Some("followed when it was read".to_owned());
        }
        if !self.following.running {
            return (!arrived.is_empty()).then(|| format!("followed{arrived}"));
        }
        if let Some(share) = self.following.preparing {
            return Some(format!("looking at what was read, {share}%"));
        }
        let until = self.following.waiting_until.filter(|until| *until > clock.now);
        let next = until.map_or_else(String::new, |until| {
            format!(" · next look {}", clock.zone.format(until, "%H:%M:%S"))
        });
        Some(format!("following{arrived}{next}"))
    }
}
