//! The part of KQL that is written for other tools, read and evaluated on rows of a table.
//! Never shares anything with the program that writes it, so that the two can be held against each other.
//!
//! Meanings: the Kusto reference of each operator and function, of null values and of dynamic ones.
#![allow(clippy::panic, reason = "what is not KQL ends the test")]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use entrail::time::Timestamp;
use regex::Regex;
use serde_json::Value;

/// What an expression is for one row. Texts are never missing in Kusto; all else may be.
#[derive(Clone, Debug, PartialEq)]
enum Scalar {
    Text(String),
    Dynamic(Value),
    Number(Option<i64>),
    Time(Option<Timestamp>),
    Truth(Option<bool>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(i64),
    Sign(&'static str),
}

#[derive(Debug)]
enum Node {
    Text(String),
    Number(i64),
    Name(String),
    Member(Box<Node>, String),
    Item(Box<Node>, usize),
    Call(String, Vec<Node>),
    Time(Timestamp),
    Truth(bool),
    Binary(String, Box<Node>, Box<Node>),
    /// Is it one of these texts, or none of them?
    In(Box<Node>, Vec<String>, bool),
    /// A length of time, in ticks.
    Span(i64),
}

/// What `summarize` makes of the rows of a group.
#[derive(Debug)]
enum Aggregate {
    Count,
    Min(Node),
    Max(Node),
}

/// `summarize`, and what is done with its rows.
#[derive(Debug, Default)]
struct Summary {
    aggregates: Vec<(String, Aggregate)>,
    by: Vec<(String, Node)>,
    conditions: Vec<Node>,
    project: Option<Vec<String>>,
}

/// The names of columns, and rows.
pub type Cells = (Vec<String>, Vec<Vec<Value>>);

/// A query: the table, what is defined in front of it, the conditions that all hold, and what is made
/// of the rows.
#[derive(Debug)]
pub struct Query {
    pub table: String,
    /// Columns that are added, empty.
    pub added: Vec<String>,
    /// Columns that leave again.
    pub taken: Vec<String>,
    /// Most rows.
    pub most: Option<usize>,
    summary: Option<Summary>,
    constants: HashMap<String, Node>,
    functions: HashMap<String, (String, Node)>,
    conditions: Vec<Node>,
    /// Those that were made ready for a row before.
    regexes: RefCell<HashMap<String, Regex>>,
}

const SIGNS: [&str; 20] = [
    "=~", ">=", "<=", "==", "(", ")", "{", "}", "[", "]", ",", ";", ":", ".", "|", "=", ">", "<",
    "-", "!",
];

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(inside) = rest.strip_prefix('"') {
            let (value, behind) = literal(inside);
            found.push(Token::Text(value));
            rest = behind;
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            found.push(Token::Number(rest[..end].parse().expect("a number")));
            rest = &rest[end..];
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let (name, behind) = rest.split_at(end.unwrap_or(rest.len()));
            rest = behind;
            if name == "datetime" {
                let (instant, behind) = rest[1..].split_once(')').expect("datetime(…)");
                found.push(Token::Name(name.to_owned()));
                found.push(Token::Text(instant.to_owned()));
                rest = behind;
            } else {
                found.push(Token::Name(name.to_owned()));
            }
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.unwrap_or_else(|| panic!("no sign of KQL: {rest}"));
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        }
    }
    found
}

