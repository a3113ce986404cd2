//! The history of filters, kept between sessions: for each place those that were typed there.
//! Never loses what another session keeps at the same time, and never replaces what it cannot read.
//!
//! One file has all of them, one on a line, behind the key of the place: `@KEY`, a tab, the filter. A line
//! without a key is of an entrail that kept one list for all places, and belongs to each of them.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use super::{MOST_BYTES, cases, state_folder};
use crate::disk::Folder;
use crate::place::Place;

/// Filters that are kept of a place.
const MOST_OF_PLACE: usize = 500;
/// Filters that are kept in all.
const MOST: usize = 5_000;

/// The file, and its lock.
const FILTERS: &str = "filters";
const LOCK: &str = "filters.lock";

/// The filters of earlier sessions at these places, oldest first, each once; none where they cannot be
/// read.
pub fn history(places: &[Arc<dyn Place>]) -> Vec<String> {
    let folder = state_folder().and_then(|folder| Folder::state_there(&folder).ok().flatten());
    let lines = folder.and_then(|folder| lines(&folder).ok()).unwrap_or_default();
    of_places(&lines, &keys(places))
}

/// Keeps a filter for later sessions at these places, behind those that other sessions kept meanwhile.
/// The file can be read by its owner only.
pub fn remember(places: &[Arc<dyn Place>], filter: &str) -> io::Result<()> {
    match state_folder() {
        Some(folder) => remember_in(&Folder::state(&folder)?, &keys(places), filter),
        None => Ok(()),
    }
}

/// The key of each place; where nothing is open, that of nothing.
fn keys(places: &[Arc<dyn Place>]) -> Vec<String> {
    match places {
        [] => vec![cases::key(&[])],
        places => places.iter().map(|place| cases::key(std::slice::from_ref(place))).collect(),
    }
}

/// A line of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    /// Which place it was typed at; empty where that was not kept.
    key: String,
    filter: String,
}

impl Line {
    fn read(line: &str) -> Self {
        let keyed = line.strip_prefix('@').and_then(|rest| rest.split_once('\t'));
        let is_key =
            |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        match keyed.filter(|(key, _)| is_key(key)) {
            Some((key, filter)) => Self { key: key.to_owned(), filter: filter.to_owned() },
            None => Self { key: String::new(), filter: line.to_owned() },
        }
    }

    fn write(&self, out: &mut String) {
        if !self.key.is_empty() {
            out.push('@');
            out.push_str(&self.key);
            out.push('\t');
        }
        out.push_str(&self.filter);
        out.push('\n');
    }
}

/// The filters of these places, and those of any, oldest first, each once.
fn of_places(lines: &[Line], keys: &[String]) -> Vec<String> {
    let own = lines.iter().filter(|line| line.key.is_empty() || keys.contains(&line.key));
    let mut found: Vec<String> = Vec::new();
    for line in own.rev() {
        if !found.contains(&line.filter) {
            found.push(line.filter.clone());
        }
    }
    found.truncate(MOST_OF_PLACE);
    found.reverse();
    found
}

/// The lines of the file in this folder, oldest first. Lines that are not text are left out.
fn lines(folder: &Folder) -> io::Result<Vec<Line>> {
    let file = match folder.read(FILTERS) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
    }
    let lines =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    Ok(lines.map(Line::read).filter(|line| !line.filter.trim().is_empty()).collect())
}

fn remember_in(folder: &Folder, keys: &[String], filter: &str) -> io::Result<()> {
    let _lock = folder.lock(LOCK)?;
    let filter = filter.replace(['\n', '\r'], " ");
    let mut known = lines(folder)?;
    known.retain(|line| line.filter != filter || !keys.contains(&line.key));
    known.extend(keys.iter().map(|key| Line { key: key.clone(), filter: filter.clone() }));
    let mut text = String::new();
    for line in kept(&known) {
        line.write(&mut text);
    }
    folder.replace(FILTERS, |file| file.write_all(text.as_bytes()))
}

