//! Records of a wide slice, parted by the pieces they are handed over in: the days of an archive.
//! Never hands over a record of a later piece before all earlier ones are handed in.

use super::super::page::Page;
use super::super::slices::Slice;
use super::failure::Failure;
use super::walk::Walk;
use super::{Run, Work, part, unkept};
use crate::time::window::floor;
use crate::time::{Timestamp, Window, ticks};

impl Run<'_> {
    /// Hands over the records of a page that are new.
    pub(super) fn hand_over(
        &mut self,
        work: &mut Work,
        page: &mut Page,
        walk: &mut Walk,
    ) -> Result<(), Failure> {
        // A page that is not whole may lack any record: nothing is over by it.
        let is_whole = page.damage().is_none();
        if self.request.newest_first || !self.is_wide(work) {
            page.keep_new(&mut self.seen);
            return self.give(&work.slice, page);
        }
        if !is_whole {
            return Ok(());
        }
        walk.held.get_or_insert_default().append(page);
        match work.slice.log.ordered && walk.is_rising && !walk.is_unordered {
            true => self.release(work, walk),
            false => Ok(()),
        }
    }

    /// Hands over what was held.
    pub(super) fn release(&mut self, work: &mut Work, walk: &mut Walk) -> Result<(), Failure> {
        let Some(mut held) = walk.held.take() else { return Ok(()) };
        held.keep_new(&mut self.seen);
        held.sort_by_time();
        self.by_piece(work, &held, walk)
    }

    /// Hands over records that are in order of time, piece by piece. A piece is over once a record
    /// of a later one is there.
    fn by_piece(&mut self, work: &mut Work, page: &Page, walk: &Walk) -> Result<(), Failure> {
        let grid = self.request.grid;
        let records = page.records();
        let mut from = 0;
        while from < records.len() {
            // A record without a time is of the piece of the one behind it.
            let piece = |at: usize| records[at].time.map(|time| floor(time, grid));
            let start = (from..records.len()).find_map(piece);
            let is_of_it = |at: &usize| piece(*at).is_none_or(|of| Some(of) == start);
            let to = from + (from..records.len()).take_while(is_of_it).count();
            if let Some(start) = start.filter(|start| work.slice.window.contains(*start)) {
                self.is_over(work, start, walk)?;
            }
            let Window { start, end } = work.slice.window;
            let next = floor(start, grid).plus(ticks(grid)).min(end);
            self.give(&part(work.slice, start, next), &page.part(from..to))?;
            from = to;
        }
        Ok(())
    }

    /// All of a slice is there up to an instant: hands that in, and goes on behind it.
    pub(super) fn is_over(
        &mut self,
        work: &mut Work,
        at: Timestamp,
        walk: &Walk,
    ) -> Result<(), Failure> {
        let Window { start, end } = work.slice.window;
        if at <= start {
            return Ok(());
        }
        self.done(part(work.slice, start, at), walk.asked).map_err(unkept)?;
        work.slice = part(work.slice, at, end);
        work.again = false;
        Ok(())
    }

    fn give(&mut self, slice: &Slice, page: &Page) -> Result<(), Failure> {
        if page.records().is_empty() {
            return Ok(());
        }
        self.loops = 0;
        self.sink.page(slice, page).map_err(|error| Failure::Unkept(error.to_string()))?;
        self.state.records += page.records().len() as u64;
        if let Some(newest) = page.records().iter().filter_map(|record| record.time).max() {
            self.service.came(newest);
            let known = self.outcome.newest.entry(slice.log.name).or_insert(newest);
            *known = newest.max(*known);
        }
        Ok(())
    }
}
