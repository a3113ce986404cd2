//! What a query means, told again over whole records with plain text functions.
//! Never uses the patterns, plans and columns it judges.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use entrail::query::{Context, Expression, Operator, Query, Term, Value};
use entrail::record::change::{Difference, differences_of};
use entrail::record::column::part::MOST_RULES;
use entrail::record::kind::property::PropertyKey;
use entrail::record::licence::{self, Fate};
use entrail::record::naming::is_name;
use entrail::record::risk::rate;
use entrail::record::value_kind::ValueKind;
use entrail::record::{Actor, ActorKind, Change, Kind, NamedBy, Record, Target, value_text};
use entrail::text::{fold, fold_fragment};
use entrail::time::Timestamp;

/// Do two records with a real id say the same? Lists in any order, ids in any case, times in whole
/// seconds; of sign-ins neither service nor category.
pub fn is_same(one: &Record<'_>, other: &Record<'_>) -> bool {
    plain(one) == plain(other)
}

/// A record as text, without what does not count.
fn plain(record: &Record<'_>) -> String {
    let is_sign_in = record.kind == Kind::SignIn;
    let mut targets: Vec<String> = (record.targets.iter())
        .map(|target| {
            let mut changes: Vec<String> = (target.changes.iter())
                .map(|c| {
                    format!(
                        "{:?} {:?} {:?}",
                        c.name,
                        or_empty(c.old.as_ref()),
                        or_empty(c.new.as_ref())
                    )
                })
                .collect();
            changes.sort();
            let ids = [&target.id, &target.upn].map(|id| id.to_ascii_lowercase());
            format!("{ids:?} {:?} {:?} {changes:?}", target.name, target.kind)
        })
        .collect();
    targets.sort();
    let mut details: Vec<String> = record
        .details
        .iter()
        .map(|detail| format!("{:?} {:?}", detail.key, detail.value))
        .collect();
    details.sort();
    let actor = &record.actor;
    let ids = [&record.id, &record.result, &record.correlation_id];
    let of_actor = [&actor.id, &actor.upn, &actor.app_id, &actor.ip];
    let lower = |texts: &[&std::borrow::Cow<'_, str>]| -> Vec<String> {
        texts.iter().map(|text| text.to_ascii_lowercase()).collect()
    };
    let place = if is_sign_in { None } else { Some((&record.service, &record.category)) };
    format!(
        "{:?} {:?} {:?} {place:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {targets:?} {details:?}",
        record.kind,
        record.time.map(|time| time.ticks().div_euclid(10_000_000)),
        lower(&ids),
        record.activity,
        record.operation_type,
        record.outcome,
        record.result_reason,
        lower(&of_actor),
        actor.name,
        actor.service_principal_name,
        actor.kind,
    )
}

fn or_empty<'v>(value: Option<&'v std::borrow::Cow<'_, str>>) -> &'v str {
    value.map(|value| &**value).unwrap_or_default()
}

/// Does the record match?
pub fn matches(query: &Query, record: &Record<'_>, raw: &str, context: &Context) -> bool {
    query.expression.as_ref().is_none_or(|e| holds(e, record, raw, context))
}

fn holds(expression: &Expression, record: &Record<'_>, raw: &str, context: &Context) -> bool {
    let inner = |e: &Expression| holds(e, record, raw, context);
    match expression {
        Expression::And(parts) => parts.iter().all(inner),
        Expression::Or(parts) => parts.iter().any(inner),
        Expression::Not(part) => !inner(part),
        Expression::Term(term) => term_holds(term, record, raw, context),
    }
}

/// What each spelling of addresses means, written down by hand.
const MEANT: &[(&str, &[&str])] = &[
    ("192.0.2.9", &["192.0.2.9"]),
    ("192.0.2.20", &["192.0.2.20"]),
    ("192.0.2.100", &["192.0.2.100"]),
    ("192.0.2.9:54321", &["192.0.2.9"]),
    ("[192.0.2.9]:443", &["192.0.2.9"]),
    ("::ffff:192.0.2.9", &["192.0.2.9"]),
    ("::FFFF:C000:209", &["192.0.2.9"]),
    ("192.0.2.20, 192.0.2.9:1", &["192.0.2.20", "192.0.2.9"]),
    ("2001:db8::1", &["2001:db8::1"]),
    ("2001:DB8::a", &["2001:db8::a"]),
    ("2001:0db8:0000:0000:0000:0000:0000:0001", &["2001:db8::1"]),
    ("[2001:db8::1%5]:443", &["2001:db8::1"]),
    ("[\"2001:db8::a\",\"192.0.2.20\"]", &["2001:db8::a", "192.0.2.20"]),
    ("InvalidIPAddress", &[]),
];

