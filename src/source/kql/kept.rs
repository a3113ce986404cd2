//! Tables of an engine as what an archive is filled from: by when their rows were made, and then by when they arrived.
//! Never takes a part for the whole: what is cut is asked for in halves, and what stays missing is told.
//!
//! A span is asked for once. What arrives in it later is asked for by when it arrived, of all of the span
//! at once, which moves nothing but what is new.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

use super::Tables;
use super::caller::Caller;
use super::engine::Asked as Query;
use super::news::OVERLAP;
use super::pull::{PresentTable, Pull, is_too_much};
use super::question::Sought;
use super::request::Wanted;
use super::slices::{LIMIT, Slice, USUAL_ROW, halves, plan};
use super::tables::UNKNOWN;
use crate::http::pace::Pace;
use crate::http::unanswered::Unanswered;
use crate::source::archive::{
    self, Archive, Asked, Before, Clock, Cut, Fault, Fetched, Origin, Owner, Parts, Pulling,
    Sliced, Take, WantedLog,
};
use crate::source::flow::Outlet;
use crate::source::pulled::Stopped;
use crate::source::signed_in::Asking;
use crate::time::window::{floor_second, joined};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;
/// When rows are looked for that happened before they were made: as far back as any did.
const LONG: i64 = 400 * DAY;

/// Tables, to fill an archive.
pub struct Kept {
    tables: Tables,
    caller: Caller,
    source: String,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("tables", &self.tables).finish_non_exhaustive()
    }
}

/// What is fetched of a table.
pub struct Item {
    found: Arc<PresentTable>,
    /// Rows that were counted; `None`: nobody counted.
    rows: Option<u64>,
    /// Only rows that arrived since then.
    since: Option<Timestamp>,
}

impl Kept {
    /// The tables of a place, as its request says. Fails where the system has no certificates: why, and the
    /// way out.
    pub fn new(tables: Tables) -> Result<Self, String> {
        let caller = tables.caller(CancellationToken::new())?;
        // Its name may be that of another one elsewhere.
        let digest = xxh3_64(tables.engine.key(tables.contact.base()).as_bytes()) as u32;
        let source = format!("{}-{digest:08x}", folder(&tables.name));
        Ok(Self { tables, caller, source })
    }

    fn wanted(&self) -> impl Iterator<Item = (WantedLog, &Wanted)> {
        self.tables.request.tables.iter().map(|wanted| {
            let name = match wanted.table {
                Some(table) => table.log.to_owned(),
                None => format!("table-{}", folder(&wanted.name)),
            };
            let is_optional =
                wanted.table.is_some_and(|table| self.tables.request.optional.contains(&table.log));
            let folder = format!("{}/{name}", self.source);
            (WantedLog { folder, name, is_optional }, wanted)
        })
    }

    /// When rows were made that may be asked for.
    fn made(&self) -> Window {
        let Window { start, end } = self.tables.request.window;
        let end = end.plus(super::question::LATEST).min(self.caller.now());
        Window { start, end: floor_second(end).max(start) }
    }

    fn pull(&self, cancel: &CancellationToken) -> Result<Pull, Fault> {
        let caller = self.tables.caller(cancel.clone());
        let caller = caller.map_err(|why| Fault::Ends(Stopped::SignIn(why)))?;
        let (name, request) = (Arc::clone(&self.tables.name), self.tables.request.clone());
        Ok(Pull { caller, name, request, outlet: Outlet::default(), is_lossy: false })
    }

    fn fault(&self, failure: &Unanswered) -> Fault {
        archive::fault(failure, self.caller.words(failure))
    }

    /// The same for a part of what is sought: whatever happened whenever, made in `made`.
    fn part(found: &PresentTable, made: Window) -> Sought {
        let window = Window { start: made.start.plus(-LONG), end: made.end.plus(DAY) };
        Sought { window, ..found.sought.clone() }
    }
}

/// A name as that of a folder.
fn folder(name: &str) -> String {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let name: String = name.chars().map(plain).take(60).collect();
    match name.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => name,
        false => format!("x-{name}"),
    }
}

