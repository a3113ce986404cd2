//! What was removed, moved or replaced under a running pull: noticed at its end, by name.
//! Never moves anything itself but a file that was read whole and is not as it was written.

use std::io;

use super::manifest::NAME;
use super::{Archive, Kind, wrapped};

impl Archive {
    /// Looks whether every file is still there as it was written; those of this pull by their digests.
    /// What is not is lost, and its time is asked for again.
    pub fn look_again(&mut self) -> io::Result<()> {
        let written = std::mem::take(&mut self.written);
        let (mut missing, mut doubtful) = (Vec::new(), Vec::new());
        for (name, (_, file)) in self.manifest.files() {
            let look =
                self.files.look(name).map_err(|error| wrapped(&self.files.path(name), error))?;
            match look {
                None => missing.push((name.to_owned(), None)),
                Some(look) => {
                    let is_other = look.kind != Kind::File || look.len != file.bytes;
                    if is_other || written.contains(name) {
                        doubtful.push(name.to_owned());
                    }
                }
            }
        }
        if !missing.is_empty() {
            self.lose(&missing)?;
        }
        for name in doubtful {
            self.compare(&name).map_err(|error| wrapped(&self.files.path(&name), error))?;
        }
        Ok(())
    }

    /// Fails where the archive, or its manifest, is not where it was any more: what was written is
    /// where the old one is now.
    pub fn check_place(&self) -> io::Result<()> {
        let gone = match self.files.moved().map_err(|error| wrapped(&self.folder, error))? {
            Some(folder) => Some(folder.to_owned()),
            None => {
                let path = self.files.path(".entrail").join(NAME);
                let is_there =
                    self.manifest.is_in_place().map_err(|error| wrapped(&path, error))?;
                (!is_there).then_some(path)
            }
        };
        let Some(path) = gone else { return Ok(()) };
        let reason = "it was moved, removed or replaced while records were pulled into it; what came is \
                      where it is now. Put it back, if you can, and pull again";
        Err(wrapped(&path, io::Error::other(reason)))
    }
}
