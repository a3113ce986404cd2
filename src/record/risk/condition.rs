//! One condition of a rule: the part of entrail's query language that rules are written in.
//! Never reads original bytes, and knows no "or": a rule holds where all its conditions do.
//!
//! ```text
//! when      = activity=value { condition }        or { condition } for any activity; conditions may
//!             leave activities out
//! condition = [ "-" ] field op value
//! op        = ":" contains | "=" equals
//! value     = word | "quoted" | /regex/ | (v1 v2 …) any of
//! ```
//!
//! It means what it means in a query: a condition holds where one of the field's values matches, a
//! negated one where none does; texts are compared folded, expressions see the text as logged.

use std::cell::OnceCell;
use std::collections::HashSet;

use regex::Regex;

use crate::record::change::{Difference, differences_of};
use crate::record::column::Column;
use crate::record::field::{Field, Stored};
use crate::record::{Change, Record};
use crate::text::{fold, fold_contains, folds_to};

/// A record while rules look at it.
#[derive(Debug)]
pub struct Subject<'r> {
    record: &'r Record<'r>,
    /// Of each change where it differs, found out when first asked for.
    differences: OnceCell<Vec<OnceCell<Vec<Difference>>>>,
}

impl<'r> Subject<'r> {
    /// A record that rules are going to look at.
    pub fn new(record: &'r Record<'r>) -> Self {
        Self { record, differences: OnceCell::new() }
    }

    /// Has one of the changes one of these names, folded?
    pub fn has_change(&self, names: &Names) -> bool {
        self.changes().any(|change| names.has(&change.name))
    }

    fn changes(&self) -> impl Iterator<Item = &'r Change<'r>> {
        self.record.targets.iter().flat_map(|target| &target.changes)
    }

    fn differences(&self, at: usize, change: &Change<'_>) -> &[Difference] {
        let all = self.differences.get_or_init(|| vec![OnceCell::new(); self.changes().count()]);
        all[at].get_or_init(|| differences_of(change))
    }
}

/// Names to be looked for among many others.
#[derive(Debug)]
pub struct Names {
    folded: HashSet<String>,
    begins: Beginnings,
}

/// By the first byte of a name as it is logged: may it be one of some names?
#[derive(Debug)]
struct Beginnings([bool; 256]);

impl Beginnings {
    /// Of folded names.
    fn of<'n>(folded: impl Iterator<Item = &'n str>) -> Self {
        // What is no letter may fold to one.
        let mut first: [bool; 256] = std::array::from_fn(|byte| !(byte as u8).is_ascii_graphic());
        for name in folded {
            match name.bytes().next() {
                Some(byte) => {
                    first[usize::from(byte)] = true;
                    first[usize::from(byte.to_ascii_uppercase())] = true;
                }
                None => first.fill(true),
            }
        }
        Self(first)
    }

    fn may_have(&self, name: &str) -> bool {
        name.bytes().next().is_none_or(|first| self.0[usize::from(first)])
    }
}

impl Default for Names {
    /// None, so that there is nothing to be looked for.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Names {
    /// These names, folded.
    pub fn new(folded: Vec<String>) -> Self {
        let begins = Beginnings::of(folded.iter().map(String::as_str));
        Self { folded: folded.into_iter().collect(), begins }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    fn has(&self, name: &str) -> bool {
        const FEW: usize = 8;
        if !self.begins.may_have(name) {
            return false;
        }
        if self.folded.len() <= FEW {
            return self.folded.iter().any(|folded| folds_to(name, folded));
        }
        self.folded.contains(&fold(name))
    }
}

/// One condition.
#[derive(Debug)]
pub struct Condition {
    field: &'static Field,
    look: Look,
    negated: bool,
    tests: Vec<Test>,
}

/// How values are come by: those that are asked for often are not looked up in the table of fields.
#[derive(Clone, Copy, Debug)]
enum Look {
    /// Names of changes.
    Changes,
    /// What differs before, or after.
    Differences { new: bool },
    /// Whether a person or a program acted.
    ActorKind,
    /// As the table of fields says.
    Field,
}

#[derive(Debug)]
struct Test {
    how: How,
    /// How a value begins that can match, in lower case; empty where that is not known.
    begins: String,
}

#[derive(Debug)]
enum How {
    /// There is a value.
    Exists,
    /// Contains this, folded.
    Contains(String),
    /// Is this, folded.
    Equals(String),
    /// Is one of these; more than a few.
    OneOf(Box<Names>),
    /// A regular expression, on the value as logged.
    Regex(Regex),
}

impl Test {
    fn matches(&self, value: &str) -> bool {
        match &self.how {
            How::Exists => true,
            How::Contains(needle) => fold_contains(value, needle),
            How::Equals(whole) => folds_to(value, whole),
            How::OneOf(names) => names.has(value),
            How::Regex(regex) => regex.is_match(value),
        }
    }

