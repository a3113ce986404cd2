//! What is known of standard output: a terminal or not, how wide, with colour or not.
//! Never writes anything.

use std::env::var_os;
use std::io::{IsTerminal as _, stdout};

/// Standard output as it is now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stdout {
    /// Is it a terminal?
    pub(super) terminal: bool,
    /// Cells in a line of the terminal; `None` where it is none or does not say.
    pub(super) width: Option<usize>,
    /// Is colour welcome? Only on a terminal, and not where `NO_COLOR` is set (see no-color.org) or
    /// `TERM` is `dumb`.
    pub(super) colour: bool,
}

impl Stdout {
    /// Looks.
    pub(super) fn look() -> Self {
        let terminal = stdout().is_terminal();
        let size = || ratatui::crossterm::terminal::size().ok();
        let width = if terminal { size() } else { None };
        let refused = var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            terminal,
            width: width.map(|(columns, _)| usize::from(columns)).filter(|&columns| columns > 0),
            colour: terminal && !refused,
        }
    }
}
