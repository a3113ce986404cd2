//! Cases on the screen: those of earlier sessions are listed and taken up, and it is told what is not kept.
//! Never reads or writes a file, and never takes one up that nobody asked for.

use std::path::{Path, PathBuf};

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::overlay::{Item, Menu, Wish};
use crate::app::state::App;
use crate::store::{Mark, RowId};
use crate::text::{clean, fit, fit_end};
use crate::time::Timestamp;

/// A case of the same inputs that can be taken up.
#[derive(Clone, Debug, Default)]
pub struct KnownCase {
    /// Its file.
    pub path: PathBuf,
    /// Number of its marks on records that are here.
    pub marks: usize,
    /// Number of its notes, wherever their records are.
    pub notes: usize,
    /// Number of its marks on records that are not here.
    pub lost: usize,
    /// What the investigation is called.
    pub title: String,
    /// What was noted about the oldest record that has a note.
    pub first_note: String,
    /// When something was marked last (UTC).
    pub last: Option<Timestamp>,
}

/// Cases to be shown.
#[derive(Debug)]
pub struct Offer {
    /// The cases, the newest first.
    pub cases: Vec<KnownCase>,
    /// Did somebody ask for them? Otherwise they are offered as the records are opened.
    pub is_asked: bool,
}

/// A case that was read to be taken up.
#[derive(Clone, Debug, Default)]
pub struct FoundCase {
    /// The file marks are kept in from now on.
    pub file: String,
    /// Its marks on records that are here.
    pub marks: Vec<(RowId, Mark)>,
    /// Marks on records that are not here; they stay in the file.
    pub lost: usize,
    /// What the investigation is called.
    pub title: String,
    /// Its queries.
    pub queries: Vec<String>,
}

/// Why a case is not kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NotKept {
    /// The reason.
    pub why: String,
    /// The file it was to be kept in; empty where there is none.
    pub file: String,
}

impl std::fmt::Display for NotKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, file } = self;
        write!(f, "marks are not kept: {why}")?;
        if file.is_empty() { Ok(()) } else { write!(f, " ({file})") }
    }
}

/// Where a case goes as somebody else wrote its file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Moved {
    /// The file that was changed.
    pub from: String,
    /// The file marks go to from then on.
    pub to: String,
}

impl Moved {
    /// The name of the file marks go to, without its folder.
    pub fn name(&self) -> &str {
        name_of(&self.to)
    }

    /// What is told of it after the session.
    pub fn afterwards(&self) -> String {
        let Self { from, to } = self;
        let told = format!("marks are in {to}: {from} holds something else, and stays as it is");
        clean(&told).into_owned()
    }
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "marks go to {to}: somebody else changed {from} meanwhile, which stays as it is")
    }
}

