//! Instants, ranges and zones: every spelling of time that Entra exports use becomes a [`Timestamp`].
//! Never reads the clock or the system's zone: "now" and the zone are always parameters.

mod names;
mod spelling;
#[cfg(test)]
mod tests;
pub mod window;

use std::fmt;
use std::time::Duration;

use jiff::civil;

pub use self::window::Window;

/// An instant in UTC, in ticks of 100 nanoseconds since 1970-01-01T00:00:00Z.
///
/// Entra writes up to seven fraction digits (100 ns); keeping all of them keeps
/// the order of records inside one operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

/// Ticks of 100 ns in one millisecond.
pub const TICKS_PER_MS: i64 = 10_000;
/// Ticks of 100 ns in one second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;

/// `time` as ticks of 100 ns; what is longer than 29,000 years is that long.
pub fn ticks(time: Duration) -> i64 {
    i64::try_from(time.as_nanos() / 100).unwrap_or(i64::MAX)
}

/// Which of day and month stands first in dates such as `05/06/2026`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateOrder {
    /// It is the fifth of June.
    DayFirst,
    /// It is the sixth of May.
    MonthFirst,
}

impl DateOrder {
    /// The one of two that is in this order.
    pub fn of<T>(self, day_first: T, month_first: T) -> T {
        if self == Self::DayFirst { day_first } else { month_first }
    }

    /// How it is asked for on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }

    /// What it is called in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "day first",
            Self::MonthFirst => "month first",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::DayFirst => Self::MonthFirst,
            Self::MonthFirst => Self::DayFirst,
        }
    }
}

impl Spelled {
    /// The same, with the order that is meant where nothing tells, unless its own is known.
    #[must_use]
    pub fn usually(self, order: Option<DateOrder>) -> Self {
        match self {
            Self::Either { day_first, month_first, usual } => {
                Self::Either { day_first, month_first, usual: usual.or(order) }
            }
            Self::Instant(..) => self,
        }
    }
}

/// What a text says of a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelled {
    /// One instant, and the order its date can only be in, where that is in numbers and one of them
    /// is no month.
    Instant(Timestamp, Option<DateOrder>),
    /// One of two, for day and month may be either.
    Either {
        /// With the day first.
        day_first: Timestamp,
        /// With the month first.
        month_first: Timestamp,
        /// How such a date is meant where nothing tells: those with full stops are day first
        /// in every culture that writes them.
        usual: Option<DateOrder>,
    },
}

