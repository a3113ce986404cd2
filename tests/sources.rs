//! Loading as a user does it: files, folders, archives, encodings, damage; and what comes out.
#![expect(clippy::disallowed_methods, reason = "tests write the files they read")]

#[path = "sources/accounts.rs"]
mod accounts;
#[path = "sources/beginnings.rs"]
mod beginnings;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use entrail::place::{Places, Position, Trouble};
use entrail::source::{self, Delivery, Summary, local};
use entrail::store::Store;
use tokio_util::sync::CancellationToken;

/// A record as Graph writes it, on one line.
fn record(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","result":"success","resultReason":"","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{{"user":{{"id":"u1","userPrincipalName":"ada@fabrikam.example"}}}},"targetResources":[{{"id":"t1","displayName":"Zoë","type":"User","modifiedProperties":[]}}],"additionalDetails":[]}}"#
    )
}

fn lines(ids: &[&str]) -> String {
    ids.iter().map(|id| record(id) + "\n").collect()
}

/// What a load delivered.
#[derive(Default)]
struct Loaded {
    store: Store,
    troubles: Vec<Trouble>,
    summary: Summary,
}

impl Loaded {
    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Segment(segment) => self.store.push(segment),
            Delivery::Trouble(trouble) => self.troubles.push(trouble),
            Delivery::Done(summary) => self.summary = summary,
            Delivery::Progress(_)
            | Delivery::Pulling(..)
            | Delivery::Prompt(..)
            | Delivery::Following(_) => {}
        }
    }

    /// The ids of all records, each read again from where it came from.
    fn ids(&self) -> Vec<String> {
        (0..self.store.len() as u32)
            .map(|row| {
                let (original, span) = self.store.span(row);
                let bytes = original.read(span).expect("readable again");
                let record = original.decode(&bytes).expect("decodes again");
                assert_eq!(record.source, original.name());
                record.id.into_owned()
            })
            .collect()
    }

    fn told(&self) -> Vec<String> {
        self.troubles.iter().map(ToString::to_string).collect()
    }
}

fn load(places: Places) -> Loaded {
    let mut loaded = Loaded::default();
    source::read_all(places, |delivery| loaded.take(delivery));
    assert_eq!(loaded.summary.progress.records, loaded.store.len() as u64);
    assert!(loaded.troubles.len() as u64 <= loaded.summary.troubles + 1);
    loaded
}

fn memory(name: &str, bytes: impl AsRef<[u8]>) -> Loaded {
    load(vec![local::at_hand(name.to_owned(), bytes.as_ref())])
}

fn path(path: &Path) -> Loaded {
    load(vec![local::path(path.to_owned())])
}

fn fixture(name: &str) -> Loaded {
    path(&PathBuf::from("tests/fixtures/damage").join(name))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("zip");
        archive.write_all(bytes).expect("zip");
    }
    archive.finish().expect("zip").into_inner()
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let pair = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
    text.encode_utf16().flat_map(pair).collect()
}

/// A portal CSV file of records with these activities.
fn csv(activities: &[&str]) -> String {
    let mut text = include_str!("fixtures/damage/portal-header.csv").to_owned();
    for activity in activities {
        text += "2026-11-01T08:00:00Z,c-1,Core Directory,UserManagement,";
        text += activity;
        text += ",success,";
        text += &",".repeat(79);
        text += "\n";
    }
    text
}

fn activities(loaded: &Loaded) -> Vec<String> {
    (0..loaded.store.len() as u32)
        .map(|row| {
            let (original, span) = loaded.store.span(row);
            let bytes = original.read(span).expect("readable");
            original.decode(&bytes).expect("decodes").activity.into_owned()
        })
        .collect()
}

