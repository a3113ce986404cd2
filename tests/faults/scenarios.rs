//! What is done while system calls fail, and what must be so afterwards: the old or the new, never half,
//! always a message, and the next run brings everything.
//! Never believes the exit code alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::Timestamp;

use super::fake_graph::{FakeGraph, Grant, Tenant};
use super::strace::{Ended, Run};

/// Records of a file that is searched.
const RECORDS: usize = 400;

/// What all scenarios share.
pub struct World {
    graph: FakeGraph,
    token: String,
    folder: tempfile::TempDir,
}

/// Something that is done.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// Puts what is there before into a home.
    prepare: fn(&World, &Path),
    /// What is run.
    pub run: fn(&World, &Path) -> Run,
    /// What must be so after a run with faults, and (`true`) after one without.
    check: fn(&World, &Path, &Ended, bool) -> Result<(), String>,
}

/// All of them.
pub const SCENARIOS: [Scenario; 8] = [
    Scenario { name: "pull, fresh", prepare: nothing, run: pull, check: pulled },
    Scenario { name: "pull, again", prepare: pulled_before, run: pull, check: pulled_again },
    Scenario { name: "pull, resumed", prepare: pulled_half, run: pull, check: pulled },
    Scenario { name: "index, written", prepare: nothing, run: index, check: counted },
    Scenario { name: "index, read", prepare: indexed, run: index, check: counted },
    Scenario { name: "standard input", prepare: nothing, run: input, check: counted },
    Scenario { name: "zip archive", prepare: nothing, run: zip, check: counted },
    Scenario { name: "catalogue", prepare: catalogued, run: catalogue, check: has_catalogue },
];

impl World {
    /// A tenant, and files to search.
    pub fn new() -> Self {
        let today = Timestamp::parse("2025-06-01T00:00:00Z").expect("a time");
        let graph = FakeGraph::start(Tenant::demo(RECORDS, 7).moved_to(today));
        graph.change(|tenant| tenant.page = 40);
        let token = graph.token(&Grant { lifetime: 86_400, ..Grant::default() });
        let folder = tempfile::tempdir().expect("a folder");
        let lines = graph.lines("directoryAudits").join("\n") + "\n";
        fs::write(folder.path().join("a.ndjson"), &lines).expect("written");
        let file = fs::File::create(folder.path().join("a.zip")).expect("made");
        let mut zip = zip::ZipWriter::new(file);
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("a.ndjson", options).expect("begun");
        std::io::Write::write_all(&mut zip, lines.as_bytes()).expect("written");
        zip.finish().expect("written");
        Self { graph, token, folder }
    }

    /// Where the files to search are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, home: &Path, arguments: &[&str]) -> Run {
        let home = home.display().to_string();
        let pairs = [("HOME", &home), ("TMPDIR", &home), ("ENTRAIL_TOKEN", &self.token)];
        Run {
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            environment: pairs.map(|(name, value)| (name.to_owned(), value.clone())).into(),
            input: None,
        }
    }

    fn records(&self) -> usize {
        self.graph.lines("directoryAudits").len()
    }
}

impl Scenario {
    /// A home as it is before.
    pub fn home(&self, world: &World) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        (self.prepare)(world, home.path());
        home
    }

    /// Checks what is there after a run with a fault, then after one without. `silent`: the fault may
    /// have been in telling of it.
    pub fn check(
        &self,
        world: &World,
        home: &Path,
        ended: &Ended,
        silent: bool,
    ) -> Result<(), String> {
        if ended.err.contains(" panicked at ") || ended.code == Some(101) {
            return Err("it panicked".to_owned());
        }
        if ended.code != Some(0) && ended.code.is_some() && ended.err.is_empty() && !silent {
            return Err("it ended without a word".to_owned());
        }
        (self.check)(world, home, ended, false)?;
        let again = (self.run)(world, home).plain();
        (self.check)(world, home, &again, true).map_err(|why| format!("the next run: {why}"))?;
        match again.code {
            Some(0) => Ok(()),
            code => Err(format!("the next run ends with {code:?}: {}", again.err)),
        }
    }
}

fn nothing(_: &World, _: &Path) {}

const RANGE: [&str; 4] = ["--since", "2025-05-28", "--until", "2025-05-31"];
const HALF: [&str; 4] = ["--since", "2025-05-28", "--until", "2025-05-29"];

fn pull_of(world: &World, home: &Path, range: [&str; 4]) -> Run {
    let base = world.graph.base();
    let archive = home.join("archive").display().to_string();
    let mut words = vec!["pull", "--archive", &archive];
    words.extend(range);
    words.extend(["--login-url", &base, "--graph-url", &base]);
    world.command(home, &words)
}

fn pull(world: &World, home: &Path) -> Run {
    pull_of(world, home, RANGE)
}

