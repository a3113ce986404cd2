//! Signals that the session answers: leave, stop, go on, another size.
//! Never acts on one itself.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::cases::Ending;
use super::watch;

/// What a signal asks for.
#[derive(Clone, Copy, Debug)]
pub enum SignalMeaning {
    Leave(i32),
    Stop,
    Continue,
    Resize,
}

pub struct Signals {
    leave: UnboundedReceiver<i32>,
    asks: UnboundedSender<i32>,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
    window: tokio::signal::unix::Signal,
}

impl Signals {
    /// Listens from now on; who asks to leave and is not heard ends the keeper of the case.
    pub fn new(ending: Ending) -> io::Result<Self> {
        let raw = SignalKind::from_raw;
        let (asks, leave) = unbounded_channel();
        watch::start(asks.clone(), ending)?;
        Ok(Self {
            leave,
            asks,
            stop: signal(raw(signal_hook::consts::SIGTSTP))?,
            go_on: signal(raw(signal_hook::consts::SIGCONT))?,
            window: signal(SignalKind::window_change())?,
        })
    }

    /// Whoever finds that the terminal is gone says so as a signal does.
    pub fn asks(&self) -> UnboundedSender<i32> {
        self.asks.clone()
    }

    pub async fn next(&mut self) -> SignalMeaning {
        tokio::select! {
            biased;
            Some(number) = self.leave.recv() => SignalMeaning::Leave(number),
            _ = self.stop.recv() => SignalMeaning::Stop,
            _ = self.go_on.recv() => SignalMeaning::Continue,
            _ = self.window.recv() => SignalMeaning::Resize,
        }
    }
}
