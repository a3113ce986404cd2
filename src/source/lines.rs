//! Records as lines of JSON: what tells each from others, and when it happened.
//! Never decodes one: that is done where they are read.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::duplicates::RecordKey;
use crate::time::Timestamp;

/// One record among others, each on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Bytes of its line, the line break included.
    pub len: usize,
    /// What tells it from others.
    pub key: RecordKey,
    /// When it happened; `None` where it does not say.
    pub time: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "activityDateTime")]
    activity: Option<&'a RawValue>,
    #[serde(borrow, rename = "createdDateTime")]
    created: Option<&'a RawValue>,
    /// As Azure Monitor writes it to blobs and hubs.
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    /// As tables have it.
    #[serde(borrow, rename = "TimeGenerated")]
    generated: Option<&'a RawValue>,
}

/// What is known of records that stand on a line each; lines without a record are none.
pub fn records(lines: &[u8]) -> Vec<Record> {
    let lines = lines.split_inclusive(|byte| *byte == b'\n');
    let record = |line: &[u8]| {
        let (key, time) = identity(line.trim_ascii());
        Record { len: line.len(), key, time }
    };
    lines.map(record).collect()
}

/// What tells a record (its JSON text) from others, and when it happened.
pub fn identity(record: &[u8]) -> (RecordKey, Option<Timestamp>) {
    let meta = serde_json::from_slice::<Meta<'_>>(record).ok();
    let string = |raw: Option<&RawValue>| serde_json::from_str::<String>(raw?.get()).ok();
    let time = meta.as_ref().and_then(|meta| {
        let of_graph = string(meta.activity).or_else(|| string(meta.created));
        of_graph.or_else(|| string(meta.time)).or_else(|| string(meta.generated))
    });
    (RecordKey::of(record), time.and_then(|time| Timestamp::parse(&time)))
}
