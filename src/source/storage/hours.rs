//! Times in the names of blobs: which of them may hold records of a span.
//! Never leaves out a blob that may hold one.
//!
//! Azure Monitor puts records into blobs by the hour: `…/y=2026/m=07/d=16/h=13/m=00/PT1H.json`, Event Hubs
//! Capture by the second: `namespace/hub/partition/2026/07/16/13/05/30.avro`. Records are
//! put there by when they were received, or by their own time; those of sign-ins carry a time up to
//! eighteen minutes before the one they are filed under. So hours a little before a span are read too
//! ([`EARLY`]), and hours behind it ([`LATE`]): what arrives later than that is found by a longer span.

use crate::time::{TICKS_PER_SECOND, TimeRange, Timestamp};

const HOUR: i64 = 3_600 * TICKS_PER_SECOND;

/// How long before its hour a record may have happened by its own clock: hours so far before a span are
/// read too.
pub const EARLY: i64 = 2 * HOUR;
/// How late a record may be filed: hours so far behind a span are read too.
pub const LATE: i64 = 48 * HOUR;

/// What a name says of the time of its records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Filed {
    /// From when, until when (not included) its records were filed.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// Is it of one day, or of a part of one?
    pub is_of_a_day: bool,
}

/// How much of what a name covers may be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Share {
    /// Nothing.
    None,
    /// Some of it.
    Some,
    /// All of it.
    All,
}

/// When the records were filed whose blobs have this name, or this in front of it; `None` where it does not
/// say.
pub fn filed(name: &str) -> Option<Filed> {
    let parts = name.split('/');
    let mut dated = by_letter(parts.clone()).or_else(|| by_capture(parts))?.into_iter();
    let mut next = |range: std::ops::RangeInclusive<i64>| {
        dated.next().flatten().filter(|value| range.contains(value))
    };
    let year = next(1970..=9999)?;
    let month = next(1..=12);
    let day = month.and_then(|_| next(1..=31));
    let hour = day.and_then(|_| next(0..=23));
    let start = midnight(year, month.unwrap_or(1), day.unwrap_or(1))?;
    let end = match (month, day, hour) {
        (Some(_), Some(_), Some(_)) => None,
        (Some(_), Some(_), None) => Some(start.plus(24 * HOUR)),
        (Some(12), None, _) | (None, ..) => Some(midnight(year + 1, 1, 1)?),
        (Some(month), None, _) => Some(midnight(year, month + 1, 1)?),
    };
    let start = start.plus(hour.unwrap_or(0) * HOUR);
    Some(Filed { start, end: end.unwrap_or(start.plus(HOUR)), is_of_a_day: day.is_some() })
}

/// Year, month, day and hour, as far as a name has them.
type Dated = [Option<i64>; 4];

/// Those of `y=2026/m=07/d=16/h=13`.
fn by_letter<'n>(parts: impl Iterator<Item = &'n str>) -> Option<Dated> {
    let value = |part: &str, letter: char| {
        let (name, value) = part.split_once('=')?;
        if name.chars().eq([letter]) { number(value, 1..=4) } else { None }
    };
    let mut parts = parts.skip_while(|part| value(part, 'y').is_none());
    let year = value(parts.next()?, 'y');
    let mut next = |letter| parts.next().and_then(|part| value(part, letter));
    Some([year, next('m'), next('d'), next('h')])
}

/// Those of `hub/0/2026/07/16/13`: the year stands behind the number of a partition.
fn by_capture<'n>(parts: impl Iterator<Item = &'n str>) -> Option<Dated> {
    // In front of the partition stand the names of a namespace and a hub.
    let mut parts = parts.skip(2);
    let mut before = parts.next()?;
    loop {
        let part = parts.next()?;
        let year = number(part, 4..=4).filter(|year| (CAPTURE_BEGAN..2100).contains(year));
        if number(before, 1..=4).is_some() && year.is_some() {
            let mut next = || parts.next().and_then(|part| number(part, 2..=2));
            return Some([year, next(), next(), next()]);
        }
        before = part;
    }
}

/// The year in which the first file of Event Hubs Capture can have been written.
const CAPTURE_BEGAN: i64 = 2016;