/// The value of a literal, and what follows it.
fn literal(inside: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = inside.char_indices();
    loop {
        let (at, c) = chars.next().expect("the literal ends");
        match c {
            '"' => return (value, &inside[at + 1..]),
            '\n' | '\r' => panic!("a literal is on one line"),
            '\\' => value.push(match chars.next().expect("an escape").1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let hex: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    let code = u32::from_str_radix(&hex, 16).expect("four digits");
                    char::from_u32(code).expect("a character")
                }
                c @ ('"' | '\\' | '\'') => c,
                c => panic!("no escape: {c}"),
            }),
            c => value.push(c),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Token {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }

    fn eat(&mut self, sign: &'static str) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, sign: &'static str) {
        assert!(self.eat(sign), "{sign} before {:?}", self.tokens.get(self.at));
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> String {
        match self.next() {
            Token::Name(name) => name,
            other => panic!("a name, not {other:?}"),
        }
    }

    fn binary(&mut self, word: &str, inner: fn(&mut Self) -> Node) -> Node {
        let mut left = inner(self);
        while self.word(word) {
            left = Node::Binary(word.to_owned(), Box::new(left), Box::new(inner(self)));
        }
        left
    }

    fn or(&mut self) -> Node {
        self.binary("or", |parser| parser.binary("and", Self::comparison))
    }

    fn comparison(&mut self) -> Node {
        let left = self.path();
        let negated = self.eat("!");
        if self.word("in") {
            self.need("(");
            let mut texts = Vec::new();
            while !self.eat(")") {
                let Token::Text(text) = self.next() else { panic!("texts in a list") };
                texts.push(text);
                self.eat(",");
            }
            return Node::In(Box::new(left), texts, negated);
        }
        assert!(!negated, "only `in` is negated so");
        let operator = match self.peek() {
            Some(Token::Name(name)) if name == "contains" => name.clone(),
            Some(Token::Name(name)) if name == "matches" => {
                self.at += 1;
                "matches".to_owned()
            }
            Some(Token::Sign(sign @ ("=~" | ">=" | "<" | ">"))) => (*sign).to_owned(),
            _ => return left,
        };
        self.at += 1;
        Node::Binary(operator, Box::new(left), Box::new(self.path()))
    }

    fn path(&mut self) -> Node {
        let mut node = self.atom();
        loop {
            if self.eat(".") {
                node = Node::Member(Box::new(node), self.name());
            } else if self.eat("[") {
                let Token::Number(at) = self.next() else { panic!("a place in a list") };
                self.need("]");
                node = Node::Item(Box::new(node), at as usize);
            } else {
                return node;
            }
        }
    }

    /// The unit of a length of time behind a number, in ticks.
    fn unit(&mut self) -> Option<i64> {
        let Some(Token::Name(name)) = self.peek() else { return None };
        let ticks = match name.as_str() {
            "d" => 864_000_000_000,
            "h" => 36_000_000_000,
            "m" => 600_000_000,
            "s" => 10_000_000,
            "tick" => 1,
            _ => return None,
        };
        self.at += 1;
        Some(ticks)
    }

    /// `count()`, `min(…)`, `max(…)`.
    fn aggregate(&mut self) -> Aggregate {
        let name = self.name();
        self.need("(");
        let aggregate = match name.as_str() {
            "count" => Aggregate::Count,
            "min" => Aggregate::Min(self.or()),
            "max" => Aggregate::Max(self.or()),
            other => panic!("no aggregate: {other}"),
        };
        self.need(")");
        aggregate
    }

    fn summary(&mut self) -> Summary {
        let mut summary = Summary::default();
        while !self.word("by") && self.peek().is_some_and(|token| *token != Token::Sign("|")) {
            let name = self.name();
            self.need("=");
            summary.aggregates.push((name, self.aggregate()));
            self.eat(",");
        }
        while self.peek().is_some_and(|token| *token != Token::Sign("|")) {
            let name = self.name();
            let of = if self.eat("=") { self.or() } else { Node::Name(name.clone()) };
            summary.by.push((name, of));
            self.eat(",");
        }
        summary
    }

    fn atom(&mut self) -> Node {
        if self.eat("(") {
            let inner = self.or();
            self.need(")");
            return inner;
        }
        match self.next() {
            Token::Text(text) => Node::Text(text),
            Token::Number(number) => match self.unit() {
                Some(unit) => Node::Span(number * unit),
                None => Node::Number(number),
            },
            Token::Name(name) if name == "datetime" => {
                let Token::Text(instant) = self.next() else { panic!("an instant") };
                Node::Time(Timestamp::parse(&instant).expect("an instant"))
            }
            Token::Name(name) if name == "true" || name == "false" => Node::Truth(name == "true"),
            Token::Name(name) if self.eat("(") => {
                let mut arguments = Vec::new();
                while !self.eat(")") {
                    arguments.push(self.or());
                    self.eat(",");
                }
                Node::Call(name, arguments)
            }
            Token::Name(name) => Node::Name(name),
            other @ Token::Sign(_) => panic!("no value: {other:?}"),
        }
    }
}

impl Query {
    /// # Panics
    /// Where it is no query of the kind that is written.
    pub fn parse(text: &str) -> Self {
        let mut parser = Parser { tokens: tokens(text), at: 0 };
        let (mut constants, mut functions) = (HashMap::new(), HashMap::new());
        while parser.word("let") {
            let name = parser.name();
            parser.need("=");
            if parser.eat("(") {
                let parameter = parser.name();
                parser.need(":");
                assert!(parser.word("dynamic"), "only dynamic values are handed over");
                parser.need(")");
                parser.need("{");
                functions.insert(name, (parameter, parser.or()));
                parser.need("}");
            } else {
                constants.insert(name, parser.or());
            }
            parser.need(";");
        }
        let table = parser.name();
        let mut query = Self {
            table,
            added: Vec::new(),
            taken: Vec::new(),
            most: None,
            summary: None,
            constants,
            functions,
            conditions: Vec::new(),
            regexes: RefCell::default(),
        };
        while parser.eat("|") {
            query.stage(&mut parser);
        }
        assert_eq!(parser.peek(), None, "all of it is read");
        query
    }

    /// One stage of it.
    fn stage(&mut self, parser: &mut Parser) {
        match parser.name().as_str() {
            "where" => match &mut self.summary {
                Some(summary) => summary.conditions.push(parser.or()),
                None => self.conditions.push(parser.or()),
            },
            "take" => {
                let Token::Number(most) = parser.next() else { panic!("how many") };
                self.most = Some(most as usize);
            }
            "extend" => loop {
                self.added.push(parser.name());
                parser.need("=");
                assert_eq!(parser.next(), Token::Text(String::new()), "only empty texts are added");
                if !parser.eat(",") {
                    break;
                }
            },
            "project" if self.summary.is_some() => {
                let mut names = vec![parser.name()];
                while parser.eat(",") {
                    names.push(parser.name());
                }
                if let Some(summary) = &mut self.summary {
                    summary.project = Some(names);
                }
            }
            "project" => {
                parser.need("-");
                assert!(parser.word("away"), "only project-away is written");
                loop {
                    self.taken.push(parser.name());
                    if !parser.eat(",") {
                        break;
                    }
                }
            }
            "summarize" => {
                assert!(self.summary.is_none(), "it is summarized once");
                self.summary = Some(parser.summary());
            }
            other => panic!("no stage: {other}"),
        }
    }

    /// The columns that are named, of the table.
    pub fn columns(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for condition in &self.conditions {
            self.names(condition, &mut found);
        }
        let summary = self.summary.iter();
        for node in summary.clone().flat_map(|summary| &summary.by).map(|(_, node)| node) {
            self.names(node, &mut found);
        }
        for (_, aggregate) in summary.flat_map(|summary| &summary.aggregates) {
            if let Aggregate::Min(node) | Aggregate::Max(node) = aggregate {
                self.names(node, &mut found);
            }
        }
        found
    }

    /// The rows made of these, where they are summarized.
    pub fn summarized(&self, rows: &[&Value]) -> Option<Cells> {
        let summary = self.summary.as_ref()?;
        let mut groups: Vec<(Vec<Scalar>, Vec<&Value>)> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for &row in rows {
            let scope = Scope { query: self, row, parameter: None, made: None };
            let key: Vec<Scalar> = summary.by.iter().map(|(_, node)| scope.value(node)).collect();
            let at = *known.entry(format!("{key:?}")).or_insert_with(|| {
                groups.push((key, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(row);
        }
        // Without anything to group by there is one row, even of none.
        if groups.is_empty() && summary.by.is_empty() {
            groups.push((Vec::new(), Vec::new()));
        }
        let names = summary.by.iter().map(|(name, _)| name);
        let names: Vec<String> =
            names.chain(summary.aggregates.iter().map(|(name, _)| name)).cloned().collect();
        let mut made = Vec::new();
        for (mut cells, rows) in groups {
            let aggregates = summary.aggregates.iter();
            cells.extend(aggregates.map(|(_, aggregate)| self.aggregated(aggregate, &rows)));
            let row: HashMap<String, Scalar> = names.iter().cloned().zip(cells).collect();
            let scope = Scope { query: self, row: &Value::Null, parameter: None, made: Some(&row) };
            if summary.conditions.iter().all(|node| scope.truth(node) == Some(true)) {
                made.push(row);
            }
        }
        let names = summary.project.clone().unwrap_or(names);
        made.truncate(self.most.unwrap_or(usize::MAX));
        let cells = |row: &HashMap<String, Scalar>| {
            names.iter().map(|name| row[name].as_answered()).collect::<Vec<Value>>()
        };
        let rows = made.iter().map(cells).collect();
        Some((names, rows))
    }

    fn aggregated(&self, aggregate: &Aggregate, rows: &[&Value]) -> Scalar {
        let times = |node: &Node| -> Vec<Timestamp> {
            let of = |row: &&Value| {
                let scope = Scope { query: self, row, parameter: None, made: None };
                match scope.value(node) {
                    Scalar::Time(time) => time,
                    other => panic!("only times have a first and a last: {other:?}"),
                }
            };
            rows.iter().filter_map(of).collect()
        };
        match aggregate {
            Aggregate::Count => Scalar::Number(Some(rows.len() as i64)),
            Aggregate::Min(node) => Scalar::Time(times(node).into_iter().min()),
            Aggregate::Max(node) => Scalar::Time(times(node).into_iter().max()),
        }
    }

    fn names(&self, node: &Node, found: &mut BTreeSet<String>) {
        match node {
            Node::Name(name) if !self.constants.contains_key(name) => {
                found.insert(name.clone());
            }
            Node::Member(of, _) | Node::Item(of, _) | Node::In(of, ..) => self.names(of, found),
            Node::Call(_, arguments) => {
                for argument in arguments {
                    self.names(argument, found);
                }
            }
            Node::Binary(_, left, right) => {
                self.names(left, found);
                self.names(right, found);
            }
            _ => {}
        }
    }

    /// Is a row in the answer?
    pub fn matches(&self, row: &Value) -> bool {
        let scope = Scope { query: self, row, parameter: None, made: None };
        self.conditions.iter().all(|condition| scope.truth(condition) == Some(true))
    }
}

struct Scope<'q> {
    query: &'q Query,
    row: &'q Value,
    parameter: Option<(&'q str, Scalar)>,
    /// A row that was made of others.
    made: Option<&'q HashMap<String, Scalar>>,
}

impl Scalar {
    /// As an answer has it; long integers may come as texts.
    fn as_answered(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Dynamic(value) => panic!("nothing is grouped by nested values: {value}"),
            Self::Number(number) => number.map(|number| number.to_string()).into(),
            Self::Time(time) => time.map(Timestamp::to_rfc3339).into(),
            Self::Truth(truth) => (*truth).into(),
        }
    }
}

/// Columns of the tables, by the Azure Monitor reference: those with nested values, times, and texts.
const DYNAMIC: &[&str] = &[
    "InitiatedBy",
    "TargetResources",
    "AdditionalDetails",
    "Status",
    "DeviceDetail",
    "LocationDetails",
];
const TIMES: &[&str] = &["TimeGenerated", "ActivityDateTime", "CreatedDateTime", "_Arrived"];
const AUDIT_TEXTS: &[&str] = &[
    "AADOperationType",
    "AADTenantId",
    "ActivityDisplayName",
    "Category",
    "CorrelationId",
    "Id",
    "Identity",
    "LoggedByService",
    "OperationName",
    "Result",
    "ResultDescription",
    "ResultReason",
    "Type",
];
const SIGN_IN_TEXTS: &[&str] = &[
    "AADTenantId",
    "AppDisplayName",
    "AppId",
    "AuthenticationRequirement",
    "Category",
    "ClientAppUsed",
    "ConditionalAccessStatus",
    "CorrelationId",
    "IPAddress",
    "Id",
    "Location",
    "OperationName",
    "ResourceDisplayName",
    "ResourceIdentity",
    "ResultDescription",
    "ResultType",
    "RiskLevelAggregated",
    "RiskLevelDuringSignIn",
    "RiskState",
    "ServicePrincipalId",
    "ServicePrincipalName",
    "Type",
    "UserAgent",
    "UserDisplayName",
    "UserId",
    "UserPrincipalName",
];

/// The type of a column, as Kusto calls it.
pub fn type_of(column: &str) -> &'static str {
    match column {
        column if DYNAMIC.contains(&column) => "dynamic",
        column if TIMES.contains(&column) => "datetime",
        _ => "string",
    }
}

impl Scope<'_> {
    fn truth(&self, node: &Node) -> Option<bool> {
        match self.value(node) {
            Scalar::Truth(truth) => truth,
            other => panic!("no condition: {other:?} of {node:?}"),
        }
    }

    fn text(&self, node: &Node) -> String {
        match self.value(node) {
            Scalar::Text(text) => text,
            other => panic!("no text: {other:?} of {node:?}"),
        }
    }

    fn column(&self, name: &str) -> Scalar {
        if let Some(made) = self.made {
            return made.get(name).unwrap_or_else(|| panic!("no column: {name}")).clone();
        }
        let value = self.row.get(name).unwrap_or(&Value::Null);
        if DYNAMIC.contains(&name) {
            return Scalar::Dynamic(value.clone());
        }
        let text = value.as_str().unwrap_or_default();
        if TIMES.contains(&name) {
            return Scalar::Time(Timestamp::parse(text));
        }
        let texts = if self.query.table == "AuditLogs" { AUDIT_TEXTS } else { SIGN_IN_TEXTS };
        assert!(texts.contains(&name), "no column of {}: {name}", self.query.table);
        Scalar::Text(text.to_owned())
    }

    fn value(&self, node: &Node) -> Scalar {
        match node {
            Node::Text(text) => Scalar::Text(text.clone()),
            Node::Number(number) => Scalar::Number(Some(*number)),
            Node::Time(time) => Scalar::Time(Some(*time)),
            Node::Truth(truth) => Scalar::Truth(Some(*truth)),
            Node::Span(_) => panic!("a length of time stands in bin() only"),
            Node::In(of, texts, negated) => {
                Scalar::Truth(Some(texts.contains(&self.text(of)) != *negated))
            }
            Node::Name(name) => match (&self.parameter, self.query.constants.get(name)) {
                (Some((own, value)), _) if own == name => value.clone(),
                (_, Some(constant)) => self.value(constant),
                _ => self.column(name),
            },
            Node::Member(of, name) => match self.value(of) {
                Scalar::Dynamic(value) => {
                    Scalar::Dynamic(value.get(name).cloned().unwrap_or_default())
                }
                other => panic!("{name} of {other:?}"),
            },
            Node::Item(of, at) => match self.value(of) {
                Scalar::Dynamic(value) => {
                    Scalar::Dynamic(value.get(*at).cloned().unwrap_or_default())
                }
                other => panic!("[{at}] of {other:?}"),
            },
            Node::Call(name, arguments) => self.call(name, arguments),
            Node::Binary(operator, left, right) => {
                Scalar::Truth(self.binary(operator, left, right))
            }
        }
    }

    fn call(&self, name: &str, arguments: &[Node]) -> Scalar {
        if let Some((parameter, body)) = self.query.functions.get(name) {
            let value = self.value(&arguments[0]);
            assert!(matches!(value, Scalar::Dynamic(_)), "{name} takes a dynamic value");
            let inside = Scope { parameter: Some((parameter, value)), ..*self };
            return inside.value(body);
        }
        if name == "ingestion_time" {
            return self.column("_Arrived");
        }
        let first = self.value(&arguments[0]);
        match (name, first) {
            ("not", Scalar::Truth(truth)) => Scalar::Truth(truth.map(|truth| !truth)),
            ("tostring", Scalar::Dynamic(Value::Null)) => Scalar::Text(String::new()),
            ("tostring", Scalar::Dynamic(Value::String(text)) | Scalar::Text(text)) => {
                Scalar::Text(text)
            }
            ("tostring", Scalar::Dynamic(other)) => Scalar::Text(other.to_string()),
            ("parse_json", Scalar::Text(text)) => {
                let parsed = serde_json::from_str(&text).unwrap_or(Value::String(text));
                Scalar::Dynamic(parsed)
            }
            ("isnotempty", Scalar::Text(text)) => Scalar::Truth(Some(!text.is_empty())),
            ("tolower", Scalar::Text(text)) => Scalar::Text(text.to_lowercase()),
            ("bin", Scalar::Time(time)) => {
                let Node::Span(width) = arguments[1] else {
                    panic!("bin() takes a length of time")
                };
                assert_eq!(864_000_000_000 % width, 0, "parts of a day begin where days do");
                let begin = |time: Timestamp| time.ticks().div_euclid(width) * width;
                Scalar::Time(time.map(|time| Timestamp::from_ticks(begin(time))))
            }
            ("isempty", Scalar::Text(text)) => Scalar::Truth(Some(text.is_empty())),
            ("array_length", Scalar::Dynamic(value)) => {
                Scalar::Number(value.as_array().map(|list| list.len() as i64))
            }
            ("coalesce", first) => {
                let is_nothing = |value: &Scalar| match value {
                    Scalar::Text(text) => text.is_empty(),
                    Scalar::Dynamic(value) => value.is_null(),
                    Scalar::Number(number) => number.is_none(),
                    Scalar::Time(time) => time.is_none(),
                    Scalar::Truth(truth) => truth.is_none(),
                };
                let others = arguments[1..].iter().map(|other| self.value(other));
                let mut all = std::iter::once(first.clone()).chain(others);
                all.find(|value| !is_nothing(value)).unwrap_or(first)
            }
            (name, first) => panic!("no function: {name} of {first:?}"),
        }
    }

    fn binary(&self, operator: &str, left: &Node, right: &Node) -> Option<bool> {
        match operator {
            "and" => match (self.truth(left), self.truth(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (left, right) => Some(left? && right?),
            },
            "or" => match (self.truth(left), self.truth(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (left, right) => Some(left? || right?),
            },
            "contains" => {
                let lower = |node| self.text(node).to_ascii_lowercase();
                Some(lower(left).contains(&lower(right)))
            }
            "=~" => Some(self.text(left).eq_ignore_ascii_case(&self.text(right))),
            "matches" => {
                let source = self.text(right);
                let mut known = self.query.regexes.borrow_mut();
                let regex = known
                    .entry(source)
                    .or_insert_with_key(|source| Regex::new(source).expect("a regular expression"));
                Some(regex.is_match(&self.text(left)))
            }
            _ => {
                let order = match (self.value(left), self.value(right)) {
                    (Scalar::Time(left), Scalar::Time(right)) => left?.cmp(&right?),
                    (Scalar::Number(left), Scalar::Number(right)) => left?.cmp(&right?),
                    (left, right) => panic!("{left:?} {operator} {right:?}"),
                };
                Some(match operator {
                    ">=" => order.is_ge(),
                    "<" => order.is_lt(),
                    ">" => order.is_gt(),
                    _ => panic!("no operator: {operator}"),
                })
            }
        }
    }
}
