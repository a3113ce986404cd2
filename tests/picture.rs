//! The picture of the screen in the README shows the screen as it is: `assets/screen.svg`.
//! Never uses a screen that was edited: the real program draws it on a terminal.
//!
//! `UPDATE_PICTURE=1 cargo test --test picture`, or `.ci/picture`, draws it anew.
#![expect(clippy::disallowed_methods, reason = "reads and writes the picture")]

#[path = "harness/svg.rs"]
mod svg;
#[path = "harness/terminal.rs"]
mod terminal;

use std::path::Path;

use svg::picture;
use terminal::Terminal;

const TITLE: &str = "entrail showing what an intruder did to a tenant: services to the left, \
                     records to the right, and below them what changed in a Conditional Access \
                     policy";
const FILTER: &str = "actor.ip:192.0.2. -activity:(delete invite)";
/// What the picture is about; the screen is complete when it shows all of it.
const SHOWN: &[&str] = &[
    "demo · 6,000 records · 2026-10-22 → 11-20 UTC",
    "Records 54 of 6,000",
    "updated conditional access policy CA004",
    "state enabled → enabledForReportingButNotEnforced",
    // What is around the record is found out last.
    "Unusual",
    FILTER,
];

#[test]
fn the_picture_in_the_readme_shows_the_screen_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screen.svg");
    let mut terminal = Terminal::start(&["demo", "--filter", FILTER], 112, 32);
    terminal.wait_for(&SHOWN[..2]);
    // To the fifteenth record.
    terminal.press("\x1b15G");
    let screen = terminal.wait_for(SHOWN);
    let drawn = picture(&screen, TITLE);
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&path, drawn).expect("the picture can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    // Lines that are drawn in another order make the same picture.
    let lines = |picture: &str| {
        let mut lines: Vec<String> = picture.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert!(
        lines(&drawn) == lines(&kept),
        "assets/screen.svg does not show the screen as it is now; run .ci/picture, look at it, \
         and commit it. The screen is:\n{}",
        screen.contents()
    );
}
