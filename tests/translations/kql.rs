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
}

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
    /// Are rows counted by the hour?
    pub counts: bool,
    constants: HashMap<String, Node>,
    functions: HashMap<String, (String, Node)>,
    conditions: Vec<Node>,
    /// Those that were made ready for a row before.
    regexes: RefCell<HashMap<String, Regex>>,
}

const SIGNS: [&str; 19] = [
    "=~", ">=", "<=", "==", "(", ")", "{", "}", "[", "]", ",", ";", ":", ".", "|", "=", ">", "<",
    "-",
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

    fn atom(&mut self) -> Node {
        if self.eat("(") {
            let inner = self.or();
            self.need(")");
            return inner;
        }
        match self.next() {
            Token::Text(text) => Node::Text(text),
            Token::Number(number) => Node::Number(number),
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
            counts: false,
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
            "where" => self.conditions.push(parser.or()),
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
                let written: Vec<Token> = parser.tokens.drain(parser.at..).collect();
                let only = tokens("Rows = count() by Hour = bin(TimeGenerated, 1h)");
                assert_eq!(written, only, "only this is counted");
                self.counts = true;
            }
            other => panic!("no stage: {other}"),
        }
    }

    /// The columns that the conditions name.
    pub fn columns(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for condition in &self.conditions {
            self.names(condition, &mut found);
        }
        found
    }

    fn names(&self, node: &Node, found: &mut BTreeSet<String>) {
        match node {
            Node::Name(name) if !self.constants.contains_key(name) => {
                found.insert(name.clone());
            }
            Node::Member(of, _) | Node::Item(of, _) => self.names(of, found),
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
        let scope = Scope { query: self, row, parameter: None };
        self.conditions.iter().all(|condition| scope.truth(condition) == Some(true))
    }
}

struct Scope<'q> {
    query: &'q Query,
    row: &'q Value,
    parameter: Option<(&'q str, Scalar)>,
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
];
const SIGN_IN_TEXTS: &[&str] = &[
    "AADTenantId",
    "AppDisplayName",
    "AppId",
    "AuthenticationRequirement",
    "ClientAppUsed",
    "ConditionalAccessStatus",
    "CorrelationId",
    "IPAddress",
    "Id",
    "Location",
    "ResourceDisplayName",
    "ResourceIdentity",
    "ResultType",
    "RiskLevelAggregated",
    "RiskLevelDuringSignIn",
    "RiskState",
    "ServicePrincipalId",
    "ServicePrincipalName",
    "UserAgent",
    "UserDisplayName",
    "UserId",
    "UserPrincipalName",
];

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
            let inside =
                Scope { query: self.query, row: self.row, parameter: Some((parameter, value)) };
            return inside.value(body);
        }
        if name == "ingestion_time" {
            return self.column("_Arrived");
        }
        let first = self.value(&arguments[0]);
        match (name, first) {
            ("not", Scalar::Truth(truth)) => Scalar::Truth(truth.map(|truth| !truth)),
            ("tostring", Scalar::Dynamic(Value::Null)) => Scalar::Text(String::new()),
            ("tostring", Scalar::Dynamic(Value::String(text))) => Scalar::Text(text),
            ("tostring", Scalar::Dynamic(other)) => Scalar::Text(other.to_string()),
            ("parse_json", Scalar::Text(text)) => {
                let parsed = serde_json::from_str(&text).unwrap_or(Value::String(text));
                Scalar::Dynamic(parsed)
            }
            ("isnotempty", Scalar::Text(text)) => Scalar::Truth(Some(!text.is_empty())),
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
