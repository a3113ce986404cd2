//! Times in queries: what a person writes, as a [`TimeRange`].
//! Never asks the clock: now comes with the [`Context`].

use super::{Context, Operator, Term, Value};
use crate::time::{TICKS_PER_SECOND, TimeRange, Timestamp};

/// The span of time a text names, or `None` where it names none. `2026-11` is the whole month,
/// `last-24h` from then on without an end, so that records arriving later are inside too.
pub fn range(text: &str, context: &Context) -> Option<TimeRange> {
    if way_out(text).is_some() {
        return None;
    }
    let lower = text.trim().to_ascii_lowercase();
    let now = context.now;
    if let Some(length) = lower.strip_prefix("last-") {
        return Some(TimeRange { start: Some(now.plus(-duration(length)?)), end: None });
    }
    if let Some(length) = lower.strip_prefix('±').or_else(|| lower.strip_prefix("+-")) {
        let reach = duration(length)?;
        // Without a selected record nothing is around it: the span is empty.
        let Some(center) = context.around else {
            return Some(TimeRange { start: Some(now), end: Some(now) });
        };
        return Some(TimeRange {
            start: Some(center.plus(-reach)),
            end: Some(center.plus(reach + 1)),
        });
    }
    let day = 86_400 * TICKS_PER_SECOND;
    let midnight = Timestamp::from_ticks(now.ticks().div_euclid(day) * day);
    match lower.as_str() {
        "now" => return Some(TimeRange { start: Some(now), end: Some(now.plus(1)) }),
        "today" => return Some(between(midnight, midnight.plus(day))),
        "yesterday" => return Some(between(midnight.plus(-day), midnight)),
        _ => {}
    }
    calendar(text.trim())
}

/// What to write instead of a length of time whose unit is none, or may be two: `M` is a month to many,
/// and a minute where small and large letters are one. `None` where that is not what is wrong.
pub fn way_out(text: &str) -> Option<String> {
    let text = text.trim();
    let begins = |prefix: &&str| {
        text.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
    };
    let prefix = ["last-", "±", "+-"].into_iter().find(begins)?;
    let length = &text[prefix.len()..];
    let at = length.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
    let (number, unit) = length.split_at(at);
    let number: u64 = number.parse().ok()?;
    let months = format!("{prefix}{}d", number.saturating_mul(30));
    match &*unit.to_lowercase() {
        "m" if unit == "M" => Some(format!(
            "`M` may be months or minutes; write {months} for months, {prefix}{number}m for minutes"
        )),
        unit if seconds_of(unit).is_some() => None,
        "mo" | "mon" | "month" | "months" => {
            Some(format!("there is no unit for months; write {months}"))
        }
        "y" | "yr" | "year" | "years" => {
            let years = number.saturating_mul(365);
            Some(format!("there is no unit for years; write {prefix}{years}d"))
        }
        "min" | "mins" | "minute" | "minutes" => Some(format!("write {prefix}{number}m")),
        _ => Some("the units are s, m (minutes), h, d and w".to_owned()),
    }
}

/// The span of time in which a term on the time holds.
pub fn of_term(term: &Term, context: &Context) -> Option<TimeRange> {
    let named = |text: &str| range(text, context);
    match &term.value {
        Value::Text(text) => {
            let found = named(text)?;
            Some(match term.operator {
                Operator::Contains | Operator::Equals | Operator::NotEquals => found,
                Operator::GreaterOrEqual => TimeRange { start: found.start, end: None },
                Operator::Less => TimeRange { start: None, end: found.start },
                Operator::LessOrEqual => TimeRange { start: None, end: last(found) },
                Operator::Greater => TimeRange { start: last(found), end: None },
            })
        }
        Value::Range(from, to) => {
            let start = match from {
                Some(text) => named(text)?.start,
                None => None,
            };
            let end = match to {
                Some(text) => last(named(text)?),
                None => None,
            };
            Some(TimeRange { start, end })
        }
        _ => None,
    }
}

/// The end of a span where it is given as one: `last-1d`, which has none, names the instant a day ago.
fn last(span: TimeRange) -> Option<Timestamp> {
    span.end.or(span.start)
}

/// The instant up to which a text that names a span reaches: the end of a day, of an hour; a day ago
/// for `last-1d`. `None` where it names no time by itself.
pub fn until(text: &str, context: &Context) -> Option<Timestamp> {
    range(text, context).filter(|_| !is_around(text.trim())).and_then(last)
}

