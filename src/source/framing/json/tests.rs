//! Framings and kinds of damage, each in one piece and in blocks of a few bytes.

use proptest::prelude::*;

use super::*;
use crate::source::decoding::accepts;

/// A record as Graph writes it.
fn record(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t1","displayName":"A \"quoted\" [name]}}","modifiedProperties":[{{"displayName":"x","oldValue":"[]","newValue":"[\"{{\"]"}}]}}]}}"#
    )
}

/// Frames `text` in blocks of `size` bytes as reading does: the events' texts, the notes, and the
/// number of rows of unknown tables.
fn framed(text: &[u8], size: usize) -> (Vec<String>, Vec<Note>, u64) {
    framed_by(Json::new(accepts, has_lines(text)), text, size)
}

fn framed_by(mut framing: Json, text: &[u8], size: usize) -> (Vec<String>, Vec<Note>, u64) {
    let (mut events, mut notes, mut other) = (Vec::new(), Vec::new(), 0);
    let (mut base, mut reached) = (0usize, 0usize);
    loop {
        reached = text.len().min(reached + size);
        let end = reached == text.len();
        let mut found = Scanned::default();
        while let Step::Layout(_) = framing.scan(&text[base..reached], base as u64, end, &mut found)
        {
        }
        for span in found.events {
            let start = span.offset as usize;
            let event = &text[start..start + span.len as usize];
            events.push(String::from_utf8_lossy(event).into_owned());
        }
        notes.extend(found.notes);
        other += found.other.iter().map(|(_, count)| count).sum::<u64>();
        base = base.max(framing.keep_from() as usize).min(reached);
        if end {
            return (events, notes, other);
        }
    }
}

/// The ids of the records found, and the reasons given. The same in blocks of any size.
fn ids(text: &str) -> (Vec<String>, Vec<String>) {
    let whole = framed(text.as_bytes(), usize::MAX / 2);
    for size in [1, 2, 3, 7, 64] {
        let split = framed(text.as_bytes(), size);
        assert_eq!(split.0, whole.0, "blocks of {size}");
        assert_eq!(split.1, whole.1, "blocks of {size}");
    }
    let id = |event: &String| {
        let object: serde_json::Value = serde_json::from_str(event).expect("JSON");
        object["id"].as_str().unwrap_or("?").to_owned()
    };
    (whole.0.iter().map(id).collect(), whole.1.into_iter().map(|note| note.reason).collect())
}

fn clean(text: &str) -> Vec<String> {
    let (ids, reasons) = ids(text);
    assert_eq!(reasons, Vec::<String>::new());
    ids
}

fn pretty(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    serde_json::to_string_pretty(&value).expect("JSON")
}

#[test]
fn records_are_found_in_every_wrapping() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let list = format!("[{a},{b},{c}]");
    let page = format!(
        r#"{{"@odata.context":"x","@microsoft.graph.tips":"y","value":[{a},{b}],"@odata.nextLink":"z","n":{{"o":[1]}}}}"#
    );
    for text in [
        list.clone(),
        format!("\u{feff}[\r\n{a},\r\n{b},\r\n{c},\r\n]\r\n"),
        format!("{a}\n{b}\n{c}"),
        format!("{a}\r\n{b}\r\n\r\n{c}\r\n"),
        format!("{}\n{}\n{}", pretty(&a), pretty(&b), pretty(&c)),
        pretty(&list),
        format!("{a}{b}{c}"),
        format!("{page}{c}"),
        pretty(&page) + &c,
        format!(r#"{{"count":2,"records":[{a},{b}]}}{{"records":[{c}]}}"#),
        format!("{{\"records\":[{a}]}}\n{{\"records\":[{b},{c}]}}\n"),
        format!("[{a}][{b}]\u{feff}[{c}]"),
        format!(r#"[{{"value":[{a}]}},{{"value":[{b},{c}]}}]"#),
        format!("{a}\n{a}\n{b}\n{{\"value\":[{c}]}}\n").replacen(&format!("{a}\n"), "", 1),
        format!("\u{1e}{a}\n\u{1e}{b}\n\u{1e}{c}\n"),
    ] {
        assert_eq!(clean(&text), ["a", "b", "c"], "{text}");
    }
    assert_eq!(clean(&a), ["a"]);
    assert_eq!(clean("[]"), [""; 0]);
    assert_eq!(clean(r#"{"value":[]}"#), [""; 0]);
}

#[test]
fn rows_of_known_and_unknown_tables_are_told_apart() {
    let text = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"OperationName","type":"string"},{"name":"Category","type":"string"},{"name":"LoggedByService","type":"string"},{"name":"Id","type":"string"},{"name":"InitiatedBy","type":"dynamic"},{"name":"TargetResources","type":"dynamic"},{"name":"Result","type":"string"},{"name":"ActivityDisplayName","type":"string"}],"rows":[["2026-11-01T08:00:00Z","Update user","UserManagement","Core Directory","a","{}","[]","success","Update user"],["2026-11-01T08:00:01Z","Update ]user","UserManagement","Core Directory","b","{}","[]","success","Update user"]]},{"name":"Heartbeat","columns":[{"name":"Computer","type":"string"}],"rows":[["x"],["y"]]}],"error":{"code":"PartialError","message":"cut"}}"#;
    for size in [1, 2, 3, 7, 64, 1 << 20] {
        let (events, notes, other) = framed(text.as_bytes(), size);
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(events[1].starts_with("[\"2026") && events[1].ends_with("\"Update user\"]"));
        assert_eq!(other, 2);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].reason.contains("PartialError: cut") && notes[0].lost, "{notes:?}");
    }
}

