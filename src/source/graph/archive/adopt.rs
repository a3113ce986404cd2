//! Files that no line of the manifest speaks of, as where the manifest was lost or cut: they get a line.
//! Never takes a file that is not whole, and never counts its time as asked for.
//!
//! Their records are known, so that none comes twice; without a line nobody would notice that such a
//! file is damaged or gone, while its time counts as pulled.

use std::io::{self, Seek as _};

use super::super::logs::find;
use super::manifest::{Entry, Stored};
use super::packed::{self, each_record, is_of_contents};
use super::{Archive, Window, wrapped};
use crate::time::Timestamp;

impl Archive {
    /// Gives each unlisted file that is whole its line in the manifest, and says so.
    pub(super) fn adopt(&mut self) -> io::Result<()> {
        let (mut files, mut records) = (0_u64, 0_u64);
        for (log, window, name) in std::mem::take(&mut self.known.unlisted) {
            match self.measured(&name, window) {
                Ok(Some((file, count))) => {
                    self.step("line")?;
                    self.manifest.add(Entry::of_file(log, window, file, count))?;
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
                    let of = find(log).map_or("", |log| log.name);
                    self.odd(of, Some(window), reason);
                    self.known.unlisted.push((log, window, name));
                }
            }
        }
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

    /// A file as it is, and how many records it has; `None` where it is not there any more. Fails where
    /// it cannot be read whole.
    fn measured(&self, name: &str, window: Window) -> io::Result<Option<(Stored, u64)>> {
        let Some(mut file) = self.files.read(name)? else { return Ok(None) };
        let (mut count, mut first, mut last) = (0, None::<Timestamp>, None::<Timestamp>);
        each_record(&mut file, &mut |_, _, time| {
            count += 1;
            first = [first, time].into_iter().flatten().min();
            last = last.max(time);
            Ok(())
        })?;
        file.rewind()?;
        let sha256 = packed::sha256(&mut file)?;
        let bytes = file.metadata()?.len();
        let (first, last) = first.zip(last).unwrap_or((window.start, window.start));
        Ok(Some((Stored { name: name.to_owned(), bytes, sha256, first, last }, count)))
    }
}
