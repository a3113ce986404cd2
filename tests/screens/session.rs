//! A session on a screen that exists in memory: keys go in as text, the screen comes out as text.
//! Never waits: everything that threads do for the real program is done at once and in order.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use entrail::app::cases::KnownCase;
use entrail::app::keymap::Keymap;
use entrail::app::layers::asking::AskAgainOffer;
use entrail::app::layers::export::Job;
use entrail::app::marks::Draft;
use entrail::app::message::{Effect, Message};
use entrail::app::panes::detail::Opened;
use entrail::app::preferences::Preferences;
use entrail::app::viewport::Viewport;
use entrail::app::{App, Settings};
use entrail::demo::{Scale, tenant};
use entrail::query::answer::{Answer, Answerer, Question};
use entrail::query::counted_values::CountedValues;
use entrail::query::facet::facet;
use entrail::query::surroundings::surroundings;
use entrail::source::{self, Delivery, local};
use entrail::store::builder::{Batch, Indexer};
use entrail::store::{RowId, Segment, Store};
use entrail::time::{TICKS_PER_SECOND, Timestamp, Zone};
use entrail::ui;
use entrail::ui::theme::{Palette, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::{Position, Rect};

/// A session.
pub struct Session {
    pub app: App,
    pub theme: Theme,
    /// What went to the clipboard.
    pub copied: Vec<String>,
    /// Filters to be kept for the next session.
    pub remembered: Vec<String>,
    /// Effects that only the real program can carry out, by name.
    pub outside: Vec<&'static str>,
    /// Cases that were to be kept.
    pub kept: Vec<(Draft, Store)>,
    /// Cases that can be taken up.
    pub cases: Vec<KnownCase>,
    /// Places that have more than was loaded.
    pub offers: Vec<AskAgainOffer>,
    /// What was to be written to files.
    pub exports: Vec<Job>,
    /// Are questions kept instead of answered?
    pub hold: bool,
    /// The questions that were kept.
    pub asked: Vec<(Question, Store)>,
    answerer: Answerer,
    terminal: Terminal<TestBackend>,
}

/// What a load delivers, progress left out: how often that comes depends on the machine.
pub fn deliveries(name: &str, bytes: Vec<u8>) -> Vec<Delivery> {
    let place = local::at_hand(name.to_owned(), bytes);
    let mut found = Vec::new();
    source::read_all(vec![place], |delivery| {
        if !matches!(delivery, Delivery::Progress(_)) {
            found.push(delivery);
        }
    });
    found
}

/// Lines of the list on the demo tenant: of its 6,000 records, six are earlier rows of sign-ins.
pub const LINES: usize = 5_994;

/// The demo tenant, loaded once for all tests of a run.
pub fn demo() -> &'static [Delivery] {
    static DEMO: OnceLock<Vec<Delivery>> = OnceLock::new();
    DEMO.get_or_init(|| deliveries("demo", tenant(Scale::demo())))
}

/// A few hundred records, for tests that look at thousands of screens.
pub fn small() -> &'static [Delivery] {
    static SMALL: OnceLock<Vec<Delivery>> = OnceLock::new();
    SMALL.get_or_init(|| deliveries("small", tenant(Scale { records: 300, seed: 1 })))
}

/// What a session starts with.
pub fn settings(name: Option<&str>, width: u16, height: u16) -> Settings {
    Settings {
        origin: Vec::new(),
        watch: Vec::new(),
        name: name.map(str::to_owned),
        filter: String::new(),
        local_zone: Zone::new(jiff::tz::TimeZone::fixed(jiff::tz::offset(1))),
        now: Timestamp::parse("2026-11-20T18:00:00Z").expect("an instant"),
        size: (width, height),
        history: Vec::new(),
        keymap: Keymap::default(),
        preferences: Preferences::default(),
    }
}

impl Session {
    /// A session on nothing: the catalogue.
    pub fn catalogue(width: u16, height: u16) -> Self {
        Self::new(settings(None, width, height))
    }

    /// A session on the demo tenant.
    pub fn demo(width: u16, height: u16) -> Self {
        Self::loaded("demo", demo(), width, height)
    }

    /// A session that has taken in these deliveries.
    pub fn loaded(name: &str, deliveries: &[Delivery], width: u16, height: u16) -> Self {
        let mut session = Self::new(settings(Some(name), width, height));
        for delivery in deliveries {
            session.send(Message::Delivered(delivery.clone()));
        }
        session
    }

    /// A session before anything was delivered.
    pub fn new(settings: Settings) -> Self {
        let (width, height) = settings.size;
        Self {
            app: App::new(settings),
            theme: Theme::new(<&Palette>::default(), false),
            copied: Vec::new(),
            remembered: Vec::new(),
            outside: Vec::new(),
            kept: Vec::new(),
            cases: Vec::new(),
            offers: Vec::new(),
            exports: Vec::new(),
            hold: false,
            asked: Vec::new(),
            answerer: Answerer::default(),
            terminal: Terminal::new(TestBackend::new(width, height)).expect("a screen in memory"),
        }
    }

