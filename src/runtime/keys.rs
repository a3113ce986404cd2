//! Keys, mouse and pasted text from the terminal, as messages.
//! Never says what they mean.

#[cfg(unix)]
mod decoder;

use std::io;
use std::time::Duration;

use ratatui::crossterm::event::Event;
use tokio::sync::mpsc::{Sender, UnboundedSender};

use crate::app::message::Message;

/// Reads that may fail in a row before the terminal counts as gone.
const MOST_FAILED_READS: u32 = 200;

/// Reads keys on a thread of its own, which ends with the terminal; then it tells `gone`.
pub fn read(inbox: Sender<Message>, gone: UnboundedSender<i32>) -> io::Result<()> {
    let mut terminal = Terminal::new()?;
    let read = move || {
        let mut failures = 0;
        while failures < MOST_FAILED_READS {
            match terminal.next() {
                Ok(Next::Message(message)) => {
                    failures = 0;
                    if inbox.blocking_send(message).is_err() {
                        return;
                    }
                }
                Ok(Next::Nothing) => {}
                Ok(Next::Gone) => break,
                // A signal may interrupt a read; a terminal that is gone fails for ever.
                Err(_) => {
                    failures += 1;
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
        // A session that is over leaves anyway.
        let _ = gone.send(signal_hook::consts::SIGHUP);
    };
    std::thread::Builder::new().name("keys".to_owned()).spawn(read).map(drop)
}

/// What comes next from a terminal.
enum Next {
    Message(Message),
    Nothing,
    Gone,
}

/// Bytes of one read.
#[cfg(unix)]
const BLOCK: usize = 4 << 10;

/// A terminal. It is read here, not by crossterm: that takes the end of a terminal for nothing to read,
/// and asks again at once, for ever; and it waits for the end of a paste as long as it runs, while every
/// key goes into the paste.
#[cfg(unix)]
struct Terminal {
    keys: std::fs::File,
    decoder: decoder::Decoder,
}

#[cfg(unix)]
impl Terminal {
    fn new() -> io::Result<Self> {
        let keys = super::terminal::held::keys()?.into();
        Ok(Self { keys, decoder: decoder::Decoder::default() })
    }

    fn next(&mut self) -> io::Result<Next> {
        use std::io::Read as _;
        use std::os::fd::AsFd as _;

        use super::watch::{Keys, waits_for_keys};
        if let Some(message) = self.decoder.next() {
            return Ok(Next::Message(message));
        }
        match waits_for_keys(self.keys.as_fd(), self.decoder.patience()) {
            Keys::Gone => return Ok(Next::Gone),
            Keys::Interrupted => {}
            Keys::None => self.decoder.silence(),
            Keys::There => {
                let mut block = [0; BLOCK];
                let count = match self.keys.read(&mut block) {
                    Ok(0) => return Ok(Next::Gone),
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                    Err(error) => return Err(error),
                };
                self.decoder.take(&block[..count], count == BLOCK);
            }
        }
        Ok(Next::Nothing)
    }
}

/// A console.
#[cfg(not(unix))]
struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// A console is never gone before its program.
    fn next(&mut self) -> io::Result<Next> {
        let event = ratatui::crossterm::event::read()?;
        Ok(message(event).map_or(Next::Nothing, Next::Message))
    }
}

/// What a terminal event is to the session. Sizes are asked for when their signal comes: of several
/// changes in a row the last event here may tell one that is over.
fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Pressed(key)),
        Event::Mouse(mouse) => Some(Message::Moused(mouse)),
        Event::Paste(text) => Some(Message::Pasted(text)),
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => None,
    }
}
