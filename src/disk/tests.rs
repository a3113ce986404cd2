//! Folders and files as attackers leave them: links, pipes, second names, other owners, open modes.
#![expect(clippy::disallowed_methods, reason = "files are prepared and looked at")]

use std::fs;
use std::io::{Read as _, Write as _};

use super::*;

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("there")
}

#[test]
fn a_file_is_written_beside_and_put_in_its_place_whole() {
    let outer = tempfile::tempdir().expect("a folder");
    let (folder, made) = Folder::make(&outer.path().join("a/b")).expect("made");
    let mut fresh = folder.fresh(".new").expect("begun");
    fresh.write_all(b"one").expect("written");
    fresh.sync().expect("synced");
    assert!(fresh.put_new("x").expect("moved"));
    let mut fresh = folder.fresh(".new").expect("begun");
    fresh.write_all(b"two").expect("written");
    assert!(!fresh.put_new("x").expect("looked"), "something is there");
    assert_eq!(folder.names().expect("listed"), ["x"], "what was not put is gone");
    let mut fresh = folder.fresh(".new").expect("begun");
    fresh.write_all(b"three").expect("written");
    fresh.put("x").expect("moved");
    let mut there = String::new();
    folder.read("x").expect("there").read_to_string(&mut there).expect("read");
    assert_eq!((&*there, folder.names().expect("listed").len()), ("three", 1));
    assert!(folder.is_still("x", &folder.read("x").expect("there")).expect("looked"));
    made.remove();
    assert!(outer.path().join("a/b").exists(), "it is not empty");
    assert!(folder.remove("x").expect("removed") && !folder.remove("x").expect("not there"));
    made.remove();
    assert_eq!(fs::read_dir(outer.path()).expect("there").count(), 0);
}

