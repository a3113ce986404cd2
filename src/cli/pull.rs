//! `entrail pull`: brings an archive up to date, once or again and again.
//! Never asks anything; what is missing is told, and asked for again the next time. Ctrl-C and
//! SIGTERM end it in order: what came is kept, and how far it got is told.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::arguments::PullArguments;
use super::graph::{Wanted, tenant, wait_for};
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
    let mut archive = Archive::open(folder, &owner, crate::runtime::now(), Heard::ear(&heard))?
        .with_overlap(overlap)
        .with_filters(request.filters.clone());
    let Some(minutes) = arguments.watch else {
        let pulled = pull_into(&service, &request, &mut archive, overlap, cancel).await;
        archive.leave();
        told(tenant, folder, &heard, &pulled, (request.window, false))?;
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
        match told(tenant, folder, &heard, pulled, (asked, true)) {
            Ok(()) => ControlFlow::Continue(()),
            // Nobody listens any more.
            Err(_) => ControlFlow::Break(()),
        }
    };
    let mut round = Round { request: &mut next, after: &mut after };
    let pulled = watch(&service, &mut archive, every, &mut round, cancel).await;
    archive.leave();
    Ok(pulled)
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
        if self.waits_until != Some(until) && until > crate::runtime::now().plus(LONG_WAIT) {
            self.waits_until = Some(until);
            tell(&format!("entrail: waiting until {until} for {}", state.waiting_for));
        }
    }
}

/// Tells what is missing on standard error, and one line about all of it on standard output. The
/// window is what was asked for, and whether it is asked for again by this program.
fn told(
    tenant: &Tenant,
    folder: &Path,
    heard: &Mutex<Heard>,
    pulled: &Pulled,
    (window, goes_on): (Window, bool),
) -> io::Result<()> {
    let heard = std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
    // One refusal can be that of many logs, and end the pull.
    let mut reasons = HashSet::new();
    for missing in &heard.missing {
        let mut trouble = tenant.told(missing);
        if !reasons.insert(trouble.reason.clone()) {
            "for the same reason".clone_into(&mut trouble.reason);
        }
        tell(&format!("entrail: {trouble}"));
    }
    if let Some(Stopped::SignIn(why) | Stopped::Unreachable(why) | Stopped::Unkept(why)) =
        &pulled.stopped
        && !heard.missing.iter().any(|missing| missing.reason == *why)
    {
        tell(&format!("entrail: {why}"));
    }
    for notice in tenant.sign_in().notices() {
        tell(&format!("entrail: {notice}"));
    }
    writeln!(
        io::stdout().lock(),
        "{}: {} new records in {} slices, {} to {}, {}",
        clean(&folder.display().to_string()),
        heard.records,
        heard.slices,
        window.start,
        window.end,
        state(pulled, goes_on),
    )
}

/// Whether all is there, and what helps where it is not. The reasons stand on standard error.
fn state(pulled: &Pulled, goes_on: bool) -> String {
    let again = if goes_on { "asked for again in the next round" } else { "run it again" };
    let missing = match &pulled.stopped {
        None if pulled.is_complete() => return "complete".to_owned(),
        Some(Stopped::SignIn(_)) => "no sign-in; see the reason above, and `entrail doctor`",
        Some(Stopped::Unkept(_)) => "it cannot be kept; see the reason above",
        _ if pulled.refused.iter().any(|(_, refused)| !refused.is_doubtful()) => {
            "refused; see above, and `entrail doctor`, for what the sign-in lacks"
        }
        None if pulled.has_all() && pulled.gone > 0 => {
            return format!("NOT complete: {} records of damaged files are missing", pulled.gone);
        }
        None if pulled.has_all() => {
            let files = if pulled.damaged == 1 { "file was" } else { "files were" };
            return format!(
                "complete again: {} {files} missing or damaged, see above",
                pulled.damaged
            );
        }
        _ => return format!("NOT complete, {again}"),
    };
    format!("NOT complete: {missing}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::graph::Refused;

    #[test]
    fn what_is_not_complete_says_what_helps() {
        let stopped = |stopped| Pulled { stopped: Some(stopped), ..Pulled::default() };
        let refused = |body: &[u8]| Pulled {
            missing: 1,
            refused: vec![("audit", Refused::read(403, body, ""))],
            ..Pulled::default()
        };
        let damaged = Pulled { damaged: 1, ..Pulled::default() };
        let cases = [
            (Pulled::default(), "complete"),
            (Pulled { missing: 2, ..Pulled::default() }, "NOT complete, run it again"),
            (stopped(Stopped::Cancelled), "NOT complete, run it again"),
            (stopped(Stopped::Unreachable(String::new())), "NOT complete, run it again"),
            (stopped(Stopped::SignIn(String::new())), "NOT complete: no sign-in; see"),
            (stopped(Stopped::Unkept(String::new())), "NOT complete: it cannot be kept"),
            (refused(b"{}"), "NOT complete: refused; see above"),
            (refused(b"<html>"), "NOT complete, run it again"),
            (Pulled { gone: 7, ..damaged.clone() }, "NOT complete: 7 records of damaged files"),
            (damaged, "complete again: 1 file was missing or damaged"),
        ];
        for (pulled, begins) in cases {
            assert!(state(&pulled, false).starts_with(begins), "{}", state(&pulled, false));
        }
        let missing = Pulled { missing: 1, ..Pulled::default() };
        assert_eq!(state(&missing, true), "NOT complete, asked for again in the next round");
    }
}
