//! An engine asked to count: groups of each table, rows that were stored twice, and who is called what.
//! Never takes a part for the whole: an answer in part is a failure, and fewer rows than there are as well.
//!
//! What groups are, and when they are exact, is said in [`crate::query::summarize`]. A row may have been
//! stored twice; the ids of which several rows tell of one second are listed, their rows are left out of the
//! groups, fetched and told apart as at any load. New rows may arrive meanwhile: the ids are listed
//! behind the groups, and groups are asked for again while ids are new.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::caller::Caller;
use super::engine::Asked;
use super::question::{Shape, Sought};
use super::request::{Request, Wanted};
use super::tables::{UNKNOWN, told};
use crate::http::unanswered::Unanswered;
use crate::place::{Counted, Uncounted};
use crate::query::dialect::Log;
use crate::query::summarize::{Counting, Grouping, TOTAL, repeated, with_ids, with_names_of};
use crate::source::groups::{Gathered, Groups, ids_in, rows_in};
use crate::time::Window;

/// Most groups of a table: a few megabytes.
const MOST_GROUPS: usize = 50_000;
/// Most ids with several rows, whose rows are fetched.
const MOST_REPEATED: usize = 500;
/// Most of those rows.
const MOST_ROWS: usize = 5_000;
/// Most objects without a name whose names are looked for.
const MOST_NAMELESS: usize = 200;
/// Most rows in which those names may be.
const MOST_NAMING: usize = 2_000;
/// How often groups are asked for while rows arrive that were there already.
const MOST_TRIES: usize = 4;

/// What is counted, where.
pub struct Count {
    /// Who is asked.
    pub caller: Caller,
    /// What the place is called.
    pub name: Arc<str>,
    /// What is sought.
    pub request: Request,
    /// What is counted of it.
    pub counting: Counting,
}

/// A table, and how it is asked.
struct Table {
    log: Log,
    /// As it would be loaded.
    sought: Sought,
    /// The same narrowed to what is counted. Its rows were made when those of `sought` were: a row that says
    /// it was made long before its record happened is loaded, and so it counts.
    narrowed: Sought,
    shape: Shape,
    grouping: Grouping,
}

impl Count {
    /// Counts.
    pub async fn run(self) -> Result<Counted, Uncounted> {
        let mut tables = Vec::new();
        for wanted in &self.request.tables {
            tables.extend(self.table(wanted).await?);
        }
        let sign_ins = tables.iter().filter(|table| table.log == Log::SignIns).count();
        if sign_ins > 1 {
            return inexact("one sign-in may stand in several tables; count one log at a time");
        }
        let mut gathered = Vec::new();
        for table in &tables {
            gathered.push(self.gather(table).await?);
        }
        let read = |gathered: &[Gathered]| {
            let time = self.request.window.start;
            Groups::read(&self.name, gathered, time).map_err(Uncounted::Failed)
        };
        let mut groups = read(&gathered)?;
        if tables.iter().any(|table| table.grouping.has_names) {
            let nameless = groups.nameless();
            if nameless.len() > MOST_NAMELESS {
                return inexact(&format!(
                    "{} objects have no name in their own records; other records may name them",
                    nameless.len()
                ));
            }
            if !nameless.is_empty() {
                for (table, gathered) in tables.iter().zip(&mut gathered) {
                    gathered.naming = self.naming(table, &nameless).await?;
                }
                groups = read(&gathered)?;
                if groups.had_several_names(&nameless) {
                    return inexact(
                        "an object was called by several names, which times tell apart",
                    );
                }
            }
        }
        groups.matching(self.counting.context, self.caller.board.cost()).map_err(Uncounted::Failed)
    }

    /// Asks what columns a table has, and plans its groups; `None` where it is not there and nobody
    /// asked for it.
    async fn table(&self, wanted: &Wanted) -> Result<Option<Table>, Uncounted> {
        let unknown = || {
            inexact(&format!("what the columns of {} hold is not known well enough", wanted.name))
        };
        if wanted.table.is_some_and(|table| table.columns.is_none()) {
            return unknown();
        }
        let usual = wanted.table.unwrap_or(UNKNOWN);
        let (sought, _) = self.request.sought(&wanted.name, usual);
        let asked = Asked { query: &sought.columns(), made: sought.window, scans: false };
        let columns = match self.caller.cells(asked).await {
            Ok(cells) => cells.columns,
            Err(Unanswered::Refused(_)) if self.request.optional.contains(&wanted.log()) => {
                return Ok(None);
            }
            Err(Unanswered::Refused(refused)) if self.caller.engine().is_of_table(&refused) => {
                return inexact(&format!(
                    "{} is not there, or is of a plan that does not count ({refused})",
                    wanted.name
                ));
            }
            Err(failure) => return Err(self.failed(&failure)),
        };
        let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let table = wanted.table.unwrap_or_else(|| told(&wanted.name, &names));
        let Some(log) = table.columns else { return unknown() };
        let (sought, _) = self.request.sought(&wanted.name, table);
        let shape = Shape::new(table, &wanted.name, columns)
            .map_err(|why| Uncounted::Inexact(format!("the table {}: {why}", wanted.name)))?;
        if !shape.is_read_so() {
            return inexact(&format!(
                "when records of {} happened is told by its rows",
                wanted.name
            ));
        }
        if !names.iter().any(|name| name == "Id") {
            return inexact("the table has no column Id, by which rows are told apart");
        }
        if shape.kind().is_some() && !names.iter().any(|name| name == "Type") {
            names.push("Type".to_owned());
        }
        let grouping = Grouping::of(&self.counting, log, &names).map_err(Uncounted::Inexact)?;
        let Window { start, end } = sought.window;
        let window = Window {
            start: grouping.span.start.map_or(start, |asked| asked.max(start)),
            end: grouping.span.end.map_or(end, |asked| asked.min(end)),
        };
        let mut conditions: Vec<String> = sought.conditions.iter().cloned().collect();
        let is_new =
            |text: &&String| !sought.conditions.as_deref().unwrap_or_default().contains(&***text);
        conditions.extend(grouping.conditions.iter().filter(is_new).cloned());
        let conditions = (!conditions.is_empty()).then(|| conditions.join(" and "));
        let narrowed = Sought { window, conditions, ..sought.clone() };
        Ok(Some(Table { log, sought, narrowed, shape, grouping }))
    }

