//! What `entrail doctor` says of a place, as lines for people.
//! Never finds out anything itself.

use std::io::Write as _;

use super::standard::out;
use crate::secret::foreign;
use crate::text::wrap::{Ends, Wrap};

/// Columns of a report: those of the smallest usual terminal, also where it is read later.
const WIDTH: usize = 80;

/// Writes the lines of a report to standard output.
pub(super) fn write_lines(lines: &[String]) -> std::io::Result<()> {
    let mut out = out();
    for line in lines.iter().flat_map(|line| parted(&foreign(line))) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A line parted between words. What follows stands below the first word of the line, or of what is
/// behind a mark.
fn parted(line: &str) -> Vec<String> {
    let text = line.trim();
    let indent = line.len() - line.trim_start().len();
    let hang = indent + if text.starts_with(['✓', '✗', '?']) { 2 } else { 0 };
    // Ids stay whole, so that they can be copied.
    let how = Wrap { width: WIDTH, indent, hang, ends: Ends::WholeWords };
    let before = |at: usize| " ".repeat(if at == 0 { indent } else { hang });
    let lines = how.lines(text).into_iter().enumerate();
    lines.map(|(at, line)| before(at) + &text[line]).collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_hang_below_their_beginning() {
        let words = "word ".repeat(20);
        assert_eq!(parted("short"), ["short"]);
        assert_eq!(parted(""), [""]);
        let lines = parted(&format!("✗ {words}"));
        assert!(lines.len() == 2 && lines[1].starts_with("  word"), "{lines:?}");
        let lines = parted(&format!("    {words}"));
        assert!(
            lines.len() == 2 && lines.iter().all(|line| line.starts_with("    word")),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line.width() <= WIDTH));
        let long = "x".repeat(200);
        assert_eq!(parted(&format!("a {long} b")), ["a", &long, "b"]);
    }
}
