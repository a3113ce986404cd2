//! How things stand: from all postings of one holder and one thing to what is held, lost, or neither.
//! Never takes for held what was deleted, has ended, or was only asked for.

use std::collections::{BTreeMap, HashMap};

use super::book::Ledger;
use super::lane::{Event, Lane, Line, Standing, Why, line};
use super::objects::NOBODY;
use super::posting::{Pim, Posting, TOGETHER};
use super::taken_back::{Told, Turn};
use super::{account, grants};
use crate::meaning::{Act, Thing};
use crate::store::RowId;

/// By holder, family, thing, part; what names no holder or no thing meets nothing else but what is of
/// the same request.
type LaneKey = (u32, u8, u32, u32, (u8, u32));

impl Ledger {
    /// How things stand of which the holder or the thing is one of these, in order.
    pub fn lines(&self, own: &[u32]) -> Vec<Line> {
        lines(self, Some(own), &mut Vec::new())
    }

    /// What cancels out among all records.
    pub(super) fn cancel(&self, told: &mut Told) {
        let mut echoes = Vec::new();
        for line in lines(self, None, &mut echoes) {
            told.cancel(&line.lane.turns);
        }
        let lives: Vec<&Posting> = self
            .postings
            .iter()
            .filter(|p| p.kind.is_object() && p.is_done && !p.for_good)
            .collect();
        for steps in account::STEPS {
            for (holder, postings) in account::lives(self, &lives, steps) {
                if holder != NOBODY {
                    let turns = postings.iter().filter_map(|p| Turn::of(p.row, p.time, p.act));
                    told.cancel(&turns.collect::<Vec<_>>());
                }
            }
        }
        told.keep_whole();
        for (echo, of) in echoes {
            told.echo(echo, of);
        }
    }
}

/// The lines of whom these are the holders or the things, or all of them; and which record says only
/// what another one says.
fn lines(ledger: &Ledger, own: Option<&[u32]>, echoes: &mut Vec<(RowId, RowId)>) -> Vec<Line> {
    let is_own = |number: u32| own.is_none_or(|own| own.binary_search(&number).is_ok());
    let of = |number: u32| ledger.objects.of(number);
    let mut places: BTreeMap<LaneKey, Vec<&Posting>> = BTreeMap::new();
    let mut clients: BTreeMap<u32, Vec<&Posting>> = BTreeMap::new();
    let mut own_entries = Vec::new();
    for posting in &ledger.postings {
        let (holder, thing) = (of(posting.holder), of(posting.thing));
        if posting.kind.is_object() || posting.kind == Thing::Consent {
            if is_own(holder) {
                own_entries.push(posting);
            }
        } else if posting.kind == Thing::Grant {
            clients.entry(holder).or_default().push(posting);
        } else if is_own(holder) || is_own(thing) {
            let is_named = thing != NOBODY || posting.kind == Thing::Credential;
            let is_named = is_named && holder != NOBODY;
            let alone = match (is_named, posting.requests[0]) {
                (true, _) => (0, 0),
                (false, NOBODY) => (1, posting.row),
                (false, request) => (2, request),
            };
            let place = (holder, posting.kind as u8, thing, of(posting.part), alone);
            places.entry(place).or_default().push(posting);
        }
    }
    let mut lines = Vec::new();
    for postings in places.into_values() {
        let Some(first) = postings.first() else { continue };
        match first.kind {
            Thing::Role | Thing::Eligible | Thing::Scoped => {
                let doubles = doubles(&postings);
                lines.extend(roles(ledger, &postings, &doubles));
                echoes.extend(doubles);
            }
            Thing::Package => lines.extend(package(ledger, &postings)),
            _ => lines.push(plain(ledger, &postings)),
        }
    }
    for (client, postings) in clients {
        let of_own = |posting: &&Posting| is_own(of(posting.thing));
        if is_own(client) || postings.iter().any(of_own) {
            let all = grants::lines(ledger, &postings);
            lines.extend(all.into_iter().filter(|line| is_own(client) || is_own(line.thing)));
        }
    }
    lines.extend(account::lines(ledger, &own_entries));
    lines.extend(account::consents(ledger, &own_entries));
    lines
}

fn plain(ledger: &Ledger, postings: &[&Posting]) -> Line {
    let mut lane = Lane::default();
    let mut is_before = false;
    for posting in postings {
        // The directory writes a change of licences twice: as one, and as an update of the user.
        let is_double = |last: &Event| {
            last.act == posting.act
                && (last.is_done || !posting.is_done)
                && posting.time.ticks() - last.time.ticks() <= TOGETHER
        };
        if posting.kind == Thing::Licence && lane.events.last().is_some_and(is_double) {
            continue;
        }
        if posting.act == Act::Listed {
            if lane.given.is_some() {
                continue;
            }
            is_before = !lane.is_told;
        }
        if posting.act.gives() { lane.give(posting, ledger) } else { lane.take(posting, ledger) }
    }
    let named = postings.iter().rev().find(|posting| !posting.called.is_empty());
    let mut line = line(ledger, named.unwrap_or(&postings[0]), lane, false);
    if is_before && line.standing == Standing::Holds {
        line.why = line.why.or(Some(Why::Before));
    }
    line
}

