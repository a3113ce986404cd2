//! The places of this computer: files and folders, pipes, the demo, and bytes at hand.
//! Never asks anybody over a network.

mod at_hand;
mod files;
mod growing;
mod pipe;
mod pump;
mod walk;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use self::at_hand::AtHand;
use self::files::Files;
use self::pipe::Pipe;
use crate::demo::{self, Scale};
use crate::place::Place;

/// Files, folders (read recursively, in order of paths), and glob patterns where nothing of that name
/// exists. They are one place: walked once, and followed together.
pub fn files(paths: Vec<PathBuf>) -> Arc<dyn Place> {
    Arc::new(Files::new(paths))
}

/// The same for one of them.
pub fn path(path: impl Into<PathBuf>) -> Arc<dyn Place> {
    files(vec![path.into()])
}

/// Standard input, until it ends.
pub fn standard_input() -> Arc<dyn Place> {
    Arc::new(Pipe::standard_input())
}

/// A named pipe or a device, until it ends.
pub fn pipe(path: PathBuf) -> Arc<dyn Place> {
    Arc::new(Pipe::at(path))
}

/// The built-in demo tenant, made when it is first read.
pub fn demo() -> Arc<dyn Place> {
    static BYTES: OnceLock<Arc<[u8]>> = OnceLock::new();
    let make = || Arc::clone(BYTES.get_or_init(|| demo::tenant(Scale::demo()).into()));
    let arguments = vec!["--demo".to_owned()];
    Arc::new(AtHand::new("demo", make, "the demo does not grow").named_by(arguments))
}

/// Bytes at hand under a name, of any kind a file may have.
pub fn at_hand(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Arc<dyn Place> {
    let bytes = bytes.into();
    Arc::new(AtHand::new(name, move || Arc::clone(&bytes), "bytes at hand do not grow"))
}
