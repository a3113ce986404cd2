//! What the rules of risk say of a record, as lines: why it matters, and what to look at next.
//! Never says that a record is safe.

use super::lines::{Line, Tone};
use crate::app::list::risk_glyph;
use crate::record::Record;
use crate::record::risk::{Level, NOT_RATED, Rule, rate};
use crate::text::clean;

/// The highest level, with a space before it; nothing where no rule speaks of the record.
pub fn risk_glance(record: &Record<'_>) -> Vec<(Tone, String)> {
    let highest = rate(record).first().map(|rule| (Tone::Risk(rule.level), in_words(rule.level)));
    highest.into_iter().flat_map(|words| [(Tone::Plain, " ".to_owned()), words]).collect()
}

/// A line for records without a rule; of others why each rule fired and what to look at next.
pub fn risk_lines(record: &Record<'_>) -> Vec<Line> {
    let fired = rate(record);
    if fired.is_empty() {
        let text = vec![(Tone::Label, format!("{NOT_RATED} by any rule"))];
        return vec![Line { text, copy: NOT_RATED.to_owned(), ..Line::default() }];
    }
    fired.into_iter().flat_map(|rule| rule_lines(rule, record)).collect()
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
        value: Some(("risk", rule.level.word().to_owned())),
        copy: rule.title.clone(),
        ..Line::default()
    }
}

fn rule_lines(rule: &'static Rule, record: &Record<'_>) -> Vec<Line> {
    let by_rule = || Some(("risk.rule", rule.name.to_owned()));
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
                (Tone::Label, " (Enter asks)".to_owned()),
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