/// A role: assigned, activated, or both.
fn roles(ledger: &Ledger, postings: &[&Posting], doubles: &HashMap<RowId, RowId>) -> Vec<Line> {
    let Some(first) = postings.first() else { return Vec::new() };
    let (mut assigned, mut activated) = (Lane::default(), Lane::default());
    for posting in postings.iter().filter(|posting| !doubles.contains_key(&posting.row)) {
        match posting.act {
            Act::Activated => activated.give(posting, ledger),
            Act::Expired | Act::Deactivated => activated.take(posting, ledger),
            Act::Approved => activated.note(posting, ledger),
            Act::Extended if assigned.given.is_some() => {
                assigned.note(posting, ledger);
                if posting.is_done {
                    assigned.until = posting.until;
                }
            }
            Act::Extended => {}
            act if act.gives() => assigned.give(posting, ledger),
            // The directory does not say which of the two ended.
            _ if activated.given.is_some()
                && (posting.pim == Pim::Acts || assigned.given.is_none()) =>
            {
                activated.take(posting, ledger);
            }
            _ => assigned.take(posting, ledger),
        }
    }
    let lanes = [(assigned, false), (activated, true)].into_iter();
    let told = lanes.filter(|(lane, _)| lane.is_told);
    told.map(|(lane, is_activated)| line(ledger, first, lane, is_activated)).collect()
}

/// What the directory wrote for what PIM tells itself, each with the record that tells it.
fn doubles(postings: &[&Posting]) -> HashMap<RowId, RowId> {
    let mut doubles = HashMap::new();
    for gives in [true, false] {
        let of = |pim: bool| {
            let fits = move |posting: &&&Posting| {
                let decides = matches!(
                    posting.act,
                    Act::Given | Act::Activated | Act::Taken | Act::Expired | Act::Deactivated
                );
                let is_it = if pim {
                    posting.pim == Pim::Writes && posting.is_done
                } else {
                    posting.pim == Pim::Acts
                };
                decides && is_it && posting.act.gives() == gives
            };
            postings.iter().filter(fits)
        };
        let mut told = of(true).peekable();
        for posting in of(false) {
            let early = posting.time.ticks() - TOGETHER;
            while told.next_if(|told| told.time.ticks() < early).is_some() {}
            let late = posting.time.ticks() + TOGETHER;
            if let Some(told) = told.next_if(|told| told.time.ticks() <= late) {
                doubles.insert(posting.row, told.row);
            }
        }
    }
    // What PIM saw is what was given just before.
    let mut before: Option<&Posting> = None;
    for &posting in postings {
        if posting.act != Act::Outside {
            before = Some(posting).filter(|posting| posting.act == Act::Given && posting.is_done);
        } else if let Some(before) = before
            && posting.time.ticks() - before.time.ticks() <= TOGETHER
        {
            doubles.insert(posting.row, before.row);
        }
    }
    doubles
}

/// An access package: what came of asking for it, and of asking to remove it.
fn package(ledger: &Ledger, postings: &[&Posting]) -> Option<Line> {
    let first = postings.first()?;
    let mut lane = Lane::default();
    let (mut open, mut held, mut removing) = (None, None, None);
    for posting in postings {
        match posting.act {
            Act::Taken if !posting.is_done && lane.given.is_some() => held = Some(Why::NoSuccess),
            Act::Given | Act::Taken if !posting.is_done => open = Some(Why::NoSuccess),
            Act::Given | Act::Partly => {
                lane.give(posting, ledger);
                (open, removing) = (None, None);
                held = (posting.act == Act::Partly).then_some(Why::Partly);
                continue;
            }
            Act::Taken => {
                lane.take(posting, ledger);
                (open, held, removing) = (None, None, None);
                continue;
            }
            Act::Asked => open = Some(Why::Asked),
            Act::Assigned => open = Some(Why::Assigned),
            Act::Approved | Act::AutoApproved | Act::Ready => open = Some(Why::Approved),
            Act::Failed => open = Some(Why::Failed),
            Act::Refused => open = None,
            Act::RemovalAsked => removing = Some(Why::RemovalAsked),
            Act::Extended if !posting.is_done => {}
            Act::Extended if lane.given.is_some() => lane.until = posting.until.or(lane.until),
            Act::Extended => open = Some(Why::OnlyExtended),
            _ => {}
        }
        if posting.act != Act::Ready {
            lane.note(posting, ledger);
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
