//! Counting in an engine instead of here: a query and the fields to count by, as groups of raw values.
//! Never counts: the engine groups values as they are stored, and entrail reads, folds and adds the groups.
//!
//! An engine cannot count values as entrail does: names fold, an actor is read from a nested value, a
//! name may stand in another record. So it is asked for something else, `summarize Rows = count() by` the
//! columns that the fields are read from. A group is then read like a record that has these columns only,
//! and stands for as many records as it has rows. Whatever reads, folds and matches records works on it
//! unchanged, and the counts are those of the downloaded rows.
//!
//! This holds where a field depends on columns alone (`columns` has the table; tests read records with
//! and without the other columns). Conditions that the engine evaluates exactly are asked of it. The
//! columns of all others are grouped by as well, and the groups are matched here. Where a field depends
//! on more than columns of its row, counting is refused.

mod columns;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::dialect::Log;
use super::dialect::kql::{Kql, literal};
use super::plan::{parts, plan, written};
use super::push_down::span_of;
use super::{Context, Expression, Query};
use crate::record::field::{Field, Stored, WORD_FIELDS};
use crate::time::{TICKS_PER_SECOND, TimeRange};

pub use columns::{DYNAMIC, is_known, naming, of_field};

/// The column that holds when a group happened, and how many rows it has.
pub const TIME: &str = "TimeGenerated";
/// The column with the number of rows of a group.
pub const ROWS: &str = "Rows";
/// The columns with the first and the last time in a group.
pub const FIRST: &str = "FirstTime";
/// See [`FIRST`].
pub const LAST: &str = "LastTime";

const SECOND: i64 = TICKS_PER_SECOND;
const DAY: i64 = 24 * 3_600 * SECOND;

/// What is to be counted.
#[derive(Clone, Debug)]
pub struct Counting {
    /// Which records.
    pub query: Query,
    /// What is "now" in the query.
    pub context: Context,
    /// The fields whose values are counted; none where only records are.
    pub by: Vec<&'static Field>,
    /// How exactly the time of records is needed, in ticks; `None`: not at all.
    pub step: Option<i64>,
}

/// How an engine is asked for groups.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// The span of time that the query is about.
    pub span: TimeRange,
    /// The conditions that the engine evaluates, each on a line of its own; never more than the query
    /// allows.
    pub conditions: Vec<String>,
    /// Columns that are grouped by, in order.
    pub columns: Vec<&'static str>,
    /// The parts of time that are grouped by, in ticks; `None`: time is not.
    pub step: Option<i64>,
    /// What of the query is evaluated here on each group.
    pub rest: Query,
    /// Are there names of objects among what is counted or matched? Another record may have them.
    pub has_names: bool,
}

impl Grouping {
    /// Plans the groups of a table with these columns. Fails with why they would not be exact, and what
    /// has to be downloaded for that.
    pub fn of(counting: &Counting, log: Log, present: &[String]) -> Result<Self, String> {
        let dialect = Kql(log);
        if !present.iter().any(|name| name == "Type") {
            return Err("the table has no column Type, by which its rows are read".to_owned());
        }
        if let Some(name) = present.iter().find(|name| !is_known(log, name)) {
            return Err(format!("the table has a column that entrail may read otherwise: {name}"));
        }
        let mut needed = Needed { log, columns: BTreeSet::new(), exact_time: false, names: false };
        for field in &counting.by {
            // Time is counted by the day.
            if !matches!(field.stored, Stored::Time) {
                needed.field(field)?;
            }
        }
        let counts_days = counting.by.iter().any(|field| matches!(field.stored, Stored::Time));
        let step = match (counting.step, counts_days) {
            (Some(step), true) => Some(step.min(DAY)),
            (None, true) => Some(DAY),
            (step, false) => step.map(|step| step.min(DAY)),
        };
        let (mut span, mut conditions, mut rest) = (TimeRange::default(), Vec::new(), Vec::new());
        for part in parts(&counting.query) {
            if let Some(range) = span_of(part, &counting.context) {
                span = span.intersection(range);
                continue;
            }
            let planned = plan(part, &counting.context, &dialect);
            conditions.extend(planned.text);
            if let Some(why) = planned.how.why() {
                needed.part(part).map_err(|refused| {
                    format!("`{}` has to be evaluated here ({why}): {refused}", written(part))
                })?;
                rest.push(part.clone());
            }
        }
        let Needed { columns, exact_time, names, .. } = needed;
        let mut columns: Vec<&'static str> =
            columns.into_iter().filter(|name| present.iter().any(|own| own == name)).collect();
        columns.insert(0, "Type");
        Ok(Self {
            span,
            conditions,
            columns,
            // One tick is as exact as times are.
            step: if exact_time { Some(1) } else { step },
            rest: Query { expression: (!rest.is_empty()).then(|| Expression::and(rest)) },
            has_names: names,
        })
    }

