//! An engine asked table by table: columns, rows by the hour, then slice after slice, the latest first.
//! Never decodes a record, and never takes a part for the whole: what is cut is asked for in halves, and what stays missing is told.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::super::flow::Outlet;
use super::answer::Rows;
use super::caller::Caller;
use super::engine::Asked;
use super::question::{LATEST, Sought};
use super::slices::{LIMIT, Slice, USUAL_ROW, halves, plan};
use crate::http::unanswered::Unanswered;
use crate::place::{Position, Trouble};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};

/// Failed slices of a table after which it is given up. Finding one bad second in a week takes twenty.
const MOST_FAILURES: u32 = 48;
/// How often it is asked what columns there are.
const MOST_TRIES: u32 = 4;
/// Pause between two looks for what is new.
const PAUSE: Duration = Duration::from_secs(30);
/// How far back it is asked, by when rows arrived, for those that are on their way: longer than a
/// workspace says that rows take.
const OVERLAP: i64 = 15 * 60 * TICKS_PER_SECOND;
/// The status of a query that took too long: the same one would again, a smaller one may not.
pub const TOO_LONG: u16 = 504;

/// What is asked, of whom, and where what comes of it goes.
pub struct Pull {
    /// Who is asked.
    pub caller: Caller,
    /// What it is called where something is told.
    pub name: Arc<str>,
    /// What is sought in each table.
    pub sought: Vec<Sought>,
    /// Logs nobody asked for by name: one that is not there is not missing.
    pub optional: Vec<&'static str>,
    /// Where rows go.
    pub(in super::super) outlet: Outlet,
}

/// When something began, by the clocks of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Began {
    wall: Timestamp,
    elapsed: Duration,
}

impl Began {
    /// It begins now.
    pub fn now(caller: &Caller) -> Self {
        let pace = caller.service.pace();
        Self { wall: pace.now(), elapsed: pace.elapsed() }
    }

    /// When that was by the engine's clock, or earlier: one clock may have been set, the other may stop
    /// while the machine sleeps.
    fn there(self, caller: &Caller) -> Timestamp {
        let pace = caller.service.pace();
        let elapsed = ticks(pace.elapsed().saturating_sub(self.elapsed));
        let wall = pace.now().ticks().saturating_sub(self.wall.ticks());
        caller.now().plus(-elapsed.max(wall))
    }
}

/// A table as it turned out to be.
struct PresentTable {
    columns: Vec<String>,
    /// Is its plan Basic or Auxiliary, which answers only what scans it?
    scans: bool,
}

/// A table that is followed.
struct Followed {
    sought: Sought,
    table: PresentTable,
    /// Rows that arrived before are not asked for.
    since: Timestamp,
    /// The lines of the last answer and of the one before it.
    known: [HashSet<u64>; 2],
}

impl Pull {
    /// Asks for everything.
    pub async fn load(mut self) {
        let sought = std::mem::take(&mut self.sought);
        self.caller.board.expects(sought.len() as i64);
        for sought in &sought {
            if let Err(failure) = self.table(sought).await {
                self.stop(&failure);
                return;
            }
        }
    }

    /// Asks again and again for what arrived since then.
    pub async fn follow(mut self, since: Began) {
        let sought = std::mem::take(&mut self.sought);
        let mut followed = Vec::new();
        for sought in sought {
            match self.columns(&sought).await {
                Ok(Some(table)) if table.scans => {
                    let reason = "it is not followed: it is of the plan Basic or Auxiliary, where every \
                                  look would be paid for";
                    self.tell(sought.table.log, None, reason.to_owned(), false);
                }
                Ok(Some(table)) => {
                    let since = since.there(&self.caller).plus(-OVERLAP);
                    followed.push(Followed { sought, table, since, known: Default::default() });
                }
                Ok(None) => {}
                Err(failure) => return self.stop(&failure),
            }
        }
        let hasher = RandomState::new();
        loop {
            for one in &mut followed {
                if let Err(failure) = self.look(one, &hasher).await {
                    return self.stop(&failure);
                }
            }
            let until = self.caller.service.pace().now().plus(ticks(PAUSE));
            self.caller.board.waits(Some(until));
            tokio::select! {
                biased;
                () = self.caller.cancel.cancelled() => return self.stop(&Unanswered::Cancelled),
                () = self.caller.service.pace().sleep(PAUSE) => {}
            }
        }
    }

