//! Completion for the filter line: fields, the catalogue's names and where they belong, values in the data.
//! Never changes the text and never counts records itself: values come from the caller, see [`DataValues`].

mod catalogued;
mod fit;
mod keys;
mod spot;

use std::cmp::Reverse;
use std::ops::Range;

use fit::{Fit, Fitter, Rank};
use spot::Typing;

use super::counted_values::{DataValues, MOST_COUNTED};
use super::{Operator, Query, known_values, quoted};
use crate::record::field::{FIELDS, Field, WORD_FIELDS};
use crate::record::risk;
use crate::record::tenant_names;
use crate::record::value_kind::ValueKind;
use crate::text::clean;
use crate::text::nearby::is_near;

/// What a suggestion is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SuggestionKind {
    /// A field; a value has to follow.
    Field,
    /// A service of the catalogue or the data.
    Service,
    /// A category of the catalogue or the data.
    Category,
    /// An activity of the catalogue or the data.
    Activity,
    /// A value seen in the data.
    Value,
    /// One of a field's few words.
    Word,
    /// A time.
    Time,
}

/// One way to go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// What to put in place of [`Suggestions::replace`], quoted where it must be. Fields end with
    /// their operator, for a value to follow at once. Foreign text is in it as it is.
    pub insert: String,
    /// What to show, safe for a terminal.
    pub label: String,
    /// What it means or where it belongs, safe for a terminal; may be empty.
    pub note: String,
    /// What it is.
    pub kind: SuggestionKind,
    /// The characters of the label that were typed, as ascending character indices.
    pub matched: Vec<usize>,
    /// Records that have it; `None` where that is not known or has no meaning.
    pub count: Option<u64>,
}

/// All ways to go on from one place.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Suggestions {
    /// The bytes of the text that a suggestion takes the place of.
    pub replace: Range<usize>,
    /// The suggestions, best first.
    pub items: Vec<Suggestion>,
}

/// Longest text that is completed, in bytes; nobody types that much of one name.
const MOST_TYPED: usize = 256;
/// Longest value that is suggested, in bytes.
const MOST_VALUE: usize = 256;
/// Most values of each field that are compared with a bare word, which asks for many fields at once.
const MOST_COUNTED_BARE: usize = 1_000;

/// Times with their meaning.
const TIMES: [(&str, &str); 8] = [
    ("last-1h", "the last hour, to now"),
    ("last-24h", "the last 24 hours, to now"),
    ("last-7d", "the last 7 days, to now"),
    ("last-30d", "the last 30 days, to now"),
    ("today", "since midnight UTC"),
    ("yesterday", "the day before today, UTC"),
    ("±10m", "10 minutes around the selected record"),
    ("±1h", "an hour around the selected record"),
];

/// A suggestion on the way, with what decides its place.
struct Offer {
    rank: Rank,
    count: u64,
    item: Suggestion,
}

/// What is asked of the sources of suggestions.
struct Ask {
    fitter: Fitter,
    /// What was typed, without wildcards.
    words: String,
    limit: usize,
    /// What is inserted before a value.
    prefix: String,
}

impl Ask {
    fn new(typed: &str, limit: usize, prefix: String) -> Self {
        Self { fitter: Fitter::new(typed), words: typed.replace(['*', '?'], " "), limit, prefix }
    }

    /// A value as it is inserted.
    fn written(&self, value: &str) -> String {
        format!("{}{}", self.prefix, quoted(value, false))
    }

    /// How many suggestions one source has to make: one may turn out to be there already.
    fn enough(&self) -> usize {
        self.limit + 1
    }
}

