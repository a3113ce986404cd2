//! Rows with and without damage, each in one piece and in blocks of a few bytes.

use super::lost::TOO_LONG;
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
    framed_by(Rows::plain(b','), text, size)
}

/// A framing of the rows behind the header of the portal's export.
fn behind_header() -> Rows {
    let Probe::Head(head) = head(HEADER.as_bytes(), true) else { panic!("a head") };
    Rows::behind(&Head { rows_at: 0, ..*head }, 0)
}

/// A row of the portal's export, one value of which is `cell`.
fn portal(cell: &str, number: usize) -> String {
    let row =
        format!("2026-11-01T08:00:00Z,{number},Core Directory,UserManagement,Update user,success");
    let columns = HEADER.split(',').count();
    let mut values: Vec<&str> = row.split(',').collect();
    values.resize(columns, "");
    values[3] = cell;
    values.join(",")
}

fn framed_by(mut framing: Rows, text: &str, size: usize) -> (Vec<String>, Vec<Note>) {
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    let (mut base, mut reached) = (0usize, 0usize);
    loop {
        reached = text.len().min(reached + size);
        let end = reached == text.len();
        let mut found = Scanned::default();
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
fn a_quoted_cell_over_two_megabytes_lost_its_row() {
    let block = 1 << 20;
    let json = "[{\"\"id\"\": \"\"x, \"\"\r\n},\n  {\"\"a\"\": 1}]".repeat(30_000);
    for row in [
        format!("\"{json}\",b,c"),
        format!("a,\"{json}\",c"),
        format!("a,b,\"{json}\""),
        format!("a,\"{}\",c", "x".repeat(1 << 21)),
        format!("a,\"{}\",c", "x\n".repeat(3 << 18)),
        format!("a,\"{}\",c", "\"\"".repeat(3 << 18)),
    ] {
        let text = format!("1,2,3\n{row}\n4,5,6\n");
        let (found, notes) = framed(&text, block);
        assert_eq!(found.len(), 3, "{notes:?}");
        assert_eq!(found[1], row);
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn a_row_over_the_limit_is_told_as_such_and_costs_no_other() {
    let limit = MAX_RECORD as usize;
    let value =
        format!("{{\"\"a\"\": \"\"{}\"\"}},\n", "x".repeat(1_008)).repeat((limit >> 10) + 1_000);
    let long = portal(&format!("\"{value}\""), 2);
    let text = format!("{}\n{long}\n{}\n", portal("x", 1), portal("x", 3));
    let (found, notes) = framed_by(behind_header(), &text, 8 << 20);
    assert_eq!(found, [portal("x", 1), portal("x", 3)]);
    let told: Vec<_> = notes.iter().map(|note| (&*note.reason, note.lost_bytes)).collect();
    assert_eq!(told, [(TOO_LONG, long.len() as u64 + 1)]);
}

#[test]
fn an_unclosed_quote_swallows_no_rows() {
    let rows: Vec<String> = (0..5).map(|number| portal("x", number)).collect();
    let open = portal("\"open", 9);
    for behind in [
        String::new(),
        // Closed by a quote that belongs to another row.
        portal("x", 7).replace("Core Directory", "inch\""),
        // The file ends inside a value of several lines.
        portal("\"[\n  {\"\"id\"\": \"\"x\"\"},\n  {\"\"id\"\":", 8),
    ] {
        let text = format!("{open}\n{}\n{behind}", rows.join("\n"));
        let (found, notes) = framed_by(behind_header(), &text, usize::MAX / 2);
        for size in [1, 3, 64] {
            let parts = framed_by(behind_header(), &text, size);
            assert_eq!(parts, (found.clone(), notes.clone()), "blocks of {size}");
        }
        for row in &rows {
            assert!(found.contains(row), "{row} of {found:?} {notes:?}");
        }
        assert_eq!((notes[0].at, notes[0].lost_bytes), (0, open.len() as u64 + 1));
        assert!(notes.len() <= 2 && found.len() <= 6, "{notes:?}");
    }
    // A value that says what a row says is a value all the same.
    let text = format!("{}\n", portal(&format!("\"x\n{}\n\"", rows[0]), 1));
    let (found, notes) = framed_by(behind_header(), &text, 9);
    assert_eq!((found.len(), notes.len()), (1, 0));
}

#[test]
fn quotes_that_cannot_close_are_no_reason_to_look_at_a_line_again() {
    let text = format!("{}\n1,2\n", "\"a\"b,".repeat(200_000));
    let (found, notes) = framed(&text, 1 << 16);
    assert_eq!((found.len(), notes.len()), (2, 0));
}

#[test]
fn a_quote_open_to_the_end_was_never_closed() {
    let text = format!("a,\"open\n{}", "1,2,3\n".repeat(20_000));
    let (found, notes) = framed(&text, 1 << 16);
    assert_eq!(found.len(), 20_000);
    assert_eq!(notes.len(), 1);
}

#[test]
fn a_line_without_end_is_skipped_without_being_kept() {
    let mut framing = Rows::plain(b',');
    let mut found = Scanned::default();
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
            let mut found = Scanned::default();
            Rows::behind(&head, 0).scan(text.as_bytes(), 0, true, &mut found);
            assert_eq!(found.events.len(), usize::from(!rest.is_empty()), "{text:?} {found:?}");
        }
    }
    // What is left in front of a header that is glued on.
    let text = format!("{header}\n \t{header}\n");
    let Probe::Head(head) = head(text.as_bytes(), true) else { panic!("a head") };
    let mut found = Scanned::default();
    Rows::behind(&head, 0).scan(text.as_bytes(), 0, true, &mut found);
    assert!(found.events.is_empty(), "{found:?}");
}
