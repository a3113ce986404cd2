//! entrail: the Microsoft Entra audit trail, in a terminal. This file is the map of the house.
//! Never more than a map: a room imports only rooms on lower floors (`tests/floors.rs` reads every import).
//!
//! ```text
//! floor 8  lib, main     the map, the door
//! floor 7  cli           the command line
//! floor 6  runtime       the loop: keys, deliveries, answers and signals in, frames out
//! floor 5  ui            painting; reads only
//! floor 4  app           the state of the screen and the one function that changes it
//!          export        records as tables, JSON, CSV, Markdown
//!          lookup        the catalogue, asked by name
//! floor 3  query         the query language, from text to rows
//!          source        files, folders, archives and streams become records
//! floor 2  format        bytes of one event become a record
//!          store         records in columns, append only
//!          demo          an invented tenant
//! floor 1  time, text, record, catalogue: plain values
//! ```

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
