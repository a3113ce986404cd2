//! What arrives after a load: lines appended to files, files that appear or change, a tenant's news.
//! Never takes a record a second time, and never asks a service beyond its limit.

#![expect(clippy::disallowed_methods, reason = "files are looked at again and again, by the clock")]

mod growing;

use std::ops::ControlFlow;
use std::thread::Builder;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use self::growing::{Found, Growing};
use super::pipeline::{self, Options, no_thread};
use super::walk::{Entry, Input};
use super::{Delivery, Following, Origin, Progress};
use crate::record::content::Content;
use crate::store::builder::Indexer;
use crate::store::{Segment, Store};

/// How often files are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Looking may take this share of the time, at the most.
const SHARE: u32 = 50;

/// What is followed.
#[derive(Clone, Debug)]
pub struct Follow {
    /// Where the records came from.
    pub origins: Vec<Origin>,
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
        let reason = no_thread(&error).reason;
        let _ = spare.try_send(Delivery::Following(Following::Ended(reason)));
    }
}

type Deliver<'d> = dyn FnMut(Delivery) -> ControlFlow<()> + 'd;

/// Ends by itself with a reason, or with none where nobody wants more.
type Ended = ControlFlow<Option<String>>;

fn run(follow: Follow, cancel: &CancellationToken, deliver: &mut Deliver<'_>) -> Ended {
    let Follow { origins, store, told } = follow;
    let tenant = origins.iter().find_map(|origin| match origin {
        Origin::Tenant(tenant) => Some(tenant),
        _ => None,
    });
    let is_path =
        |origin: &&Origin| matches!(origin, Origin::Path(path) if path.as_os_str() != "-");
    let paths: Vec<Origin> = origins.iter().filter(is_path).cloned().collect();
    if tenant.is_none() && paths.is_empty() {
        let why = "only files, folders and Microsoft Graph can be followed: \
                   the demo does not grow, and a stream is read as long as it lasts";
        return ControlFlow::Break(Some(why.to_owned()));
    }
    // Before records are read: a file that grew since may be read again from here on.
    let mut growing = Growing::new(paths, &store, told);
    let said = said(&store, cancel, deliver)?;
    let mut indexer = Indexer::resuming(&store, said);
    drop(store);
    if let Some(tenant) = tenant {
        let news = vec![Entry::News(std::sync::Arc::clone(tenant))];
        take_in(Found { new: news, ..Found::default() }, indexer, cancel, deliver, &mut |_| {});
        return ControlFlow::Break(match cancel.is_cancelled() {
            true => None,
            false => Some("Microsoft Graph is not asked any more: T tells why".to_owned()),
        });
    }
    send(deliver, Following::Waiting(None))?;
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
        return ControlFlow::Break(Some("the system gives no clock to wait by".to_owned()));
    };
    loop {
        let began = Instant::now();
        let found = growing.look(&|| cancel.is_cancelled());
        if found.is_empty() {
            let pause = EVERY.max(began.elapsed() * SHARE);
            let is_over = runtime.block_on(async {
                tokio::select! {
                    () = cancel.cancelled() => true,
                    () = tokio::time::sleep(pause) => false,
                }
            });
            if is_over {
                return ControlFlow::Break(None);
            }
            continue;
        }
        let mut unheard = false;
        let mut heard = |delivery| {
            let answer = deliver(delivery);
            unheard |= answer.is_break();
            answer
        };
        let taken = &mut |segment: &Segment| growing.took(segment);
        indexer = take_in(found, indexer, cancel, &mut heard, taken);
        if unheard || cancel.is_cancelled() {
            return ControlFlow::Break(None);
        }
    }
}

fn send(deliver: &mut Deliver<'_>, following: Following) -> Ended {
    match deliver(Delivery::Following(following)) {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(None),
    }
}

/// Takes in what was found.
fn take_in(
    found: Found,
    mut indexer: Indexer,
    cancel: &CancellationToken,
    deliver: &mut Deliver<'_>,
    taken: &mut dyn FnMut(&Segment),
) -> Indexer {
    let mut waiting = None;
    for entries in [found.new, found.again] {
        if entries.is_empty() {
            continue;
        }
        let input = Input::Entries(entries);
        let options = Options::default();
        indexer =
            pipeline::resume(input, indexer, cancel, &options, &mut |delivery| match delivery {
                Delivery::Segment(segment) => {
                    taken(&segment);
                    deliver(Delivery::Segment(segment))
                }
                Delivery::Progress(Progress { pulling: Some(pulling), .. })
                    if waiting != Some(pulling.waiting_until) =>
                {
                    waiting = Some(pulling.waiting_until);
                    deliver(Delivery::Following(Following::Waiting(pulling.waiting_until)))
                }
                Delivery::Trouble(_) | Delivery::Prompt(_) => deliver(delivery),
                Delivery::Progress(_) | Delivery::Following(_) | Delivery::Done(_) => {
                    ControlFlow::Continue(())
                }
            })
            .0;
    }
    indexer
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
