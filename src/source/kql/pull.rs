//! An engine asked table by table: columns, rows by the hour, then slice after slice, the latest first.
//! Never decodes a record, and never takes a part for the whole: what is cut is asked for in halves, and what stays missing is told.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::flow::Outlet;
use super::answer::Rows;
use super::caller::Caller;
use super::engine::Asked;
use super::question::{Shape, Sought};
use super::request::{Request, Wanted};
use super::slices::{HOUR, LIMIT, Slice, USUAL_ROW, halves, plan};
use super::tables::{UNKNOWN, told};
use crate::http::unanswered::Unanswered;
use crate::place::{Position, Trouble};
use crate::time::{Timestamp, Window};

/// Failed slices of a table after which it is given up. Finding one bad second in a week takes twenty.
const MOST_FAILURES: u32 = 48;
/// How often it is asked what columns there are.
const MOST_TRIES: u32 = 4;
/// The status of a query that took too long: the same one would again, a smaller one may not.
pub const TOO_LONG: u16 = 504;
/// Before that no row of Entra was made anywhere.
const FIRST: &str = "2015-01-01";
/// How much later than what was asked for a table may begin without anybody being told: nobody does
/// something every hour.
const QUIET: i64 = 24 * HOUR;

/// What is asked, of whom, and where what comes of it goes.
pub struct Pull {
    /// Who is asked.
    pub caller: Caller,
    /// What it is called where something is told.
    pub name: Arc<str>,
    /// What is sought.
    pub request: Request,
    /// Where rows go.
    pub(in super::super) outlet: Outlet,
    /// Is something missing that was told to be?
    pub is_lossy: bool,
}

/// A table as it turned out to be.
pub(super) struct PresentTable {
    pub(super) sought: Sought,
    pub(super) shape: Shape,
    /// Is its plan Basic or Auxiliary, which answers only what scans it?
    pub(super) scans: bool,
}

impl Pull {
    /// Asks for everything; was all of it answered?
    pub async fn load(&mut self) -> bool {
        let wanted = self.request.tables.clone();
        self.caller.board.expects(wanted.len() as i64);
        for wanted in &wanted {
            if let Err(failure) = self.table(wanted).await {
                self.stop(&failure);
                return false;
            }
        }
        !self.is_lossy
    }

    /// Asks for one table. Fails where nothing more is to be asked.
    async fn table(&mut self, wanted: &Wanted) -> Result<(), Unanswered> {
        let Some(found) = self.present(wanted).await? else {
            self.caller.board.is_done();
            return Ok(());
        };
        let made = found.sought.made();
        let hours = self.hours(&found, made).await?;
        let most_bytes = self.caller.engine().most_bytes();
        let mut bytes_of_row = USUAL_ROW;
        let mut queue: VecDeque<Slice> = match &hours {
            Some(hours) => plan(made, hours, most_bytes / bytes_of_row).into(),
            None => [Slice { window: made, rows: None }].into(),
        };
        self.caller.board.expects(queue.len() as i64 - 1);
        let (mut failures, mut is_first) = (0, true);
        while let Some(slice) = queue.pop_front() {
            if slice.rows == Some(0) && hours.is_some() {
                self.caller.board.is_done();
                continue;
            }
            let rows = match self.rows(&found, slice.window).await {
                Ok(rows) => rows,
                Err(failure) if ends(&failure) => return Err(failure),
                Err(failure) => {
                    failures += 1;
                    let halves = halves(slice).filter(|_| is_too_much(&failure));
                    match halves.filter(|_| failures < MOST_FAILURES) {
                        Some(halves) => self.put_back(halves, &mut queue),
                        None => {
                            let reason = self.caller.words(&failure);
                            self.missing(&found.sought, Some(slice.window), reason);
                            self.caller.board.is_done();
                        }
                    }
                    continue;
                }
            };
            if (rows.partial.is_some() || rows.count >= LIMIT)
                && let Some(halves) = halves(slice).filter(|_| failures < MOST_FAILURES)
            {
                failures += 1;
                self.put_back(halves, &mut queue);
                continue;
            }
            self.cut_short(&found.sought, rows.partial.as_deref());
            if rows.count >= LIMIT {
                let reason = "more rows were made at one time than an answer has";
                self.missing(&found.sought, Some(slice.window), reason.to_owned());
            }
            let rows = self.all_counted(&found, slice, rows).await?;
            self.outlet.put(&rows.lines);
            self.caller.board.is_done();
            let average = (rows.lines.len() as u64).checked_div(rows.count);
            bytes_of_row = average.unwrap_or(bytes_of_row).max(1);
            if std::mem::take(&mut is_first)
                && let (Some(hours), Some(next)) = (&hours, queue.front())
            {
                // By now it is known how large a row is.
                let rest = Window { start: made.start, end: next.window.end };
                let before = queue.len() as i64;
                queue = plan(rest, hours, most_bytes / bytes_of_row).into();
                self.caller.board.expects(queue.len() as i64 - before);
            }
        }
        self.edge(&found).await
    }

