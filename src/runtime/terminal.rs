//! The terminal: taken over, drawn on, given back whatever happens.
//! Never keeps it after a panic, an error, a signal or the end.

#[cfg(unix)]
pub mod held;

use std::io::{self, Write as _};
use std::sync::Once;

use ratatui::backend::Backend as _;
use ratatui::crossterm::event::{DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute, queue};
#[cfg(not(unix))]
use ratatui::crossterm::{
    event::DisableBracketedPaste, style::ResetColor, terminal::LeaveAlternateScreen,
};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use super::painter::Painter;
use super::size::size;

/// The terminal while this program has it. Dropping gives it back.
pub struct Screen {
    terminal: Terminal<Painter>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over. A panic from now on gives it back before it is reported; `last` is
    /// called where one ends the program.
    pub fn enter(last: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let report = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                let thread = std::thread::current();
                let name = thread.name().unwrap_or_default();
                // The load makes a trouble of a record it panics on; the screen goes on.
                if name.starts_with("decode-") || name == "read" {
                    return;
                }
                give_back(true);
                report(panic);
                if name != "main" {
                    if name != "case" {
                        last();
                    }
                    // The screen would wait for that thread for ever.
                    std::process::exit(101);
                }
            }));
        });
        take(true)?;
        let mut terminal = Terminal::new(Painter::default())?;
        // Some terminals have no other screen than the one with what was there before.
        terminal.backend_mut().clear()?;
        Ok(Self { terminal, mouse: true })
    }

    /// Paints a frame with one write, so that the terminal never shows half of one; writes nothing
    /// where nothing changed.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint)?;
        let frame = self.terminal.backend_mut().take();
        if frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(frame.len() + 16);
        queue!(bytes, BeginSynchronizedUpdate)?;
        bytes.extend_from_slice(&frame);
        queue!(bytes, EndSynchronizedUpdate)?;
        write(&bytes)
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Gives the terminal back, stops the process until it is continued, and takes it again.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back(false);
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.take_back()
    }

    /// Takes the terminal again after something else had it; the next frame paints everything.
    pub fn take_back(&mut self) -> io::Result<()> {
        take(self.mouse)?;
        self.repaint()
    }

    /// Lets the next frame paint everything: the terminal may have lost what it showed, also where
    /// its size is what it was before.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        let (width, height) = size()?;
        // Not `clear`: it asks the terminal for the cursor, and the thread that reads keys would
        // swallow the answer.
        self.terminal.resize(Rect::new(0, 0, width, height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back(std::thread::panicking());
    }
}

/// Writes bytes in one piece.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // Standard output would be split at its last line feed.
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        out.flush()?;
        let copy = out.as_fd().try_clone_to_owned()?;
        std::fs::File::from(copy).write_all(bytes)
    }
    #[cfg(not(unix))]
    {
        out.write_all(bytes)?;
        out.flush()
    }
}

fn take(mouse: bool) -> io::Result<()> {
    #[cfg(unix)]
    held::hold()?;
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse {
        execute!(io::stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal back, once. With `forgets`, what was typed and not read is dropped.
#[cfg(unix)]
pub fn give_back(forgets: bool) {
    held::give_back(forgets);
    // The same once more, so that it knows, too.
    let _ = disable_raw_mode();
}

/// Gives the terminal back. Errors are ignored: there is nobody left to tell.
#[cfg(not(unix))]
pub fn give_back(_: bool) {
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        ResetColor,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}