/// The instant from which on a text that names a span reaches. `None` where it names no time by itself.
pub fn since(text: &str, context: &Context) -> Option<Timestamp> {
    range(text, context).filter(|_| !is_around(text.trim()))?.start
}

/// Is this a time as queries write it?
pub fn is_time(text: &str) -> bool {
    let context = Context { now: Timestamp::from_ms(0), around: None };
    range(text, &context).is_some()
}

/// Does a span from one time to another end before it begins, whenever it is asked?
pub fn is_reversed(from: Option<&str>, to: Option<&str>) -> bool {
    let fixed = |text: &str| calendar(text.trim());
    let start = from.and_then(fixed).and_then(|found| found.start);
    let end = to.and_then(fixed).and_then(|found| found.end);
    start.zip(end).is_some_and(|(start, end)| end <= start)
}

/// Does it name a time relative to the selected record?
pub fn is_around(text: &str) -> bool {
    text.starts_with('±') || text.starts_with("+-")
}

fn between(start: Timestamp, end: Timestamp) -> TimeRange {
    TimeRange { start: Some(start), end: Some(end) }
}

/// `24h`, `7d`, `90s`, `2w`, `10m`, in ticks.
fn duration(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let (number, unit) = text.split_at(text.len() - unit.len_utf8());
    let number: i64 = number.parse().ok()?;
    (number >= 0).then_some(())?;
    number.checked_mul(seconds_of(unit)?)?.checked_mul(TICKS_PER_SECOND)
}

/// How long a unit is; `None` where it is none.
fn seconds_of(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    })
}

fn calendar(text: &str) -> Option<TimeRange> {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    match text.len() {
        4 if digits(text) => {
            let start = Timestamp::parse_iso(&format!("{text}-01-01"))?;
            let next: i32 = text.parse::<i32>().ok()? + 1;
            return Some(between(start, Timestamp::parse_iso(&format!("{next:04}-01-01"))?));
        }
        // Read as bytes: what was typed may have a longer character across any of these places.
        7 if is_month(text.as_bytes()) => {
            let start = Timestamp::parse_iso(&format!("{text}-01"))?;
            let (year, month): (i32, i32) = (text[..4].parse().ok()?, text[5..].parse().ok()?);
            let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            return Some(between(
                start,
                Timestamp::parse_iso(&format!("{year:04}-{month:02}-01"))?,
            ));
        }
        _ => {}
    }
    let (civil, zone) = split_zone(text);
    let hour_only = civil.len() == 13 && matches!(civil.as_bytes()[10], b'T' | b't' | b' ');
    let full = if hour_only { format!("{civil}:00{zone}") } else { text.to_owned() };
    let start = Timestamp::parse_iso(&full)?;
    let ticks = match civil.len() {
        10 => 86_400 * TICKS_PER_SECOND,
        13 => 3_600 * TICKS_PER_SECOND,
        16 => 60 * TICKS_PER_SECOND,
        19 => TICKS_PER_SECOND,
        longer => {
            let fraction = longer.checked_sub(20)?.clamp(1, 7) as u32;
            10i64.pow(7 - fraction)
        }
    };
    Some(between(start, start.plus(ticks)))
}

/// Is this `2026-11`, by its shape?
fn is_month(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, b)| if at == 4 { *b == b'-' } else { b.is_ascii_digit() })
}

