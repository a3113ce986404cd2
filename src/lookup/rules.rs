//! `entrail rules`: the rules of risk as a table, JSON or Markdown.
//! Never reads records, and writes nothing but rules: hints are the caller's, on standard error.

use std::io::{self, Write};

use serde::Serialize;

use super::{BOLD, DIM, PLAIN};
use crate::record::risk::{Rule, rules};
use crate::text::fold;

/// How rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A line for each rule; where a text was searched, everything that is known of each.
    #[default]
    Table,
    /// An array of objects.
    Json,
    /// A table for tickets and reports.
    Markdown,
}

/// Writes the rules in which every word of `text` stands, the highest level first, and returns how
/// many; all of them where it is empty. Nothing is written where there are none. `colour` allows
/// escape sequences in a table. Fails only when `out` does.
pub fn run(text: &str, format: Format, out: &mut dyn Write, colour: bool) -> io::Result<usize> {
    let words: Vec<String> = text.split_whitespace().map(fold).collect();
    let fits = |rule: &&Rule| {
        let all = [rule.name, rule.level.word(), rule.group, &rule.title, &rule.why, &rule.query];
        let all = fold(&format!("{} {}", all.join(" "), rule.techniques.join(" ")));
        words.iter().all(|word| all.contains(word.as_str()))
    };
    let found: Vec<&Rule> = rules().iter().filter(fits).collect();
    match format {
        _ if found.is_empty() => {}
        Format::Json => write_json(&found, out)?,
        Format::Markdown => write_markdown(&found, out)?,
        Format::Table if words.is_empty() => write_lines(&found, out, colour)?,
        Format::Table => write_blocks(&found, out, colour)?,
    }
    Ok(found.len())
}

/// One object of the JSON format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleObject<'a> {
    name: &'a str,
    level: &'a str,
    group: &'a str,
    title: &'a str,
    why: &'a str,
    check: &'a str,
    query: &'a str,
    /// With `{field}` where a record fills it in.
    next: &'a str,
    techniques: &'a [String],
    sources: Vec<From<'a>>,
}

/// Where a rule was published.
#[derive(Serialize)]
struct From<'a> {
    publisher: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    item: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
}

impl<'a> RuleObject<'a> {
    fn new(rule: &'a Rule) -> Self {
        let from = |source: &'a crate::record::risk::Source| From {
            publisher: source.publisher,
            item: &source.item,
            url: source.url,
        };
        Self {
            name: rule.name,
            level: rule.level.word(),
            group: rule.group,
            title: &rule.title,
            why: &rule.why,
            check: &rule.check,
            query: &rule.query,
            next: rule.next_form(),
            techniques: &rule.techniques,
            sources: rule.sources.iter().map(from).collect(),
        }
    }
}

fn write_json(found: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut before = "[\n  ";
    for rule in found {
        write!(out, "{before}{}", serde_json::to_string(&RuleObject::new(rule))?)?;
        before = ",\n  ";
    }
    writeln!(out, "\n]")
}

fn write_markdown(found: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Level | Rule | What | Why | ATT&CK | Query |")?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
    for rule in found {
        let (level, name, techniques) = (rule.level.word(), rule.name, rule.techniques.join(" "));
        let query = rule.query.replace('|', "\\|");
        writeln!(
            out,
            "| {level} | `{name}` | {} | {} | {techniques} | `{query}` |",
            rule.title, rule.why
        )?;
    }
    Ok(())
}

fn write_lines(found: &[&Rule], out: &mut dyn Write, colour: bool) -> io::Result<()> {
    let widest = found.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let (on, off) = if colour { (DIM, PLAIN) } else { ("", "") };
    for rule in found {
        let (level, name) = (rule.level.word(), rule.name);
        writeln!(out, "{level:8}  {name:widest$}  {on}{}{off}", rule.title)?;
    }
    Ok(())
}

fn write_blocks(found: &[&Rule], out: &mut dyn Write, colour: bool) -> io::Result<()> {
    let (bold, dim, off) = if colour { (BOLD, DIM, PLAIN) } else { ("", "", "") };
    for (at, rule) in found.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{bold}{}{off}  {}", rule.name, rule.level.word())?;
        writeln!(out, "  {}", rule.title)?;
        writeln!(out, "  why     {}", rule.why)?;
        writeln!(out, "  check   {}", rule.check)?;
        writeln!(out, "  query   {}", rule.query)?;
        if !rule.next_form().is_empty() {
            writeln!(out, "  next    {}", rule.next_form())?;
        }
        writeln!(out, "  ATT&CK  {}", rule.techniques.join(" "))?;
        for source in &rule.sources {
            let item = if source.item.is_empty() { "" } else { ": " };
            let publisher = source.publisher;
            writeln!(out, "  {dim}from    {publisher}{item}{} {}{off}", source.item, source.url)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, format: Format) -> (usize, String) {
        let mut out = Vec::new();
        let count = run(text, format, &mut out, false).expect("nothing fails");
        (count, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn rules_are_found_by_words_and_listed_by_level() {
        let (all, lines) = written("", Format::Table);
        assert_eq!((all, lines.lines().count()), (rules().len(), all));
        assert!(lines.starts_with("critical"), "{lines}");
        let (some, block) = written("consent TENANT everybody", Format::Table);
        assert!(some >= 1 && some < all && block.contains("  query   activity="), "{block}");
        assert_eq!(written("no such rule", Format::Json), (0, String::new()));
    }

    #[test]
    fn json_and_markdown_have_every_rule() {
        let (count, json) = written("", Format::Json);
        let parsed: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(parsed.len(), count);
        assert!(parsed.iter().all(|rule| rule["query"].is_string() && rule["sources"].is_array()));
        assert_eq!(written("", Format::Markdown).1.lines().count(), count + 2);
    }
}