#[test]
fn every_encoding_and_compression_opens_by_content() {
    let text = lines(&["a", "b"]);
    let marked = format!("\u{feff}{text}");
    let zst = zstd::encode_all(text.as_bytes(), 1).expect("zstd");
    let members = [gzip(lines(&["a"]).as_bytes()), gzip(lines(&["b"]).as_bytes())].concat();
    for (name, bytes) in [
        ("plain", text.clone().into_bytes()),
        ("byte order mark", marked.clone().into_bytes()),
        ("UTF-16 LE with mark", utf16(&marked, false)),
        ("UTF-16 BE with mark", utf16(&marked, true)),
        ("UTF-16 LE", utf16(&text, false)),
        ("UTF-16 BE", utf16(&text, true)),
        ("gzip", gzip(text.as_bytes())),
        ("gzip of two members", members),
        ("zstd", zst.clone()),
        ("UTF-16 in gzip", gzip(&utf16(&marked, false))),
        (
            "gzip in zip in zstd",
            zstd::encode_all(zip(&[("x", &gzip(text.as_bytes()))]).as_slice(), 1).expect("zstd"),
        ),
        (
            "zip",
            zip(&[
                ("a.txt", lines(&["a"]).as_bytes()),
                ("dir/b.json.gz", &gzip(lines(&["b"]).as_bytes())),
            ]),
        ),
    ] {
        let loaded = memory(name, &bytes);
        assert_eq!(loaded.ids(), ["a", "b"], "{name}: {:?}", loaded.told());
        assert_eq!(loaded.told(), [""; 0], "{name}");
        let dir = folder();
        let file = dir.path().join("no-extension");
        fs::write(&file, &bytes).expect("written");
        assert_eq!(path(&file).ids(), ["a", "b"], "{name} as a file");
    }
}

#[test]
fn portal_csv_opens_with_what_tools_put_around_it() {
    for text in [
        csv(&["Update user", "\"Add, \"\"user\"\"\""]),
        csv(&["Update user", "\"Add, \"\"user\"\"\""]).replace('\n', "\r\n"),
        format!("\u{feff}{}", csv(&["Update user", "\"Add, \"\"user\"\"\""])),
        format!("sep=,\r\n{}", csv(&["Update user", "\"Add, \"\"user\"\"\""])),
    ] {
        let loaded = memory("portal.csv", &text);
        assert_eq!(activities(&loaded), ["Update user", "Add, \"user\""], "{:?}", loaded.told());
    }
    let loaded = memory("utf16.csv", utf16(&format!("\u{feff}{}", csv(&["Update user"])), false));
    assert_eq!(activities(&loaded), ["Update user"], "{:?}", loaded.told());
}

#[test]
fn a_csv_row_with_an_unclosed_quote_costs_one_line() {
    let text = csv(&["First", "\"Open", "Second", "\"Third\"", "Fourth"]);
    let loaded = memory("portal.csv", &text);
    assert_eq!(activities(&loaded), ["First", "Second", "Third", "Fourth"], "{:?}", loaded.told());
    assert_eq!(loaded.troubles.len(), 1, "{:?}", loaded.told());
    assert_eq!(loaded.troubles[0].place, Position::Line(3));
    assert!(loaded.troubles[0].lost);
}

#[test]
fn a_broken_page_keeps_its_records_and_names_the_byte() {
    let loaded = fixture("page-broken-in-the-middle.json");
    assert_eq!(loaded.ids(), ["Directory_1", "Directory_2"], "{:?}", loaded.told());
    assert_eq!(loaded.troubles.len(), 1, "{:?}", loaded.told());
    assert!(matches!(loaded.troubles[0].place, Position::Byte(1..)), "{:?}", loaded.told());
    assert!(loaded.summary.lost_bytes > 0);
}

#[test]
fn a_broken_line_is_named_by_its_number() {
    let loaded = fixture("lines-with-damage.ndjson");
    assert_eq!(loaded.ids(), ["1", "3", "6", "7", "8", "8b"], "{:?}", loaded.told());
    let places: Vec<Position> = loaded.troubles.iter().map(|trouble| trouble.place).collect();
    assert_eq!(
        places,
        [Position::Line(2), Position::Line(4), Position::Line(9)],
        "{:?}",
        loaded.told()
    );
}

