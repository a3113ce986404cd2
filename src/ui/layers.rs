//! The layers over the panes, each painted by a file named after its own in [`crate::app::layers`].
//! Never decides which is on top.

pub mod export;
pub mod filter;
pub mod menu;
pub mod note;
