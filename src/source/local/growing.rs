//! Which files hold something new: lines behind those that were read, or another content.
//! Never takes a line that is still being written, nor a file that changes while it is looked at.

#![expect(clippy::disallowed_methods, reason = "files are looked at again and again")]

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::super::original::Source;
use super::walk;
use crate::format::{self, Decoded, Depth, Layout};
use crate::place::at_offset::{AtOffset, Stamp};
use crate::place::plain::PlainFile;
use crate::place::{AlreadyRead, Contents, Follower, Look, Piece, Tail};
use crate::store::{Original as _, Segment, Span};
use crate::time::Timestamp;

/// Bytes read at once where the end of a line is looked for.
const STEP: u64 = 64 << 10;
/// Longest line that is waited for.
const LONGEST_LINE: u64 = 64 << 20;

/// The files of a load, as they were looked at last.
#[derive(Debug)]
pub(super) struct Growing {
    paths: Vec<PathBuf>,
    known: HashMap<PathBuf, Known>,
    /// Names of sources that gave records, or were told to be unreadable, before.
    told: HashSet<String>,
    is_first_look: bool,
}

#[derive(Debug)]
struct Known {
    /// What the file was like when it was read; `None` where that is not known.
    read_as: Option<Stamp>,
    /// What it was like at the last look, where that was something else.
    changed_to: Option<Stamp>,
    lines: Option<Lines>,
}

/// A file of lines, each an event, of which only more come.
#[derive(Debug)]
struct Lines {
    file: Arc<PlainFile>,
    /// The first byte that was not read.
    next: u64,
    /// The first and the last record that were read: by them the file is known again until all of
    /// it was looked at.
    ends: [Landmark; 2],
}

/// Where a record is, its time, and its correlation ID.
type Landmark = (Span, Option<Timestamp>, String);

/// The first and the last record of a source in a segment.
struct Read<'s> {
    source: &'s Source,
    ends: [Landmark; 2],
}

impl Growing {
    /// The files of `store`; those that only grow can be read again from now on.
    pub(super) fn new(paths: Vec<PathBuf>, read: &AlreadyRead<'_>) -> Self {
        let mut growing = Self {
            paths,
            known: HashMap::new(),
            told: read.told.iter().cloned().collect(),
            is_first_look: true,
        };
        if !growing.paths.is_empty() {
            for segment in read.store.segments() {
                growing.took(segment);
            }
        }
        // From here on they may grow.
        for known in growing.known.values_mut() {
            if known.lines.as_mut().is_some_and(|lines| !lines.settle(known.read_as)) {
                known.lines = None;
            }
        }
        growing
    }
}

impl Follower for Growing {
    fn took(&mut self, segment: &Segment) {
        for read in each_source(segment) {
            let Some(file) = read.source.file() else {
                // A member of an archive is known by the archive's name.
                self.told.insert(read.source.name().to_owned());
                continue;
            };
            let stamp = file.read_as();
            let known = self.known.entry(file.path().to_owned()).or_insert_with(|| Known {
                read_as: stamp,
                changed_to: None,
                lines: None,
            });
            // The tail of a file has no stamp: it is known what the file was like then.
            known.read_as = stamp.or(known.read_as);
            let Some(mut lines) = Lines::of(&read, file, known.read_as) else { continue };
            if let Some(before) = &known.lines {
                lines.next = lines.next.max(before.next);
                lines.ends[0] = before.ends[0].clone();
            }
            known.lines = Some(lines);
        }
    }

    /// What was never read comes first, then files that hold something else now.
    fn look(&mut self, stop: &CancellationToken) -> Look {
        let (mut fresh, mut again) = (Vec::new(), Vec::new());
        let mut files = Vec::new();
        walk::each(&self.paths, stop, &mut |piece| {
            if let Ok(Piece { contents: Contents::File(path, _), .. }) = piece {
                files.push(path);
            }
        });
        let is_first = std::mem::take(&mut self.is_first_look);
        for path in files {
            let Ok(now) = fs::metadata(&path).map(|metadata| Stamp::of(&metadata)) else {
                continue;
            };
            let name = path.display().to_string();
            let was_told = || self.told.iter().any(|told| told.starts_with(&name));
            let Some(known) = self.known.get_mut(&path) else {
                // What was read before, and is no plain file of records, is read when it changes.
                let read_as = (is_first && was_told()).then_some(now);
                let changed_to = read_as.is_none().then_some(now);
                self.known.insert(path, Known { read_as, changed_to, lines: None });
                continue;
            };
            let read_as = known.read_as;
            if read_as == Some(now) {
                // It was read since the last look, and only more may come now.
                if known.lines.as_mut().is_some_and(|lines| !lines.settle(read_as)) {
                    known.lines = None;
                }
                continue;
            }
            if let Some(lines) = known.lines.as_mut()
                && lines.settle(read_as)
                && lines.is_same(read_as)
            {
                known.read_as = Some(now);
                let tail = |tail| Piece { name: name.clone(), contents: Contents::Tail(tail) };
                fresh.extend(lines.tail(now.len()).map(tail));
                continue;
            }
            // Who writes it may not be done yet.
            if known.changed_to.replace(now) != Some(now) {
                continue;
            }
            if let Some(lines) = known.lines.take() {
                lines.file.was_replaced();
            }
            let was_read = known.read_as.replace(now).is_some();
            known.changed_to = None;
            let file = walk::file(path, now.len());
            if was_read { again.push(file) } else { fresh.push(file) }
        }
        fresh.append(&mut again);
        Look::Found(fresh)
    }
}

