//! Query text into a [`Query`]: one pass by hand, so that every mistake has a place and a way out.
//! Never guesses: what is not a query is an error that says how to write it.

use std::ops::Range;

use super::pattern::Pattern;
use super::{Expression, Operator, Query, QueryError, Term, Value, known_values, when};
use crate::record::address::Network;
use crate::record::field::{FIELDS, Field};
use crate::record::keyed;
use crate::record::tenant_names;
use crate::record::value_kind::ValueKind;
use crate::text::fold;
use crate::text::nearby::{did_you_mean, nearest};

/// Groups may nest this deep; deeper is an error, not an overflow.
const MOST_NESTING: usize = 64;

/// Reads a query. Fails with the place and a suggestion.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.space();
    if parser.rest().is_empty() {
        return Ok(Query::default());
    }
    let expression = parser.or()?;
    parser.space();
    if !parser.rest().is_empty() {
        let at = parser.at;
        return Err(error(at..at + 1, "nothing opened this `)`; remove it, or quote it: \")\""));
    }
    Ok(Query { expression: Some(expression) })
}

/// A field, the key behind its name, and the operator.
type Subject = (&'static Field, Option<String>, Operator);

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

fn error(span: Range<usize>, message: impl Into<String>) -> QueryError {
    QueryError { span, message: message.into(), incomplete: false }
}

fn incomplete(span: Range<usize>, message: impl Into<String>) -> QueryError {
    QueryError { span, message: message.into(), incomplete: true }
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// Takes a keyword that stands alone.
    fn keyword(&mut self, word: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(word) else { return false };
        let alone =
            after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'));
        if alone {
            self.at += word.len();
            self.space();
        }
        alone
    }

    fn or(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.and()?];
        loop {
            let before = self.at;
            if !self.keyword("OR") {
                return Ok(Expression::or(parts));
            }
            if self.ended() {
                return Err(incomplete(before..self.at, "OR wants something after it"));
            }
            parts.push(self.and()?);
        }
    }

    fn ended(&self) -> bool {
        self.rest().is_empty() || self.rest().starts_with(')')
    }

    fn and(&mut self) -> Result<Expression, QueryError> {
        let mut parts = vec![self.not()?];
        loop {
            self.space();
            let before = self.at;
            if self.keyword("AND") && self.ended() {
                return Err(incomplete(before..self.at, "AND wants something after it"));
            }
            let next_is_or = self.rest().starts_with("OR")
                && Parser { text: self.text, at: self.at, depth: 0 }.keyword("OR");
            if self.ended() || next_is_or {
                return Ok(Expression::and(parts));
            }
            parts.push(self.not()?);
        }
    }

    fn not(&mut self) -> Result<Expression, QueryError> {
        self.space();
        let before = self.at;
        let dash = self.eat("-");
        if dash || self.keyword("NOT") {
            if self.ended() || (dash && self.rest().starts_with(char::is_whitespace)) {
                let message = "what should not match? write -word or -field:value";
                return Err(incomplete(before..self.at, message));
            }
            self.enter(before)?;
            let inner = self.not()?;
            self.depth -= 1;
            return Ok(Expression::Not(Box::new(inner)));
        }
        self.term()
    }

    fn enter(&mut self, at: usize) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > MOST_NESTING {
            return Err(error(
                at..at + 1,
                format!("more than {MOST_NESTING} groups inside each other"),
            ));
        }
        Ok(())
    }

    fn term(&mut self) -> Result<Expression, QueryError> {
        let start = self.at;
        if let ("OR" | "AND", length) = (self.word_ahead(), self.word_ahead().len()) {
            let message =
                "OR and AND stand between two conditions; to search for the word, quote it";
            return Err(error(start..start + length, message));
        }
        if self.eat("(") {
            self.enter(start)?;
            self.space();
            if self.rest().starts_with(')') {
                return Err(error(start..self.at + 1, "an empty group; put a condition in it"));
            }
            if self.rest().is_empty() {
                return Err(incomplete(start..self.at, "this `(` wants a condition and a `)`"));
            }
            let inner = self.or()?;
            self.space();
            if !self.eat(")") {
                return Err(incomplete(start..start + 1, "this `(` is not closed; add `)`"));
            }
            self.depth -= 1;
            return Ok(inner);
        }
        if let Some((field, key, operator)) = self.field_and_operator()? {
            return self.field_term(start, field, key, operator);
        }
        let Some(value) = self.value(true)? else {
            let length = self.rest().chars().next().map_or(0, char::len_utf8);
            let message = "this stands where a condition should; quote it to search for it";
            return Err(error(start..start + length, message));
        };
        Ok(Expression::Term(Term { field: None, operator: Operator::Contains, value }))
    }

    fn word_ahead(&self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
        &rest[..end.unwrap_or(rest.len())]
    }

    /// `name."a key"` and operator, where that starts here.
    fn quoted_key(&mut self, name: &str) -> Result<Option<Subject>, QueryError> {
        let Some((field, "")) = keyed::find(name) else { return Ok(None) };
        let before = self.at;
        self.at += name.len();
        let (key, _) = self.quoted()?;
        let sign = Operator::ALL.into_iter().find(|o| self.rest().starts_with(o.sign()));
        let Some(operator) = sign else {
            let span = before..self.at;
            return Err(incomplete(span, "what should the value be? write : or = behind the key"));
        };
        self.at += operator.sign().len();
        Ok(Some((field, Some(key), operator)))
    }

    /// `name`, the key behind it, and operator, where a field term starts here.
    fn field_and_operator(&mut self) -> Result<Option<Subject>, QueryError> {
        let rest = self.rest();
        let name_end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')))
            .unwrap_or(rest.len());
        let name = &rest[..name_end];
        if rest[name_end..].starts_with('"') && name.ends_with('.') {
            return self.quoted_key(name);
        }
        let operator = Operator::ALL.into_iter().find(|o| rest[name_end..].starts_with(o.sign()));
        let (Some(operator), true) = (operator, name.starts_with(char::is_alphabetic)) else {
            return Ok(None);
        };
        let found = Field::find(name).map(|field| (field, None)).or_else(|| {
            let (field, key) = keyed::find(name).filter(|(_, key)| !key.is_empty())?;
            Some((field, Some(key.to_owned())))
        });
        let Some((field, key)) = found else {
            // An IPv6 address has colons of its own.
            if self.word_ahead().parse::<std::net::IpAddr>().is_ok() {
                return Ok(None);
            }
            let span = self.at..self.at + name_end;
            return Err(error(span, unknown_field(name, self.word_ahead())));
        };
        self.at += name_end + operator.sign().len();
        Ok(Some((field, key, operator)))
    }

    fn field_term(
        &mut self,
        start: usize,
        field: &'static Field,
        key: Option<String>,
        operator: Operator,
    ) -> Result<Expression, QueryError> {
        let value_at = self.at;
        let value = if self.eat("(") {
            self.any_of(value_at)?
        } else if let Some(value) = self.value(false)? {
            value
        } else {
            let name = field.name;
            let sign = operator.sign();
            let message = format!("{name}{sign} wants a value: {}", example(field));
            return Err(incomplete(start..self.at, message));
        };
        check(field, operator, &value, value_at..self.at, start..self.at)?;
        let value = match field.name {
            "tenant" => with_ids_of_tenants(operator, value),
            _ => value,
        };
        let value = match key {
            Some(key) => Value::Keyed(key, Box::new(value)),
            None => value,
        };
        Ok(Expression::Term(Term { field: Some(field), operator, value }))
    }

    fn any_of(&mut self, open: usize) -> Result<Value, QueryError> {
        let mut values = Vec::new();
        loop {
            self.space();
            if self.eat(")") {
                break;
            }
            let before = self.at;
            match self.value(false)? {
                Some(value) => values.push(value),
                None if self.rest().is_empty() => {
                    return Err(incomplete(open..self.at, "this list is not closed; add `)`"));
                }
                None => {
                    return Err(error(
                        before..before + 1,
                        "a list holds plain values only: (v1 v2)",
                    ));
                }
            }
        }
        if values.is_empty() {
            return Err(error(open..self.at, "an empty list; write (v1 v2)"));
        }
        Ok(Value::AnyOf(values))
    }

    /// A value that starts here; `None` where none does.
    fn value(&mut self, bare: bool) -> Result<Option<Value>, QueryError> {
        let start = self.at;
        if self.rest().starts_with('/') {
            return self.regex(start).map(Some);
        }
        let first =
            if self.rest().starts_with('"') { Some(self.quoted()?) } else { self.word(bare) };
        let has_range = !bare && self.eat("..");
        if has_range {
            let second =
                if self.rest().starts_with('"') { Some(self.quoted()?) } else { self.word(bare) };
            if first.is_none() && second.is_none() {
                return Err(incomplete(start..self.at, "a range wants an end: a..b, a.. or ..b"));
            }
            return Ok(Some(Value::Range(first.map(|w| w.0), second.map(|w| w.0))));
        }
        Ok(first.map(|(text, literal)| {
            if !literal && text.contains(['*', '?']) {
                Value::Wildcard(text)
            } else {
                Value::Text(text)
            }
        }))
    }

    /// An unquoted word, up to a space, a bracket or (in a field's value) `..`.
    fn word(&mut self, bare: bool) -> Option<(String, bool)> {
        let word = self.word_ahead();
        let range = if bare { None } else { word.find("..") };
        let word = &word[..range.unwrap_or(word.len())];
        let word = word.split('"').next().unwrap_or("");
        self.at += word.len();
        (!word.is_empty()).then(|| (word.to_owned(), false))
    }

    fn quoted(&mut self) -> Result<(String, bool), QueryError> {
        let start = self.at;
        let mut text = String::new();
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => {
                    if !matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.at = start + offset + 1;
                    return Ok((text, true));
                }
                c => text.push(c),
            }
        }
        Err(incomplete(start..self.text.len(), "this quote is not closed; add \""))
    }

    fn regex(&mut self, start: usize) -> Result<Value, QueryError> {
        let mut source = String::new();
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => {
                    if c != '/' {
                        source.push('\\');
                    }
                    source.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '/' => {
                    self.at = start + offset + 1;
                    if let Err(problem) = super::pattern::regex(&source) {
                        return Err(error(start..self.at, problem));
                    }
                    return Ok(Value::Regex(source));
                }
                c => source.push(c),
            }
        }
        let message = "a regular expression ends with /; to search for the text itself, quote it";
        Err(incomplete(start..self.text.len(), message))
    }
}

