//! Names of files, and the files of entrail's own that somebody else wrote: what is said of them.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::fake_graph::{FakeGraph, Fault, Faults, Grant, Tenant};
use super::{HOSTILE, check_shown};

/// Runs in a home of its own.
fn run<A: AsRef<OsStr>>(home: &Path, arguments: &[A]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.args(arguments).current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    command.output().expect("it runs")
}

/// Standard error, which is clean; and standard output.
fn told(output: &Output, what: &str) -> (String, String) {
    let [err, out] = [&output.stderr, &output.stdout]
        .map(|bytes| String::from_utf8(bytes.clone()).expect("UTF-8"));
    check_shown(&err, what);
    (err, out)
}

fn put(path: &Path, bytes: &[u8]) {
    #[expect(clippy::disallowed_methods, reason = "the files are the test's own")]
    std::fs::write(path, bytes).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("mode");
    }
}

fn folder(path: &Path) {
    std::fs::create_dir_all(path).expect("a folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).expect("mode");
    }
}

/// All hostile texts, each in a JSON text.
fn as_json() -> String {
    HOSTILE
        .iter()
        .map(|text| serde_json::to_string(text).expect("a text"))
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_of_any_name_is_read_and_named_clean() {
    use std::os::unix::ffi::OsStrExt as _;
    let home = tempfile::tempdir().expect("a folder");
    let good = include_str!("../fixtures/command_line/audit.ndjson");
    let damaged = format!("{good}{{\"id\":\u{9b}\u{1b}[2J\u{202e}\n");
    let names: Vec<Vec<u8>> = HOSTILE
        .iter()
        .map(|text| text.replace(['/', '\0'], "_").into_bytes())
        .chain([b"\xff\xfe\x9b31m.ndjson".to_vec(), b"a\xc3.json".to_vec(), vec![b'x'; 255]])
        .collect();
    let sources = home.path().join("sources");
    folder(&sources);
    for name in &names {
        put(&sources.join(OsStr::from_bytes(name)), damaged.as_bytes());
    }
    for arguments in [&["--count"][..], &["--account"], &["--by", "source"]] {
        let mut all = vec!["query", "", "sources"];
        all.extend(arguments);
        let output = run(home.path(), &all);
        let (err, out) = told(&output, "names of files");
        assert!(err.contains("31m") || !err.is_empty(), "{err}");
        for line in out.lines() {
            check_shown(&line.replace('\t', " "), "names of files");
        }
    }
    // Given by name, one with bytes that are no text.
    let path = sources.join(OsStr::from_bytes(&names[names.len() - 3]));
    let output = run(
        home.path(),
        &[OsStr::new("query"), OsStr::new(""), path.as_os_str(), OsStr::new("--count")],
    );
    let (err, out) = told(&output, "bytes that are no text");
    assert_eq!(out.trim(), "7", "{err}");
    // And one that is not there.
    let output = run(
        home.path(),
        &[OsStr::new("query"), OsStr::new(""), OsStr::from_bytes(b"no\xff\x1b[2J")],
    );
    assert!(told(&output, "a missing file").0.contains("no"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn files_that_others_prepared_are_told_of_clean() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |path: &str| home.path().join(path);
    put(&at("audit.ndjson"), include_bytes!("../fixtures/command_line/audit.ndjson"));

    // A case.
    let first = as_json();
    for case in [
        format!("{{\"format\":\"entrail case\",\"version\":1,\"title\":{first}}}"),
        format!(
            "{{\"format\":\"entrail case\",\"version\":1,\"title\":\"\u{9b}\u{202e}\",\"marks\":[{first}]}}"
        ),
        "\u{1b}[2J\u{202e}not JSON".to_owned(),
    ] {
        put(&at("case.json"), case.as_bytes());
        let output =
            run(home.path(), &["query", "mark:yes", "audit.ndjson", "--case", "case.json"]);
        assert!(!told(&output, "a case").0.is_empty());
    }

    // A configuration: keys, values, and what is no configuration at all.
    folder(&at(".config/entrail"));
    let values: Vec<String> = HOSTILE
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let text = serde_json::to_string(text)
                .expect("a text")
                .replace("\\u0000", "")
                .replace('\u{7f}', "");
            format!("{text} = {text}\nx{number} = {text}\n")
        })
        .collect();
    for config in
        [values.concat(), format!("[keys]\n{}", values.concat()), "\u{1b}[2J = \u{202e}\n".into()]
    {
        put(&at(".config/entrail/config.toml"), config.as_bytes());
        for command in [&["keys"][..], &["demo"]] {
            assert!(!told(&run(home.path(), command), "a configuration").0.is_empty());
        }
    }
    std::fs::remove_file(at(".config/entrail/config.toml")).expect("removed");

    // The manifest of an archive.
    folder(&at("archive/.entrail"));
    for text in HOSTILE {
        let text = serde_json::to_string(text).expect("a text");
        let line = format!(
            "{{\"file\":{text},\"log\":{text},\"owner\":{text},\"format\":{text}}}\n\u{9b}{text}\n"
        );
        put(&at("archive/.entrail/manifest.ndjson"), line.as_bytes());
        let output = run(home.path(), &["query", "", "archive", "--count"]);
        told(&output, "an archive");
    }

    // Activities of a tenant, which completions offer.
    folder(&at(".cache/entrail"));
    let rows: Vec<String> = HOSTILE
        .iter()
        .map(|text| {
            format!(
                "Core Directory\tUserManagement\thostile {}\n",
                text.replace(['\t', '\n', '\r'], " ")
            )
        })
        .collect();
    put(&at(".cache/entrail/activities.tsv"), rows.concat().as_bytes());
    for shell in ["bash", "powershell", "fish", "zsh"] {
        let output =
            run(home.path(), &["complete", "--for", shell, "--line", "entrail lookup hostile"]);
        let (_, out) = told(&output, shell);
        for line in out.lines() {
            check_shown(&line.replace('\t', " "), shell);
            let word = line.split('\t').next().unwrap_or_default();
            if shell == "powershell" && word.starts_with('\'') {
                // Between the quotes around it each apostrophe is there twice.
                let inside: Vec<char> =
                    word.chars().skip(1).take(word.chars().count() - 2).collect();
                let is_quote = |c: &char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
                let runs = inside.chunk_by(|a, b| is_quote(a) == is_quote(b));
                assert!(
                    runs.filter(|run| is_quote(&run[0])).all(|run| run.len() % 2 == 0),
                    "{word}"
                );
            }
        }
    }
}

#[test]
fn what_graph_answers_is_told_clean() {
    const CODE: &str = "\u{1b}[2J\u{9b}31m\u{202e}Bad";
    const MESSAGE: &str = "\u{1b}]52;c;eA==\u{7}\r\nentrail: all is well\u{2028}\u{200b}\u{e0041}";
    let graph = FakeGraph::start(Tenant::empty());
    graph.script(Faults::none().during(0..1_000, Fault::Refused(400, CODE, MESSAGE)));
    let home = tempfile::tempdir().expect("a folder");
    let base = graph.base();
    for command in [
        &["pull", "--archive", "kept", "--since", "2025-05-29", "--until", "2025-05-30"][..],
        &["doctor"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_entrail"))
            .args(command)
            .args(["--login-url", &base, "--graph-url", &base])
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .env("ENTRAIL_TOKEN", graph.token(&Grant::default()))
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let (err, out) = told(&output, command[0]);
        check_shown(&out, command[0]);
        assert!(
            !err.lines().chain(out.lines()).any(|line| line.starts_with("entrail: all is")),
            "{err}{out}"
        );
        // With a token at hand doctor asks nothing of Graph.
        assert!(command[0] == "doctor" || err.contains("Bad"), "{err}{out}");
    }
}