/// An address field's values: what was logged, and what it means.
fn spelled(logged: &str) -> Vec<String> {
    let meant = meant(logged).iter().map(|&usual| usual.to_owned());
    std::iter::once(logged.to_owned()).chain(meant).collect()
}

/// The first addresses of blocks, by how the addresses in them begin.
const BLOCKS: &[(&str, &str)] =
    &[("192.0.2.0/24", "192.0.2."), ("2001:db8::/32", "2001:db8:"), ("192.0.2.9/32", "192.0.2.9")];

fn meant(logged: &str) -> &'static [&'static str] {
    MEANT.iter().find(|(spelling, _)| *spelling == logged).map_or(&[], |(_, means)| means)
}

/// Does one of the addresses of a record answer the value?
fn address_matches(wanted: &Value, logged: &str) -> bool {
    let own = meant(logged);
    let number = |text: &str| text.parse::<IpAddr>().ok();
    match wanted {
        Value::Text(text) => {
            if let Some((block, begin)) = BLOCKS.iter().find(|(block, _)| block == text) {
                let whole = block.ends_with("/32") && !block.contains(':');
                return own
                    .iter()
                    .any(|own| if whole { own == begin } else { own.starts_with(begin) });
            }
            matches!(meant(text), [one] if own.contains(one))
        }
        Value::Range(from, to) => {
            let ends = [from, to].map(|end| end.as_deref().map(number));
            let [from, to] = ends;
            if from == Some(None) || to == Some(None) {
                return false;
            }
            let (from, to) = (from.flatten(), to.flatten());
            own.iter().filter_map(|own| number(own)).any(|own| {
                let same = |end: &IpAddr| end.is_ipv4() == own.is_ipv4();
                from.is_none_or(|from| same(&from) && from <= own)
                    && to.is_none_or(|to| same(&to) && own <= to)
            })
        }
        _ => false,
    }
}

/// Is the value a range between addresses? Their text says nothing then.
fn is_address_range(value: &Value) -> bool {
    let is_address =
        |end: &Option<String>| end.as_deref().is_none_or(|text| text.parse::<IpAddr>().is_ok());
    matches!(value, Value::Range(from, to) if is_address(from) && is_address(to))
}

fn ip_holds(value: &Value, whole: bool, record: &Record<'_>) -> bool {
    let Value::Text(text) = value else {
        let by_text = !is_address_range(value)
            && values("actor.ip", record, "").iter().any(|own| value_matches(value, whole, own));
        return by_text || address_matches(value, &record.actor.ip);
    };
    let names_addresses = BLOCKS.iter().any(|(block, _)| block == text) || meant(text).len() == 1;
    let by_text = (!whole || !names_addresses)
        && values("actor.ip", record, "").iter().any(|own| value_matches(value, whole, own));
    by_text || address_matches(value, &record.actor.ip)
}

/// The values under a key: of details, and of changed properties by their whole name or the whole
/// path to a place that differs.
fn keyed(field: &str, key: &str, r: &Record<'_>) -> Vec<String> {
    let key = fold(key);
    if field == "detail" {
        let own = r.details.iter().filter(|detail| fold(&detail.key) == key);
        return own.map(|detail| detail.value.to_string()).collect();
    }
    let mut found = Vec::new();
    for change in r.targets.iter().flat_map(|target| &target.changes) {
        let side = if field == "new" { &change.new } else { &change.old };
        if fold(&change.name) == key {
            found.extend(side.iter().map(|value| value_text(value).to_string()));
            continue;
        }
        for place in differences_of(change) {
            if fold(&format!("{}{}", change.name, place.path)) == key {
                found.extend(if field == "new" { place.new } else { place.old });
            }
        }
    }
    found
}

