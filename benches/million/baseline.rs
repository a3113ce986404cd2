//! What the work costs at least: bare reading, searching, parsing and decompressing.
//! Never uses anything of entrail.
#![expect(dead_code, reason = "what is parsed is not looked at")]

use std::borrow::Cow;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;

/// A text that is borrowed wherever it has no escapes, also inside an `Option`.
#[derive(Deserialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// The fields of a record that a list and its filter need, typed and borrowed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub activity_date_time: Cow<'a, str>,
    #[serde(borrow)]
    pub activity_display_name: Cow<'a, str>,
    #[serde(borrow)]
    pub category: Cow<'a, str>,
    #[serde(borrow)]
    pub logged_by_service: Cow<'a, str>,
    #[serde(borrow)]
    pub correlation_id: Cow<'a, str>,
    #[serde(borrow)]
    pub result: Cow<'a, str>,
    #[serde(borrow)]
    pub operation_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub initiated_by: InitiatedBy<'a>,
    #[serde(borrow)]
    pub target_resources: Vec<TargetResource<'a>>,
}

/// Who did it.
#[derive(Deserialize)]
pub struct InitiatedBy<'a> {
    #[serde(borrow)]
    pub user: Option<User<'a>>,
    #[serde(borrow)]
    pub app: Option<Named<'a>>,
}

/// A user who did something.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User<'a> {
    #[serde(borrow)]
    pub user_principal_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub ip_address: Option<Text<'a>>,
}

/// Something with a name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named<'a> {
    #[serde(borrow)]
    pub display_name: Option<Text<'a>>,
}

/// What it was done to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetResource<'a> {
    #[serde(borrow)]
    pub display_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub user_principal_name: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub modified_properties: Vec<Named<'a>>,
}

const BLOCK: u64 = 1 << 20;

/// Reads a file in blocks of 1 MiB; returns its length.
pub fn read(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?;
    let mut block = vec![0; BLOCK as usize];
    let mut at = 0;
    loop {
        match file.read_at(&mut block, at)? {
            0 => return Ok(at),
            count => at += black_box(count) as u64,
        }
    }
}

/// Counts a text in a file, read in blocks of 1 MiB on one thread.
pub fn memmem(path: &Path, needle: &[u8]) -> io::Result<u64> {
    let file = File::open(path)?;
    let finder = memchr::memmem::Finder::new(needle);
    let mut block = vec![0; BLOCK as usize + needle.len() - 1];
    let (mut at, mut found) = (0, 0);
    loop {
        let count = read_full(&file, &mut block, at)?;
        found += finder.find_iter(&block[..count]).count() as u64;
        if count < block.len() {
            return Ok(found);
        }
        at += BLOCK;
    }
}

/// Parses every line of a file as [`Event`] on some threads; returns the number of events.
pub fn typed_parse(path: &Path, threads: usize) -> anyhow::Result<u64> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let next = AtomicU64::new(0);
    let worker = || -> anyhow::Result<u64> {
        let mut block = vec![0; BLOCK as usize + OVERLAP];
        let mut events = 0;
        loop {
            let start = next.fetch_add(BLOCK, Ordering::Relaxed);
            if start >= length {
                return Ok(events);
            }
            events += parse_block(&file, start, &mut block)?;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let mut events = 0;
        for worker in workers {
            events += worker.join().map_err(|_| anyhow::anyhow!("a thread of the baseline"))??;
        }
        Ok(events)
    })
}

/// More than any record is long.
const OVERLAP: usize = 1 << 16;

/// Parses the lines that begin in a block.
fn parse_block(file: &File, start: u64, block: &mut [u8]) -> anyhow::Result<u64> {
    // A line begins behind the line break before it: one byte earlier is looked at.
    let from = start.saturating_sub(1);
    let count = read_full(file, block, from)?;
    let mut rest = &block[..count];
    if start > 0 {
        let Some(end) = memchr::memchr(b'\n', rest) else { return Ok(0) };
        rest = &rest[end + 1..];
    }
    let mut events = 0;
    while !rest.is_empty() && from + ((count - rest.len()) as u64) < start + BLOCK {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let event: Event<'_> = serde_json::from_slice(&rest[..end])?;
        black_box(&event);
        events += 1;
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Ok(events)
}

/// Reads until the buffer is full or the file ends.
fn read_full(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], from + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Decompresses gzip to nowhere, with the largest buffers that help.
pub fn gunzip(path: &Path) -> io::Result<u64> {
    let file = io::BufReader::with_capacity(1 << 18, File::open(path)?);
    drain(flate2::bufread::MultiGzDecoder::new(file))
}

/// Decompresses zstd to nowhere.
pub fn unzstd(path: &Path) -> io::Result<u64> {
    drain(zstd::stream::read::Decoder::new(File::open(path)?)?)
}

fn drain(mut from: impl Read) -> io::Result<u64> {
    let mut block = vec![0; BLOCK as usize];
    let (mut sink, mut bytes) = (io::sink(), 0);
    loop {
        match from.read(&mut block)? {
            0 => return Ok(bytes),
            count => {
                sink.write_all(black_box(&block[..count]))?;
                bytes += count as u64;
            }
        }
    }
}

/// Reads every cell of a CSV file, as bytes, on one thread; returns the number of rows.
pub fn csv_cells(path: &Path) -> anyhow::Result<u64> {
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_path(path)?;
    let mut row = csv::ByteRecord::new();
    let (mut rows, mut bytes) = (0, 0);
    while reader.read_byte_record(&mut row)? {
        rows += 1;
        bytes += row.iter().map(<[u8]>::len).sum::<usize>();
    }
    black_box(bytes);
    Ok(rows)
}
