//! The panes, each painted by a file named after its own in [`crate::app::panes`].
//! Never a layer over them.

pub mod detail;
pub mod list;
pub mod timeline;
pub mod tree;
