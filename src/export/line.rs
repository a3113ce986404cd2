//! The way out for every format: whole lines, cleaned where a terminal shows them.
//! Never changes a byte that goes to a file or pipe.

use std::io::{self, Write};

use crate::text::clean;

/// Takes lines and writes them.
pub(super) struct Lines<'o> {
    out: &'o mut dyn Write,
    terminal: bool,
}

impl<'o> Lines<'o> {
    /// Lines for `out`, which a terminal shows or not.
    pub(super) fn new(out: &'o mut dyn Write, terminal: bool) -> Self {
        Self { out, terminal }
    }

    /// Writes data and the line's end. Line breaks inside the data stay line breaks.
    pub(super) fn data(&mut self, data: &[u8], end: &str) -> io::Result<()> {
        if !self.terminal {
            self.out.write_all(data)?;
            return self.out.write_all(end.as_bytes());
        }
        for line in String::from_utf8_lossy(data).lines() {
            writeln!(self.out, "{}", clean(line))?;
        }
        Ok(())
    }

    /// Writes a line that is clean already, colours included.
    pub(super) fn clean(&mut self, line: &str) -> io::Result<()> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }
}
