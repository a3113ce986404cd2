//! How a load is run: threads, blocks, and which columns of which events are wanted.
//! Never decides any of it: whoever starts the load does.

use std::thread;

use super::Unwanted;
use crate::format::{DecodeError, Depth, Draft, Drafted, Layout};
use crate::record::wanted::Wanted;
use crate::time::DateOrder;

/// How one event is decoded; another one only in tests.
pub type Decode =
    for<'a> fn(&mut Draft<'a>, &'a [u8], &Layout, Depth) -> Result<Drafted<'a>, DecodeError>;

/// How a load is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that decode.
    pub workers: usize,
    /// Bytes of the first block: small, so that the first records are there at once.
    pub first_block: usize,
    /// Bytes that blocks grow to.
    pub most_block: usize,
    /// How events are decoded.
    pub decode: Decode,
    /// Tells the id of an event that is not wanted; such events are passed over.
    pub unwanted: Option<Unwanted>,
    /// The columns to be filled.
    pub wanted: Wanted,
    /// The order of day and month in dates in numbers; `None`: each file shows it.
    pub date_order: Option<DateOrder>,
    /// Does it last for hours, with nothing to tell most of the time? Then no progress is told.
    pub is_quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: thread::available_parallelism().map_or(2, usize::from).min(16),
            first_block: 64 << 10,
            most_block: 1 << 20,
            decode: crate::format::decode_into,
            unwanted: None,
            wanted: Wanted::default(),
            date_order: None,
            is_quiet: false,
        }
    }
}
