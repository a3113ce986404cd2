//! The terminal may go at any moment, and comes back whatever ends the program.
//! Never waits for luck: each end is waited for, and looked at when it has come.

use std::io::{Read as _, Write as _};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::{AUDIT, Term, entrail, investigation};

/// The mode of a terminal, to be compared.
#[cfg(unix)]
fn mode(term: &Term) -> String {
    format!("{:?}", term.master.get_termios())
}

/// How a program ends.
fn end(child: &mut Box<dyn Child + Send + Sync>, what: &str) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{what}: it is still there");
        std::thread::sleep(Duration::from_millis(3));
    }
}

#[cfg(unix)]
#[test]
fn whatever_signal_ends_it_the_terminal_is_given_back() {
    // Left by itself, with the code of a shell, or struck down by it.
    let left = [
        ("INT", 2),
        ("QUIT", 3),
        ("USR1", 10),
        ("USR2", 12),
        ("ALRM", 14),
        ("VTALRM", 26),
        ("PROF", 27),
        ("XCPU", 24),
    ];
    let struck = ["ABRT", "BUS", "TRAP", "SYS"];
    let names = left.iter().map(|(name, _)| *name).chain(struck);
    let terms = names.map(|name| {
        let before = native_pty_system().openpty(super::pty_size(24, 80)).expect("a terminal");
        let before = format!("{:?}", before.master.get_termios());
        (name, before, Term::start(entrail(&[AUDIT])))
    });
    let terms: Vec<_> = terms.collect();
    for (name, before, mut term) in terms {
        term.shows("Records 7");
        term.is_taken();
        assert_ne!(mode(&term), before, "{name}");
        term.signal(name);
        let status = end(&mut term.child, name);
        term.is_given_back();
        assert_eq!(mode(&term), before, "{name}");
        match left.iter().find(|(other, _)| *other == name) {
            // Numbers differ from system to system.
            Some((_, number)) if cfg!(target_os = "linux") => {
                assert_eq!((status.exit_code(), status.signal()), (128 + number, None), "{name}");
            }
            Some(_) => assert!(status.exit_code() > 128, "{name}"),
            None => assert!(status.signal().is_some(), "{name}: {status}"),
        }
    }
}

#[cfg(all(unix, debug_assertions))]
#[test]
fn an_abort_gives_the_terminal_back_also_without_memory_or_stack() {
    let open = |how: &'static str| {
        let mut command = entrail(&[AUDIT]);
        command.env("ENTRAIL_PANIC_ON_PASTE", "boom");
        (how, Term::start(command))
    };
    for (how, mut term) in [" abort", " memory", " stack", " thread"].map(open) {
        term.shows("Records 7");
        term.is_taken();
        let taken = mode(&term);
        term.paste(&format!("boom{how}"));
        let status = end(&mut term.child, how);
        term.is_given_back();
        assert_ne!(mode(&term), taken, "{how}");
        if how == " thread" {
            assert_eq!(status.exit_code(), 101);
            term.shows(" panicked at ");
        } else {
            assert!(status.signal().is_some(), "{how}: {status}");
            term.shows("entrail: stopped: memory ran out, or entrail has a bug");
        }
    }
}

/// A program on a terminal that nobody looks at: it can be of any size, and be taken away.
struct Bare {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shown: Receiver<()>,
}

