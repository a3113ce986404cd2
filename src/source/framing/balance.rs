//! Where a JSON object ends by its balance alone: as many brackets closed as opened, strings aside.
//! Never answers where anything but plain minified JSON shows: there the structural scanner looks.

use super::structure::MAX_DEPTH;
use crate::format::window::{LENGTH, Window, escaped, odd_up_to};

/// Longest object that is followed. What is longer may have lost its end, and following many of
/// those to the end of a block would take quadratic time.
const LONGEST: usize = 64 << 10;

/// The byte behind the object that begins at `bytes[0]`, if it ends in `bytes`, has no control
/// character in it, line breaks included, and is neither unusually long nor deep; otherwise the
/// number of bytes that were looked at in vain. The kinds of brackets and what stands between strings
/// are not looked at: what decodes the object finds out.
pub fn object_end(bytes: &[u8]) -> Result<usize, usize> {
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    let mut depth = 0u32;
    let mut carried = false;
    // All bits where the window begins inside of a string.
    let mut in_string = 0;
    let mut at = 0;
    while at < bytes.len() {
        let window = look(&bytes[at..]);
        let quotes = window.equal(b'"') & !escaped(window.equal(b'\\'), &mut carried);
        let inside = odd_up_to(quotes) ^ in_string;
        in_string = if inside >> (LENGTH - 1) == 1 { u64::MAX } else { 0 };
        let opening = window.equal_but_for_20(b'{') & !inside;
        let closing = window.equal_but_for_20(b'}') & !inside;
        if depth + opening.count_ones() > MAX_DEPTH {
            return Err(at);
        }
        let end = follow(&mut depth, opening, closing);
        let before_end = end.map_or(u64::MAX, |end| !(u64::MAX << end));
        if window.up_to(0x1f) & before_end != 0 {
            return Err(at);
        }
        if let Some(end) = end {
            let end = at + end as usize;
            return if bytes[end] == b'}' { Ok(end + 1) } else { Err(end) };
        }
        at += LENGTH;
    }
    Err(bytes.len())
}

/// The window at the start of `bytes`, filled up with spaces.
#[inline]
fn look(bytes: &[u8]) -> Window {
    if let Some(chunk) = bytes.first_chunk() {
        return Window::of(chunk);
    }
    let mut chunk = [b' '; LENGTH];
    chunk[..bytes.len()].copy_from_slice(bytes);
    Window::of(&chunk)
}

/// Follows the depth through a window; the bracket that closes the outermost one, if it is there.
#[inline]
fn follow(depth: &mut u32, opening: u64, closing: u64) -> Option<u32> {
    let closed = closing.count_ones();
    if closed < *depth {
        *depth = *depth + opening.count_ones() - closed;
        return None;
    }
    let mut brackets = opening | closing;
    while brackets != 0 {
        let place = brackets.trailing_zeros();
        if opening >> place & 1 == 1 {
            *depth += 1;
        } else if *depth <= 1 {
            return Some(place);
        } else {
            *depth -= 1;
        }
        brackets &= brackets - 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_past_brackets_in_strings_wherever_windows_begin() {
        for padding in 0..200 {
            let padding = "x".repeat(padding);
            let text = format!(
                r#"{{"id":"{padding}\\\"}}]{{","a":[{{"b":["{{","\\"]}},[{{}}]],"c":{{"d":"]"}}}}"#
            );
            let more = format!(r#"{text},{{"id":"next"}}]"#);
            assert_eq!(object_end(text.as_bytes()), Ok(text.len()), "{text}");
            assert_eq!(object_end(more.as_bytes()), Ok(text.len()), "{text}");
            for cut in 0..text.len() {
                assert_eq!(object_end(&text.as_bytes()[..cut]), Err(cut), "{text} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_odd_has_no_end() {
        for odd in ["{\"a\":\n1}", "{\"a\":\"\n\"}", "{\"a\":[1}", "{\"a\":1]", "]", ""] {
            assert!(object_end(odd.as_bytes()).is_err(), "{odd:?}");
        }
        assert_eq!(object_end(b"{\"a\":1}\n"), Ok(7));
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(128), "]".repeat(128));
        assert!(object_end(deep.as_bytes()).is_err());
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(LONGEST));
        assert_eq!(object_end(long.as_bytes()), Err(LONGEST));
    }
}
