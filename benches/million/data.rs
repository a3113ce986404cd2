//! The data: the same records in every shape that is measured, made by entrail's own demo tenant.
//! Never the same folder twice, and nothing of it is left behind unless asked for.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use entrail::demo::{self, Scale};

use crate::portal;

/// Files with the same records; removed when this is dropped.
pub struct Data {
    folder: tempfile::TempDir,
    /// Number of records in each.
    pub records: usize,
    /// Size of the lines of JSON.
    pub bytes: u64,
    /// Number of files in the archive.
    pub archive_files: usize,
}

/// A file per hour, as a year of a storage archive has them.
const ARCHIVE_FILES: usize = 5_000;
const SEED: u64 = 2026;
/// The demo tenant has fewer sign-ins and calls than this.
const OTHERS: usize = 100;

impl Data {
    /// Writes everything: about 5.5 times the size of the lines of JSON.
    pub fn make(records: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("entrail-bench-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut data = Self { folder, records, bytes: 0, archive_files: 0 };
        let mut writers = Writers::new(&data)?;
        for block in audits(records) {
            data.bytes += block.len() as u64;
            writers.block(&block)?;
        }
        data.archive_files = writers.finish()?;
        fs::write(data.one(), first_lines(1))?;
        // Writing it to the disk would go on beside the first figures.
        let one = data.archive_as_one();
        for path in [data.ndjson(), data.array(), data.gzip(), data.zstd(), data.csv(), one] {
            File::open(path)?.sync_all()?;
        }
        Ok(data)
    }

    /// Where everything is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Lines of JSON.
    pub fn ndjson(&self) -> PathBuf {
        self.path("audit.ndjson")
    }

    /// One array without a line break.
    pub fn array(&self) -> PathBuf {
        self.path("audit.json")
    }

    /// The lines, compressed by gzip.
    pub fn gzip(&self) -> PathBuf {
        self.path("audit.ndjson.gz")
    }

    /// The lines, compressed by zstd.
    pub fn zstd(&self) -> PathBuf {
        self.path("audit.ndjson.zst")
    }

    /// The portal's CSV.
    pub fn csv(&self) -> PathBuf {
        self.path("audit.csv")
    }

    /// A folder of files named `PT1H.json`, each in folders for its hour.
    pub fn archive(&self) -> PathBuf {
        self.path("archive")
    }

    /// The bytes of the archive in one file.
    pub fn archive_as_one(&self) -> PathBuf {
        self.path("archive.json")
    }

    /// A file of one record: what a start costs.
    pub fn one(&self) -> PathBuf {
        self.path("one.ndjson")
    }

    /// Another file of lines with fewer records.
    pub fn smaller(&self, records: usize) -> anyhow::Result<PathBuf> {
        let path = self.path(&format!("audit-{records}.ndjson"));
        let mut file = BufWriter::new(File::create(&path)?);
        for block in audits(records) {
            file.write_all(&block)?;
        }
        file.flush()?;
        Ok(path)
    }

    /// Leaves everything where it is.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// So many audit records of the demo tenant, in pieces of whole lines. Its few sign-ins are left out:
/// no format but one has both.
fn audits(records: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut left = records;
    let blocks = demo::blocks(Scale { records: records + OTHERS, seed: SEED });
    blocks.map(move |block| {
        let lines = block.split_inclusive(|&byte| byte == b'\n');
        let audits: Vec<&[u8]> =
            lines.filter(|line| line.starts_with(b"{\"id\"")).take(left).collect();
        left -= audits.len();
        audits.concat()
    })
}

/// Some lines of JSON.
fn first_lines(count: usize) -> Vec<u8> {
    audits(count).flatten().collect()
}

/// Everything that is written at once.
struct Writers {
    lines: BufWriter<File>,
    array: BufWriter<File>,
    gzip: flate2::write::GzEncoder<BufWriter<File>>,
    zstd: zstd::Encoder<'static, BufWriter<File>>,
    csv: csv::Writer<Vec<u8>>,
    csv_file: File,
    archive: Archive,
    records: usize,
}

impl Writers {
    fn new(data: &Data) -> anyhow::Result<Self> {
        let create =
            |path: PathBuf| anyhow::Ok(BufWriter::with_capacity(1 << 18, File::create(path)?));
        let mut csv =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        csv.write_record(portal::headers())?;
        let mut csv_file = File::create(data.csv())?;
        csv_file.write_all("\u{feff}".as_bytes())?;
        Ok(Self {
            lines: create(data.ndjson())?,
            array: create(data.array())?,
            gzip: flate2::write::GzEncoder::new(
                create(data.gzip())?,
                flate2::Compression::default(),
            ),
            zstd: zstd::Encoder::new(create(data.zstd())?, 3)?,
            csv,
            csv_file,
            archive: Archive {
                folder: data.archive(),
                one: create(data.archive_as_one())?,
                most: data.records.div_ceil(ARCHIVE_FILES),
                text: String::new(),
                held: 0,
                files: 0,
            },
            records: 0,
        })
    }

    fn block(&mut self, block: &[u8]) -> anyhow::Result<()> {
        self.lines.write_all(block)?;
        self.gzip.write_all(block)?;
        self.zstd.write_all(block)?;
        for line in std::str::from_utf8(block)?.lines() {
            self.array.write_all(if self.records == 0 { b"[" } else { b"," })?;
            self.array.write_all(line.as_bytes())?;
            self.csv.write_record(portal::cells(&serde_json::from_str(line)?))?;
            self.archive.line(line)?;
            self.records += 1;
        }
        let empty =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        let full = std::mem::replace(&mut self.csv, empty);
        self.csv_file.write_all(&full.into_inner()?)?;
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<usize> {
        self.lines.flush()?;
        self.array.write_all(b"]")?;
        self.array.flush()?;
        self.gzip.finish()?.flush()?;
        self.zstd.finish()?.flush()?;
        self.archive.file()?;
        self.archive.one.flush()?;
        Ok(self.archive.files)
    }
}

/// A storage archive, file by file.
struct Archive {
    folder: PathBuf,
    one: BufWriter<File>,
    /// Records in a file.
    most: usize,
    text: String,
    held: usize,
    files: usize,
}

impl Archive {
    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        portal::enveloped(line, &mut self.text)?;
        self.held += 1;
        if self.held == self.most { self.file() } else { Ok(()) }
    }

    fn file(&mut self) -> anyhow::Result<()> {
        if self.text.is_empty() {
            return Ok(());
        }
        let (day, hour) = (self.files / 24, self.files % 24);
        let name = format!("y=2026/m={:02}/d={:02}/h={hour:02}/m=00", day / 28 + 1, day % 28 + 1);
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("PT1H.json"), &self.text)?;
        self.one.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.held = 0;
        self.files += 1;
        Ok(())
    }
}
