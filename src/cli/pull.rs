//! `entrail pull`: brings an archive up to date, once or again and again.
//! Never asks anything; what is missing is told, and asked for again the next time. Ctrl-C and
//! SIGTERM end it in order: what came is kept, and how far it got is told.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::arguments::PullArguments;
use super::graph::{Wanted, now, tenant, wait_for};
use super::{Outcome, tell};
use crate::source::Tenant;
use crate::source::graph::archive::{Archive, Owner, Told};
use crate::source::graph::slices::Window;
use crate::source::graph::{
    Missing, Outcome as Pulled, Request, Round, State, Stopped, pull_into, watch,
};
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Pulls into an archive.
pub(super) fn run(arguments: &PullArguments) -> anyhow::Result<Outcome> {
    let wanted = Wanted::new(&arguments.range)?;
    let request = wanted.request.clone().for_archive();
    let tenant = tenant(&arguments.sign_in, request.clone())?;
    if arguments.range.explain {
        return wanted.explain(&tenant);
    }
    let cancel = CancellationToken::new();
    let work = into_archive(arguments, &tenant, &wanted, &cancel);
    let (pulled, signal) = wait_for(&tenant, until_asked_to_end(work, &cancel))??;
    match (signal, pulled) {
        (Some(number), _) => Ok(Outcome::Signal(number)),
        (None, Ok(pulled)) if pulled.is_complete() => Ok(Outcome::Found),
        (None, Ok(_)) => Ok(Outcome::Failed),
        (None, Err(error)) => Err(error),
    }
}

/// What comes of the work, and the number of the signal that asked for its end, if one did.
async fn until_asked_to_end<T>(
    work: impl Future<Output = T>,
    cancel: &CancellationToken,
) -> io::Result<(T, Option<i32>)> {
    // That of a terminal that is gone stays as it is: nobody would read the summary, and nohup sets it.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::pin!(work);
    let number = tokio::select! {
        biased;
        _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
        _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
        done = &mut work => return Ok((done, None)),
    };
    cancel.cancel();
    Ok((work.await, Some(number)))
}

/// Signs in, and pulls until all is there, or again and again.
async fn into_archive(
    arguments: &PullArguments,
    tenant: &Tenant,
    wanted: &Wanted,
    cancel: &CancellationToken,
) -> anyhow::Result<Pulled> {
    let request = wanted.request.clone().for_archive();
    let service = tenant.service().map_err(anyhow::Error::msg)?;
    let claims = tenant.sign_in().claims(cancel).await?;
    let owner = Owner { base: tenant.base().to_string(), tenant: claims.tenant.clone() };
    let heard: Arc<Mutex<Heard>> = Arc::default();
    let folder = &arguments.archive;
    let overlap = Duration::from_secs(3_600 * u64::from(arguments.overlap));
    let mut archive = Archive::open(folder, &owner, now(), Heard::ear(&heard))
        .with_context(|| folder.display().to_string())?
        .with_overlap(overlap)
        .with_filters(request.filters.clone());
    let Some(minutes) = arguments.watch else {
        let pulled = pull_into(&service, &request, &mut archive, overlap, cancel).await;
        told(tenant, folder, &heard, &pulled, request.window)?;
        return Ok(pulled);
    };
    let every = Duration::from_secs(60 * u64::from(minutes));
    let until_now = |at: Timestamp| {
        let latest = request.window.end.max(at.plus(TICKS_PER_SECOND));
        Window { end: wanted.until.map_or(latest, |until| until.min(latest)), ..request.window }
    };
    let window = Mutex::new(request.window);
    let mut next = |at| {
        let asked = until_now(at);
        *window.lock().unwrap_or_else(PoisonError::into_inner) = asked;
        Request { window: asked, ..request.clone() }
    };
    let mut after = |pulled: &Pulled| {
        let asked = *window.lock().unwrap_or_else(PoisonError::into_inner);
        match told(tenant, folder, &heard, pulled, asked) {
            Ok(()) => ControlFlow::Continue(()),
            // Nobody listens any more.
            Err(_) => ControlFlow::Break(()),
        }
    };
    let mut round = Round { request: &mut next, after: &mut after };
    Ok(watch(&service, &mut archive, every, &mut round, cancel).await)
}

/// Waits that are told: shorter ones are as usual.
const LONG_WAIT: i64 = 30 * TICKS_PER_SECOND;

/// What was told while a pull ran.
#[derive(Default)]
struct Heard {
    /// Until when it waits, as was told.
    waits_until: Option<Timestamp>,
    records: u64,
    slices: u64,
    missing: Vec<Missing>,
}

impl Heard {
    /// Hears what an archive tells, and tells on standard error what was kept.
    fn ear(heard: &Arc<Mutex<Self>>) -> Box<dyn FnMut(Told<'_>) + Send> {
        let heard = Arc::clone(heard);
        Box::new(move |told| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            match told {
                Told::State(state) => heard.wait(state),
                Told::Kept(entry) => {
                    heard.slices += 1;
                    heard.records += entry.records;
                    tell(&format!(
                        "entrail: {}, {} to {}: {} new records",
                        entry.log, entry.start, entry.end, entry.records
                    ));
                }
                Told::Missing(missing) => heard.missing.push(missing),
            }
        })
    }
}

impl Heard {
    /// Tells, once, that nothing will happen for a while.
    fn wait(&mut self, state: &State) {
        let Some(until) = state.waiting_until else { return };
        if self.waits_until != Some(until) && until > now().plus(LONG_WAIT) {
            self.waits_until = Some(until);
            tell(&format!("entrail: waiting until {until} for {}", state.waiting_for));
        }
    }
}

/// Tells what is missing on standard error, and one line about all of it on standard output.
fn told(
    tenant: &Tenant,
    folder: &Path,
    heard: &Mutex<Heard>,
    pulled: &Pulled,
    window: Window,
) -> io::Result<()> {
    let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
    for missing in &heard.missing {
        tell(&format!("entrail: {}", tenant.told(missing)));
    }
    if let Some(Stopped::SignIn(why) | Stopped::Unreachable(why) | Stopped::Unkept(why)) =
        &pulled.stopped
    {
        tell(&format!("entrail: {why}"));
    }
    for notice in tenant.sign_in().notices() {
        tell(&format!("entrail: {notice}"));
    }
    let state = if pulled.is_complete() { "complete" } else { "NOT complete, run it again" };
    writeln!(
        io::stdout().lock(),
        "{}: {} new records in {} slices, {} to {}, {state}",
        clean(&folder.display().to_string()),
        heard.records,
        heard.slices,
        window.start,
        window.end,
    )
}
