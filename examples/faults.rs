//! Every system call on a file fails in turn, and the program is killed at any of them: `cargo run
//! --example faults`.
//! Never leaves the machine, and touches nothing but temporary folders.
#![expect(clippy::disallowed_methods, reason = "reads the files that the program wrote")]

#[path = "../tests/fake_graph/graph.rs"]
mod fake_graph;
#[path = "../tests/faults/scenarios.rs"]
mod scenarios;
#[path = "../tests/faults/strace.rs"]
mod strace;

use std::collections::BTreeMap;

use scenarios::{SCENARIOS, World};
use strace::{CALLS, Fault, is_there};

const HELP: &str = "cargo run --example faults -- [--only NAME] [--every N] [--kills N]

Runs the program under strace again and again. In each run one call on a file fails, or kills it.
Afterwards there must be the old or the new, a message, and the next run must bring everything.

  --only NAME  the scenarios whose name contains NAME (all)
  --every N    each N-th fault of the list (1)
  --kills N    so many kills, spread over all calls (1000)";

/// What was tried.
#[derive(Default)]
struct Figures {
    runs: u64,
    /// Faults that hit something else than a file.
    elsewhere: u64,
    failed: Vec<String>,
}

fn main() {
    let (mut only, mut every, mut kills) = (String::new(), 1, 1_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next();
        let number = || value.as_deref().and_then(|value| value.parse::<usize>().ok());
        match (argument.as_str(), &value, number()) {
            ("--only", Some(name), _) => only.clone_from(name),
            ("--every", _, Some(number)) if number > 0 => every = number,
            ("--kills", _, Some(number)) => kills = number,
            _ => {
                println!("{HELP}");
                std::process::exit(i32::from(argument != "--help") * 2);
            }
        }
    }
    if !is_there() {
        eprintln!("there is no strace here that may trace: apt-get install strace");
        std::process::exit(2);
    }
    if !strace::program().is_file() {
        eprintln!("{} is not there: cargo build", strace::program().display());
        std::process::exit(2);
    }
    let world = World::new();
    let chosen: Vec<_> =
        SCENARIOS.iter().filter(|scenario| scenario.name.contains(&only)).collect();
    let mut failed = 0;
    for scenario in &chosen {
        let (mut faults, mut killed) = (Figures::default(), Figures::default());
        let home = scenario.home(&world);
        let log = tempfile::NamedTempFile::new().expect("a file");
        let calls =
            (scenario.run)(&world, home.path()).calls(&[home.path(), world.folder()], log.path());
        let mut all: Vec<(&str, Fault, u32)> = Vec::new();
        let mut deaths: Vec<(&str, Fault, u32)> = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (call, errors) in CALLS {
            for &at in calls.get(call).into_iter().flatten() {
                *counts.entry(call).or_default() += 1;
                all.extend(errors.iter().map(|error| (call, Fault::Error(error), at)));
                deaths.push((call, Fault::Kill, at));
            }
        }
        println!("{}: calls {counts:?}", scenario.name);
        let share = kills / chosen.len();
        for &(call, fault, at) in all.iter().step_by(every) {
            try_one(&world, scenario, (call, fault, at), &mut faults);
        }
        for number in 0..share {
            // A step that is prime to most lengths goes through all calls.
            let at = number * 7_919 % deaths.len().max(1);
            if let Some(&death) = deaths.get(at) {
                try_one(&world, scenario, death, &mut killed);
            }
        }
        println!(
            "{}: {} faults ({} elsewhere), {} failures; {} kills, {} failures",
            scenario.name,
            faults.runs,
            faults.elsewhere,
            faults.failed.len(),
            killed.runs,
            killed.failed.len()
        );
        for line in faults.failed.iter().chain(&killed.failed) {
            println!("  {line}");
        }
        failed += faults.failed.len() + killed.failed.len();
    }
    std::process::exit(i32::from(failed > 0));
}

fn try_one(
    world: &World,
    scenario: &scenarios::Scenario,
    (call, fault, at): (&str, Fault, u32),
    figures: &mut Figures,
) {
    let home = scenario.home(world);
    let ended = (scenario.run)(world, home.path()).faulty(call, fault, at);
    figures.runs += 1;
    if !ended.is_about_files() {
        figures.elsewhere += 1;
        return;
    }
    let silent = call.starts_with("write");
    if let Err(why) = scenario.check(world, home.path(), &ended, silent) {
        let first = ended.err.lines().next().unwrap_or_default().to_owned();
        let why: String = why.chars().take(300).collect();
        figures.failed.push(format!("{call} {at} {fault:?}: {why} | {:?} {first}", ended.code));
        println!("  ! {}", figures.failed.last().map_or("", String::as_str));
    }
}
