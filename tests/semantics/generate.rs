//! Random records and queries, from small vocabularies so that they collide.
//! Never decides what is right.

use entrail::query::{Expression, Operator, Query, Term, Value};
use entrail::record::field::{FIELDS, Field};
use entrail::record::kind::property::{Property, PropertyKey};
use entrail::record::value_kind::ValueKind;
use entrail::record::{Actor, ActorKind, Change, Detail, Kind, Outcome, Record, Target};
use entrail::time::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;

/// Names that fold alike, nearly alike and not at all, and names that mean to do harm.
const NAMES: &[&str] = &[
    "",
    "Add user",
    "Add user.",
    "add  USER ",
    "Add users",
    "Update application – Certificates and secrets management ",
    "update application - certificates and secrets management",
    "Straße",
    "STRASSE",
    "mallory@contoso.example",
    "Mallory@CONTOSO.example",
    "e6e182d827c646e29844baca38c2473bmallory@contoso.example",
    "contoso.",
    "a\u{1f}b",
    "a\u{1e}\u{1f}",
    "a b",
    ".",
    " ",
    "日本 語",
    "C:\\x/y",
    "q\"q",
    "Consent to application",
    "Microsoft Graph",
    "KeyDescription",
    "OR",
    "-dash",
    "x..y",
];

/// The first is the one in front of a deleted user's name.
const IDS: &[&str] = &[
    "e6e182d8-27c6-46e2-9844-baca38c2473b",
    "E6E182D8-27C6-46E2-9844-BACA38C2473B",
    "56799948-c193-4c04-a059-751e0ae2bf18",
    "00000000-0000-0000-0000-000000000000",
];

const ADDRESSES: &[&str] = &[
    "",
    "192.0.2.9",
    "192.0.2.20",
    "192.0.2.100",
    "192.0.2.9:54321",
    "[192.0.2.9]:443",
    "::ffff:192.0.2.9",
    "::FFFF:C000:209",
    "192.0.2.20, 192.0.2.9:1",
    "2001:db8::1",
    "2001:DB8::a",
    "2001:0db8:0000:0000:0000:0000:0000:0001",
    "[2001:db8::1%5]:443",
    "[\"2001:db8::a\",\"192.0.2.20\"]",
    "InvalidIPAddress",
];

/// Blocks of addresses.
const BLOCKS: &[&str] = &["192.0.2.0/24", "2001:db8::/32", "192.0.2.9/32"];

/// Keys of details, and names of properties with places in their values.
const KEYS: &[&str] =
    &["User-Agent", "add user", "Role.DisplayName", "DisplayName", "Policy.state", "x y"];

const CORRELATIONS: &[&str] = &[
    "",
    "56799948-c193-4c04-a059-751e0ae2bf18",
    "56799948-C193-4C04-A059-751E0AE2BF18",
    "66799948-c193-4c04-a059-751e0ae2bf18",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "00000000-0000-0000-0000-000000000000",
    "not a guid",
    "x56799948-c193-4c04-a059-751e0ae2bf18",
];

const CHANGED: &[&str] = &[
    "\"Member\"",
    "[\"Member\"]",
    "[true]",
    "[]",
    "",
    "DirectorySync",
    "[\"a\",\"b\"]",
    "\"Stra\\u00dfe.\"",
    "\"broken",
    "null",
];

/// Texts of queries besides the names themselves.
const FRAGMENTS: &[&str] = &[
    "a",
    "us",
    "user ",
    " user",
    "–",
    "contoso.",
    "ss",
    "mem",
    "success",
    "Audit",
    "sign-in",
    "app",
    "e6e1",
    "db8",
    "192.0.2",
    "0000",
    "bf18",
    "DirectorySync",
    "true",
    "c:\\",
    "\"",
    "activity",
    "certificates and",
];

const WILDCARDS: &[&str] = &[
    "add*",
    "*user",
    "a?d*",
    "*",
    "?",
    "*@*",
    "STR*e",
    "m*.example",
    "update*–*",
    "192.0.2.?",
    "*-*-*",
    "日?*",
];

const EXPRESSIONS: &[&str] =
    &["^add", r"user\.?$", "a|b", "[0-9]{3}", "", "str(ss|ß)e", r"x/y", r"\\", r"^\s*$", r"ff+-"];

const TIMES: &[&str] = &[
    "2026",
    "2026-11",
    "2026-11-20",
    "2026-11-20T01",
    "2026-11-20T01:30",
    "2026-11-20T01:30:00Z",
    "2026-11-20T03+02:00",
    "last-24h",
    "last-90m",
    "today",
    "yesterday",
    "now",
    "±10m",
    "+-2h",
];

fn name() -> impl Strategy<Value = &'static str> {
    select(NAMES)
}