/// The newest of each place, and of those the newest.
fn kept(known: &[Line]) -> Vec<&Line> {
    let mut of_place: HashMap<&str, usize> = HashMap::new();
    let mut kept = Vec::new();
    for line in known.iter().rev() {
        let count = of_place.entry(&line.key).or_default();
        *count += 1;
        if *count <= MOST_OF_PLACE && kept.len() < MOST {
            kept.push(line);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::is_refusal;
    use crate::source::local;

    fn keys_of(names: &[&str]) -> Vec<String> {
        let places: Vec<_> =
            names.iter().map(|name| local::at_hand(*name, b"{}".as_slice())).collect();
        keys(&places)
    }

    fn read(folder: &Folder, names: &[&str]) -> Vec<String> {
        of_places(&lines(folder).expect("read"), &keys_of(names))
    }

    /// Every place had the filters of all others.
    #[test]
    fn each_place_has_the_filters_that_were_typed_there() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let remember = |names: &[&str], filter: &str| {
            remember_in(&folder, &keys_of(names), filter).expect("kept");
        };
        remember(&["a"], "one");
        remember(&["b"], "two");
        remember(&["a", "b"], "three");
        remember(&["a"], "one");
        remember(&[], "four");
        assert_eq!(read(&folder, &["a"]), ["three", "one"]);
        assert_eq!(read(&folder, &["b"]), ["two", "three"]);
        assert_eq!(read(&folder, &["b", "a"]), ["two", "three", "one"]);
        assert_eq!(read(&folder, &[]), ["four"]);
        assert_eq!(read(&folder, &["c"]), Vec::<String>::new());
    }

    #[test]
    fn filters_that_were_kept_for_all_places_are_there_at_each_until_newer_ones_take_their_place() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let old = "actor:bob\n@home\n@\tx\n@zz\ty\n";
        folder.edit(FILTERS).expect("made").write_all(old.as_bytes()).expect("written");
        let all = ["actor:bob", "@home", "@\tx", "@zz\ty"];
        assert_eq!(read(&folder, &["a"]), all);
        remember_in(&folder, &keys_of(&["a"]), "actor:bob").expect("kept");
        assert_eq!(read(&folder, &["a"]), ["@home", "@\tx", "@zz\ty", "actor:bob"]);
        assert_eq!(read(&folder, &["b"]), all);
        let mut text = String::new();
        folder.read(FILTERS).expect("there").read_to_string(&mut text).expect("text");
        assert!(text.starts_with(old), "what is old stays as it is: {text}");
    }

    /// Of 45 filters of three sessions 14 were lost.
    #[test]
    fn sessions_at_once_keep_every_filter_of_the_history() {
        let outer = tempfile::tempdir().expect("a folder");
        let keys = keys_of(&["a"]);
        std::thread::scope(|scope| {
            for session in 0..3 {
                let (path, keys) = (outer.path().join("state/entrail"), &keys);
                scope.spawn(move || {
                    for number in 0..15 {
                        let folder = Folder::state(&path).expect("ours");
                        remember_in(&folder, keys, &format!("actor:{session}-{number}"))
                            .expect("kept");
                    }
                });
            }
        });
        let folder = Folder::open(&outer.path().join("state/entrail")).expect("ours");
        let mut kept = read(&folder, &["a"]);
        kept.sort_unstable();
        let mut expected: Vec<String> = (0..3)
            .flat_map(|session| (0..15).map(move |number| format!("actor:{session}-{number}")))
            .collect();
        expected.sort_unstable();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_filter_is_kept_once_the_last_ones_stay_and_lines_that_are_no_text_harm_no_other() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let keys = keys_of(&["a"]);
        let mut text = String::new();
        for number in 0..MOST_OF_PLACE + 2 {
            let line = Line { key: keys[0].clone(), filter: format!("f{number}") };
            line.write(&mut text);
        }
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(b"\xff\xfe broken\n\n");
        folder.edit(FILTERS).expect("made").write_all(&bytes).expect("written");
        remember_in(&folder, &keys, "f9").expect("kept");
        remember_in(&folder, &keys, "two\nlines").expect("kept");
        let kept = read(&folder, &["a"]);
        assert_eq!((kept.len(), &*kept[0]), (MOST_OF_PLACE, "f3"));
        assert_eq!(kept[MOST_OF_PLACE - 2..], ["f9", "two lines"]);
        assert_eq!(kept.iter().filter(|filter| *filter == "f9").count(), 1);
        let names = folder.names().expect("read");
        assert!(names.iter().all(|name| name == FILTERS || name == LOCK), "{names:?}");
    }

    #[test]
    fn one_place_does_not_push_out_another_and_all_together_have_an_end() {
        let line = |key: String, number: usize| Line { key, filter: format!("f{number}") };
        let mut known = vec![line("a".to_owned(), 0)];
        known.extend((0..=MOST_OF_PLACE).map(|number| line("b".to_owned(), number)));
        let left = kept(&known);
        assert_eq!(
            (left.len(), &left[0].key, &*left[1].filter),
            (MOST_OF_PLACE + 1, &known[0].key, "f1")
        );
        known.extend((0..MOST).map(|number| line(format!("c{number}"), number)));
        let left = kept(&known);
        assert_eq!((left.len(), &*left[0].filter), (MOST, "f0"));
    }

    /// What cannot be read is not replaced by less.
    #[cfg(unix)]
    #[test]
    fn a_history_that_others_may_write_to_is_neither_read_nor_written() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(outer.path()).expect("ours");
        let keys = keys_of(&["a"]);
        remember_in(&folder, &keys, "one").expect("kept");
        let file = folder.edit(FILTERS).expect("there");
        file.set_permissions(std::fs::Permissions::from_mode(0o666)).expect("opened");
        let error = remember_in(&folder, &keys, "two").expect_err("refused");
        assert!(is_refusal(&error) && error.to_string().contains("chmod go-w"), "{error}");
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).expect("closed");
        assert_eq!(read(&folder, &["a"]), ["one"]);
    }
}
