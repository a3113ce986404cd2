//! Records inside what another system put around them: objects in objects, JSON text in strings and
//! in CSV cells, several levels deep.
//! Never looks into what surely is a record itself, and never past a bounded depth.
//!
//! No product is known here. Splunk writes an event as text in `_raw`, Elastic in `event.original`,
//! Logstash and Filebeat in `message`, an Event Hub's reader in `body`; others nest it as an object.
//! All of them are found the same way: by what is inside. The members of an object may hold the same
//! record more than once, as text and parsed; then the fullest counts. A record found in text is
//! read from its bytes as they stand in the file, escaped; [`plain`] takes the escapes away.

use std::borrow::Cow;
use std::ops::Range;

use super::json::{Reader, Step};
use super::rows::Columns;
use super::{Depth, Draft, Drafted, Layout, decode_into, shape};
use crate::record::Record;
use crate::time::Timestamp;

mod escaped;

pub(super) use escaped::peel;
use escaped::{doubled_offsets, escaped_offsets};

/// Most levels of text in text.
const MOST_TEXTS: u32 = 6;
/// Most levels of objects and lists around a record.
const MOST_LEVELS: u32 = 24;
/// The key under which Splunk and Cribl keep an event whole, beside what they took out of it.
const WHOLE: &[u8] = b"_raw\"";

/// A record that was found.
struct Found {
    /// Its bytes in the text that was searched.
    range: Range<usize>,
    id: String,
    time: Option<Timestamp>,
    activity: String,
    /// How much it says.
    weight: usize,
}

/// Where in an event, which is no record itself or not surely, records of a known log are, or
/// [`Decoded::Other`](super::Decoded::Other): none overlap, and none is the whole event.
/// [`decode`](super::decode) reads each of them in the same layout.
pub fn wrapped(event: &[u8], layout: &Layout) -> Vec<Range<usize>> {
    let found = match layout {
        Layout::Json => {
            let start = if event.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let mut reader = Reader::new(event, start, Depth::Columns);
            let found = in_value(&mut reader, Around::default()).unwrap_or_default();
            // Several on one line are for whoever frames them.
            if reader.rest_is_empty() { found } else { Vec::new() }
        }
        Layout::Csv(columns) => in_row(event, columns),
        Layout::Table(_) => Vec::new(),
    };
    let whole = event.trim_ascii().len();
    found.into_iter().map(|found| found.range).filter(|range| range.len() < whole).collect()
}

/// May a record stand whole under a key of an event that looks like one?
pub fn holds_whole(event: &[u8]) -> bool {
    memchr::memmem::find(event, WHOLE).is_some()
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
fn in_value(reader: &mut Reader<'_>, around: Around) -> Step<Vec<Found>> {
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

fn in_object(reader: &mut Reader<'_>, around: Around) -> Step<Vec<Found>> {
    let start = reader.at();
    let bytes = reader.bytes();
    let shape = shape::recognise(bytes, start);
    let mut end = reader.another(start);
    end.skip()?;
    let whole = &bytes[start..end.at()];
    let sure = shape.as_ref().is_some_and(|(_, sure)| *sure);
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
    Ok(shape.and_then(|_| record(whole, start, sure)).into_iter().collect())
}

/// The record that an object is, if it says enough to be one.
fn record(object: &[u8], start: usize, sure: bool) -> Option<Found> {
    let range = start..start + object.len();
    let mut draft = Draft::default();
    match decode_into(&mut draft, object, &Layout::Json, Depth::Columns).ok()? {
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
            enough.then(|| Found {
                range,
                weight: weight(&record),
                id: record.id.into_owned(),
                time: record.time,
                activity: record.activity.into_owned(),
            })
        }
        Drafted::Other(name) if sure => Some(Found {
            range,
            id: String::new(),
            time: None,
            activity: name.into_owned(),
            weight: 0,
        }),
        Drafted::Other(_) => None,
    }
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
fn merge(all: &mut Vec<Found>, before: usize, one: Found) {
    let same = |other: &&mut Found| {
        let id = other.id == one.id || other.id.is_empty() || one.id.is_empty();
        let time = other.time == one.time || other.time.is_none() || one.time.is_none();
        let known = other.weight > 0 && one.weight > 0;
        id && time && known && other.activity == one.activity
    };
    match all.iter_mut().take(before).find(same) {
        Some(other) if other.weight >= one.weight => {}
        Some(other) => *other = one,
        None => all.push(one),
    }
}

/// Searches the inside of a JSON string that begins at byte `offset`.
fn in_string(inner: &[u8], offset: usize, around: Around) -> Vec<Found> {
    if around.texts >= MOST_TEXTS || memchr::memchr(b'{', inner).is_none() {
        return Vec::new();
    }
    let Some(text) = escaped::unescaped(inner) else { return Vec::new() };
    let found = in_text(&text, around);
    moved(found, offset, |places| escaped_offsets(inner, places))
}

/// Searches a text: JSON, or JSON behind other text such as a syslog header.
fn in_text(text: &str, around: Around) -> Vec<Found> {
    let inside = Around { texts: around.texts + 1, levels: around.levels + 1 };
    let start = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[' | b'"') => text.len() - text.trim_start().len(),
        _ => match text.find('{') {
            Some(brace) if !text[..brace].contains('}') => brace,
            _ => return Vec::new(),
        },
    };
    let mut reader = Reader::new(text.as_bytes(), start, Depth::Columns);
    let mut found = Vec::new();
    // One value behind the other, as on the lines of a file.
    while reader.peek().is_ok() {
        match in_value(&mut reader, inside) {
            Ok(mut more) => found.append(&mut more),
            Err(_) => break,
        }
    }
    found
}

fn in_row(row: &[u8], columns: &Columns) -> Vec<Found> {
    let Ok(text) = str::from_utf8(row) else { return Vec::new() };
    let mut all = Vec::new();
    for cell in super::rows::cell_places(text, columns.delimiter()) {
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
    mut found: Vec<Found>,
    offset: usize,
    outer: impl FnOnce(&[usize]) -> Vec<usize>,
) -> Vec<Found> {
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
