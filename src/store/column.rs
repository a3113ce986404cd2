//! Columns of one segment: dictionary codes in the fewest bytes, and correlation ids packed.
//! Never grows after it was built.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Dictionary codes, one, two or four bytes each, whichever the largest needs.
#[derive(Debug)]
pub enum Codes {
    /// All below 256.
    One(Vec<u8>),
    /// All below 65,536.
    Two(Vec<u16>),
    /// Any.
    Four(Vec<u32>),
}

impl Codes {
    /// Packs codes.
    pub fn pack(codes: Vec<u32>) -> Self {
        match codes.iter().copied().max().unwrap_or(0) {
            0..=0xff => Self::One(codes.iter().map(|&code| code as u8).collect()),
            0x100..=0xffff => Self::Two(codes.iter().map(|&code| code as u16).collect()),
            _ => {
                let mut codes = codes;
                codes.shrink_to_fit();
                Self::Four(codes)
            }
        }
    }

    /// The code at `at`.
    pub fn get(&self, at: usize) -> u32 {
        match self {
            Self::One(codes) => u32::from(codes[at]),
            Self::Two(codes) => u32::from(codes[at]),
            Self::Four(codes) => codes[at],
        }
    }

    /// Number of codes.
    pub fn len(&self) -> usize {
        match self {
            Self::One(codes) => codes.len(),
            Self::Two(codes) => codes.len(),
            Self::Four(codes) => codes.len(),
        }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with every code in order.
    pub fn for_each(&self, mut each: impl FnMut(u32)) {
        match self {
            Self::One(codes) => codes.iter().for_each(|&code| each(u32::from(code))),
            Self::Two(codes) => codes.iter().for_each(|&code| each(u32::from(code))),
            Self::Four(codes) => codes.iter().for_each(|&code| each(code)),
        }
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::One(codes) => codes.capacity(),
            Self::Two(codes) => 2 * codes.capacity(),
            Self::Four(codes) => 4 * codes.capacity(),
        }
    }
}

/// The codes of every row of one column.
#[derive(Debug)]
pub enum RowCodes {
    /// Exactly one for each row.
    Single(Codes),
    /// Row `i` has `codes[starts[i]..starts[i + 1]]`.
    Several {
        /// First code of each row, and the end of the last.
        starts: Vec<u32>,
        /// The codes of all rows.
        codes: Codes,
    },
}

impl RowCodes {
    /// The codes of one row.
    pub fn row(&self, at: usize) -> Cow<'_, [u32]> {
        match self {
            Self::Single(codes) => Cow::Owned(vec![codes.get(at)]),
            Self::Several { starts, codes } => {
                let range = starts[at] as usize..starts[at + 1] as usize;
                match codes {
                    Codes::Four(codes) => Cow::Borrowed(&codes[range]),
                    codes => Cow::Owned(range.map(|i| codes.get(i)).collect()),
                }
            }
        }
    }

    /// The first code of one row.
    pub fn first(&self, at: usize) -> Option<u32> {
        match self {
            Self::Single(codes) => Some(codes.get(at)),
            Self::Several { starts, codes } => {
                (starts[at] < starts[at + 1]).then(|| codes.get(starts[at] as usize))
            }
        }
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Single(codes) => codes.memory_bytes(),
            Self::Several { starts, codes } => 4 * starts.capacity() + codes.memory_bytes(),
        }
    }
}

/// Correlation ids: GUIDs in 16 bytes, the same in any case; the few that are something else as text.
#[derive(Debug, Default)]
pub struct Correlations {
    packed: Vec<u128>,
    odd: BTreeMap<u32, String>,
}

/// What is packed where the id is empty or no GUID (the one GUID with this number is kept as text).
pub const NOT_A_GUID: u128 = u128::MAX;

impl Correlations {
    /// Appends a row's correlation id.
    pub fn push(&mut self, id: &str) {
        let packed = pack_guid(id).unwrap_or(NOT_A_GUID);
        if packed == NOT_A_GUID && !id.is_empty() {
            self.odd.insert(self.packed.len() as u32, id.to_owned());
        }
        self.packed.push(packed);
    }

    /// None yet, with room for that many.
    pub fn with_capacity(rows: usize) -> Self {
        Self { packed: Vec::with_capacity(rows), odd: BTreeMap::new() }
    }

    /// Appends all rows of another column.
    pub fn append(&mut self, other: Self) {
        let before = self.packed.len() as u32;
        self.odd.extend(other.odd.into_iter().map(|(at, id)| (before + at, id)));
        self.packed.extend_from_slice(&other.packed);
    }

