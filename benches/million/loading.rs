//! Figures of loading inside this process: first rows, rate, many files.
//! Never starts a program.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use entrail::query::answer::Answerer;
use entrail::source::{self, Delivery, local};
use entrail::store::Store;
use tokio_util::sync::CancellationToken;

use crate::asking::question;
use crate::baseline;
use crate::data::Data;
use crate::measure::{RUNS, in_turn, median, ms};
use crate::table::{Rate, Table, number};

/// Reads everything into a store, as the command line does.
pub fn load(path: &Path) -> anyhow::Result<Store> {
    let mut store = Store::default();
    let mut lost = 0;
    source::read_all(vec![local::path(path.to_owned())], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(summary) => lost = summary.lost,
        Delivery::Progress(_)
        | Delivery::Trouble(_)
        | Delivery::Pulling(..)
        | Delivery::Prompt(..)
        | Delivery::Following(_) => {}
    });
    anyhow::ensure!(lost == 0, "{}: {lost} records were lost", path.display());
    Ok(store)
}

/// A load of this path that must have all records.
fn load_all(path: &Path, data: &Data) -> anyhow::Result<()> {
    let found = load(path)?.len();
    anyhow::ensure!(found == data.records, "{}: {found} records", path.display());
    Ok(())
}

/// The formats, by what the table calls them.
pub fn formats(data: &Data) -> [(&'static str, PathBuf); 6] {
    [
        ("NDJSON", data.ndjson()),
        ("JSON array", data.array()),
        ("gzip", data.gzip()),
        ("zstd", data.zstd()),
        ("portal CSV", data.csv()),
        ("PT1H folder", data.archive()),
    ]
}

/// From the start of a load to the answer over the first segment.
pub fn first_rows(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    for (name, path) in formats(data) {
        let mut times = Vec::new();
        let mut rows = 0;
        for _ in 0..2 * RUNS {
            let (time, found) = first_answer(&path).context(name)?;
            times.push(ms(time));
            rows = found;
        }
        let figure = format!("first rows, {name}, in process ({rows} rows)");
        table.at_most(&figure, median(&times), 100.0, "ms");
    }
    Ok(())
}

fn first_answer(path: &Path) -> anyhow::Result<(Duration, usize)> {
    let cancel = CancellationToken::new();
    let (outbox, mut inbox) = tokio::sync::mpsc::channel(8);
    let start = Instant::now();
    source::start(vec![local::path(path.to_owned())], outbox, cancel.clone());
    let first = loop {
        let delivery = inbox.blocking_recv().context("the load ended without records")?;
        if let Delivery::Segment(segment) = delivery {
            break segment;
        }
    };
    let mut store = Store::default();
    store.push(first);
    let mut answerer = Answerer::default();
    answerer.extend(store);
    answerer.ask(question("", 1)?);
    while answerer.step(&|| false) {}
    let rows = answerer.answer().map_or(0, |answer| answer.rows.len());
    let time = start.elapsed();
    cancel.cancel();
    // The next run must not share the machine with the rest of this one.
    while inbox.blocking_recv().is_some() {}
    Ok((time, rows))
}

/// Decompresses a file to nowhere.
type Decompress = fn(&Path) -> std::io::Result<u64>;

/// Files to store, beside what the formats cost at least.
pub fn index_rate(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(2);
    let parse = || {
        let events = baseline::typed_parse(&data.ndjson(), threads)?;
        anyhow::ensure!(events == data.records as u64, "the baseline read {events} events");
        Ok(())
    };
    let detail = |seconds: f64, path: &Path| {
        let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let (thousand, megabytes) = (data.records as f64 / 1e3, bytes as f64 / 1e6);
        format!(" · {:.0} k/s · {:.0} MB/s", thousand / seconds, megabytes / seconds)
    };
    let mut parse_time = 0.0;
    let name = format!("serde_json typed, {threads} threads");
    for (format, path) in [("NDJSON", data.ndjson()), ("JSON array", data.array())] {
        let (ours, bare) = in_turn(RUNS, || load_all(&path, data), parse)?;
        parse_time = bare;
        table.rate(&Rate {
            figure: &format!("index, {format}"),
            ours,
            detail: detail(ours, &path),
            name: &name,
            baseline: bare,
            least: Some(0.8),
        });
    }
    let compressed: [(&str, PathBuf, Decompress); 2] =
        [("gzip", data.gzip(), baseline::gunzip), ("zstd", data.zstd(), baseline::unzstd)];
    for (format, path, bare) in compressed {
        let decompress = || {
            let bytes = bare(&path)?;
            anyhow::ensure!(bytes == data.bytes, "{format}: {bytes} bytes");
            Ok(())
        };
        let (ours, bare) = in_turn(RUNS, || load_all(&path, data), decompress)?;
        // Where parsing on all threads takes longer, the decompressor is no measure.
        let slower = bare > parse_time;
        let name =
            if slower { "bare decompressor" } else { "bare decompressor (parsing is slower)" };
        table.rate(&Rate {
            figure: &format!("index, {format}"),
            ours,
            detail: detail(ours, &path),
            name,
            baseline: bare,
            least: slower.then_some(0.7),
        });
    }
    let path = data.csv();
    let cells = || {
        let rows = baseline::csv_cells(&path)?;
        anyhow::ensure!(rows == data.records as u64, "the CSV has {rows} rows");
        Ok(())
    };
    let (ours, bare) = in_turn(RUNS, || load_all(&path, data), cells)?;
    table.rate(&Rate {
        figure: "index, portal CSV",
        ours,
        detail: detail(ours, &path),
        name: "csv crate, all cells, 1 thread",
        baseline: bare,
        // Its cells are not decoded: a measure of where the time goes, not of what is promised.
        least: None,
    });
    Ok(())
}

/// Thousands of small files beside one of the same bytes.
pub fn many_files(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let (folder, file) = (data.archive(), data.archive_as_one());
    let (many, one) = in_turn(RUNS, || load_all(&folder, data), || load_all(&file, data))?;
    table.rate(&Rate {
        figure: &format!("index, {} PT1H files", number(data.archive_files as f64)),
        ours: many,
        detail: String::new(),
        name: "the same bytes in one file",
        baseline: one,
        least: Some(0.85),
    });
    Ok(())
}
