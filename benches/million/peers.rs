//! The same work by what people would use instead, where it is installed: lnav, `DuckDB`, jq.
//! Never tuned against them: each gets what its manual says, and its answer must be ours.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::Context as _;

use crate::data::Data;
use crate::measure::{RUNS, in_turn};
use crate::process::entrail;
use crate::table::{Rate, Table};

/// A program, and how each task is done with it.
struct Peer {
    name: &'static str,
    version: fn() -> anyhow::Result<String>,
    run: fn(&Path, &Path, Task) -> anyhow::Result<String>,
    /// Runs; less where one takes minutes.
    runs: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Task {
    /// Everything into memory, ready for questions.
    Load,
    /// Two conditions.
    Question,
    Count,
    Nested,
    GroupBy,
}

const TASKS: &[(Task, &str)] = &[
    (Task::Load, "load all of it"),
    (Task::Question, "count, 2 conditions"),
    (Task::Count, "count all"),
    (Task::Nested, "count, condition in a nested array"),
    (Task::GroupBy, "group by category"),
];

const PEERS: &[Peer] = &[
    Peer { name: "lnav", version: lnav_version, run: lnav, runs: 3 },
    Peer { name: "DuckDB", version: duckdb_version, run: duckdb, runs: RUNS },
    Peer { name: "jq", version: jq_version, run: jq, runs: 1 },
];

/// What is promised: the least share of the peer's speed.
fn least(task: Task, peer: &str) -> Option<f64> {
    match (task, peer) {
        (Task::Load, _) => Some(3.0),
        (Task::Question, "DuckDB") => Some(4.0),
        (Task::Question, "jq") => Some(40.0),
        // Not every peer reads the records to count them.
        (Task::Count, _) => None,
        _ => Some(1.0),
    }
}

/// Adds a row for each task and peer.
pub fn compare(data: &Data, table: &mut Table) -> anyhow::Result<()> {
    let (path, home) = (data.ndjson(), data.folder().join("lnav"));
    lnav_format(&home)?;
    for peer in PEERS {
        let Ok(version) = (peer.version)() else {
            table.tell(&format!("beside {}", peer.name), "not installed".to_owned(), "");
            continue;
        };
        // The others keep nothing in memory that could be asked again.
        let tasks = TASKS.iter().filter(|(task, _)| *task != Task::Load || peer.name == "DuckDB");
        for (task, what) in tasks {
            let answer = RefCell::new(String::new());
            let ours = || {
                answer.replace(entrail(data, ours(*task), &path)?);
                Ok(())
            };
            let theirs = || {
                let found = (peer.run)(&home, &path, *task)?;
                // A load answers how many records there are; ours writes one of them.
                let expected = match task {
                    Task::Load => data.records.to_string(),
                    _ => answer.borrow().clone(),
                };
                let same = numbers(&found) == numbers(&expected);
                anyhow::ensure!(same, "answered {found:.200}, expected {expected:.200}");
                Ok(())
            };
            match in_turn(peer.runs, ours, theirs) {
                Ok((ours, baseline)) => table.rate(&Rate {
                    figure: &format!("peers: {what}"),
                    ours,
                    detail: String::new(),
                    name: &format!("{} {version}", peer.name),
                    baseline,
                    least: least(*task, peer.name),
                }),
                Err(error) => table.failed(&format!("peers: {what}, {}", peer.name), &error),
            }
        }
    }
    Ok(())
}

/// The numbers that stand alone in an answer, in order of size: the counts.
fn numbers(answer: &str) -> Vec<u64> {
    let words = answer.split(|c: char| c.is_whitespace() || c == ',');
    let mut numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Reading the file as the peers do: without an index from an earlier run.
fn ours(task: Task) -> &'static [&'static str] {
    match task {
        // All columns are in what is written, of one record.
        Task::Load => &["query", "--no-index", "", "--format", "csv", "--limit", "1"],
        Task::Question => {
            &["query", "--no-index", "category:RoleManagement result=failure", "--count"]
        }
        Task::Count => &["query", "--no-index", "", "--count"],
        Task::Nested => {
            &["query", "--no-index", "category=RoleManagement target.type=Role", "--count"]
        }
        Task::GroupBy => &["query", "--no-index", "", "--by", "category"],
    }
}

fn text(output: &Output) -> anyhow::Result<String> {
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    text(&Command::new(program).args(arguments).output()?)
}

fn jq_version() -> anyhow::Result<String> {
    Ok(said("jq", &["--version"])?.trim_start_matches("jq-").to_owned())
}

fn jq(_: &Path, path: &Path, task: Task) -> anyhow::Result<String> {
    let program = match task {
        Task::Load | Task::Count => "reduce inputs as $r (0; . + 1)",
        Task::Question => {
            "reduce (inputs | select((.category | contains(\"RoleManagement\"))
                and .result == \"failure\")) as $r (0; . + 1)"
        }
        Task::Nested => {
            "reduce (inputs | select(.category == \"RoleManagement\"
                and any(.targetResources[]; .type == \"Role\"))) as $r (0; . + 1)"
        }
        Task::GroupBy => {
            "reduce inputs as $r ({}; .[$r.category] += 1) | to_entries[] | \"\\(.value) \\(.key)\""
        }
    };
    text(&Command::new("jq").args(["-n", "-r", program]).arg(path).output()?)
}

fn duckdb_version() -> anyhow::Result<String> {
    said("python3", &["-c", "import duckdb; print(duckdb.__version__)"])
}

fn duckdb(_: &Path, path: &Path, task: Task) -> anyhow::Result<String> {
    let sql = match task {
        Task::Load => "select count(*) from logs",
        Task::Question => {
            "select count(*) from logs
             where contains(category, 'RoleManagement') and result = 'failure'"
        }
        Task::Count => "select count(id) from logs",
        Task::Nested => {
            "select count(*) from logs where category = 'RoleManagement'
             and len(list_filter(targetResources, lambda t: t.type = 'Role')) > 0"
        }
        Task::GroupBy => "select count(*), category from logs group by category",
    };
    let kind = if task == Task::Load { "table" } else { "view" };
    let program = format!(
        "import sys, duckdb
duckdb.sql(\"set threads = {threads}\")
duckdb.sql(\"create {kind} logs as select * from \
read_json('\" + sys.argv[1] + \"', format = 'newline_delimited')\")
for row in duckdb.sql(\"\"\"{sql}\"\"\").fetchall(): print(*row)",
        threads = std::thread::available_parallelism().map_or(2, usize::from),
    );
    text(&Command::new("python3").args(["-c", &program]).arg(path).output()?)
}

fn lnav_version() -> anyhow::Result<String> {
    Ok(said("lnav", &["-V"])?.trim_start_matches("lnav ").to_owned())
}

/// What lnav needs to know of these records.
fn lnav_format(home: &Path) -> anyhow::Result<()> {
    let format = r#"{"$schema": "https://lnav.org/schemas/format-v1.schema.json",
"entra_audit": {"title": "Entra audit", "description": "directoryAudit", "json": true,
"hide-extra": true, "file-pattern": ".*", "timestamp-field": "activityDateTime",
"body-field": "activityDisplayName",
"line-format": [{"field": "__timestamp__"}, " ", {"field": "activityDisplayName"}],
"value": {"activityDisplayName": {"kind": "string"}, "category": {"kind": "string"},
"result": {"kind": "string"}, "loggedByService": {"kind": "string"},
"targetResources": {"kind": "json"}}}}"#;
    let folder = home.join("lnav/formats/entra");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("entra.json"), format).context("the format file")
}

fn lnav(home: &Path, path: &Path, task: Task) -> anyhow::Result<String> {
    let sql = match task {
        Task::Load | Task::Count => ";SELECT count(*) FROM entra_audit",
        Task::Question => {
            ";SELECT count(*) FROM entra_audit
             WHERE category LIKE '%RoleManagement%' AND result = 'failure'"
        }
        Task::Nested => {
            ";SELECT count(*) FROM entra_audit WHERE category = 'RoleManagement'
             AND targetResources LIKE '%\"type\":\"Role\"%'"
        }
        Task::GroupBy => ";SELECT count(*), category FROM entra_audit GROUP BY category",
    };
    let output = Command::new("lnav")
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .args(["-n", "-c", sql, "-c", ":write-csv-to -"])
        .arg(path)
        .output()?;
    text(&output)
}
