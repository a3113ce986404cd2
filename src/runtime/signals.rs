//! Signals that the session answers: leave, stop, go on, another size.
//! Never acts on one itself.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug)]
pub enum Asked {
    Leave(i32),
    Stop,
    Continue,
    Resize,
}

pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
    window: tokio::signal::unix::Signal,
}

impl Signals {
    pub fn new() -> io::Result<Self> {
        let raw = SignalKind::from_raw;
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(raw(signal_hook::consts::SIGTSTP))?,
            go_on: signal(raw(signal_hook::consts::SIGCONT))?,
            window: signal(SignalKind::window_change())?,
        })
    }

    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Leave(signal_hook::consts::SIGTERM),
            _ = self.hang_up.recv() => Asked::Leave(signal_hook::consts::SIGHUP),
            _ = self.interrupt.recv() => Asked::Leave(signal_hook::consts::SIGINT),
            _ = self.stop.recv() => Asked::Stop,
            _ = self.go_on.recv() => Asked::Continue,
            _ = self.window.recv() => Asked::Resize,
        }
    }
}
