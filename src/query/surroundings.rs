//! What is around one record: the others of its operation, and how unusual it is in this data.
//! Never guesses: what joins records is said, and first means first in what was loaded.

use super::known_names::{KnownName, known_names};
use super::matcher::Matcher;
use super::{Context, Expression, Operator, Query, Term, Value};
use crate::record::column::{Column, Part};
use crate::record::field::Field;
use crate::store::{RowId, Store, order};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// What joins a record to those related to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joined {
    /// The correlation id.
    Correlation,
    /// The actor and a target, within so many minutes.
    ActorAndTarget(i64),
    /// Nothing does.
    Nothing,
}

/// How often something occurs in all records.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Times {
    /// Number of records.
    pub count: u64,
    /// Is this record the first of them?
    pub is_first: bool,
}

impl Times {
    /// Is it rare among so many records? At most three times, and less than once in a thousand.
    pub fn is_rare(&self, records: u64) -> bool {
        is_rare(self.count, records)
    }
}

/// Is what occurs in `count` of so many records rare? At most three times, and less than once in a
/// thousand.
pub fn is_rare(count: u64, records: u64) -> bool {
    count <= 3 && count * 1_000 < records
}

/// What is around a record.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What joins it to the others.
    pub joined: Joined,
    /// The others and itself, in the order they happened; at most [`MOST`].
    pub related: Vec<RowId>,
    /// How many there are.
    pub count: usize,
    /// Records in all.
    pub records: u64,
    /// Records of this activity.
    pub activity: Times,
    /// Of this activity by this actor.
    pub by_actor: Times,
    /// Of this actor from this address; `None` where the record has none.
    pub from_ip: Option<Times>,
    /// Names of what the record mentions by id.
    pub names: Vec<KnownName>,
}

/// Most related records that are handed over.
pub const MOST: usize = 500;
/// Minutes before and after in which the same actor and target make records related.
const MINUTES: i64 = 10;

/// Finds what is around a record that mentions these ids. Looks at every record's columns: for a
/// thread.
pub fn surroundings(store: &Store, row: RowId, ids: &[String]) -> Surroundings {
    let id = store.correlation(row);
    let equals = |field, text: &str| Expression::term(field, Operator::Equals, text);
    let mut joined = Joined::Nothing;
    let mut related = Vec::new();
    if !id.is_empty() {
        joined = Joined::Correlation;
        related = matching(store, equals(Field::CORRELATION, &id));
    }
    if related.len() <= 1
        && let Some(expression) = actor_and_target(store, row)
    {
        let found = matching(store, expression);
        if found.len() > 1 {
            joined = Joined::ActorAndTarget(MINUTES);
            related = found;
        }
    }
    if related.len() <= 1 {
        joined = Joined::Nothing;
    }
    order::oldest_first(store, &mut related);
    let count = related.len();
    related.truncate(MOST);
    let [activity, by_actor, from_ip] = occurrences(store, row);
    let has_ip = !text(store, row, Part::ADDRESS).is_empty();
    Surroundings {
        joined,
        related,
        count,
        records: store.len() as u64,
        activity,
        by_actor,
        from_ip: has_ip.then_some(from_ip),
        names: known_names(store, ids),
    }
}

fn text(store: &Store, row: RowId, part: Part) -> &str {
    let code = store.codes(row, part.column()).first().copied();
    code.map_or("", |code| store.part(part, code))
}

fn matching(store: &Store, expression: Expression) -> Vec<RowId> {
    let query = Query { expression: Some(expression) };
    // Times in it are absolute.
    let context = Context { now: Timestamp::from_ticks(0), around: None };
    Matcher::new(&query, &context).rows(store)
}

/// The same actor and one of the same targets, some minutes before and after.
fn actor_and_target(store: &Store, row: RowId) -> Option<Expression> {
    let time = store.time(row)?;
    let id = match text(store, row, Part::ACTOR_ID) {
        "" => text(store, row, Part::ACTOR_APP_ID),
        id => id,
    };
    let actor = match id {
        "" => (Field::ACTOR, text(store, row, Part::ACTOR_UPN)),
        id => (Field::ACTOR_ID, id),
    };
    let targets = store.codes(row, Column::Targets);
    let ids = targets.iter().map(|&code| store.part(Part::TARGET_ID, code));
    let target = ids.into_iter().find(|id| !id.is_empty())?;
    if actor.1.is_empty() {
        return None;
    }
    let reach = MINUTES * 60 * TICKS_PER_SECOND;
    let ends = [time.plus(-reach), time.plus(reach)].map(|time| Some(time.to_rfc3339()));
    let [from, to] = ends;
    let span = Expression::Term(Term {
        field: Some(Field::TIME),
        operator: Operator::Contains,
        value: Value::Range(from, to),
    });
    let equals = |field, text: &str| Expression::term(field, Operator::Equals, text);
    Some(Expression::and(vec![span, equals(actor.0, actor.1), equals(Field::TARGET_ID, target)]))
}

/// How often the activity occurs, the activity by the actor, and the actor from the address.
fn occurrences(store: &Store, row: RowId) -> [Times; 3] {
    let code = |column| store.codes(row, column).first().copied();
    let own = [Column::Path, Column::Actor, Column::Ip].map(code);
    let own_time = (store.time(row), row);
    let mut found = [Times { count: 0, is_first: true }; 3];
    for segment in store.segments() {
        let [path, actor, ip] =
            [Column::Path, Column::Actor, Column::Ip].map(|column| segment.column(column));
        for at in 0..segment.len() {
            let is_path = path.first(at) == own[0];
            let is_actor = actor.first(at) == own[1];
            if !is_path && !is_actor {
                continue;
            }
            let holds = [is_path, is_path && is_actor, is_actor && ip.first(at) == own[2]];
            let is_before = (segment.time(at), segment.first() + at as RowId) < own_time;
            for (times, _) in found.iter_mut().zip(holds).filter(|(_, holds)| *holds) {
                times.count += 1;
                times.is_first &= !is_before;
            }
        }
    }
    found
}
