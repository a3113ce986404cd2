//! Fills an archive from a source that is cut in slices: one after the other, each kept before the next.
//! Never takes a slice for whole of which something is missing: the next pull asks for it again.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::origin::{Cut, Fault, Fetched, Parts, Sliced, WantedLog};
use super::{Archive, Done, Slice};
use crate::http::refused::Refused;
use crate::source::lines::{self, Record};
use crate::source::pulled::{Missing, Outcome, State, Stopped};
use crate::time::window::floor;
use crate::time::{Timestamp, Window, ticks};

/// What the files of an archive are of.
const DAY: Duration = Duration::from_hours(24);

/// Asks for everything that the archive has not, and keeps it. Ends soon after `cancel` fires.
pub async fn fill<S: Sliced>(
    source: &S,
    archive: &mut Archive,
    cancel: &CancellationToken,
) -> Outcome {
    let mut run =
        Run { source, archive, cancel, state: State::default(), outcome: Outcome::default() };
    if let Err(stopped) = run.all().await {
        run.outcome.stopped = Some(stopped);
    }
    run.outcome.state = run.state;
    run.outcome.window = Some(source.asked().window);
    run.outcome
}

struct Run<'r, S> {
    source: &'r S,
    archive: &'r mut Archive,
    cancel: &'r CancellationToken,
    state: State,
    outcome: Outcome,
}

impl<S: Sliced> Run<'_, S> {
    async fn all(&mut self) -> Result<(), Stopped> {
        self.archive.clock(self.source.now()).map_err(|error| unkept(&error))?;
        for log in self.source.logs() {
            let before = self.archive.before(&log.folder);
            let cut = self.source.cut(&log, before, self.cancel).await;
            match cut {
                Ok(cuts) => self.log(&log, cuts.into()).await?,
                Err(fault) => self.failed(&log, None, fault)?,
            }
        }
        Ok(())
    }

    /// Fetches the slices of a log.
    async fn log(
        &mut self,
        log: &WantedLog,
        mut cuts: VecDeque<Cut<S::Item>>,
    ) -> Result<(), Stopped> {
        self.state.slices_total += cuts.len() as u32;
        self.tell();
        while let Some(cut) = cuts.pop_front() {
            let days = days(cut.window);
            let mut kept = Kept {
                archive: &mut *self.archive,
                log: &log.folder,
                cut: cut.window,
                days,
                held: Vec::new(),
            };
            let mut records = 0;
            let mut take = |lines: &[u8]| {
                let known = lines::records(lines);
                records += known.len() as u64;
                kept.take(lines, known)
            };
            let fetched = self.source.fetch(log, &cut, &mut take, self.cancel).await;
            self.state.records += records;
            match fetched {
                Ok(Fetched::Cut(pieces)) => {
                    self.state.slices_total += (pieces.len() as u32).saturating_sub(1);
                    pieces.into_iter().rev().for_each(|piece| cuts.push_front(piece));
                    continue;
                }
                Ok(Fetched::Done { asked, parts, missing }) => {
                    let asked =
                        Answer { asked, parts, complete: missing.is_empty(), is_late: cut.is_late };
                    kept.finish(&cut.request, asked).map_err(|error| unkept(&error))?;
                    for reason in missing {
                        self.missing(log, Some(cut.window), reason, None);
                    }
                }
                Err(fault) => {
                    // What came is there; that it is not all is known.
                    if !matches!(fault, Fault::Ends(Stopped::Unkept(_))) {
                        let asked = Answer {
                            asked: self.source.now(),
                            parts: Parts::new(),
                            complete: false,
                            is_late: cut.is_late,
                        };
                        kept.finish(&cut.request, asked).map_err(|error| unkept(&error))?;
                    }
                    let ends = !matches!(fault, Fault::Slice(_));
                    let window = match (ends, cuts.back()) {
                        (true, Some(last)) => Window {
                            start: cut.window.start,
                            end: last.window.end.max(cut.window.end),
                        },
                        _ => cut.window,
                    };
                    self.failed(log, Some(window), fault)?;
                    if ends {
                        return Ok(());
                    }
                }
            }
            self.state.slices_done += 1;
            self.tell();
        }
        Ok(())
    }

    fn failed(
        &mut self,
        log: &WantedLog,
        window: Option<Window>,
        fault: Fault,
    ) -> Result<(), Stopped> {
        match fault {
            Fault::Ends(stopped) => Err(stopped),
            Fault::Log(reason, _, true) if log.is_optional && !self.archive.had(&log.folder) => {
                self.outcome.unlicensed.push(log.name.clone().into());
                self.odd(log, reason);
                Ok(())
            }
            Fault::Log(reason, refused, _) => {
                let refused = refused.map(|refused| *refused);
                let told = refused.clone().map(|refused| (log.name.clone().into(), refused));
                self.outcome.refused.extend(told);
                self.missing(log, window, reason, refused);
                Ok(())
            }
            Fault::Slice(reason) => {
                self.missing(log, window, reason, None);
                Ok(())
            }
        }
    }

    fn missing(
        &mut self,
        log: &WantedLog,
        window: Option<Window>,
        reason: String,
        refused: Option<Refused>,
    ) {
        self.outcome.missing += 1;
        let log = log.name.clone().into();
        self.archive.trouble(Missing { log, window, reason, refused, lost: true, ends: false });
    }

    fn odd(&mut self, log: &WantedLog, reason: String) {
        let (log, window, refused) = (log.name.clone().into(), None, None);
        self.archive.trouble(Missing { log, window, reason, refused, lost: false, ends: false });
    }

    fn tell(&mut self) {
        self.archive.progress(&self.state);
    }
}

