//! Fields of a few words: which they are, and what is wrong with a value that is none of them.
//! Never judges a field that also takes the words of a log.

use super::Operator;
use crate::record::field::Field;
use crate::record::risk::Level;
use crate::record::value_kind::ValueKind;
use crate::record::{ActorKind, Kind, Outcome};
use crate::store::marks;
use crate::text::fold_contains;
use crate::text::nearby::{did_you_mean, slips};

/// The words that are known of a field; none for a field of free text.
pub fn known_values(field: &Field) -> Vec<&'static str> {
    use {ActorKind as By, Outcome as End};
    match field.name {
        "result" => End::ALL.map(Outcome::word).into(),
        "actor.kind" => [By::User, By::App, By::Unknown].map(ActorKind::word).into(),
        "kind" => Kind::ALL.iter().map(|kind| kind.word()).collect(),
        "mark" => [marks::YES, marks::NO].into(),
        "risk" => Level::ALL.map(Level::word).into(),
        // Microsoft's own levels.
        _ if field.kind == ValueKind::Level => vec!["none", "low", "medium", "high", "hidden"],
        _ => Vec::new(),
    }
}

/// What is wrong with a value that no record can ever have; `None` where nothing is. Also: does it
/// only go on being typed? A log has words of its own for results: there only what is nearly a known
/// one is a mistake.
pub fn mistake(field: &Field, operator: Operator, text: &str) -> Option<(String, bool)> {
    if field.name == "result" {
        let asked = crate::text::fold(text);
        let words = known_values(field);
        let is_part = words.iter().any(|word| word.contains(&*asked) || asked.contains(word));
        let near = words.into_iter().find(|word| slips(word, &asked) <= 2);
        let near = near.filter(|_| asked.len() > 4 && !is_part)?;
        return Some((format!("no result is `{text}`; {}", did_you_mean(&[near])), false));
    }
    let few = matches!(field.kind, ValueKind::Word | ValueKind::Level);
    let words = known_values(field);
    let asked = crate::text::fold(text);
    let may_be = |word: &&str| match operator {
        Operator::Contains => fold_contains(word, &asked),
        _ => **word == *asked,
    };
    // No word at all asks for records that have none.
    if !few || words.is_empty() || asked.is_empty() || words.iter().any(may_be) {
        return None;
    }
    let what = if field.kind == ValueKind::Level { "level of risk" } else { field.name };
    let message = format!("`{text}` is no {what}; write one of {}", words.join(", "));
    Some((message, words.iter().any(|word| word.starts_with(&asked))))
}
