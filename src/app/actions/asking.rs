//! Asking places again for what a filter needs of them and was not loaded: offered, asked for, and how it went.
//! Never asks by itself: it is offered, and what would be asked is shown first.

use crate::app::action::Action;
use crate::app::intent::Intent;
use crate::app::layers::asking::{AskAgainOffer, asking_menu};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::place::Places;
use crate::source::Summary;
use crate::text::{clean, thousands};

impl App {
    /// Takes in which places have more for the filter, and whether somebody asked for them.
    pub(in crate::app) fn planned(
        &mut self,
        offers: &[AskAgainOffer],
        is_asked: bool,
    ) -> Vec<Effect> {
        let cannot = self.data.cannot_ask_again(&self.keymap);
        let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
        let told = match (cannot, is_asked) {
            (Some(why), true) => why,
            (None, true) if offers.is_empty() => {
                "no place has more for this filter than was loaded".to_owned()
            }
            (None, true) => {
                self.layers.push_beneath_typing(asking_menu(offers));
                self.layer_came();
                return Vec::new();
            }
            // What was told meanwhile is not to be overwritten.
            (None, false) if !offers.is_empty() && self.screen.notice.is_none() => {
                let (key, names) = (self.keymap.spoken(Action::AskAgain), names.join(", "));
                let have = if offers.len() == 1 { "has" } else { "have" };
                format!("{names} {have} more for this filter; {key} shows what would be asked")
            }
            _ => return Vec::new(),
        };
        self.screen.notice = Some(clean(&told).into_owned());
        Vec::new()
    }

    /// Asks places for what was not loaded.
    pub(in crate::app) fn ask_again(&mut self, places: Places) -> Vec<Effect> {
        if let Some(why) = self.data.cannot_ask_again(&self.keymap) {
            self.screen.notice = Some(why);
            return Vec::new();
        }
        self.data.loading.again_from = Some(self.data.store.len());
        self.data.loading.running = true;
        self.data.loading.pulling.clear();
        // Arrivals are all that lies behind the load; what comes now is none.
        self.data.following.first = None;
        vec![Effect::AskAgain(places, self.data.store.clone())]
    }

    /// Places were asked again: what came of it.
    pub(in crate::app) fn asked_again(&mut self, mut summary: Summary) -> Vec<Effect> {
        let before = self.data.loading.again_from.take().unwrap_or_default();
        self.data.loading.running = false;
        if let Some(ended) = &mut self.data.loading.ended {
            ended.totals.append(&mut summary.totals);
        }
        let came = thousands(self.data.store.len().saturating_sub(before) as u64);
        let stopped = if summary.cancelled { "stopped; " } else { "" };
        self.screen.notice = Some(match summary.lost {
            0 => format!("{stopped}{came} more records came"),
            _ => {
                let troubles = self.keymap.spoken(Action::Troubles);
                format!("{stopped}{came} more records came, but not all; {troubles} tells why")
            }
        });
        let mut effects = self.grant(Intent::LookAround, None);
        effects.extend(self.follow_what_was_read());
        effects
    }
}
