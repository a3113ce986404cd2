//! The corpus of the fuzz targets, given to what they check, on a stable toolchain and in a second.
//! Never fuzzing itself: `fuzz/README.md` says how. Targets of private rooms are in `src/source/fuzzing.rs`.
#![expect(clippy::disallowed_methods, reason = "reads the corpus")]

#[path = "harness/corpus.rs"]
mod corpus;
#[path = "../fuzz/src/lib.rs"]
mod targets;

use corpus::replayed;

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
