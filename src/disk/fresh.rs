//! A file that is written beside the one it replaces.
//! Never left behind where it was not put in its place.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write};

use super::{Folder, Kind, Open, plain, refused, system};

/// Names that are tried.
const ATTEMPTS: u32 = 100;

/// A file being written, for its owner only. Dropping it removes it.
#[derive(Debug)]
pub struct Fresh {
    folder: Folder,
    /// `None`: it is in its place.
    name: Option<OsString>,
    file: File,
    is_synced: bool,
}

impl Fresh {
    pub(super) fn begin(folder: &Folder, prefix: &str) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            // Of no use to who guesses it: a name that is taken is not opened.
            let name = OsString::from(format!("{prefix}{:012x}", random() >> 16));
            match folder.open_file(&name, Open::New) {
                Ok(file) => {
                    let folder = folder.clone();
                    return Ok(Self { folder, name: Some(name), file, is_synced: false });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The file.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Waits until its bytes are on the disk; then its place in the folder is waited for as well.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()?;
        self.is_synced = true;
        Ok(())
    }

    /// Puts it in the place of the file of that name, if there is one. Refuses what is not a file.
    pub fn put(mut self, name: impl AsRef<OsStr>) -> io::Result<()> {
        let (folder, target) = (self.folder.clone(), plain(name.as_ref())?);
        match folder.look(target)?.map(|look| look.kind) {
            None | Some(Kind::File) => {}
            Some(Kind::Link) if folder.is_ours => {}
            Some(_) => {
                let why = "is not a regular file, and is not replaced; give another name";
                return Err(refused(&folder.path.join(target), why));
            }
        }
        if let Some(own) = &self.name {
            folder.rename(own, &folder, target)?;
        }
        self.name = None;
        if self.is_synced { folder.sync() } else { Ok(()) }
    }

    /// Puts it in a place where nothing is; whether it did, or something is there.
    pub fn put_new(mut self, name: impl AsRef<OsStr>) -> io::Result<bool> {
        let (folder, target) = (self.folder.clone(), plain(name.as_ref())?);
        if let Some(own) = self.name.take() {
            match system::move_new(&folder.held, &own, target) {
                Ok(true) => {}
                failed => {
                    self.name = Some(own);
                    return failed;
                }
            }
        }
        if self.is_synced {
            folder.sync()?;
        }
        Ok(true)
    }

    /// Gives it the rights that the file had which it replaces.
    pub fn with_rights_of(&self, replaced: &File) -> io::Result<()> {
        self.file.set_permissions(replaced.metadata()?.permissions())
    }
}

impl Write for Fresh {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = self.folder.remove(name);
        }
    }
}

/// A number that is another one each time.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
