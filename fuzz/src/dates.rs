//! Times in every spelling.

use entrail::query::Context;
use entrail::query::when;
use entrail::time::{DateOrder, Spelled, Timestamp};

/// A time is read or refused, and what is written of it is read as the same. A date that may be in
/// two months is never read as one of them unless somebody says which.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = Timestamp::parse(text);
    if let Some(time) = parsed {
        let written = time.to_rfc3339();
        assert_eq!(Timestamp::parse(&written), parsed, "{text:?} was written {written}");
        assert_eq!(Timestamp::parse_iso(&written), parsed);
    }
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst];
    let ordered = orders.map(|order| Timestamp::parse_ordered(text, order));
    match Timestamp::spelled(text) {
        None => assert_eq!((parsed, ordered), (None, [None; 2])),
        Some(Spelled::Instant(time, shown)) => {
            assert_eq!(parsed, Some(time));
            let wanted =
                orders.map(|order| shown.is_none_or(|shown| shown == order).then_some(time));
            assert_eq!(ordered, wanted);
        }
        Some(Spelled::Either { day_first, month_first, usual }) => {
            assert_eq!(parsed, usual.map(|usual| usual.of(day_first, month_first)));
            assert_eq!(ordered, [Some(day_first), Some(month_first)]);
        }
    }
    if let Some(time) = Timestamp::parse_iso(text) {
        assert_eq!(parsed, Some(time));
    }
    let _ = Timestamp::from_epoch(text);
    let now = Timestamp::from_ms(1_780_000_000_000);
    for around in [None, Some(now)] {
        if let Some(range) = when::range(text, &Context { now, around }) {
            let _ = range.contains(now);
        }
    }
    let _ = when::is_reversed(Some(text), Some("2026-01-01"));
}