/// Since when rows that arrived in a window are not known: no later than it was asked for, anywhere.
fn unknown_since(window: Window, answered: &[(Window, Timestamp)]) -> Option<Timestamp> {
    let mut newest_first: Vec<&(Window, Timestamp)> = answered.iter().collect();
    newest_first.sort_by_key(|(_, asked)| std::cmp::Reverse(*asked));
    let (mut left, mut since) = (vec![window], None);
    for (covered, asked) in newest_first {
        if left.iter().any(|part| part.overlaps(covered)) {
            since = Some(*asked);
            left = left.iter().flat_map(|part| part.without(&[*covered])).collect();
        }
    }
    since
}

impl Origin for Kept {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.tables.name)
    }

    fn asking(&self) -> Asking {
        self.tables.prompt()
    }

    fn owner(&self) -> Owner {
        let base = self.tables.engine.key(self.tables.contact.base());
        let mut logs: Vec<String> = self.wanted().map(|(log, _)| log.folder).collect();
        for table in super::tables::TABLES {
            let log = format!("{}/{}", self.source, table.log);
            if !logs.contains(&log) {
                logs.push(log);
            }
        }
        Owner { base, tenant: String::new(), source: self.source.clone(), logs }
    }

    fn filters(&self) -> BTreeMap<String, String> {
        let filter = |(log, wanted): (WantedLog, &Wanted)| {
            let table = wanted.table.unwrap_or(UNKNOWN);
            let (sought, _) = self.tables.request.sought(&wanted.name, table);
            Some((log.folder, sought.conditions?))
        };
        self.wanted().filter_map(filter).collect()
    }

    fn now(&self) -> Timestamp {
        self.caller.now()
    }

    fn clock(&self) -> Clock {
        let caller = self.caller.clone();
        Box::new(move || caller.now())
    }

    fn pace(&self) -> &dyn Pace {
        &**self.tables.contact.pace()
    }

    fn asked(&self) -> Asked {
        Asked { logs: self.wanted().map(|(log, _)| log.folder).collect(), window: self.made() }
    }

    fn pull<'p>(&'p self, archive: &'p mut Archive, cancel: &'p CancellationToken) -> Pulling<'p> {
        Box::pin(archive::fill(self, archive, cancel))
    }
}

impl Sliced for Kept {
    type Item = Item;

    fn logs(&self) -> Vec<WantedLog> {
        self.wanted().map(|(log, _)| log).collect()
    }

    async fn cut(
        &self,
        log: &WantedLog,
        before: Before,
        cancel: &CancellationToken,
    ) -> Result<Vec<Cut<Item>>, Fault> {
        let wanted = self.wanted().find(|(known, _)| known.folder == log.folder);
        let Some((_, wanted)) = wanted else { return Ok(Vec::new()) };
        let mut pull = self.pull(cancel)?;
        let found = pull.present(wanted).await.map_err(|failure| self.fault(&failure))?;
        let Some(found) = found.map(Arc::new) else {
            let told = pull.caller.board.take();
            let why = told.into_iter().map(|trouble| trouble.reason).collect::<Vec<_>>().join("; ");
            return Err(Fault::Log(why, None, !pull.is_lossy));
        };
        let made = self.made();
        let mut answered = before.answered;
        let is_still = found.scans || self.tables.engine.is_still().is_some();
        if is_still {
            // Nothing says when rows arrived: what was asked for too early is asked for again.
            answered.retain(|(window, asked)| *asked >= window.end.plus(DAY));
        }
        let covered: Vec<Window> = answered.iter().map(|(window, _)| *window).collect();
        let cut = |window, rows, since: Option<Timestamp>| {
            let sought = Self::part(&found, window);
            let request = match since {
                None => sought.rows(window, &found.shape),
                Some(since) => {
                    sought.arrived(window, since, self.tables.engine.arrival(), &found.shape)
                }
            };
            let item = Item { found: Arc::clone(&found), rows, since };
            Cut { window, is_late: since.is_some(), request, item }
        };
        let mut cuts = Vec::new();
        let most_rows = self.tables.engine.most_bytes() / USUAL_ROW;
        for window in made.without(&covered) {
            let all = PresentTable {
                sought: Self::part(&found, window),
                shape: found.shape.clone(),
                scans: found.scans,
            };
            let hours = pull.hours(&all, window).await.map_err(|failure| self.fault(&failure))?;
            match hours {
                Some(hours) => {
                    let slices = plan(window, &hours, most_rows).into_iter().rev();
                    cuts.extend(slices.map(|slice| cut(slice.window, slice.rows, None)));
                }
                None => cuts.push(cut(window, None, None)),
            }
        }
        if !is_still {
            for window in joined(covered) {
                let start = window.start.max(made.start);
                let window = Window { start, end: window.end.min(made.end) };
                if let Some(since) = unknown_since(window, &answered).filter(|_| !window.is_empty())
                {
                    cuts.push(cut(window, None, Some(since.plus(-OVERLAP))));
                }
            }
        }
        Ok(cuts)
    }

