//! Boxes that wait for what is found outside: values of a field, trails, access, what to do to sign in, cases.
//! Never looks for anything itself, and fills no box that was closed meanwhile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::action::{Action, Pane};
use crate::app::cases::counted;
use crate::app::layers::menu::Kind;
use crate::app::layers::pivots::pivots_menu;
use crate::app::layers::sign_in::sign_in_menu;
use crate::app::layers::{access, cases, facets, trails};
use crate::app::message::{Effect, Message};
use crate::app::panes::PaneInput as _;
use crate::app::pivot::{self, Shared};
use crate::app::state::App;
use crate::place::Prompt;
use crate::query::views::NOISE;
use crate::query::{Expression, Query};
use crate::record::field::Field;
use crate::store::RowId;
use crate::text::clean;

impl App {
    /// Something was found that a box waits for, or so much of it was looked at.
    pub(in crate::app) fn fill_box(&mut self, found: Message) -> Vec<Effect> {
        let all = self.data.store.len() as u64;
        let is_loading = self.data.loading.running;
        let (layers, times, width) = self.layers_and_times();
        match found {
            Message::Counting(field, share) => {
                if let Some(menu) = layers.menu_about(Kind::Facet, field) {
                    facets::go_on(menu, field, share);
                }
            }
            Message::Counted(facet) => {
                if let Some(menu) = layers.menu_about(Kind::Facet, facet.field) {
                    facets::fill(menu, &facet, times, all);
                }
            }
            Message::CountedThere(field, found) => {
                if let Some(menu) = layers.menu_about(Kind::FacetThere, field) {
                    facets::fill_there(menu, field, found, times);
                }
            }
            Message::FindingTrails(looked_at, all) => {
                if let Some(menu) = layers.menu_of(Kind::Trails) {
                    trails::go_on(menu, looked_at, all);
                }
            }
            Message::TrailsFound(found) => {
                if let Some(menu) = layers.menu_of(Kind::Trails) {
                    trails::fill(menu, &found, is_loading, times, width);
                }
            }
            Message::AccessFound(name, found) => {
                if let Some(menu) = layers.menu_of(Kind::Access) {
                    access::fill(menu, &name, &found, times, width);
                }
            }
            _ => {}
        }
        self.arrange();
        Vec::new()
    }

    /// Asks for the values of a field.
    pub(in crate::app) fn ask_for_facet(&mut self, field: &'static Field) -> Vec<Effect> {
        self.open_menu(facets::values_menu(field));
        vec![Effect::Count(self.data.store.clone(), self.panes.list.all_rows().to_vec(), field)]
    }

    /// Says that the only place can count what is not loaded yet; `who` is what it is called: `the workspace`.
    pub fn offer_counting(&mut self, who: &str) {
        let key = self.keymap.spoken(Action::CountThere);
        self.screen.notice = Some(format!("{key}: {who} counts values before they are loaded"));
    }

    /// Has places count the values of a field under the filter, whatever of it was loaded.
    pub(in crate::app) fn ask_for_facet_there(&mut self, field: &'static Field) -> Vec<Effect> {
        let Ok(query) = Query::parse(&self.whole_query()) else { return Vec::new() };
        let hidden = NOISE.expression.clone().filter(|_| self.filter.hides_noise);
        let query = match hidden {
            Some(noise) => query.and(Expression::Not(Box::new(noise))),
            None => query,
        };
        let context = self.panes.context(&self.sight());
        self.open_menu(facets::values_there_menu(field));
        vec![Effect::CountThere(query, context, field)]
    }

    /// Asks for trails.
    pub(in crate::app) fn open_trails(&mut self) -> Vec<Effect> {
        self.open_menu(trails::trails_menu());
        vec![Effect::FindTrails(self.data.store.clone())]
    }

    /// Asks for the access of the actor or target of the record; which, where there are several.
    pub(in crate::app) fn open_access(&mut self) -> Vec<Effect> {
        let Some(record) = self.panes.record(&self.data.store) else { return Vec::new() };
        let mut whose = access::whose(&record);
        if whose.len() > 1 {
            self.open_menu(access::whose_menu(whose));
            return Vec::new();
        }
        match whose.pop() {
            Some((.., intent)) => self.grant(intent, None),
            None => {
                self.screen.notice = Some("the record names nobody by id".to_owned());
                Vec::new()
            }
        }
    }

    /// Asks for what was given to the one of this id.
    pub(in crate::app) fn ask_for_access(&mut self, key: String, name: String) -> Vec<Effect> {
        self.open_menu(access::access_menu(&name));
        vec![Effect::FindAccess(self.data.store.clone(), key, name)]
    }

    /// Goes to all records that share something with the one under the cursor.
    pub(in crate::app) fn pivot(&mut self, shared: Shared) -> Vec<Effect> {
        let Some(record) = self.panes.record(&self.data.store) else { return Vec::new() };
        let mut pivots = pivot::sharing(&record, shared);
        if pivots.len() > 1 {
            self.open_menu(pivots_menu("Which target?", pivots));
            return Vec::new();
        }
        match pivots.pop() {
            Some((pivot, _)) => self.go_to(&pivot),
            None => {
                self.screen.notice = Some(format!("the record has no {}", shared.name()));
                Vec::new()
            }
        }
    }

    /// Opens the box of all pivots.
    pub(in crate::app) fn open_pivot_menu(&mut self) -> Vec<Effect> {
        let Some(record) = self.panes.record(&self.data.store) else { return Vec::new() };
        let detail = Some(&self.panes.detail).filter(|_| self.panes.focus == Pane::Detail);
        let value = detail.and_then(|detail| detail.value(&self.data.store));
        let pivots = pivot::all(&record, value);
        self.open_menu(pivots_menu("Go to all records with the same …", pivots));
        Vec::new()
    }

    /// Shows what is to be done to sign in, for every place that waits for it, until it is done.
    pub(in crate::app) fn prompted(&mut self, name: &Arc<str>, prompt: Option<Prompt>) {
        self.data.loading.prompted(name, prompt);
        self.layers.close_menu(Kind::SignIn);
        if let Some(menu) = sign_in_menu(&self.data.loading, &self.clock.zone) {
            self.layers.push_beneath_typing(menu);
            self.layer_came();
        }
    }

    /// Shows the cases that were found, unless something is being typed.
    pub(in crate::app) fn offer_cases(&mut self) {
        if !self.layers.is_empty() {
            return;
        }
        let Some(offer) = self.marking.offered.take() else { return };
        self.open_menu(cases::cases_menu(offer, self.marking.file.as_deref(), &self.clock.zone));
    }

    /// Asks for a case to be read, unless that is to be asked for twice; the box closes then.
    pub(in crate::app) fn read_case(&mut self, path: PathBuf) -> Vec<Effect> {
        if !self.is_to_be_taken_up(&path) {
            return Vec::new();
        }
        self.layers.close_menu(Kind::Cases);
        vec![Effect::ReadCase(path, self.data.store.clone())]
    }

    /// Is this case to be taken up now? With marks of another one it is asked for twice, as both
    /// become one, and that is not undone.
    fn is_to_be_taken_up(&mut self, path: &Path) -> bool {
        let marks = self.data.store.marks().len();
        let place = self.layers.menu_of(Kind::Cases).map_or(0, |menu| menu.viewport.cursor());
        let asked = (Action::Cases, Some(place as RowId));
        if marks == 0 || self.marking.is_asked_again(asked) {
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
}
