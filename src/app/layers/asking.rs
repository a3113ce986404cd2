//! The box that shows what places would be asked for, as the filter needs more of them than was loaded.
//! Never asks by itself: only an item that says so does.

use std::sync::Arc;

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Menu, Rules};
use crate::place::Place;
use crate::text::clean;

/// A place that has more for a filter than was loaded.
#[derive(Clone, Debug)]
pub struct AskAgainOffer {
    /// What it is called; not cleaned.
    pub name: String,
    /// What it would be asked, line by line; not cleaned.
    pub told: Vec<String>,
    /// The place, asked for that.
    pub place: Arc<dyn Place>,
}

/// What would be asked, to be said yes to.
pub(in crate::app) fn asking_menu(offers: &[AskAgainOffer]) -> Menu {
    let mut items = Vec::new();
    if offers.len() > 1 {
        let all = offers.iter().map(|offer| Arc::clone(&offer.place)).collect();
        items.push(Item::new(format!("ask all {}", offers.len()), Intent::AskAgain(all)));
    }
    for AskAgainOffer { name, told, place } in offers {
        let one = Intent::AskAgain(vec![Arc::clone(place)]);
        items.push(Item::new(format!("ask {}", clean(name)), one));
        items.extend(told.iter().filter(|line| !line.is_empty()).map(|line| {
            Item::new(clean(line), Intent::Copy(line.clone(), "this line".to_owned()))
        }));
    }
    Menu::new(&Rules::NARROW, "Ask for what was not loaded; Enter asks, or copies a line", items)
}
