//! The query that finds the records of a finding and no others: by correlation id where that is enough, else by time.
//! Never approximate: what else a condition finds is looked up before it is used.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Finding;
use super::judge::Pending;
use crate::query::matcher::Matcher;
use crate::query::{Context, Expression, Operator, Query, Term, Value};
use crate::record::column::Part;
use crate::record::field::Field;
use crate::store::column::{NOT_A_GUID, pack_guid};
use crate::store::{RowId, Store};
use crate::text::fold;
use crate::time::Timestamp;

/// More instants than this are replaced by a span of time, where that finds the same.
const MANY: usize = 8;
/// So many spans are tried: each is an answer over all records.
const TRIES: usize = 60;
/// Fields that tell records of one instant apart, in the order they are tried.
const TELLING: &[&Field] = &[
    Field::ACTIVITY,
    Field::ACTOR_ID,
    Field::TARGET_ID,
    Field::TARGET,
    Field::ACTOR,
    Field::OP,
    Field::SERVICE,
];

/// Gives each finding its query; `None` where `cancelled` said so.
pub(super) fn with_queries(
    store: &Store,
    pending: Vec<Pending>,
    cancelled: &dyn Fn() -> bool,
) -> Option<Vec<Finding>> {
    let mut findings: Vec<Finding> = pending.into_iter().map(|pending| pending.finding).collect();
    let rows: Vec<Vec<RowId>> = findings.iter().map(Finding::rows).collect();
    let sizes = Operations::count(store, &rows);
    let parted: Vec<(Vec<String>, Vec<RowId>)> =
        rows.iter().map(|rows| sizes.part(store, rows)).collect();
    let same_time = same_time(store, &parted);
    let mut tries = TRIES;
    for ((finding, rows), (ids, left)) in findings.iter_mut().zip(&rows).zip(&parted) {
        if cancelled() {
            return None;
        }
        if left.len() > MANY && tries > 0 {
            tries -= 1;
            if let Some(query) = by_span(store, rows) {
                finding.query = query;
                continue;
            }
        }
        let own: HashSet<RowId> = rows.iter().copied().collect();
        let mut parts = Vec::new();
        parts.extend(any_of(Field::CORRELATION, ids.clone()));
        let mut groups: BTreeMap<Vec<(&Field, String)>, Vec<String>> = BTreeMap::new();
        for &row in left {
            let Some(time) = store.time(row) else { continue };
            let others = same_time.get(&time.ticks()).map(Vec::as_slice).unwrap_or_default();
            let others: Vec<RowId> =
                others.iter().copied().filter(|other| !own.contains(other)).collect();
            groups.entry(telling(store, row, others)).or_default().push(time.to_rfc3339());
        }
        for (told, mut times) in groups {
            times.sort_unstable();
            times.dedup();
            let told =
                told.iter().map(|(field, text)| Expression::term(field, Operator::Equals, text));
            let all = told.chain(any_of(Field::TIME, times)).collect();
            parts.push(Expression::and(all));
        }
        let expression = (!parts.is_empty()).then(|| Expression::or(parts));
        finding.query = Query { expression }.to_string();
    }
    Some(findings)
}

fn any_of(field: &'static Field, mut values: Vec<String>) -> Option<Expression> {
    let value = match values.len() {
        0 => return None,
        1 => Value::Text(values.remove(0)),
        _ => Value::AnyOf(values.into_iter().map(Value::Text).collect()),
    };
    let field = Some(field);
    Some(Expression::Term(Term { field, operator: Operator::Equals, value }))
}

/// How many records each correlation id of the findings has.
struct Operations {
    guids: HashMap<u128, usize>,
    others: HashMap<String, usize>,
}

impl Operations {
    fn count(store: &Store, rows: &[Vec<RowId>]) -> Self {
        let mut own = Self { guids: HashMap::new(), others: HashMap::new() };
        for &row in rows.iter().flatten() {
            let id = fold(&store.correlation(row));
            match pack_guid(&id).filter(|&guid| guid != NOT_A_GUID) {
                _ if id.is_empty() => {}
                Some(guid) => {
                    own.guids.entry(guid).or_default();
                }
                None => {
                    own.others.entry(id).or_default();
                }
            }
        }
        for segment in store.segments() {
            for (at, &guid) in segment.correlations().packed().iter().enumerate() {
                let count = if guid == NOT_A_GUID {
                    let id = fold(&segment.correlation(at));
                    match pack_guid(&id).filter(|&guid| guid != NOT_A_GUID) {
                        Some(guid) => own.guids.get_mut(&guid),
                        None => own.others.get_mut(&id),
                    }
                } else {
                    own.guids.get_mut(&guid)
                };
                if let Some(count) = count {
                    *count += 1;
                }
            }
        }
        own
    }

