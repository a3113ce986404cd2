//! entrail
fn main() {}
