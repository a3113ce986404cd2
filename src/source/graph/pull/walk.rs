//! One slice: page after page along Graph's links, each asked for until it comes or will not.
//! Never decides what becomes of a slice that failed.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use url::Url;
use xxhash_rust::xxh3::xxh3_128;

use super::super::ask::{Answer, ask};
use super::super::page::Page;
use super::super::refused::Refused;
use super::super::retry::{Failure, Tries, Verdict, verdict};
use super::super::slices::{self, Slice, floor_second};
use super::super::{Missing, address};
use super::{Run, Work};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Pages without records after each other that are followed.
const MOST_EMPTY: u32 = 100;
/// A difference of clocks that is told, in ticks of 100 ns.
const SKEW: i64 = 5 * 60 * TICKS_PER_SECOND;

/// How asking for a slice ended.
pub enum Walked {
    /// All is there.
    Whole,
    /// All is there up to this instant, and that is enough for one slice.
    UpTo(Timestamp),
    /// All pages were there; one is damaged.
    Damaged(String),
    /// A page could not be had; how many were before.
    Failed(Failure, u32),
}

/// What one walk along the pages of a slice saw.
#[derive(Default)]
struct Walk {
    links: HashSet<String>,
    bodies: HashSet<u128>,
    pages: u32,
    empty: u32,
    records: u64,
    /// The time of the last record, and whether all came in order of time.
    last: Option<Timestamp>,
    unordered: bool,
    damage: Option<String>,
}

impl Walk {
    /// Takes note of a page. Fails where pages go in a circle.
    fn see(&mut self, page: &Page) -> Result<(), Failure> {
        self.pages += 1;
        self.records += page.records().len() as u64;
        for record in page.records() {
            self.unordered |= record.time.is_none() || record.time < self.last;
            self.last = record.time.or(self.last);
        }
        self.empty = if page.records().is_empty() { self.empty + 1 } else { 0 };
        let circle = self.empty == 0 && !self.bodies.insert(xxh3_128(page.lines()));
        if circle || self.empty > MOST_EMPTY {
            let what =
                if circle { "the same page twice" } else { "page after page without records" };
            return Err(Failure::LostPlace(format!("Graph sends {what}")));
        }
        Ok(())
    }

    /// Where a slice that has grown too large can be ended: all before it was seen.
    fn cut(&self, slice: &Slice, most: u64) -> Option<Timestamp> {
        let ordered = slice.log.ordered && !self.unordered && self.damage.is_none();
        let at = floor_second(self.last.filter(|_| ordered && self.records >= most)?);
        (slice.window.start < at && at < slice.window.end).then_some(at)
    }
}

