//! Pseudonyms in place of whoever and whatever can be recognised: names, principal names, ids, addresses, domains.
//! Never the way back: what a pseudonym stood for is in no output, and forgotten with the export.
//!
//! One value has one pseudonym in an export. Names can stand in the middle of any text, so all records
//! are gone through once for the names in them before the first is written. What Microsoft named the
//! same in every tenant stays, and so do services, categories, activities and the names
//! of properties.

mod known;

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::record::{Actor, ActorKind, Change, Detail, Record, Target};
use crate::text::original_upn;

/// What can be told from its form alone.
static GUID: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?i-u)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
});

/// A host behind its scheme, an IP address, or a word where a name may begin. Each alternative ends
/// soon or where it is found: a search from every word on must not look at the whole text again.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r#"https?://(?<host>[^\s/"'<>:?#\\]+)"#,
        r"|(?<six>[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45})",
        r"|(?<four>[0-9]{1,3}(?:\.[0-9]{1,3}){3})",
        r"|[\p{L}\p{N}]+",
    ))
});

fn compiled(source: &str) -> Regex {
    Regex::new(source).unwrap_or_else(|_| unreachable!("a test compiles it"))
}

/// Names of so many bytes are looked for inside of texts: shorter ones are in every text, and longer
/// ones are not repeated.
const FIND: std::ops::RangeInclusive<usize> = 3..=256;
/// Most bytes in front of the first letter of such a name.
const MOST_BEFORE: usize = 8;
/// Longest parts of an address of mail.
const LONGEST_LOCAL: usize = 256;
const LONGEST_DOMAIN: usize = 253;

/// Values are taken apart as JSON this deep, strings of JSON in JSON counted.
const LAYERS: usize = 4;

/// The pseudonyms of one export.
#[derive(Debug, Default)]
pub struct Redactor {
    /// By value, ASCII letters small.
    pseudonyms: HashMap<String, String>,
    counts: HashMap<&'static str, u32>,
    /// Stems of pseudonyms that a principal name has: no other may share it.
    taken: HashSet<String>,
    /// Names that may stand in a text, by their first word: where it stands in them, and their length,
    /// both in bytes.
    by_word: HashMap<String, Vec<(usize, usize)>>,
}