    /// Asks once for what arrived in a table since it answered last. Fails where nothing more is to be asked.
    async fn look(&self, one: &mut Followed, hasher: &RandomState) -> Result<(), Unanswered> {
        let now = self.caller.now();
        let made = Window { start: now.plus(-LATEST), end: now.plus(LATEST) };
        let sought = Sought { window: made, ..one.sought.clone() };
        let arrived = sought.arrived(made, one.since, &one.table.columns);
        let rows = match self.rows(&arrived, made, one.table.scans).await {
            Ok(rows) => rows,
            Err(failure) if ends(&failure) => return Err(failure),
            Err(failure) => {
                // What arrived meanwhile is asked for at the next look.
                self.tell(sought.table.log, None, self.caller.words(&failure), false);
                return Ok(());
            }
        };
        self.cut_short(&sought, rows.partial.as_deref());
        let mut seen = HashSet::new();
        for line in rows.lines.split_inclusive(|byte| *byte == b'\n') {
            let hash = hasher.hash_one(line);
            let is_known = one.known.iter().any(|lines| lines.contains(&hash));
            if seen.insert(hash) && !is_known {
                self.outlet.put(line);
            }
        }
        one.known.swap(0, 1);
        one.known[1] = seen;
        one.since = now.plus(-OVERLAP);
        Ok(())
    }

