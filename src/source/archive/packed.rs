//! A file of an archive: records, one per line, in Zstandard, with a digest of its bytes.
//! Never decides where it belongs.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};

use super::super::compression::{Counted, unzstd};
use super::super::duplicates::{RecordKey, Seen};
use super::super::lines::{Record, identity};
use super::manifest::Stored;
use crate::text::hex;
use crate::time::Timestamp;

/// Level of compression: audit records become a twentieth; higher ones take longer for little.
const LEVEL: i32 = 6;
/// Longest line that is read back.
const MOST_LINE: u64 = 64 << 20;

/// A file being written.
pub struct Packing {
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
    /// Begins in an empty file. `before` is what another file of this kind holds: the new records
    /// follow, for frames of Zstandard can be put together.
    pub fn begin(file: File, before: &[u8]) -> io::Result<Self> {
        let mut file = Digesting::new(file);
        file.write_all(before)?;
        let mut encoder = zstd::Encoder::new(file, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self { encoder, records: 0, first: None, last: None })
    }

    /// Adds the records of another file, packed again as one. How many there were; `None` where the
    /// bytes of that file are not those of `sha256`, or cannot be unpacked.
    pub fn add_all(&mut self, file: &mut File, sha256: &str) -> io::Result<Option<u64>> {
        let mut lines = Lines { inner: &mut self.encoder, count: 0 };
        match io::copy(&mut unpacked(&mut *file)?, &mut lines) {
            Ok(_) => {}
            Err(error) if is_of_contents(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
        let count = lines.count;
        io::Seek::rewind(file)?;
        Ok((self::sha256(file)? == sha256).then_some(count))
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
}

/// The text of a file. What unpacks to far more than any log does is refused.
fn unpacked<'f>(file: impl Read + 'f) -> io::Result<impl Read + 'f> {
    let packed = Arc::default();
    unzstd(Counted::new(file, [Arc::clone(&packed), Arc::default()]), packed)
}

/// Takes a record without its line break, what stands for it, and its time.
pub type Take<'t> = dyn FnMut(&[u8], RecordKey, Option<Timestamp>) -> io::Result<()> + 't;

/// Hands over the records of a file one by one, without line breaks. Stops at the first damage.
pub fn each_record(file: &mut File, take: &mut Take<'_>) -> io::Result<()> {
    let mut lines = BufReader::new(unpacked(file)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        lines.by_ref().take(MOST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let record = line.trim_ascii_end();
        if !record.is_empty() {
            let (key, time) = identity(record);
            take(record, key, time)?;
        }
    }
}

/// Reads which records a file has. Stops at the first damage, with what it had read.
pub fn read_ids(file: &mut File, seen: &mut Seen) -> io::Result<()> {
    each_record(file, &mut |_, key, time| {
        seen.is_new(key, time);
        Ok(())
    })
}

/// Is the error about what a file holds? Else reading failed, which says nothing about the file.
pub fn is_of_contents(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
}

/// The bytes of a file, if they are those that were written.
pub fn intact(file: &mut File, stored: &Stored) -> io::Result<Option<Vec<u8>>> {
    if file.metadata()?.len() != stored.bytes {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(stored.bytes).read_to_end(&mut bytes)?;
    let mut digest = Digesting::new(io::sink());
    digest.write_all(&bytes)?;
    Ok((hex(digest.digest.finish().as_ref()) == stored.sha256).then_some(bytes))
}

/// SHA-256 of a file's bytes, from where it is read on, as hexadecimal digits.
pub fn sha256(file: &mut File) -> io::Result<String> {
    let mut digest = Digesting::new(io::sink());
    io::copy(file, &mut digest)?;
    Ok(hex(digest.digest.finish().as_ref()))
}

/// The digest of a file that was read whole, and read again where it is another than expected. Fails
/// where fewer bytes came than it has, or others the second time: that is no damage of the file.
pub fn sure_sha256(file: &mut File, expected: &str) -> io::Result<String> {
    let mut before: Option<String> = None;
    loop {
        io::Seek::rewind(file)?;
        let mut digest = Digesting::new(io::sink());
        io::copy(file, &mut digest)?;
        if digest.bytes != file.metadata()?.len() {
            let reason = "it could not be read whole; pull again";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
        }
        let now = hex(digest.digest.finish().as_ref());
        match before {
            _ if now == expected => return Ok(now),
            None => before = Some(now),
            Some(before) if before == now => return Ok(now),
            Some(_) => return Err(io::Error::other("it has other bytes each time it is read")),
        }
    }
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
    use crate::disk::Folder;
    use crate::source::graph::fixture::at;

    fn stored(packed: &Packed) -> Stored {
        let (bytes, sha256) = (packed.bytes, packed.sha256.clone());
        Stored {
            name: "a".to_owned(),
            bytes,
            sha256,
            first: at("2026-05-01"),
            last: at("2026-05-01"),
        }
    }

    #[test]
    fn a_file_is_read_back_and_its_digest_is_that_of_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(folder.path()).expect("ours");
        let read = |name: &str| folder.read(name).expect("there");
        let mut packing = Packing::begin(folder.anew("a").expect("made"), b"").expect("begun");
        let time = Timestamp::parse("2026-05-01");
        let lines = ["{\"id\":\"a\"}\n", "{\"id\":\"b\"}\n"];
        for line in lines {
            let record = Record { len: line.len(), key: RecordKey::of(b"x"), time };
            packing.add(line.as_bytes(), &record).expect("added");
        }
        let packed = packing.finish().expect("finished");
        assert_eq!((packed.records, packed.times), (2, time.zip(time)));
        assert_eq!(packed.sha256, sha256(&mut read("a")).expect("read"));
        assert_eq!(packed.bytes, read("a").metadata().expect("there").len());
        let mut seen = Seen::default();
        read_ids(&mut read("a"), &mut seen).expect("read");
        assert!(lines.iter().all(|line| seen.has(RecordKey::of(line.trim().as_bytes()))));
        assert_eq!(seen.count(), 2);

        let file = stored(&packed);
        let before = intact(&mut read("a"), &file).expect("read").expect("as it was written");
        for other in
            [Stored { sha256: String::new(), ..file.clone() }, Stored { bytes: 1, ..file.clone() }]
        {
            assert_eq!(intact(&mut read("a"), &other).expect("read"), None);
        }
        let mut packing = Packing::begin(folder.anew("b").expect("made"), &before).expect("begun");
        let record = Record { len: 1, key: RecordKey::of(b"x"), time };
        packing.add(b"{\"id\":\"c\"}\n", &record).expect("added");
        assert_eq!(packing.finish().expect("finished").records, 1);
        let mut seen = Seen::default();
        read_ids(&mut read("b"), &mut seen).expect("read");
        assert_eq!(seen.count(), 3);
    }

    #[test]
    fn the_digest_of_nothing_is_the_known_one() {
        let known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(&mut tempfile::tempfile().expect("a file")).expect("read"), known);
    }

    #[test]
    fn only_what_was_read_whole_twice_has_another_digest() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"record").expect("written");
        io::Seek::rewind(&mut file).expect("rewound");
        let right = sha256(&mut file).expect("read");
        assert_eq!(sure_sha256(&mut file, &right).expect("read"), right);
        assert_eq!(sure_sha256(&mut file, "another").expect("read"), right);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked_whole() {
        let mut file = tempfile::tempfile().expect("a file");
        let mut encoder = zstd::Encoder::new(&mut file, 19).expect("an encoder");
        let block = vec![b' '; 1 << 20];
        for _ in 0..256 {
            encoder.write_all(&block).expect("written");
        }
        encoder.finish().expect("finished");
        for _ in 0..2 {
            io::Seek::rewind(&mut file).expect("rewound");
            let mut seen = Seen::default();
            let error = read_ids(&mut file, &mut seen).expect_err("refused");
            assert!(is_of_contents(&error) && error.to_string().contains("2,000 times"), "{error}");
            assert!(seen.count() < 3);
        }
    }
}
