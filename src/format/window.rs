//! Bytes looked at 64 at a time: where a sign stands among them, as the bits of a word.
//! Never knows what the signs mean, escaping aside.

use wide::u8x16;

/// Bytes in a window: as many as a word has bits.
pub const LENGTH: usize = 64;

/// A window in wide registers. In all words of bits the first byte is the lowest bit.
#[derive(Clone, Copy, Debug)]
pub struct Window([u8x16; 4]);

impl Window {
    /// The window of these bytes.
    #[inline]
    pub fn of(bytes: &[u8; LENGTH]) -> Self {
        let (parts, _) = bytes.as_chunks::<16>();
        Self(std::array::from_fn(|part| u8x16::new(parts[part])))
    }

    /// Where this byte stands.
    #[inline]
    pub fn equal(self, byte: u8) -> u64 {
        self.bits(|part| part.simd_eq(u8x16::splat(byte)))
    }

    /// Where this byte stands or the one that differs from it in the bit 0x20 alone; `byte` has it.
    #[inline]
    pub fn equal_but_for_20(self, byte: u8) -> u64 {
        self.bits(|part| (part | u8x16::splat(0x20)).simd_eq(u8x16::splat(byte)))
    }

    /// Where bytes up to this one stand.
    #[inline]
    pub fn up_to(self, byte: u8) -> u64 {
        self.bits(|part| part.min(u8x16::splat(byte)).simd_eq(part))
    }

    #[inline]
    fn bits(self, test: impl Fn(u8x16) -> u8x16) -> u64 {
        let bits = |part: usize| u64::from(test(self.0[part]).to_bitmask());
        bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48
    }
}

/// Which bytes of a window are escaped: those behind an odd number of backslashes. `carried`: is its
/// first byte, and then: is the first byte after it?
///
/// A run of backslashes escapes every second byte, beginning with its second one. Adding a run's
/// first bit to the run carries through to the byte behind it, for all runs at once.
#[inline]
pub fn escaped(backslashes: u64, carried: &mut bool) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    if backslashes == 0 && !*carried {
        return 0;
    }
    let first = u64::from(*carried);
    let backslashes = backslashes & !first;
    let behind = backslashes << 1 | first;
    let odd_starts = backslashes & !EVEN & !behind;
    let (even_runs, overflow) = odd_starts.overflowing_add(backslashes);
    *carried = overflow;
    (EVEN ^ (even_runs << 1)) & behind
}

/// For each bit, whether an odd number of bits is set up to and with it: from quotes, what is inside
/// of strings, opening quotes included.
#[inline]
pub fn odd_up_to(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |bits, shift| bits ^ bits << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_at_every_place() {
        for byte in 0..=255u8 {
            for place in 0..LENGTH {
                let mut bytes = [b'~'; LENGTH];
                bytes[place] = byte;
                let window = Window::of(&bytes);
                let bit = 1u64 << place;
                let found = |yes: bool| if yes { bit } else { 0 };
                assert_eq!(window.equal(b'"'), found(byte == b'"'));
                assert_eq!(window.up_to(0x1f), found(byte < 0x20));
                assert_eq!(window.equal_but_for_20(b'{'), found(matches!(byte, b'{' | b'[')));
                assert_eq!(window.equal_but_for_20(b'}'), found(matches!(byte, b'}' | b']')));
            }
        }
    }

    #[test]
    fn what_is_inside_of_strings_begins_with_the_opening_quote() {
        assert_eq!(odd_up_to(0b0100_1000), 0b0011_1000);
        assert_eq!(odd_up_to(1 << 63), 1 << 63);
        assert_eq!(odd_up_to(1), u64::MAX);
    }
}