fn example(field: &Field) -> &'static str {
    match field.kind {
        ValueKind::Time => "2026-11-01, last-24h, 2026-11-01..2026-11-03",
        ValueKind::Level => "a level: low, medium, high or critical",
        ValueKind::Address => "an address, a part of one, or a block: 203.0.113.0/24",
        ValueKind::Word | ValueKind::Text => "a word, \"several words\", /regex/ or (one two)",
    }
}

fn unknown_field(name: &str, word: &str) -> String {
    let names = FIELDS.iter().flat_map(|field| std::iter::once(&field.name).chain(field.aliases));
    match nearest(name, names.copied()) {
        Some(known) => format!("no field `{name}`; {}", did_you_mean(&[known])),
        None => format!("no field `{name}`; to search for the text itself, quote it: \"{word}\""),
    }
}

/// Does the value make sense for the field and the operator?
fn check(
    field: &Field,
    operator: Operator,
    value: &Value,
    value_span: Range<usize>,
    span: Range<usize>,
) -> Result<(), QueryError> {
    if let Value::AnyOf(values) = value {
        return values
            .iter()
            .try_for_each(|v| check(field, operator, v, value_span.clone(), span.clone()));
    }
    let compares = !matches!(operator, Operator::Contains | Operator::Equals | Operator::NotEquals);
    if field.kind == ValueKind::Level {
        return check_level(field, operator, value, value_span);
    }
    if field.kind != ValueKind::Time {
        if compares {
            let name = field.name;
            let message = format!(
                "{name} has no order, so {sign} means nothing; use {name}: or {name}=",
                sign = operator.sign()
            );
            return Err(error(span, message));
        }
        return match value {
            Value::Text(text) if field.kind == ValueKind::Address => check_block(text, value_span),
            Value::Text(text) => check_word(field, operator, text, value_span),
            _ => Ok(()),
        };
    }
    let bad = |text: &str| {
        let way = when::way_out(text)
            .unwrap_or_else(|| "write 2026-11-01, 2026-11-01T14:02, last-24h or today".to_owned());
        error(value_span.clone(), format!("`{text}` is no time; {way}"))
    };
    match value {
        Value::Text(text) if when::is_time(text) => Ok(()),
        Value::Text(text) | Value::Wildcard(text) | Value::Regex(text) => Err(bad(text)),
        Value::Range(from, to) => {
            if compares {
                return Err(error(span, "a range goes with time: or time=, not with > or <"));
            }
            match [from, to].into_iter().flatten().find(|text| !when::is_time(text)) {
                Some(text) => Err(bad(text)),
                None if when::is_reversed(from.as_deref(), to.as_deref()) => Err(error(
                    value_span,
                    "this span ends before it begins: write the earlier time first",
                )),
                None => Ok(()),
            }
        }
        Value::AnyOf(_) | Value::Keyed(..) => Ok(()),
    }
}

