//! The state of the screen and the one function that changes it: [`App::update`].
//! Never does anything outside: no files, no clock, no threads, no terminal; it returns effects.

pub mod access;
pub mod action;
pub mod activities;
pub mod cases;
pub mod copying;
pub mod detail;
pub mod exporting;
pub mod facets;
pub mod filter;
pub mod folding;
pub mod following;
pub mod history;
pub mod input;
mod investigate;
pub mod keymap;
pub mod layout;
pub mod list;
pub mod loading;
pub mod marks;
pub mod menus;
pub mod message;
pub mod outline;
pub mod overlay;
pub mod perform;
pub mod pivot;
pub mod preferences;
pub mod related;
pub mod timeline;
pub mod trails;
pub mod tree;
pub mod typed;
pub mod viewport;
pub mod views;
pub mod watch;

use ratatui::layout::Rect;
use tui_input::Input;

use action::Pane;
use activities::Activities;
use detail::Detail;
use exporting::Exporting;
use filter::Filter;
use following::Following;
use history::History;
use keymap::Keymap;
use layout::{Layout, Open, layout};
use list::List;
use loading::Loading;
use marks::Marking;
use message::{Effect, Message};
use overlay::Menu;
use preferences::Preferences;
use timeline::Timeline;
use tree::Tree;
use watch::Watch;

use crate::query::answer::{Answer, Question};
use crate::query::seen::SeenValues;
use crate::query::views::NOISE;
use crate::query::{Context, Expression, Operator, Query, Term, Value};
use crate::record::field::{Field, Stored};
use crate::source::{Delivery, Summary};
use crate::store::Store;
use crate::time::{Timestamp, Zone};

/// Everything the screen shows and everything needed to answer the next key.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the screen that do not depend on each other"
)]
pub struct App {
    /// All records.
    pub store: Store,
    /// The filter line.
    pub filter: Filter,
    /// The tree pane.
    pub tree: Tree,
    /// The list pane, records.
    pub list: List,
    /// The list pane, activities.
    pub activities: Activities,
    /// Does the list show activities?
    pub show_activities: bool,
    /// The detail pane.
    pub detail: Detail,
    /// The load of this session.
    pub loading: Loading,
    /// The timeline.
    pub timeline: Timeline,
    /// The views before this one and after it.
    pub history: History,
    /// What arrives after the load.
    pub following: Following,
    /// Marks, notes and the case they are kept in.
    pub marking: Marking,
    /// An export that is asked for, or runs.
    pub exporting: Exporting,
    /// Where the records come from, told line by line: what was asked of whom.
    pub origin: Vec<String>,
    /// The newest answer.
    pub answer: Answer,
    /// Boxes over the screen, the last on top.
    pub overlays: Vec<Menu>,
    /// The pane with the keyboard.
    pub focus: Pane,
    /// Accounts that are watched.
    pub watch: Watch,
    /// Is noise left out?
    pub hides_noise: bool,
    /// Are records put together by operation?
    pub operations: bool,
    /// Has that pane the whole screen?
    pub zoomed: bool,
    /// Text being searched in a pane; `None` while nothing is typed.
    pub finding: Option<Input>,
    /// Something to tell, until the next key.
    pub notice: Option<String>,
    /// Keys.
    pub keymap: Keymap,
    /// Number typed before a key.
    pub count: Option<usize>,
    /// The first of two keys, while it waits for the second.
    pub waiting: Option<keymap::Key>,
    /// What the configuration says besides keys.
    pub preferences: Preferences,
    /// The zone times are shown in.
    pub zone: Zone,
    /// The other zone to show times in.
    pub other_zone: Zone,
    /// Has the program the mouse?
    pub mouse: bool,
    /// Now (UTC).
    pub now: Timestamp,
    /// Where everything is.
    pub layout: Layout,
    /// Was a question asked that is not answered completely?
    pub answering: bool,
    screen: Rect,
    revision: u64,
    seen: SeenValues,
}

// Drawing gets `&App` and must not be able to write: a cell in here would not compile.
const _: () = {
    const fn shared<T: Sync>() {}
    shared::<App>();
};

/// Characters of a value that is read from originals, such as a whole policy, that are asked for.
const LONGEST_ASKED: usize = 200;

