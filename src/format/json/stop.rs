//! Where a JSON string ends: at the first quote that no backslash escapes.
//! Never looks at what a backslash escapes.

use crate::format::window::{LENGTH, Window, escaped};

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
        let closing = quotes & !escaped(backslashes, &mut carried);
        if closing != 0 {
            let place = closing.trailing_zeros();
            let before = !(u64::MAX << place);
            return Some((at + place as usize, any_backslash || backslashes & before != 0));
        }
        any_backslash |= backslashes != 0;
        at += LENGTH;
    }
    None
}

/// Quotes and backslashes among the bytes from `at` on: a bit for each, the first byte lowest.
#[inline]
fn look(bytes: &[u8], at: usize) -> (u64, u64) {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(chunk) = rest.first_chunk::<LENGTH>() {
        return signs(chunk);
    }
    // Fewer are left: the window that ends with the last byte tells, where there are as many bytes.
    let (chunk, passed) = match bytes.last_chunk::<LENGTH>() {
        Some(chunk) => (*chunk, LENGTH - rest.len()),
        None => {
            let mut chunk = [0; LENGTH];
            chunk[..rest.len()].copy_from_slice(rest);
            (chunk, 0)
        }
    };
    let (quotes, backslashes) = signs(&chunk);
    (quotes >> passed, backslashes >> passed)
}

#[inline]
fn signs(chunk: &[u8; LENGTH]) -> (u64, u64) {
    let window = Window::of(chunk);
    (window.equal(b'"'), window.equal(b'\\'))
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
