//! The README's section about Microsoft Graph: each command in it is run against a fake Graph.
//! Never asks Microsoft, and never writes outside of a folder of its own.
#![expect(clippy::disallowed_methods, reason = "reads the README")]

#[path = "fake_graph/graph.rs"]
mod fake_graph;
#[allow(dead_code, reason = "of the ways to start the program one is used here")]
#[path = "harness/terminal.rs"]
mod terminal;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use entrail::sign_in::Method;
use entrail::time::Timestamp;
use fake_graph::tenant::IDENTITY_HEADER;
use fake_graph::{FakeGraph, Grant, Tenant};
use terminal::Terminal;

const HEADING: &str = "## From Microsoft Graph\n";

fn section() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("there is a README");
    let (_, rest) = readme.split_once(HEADING).expect("the README tells of Microsoft Graph");
    rest.split("\n## ").next().unwrap_or(rest).to_owned()
}

/// Every command of the section: lines of its blocks, and what stands between backquotes.
fn commands(section: &str) -> BTreeSet<String> {
    let mut commands = BTreeSet::new();
    let mut prose = String::new();
    for (at, part) in section.split("```").enumerate() {
        if at % 2 == 0 {
            prose.push_str(part);
            continue;
        }
        // The times of cron stand before a command.
        let found = part.lines().filter_map(|line| line.find("entrail ").map(|from| &line[from..]));
        commands.extend(found.map(str::to_owned));
    }
    let inline = prose.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " "));
    commands.extend(inline.filter(|code| code.starts_with("entrail ")));
    commands
}

fn start() -> FakeGraph {
    let now = Timestamp::from_ms(jiff::Timestamp::now().as_millisecond());
    FakeGraph::start(Tenant::demo(300, 1).moved_to(now))
}

/// The words of a command as a shell has them, in a home of its own, against the fake.
fn words(command: &str, graph: &FakeGraph, home: &Path) -> Vec<String> {
    let own = |word: &str| {
        let home = home.display();
        // Thirty slices would take a minute at Graph's limit.
        if word == "last-30d" {
            return "last-3d".to_owned();
        }
        match word.strip_prefix("~/").or_else(|| word.strip_prefix("/srv/")) {
            Some(rest) => format!("{home}/{rest}"),
            None => word.to_owned(),
        }
    };
    let said = command.split(['#', '>']).next().unwrap_or_default();
    // A number of a stream stands before its sign.
    let said = if command.contains("2>>") { said.trim_end_matches('2') } else { said };
    let mut words: Vec<String> = said.split_whitespace().skip(1).map(own).collect();
    let asks = ["graph", "pull", "doctor"].contains(&words[0].as_str())
        || words.starts_with(&["catalogue".to_owned(), "refresh".to_owned()]);
    if asks {
        words.extend(
            ["--login-url", "--graph-url"]
                .into_iter()
                .flat_map(|option| [option.to_owned(), graph.base()]),
        );
    }
    words
}

fn entrail(words: &[String], graph: &FakeGraph, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
    command.args(words).env_clear().env("HOME", home).stdin(Stdio::null());
    command.envs(std::env::var_os("SystemRoot").map(|value| ("SystemRoot", value)));
    command.env("ENTRAIL_TOKEN", graph.token(&Grant::default()));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[track_caller]
fn went_well(command: &str, output: &Output, says: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{command}\n{out}{err}");
    assert!(terminal::words(&out).contains(says), "{says} after {command}\n{out}{err}");
}

#[test]
fn every_command_about_microsoft_graph_does_what_it_says() {
    let graph = start();
    let home = tempfile::tempdir().expect("a folder");
    let mut tried = BTreeSet::new();
    // Archives are filled before they are opened.
    let mut commands: Vec<String> = commands(&section()).into_iter().collect();
    commands.sort_by_key(|command| !command.contains("pull"));
    for command in commands {
        let words = words(&command, &graph, home.path());
        let ran = || entrail(&words, &graph, home.path()).output().expect("it runs");
        let verb = words[0].clone();
        match verb.as_str() {
            "pull" if words.iter().any(|word| word == "--watch") => {
                let mut child = entrail(&words, &graph, home.path()).spawn().expect("it runs");
                let mut line = String::new();
                let out = child.stdout.take().expect("output");
                BufReader::new(out).read_line(&mut line).expect("a line");
                assert!(line.contains("complete"), "{command}: {line}");
                assert!(child.try_wait().expect("a state").is_none(), "{command} keeps going");
                child.kill().and_then(|()| child.wait()).expect("it ends");
            }
            "pull" => went_well(&command, &ran(), "complete"),
            "doctor" => went_well(&command, &ran(), "✓ audit"),
            "catalogue" if words.contains(&"refresh".to_owned()) => {
                went_well(&command, &ran(), "activities of the tenant");
            }
            "catalogue" => went_well(&command, &ran(), ""),
            "graph" => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let nobody = ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9");
                let terminal = Terminal::start_with(&words, &[nobody, ("PATH", "")], 80, 24);
                // The code, then the records.
                terminal.wait_for(&["TIDE4WICK"]);
                // The fake knows one tenant, and there is no such file: that stops nothing else.
                let name = match words.contains(&"--and-tenant") {
                    true => "3 places · ",
                    false => "Microsoft Graph · ",
                };
                terminal.wait_for(&[name, "Records ", "▸ PIM"]);
            }
            folder => {
                assert!(Path::new(folder).is_dir(), "{command} opens no archive");
                let terminal = Terminal::start(&[folder], 80, 24);
                terminal.wait_for(&[" records · ", "▸ PIM"]);
            }
        }
        tried.insert(verb);
    }
    for verb in ["pull", "doctor", "catalogue", "graph"] {
        assert!(tried.contains(verb), "the README has no entrail {verb}");
    }
}