    /// Lets something happen and does what follows from it.
    pub fn send(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.follow(effects);
    }

    /// Does what follows from something that happened.
    pub fn follow(&mut self, effects: Vec<Effect>) {
        let mut effects: VecDeque<Effect> = effects.into();
        while let Some(effect) = effects.pop_front() {
            let follows = match effect {
                Effect::Ask(question, store) if self.hold => {
                    self.asked.push((*question, store));
                    None
                }
                Effect::Ask(question, store) => {
                    Some(Message::Answered(Box::new(self.answer(*question, store))))
                }
                Effect::Open(row, store) => Some(Message::Opened(row, read(row, &store))),
                Effect::Surround(row, store, ids) => {
                    Some(Message::Surrounded(row, Box::new(surroundings(&store, row, &ids))))
                }
                Effect::Count(store, rows, field) => facet(&store, &rows, field, &|_| true)
                    .map(|found| Message::Counted(Box::new(found))),
                Effect::Survey(store) => Some(Message::Surveyed(CountedValues::of(&store))),
                Effect::Copy(text, what) => {
                    self.copied.push(text);
                    Some(Message::Copied(Ok(format!("{what} copied"))))
                }
                Effect::Remember(filter) => {
                    self.remembered.push(filter);
                    None
                }
                Effect::StopCounting => self.outside("stop counting"),
                Effect::CountThere(query, _, field) => {
                    self.copied.push(format!("{query} by {}", field.name));
                    self.outside("count there")
                }
                Effect::StopCountingThere => self.outside("stop counting there"),
                Effect::KeepCase(draft, store) => {
                    self.kept.push((*draft, store));
                    Some(Message::CaseKept(Ok("case.json".to_owned())))
                }
                Effect::FindCases(_, is_asked) => {
                    Some(Message::CasesFound(self.cases.clone(), is_asked))
                }
                Effect::ReadCase(..) => self.outside("read case"),
                Effect::Export(job, _) => {
                    self.exports.push(*job);
                    None
                }
                Effect::StopExporting => self.outside("stop exporting"),
                Effect::TakeUpCase => self.outside("take up case"),
                Effect::FindTrails(_) if self.hold => None,
                Effect::FindTrails(store) => entrail::trails::find(&store, &|_| true)
                    .map(|found| Message::TrailsFound(Box::new(found))),
                Effect::FindAccess(store, key, name) => {
                    entrail::trails::access::access(&store, &[key], &|| false)
                        .map(|found| Message::AccessFound(name, Box::new(found)))
                }
                Effect::StopTrails => self.outside("stop trails"),
                Effect::StopAnswering => self.outside("stop answering"),
                Effect::StopLoading => self.outside("stop loading"),
                Effect::CaptureMouse(true) => self.outside("mouse on"),
                Effect::CaptureMouse(false) => self.outside("mouse off"),
                Effect::Follow(..) => self.outside("follow"),
                Effect::StopFollowing => self.outside("stop following"),
                Effect::Plan(_, is_asked) => Some(Message::Planned(self.offers.clone(), is_asked)),
                Effect::AskAgain(..) => self.outside("ask again"),
                Effect::Suspend => self.outside("suspend"),
                Effect::Quit => self.outside("quit"),
            };
            effects.extend(follows.into_iter().flat_map(|message| self.app.update(message)));
        }
    }

    /// So many records that arrive now, like the first one but for their ids.
    pub fn arrivals(&self, count: usize) -> Arc<Segment> {
        let store = &self.app.data.store;
        let (original, span) = store.span(0);
        let bytes = original.read(span).expect("readable");
        let mut indexer = Indexer::resuming(store, []);
        let mut batch = Batch::new(Arc::clone(original));
        for number in 0..count {
            let mut record = original.decode(&bytes).expect("a record");
            record.id = format!("arrival {number}").into();
            record.time = store.period().map(|(_, last)| last.plus(TICKS_PER_SECOND));
            batch.push(&record, span);
        }
        indexer.absorb(batch);
        indexer.take_segment().expect("records")
    }

    fn outside(&mut self, name: &'static str) -> Option<Message> {
        self.outside.push(name);
        None
    }

    /// The complete answer to a question.
    pub fn answer(&mut self, question: Question, store: Store) -> Answer {
        self.answerer.extend(store);
        self.answerer.ask(question);
        while self.answerer.step(&|| false) {}
        self.answerer.answer().expect("a question was asked")
    }

