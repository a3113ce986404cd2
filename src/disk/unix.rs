//! The disk as Unix has it: folders by handles, names relative to them, owners and modes.
//! Never follows a link, but those on the way to what the user named.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{geteuid, umask};

use super::refusal::{refused, shown};
use super::{Kind, Look, Open};

/// A folder that is open.
pub type Held = Arc<File>;

/// Folders that are only passed through need not be listed, where the system can open them so.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PASSING: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const PASSING: OFlags = OFlags::RDONLY;

/// Links that are followed on one way, as the system itself does.
const MOST_LINKS: u32 = 40;
/// What the group and others may do: write, and anything.
const WRITING: u32 = 0o022;
const OTHERS: u32 = 0o077;
const ROOT: u32 = 0;

pub fn keep_rights_of_owner() {
    let before = umask(Mode::RWXG | Mode::RWXO);
    umask(before & (Mode::RWXG | Mode::RWXO));
}

fn me() -> u32 {
    geteuid().as_raw()
}

fn is_trusted(owner: u32) -> bool {
    owner == ROOT || owner == me()
}

fn flags(flags: OFlags) -> OFlags {
    flags | OFlags::CLOEXEC | OFlags::NOFOLLOW
}

fn open_at(at: &File, name: &OsStr, how: OFlags, mode: Mode) -> io::Result<File> {
    Ok(retry_on_intr(|| fs::openat(at, name, flags(how), mode))?.into())
}

fn pass(at: &File, name: &OsStr) -> io::Result<File> {
    open_at(at, name, PASSING | OFlags::DIRECTORY, Mode::empty())
}

/// The folder that a path leads to.
pub fn walk(path: &Path) -> io::Result<Held> {
    let (at, _, _) = go(path, false)?;
    // What can only be passed through can still be written to.
    match open_at(&at, OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Arc::new(at)),
        other => other.map(Arc::new),
    }
}

/// The folder that holds what a path leads to, the name there, and the path of the folder.
pub fn walk_to(path: &Path) -> io::Result<(Held, OsString, PathBuf)> {
    let (at, name, above) = go(path, true)?;
    let name =
        name.ok_or_else(|| io::Error::new(io::ErrorKind::IsADirectory, "this is a folder"))?;
    match open_at(&at, OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Ok((Arc::new(at), name, above))
        }
        other => Ok((Arc::new(other?), name, above)),
    }
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> + '_ {
    let part = |part: Component<'_>| match part {
        Component::CurDir => None,
        // Opened relative to any folder this is the root.
        other => Some(other.as_os_str().to_owned()),
    };
    path.components().filter_map(part)
}

/// Goes where a path leads, from folder to folder; `to_file`: up to the last name that is no link.
fn go(path: &Path, to_file: bool) -> io::Result<(File, Option<OsString>, PathBuf)> {
    let mut left: VecDeque<OsString> = parts(path).collect();
    let start = if path.is_absolute() { "/" } else { "." };
    let passing = flags(PASSING | OFlags::DIRECTORY);
    let mut at: File = retry_on_intr(|| fs::open(start, passing, Mode::empty()))?.into();
    let mut way = PathBuf::from(if path.is_absolute() { "/" } else { "" });
    let mut links = 0;
    while let Some(part) = left.pop_front() {
        let is_last = to_file && left.is_empty() && part != ".." && part != "/";
        let next = if is_last { None } else { Some(pass(&at, &part)) };
        match next {
            Some(Ok(next)) => {
                at = next;
                way.push(part);
                continue;
            }
            Some(Err(error)) if !is_perhaps_a_link(&error) => return Err(error),
            _ => {}
        }
        match (link(&at, &part, &way)?, next) {
            (Some(target), _) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Errno::LOOP.into());
                }
                for part in parts(&target).rev() {
                    left.push_front(part);
                }
                if target.is_absolute() {
                    way = PathBuf::new();
                }
            }
            (None, Some(Err(error))) => return Err(error),
            (None, _) => return Ok((at, Some(part), way)),
        }
    }
    Ok((at, None, way))
}

fn is_perhaps_a_link(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    [Errno::LOOP, Errno::NOTDIR, Errno::MLINK]
        .iter()
        .any(|errno| code == Some(errno.raw_os_error()))
}

/// Where a link leads; `None` where the name is none. Refuses one that somebody could have put there.
fn link(at: &File, name: &OsStr, way: &Path) -> io::Result<Option<PathBuf>> {
    let stat = match fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
        return Ok(None);
    }
    let owner = stat.st_uid;
    if !is_trusted(owner) {
        let folder = at.metadata()?;
        let is_owners = folder.uid() == owner && folder.mode() & WRITING == 0;
        if me() == ROOT || !is_owners {
            let why = format!(
                "is a link that user {owner} made; give the path it leads to, if you trust it"
            );
            return Err(refused(&way.join(name), why));
        }
    }
    let target = fs::readlinkat(at, name, Vec::new())?;
    Ok(Some(PathBuf::from(OsString::from_vec(target.into_bytes()))))
}

pub fn sub(at: &Held, name: &OsStr) -> io::Result<Held> {
    open_at(at, name, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).map(Arc::new)
}

