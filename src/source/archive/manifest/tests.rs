//! What a manifest keeps through cuts, forgeries and other tenants.
//! Never asks Graph.

use std::time::Duration;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

fn owner(tenant: &str) -> Owner {
    Owner {
        base: "https://graph.microsoft.com".to_owned(),
        tenant: tenant.to_owned(),
        source: String::new(),
        logs: Vec::new(),
    }
}

fn entry(start: &str, asked: &str) -> KeptSlice {
    let start = at(start);
    let name = format!("audit/{}.ndjson.zst", &start.to_rfc3339()[..10]);
    let sha256 = "00".repeat(32);
    KeptSlice {
        log: "audit".to_owned(),
        filter: None,
        query: None,
        start,
        end: start.plus(ticks(Duration::from_hours(24))),
        asked: at(asked),
        late: None,
        complete: true,
        records: 7,
        parts: std::collections::BTreeMap::new(),
        slices: 1,
        request: "https://graph.microsoft.com/v1.0/x".to_owned(),
        file: Some(Stored { name, bytes: 9, sha256, first: start, last: start.plus(1) }),
    }
}

/// A folder in memory where the system has such.
fn folder() -> (tempfile::TempDir, Folder) {
    let memory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let outer = memory.expect("a folder");
    let folder = Folder::open(outer.path()).expect("ours");
    (outer, folder)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the file is cut off on purpose")]
fn a_manifest_cut_anywhere_keeps_its_whole_lines_and_goes_on() {
    let (outer, folder) = folder();
    let path = outer.path().join(NAME);
    let (one, two) = (entry("2026-05-01", "2026-05-03"), entry("2026-05-02", "2026-05-03"));
    let mut manifest = Manifest::open(&folder, &owner("t")).expect("new");
    manifest.add(one.clone()).expect("written");
    let whole = std::fs::metadata(&path).expect("there").len() as usize;
    manifest.add(two.clone()).expect("written");
    let text = std::fs::read(&path).expect("read");
    for cut in whole..text.len() {
        std::fs::write(&path, &text[..cut]).expect("cut");
        let mut manifest = Manifest::open(&folder, &owner("t")).expect("opened");
        assert_eq!(manifest.entries().collect::<Vec<_>>(), [&one], "cut at {cut}");
        manifest.add(two.clone()).expect("written");
        assert_eq!(std::fs::read(&path).expect("read"), text, "cut at {cut}");
    }
}

#[test]
fn another_tenants_archive_and_a_newer_one_are_refused() {
    let (_outer, folder) = folder();
    Manifest::open(&folder, &owner("a")).expect("new");
    let error = Manifest::open(&folder, &owner("b")).expect_err("foreign");
    assert!(error.to_string().contains("tenant a"), "{error}");
    let header = Header { version: VERSION + 1, owner: owner("a") };
    assert!(check(&header, &owner("a")).is_err());
}

/// The logs of another tenant were pulled into such an archive.
#[test]
#[expect(clippy::disallowed_methods, reason = "the manifest is damaged on purpose")]
fn slices_without_a_line_that_says_whose_they_are_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(NAME);
    let folder = Folder::open(folder.path()).expect("ours");
    let mut manifest = Manifest::open(&folder, &owner("a")).expect("new");
    manifest.add(entry("2026-05-01", "2026-05-03")).expect("written");
    let text = std::fs::read_to_string(&path).expect("there");
    let (header, slices) = text.split_once('\n').expect("lines");
    for broken in [slices.to_owned(), format!("x{text}"), format!("x{header}\n")] {
        std::fs::write(&path, &broken).expect("written");
        let error = Manifest::open(&folder, &owner("b")).map(|_| ()).expect_err("nobody's");
        assert!(error.to_string().contains("whose archive"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), broken);
    }
}

