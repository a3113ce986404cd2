//! Following: started and stopped.
//! Never looks for records itself; the source does, and tells how it goes.

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
        self.data.following = Following {
            running: true,
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
}
