//! Queries in other languages, and what Graph is asked of them.

use entrail::query::push_down::{Endpoint, Names, push_down};
use entrail::query::sieve::Sieve;
use entrail::query::translate::{Language, translate};
use entrail::query::{Context, Query};
use entrail::time::Timestamp;

/// What is written for another program has no control characters in it but line breaks; the part that
/// Graph leaves over is a query.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(query) = Query::parse(text) else { return };
    let _ = Sieve::new(&query);
    let context = Context { now: Timestamp::from_ms(1_780_000_000_000), around: None };
    for language in Language::ALL {
        let written = translate(&query, &context, language);
        let _ = (written.text(), written.comments(), written.limits());
    }
    for endpoint in [Endpoint::Audits, Endpoint::SignIns, Endpoint::Provisioning] {
        let _ = push_down(&query, &context, endpoint, Names::Pushed);
    }
}