    /// Appends row `at` of another column.
    pub fn push_from(&mut self, other: &Self, at: usize) {
        if let Some(odd) = other.odd.get(&(at as u32)) {
            self.odd.insert(self.packed.len() as u32, odd.clone());
        }
        self.packed.push(other.packed[at]);
    }

    /// The id of one row, written into `buffer` or borrowed; empty where there is none. GUIDs are in
    /// small letters.
    pub fn get<'s>(&'s self, at: usize, buffer: &'s mut [u8; 36]) -> &'s str {
        match self.packed[at] {
            NOT_A_GUID => self.odd.get(&(at as u32)).map_or("", String::as_str),
            guid => write_guid(guid, buffer),
        }
    }

    /// The packed ids, [`NOT_A_GUID`] among them, for comparing with [`pack_guid`].
    pub fn packed(&self) -> &[u128] {
        &self.packed
    }

    /// The ids that are no GUIDs, by row.
    pub(super) fn odd(&self) -> &BTreeMap<u32, String> {
        &self.odd
    }

    /// Ids that were stored; `None` where these parts cannot be of any.
    pub(super) fn from_parts(packed: Vec<u128>, odd: BTreeMap<u32, String>) -> Option<Self> {
        let fits = odd.keys().all(|&at| packed.get(at as usize) == Some(&NOT_A_GUID));
        fits.then_some(Self { packed, odd })
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        16 * self.packed.capacity() + self.odd.values().map(|id| id.len() + 40).sum::<usize>()
    }

    /// Gives back memory kept for growing.
    pub fn shrink(&mut self) {
        self.packed.shrink_to_fit();
    }
}

/// A GUID in its usual form (36 characters, in any case) as a number.
pub fn pack_guid(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [bytes[8], bytes[13], bytes[18], bytes[23]] != [b'-'; 4] {
        return None;
    }
    // No question asked for each digit: what was seen is judged at the end.
    let mut seen = 0u8;
    let mut group = |digits: &[u8]| {
        digits.iter().fold(0u64, |sum, &byte| {
            let digit = DIGITS[byte as usize];
            seen |= digit;
            sum << 4 | u64::from(digit)
        })
    };
    let high = group(&bytes[..8]) << 32 | group(&bytes[9..13]) << 16 | group(&bytes[14..18]);
    let low = group(&bytes[19..23]) << 48 | group(&bytes[24..]);
    (seen != NO_DIGIT).then_some(u128::from(high) << 64 | u128::from(low))
}

/// What stands for no digit in [`DIGITS`]: all bits, so that it shows among others.
const NO_DIGIT: u8 = u8::MAX;

/// The hexadecimal digit each byte is.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digits[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// A GUID in its usual form, in small letters.
pub(super) fn write_guid(guid: u128, buffer: &mut [u8; 36]) -> &str {
    let mut shift = 124i32;
    for (at, byte) in buffer.iter_mut().enumerate() {
        *byte = if matches!(at, 8 | 13 | 18 | 23) {
            b'-'
        } else {
            let digit = b"0123456789abcdef"[(guid >> shift) as usize & 15];
            shift -= 4;
            digit
        };
    }
    std::str::from_utf8(buffer).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_ids_come_back_as_they_were() {
        // One operation was two where its records wrote its id in capital and in small letters.
        let capital = pack_guid("56799948-C193-4C04-A059-751E0AE2BF18");
        assert_eq!(capital, pack_guid("56799948-c193-4c04-a059-751e0ae2bf18"));
        let ids = [
            "56799948-c193-4c04-a059-751e0ae2bf18",
            "",
            "not a guid",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ];
        let mut column = Correlations::default();
        for id in ids {
            column.push(id);
        }
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(column.get(at, &mut [0; 36]), *id);
        }
        let mut all = Correlations::default();
        all.push("first");
        all.append(column);
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(all.get(at + 1, &mut [0; 36]), *id);
        }
    }

    #[test]
    fn codes_take_as_few_bytes_as_the_largest_needs() {
        for (codes, bytes) in [(vec![0, 255], 1), (vec![0, 256], 2), (vec![70_000, 1], 4)] {
            let packed = Codes::pack(codes.clone());
            assert_eq!(packed.memory_bytes(), bytes * codes.len());
            assert_eq!((0..codes.len()).map(|i| packed.get(i)).collect::<Vec<_>>(), codes);
        }
    }
}
