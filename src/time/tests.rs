//! Spellings of one instant, and what is none.
//! Never reads a clock or the zone of this machine.

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
        if let Some(time) = Timestamp::parse(&text) {
            proptest::prop_assert_eq!(Timestamp::parse(&time.to_rfc3339()), Some(time));
        }
    }
}

#[test]
fn the_last_day_was_written_as_the_day_before() {
    for (text, written) in [
        ("9999-12-31T23:59:60Z", Some("9999-12-31T23:59:59Z")),
        ("9999-12-31T12:00:00.5Z", Some("9999-12-31T12:00:00.5000000Z")),
        ("9999-12-31T12:00:00-11:00", Some("9999-12-31T23:00:00Z")),
        ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
        // Moved to UTC these are outside of the years that can be written.
        ("9999-12-31T23:00:00-05:00", None),
        ("0000-01-01T04:00:00+05:00", None),
        ("99991231T230000-0500", None),
        ("31 Dec 9999 23:00:00 -0500", None),
    ] {
        let time = Timestamp::parse(text);
        assert_eq!(time.map(Timestamp::to_rfc3339).as_deref(), written, "{text}");
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
    let read = |text| Timestamp::parse_ordered(text, DateOrder::MonthFirst);
    assert_eq!(read("6/1/2023 12:00:00 AM"), Timestamp::parse("2023-06-01T00:00:00Z"));
    assert_eq!(read("6/1/2023 12:00:00 PM"), Timestamp::parse("2023-06-01T12:00:00Z"));
}

#[test]
fn what_shells_browsers_and_tools_of_many_cultures_write_is_the_same_instant() {
    let expected = ticks("2026-06-15T13:50:30Z");
    for spelling in [
        // An offset, or the name of a zone, behind a space or behind AM and PM.
        "6/15/2026 3:50:30 PM +02:00",
        "6/15/2026 6:50:30 AM -07:00",
        "6/15/2026 15:50:30 +02:00",
        "15/06/2026 13:50:30 +00:00",
        "2026-06-15 15:50:30 +02:00",
        "2026-06-15 13:50:30 UTC",
        "2026-06-15 13:50:30Z",
        "2026-06-15 15:50:30 CEST",
        "2026-06-15T15:50:30+02:00[Europe/Berlin]",
        "2026-06-15T15:50:30 GMT+2",
        "15/06/2026 3:50:30 PM (UTC+02:00)",
        "2026-06-15 19:20:30 +05:30",
        // RFC 1123, RFC 850, the shell, browsers, web servers, version control.
        "Mon, 15 Jun 2026 13:50:30 GMT",
        "Mon, 15 Jun 2026 15:50:30 +0200",
        "Monday, 15-Jun-2026 13:50:30 GMT",
        "Mon Jun 15 13:50:30 2026",
        "Mon Jun 15 13:50:30 UTC 2026",
        "Mon Jun 15 15:50:30 2026 +0200",
        "Mon Jun 15 2026 15:50:30 GMT+0200 (Central European Summer Time)",
        "15/Jun/2026:13:50:30 +0000",
        "Jun 15, 2026 @ 13:50:30.000",
        "Jun 15, 2026, 1:50:30 PM",
        "June 15th, 2026 at 1:50:30 p.m.",
        "Monday, June 15, 2026 1:50:30 PM",
        // Other languages.
        "15.06.2026 13:50:30",
        "15.6.2026, 13:50:30",
        "15. Juni 2026 um 15:50:30 MESZ",
        "15. Juni 2026 13:50:30",
        "Montag, 15. Juni 2026 13:50:30",
        "Mo., 15. Juni 2026, 13:50:30 Uhr",
        "15 juin 2026 à 13:50:30",
        "lundi 15 juin 2026 13:50:30",
        "15 de junio de 2026, 13:50:30",
        "15/6/2026, 1:50:30 p. m.",
        "segunda-feira, 15 de junho de 2026 às 13:50:30",
        "15 giugno 2026 alle ore 13:50:30",
        "15 juni 2026 om 13:50:30",
        "15.6.2026 klo 13.50.30",
        "13:50:30 15/6/2026",
        "13:50:30, 15.06.2026",
        "2026/6/15 13:50:30",
        "2026/6/15 下午1:50:30",
        "2026年6月15日 13:50:30",
        "2026. 6. 15. 오후 1:50:30",
        "2026.06.15 13:50:30",
        // ISO 8601 in its other forms, and numbers.
        "20260615T135030Z",
        "20260615T155030+0200",
        "20260615135030.0Z",
        "20260615135030",
        "2026-W25-1T13:50:30Z",
        "2026-166T13:50:30Z",
        "1781531430",
        "1781531430.000",
        "1781531430000",
        "1781531430000000",
        "1781531430000000000",
        "/Date(1781531430000+0200)/",
        r"\/Date(1781531430000)\/",
    ] {
        let read = Timestamp::parse(spelling).map(Timestamp::to_rfc3339);
        assert_eq!(read.as_deref(), Some("2026-06-15T13:50:30Z"), "{spelling}");
        assert_eq!(ticks(spelling), expected, "{spelling}");
    }
    // The French for Tuesday begins like the third month.
    assert_eq!(Timestamp::parse("mar. 16 juin 2026"), Timestamp::parse("2026-06-16"));
    assert_eq!(Timestamp::parse("mar. 16 mars 2026"), Timestamp::parse("2026-03-16"));
    assert_eq!(Timestamp::parse("Mar 16, 2026"), Timestamp::parse("2026-03-16"));
}

#[test]
fn what_could_be_several_instants_is_none() {
    for text in [
        // China, Cuba and America; India, Israel and Ireland.
        "2026-06-15 13:50:30 CST",
        "2026-06-15 13:50:30 IST",
        // Which of the three is the year?
        "06/07/08 10:00",
        "26/06/15",
        "15-Jun-26",
        // Both morning and afternoon.
        "6/15/2026 15:50:30 AM",
        "6/15/2026 3:50 PM tomorrow",
        "jui 15, 2026",
        "2026-06-15T10:00:00+99:00",
        "2026-W25",
        "2026-W54-1",
        "2026-366",
        "178153143",
        "17815314301",
        "12345678",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}

#[test]
fn day_and_month_are_not_guessed() {
    use DateOrder::{DayFirst, MonthFirst};
    let at = |text| Timestamp::parse(text).expect(text);
    for text in ["05/06/2026 10:00", "5/6/2026 10:00:00 AM", "05-06-2026 10:00"] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
        let either = Spelled::Either {
            day_first: at("2026-06-05T10:00"),
            month_first: at("2026-05-06T10:00"),
            usual: None,
        };
        assert_eq!(Timestamp::spelled(text), Some(either), "{text}");
        assert_eq!(Timestamp::parse_ordered(text, DayFirst), Some(at("2026-06-05T10:00")));
        assert_eq!(Timestamp::parse_ordered(text, MonthFirst), Some(at("2026-05-06T10:00")));
    }
    assert_eq!(Timestamp::parse("05.06.2026 10:00"), Some(at("2026-06-05T10:00")));
    let shows = |text| match Timestamp::spelled(text) {
        Some(Spelled::Instant(_, shows)) => shows,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(shows("15/06/2026"), Some(DayFirst));
    assert_eq!(shows("6/15/2026 3:50 PM"), Some(MonthFirst));
    assert_eq!(shows("06.15.2026"), Some(MonthFirst));
    for certain in ["06/06/2026", "2026/06/05", "5 Jun 2026", "2026-06-05T10:00:00Z"] {
        assert_eq!(shows(certain), None, "{certain}");
    }
    assert_eq!(Timestamp::parse_ordered("6/15/2026", DayFirst), None);
}

/// How an instant is written, as `strftime` has it, and whether parts of seconds are lost.
const SPELLINGS: &[&str] = &[
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S +00:00",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%d%H%M%S",
    "%G-W%V-%uT%H:%M:%SZ",
    "%Y-%jT%H:%M:%SZ",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%Y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
    "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
    "%d/%b/%Y:%H:%M:%S +0000",
    "%b %d, %Y @ %H:%M:%S.000",
    "%B %-d, %Y, %-I:%M:%S %p",
    "%A, %B %-d, %Y %-I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S",
    "%-d.%-m.%Y, %H.%M.%S",
    "%Y/%-m/%-d %H:%M:%S",
    "%Y年%-m月%-d日 %H:%M:%S",
    "%H:%M:%S %d.%m.%Y",
    "%s",
    "%s000",
    "%s000000",
    "%s000000000",
    "/Date(%s000)/",
    "/Date(%s000-0700)/",
];

/// The same with numbers only, to be read with the order they are written in.
const NUMBERED: &[(&str, DateOrder)] = &[
    ("%-m/%-d/%Y %-I:%M:%S %p", DateOrder::MonthFirst),
    ("%-m/%-d/%Y, %-I:%M:%S\u{202f}%p", DateOrder::MonthFirst),
    ("%m/%d/%Y %H:%M:%S +00:00", DateOrder::MonthFirst),
    ("%-m/%-d/%Y %-I:%M:%S %p +00:00", DateOrder::MonthFirst),
    ("%m-%d-%Y %H:%M:%S", DateOrder::MonthFirst),
    ("%d/%m/%Y %H:%M:%S", DateOrder::DayFirst),
    ("%d/%m/%Y, %-I:%M:%S %P", DateOrder::DayFirst),
    ("%d-%m-%Y %H:%M:%S", DateOrder::DayFirst),
    ("%d.%m.%Y %H:%M:%S", DateOrder::DayFirst),
];

const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

proptest::proptest! {
    #[test]
    fn every_spelling_reads_back(seconds in 1_000_000_000i64..4_102_444_800) {
        let time = Timestamp::from_ms(seconds * 1_000);
        let utc = Zone::utc();
        for pattern in SPELLINGS {
            let text = utc.format(time, pattern);
            proptest::prop_assert_eq!(Timestamp::parse(&text), Some(time), "{}", text);
        }
        for (pattern, order) in NUMBERED {
            let text = utc.format(time, pattern);
            proptest::prop_assert_eq!(Timestamp::parse_ordered(&text, *order), Some(time), "{}", text);
            let alone = Timestamp::parse(&text);
            proptest::prop_assert!(alone.is_none_or(|alone| alone == time), "{}: {:?}", text, alone);
        }
        let month: usize = utc.format(time, "%-m").parse().expect("a month");
        let text = utc.format(time, &format!("%-d. {} %Y %H:%M:%S", GERMAN[month - 1]));
        proptest::prop_assert_eq!(Timestamp::parse(&text), Some(time), "{}", text);
    }

    #[test]
    fn every_spelling_of_a_zone_moves_the_time(
        seconds in 1_000_000_000i64..4_102_444_800,
        minutes in -14 * 60i64..14 * 60,
    ) {
        let there = Timestamp::from_ms((seconds + minutes * 60) * 1_000);
        let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
        let (hours, minutes) = (minutes / 60, minutes % 60);
        for pattern in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S ", "%d %b %Y %I:%M:%S %p ", "%d.%m.%Y %H:%M:%S "] {
            for zone in [format!("{sign}{hours:02}:{minutes:02}"), format!("{sign}{hours:02}{minutes:02}")] {
                let text = format!("{}{zone}", Zone::utc().format(there, pattern));
                let read = Timestamp::parse(&text);
                proptest::prop_assert_eq!(read, Some(Timestamp::from_ms(seconds * 1_000)), "{}", text);
            }
        }
    }
}

#[test]
fn an_hour_that_comes_twice_has_its_offset() {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    let zone = Zone::new(zone);
    let shown = |text| zone.format_exactly(Timestamp::parse(text).expect(text), "%m-%d %H:%M:%S");
    assert_eq!(shown("2026-10-25T00:30:00Z"), "10-25 02:30:00+02");
    assert_eq!(shown("2026-10-25T01:30:00Z"), "10-25 02:30:00+01");
    assert_eq!(shown("2026-10-25T02:00:00Z"), "10-25 03:00:00");
    assert_eq!(shown("2026-06-15T13:50:30Z"), "06-15 15:50:30");
}
