//! Following: started, stopped, and how it goes.
//! Never looks for records itself; the source does, and tells how it goes.

use crate::app::following::Following;
use crate::app::message::Effect;
use crate::app::state::App;
use crate::source;
use crate::store::RowId;
use crate::text::clean;

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

    /// Why nothing can be followed; `None` where something can.
    pub(in crate::app) fn cannot_follow(&self) -> Option<String> {
        let why = if self.data.loading.name.is_empty() {
            "nothing was opened that could be followed"
        } else if self.data.loading.running {
            "it is still being read; then it can be followed"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Takes in how following goes.
    pub(in crate::app) fn following_went(&mut self, went: source::Following) {
        match went {
            source::Following::Preparing(share) => self.data.following.preparing = Some(share),
            source::Following::Waiting(until) => {
                self.data.following.preparing = None;
                self.data.following.waiting_until = until;
            }
            source::Following::Over { name, why } => {
                self.data.following.over.push((name, why));
                let over = self.data.following.over.iter();
                let over: Vec<String> = over.map(|(name, why)| format!("{name}: {why}")).collect();
                let told = format!("not followed: {}", over.join("; "));
                self.screen.notice = Some(clean(&told).into_owned());
            }
            source::Following::Ended(why) => {
                self.data.following.running = false;
                self.screen.notice = Some(clean(&why).into_owned());
            }
        }
    }

    /// Number of records that arrived after the load.
    pub fn arrived(&self) -> u64 {
        self.data.following.first.map_or(0, |first| self.data.store.len() as u64 - u64::from(first))
    }

    /// What the status line says of following; `None` where it says nothing.
    pub fn following_words(&self) -> Option<String> {
        let following = &self.data.following;
        let arrived = match self.arrived() {
            0 => String::new(),
            arrived => format!(" · {arrived} new"),
        };
        if !following.running {
            return (!arrived.is_empty()).then(|| format!("followed{arrived}"));
        }
        if let Some(share) = following.preparing {
            return Some(format!("looking at what was read, {share}%"));
        }
        let until = following.waiting_until.filter(|until| *until > self.clock.now);
        let next = until.map_or_else(String::new, |until| {
            format!(" · next look {}", self.clock.zone.format(until, "%H:%M:%S"))
        });
        Some(format!("following{arrived}{next}"))
    }
}
