//! What entrail is built from: how many crates, and the notices of those that are in the binary.
//! Never looks at the network; `UPDATE_NOTICES=1 cargo test --test supply_chain` writes the notices anew.
#![expect(clippy::disallowed_methods, reason = "reads and writes files of the source")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NOTICES: &str = "THIRD-PARTY.md";

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(name)).expect(name)
}

#[test]
fn the_number_of_crates_grows_only_on_purpose() {
    let count = read("Cargo.lock").lines().filter(|line| *line == "[[package]]").count();
    let deny = read("deny.toml");
    let allowed = deny.lines().find_map(|line| line.strip_prefix("# Crates in Cargo.lock: "));
    let allowed: usize = allowed.and_then(|count| count.parse().ok()).expect("a number");
    assert!(
        count <= allowed,
        "Cargo.lock has {count} crates, and deny.toml allows {allowed}; raise the number there in the \
         commit that says why they are needed"
    );
}

/// A crate that is linked into the binary.
struct Package {
    name: String,
    version: String,
    licence: String,
    source: String,
    folder: PathBuf,
}

/// The crates that are linked for a platform: not what only builds, tests or writes code.
fn linked(platform: &str, offline: bool) -> Vec<Package> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--locked", "--filter-platform", platform]);
    if offline {
        command.arg("--offline");
    }
    let output = command.current_dir(ROOT).output().expect("cargo runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes: BTreeMap<String, Value> =
        list(&all["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let packages: BTreeMap<String, Value> =
        list(&all["packages"]).into_iter().map(|one| (text(&one["id"]), one)).collect();
    let root = text(&all["resolve"]["root"]);
    let (mut seen, mut next) = (BTreeSet::new(), vec![root.clone()]);
    while let Some(id) = next.pop() {
        let writes_code = list(&packages[&id]["targets"])
            .iter()
            .any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"));
        if writes_code || !seen.insert(id.clone()) {
            continue;
        }
        for dependency in list(&nodes[&id]["deps"]) {
            if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()) {
                next.push(text(&dependency["pkg"]));
            }
        }
    }
    seen.remove(&root);
    let package = |id: &String| {
        let one = &packages[id];
        let manifest = PathBuf::from(text(&one["manifest_path"]));
        Package {
            name: text(&one["name"]),
            version: text(&one["version"]),
            licence: text(&one["license"]).replace('/', " OR "),
            source: text(&one["repository"]),
            folder: manifest.parent().expect("a folder").to_owned(),
        }
    };
    seen.iter().map(package).collect()
}

/// What the file says of a crate in its list.
fn entry(package: &Package) -> String {
    format!("- {} {}: {}", package.name, package.version, package.licence)
}

/// Files with licences and notices in a crate, those of C code that it brings along included.
fn texts(package: &Package) -> Vec<String> {
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let begins = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE"];
        path.is_file()
            && begins.iter().any(|begin| name.starts_with(begin))
            && path.extension().is_none_or(|extension| extension != "rs")
    };
    let mut folders = vec![package.folder.clone()];
    if package.name.ends_with("-sys") {
        let below = std::fs::read_dir(&package.folder).into_iter().flatten().flatten();
        folders.extend(below.map(|entry| entry.path()).filter(|path| path.is_dir()));
    }
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
    let mut files: Vec<PathBuf> =
        files.flatten().map(|entry| entry.path()).filter(|path| is_one(path)).collect();
    files.sort();
    // Of two licences to choose from MIT is enough, which is the shorter one.
    let is_mit = |path: &PathBuf| path.to_string_lossy().to_uppercase().ends_with("MIT");
    if package.licence.contains(" OR ") && files.iter().any(is_mit) {
        let notices = |path: &PathBuf| path.to_string_lossy().to_uppercase().contains("NOTICE");
        files.retain(|path| is_mit(path) || notices(path));
    }
    files.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

/// A text without its copyright lines, which differ where nothing else does, and these.
fn parted(text: &str) -> (String, Vec<String>) {
    let is_copyright = |line: &&str| {
        let line = line.trim_start_matches([' ', '\t', '*', '#']);
        let own = line.starts_with("Copyright") && line.len() < 200 && !line.contains("[yyyy]");
        own && line.contains(|c: char| c.is_ascii_digit() || c == '(')
    };
    let (own, body): (Vec<&str>, Vec<&str>) = text.lines().partition(is_copyright);
    let mut body: Vec<&str> = body.into_iter().map(str::trim_end).collect();
    body.dedup_by(|a, b| a.is_empty() && b.is_empty());
    (
        body.join("\n").trim_matches('\n').to_owned(),
        own.into_iter().map(|line| line.trim().to_owned()).collect(),
    )
}

/// The platforms that deny.toml names.
fn platforms() -> Vec<String> {
    let deny = read("deny.toml");
    let targets = deny.split_once("targets = [").and_then(|(_, rest)| rest.split_once(']'));
    let names = targets.expect("targets").0.split(',').map(|name| name.trim().trim_matches('"'));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The whole file.
fn written() -> String {
    let mut all: BTreeMap<(String, String), Package> = BTreeMap::new();
    for platform in platforms() {
        for package in linked(&platform, false) {
            all.insert((package.name.clone(), package.version.clone()), package);
        }
    }
    let mut out = "# Third-party notices\n\n\
        entrail is under the MIT licence (LICENSE). Its binary holds the crates below, each under its own\n\
        licence, and the Rust standard library (MIT OR Apache-2.0). The source of each is published as a crate under\n\
        its name and version. `UPDATE_NOTICES=1 cargo test --test supply_chain` writes this file.\n\n"
        .to_owned();
    let mut bodies: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for package in all.values() {
        let source = match package.source.as_str() {
            "" => String::new(),
            source => format!(" <{source}>"),
        };
        writeln!(out, "{}{source}", entry(package)).expect("in memory");
        let of = format!("{} {}", package.name, package.version);
        for text in texts(package) {
            let (body, copyright) = parted(&text);
            bodies.entry(body).or_default().entry(of.clone()).or_default().extend(copyright);
        }
    }
    for (body, of) in bodies {
        out.push_str("\n---\n\n");
        for (name, copyright) in of {
            let copyright: Vec<String> = copyright.into_iter().collect();
            let told = if copyright.is_empty() {
                String::new()
            } else {
                format!(": {}", copyright.join("; "))
            };
            writeln!(out, "{name}{told}  ").expect("in memory");
        }
        writeln!(out, "\n```text\n{}\n```", body.replace("```", "'''")).expect("in memory");
    }
    out
}

#[test]
fn the_notices_name_every_crate_that_is_linked() {
    if std::env::var_os("UPDATE_NOTICES").is_some() {
        std::fs::write(Path::new(ROOT).join(NOTICES), written()).expect(NOTICES);
    }
    let notices = read(NOTICES);
    let listed: BTreeSet<&str> = (notices.lines().take_while(|line| *line != "---"))
        .filter(|line| line.starts_with("- "))
        .map(|line| line.split(" <").next().unwrap_or(line))
        .collect();
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    if !cfg!(target_os = "linux") {
        return;
    }
    let packages = linked(&platform, true);
    assert!(packages.len() > 100, "{}", packages.len());
    let missing: Vec<String> =
        packages.iter().map(entry).filter(|entry| !listed.contains(entry.as_str())).collect();
    assert!(
        missing.is_empty(),
        "{NOTICES} lacks {missing:?}; run UPDATE_NOTICES=1 cargo test --test supply_chain"
    );
}
