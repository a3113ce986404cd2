//! Bytes that were read, kept in a file without a name in the folder for temporary files.
//! Never keeps more than it may, and never fails: what is not kept is asked for again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::place::at_offset::AtOffset;

/// Bytes that are kept of one account: a month of a large tenant.
const MOST: u64 = 2 << 30;

/// Stretches that were asked for again and are kept in memory for the records beside the one that was opened.
const MOST_RECENT: usize = 64;

/// Bytes that were read.
#[derive(Debug)]
pub struct Kept {
    most: u64,
    file: OnceLock<Option<Arc<AtOffset>>>,
    len: Mutex<u64>,
    recent: Mutex<VecDeque<(BlobOffset, Arc<[u8]>)>>,
}

/// A reading of a blob, and a byte of it.
pub type BlobOffset = (usize, u64);

impl Default for Kept {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl Kept {
    /// Keeps so many bytes at the most.
    pub fn new(most: u64) -> Self {
        let (file, len, recent) = Default::default();
        Self { most, file, len, recent }
    }

    fn file(&self) -> Option<&Arc<AtOffset>> {
        // Readable by nobody else, and gone when the program ends, however it ends.
        let make = || tempfile::tempfile().ok().map(|file| Arc::new(AtOffset::new(file)));
        self.file.get_or_init(make).as_ref()
    }

    /// Keeps bytes: where. `None` where there is no room for them.
    pub fn keep(&self, bytes: &[u8]) -> Option<u64> {
        let mut len = self.len.lock().unwrap_or_else(PoisonError::into_inner);
        let end = *len + bytes.len() as u64;
        if end > self.most {
            return None;
        }
        self.file()?.write_all_at(bytes, *len).ok()?;
        Some(std::mem::replace(&mut *len, end))
    }

    fn recently(&self) -> MutexGuard<'_, VecDeque<(BlobOffset, Arc<[u8]>)>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps in memory for a while what was asked for again.
    pub fn remember(&self, key: BlobOffset, bytes: &Arc<[u8]>) {
        let mut recent = self.recently();
        if recent.len() >= MOST_RECENT {
            recent.pop_front();
        }
        recent.push_back((key, Arc::clone(bytes)));
    }

    /// What was asked for again a while ago.
    pub fn recent(&self, key: BlobOffset) -> Option<Arc<[u8]>> {
        self.recently().iter().find(|(known, _)| *known == key).map(|(_, bytes)| Arc::clone(bytes))
    }

    /// Fills `buffer` with what was kept there; whether it could.
    pub fn read(&self, at: u64, buffer: &mut [u8]) -> bool {
        self.file().is_some_and(|file| file.read_exact_at(buffer, at).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_until_there_is_no_room() {
        let kept = Kept::new(8);
        assert_eq!(
            (kept.keep(b"abc"), kept.keep(b"defgh"), kept.keep(b"i")),
            (Some(0), Some(3), None)
        );
        let mut buffer = [0; 4];
        assert!(kept.read(2, &mut buffer) && buffer == *b"cdef");
        assert!(!kept.read(6, &mut buffer));
        assert_eq!(Kept::new(0).keep(b"a"), None);
    }
}