fn small(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

impl Redactor {
    /// The record with pseudonyms.
    pub fn record(&mut self, record: &Record<'_>) -> Record<'static> {
        let actor = self.actor(&record.actor);
        let is_about_domains = record.activity.to_lowercase().contains("domain");
        let targets = record.targets.iter().map(|target| self.target(target, is_about_domains));
        let targets = targets.collect();
        let details = record.details.iter().map(|detail| Detail {
            key: self.text(&detail.key).into(),
            value: self.value(&detail.value, &detail.key, "name", 0).into(),
        });
        let details = details.collect();
        Record {
            id: self.id(&record.id).into(),
            actor,
            targets,
            details,
            result_reason: self.value(&record.result_reason, "", "name", 0).into(),
            correlation_id: self.id(&record.correlation_id).into(),
            tenant_id: self.id(&record.tenant_id).into(),
            session_id: self.id(&record.session_id).into(),
            user_agent: self.text(&record.user_agent).into(),
            source: self.named(&record.source, "file").into(),
            ..record.clone().into_owned()
        }
    }

    /// The name of a file.
    pub fn file(&mut self, name: &str) -> String {
        self.named(name, "file")
    }

    fn actor(&mut self, actor: &Actor<'_>) -> Actor<'static> {
        let class = if actor.kind == ActorKind::App { "app" } else { "user" };
        let (upn, name) = self.both(&actor.upn, &actor.name, class);
        Actor {
            kind: actor.kind,
            id: self.id(&actor.id).into(),
            name: name.into(),
            upn: upn.into(),
            app_id: self.id(&actor.app_id).into(),
            service_principal_name: self.naming(&actor.service_principal_name, "app").into(),
            ip: self.address(&actor.ip).into(),
        }
    }

    fn target(&mut self, target: &Target<'_>, is_about_domains: bool) -> Target<'static> {
        let class = class_of(&target.kind);
        let is_domain = is_about_domains && target.name.contains('.') && !target.name.contains(' ');
        let (upn, name) = if is_domain && !target.name.contains('@') {
            (self.upn(&target.upn), self.domain(&target.name))
        } else {
            self.both(&target.upn, &target.name, class)
        };
        let changes = target.changes.iter().map(|change| {
            let mut side = |value: &Option<std::borrow::Cow<'_, str>>| {
                let value = value.as_deref()?;
                Some(self.value(value, &change.name, class, 0).into())
            };
            let (old, new) = (side(&change.old), side(&change.new));
            Change { name: self.text(&change.name).into(), old, new }
        });
        let changes = changes.collect();
        Target {
            id: self.id(&target.id).into(),
            name: name.into(),
            upn: upn.into(),
            kind: target.kind.to_string().into(),
            group_type: target.group_type.to_string().into(),
            changes,
        }
    }

    /// Principal name and display name of one person: the same pseudonym where that is unambiguous.
    fn both(&mut self, upn: &str, name: &str, class: &'static str) -> (String, String) {
        if upn.is_empty() {
            return (String::new(), self.naming(name, class));
        }
        let known = self.pseudonyms.get(&small(name)).cloned();
        let of_upn = small(original_upn(upn).0);
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
            && !self.pseudonyms.contains_key(&small(name));
        if is_free && !stem.is_empty() && class == "user" {
            self.give(name, stem);
        }
        (upn, self.naming(name, class))
    }

    /// A text with pseudonyms for everything in it that is known or can be told by its form.
    pub fn text(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let mut without_ids = String::with_capacity(text.len());
        let mut end = 0;
        for hit in GUID.find_iter(text) {
            without_ids.push_str(&text[end..hit.start()]);
            without_ids.push_str(&self.id(hit.as_str()));
            end = hit.end();
        }
        without_ids.push_str(&text[end..]);
        self.places(&without_ids)
    }

    fn places(&mut self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let mut out = String::with_capacity(text.len());
        let (mut copied, mut at) = (0, 0);
        let mut mails = mails(text).into_iter().peekable();
        while let Some(found) = PLACE.captures_at(text, at) {
            let Some(whole) = found.get(0) else { break };
            let (start, end) = (whole.start(), whole.end());
            while mails.next_if(|mail| mail.end <= at.max(copied)).is_some() {}
            let mail = mails.peek().filter(|mail| mail.start <= start && mail.start >= copied);
            let end = mail.map_or(end, |mail| mail.end.max(end));
            if let Some(place) = self.name_at(&lower, start, copied)
                && place.end >= end
            {
                out.push_str(&text[copied..place.start]);
                out.push_str(&self.pseudonyms[&lower[place.clone()]]);
                (copied, at) = (place.end, place.end);
                continue;
            }
            let replaced = if let Some(host) = found.name("host") {
                let domain = self.domain(host.as_str());
                Some((host.range(), domain))
            } else if let Some(mail) = mail {
                Some((mail.clone(), self.upn(&text[mail.clone()])))
            } else if let Some(address) = found.name("six").or_else(|| found.name("four")) {
                let is_one = address.as_str().parse::<IpAddr>().is_ok();
                is_one.then(|| (address.range(), self.address(address.as_str())))
            } else {
                let word = whole.as_str();
                let is_id = word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
                is_id.then(|| (whole.range(), self.id(word)))
            };
            if let Some((range, with)) = replaced {
                out.push_str(&text[copied..range.start]);
                out.push_str(&with);
                copied = range.end;
            }
            at = if found.name("six").is_some() && mail.is_none() && copied != end {
                // No address after all: a name may begin at one of its words.
                let first = text[start..].find(|c: char| !c.is_alphanumeric()).unwrap_or(1);
                self.word_of(&lower, &mut out, text, (start, start + first), &mut copied);
                start + first.max(1)
            } else {
                end
            };
        }
        out.push_str(&text[copied..]);
        out
    }

    /// A name that is just the word in front of a colon.
    fn word_of(
        &self,
        lower: &str,
        out: &mut String,
        text: &str,
        (start, end): (usize, usize),
        copied: &mut usize,
    ) {
        if let Some(place) = self.name_at(lower, start, *copied)
            && place.end <= end
        {
            out.push_str(&text[*copied..place.start]);
            out.push_str(&self.pseudonyms[&lower[place.clone()]]);
            *copied = place.end;
        }
    }

    /// The longest known name whose first word begins at `start`; nothing before `from` belongs to it.
    fn name_at(&self, lower: &str, start: usize, from: usize) -> Option<std::ops::Range<usize>> {
        let rest = &lower[start..];
        let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
        let known = self.by_word.get(word)?;
        known.iter().find_map(|&(before, len)| {
            let begin = start.checked_sub(before).filter(|&begin| begin >= from)?;
            let name = lower.get(begin..begin + len)?;
            let open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            let ends =
                !name.ends_with(char::is_alphanumeric) || open(lower[begin + len..].chars().next());
            let begins = before > 0 || open(lower[..begin].chars().next_back());
            (ends && begins && self.pseudonyms.contains_key(name)).then_some(begin..begin + len)
        })
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
            None => self.text(text),
        }
    }

    fn json(&mut self, value: &mut Value, key: &str, class: &'static str, layer: usize) {
        match value {
            Value::String(text) => *text = self.value(text, key, class, layer),
            Value::Array(items) => {
                for item in items {
                    self.json(item, key, class, layer);
                }
            }
            Value::Object(map) => {
                let entries = std::mem::take(map).into_iter().map(|(key, mut value)| {
                    self.json(&mut value, &key, class, layer);
                    (self.text(&key), value)
                });
                let entries: Vec<(String, Value)> = entries.collect();
                map.extend(entries);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// What stands where a name stands.
    fn naming(&mut self, name: &str, class: &'static str) -> String {
        let trimmed = name.trim();
        if let Some(known) = self.pseudonyms.get(&small(name)) {
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
        if GUID.find(trimmed).is_some_and(|hit| hit.len() == trimmed.len()) {
            return self.id(name);
        }
        if trimmed.contains('@') && !trimmed.contains(char::is_whitespace) && !trimmed.contains(':')
        {
            return self.upn(name);
        }
        let replaced = self.text(name);
        if replaced == name { self.named(name, class) } else { replaced }
    }

    /// The pseudonym of a value, whatever it looks like.
    fn named(&mut self, value: &str, class: &'static str) -> String {
        if value.trim().is_empty() {
            return value.to_owned();
        }
        if let Some(known) = self.pseudonyms.get(&small(value)) {
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
        let value = small(value);
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
        self.pseudonyms.insert(value, pseudonym);
    }

    fn id(&mut self, id: &str) -> String {
        if known::is_id(id) { id.to_owned() } else { self.named_quietly(id, "id") }
    }

    /// As [`Self::named`], for what is found in texts by its form: it need not be known as a name.
    fn named_quietly(&mut self, value: &str, class: &'static str) -> String {
        let is_told_by_form = GUID.is_match(value);
        if !is_told_by_form {
            return self.named(value, class);
        }
        if let Some(known) = self.pseudonyms.get(&small(value)) {
            return known.clone();
        }
        let pseudonym = self.next(class);
        self.pseudonyms.insert(small(value), pseudonym.clone());
        pseudonym
    }

    fn address(&mut self, address: &str) -> String {
        self.named(address, "ip")
    }

    fn domain(&mut self, domain: &str) -> String {
        if domain.parse::<IpAddr>().is_ok() {
            return self.address(domain);
        }
        if domain.trim().is_empty() || known::is_domain(domain) {
            return domain.to_owned();
        }
        if let Some(known) = self.pseudonyms.get(&small(domain)) {
            return known.clone();
        }
        let dots = domain.match_indices('.').map(|(at, _)| at).take(10);
        for (below, above) in dots.map(|at| (&domain[..at], &domain[at + 1..])) {
            if let Some(known) = self.pseudonyms.get(&small(above)).filter(|_| above.contains('.'))
            {
                return format!("{below}.{known}");
            }
        }
        let pseudonym = format!("{}.example", self.next("domain"));
        self.give(domain, pseudonym.clone());
        pseudonym
    }

    fn upn(&mut self, upn: &str) -> String {
        let (upn, _) = original_upn(upn.trim());
        if upn.is_empty() {
            return String::new();
        }
        if let Some(known) = self.pseudonyms.get(&small(upn)) {
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
        self.taken.insert(stem);
        self.give(upn, pseudonym.clone());
        pseudonym
    }
}

/// Where addresses of mail are in a text, in order.
fn mails(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+#$&*~!-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let from = found.last().map_or(0, |last| last.end);
        let before = text[from.min(at)..at].chars().rev().take_while(|&c| is_local(c));
        let before: usize = before.take(LONGEST_LOCAL).map(char::len_utf8).sum();
        let after = text[at + 1..].chars().take_while(|&c| is_domain(c)).take(LONGEST_DOMAIN);
        let after: usize = after.map(char::len_utf8).sum();
        let domain = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
        let inside = domain.trim_start_matches(['.', '-']).contains('.');
        if before > 0 && inside && from <= at {
            found.push(at - before..at + 1 + domain.len());
        }
    }
    found
}

/// The class of what a target of this type is.
fn class_of(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "user" => "user",
        "group" => "group",
        "device" => "device",
        "role" | "directoryrole" => "role",
        "application" | "serviceprincipal" => "app",
        "policy" => "policy",
        _ => "name",
    }
}

/// The class of what a property's or key's values name; `None` where they name nothing.
fn class_by_key(key: &str, class: &'static str) -> Option<&'static str> {
    let mut parts = key.rsplit('.');
    let last = parts.next()?.replace([' ', '_', '-'], "").to_ascii_lowercase();
    let (_, named) = known::NAMING.iter().find(|(known, _)| *known == last)?;
    let of = parts.next().map(class_of).filter(|class| *class != "name");
    Some(if named.is_empty() { of.unwrap_or(class) } else { named })
}

#[cfg(test)]
mod tests;