/// Makes a folder for its owner only; whether it did, or something is there.
pub fn make(at: &Held, name: &OsStr) -> io::Result<bool> {
    match retry_on_intr(|| fs::mkdirat(&**at, name, Mode::RWXU)) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    // Rights that the folder above hands down (access control lists) end here.
    if let Ok(made) = sub(at, name) {
        tighten(&made);
    }
    Ok(true)
}

pub fn check_owner(at: &Held, path: &Path) -> io::Result<()> {
    owner(&at.metadata()?, path)
}

pub fn check_folder(at: &Held, path: &Path) -> io::Result<()> {
    let metadata = at.metadata()?;
    owner(&metadata, path)?;
    writers(&metadata, path)
}

pub fn check_file(metadata: &Metadata, path: &Path) -> io::Result<()> {
    owner(metadata, path)?;
    writers(metadata, path)
}

fn owner(metadata: &Metadata, path: &Path) -> io::Result<()> {
    let (owner, me) = (metadata.uid(), me());
    if is_trusted(owner) {
        return Ok(());
    }
    let why = format!(
        "belongs to user {owner}, not to user {me} who runs entrail: run it as that user (sudo -u \
         '#{owner}' …), or take it over: sudo chown -R {me} {}",
        shown(path)
    );
    Err(refused(path, why))
}

fn writers(metadata: &Metadata, path: &Path) -> io::Result<()> {
    if metadata.mode() & WRITING == 0 {
        return Ok(());
    }
    let why = format!(
        "can be written to by others (mode {:04o}): chmod go-w {}",
        metadata.mode() & 0o7777,
        shown(path)
    );
    Err(refused(path, why))
}

/// Takes from others what they may do with a folder of this user's.
pub fn tighten(at: &Held) {
    let Ok(metadata) = at.metadata() else { return };
    let mode = metadata.mode() & 0o7777;
    if metadata.uid() == me() && (mode & OTHERS != 0 || mode & 0o700 != 0o700) {
        // What cannot be tightened is checked.
        let _ = at.set_permissions(Permissions::from_mode((mode & !OTHERS) | 0o700));
    }
}

pub fn is_shared(metadata: &Metadata) -> bool {
    metadata.nlink() > 1
}

pub fn is_same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

pub fn is_same_folder(a: &Held, b: &Held) -> io::Result<bool> {
    Ok(is_same(&a.metadata()?, &b.metadata()?))
}

pub fn others_may_read(metadata: &Metadata) -> bool {
    metadata.mode() & OTHERS != 0
}

pub fn look(at: &Held, name: &OsStr) -> io::Result<Look> {
    let stat = fs::statat(&**at, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    let seconds = u64::try_from(stat.st_mtime).ok();
    let nanos = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    let modified = seconds.and_then(|seconds| {
        SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanos.min(999_999_999)))
    });
    let len = u64::try_from(stat.st_size).unwrap_or(0);
    Ok(Look { kind, len, is_shared: stat.st_nlink > 1, modified })
}

pub fn open(at: &Held, name: &OsStr, how: Open) -> io::Result<File> {
    // A pipe does not wait for its other end, and a terminal does not become this program's.
    let quiet = OFlags::NONBLOCK | OFlags::NOCTTY;
    match how {
        Open::Read => open_at(at, name, OFlags::RDONLY | quiet, Mode::empty()),
        Open::Edit => open_at(at, name, OFlags::RDWR | quiet, Mode::empty()),
        Open::New => {
            let own = Mode::RUSR | Mode::WUSR;
            let file = open_at(at, name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, own)?;
            if file.metadata()?.mode() & 0o777 != 0o600 {
                file.set_permissions(Permissions::from_mode(0o600))?;
            }
            Ok(file)
        }
    }
}

pub fn rename(from: &Held, name: &OsStr, to: &Held, new: &OsStr) -> io::Result<()> {
    Ok(retry_on_intr(|| fs::renameat(&**from, name, &**to, new))?)
}

/// Gives a file a name that nothing has; whether it did.
pub fn move_new(at: &Held, name: &OsStr, new: &OsStr) -> io::Result<bool> {
    match retry_on_intr(|| fs::linkat(&**at, name, &**at, new, AtFlags::empty())) {
        Ok(()) => remove(at, name).map(|()| true),
        Err(Errno::EXIST) => Ok(false),
        // A file system without hard links: the name is taken first.
        Err(Errno::PERM | Errno::NOTSUP | Errno::NOSYS | Errno::MLINK | Errno::INVAL) => {
            match open(at, new, Open::New) {
                Ok(_) => rename(at, name, at, new).map(|()| true),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error.into()),
    }
}

pub fn remove(at: &Held, name: &OsStr) -> io::Result<()> {
    Ok(retry_on_intr(|| fs::unlinkat(&**at, name, AtFlags::empty()))?)
}

pub fn remove_folder(at: &Held, name: &OsStr) -> io::Result<()> {
    Ok(retry_on_intr(|| fs::unlinkat(&**at, name, AtFlags::REMOVEDIR))?)
}

pub fn names(at: &Held) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(&**at)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

/// Not every system can sync a folder; where it cannot, it needs not.
pub fn sync(at: &Held) -> io::Result<()> {
    match retry_on_intr(|| fs::fsync(&**at)) {
        Err(Errno::INVAL | Errno::BADF | Errno::NOTSUP | Errno::ROFS | Errno::ACCESS) | Ok(()) => {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
