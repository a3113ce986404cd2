//! Broken pieces of JSON that are cut off copies of what stands whole beside them.
//! Never compares more than the beginnings, and nothing where there are many.

use std::ops::Range;

use super::plain;

/// Most broken pieces that are compared.
const MOST: usize = 16;
/// Bytes of an event that are looked at.
const LOOKED_AT: usize = 4 << 10;
/// Signs that are compared.
const COMPARED: usize = 512;
/// Signs at the end of a piece that say that it was cut off, such as an ellipsis.
const MARK: usize = 16;

/// The broken pieces of an event that are none of a record or of an earlier piece.
pub(super) fn without(
    event: &[u8],
    broken: Vec<Range<usize>>,
    records: &[Range<usize>],
) -> Vec<Range<usize>> {
    if broken.is_empty() || broken.len() > MOST {
        return broken;
    }
    let mut wholes: Vec<Vec<u8>> = records.iter().map(|range| start(event, range)).collect();
    let mut kept = Vec::new();
    for range in broken {
        let piece = start(event, &range);
        if !wholes.iter().any(|whole| is_start(&piece, whole)) {
            kept.push(range);
        }
        wholes.push(piece);
    }
    kept
}

/// The first signs of what stands there, without escapes and white space.
fn start(event: &[u8], range: &Range<usize>) -> Vec<u8> {
    let mut end = range.end.min(range.start + LOOKED_AT);
    // Not in the middle of a character.
    while end > range.start && event.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let bytes = &event[range.start..end];
    let plain = plain(bytes);
    plain.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(COMPARED).collect()
}

/// Is this piece how the other one begins?
fn is_start(piece: &[u8], whole: &[u8]) -> bool {
    let alike = piece.iter().zip(whole).take_while(|(one, other)| one == other).count();
    alike + MARK >= piece.len() && 2 * alike >= piece.len()
}
