//! What is sought in the tables of an engine, and how that is told before it is asked for.
//! Never asks.

use std::sync::Arc;

use super::question::{LATEST, Sought};
use super::tables::Table;
use crate::query::dialect::kql::Kql;
use crate::query::plan::Part;
use crate::query::push_down::{by_time, push_down_to};
use crate::query::{Context, Query};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// What is sought.
#[derive(Clone, Debug)]
pub struct Request {
    /// The tables, in the order they are asked for.
    pub tables: Vec<&'static Table>,
    /// Logs nobody asked for by name: one that is not there is not missing.
    pub optional: Vec<&'static str>,
    /// When records happened.
    pub window: Window,
    /// Does the span end in the past, so that nothing new belongs to it?
    pub is_ended: bool,
    /// The query; its span of time is that of `window`.
    pub query: Query,
    /// What "now" is in the query, UTC.
    pub now: Timestamp,
}

/// Why conditions are not asked of some tables.
const UNKNOWN: &str = "what the columns of that table hold is not known well enough";

const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;

impl Request {
    /// What is sought in a table, and who answers each condition.
    pub fn sought(&self, table: &'static Table) -> (Sought, Vec<(String, Part)>) {
        let context = Context { now: self.now, around: None };
        let (filter, parts) = match table.columns {
            Some(log) => {
                let parted = push_down_to(&self.query, &context, &Kql(log));
                (parted.filter, parted.parts)
            }
            None => {
                let how = |is_time| if is_time { Part::Exact } else { Part::Here(UNKNOWN) };
                let (_, parts) = by_time(&self.query, &context);
                (None, parts.into_iter().map(|(part, is_time)| (part, how(is_time))).collect())
            }
        };
        let name: Arc<str> = table.name.into();
        (Sought { table, name, window: self.window, conditions: filter }, parts)
    }

    /// Tells what is asked of the engine, called `noun` (`the workspace`), and what is evaluated here, line
    /// by line; not cleaned.
    pub fn explained(&self, noun: &str) -> Vec<String> {
        let Window { start, end } = self.window;
        let mut lines = vec![format!("from {start} until {end}, asked of {noun}")];
        let theirs = format!("{noun} evaluates");
        let width = theirs.chars().count();
        for &table in &self.tables {
            let (sought, parts) = self.sought(table);
            lines.extend([String::new(), format!("{} ({})", table.log, sought.name)]);
            lines.extend(parts.iter().map(|(part, how)| match how {
                Part::Exact | Part::AsWritten => format!("  {theirs}  {part}"),
                Part::Inexact(why) => format!(
                    "  {:width$}  {part}   ({noun} evaluates a part of it: {why})",
                    "entrail evaluates"
                ),
                Part::Here(why) => format!("  {:width$}  {part}   ({why})", "entrail evaluates"),
            }));
            let mut known = vec!["TimeGenerated".to_owned(), table.happened.to_owned()];
            known.extend(sought.named().into_iter().map(str::to_owned));
            let query = sought.rows(sought.made(), &known);
            lines.extend(query.lines().map(|line| format!("  {line}")));
            if !table.happened.is_empty() {
                lines.push(format!(
                    "  (records that reached {noun} more than {} days late are not among them)",
                    LATEST / DAY
                ));
            }
        }
        lines.push(String::new());
        let how = "Rows are counted by the hour first; what does not fit into one answer is asked for in \
                   slices, each with its own times.";
        lines.push(how.to_owned());
        lines
    }
}
