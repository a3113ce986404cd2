//! What happened to one thing of one holder, and how it stands after that.
//! Never takes for held what was deleted, has ended, or was only asked for.

use std::cmp::Reverse;

use super::book::Ledger;
use super::objects::{DELIVERY, NOBODY};
use super::posting::{Pim, Posting, TOGETHER};
use super::taken_back::Turn;
use crate::meaning::{Act, Thing};
use crate::store::RowId;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// An activation lasts at most so long, says Microsoft's "Configure Microsoft Entra role settings in
/// Privileged Identity Management".
const ACTIVATED: i64 = 24 * 3_600 * TICKS_PER_SECOND;
/// A start this long after the record is told.
const LATER: i64 = 10 * 60 * TICKS_PER_SECOND;

/// How it stands at the end of the data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// It is held.
    Holds,
    /// It is under way, or the log does not say how it ended.
    Unclear,
    /// It is held no more.
    Lost,
}

/// What there is to say of how it stands. Texts are not cleaned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Its end date is over.
    Ended(Timestamp),
    /// Who held it, or what it was of, was deleted then.
    Gone(String, Timestamp),
    /// That was deleted then, but records tell of it as there later.
    Back(String, Timestamp),
    /// It begins after the last record.
    NotBegun(Timestamp),
    /// An activation without an end in the log, longer ago than one lasts.
    NoEnd,
    /// The directory gave it for PIM, of which there is no record.
    OnlyForPim,
    /// So many of several such grants were taken back, and the log does not say which.
    OneOfSeveral(u32),
    /// It was asked for and is not decided.
    Asked,
    /// It was assigned and not given.
    Assigned,
    /// It was approved and not given.
    Approved,
    /// It could not be given.
    Failed,
    /// Only a part was given.
    Partly,
    /// It was extended; that it was given is not in the log.
    OnlyExtended,
    /// It was there before the first record that tells of it.
    Before,
    /// A consent to which no record of a permission belongs.
    OnlyConsent,
    /// Such a consent, whose own record names permissions.
    ConsentTells,
    /// Its removal was asked for or ordered; that it was done is not in the log.
    RemovalAsked,
    /// The last record has a result that is neither success nor failure.
    NoSuccess,
}

/// One time it was given, taken, asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The record.
    pub row: RowId,
    /// When (UTC).
    pub time: Timestamp,
    /// What it tells.
    pub act: Act,
    /// Does the record say that it was done? Else its result is neither success nor failure.
    pub is_done: bool,
    /// By whom.
    pub by: By,
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    /// Who did it says nothing.
    Nobody,
    /// Somebody by name; not cleaned. Empty where the record names nobody.
    Named(String),
    /// Entitlement management, when it delivered an access package.
    Delivery,
}

/// How one thing of one holder stands.
#[derive(Debug)]
pub struct Line {
    /// What kind of thing it is.
    pub kind: Thing,
    /// Is it an activation of a role?
    pub is_activated: bool,
    /// Who holds it: a number of the ledger's objects.
    pub holder: u32,
    /// What it is, or is of.
    pub thing: u32,
    /// What its part is called: a scope, an app role; not cleaned.
    pub called: String,
    /// Is it the consent of an administrator?
    pub is_of_admin: bool,
    /// How it stands.
    pub standing: Standing,
    /// What there is to say of that.
    pub why: Option<Why>,
    /// What happened to it.
    pub lane: Lane,
}

/// What happened to one thing of one holder.
#[derive(Debug, Default)]
pub struct Lane {
    /// Each time, in order.
    pub events: Vec<Event>,
    /// When it was given last, if it was not taken since.
    pub given: Option<Timestamp>,
    /// When it begins, where a record tells.
    pub from: Option<Timestamp>,
    /// When it ends, where a record tells.
    pub until: Option<Timestamp>,
    /// By which policy; not cleaned.
    pub policy: String,
    /// Only a record on behalf of PIM tells of it.
    pub only_for_pim: bool,
    /// It was given or taken, not only asked for.
    pub is_told: bool,
    /// When a record last told of it without saying that it was done, if none did since.
    pub unsure: Option<Timestamp>,
    /// Each time it was surely given or taken.
    pub turns: Vec<Turn>,
}

