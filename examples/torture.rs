//! Tortures entrail for an hour, or as long as it is told to: random queries against the oracle of the tests,
//! generated records in every format, redacted reports with planted identifiers. `--help` says more.
//! Never a test of its own: what it checks is in `tests/`, which runs a small share of it.
#![expect(clippy::disallowed_methods, reason = "it says how long it took")]

#[path = "../tests/translations/asked.rs"]
mod asked;
#[path = "../tests/torture/formats.rs"]
mod formats;
#[path = "../tests/semantics/generate.rs"]
mod generate;
#[path = "../tests/translations/kql.rs"]
#[expect(dead_code, reason = "the fake workspace uses more of it")]
mod kql;
#[path = "../tests/semantics/memory.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod memory;
#[path = "../tests/fake_graph/odata.rs"]
#[allow(dead_code, reason = "the fake Graph uses more of it")]
mod odata;
#[path = "../tests/semantics/oracle.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod oracle;
#[path = "../tests/torture/queries.rs"]
mod queries;
#[path = "../tests/torture/random.rs"]
mod random;
#[path = "../tests/torture/redaction.rs"]
mod redaction;
#[path = "../tests/translations/rows.rs"]
mod rows;
#[path = "../tests/translations/check.rs"]
mod translations;

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;

/// Torture entrail with random input; exit 1, with the seed, if an answer is wrong
#[derive(Parser)]
#[command(name = "torture")]
struct Arguments {
    /// Ask this many random queries, and compare the answers with the oracle
    #[arg(long, default_value_t = 100_000, value_name = "COUNT")]
    queries: usize,
    /// Write this many generated records in every format, and compare what is read
    #[arg(long, default_value_t = 10_000, value_name = "COUNT")]
    records: usize,
    /// Redact this many reports, and search them for planted identifiers
    #[arg(long, default_value_t = 10_000, value_name = "COUNT")]
    reports: usize,
    /// Translate this many random queries, and compare what KQL and Graph find by them
    #[arg(long, default_value_t = 20_000, value_name = "COUNT")]
    translations: usize,
    /// Repeat a run (default: another one each time)
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// Runs one part and says how it went.
fn run(what: &str, count: usize, part: impl FnOnce() -> Result<String, String>) -> bool {
    if count == 0 {
        return true;
    }
    let began = Instant::now();
    let found = part();
    let seconds = began.elapsed().as_secs_f64();
    match &found {
        Ok(figures) => println!("{what}: {figures}, 0 wrong ({seconds:.0} s)"),
        Err(wrong) => println!("{what}: WRONG after {seconds:.0} s\n{wrong}"),
    }
    found.is_ok()
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let clock =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let seed = arguments.seed.unwrap_or(clock % 1_000_000_007);
    println!("seed {seed}");
    let Arguments { queries, records, reports, translations: translated, .. } = arguments;
    let all = [
        run("queries", queries, || {
            let matched = queries::check(queries, seed)?;
            Ok(format!("{queries} against the oracle, {matched} of them matched records"))
        }),
        run("formats", records, || {
            let files = formats::check(records, seed)?;
            Ok(format!("{records} records in each of {files} files gave the same NDJSON"))
        }),
        run("translations", translated, || {
            let [audits, graph, sign_ins] = translations::check(translated, seed)?;
            let narrowed = [audits, graph, sign_ins].map(|figures| figures.narrowed);
            Ok(format!("{translated} in KQL and OData, {narrowed:?} of them found less than all"))
        }),
        run("redaction", reports, || {
            let planted = redaction::check(reports, seed)?;
            Ok(format!("{planted} identifiers planted in {reports} reports, none left"))
        }),
    ];
    if all.contains(&false) {
        println!("repeat with --seed {seed}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
