//! The lines of a manifest made few: what was asked for again and again on a day becomes one line.
//! Never touches a file, and never says that more was asked for than was.
//!
//! A day is finished once no record of it can arrive late any more. Until then only lines go that
//! say less than a later one; then all that were asked within one stretch of time become one, with
//! the sum of their records.

use super::manifest::{KeptSlice, Stored};
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

/// Ticks of a day.
const DAY: i64 = 24 * 3_600 * TICKS_PER_SECOND;

/// Bytes of what one line says of its parts: longer lines would not be read again.
const MOST_PARTS: usize = 256 << 10;

/// Entries of one day from which on it stays as it is: comparing all of them takes too long.
const MOST_OF_DAY: usize = 20_000;

/// What the entries say in as few as it takes, by day. `overlap`: the time within which records
/// arrive late. `request` makes the address that asks for the window of an entry.
pub fn condense<'e>(
    entries: impl Iterator<Item = &'e KeptSlice>,
    overlap: Duration,
    request: &dyn Fn(&KeptSlice) -> Option<String>,
) -> Vec<KeptSlice> {
    let mut days: BTreeMap<(i64, &str), Vec<&KeptSlice>> = BTreeMap::new();
    for entry in entries {
        let day = entry.start.ticks().div_euclid(DAY);
        days.entry((day, &entry.log)).or_default().push(entry);
    }
    days.values().flat_map(|day| of_day(day, overlap, request)).collect()
}

/// The entries of one log whose slices begin on one day.
fn of_day(
    day: &[&KeptSlice],
    overlap: Duration,
    request: &dyn Fn(&KeptSlice) -> Option<String>,
) -> Vec<KeptSlice> {
    if day.len() > MOST_OF_DAY {
        return day.iter().copied().cloned().collect();
    }
    // What another filter let through is not the same question.
    let mut questions: BTreeMap<_, Vec<&KeptSlice>> = BTreeMap::new();
    for &entry in day {
        let question = (entry.filter.as_deref(), entry.query.as_deref());
        questions.entry(question).or_default().push(entry);
    }
    let groups: Vec<(Vec<&KeptSlice>, Vec<Piece>)> = questions
        .into_values()
        .map(|group| {
            let pieces = pieces(&group, overlap);
            (group, pieces)
        })
        .collect();
    let is_finished = groups.iter().all(|(group, pieces)| {
        group.iter().all(|entry| !entry.complete || within(entry, pieces).is_some())
    });
    let mut fewer = Vec::new();
    for (group, pieces) in &groups {
        if is_finished {
            merge(group, pieces, request, &mut fewer);
        } else {
            fewer.extend(without_outdated(group));
        }
    }
    // A file is now what the last line about it says.
    let last: BTreeMap<&str, &Stored> =
        day.iter().filter_map(|entry| entry.file.as_ref()).map(|f| (f.name.as_str(), f)).collect();
    for file in fewer.iter_mut().filter_map(|entry| entry.file.as_mut()) {
        if let Some(&now) = last.get(file.name.as_str()) {
            file.clone_from(now);
        }
    }
    fewer
}

/// A stretch of time of which no record can arrive late any more.
struct Piece {
    window: Window,
    /// When its part was asked for that was asked for first.
    asked: Timestamp,
    /// Ticks after which each instant was asked for at least.
    late: i64,
}

/// The piece an entry lies in.
fn within(entry: &KeptSlice, pieces: &[Piece]) -> Option<usize> {
    let holds = |piece: &Piece| piece.window.start <= entry.start && entry.end <= piece.window.end;
    pieces.iter().position(holds)
}

