//! How large the terminal is.
//! Never asks it with a sequence: the thread that reads keys would swallow the answer.

use std::io;

use crate::app::layout::drawn;

/// Columns and lines that are drawn on the terminal.
pub fn size() -> io::Result<(u16, u16)> {
    // crossterm starts another program where it cannot tell.
    #[cfg(unix)]
    let told = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        .map(|size| (size.ws_col, size.ws_row))?;
    #[cfg(not(unix))]
    let told = ratatui::crossterm::terminal::size()?;
    Ok(drawn(told.0, told.1))
}
