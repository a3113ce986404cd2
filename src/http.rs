//! Asking over HTTP: clients, one request, when to ask again, and in what rhythm; for any service.
//! Never knows which service it asks, and never reads an answer further than to its error.

pub mod address;
pub mod api;
mod ask;
pub mod asker;
pub mod client;
pub mod connection;
pub mod der;
pub mod limiter;
pub mod pace;
pub mod proof;
pub mod refused;
pub mod request;
pub mod response;
pub mod retry;
pub mod server_clock;
pub mod service;
pub mod trust;
pub mod unanswered;