    /// Types keys: characters as they are, others by name, as in `/role<enter><ctrl-d>`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in parse_keys(keys) {
            self.send(Message::Pressed(key));
        }
        self
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.send(Message::Pasted(text.to_owned()));
        self
    }

    /// Makes the screen another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.send(Message::Resized(width, height));
        self
    }

    /// Uses the mouse at a place of the screen.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        let modifiers = KeyModifiers::NONE;
        self.send(Message::Moused(MouseEvent { kind, column, row, modifiers }));
        self
    }

    /// Clicks.
    pub fn click(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row)
    }

    /// What is on the screen, cell by cell.
    pub fn draw(&mut self) -> Buffer {
        let screen = self.app.screen.layout.screen;
        self.terminal.backend_mut().resize(screen.width, screen.height);
        self.terminal.resize(screen).expect("a screen in memory");
        let (app, theme) = (&self.app, &self.theme);
        self.terminal.draw(|frame| ui::draw(app, theme, frame)).expect("a screen in memory");
        self.terminal.backend().buffer().clone()
    }

    /// The whole screen as text.
    pub fn screen(&mut self) -> String {
        let buffer = self.draw();
        text(&buffer, buffer.area)
    }

    /// The inside of a part of the screen as text.
    pub fn part(&mut self, of: impl Fn(&App) -> Rect) -> String {
        let area = of(&self.app);
        text(&self.draw(), area)
    }

    pub fn tree(&mut self) -> String {
        self.part(|app| app.screen.layout.tree)
    }

    pub fn list(&mut self) -> String {
        self.part(|app| app.screen.layout.list)
    }

    pub fn detail(&mut self) -> String {
        self.part(|app| app.screen.layout.detail)
    }

    /// The last line: keys, or what there is to tell.
    pub fn hints(&mut self) -> String {
        self.part(|app| app.screen.layout.hints)
    }

    pub fn status(&mut self) -> String {
        self.part(|app| app.screen.layout.status)
    }

    /// The record under the cursor of the list.
    pub fn current(&self) -> RowId {
        self.app.panes.list.current().expect("a record under the cursor")
    }

    /// Every cursor is in its window and every window in its lines.
    pub fn check_viewports(&self) {
        let app = &self.app;
        assert_eq!(app.panes.list.viewport.len(), app.panes.list.rows.len());
        assert_eq!(app.panes.activities.viewport.len(), app.panes.activities.lines.len());
        assert_eq!(app.panes.detail.viewport.len(), app.panes.detail.screen.len());
        assert_eq!(app.panes.tree.viewport.len(), app.panes.tree.visible().count());
        let panes = [
            app.panes.tree.viewport,
            app.panes.list.viewport,
            app.panes.activities.viewport,
            app.panes.detail.viewport,
        ];
        let menus = app.layers.menus().map(|menu| menu.viewport);
        for viewport in panes.into_iter().chain(menus).chain([app.filter.viewport]) {
            check(viewport);
        }
    }
}

fn check(viewport: Viewport) {
    assert!(viewport.is_empty() || viewport.cursor() < viewport.len(), "{viewport:?}");
    let visible = viewport.visible();
    assert!(visible.is_empty() || visible.contains(&viewport.cursor()), "{viewport:?}");
}

fn read(row: RowId, store: &Store) -> Result<Box<Opened>, String> {
    let (original, span) = store.span(row);
    let bytes = original.read(span).map_err(|error| error.to_string())?;
    let record = original.decode(&bytes)?.into_owned();
    let columns = original.named_values(&bytes);
    let raw = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Box::new(Opened { record, raw, columns }))
}

/// The characters in an area, line by line, without the spaces at their ends.
pub fn text(buffer: &Buffer, area: Rect) -> String {
    let mut lines = Vec::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer.cell(Position::new(x, y)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            // A wide character covers the cell after it.
            x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// Keys from text. `<lt>` is `<`.
pub fn parse_keys(text: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inside| inside.split_once('>'));
        match named {
            Some((name, after)) => {
                keys.push(named_key(name));
                rest = after;
            }
            None => {
                // As crossterm reports them.
                let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
                keys.push(KeyEvent::new(KeyCode::Char(c), shift));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    keys
}

fn named_key(name: &str) -> KeyEvent {
    let (modifiers, plain) = match name.split_once('-') {
        Some(("ctrl", plain)) => (KeyModifiers::CONTROL, plain),
        Some(("alt", plain)) => (KeyModifiers::ALT, plain),
        Some(("shift", plain)) => (KeyModifiers::SHIFT, plain),
        _ => (KeyModifiers::NONE, name),
    };
    let mut chars = plain.chars();
    let code = match plain {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
        "tab" => KeyCode::Tab,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "f1" => KeyCode::F(1),
        "space" => KeyCode::Char(' '),
        "lt" => KeyCode::Char('<'),
        _ => {
            let one = chars.next().filter(|_| chars.as_str().is_empty());
            KeyCode::Char(one.expect("a key of one character"))
        }
    };
    KeyEvent::new(code, modifiers)
}
