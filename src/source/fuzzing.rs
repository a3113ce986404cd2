//! The inner parts of this room, opened for fuzzing: each function is given any bytes and fails where a promise is broken.
//! Never part of the program: it is compiled for tests and by `cargo fuzz` only, whose targets are in `fuzz/`.
#![expect(clippy::disallowed_methods, reason = "archives are laid out to be opened")]
#![expect(clippy::missing_panics_doc, clippy::panic, reason = "a broken promise ends the run")]

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

use super::archive::Archive;
use super::decoding::accepts;
use super::framing::json::{Json, has_lines};
use super::framing::mixed::Mixed;
use super::framing::{Framing, Note, Scanned, Step, csv};
use super::graph::{self, page::Page};
use super::index::About;
use super::options::Options;
use super::{Delivery, Summary, local, pipeline};
use crate::format::{self, Decoded, Depth, Layout};
use crate::record::Record;
use crate::record::column::COLUMNS;
use crate::store::builder::{Batch, Indexer};
use crate::store::persist::{self, Index, Stored};
use crate::store::{Original, Segment, Span, Store};
use crate::time::Timestamp;

/// Sizes of blocks, and other choices, made of the first bytes of an input.
struct Choices(u64);

impl Choices {
    /// The choices, and what is left of the bytes.
    fn split(data: &[u8]) -> Option<(Self, &[u8])> {
        let (seed, rest) = data.split_first_chunk::<4>()?;
        Some((Self(u64::from(u32::from_le_bytes(*seed))), rest))
    }

    /// A number from 0 up to `end`, which is left out.
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// What framing found of a text: events with their layouts, notes, other events.
type Framed = (Vec<(usize, Span)>, Vec<Note>, Vec<(String, u64)>);

/// Frames a text in blocks as reading does.
fn framed(mut framing: Box<dyn Framing>, text: &[u8], mut size: impl FnMut() -> usize) -> Framed {
    let (mut events, mut notes, mut other) = (Vec::new(), Vec::new(), Vec::<(String, u64)>::new());
    let (mut base, mut reached, mut layouts) = (0, 0, 0);
    loop {
        // Reading has the head of CSV at hand before it frames.
        reached = text.len().min((reached + size()).max(framing.keep_from() as usize + 1));
        let end = reached == text.len();
        loop {
            let mut found = Scanned::default();
            let step = framing.scan(&text[base..reached], base as u64, end, &mut found);
            for span in found.events {
                let (from, to) = (span.offset as usize, span.offset as usize + span.len as usize);
                assert!(from < to && to <= text.len(), "{span:?} of {}", text.len());
                events.push((layouts, span));
            }
            notes.extend(found.notes);
            for (name, count) in found.other {
                match other.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, sum)) => *sum += count,
                    None => other.push((name, count)),
                }
            }
            if !matches!(step, Step::Layout(_)) {
                break;
            }
            layouts += 1;
        }
        base = base.max(framing.keep_from() as usize).min(reached);
        if end {
            return (events, notes, other);
        }
    }
}

/// Is every event that is a record in `own`, or inside of one that is none, which decoding searches?
fn are_in(events: &[(usize, Span)], own: &[(usize, Span)], text: &[u8]) -> bool {
    let bytes = |span: Span| &text[span.offset as usize..][..span.len as usize];
    let is_inside = |one: Span, other: Span| {
        one.offset >= other.offset
            && one.offset + u64::from(one.len) <= other.offset + u64::from(other.len)
    };
    let is_record = |span: Span| accepts(bytes(span), &Layout::JSON);
    let mut records = events.iter().filter(|(_, span)| is_record(*span));
    records.all(|(_, one)| {
        let mut own = own.iter().filter(|(_, other)| is_inside(*one, *other));
        own.any(|(_, other)| other == one || !is_record(*other))
    })
}

/// A text cut into blocks anywhere has the events of the text in one piece, and where nothing is
/// damaged the same notes, too; events are in order and never overlap.
pub fn framing(data: &[u8]) {
    let Some((mut choices, text)) = Choices::split(data) else { return };
    let (way, most) = (choices.below(4), [1, 3, 9, 64][choices.below(4)]);
    let begin = || -> Option<Box<dyn Framing>> {
        Some(match way {
            0 => Box::new(Json::new(accepts, has_lines(text))),
            1 => Box::new(Json::new(accepts, false)),
            2 => Box::new(Mixed::json(accepts, has_lines(text), 0)),
            _ => match csv::head(text, true) {
                csv::Probe::Head(head) => Box::new(Mixed::csv(accepts, &head, 0)),
                _ => return None,
            },
        })
    };
    let (Some(one), Some(other)) = (begin(), begin()) else { return };
    let whole = framed(one, text, || usize::MAX / 2);
    let parts = framed(other, text, || 1 + choices.below(most));
    // Damage at the end of a line is found by framing or by decoding: that depends on how much of the
    // line was there. What can be read of it does not.
    let is_damaged = |framed: &Framed| {
        let sound =
            |span: &Span| format::is_sound(&text[span.offset as usize..][..span.len as usize]);
        !framed.1.is_empty() || (way < 3 && !framed.0.iter().all(|(_, span)| sound(span)))
    };
    if is_damaged(&whole) || is_damaged(&parts) {
        assert!(are_in(&whole.0, &parts.0, text), "{whole:?}\n{parts:?} in blocks of {most}");
        assert!(are_in(&parts.0, &whole.0, text), "{whole:?}\n{parts:?} in blocks of {most}");
    } else {
        assert_eq!(whole, parts, "blocks of up to {most} bytes");
    }
    for pair in whole.0.windows(2) {
        let end = pair[0].1.offset + u64::from(pair[0].1.len);
        assert!(end <= pair[1].1.offset, "{pair:?} overlap");
    }
}

