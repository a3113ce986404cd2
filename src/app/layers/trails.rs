//! The box of trails: what was found, most severe first, each with its steps; Enter filters to its records.
//! Never looks for anything itself; the runtime does, on a thread.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::intent::{Intent, Reply};
use crate::app::layers::menu::{Item, Kind, Menu, Rules, Said, Title};
use crate::app::panes::list::{Times, shortened};
use crate::text::{clean, thousands};
use crate::trails::{Finding, Findings, lasted};

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
    let Some(Intent::Trail(_, meanwhile, name)) = menu.current().map(|item| &item.intent) else {
        return Some(Reply::taken());
    };
    Some(match meanwhile {
        Some(query) => Reply::close().and([Intent::Show(query.clone(), format!("during {name}"))]),
        None => {
            let said = "nothing was open meanwhile; this is for roles, keys, support";
            Reply::tell(Some(said.to_owned()))
        }
    })
}

/// Who closes the box before anything was found no longer waits for it.
pub(in crate::app) fn given_up(menu: &Menu) -> Option<Intent> {
    menu.items.is_empty().then_some(Intent::StopTrails)
}

/// The box before anything was found.
pub(in crate::app) fn trails_menu() -> Menu {
    Menu::new(&RULES, LOOKING, Vec::new())
}

/// Tells how many records were looked at, while they are.
pub(in crate::app) fn go_on(menu: &mut Menu, looked_at: usize, all: usize) {
    if menu.items.is_empty() {
        let share = looked_at.min(all) * 100 / all.max(1);
        let [done, all] = [looked_at.min(all), all].map(|count| thousands(count as u64));
        let title = format!("{LOOKING} {share}% · {done} of {all} records · esc stops");
        menu.title = title.into();
    }
}

/// Shows what was found; what was typed meanwhile is kept. While records are still read, it is what
/// was found so far.
pub(in crate::app) fn fill(
    menu: &mut Menu,
    found: &Findings,
    is_loading: bool,
    times: Times<'_>,
    screen_width: u16,
) {
    let items = found.findings.iter().map(|finding| item(finding, times, screen_width)).collect();
    let unreadable = match found.unreadable {
        0 => String::new(),
        count => format!(", {count} records could not be read again"),
    };
    let still = if is_loading { " so far" } else { "" };
    let title = Title::Counted {
        before: "Trails: ",
        after: format!("{still}{unreadable} · ⏎ its records · → meanwhile · shift ↓ reads on"),
        all: found.findings.len(),
    };
    menu.replace(title, items);
}

fn item(finding: &Finding, times: Times<'_>, screen_width: u16) -> Item {
    let first = times.text(finding.first);
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
    let fitting = |text: &str| match screen_width {
        ..WIDE => shortened(text),
        _ => text.to_owned(),
    };
    let (title, verdict) = (fitting(&finding.said.title), fitting(&finding.said.verdict));
    let label = format!("{title} · {verdict} · {severity} · {first}");
    // Domains of people are looked for where names are, also where the list has no room for them.
    let head = format!("{} · {} · {severity}", finding.said.title, finding.said.verdict);
    let rest = format!("{} · {} · {}", finding.trail.name, finding.trail.title, finding.named());
    Item {
        key: finding.dots(false),
        sought: format!("{}\n{}", clean(&head), clean(&rest)),
        note: clean(&note).into_owned(),
        ..Item::new(
            clean(&label).into_owned(),
            Intent::Trail(finding.query.clone(), meanwhile, finding.trail.name),
        )
    }
}
