//! Archives that somebody else prepared, files that cannot be read for a moment, and what comes back.
//! Never trusts what is told alone: the files inside and outside of the archive are looked at.
#![expect(clippy::disallowed_methods, reason = "archives are forged, damaged and looked at")]

use std::fs;

use super::super::super::graph::fixture::*;
use super::*;

const DAY: &str = "audit/2026-05-02.ndjson.zst";
const ASIDE: &str = ".entrail/damaged/audit-2026-05-02.ndjson.zst";
const MANIFEST: &str = ".entrail/manifest.ndjson";

/// Adds a line to the manifest, as earlier versions did when they set a file aside.
fn forget_day(folder: &Path) {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).expect("read");
    fs::write(path, format!("{text}{{\"gone\":\"{DAY}\"}}\n")).expect("written");
}

/// A file that could not be opened once was moved to `.entrail/damaged`, and its records were gone.
#[test]
fn a_healthy_file_that_an_earlier_version_set_aside_is_put_back() {
    let (folder, server, before) = forgotten();
    fs::create_dir(folder.path().join(".entrail/damaged")).expect("made");
    fs::rename(folder.path().join(DAY), folder.path().join(ASIDE)).expect("moved");
    forget_day(folder.path());
    let whole = fs::read(folder.path().join(ASIDE)).expect("read");
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete(), "{outcome:?}");
    assert!(told.len() == 1 && told[0].contains("is back in the archive"), "{told:?}");
    assert_eq!(fs::read(folder.path().join(DAY)).expect("back"), whole);
    assert!(!folder.path().join(ASIDE).exists());
    assert_eq!(records(folder.path()), before);
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{told:?}");
}

#[test]
fn a_file_that_is_copied_back_from_a_backup_is_taken_back() {
    for place in [DAY, ASIDE] {
        let (folder, server, before) = forgotten();
        let backup = fs::read(folder.path().join(DAY)).expect("read");
        fs::write(folder.path().join(DAY), b"damaged").expect("written");
        let (outcome, _) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (1, 24));
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert_eq!((outcome.damaged, outcome.gone), (0, 24), "every run says so");
        assert!(told[0].contains("they are not to be had any more"), "{told:?}");
        fs::write(folder.path().join(place), &backup).expect("copied back");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete() && told.len() == 1, "{place}: {outcome:?} {told:?}");
        assert!(!folder.path().join(".entrail/damaged/lost.json").exists());
        let _ = fs::remove_file(folder.path().join(ASIDE));
        assert_eq!(records(folder.path()), before, "{place}");
    }
}

#[test]
fn what_came_again_meanwhile_is_not_there_twice_when_a_file_is_put_back() {
    let folder = memory();
    let (server, tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    assert!(pulled_once(&server, &request(3), folder.path()).0.is_complete());
    let before = records(folder.path());
    let backup = fs::read(folder.path().join(DAY)).expect("read");
    fs::remove_file(folder.path().join(DAY)).expect("removed");
    tenant.lock().expect("free").records.retain(|(time, _)| *time >= at("2026-05-02T06:00:00Z"));
    let (outcome, _) = pulled_once(&server, &request(3), folder.path());
    assert_eq!((outcome.damaged, outcome.gone), (1, 6));
    fs::write(folder.path().join(ASIDE), &backup).expect("copied back");
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete() && told.len() == 1, "{outcome:?} {told:?}");
    assert!(!folder.path().join(ASIDE).exists(), "all of it is in the archive");
    assert_eq!(records(folder.path()), before);
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{told:?}");
}

