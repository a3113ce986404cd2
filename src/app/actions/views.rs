//! Canned views and the noise that can be left out.
//! Never hides anything without saying how much.

use crate::app::message::Effect;
use crate::app::preferences::SavedView;
use crate::app::state::App;
use crate::query::views::{NOISE_VIEW, of_digit};

impl App {
    /// Opens the canned view of a digit.
    pub(in crate::app) fn open_view(&mut self, digit: u8) -> Vec<Effect> {
        // What the user saved under a digit goes before what comes along.
        let is_digit =
            |saved: &&SavedView| saved.digit.and_then(|c| c.to_digit(10)) == Some(digit.into());
        if let Some(saved) = self.preferences.views.iter().find(is_digit) {
            let (query, name) = (saved.query.to_string(), saved.name.clone());
            return self.show_from_the_first(&query, &name);
        }
        match of_digit(digit) {
            Some(view) => {
                // Whoever asks for the noise wants to see it.
                self.filter.hides_noise &= view.name != NOISE_VIEW;
                self.show_from_the_first(&view.query, &view.name)
            }
            None => Vec::new(),
        }
    }

    /// Leaves noise out, or shows it again.
    pub(in crate::app) fn turn_noise(&mut self) -> Vec<Effect> {
        self.filter.hides_noise = !self.filter.hides_noise;
        self.panes.list.moved = true;
        self.ask()
    }

    /// What the status line says of noise that is left out; `None` where it is shown.
    pub fn noise_words(&self) -> Option<String> {
        let all = self.data.answer.hidden + self.panes.list.all_rows().len() as u64;
        let share = self.data.answer.hidden as f64 * 100.0 / all.max(1) as f64;
        self.filter
            .hides_noise
            .then(|| format!("{} noise hidden ({share:.0}%)", self.data.answer.hidden))
    }
}
