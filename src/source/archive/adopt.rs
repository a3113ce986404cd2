//! Files that no line of the manifest speaks of, as where the manifest was lost or cut: they get a line.
//! Never takes a file that is not whole, and never counts its time as asked for.
//!
//! Their records are known, so that none comes twice; without a line nobody would notice that such a
//! file is damaged or gone, while its time counts as pulled.

use std::io::{self, Seek as _};

use super::super::duplicates::Seen;
use super::manifest::{KeptSlice, Stored};
use super::packed::{self, each_record, is_of_contents};
use super::{Archive, Slice, wrapped};
use crate::time::{Timestamp, Window};

impl Archive {
    /// Gives each unlisted file that is whole its line in the manifest, and says so. One with records
    /// that the archive has already, as a copy of another day, is set aside; what is new of it is kept.
    pub(super) fn adopt(&mut self) -> io::Result<()> {
        let (mut files, mut records) = (0_u64, 0_u64);
        for _ in 0..self.known.unlisted.len() {
            let (log, window, name) = self.known.unlisted.remove(0);
            match self.measured(&name, window) {
                Ok(Some(found)) => {
                    let count = found.times.len() as u64;
                    let again = self.count_again(&log, window, &name, &found.file)?;
                    if again > 0 {
                        self.take_new(&log, window, &name, again)?;
                        continue;
                    }
                    self.step("line")?;
                    self.manifest.add(KeptSlice::of_file(&log, window, found.file, count))?;
                    found.times.into_iter().for_each(|time| self.is_back(&log, time));
                    (files, records) = (files + 1, records.saturating_add(count));
                }
                Ok(None) => {}
                Err(error) => {
                    let path = self.files.path(&name);
                    if !is_of_contents(&error) {
                        return Err(wrapped(&path, error));
                    }
                    let reason = format!(
                        "{} is in no line of the manifest and is damaged ({error}): what can be read of it is \
                         not asked for again",
                        path.display()
                    );
                    self.odd(&log, Some(window), reason);
                    self.known.unlisted.push((log, window, name));
                }
            }
        }
        self.known.forget();
        if files > 0 {
            let reason = format!(
                "{files} files with {records} records were in no line of the manifest of {}: they are \
                 guarded as they are from now on, and their time is asked for again",
                self.folder.display()
            );
            self.odd("", None, reason);
        }
        Ok(())
    }

    /// How many records of a file the archive has besides, or the file itself twice.
    pub(super) fn count_again(
        &mut self,
        log: &str,
        window: Window,
        name: &str,
        file: &Stored,
    ) -> io::Result<u64> {
        self.known.forget();
        self.learn(log, file.window())?;
        self.learn(log, window)?;
        let (mut again, mut own) = (0, Seen::default());
        if let Some(mut there) = self.files.read(name)? {
            each_record(&mut there, &mut |_, key, time| {
                again += u64::from(self.known.records.has(key) || !own.is_new(key, time));
                Ok(())
            })?;
        }
        Ok(again)
    }

    /// Keeps what is new of a file, and sets the file aside.
    fn take_new(&mut self, log: &str, window: Window, name: &str, again: u64) -> io::Result<()> {
        let new = self.add_records(log, Slice { log, window }, name)?;
        let place = self.files.free_aside(name)?;
        self.files.make_damaged()?;
        self.step("aside")?;
        self.files.rename(name, &place)?;
        let reason = format!(
            "{} is in no line of the manifest, and {again} of its records are in the archive already, as \
             in a copy of another day: {new} new ones were taken from it, and it is kept as {}",
            self.files.path(name).display(),
            self.files.path(&place).display()
        );
        self.odd(log, Some(window), reason);
        Ok(())
    }

    /// A file as it is, and the times of its records; `None` where it is not there any more. Fails
    /// where it cannot be read whole.
    pub(super) fn measured(&self, name: &str, window: Window) -> io::Result<Option<Measured>> {
        let Some(mut file) = self.files.read(name)? else { return Ok(None) };
        let mut times: Vec<Option<Timestamp>> = Vec::new();
        each_record(&mut file, &mut |_, _, time| {
            times.push(time);
            Ok(())
        })?;
        file.rewind()?;
        let sha256 = packed::sha256(&mut file)?;
        let bytes = file.metadata()?.len();
        let timed = || times.iter().flatten().copied();
        let (first, last) =
            timed().min().zip(timed().max()).unwrap_or((window.start, window.start));
        let file = Stored { name: name.to_owned(), bytes, sha256, first, last };
        Ok(Some(Measured { file, times }))
    }
}

/// A file as it is.
pub(super) struct Measured {
    /// What there is to say about it in the manifest.
    pub(super) file: Stored,
    /// When its records happened, in their order.
    pub(super) times: Vec<Option<Timestamp>>,
}
