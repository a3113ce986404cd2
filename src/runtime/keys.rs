//! Keys, mouse and pasted text from the terminal, as messages.
//! Never says what they mean.

use std::io;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use crate::app::message::Message;

/// Reads that may fail in a row before the terminal counts as gone.
const MOST_FAILED_READS: u32 = 200;
/// What was read already is asked for as long as this.
const AT_HAND: Duration = Duration::from_millis(1);

/// Reads keys on a thread of its own, which ends with the terminal; then it tells `gone`.
pub fn read(inbox: Sender<Message>, gone: UnboundedSender<i32>) -> io::Result<()> {
    let terminal = Waiting::new()?;
    let read = move || {
        let mut failures = 0;
        while failures < MOST_FAILED_READS {
            match next(&terminal) {
                Ok(Next::Event(event)) => {
                    failures = 0;
                    if message(event).is_some_and(|message| inbox.blocking_send(message).is_err()) {
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
    Event(Event),
    Nothing,
    Gone,
}

/// The next event. crossterm takes the end of a terminal for nothing to read, and asks again at once,
/// for ever: so it is asked for what is there only, and the terminal is waited for here.
fn next(terminal: &Waiting) -> io::Result<Next> {
    if event::poll(AT_HAND)? {
        return Ok(Next::Event(event::read()?));
    }
    Ok(if terminal.is_gone() { Next::Gone } else { Next::Nothing })
}

/// Waits for a terminal.
#[cfg(unix)]
struct Waiting(std::os::fd::OwnedFd);

#[cfg(unix)]
impl Waiting {
    fn new() -> io::Result<Self> {
        super::terminal::held::keys().map(Self)
    }

    /// Waits until there is something to read, or the terminal is gone.
    fn is_gone(&self) -> bool {
        use std::os::fd::AsFd as _;
        super::watch::waits_for_keys(self.0.as_fd())
    }
}

/// Waits for a console.
#[cfg(not(unix))]
struct Waiting;

#[cfg(not(unix))]
impl Waiting {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// A console is never gone before its program.
    fn is_gone(&self) -> bool {
        let _ = event::poll(Duration::from_secs(3_600));
        false
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
