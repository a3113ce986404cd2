//! The real program on a pseudo-terminal of 80 by 24: what it writes, and when.
//! Never measures with the clock of the program: a thread notes when bytes arrive.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The program, built for this bench.
pub const ENTRAIL: &str = env!("CARGO_BIN_EXE_entrail");
/// Where programs keep things: all in a folder of the bench.
pub const HOMES: [&str; 4] = ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"];
/// Begins every frame.
const FRAME: &[u8] = b"\x1b[?2026h";
const PATIENCE: Duration = Duration::from_mins(2);

/// A session.
pub struct Term {
    /// When the program was started.
    pub started: Instant,
    arrivals: Receiver<(Instant, Vec<u8>)>,
    parser: vt100::Parser,
    written: Vec<u8>,
    last: Instant,
    input: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

/// What was written since some moment.
#[derive(Clone, Copy)]
pub struct Written {
    /// Bytes.
    pub bytes: usize,
    /// Frames.
    pub frames: usize,
    /// When the last byte arrived.
    pub last: Instant,
}

impl Term {
    /// Opens a file on a new terminal and really reads it; `state` is where the session may keep
    /// things.
    pub fn open(path: &Path, state: &Path) -> anyhow::Result<Self> {
        Self::start(&["--no-index".as_ref(), path], state)
    }

    /// Opens a file as everybody does: from its index where there is one, which is left otherwise.
    pub fn open_by_default(path: &Path, state: &Path) -> anyhow::Result<Self> {
        Self::start(&[path], state)
    }

    fn start(arguments: &[&Path], state: &Path) -> anyhow::Result<Self> {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(ENTRAIL);
        command.args(arguments);
        command.cwd(state);
        for name in ["NO_COLOR", "TMUX", "STY", "LC_ALL", "LC_CTYPE"] {
            command.env_remove(name);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")] {
            command.env(name, value);
        }
        for name in HOMES {
            command.env(name, state.join("home"));
        }
        let mut reader = pair.master.try_clone_reader()?;
        let input = pair.master.take_writer()?;
        let (arrived, arrivals) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count) = reader.read(&mut buffer) {
                let chunk = (Instant::now(), buffer[..count].to_vec());
                if count == 0 || arrived.send(chunk).is_err() {
                    break;
                }
            }
        });
        let cells = |number| NonZero::new(number).context("cells");
        let parser = vt100::Parser::new(cells(24)?, cells(80)?, 0);
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        Ok(Self {
            started,
            arrivals,
            parser,
            written: Vec::new(),
            last: started,
            input,
            child,
            _master: pair.master,
        })
    }

    /// Number of the process.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.process_id().context("the program runs")
    }

    /// Takes in what arrives next; false where nothing did for so long.
    fn take(&mut self, wait: Duration) -> bool {
        let Ok((at, bytes)) = self.arrivals.recv_timeout(wait) else { return false };
        self.parser.process(&bytes);
        self.written.extend_from_slice(&bytes);
        self.last = at;
        true
    }

    /// The text of the screen.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen is so; when the bytes arrived that made it so.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> anyhow::Result<Instant> {
        let start = Instant::now();
        while !is_so(&self.text()) {
            let left = PATIENCE.saturating_sub(start.elapsed());
            anyhow::ensure!(self.take(left), "the screen never had {what}:\n{}", self.text());
        }
        Ok(self.last)
    }

    /// Waits until a record is on the screen.
    pub fn shows_rows(&mut self) -> anyhow::Result<Instant> {
        self.until("a record", |text| text.lines().any(has_row))
    }

    /// Waits until all of so many records are there, and it is quiet.
    pub fn loaded(&mut self, records: usize) -> anyhow::Result<Instant> {
        let at = self.loaded_at(records)?;
        self.quiet(Duration::from_millis(400));
        Ok(at)
    }

    /// Waits until all of so many records are there.
    pub fn loaded_at(&mut self, records: usize) -> anyhow::Result<Instant> {
        let title = format!("Records {} ", crate::table::thousands(records as u64));
        self.until(&title, |text| text.replace(['━', '─'], " ").contains(&title))
    }

    /// How much was written so far.
    pub fn mark(&self) -> usize {
        self.written.len()
    }

    /// What was written since a mark.
    pub fn since(&self, mark: usize) -> Written {
        let new = &self.written[mark..];
        let frames = memchr::memmem::find_iter(new, FRAME).count();
        Written { bytes: new.len(), frames, last: self.last }
    }

    /// Waits until nothing was written for so long.
    pub fn quiet(&mut self, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.take(time) {}
    }

    /// Sends bytes.
    pub fn send(&mut self, keys: &str) -> anyhow::Result<()> {
        self.input.write_all(keys.as_bytes())?;
        Ok(self.input.flush()?)
    }

    /// Sends a key and waits until all it does is painted: bytes, and the time to the last.
    pub fn key(&mut self, key: &str) -> anyhow::Result<(Written, Duration)> {
        let mark = self.mark();
        let start = Instant::now();
        self.send(key)?;
        self.quiet(Duration::from_millis(150));
        let written = self.since(mark);
        Ok((written, written.last.saturating_duration_since(start)))
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Has a line the time of a record: `11-20 23:06:43`?
fn has_row(line: &str) -> bool {
    let shape: Vec<u8> =
        line.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }).collect();
    memchr::memmem::find(&shape, b"00-00 00:00:00 ").is_some()
}
