//! Ordinary days: the activities of the tenant in the rhythm of its office.
//! Never tells a story; those are in the rooms beside it.

pub(super) mod chains;
pub(super) mod shape;

use super::activities::{Activity, By, activities};
use super::calendar::{is_office, is_weekend, moment, working_moment};
use super::event::Log;
use super::operation::guest;
use super::people::Tenant;
use super::random::Random;

/// The tenant and what ordinarily happens in it.
#[derive(Debug)]
pub(super) struct Noise {
    pub(super) tenant: Tenant,
    activities: Vec<Activity>,
    /// Sums of weights over all activities, and over those of programs alone.
    office: Vec<usize>,
    night: Vec<usize>,
    seed: u64,
}

impl Noise {
    /// The ordinary days of a tenant as large as a log of `records` records asks for.
    pub(super) fn new(records: usize, seed: u64) -> Self {
        let activities: Vec<Activity> = activities().collect();
        let sums = |counts: fn(&Activity) -> bool| {
            let mut sum = 0;
            activities
                .iter()
                .map(|activity| {
                    sum += if counts(activity) { usize::from(activity.weight) } else { 0 };
                    sum
                })
                .collect()
        };
        let office = sums(|_| true);
        let night = sums(|activity| matches!(activity.by, By::Robot(_)));
        Self { tenant: Tenant::new(records), activities, office, night, seed }
    }

    /// Exactly `quota` records of `day`, in no order. Each activity occurs at least once in any
    /// thirty days with a few hundred records each: a working day in turn.
    pub(super) fn day(&self, day: i64, quota: usize) -> Log {
        let mut random = Random::new(self.seed, day as u64);
        let mut log = Log::new(Random::new(self.seed, (day as u64) | 1 << 32));
        log.text.reserve(quota * 1_400);
        if !is_weekend(day) {
            self.turns(&mut log, &mut random, day, quota);
        }
        while log.lines.len() < quota {
            let at = moment(day, &mut random);
            let left = quota - log.lines.len();
            if is_office(at) && left >= chains::LONGEST && random.percent(7) {
                chains::start(&mut log, &mut random, day, &self.tenant);
                continue;
            }
            let activity = self.activity(at, &mut random);
            log.write(&shape::event(activity, at, &self.tenant, &mut random));
        }
        log
    }

    /// What has its turn on a working day: a part of the activities, and one of the guests.
    fn turns(&self, log: &mut Log, random: &mut Random, day: i64, quota: usize) {
        // Five of seven days are worked, so twenty-one turns fit into every thirty days.
        let days = day + 3;
        let turn = (days.div_euclid(7) * 5 + days.rem_euclid(7)).rem_euclid(21) as usize;
        for activity in self.activities.iter().skip(turn).step_by(21) {
            if log.lines.len() < quota {
                let at = working_moment(day, random);
                log.write(&shape::event(activity, at, &self.tenant, random));
            }
        }
        if log.lines.len() + 2 <= quota {
            let at = working_moment(day, random);
            let by = shape::somebody(&self.tenant, at, random);
            let visitor = &self.tenant.guests[turn % self.tenant.guests.len()];
            guest::invite(log, random, at, (by, &by.ip), visitor);
        }
    }

    fn activity(&self, at: i64, random: &mut Random) -> &Activity {
        let sums = if is_office(at) || random.percent(6) { &self.office } else { &self.night };
        let draw = random.below(sums.last().copied().unwrap_or(0));
        let place = sums.partition_point(|sum| *sum <= draw);
        &self.activities[place.min(self.activities.len() - 1)]
    }
}