    async fn fetch(
        &self,
        _: &WantedLog,
        cut: &Cut<Item>,
        take: &mut Take<'_>,
        cancel: &CancellationToken,
    ) -> Result<Fetched<Item>, Fault> {
        let Item { found, rows: counted, since } = &cut.item;
        let pull = self.pull(cancel)?;
        let asked = self.caller.now();
        let done = |missing| Ok(Fetched::Done { asked, parts: Parts::new(), missing });
        if *counted == Some(0) {
            return done(Vec::new());
        }
        let query = Query { query: &cut.request, made: cut.window, scans: found.scans };
        let slice = Slice { window: cut.window, rows: *counted };
        let pieces = || {
            let mut pieces = halves(slice)?;
            pieces.reverse();
            let piece = |half: Slice| {
                let sought = Self::part(found, half.window);
                let request = match since {
                    None => sought.rows(half.window, &found.shape),
                    Some(since) => sought.arrived(
                        half.window,
                        *since,
                        self.tables.engine.arrival(),
                        &found.shape,
                    ),
                };
                let item = Item { found: Arc::clone(found), rows: None, since: *since };
                Cut { window: half.window, is_late: cut.is_late, request, item }
            };
            Some(Fetched::Cut(pieces.map(piece).into()))
        };
        let mut rows = match pull.caller.rows(query).await {
            Ok(rows) => rows,
            Err(failure) => {
                let pieces = pieces().filter(|_| is_too_much(&failure));
                return pieces.ok_or_else(|| self.fault(&failure));
            }
        };
        if (rows.partial.is_some() || rows.count >= LIMIT)
            && let Some(pieces) = pieces()
        {
            return Ok(pieces);
        }
        if counted.is_some_and(|counted| rows.count < counted)
            && let Ok(again) = pull.caller.rows(query).await
            && again.count > rows.count
        {
            rows = again;
        }
        let mut missing = Vec::new();
        missing.extend(rows.partial.as_ref().map(|why| format!("a part of the rows came: {why}")));
        if rows.count >= LIMIT {
            missing.push("more rows were made at one time than an answer has".to_owned());
        }
        if let Some(counted) = counted.filter(|counted| rows.count < *counted) {
            missing.push(format!("{counted} rows were counted and {} came", rows.count));
        }
        take(&rows.lines).map_err(|error| Fault::Ends(Stopped::Unkept(error.to_string())))?;
        done(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_ticks(hour * DAY / 24)
    }

    #[test]
    fn what_arrived_is_asked_for_since_any_part_was_asked_for() {
        let window = |start, end| Window { start: at(start), end: at(end) };
        let answered = [(window(0, 10), at(10)), (window(10, 20), at(20)), (window(0, 5), at(30))];
        assert_eq!(unknown_since(window(0, 5), &answered), Some(at(30)));
        assert_eq!(unknown_since(window(0, 8), &answered), Some(at(10)));
        assert_eq!(unknown_since(window(12, 14), &answered), Some(at(20)));
        assert_eq!(unknown_since(window(40, 50), &answered), None);
    }

    #[test]
    fn names_become_those_of_folders() {
        assert_eq!(folder("workspace 6361-ab"), "workspace-6361-ab");
        assert_eq!(folder("Contoso/Logs.Table"), "contoso-logs-table");
        assert_eq!(folder("9"), "x-9");
    }
}