    fn of(&self, id: &str) -> usize {
        let guid = pack_guid(id).filter(|&guid| guid != NOT_A_GUID);
        let count = match guid {
            Some(guid) => self.guids.get(&guid),
            None => self.others.get(id),
        };
        count.copied().unwrap_or_default()
    }

    /// The ids all of whose records are among `rows`, and the rows that have none of them.
    fn part(&self, store: &Store, rows: &[RowId]) -> (Vec<String>, Vec<RowId>) {
        let mut groups: BTreeMap<String, Vec<RowId>> = BTreeMap::new();
        for &row in rows {
            groups.entry(fold(&store.correlation(row))).or_default().push(row);
        }
        let (mut ids, mut left) = (Vec::new(), Vec::new());
        for (id, group) in groups {
            if !id.is_empty() && self.of(&id) == group.len() {
                ids.push(id);
            } else {
                left.extend(group);
            }
        }
        left.sort_unstable();
        (ids, left)
    }
}

/// All records that happened at the instants of those that are left.
fn same_time(store: &Store, parted: &[(Vec<String>, Vec<RowId>)]) -> HashMap<i64, Vec<RowId>> {
    let left = parted.iter().flat_map(|(_, left)| left);
    let times = left.filter_map(|&row| store.time(row)).map(Timestamp::ticks);
    let mut found: HashMap<i64, Vec<RowId>> = times.map(|ticks| (ticks, Vec::new())).collect();
    if found.is_empty() {
        return found;
    }
    for segment in store.segments() {
        for (at, ticks) in segment.times().iter().enumerate() {
            if let Some(rows) = found.get_mut(ticks) {
                rows.push(segment.first() + at as RowId);
            }
        }
    }
    found
}

/// What tells a record from the others of its instant: as few fields as it takes.
fn telling(store: &Store, row: RowId, mut others: Vec<RowId>) -> Vec<(&'static Field, String)> {
    let mut told = Vec::new();
    // A record that happened at the same instant as thousands: what can be told is told.
    others.truncate(10_000);
    for &field in TELLING {
        if others.is_empty() {
            return told;
        }
        let before = others.len();
        let Some(value) = values(store, row, field).into_iter().next() else { continue };
        let wanted = fold(&value);
        let same = |other: &RowId| values(store, *other, field).iter().any(|v| fold(v) == wanted);
        others.retain(same);
        if others.len() < before {
            told.push((field, value));
        }
    }
    if !others.is_empty()
        && let Ok(read) = store.reread(row)
        && let Ok(record) = read.record()
        && !record.id.is_empty()
    {
        told.push((Field::ID, record.id.into_owned()));
    }
    told
}

/// The values of a field that is kept in a column.
fn values(store: &Store, row: RowId, field: &Field) -> Vec<String> {
    let Some(kept) = field.stored.kept() else { return Vec::new() };
    let mut found = Vec::new();
    for &code in store.codes(row, kept.column).iter() {
        found.extend(store.values(kept, code).into_iter().map(str::to_owned));
    }
    found
}

/// The span of time with the activities and actors of the records, if nothing else is in it.
fn by_span(store: &Store, rows: &[RowId]) -> Option<String> {
    let times = || rows.iter().filter_map(|&row| store.time(row));
    let (from, to) = (times().min()?, times().max()?);
    let own = |part: Part| {
        let mut all: Vec<String> = rows
            .iter()
            .filter_map(|&row| store.codes(row, part.column()).first().copied())
            .map(|code| store.part(part, code).to_owned())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let activities = own(Part::ACTIVITY);
    let actors: Vec<String> = own(Part::ACTOR_ID);
    let range = Value::Range(Some(from.to_rfc3339()), Some(to.to_rfc3339()));
    let time = Expression::Term(Term {
        field: Some(Field::TIME),
        operator: Operator::Contains,
        value: range,
    });
    let mut parts = vec![time];
    parts.extend(any_of(Field::ACTIVITY, activities));
    if actors.len() <= 6 && actors.iter().all(|actor| !actor.is_empty()) {
        parts.extend(any_of(Field::ACTOR_ID, actors));
    }
    let query = Query { expression: Some(Expression::and(parts)) };
    let context = Context { now: to, around: None };
    let found = Matcher::new(&query, &context).rows(store);
    (found == rows).then(|| query.to_string())
}