/// How to go on at byte `caret` of `text`: at most `limit` suggestions for the token there.
/// A caret inside a character or behind the text counts as before it or at the end.
pub fn suggest(text: &str, caret: usize, seen: &dyn DataValues, limit: usize) -> Suggestions {
    let mut caret = caret.min(text.len());
    while !text.is_char_boundary(caret) {
        caret -= 1;
    }
    let spot = spot::spot(text, caret);
    let mut suggestions = Suggestions { replace: spot.replace, items: Vec::new() };
    if spot.typed.len() > MOST_TYPED || is_glued(text, suggestions.replace.start) {
        return suggestions;
    }
    let ask = Ask::new(&spot.typed, limit, String::new());
    let groups = match spot.place {
        Typing::Nothing => return suggestions,
        Typing::Bare => {
            let mut groups = bare(ask, seen);
            // What stands there without a space between would become the field's value.
            let after = text[suggestions.replace.end..].chars().next();
            if after.is_some_and(|c| c != ')' && !c.is_whitespace()) {
                groups.remove(0);
            }
            groups
        }
        Typing::Name(sign, end) => {
            let value = &text[suggestions.replace.end..end];
            let mut names = keys::keys(&spot.typed, limit, sign, seen);
            names.extend(fields(ask, sign));
            names.retain(|offer| goes_before(&offer.item.insert, value));
            vec![names]
        }
        Typing::Value(field, sign) => {
            let ordered = matches!(field.kind, ValueKind::Time | ValueKind::Level);
            let compares =
                !matches!(sign, Operator::Contains | Operator::Equals | Operator::NotEquals);
            if compares && !ordered {
                return suggestions;
            }
            vec![values(field, ask, seen)]
        }
    };
    let there = &text[suggestions.replace.clone()];
    suggestions.items = share(groups, limit, there);
    suggestions
}

/// Does a quoted text start there right after a word? Without its quotes it would be one with it.
fn is_glued(text: &str, start: usize) -> bool {
    let before = text[..start].trim_end_matches('-').chars().next_back();
    let apart = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | '=' | '<' | '>' | '.');
    text[start..].starts_with('"') && before.is_some_and(|c| !apart(c))
}

/// Would the value that is there already be understood after this field and operator?
fn goes_before(name: &str, value: &str) -> bool {
    let fits = |value: &str| {
        Query::parse(&format!("{name}{value}")).map_or_else(|problem| problem.incomplete, |_| true)
    };
    if value.is_empty() {
        ["2026", "high", "yes", "audit", "user"].into_iter().any(fits)
    } else {
        fits(value)
    }
}

/// The best of each group in the order of groups. A long group leaves a share to those after it.
fn share(groups: Vec<Vec<Offer>>, limit: usize, there: &str) -> Vec<Suggestion> {
    let groups: Vec<Vec<Offer>> = (groups.into_iter())
        .map(|mut group| {
            group.retain(|offer| offer.item.insert != there);
            group.sort_by_key(|offer| (offer.rank, Reverse(offer.count)));
            group
        })
        .filter(|group| !group.is_empty())
        .collect();
    let fair = limit / groups.len().max(1);
    let mut sizes: Vec<usize> = groups.iter().map(|group| group.len().min(fair)).collect();
    let mut left = limit - sizes.iter().sum::<usize>();
    for (size, group) in sizes.iter_mut().zip(&groups) {
        let more = (group.len() - *size).min(left);
        *size += more;
        left -= more;
    }
    let best = groups.into_iter().zip(sizes);
    best.flat_map(|(group, size)| group.into_iter().take(size)).map(|offer| offer.item).collect()
}

