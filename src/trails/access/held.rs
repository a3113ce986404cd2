//! How things stand: from all entries of one holder and one thing to what is held, lost, or neither.
//! Never takes for held what was deleted, has ended, or was only asked for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::ledger::{Entry, Ledger, Pim};
use super::objects::NOBODY;
use super::{Event, Standing, Why, account, grants};
use crate::meaning::{Act, Thing};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// PIM and the directory write of one thing within this time.
pub(super) const TOGETHER: i64 = 5 * 60 * TICKS_PER_SECOND;
/// An activation lasts at most so long, says Microsoft's "Configure Microsoft Entra role settings in
/// Privileged Identity Management".
const ACTIVATED: i64 = 24 * 3_600 * TICKS_PER_SECOND;
/// A start this long after the record is told.
const LATER: i64 = 10 * 60 * TICKS_PER_SECOND;

/// How one thing of one holder stands.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) kind: Thing,
    pub(super) is_activated: bool,
    pub(super) holder: u32,
    pub(super) thing: u32,
    pub(super) called: String,
    pub(super) standing: Standing,
    pub(super) why: Option<Why>,
    pub(super) lane: Lane,
}

/// What happened to one thing of one holder.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) events: Vec<Event>,
    /// When it was given last, if it was not taken since.
    pub(super) given: Option<Timestamp>,
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) policy: String,
    /// Only a record on behalf of PIM tells of it.
    only_for_pim: bool,
    /// It was given or taken, not only asked for.
    is_told: bool,
    /// When a record last told of it without saying that it was done, if none did since.
    unsure: Option<Timestamp>,
}

impl Lane {
    pub(super) fn give(&mut self, entry: &Entry, ledger: &Ledger) {
        self.note(entry, ledger);
        self.is_told = true;
        if self.doubt(entry) {
            return;
        }
        (self.given, self.from, self.until) = (Some(entry.time), entry.from, entry.until);
        self.only_for_pim = entry.pim == Pim::Acts && entry.kind == Thing::Role;
    }

    pub(super) fn take(&mut self, entry: &Entry, ledger: &Ledger) {
        self.note(entry, ledger);
        self.is_told = true;
        if !self.doubt(entry) {
            (self.given, self.from, self.until) = (None, None, None);
        }
    }

    /// Is it unclear whether this was done? What is sure ends the doubt of before.
    pub(super) fn doubt(&mut self, entry: &Entry) -> bool {
        self.unsure = (!entry.is_done).then_some(entry.time);
        self.unsure.is_some()
    }

    /// It happened, and changes nothing.
    pub(super) fn note(&mut self, entry: &Entry, ledger: &Ledger) {
        let by = match entry.by {
            NOBODY => String::new(),
            by => ledger.objects.name(by).to_owned(),
        };
        let Entry { row, time, act, is_done, .. } = *entry;
        self.events.push(Event { row, time, act, is_done, by });
        if !entry.policy.is_empty() {
            entry.policy.clone_into(&mut self.policy);
        }
    }

