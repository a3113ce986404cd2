//! What tells whether files are those that an index was made of: paths, states, samples.
//! Never reads a large file whole: between samples, size and times are believed.

#![expect(clippy::disallowed_methods, reason = "this file looks into originals")]

use std::fs::File;
use std::io;
use std::path::PathBuf;

use xxhash_rust::xxh3::xxh3_128;

use crate::place::at_offset::AtOffset;
use crate::place::sample::sample;
use crate::source::file_state::FileState;
use crate::store::persist::wire::Encoder;

/// Under which name the index of these files is kept: the paths as given, for records name them,
/// and where those lead from here. `None` where there is no current folder.
pub fn key(paths: &[PathBuf]) -> Option<String> {
    let mut out = Encoder::default();
    encode_paths(paths, &mut out).ok()?;
    Some(format!("{:032x}", xxh3_128(out.as_bytes())))
}

fn encode_paths(paths: &[PathBuf], out: &mut Encoder) -> io::Result<()> {
    for path in paths {
        out.bytes(path.as_os_str().as_encoded_bytes());
        out.bytes(std::path::absolute(path)?.as_os_str().as_encoded_bytes());
    }
    Ok(())
}

/// Files as they are at one time.
#[derive(Debug)]
pub struct Identity {
    states: Vec<FileState>,
    bytes: Vec<u8>,
}

impl Identity {
    /// Looks at files; `None` where one cannot be read or changes meanwhile.
    pub fn look(paths: &[PathBuf]) -> Option<Self> {
        let mut out = Encoder::default();
        encode_paths(paths, &mut out).ok()?;
        let mut states = Vec::with_capacity(paths.len());
        for path in paths {
            let file = File::open(path).ok()?;
            let state = FileState::of(&file.metadata().ok()?)?;
            let again = file.try_clone().ok()?;
            let sample = sample(&AtOffset::new(file), state.len(), paths.len()).ok()?;
            if FileState::of(&again.metadata().ok()?) != Some(state) {
                return None;
            }
            state.encode(&mut out);
            out.u64(sample);
            states.push(state);
        }
        Some(Self { states, bytes: out.as_bytes().to_vec() })
    }

    /// The states of the files, in order.
    pub fn states(&self) -> &[FileState] {
        &self.states
    }

    /// All of it; equal only where the files are.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_by_another_name_has_an_index_of_its_own() {
        let key = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            super::key(&paths).expect("a current folder")
        };
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        assert_ne!(key(&["a", "b"]), key(&["b", "a"]));
        assert_ne!(key(&["a"]), key(&["./a"]));
        assert_ne!(key(&["ab"]), key(&["a", "b"]));
    }
}