#[test]
fn a_truncated_file_keeps_what_came_before() {
    let loaded = fixture("truncated.json");
    assert_eq!(loaded.ids(), ["1", "2"]);
    assert_eq!(loaded.troubles.len(), 1, "{:?}", loaded.told());
    let whole = gzip(lines(&["a", "b"]).repeat(200).as_bytes());
    let loaded = memory("cut.gz", &whole[..whole.len() - 20]);
    assert!(loaded.ids().starts_with(&["a".to_owned(), "b".to_owned()]));
    assert!(loaded.told().iter().any(|told| told.contains("cut off")), "{:?}", loaded.told());
}

#[test]
fn an_error_answer_is_quoted_not_called_a_broken_record() {
    let loaded = fixture("graph-error.json");
    let told = loaded.told().join("\n");
    assert_eq!(loaded.store.len(), 0);
    assert!(
        told.contains("error answer")
            && told.contains("Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
        "{told}"
    );
}

#[test]
fn rows_of_a_log_analytics_answer_become_records_and_its_error_is_told() {
    let loaded = fixture("log-analytics-partial.json");
    assert_eq!(loaded.ids(), ["la-1", "la-2"], "{:?}", loaded.told());
    assert!(loaded.told()[0].contains("PartialError"), "{:?}", loaded.told());
}

#[test]
fn what_is_not_a_log_is_named_with_a_way_out() {
    for (bytes, what) in [
        (&b""[..], "it is empty"),
        (b" \n\n", "it is blank"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"<?xml version=\"1.0\"?><a/>", "XML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x7fELF\0\0\0\0\x01\x02", "program"),
        (b"\0\x01\x02\xff\xff\xff", "binary file"),
        (b"Dear diary,\nnothing happened.\n", "text without records"),
        (b"name,age\nada,36\n", "text without records"),
    ] {
        let loaded = memory("thing", bytes);
        assert_eq!(loaded.told().len(), 1, "{:?}", loaded.told());
        assert!(loaded.told()[0].contains(what), "{:?}", loaded.told());
    }
    let loaded = memory("package.json", r#"{"name":"x","version":"1"}"#);
    assert_eq!(loaded.told().len(), 1, "{:?}", loaded.told());
    assert_eq!(loaded.store.len(), 0);
}

#[test]
fn missing_and_unreadable_things_do_not_stop_the_rest() {
    let dir = folder();
    let good = dir.path().join("good.json");
    fs::write(&good, lines(&["a"])).expect("written");
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).expect("made");
    fs::write(locked.join("secret.json"), lines(&["s"])).expect("written");
    let mut expected = vec!["no such file", "no file matches", "holds no files"];
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).expect("made");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("set");
        if fs::read_dir(&locked).is_err() {
            expected.push("not allowed");
        }
    }
    let loaded = load(vec![
        local::path(dir.path().join("missing.json")),
        local::path(dir.path().join("*.nothing")),
        local::path(empty),
        local::path(locked.clone()),
        local::path(good),
    ]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).expect("set");
    }
    assert!(loaded.ids().contains(&"a".to_owned()));
    for (told, expected) in loaded.told().iter().zip(&expected) {
        assert!(told.contains(expected), "{told} has no {expected}");
    }
    assert_eq!(loaded.troubles.len(), expected.len(), "{:?}", loaded.told());
}

#[test]
fn folders_and_patterns_are_read_in_order_of_paths() {
    let dir = folder();
    for (file, id) in [
        ("b/2.json", "b2"),
        ("b/1.json", "b1"),
        ("a.json", "a"),
        (".git/x.json", "g"),
        (".hidden.json", "h"),
    ] {
        let file = dir.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, lines(&[id])).expect("written");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path(), dir.path().join("b/loop")).expect("linked");
    assert_eq!(path(dir.path()).ids(), ["h", "a", "b1", "b2"]);
    assert_eq!(path(&dir.path().join("b/*.json")).ids(), ["b1", "b2"]);
    let strange = dir.path().join("[x].json");
    fs::write(&strange, lines(&["x"])).expect("written");
    assert_eq!(path(&strange).ids(), ["x"], "a name with brackets is a name where it exists");
}

