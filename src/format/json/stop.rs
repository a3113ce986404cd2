//! Where a JSON string ends: at the first quote that no backslash escapes.
//! Never looks at what a backslash escapes.

use wide::u8x16;

/// Bytes looked at together: as many as a word has bits.
const WINDOW: usize = 64;

/// The closing quote of the string whose contents begin at byte `from`, and whether there is a
/// backslash before it; `None` where the bytes end first.
///
/// Most strings of audit records are shorter than a window. The window begins where the string does,
/// so that one look finds the end without a branch that could go either way.
#[inline]
pub(super) fn string_end(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut at = from;
    let mut any_backslash = false;
    let mut carried = false;
    while at < bytes.len() {
        let (quotes, backslashes) = look(bytes, at);
        let escaped =
            if backslashes == 0 && !carried { 0 } else { escaped(backslashes, &mut carried) };
        let closing = quotes & !escaped;
        if closing != 0 {
            let place = closing.trailing_zeros();
            let before = !(u64::MAX << place);
            return Some((at + place as usize, any_backslash || backslashes & before != 0));
        }
        any_backslash |= backslashes != 0;
        at += WINDOW;
    }
    None
}

/// Which bytes of a window are escaped: those behind an odd number of backslashes. `carried`: is its
/// first byte, and then: is the first byte after it?
///
/// A run of backslashes escapes every second byte, beginning with its second one. Adding a run's
/// first bit to the run carries through to the byte behind it, for all runs at once.
fn escaped(backslashes: u64, carried: &mut bool) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let first = u64::from(*carried);
    let backslashes = backslashes & !first;
    let behind = backslashes << 1 | first;
    let odd_starts = backslashes & !EVEN & !behind;
    let (even_runs, overflow) = odd_starts.overflowing_add(backslashes);
    *carried = overflow;
    (EVEN ^ (even_runs << 1)) & behind
}

/// Quotes and backslashes among the bytes from `at` on: a bit for each, the first byte lowest.
#[inline]
fn look(bytes: &[u8], at: usize) -> (u64, u64) {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(chunk) = rest.first_chunk::<WINDOW>() {
        return signs(chunk);
    }
    // Fewer are left: the window that ends with the last byte tells, where there are as many bytes.
    let (chunk, passed) = match bytes.last_chunk::<WINDOW>() {
        Some(chunk) => (*chunk, WINDOW - rest.len()),
        None => {
            let mut chunk = [0; WINDOW];
            chunk[..rest.len()].copy_from_slice(rest);
            (chunk, 0)
        }
    };
    let (quotes, backslashes) = signs(&chunk);
    (quotes >> passed, backslashes >> passed)
}

#[inline]
fn signs(chunk: &[u8; WINDOW]) -> (u64, u64) {
    let (parts, _) = chunk.as_chunks::<16>();
    parts.iter().rev().fold((0, 0), |(quotes, backslashes), part| {
        let part = u8x16::new(*part);
        let bits = |sign: u8| u64::from(part.simd_eq(u8x16::splat(sign)).to_bitmask());
        (quotes << 16 | bits(b'"'), backslashes << 16 | bits(b'\\'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, byte by byte.
    fn slowly(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
        let mut at = from;
        let mut escaped = false;
        loop {
            match bytes.get(at)? {
                b'"' => return Some((at, escaped)),
                b'\\' => {
                    escaped = true;
                    at += 2;
                }
                _ => at += 1,
            }
        }
    }

    #[test]
    fn the_end_is_found_wherever_it_is() {
        for length in 0..260 {
            for place in 0..length {
                let mut text = vec![b'!'; length];
                text[place..].fill(b'"');
                assert_eq!(string_end(&text, 0), Some((place, false)));
                assert_eq!(string_end(&text, place), Some((place, false)));
            }
            assert_eq!(string_end(&vec![b'x'; length], 0), None);
            assert_eq!(string_end(&vec![b'"'; length], length), None);
        }
    }

    #[test]
    fn backslashes_escape_in_turn_also_from_one_window_to_the_next() {
        let mut state = 1u32;
        for round in 0..3_000u32 {
            let length = round % 300;
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    // From hardly any to hardly anything but backslashes.
                    if (state >> 8) % 64 <= round % 64 {
                        b'\\'
                    } else {
                        b"a\"bc"[(state >> 30) as usize]
                    }
                })
                .collect();
            for from in [0, 1, 17, 64, 130] {
                assert_eq!(string_end(&text, from), slowly(&text, from), "{text:?} from {from}");
            }
        }
        for run in 0..200 {
            let text = ["x".repeat(60), "\\".repeat(run), "\"".repeat(80)].concat().into_bytes();
            assert_eq!(string_end(&text, 3), slowly(&text, 3), "{run}");
        }
    }

    #[test]
    fn every_other_byte_is_passed_over() {
        for byte in (0..=255u8).filter(|byte| !matches!(byte, b'"' | b'\\')) {
            let text = [[byte; 100].as_slice(), b"\""].concat();
            assert_eq!(string_end(&text, 3), Some((100, false)), "{byte}");
        }
        assert_eq!(string_end(b"abc", 5), None);
    }
}
