//! Files that come back otherwise than they were written, and copies in the place of others.
//! Never takes a message's word: the records that are there are counted, none twice.
#![expect(clippy::disallowed_methods, reason = "archives are looked at and changed")]

use std::fs;
use std::io::Write as _;

use super::super::super::graph::fixture::*;
use super::*;

const FIRST: &str = "audit/2026-05-01.ndjson.zst";
const ASIDE: &str = ".entrail/damaged/audit-2026-05-02.ndjson.zst";

fn unpacked(path: &Path) -> Vec<u8> {
    let mut text = Vec::new();
    let mut file = zstd::Decoder::new(fs_open(path)).expect("packed");
    file.read_to_end(&mut text).expect("whole");
    text
}

/// The same text in so many frames, of another level.
fn repacked(text: &[u8], frames: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    for part in text.chunks(text.len().div_ceil(frames)) {
        let mut encoder = zstd::Encoder::new(&mut packed, 19).expect("an encoder");
        encoder.write_all(part).expect("written");
        encoder.finish().expect("finished");
    }
    packed
}

#[test]
fn records_that_come_back_packed_otherwise_are_not_missing_any_more() {
    for frames in [1, 3] {
        let (folder, server, before) = forgotten();
        let text = unpacked(&folder.path().join(DAY));
        fs::remove_file(folder.path().join(DAY)).expect("removed");
        let (outcome, _) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (1, 24));
        fs::write(folder.path().join(DAY), repacked(&text, frames)).expect("copied back");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete(), "{outcome:?} {told:?}");
        assert!(told.len() == 1 && told[0].contains("guarded as they are"), "{told:?}");
        assert_eq!(records(folder.path()), before);
        assert!(pulled_once(&server, &request(3), folder.path()).1.is_empty());
    }
}

/// Records of such a file were in the archive twice.
#[test]
fn another_days_file_in_the_place_of_a_missing_one_counts_for_nothing() {
    let (folder, server, before) = forgotten();
    let first = folder.path().join(FIRST);
    fs::remove_file(folder.path().join(DAY)).expect("removed");
    assert_eq!(pulled_once(&server, &request(3), folder.path()).0.gone, 24);
    for half in [false, true] {
        let mut text = unpacked(&first);
        let line = record(900, at("2026-05-02T11:30:00Z"));
        if half {
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        fs::write(folder.path().join(DAY), repacked(&text, 1)).expect("misplaced");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert_eq!(outcome.gone, 24 - u64::from(half), "{told:?}");
        let new = format!("{} new ones were taken", u8::from(half));
        assert!(told[0].contains("already") && told[0].contains(&new), "{told:?}");
        let aside = folder.path().join(ASIDE);
        assert_eq!(unpacked(&aside), text, "nothing is deleted");
        let (outcome, again) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.gone, again.len()), (24 - u64::from(half), told.len() - 1));
        fs::remove_file(aside).expect("removed");
        let kept = before.iter().filter(|line| !line.contains("2026-05-02")).count();
        assert_eq!(records(folder.path()).len(), kept + usize::from(half));
    }
}

/// Two copies of one day, neither of them listed: one is enough.
#[test]
fn of_two_unlisted_copies_one_is_taken() {
    let (folder, server, before) = forgotten();
    fs::remove_file(folder.path().join(".entrail/manifest.ndjson")).expect("removed");
    let copy = folder.path().join("audit/2026-05-02.2.ndjson.zst");
    fs::copy(folder.path().join(DAY), copy).expect("copied");
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete() && told.len() == 2, "{told:?}");
    let aside = fs::read_dir(folder.path().join(".entrail/damaged")).expect("there").count();
    assert_eq!(aside, 1);
    fs::remove_dir_all(folder.path().join(".entrail/damaged")).expect("removed");
    assert_eq!(records(folder.path()), before);
}

/// Earlier versions made the manifest short and forgot what a file was like that was set aside.
#[test]
fn a_whole_file_set_aside_without_its_digest_is_in_the_archive_again() {
    for came_again in [0, 3] {
        let (folder, server, before) = forgotten();
        let manifest = folder.path().join(".entrail/manifest.ndjson");
        fs::create_dir(folder.path().join(".entrail/damaged")).expect("made");
        fs::rename(folder.path().join(DAY), folder.path().join(ASIDE)).expect("moved");
        let text = fs::read_to_string(&manifest).expect("read");
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(DAY)).collect();
        fs::write(&manifest, lines.join("\n") + "\n").expect("written");
        if came_again > 0 {
            let text = String::from_utf8(unpacked(&folder.path().join(ASIDE))).expect("text");
            let lines: Vec<&str> = text.lines().take(came_again).collect();
            let packed = repacked((lines.join("\n") + "\n").as_bytes(), 1);
            fs::write(folder.path().join(DAY), packed).expect("written");
            drop(open(folder.path()));
        }
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete(), "{outcome:?}");
        if came_again == 0 {
            let back = "24 records that the archive lacked";
            assert!(told.len() == 1 && told[0].contains(back), "{told:?}");
            assert!(!folder.path().join(ASIDE).exists());
        }
        assert!(pulled_once(&server, &request(3), folder.path()).1.is_empty());
        let _ = fs::remove_dir_all(folder.path().join(".entrail/damaged"));
        assert_eq!(records(folder.path()), before);
    }
}

#[test]
fn a_manifest_made_short_still_knows_what_was_set_aside() {
    let (folder, _server, before) = forgotten();
    fs::create_dir(folder.path().join(".entrail/damaged")).expect("made");
    fs::rename(folder.path().join(DAY), folder.path().join(ASIDE)).expect("moved");
    let mut archive = open(folder.path());
    archive.spare = 0;
    // It is in its place again; and it goes once more, unnoticed, with a changed record.
    assert_eq!(archive.manifest.gone_files().count(), 1);
    let entries: Vec<KeptSlice> = archive.entries().cloned().collect();
    let anew = archive.manifest.write_anew(entries.clone()).expect("written");
    archive.manifest.replace(anew).expect("replaced");
    drop(archive);
    let archive = open(folder.path());
    assert_eq!(archive.entries().cloned().collect::<Vec<_>>(), entries);
    assert_eq!(archive.manifest.gone_files().count(), 1);
    drop(archive);
    assert_eq!(records(folder.path()), before);
}
