//! What a chain of records amounts to: title, verdict, severity, notes, by a function per trail.
//! Never joins anything, and says nothing that is in no record.

pub(super) mod account;
pub(super) mod consent;
pub(super) mod credential;
pub(super) mod guest;
pub(super) mod package;
pub(super) mod pim;
pub(super) mod policy;
pub(super) mod support;

use std::collections::HashMap;

use super::chain::{BESIDE, Chain, Event, Watch};
use super::trail::Trail;
use super::words::distinct;
use super::{Finding, Meanwhile, Said, StepFound};
use crate::ledger::logged::target;
use crate::query::{Expression, Operator, Query, Term, Value};
use crate::record::column::{Column, Part, part};
use crate::record::field::Field;
use crate::record::risk::{Level, rate};
use crate::record::sentence::{actor_name, target_name};
use crate::record::{ActorKind, Record};
use crate::store::{RowId, Store};
use crate::text::fold;
use crate::time::Timestamp;

/// Records of one chain that are read for its title and notes; the others are counted.
const MOST_READ: usize = 2_000;

/// A finding that lacks its query.
pub(super) struct Pending {
    pub(super) finding: Finding,
    watch: Option<Watch>,
}

/// Reads a chain's records and judges it.
pub(super) fn judge(
    store: &Store,
    trail: &'static Trail,
    events: Vec<Event>,
    end: Timestamp,
) -> Option<Pending> {
    let records: Vec<(u8, Record<'static>)> = (events.iter().take(MOST_READ))
        .filter_map(|event| Some((event.step, read(store, event.row)?)))
        .collect();
    let chain = Chain { events, records, end };
    let judged = (trail.judge)(&chain)?;
    let mut steps: Vec<StepFound> = (trail.steps.iter())
        .map(|name| StepFound { name, rows: Vec::new(), first: None })
        .collect();
    let mut beside = Vec::new();
    for event in &chain.events {
        match steps.get_mut(usize::from(event.step)) {
            Some(step) => {
                step.rows.push(event.row);
                step.first.get_or_insert(Timestamp::from_ticks(event.ticks));
            }
            None => beside.push(event.row),
        }
    }
    let rated = chain.records.iter().filter(|(step, _)| *step != BESIDE);
    let rated = rated.filter_map(|(_, record)| Some(rate(record).first()?.level)).max();
    let is_step = |event: &&Event| event.step != BESIDE;
    let first = chain.events.iter().find(is_step).or(chain.events.first())?;
    let last = chain.events.last()?;
    let finding = Finding {
        trail,
        title: judged.title,
        verdict: judged.verdict,
        said: Said::default(),
        severity: judged.severity.max(rated.unwrap_or(Level::Low)),
        ordinary: judged.ordinary,
        first: Timestamp::from_ticks(first.ticks),
        last: Timestamp::from_ticks(last.ticks),
        steps,
        beside,
        notes: judged.notes,
        query: String::new(),
        meanwhile: None,
    };
    Some(Pending { finding, watch: judged.watch })
}

fn read(store: &Store, row: RowId) -> Option<Record<'static>> {
    Some(store.reread(row).ok()?.named().ok()?.into_owned())
}

/// Who did it, by the name people know.
fn who(record: &Record<'_>) -> String {
    actor_name(&record.actor).to_owned()
}

/// A user by the name they sign in with.
fn user_name(record: &Record<'_>) -> Option<String> {
    let user = target(record, &["User"])?;
    let names = [user.original_upn().0, &*user.name, &*user.id];
    names.into_iter().find(|name| !name.is_empty()).map(str::to_owned)
}

