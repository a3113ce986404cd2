//! What an engine is asked in KQL: how many rows there are by the hour, and the rows of a span of time.
//! Never asks for less than what was sought: conditions come from the dialect, which says as much.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::tables::Table;
use crate::query::dialect::kql;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// How much later than a record happened its row may say that it was made, in ticks: seven days. A row
/// that arrives after days says when it arrived (Azure Monitor, "Standard columns", `TimeGenerated`).
pub const LATEST: i64 = 7 * 24 * 3_600 * TICKS_PER_SECOND;
/// How much earlier, in ticks: what clocks differ by.
const EARLIEST: i64 = 3_600 * TICKS_PER_SECOND;

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

impl Sought {
    /// When the rows say that they were made: from a little before the first record happened to what
    /// may have come late.
    pub fn made(&self) -> Window {
        match self.table.happened {
            "" => self.window,
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
        format!("{}\n| take 0", self.name)
    }

    /// How many rows were made in each hour of `made`. `present` are the columns of the table.
    pub fn counted(&self, made: Window, present: &[String]) -> String {
        let (mut query, _) = self.found(made, present);
        query.push_str("\n| summarize Rows = count() by Hour = bin(TimeGenerated, 1h)");
        query
    }

    /// The rows that were made in `made`.
    pub fn rows(&self, made: Window, present: &[String]) -> String {
        let (mut query, absent) = self.found(made, present);
        without(&mut query, &absent);
        query
    }

    /// The rows that were made in `made` and arrived since then.
    pub fn arrived(&self, made: Window, since: Timestamp, present: &[String]) -> String {
        let (mut query, absent) = self.found(made, present);
        let _ = write!(query, "\n| where ingestion_time() >= datetime({})", since.to_rfc3339());
        without(&mut query, &absent);
        query
    }

    /// The rows, and the columns that are none of the table: empty ones stand for them.
    fn found(&self, made: Window, present: &[String]) -> (String, Vec<String>) {
        let has = |column: &str| present.iter().any(|name| name == column);
        let mut conditions = vec![between("TimeGenerated", made)];
        let happened = self.table.happened;
        if !happened.is_empty() && has(happened) {
            conditions.push(between(&format!("coalesce({happened}, TimeGenerated)"), self.window));
        } else {
            // Without that column it happened when the row was made.
            conditions.push(between("TimeGenerated", self.window));
        }
        if !self.table.only.is_empty() {
            conditions.push(self.table.only.to_owned());
        }
        let asked = self.conditions.as_deref().unwrap_or_default();
        conditions.extend(self.conditions.clone());
        let mut query = kql::query(&self.name, &conditions);
        let absent: Vec<String> =
            columns(asked).into_iter().filter(|name| !has(name)).map(str::to_owned).collect();
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

/// Takes columns that are none of the table out of the answer again.
fn without(query: &mut String, absent: &[String]) {
    if !absent.is_empty() {
        let _ = write!(query, "\n| project-away {}", absent.join(", "));
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
    use super::super::tables::find;
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

    fn present(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn rows_that_arrive_late_are_asked_for_by_when_they_happened() {
        let sought = sought("audit", "");
        let made = sought.made();
        let query = sought.rows(made, &present(&["TimeGenerated", "ActivityDateTime"]));
        assert_eq!(
            query,
            "AuditLogs\n\
             | where (TimeGenerated >= datetime(2026-10-31T23:00:00Z) and \
             TimeGenerated < datetime(2026-11-09T00:00:00Z))\n\
             | where (coalesce(ActivityDateTime, TimeGenerated) >= datetime(2026-11-01T00:00:00Z) and \
             coalesce(ActivityDateTime, TimeGenerated) < datetime(2026-11-02T00:00:00Z))"
        );
        // A table without that column.
        let query = sought.rows(made, &present(&["TimeGenerated"]));
        assert!(!query.contains("ActivityDateTime"), "{query}");
    }

    #[test]
    fn a_table_without_a_time_of_its_own_was_explained_with_an_empty_column() {
        let at = |text: &str| Timestamp::parse(text).expect(text);
        let window = Window { start: at("2026-11-01"), end: at("2026-11-02") };
        let table = find("provisioning").expect("a table");
        let sought = Sought { table, name: table.name.into(), window, conditions: None };
        let query = sought.rows(sought.made(), &present(&["TimeGenerated", table.happened]));
        assert!(!query.contains("coalesce"), "{query}");
    }

    #[test]
    fn columns_that_a_table_lacks_are_empty_and_leave_again() {
        let sought =
            sought("sign-ins-service-principal", "actor:kim \"(Fake\\\" Column\" app:Report");
        let query = sought.rows(sought.made(), &present(&["TimeGenerated", "AppId", "UserId"]));
        let extended = query.lines().find(|line| line.starts_with("| extend")).expect("a line");
        assert!(
            extended.contains("UserPrincipalName = \"\"") && !extended.contains("AppId"),
            "{query}"
        );
        assert!(!extended.contains("Fake") && !extended.contains("Column"), "{query}");
        let before = query.find("| extend") < query.find("| where");
        assert!(before && query.contains("\n| project-away AppDisplayName, "), "{query}");
        // Counting needs no column to leave.
        let counted = sought.counted(sought.made(), &present(&["TimeGenerated"]));
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
}
