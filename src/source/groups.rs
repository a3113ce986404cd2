//! Lines that stand for many records each, read as records: what an engine counted, counted as entrail does.
//! Never asks the engine: it is given what came.
//!
//! All lines go the way of every load, so that they are read, folded, matched and told apart as records
//! are. Of each table three kinds of lines come: groups of rows; rows whose id occurs more than once,
//! which are told apart here; and rows that only say what an object is called.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::{Delivery, Load, local, read_all};
use crate::place::{Cost, Counted, Group};
use crate::query::answer::{Answer, Answerer, Question, Sort};
use crate::query::choice::Choice;
use crate::query::summarize::{FIRST, LAST, ROWS, TIME};
use crate::query::{Context, Query};
use crate::store::{RowId, Store};
use crate::time::Timestamp;

/// What an engine gave of one table, as lines of JSON without what is empty.
#[derive(Clone, Default, Debug)]
pub struct Gathered {
    /// Groups of rows.
    pub groups: Vec<u8>,
    /// Whole rows of ids that occur more than once; no group has any of them.
    pub repeated: Vec<u8>,
    /// Whole rows that may name objects which others mention by their id alone.
    pub naming: Vec<u8>,
    /// The conditions that are evaluated here.
    pub rest: Query,
}

/// What a line stands for.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Group { records: u64, seen: Option<(Timestamp, Timestamp)> },
    Record,
    Name,
}

/// The groups of some tables, read.
#[derive(Debug)]
pub struct Groups {
    store: Store,
    /// Of each row, the place of its table and what it stands for.
    rows: Vec<(usize, Meaning)>,
    rests: Vec<Query>,
}

impl Groups {
    /// Reads what was gathered of each table. `name` is what the place is called, `time` an instant for
    /// groups that have none. Fails where an answer is broken, or a group is not a record.
    pub fn read(name: &str, tables: &[Gathered], time: Timestamp) -> Result<Self, String> {
        let (mut bytes, mut meanings) = (Vec::new(), HashMap::new());
        let mut groups = 0;
        for (table, gathered) in tables.iter().enumerate() {
            for line in lines(&gathered.groups) {
                let (text, meaning) = group(line, time)?;
                meanings.insert(bytes.len() as u64, (table, meaning));
                bytes.extend_from_slice(text.as_bytes());
                bytes.push(b'\n');
                groups += 1;
            }
            let whole = [(&gathered.repeated, Meaning::Record), (&gathered.naming, Meaning::Name)];
            for (rows, meaning) in whole {
                for line in lines(rows) {
                    meanings.insert(bytes.len() as u64, (table, meaning));
                    bytes.extend_from_slice(line);
                    bytes.push(b'\n');
                }
            }
        }
        let (mut store, mut lost) = (Store::default(), None);
        let load = Load { places: vec![local::at_hand(name, bytes)], ..Load::default() };
        drop(read_all(load, |delivery| match delivery {
            Delivery::Segment(segment) => store.push(segment),
            Delivery::Trouble(trouble) if trouble.lost => lost = Some(trouble.to_string()),
            _ => {}
        }));
        if let Some(lost) = lost {
            return Err(format!("what was counted cannot be read: {lost}"));
        }
        let meaning_of = |row: RowId| meanings.get(&store.span(row).1.offset).copied();
        let rows: Option<Vec<_>> = (0..store.len() as RowId).map(meaning_of).collect();
        let rows = rows.ok_or("what was counted was read as something else")?;
        let read = rows.iter().filter(|(_, of)| matches!(of, Meaning::Group { .. })).count();
        if read != groups {
            return Err(format!("only {read} of {groups} groups were read as records"));
        }
        let rests = tables.iter().map(|table| table.rest.clone()).collect();
        Ok(Self { store, rows, rests })
    }

    /// The ids of objects without a name that counted records mention: another record may name them.
    pub fn nameless(&self) -> Vec<String> {
        self.store.nameless_ids()
    }

    /// Was one of these ids called by several names? Which it had is told by the time of a record, which
    /// groups do not have.
    pub fn had_several_names(&self, ids: &[String]) -> bool {
        ids.iter().any(|id| self.store.had_several_names(id))
    }

    /// The groups that match what is left of the query.
    pub fn matching(self, context: Context, cost: Cost) -> Result<Counted, String> {
        let mut groups = Vec::new();
        for (table, rest) in self.rests.iter().enumerate() {
            let answer = answer(&self.store, rest, context);
            if answer.unreadable > 0 {
                return Err("what was counted cannot be read again".to_owned());
            }
            let group = |row: RowId| match *self.rows.get(row as usize)? {
                (of, Meaning::Group { records, seen }) if of == table => {
                    Some(Group { row, records, seen })
                }
                (of, Meaning::Record) if of == table => {
                    let seen = self.store.time(row).map(|time| (time, time));
                    Some(Group { row, records: 1, seen })
                }
                _ => None,
            };
            groups.extend(answer.rows.iter().filter_map(|&row| group(row)));
        }
        Ok(Counted { store: self.store, groups, cost })
    }
}

/// How many rows these groups have. Fails where one does not say.
pub fn rows_in(groups: &[u8]) -> Result<u64, String> {
    let rows = |line| values_of(line).and_then(|mut values| take_rows(&mut values));
    lines(groups).map(rows).sum()
}

