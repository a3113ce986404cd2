//! A case: what was noted about records, of which inputs, by which queries; and finding those records again.
//! Never reads or writes a file itself, and never holds more of a record than tells which one it is.
//!
//! A case is kept as JSON that a person can read. Marks belong to records, not to places in a file: a
//! record is told by its id, and where it has none by the SHA-256 of its original bytes.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::place::Place;
use crate::record::Record;
use crate::record::sentence::{actor_name, target_name};
use crate::source::inputs;
use crate::store::{Mark, RowId, Store};
use crate::text::hex;
use crate::time::Timestamp;

/// What a file of this kind says it is.
const FORMAT: &str = "entrail case";
/// The newest version that is understood, and the one that is written.
const VERSION: u32 = 1;

/// Marks and notes of an investigation, with what they were made of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Case {
    format: String,
    version: u32,
    /// What the investigation is called; empty at first.
    #[serde(default)]
    pub title: String,
    /// The version of entrail that wrote it.
    #[serde(default)]
    pub tool: String,
    /// What was open.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Queries that were in use when something was marked, oldest first.
    #[serde(default)]
    pub queries: Vec<String>,
    /// The marked records, oldest first.
    #[serde(default)]
    pub marks: Vec<Marked>,
}

/// A file or stream that was open.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Input {
    /// Its name: the path as it was given.
    pub name: String,
    /// Its size as it is stored; null where that is not known.
    pub bytes: Option<u64>,
    /// SHA-256 of its bytes as they are stored; null until it was counted, and for streams.
    pub sha256: Option<String>,
    /// Records that came from it.
    pub records: u64,
}

impl Input {
    /// An input as a case names it, with its digest where that was counted.
    pub fn of(input: &inputs::Input, sha256: Option<String>) -> Self {
        let inputs::Input { name, bytes, records, .. } = input;
        Self { name: name.clone(), bytes: *bytes, sha256, records: *records }
    }
}

/// What these places consist of now, with digests; what cannot be read any more has none. Reads all of
/// every file, until `stopped` says so.
pub fn digested(
    places: &[Arc<dyn Place>],
    store: &Store,
    stopped: &dyn Fn() -> bool,
) -> Vec<Input> {
    let digest = |path: &PathBuf| inputs::sha256(path, stopped).ok().flatten();
    let inputs = inputs::inputs(places, store).into_iter();
    inputs.map(|input| Input::of(&input, input.path.as_ref().and_then(digest))).collect()
}

/// A marked record: which one, and what was noted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Marked {
    /// The record's id, or `sha256:` and the digest of its original bytes.
    pub record: String,
    /// When it happened (RFC 3339, UTC); null where the record does not say.
    pub time: Option<String>,
    /// What happened.
    #[serde(default)]
    pub activity: String,
    /// Who did it, by the name people know.
    #[serde(default)]
    pub actor: String,
    /// What it was done to, by the names people know.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Correlation id.
    #[serde(default)]
    pub correlation: String,
    /// The note; empty where there is none.
    #[serde(default)]
    pub note: String,
    /// When it was marked (RFC 3339, UTC).
    #[serde(default)]
    pub marked: Option<String>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            title: String::new(),
            tool: concat!("entrail ", env!("CARGO_PKG_VERSION")).to_owned(),
            inputs: Vec::new(),
            queries: Vec::new(),
            marks: Vec::new(),
        }
    }
}

impl Case {
    /// Reads a case. Fails where the text is none, or one of a later version.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let none = |why: String| format!("this is not a case of entrail ({why})");
        let head: Head = serde_json::from_slice(text).map_err(|error| none(error.to_string()))?;
        if head.format != FORMAT {
            return Err(none(format!("its format is not \"{FORMAT}\"")));
        }
        if head.version > VERSION {
            let version = head.version;
            return Err(format!(
                "a later entrail wrote this case (version {version}); use that one"
            ));
        }
        serde_json::from_slice(text).map_err(|error| format!("this case is damaged ({error})"))
    }

    /// The case as JSON, marks in order of time, so that the same case is the same text.
    pub fn to_json(&self) -> String {
        let mut case = self.clone();
        case.marks.sort_by(|a, b| (&a.time, &a.record).cmp(&(&b.time, &b.record)));
        let mut text = serde_json::to_string_pretty(&case).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What was noted about the oldest record that has a note; empty where none has.
    pub fn first_note(&self) -> &str {
        let noted = self.marks.iter().find(|mark| !mark.note.trim().is_empty());
        noted.map_or("", |mark| &mark.note)
    }

    /// When something was marked last (UTC).
    pub fn last_marked(&self) -> Option<Timestamp> {
        self.marks.iter().filter_map(|mark| Timestamp::parse(mark.marked.as_deref()?)).max()
    }
}