/// What was read of each source in a segment.
fn each_source(segment: &Segment) -> Vec<Read<'_>> {
    let mut places: HashMap<*const (), [usize; 2]> = HashMap::new();
    let offset = |at: usize| segment.span(at).1.offset;
    for at in 0..segment.len() {
        let (original, span) = segment.span(at);
        let [first, last] = places.entry(Arc::as_ptr(original).cast::<()>()).or_insert([at, at]);
        if span.offset < offset(*first) {
            *first = at;
        }
        if span.offset > offset(*last) {
            *last = at;
        }
    }
    let read = |ends: [usize; 2]| {
        let original: &dyn Any = &**segment.span(ends[0]).0;
        let source = original.downcast_ref::<Source>()?;
        let landmark = |at| (segment.span(at).1, segment.time(at), segment.correlation(at));
        Some(Read { source, ends: ends.map(landmark) })
    };
    places.into_values().filter_map(read).collect()
}

impl Lines {
    /// A file whose last record is a line of its own, and which is no list.
    fn of(read: &Read<'_>, file: &Arc<PlainFile>, read_as: Option<Stamp>) -> Option<Self> {
        if !read.source.layout().is_self_contained() {
            return None;
        }
        let last = read.ends[1].0;
        let opened = AtOffset::new(File::open(file.path()).ok()?);
        let byte = |at: u64| {
            let mut byte = [0];
            opened.read_exact_at(&mut byte, at).ok().map(|()| byte[0])
        };
        let visible =
            |from: u64| (from..from + 8).map(byte).find(|byte| !is_blank(*byte)).flatten();
        let begins_line = last.offset.checked_sub(1).is_none_or(|at| byte(at) == Some(b'\n'));
        let end = last.offset + u64::from(last.len);
        // Behind a record that is a line comes a break, the end of the file, or the next line.
        let ends_line = !matches!(byte(end), Some(b',' | b']' | b'}'));
        if !begins_line || !ends_line || visible(0) == Some(b'[') {
            return None;
        }
        let mut lines = Self { file: Arc::clone(file), next: end, ends: read.ends.clone() };
        if let Some(read_as) = read_as {
            lines.next = end.max(end_of_lines(&opened, end, read_as.len()).unwrap_or(end));
        }
        lines.is_known(&opened).then_some(lines)
    }

    /// Follows the file from here on, where it is the one that was read as `read_as`, or only grew
    /// since; whether it is.
    fn settle(&mut self, read_as: Option<Stamp>) -> bool {
        self.file.is_growing() || (self.is_same(read_as) && self.file.grows(self.next).is_ok())
    }

    /// Is it the file that was read, with more in it? Before it was followed, one of the same
    /// length and another time is another file.
    fn is_same(&self, read_as: Option<Stamp>) -> bool {
        let Ok(opened) = File::open(self.file.path()).map(AtOffset::new) else { return false };
        let Ok(now) = opened.stamp() else { return false };
        if self.file.is_growing() {
            return self.file.is_there(&opened);
        }
        let grew = read_as.is_none_or(|then| then == now || then.len() < now.len());
        grew && now.len() >= self.next && self.is_known(&opened)
    }

    /// Are the first and the last record where they were?
    fn is_known(&self, opened: &AtOffset) -> bool {
        self.ends.iter().all(|(span, time, correlation)| {
            let mut bytes = vec![0; span.len as usize];
            if opened.read_exact_at(&mut bytes, span.offset).is_err() {
                return false;
            }
            let decoded = format::decode(&bytes, &Layout::JSON, Depth::Columns);
            matches!(
                decoded,
                Ok(Decoded::Record { record, .. })
                    if record.time == *time && record.correlation_id.eq_ignore_ascii_case(correlation)
            )
        })
    }

    /// The whole lines that were not read of a file of `len` bytes.
    fn tail(&mut self, len: u64) -> Option<Tail> {
        let opened = AtOffset::new(File::open(self.file.path()).ok()?);
        let to = end_of_lines(&opened, self.next, len)?;
        self.file.grew(&opened, to).ok()?;
        let from = std::mem::replace(&mut self.next, to);
        (from < to).then(|| Tail { file: Arc::clone(&self.file), from, to })
    }
}

fn is_blank(byte: Option<u8>) -> bool {
    // White space, and the mark of UTF-8 at the beginning of a file.
    byte.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf))
}

/// The byte behind the last line break of `from..len`; `None` where there is none.
fn end_of_lines(file: &AtOffset, from: u64, len: u64) -> Option<u64> {
    let mut end = len;
    let least = from.max(len.saturating_sub(LONGEST_LINE));
    while end > least {
        let start = end.saturating_sub(STEP).max(least);
        let mut bytes = vec![0; (end - start) as usize];
        file.read_exact_at(&mut bytes, start).ok()?;
        if let Some(at) = memchr::memrchr(b'\n', &bytes) {
            return Some(start + at as u64 + 1);
        }
        end = start;
    }
    None
}
