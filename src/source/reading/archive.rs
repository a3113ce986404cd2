//! Zip archives: every member is read like a file, named `archive.zip:member`.
//! Never writes a member to a path of its own and never opens overlapping members.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, Write as _};
use std::sync::Arc;

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::compression::{Counted, Guarded};
use super::super::original::Bytes;
use super::{Input, ReadSeek, Reading, Stopped};

/// Bytes copied at a time.
const BLOCK: usize = 64 << 10;

impl Reading<'_> {
    /// Reads all members of an archive.
    pub(super) fn archive(&mut self, input: Input<'_>) -> Result<(), Stopped> {
        let Input { name, reader, bytes, read, layers, .. } = input;
        let seekable: io::Result<Box<dyn ReadSeek>> = match &bytes {
            Some(Bytes::File(file)) => {
                File::open(file.path()).map(|f| Box::new(f) as Box<dyn ReadSeek>)
            }
            Some(Bytes::Memory(bytes)) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
            _ => match copied(reader) {
                Ok(copied) => copied.map(|file| Box::new(file) as Box<dyn ReadSeek>),
                Err(error) => return self.unspooled(&name, &error),
            },
        };
        let seekable = match seekable {
            Ok(seekable) => seekable,
            Err(error) => return self.refused(&name, &error),
        };
        // Only what is in the file itself counts as progress: a copy was counted when it was made.
        let total = if bytes.is_some() { Arc::clone(&self.own.read) } else { Arc::default() };
        let counted = Counted::new(seekable, [Arc::clone(&read), total]);
        let opened = ZipArchive::new(counted).and_then(|mut archive| {
            let overlapping = archive.has_overlapping_files()?;
            Ok((archive, overlapping))
        });
        let mut archive = match opened {
            Ok((archive, false)) => archive,
            Ok((_, true)) => {
                let reason = "its members overlap, as in archives made to fill disks; not opened";
                return self.whole(&name, reason.to_owned(), true);
            }
            Err(error) => return self.unopened(&name, error),
        };
        if archive.file_names().flatten().any(|member| member == "xl/workbook.xml") {
            let reason = "it is an Excel workbook; save the sheet with the records as CSV UTF-8";
            return self.whole(&name, reason.to_owned(), true);
        }
        let mut members = 0;
        for index in 0..archive.len() {
            if (self.stopped)() {
                return Err(Stopped);
            }
            let known =
                archive.name_for_index(index).and_then(Result::ok).unwrap_or_default().into_owned();
            let member_name = format!("{name}:{known}");
            match archive.by_index(index) {
                Ok(member) if member.is_dir() || known_clutter(&known) => {}
                Ok(member) => {
                    members += 1;
                    let reader = Box::new(Guarded::new(member, Arc::clone(&read)));
                    let read = Arc::clone(&read);
                    self.input_read(Input::inside(member_name, reader, read, layers))?;
                }
                Err(error) => {
                    members += 1;
                    self.unopened(&member_name, error)?;
                }
            }
        }
        if members == 0 {
            self.whole(&name, "the archive holds no files".to_owned(), false)
        } else {
            Ok(())
        }
    }

    /// Tells why an archive, or a member of one, is not read.
    fn unopened(&self, name: &str, error: ZipError) -> Result<(), Stopped> {
        match error {
            ZipError::Io(error) => self.refused(name, &error),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
                let reason = "it is encrypted; unpack it with its password first";
                self.whole(name, reason.to_owned(), true)
            }
            other => {
                let reason = format!("it cannot be unpacked ({other}); unpack it yourself");
                self.whole(name, reason, true)
            }
        }
    }
}

/// What macOS adds to archives.
fn known_clutter(member: &str) -> bool {
    member.starts_with("__MACOSX/") || member.ends_with(".DS_Store")
}

/// A copy of packed bytes that can be read from any place; nobody else can open it. Fails where there is
/// no room for it; what is inside of that is an error of reading.
fn copied(mut reader: Box<dyn Read + '_>) -> io::Result<io::Result<File>> {
    let mut file = tempfile::tempfile()?;
    let mut block = vec![0; BLOCK];
    loop {
        let count = match reader.read(&mut block) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        file.write_all(&block[..count])?;
    }
    Ok(file.rewind().map(|()| file))
}
