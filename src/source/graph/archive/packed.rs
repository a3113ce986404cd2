//! A file of an archive: records, one per line, in Zstandard, with a digest of its bytes.
//! Never decides where it belongs.
#![expect(clippy::disallowed_methods, reason = "this is where files of an archive are opened")]

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::super::page::{Record, identity};
use super::super::seen::Seen;
use super::disk::writing;
use crate::text::hex;
use crate::time::Timestamp;

/// Level of compression: audit records become a twentieth; higher ones take longer for little.
const LEVEL: i32 = 6;
/// Longest line that is read back.
const MOST_LINE: u64 = 64 << 20;

/// A file being written.
pub struct Packing {
    path: PathBuf,
    encoder: zstd::Encoder<'static, Digesting<File>>,
    records: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// A file that was written and is on the disk.
#[derive(Debug)]
pub struct Packed {
    /// Records in it.
    pub records: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub sha256: String,
    /// The times of its oldest and newest record; `None` where no record says.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl Packing {
    /// Begins a file at `path`, in place of one that may be there. `before` is what another file
    /// of this kind holds: the new records follow, for frames of Zstandard can be put together.
    pub fn begin(path: &Path, before: &[u8]) -> io::Result<Self> {
        let mut file = Digesting::new(writing().truncate(true).open(path)?);
        file.write_all(before)?;
        let mut encoder = zstd::Encoder::new(file, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self { path: path.to_owned(), encoder, records: 0, first: None, last: None })
    }

    /// Adds the records of another file, packed again as one. How many there were; `None` where the
    /// bytes of that file are not those of `sha256`.
    pub fn add_all(&mut self, path: &Path, sha256: &str) -> io::Result<Option<u64>> {
        let file = Digesting::new(File::open(path)?);
        let mut lines = Lines { inner: &mut self.encoder, count: 0 };
        let mut decoder = zstd::Decoder::new(file)?;
        io::copy(&mut decoder, &mut lines)?;
        let count = lines.count;
        let read = decoder.finish().into_inner();
        Ok((hex(read.digest.finish().as_ref()) == sha256).then_some(count))
    }

    /// Adds a record, its line break included.
    pub fn add(&mut self, line: &[u8], record: &Record) -> io::Result<()> {
        self.encoder.write_all(line)?;
        self.records += 1;
        if let Some(time) = record.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = self.last.max(Some(time));
        }
        Ok(())
    }

    /// Writes what is left and waits until all of it is on the disk.
    pub fn finish(self) -> io::Result<Packed> {
        let Digesting { inner, digest, bytes } = self.encoder.finish()?;
        inner.sync_all()?;
        let times = self.first.zip(self.last);
        Ok(Packed { records: self.records, bytes, sha256: hex(digest.finish().as_ref()), times })
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads which records a file has. Stops at the first damage, with what it had read.
pub fn read_ids(path: &Path, seen: &mut Seen) -> io::Result<()> {
    let mut lines = BufReader::new(zstd::Decoder::new(File::open(path)?)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        lines.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let (key, time) = identity(line.trim_ascii_end());
        seen.is_new(key, time);
    }
}

/// The bytes of a file, if they are those that were written.
pub fn intact(path: &Path, sha256: &str) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).ok()?;
    let mut digest = Digesting::new(io::sink());
    digest.write_all(&bytes).ok()?;
    (hex(digest.digest.finish().as_ref()) == sha256).then_some(bytes)
}

/// SHA-256 of a file's bytes, as hexadecimal digits.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = Digesting::new(io::sink());
    io::copy(&mut File::open(path)?, &mut file)?;
    Ok(hex(file.digest.finish().as_ref()))
}

/// Computes a digest of what passes.
struct Digesting<W> {
    inner: W,
    digest: Context,
    bytes: u64,
}

impl<W> Digesting<W> {
    fn new(inner: W) -> Self {
        Self { inner, digest: Context::new(&SHA256), bytes: 0 }
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.digest.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

/// Counts the line breaks that pass.
struct Lines<W> {
    inner: W,
    count: u64,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.count += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::graph::seen::Key;

    #[test]
    fn a_file_is_read_back_and_its_digest_is_that_of_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.ndjson.zst");
        let mut packing = Packing::begin(&path, b"").expect("begun");
        let time = Timestamp::parse("2026-05-01");
        let lines = ["{\"id\":\"a\"}\n", "{\"id\":\"b\"}\n"];
        for line in lines {
            let record = Record { len: line.len(), key: Key::of(b"x"), time };
            packing.add(line.as_bytes(), &record).expect("added");
        }
        let packed = packing.finish().expect("finished");
        assert_eq!((packed.records, packed.times), (2, time.zip(time)));
        assert_eq!(packed.sha256, sha256(&path).expect("read"));
        assert_eq!(packed.bytes, std::fs::metadata(&path).expect("there").len());
        let mut seen = Seen::default();
        read_ids(&path, &mut seen).expect("read");
        assert!(lines.iter().all(|line| seen.has(Key::of(line.trim().as_bytes()))));
        assert_eq!(seen.count(), 2);

        let before = intact(&path, &packed.sha256).expect("as it was written");
        assert_eq!(intact(&path, ""), None);
        let longer = folder.path().join("b.ndjson.zst");
        let mut packing = Packing::begin(&longer, &before).expect("begun");
        let record = Record { len: 1, key: Key::of(b"x"), time };
        packing.add(b"{\"id\":\"c\"}\n", &record).expect("added");
        assert_eq!(packing.finish().expect("finished").records, 1);
        let mut seen = Seen::default();
        read_ids(&longer, &mut seen).expect("read");
        assert_eq!(seen.count(), 3);
    }

    #[test]
    fn the_digest_of_nothing_is_the_known_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("empty");
        std::fs::write(&path, b"").expect("written");
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(&path).expect("read"), known);
    }
}
