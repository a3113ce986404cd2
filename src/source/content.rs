//! What a text is, by its first bytes: JSON, CSV, or something no log is made of.
//! Never looks at a name and never fails: what is unknown is described.

use super::encoding::UTF8_MARK;
use super::framing::{Accept, Found, Framing, csv, json};

/// What a source holds.
#[derive(Debug)]
pub enum Content {
    /// JSON in any framing; are there lines with one record each?
    Json {
        /// One record per line.
        by_line: bool,
    },
    /// CSV with a known header.
    Csv(csv::Head),
    /// Not a log: what it is, in words that follow "it is".
    Foreign(&'static str),
}

/// Decides what the text that begins with `head` is.
pub fn of(head: &[u8], accept: Accept) -> Content {
    let text = head.strip_prefix(UTF8_MARK).unwrap_or(head);
    let visible = text.trim_ascii_start();
    if visible.is_empty() {
        return Content::Foreign(if text.is_empty() { "empty" } else { "blank" });
    }
    let by_line = json::has_lines(text);
    if visible.starts_with(b"{") || visible.starts_with(b"[") {
        return Content::Json { by_line };
    }
    if let Some(head) = csv::head(head) {
        return Content::Csv(head);
    }
    if let Some(name) = known_foreign(visible) {
        return Content::Foreign(name);
    }
    // Broken bytes or a stray line in front: is there a record behind them?
    let mut found = Found::default();
    json::Json::new(accept, by_line).scan(head, 0, false, &mut found);
    if by_line || !found.events.is_empty() {
        return Content::Json { by_line };
    }
    Content::Foreign(
        if head.contains(&0) || std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some()) {
            "a binary file"
        } else {
            "text without records"
        },
    )
}

fn known_foreign(text: &[u8]) -> Option<&'static str> {
    let start: Vec<u8> = text.iter().take(64).map(u8::to_ascii_lowercase).collect();
    let begins = |with: &[u8]| start.starts_with(with);
    Some(if begins(b"<!doctype html") || begins(b"<html") {
        "an HTML page, perhaps an error page or a sign-in page saved in place of the log"
    } else if begins(b"<?xml") || begins(b"<") {
        "XML"
    } else if begins(b"%pdf") {
        "a PDF document"
    } else if begins(b"obj\x01") {
        "an Avro file"
    } else if begins(b"par1") {
        "a Parquet file"
    } else if begins(b"sqlite format 3") {
        "an SQLite database"
    } else if begins(b"\x7felf") || begins(b"mz") && text.contains(&0) {
        "a program"
    } else if begins(b"\x89png") || begins(b"\xff\xd8\xff") || begins(b"gif8") {
        "a picture"
    } else if begins(b"7z\xbc\xaf") || begins(b"bzh") || begins(b"\xfd7zxz") || begins(b"rar!") {
        "an archive of a kind entrail does not unpack (it unpacks gzip, zstd and zip)"
    } else if begins(b"elffile\0") {
        "a Windows event log"
    } else {
        return None;
    })
}
