//! The loop: keys, deliveries, answers and signals in, one frame out.
//! Never decides anything about records; it carries messages in, effects out and bytes to the terminal.

#![expect(
    clippy::disallowed_methods,
    reason = "the runtime is where the clock, the environment and threads are"
)]

mod answering;
pub mod cases;
mod clipboard;
mod counting;
mod exporting;
mod keys;
mod painter;
mod signals;
mod size;
mod terminal;
mod watch;

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::app::keymap::Keymap;
use crate::app::layers::asking::AskAgainOffer;
use crate::app::message::{Effect, Message};
use crate::app::preferences::Preferences;
use crate::app::{App, Settings};
use crate::log::Watch;
use crate::place::Places;
use crate::source::following::Follow;
use crate::source::{self, Delivery, Load};
use crate::time::{Timestamp, Zone};
use crate::ui;
use crate::ui::theme::{NO_COLOUR, Palette, Theme};
use answering::Workers;
use cases::{Keeper, NamedCase};
use counting::Counts;
use exporting::Exporter;
use signals::{SignalMeaning, Signals};
use terminal::Screen;

/// What a session on the screen starts with.
#[derive(Debug, Default)]
pub struct Start {
    /// What to load; nothing opens the catalogue.
    pub load: Load,
    /// What is loaded, as the user named it.
    pub name: String,
    /// Where records come from, told line by line.
    pub origin: Vec<String>,
    /// Accounts that are watched.
    pub watch: Vec<String>,
    /// Text of the filter, already known to be a query.
    pub filter: String,
    /// The case that is taken up, or made; `None` leaves that to what is open.
    pub case: Option<NamedCase>,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// The colours to use; `None` lets the environment decide.
    pub palette: Option<&'static Palette>,
    /// Which keys mean what.
    pub keymap: Keymap,
    /// What else the configuration says.
    pub preferences: Preferences,
}

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The user left.
    Left,
    /// A signal asked to leave; its number.
    Signal(i32),
}

/// Keys on their way before the terminal has to wait: it may not take what is drawn meanwhile.
const KEYS: usize = 4_096;
/// Deliveries on their way before the load has to wait.
const DELIVERIES: usize = 8;
/// While nothing was typed, a running load is told about this often.
const LOADING_FRAME: Duration = Duration::from_millis(250);
/// What was loaded is taken in this often while nothing is typed: rows, counts and the timeline all
/// change with it, and a slow link has better things to carry.
const TAKE_IN: Duration = Duration::from_secs(2);
/// The last frame of a load waits so long for the last answer.
const LAST_ANSWER: Duration = Duration::from_millis(60);
/// An answer this soon after a key is the answer to it, and shown at once.
const ANSWER_TO_KEY: Duration = Duration::from_millis(500);

/// While the cursor runs through the list, records are opened only when it rests this long: over a
/// slow link the detail would cost more than the move.
const REST: Duration = Duration::from_millis(120);

/// A frame waits this long for the record that was asked for with it: one frame is cheaper than two.
const WITH_RECORD: Duration = Duration::from_millis(4);

/// While messages keep coming, the screen is drawn this often all the same.
const LONGEST_UNDRAWN: Duration = Duration::from_millis(60);

/// A panic on another thread ends the program; marks that wait to be kept have this long.
const LAST_MARKS: Duration = Duration::from_millis(300);

/// Runs a session on the screen until the user leaves. Fails where there is no terminal.
pub fn run(start: Start) -> anyhow::Result<Ended> {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if !io::stdout().is_terminal() || dumb {
        bail!("there is no terminal to draw on; `entrail query` answers without one");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the event loop")?;
    let ended = runtime.block_on(session(start));
    // Threads that wait for a key or a read end with the process.
    runtime.shutdown_background();
    ended
}

/// The time now, UTC.
pub fn now() -> Timestamp {
    Timestamp::from_ms(jiff::Timestamp::now().as_millisecond())
}

fn theme(start: &Start) -> Theme {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let palette = match start.palette {
        _ if variable("NO_COLOR").is_some() => NO_COLOUR,
        given => given.unwrap_or_default(),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name));
    let narrow = locale.is_some_and(|locale| matches!(locale.as_str(), "C" | "POSIX"));
    let console = variable("TERM").is_some_and(|term| term == "linux" || term.starts_with("vt"));
    Theme::new(palette, start.ascii || narrow || console)
}

