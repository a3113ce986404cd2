//! Foreign text into spans: cleaned, cut to a width, letters that were found marked.
//! Never lets a character through that [`crate::text::clean`] would not.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::text::{clean, fit, fold};

/// `text`, cleaned and cut to `width` cells, padded with spaces to fill them.
pub fn cell(text: &str, width: usize, style: Style) -> Span<'static> {
    let cleaned = clean(text);
    let (cut, used) = fit(&cleaned, width);
    Span::styled(format!("{cut}{}", " ".repeat(width.saturating_sub(used))), style)
}

/// `text`, cleaned and cut to `width` cells, and its width.
pub fn piece(text: &str, width: usize, style: Style) -> (Span<'static>, usize) {
    let cleaned = clean(text);
    let (cut, used) = fit(&cleaned, width);
    (Span::styled(cut.into_owned(), style), used)
}

/// A text with the characters at `marked` in another style. The text must be clean.
pub fn marked(text: &str, marked: &[usize], style: Style, found: Style) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut run = String::new();
    let mut in_mark = false;
    for (at, c) in text.chars().enumerate() {
        let is_marked = marked.contains(&at);
        if is_marked != in_mark && !run.is_empty() {
            let of = if in_mark { style.patch(found) } else { style };
            spans.push(Span::styled(std::mem::take(&mut run), of));
        }
        in_mark = is_marked;
        run.push(c);
    }
    let of = if in_mark { style.patch(found) } else { style };
    spans.push(Span::styled(run, of));
    spans
}

/// A clean text with every place where `needle` (folded) stands in another style. Where folding
/// changes the number of characters the whole text stays as it is.
pub fn searched(text: &str, needle: &str, style: Style, found: Style) -> Vec<Span<'static>> {
    let folded = fold(text);
    let simple = needle.is_empty() || folded.chars().count() != text.chars().count();
    if simple || !folded.contains(needle) {
        return vec![Span::styled(text.to_owned(), style)];
    }
    let length = needle.chars().count();
    let places: Vec<usize> = (folded.match_indices(needle))
        .flat_map(|(at, _)| {
            let first = folded[..at].chars().count();
            first..first + length
        })
        .collect();
    marked(text, &places, style, found)
}