#[test]
fn records_before_and_after_damage_are_kept() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    let cut = |at: usize| &b[..at];
    let in_value = b.find("Management").expect("text") + 3;
    for (damage, text) in [
        (
            "an object inside an object",
            format!(r#"[{a},{{"id":"Sync_1"{{ "error":{{"code":"x"}}}},{c}]"#),
        ),
        ("cut in a string, page glued on", format!(r#"[{a},{}{{"value":[{c}]}}"#, cut(in_value))),
        (
            "cut behind a comma",
            format!(r#"[{a},{}{{"value":[{c}]}}"#, cut(b.find(r#""result""#).expect("key"))),
        ),
        (
            "cut behind a colon",
            format!(r#"[{a},{}{{"value":[{c}]}}"#, cut(b.find(r#""success""#).expect("value"))),
        ),
        (
            "cut in a list",
            format!(r#"[{a},{}{{"value":[{c}]}}"#, cut(b.find(r#"{"id":"t1""#).expect("target"))),
        ),
        ("garbage between", format!("[{a}, oops ,{c}]")),
        ("a number between", format!("[{a},17,{c}]")),
        ("NUL bytes", format!("[{a},\0\0\0\0,{c}]")),
        ("a mismatched bracket", format!(r#"[{a},{{"id":["x"}},{c}]"#)),
        ("an unclosed string", format!(r#"[{a},{{"id":"x}},{c}]"#)),
        ("an unclosed list", format!(r#"[{a},{{"id":"x","v":[[[{c}]"#)),
        (
            "deep nesting",
            format!(r#"[{a},{{"id":"x","v":{}{}}},{c}]"#, "[".repeat(10_000), "]".repeat(10_000)),
        ),
        ("deep objects", format!("[{a},{}1{},{c}]", r#"{"v":"#.repeat(1_000), "}".repeat(1_000))),
        ("a line of garbage", format!("{a}\n<html>oops</html>\n{c}\n")),
        ("a line cut short", format!("{a}\n{}\n{c}\n", cut(in_value))),
        (
            "a line cut short behind a colon",
            format!("{a}\n{}\n{c}\n", cut(b.find(r#""success""#).expect("value"))),
        ),
        ("a line of brackets", format!("{a}\n{}\n{c}\n", "[{".repeat(300))),
    ] {
        let (ids, reasons) = ids(&text);
        assert_eq!(ids, ["a", "c"], "{damage}: {reasons:?}");
        assert_eq!(reasons.len(), 1, "{damage}: {reasons:?}");
    }
}

#[test]
fn a_truncated_file_keeps_what_came_before_and_says_so() {
    let (a, b) = (record("a"), record("b"));
    for text in [
        format!("[{a},{}", &b[..70]),
        format!("{{\"value\":[{a},{}", &b[..70]),
        format!("{a}\n{}", &b[..70]),
    ] {
        let (found, reasons) = ids(&text);
        assert_eq!(found, ["a"]);
        assert_eq!(reasons.len(), 1, "{reasons:?}");
    }
    let (found, reasons) = ids(&format!("[{a},{b},"));
    assert_eq!(found, ["a", "b"]);
    assert_eq!(reasons, ["the file ends before its list of records is closed; it may be cut off"]);
}

#[test]
fn a_page_that_was_cut_between_records_is_told() {
    let (a, b) = (record("a"), record("b"));
    let (found, reasons) = ids(&format!(r#"{{"value":[{a},{{"value":[{b}]}}"#));
    assert_eq!(found, ["a", "b"]);
    assert_eq!(reasons, ["a new page begins before the last one is closed; it may be cut off"]);
}

#[test]
fn damage_stays_within_its_line() {
    let (a, b, c) = (record("a"), record("b"), record("c"));
    // Balanced again by the next line, were it not for the line break.
    let half = &b[..b.find(r#""success""#).expect("value")];
    let (found, reasons) = ids(&format!("{a}\n{a}\n{half}\n{c}\n{half}\n{c}\n"));
    assert_eq!(found, ["a", "a", "c", "c"]);
    assert_eq!(reasons, ["the line ends inside the record"; 2]);
}

#[test]
fn searching_behind_damage_is_linear() {
    // Candidates within candidates, all refused.
    let nest = format!("{}{}", r#"{"a":[{"b":"#.repeat(60), "}]}".repeat(60));
    let text = format!("\0oops{}", nest.repeat(200));
    let mut framing = Json::new(accepts, false);
    let mut found = Scanned::default();
    framing.scan(text.as_bytes(), 0, true, &mut found);
    assert!(found.events.is_empty());
    assert_eq!(found.notes.len(), 1);
    assert_eq!(found.notes[0].lost_bytes, text.len() as u64);
}

#[test]
fn an_event_of_many_lists_is_looked_at_once() {
    let text = format!(r#"{{"id":"a",{}"category":"b"}}"#, r#""value":[{"x":1}],"#.repeat(100_000));
    let mut framing = Json::new(accepts, false);
    let mut found = Scanned::default();
    framing.scan(text.as_bytes(), 0, true, &mut found);
    assert_eq!(found.events, [Span { offset: 0, len: text.len() as u32 }]);
}

#[test]
fn an_endless_record_is_given_up_at_the_limit() {
    let mut framing = Json::new(accepts, false);
    let mut found = Scanned::default();
    let mut block = br#"{"id":""#.to_vec();
    let mut base = 0;
    let mut most = 0;
    for _ in 0..70 {
        block.resize(block.len() + (1 << 20), b'x');
        framing.scan(&block, base, false, &mut found);
        let kept = (framing.keep_from() - base) as usize;
        most = most.max(block.len() - kept);
        block.drain(..kept);
        base += kept as u64;
    }
    block.extend_from_slice(format!("\"}}{}", record("a")).as_bytes());
    framing.scan(&block, base, true, &mut found);
    assert_eq!(found.events.len(), 1);
    assert_eq!(found.notes.len(), 1);
    assert!(found.notes[0].reason.contains("64 MiB"));
    assert!(most as u64 <= super::super::MAX_RECORD + (2 << 20), "{most}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn intact_lines_survive_any_lines_between(
        lines in prop::collection::vec(prop_oneof![
            3 => Just(None),
            1 => "[ -~]{0,40}".prop_map(Some),
            1 => r#"[{}\[\]",:\\a ]{0,30}"#.prop_map(Some),
            1 => (1usize..400).prop_map(|cut| Some(record("cut").chars().take(cut).collect())),
        ], 1..12),
        size in prop_oneof![Just(usize::MAX / 2), 1usize..200],
    ) {
        let mut text = record("0") + "\n" + &record("0") + "\n";
        let mut wanted = vec!["0".to_owned(), "0".to_owned()];
        for (number, line) in lines.iter().enumerate() {
            if let Some(garbage) = line {
                text += garbage;
            } else {
                wanted.push(number.to_string());
                text += &record(&number.to_string());
            }
            text.push('\n');
        }
        let (events, _, _) = framed(text.as_bytes(), size);
        for id in wanted {
            let start = format!(r#"{{"id":"{id}","#);
            prop_assert!(events.iter().any(|event| event.starts_with(&start)), "{id} in {text}");
        }
    }

    #[test]
    fn damage_is_cut_the_same_in_any_blocks(
        text in r#"(x|ab,cd|\x00|\x00\x00|\{"a":1\}|\n|\{|,| ){0,14}"#,
        size in 1usize..9,
    ) {
        let text = text.as_bytes();
        for among_others in [false, true] {
            let framing = || {
                let framing = Json::new(accepts, has_lines(text));
                if among_others { framing.among_others() } else { framing }
            };
            let whole = framed_by(framing(), text, usize::MAX / 2);
            let split = framed_by(framing(), text, size);
            prop_assert_eq!(whole, split, "{:?} in blocks of {}", text, size);
        }
    }

    #[test]
    fn nothing_hangs_or_panics_on_brackets_and_quotes(
        text in r#"[{}\[\]",:\\a\n ]{0,200}"#,
        size in 1usize..40,
    ) {
        let whole = framed(text.as_bytes(), usize::MAX / 2);
        let split = framed(text.as_bytes(), size);
        prop_assert_eq!(whole.0, split.0);
    }
}

#[test]
fn a_comment_over_four_kilobytes_was_told_as_a_lost_record() {
    for comment in ["// c", "# c", "c d ", "/* c", "Nov 1 host: said "] {
        let comment = comment.to_owned() + &"long ".repeat(3_000);
        let end = if comment.starts_with("/*") { "*/" } else { "" };
        let text = format!("{comment}{end}\n{}\n  {comment}{end}\n{}\n", record("a"), record("b"));
        let whole = framed(text.as_bytes(), usize::MAX / 2);
        assert_eq!(whole.0.len(), 2);
        assert_eq!(whole.1.len(), 2, "{:?}", whole.1);
        assert!(whole.1.iter().all(|note| !note.lost && note.lost_bytes == 0), "{:?}", whole.1);
        assert_eq!(framed(text.as_bytes(), 777), whole);
    }
}
