//! The bench: what entrail promises about speed and size, measured beside a baseline of the same run.
//! Never part of the tests: nothing here decides whether a change is right. See `README.md` beside it.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock, writes its data and starts programs"
)]

#[path = "million/asking.rs"]
mod asking;
#[path = "million/baseline.rs"]
mod baseline;
#[path = "million/data.rs"]
mod data;
#[path = "million/loading.rs"]
mod loading;
#[path = "million/measure.rs"]
mod measure;
#[path = "million/peers.rs"]
mod peers;
#[path = "million/portal.rs"]
mod portal;
#[path = "million/process.rs"]
mod process;
#[path = "million/screen.rs"]
mod screen;
#[path = "million/table.rs"]
mod table;
#[path = "million/terminal.rs"]
mod terminal;

use std::time::Instant;

use anyhow::{Context as _, bail};

use data::Data;
use table::Table;

const USAGE: &str = "\
cargo bench                          everything at 1,000,000 records
cargo bench -- --records 100000      smaller
cargo bench -- --only keys,wire      some of: first index keys raw memory command wire files growth
cargo bench -- --peers               beside lnav, DuckDB and jq; alone: --only none --peers
cargo bench -- --keep                leave the data where it was made";

/// Measures something and adds its rows.
type Figure = fn(&Data, &mut Table) -> anyhow::Result<()>;

/// The figures, by the names `--only` takes.
const FIGURES: &[(&str, Figure)] = &[
    ("first", loading::first_rows),
    ("first", screen::first_rows),
    ("index", loading::index_rate),
    ("keys", asking::keystrokes),
    ("keys", screen::keystrokes),
    ("raw", asking::raw),
    ("raw", screen::raw),
    ("memory", process::memory),
    ("command", process::command_line),
    ("wire", screen::wire),
    ("files", loading::many_files),
    ("growth", asking::growth),
];

/// What was asked for on the command line.
struct Plan {
    records: usize,
    only: Option<Vec<String>>,
    peers: bool,
    keep: bool,
}

fn main() -> anyhow::Result<()> {
    let Some(plan) = plan(std::env::args().skip(1))? else {
        println!("{USAGE}");
        return Ok(());
    };
    eprintln!("making {} records …", table::thousands(plan.records as u64));
    let start = Instant::now();
    let data = Data::make(plan.records).context("cannot make the data")?;
    eprintln!("made in {:.0} s: {}", start.elapsed().as_secs_f64(), data.folder().display());
    let mut table = Table::default();
    for (name, figure) in FIGURES {
        if plan.only.as_ref().is_none_or(|only| only.iter().any(|wanted| wanted == name)) {
            eprintln!("{name} … ({:.0} s)", start.elapsed().as_secs_f64());
            if let Err(error) = figure(&data, &mut table) {
                table.failed(name, &error);
            }
        }
    }
    if plan.peers {
        eprintln!("peers … ({:.0} s)", start.elapsed().as_secs_f64());
        peers::compare(&data, &mut table).context("the peers")?;
    }
    print!("{}", table.print(&data));
    if plan.keep {
        println!("\nThe data stays in {}", data.keep().display());
    }
    Ok(())
}

fn plan(arguments: impl Iterator<Item = String>) -> anyhow::Result<Option<Plan>> {
    let mut plan = Plan { records: 1_000_000, only: None, peers: false, keep: false };
    let mut arguments = arguments;
    let mut is_bench = false;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // `cargo bench` adds this one; whoever runs all targets as tests does not want this.
            "--bench" => is_bench = true,
            "--peers" => plan.peers = true,
            "--keep" => plan.keep = true,
            "--help" | "-h" => return Ok(None),
            "--records" => {
                let number = arguments.next().context("--records needs a number")?;
                plan.records = number.replace([',', '_'], "").parse().context("--records")?;
                anyhow::ensure!(plan.records >= 20_000, "--records needs 20,000 at least");
            }
            "--only" => {
                let names = arguments.next().context("--only needs names")?;
                plan.only = Some(names.split(',').map(str::to_owned).collect());
            }
            other => bail!("there is no option `{other}`\n{USAGE}"),
        }
    }
    Ok(is_bench.then_some(plan))
}
