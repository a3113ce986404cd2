//! Two threads beside the screen: one answers questions, one reads records and counts values.
//! Never answers an older question once a newer one came.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::message::{Effect, Message};
use crate::app::panes::detail::Opened;
use crate::format;
use crate::log::Watch;
use crate::query::answer::{Answerer, Question};
use crate::query::counted_values::CountedValues;
use crate::query::facet::facet;
use crate::query::surroundings::surroundings;
use crate::record::field::Field;
use crate::store::{RowId, Store};

/// The threads, and the way to them. They end when this is dropped.
pub struct Workers {
    questions: Sender<(Box<Question>, Store)>,
    readings: Sender<Reading>,
    /// Number of the newest question; 0 asks to stop.
    newest: Arc<AtomicU64>,
    /// Number of the newest count.
    newest_count: Arc<AtomicU64>,
    /// Number of the newest search for trails.
    newest_trails: Arc<AtomicU64>,
}

enum Reading {
    Open(RowId, Store),
    Survey(Store),
    Surround(RowId, Store, Vec<String>),
    Count(Store, Vec<RowId>, &'static Field, u64),
    Trails(Store, u64),
    Access(Store, String, String, u64),
}

/// A search through original bytes shows what it found first after this long …
const FIRST_PARTIAL_ANSWER: Duration = Duration::from_millis(25);
/// … and from then on this often.
const PARTIAL_ANSWER: Duration = Duration::from_millis(150);

impl Workers {
    /// Starts the threads; what they find out comes through `inbox`.
    pub fn start(inbox: &UnboundedSender<Message>) -> io::Result<Self> {
        let newest = Arc::new(AtomicU64::new(0));
        let (questions, asked) = channel();
        let (readings, wanted) = channel();
        let (to, current) = (inbox.clone(), Arc::clone(&newest));
        std::thread::Builder::new()
            .name("answers".to_owned())
            .spawn(move || answer_questions(&asked, &to, &current))?;
        let newest_count = Arc::new(AtomicU64::new(0));
        let newest_trails = Arc::new(AtomicU64::new(0));
        let (to, counting) = (inbox.clone(), Arc::clone(&newest_count));
        let finding = Arc::clone(&newest_trails);
        std::thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || read_records(&wanted, &to, &counting, &finding))?;
        Ok(Self { questions, readings, newest, newest_count, newest_trails })
    }

