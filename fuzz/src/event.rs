//! One event in JSON: to a record, to Graph's JSON, and back.

use entrail::format::{self, Decoded, Depth, Layout};
use entrail::record::Record;
use entrail::record::change::differences_of;
use entrail::record::risk::rate;
use entrail::record::sentence::sentence;

fn written(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    format::write_graph(record, &mut out);
    out
}

/// An event is a record or an error. At every depth it says the same; what is written of the record
/// is JSON on one line, and is read as a record that is written as the same.
pub fn run(event: &[u8]) {
    let _ = (format::is_event(event), format::is_audit(event), format::is_sound(event));
    for inside in format::inside(event, &Layout::JSON).records {
        assert!(event.get(inside.clone()).is_some(), "{inside:?}");
    }
    let full = format::decode(event, &Layout::JSON, Depth::Full);
    let shallow = format::decode(event, &Layout::JSON, Depth::Columns);
    let (Ok(Decoded::Record { record, .. }), Ok(Decoded::Record { record: shallow, .. })) =
        (&full, &shallow)
    else {
        let is_record = |one| matches!(one, &Ok(Decoded::Record { .. }));
        assert_eq!(is_record(&full), is_record(&shallow));
        return;
    };
    assert_eq!(
        (record.kind, &record.id, record.time, &record.activity, record.outcome),
        (shallow.kind, &shallow.id, shallow.time, &shallow.activity, shallow.outcome)
    );
    let once = written(record);
    assert!(!once.contains(&b'\n'), "one line");
    let read = format::decode(&once, &Layout::JSON, Depth::Full);
    let again = match &read {
        Ok(Decoded::Record { record, .. }) => Some(record),
        _ => None,
    };
    let again = again.expect("what is written of a record is one");
    assert_eq!(
        (record.kind, &record.id, record.time, &record.activity),
        (again.kind, &again.id, again.time, &again.activity)
    );
    let twice = written(again);
    assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
    let _ = (sentence(record), rate(record));
    for change in record.targets.iter().flat_map(|target| &target.changes) {
        let _ = differences_of(change);
    }
}
