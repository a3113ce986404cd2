//! Pseudonyms in place of whoever and whatever can be recognised: names, principal names, ids, addresses, domains.
//! Never the way back: what a pseudonym stood for is in no output, and forgotten with the export.
//!
//! One value has one pseudonym in an export. Names can stand in the middle of any text, so all records
//! are gone through once for the names in them before the first is written. What Microsoft named the
//! same in every tenant stays, and so do services, categories, activities and the names
//! of properties. Every other text is searched, also where only Microsoft's own words are expected.

mod encoded;
mod fields;
mod folded;
mod forms;
mod keys;
mod known;
mod people;
mod running;
mod vocabulary;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::record::address;
use crate::text::glued_id;

use folded::key;
use keys::class_by_key;

/// What can be told from its form alone.
static GUID: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(?i-u)[0-9a-f]{8}[\-_](?:[0-9a-f]{4}[\-_]){3}[0-9a-f]{12}"));

fn compiled(source: &str) -> Regex {
    Regex::new(source).unwrap_or_else(|_| unreachable!("a test compiles it"))
}

/// Names of so many bytes are looked for inside of texts: shorter ones are in every text, and longer
/// ones are not repeated.
const FIND: std::ops::RangeInclusive<usize> = 3..=256;
/// Most bytes in front of the first letter of such a name.
const MOST_BEFORE: usize = 8;

/// Values are taken apart as JSON this deep, strings of JSON in JSON counted.
const LAYERS: usize = 8;

/// The pseudonyms of one export.
#[derive(Debug, Default)]
pub struct Redactor {
    /// By value in its one spelling.
    pseudonyms: HashMap<String, String>,
    /// What people and tenants are called in running text, and the stem of the pseudonym it belongs to.
    called: HashMap<String, String>,
    /// By text that was packed into another, as it stands there.
    packed: HashMap<String, String>,
    counts: HashMap<&'static str, u32>,
    /// Stems of pseudonyms that a principal name has: no other may share it.
    taken: HashSet<String>,
    /// Names that may stand in a text, by their first word: where it stands in them, and their length,
    /// both in bytes.
    by_word: HashMap<String, Vec<(usize, usize)>>,
}

impl Redactor {
    /// The name of a file.
    pub fn file(&mut self, name: &str) -> String {
        self.named(name, "file")
    }

    /// Principal name and display name of one person: the same pseudonym where that is unambiguous.
    fn both(&mut self, upn: &str, name: &str, class: &'static str) -> (String, String) {
        let (is_person, given) = (class == "user" || !upn.is_empty(), self.given(upn, name, class));
        if is_person && !known::is_name(name) {
            let stem = if given.0.is_empty() { &given.1 } else { &given.0 };
            let stem = stem.split('@').next().unwrap_or_default().to_owned();
            self.call(people::called(name, without_glued_id(upn)), &stem);
        }
        given
    }

    /// Whoever has this pseudonym is called by these words. One that several are called by belongs to
    /// none of them.
    fn call(&mut self, words: Vec<String>, stem: &str) {
        if stem.is_empty() {
            return;
        }
        for word in words {
            match self.called.get(&word) {
                Some(of) if of == stem || of.starts_with("name-") => {}
                Some(_) => {
                    let shared = self.next("name");
                    self.called.insert(word, shared);
                }
                None => {
                    self.index(&word);
                    self.called.insert(word, stem.to_owned());
                }
            }
        }
    }

    fn given(&mut self, upn: &str, name: &str, class: &'static str) -> (String, String) {
        if upn.is_empty() {
            return (String::new(), self.naming(name, class));
        }
        let known = self.pseudonyms.get(&key(name)).cloned();
        let of_upn = key(without_glued_id(upn));
        if let Some(stem) = known.filter(|stem| !stem.contains('@'))
            && !self.pseudonyms.contains_key(&of_upn)
            && !self.taken.contains(&stem)
        {
            self.give_upn(&of_upn, stem);
        }
        let upn = self.upn(upn);
        let stem = upn.split('@').next().unwrap_or_default().to_owned();
        let is_free = !name.trim().is_empty()
            && !known::is_name(name)
            && !name.contains('@')
            && !GUID.is_match(name)
            && !self.pseudonyms.contains_key(&key(name));
        if is_free && !stem.is_empty() && class == "user" {
            self.give(name, stem);
        }
        (upn, self.naming(name, class))
    }