    /// How it stands, as far as dates and deletions tell.
    pub(super) fn standing(
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

/// By holder, family, thing, part; what names no holder or no thing meets nothing else but what is of
/// the same request.
type Place = (u32, u8, u32, u32, (u8, u32));

/// All lines of which the holder or the thing is wanted.
pub(super) fn lines(ledger: &Ledger, own: &[u32]) -> Vec<Line> {
    let is_own = |number: u32| own.binary_search(&number).is_ok();
    let of = |number: u32| ledger.objects.of(number);
    let mut places: BTreeMap<Place, Vec<&Entry>> = BTreeMap::new();
    let mut clients: BTreeMap<u32, Vec<&Entry>> = BTreeMap::new();
    let mut own_entries = Vec::new();
    for entry in &ledger.entries {
        let (holder, thing) = (of(entry.holder), of(entry.thing));
        if entry.kind.is_object() || entry.kind == Thing::Consent {
            if is_own(holder) {
                own_entries.push(entry);
            }
        } else if entry.kind == Thing::Grant {
            clients.entry(holder).or_default().push(entry);
        } else if is_own(holder) || is_own(thing) {
            let is_named = thing != NOBODY || entry.kind == Thing::Credential;
            let is_named = is_named && holder != NOBODY;
            let alone = match (is_named, entry.requests[0]) {
                (true, _) => (0, 0),
                (false, NOBODY) => (1, entry.row),
                (false, request) => (2, request),
            };
            let place = (holder, entry.kind as u8, thing, of(entry.part), alone);
            places.entry(place).or_default().push(entry);
        }
    }
    let mut lines = Vec::new();
    for entries in places.into_values() {
        let Some(first) = entries.first() else { continue };
        match first.kind {
            Thing::Role | Thing::Eligible | Thing::Scoped => {
                lines.extend(roles(ledger, &entries));
            }
            Thing::Package => lines.extend(package(ledger, &entries)),
            _ => lines.push(plain(ledger, &entries)),
        }
    }
    for (client, entries) in clients {
        let of_own = |entry: &&Entry| is_own(of(entry.thing));
        if is_own(client) || entries.iter().any(of_own) {
            let all = grants::lines(ledger, &entries);
            lines.extend(all.into_iter().filter(|line| is_own(client) || is_own(line.thing)));
        }
    }
    lines.extend(account::lines(ledger, &own_entries));
    lines.extend(account::consents(ledger, &own_entries));
    lines
}

pub(super) fn line(ledger: &Ledger, entry: &Entry, lane: Lane, is_activated: bool) -> Line {
    let [holder, thing] = [entry.holder, entry.thing].map(|number| ledger.objects.of(number));
    let (standing, why) = lane.standing(ledger, [thing, holder], is_activated);
    let called = entry.called.clone();
    Line { kind: entry.kind, is_activated, holder, thing, called, standing, why, lane }
}

fn plain(ledger: &Ledger, entries: &[&Entry]) -> Line {
    let mut lane = Lane::default();
    let mut is_before = false;
    for entry in entries {
        // The directory writes a change of licences twice: as one, and as an update of the user.
        let is_double = |last: &Event| {
            last.act == entry.act
                && (last.is_done || !entry.is_done)
                && entry.time.ticks() - last.time.ticks() <= TOGETHER
        };
        if entry.kind == Thing::Licence && lane.events.last().is_some_and(is_double) {
            continue;
        }
        if entry.act == Act::Listed {
            if lane.given.is_some() {
                continue;
            }
            is_before = !lane.is_told;
        }
        if entry.act.gives() { lane.give(entry, ledger) } else { lane.take(entry, ledger) }
    }
    let named = entries.iter().rev().find(|entry| !entry.called.is_empty());
    let mut line = line(ledger, named.unwrap_or(&entries[0]), lane, false);
    if is_before && line.standing == Standing::Holds {
        line.why = line.why.or(Some(Why::Before));
    }
    line
}

/// A role: assigned, activated, or both.
fn roles(ledger: &Ledger, entries: &[&Entry]) -> Vec<Line> {
    let Some(first) = entries.first() else { return Vec::new() };
    let (mut assigned, mut activated) = (Lane::default(), Lane::default());
    for entry in without_doubles(entries) {
        match entry.act {
            Act::Activated => activated.give(entry, ledger),
            Act::Expired | Act::Deactivated => activated.take(entry, ledger),
            Act::Approved => activated.note(entry, ledger),
            Act::Extended if assigned.given.is_some() => {
                assigned.note(entry, ledger);
                if entry.is_done {
                    assigned.until = entry.until;
                }
            }
            Act::Extended => {}
            act if act.gives() => assigned.give(entry, ledger),
            // The directory does not say which of the two ended.
            _ if activated.given.is_some()
                && (entry.pim == Pim::Acts || assigned.given.is_none()) =>
            {
                activated.take(entry, ledger);
            }
            _ => assigned.take(entry, ledger),
        }
    }
    let lanes = [(assigned, false), (activated, true)].into_iter();
    let told = lanes.filter(|(lane, _)| lane.is_told);
    told.map(|(lane, is_activated)| line(ledger, first, lane, is_activated)).collect()
}

/// The entries without those that the directory wrote for what PIM tells itself.
fn without_doubles<'e>(entries: &[&'e Entry]) -> Vec<&'e Entry> {
    let mut doubles = std::collections::HashSet::new();
    for gives in [true, false] {
        let of = |pim: bool| {
            let fits = move |entry: &&&Entry| {
                let decides = matches!(
                    entry.act,
                    Act::Given | Act::Activated | Act::Taken | Act::Expired | Act::Deactivated
                );
                let is_it = if pim {
                    entry.pim == Pim::Writes && entry.is_done
                } else {
                    entry.pim == Pim::Acts
                };
                decides && is_it && entry.act.gives() == gives
            };
            entries.iter().filter(fits)
        };
        let mut told = of(true).peekable();
        for entry in of(false) {
            let early = entry.time.ticks() - TOGETHER;
            while told.next_if(|told| told.time.ticks() < early).is_some() {}
            if told.next_if(|told| told.time.ticks() <= entry.time.ticks() + TOGETHER).is_some() {
                doubles.insert(entry.row);
            }
        }
    }
    // What PIM saw is what was given just before.
    let mut before: Option<&Entry> = None;
    for &entry in entries {
        if entry.act != Act::Outside {
            before = Some(entry).filter(|entry| entry.act == Act::Given && entry.is_done);
        } else if before.is_some_and(|b| entry.time.ticks() - b.time.ticks() <= TOGETHER) {
            doubles.insert(entry.row);
        }
    }
    entries.iter().copied().filter(|entry| !doubles.contains(&entry.row)).collect()
}

