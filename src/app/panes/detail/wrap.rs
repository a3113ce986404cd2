//! Lines of the detail on the screen: those that are too long for the pane are several there.
//! Never cleans: what comes in is clean already.

use crate::app::panes::detail::line::Tone;
use crate::text::wrap::{Ends, Wrap};

/// A piece of a line as it stands on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenLine {
    /// Which logical line (or line of the outline) it is a piece of.
    pub of: usize,
    /// Its pieces of text.
    pub text: Vec<(Tone, String)>,
}

/// Lays pieces in lines of `width` cells; the first is indented by `indent`, others by `hang`.
pub fn wrap(
    of: usize,
    pieces: &[(Tone, String)],
    indent: usize,
    hang: usize,
    width: usize,
    screen: &mut Vec<ScreenLine>,
) {
    let whole: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
    let how = Wrap { width, indent, hang, ends: Ends::Parts };
    for (at, line) in how.lines(&whole).into_iter().enumerate() {
        let before = if at == 0 { indent } else { how.hanging() };
        let mut text = Vec::new();
        if before > 0 {
            text.push((Tone::Plain, " ".repeat(before)));
        }
        let mut start = 0;
        for (tone, piece) in pieces {
            let end = start + piece.len();
            let (from, to) = (line.start.max(start), line.end.min(end));
            if from < to {
                text.push((*tone, whole[from..to].to_owned()));
            }
            start = end;
        }
        screen.push(ScreenLine { of, text });
    }
}
