//! `entrail pull` as a process: killed at any moment, asked to end, started twice; its archive is the tenant's log.
//! Never waits for luck: what it does next is triggered by requests the fake Graph has seen and by files that appear.

#[path = "fake_graph/graph.rs"]
mod fake_graph;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::time::Timestamp;
use fake_graph::{FakeGraph, Fault, Faults, Grant, Seen, Tenant};
use serde_json::Value;

/// A day long ago, so that nothing can arrive late on whatever day the tests run.
const TODAY: &str = "2025-06-01T00:00:00Z";
/// Two days of it; each is a slice.
const RANGE: [&str; 4] = ["--since", "2025-05-29", "--until", "2025-05-30"];
const SLICES: usize = 2;
/// Longer than anything takes.
const DEADLINE: Duration = Duration::from_secs(30);

/// A tenant of whose days each has two pages: fewer requests than a program may send at once.
fn start() -> FakeGraph {
    let today = Timestamp::parse(TODAY).expect("a time");
    let graph = FakeGraph::start(Tenant::demo(400, 7).moved_to(today));
    let of_day = |day: &str| {
        let lines = graph.lines("directoryAudits");
        lines.iter().filter(|line| time(line).starts_with(day)).count()
    };
    let largest = ["2025-05-29", "2025-05-30"].map(of_day).into_iter().max();
    graph.change(|tenant| tenant.page = largest.unwrap_or(2).div_ceil(2));
    graph
}

fn time(line: &str) -> String {
    let record: Value = serde_json::from_str(line).expect("a record");
    record["activityDateTime"].as_str().expect("a time").to_owned()
}

fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// A running `entrail pull`, and the token it was given; killed when it goes out of scope.
struct Pull(Child, String);

impl Drop for Pull {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Pull {
    fn start(graph: &FakeGraph, home: &Path, more: &[&str]) -> Self {
        let base = graph.base();
        let token = graph.token(&Grant::default());
        let child = Command::new(env!("CARGO_BIN_EXE_entrail"))
            .args(["pull", "--archive"])
            .arg(home.join("archive"))
            .args(RANGE)
            .args(["--login-url", &base, "--graph-url", &base])
            .args(more)
            .env_clear()
            .env("HOME", home)
            .env("ENTRAIL_TOKEN", &token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        Self(child, token)
    }

    /// SIGKILL.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("sent").success());
    }

    /// Its exit code, and what it told.
    fn end(mut self) -> (Option<i32>, String, String) {
        until(|| self.0.try_wait().expect("a process").is_some());
        let (mut out, mut told) = (String::new(), String::new());
        self.0.stdout.take().expect("a pipe").read_to_string(&mut out).expect("text");
        self.0.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
        (self.0.wait().expect("it ended").code(), out, told)
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that hangs must fail")]
fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < DEADLINE, "it does not happen");
        std::thread::yield_now();
    }
}

/// Pulls until a run ends by itself, and ends well; with how many requests.
fn finish(graph: &FakeGraph, home: &Path) -> usize {
    graph.script(Faults::none());
    let pull = Pull::start(graph, home, &[]);
    let bearer = format!("Bearer {}", pull.1);
    let (code, out, told) = pull.end();
    assert_eq!(code, Some(0), "{told}");
    assert!(out.contains(" complete") && out.lines().count() == 1, "{out}");
    // What a killed one had sent may arrive only now.
    let own = |seen: &&Seen| seen.headers.get("authorization") == Some(&bearer);
    graph.requests().iter().filter(own).count()
}

/// The records that are read from the archive; fails where one is there twice or is not the tenant's.
fn records(graph: &FakeGraph, home: &Path) -> usize {
    let archive = home.join("archive");
    if !archive.exists() {
        return 0;
    }
    let expected: BTreeSet<String> = graph.lines("directoryAudits").into_iter().collect();
    let mut store = Store::default();
    read_all(vec![local::path(archive)], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(summary) => assert_eq!(summary.progress.duplicates, 0),
        // An archive in which nothing is yet.
        _ => {}
    });
    for row in 0..store.len() as u32 {
        let line = store.read(row).expect("its bytes");
        let line = String::from_utf8(line).expect("text");
        assert!(expected.contains(line.trim()), "{line}");
    }
    store.len()
}

