//! Figures of asking inside this process: a letter typed, a search through original bytes, growth.
//! Never waits for a terminal.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use entrail::app::keymap::Keymap;
use entrail::app::message::{Effect, Message};
use entrail::app::preferences::Preferences;
use entrail::app::{App, Settings};
use entrail::query::answer::{Answerer, Axis, Question, Sort};
use entrail::query::choice::{Choice, Mark, Node};
use entrail::query::counted_values::CountedValues;
use entrail::query::{self, Query};
use entrail::source::{self, Delivery};
use entrail::store::Store;
use entrail::time::{Timestamp, Zone};
use entrail::ui;
use entrail::ui::theme::{Palette, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::baseline;
use crate::data::Data;
use crate::loading::load;
use crate::measure::{RUNS, in_turn, median, ms, percentile, timed};
use crate::table::{Rate, Table, number, thousands};

/// What people type.
pub const TYPED: &[&str] = &[
    "role",
    "policy",
    "nanami",
    "conditional access",
    "tidewick.example",
    "-service:\"Core Directory\"",
    "actor:nanami",
    "actor=nanami.arnarson@tidewick.example",
    "target:ca004",
    "category:RoleManagement",
    "category:(Policy RoleManagement)",
    "result=failure",
    "service:pim",
    "activity:\"add member to role\"",
    "actor.ip:203.0.113",
    "actor.ip=198.51.100.*",
    "change:displayname",
    "correlation:b9274711",
    "time>=2026-11-18T12",
    "time:2026-11-01..2026-11-03",
    "time:last-24h",
    "/conditional.*polic/",
    "activity:/^add .* role/",
    "(category:Policy OR actor:nanami) result=failure",
    "category:RoleManagement -actor:nanami time:last-7d",
];

/// What occurs in no record.
const NOWHERE: &str = "zzyzx-nowhere";

/// Just after the newest record.
fn now() -> anyhow::Result<Timestamp> {
    Timestamp::parse("2026-11-21T00:00:00Z").context("a time")
}

/// A question as the screen of 80 columns asks it.
pub fn question(text: &str, revision: u64) -> anyhow::Result<Question> {
    Ok(Question {
        revision,
        query: Query::parse(text)?,
        context: query::Context { now: now()?, around: None },
        choice: Choice::default(),
        sort: Sort::newest_first(),
        // Thirty days, as the records of the bench are.
        axis: Some(Axis::fit((now()?.plus(-30 * 86_400 * 10_000_000), now()?), 80)),
        operations: false,
        hidden: None,
    })
}

fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, letter)| &text[..at + letter.len_utf8()])
}

/// Letters to answers, then letters to frames.
pub fn keystrokes(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let store = load(&data.ndjson())?;
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    let mut letters: Vec<(String, Vec<f64>)> = Vec::new();
    for pass in 0..3 {
        let mut at = 0;
        for text in TYPED.iter().flat_map(|text| beginnings(text)) {
            // What cannot be read yet keeps the rows of the letter before.
            let Ok(question) = question(text, 1) else { continue };
            let time = ms(timed(|| answer(&mut answerer, question)));
            if pass == 0 {
                letters.push((text.to_owned(), Vec::new()));
            }
            letters[at].1.push(time);
            at += 1;
        }
    }
    judge(table, "letter → answer", &letters);
    let choices = tree_choices(&mut answerer)?;
    judge(table, "tree choice → answer", &choices);
    let frames = typed_on_screen(store)?;
    judge(table, "letter → frame of 80×24, in process", &frames);
    Ok(())
}

fn answer(answerer: &mut Answerer, question: Question) -> Option<query::answer::Answer> {
    answerer.ask(question);
    while answerer.step(&|| false) {}
    answerer.answer()
}

/// Median and 99th percentile of medians of three, and which was slowest.
fn judge(table: &mut Table, figure: &str, letters: &[(String, Vec<f64>)]) {
    let times: Vec<f64> = letters.iter().map(|(_, times)| median(times)).collect();
    table.at_most(&format!("{figure}, median"), median(&times), 8.0, "ms");
    table.at_most(&format!("{figure}, p99"), percentile(&times, 0.99), 16.0, "ms");
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|a, b| times[*b].total_cmp(&times[*a]));
    let slow =
        order.iter().take(3).map(|&at| format!("`{}` {} ms", letters[at].0, number(times[at])));
    let slow: Vec<String> = slow.collect();
    table.note(format!("{figure}: {} of them; slowest: {}", letters.len(), slow.join(", ")));
}

