//! The box of access: what the actor or a target of a record gained and lost, and holds as far as the log shows.
//! Never looks for anything itself; the runtime does, on a thread.

use crate::app::layers::menu::{Item, Kind, Menu, Rules, Said};
use crate::app::layers::trails::given_up;
use crate::app::layers::wish::Wish;
use crate::app::message::Effect;
use crate::app::panes::list::shortened;
use crate::app::state::App;
use crate::ledger::Standing;
use crate::query::{Expression, Operator, Query};
use crate::record::Record;
use crate::record::field::Field;
use crate::record::sentence::{actor_name, target_name};
use crate::text::{clean, fold};
use crate::trails::access::{Access, can_hold};
use crate::trails::write::held;

/// On narrower screens people are named without their domain.
const WIDE: u16 = 120;
/// Columns of the box at most.
const WIDEST: u16 = 200;

static RULES: Rules =
    Rules { kind: Kind::Access, said: Said::All, width: WIDEST, given_up, ..Rules::NARROW };

impl App {
    /// Asks for the access of the actor or target of the record; which, where there are several.
    pub(in crate::app) fn open_access(&mut self) -> Vec<Effect> {
        let Some(record) = self.pivot_record() else { return Vec::new() };
        let mut wishes = wishes(&record);
        if wishes.len() < 2 {
            return match wishes.pop() {
                Some((name, _, wish)) => self.show_access(&name, wish),
                None => {
                    self.screen.notice = Some("the record names nobody by id".to_owned());
                    Vec::new()
                }
            };
        }
        let items = wishes.into_iter().zip('a'..='z').map(|((name, note, wish), letter)| Item {
            key: letter.to_string(),
            note,
            ..Item::new(clean(&name).into_owned(), wish)
        });
        self.open_menu(Menu::new(&Rules::CHOOSE, "Access of whom or what?", items.collect()));
        Vec::new()
    }

    fn show_access(&mut self, name: &str, wish: Wish) -> Vec<Effect> {
        match wish {
            Wish::Access(key, name) => self.ask_for_access(key, name),
            Wish::Show(query, _) => self.show_from_the_first(&query, name),
            _ => Vec::new(),
        }
    }

    /// Asks for what was given to the one of this id.
    pub(in crate::app) fn ask_for_access(&mut self, key: String, name: String) -> Vec<Effect> {
        let title = format!("Access of {}: looking …", clean(&name));
        self.open_menu(Menu::new(&RULES, title, Vec::new()));
        vec![Effect::FindAccess(self.data.store.clone(), key, name)]
    }

    /// Shows what was given, if it is still wanted.
    pub(in crate::app) fn access_found(&mut self, name: &str, access: &Access) {
        let times = self.times();
        let time = |time| times.text(time);
        let is_narrow = self.screen.layout.screen.width < WIDE;
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
            Some(Item { key: key.to_owned(), note, ..Item::new(label, Wish::Record(last.row)) })
        });
        let notes = access.notes.iter().map(|note| Item {
            key: "note".to_owned(),
            note: clean(note).into_owned(),
            ..Item::new(clean(note).into_owned(), Wish::Nothing)
        });
        let items: Vec<Item> = items.chain(notes).collect();
        let title = match (access.held.len(), access.unreadable) {
            (0, 0) => format!("Access of {}: the log shows nothing given or taken", clean(name)),
            (_, 0) => format!("Access of {}, as far as the log shows · ⏎ record", clean(name)),
            (_, count) => {
                format!("Access of {}: {count} records could not be read again", clean(name))
            }
        };
        let Some(menu) = self.layers.menu_of(Kind::Access) else { return };
        menu.replace(title, items);
        self.arrange();
    }
}

/// Whose access can be asked for: a name, what it is in the record, and the wish. Of an access package its
/// events can be shown too.
fn wishes(record: &Record<'_>) -> Vec<(String, String, Wish)> {
    let mut found: Vec<(String, String, Wish)> = Vec::new();
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
            let events = Wish::Show(query, name.clone());
            found.push((name.clone(), format!("{note}: its events"), events));
            let note = format!("{note}: who holds it");
            found.push((name.clone(), note, Wish::Access(fold(&target.id), name)));
        } else {
            found.push((name.clone(), note, Wish::Access(fold(&target.id), name)));
        }
    }
    let actor = &record.actor;
    if !actor.id.is_empty() && seen.insert(fold(&actor.id)) {
        let name = actor_name(actor).to_owned();
        found.push((name.clone(), "actor".to_owned(), Wish::Access(fold(&actor.id), name)));
    }
    found
}
