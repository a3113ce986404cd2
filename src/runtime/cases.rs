//! The thread that keeps the case: marks become records, inputs get their digests, and both go to a file.
//! Never holds up the screen, and never loses a mark it cannot place.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::app::cases::{FoundCase, KnownCase, Moved, NotKept};
use crate::app::marks::Draft;
use crate::app::message::{Effect, Message};
use crate::case::{self, Case, Marked};
use crate::config::cases::{self, Kept};
use crate::place::Places;
use crate::source::inputs::{self, inputs};
use crate::store::reread::Unreadable;
use crate::store::{RowId, Store};

/// Cases that are listed at most.
const MOST_CASES: usize = 100;

/// The case that was asked for by name.
#[derive(Clone, Debug)]
pub struct NamedCase {
    /// Its file.
    pub path: PathBuf,
    /// What is in it; `None` where it is to be made.
    pub kept: Option<Kept>,
}

/// The thread, and the way to it. Dropping it waits until what was to be kept is.
pub struct Keeper {
    asked: Sender<Task>,
    thread: Option<JoinHandle<()>>,
    ended: Arc<AtomicBool>,
    done: Arc<Done>,
    not_kept: Arc<Mutex<Option<NotKept>>>,
    moved: Arc<Mutex<Option<Moved>>>,
}

/// Has the thread ended?
type Done = (Mutex<bool>, Condvar);

/// Lets another thread end a keeper.
#[derive(Clone)]
pub struct Ending {
    asked: Sender<Task>,
    ended: Arc<AtomicBool>,
    done: Arc<Done>,
}

impl Ending {
    /// Ends the keeper, and waits at most so long until what was to be kept is.
    pub fn wait(&self, at_most: Duration) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.asked.send(Task::End);
        let (is_done, told) = &*self.done;
        let is_done = is_done.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = told.wait_timeout_while(is_done, at_most, |is_done| !*is_done);
    }
}

enum Task {
    Keep(Box<Draft>, Store),
    Find(Store, bool),
    Read(PathBuf, Store),
    TakeUp,
    /// Nothing is asked any more.
    End,
    /// The inputs were counted; with their digests where that was done too.
    Counted(Vec<case::Input>),
}

impl Keeper {
    /// Starts it; what it finds comes through `inbox`.
    pub fn start(
        places: Places,
        named: Option<NamedCase>,
        inbox: UnboundedSender<Message>,
    ) -> io::Result<Self> {
        let (asked, questions) = channel();
        let ended = Arc::new(AtomicBool::new(false));
        let (not_kept, moved) = (Arc::default(), Arc::default());
        let keeping = Keeping {
            key: cases::key(&places),
            places,
            file: named.as_ref().map(|named| named.path.clone()),
            named: named.as_ref().map(|named| named.path.clone()),
            waits: named.as_ref().is_some_and(|named| named.kept.is_some()),
            found: named.and_then(|named| named.kept),
            before: None,
            known: HashMap::new(),
            lost: Vec::new(),
            missing: Vec::new(),
            placed: Vec::new(),
            earlier: Vec::new(),
            inputs: None,
            last: None,
            inbox,
            again: asked.clone(),
            ended: Arc::clone(&ended),
            not_kept: Arc::clone(&not_kept),
            moved: Arc::clone(&moved),
        };
        let done = Arc::<Done>::default();
        let tells = Arc::clone(&done);
        let run = move || {
            keeping.run(&questions);
            *tells.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            tells.1.notify_all();
        };
        let thread = std::thread::Builder::new().name("case".to_owned()).spawn(run)?;
        Ok(Self { asked, thread: Some(thread), ended, done, not_kept, moved })
    }

    /// What another thread needs to end it.
    pub fn ending(&self) -> Ending {
        let (ended, done) = (Arc::clone(&self.ended), Arc::clone(&self.done));
        Ending { asked: self.asked.clone(), ended, done }
    }

    /// Carries out an effect that is about cases; gives any other back.
    pub fn carry_out(&self, effect: Effect) -> Option<Effect> {
        let asked = match effect {
            Effect::KeepCase(draft, store) => Task::Keep(draft, store),
            Effect::FindCases(store, is_asked) => Task::Find(store, is_asked),
            Effect::ReadCase(path, store) => Task::Read(path, store),
            Effect::TakeUpCase => Task::TakeUp,
            other => return Some(other),
        };
        // A thread that ended was reported when it panicked.
        let _ = self.asked.send(asked);
        None
    }
}

