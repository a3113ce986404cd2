//! The rhythm of the office in Reykjavík (UTC all year round): days, hours, and times as Graph writes them.
//! Never knows what happens at those times.

use super::random::Random;
use crate::time::TICKS_PER_SECOND;

/// Ticks of 100 ns in one minute.
pub(super) const MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Ticks of 100 ns in one hour.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// Ticks of 100 ns in one day.
pub(super) const DAY: i64 = 24 * HOUR;
/// 2026-11-20, a Friday, as days since 1970-01-01.
pub(super) const LAST_DAY: i64 = 20_777;

/// How much happens in each hour of a working day: two jobs at night, a dip at lunch.
const WORKDAY: [u16; 24] =
    [6, 5, 26, 5, 22, 5, 8, 30, 78, 100, 104, 92, 58, 84, 98, 94, 80, 52, 22, 14, 12, 10, 9, 7];
/// The same for Saturdays and Sundays.
const WEEKEND: [u16; 24] =
    [5, 5, 24, 5, 20, 5, 5, 5, 6, 8, 10, 10, 9, 9, 10, 9, 8, 7, 7, 7, 6, 6, 5, 5];

/// Saturday or Sunday?
pub(super) fn is_weekend(day: i64) -> bool {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) >= 5
}

/// How much happens on `day` compared with other days; never 0.
pub(super) fn weight(day: i64, random: &mut Random) -> u64 {
    let hours = if is_weekend(day) { &WEEKEND } else { &WORKDAY };
    let sum: u64 = hours.iter().map(|hour| u64::from(*hour)).sum();
    sum * (85 + random.below(31) as u64)
}

/// A moment of `day` in the rhythm of the office, in ticks since 1970.
pub(super) fn moment(day: i64, random: &mut Random) -> i64 {
    let hours = if is_weekend(day) { &WEEKEND } else { &WORKDAY };
    let sum: usize = hours.iter().map(|hour| usize::from(*hour)).sum();
    let mut left = random.below(sum);
    let mut hour = 0;
    while left >= usize::from(hours[hour]) {
        left -= usize::from(hours[hour]);
        hour += 1;
    }
    // Jobs at 02:00 and 04:00 start on the hour and are done within minutes.
    let span = if matches!(hour, 2 | 4) { 9 * MINUTE } else { HOUR };
    day * DAY + hour as i64 * HOUR + span_part(span, random)
}

/// A moment of `day` between 09:00 and 17:00, in ticks since 1970.
pub(super) fn working_moment(day: i64, random: &mut Random) -> i64 {
    day * DAY + 9 * HOUR + span_part(8 * HOUR, random)
}

/// A part of `span`, in ticks, at least 0 and less than `span`.
pub(super) fn span_part(span: i64, random: &mut Random) -> i64 {
    random.next().rem_euclid(span.max(1) as u64) as i64
}

/// Is somebody at a desk then?
pub(super) fn is_office(ticks: i64) -> bool {
    let hour = ticks.rem_euclid(DAY) / HOUR;
    !is_weekend(ticks.div_euclid(DAY)) && (7..19).contains(&hour)
}

/// Appends an instant as Graph writes it: UTC, `Z`, up to seven fraction digits, no trailing zeros.
pub(super) fn push_time(ticks: i64, out: &mut String) {
    let (year, month, day) = civil(ticks.div_euclid(DAY));
    let second = ticks.rem_euclid(DAY) / TICKS_PER_SECOND;
    push_digits(year as u64, 4, out);
    for (mark, value) in [
        ('-', month),
        ('-', day),
        ('T', second / 3600),
        (':', second / 60 % 60),
        (':', second % 60),
    ] {
        out.push(mark);
        push_digits(value as u64, 2, out);
    }
    let mut fraction = ticks.rem_euclid(TICKS_PER_SECOND) as u64;
    if fraction > 0 {
        let mut digits = 7;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            digits -= 1;
        }
        out.push('.');
        push_digits(fraction, digits, out);
    }
    out.push('Z');
}

/// An instant as [`push_time`] writes it.
pub(super) fn time_text(ticks: i64) -> String {
    let mut text = String::with_capacity(28);
    push_time(ticks, &mut text);
    text
}

/// Appends `value` with leading zeros; `digits` is at most 20.
pub(super) fn push_digits(mut value: u64, digits: usize, out: &mut String) {
    let mut text = [b'0'; 20];
    let digits = digits.min(text.len());
    for place in text[..digits].iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.push_str(std::str::from_utf8(&text[..digits]).unwrap_or_default());
}

/// Year, month and day of a day number (proleptic Gregorian; eras of 400 years from 1 March).
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let index = (5 * of_year + 2) / 153;
    let month = if index < 10 { index + 3 } else { index - 9 };
    let day = of_year - (153 * index + 2) / 5 + 1;
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn times_read_back_as_the_instant_they_were_written_from() {
        for text in [
            "2026-11-20T23:59:59.9999999Z",
            "2026-11-04T14:22:07Z",
            "2024-02-29T00:00:00.5Z",
            "1970-01-01T00:00:00Z",
        ] {
            let ticks = Timestamp::parse(text).expect(text).ticks();
            assert_eq!(time_text(ticks), text);
        }
    }

    #[test]
    fn the_last_day_is_friday_the_twentieth_of_november() {
        assert!(time_text(LAST_DAY * DAY).starts_with("2026-11-20T00:00:00"));
        assert!(!is_weekend(LAST_DAY) && is_weekend(LAST_DAY + 1) && is_weekend(LAST_DAY + 2));
        assert!(!is_weekend(LAST_DAY + 3));
    }
}
