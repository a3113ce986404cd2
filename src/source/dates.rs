//! How the dates in numbers of a file are read: decided by all of its records, and told.
//! Never guesses: where nothing in the file tells day from month, such records have no time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::original::Source;
use super::outcome::{Dated, Outcome};
use crate::format::{Dates, DatesSeen};
use crate::place::{Position, Trouble};
use crate::store::Original as _;
use crate::store::builder::Batch;
use crate::time::DateOrder;

/// Records that wait at most for a date that shows another order than those before: a file with fewer
/// is judged as a whole. More would keep the first records from the screen for too long.
const MOST_WAITING: usize = 65_536;

/// The source whose outcomes are being merged, and those that wait until its dates are decided.
#[derive(Default, Debug)]
pub struct Deciding {
    source: Option<Arc<Source>>,
    seen: DatesSeen,
    waiting: VecDeque<Outcome>,
    /// Records among them.
    records: usize,
    /// Records whose time depends on it.
    undecided: u64,
    /// Was it told that dates contradict each other?
    told: bool,
}

impl Deciding {
    /// Takes an outcome in the order of the input, and returns those that can be merged now, each
    /// with all times.
    pub fn take(&mut self, mut outcome: Outcome) -> Vec<Outcome> {
        let mut ready = Vec::new();
        if let Some(dated) = outcome.dated.take() {
            let same = self.source.as_ref().is_some_and(|own| Arc::ptr_eq(own, &dated.source));
            if !same {
                ready = self.end();
                self.source = Some(Arc::clone(&dated.source));
            }
            if !dated.seen.is_empty() || !self.waiting.is_empty() {
                return self.dated(ready, outcome, dated);
            }
        }
        if self.waiting.is_empty() {
            ready.push(outcome);
        } else {
            self.wait(outcome);
        }
        ready
    }

    fn dated(
        &mut self,
        mut ready: Vec<Outcome>,
        mut outcome: Outcome,
        dated: Dated,
    ) -> Vec<Outcome> {
        self.seen.add(dated.seen);
        self.undecided += dated.either.len() as u64;
        match dated.source.dates() {
            // All its times are known.
            Dates::Undecided if dated.either.is_empty() && self.waiting.is_empty() => {
                ready.push(outcome);
            }
            Dates::Undecided => {
                outcome.dated = Some(Dated { seen: DatesSeen::default(), ..dated });
                self.wait(outcome);
                if self.records > MOST_WAITING && self.seen.order().is_some() {
                    ready.extend(self.settle());
                }
            }
            dates => {
                if self.seen.is_contrary() && matches!(dates, Dates::Shown(_)) && !self.told {
                    self.told = true;
                    outcome.troubles.extend(self.notice(&dated.source, dates));
                }
                outcome.dated = Some(Dated { seen: DatesSeen::default(), ..dated });
                settle_times(&mut outcome);
                ready.push(outcome);
            }
        }
        ready
    }

    fn wait(&mut self, outcome: Outcome) {
        self.records += outcome.batch.as_ref().map_or(0, Batch::len);
        self.waiting.push_back(outcome);
    }

    /// Does anything wait?
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Nothing more came for a while, of a stream that may have no end: decides with what was seen.
    pub fn pause(&mut self) -> Vec<Outcome> {
        self.settle()
    }

    /// The source has ended: decides with all that was seen, and returns what waited.
    pub fn end(&mut self) -> Vec<Outcome> {
        let ready = self.settle();
        *self = Self::default();
        ready
    }

    /// Decides, and returns what waited, with a notice in front.
    fn settle(&mut self) -> Vec<Outcome> {
        let Some(source) = self.source.clone().filter(|_| !self.waiting.is_empty()) else {
            return Vec::new();
        };
        let dates = match (self.seen.order(), self.seen.usual) {
            (Some(order), _) => Dates::Shown(order),
            (None, Some(usual)) if !self.seen.is_contrary() => Dates::Shown(usual),
            _ => Dates::Unclear,
        };
        if source.dates() == Dates::Undecided {
            source.decide(dates);
        }
        self.told = self.seen.is_contrary();
        let notice = self.notice(&source, dates);
        self.records = 0;
        let mut ready: Vec<Outcome> = std::mem::take(&mut self.waiting).into();
        ready.iter_mut().for_each(settle_times);
        let told = Outcome { troubles: notice.into_iter().collect(), ..Outcome::default() };
        ready.insert(0, told);
        ready
    }

    /// What is told of the file; nothing where no date could be either.
    fn notice(&self, source: &Source, dates: Dates) -> Option<Trouble> {
        let reason = reason(&self.seen, dates, self.undecided)?;
        let source = source.name().to_owned();
        Some(Trouble::new(source, Position::Whole, reason, false))
    }
}

/// Gives the records of a block their times, as was decided for their source.
fn settle_times(outcome: &mut Outcome) {
    let (Some(dated), Some(batch)) = (outcome.dated.take(), &mut outcome.batch) else { return };
    let dates = dated.source.dates();
    for (at, either) in dated.either {
        let time = match dates {
            Dates::Shown(order) | Dates::Asked(order) => Some(either.of(order)),
            Dates::Unclear | Dates::Undecided => None,
        };
        batch.set_time(at, time);
    }
}

/// How the dates are read, in words.
fn reason(seen: &DatesSeen, dates: Dates, undecided: u64) -> Option<String> {
    let ways = format!(
        "--date-order {} or {} reads them",
        DateOrder::DayFirst.word(),
        DateOrder::MonthFirst.word()
    );
    let records =
        if undecided == 1 { "1 record has" } else { &*format!("{undecided} records have") };
    if let (Some(day), Some(month)) = (&seen.day_first, &seen.month_first) {
        return Some(match (dates, &seen.either) {
            (Dates::Shown(order), _) => format!(
                "some dates are day first ({day}), others month first ({month}): dates that could be \
                 either were read {} until the other kind came; split the file, or say --date-order",
                order.name()
            ),
            (_, Some(either)) => format!(
                "some dates are day first ({day}), others month first ({month}): {records} no time, \
                 with dates that could be either, such as {either}; {ways}"
            ),
            (_, None) => {
                format!("some dates are day first ({day}), others month first ({month})")
            }
        });
    }
    let either = seen.either.as_ref()?;
    Some(match dates {
        Dates::Shown(order) => {
            let shown = match (&seen.day_first, &seen.month_first) {
                (Some(date), _) | (_, Some(date)) => format!("as {date} in this file shows"),
                _ if order == DateOrder::DayFirst => "as dates with full stops are".to_owned(),
                _ => "as Azure writes them".to_owned(),
            };
            format!(
                "dates such as {either} are read {}, {shown} (--date-order {} reads them {})",
                order.name(),
                order.other().word(),
                order.other().name()
            )
        }
        _ => format!(
            "nothing in this file tells whether dates such as {either} are day first or month first: \
             {records} no time; {ways}"
        ),
    })
}

#[cfg(test)]
mod tests;
