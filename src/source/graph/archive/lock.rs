//! One pull at a time: a lock on an archive that ends with the program that holds it.
//! Never waits, and never trusts a file's mere presence: the system holds the lock.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use super::disk::writing;
use crate::time::Timestamp;

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`. Fails where another program holds it, and says which.
    pub fn take(path: &Path, now: Timestamp) -> io::Result<Self> {
        let mut file = writing().open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Some systems do not let others read what is locked.
                let _ = file.take(200).read_to_string(&mut holder);
                let holder = match crate::text::clean(holder.trim()) {
                    holder if holder.is_empty() => "another entrail".to_owned(),
                    holder => format!("another entrail ({holder})"),
                };
                let reason =
                    format!("{holder} pulls into this archive; wait for its end or stop it");
                return Err(io::Error::new(io::ErrorKind::WouldBlock, reason));
            }
            Err(TryLockError::Error(error)) => {
                let reason = format!(
                    "the archive cannot be locked against a second pull ({error}); keep it on a \
                     disk whose file system has locks"
                );
                return Err(io::Error::new(error.kind(), reason));
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "process {} since {now}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first_and_the_end_of_the_first_frees_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let now = Timestamp::parse("2026-05-01T10:00:00Z").expect("a time");
        let first = Lock::take(&path, now).expect("free");
        let error = Lock::take(&path, now).expect_err("taken");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let me = format!("(process {} since 2026-05-01T10:00:00Z)", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        drop(first);
        assert!(Lock::take(&path, now).is_ok());
    }
}
