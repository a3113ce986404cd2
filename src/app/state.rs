//! Everything the screen shows: the state, and what keeps its parts in step.
//! Never reads a key: what happens comes in at [`crate::app`], what is done about it is in [`crate::app::actions`].

use ratatui::layout::Rect;

use crate::app::action::{Action, Pane};
use crate::app::data::{Clock, Data};
use crate::app::history::{History, View};
use crate::app::intent::{Intent, Reply};
use crate::app::keymap::Keymap;
use crate::app::layers::filter::Filter;
use crate::app::layers::menu::Menu;
use crate::app::layers::{Layer, Layers};
use crate::app::layout::{self, Layout, Open, layout};
use crate::app::loading::Loading;
use crate::app::marks::Marking;
use crate::app::message::Effect;
use crate::app::panes::activities::Activities;
use crate::app::panes::detail::{Detail, Named};
use crate::app::panes::list::{List, Times};
use crate::app::panes::timeline::Timeline;
use crate::app::panes::tree::Tree;
use crate::app::panes::{Panes, Sight};
use crate::app::preferences::Preferences;
use crate::app::watch::Watch;
use crate::query::answer::Question;
use crate::query::views::NOISE;
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
        let (panes, sight) = app.panes_and_sight();
        panes.refresh_activities(&sight);
        app.arrange();
        app.in_panes(Panes::follow_cursor);
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
    pub fn times(&self) -> Times<'_> {
        self.sight().times
    }

    /// What panes see of all that is not theirs.
    pub(in crate::app) fn sight(&self) -> Sight<'_> {
        let Self { data, filter, keymap, screen, clock, panes, .. } = self;
        sight(data, filter, keymap, &screen.layout, clock, panes.focus)
    }

    /// The panes, to be changed, and what they see meanwhile.
    pub(in crate::app) fn panes_and_sight(&mut self) -> (&mut Panes, Sight<'_>) {
        let Self { data, filter, keymap, screen, clock, panes, .. } = self;
        let focus = panes.focus;
        (panes, sight(data, filter, keymap, &screen.layout, clock, focus))
    }

    /// The layers, to be changed, how times are written meanwhile, and the columns of the screen.
    pub(in crate::app) fn layers_and_times(&mut self) -> (&mut Layers, Times<'_>, u16) {
        let Self { data, filter, keymap, screen, clock, panes, layers, .. } = self;
        let times = sight(data, filter, keymap, &screen.layout, clock, panes.focus).times;
        (layers, times, screen.layout.screen.width)
    }

    /// Lets the panes do something, and does what they ask for.
    pub(in crate::app) fn in_panes(
        &mut self,
        does: impl FnOnce(&mut Panes, &Sight<'_>) -> Reply,
    ) -> Vec<Effect> {
        let before = self.view();
        let (panes, sight) = self.panes_and_sight();
        let reply = does(panes, &sight);
        self.grant_all(reply.intents, Some(&before))
    }

    /// Does what panes ask for; the view before they changed is left if they say so.
    pub(in crate::app) fn grant_all(
        &mut self,
        intents: Vec<Intent>,
        before: Option<&View>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        for intent in intents {
            match (intent, before) {
                (Intent::LeaveView, Some(before)) => self.history.leave(before.clone()),
                (other, _) => effects.extend(self.grant(other, None)),
            }
        }
        effects
    }

    /// Asks for an answer to the question as it stands now.
    pub(in crate::app) fn ask(&mut self) -> Vec<Effect> {
        self.data.revision += 1;
        self.data.answering = true;
        let (panes, sight) = self.panes_and_sight();
        panes.refresh_activities(&sight);
        let question = Question {
            revision: self.data.revision,
            query: self.filter.query.clone(),
            context: self.panes.context(&self.sight()),
            choice: self.panes.tree.choice.clone(),
            sort: self.panes.list.sort,
            operations: self.panes.list.by_operation,
            hidden: self.filter.hides_noise.then(|| NOISE.clone()),
            axis: self.panes.timeline.axis(&self.data.store, self.screen.layout.timeline.width),
        };
        vec![Effect::Ask(Box::new(question), self.data.store.clone())]
    }
}

fn sight<'s>(
    data: &'s Data,
    filter: &'s Filter,
    keymap: &'s Keymap,
    layout: &'s Layout,
    clock: &'s Clock,
    focus: Pane,
) -> Sight<'s> {
    let year = |time| clock.zone.format(time, "%Y");
    let years = data.store.period().is_some_and(|(first, last)| year(first) != year(last));
    Sight {
        store: &data.store,
        answer: &data.answer,
        is_loading: data.loading.running,
        query: &filter.query,
        filter: filter.text(),
        keymap,
        layout,
        times: Times { zone: &clock.zone, years, seconds: false },
        now: clock.now,
        focus,
    }
}
