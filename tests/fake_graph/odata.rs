//! The part of `OData`'s `$filter` that the log collections answer: parsed, and evaluated on a record.
//! Never shares anything with the program's own matcher, so that the two can be held against each other.

use entrail::time::Timestamp;
use serde_json::Value;

/// Deeper nesting is refused.
const DEEPEST: usize = 64;

/// Whether texts are compared as they are. Graph documents that the filters of provisioning are
/// case sensitive and says nothing of the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    Sensitive,
    Ignored,
}

/// A filter.
#[derive(Debug)]
pub enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    /// `eq` and its like, or `startswith` and its like, with a path and a literal.
    Test {
        path: String,
        operator: String,
        literal: Literal,
    },
    /// `path/any(variable: inner)` or `all`.
    Lambda {
        path: String,
        all: bool,
        variable: String,
        inner: Box<Expression>,
    },
}

/// What a property is compared with.
#[derive(Clone, Debug)]
pub enum Literal {
    Text(String),
    Instant(Timestamp),
    Number(i64),
    Truth(bool),
    Null,
}

/// A property as the filter uses it; of `any` with the path of its collection in front.
pub struct Use<'a> {
    pub path: String,
    pub operator: &'a str,
    pub literal: &'a Literal,
}

/// Whether a record is in the answer to `filter`, texts compared as they are.
///
/// # Panics
/// When the filter is not `OData`.
pub fn evaluate(filter: &str, record: &Value) -> bool {
    parse(filter).expect("an OData filter").matches(record, Case::Sensitive)
}

/// Fails with where and what the filter is not.
pub fn parse(filter: &str) -> Result<Expression, String> {
    let mut parser = Parser { all: filter, rest: filter.trim_start(), depth: 0 };
    let expression = parser.or()?;
    if parser.rest.is_empty() { Ok(expression) } else { Err(parser.wrong("the end")) }
}

type Variables<'a> = Vec<(&'a str, &'a Value)>;

impl Expression {
    /// Whether the record is in the answer.
    pub fn matches(&self, record: &Value, case: Case) -> bool {
        self.holds(record, &Vec::new(), case) == Some(true)
    }

    /// None where `OData` says null: a function of a property that is not there.
    fn holds<'a>(
        &'a self,
        record: &'a Value,
        variables: &Variables<'a>,
        case: Case,
    ) -> Option<bool> {
        let decided = |all: &'a [Self], by: bool| {
            let mut unknown = false;
            for one in all {
                match one.holds(record, variables, case) {
                    Some(held) if held == by => return Some(by),
                    Some(_) => {}
                    None => unknown = true,
                }
            }
            (!unknown).then_some(!by)
        };
        match self {
            Self::Or(all) => decided(all, true),
            Self::And(all) => decided(all, false),
            Self::Not(inner) => inner.holds(record, variables, case).map(|held| !held),
            Self::Test { path, operator, literal } => {
                let value = find(path, record, variables).unwrap_or(&Value::Null);
                test(value, operator, literal, case)
            }
            Self::Lambda { path, all, variable, inner } => {
                let items = find(path, record, variables).and_then(Value::as_array);
                let mut held = items.into_iter().flatten().map(|item| {
                    let mut inside = variables.clone();
                    inside.push((variable, item));
                    inner.holds(record, &inside, case) == Some(true)
                });
                Some(if *all { held.all(|one| one) } else { held.any(|one| one) })
            }
        }
    }

    /// Every property with its operator.
    pub fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        self.collect(&mut Vec::new(), &mut uses);
        uses
    }

    fn collect<'a>(&'a self, variables: &mut Vec<(&'a str, String)>, uses: &mut Vec<Use<'a>>) {
        let whole = |path: &str, variables: &[(&str, String)]| {
            let (first, rest) = path.split_once('/').unwrap_or((path, ""));
            match variables.iter().rev().find(|(name, _)| *name == first) {
                Some((_, collection)) if rest.is_empty() => collection.clone(),
                Some((_, collection)) => format!("{collection}/{rest}"),
                None => path.to_owned(),
            }
        };
        match self {
            Self::Or(all) | Self::And(all) => {
                for one in all {
                    one.collect(variables, uses);
                }
            }
            Self::Not(inner) => inner.collect(variables, uses),
            Self::Test { path, operator, literal } => {
                uses.push(Use { path: whole(path, variables), operator, literal });
            }
            Self::Lambda { path, variable, inner, .. } => {
                let collection = whole(path, variables);
                variables.push((variable, collection));
                inner.collect(variables, uses);
                variables.pop();
            }
        }
    }

    /// Whether `not` stands anywhere.
    pub fn negates(&self) -> bool {
        match self {
            Self::Or(all) | Self::And(all) => all.iter().any(Self::negates),
            Self::Not(_) => true,
            Self::Test { .. } => false,
            Self::Lambda { inner, .. } => inner.negates(),
        }
    }
}

fn find<'a>(path: &str, record: &'a Value, variables: &Variables<'a>) -> Option<&'a Value> {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let (start, rest) = match variables.iter().rev().find(|(name, _)| *name == first) {
        Some((_, value)) => (*value, rest),
        None => (record, path),
    };
    rest.split('/').filter(|name| !name.is_empty()).try_fold(start, |value, name| value.get(name))
}