    /// A table with its columns; `None` where it is not there, which is told.
    pub(super) async fn present(
        &mut self,
        wanted: &Wanted,
    ) -> Result<Option<PresentTable>, Unanswered> {
        let table = wanted.table.unwrap_or(UNKNOWN);
        let (sought, _) = self.request.sought(&wanted.name, table);
        let mut refused = None;
        let ways: &[bool] =
            if self.caller.engine().has_scans() { &[false, true] } else { &[false] };
        for &scans in ways {
            let query = sought.columns();
            let asked = Asked { query: &query, made: sought.window, scans };
            match self.ask_again(asked).await {
                Ok(columns) if !columns.is_empty() => {
                    return Ok(self.shaped(wanted, columns, scans));
                }
                Ok(_) => break,
                // Tables of other plans refuse to be queried, and are searched.
                Err(Unanswered::Refused(why)) if self.caller.engine().is_of_table(&why) => {
                    refused.get_or_insert(why);
                }
                Err(failure) if ends(&failure) => return Err(failure),
                Err(failure) => {
                    let reason = self.caller.words(&failure);
                    self.missing(&sought, None, reason);
                    return Ok(None);
                }
            }
        }
        let why = refused.map(|refused| format!(" ({refused})")).unwrap_or_default();
        let (noun, absent) = (self.noun(), self.caller.engine().absent());
        let reason = format!("{noun} has no table {}: {absent}{why}", sought.name);
        let lost = !self.request.optional.contains(&sought.table.log);
        self.is_lossy |= lost;
        self.tell(&sought, None, reason, lost);
        Ok(None)
    }

    /// What is sought in a table with these columns; `None` where they do not say when, which is told.
    fn shaped(
        &mut self,
        wanted: &Wanted,
        columns: Vec<super::answer::Column>,
        scans: bool,
    ) -> Option<PresentTable> {
        let names = || columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        let table = wanted.table.unwrap_or_else(|| told(&wanted.name, &names()));
        let (sought, _) = self.request.sought(&wanted.name, table);
        match Shape::new(table, &wanted.name, columns) {
            Ok(shape) => Some(PresentTable { sought, shape, scans }),
            Err(why) => {
                self.missing(
                    &sought,
                    None,
                    format!("the table {} is not read: {why}", wanted.name),
                );
                None
            }
        }
    }

    /// Asks what is never too much, again where it is said to be.
    async fn ask_again(&self, asked: Asked<'_>) -> Result<Vec<super::answer::Column>, Unanswered> {
        let mut tries = 1;
        loop {
            match self.caller.cells(asked).await {
                Err(Unanswered::Refused(why)) if why.status == TOO_LONG && tries < MOST_TRIES => {
                    tries += 1;
                }
                answered => return answered.map(|cells| cells.columns),
            }
        }
    }

    /// How many rows were made in each hour; `None` where that cannot be had.
    pub(super) async fn hours(
        &self,
        found: &PresentTable,
        made: Window,
    ) -> Result<Option<Vec<(Timestamp, u64)>>, Unanswered> {
        if self.is_paid(found) {
            return Ok(None);
        }
        let query = found.sought.counted(made, &found.shape);
        self.counted(Asked { query: &query, made, scans: false }).await
    }

    async fn counted(&self, asked: Asked<'_>) -> Result<Option<Vec<(Timestamp, u64)>>, Unanswered> {
        match self.caller.counts(asked).await {
            Ok(counts) if !counts.is_partial => Ok(Some(counts.hours)),
            Err(failure) if ends(&failure) => Err(failure),
            _ => Ok(None),
        }
    }

    /// The rows of a slice, asked for once more where fewer came than were counted. One of which it is not
    /// known how many it has, as it was halved, is counted now.
    async fn all_counted(
        &mut self,
        found: &PresentTable,
        slice: Slice,
        rows: Rows,
    ) -> Result<Rows, Unanswered> {
        let counted = match slice.rows {
            Some(counted) => Some(counted),
            None => {
                let hours = self.hours(found, slice.window).await?;
                hours.map(|hours| hours.iter().map(|(_, rows)| rows).sum())
            }
        };
        let Some(counted) = counted.filter(|counted| rows.count < *counted) else {
            return Ok(rows);
        };
        let rows = match self.rows(found, slice.window).await {
            Ok(again) if again.count > rows.count => again,
            Err(failure) if ends(&failure) => return Err(failure),
            _ => rows,
        };
        if rows.count < counted {
            let reason = format!(
                "{} counted {counted} rows and gave {}: {} are missing",
                self.noun(),
                rows.count,
                counted - rows.count
            );
            self.missing(&found.sought, Some(slice.window), reason);
        }
        Ok(rows)
    }

