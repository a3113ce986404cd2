//! A pull: window after window, cut where it is too much, until all is there or what stays missing is known.
//! Never parses, keeps or decodes a record, and leaves nothing running when it returns.

mod days;
mod failure;
mod turn;
mod walk;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::failure::Failure;
use self::turn::Quiet;
use self::walk::Walked;
use super::super::duplicates::Seen;
use super::super::pulled::{Missing, Outcome, State, Stopped};
use super::api::is_unlicensed;
use super::logs::Log;
use super::slices::{self, Slice};
use super::{Done, Request, Service, Sink, address};
use crate::http::unanswered::Unanswered;
use crate::time::window::{floor_second, joined};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// Failed parts of a slice after which it is not cut any further. Finding one bad second in a week
/// takes twenty.
const MOST_FAILURES: u32 = 48;
/// Walks in a circle after each other, without anything new, after which a log is given up.
const MOST_LOOPS: u32 = 3;
/// Time without anything new after which a failing service is given up.
const PATIENCE: Duration = Duration::from_mins(10);

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
        window: request.window,
        windows: Vec::new(),
        is_by_graph: false,
        state: State::default(),
        outcome: Outcome::default(),
        seen: Seen::default(),
        root: Root::default(),
        quiet: Quiet::default(),
        loops: 0,
        sizes: HashMap::new(),
        largest: HashMap::new(),
    };
    run.is_moving();
    if let Err(stopped) = run.all().await {
        run.outcome.stopped = Some(stopped);
    }
    run.tell_untold();
    run.outcome.state = run.state;
    run.outcome.window = Some(run.asked_window());
    run.outcome
}