/// What a session starts with.
#[derive(Debug)]
pub struct Settings {
    /// What is loaded, as the user named it; `None` where nothing is.
    pub name: Option<String>,
    /// Where records come from, line by line; empty where the name says it.
    pub origin: Vec<String>,
    /// Text of the filter.
    pub filter: String,
    /// Filters of earlier sessions, oldest first.
    pub history: Vec<String>,
    /// Accounts that are watched: principal names, names or ids.
    pub watch: Vec<String>,
    /// The local zone.
    pub local_zone: Zone,
    /// Now (UTC).
    pub now: Timestamp,
    /// Columns and lines of the screen.
    pub size: (u16, u16),
    /// Which keys mean what.
    pub keymap: Keymap,
    /// What else the configuration says.
    pub preferences: Preferences,
}

impl App {
    /// A session before anything was loaded.
    pub fn new(settings: Settings) -> Self {
        let (width, height) = layout::at_most(settings.size.0, settings.size.1);
        let screen = Rect::new(0, 0, width, height);
        let loads = settings.name.is_some();
        let mut tree = Tree::new();
        tree.unseen = !loads;
        tree.refresh();
        let mut app = Self {
            store: Store::default(),
            filter: Filter::with_text(&settings.filter, settings.history),
            tree,
            list: List::default(),
            activities: Activities::default(),
            show_activities: !loads,
            detail: Detail::default(),
            loading: settings.name.map(Loading::started).unwrap_or_default(),
            timeline: Timeline::new(settings.preferences.working_week),
            history: History::default(),
            following: Following::default(),
            marking: Marking::default(),
            exporting: Exporting::default(),
            origin: settings.origin,
            answer: Answer::default(),
            overlays: Vec::new(),
            focus: Pane::List,
            watch: Watch::new(settings.watch),
            hides_noise: false,
            operations: false,
            zoomed: false,
            finding: None,
            notice: None,
            keymap: settings.keymap,
            count: None,
            waiting: None,
            preferences: settings.preferences,
            zone: Zone::utc(),
            other_zone: settings.local_zone,
            mouse: true,
            now: settings.now,
            layout: Layout::default(),
            answering: false,
            screen,
            revision: 0,
            seen: SeenValues::default(),
        };
        app.refresh_activities();
        app.arrange();
        app.follow_cursor();
        app
    }

