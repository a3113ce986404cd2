//! What there is to say of who was asked for itself: a deleted or disabled account, a consent.
//! Never takes a consent for a permission.

use std::collections::HashMap;

use super::book::Ledger;
use super::lane::{Lane, Line, Standing, Why, line};
use super::objects::NOBODY;
use super::posting::{Posting, TOGETHER};
use crate::meaning::{Act, Thing};

/// What was deleted and restored, or disabled and enabled: each with what happened to it, in order.
pub(super) fn lives<'p>(
    ledger: &Ledger,
    postings: &[&'p Posting],
    steps: [Act; 2],
) -> Vec<(u32, Vec<&'p Posting>)> {
    let mut lives: Vec<(u32, Vec<&Posting>)> = Vec::new();
    let mut known: HashMap<u32, usize> = HashMap::new();
    for &posting in postings.iter().filter(|posting| steps.contains(&posting.act)) {
        let holder = ledger.objects.of(posting.holder);
        let at = *known.entry(holder).or_insert(lives.len());
        if at == lives.len() {
            lives.push((holder, Vec::new()));
        }
        lives[at].1.push(posting);
    }
    lives
}

/// The steps of a life: what ends it or rests it, and what gives it back.
pub(super) const STEPS: [[Act; 2]; 2] =
    [[Act::Deleted, Act::Restored], [Act::Disabled, Act::Enabled]];

/// Accounts that were deleted or disabled, and are as far as the log shows.
pub(super) fn lines(ledger: &Ledger, postings: &[&Posting]) -> Vec<Line> {
    let mut lines = Vec::new();
    for steps in STEPS {
        for (holder, postings) in lives(ledger, postings, steps) {
            if ledger.objects.about(holder).kind != "user" {
                continue;
            }
            let is_gone = postings.iter().any(|posting| posting.is_done && posting.act == steps[0]);
            let ends = |posting: &&&Posting| posting.act == steps[0] || !posting.is_done && is_gone;
            let Some(last) = postings.last().filter(ends) else { continue };
            let mut lane = Lane::default();
            for posting in &postings {
                lane.note(posting, ledger);
                lane.doubt(posting);
            }
            let mut line = line(ledger, last, lane, false);
            let used = ledger.objects.about(holder).used;
            let is_later = used.is_some_and(|used| used.ticks() > last.time.ticks() + TOGETHER);
            // It is there again, though nothing says how.
            if steps[0] == Act::Deleted && is_later {
                line.standing = Standing::Unclear;
                line.why = Some(Why::Back(ledger.objects.name(holder).to_owned(), last.time));
            }
            lines.push(line);
        }
    }
    lines
}

/// Consents to which no record of a permission belongs: none of the same operation, none of these
/// minutes.
pub(super) fn consents(ledger: &Ledger, postings: &[&Posting]) -> Vec<Line> {
    let consents: Vec<&Posting> =
        postings.iter().copied().filter(|posting| posting.kind == Thing::Consent).collect();
    if consents.is_empty() {
        return Vec::new();
    }
    // When each was given permissions, and in which operations.
    let mut given: HashMap<u32, (Vec<i64>, Vec<u32>)> = HashMap::new();
    for posting in &ledger.postings {
        if matches!(posting.kind, Thing::Grant | Thing::AppRole) && posting.act.gives() {
            let (times, operations) = given.entry(ledger.objects.of(posting.holder)).or_default();
            times.push(posting.time.ticks());
            operations.push(posting.requests[0]);
        }
    }
    for (_, operations) in given.values_mut() {
        operations.sort_unstable();
    }
    let belongs = |consent: &Posting| {
        let Some((times, operations)) = given.get(&ledger.objects.of(consent.holder)) else {
            return false;
        };
        let operation = consent.requests[0];
        // Entries are in the order of time.
        let from = times.partition_point(|&time| time < consent.time.ticks() - TOGETHER);
        operation != NOBODY && operations.binary_search(&operation).is_ok()
            || times.get(from).is_some_and(|&time| time <= consent.time.ticks() + TOGETHER)
    };
    let alone = consents.into_iter().filter(|consent| !belongs(consent));
    let told = alone.map(|consent| {
        let mut lane = Lane::default();
        lane.give(consent, ledger);
        let mut line = line(ledger, consent, lane, false);
        if line.standing == Standing::Holds {
            let why = if consent.consent.names_permissions {
                Why::ConsentTells
            } else {
                Why::OnlyConsent
            };
            (line.standing, line.why) = (Standing::Unclear, Some(why));
        }
        line
    });
    told.collect()
}