/// When the next frame is due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    Never,
    Now,
    By(Instant),
}

impl Due {
    fn sooner(self, other: Self) -> Self {
        match (self, other) {
            (Self::Now, _) | (_, Self::Now) => Self::Now,
            (Self::By(a), Self::By(b)) => Self::By(a.min(b)),
            (Self::Never, due) | (due, Self::Never) => due,
        }
    }
}

/// Everything a session consists of, outside of its state.
struct Session {
    app: App,
    theme: Theme,
    screen: Screen,
    workers: Workers,
    keeper: Keeper,
    exporter: Exporter,
    counts: Counts,
    inbox: mpsc::UnboundedSender<Message>,
    cancel: CancellationToken,
    /// Where the records come from, to be followed.
    places: Places,
    following: CancellationToken,
    /// What a load, or what is followed, delivers; `None` where nothing comes any more.
    deliveries: Option<mpsc::Receiver<Delivery>>,
    due: Due,
    /// Segments that were loaded and not taken in yet, and when that was done last.
    loaded: Vec<Delivery>,
    taken_in: Option<Instant>,
    /// When the last frame was drawn, and the last key arrived.
    drawn: Option<Instant>,
    last_input: Option<Instant>,
    /// When a record was last asked for, and the one that waits for the cursor to rest.
    opened: Option<Instant>,
    waiting: Option<(Instant, Effect)>,
}

async fn session(start: Start) -> anyhow::Result<Ended> {
    let theme = theme(&start);
    let places = start.load.places.clone();
    let loads = !places.is_empty();
    // The load goes ahead while the screen is being set up.
    let cancel = CancellationToken::new();
    let (outbox, deliveries) = mpsc::channel(DELIVERIES);
    if loads {
        source::start(start.load, outbox, cancel.clone());
    } else {
        drop(outbox);
    }
    let (inbox, mut messages) = mpsc::unbounded_channel();
    let keeper = Keeper::start(places.clone(), start.case, inbox.clone())?;
    // Before the terminal is taken and its size is asked for: no signal may fall in between.
    let mut signals = Signals::new(keeper.ending())?;
    let ending = keeper.ending();
    let screen = Screen::enter(move || ending.wait(LAST_MARKS));
    let screen = screen.context("cannot take over the terminal")?;
    let is_live = loads && places.iter().any(|place| place.is_live());
    let mut app = App::new(Settings {
        name: loads.then_some(start.name),
        origin: start.origin,
        watch: start.watch,
        filter: start.filter,
        history: crate::config::history::history(&places),
        local_zone: Zone::new(jiff::tz::TimeZone::system()),
        now: now(),
        size: size::size()?,
        keymap: start.keymap,
        preferences: start.preferences,
    });
    app.data.following.awaited = is_live;
    if let [place] = places.as_slice()
        && let Some(who) = place.counts()
    {
        app.offer_counting(who);
    }
    let workers = Workers::start(&inbox)?;
    let (typing, mut typed) = mpsc::channel(KEYS);
    keys::read(typing, signals.asks())?;
    let mut session = Session {
        app,
        theme,
        screen,
        workers,
        keeper,
        exporter: Exporter::default(),
        counts: Counts::default(),
        inbox: inbox.clone(),
        cancel,
        places,
        following: CancellationToken::new(),
        deliveries: loads.then_some(deliveries),
        due: Due::Now,
        loaded: Vec::new(),
        taken_in: None,
        drawn: None,
        last_input: None,
        opened: None,
        waiting: None,
    };
    let ended = match go_on(&mut session, &mut signals, &mut messages, &mut typed).await {
        Err(error) if is_gone(&error) => Ended::Signal(signal_hook::consts::SIGHUP),
        ended => ended?,
    };
    if ended != Ended::Left {
        for effect in session.app.keep_unfinished() {
            session.keeper.carry_out(effect);
        }
    }
    // The terminal is given back before what is to be kept is waited for.
    let Session { screen, mut keeper, .. } = session;
    drop(screen);
    let not_kept = keeper.end();
    if let Some(moved) = keeper.moved() {
        // The screen is gone; nobody may be there to read it.
        let _ = writeln!(io::stderr(), "entrail: {}", moved.afterwards());
    }
    match not_kept {
        Some(not_kept) if ended == Ended::Left => bail!("{not_kept}"),
        _ => Ok(ended),
    }
}