    /// Carries out an effect that is work for a thread; others are not its business.
    pub fn carry_out(&self, effect: Effect) {
        // A thread that ended leaves the screen as it is; its panic was reported.
        match effect {
            Effect::Ask(question, store) => {
                self.newest.store(question.revision, Ordering::Relaxed);
                let _ = self.questions.send((question, store));
            }
            Effect::StopAnswering => self.newest.store(0, Ordering::Relaxed),
            Effect::Open(row, store) => {
                let _ = self.readings.send(Reading::Open(row, store));
            }
            Effect::Survey(store) => {
                let _ = self.readings.send(Reading::Survey(store));
            }
            Effect::Surround(row, store, ids) => {
                let _ = self.readings.send(Reading::Surround(row, store, ids));
            }
            Effect::StopCounting => {
                self.newest_count.fetch_add(1, Ordering::Relaxed);
            }
            Effect::Count(store, rows, field) => {
                let number = self.newest_count.fetch_add(1, Ordering::Relaxed) + 1;
                let _ = self.readings.send(Reading::Count(store, rows, field, number));
            }
            Effect::FindTrails(store) => {
                let number = self.newest_trails.fetch_add(1, Ordering::Relaxed) + 1;
                let _ = self.readings.send(Reading::Trails(store, number));
            }
            Effect::FindAccess(store, key, name) => {
                let number = self.newest_trails.fetch_add(1, Ordering::Relaxed) + 1;
                let _ = self.readings.send(Reading::Access(store, key, name, number));
            }
            Effect::StopTrails => {
                self.newest_trails.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

fn answer_questions(
    asked: &Receiver<(Box<Question>, Store)>,
    inbox: &UnboundedSender<Message>,
    newest: &AtomicU64,
) {
    let mut answerer = Answerer::default();
    while let Ok(mut next) = asked.recv() {
        while let Ok(newer) = asked.try_recv() {
            next = newer;
        }
        let (question, store) = next;
        let revision = question.revision;
        let cancelled = || newest.load(Ordering::Relaxed) != revision;
        let slow = question.query.reads_original();
        answerer.extend(store);
        answerer.ask(*question);
        let began = Watch::start();
        let mut told = Instant::now();
        let mut wait = FIRST_PARTIAL_ANSWER;
        while !cancelled() && answerer.step(&cancelled) {
            if slow && told.elapsed() >= wait && !answerer.is_complete() {
                (told, wait) = (Instant::now(), PARTIAL_ANSWER);
                if !tell(&mut answerer, inbox) {
                    return;
                }
            }
        }
        let is_superseded = cancelled();
        tracing::debug!(stage = "answer", revision, is_superseded, ms = began.ms(), "answered");
        let stopped = newest.load(Ordering::Relaxed) == 0;
        if (stopped || !cancelled()) && !tell(&mut answerer, inbox) {
            return;
        }
    }
}

fn tell(answerer: &mut Answerer, inbox: &UnboundedSender<Message>) -> bool {
    match answerer.answer() {
        Some(answer) => inbox.send(Message::Answered(Box::new(answer))).is_ok(),
        None => true,
    }
}

fn read_records(
    wanted: &Receiver<Reading>,
    inbox: &UnboundedSender<Message>,
    newest_count: &AtomicU64,
    newest_trails: &AtomicU64,
) {
    while let Ok(first) = wanted.recv() {
        let (mut open, mut survey, mut surround, mut count) = (None, None, None, None);
        let (mut trails, mut access) = (None, None);
        for reading in std::iter::once(first).chain(wanted.try_iter()) {
            match reading {
                Reading::Open(row, store) => open = Some((row, store)),
                Reading::Access(store, key, name, number) => {
                    access = Some((store, key, name, number));
                }
                Reading::Trails(store, number) => trails = Some((store, number)),
                Reading::Survey(store) => survey = Some(store),
                Reading::Surround(row, store, ids) => surround = Some((row, store, ids)),
                Reading::Count(store, rows, field, number) => {
                    count = Some((store, rows, field, number));
                }
            }
        }
        if let Some((row, store)) = open
            && inbox.send(Message::Opened(row, read(row, &store))).is_err()
        {
            return;
        }
        if let Some((row, store, ids)) = surround {
            let found = Box::new(surroundings(&store, row, &ids));
            if inbox.send(Message::Surrounded(row, found)).is_err() {
                return;
            }
        }
        if let Some((store, rows, field, number)) = count {
            let told = Cell::new(Instant::now());
            let goes_on = |looked_at: usize| {
                if told.get().elapsed() >= PARTIAL_ANSWER {
                    told.set(Instant::now());
                    let share = (looked_at * 100 / rows.len().max(1)).min(99) as u8;
                    // Whoever left needs no telling.
                    let _ = inbox.send(Message::Counting(field, share));
                }
                newest_count.load(Ordering::Relaxed) == number
            };
            if let Some(found) = facet(&store, &rows, field, &goes_on)
                && inbox.send(Message::Counted(Box::new(found))).is_err()
            {
                return;
            }
        }
        if let Some((store, key, name, number)) = access {
            let cancelled = || newest_trails.load(Ordering::Relaxed) != number;
            let found = crate::trails::access::access(&store, &[key], &cancelled);
            if let Some(found) = found
                && inbox.send(Message::AccessFound(name, Box::new(found))).is_err()
            {
                return;
            }
        }
        if let Some((store, number)) = trails {
            let told = Cell::new(Instant::now());
            let goes_on = |looked_at: usize| {
                if told.get().elapsed() >= PARTIAL_ANSWER {
                    told.set(Instant::now());
                    // Whoever left needs no telling.
                    let _ = inbox.send(Message::FindingTrails(looked_at, store.len()));
                }
                newest_trails.load(Ordering::Relaxed) == number
            };
            if let Some(found) = crate::trails::find(&store, &goes_on)
                && goes_on(store.len())
                && inbox.send(Message::TrailsFound(Box::new(found))).is_err()
            {
                return;
            }
        }
        if let Some(store) = survey
            && inbox.send(Message::Surveyed(CountedValues::of(&store))).is_err()
        {
            return;
        }
    }
}

fn read(row: RowId, store: &Store) -> Result<Box<Opened>, String> {
    let read = store.reread(row).map_err(|why| why.to_string())?;
    let record = read.named().map_err(|why| why.to_string())?.into_owned();
    let raw = String::from_utf8_lossy(&format::plain(read.bytes())).into_owned();
    Ok(Box::new(Opened { record, raw, columns: read.named_values() }))
}
