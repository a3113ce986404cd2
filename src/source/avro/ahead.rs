//! A reader that knows where it is, and takes bytes back that were read too early.
//! Never seeks: what it reads may be a stream.

use std::io::{self, Read};

/// Bytes read at a time where something is looked for.
const BLOCK: usize = 64 << 10;

/// A reader that takes bytes back.
pub(super) struct Ahead<R> {
    reader: R,
    /// Bytes that come before those of the reader, the next one last.
    back: Vec<u8>,
    at: u64,
}

impl<R: Read> Ahead<R> {
    /// A reader of which nothing was read.
    pub(super) fn new(reader: R) -> Self {
        Self { reader, back: Vec::new(), at: 0 }
    }

    /// The next byte, counted from the start.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Takes back what was just read.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        self.back.extend(bytes.iter().rev());
        self.at -= bytes.len() as u64;
    }

    /// Is there nothing more?
    pub(super) fn is_at_end(&mut self) -> io::Result<bool> {
        let mut byte = [0];
        let is_at_end = self.fill(&mut byte)? == 0;
        if !is_at_end {
            self.put_back(&byte);
        }
        Ok(is_at_end)
    }

    /// Reads as many bytes as there is room for; fewer at the end.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Goes on behind the next `mark`; at the end, and `false`, where there is none.
    pub(super) fn skip_past(&mut self, mark: &[u8]) -> io::Result<bool> {
        let mut window = Vec::new();
        loop {
            if let Some(found) = memchr::memmem::find(&window, mark) {
                let rest = window.split_off(found + mark.len());
                self.put_back(&rest);
                return Ok(true);
            }
            window.drain(..window.len().saturating_sub(mark.len() - 1));
            let before = window.len();
            window.resize(before + BLOCK, 0);
            let count = self.fill(&mut window[before..])?;
            window.truncate(before + count);
            if count == 0 {
                return Ok(false);
            }
        }
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = if self.back.is_empty() {
            self.reader.read(buffer)?
        } else {
            let count = buffer.len().min(self.back.len());
            for (to, from) in
                buffer.iter_mut().zip(self.back.drain(self.back.len() - count..).rev())
            {
                *to = from;
            }
            count
        };
        self.at += count as u64;
        Ok(count)
    }
}
