//! An archive kept small, however often it is pulled into: few lines in its manifest, days packed whole.
//! Never changes a record, their number, or what is known to have been asked for.
//!
//! Each round of a pull adds lines to the manifest, and each that brings records adds a frame to the
//! file of a day. A file of many frames is packed again by the same steps as a slice is kept:
//! written beside, its line added, moved. The fewer lines are then written to another manifest, which
//! takes the place of the old one at once. A stop between two steps leaves an archive that says the
//! same with more lines.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};

use super::condense::condense;
use super::files::there;
use super::manifest::{KeptSlice, Stored};
use super::packed::Packing;
use super::{Archive, Slice, wrapped};

/// Lines the manifest may have more than it needs: it is not written anew for fewer.
pub const SPARE: usize = 64;
/// Frames of a file from which on it is worth to be packed again.
const FRAMES: usize = 4;

impl Archive {
    /// Makes the manifest short again where it has grown, and writes the digests of the files as
    /// `sha256sum` reads them. To be called after a pull; the time within which records arrive late
    /// must be the archive's own. An error says that the archive cannot be written to.
    pub fn tidy(&mut self) -> io::Result<()> {
        self.shorten().and_then(|()| self.sums()).map_err(|error| wrapped(&self.folder, error))
    }

    /// Writes the digests only, as is done within a moment: what a pull that is asked to end does.
    pub fn write_sums(&mut self) -> io::Result<()> {
        self.sums().map_err(|error| wrapped(&self.folder, error))
    }

    fn shorten(&mut self) -> io::Result<()> {
        let fewer = self.condensed();
        if fewer.len() + self.spare >= self.manifest.entries().count() {
            return Ok(());
        }
        let left = mentions(fewer.iter());
        let frames = mentions(self.manifest.entries());
        let many: Vec<String> = frames
            .into_iter()
            .filter(|(name, count)| {
                *count >= FRAMES && left.get(name).is_none_or(|left| *left < *count)
            })
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in many {
            self.pack_again(&name)?;
        }
        let fewer = self.condensed();
        self.step("condense")?;
        let anew = self.manifest.write_anew(fewer)?;
        self.step("replace")?;
        self.manifest.replace(anew)?;
        self.step("replaced")
    }

    fn condensed(&self) -> Vec<KeptSlice> {
        let request = |entry: &KeptSlice| {
            let slice = Slice { log: &entry.log, window: entry.window() };
            self.requests.as_ref()?(&slice, entry.filter.as_deref())
        };
        condense(self.manifest.entries(), self.overlap, &request)
    }

    /// Packs a file of many frames as one. Leaves one that is not as it was written.
    fn pack_again(&mut self, name: &str) -> io::Result<()> {
        let Some((last, file)) = self.manifest.file(name) else { return Ok(()) };
        let (last, file) = (last.clone(), file.clone());
        let expected = self.manifest.records_of(&HashSet::from([name])).get(name).copied();
        let Some(mut before) = self.files.read(name)? else { return Ok(()) };
        self.step("pack")?;
        let mut packing = Packing::begin(self.files.begin_incoming()?, b"")?;
        // What is not as it was written stays as it is; whoever compares digests is told.
        let count = packing.add_all(&mut before, &file.sha256)?;
        self.step("packed")?;
        let packed = packing.finish()?;
        if count.is_none() || count != expected {
            return self.files.drop_incoming();
        }
        let (bytes, sha256) = (packed.bytes, packed.sha256);
        let file = Stored { bytes, sha256, ..file };
        let nothing_new = KeptSlice { records: 0, slices: 0, complete: false, late: None, ..last };
        self.step("line")?;
        self.manifest.add(KeptSlice { file: Some(file), ..nothing_new })?;
        self.step("move")?;
        self.files.put_incoming(name)?;
        self.step("moved")
    }

    /// Writes the digests of the files where they changed.
    fn sums(&mut self) -> io::Result<()> {
        let mut text = String::new();
        for (name, (_, file)) in self.manifest.files() {
            let _ = writeln!(text, "{}  {name}", file.sha256);
        }
        let hidden = self.files.hidden();
        let mut before = Vec::new();
        if let Some(file) = there(hidden.read(SUMS))? {
            file.take(text.len() as u64 + 1).read_to_end(&mut before)?;
        }
        if before == text.as_bytes() {
            return Ok(());
        }
        self.step("sums")?;
        let hidden = self.files.hidden();
        hidden.replace(SUMS, |file| file.write_all(text.as_bytes()))
    }
}

/// The file of digests, in the hidden folder of an archive.
pub const SUMS: &str = "sha256sums";

/// How many lines speak of each file.
fn mentions<'e>(entries: impl Iterator<Item = &'e KeptSlice>) -> BTreeMap<&'e str, usize> {
    let mut mentions = BTreeMap::new();
    for file in entries.filter_map(|entry| entry.file.as_ref()) {
        *mentions.entry(file.name.as_str()).or_default() += 1;
    }
    mentions
}
