//! A piece of a GUID's text found in GUIDs kept as numbers, without writing each of them out.
//! Never looks at ids that are no GUIDs.

/// A text that may stand inside the usual form of a GUID (36 characters, lower case).
#[derive(Debug)]
pub struct Fragment {
    /// The hexadecimal digits of the text, each in all 32 places of a number.
    digits: Vec<u128>,
    /// The places where the first digit may stand: one bit each, the lowest of its four.
    places: u128,
}

/// The lowest bit of each of the 32 digits.
const ONES: u128 = 0x1111_1111_1111_1111_1111_1111_1111_1111;
/// Where the hyphens are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Characters of a GUID.
const LENGTH: usize = 36;

impl Fragment {
    /// `None` where no GUID contains this text, or where it has no digit.
    pub fn new(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut digits = Vec::new();
        for &byte in bytes {
            match byte {
                b'-' => {}
                b'0'..=b'9' => digits.push(u128::from(byte - b'0') * ONES),
                b'a'..=b'f' => digits.push(u128::from(byte - b'a' + 10) * ONES),
                _ => return None,
            }
        }
        if digits.is_empty() {
            return None;
        }
        let mut places = 0;
        for start in 0..=LENGTH.checked_sub(bytes.len())? {
            let fits =
                |(at, &byte): (usize, &u8)| (byte == b'-') == HYPHENS.contains(&(start + at));
            if bytes.iter().enumerate().all(fits) {
                let before = HYPHENS.iter().filter(|&&hyphen| hyphen < start).count();
                // The first digit is the highest; a hyphen at the start stands before its digit.
                places |= 1 << (4 * (31 - (start - before)));
            }
        }
        (places != 0).then_some(Self { digits, places })
    }

    /// Does the GUID contain the text?
    pub fn is_in(&self, guid: u128) -> bool {
        let mut places = self.places;
        for (at, digit) in self.digits.iter().enumerate() {
            // All four bits of a digit are zero where it is the one looked for.
            let differs = guid ^ digit;
            let halves = differs | differs >> 1;
            let equal = !(halves | halves >> 2) & ONES;
            places &= equal << (4 * at);
            if places == 0 {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::column::pack_guid;

    #[test]
    fn every_piece_of_a_guid_is_found_and_nothing_else() {
        let guids = [
            "56799948-c193-4c04-a059-751e0ae2bf18",
            "00000000-0000-0000-0000-000000000000",
            "abababab-abab-abab-abab-abababababab",
            "ffffffff-ffff-ffff-ffff-fffffffffffe",
        ];
        for guid in guids {
            let packed = pack_guid(guid).expect("a GUID");
            for other in guids {
                for start in 0..36 {
                    for end in start + 1..=36 {
                        let piece = &other[start..end];
                        let found = Fragment::new(piece).is_some_and(|f| f.is_in(packed));
                        let expected = guid.contains(piece) && piece != "-";
                        assert_eq!(found, expected, "{piece} in {guid}");
                    }
                }
            }
        }
        for nowhere in ["", "g", "a b", "-56799948-", "0123456789abc", "1-2-", "-", "--"] {
            assert!(Fragment::new(nowhere).is_none(), "{nowhere}");
        }
    }
}
