//! What was written comes back, and bytes that were not written never become a store.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::record::column::Column;
use crate::record::{Change, Record, Target};
use crate::store::builder::{Batch, Indexer};
use crate::store::{Span, Store};

#[derive(Debug)]
struct Kept(String);

impl Original for Kept {
    fn name(&self) -> &str {
        &self.0
    }

    fn read(&self, _: Span) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn decode<'a>(&self, _: &'a [u8]) -> Result<Record<'a>, String> {
        Err("nothing is here".to_owned())
    }

    fn keepsake(&self) -> Option<Vec<u8>> {
        (self.0 != "gone").then(|| self.0.clone().into_bytes())
    }
}

impl Stored for Vec<u8> {
    fn len(&self) -> u64 {
        Vec::len(self) as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.checked_add(buffer.len());
        let part = end.and_then(|end| self.get(start..end));
        buffer.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Two segments of three originals: names with two bytes a letter, rows without anything, with
/// several targets, with correlation ids that are none, and more names than a byte counts.
fn segments(name: &str) -> Vec<Arc<Segment>> {
    let originals = ["one", name, "three"].map(|name| Arc::new(Kept(name.to_owned())));
    let mut indexer = Indexer::new();
    let mut segments = Vec::new();
    for part in 0..2 {
        for (number, original) in originals.iter().enumerate() {
            let mut batch = Batch::new(original.clone());
            for row in 0..120_usize {
                let change = Change { name: format!("Property {row}").into(), ..Change::default() };
                let target = Target {
                    name: format!("Zoë {part} {number} {row}").into(),
                    changes: vec![change; row % 2],
                    ..Target::default()
                };
                let record = Record {
                    activity: format!("Update {}", row % 7).into(),
                    correlation_id: match row % 3 {
                        0 => "".into(),
                        1 => "not a GUID".into(),
                        _ => "56799948-c193-4c04-a059-751e0ae2bf18".into(),
                    },
                    time: (row % 5 > 0).then(|| Timestamp::from_ms(1_800_000_000_000 + row as i64)),
                    targets: vec![target; row % 4],
                    ..Record::default()
                };
                batch.push(&record, Span { offset: row as u64 * 100, len: 99 });
            }
            indexer.absorb(batch);
        }
        segments.extend(indexer.take_segment());
    }
    segments
}

const ABOUT: &[u8] = b"what the caller wants to know";

fn written(segments: &[Arc<Segment>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    super::write(segments, ABOUT, 7, &mut bytes).expect("memory");
    bytes
}

fn originals(index: &Index) -> Vec<Arc<dyn Original>> {
    let name = |keepsake: &Vec<u8>| String::from_utf8(keepsake.clone()).expect("a name");
    let make = |keepsake| Arc::new(Kept(name(keepsake))) as Arc<dyn Original>;
    index.keepsakes().iter().map(make).collect()
}

fn read(bytes: &Vec<u8>) -> Result<Store, Damaged> {
    let index = Index::open(bytes, 7)?;
    assert_eq!(index.about(), ABOUT);
    let (originals, mut scratch, mut store) = (originals(&index), Vec::new(), Store::default());
    for number in 0..index.segments() {
        store.push(Arc::new(index.segment(number, bytes, &originals, &mut scratch)?));
    }
    Ok(store)
}

/// All that a segment says, asked for as queries do.
fn told(store: &Store) -> String {
    let mut told = String::new();
    for row in 0..store.len() as RowId {
        let (original, span) = store.span(row);
        let correlation = store.correlation(row);
        write!(told, "{:?} {correlation} {} {span:?}", store.time(row), original.name())
            .expect("text");
        for column in COLUMNS.iter().map(|row| row.column) {
            for &code in store.codes(row, column).iter() {
                write!(told, " {code}={:?}", store.entry(column, code)).expect("text");
            }
        }
    }
    for segment in store.segments() {
        for column in COLUMNS.iter().map(|row| row.column) {
            let words = segment.words(column);
            for code in words.first()..words.end() {
                told += words.folded_entry(code);
            }
            write!(told, "{:?}", words.folded_ends()).expect("text");
        }
        write!(told, "{:?}", segment.period()).expect("text");
    }
    told
}

fn store_of(segments: &[Arc<Segment>]) -> Store {
    let mut store = Store::default();
    for segment in segments {
        store.push(Arc::clone(segment));
    }
    store
}

#[test]
fn a_store_comes_back_as_it_was() {
    let segments = segments("two");
    let back = read(&written(&segments)).expect("as written");
    assert_eq!(told(&back), told(&store_of(&segments)));
    assert_eq!(format!("{:?}", back.segments()), format!("{segments:?}"));
    assert!(back.entries(Column::Targets) > 256);
    assert_eq!(read(&written(&[])).expect("as written").len(), 0);
}

#[test]
fn an_original_whose_bytes_are_gone_has_no_index() {
    let mut bytes = Vec::new();
    let error = super::write(&segments("gone"), ABOUT, 7, &mut bytes).expect_err("gone");
    assert_eq!((error.kind(), bytes.len()), (io::ErrorKind::Unsupported, 0));
}

#[test]
fn what_another_program_or_format_wrote_is_not_read() {
    let bytes = written(&segments("two"));
    assert!(Index::open(&bytes, 7).is_ok());
    assert_eq!(Index::open(&bytes, 8).err(), Some(Damaged));
    assert_ne!(fingerprint(b"one build"), fingerprint(b"another"));
}

#[test]
fn a_file_cut_off_anywhere_is_damaged() {
    let bytes = written(&segments("two"));
    for len in 0..bytes.len() {
        assert_eq!(read(&bytes[..len].to_vec()).err(), Some(Damaged), "{len}");
    }
    let longer = [&bytes[..], b"x"].concat();
    assert_eq!(read(&longer).err(), Some(Damaged));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_changed_anywhere_is_damaged(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = written(&segments("two"));
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert_eq!(read(&bytes).err(), Some(Damaged));
    }

    /// Hashes are no secret: whoever changes bytes on purpose can make them right again.
    #[test]
    fn wrong_bytes_with_right_hashes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        keep in any::<bool>(),
    ) {
        let bytes = written(&segments("two"));
        let index = Index::open(&bytes, 7).expect("as written");
        let originals = originals(&index);
        let part = |block: &Block| {
            bytes[block.offset as usize..(block.offset + block.len) as usize].to_vec()
        };
        let mut store = Store::default();
        for (number, block) in index.blocks.iter().enumerate() {
            let mut part = part(block);
            if number == 1 {
                for (at, value) in &changes {
                    let at = at.index(part.len());
                    part[at] = *value;
                }
                part.truncate(if keep { part.len() } else { cut.index(part.len()) });
            }
            match decode(block, &mut Decoder::new(&part), &originals) {
                Ok(segment) => store.push(Arc::new(segment)),
                Err(Damaged) => return Ok(()),
            }
        }
        told(&store);
    }

    #[test]
    fn a_wrong_table_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let bytes = written(&segments("two"));
        let footer = bytes.len() - FOOTER;
        let offset = Decoder::new(&bytes[footer..]).u64().expect("a footer");
        let mut tail = bytes[offset as usize..footer].to_vec();
        for (at, value) in &changes {
            let at = at.index(tail.len());
            tail[at] = *value;
        }
        if let Ok(index) = Index::from_tail(&tail, offset) {
            let originals: Vec<_> = index.keepsakes().iter().map(|_| {
                Arc::new(Kept(String::new())) as Arc<dyn Original>
            }).collect();
            let (mut store, mut scratch) = (Store::default(), Vec::new());
            for number in 0..index.segments() {
                match index.segment(number, &bytes, &originals, &mut scratch) {
                    Ok(segment) => store.push(Arc::new(segment)),
                    Err(Damaged) => return Ok(()),
                }
            }
            told(&store);
        }
    }
}
