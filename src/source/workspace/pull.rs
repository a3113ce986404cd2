//! A workspace asked table by table: columns, rows by the hour, then slice after slice, the latest first.
//! Never decodes a record, and never takes a part for the whole: what is cut is asked for in halves, and what stays missing is told.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::super::flow::Outlet;
use super::answer::{self, Rows};
use super::api::{Name, TOO_LONG};
use super::question::{LATEST, Sought};
use super::slices::{LIMIT, Slice, USUAL_ROW, halves, plan};
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::request::{Request, Verb};
use crate::http::response::Response;
use crate::http::service::Service;
use crate::http::unanswered::Unanswered;
use crate::place::{Position, Pulling, Trouble};
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

/// What is known of a pull beside its rows.
#[derive(Default, Debug)]
pub struct Status {
    /// How far it is.
    pub pulling: Pulling,
    /// What was told since it was last taken.
    pub troubles: Vec<Trouble>,
    /// Why it ended before its end; empty: somebody asked for it. `None`: it did not.
    pub stopped: Option<String>,
}

/// What is asked, of whom, and where what comes of it goes.
pub struct Pull {
    /// The service.
    pub service: Arc<Service>,
    /// The workspace.
    pub workspace: Name,
    /// What it is called where something is told.
    pub name: Arc<str>,
    /// What is sought in each table.
    pub sought: Vec<Sought>,
    /// Logs nobody asked for by name: one that is not there is not missing.
    pub optional: Vec<&'static str>,
    /// Where rows go.
    pub outlet: Outlet,
    /// What is told beside them.
    pub status: Arc<Mutex<Status>>,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// A table as it turned out to be.
struct PresentTable {
    columns: Vec<String>,
    /// Is its plan Basic or Auxiliary, which answers only what scans it?
    scans: bool,
}

/// Asks a question and reads its answer.
struct Question<'q, T> {
    status: &'q Mutex<Status>,
    read: fn(&[u8]) -> Result<T, String>,
}

impl<T: Send> Asker for Question<'_, T> {
    type Taken = Response;
    type Got = T;
    type Stop = Unanswered;

    fn read(&mut self, answer: Response) -> Result<T, Unread<Self>> {
        let broken = |reason: String| Unread::Again(Unanswered::Broken(reason), None);
        match answer.cut {
            Some(reason) => Err(broken(reason)),
            // What is empty without being said to be is none of the service.
            None if answer.body.is_empty() && answer.status != 204 => {
                Err(broken("the answer is empty".to_owned()))
            }
            None => (self.read)(&answer.body).map_err(broken),
        }
    }

    /// A query that took too long, or had too much in its answer, does so again.
    fn may_help(&self, failure: &Unanswered) -> bool {
        !matches!(failure, Unanswered::Timeout)
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        locked(self.status).pulling.waiting_until = until.map(|(until, _)| until);
    }
}