/// The records of the two days.
fn wanted(graph: &FakeGraph) -> usize {
    let lines = graph.lines("directoryAudits");
    let within = |line: &&String| ("2025-05-29".."2025-05-31").contains(&&time(line)[..10]);
    lines.iter().filter(within).count()
}

/// Slices that the manifest has, by the days they begin on.
#[expect(clippy::disallowed_methods, reason = "the manifest is looked at")]
fn kept(home: &Path) -> usize {
    let manifest = home.join("archive/.entrail/manifest.ndjson");
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    // The last line may be written just now.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().filter(|line| line.starts_with("{\"slice\"")).count()
}

fn after_the_kill(graph: &FakeGraph, home: &Path, what: &str) {
    let slices = kept(home);
    assert!(records(graph, home) <= wanted(graph), "{what}");
    let asked = finish(graph, home);
    // The last page is as full as the others: once more is asked what may be behind it.
    let most = if slices < SLICES { 2 * (SLICES - slices) + 1 } else { 0 };
    assert!(asked <= most, "{what}: {asked} requests with {slices} slices kept");
    assert_eq!(records(graph, home), wanted(graph), "{what}");
    assert_eq!(compared(home), SLICES, "{what}");
}

/// How many files are as the digests say, asked of the system's own program where there is one.
fn compared(home: &Path) -> usize {
    let archive = home.join("archive");
    let check = ["--check", ".entrail/sha256sums"];
    match Command::new("sha256sum").args(check).current_dir(archive).output() {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            String::from_utf8_lossy(&output.stdout).lines().count()
        }
        Err(_) => SLICES,
    }
}

#[test]
fn killed_while_it_waits_for_any_page_it_goes_on_where_it_was() {
    let graph = start();
    for page in 0..4 {
        let home = memory();
        let held = Fault::Delay(Duration::from_hours(1));
        graph.script(Faults::none().at(page, held));
        let before = graph.count();
        let mut pull = Pull::start(&graph, home.path(), &[]);
        until(|| graph.count() - before > page as usize);
        pull.kill();
        // A day is over once a record of the next one is there.
        let days = if page < 2 { 0..=0 } else { page - 2..=1 };
        assert!(days.contains(&(kept(home.path()) as u64)), "page {page}: {}", kept(home.path()));
        after_the_kill(&graph, home.path(), &format!("page {page}"));
    }
}

/// A moment to kill at, and what it is.
type Trigger<'t> = (&'t str, Box<dyn Fn(&Path) -> bool + 't>);

#[test]
fn killed_as_its_files_appear_it_goes_on_where_it_was() {
    let hidden = |home: &Path, name: &str| home.join("archive/.entrail").join(name);
    let incoming = |home: &Path| hidden(home, "incoming.ndjson.zst");
    let day = |home: &Path, day: &str| home.join(format!("archive/audit/2025-05-{day}.ndjson.zst"));
    // Before the last page, which is held: the run cannot be over before it is killed. What passes
    // can be missed: then what follows it counts.
    let held: Vec<Trigger<'_>> = vec![
        ("the lock", Box::new(|home| hidden(home, "lock").exists())),
        ("the manifest", Box::new(|home| hidden(home, "manifest.ndjson").exists())),
        ("the first file, begun", Box::new(|home| incoming(home).exists() || kept(home) > 0)),
        ("the first line", Box::new(|home| kept(home) > 0)),
        ("the first day", Box::new(|home| day(home, "29").exists())),
        ("the second file, begun", Box::new(|home| kept(home) == 1 && incoming(home).exists())),
    ];
    let last: Vec<Trigger<'_>> = vec![
        ("the last line", Box::new(|home| kept(home) > 1)),
        ("the last day", Box::new(|home| day(home, "30").exists())),
        ("the digests", Box::new(|home| hidden(home, "sha256sums").exists())),
    ];
    let held = held.into_iter().map(|trigger| (trigger, true));
    for ((what, trigger), is_held) in held.chain(last.into_iter().map(|trigger| (trigger, false))) {
        let (graph, home) = (start(), memory());
        let hold = || Faults::none().at(3, Fault::Delay(Duration::from_hours(1)));
        graph.script(if is_held { hold() } else { Faults::none() });
        let mut pull = Pull::start(&graph, home.path(), &[]);
        until(|| trigger(home.path()) || pull.0.try_wait().expect("a process").is_some());
        pull.kill();
        let code = pull.0.wait().expect("it ended").code();
        assert!(code.is_none() || !is_held, "{what}: ended with {code:?}");
        after_the_kill(&graph, home.path(), what);
    }
}

