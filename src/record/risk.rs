//! Which records deserve a second look, and why: the rules under `assets/risk/`, and [`rate`].
//! Never says that a record is safe: what no rule speaks of is not rated.
//!
//! A rule says what it fires on as a query of entrail's own language, so that it can be shown, copied
//! and asked; of that language it uses a small part, see [`condition`]. The files of rules, their form
//! and the lists they name are explained in `assets/risk/README.md`.

mod activities;
mod actors;
pub mod condition;
mod pack;
mod spelled;

use super::Record;
use super::field::Field;
use condition::{Condition, Subject, Values};

/// How bad it is where a rule is right. The order is that of the words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Level {
    /// Worth knowing beside something else.
    Low,
    /// Worth a look on an ordinary day.
    Medium,
    /// To be explained by somebody today.
    High,
    /// The tenant may belong to somebody else.
    Critical,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for this level in queries and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of a word, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word().eq_ignore_ascii_case(word.trim()))
    }

    /// The level of an entry of the column [`Risk`](super::column::Column::Risk); `None` for that of
    /// records that are not rated.
    pub fn of_entry(entry: &str) -> Option<Self> {
        Self::from_word(entry.split(super::column::PART).next().unwrap_or_default())
    }
}

/// Where a rule, or the thought behind it, was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Who published it.
    pub publisher: &'static str,
    /// Which rule or section of theirs; may be empty.
    pub item: String,
    /// Where it is; empty for what is entrail's own reading.
    pub url: &'static str,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name.
    pub name: &'static str,
    /// What it belongs to: the heading above it.
    pub group: &'static str,
    /// What happened, in a few words.
    pub title: String,
    /// How bad it is where the rule is right.
    pub level: Level,
    /// The query that finds what the rule fires on.
    pub query: String,
    /// Why it matters, in one sentence.
    pub why: String,
    /// What to look at next.
    pub check: String,
    /// Techniques of MITRE ATT&CK by number.
    pub techniques: Vec<String>,
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// A query with places to be filled from the record; empty where none helps.
    ask: String,
    /// Folded; empty for a rule on any activity.
    activities: Vec<String>,
    /// All of them must hold.
    conditions: Vec<Condition>,
}

impl Rule {
    /// The rule of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        rules().iter().find(|rule| rule.name == name)
    }

    /// The activities it looks at, folded; none for a rule on any.
    pub fn activities(&self) -> &[String] {
        &self.activities
    }

    /// The query that shows what is to be looked at next, for this record; `None` where the rule has
    /// none or the record lacks what it needs.
    pub fn next_query(&self, record: &Record<'_>) -> Option<String> {
        if self.ask.is_empty() {
            return None;
        }
        let mut query = String::with_capacity(self.ask.len() + 32);
        let mut rest = self.ask.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}')?;
            query.push_str(before);
            query.push_str(&in_quotes(&filled(place, record)?));
            rest = after;
        }
        query.push_str(rest);
        Some(query)
    }

    /// The query that shows what is to be looked at next, with names of places where it is to be
    /// filled from a record; empty where there is none.
    pub fn next_form(&self) -> &str {
        &self.ask
    }

    fn holds(&self, subject: &Subject<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(subject))
    }
}

/// What stands at a place of a query: the first value of a field, or the name of the first target of
/// a type (`target:User`).
fn filled(place: &str, record: &Record<'_>) -> Option<String> {
    if let Some(kind) = place.strip_prefix("target:") {
        let target = record.targets.iter().find(|t| t.kind.eq_ignore_ascii_case(kind))?;
        let (upn, _) = target.original_upn();
        let name = [upn, &target.name, &target.id].into_iter().find(|name| !name.is_empty());
        return name.map(str::to_owned);
    }
    let mut first = None;
    Field::find(place)?.values(record, "", &mut |value| {
        first.get_or_insert_with(|| value.to_owned());
    });
    first
}

/// A text as it is written in a query to be taken literally.
fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// All rules, the highest level first.
pub fn rules() -> &'static [Rule] {
    &pack::pack().rules
}

/// Is it the display name of a service of Microsoft, as `assets/risk/services.tsv` lists them?
pub fn is_service(name: &str) -> bool {
    pack::is_service(name)
}

/// What is wrong in the files of rules, by file and line; nothing, as a test makes sure.
pub fn mistakes() -> &'static [String] {
    &pack::pack().mistakes
}

/// The text that rules are read from: another one may rate the same records otherwise.
pub fn texts() -> impl Iterator<Item = &'static str> {
    pack::texts()
}

/// Which old and new values rules look at: others need not be read to rate a record.
#[derive(Clone, Copy, Debug)]
pub struct Interest(Option<&'static Values>);

impl Interest {
    /// None.
    pub const NOTHING: Self = Self(None);

    /// Do rules look at the values of this property?
    pub fn has(self, property: &str) -> bool {
        self.0.is_some_and(|values| values.has(property))
    }
}

/// The old and new values that rules on an activity look at; `None` where they look at none.
pub fn looks_at(activity: &str) -> Option<Interest> {
    let of_activity = spelled::of_activity(pack::pack(), activity)?;
    (!of_activity.values.is_empty()).then_some(Interest(Some(&of_activity.values)))
}

/// The rules that fire on a record, the highest level first.
///
/// Asked for every record that is loaded: one whose activity has no rule, by an actor who is not
/// named like a service of Microsoft, costs one look into a table. What Microsoft itself has rated has
/// properties that say so.
pub fn rate(record: &Record<'_>) -> Vec<&'static Rule> {
    let pack = pack::pack();
    let of_activity = spelled::of_activity(pack, &record.activity);
    let by_name = pack.names.may_have(&record.actor);
    let by_risk = record.properties.iter().any(|own| pack::MICROSOFT_RISK.contains(&own.key));
    if of_activity.is_none() && !by_name && !by_risk {
        return Vec::new();
    }
    let subject = Subject::new(record);
    let of_activity =
        of_activity.filter(|of| of.changes.is_empty() || subject.has_change(&of.changes));
    let of_any = if by_name { &pack.of_any[..] } else { &[] };
    let of_risk = if by_risk { &pack.of_risk[..] } else { &[] };
    let of_activity = of_activity.map_or(&[][..], |of| &of.rules);
    let candidates = of_activity.iter().chain(of_any).chain(of_risk);
    let mut found: Vec<usize> = candidates
        .map(|&at| usize::from(at))
        .filter(|&at| pack.rules[at].holds(&subject))
        .collect();
    // The pack has the highest first.
    found.sort_unstable();
    found.into_iter().map(|at| &pack.rules[at]).collect()
}