fn tree_choices(answerer: &mut Answerer) -> anyhow::Result<Vec<(String, Vec<f64>)>> {
    let marks = [
        ("Core Directory", Some("RoleManagement"), Mark::Included),
        ("Core Directory", Some("UserManagement"), Mark::Included),
        ("Core Directory", None, Mark::Excluded),
        ("PIM", None, Mark::Included),
        ("Conditional Access", None, Mark::Excluded),
    ];
    let mut letters: Vec<(String, Vec<f64>)> = Vec::new();
    for text in ["", "role", "result=failure", "actor:nanami"] {
        answer(answerer, question(text, 1)?);
        let mut choice = Choice::default();
        for (service, category, mark) in marks {
            choice.set(Node::new(service, category, None), Some(mark));
            let asked = Question { choice: choice.clone(), ..question(text, 1)? };
            let nothing = Question { choice: Choice::default(), ..asked.clone() };
            let mut times = Vec::new();
            for _ in 0..3 {
                answer(answerer, nothing.clone());
                times.push(ms(timed(|| answer(answerer, asked.clone()))));
            }
            let names = [service, category.unwrap_or_default()].join(" ");
            letters.push((format!("{text} + {}", names.trim_end()), times));
        }
    }
    Ok(letters)
}

/// The state of the screen without a terminal.
struct Session {
    app: App,
    answerer: Answerer,
    theme: Theme,
    terminal: Terminal<TestBackend>,
}

impl Session {
    fn new(store: &Store) -> anyhow::Result<Self> {
        let app = App::new(Settings {
            origin: Vec::new(),
            watch: Vec::new(),
            name: Some("audit.ndjson".to_owned()),
            filter: String::new(),
            history: Vec::new(),
            local_zone: Zone::utc(),
            now: now()?,
            size: (80, 24),
            keymap: Keymap::default(),
            preferences: Preferences::default(),
        });
        let theme = Theme::new(<&Palette>::default(), false);
        let terminal = Terminal::new(TestBackend::new(80, 24))?;
        let mut session = Self { app, answerer: Answerer::default(), theme, terminal };
        for segment in store.segments() {
            session.app.update(Message::Delivered(Delivery::Segment(segment.clone())));
        }
        session.app.update(Message::Delivered(Delivery::Done(source::Summary::default())));
        session.answerer.extend(store.clone());
        session.app.update(Message::Surveyed(CountedValues::of(store)));
        Ok(session)
    }

    /// From a key to the frame that shows what it did; the record under the cursor is read
    /// elsewhere meanwhile.
    /// `None` for the time where nothing was asked: such a letter costs next to nothing.
    fn press(&mut self, code: KeyCode) -> anyhow::Result<Option<Duration>> {
        let mut asked = false;
        let start = Instant::now();
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        for effect in self.app.update(Message::Pressed(key)) {
            if let Effect::Ask(question, _) = effect
                && let Some(answer) = answer(&mut self.answerer, *question)
            {
                asked = true;
                self.app.update(Message::Answered(Box::new(answer)));
            }
        }
        let (app, theme) = (&self.app, &self.theme);
        self.terminal.draw(|frame| ui::draw(app, theme, frame))?;
        Ok(asked.then(|| start.elapsed()))
    }
}

fn typed_on_screen(store: Store) -> anyhow::Result<Vec<(String, Vec<f64>)>> {
    let mut session = Session::new(&store)?;
    drop(store);
    let mut letters: Vec<(String, Vec<f64>)> = Vec::new();
    for pass in 0..3 {
        let mut at = 0;
        for text in TYPED {
            session.press(KeyCode::Char('/'))?;
            for (typed, letter) in beginnings(text).zip(text.chars()) {
                let Some(time) = session.press(KeyCode::Char(letter))? else { continue };
                if pass == 0 {
                    letters.push((typed.to_owned(), Vec::new()));
                }
                letters[at].1.push(ms(time));
                at += 1;
            }
            anyhow::ensure!(session.app.filter.text() == *text, "the filter holds another text");
            session.press(KeyCode::Esc)?;
        }
    }
    Ok(letters)
}

