//! What the rules of risk say of a record, as lines: why it matters, and what to look at next.
//! Never says that a record is safe.

use crate::app::panes::detail::line::{Line, OPEN_KEY, Tone};
use crate::app::panes::list::risk_glyph;
use crate::record::field::Field;
use crate::record::field::NOT_RATED;
use crate::record::kind::property::PropertyKey;
use crate::record::risk::{Level, Rule, rate};
use crate::record::sentence::rated;
use crate::record::{Kind, Record};
use crate::text::clean;

/// The highest level, with a space before it; nothing where no rule speaks of the record.
pub fn risk_glance(record: &Record<'_>) -> Vec<(Tone, String)> {
    let highest = rate(record).first().map(|rule| (Tone::Risk(rule.level), in_words(rule.level)));
    let microsoft = || {
        let level = rated(record)?;
        Some((Tone::Risk(level), format!("{} by Microsoft", in_words(level))))
    };
    highest
        .or_else(microsoft)
        .into_iter()
        .flat_map(|words| [(Tone::Plain, " ".to_owned()), words])
        .collect()
}

/// What Microsoft itself says of the risk of a record; nothing where it says nothing.
fn microsoft_line(record: &Record<'_>) -> Option<Line> {
    let level = rated(record)?;
    let says = [PropertyKey::RiskState, PropertyKey::RiskDetail, PropertyKey::RiskEvent];
    let said = says.into_iter().flat_map(|key| record.properties_of(key));
    let mut told = String::new();
    for word in said.filter(|word| *word != "none") {
        told.push_str(" · ");
        told.push_str(&clean(word));
    }
    let own = record.property(PropertyKey::RiskDuring).unwrap_or_default();
    let field = match record.kind {
        Kind::Risk => Field::of_property(PropertyKey::RiskLevel),
        _ if own == level.word() => Field::of_property(PropertyKey::RiskDuring),
        _ => Field::of_property(PropertyKey::RiskAggregated),
    };
    let text = format!("{} by Microsoft", in_words(level));
    Some(Line {
        copy: format!("{text}{told}"),
        text: vec![(Tone::Risk(level), text), (Tone::Plain, told)],
        value: Some((field, level.word().to_owned())),
        ..Line::default()
    })
}

/// What Microsoft says, then a line for records without a rule; of others why each rule fired and what to look at next.
pub fn risk_lines(record: &Record<'_>) -> Vec<Line> {
    let fired = rate(record);
    let microsoft = microsoft_line(record);
    if fired.is_empty() && microsoft.is_none() {
        let text = vec![(Tone::Label, format!("{NOT_RATED} by any rule"))];
        return vec![Line { text, copy: NOT_RATED.to_owned(), ..Line::default() }];
    }
    let rules = fired.into_iter().flat_map(|rule| rule_lines(rule, record));
    microsoft.into_iter().chain(rules).collect()
}

/// A level as glyph and word: never told by colour alone.
pub fn in_words(level: Level) -> String {
    format!("{} {}", risk_glyph(level, false), level.word())
}

fn title_line(rule: &Rule) -> Line {
    let level = in_words(rule.level);
    Line {
        text: vec![
            (Tone::Risk(rule.level), level),
            (Tone::Plain, " ".to_owned()),
            (Tone::Strong, rule.title.clone()),
        ],
        value: Some((Field::RISK, rule.level.word().to_owned())),
        copy: rule.title.clone(),
        ..Line::default()
    }
}

fn rule_lines(rule: &'static Rule, record: &Record<'_>) -> Vec<Line> {
    let by_rule = || Some((Field::RISK_RULE, rule.name.to_owned()));
    let said = |label: &str, text: &str| Line {
        label: label.to_owned(),
        text: vec![(Tone::Plain, text.to_owned())],
        value: by_rule(),
        copy: text.to_owned(),
        indent: 2,
        ..Line::default()
    };
    let mut lines = vec![title_line(rule), said("Why", &rule.why), said("Check", &rule.check)];
    if let Some(query) = rule.next_query(record) {
        lines.push(Line {
            label: "Ask".to_owned(),
            text: vec![
                (Tone::Plain, clean(&query).into_owned()),
                (Tone::Label, format!(" ({OPEN_KEY} asks)")),
            ],
            copy: query.clone(),
            query: Some(query),
            indent: 2,
            ..Line::default()
        });
    }
    lines.push(Line {
        text: vec![
            (Tone::Plain, rule.name.to_owned()),
            (Tone::Label, format!(" · {}", rule.techniques.join(" "))),
        ],
        copy: rule.name.to_owned(),
        ..said("Rule", "")
    });
    lines
}