#[test]
fn a_name_is_one_name() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = Folder::open(outer.path()).expect("ours");
    for name in ["", ".", "..", "/", "a/b", "../a", "/a", "a/", "a/.", "a\0b"] {
        assert!(folder.read(name).is_err() && folder.edit(name).is_err(), "{name:?}");
        assert!(folder.look(name).is_err() && folder.remove(name).is_err(), "{name:?}");
        assert!(folder.make_sub(name).is_err() && folder.anew(name).is_err(), "{name:?}");
        assert!(folder.rename("x", &folder, name).is_err(), "{name:?}");
    }
    assert_eq!(folder.names().expect("listed").len(), 0);
    assert!(!outer.path().with_file_name("a").exists());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("there").permissions().mode() & 0o7777
    }

    fn open_to(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    }

    fn refusal<T: std::fmt::Debug>(result: io::Result<T>) -> String {
        let error = result.expect_err("refused");
        assert!(is_refusal(&error), "{error}");
        error.to_string()
    }

    /// Gives a file to another user, where this one may; whether it did.
    fn give_away(path: &Path) -> bool {
        let is_given = lchown(path, Some(12_345), None).is_ok();
        if !is_given {
            eprintln!("not root: what other users own is not tried");
        }
        is_given
    }

    #[test]
    fn links_below_a_folder_are_not_followed() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        fs::create_dir(outer.path().join("elsewhere")).expect("made");
        fs::write(outer.path().join("precious"), "precious").expect("written");
        symlink("precious", outer.path().join("link")).expect("a link");
        symlink("elsewhere", outer.path().join("folder")).expect("a link");
        symlink("nowhere", outer.path().join("dangling")).expect("a link");
        assert!(refusal(folder.read("link")).contains("/link is a link"));
        assert!(refusal(folder.edit("link")).contains("/link is a link"));
        assert!(refusal(folder.edit("dangling")).contains("/dangling is a link"));
        assert!(refusal(folder.sub("folder")).contains("/folder is a link"));
        assert!(refusal(folder.make_sub("folder")).contains("/folder is a link"));
        assert!(refusal(folder.make_sub("dangling")).contains("/dangling is a link"));
        // In its place a file can be put; what it leads to stays.
        folder.anew("link").expect("made").write_all(b"new").expect("written");
        assert_eq!(text(&outer.path().join("precious")), "precious");
        assert!(!outer.path().join("link").symlink_metadata().expect("there").is_symlink());
        assert!(!outer.path().join("nowhere").exists());
        // A folder that is held is meant, whatever has its name by now.
        let held = folder.sub("elsewhere").expect("there");
        fs::rename(outer.path().join("elsewhere"), outer.path().join("away")).expect("moved");
        symlink("/etc", outer.path().join("elsewhere")).expect("a link");
        held.anew("x").expect("made");
        assert!(outer.path().join("away/x").exists());
    }

    #[test]
    fn pipes_and_folders_are_no_files_and_nothing_waits_for_a_pipe() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let pipe = Command::new("mkfifo").arg(outer.path().join("pipe")).status();
        assert!(pipe.expect("it runs").success());
        fs::create_dir(outer.path().join("folder")).expect("made");
        assert!(refusal(folder.read("pipe")).contains("not a regular file"));
        assert!(refusal(folder.edit("pipe")).contains("not a regular file"));
        assert!(refusal(folder.read("folder")).contains("is a folder"));
        assert!(folder.edit("folder").is_err() && folder.anew("folder").is_err());
        assert!(refusal(folder.fresh(".x").expect("begun").put("pipe")).contains("not replaced"));
        assert_eq!(folder.names().expect("listed").len(), 2);
    }

    #[test]
    fn a_second_name_of_a_file_is_not_written_through() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        folder.edit("a").expect("made").write_all(b"precious").expect("written");
        fs::hard_link(outer.path().join("a"), outer.path().join("b")).expect("a second name");
        assert!(refusal(folder.edit("b")).contains("another name"));
        folder.anew("b").expect("made").write_all(b"new").expect("written");
        assert_eq!(text(&outer.path().join("a")), "precious");
    }

    #[test]
    fn what_others_may_write_to_is_refused_with_the_way_out() {
        let outer = tempfile::tempdir().expect("a folder");
        for open in [0o777, 0o770, 0o702, 0o1777] {
            open_to(outer.path(), open);
            let told = refusal(Folder::open(outer.path()));
            let way = format!(": chmod go-w {}", outer.path().display());
            assert!(told.contains("can be written to by others") && told.ends_with(&way), "{told}");
            assert!(refusal(Folder::make(outer.path()).map(drop)).contains("by others"));
        }
        open_to(outer.path(), 0o755);
        let folder = Folder::open(outer.path()).expect("ours");
        drop(folder.edit("a").expect("made"));
        assert_eq!(mode(&outer.path().join("a")), 0o600);
        open_to(&outer.path().join("a"), 0o620);
        assert!(refusal(folder.read("a")).contains("(mode 0620): chmod go-w "));
        assert!(refusal(read_trusted(&outer.path().join("a"))).contains("chmod"));
        let sub = folder.make_sub("sub").expect("made");
        assert_eq!(mode(sub.path()), 0o700);
        open_to(sub.path(), 0o770);
        assert!(refusal(folder.sub("sub")).contains("chmod"));
        // Whose folder a file is in that the user names does not matter.
        assert!(Folder::any(outer.path()).expect("there").read("a").is_ok());
    }

    #[test]
    fn what_others_own_is_refused_with_the_way_out() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("theirs");
        let folder = Folder::open(outer.path()).expect("ours");
        drop(folder.edit("a").expect("made"));
        fs::create_dir(&path).expect("made");
        if !give_away(&path) || !give_away(&outer.path().join("a")) {
            return;
        }
        open_to(&path, 0o755);
        for told in [
            refusal(Folder::open(&path)),
            refusal(Folder::make(&path).map(drop)),
            refusal(Folder::state(&path)),
            refusal(Folder::state(&path.join("entrail"))),
            refusal(Folder::state_there(&path)),
            refusal(folder.sub("theirs")),
            refusal(folder.read("a")),
            refusal(folder.edit("a")),
            refusal(read_trusted(&outer.path().join("a"))),
        ] {
            assert!(told.contains("belongs to user 12345, not to user 0"), "{told}");
            assert!(told.contains("sudo -u '#12345'") && told.contains("chown -R 0 "), "{told}");
        }
        assert!(!path.join("entrail").exists(), "nothing is made in it");
        // A folder that the user names may be made there: it is root's.
        assert!(Folder::make(&path.join("named")).is_ok());
    }

    #[test]
    fn links_on_the_way_are_followed_unless_somebody_else_put_them_there() {
        let outer = tempfile::tempdir().expect("a folder");
        let real = outer.path().join("real");
        fs::create_dir(&real).expect("made");
        fs::write(real.join("x"), "here").expect("written");
        symlink("real", outer.path().join("one")).expect("a link");
        symlink(outer.path().join("one"), outer.path().join("two")).expect("a link");
        symlink("two/x", outer.path().join("file")).expect("a link");
        symlink("loop", outer.path().join("loop")).expect("a link");
        assert!(Folder::open(&outer.path().join("two/../one/.")).expect("there").read("x").is_ok());
        let (folder, name) = place(&outer.path().join("file")).expect("there");
        assert_eq!(name, "x");
        assert_eq!(folder.path().canonicalize().ok(), real.canonicalize().ok());
        assert!(read_trusted(&outer.path().join("file")).is_ok());
        assert!(Folder::open(&outer.path().join("loop")).is_err());
        assert!(place(&outer.path().join("loop")).is_err() && place(Path::new("/")).is_err());
        assert!(Folder::open(&outer.path().join("file")).is_err(), "it is no folder");
        let relative = place(Path::new("x")).expect("the current folder");
        assert!(relative.1 == "x" && relative.0.look("Cargo.toml").expect("looked").is_some());
        if give_away(&outer.path().join("one")) {
            let told = refusal(Folder::open(&outer.path().join("two")));
            assert!(told.contains("/one is a link that user 12345 made"), "{told}");
            assert!(refusal(place(&outer.path().join("file"))).contains("user 12345"));
            assert!(refusal(read_trusted(&outer.path().join("file"))).contains("user 12345"));
        }
    }

    #[test]
    fn a_folder_of_state_is_closed_whatever_its_mode_was() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("state/entrail");
        let folder = Folder::state(&path).expect("made");
        assert_eq!((mode(&outer.path().join("state")), mode(&path)), (0o700, 0o700));
        drop(folder.edit("a").expect("made"));
        for open in [0o777, 0o755, 0o000, 0o1770] {
            open_to(&path, open);
            assert!(Folder::state_there(&path).expect("ours").is_some());
            assert_eq!(mode(&path) & 0o777, 0o700);
        }
        assert!(Folder::state_there(&outer.path().join("none")).expect("looked").is_none());
        // Not what it is in.
        open_to(&outer.path().join("state"), 0o755);
        Folder::state(&path).expect("there");
        assert_eq!(mode(&outer.path().join("state")), 0o755);
    }

    #[test]
    fn a_lock_is_one_programs_at_a_time() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let count = outer.path().join("count");
        fs::write(&count, "0").expect("written");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let _lock = folder.lock("lock").expect("held");
                        let now: u32 = text(&count).parse().expect("a number");
                        fs::write(&count, (now + 1).to_string()).expect("written");
                    }
                });
            }
        });
        assert_eq!(text(&count), "40");
        let _held = folder.lock("lock").expect("free");
        let error = folder.lock("lock").expect_err("held");
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
    }
}
