//! `entrail pull`: brings an archive up to date, once or again and again.
//! Never asks anything; what is missing is told, and asked for again the next time. Ctrl-C and
//! SIGTERM end it in order: what came is kept, and how far it got is told.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::{Args, ValueHint};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::cli::named::PlaceArguments;
use crate::cli::place::Pulled as PulledFrom;
use crate::cli::standard::out;
use crate::cli::tenant::wait_asking;
use crate::cli::{Outcome, tell};
use crate::query::matcher::Matcher;
use crate::query::{self, Query};
use crate::source::archive::{Archive, Clock, Origin, Told, pull_into, watch};
use crate::source::pulled::{Missing, Outcome as Pulled, State, Stopped};
use crate::source::{Delivery, local, read_all};
use crate::store::{RowId, Store};
use crate::text::clean;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

const EXAMPLES: &str = "\
Examples:
  entrail pull --archive ~/entra --since last-30d     fill an archive, or bring it up to date
  entrail pull --archive ~/entra --log all --watch 15
  entrail ~/entra                                     open it

Exit codes: 0 everything that was asked for is there, 2 something is missing.";

/// Keep an archive of a tenant's logs, beyond the days that Entra keeps them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("paths", |paths| paths.value_name("PLACE").value_hint(ValueHint::Other).help(
    "What to pull from, or a profile of the configuration [default: graph]"
)))]
pub(in crate::cli) struct Arguments {
    /// Folder of the archive; made where there is none
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    archive: PathBuf,

    /// Go on: ask again every so many minutes
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, default_missing_value = "5",
        value_parser = clap::value_parser!(u32).range(1..=1440))]
    watch: Option<u32>,

    /// Hours before the end of the archive that are asked for again: records arrive late
    #[arg(long, value_name = "HOURS", default_value_t = 24,
        value_parser = clap::value_parser!(u32).range(0..=720))]
    overlap: u32,

    #[command(flatten)]
    pub(super) places: PlaceArguments,
}

/// Pulls into an archive.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    if let Some(outcome) = arguments.places.answered()? {
        return Ok(outcome);
    }
    let places = arguments.places.asked("pulled from")?;
    let [(_, place)] = places.as_slice() else {
        anyhow::bail!("one place is pulled at a time; pull each of them into the archive");
    };
    let from = place.pulled(arguments.watch.is_some())?;
    let cancel = CancellationToken::new();
    let work = into_archive(arguments, &from, &cancel);
    let asking = || from.origin.asking();
    let (pulled, signal) = wait_asking(asking, until_asked_to_end(work, &cancel))??;
    match (signal, pulled) {
        (Some(number), _) => Ok(Outcome::Signal(number)),
        (None, Ok(pulled)) => Ok(ended(&pulled)),
        (None, Err(error)) => Err(error),
    }
}

/// What the exit code says of a pull.
fn ended(pulled: &Pulled) -> Outcome {
    if pulled.is_complete() { Outcome::Found } else { Outcome::Failed }
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
    arguments: &Arguments,
    from: &PulledFrom,
    cancel: &CancellationToken,
) -> anyhow::Result<Pulled> {
    let every = arguments.watch.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    let origin: &dyn Origin = &*from.origin;
    begin(origin, every, cancel).await?;
    let name = origin.name().into_owned();
    let heard = Arc::new(Mutex::new(Heard { name, ..Heard::default() }));
    let folder = &arguments.archive;
    let overlap = Duration::from_secs(3_600 * u64::from(arguments.overlap));
    let now = crate::runtime::now();
    let mut archive = Archive::open(folder, &origin.owner(), now, Heard::ear(&heard))?
        .with_overlap(overlap)
        .for_origin(origin);
    if !from.question.is_empty() {
        let query = from.query.clone();
        let matching = Matching { query, now: origin.clock(), heard: Arc::clone(&heard) };
        let question = from.question.clone();
        archive = archive.with_query(question, Box::new(move |lines| matching.keeps(lines)));
    }
    let Some(every) = every else {
        let pulled = pull_into(origin, &mut archive, overlap, cancel).await;
        archive.leave();
        return match told(origin, folder, &heard, &pulled, false) {
            // How it ended is in the exit code as well.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(pulled),
        };
    };
    let mut unheard = None;
    let mut after = |pulled: &Pulled| match told(origin, folder, &heard, pulled, true) {
        Ok(()) => ControlFlow::Continue(()),
        // Nobody listens any more.
        Err(error) => {
            unheard = Some(error).filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
            ControlFlow::Break(())
        }
    };
    let pulled = watch(origin, &mut archive, every, &mut after, cancel).await;
    archive.leave();
    unheard.map_or(Ok(pulled), |error| Err(error.into()))
}

