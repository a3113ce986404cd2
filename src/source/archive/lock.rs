//! One pull at a time: a lock on an archive that ends with the program that holds it.
//! Never waits, and never trusts a file's mere presence: the system holds the lock.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};

use crate::disk::Folder;
use crate::time::Timestamp;

/// The file, in the hidden folder of an archive.
pub const NAME: &str = "lock";

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Frees the lock itself: a child that is being started on another thread has the open file, too,
    /// for a moment, and would keep it locked.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock in this folder. Fails where another program holds it, and says which.
    pub fn take(hidden: &Folder, now: Timestamp) -> io::Result<Self> {
        // A copy of an archive by hard links has the same file: that is locked, and not written to.
        let is_shared = hidden.look(NAME)?.is_some_and(|look| look.is_shared);
        let mut file = if is_shared { hidden.read(NAME)? } else { hidden.edit(NAME)? };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = Vec::new();
                // Some systems do not let others read what is locked.
                let _ = file.take(200).read_to_end(&mut holder);
                let holder = String::from_utf8_lossy(&holder);
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
        if !is_shared {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "process {} since {now}", std::process::id())?;
        }
        Ok(Self { file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-05-01T10:00:00Z").expect("a time")
    }

    #[test]
    fn the_second_is_told_who_is_first_and_the_end_of_the_first_frees_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(folder.path()).expect("ours");
        let first = Lock::take(&folder, now()).expect("free");
        let error = Lock::take(&folder, now()).expect_err("taken");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let me = format!("(process {} since 2026-05-01T10:00:00Z)", std::process::id());
        assert!(error.to_string().contains(&me), "{error}");
        drop(first);
        assert!(Lock::take(&folder, now()).is_ok());
    }

    /// A link placed as the lock made a pull overwrite what it leads to.
    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "files are looked at")]
    fn a_lock_that_is_a_link_a_hard_link_a_pipe_or_a_folder_overwrites_nothing() {
        use std::os::unix::fs::symlink;
        let outer = tempfile::tempdir().expect("a folder");
        let target = outer.path().join("precious");
        let lock = outer.path().join("lock");
        let folder = Folder::open(outer.path()).expect("ours");
        let precious = || std::fs::read_to_string(&target).expect("there");
        std::fs::write(&target, "precious").expect("written");
        symlink("precious", &lock).expect("a link");
        let error = Lock::take(&folder, now()).expect_err("refused").to_string();
        assert!(error.contains("/lock is a link") && precious() == "precious", "{error}");
        std::fs::remove_file(&lock).expect("removed");
        symlink("nowhere", &lock).expect("a link");
        assert!(Lock::take(&folder, now()).is_err() && !outer.path().join("nowhere").exists());
        std::fs::remove_file(&lock).expect("removed");
        std::fs::hard_link(&target, &lock).expect("a second name");
        let held = Lock::take(&folder, now()).expect("locked, not written");
        assert!(Lock::take(&folder, now()).is_err() && precious() == "precious");
        drop(held);
        std::fs::remove_file(&lock).expect("removed");
        std::fs::create_dir(&lock).expect("made");
        let error = Lock::take(&folder, now()).expect_err("refused").to_string();
        assert!(error.contains("is a folder"), "{error}");
        std::fs::remove_dir(&lock).expect("removed");
        let made = std::process::Command::new("mkfifo").arg(&lock).status();
        assert!(made.expect("it runs").success());
        let error = Lock::take(&folder, now()).expect_err("refused").to_string();
        assert!(error.contains("not a regular file"), "{error}");
    }
}