/// The number in digits, so many of them.
fn number(digits: &str, len: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let is_number = len.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

fn midnight(year: i64, month: i64, day: i64) -> Option<Timestamp> {
    Timestamp::parse_iso(&format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

impl Filed {
    /// How much of it may be of a span.
    pub fn share(&self, span: &TimeRange) -> Share {
        let start = span.start.map(|start| start.plus(-EARLY));
        let end = span.end.map(|end| end.plus(LATE));
        if start.is_some_and(|start| self.end <= start) || end.is_some_and(|end| self.start >= end)
        {
            return Share::None;
        }
        let is_all =
            start.is_none_or(|start| self.start >= start) && end.is_none_or(|end| self.end <= end);
        if is_all { Share::All } else { Share::Some }
    }
}

/// May a blob that was last changed then hold records of a span? All records in it happened before.
pub fn may_hold(modified: Option<Timestamp>, span: &TimeRange) -> bool {
    match (modified, span.start) {
        (Some(modified), Some(start)) => modified >= start.plus(-EARLY),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    fn said(name: &str) -> Option<(String, String)> {
        let short = |time: Timestamp| time.to_rfc3339()[..13].to_owned();
        filed(name).map(|filed| (short(filed.start), short(filed.end)))
    }

    #[test]
    fn names_say_a_year_a_month_a_day_or_an_hour() {
        let span = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        let tenant = "tenantId=4aaa/";
        for (rest, expected) in [
            ("y=2026/", span("2026-01-01T00", "2027-01-01T00")),
            ("y=2026/m=12/", span("2026-12-01T00", "2027-01-01T00")),
            ("y=2024/m=02/", span("2024-02-01T00", "2024-03-01T00")),
            ("y=2026/m=07/d=16/", span("2026-07-16T00", "2026-07-17T00")),
            ("y=2026/m=07/d=16/h=13/m=00/PT1H.json", span("2026-07-16T13", "2026-07-16T14")),
            ("y=2026/m=7/d=6/h=23/m=00/PT1H.json", span("2026-07-06T23", "2026-07-07T00")),
            // What is no date is taken for as much of one as it is.
            ("y=2026/m=13/", span("2026-01-01T00", "2027-01-01T00")),
            ("y=2026/m=02/d=31/", None),
            ("y=26/", None),
            ("y=abcd/", None),
            ("", None),
            ("export-2026-07-16.json", None),
        ] {
            assert_eq!(said(&format!("{tenant}{rest}")), expected, "{rest}");
            let resource = format!("resourceId=/TENANTS/4AAA/PROVIDERS/MICROSOFT.AADIAM/{rest}");
            assert_eq!(said(&resource), expected, "{rest}");
        }
    }

    #[test]
    fn files_of_event_hubs_capture_say_it_by_numbers() {
        let span = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        for (name, expected) in [
            ("ns/hub/0/2026/", span("2026-01-01T00", "2027-01-01T00")),
            ("ns/hub/31/2026/07/", span("2026-07-01T00", "2026-08-01T00")),
            ("ns/hub/0/2026/07/16/13/05/30.avro", span("2026-07-16T13", "2026-07-16T14")),
            (
                "container/ns/2025/7/2026/07/16/13/05/30.avro",
                span("2026-07-16T13", "2026-07-16T14"),
            ),
            // No year stands behind a partition.
            ("ns/hub/0/", None),
            ("ns/2026/0/", None),
            ("ns/hub/2026/07/16/0/13/05/30.avro", None),
            ("ns/hub/0/1999/07/", None),
            ("2025/2026/report.json", None),
        ] {
            assert_eq!(said(name), expected, "{name}");
        }
    }

    #[test]
    fn hours_around_a_span_are_read_too() {
        let span = TimeRange { start: Some(at("2026-07-16T12:30")), end: Some(at("2026-07-17")) };
        let share = |name: &str| filed(name).expect(name).share(&span);
        let hour = |day: u32, hour: u32| share(&format!("y=2026/m=07/d={day}/h={hour:02}/m=00/P"));
        assert_eq!(
            (hour(16, 9), hour(16, 10), hour(16, 11)),
            (Share::None, Share::Some, Share::All)
        );
        assert_eq!((hour(18, 23), hour(19, 0)), (Share::All, Share::None));
        assert_eq!(share("y=2026/m=07/"), Share::Some);
        assert_eq!((share("y=2025/"), share("y=2026/m=08/")), (Share::None, Share::None));
        assert_eq!(filed("y=2026/").expect("a year").share(&TimeRange::default()), Share::All);
    }

    #[test]
    fn a_blob_that_was_not_changed_since_holds_nothing_newer() {
        let span = TimeRange { start: Some(at("2026-07-16")), end: None };
        assert!(!may_hold(Some(at("2026-07-15T21:59")), &span));
        assert!(may_hold(Some(at("2026-07-15T22:00")), &span) && may_hold(None, &span));
        assert!(may_hold(Some(at("2020-01-01")), &TimeRange::default()));
    }
}
