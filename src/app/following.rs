//! Following: what arrives after the load, from which record on, and until when nothing is asked.
//! Never looks for records itself; the source does, and tells how it goes.

use crate::source;
use crate::store::RowId;
use crate::text::clean;
use crate::time::Timestamp;

/// What is known of following.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Following {
    /// Is it going on?
    pub running: bool,
    /// Is it to begin once everything was read?
    pub awaited: bool,
    /// Share of the records that were looked at before it began, 0 to 100; `None` once it did.
    pub preparing: Option<u8>,
    /// What is not followed, or not any more, while others are: its name, and why.
    pub over: Vec<(String, String)>,
    /// When a service is asked next (UTC).
    pub waiting_until: Option<Timestamp>,
    /// The first record that arrived; `None` where nothing was ever followed.
    pub first: Option<RowId>,
}

impl Following {
    /// Did this record arrive after the load?
    pub fn has_brought(&self, row: RowId) -> bool {
        self.first.is_some_and(|first| row >= first)
    }

    /// Takes in how it goes. Returns what is to be told of it.
    pub fn went(&mut self, went: source::Following) -> Option<String> {
        match went {
            source::Following::Preparing(share) => self.preparing = Some(share),
            source::Following::Waiting(until) => {
                self.preparing = None;
                self.waiting_until = until;
            }
            source::Following::Over { name, why } => {
                self.over.push((name, why));
                let over: Vec<String> =
                    self.over.iter().map(|(name, why)| format!("{name}: {why}")).collect();
                return Some(clean(&format!("not followed: {}", over.join("; "))).into_owned());
            }
            source::Following::Ended(why) => {
                self.running = false;
                return Some(clean(&why).into_owned());
            }
        }
        None
    }
}
