//! What of an engine can be read and which logs are streamed to it, seen by its tables and their newest rows.
//! Never reads a row: it asks for columns and counts.

use tokio_util::sync::CancellationToken;

use super::Tables;
use super::caller::Caller;
use super::engine::Asked;
use super::pull::ends;
use super::question::{Shape, Sought};
use super::request::Wanted;
use super::slices::HOUR;
use super::tables::{TABLES, UNKNOWN, told};
use crate::http::unanswered::Unanswered;
use crate::source::diagnostics::TO_STREAM;
use crate::text::thousands;
use crate::time::{Timestamp, Window};

/// Days of which rows are counted.
const DAYS: i64 = 30;

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// It, line by line; not cleaned.
    pub lines: Vec<String>,
    /// Can a log be read?
    pub can_read: bool,
}

/// What is known of one table.
enum Found {
    /// So many rows in the last days, the last of them in the hour that begins then.
    Rows(u64, Timestamp),
    /// None in the last days.
    Empty,
    /// It is there and can be read; nobody counted.
    There(&'static str),
    Absent,
    Refused(String),
}

/// Asks what can be read of an engine. Fails where it cannot be asked at all: why, and the way out.
pub async fn examine(tables: &Tables) -> Result<Report, String> {
    let caller = tables.caller(CancellationToken::new())?;
    let mut named: Vec<Wanted> = tables.request().tables.clone();
    named.retain(|wanted| wanted.table.is_none());
    named.extend(TABLES.iter().map(Wanted::from));
    let mut lines = Vec::new();
    let (mut missing, mut can_read) = (Vec::new(), false);
    for wanted in &named {
        let log = wanted.log();
        let found = match look(tables, &caller, wanted).await {
            Ok(found) => found,
            Err(failure) => {
                lines.push(format!("✗ {}", caller.words(&failure)));
                break;
            }
        };
        can_read |= matches!(found, Found::Rows(..) | Found::Empty | Found::There(_));
        match found {
            Found::Rows(rows, last) => lines.push(format!(
                "✓ {log} ({}): {} rows in the last {DAYS} days, the newest of {last} or the hour behind it",
                wanted.name,
                thousands(rows)
            )),
            Found::Empty => lines.push(format!(
                "? {log} ({}): no rows in the last {DAYS} days; nothing is streamed to it any more, or \
                 nothing happened",
                wanted.name
            )),
            Found::There(why) => lines.push(format!("✓ {log} ({}): {why}", wanted.name)),
            Found::Absent => missing.push(log),
            Found::Refused(why) => lines.push(format!("✗ {log} ({}): {why}", wanted.name)),
        }
    }
    let noun = caller.engine().noun();
    if !missing.is_empty() {
        lines.push(format!("✗ not streamed to {noun}, or not readable: {}", missing.join(", ")));
    }
    let mut head = vec![tables.title()];
    if let Some(claims) = tables.claims() {
        head.push(format!("  signed in as {} to the tenant {}", claims.who, claims.tenant));
    }
    let mut all = head;
    all.extend(lines);
    all.push(String::new());
    all.extend(caller.engine().roles().iter().map(|line| (*line).to_owned()));
    all.push(TO_STREAM.to_owned());
    Ok(Report { lines: all, can_read })
}

async fn look(tables: &Tables, caller: &Caller, wanted: &Wanted) -> Result<Found, Unanswered> {
    let engine = caller.engine();
    let table = wanted.table.unwrap_or(UNKNOWN);
    let (sought, _) = tables.request().sought(&wanted.name, table);
    let now = caller.now();
    let window = Window { start: now.plus(-DAYS * 24 * HOUR), end: now.plus(HOUR) };
    let ways: &[bool] = if engine.has_scans() { &[false, true] } else { &[false] };
    for &scans in ways {
        let query = sought.columns();
        let cells = match caller.cells(Asked { query: &query, made: window, scans }).await {
            Ok(cells) => cells,
            Err(Unanswered::Refused(why)) if engine.is_of_table(&why) => continue,
            Err(Unanswered::Refused(why)) if why.status == 403 => {
                return Err(Unanswered::Refused(why));
            }
            Err(failure) if ends(&failure) => return Err(failure),
            Err(failure) => return Ok(Found::Refused(caller.words(&failure))),
        };
        if cells.columns.is_empty() {
            return Ok(Found::Absent);
        }
        if scans || engine.is_metered() {
            return Ok(Found::There("can be read; not counted, for each query of it is paid for"));
        }
        let names: Vec<String> = cells.columns.iter().map(|column| column.name.clone()).collect();
        let table = wanted.table.unwrap_or_else(|| told(&wanted.name, &names));
        let shape = match Shape::new(table, &wanted.name, cells.columns) {
            Ok(shape) => shape,
            Err(why) => return Ok(Found::Refused(why)),
        };
        let sought = Sought { table, ..sought };
        let query = sought.all_counted(window, &shape);
        return Ok(match caller.counts(Asked { query: &query, made: window, scans }).await {
            Ok(counts) => match counts.hours.iter().map(|(hour, _)| *hour).max() {
                Some(last) => {
                    let rows = counts.hours.iter().map(|(_, rows)| rows).sum();
                    Found::Rows(rows, last)
                }
                None => Found::Empty,
            },
            Err(failure) if ends(&failure) => return Err(failure),
            Err(failure) => Found::Refused(caller.words(&failure)),
        });
    }
    Ok(Found::Absent)
}
