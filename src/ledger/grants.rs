//! Delegated permissions: which of an application's grants a record that takes one back is about.
//! Never picks one of several where the record fits them all.

use std::collections::HashMap;

use super::book::Ledger;
use super::lane::{Lane, Line, Standing, Why};
use super::objects::NOBODY;
use super::posting::Posting;
use crate::text::fold;
use crate::time::Timestamp;

/// Grants that are looked at to find the one that is taken back. Of more it is not told which.
const LOOKED_AT: usize = 64;

struct Grant<'e> {
    posting: &'e Posting,
    thing: u32,
    lane: Lane,
    /// So many were taken back of those that this is one of.
    doubt: u32,
}

/// The grants of one application.
#[derive(Default)]
struct Grants<'e> {
    all: Vec<Grant<'e>>,
    /// Where each is, by what it is of, for whom, and its scopes.
    known: HashMap<(u32, u32, String), usize>,
    /// Those that are held, and some that were, by their scopes; all of them by none.
    by_scope: HashMap<String, Vec<usize>>,
    /// How many were taken back of too many to tell, and when the last was, by their scopes.
    crowds: HashMap<String, (u32, Timestamp)>,
    /// How many were taken back that can be each of the same few.
    doubts: HashMap<Vec<usize>, usize>,
}

/// The grants of one application; postings in the order they happened.
pub(super) fn lines(ledger: &Ledger, postings: &[&Posting]) -> Vec<Line> {
    let mut grants = Grants::default();
    for &posting in postings {
        if posting.act.gives() {
            grants.give(posting, ledger);
        } else {
            grants.take(posting, ledger);
        }
    }
    for (scope, (count, last)) in &grants.crowds {
        for &at in grants.by_scope.get(scope).into_iter().flatten() {
            let grant = &mut grants.all[at];
            if grant.lane.given.is_some_and(|given| given <= *last) {
                grant.doubt = grant.doubt.max(*count);
            }
        }
    }
    grants.all.into_iter().map(|grant| grant.line(ledger)).collect()
}

impl<'e> Grants<'e> {
    /// The place of the grant that a posting gives, or alone can have taken.
    fn at(&mut self, posting: &'e Posting, thing: u32, scope: &str) -> usize {
        let next = self.all.len();
        let at = *self.known.entry((thing, posting.part, scope.to_owned())).or_insert(next);
        if at == next {
            self.all.push(Grant { posting, thing, lane: Lane::default(), doubt: 0 });
        }
        at
    }

    fn give(&mut self, posting: &'e Posting, ledger: &Ledger) {
        let scope = scope(&posting.called);
        let at = self.at(posting, ledger.objects.of(posting.thing), &scope);
        let grant = &mut self.all[at];
        if grant.lane.given.is_none() {
            self.by_scope.entry(String::new()).or_default().push(at);
            if !scope.is_empty() {
                self.by_scope.entry(scope).or_default().push(at);
            }
        }
        grant.lane.give(posting, ledger);
        // It may have been one of those that were taken back: nothing is known of the others.
        if posting.is_done && std::mem::take(&mut grant.doubt) > 0 {
            self.doubts.clear();
        }
    }

    fn take(&mut self, posting: &'e Posting, ledger: &Ledger) {
        let (thing, scope) = (ledger.objects.of(posting.thing), scope(&posting.called));
        let held = self.by_scope.entry(scope.clone()).or_default();
        while held.pop_if(|at| self.all[*at].lane.given.is_none()).is_some() {}
        if held.len() > LOOKED_AT {
            // Such a crowd is in doubt whether or not this was done.
            let (count, last) = self.crowds.entry(scope).or_insert((0, posting.time));
            (*count, *last) = (*count + 1, posting.time);
            return;
        }
        let fits = |at: &&usize| {
            let grant = &self.all[**at];
            let alike = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
            grant.lane.given.is_some()
                && (thing == NOBODY || grant.thing == NOBODY || grant.thing == thing)
                && alike(&posting.policy, &grant.posting.policy)
        };
        let mut may_be: Vec<usize> = held.iter().filter(fits).copied().collect();
        may_be.sort_unstable();
        may_be.dedup();
        match &may_be[..] {
            [] => {
                let at = self.at(posting, thing, &scope);
                self.all[at].lane.take(posting, ledger);
            }
            &[one] => self.all[one].lane.take(posting, ledger),
            several => {
                for &at in several {
                    self.all[at].doubt += 1;
                }
                // That all of them were taken is sure only where each time was.
                if !posting.is_done {
                    return;
                }
                let count = self.doubts.entry(several.to_vec()).or_default();
                *count += 1;
                if *count == several.len() {
                    for &at in several {
                        self.all[at].lane.take(posting, ledger);
                    }
                }
            }
        }
    }
}

impl Grant<'_> {
    fn line(self, ledger: &Ledger) -> Line {
        let holder = ledger.objects.of(self.posting.holder);
        let (mut standing, mut why) = self.lane.standing(ledger, [self.thing, holder], false);
        if standing == Standing::Holds && self.doubt > 0 {
            (standing, why) = (Standing::Unclear, Some(Why::OneOfSeveral(self.doubt)));
        }
        Line {
            kind: self.posting.kind,
            is_activated: false,
            holder,
            thing: self.thing,
            called: self.posting.called.clone(),
            is_of_admin: false,
            standing,
            why,
            lane: self.lane,
        }
    }
}

/// Scopes in one order.
fn scope(text: &str) -> String {
    let mut scopes: Vec<String> = text.split_whitespace().map(fold).collect();
    scopes.sort_unstable();
    scopes.join(" ")
}