/// Counts what happened meanwhile, for all findings in one walk over the columns.
pub(super) fn count_meanwhile(store: &Store, pending: &mut [Pending]) {
    let mut of_actor: HashMap<String, Vec<usize>> = HashMap::new();
    let mut of_app: HashMap<String, Vec<usize>> = HashMap::new();
    let mut of_all: Vec<usize> = Vec::new();
    for (at, pending) in pending.iter().enumerate() {
        match &pending.watch {
            Some(watch) if watch.actors.is_empty() => of_all.push(at),
            Some(watch) => {
                for actor in &watch.actors {
                    of_actor.entry(fold(actor)).or_default().push(at);
                }
                for app in &watch.apps {
                    of_app.entry(fold(app)).or_default().push(at);
                }
            }
            None => {}
        }
    }
    if of_actor.is_empty() && of_all.is_empty() {
        return;
    }
    let mut counts: Vec<(u64, Option<(i64, RowId)>)> = vec![(0, None); pending.len()];
    let mut codes: Vec<Option<Vec<usize>>> = vec![None; store.entries(Column::Actor)];
    let spans: Vec<(i64, i64)> =
        pending.iter().map(|pending| span(pending.watch.as_ref())).collect();
    for segment in store.segments() {
        for at in 0..segment.len() {
            let ticks = segment.times()[at];
            let Some(code) = segment.column(Column::Actor).first(at) else { continue };
            let own = codes[code as usize].get_or_insert_with(|| {
                let parts =
                    [Part::ACTOR_ID, Part::ACTOR_APP_ID].map(|part| fold(store.part(part, code)));
                let is_app = store.part(Part::ACTOR_KIND, code) == ActorKind::App.word();
                let names = part::ACTOR_NAMES.iter().filter(|_| is_app);
                let names = names.map(|&part| fold(store.part(part, code)));
                let by_name = names.filter_map(|name| of_app.get(&name));
                let mut own: Vec<usize> = parts
                    .iter()
                    .filter_map(|part| of_actor.get(part))
                    .chain(by_name)
                    .flatten()
                    .copied()
                    .collect();
                own.sort_unstable();
                own.dedup();
                own
            });
            for &which in own.iter().chain(&of_all) {
                let (from, until) = spans[which];
                if ticks < from || ticks > until {
                    continue;
                }
                let except = pending[which].watch.as_ref().and_then(|watch| watch.except);
                if let Some(except) = except {
                    let path = segment.column(Column::Path).first(at);
                    let is = |code| store.part(Part::CATEGORY, code).eq_ignore_ascii_case(except);
                    if path.is_some_and(is) {
                        continue;
                    }
                }
                let (count, first) = &mut counts[which];
                *count += 1;
                let row = segment.first() + at as RowId;
                if first.is_none_or(|first| (ticks, row) < first) {
                    *first = Some((ticks, row));
                }
            }
        }
    }
    for (pending, (count, first)) in pending.iter_mut().zip(counts) {
        let Some(watch) = &pending.watch else { continue };
        tell(&mut pending.finding, watch, count, first);
    }
}

fn span(watch: Option<&Watch>) -> (i64, i64) {
    let none = (i64::MAX, i64::MIN + 1);
    watch.map_or(none, |watch| (watch.from.ticks(), watch.until.map_or(i64::MAX, Timestamp::ticks)))
}

fn tell(finding: &mut Finding, watch: &Watch, count: u64, first: Option<(i64, RowId)>) {
    if let (Some(step), Some((ticks, row))) = (watch.step, first) {
        finding.steps[step].rows = vec![row];
        finding.steps[step].first = Some(Timestamp::from_ticks(ticks));
        finding.last = finding.last.max(Timestamp::from_ticks(ticks));
    }
    let range = Value::Range(Some(watch.from.to_rfc3339()), watch.until.map(Timestamp::to_rfc3339));
    let time = Field::TIME;
    let mut parts = vec![Expression::Term(Term {
        field: Some(time),
        operator: Operator::Contains,
        value: range,
    })];
    if !watch.actors.is_empty() {
        let ids =
            watch.actors.iter().map(|id| Expression::term(Field::ACTOR_ID, Operator::Equals, id));
        let apps = watch.apps.iter().map(|name| {
            let kind = ActorKind::App.word();
            Expression::and(vec![
                Expression::term(Field::ACTOR, Operator::Equals, name),
                Expression::term(Field::ACTOR_KIND, Operator::Equals, kind),
            ])
        });
        parts.push(Expression::or(ids.chain(apps).collect()));
    }
    if let Some(category) = watch.except {
        let term = Expression::term(Field::CATEGORY, Operator::Equals, category);
        parts.push(Expression::Not(Box::new(term)));
    }
    let query = Query { expression: Some(Expression::and(parts)) }.to_string();
    let is_told = watch.step.is_none() || count > 0;
    finding.meanwhile = Some(Meanwhile { query, count, during: watch.called, is_told });
}