/// For a condition that begins: fields, then names of the catalogue, then values.
fn bare(ask: Ask, seen: &dyn DataValues) -> Vec<Vec<Offer>> {
    let (typed, limit) = (ask.words.clone(), ask.limit);
    let keys = keys::keys(&typed, limit, Operator::Equals, seen);
    let mut groups = vec![fields(ask, Operator::Contains)];
    if !keys.is_empty() {
        groups[0].splice(0..0, keys);
        return groups;
    }
    if typed.trim().is_empty() {
        return groups;
    }
    let (mut places, mut activities, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for &field in WORD_FIELDS {
        let name = field.name;
        let sign = if name == "activity" { "=" } else { ":" };
        let mut ask = Ask::new(&typed, limit, format!("{name}{sign}"));
        match name {
            "service" | "category" => places.extend(values(field, ask, seen)),
            "activity" => activities.extend(values(field, ask, seen)),
            _ => {
                let values = seen.values(field);
                let few = &values[..values.len().min(MOST_COUNTED_BARE)];
                others.extend(data_offers(few, &mut ask).into_iter().map(|mut offer| {
                    offer.item.note = format!("{name}, {}", offer.item.note);
                    offer
                }));
            }
        }
    }
    for field in [Field::RESULT, Field::KIND, Field::ACTOR_KIND, Field::RISK] {
        let ask = Ask::new(&typed, limit, format!("{}:", field.name));
        // A bare word is mostly not meant as one of these: it must begin like one.
        let found = values(field, ask, seen).into_iter();
        places.extend(found.filter(|offer| offer.rank <= Rank::Start));
    }
    groups.extend([places, activities, others]);
    groups
}

/// Fields whose name or alias fits, or is nearly what was typed.
fn fields(mut ask: Ask, sign: Operator) -> Vec<Offer> {
    let lower = ask.words.to_ascii_lowercase();
    let fitter = &mut ask.fitter;
    let near = |name: &str| lower.len() > 2 && is_near(&lower, name);
    let offer = |field: &'static Field| {
        let (fit, note) = if let Some(fit) = fitter.fit(field.name, true) {
            (fit, field.help.to_owned())
        } else {
            let alias = field.aliases.iter().find(|alias| fitter.fit(alias, true).is_some());
            let alias = alias.or_else(|| field.aliases.iter().find(|alias| near(alias)));
            let fit = Fit { rank: Rank::Otherwise, matched: Vec::new() };
            match alias {
                Some(alias) => (fit, format!("{alias}: {}", field.help)),
                None if near(field.name) => (fit, field.help.to_owned()),
                None => return None,
            }
        };
        let item = Suggestion {
            insert: format!("{}{}", field.name, sign.sign()),
            label: field.name.to_owned(),
            note,
            kind: SuggestionKind::Field,
            matched: fit.matched,
            count: None,
        };
        Some(Offer { rank: fit.rank, count: 0, item })
    };
    FIELDS.iter().filter_map(offer).collect()
}

/// Values of a field: what the catalogue or the field knows, and what the data holds.
fn values(field: &'static Field, mut ask: Ask, seen: &dyn DataValues) -> Vec<Offer> {
    let all = seen.values(field);
    let seen = &all[..all.len().min(MOST_COUNTED)];
    match (field.name, field.kind) {
        ("service", _) => catalogued::services(&mut ask, seen),
        ("category", _) => catalogued::categories(&mut ask, seen),
        ("activity", _) => catalogued::activities(&mut ask, seen),
        (_, ValueKind::Time) => times(&mut ask, seen),
        ("risk.rule", _) => rules(&mut ask, seen),
        (_, ValueKind::Word | ValueKind::Level) => words(field, &mut ask, seen),
        ("tenant", _) => {
            // By its name, where it has one: that finds it too.
            let name = |id: &str| tenant_names::name_of(id).unwrap_or(id).to_owned();
            let seen: Vec<_> = seen.iter().map(|(id, count)| (name(id), *count)).collect();
            data_offers(&seen, &mut ask)
        }
        (_, ValueKind::Text | ValueKind::Address) => data_offers(seen, &mut ask),
    }
}