/// Is what is written like a block of addresses one?
fn check_block(text: &str, span: Range<usize>) -> Result<(), QueryError> {
    let is_like = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    let Some((_, bits)) = text.split_once('/').filter(|_| text.chars().all(is_like)) else {
        return Ok(());
    };
    if Network::parse(text).is_some() {
        return Ok(());
    }
    let message = format!(
        "`{text}` is not a block of addresses; write 10.1.2.0/24 (up to /32) or 2001:db8::/32 (up to /128)"
    );
    Err(QueryError { span, message, incomplete: bits.is_empty() })
}

/// Is the value one of the few words of the field, or a part of one where that is asked?
fn check_word(
    field: &Field,
    operator: Operator,
    text: &str,
    span: Range<usize>,
) -> Result<(), QueryError> {
    known_values::mistake(field, operator, text)
        .map_or(Ok(()), |(message, incomplete)| Err(QueryError { span, message, incomplete }))
}

/// Is what is asked for by its order, or by its name, a level?
fn check_level(
    field: &Field,
    operator: Operator,
    value: &Value,
    span: Range<usize>,
) -> Result<(), QueryError> {
    let compares = !matches!(operator, Operator::Contains | Operator::Equals | Operator::NotEquals);
    match value {
        Value::Range(..) if compares => {
            Err(error(span, "a range goes with risk: or risk=, not with > or <"))
        }
        Value::Range(from, to) => [from, to]
            .into_iter()
            .flatten()
            .try_for_each(|end| check_word(field, Operator::Equals, end, span.clone())),
        Value::Text(text) => check_word(field, operator, text, span),
        Value::Wildcard(text) | Value::Regex(text) if compares => {
            check_word(field, operator, text, span)
        }
        _ => Ok(()),
    }
}