#[test]
fn stopped_at_any_step_of_putting_back_it_has_every_record_once_in_the_end() {
    for came_again in [false, true] {
        let mut step = 0;
        loop {
            let (folder, server, before) = forgotten();
            let backup = fs::read(folder.path().join(DAY)).expect("read");
            if came_again {
                // One of its records is in another file.
                let mut seen = Vec::new();
                let mut there = fs_open(&folder.path().join(DAY));
                packed::each_record(&mut there, &mut |record, _, _| {
                    seen.push([record, b"\n"].concat());
                    Ok(())
                })
                .expect("read");
                let one = zstd::encode_all(&*seen[0], 1).expect("packed");
                fs::write(folder.path().join("audit/2026-05-02.7.ndjson.zst"), one)
                    .expect("written");
            }
            fs::write(folder.path().join(DAY), b"damaged").expect("written");
            pulled_once(&server, &request(3), folder.path());
            let mut archive = open(folder.path());
            fs::write(folder.path().join(ASIDE), &backup).expect("copied back");
            let mut number = 0;
            archive.interrupt = Some(Box::new(move |name| {
                number += 1;
                let stop = || io::Error::other(format!("stopped before {name}"));
                if number > step { Err(stop()) } else { Ok(()) }
            }));
            let was_stopped = archive.put_back().is_err();
            drop(archive);
            let (outcome, _) = pulled_once(&server, &request(3), folder.path());
            assert_eq!(outcome.gone, 0, "step {step}");
            let _ = fs::remove_file(folder.path().join(ASIDE));
            assert_eq!(records(folder.path()), before, "step {step}");
            if !was_stopped {
                break;
            }
            step += 1;
        }
        assert!(step >= 2, "{step} steps");
    }
}

/// What others make of a day while a pull comes.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_stays_and_is_no_loss() {
    use std::os::unix::fs::symlink;
    let prepared: [(&str, Harm); 3] = [
        ("a link", |path| symlink("/proc/self/mem", path).expect("a link")),
        ("a folder", |path| fs::create_dir(path).expect("made")),
        ("a pipe", |path| {
            let made = std::process::Command::new("mkfifo").arg(path).status();
            assert!(made.expect("it runs").success());
        }),
    ];
    for (what, prepare) in prepared {
        let (folder, server, before) = forgotten();
        let (day, away) = (folder.path().join(DAY), folder.path().join(".away"));
        fs::rename(&day, &away).expect("moved");
        prepare(&day);
        let manifest = fs::read(folder.path().join(MANIFEST)).expect("read");
        let refused = Archive::open(folder.path(), &owner(), at("2026-05-31"), silent());
        let told = refused.expect_err("refused").to_string();
        assert!(told.contains(DAY), "{what}: {told}");
        assert_eq!(fs::read(folder.path().join(MANIFEST)).expect("read"), manifest, "{what}");
        assert!(day.symlink_metadata().is_ok(), "{what}: it is left in place");
        let _ = fs::remove_file(&day).or_else(|_| fs::remove_dir(&day));
        fs::rename(&away, &day).expect("moved back");
        let (outcome, told) = pulled_once(&server, &request(3), folder.path());
        assert!(outcome.is_complete() && told.is_empty(), "{what}: {told:?}");
        assert_eq!(records(folder.path()), before);
    }
}