impl Bare {
    /// Starts it, and waits until it has drawn the first of these texts. What it draws is read until
    /// the last was drawn; for ever where `stays`.
    fn start(
        command: CommandBuilder,
        (cols, rows): (u16, u16),
        texts: &[&'static str],
        stays: bool,
    ) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("its output");
        let input = pair.master.take_writer().expect("its input");
        let (tells, shown) = channel();
        let texts = texts.to_vec();
        std::thread::spawn(move || {
            let mut texts = texts.into_iter().peekable();
            let (mut buffer, mut seen) = ([0; 8_192], String::new());
            let mut parser = vt100::Parser::new(super::cells(24), super::cells(80), 0);
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if texts.peek().is_none() {
                    continue;
                }
                seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
                parser.process(&buffer[..count]);
                let screen = parser.screen().contents();
                if texts.next_if(|text| seen.contains(text) || screen.contains(text)).is_some() {
                    let _ = tells.send(());
                    if texts.peek().is_none() && !stays {
                        return;
                    }
                }
            }
        });
        let bare = Self { master: pair.master, input, child, shown };
        bare.draws();
        bare
    }

    /// Waits until the next of the texts was drawn.
    fn draws(&self) {
        self.shown.recv_timeout(Duration::from_secs(10)).expect("it draws");
    }

    fn keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.input.flush().expect("the terminal takes keys");
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(all(unix, debug_assertions))]
#[test]
fn a_terminal_that_goes_ends_it_whatever_it_is_doing() {
    let pasted = "a".repeat(1_000_000);
    let (folder, _) = investigation();
    let audit = folder.path().join("audit.ndjson");
    for (what, keys) in [
        ("nothing", String::new()),
        // Half of it: the other end hung up while it was sent.
        ("a paste", format!("\tf\x1b[200~{pasted}")),
        ("a search", format!("\tf\x1b[200~{pasted}\x1b[201~")),
        ("a loop without end", "\x1b[200~boom hang\x1b[201~".to_owned()),
        ("a note", "mjnhalf a note".to_owned()),
    ] {
        let mut command = entrail(&[audit.to_str().expect("a name")]);
        command.env("ENTRAIL_PANIC_ON_PASTE", "boom");
        command.env("XDG_STATE_HOME", folder.path());
        let then: &[&str] = if what == "a note" { &["half a note"] } else { &[] };
        let texts = [&["Records 20"], then].concat();
        let mut bare = Bare::start(command, (80, 24), &texts, false);
        bare.keys(&keys);
        for _ in then {
            bare.draws();
        }
        let Bare { master, input, child, .. } = &mut bare;
        // Nothing else holds it: this hangs up.
        *input = Box::new(std::io::sink());
        *master = native_pty_system().openpty(super::pty_size(1, 1)).expect("another").master;
        let start = Instant::now();
        assert_eq!(end(child, what).exit_code(), 129, "{what}");
        // A second, on a machine that has other things to do, too.
        assert!(start.elapsed() < Duration::from_secs(3), "{what}: {:?}", start.elapsed());
    }
    let cases = folder.path().join("entrail/cases").read_dir().expect("cases").flatten();
    let kept: Vec<String> =
        cases.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect();
    assert!(kept.iter().any(|case| case.contains("half a note")), "{kept:?}");
}

#[test]
fn a_screen_of_any_size_is_drawn_up_to_a_limit() {
    const MOST: u16 = u16::MAX;
    let sizes = [(0, 0), (1, 1), (MOST, 1), (1, MOST), (MOST, MOST), (80, 0), (1_001, 501)];
    let mut running =
        sizes.map(|size| (size, Bare::start(entrail(&[AUDIT]), size, &["[?2026l"], true)));
    for (size, bare) in &mut running {
        bare.keys("jjl");
        bare.master.resize(super::pty_size(24, 80)).expect("another size");
        bare.keys("k");
        bare.master.resize(super::pty_size(size.1, size.0)).expect("the size again");
        bare.keys("hkv");
        #[cfg(target_os = "linux")]
        {
            let id = bare.child.process_id().expect("it runs");
            let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
            assert!(peak.is_some_and(|kilobytes| kilobytes < 400_000), "{size:?}: {peak:?}");
        }
        bare.keys("q");
        assert_eq!(end(&mut bare.child, "quit").exit_code(), 0, "{size:?}");
    }
}

#[test]
fn a_large_paste_is_one_change_and_its_limit_is_said() {
    let text = "word ".repeat(200_000);
    for (place, keys, said) in [
        ("find", "\t\x06", "pasted text cut at 4,000 characters"),
        ("note", "n", "pasted text cut at 10,000 characters"),
        ("palette", ":", "pasted text cut at 4,000 characters"),
        ("export", "e\x1b[A", "pasted text cut at 4,000 characters"),
        ("filter", "/", "not pasted: 1,000,000 characters are too many; a filter takes 50,000"),
    ] {
        let mut term = Term::start(entrail(&[AUDIT]));
        term.shows("Records 7");
        term.keys(keys);
        term.paste(&text);
        term.until(said, |term| {
            let shown = term.text().split_whitespace().collect::<Vec<_>>().join(" ");
            // The last line is cut where the screen ends.
            shown.contains(&said[..said.len().min(55)])
        });
        term.keys("\x03");
        assert_eq!(term.ends(), 0, "{place}");
    }
}

#[test]
fn a_paste_that_comes_as_keys_is_taken_in_as_fast() {
    let mut term = Term::start(entrail(&[AUDIT]));
    term.shows("Records 7");
    term.keys("/");
    term.keys(&"a".repeat(60_000));
    term.keys(" \x15actor:mallory");
    term.shows("/ actor:mallory");
    term.keys("\x03");
    assert_eq!(term.ends(), 0);
}
