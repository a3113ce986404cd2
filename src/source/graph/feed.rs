//! A pull as a stream of bytes: one record per line, read like a file that is still being written.
//! Never asks by itself; [`pull()`] does, while the stream is read.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::super::duplicates::Seen;
use super::super::flow::{Flow, Outlet};
use super::super::pulled::{Missing, Outcome, State, Stopped};
use super::follow::{least_pause, next_windows};
use super::page::Page;
use super::pull::pull;
use super::slices::Slice;
use super::{Request, Service, Sink};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};

/// What is known of a feed beside its bytes.
#[derive(Clone, Default, Debug)]
pub struct Status {
    /// How far it is.
    pub state: State,
    /// What was told since it was last taken.
    pub missing: Vec<Missing>,
    /// How the pull ended; while following: how the last one did.
    pub outcome: Option<Outcome>,
}

/// How new records are waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Follow {
    /// Pause between two looks; longer where the limit of requests asks for it.
    pub every: Duration,
    /// How far before the newest record is asked again for records that arrive late.
    pub overlap: Duration,
}

impl Default for Follow {
    /// Every half minute, and an hour back.
    fn default() -> Self {
        Self { every: Duration::from_secs(30), overlap: Duration::from_hours(1) }
    }
}

/// The records of a pull, one per line, in the order they come.
///
/// Reading returns 0 when all was asked for, or soon after `cancel`; [`Feed::status`] tells what is
/// missing.
#[derive(Debug)]
pub struct Feed {
    flow: Flow,
    status: Arc<Mutex<Status>>,
}

impl Feed {
    /// Begins a pull; nothing is asked before the first read. With `follow` it does not end.
    ///
    /// Fails where the system gives no runtime.
    pub fn new(
        service: Arc<Service>,
        request: Request,
        follow: Option<Follow>,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        let lines = Outlet::default();
        let status = Arc::new(Mutex::new(Status::default()));
        let handed = Handed {
            lines: lines.clone(),
            status: Arc::clone(&status),
            known: None,
            told: HashMap::new(),
            rounds: 0,
        };
        let flow = Flow::new(lines, run(service, request, follow, handed, cancel))?;
        Ok(Self { flow, status })
    }

    /// What is known beside the bytes; it changes while the feed is read.
    pub fn status(&self) -> Arc<Mutex<Status>> {
        Arc::clone(&self.status)
    }
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.flow.read(buffer)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(
    service: Arc<Service>,
    request: Request,
    follow: Option<Follow>,
    mut handed: Handed,
    cancel: CancellationToken,
) {
    handed.known = follow.map(|_| Seen::default());
    let mut newest: BTreeMap<&'static str, Timestamp> = BTreeMap::new();
    let mut requests = vec![request];
    loop {
        let mut next = Vec::new();
        for request in requests {
            let outcome = pull(&service, &request, &mut handed, &cancel).await;
            for (log, time) in &outcome.newest {
                let known = newest.entry(log).or_insert(*time);
                *known = (*known).max(*time);
            }
            locked(&handed.status).outcome = Some(outcome.clone());
            let ends = matches!(
                outcome.stopped,
                Some(Stopped::Cancelled | Stopped::SignIn(_) | Stopped::Unkept(_))
            );
            let Some(follow) = follow.filter(|_| !ends) else { return };
            let now = service.now();
            next.extend(next_windows(&request, &outcome, &newest, now, follow.overlap));
        }
        let (Some(follow), false) = (follow, next.is_empty()) else { return };
        handed.forget(&next);
        let pause = least_pause(follow.every, next.len());
        {
            let state = &mut locked(&handed.status).state;
            state.waiting_until = Some(service.pace().now().plus(ticks(pause)));
            state.waiting_for = "new records";
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            () = service.pace().sleep(pause) => {}
        }
        let now = service.now().plus(TICKS_PER_SECOND);
        for request in &mut next {
            request.window.end = request.window.end.max(now);
        }
        handed.rounds += 1;
        requests = next;
    }
}

/// Where the pull puts what it finds.
struct Handed {
    lines: Outlet,
    status: Arc<Mutex<Status>>,
    /// While following: the records that may come again.
    known: Option<Seen>,
    /// While following: what was told, by log and reason, and in which round last.
    told: HashMap<(Cow<'static, str>, String), u32>,
    rounds: u32,
}

impl Handed {
    /// Forgets the records that will not come again.
    fn forget(&mut self, next: &[Request]) {
        let Some(first) = next.iter().map(|request| request.window.start).min() else { return };
        if let Some(known) = &mut self.known {
            known.forget(&Window { start: Timestamp::from_ticks(i64::MIN), end: first });
        }
    }
}

impl Sink for Handed {
    fn page(&mut self, _slice: &Slice, page: &Page) -> io::Result<()> {
        let Some(known) = &mut self.known else {
            self.lines.put(page.lines());
            return Ok(());
        };
        let mut at = 0;
        for record in page.records() {
            if known.is_new(record.key, record.time) {
                self.lines.put(&page.lines()[at..at + record.len]);
            }
            at += record.len;
        }
        Ok(())
    }

    fn progress(&mut self, state: &State) {
        locked(&self.status).state = *state;
    }

    /// What lasts from round to round is told once.
    fn trouble(&mut self, missing: Missing) {
        let key = (missing.log.clone(), missing.reason.clone());
        let before = self.told.insert(key, self.rounds);
        self.told.retain(|_, round| *round + 1 >= self.rounds);
        if before.is_none_or(|round| round == self.rounds) {
            locked(&self.status).missing.push(missing);
        }
    }
}
