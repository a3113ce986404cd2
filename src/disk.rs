//! Folders and files of the program's own: held open, checked for who may write to them, replaced whole.
//! Never follows a link below a folder it holds, and never writes through a second name of a file.
//!
//! A path says only where something was a moment ago: whoever may write to a folder on the way can put
//! something else there. So a folder is opened once, by [`Folder`], and what is done in it is done by
//! name, relative to that handle. What others own or may write to is refused ([`is_refusal`]), with the
//! command that puts it right. Links on the way to a folder that the user named are followed where the
//! user, root or the owner of the folder they lie in made them; root follows root's only.
//!
//! Where the system has no owners and modes that Rust's standard library knows of, links are refused all
//! the same, and names are joined to paths.

#[cfg(any(not(unix), test))]
mod elsewhere;
mod fresh;
mod refusal;
#[cfg(unix)]
mod unix;

use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

pub use self::fresh::Fresh;
pub use self::refusal::is_refusal;
use self::refusal::refused;
#[cfg(not(unix))]
use elsewhere as system;
#[cfg(unix)]
use unix as system;

/// Lets nothing take the owner's own rights from files and folders that are made, as a umask of 0777
/// would. To be called before there are threads.
pub fn keep_rights_of_owner() {
    system::keep_rights_of_owner();
}

/// How often a lock is asked for, and the time in between.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Open {
    /// To be read.
    Read,
    /// To be read and written; it is there.
    Edit,
    /// To be read and written; it is not there yet.
    New,
}

/// What has a name in a folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link, wherever it leads.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What a name stands for, links not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// What it is.
    pub kind: Kind,
    /// Bytes of a file.
    pub len: u64,
    /// Has the file other names (hard links)?
    pub is_shared: bool,
    /// When its contents were changed; `None` where the system does not say.
    pub modified: Option<SystemTime>,
}

/// A folder that is held open.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Where it was when it was opened: for messages.
    path: PathBuf,
    held: system::Held,
    /// Must what is in it be this user's, and closed to the writing of others?
    is_ours: bool,
}

/// Folders that were made on the way to one, the innermost first.
#[derive(Debug, Default)]
pub struct Made(Vec<(Folder, OsString)>);

impl Made {
    /// Adds a folder that was made in the last one.
    pub fn add(&mut self, folder: &Folder, name: &str) {
        self.0.insert(0, (folder.clone(), name.into()));
    }

    /// Removes them again, as far as they are empty.
    pub fn remove(&self) {
        for (folder, name) in &self.0 {
            if system::remove_folder(&folder.held, name).is_err() {
                break;
            }
        }
    }
}

impl Folder {
    /// Opens a folder of our own. Fails where there is none, and refuses one that others own or may
    /// write to.
    pub fn open(path: &Path) -> io::Result<Self> {
        let folder = Self::any(path)?;
        let folder = Self { is_ours: true, ..folder };
        system::check_folder(&folder.held, path)?;
        Ok(folder)
    }

    /// Opens a folder that the user named for a file: whose it is does not matter.
    pub fn any(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let held = system::walk(path)?;
        Ok(Self { path: path.to_owned(), held, is_ours: false })
    }

    /// Opens a folder of our own that the user named. Where there is none it is made, and those it is
    /// in, for their owner only.
    pub fn make(path: &Path) -> io::Result<(Self, Made)> {
        let mut made = Made::default();
        let folder = Self::made(path, &mut made, false)?;
        let folder = Self { is_ours: true, ..folder };
        system::check_folder(&folder.held, path)?;
        Ok((folder, made))
    }

    /// Opens a folder that the program keeps things in without being asked; makes it, where there is
    /// none, in a folder of this user's or root's. Only its owner can look inside from then on,
    /// whatever the rights it had.
    pub fn state(path: &Path) -> io::Result<Self> {
        Self::made(path, &mut Made::default(), true)?.tightened()
    }

