//! The threat model names tests: each of them exists, and each line of its tables names one.
//! Never runs them: `cargo test` does.
#![expect(clippy::disallowed_methods, reason = "reads the documents and the source")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn threat_model() -> String {
    fs::read_to_string(root().join("docs/security.md")).expect("there is a threat model")
}

/// The names of all tests of a folder and of those below it.
fn add_tests(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            add_tests(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("source");
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                match name {
                    Some(name) if is_test => {
                        names.insert(name.split(['(', '<']).next().unwrap_or_default().to_owned());
                        is_test = false;
                    }
                    Some(_) => is_test = false,
                    None => is_test |= line.starts_with("#[") && line.ends_with("test]"),
                }
            }
        }
    }
}

/// The last cell of each row of the threat model's tables.
fn shown_by(text: &str) -> Vec<&str> {
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| ---");
    let rows = text.lines().filter(is_row).filter(|line| !line.ends_with("Shown by |"));
    rows.filter_map(|line| line.trim_end_matches(" |").rsplit_once(" | ").map(|(_, last)| last))
        .collect()
}

#[test]
fn each_line_of_the_threat_model_names_tests_that_exist() {
    let mut tests = BTreeSet::new();
    for folder in ["src", "tests"] {
        add_tests(&root().join(folder), &mut tests);
    }
    let text = threat_model();
    let cells = shown_by(&text);
    assert!(cells.len() > 20, "{} lines", cells.len());
    let mut missing = Vec::new();
    for cell in cells {
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named in: {cell}");
        missing.extend(named.into_iter().filter(|name| !tests.contains(*name)));
    }
    assert_eq!(missing, Vec::<&str>::new(), "docs/security.md names tests that do not exist");
}

#[test]
fn links_of_the_documents_lead_to_files() {
    for name in ["SECURITY.md", "docs/security.md", "docs/testing.md"] {
        let path = root().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let is_near = !file.is_empty() && !file.contains("://");
            let there = path.parent().expect("a folder").join(file);
            assert!(!is_near || there.exists(), "{name} links to {link}");
        }
    }
}