impl Keeper {
    /// Waits until what was to be kept is; returns why the last of it is not.
    pub fn end(&mut self) -> Option<NotKept> {
        self.ended.store(true, Ordering::Relaxed);
        let _ = self.asked.send(Task::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.not_kept.lock().ok()?.take()
    }

    /// Where the case went as somebody else wrote its file; `None` where nobody did.
    pub fn moved(&self) -> Option<Moved> {
        self.moved.lock().ok()?.take()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}

struct Keeping {
    key: String,
    places: Places,
    /// The file that was asked for by name.
    named: Option<PathBuf>,
    /// Is that file there, and not taken up yet? Nothing is written until it is.
    waits: bool,
    /// Where the case goes; `None` until it is known.
    file: Option<PathBuf>,
    /// The case that was read and is not taken up yet.
    found: Option<Kept>,
    /// What the file holds, as far as this session wrote or read it.
    before: Option<Vec<u8>>,
    /// What is kept of rows that were marked.
    known: HashMap<RowId, Marked>,
    /// Marks of the case that was taken up, on records that are not here.
    lost: Vec<Marked>,
    /// The same of the case that was found, and its marks on records that are here.
    missing: Vec<Marked>,
    placed: Vec<(RowId, Marked)>,
    /// Inputs as earlier sessions counted them, also those that are not open now.
    earlier: Vec<case::Input>,
    inputs: Option<Vec<case::Input>>,
    last: Option<(Box<Draft>, Store)>,
    inbox: UnboundedSender<Message>,
    again: Sender<Task>,
    ended: Arc<AtomicBool>,
    /// Why the last change is not in its file.
    not_kept: Arc<Mutex<Option<NotKept>>>,
    /// Where the case went as somebody else wrote its file.
    moved: Arc<Mutex<Option<Moved>>>,
}

impl Keeping {
    fn run(mut self, questions: &Receiver<Task>) {
        while let Ok(next) = questions.recv() {
            match next {
                Task::Keep(draft, store) => {
                    let mut newest = (draft, store);
                    let mut others = Vec::new();
                    for asked in questions.try_iter() {
                        match asked {
                            Task::Keep(draft, store) => newest = (draft, store),
                            other => others.push(other),
                        }
                    }
                    self.last = Some(newest);
                    let ends = others.iter().any(|asked| matches!(asked, Task::End));
                    for asked in others {
                        self.other(asked);
                    }
                    self.keep();
                    if ends {
                        self.keep_late();
                        return;
                    }
                }
                Task::End => {
                    self.keep_late();
                    return;
                }
                other => self.other(other),
            }
        }
    }

    fn other(&mut self, asked: Task) {
        match asked {
            Task::Keep(..) | Task::End => {}
            Task::Find(store, is_asked) => self.find(store, is_asked),
            Task::Read(path, store) => self.read(&path, &store),
            Task::TakeUp => self.take_up(),
            Task::Counted(inputs) => {
                self.inputs = Some(inputs);
                self.keep();
            }
        }
    }

    /// Keeps what still waits for the case that was named, as that is not taken up any more.
    fn keep_late(&mut self) {
        if std::mem::take(&mut self.waits) {
            self.keep();
        }
    }

    /// Looks for cases of what is open, or takes up the one that was named.
    fn find(&mut self, store: Store, is_asked: bool) {
        if self.named.is_some() && !is_asked {
            match self.found.take() {
                Some(kept) => self.place(kept, &store),
                None => {
                    self.last = Some((Box::default(), store));
                    self.keep();
                }
            }
            return;
        }
        let mut kept = cases::all(&self.key, MOST_CASES);
        // The file that was named, and that marks go to: their own folder is not looked through.
        for path in self.named.iter().chain(&self.file).rev() {
            if !kept.iter().any(|known| known.path == *path)
                && let Ok(Some(own)) = cases::read(path)
            {
                kept.insert(0, own);
            }
        }
        let ended = Arc::clone(&self.ended);
        let stopped = move || ended.load(Ordering::Relaxed);
        let found: Vec<&Case> = kept.iter().map(|kept| &kept.case).collect();
        let here = case::count_here(&store, &found, &stopped);
        let known = kept.iter().zip(here).map(|(kept, marks)| KnownCase {
            path: kept.path.clone(),
            marks,
            notes: kept.case.marks.iter().filter(|mark| !mark.note.is_empty()).count(),
            lost: kept.case.marks.len() - marks,
            title: kept.case.title.clone(),
            first_note: kept.case.first_note().to_owned(),
            last: kept.case.last_marked(),
        });
        let own = self.file.as_ref();
        let known = known.filter(|case| case.marks + case.lost > 0 || own == Some(&case.path));
        let known = known.collect();
        if !stopped() {
            let _ = self.inbox.send(Message::CasesFound(known, is_asked));
        }
    }

    /// Reads a case that is to be taken up.
    fn read(&mut self, path: &Path, store: &Store) {
        match cases::read(path) {
            Ok(Some(kept)) => self.place(kept, store),
            Ok(None) => self.refuse(format!("{}: it is not there any more", path.display())),
            Err(why) => self.refuse(why),
        }
    }

    fn refuse(&self, why: String) {
        let _ = self.inbox.send(Message::CaseFound(Err(why)));
    }

    /// Finds the records of a case; it is taken up when the screen says so.
    fn place(&mut self, kept: Kept, store: &Store) {
        let ended = Arc::clone(&self.ended);
        let stopped = move || ended.load(Ordering::Relaxed);
        let (marks, lost) = case::find(store, &kept.case.marks, &stopped);
        if stopped() {
            return;
        }
        let file = self.file.as_ref().filter(|_| self.named.is_some()).unwrap_or(&kept.path);
        let found = FoundCase {
            file: file.display().to_string(),
            marks: marks.iter().map(|(row, marked)| (*row, marked.mark())).collect(),
            lost: lost.len(),
            title: kept.case.title.clone(),
            queries: kept.case.queries.clone(),
        };
        (self.missing, self.placed) = (lost, marks);
        self.found = Some(kept);
        let _ = self.inbox.send(Message::CaseFound(Ok(Box::new(found))));
    }

    fn take_up(&mut self) {
        let Some(kept) = self.found.take() else { return };
        let missing = std::mem::take(&mut self.missing);
        self.known.extend(std::mem::take(&mut self.placed));
        // Marks that were made of other inputs keep them.
        self.earlier.extend(kept.case.inputs);
        self.waits = false;
        if self.named.is_some() && self.file.as_ref() != Some(&kept.path) {
            // What was named stays the file, and gets the marks of the other too.
            let known: HashSet<String> = self.lost.iter().map(|mark| mark.record.clone()).collect();
            self.lost.extend(missing.into_iter().filter(|mark| !known.contains(&mark.record)));
            return;
        }
        if let Ok(mut moved) = self.moved.lock() {
            *moved = None;
        }
        self.before = Some(kept.bytes);
        self.lost = missing;
        self.file = Some(kept.path);
    }

    fn keep(&mut self) {
        if self.waits {
            return;
        }
        if let Some(told) = self.written().transpose() {
            if let Ok(mut not_kept) = self.not_kept.lock() {
                *not_kept = told.as_ref().err().cloned();
            }
            let _ = self.inbox.send(Message::CaseKept(told));
        }
    }

    /// Writes the case as it is now. Returns the file, or `None` where there is nothing to keep.
    fn written(&mut self) -> Result<Option<String>, NotKept> {
        let Some((draft, store)) = self.last.clone() else { return Ok(None) };
        if self.file.is_none() && store.marks().is_empty() {
            return Ok(None);
        }
        if self.inputs.is_none() {
            self.count_inputs(&store);
        }
        let mut marks = Vec::with_capacity(store.marks().len());
        let mut unreadable = None;
        for (row, mark) in store.marks().iter() {
            match self.marked(&store, row) {
                Ok(marked) => marks.push(marked.with(mark)),
                Err(why) => unreadable = Some(why),
            }
        }
        marks.extend(self.lost.iter().cloned());
        let mut case = Case::default();
        case.title.clone_from(&draft.title);
        case.queries.clone_from(&draft.queries);
        case.inputs = case::all_inputs(&self.earlier, self.inputs.as_deref().unwrap_or_default());
        case.marks = marks;
        let bytes = case.to_json().into_bytes();
        let no_home =
            || NotKept { why: "there is no home directory".to_owned(), file: String::new() };
        let path = match &self.file {
            Some(path) => path.clone(),
            None => cases::fresh(&self.key).ok_or_else(no_home)?,
        };
        let failed =
            |error: io::Error| NotKept { why: error.to_string(), file: path.display().to_string() };
        let written = cases::write(&path, &bytes, self.before.as_deref()).map_err(failed)?;
        let path = match written {
            true => path,
            false => {
                // Somebody else wrote it meanwhile: both stay.
                let other = cases::write_beside(&path, &bytes).map_err(failed)?;
                let moved =
                    Moved { from: path.display().to_string(), to: other.display().to_string() };
                if let Ok(mut told) = self.moved.lock() {
                    *told = Some(moved.clone());
                }
                let _ = self.inbox.send(Message::CaseMoved(moved));
                other
            }
        };
        self.before = Some(bytes);
        self.file = Some(path.clone());
        if let Some(why) = unreadable {
            let why = format!("a record cannot be read again: {why}");
            return Err(NotKept { why, file: path.display().to_string() });
        }
        Ok(Some(path.display().to_string()))
    }

    /// What is kept of a row; read once.
    fn marked(&mut self, store: &Store, row: RowId) -> Result<Marked, String> {
        if let Some(known) = self.known.get(&row) {
            return Ok(known.clone());
        }
        let failed = |failed: Unreadable| format!("{}: {}", failed.source, failed.why);
        let read = store.reread(row).map_err(failed)?;
        let record = read.record().map_err(failed)?;
        let marked = Marked::new(&record, read.bytes());
        self.known.insert(row, marked.clone());
        Ok(marked)
    }

    /// Counts the inputs, and their digests on another thread: large files take a while.
    fn count_inputs(&mut self, store: &Store) {
        let found = inputs(&self.places, store);
        let told = found.iter().map(|input| {
            // Until it is counted again, what was counted of a file of that size.
            let known = (self.earlier.iter())
                .find(|known| known.name == input.name && known.bytes == input.bytes);
            case::Input::of(input, known.and_then(|known| known.sha256.clone()))
        });
        let mut told: Vec<case::Input> = told.collect();
        self.inputs = Some(told.clone());
        let (again, ended) = (self.again.clone(), Arc::clone(&self.ended));
        let digest = move || {
            let stopped = || ended.load(Ordering::Relaxed);
            for (input, told) in found.iter().zip(&mut told) {
                let Some(path) = &input.path else { continue };
                // What cannot be read any more has no digest.
                told.sha256 = inputs::sha256(path, &stopped).ok().flatten();
                if stopped() {
                    return;
                }
            }
            let _ = again.send(Task::Counted(told));
        };
        // Without a thread there are no digests; the marks are kept all the same.
        let _ = std::thread::Builder::new().name("digests".to_owned()).spawn(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Delivery, local, read_all};
    use crate::store::Mark;

    const RECORD: &str = r#"{"id":"a-1","activityDisplayName":"Add user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","category":"UserManagement","initiatedBy":{},"targetResources":[]}"#;

    #[test]
    fn marks_made_before_a_named_case_is_taken_up_wait_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.json");
        let lost = Marked { record: "elsewhere".to_owned(), ..Marked::default() };
        let mut case = Case::default();
        case.marks.push(lost);
        let written = cases::write(&path, case.to_json().as_bytes(), None);
        assert!(written.expect("written"));
        let files = || folder.path().read_dir().expect("a folder").count();

        let place = local::at_hand("here", RECORD.as_bytes());
        let mut store = Store::default();
        drop(read_all(vec![place.clone()], |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        }));
        let mut marks = store.marks().clone();
        marks.set(0, Mark::default());
        store.set_marks(marks);
        let keep = || Effect::KeepCase(Box::default(), store.clone());
        let start = || {
            let (inbox, messages) = tokio::sync::mpsc::unbounded_channel();
            let kept = cases::read(&path).expect("a case");
            let named = NamedCase { path: path.clone(), kept };
            let keeper = Keeper::start(vec![place.clone()], Some(named), inbox);
            (keeper.expect("started"), messages)
        };

        let (mut keeper, mut messages) = start();
        keeper.carry_out(keep());
        keeper.carry_out(Effect::FindCases(store.clone(), false));
        let first = messages.blocking_recv();
        assert!(matches!(first, Some(Message::CaseFound(Ok(_)))), "{first:?}");
        keeper.carry_out(Effect::TakeUpCase);
        keeper.carry_out(keep());
        assert_eq!(keeper.end(), None);
        assert_eq!((files(), keeper.moved()), (1, None));
        let read = || cases::read(&path).expect("a case").expect("there").case;
        assert_eq!(read().marks.len(), 2);

        // Who leaves before that loses no mark, and none of the case.
        let (mut keeper, _messages) = start();
        keeper.carry_out(keep());
        assert_eq!(keeper.end(), None);
        assert_eq!((files(), read().marks.len()), (2, 2));
        let told = keeper.moved().expect("told").afterwards();
        assert!(told.contains("mine-2.json: "), "{told}");
    }
}
