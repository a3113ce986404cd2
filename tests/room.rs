//! Room that runs out, and standard streams that are closed: an error, never a wrong answer.
//! Never fills a disk: limits of the shell do the same.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "writes the files it hands over")]

use std::path::Path;
use std::process::{Command, Output};

/// Runs a line of a shell in which `entrail` is the program; its exit code, output and errors.
fn shell(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new("sh")
        .args([
            "-c",
            &format!("entrail() {{ \"{}\" \"$@\"; }}; {line}", env!("CARGO_BIN_EXE_entrail")),
        ])
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("XDG_CACHE_HOME", folder)
        .env("XDG_STATE_HOME", folder)
        .output()
        .expect("a shell");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (status.code(), text(&stdout), text(&stderr))
}

/// A folder with records enough to need room: as lines, and packed.
fn folder() -> tempfile::TempDir {
    use std::io::Write as _;
    let folder = tempfile::tempdir().expect("a folder");
    let line = std::fs::read_to_string("tests/fixtures/command_line/audit.ndjson").expect("read");
    let line = line.lines().next().expect("a record");
    let id = entrail_id(line);
    let all: String = (0..400).map(|n| line.replace(&id, &format!("{id}-{n}")) + "\n").collect();
    std::fs::write(folder.path().join("a.ndjson"), &all).expect("written");
    let packed = std::fs::File::create(folder.path().join("a.ndjson.gz")).expect("made");
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(all.as_bytes()).and_then(|()| packed.finish()).expect("written");
    folder
}

fn entrail_id(line: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
    record["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_folder_for_temporary_files_without_room_is_no_damaged_file() {
    // The fault: 214 of 6,000 records and exit code 0 where TMPDIR was full.
    let folder = folder();
    std::fs::write(folder.path().join("file"), "").expect("written");
    for (setting, words) in [
        ("ulimit -f 40;", "may not be that large; raise the limit (ulimit -f unlimited)"),
        ("export TMPDIR=/no/such/folder;", "there is no folder /no/such/folder; make it"),
        (
            "export TMPDIR=$PWD/file;",
            "file is not a folder; set TMPDIR to another folder (TMPDIR=/path)",
        ),
    ] {
        for command in [
            "entrail query '' a.ndjson.gz --count",
            "entrail query '' a.ndjson.gz --format ndjson",
            "entrail query '' a.ndjson a.ndjson.gz --count",
            "entrail query '' - --count < a.ndjson",
            "entrail query '' --count < a.ndjson.gz",
            "entrail trails a.ndjson.gz",
            "entrail a.ndjson.gz --account",
        ] {
            let (code, out, err) = shell(folder.path(), &format!("{setting} {command}"));
            assert_eq!((code, out.as_str()), (Some(2), ""), "{setting} {command}: {err}");
            assert!(err.contains(words) && err.lines().count() == 1, "{setting} {command}: {err}");
        }
    }
    // What needs no such room is not touched by it.
    let (code, out, _) = shell(folder.path(), "TMPDIR=/no/such entrail query '' a.ndjson --count");
    assert_eq!((code, out.as_str()), (Some(0), "400\n"));
}

#[test]
fn too_few_open_files_are_one_clear_line() {
    let folder = folder();
    for limit in [4, 6, 20] {
        for command in [
            "entrail query '' a.ndjson --count",
            "entrail query '' a.ndjson.gz --count",
            "entrail trails a.ndjson",
            "entrail access ann a.ndjson",
            "entrail lookup role",
            "entrail pull --archive here",
            "entrail doctor",
            "entrail a.ndjson",
            "entrail demo",
        ] {
            let line = format!("ulimit -n {limit}; {command}");
            let (code, out, err) = shell(folder.path(), &line);
            let told = format!(
                "entrail: too many open files: the limit here is {limit}; raise it and run this \
                 again (ulimit -n 1024)\n"
            );
            assert_eq!((code, out.as_str(), err), (Some(2), "", told), "{line}");
        }
    }
    // A limit that the shell may raise is raised.
    let raised = "ulimit -S -n 6; entrail query '' a.ndjson.gz --count";
    assert_eq!(shell(folder.path(), raised).1, "400\n");
}

#[test]
fn many_files_are_read_one_after_another() {
    let folder = folder();
    let all = std::fs::read_to_string(folder.path().join("a.ndjson")).expect("read");
    let many = folder.path().join("many");
    std::fs::create_dir(&many).expect("made");
    for (number, line) in all.lines().enumerate() {
        std::fs::write(many.join(format!("{number}.json")), line).expect("written");
    }
    let (code, out, err) = shell(folder.path(), "ulimit -n 48; entrail query '' many --count");
    assert_eq!((code, out.as_str()), (Some(0), "400\n"), "{err}");
}

const WRITING: [&str; 9] = [
    "entrail query '' a.ndjson --count",
    "entrail query '' a.ndjson --format ndjson",
    "entrail a.ndjson --account",
    "entrail lookup role",
    "entrail rules",
    "entrail completions bash",
    "entrail man",
    "entrail --version",
    "entrail query --help",
];

#[test]
fn standard_output_that_takes_nothing_is_an_error() {
    let folder = folder();
    for command in WRITING {
        let (code, _, err) = shell(folder.path(), &format!("{command} >&-"));
        assert_eq!(code, Some(2), "{command}: {err}");
        assert!(err.contains("standard output is closed"), "{command}: {err}");
        // The exit code is all that is left to tell by.
        let (code, _, err) = shell(folder.path(), &format!("{command} <&- >&- 2>&-"));
        assert_eq!((code, err.as_str()), (Some(2), ""), "{command}");
        if cfg!(target_os = "linux") {
            let (code, _, err) = shell(folder.path(), &format!("{command} >/dev/full"));
            assert_eq!(code, Some(2), "{command}: {err}");
            assert!(err.contains("standard output cannot be written to"), "{command}: {err}");
        }
        // Somebody else's /dev/null is not closed, and nobody needs standard error or input.
        let (code, ..) = shell(folder.path(), &format!("{command} 1<>/dev/null 2>&- <&-"));
        assert_eq!(code, Some(0), "{command}");
    }
    let (code, _, err) = shell(folder.path(), "entrail query '' - <&-");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("standard input is closed"), "{err}");
}
