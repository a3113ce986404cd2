//! `entrail pull`: brings an archive up to date, once or again and again.
//! Never asks anything; what is missing is told, and asked for again the next time.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::arguments::PullArguments;
use super::graph::{Wanted, now, tenant, wait_for};
use super::{Outcome, tell};
use crate::source::Tenant;
use crate::source::graph::archive::{Archive, Owner, Told};
use crate::source::graph::slices::Window;
use crate::source::graph::{Missing, Outcome as Pulled, Request, Round, Stopped, pull_into, watch};
use crate::text::clean;
use crate::time::TICKS_PER_SECOND;

/// Pulls into an archive.
pub(super) fn run(arguments: &PullArguments) -> anyhow::Result<Outcome> {
    let wanted = Wanted::new(&arguments.range)?;
    let request = wanted.request.clone().for_archive();
    let tenant = tenant(&arguments.sign_in, request.clone())?;
    if arguments.range.explain {
        return wanted.explain(&tenant);
    }
    let service = tenant.service().map_err(anyhow::Error::msg)?;
    let cancel = CancellationToken::new();
    let claims = wait_for(&tenant, tenant.sign_in().claims(&cancel))??;
    let owner = Owner { base: tenant.base().to_string(), tenant: claims.tenant.clone() };
    let heard: Arc<Mutex<Heard>> = Arc::default();
    let folder = &arguments.archive;
    let hours = Duration::from_secs(3_600 * u64::from(arguments.overlap));
    let mut archive = Archive::open(folder, &owner, now(), Heard::ear(&heard))
        .with_context(|| folder.display().to_string())?
        .with_overlap(hours)
        .with_filters(request.filters.clone());
    let pulled = match arguments.watch {
        None => {
            let pulled =
                wait_for(&tenant, pull_into(&service, &request, &mut archive, hours, &cancel))?;
            told(&tenant, folder, &heard, &pulled, request.window)?;
            pulled
        }
        Some(minutes) => {
            let every = Duration::from_secs(60 * u64::from(minutes));
            let until_now = |at: crate::time::Timestamp| Window {
                end: request.window.end.max(at.plus(TICKS_PER_SECOND)),
                ..request.window
            };
            let window = Mutex::new(request.window);
            let mut next = |at| {
                let asked = until_now(at);
                *window.lock().unwrap_or_else(PoisonError::into_inner) = asked;
                Request { window: asked, ..request.clone() }
            };
            let mut after = |pulled: &Pulled| {
                let asked = *window.lock().unwrap_or_else(PoisonError::into_inner);
                match told(&tenant, folder, &heard, pulled, asked) {
                    Ok(()) => ControlFlow::Continue(()),
                    // Nobody listens any more.
                    Err(_) => ControlFlow::Break(()),
                }
            };
            let mut round = Round { request: &mut next, after: &mut after };
            wait_for(&tenant, watch(&service, &mut archive, every, &mut round, &cancel))?
        }
    };
    Ok(if pulled.is_complete() { Outcome::Found } else { Outcome::Failed })
}

/// What was told while a pull ran.
#[derive(Default)]
struct Heard {
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
                Told::State(_) => {}
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
