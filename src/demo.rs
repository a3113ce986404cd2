//! A month in the audit log of an invented tenant: [`tenant`] and [`blocks`] write it, [`STORIES`] tells what is buried in it.
//! Never reads a clock, a file or the system's randomness: the same [`Scale`] gives the same bytes everywhere.
//!
//! Tidewick Instruments, a maker of tide gauges in Reykjavík (UTC all year), has some 180 users, 40
//! groups, 33 applications and 60 devices; all names, people and domains are made up, addresses are
//! those reserved for documentation. Audit records have the shape of Microsoft Graph's
//! `directoryAudit` resource type; spellings, record ids and pseudo-properties are those of public
//! records where they differ from its documentation. Sign-ins and calls of Microsoft Graph, which
//! only the stories have, are written as diagnostic settings of Azure Monitor write them.

mod activities;
mod calendar;
mod event;
mod incidents;
mod noise;
mod operation;
mod people;
mod random;
#[cfg(test)]
mod tests;

pub use incidents::{STORIES, Story};

use calendar::LAST_DAY;
use event::Log;
use noise::Noise;
use random::Random;

/// How much to write, and which of the many possible months.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// Records in all, stories included.
    pub records: usize,
    /// Two seeds give two different months around the same stories.
    pub seed: u64,
}

impl Scale {
    /// The tenant that `entrail demo` shows: 6,000 records over 30 days.
    pub const fn demo() -> Self {
        Self { records: 6_000, seed: 1 }
    }
}

/// The log as lines of JSON (NDJSON), newest first as Graph returns it. The last day is Friday,
/// 2026-11-20. Up to 600,000 records cover 30 days; beyond, about 20,000 share a day and the log
/// reaches further back, up to ten years. Below 2,000 records there is no room for the stories.
pub fn tenant(scale: Scale) -> Vec<u8> {
    let mut days = Days::new(scale);
    let mut out = Vec::with_capacity(scale.records.saturating_mul(1_400).min(1 << 30));
    while days.fill(&mut out, usize::MAX) {}
    out
}

/// The same bytes as [`tenant`] in pieces of whole lines of about 1 MiB each, holding a day of
/// records at a time: a million records and more without keeping them.
pub fn blocks(scale: Scale) -> impl Iterator<Item = Vec<u8>> {
    let mut days = Days::new(scale);
    std::iter::from_fn(move || {
        let mut block = Vec::with_capacity(BLOCK + (16 << 10));
        while block.len() < BLOCK && days.fill(&mut block, BLOCK) {}
        (!block.is_empty()).then_some(block)
    })
}

/// Bytes after which a block ends.
const BLOCK: usize = 1 << 20;
/// Fewer records than this are all noise.
const ROOM_FOR_STORIES: usize = 2_000;
/// Records a day in a log of more than 30 days.
const DAILY: usize = 20_000;
const SHORTEST: usize = 30;
const LONGEST: usize = 3_650;

/// A line that waits to be written: instant, order of writing, where it is.
struct Line {
    at: i64,
    story: bool,
    start: u32,
    end: u32,
}

/// Writes day after day, newest first.
struct Days {
    noise: Noise,
    stories: Log,
    /// Day and how many noise records it has; the next day to write is last.
    quotas: Vec<(i64, usize)>,
    /// What is left of the day in hand, oldest first.
    log: Log,
    lines: Vec<Line>,
}

impl Days {
    fn new(scale: Scale) -> Self {
        let noise = Noise::new(scale.records, scale.seed);
        let mut stories = Log::new(Random::new(scale.seed, 2 << 32));
        if scale.records >= ROOM_FOR_STORIES {
            // The stories are the same around every seed.
            incidents::write(&mut stories, &noise.tenant, &mut Random::new(0, 3 << 32));
        }
        let quotas = quotas(scale, scale.records - stories.lines.len());
        Self { noise, stories, quotas, log: Log::new(Random::new(0, 0)), lines: Vec::new() }
    }

    /// Appends lines until `out` has `limit` bytes or the day is over; false when all is written.
    fn fill(&mut self, out: &mut Vec<u8>, limit: usize) -> bool {
        if self.lines.is_empty() {
            let Some((day, quota)) = self.quotas.pop() else { return false };
            self.begin(day, quota);
        }
        while let Some(line) = self.lines.pop() {
            let text = if line.story { &self.stories.text } else { &self.log.text };
            out.extend_from_slice(&text.as_bytes()[line.start as usize..line.end as usize]);
            if out.len() >= limit {
                break;
            }
        }
        true
    }

    fn begin(&mut self, day: i64, quota: usize) {
        self.log = self.noise.day(day, quota);
        let lines = |log: &Log, story: bool| -> Vec<Line> {
            let of = |&(at, start, end): &(i64, u32, u32)| Line { at, story, start, end };
            log.lines
                .iter()
                .filter(|line| line.0.div_euclid(calendar::DAY) == day)
                .map(of)
                .collect()
        };
        self.lines = lines(&self.log, false);
        self.lines.extend(lines(&self.stories, true));
        // Stable: records of one instant keep the order in which they were written.
        self.lines.sort_by_key(|line| line.at);
    }
}

/// Shares `records` among the days by how much happens on each; oldest first.
fn quotas(scale: Scale, records: usize) -> Vec<(i64, usize)> {
    let days = (scale.records / DAILY).clamp(SHORTEST, LONGEST) as i64;
    let mut random = Random::new(scale.seed, 4 << 32);
    let days: Vec<(i64, u64)> = (LAST_DAY - days + 1..=LAST_DAY)
        .map(|day| (day, calendar::weight(day, &mut random)))
        .collect();
    let all: u128 = days.iter().map(|(_, weight)| u128::from(*weight)).sum();
    let mut sum = 0;
    let mut given = 0;
    days.into_iter()
        .map(|(day, weight)| {
            sum += u128::from(weight);
            let due = (records as u128 * sum / all) as usize;
            let quota = due - given;
            given = due;
            (day, quota)
        })
        .collect()
}
