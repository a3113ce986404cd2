//! Standard output, as everything is written to it; and whether a standard stream was closed.
//! Never loses an error of writing.

use std::io::{self, Write};
use std::sync::OnceLock;

/// Which standard streams were closed when the program began. Rust's runtime opens `/dev/null` in
/// their place, so this has to be found out before.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Closed {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub output: bool,
}

static CLOSED: OnceLock<Closed> = OnceLock::new();

/// Remembers which were; once.
pub(super) fn remember(closed: Closed) {
    let _ = CLOSED.set(closed);
}

/// Which were.
pub(super) fn closed() -> Closed {
    CLOSED.get().copied().unwrap_or_default()
}

/// Standard output, locked. An error says that it is one of standard output.
pub(super) struct Out(io::StdoutLock<'static>);

/// Standard output.
pub(super) fn out() -> Out {
    Out(io::stdout().lock())
}

impl Out {
    fn run<T>(
        &mut self,
        write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<T>,
    ) -> io::Result<T> {
        if closed().output {
            return Err(io::Error::other(
                "standard output is closed; write to a file (> FILE) or to /dev/null",
            ));
        }
        write(&mut self.0).map_err(|error| match error.kind() {
            // The caller tries again.
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, format!("standard output cannot be written to: {error}")),
        })
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.run(|out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.run(Write::flush)
    }
}
