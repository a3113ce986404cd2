//! Indexes: changed bytes are refused, and what an attacker who counts the hashes anew gets in
//! answers or is refused, without a panic.

use entrail::query::counted_values::CountedValues;
use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::time::Timestamp;

/// See [`entrail::source::fuzzing::index`].
pub fn run(data: &[u8]) {
    let Some(store) = entrail::source::fuzzing::index(data) else { return };
    let context = Context { now: Timestamp::from_ms(1_780_000_000_000), around: None };
    for text in
        ["actor:a", "target=b OR NOT activity:add*", "correlation:0 time<2026-03", "risk>=low"]
    {
        let query = Query::parse(text).expect(text);
        let _ = Matcher::new(&query, &context).rows(&store).len();
    }
    let _ = CountedValues::of(&store);
}
