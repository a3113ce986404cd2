//! Where everything is on the screen: one geometry for update, mouse and drawing.
//! Never draws and never remembers; the same size and the same open things give the same answer.

use ratatui::layout::{Position, Rect};

use crate::app::action::Pane;

/// What decides the layout besides the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// The pane with the keyboard: the one that is seen where there is room for one only.
    pub focus: Pane,
    /// Is it zoomed to the whole screen?
    pub zoomed: bool,
    /// Is there a timeline to show?
    pub timeline: bool,
}

/// Rectangles of everything; those without room are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole screen.
    pub screen: Rect,
    /// What is loaded.
    pub status: Rect,
    /// The histogram.
    pub timeline: Rect,
    /// The tree with its border.
    pub tree: Rect,
    /// The list with its border.
    pub list: Rect,
    /// The detail with its border.
    pub detail: Rect,
    /// The filter line.
    pub filter: Rect,
    /// Keys that work now.
    pub hints: Rect,
}

/// Columns and lines that are drawn at most: a screen that claims more is drawn up to here, as what is
/// kept of a screen grows with it.
pub const MOST: (u16, u16) = (1_000, 500);
/// Columns and lines of a terminal that does not say how large it is.
const USUAL: (u16, u16) = (80, 24);

/// The columns and lines that are drawn on a terminal that says it has so many.
pub fn drawn(columns: u16, lines: u16) -> (u16, u16) {
    let known = |told: u16, usual: u16| if told == 0 { usual } else { told };
    at_most(known(columns, USUAL.0), known(lines, USUAL.1))
}

/// So many columns and lines, or as many as are drawn at most.
pub(in crate::app) fn at_most(columns: u16, lines: u16) -> (u16, u16) {
    (columns.min(MOST.0), lines.min(MOST.1))
}

/// Below this there is one pane at a time.
pub const LEAST_FOR_PANES: (u16, u16) = (60, 15);
/// From here on the panes are three columns.
const LEAST_FOR_COLUMNS: u16 = 160;

/// The geometry for a screen.
pub fn layout(screen: Rect, open: Open) -> Layout {
    let (width, height) = (screen.width, screen.height);
    let mut found = Layout { screen, ..Layout::default() };
    let line = |y: u16| Rect { x: screen.x, y: screen.y + y, width, height: 1 };
    // The filter line goes last when lines run out, then the status, then the hints.
    if height >= 3 {
        found.filter = line(height - if height >= 5 { 2 } else { 1 });
    }
    if height >= 4 {
        found.status = line(0);
    }
    if height >= 5 {
        found.hints = line(height - 1);
    }
    let top = u16::from(height >= 4);
    let bottom = u16::from(height >= 3) + u16::from(height >= 5);
    let mut panes = Rect { x: screen.x, y: screen.y + top, width, height: height - top - bottom };
    let alone = width < LEAST_FOR_PANES.0 || height < LEAST_FOR_PANES.1;
    if open.timeline && !alone {
        let lines = if height >= 45 {
            3
        } else if height >= 36 {
            2
        } else {
            1
        };
        found.timeline = Rect { height: lines, ..panes };
        panes.y += lines;
        panes.height -= lines;
    }
    if alone || open.zoomed {
        *found.pane_mut(open.focus) = panes;
        return found;
    }
    // The list has what the tree can spare while nobody looks for anything in it.
    let tree_width = match (width, open.focus) {
        (..100, Pane::Tree) => 26,
        (..100, _) => 14,
        (100..LEAST_FOR_COLUMNS, Pane::Tree) => 34,
        (100..LEAST_FOR_COLUMNS, _) => 18,
        (_, Pane::Tree) => 36,
        _ => 30,
    };
    found.tree = Rect { width: tree_width, ..panes };
    let rest = Rect { x: panes.x + tree_width, width: width - tree_width, ..panes };
    if width >= LEAST_FOR_COLUMNS {
        let detail_width = two_fifths(rest.width).max(60);
        found.list = Rect { width: rest.width - detail_width, ..rest };
        found.detail = Rect { x: rest.x + found.list.width, width: detail_width, ..rest };
    } else {
        let detail_height = two_fifths(rest.height);
        found.list = Rect { height: rest.height - detail_height, ..rest };
        found.detail = Rect { y: rest.y + found.list.height, height: detail_height, ..rest };
    }
    found
}

