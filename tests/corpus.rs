//! The corpus of the fuzz targets, given to what they check, on a stable toolchain and in a second.
//! Never fuzzing itself: `fuzz/README.md` says how. Targets of private rooms are in `src/source/fuzzing.rs`.
#![expect(clippy::disallowed_methods, reason = "reads the corpus")]

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

/// Gives every input of a target's corpus to it, and each cut short.
fn replayed(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).expect("a corpus") {
        let input = std::fs::read(entry.expect("an entry").path()).expect("an input");
        for cut in [input.len(), input.len() / 2, input.len() / 3] {
            run(&input[..cut]);
        }
        inputs += 1;
    }
    assert!(inputs >= 5, "{inputs} inputs in {}", folder.display());
}

#[test]
fn the_corpus_of_cases_holds() {
    replayed("case", targets::case::run);
}

#[test]
fn the_corpus_of_dates_holds() {
    replayed("dates", targets::dates::run);
}

#[test]
fn the_corpus_of_events_holds() {
    replayed("event", targets::event::run);
}

#[test]
fn the_corpus_of_queries_holds() {
    replayed("query", targets::query::run);
}

#[test]
fn the_corpus_of_suggestions_holds() {
    replayed("suggest", targets::suggest::run);
}

#[test]
fn the_corpus_of_matching_holds() {
    replayed("matcher", targets::matcher::run);
}

#[test]
fn the_corpus_of_sessions_holds() {
    replayed("update", targets::update::run);
}

#[test]
fn the_corpus_of_translations_holds() {
    replayed("translate", targets::translate::run);
}
