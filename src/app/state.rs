//! Everything the screen shows: the state, and what keeps its parts in step.
//! Never reads a key: what happens comes in at [`crate::app`], what is done about it is in [`crate::app::actions`].

use ratatui::layout::Rect;

use crate::app::action::{Action, Pane};
use crate::app::following::Following;
use crate::app::history::History;
use crate::app::keymap::Keymap;
use crate::app::layers::filter::Filter;
use crate::app::layers::menu::Menu;
use crate::app::layers::{Layer, Layers};
use crate::app::layout::{self, Layout, Open, layout};
use crate::app::loading::Loading;
use crate::app::marks::Marking;
use crate::app::message::Effect;
use crate::app::panes::Panes;
use crate::app::panes::activities::Activities;
use crate::app::panes::detail::{self, Detail, Named};
use crate::app::panes::list::{self, List};
use crate::app::panes::timeline::Timeline;
use crate::app::panes::tree::Tree;
use crate::app::preferences::Preferences;
use crate::app::watch::Watch;
use crate::query::answer::{Answer, Question};
use crate::query::counted_values::CountedValues;
use crate::query::views::NOISE;
use crate::query::{Context, Expression, Operator, Query, Term, Value};
use crate::record::field::{Field, Stored};
use crate::store::Store;
use crate::time::{Timestamp, Zone};

/// Everything the screen shows and everything needed to answer the next key.
#[derive(Debug)]
pub struct App {
    /// The records, how they come, and the newest answer about them.
    pub data: Data,
    /// The filter line.
    pub filter: Filter,
    /// The panes.
    pub panes: Panes,
    /// What lies over the panes.
    pub layers: Layers,
    /// The views before this one and after it.
    pub history: History,
    /// Marks, notes and the case they are kept in.
    pub marking: Marking,
    /// Keys.
    pub keymap: Keymap,
    /// What the configuration says besides keys.
    pub preferences: Preferences,
    /// What time it is, and how times are shown.
    pub clock: Clock,
    /// The screen itself: how large it is, where everything is, what it tells.
    pub screen: Screen,
}

/// The records, how they come, and the newest answer about them.
#[derive(Debug, Default)]
pub struct Data {
    /// All records.
    pub store: Store,
    /// Where the records come from, told line by line: what was asked of whom.
    pub origin: Vec<String>,
    /// The load of this session.
    pub loading: Loading,
    /// What arrives after the load.
    pub following: Following,
    /// The newest answer.
    pub answer: Answer,
    /// Was a question asked that is not answered completely?
    pub answering: bool,
    /// Of the newest question.
    pub(in crate::app) revision: u64,
    /// Values that records have, for completion.
    pub(in crate::app) seen: CountedValues,
}

/// What time it is, and how times are shown.
#[derive(Debug)]
pub struct Clock {
    /// Now (UTC).
    pub now: Timestamp,
    /// The zone times are shown in.
    pub zone: Zone,
    /// The other zone to show times in.
    pub other_zone: Zone,
}