fn locked(status: &Mutex<Status>) -> MutexGuard<'_, Status> {
    status.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pull {
    /// Asks for everything.
    pub async fn load(mut self) {
        let sought = std::mem::take(&mut self.sought);
        locked(&self.status).pulling.slices_total = sought.len() as u32;
        for sought in &sought {
            if let Err(failure) = self.table(sought).await {
                self.stop(&failure);
                return;
            }
        }
    }

    /// Asks again and again for what arrived since.
    pub async fn follow(mut self) {
        let sought = std::mem::take(&mut self.sought);
        let mut found = Vec::new();
        for sought in sought {
            match self.columns(&sought).await {
                Ok(Some(table)) => found.push((sought, table)),
                Ok(None) => {}
                Err(failure) => return self.stop(&failure),
            }
        }
        let hasher = RandomState::new();
        // The lines of the last look and of the one before it.
        let mut known: [HashSet<u64>; 2] = Default::default();
        let mut since = self.now().plus(-OVERLAP);
        loop {
            let now = self.now();
            let mut seen = HashSet::new();
            for (sought, table) in &found {
                let made = Window { start: now.plus(-LATEST), end: now.plus(LATEST) };
                let sought = Sought { window: made, ..sought.clone() };
                let arrived = sought.arrived(made, since, &table.columns);
                match self.ask(&arrived, made, table.scans, answer::read).await {
                    Ok(rows) => {
                        self.cut_short(&sought, rows.partial.as_deref());
                        for line in rows.lines.split_inclusive(|byte| *byte == b'\n') {
                            let hash = hasher.hash_one(line);
                            let is_known = known.iter().any(|lines| lines.contains(&hash));
                            if seen.insert(hash) && !is_known {
                                self.outlet.put(line);
                            }
                        }
                    }
                    Err(failure) if ends(&failure) => return self.stop(&failure),
                    Err(failure) => self.missing(sought.table.log, None, self.words(&failure)),
                }
            }
            known.swap(0, 1);
            known[1] = seen;
            since = now.plus(-OVERLAP);
            let until = self.service.pace().now().plus(ticks(PAUSE));
            locked(&self.status).pulling.waiting_until = Some(until);
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return self.stop(&Unanswered::Cancelled),
                () = self.service.pace().sleep(PAUSE) => {}
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.service.now_there().unwrap_or_else(|| self.service.pace().now())
    }

    /// Asks for one table. Fails where nothing more is to be asked.
    async fn table(&mut self, sought: &Sought) -> Result<(), Unanswered> {
        let Some(found) = self.columns(sought).await? else {
            self.is_done();
            return Ok(());
        };
        let made = sought.made();
        let hours = self.hours(sought, made, &found).await?;
        let mut bytes_of_row = USUAL_ROW;
        let mut queue: VecDeque<Slice> = match &hours {
            Some(hours) => plan(made, hours, bytes_of_row).into(),
            None => [Slice { window: made, rows: None }].into(),
        };
        locked(&self.status).pulling.slices_total += queue.len() as u32 - 1;
        let (mut failures, mut is_first) = (0, true);
        while let Some(slice) = queue.pop_front() {
            if slice.rows == Some(0) && hours.is_some() {
                self.is_done();
                continue;
            }
            let query = sought.rows(slice.window, &found.columns);
            let asked = self.ask(&query, slice.window, found.scans, answer::read).await;
            let rows = match asked {
                Ok(rows) => rows,
                Err(failure) if ends(&failure) => return Err(failure),
                Err(failure) => {
                    failures += 1;
                    let halves = halves(slice).filter(|_| is_too_much(&failure));
                    match halves.filter(|_| failures < MOST_FAILURES) {
                        Some(halves) => self.put_back(halves, &mut queue),
                        None => {
                            let reason = self.words(&failure);
                            self.missing(sought.table.log, Some(slice.window), reason);
                            self.is_done();
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
            self.is_done();
            let average = (rows.lines.len() as u64).checked_div(rows.count);
            bytes_of_row = average.unwrap_or(bytes_of_row).max(1);
            if std::mem::take(&mut is_first)
                && let (Some(hours), Some(next)) = (&hours, queue.front())
            {
                // By now it is known how large a row is.
                let rest = Window { start: made.start, end: next.window.end };
                let before = queue.len() as u32;
                queue = plan(rest, hours, bytes_of_row).into();
                let total = &mut locked(&self.status).pulling.slices_total;
                *total = *total + queue.len() as u32 - before;
            }
        }
        Ok(())
    }

    /// The columns of a table; `None` where it is not there, which is told.
    async fn columns(&mut self, sought: &Sought) -> Result<Option<PresentTable>, Unanswered> {
        let query = sought.columns();
        let mut refused = None;
        for scans in [false, true] {
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
                    self.missing(sought.table.log, None, self.words(&failure));
                    return Ok(None);
                }
            }
        }
        let why = refused.map(|refused| format!(" ({refused})")).unwrap_or_default();
        let reason = format!(
            "the workspace has no table {}: no diagnostic setting of Entra sends that log there, or you \
             may not read it{why}",
            sought.table.name
        );
        let lost = !self.optional.contains(&sought.table.log);
        self.tell(sought.table.log, None, reason, lost);
        Ok(None)
    }

    /// Asks what is never too much, again where it is said to be.
    async fn ask_again(&self, query: &str, made: Window, scans: bool) -> Result<Rows, Unanswered> {
        let mut tries = 1;
        loop {
            match self.ask(query, made, scans, answer::read).await {
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
        match self.ask(&query, made, false, answer::counts).await {
            Ok(counts) if !counts.is_partial => {
                let hours = counts.hours.iter();
                Ok(hours.map(|(hour, rows)| Some((Timestamp::parse(hour)?, *rows))).collect())
            }
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
        let again = self.ask(&query, slice.window, found.scans, answer::read).await;
        let rows = match again {
            Ok(again) if again.count > rows.count => again,
            Err(failure) if ends(&failure) => return Err(failure),
            _ => rows,
        };
        if rows.count < counted {
            let reason = format!(
                "the workspace counted {counted} rows and gave {}: {} are missing",
                rows.count,
                counted - rows.count
            );
            self.missing(sought.table.log, Some(slice.window), reason);
        }
        Ok(rows)
    }

    async fn ask<T: Send>(
        &self,
        query: &str,
        made: Window,
        scans: bool,
        read: fn(&[u8]) -> Result<T, String>,
    ) -> Result<T, Unanswered> {
        let timespan = format!("{}/{}", made.start.to_rfc3339(), made.end.to_rfc3339());
        let body = serde_json::json!({"query": query, "timespan": timespan}).to_string();
        let url = self.workspace.address(self.service.base(), scans);
        let mut request = Request::from(url);
        request.verb = Verb::Query("application/json", Bytes::from(body));
        tracing::debug!(query, timespan, "asks");
        let mut question = Question { status: &self.status, read };
        self.service.ask(&request, &mut question, &self.cancel).await
    }

    fn put_back(&self, halves: [Slice; 2], queue: &mut VecDeque<Slice>) {
        let [later, earlier] = halves;
        queue.push_front(earlier);
        queue.push_front(later);
        locked(&self.status).pulling.slices_total += 1;
    }

    fn is_done(&self) {
        locked(&self.status).pulling.slices_done += 1;
    }

    fn cut_short(&self, sought: &Sought, partial: Option<&str>) {
        if let Some(partial) = partial {
            let reason = format!("the workspace gave a part of its rows: {partial}");
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
        let trouble = Trouble::new(source, Position::Whole, reason, lost);
        let troubles = &mut locked(&self.status).troubles;
        // While it is followed, the same goes wrong again and again.
        if troubles.last() != Some(&trouble) {
            troubles.push(trouble);
        }
    }

    fn stop(&self, failure: &Unanswered) {
        let reason = match failure {
            Unanswered::Cancelled => String::new(),
            failure => self.words(failure),
        };
        locked(&self.status).stopped = Some(reason);
    }

    /// What is told of a failure, with the way out that the refusal itself does not tell.
    fn words(&self, failure: &Unanswered) -> String {
        let words = failure.words(self.workspace.api().name);
        let Unanswered::Refused(refused) = failure else { return words };
        let way = match (refused.status, &self.workspace) {
            (403, Name::Id(_)) => {
                "whoever signed in needs the role Log Analytics Reader on the workspace; applications are \
                 refused here even so, and are answered when the workspace is named by its resource id \
                 (/subscriptions/…)"
            }
            (403, Name::Resource(_)) => {
                "whoever signed in needs the role Log Analytics Reader on the workspace"
            }
            (404, _) => "there is no such workspace in this cloud, or you may not see it",
            (TOO_LONG, _) => "the query took too long: ask for a shorter time (--since, --until)",
            _ => return words,
        };
        format!("{words}; {way}")
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
