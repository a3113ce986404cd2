//! Cursor, first visible line and height of a scrolling pane: the only scroll arithmetic.
//! Never knows what the lines are.

/// A window of `height` lines over `len` lines. The cursor is always inside both, whatever is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    cursor: usize,
    top: usize,
    height: usize,
    len: usize,
}

/// Where a cursor is moved to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Motion {
    /// So many lines on, or back.
    Lines(isize),
    /// So many halves of a window on, or back.
    HalfPages(isize),
    /// So many windows on, or back.
    Pages(isize),
    /// To the line of this number, counted from the first.
    First(usize),
    /// To the last line, or to the one of this number.
    Last(Option<usize>),
}

impl Viewport {
    /// Line of the cursor; 0 where there are no lines.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// First visible line.
    pub fn top(&self) -> usize {
        self.top
    }

    /// Visible lines.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All lines.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Are there no lines?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The visible lines.
    pub fn visible(&self) -> std::ops::Range<usize> {
        self.top..(self.top + self.height).min(self.len)
    }

    /// The pane became this high.
    pub fn set_height(&mut self, height: usize) {
        self.height = height;
        self.settle();
    }

    /// There are this many lines now.
    pub fn set_len(&mut self, len: usize) {
        self.len = len;
        self.settle();
    }

    /// Puts the cursor on a line.
    pub fn go_to(&mut self, line: usize) {
        self.cursor = line;
        self.settle();
    }

    /// Puts the cursor on a line and keeps it where it was in the window, where possible.
    pub fn keep_at(&mut self, line: usize) {
        let in_window = self.cursor.saturating_sub(self.top);
        self.cursor = line;
        self.top = line.saturating_sub(in_window);
        self.settle();
    }

    /// Moves the cursor as a key says.
    pub fn go(&mut self, motion: Motion) {
        let page = |lines: usize, times: isize| lines.max(1) as isize * times;
        match motion {
            Motion::Lines(lines) => self.move_by(lines),
            Motion::HalfPages(times) => self.move_by(page(self.height() / 2, times)),
            Motion::Pages(times) => self.move_by(page(self.height(), times)),
            Motion::First(line) => self.go_to(line),
            Motion::Last(line) => self.go_to(line.unwrap_or(usize::MAX)),
        }
    }

    /// Moves the cursor by so many lines. A small step over the edge of the window turns it by half:
    /// what comes next is seen before the cursor is there, and few steps paint every line anew.
    pub fn move_by(&mut self, lines: isize) {
        let half = self.height / 2;
        let line = self.cursor.saturating_add_signed(lines).min(self.len.saturating_sub(1));
        let is_over = line < self.top || line >= self.top + self.height;
        if is_over && lines.unsigned_abs() <= half {
            let above = if lines > 0 { half } else { self.height - half };
            self.top = line.saturating_sub(above.saturating_sub(1));
        }
        self.go_to(line);
    }

    /// Scrolls the window by so many lines; the cursor comes along where it must.
    pub fn scroll_by(&mut self, lines: isize) {
        let last_top = self.len.saturating_sub(self.height.max(1));
        self.top = self.top.saturating_add_signed(lines).min(last_top);
        let bottom = (self.top + self.height.max(1)).min(self.len);
        self.cursor = self.cursor.clamp(self.top, bottom.saturating_sub(1).max(self.top));
        self.settle();
    }

    fn settle(&mut self) {
        self.cursor = self.cursor.min(self.len.saturating_sub(1));
        let height = self.height.max(1);
        if self.cursor < self.top {
            self.top = self.cursor;
        } else if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min(self.len.saturating_sub(height));
    }
}

/// All of `count` lines once, from the one `from` steps after (or before) `cursor` on, going
/// around the end.
pub fn once_around(
    count: usize,
    cursor: usize,
    from: usize,
    backwards: bool,
) -> impl Iterator<Item = usize> {
    (from..count + from).map(move |step| {
        let steps = step % count;
        (if backwards { cursor + count - steps } else { cursor + steps }) % count
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Height(usize),
        Len(usize),
        GoTo(usize),
        KeepAt(usize),
        Move(isize),
        Scroll(isize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0usize..50).prop_map(Step::Height),
            (0usize..200).prop_map(Step::Len),
            (0usize..300).prop_map(Step::GoTo),
            (0usize..300).prop_map(Step::KeepAt),
            (-300isize..300).prop_map(Step::Move),
            (-300isize..300).prop_map(Step::Scroll),
            Just(Step::Move(isize::MIN)),
            Just(Step::Scroll(isize::MAX)),
        ]
    }

    #[test]
    fn a_step_over_the_edge_turns_the_window_by_half() {
        let mut viewport = Viewport::default();
        viewport.set_len(100);
        viewport.set_height(8);
        viewport.go_to(7);
        assert_eq!(viewport.visible(), 0..8);
        viewport.move_by(1);
        assert_eq!((viewport.cursor(), viewport.visible()), (8, 5..13));
        viewport.move_by(4);
        assert_eq!(viewport.visible(), 5..13);
        viewport.move_by(-7);
        assert_eq!(viewport.visible(), 5..13);
        viewport.move_by(-1);
        assert_eq!((viewport.cursor(), viewport.visible()), (4, 1..9));
        // Far steps, and those at the ends, go no further than they must.
        viewport.move_by(20);
        assert_eq!((viewport.cursor(), viewport.visible()), (24, 17..25));
        viewport.go_to(1);
        viewport.move_by(-1);
        assert_eq!(viewport.visible(), 0..8);
        viewport.set_height(1);
        viewport.move_by(1);
        assert_eq!(viewport.visible(), 1..2);
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_inside_the_window(steps in prop::collection::vec(step(), 0..60)) {
            let mut viewport = Viewport::default();
            for step in steps {
                match step {
                    Step::Height(height) => viewport.set_height(height),
                    Step::Len(len) => viewport.set_len(len),
                    Step::GoTo(line) => viewport.go_to(line),
                    Step::KeepAt(line) => viewport.keep_at(line),
                    Step::Move(lines) => viewport.move_by(lines),
                    Step::Scroll(lines) => viewport.scroll_by(lines),
                }
                prop_assert!(viewport.is_empty() || viewport.cursor() < viewport.len());
                let visible = viewport.visible();
                prop_assert!(visible.is_empty() || visible.contains(&viewport.cursor()));
            }
        }
    }
}
