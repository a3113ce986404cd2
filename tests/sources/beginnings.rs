//! What stands before the first record costs no record, however long it is and wherever the sample by
//! which a file is recognised ends in it. The fault: blank lines of 64 KiB were taken for the whole file.

use super::{gzip, lines, memory, utf16};

/// Bytes by which a file is recognised.
const SAMPLE: usize = 64 << 10;

const HEADER: &str = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,\
    ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress";

fn row(id: &str) -> String {
    format!(
        "2026-07-07T08:00:00Z,{id},Core Directory,UserManagement,Add user,success,,,User,{id},{id},\
         {id}@contoso.com,192.0.2.7"
    )
}

fn csv(header: &str) -> String {
    format!("{header}\r\n{}\r\n{}\r\n", row("a"), row("b"))
}

/// The same two records in each shape.
fn shapes() -> Vec<(&'static str, String)> {
    let records = lines(&["a", "b"]);
    let list = records.trim_end().replace('\n', ",");
    vec![
        ("lines", records),
        ("list", format!("[{list}]")),
        ("page", format!("{{\"@odata.context\":\"x\",\"value\":[{list}]}}")),
        ("csv", csv(HEADER)),
    ]
}

/// So many records are found, and nothing of them is lost.
fn all_are_there(what: &str, text: &[u8]) {
    let loaded = memory("file", text);
    assert_eq!(loaded.store.len(), 2, "{what}: {:?}", loaded.told());
    assert_eq!(loaded.summary.lost, 0, "{what}: {:?}", loaded.told());
}

#[test]
fn what_is_blank_before_the_first_record_costs_none() {
    for (shape, text) in shapes() {
        for blank in ["\n", "\r\n", " ", "\0", "\u{feff}", "\t \n", "\u{b}", "\u{a0}", "\u{200b}"] {
            for len in [1, SAMPLE - 5, SAMPLE, SAMPLE + 500] {
                let before = blank.repeat(len.div_ceil(blank.len()));
                let what = format!("{len} bytes of {blank:?} before {shape}");
                all_are_there(&what, (before + &text).as_bytes());
            }
        }
        let long = "\r\n".repeat(1 << 19) + &text;
        all_are_there(&format!("a MiB of line breaks before {shape}"), long.as_bytes());
        let packed = gzip(("\0".repeat(SAMPLE + 1) + &text).as_bytes());
        all_are_there(&format!("packed {shape}"), &packed);
        for big_endian in [false, true] {
            for blank in ["\n", "\0", "\u{feff}\u{2028}"] {
                let encoded = utf16(&(blank.repeat(SAMPLE / 2 + 1) + &text), big_endian);
                all_are_there(&format!("{blank:?} before {shape} in UTF-16"), &encoded);
            }
        }
    }
}

#[test]
fn nul_bytes_are_told_and_lines_are_counted_behind_them() {
    let text = "\n".repeat(70_000) + "\0\0\0\n" + &lines(&["a"]) + "{\"id\":\n";
    let loaded = memory("file", text);
    let told = loaded.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("3 NUL bytes before the first record"), "{told:?}");
    assert!(told[1].starts_with("file:70003:"), "{told:?}");
}

#[test]
fn an_empty_first_column_is_not_taken_for_blank() {
    let header = HEADER.replace(',', "\t");
    let rows = [row("a"), row("b")].map(|row| row.replace(',', "\t")).join("\n\t");
    let loaded = memory("file", format!("\n\t{header}\n\t{rows}\n"));
    assert_eq!(loaded.store.len(), 2, "{:?}", loaded.told());
    assert!(loaded.store.segments()[0].time(0).is_some(), "{:?}", loaded.told());
}

#[test]
fn a_header_is_read_whole_however_long_it_is() {
    let name = "n".repeat(SAMPLE);
    let many: Vec<String> = (0..SAMPLE / 8).map(|n| format!("Extra {n}")).collect();
    for (what, header) in [
        ("a long name", format!("{HEADER},{name}")),
        ("many columns", format!("{HEADER},{}", many.join(","))),
        ("a line break in a name", format!("{HEADER},\"a\r\nb{name}\n\"")),
    ] {
        all_are_there(what, csv(&header).as_bytes());
    }
    for at in SAMPLE - 2..SAMPLE + 3 {
        let header = format!("{HEADER},{}", "n".repeat(at - HEADER.len() - 1));
        all_are_there(&format!("a header that ends at byte {at}"), csv(&header).as_bytes());
        let blank = "\n".repeat(at - 7);
        all_are_there("a header split at the sample's end", (blank + &csv(HEADER)).as_bytes());
    }
}

#[test]
fn text_before_the_first_record_is_passed_over_however_long_it_is() {
    for (shape, text) in shapes() {
        for line in [
            "# a comment\n",
            "HTTP/1.1 200 OK\r\n",
            "// words\n",
            "2026-07-07 INFO it begins\n",
            "sep=,\r\n",
        ] {
            let before = line.repeat(2 * SAMPLE / line.len());
            let what = format!("{line:?} before {shape}");
            all_are_there(&what, (before + &text).as_bytes());
        }
    }
    // Blank lines between what is for programs and the header are no end of it.
    let excel = format!("sep=,\r\n{}{}", "\r\n".repeat(SAMPLE), csv(HEADER));
    all_are_there("Excel's own line", excel.as_bytes());
    let rows = csv(HEADER).replacen("\r\n", &format!("\r\n{}", "\0".repeat(SAMPLE)), 1);
    all_are_there("NUL bytes behind the header", rows.as_bytes());
}

#[test]
fn text_without_records_is_said_to_be_looked_through_as_far_as_it_is() {
    let told = memory("file", "words and words\n".repeat(1_200_000)).told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("text without records, in its first 16 MiB"), "{told:?}");
}
