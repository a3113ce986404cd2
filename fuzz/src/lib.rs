//! What the fuzz targets check, as functions of any bytes; `tests/corpus.rs` gives them the corpus, too.
//! Never the engine: that is in `fuzz_targets`. What is private in entrail is checked in `src/source/fuzzing.rs`.

pub mod case;
pub mod dates;
pub mod event;
#[cfg(fuzzing)]
pub mod index;
pub mod matcher;
pub mod query;
pub mod suggest;
pub mod translate;
pub mod update;

#[path = "../../tests/semantics/generate.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod generate;
#[path = "../../tests/semantics/memory.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod memory;
#[path = "../../tests/semantics/oracle.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod oracle;
#[path = "../../tests/screens/session.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod session;
