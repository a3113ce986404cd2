//! What the README says is so: its tables are made from the program's, its commands run, its keys lead where it says.
//! Never changes the README unless asked: `UPDATE_README=1 cargo test --test readme`.
#![expect(clippy::disallowed_methods, reason = "reads and writes the README")]

#[path = "harness/terminal.rs"]
mod terminal;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use entrail::app::action::{ACTIONS, ActionRow, Pane};
use entrail::query::Query;
use entrail::record::field::{FIELDS, WORD_FIELDS};
use entrail::record::risk::{Level, rules};
use terminal::Terminal;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(path()).expect("there is a README")
}

/// What stands between the markers `NAME:begin` and `NAME:end`.
fn section<'r>(readme: &'r str, name: &str) -> &'r str {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let missing = "the README has its markers";
    let (_, rest) = readme.split_once(&begin).expect(missing);
    rest.split_once(&end).expect(missing).0
}

/// The lines of all blocks of code in a language.
fn code<'r>(readme: &'r str, language: &str) -> Vec<&'r str> {
    let fence = format!("```{language}");
    let mut inside = false;
    let mut lines = Vec::new();
    for line in readme.lines() {
        match line {
            "```" => inside = false,
            line if line == fence => inside = true,
            line if inside => lines.push(line),
            _ => {}
        }
    }
    lines
}

/// A cell of a table in Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn keys() -> String {
    let mut table = String::from("| Keys | Where | What |\n| --- | --- | --- |\n");
    for row in ACTIONS {
        let keys: Vec<String> = row.keys.iter().map(|key| format!("`{}`", cell(key))).collect();
        let _ = writeln!(table, "| {} | {} | {} |", keys.join(" "), place(row), cell(row.help));
    }
    table
}

fn place(row: &ActionRow) -> String {
    if row.panes.len() == Pane::ALL.len() {
        return "everywhere".to_owned();
    }
    let names: Vec<&str> = row.panes.iter().map(|pane| pane.name()).collect();
    names.join(", ")
}

fn fields() -> String {
    let mut table = String::from("| Field | Also | What |\n| --- | --- | --- |\n");
    for field in FIELDS {
        let also: Vec<String> = field.aliases.iter().map(|name| format!("`{name}`")).collect();
        let (name, help) = (field.name, cell(field.help));
        let _ = writeln!(table, "| `{name}` | {} | {help} |", also.join(" "));
    }
    let words: Vec<String> = WORD_FIELDS.iter().map(|field| format!("`{}`", field.name)).collect();
    let _ = writeln!(
        table,
        "\nA word without a field looks in {}, and in what sign-ins and provisioning events add.",
        words.join(", ")
    );
    table
}

fn risk() -> String {
    let mut groups: Vec<&str> = Vec::new();
    for rule in rules() {
        if !groups.contains(&rule.group) {
            groups.push(rule.group);
        }
    }
    groups.sort_unstable();
    let mut table = String::from(
        "| Rules about | Critical | High | Medium | Low |\n| --- | --- | --- | --- | --- |\n",
    );
    let count = |group: Option<&str>, level: Level| {
        let own = rules().iter().filter(|r| group.is_none_or(|g| r.group == g) && r.level == level);
        own.count()
    };
    for group in groups.into_iter().map(Some).chain([None]) {
        let counts = Level::ALL.map(|level| count(group, level));
        let [low, medium, high, critical] = counts;
        let name = match group {
            Some(group) => group.to_owned(),
            None => format!("All {}", rules().len()),
        };
        let _ = writeln!(table, "| {name} | {critical} | {high} | {medium} | {low} |");
    }
    table
}

/// `query`, then words as a shell splits them: nothing is special but quotes, up to a pipe.
fn arguments(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            '|' | '>' | '#' if !quoted => break,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("never empty").push(c),
        }
    }
    // An empty query is a word, spaces before a pipe are none.
    while words.len() > 2 && words.last().is_some_and(String::is_empty) {
        words.pop();
    }
    words.remove(0);
    words
}

