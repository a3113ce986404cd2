//! Instants, ranges and zones: every spelling of time that Entra exports use becomes a [`Timestamp`].
//! Never reads the clock or the system's zone: "now" and the zone are always parameters.

use std::fmt;

use jiff::civil;

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

    /// Reads any spelling seen in exports: RFC 3339 with 0–9 fraction digits and any offset, the
    /// same without an offset (UTC: unified audit log), US culture dates of portal and `PowerShell`
    /// exports (`6/15/2026, 3:50:30.492 PM`), `/Date(1728364117000)/`, and a bare date.
    /// A time without a zone is UTC. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        parse_iso(text.as_bytes()).or_else(|| parse_us(text)).or_else(|| parse_json_date(text))
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
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(if seconds < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
        .to_zoned(jiff::tz::TimeZone::UTC)
        .datetime()
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
    let utc = instant(date, (hour, minute, second), fraction)?;
    Some(utc.plus(-offset_ticks(&b[at..])?))
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
            let ticks = (hours * 3_600 + minutes * 60) * TICKS_PER_SECOND;
            Some(if *sign == b'-' { -ticks } else { ticks })
        }
        _ => None,
    }
}

/// `M/D/YYYY[,] h:mm[:ss[.fraction]] [AM|PM]`: what a US-culture machine or the portal writes.
fn parse_us(text: &str) -> Option<Timestamp> {
    let (date, clock) = match text.split_once([',', ' ']) {
        Some((date, clock)) => (date, clock.trim()),
        None => (text, ""),
    };
    let mut numbers = date.split('/');
    let month = digits(numbers.next()?.as_bytes())?;
    let day = digits(numbers.next()?.as_bytes())?;
    let year = digits(numbers.next()?.as_bytes())?;
    if numbers.next().is_some() || year < 1000 {
        return None;
    }
    if clock.is_empty() {
        return instant((year, month, day), (0, 0, 0), 0);
    }
    // U+202F is what newer ICU puts between the time and AM/PM.
    let mut words = clock.split([' ', '\u{202f}', '\u{a0}']).filter(|w| !w.is_empty());
    let time = words.next()?;
    let half = words.next().map(str::to_ascii_uppercase);
    let mut fields = time.split(':');
    let mut hour = digits(fields.next()?.as_bytes())?;
    let minute = digits(fields.next()?.as_bytes())?;
    let (second, fraction) = match fields.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (digits(seconds.as_bytes())?, 0),
            Some((whole, part)) => (digits(whole.as_bytes())?, fraction_ticks(part.as_bytes())?),
        },
    };
    match half.as_deref() {
        Some("AM") if hour == 12 => hour = 0,
        Some("PM") if hour < 12 => hour += 12,
        None | Some("AM" | "PM" | "UTC" | "Z") => {}
        Some(_) => return None,
    }
    instant((year, month, day), (hour, minute, second), fraction)
}

/// The milliseconds from year 0 to the end of year 9999, as RFC 3339 can write them: what is
/// outside is no time of a record, and spans between what is inside can be counted in ticks.
const SANE_MS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// `/Date(1728364117000)/`: what Windows `PowerShell`'s `ConvertTo-Json` makes of a date.
fn parse_json_date(text: &str) -> Option<Timestamp> {
    let inner = text.trim_start_matches('\\').strip_prefix("/Date(")?.split(')').next()?;
    let ms = inner.parse::<i64>().ok()?;
    SANE_MS.contains(&ms).then_some(Timestamp::from_ms(ms))
}

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

    /// Is this UTC?
    pub fn is_utc(&self) -> bool {
        self.name == "UTC"
    }

    /// `time` in this zone, by a `strftime` pattern.
    pub fn format(&self, time: Timestamp, pattern: &str) -> String {
        let Ok(instant) = jiff::Timestamp::from_millisecond(time.ms()) else {
            return time.to_string();
        };
        instant.to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }

    /// The instant a civil date and time of this zone names; the earlier one where clocks go back.
    pub fn instant(&self, civil: civil::DateTime) -> Option<Timestamp> {
        let zoned = civil.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp::from_ms(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(text: &str) -> i64 {
        Timestamp::parse(text).expect(text).ticks()
    }

    #[test]
    fn every_spelling_of_one_instant_is_the_same_instant() {
        let expected = ticks("2026-06-15T15:50:30.492Z");
        for spelling in [
            "2026-06-15T15:50:30.4920000Z",
            "2026-06-15T15:50:30.492000+00:00",
            "2026-06-15 15:50:30.492",
            "2026-06-15T17:50:30.492+02:00",
            "2026-06-15T10:50:30.492-0500",
            "6/15/2026, 3:50:30.492 PM",
            "6/15/2026 3:50:30.492\u{202f}PM",
            "/Date(1781538630492)/",
        ] {
            assert_eq!(ticks(spelling), expected, "{spelling}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_time() {
        for text in [
            "1/1/99999999999999999999",
            "1/1/20260",
            "99999999999999999999/1/2026",
            "2026-11-01T10:00:00.5+99999999999",
            "/Date(9223372036854775807)/",
            "/Date(-9223372036854775808)/",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        for (text, same) in [
            ("/Date(-62167219200000)/", "0000-01-01T00:00:00Z"),
            ("/Date(253402300799000)/", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::parse(text), Timestamp::parse(same), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in "[0-9TZAPM:+./Date()é±\u{202f}, -]{0,40}") {
            if let Some(time) = Timestamp::parse(&text).filter(|time| SANE_MS.contains(&time.ms())) {
                proptest::prop_assert_eq!(Timestamp::parse(&time.to_rfc3339()), Some(time));
            }
        }
    }

    #[test]
    fn seven_fraction_digits_are_kept_and_written_back() {
        let text = "2024-12-27T10:01:19.5796748Z";
        assert_eq!(Timestamp::parse(text).expect("parses").to_rfc3339(), text);
        assert_eq!(
            Timestamp::parse("2024-12-27").expect("parses").to_rfc3339(),
            "2024-12-27T00:00:00Z"
        );
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-11-01T25:00:00Z",
            "1/2",
            "12:00",
            "2026-11-01T10:00:00X",
            "99/99/2026 1:00 PM",
            "(blank)",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn noon_and_midnight_in_us_dates() {
        assert_eq!(ticks("6/1/2023 12:00:00 AM"), ticks("2023-06-01T00:00:00Z"));
        assert_eq!(ticks("6/1/2023 12:00:00 PM"), ticks("2023-06-01T12:00:00Z"));
    }
}
