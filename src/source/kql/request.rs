//! What is sought in the tables of an engine, and how that is told before it is asked for.
//! Never asks.

use std::sync::Arc;

use super::engine::Engine;
use super::question::{LATEST, Shape, Sought};
use super::tables::{Table, UNKNOWN};
use crate::query::dialect::kql::Kql;
use crate::query::plan::Part;
use crate::query::push_down::{by_time, push_down_to};
use crate::query::{Context, Query};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// What is sought.
#[derive(Clone, Debug)]
pub struct Request {
    /// The tables, in the order they are asked for.
    pub tables: Vec<Wanted>,
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

/// A table that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Its name there.
    pub name: Arc<str>,
    /// What is known of it; `None`: its columns will tell.
    pub table: Option<&'static Table>,
}

impl From<&'static Table> for Wanted {
    fn from(table: &'static Table) -> Self {
        Self { name: table.name.into(), table: Some(table) }
    }
}

impl Wanted {
    /// What its log is called, or the table itself.
    pub fn log(&self) -> &str {
        self.table.map_or(&self.name, |table| table.log)
    }
}

/// Why conditions are not asked of some tables.
const UNKNOWN_COLUMNS: &str = "what the columns of that table hold is not known well enough";

const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;

impl Request {
    /// What is sought in a table, and who answers each condition.
    pub fn sought(&self, name: &Arc<str>, table: &'static Table) -> (Sought, Vec<(String, Part)>) {
        let context = Context { now: self.now, around: None };
        let (filter, parts) = match table.columns {
            Some(log) => {
                let parted = push_down_to(&self.query, &context, &Kql(log));
                (parted.filter, parted.parts)
            }
            None => {
                let how = |is_time| if is_time { Part::Exact } else { Part::Here(UNKNOWN_COLUMNS) };
                let (_, parts) = by_time(&self.query, &context);
                (None, parts.into_iter().map(|(part, is_time)| (part, how(is_time))).collect())
            }
        };
        let name = Arc::clone(name);
        (Sought { table, name, window: self.window, conditions: filter }, parts)
    }

    /// Tells what is asked of the engine and what is evaluated here, line by line; not cleaned.
    pub fn explained(&self, engine: &dyn Engine) -> Vec<String> {
        let noun = engine.noun();
        let Window { start, end } = self.window;
        let mut lines = vec![format!("from {start} until {end}, asked of {noun}")];
        let theirs = format!("{noun} evaluates");
        let width = theirs.chars().count();
        for wanted in &self.tables {
            let table = wanted.table.unwrap_or(UNKNOWN);
            let (sought, parts) = self.sought(&wanted.name, table);
            lines.extend([
                String::new(),
                match wanted.table {
                    Some(table) => format!("{} ({})", table.log, sought.name),
                    None => format!("{} (its columns will tell what it holds)", sought.name),
                },
            ]);
            lines.extend(parts.iter().map(|(part, how)| match how {
                Part::Exact | Part::AsWritten => format!("  {theirs}  {part}"),
                Part::Inexact(why) => format!(
                    "  {:width$}  {part}   ({noun} evaluates a part of it: {why})",
                    "entrail evaluates"
                ),
                Part::Here(why) => format!("  {:width$}  {part}   ({why})", "entrail evaluates"),
            }));
            let query = sought.rows(sought.made(), &Shape::usual(&sought));
            lines.extend(query.lines().map(|line| format!("  {line}")));
            if !table.happened.is_empty() {
                lines.push(format!(
                    "  (records that reached {noun} more than {} days late are not among them)",
                    LATEST / DAY
                ));
            }
        }
        lines.push(String::new());
        let how = match engine.is_metered() {
            true => {
                "Every query is paid for by what it reads, so nothing is counted first; what does not fit \
                 into one answer is asked for in halves."
            }
            false => {
                "Rows are counted by the hour first; what does not fit into one answer is asked for in \
                 slices, each with its own times."
            }
        };
        lines.push(how.to_owned());
        lines
    }

    /// Each condition and who answers it, in the first of the tables.
    pub fn parts(&self) -> Vec<(String, Part)> {
        let first = self.tables.first();
        first
            .map(|wanted| self.sought(&wanted.name, wanted.table.unwrap_or(UNKNOWN)).1)
            .unwrap_or_default()
    }

    /// The conditions by which the engine is asked to leave rows out.
    pub fn narrowed(&self) -> Vec<String> {
        let mut narrowed = Vec::new();
        let context = Context { now: self.now, around: None };
        for wanted in &self.tables {
            let (_, times) = by_time(&self.query, &context);
            let parts: Vec<Part> = match wanted.table {
                Some(table) => {
                    self.sought(&wanted.name, table).1.into_iter().map(|(_, how)| how).collect()
                }
                // What its columns will tell may be asked for all of them.
                None => vec![Part::Exact; times.len()],
            };
            for ((condition, is_time), how) in times.into_iter().zip(parts) {
                // The span of time is told apart.
                if !is_time && !matches!(how, Part::Here(_)) && !narrowed.contains(&condition) {
                    narrowed.push(condition);
                }
            }
        }
        narrowed
    }
}
