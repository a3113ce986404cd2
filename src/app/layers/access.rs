//! The box of access: what the actor or a target of a record gained and lost, and holds as far as the log shows.
//! Never looks for anything itself; the runtime does, on a thread.

use crate::app::intent::Intent;
use crate::app::layers::menu::{Item, Kind, Menu, Rules, Said};
use crate::app::layers::trails::given_up;
use crate::app::panes::list::{Times, shortened};
use crate::ledger::Standing;
use crate::query::{Expression, Operator, Query};
use crate::record::Record;
use crate::record::field::Field;
use crate::record::sentence::{actor_name, target_name};
use crate::text::{clean, fold};
use crate::trails::access::words::{held, note};
use crate::trails::access::{Access, can_hold};

/// On narrower screens people are named without their domain.
const WIDE: u16 = 120;
/// Columns of the box at most.
const WIDEST: u16 = 200;

static RULES: Rules =
    Rules { kind: Kind::Access, said: Said::All, width: WIDEST, given_up, ..Rules::NARROW };

/// The box that asks whose access is meant.
pub(in crate::app) fn whose_menu(whose: Vec<(String, String, Intent)>) -> Menu {
    let items = whose.into_iter().zip('a'..='z').map(|((name, note, intent), letter)| Item {
        key: letter.to_string(),
        note,
        ..Item::new(clean(&name).into_owned(), intent)
    });
    Menu::new(&Rules::CHOOSE, "Access of whom or what?", items.collect())
}

/// The box before anything was found.
pub(in crate::app) fn access_menu(name: &str) -> Menu {
    Menu::new(&RULES, format!("Access of {}: looking …", clean(name)), Vec::new())
}

/// Shows what was given to the one of this name.
pub(in crate::app) fn fill(
    menu: &mut Menu,
    name: &str,
    access: &Access,
    times: Times<'_>,
    screen_width: u16,
) {
    let time = |time| times.text(time);
    let is_narrow = screen_width < WIDE;
    let items = access.held.iter().filter_map(|line| {
        let last = line.events.last()?;
        let key = match (line.standing, line.by_other) {
            (Standing::Holds, false) => "holds",
            (Standing::Holds, true) => "held by",
            (Standing::Unclear, _) => "unclear",
            (Standing::Lost, false) => "lost",
            (Standing::Lost, true) => "lost by",
        };
        let whole = held(line, &time);
        let label = if is_narrow { shortened(&whole) } else { whole.clone() };
        let label = clean(&label).into_owned();
        let note = clean(&whole).into_owned();
        Some(Item { key: key.to_owned(), note, ..Item::new(label, Intent::Record(last.row)) })
    });
    let notes = access.notes.iter().map(|own| {
        let said = clean(&note(own)).into_owned();
        let key = "note".to_owned();
        Item { key, note: said.clone(), ..Item::new(said, Intent::Nothing) }
    });
    let items: Vec<Item> = items.chain(notes).collect();
    let title = match (access.held.len(), access.unreadable) {
        (0, 0) => format!("Access of {}: the log shows nothing given or taken", clean(name)),
        (_, 0) => format!("Access of {}, as far as the log shows · ⏎ record", clean(name)),
        (_, count) => {
            format!("Access of {}: {count} records could not be read again", clean(name))
        }
    };
    menu.replace(title, items);
}

/// Whose access can be asked for: a name, what it is in the record, and what asks for it. Of an access package its
/// events can be shown too.
pub(in crate::app) fn whose(record: &Record<'_>) -> Vec<(String, String, Intent)> {
    let mut found: Vec<(String, String, Intent)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for target in &record.targets {
        if target.id.is_empty() || !can_hold(&target.kind) || !seen.insert(fold(&target.id)) {
            continue;
        }
        let name = target_name(target).to_owned();
        let note = format!("target, {}", clean(&target.kind));
        if target.kind == "AccessPackage" {
            let term = Expression::term(Field::TARGET_ID, Operator::Equals, &target.id);
            let query = Query { expression: Some(term) }.to_string();
            let events = Intent::Show(query, name.clone());
            found.push((name.clone(), format!("{note}: its events"), events));
            let note = format!("{note}: who holds it");
            found.push((name.clone(), note, Intent::Access(fold(&target.id), name)));
        } else {
            found.push((name.clone(), note, Intent::Access(fold(&target.id), name)));
        }
    }
    let actor = &record.actor;
    if !actor.id.is_empty() && seen.insert(fold(&actor.id)) {
        let name = actor_name(actor).to_owned();
        found.push((name.clone(), "actor".to_owned(), Intent::Access(fold(&actor.id), name)));
    }
    found
}