/// Rows of CSV become records or errors, and what is written of a record is JSON. Where nothing is
/// damaged, each row is one for another reader of CSV, too.
pub fn csv(text: &[u8]) {
    let csv::Probe::Head(head) = csv::head(text, true) else { return };
    assert!(head.rows_at <= text.len());
    let rows = Box::new(csv::Rows::behind(&head, 0));
    let (events, notes, _) = framed(rows, text, || usize::MAX / 2);
    for (_, span) in &events {
        let row = &text[span.offset as usize..][..span.len as usize];
        decoded(row, &head.layout);
        if notes.is_empty() {
            let mut other = ::csv::ReaderBuilder::new();
            let other = other.has_headers(false).flexible(true).delimiter(head.delimiter);
            assert_eq!(other.from_reader(row).byte_records().count(), 1, "{span:?}");
        }
    }
}

/// Decodes at every depth; what is written of the record says the same when it is read again.
fn decoded(event: &[u8], layout: &Layout) {
    let Ok(Decoded::Record { record, .. }) = format::decode(event, layout, Depth::Full) else {
        return;
    };
    let columns = format::decode(event, layout, Depth::Columns).expect("decoded in full");
    let Decoded::Record { record: shallow, .. } = columns else { panic!("a record in full") };
    assert_eq!(
        (record.kind, &record.id, record.time, &record.activity, record.outcome),
        (shallow.kind, &shallow.id, shallow.time, &shallow.activity, shallow.outcome)
    );
    let written = |record: &Record<'_>| {
        let mut out = Vec::new();
        format::write_graph(record, &mut out);
        out
    };
    let once = written(&record);
    serde_json::from_slice::<Value>(&once).expect("what is written is JSON");
}

/// A page of Graph is read to lines of JSON: all of its records where it is whole, none that is not
/// in it, and its link.
pub fn page(data: &[u8]) {
    let Some((&first, body)) = data.split_first() else { return };
    let whole = first & 1 == 0;
    let page = Page::read(body, whole);
    let lengths: usize = page.records().iter().map(|record| record.len).sum();
    assert_eq!(lengths, page.lines().len());
    let lines: Vec<&[u8]> = page.lines().split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), page.records().len());
    for line in &lines {
        let object = serde_json::from_slice::<&RawValue>(line).expect("a record is JSON");
        assert!(object.get().starts_with('{'), "{object} is no record");
    }
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // In what is not kept, such as a link of another name, bytes need not be text.
    if std::str::from_utf8(text).is_ok() && serde_json::from_slice::<&RawValue>(text).is_err() {
        assert!(page.damage().is_some(), "broken JSON is told");
    }
    // Numbers and letters that no value can hold are kept as they were sent.
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    let is_once = |key: &[u8]| memchr::memmem::find_iter(body, key).count() == 1;
    let Some(records) = value.get("value").and_then(Value::as_array) else { return };
    if !records.iter().all(Value::is_object) || !is_once(b"\"value\"") {
        return;
    }
    let link = value.get("@odata.nextLink");
    if link.is_none_or(|link| link.is_string() || link.is_null()) {
        assert_eq!(page.damage(), None);
        assert_eq!(lines.len(), records.len());
        let same = |(line, record): (&&[u8], &Value)| {
            serde_json::from_slice::<Value>(line).is_ok_and(|line| line == *record)
        };
        assert!(lines.iter().zip(records).all(same), "records as Graph sent them");
        if is_once(b"nextLink") {
            assert_eq!(page.next(), link.and_then(Value::as_str));
        }
    }
}

