//! Following: started and stopped.
//! Never looks for records itself; the source does, and tells how it goes.

use crate::app::action::Action;
use crate::app::following::Following;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::store::RowId;

impl App {
    /// Starts to follow, or stops.
    pub(in crate::app) fn turn_following(&mut self) -> Vec<Effect> {
        if self.data.following.running {
            self.data.following.running = false;
            self.screen.notice = Some("stopped following; what arrived stays".to_owned());
            return vec![Effect::StopFollowing];
        }
        if self.data.loading.running {
            let following = &mut self.data.following;
            following.awaited = !following.awaited;
            self.screen.notice = Some(match following.awaited {
                true => format!(
                    "it is still being read, and followed when that ends; {} takes that back",
                    self.keymap.spoken(Action::Follow)
                ),
                false => "it will not be followed when it was read".to_owned(),
            });
            return Vec::new();
        }
        self.data.following = Following {
            running: true,
            awaited: false,
            preparing: Some(0),
            over: Vec::new(),
            waiting_until: None,
            // What arrived before stays marked.
            first: self.data.following.first.or(Some(self.data.store.len() as RowId)),
        };
        let told =
            self.data.loading.troubles.iter().map(|trouble| trouble.source.clone()).collect();
        vec![Effect::Follow(self.data.store.clone(), told)]
    }

    /// Everything was read: what was to be followed then is followed now.
    pub(in crate::app) fn follow_what_was_read(&mut self) -> Vec<Effect> {
        match std::mem::take(&mut self.data.following.awaited) {
            true => self.turn_following(),
            false => Vec::new(),
        }
    }
}