    /// Says so where a table begins later than what was asked for: what is older is not there.
    async fn edge(&self, found: &PresentTable) -> Result<(), Unanswered> {
        if self.is_paid(found) {
            return Ok(());
        }
        let PresentTable { sought, shape, .. } = found;
        let start = sought.window.start;
        let before =
            Window { start: Timestamp::parse(FIRST).unwrap_or(start).min(start), end: start };
        let query = sought.older(before, shape);
        match self.caller.cells(Asked { query: &query, made: before, scans: false }).await {
            Ok(cells) if cells.rows.is_empty() && cells.partial.is_none() => {}
            Err(failure) if ends(&failure) => return Err(failure),
            // It has older rows, or nobody knows.
            _ => return Ok(()),
        }
        let made = sought.made();
        let query = sought.all_counted(made, shape);
        let hours = self.counted(Asked { query: &query, made, scans: false }).await?;
        let Some(hours) = hours else { return Ok(()) };
        let reason = match hours.iter().map(|(hour, _)| *hour).min() {
            Some(first) if first.ticks() - start.ticks() < QUIET => return Ok(()),
            Some(first) => format!(
                "the table {} begins {first}: it keeps nothing older, or nothing was sent to it before; {}",
                sought.name,
                self.caller.engine().kept_longer()
            ),
            None => format!("the table {} has no rows until then", sought.name),
        };
        self.tell(sought, Some(sought.window), reason, false);
        Ok(())
    }

    async fn rows(&self, found: &PresentTable, made: Window) -> Result<Rows, Unanswered> {
        let query = found.sought.rows(made, &found.shape);
        self.caller.rows(Asked { query: &query, made, scans: found.scans }).await
    }

    /// Is each query of the table paid for? Then it is asked no more than is needed.
    fn is_paid(&self, found: &PresentTable) -> bool {
        found.scans || self.caller.engine().is_metered()
    }

    fn noun(&self) -> &'static str {
        self.caller.engine().noun()
    }

    fn put_back(&self, halves: [Slice; 2], queue: &mut VecDeque<Slice>) {
        let [later, earlier] = halves;
        queue.push_front(earlier);
        queue.push_front(later);
        self.caller.board.expects(1);
    }

    pub(super) fn cut_short(&mut self, sought: &Sought, partial: Option<&str>) {
        if let Some(partial) = partial {
            let reason = format!("{} gave a part of its rows: {partial}", self.noun());
            self.missing(sought, None, reason);
        }
    }

    fn missing(&mut self, sought: &Sought, window: Option<Window>, reason: String) {
        self.is_lossy = true;
        self.tell(sought, window, reason, true);
    }

    pub(super) fn tell(&self, sought: &Sought, window: Option<Window>, reason: String, lost: bool) {
        let log = if sought.table.log.is_empty() { &*sought.name } else { sought.table.log };
        let mut source = format!("{}, {log}", self.name);
        if let Some(Window { start, end }) = window {
            source = format!("{source}, {start} to {end}");
        }
        self.caller.board.tell(Trouble::new(source, Position::Whole, reason, lost));
    }

    pub(super) fn stop(&self, failure: &Unanswered) {
        let reason = match failure {
            Unanswered::Cancelled => String::new(),
            failure => self.caller.words(failure),
        };
        self.caller.board.stop(reason);
    }
}

/// Does a failure end all asking?
pub(super) fn ends(failure: &Unanswered) -> bool {
    match failure {
        Unanswered::SignIn(_)
        | Unanswered::SignInDown(_)
        | Unanswered::Reused(_)
        | Unanswered::Untrusted(_)
        | Unanswered::Unreachable(_)
        | Unanswered::Elsewhere(_)
        | Unanswered::Throttled(_)
        | Unanswered::Unauthorized(_)
        | Unanswered::Unsent(_)
        | Unanswered::Cancelled => true,
        Unanswered::Refused(refused) => matches!(refused.status, 401 | 404),
        Unanswered::Server(..) | Unanswered::Timeout | Unanswered::Broken(_) => false,
    }
}

/// May a part of what was asked for be answered?
pub(super) fn is_too_much(failure: &Unanswered) -> bool {
    match failure {
        Unanswered::Timeout | Unanswered::Broken(_) | Unanswered::Server(..) => true,
        Unanswered::Refused(refused) => refused.status == TOO_LONG,
        _ => false,
    }
}
