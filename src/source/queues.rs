//! What is read one after the other, and what is read beside it.
//! Never reads anything.
//!
//! A queue is what one thread reads, in order. What may keep others waiting (a sign-in, a service, a
//! pipe) has a queue of its own; everything else shares one, so that the same files give the same rows
//! in the same order. Where nobody looks on, all of it is one queue.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::place::{Follower, Piece, Place, Places, Status, Trouble};
use crate::store::Segment;

/// What one thread reads, in order.
#[derive(Debug)]
pub enum Queue {
    /// Places that were not looked at yet.
    Places(Places),
    /// Pieces that are known, and why some are not there.
    Pieces(Vec<Result<Piece, Trouble>>),
    /// What arrives at places, again and again.
    Followed(Vec<Followed>),
}

/// All of it one after the other.
pub fn in_order(places: Places) -> Vec<Queue> {
    vec![Queue::Places(places)]
}

/// What may keep others waiting beside the others.
pub fn together(places: Places) -> Vec<Queue> {
    beside(places, |place| place.waits()).map(Queue::Places).collect()
}

/// What arrives at all of them, each beside the others where it may keep them waiting.
pub fn followed(all: Vec<Followed>) -> Vec<Queue> {
    beside(all, |followed| followed.waits).map(Queue::Followed).collect()
}

fn beside<T>(all: Vec<T>, waits: impl Fn(&T) -> bool) -> impl Iterator<Item = Vec<T>> {
    let (own, shared): (Vec<T>, Vec<T>) = all.into_iter().partition(waits);
    let shared = (!shared.is_empty()).then_some(shared);
    shared.into_iter().chain(own.into_iter().map(|one| vec![one]))
}

/// A place that is followed.
pub struct Followed {
    /// What it is called.
    pub name: String,
    /// Does it keep others waiting?
    pub waits: bool,
    /// What looks for more.
    pub follower: Box<dyn Follower>,
    /// What is told beside what it finds.
    pub status: Option<Arc<dyn Status>>,
    /// The records that were read meanwhile.
    pub taken: Receiver<Arc<Segment>>,
}

impl Followed {
    /// A place with what looks for more at it, and where to tell of records that were read.
    pub fn new(place: &dyn Place, follower: Box<dyn Follower>) -> (Self, Sender<Arc<Segment>>) {
        let (tell, taken) = channel();
        let (name, status) = (place.name().into_owned(), place.status());
        (Self { name, waits: place.waits(), follower, status, taken }, tell)
    }
}

impl fmt::Debug for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Followed").field(&self.name).finish()
    }
}
