//! Random queries over random records: what is answered from columns is what the oracle says.
//! Never a generator of its own: `tests/semantics` has that.

use entrail::record::Record;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::memory::{Arrival, context, memories, rows, store_of, without_copies};
use super::random::Random;
use super::{generate, oracle};

/// Queries that are asked of one set of records.
const OF_ONE: usize = 50;

fn runner(random: &mut Random) -> TestRunner {
    let mut seed = [0; 32];
    for part in seed.chunks_mut(8) {
        part.copy_from_slice(&random.next().to_le_bytes());
    }
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// Asks so many queries. How many of them matched something; or the first that differs, in words.
pub fn check(count: usize, seed: u64) -> Result<usize, String> {
    let (mut asked, mut matched, mut random) = (0, 0, Random(seed));
    while asked < count {
        let set = random.0;
        let mut runner = runner(&mut random);
        let some = |what: &dyn std::fmt::Debug| format!("cannot generate: {what:?}");
        let records = prop::collection::vec(generate::record(), 1..40).new_tree(&mut runner);
        let records: Vec<Record<'static>> = records.map_err(|why| some(&why))?.current();
        let memory = memories(&records);
        let kept = without_copies(&records);
        oracle::know(kept.iter().map(|&n| &records[n]));
        let arrival = Arrival { batch: 1 + random.below(8), segment: 1 + random.below(12) };
        let (store, _) = store_of(&memory, &kept, &arrival);
        for _ in 0..OF_ONE.min(count - asked) {
            let query =
                generate::query().new_tree(&mut runner).map_err(|why| some(&why))?.current();
            let context = context(random.once_in(2));
            let found: Vec<usize> =
                rows(&store, &query, &context).into_iter().map(|row| kept[row]).collect();
            let holds =
                |&n: &usize| oracle::matches(&query, &records[n], memory[0].raw(n), &context);
            let expected: Vec<usize> = kept.iter().copied().filter(holds).collect();
            if found != expected {
                let both = format!("found {found:?}, expected {expected:?}");
                return Err(format!("records of seed {set}: {query}\n{both}"));
            }
            asked += 1;
            matched += usize::from(!found.is_empty());
        }
    }
    Ok(matched)
}
