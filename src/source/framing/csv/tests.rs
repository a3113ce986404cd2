//! Rows with and without damage, each in one piece and in blocks of a few bytes.

use super::*;

const HEADER: &str = include_str!("../../../../tests/fixtures/damage/portal-header.csv");

fn rows(text: &str) -> (Vec<String>, Vec<Note>) {
    let whole = framed(text, usize::MAX / 2);
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(framed(text, size), whole, "blocks of {size}");
    }
    whole
}

fn framed(text: &str, size: usize) -> (Vec<String>, Vec<Note>) {
    let mut framing = Rows::plain(b',');
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    let (mut base, mut reached) = (0usize, 0usize);
    loop {
        reached = text.len().min(reached + size);
        let end = reached == text.len();
        let mut found = Found::default();
        framing.scan(&text.as_bytes()[base..reached], base as u64, end, &mut found);
        for span in found.events {
            let start = span.offset as usize;
            rows.push(text[start..start + span.len as usize].to_owned());
        }
        notes.extend(found.notes);
        base = base.max(framing.keep_from() as usize).min(reached);
        if end {
            return (rows, notes);
        }
    }
}

#[test]
fn rows_end_at_line_breaks_outside_quotes() {
    let (found, notes) = rows("a,\"b\r\n\"\"c\"\"\",d\r\n\r\n\"\",x\"y,\n1,2");
    assert_eq!(found, ["a,\"b\r\n\"\"c\"\"\",d", "\"\",x\"y,", "1,2"]);
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn an_unclosed_quote_costs_its_own_line_only() {
    for rest in ["1,\"two\",3\n4,5,6\n", "1,2,3\n4,5,6\n"] {
        let (found, notes) = rows(&format!("a,b,c\nx,\"open,z\n{rest}"));
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[2], "4,5,6");
        assert_eq!(notes.len(), 1);
        assert_eq!((notes[0].at, notes[0].lost_bytes), (6, 10));
    }
}

#[test]
fn a_quote_open_for_a_megabyte_was_never_closed() {
    let text = format!("a,\"open\n{}", "1,2,3\n".repeat(300_000));
    let (found, notes) = framed(&text, 1 << 16);
    assert_eq!(found.len(), 300_000);
    assert_eq!(notes.len(), 1);
}

#[test]
fn a_line_without_end_is_skipped_without_being_kept() {
    let mut framing = Rows::plain(b',');
    let mut found = Found::default();
    let mut block = vec![b'x'; 1 << 20];
    let mut base = 0;
    for _ in 0..70 {
        framing.scan(&block, base, false, &mut found);
        let kept = (framing.keep_from() - base) as usize;
        block.drain(..kept);
        base += kept as u64;
        block.resize(block.len() + (1 << 20), b'x');
        assert!(block.len() as u64 <= MAX_RECORD + (2 << 20));
    }
    block.extend_from_slice(b"\n1,2\n");
    framing.scan(&block, base, true, &mut found);
    assert_eq!(found.events.len(), 1);
    assert_eq!(found.notes.len(), 1);
}

#[test]
fn the_header_is_found_behind_what_excel_and_powershell_put_in_front() {
    let header = HEADER.trim();
    for delimiter in [",", ";", "\t"] {
        for front in ["", "\u{feff}", "sep=,\r\n", "#TYPE Selected.System.Object\r\n", "\n"] {
            let text = format!("{front}{}\r\nrow\r\n", header.replace(',', delimiter));
            let Probe::Head(head) = head(text.as_bytes(), true) else {
                panic!("{delimiter:?} {front:?}");
            };
            assert_eq!(&text[head.rows_at..], "row\r\n");
            assert_eq!(head.delimiter, delimiter.as_bytes()[0]);
        }
    }
    assert!(matches!(head(b"name,age\nada,36\n", true), Probe::No));
}

#[test]
fn a_line_with_nothing_but_a_byte_order_mark_ended_the_program() {
    let header = HEADER.trim_end();
    for alone in ["\u{feff}", "\u{feff}\r", " \u{feff}", "\u{feff}\u{feff}", "\u{feff} "] {
        for rest in ["", "2026-11-01T08:00:00Z,x,y,z,a,success,,,,\n"] {
            let text = format!("{header}\n{alone}\n{rest}");
            let Probe::Head(head) = head(text.as_bytes(), true) else { panic!("a head") };
            let mut found = Found::default();
            Rows::behind(&head, 0).scan(text.as_bytes(), 0, true, &mut found);
            assert_eq!(found.events.len(), usize::from(!rest.is_empty()), "{text:?} {found:?}");
        }
    }
    // What is left in front of a header that is glued on.
    let text = format!("{header}\n \t{header}\n");
    let Probe::Head(head) = head(text.as_bytes(), true) else { panic!("a head") };
    let mut found = Found::default();
    Rows::behind(&head, 0).scan(text.as_bytes(), 0, true, &mut found);
    assert!(found.events.is_empty(), "{found:?}");
}
