//! What arrives after a load: lines appended to files, files that appear or change, a service's news.
//! Never takes a record a second time. All places are followed beside each other; one that ends does
//! not end the others.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::Builder;

use rayon::prelude::*;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::options::Options;
use super::queues::{self, Followed};
use super::{Delivery, Following, Summary, pipeline};
use crate::place::{AlreadyRead, Places, Trouble};
use crate::record::content::Content;
use crate::store::builder::Indexer;
use crate::store::{Segment, Store};
use crate::time::Timestamp;

/// What is followed.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Where the records came from.
    pub places: Places,
    /// The records so far; what arrives goes behind them.
    pub store: Store,
    /// Names of sources that were told to be unreadable.
    pub told: Vec<String>,
}

/// Starts following and returns at once. Deliveries come through `outbox` until `cancel` fires or
/// nobody listens: segments that go behind those of the store, troubles, and how it goes.
pub fn follow(follow: Follow, outbox: Sender<Delivery>, cancel: CancellationToken) {
    let spare = outbox.clone();
    let run = move || {
        let mut deliver = |delivery| match outbox.blocking_send(delivery) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        if let ControlFlow::Break(Some(why)) = run(follow, &cancel, &mut deliver) {
            let _ = deliver(Delivery::Following(Following::Ended(why)));
        }
    };
    if let Err(error) = Builder::new().name("follow".to_owned()).spawn(run) {
        // A channel that was just made has room for it; a closed one wants none.
        let reason = Trouble::no_thread(&error).reason;
        let _ = spare.try_send(Delivery::Following(Following::Ended(reason)));
    }
}

/// Loads places behind the records that are there, without any of those, and returns at once: what is
/// delivered is that of a load, but for its progress, which is that of the places alone.
pub fn load_more(more: Follow, outbox: Sender<Delivery>, cancel: CancellationToken) {
    let spare = outbox.clone();
    let run = move || {
        let Follow { places, store, .. } = more;
        let mut deliver = |delivery| match outbox.blocking_send(delivery) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        // How far that is need not be told: asking takes longer.
        let said = said(&store, &cancel, &mut |_| ControlFlow::Continue(()));
        let ControlFlow::Continue(said) = said else {
            let _ = deliver(Delivery::Done(Summary { cancelled: true, ..Summary::default() }));
            return;
        };
        let indexer = Indexer::resuming(&store, said);
        drop(store);
        let options = Options::default();
        pipeline::resume(queues::together(places), indexer, &cancel, &options, &mut deliver);
    };
    if let Err(error) = Builder::new().name("more".to_owned()).spawn(run) {
        // A channel that was just made has room for these; a closed one wants none.
        let _ = spare.try_send(Delivery::Trouble(Trouble::no_thread(&error)));
        let _ = spare.try_send(Delivery::Done(Summary { cancelled: true, ..Summary::default() }));
    }
}

type Deliver<'d> = dyn FnMut(Delivery) -> ControlFlow<()> + 'd;

/// Ends by itself with a reason, or with none where nobody wants more.
type Ended = ControlFlow<Option<String>>;

fn run(follow: Follow, cancel: &CancellationToken, deliver: &mut Deliver<'_>) -> Ended {
    let Follow { places, store, told } = follow;
    let read = AlreadyRead { store: &store, told: &told };
    let (mut all, mut takers, mut still) = (Vec::new(), Vec::new(), Vec::new());
    // Before records are read: a file that grew since may be read again from here on.
    for place in &places {
        match place.follow(&read) {
            Ok(follower) => {
                let (followed, taker) = Followed::new(&**place, follower);
                all.push(followed);
                takers.push(taker);
            }
            Err(why) => still.push((place.name().into_owned(), why)),
        }
    }
    if all.is_empty() {
        let whys: Vec<String> =
            still.into_iter().map(|(name, why)| format!("{name}: {why}")).collect();
        return ControlFlow::Break(Some(format!(
            "nothing here can be followed: {}",
            whys.join("; ")
        )));
    }
    for (name, why) in still {
        send(deliver, Following::Over { name, why })?;
    }
    let said = said(&store, cancel, deliver)?;
    let indexer = Indexer::resuming(&store, said);
    drop(store);
    send(deliver, Following::Waiting(None))?;
    let mut last = None;
    let mut waiting = Waiting::default();
    let mut heard = |delivery| {
        let delivery = match delivery {
            Delivery::Segment(segment) => {
                tell(&takers, &segment);
                Delivery::Segment(segment)
            }
            Delivery::Pulling(name, pulling) => {
                let next = waiting.until(Arc::clone(&name), pulling.waiting_until);
                if pulling.live.is_some() {
                    deliver(Delivery::Pulling(name, pulling))?;
                }
                if waiting.told == next {
                    return ControlFlow::Continue(());
                }
                waiting.told = next;
                Delivery::Following(Following::Waiting(next))
            }
            Delivery::Following(Following::Over { name, why }) => {
                last = Some(why.clone());
                Delivery::Following(Following::Over { name, why })
            }
            Delivery::Progress(_) | Delivery::Done(_) => return ControlFlow::Continue(()),
            told @ (Delivery::Trouble(_) | Delivery::Prompt(..) | Delivery::Following(_)) => told,
        };
        deliver(delivery)
    };
    let options = Options { is_quiet: true, ..Options::default() };
    pipeline::resume(queues::followed(all), indexer, cancel, &options, &mut heard);
    ControlFlow::Break(last.filter(|_| !cancel.is_cancelled()))
}

/// Has everybody who looks for more take note of records that were read.
fn tell(takers: &[mpsc::Sender<Arc<Segment>>], segment: &Arc<Segment>) {
    for taker in takers {
        // One that is over wants no more.
        let _ = taker.send(Arc::clone(segment));
    }
}

/// Until when each place waits.
#[derive(Default)]
struct Waiting {
    places: BTreeMap<Arc<str>, Option<Timestamp>>,
    /// When the next is asked, as it was told.
    told: Option<Timestamp>,
}

impl Waiting {
    /// One of them waits until then now: when the next is asked.
    fn until(&mut self, name: Arc<str>, until: Option<Timestamp>) -> Option<Timestamp> {
        self.places.insert(name, until);
        self.places.values().copied().flatten().min()
    }
}

fn send(deliver: &mut Deliver<'_>, following: Following) -> Ended {
    match deliver(Delivery::Following(following)) {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(None),
    }
}

/// What all records say, in order, read from where they came; `None` for those that cannot be read
/// again.
fn said(
    store: &Store,
    cancel: &CancellationToken,
    deliver: &mut Deliver<'_>,
) -> ControlFlow<Option<String>, Vec<Option<Content>>> {
    let mut said = Vec::with_capacity(store.len());
    // In parts, so that it can be told how far it is.
    for part in store.segments().chunks(16) {
        send(deliver, Following::Preparing((said.len() * 100 / store.len().max(1)) as u8))?;
        let found: Vec<Vec<Option<Content>>> = part
            .par_iter()
            .map(|segment| if cancel.is_cancelled() { Vec::new() } else { said_in(segment) })
            .collect();
        if cancel.is_cancelled() {
            return ControlFlow::Break(None);
        }
        said.extend(found.into_iter().flatten());
    }
    ControlFlow::Continue(said)
}

fn said_in(segment: &Segment) -> Vec<Option<Content>> {
    let rows: Vec<usize> = (0..segment.len()).collect();
    let mut said = vec![None; rows.len()];
    segment.read_each(&rows, &mut Vec::new(), &mut |at, original, bytes| {
        said[at] = bytes.and_then(|bytes| original.content(bytes));
    });
    said
}
