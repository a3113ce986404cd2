//! Records written by somebody who wants to drive the terminal: nothing of theirs reaches it raw.
//! Never trusts a pane: every cell of every screen is looked at.

use entrail::source::Delivery;
use entrail::text::is_invisible;
use ratatui::layout::Position;
use serde_json::json;

use super::session::{Session, deliveries};

/// Escape sequences, line breaks, bidi overrides, zero-width, C1, tags, private use, stacked marks.
const NAMES: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "line\r\nbreak\tand\u{0}nul\u{8}\u{8}\u{8}",
    "\u{202e}gnp.exe\u{202c} \u{2066}x\u{2069}",
    "a\u{200b}b\u{200d}c\u{feff}d\u{2060}e\u{ad}f",
    "\u{9b}31mred\u{85}next\u{90}dcs\u{9c}",
    "\u{e0041}\u{e007f}\u{e000}\u{f8ff}\u{115f}\u{3164}\u{2028}\u{2029}",
    "z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}algo",
    "日本語の名前と絵文字 👩\u{200d}👩\u{200d}👧\u{fe0f} ﷽",
    "=HYPERLINK(\"http://192.0.2.9\") | `rm` \u{7f}",
];

fn hostile() -> Vec<Delivery> {
    let mut lines = String::new();
    for (at, name) in NAMES.iter().enumerate() {
        let other = NAMES[(at + 3) % NAMES.len()];
        let record = json!({
            "id": format!("{at}{name}"),
            "category": name,
            "correlationId": other,
            "result": if at % 2 == 0 { "failure" } else { other },
            "resultReason": name,
            "activityDisplayName": format!("Update {name}"),
            "activityDateTime": format!("2026-11-0{}T08:00:00Z", 1 + at % 9),
            "loggedByService": other,
            "operationType": name,
            "initiatedBy": {"user": {
                "id": name, "displayName": other, "userPrincipalName": name, "ipAddress": other,
            }},
            "targetResources": [{
                "id": other, "displayName": name, "type": other,
                "modifiedProperties": [{
                    "displayName": name, "oldValue": json!(other).to_string(),
                    "newValue": json!([{name.to_owned(): other}]).to_string(),
                }],
            }],
            "additionalDetails": [{"key": name, "value": other}],
            name.to_owned(): other,
        });
        lines.push_str(&record.to_string());
        lines.push('\n');
    }
    // Damage that quotes itself in the reason of a trouble.
    lines.push_str("{\"id\":\"x\u{202e}\u{200b}\", \u{9b}31m oops\n");
    deliveries("evil\u{1b}[2J\u{202e}.json", lines.into_bytes())
}

/// Every cell of the screen is harmless.
fn check(session: &mut Session, after: &str) {
    let buffer = session.draw();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let symbol = buffer.cell(Position::new(x, y)).map_or(" ", |cell| cell.symbol());
            let bad = symbol.chars().find(|&c| c.is_control() || is_invisible(c));
            assert_eq!(bad, None, "{symbol:?} at {x},{y} after {after}");
            assert!(symbol.chars().count() <= 12, "{symbol:?} at {x},{y} after {after}");
        }
    }
}

#[test]
fn no_name_drives_the_terminal() {
    let deliveries = hostile();
    for (width, height) in [(80, 24), (200, 50), (40, 10)] {
        let mut session = Session::loaded("evil\u{1b}[2J\u{202e}.json", &deliveries, width, height);
        assert_eq!(session.app.data.store.len(), NAMES.len());
        session.keys("l");
        for (at, _) in NAMES.iter().enumerate() {
            check(&mut session, &format!("record {at}"));
            session.keys("<tab>E");
            for keys in ["", "r", "E", "G", "y", "<esc>r", "G", "y", "<esc>+", "-", "<esc>"] {
                session.keys(keys);
                check(&mut session, &format!("record {at}, {keys}"));
            }
            session.keys("xj");
        }
        for keys in [
            "<shift-tab>E",
            "G<space>",
            "fu",
            "<enter>",
            "<esc><esc>",
            "v",
            "G",
            "T",
            "<esc>",
            ":",
            "<esc>",
            "?",
            "<esc>",
            "v",
            "ss",
            "<esc>",
        ] {
            session.keys(keys);
            check(&mut session, keys);
        }
    }
}

#[test]
fn no_suggestion_and_no_typed_text_drives_the_terminal() {
    let mut session = Session::loaded("evil", &hostile(), 100, 30);
    for field in [
        "actor:",
        "target:",
        "service:",
        "category:",
        "activity:",
        "reason:",
        "correlation:",
        "op:",
        "id:",
        "change:",
    ] {
        session.keys("/<ctrl-u>").keys(field);
        check(&mut session, field);
        session.keys("<tab>");
        check(&mut session, field);
        session.keys("<enter>yq<esc><esc>");
        check(&mut session, field);
    }
    for name in NAMES {
        session.keys("/<ctrl-u>").paste(name);
        check(&mut session, "paste");
        session.keys("<left><left><backspace><enter>:").paste(name);
        check(&mut session, "paste into a box");
        session.keys("<esc><tab>f").paste(name);
        check(&mut session, "paste into a search");
        session.keys("<enter>");
        check(&mut session, "search");
        session.keys("<esc><esc><esc>x");
    }
}
