//! A pull: slice after slice, until all is there or what stays missing is known.
//! Never parses, keeps or decodes a record, and leaves nothing running when it returns.

mod walk;

use std::collections::VecDeque;

use tokio_util::sync::CancellationToken;

use self::walk::Walked;
use super::retry::Failure;
use super::seen::Seen;
use super::slices::{self, Slice, Window};
use super::{Done, Missing, Outcome, Request, Service, Sink, State, Stopped, address};
use crate::time::Timestamp;

/// Failed parts of a slice after which it is not cut any further. Finding one bad second in a week
/// takes twenty.
const MOST_FAILURES: u32 = 48;
/// Asks for everything and hands it to the sink. Ends soon after `cancel` fires; dropping the
/// future ends it at once.
pub async fn pull(
    service: &Service,
    request: &Request,
    sink: &mut dyn Sink,
    cancel: &CancellationToken,
) -> Outcome {
    let mut run = Run {
        service,
        request,
        sink,
        cancel,
        state: State::default(),
        outcome: Outcome::default(),
        seen: Seen::default(),
        root: Root::default(),
    };
    run.all().await;
    run.outcome.state = run.state;
    run.outcome
}

struct Run<'r> {
    service: &'r Service,
    request: &'r Request,
    sink: &'r mut dyn Sink,
    cancel: &'r CancellationToken,
    state: State,
    outcome: Outcome,
    /// Records of the current root that were handed over.
    seen: Seen,
    root: Root,
}

/// A slice of the plan, and how its parts fared.
#[derive(Default)]
struct Root {
    number: usize,
    failures: u32,
    pages: u32,
    /// What is missing of it, not told yet: as long as no page came, perhaps all is.
    untold: Vec<Missing>,
}

/// A slice to be asked for.
#[derive(Clone, Copy)]
struct Work {
    slice: Slice,
    /// The slice of the plan it belongs to.
    root: usize,
    /// Was all of it asked before?
    again: bool,
    /// Is it a part of one that failed?
    is_part: bool,
}

