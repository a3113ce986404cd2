//! entrail: the Microsoft Entra audit trail, in a terminal.

pub mod catalogue;
pub mod cli;
pub mod demo;
pub mod export;
pub mod format;
pub mod lookup;
pub mod query;
pub mod record;
pub mod source;
pub mod store;
pub mod text;
pub mod time;
