//! Going to all that concerns the accounts that are watched.
//! Never decides who is watched; that is configuration.

use crate::app::message::Effect;
use crate::app::state::App;

impl App {
    /// Shows all that concerns watched accounts.
    pub(in crate::app) fn show_watched(&mut self) -> Vec<Effect> {
        let query = self.preferences.watch.query().to_string();
        self.show_from_the_first(&query, "watched")
    }

    /// Why there is nothing to show.
    pub(in crate::app) fn nobody_watched(&self) -> Option<String> {
        let why = "nobody is watched: `watch = [\"account@…\"]` in the configuration does that";
        self.preferences.watch.is_empty().then(|| why.to_owned())
    }
}
