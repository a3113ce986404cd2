//! What an engine is asked in KQL: how many rows there are by the hour, and the rows of a span of time.
//! Never asks for less than what was sought: conditions come from the dialect, which says as much.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::answer::Column;
use super::tables::Table;
use crate::query::dialect::kql;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// How much later than a record happened its row may say that it was made, in ticks: seven days. A row
/// that arrives after days says when it arrived (Azure Monitor, "Standard columns", `TimeGenerated`).
pub const LATEST: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;
/// How much earlier, in ticks: what clocks differ by.
const EARLIEST: i64 = 3_600 * TICKS_PER_SECOND;
/// The column that says when a row was made.
const MADE: &str = "TimeGenerated";
/// What says so in tables that were filled by other means than Azure Monitor.
const ALSO_MADE: [&str; 8] = [
    "time",
    "Time",
    "Timestamp",
    "timestamp",
    "ActivityDateTime",
    "activityDateTime",
    "CreatedDateTime",
    "createdDateTime",
];

/// What is sought in one table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sought {
    /// What is known of the table.
    pub table: &'static Table,
    /// What it is called there.
    pub name: Arc<str>,
    /// When records happened.
    pub window: Window,
    /// The conditions that the engine can evaluate, as KQL; `None`: none.
    pub conditions: Option<String>,
}

/// A table as it turned out to be: its columns, and what says when a row was made and happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    columns: Vec<Column>,
    made: String,
    /// `None`: when the row was made.
    happened: Option<String>,
    /// What the rows say that their table is; `None`: what they say by themselves.
    kind: Option<&'static str>,
}

impl Shape {
    /// The shape of a table with these columns. Fails where none says when a row was made.
    pub fn new(table: &Table, name: &str, columns: Vec<Column>) -> Result<Self, String> {
        let find = |name: &str| columns.iter().find(|column| column.name == name);
        let is_time = |column: &&Column| column.kind == "datetime";
        let made = find(MADE)
            .or_else(|| ALSO_MADE.iter().find_map(|name| find(name)))
            .or_else(|| columns.iter().find(is_time))
            .ok_or("none of its columns says when something happened")?;
        let happened = Some(table.happened).filter(|name| *name != made.name).and_then(find);
        // A row that does not say which table it is of, or says another one, is none of Entra's to a reader.
        let is_told = table.name.is_empty()
            || (find("Type").is_some() && table.name.eq_ignore_ascii_case(name));
        Ok(Self {
            made: time(made),
            happened: happened.map(time),
            kind: (!is_told).then_some(table.name),
            columns,
        })
    }

