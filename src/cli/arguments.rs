//! What several commands take.
//! Never does anything with it. What one command takes is in its own file.

mod index;
mod log;
mod range;
mod screen;
mod sign_in;

pub(super) use self::index::IndexArguments;
pub(super) use self::log::LogArguments;
pub(super) use self::range::RangeArguments;
pub(super) use self::screen::ScreenArguments;
pub(super) use self::sign_in::SignInArguments;