impl Run<'_> {
    /// Asks for a slice, page after page.
    pub(super) async fn walk(&mut self, work: &Work) -> Walked {
        let mut walk = Walk::default();
        let pushed = self.request.filter(work.slice.log);
        let mut url = address::first(&self.service.base, &work.slice, pushed);
        loop {
            let next = match self.page(&url, work, &mut walk).await {
                Ok(next) => next,
                Err(failure) => return Walked::Failed(failure, walk.pages),
            };
            self.root.pages += 1;
            self.tell_untold();
            self.tell();
            let Some(link) = next else { break };
            walk.links.insert(url.into());
            url = match address::next(&self.service.base, &link) {
                Ok(url) if walk.links.contains(url.as_str()) => {
                    let reason = "Graph links to a page that was there before".to_owned();
                    return Walked::Failed(Failure::LostPlace(reason), walk.pages);
                }
                Ok(url) => url,
                Err(reason) => return Walked::Failed(Failure::Foreign(reason), walk.pages),
            };
            if let Some(at) = walk.cut(&work.slice, self.request.most_records) {
                return Walked::UpTo(at);
            }
        }
        walk.damage.map_or(Walked::Whole, Walked::Damaged)
    }

    /// Asks for a page as often as it takes, and hands over its records. What it returns is the
    /// link to the next one.
    async fn page(
        &mut self,
        url: &Url,
        work: &Work,
        walk: &mut Walk,
    ) -> Result<Option<String>, Failure> {
        let mut tries = Tries { is_part: work.is_part, ..Tries::default() };
        // A token is refused once; another one is not asked for again.
        let mut renewed = false;
        let mut refusal = None;
        loop {
            // The link behind a page whose damage costs nothing but itself.
            let mut damaged = None;
            let failure = match self.once(url, refusal.take()).await {
                Ok(answer) => {
                    let mut page = Page::read(&answer.body, answer.cut.is_none());
                    let damage = page.damage().cloned();
                    if damage.is_none() {
                        walk.see(&page)?;
                    }
                    self.hand_over(&work.slice, &mut page)?;
                    let Some(damage) = damage else {
                        return Ok(page.next().map(str::to_owned));
                    };
                    let mut reason = answer.cut.unwrap_or(damage.reason);
                    if damage.lost_bytes > 0 {
                        reason = format!("{reason}; {} bytes are lost", damage.lost_bytes);
                    }
                    damaged = damage.is_enclosed.then(|| page.next().map(str::to_owned));
                    Failure::Broken(reason)
                }
                Err(Failure::Unauthorized(refused)) if !renewed => {
                    (renewed, refusal) = (true, Some(refused));
                    continue;
                }
                Err(Failure::Refused(refused)) if !renewed && refused.challenge.is_some() => {
                    (renewed, refusal) = (true, Some(refused));
                    continue;
                }
                Err(Failure::Refused(refused))
                    if walk.pages > 0 && matches!(refused.status, 400 | 404) =>
                {
                    Failure::LostPlace(format!("Graph has lost the page: {refused}"))
                }
                Err(failure) => failure,
            };
            tries.failed += 1;
            if matches!(failure, Failure::Throttled(_)) {
                let now = self.service.pace.elapsed();
                self.service.limiter().refused(now);
            }
            match (verdict(&failure, tries, self.service.pace.chance()), failure, damaged) {
                (Verdict::Again(wait), failure, _) => {
                    tries.waited += wait;
                    self.wait(wait, waiting_for(&failure)).await?;
                }
                (Verdict::GiveUp, Failure::Broken(reason), Some(next)) => {
                    let after = walk.last.map(|last| format!(", after {last}")).unwrap_or_default();
                    let place = format!("page {}{after}", walk.pages + 1);
                    walk.damage.get_or_insert_with(|| format!("{place}: {reason}"));
                    walk.pages += 1;
                    return Ok(next);
                }
                (Verdict::GiveUp, failure, _) => return Err(failure),
            }
        }
    }

    fn hand_over(&mut self, slice: &Slice, page: &mut Page) -> Result<(), Failure> {
        page.keep_new(&mut self.seen);
        if page.records().is_empty() {
            return Ok(());
        }
        self.sink.page(slice, page).map_err(|error| Failure::Unkept(error.to_string()))?;
        self.state.records += page.records().len() as u64;
        if let Some(newest) = page.records().iter().filter_map(|record| record.time).max() {
            let known = self.outcome.newest.entry(slice.log.name).or_insert(newest);
            *known = newest.max(*known);
        }
        Ok(())
    }

    /// One request, when its turn comes.
    /// With another token where Graph refused the last one.
    async fn once(&mut self, url: &Url, refusal: Option<Refused>) -> Result<Answer, Failure> {
        let (service, cancel) = (self.service, self.cancel);
        let challenge = refusal.as_ref().and_then(|refused| refused.challenge.as_deref());
        let token = match challenge.filter(|claims| !claims.is_empty()) {
            Some(claims) => service.tokens.challenged(claims),
            None => service.tokens.token(refusal.is_some()),
        };
        let token = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Failure::Cancelled),
            token = token => token.map_err(Failure::SignIn)?,
        };
        loop {
            let now = service.pace.elapsed();
            // The guard must not be held while waiting.
            let wait = {
                let mut limiter = service.limiter();
                let wait = limiter.wait(now);
                if wait.is_zero() {
                    limiter.sent(now);
                }
                wait
            };
            if wait.is_zero() {
                break;
            }
            self.wait(wait, "its turn: Graph allows 5 requests in 10 seconds").await?;
        }
        let answer = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Failure::Cancelled),
            answer = ask(&service.http, url, &token, &*service.pace) => answer?,
        };
        self.compare_clocks(answer.date);
        Ok(answer)
    }

    fn compare_clocks(&mut self, there: Option<Timestamp>) {
        let Some(there) = there else { return };
        let apart = self.service.pace.now().ticks().saturating_sub(there.ticks());
        let told = &self.service.skew_told;
        if apart.abs() > SKEW && !told.swap(true, Ordering::Relaxed) {
            let side = if apart > 0 { "ahead of" } else { "behind" };
            let minutes = apart.abs() / (60 * TICKS_PER_SECOND);
            let reason = format!(
                "this computer's clock is {minutes} minutes {side} Graph's: set it right, or the \
                 newest records are missed and tokens are refused"
            );
            let (log, window, refused) = ("", None, None);
            self.missing(Missing { log, window, reason, refused, lost: false });
        }
    }

    async fn wait(&mut self, time: Duration, what: &'static str) -> Result<(), Failure> {
        let until = self.service.pace.now().plus(slices::ticks(time));
        self.state.waiting_until = Some(until);
        self.state.waiting_for = what;
        self.tell();
        let waited = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Failure::Cancelled),
            () = self.service.pace.sleep(time) => Ok(()),
        };
        self.state.waiting_until = None;
        self.state.waiting_for = "";
        self.tell();
        waited
    }
}

fn waiting_for(failure: &Failure) -> &'static str {
    match failure {
        Failure::Throttled(_) => "Graph: too many requests (429)",
        Failure::Server(..) => "Graph: it failed to answer (5xx)",
        Failure::Timeout => "Graph: it did not answer in time",
        Failure::Unreachable(_) => "the network",
        Failure::Broken(_) => "another try: the answer was broken",
        _ => "another try",
    }
}