/// Two of five parts; twice a large screen is more than the number holds.
fn two_fifths(whole: u16) -> u16 {
    whole / 5 * 2 + whole % 5 * 2 / 5
}

impl Layout {
    /// The rectangle of a pane, with its border.
    pub fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Tree => self.tree,
            Pane::List => self.list,
            Pane::Detail => self.detail,
            Pane::Timeline => self.timeline,
        }
    }

    fn pane_mut(&mut self, pane: Pane) -> &mut Rect {
        match pane {
            Pane::Tree => &mut self.tree,
            Pane::List => &mut self.list,
            Pane::Detail => &mut self.detail,
            Pane::Timeline => &mut self.timeline,
        }
    }

    /// The inside of a pane, without its border.
    pub fn inside(&self, pane: Pane) -> Rect {
        inside(self.pane(pane))
    }

    /// The pane at a place on the screen.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|pane| self.pane(*pane).contains(Position::new(column, row)))
    }

    /// A box in the middle of the screen, at most so large, for overlays.
    pub fn centered(&self, width: u16, height: u16) -> Rect {
        let (width, height) = (width.min(self.screen.width), height.min(self.screen.height));
        Rect {
            x: self.screen.x + (self.screen.width - width) / 2,
            y: self.screen.y + (self.screen.height - height) / 2,
            width,
            height,
        }
    }
}

/// A rectangle without its border.
pub fn inside(rect: Rect) -> Rect {
    Rect {
        x: rect.x.saturating_add(1).min(rect.right()),
        y: rect.y.saturating_add(1).min(rect.bottom()),
        width: rect.width.saturating_sub(2),
        height: rect.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_every_size_everything_is_on_the_screen_and_nothing_overlaps() {
        for width in 0..220 {
            for height in 0..70 {
                for (focus, zoomed, timeline) in [
                    (Pane::List, false, true),
                    (Pane::Tree, true, true),
                    (Pane::Detail, false, false),
                ] {
                    let screen = Rect::new(0, 0, width, height);
                    let found = layout(screen, Open { focus, zoomed, timeline });
                    let all = [
                        found.status,
                        found.timeline,
                        found.tree,
                        found.list,
                        found.detail,
                        found.filter,
                        found.hints,
                    ];
                    for (index, a) in all.iter().enumerate() {
                        assert_eq!(a.intersection(screen).area(), a.area(), "{width}x{height}");
                        for b in &all[index + 1..] {
                            assert_eq!(a.intersection(*b).area(), 0, "{width}x{height} {a} {b}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_size_that_a_terminal_says_is_too_large_or_nothing() {
        for (told, drawn_as) in [
            ((0, 0), (80, 24)),
            ((0, 10), (80, 10)),
            ((1, 1), (1, 1)),
            ((200, 50), (200, 50)),
            ((u16::MAX, 1), (1_000, 1)),
            ((1, u16::MAX), (1, 500)),
            ((u16::MAX, u16::MAX), MOST),
        ] {
            assert_eq!(drawn(told.0, told.1), drawn_as, "{told:?}");
        }
    }

    #[test]
    fn three_panes_are_visible_at_80_by_24() {
        let open = Open { focus: Pane::List, zoomed: false, timeline: true };
        let found = layout(Rect::new(0, 0, 80, 24), open);
        assert!(Pane::WALK.iter().all(|pane| found.inside(*pane).height >= 5));
        let small = layout(Rect::new(0, 0, 59, 24), open);
        assert!(small.tree.is_empty() && small.detail.is_empty() && !small.list.is_empty());
    }
}
