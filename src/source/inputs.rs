//! What a load consisted of: each file or stream with its size, its records and its SHA-256.
//! Never decodes anything, and never counts a digest unless asked: a large file takes a while.
#![expect(clippy::disallowed_methods, reason = "this file reads originals to count their digests")]

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use tokio_util::sync::CancellationToken;

use crate::place::{Contents, Piece, Place};
use crate::record::column::Column;
use crate::store::Store;
use crate::text::hex;

/// One file or stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    /// Its name, as records are told to come from it.
    pub name: String,
    /// Where it can be read again; `None` for streams and services.
    pub path: Option<PathBuf>,
    /// Its size as it is stored; `None` where that is not known.
    pub bytes: Option<u64>,
    /// Records that came from it, without duplicates of others.
    pub records: u64,
}

/// What these places consist of now, in the order they are read; the records are counted by the
/// `source` column of `store`. This walks folders.
pub fn inputs(places: &[Arc<dyn Place>], store: &Store) -> Vec<Input> {
    let mut counts = count(store);
    let mut found = Vec::new();
    let named = |name: String| Input { name, ..Input::default() };
    for place in places {
        place.pieces(&CancellationToken::new(), &mut |piece| {
            let Ok(Piece { name, contents }) = piece else { return };
            let bytes = contents.bytes();
            let path = if let Contents::File(path, _) = contents { Some(path) } else { None };
            found.push(Input { name, path, bytes, records: 0 });
        });
    }
    for input in &mut found {
        input.records = counts.remove(&input.name).unwrap_or(0);
    }
    // What is left came from inside of archives, or from files with several tables.
    let mut rest: Vec<(String, u64)> = counts.into_iter().collect();
    rest.sort();
    for (name, records) in rest {
        let inside = |input: &&mut Input| {
            name.strip_prefix(&input.name)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        match found.iter_mut().filter(inside).max_by_key(|input| input.name.len()) {
            Some(input) => input.records += records,
            None => found.push(Input { records, ..named(name) }),
        }
    }
    found
}

/// Records by the name of their source.
fn count(store: &Store) -> HashMap<String, u64> {
    let mut counts = vec![0_u64; store.entries(Column::Source)];
    for segment in store.segments() {
        for at in 0..segment.len() {
            for &code in segment.codes(Column::Source, at).iter() {
                counts[code as usize] += 1;
            }
        }
    }
    let named = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
    named
        .map(|(code, count)| (store.entry(Column::Source, code as u32).to_owned(), count))
        .collect()
}

/// SHA-256 of a file's bytes as they are stored, as hexadecimal digits; `None` where `stopped` said so
/// in the middle. Fails where the file cannot be read.
pub fn sha256(path: &Path, stopped: &dyn Fn() -> bool) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut digest = Context::new(&SHA256);
    loop {
        if stopped() {
            return Ok(None);
        }
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(hex(digest.finish().as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Delivery, local, read_all};

    #[test]
    fn files_are_told_with_size_records_and_digest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.ndjson");
        let line = r#"{"id":"a-1","category":"UserManagement","activityDisplayName":"Add user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{},"targetResources":[]}"#;
        std::fs::write(&path, format!("{line}\n{}\n", line.replace("a-1", "a-2")))
            .expect("written");
        std::fs::write(folder.path().join("b.json"), "abc").expect("written");
        let places = vec![local::path(folder.path())];
        let mut store = Store::default();
        drop(read_all(places.clone(), |delivery| {
            if let Delivery::Segment(segment) = delivery {
                store.push(segment);
            }
        }));
        let found = inputs(&places, &store);
        let told: Vec<_> = found.iter().map(|input| (input.bytes, input.records)).collect();
        assert_eq!(told, [(Some(2 * line.len() as u64 + 2), 2), (Some(3), 0)]);
        assert_eq!(
            sha256(&folder.path().join("b.json"), &|| false).expect("read").as_deref(),
            Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        );
        assert_eq!(sha256(&path, &|| true).expect("read"), None);
        assert!(sha256(&folder.path().join("c"), &|| false).is_err());
    }
}