/// A value that tenants are asked for, with the ids of those that the configuration calls so: records have
/// ids only.
fn with_ids_of_tenants(operator: Operator, value: Value) -> Value {
    if tenant_names::all().is_empty()
        || !matches!(operator, Operator::Contains | Operator::Equals | Operator::NotEquals)
    {
        return value;
    }
    // An opposite excludes what is called so.
    let how = if operator == Operator::Contains { operator } else { Operator::Equals };
    let is_list = matches!(value, Value::AnyOf(_));
    let mut any = match value {
        Value::AnyOf(values) => values,
        // Anything, or nothing, is asked for.
        Value::Text(text) if text.is_empty() => return Value::Text(text),
        value => vec![value],
    };
    for (id, name) in tenant_names::all() {
        let is_called = any.iter().filter_map(|value| Pattern::new(how, value));
        let folded = fold(name);
        if is_called.into_iter().any(|pattern| pattern.matches(name, &folded))
            && !any.iter().any(|value| *value == Value::Text(id.clone()))
        {
            any.push(Value::Text(id.clone()));
        }
    }
    if !is_list && any.len() == 1 { any.remove(0) } else { Value::AnyOf(any) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).expect(text).to_string()
    }

    fn failed(text: &str) -> (String, String) {
        let problem = parse(text).expect_err(text);
        (text[problem.span].to_owned(), problem.message)
    }

    #[test]
    fn the_canonical_form_says_the_same() {
        for (text, canonical) in [
            ("", ""),
            ("  mallory ", "mallory"),
            ("category:RoleManagement result=failure", "category:RoleManagement result=failure"),
            ("a AND b OR c", "(a b) OR c"),
            ("NOT (a OR b)", "-(a OR b)"),
            ("-actor:\"Eve Adams\"", "-actor:\"Eve Adams\""),
            ("activityDisplayName:Add*role", "activity:Add*role"),
            ("actor.ip=(192.0.2.1 2001:db8::1)", "actor.ip=(192.0.2.1 2001:db8::1)"),
            ("time:2026-11-01..2026-11-03T12", "time:2026-11-01..2026-11-03T12"),
            ("time:..today", "time:..today"),
            ("/add (member|owner)/", "/add (member|owner)/"),
            (r"raw:/a\/b/", r"raw:/a\/b/"),
            ("2001:db8::1", "\"2001:db8::1\""),
            ("fe80::1", "\"fe80::1\""),
            ("ORDER", "ORDER"),
            ("actor:\"\"", "actor:\"\""),
            ("detail.DeviceOSType=Linux", "detail.DeviceOSType=Linux"),
            ("-detail.\"User-Agent\":(curl wget)", "-detail.User-Agent:(curl wget)"),
            ("change.Role.DisplayName:\"Global A\"", "new.Role.DisplayName:\"Global A\""),
            ("old.\"Target Id\"!=x", "old.\"Target Id\"!=x"),
            ("change.new:a=b", "change.new:\"a=b\""),
            ("--a", "--a"),
            ("a\"b c\"", "a \"b c\""),
        ] {
            let once = shown(text);
            if text != "--a" {
                assert_eq!(once, canonical, "{text}");
            }
        }
    }

    #[test]
    fn mistakes_name_the_place_and_the_way_out() {
        let (place, message) = failed("mallory activty:role");
        assert_eq!(
            (place.as_str(), message.as_str()),
            ("activty", "no field `activty`; did you mean `activity`?")
        );
        let (place, message) = failed("https://x.example");
        assert_eq!(place, "https");
        assert!(message.contains("quote it"), "{message}");
        assert_eq!(failed("a (b").0, "(");
        assert_eq!(failed("a )").0, ")");
        assert_eq!(failed("actor:").0, "actor:");
        assert_eq!(failed("time>soon").0, "soon");
        assert_eq!(failed("actor>a").0, "actor>a");
        assert_eq!(failed("detail.:x").0, "detail.");
        assert_eq!(failed("detail.\"a\"").0, "detail.\"a\"");
        assert_eq!(failed("risk>=hgih").0, "hgih");
        assert_eq!(failed("risk:low..hgih").0, "low..hgih");
        assert!(parse("risk>=hi").expect_err("typing").incomplete);
        assert_eq!(failed("actor:(").0, "(");
        for block in ["10.1.2.0/33", "10.0.0/8", "2001:db8::/129", "10.0.0.0/8/8", "10.0.0.0/a"] {
            let (place, message) = failed(&format!("actor.ip:{block}"));
            assert_eq!(place, block);
            assert!(message.contains("is not a block of addresses"), "{message}");
            failed(&format!("actor.ip=(192.0.2.1 {block})"));
            failed(&format!("-actor.ip!={block}"));
        }
        assert!(parse("actor.ip:10.0.0.0/").expect_err("typing").incomplete);
        for fine in ["10.0.0.0/8", "::/0", "::ffff:10.0.0.0/104", "10.1", "10.*/8"] {
            assert!(parse(&format!("actor.ip:{fine}")).is_ok(), "{fine}");
        }
        assert_eq!(failed("\"open").0, "\"open");
        assert_eq!(failed("/[/").0, "/[/");
        assert_eq!(failed("a OR").0, "OR");
        assert_eq!(failed("()").0, "()");
        assert_eq!(failed("-").0, "-");
        assert!(failed(&"(".repeat(10_000)).1.contains("groups"));
        assert!(failed(&"-".repeat(10_000)).1.contains("groups"));
    }
}
