//! The box of trails: what was found, most severe first, each with its steps; Enter filters to its records.
//! Never looks for anything itself; the runtime does, on a thread.

use crate::app::message::Effect;
use crate::app::panes::list::shortened;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::layers::menu::{Item, Kind, Menu, Rules, Said};
use crate::app::layers::wish::{Reply, Wish};
use crate::app::state::App;
use crate::text::{clean, thousands};
use crate::trails::{Finding, Found, lasted};

/// What the box is called while nothing was found yet.
const LOOKING: &str = "Trails: looking …";
/// A screen of so many columns has room for whole names.
const WIDE: u16 = 160;

static RULES: Rules = Rules {
    kind: Kind::Trails,
    said: Said::Much,
    width: u16::MAX,
    key: meanwhile,
    given_up,
    ..Rules::NARROW
};

/// The right arrow leaves for what happened while the finding under the cursor was going on. Letters
/// are searched for, all of them.
fn meanwhile(menu: &Menu, event: &KeyEvent) -> Option<Reply> {
    if event.code != KeyCode::Right || !event.modifiers.is_empty() {
        return None;
    }
    let Some(Wish::Trail(_, meanwhile, name)) = menu.current().map(|item| &item.wish) else {
        return Some(Reply::taken());
    };
    Some(match meanwhile {
        Some(query) => Reply::close().and([Wish::Show(query.clone(), format!("during {name}"))]),
        None => {
            let said = "nothing was open meanwhile; this is for roles, keys, support";
            Reply::tell(Some(said.to_owned()))
        }
    })
}

/// Who closes the box before anything was found no longer waits for it.
pub(in crate::app) fn given_up(menu: &Menu) -> Option<Wish> {
    menu.items.is_empty().then_some(Wish::StopTrails)
}

impl App {
    /// Opens the box and asks for what is in it.
    pub(in crate::app) fn open_trails(&mut self) -> Vec<Effect> {
        self.open_menu(Menu::new(&RULES, LOOKING, Vec::new()));
        vec![Effect::FindTrails(self.data.store.clone())]
    }

    /// Why there is nothing to look for.
    pub(in crate::app) fn cannot_find_trails(&self) -> Option<String> {
        self.data.store.is_empty().then(|| "no records are loaded".to_owned())
    }

    /// Tells how many records were looked at, while they are.
    pub(in crate::app) fn trails_go_on(&mut self, looked_at: usize, all: usize) {
        let Some(menu) = self.layers.menu_of(Kind::Trails) else { return };
        if menu.items.is_empty() {
            let share = looked_at.min(all) * 100 / all.max(1);
            let [done, all] = [looked_at.min(all), all].map(|count| thousands(count as u64));
            menu.title = format!("{LOOKING} {share}% · {done} of {all} records · esc stops");
        }
    }

    /// Shows what was found, if it is still wanted.
    pub(in crate::app) fn trails_found(&mut self, found: &Found) {
        let items = found.findings.iter().map(|finding| self.trail_item(finding)).collect();
        let unreadable = match found.unreadable {
            0 => String::new(),
            count => format!(", {count} records could not be read again"),
        };
        let still = if self.data.loading.running { " so far" } else { "" };
        let count = found.findings.len();
        let title = format!(
            "Trails: {count} found{still}{unreadable} · ⏎ its records · → meanwhile · shift ↓ reads on"
        );
        // What was typed meanwhile is kept.
        let Some(menu) = self.layers.menu_of(Kind::Trails) else { return };
        menu.replace(title, items);
        self.arrange();
    }

    fn trail_item(&self, finding: &Finding) -> Item {
        let first = self.times().text(finding.first);
        let steps = finding.steps.iter().map(|step| match step.first {
            None => format!("{} is missing", step.name),
            Some(time) => match time.ticks() - finding.first.ticks() {
                0 => format!("{} {first}", step.name),
                ticks => format!("{} after {}", step.name, lasted(ticks)),
            },
        });
        let steps = steps.collect::<Vec<_>>().join(", ");
        let severity = finding.severity.word();
        let mut note =
            format!("{}: {} ({severity}). {steps}.", finding.said.title, finding.said.verdict);
        for said in &finding.said.notes {
            note += " ";
            note += said;
        }
        let meanwhile = finding.meanwhile.as_ref().map(|meanwhile| meanwhile.query.clone());
        // Where there is little room, people are named without their domain.
        let fitting = |text: &str| match self.screen.layout.screen.width {
            ..WIDE => shortened(text),
            _ => text.to_owned(),
        };
        let (title, verdict) = (fitting(&finding.said.title), fitting(&finding.said.verdict));
        let label = format!("{title} · {verdict} · {severity} · {first}");
        // Domains of people are looked for where names are, also where the list has no room for them.
        let head = format!("{} · {} · {severity}", finding.said.title, finding.said.verdict);
        let rest =
            format!("{} · {} · {}", finding.trail.name, finding.trail.title, finding.named());
        Item {
            key: finding.dots(false),
            sought: format!("{}\n{}", clean(&head), clean(&rest)),
            note: clean(&note).into_owned(),
            ..Item::new(
                clean(&label).into_owned(),
                Wish::Trail(finding.query.clone(), meanwhile, finding.trail.name),
            )
        }
    }
}