/// Is this what is said of a terminal that is not there any more?
fn is_gone(error: &io::Error) -> bool {
    const EIO: i32 = 5;
    const ENXIO: i32 = 6;
    error.kind() == io::ErrorKind::BrokenPipe || matches!(error.raw_os_error(), Some(EIO | ENXIO))
}

/// Takes in what happens until the user, or a signal, wants to leave.
async fn go_on(
    session: &mut Session,
    signals: &mut Signals,
    messages: &mut mpsc::UnboundedReceiver<Message>,
    typed: &mut mpsc::Receiver<Message>,
) -> io::Result<Ended> {
    loop {
        let is_overdue = || session.drawn.is_none_or(|at| at.elapsed() >= LONGEST_UNDRAWN);
        let is_idle = messages.is_empty() && typed.is_empty();
        if session.due == Due::Now && (is_idle || is_overdue()) {
            session.draw()?;
        }
        let (rest, take_in, frame) =
            (session.rest_time(), session.take_in_time(), session.frame_time());
        let effects = tokio::select! {
            biased;
            signal = signals.next() => match signal {
                SignalMeaning::Leave(number) => return Ok(Ended::Signal(number)),
                other => session.signalled(other)?,
            },
            Some(message) = typed.recv() => session.typed(message, typed),
            Some(message) = messages.recv() => session.message(message),
            delivery = next_of(&mut session.deliveries) => session.heard(delivery),
            () = until(rest) => session.rested(),
            () = until(take_in) => session.take_in(),
            () = until(frame) => {
                session.due = Due::Now;
                Vec::new()
            }
        };
        for effect in effects {
            if let Some(ended) = session.carry_out(effect)? {
                return Ok(ended);
            }
        }
    }
}

/// Waits until then; for ever where there is no such time.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

/// The next delivery; never comes where nothing is listened to.
async fn next_of(deliveries: &mut Option<mpsc::Receiver<Delivery>>) -> Option<Delivery> {
    match deliveries {
        Some(deliveries) => deliveries.recv().await,
        None => std::future::pending().await,
    }
}

impl Session {
    fn draw(&mut self) -> io::Result<()> {
        let (app, theme) = (&self.app, &self.theme);
        let began = Watch::start();
        self.screen.draw(|frame| ui::draw(app, theme, frame))?;
        tracing::debug!(stage = "draw", ms = began.ms(), "drawn");
        self.drawn = Some(Instant::now());
        self.due = Due::Never;
        Ok(())
    }

    fn frame_time(&self) -> Option<Instant> {
        match self.due {
            Due::By(at) => Some(at),
            Due::Now => Some(Instant::now()),
            Due::Never => None,
        }
    }

