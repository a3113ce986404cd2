//! A span of time cut into what is asked for at once, by how many rows were counted in each hour.
//! Never asks: this is plain arithmetic.
//!
//! Source: Azure Monitor service limits, "Log queries": at most 500,000 rows and about 100 MB of data in an
//! answer.
use crate::time::{TICKS_PER_SECOND, Timestamp, Window};

/// Most rows that are asked for at once; an answer has 500,000 at most.
const MOST_ROWS: u64 = 400_000;
/// Rows of an answer that has no more because of the limit.
pub const LIMIT: u64 = 500_000;
/// Bytes of a row, until some came.
pub const USUAL_ROW: u64 = 4_000;
/// Rows of the first slice, so that there is something to see soon.
const FIRST_ROWS: u64 = 1_000;

/// An hour, in ticks.
pub const HOUR: i64 = 3_600 * TICKS_PER_SECOND;

/// A span of time that is asked for at once, and the rows that were counted in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slice {
    /// When the rows were made.
    pub window: Window,
    /// How many there are; `None` where nobody counted.
    pub rows: Option<u64>,
}

/// Cuts a window into slices, the latest first. `hours` are the rows of each hour, in any order; every
/// instant of the window is in a slice, whether anything was counted there or not. `most_rows` are those
/// an answer has room for by their bytes.
pub fn plan(window: Window, hours: &[(Timestamp, u64)], most_rows: u64) -> Vec<Slice> {
    let most = most_rows.clamp(1, MOST_ROWS);
    // Behind a first slice the hours of the whole window are handed over once more.
    let is_in = |hour: Timestamp| hour.plus(HOUR) > window.start && hour < window.end;
    let mut hours: Vec<(Timestamp, u64)> =
        hours.iter().filter(|(hour, _)| is_in(*hour)).copied().collect();
    hours.sort_unstable();
    let mut slices = Vec::new();
    let mut end = window.end;
    let mut rows = 0;
    for (hour, count) in hours.into_iter().rev() {
        let limit = if slices.is_empty() { FIRST_ROWS.min(most) } else { most };
        let after = hour.plus(HOUR).max(window.start);
        if rows > 0 && rows + count > limit && after < end {
            slices.push(Slice { window: Window { start: after, end }, rows: Some(rows) });
            (end, rows) = (after, 0);
        }
        rows += count;
    }
    if window.start < end {
        slices.push(Slice { window: Window { start: window.start, end }, rows: Some(rows) });
    }
    slices
}

/// Two halves of a slice, the later first; `None` where no instant lies between.
pub fn halves(slice: Slice) -> Option<[Slice; 2]> {
    let Window { start, end } = slice.window;
    let middle = Timestamp::from_ticks(start.ticks().midpoint(end.ticks()));
    let part =
        |start: Timestamp, end: Timestamp| Slice { window: Window { start, end }, rows: None };
    (start < middle && middle < end).then(|| [part(middle, end), part(start, middle)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_ticks(hours * HOUR)
    }

    fn cut(counts: &[(i64, u64)], bytes_of_row: u64) -> Vec<(i64, i64, u64)> {
        let hours: Vec<_> = counts.iter().map(|(hour, count)| (at(*hour), *count)).collect();
        let window = Window { start: at(0), end: at(100) };
        let slices = plan(window, &hours, 80_000_000 / bytes_of_row);
        // Nothing is left out, nothing is asked for twice.
        let mut end = window.end;
        for slice in &slices {
            assert_eq!(slice.window.end, end);
            end = slice.window.start;
        }
        assert_eq!(end, window.start);
        let hour = |time: Timestamp| time.ticks() / HOUR;
        let told = |slice: &Slice| {
            (hour(slice.window.start), hour(slice.window.end), slice.rows.expect("counted"))
        };
        slices.iter().map(told).collect()
    }

    #[test]
    fn slices_stay_below_what_an_answer_has_and_leave_nothing_out() {
        assert_eq!(cut(&[], 4_000), [(0, 100, 0)]);
        assert_eq!(cut(&[(5, 10), (50, 20)], 4_000), [(0, 100, 30)]);
        // The first is small; 20,000 rows of 4,000 bytes are 80 MB.
        assert_eq!(
            cut(&[(99, 900), (98, 900), (97, 15_000), (3, 6_000)], 4_000),
            [(99, 100, 900), (4, 99, 15_900), (0, 4, 6_000)]
        );
        // An hour that is too much by itself is asked for alone; the answer says that it is.
        assert_eq!(cut(&[(7, 9_000_000), (8, 1)], 4_000), [(8, 100, 1), (0, 8, 9_000_000)]);
        // Rows that are not in the window are counted for nothing.
        assert_eq!(cut(&[(-5, 7)], 4_000), [(0, 100, 0)]);
        // They once were, behind the first slice: rows were told to be missing that had come with it.
        assert_eq!(cut(&[(100, 900), (120, 3), (50, 20)], 4_000), [(0, 100, 20)]);
    }

    #[test]
    fn a_slice_is_halved_down_to_one_instant() {
        let mut slice = Slice { window: Window { start: at(0), end: at(1) }, rows: Some(9) };
        let mut times = 0;
        while let Some([later, earlier]) = halves(slice) {
            assert_eq!((later.window.start, earlier.window.start), (earlier.window.end, at(0)));
            slice = earlier;
            times += 1;
        }
        assert_eq!(slice.window.end.ticks(), 1);
        assert!(times < 40, "{times}");
    }
}
