//! Codes, times and ids of a segment against what was judged: which of some rows stay.
//! Never looks at texts of the dictionary, and never reads anything.

use fixedbitset::FixedBitSet;

use super::guid::Fragment;
use crate::query::pattern::Pattern;
use crate::store::column::{Codes, NOT_A_GUID, RowCodes, pack_guid};
use crate::store::{RowId, Segment};
use crate::text::fold;

/// Keeps the candidates for which `keep` says so.
pub fn retain(candidates: &mut FixedBitSet, keep: impl Fn(usize) -> bool) {
    let bits = usize::BITS as usize;
    let rows = candidates.len();
    for (block, word) in candidates.as_mut_slice().iter_mut().enumerate() {
        let base = block * bits;
        let mut kept = 0usize;
        if word.count_ones() as usize * 2 > bits && base + bits <= rows {
            // Most are asked for: asking for all takes no decisions.
            for bit in 0..bits {
                kept |= usize::from(keep(base + bit)) << bit;
            }
            *word &= kept;
            continue;
        }
        let mut left = *word;
        while left != 0 {
            let bit = left.trailing_zeros() as usize;
            kept |= usize::from(keep(base + bit)) << bit;
            left &= left - 1;
        }
        *word = kept;
    }
}

/// Keeps the candidates one of whose codes was judged to match.
pub fn by_codes(column: &RowCodes, verdicts: &[bool], candidates: &mut FixedBitSet) {
    match column {
        RowCodes::Single(Codes::One(codes)) => {
            let mut table = [false; 256];
            let known = verdicts.len().min(256);
            table[..known].copy_from_slice(&verdicts[..known]);
            retain(candidates, |at| table[usize::from(codes[at])]);
        }
        RowCodes::Single(Codes::Two(codes)) => {
            retain(candidates, |at| verdicts[usize::from(codes[at])]);
        }
        RowCodes::Single(Codes::Four(codes)) => {
            retain(candidates, |at| verdicts[codes[at] as usize]);
        }
        RowCodes::Several { starts, codes } if candidates.count_ones(..) * 4 < candidates.len() => {
            retain(candidates, |at| {
                (starts[at]..starts[at + 1]).any(|i| verdicts[codes.get(i as usize) as usize])
            });
        }
        RowCodes::Several { starts, codes } => {
            // How many match up to each code: without a decision, as those would be guessed wrong.
            let mut before = Vec::with_capacity(codes.len() + 1);
            let mut sum = 0u32;
            before.push(sum);
            codes.for_each(|code| {
                sum += u32::from(verdicts[code as usize]);
                before.push(sum);
            });
            retain(candidates, |at| before[starts[at] as usize] != before[starts[at + 1] as usize]);
        }
    }
}

/// Keeps the candidates among `rows`, which are in order, where `are`; all others where `others`.
pub fn by_rows(
    segment: &Segment,
    rows: &[RowId],
    are: bool,
    others: bool,
    candidates: &mut FixedBitSet,
) {
    let first = segment.first();
    let from = rows.partition_point(|&row| row < first);
    let own = rows[from..].iter().map(|&row| (row - first) as usize);
    let own = own.take_while(|&at| at < segment.len());
    let mut kept = FixedBitSet::with_capacity(candidates.len());
    if others {
        kept.union_with(candidates);
    }
    for at in own {
        kept.set(at, are && candidates.contains(at));
    }
    *candidates = kept;
}

/// Keeps the candidates whose correlation id matches.
pub fn by_correlation(segment: &Segment, pattern: &Pattern, candidates: &mut FixedBitSet) {
    let packed = segment.correlations().packed();
    let as_text = |at: usize| {
        let id = segment.correlation(at);
        pattern.matches(&id, &fold(&id))
    };
    // Numbers are compared with numbers; ids in another spelling, and the one GUID that stands for
    // "no GUID", as text.
    match pattern {
        Pattern::Equals(id) => {
            let whole = pack_guid(id).filter(|&guid| guid != NOT_A_GUID);
            retain(candidates, |at| match packed[at] {
                NOT_A_GUID => as_text(at),
                guid => Some(guid) == whole,
            });
        }
        Pattern::Contains(text) if text != "-" => {
            let fragment = Fragment::new(text);
            retain(candidates, |at| match packed[at] {
                NOT_A_GUID => as_text(at),
                guid => fragment.as_ref().is_some_and(|fragment| fragment.is_in(guid)),
            });
        }
        Pattern::Exists => retain(candidates, |at| packed[at] != NOT_A_GUID || as_text(at)),
        _ => retain(candidates, |at| {
            let mut buffer = [0; 36];
            // A packed id is lower case already.
            match packed[at] {
                NOT_A_GUID => as_text(at),
                _ => {
                    let id = segment.correlations().get(at, &mut buffer);
                    pattern.matches(id, id)
                }
            }
        }),
    }
}