    /// The stages behind the conditions that make groups of rows, most of them `most`. `happened` is
    /// when a record happened, as the engine writes it.
    pub fn stages(&self, happened: &str, most: usize) -> String {
        let mut by: Vec<String> = self
            .columns
            .iter()
            .map(|name| match DYNAMIC.contains(name) {
                true => format!("{name} = tostring({name})"),
                false => (*name).to_owned(),
            })
            .collect();
        match self.step {
            Some(1) => by.push(format!("{TIME} = {happened}")),
            Some(step) => by.push(format!("{TIME} = bin({happened}, {})", timespan(step))),
            None => {}
        }
        let mut stages = String::new();
        let _ = write!(
            stages,
            "\n| summarize {ROWS} = count(), {FIRST} = min({happened}), {LAST} = max({happened}) by {}\n| take {most}",
            by.join(", ")
        );
        stages
    }
}

/// The stage that counts rows.
pub const TOTAL: &str = "\n| summarize Rows = count()";

/// The stages that list the ids which several rows of one second have, most of them `most`: a row may have
/// been stored twice. Records of different seconds are different. `happened` is when one happened.
pub fn repeated(happened: &str, most: usize) -> String {
    format!(
        "\n| where isnotempty(Id)\n| summarize Rows = count() by Id = tolower(Id), Second = bin({happened}, 1s)\
         \n| where Rows > 1\n| project Id\n| take {most}"
    )
}

/// The stage that leaves the rows with one of these ids, as [`repeated`] lists them, or all others.
pub fn with_ids(ids: &BTreeSet<String>, are_wanted: bool) -> String {
    if ids.is_empty() && !are_wanted {
        return String::new();
    }
    let ids: Vec<String> = ids.iter().map(|id| literal(id)).collect();
    let operator = if are_wanted { "in" } else { "!in" };
    format!("\n| where tolower(Id) {operator} ({})", ids.join(", "))
}

/// The stage that leaves the rows of a table with these columns which may say what objects with these
/// ids are called.
pub fn with_names_of(ids: &[String], log: Log, present: &[String]) -> String {
    let columns = naming(log).iter().filter(|name| present.iter().any(|own| own == *name));
    let each = columns.flat_map(|name| {
        ids.iter().map(move |id| {
            let text = if DYNAMIC.contains(name) {
                format!("tostring({name})")
            } else {
                (*name).to_owned()
            };
            format!("{text} contains {}", literal(id))
        })
    });
    let each: Vec<String> = each.collect();
    match each.is_empty() {
        true => "\n| take 0".to_owned(),
        false => format!("\n| where {}", each.join(" or ")),
    }
}

/// The columns that are needed.
struct Needed {
    log: Log,
    columns: BTreeSet<&'static str>,
    exact_time: bool,
    names: bool,
}

impl Needed {
    fn field(&mut self, field: &'static Field) -> Result<(), String> {
        if matches!(field.stored, Stored::Time) {
            self.exact_time = true;
            return Ok(());
        }
        self.columns.extend(of_field(self.log, field)?);
        self.names |= matches!(field.name, "actor" | "target");
        Ok(())
    }

    fn part(&mut self, part: &Expression) -> Result<(), String> {
        match part {
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().try_for_each(|part| self.part(part))
            }
            Expression::Not(inner) => self.part(inner),
            Expression::Term(term) => match term.field {
                Some(field) => self.field(field),
                None if self.log == Log::SignIns => {
                    Err("a word is looked for in every column of a sign-in".to_owned())
                }
                None => WORD_FIELDS.iter().try_for_each(|field| self.field(field)),
            },
        }
    }
}

