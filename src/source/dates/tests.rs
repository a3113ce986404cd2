//! Dates in numbers, read from files: which order is taken, what is told, and that rows may stand in any
//! order. Never looks at how formats find the time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::Strategy as _;

use super::super::{Delivery, Load, local, read_all};
use crate::store::Store;
use crate::time::{DateOrder, Timestamp};

const HEADER: &str =
    "Id,ActivityDateTime,ActivityDisplayName,Category,CorrelationId,LoggedByService,Result\n";

/// A file with a record for each date, whose activity is the date as it is written.
fn csv(dates: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for date in dates {
        let _ = writeln!(
            text,
            "\"{date}\",\"{date}\",\"{date}\",UserManagement,c,Core Directory,success"
        );
    }
    text
}

fn json(dates: &[&str]) -> String {
    let mut text = String::new();
    for date in dates {
        let _ = writeln!(
            text,
            r#"{{"id":"{date}","activityDisplayName":"{date}","category":"Policy","activityDateTime":"{date}"}}"#
        );
    }
    text
}

/// The time of each record by its activity, and what was told.
fn read(texts: &[String], order: Option<DateOrder>) -> (BTreeMap<String, String>, Vec<String>) {
    let place = |(at, text): (usize, &String)| local::at_hand(format!("f{at}"), text.as_bytes());
    let places = texts.iter().enumerate().map(place).collect();
    let (mut store, mut told) = (Store::default(), Vec::new());
    let load = Load { places, date_order: order, ..Load::default() };
    let _index = read_all(load, |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Trouble(trouble) => told.push(trouble.to_string()),
        _ => {}
    });
    let mut times = BTreeMap::new();
    for row in 0..store.len() as u32 {
        let (original, _) = store.span(row);
        let bytes = store.read(row).expect("its bytes");
        let record = original.decode(&bytes).expect("a record");
        assert_eq!(record.time, store.time(row), "{}", record.activity);
        let time = record.time.map(Timestamp::to_rfc3339).unwrap_or_default();
        times.insert(record.activity.into_owned(), time);
    }
    (times, told)
}

/// The times of dates that stand together in a file, the same as rows and as lines of JSON.
fn together(dates: &[&str], order: Option<DateOrder>) -> (Vec<String>, Vec<String>) {
    let (times, told) = read(&[csv(dates)], order);
    let of_json = read(&[json(dates)], order);
    assert_eq!((&times, told.len()), (&of_json.0, of_json.1.len()), "{told:?} {:?}", of_json.1);
    (dates.iter().map(|date| times[*date].clone()).collect(), told)
}

#[test]
fn one_date_that_tells_decides_for_the_file_wherever_it_stands() {
    // A file of December was read as of May and June, and two of its records had no time.
    let december = ["05/12/2024, 08:00:00.000", "06/12/2024 9:00:00 AM", "18/12/2024, 09:00:00"];
    for turn in 0..3 {
        let mut dates = december;
        dates.rotate_left(turn);
        let (mut times, told) = together(&dates, None);
        times.rotate_right(turn);
        assert_eq!(times, ["2024-12-05T08:00:00Z", "2024-12-06T09:00:00Z", "2024-12-18T09:00:00Z"]);
        let [told] = told.as_slice() else { panic!("{told:?}") };
        assert!(
            told.contains("are read day first, as 18/12/2024, 09:00:00 in this file shows"),
            "{told}"
        );
        assert!(told.contains("--date-order mdy"), "{told}");
    }
    let (times, told) = together(&["6/5/2026 3:50 PM", "6/15/2026 3:50 PM"], None);
    assert_eq!(times, ["2026-06-05T15:50:00Z", "2026-06-15T15:50:00Z"]);
    assert!(told.len() == 1 && told[0].contains("month first"), "{told:?}");
}

#[test]
fn where_nothing_tells_there_is_no_time_and_the_option_decides() {
    let dates =
        ["05/06/2026 10:00", "6/7/2026 10:00 +02:00", "08/08/2026 10:00", "2026-06-30 10:00"];
    let (times, told) = together(&dates, None);
    assert_eq!(times, ["", "", "2026-08-08T10:00:00Z", "2026-06-30T10:00:00Z"]);
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        told.contains("2 records have no time") && told.contains("--date-order dmy or mdy"),
        "{told}"
    );
    let (times, told) = together(&dates, Some(DateOrder::DayFirst));
    assert_eq!((&*times[0], &*times[1]), ("2026-06-05T10:00:00Z", "2026-07-06T08:00:00Z"));
    assert_eq!(told, [""; 0]);
    let (times, _) = together(&dates, Some(DateOrder::MonthFirst));
    assert_eq!((&*times[0], &*times[1]), ("2026-05-06T10:00:00Z", "2026-06-07T08:00:00Z"));
    // A date in the other order is not turned round in silence.
    let (times, told) = together(&["05/06/2026", "6/15/2026"], Some(DateOrder::DayFirst));
    assert_eq!(times, ["2026-06-05T00:00:00Z", ""]);
    assert!(told.len() == 1 && told[0].contains("6/15/2026 is month first"), "{told:?}");
}