    fn rest_time(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|(at, _)| *at)
    }

    /// The cursor rests: the record under it is opened.
    fn rested(&mut self) -> Vec<Effect> {
        if let Some((_, open)) = self.waiting.take() {
            self.workers.carry_out(open);
        }
        Vec::new()
    }

    fn take_in_time(&self) -> Option<Instant> {
        let time = self.taken_in.map_or_else(Instant::now, |at| at + self.between_take_ins());
        (!self.loaded.is_empty()).then_some(time)
    }

    /// The next frame that follows a load.
    fn later(&self) -> Due {
        self.drawn.map_or(Due::Now, |at| Due::By(at + LOADING_FRAME))
    }

    /// How long after the last time to take in what was loaded: soon as long as there is little to
    /// be seen.
    fn between_take_ins(&self) -> Duration {
        let list = &self.app.panes.list.viewport;
        if list.len() < list.height() { LOADING_FRAME } else { TAKE_IN }
    }

    /// Takes in what was loaded.
    fn take_in(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for segment in std::mem::take(&mut self.loaded) {
            self.taken_in = Some(Instant::now());
            // A question is asked anew with each; only the last is of use.
            effects = self.app.update(Message::Delivered(segment));
        }
        effects
    }

    /// Takes in a message, and with a letter that is typed all others that are there already: without
    /// bracketed paste a text arrives letter by letter.
    fn typed(&mut self, first: Message, typed: &mut mpsc::Receiver<Message>) -> Vec<Effect> {
        let begins = if self.app.takes_text() { letter(&first) } else { None };
        let Some(begins) = begins else { return self.message(first) };
        let (mut text, mut next) = (String::from(begins), None);
        while let Ok(message) = typed.try_recv() {
            match letter(&message) {
                Some(letter) => text.push(letter),
                None => {
                    next = Some(message);
                    break;
                }
            }
        }
        let is_one = text.len() == begins.len_utf8();
        let mut effects = self.message(if is_one { first } else { Message::Typed(text) });
        if let Some(message) = next {
            effects.extend(self.message(message));
        }
        effects
    }

    fn message(&mut self, message: Message) -> Vec<Effect> {
        let is_input = matches!(
            message,
            Message::Pressed(_)
                | Message::Typed(_)
                | Message::Moused(_)
                | Message::Pasted(_)
                | Message::PastedPart(_)
                | Message::Resized(..)
        );
        let is_more = match &message {
            Message::Answered(_) => self.app.data.answer.revision > 0,
            Message::Opened(..) => self.app.panes.detail.row.is_some(),
            _ => false,
        };
        let follows_load = is_more
            && self.app.data.loading.running
            && self.last_input.is_none_or(|at| at.elapsed() > ANSWER_TO_KEY);
        let mut effects = Vec::new();
        if is_input {
            self.last_input = Some(Instant::now());
            // Whoever does something wants to see what there is.
            if self.taken_in.is_some_and(|at| at.elapsed() >= LOADING_FRAME) {
                effects = self.take_in();
            }
            self.app.update(Message::Ticked(now()));
            #[cfg(debug_assertions)]
            panic_where_a_test_wants_it(&message);
        }
        self.due = self.due.sooner(if follows_load { self.later() } else { Due::Now });
        effects.extend(self.app.update(message));
        effects
    }

    /// The system asked for something else than to leave.
    fn signalled(&mut self, signal: SignalMeaning) -> io::Result<Vec<Effect>> {
        match signal {
            SignalMeaning::Leave(_) => Ok(Vec::new()),
            SignalMeaning::Stop => Ok(vec![Effect::Suspend]),
            SignalMeaning::Continue => {
                self.screen.take_back()?;
                // Nobody told a stopped process that its terminal changed.
                self.resized()
            }
            SignalMeaning::Resize => self.resized(),
        }
    }

    /// A delivery came, or the last one has come.
    fn heard(&mut self, delivery: Option<Delivery>) -> Vec<Effect> {
        let Some(delivery) = delivery else {
            self.deliveries = None;
            return Vec::new();
        };
        self.delivery(delivery)
    }

    fn delivery(&mut self, delivery: Delivery) -> Vec<Effect> {
        if !matches!(delivery, Delivery::Done(_)) {
            self.due = self.due.sooner(self.later());
        }
        match delivery {
            segment @ Delivery::Segment(_) => {
                self.loaded.push(segment);
                let is_due = self.take_in_time().is_some_and(|at| Instant::now() >= at);
                if is_due { self.take_in() } else { Vec::new() }
            }
            ended @ Delivery::Done(_) => {
                let mut effects = self.take_in();
                // The answer for all of it is not long in coming.
                self.due = self.due.sooner(Due::By(Instant::now() + LAST_ANSWER));
                effects.extend(self.app.update(Message::Delivered(ended)));
                effects
            }
            other => self.app.update(Message::Delivered(other)),
        }
    }

    /// Takes the size the terminal has now.
    fn resized(&mut self) -> io::Result<Vec<Effect>> {
        self.screen.repaint()?;
        let (width, height) = size::size()?;
        Ok(self.message(Message::Resized(width, height)))
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<Option<Ended>> {
        match effect {
            Effect::Quit => return Ok(Some(Ended::Left)),
            Effect::Suspend => {
                self.screen.suspend()?;
                self.due = Due::Now;
            }
            // A filter that cannot be kept is not worth a word.
            Effect::Remember(filter) => {
                drop(crate::config::history::remember(&self.places, &filter));
            }
            Effect::StopLoading => self.cancel.cancel(),
            Effect::Follow(store, told) => {
                let (outbox, deliveries) = mpsc::channel(DELIVERIES);
                self.following = CancellationToken::new();
                let places = self.places.clone();
                source::follow(Follow { places, store, told }, outbox, self.following.clone());
                self.deliveries = Some(deliveries);
            }
            Effect::StopFollowing => {
                self.following.cancel();
                self.deliveries = None;
                // They were numbered to go behind those that are there; the next look finds them.
                self.loaded.clear();
            }
            Effect::Plan(query, is_asked) => {
                let now = now();
                let offers = self.places.iter().filter_map(|place| {
                    let plan = place.plan(&query, now);
                    let name = place.name().into_owned();
                    Some(AskAgainOffer { name, told: plan.told, place: plan.again? })
                });
                let _ = self.inbox.send(Message::Planned(offers.collect(), is_asked));
            }
            Effect::AskAgain(places, store) => {
                let (outbox, deliveries) = mpsc::channel(DELIVERIES);
                self.cancel = CancellationToken::new();
                let more = Follow { places, store, told: Vec::new() };
                source::load_more(more, outbox, self.cancel.clone());
                self.deliveries = Some(deliveries);
            }
            Effect::CaptureMouse(on) => self.screen.capture_mouse(on)?,
            Effect::Copy(text, what) => {
                clipboard::copy(text, what, self.inbox.clone());
            }
            open @ Effect::Open(..) => {
                let now = Instant::now();
                let just = |at: Option<Instant>| at.is_some_and(|at| now - at < REST);
                let running = just(self.opened.replace(now)) && just(self.last_input);
                // The newest replaces the one that waits.
                self.waiting = None;
                if running {
                    self.waiting = Some((now + REST, open));
                } else {
                    self.workers.carry_out(open);
                    if self.due == Due::Now {
                        self.due = Due::By(now + WITH_RECORD);
                    }
                }
            }
            Effect::Export(job, store) => {
                let (places, inbox) = (self.places.clone(), self.inbox.clone());
                self.exporter.start(*job, store, places, inbox);
            }
            Effect::StopExporting => self.exporter.stop(),
            Effect::CountThere(query, context, field) => {
                let (places, inbox) = (self.places.clone(), self.inbox.clone());
                self.counts.start(places, query, context, field, inbox);
            }
            Effect::StopCountingThere => self.counts.stop(),
            other => {
                if let Some(other) = self.keeper.carry_out(other) {
                    self.workers.carry_out(other);
                }
            }
        }
        Ok(None)
    }
}