/// Splits `2026-11-01T10:00+02:00` before its offset.
fn split_zone(text: &str) -> (&str, &str) {
    let clock = text.get(11..).unwrap_or("");
    let zone = clock.find(['Z', 'z', '+', '-']).map(|at| at + 11);
    zone.map_or((text, ""), |at| text.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context { now: Timestamp::parse("2026-11-20T15:30:00Z").expect("a time"), around: None }
    }

    fn spelled(text: &str) -> String {
        let found = range(text, &context()).expect(text);
        let end = |end: Option<Timestamp>| end.map_or(String::new(), |t| t.to_string());
        format!("{} {}", end(found.start), end(found.end))
    }

    #[test]
    fn each_spelling_names_the_whole_span_it_is_exact_to() {
        for (text, expected) in [
            ("2026", "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z 2026-11-02T00:00:00Z"),
            ("2026-11-01T14", "2026-11-01T14:00:00Z 2026-11-01T15:00:00Z"),
            ("2026-11-01T14:02", "2026-11-01T14:02:00Z 2026-11-01T14:03:00Z"),
            ("2026-11-01T14:02:11Z", "2026-11-01T14:02:11Z 2026-11-01T14:02:12Z"),
            ("2026-11-01T14+02:00", "2026-11-01T12:00:00Z 2026-11-01T13:00:00Z"),
            ("2026-11-01T14:02:11.5", "2026-11-01T14:02:11.5000000Z 2026-11-01T14:02:11.6000000Z"),
            ("today", "2026-11-20T00:00:00Z 2026-11-21T00:00:00Z"),
            ("yesterday", "2026-11-19T00:00:00Z 2026-11-20T00:00:00Z"),
            ("last-24h", "2026-11-19T15:30:00Z "),
        ] {
            assert_eq!(spelled(text), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_names_no_time() {
        for text in [
            "",
            "last-",
            "last-5",
            "last-xh",
            "2026-13",
            "soon",
            "12",
            "±",
            "é",
            "last-9999999999999w",
        ] {
            assert!(range(text, &context()).is_none(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_names_a_time_or_none(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "2026", "-", "11", "0", "9", "99999999999", "T", ":", "Z", "z", "+02:00", ".", " ", "last-", "±",
                "+-", "d", "h", "w", "today", "é", "€", "𝔗", "\\", "/",
            ]), 0..9),
        ) {
            let text = pieces.concat();
            if let Some(found) = range(&text, &context()) {
                let ordered = found.start.zip(found.end).is_none_or(|(start, end)| start <= end);
                proptest::prop_assert!(ordered, "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn a_span_without_an_end_is_an_instant_where_it_is_one() {
        let day_ago = Timestamp::parse("2026-11-19T15:30:00Z");
        assert_eq!(until("last-1d", &context()), day_ago);
        assert_eq!(since("last-1d", &context()), day_ago);
        assert_eq!(until("yesterday", &context()), Timestamp::parse("2026-11-20"));
        assert_eq!(until("today", &context()), Timestamp::parse("2026-11-21"));
        assert_eq!((until("±10m", &context()), since("±10m", &context())), (None, None));
        let of = |text: &str| {
            let query = crate::query::Query::parse(text).expect(text);
            let Some(crate::query::Expression::Term(term)) = query.expression else {
                panic!("{text}")
            };
            of_term(&term, &context()).map(|range| (range.start, range.end))
        };
        assert_eq!(of("time<=last-1d"), Some((None, day_ago)));
        assert_eq!(of("time>last-1d"), Some((day_ago, None)));
        let three = Timestamp::parse("2026-11-17T15:30:00Z");
        assert_eq!(of("time:last-3d..last-1d"), Some((three, day_ago)));
    }

    /// `last-1M` was one minute, without a word.
    #[test]
    fn a_unit_that_may_be_two_is_none_and_says_what_to_write() {
        for (text, way) in [
            ("last-1M", "write last-30d for months, last-1m for minutes"),
            ("LAST-3M", "write last-90d for months, last-3m for minutes"),
            (" ±10M ", "write ±300d for months, ±10m for minutes"),
            ("+-2M", "+-60d"),
            ("last-1mo", "last-30d"),
            ("last-2months", "last-60d"),
            ("last-1y", "last-365d"),
            ("last-5min", "last-5m"),
            ("last-5ms", "the units are"),
            ("last-5é", "the units are"),
        ] {
            assert_eq!(range(text, &context()), None, "{text}");
            assert_eq!((since(text, &context()), until(text, &context())), (None, None), "{text}");
            assert!(way_out(text).is_some_and(|said| said.contains(way)), "{text}");
            let query = format!("time:\"{}\"", text.trim());
            let refused = crate::query::Query::parse(&query).expect_err(text).to_string();
            assert!(refused.contains(way), "{refused}");
            let query = format!("time:{}..now", text.trim());
            assert!(crate::query::Query::parse(&query).is_err(), "{query}");
        }
        for text in ["last-1m", "last-1H", "LAST-7D", "Last-2W", "last-90S", "last-", "M", "1M"] {
            assert_eq!(way_out(text), None, "{text}");
        }
        assert_eq!(range("LAST-7D", &context()), range("last-7d", &context()));
    }

    #[test]
    fn around_needs_a_selected_record() {
        let empty = range("±10m", &context()).expect("a span");
        assert_eq!(empty.start, empty.end);
        let around = Context { around: Timestamp::parse("2026-11-01T12:00:00Z"), ..context() };
        let found = range("±10m", &around).expect("a span");
        assert_eq!(found.start, Timestamp::parse("2026-11-01T11:50:00Z"));
        assert!(found.contains(Timestamp::parse("2026-11-01T12:10:00Z").expect("a time")));
    }
}
