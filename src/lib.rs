//! entrail: the Microsoft Entra audit trail, in a terminal.

pub mod app;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod export;
pub mod format;
pub mod lookup;
pub mod query;
pub mod record;
pub mod runtime;
pub mod source;
pub mod store;
pub mod text;
pub mod time;
pub mod ui;
