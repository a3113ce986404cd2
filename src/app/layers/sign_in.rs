//! What is to be done to sign in, until it is done.
//! Never signs in itself, and takes no letter from what is being typed.

use std::sync::Arc;

use crate::app::layers::Layer;
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::app::layers::wish::Wish;
use crate::app::state::App;
use crate::place::Prompt;
use crate::text::clean;

/// The code is needed until the user is signed in.
static RULES: Rules = Rules { kind: Kind::SignIn, stays: true, ..Rules::CHOOSE };

impl App {
    /// Shows what is to be done to sign in, for every place that waits for it, until it is done.
    pub(in crate::app) fn prompted(&mut self, name: &Arc<str>, prompt: Option<Prompt>) {
        self.data.loading.prompted(name, prompt);
        let is_prompt =
            |layer: &Layer| matches!(layer, Layer::Menu(menu) if menu.rules.kind == Kind::SignIn);
        self.layers.close(is_prompt);
        if self.data.loading.prompts.is_empty() {
            return;
        }
        let copied = |label: String, text: &str, what: &str| {
            Item::new(label, Wish::Copy(text.to_owned(), what.to_owned()))
        };
        let mut items = Vec::new();
        for (name, prompt) in &self.data.loading.prompts {
            // What is open may be this place alone.
            let place = match **name == self.data.loading.name {
                true => String::new(),
                false => format!("  for {}", clean(name)),
            };
            let address = &prompt.address;
            let until = self.clock.zone.format(prompt.expires, "%H:%M");
            let zone = self.clock.zone.name();
            let then = format!("3. sign in by {until} {zone}; entrail goes on by itself");
            items.extend([
                copied(format!("1. open  {}{place}", clean(address)), address, "address"),
                copied(format!("2. enter {}", clean(&prompt.code)), &prompt.code, "code"),
                Item::new(then, Wish::Nothing),
            ]);
        }
        let title = "Sign in to Microsoft Entra; Enter copies";
        self.layers.push_beneath_typing(Menu::new(&RULES, title, items));
        self.layer_came();
    }
}
