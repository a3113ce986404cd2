//! The log of what the program does: a line an event, for its owner only, and none where nobody asked.
//! Never asks a network.
#![expect(clippy::disallowed_methods, reason = "reads what the program wrote")]

use std::path::Path;
use std::process::{Command, Output};

use entrail::time::Timestamp;

const RECORDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/risk/tenant.ndjson");

fn run(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.args(arguments).env_clear().env("HOME", home).current_dir(home);
    command.envs(variables.iter().copied());
    command.output().expect("it runs")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn what_happens_is_a_line_each_with_time_and_level() {
    let home = folder();
    // A name of a file is text from outside.
    let hostile = home.path().join("a\u{1b}[2Jb\nc.ndjson");
    std::fs::copy(RECORDS, &hostile).expect("a copy");
    let hostile = hostile.to_str().expect("text");
    let ran = run(
        home.path(),
        &["query", "", hostile, "--count", "--log-file", "log", "--log-level", "trace"],
        &[],
    );
    assert!(ran.status.success(), "{ran:?}");
    let text = std::fs::read_to_string(home.path().join("log")).expect("a log");
    for line in text.lines() {
        let (time, rest) = line.split_once(' ').expect("a time");
        assert!(Timestamp::parse(time).is_some(), "{line}");
        let level = rest.split(' ').next().unwrap_or_default();
        assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level), "{line}");
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
    }
    for part in
        ["started", "recognised", "stage=walk", "stage=decode", "JSON by lines", "␛[2Jb␊c.ndjson"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let again = run(home.path(), &["query", "", RECORDS, "--count"], &[("ENTRAIL_LOG", "log")]);
    assert!(again.status.success());
    let longer = std::fs::read_to_string(home.path().join("log")).expect("a log");
    assert!(longer.len() > text.len() && longer.starts_with(&text), "it goes on behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(home.path().join("log")).expect("a log");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn each_stage_says_how_long_it_took_and_what_it_is_in() {
    let home = folder();
    let words = ["query", "", RECORDS, "--count", "--log-file", "log", "--log-level", "debug"];
    assert!(run(home.path(), &words, &[]).status.success());
    let text = std::fs::read_to_string(home.path().join("log")).expect("a log");
    let took = |stage: &str| -> Vec<&str> {
        let lines = text.lines().filter_map(|line| line.split_once(&format!(" took {stage}")));
        lines.map(|(_, rest)| rest).filter(|rest| rest.starts_with(' ')).collect()
    };
    for (stage, inside) in [
        ("recognise", " < read file="),
        ("decode", " < load queues=1"),
        ("merge", " < load queues=1"),
        ("read", " < load queues=1"),
        ("load", ""),
    ] {
        let lines = took(stage);
        let [line] = lines.as_slice() else { panic!("{stage}: {lines:?}\n{text}") };
        assert!(line.contains(inside), "{stage}: {line}");
        let (_, ms) = line.split_once(" ms=").expect("a time");
        let ms = ms.split(' ').next().unwrap_or_default();
        assert!(ms.parse::<u64>().is_ok(), "{line}");
    }
    // What is told is told in its stage.
    let recognised = text.lines().find(|line| line.contains(" recognised ")).expect("told");
    assert!(recognised.contains(" < read file=") && recognised.ends_with(" < load queues=1"));
}

/// A device is no file to append to; what is full later is left out.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_nothing_and_a_device_is_no_log() {
    let home = folder();
    let query = ["query", "", RECORDS, "--count"];
    let plain = run(home.path(), &query, &[]);
    let refused = run(home.path(), &[&query[..], &["--log-file", "/dev/full"]].concat(), &[]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("/dev/full") && refused.stdout.is_empty(), "{told}");
    // A limit of the size of files, reached by the log: each write of it fails from then on.
    let mut shell = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    shell.args(["-c", script, env!("CARGO_BIN_EXE_entrail")]).args(query);
    shell.args(["--log-file", "log", "--log-level", "trace", "--no-index"]);
    shell.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
    let full = shell.current_dir(home.path()).output().expect("it runs");
    assert!(full.status.success(), "{full:?}");
    assert_eq!(full.stdout, plain.stdout);
    let log = std::fs::metadata(home.path().join("log")).expect("a log").len();
    assert!((400..=1_024).contains(&log), "{log}");
}

#[test]
fn nothing_is_written_where_nobody_asked() {
    let home = folder();
    assert!(
        run(home.path(), &["query", "", RECORDS, "--count"], &[("ENTRAIL_LOG", "")])
            .status
            .success()
    );
    assert_eq!(std::fs::read_dir(home.path()).expect("a folder").count(), 0);
}

#[test]
fn a_log_that_cannot_be_opened_is_an_error() {
    let home = folder();
    let query = ["query", "", RECORDS, "--count", "--log-file"];
    for (file, level) in [(".", "info"), ("no/such/log", "info"), ("log", "loud")] {
        let variables = [("ENTRAIL_LOG_LEVEL", level)];
        let ran = run(home.path(), &[&query[..], &[file]].concat(), &variables);
        let told = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{file}: {told}");
        assert!(told.to_lowercase().contains("log") && ran.stdout.is_empty(), "{told}");
    }
}