    /// Asks for everything that is counted in a table.
    async fn gather(&self, table: &Table) -> Result<Gathered, Uncounted> {
        let mut gathered = Gathered { rest: table.grouping.rest.clone(), ..Gathered::default() };
        let Table { narrowed, shape, grouping, .. } = table;
        let made = table.sought.made();
        let summarized = |stages: &str| narrowed.summarized(made, shape, stages);
        if narrowed.window.start >= narrowed.window.end {
            return Ok(gathered);
        }
        let happened = shape.happened();
        let total = self.number(&summarized(TOTAL), made).await?;
        let mut ids = BTreeSet::new();
        let mut tries = 0;
        loop {
            let mut stages = with_ids(&ids, false);
            stages.push_str(&grouping.stages(&happened, MOST_GROUPS + 1));
            let (lines, groups) = self.lines(&summarized(&stages), made).await?;
            if groups > MOST_GROUPS {
                return inexact(&format!(
                    "there are more than {MOST_GROUPS} groups; count by another field, or a shorter time"
                ));
            }
            gathered.groups = lines;
            let stages = repeated(&happened, MOST_REPEATED + 1);
            let (lines, _) = self.lines(&summarized(&stages), made).await?;
            let found = ids_in(&lines).map_err(Uncounted::Failed)?;
            if found.is_subset(&ids) {
                break;
            }
            ids.extend(found);
            tries += 1;
            if ids.len() > MOST_REPEATED {
                return inexact(&format!(
                    "more than {MOST_REPEATED} ids have several rows, which are told apart here"
                ));
            }
            if tries == MOST_TRIES {
                return Err(Uncounted::Failed(
                    "rows arrived faster than they were counted".to_owned(),
                ));
            }
        }
        let mut rows = 0;
        if !ids.is_empty() {
            let mut stages = with_ids(&ids, true);
            let _ = write!(stages, "\n| take {}", MOST_ROWS + 1);
            let query = narrowed.rows_of(made, shape, &stages);
            (gathered.repeated, rows) = self.lines(&query, made).await?;
            if rows > MOST_ROWS {
                return inexact(&format!(
                    "more than {MOST_ROWS} rows share their ids, and are told apart here"
                ));
            }
        }
        let counted = rows_in(&gathered.groups).map_err(Uncounted::Failed)? + rows as u64;
        if counted < total {
            return Err(Uncounted::Failed(format!(
                "{} gave {counted} of {total} rows in its groups",
                self.caller.engine().noun()
            )));
        }
        Ok(gathered)
    }

    /// The rows of a table that may say what objects with these ids are called.
    async fn naming(&self, table: &Table, ids: &[String]) -> Result<Vec<u8>, Uncounted> {
        let Table { log, sought, shape, .. } = table;
        let mut stages = with_names_of(ids, *log, &shape.names());
        let _ = write!(stages, "\n| take {}", MOST_NAMING + 1);
        let made = sought.made();
        let query = sought.rows_of(made, shape, &stages);
        let (lines, rows) = self.lines(&query, made).await?;
        if rows > MOST_NAMING {
            return inexact(&format!(
                "objects without a name in their own records are in more than {MOST_NAMING} others"
            ));
        }
        Ok(lines)
    }

    /// Asks for rows as lines. Fails where they are not all.
    async fn lines(&self, query: &str, made: Window) -> Result<(Vec<u8>, usize), Uncounted> {
        let asked = Asked { query, made, scans: false };
        let rows = self.caller.rows(asked).await.map_err(|failure| self.failed(&failure))?;
        match rows.partial {
            None => Ok((rows.lines, rows.count as usize)),
            Some(why) => Err(Uncounted::Failed(format!(
                "{} answered in part: {why}",
                self.caller.engine().noun()
            ))),
        }
    }

    async fn number(&self, query: &str, made: Window) -> Result<u64, Uncounted> {
        let (lines, _) = self.lines(query, made).await?;
        rows_in(&lines).map_err(Uncounted::Failed)
    }

    fn failed(&self, failure: &Unanswered) -> Uncounted {
        match failure {
            Unanswered::Cancelled => Uncounted::Stopped,
            failure => Uncounted::Failed(self.caller.words(failure)),
        }
    }
}

fn inexact<T>(why: &str) -> Result<T, Uncounted> {
    Err(Uncounted::Inexact(why.to_owned()))
}
