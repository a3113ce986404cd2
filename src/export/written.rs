//! How far an export is, and what became of it.
//! Never writes anything itself.

use std::fmt;
use std::io;
use std::sync::Arc;

/// What became of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Records written.
    pub records: u64,
    /// Records whose original bytes could not be read or understood again. Formats that consist of
    /// the whole record leave them out; the others write what the columns know of them.
    pub unreadable: u64,
    /// Why, for the first of them, with the name of the original.
    pub first_error: Option<String>,
}

impl Written {
    pub(super) fn failed(&mut self, name: &str, reason: &str) {
        self.unreadable += 1;
        self.first_error.get_or_insert_with(|| format!("{name}: {reason}"));
    }
}

/// Is told the number of records gone through, and says whether to go on. Where it says no, writing
/// fails as interrupted.
#[derive(Clone)]
pub struct Watch(pub Arc<dyn Fn(u64) -> bool + Send + Sync>);

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

/// Counts what goes through, and stops where it is told to.
pub(super) struct Watched(Option<Watch>, u64);

impl Watched {
    pub(super) fn new(watch: Option<&Watch>) -> Self {
        Self(watch.cloned(), 0)
    }

    /// All records are gone through once more.
    pub(super) fn again(&mut self) {
        self.1 = 0;
    }

    /// Is it to stop?
    pub(super) fn is_stopped(&self) -> bool {
        self.0.as_ref().is_some_and(|Watch(goes_on)| !goes_on(self.1))
    }

    pub(super) fn next(&mut self) -> io::Result<()> {
        self.1 += 1;
        match &self.0 {
            Some(Watch(goes_on)) if !goes_on(self.1) => {
                Err(io::Error::new(io::ErrorKind::Interrupted, "stopped"))
            }
            _ => Ok(()),
        }
    }
}