fn well(run: &Run) {
    let ended = run.plain();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

fn pulled_before(world: &World, home: &Path) {
    well(&pull(world, home));
}

fn pulled_half(world: &World, home: &Path) {
    well(&pull_of(world, home, HALF));
}

/// The records in the archive; fails where one is there twice or is none of the tenant's.
fn archived(world: &World, home: &Path) -> Result<usize, String> {
    let archive = home.join("archive");
    if !archive.exists() {
        return Ok(0);
    }
    let expected: BTreeSet<String> = world.graph.lines("directoryAudits").into_iter().collect();
    let (mut store, mut duplicates) = (Store::default(), 0);
    read_all(vec![local::path(archive)], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(summary) => duplicates = summary.progress.duplicates,
        _ => {}
    });
    for row in 0..store.len() as u32 {
        let line = store.read(row).map_err(|error| format!("a record of the archive: {error}"))?;
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if !expected.contains(&line) {
            return Err(format!("no record of the tenant: {line}"));
        }
    }
    if duplicates > 0 {
        Err(format!("{duplicates} records are there twice"))
    } else {
        Ok(store.len())
    }
}

fn pulled(world: &World, home: &Path, ended: &Ended, last: bool) -> Result<(), String> {
    let (found, all) = (archived(world, home)?, in_range(world));
    if (last || ended.code == Some(0)) && found != all {
        return Err(format!("{found} of {all} records in the archive: {}", ended.err));
    }
    let check = ["--check", "--quiet", ".entrail/sha256sums"];
    if last
        && let Ok(output) =
            Command::new("sha256sum").args(check).current_dir(home.join("archive")).output()
        && !output.status.success()
    {
        return Err(format!("digests: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(())
}

/// What was there is there at any time.
fn pulled_again(world: &World, home: &Path, ended: &Ended, last: bool) -> Result<(), String> {
    let (found, all) = (archived(world, home)?, in_range(world));
    if found != all {
        return Err(format!("{found} of {all} records are still there: {}", ended.err));
    }
    pulled(world, home, ended, last)
}

fn in_range(world: &World) -> usize {
    let time = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a record");
        record["activityDateTime"].as_str().expect("a time").to_owned()
    };
    let lines = world.graph.lines("directoryAudits");
    lines.iter().filter(|line| ("2025-05-28".."2025-06-01").contains(&&time(line)[..10])).count()
}

fn index(world: &World, home: &Path) -> Run {
    let file = world.file("a.ndjson").display().to_string();
    world.command(home, &["query", "", &file, "--index", "--count"])
}

fn indexed(world: &World, home: &Path) {
    well(&index(world, home));
}

fn input(world: &World, home: &Path) -> Run {
    let run = world.command(home, &["query", "", "-", "--count"]);
    Run { input: Some(world.file("a.ndjson")), ..run }
}

fn zip(world: &World, home: &Path) -> Run {
    let file = world.file("a.zip").display().to_string();
    world.command(home, &["query", "", &file, "--count"])
}

/// A count is right, or there is none and the exit code says so; where a file could be read in part
/// the exit code says so as well.
fn counted(world: &World, _: &Path, ended: &Ended, _: bool) -> Result<(), String> {
    match (ended.code, ended.out.trim()) {
        (Some(0), count) if count == world.records().to_string() => Ok(()),
        (Some(0 | 1), count) => Err(format!("{count} records and exit code {:?}", ended.code)),
        _ => Ok(()),
    }
}

fn catalogue(world: &World, home: &Path) -> Run {
    let base = world.graph.base();
    world.command(home, &["catalogue", "refresh", "--login-url", &base, "--graph-url", &base])
}

fn catalogued(world: &World, home: &Path) {
    well(&catalogue(world, home));
}

/// The catalogue is the one that was there or the one that is written, which is the same.
fn has_catalogue(world: &World, home: &Path, ended: &Ended, _: bool) -> Result<(), String> {
    static WHOLE: std::sync::OnceLock<Vec<(PathBuf, usize)>> = std::sync::OnceLock::new();
    let files = |home: &Path| {
        let mut files: Vec<(PathBuf, usize)> = walkdir::WalkDir::new(home)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
            .map(|entry| {
                let len = entry.metadata().map_or(0, |metadata| metadata.len() as usize);
                (entry.path().strip_prefix(home).expect("in it").to_owned(), len)
            })
            .collect();
        files.sort();
        files
    };
    let whole = WHOLE.get_or_init(|| {
        let home = tempfile::tempdir().expect("a folder");
        catalogued(world, home.path());
        files(home.path())
    });
    let found = files(home);
    if found == *whole { Ok(()) } else { Err(format!("{found:?}, not {whole:?}: {}", ended.err)) }
}