#[test]
fn duplicates_are_left_out_and_counted_across_files() {
    let one = local::at_hand("1", lines(&["a", "b"]).as_bytes());
    let two = local::at_hand("2", lines(&["b", "c", "c"]).as_bytes());
    let loaded = load(vec![one, two]);
    assert_eq!(loaded.ids(), ["a", "b", "c"]);
    assert_eq!(loaded.summary.progress.duplicates, 2);
    assert_eq!(loaded.summary.progress.files_done, 2);
    assert_eq!(
        loaded.summary.progress.bytes_read,
        loaded.summary.progress.bytes_total.expect("known")
    );
}

#[test]
fn events_of_other_logs_are_counted_by_name() {
    let traffic = r#"{"time":"2026-11-01T08:00:00Z","category":"NetworkAccessTrafficLogs","operationName":"Traffic","properties":{"destinationUrl":"https://x.example"}}"#;
    let loaded = memory("mixed", format!("{}{traffic}\n{traffic}\n", lines(&["a"])));
    assert_eq!(loaded.ids(), ["a"]);
    assert_eq!(
        loaded.summary.other,
        [("NetworkAccessTrafficLogs".to_owned(), 2)],
        "{:?}",
        loaded.told()
    );
}

#[test]
fn several_records_and_pages_on_a_line_are_all_read() {
    let text = format!(
        "{}{}{}\n{{\"id\":\"x\",\"no\":{{\"value\":[{}]}}}}\n{}",
        lines(&["a", "b"]),
        record("c"),
        record("d"),
        record("e"),
        lines(&["f"])
    );
    let loaded = memory("glued", text);
    assert_eq!(loaded.ids(), ["a", "b", "c", "d", "e", "f"], "{:?}", loaded.told());
}

#[test]
fn one_cause_in_a_file_is_one_message_with_a_count() {
    let cut = &record("x")[..40];
    let text: String =
        (0..1_500).flat_map(|n| [lines(&[&n.to_string()]), cut.to_owned() + "\n"]).collect();
    let loaded = memory("bad", text);
    assert_eq!(loaded.store.len(), 1_500);
    assert_eq!((loaded.summary.troubles, loaded.summary.lost), (1_500, 1_500));
    assert_eq!(loaded.told().len(), 1, "{:?}", loaded.told());
    assert!(loaded.told()[0].ends_with("(1,500 times)"), "{}", loaded.told()[0]);
    assert_eq!(loaded.troubles[0].place, Position::Line(2));
}

#[test]
fn a_line_of_two_hundred_megabytes_is_skipped_and_the_rest_is_read() {
    let dir = folder();
    let packed = dir.path().join("long.gz");
    let mut encoder = flate2::write::GzEncoder::new(
        fs::File::create(&packed).expect("made"),
        flate2::Compression::fast(),
    );
    encoder.write_all(lines(&["a", "b"]).as_bytes()).expect("written");
    encoder.write_all(br#"{"id":"long","category":""#).expect("written");
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&megabyte).expect("written");
    }
    encoder.write_all(b"\"}\n").expect("written");
    encoder.write_all(lines(&["c"]).as_bytes()).expect("written");
    encoder.finish().expect("written");
    let loaded = path(&packed);
    assert_eq!(loaded.ids(), ["a", "b", "c"], "{:?}", loaded.told());
    assert_eq!(loaded.troubles.len(), 1);
    assert_eq!(loaded.troubles[0].place, Position::Line(3));
    assert!(loaded.told()[0].contains("64 MiB"), "{:?}", loaded.told());
    assert!(loaded.summary.lost_bytes > 200 << 20);
}