fn target() -> impl Strategy<Value = Target<'static>> {
    let value = || prop::option::of(select(CHANGED));
    let changes = prop::collection::vec((name(), value(), value()), 0..3);
    let kind = select(&["", "User", "Group", "user."][..]);
    (id(), name(), name(), kind, changes).prop_map(|(id, name, upn, kind, changes)| Target {
        id: id.into(),
        name: name.into(),
        upn: upn.into(),
        kind: kind.into(),
        group_type: "".into(),
        changes: (changes.into_iter())
            .map(|(name, old, new)| Change {
                name: name.into(),
                old: old.map(Into::into),
                new: new.map(Into::into),
            })
            .collect(),
        ..Target::default()
    })
}

/// Ids of few objects, so that records name those that others leave without a name.
fn id() -> impl Strategy<Value = &'static str> {
    prop_oneof![select(IDS), name()]
}

fn actor() -> impl Strategy<Value = Actor<'static>> {
    let kind = select(&[ActorKind::User, ActorKind::App, ActorKind::Unknown][..]);
    (kind, id(), name(), name(), name(), name(), select(ADDRESSES)).prop_map(
        |(kind, id, name, upn, app_id, spn, ip)| Actor {
            kind,
            id: id.into(),
            name: name.into(),
            upn: upn.into(),
            app_id: app_id.into(),
            service_principal_name: spn.into(),
            app_name: if kind == ActorKind::User { spn.into() } else { "".into() },
            app_object_id: if kind == ActorKind::User { app_id.into() } else { "".into() },
            ip: ip.into(),
            ..Actor::default()
        },
    )
}

/// Instants around 2026-11-20, often the same, some missing.
fn time() -> impl Strategy<Value = Option<Timestamp>> {
    let start = Timestamp::parse("2026-11-19T22:00:00Z").expect("a time").ticks();
    let quarter = 15 * 60 * 10_000_000;
    let at = (0i64..40, -1i64..=1)
        .prop_map(move |(q, tick)| Timestamp::from_ticks(start + q * quarter + tick));
    prop::option::weighted(0.9, at)
}

/// Properties of one value and of many, with an order and without, some of which bare words look in.
const ADDED: &[PropertyKey] = &[
    PropertyKey::Os,
    PropertyKey::Policy,
    PropertyKey::Country,
    PropertyKey::Managed,
    PropertyKey::RiskDuring,
    PropertyKey::RiskAggregated,
];

const ADDED_VALUES: &[&str] = &["high", "low", "none", "a\u{1f}b", "Straße", "os", "app"];

fn properties() -> impl Strategy<Value = Vec<Property<'static>>> {
    let one = (select(ADDED), select(ADDED_VALUES));
    let one = one.prop_map(|(key, value)| Property { key, value: value.into() });
    prop::collection::vec(one, 0..5).prop_map(|mut all| {
        let mut seen = Vec::new();
        all.retain(|own: &Property<'_>| {
            let is_new = own.key.row().many || !seen.contains(&own.key);
            seen.push(own.key);
            is_new
        });
        all
    })
}

/// Any record. Services are none of the catalogue's, so that paths stay as they are.
pub fn record() -> impl Strategy<Value = Record<'static>> {
    let kind = select(Kind::ALL);
    let outcome = select(&Outcome::ALL[..]);
    let id = select(&["", "", "1", "2", "3", "4", "5", "6", "7", "8", "9", "Add user."][..]);
    let service = select(&["", "Moon", "moon.", "Mars"][..]);
    let category = select(&["", "Tides", "TIDES", "Dust – red"][..]);
    let details = prop::collection::vec((prop_oneof![name(), select(KEYS)], name()), 0..2);
    let who = (actor(), prop::collection::vec(target(), 0..4), (details, properties()));
    let result = select(&["", "success", "Success", "interrupted"][..]);
    let what = (kind, id, time(), service, category, name(), outcome, result);
    let rest = (name(), select(CORRELATIONS), name(), name(), name(), name(), name());
    (what, who, rest).prop_map(|(what, (actor, targets, (details, properties)), rest)| {
        let (kind, id, time, service, category, activity, outcome, result) = what;
        let (reason, correlation, tenant, agent, session, source, operation) = rest;
        Record {
            kind,
            id: id.into(),
            time,
            service: service.into(),
            category: category.into(),
            activity: activity.into(),
            operation_type: operation.into(),
            outcome,
            result: result.into(),
            result_reason: reason.into(),
            actor,
            targets,
            details: (details.into_iter())
                .map(|(key, value)| Detail { key: key.into(), value: value.into() })
                .collect(),
            properties,
            correlation_id: correlation.into(),
            tenant_id: tenant.into(),
            user_agent: agent.into(),
            session_id: session.into(),
            source: source.into(),
            also_from: Vec::new(),
        }
    })
}

fn text() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => name(),
        4 => select(FRAGMENTS),
        4 => select(ADDRESSES),
        1 => select(BLOCKS),
        4 => select(CORRELATIONS)
    ]
}

fn ends(end: impl Strategy<Value = &'static str> + Clone) -> impl Strategy<Value = Value> {
    let owned = |end: Option<&str>| end.map(str::to_owned);
    (prop::option::of(end.clone()), prop::option::of(end))
        .prop_filter("a range has an end", |(a, b)| a.is_some() || b.is_some())
        .prop_map(move |(a, b)| Value::Range(owned(a), owned(b)))
}

