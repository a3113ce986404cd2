//! The ledger itself: all postings in the order they happened, and who is who in them.
//! Never reads a record, and never says how things stand.

use std::collections::HashMap;

use super::objects::{NOBODY, Objects};
use super::posting::Posting;
use crate::meaning::{Act, Thing};
use crate::time::Timestamp;

/// All postings of all records.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Who and what is told of.
    pub objects: Objects,
    /// All postings; once settled in the order they happened.
    pub(super) postings: Vec<Posting>,
    /// Records that may tell more but could not be read.
    pub unreadable: u64,
    /// When the last record of all happened.
    pub end: Option<Timestamp>,
}

impl Ledger {
    /// Puts everything in order, once all records are entered.
    pub fn settle(&mut self) {
        self.objects.settle();
        self.fill_requests();
        self.postings.sort_by_key(|posting| {
            let is_listed = posting.act == Act::Listed;
            (posting.time, is_listed, !posting.act.gives(), posting.row)
        });
    }

    /// Tells who and what a record is about that names only the request.
    fn fill_requests(&mut self) {
        let mut known: HashMap<u32, [u32; 2]> = HashMap::new();
        for posting in self.postings.iter().filter(|posting| posting.kind == Thing::Package) {
            for request in posting.requests.into_iter().filter(|&request| request != NOBODY) {
                let [holder, thing] = known.entry(request).or_insert([NOBODY; 2]);
                for (own, other) in [(holder, posting.holder), (thing, posting.thing)] {
                    if *own == NOBODY {
                        *own = other;
                    }
                }
            }
        }
        for posting in self.postings.iter_mut().filter(|posting| posting.kind == Thing::Package) {
            for request in posting.requests {
                let Some(&[holder, thing]) = known.get(&request) else { continue };
                if posting.holder == NOBODY {
                    posting.holder = holder;
                }
                if posting.thing == NOBODY {
                    posting.thing = thing;
                }
            }
        }
    }
}
