//! One slice: page after page along Graph's links, each asked for until it comes or will not.
//! Never decides what becomes of a slice that failed.

use std::collections::HashSet;
use std::time::Duration;

use url::Url;
use xxhash_rust::xxh3::xxh3_128;

use super::super::super::duplicates::RecordKey;
use super::super::address;
use super::super::api::is_unlicensed;
use super::super::page::Page;
use super::super::slices::Slice;
use super::failure::Failure;
use super::{OVERFULL, Run, Work, part, unkept};
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::response::Response;
use crate::http::unanswered::Unanswered;
use crate::time::window::floor_second;
use crate::time::{Timestamp, ticks};

/// Pages without a record that this walk had not, after each other, that are followed.
const MOST_EMPTY: u32 = 30;
/// Pages of a wide slice that are held, or followed where Graph does not order them; what is more is
/// asked for piece by piece.
const MOST_HELD: u32 = 8;
/// Records of a page that is too small to be a full one: nobody's pages are.
const FEW: usize = 9;
/// Numbers of records that look like a whole page, whoever chose its size.
const USUAL_SIZES: [usize; 7] = [50, 100, 200, 250, 500, 999, 1_000];
/// Records of a page that may be a whole one of whatever size: it is asked once what is behind.
const MANY: usize = 100;
/// Pages without a new record, after each other, that are asked for where none links to another.
const MOST_UNLINKED: u32 = 3;

/// How asking for a slice ended.
pub enum Walked {
    /// All is there.
    Whole,
    /// All is there up to this instant, and that is enough for one slice.
    UpTo(Timestamp),
    /// It is too much to be asked for at once; all is there up to an instant, if to any.
    TooMuch(Option<Timestamp>),
    /// Graph sends a full page, and no link behind it; nor is it in order of time.
    Full,
    /// All pages were there; one is damaged.
    Damaged(String),
    /// A page could not be had; how many were before.
    Failed(Failure, u32),
}

/// What one walk along the pages of a slice saw.
pub struct Walk {
    /// When it was asked for: no later than its first request, by the earlier of both clocks.
    pub asked: Timestamp,
    /// When it began.
    began: Duration,
    /// Does any record come before one that happened earlier?
    pub is_unordered: bool,
    /// Has any record come before one that happened later? Only then it is known that pages are in
    /// order of time.
    pub is_rising: bool,
    /// Records that are handed over once all are there.
    pub held: Option<Page>,
    links: HashSet<String>,
    bodies: HashSet<u128>,
    keys: HashSet<RecordKey>,
    pages: u32,
    /// Pages without a new record, after each other.
    empty: u32,
    records: u64,
    /// The time of the last record.
    last: Option<Timestamp>,
    /// The last instant that was asked from because a full page linked nowhere.
    from: Option<Timestamp>,
    damage: Option<String>,
}

/// What is known of a page once its records are handed over.
#[derive(Default)]
struct Came {
    next: Option<String>,
    records: usize,
    /// Records that this walk had not.
    fresh: usize,
    /// Did all happen at one instant?
    is_instant: bool,
    /// Did all happen in the slice?
    is_inside: bool,
    /// What is damaged of it.
    damage: Option<String>,
}

impl Walk {
    /// One that begins, and is asked for no earlier than `asked`.
    fn begun(began: Duration, asked: Timestamp) -> Self {
        Self {
            asked,
            began,
            is_unordered: false,
            is_rising: false,
            held: None,
            links: HashSet::new(),
            bodies: HashSet::new(),
            keys: HashSet::new(),
            pages: 0,
            empty: 0,
            records: 0,
            last: None,
            from: None,
            damage: None,
        }
    }

    /// Takes note of a page, and leaves in it what this walk had not. Fails where pages go in a
    /// circle.
    fn see(&mut self, page: &mut Page, slice: &Slice) -> Result<Came, Failure> {
        self.pages += 1;
        let is_again = !page.records().is_empty() && !self.bodies.insert(xxh3_128(page.lines()));
        let inside = |time: Option<Timestamp>| time.is_none_or(|time| slice.window.contains(time));
        let is_inside = page.records().iter().all(|record| inside(record.time));
        let records = page.records();
        self.records += records.len() as u64;
        for record in records {
            self.is_unordered |= record.time.is_none() || record.time < self.last;
            self.is_rising |= self.last.is_some() && record.time > self.last;
            self.last = record.time.or(self.last);
        }
        let count = records.len();
        let is_instant = records.iter().all(|record| record.time == self.last);
        page.keep(|record| self.keys.insert(record.key));
        let fresh = page.records().len();
        self.empty = if fresh == 0 { self.empty + 1 } else { 0 };
        if page.next().is_some() && (is_again || self.empty > MOST_EMPTY) {
            let what =
                if is_again { "the same page twice" } else { "page after page without records" };
            return Err(Failure::Loop(format!("Graph sends {what}")));
        }
        let next = page.next().map(str::to_owned);
        Ok(Came { next, records: count, fresh, is_instant, is_inside, damage: None })
    }

