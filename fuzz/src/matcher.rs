//! Matching: what is answered from columns is what the oracle of the tests says.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::memory::{Arrival, context, memories, rows, store_of, without_copies};
use super::{generate, oracle};

/// The bytes are the seed of the generators of the tests: they cannot be the random numbers
/// themselves, as those who take these never end when they are used up.
pub fn run(data: &[u8]) {
    let Some((sizes, data)) = data.split_first_chunk::<2>() else { return };
    let mut seed = [0_u8; 32];
    for (at, byte) in data.iter().enumerate() {
        seed[at % 32] = seed[at % 32].rotate_left(3) ^ byte;
    }
    let config = Config { max_local_rejects: 64, failure_persistence: None, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, random);
    let count = usize::from(sizes[0] % 6);
    let queries = proptest::collection::vec(generate::query(), 1..3);
    let Ok(queries) = queries.new_tree(&mut runner) else { return };
    let records = proptest::collection::vec(generate::record(), count);
    let Ok(records) = records.new_tree(&mut runner) else { return };
    let (queries, records) = (queries.current(), records.current());
    let arrival = Arrival {
        batch: 1 + usize::from(sizes[1] & 7),
        segment: 1 + usize::from(sizes[1] >> 3 & 7),
    };
    let memory = memories(&records);
    let kept = without_copies(&records);
    oracle::know(kept.iter().map(|&n| &records[n]));
    let (store, _) = store_of(&memory, &kept, &arrival);
    let context = context(sizes[1] & 0x80 != 0);
    for query in queries {
        let found: Vec<usize> =
            rows(&store, &query, &context).into_iter().map(|row| kept[row]).collect();
        let holds = |&n: &usize| oracle::matches(&query, &records[n], memory[0].raw(n), &context);
        let expected: Vec<usize> = kept.iter().copied().filter(holds).collect();
        assert_eq!(found, expected, "{query}\n{records:#?}");
    }
}
