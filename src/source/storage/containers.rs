//! Containers of an account as what an archive is filled from: day by day, blob by blob.
//! Never leaves out a blob that changed: what each was when it was read is in the manifest.
//!
//! Azure Monitor adds to blobs of hours that are over, so no hour is ever finished: all blobs of the span
//! are listed each time, and those are read that are new or have another `ETag` than before. Whole blobs
//! are kept, also where a record of them happened outside of the span.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::account::{Account, Credential};
use super::address::Address;
use super::api;
use super::blob::{Blob, From, PART};
use super::hours::filed;
use super::listing::Listed;
use super::logs::find;
use super::part::Failure;
use super::text::{Stop, Text};
use super::walk::Walk;
use crate::http::pace::Pace;
use crate::http::unanswered::Unanswered;
use crate::source::archive::{
    self, Archive, Asked, Before, Clock, Cut, Fault, Fetched, Origin, Owner, Parts, Pulling,
    Sliced, Take, WantedLog,
};
use crate::source::pulled::Stopped;
use crate::source::signed_in::Asking;
use crate::time::window::floor;
use crate::time::{TimeRange, Timestamp, Window, ticks};

/// What the files of an archive are of.
const DAY: Duration = Duration::from_hours(24);
/// Blobs, and their bytes, that are kept together at the most: what is killed in between is read again.
const MOST_BLOBS: usize = 200;
const MOST_BYTES: u64 = 256 << 20;
/// Blobs that are on their way at the same time.
const AHEAD: usize = 8;
/// How often a blob is read anew that was replaced while it was read.
const MOST_ANEW: u32 = 3;
/// How long after its last change a blob may still be written to, so that its last line may not be whole.
const GROWING: Duration = Duration::from_hours(2);

/// Logs of an account, each from its container.
pub struct Containers {
    account: Arc<Account>,
    address: Address,
    name: String,
    /// The logs, each with its container.
    logs: Vec<(WantedLog, String)>,
    span: TimeRange,
}

impl fmt::Debug for Containers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Containers").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Containers {
    /// Containers of an account, for a span of time that has a beginning. Fails where one cannot be kept.
    pub fn new(
        account: Arc<Account>,
        address: &Address,
        containers: &[String],
        span: TimeRange,
    ) -> Result<Self, String> {
        let source = source(address);
        let log = |container: &String| {
            let name = match find(container) {
                Some(log) => log.name.to_owned(),
                None if container.starts_with('$') => {
                    return Err(format!("the container {container} is not one of logs"));
                }
                None => format!("container-{container}"),
            };
            let folder = format!("{source}/{name}");
            Ok((WantedLog { folder, name, is_optional: false }, container.clone()))
        };
        let logs = containers.iter().map(log).collect::<Result<_, _>>()?;
        let address = Address { endpoint: account.endpoint().clone(), ..address.clone() };
        let name = format!("Azure Storage {}", address.account);
        Ok(Self { account, address, name, logs, span })
    }

    /// The same, whose containers nobody asked for by name: one that is gone by now is not missing.
    #[must_use]
    pub fn optional(mut self, is_optional: bool) -> Self {
        self.logs.iter_mut().for_each(|(log, _)| log.is_optional = is_optional);
        self
    }

    fn container(&self, log: &WantedLog) -> &str {
        let found = self.logs.iter().find(|(known, _)| known.folder == log.folder);
        found.map_or("", |(_, container)| container)
    }

    fn fault(&self, log: &WantedLog, failure: &Unanswered) -> Fault {
        let address = self.address.with_container(self.container(log));
        archive::fault(failure, api::explained(failure, &address))
    }

    /// The blobs of the span.
    async fn listed(
        &self,
        log: &WantedLog,
        cancel: &CancellationToken,
    ) -> Result<Vec<Listed>, Unanswered> {
        let (account, container) = (Arc::clone(&self.account), self.container(log).to_owned());
        let (prefix, span, stop) = (self.address.prefix.clone(), self.span, cancel.clone());
        let (send, come) = oneshot::channel();
        let started = self.account.start(async move {
            let mut found = Vec::new();
            let walk = Walk::new(&account, &container, &prefix, span, &stop);
            let walked = walk
                .run(&mut |listed| {
                    found.push(listed);
                    true
                })
                .await;
            // Who does not wait any more does not want it.
            let _ = send.send(walked.map(|()| found));
        });
        started.map_err(Unanswered::Unreachable)?;
        come.await.unwrap_or(Err(Unanswered::Cancelled))
    }

    /// Begins to read a blob.
    fn begin(&self, log: &WantedLog, listed: Listed, cancel: &CancellationToken) -> Coming {
        let (out, bytes) = channel(2);
        let ended: Arc<Mutex<Option<Result<(), Failure>>>> = Arc::default();
        let name = listed.name.clone();
        let blob = Blob::new(&self.account, self.container(log), name, listed.clone());
        let failed = |failure: Unanswered| {
            *ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(Err(failure.into()));
        };
        let blob = blob.map(Arc::new).map_err(failed).ok();
        if let Some(blob) = &blob {
            let reading = Arc::clone(blob).read(From::Start(PART), out.clone(), cancel.clone());
            let outcome = Arc::clone(&ended);
            let started = self.account.start(async move {
                let read = reading.await;
                *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
                // Only now whoever takes them sees the end.
                drop(out);
            });
            if let Err(why) = started {
                failed(Unanswered::Unreachable(why));
            }
        }
        Coming { listed, blob, bytes, ended }
    }

    /// Hands over the records of a blob that is on its way; with what is lost of it.
    async fn take(
        &self,
        coming: &mut Coming,
        take: &mut Take<'_>,
    ) -> Result<Option<String>, NotRead> {
        let mut text = Text::default();
        let not = |stop| match stop {
            Stop::Unkept(error) => NotRead::Unkept(error.to_string()),
            Stop::Unfit(why) => NotRead::Unfit(why),
        };
        while let Some(bytes) = coming.bytes.recv().await {
            text.push(&bytes, take).map_err(not)?;
        }
        let ended = coming.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        ended.unwrap_or(Err(Unanswered::Cancelled.into())).map_err(NotRead::Failed)?;
        let recent = self.account.now().plus(-ticks(GROWING));
        let is_append = coming.blob.as_ref().is_some_and(|blob| blob.is_append());
        let is_growing =
            is_append && coming.listed.modified.is_none_or(|modified| modified >= recent);
        text.end(is_growing, take).map_err(not)
    }
}

