//! What is written for other tools never finds less than the query: their languages, evaluated on their text.
//! Never more than a second of it: `cargo run --release --example torture` does the same for longer.

#[path = "translations/asked.rs"]
mod asked;
#[path = "translations/check.rs"]
mod check;
#[path = "translations/kql.rs"]
#[expect(dead_code, reason = "the fake workspace uses more of it")]
mod kql;
#[path = "fake_graph/odata.rs"]
#[expect(dead_code, reason = "the fake Graph uses more of it")]
mod odata;
#[path = "torture/random.rs"]
#[expect(dead_code, reason = "torture uses more of it")]
mod random;
#[path = "translations/rows.rs"]
mod rows;

#[test]
fn no_language_finds_less_than_the_query() {
    let [audits, graph, sign_ins] = check::check(180, 11).unwrap_or_else(|wrong| panic!("{wrong}"));
    // All of them say something.
    assert!(audits.exact > 4 && audits.narrowed > 40, "{audits:?}");
    assert!(graph.exact > 4 && graph.narrowed > 5, "{graph:?}");
    assert!(sign_ins.exact > 0 && sign_ins.narrowed > 20, "{sign_ins:?}");
}
