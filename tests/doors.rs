//! Where something is added: what the map in `src/lib.rs` says of it, held against the tables and the files.
//! Never compiles anything itself: a row without its file, or without its arm, does not compile anyway.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use entrail::document::RENDERERS;
use entrail::query::translate::Language;
use entrail::record::Kind;
use entrail::record::property::PROPERTIES;
use entrail::ui::theme::PALETTES;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The names of the files of Rust in a folder, tests left out.
fn files_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the source");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let names = names.filter_map(|name| name.to_str()?.strip_suffix(".rs").map(str::to_owned));
    names.filter(|name| name != "tests").collect()
}

#[expect(clippy::disallowed_methods, reason = "the source is what is tested")]
fn text_of(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect("a file of the source")
}

/// The rows of the list in `src/lib.rs`, each in one line.
fn rows_of_the_map() -> Vec<String> {
    let text = text_of("src/lib.rs");
    let lines = text.lines().map(|line| line.strip_prefix("//!").unwrap_or_default().trim());
    let section = lines.skip_while(|line| *line != "# Where something is added").skip(1);
    let mut rows: Vec<String> = Vec::new();
    for line in section.take_while(|line| !line.starts_with("# ") && !line.starts_with("After")) {
        match (line.strip_prefix("- "), rows.last_mut()) {
            (Some(row), _) => rows.push(row.to_owned()),
            (None, Some(row)) if !line.is_empty() => {
                row.push(' ');
                row.push_str(line);
            }
            _ => {}
        }
    }
    rows
}

#[test]
fn every_file_and_folder_that_the_map_names_is_there() {
    let rows = rows_of_the_map();
    assert!(rows.len() > 20, "the list was found: {rows:?}");
    let mut named = 0;
    for row in &rows {
        for name in row.split('`').skip(1).step_by(2) {
            if ["src/", "assets/", "tests/"].iter().any(|folder| name.starts_with(folder)) {
                named += 1;
                assert!(root().join(name).exists(), "{row}: there is no {name}");
            }
        }
    }
    assert!(named > 15, "paths were found: {named}");
}

#[test]
fn nothing_is_added_in_more_than_three_places() {
    for row in rows_of_the_map() {
        // Paths and links to tables; what only explains stands in brackets or behind a semicolon.
        let said = row.split(';').next().unwrap_or_default();
        let places = said.matches("`src/").count() + said.matches("[`").count();
        assert!(places <= 3, "{places} places: {row}");
    }
}

#[test]
fn each_command_is_a_file_and_a_row() {
    let text = text_of("src/cli/command.rs");
    let rows = text.split("commands! {").nth(1).and_then(|rest| rest.split("\n}").next());
    let rows: BTreeSet<String> = (rows.expect("the rows").lines())
        .filter_map(|line| Some(line.trim().split_once('(')?.1.strip_suffix("),")?.to_owned()))
        .collect();
    assert_eq!(rows, files_in("src/cli/command"));
    let help = entrail_help();
    for command in rows.iter().filter(|name| *name != "complete") {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
    }
}

fn entrail_help() -> String {
    let mut entrail = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"));
    let output = entrail.arg("--help").output().expect("the program runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn each_kind_of_record_is_a_file_that_names_what_it_adds() {
    let names = Kind::ALL.iter().map(|kind| kind.word().replace('-', "_"));
    assert_eq!(names.collect::<BTreeSet<_>>(), files_in("src/record/kind"));
    for kind in Kind::ALL {
        let text = text_of(&format!("src/record/kind/{}.rs", kind.word().replace('-', "_")));
        let first = |field: &&str| text.contains(&format!(": \"{field}\","));
        let own = PROPERTIES.iter().filter(|row| row.kinds == [*kind]).map(|row| row.field);
        let lost: Vec<&str> = own.filter(|field| !first(field)).collect();
        assert!(lost.is_empty(), "{kind:?}: {lost:?} are in another file");
    }
}

#[test]
fn each_theme_renderer_and_language_is_a_file_of_its_name() {
    let names = |names: &mut dyn Iterator<Item = String>| names.collect::<BTreeSet<_>>();
    let themes = names(&mut PALETTES.iter().map(|palette| palette.name.to_owned()));
    assert_eq!(themes, files_in("src/ui/theme"));
    assert_eq!(RENDERERS.len(), files_in("src/document").len(), "a renderer is a file and a row");
    assert_eq!(Language::ALL.len(), files_in("src/query/dialect").len(), "a language is a file");
}