/// Has an origin begin. With `every`, sign-in is waited for while it is down.
async fn begin(
    origin: &dyn Origin,
    every: Option<Duration>,
    cancel: &CancellationToken,
) -> anyhow::Result<()> {
    loop {
        let Err(error) = origin.begin(cancel).await else { return Ok(()) };
        let Some(every) = every.filter(|_| error.may_pass && !cancel.is_cancelled()) else {
            return Err(error.into());
        };
        tell(&format!("entrail: {error}; tried again in {} minutes", every.as_secs() / 60));
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(error.into()),
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// What knows which records of a page a query finds.
struct Matching {
    query: Query,
    now: Clock,
    heard: Arc<Mutex<Heard>>,
}

impl Matching {
    /// Which lines are kept: those that match, and those that cannot be judged by themselves.
    fn keeps(&self, lines: &[u8]) -> Vec<bool> {
        let lines: Vec<&[u8]> = lines.split_inclusive(|byte| *byte == b'\n').collect();
        let context = query::Context { now: (self.now)(), around: None };
        let keeps = self.judged(&lines, &context);
        let kept = keeps.iter().filter(|is_kept| **is_kept).count();
        locked(&self.heard).passed_over += (keeps.len() - kept) as u64;
        keeps
    }

    fn judged(&self, lines: &[&[u8]], context: &query::Context) -> Vec<bool> {
        let mut store = Store::default();
        let place = local::at_hand("the archive", lines.concat());
        let _ = read_all(vec![place], |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        });
        let mut matcher = Matcher::new(&self.query, context);
        // Another record may say what an object of this one is called.
        if matcher.asks_for_names() && store.has_nameless() {
            let (first, second) = lines.split_at(lines.len() / 2);
            if first.is_empty() {
                return vec![true; lines.len()];
            }
            return [self.judged(first, context), self.judged(second, context)].concat();
        }
        let found: HashSet<RowId> = matcher.rows(&store).into_iter().collect();
        let mut left_out = HashSet::new();
        for row in (0..store.len() as RowId).filter(|row| !found.contains(row)) {
            if let Ok(bytes) = store.read(row) {
                left_out.insert(bytes.trim_ascii().to_vec());
            }
        }
        lines.iter().map(|line| !left_out.contains(line.trim_ascii())).collect()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits that are told: shorter ones are as usual.
const LONG_WAIT: i64 = 30 * TICKS_PER_SECOND;

/// What was told while a pull ran.
#[derive(Default)]
struct Heard {
    /// Until when it waits, as was told.
    waits_until: Option<Timestamp>,
    records: u64,
    /// Records that do not match the query.
    passed_over: u64,
    slices: u64,
    missing: Vec<Missing>,
    /// What is odd, and was told.
    odd: HashSet<String>,
    /// What it is called that is pulled from.
    name: String,
}

impl Heard {
    /// Hears what an archive tells, and tells on standard error what was kept.
    fn ear(heard: &Arc<Mutex<Self>>) -> Box<dyn FnMut(Told<'_>) + Send> {
        let heard = Arc::clone(heard);
        Box::new(move |told| {
            let mut heard = locked(&heard);
            match told {
                Told::State(state) => heard.wait(state),
                Told::Kept(entry) => {
                    heard.slices += 1;
                    heard.records += entry.records;
                    if entry.records > 0 {
                        tell(&format!(
                            "entrail: {}, {} to {}: {} new records",
                            entry.log, entry.start, entry.end, entry.records
                        ));
                    }
                }
                Told::Missing(missing) if missing.lost => heard.missing.push(*missing),
                // Told while it lasts, and by a program that goes on only once.
                Told::Missing(missing) => {
                    let trouble = missing.trouble(&heard.name).to_string();
                    if heard.odd.insert(missing.reason) {
                        tell(&format!("entrail: {trouble}"));
                    }
                }
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

impl Heard {
    /// What was told since the last call, but for what is to be told once only.
    fn take(&mut self) -> Self {
        let odd = std::mem::take(&mut self.odd);
        let taken = std::mem::take(self);
        let (name, waits_until) = (taken.name.clone(), taken.waits_until);
        *self = Self { waits_until, odd, name, ..Self::default() };
        taken
    }
}

/// Tells what is missing on standard error, and one line about all of it on standard output.
/// `goes_on`: what is missing is asked for again by this program.
fn told(
    origin: &dyn Origin,
    folder: &Path,
    heard: &Mutex<Heard>,
    pulled: &Pulled,
    goes_on: bool,
) -> io::Result<()> {
    let heard = locked(heard).take();
    // One refusal can be that of many logs, and end the pull.
    let mut reasons = HashSet::new();
    for missing in &heard.missing {
        let mut trouble = origin.told(missing);
        if !reasons.insert(trouble.reason.clone()) {
            "for the same reason".clone_into(&mut trouble.reason);
        }
        tell(&format!("entrail: {trouble}"));
    }
    if let Some(why) = pulled.stopped.as_ref().and_then(Stopped::reason)
        && !heard.missing.iter().any(|missing| missing.reason == why)
    {
        tell(&format!("entrail: {why}"));
    }
    for notice in origin.notices() {
        tell(&format!("entrail: {notice}"));
    }
    let asked = match pulled.window {
        Some(Window { start, end }) => format!("{start} to {end}, "),
        None => String::new(),
    };
    let others = match heard.passed_over {
        0 => String::new(),
        others => format!(" that match the query ({others} others left out)"),
    };
    writeln!(
        out(),
        "{}: {} new records{others} in {} slices, {asked}{}",
        clean(&folder.display().to_string()),
        heard.records,
        heard.slices,
        state(pulled, goes_on),
    )
}

/// Whether all is there, and what helps where it is not. The reasons stand on standard error.
fn state(pulled: &Pulled, goes_on: bool) -> String {
    let again = if goes_on { "asked for again in the next round" } else { "run it again" };
    let missing = match &pulled.stopped {
        None if pulled.is_complete() && pulled.unlicensed.is_empty() => {
            return "complete".to_owned();
        }
        None if pulled.is_complete() => {
            return format!("complete, without {} (no licence)", pulled.unlicensed.join(", "));
        }
        Some(Stopped::TokenRefused(_)) if goes_on => return format!("NOT complete, {again}"),
        Some(Stopped::SignIn(_) | Stopped::TokenRefused(_)) => {
            "no sign-in; see the reason above, and `entrail doctor`"
        }
        Some(Stopped::Unkept(_)) => "it cannot be kept; see the reason above",
        _ if pulled.refused.iter().any(|(_, refused)| !refused.is_doubtful) => {
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
    use reqwest::header::HeaderMap;

    use crate::source::graph::api::GRAPH;

    #[test]
    fn what_is_not_complete_says_what_helps() {
        let stopped = |stopped| Pulled { stopped: Some(stopped), ..Pulled::default() };
        let refused = |body: &[u8]| Pulled {
            missing: 1,
            refused: vec![("audit".into(), GRAPH.refused(403, &HeaderMap::new(), body))],
            ..Pulled::default()
        };
        let damaged = Pulled { damaged: 1, ..Pulled::default() };
        let cases = [
            (Pulled::default(), "complete"),
            (Pulled { missing: 2, ..Pulled::default() }, "NOT complete, run it again"),
            (stopped(Stopped::Cancelled), "NOT complete, run it again"),
            (stopped(Stopped::Unreachable(String::new())), "NOT complete, run it again"),
            (stopped(Stopped::SignIn(String::new())), "NOT complete: no sign-in; see"),
            (stopped(Stopped::TokenRefused(String::new())), "NOT complete: no sign-in; see"),
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

    #[test]
    fn a_log_without_a_licence_is_a_failure_only_where_it_was_asked_for() {
        let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
        let body = format!("{{\"error\":{{\"code\":\"{code}\",\"message\":\"x\"}}}}");
        let left_out = Pulled {
            unlicensed: vec!["sign-ins".into(), "provisioning".into()],
            ..Pulled::default()
        };
        assert!(matches!(ended(&left_out), Outcome::Found));
        let told = state(&left_out, false);
        assert_eq!(told, "complete, without sign-ins, provisioning (no licence)");
        let refused =
            vec![("sign-ins".into(), GRAPH.refused(403, &HeaderMap::new(), body.as_bytes()))];
        let asked = Pulled { missing: 1, refused, ..Pulled::default() };
        assert!(matches!(ended(&asked), Outcome::Failed));
        assert!(state(&asked, false).starts_with("NOT complete"), "{}", state(&asked, false));
        let damaged = Pulled { damaged: 1, ..left_out };
        assert!(matches!(ended(&damaged), Outcome::Failed));
    }
}
