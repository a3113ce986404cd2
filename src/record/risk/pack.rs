//! Reads the files under `assets/risk/` into rules, once.
//! Never fails: what does not fit is left out and told by [`super::mistakes`], and a test finds none.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::activities;
use super::actors::Names;
use super::condition;
use super::{Level, Rule, Source};
use crate::record::kind::property::PropertyKey;
use crate::text::draft::{Draft, drafts};
use crate::text::fold;

/// Name and text of each file of rules.
const FILES: &[(&str, &str)] = &[
    ("consent.txt", include_str!("../../../assets/risk/consent.txt")),
    ("applications.txt", include_str!("../../../assets/risk/applications.txt")),
    ("roles.txt", include_str!("../../../assets/risk/roles.txt")),
    ("policies.txt", include_str!("../../../assets/risk/policies.txt")),
    ("authentication.txt", include_str!("../../../assets/risk/authentication.txt")),
    ("identities.txt", include_str!("../../../assets/risk/identities.txt")),
    ("tenant.txt", include_str!("../../../assets/risk/tenant.txt")),
    ("governance.txt", include_str!("../../../assets/risk/governance.txt")),
    ("detections.txt", include_str!("../../../assets/risk/detections.txt")),
];
const LISTS: &str = include_str!("../../../assets/risk/lists.txt");
const SERVICES: &str = include_str!("../../../assets/risk/services.tsv");
const SOURCES: &str = include_str!("../../../assets/risk/sources.tsv");

/// All rules, and how to find those of a record.
pub(super) struct Pack {
    /// The highest level first.
    pub(super) rules: Vec<Rule>,
    /// The rules on an activity, by its folded name.
    pub(super) by_activity: HashMap<String, Candidates>,
    /// Places of the rules on any activity that ask for an actor's name.
    pub(super) of_any: Vec<u16>,
    /// Places of the rules on any activity that ask for Microsoft's own risk.
    pub(super) of_risk: Vec<u16>,
    /// The actors' names that rules on any activity ask for.
    pub(super) names: Names,
    pub(super) mistakes: Vec<String>,
}

/// What Microsoft says of the risk of a sign-in, a detection or an account.
pub(super) const MICROSOFT_RISK: [PropertyKey; 3] =
    [PropertyKey::RiskDuring, PropertyKey::RiskAggregated, PropertyKey::RiskLevel];

/// The rules on one activity.
#[derive(Default)]
pub(super) struct Candidates {
    /// Their places.
    pub(super) rules: Vec<u16>,
    /// Names of changes, folded, of which a record must have one for any of the rules to hold; empty
    /// where that is not known. Nearly all records of the most frequent activities have none.
    pub(super) changes: condition::Names,
    /// The old and new values they look at.
    pub(super) values: condition::Values,
}

static PACK: LazyLock<Pack> = LazyLock::new(|| Reader::default().read());

pub(super) fn pack() -> &'static Pack {
    &PACK
}

pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    let own = FILES.iter().map(|(_, text)| *text).chain([LISTS, SERVICES, SOURCES]);
    own.chain(crate::meaning::texts())
}

/// The rows of a table, cut at tabs.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut columns = line.split('\t');
        std::array::from_fn(|_| columns.next().unwrap_or_default())
    })
}

/// Names of Microsoft's services, folded.
static SERVICE_NAMES: LazyLock<HashSet<String>> =
    LazyLock::new(|| rows(SERVICES).map(|[name, ..]| fold(name)).collect());

/// Is it the name of a service of Microsoft?
pub(super) fn is_service(name: &str) -> bool {
    SERVICE_NAMES.contains(&fold(name))
}

#[derive(Default)]
struct Reader {
    /// Values by the name of their list, as they are written in a query.
    lists: HashMap<String, String>,
    rules: Vec<Rule>,
    mistakes: Vec<String>,
}

