//! What a person has to do to be signed in, on standard error.
//! Never asks anything.

use super::tell;
use crate::place::Prompt;
use crate::text::clean;

/// Tells it.
pub(super) fn tell_it(prompt: &Prompt) {
    tell(&text(prompt));
}

/// The line that tells it.
pub(super) fn text(prompt: &Prompt) -> String {
    let (address, code) = (clean(&prompt.address), clean(&prompt.code));
    format!("entrail: to sign in, open {address} and enter the code {code}")
}
