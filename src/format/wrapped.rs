//! Records inside what another system put around them: objects in objects, JSON text in strings and
//! in CSV cells, several levels deep.
//! Never looks into what surely is a record itself, and never past a bounded depth.
//!
//! No product is known here. Splunk writes an event as text in `_raw`, Elastic in `event.original`,
//! Logstash and Filebeat in `message`, an Event Hub's reader in `body`; others nest it as an object.
//! All of them are found the same way: by what is inside. The members of an object may hold the same
//! record more than once, as text and parsed; then the fullest counts. A record found in text is
//! read from its bytes as they stand in the file, escaped; [`plain`] takes the escapes away. In a text
//! records may stand behind other text, beside each other and behind broken ones, as in a file:
//! [`text`] searches it.

use std::borrow::Cow;
use std::ops::Range;

use super::json::{Reader, Step};
use super::layout::{Searched, holds_whole};
use super::recognition::{Recognised, recognise};
use super::{Depth, Draft, Drafted, Layout, decode_into};
use crate::record::content::is_placeholder;
use crate::record::kind::property::PropertyKey;
use crate::record::{Kind, Outcome, Record};
use crate::time::Timestamp;

mod copies;
mod escaped;
mod text;

pub(super) use escaped::peel;
use escaped::{doubled_offsets, escaped_offsets};

/// Most levels of text in text.
const MOST_TEXTS: u32 = 6;
/// Most levels of objects and lists around a record.
const MOST_LEVELS: u32 = 24;

/// What something that was found is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// A record.
    Record,
    /// An event of another log.
    Other,
    /// What may be an event of another log: only where nothing else is found.
    Guess,
    /// A piece of JSON that is cut off or damaged.
    Broken,
}

/// Something that was found.
struct Fragment {
    /// Its bytes in the text that was searched.
    range: Range<usize>,
    what: What,
    id: String,
    time: Option<Timestamp>,
    activity: String,
    /// How much it says.
    weight: usize,
    /// What it says that two rows under one id may differ in; empty where it says nothing of it.
    said: [String; SAID],
}

/// Number of texts in [`Fragment::said`].
const SAID: usize = 9;

impl Fragment {
    /// Something that says nothing of itself.
    fn nameless(range: Range<usize>, what: What) -> Self {
        let (id, activity, said) = Default::default();
        Self { range, what, id, time: None, activity, weight: 0, said }
    }

    /// Is this in another form what the other one is? Forms differ in how much they say, not in what.
    fn is_same(&self, other: &Self) -> bool {
        let id = other.id == self.id || other.id.is_empty() || self.id.is_empty();
        let time = other.time == self.time || other.time.is_none() || self.time.is_none();
        let known = self.what == What::Record && other.what == What::Record;
        let agree = |(one, other): (&String, &String)| {
            one.is_empty() || other.is_empty() || one.eq_ignore_ascii_case(other)
        };
        id && time
            && known
            && other.activity == self.activity
            && self.said.iter().zip(&other.said).all(agree)
    }
}

/// What is inside of an event.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Inside {
    /// Records and events of other logs.
    pub records: Vec<Range<usize>>,
    /// Pieces of JSON beside them that are cut off or damaged: something that was one, and that no
    /// record is a whole copy of.
    pub broken: Vec<Range<usize>>,
}

/// Where in an event, which is no record itself or not surely, records of a known log are, or
/// [`Decoded::Other`](super::Decoded::Other): none overlap, and none is the whole event.
/// [`decode`](super::decode) reads each of them in the same layout.
pub fn wrapped(event: &[u8], layout: &Layout) -> Vec<Range<usize>> {
    inside(event, layout).records
}

/// As [`wrapped()`], and what is broken beside the records.
pub fn inside(event: &[u8], layout: &Layout) -> Inside {
    let mut found = found_in(event, layout);
    let is_sure = |found: &Fragment| matches!(found.what, What::Record | What::Other);
    if found.iter().any(is_sure) {
        found.retain(|found| found.what != What::Guess);
    }
    let whole = event.trim_ascii().len();
    let (broken, records): (Vec<_>, Vec<_>) = found
        .into_iter()
        .filter(|found| found.range.len() < whole)
        .map(|found| (found.what == What::Broken, found.range))
        .partition(|(is_broken, _)| *is_broken);
    let ranges = |all: Vec<(bool, Range<usize>)>| -> Vec<Range<usize>> {
        all.into_iter().map(|(_, range)| range).collect()
    };
    let (records, mut broken) = (ranges(records), ranges(broken));
    if records.is_empty() {
        // The event as a whole cannot be read then.
        broken.clear();
    }
    let broken = copies::without(event, broken, &records);
    Inside { records, broken }
}

