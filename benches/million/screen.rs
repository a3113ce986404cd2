//! Figures of the whole program on a terminal: first rows, keys, bytes on the wire.
//! Never looks inside the program.

use std::time::Duration;

use anyhow::Context as _;
use entrail::query::Query;

use crate::data::Data;
use crate::loading::formats;
use crate::measure::{RUNS, median, ms, percentile};
use crate::process::{entrail, forget};
use crate::table::{Table, number};
use crate::terminal::Term;

const DOWN: &str = "\x1b[B";
const PAGE_DOWN: &str = "\x1b[6~";
/// What is typed on the terminal; each also costs a wait until all is painted.
const TYPED: &[&str] = &["role", "actor:nanami", "category:pol", "result=failure", "time:last-24h"];

/// From the start of the program until the list shows a record.
pub fn first_rows(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    for (name, path) in formats(data) {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let mut term = Term::open(&path, data.folder())?;
            let shown = term.shows_rows().context(name)?;
            times.push(ms(shown.duration_since(term.started)));
        }
        table.at_most(&format!("first rows, {name}, on a terminal"), median(&times), 100.0, "ms");
    }
    let path = data.ndjson();
    forget(data)?;
    entrail(data, &["query", "", "--count", "--index"], &path)?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut term = Term::open_by_default(&path, data.folder())?;
        let shown = term.loaded_at(data.records)?;
        times.push(ms(shown.duration_since(term.started)));
    }
    let told = format!("{} ms", number(median(&times)));
    table.tell("all records, from the index, on a terminal", told, "");
    forget(data)
}

/// A session with all records.
fn loaded(data: &Data) -> anyhow::Result<Term> {
    let mut term = Term::open(&data.ndjson(), data.folder())?;
    term.loaded(data.records)?;
    Ok(term)
}

/// From a letter to the last byte of what it changes.
pub fn keystrokes(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let mut term = loaded(data)?;
    let mut times = Vec::new();
    for text in TYPED {
        term.key("/")?;
        for (at, letter) in text.char_indices() {
            let time = ms(term.key(&letter.to_string())?.1);
            // A letter that makes no query yet is not answered.
            if Query::parse(&text[..=at]).is_ok() {
                times.push(time);
            }
        }
        term.key("\r")?;
        term.key("x")?;
    }
    let figure = format!("letter → painted on a terminal, {} letters", times.len());
    table.at_most(&format!("{figure}, median"), median(&times), 8.0, "ms");
    table.at_most(&format!("{figure}, p99"), percentile(&times, 0.99), 16.0, "ms");
    Ok(())
}

/// The first rows of a search through original bytes.
pub fn raw(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let mut term = loaded(data)?;
    let mut times = Vec::new();
    for run in 0..RUNS {
        // Answers are remembered, for texts that contain this one too.
        let text = &"TargetId"[run.min(4)..];
        let before = title(&term.text());
        let start = std::time::Instant::now();
        // Pasted, so that it is one question.
        term.send(&format!("\x1b[200~raw:{text}\x1b[201~"))?;
        let shown = term.until("a partial answer", |text| title(text) != before)?;
        times.push(ms(shown.duration_since(start)));
        term.key("\x1b")?;
        term.quiet(Duration::from_secs(1));
        term.loaded(data.records)?;
    }
    table.at_most("raw: → first partial answer on a terminal", median(&times), 50.0, "ms");
    Ok(())
}

/// The title of the list: how many records of how many.
fn title(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("Records "));
    let title = line.and_then(|line| line.split("Records ").nth(1)).unwrap_or_default();
    title.split(['━', '─']).next().unwrap_or_default().trim().to_owned()
}

/// Bytes for keys, while loading, and while nothing happens.
pub fn wire(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let mut term = Term::open(&data.ndjson(), data.folder())?;
    let first = term.shows_rows()?;
    let mark = term.mark();
    let ended = term.loaded_at(data.records)?;
    let loading = term.since(mark);
    let seconds = ended.duration_since(first).as_secs_f64();
    if seconds >= 1.0 {
        let draws = loading.frames as f64 / seconds;
        table.at_most("wire, loading, frames a second", draws, 10.0, "/s");
        let bytes = loading.bytes as f64 / seconds;
        table.at_most("wire, loading, bytes a second", bytes, 2_000.0, "B/s");
    } else {
        let what = format!("{} frames, {} bytes in {seconds:.2} s", loading.frames, loading.bytes);
        table.tell("wire, loading", what, "too short for a rate");
    }
    term.quiet(Duration::from_millis(500));
    let mark = term.mark();
    term.quiet(Duration::from_secs(1));
    table.at_most("wire, idle for 1 s", term.since(mark).bytes as f64, 0.0, "bytes");
    let keys = |term: &mut Term, key: &str, times: usize| -> anyhow::Result<Vec<f64>> {
        (0..times).map(|_| Ok(term.key(key)?.0.bytes as f64)).collect()
    };
    let mut tell = |what: &str, bytes: &[f64], most: f64| {
        let largest = bytes.iter().copied().fold(0.0, f64::max);
        let figure = format!("wire, {what}, median of {}", bytes.len());
        table.beside(&figure, median(bytes), most, "bytes", format!("most {largest:.0} bytes"));
    };
    let moved = keys(&mut term, DOWN, 30)?;
    tell("cursor move", &moved, 400.0);
    let paged = keys(&mut term, PAGE_DOWN, 10)?;
    tell("page down", &paged, 4_000.0);
    let mut letters = Vec::new();
    for text in TYPED {
        term.key("/")?;
        for letter in text.chars() {
            letters.push(term.key(&letter.to_string())?.0.bytes as f64);
        }
        term.key("\r")?;
        term.key("x")?;
    }
    tell("filter letter", &letters, 1_500.0);
    Ok(())
}
