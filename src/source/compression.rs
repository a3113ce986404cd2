//! Packed input: how it is recognised; gzip and zstd are unpacked while they are read, bombs are refused.
//! Never unpacks to memory and never trusts a declared size.

use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// How many layers of compression and archives are opened.
pub const MAX_LAYERS: u32 = 4;
/// Unpacked bytes that are always allowed.
const FREE: u64 = 64 << 20;
/// How many times larger than what was read the unpacked bytes may be beyond that. Audit records
/// compress to a twentieth; gzip at its best reaches 1,032.
const RATIO: u64 = 2_000;
/// Packed bytes read at a time.
const BLOCK: usize = 64 << 10;

/// How bytes are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Packing {
    /// gzip, of one or several members (RFC 1952).
    Gzip,
    /// Zstandard frames (RFC 8878).
    Zstd,
    /// A zip archive.
    Zip,
    /// An Avro file.
    Avro,
}

impl Packing {
    /// Recognises packed bytes by how they begin.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [b'O', b'b', b'j', 1, ..] => Some(Self::Avro),
            _ => None,
        }
    }
}

/// A reader that counts what is read, for progress and against bombs.
#[derive(Debug)]
pub struct Counted<R> {
    inner: R,
    counts: [Arc<AtomicU64>; 2],
}

impl<R> Counted<R> {
    /// Counts into both counters.
    pub fn new(inner: R, counts: [Arc<AtomicU64>; 2]) -> Self {
        Self { inner, counts }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for counter in &self.counts {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        }
        Ok(count)
    }
}

impl<R: io::Seek> io::Seek for Counted<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// A reader of unpacked bytes that refuses to give too many.
#[derive(Debug)]
pub struct Guarded<R> {
    inner: R,
    /// Bytes of the file itself that were read so far.
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl<R> Guarded<R> {
    /// Guards `inner`, which unpacks what `packed` counts.
    pub fn new(inner: R, packed: Arc<AtomicU64>) -> Self {
        Self { inner, packed, unpacked: 0 }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        if self.unpacked > FREE && self.unpacked / RATIO > self.packed.load(Ordering::Relaxed) {
            let reason = "it unpacks to more than 2,000 times its size, as no log does; \
                          unpack it yourself if you trust it";
            return Err(io::Error::other(reason));
        }
        Ok(count)
    }
}

/// Unpacks a gzip stream of any number of members.
pub fn gunzip<'r>(packed: impl Read + 'r, counter: Arc<AtomicU64>) -> Box<dyn Read + 'r> {
    let packed = BufReader::with_capacity(BLOCK, packed);
    Box::new(Guarded::new(MultiGzDecoder::new(packed), counter))
}

/// Unpacks a zstd stream of any number of frames.
pub fn unzstd<'r>(
    packed: impl Read + 'r,
    counter: Arc<AtomicU64>,
) -> io::Result<Box<dyn Read + 'r>> {
    let packed = BufReader::with_capacity(BLOCK, packed);
    Ok(Box::new(Guarded::new(zstd::stream::read::Decoder::with_buffer(packed)?, counter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_and_a_log_is_not() {
        let counter = Arc::new(AtomicU64::new(0));
        let mut bomb = Guarded::new(io::repeat(b'x'), Arc::clone(&counter));
        let error = io::copy(&mut bomb, &mut io::sink()).expect_err("refused");
        assert!(error.to_string().contains("2,000 times"), "{error}");
        counter.store(1 << 20, Ordering::Relaxed);
        let mut log = Guarded::new(io::repeat(b'x').take(100 << 20), counter);
        assert_eq!(io::copy(&mut log, &mut io::sink()).expect("read"), 100 << 20);
    }
}