#[test]
fn the_ways_to_sign_in_are_those_of_the_program_in_their_order() {
    let section = section();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let ways: Vec<&str> = rows.collect();
    assert_eq!(ways, Method::all().map(Method::name).collect::<Vec<_>>());
}

#[test]
fn every_option_and_variable_of_the_section_is_known() {
    let section = section();
    let help = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_entrail")).args([command, "--help"]).output();
        String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned()
    };
    let known = help("graph") + &help("pull");
    let code = section.split('`').skip(1).step_by(2);
    for option in code.flat_map(str::split_whitespace).filter(|word| word.starts_with("--")) {
        let is_ours = !["--run", "--example", "--"].contains(&option);
        assert!(!is_ours || known.contains(option), "{option}");
    }
    // A variable has an effect: without it another way is taken.
    let graph = start();
    let home = tempfile::tempdir().expect("a folder");
    let words = words("entrail doctor", &graph, home.path());
    let mut command = entrail(&words, &graph, home.path());
    command.env_remove("ENTRAIL_TOKEN").env("IDENTITY_HEADER", IDENTITY_HEADER);
    command.env("IDENTITY_ENDPOINT", graph.base() + "/msi/token");
    went_well(
        "entrail doctor",
        &command.output().expect("it runs"),
        "the application entrail test",
    );
}

/// None of these had a test.
#[test]
fn tenants_that_cannot_be_told_apart_or_signed_in_to_are_refused_before_anything_is_asked() {
    let home = tempfile::tempdir().expect("a folder");
    let ran = |words: &[&str], token: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entrail"));
        command.arg("graph").args(words).env_clear().env("HOME", home.path());
        command.envs(token.then_some(("ENTRAIL_TOKEN", "a-token-of-one-tenant")));
        command.stdin(Stdio::null()).output().expect("it runs")
    };
    let tenants = ["--tenant", "contoso.example", "--and-tenant"];
    let and = |name| [&tenants[..], &[name]].concat();
    for (words, token, says) in [
        (and("CONTOSO.example"), false, "--and-tenant: `CONTOSO.example` is named twice"),
        (
            [and("b.example"), vec!["--and-tenant", "B.example"]].concat(),
            false,
            "`B.example` is named twice",
        ),
        (and("b.example"), true, "--and-tenant: a token is for one tenant"),
        (
            [and("b.example"), vec!["--token-stdin"]].concat(),
            false,
            "--and-tenant: a token is for one tenant",
        ),
        (
            vec!["--token-stdin", "-"],
            false,
            "--token-stdin: standard input cannot give a token and records",
        ),
        (and("a\u{1b}[2J/b"), true, "a token is for one tenant"),
        (vec!["--and-tenant"], false, "a value is required for '--and-tenant <TENANT>'"),
    ] {
        let output = ran(&words, token);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains(says) && output.stdout.is_empty(), "{words:?}: {told}");
        assert!(!told.contains("a-token-of") && !told.contains("\u{1b}[2J"), "{told}");
    }
}