impl Input {
    /// Is this the same input, counted now? What has other bytes is another one, by the same name too.
    fn is_now(&self, now: &Self) -> bool {
        let same_bytes = match (&self.sha256, &now.sha256) {
            (Some(before), Some(after)) => before == after,
            _ => self.bytes == now.bytes,
        };
        self.name == now.name && same_bytes
    }
}

/// Inputs of earlier sessions that are not open now, then those that are: marks were made of all of them.
pub fn all_inputs(earlier: &[Input], now: &[Input]) -> Vec<Input> {
    let mut all: Vec<Input> = Vec::new();
    for input in earlier {
        if !now.iter().chain(&all).any(|other| input.is_now(other)) {
            all.push(input.clone());
        }
    }
    all.extend_from_slice(now);
    all
}

impl Marked {
    /// What is kept of a marked record; `bytes` are its original ones.
    pub fn new(record: &Record<'_>, bytes: &[u8]) -> Self {
        let names = record.targets.iter().map(target_name).filter(|name| !name.is_empty());
        Self {
            record: identity(record, bytes),
            time: record.time.map(Timestamp::to_rfc3339),
            activity: record.activity.to_string(),
            actor: actor_name(&record.actor).to_owned(),
            targets: names.map(str::to_owned).collect(),
            correlation: record.correlation_id.to_string(),
            note: String::new(),
            marked: None,
        }
    }

    /// The same with what was noted.
    #[must_use]
    pub fn with(self, mark: &Mark) -> Self {
        Self { note: mark.note.clone(), marked: mark.at.map(Timestamp::to_rfc3339), ..self }
    }

    /// What was noted.
    pub fn mark(&self) -> Mark {
        Mark { note: self.note.clone(), at: self.marked.as_deref().and_then(Timestamp::parse) }
    }
}

/// What tells a record, whatever file it is read from: its id, else a digest of its original bytes.
pub fn identity(record: &Record<'_>, bytes: &[u8]) -> String {
    let id = record.id.trim();
    if !id.is_empty() {
        return id.to_owned();
    }
    format!("sha256:{}", hex(digest(&SHA256, bytes.trim_ascii()).as_ref()))
}

/// Where the marked records are in a store: the row of each with its mark, and the marks of which there is none.
/// Records are compared by time first, which is in memory; the few that are left are read. `stopped`
/// is asked now and then.
pub fn find(
    store: &Store,
    marks: &[Marked],
    stopped: &dyn Fn() -> bool,
) -> (Vec<(RowId, Marked)>, Vec<Marked>) {
    let time = |mark: &Marked| mark.time.as_deref().and_then(Timestamp::parse);
    let wanted: HashMap<&str, &Marked> = marks.iter().map(|mark| (&*mark.record, mark)).collect();
    let times: HashSet<Option<Timestamp>> = marks.iter().map(time).collect();
    let mut rows = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for segment in store.segments() {
        for at in (0..segment.len()).filter(|&at| times.contains(&segment.time(at))) {
            if stopped() {
                break;
            }
            let row = segment.first() + at as RowId;
            let Ok(read) = store.reread(row) else { continue };
            let Ok(record) = read.record() else { continue };
            if let Some((id, mark)) = wanted.get_key_value(&*identity(&record, read.bytes())) {
                seen.insert(id);
                rows.push((row, Marked::clone(mark)));
            }
        }
    }
    let lost = marks.iter().filter(|mark| !seen.contains(&*mark.record)).cloned().collect();
    (rows, lost)
}