    /// The same where it is there already; `None` where it is not.
    pub fn state_there(path: &Path) -> io::Result<Option<Self>> {
        match Self::any(path) {
            Ok(folder) => folder.tightened().map(Some),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn tightened(self) -> io::Result<Self> {
        system::tighten(&self.held);
        system::check_folder(&self.held, &self.path)?;
        Ok(Self { is_ours: true, ..self })
    }

    fn made(path: &Path, made: &mut Made, is_state: bool) -> io::Result<Self> {
        match Self::any(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        let Some(name) = path.file_name() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let above = Self::made(path.parent().unwrap_or(Path::new("")), made, is_state)?;
        if is_state {
            system::check_owner(&above.held, &above.path)?;
        }
        if system::make(&above.held, name)? {
            above.sync()?;
            made.0.insert(0, (above.clone(), name.to_owned()));
        }
        above.sub(name)
    }

    /// Where it was when it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in it. Refuses a link.
    pub fn sub(&self, name: impl AsRef<OsStr>) -> io::Result<Self> {
        let name = plain(name.as_ref())?;
        let path = self.path.join(name);
        let held = match system::sub(&self.held, name) {
            Ok(held) => held,
            Err(error) => return Err(self.not_a_link(name, error)),
        };
        if self.is_ours {
            system::check_folder(&held, &path)?;
        }
        Ok(Self { path, held, is_ours: self.is_ours })
    }

    /// A folder in it, made where there is none.
    pub fn make_sub(&self, name: impl AsRef<OsStr>) -> io::Result<Self> {
        let name = plain(name.as_ref())?;
        if system::make(&self.held, name)? {
            self.sync()?;
        }
        self.sub(name)
    }

    /// What a name stands for; `None` where there is nothing.
    pub fn look(&self, name: impl AsRef<OsStr>) -> io::Result<Option<Look>> {
        match system::look(&self.held, plain(name.as_ref())?) {
            Ok(look) => Ok(Some(look)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens a file to be read. Refuses what is not a regular file and, in a folder of our own, what
    /// others own or may write to. Never waits for the other end of a pipe.
    pub fn read(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        self.open_file(name.as_ref(), Open::Read)
    }

    /// Opens a file to be read and written, and makes it, for its owner only, where there is none.
    /// Refuses, besides, a file that has other names.
    pub fn edit(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let name = name.as_ref();
        // Somebody else may make or remove it between two attempts.
        for _ in 0..8 {
            match self.open_file(name, Open::Edit) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => return other,
            }
            match self.open_file(name, Open::New) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other,
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Makes a file for its owner only, in place of one that may have that name.
    pub fn anew(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let name = name.as_ref();
        self.remove(name)?;
        self.open_file(name, Open::New)
    }

    /// Puts a file in place of one that may have that name: whole, and for its owner only. It is on the
    /// disk before it has the name, so that a reader, and whoever comes after a failure, finds the old
    /// one or the new one. What a failure leaves behind is called `NAME.new`, and goes the next time.
    ///
    /// For who holds a lock, as two at once would write the same file; others use [`fresh`](Self::fresh).
    pub fn replace(
        &self,
        name: impl AsRef<OsStr>,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let name = name.as_ref();
        let new = Path::new(name).with_extension("new");
        let mut file = self.anew(&new)?;
        write(&mut file)?;
        file.sync_all()?;
        self.rename(new, self, name)?;
        self.sync()
    }

    /// A file without a name that matters yet, beside the others, put in its place when it is whole.
    pub fn fresh(&self, prefix: &str) -> io::Result<Fresh> {
        Fresh::begin(self, prefix)
    }

    fn open_file(&self, name: &OsStr, how: Open) -> io::Result<File> {
        let name = plain(name)?;
        let file = match system::open(&self.held, name, how) {
            Ok(file) => file,
            Err(error) if how == Open::New => return Err(error),
            Err(error) => return Err(self.not_a_link(name, error)),
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(self.not_a_file(name));
        }
        if self.is_ours {
            system::check_file(&metadata, &self.path.join(name))?;
        }
        if how == Open::Edit && system::is_shared(&metadata) {
            let why = "has another name (a hard link), so writing to it would change what others \
                       know by that name; replace it by a copy";
            return Err(refused(&self.path.join(name), why));
        }
        Ok(file)
    }

    /// The error of the system, or one that says that the name is a link or something else that was
    /// not asked for.
    fn not_a_link(&self, name: &OsStr, error: io::Error) -> io::Error {
        if error.kind() == io::ErrorKind::NotFound {
            return error;
        }
        match self.look(name) {
            Ok(Some(look)) if look.kind == Kind::Link => {
                let why =
                    "is a link, and no link is followed here; put what it leads to in its place";
                refused(&self.path.join(name), why)
            }
            Ok(Some(look)) if look.kind == Kind::Other => self.not_a_file(name),
            _ => error,
        }
    }

    fn not_a_file(&self, name: &OsStr) -> io::Error {
        let why = match self.look(name).ok().flatten().map(|look| look.kind) {
            Some(Kind::Folder) => "is a folder where a file belongs; move it away",
            _ => "is not a regular file; remove it",
        };
        refused(&self.path.join(name), why)
    }

    /// Moves a file or folder to its place in another folder, over a file that may be there.
    pub fn rename(
        &self,
        from: impl AsRef<OsStr>,
        to: &Self,
        name: impl AsRef<OsStr>,
    ) -> io::Result<()> {
        system::rename(&self.held, plain(from.as_ref())?, &to.held, plain(name.as_ref())?)
    }

    /// Removes a file or link; whether there was one.
    pub fn remove(&self, name: impl AsRef<OsStr>) -> io::Result<bool> {
        match system::remove(&self.held, plain(name.as_ref())?) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes an empty folder in it.
    pub fn remove_folder(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        system::remove_folder(&self.held, plain(name.as_ref())?)
    }

    /// Takes a lock in this folder, which ends with what is returned: one program at a time. Waits a
    /// second at most. Where the file system has no locks, none is needed to go on.
    pub fn lock(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let file = self.edit(name)?;
        wait_for(&file)?;
        Ok(file)
    }

    /// Is an open file still the one of that name?
    pub fn is_still(&self, name: impl AsRef<OsStr>, file: &File) -> io::Result<bool> {
        match self.read(name) {
            Ok(now) => Ok(system::is_same(&now.metadata()?, &file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Is it still where it was when it was opened?
    pub fn is_in_place(&self) -> io::Result<bool> {
        match system::walk(&self.path) {
            Ok(now) => system::is_same_folder(&now, &self.held),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The names in it, in no order.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        system::names(&self.held)
    }

    /// Waits until what was made, moved and removed in it is on the disk.
    pub fn sync(&self) -> io::Result<()> {
        system::sync(&self.held)
    }
}

/// The place of a file that the user named: the folder it is in, and its name there. Links are followed
/// by the rules of this room, also one that has the name itself.
pub fn place(path: &Path) -> io::Result<(Folder, OsString)> {
    let (held, name, above) = system::walk_to(path)?;
    Ok((Folder { path: above, held, is_ours: false }, name))
}

/// Opens a file that decides what the program does, to be read: it must be this user's or root's, and
/// closed to the writing of others. Links to it are followed as in [`place`].
pub fn read_trusted(path: &Path) -> io::Result<File> {
    let (folder, name) = place(path)?;
    Folder { is_ours: true, ..folder }.read(name)
}

/// Locks a file against others that lock it, as long as it is open. Waits a second at most.
pub fn wait_for(file: &File) -> io::Result<()> {
    for attempt in 1.. {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let reason = "another program holds it; try again when that has ended";
                return Err(io::Error::new(io::ErrorKind::ResourceBusy, reason));
            }
            // The file system has no locks.
            Ok(()) | Err(TryLockError::Error(_)) => break,
        }
    }
    Ok(())
}

/// Is there nothing of that name, also as what should be a folder is none?
pub fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// May others read this file?
pub fn is_open_to_others(file: &File) -> io::Result<bool> {
    Ok(system::others_may_read(&file.metadata()?))
}

/// One name, and nothing that leads elsewhere.
fn plain(name: &OsStr) -> io::Result<&OsStr> {
    let mut parts = Path::new(name).components();
    let is_plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(one)), None) if one == name)
        && !name.as_encoded_bytes().contains(&0)
        && (cfg!(unix) || !name.as_encoded_bytes().contains(&b':'));
    match is_plain {
        true => Ok(name),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "a name leads out of its folder")),
    }
}

#[cfg(test)]
mod tests;
