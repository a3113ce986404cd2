//! The names of an archive's files: by the day of the slices whose records they hold.
//! Never looks which of them exist.

use std::time::Duration;

use super::Slice;
use crate::time::{Timestamp, Window, ticks};

const ENDING: &str = ".ndjson.zst";
/// Letters of the longest name of a folder.
const MOST_NAME: usize = 80;

/// The path below the archive of a slice's file; `number` is 1 for the first one of a day.
pub fn name(slice: &Slice<'_>, number: u32) -> String {
    let start = slice.window.start.to_rfc3339();
    let day = start.split('T').next().unwrap_or(&start);
    let number = if number < 2 { String::new() } else { format!(".{number}") };
    format!("{}/{day}{number}{ENDING}", slice.log)
}

/// The day that the name of a file (without its folder) says; `None`: it is no such name.
pub fn window(base: &str) -> Option<Window> {
    let stem = base.strip_suffix(ENDING)?;
    let (day, number) = stem.split_once('.').unwrap_or((stem, "2"));
    let is_written_so = !number.starts_with(['+', '0']);
    let numbered = is_written_so && number.parse::<u32>().is_ok_and(|number| number > 1);
    let start = Timestamp::parse(day).filter(|_| numbered && day.len() == 10)?;
    let end = start.plus(ticks(Duration::from_hours(24)));
    start.to_rfc3339().starts_with(day).then_some(Window { start, end })
}

/// Is this the path below an archive of a file of that log? Only names that [`name`] makes are: what
/// else a manifest says was not written by this program. Logs that are not known yet may have files.
pub fn is_name(path: &str, log: &str) -> bool {
    path.rsplit_once('/')
        .is_some_and(|(folder, base)| folder == log && is_log(folder) && window(base).is_some())
}

/// Is this the name of a log: a folder, perhaps in the folder of a source?
fn is_log(log: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_name = |name: &str| {
        name.len() <= MOST_NAME
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(is_plain)
    };
    match log.split_once('/') {
        Some((source, log)) => is_name(source) && is_name(log),
        None => is_name(log),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::graph::fixture::window as of;
    use super::*;

    #[test]
    fn names_of_days_are_told_from_others() {
        let slice = Slice { log: "audit", window: of("2026-05-01T03:00:00Z", "2026-05-02") };
        assert_eq!(name(&slice, 1), "audit/2026-05-01.ndjson.zst");
        assert_eq!(name(&slice, 12), "audit/2026-05-01.12.ndjson.zst");
        let day = Some(of("2026-05-01", "2026-05-02"));
        assert_eq!(window("2026-05-01.ndjson.zst"), day);
        assert_eq!(window("2026-05-01.12.ndjson.zst"), day);
        for foreign in [
            "",
            "mine.ndjson.zst",
            "2026-05-01.ndjson",
            "2026-05-01.x.ndjson.zst",
            "5/1/2026.ndjson.zst",
            "2026-05-01.1.ndjson.zst",
            "2026-05-01.+2.ndjson.zst",
            "2026-05-01.02.ndjson.zst",
            "2026-05-01.2.2.ndjson.zst",
            "2026-05-01.99999999999.ndjson.zst",
            "2026-13-01.ndjson.zst",
        ] {
            assert_eq!(window(foreign), None, "{foreign}");
        }
    }
    #[test]
    fn a_name_of_an_archive_is_a_log_and_a_day_and_nothing_else() {
        assert!(is_name("audit/2026-05-01.ndjson.zst", "audit"));
        assert!(is_name("a-later-log/2026-05-01.2.ndjson.zst", "a-later-log"));
        assert!(is_name("storage-x1/audit/2026-05-01.ndjson.zst", "storage-x1/audit"));
        for foreign in [
            "2026-05-01.ndjson.zst",
            "../2026-05-01.ndjson.zst",
            "/2026-05-01.ndjson.zst",
            "a/b/c/2026-05-01.ndjson.zst",
            "a//2026-05-01.ndjson.zst",
            "a/../2026-05-01.ndjson.zst",
            "../a/2026-05-01.ndjson.zst",
            "a/.entrail/2026-05-01.ndjson.zst",
            "audit/../2026-05-01.ndjson.zst",
            "audit\\2026-05-01.ndjson.zst",
            ".entrail/2026-05-01.ndjson.zst",
            "C:/2026-05-01.ndjson.zst",
            "audit/authorized_keys",
            "sign-ins/2026-05-01.ndjson.zst",
        ] {
            let log = foreign.rsplit_once('/').map_or("", |(log, _)| log);
            let log = if log == "sign-ins" { "audit" } else { log };
            assert!(!is_name(foreign, log), "{foreign}");
        }
    }
}