fn run(line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(arguments(line))
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

#[test]
fn the_tables_of_the_readme_are_those_of_the_program() {
    let mut readme = readme();
    let mut stale = Vec::new();
    for (name, table) in [("keys", keys()), ("fields", fields()), ("risk", risk())] {
        let old = section(&readme, name);
        if old != table {
            stale.push(name);
            let begin = format!("<!-- {name}:begin -->\n");
            readme = readme.replace(&format!("{begin}{old}"), &format!("{begin}{table}"));
        }
    }
    if !stale.is_empty() && std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path(), readme).expect("the README can be written");
        return;
    }
    assert!(
        stale.is_empty(),
        "the README's tables of {stale:?} are not those of the program any more; rewrite them with \
         UPDATE_README=1 cargo test --test readme"
    );
}

#[test]
fn the_two_commands_to_begin_with_are_there() {
    let readme = readme();
    let lines = code(&readme, "sh");
    for command in ["cargo run --release --locked -- demo", "cargo test --locked"] {
        assert!(lines.contains(&command), "the README has no line `{command}`");
    }
    let checks = std::fs::read_to_string(path().with_file_name(".ci/run")).expect("a script");
    assert!(
        checks.lines().any(|line| line == "cargo test --locked"),
        ".ci/run runs the same tests"
    );
    assert!(readme.contains("](assets/screen.svg)"), "the README shows the screen");
}

#[test]
fn every_recipe_on_the_demo_tenant_finds_something() {
    let readme = readme();
    let lines = code(&readme, "sh");
    let recipes = lines.iter().filter(|line| line.starts_with("entrail query '"));
    let mut tried = 0;
    for line in recipes.filter(|line| line.contains("--demo")) {
        let output = run(line);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}\n{errors}");
        // Notes on sign-ins with several rows, and on what a redacted file needs, are no errors.
        let is_note = |said: &&str| {
            said.ends_with(" says how it ended") || said.starts_with("entrail: redacted by ")
        };
        let mut others = errors.lines().filter(|said| !is_note(said));
        assert!(!output.stdout.is_empty() && others.next().is_none(), "{line}\n{errors}");
        tried += 1;
    }
    assert!(tried >= 10, "only {tried} recipes");
}

#[test]
fn every_example_of_lookup_finds_something() {
    let readme = readme();
    let lines = code(&readme, "sh");
    let examples: Vec<_> =
        lines.iter().filter(|l| l.starts_with("entrail lookup ") && !l.contains('[')).collect();
    assert!(!examples.is_empty());
    for line in examples {
        let output = run(line);
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(!output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn every_example_of_the_language_is_a_query() {
    let readme = readme();
    let rows = section(&readme, "language").lines().skip(2);
    for row in rows {
        let row = row.replace("\\|", "\u{0}");
        let first = row.split('|').nth(1).expect("a table");
        for example in first.split('`').skip(1).step_by(2) {
            let example = example.replace('\u{0}', "|");
            assert!(Query::parse(&example).is_ok(), "{example}");
        }
    }
}

#[test]
fn the_keys_of_the_walkthrough_lead_where_it_says() {
    let readme = readme();
    let walk = section(&readme, "walkthrough");
    let mut terminal = Terminal::start(&["demo"], 80, 24);
    terminal.wait_for(&["6,000 records", "Records 6,000"]);
    let mut steps = walk.split("```");
    let mut first = true;
    while let (Some(prose), Some(block)) = (steps.next(), steps.next()) {
        let mut pressed = 0;
        for key in prose.split("<kbd>").skip(1) {
            let key = key.split_once("</kbd>").expect("a key ends").0;
            terminal.press(if key == "Enter" { "\r" } else { key });
            pressed += 1;
        }
        assert!(!first || pressed < 10, "{pressed} keys to the first find");
        first = false;
        let promised: Vec<&str> = block.lines().skip(1).collect();
        assert!(pressed > 0 && !promised.is_empty());
        terminal.wait_for(&promised);
    }
}