struct Run<'r> {
    service: &'r Service,
    request: &'r Request,
    sink: &'r mut dyn Sink,
    cancel: &'r CancellationToken,
    /// What is asked for, by the clock that is believed.
    window: Window,
    /// What is asked for, by either clock: windows that do not touch each other.
    windows: Vec<Window>,
    /// Was it compared with Graph's clock?
    is_by_graph: bool,
    state: State,
    outcome: Outcome,
    /// Records of the current root that were handed over.
    seen: Seen,
    root: Root,
    quiet: Quiet,
    /// Walks in a circle since something new came.
    loops: u32,
    /// Records of the last page that linked to another one, by the name of the log.
    sizes: HashMap<&'static str, usize>,
    /// Records of the largest page that linked to none, by the name of the log.
    largest: HashMap<&'static str, usize>,
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
    /// What is left of it: it begins later with each piece that is there.
    slice: Slice,
    /// The slice of the plan it belongs to.
    root: usize,
    /// Was all of it asked before?
    again: bool,
    /// Is it a part of one that failed?
    is_part: bool,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<(), Stopped> {
        for note in self.request.notes.clone() {
            self.odd("", None, note);
        }
        if let Some(now) = self.service.now_there() {
            self.is_by_graph = true;
            self.sink.now_is(now).map_err(|error| Stopped::Unkept(error.to_string()))?;
        }
        let mut queue = self.plan();
        if queue.is_empty() && !self.is_by_graph && self.sink.asked() > Some(self.service.now()) {
            queue.extend(self.last_second());
        }
        while let Some(mut work) = queue.pop_front() {
            if self.root.number != work.root {
                self.tell_untold();
                self.root = Root { number: work.root, ..Root::default() };
                self.seen.clear();
            }
            let (walked, asked) = self.walk(&mut work).await;
            if matches!(walked, Walked::Failed(Failure::OtherWindow, _)) {
                queue = self.plan();
                continue;
            }
            self.conclude(work, walked, asked, &mut queue)?;
            self.tell();
        }
        Ok(())
    }

    /// What to ask for by the clock that is known now: as much at once as there is in one piece.
    fn plan(&mut self) -> VecDeque<Work> {
        let service = self.service;
        let there = service.now_there();
        let window_at = |now: Timestamp| {
            let window = self.request.window_at(now);
            // Records that happen while it is asked are asked for too.
            let latest = there.map_or(window.end, |there| there.plus(TICKS_PER_SECOND));
            Window { end: window.end.min(latest), ..window }
        };
        // Where Graph's clock is the one that is wrong, the window by another one is right.
        let windows = [service.now(), service.pace().now(), service.surely()].map(window_at);
        self.window = windows[0];
        let windows = windows.into_iter().filter(|window| !window.is_empty());
        self.windows = joined(windows.collect());
        let (mut queue, mut total) = (VecDeque::new(), 0);
        for log in self.request.logs.iter().copied() {
            let mut windows: Vec<Window> = Vec::new();
            for window in &self.windows {
                windows.extend(self.sink.wanted(log, *window));
            }
            windows.retain(|window| !window.is_empty());
            total += slices::plan(log, &windows, self.request.grid).len();
            if self.request.newest_first {
                windows.reverse();
            }
            for window in windows {
                // Numbers of roots begin at 1; 0 is none.
                let (root, slice) = (queue.len() + 1, Slice { log, window });
                queue.push_back(Work { slice, root, again: false, is_part: false });
            }
        }
        self.root = Root::default();
        self.state.slices_total = self.state.slices_done.saturating_add(total as u32);
        self.tell();
        queue
    }

    /// What was asked for up to what is surely not in the future.
    fn asked_window(&self) -> Window {
        let Some(latest) = self.service.now_there().map(|_| self.service.surely()) else {
            return self.window;
        };
        let begun = self.windows.iter().rfind(|window| window.start <= latest);
        let window = *begun.unwrap_or(&self.window);
        Window { end: window.end.min(latest), ..window }
    }

    /// The last second of the window, of any log. Asked for where nothing seems to be wanted, by
    /// what was asked for when a clock said that it was later than now: Graph says what time it is.
    fn last_second(&self) -> Option<Work> {
        let log = self.request.logs.first().copied()?;
        let end = self.window.end;
        let window = Window { start: end.plus(-TICKS_PER_SECOND), end };
        Some(Work { slice: Slice { log, window }, root: 1, again: false, is_part: false })
    }

    /// Is more asked for at once than is handed in at once?
    fn is_wide(&self, work: &Work) -> bool {
        work.slice.window.is_wide(self.request.grid)
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
            Walked::Whole => self.done(slice, asked),
            Walked::UpTo(at) => {
                let (first, rest) = (slice.window.start, slice.window.end);
                queue.push_front(Work { slice: part(slice, at, rest), again: false, ..work });
                self.state.slices_total += 1;
                self.done(part(slice, first, at), asked)
            }
            Walked::TooMuch(at) => {
                if let Some(at) = at.filter(|at| *at > slice.window.start) {
                    self.done(part(slice, slice.window.start, at), asked)?;
                }
                let start = at.unwrap_or(slice.window.start).max(slice.window.start);
                self.cut(Work { slice: part(slice, start, slice.window.end), ..work }, queue);
                Ok(())
            }
            Walked::Full => match slice.window.halves(self.request.grid) {
                Some(halves) => {
                    self.halve(work, halves, queue);
                    Ok(())
                }
                None => self.incomplete(slice, OVERFULL.to_owned(), asked),
            },
            Walked::Damaged(_) if !again => {
                queue.push_front(Work { again: true, ..work });
                Ok(())
            }
            Walked::Damaged(reason) => self.incomplete(slice, reason, asked),
            Walked::Failed(Failure::Unanswered(Unanswered::Cancelled), _) => {
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
        if let Some(only) = self.ends(&work, failure) {
            if only {
                // The other logs begin anew.
                self.loops = 0;
                self.is_moving();
            }
            self.hand_in(work.slice, false, asked)?;
            self.without(work, queue, failure, only);
            let reason = failure.to_string();
            return match failure {
                _ if only => Ok(()),
                Failure::Unanswered(Unanswered::SignIn(_)) => Err(Stopped::SignIn(reason)),
                Failure::Unanswered(Unanswered::Reused(_)) => Err(Stopped::TokenRefused(reason)),
                _ => Err(Stopped::Unreachable(reason)),
            };
        }
        self.root.failures += 1;
        if pages > 0 && !work.again {
            // Perhaps only the links are stale: they are new from the first page on.
            queue.push_front(Work { again: true, ..work });
            return Ok(());
        }
        let tired = self.root.failures > MOST_FAILURES;
        match work.slice.window.halves(self.request.grid).filter(|_| !tired) {
            Some(halves) => {
                self.halve(work, halves, queue);
                Ok(())
            }
            None => self.incomplete(work.slice, failure.to_string(), asked),
        }
    }

    /// Does a failure end more than its slice: the log (`true`), or the pull?
    fn ends(&mut self, work: &Work, failure: &Failure) -> Option<bool> {
        match failure {
            Failure::Unanswered(
                Unanswered::SignIn(_)
                | Unanswered::SignInDown(_)
                | Unanswered::Reused(_)
                | Unanswered::Untrusted(_)
                | Unanswered::Unreachable(_)
                | Unanswered::Elsewhere(_)
                | Unanswered::Throttled(_),
            ) => Some(false),
            Failure::Unanswered(Unanswered::Refused(refused))
                if self.is_left_out(work, is_unlicensed(refused)) =>
            {
                self.outcome.unlicensed.push(work.slice.log.name.into());
                Some(true)
            }
            Failure::Unanswered(
                Unanswered::Refused(refused) | Unanswered::Unauthorized(refused),
            ) => {
                self.outcome.refused.push((work.slice.log.name.into(), (**refused).clone()));
                Some(true)
            }
            Failure::Foreign(_) => Some(true),
            Failure::Loop(_) => {
                self.loops += 1;
                (self.loops > MOST_LOOPS).then_some(true)
            }
            _ if self.root.failures >= MOST_FAILURES && self.root.pages == 0 => Some(false),
            _ if self.quiet_for() > PATIENCE => Some(false),
            _ => None,
        }
    }

    /// May this log be left out? Where it was there before, a refusal may pass.
    fn is_left_out(&self, work: &Work, is_unlicensed: bool) -> bool {
        let log = work.slice.log;
        is_unlicensed && self.request.optional.contains(&log.name) && !self.sink.had(log)
    }

    fn halve(&mut self, work: Work, halves: (Window, Window), queue: &mut VecDeque<Work>) {
        let (mut first, mut second) = halves;
        if self.request.newest_first {
            std::mem::swap(&mut first, &mut second);
        }
        for window in [second, first] {
            let slice = Slice { window, ..work.slice };
            queue.push_front(Work { slice, again: false, is_part: true, ..work });
        }
        if !self.is_wide(&work) {
            self.state.slices_total += 1;
        }
    }

    /// Puts pieces of a slice into the queue instead of it.
    fn cut(&mut self, work: Work, queue: &mut VecDeque<Work>) {
        let mut pieces = slices::plan(work.slice.log, &[work.slice.window], self.request.grid);
        if !self.request.newest_first {
            pieces.reverse();
        }
        for slice in pieces {
            queue.push_front(Work { slice, again: false, ..work });
        }
    }

    /// All of a slice is there: hands it in, piece by piece.
    fn done(&mut self, slice: Slice, asked: Timestamp) -> Result<(), Stopped> {
        for piece in slices::plan(slice.log, &[slice.window], self.request.grid) {
            self.hand_in(piece, true, asked)?;
            self.seen.forget(&piece.window);
        }
        // Another day may fail as often.
        self.root.failures = 0;
        self.loops = 0;
        self.is_moving();
        Ok(())
    }

    /// Hands a slice in. Nothing that happened after it was asked for is known to be there.
    fn hand_in(&mut self, slice: Slice, complete: bool, asked: Timestamp) -> Result<(), Stopped> {
        let is_timed = !slice.log.time.is_empty();
        let latest = if is_timed { floor_second(asked) } else { slice.window.end };
        let known = part(slice, slice.window.start, slice.window.end.min(latest));
        let (slice, complete) = match complete && !known.window.is_empty() {
            true => (known, true),
            false => (slice, false),
        };
        let request = address::first(self.service.base(), &slice, self.request.filter(slice.log));
        let done = Done { slice, complete, request, asked };
        self.state.slices_done += 1;
        self.sink.slice_done(&done).map_err(|error| Stopped::Unkept(error.to_string()))
    }

    fn incomplete(
        &mut self,
        slice: Slice,
        reason: String,
        asked: Timestamp,
    ) -> Result<(), Stopped> {
        let (log, window) = (slice.log.name.into(), Some(slice.window));
        self.root.untold.push(Missing {
            log,
            window,
            reason,
            refused: None,
            lost: true,
            ends: false,
        });
        if self.root.pages > 0 {
            self.tell_untold();
        }
        self.hand_in(slice, false, asked)
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
        let mut windows: Vec<(&'static Log, Window)> = vec![(work.slice.log, window)];
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
        if self.outcome.unlicensed.iter().any(|log| *log == work.slice.log.name) {
            self.odd(work.slice.log.name, None, UNLICENSED.to_owned());
            return;
        }
        let refused = match failure {
            Failure::Unanswered(
                Unanswered::Refused(refused) | Unanswered::Unauthorized(refused),
            ) => Some((**refused).clone()),
            _ => None,
        };
        for (log, window) in windows {
            let (window, refused) = (Some(window), refused.clone());
            let (log, reason) = (log.name.into(), failure.to_string());
            self.missing(Missing { log, window, reason, refused, lost: true, ends: !only });
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

/// What is told of a log that the tenant has no licence for.
const UNLICENSED: &str = "left out: the tenant has no licence for this log (Microsoft Entra ID P1 or \
                          P2); it is asked for again in the next run";
/// What is told where one second, or one instant, has more records than a page.
const OVERFULL: &str = "more records happened at one time than Graph sends on a page, and it does not \
                        say where the others are";

/// Why a slice could not be handed in.
fn unkept(stopped: Stopped) -> Failure {
    match stopped {
        Stopped::Unkept(reason) => Failure::Unkept(reason),
        _ => Unanswered::Cancelled.into(),
    }
}

fn part(slice: Slice, start: Timestamp, end: Timestamp) -> Slice {
    Slice { window: Window { start, end }, ..slice }
}