/// `PROPERTY=VALUE` asks for the whole name of the property.
fn property_matches(wanted: &Value, logged: &str) -> Option<bool> {
    let (text, is_wild) = match wanted {
        Value::Text(text) => (text, false),
        Value::Wildcard(text) => (text, true),
        _ => return None,
    };
    let (property, value) = text.split_once('=')?;
    let is_path = |c: char| c.is_alphanumeric() || "._-[] ".contains(c);
    if property.is_empty() || !property.chars().all(is_path) {
        return None;
    }
    let (own, rest) = logged.split_once('=')?;
    let wanted =
        if is_wild { Value::Wildcard(value.to_owned()) } else { Value::Text(value.to_owned()) };
    Some(fold(own) == fold(property) && (value.is_empty() || value_matches(&wanted, false, rest)))
}

fn term_holds(term: &Term, record: &Record<'_>, raw: &str, context: &Context) -> bool {
    if term.operator == Operator::NotEquals {
        let equals = Term { operator: Operator::Equals, ..term.clone() };
        return !term_holds(&equals, record, raw, context);
    }
    if let Value::AnyOf(values) = &term.value {
        return values.iter().any(|value| {
            term_holds(&Term { value: value.clone(), ..term.clone() }, record, raw, context)
        });
    }
    let Some(field) = term.field else {
        let fields =
            ["activity", "service", "category", "actor", "target", "actor.ip", "reason", "change"];
        let added = record.properties.iter().filter(|own| own.key.row().in_words);
        let mut added = added.map(|own| own.value.replace(['\u{1e}', '\u{1f}'], " "));
        return fields.iter().any(|name| {
            if *name == "actor.ip" {
                return ip_holds(&term.value, false, record);
            }
            values(name, record, raw).iter().any(|v| value_matches(&term.value, false, v))
        }) || added.any(|v| value_matches(&term.value, false, &v));
    };
    if field.name == "time" {
        return record.time.is_some_and(|time| time_matches(term, time, context));
    }
    if let Value::Keyed(key, value) = &term.value {
        if let Value::AnyOf(all) = &**value {
            return all.iter().any(|value| {
                let value = Value::Keyed(key.clone(), Box::new(value.clone()));
                term_holds(&Term { value, ..term.clone() }, record, raw, context)
            });
        }
        let own = keyed(field.name, key, record);
        let whole = term.operator == Operator::Equals;
        if whole && **value == Value::Text(String::new()) {
            return own.iter().all(String::is_empty);
        }
        return own.iter().any(|own| value_matches(value, whole, own));
    }
    if field.name == "actor.ip" && term.value != Value::Text(String::new()) {
        return ip_holds(&term.value, term.operator == Operator::Equals, record);
    }
    let values = values(field.name, record, raw);
    if matches!(field.name, "change.old" | "change.new") && term.operator == Operator::Contains {
        return values.iter().any(|own| {
            property_matches(&term.value, own)
                .unwrap_or_else(|| value_matches(&term.value, false, own))
        });
    }
    if field.kind == ValueKind::Level
        && let Some(holds) = level_holds(term, values.first().map(String::as_str))
    {
        return holds;
    }
    let whole = term.operator == Operator::Equals;
    if whole && term.value == Value::Text(String::new()) {
        return values.iter().all(String::is_empty);
    }
    values.iter().any(|value| value_matches(&term.value, whole, value))
}

const LEVELS: [&str; 4] = ["low", "medium", "high", "critical"];

/// Is the level in the order that is asked for? `None` where none is.
fn level_holds(term: &Term, own: Option<&str>) -> Option<bool> {
    let place = |text: &str| LEVELS.iter().position(|level| *level == text);
    let own = own.and_then(place);
    let compared = |holds: fn(usize, usize) -> bool| match (&term.value, own) {
        (Value::Text(asked), Some(own)) => place(asked).is_some_and(|asked| holds(own, asked)),
        _ => false,
    };
    Some(match (&term.value, term.operator) {
        (Value::Range(from, to), _) => own.is_some_and(|own| {
            from.as_deref().and_then(place).is_none_or(|from| own >= from)
                && to.as_deref().and_then(place).is_none_or(|to| own <= to)
        }),
        (_, Operator::Greater) => compared(|own, asked| own > asked),
        (_, Operator::GreaterOrEqual) => compared(|own, asked| own >= asked),
        (_, Operator::Less) => compared(|own, asked| own < asked),
        (_, Operator::LessOrEqual) => compared(|own, asked| own <= asked),
        _ => return None,
    })
}

/// The name without the digits of the user's own id, where a deleted user has them in front.
fn without_glue<'u>(upn: &'u str, id: &str) -> Option<&'u str> {
    let digits = id.replace('-', "").to_lowercase();
    let rest = upn.get(32..)?;
    let is_id = id.len() == 36 && digits.len() == 32 && upn[..32].to_lowercase() == digits;
    (is_id && !rest.starts_with('@') && rest.contains('@')).then_some(rest)
}

