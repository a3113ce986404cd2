//! Random queries over random rows: what is written for other tools never finds less than entrail.
//! Never asks a tool itself: [`super::kql`] and [`super::odata`] read what is written, and nothing of how
//! it came about.

use std::collections::BTreeSet;

use entrail::query::matcher::Matcher;
use entrail::query::plan::Part;
use entrail::query::push_down::{Endpoint, Names, push_down};
use entrail::query::translate::{Language, translate};
use entrail::query::{Context, Query};
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::Timestamp;
use serde_json::Value;

use super::random::Random;
use super::{asked, kql, odata, rows};

/// Rows that queries are asked of together.
const ROWS: usize = 40;
/// Queries that are asked of one set of rows.
const OF_ONE: usize = 60;

/// What was found out.
#[derive(Default, Debug)]
pub struct Figures {
    /// Queries that are answered elsewhere exactly.
    pub exact: usize,
    /// Queries that find less than everything elsewhere.
    pub narrowed: usize,
}

fn context() -> Context {
    Context { now: Timestamp::parse("2026-11-05T12:00:00Z").expect("a time"), around: None }
}

/// Records as entrail reads them, and the number of each row.
struct Read {
    store: Store,
    numbers: Vec<usize>,
}

fn number_of(record: &Value) -> usize {
    let id = record.get("Id").or_else(|| record.get("id")).and_then(Value::as_str);
    id.and_then(|id| id.strip_prefix("Record_")).and_then(|n| n.parse().ok()).expect("an id")
}

impl Read {
    fn new(records: &[Value]) -> Self {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let bytes = lines.join("\n").into_bytes();
        let places = vec![local::at_hand("rows", bytes)];
        let mut store = Store::default();
        read_all(places, |delivery| match delivery {
            Delivery::Segment(segment) => store.push(segment),
            Delivery::Trouble(trouble) => assert_eq!(trouble.to_string(), "", "none is expected"),
            _ => {}
        });
        let numbers = (0..store.len() as u32).map(|row| {
            let bytes = store.read(row).expect("its bytes");
            number_of(&serde_json::from_slice(&bytes).expect("a record"))
        });
        let numbers: Vec<usize> = numbers.collect();
        assert_eq!(numbers.len(), records.len(), "all are records");
        Self { store, numbers }
    }

    /// What entrail finds.
    fn found(&self, query: &Query) -> BTreeSet<usize> {
        let rows = Matcher::new(query, &context()).rows(&self.store);
        rows.into_iter().map(|row| self.numbers[row as usize]).collect()
    }
}

/// What is written for a query: its text, how well each part says it, and whether a record is found.
struct Made {
    text: String,
    parts: Vec<(String, Part)>,
    finds: Box<dyn Fn(&Value) -> bool>,
}

fn in_kql(query: &Query, table: &str) -> Made {
    let made = translate(query, &context(), Language::Kql);
    let kql = kql::Query::parse(&made.text());
    assert_eq!(kql.table, table);
    Made { text: made.code, parts: made.parts, finds: Box::new(move |row| kql.matches(row)) }
}

fn in_odata(query: &Query) -> Made {
    let parted = push_down(query, &context(), Endpoint::Audits, Names::Kept);
    let filter = parted.filter.as_deref().map(|text| odata::parse(text).expect(text));
    let text = format!("{:?} {:?}", parted.time, parted.filter);
    let finds = move |record: &Value| {
        let time = record["activityDateTime"].as_str().and_then(Timestamp::parse);
        time.is_none_or(|time| parted.time.contains(time))
            && filter.as_ref().is_none_or(|f| f.matches(record, odata::Case::Sensitive))
    };
    Made { text, parts: parted.parts, finds: Box::new(finds) }
}

/// Never less is found elsewhere, and where all parts are exact, the same.
fn hold(query: &Query, made: &Made, read: &Read, rows: &[Value]) -> Result<Figures, String> {
    let found = read.found(query);
    let elsewhere = rows.iter().filter(|row| (made.finds)(row)).map(number_of);
    let elsewhere: BTreeSet<usize> = elsewhere.collect();
    let lost = found.difference(&elsewhere).next();
    let is_exact = made.parts.iter().all(|(_, part)| *part == Part::Exact);
    let more = elsewhere.difference(&found).next().filter(|_| is_exact);
    if let Some(number) = lost.or(more) {
        let what = if lost.is_some() { "loses" } else { "is said to be exact and finds" };
        let row = rows.iter().find(|row| number_of(row) == *number);
        let row = row.map(Value::to_string).unwrap_or_default();
        return Err(format!("{query}\n{what} {row}\n{}", made.text));
    }
    let narrowed = usize::from(elsewhere.len() < rows.len());
    Ok(Figures { exact: usize::from(is_exact), narrowed })
}

/// Asks so many queries of each log in each language; or the first that differs, in words.
pub fn check(count: usize, seed: u64) -> Result<[Figures; 3], String> {
    let mut figures = <[Figures; 3]>::default();
    let mut random = Random(seed);
    let mut left = count;
    while left > 0 {
        let both: Vec<rows::Both> = (0..ROWS).map(|n| rows::record(n, &mut random)).collect();
        let (audits, graph): (Vec<Value>, Vec<Value>) =
            both.into_iter().map(|both| (both.row, both.graph)).unzip();
        let sign_ins: Vec<Value> = (0..ROWS).map(|n| rows::sign_in(n, &mut random)).collect();
        let read = [&audits, &graph, &sign_ins].map(|rows| Read::new(rows));
        let some = OF_ONE.min(left);
        let mut hold = |at: usize, text: &str, rows: &[Value]| {
            let query = Query::parse(text).map_err(|why| format!("{text}: {why}"))?;
            let made = match at {
                0 => in_kql(&query, "AuditLogs"),
                1 => in_odata(&query),
                _ => in_kql(&query, "SigninLogs"),
            };
            let one = hold(&query, &made, &read[at], rows)?;
            figures[at].exact += one.exact;
            figures[at].narrowed += one.narrowed;
            Ok::<(), String>(())
        };
        for text in asked::FAULTS {
            hold(0, text, &audits)?;
            hold(1, text, &graph)?;
        }
        for _ in 0..some {
            let text = asked::query(asked::AUDITS, &mut random);
            hold(0, &text, &audits)?;
            hold(1, &text, &graph)?;
            hold(1, &asked::query(asked::GRAPH, &mut random), &graph)?;
            let sign_in = asked::query(asked::SIGN_INS, &mut random);
            hold(2, &format!("kind=sign-in ({sign_in})"), &sign_ins)?;
        }
        left -= some;
    }
    Ok(figures)
}
