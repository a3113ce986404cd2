//! Plain files of one record per line or of one list: the decoding threads read them, stretch by
//! stretch. Never takes anything the framing would not take: what is not plainly that goes back to it.

use std::collections::VecDeque;
use std::io::{self, Seek as _, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use super::super::framing::{Framing, Plain};
use super::super::original::Source;
use super::super::work::{Apart, Part, Stopped, Stretch, Stretched};
use super::text::Text;
use super::{Input, Reading};
use crate::place::at_offset::AtOffset;

/// Stretches in which this is to be repaid: what was decoded in vain when one had to be given back.
const REPAID: u32 = 16;
/// Most blocks the framing goes on for before stretches are tried again.
const LONGEST_PAUSE: u32 = 1 << 10;

/// How long the framing goes on before stretches are tried (again), in blocks: longer each time they
/// had to be given back soon, so that a file full of such places costs little more than without.
#[derive(Default, Debug)]
pub(super) struct Pause {
    left: u32,
    next: u32,
}

impl Pause {
    fn is_over(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }

    fn after(&mut self, stretches: u32) {
        let next = if stretches < REPAID { self.next * 2 } else { 1 };
        self.next = next.clamp(2, LONGEST_PAUSE);
        self.left = self.next;
    }
}

/// Stretches on their way, each with its end.
type OnTheirWay = VecDeque<(u64, Receiver<Option<Stretched>>)>;

impl Reading<'_> {
    /// Goes on by stretches where the framing stands between records of a plain file: up to the last
    /// ones, or to where something else begins. `None` where it did not get on. Otherwise the text and
    /// its framing have moved on, what is in the buffer is behind them, and the next read is theirs;
    /// an error if it cannot be.
    pub(super) fn leap(
        &mut self,
        input: &Input<'_>,
        buffer: &[u8],
        text: &mut Text,
        framing: &mut dyn Framing,
        pause: &mut Pause,
    ) -> Result<Option<io::Result<()>>, Stopped> {
        let (Some(file), Some(plain)) = (input.file, framing.plain()) else {
            return Ok(None);
        };
        let Plain { next: from, first_key, in_list } = plain;
        let before = from.checked_sub(text.base() + 1).map(|before| before as usize);
        let before = before.and_then(|before| buffer.get(before));
        let is_start = in_list && before.is_some() || before == Some(&b'\n');
        let len = file.metadata().map_or(0, |metadata| metadata.len());
        let is_long = len.saturating_sub(from) > 4 * self.block as u64;
        if !is_start || !is_long || !pause.is_over() {
            return Ok(None);
        }
        let Ok(opened) = file.try_clone() else { return Ok(None) };
        let read = text.base() + buffer.len() as u64;
        let mut leap = Leap {
            source: Arc::clone(text.source()),
            file: Arc::new(AtOffset::new(opened)),
            first_key: first_key.into(),
            len,
            in_list,
            next: from,
            line: text.line_of(from, buffer),
            reached: from,
            at_line_start: before == Some(&b'\n'),
            taken: 0,
        };
        self.stretches(&mut leap, input, read)?;
        pause.after(leap.taken);
        let moved = leap.taken > 0;
        if moved {
            framing.pass(leap.reached);
            // The byte before it shows whether a line starts here, and is read again.
            text.go_on(leap.reached - 1, leap.line - u64::from(leap.at_line_start));
        }
        // On some systems the stretches have moved the place in the file.
        let to = if moved { leap.reached - 1 } else { read };
        let back = (&*file).seek(SeekFrom::Start(to)).map(|_| ());
        Ok((moved || back.is_err()).then_some(back))
    }

    /// Has one stretch after the other decoded and hands them on in order, until one comes back
    /// undecoded.
    fn stretches(
        &mut self,
        leap: &mut Leap,
        input: &Input<'_>,
        mut counted: u64,
    ) -> Result<(), Stopped> {
        let most = 2 * self.options.workers.max(1) + 1;
        let mut on_their_way = OnTheirWay::new();
        let mut whole = true;
        loop {
            while whole && on_their_way.len() < most && leap.next < leap.len {
                if (self.stopped)() {
                    return Err(Stopped);
                }
                // Where most is passed over, a block is done before threads have changed places.
                let blocks = if self.options.unwanted.is_some() { 4 } else { 1 };
                let stretch = leap.stretch(blocks * self.block as u64);
                on_their_way.push_back((stretch.end, self.outlet.stretch(stretch)?));
                self.block = (self.block * 2).min(self.options.most_block);
            }
            let Some((end, answer)) = on_their_way.pop_front() else { return Ok(()) };
            // All are waited for: on some systems reading moves the place in the file.
            let lines = answer.recv().ok().flatten();
            let Some(lines) = lines.filter(|lines| whole && leap.goes_on_with(lines)) else {
                whole = false;
                continue;
            };
            leap.taken += 1;
            if let Some(end) = lines.end {
                (leap.reached, leap.at_line_start) = (end, lines.at_line_start);
            }
            let lines = lines.placed(leap.line);
            leap.line += lines.count;
            // The last line may end behind its stretch.
            let end = end.max(leap.reached);
            let more = end.saturating_sub(counted);
            counted = counted.max(end);
            for counter in [&input.read, &self.own.read] {
                counter.fetch_add(more, Ordering::Relaxed);
            }
            self.outlet.part(Part::Found(Box::new(lines.outcome)))?;
        }
    }
}

/// Records being taken by stretches.
struct Leap {
    source: Arc<Source>,
    file: Arc<AtOffset>,
    first_key: Arc<[u8]>,
    len: u64,
    /// Are they entries of a list, not lines?
    in_list: bool,
    /// Where the next stretch begins.
    next: u64,
    /// The first record that was not taken: its line, its first byte, and whether its line starts
    /// with it.
    line: u64,
    reached: u64,
    at_line_start: bool,
    /// Stretches that were taken.
    taken: u32,
}

impl Leap {
    fn stretch(&mut self, bytes: u64) -> Stretch {
        let start = self.next;
        let is_first = start == self.reached && self.taken == 0;
        self.next = (start + bytes.max(1)).min(self.len);
        Stretch {
            source: Arc::clone(&self.source),
            file: Arc::clone(&self.file),
            len: self.len,
            start,
            end: self.next,
            first_key: Arc::clone(&self.first_key),
            apart: if self.in_list { Apart::Entries { is_first } } else { Apart::Lines },
        }
    }

    /// Do these begin where those before them ended? Where a list was looked into in its middle,
    /// this shows that what was found are its entries.
    fn goes_on_with(&self, lines: &Stretched) -> bool {
        self.taken == 0 || lines.first.is_none_or(|first| first == self.reached)
    }
}