    /// A logged value: JSON is taken apart, and what names something is replaced as a whole.
    fn value(&mut self, text: &str, key: &str, class: &'static str, layer: usize) -> String {
        let is_packed = text.trim_start().starts_with(['{', '[', '"']);
        if is_packed
            && layer < LAYERS
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
        {
            self.json(&mut value, key, class, layer + 1);
            return value.to_string();
        }
        match class_by_key(key, class) {
            Some(class) => self.naming(text, class),
            // Where a user lives; policies write theirs small.
            None if key == "State" => self.naming(text, "place"),
            None => self.text(text),
        }
    }

    fn json(&mut self, value: &mut Value, key: &str, class: &'static str, layer: usize) {
        match value {
            Value::String(text) => *text = self.value(text, key, class, layer),
            Value::Array(items) if self.are_bytes(items) => {
                *value = Value::String(self.next("encoded"));
            }
            Value::Array(items) => {
                for item in items {
                    self.json(item, key, class, layer);
                }
            }
            Value::Object(map) => {
                let entries = std::mem::take(map).into_iter().map(|(key, mut value)| {
                    self.json(&mut value, &key, class, layer);
                    (self.label(&key), value)
                });
                let entries: Vec<(String, Value)> = entries.collect();
                map.extend(entries);
            }
            Value::Number(number) if class_by_key(key, class).is_some() => {
                *value = Value::String(self.naming(&number.to_string(), class));
            }
            Value::Number(number) => {
                let written = number.to_string();
                let redacted = self.text(&written);
                if redacted != written {
                    *value = Value::String(redacted);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// What stands where a name stands. It is replaced whole, whatever is in it.
    fn naming(&mut self, name: &str, class: &'static str) -> String {
        let trimmed = name.trim();
        if let Some(known) = self.pseudonyms.get(&key(name)) {
            return known.clone();
        }
        if trimmed.is_empty()
            || matches!(trimmed, "true" | "false" | "null")
            || known::is_name(name)
        {
            return name.to_owned();
        }
        if trimmed.parse::<IpAddr>().is_ok() {
            return self.address(name);
        }
        if is_id(trimmed) {
            return self.id(name);
        }
        if let Some((scheme, address)) = trimmed.split_once(':')
            && ["smtp", "sip", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return format!("{scheme}:{}", self.naming(address, class));
        }
        if running::is_mail(trimmed) {
            return self.upn(name);
        }
        if class == "phone" && trimmed.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.phone(name);
        }
        self.named(name, class)
    }

    /// The pseudonym of a value, whatever it looks like.
    fn named(&mut self, value: &str, class: &'static str) -> String {
        if value.trim().is_empty() {
            return value.to_owned();
        }
        if let Some(known) = self.pseudonyms.get(&key(value)) {
            return known.clone();
        }
        let pseudonym = self.next(class);
        self.give(value, pseudonym.clone());
        pseudonym
    }

    fn next(&mut self, class: &'static str) -> String {
        let count = self.counts.entry(class).or_default();
        *count += 1;
        format!("{class}-{count}")
    }

    fn give(&mut self, value: &str, pseudonym: String) {
        let value = key(value);
        self.index(&value);
        self.pseudonyms.insert(value, pseudonym);
    }

    /// Makes a value, or a word, one that is found in texts.
    fn index(&mut self, value: &str) {
        let before = value.find(char::is_alphanumeric).filter(|before| *before <= MOST_BEFORE);
        if let Some(before) = before.filter(|_| FIND.contains(&value.len())) {
            let rest = &value[before..];
            let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
            let places = self.by_word.entry(word.to_owned()).or_default();
            if !places.contains(&(before, value.len())) {
                places.push((before, value.len()));
                places.sort_by_key(|&(_, len)| std::cmp::Reverse(len));
            }
        }
    }

    /// An id has one pseudonym with hyphens, without and with other signs in their place.
    fn id(&mut self, id: &str) -> String {
        let trimmed = id.trim();
        if !is_id(trimmed) {
            return match known::is_id(id) {
                true => id.to_owned(),
                // What has an id in it is found by its form.
                false if GUID.is_match(id) => self.unlisted(id, "id"),
                false => self.named(id, "id"),
            };
        }
        let digits = trimmed.bytes().filter(u8::is_ascii_hexdigit).map(char::from);
        let mut usual = digits.collect::<String>().to_ascii_lowercase();
        for at in [20, 16, 12, 8] {
            usual.insert(at, '-');
        }
        if known::is_id(&usual) { id.to_owned() } else { self.unlisted(&usual, "id") }
    }

    /// As [`Self::named`], but the value is not looked for in other texts.
    fn unlisted(&mut self, value: &str, class: &'static str) -> String {
        if let Some(known) = self.pseudonyms.get(&key(value)) {
            return known.clone();
        }
        let pseudonym = self.next(class);
        self.pseudonyms.insert(key(value), pseudonym.clone());
        pseudonym
    }

    /// A number of a telephone has one pseudonym, whatever stands between its digits.
    fn phone(&mut self, number: &str) -> String {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let pseudonym = self.named(digits.trim_start_matches('0'), "phone");
        if !self.pseudonyms.contains_key(&key(number)) {
            self.give(number, pseudonym.clone());
        }
        pseudonym
    }

    /// Whichever way an address is written, it has one pseudonym.
    fn address(&mut self, written: &str) -> String {
        let Some(usual) = address::address(written) else { return self.named(written, "ip") };
        let pseudonym = self.named(&usual.to_string(), "ip");
        if !self.pseudonyms.contains_key(&key(written)) {
            self.give(written, pseudonym.clone());
        }
        pseudonym
    }

    fn domain(&mut self, domain: &str) -> String {
        if domain.parse::<IpAddr>().is_ok() {
            return self.address(domain);
        }
        if domain.trim().is_empty() || known::is_domain(domain) {
            return domain.to_owned();
        }
        if let Some(known) = self.pseudonyms.get(&key(domain)) {
            return known.clone();
        }
        let dots = domain.match_indices('.').map(|(at, _)| at).take(10);
        for (below, above) in dots.map(|at| (&domain[..at], &domain[at + 1..])) {
            let known = self.pseudonyms.get(&key(above)).filter(|_| above.contains('.'));
            if let Some(known) = known.cloned() {
                return match known::is_generic(&below.to_ascii_lowercase()) {
                    true => format!("{below}.{known}"),
                    false => format!("{}.{known}", self.named(below, "host")),
                };
            }
        }
        let pseudonym = format!("{}.example", self.next("domain"));
        self.give(domain, pseudonym.clone());
        pseudonym
    }

    fn upn(&mut self, upn: &str) -> String {
        let upn = without_glued_id(upn.trim());
        if upn.is_empty() {
            return String::new();
        }
        if let Some(known) = self.pseudonyms.get(&key(upn)) {
            return known.clone();
        }
        let stem = self.next("user");
        self.give_upn(upn, stem)
    }

    fn give_upn(&mut self, upn: &str, stem: String) -> String {
        let pseudonym = match upn.rsplit_once('@') {
            Some((_, domain)) => format!("{stem}@{}", self.domain(domain)),
            None => stem.clone(),
        };
        if let Some((_, domain)) = upn.rsplit_once('@')
            && let Some(label) =
                people::label(domain).filter(|label| !self.called.contains_key(label))
            && let Some((_, stem)) = pseudonym.rsplit_once('@')
        {
            let stem = stem.strip_suffix(".example").unwrap_or(stem).to_owned();
            self.call(vec![label], &stem);
        }
        self.call(people::called("", upn), &stem);
        self.taken.insert(stem);
        self.give(upn, pseudonym.clone());
        pseudonym
    }
}

/// Is it an id, with signs between its digits or without?
fn is_id(text: &str) -> bool {
    GUID.find(text).is_some_and(|hit| hit.len() == text.len())
        || (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A principal name without what may be the object id of a deleted user in front: whether it is one
/// does not matter where neither may be seen.
fn without_glued_id(upn: &str) -> &str {
    glued_id(upn).map_or(upn, |(_, rest)| rest)
}

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;
