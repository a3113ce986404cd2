//! What it takes to give the terminal back from any thread at any moment: its descriptors, and its
//! mode from before. Never allocates while it does, as memory may be used up.

use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

/// A terminal that is stopped, or whose connection is stuck, takes nothing: it is waited for this long.
const PATIENCE: Duration = Duration::from_millis(100);

/// Ends whatever sequence was cut off, the synchronized update, colours, the mouse, bracketed paste
/// and the alternate screen, and shows the cursor.
const RESTORED: &[u8] = b"\x1b\\\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\
    \x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// The terminal as it was before it was taken over.
struct Held {
    keys: OwnedFd,
    screen: OwnedFd,
    before: Termios,
}

static HELD: Mutex<Option<Held>> = Mutex::new(None);

fn held() -> MutexGuard<'static, Option<Held>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where keys come from: standard input, or the terminal of the session where records come from there.
pub fn keys() -> io::Result<OwnedFd> {
    let input = io::stdin();
    if input.is_terminal() {
        return input.as_fd().try_clone_to_owned();
    }
    let terminal = std::fs::File::options().read(true).write(true).open("/dev/tty")?;
    Ok(terminal.into())
}

/// Where the screen is drawn.
pub fn screen() -> io::Result<OwnedFd> {
    io::stdout().as_fd().try_clone_to_owned()
}

/// Remembers the mode of the terminal, which is about to be changed.
pub fn hold() -> io::Result<()> {
    let mut held = held();
    if held.is_none() {
        let (keys, screen) = (keys()?, screen()?);
        let before = tcgetattr(&keys)?;
        *held = Some(Held { keys, screen, before });
    }
    Ok(())
}

/// Gives the terminal back, once, from whatever thread. With `forgets`, what was typed or pasted and
/// not read yet is dropped: a shell would run it. Errors are ignored, as nobody is left to tell.
pub fn give_back(forgets: bool) {
    let Some(Held { keys, screen, before }) = held().take() else { return };
    write(screen.as_fd(), RESTORED);
    // Not both in one: that would wait until all is written, which may be never.
    if forgets {
        let _ = tcflush(&keys, QueueSelector::IFlush);
    }
    let _ = tcsetattr(&keys, OptionalActions::Now, &before);
}

/// Writes as much as the terminal takes soon.
fn write(screen: BorrowedFd<'_>, mut bytes: &[u8]) {
    let end = Instant::now() + PATIENCE;
    while !bytes.is_empty() {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let mut wanted = [PollFd::from_borrowed_fd(screen, PollFlags::OUT)];
        match poll(&mut wanted, Some(&timeout)) {
            Ok(1..) if wanted[0].revents().contains(PollFlags::OUT) => {}
            Err(rustix::io::Errno::INTR) => continue,
            _ => return,
        }
        match rustix::io::write(screen, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(_) => return,
        }
    }
}