/// A manifest named `../home/.ssh/authorized_keys`, with the digest of what was to stand there.
#[test]
fn a_prepared_archive_writes_nothing_outside_of_its_folder() {
    let home = memory();
    let folder = home.path().join("archive");
    let precious = home.path().join("authorized_keys");
    fs::write(&precious, "precious").expect("written");
    let (server, _tenant) = tenant_server(Tenant::new(70, HOUR, 10));
    assert!(pulled_once(&server, &request(3), &folder).0.is_complete());
    let sha256 = packed::sha256(&mut fs_open(&folder.join(DAY))).expect("read");
    let text = fs::read_to_string(folder.join(MANIFEST)).expect("read");
    let incoming = folder.join(".entrail/incoming.ndjson.zst");
    let bytes = fs::read(folder.join(DAY)).expect("read");
    let outside = precious.display().to_string();
    for name in ["../authorized_keys", &*outside, "audit/../../authorized_keys"] {
        fs::write(folder.join(MANIFEST), text.replace(DAY, name)).expect("forged");
        fs::write(&incoming, &bytes).expect("forged");
        let refused = Archive::open(&folder, &owner(), at("2026-05-31"), silent());
        let told = refused.expect_err("refused").to_string();
        assert!(told.contains("a file that entrail does not write: nothing was touched"), "{told}");
        assert_eq!(fs::read_to_string(&precious).expect("there"), "precious");
    }
    fs::write(folder.join(MANIFEST), &text).expect("as it was");
    // The right names, but the folder leads elsewhere.
    #[cfg(unix)]
    {
        let outside = home.path().join("outside");
        fs::create_dir(&outside).expect("made");
        fs::rename(folder.join("audit"), home.path().join("away")).expect("moved");
        std::os::unix::fs::symlink("../outside", folder.join("audit")).expect("a link");
        let refused = Archive::open(&folder, &owner(), at("2026-05-31"), silent());
        let told = refused.expect_err("refused").to_string();
        assert!(told.contains("/audit is a link"), "{told}");
        assert_eq!(fs::read_dir(&outside).expect("there").count(), 0, "{sha256}");
        fs::remove_file(folder.join("audit")).expect("removed");
        fs::rename(home.path().join("away"), folder.join("audit")).expect("moved back");
    }
    assert!(pulled_once(&server, &request(3), &folder).0.is_complete());
}

#[test]
fn forged_notes_of_what_is_lost_move_nothing_and_are_kept() {
    let (folder, server, before) = forgotten();
    let precious = folder.path().join(".precious");
    fs::copy(folder.path().join(DAY), &precious).expect("copied");
    fs::remove_file(folder.path().join(DAY)).expect("removed");
    pulled_once(&server, &request(3), folder.path());
    let noted = folder.path().join(".entrail/damaged/lost.json");
    let text = fs::read_to_string(&noted).expect("noted");
    assert!(text.contains("\"aside\":null"), "{text}");
    let mut bytes = text.replace("\"aside\":null", "\"aside\":\"../../.precious\"").into_bytes();
    for forged in [bytes.clone(), text.replace(DAY, "../.precious").into_bytes(), {
        bytes.truncate(20);
        bytes
    }] {
        fs::write(&noted, &forged).expect("forged");
        let (_, told) = pulled_once(&server, &request(3), folder.path());
        assert!(told[0].contains("cannot be read: it is kept as"), "{told:?}");
        let kept = folder.path().join(".entrail/damaged/lost.json.damaged");
        assert_eq!(fs::read(kept).expect("kept"), forged);
    }
    fs::rename(&precious, folder.path().join(DAY)).expect("put back");
    pulled_once(&server, &request(3), folder.path());
    assert_eq!(records(folder.path()), before);
}

#[cfg(unix)]
#[test]
fn an_archive_that_others_may_write_to_is_refused_wherever_that_is() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let (folder, server, before) = forgotten();
    let set = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    };
    let opened = || Archive::open(folder.path(), &owner(), at("2026-05-31"), silent());
    let names = ["", ".entrail", "audit", DAY, MANIFEST, ".entrail/lock"];
    for name in names {
        let path =
            if name.is_empty() { folder.path().to_owned() } else { folder.path().join(name) };
        let mode = path.metadata().expect("there").permissions().mode();
        set(&path, mode | 0o020);
        let told = opened().and_then(Archive::verify_all).expect_err(name).to_string();
        assert!(told.contains("chmod go-w ") && told.contains(name), "{told}");
        set(&path, mode);
        if chown(&path, Some(12_345), None).is_ok() {
            let told = opened().and_then(Archive::verify_all).expect_err(name).to_string();
            assert!(told.contains("belongs to user 12345"), "{told}");
            chown(&path, Some(0), None).expect("taken back");
        }
    }
    let (outcome, told) = pulled_once(&server, &request(3), folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{told:?}");
    assert_eq!(records(folder.path()), before);
}

impl Archive {
    /// Reads every file as a pull does before it begins.
    fn verify_all(mut self) -> io::Result<()> {
        runtime().block_on(self.check(&CancellationToken::new()))
    }
}
