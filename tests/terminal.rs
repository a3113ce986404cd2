//! The real program on a real pseudo-terminal: what it draws, what it leaves behind, how it ends.
//! Never sleeps for luck: it waits for what is expected on the screen, ten seconds at most.
#![expect(
    clippy::disallowed_methods,
    reason = "waiting for another process needs a clock and a thread"
)]

#[path = "terminal/ends.rs"]
mod ends;

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const ENTRAIL: &str = env!("CARGO_BIN_EXE_entrail");
// Below the folder of the package, where every program here is started.
const AUDIT: &str = "tests/fixtures/command_line/audit.ndjson";
const DAMAGED: &str = "tests/fixtures/damage/lines-with-damage.ndjson";

/// What came out of the terminal: every byte, and the screen they make.
struct Output {
    bytes: Vec<u8>,
    parser: vt100::Parser,
}

/// A program on a terminal.
struct Term {
    output: Arc<Mutex<Output>>,
    input: Box<dyn std::io::Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("at least one")
}

fn pty_size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The program with these arguments, with an environment that does not depend on who tests.
fn entrail(arguments: &[&str]) -> CommandBuilder {
    plain_environment(ENTRAIL, arguments)
}

fn plain_environment(program: &str, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    for name in ["NO_COLOR", "TMUX", "STY", "LC_ALL", "LC_CTYPE", "ENTRAIL_PANIC_ON_PASTE"] {
        command.env_remove(name);
    }
    // What is kept between sessions goes to a folder of the tests.
    let home = concat!(env!("CARGO_TARGET_TMPDIR"), "/home");
    command.env("HOME", home);
    command.env("XDG_STATE_HOME", home);
    for (name, value) in
        [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("RUST_BACKTRACE", "0"), ("TZ", "UTC")]
    {
        command.env(name, value);
    }
    // Not the state of whoever runs the tests.
    let state = format!("{}/state-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    command.env("XDG_STATE_HOME", state);
    command
}

impl Term {
    /// Starts a program on a terminal of 80 by 24.
    fn start(command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(pty_size(24, 80)).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(24), cells(80), 0);
        let output = Arc::new(Mutex::new(Output { bytes: Vec::new(), parser }));
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let input = pair.master.take_writer().expect("its input");
        let into = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                let mut output = into.lock().unwrap_or_else(PoisonError::into_inner);
                output.parser.process(&buffer[..count]);
                output.bytes.extend_from_slice(&buffer[..count]);
            }
        });
        Self { output, input, master: pair.master, child }
    }

    /// Starts the demo and waits until its records are there.
    fn demo() -> Self {
        let term = Self::start(entrail(&["demo"]));
        term.loaded();
        term
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self) -> String {
        self.output().parser.screen().contents()
    }

    /// Everything that was ever written.
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.output().bytes).into_owned()
    }

    /// Waits until something is so.
    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(start.elapsed() < Duration::from_secs(10), "not {what}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Waits until the screen shows a text.
    fn shows(&self, text: &str) {
        self.until(text, |term| term.text().contains(text));
    }

    fn loaded(&self) {
        self.shows("Records 6,000");
        self.shows("v activities");
    }

    fn keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.input.flush().expect("the terminal takes keys");
    }

    fn paste(&mut self, text: &str) {
        self.keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        // First here, so that nothing drawn for the new size meets the old one.
        self.output().parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(pty_size(rows, cols)).expect("another size");
    }

    /// Sends a signal, such as `TERM`.
    fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("it runs").to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &id]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
    }

    /// Waits for the end; returns the exit code.
    fn ends(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.exit_code();
            }
            assert!(start.elapsed() < Duration::from_secs(10), "still there:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Waits until the terminal is as it was before.
    fn is_given_back(&self) {
        self.until("given back", |term| {
            let output = term.output();
            let screen = output.parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        });
    }

    fn is_taken(&self) {
        self.until("taken over", |term| {
            let output = term.output();
            let screen = output.parser.screen();
            screen.alternate_screen()
                && screen.bracketed_paste()
                && screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
        });
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // A test that failed leaves its program behind otherwise.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[test]
fn the_demo_is_filtered_walked_and_read() {
    let mut term = Term::demo();
    term.is_taken();
    term.keys("/target:CA004 actor:print.relay");
    term.shows("Records 2 of 6,000");
    term.keys("\r\r");
    term.shows("2 differences");
    term.keys("r");
    term.shows("Detail: original");
    term.shows("IPCGraph_");
    term.keys("r\x1b");
    term.until("back at the changes", |term| !term.text().contains("Detail: original"));
    term.keys("x\t");
    term.shows("Records 6,000");
    term.keys("\t");
    term.keys("g\r");
    term.until("unfolded", |term| term.text().contains('▾') && term.text().contains("GroupMana"));
    term.keys(" ");
    term.shows("Records 34 of 6,000");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    term.is_given_back();
}

#[test]
fn any_size_is_survived_and_the_next_one_is_whole() {
    let mut term = Term::demo();
    term.resize(120, 40);
    term.until("120 by 40", |term| {
        let text = term.text();
        text.lines().count() == 40
            && text.lines().last().is_some_and(|line| line.contains("q quit"))
    });
    for (cols, rows) in [(10, 3), (1, 1), (3, 2), (1, 24)] {
        term.resize(cols, rows);
        term.keys("j");
    }
    term.resize(10, 3);
    term.until("the filter line of a tiny screen", |term| {
        term.text().lines().last().is_some_and(|line| line.starts_with(" / to"))
    });
    term.resize(80, 24);
    term.until("80 by 24", |term| {
        let text = term.text();
        text.contains("Services") && text.contains("Detail") && text.contains("Records 6,000")
    });
    term.keys("q");
    assert_eq!(term.ends(), 0);
    term.is_given_back();
}

#[test]
fn a_paste_is_text_and_not_keys() {
    let mut term = Term::demo();
    term.paste("target:CA004\r\nactor:print.relay q\n");
    term.shows("/ target:CA004  actor:print.relay q");
    term.keys("\x15");
    term.paste("category:Policy\n");
    term.shows("/ category:Policy");
    term.shows("of 6,000");
    term.keys("\rq");
    assert_eq!(term.ends(), 0);
}

#[test]
fn copying_goes_to_the_terminals_clipboard() {
    let mut term = Term::demo();
    term.keys("/category:Policy\r");
    term.shows("of 6,000");
    term.keys("yq");
    term.shows("query copied (OSC 52");
    // `category:Policy`
    assert!(term.written().contains("\x1b]52;c;Y2F0ZWdvcnk6UG9saWN5\x07"));
    assert!(!term.written().contains("\x1bPtmux;"));
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn inside_of_tmux_the_copy_is_wrapped() {
    let mut command = entrail(&["demo"]);
    command.env("TMUX", "/nowhere/tmux,1,0");
    command.env("PATH", "/nowhere");
    let mut term = Term::start(command);
    term.loaded();
    term.keys("/category:Policy\r");
    term.shows("of 6,000");
    term.keys("yq");
    term.shows("query copied");
    assert!(term.written().contains("\x1bPtmux;\x1b\x1b]52;c;Y2F0ZWdvcnk6UG9saWN5\x07\x1b\\"));
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn a_filter_is_known_in_the_next_session() {
    let home = tempfile::tempdir().expect("a folder");
    let session = || {
        let mut command = entrail(&[AUDIT]);
        command.env("XDG_STATE_HOME", home.path());
        let term = Term::start(command);
        term.shows("Records 7");
        term
    };
    let mut first = session();
    first.keys("/mallory\r");
    first.shows(" of 7");
    first.keys("q");
    assert_eq!(first.ends(), 0);
    let mut second = session();
    second.keys("/\x1b[A");
    second.shows("/ mallory");
    second.keys("\rq");
    assert_eq!(second.ends(), 0);
}

#[test]
fn a_signal_ends_it_and_gives_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("HUP", 129)] {
        let mut term = Term::demo();
        term.signal(name);
        assert_eq!(term.ends(), code, "{name}");
        term.is_given_back();
    }
}

#[test]
fn ctrl_c_ends_it_like_q() {
    let mut term = Term::demo();
    term.keys("/actor:\x03");
    assert_eq!(term.ends(), 0);
    term.is_given_back();
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    let mut command = entrail(&["demo"]);
    command.env("ENTRAIL_PANIC_ON_PASTE", "boom");
    let mut term = Term::start(command);
    term.loaded();
    term.paste("boom");
    assert_eq!(term.ends(), 101);
    term.is_given_back();
    term.shows("boom");
    term.shows(" panicked at ");
}

#[test]
fn the_shell_can_stop_it_and_bring_it_back() {
    // A pseudo-terminal's first process is never stopped by the terminal; a shell's child is. The
    // shell's own line editing would turn bracketed paste on.
    let mut command = plain_environment("bash", &["--norc", "--noprofile", "--noediting", "-i"]);
    command.env("PS1", "PROMPT> ");
    command.env("HISTFILE", "/dev/null");
    let mut term = Term::start(command);
    term.shows("PROMPT>");
    term.keys(&format!("{ENTRAIL} demo\n"));
    term.loaded();
    term.keys("\x1a");
    term.shows("Stopped");
    term.is_given_back();
    // A stopped program hears nothing of another size.
    term.resize(100, 30);
    term.keys("fg\n");
    term.is_taken();
    term.loaded();
    term.until("100 by 30", |term| term.text().lines().count() == 30);
    term.keys("/category:Policy\r");
    term.shows("/ category:Policy");
    term.shows("of 6,000");
    let before = term.written().len();
    term.keys("q");
    term.until("back at the shell", |term| term.written()[before..].contains("PROMPT>"));
    term.is_given_back();
    term.keys("exit\n");
    term.ends();
}

#[test]
fn records_come_from_a_pipe_and_keys_from_the_terminal() {
    let script = format!("cat '{AUDIT}' | '{ENTRAIL}' -");
    let mut term = Term::start(plain_environment("sh", &["-c", &script]));
    term.shows("standard input");
    term.shows("mallory");
    term.keys("/mallory");
    term.shows(" of 7");
    term.keys("\rq");
    assert_eq!(term.ends(), 0);
    term.is_given_back();
}

#[test]
fn a_file_that_grows_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.ndjson");
    let lines = std::fs::read_to_string(AUDIT).expect("a fixture");
    let (first, rest) = lines.split_at(lines.find('\n').expect("lines") + 1);
    std::fs::write(&path, first).expect("written");
    let mut term = Term::start(entrail(&[path.to_str().expect("a name")]));
    term.shows("Records 1━");
    term.keys("F");
    term.shows("following");
    std::fs::write(&path, format!("{first}{rest}")).expect("written");
    let new = rest.lines().count();
    term.shows(&format!("following · {new} new"));
    term.shows(&format!("Records {}━", new + 1));
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn what_could_not_be_read_is_listed() {
    let mut term = Term::start(entrail(&[DAMAGED]));
    term.shows("(T)");
    term.keys("T");
    term.shows("Troubles: ");
    term.shows("lines-with-damage.ndjson:2: ");
    term.keys("\x1b");
    term.until("closed", |term| !term.text().contains("Troubles: "));
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let mut term = Term::demo();
    let count = |term: &Term| term.output().bytes.len();
    // The last frame of the load may still be on its way: wait for the first quiet period.
    let quiet = |term: &Term| {
        let before = count(term);
        std::thread::sleep(Duration::from_millis(400));
        before == count(term)
    };
    term.until("quiet", quiet);
    let before = count(&term);
    term.keys("j");
    term.until("a key answered", |term| count(term) > before);
    term.until("quiet again", quiet);
    // A move of the cursor paints the lines that changed and not the screen.
    assert!(count(&term) - before < 6_000, "{} bytes", count(&term) - before);
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let mut term = Term::demo();
    term.keys("jjj");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    term.is_given_back();
    let written = term.written();
    let (begun, ended) = (written.matches("\x1b[?2026h"), written.matches("\x1b[?2026l"));
    let (begun, ended) = (begun.count(), ended.count());
    assert!(begun >= 2 && ended >= begun, "{begun} begun, {ended} ended");
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let run = |arguments: &[&str], dumb: bool| {
        let mut command = Command::new(ENTRAIL);
        command.args(arguments).stdin(Stdio::null()).current_dir(env!("CARGO_MANIFEST_DIR"));
        command.env("TERM", if dumb { "dumb" } else { "xterm" });
        command.output().expect("it runs")
    };
    for arguments in [&["demo"][..], &[AUDIT]] {
        let output = run(arguments, false);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{told}");
        assert!(told.contains("terminal") && told.contains("entrail query"), "{told}");
    }
    let mut command = entrail(&["demo"]);
    command.env("TERM", "dumb");
    let mut term = Term::start(command);
    assert_eq!(term.ends(), 2);
    term.shows("entrail query");
    assert!(!term.written().contains("\x1b[?1049h"));
}

#[test]
fn a_file_that_is_not_there_is_told_before_the_screen_opens() {
    let mut term = Term::start(entrail(&["/nowhere/audit.json"]));
    assert_eq!(term.ends(), 2);
    term.shows("/nowhere/audit.json");
    assert!(!term.written().contains("\x1b[?1049h"));
}

/// A folder with some records of the demo tenant, and the command that opens them with the state in it.
fn investigation() -> (tempfile::TempDir, impl Fn(&[&str]) -> CommandBuilder) {
    let folder = tempfile::tempdir().expect("a folder");
    let audit = folder.path().join("audit.ndjson");
    let output = Command::new(ENTRAIL)
        .args(["query", "actor.ip=192.0.2.71", "--demo", "--format", "ndjson", "--limit", "20"])
        .output()
        .expect("it runs");
    std::fs::write(&audit, output.stdout).expect("written");
    let state = folder.path().to_owned();
    let open = move |arguments: &[&str]| {
        let mut command = entrail(arguments);
        command.arg(&audit);
        command.env("XDG_STATE_HOME", &state);
        command.cwd(&state);
        command
    };
    (folder, open)
}

#[test]
fn a_case_is_kept_offered_again_and_taken_up() {
    let (folder, open) = investigation();
    let mut term = Term::start(open(&[]));
    term.shows("Records 20");
    term.keys("mjnthe first sign\r");
    term.shows("noted");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let cases = folder.path().join("entrail/cases");
    let kept =
        || -> Vec<_> { cases.read_dir().expect("cases").flatten().map(|e| e.path()).collect() };
    assert_eq!(kept().len(), 1);
    let text = std::fs::read_to_string(&kept()[0]).expect("a case");
    for part in ["\"entrail case\"", "the first sign", "audit.ndjson", "\"records\": 20"] {
        assert!(text.contains(part), "{part} in {text}");
    }

    let mut term = Term::start(open(&[]));
    term.shows("2 marks from ");
    term.keys("\r");
    term.shows("2 marks in all");
    term.keys("Gm");
    term.until("kept with the digest", |_| {
        let text = std::fs::read_to_string(&kept()[0]).unwrap_or_default();
        text.contains("\"sha256\": \"")
    });
    term.keys("/note:sign\r");
    term.shows("Records 1 of 20");
    term.keys("q");
    assert_eq!(term.ends(), 0);

    let mut term = Term::start(open(&[]));
    term.shows("3 marks from ");
    term.keys("\x1b");
    // A key right behind it would be one with Alt.
    term.until("closed", |term| !term.text().contains("3 marks from "));
    term.keys("m");
    term.shows("1 mark in all");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    assert_eq!(kept().len(), 2, "afresh, the old file is kept");

    // Both are listed, and the marks of the one that was left are not lost.
    let mut term = Term::start(open(&[]));
    term.shows("2 cases of these records");
    term.keys("\x1b");
    term.until("closed", |term| !term.text().contains("2 cases of these records"));
    term.keys("K");
    term.shows("3 marks, 1 note");
    term.keys("\x1b[B\r");
    term.shows("3 marks in all");
    term.keys("q");
    assert_eq!(term.ends(), 0);
}

#[test]
fn marks_that_were_lost_are_told_before_and_after_leaving() {
    let (folder, open) = investigation();
    std::fs::write(folder.path().join("entrail"), "in the way").expect("written");
    let mut term = Term::start(open(&[]));
    term.shows("Records 20");
    term.keys("m");
    term.shows("! marks are not kept (T)");
    term.keys("q");
    term.shows("q again quits");
    term.keys("q");
    assert_eq!(term.ends(), 2);
    term.shows("marks are not kept: ");
}

#[test]
fn a_case_that_is_opened_with_other_files_keeps_the_inputs_of_its_marks() {
    let (folder, open) = investigation();
    let case = folder.path().join("mine.json");
    let text = || std::fs::read_to_string(&case).unwrap_or_default();
    let mut term = Term::start(open(&["--case", "mine.json"]));
    term.shows("Records 20");
    term.keys("mjm");
    term.shows("2 marks in all");
    term.until("kept with the digest", |_| {
        text().contains("\"sha256\": \"") && text().matches("\"marked\":").count() == 2
    });
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let before = text();
    let digest = before.lines().find(|line| line.contains("sha256")).expect("a digest");
    let mut other = entrail(&["demo", "--case", "mine.json"]);
    other.env("XDG_STATE_HOME", folder.path());
    other.cwd(folder.path());
    let mut term = Term::start(other);
    term.shows("2 marks in all");
    term.keys("m");
    term.shows("3 marks in all");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let after = text();
    for part in ["audit.ndjson\"", digest, "\"name\": \"demo\""] {
        assert!(after.contains(part), "{part} in {after}");
    }
    assert_eq!(after.matches("\"marked\":").count(), 3, "{after}");
}

#[test]
fn two_windows_on_one_case_say_which_file_marks_go_to() {
    let (folder, open) = investigation();
    let mut first = Term::start(open(&["--case", "two.json"]));
    first.shows("Records 20");
    let case = folder.path().join("two.json");
    let has = |text: &str| std::fs::read_to_string(&case).unwrap_or_default().contains(text);
    first.until("made", |_| has("\"sha256\": \""));
    let mut second = Term::start(open(&["--case", "two.json"]));
    second.shows("Records 20");
    first.keys("m");
    first.shows("1 mark in all");
    first.until("kept", |_| has("\"marked\": \""));
    second.keys("jm");
    second.shows("! marks go to two-2.json (T)");
    second.keys("K");
    second.shows("2 cases of these records");
    second.shows("two-2.json");
    second.keys("\x1b");
    second.until("closed", |term| !term.text().contains("2 cases of these records"));
    second.keys("q");
    assert_eq!(second.ends(), 0);
    second.shows("marks are in two-2.json");
    first.keys("q");
    assert_eq!(first.ends(), 0);
}

#[test]
fn a_named_case_is_made_taken_up_and_never_something_else() {
    let (folder, open) = investigation();
    let mut term = Term::start(open(&["--case", "mine.json"]));
    term.shows("Records 20");
    let case = folder.path().join("mine.json");
    term.until("made", |_| case.exists());
    term.keys("mjm");
    term.shows("2 marks in all");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let mut term = Term::start(open(&["--case", "mine.json", "-f", "mark:yes"]));
    term.shows("Records 2 of 20");
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let run = |case: &str| {
        let mut command = Command::new(ENTRAIL);
        command.args(["query", "mark:yes", "audit.ndjson", "--count", "--case", case]);
        command.current_dir(folder.path()).output().expect("it runs")
    };
    assert_eq!(String::from_utf8_lossy(&run("mine.json").stdout).trim(), "2");
    let told = String::from_utf8_lossy(&run("none.json").stderr).into_owned();
    assert!(told.contains("there is no such case"), "{told}");
    let before = std::fs::read(folder.path().join("audit.ndjson")).expect("there");
    let mut term = Term::start(open(&["--case", "audit.ndjson"]));
    assert_eq!(term.ends(), 2);
    term.shows("this is not a case of entrail");
    assert_eq!(std::fs::read(folder.path().join("audit.ndjson")).expect("there"), before);
}

#[test]
fn marks_are_exported_as_a_report_and_nothing_is_replaced_unasked() {
    let (folder, open) = investigation();
    let mut term = Term::start(open(&[]));
    term.shows("Records 20");
    term.keys("mjnseen first\rge");
    term.shows("report (Markdown)");
    // To the name of the file.
    term.keys("\x1b[A\x15report.md\r");
    term.shows("written: ");
    let report = folder.path().join("report.md");
    let text = std::fs::read_to_string(&report).expect("written");
    for part in ["# Timeline", "| SHA-256 |", "> seen first", "audit.ndjson", "\n## 2. "] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("not counted"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(report.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&report, "mine").expect("written");
    term.keys("e\x1b[A\x15report.md\r");
    term.shows("the file exists");
    assert_eq!(std::fs::read_to_string(&report).expect("there"), "mine");
    term.keys("\r");
    term.shows("written: ");
    assert!(std::fs::read_to_string(&report).is_ok_and(|text| text.starts_with("# Timeline")));
    term.keys("q");
    assert_eq!(term.ends(), 0);
    let left = folder.path().read_dir().expect("a folder").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 3, "the records, the state and the report: {left:?}");
}