    /// Can a value match that begins with this, if not more is known?
    fn may_begin_with(&self, beginning: &str) -> bool {
        may_begin(&self.begins, beginning)
    }
}

/// The same, with a long list of texts that are wholly to be found as one.
fn together(tests: Vec<Test>) -> Vec<Test> {
    const FEW: usize = 4;
    let whole = |test: &Test| match &test.how {
        How::Equals(whole) => Some(whole.clone()),
        _ => None,
    };
    match tests.iter().map(whole).collect::<Option<Vec<String>>>() {
        Some(all) if all.len() > FEW => {
            vec![Test { how: How::OneOf(Box::new(Names::new(all))), begins: String::new() }]
        }
        _ => tests,
    }
}

fn may_begin(begins: &str, beginning: &str) -> bool {
    let (own, other) = (begins.as_bytes(), beginning.as_bytes());
    // Mostly this decides: a letter stands for itself, in either case.
    if let (Some(first), Some(letter)) = (own.first(), other.first())
        && letter.is_ascii_graphic()
        && letter.to_ascii_lowercase() != *first
    {
        return false;
    }
    let both = own.len().min(other.len());
    if own[..both].eq_ignore_ascii_case(&other[..both]) {
        return true;
    }
    // Other letters fold to these, or are the same to an expression that ignores case; a space may be
    // dropped.
    let plain = other.iter().all(|&byte| byte.is_ascii_graphic() || byte == b' ');
    !plain || beginning.starts_with(' ') || beginning.contains("  ")
}

/// Which old and new values the rules on an activity look at.
#[derive(Debug, Default)]
pub struct Values {
    /// How their names and values begin, in lower case.
    begins: Vec<String>,
    first: Beginnings,
}

impl Default for Beginnings {
    fn default() -> Self {
        Self::of(std::iter::empty())
    }
}

impl Values {
    fn add(&mut self, begins: &str) {
        self.begins.push(begins.to_owned());
        self.first = Beginnings::of(self.begins.iter().map(String::as_str));
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.begins.is_empty()
    }

    /// Is the value of this property one of them?
    pub fn has(&self, property: &str) -> bool {
        self.first.may_have(property)
            && self.begins.iter().any(|begins| may_begin(begins, property))
    }
}

impl Condition {
    fn new(field: &'static Field, negated: bool, tests: Vec<Test>) -> Self {
        let look = match field.name {
            "change" => Look::Changes,
            "change.old" => Look::Differences { new: false },
            "change.new" => Look::Differences { new: true },
            "actor.kind" => Look::ActorKind,
            _ => Look::Field,
        };
        let tests = if matches!(look, Look::Field) { together(tests) } else { tests };
        Self { field, look, negated, tests }
    }

    /// Does it hold for this record?
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        self.finds(subject) != self.negated
    }

    fn finds(&self, subject: &Subject<'_>) -> bool {
        let any = |value: &str| !value.is_empty() && self.tests.iter().any(|t| t.matches(value));
        match self.look {
            Look::Changes => subject.changes().any(|change| any(&change.name)),
            Look::Differences { new } => subject.changes().enumerate().any(|(at, change)| {
                self.tests.iter().any(|test| test.may_begin_with(&change.name))
                    && subject.differences(at, change).iter().any(|difference| {
                        let text = difference.text(&change.name, new);
                        text.is_some_and(|text| any(&text))
                    })
            }),
            Look::ActorKind => any(subject.record.actor.kind.word()),
            Look::Field => {
                let mut found = false;
                self.field
                    .kept_values(subject.record, "", &mut |value| found = found || any(value));
                found
            }
        }
    }

    /// Adds what values of changes this looks at.
    pub fn add_values(&self, values: &mut Values) {
        match self.look {
            Look::Differences { .. } => {
                self.tests.iter().for_each(|test| values.add(&test.begins));
            }
            Look::Field if matches!(self.field.name, "old" | "new") => values.add(""),
            Look::Changes | Look::ActorKind | Look::Field => {}
        }
    }

    /// The names, folded, of which this asks for one in a field; `None` where it asks for something
    /// else.
    pub fn names(&self, field: &str) -> Option<Vec<&str>> {
        if self.field.name != field || self.negated {
            return None;
        }
        // All of them, or it may hold for others too.
        let mut names = Vec::new();
        for test in &self.tests {
            match &test.how {
                How::Equals(name) => names.push(name.as_str()),
                How::OneOf(all) => names.extend(all.folded.iter().map(String::as_str)),
                How::Exists | How::Contains(_) | How::Regex(_) => return None,
            }
        }
        Some(names)
    }
}

