//! The corpus of a fuzz target, given to what the target checks.
//! Never fuzzing itself: `fuzz/README.md` says how.

use std::path::Path;

/// Gives every input of a target's corpus to it, and each cut short.
pub fn replayed(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).expect("a corpus") {
        let input = std::fs::read(entry.expect("an entry").path()).expect("an input");
        for cut in [input.len(), input.len() / 2, input.len() / 3] {
            run(&input[..cut]);
        }
        inputs += 1;
    }
    assert!(inputs >= 5, "{inputs} inputs in {}", folder.display());
}
