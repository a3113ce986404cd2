//! Records of each shape with a hostile text in each of their fields, through each format, the screen
//! and the clipboard.

use std::collections::BTreeSet;

use entrail::export::{self, Format, Options, count_by};
use entrail::record::field::FIELDS;
use entrail::source::Delivery;
use entrail::store::{RowId, Store};
use ratatui::layout::Position;
use serde_json::Value;

use super::session::{Session, deliveries};
use super::{HOSTILE, check_shown, is_calculated};

/// Records of the shapes, as real ones are written.
const SHAPES: &[&str] = &[
    include_str!("../fixtures/formats/graph-audit.ndjson"),
    include_str!("../fixtures/formats/graph-sign-in.ndjson"),
    include_str!("../fixtures/formats/graph-provisioning.ndjson"),
    include_str!("../fixtures/formats/diagnostic.ndjson"),
    include_str!("../fixtures/formats/log-analytics.ndjson"),
    include_str!("../fixtures/formats/unified-audit-log.ndjson"),
    include_str!("../fixtures/formats/other.ndjson"),
];

/// Replaces the text of that number; returns how many there are.
fn replace(value: &mut Value, number: usize, with: &str, seen: &mut usize) {
    match value {
        Value::String(text) => {
            if *seen == number {
                with.clone_into(text);
            }
            *seen += 1;
        }
        Value::Array(all) => all.iter_mut().for_each(|value| replace(value, number, with, seen)),
        Value::Object(all) => {
            all.iter_mut().for_each(|(_, value)| replace(value, number, with, seen));
        }
        _ => {}
    }
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
        Value::Object(all) => all.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// Each text of the first record of each shape, replaced in turn; each of the hostile ones many times.
fn hostile(step: usize) -> Vec<u8> {
    let (mut lines, mut number) = (Vec::new(), 0);
    for shape in SHAPES {
        for line in shape.lines().take(2) {
            let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
            let mut count = 0;
            replace(&mut record.clone(), usize::MAX, "", &mut count);
            for at in (0..count).step_by(step) {
                let mut changed = record.clone();
                number += 1;
                replace(&mut changed, at, HOSTILE[number % HOSTILE.len()], &mut 0);
                lines.extend(changed.to_string().into_bytes());
                lines.push(b'\n');
            }
        }
    }
    // The names that are in every output, with every text.
    let audit: Value =
        serde_json::from_str(SHAPES[0].lines().next().unwrap_or_default()).expect("JSON");
    for (number, text) in HOSTILE.iter().enumerate() {
        let mut changed = audit.clone();
        changed["id"] = format!("Directory_{number}").into();
        changed["activityDisplayName"] = format!("Update {text}").into();
        changed["initiatedBy"]["user"]["userPrincipalName"] = (*text).into();
        changed["targetResources"][0]["displayName"] = (*text).into();
        changed["resultReason"] = (*text).into();
        lines.extend(changed.to_string().into_bytes());
        lines.push(b'\n');
    }
    lines
}

const NAME: &str = "evil\u{1b}[2J\u{202e}\r\n=1.json";

fn loaded(bytes: Vec<u8>) -> (Store, Vec<Delivery>) {
    let mut store = Store::default();
    let found = deliveries(NAME, bytes);
    for delivery in &found {
        match delivery {
            Delivery::Segment(segment) => store.push(segment.clone()),
            // Troubles are cleaned where they are shown; here that they can be.
            Delivery::Trouble(trouble) => {
                check_shown(&entrail::text::clean(&trouble.to_string()), "a trouble");
            }
            _ => {}
        }
    }
    (store, found)
}

fn written(store: &Store, format: Format, terminal: bool) -> String {
    let rows: Vec<RowId> = (0..store.len() as RowId).collect();
    let options =
        Options { format, terminal, width: terminal.then_some(120), ..Options::default() };
    let mut out = Vec::new();
    export::write(store, &rows, &options, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn every_format_takes_every_field() {
    let (store, _) = loaded(hostile(1));
    assert!(store.len() > 250, "{}", store.len());
    for format in Format::all() {
        check_shown(&written(&store, format, true), &format!("{format:?} on a terminal"));
    }
    let documents = || Format::all().filter(|format| format.sheet().is_some());
    for format in documents().chain([Format::TABLE, Format::MARKDOWN]) {
        check_shown(&written(&store, format, false), &format!("{format:?} in a file"));
    }

    // JSON has the exact values, and reads back as the same records.
    let (ndjson, json) =
        (written(&store, Format::NDJSON, false), written(&store, Format::JSON, false));
    let all: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!((all.len(), ndjson.lines().count()), (store.len(), store.len()));
    let mut found = BTreeSet::new();
    for value in &all {
        texts(value, &mut found);
    }
    let mut own = BTreeSet::new();
    ndjson.lines().for_each(|line| texts(&serde_json::from_str(line).expect("JSON"), &mut own));
    assert_eq!(found, own);
    for text in HOSTILE {
        assert!(found.contains(*text), "{text:?}");
    }

    // CSV has as many cells in each row, and none is calculated.
    let csv = written(&store, Format::CSV, false);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut rows = 0;
    for row in reader.records() {
        // A row of another length is an error.
        for cell in &row.expect("a row") {
            assert!(!is_calculated(cell), "{cell:?}");
            let control = cell.chars().find(|c| c.is_control() && !"\t\r\n".contains(*c));
            assert_eq!(control, None, "{cell:?}");
        }
        rows += 1;
    }
    assert_eq!(rows, store.len());

    // A table keeps its columns; nothing in it is HTML.
    let markdown = written(&store, Format::MARKDOWN, false);
    let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let columns = bars(markdown.lines().next().unwrap_or_default());
    assert_eq!(markdown.lines().count(), store.len() + 2);
    for line in markdown.lines() {
        assert_eq!(bars(line), columns, "{line}");
        assert!(!line.contains('<'), "{line}");
    }
    for format in documents() {
        let text = written(&store, format, false);
        assert!(!text.lines().any(|line| line == "# heading"), "{format:?}");
    }

    // Values that are counted.
    let rows: Vec<RowId> = (0..store.len() as RowId).collect();
    for field in FIELDS {
        let mut out = Vec::new();
        count_by(&store, &rows, field).write(usize::MAX, &mut out).expect("written");
        let out = String::from_utf8(out).expect("UTF-8");
        for line in out.lines() {
            check_shown(line.split_once('\t').map_or(line, |(_, value)| value), field.name);
        }
    }
}

fn check_screen(session: &mut Session, after: &str) {
    let buffer = session.draw();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let symbol = buffer.cell(Position::new(x, y)).map_or(" ", |cell| cell.symbol());
            check_shown(symbol, after);
            assert!(!symbol.contains('\n') && symbol.chars().count() <= 12, "{symbol:?} {after}");
        }
    }
}

#[test]
fn the_screen_and_the_clipboard_take_every_field() {
    let (store, found) = loaded(hostile(5));
    let mut session = Session::loaded(NAME, &found, 120, 40);
    session.keys("l");
    for record in 0..store.len() {
        check_screen(&mut session, &format!("record {record}"));
        session.copied.clear();
        // Row, sentence, ids, record, queries; then each of some lines of the detail.
        for keys in ["yr<esc>", "ys<esc>", "yi<esc>", "yc<esc>", "yj<esc>", "yq<esc>", "<tab>"] {
            session.keys(keys);
        }
        for _ in 0..6 {
            session.keys("yv<esc>jj");
        }
        check_screen(&mut session, &format!("detail of {record}"));
        session.keys("<esc><shift-tab>j");
        assert!(session.copied.len() > 5, "{:?}", session.copied);
        for (at, copied) in session.copied.iter().enumerate() {
            // Tabs part the cells of a row.
            let plain = if at == 0 { copied.replace('\t', " ") } else { copied.clone() };
            check_shown(&plain, "copied");
            assert!(!copied.contains('\n'), "{copied:?}");
            let is_json = copied.starts_with('{');
            assert!(is_json || copied.starts_with('(') || !is_calculated(copied), "{copied:?}");
        }
    }
}

#[test]
fn what_a_sign_in_server_says_is_shown_and_copied_clean() {
    use entrail::app::message::Message;
    use entrail::place::Prompt;
    use entrail::time::Timestamp;
    for text in HOSTILE {
        let mut session = Session::catalogue(100, 30);
        session.send(Message::Delivered(Delivery::Prompt(
            "Microsoft Graph".into(),
            Some(Prompt {
                code: (*text).to_owned(),
                address: format!("https://{text}"),
                expires: Timestamp::parse("2026-11-20T18:15:00Z").expect("a time"),
            }),
        )));
        check_screen(&mut session, "a prompt");
        session.keys("<enter><down><enter>");
        assert_eq!(session.copied.len(), 2, "{text:?}");
        for copied in &session.copied {
            check_shown(copied, "a prompt copied");
            assert!(!copied.contains('\n') && !is_calculated(copied), "{copied:?}");
        }
    }
}