fn test(value: &Value, operator: &str, literal: &Literal, case: Case) -> Option<bool> {
    let fold = |text: &str| match case {
        Case::Sensitive => text.to_owned(),
        Case::Ignored => text.to_lowercase(),
    };
    let order = match (value, literal) {
        (Value::String(value), Literal::Text(text)) => {
            let (value, text) = (fold(value), fold(text));
            match operator {
                "startswith" => return Some(value.starts_with(&text)),
                "endswith" => return Some(value.ends_with(&text)),
                "contains" => return Some(value.contains(&text)),
                _ => Some(value.cmp(&text)),
            }
        }
        (Value::String(value), Literal::Instant(at)) => {
            Timestamp::parse(value).map(|value| value.cmp(at))
        }
        (Value::Number(value), Literal::Number(number)) => {
            value.as_i64().map(|value| value.cmp(number))
        }
        (Value::Bool(value), Literal::Truth(truth)) => Some(value.cmp(truth)),
        (Value::Null, Literal::Null) => Some(std::cmp::Ordering::Equal),
        _ => None,
    };
    if matches!(operator, "startswith" | "endswith" | "contains") {
        return None;
    }
    Some(match (operator, order) {
        ("ne", order) => !order.is_some_and(std::cmp::Ordering::is_eq),
        ("eq", Some(order)) => order.is_eq(),
        ("ge", Some(order)) => order.is_ge(),
        ("gt", Some(order)) => order.is_gt(),
        ("le", Some(order)) => order.is_le(),
        ("lt", Some(order)) => order.is_lt(),
        _ => false,
    })
}

struct Parser<'a> {
    all: &'a str,
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn wrong(&self, expected: &str) -> String {
        let at = self.all.len() - self.rest.len();
        format!("Invalid filter clause: {expected} expected at position {at} in '{}'.", self.all)
    }

    fn eat(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn need(&mut self, text: &str) -> Result<(), String> {
        if self.eat(text) { Ok(()) } else { Err(self.wrong(text)) }
    }

    /// The text up to the next of blanks, brackets, commas and what `also` says.
    fn word(&mut self, also: char) -> &'a str {
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '\'') || c == also;
        let (word, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        word
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.rest;
        if self.word(',') == keyword {
            return true;
        }
        self.rest = before;
        false
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.and()?];
        while self.keyword("or") {
            all.push(self.and()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::Or(all) })
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.one()?];
        while self.keyword("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expression::And(all) })
    }

    fn one(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("less nesting"));
        }
        let one = if self.keyword("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.eat("(") {
            let inner = self.or()?;
            self.need(")")?;
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(one)
    }

    fn test(&mut self) -> Result<Expression, String> {
        let name = self.path()?;
        if !self.eat("(") {
            let operator = self.word(',').to_owned();
            if !["eq", "ne", "ge", "gt", "le", "lt"].contains(&operator.as_str()) {
                return Err(self.wrong("an operator"));
            }
            return Ok(Expression::Test { path: name, operator, literal: self.literal()? });
        }
        let test = if let Some((path, kind @ ("any" | "all"))) = name.rsplit_once('/') {
            let variable = self.word(':').to_owned();
            self.need(":")?;
            let (path, all) = (path.to_owned(), kind == "all");
            Expression::Lambda { path, all, variable, inner: Box::new(self.or()?) }
        } else {
            let operator = name.to_ascii_lowercase();
            if !["startswith", "endswith", "contains"].contains(&operator.as_str()) {
                return Err(self.wrong("a function"));
            }
            let path = self.path()?;
            self.need(",")?;
            Expression::Test { path, operator, literal: self.literal()? }
        };
        self.need(")")?;
        Ok(test)
    }

    fn path(&mut self) -> Result<String, String> {
        let path = self.word(':');
        let valid = path.starts_with(|c: char| c.is_ascii_alphabetic());
        if valid { Ok(path.to_owned()) } else { Err(self.wrong("a property")) }
    }

    fn literal(&mut self) -> Result<Literal, String> {
        if let Some(text) = self.rest.strip_prefix('\'') {
            let mut value = String::new();
            let mut rest = text;
            loop {
                let Some((part, after)) = rest.split_once('\'') else {
                    return Err(self.wrong("a closing quote"));
                };
                value.push_str(part);
                rest = after;
                // A quote in a text is written twice.
                let Some(after) = rest.strip_prefix('\'') else { break };
                value.push('\'');
                rest = after;
            }
            self.rest = rest.trim_start();
            return Ok(Literal::Text(value));
        }
        match self.word(',') {
            "null" => Ok(Literal::Null),
            "true" => Ok(Literal::Truth(true)),
            "false" => Ok(Literal::Truth(false)),
            word => match word.parse() {
                Ok(number) => Ok(Literal::Number(number)),
                Err(_) => {
                    let zoned = word.contains('T') && word.ends_with('Z');
                    let instant = zoned.then(|| Timestamp::parse(word)).flatten();
                    instant.map(Literal::Instant).ok_or_else(|| self.wrong("a value"))
                }
            },
        }
    }
}
