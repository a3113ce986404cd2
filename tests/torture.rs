//! A small share of what `cargo run --release --example torture` does, the same each time.
//! Never more than a second or two of it.

#[path = "torture/formats.rs"]
mod formats;
#[path = "torture/random.rs"]
mod random;
#[path = "torture/redaction.rs"]
mod redaction;

#[test]
fn every_format_of_the_same_records_gives_the_same_ndjson() {
    assert_eq!(formats::check(150, 11), Ok(18));
}

#[test]
fn no_planted_identifier_is_left_in_a_redacted_report() {
    let planted = redaction::check(100, 11).unwrap_or_else(|left| panic!("{left}"));
    assert!(planted > 2_500, "{planted}");
}