/// Services of Microsoft, a name in front of each line.
const SERVICES: &str = include_str!("../../assets/risk/services.tsv");

thread_local! {
    /// What the data calls each id: how telling a name is, and the name.
    static NAMES: RefCell<BTreeMap<String, BTreeSet<(usize, String)>>> = RefCell::default();
}

/// The names that these records give to ids count from here on.
pub fn know<'r, 'a: 'r>(records: impl IntoIterator<Item = &'r Record<'a>>) {
    let mut known: BTreeMap<String, BTreeSet<(usize, String)>> = BTreeMap::new();
    let mut add = |ids: &[&str], names: &[&str]| {
        for id in ids.iter().filter(|id| joins(id)) {
            for (rank, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let name = name.replace(['\u{1e}', '\u{1f}'], " ");
                known.entry(id.to_lowercase()).or_default().insert((rank, name));
            }
        }
    };
    for record in records {
        for target in &record.targets {
            let upn = without_glue(&target.upn, &target.id).unwrap_or(&target.upn);
            add(&[&target.id, &target.name_id], &[upn, &target.name]);
        }
        let actor = &record.actor;
        if actor.kind == ActorKind::App {
            add(&[&actor.id, &actor.app_id], &[&actor.name, &actor.service_principal_name]);
        } else {
            let upn = without_glue(&actor.upn, &actor.id).unwrap_or(&actor.upn);
            // A person who used a service of Microsoft has its name where theirs should be.
            let of_service = actor.kind == ActorKind::User
                && !upn.is_empty()
                && SERVICES.lines().any(|line| {
                    let name = line.split('\t').next().unwrap_or_default();
                    !name.starts_with('#') && fold(name) == fold(&actor.name)
                });
            add(&[&actor.id], &[upn, if of_service { "" } else { &actor.name }]);
            let names = [&*actor.app_name, &*actor.service_principal_name];
            add(&[&actor.app_object_id, &actor.app_id], &names);
        }
    }
    NAMES.set(known);
}

/// Is it a GUID, and not that of nothing?
fn joins(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = || groups.iter().flat_map(|group| group.chars());
    lengths == [8, 4, 4, 4, 12]
        && digits().all(|c| c.is_ascii_hexdigit())
        && digits().any(|c| c != '0')
}

/// The names that the data has for these ids.
fn known(ids: &[&str]) -> Vec<String> {
    NAMES.with_borrow(|names| {
        let of = |id: &&str| names.get(&id.to_lowercase());
        let mut texts: Vec<String> = Vec::new();
        for (_, name) in ids.iter().filter(|id| joins(id)).filter_map(of).flatten() {
            if !texts.contains(name) {
                texts.push(name.clone());
            }
        }
        texts
    })
}

/// A user principal name without the digits in front, and as logged where it has them.
fn upns(upn: &str, id: &str) -> [String; 2] {
    match without_glue(upn, id) {
        Some(rest) => [rest.to_owned(), upn.to_owned()],
        None => [upn.to_owned(), String::new()],
    }
}

fn actor_names(a: &Actor<'_>) -> Vec<String> {
    let [upn, logged] = upns(&a.upn, &a.id);
    let own = [&*upn, &*a.name, &*a.service_principal_name, &*logged];
    let mut names = own.map(str::to_owned).to_vec();
    // Who has no name at all is found by the id that is shown instead.
    if own.iter().all(|name| name.is_empty()) {
        if a.app_name.is_empty() {
            names.extend(match a.kind {
                ActorKind::App => known(&[&a.id, &a.app_id]),
                _ => known(&[&a.id, &a.app_object_id, &a.app_id]),
            });
        }
        let id = if a.id.is_empty() { &a.app_id } else { &a.id };
        names.push(id.to_string());
    }
    names.push(a.app_name.to_string());
    names
}