/// A blob that is on its way.
struct Coming {
    listed: Listed,
    blob: Option<Arc<Blob>>,
    bytes: Receiver<Vec<u8>>,
    ended: Arc<Mutex<Option<Result<(), Failure>>>>,
}

impl Coming {
    /// What it was when it was read.
    fn was(&self) -> String {
        let opened = self.blob.as_ref().map_or(String::new(), |blob| blob.opened());
        // Nothing is read of an empty one.
        if opened.is_empty() { self.listed.etag.clone() } else { opened }
    }
}

/// Why a blob was not read.
enum NotRead {
    Failed(Failure),
    /// It is none that can be kept.
    Unfit(String),
    Unkept(String),
}

/// The folder of an account's logs below an archive.
fn source(address: &Address) -> String {
    format!("storage-{}", address.account)
}

/// The day a blob belongs to: that of its hour, or of its last change.
fn day(listed: &Listed) -> Timestamp {
    let time = filed(&listed.name).map(|filed| filed.start).or(listed.modified);
    floor(time.unwrap_or(Timestamp::from_ticks(0)), DAY)
}

/// The time that blobs of one day are filed under.
fn window(day: Timestamp, blobs: &[Listed]) -> Window {
    let end = day.plus(ticks(DAY));
    let hours: Vec<_> = blobs.iter().filter_map(|listed| filed(&listed.name)).collect();
    if hours.len() < blobs.len() {
        return Window { start: day, end };
    }
    let start = hours.iter().map(|hour| hour.start).min().unwrap_or(day);
    let last = hours.iter().map(|hour| hour.end).max().unwrap_or(end);
    Window { start, end: last.min(end) }
}

/// Blobs in order, day by day, in lots that are kept together.
fn lots(blobs: Vec<Listed>) -> Vec<(Timestamp, Vec<Listed>)> {
    let mut days: BTreeMap<Timestamp, Vec<Listed>> = BTreeMap::new();
    for listed in blobs {
        days.entry(day(&listed)).or_default().push(listed);
    }
    let mut lots = Vec::new();
    for (day, blobs) in days {
        let (mut lot, mut bytes) = (Vec::new(), 0);
        for listed in blobs {
            if lot.len() >= MOST_BLOBS || (bytes > 0 && bytes + listed.len > MOST_BYTES) {
                lots.push((day, std::mem::take(&mut lot)));
                bytes = 0;
            }
            bytes += listed.len;
            lot.push(listed);
        }
        lots.push((day, lot));
    }
    lots
}

impl Origin for Containers {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn asking(&self) -> Asking {
        match self.account.credential() {
            Credential::SignIn(signed_in) => signed_in.asking(),
            Credential::Environment(..) => Asking::Nothing,
        }
    }

    fn owner(&self) -> Owner {
        let source = source(&self.address);
        let known = super::logs::LOGS.iter().map(|log| format!("{source}/{}", log.name));
        let mut logs: Vec<String> = known.collect();
        for (log, _) in &self.logs {
            if !logs.contains(&log.folder) {
                logs.push(log.folder.clone());
            }
        }
        Owner { base: self.address.endpoint.to_string(), tenant: String::new(), source, logs }
    }

    fn now(&self) -> Timestamp {
        self.account.now()
    }

    fn clock(&self) -> Clock {
        let account = Arc::clone(&self.account);
        Box::new(move || account.now())
    }

    fn pace(&self) -> &dyn Pace {
        self.account.pace()
    }

    fn asked(&self) -> Asked {
        let logs = self.logs.iter().map(|(log, _)| log.folder.clone()).collect();
        let start = self.span.start.unwrap_or(Timestamp::from_ticks(i64::MIN));
        Asked { logs, window: Window { start, end: self.span.end.unwrap_or(self.account.now()) } }
    }