fn found_in(event: &[u8], layout: &Layout) -> Vec<Fragment> {
    match layout.searched(event) {
        Searched::Value => {
            let start = if event.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let mut reader = Reader::new(event, start, Depth::Columns);
            let found = in_value(&mut reader, Around::default()).unwrap_or_default();
            // Several on one line are for whoever frames them.
            if reader.rest_is_empty() { found } else { Vec::new() }
        }
        Searched::Texts(texts) => in_row(event, texts),
        Searched::Nothing => Vec::new(),
    }
}

/// The JSON text that bytes of a file stand for, where they are a record found by [`wrapped`] in
/// text; otherwise the bytes themselves.
pub fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut plain = Cow::Borrowed(bytes);
    for _ in 0..=2 * MOST_TEXTS {
        let Some(text) = peel(&plain) else { break };
        plain = Cow::Owned(text.into_bytes());
    }
    plain
}

/// Does this record stand escaped in other text?
pub fn is_escaped(bytes: &[u8]) -> bool {
    matches!(plain(bytes), Cow::Owned(_))
}

/// What is around the value being searched.
#[derive(Clone, Copy, Default)]
struct Around {
    texts: u32,
    levels: u32,
}

/// Searches the value here and passes over it.
fn in_value(reader: &mut Reader<'_>, around: Around) -> Step<Vec<Fragment>> {
    match reader.peek()? {
        _ if around.levels > MOST_LEVELS => reader.skip().map(|()| Vec::new()),
        b'{' => in_object(reader, around),
        b'[' => {
            let mut all = Vec::new();
            let inside = Around { levels: around.levels + 1, ..around };
            reader.array(|reader, _| {
                all.append(&mut in_value(reader, inside)?);
                Ok(())
            })?;
            Ok(all)
        }
        b'"' => {
            let raw = reader.raw()?;
            let inner = &raw[1..raw.len().max(2) - 1];
            let offset = reader.at() - raw.len() + 1;
            Ok(in_string(inner, offset, around))
        }
        _ => reader.skip().map(|()| Vec::new()),
    }
}

fn in_object(reader: &mut Reader<'_>, around: Around) -> Step<Vec<Fragment>> {
    let start = reader.at();
    let bytes = reader.bytes();
    let recognised = recognise(bytes, start);
    let mut end = reader.another(start);
    end.skip()?;
    let whole = &bytes[start..end.at()];
    let sure = recognised.as_ref().is_some_and(|(_, sure)| *sure);
    if !sure || holds_whole(whole) {
        let inside = Around { levels: around.levels + 1, ..around };
        let mut found = Vec::new();
        reader.members(|reader, _| {
            let before = found.len();
            for one in in_value(reader, inside)? {
                merge(&mut found, before, one);
            }
            Ok(())
        })?;
        if !found.is_empty() {
            return Ok(found);
        }
    } else {
        reader.skip()?;
    }
    Ok(recognised.and_then(|_| record(whole, start, sure)).into_iter().collect())
}

/// The record that an object is, if it says enough to be one.
fn record(object: &[u8], start: usize, sure: bool) -> Option<Fragment> {
    let range = start..start + object.len();
    let mut draft = Draft::default();
    match decode_into(&mut draft, object, &Layout::JSON, Depth::Columns).ok()? {
        Drafted::Record { .. } => {
            let (record, either) = (draft.record, draft.either);
            // A date that is not decided is one.
            let is_timed = record.time.is_some() || either.is_some();
            let enough = if sure {
                is_timed || !record.id.is_empty()
            } else {
                is_timed
                    && !record.activity.is_empty()
                    && (!record.targets.is_empty() || record.actor != <_>::default())
            };
            enough.then(|| Fragment {
                range,
                what: What::Record,
                weight: weight(&record),
                said: said(&record),
                id: record.id.into_owned(),
                time: record.time,
                activity: record.activity.into_owned(),
            })
        }
        Drafted::Other(_) if sure => Some(Fragment::nameless(range, What::Other)),
        Drafted::Other(_) => None,
    }
}

/// The event of another log that the object at the start of these bytes may be.
fn guess(object: &[u8], start: usize) -> Option<Fragment> {
    let (recognised, _) = recognise(object, 0)?;
    let other = matches!(recognised, Recognised::Other(_) | Recognised::Envelope);
    let mut draft = Draft::default();
    let is_other = other
        && matches!(
            decode_into(&mut draft, object, &Layout::JSON, Depth::Columns),
            Ok(Drafted::Other(_))
        );
    is_other.then(|| Fragment::nameless(start..start + object.len(), What::Guess))
}