    /// The shape of a table that has all columns that are named.
    pub fn usual(sought: &Sought) -> Self {
        let named = sought.named();
        let names = [MADE, sought.table.happened, "Type"].into_iter().chain(named);
        let column = |name: &str| Column { name: name.to_owned(), kind: String::new() };
        let columns = names.filter(|name| !name.is_empty()).map(column).collect();
        let happened = sought.table.happened;
        let happened = (!happened.is_empty()).then(|| happened.to_owned());
        Self { columns, made: MADE.to_owned(), happened, kind: None }
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// When a record happened, as the engine writes it.
    pub fn happened(&self) -> String {
        match &self.happened {
            Some(happened) => format!("coalesce({happened}, {})", self.made),
            None => self.made.clone(),
        }
    }

    /// Is that what a reader of its rows takes for it? Other columns, or texts, may be read otherwise.
    pub fn is_read_so(&self) -> bool {
        let is_plain = |name: &String| self.has(name);
        self.made == MADE && self.happened.as_ref().is_none_or(is_plain)
    }

    /// What its rows are said to be, where they do not say so themselves.
    pub fn kind(&self) -> Option<&'static str> {
        self.kind
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// A column as a time: what is written as text is read as one.
fn time(column: &Column) -> String {
    match column.kind.as_str() {
        "" | "datetime" => column.name.clone(),
        _ => format!("todatetime({})", column.name),
    }
}

/// A name as KQL writes it: in brackets where it is none by itself.
pub fn identifier(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match is_plain {
        true => name.to_owned(),
        false => format!("[{}]", kql::literal(name)),
    }
}

impl Sought {
    /// When the rows say that they were made: from a little before the first record happened to what
    /// may have come late.
    pub fn made(&self) -> Window {
        match (self.table.happened, self.table.name) {
            ("", name) if !name.is_empty() => self.window,
            _ => Window {
                start: self.window.start.plus(-EARLIEST),
                end: self.window.end.plus(LATEST),
            },
        }
    }

    /// The columns that the conditions name.
    pub fn named(&self) -> Vec<&str> {
        columns(self.conditions.as_deref().unwrap_or_default()).into_iter().collect()
    }

    /// A query whose answer has the columns of the table and no row.
    pub fn columns(&self) -> String {
        format!("{}\n| take 0", identifier(&self.name))
    }

    /// How many rows were made in each hour of `made`.
    pub fn counted(&self, made: Window, shape: &Shape) -> String {
        let (query, _) = self.found(made, shape);
        by_the_hour(query, shape)
    }

    /// The rows that were made in `made`.
    pub fn rows(&self, made: Window, shape: &Shape) -> String {
        let (mut query, absent) = self.found(made, shape);
        finish(&mut query, &absent, shape);
        query
    }

    /// The rows that were made in `made` and arrived since then, by what says when they arrived.
    pub fn arrived(
        &self,
        made: Window,
        since: Timestamp,
        arrival: Arrival,
        shape: &Shape,
    ) -> String {
        let (mut query, absent) = self.found(made, shape);
        let arrival = match arrival {
            Arrival::Always => "ingestion_time()".to_owned(),
            Arrival::Mostly => format!("coalesce(ingestion_time(), {})", shape.made),
        };
        let _ = write!(query, "\n| where {arrival} >= datetime({})", since.to_rfc3339());
        finish(&mut query, &absent, shape);
        query
    }

    /// One row that was made before a time, if there is one.
    pub fn older(&self, made: Window, shape: &Shape) -> String {
        let conditions = [between(&shape.made, made)];
        kql::query(&identifier(&self.name), &conditions) + "\n| take 1"
    }

    /// How many rows were made in each hour of `made`, whatever is sought.
    pub fn all_counted(&self, made: Window, shape: &Shape) -> String {
        let conditions = [between(&shape.made, made)];
        by_the_hour(kql::query(&identifier(&self.name), &conditions), shape)
    }

    /// What these stages make of the rows that were made in `made`.
    pub fn summarized(&self, made: Window, shape: &Shape, stages: &str) -> String {
        let (mut query, _) = self.found(made, shape);
        finish(&mut query, &[], shape);
        query + stages
    }

    /// The rows that were made in `made` and that these stages leave.
    pub fn rows_of(&self, made: Window, shape: &Shape, stages: &str) -> String {
        let (mut query, absent) = self.found(made, shape);
        query.push_str(stages);
        finish(&mut query, &absent, shape);
        query
    }

    /// The rows, and the columns that are none of the table: empty ones stand for them.
    fn found(&self, made: Window, shape: &Shape) -> (String, Vec<String>) {
        let mut conditions = vec![between(&shape.made, made)];
        match &shape.happened {
            Some(_) => conditions.push(between(&shape.happened(), self.window)),
            // Of what is not known it may have happened before.
            None if self.table.name.is_empty() => {}
            // Without that column it happened when the row was made.
            None => conditions.push(between(&shape.made, self.window)),
        }
        if !self.table.only.is_empty() {
            conditions.push(self.table.only.to_owned());
        }
        let asked = self.conditions.as_deref().unwrap_or_default();
        conditions.extend(self.conditions.clone());
        let mut query = kql::query(&identifier(&self.name), &conditions);
        let absent: Vec<String> =
            columns(asked).into_iter().filter(|name| !shape.has(name)).map(str::to_owned).collect();
        if !absent.is_empty() {
            let empty: Vec<String> = absent.iter().map(|name| format!("{name} = \"\"")).collect();
            let line = format!("\n| extend {}", empty.join(", "));
            // Behind the name of the table, before the first condition.
            let at = query.find("\n| where").unwrap_or(query.len());
            query.insert_str(at, &line);
        }
        (query, absent)
    }
}

/// What says when a row arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// Every table says so.
    Always,
    /// A table may have been told not to; then it is when the row was made.
    Mostly,
}

fn by_the_hour(query: String, shape: &Shape) -> String {
    query + &format!("\n| summarize Rows = count() by Hour = bin({}, 1h)", shape.made)
}

/// Takes columns that are none of the table out of the answer again, and says what the rows are.
fn finish(query: &mut String, absent: &[String], shape: &Shape) {
    if !absent.is_empty() {
        let _ = write!(query, "\n| project-away {}", absent.join(", "));
    }
    if let Some(kind) = shape.kind {
        let _ = write!(query, "\n| extend Type = {}", kql::literal(kind));
    }
}

fn between(column: &str, window: Window) -> String {
    let (start, end) = (window.start.to_rfc3339(), window.end.to_rfc3339());
    format!("({column} >= datetime({start}) and {column} < datetime({end}))")
}

/// The columns that a condition of the dialect names: words that begin with a capital letter, outside of
/// texts, which are no part of something else.
fn columns(condition: &str) -> BTreeSet<&str> {
    let bytes = condition.as_bytes();
    let is_word =
        |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let mut found = BTreeSet::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' {
            at += 1;
            while bytes.get(at).is_some_and(|b| *b != b'"') {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at += 1;
        } else if is_word(at) {
            let start = at;
            while is_word(at) {
                at += 1;
            }
            let is_part = start > 0 && bytes[start - 1] == b'.';
            let is_call = bytes.get(at) == Some(&b'(');
            if byte.is_ascii_uppercase() && !is_part && !is_call {
                found.insert(&condition[start..at]);
            }
        } else {
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tables::{find, told};
    use super::*;
    use crate::query::dialect::kql::Kql;
    use crate::query::push_down::push_down_to;
    use crate::query::{Context, Query};

    fn sought(log: &str, query: &str) -> Sought {
        let at = |text: &str| Timestamp::parse(text).expect(text);
        let table = find(log).expect(log);
        let context = Context { now: at("2026-11-20T12:00:00Z"), around: None };
        let query = Query::parse(query).expect(query);
        let columns = table.columns.expect("columns that are known");
        let conditions = push_down_to(&query, &context, &Kql(columns)).filter;
        let window = Window { start: at("2026-11-01"), end: at("2026-11-02") };
        Sought { table, name: table.name.into(), window, conditions }
    }

    fn present(names: &[&str], sought: &Sought) -> Shape {
        let column = |name: &&str| Column { name: (*name).to_owned(), kind: String::new() };
        let columns = names.iter().chain(&["Type"]).map(column).collect();
        Shape::new(sought.table, &sought.name, columns).expect("a time")
    }

    #[test]
    fn rows_that_arrive_late_are_asked_for_by_when_they_happened() {
        let sought = sought("audit", "");
        let made = sought.made();
        let query = sought.rows(made, &present(&["TimeGenerated", "ActivityDateTime"], &sought));
        assert_eq!(
            query,
            "AuditLogs\n\
             | where (TimeGenerated >= datetime(2026-10-31T23:00:00Z) and \
             TimeGenerated < datetime(2026-11-09T00:00:00Z))\n\
             | where (coalesce(ActivityDateTime, TimeGenerated) >= datetime(2026-11-01T00:00:00Z) and \
             coalesce(ActivityDateTime, TimeGenerated) < datetime(2026-11-02T00:00:00Z))"
        );
        // A table without that column.
        let query = sought.rows(made, &present(&["TimeGenerated"], &sought));
        assert!(!query.contains("ActivityDateTime"), "{query}");
    }

    #[test]
    fn a_table_without_a_time_of_its_own_was_explained_with_an_empty_column() {
        let at = |text: &str| Timestamp::parse(text).expect(text);
        let window = Window { start: at("2026-11-01"), end: at("2026-11-02") };
        let table = find("provisioning").expect("a table");
        let sought = Sought { table, name: table.name.into(), window, conditions: None };
        let query = sought.rows(sought.made(), &Shape::usual(&sought));
        assert!(!query.contains("coalesce"), "{query}");
    }

    #[test]
    fn columns_that_a_table_lacks_are_empty_and_leave_again() {
        let sought =
            sought("sign-ins-service-principal", "actor:kim \"(Fake\\\" Column\" app:Report");
        let query =
            sought.rows(sought.made(), &present(&["TimeGenerated", "AppId", "UserId"], &sought));
        let extended = query.lines().find(|line| line.starts_with("| extend")).expect("a line");
        assert!(
            extended.contains("UserPrincipalName = \"\"") && !extended.contains("AppId"),
            "{query}"
        );
        assert!(!extended.contains("Fake") && !extended.contains("Column"), "{query}");
        let before = query.find("| extend") < query.find("| where");
        assert!(before && query.contains("\n| project-away AppDisplayName, "), "{query}");
        // Counting needs no column to leave.
        let counted = sought.counted(sought.made(), &present(&["TimeGenerated"], &sought));
        assert!(counted.ends_with("| summarize Rows = count() by Hour = bin(TimeGenerated, 1h)"));
    }

    #[test]
    fn words_in_texts_are_no_columns() {
        let found = |text| columns(text).into_iter().collect::<Vec<_>>();
        assert_eq!(
            found("tostring(InitiatedBy.user) contains \"A \\\" B\" and Id =~ \"C\""),
            ["Id", "InitiatedBy"]
        );
        assert_eq!(
            found("has_unnamed(parse_json(tostring(TargetResources)))"),
            ["TargetResources"]
        );
    }

    #[test]
    fn a_table_of_another_name_says_what_it_is_and_when() {
        let columns = |all: &[(&str, &str)]| -> Vec<Column> {
            let column = |(name, kind): &(&str, &str)| Column {
                name: (*name).to_owned(),
                kind: (*kind).to_owned(),
            };
            all.iter().map(column).collect()
        };
        let of = |name: &str, all: &[(&str, &str)]| {
            let columns = columns(all);
            let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            let table = told(name, &names);
            let sought = Sought { table, name: name.into(), ..sought("audit", "") };
            let shape = Shape::new(table, name, columns)?;
            Ok::<_, String>(sought.rows(sought.made(), &shape))
        };
        let audit = &[
            ("Type", "string"),
            ("InitiatedBy", "dynamic"),
            ("TargetResources", "dynamic"),
            ("OperationName", "string"),
            ("Timestamp", "datetime"),
            ("ActivityDateTime", "string"),
        ];
        let query = of("Entra's \"audit\"", audit).expect("a query");
        assert!(
            query.starts_with("[\"Entra's \\\"audit\\\"\"]\n| where (Timestamp >= "),
            "{query}"
        );
        assert!(query.contains("coalesce(todatetime(ActivityDateTime), Timestamp)"), "{query}");
        assert!(query.ends_with("| extend Type = \"AuditLogs\""), "{query}");
        // What it is nobody knows: what its rows say is left alone, and so is when they happened.
        let query = of("Raw", &[("records", "dynamic"), ("arrived", "datetime")]).expect("a query");
        assert_eq!(
            query,
            "Raw\n| where (arrived >= datetime(2026-10-31T23:00:00Z) and arrived < datetime(2026-11-09T00:00:00Z))"
        );
        assert!(of("Raw", &[("records", "dynamic")]).is_err());
    }
}
