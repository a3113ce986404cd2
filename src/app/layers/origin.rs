//! The box that tells where the records come from, line by line.
//! Never asks anybody; it tells what is known.

use crate::app::layers::menu::{Item, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::state::App;
use crate::export::input_total_lines;
use crate::place::Pulling;
use crate::text::clean;

impl App {
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
        let totals = self.data.loading.ended.as_ref().map(|summary| summary.totals.as_slice());
        let totals = totals.unwrap_or_default();
        if !totals.is_empty() {
            items.extend(input_total_lines(totals, &self.data.store).iter().map(|text| line(text)));
        }
        Menu::new(&Rules::NARROW, "Where the records come from; Enter copies a line", items)
    }
}