/// A search through the original bytes of all records.
pub fn raw(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let store = load(&data.ndjson())?;
    let mut answerer = Answerer::default();
    answerer.extend(store);
    // Answers are remembered: each time it is another text that is nowhere.
    let mut asked_for = 0;
    let mut another = || {
        asked_for += 1;
        question(&format!("raw:{asked_for:03}{NOWHERE}"), 1)
    };
    let mut firsts = Vec::new();
    for _ in 0..RUNS {
        answer(&mut answerer, question("", 1)?);
        let asked = another()?;
        firsts.push(ms(timed(|| {
            answerer.ask(asked);
            answerer.step(&|| false);
            answerer.answer()
        })));
    }
    table.at_most("raw: → first partial answer, in process", median(&firsts), 50.0, "ms");
    let whole = || {
        answer(&mut answerer, question("", 1)?);
        let answer = answer(&mut answerer, another()?).context("an answer")?;
        anyhow::ensure!(answer.complete && answer.rows.is_empty(), "found what is nowhere");
        Ok(())
    };
    let path = data.ndjson();
    let search = || {
        anyhow::ensure!(baseline::memmem(&path, NOWHERE.as_bytes())? == 0, "it is somewhere");
        Ok(())
    };
    let (ours, bare) = in_turn(RUNS, whole, search)?;
    table.rate(&Rate {
        figure: "raw: whole file",
        ours,
        detail: format!(" · {:.0} MB/s", data.bytes as f64 / 1e6 / ours),
        name: "memmem, 1 MiB preads",
        baseline: bare,
        least: Some(0.5),
    });
    // Fields that are kept nowhere but in the original bytes: each record is parsed again.
    let asked = question("detail:usertype", 1)?;
    let parsed = timed(|| answer(&mut answerer, asked)).as_secs_f64();
    let figure = "detail:usertype, parsed from original bytes";
    table.tell(figure, format!("{} s", number(parsed)), "");
    Ok(())
}

/// Does the time of a record stay the same when there are more of them?
pub fn growth(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let mut loads = Vec::new();
    let mut scans = Vec::new();
    let mut sizes = vec![10_000, 100_000];
    sizes.retain(|&size| size < data.records);
    sizes.push(data.records);
    for &records in &sizes {
        let path = if records == data.records { data.ndjson() } else { data.smaller(records)? };
        loads.push(load_time(&path, records)?);
        scans.push(scan_time(&path, records)?);
    }
    for (what, curve) in [("loading", &loads), ("scanning", &scans)] {
        let points: Vec<String> = (sizes.iter().zip(curve))
            .map(|(size, time)| format!("{} ns at {}", number(*time), thousands(*size as u64)))
            .collect();
        // Against the cheapest: what a small file costs beside its records must not hide growth.
        let least = curve.iter().copied().fold(f64::INFINITY, f64::min);
        let grown = curve.last().map_or(0.0, |last| last / least);
        table.beside(&format!("growth of {what} per record"), grown, 1.15, "×", points.join(", "));
    }
    Ok(())
}

/// Nanoseconds per record, median; small files are read more often.
fn load_time(path: &Path, records: usize) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..=repeats(records) {
        let start = Instant::now();
        anyhow::ensure!(load(path)?.len() == records, "{}", path.display());
        times.push(start.elapsed().as_secs_f64() * 1e9 / records as f64);
    }
    // The first one brought the file into memory.
    Ok(median(&times[1..]))
}

fn repeats(records: usize) -> usize {
    (2_000_000 / records).clamp(RUNS, 40)
}

fn scan_time(path: &Path, records: usize) -> anyhow::Result<f64> {
    let mut answerer = Answerer::default();
    answerer.extend(load(path)?);
    let mut times = Vec::new();
    for _ in 0..repeats(records) {
        let mut time = Duration::ZERO;
        for text in ["role", "category:RoleManagement result=failure", "actor:nanami time:last-7d"]
        {
            let asked = question(text, 1)?;
            time += timed(|| answer(&mut answerer, asked));
        }
        times.push(time.as_secs_f64() * 1e9 / 3.0 / records as f64);
    }
    Ok(median(&times))
}
