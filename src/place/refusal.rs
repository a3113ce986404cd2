//! What the system refuses: why, in words for the user, and what it means for a load.
//! Never decides what to do about it.

use std::io::{self, ErrorKind};
use std::sync::{Mutex, PoisonError};

/// What a trouble says about the answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Cause {
    /// The data is like that, or is not there: another load finds the same.
    #[default]
    Data,
    /// A disk or a network drive failed: what was read is true, but it is not all.
    Failing,
    /// There was no room to go on (disk, memory, open files): what was read is no answer.
    NoRoom,
}

/// "Too many open files", of the process and of the system. Source: `errno.h` of Linux, macOS and the
/// BSDs; Windows has one such error (`ERROR_TOO_MANY_OPEN_FILES`).
#[cfg(unix)]
const OPEN_FILES: [i32; 2] = [24, 23];
#[cfg(not(unix))]
const OPEN_FILES: [i32; 2] = [4, 4];

/// The system's own number of an error. Where a library put words around it, only those have it: Rust
/// ends the text of such an error in `(os error 24)`.
fn number(error: &io::Error) -> Option<i32> {
    error.raw_os_error().or_else(|| {
        let text = error.get_ref()?.to_string();
        let (_, number) = text.rsplit_once("(os error ")?;
        number.split_once(')')?.0.parse().ok()
    })
}

/// What an error of reading means.
pub fn cause(error: &io::Error) -> Cause {
    match (error.kind(), number(error)) {
        (_, Some(number)) if OPEN_FILES.contains(&number) => Cause::NoRoom,
        (ErrorKind::OutOfMemory, _) => Cause::NoRoom,
        // What is not the system's own error is about what is in the file.
        (_, None)
        | (
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::UnexpectedEof
            | ErrorKind::InvalidInput
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory,
            _,
        ) => Cause::Data,
        _ => Cause::Failing,
    }
}

/// An error of reading, in words for the user, with the way out where there is one.
pub fn describe(error: &io::Error) -> String {
    if let Some(reason) = no_room(error) {
        return reason;
    }
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => {
            "you are not allowed to read this; change its permissions or copy it".to_owned()
        }
        ErrorKind::UnexpectedEof => "it is cut off; what came before is kept".to_owned(),
        ErrorKind::StaleNetworkFileHandle => {
            "the network drive lost it (stale file handle); mount the drive again".to_owned()
        }
        _ => format!("it cannot be read: {error}"),
    }
}

/// Words for too many open files and too little memory.
fn no_room(error: &io::Error) -> Option<String> {
    let words = match number(error) {
        Some(number) if number == OPEN_FILES[0] => {
            "too many open files; raise the limit and run it again (ulimit -n 1024)"
        }
        Some(number) if number == OPEN_FILES[1] => {
            "the system has too many open files; close other programs and run it again"
        }
        _ if error.kind() == ErrorKind::OutOfMemory => {
            "out of memory; close other programs, or read fewer files at a time"
        }
        _ => return None,
    };
    Some(words.to_owned())
}

/// Why text cannot be kept in the folder for temporary files, with the way out.
pub fn unkept(error: &io::Error) -> String {
    if let Some(reason) = no_room(error) {
        return reason;
    }
    let path = std::env::temp_dir();
    let folder = path.display();
    let elsewhere = "set TMPDIR to another folder (TMPDIR=/path)";
    match error.kind() {
        ErrorKind::StorageFull => {
            format!("no room for its text: {folder} is full; free some space there, or {elsewhere}")
        }
        ErrorKind::QuotaExceeded => format!(
            "no room for its text: your quota for {folder} is used up; free some space there, or \
             {elsewhere}"
        ),
        ErrorKind::FileTooLarge => format!(
            "no room for its text: files in {folder} may not be that large; raise the limit \
             (ulimit -f unlimited)"
        ),
        ErrorKind::NotFound if !path.exists() => {
            format!("no room for its text: there is no folder {folder}; make it, or {elsewhere}")
        }
        ErrorKind::NotADirectory => {
            format!("no room for its text: {folder} is not a folder; {elsewhere}")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("no room for its text: {folder} may not be written to; {elsewhere}")
        }
        _ => format!("no room for its text: {folder} cannot be written to ({error}); {elsewhere}"),
    }
}

/// Records that were read before and could not be read again because the system refused it: how
/// many, and why the first of them.
static AGAIN: Mutex<Option<(u64, String)>> = Mutex::new(None);

/// Counts a record that could not be read again, where that is the system's fault. Whoever asked for
/// the record may go on without it; the command line then says that the answer may lack something.
pub fn count_again(error: &io::Error) {
    if cause(error) == Cause::Data {
        return;
    }
    let mut again = AGAIN.lock().unwrap_or_else(PoisonError::into_inner);
    let (count, _) = again.get_or_insert_with(|| (0, describe(error)));
    *count += 1;
}

/// How many records could not be read again since the program began, and why; `None` where none.
pub fn not_read_again() -> Option<(u64, String)> {
    AGAIN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_causes_of_errors_are_told_apart_also_inside_other_errors() {
        let of = |number| io::Error::from_raw_os_error(number);
        // EMFILE, ENFILE, ENOMEM; EIO; ENOENT, EACCES.
        for (number, expected) in [
            (24, Cause::NoRoom),
            (23, Cause::NoRoom),
            (12, Cause::NoRoom),
            (5, Cause::Failing),
            (2, Cause::Data),
            (13, Cause::Data),
        ] {
            assert_eq!(cause(&of(number)), expected, "{number}");
        }
        assert_eq!(cause(&io::Error::other("damaged")), Cause::Data);
        let wrapped = tempfile::Builder::new().tempfile_in("/no/such/folder").expect_err("none");
        assert!(wrapped.raw_os_error().is_none(), "words are around it");
        assert_eq!(number(&wrapped), Some(2));
        assert!(describe(&of(24)).contains("ulimit -n"));
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_without_room_is_named_with_the_way_out() {
        for (number, words) in [(28, "is full"), (30, "may not be written to"), (5, "(Input")] {
            let told = unkept(&io::Error::from_raw_os_error(number));
            let folder = std::env::temp_dir().display().to_string();
            for part in [words, "TMPDIR=", &folder] {
                assert!(told.contains(part), "{told} has no {part}");
            }
        }
    }
}