#[test]
fn dates_that_contradict_each_other_are_told() {
    let (times, told) = together(&["05/06/2026", "15/06/2026", "6/16/2026"], None);
    assert_eq!(times, ["", "2026-06-15T00:00:00Z", "2026-06-16T00:00:00Z"]);
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(told.contains("(15/06/2026)") && told.contains("(6/16/2026)"), "{told}");
    assert!(told.contains("1 record has no time"), "{told}");
}

#[test]
fn dates_with_full_stops_are_day_first_unless_the_file_shows_otherwise() {
    let (times, told) = together(&["05.06.2026 10:00", "6.7.2026, 11:00"], None);
    assert_eq!(times, ["2026-06-05T10:00:00Z", "2026-07-06T11:00:00Z"]);
    assert!(told.len() == 1 && told[0].contains("full stops"), "{told:?}");
    let (times, _) = together(&["05.06.2026", "06.15.2026"], None);
    assert_eq!(times, ["2026-05-06T00:00:00Z", "2026-06-15T00:00:00Z"]);
}

#[test]
fn what_azure_writes_itself_is_month_first() {
    // The offset behind AM and PM was passed over, and the time an hour late.
    let text = r#"{"time":"1/9/2026 10:41:00 AM +01:00","category":"AuditLogs","operationName":"Update device","resourceId":"/tenants/x/providers/Microsoft.aadiam","properties":{"id":"t4","category":"Device","activityDisplayName":"Update device"}}"#;
    let (times, told) = read(&[text.to_owned()], None);
    assert_eq!(times["Update device"], "2026-01-09T09:41:00Z");
    assert!(told.len() == 1 && told[0].contains("as Azure writes them"), "{told:?}");
}

#[test]
fn each_file_decides_for_itself() {
    let texts = [
        csv(&["05/06/2026", "15/06/2026"]),
        csv(&["07/06/2026", "6/15/2026"]),
        csv(&["2026-06-15T10:00:00Z"]),
        csv(&["08/09/2026"]),
    ];
    let (times, told) = read(&texts, None);
    assert_eq!(times["05/06/2026"], "2026-06-05T00:00:00Z");
    assert_eq!(times["07/06/2026"], "2026-07-06T00:00:00Z");
    assert_eq!(times["08/09/2026"], "");
    assert!(told.len() == 3 && told[2].starts_with("f3: nothing in this file tells"), "{told:?}");
}

#[test]
fn evidence_far_behind_decides_too_and_plain_files_are_told_nothing() {
    let mut dates = vec!["05/06/2026 10:00"; 3_000];
    dates.push("15/06/2026 10:00");
    let (times, told) = read(&[csv(&dates)], None);
    assert_eq!(times["05/06/2026 10:00"], "2026-06-05T10:00:00Z");
    assert_eq!(told.len(), 1, "{told:?}");
    for plain in [["2026-06-15T10:00:00Z", "15 Jun 2026 10:00"], ["6/15/2026", "6/16/2026 1:00 PM"]]
    {
        assert_eq!(read(&[csv(&plain)], None).1, [""; 0]);
    }
}

#[test]
fn a_better_time_in_the_record_needs_no_order() {
    let text = "RecordType,CreationDate,UserIds,Operations,AuditData\n\
        8,05/06/2026 10:00:00,a@b.example,Add user.,\"{\"\"CreationTime\"\":\"\"2026-06-05T10:00:00\"\",\
        \"\"Operation\"\":\"\"Add user.\"\",\"\"Workload\"\":\"\"AzureActiveDirectory\"\",\"\"RecordType\"\":8}\"\n";
    let (times, told) = read(&[text.to_owned()], None);
    assert_eq!(times.into_values().collect::<Vec<_>>(), ["2026-06-05T10:00:00Z"]);
    assert_eq!(told, [""; 0]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn no_time_depends_on_the_order_of_rows(
        dates in proptest::sample::subsequence(
            vec!["05/06/2026", "6/7/2026", "8/8/2026", "15/06/2026", "6/16/2026", "2026-01-01", "1.2.2026", "x"],
            1..8,
        ).prop_shuffle(),
    ) {
        let (times, _) = read(&[csv(&dates)], None);
        let mut sorted = dates.clone();
        sorted.sort_unstable();
        proptest::prop_assert_eq!(times, read(&[csv(&sorted)], None).0);
    }
}
