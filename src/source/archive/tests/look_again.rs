//! Files, folders and the manifest, taken away from under a running pull: its end says which.
//! Never takes the pull's word for it: what is there afterwards is looked at.
#![expect(clippy::disallowed_methods, reason = "archives are moved and damaged")]

use std::fs;

use super::super::super::graph::fixture::*;
use super::*;

/// What somebody does to an archive (a folder) while it is pulled into.
type Act = fn(&Path);

/// Pulls three days, and lets `act` happen behind the last page; how it ended.
fn pulled_under(folder: &Path, act: Act) -> (Outcome, Vec<String>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let tell: Tell = Box::new(move |event| {
        if let Told::Missing(missing) = event {
            hears.lock().expect("free").push(missing.reason);
        }
    });
    let (server, _tenant) = tenant_server(Tenant::new(70, HOUR, 100));
    let mut archive = Archive::open(folder, &owner(), at("2026-05-31"), tell).expect("opened");
    let at = folder.to_owned();
    let mut moves = 0;
    archive.interrupt = Some(Box::new(move |step| {
        moves += usize::from(step == "moved");
        if step == "moved" && moves == 3 {
            act(&at);
        }
        Ok(())
    }));
    let (service, cancel) = (server.service(), CancellationToken::new());
    let logs = logs(service, request(3));
    let pulling = pull_into(&logs, &mut archive, OVERLAP, &cancel);
    let outcome = runtime().block_on(pulling);
    let told = told.lock().expect("free").clone();
    (outcome, told)
}

#[test]
fn what_is_taken_from_under_a_pull_is_said_by_name_and_comes_with_the_next() {
    let files: [(&str, Act); 3] = [
        ("2026-05-01.ndjson.zst is not there", |folder| {
            fs::remove_file(folder.join("audit/2026-05-01.ndjson.zst")).expect("removed");
        }),
        ("2026-05-02.ndjson.zst is not as it was", |folder| {
            let path = folder.join("audit/2026-05-02.ndjson.zst");
            let mut bytes = fs::read(&path).expect("read");
            bytes[20] ^= 1;
            fs::write(&path, bytes).expect("written");
        }),
        ("2026-05-03.ndjson.zst is not there", |folder| {
            fs::rename(folder.join("audit"), folder.join("moved")).expect("moved");
        }),
    ];
    for (names, act) in files {
        let folder = memory();
        let (outcome, told) = pulled_under(folder.path(), act);
        assert!(!outcome.is_complete() && outcome.missing > 0, "{names}: {outcome:?}");
        assert!(told.iter().any(|told| told.contains(names)), "{names}: {told:?}");
        let _ = fs::remove_dir_all(folder.path().join("moved"));
        let _ = fs::remove_dir_all(folder.path().join(".entrail/damaged"));
        let (outcome, _) = pulled_under(folder.path(), |_| {});
        assert!(outcome.has_all(), "{outcome:?}");
        let _ = fs::remove_dir_all(folder.path().join(".entrail/damaged"));
        assert_eq!(records(folder.path()).len(), 70, "{names}");
    }
}

#[test]
fn an_archive_or_a_manifest_that_is_moved_away_is_no_complete_pull() {
    let places: [(&str, Act); 5] = [
        ("/archive: it was moved", |folder| {
            fs::rename(folder, folder.with_extension("old")).expect("moved");
        }),
        ("/archive: it was moved", |folder| {
            fs::rename(folder, folder.with_extension("old")).expect("moved");
            fs::create_dir(folder).expect("another one");
        }),
        ("/.entrail: it was moved", |folder| {
            fs::rename(folder.join(".entrail"), folder.join("x")).expect("moved");
        }),
        ("/manifest.ndjson: it was moved", |folder| {
            fs::remove_file(folder.join(".entrail/manifest.ndjson")).expect("removed");
        }),
        ("/manifest.ndjson: it was moved", |folder| {
            let path = folder.join(".entrail/manifest.ndjson");
            let text = fs::read(&path).expect("read");
            fs::remove_file(&path).expect("removed");
            fs::write(&path, text).expect("a copy of it");
        }),
    ];
    for (names, act) in places {
        let home = memory();
        let folder = home.path().join("archive");
        let (outcome, _) = pulled_under(&folder, act);
        let Some(Stopped::Unkept(why)) = &outcome.stopped else { panic!("{names}: {outcome:?}") };
        assert!(why.contains(names) && !outcome.is_complete(), "{names}: {why}");
        let _ = fs::remove_dir_all(folder.with_extension("old"));
        let _ = fs::remove_dir_all(folder.join("x"));
        // Without what said whose it is, it goes on as an archive of the same days.
        let (outcome, _) = pulled_under(&folder, |_| {});
        assert!(outcome.has_all(), "{names}: {outcome:?}");
        assert_eq!(records(&folder).len(), 70, "{names}");
    }
}
