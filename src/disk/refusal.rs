//! What is not touched, as others own it or may write to it: an error that says so and names the way out.
//! Never an error of the system.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

use crate::text::clean;

/// Why something is not touched: a whole sentence with its path, safe for a terminal.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refusal {}

/// A refusal: the path, and what is wrong with it.
pub fn refused(path: &Path, why: impl fmt::Display) -> io::Error {
    io::Error::other(Refusal(format!("{} {why}", shown(path))))
}

/// Was something refused for what it is, whose it is or who may write to it? Its text is a whole
/// sentence then, and names the path and the way out.
pub fn is_refusal(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<Refusal>)
}

/// A path as it can be typed in a shell, without control characters.
pub fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let text = clean(&text);
    let is_safe = |c: char| c.is_alphanumeric() || "/._-+@%,:~".contains(c);
    match text.chars().all(is_safe) && !text.is_empty() {
        true => text.into_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