/// The ids in lines that have one each. Fails where one has none.
pub fn ids_in(rows: &[u8]) -> Result<BTreeSet<String>, String> {
    let id = |line| {
        let id = values_of(line)?.remove("Id");
        let id = id.as_ref().and_then(Value::as_str).map(str::to_owned);
        id.ok_or_else(|| "the answer is broken: an id is missing".to_owned())
    };
    lines(rows).map(id).collect()
}

fn values_of(line: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(line).map_err(|error| format!("the answer is broken: {error}"))
}

/// The number of rows of a group; long integers may come as texts.
fn take_rows(values: &mut Map<String, Value>) -> Result<u64, String> {
    let whole = |rows: Value| rows.as_u64().or_else(|| rows.as_str()?.parse().ok());
    let rows = values.remove(ROWS).and_then(whole);
    rows.ok_or_else(|| "the answer is broken: a group without its number of rows".to_owned())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// A group as a record, and how many records it stands for.
fn group(line: &[u8], time: Timestamp) -> Result<(String, Meaning), String> {
    let mut values = values_of(line)?;
    let records = take_rows(&mut values)?;
    let mut instant = |name| Timestamp::parse(values.remove(name)?.as_str()?);
    let seen = instant(FIRST).zip(instant(LAST));
    values.entry(TIME).or_insert_with(|| time.to_rfc3339().into());
    Ok((Value::Object(values).to_string(), Meaning::Group { records, seen }))
}

fn answer(store: &Store, query: &Query, context: Context) -> Answer {
    let mut answerer = Answerer::default();
    answerer.extend(store.clone());
    answerer.ask(Question {
        revision: 0,
        query: query.clone(),
        context,
        choice: Choice::default(),
        sort: Sort::newest_first(),
        axis: None,
        operations: false,
        hidden: None,
    });
    while answerer.step(&|| false) {}
    answerer.answer().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::field::Field;

    fn context() -> Context {
        Context { now: Timestamp::from_ticks(0), around: None }
    }

    fn counted(gathered: Gathered) -> Result<Vec<(RowId, u64)>, String> {
        let time = Timestamp::parse("2026-11-01").expect("a time");
        let groups = Groups::read("a workspace", &[gathered], time)?;
        let counted = groups.matching(context(), Cost::default())?;
        let mut found: Vec<_> = counted.groups.iter().map(|g| (g.row, g.records)).collect();
        found.sort_unstable();
        Ok(found)
    }

    #[test]
    fn groups_stand_for_their_rows_and_repeated_rows_for_themselves() {
        let row = r#"{"Type":"AuditLogs","Id":"Record_1","TimeGenerated":"2026-11-01T08:00:00Z","OperationName":"Add user"}"#;
        let other = row.replace("Add user", "Delete user");
        let gathered = Gathered {
            groups: br#"{"Type":"AuditLogs","OperationName":"Add user","Rows":7}
{"Type":"AuditLogs","OperationName":"ADD  USER","Rows":"5"}
{"Type":"AuditLogs","OperationName":"Delete user","Rows":2}
"#
            .to_vec(),
            // The same once more, the same id with something else, and a row that is not counted.
            repeated: format!("{row}\n{row}\n{other}\n").into_bytes(),
            naming: other.replace("Record_1", "Record_2").into_bytes(),
            rest: Query::parse("activity=\"add user\"").expect("a query"),
        };
        assert_eq!(counted(gathered), Ok(vec![(0, 7), (1, 5), (3, 1)]));
    }

    #[test]
    fn what_is_not_a_group_is_told() {
        for (line, wrong) in [
            (r#"{"Type":"AuditLogs"}"#, "without its number"),
            (r#"{"Rows":1}"#, "cannot be read"),
            (r#"{"Type":"Heartbeat","Rows":1}"#, "read as"),
            ("[1]", "broken"),
        ] {
            let gathered = Gathered { groups: line.into(), ..Gathered::default() };
            let why = counted(gathered).expect_err(line);
            assert!(why.contains(wrong), "{line}: {why}");
        }
    }

    #[test]
    fn who_has_no_name_is_told() {
        let id = "5ecf7b34-0c1e-4d4b-9c3a-2f3b1f0a7d11";
        let group = format!(
            r#"{{"Type":"AuditLogs","InitiatedBy":"{{\"user\":{{\"id\":\"{id}\"}}}}","Rows":1}}"#
        );
        let name = |name: &str, day: u32| {
            format!(
                r#"{{"Type":"AuditLogs","TimeGenerated":"2026-11-0{day}","TargetResources":[{{"id":"{id}","displayName":"{name}"}}]}}"#
            )
        };
        let read = |naming: String| {
            let gathered = Gathered {
                groups: group.clone().into(),
                naming: naming.into(),
                ..Gathered::default()
            };
            Groups::read("w", &[gathered], Timestamp::from_ticks(0)).expect("groups")
        };
        assert_eq!(read(String::new()).nameless(), [id]);
        let ids = [id.to_owned()];
        let once = read(name("Kim", 1));
        assert!(!once.had_several_names(&ids));
        let once = once.matching(context(), Cost::default()).expect("counted");
        assert_eq!(once.store.things(Field::ACTOR.stored.kept().expect("kept"), 0), ["Kim"]);
        assert_eq!(once.records(), 1);
        assert!(read(format!("{}\n{}", name("Kim", 1), name("Kit", 2))).had_several_names(&ids));
    }
}
