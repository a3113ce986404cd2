//! An open file, read and written at offsets by several threads at once, and what it is like.
//! Never maps a file into memory: a file that shrinks is an error, not a crash.

use std::fs::{File, Metadata};
use std::io;
#[cfg(not(unix))]
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::store::Span;

/// A file read and written at offsets, by several threads at once.
#[derive(Debug)]
pub struct AtOffset {
    file: File,
    #[cfg(not(unix))]
    seeking: Mutex<()>,
}

impl AtOffset {
    /// An open file.
    pub fn new(file: File) -> Self {
        Self {
            file,
            #[cfg(not(unix))]
            seeking: Mutex::new(()),
        }
    }

    /// What the file is like now.
    pub fn stamp(&self) -> io::Result<Stamp> {
        Ok(Stamp::of(&self.file.metadata()?))
    }

    /// Fills `buffer` with the bytes from `offset` on; fails where there are not as many.
    #[cfg(unix)]
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    /// The bytes of a span, at the beginning of a buffer that grows where it is too short.
    pub fn read_span<'b>(&self, span: Span, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        let len = span.len as usize;
        if buffer.len() < len {
            buffer.resize(len, 0);
        }
        self.read_exact_at(&mut buffer[..len], span.offset)?;
        Ok(&buffer[..len])
    }

    #[cfg(unix)]
    /// Writes all of these bytes, from `offset` on.
    pub fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, offset)
    }

    /// Fills `buffer` with the bytes from `offset` on; fails where there are not as many.
    #[cfg(not(unix))]
    pub fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        use std::io::{Read as _, Seek as _};
        let _seeking = self.seeking.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        (&self.file).read_exact(buffer)
    }

    #[cfg(not(unix))]
    /// Writes all of these bytes, from `offset` on.
    pub fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        use std::io::{Seek as _, Write as _};
        let _seeking = self.seeking.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.file).seek(io::SeekFrom::Start(offset))?;
        (&self.file).write_all(bytes)
    }
}

/// What a file was like when it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// As in [`changed`].
    changed: (i64, i64),
}

/// When anything about a file changed, in seconds and nanoseconds: unlike the time of its contents
/// it cannot be set back. Zero where the system does not tell.
pub fn changed(metadata: &Metadata) -> (i64, i64) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (metadata.ctime(), metadata.ctime_nsec())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        (0, 0)
    }
}

impl Stamp {
    /// A file of that many bytes, written and changed at those times.
    pub fn new(len: u64, modified: SystemTime, changed: (i64, i64)) -> Self {
        Self { len, modified: Some(modified), changed }
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Is it the same but for what may change with the contents as they were, such as who may read
    /// the file?
    pub fn is_like(&self, other: &Self) -> bool {
        (self.len, self.modified) == (other.len, other.modified)
    }

    /// The state of a file now.
    pub fn of(metadata: &Metadata) -> Self {
        let (len, modified) = (metadata.len(), metadata.modified().ok());
        Self { len, modified, changed: changed(metadata) }
    }
}