#[test]
fn what_is_gone_and_what_is_unreadable_is_left_out() {
    let (_outer, folder) = folder();
    let mut manifest = Manifest::open(&folder, &owner("a")).expect("new");
    let one = entry("2026-05-01", "2026-05-03");
    let name = one.file.as_ref().expect("a file").name.clone();
    manifest.add(one.clone()).expect("written");
    manifest.gone(&HashSet::from([&*name])).expect("written");
    manifest.file.write_all(b"\x00\x00 damaged\n").expect("written");
    let mut manifest = Manifest::open(&folder, &owner("a")).expect("opened");
    assert_eq!((manifest.entries().count(), manifest.unreadable()), (0, 1));
    let gone: Vec<(&str, u64)> =
        manifest.gone_files().map(|gone| (&*gone.file.name, gone.records)).collect();
    assert_eq!(gone, [(&*name, 7)]);
    assert!(manifest.file(&name).is_none());
    manifest.add(one.clone()).expect("written");
    let manifest = Manifest::open(&folder, &owner("a")).expect("opened");
    assert_eq!(manifest.entries().collect::<Vec<_>>(), [&one], "its name is in use again");
    assert_eq!(manifest.file(&name).map(|(entry, _)| entry), Some(&one));
}

/// A manifest that named `../home/.ssh/authorized_keys` made a pull overwrite that file.
#[test]
#[expect(clippy::disallowed_methods, reason = "the manifest is forged on purpose")]
fn a_manifest_that_names_anything_but_days_of_its_log_is_refused_whole() {
    let (outer, folder) = folder();
    let path = outer.path().join(NAME);
    let mut manifest = Manifest::open(&folder, &owner("t")).expect("new");
    manifest.add(entry("2026-05-01", "2026-05-03")).expect("written");
    let text = std::fs::read_to_string(&path).expect("read");
    for foreign in [
        "../home/.ssh/authorized_keys",
        "/etc/cron.d/x",
        "audit/../../2026-05-01.ndjson.zst",
        "audit/x",
        ".entrail/lock",
        "sign-ins/2026-05-01.ndjson.zst",
        "audit\\\\2026-05-01.ndjson.zst",
        "audit/2026-05-01.ndjson.zst\\u0000",
        "\\u001b]0;x\\u0007",
        "",
    ] {
        let gone = format!("{{\"gone\":\"{foreign}\"}}\n");
        let slice = text.replace("audit/2026-05-01.ndjson.zst", foreign);
        let is_line = foreign == "sign-ins/2026-05-01.ndjson.zst";
        let gone = (!is_line).then(|| text.clone() + &gone);
        for forged in [slice].into_iter().chain(gone) {
            std::fs::write(&path, &forged).expect("forged");
            let error = Manifest::open(&folder, &owner("t")).expect_err(foreign).to_string();
            assert!(error.contains("that entrail does not write"), "{foreign}: {error}");
            assert!(!error.contains('\u{1b}'), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), forged, "left alone");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the manifest is forged on purpose")]
fn lines_that_cannot_be_and_numbers_at_the_edges_lose_nothing_of_the_others() {
    let (outer, folder) = folder();
    let path = outer.path().join(NAME);
    let mut manifest = Manifest::open(&folder, &owner("t")).expect("new");
    let one = entry("2026-05-01", "2026-05-03");
    manifest.add(one.clone()).expect("written");
    let text = std::fs::read_to_string(&path).expect("read");
    let (header, line) = text.split_once('\n').expect("two lines");
    let line = line.trim_end();
    let long = format!("{{\"slice\":\"{}\"}}", "x".repeat(3 << 20));
    let forged = [
        line.replace("\"end\":\"2026", "\"end\":\"1026"),
        line.replace(&"00".repeat(32), "..."),
        line.replace("\"records\":7", "\"records\":-1"),
        line.replace("\"records\":7", "\"records\":99999999999999999999"),
        line.replace("\"first\":\"2026", "\"first\":\"9026"),
        "[".repeat(100_000),
        long,
    ];
    let edges = [
        line.replace("\"records\":7", "\"records\":18446744073709551615"),
        line.replace("\"end\":\"2026", "\"end\":\"9999"),
        line.replace("\"asked\":\"2026", "\"asked\":\"0001"),
        line.replace("\"complete\":true", "\"complete\":true,\"late\":18446744073709551615"),
    ];
    let all = [&[header.to_owned(), line.to_owned()], &forged[..], &edges[..]].concat();
    std::fs::write(&path, all.join("\n") + "\n{\"slice\":").expect("forged");
    let mut manifest = Manifest::open(&folder, &owner("t")).expect("opened");
    assert_eq!(manifest.unreadable(), forged.len() as u64);
    assert_eq!(manifest.entries().count(), 1 + edges.len());
    assert_eq!(manifest.entries().next(), Some(&one));
    let name = "audit/2026-05-01.ndjson.zst";
    assert_eq!(manifest.records_of(&HashSet::from([name]))[name], u64::MAX);
    manifest.add(one.clone()).expect("goes on behind the last whole line");
    let manifest = Manifest::open(&folder, &owner("t")).expect("opened");
    assert_eq!(manifest.entries().count(), 2 + edges.len());
    let file = folder.edit(NAME).expect("opened");
    file.set_len(MOST_BYTES + 1).expect("a hole");
    let error = Manifest::open(&folder, &owner("t")).expect_err("refused").to_string();
    assert!(error.contains("more than entrail ever writes"), "{error}");
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the copy is looked at")]
fn a_copy_by_hard_links_is_not_written_to() {
    let (outer, folder) = folder();
    let (path, copy) = (outer.path().join(NAME), outer.path().join("copy"));
    Manifest::open(&folder, &owner("t")).expect("new");
    let before = std::fs::read(&path).expect("read");
    std::fs::hard_link(&path, &copy).expect("a second name");
    let mut manifest = Manifest::open(&folder, &owner("t")).expect("opened");
    manifest.add(entry("2026-05-01", "2026-05-03")).expect("written");
    assert_eq!(std::fs::read(&copy).expect("read"), before);
    assert!(std::fs::read(&path).expect("read").len() > before.len());
}

#[test]
fn a_slice_is_settled_where_nothing_arrives_late() {
    let day = Duration::from_hours(24);
    let early = entry("2026-05-01", "2026-05-02T06:00:00Z");
    assert_eq!(early.settled(day).end, at("2026-05-01T06:00:00Z"));
    let late = entry("2026-05-01", "2026-05-09");
    assert_eq!(late.settled(day), late.window());
    let soon = entry("2026-05-01", "2026-05-01T06:00:00Z");
    assert!(soon.settled(day).is_empty());
}

#[test]
fn another_source_is_another_line_and_older_programs_leave_such_an_archive_alone() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(outer.path()).expect("ours");
    let storage = |base: &str| Owner {
        base: base.to_owned(),
        tenant: String::new(),
        source: "storage-x".to_owned(),
        logs: vec!["storage-x/audit".to_owned()],
    };
    let lines = || {
        let mut text = String::new();
        folder.read(NAME).expect("there").read_to_string(&mut text).expect("text");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut graph = Manifest::open(&folder, &owner("t")).expect("begun");
    graph.add(entry("2026-05-01", "2026-05-20")).expect("added");
    assert!(lines()[0].contains("\"version\":1") && graph.joined().is_empty());
    drop(graph);
    let both = Manifest::open(&folder, &storage("https://a")).expect("joined");
    assert_eq!(both.joined().len(), 1);
    assert_eq!(both.entries().count(), 1);
    drop(both);
    let last = "{\"archive\":{\"version\":2,\"base\":\"https://a\",\"tenant\":\"\",\"source\":\"storage-x\"}}";
    assert_eq!(lines()[2], last);
    // Neither another account of that name, nor another tenant of Graph.
    for wrong in [storage("https://b"), owner("u")] {
        let error = Manifest::open(&folder, &wrong).expect_err("refused").to_string();
        assert!(error.contains("this archive has the logs of"), "{error}");
    }
    let mut again = Manifest::open(&folder, &owner("t")).expect("goes on");
    assert!(again.joined().is_empty());
    let anew = again.write_anew(again.entries().cloned().collect()).expect("written");
    again.replace(anew).expect("replaced");
    let lines = lines();
    assert!(lines[0].contains("\"version\":1") && lines[1] == last, "{lines:?}");
}

/// Where the line is gone that says whose they are, the logs of another tenant could come to them.
#[test]
fn logs_whose_owner_is_not_known_any_more_get_no_other_one() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(outer.path()).expect("ours");
    let header = "{\"archive\":{\"version\":2,\"base\":\"https://a\",\"tenant\":\"\",\"source\":\"storage-x\"}}\n";
    let mut line =
        serde_json::to_string(&Line::Slice(entry("2026-05-01", "2026-05-20"))).expect("a line");
    line.push('\n');
    folder
        .replace(NAME, |file| file.write_all([header, &line].concat().as_bytes()))
        .expect("written");
    let error = Manifest::open(&folder, &owner("t")).expect_err("refused").to_string();
    assert!(error.contains("whose archive"), "{error}");
}