/// What a rule fires on: activities, folded, and conditions. Fails with what is wrong.
pub fn parse(when: &str) -> Result<(Vec<String>, Vec<Condition>), String> {
    let (mut activities, mut conditions) = (Vec::new(), Vec::new());
    let mut rest = when.trim_start();
    while !rest.is_empty() {
        let (negated, after) = rest.strip_prefix('-').map_or((false, rest), |after| (true, after));
        let end = after.find([':', '=']).ok_or_else(|| format!("`{rest}` is no condition"))?;
        let name = &after[..end];
        let equals = after[end..].starts_with('=');
        let field = Field::find(name).ok_or_else(|| format!("no field `{name}`"))?;
        let (values, after) = values(&after[end + 1..])?;
        if field.name == "activity" && !negated {
            if !equals || !conditions.is_empty() || !activities.is_empty() {
                return Err("activities come first, once, as activity=".to_owned());
            }
            activities = values.iter().map(|value| fold(value.text())).collect();
        } else {
            if matches!(field.stored, Stored::Time | Stored::Raw | Stored::Column(Column::Risk, _))
            {
                return Err(format!("a rule cannot ask for `{name}`"));
            }
            let tests: Result<Vec<Test>, String> =
                values.into_iter().map(|value| value.test(equals)).collect();
            conditions.push(Condition::new(field, negated, tests?));
        }
        rest = after.trim_start();
    }
    if activities.is_empty() && conditions.is_empty() {
        return Err("a rule fires on something".to_owned());
    }
    Ok((activities, conditions))
}

/// A value as it is written.
enum Value {
    Word(String),
    Quoted(String),
    Regex(String),
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Regex(text) => text,
        }
    }

    fn test(self, equals: bool) -> Result<Test, String> {
        let (how, begins) = match self {
            Self::Regex(source) => {
                let regex = regex::RegexBuilder::new(&source).case_insensitive(true).build();
                (How::Regex(regex.map_err(|problem| problem.to_string())?), beginning(&source))
            }
            Self::Word(text) if text == "*" => (How::Exists, String::new()),
            Self::Word(text) if text.contains(['*', '?']) => {
                return Err(format!("`{text}`: write a regex"));
            }
            Self::Word(text) | Self::Quoted(text) if equals => {
                let whole = fold(&text);
                (How::Equals(whole.clone()), whole)
            }
            Self::Word(text) | Self::Quoted(text) => {
                let needle = fold(&text);
                // Queries keep spaces and full stops at the ends of what something contains.
                if needle.is_empty() || needle.len() != text.len() {
                    return Err(format!("`{text}` folds to something else"));
                }
                (How::Contains(needle), String::new())
            }
        };
        Ok(Test { how, begins })
    }
}

/// The letters that whatever a regular expression finds begins with, in lower case.
fn beginning(source: &str) -> String {
    let mut begins = String::new();
    let mut rest = source.strip_prefix('^').unwrap_or_default().chars().peekable();
    while let Some(c) = rest.next() {
        let letter = match c {
            '\\' if rest.peek() == Some(&'.') => rest.next(),
            c if c.is_ascii_alphanumeric() || c == '=' => Some(c),
            _ => None,
        };
        // What is repeated may be there no time at all.
        match letter {
            Some(letter) if !matches!(rest.peek(), Some('?' | '*' | '{')) => begins.push(letter),
            _ => break,
        }
    }
    // Of alternatives only one begins like this.
    if has_alternatives(source) { String::new() } else { begins.to_ascii_lowercase() }
}

/// Is there a `|` outside of all groups?
fn has_alternatives(source: &str) -> bool {
    let (mut depth, mut escaped) = (0, false);
    for c in source.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The value or values that a text begins with, and what follows.
fn values(text: &str) -> Result<(Vec<Value>, &str), String> {
    let Some(mut rest) = text.strip_prefix('(') else {
        let (one, rest) = value(text)?;
        return Ok((vec![one], rest));
    };
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            return Ok((all, after));
        }
        let (one, after) = value(rest)?;
        all.push(one);
        rest = after;
    }
}

fn value(text: &str) -> Result<(Value, &str), String> {
    let closed = |quote: char| {
        let mut inside = String::new();
        let mut escaped = false;
        for (at, c) in text.char_indices().skip(1) {
            match c {
                _ if escaped => {
                    if c != quote && !(quote == '"' && c == '\\') {
                        inside.push('\\');
                    }
                    inside.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                c if c == quote => return Ok((inside, &text[at + 1..])),
                c => inside.push(c),
            }
        }
        Err(format!("not closed: {text}"))
    };
    if text.starts_with('"') {
        return closed('"').map(|(inside, rest)| (Value::Quoted(inside), rest));
    }
    if text.starts_with('/') {
        return closed('/').map(|(inside, rest)| (Value::Regex(inside), rest));
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    if word.is_empty() || word.contains("..") {
        return Err(format!("no value: {text}"));
    }
    Ok((Value::Word(word.to_owned()), rest))
}