impl Reader {
    fn read(mut self) -> Pack {
        self.read_lists();
        for (file, text) in FILES {
            for draft in drafts(file, text) {
                match draft {
                    Ok(draft) => {
                        let place = draft.place.clone();
                        match self.rule(draft) {
                            Ok(rule) => self.rules.push(rule),
                            Err(problem) => self.mistakes.push(format!("{place}: {problem}")),
                        }
                    }
                    Err(problem) => self.mistakes.push(problem),
                }
            }
        }
        let mut rules = self.rules;
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.level));
        let mut by_activity: HashMap<String, Candidates> = HashMap::new();
        let (mut of_any, mut of_risk, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (at, rule) in rules.iter().enumerate() {
            for activity in &rule.activities {
                by_activity.entry(activity.clone()).or_default().rules.push(at as u16);
            }
            if rule.activities.is_empty() {
                let asks = |field: &str| rule.conditions.iter().find_map(|c| c.names(field));
                if let Some(own) = asks("actor") {
                    names.extend(own);
                    of_any.push(at as u16);
                } else if MICROSOFT_RISK.iter().any(|key| asks(key.row().field).is_some()) {
                    of_risk.push(at as u16);
                } else {
                    self.mistakes.push(format!("{}: any activity, any actor", rule.name));
                }
                let mut values = condition::Values::default();
                rule.conditions.iter().for_each(|c| c.add_values(&mut values));
                if !values.is_empty() {
                    self.mistakes.push(format!("{}: values of any activity", rule.name));
                }
            }
        }
        for of_activity in by_activity.values_mut() {
            let own = of_activity.rules.iter().map(|&at| &rules[usize::from(at)].conditions);
            for condition in own.clone().flatten() {
                condition.add_values(&mut of_activity.values);
            }
            let changes: Option<Vec<Vec<&str>>> =
                own.map(|all| all.iter().find_map(|c| c.names("change"))).collect();
            let changes = changes.unwrap_or_default().into_iter().flatten();
            of_activity.changes = condition::Names::new(changes.map(str::to_owned).collect());
        }
        let names = Names::new(names.into_iter());
        Pack { rules, by_activity, of_any, of_risk, names, mistakes: self.mistakes }
    }

    fn read_lists(&mut self) {
        let mut lists: HashMap<String, Vec<String>> = HashMap::new();
        let mut current = String::new();
        for line in LISTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("  ") {
                Some(value) => lists.entry(current.clone()).or_default().push(value.to_owned()),
                None => line.clone_into(&mut current),
            }
        }
        for [name, id, _] in rows(SERVICES) {
            let mut add =
                |list: &str, value: String| lists.entry(list.to_owned()).or_default().push(value);
            add("microsoft-services", name.to_owned());
            add("microsoft-display-names", format!("DisplayName={name}"));
            if !id.is_empty() {
                add("microsoft-services-with-id", name.to_owned());
                add("microsoft-app-ids", id.to_owned());
            }
        }
        for (name, values) in lists {
            let mut written = String::from("(");
            for (at, value) in values.iter().enumerate() {
                let space = if at == 0 { "" } else { " " };
                // Writing to a String cannot fail.
                let _ = write!(written, "{space}\"{value}\"");
            }
            written.push(')');
            self.lists.insert(name, written);
        }
    }

    fn rule(&mut self, mut draft: Draft) -> Result<Rule, String> {
        if self.rules.iter().any(|other| other.name == draft.name) {
            return Err(format!("there is another `{}`", draft.name));
        }
        let mut take = |name: &str| draft.take(name).ok_or_else(|| format!("no `{name}`"));
        let (title, level, why, check) =
            (take("title")?, take("level")?, take("why")?, take("check")?);
        let query = activities::named(&self.expanded(&take("when")?)?)?;
        let techniques = draft.take("attack").unwrap_or_default();
        let sources = sources(&draft.take("from").ok_or("no `from`")?)?;
        let ask = draft.take("ask").unwrap_or_default();
        if let Some((unknown, _)) = draft.properties.first() {
            return Err(format!("`{unknown}` means nothing"));
        }
        let (activities, conditions) = condition::parse(&query)?;
        Ok(Rule {
            name: draft.name,
            group: draft.heading,
            title,
            level: Level::from_word(&level).ok_or_else(|| format!("no level `{level}`"))?,
            query,
            why,
            check,
            techniques: techniques.split_whitespace().map(str::to_owned).collect(),
            sources,
            ask,
            activities,
            conditions,
        })
    }

    /// A query with `@list` replaced by the values of that list.
    fn expanded(&self, when: &str) -> Result<String, String> {
        let mut expanded = String::new();
        // What activities mean is told elsewhere.
        let own = if when.starts_with("activity=") { "activity=".len() } else { 0 };
        let (activity, mut rest) = when.split_at(own);
        expanded.push_str(activity);
        while let Some(at) = rest.find("=@") {
            let after = &rest[at + 2..];
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            let list =
                self.lists.get(&after[..end]).ok_or(format!("no list `{}`", &after[..end]))?;
            expanded.push_str(&rest[..=at]);
            expanded.push_str(list);
            rest = &after[end..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

/// What a rule comes from: `publisher`, or `publisher what of theirs`, separated by semicolons.
fn sources(written: &str) -> Result<Vec<Source>, String> {
    let one = |entry: &str| {
        let (key, item) = entry.trim().split_once(' ').unwrap_or((entry.trim(), ""));
        let [_, publisher, url] = rows(SOURCES)
            .find(|[known, ..]| *known == key)
            .ok_or_else(|| format!("no source `{key}`"))?;
        Ok(Source { publisher, item: item.to_owned(), url })
    };
    written.split(';').map(one).collect()
}
