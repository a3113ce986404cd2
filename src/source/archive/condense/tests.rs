//! Manifests as cron and people leave them, made short: what they say stays the same.

use proptest::prelude::*;

use super::super::super::graph::fixture::at;
use super::*;

const HOUR: i64 = DAY / 24;

fn hours(hours: i64) -> Timestamp {
    at("2026-05-01").plus(hours * HOUR)
}

/// A slice of the audit log from one hour to another, asked for so many hours after the first of May.
fn entry(start: i64, end: i64, asked: i64) -> KeptSlice {
    KeptSlice {
        log: "audit".to_owned(),
        filter: None,
        query: None,
        start: hours(start),
        end: hours(end),
        asked: hours(asked),
        late: None,
        complete: true,
        records: 0,
        parts: std::collections::BTreeMap::new(),
        slices: 1,
        request: "x".to_owned(),
        file: None,
    }
}

fn brought(records: u64, entry: KeptSlice) -> KeptSlice {
    let day = entry.start.to_rfc3339();
    let name = format!("audit/{}.ndjson.zst", day.get(..10).expect("a day"));
    let (first, last) = (entry.start, entry.end);
    let sha256 = format!("{:064}", entry.asked.ticks());
    KeptSlice { records, file: Some(Stored { name, bytes: 1, sha256, first, last }), ..entry }
}

fn few(entries: &[KeptSlice], overlap: i64) -> Vec<KeptSlice> {
    let overlap = Duration::from_hours(overlap as u64);
    condense(entries.iter(), overlap, &|entry| Some(format!("{} {}", entry.start, entry.end)))
}

/// Which hours of the first days are settled.
fn settled(entries: &[KeptSlice], overlap: i64) -> Vec<bool> {
    let overlap = Duration::from_hours(overlap as u64);
    (0..100)
        .map(|hour| {
            let hour = Window { start: hours(hour), end: hours(hour + 1) };
            let settled: Vec<Window> =
                entries.iter().filter(|e| e.complete).map(|e| e.settled(overlap)).collect();
            hour.without(&settled).is_empty()
        })
        .collect()
}

/// Each hour what was not settled an hour before is asked for, as cron does, for so many hours.
fn cron(last: i64) -> Vec<KeptSlice> {
    let mut entries = Vec::new();
    for now in 1..last {
        let mut start = (now - 25).max(0);
        while start < now {
            let end = now.min((start / 24 + 1) * 24);
            let slice = entry(start, end, now);
            entries.push(if end == now { brought(2, slice) } else { slice });
            start = end;
        }
    }
    entries
}

#[test]
fn a_finished_day_is_one_line() {
    let entries = cron(97);
    let short = few(&entries, 24);
    let finished: Vec<&KeptSlice> = short.iter().filter(|entry| entry.slices > 1).collect();
    let told: Vec<(Timestamp, Timestamp, u64, Option<u64>)> =
        finished.iter().map(|e| (e.start, e.end, e.records, e.late)).collect();
    let hour = 3_600;
    assert_eq!(told, [0, 24, 48].map(|day| (hours(day), hours(day + 24), 48, Some(24 * hour))),);
    assert_eq!(finished[1].request, format!("{} {}", hours(24), hours(48)));
    let file = finished[1].file.as_ref().expect("a file");
    assert_eq!(file.sha256, format!("{:064}", hours(48).ticks()), "as it was written last");
    assert_eq!(settled(&short, 24), settled(&entries, 24));
    assert_eq!(few(&short, 24), short);
    // Of yesterday nothing is missing but what today's lines say as well.
    assert_eq!(short.len(), 3 + 24);
    let sum = |entries: &[KeptSlice]| -> u64 { entries.iter().map(|entry| entry.records).sum() };
    assert_eq!(sum(&short), sum(&entries));
}

#[test]
fn a_gap_stays_a_gap_and_another_filter_another_question() {
    let mut entries = vec![entry(0, 5, 90), entry(5, 9, 91), entry(12, 20, 91), entry(20, 24, 92)];
    entries.push(KeptSlice { complete: false, ..brought(3, entry(8, 13, 92)) });
    entries.push(KeptSlice { filter: Some("f".to_owned()), ..brought(4, entry(0, 24, 93)) });
    let short = few(&entries, 24);
    let told: Vec<(Timestamp, Timestamp, u64, bool)> =
        short.iter().map(|e| (e.start, e.end, e.records, e.complete)).collect();
    assert_eq!(
        told,
        [
            (hours(8), hours(13), 3, false),
            (hours(0), hours(9), 0, true),
            (hours(12), hours(24), 0, true),
            (hours(0), hours(24), 4, true)
        ]
    );
    assert!(short[0].file == short[3].file, "both name the file as it is now");
    assert!(!settled(&short[..3], 24)[10]);
}

#[test]
fn asked_too_early_for_a_longer_overlap_it_is_asked_for_again() {
    let short = few(&cron(80), 24);
    assert!(settled(&short, 24)[47] && !settled(&short, 25)[47]);
    assert!(short[0].settled(Duration::from_hours(25)).end <= hours(0));
}

proptest! {
    #[test]
    fn fewer_lines_say_no_more_and_the_same_of_the_overlap_they_were_made_for(
        slices in proptest::collection::vec((0_i64..70, 1_i64..24, 0_i64..60, 0_u64..3, 0..8), 0..40),
        overlap in 0_i64..40,
    ) {
        let mut entries: Vec<KeptSlice> = slices
            .into_iter()
            .map(|(start, length, wait, records, kind)| {
                let end = (start + length).min((start / 24 + 1) * 24);
                let slice = entry(start, end, end + wait);
                let slice = if records > 0 { brought(records, slice) } else { slice };
                KeptSlice {
                    complete: kind != 0 || records == 0,
                    filter: (kind == 1).then(|| "f".to_owned()),
                    ..slice
                }
            })
            .collect();
        entries.sort_by_key(|entry| entry.asked);
        let short = few(&entries, overlap);
        prop_assert!(short.len() <= entries.len());
        for filter in [None, Some("f")] {
            let of = |entries: &[KeptSlice]| -> Vec<KeptSlice> {
                entries.iter().filter(|e| e.filter.as_deref() == filter).cloned().collect()
            };
            let (before, after) = (of(&entries), of(&short));
            prop_assert_eq!(settled(&before, overlap), settled(&after, overlap));
            for other in (0..50).step_by(7) {
                let (before, after) = (settled(&before, other), settled(&after, other));
                prop_assert!(before.iter().zip(&after).all(|(before, after)| *before || !after));
            }
        }
        let files = |entries: &[KeptSlice]| -> BTreeMap<String, (u64, String)> {
            let mut files: BTreeMap<String, (u64, String)> = BTreeMap::new();
            for entry in entries {
                if let Some(file) = &entry.file {
                    let (records, sha256) = files.entry(file.name.clone()).or_default();
                    *records += entry.records;
                    sha256.clone_from(&file.sha256);
                }
            }
            files
        };
        prop_assert_eq!(files(&short), files(&entries));
        prop_assert_eq!(few(&short, overlap), short);
    }
}