/// How many marks of each case are on records of a store. `stopped` is asked now and then.
pub fn count_here(store: &Store, cases: &[&Case], stopped: &dyn Fn() -> bool) -> Vec<usize> {
    let all: Vec<Marked> = cases.iter().flat_map(|case| case.marks.iter().cloned()).collect();
    let (rows, _) = find(store, &all, stopped);
    let here: HashSet<&str> = rows.iter().map(|(_, mark)| &*mark.record).collect();
    let count =
        |case: &&Case| case.marks.iter().filter(|mark| here.contains(&*mark.record)).count();
    cases.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Delivery, local, read_all};

    fn store(lines: &[&str]) -> Store {
        let bytes = lines.join("\n").into_bytes();
        let mut store = Store::default();
        drop(read_all(vec![local::at_hand("here", bytes)], |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        }));
        store
    }

    const ONE: &str = r#"{"id":"a-1","activityDisplayName":"Add user","activityDateTime":"2026-11-01T08:00:00.1234567Z","loggedByService":"Core Directory","category":"UserManagement","initiatedBy":{},"targetResources":[{"displayName":"Eve Adams"}]}"#;
    const TWO: &str = r#"{"activityDisplayName":"Delete user","activityDateTime":"2026-11-01T08:00:00.1234567Z","loggedByService":"Core Directory","category":"UserManagement","initiatedBy":{},"targetResources":[]}"#;
    const THREE: &str = r#"{"id":"a-3","activityDisplayName":"Add group","loggedByService":"Core Directory","category":"GroupManagement","initiatedBy":{},"targetResources":[]}"#;

    fn marked(store: &Store, row: RowId) -> Marked {
        let read = store.reread(row).expect("there");
        let mark =
            Mark { note: format!("note {row}"), at: Timestamp::parse("2026-11-20T08:00:00Z") };
        Marked::new(&read.record().expect("a record"), read.bytes()).with(&mark)
    }

    #[test]
    fn marked_records_are_found_again_wherever_they_are_read_from() {
        let before = store(&[ONE, TWO, THREE]);
        let case =
            Case { marks: (0..3).map(|row| marked(&before, row)).collect(), ..Case::default() };
        let read = Case::parse(case.to_json().as_bytes()).expect("a case");
        assert_eq!(read.to_json(), case.to_json());
        assert!(read.marks.iter().any(|mark| mark.record.starts_with("sha256:")), "{read:?}");
        let other = ONE.replace("a-1", "b-9");
        let after = store(&[THREE, &other, TWO]);
        let (rows, lost) = find(&after, &read.marks, &|| false);
        let rows: Vec<_> = rows.into_iter().map(|(row, mark)| (row, mark.note)).collect();
        assert_eq!(rows, [(0, "note 2".to_owned()), (2, "note 1".to_owned())]);
        assert_eq!(lost.len(), 1);
        assert_eq!((&*lost[0].record, &*lost[0].targets[0]), ("a-1", "Eve Adams"));
    }

    #[test]
    fn marks_of_several_cases_are_counted_where_their_records_are() {
        let before = store(&[ONE, TWO, THREE]);
        let case = |rows: std::ops::Range<RowId>| Case {
            marks: rows.map(|row| marked(&before, row)).collect(),
            ..Case::default()
        };
        let (all, first) = (case(0..3), case(0..1));
        let after = store(&[THREE, TWO]);
        assert_eq!(count_here(&after, &[&all, &first], &|| false), [2, 0]);
    }

    #[test]
    fn inputs_of_earlier_sessions_are_known_by_name_and_digest() {
        let input = |name: &str, bytes, sha256: Option<&str>| Input {
            name: name.to_owned(),
            bytes: Some(bytes),
            sha256: sha256.map(str::to_owned),
            records: 1,
        };
        let earlier = [
            input("a", 5, Some("aa")),
            input("b", 5, Some("bb")),
            input("b", 4, Some("b4")),
            input("c", 5, None),
            input("a", 5, Some("aa")),
        ];
        // Until the digest is counted again the size tells.
        let now = [input("b", 5, None), input("c", 5, Some("cc"))];
        let all = all_inputs(&earlier, &now);
        assert_eq!(all, [&earlier[0], &earlier[2], &now[0], &now[1]].map(Clone::clone));
        // Of the same size, but not the same.
        let now = [input("b", 5, Some("other"))];
        assert_eq!(all_inputs(&earlier[1..2], &now).len(), 2);
    }

    #[test]
    fn what_is_no_case_is_refused_with_the_reason() {
        let refused = |text: &str| Case::parse(text.as_bytes()).expect_err("refused");
        assert!(refused("{}").contains("not a case"));
        assert!(refused("not json").contains("not a case"));
        assert!(refused(r#"{"format":"other","version":1}"#).contains("not a case"));
        assert!(refused(r#"{"format":"entrail case","version":9}"#).contains("later entrail"));
        assert!(refused(r#"{"format":"entrail case","version":1,"marks":7}"#).contains("damaged"));
    }
}
