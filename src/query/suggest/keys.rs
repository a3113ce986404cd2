//! Keys behind a field: `detail.User-Agent`, `change.AccountEnabled`.
//! Never reads original records: of details those keys are offered that records often have.

use std::cmp::Reverse;

use super::{Ask, DataValues, Offer, Suggestion, SuggestionKind, records};
use crate::query::{Operator, written_key};
use crate::record::keyed;
use crate::text::clean;

/// The ways to go on with a field's name, a full stop and the beginning of a key; none where that is
/// not what was typed.
pub(super) fn keys(typed: &str, limit: usize, sign: Operator, seen: &dyn DataValues) -> Vec<Offer> {
    let Some((field, key)) = keyed::find(typed) else { return Vec::new() };
    let before = &typed[..typed.len() - key.len()];
    let (usual, of) = keyed::keys_of(field);
    let values = of.map(|of| seen.values(of));
    let known = usual.iter().map(|key| (*key, None));
    let there = values.iter().flat_map(|all| all.iter());
    let all = known.chain(there.map(|(name, count)| (name.as_str(), Some(*count))));
    let mut ask = Ask::new(key, limit, String::new());
    let mut found: Vec<Offer> = Vec::new();
    for (name, count) in all {
        let label = clean(name).into_owned();
        let Some(fit) = ask.fitter.fit(&label, false) else { continue };
        let item = Suggestion {
            insert: format!("{before}{}{}", written_key(name), sign.sign()),
            label,
            note: count.map_or_else(|| "a key that records often have".to_owned(), records),
            kind: SuggestionKind::Field,
            matched: fit.matched,
            count,
        };
        found.push(Offer { rank: fit.rank, count: count.unwrap_or(0), item });
    }
    found.sort_by_key(|offer| (offer.rank, Reverse(offer.count)));
    found.truncate(ask.enough());
    found
}