/// The screen itself.
#[derive(Debug)]
pub struct Screen {
    /// All of it.
    pub(in crate::app) size: Rect,
    /// Where everything is.
    pub layout: Layout,
    /// Something to tell, until the next key.
    pub notice: Option<String>,
    /// Has the program the mouse?
    pub mouse: bool,
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
        let working_week = settings.preferences.working_week;
        let mut app = Self {
            data: Data {
                loading: settings.name.map(Loading::started).unwrap_or_default(),
                origin: settings.origin,
                ..Data::default()
            },
            filter: Filter::with_text(&settings.filter, settings.history),
            panes: Panes {
                tree,
                list: List::default(),
                activities: Activities::default(),
                show_activities: !loads,
                detail: Detail::naming(Named {
                    raw: settings.keymap.spoken(Action::Raw),
                    open: settings.keymap.spoken(Action::Open),
                }),
                timeline: Timeline::new(working_week),
                focus: Pane::List,
                zoomed: false,
                count: None,
                waiting: None,
            },
            layers: Layers::default(),
            history: History::default(),
            marking: Marking::default(),
            keymap: settings.keymap,
            preferences: Preferences { watch: Watch::new(settings.watch), ..settings.preferences },
            clock: Clock { now: settings.now, zone: Zone::utc(), other_zone: settings.local_zone },
            screen: Screen { size: screen, layout: Layout::default(), notice: None, mouse: true },
        };
        app.refresh_activities();
        app.arrange();
        app.follow_cursor();
        app
    }

    /// Makes the layout anew and tells the panes how large they are.
    pub(in crate::app) fn arrange(&mut self) {
        let open = Open {
            focus: self.panes.focus,
            zoomed: self.panes.zoomed,
            timeline: self.data.loading.running || !self.data.store.is_empty(),
        };
        self.screen.layout = layout(self.screen.size, open);
        let inside = |pane| self.screen.layout.inside(pane);
        let (tree, list, detail) = (inside(Pane::Tree), inside(Pane::List), inside(Pane::Detail));
        self.panes.tree.viewport.set_height(usize::from(tree.height));
        // One line of the list is the titles of its columns.
        let lines = usize::from(list.height.saturating_sub(1));
        self.panes.list.viewport.set_height(lines);
        self.panes.activities.viewport.set_height(lines);
        self.panes.detail.set_size(usize::from(detail.width), usize::from(detail.height));
        let height = self.screen.layout.screen.height;
        self.layers.menus_mut().for_each(|menu| menu.set_screen_height(height));
        self.filter
            .viewport
            .set_height(usize::from(self.screen.layout.screen.height / 4).clamp(1, 10));
    }

    /// Puts a layer over all others.
    pub(in crate::app) fn open_layer(&mut self, layer: Layer) {
        self.layers.push(layer);
        self.layer_came();
    }

    /// Opens a box with items.
    pub(in crate::app) fn open_menu(&mut self, menu: Menu) {
        self.open_layer(Layer::Menu(Box::new(menu)));
    }

    /// There is one more layer: what was begun in the panes with one key, or with a button that is held
    /// down, does not go on when it is away again.
    pub(in crate::app) fn layer_came(&mut self) {
        (self.panes.waiting, self.panes.count) = (None, None);
        self.panes.timeline.dragging = false;
        self.arrange();
    }

    /// How times are written: with the year where records are of several, else without.
    pub fn times(&self) -> list::Times<'_> {
        let year = |time| self.clock.zone.format(time, "%Y");
        let years = self.data.store.period().is_some_and(|(first, last)| year(first) != year(last));
        list::Times { zone: &self.clock.zone, years, seconds: false }
    }

    /// Asks for an answer to the question as it stands now.
    pub(in crate::app) fn ask(&mut self) -> Vec<Effect> {
        self.data.revision += 1;
        self.data.answering = true;
        self.refresh_activities();
        let question = Question {
            revision: self.data.revision,
            query: self.filter.query.clone(),
            context: self.context(),
            choice: self.panes.tree.choice.clone(),
            sort: self.panes.list.sort,
            operations: self.panes.list.by_operation,
            hidden: self.filter.hides_noise.then(|| NOISE.clone()),
            axis: self.panes.timeline.axis(&self.data.store, self.screen.layout.timeline.width),
        };
        vec![Effect::Ask(Box::new(question), self.data.store.clone())]
    }

    pub(in crate::app) fn ask_for_timeline(&mut self) -> Vec<Effect> {
        let axis = self.panes.timeline.axis(&self.data.store, self.screen.layout.timeline.width);
        if self.data.store.is_empty() || self.data.answer.axis == axis {
            return Vec::new();
        }
        self.ask()
    }

    pub(in crate::app) fn context(&self) -> Context {
        let around = self.panes.list.current().and_then(|row| self.data.store.time(row));
        Context { now: self.clock.now, around }
    }

    pub(in crate::app) fn refresh_activities(&mut self) {
        if self.panes.show_activities {
            let unseen = self.panes.tree.unseen || self.data.store.is_empty();
            let context = self.context();
            self.panes.activities.refresh(
                &self.panes.tree,
                &self.data.answer.paths,
                &self.filter.query,
                &context,
                unseen,
            );
        }
    }

    /// Opens what is under the cursor of the list in the detail pane.
    pub(in crate::app) fn follow_cursor(&mut self) -> Vec<Effect> {
        if self.panes.show_activities {
            let known = self.panes.activities.current().and_then(|line| self.entry_of(&line.node));
            match (known, self.panes.activities.current()) {
                (Some(entry), _) => self.panes.detail.show_lines(detail::entry_lines(entry)),
                (None, Some(line)) => {
                    let note = format!("{} is not in the catalogue.", line.name);
                    self.panes.detail.show_lines(vec![detail::line::heading(&note)]);
                }
                (None, None) => self.panes.detail.clear(None),
            }
            return Vec::new();
        }
        match self.panes.list.current() {
            Some(row) if self.panes.detail.row == Some(row) => Vec::new(),
            Some(row) => vec![Effect::Open(row, self.data.store.clone())],
            None => {
                self.panes.detail.clear(None);
                Vec::new()
            }
        }
    }

    /// Narrows the filter by any of these values, or filters them out.
    pub(in crate::app) fn filter_by(
        &mut self,
        field: &'static Field,
        values: &[String],
        inside: bool,
    ) -> Vec<Effect> {
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
    pub(in crate::app) fn narrow_by(&mut self, condition: Expression, inside: bool) -> Vec<Effect> {
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
