//! The hours in which people work, in the zone that is shown: what is done outside of them is worth a look.
//! Never read from a file here; it comes with what a user prefers.

use crate::time::{TICKS_PER_SECOND, Timestamp, Zone};

const HOUR: i64 = 3_600 * TICKS_PER_SECOND;

/// The hours in which people work, in the zone that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkingWeek {
    /// Monday first.
    pub days: [bool; 7],
    /// The first hour, 0 to 23.
    pub from: u8,
    /// The hour behind the last, 1 to 24.
    pub to: u8,
}

impl Default for WorkingWeek {
    /// Monday to Friday, seven to seven.
    fn default() -> Self {
        Self { days: [true, true, true, true, true, false, false], from: 7, to: 19 }
    }
}

impl WorkingWeek {
    /// Does nobody work in all of a span? Longer ones than half a day are never told so.
    pub fn is_off(&self, (from, to): (Timestamp, Timestamp), zone: &Zone) -> bool {
        let length = to.ticks().saturating_sub(from.ticks());
        if length > 12 * HOUR {
            return false;
        }
        let step = length.clamp(1, HOUR);
        let instants = (0..).map(|at| from.plus(at * step)).take_while(|time| *time < to);
        !instants.into_iter().any(|time| self.is_on(time, zone))
    }

    fn is_on(&self, time: Timestamp, zone: &Zone) -> bool {
        let text = zone.format(time, "%u %H");
        let mut numbers = text.split(' ').filter_map(|number| number.parse::<u8>().ok());
        let (Some(day), Some(hour)) = (numbers.next(), numbers.next()) else { return true };
        let is_day = self.days.get(usize::from(day).wrapping_sub(1)).copied().unwrap_or(true);
        is_day && (self.from..self.to).contains(&hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text)
    }

    #[test]
    fn nights_and_weekends_are_after_hours() {
        let week = WorkingWeek::default();
        let off = |from: &str, to: &str| week.is_off((at(from), at(to)), &Zone::utc());
        assert!(off("2026-11-12T00:00:00Z", "2026-11-12T06:00:00Z"));
        assert!(!off("2026-11-12T06:00:00Z", "2026-11-12T12:00:00Z"));
        assert!(off("2026-11-14T06:00:00Z", "2026-11-14T12:00:00Z"), "a Saturday");
        assert!(!off("2026-11-14", "2026-11-15"), "too long to be told");
        assert!(off("2026-11-12T19:00:00Z", "2026-11-12T19:00:01Z"));
    }
}