/// The values that fit, the best of them as suggestions.
fn data_offers<'s>(seen: impl IntoIterator<Item = &'s (String, u64)>, ask: &mut Ask) -> Vec<Offer> {
    let mut found: Vec<(Rank, &(String, u64))> = Vec::new();
    let mut of_rank = [0; Rank::Otherwise as usize + 1];
    for value in seen.into_iter().filter(|(value, _)| value.len() <= MOST_VALUE) {
        let Some(rank) = ask.fitter.rank(&clean(&value.0), false) else { continue };
        // The most frequent come first: of each rank only so many can be wanted.
        if of_rank[rank as usize] < ask.enough() {
            of_rank[rank as usize] += 1;
            found.push((rank, value));
        }
    }
    found.sort_by_key(|(rank, (_, count))| (*rank, Reverse(*count)));
    let best = found.into_iter().take(ask.enough());
    best.map(|(rank, (value, count))| {
        let label = clean(value).into_owned();
        let item = Suggestion {
            insert: ask.written(value),
            matched: ask.fitter.fit(&label, false).map_or_else(Vec::new, |fit| fit.matched),
            label,
            note: records(*count),
            kind: SuggestionKind::Value,
            count: Some(*count),
        };
        Offer { rank, count: *count, item }
    })
    .collect()
}

/// The words of a field that has only few, with their number in the data, and others seen there.
fn words(field: &'static Field, ask: &mut Ask, seen: &[(String, u64)]) -> Vec<Offer> {
    let known = known_values::known_values(field);
    let same = |value: &str| known.iter().any(|word| word.eq_ignore_ascii_case(value.trim()));
    let mut offers: Vec<Offer> = Vec::new();
    for word in &known {
        let Some(fit) = ask.fitter.fit(word, true) else { continue };
        let there = seen.iter().find(|(value, _)| value.trim().eq_ignore_ascii_case(word));
        let count = match there {
            Some((_, count)) => Some(*count),
            None => (!seen.is_empty()).then_some(0),
        };
        let item = Suggestion {
            insert: ask.written(word),
            label: (*word).to_owned(),
            note: count.map_or_else(|| field.help.to_owned(), records),
            kind: SuggestionKind::Word,
            matched: fit.matched,
            count,
        };
        offers.push(Offer { rank: fit.rank, count: count.unwrap_or(0), item });
    }
    offers.extend(data_offers(seen.iter().filter(|(value, _)| !same(value)), ask));
    offers
}

/// Rules of risk by name or title, with their number in the data.
fn rules(ask: &mut Ask, seen: &[(String, u64)]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for rule in risk::rules() {
        let (rank, matched) =
            match (ask.fitter.fit(rule.name, false), ask.fitter.rank(&rule.title, false)) {
                (Some(fit), _) => (fit.rank, fit.matched),
                (None, Some(_)) => (Rank::Otherwise, Vec::new()),
                (None, None) => continue,
            };
        let there = seen.iter().find(|(value, _)| value == rule.name);
        let count = there.map_or(0, |(_, count)| *count);
        let item = Suggestion {
            insert: ask.written(rule.name),
            label: rule.name.to_owned(),
            note: format!("{}: {}", rule.level.word(), rule.title),
            kind: SuggestionKind::Value,
            matched,
            count: (!seen.is_empty()).then_some(count),
        };
        offers.push(Offer { rank, count, item });
    }
    offers
}

/// Ways to write a time, and days with data.
fn times(ask: &mut Ask, days: &[(String, u64)]) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for (text, meaning) in TIMES {
        let Some(fit) = ask.fitter.fit(text, false) else { continue };
        let item = Suggestion {
            insert: text.to_owned(),
            label: text.to_owned(),
            note: meaning.to_owned(),
            kind: SuggestionKind::Time,
            matched: fit.matched,
            count: None,
        };
        // All of them before all days, in this order.
        offers.push(Offer { rank: fit.rank, count: u64::MAX, item });
    }
    let days = days.iter().filter(|(day, _)| super::when::is_time(day));
    offers.extend(data_offers(days, ask).into_iter().map(|mut offer| {
        offer.item.kind = SuggestionKind::Time;
        offer
    }));
    offers
}

/// `1,204 records`.
fn records(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + 16);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push_str(if count == 1 { " record" } else { " records" });
    grouped
}

#[cfg(test)]
mod tests;
