//! Ranges of bits between sets of different length, a machine word at a time.
//! Never looks at what the bits stand for.

use fixedbitset::FixedBitSet;

const BITS: usize = usize::BITS as usize;

/// Puts `more` behind the last bit of `all`.
pub fn append(all: &mut FixedBitSet, more: &FixedBitSet) {
    let start = all.len();
    all.grow(start + more.len());
    let (first, shift) = (start / BITS, start % BITS);
    let words = all.as_mut_slice();
    for (at, &word) in more.as_slice().iter().enumerate() {
        words[first + at] |= word << shift;
        if shift > 0 && word >> (BITS - shift) != 0 {
            words[first + at + 1] |= word >> (BITS - shift);
        }
    }
}

/// `len` bits of `all` from bit `start` on.
pub fn slice(all: &FixedBitSet, start: usize, len: usize) -> FixedBitSet {
    let mut part = FixedBitSet::with_capacity(len);
    let (first, shift) = (start / BITS, start % BITS);
    let words = all.as_slice();
    for (at, word) in part.as_mut_slice().iter_mut().enumerate() {
        *word = words[first + at] >> shift;
        if shift > 0
            && let Some(next) = words.get(first + at + 1)
        {
            *word |= next << (BITS - shift);
        }
        if (at + 1) * BITS > len {
            *word &= (1 << (len % BITS)) - 1;
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_length_make_the_whole_and_come_out_of_it_again() {
        let mut state = 1u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        for _ in 0..200 {
            let mut all = FixedBitSet::new();
            let mut parts = Vec::new();
            for _ in 0..=next() % 5 {
                let len = (next() % 200) as usize;
                let mut part = FixedBitSet::with_capacity(len);
                (0..len).filter(|_| next() % 3 == 0).for_each(|at| part.insert(at));
                parts.push((all.len(), part));
                append(&mut all, &parts.last().expect("one").1);
            }
            for (start, part) in &parts {
                assert_eq!(&slice(&all, *start, part.len()), part);
                for at in 0..part.len() {
                    assert_eq!(all.contains(start + at), part.contains(at));
                }
            }
            let ones: usize = parts.iter().map(|(_, part)| part.count_ones(..)).sum();
            assert_eq!(all.count_ones(..), ones);
        }
    }
}