/// What a load delivers, in words.
fn load(options: &Options, text: &[u8]) -> (Vec<Vec<u8>>, Vec<String>, Summary) {
    let places = vec![local::at_hand("file", text)];
    let (mut store, mut told, mut summary) = (Store::default(), Vec::new(), Summary::default());
    let cancel = CancellationToken::new();
    pipeline::run(super::queues::in_order(places), &cancel, options, &mut |delivery| {
        match delivery {
            Delivery::Segment(segment) => store.push(segment),
            Delivery::Trouble(trouble) => told.push(trouble.to_string()),
            Delivery::Done(done) => summary = done,
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let rows = 0..store.len() as u32;
    let records = rows.map(|row| {
        let read = store.reread(row).expect("in memory");
        read.record().expect("what was taken in can be read again");
        read.bytes().to_vec()
    });
    (records.collect(), told, summary)
}

/// A file of any kind is the same records and the same troubles whatever the blocks it is read in,
/// and no mistake of entrail's own is among them.
pub fn file(data: &[u8]) {
    let Some((mut choices, text)) = Choices::split(data) else { return };
    let one = Options { workers: 1, ..Options::default() };
    let whole = load(&one, text);
    assert!(!whole.1.iter().any(|told| told.contains("mistake in entrail")), "{:?}", whole.1);
    let block = 1 + choices.below(200);
    let options = Options { first_block: block, most_block: block, ..one };
    assert_eq!(load(&options, text), whole, "blocks of {block}");
}

/// An original that is only a name.
#[derive(Debug)]
struct Named(&'static str);

impl Original for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn read(&self, _: Span) -> io::Result<Vec<u8>> {
        Ok(b"{}".to_vec())
    }

    fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
        Ok(Record::default())
    }

    fn keepsake(&self) -> Option<Vec<u8>> {
        Some(self.0.as_bytes().to_vec())
    }
}

/// Bytes as a file.
struct Bytes(Vec<u8>);

impl Stored for Bytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.checked_add(buffer.len());
        let part = end.and_then(|end| self.0.get(start..end));
        buffer.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Which build wrote the index.
const BUILD: u64 = 7;

/// An index of a few records of the demo tenant.
fn sound_index() -> &'static [u8] {
    static INDEX: OnceLock<Vec<u8>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let tenant = crate::demo::tenant(crate::demo::Scale { records: 40, seed: 1 });
        let originals: Vec<Arc<dyn Original>> = vec![Arc::new(Named("a")), Arc::new(Named("b"))];
        let (mut indexer, mut segments) = (Indexer::new(), Vec::new());
        for (number, line) in tenant.split(|byte| *byte == b'\n').enumerate() {
            let decoded = format::decode(line, &Layout::JSON, Depth::Full);
            let Ok(Decoded::Record { record, .. }) = decoded else { continue };
            let mut batch = Batch::new(Arc::clone(&originals[number % 2]));
            batch.push(&record, Span { offset: number as u64, len: 2 });
            indexer.absorb(batch);
            if number % 15 == 14 {
                segments.extend(indexer.take_segment());
            }
        }
        segments.extend(indexer.take_segment());
        let mut out = Vec::new();
        persist::write(&segments, b"about", BUILD, &mut out).expect("in memory");
        out
    })
}

/// All segments of an index, if it is taken for one.
fn segments(bytes: &Bytes) -> Option<Vec<Segment>> {
    let index = Index::open(bytes, BUILD).ok()?;
    let original = |_: &Vec<u8>| Arc::new(Named("a")) as Arc<dyn Original>;
    let originals: Vec<Arc<dyn Original>> = index.keepsakes().iter().map(original).collect();
    let mut scratch = Vec::new();
    (0..index.segments())
        .map(|number| index.segment(number, bytes, &originals, &mut scratch).ok())
        .collect()
}

/// Writes the hashes anew over what was changed, as an attacker would who knows the format.
fn sealed(bytes: &mut [u8]) -> Option<()> {
    let footer = bytes.len().checked_sub(24)?;
    let number = |bytes: &[u8], at: usize| -> Option<usize> {
        let bytes = bytes.get(at..at.checked_add(8)?)?.first_chunk::<8>()?;
        usize::try_from(u64::from_le_bytes(*bytes)).ok()
    };
    let tail = number(bytes, footer)?..footer;
    // The table of blocks: where each is, its length, its hash; found by what the sound one has.
    let sound = sound_index();
    let sound_tail = number(sound, sound.len() - 24)?..sound.len() - 24;
    let mut at = 16;
    while let Some(found) = sound_tail.clone().find(|place| number(sound, *place) == Some(at)) {
        let place = found.checked_sub(sound_tail.start)?.checked_add(tail.start)?;
        let block =
            number(bytes, place)?..number(bytes, place)?.checked_add(number(bytes, place + 8)?)?;
        let hash = xxh3_64(bytes.get(block)?);
        bytes.get_mut(place + 16..place + 24)?.copy_from_slice(&hash.to_le_bytes());
        at = at.checked_add(number(sound, found + 8)?)?;
        if at >= sound_tail.start {
            break;
        }
    }
    let hash = xxh3_64(bytes.get(tail)?);
    bytes.get_mut(footer + 16..footer + 24)?.copy_from_slice(&hash.to_le_bytes());
    Some(())
}