/// What a record says that another row under its id may not. The correlation ID tells sign-ins apart;
/// an audit record has its id alone, and of two forms of one some tools shorten what is in them.
fn said(record: &Record<'_>) -> [String; SAID] {
    let property = |key: PropertyKey| record.property(key).unwrap_or_default().to_owned();
    let ids = record.targets.iter().map(|target| &*target.id).filter(|id| !id.is_empty());
    let targets = ids.collect::<Vec<_>>().join(" ");
    let outcome = match record.outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        _ => "",
    };
    [
        outcome.to_owned(),
        property(PropertyKey::ErrorCode),
        property(PropertyKey::RiskState),
        property(PropertyKey::RiskDetail),
        property(PropertyKey::RiskDuring),
        property(PropertyKey::RiskAggregated),
        if record.kind == Kind::SignIn { record.correlation_id.to_string() } else { String::new() },
        record.actor.id.clone().into_owned(),
        // By its id alone a record is one, whatever a tool makes of its targets.
        if is_placeholder(&record.id) { targets } else { String::new() },
    ]
}

/// How many of a record's texts say something.
fn weight(record: &Record<'_>) -> usize {
    let actor = &record.actor;
    let own = [
        &record.id,
        &record.service,
        &record.category,
        &record.activity,
        &record.result,
        &record.correlation_id,
        &record.tenant_id,
        &actor.id,
        &actor.name,
        &actor.upn,
        &actor.ip,
    ];
    let of_targets = record.targets.iter().map(|target| {
        let texts = [&target.id, &target.name, &target.upn, &target.kind];
        1 + target.changes.len() + texts.iter().filter(|text| !text.is_empty()).count()
    });
    usize::from(record.time.is_some())
        + own.iter().filter(|text| !text.is_empty()).count()
        + of_targets.sum::<usize>()
        + record.details.len()
}

/// Adds what was found in one member of an object to what was found in others, the first `before`:
/// the same record in another form is one.
fn merge(all: &mut Vec<Fragment>, before: usize, one: Fragment) {
    match all.iter_mut().take(before).find(|other| one.is_same(other)) {
        Some(other) if other.weight >= one.weight => {}
        Some(other) => *other = one,
        None => all.push(one),
    }
}

/// Searches the inside of a JSON string that begins at byte `offset`.
fn in_string(inner: &[u8], offset: usize, around: Around) -> Vec<Fragment> {
    if around.texts >= MOST_TEXTS || memchr::memchr(b'{', inner).is_none() {
        return Vec::new();
    }
    let Some(text) = escaped::unescaped(inner) else { return Vec::new() };
    let found = in_text(&text, around);
    moved(found, offset, |places| escaped_offsets(inner, places))
}

/// Searches a text: JSON, or JSON among other text such as a syslog header.
fn in_text(text: &str, around: Around) -> Vec<Fragment> {
    text::search(text.as_bytes(), Around { texts: around.texts + 1, levels: around.levels + 1 })
}

/// Searches these texts of a row.
fn in_row(row: &[u8], texts: Vec<Range<usize>>) -> Vec<Fragment> {
    let Ok(text) = str::from_utf8(row) else { return Vec::new() };
    let mut all = Vec::new();
    for cell in texts {
        let inner = &row[cell.clone()];
        if memchr::memchr(b'{', inner).is_none() {
            continue;
        }
        let quoted = cell.start > 0 && row[cell.start - 1] == b'"';
        let found = if quoted {
            let plain = text[cell.clone()].replace("\"\"", "\"");
            moved(in_text(&plain, Around::default()), cell.start, |places| {
                doubled_offsets(inner, places)
            })
        } else {
            moved(in_text(&text[cell.clone()], Around::default()), cell.start, <[usize]>::to_vec)
        };
        let before = all.len();
        for one in found {
            merge(&mut all, before, one);
        }
    }
    all.sort_by_key(|one| one.range.start);
    all
}

/// Has ranges in a text be ranges in the bytes it was made of, which begin at byte `offset`: `outer`
/// gives for places in the text, in order, those in the bytes.
fn moved(
    mut found: Vec<Fragment>,
    offset: usize,
    outer: impl FnOnce(&[usize]) -> Vec<usize>,
) -> Vec<Fragment> {
    let mut places: Vec<usize> =
        found.iter().flat_map(|one| [one.range.start, one.range.end]).collect();
    places.sort_unstable();
    places.dedup();
    let moved = outer(&places);
    let at = |place: usize| {
        let index = places.binary_search(&place).unwrap_or_default();
        offset + moved.get(index).copied().unwrap_or_default()
    };
    for one in &mut found {
        one.range = at(one.range.start)..at(one.range.end);
    }
    found
}

#[cfg(test)]
mod tests;