#[test]
fn ten_thousand_brackets_deep_is_a_trouble_not_a_crash() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let text = format!("[{},{{\"id\":\"deep\",\"v\":{deep}}},{}]", record("a"), record("b"));
    let loaded = memory("deep", text);
    assert_eq!(loaded.ids(), ["a", "b"]);
    assert_eq!(loaded.troubles.len(), 1, "{:?}", loaded.told());
}

#[test]
fn packing_within_packing_ends_somewhere() {
    let mut bytes = lines(&["a"]).into_bytes();
    for _ in 0..6 {
        bytes = gzip(&bytes);
    }
    let loaded = memory("matryoshka", bytes);
    assert!(loaded.told()[0].contains("packed more than 4 times"), "{:?}", loaded.told());
}

#[test]
fn archive_members_are_named_and_odd_ones_told() {
    let archive = zip(&[("good.json", lines(&["a"]).as_bytes()), ("readme.pdf", b"%PDF-1.4")]);
    let loaded = memory("case.zip", archive);
    assert_eq!(loaded.store.span(0).0.name(), "case.zip:good.json");
    assert!(loaded.told()[0].starts_with("case.zip:readme.pdf: "), "{:?}", loaded.told());
}

#[test]
fn a_file_that_changed_after_reading_is_an_error_not_wrong_bytes() {
    let dir = folder();
    let file = dir.path().join("log.json");
    fs::write(&file, lines(&["a", "b"])).expect("written");
    let loaded = path(&file);
    fs::write(&file, lines(&["zz", "b", "c"])).expect("written");
    let error = loaded.store.read(0).expect_err("changed");
    assert!(error.to_string().contains("changed"), "{error}");
    fs::write(&file, "").expect("written");
    assert!(loaded.store.read(1).is_err());
}

#[test]
fn a_load_stops_when_it_is_cancelled_or_nobody_listens() {
    let bytes: Arc<[u8]> = lines(&["a", "b", "c"]).repeat(20_000).as_bytes().into();
    let place = || vec![local::at_hand("big", Arc::clone(&bytes))];
    let cancel = CancellationToken::new();
    cancel.cancel();
    let (outbox, mut inbox) = tokio::sync::mpsc::channel(4);
    source::start(place(), outbox, cancel);
    let mut last = None;
    while let Some(delivery) = inbox.blocking_recv() {
        last = Some(delivery);
    }
    assert!(matches!(last, Some(Delivery::Done(summary)) if summary.cancelled));

    let (outbox, inbox) = tokio::sync::mpsc::channel(1);
    drop(inbox);
    source::start(place(), outbox.clone(), CancellationToken::new());
    // The load's own sender goes away with its threads.
    drop(outbox);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end() {
    use std::os::fd::AsRawFd as _;
    let (mut writer, reader) = {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        (writer, reader)
    };
    let pipe = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    if !pipe.exists() {
        return;
    }
    let text = lines(&["a", "b"]);
    let writing = std::thread::spawn(move || {
        writer.write_all(text.as_bytes()).expect("written");
    });
    let loaded = path(&pipe);
    writing.join().expect("written");
    assert_eq!(loaded.ids(), ["a", "b"], "{:?}", loaded.told());
    assert_eq!(loaded.summary.progress.bytes_total, None);
}

#[cfg(unix)]
#[test]
fn an_idle_pipe_shows_what_it_gave_and_does_not_hold_up_a_stop() {
    use std::os::fd::AsRawFd as _;
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let pipe = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    if !pipe.exists() {
        return;
    }
    writer.write_all(lines(&["a", "b"]).as_bytes()).expect("written");
    let cancel = CancellationToken::new();
    let (outbox, mut inbox) = tokio::sync::mpsc::channel(4);
    source::start(vec![local::path(pipe)], outbox, cancel.clone());
    let mut loaded = Loaded::default();
    while let Some(delivery) = inbox.blocking_recv() {
        loaded.take(delivery);
        if loaded.store.len() == 2 {
            cancel.cancel();
        }
    }
    assert!(loaded.summary.cancelled);
    assert_eq!(loaded.ids(), ["a", "b"]);
    drop(writer);
}