/// The name of a file without its folder.
fn name_of(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// Cells of a title in the list of cases.
const TITLE: usize = 40;

impl App {
    /// Why no case can be taken up now; `None` where one can.
    pub(in crate::app) fn cannot_take_up(&self) -> Option<String> {
        let why = if self.data.loading.running {
            "the records are still being read; cases come after that"
        } else if self.data.store.is_empty() {
            "no records are loaded"
        } else {
            return None;
        };
        Some(why.to_owned())
    }

    /// Cases were looked for.
    pub(in crate::app) fn cases_found(
        &mut self,
        cases: Vec<KnownCase>,
        is_asked: bool,
    ) -> Vec<Effect> {
        if cases.is_empty() && is_asked {
            self.screen.notice = Some("no case of these records was kept yet".to_owned());
        } else if is_asked || cases.iter().any(|case| case.marks > 0) {
            self.marking.offered = Some(Offer { cases, is_asked });
            self.offer_cases();
        }
        Vec::new()
    }

    /// Shows the cases that were found, unless something is being typed.
    pub(in crate::app) fn offer_cases(&mut self) {
        let busy = self.filter.editing
            || self.finding.is_some()
            || self.marking.note.is_some()
            || self.exporting.form.is_some();
        if busy || !self.overlays.is_empty() {
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
        let mut menu = Menu::new(title, items);
        (menu.letters, menu.cases) = (true, true);
        self.overlays.push(menu);
        self.arrange();
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

    /// Another key than those that answer was pressed in the list of cases.
    pub(in crate::app) fn refuse_key_for_cases(&mut self) {
        let refused = "only Enter takes it up, only Esc does not; no other key answers this";
        self.screen.notice = Some(refused.to_owned());
    }

    /// Is this case to be taken up now? With marks of another one it is asked for twice, as both
    /// become one, and that is not undone.
    pub(in crate::app) fn is_to_be_taken_up(&mut self, path: &Path) -> bool {
        let marks = self.data.store.marks().len();
        let place = self.overlays.last().map_or(0, |menu| menu.viewport.cursor());
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

    /// A case was read to be taken up, or could not be.
    pub(in crate::app) fn case_found(
        &mut self,
        found: Result<Box<FoundCase>, String>,
    ) -> Vec<Effect> {
        match found {
            Ok(found) => self.take_up_case(&found),
            Err(why) => {
                self.screen.notice = Some(clean(&why).into_owned());
                Vec::new()
            }
        }
    }

    /// Takes up the marks of a case; what was marked since stays.
    fn take_up_case(&mut self, found: &FoundCase) -> Vec<Effect> {
        let mut marks = self.data.store.marks().clone();
        let had = !marks.is_empty();
        for (row, mark) in &found.marks {
            let here = marks.note(*row);
            let note = match (here, mark.note.as_str()) {
                (here, there) if here == there || there.is_empty() => here.to_owned(),
                ("", there) => there.to_owned(),
                // Neither of two notes goes.
                (here, there) => format!("{here} / {there}"),
            };
            marks.set(*row, Mark { note, ..mark.clone() });
        }
        self.data.store.set_marks(marks);
        if self.marking.title.is_empty() {
            self.marking.title.clone_from(&found.title);
        }
        let newer = std::mem::take(&mut self.marking.queries);
        self.marking.queries.clone_from(&found.queries);
        self.marking.queries.retain(|known| !newer.contains(known));
        self.marking.queries.extend(newer);
        // Where marks go to the same file as before, it does not hold these yet.
        let is_same = self.marking.file.as_ref() == Some(&found.file);
        self.marking.file = Some(found.file.clone());
        // To undo what was before would take off marks that were kept.
        self.marking.done.clear();
        self.marking.was_taken_up = true;
        self.marking.has_lost |= found.lost > 0;
        if self.marking.moved.as_ref().is_some_and(|moved| moved.to != found.file) {
            self.marking.moved = None;
        }
        if !found.marks.is_empty() || found.lost > 0 {
            let lost = match found.lost {
                0 => String::new(),
                lost => format!("; {lost} more are on records that are not here"),
            };
            self.screen.notice = Some(format!("taken up · {}{lost}", self.all_marks()));
        }
        self.show_note();
        let mut effects = vec![Effect::TakeUpCase];
        if had || is_same {
            effects.extend(self.marks_changed());
        } else if self.filter.query.asks_for_marks() {
            effects.extend(self.ask());
        }
        effects
    }

    /// The case goes to another file: somebody else wrote its own.
    pub(in crate::app) fn case_moved(&mut self, moved: Moved) -> Vec<Effect> {
        let (from, to) = (clean(name_of(&moved.from)), clean(name_of(&moved.to)));
        self.screen.notice = Some(format!("somebody else changed {from}: marks go to {to}"));
        self.marking.moved = Some(moved);
        Vec::new()
    }

    /// The case was kept, in which file, or could not be.
    pub(in crate::app) fn case_kept(&mut self, kept: Result<String, NotKept>) {
        let known = self.marking.not_kept.take();
        match kept {
            Ok(file) => self.marking.file = Some(file),
            // The first line says so already; what was told since is not to be overwritten.
            Err(not_kept) if known.as_ref().is_some_and(|known| known.why == not_kept.why) => {
                self.marking.not_kept = Some(not_kept);
            }
            Err(not_kept) => {
                let why = format!("marks are not kept: {}", not_kept.why);
                let why = clean(&why).into_owned();
                let room = usize::from(self.screen.layout.screen.width).saturating_sub(4);
                let room = room.saturating_sub(fit(&why, usize::MAX).1);
                let file = clean(&not_kept.file).into_owned();
                let file = fit_end(&file, room);
                self.screen.notice =
                    Some(if file.len() > 8 { format!("{why} · {file}") } else { why });
                self.marking.not_kept = Some(not_kept);
            }
        }
    }

    /// Leaves; where marks would be lost by it, only when that is asked for twice.
    pub(in crate::app) fn quit(&mut self) -> Vec<Effect> {
        let Some(not_kept) = &self.marking.not_kept else { return vec![Effect::Quit] };
        let [quit, export] =
            [Action::Quit, Action::Export].map(|action| self.keymap.spoken(action));
        let why = clean(&not_kept.why).into_owned();
        if self.is_asked_again((Action::Quit, None)) {
            return vec![Effect::Quit];
        }
        self.screen.notice = Some(format!(
            "marks are not kept; {quit} again quits, {export} writes them to a file ({why})"
        ));
        Vec::new()
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