    fn pull<'p>(&'p self, archive: &'p mut Archive, cancel: &'p CancellationToken) -> Pulling<'p> {
        Box::pin(archive::fill(self, archive, cancel))
    }
}

impl Sliced for Containers {
    type Item = Vec<Listed>;

    fn logs(&self) -> Vec<WantedLog> {
        self.logs.iter().map(|(log, _)| log.clone()).collect()
    }

    async fn cut(
        &self,
        log: &WantedLog,
        before: Before,
        cancel: &CancellationToken,
    ) -> Result<Vec<Cut<Vec<Listed>>>, Fault> {
        let listed = self.listed(log, cancel).await.map_err(|failure| self.fault(log, &failure))?;
        let is_new = |listed: &Listed| before.parts.get(&listed.name) != Some(&listed.etag);
        let new = listed.into_iter().filter(is_new).collect();
        let cut = |(day, blobs): (Timestamp, Vec<Listed>)| {
            let first = blobs.first().map_or("", |listed| &listed.name);
            let all = Address {
                prefix: String::new(),
                ..self.address.with_container(self.container(log))
            };
            let request = format!("{}/{first}", all.text());
            Cut { window: window(day, &blobs), is_late: false, request, item: blobs }
        };
        Ok(lots(new).into_iter().map(cut).collect())
    }

    async fn fetch(
        &self,
        log: &WantedLog,
        cut: &Cut<Vec<Listed>>,
        take: &mut Take<'_>,
        cancel: &CancellationToken,
    ) -> Result<Fetched<Vec<Listed>>, Fault> {
        let asked = self.account.now();
        // What is on its way is not wanted any more when this ends.
        let stop = cancel.child_token();
        let _guard = stop.clone().drop_guard();
        let (mut parts, mut missing) = (Parts::new(), Vec::new());
        let mut ahead: VecDeque<Coming> = VecDeque::new();
        let mut blobs = cut.item.iter().cloned();
        loop {
            while ahead.len() < AHEAD
                && let Some(listed) = blobs.next()
            {
                ahead.push_back(self.begin(log, listed, &stop));
            }
            let Some(mut coming) = ahead.pop_front() else { break };
            let mut anew = 0;
            let read = loop {
                match self.take(&mut coming, take).await {
                    Err(NotRead::Failed(Failure::Changed)) if anew < MOST_ANEW => {
                        anew += 1;
                        coming = self.begin(log, coming.listed, &stop);
                    }
                    read => break read,
                }
            };
            let name = coming.listed.name.clone();
            match read {
                Ok(None) => {
                    parts.insert(name, coming.was());
                }
                Ok(Some(lost)) => missing.push(format!("{name}: {lost}")),
                Err(NotRead::Unfit(why)) => missing.push(format!("{name}: {why}")),
                Err(NotRead::Unkept(why)) => return Err(Fault::Ends(Stopped::Unkept(why))),
                Err(NotRead::Failed(Failure::Unanswered(failure))) => {
                    match self.fault(log, &failure) {
                        Fault::Slice(why) => missing.push(format!("{name}: {why}")),
                        // It is about this blob: one in the archive tier, say.
                        Fault::Log(why, Some(refused), _)
                            if !matches!(refused.status, 401 | 403 | 404) =>
                        {
                            missing.push(format!("{name}: {why}"));
                        }
                        fault => return Err(fault),
                    }
                }
                Err(NotRead::Failed(failure @ (Failure::Gone | Failure::Changed))) => {
                    let words = failure.words(&self.address).unwrap_or_default();
                    missing.push(format!("{name}: {words}"));
                }
            }
        }
        Ok(Fetched::Done { asked, parts, missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(name: &str, len: u64) -> Listed {
        let modified = Timestamp::parse("2026-05-09T08:00:00Z");
        Listed { name: name.to_owned(), len, etag: "e".to_owned(), modified }
    }

    #[test]
    fn blobs_are_kept_day_by_day_and_none_is_left_out() {
        let hour =
            |day: u32, hour: u32| format!("x/y=2026/m=05/d={day:02}/h={hour:02}/m=00/PT1H.json");
        let mut blobs: Vec<Listed> = vec![blob("loose.json", 5)];
        blobs.extend((0..48).map(|at| blob(&hour(1 + at / 24, at % 24), 20 << 20)));
        let lots = lots(blobs.clone());
        let all: usize = lots.iter().map(|(_, blobs)| blobs.len()).sum();
        assert_eq!(all, 49);
        let told = |(day, blobs): &(Timestamp, Vec<Listed>)| {
            let window = window(*day, blobs);
            let [start, end] =
                [window.start, window.end].map(|time| time.to_rfc3339()[8..13].to_owned());
            (start, end, blobs.len())
        };
        let told: Vec<_> = lots.iter().map(told).collect();
        let text = |start: &str, end: &str, blobs| (start.to_owned(), end.to_owned(), blobs);
        assert_eq!(told[0], text("01T00", "01T12", 12));
        assert_eq!(told[1], text("01T12", "02T00", 12));
        assert_eq!(told.last(), Some(&text("09T00", "10T00", 1)));
    }
}
