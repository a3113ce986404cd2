//! Keys, mouse and pasted text from the terminal, as messages.
//! Never says what they mean.

use std::io;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};
use tokio::sync::mpsc::UnboundedSender;

use crate::app::message::Message;

/// Reads that may fail in a row before the terminal counts as gone.
const MOST_FAILED_READS: u32 = 200;

/// Reads keys on a thread of its own, which ends with the process.
pub fn read(inbox: UnboundedSender<Message>) -> io::Result<()> {
    let read = move || {
        let mut failures = 0;
        loop {
            match event::read() {
                Ok(event) => {
                    failures = 0;
                    if message(event).is_some_and(|message| inbox.send(message).is_err()) {
                        return;
                    }
                }
                // A signal may interrupt a read; a terminal that is gone fails for ever.
                Err(_) if failures < MOST_FAILED_READS => {
                    failures += 1;
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(_) => return,
            }
        }
    };
    std::thread::Builder::new().name("keys".to_owned()).spawn(read).map(drop)
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
