//! Where a JSON string stops: its closing quote, or a backslash on the way.
//! Never looks at what a backslash escapes.

/// Bytes that are looked at by words before the search is handed over.
const NEAR: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const QUOTE: u64 = 0x22;
const BACKSLASH: u64 = 0x5c;

/// The first quote or backslash at or after `bytes[from]`, or a place behind the last byte.
///
/// Eight bytes at a time at first: most strings of audit records are shorter than what calling a
/// search of wide registers costs. Long ones are worth that call.
#[inline]
pub(super) fn quote_or_backslash(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let far = from.saturating_add(NEAR);
    while at < far
        && let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>())
    {
        let word = u64::from_le_bytes(*chunk);
        let quotes = word ^ (ONES * QUOTE);
        let backslashes = word ^ (ONES * BACKSLASH);
        let zeros =
            (quotes.wrapping_sub(ONES) & !quotes) | (backslashes.wrapping_sub(ONES) & !backslashes);
        let hits = zeros & HIGHS;
        if hits != 0 {
            // Borrows only reach upwards, so the lowest hit is exact.
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    if at >= far {
        return at + memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    }
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stop_is_found_wherever_it_is() {
        for stop in [b'"', b'\\'] {
            for length in 0..160 {
                for place in 0..length {
                    let mut text = vec![b'!'; length];
                    text[place] = stop;
                    text[place + 1..].fill(b'"');
                    assert_eq!(quote_or_backslash(&text, 0), place);
                    assert_eq!(quote_or_backslash(&text, place), place);
                }
                assert_eq!(quote_or_backslash(&vec![b'x'; length], 0), length);
            }
        }
    }

    #[test]
    fn every_other_byte_is_passed_over() {
        for byte in (0..=255u8).filter(|byte| !matches!(byte, b'"' | b'\\')) {
            let text = [[byte; 100].as_slice(), b"\""].concat();
            assert_eq!(quote_or_backslash(&text, 3), 100, "{byte}");
        }
        assert!(quote_or_backslash(b"abc", 5) >= 3);
    }
}
