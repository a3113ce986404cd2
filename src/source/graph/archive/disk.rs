//! What an archive needs of the disk: files and folders that only their owner can read, moved whole.
//! Never overwrites what is not an archive's.
#![expect(clippy::disallowed_methods, reason = "this is where folders of an archive are opened")]

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::super::logs::LOGS;
use super::day;

/// Makes a folder, and those it is in, where there is none; only its owner can look inside.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How a file is opened to be written; where it is made, only its owner can read it.
pub fn writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The folders that are made if this one is, the innermost first.
pub fn to_be_made(folder: &Path) -> Vec<PathBuf> {
    let ancestors = folder.ancestors().filter(|path| !path.as_os_str().is_empty());
    ancestors.take_while(|path| !path.exists()).map(Path::to_owned).collect()
}

/// Fails where a folder that is no archive has something else in it. What systems put into folders
/// by themselves does not count.
pub fn check_empty(folder: &Path) -> io::Result<()> {
    let foreign = match fs::read_dir(folder) {
        Ok(files) => files.flatten().find(|file| !is_of_archive(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrapped(folder, &error)),
    };
    let Some(foreign) = foreign else { return Ok(()) };
    let reason = format!(
        "{} is no archive, and not empty (it has `{}`); give an empty or a new folder, such as \
         --archive {}",
        folder.display(),
        foreign.file_name().display(),
        folder.join("entra").display()
    );
    Err(io::Error::new(io::ErrorKind::AlreadyExists, reason))
}

fn is_of_archive(file: &fs::DirEntry) -> bool {
    let name = file.file_name();
    let name = name.to_string_lossy();
    if name.starts_with('.') || name == "lost+found" {
        return true;
    }
    let days = |file: fs::DirEntry| day::window(&file.file_name().to_string_lossy()).is_some();
    LOGS.iter().any(|log| log.name == name)
        && fs::read_dir(file.path()).is_ok_and(|files| files.flatten().all(days))
}

/// Moves a file that is on the disk to its place, and waits until that is on the disk too.
pub fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    make_folder(folder)?;
    fs::rename(from, to)?;
    sync_folder(folder);
    if let Some(above) = folder.parent() {
        sync_folder(above);
    }
    Ok(())
}

/// Not every system can sync a folder; where it cannot, it needs not.
fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}

/// An error together with where it happened, and the way out where there is one.
pub fn wrapped(path: &Path, error: &io::Error) -> io::Error {
    let way = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room there and pull again: it goes on where it was"
        }
        io::ErrorKind::PermissionDenied => "; choose a folder you may write to",
        io::ErrorKind::ReadOnlyFilesystem => "; choose a folder on a disk that can be written to",
        _ => "",
    };
    io::Error::new(error.kind(), format!("{}: {error}{way}", path.display()))
}
