//! The values of a field among rows: how often each occurs, its share, when it was first and last seen.
//! Never counts a value of a record twice; values are as logged, as a filter takes them.

use super::answer::{SPARK, bucket_of};
use super::spelling::Spellings;
use crate::record::field::{Field, Stored};
use crate::store::{RowId, Store};
use crate::time::Timestamp;

/// The values of a field.
#[derive(Clone, Debug)]
pub struct Facet {
    /// Of which field.
    pub field: &'static Field,
    /// The most frequent first, equals in order of the value; at most [`MOST`].
    pub values: Vec<FacetValue>,
    /// Number of different values.
    pub distinct: usize,
    /// Records that were looked at.
    pub records: u64,
    /// Records without a value.
    pub without: u64,
    /// Records whose original bytes could not be read again; they are not counted.
    pub unreadable: u64,
    /// Occurrences of values beyond the first [`MOST_DISTINCT`] different ones.
    pub others: u64,
}

/// One value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FacetValue {
    /// The value as most records spell it; spellings that a filter does not tell apart are one.
    pub value: String,
    /// Records that have it.
    pub count: u64,
    /// Oldest and newest of them (UTC); `None` where none has a time.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// Records by eighth of the whole period, oldest first.
    pub spark: [u32; SPARK],
}

/// Most values that are handed over.
pub const MOST: usize = 10_000;
/// Most different values that are told apart: there may be as many as records, and memory is not.
pub const MOST_DISTINCT: usize = 200_000;
/// Longest value, in bytes; longer ones are one by their beginning.
const LONGEST: usize = 400;

/// What a row stands for: itself, or a group of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stands {
    /// How many records.
    pub records: u64,
    /// Oldest and newest of them (UTC); `None` where none has a time.
    pub seen: Option<(Timestamp, Timestamp)>,
}

/// Counts the values of `field` in `rows`. Times count by day. `goes_on` hears now and then how many
/// records were looked at, and answers whether to go on; `None` where it said no.
pub fn facet(
    store: &Store,
    rows: &[RowId],
    field: &'static Field,
    goes_on: &dyn Fn(usize) -> bool,
) -> Option<Facet> {
    let itself = |row| {
        let time = store.time(row);
        Stands { records: 1, seen: time.map(|time| (time, time)) }
    };
    facet_of(store, rows, field, &itself, goes_on)
}

/// As [`facet`], of rows that stand for groups of records. Sparklines count the first record of a group.
pub fn facet_of(
    store: &Store,
    rows: &[RowId],
    field: &'static Field,
    stands: &dyn Fn(RowId) -> Stands,
    goes_on: &dyn Fn(usize) -> bool,
) -> Option<Facet> {
    let mut tally = Tally { period: store.period(), ..Tally::default() };
    match field.stored {
        Stored::Column(..) | Stored::Property(_) => {
            let kept = field.stored.kept()?;
            let column = kept.column;
            let number = |values: Vec<&str>, tally: &mut Tally| -> Vec<usize> {
                values.into_iter().filter_map(|value| tally.number(value)).collect()
            };
            let mut numbers: Vec<Option<Vec<usize>>> = vec![None; store.entries(column)];
            for (at, &row) in rows.iter().enumerate() {
                if at % 65_536 == 0 && !goes_on(at) {
                    return None;
                }
                for &code in store.codes(row, column).iter() {
                    let known = &mut numbers[code as usize];
                    if known.is_none() && store.is_renamed(kept, code) {
                        let own = number(store.things_in(kept, code, row), &mut tally);
                        tally.of_record.extend(own);
                        continue;
                    }
                    let found =
                        known.get_or_insert_with(|| number(store.things(kept, code), &mut tally));
                    tally.of_record.extend_from_slice(found);
                }
                tally.record(stands(row));
            }
        }
        Stored::Time | Stored::Correlation | Stored::Mark | Stored::Note => {
            for (at, &row) in rows.iter().enumerate() {
                if at % 65_536 == 0 && !goes_on(at) {
                    return None;
                }
                let time = store.time(row);
                let value = match field.stored {
                    Stored::Time => time.map(day).unwrap_or_default(),
                    Stored::Mark => store.marks().word(row).to_owned(),
                    Stored::Note => store.marks().note(row).to_owned(),
                    _ => store.correlation(row),
                };
                if !value.is_empty() {
                    let number = tally.number(&value);
                    tally.of_record.extend(number);
                }
                tally.record(stands(row));
            }
        }
        Stored::Original(_) | Stored::Raw => read(store, rows, field, &mut tally, stands, goes_on)?,
    }
    Some(tally.sorted(field))
}

fn day(time: Timestamp) -> String {
    let text = time.to_rfc3339();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// Counts what is in the original bytes.
fn read(
    store: &Store,
    rows: &[RowId],
    field: &Field,
    tally: &mut Tally,
    stands: &dyn Fn(RowId) -> Stands,
    goes_on: &dyn Fn(usize) -> bool,
) -> Option<()> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    let mut buffer = Vec::new();
    for segment in store.segments() {
        let first = segment.first();
        let from = rows.partition_point(|&row| row < first);
        let to = rows.partition_point(|&row| ((row - first.min(row)) as usize) < segment.len());
        let own: Vec<usize> = rows[from..to].iter().map(|row| (row - first) as usize).collect();
        if !goes_on(from) {
            return None;
        }
        segment.read_records(&own, &mut buffer, &mut |at, record| {
            let Some(record) = record else {
                tally.records += 1;
                tally.unreadable += 1;
                return;
            };
            field.values(&record, "", &mut |value| {
                let number = tally.number(value);
                tally.of_record.extend(number);
            });
            tally.record(stands(first + at as RowId));
        });
    }
    Some(())
}

#[derive(Default)]
struct Tally {
    spellings: Spellings,
    values: Vec<FacetValue>,
    of_record: Vec<usize>,
    records: u64,
    without: u64,
    unreadable: u64,
    others: u64,
    period: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    fn number(&mut self, value: &str) -> Option<usize> {
        let end = value.floor_char_boundary(LONGEST.min(value.len()));
        let value = &value[..end];
        if self.spellings.len() >= MOST_DISTINCT && self.spellings.known(value).is_none() {
            self.others += 1;
            return None;
        }
        Some(self.spellings.number(value))
    }

    /// Counts what has the values collected.
    fn record(&mut self, stands: Stands) {
        let Stands { records, seen } = stands;
        self.records += records;
        self.spellings.record(&mut self.of_record, records);
        self.without += if self.of_record.is_empty() { records } else { 0 };
        for number in self.of_record.drain(..) {
            if number >= self.values.len() {
                self.values.resize_with(number + 1, FacetValue::default);
            }
            let value = &mut self.values[number];
            value.count += records;
            let Some((first, last)) = seen else { continue };
            if let Some(period) = self.period {
                let bucket = &mut value.spark[bucket_of(first, period, SPARK)];
                *bucket = bucket.saturating_add(u32::try_from(records).unwrap_or(u32::MAX));
            }
            value.seen = Some(match value.seen {
                None => (first, last),
                Some((oldest, newest)) => (oldest.min(first), newest.max(last)),
            });
        }
    }

    fn sorted(self, field: &'static Field) -> Facet {
        let Self { spellings, mut values, records, without, unreadable, others, .. } = self;
        for (value, name) in values.iter_mut().zip(spellings.names()) {
            value.value = name;
        }
        values.retain(|value| value.count > 0);
        values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        let distinct = values.len();
        values.truncate(MOST);
        Facet { field, values, distinct, records, without, unreadable, others }
    }
}
