//! Buffers that blocks are read into: given back by the threads that decoded them, used again.
//! Never keeps more of them than are on their way at the same time.

use std::sync::{Arc, Mutex, PoisonError};

/// Buffers to be used again. Memory that is already the process's own need be neither asked of the
/// system nor zeroed, which would cost as much as reading into it.
#[derive(Debug)]
pub struct Buffers {
    free: Mutex<Vec<Vec<u8>>>,
    most: usize,
    largest: usize,
}

impl Buffers {
    /// None yet; at most that many are kept, none of more than `largest` bytes.
    pub fn new(most: usize, largest: usize) -> Self {
        Self { free: Mutex::default(), most, largest }
    }

    /// A buffer of at least `least` bytes with anything in it.
    pub fn take(&self, least: usize) -> Vec<u8> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = free.unwrap_or_else(|| vec![0; least]);
        if buffer.len() < least {
            buffer.resize(least, 0);
        }
        buffer
    }

    /// Gives a buffer back, if nobody else has it.
    pub fn give(&self, buffer: Arc<Vec<u8>>) {
        let Ok(buffer) = Arc::try_unwrap(buffer) else { return };
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < self.most && buffer.len() <= self.largest {
            free.push(buffer);
        }
    }
}
