//! System calls that fail in turn while an archive is pulled, an index is written and an input is kept;
//! the whole sweep is `cargo run --example faults`.
//! Passed over, with a word, where there is no strace that may trace.
#![expect(clippy::disallowed_methods, reason = "writes and reads the files it hands over")]

#[path = "fake_graph/graph.rs"]
mod fake_graph;
#[path = "faults/scenarios.rs"]
mod scenarios;
#[path = "faults/strace.rs"]
mod strace;

use scenarios::{SCENARIOS, World};
use strace::{Fault, is_there};

/// Scenarios that are tried here.
const TRIED: [&str; 3] = ["pull, fresh", "index, written", "zip archive"];
/// Faults of each scenario that are tried here.
const FEW: usize = 2;

#[test]
fn a_fault_leaves_the_old_or_the_new_and_a_word() {
    if !is_there() {
        println!("passed over: there is no strace here that may trace (apt-get install strace)");
        return;
    }
    let world = World::new();
    for scenario in SCENARIOS.iter().filter(|scenario| TRIED.contains(&scenario.name)) {
        let home = scenario.home(&world);
        let log = home.path().join("trace");
        let calls = (scenario.run)(&world, home.path()).calls(&[home.path(), world.folder()], &log);
        let mut faults: Vec<(&str, Fault, u32)> = Vec::new();
        for (call, errors) in strace::CALLS {
            // The last call of its kind is where most is at stake.
            let at = calls.get(call).and_then(|numbers| numbers.last());
            faults.extend(at.map(|at| (call, Fault::Error(errors[0]), *at)));
        }
        assert!(!faults.is_empty(), "{}", scenario.name);
        // Spread over all kinds of calls; the program is killed at the last of them.
        let step = faults.len().div_ceil(FEW);
        let killed = faults.last().map(|&(call, _, at)| (call, Fault::Kill, at));
        for (call, fault, at) in faults.into_iter().step_by(step).chain(killed) {
            let home = scenario.home(&world);
            let ended = (scenario.run)(&world, home.path()).faulty(call, fault, at);
            if !ended.is_about_files() {
                continue;
            }
            let checked = scenario.check(&world, home.path(), &ended, call.starts_with("write"));
            assert_eq!(checked, Ok(()), "{}: {call} {at} {fault:?}: {ended:?}", scenario.name);
        }
    }
}