/// An access package: what came of asking for it, and of asking to remove it.
fn package(ledger: &Ledger, entries: &[&Entry]) -> Option<Line> {
    let first = entries.first()?;
    let mut lane = Lane::default();
    let (mut open, mut held, mut removing) = (None, None, None);
    for entry in entries {
        match entry.act {
            Act::Taken if !entry.is_done && lane.given.is_some() => held = Some(Why::NoSuccess),
            Act::Given | Act::Taken if !entry.is_done => open = Some(Why::NoSuccess),
            Act::Given | Act::Partly => {
                lane.give(entry, ledger);
                (open, removing) = (None, None);
                held = (entry.act == Act::Partly).then_some(Why::Partly);
                continue;
            }
            Act::Taken => {
                lane.take(entry, ledger);
                (open, held, removing) = (None, None, None);
                continue;
            }
            Act::Asked => open = Some(Why::Asked),
            Act::Assigned => open = Some(Why::Assigned),
            Act::Approved | Act::AutoApproved | Act::Ready => open = Some(Why::Approved),
            Act::Failed => open = Some(Why::Failed),
            Act::Refused => open = None,
            Act::RemovalAsked => removing = Some(Why::RemovalAsked),
            Act::Extended if !entry.is_done => {}
            Act::Extended if lane.given.is_some() => lane.until = entry.until.or(lane.until),
            Act::Extended => open = Some(Why::OnlyExtended),
            _ => {}
        }
        if entry.act != Act::Ready {
            lane.note(entry, ledger);
        }
    }
    let is_removed = lane.is_told && lane.given.is_none();
    let mut line = line(ledger, first, lane, false);
    if line.lane.given.is_some() {
        if line.standing == Standing::Holds {
            line.standing = if held.is_some() { Standing::Unclear } else { Standing::Holds };
            line.why = removing.or(held).or(line.why);
        }
    } else if let Some(why) = open.or(removing) {
        line.standing = Standing::Unclear;
        line.why = Some(why);
    } else if !is_removed {
        // Asked for and refused: nothing was gained.
        return None;
    }
    Some(line)
}

impl Line {
    /// When it begins, where that is told and is not when it was given.
    pub(super) fn begins(&self) -> Option<Timestamp> {
        let given = self.lane.given?;
        self.lane.from.filter(|from| from.ticks() - given.ticks() > LATER)
    }
}