#[test]
fn the_second_of_two_pulls_says_who_is_first_and_a_killed_one_is_in_nobodys_way() {
    let graph = start();
    let home = memory();
    graph.script(Faults::none().at(0, Fault::Delay(Duration::from_hours(1))));
    let mut first = Pull::start(&graph, home.path(), &[]);
    until(|| graph.count() > 0);
    let (code, out, told) = Pull::start(&graph, home.path(), &[]).end();
    assert_eq!((code, out.as_str()), (Some(2), ""), "{told}");
    let holder = format!("another entrail (process {} since ", first.0.id());
    assert!(told.contains(&holder) && told.contains("pulls into this archive"), "{told}");
    let folder = home.path().join("archive").display().to_string();
    assert_eq!(told.matches(&folder).count(), 1, "{told}");
    first.kill();
    finish(&graph, home.path());
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

#[test]
fn asked_to_end_it_keeps_what_came_and_says_so() {
    let graph = start();
    for (name, code) in [("TERM", 143), ("INT", 130)] {
        for more in [&[][..], &["--watch", "5"]] {
            let home = memory();
            graph.script(Faults::none().at(3, Fault::Delay(Duration::from_hours(1))));
            let before = graph.count();
            let pull = Pull::start(&graph, home.path(), more);
            until(|| graph.count() - before > 3);
            pull.signal(name);
            let (ended, out, told) = pull.end();
            assert_eq!(ended, Some(code), "{told}");
            assert!(out.contains("NOT complete") && out.lines().count() == 1, "{out}");
            let there = records(&graph, home.path());
            assert_eq!(compared(home.path()), SLICES, "the digests are there");
            assert!(out.contains(&format!(": {there} new records in 2 slices")), "{told} {out}");
            assert!(there > 0 && there < wanted(&graph));
            finish(&graph, home.path());
            assert_eq!(records(&graph, home.path()), wanted(&graph));
        }
    }
}

#[test]
fn asked_to_end_between_two_rounds_it_ends_at_once() {
    let graph = start();
    let home = memory();
    let mut pull = Pull::start(&graph, home.path(), &["--watch", "1440"]);
    let mut lines = BufReader::new(pull.0.stdout.take().expect("a pipe")).lines();
    let summary = lines.next().expect("a line").expect("text");
    assert!(summary.contains("complete") && !summary.contains("NOT"), "{summary}");
    pull.signal("TERM");
    until(|| pull.0.try_wait().expect("a process").is_some());
    assert_eq!(pull.0.wait().expect("it ended").code(), Some(143));
    assert!(lines.next().is_none());
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

/// Ends with 2 and one line that has `state`.
fn ends_with_two(graph: &FakeGraph, home: &Path, state: &str) -> String {
    let (code, out, told) = Pull::start(graph, home, &[]).end();
    assert_eq!(code, Some(2), "{out} {told}");
    assert!(out.contains(state) && out.lines().count() == 1, "{out} {told}");
    told
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the archive is damaged on purpose")]
fn a_damaged_or_deleted_file_is_told_and_comes_again() {
    let (graph, home) = (start(), memory());
    finish(&graph, home.path());
    let day = home.path().join("archive/audit/2025-05-29.ndjson.zst");
    let aside = home.path().join("archive/.entrail/damaged/audit-2025-05-29.ndjson.zst");
    let whole = std::fs::read(&day).expect("read");
    let flipped: Vec<u8> = whole.iter().map(|byte| byte ^ 1).collect();
    for damage in [[&whole[..], b"x"].concat(), whole[..whole.len() / 2].to_vec(), flipped] {
        std::fs::write(&day, &damage).expect("written");
        let told = ends_with_two(&graph, home.path(), "complete again: 1 file was");
        assert!(told.contains(&aside.display().to_string()), "{told}");
        assert_eq!(std::fs::read(&aside).expect("kept"), damage);
        std::fs::remove_file(&aside).expect("removed");
        assert_eq!(finish(&graph, home.path()), 0);
        assert_eq!(records(&graph, home.path()), wanted(&graph));
        assert_eq!(compared(home.path()), SLICES);
    }
    std::fs::remove_file(&day).expect("removed");
    let told = ends_with_two(&graph, home.path(), "complete again: 1 file was");
    assert!(told.contains("is not there any more"), "{told}");
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

#[test]
fn a_refusal_is_told_once_says_what_helps_and_leaves_no_folder() {
    let graph = start();
    let base = graph.base();
    let weak = graph.token(&Grant { permissions: vec!["User.Read"], ..Grant::default() });
    let foreign = Grant { audience: "https://example.com".to_owned(), ..Grant::default() };
    let foreign = graph.token(&foreign);
    for (token, state) in [(weak, "NOT complete: refused"), (foreign, "NOT complete: no sign-in")] {
        let home = memory();
        let output = Command::new(env!("CARGO_BIN_EXE_entrail"))
            .args(["pull", "--archive"])
            .arg(home.path().join("new/archive"))
            .args(RANGE)
            .args(["--log", "audit,provisioning", "--login-url", &base, "--graph-url", &base])
            .env_clear()
            .env("HOME", home.path())
            .env("ENTRAIL_TOKEN", &token)
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        let out = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(out.contains(state) && !out.contains("run it again\n"), "{out} {told}");
        let mut reasons: Vec<&str> =
            told.lines().map(|line| line.rsplit("Z: ").next().unwrap_or(line)).collect();
        let lines = reasons.len();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), lines, "{told}");
        assert!(!home.path().join("new").exists());
    }
}

/// The digests of an archive's files, by name.
#[expect(clippy::disallowed_methods, reason = "the archive is looked at")]
fn days(home: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(home.join("archive/audit")).expect("days");
    let mut days: Vec<_> = files
        .map(|file| file.expect("a file").path())
        .map(|path| (path.clone(), std::fs::read(path).expect("read")))
        .collect();
    days.sort();
    days
}

/// Once too few file handles took a healthy day out of the archive for good.
#[cfg(unix)]
#[test]
fn too_few_file_handles_take_no_file_out_of_an_archive() {
    let (graph, home) = (start(), memory());
    finish(&graph, home.path());
    let before = days(home.path());
    let base = graph.base();
    for limit in [10, 11, 12, 14, 16] {
        let output = Command::new("sh")
            .args(["-c", &format!("ulimit -n {limit}; exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_entrail"))
            .args(["pull", "--archive"])
            .arg(home.path().join("archive"))
            .args(RANGE)
            .args(["--login-url", &base, "--graph-url", &base])
            .env("HOME", home.path())
            .env("ENTRAIL_TOKEN", graph.token(&Grant::default()))
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        assert!(matches!(output.status.code(), Some(0 | 2)), "{limit}: {output:?}");
        assert_eq!(days(home.path()), before, "{limit}: {output:?}");
        assert!(!home.path().join("archive/.entrail/damaged").exists(), "{limit}: {output:?}");
    }
    assert_eq!(finish(&graph, home.path()), 0, "nothing has to be asked for again");
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

/// An archive prepared by somebody else wrote over files outside of it.
#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the archive is forged")]
fn a_prepared_archive_overwrites_nothing_outside_of_it() {
    let (graph, home) = (start(), memory());
    finish(&graph, home.path());
    let precious = home.path().join("authorized_keys");
    std::fs::write(&precious, "precious").expect("written");
    let hidden = home.path().join("archive/.entrail");
    let manifest = hidden.join("manifest.ndjson");
    let text = std::fs::read_to_string(&manifest).expect("read");
    let forged = text.replace("audit/2025-05-29.ndjson.zst", "../authorized_keys");
    std::fs::write(&manifest, forged).expect("forged");
    let day = home.path().join("archive/audit/2025-05-29.ndjson.zst");
    std::fs::copy(day, hidden.join("incoming.ndjson.zst")).expect("forged");
    let ends = |what: &str| {
        let (code, out, told) = Pull::start(&graph, home.path(), &[]).end();
        assert_eq!((code, out.as_str()), (Some(2), ""), "{told}");
        assert!(told.contains(what), "{told}");
        assert_eq!(std::fs::read_to_string(&precious).expect("there"), "precious");
    };
    ends("names a file that entrail does not write: nothing was touched");
    std::fs::write(&manifest, text).expect("as it was");
    std::fs::remove_file(hidden.join("lock")).expect("removed");
    std::os::unix::fs::symlink(&precious, hidden.join("lock")).expect("a link");
    ends(".entrail/lock is a link");
    std::fs::remove_file(hidden.join("lock")).expect("removed");
    finish(&graph, home.path());
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

/// Pulls with these arguments instead of a range; its exit code and what it told.
fn pulled(graph: &FakeGraph, home: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let (archive, base) = (home.join("archive").display().to_string(), graph.base());
    let pull = ["pull", "--archive", &archive, "--login-url", &base, "--graph-url", &base];
    ran(graph, home, &[&pull, more].concat())
}

/// Runs the program with a token and nothing else but this home; its exit code and what it told.
fn ran(graph: &FakeGraph, home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("ENTRAIL_TOKEN", graph.token(&Grant::default()))
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn with_a_query_only_what_matches_is_kept_and_without_it_the_rest_comes() {
    let (graph, home) = (start(), memory());
    let failed = |line: &&String| {
        let record: Value = serde_json::from_str(line).expect("a record");
        record["result"] == "failure" && ("2025-05-29".."2025-05-31").contains(&&time(line)[..10])
    };
    let expected = graph.lines("directoryAudits").iter().filter(failed).count();
    let ask = [&RANGE[..], &["-q", "result=failure"]].concat();
    let (code, out, told) = pulled(&graph, home.path(), &ask);
    assert_eq!(code, Some(0), "{told}");
    let others = format!("that match the query ({} others left out)", wanted(&graph) - expected);
    assert!(out.contains(&others) || expected == wanted(&graph), "{out}");
    assert_eq!(records(&graph, home.path()), expected);
    let before = graph.count();
    assert_eq!(pulled(&graph, home.path(), &ask).0, Some(0));
    assert_eq!(graph.count(), before, "the same question is answered");
    assert_eq!(pulled(&graph, home.path(), &RANGE).0, Some(0));
    assert_eq!(records(&graph, home.path()), wanted(&graph));
}

#[test]
fn explaining_asks_nothing_and_a_log_that_is_none_is_named() {
    let (graph, home) = (start(), memory());
    let explicit = [&RANGE[..], &["--log", "all", "--explain"]].concat();
    let (code, out, _) = pulled(&graph, home.path(), &explicit);
    assert_eq!((code, out.matches("GET http").count()), (Some(0), 7), "{out}");
    assert_eq!(graph.count(), 0);
    let (code, _, told) = pulled(&graph, home.path(), &["--log", "al"]);
    assert!(code == Some(2) && told.contains("or all"), "{told}");
}

/// A month ago and more asked for hundreds of empty days.
#[test]
fn what_entra_does_not_keep_is_not_asked_for_unless_that_is_wanted() {
    let (graph, home) = (start(), memory());
    let first = |more: &[&str]| {
        let (code, out, told) = pulled(&graph, home.path(), more);
        assert_eq!(code, Some(0), "{told}");
        out.lines().take(2).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let cut = first(&["--since", "last-400d", "--explain"]);
    assert!(
        cut.contains("Entra keeps 30 days of logs, 7 without") && cut.contains("--beyond"),
        "{cut}"
    );
    let all = first(&["--since", "last-400d", "--beyond-retention", "--explain"]);
    assert!(all.contains("is probably gone") && all[..20] < cut[..20], "{all}");
    let within = first(&["--since", "last-29d", "--explain"]);
    assert!(!within.contains("Entra keeps"), "{within}");
    let (code, out, told) = pulled(&graph, home.path(), &["--since", "last-400d"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.matches("Entra keeps 30 days").count(), 1, "{told}");
    assert!(out.contains("32 slices") && graph.count() <= 4, "{out} {}", graph.count());
    let (code, _, told) = pulled(&graph, home.path(), &["--since", "last-1M"]);
    assert!(code == Some(2) && told.contains("write last-30d for months"), "{told}");
}

/// A home directory in which nothing can be made does not keep records from an archive elsewhere.
#[test]
fn a_home_that_cannot_be_written_to_is_in_no_pulls_way() {
    let (graph, outer) = (start(), memory());
    let home = outer.path().join("home");
    std::fs::create_dir(&home).expect("made");
    for name in [".config", ".cache", ".local", "Library"] {
        drop(std::fs::File::create(home.join(name)).expect("a file in the way"));
    }
    let archive = outer.path().join("archive").display().to_string();
    let ran = |arguments: &[&str]| ran(&graph, &home, arguments);
    let base = graph.base();
    let at = ["--login-url", &base, "--graph-url", &base];
    let (code, out, told) = ran(&[&["pull", "--archive", &archive], &RANGE[..], &at].concat());
    assert!(code == Some(0) && out.contains(" complete"), "{out}{told}");
    assert_eq!(records(&graph, outer.path()), wanted(&graph));
    let (code, out, told) = ran(&["query", "--count", "", &archive]);
    assert_eq!((code, out.trim()), (Some(0), &*wanted(&graph).to_string()), "{told}");
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        match entry.file_type().expect("known").is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).expect("copied")),
        }
    }
}

/// An archive of the first format, written by the program before there were archives of anything but
/// Graph: one day is whole, one is gone, one was damaged and set aside.
#[test]
#[expect(clippy::disallowed_methods, reason = "the archive is looked at")]
fn an_archive_of_the_first_format_goes_on_with_the_same_bytes() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive");
    let records = std::fs::read_to_string(fixtures.join("records.ndjson")).expect("read");
    let lines = records.lines().map(str::to_owned);
    let graph = FakeGraph::start(Tenant::empty().with("directoryAudits", lines));
    let home = memory();
    copy(&fixtures.join("version-1"), &home.path().join("archive"));
    let manifest = home.path().join("archive/.entrail/manifest.ndjson");
    let text = std::fs::read_to_string(&manifest).expect("read");
    std::fs::write(&manifest, text.replace("https://graph.example", &graph.base())).expect("moved");
    let day = home.path().join("archive/audit/2025-05-29.ndjson.zst");
    let before = std::fs::read(&day).expect("read");
    let range = ["--since", "2025-05-27", "--until", "2025-05-30"];
    let (code, out, told) = pulled(&graph, home.path(), &range);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        out.contains(" 15 new records in 3 slices") && out.contains(", complete"),
        "{out}{told}"
    );
    assert_eq!(self::records(&graph, home.path()), records.lines().count());
    assert_eq!(std::fs::read(&day).expect("read"), before);
    let manifest = std::fs::read_to_string(&manifest).expect("read");
    let header =
        format!("{{\"archive\":{{\"version\":1,\"base\":\"{}/\",\"tenant\":\"", graph.base());
    assert!(manifest.starts_with(&header), "{manifest}");
    let asked = graph.count();
    let (code, out, told) = pulled(&graph, home.path(), &range);
    assert_eq!((code, graph.count()), (Some(0), asked), "{out}{told}");
    assert_eq!(compared(home.path()), 4);
}
