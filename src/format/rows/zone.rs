//! The zone that a column's header gives for its times.
//! Never guesses one: times of a zone that the header does not give in hours are not read.
//!
//! Log Analytics writes the zone of the screen it exports from behind the names of times
//! (`TimeGenerated [UTC]`, `[UTC+02:00]`, `[Local Time]`), the Entra admin center behind `Date`.

use std::borrow::Cow;

/// In which zone the times of a column are that have none themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Zone {
    /// UTC, which times without a zone are anyway.
    Utc,
    /// So far from it, as times write that: `+02:00`.
    Offset(String),
    /// One that only whoever exported the file knows.
    Unknown,
}

/// The name of a column without the zone in square brackets behind it, and that zone.
pub(super) fn bracketed(name: &str) -> (&str, Option<Zone>) {
    match behind(name.trim(), '[', ']') {
        Some((plain, zone)) => (plain, Some(Zone::of(zone))),
        None => (name.trim(), None),
    }
}

/// The zone in round brackets behind the name of a column of times.
pub(super) fn in_brackets(name: &str) -> Option<Zone> {
    behind(name.trim(), '(', ')').map(|(_, zone)| Zone::of(zone))
}

/// What stands before the last brackets, and in them.
fn behind(name: &str, open: char, close: char) -> Option<(&str, &str)> {
    let (plain, inside) = name.strip_suffix(close)?.rsplit_once(open)?;
    Some((plain.trim(), inside.trim()))
}

impl Zone {
    fn of(text: &str) -> Self {
        let text = text.to_ascii_uppercase().replace('\u{2212}', "-");
        let after = ["UTC", "GMT"].iter().find_map(|name| Some(text.split_once(name)?.1));
        let Some(after) = after else {
            return if text == "Z" { Self::Utc } else { Self::Unknown };
        };
        let Some(sign) = after.find(['+', '-']) else { return Self::Utc };
        let (sign, hours) = after[sign..].split_at(1);
        let hours = hours.trim();
        let (hours, minutes) = match hours.split_once(':') {
            Some(parts) => parts,
            None if hours.len() == 4 && hours.is_ascii() => hours.split_at(2),
            None => (hours, "00"),
        };
        match (hours.parse::<u8>(), minutes.parse::<u8>()) {
            (Ok(hours), Ok(minutes)) if hours <= 14 && minutes < 60 => {
                Self::Offset(format!("{sign}{hours:02}:{minutes:02}"))
            }
            _ => Self::Unknown,
        }
    }

    /// The time in a cell with its zone; `None` where that is not known. One that has a zone itself
    /// keeps it.
    pub(super) fn completed<'v>(&self, cell: Cow<'v, str>) -> Option<Cow<'v, str>> {
        match self {
            _ if cell.trim().is_empty() || has_zone(cell.trim()) => Some(cell),
            Self::Utc => Some(cell),
            Self::Offset(offset) => Some(Cow::Owned(format!("{} {offset}", cell.trim()))),
            Self::Unknown => None,
        }
    }
}

/// Does a time end with a zone: `Z`, `UTC`, `+02:00`, `-0500`?
fn has_zone(time: &str) -> bool {
    let upper = time.to_ascii_uppercase();
    if upper.ends_with('Z') || upper.ends_with("UTC") || upper.ends_with("GMT") {
        return true;
    }
    // Dates have dashes too, but stand before the clock.
    let Some((_, clock)) = upper.split_once(':') else { return false };
    let Some((_, offset)) = clock.rsplit_once(['+', '-']) else { return false };
    offset.len() >= 2 && offset.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_how_far_from_utc_their_times_are() {
        let offset = |text: &str| Some(Zone::Offset(text.to_owned()));
        for (name, zone) in [
            ("Date (UTC)", Some(Zone::Utc)),
            ("Datum (UTC+02:00)", offset("+02:00")),
            ("Date (UTC-5)", offset("-05:00")),
            ("Date (GMT +0530)", offset("+05:30")),
            ("Date (UTC\u{2212}03:00)", offset("-03:00")),
            ("Date (Local)", Some(Zone::Unknown)),
            ("Date (CET)", Some(Zone::Unknown)),
            ("Date (UTC+99:00)", Some(Zone::Unknown)),
            ("Date", None),
        ] {
            assert_eq!(in_brackets(name), zone, "{name}");
            let squared = name.replace('(', "[").replace(')', "]");
            let (plain, own) = bracketed(&squared);
            assert_eq!((own, plain.contains('[')), (zone, false), "{squared}");
        }
    }

    #[test]
    fn a_time_keeps_the_zone_it_has() {
        let zone = Zone::Offset("+02:00".to_owned());
        let told =
            |zone: &Zone, cell: &str| zone.completed(cell.to_owned().into()).map(Cow::into_owned);
        for own in ["2026-06-15T15:50:30Z", "2026-06-15 15:50:30 +00:00", "6/15/2026 3:50 PM UTC"] {
            assert_eq!(told(&zone, own).as_deref(), Some(own));
            assert_eq!(told(&Zone::Unknown, own).as_deref(), Some(own));
        }
        for bare in ["2026-06-15 15:50:30", "15-06-2026 15:50", "6/15/2026, 3:50:30.123 PM"] {
            assert_eq!(told(&zone, bare), Some(format!("{bare} +02:00")));
            assert_eq!(told(&Zone::Unknown, bare), None);
            assert_eq!(told(&Zone::Utc, bare).as_deref(), Some(bare));
        }
    }
}