    /// Takes in what happened; returns what is to be done outside.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let before = (self.focus, self.zoomed, self.layout.timeline.is_empty());
        let effects = match message {
            Message::Pressed(event) => self.pressed(event),
            Message::Moused(event) => self.moused(event),
            Message::Pasted(text) => self.pasted(&text),
            Message::PastedPart(text) => self.pasted_part(&text),
            Message::Typed(text) => {
                self.forget_asked();
                self.pasted(&text)
            }
            Message::Resized(width, height) => self.resized(width, height),
            Message::Ticked(now) => {
                self.now = now;
                Vec::new()
            }
            Message::Delivered(delivery) => self.delivered(delivery),
            Message::Answered(answer) => self.answered(*answer),
            Message::Opened(row, result) => {
                if self.list.current() == Some(row) && !self.show_activities {
                    match result {
                        Ok(opened) => {
                            self.detail.beside = self.beside(row);
                            self.detail.show(row, opened, &self.zone);
                            return self.look_around();
                        }
                        Err(problem) => self.detail.clear(Some(&problem)),
                    }
                }
                Vec::new()
            }
            Message::Surveyed(seen) => {
                self.seen = seen;
                self.offer_completion();
                Vec::new()
            }
            Message::Counting(field, share) => {
                self.counting(field, share);
                Vec::new()
            }
            Message::Counted(facet) => {
                self.counted(&facet);
                Vec::new()
            }
            Message::AccessFound(name, found) => {
                self.access_found(&name, &found);
                Vec::new()
            }
            Message::FindingTrails(looked_at, all) => {
                self.trails_go_on(looked_at, all);
                Vec::new()
            }
            Message::TrailsFound(found) => {
                self.trails_found(&found);
                Vec::new()
            }
            Message::Surrounded(row, found) => {
                self.surrounded(row, &found);
                Vec::new()
            }
            Message::CasesFound(cases, is_asked) => self.cases_found(cases, is_asked),
            Message::CaseFound(found) => self.case_found(found),
            Message::CaseMoved(moved) => self.case_moved(moved),
            Message::CaseKept(kept) => {
                self.case_kept(kept);
                Vec::new()
            }
            Message::Exported(how) => {
                self.exported(how);
                Vec::new()
            }
            Message::Copied(Ok(notice) | Err(notice)) => {
                self.notice = Some(notice);
                Vec::new()
            }
        };
        self.offer_cases();
        if before != (self.focus, self.zoomed, self.layout.timeline.is_empty()) {
            self.arrange();
        }
        effects
    }

    fn resized(&mut self, width: u16, height: u16) -> Vec<Effect> {
        let (width, height) = layout::at_most(width, height);
        self.screen = Rect::new(0, 0, width, height);
        self.arrange();
        self.ask_for_timeline()
    }

    /// Makes the layout anew and tells the panes how large they are.
    fn arrange(&mut self) {
        let open = Open {
            focus: self.focus,
            zoomed: self.zoomed,
            timeline: self.loading.running || !self.store.is_empty(),
        };
        self.layout = layout(self.screen, open);
        let inside = |pane| self.layout.inside(pane);
        let (tree, list, detail) = (inside(Pane::Tree), inside(Pane::List), inside(Pane::Detail));
        self.tree.viewport.set_height(usize::from(tree.height));
        // One line of the list is the titles of its columns.
        let lines = usize::from(list.height.saturating_sub(1));
        self.list.viewport.set_height(lines);
        self.activities.viewport.set_height(lines);
        self.detail.set_size(usize::from(detail.width), usize::from(detail.height));
        let height = self.layout.screen.height;
        let room = usize::from(height.saturating_sub(4));
        for menu in &mut self.overlays {
            let lines = match menu.trails {
                true => room.saturating_sub(3 + usize::from(overlay::trail_lines(height))),
                false => room.min(24).saturating_sub(3),
            };
            menu.viewport.set_height(lines.max(1));
        }
        self.filter.viewport.set_height(usize::from(self.layout.screen.height / 4).clamp(1, 10));
    }

    /// How times are written: with the year where records are of several, else without.
    pub fn times(&self) -> list::Times<'_> {
        let year = |time| self.zone.format(time, "%Y");
        let years = self.store.period().is_some_and(|(first, last)| year(first) != year(last));
        list::Times { zone: &self.zone, years, seconds: false }
    }

    /// Asks for an answer to the question as it stands now.
    fn ask(&mut self) -> Vec<Effect> {
        self.revision += 1;
        self.answering = true;
        self.refresh_activities();
        let question = Question {
            revision: self.revision,
            query: self.filter.query.clone(),
            context: self.context(),
            choice: self.tree.choice.clone(),
            sort: self.list.sort,
            operations: self.operations,
            hidden: self.hides_noise.then(|| NOISE.clone()),
            axis: self.timeline.axis(&self.store, self.layout.timeline.width),
        };
        vec![Effect::Ask(Box::new(question), self.store.clone())]
    }

    fn ask_for_timeline(&mut self) -> Vec<Effect> {
        let axis = self.timeline.axis(&self.store, self.layout.timeline.width);
        if self.store.is_empty() || self.answer.axis == axis {
            return Vec::new();
        }
        self.ask()
    }

    fn context(&self) -> Context {
        let around = self.list.current().and_then(|row| self.store.time(row));
        Context { now: self.now, around }
    }

    fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        // The one place where an answer to an older question is dropped.
        if answer.revision != self.revision {
            return Vec::new();
        }
        self.answering = !answer.complete;
        self.tree.count(&answer.paths, !self.filter.query.is_empty());
        let mut answer = answer;
        // Whoever reads a record keeps it, also without having moved to it.
        self.list.moved |= self.focus == Pane::Detail;
        let rows = std::mem::take(&mut answer.rows);
        self.list.take(rows, answer.operations.take(), &self.store);
        self.answer = answer;
        self.timeline.shade(self.answer.axis, &self.zone);
        self.tell_bucket();
        self.refresh_activities();
        self.show_note();
        self.follow_cursor()
    }

    fn refresh_activities(&mut self) {
        if self.show_activities {
            let unseen = self.tree.unseen || self.store.is_empty();
            let context = self.context();
            self.activities.refresh(
                &self.tree,
                &self.answer.paths,
                &self.filter.query,
                &context,
                unseen,
            );
        }
    }

    fn delivered(&mut self, delivery: Delivery) -> Vec<Effect> {
        match delivery {
            Delivery::Segment(segment) => {
                let first = self.store.is_empty();
                self.store.push(segment);
                self.tree.extend(&self.store);
                if first {
                    self.arrange();
                }
                let mut effects = self.ask();
                if !self.loading.running {
                    effects.extend(self.look_around());
                }
                return effects;
            }
            Delivery::Progress(progress) => self.loading.progress = progress,
            Delivery::Trouble(trouble) => self.loading.troubles.push(trouble),
            Delivery::Following(following) => self.following_went(following),
            Delivery::Prompt(prompt) => self.prompted(prompt.as_ref()),
            Delivery::Done(summary) => {
                self.loading.progress = summary.progress;
                self.loading.running = false;
                self.loading.ended = Some(summary);
                if self.store.is_empty() {
                    let left_out = self.loading.ended.as_ref().and_then(Summary::left_out);
                    let said = match (left_out, self.loading.troubles.first()) {
                        (Some(left_out), _) => format!("0 records · {left_out}"),
                        (None, Some(trouble)) => trouble.to_string(),
                        (None, None) => format!("{}: no records in it", self.loading.name),
                    };
                    self.notice = Some(crate::text::clean(&said).into_owned());
                    self.arrange();
                }
                let mut effects = vec![Effect::FindCases(self.store.clone(), false)];
                effects.extend(self.look_around());
                return effects;
            }
        }
        Vec::new()
    }

    /// Opens what is under the cursor of the list in the detail pane.
    fn follow_cursor(&mut self) -> Vec<Effect> {
        if self.show_activities {
            let known = self.activities.current().and_then(|line| self.entry_of(&line.node));
            match (known, self.activities.current()) {
                (Some(entry), _) => self.detail.show_lines(detail::entry_lines(entry)),
                (None, Some(line)) => {
                    let note = format!("{} is not in the catalogue.", line.name);
                    self.detail.show_lines(vec![detail::lines::heading(&note)]);
                }
                (None, None) => self.detail.clear(None),
            }
            return Vec::new();
        }
        match self.list.current() {
            Some(row) if self.detail.row == Some(row) => Vec::new(),
            Some(row) => vec![Effect::Open(row, self.store.clone())],
            None => {
                self.detail.clear(None);
                Vec::new()
            }
        }
    }

    /// Narrows the filter by any of these values, or filters them out.
    fn filter_by(&mut self, field: &'static Field, values: &[String], inside: bool) -> Vec<Effect> {
        let is_long = |value: &String| value.chars().nth(LONGEST_ASKED).is_some();
        let (operator, most) = match field.stored {
            // Large values of originals are found by their beginning.
            Stored::Original(_) if values.iter().any(is_long) => {
                (Operator::Contains, LONGEST_ASKED)
            }
            _ => (Operator::Equals, usize::MAX),
        };
        let asked = |value: &String| Value::Text(value.chars().take(most).collect());
        let mut texts: Vec<Value> = values.iter().map(asked).collect();
        let value = match texts.len() {
            1 => texts.remove(0),
            _ => Value::AnyOf(texts),
        };
        self.narrow_by(Expression::Term(Term { field: Some(field), operator, value }), inside)
    }

    /// Narrows all of the filter by a condition, or by its opposite.
    fn narrow_by(&mut self, condition: Expression, inside: bool) -> Vec<Effect> {
        let term = if inside { condition } else { Expression::Not(Box::new(condition)) };
        let wanted = match Query::parse(self.filter.text()) {
            Ok(query) => query.and(term),
            Err(_) => self.filter.query.clone().and(term),
        };
        self.leave_view();
        let changed = self.filter.set_text(&wanted.to_string());
        let mut effects: Vec<Effect> =
            self.filter.remember().map(Effect::Remember).into_iter().collect();
        if changed {
            effects.extend(self.ask());
        }
        effects
    }
}
