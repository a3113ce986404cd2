//! What really differs between a property's old and new value: [`differences`].
//! Never shows anything; values come back as plain text, paths in the manner of jq.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Change, value_text};

/// One place where old and new differ.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// Where in the value, such as `.conditions.users.excludeUsers[]`; empty for the value itself.
    pub path: String,
    /// What was there before; `None` where there was nothing.
    pub old: Option<String>,
    /// What is there now; `None` where there is nothing any more.
    pub new: Option<String>,
}

impl Difference {
    /// Where it is to be told, and whether it is one element of a list there: `[]` beside a sign would
    /// read as an empty value.
    pub fn place(&self) -> (&str, bool) {
        match self.path.strip_suffix("[]") {
            Some(list) => (list, true),
            None => (&self.path, false),
        }
    }

    /// The value on one side as `PROPERTY.PATH=VALUE`; `None` where nothing is there.
    pub fn text(&self, property: &str, new: bool) -> Option<String> {
        let value = if new { &self.new } else { &self.old };
        value.as_ref().map(|value| format!("{property}{}={value}", self.path))
    }
}

/// Values are followed this deep; what lies deeper is compared as text.
const DEEPEST: usize = 40;

/// The places where two logged values differ, in the order of the new one. Equal values have none.
///
/// Values are JSON in strings, often several times over (see [`value_text`]). Objects are compared
/// by key; lists of the same length element by element where the elements are objects, others by
/// what only one of them has.
pub fn differences(old: Option<&str>, new: Option<&str>) -> Vec<Difference> {
    if let (Some(old), Some(new)) = (text_in(old), text_in(new)) {
        return differing_texts(old, new).into_iter().collect();
    }
    let (old, new) = (old.map(unpacked), new.map(unpacked));
    let mut found = Vec::new();
    compare("", old.as_ref(), new.as_ref(), 0, &mut found);
    found
}

/// The places where a change's values differ; see [`differences`]. Of scopes, which are logged as one text
/// with spaces between them, the ones that only one side has: a grant is logged with all it had before.
pub fn differences_of(change: &Change<'_>) -> Vec<Difference> {
    let (old, new) = (change.old.as_deref(), change.new.as_deref());
    if change.name.ends_with(SCOPE)
        && let (Some(before), Some(after)) = (old, new)
    {
        let (before, after) = (value_text(before), value_text(after));
        if !before.trim().is_empty() && !after.trim().is_empty() {
            let words = |text: &str| text.split_whitespace().map(Value::from).collect::<Vec<_>>();
            let mut found = Vec::new();
            lists("", &words(&before), &words(&after), &mut found);
            return found;
        }
    }
    differences(old, new)
}

/// How the names of properties end whose values are scopes.
const SCOPE: &str = ".Scope";

/// The text that is all of a logged value, as [`unpacked`] would find it; `None` where there may be
/// more to it. Most values are such, and need not be taken for JSON.
fn text_in(logged: Option<&str>) -> Option<&str> {
    let Some(logged) = logged else { return Some("") };
    let trimmed = logged.trim_start();
    if !trimmed.starts_with(['{', '[', '"']) {
        return Some(logged);
    }
    let list = |text: &str| text.starts_with("[\"") && text.ends_with("\"]") && text.len() > 3;
    let inner = if list(logged) { &logged[1..logged.len() - 1] } else { logged };
    let inner = inner.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = !inner.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\'));
    let is_packed = inner.trim_start().starts_with(['{', '[']);
    (is_plain && !is_packed).then_some(inner)
}

fn differing_texts(old: &str, new: &str) -> Option<Difference> {
    let side = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (old != new).then(|| Difference { path: String::new(), old: side(old), new: side(new) })
}

/// A logged value with every layer of JSON in strings taken off.
fn unpacked(logged: &str) -> Value {
    unpack(Value::String(logged.to_owned()), 0)
}