fn single(bare: bool) -> BoxedStrategy<Value> {
    let text = text().prop_map(|text| Value::Text(text.to_owned()));
    let wildcard = select(WILDCARDS).prop_map(|word| Value::Wildcard(word.to_owned()));
    let regex = select(EXPRESSIONS).prop_map(|source| Value::Regex(source.to_owned()));
    if bare {
        return prop_oneof![4 => text, 1 => wildcard, 1 => regex].boxed();
    }
    let end =
        select(&["192.0.2.9", "192.0.2.20", "a", "m", "contoso.", ".b", "", "a b", "STRASSE"][..]);
    prop_oneof![4 => text, 1 => wildcard, 1 => regex, 1 => ends(end)].boxed()
}

fn time_term(field: &'static Field) -> BoxedStrategy<Term> {
    let instant = || select(TIMES).prop_map(|text| Value::Text(text.to_owned()));
    let any = (select(&Operator::ALL[..]), instant());
    let equals = select(&[Operator::Contains, Operator::Equals, Operator::NotEquals][..]);
    let several = prop::collection::vec(prop_oneof![instant(), ends(select(TIMES))], 1..4);
    let spans = (equals, prop_oneof![ends(select(TIMES)), several.prop_map(Value::AnyOf)]);
    prop_oneof![any, spans]
        .prop_map(move |(operator, value)| Term { field: Some(field), operator, value })
        .boxed()
}

fn level_term(field: &'static Field) -> BoxedStrategy<Term> {
    // Microsoft's own levels end with high.
    let words: &[&str] = &["low", "medium", "high", "critical"];
    let words = if field.name == "risk" { words } else { &words[..3] };
    let levels = move || select(words);
    let level = levels().prop_map(|text| Value::Text(text.to_owned()));
    let any = (select(&Operator::ALL[..]), level);
    let equals = select(&[Operator::Contains, Operator::Equals, Operator::NotEquals][..]);
    let word = prop_oneof![levels(), select(&[""][..])].prop_map(|t| Value::Text(t.to_owned()));
    let texts = (equals, prop_oneof![ends(levels()), word]);
    prop_oneof![any, texts]
        .prop_map(move |(operator, value)| Term { field: Some(field), operator, value })
        .boxed()
}

/// Original text is searched as it is written, so there `ss` does not find `ß`.
fn without_ss(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.replace(['s', 'S'], "d")),
        Value::AnyOf(values) => Value::AnyOf(values.into_iter().map(without_ss).collect()),
        other => other,
    }
}

/// Fields of a few words take no others: some word instead of a text.
fn one_of(words: &[&str], value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(words[text.len() % words.len()].to_owned()),
        Value::AnyOf(values) => {
            Value::AnyOf(values.into_iter().map(|value| one_of(words, value)).collect())
        }
        other => other,
    }
}

fn term() -> impl Strategy<Value = Term> {
    let bare =
        single(true).prop_map(|value| Term { field: None, operator: Operator::Contains, value });
    let fields: Vec<&'static Field> = FIELDS.iter().collect();
    let on_field = select(fields).prop_flat_map(|field| {
        if field.kind == ValueKind::Time {
            return time_term(field);
        }
        if field.kind == ValueKind::Level {
            return level_term(field);
        }
        let operator = select(&[Operator::Contains, Operator::Equals, Operator::NotEquals][..]);
        let list = prop::collection::vec(single(false), 1..4).prop_map(Value::AnyOf);
        let key = prop::option::weighted(0.4, prop_oneof![select(KEYS), name()]);
        (operator, prop_oneof![4 => single(false), 1 => list], key)
            .prop_map(move |(operator, value, key)| {
                let value = match field.name {
                    "raw" => without_ss(value),
                    "kind" => one_of(
                        &["audit", "sign-in", "provisioning", "risk", "graph-call", ""],
                        value,
                    ),
                    "actor.kind" => one_of(&["user", "app", "unknown", ""], value),
                    "mark" => one_of(&["yes", "no", ""], value),
                    "detail" | "old" | "new" => match key.filter(|key| !key.is_empty()) {
                        Some(key) => Value::Keyed(key.to_owned(), Box::new(value)),
                        None => value,
                    },
                    _ => value,
                };
                Term { field: Some(field), operator, value }
            })
            .boxed()
    });
    prop_oneof![1 => bare, 4 => on_field]
}

/// Any query of a few conditions.
pub fn query() -> impl Strategy<Value = Query> {
    let leaf = term().prop_map(Expression::Term);
    let expression = leaf.prop_recursive(3, 8, 3, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts().prop_map(Expression::and),
            parts().prop_map(Expression::or),
            inner.clone().prop_map(|inside| Expression::Not(Box::new(inside))),
        ]
    });
    prop::option::weighted(0.95, expression).prop_map(|expression| Query { expression })
}