fn target_names(t: &Target<'_>) -> Vec<String> {
    let [upn, logged] = upns(&t.upn, &t.id);
    if upn.is_empty() && t.name.is_empty() && logged.is_empty() {
        return known(&[&t.id, &t.name_id]);
    }
    let mut names = vec![upn, t.name.to_string(), logged];
    // Who renames something is found by the old name too; it is nobody's name any more.
    for (properties, current) in
        [(&["displayname"][..], &t.name), (&["upn", "userprincipalname"], &t.upn)]
    {
        let own = t.changes.iter().filter(|c| properties.contains(&&*c.name.to_lowercase()));
        let mut old = own.filter_map(|c| c.old.as_deref()).map(value_text);
        names.extend(old.find(|old| is_name(old) && old != current).map(|old| old.to_string()));
    }
    names
}

/// All values of a field, empty ones too.
pub fn values(field: &str, r: &Record<'_>, raw: &str) -> Vec<String> {
    let targets = |get: &dyn Fn(&entrail::record::Target<'_>) -> Vec<String>| {
        r.targets.iter().flat_map(get).collect::<Vec<_>>()
    };
    let changes = || r.targets.iter().flat_map(|t| &t.changes);
    let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let kept = match field {
        "service" => texts(&[&r.service]),
        "category" => texts(&[&r.category]),
        "activity" => texts(&[&r.activity]),
        "result" => {
            let said = entrail::record::Outcome::from_word(&r.result);
            let fits = said == entrail::record::Outcome::Unknown || said == r.outcome;
            texts(&[r.outcome.word(), if fits { &r.result } else { "" }])
        }
        "result.logged" => texts(&[&r.result]),
        "reason" => texts(&[&r.result_reason]),
        "actor" => actor_names(&r.actor),
        "actor.id" => texts(&[&r.actor.id, &r.actor.app_id, &r.actor.app_object_id]),
        "actor.app" => texts(&[&r.actor.app_id]),
        "actor.ip" => spelled(&r.actor.ip),
        "actor.kind" => texts(&[r.actor.kind.word()]),
        "target" => targets(&target_names),
        "target.id" => targets(&|t| vec![t.id.to_string(), t.name_id.to_string()]),
        "target.type" => targets(&|t| vec![t.kind.to_string()]),
        "change" => changes().map(|c| c.name.to_string()).collect(),
        "op" => texts(&[&r.operation_type]),
        "kind" => texts(&[r.kind.word()]),
        "source" => texts(&[&r.source]),
        "tenant" => texts(&[&r.tenant_id]),
        "agent" => texts(&[&r.user_agent]),
        // These are not in columns; nothing in them gives way to the columns' separators.
        "correlation" => return texts(&[&r.correlation_id]),
        "id" => return texts(&[&r.id]),
        // Nobody marked any of these.
        "mark" => return texts(&["no"]),
        "note" => return Vec::new(),
        "session" => return texts(&[&r.session_id]),
        "raw" => return texts(&[raw]),
        "old" => {
            return changes().flat_map(|c| &c.old).map(|v| value_text(v).to_string()).collect();
        }
        "new" => {
            return changes().flat_map(|c| &c.new).map(|v| value_text(v).to_string()).collect();
        }
        "change.old" | "change.new" => {
            let side = |difference: Difference| match field {
                "change.old" => difference.old.map(|old| (difference.path, old)),
                _ => difference.new.map(|new| (difference.path, new)),
            };
            let of = |c: &Change<'_>| -> Vec<String> {
                let all = differences_of(c).into_iter();
                let places = all.filter_map(side);
                places.map(|(path, value)| format!("{}{path}={value}", c.name)).collect()
            };
            return changes().flat_map(of).collect();
        }
        "risk" => rate(r).first().map(|rule| rule.level.word().to_owned()).into_iter().collect(),
        "risk.rule" => rate(r).iter().take(MOST_RULES).map(|rule| rule.name.to_owned()).collect(),
        "licence" => {
            let all = licence::changed(r).into_iter().filter(|(_, fate)| *fate != Fate::Kept);
            return all.map(|(one, _)| one.called().to_owned()).collect();
        }
        "detail" => {
            let both = r.details.iter().flat_map(|d| [d.key.to_string(), d.value.to_string()]);
            let added = r.properties.iter().flat_map(|own| {
                let row = own.key.row();
                let key = if row.path.is_empty() { row.field } else { row.path };
                [key.to_owned(), own.value.to_string()]
            });
            return both.chain(added).collect();
        }
        "target.origin" => named_in_changes(r),
        other => match PropertyKey::of_field(other) {
            Some(key) => {
                let own = r.properties.iter().filter(|own| own.key == key);
                own.map(|own| own.value.to_string()).collect()
            }
            None => unreachable!("a new field, {other}: say here what its values are"),
        },
    };
    kept.into_iter().map(|value| value.replace(['\u{1e}', '\u{1f}'], " ")).collect()
}