/// The letter that a message says was typed.
fn letter(message: &Message) -> Option<char> {
    match message {
        Message::Pressed(KeyEvent { code: KeyCode::Char(letter), modifiers, kind, .. })
            if *kind == KeyEventKind::Press && (*modifiers - KeyModifiers::SHIFT).is_empty() =>
        {
            Some(*letter)
        }
        _ => None,
    }
}

/// A test drives the real program to its end with this; release builds do not have it.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "this is the panic a test asks for")]
fn panic_where_a_test_wants_it(message: &Message) {
    let wanted = std::env::var("ENTRAIL_PANIC_ON_PASTE").ok();
    let (Message::Pasted(text), Some(wanted)) = (message, wanted) else { return };
    match text.strip_prefix(wanted.as_str()) {
        Some("") => panic!("{wanted}"),
        Some(" abort") => std::process::abort(),
        // More than there can be.
        Some(" memory") => drop(std::hint::black_box(vec![1_u8; 1 << 60])),
        Some(" stack") => drop(std::hint::black_box(overflow(1))),
        Some(" thread") => {
            let thread = std::thread::Builder::new().name("helper".to_owned());
            let wanted = wanted.clone();
            let _ = thread.spawn(move || panic!("{wanted}")).map(std::thread::JoinHandle::join);
        }
        Some(" hang") => loop {
            std::thread::park();
        },
        _ => {}
    }
}

/// Uses up the stack.
#[cfg(debug_assertions)]
#[expect(unconditional_recursion, reason = "this is the overflow a test asks for")]
fn overflow(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    overflow(room[7] + 1) + std::hint::black_box(room[9])
}
