//! The box of cases that can be taken up; it comes by itself where the records have some.
//! Never takes one up that nobody asked for: only Enter does, and no letter that was meant for something else.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::cases::{KnownCase, OfferedCases, counted};
use crate::app::intent::{Intent, Reply};
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::text::{clean, fit};
use crate::time::Zone;

/// It stays until the case is read: with other marks that is asked for twice.
static RULES: Rules = Rules {
    kind: Kind::Cases,
    stays: true,
    key,
    given_up: |_| Some(Intent::TakeUpNone),
    ..Rules::CHOOSE
};

fn key(menu: &Menu, event: &KeyEvent) -> Option<Reply> {
    match event.code {
        KeyCode::Char(_) => {
            let refused = "only Enter takes it up, only Esc does not; no other key answers this";
            Some(Reply::tell(Some(refused.to_owned())))
        }
        // There is nothing to choose about a case that is open.
        KeyCode::Enter => {
            let why = menu.current()?.disabled.clone()?;
            Some(Reply::close().and([Intent::Tell(why)]))
        }
        _ => None,
    }
}

/// Cells of a title in the list of cases.
const TITLE: usize = 40;

/// The cases that were found. Of one that marks go to already it says so.
pub(in crate::app) fn cases_menu(offer: OfferedCases, kept_in: Option<&str>, zone: &Zone) -> Menu {
    let OfferedCases { cases, is_asked } = offer;
    let is_kept =
        |case: &KnownCase| kept_in.is_some_and(|file| file == case.path.display().to_string());
    let date = |time| zone.format(time, "%Y-%m-%d %H:%M");
    let esc = if is_asked { "Esc closes" } else { "Esc starts afresh" };
    let title = match &cases[..] {
        [one] if is_kept(one) => format!("marks go to this case; {esc}"),
        [one] => {
            let from = one.last.map(|time| format!(" from {}", date(time)));
            let marks = counted(one.marks, "mark", "marks");
            format!("{marks}{}: Enter takes them up, {esc}", from.unwrap_or_default())
        }
        many => format!("{} cases of these records: Enter takes one up, {esc}", many.len()),
    };
    let items = cases.into_iter().map(|case| {
        let disabled = is_kept(&case).then(|| "marks go there already".to_owned());
        Item { disabled, key: case.last.map(date).unwrap_or_default(), ..case_item(case) }
    });
    Menu::new(&RULES, title, items.collect())
}

fn case_item(case: KnownCase) -> Item {
    let name = case.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = case.path.parent().map(|folder| folder.display().to_string());
    let mut label = counted(case.marks, "mark", "marks");
    if case.notes > 0 {
        label = format!("{label}, {}", counted(case.notes, "note", "notes"));
    }
    // Two cases of one minute are told apart by what they are about.
    let about = if case.title.is_empty() { &case.first_note } else { &case.title };
    let about = match about.trim() {
        "" => String::new(),
        about => format!("{}; ", fit(&clean(about), TITLE).0),
    };
    let lost = match case.lost {
        0 => String::new(),
        lost => format!("{lost} more are on records that are not here; "),
    };
    let mut place = name.unwrap_or_default();
    if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
        place = format!("{place} in {folder}");
    }
    let note = format!("{about}{lost}{}", clean(&place));
    Item { note, ..Item::new(label, Intent::TakeUpCase(case.path)) }
}