/// Changed bytes are never taken for an index, and where their hashes were counted anew no use of
/// what is read panics: the store is handed on to be asked. Input: places and bytes to be put there,
/// three bytes each.
pub fn index(data: &[u8]) -> Option<Store> {
    let (&mode, changes) = data.split_first()?;
    if mode & 0x80 != 0 {
        // What stands beside the segments.
        let _ = About::decode(changes);
        let mut bytes = Bytes(changes.to_vec());
        let _ = sealed(&mut bytes.0);
        let _ = segments(&bytes);
        return None;
    }
    let sound = sound_index();
    let mut bytes = Bytes(sound.to_vec());
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]]));
        let place = if mode & 1 == 0 { place } else { sound.len().saturating_sub(1 + place) };
        if let Some(byte) = bytes.0.get_mut(place) {
            *byte = change[2];
        }
    }
    if mode & 2 != 0 {
        bytes.0.truncate(bytes.0.len() - usize::from(mode >> 3));
    }
    assert_eq!(segments(&bytes).is_some(), bytes.0 == sound, "changed bytes are told");
    sealed(&mut bytes.0)?;
    let mut store = Store::default();
    for segment in segments(&bytes)? {
        store.push(Arc::new(segment));
    }
    look_at_all(&store);
    Some(store)
}

/// Everything a session asks a store, once.
fn look_at_all(store: &Store) {
    for segment in store.segments() {
        for at in 0..segment.len() {
            let _ = (segment.time(at), segment.span(at));
        }
    }
    for row in 0..store.len() as u32 {
        for column in COLUMNS.iter().map(|row| row.column) {
            for &code in store.codes(row, column).iter() {
                let _ = store.entry(column, code).len();
            }
        }
        let _ = (store.correlation(row), store.events().rows(row).count());
    }
    let _ = (store.period(), store.has_nameless());
}

/// A file whose bytes the manifest of the seeds names.
const KEPT: &[u8] = b"kept";
/// What must stay as it is, beside the archive.
const VICTIM: &[u8] = b"a file beside the archive";

/// Whatever the manifest of an archive says: nothing beside the archive is read into it, changed,
/// moved or removed.
pub fn archive(data: &[u8]) {
    let Some((&mode, manifest)) = data.split_first() else { return };
    let in_memory = Path::new("/dev/shm");
    let outer = match in_memory.is_dir() {
        true => tempfile::tempdir_in(in_memory),
        false => tempfile::tempdir(),
    };
    let outer = outer.expect("a folder");
    let (archive, victim) = (outer.path().join("archive"), outer.path().join("victim"));
    std::fs::create_dir_all(archive.join(".entrail")).expect("a folder");
    std::fs::create_dir_all(archive.join("audit")).expect("a folder");
    std::fs::write(&victim, VICTIM).expect("written");
    std::fs::write(archive.join(".entrail/manifest.ndjson"), manifest).expect("written");
    if mode & 1 != 0 {
        std::fs::write(archive.join("audit/2026-05-01.ndjson.zst"), KEPT).expect("written");
    }
    #[cfg(unix)]
    if mode & 2 != 0 {
        std::os::unix::fs::symlink(&victim, archive.join(".entrail/lock")).expect("a link");
    }
    #[cfg(unix)]
    if mode & 4 != 0 {
        std::os::unix::fs::symlink(outer.path(), archive.join("audit/beside")).expect("a link");
    }
    let base = "https://graph.microsoft.com".parse().expect("an address");
    let owner = graph::owner(&base, "t");
    let now = Timestamp::from_ms(1_780_000_000_000);
    if let Ok(archive) = Archive::open(&archive, &owner, now, Box::new(|_| {})) {
        let _ = (archive.entries().count(), archive.verify());
    }
    assert_eq!(std::fs::read(&victim).expect("still there"), VICTIM);
    let beside: Vec<_> = std::fs::read_dir(outer.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name != "archive" && name != "victim")
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
}

#[cfg(test)]
#[path = "../../tests/harness/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::corpus::replayed;
    use super::*;

    #[test]
    fn the_corpus_of_framing_holds() {
        replayed("framing", framing);
    }

    #[test]
    fn the_corpus_of_csv_holds() {
        replayed("csv", csv);
    }

    #[test]
    fn the_corpus_of_pages_holds() {
        replayed("page", page);
    }

    #[test]
    fn the_corpus_of_files_holds() {
        replayed("file", file);
    }

    #[test]
    fn the_corpus_of_indexes_holds() {
        replayed("index", |data| drop(index(data)));
    }

    #[test]
    fn the_corpus_of_archives_holds() {
        replayed("archive", archive);
    }
}
