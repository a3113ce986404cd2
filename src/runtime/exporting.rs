//! The thread that writes an export: to a temporary file first, then in its place.
//! Never leaves half a file, and never replaces one without being told to.
#![expect(clippy::disallowed_methods, reason = "this file writes what was asked for")]

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::now;
use crate::app::exporting::{Exported, Job};
use crate::app::message::Message;
use crate::case;
use crate::disk::{self, Kind, is_refusal};
use crate::export::{self, About, Format, Options, Watch};
use crate::source::Origin;
use crate::store::Store;
use crate::trails;

/// How far it is, is told this often.
const TOLD: Duration = Duration::from_millis(250);

/// The export that runs, or none. Dropping it stops and removes what was begun.
#[derive(Default)]
pub struct Exporter {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Starts to write; how it goes comes through `inbox`.
    pub fn start(
        &mut self,
        job: Job,
        store: Store,
        origins: Vec<Origin>,
        inbox: UnboundedSender<Message>,
    ) {
        self.end();
        self.stop = Arc::default();
        let stop = Arc::clone(&self.stop);
        let spare = inbox.clone();
        let run = move || {
            let told = match write(&job, &store, &origins, &inbox, &stop) {
                Ok(told) => told,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Exported::Stopped,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Exported::Exists,
                Err(error) => Exported::Failed(error.to_string()),
            };
            let _ = inbox.send(Message::Exported(told));
        };
        match std::thread::Builder::new().name("export".to_owned()).spawn(run) {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => {
                let _ = spare.send(Message::Exported(Exported::Failed(error.to_string())));
            }
        }
    }

    /// Stops it.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn end(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.end();
    }
}

fn write(
    job: &Job,
    store: &Store,
    origins: &[Origin],
    inbox: &UnboundedSender<Message>,
    stop: &Arc<AtomicBool>,
) -> io::Result<Exported> {
    let path = &from_home(&job.file);
    if path.is_dir() {
        return Err(io::Error::other("this is a folder; give the file a name"));
    }
    if !job.overwrite && path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    // A link is followed, as a shell does, unless somebody else put it there.
    let (folder, name) = disk::place(path).map_err(|error| in_folder(path, error))?;
    if folder.look(&name)?.is_some_and(|look| look.kind != Kind::File) {
        return Err(io::Error::other("this is not a regular file; give another name"));
    }
    let about = about(job, store, origins, &|| stop.load(Ordering::Relaxed));
    let temporary = folder.fresh(".entrail").map_err(|error| in_folder(path, error))?;
    let options = Options {
        format: job.format,
        redact: job.redact,
        about,
        watch: Some(watch(job, inbox, stop)),
        ..Options::default()
    };
    let mut out = BufWriter::with_capacity(64 << 10, temporary);
    let report = export::write(store, &job.rows, &options, &mut out)?;
    out.flush()?;
    let mut temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    temporary.sync()?;
    let bytes = temporary.file().metadata()?.len();
    if job.overwrite {
        if let Ok(replaced) = folder.read(&name) {
            temporary.with_rights_of(&replaced)?;
        }
        temporary.put(&name)?;
    } else if !temporary.put_new(&name)? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Ok(Exported::Done(whole.display().to_string(), report.records, bytes, report.unreadable))
}

/// An error, with the folder it is about where the system does not say.
fn in_folder(path: &Path, error: io::Error) -> io::Error {
    if is_refusal(&error) {
        return error;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    io::Error::new(error.kind(), format!("{}, in {}", error.kind(), folder.display()))
}

/// The path that was typed; `~` at its beginning is the home directory, as in a shell.
fn from_home(typed: &str) -> PathBuf {
    let home = directories::BaseDirs::new();
    match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(typed),
    }
}

/// Tells how far it is now and then; each pass over the records counts on from the one before.
fn watch(job: &Job, inbox: &UnboundedSender<Message>, stop: &Arc<AtomicBool>) -> Watch {
    let (inbox, stop) = (inbox.clone(), Arc::clone(stop));
    let all = job.rows.len() as u64;
    let state = std::sync::Mutex::new((Instant::now(), 0_u64, 0_u64));
    Watch(Arc::new(move |done| {
        let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (told, last, passes) = &mut *state;
        if done < *last {
            *passes += all;
        }
        *last = done;
        if told.elapsed() >= TOLD {
            *told = Instant::now();
            let _ = inbox.send(Message::Exported(Exported::Going(*passes + done)));
        }
        !stop.load(Ordering::Relaxed)
    }))
}

/// What a report says of itself.
fn about(job: &Job, store: &Store, origins: &[Origin], stopped: &dyn Fn() -> bool) -> About {
    if !matches!(job.format, Format::Report | Format::Undo) {
        return About::default();
    }
    let mut about = About {
        title: job.title.clone(),
        made: Some(now()),
        queries: job.queries.clone(),
        ..About::default()
    };
    let mut paths = Vec::new();
    for origin in origins {
        match origin {
            Origin::Path(path) => paths.push(path.display().to_string()),
            Origin::Demo => paths.push("--demo".to_owned()),
            Origin::Stdin => paths.push("-".to_owned()),
            Origin::Tenant(_) | Origin::Memory { .. } => {}
        }
    }
    about.inputs = case::digested(origins, store, stopped);
    // Marks that are in no file yet find nothing.
    if job.case.is_some() || !job.asks_for_marks {
        about.find_again(&job.query, &paths, job.case.as_deref());
    }
    if job.format == Format::Report {
        about.sequences = trails::sequences(store, &|_| !stopped());
    }
    about
}
