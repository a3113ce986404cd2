//! Lines cut to the width of the pane.
//! Never cleans: what comes in is clean already.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::app::panes::detail::lines::Tone;

/// A piece of a line as it stands on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenLine {
    /// Which logical line (or line of the outline) it is a piece of.
    pub of: usize,
    /// Its pieces of text.
    pub text: Vec<(Tone, String)>,
}

/// Cuts pieces into lines of `width` cells; the first is indented by `indent`, others by `hang`.
pub fn wrap(
    of: usize,
    pieces: Vec<(Tone, String)>,
    indent: usize,
    hang: usize,
    width: usize,
    screen: &mut Vec<ScreenLine>,
) {
    let start = |cells: usize| {
        if cells == 0 { Vec::new() } else { vec![(Tone::Plain, " ".repeat(cells))] }
    };
    let hang = hang.min(width.saturating_sub(8));
    let mut line = start(indent);
    let mut used = indent;
    for (tone, text) in pieces {
        let mut piece = String::new();
        for word in text.split_word_bounds() {
            let cells = word.width();
            if used + cells > width && used > hang && cells <= width - hang {
                line.push((tone, std::mem::take(&mut piece)));
                screen.push(ScreenLine { of, text: std::mem::replace(&mut line, start(hang)) });
                used = hang;
                if word.trim().is_empty() {
                    continue;
                }
            }
            for cluster in word.graphemes(true) {
                let cells = cluster.width();
                if used + cells > width && used > hang {
                    line.push((tone, std::mem::take(&mut piece)));
                    screen.push(ScreenLine { of, text: std::mem::replace(&mut line, start(hang)) });
                    used = hang;
                }
                piece.push_str(cluster);
                used += cells;
            }
        }
        line.push((tone, piece));
    }
    screen.push(ScreenLine { of, text: line });
}
