//! Text in lines of so many cells: the one place where words are wrapped.
//! Never changes the text: a line is a range of it, so that whoever colours its parts still can.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// Where a line may end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ends {
    /// Between words; one that is longer than a line is cut where the line ends.
    Spaces,
    /// Between words; one that is longer than a line sticks out, so that it can be copied whole.
    WholeWords,
    /// Between the parts of words too, as Unicode has them: paths and addresses have no spaces.
    Parts,
}

/// How text is laid in lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wrap {
    /// Cells of a line, 1 at least.
    pub width: usize,
    /// Cells that are left free in front of the first line.
    pub indent: usize,
    /// Cells that are left free in front of the others; fewer where they would take the whole line.
    pub hang: usize,
    /// Where lines may end.
    pub ends: Ends,
}

/// A line has room for so many cells of text at least, however far it hangs.
const LEAST_ROOM: usize = 8;

impl Wrap {
    /// Lines of so many cells, with nothing in front.
    pub fn to(width: usize, ends: Ends) -> Self {
        Self { width, indent: 0, hang: 0, ends }
    }

    /// Cells in front of all lines but the first.
    pub fn hanging(&self) -> usize {
        self.hang.min(self.width.saturating_sub(LEAST_ROOM))
    }

    /// The lines of a text, one at least. White space at which it is parted belongs to no line. No
    /// cluster of characters that is shown as one is cut.
    pub fn lines(&self, text: &str) -> Vec<Range<usize>> {
        let (width, hang) = (self.width.max(1), self.hanging());
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut end_at = |start: usize, end: usize| {
            lines.push(start..start + text[start..end].trim_end().len());
        };
        let (mut start, mut used) = (0, self.indent);
        for (at, word) in self.words(text) {
            let cells = word.width();
            let fits_a_line = cells <= width - hang;
            if used + cells > width && at > start && (fits_a_line || self.ends != Ends::Parts) {
                end_at(start, at);
                (start, used) = (at, hang);
                if word.trim().is_empty() {
                    start = at + word.len();
                    continue;
                }
            }
            if used + cells <= width || self.ends == Ends::WholeWords {
                used += cells;
                continue;
            }
            for (inside, cluster) in word.grapheme_indices(true) {
                let cells = cluster.width();
                if used + cells > width && at + inside > start {
                    end_at(start, at + inside);
                    (start, used) = (at + inside, hang);
                }
                used += cells;
            }
        }
        lines.push(start..text.len());
        lines
    }

    /// The pieces that are kept together where they fit, with where each begins.
    fn words<'t>(&self, text: &'t str) -> Box<dyn Iterator<Item = (usize, &'t str)> + 't> {
        if self.ends == Ends::Parts {
            return Box::new(text.split_word_bound_indices());
        }
        // Words and the spaces between them in turn.
        let mut from = 0;
        Box::new(std::iter::from_fn(move || {
            let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
            let is_space = rest.starts_with(' ');
            let len = rest.find(|c| (c == ' ') != is_space).unwrap_or(rest.len());
            let word = (from, &rest[..len]);
            from += len;
            Some(word)
        }))
    }
}

/// A text in lines of at most so many cells; a text of nothing but spaces has none.
pub fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let text = text.trim_matches(' ');
    let lines = Wrap::to(width, Ends::Spaces).lines(text);
    lines.into_iter().map(|line| &text[line]).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, how: Wrap) -> Vec<&str> {
        how.lines(text).into_iter().map(|line| &text[line]).collect()
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one two  three", 8), ["one two", "three"]);
        assert_eq!(wrapped(" ", 8), [""; 0]);
        assert_eq!(wrapped("", 8), [""; 0]);
        assert_eq!(wrapped("a b", 1), ["a", "b"]);
        assert_eq!(wrapped("日本語 日本", 5), ["日本", "語", "日本"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_where_that_is_wanted() {
        let text = "a 0123456789 b";
        assert_eq!(wrapped(text, 4), ["a", "0123", "4567", "89 b"]);
        assert_eq!(lines(text, Wrap::to(4, Ends::WholeWords)), ["a", "0123456789", "b"]);
        // What has parts fills the line it begins on.
        assert_eq!(lines(text, Wrap::to(4, Ends::Parts)), ["a 01", "2345", "6789", "b"]);
        assert_eq!(lines("a/b/c@d.e", Wrap::to(4, Ends::Parts)), ["a/b/", "c@", "d.e"]);
    }

    #[test]
    fn a_flag_or_a_letter_with_its_marks_is_never_cut() {
        for text in ["🇩🇪🇫🇷🇯🇵", "e\u{301}e\u{301}e\u{301}e\u{301}", "👩‍👧👩‍👧👩‍👧"]
        {
            let clusters = |text: &str| text.graphemes(true).count();
            for ends in [Ends::Spaces, Ends::Parts] {
                let parted: usize =
                    lines(text, Wrap::to(3, ends)).iter().map(|line| clusters(line)).sum();
                assert_eq!(parted, clusters(text), "{text} {ends:?}");
            }
        }
    }

    #[test]
    fn lines_behind_the_first_hang() {
        let how = Wrap { width: 12, indent: 4, hang: 2, ends: Ends::Spaces };
        assert_eq!(lines("one two three four", how), ["one two", "three four"]);
        // Never so far that nothing else has room.
        assert_eq!(Wrap { width: 12, indent: 0, hang: 30, ends: Ends::Parts }.hanging(), 4);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(
            text in "[ a-d/.@é日\u{301}]{0,60}",
            width in 1_usize..30,
            indent in 0_usize..10,
            hang in 0_usize..30,
            ends in prop::sample::select(vec![Ends::Spaces, Ends::WholeWords, Ends::Parts]),
        ) {
            let how = Wrap { width, indent: indent.min(width / 2), hang, ends };
            let lines = how.lines(&text);
            let bare = |text: &str| text.replace(' ', "");
            let kept: String = lines.iter().map(|line| &text[line.clone()]).collect();
            prop_assert_eq!(bare(&kept), bare(&text));
            for (at, line) in lines.iter().enumerate() {
                let line = &text[line.clone()];
                let before = if at == 0 { how.indent } else { how.hanging() };
                let is_one = line.graphemes(true).count() <= 1;
                let is_long_word = ends == Ends::WholeWords && !line.contains(' ');
                prop_assert!(
                    before + line.trim_end().width() <= width || is_one || is_long_word,
                    "{:?}", line
                );
            }
        }
    }
}