/// What is settled of the slices, in stretches as long as possible.
fn pieces(group: &[&KeptSlice], overlap: Duration) -> Vec<Piece> {
    let mut settled: Vec<(Window, &KeptSlice)> = group
        .iter()
        .filter(|entry| entry.complete)
        .map(|entry| (entry.settled(overlap), *entry))
        .filter(|(window, _)| !window.is_empty())
        .collect();
    settled.sort_by_key(|(window, _)| *window);
    let mut edges: Vec<Timestamp> =
        settled.iter().flat_map(|(window, _)| [window.start, window.end]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut begun = settled.iter().peekable();
    // The latest question, and the longest that is known to have been waited, with where each ends.
    let (mut asked, mut late) = (BinaryHeap::new(), BinaryHeap::new());
    for edge in edges.windows(2) {
        let (start, end) = (edge[0], edge[1]);
        while let Some((window, entry)) = begun.next_if(|(window, _)| window.start <= start) {
            asked.push((entry.asked, Reverse(window.end)));
            late.extend(entry.late_ticks().map(|late| (late, Reverse(window.end))));
        }
        drop_ended(&mut asked, start);
        drop_ended(&mut late, start);
        let Some(&(asked, _)) = asked.peek() else { continue };
        let known = late.peek().map_or(i64::MIN, |(late, _)| *late);
        let late = known.max(asked.ticks().saturating_sub(end.ticks()));
        match pieces.last_mut().filter(|piece| piece.window.end == start) {
            Some(piece) => {
                piece.window.end = end;
                piece.asked = piece.asked.min(asked);
                piece.late = piece.late.min(late);
            }
            None => pieces.push(Piece { window: Window { start, end }, asked, late }),
        }
    }
    pieces
}

fn drop_ended<T: Ord>(heap: &mut BinaryHeap<(T, Reverse<Timestamp>)>, at: Timestamp) {
    while heap.peek().is_some_and(|(_, Reverse(end))| *end <= at) {
        heap.pop();
    }
}

/// One entry for each piece, or for each file of it; what lies in none stays if it wrote to a file.
fn merge(
    group: &[&KeptSlice],
    pieces: &[Piece],
    request: &dyn Fn(&KeptSlice) -> Option<String>,
    into: &mut Vec<KeptSlice>,
) {
    let mut merged: BTreeMap<usize, Vec<KeptSlice>> = BTreeMap::new();
    for &entry in group {
        let Some(at) = within(entry, pieces) else {
            into.extend(brought(entry).then(|| entry.clone()));
            continue;
        };
        let lines = merged.entry(at).or_default();
        let name = |entry: &KeptSlice| entry.file.as_ref().map(|file| file.name.clone());
        let of_file = |line: &&mut KeptSlice| {
            let is_same = entry.file.is_none() || line.file.is_none() || name(line) == name(entry);
            is_same && len_of_parts(line) + len_of_parts(entry) <= MOST_PARTS
        };
        match lines.iter_mut().find(of_file) {
            Some(line) => {
                line.records = line.records.saturating_add(entry.records);
                line.slices = line.slices.saturating_add(entry.slices);
                line.parts.extend(entry.parts.clone());
                line.file = entry.file.clone().or(line.file.take());
            }
            None => lines.push(entry.clone()),
        }
    }
    for (at, lines) in merged {
        let piece = &pieces[at];
        for line in lines {
            into.push(if line.slices > 1 { spread(line, piece, request) } else { line });
        }
    }
}

/// A line about all of a piece.
fn spread(
    line: KeptSlice,
    piece: &Piece,
    request: &dyn Fn(&KeptSlice) -> Option<String>,
) -> KeptSlice {
    let line = KeptSlice {
        start: piece.window.start,
        end: piece.window.end,
        asked: piece.asked,
        // Less than a second is not told.
        late: u64::try_from(piece.late / TICKS_PER_SECOND).ok(),
        complete: true,
        ..line
    };
    match request(&line) {
        Some(request) => KeptSlice { request, ..line },
        None => line,
    }
}

/// Does anything hang on an entry beside what was asked for?
fn brought(entry: &KeptSlice) -> bool {
    entry.file.is_some() || !entry.parts.is_empty()
}

/// Bytes of what an entry says of its parts, about.
fn len_of_parts(entry: &KeptSlice) -> usize {
    entry.parts.iter().map(|(name, was)| name.len() + was.len() + 8).sum()
}

/// The entries without those that brought nothing, and whose time was asked for again since.
fn without_outdated(group: &[&KeptSlice]) -> Vec<KeptSlice> {
    let mut newest_first: Vec<usize> = (0..group.len()).collect();
    newest_first.sort_by_key(|at| Reverse((group[*at].asked, *at)));
    let mut since: Vec<Window> = Vec::new();
    let mut kept = Vec::new();
    for at in newest_first {
        let entry = group[at];
        if brought(entry) || entry.late.is_some() || !entry.window().without(&since).is_empty() {
            kept.push(at);
            if entry.complete {
                add(&mut since, entry.window());
            }
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|at| group[at].clone()).collect()
}

/// Adds a window to others that do not touch each other.
fn add(windows: &mut Vec<Window>, mut window: Window) {
    windows.retain(|other| {
        let touches = other.start <= window.end && window.start <= other.end;
        if touches {
            window =
                Window { start: window.start.min(other.start), end: window.end.max(other.end) };
        }
        !touches
    });
    windows.push(window);
}

#[cfg(test)]
mod tests;
