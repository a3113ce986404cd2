//! Following: what arrives after the load, from which record on, and until when nothing is asked.
//! Never looks for records itself; the source does, and tells how it goes.

use crate::app::message::Effect;
use crate::app::overlay::{Item, Menu, Wish};
use crate::app::state::App;
use crate::export::account_lines;
use crate::place::Pulling;
use crate::source;
use crate::store::RowId;
use crate::text::clean;
use crate::time::Timestamp;

/// What is known of following.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Following {
    /// Is it going on?
    pub running: bool,
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
}

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

    /// Where the records come from.
    pub(in crate::app) fn origin_menu(&self) -> Menu {
        let line = |text: &str| {
            Item::new(clean(text), Wish::Copy(text.to_owned(), "this line".to_owned()))
        };
        let mut items: Vec<Item> = self.data.origin.iter().map(|text| line(text)).collect();
        let progress = self.data.loading.progress;
        let period = self.data.store.period();
        let period =
            period.map_or_else(String::new, |(first, last)| format!("; {first} to {last}"));
        let read = if self.data.loading.name.is_empty() {
            "nothing was opened; the catalogue is shown".to_owned()
        } else {
            format!(
                "{} of {} files and streams read, {} bytes; {} records, {} duplicates left out{period}",
                progress.files_done,
                progress.files_total,
                progress.bytes_read,
                self.data.store.len(),
                progress.duplicates,
            )
        };
        items.push(line(&read));
        let pulling = &self.data.loading.pulling;
        if pulling.len() > 1 {
            items.extend(pulling.iter().map(|(name, pulling)| {
                let Pulling { slices_done, slices_total, .. } = pulling;
                line(&format!("{name}: {slices_done} of {slices_total} slices asked for"))
            }));
        }
        let over = self.data.following.over.iter();
        items.extend(over.map(|(name, why)| line(&format!("{name} is not followed: {why}"))));
        // While a file is followed more comes; this is what the load brought.
        let accounts = self.data.loading.ended.as_ref().map(|summary| summary.accounts.as_slice());
        let accounts = accounts.unwrap_or_default();
        if !accounts.is_empty() {
            items.extend(account_lines(accounts, &self.data.store).iter().map(|text| line(text)));
        }
        Menu::new("Where the records come from; Enter copies a line", items)
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
