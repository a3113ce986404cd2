//! The box of cases that can be taken up; it comes by itself where the records have some.
//! Never takes one up that nobody asked for: only Enter does, and no letter that was meant for something else.

use std::path::{Path, PathBuf};

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::app::action::Action;
use crate::app::cases::{KnownCase, Offer, counted};
use crate::app::layers::Layer;
use crate::app::layers::menu::{Item, Kind, Menu, Rules};
use crate::app::layers::wish::{Reply, Wish};
use crate::app::message::Effect;
use crate::app::state::App;
use crate::store::RowId;
use crate::text::{clean, fit};

/// It stays until the case is read: with other marks that is asked for twice.
static RULES: Rules = Rules {
    kind: Kind::Cases,
    stays: true,
    key,
    given_up: |_| Some(Wish::TakeUpNone),
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
            Some(Reply::close().and([Wish::Tell(why)]))
        }
        _ => None,
    }
}

/// Cells of a title in the list of cases.
const TITLE: usize = 40;

impl App {
    /// Shows the cases that were found, unless something is being typed.
    pub(in crate::app) fn offer_cases(&mut self) {
        if !self.layers.is_empty() {
            return;
        }
        let Some(Offer { cases, is_asked }) = self.marking.offered.take() else { return };
        let esc = if is_asked { "Esc closes" } else { "Esc starts afresh" };
        let title = match &cases[..] {
            [one] if self.keeps_in(one) => format!("marks go to this case; {esc}"),
            [one] => {
                let from = one.last.map(|time| {
                    format!(" from {}", self.clock.zone.format(time, "%Y-%m-%d %H:%M"))
                });
                let marks = counted(one.marks, "mark", "marks");
                format!("{marks}{}: Enter takes them up, {esc}", from.unwrap_or_default())
            }
            many => format!("{} cases of these records: Enter takes one up, {esc}", many.len()),
        };
        let items = cases.into_iter().map(|case| self.case_item(case)).collect();
        self.open_menu(Menu::new(&RULES, title, items));
    }

    /// Do marks go to the file of this case already?
    fn keeps_in(&self, case: &KnownCase) -> bool {
        self.marking.file.as_ref().is_some_and(|file| *file == case.path.display().to_string())
    }

    fn case_item(&self, case: KnownCase) -> Item {
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
        let disabled = self.keeps_in(&case).then(|| "marks go there already".to_owned());
        let date = |time| self.clock.zone.format(time, "%Y-%m-%d %H:%M");
        Item {
            key: case.last.map(date).unwrap_or_default(),
            note,
            disabled,
            ..Item::new(label, Wish::TakeUpCase(case.path))
        }
    }

    /// Asks for a case to be read, unless that is to be asked for twice; the box closes then.
    pub(in crate::app) fn read_case(&mut self, path: PathBuf) -> Vec<Effect> {
        if !self.is_to_be_taken_up(&path) {
            return Vec::new();
        }
        let is_cases =
            |layer: &Layer| matches!(layer, Layer::Menu(menu) if menu.rules.kind == Kind::Cases);
        self.layers.close(is_cases);
        vec![Effect::ReadCase(path, self.data.store.clone())]
    }

    /// Is this case to be taken up now? With marks of another one it is asked for twice, as both
    /// become one, and that is not undone.
    pub(in crate::app) fn is_to_be_taken_up(&mut self, path: &Path) -> bool {
        let marks = self.data.store.marks().len();
        let place = self.layers.menu_of(Kind::Cases).map_or(0, |menu| menu.viewport.cursor());
        if marks == 0 || self.is_asked_again((Action::Cases, Some(place as RowId))) {
            return true;
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = clean(name.as_deref().unwrap_or_default()).into_owned();
        let marks = counted(marks, "mark", "marks");
        let undo = self.keymap.spoken(Action::UndoMarks);
        self.screen.notice = Some(format!(
            "Enter again puts {marks} of here and {name} together; {undo} does not undo that"
        ));
        false
    }

    /// The list of cases was closed.
    pub(in crate::app) fn took_up_none(&mut self) {
        let key = self.keymap.spoken(Action::Cases);
        self.screen.notice = Some(format!("nothing is taken up; {key} lists what can be"));
    }
}
