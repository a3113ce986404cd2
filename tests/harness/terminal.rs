//! The real program on a pseudo-terminal, and a terminal emulator that reads what it draws.
//! Never sleeps for an effect: it waits until the screen shows it, and fails with the screen.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longer than a busy machine needs for anything here.
const PATIENCE: Duration = Duration::from_secs(30);
/// A screen that did not change for so long is drawn completely.
const STILL: Duration = Duration::from_millis(200);

/// The program, running.
pub struct Terminal {
    parser: Arc<Mutex<vt100::Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    // Closing it would hang up.
    _master: Box<dyn MasterPty + Send>,
    // Gone with the terminal.
    _home: tempfile::TempDir,
}

impl Terminal {
    /// Starts the program with these arguments on a screen of columns and lines.
    pub fn start(arguments: &[&str], columns: u16, lines: u16) -> Self {
        Self::start_with(arguments, &[], columns, lines)
    }

    /// The same with these variables.
    pub fn start_with(
        arguments: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
        lines: u16,
    ) -> Self {
        let size = PtySize { rows: lines, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_entrail"));
        command.args(arguments);
        for name in ["NO_COLOR", "LC_ALL", "LC_CTYPE", "TMUX", "STY"] {
            command.env_remove(name);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")] {
            command.env(name, value);
        }
        // What is kept between sessions is neither read nor written.
        let home = tempfile::tempdir().expect("a folder");
        for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env(name, home.path());
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let cells = |count| NonZero::new(count).expect("a screen has cells");
        let parser = Arc::new(Mutex::new(vt100::Parser::new(cells(lines), cells(columns), 0)));
        let mut output = pair.master.try_clone_reader().expect("output");
        let keys = pair.master.take_writer().expect("input");
        let shown = Arc::clone(&parser);
        let reading = move || {
            let mut block = [0; 8192];
            while let Ok(length @ 1..) = output.read(&mut block) {
                shown.lock().unwrap_or_else(PoisonError::into_inner).process(&block[..length]);
            }
        };
        std::thread::Builder::new().spawn(reading).expect("a thread");
        Self { parser, keys, child, _master: pair.master, _home: home }
    }

    /// Types these bytes.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the program listens");
        self.keys.flush().expect("the program listens");
    }

    /// The screen as it is now.
    pub fn screen(&self) -> vt100::Screen {
        self.parser.lock().unwrap_or_else(PoisonError::into_inner).screen().clone()
    }

    /// Waits until the screen shows all of these texts, whatever white space is in between, and
    /// nothing more is being drawn; returns it. Fails with the screen where it never does.
    #[expect(clippy::disallowed_methods, reason = "waits for another process")]
    pub fn wait_for(&self, texts: &[&str]) -> vt100::Screen {
        let start = Instant::now();
        let (mut last, mut since) = (String::new(), Instant::now());
        loop {
            let screen = self.screen();
            let drawn = screen.contents_formatted();
            if drawn != last {
                (last, since) = (drawn, Instant::now());
            }
            let shown = words(&screen.contents());
            let missing = texts.iter().find(|text| !shown.contains(words(text).as_str()));
            if missing.is_none() && since.elapsed() > STILL {
                return screen;
            }
            let patient = start.elapsed() < PATIENCE;
            assert!(patient, "the screen never showed {missing:?}:\n{}", screen.contents());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A text with one space for each run of white space.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
