//! The box that tells where the records come from, line by line.
//! Never asks anybody; it tells what is known.

use crate::app::data::Data;
use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::export::input_total_lines;
use crate::place::{Live, Pulling};
use crate::text::clean;

/// Where the records come from.
pub(in crate::app) fn origin_menu(data: &Data) -> Menu {
    let line =
        |text: &str| Item::new(clean(text), Intent::Copy(text.to_owned(), "this line".to_owned()));
    let mut items: Vec<Item> = data.origin.iter().map(|text| line(text)).collect();
    let progress = data.loading.progress;
    let period = data.store.period();
    let period = period.map_or_else(String::new, |(first, last)| format!("; {first} to {last}"));
    let read = if data.loading.name.is_empty() {
        "nothing was opened; the catalogue is shown".to_owned()
    } else {
        format!(
            "{} of {} files and streams read, {} bytes; {} records, {} duplicates left out{period}",
            progress.files_done,
            progress.files_total,
            progress.bytes_read,
            data.store.len(),
            progress.duplicates,
        )
    };
    items.push(line(&read));
    let pulling = &data.loading.pulling;
    for (name, pulling) in pulling {
        let Pulling { slices_done, slices_total, live, .. } = pulling;
        if let Some(Live { partitions, readable, behind, .. }) = live {
            items.push(line(&format!(
                "{name}: {readable} of {partitions} partitions are read, {behind} messages behind"
            )));
        } else if data.loading.pulling.len() > 1 {
            items.push(line(&format!("{name}: {slices_done} of {slices_total} slices asked for")));
        }
    }
    let over = data.following.over.iter();
    items.extend(over.map(|(name, why)| line(&format!("{name} is not followed: {why}"))));
    // While a file is followed more comes; this is what the load brought.
    let totals = data.loading.ended.as_ref().map(|summary| summary.totals.as_slice());
    let totals = totals.unwrap_or_default();
    if !totals.is_empty() {
        items.extend(input_total_lines(totals, &data.store).iter().map(|text| line(text)));
    }
    Menu::new(&Rules::NARROW, "Where the records come from; Enter copies a line", items)
}