impl Run<'_> {
    async fn all(&mut self) {
        let mut queue = self.plan();
        self.state.slices_total = queue.len() as u32;
        self.tell();
        while let Some(work) = queue.pop_front() {
            if self.root.number != work.root {
                self.tell_untold();
                self.root = Root { number: work.root, ..Root::default() };
                self.seen.clear();
            }
            let asked = self.service.pace.now();
            let walked = self.walk(&work).await;
            if let Err(stopped) = self.conclude(work, walked, asked, &mut queue) {
                self.outcome.stopped = Some(stopped);
                break;
            }
            self.tell();
        }
        self.tell_untold();
    }

    fn plan(&mut self) -> VecDeque<Work> {
        let mut queue = VecDeque::new();
        for log in self.request.logs.iter().copied() {
            let windows = self.sink.wanted(log, self.request.window);
            let mut planned = slices::plan(log, &windows, self.request.grid);
            if self.request.newest_first {
                planned.reverse();
            }
            for slice in planned {
                // Numbers of roots begin at 1; 0 is none.
                let root = queue.len() + 1;
                queue.push_back(Work { slice, root, again: false, is_part: false });
            }
        }
        queue
    }

    /// What follows from how a slice went. Fails where nothing more is to be asked.
    fn conclude(
        &mut self,
        work: Work,
        walked: Walked,
        asked: Timestamp,
        queue: &mut VecDeque<Work>,
    ) -> Result<(), Stopped> {
        let Work { slice, again, .. } = work;
        match walked {
            Walked::Whole => self.done(slice, true, asked),
            Walked::UpTo(at) => {
                let (first, rest) = (slice.window.start, slice.window.end);
                queue.push_front(Work { slice: part(slice, at, rest), again: false, ..work });
                self.state.slices_total += 1;
                self.done(part(slice, first, at), true, asked)
            }
            Walked::Damaged(_) if !again => {
                queue.push_front(Work { again: true, ..work });
                Ok(())
            }
            Walked::Damaged(reason) => self.incomplete(slice, reason, asked),
            Walked::Failed(Failure::Cancelled, _) => {
                self.hand_in(slice, false, asked)?;
                Err(Stopped::Cancelled)
            }
            Walked::Failed(Failure::Unkept(reason), _) => Err(Stopped::Unkept(reason)),
            Walked::Failed(failure, pages) => self.failed(work, &failure, (pages, asked), queue),
        }
    }

    /// A slice whose pages could not be followed to their end.
    fn failed(
        &mut self,
        work: Work,
        failure: &Failure,
        (pages, asked): (u32, Timestamp),
        queue: &mut VecDeque<Work>,
    ) -> Result<(), Stopped> {
        let reason = failure.to_string();
        match failure {
            Failure::Refused(refused) | Failure::Unauthorized(refused) => {
                self.outcome.refused.push((work.slice.log.name, refused.clone()));
                self.done(work.slice, false, asked)?;
                self.without(work, queue, failure, true);
                return Ok(());
            }
            Failure::Foreign(_) => {
                self.done(work.slice, false, asked)?;
                self.without(work, queue, failure, true);
                return Ok(());
            }
            Failure::SignIn(_)
            | Failure::Untrusted(_)
            | Failure::Unreachable(_)
            | Failure::Throttled(_) => {
                self.done(work.slice, false, asked)?;
                self.without(work, queue, failure, false);
                let signs_in = matches!(failure, Failure::SignIn(_));
                let stopped = if signs_in { Stopped::SignIn } else { Stopped::Unreachable };
                return Err(stopped(reason));
            }
            _ => {}
        }
        self.root.failures += 1;
        if pages > 0 && !work.again {
            // Perhaps only the links are stale: they are new from the first page on.
            queue.push_front(Work { again: true, ..work });
            return Ok(());
        }
        let tired = self.root.failures > MOST_FAILURES;
        if tired && self.root.pages == 0 {
            self.done(work.slice, false, asked)?;
            self.without(work, queue, failure, false);
            return Err(Stopped::Unreachable(reason));
        }
        match work.slice.window.halves().filter(|_| !tired) {
            Some((first, second)) => {
                for window in [second, first] {
                    let slice = Slice { window, ..work.slice };
                    queue.push_front(Work { slice, again: false, is_part: true, ..work });
                }
                self.state.slices_total += 1;
                Ok(())
            }
            None => self.incomplete(work.slice, reason, asked),
        }
    }

    fn done(&mut self, slice: Slice, complete: bool, asked: Timestamp) -> Result<(), Stopped> {
        self.hand_in(slice, complete, asked)?;
        if complete {
            self.seen.forget(&slice.window);
        }
        self.state.slices_done += 1;
        Ok(())
    }

    fn hand_in(&mut self, slice: Slice, complete: bool, asked: Timestamp) -> Result<(), Stopped> {
        let request = address::first(&self.service.base, &slice, self.request.filter(slice.log));
        let done = Done { slice, complete, request, asked };
        self.sink.slice_done(&done).map_err(|error| Stopped::Unkept(error.to_string()))
    }

    fn incomplete(
        &mut self,
        slice: Slice,
        reason: String,
        asked: Timestamp,
    ) -> Result<(), Stopped> {
        let (log, window) = (slice.log.name, Some(slice.window));
        self.root.untold.push(Missing { log, window, reason, refused: None, lost: true });
        if self.root.pages > 0 {
            self.tell_untold();
        }
        self.done(slice, false, asked)
    }

    fn tell_untold(&mut self) {
        for missing in std::mem::take(&mut self.root.untold) {
            self.missing(missing);
        }
    }

    /// Tells that `work` and what is in the queue will not be asked for, and empties it: `only` of
    /// the same log.
    fn without(&mut self, work: Work, queue: &mut VecDeque<Work>, failure: &Failure, only: bool) {
        let mut window = work.slice.window;
        for untold in self.root.untold.drain(..).filter_map(|missing| missing.window) {
            window.start = window.start.min(untold.start);
            window.end = window.end.max(untold.end);
        }
        let mut windows = vec![(work.slice.log, window)];
        queue.retain(|other| {
            let keep = only && other.slice.log != work.slice.log;
            if !keep {
                let window = other.slice.window;
                match windows.iter_mut().find(|(log, _)| *log == other.slice.log) {
                    Some((_, all)) => {
                        all.start = all.start.min(window.start);
                        all.end = all.end.max(window.end);
                    }
                    None => windows.push((other.slice.log, window)),
                }
            }
            keep
        });
        let refused = match failure {
            Failure::Refused(refused) | Failure::Unauthorized(refused) => Some(refused.clone()),
            _ => None,
        };
        for (log, window) in windows {
            let (window, refused) = (Some(window), refused.clone());
            let reason = failure.to_string();
            self.missing(Missing { log: log.name, window, reason, refused, lost: true });
        }
    }

    fn missing(&mut self, missing: Missing) {
        self.outcome.missing += u64::from(missing.lost);
        self.sink.trouble(missing);
    }

    fn tell(&mut self) {
        self.sink.progress(&self.state);
    }
}

fn part(slice: Slice, start: Timestamp, end: Timestamp) -> Slice {
    Slice { window: Window { start, end }, ..slice }
}
