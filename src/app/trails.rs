//! The box of trails: what was found, most severe first, each with its steps; Enter filters to its records.
//! Never looks for anything itself; the runtime does, on a thread.

use crate::app::message::Effect;
use crate::app::overlay::{Item, Menu, Wish};
use crate::app::state::App;
use crate::text::{clean, thousands};
use crate::trails::{Finding, Found, lasted};

/// What the box is called while nothing was found yet.
const LOOKING: &str = "Trails: looking …";
/// A screen of so many columns has room for whole names.
const WIDE: u16 = 160;

impl App {
    /// Opens the box and asks for what is in it.
    pub(in crate::app) fn open_trails(&mut self) -> Vec<Effect> {
        let mut menu = Menu::new(LOOKING.to_owned(), Vec::new());
        menu.trails = true;
        self.overlays.push(menu);
        self.arrange();
        vec![Effect::FindTrails(self.data.store.clone())]
    }

    /// Why there is nothing to look for.
    pub(in crate::app) fn cannot_find_trails(&self) -> Option<String> {
        self.data.store.is_empty().then(|| "no records are loaded".to_owned())
    }

    /// Tells how many records were looked at, while they are.
    pub(in crate::app) fn trails_go_on(&mut self, looked_at: usize, all: usize) {
        let Some(menu) = self.overlays.iter_mut().rfind(|menu| menu.trails) else { return };
        if menu.items.is_empty() {
            let share = looked_at.min(all) * 100 / all.max(1);
            let [done, all] = [looked_at.min(all), all].map(|count| thousands(count as u64));
            menu.title = format!("{LOOKING} {share}% · {done} of {all} records · esc stops");
        }
    }

    /// Shows what was found, if it is still wanted.
    pub(in crate::app) fn trails_found(&mut self, found: &Found) {
        let Some(place) = self.overlays.iter().rposition(|menu| menu.trails) else { return };
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
        self.overlays[place].replace(title, items);
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

    /// Closes the topmost box; who closes that of trails no longer waits for them.
    pub(in crate::app) fn close_menu(&mut self) -> Vec<Effect> {
        match self.overlays.pop() {
            Some(menu) if (menu.trails || menu.access) && menu.items.is_empty() => {
                vec![Effect::StopTrails]
            }
            Some(menu) if menu.cases => {
                self.took_up_none();
                Vec::new()
            }
            // What is still being counted is not wanted any more.
            Some(menu) if menu.facet.is_some() && menu.items.is_empty() => {
                vec![Effect::StopCounting]
            }
            _ => Vec::new(),
        }
    }

    /// Leaves for what happened while the finding under the cursor was going on.
    pub(in crate::app) fn show_meanwhile(&mut self, wish: &Wish) -> Vec<Effect> {
        let Wish::Trail(_, meanwhile, name) = wish else { return Vec::new() };
        match meanwhile {
            Some(query) => {
                self.overlays.pop();
                let name = format!("during {name}");
                self.show_from_the_first(query, &name)
            }
            None => {
                self.screen.notice =
                    Some("nothing was open meanwhile; this is for roles, keys, support".to_owned());
                Vec::new()
            }
        }
    }
}

/// Text in which people are named without their domain: the list has room for little.
pub(in crate::app) fn shortened(text: &str) -> String {
    let word = |word: &str| match word.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.len() > 1 => {
            let end = if word.ends_with([',', ':']) { &word[word.len() - 1..] } else { "" };
            format!("{name}@…{end}")
        }
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