impl Lane {
    /// It was given.
    pub fn give(&mut self, posting: &Posting, ledger: &Ledger) {
        self.note(posting, ledger);
        self.is_told = true;
        if self.doubt(posting) {
            return;
        }
        self.turns.extend(Turn::of(posting.row, posting.time, posting.act));
        (self.given, self.from, self.until) = (Some(posting.time), posting.from, posting.until);
        self.only_for_pim = posting.pim == Pim::Acts && posting.kind == Thing::Role;
    }

    /// It was taken.
    pub fn take(&mut self, posting: &Posting, ledger: &Ledger) {
        self.note(posting, ledger);
        self.is_told = true;
        if !self.doubt(posting) {
            self.turns.extend(Turn::of(posting.row, posting.time, posting.act));
            (self.given, self.from, self.until) = (None, None, None);
        }
    }

    /// Is it unclear whether this was done? What is sure ends the doubt of before.
    pub fn doubt(&mut self, posting: &Posting) -> bool {
        self.unsure = (!posting.is_done).then_some(posting.time);
        self.unsure.is_some()
    }

    /// It happened, and changes nothing.
    pub fn note(&mut self, posting: &Posting, ledger: &Ledger) {
        let by = match posting.by {
            NOBODY => By::Nobody,
            DELIVERY => By::Delivery,
            by => By::Named(ledger.objects.name(by).to_owned()),
        };
        let Posting { row, time, act, is_done, .. } = *posting;
        self.events.push(Event { row, time, act, is_done, by });
        if !posting.policy.is_empty() {
            posting.policy.clone_into(&mut self.policy);
        }
    }

    /// How it stands, as far as dates and deletions tell.
    pub fn standing(
        &self,
        ledger: &Ledger,
        objects: [u32; 2],
        is_activated: bool,
    ) -> (Standing, Option<Why>) {
        let Some(given) = self.given.or(self.unsure) else { return (Standing::Lost, None) };
        let end = ledger.end.unwrap_or(given);
        let gone = objects.into_iter().filter_map(|object| {
            let at = ledger.objects.gone_since(object, given)?;
            // It is there again, though nothing says how.
            let used = ledger.objects.about(object).used;
            let is_back = used.is_some_and(|used| used.ticks() > at.ticks() + TOGETHER);
            let standing = if is_back { Standing::Unclear } else { Standing::Lost };
            let name = ledger.objects.name(object).to_owned();
            Some((standing, at, if is_back { Why::Back(name, at) } else { Why::Gone(name, at) }))
        });
        let ended = self.until.filter(|&until| until <= end);
        let ended = ended.map(|until| (Standing::Lost, until, Why::Ended(until)));
        let ends = gone.chain(ended).min_by_key(|&(standing, at, _)| (Reverse(standing), at));
        if let Some((standing, _, why)) = ends {
            return (standing, Some(why));
        }
        if self.unsure.is_some() {
            return (Standing::Unclear, Some(Why::NoSuccess));
        }
        if let Some(from) = self.from.filter(|&from| from > end) {
            return (Standing::Unclear, Some(Why::NotBegun(from)));
        }
        if is_activated && self.until.is_none() && end.ticks() - given.ticks() > ACTIVATED {
            return (Standing::Unclear, Some(Why::NoEnd));
        }
        (Standing::Holds, self.only_for_pim.then_some(Why::OnlyForPim))
    }
}

impl Line {
    /// When it begins, where that is told and is not when it was given.
    pub fn begins(&self) -> Option<Timestamp> {
        let given = self.lane.given?;
        self.lane.from.filter(|from| from.ticks() - given.ticks() > LATER)
    }
}

/// How the thing of a posting stands, after what happened in a lane.
pub fn line(ledger: &Ledger, posting: &Posting, lane: Lane, is_activated: bool) -> Line {
    let [holder, thing] = [posting.holder, posting.thing].map(|number| ledger.objects.of(number));
    let (standing, why) = lane.standing(ledger, [thing, holder], is_activated);
    let called = posting.called.clone();
    let (kind, is_of_admin) = (posting.kind, posting.consent.is_of_admin);
    Line { kind, is_activated, holder, thing, called, is_of_admin, standing, why, lane }
}