impl Timestamp {
    /// The instant that many ticks of 100 ns after 1970.
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// The instant that many milliseconds after 1970 (UTC).
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms.saturating_mul(TICKS_PER_MS))
    }

    /// Ticks of 100 ns since 1970.
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970, rounded down.
    pub const fn ms(self) -> i64 {
        self.0.div_euclid(TICKS_PER_MS)
    }

    /// This instant moved by `ticks` of 100 ns.
    #[must_use]
    pub const fn plus(self, ticks: i64) -> Self {
        Self(self.0.saturating_add(ticks))
    }

    /// This instant moved to another zone by `ticks` of 100 ns; `None` where that leaves the years that
    /// can be written.
    fn moved(self, ticks: i64) -> Option<Self> {
        Some(self.plus(ticks)).filter(|time| SANE_MS.contains(&time.ms()))
    }

    /// Reads any spelling seen in exports that names one instant: RFC 3339 with 0–9 fraction digits,
    /// other forms of ISO 8601, RFC 1123, dates of many cultures with the name of a month or in
    /// numbers, seconds to nanoseconds since 1970, and `/Date(1728364117000)/`. A time without a zone
    /// is UTC. Returns `None` for anything else, also for `05/06/2026`, which is in May or in June:
    /// [`Timestamp::spelled`] reads that. A dotted date is day first.
    pub fn parse(text: &str) -> Option<Self> {
        match Self::spelled(text)? {
            Spelled::Instant(time, _) => Some(time),
            Spelled::Either { day_first, month_first, usual } => {
                usual.map(|usual| usual.of(day_first, month_first))
            }
        }
    }

    /// As [`Timestamp::parse`], with day and month of a date in numbers in this order. Returns `None`
    /// also for a date that can only be in the other.
    pub fn parse_ordered(text: &str, order: DateOrder) -> Option<Self> {
        match Self::spelled(text)? {
            Spelled::Instant(time, shown) => {
                shown.is_none_or(|shown| shown == order).then_some(time)
            }
            Spelled::Either { day_first, month_first, .. } => {
                Some(order.of(day_first, month_first))
            }
        }
    }

    /// Reads RFC 3339 and the same without an offset, with a space instead of `T`, or cut anywhere
    /// behind the minutes or the day. Returns `None` for anything else.
    pub fn parse_iso(text: &str) -> Option<Self> {
        parse_iso(text.trim().as_bytes())
    }

    /// Everything that a text says of a time. Returns `None` where it is none.
    pub fn spelled(text: &str) -> Option<Spelled> {
        let text = text.trim();
        let iso = parse_iso(text.as_bytes()).map(|time| Spelled::Instant(time, None));
        iso.or_else(|| spelling::spelled(text))
    }

    /// The instant that a number of seconds, milli-, micro- or nanoseconds since 1970 stands for, told
    /// apart by its size; `None` before 1973 and outside of the years people log in.
    pub fn from_epoch(number: &str) -> Option<Self> {
        if let Some(time) = spelling::number(number) {
            return Some(time);
        }
        let number: f64 = number.parse().ok()?;
        let ms = match number.abs() {
            0.0..1e11 => number * 1e3,
            1e11..1e14 => number,
            1e14..1e17 => number / 1e3,
            _ => number / 1e6,
        };
        (1e11..4.2e12).contains(&ms).then(|| Self::from_ms(ms as i64))
    }

    /// UTC in RFC 3339 with seven fraction digits, or with none where there are none.
    pub fn to_rfc3339(self) -> String {
        let seconds = self.0.div_euclid(TICKS_PER_SECOND);
        let ticks = self.0.rem_euclid(TICKS_PER_SECOND);
        let civil = utc_civil(seconds);
        if ticks == 0 {
            format!("{}Z", civil.strftime("%Y-%m-%dT%H:%M:%S"))
        } else {
            format!("{}.{ticks:07}Z", civil.strftime("%Y-%m-%dT%H:%M:%S"))
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

fn utc_civil(seconds: i64) -> civil::DateTime {
    // Instants end a day before the last date does: there is no zone here that could move one.
    let first = civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    first.saturating_add(jiff::SignedDuration::from_secs(seconds))
}

/// Days from 1970-01-01 to a civil date (proleptic Gregorian).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The number that up to nine digits write: no part of a time has more.
fn digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0i64, |sum, byte| {
        byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

fn instant(date: (i64, i64, i64), time: (i64, i64, i64), fraction: i64) -> Option<Timestamp> {
    let (year, month, day) = date;
    let (hour, minute, second) = time;
    let sane = (0..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !sane {
        return None;
    }
    let seconds =
        days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second.min(59);
    Some(Timestamp(seconds * TICKS_PER_SECOND + fraction))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]][Z|±HH[:]MM]]`: the hot path of loading.
fn parse_iso(b: &[u8]) -> Option<Timestamp> {
    if b.len() < 10 || b[4] != b'-' || b[7] != b'-' {
        return None;
    }
    let date = (digits(&b[0..4])?, digits(&b[5..7])?, digits(&b[8..10])?);
    if b.len() == 10 {
        return instant(date, (0, 0, 0), 0);
    }
    if !matches!(b[10], b'T' | b't' | b' ') || b.len() < 16 || b[13] != b':' {
        return None;
    }
    let (hour, minute) = (digits(&b[11..13])?, digits(&b[14..16])?);
    let mut at = 16;
    let mut second = 0;
    if b.get(at) == Some(&b':') {
        second = digits(b.get(at + 1..at + 3)?)?;
        at += 3;
    }
    let mut fraction = 0;
    if matches!(b.get(at), Some(b'.' | b',')) {
        let length = b[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        fraction = fraction_ticks(b.get(at + 1..at + 1 + length)?)?;
        at += 1 + length;
    }
    instant(date, (hour, minute, second), fraction)?.moved(-offset_ticks(&b[at..])?)
}

/// The first seven digits of a fraction of a second, as ticks.
fn fraction_ticks(fraction: &[u8]) -> Option<i64> {
    let kept = &fraction[..fraction.len().min(7)];
    let value = digits(kept)?;
    Some(value * 10i64.pow(7 - kept.len() as u32))
}

fn offset_ticks(zone: &[u8]) -> Option<i64> {
    match zone {
        [] | [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, minutes) = match rest.len() {
                2 => (digits(rest)?, 0),
                4 => (digits(&rest[..2])?, digits(&rest[2..])?),
                5 if rest[2] == b':' => (digits(&rest[..2])?, digits(&rest[3..])?),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let ticks = (hours * 3_600 + minutes * 60) * TICKS_PER_SECOND;
            Some(if *sign == b'-' { -ticks } else { ticks })
        }
        _ => None,
    }
}

/// The milliseconds from year 0 to the end of year 9999, as RFC 3339 can write them: what is
/// outside is no time of a record, and spans between what is inside can be counted in ticks.
const SANE_MS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// A half-open span of time: from `start` (included) to `end` (not included); `None` is unbounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TimeRange {
    /// First instant inside.
    pub start: Option<Timestamp>,
    /// First instant after.
    pub end: Option<Timestamp>,
}

impl TimeRange {
    /// Is `time` inside?
    pub fn contains(&self, time: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= time) && self.end.is_none_or(|end| time < end)
    }

    /// What is inside of both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self {
            start: self.start.max(other.start),
            end: match (self.end, other.end) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }
}

/// The zone times are shown in; its name is always shown with them.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    zone: jiff::tz::TimeZone,
    name: String,
}

impl Zone {
    /// Coordinated universal time, the zone of the logs themselves.
    pub fn utc() -> Self {
        Self { zone: jiff::tz::TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// A zone found by the caller (the system's, or a configured one), with the name to show.
    pub fn new(zone: jiff::tz::TimeZone) -> Self {
        let name = zone.iana_name().map_or_else(|| "local".to_owned(), str::to_owned);
        Self { zone, name }
    }

    /// What to print beside times.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `time` in this zone, by a `strftime` pattern.
    pub fn format(&self, time: Timestamp, pattern: &str) -> String {
        let Ok(instant) = jiff::Timestamp::from_millisecond(time.ms()) else {
            return time.to_string();
        };
        instant.to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }

    /// As [`Zone::format`], with the offset behind it (`+01`, `+05:30`) where [`Zone::is_twice`]:
    /// there the time of day alone names two instants.
    pub fn format_exactly(&self, time: Timestamp, pattern: &str) -> String {
        let mut text = self.format(time, pattern);
        if self.is_twice(time) {
            text.push_str(&self.format(time, "%:::z"));
        }
        text
    }

    /// Is it in an hour that comes twice, as clocks go back?
    pub fn is_twice(&self, time: Timestamp) -> bool {
        jiff::Timestamp::from_millisecond(time.ms()).is_ok_and(|instant| {
            let civil = instant.to_zoned(self.zone.clone()).datetime();
            matches!(
                self.zone.to_ambiguous_timestamp(civil).offset(),
                jiff::tz::AmbiguousOffset::Fold { .. }
            )
        })
    }

    /// The instant a civil date and time of this zone names; the earlier one where clocks go back.
    pub fn instant(&self, civil: civil::DateTime) -> Option<Timestamp> {
        let zoned = civil.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp::from_ms(zoned.timestamp().as_millisecond()))
    }
}