/// Targets that only changes name, and how.
fn named_in_changes(r: &Record<'_>) -> Vec<String> {
    let from_changes =
        |t: &&Target<'_>| matches!(t.named_by, NamedBy::Changes | NamedBy::ChangesAlone);
    let told = |t: &Target<'_>| format!("{}: {}", t.name, t.named_by.words());
    r.targets.iter().filter(from_changes).map(told).collect()
}

fn value_matches(wanted: &Value, whole: bool, logged: &str) -> bool {
    if logged.is_empty() {
        return false;
    }
    let folded = fold(logged);
    match wanted {
        Value::Text(text) if whole => folded == fold(text),
        Value::Text(text) => folded.contains(&fold_fragment(text)) || folded == fold(text),
        Value::Wildcard(word) => {
            let mut pattern: Vec<char> = fold_fragment(word).chars().collect();
            if !whole {
                pattern.insert(0, '*');
                pattern.push('*');
            }
            glob(&pattern, &folded.chars().collect::<Vec<_>>())
        }
        Value::Regex(source) => {
            let regex = regex::RegexBuilder::new(source).case_insensitive(true).build();
            regex.expect("a regular expression").is_match(logged)
        }
        Value::Range(from, to) => {
            from.as_ref().is_none_or(|from| !after(&fold(from), &folded))
                && to.as_ref().is_none_or(|to| !after(&folded, &fold(to)))
        }
        Value::AnyOf(values) => values.iter().any(|value| value_matches(value, whole, logged)),
        Value::Keyed(..) => unreachable!("keys are looked at before values"),
    }
}

fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && glob(rest, &text[1..]),
        [c, rest @ ..] => text.first() == Some(c) && glob(rest, &text[1..]),
    }
}

fn after(a: &str, b: &str) -> bool {
    a > b
}

/// The first instant of the span that a text names and the first after it, in ticks.
fn span(text: &str, context: &Context) -> (i64, Option<i64>) {
    let minute = 60 * 10_000_000i64;
    let at = |text: &str| Timestamp::parse(text).expect("a time").ticks();
    let now = context.now.ticks();
    let day = at("2026-11-20");
    match text {
        "2026" => (at("2026-01-01"), Some(at("2027-01-01"))),
        "2026-11" => (at("2026-11-01"), Some(at("2026-12-01"))),
        "2026-11-20" | "today" => (day, Some(day + 1_440 * minute)),
        "yesterday" => (day - 1_440 * minute, Some(day)),
        "2026-11-20T01" | "2026-11-20T03+02:00" => (day + 60 * minute, Some(day + 120 * minute)),
        "2026-11-20T01:30" => (day + 90 * minute, Some(day + 91 * minute)),
        "2026-11-20T01:30:00Z" => (day + 90 * minute, Some(day + 90 * minute + 10_000_000)),
        "last-24h" => (now - 1_440 * minute, None),
        "last-90m" => (now - 90 * minute, None),
        "now" => (now, Some(now + 1)),
        "±10m" | "+-2h" => match context.around {
            Some(around) => {
                let reach = if text == "+-2h" { 120 } else { 10 } * minute;
                (around.ticks() - reach, Some(around.ticks() + reach + 1))
            }
            None => (now, Some(now)),
        },
        other => unreachable!("say here what {other} means"),
    }
}

fn time_matches(term: &Term, time: Timestamp, context: &Context) -> bool {
    let time = time.ticks();
    match &term.value {
        Value::Text(text) => {
            let (start, end) = span(text, context);
            let before_end = end.is_none_or(|end| time < end);
            // Where it is given as an end, a span that has none is an instant.
            let before_last = time < end.unwrap_or(start);
            match term.operator {
                Operator::Contains | Operator::Equals | Operator::NotEquals => {
                    start <= time && before_end
                }
                Operator::GreaterOrEqual => time >= start,
                Operator::Less => time < start,
                Operator::LessOrEqual => before_last,
                Operator::Greater => !before_last,
            }
        }
        Value::Range(from, to) => {
            from.as_ref().is_none_or(|from| span(from, context).0 <= time)
                && to.as_ref().is_none_or(|to| {
                    let (start, end) = span(to, context);
                    time < end.unwrap_or(start)
                })
        }
        _ => false,
    }
}
