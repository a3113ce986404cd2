//! A record that was read again from where it came, with its original text.
//! Never read here: it arrives with a message.

use crate::record::Record;

/// A record with its original bytes.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The record, complete.
    pub record: Record<'static>,
    /// Its original text.
    pub raw: String,
    /// The values in it by the names of their columns, where the text does not name them itself.
    pub columns: Option<Vec<(String, String)>>,
}
