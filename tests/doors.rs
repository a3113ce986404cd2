//! Where something is added: what the map in `src/lib.rs` says of it, held against the tables and the files.
//! Never compiles anything itself: a row without its file, or without its arm, does not compile anyway.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use entrail::document::RENDERERS;
use entrail::meaning::activities;
use entrail::query::translate::Language;
use entrail::record::Kind;
use entrail::record::kind::property::PROPERTIES;
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

/// The rows of a table that a macro makes things of, without what is said about each.
fn rows_of(file: &str, table: &str) -> Vec<String> {
    let text = text_of(file);
    let rows = text.split(&format!("\n{table} {{\n")).nth(1);
    let rows = rows.and_then(|rest| rest.split("\n}").next()).expect("the rows");
    let rows = rows.lines().map(str::trim);
    let rows = rows.filter(|line| !line.starts_with("//") && !line.starts_with("#["));
    rows.map(str::to_owned).collect()
}

/// What stands between these two signs.
fn between(row: &str, open: char, close: char) -> Option<String> {
    Some(row.split_once(open)?.1.split_once(close)?.0.to_owned())
}

#[test]
fn each_command_is_a_file_and_a_row() {
    let rows = rows_of("src/cli/command.rs", "commands!");
    let rows: BTreeSet<String> = rows.iter().filter_map(|row| between(row, '(', ')')).collect();
    assert_eq!(rows, files_in("src/cli/command"));
    let help = entrail_help();
    for command in rows.iter().filter(|name| *name != "complete") {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
    }
}

#[test]
fn each_place_that_words_name_is_a_file_and_a_row() {
    let rows = rows_of("src/cli/place.rs", "places!");
    let rows: BTreeSet<String> =
        rows.iter().map(|row| row.trim_end_matches(',').to_owned()).collect();
    assert_eq!(rows, files_in("src/cli/place"));
    let help = entrail_help();
    for place in rows {
        assert!(help.contains(&format!("\n  {place} ")), "{place} is not in the help");
    }
}

#[test]
fn each_schema_and_each_layout_of_events_is_a_file_and_a_row() {
    let rows = rows_of("src/format/schema.rs", "schemas!");
    let schemas = rows.iter().filter_map(|row| between(row, '(', ':')).collect::<BTreeSet<_>>();
    assert_eq!((schemas.len(), schemas), (rows.len(), files_in("src/format/schema")));
    // The row says how its file is called: `CsvRows` is `csv_rows`.
    let file_of = |row: &String| {
        let name = row.trim_end_matches(';').chars();
        let name = name.flat_map(|c| {
            c.is_uppercase().then_some('_').into_iter().chain([c.to_ascii_lowercase()])
        });
        name.collect::<String>().trim_start_matches('_').to_owned()
    };
    let rows = rows_of("src/format/layout.rs", "ways!");
    assert_eq!(rows.iter().map(file_of).collect::<BTreeSet<_>>(), files_in("src/format/layout"));
    // Nothing else names a schema but those that stand for a whole log: audits, and the portal's sign-ins.
    let named: BTreeSet<String> = files_below("src/format")
        .into_iter()
        .filter(|file| file != "src/format/schema.rs" && !file.starts_with("src/format/schema/"))
        .flat_map(|file| {
            let text = text_of(&file);
            let names = text.split("Schema::").skip(1).chain(text.split("ColumnKeys::").skip(1));
            names
                .map(|rest| {
                    rest.chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect::<String>()
                })
                .collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with(|c: char| c.is_uppercase()) && name != "ALL")
        .collect();
    assert_eq!(named, ["Audit", "SignIn"].map(str::to_owned).into(), "a row should be enough");
}

/// The files of Rust in a folder and below it.
fn files_below(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the source");
    let mut files = Vec::new();
    for entry in entries.map(|entry| entry.expect("an entry")) {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.extend(files_below(&path));
        } else if path.strip_suffix(".rs").is_some() {
            files.push(path);
        }
    }
    files
}

fn entrail_help() -> String {
    let mut entrail = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"));
    let output = entrail.arg("--help").output().expect("the program runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn each_kind_of_record_is_a_file_that_names_what_it_adds() {
    let names = Kind::ALL.iter().map(|kind| kind.word().replace('-', "_"));
    let mut files = files_in("src/record/kind");
    assert!(files.remove("property"), "what a property is stands beside them");
    assert_eq!(names.collect::<BTreeSet<_>>(), files);
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

/// Files that may have a text which is the name of an activity too: steps of trails, kinds of ways back,
/// beginnings of names, and records of tests.
const SAME_WORDS: &[&str] =
    &["trails/table.rs", "meaning/undo.rs", "record/application.rs", "export/redact/shapes.rs"];

#[test]
fn what_an_activity_means_is_said_by_its_row_and_not_by_code() {
    let names: BTreeSet<String> = activities().iter().map(|own| own.name.to_lowercase()).collect();
    assert!(names.len() > 150, "the tables were read");
    let mut named = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the source") {
            let path = entry.expect("an entry").path();
            let shown = path.to_string_lossy().replace('\\', "/");
            let is_test = shown.contains("/tests") || shown.ends_with("agreement.rs");
            if path.is_dir() {
                folders.push(path);
            } else if !is_test
                && !shown.contains("/src/demo")
                && !SAME_WORDS.iter().any(|same| shown.ends_with(same))
            {
                let text = text_of(&shown);
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let texts = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                let texts = texts.flat_map(|line| line.split('"').skip(1).step_by(2));
                let own = texts.filter(|text| names.contains(&text.to_lowercase()));
                named.extend(own.map(|name| format!("{shown}: {name}")));
            }
        }
    }
    assert_eq!(named, Vec::<String>::new(), "say it in assets/activities");
}

#[test]
fn each_file_of_activities_is_read() {
    let reads = text_of("src/meaning/read.rs");
    let entries = fs::read_dir(root().join("assets/activities")).expect("the tables");
    let mut files = 0;
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            files += 1;
            let name = path.file_name().expect("a name").to_string_lossy();
            assert!(reads.contains(&format!("assets/activities/{name}\")")), "{name} is read");
        }
    }
    assert!(files > 8, "the files were found");
}
