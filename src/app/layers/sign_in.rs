//! What is to be done to sign in, until it is done.
//! Never signs in itself, and takes no letter from what is being typed.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::app::loading::Loading;
use crate::text::clean;
use crate::time::Zone;

/// The code is needed until the user is signed in.
static RULES: Rules = Rules { kind: Kind::SignIn, stays: true, ..Rules::CHOOSE };

/// What is to be done to sign in, for every place that waits for it; `None` where none does. What is
/// open may be one of these places alone.
pub(in crate::app) fn sign_in_menu(loading: &Loading, zone: &Zone) -> Option<Menu> {
    let copied = |label: String, text: &str, what: &str| {
        Item::new(label, Intent::Copy(text.to_owned(), what.to_owned()))
    };
    let mut items = Vec::new();
    for (name, prompt) in &loading.prompts {
        let place = match **name == loading.name {
            true => String::new(),
            false => format!("  for {}", clean(name)),
        };
        let address = &prompt.address;
        let until = zone.format(prompt.expires, "%H:%M");
        let then = format!("3. sign in by {until} {}; entrail goes on by itself", zone.name());
        items.extend([
            copied(format!("1. open  {}{place}", clean(address)), address, "address"),
            copied(format!("2. enter {}", clean(&prompt.code)), &prompt.code, "code"),
            Item::new(then, Intent::Nothing),
        ]);
    }
    let title = "Sign in to Microsoft Entra; Enter copies";
    (!items.is_empty()).then(|| Menu::new(&RULES, title, items))
}