    /// Graph said what time it is: the walk began no later than that.
    fn was_at(&mut self, date: Option<Timestamp>, elapsed: Duration) {
        let began = date.map(|date| date.plus(-ticks(elapsed.saturating_sub(self.began))));
        self.asked = began.map_or(self.asked, |began| began.min(self.asked));
    }

    /// Where a slice that has grown too large can be ended: all before it was seen.
    fn cut(&self, slice: &Slice, most: u64) -> Option<Timestamp> {
        let ordered = slice.log.ordered && !self.is_unordered && self.damage.is_none();
        let at = floor_second(self.last.filter(|_| ordered && self.records >= most)?);
        (slice.window.start < at && at < slice.window.end).then_some(at)
    }
}

impl Run<'_> {
    /// Asks for a slice, page after page, and hands in its pieces. Returns when it was asked for too.
    pub(super) async fn walk(&mut self, work: &mut Work) -> (Walked, Timestamp) {
        let (began, whole) = (self.service.pace().elapsed(), work.slice);
        let mut walk = Walk::begun(began, self.service.surely());
        let walked = match self.pages(work, &mut walk).await {
            Ok(walked) => walked,
            Err(failure) => Walked::Failed(failure, walk.pages),
        };
        if whole.log.ordered && walk.is_unordered && !matches!(walked, Walked::Whole) {
            // What was handed in went by an order that was none.
            work.slice = whole;
        }
        (walked, walk.asked)
    }

    async fn pages(&mut self, work: &mut Work, walk: &mut Walk) -> Result<Walked, Failure> {
        let pushed = self.request.filter(work.slice.log).map(str::to_owned);
        let mut url = address::first(self.service.base(), &work.slice, pushed.as_deref());
        loop {
            let came = self.page(&url, work, walk).await?;
            self.root.pages += 1;
            self.tell_untold();
            self.tell();
            if came.fresh > 0 {
                self.is_moving();
            } else if came.next.is_some() {
                self.is_quiet(work, Duration::ZERO, "Graph sends pages without new records");
            }
            let is_wide = self.is_wide(work);
            let Some(link) = &came.next else {
                match self.behind(&came, work, walk)? {
                    Behind::Nothing => break,
                    Behind::More => return Ok(Walked::Full),
                    Behind::From(slice) => {
                        url = address::first(self.service.base(), &slice, pushed.as_deref());
                        continue;
                    }
                }
            };
            self.sizes.insert(work.slice.log.name, came.records);
            walk.links.insert(url.into());
            url = address::next(self.service.base(), link).map_err(Failure::Foreign)?;
            if walk.links.contains(url.as_str()) {
                let reason = "Graph links to a page that was there before".to_owned();
                return Err(Failure::Loop(reason));
            }
            if is_wide && (walk.damage.is_some() || walk.pages >= MOST_HELD) {
                let is_followed = work.slice.log.ordered && !walk.is_unordered;
                if walk.damage.is_some() || !is_followed {
                    return Ok(Walked::TooMuch(None));
                }
            }
            let is_newest_first = is_wide && self.request.newest_first;
            if let Some(at) = walk.cut(&work.slice, 0).filter(|_| is_newest_first) {
                return Ok(Walked::TooMuch(Some(at)));
            }
            if let Some(at) = walk.cut(&work.slice, self.request.most_records) {
                return Ok(Walked::UpTo(at));
            }
        }
        if walk.damage.is_some() && self.is_wide(work) {
            return Ok(Walked::TooMuch(None));
        }
        self.release(work, walk)?;
        Ok(walk.damage.take().map_or(Walked::Whole, Walked::Damaged))
    }

    /// What may be behind a page that links nowhere: nothing, unless it may be a full one.
    fn behind(&mut self, came: &Came, work: &mut Work, walk: &mut Walk) -> Result<Behind, Failure> {
        let log = work.slice.log;
        let known = self.sizes.get(log.name);
        let is_full = came.records > FEW
            && (log.top == u32::try_from(came.records).ok()
                || known == Some(&came.records)
                || USUAL_SIZES.contains(&came.records));
        let is_ordered = log.ordered && !walk.is_unordered;
        // Without order it takes more than one request to know: not where pages link, or hold more.
        let largest = self.largest.entry(log.name).or_default();
        *largest = came.records.max(*largest);
        let is_largest = known.is_none() && came.records == *largest;
        let is_many = came.records >= MANY && (is_ordered || is_largest);
        let is_asked = (is_full || is_many) && walk.empty <= MOST_UNLINKED && !log.time.is_empty();
        let Some(last) = walk.last.filter(|_| is_asked) else {
            return Ok(Behind::Nothing);
        };
        if !is_ordered {
            let is_news = came.fresh > 0 && came.is_inside;
            return Ok(if is_news { Behind::More } else { Behind::Nothing });
        }
        let mut from = last;
        if came.fresh == 0 && walk.from == Some(last) {
            if !came.is_instant {
                return Ok(Behind::Nothing);
            }
            // Not even a page from there on leads further.
            from = last.plus(1);
            if is_full {
                self.skip(work, last, walk)?;
            }
        }
        walk.from = Some(from);
        let left = part(work.slice, from, work.slice.window.end);
        Ok(if left.window.is_empty() { Behind::Nothing } else { Behind::From(left) })
    }

    /// More happened at an instant than can be had: tells so, and goes on behind it.
    fn skip(&mut self, work: &mut Work, at: Timestamp, walk: &Walk) -> Result<(), Failure> {
        self.is_over(work, at, walk)?;
        self.state.slices_total += 2;
        let (instant, end) = (part(work.slice, at, at.plus(1)), work.slice.window.end);
        let told = self.incomplete(instant, OVERFULL.to_owned(), walk.asked);
        work.slice = part(work.slice, at.plus(1), end);
        told.map_err(unkept)
    }

    /// Asks for a page as often as it takes, and hands over its records.
    async fn page(&mut self, url: &Url, work: &mut Work, walk: &mut Walk) -> Result<Came, Failure> {
        let (service, cancel) = (self.service, self.cancel);
        let mut asker = PageAsker { run: self, work, walk };
        let mut came = service.asked.ask(&url.clone().into(), &mut asker, cancel).await?;
        if let Some(reason) = came.damage.take() {
            let after = walk.last.map(|last| format!(", after {last}")).unwrap_or_default();
            let place = format!("page {}{after}", walk.pages + 1);
            walk.damage.get_or_insert_with(|| format!("{place}: {reason}"));
            walk.pages += 1;
        }
        Ok(came)
    }
}