    /// Asks for one table. Fails where nothing more is to be asked.
    async fn table(&mut self, sought: &Sought) -> Result<(), Unanswered> {
        let Some(found) = self.columns(sought).await? else {
            self.caller.board.is_done();
            return Ok(());
        };
        let made = sought.made();
        let hours = self.hours(sought, made, &found).await?;
        let mut bytes_of_row = USUAL_ROW;
        let mut queue: VecDeque<Slice> = match &hours {
            Some(hours) => plan(made, hours, bytes_of_row).into(),
            None => [Slice { window: made, rows: None }].into(),
        };
        self.caller.board.expects(queue.len() as i64 - 1);
        let (mut failures, mut is_first) = (0, true);
        while let Some(slice) = queue.pop_front() {
            if slice.rows == Some(0) && hours.is_some() {
                self.caller.board.is_done();
                continue;
            }
            let query = sought.rows(slice.window, &found.columns);
            let asked = self.rows(&query, slice.window, found.scans).await;
            let rows = match asked {
                Ok(rows) => rows,
                Err(failure) if ends(&failure) => return Err(failure),
                Err(failure) => {
                    failures += 1;
                    let halves = halves(slice).filter(|_| is_too_much(&failure));
                    match halves.filter(|_| failures < MOST_FAILURES) {
                        Some(halves) => self.put_back(halves, &mut queue),
                        None => {
                            let reason = self.caller.words(&failure);
                            self.missing(sought.table.log, Some(slice.window), reason);
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
            self.cut_short(sought, rows.partial.as_deref());
            if rows.count >= LIMIT {
                let reason = "more rows were made at one time than an answer has";
                self.missing(sought.table.log, Some(slice.window), reason.to_owned());
            }
            let rows = self.all_counted(sought, slice, &found, rows).await?;
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
                queue = plan(rest, hours, bytes_of_row).into();
                self.caller.board.expects(queue.len() as i64 - before);
            }
        }
        Ok(())
    }

    /// The columns of a table; `None` where it is not there, which is told.
    async fn columns(&mut self, sought: &Sought) -> Result<Option<PresentTable>, Unanswered> {
        let query = sought.columns();
        let mut refused = None;
        let ways: &[bool] = if self.caller.engine.has_scans() { &[false, true] } else { &[false] };
        for &scans in ways {
            match self.ask_again(&query, sought.window, scans).await {
                Ok(rows) if !rows.columns.is_empty() => {
                    return Ok(Some(PresentTable { columns: rows.columns, scans }));
                }
                Ok(_) => break,
                // Tables of other plans refuse to be queried, and are searched.
                Err(Unanswered::Refused(why)) if why.status == 400 => {
                    refused.get_or_insert(why);
                }
                Err(failure) if ends(&failure) => return Err(failure),
                Err(failure) => {
                    self.missing(sought.table.log, None, self.caller.words(&failure));
                    return Ok(None);
                }
            }
        }
        let why = refused.map(|refused| format!(" ({refused})")).unwrap_or_default();
        let (noun, absent) = (self.noun(), self.caller.engine.absent());
        let reason = format!("{noun} has no table {}: {absent}{why}", sought.name);
        let lost = !self.optional.contains(&sought.table.log);
        self.tell(sought.table.log, None, reason, lost);
        Ok(None)
    }

    /// Asks what is never too much, again where it is said to be.
    async fn ask_again(&self, query: &str, made: Window, scans: bool) -> Result<Rows, Unanswered> {
        let mut tries = 1;
        loop {
            match self.rows(query, made, scans).await {
                Err(Unanswered::Refused(why)) if why.status == TOO_LONG && tries < MOST_TRIES => {
                    tries += 1;
                }
                answered => return answered,
            }
        }
    }

    /// How many rows were made in each hour; `None` where that cannot be had.
    async fn hours(
        &mut self,
        sought: &Sought,
        made: Window,
        found: &PresentTable,
    ) -> Result<Option<Vec<(Timestamp, u64)>>, Unanswered> {
        if found.scans {
            // Each query of such a table is paid for.
            return Ok(None);
        }
        let query = sought.counted(made, &found.columns);
        match self.caller.counts(Asked { query: &query, made, scans: false }).await {
            Ok(counts) if !counts.is_partial => Ok(Some(counts.hours)),
            Err(failure) if ends(&failure) => Err(failure),
            _ => Ok(None),
        }
    }

    /// The rows of a slice, asked for once more where fewer came than were counted.
    async fn all_counted(
        &mut self,
        sought: &Sought,
        slice: Slice,
        found: &PresentTable,
        rows: Rows,
    ) -> Result<Rows, Unanswered> {
        let Some(counted) = slice.rows.filter(|counted| rows.count < *counted) else {
            return Ok(rows);
        };
        let query = sought.rows(slice.window, &found.columns);
        let again = self.rows(&query, slice.window, found.scans).await;
        let rows = match again {
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
            self.missing(sought.table.log, Some(slice.window), reason);
        }
        Ok(rows)
    }

    async fn rows(&self, query: &str, made: Window, scans: bool) -> Result<Rows, Unanswered> {
        self.caller.rows(Asked { query, made, scans }).await
    }

    fn noun(&self) -> &'static str {
        self.caller.engine.noun()
    }

    fn put_back(&self, halves: [Slice; 2], queue: &mut VecDeque<Slice>) {
        let [later, earlier] = halves;
        queue.push_front(earlier);
        queue.push_front(later);
        self.caller.board.expects(1);
    }

    fn cut_short(&self, sought: &Sought, partial: Option<&str>) {
        if let Some(partial) = partial {
            let reason = format!("{} gave a part of its rows: {partial}", self.noun());
            self.missing(sought.table.log, None, reason);
        }
    }

    fn missing(&self, log: &str, window: Option<Window>, reason: String) {
        self.tell(log, window, reason, true);
    }

    fn tell(&self, log: &str, window: Option<Window>, reason: String, lost: bool) {
        let mut source = format!("{}, {log}", self.name);
        if let Some(Window { start, end }) = window {
            source = format!("{source}, {start} to {end}");
        }
        self.caller.board.tell(Trouble::new(source, Position::Whole, reason, lost));
    }

    fn stop(&self, failure: &Unanswered) {
        let reason = match failure {
            Unanswered::Cancelled => String::new(),
            failure => self.caller.words(failure),
        };
        self.caller.board.stop(reason);
    }
}

/// Does a failure end all asking?
fn ends(failure: &Unanswered) -> bool {
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
fn is_too_much(failure: &Unanswered) -> bool {
    match failure {
        Unanswered::Timeout | Unanswered::Broken(_) | Unanswered::Server(..) => true,
        Unanswered::Refused(refused) => refused.status == TOO_LONG,
        _ => false,
    }
}
