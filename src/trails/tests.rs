//! Trails on records of an invented tenant.
//! Never on real ones.
