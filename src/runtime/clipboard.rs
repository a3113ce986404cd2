//! Text to the clipboard of whoever sits at the terminal, over any number of SSH hops.
//! Never says it was copied without saying how, and never sends more than terminals take.

#![expect(
    clippy::disallowed_methods,
    reason = "whether tmux or screen is in between is told by the environment"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use tokio::sync::mpsc::UnboundedSender;

use super::terminal;
use crate::app::message::Message;
use crate::secret::VARIABLES;

/// Most bytes of an OSC 52 sequence; common terminals take 100,000 and drop what is longer.
const MOST_BYTES: usize = 100_000;

/// Copies `text`, and says in a message how it went there, or why it could not. tmux is asked on a
/// thread of its own: it may take its time, or never answer.
pub fn copy(text: String, what: String, inbox: UnboundedSender<Message>) {
    if !is_in_tmux() {
        let _ = inbox.send(Message::Copied(copied(&text, &what)));
        return;
    }
    let spare = inbox.clone();
    let copy = move || drop(inbox.send(Message::Copied(copied(&text, &what))));
    if let Err(error) = std::thread::Builder::new().name("copy".to_owned()).spawn(copy) {
        let _ = spare.send(Message::Copied(Err(format!("not copied: {error}"))));
    }
}

fn is_inside(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}

fn is_in_tmux() -> bool {
    is_inside("TMUX")
}

fn copied(text: &str, what: &str) -> Result<String, String> {
    let tmux = is_in_tmux();
    if tmux && through_tmux(text) {
        return Ok(format!("{what} copied through tmux"));
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if plain.len() > MOST_BYTES {
        let size = text.len().div_ceil(1_000);
        return Err(format!(
            "{what} is too large for the clipboard ({size} kB, terminals take 75); entrail query writes it to a file"
        ));
    }
    let sequence = if tmux {
        for_tmux(&plain)
    } else if is_inside("STY") {
        for_screen(&plain)
    } else {
        plain
    };
    match terminal::write(sequence.as_bytes()) {
        Ok(()) => Ok(format!(
            "{what} copied (OSC 52; if nothing arrives, your terminal does not allow it)"
        )),
        Err(error) => Err(format!("{what} not copied: {error}")),
    }
}

/// tmux 3.2 and later pass it on by themselves.
fn through_tmux(text: &str) -> bool {
    let mut command = Command::new("tmux");
    // It needs no secret of ours.
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    let child = command
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let written =
        child.stdin.take().is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// Through tmux to the terminal around it: every escape doubled, inside a device control string.
fn for_tmux(sequence: &str) -> String {
    format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
}

/// Through screen, which takes device control strings of at most 768 bytes.
fn for_screen(sequence: &str) -> String {
    let characters: Vec<char> = sequence.chars().collect();
    let mut wrapped = String::new();
    for piece in characters.chunks(700) {
        wrapped.push_str("\x1bP");
        wrapped.extend(piece);
        wrapped.push_str("\x1b\\");
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplexers_get_it_wrapped() {
        assert_eq!(for_tmux("\x1b]52;c;eA==\x07"), "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\");
        let long = format!("\x1b]52;c;{}\x07", "A".repeat(2_000));
        let wrapped = for_screen(&long);
        assert_eq!(wrapped.matches("\x1bP").count(), 3);
        assert_eq!(wrapped.replace("\x1bP", "").replace("\x1b\\", ""), long);
    }
}