/// Whoever asks for one page.
struct PageAsker<'p, 'r> {
    run: &'p mut Run<'r>,
    work: &'p mut Work,
    walk: &'p mut Walk,
}

impl Asker for PageAsker<'_, '_> {
    type Taken = Response;
    type Got = Came;
    type Stop = Failure;

    fn read(&mut self, answer: Response) -> Result<Came, Unread<Self>> {
        let Self { run, work, walk } = self;
        walk.was_at(answer.date, run.service.pace().elapsed());
        let mut page = Page::read(&answer.body, answer.cut.is_none());
        let Some(damage) = page.damage().cloned() else {
            let came = walk.see(&mut page, &work.slice).map_err(Unread::Stop)?;
            run.hand_over(work, &mut page, walk).map_err(Unread::Stop)?;
            return Ok(came);
        };
        run.hand_over(work, &mut page, walk).map_err(Unread::Stop)?;
        let mut reason = answer.cut.unwrap_or(damage.reason);
        if damage.lost_bytes > 0 {
            reason = format!("{reason}; {} bytes are lost", damage.lost_bytes);
        }
        if damage.is_foreign {
            return Err(Unread::Again(Unanswered::Elsewhere(reason), None));
        }
        // The damage costs nothing but itself: the link behind it is there.
        let came = damage.is_enclosed.then(|| Came {
            next: page.next().map(str::to_owned),
            damage: Some(reason.clone()),
            ..Came::default()
        });
        Err(Unread::Again(Unanswered::Broken(reason), came))
    }

    fn hears(&mut self, date: Timestamp) -> Result<(), Failure> {
        self.run.compare_clocks(date);
        self.run.is_other_window()
    }

    fn judge(&mut self, failure: Unanswered) -> Result<Unanswered, Failure> {
        match failure {
            Unanswered::Refused(refused)
                if refused.status == 410
                    || self.walk.pages > 0 && matches!(refused.status, 400 | 404) =>
            {
                Err(Failure::LostPlace(format!("Graph has lost the page: {refused}")))
            }
            failure => Ok(failure),
        }
    }

    fn may_help(&self, failure: &Unanswered) -> bool {
        let outcome = &self.run.outcome;
        match failure {
            Unanswered::Refused(refused) => {
                !is_unlicensed(refused) || outcome.unlicensed.is_empty()
            }
            Unanswered::Unauthorized(_) => outcome.refused.iter().all(|(_, why)| why.status != 401),
            _ => true,
        }
    }

    fn is_part(&self) -> bool {
        self.work.is_part
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.run.waits(until);
    }

    fn is_quiet(&mut self, wait: Duration, why: &str) {
        self.run.is_quiet(self.work, wait, why);
    }
}

/// What is behind the last page.
enum Behind {
    Nothing,
    /// More, in this slice: where the page that came ends.
    From(Slice),
    /// More, anywhere.
    More,
}