fn unpack(value: Value, layers: usize) -> Value {
    match value {
        Value::String(text) if layers < 4 => {
            let trimmed = text.trim_start();
            let packed = trimmed.starts_with(['{', '[', '"']);
            match serde_json::from_str::<Value>(&text) {
                Ok(inner) if packed => unpack(inner, layers + 1),
                _ => Value::String(text),
            }
        }
        Value::Array(mut items) if items.len() == 1 && layers < 4 => {
            let item = unpack(items.remove(0), layers + 1);
            // A list of one plain value is how Graph writes a plain value.
            if item.is_object() || item.is_array() { Value::Array(vec![item]) } else { item }
        }
        other => other,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn compare(
    path: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    let old = old.filter(|value| !is_nothing(value));
    let new = new.filter(|value| !is_nothing(value));
    match (old, new) {
        (None, None) => {}
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) if depth < DEEPEST => {
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            for key in new.keys().chain(gone) {
                let (old, new) = (old.get(key), new.get(key));
                // Most of a large value is as it was: its place need not be named.
                if old != new {
                    compare(&format!("{path}.{key}"), old, new, depth + 1, found);
                }
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if depth < DEEPEST => {
            let objects = |items: &[Value]| items.iter().all(Value::is_object);
            if old.len() == new.len() && objects(old) && objects(new) {
                for (at, (old, new)) in old.iter().zip(new).enumerate() {
                    compare(&format!("{path}[{at}]"), Some(old), Some(new), depth + 1, found);
                }
            } else {
                lists(path, old, new, found);
            }
        }
        (None, Some(Value::Object(new))) if depth < DEEPEST => {
            for (key, value) in new {
                compare(&format!("{path}.{key}"), None, Some(value), depth + 1, found);
            }
        }
        (Some(Value::Object(old)), None) if depth < DEEPEST => {
            for (key, value) in old {
                compare(&format!("{path}.{key}"), Some(value), None, depth + 1, found);
            }
        }
        // A list of one plain value was unpacked to that value.
        (Some(old), Some(Value::Array(new))) if !old.is_object() => {
            lists(path, std::slice::from_ref(old), new, found);
        }
        (Some(Value::Array(old)), Some(new)) if !new.is_object() => {
            lists(path, old, std::slice::from_ref(new), found);
        }
        (None, Some(Value::Array(new))) => lists(path, &[], new, found),
        (Some(Value::Array(old)), None) => lists(path, old, &[], found),
        (old, new) => found.push(Difference {
            path: path.to_owned(),
            old: old.map(shown),
            new: new.map(shown),
        }),
    }
}

/// What only one of two lists has, repeated elements counted.
fn lists(path: &str, old: &[Value], new: &[Value], found: &mut Vec<Difference>) {
    let mut balance: BTreeMap<String, i64> = BTreeMap::new();
    for value in old {
        *balance.entry(shown(value)).or_default() -= 1;
    }
    for value in new {
        *balance.entry(shown(value)).or_default() += 1;
    }
    let path = format!("{path}[]");
    let mut push = |old: Option<String>, new: Option<String>| {
        found.push(Difference { path: path.clone(), old, new });
    };
    for value in old {
        let text = shown(value);
        if let Some(count) = balance.get_mut(&text).filter(|count| **count < 0) {
            *count += 1;
            push(Some(text), None);
        }
    }
    for value in new {
        let text = shown(value);
        if let Some(count) = balance.get_mut(&text).filter(|count| **count > 0) {
            *count -= 1;
            push(None, Some(text));
        }
    }
}

/// Elements that two lists share, repeated ones counted; `None` where the values are no lists.
pub fn kept(old: Option<&str>, new: Option<&str>) -> Option<usize> {
    let elements = |logged: Option<&str>| match logged.map(unpacked) {
        Some(Value::Array(items)) => (true, items.iter().map(shown).collect()),
        Some(value) if !is_nothing(&value) => (value.is_array(), vec![shown(&value)]),
        _ => (false, Vec::new()),
    };
    let ((old_is_list, old), (new_is_list, new)) = (elements(old), elements(new));
    if !old_is_list && !new_is_list {
        return None;
    }
    let mut balance: BTreeMap<&str, usize> = BTreeMap::new();
    for element in &old {
        *balance.entry(element).or_default() += 1;
    }
    let stays = new.iter().filter(|element| {
        balance.get_mut(element.as_str()).filter(|left| **left > 0).map(|left| *left -= 1).is_some()
    });
    Some(stays.count())
}

/// A value on one line as a person reads it; nothing is empty.
pub fn one_line(value: Option<&str>) -> String {
    value.map(value_text).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_scopes_only_those_that_were_added_or_taken_differ() {
        let scopes = |old: Option<&'static str>, new: Option<&'static str>| {
            let change = Change {
                name: "DelegatedPermissionGrant.Scope".into(),
                old: old.map(Into::into),
                new: new.map(Into::into),
            };
            differences_of(&change).into_iter().map(|one| (one.path, one.old, one.new)).collect()
        };
        let found: Vec<_> = scopes(Some("\" User.Read Mail.Read\""), Some("\"Mail.Read  openid\""));
        let at = || "[]".to_owned();
        assert_eq!(
            found,
            [(at(), Some("User.Read".to_owned()), None), (at(), None, Some("openid".to_owned()))]
        );
        let found: Vec<_> = scopes(None, Some("\"Mail.Read openid\""));
        assert_eq!(found, [(String::new(), None, Some("Mail.Read openid".to_owned()))]);
    }

    #[test]
    fn plain_values_differ_as_they_do_taken_for_json() {
        let values = [
            "",
            "a",
            " a ",
            "\"a\"",
            "[\"a\"]",
            "[\"\"]",
            "\"\"",
            "\"a",
            "[\"a\",\"b\"]",
            "[true]",
            "true",
            "\"[1]\"",
            "\"{\"",
            "\" a\"",
            "\"a\\u0062\"",
            "[\"a\"] ",
            "\"",
            "[\"]",
            "\"\u{1}\"",
        ];
        for old in values {
            for new in values {
                let mut slow = Vec::new();
                compare("", Some(&unpacked(old)), Some(&unpacked(new)), 0, &mut slow);
                assert_eq!(differences(Some(old), Some(new)), slow, "{old:?} {new:?}");
            }
            let mut slow = Vec::new();
            compare("", None, Some(&unpacked(old)), 0, &mut slow);
            assert_eq!(differences(None, Some(old)), slow, "{old:?}");
        }
    }

    fn lines(old: &str, new: &str) -> Vec<String> {
        differences(Some(old), Some(new))
            .into_iter()
            .map(|d| {
                let side = |side: Option<String>| side.unwrap_or_else(|| "∅".to_owned());
                format!("{} {} → {}", d.path, side(d.old), side(d.new))
            })
            .collect()
    }

    #[test]
    fn plain_values_differ_as_a_whole() {
        assert_eq!(lines(r#""Guest""#, r#"["Member"]"#), [" Guest → Member"]);
        assert_eq!(lines(r#""Member""#, r#"["Member"]"#), [""; 0]);
        assert_eq!(lines("", r#""Global Administrator""#), [" ∅ → Global Administrator"]);
        assert_eq!(lines("DirectorySync", "x"), [" DirectorySync → x"]);
    }

    #[test]
    fn of_a_large_policy_only_what_changed_is_told() {
        let old = r#"{"state":"enabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":["a"]}},"x":[1,2]}"#;
        let new = r#"{"state":"disabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":["a","b"]}},"x":[1,2]}"#;
        assert_eq!(
            lines(old, new),
            [".state enabled → disabled", ".conditions.users.excludeUsers[] ∅ → b"]
        );
        let twice = |json: &str| serde_json::to_string(&[json]).unwrap();
        assert_eq!(lines(&twice(old), &twice(new)).len(), 2);
    }

    #[test]
    fn of_two_key_lists_only_the_added_key_is_told() {
        let old = r#"["[KeyIdentifier=1,KeyType=Password]"]"#;
        let new = r#"["[KeyIdentifier=1,KeyType=Password]","[KeyIdentifier=2,KeyType=Password]"]"#;
        let found = lines(old, new);
        assert!(found.iter().any(|line| line.contains("∅ → [KeyIdentifier=2")), "{found:?}");
    }

    #[test]
    fn elements_that_stay_are_counted() {
        let kept = |old: &str, new: &str| kept(Some(old), Some(new));
        assert_eq!(kept(r#"["a"]"#, r#"["a","b"]"#), Some(1));
        assert_eq!(kept(r#"["a","a","c"]"#, r#"["a","b"]"#), Some(1));
        assert_eq!(kept("[]", r#"["a","b"]"#), Some(0));
        assert_eq!(kept(r#""a""#, r#"["b"]"#), None);
        let added = differences(Some(r#"["a"]"#), Some(r#"["a","b"]"#));
        assert_eq!(added[0].place(), ("", true));
    }

    #[test]
    fn lists_of_objects_of_one_length_are_compared_inside() {
        let old = r#"[{"id":"a","n":1},{"id":"b","n":2}]"#;
        let new = r#"[{"id":"a","n":1},{"id":"b","n":3}]"#;
        assert_eq!(lines(old, new), ["[1].n 2 → 3"]);
    }
}