/// How a slice was answered.
struct Answer {
    asked: Timestamp,
    parts: Parts,
    complete: bool,
    is_late: bool,
}

/// Where the records of a slice go.
struct Kept<'k> {
    archive: &'k mut Archive,
    log: &'k str,
    cut: Window,
    /// The days of the slice.
    days: Vec<Window>,
    /// Records of a slice of several days, until all are there: they are kept day by day.
    held: Vec<(Vec<u8>, Record)>,
}

impl Kept<'_> {
    fn take(&mut self, lines: &[u8], records: Vec<Record>) -> io::Result<()> {
        if let [_] = *self.days {
            let slice = Slice { log: self.log, window: self.cut };
            return self.archive.page(&slice, lines, &records);
        }
        let mut at = 0;
        for record in records {
            self.held.push((lines[at..at + record.len].to_vec(), record));
            at += record.len;
        }
        Ok(())
    }

    fn finish(self, request: &str, answer: Answer) -> io::Result<()> {
        let Answer { asked, parts, complete, is_late } = answer;
        let done = |window: Window, complete: bool, parts: Parts| Done {
            slice: Slice { log: self.log, window },
            complete,
            request: request.to_owned(),
            asked,
            parts,
        };
        if let [_] = *self.days {
            return self.archive.done(&done(self.cut, complete, parts));
        }
        let mut of_days: BTreeMap<usize, (Vec<u8>, Vec<Record>)> = BTreeMap::new();
        for (line, record) in self.held {
            let after = |time| self.days.partition_point(|day| day.end <= time);
            let day = record.time.map_or(0, after).min(self.days.len() - 1);
            let (lines, records) = of_days.entry(day).or_default();
            lines.extend_from_slice(&line);
            records.push(record);
        }
        for (at, day) in self.days.iter().enumerate() {
            let came = of_days.remove(&at);
            if let Some((lines, records)) = &came {
                self.archive.page(&Slice { log: self.log, window: *day }, lines, records)?;
            }
            // What came late is of some days; that no more did is said of all of them at once.
            if came.is_some() || !is_late {
                self.archive.done(&done(*day, complete && !is_late, Parts::new()))?;
            }
        }
        match is_late {
            true => self.archive.done(&done(self.cut, complete, parts)),
            false => Ok(()),
        }
    }
}

/// The days of a window, in order: at least one.
fn days(window: Window) -> Vec<Window> {
    let mut days = Vec::new();
    let mut start = window.start;
    while start < window.end {
        let end = floor(start, DAY).plus(ticks(DAY)).min(window.end);
        days.push(Window { start, end });
        start = end;
    }
    if days.is_empty() {
        days.push(window);
    }
    days
}

fn unkept(error: &io::Error) -> Stopped {
    Stopped::Unkept(error.to_string())
}
