//! The thread that writes an export: to a temporary file first, then in its place.
//! Never leaves half a file, and never replaces one without being told to.
#![expect(clippy::disallowed_methods, reason = "this file writes what was asked for")]

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::now;
use crate::app::layers::export::{Exported, Job};
use crate::app::message::Message;
use crate::case;
use crate::disk::{self, Kind, is_refusal};
use crate::export::{self, About, Options, Sheet, Watch};
use crate::place::{Place, Places};
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
        places: Places,
        inbox: UnboundedSender<Message>,
    ) {
        self.end();
        self.stop = Arc::default();
        let stop = Arc::clone(&self.stop);
        let spare = inbox.clone();
        let run = move || {
            let told = match write(&job, &store, &places, &inbox, &stop) {
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
    places: &[Arc<dyn Place>],
    inbox: &UnboundedSender<Message>,
    stop: &Arc<AtomicBool>,
) -> io::Result<Exported> {
    let path = &from_home(&job.file);
    if let Some(stream) = stream(path) {
        return to_stream(stream, job, store, places, (inbox, stop));
    }
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
    let options = options(job, store, places, (inbox, stop));
    let temporary = folder.fresh(".entrail").map_err(|error| in_folder(path, error))?;
    let mut out = BufWriter::with_capacity(64 << 10, temporary);
    let report = export::write(store, &job.rows, &options, &mut out)?;
    out.flush()?;
    let mut temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    temporary.sync()?;
    let bytes = temporary.file().metadata()?.len();
    if job.overwrite {
        match folder.read(&name) {
            // A rename asks nobody whether the file it replaces may be written to.
            Ok(replaced) if replaced.metadata()?.permissions().readonly() => {
                return Err(io::Error::other("this file is read-only; give another name"));
            }
            Ok(replaced) => temporary.with_rights_of(&replaced)?,
            Err(_) => {}
        }
        temporary.put(&name)?;
    } else if !temporary.put_new(&name)? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Ok(Exported::Done(whole.display().to_string(), report.records, bytes, report.unreadable))
}

fn options(
    job: &Job,
    store: &Store,
    places: &[Arc<dyn Place>],
    (inbox, stop): (&UnboundedSender<Message>, &Arc<AtomicBool>),
) -> Options {
    Options {
        format: job.format,
        redact: job.redact,
        about: about(job, store, places, &|| stop.load(Ordering::Relaxed)),
        watch: Some(watch(job, inbox, stop)),
        ..Options::default()
    }
}

/// Writes behind what is in the file that a standard stream goes to.
fn to_stream(
    stream: File,
    job: &Job,
    store: &Store,
    places: &[Arc<dyn Place>],
    outside: (&UnboundedSender<Message>, &Arc<AtomicBool>),
) -> io::Result<Exported> {
    let before = stream.metadata()?.len();
    let mut out = BufWriter::with_capacity(64 << 10, stream);
    let options = options(job, store, places, outside);
    let report = export::write(store, &job.rows, &options, &mut out)?;
    out.flush()?;
    let bytes = out.get_ref().metadata()?.len().saturating_sub(before);
    Ok(Exported::Done(job.file.clone(), report.records, bytes, report.unreadable))
}

/// The standard stream that a path names, where it goes to a file: another file in the place of that
/// one would take away what was written to it, and what is still to come.
#[cfg(unix)]
fn stream(path: &Path) -> Option<File> {
    use std::os::fd::AsFd as _;

    let names = |all: [&str; 3]| all.iter().any(|name| path == Path::new(name));
    let stream = if names(["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
        io::stdout().as_fd().try_clone_to_owned()
    } else if names(["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]) {
        io::stderr().as_fd().try_clone_to_owned()
    } else {
        return None;
    };
    let stream = File::from(stream.ok()?);
    stream.metadata().is_ok_and(|about| about.is_file()).then_some(stream)
}

/// Elsewhere no path names one.
#[cfg(not(unix))]
fn stream(_path: &Path) -> Option<File> {
    None
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
fn about(job: &Job, store: &Store, places: &[Arc<dyn Place>], stopped: &dyn Fn() -> bool) -> About {
    if job.format.sheet().is_none() {
        return About::default();
    }
    let mut about = About {
        title: job.title.clone(),
        made: Some(now()),
        queries: job.queries.clone(),
        ..About::default()
    };
    let paths: Vec<String> = places.iter().flat_map(|place| place.arguments()).collect();
    about.inputs = case::digested(places, store, stopped);
    // Marks that are in no file yet find nothing.
    if job.case.is_some() || !job.asks_for_marks {
        let case = job.case.as_deref();
        let opened: Vec<Vec<String>> = places.iter().filter_map(|place| place.command()).collect();
        if opened.is_empty() || !paths.is_empty() {
            about.find_again(&job.query, &paths, case);
        }
        for words in &opened {
            about.open_again(words, &job.query, case);
        }
    }
    if job.format.sheet() == Some(Sheet::Report) {
        about.sequences = trails::sequences(store, &|_| !stopped());
    }
    about
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::export::Format;

    fn job(file: &Path, overwrite: bool) -> Job {
        Job {
            rows: Vec::new(),
            format: Format::JSON,
            redact: false,
            title: String::new(),
            queries: Vec::new(),
            query: String::new(),
            asks_for_marks: false,
            case: None,
            file: file.display().to_string(),
            overwrite,
        }
    }

    fn written(file: &Path, overwrite: bool) -> Result<Exported, String> {
        let (inbox, _heard) = tokio::sync::mpsc::unbounded_channel();
        let job = job(file, overwrite);
        let store = Store::default();
        write(&job, &store, &[], &inbox, &Arc::default()).map_err(|error| error.to_string())
    }

    /// Whatever stands at the name, nothing is left beside it and nothing else is written to.
    #[test]
    fn links_devices_pipes_and_files_that_are_read_only() {
        let outer = tempfile::tempdir().expect("a folder");
        let at = |name: &str| outer.path().join(name);
        fs::write(at("precious"), "precious").expect("written");
        fs::set_permissions(at("precious"), fs::Permissions::from_mode(0o640)).expect("changed");
        symlink("precious", at("link")).expect("a link");
        symlink("nowhere", at("new-link")).expect("a link");
        symlink("/dev/full", at("full")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.expect("it runs").success());
        fs::write(at("locked"), "precious").expect("written");
        fs::set_permissions(at("locked"), fs::Permissions::from_mode(0o444)).expect("changed");
        for overwrite in [false, true] {
            for device in ["/dev/full", "/dev/null"] {
                assert!(written(Path::new(device), overwrite).is_err(), "{device}");
            }
            for name in ["full", "pipe", "locked"] {
                let refused = written(&at(name), overwrite).expect_err(name);
                let way = refused.contains("give another name");
                assert!(way || !overwrite, "{name}: {refused}");
            }
            for name in ["link", "new-link", "precious"] {
                assert_eq!(written(&at(name), overwrite).is_ok(), overwrite, "{name}");
            }
            assert!(written(outer.path(), overwrite).is_err());
        }
        assert_eq!(fs::read_to_string(at("locked")).expect("read"), "precious");
        assert!(at("link").symlink_metadata().expect("there").is_symlink(), "links stay");
        assert_eq!(fs::read(at("precious")).expect("written through the link"), b"[\n]\n");
        let mode = fs::metadata(at("precious")).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o640);
        assert!(at("nowhere").exists());
        let names = fs::read_dir(outer.path()).expect("there").count();
        assert_eq!(names, 7, "nothing that was begun is left");
    }

    /// A file that a stream went to was replaced by the export.
    #[test]
    fn a_stream_is_written_behind_what_is_in_its_file() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("log");
        let mut file = fs::File::create(&path).expect("made");
        file.write_all(b"before\n").expect("written");
        let (inbox, _heard) = tokio::sync::mpsc::unbounded_channel();
        let (job, stop) = (job(Path::new("/dev/stderr"), true), Arc::default());
        let done = to_stream(file, &job, &Store::default(), &[], (&inbox, &stop));
        assert_eq!(done.expect("done"), Exported::Done("/dev/stderr".to_owned(), 0, 4, 0));
        assert_eq!(fs::read(&path).expect("read"), b"before\n[\n]\n");
        assert!(stream(&path).is_none(), "any other path is a file to be replaced");
    }
}