/// A span of time as KQL writes it: `1d`, `12h`, `15m`, `5s`.
fn timespan(ticks: i64) -> String {
    let units = [(DAY, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s")];
    let fits = |(unit, _): &&(i64, &str)| ticks % unit == 0;
    match units.iter().find(fits) {
        Some((unit, name)) => format!("{}{name}", ticks / unit),
        None => format!("{ticks}tick"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn present() -> Vec<String> {
        let names = [
            "Type",
            "TimeGenerated",
            "ActivityDateTime",
            "Id",
            "OperationName",
            "Category",
            "ActivityDisplayName",
            "LoggedByService",
            "Result",
            "InitiatedBy",
            "TargetResources",
            "AdditionalDetails",
            "Identity",
            "CorrelationId",
            "AADTenantId",
            "_ItemId",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn grouping(query: &str, by: &[&str], step: Option<i64>) -> Result<Grouping, String> {
        let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let counting = Counting {
            query: Query::parse(query).expect(query),
            context: Context { now, around: None },
            by: by.iter().map(|name| Field::find(name).expect(name)).collect(),
            step,
        };
        Grouping::of(&counting, Log::Audits, &present())
    }

    #[test]
    fn the_columns_of_a_field_are_grouped_by_and_nothing_else() {
        let by_actor = grouping("time:last-365d", &["actor"], None).expect("groups");
        assert_eq!(by_actor.columns, ["Type", "Identity", "InitiatedBy"]);
        assert!(by_actor.rest.is_empty() && by_actor.conditions.is_empty() && by_actor.has_names);
        assert!(by_actor.span.start.is_some());
        let stages = by_actor.stages("TimeGenerated", 10);
        assert_eq!(
            stages,
            "\n| summarize Rows = count(), FirstTime = min(TimeGenerated), LastTime = max(TimeGenerated) \
             by Type, Identity, InitiatedBy = tostring(InitiatedBy)\n| take 10"
        );
    }

    #[test]
    fn what_is_only_partly_asked_for_is_grouped_by_and_evaluated_here() {
        let found = grouping("activity=\"Add user\" id:Record", &[], None).expect("groups");
        assert_eq!(found.columns, ["Type", "ActivityDisplayName", "OperationName"]);
        assert_eq!(found.rest.to_string(), "activity=\"Add user\"");
        assert_eq!(found.conditions.len(), 2);
    }

    #[test]
    fn times_are_grouped_as_coarsely_as_they_are_counted() {
        let of = |query, by: &[&str], step| grouping(query, by, step).expect("groups").step;
        assert_eq!(of("", &["actor"], None), None);
        assert_eq!(of("", &["time"], None), Some(DAY));
        assert_eq!(of("", &[], Some(7 * DAY)), Some(DAY));
        assert_eq!(of("", &["time"], Some(60 * SECOND)), Some(60 * SECOND));
        // Within other conditions the engine does not compare it for them.
        assert_eq!(of("time:2026-11-03 OR activity:consent", &[], None), Some(1));
        assert_eq!(
            ["1d", "2h", "15m", "5s", "7tick"].map(str::to_owned),
            [DAY, 2 * 3_600 * SECOND, 900 * SECOND, 5 * SECOND, 7].map(timespan)
        );
    }

    #[test]
    fn what_depends_on_more_than_columns_is_refused_with_the_reason() {
        for (query, by, reason) in [
            ("", "risk", "rules"),
            ("", "mark", "marks"),
            ("", "raw", "whole record"),
            ("risk>=high", "actor", "`risk>=high` has to be evaluated here"),
            ("", "location.city", "does not know"),
        ] {
            let refused = grouping(query, &[by], None).expect_err("refused");
            assert!(refused.contains(reason), "{query} {by}: {refused}");
        }
        let counting = Counting {
            query: Query::default(),
            context: Context { now: Timestamp::from_ticks(0), around: None },
            by: Vec::new(),
            step: None,
        };
        let of = |name: &str| {
            let mut all = present();
            all.push(name.to_owned());
            Grouping::of(&counting, Log::Audits, &all)
        };
        assert!(of("Whatever_CF").is_ok());
        // These are read as what they are called, in any case.
        assert!(of("performedby").expect_err("refused").contains("performedby"));
        assert!(Grouping::of(&counting, Log::Audits, &[]).expect_err("refused").contains("Type"));
    }
}
