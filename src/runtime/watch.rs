//! The thread that watches over the end: signals that ask for it, and a terminal that is gone.
//! Never lets the program outlive its terminal, also where everything else in it is stuck.
//!
//! A signal that asks to leave is handed to the session, which leaves as it does with `q`. Where that
//! takes too long, this thread ends the program itself: marks are kept, the terminal is given back. A
//! signal that says that the program is broken leaves no time for that: the thread it struck is held
//! still until this one has given the terminal back and lets the signal do what it does by default.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGBUS, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP,
    SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;
use tokio::sync::mpsc::UnboundedSender;

use super::cases::Ending;
use super::terminal::held;

/// Signals that would end the program and leave it the time to do so itself.
const LEAVE: [i32; 11] = [
    SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGIO,
];
/// Those without a name everywhere: a stack fault, power, and the real-time ones.
#[cfg(target_os = "linux")]
const LEAVE_ON_LINUX: [std::ops::RangeInclusive<i32>; 3] = [16..=16, 30..=30, 34..=64];
/// Signals that end it at once.
const BROKEN: [i32; 4] = [SIGABRT, SIGBUS, SIGTRAP, SIGSYS];
/// Those of them that strike a thread, which goes on as soon as their handler has returned.
const STRIKES: [i32; 2] = [SIGABRT, SIGBUS];

/// What is said of an abort.
const ABORTED: &[u8] = b"entrail: stopped: memory ran out, or entrail has a bug\n";

/// The session may take this long to leave where the terminal is gone, and so long where it is there.
const SOON: Duration = Duration::from_millis(650);
const LATER: Duration = Duration::from_secs(3);
/// From then on marks that wait to be kept have this long.
const LAST: Duration = Duration::from_millis(200);

/// Starts to watch. Signals, and a terminal that is gone, are told to `leave` by number.
pub fn start(leave: UnboundedSender<i32>, ending: Ending) -> io::Result<()> {
    let signals: Vec<i32> = LEAVE.into_iter().chain(BROKEN).chain([SIGXFSZ]).collect();
    #[cfg(target_os = "linux")]
    let signals = signals.into_iter().chain(LEAVE_ON_LINUX.into_iter().flatten());
    let (read, write) = UnixStream::pair()?;
    let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, signals)?;
    let held_still = STRIKES.into_iter().map(hold_still).collect::<io::Result<Vec<_>>>()?;
    let terminals = [held::screen()?, held::keys()?];
    let watch = move || {
        let _held_still = held_still;
        Watch { delivery, terminals, leave, ending, asked: None, is_gone: false }.run();
    };
    std::thread::Builder::new().name("watch".to_owned()).spawn(watch).map(drop)
}

/// Lets the handler of a signal wait for ever: its last act is to write into a pipe that is full. The
/// pipe must be kept.
fn hold_still(signal: i32) -> io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    for piece in [&[0; 4096][..], &[0]] {
        while rustix::io::write(&write, piece).is_ok() {}
    }
    signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
    // That made it one that does not wait.
    fcntl_setfl(&write, fcntl_getfl(&write)? - OFlags::NONBLOCK)?;
    Ok((read, write))
}

struct Watch {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
    terminals: [OwnedFd; 2],
    leave: UnboundedSender<i32>,
    ending: Ending,
    /// The signal that asked to leave, and when the session has to be gone.
    asked: Option<(i32, Instant)>,
    /// Is the terminal known to be gone?
    is_gone: bool,
}

impl Watch {
    fn run(mut self) {
        loop {
            if self.wait() {
                self.is_gone = true;
                ask(&mut self.asked, &self.leave, SIGHUP);
            }
            // Not collected: memory may be used up.
            for signal in self.delivery.pending() {
                if BROKEN.contains(&signal) {
                    held::give_back(true);
                    if signal == SIGABRT {
                        // What was said of it before went to the screen that is left now.
                        let _ = rustix::io::write(rustix::stdio::stderr(), ABORTED);
                    }
                    let _ = emulate_default_handler(signal);
                }
                // A file that may not grow fails to be written, and that is told.
                if signal != SIGXFSZ {
                    ask(&mut self.asked, &self.leave, signal);
                }
            }
            if let Some((signal, until)) = self.asked
                && Instant::now() >= until
            {
                self.ending.wait(LAST);
                held::give_back(true);
                signal_hook::low_level::exit(128 + signal);
            }
        }
    }

    /// Waits for a signal, the end of the terminal, or the time that is set. Was the terminal found to
    /// be gone?
    fn wait(&self) -> bool {
        let left = self.asked.map(|(_, until)| until.saturating_duration_since(Instant::now()));
        let timeout = left.map(timespec);
        let [screen, keys] = self.terminals.each_ref().map(|terminal| terminal.as_fd());
        let mut wanted = [
            PollFd::new(self.delivery.get_read(), PollFlags::IN),
            PollFd::from_borrowed_fd(screen, PollFlags::empty()),
            PollFd::from_borrowed_fd(keys, PollFlags::empty()),
        ];
        let count = if self.is_gone { 1 } else { wanted.len() };
        // Interrupted, or failed as no memory was left: what there is, is looked for all the same.
        let _ = poll(&mut wanted[..count], timeout.as_ref());
        wanted[1..count].iter().any(is_hung_up)
    }
}

/// Asks the session to leave, once; a terminal that is gone gives it less time.
fn ask(asked: &mut Option<(i32, Instant)>, leave: &UnboundedSender<i32>, signal: i32) {
    let patience = if signal == SIGHUP { SOON } else { LATER };
    let until = Instant::now() + patience;
    match asked {
        Some((_, known)) => *known = until.min(*known),
        None => {
            *asked = Some((signal, until));
            // A session that is over leaves anyway.
            let _ = leave.send(signal);
        }
    }
}

fn is_hung_up(terminal: &PollFd<'_>) -> bool {
    terminal.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// What waiting for keys ended with.
pub enum Keys {
    /// They can be read.
    There,
    /// None came.
    None,
    /// A signal came.
    Interrupted,
    /// The terminal is gone.
    Gone,
}

/// Waits until there are keys to read, for `patience` at most where there is one.
pub fn waits_for_keys(keys: BorrowedFd<'_>, patience: Option<Duration>) -> Keys {
    let mut wanted = [PollFd::from_borrowed_fd(keys, PollFlags::IN)];
    match poll(&mut wanted, patience.map(timespec).as_ref()) {
        Ok(_) if is_hung_up(&wanted[0]) => Keys::Gone,
        Ok(0) => Keys::None,
        Ok(_) => Keys::There,
        Err(rustix::io::Errno::INTR) => Keys::Interrupted,
        Err(_) => Keys::Gone,
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() }
}
