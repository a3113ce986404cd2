//! Pivots: from a record, or a value of it, to all others that share it.
//! Never anything but an ordinary query, which stands in the filter line and can be edited.

use std::borrow::Cow;
use std::iter::repeat;

use crate::query::{Expression, Operator};
use crate::record::address::addresses;
use crate::record::application::application_id;
use crate::record::field::{Field, Stored};
use crate::record::kind::property::PropertyKey;
use crate::record::sentence::{actor_name, target_name};
use crate::record::{Record, Target, value_text};
use crate::text::{clean, is_guid};
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// A query to go to.
#[derive(Clone, Debug)]
pub struct Pivot {
    /// What it is called in menus and in the breadcrumb; not cleaned.
    pub name: String,
    /// What is asked.
    pub expression: Expression,
    /// Does it replace the span of time too?
    pub sets_time: bool,
}

/// What records can share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shared {
    /// The actor.
    Actor,
    /// A target, on any side.
    Target,
    /// The correlation id.
    Correlation,
    /// The IP address.
    Ip,
    /// A quarter of an hour before and after.
    Around,
}

impl Shared {
    /// What it is called where a record has none.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Target => "target",
            Self::Correlation => "correlation id",
            Self::Ip => "IP address",
            Self::Around => "time",
        }
    }
}

/// Spans of time around a record: letter, minutes, name.
const SPANS: [(char, i64, &str); 4] =
    [('5', 5, "5 min"), ('1', 15, "15 min"), ('h', 60, "1 hour"), ('d', 24 * 60, "1 day")];

/// Values longer than this are no name to look for.
const LONGEST: usize = 300;

fn term(field: &'static Field, operator: Operator, value: &str) -> Expression {
    Expression::term(field, operator, value)
}

/// Wherever a text stands in a record: as actor, target, inside of changes and details.
fn anywhere(name: &str, text: &str) -> Pivot {
    let expression = term(Field::RAW, Operator::Contains, text);
    Pivot { name: name.to_owned(), expression, sets_time: false }
}

fn of_actor(record: &Record<'_>) -> Option<Pivot> {
    let actor = &record.actor;
    let ids = [&*actor.id, &*actor.app_id];
    let id = ids.into_iter().find(|id| !id.is_empty());
    let name = actor_name(actor);
    let expression = match id {
        Some(id) => term(Field::ACTOR_ID, Operator::Equals, id),
        None if actor.upn.is_empty() && actor.name.is_empty() => return None,
        None => {
            let name = if actor.upn.is_empty() { &*actor.name } else { actor.original_upn().0 };
            term(Field::ACTOR, Operator::Equals, name)
        }
    };
    Some(Pivot { name: format!("by {name}"), expression, sets_time: false })
}

/// The text by which a target is found on any side.
fn target_key<'t>(target: &'t Target<'_>) -> Option<&'t str> {
    let upn = target.original_upn().0;
    [&*target.id, upn, &*target.name].into_iter().find(|text| !text.is_empty())
}

fn of_targets(record: &Record<'_>) -> Vec<Pivot> {
    let mut found: Vec<Pivot> = Vec::new();
    for target in &record.targets {
        let Some(key) = target_key(target) else { continue };
        let name = match target_name(target) {
            "" => key,
            name => name,
        };
        let pivot = anywhere(name, key);
        if !found.iter().any(|other| other.expression == pivot.expression) {
            found.push(pivot);
        }
    }
    found
}

fn around(time: Timestamp, minutes: i64, name: &str) -> Pivot {
    let reach = minutes * 60 * TICKS_PER_SECOND;
    let second = |time: Timestamp| Timestamp::from_ms(time.ms().div_euclid(1_000) * 1_000);
    let (from, to) = (second(time.plus(-reach)), second(time.plus(reach)));
    let (from, to) = (from.to_rfc3339(), to.to_rfc3339());
    let value = crate::query::Value::Range(Some(from), Some(to));
    let field = Some(Field::TIME);
    let operator = Operator::Contains;
    let expression = Expression::Term(crate::query::Term { field, operator, value });
    Pivot { name: format!("±{name}"), expression, sets_time: true }
}

/// Roles, groups, policies and applications that are named by id in the changes of a record.
fn of_changes(record: &Record<'_>) -> Vec<Pivot> {
    let mut found: Vec<Pivot> = Vec::new();
    let changes = || record.targets.iter().flat_map(|target| &target.changes);
    for change in changes() {
        for value in [&change.new, &change.old].into_iter().flatten() {
            let id = value_text(value);
            let id = id.trim();
            if !is_guid(id) || id.starts_with("00000000-0000-0000-0000-0000000000") {
                continue;
            }
            // `Role.ObjectID` and `Role.DisplayName` are of one thing.
            let stem = change.name.split('.').next().unwrap_or_default();
            let named = changes().find(|other| {
                other.name.strip_prefix(stem).is_some_and(|rest| rest == ".DisplayName")
            });
            let label = named.and_then(|named| {
                let value = named.new.as_ref().or(named.old.as_ref())?;
                Some(clean(value_text(value).trim()).into_owned())
            });
            let name = label.filter(|label| !label.is_empty()).unwrap_or_else(|| id.to_owned());
            let pivot = anywhere(&format!("{stem} {name}"), id);
            if !found.iter().any(|other| other.expression == pivot.expression) {
                found.push(pivot);
            }
        }
    }
    found
}

/// The application a record was done with, or was about.
fn of_application(record: &Record<'_>) -> Option<Pivot> {
    let by_actor = (!record.actor.app_id.is_empty()).then_some(&*record.actor.app_id);
    let id = application_id(record).or(by_actor.map(Cow::Borrowed))?;
    Some(anywhere(&format!("application {id}"), &id))
}

/// The text by which an actor is found on any side.
fn actor_key<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let actor = &record.actor;
    let texts = [&*actor.id, &*actor.app_id, actor.original_upn().0, &*actor.name];
    texts.into_iter().find(|text| !text.is_empty())
}

/// The sign-in that a token was issued at, and what Microsoft Graph was called with it.
fn of_token(record: &Record<'_>) -> Option<Pivot> {
    let expression = term(
        Field::of_property(PropertyKey::Token),
        Operator::Equals,
        record.property(PropertyKey::Token)?,
    );
    Some(Pivot { name: "same token".to_owned(), expression, sets_time: false })
}

fn of_correlation(record: &Record<'_>) -> Option<Pivot> {
    let id = &*record.correlation_id;
    (!id.is_empty()).then(|| Pivot {
        name: format!("operation {}", id.get(..8).unwrap_or(id)),
        expression: term(Field::CORRELATION, Operator::Equals, id),
        sets_time: false,
    })
}

fn of_ip(record: &Record<'_>) -> Option<Pivot> {
    let logged = &*record.actor.ip;
    let usual = addresses(logged).next().map(|address| address.to_string());
    let ip = usual.as_deref().unwrap_or(logged);
    (!ip.is_empty()).then(|| Pivot {
        name: format!("from {ip}"),
        expression: term(Field::ACTOR_IP, Operator::Equals, ip),
        sets_time: false,
    })
}

/// To the records that share something with one: its targets may be several, each with a letter.
pub fn sharing(record: &Record<'_>, shared: Shared) -> Vec<(Pivot, char)> {
    let one = match shared {
        Shared::Actor => of_actor(record),
        Shared::Correlation => of_correlation(record),
        Shared::Ip => of_ip(record),
        Shared::Around => record.time.map(|time| around(time, SPANS[1].1, SPANS[1].2)),
        Shared::Target => {
            // Not the letters that move in a menu and close it.
            let letters = ('a'..='z').filter(|c| !matches!(c, 'j' | 'k' | 'q'));
            return of_targets(record).into_iter().zip(letters.chain(repeat(' '))).collect();
        }
    };
    one.map(|pivot| (pivot, ' ')).into_iter().collect()
}

/// All pivots of a record, each with its letter: first those of the value under the cursor.
pub fn all(record: &Record<'_>, focused: Option<(&'static Field, String)>) -> Vec<(Pivot, char)> {
    let mut pivots: Vec<(Pivot, char)> = Vec::new();
    if let Some((field, value)) = focused {
        let value = if value.len() > LONGEST { String::new() } else { value };
        if !value.trim().is_empty() {
            let bare = match field.name {
                // What differs is asked for with its place, but stands elsewhere without it.
                "change.new" | "change.old" => value.split_once('=').map_or("", |parts| parts.1),
                _ => &value,
            };
            pivots.push((anywhere(&format!("anywhere: {bare}"), bare.trim()), 'v'));
            let exact = match field.stored {
                Stored::Time => None,
                _ => Some(term(field, Operator::Equals, &value)),
            };
            pivots.extend(exact.map(|expression| {
                let name = format!("same {}", field.name);
                (Pivot { name, expression, sets_time: false }, 'f')
            }));
        }
    }
    pivots.extend(of_actor(record).map(|pivot| (pivot, 'a')));
    if let Some(key) = actor_key(record) {
        let name = format!("anywhere: {}", actor_name(&record.actor));
        pivots.push((anywhere(&name, key), 'A'));
    }
    let letters = ['o', 'O', '2', '3', '4', '6', '7', '8'].into_iter().chain(repeat(' '));
    let targets = of_targets(record).into_iter().zip(letters);
    pivots.extend(targets.map(|(pivot, letter)| {
        let name = format!("anywhere: target {}", pivot.name);
        (Pivot { name, ..pivot }, letter)
    }));
    pivots.extend(of_correlation(record).map(|pivot| (pivot, 'c')));
    pivots.extend(of_ip(record).map(|pivot| (pivot, 'i')));
    pivots.extend(of_application(record).map(|pivot| (pivot, 'p')));
    if !record.activity.is_empty() {
        let expression = term(Field::ACTIVITY, Operator::Equals, &record.activity);
        let name = record.activity.to_string();
        pivots.push((Pivot { name, expression, sets_time: false }, 'y'));
    }
    let letters = ['r', 'R', 't', 'T', 'u', 'U'].into_iter().chain(repeat(' '));
    pivots.extend(of_changes(record).into_iter().zip(letters));
    if !record.session_id.is_empty() {
        let expression = term(Field::SESSION, Operator::Equals, &record.session_id);
        let name = "same session".to_owned();
        pivots.push((Pivot { name, expression, sets_time: false }, 's'));
    }
    pivots.extend(of_token(record).map(|pivot| (pivot, 'n')));
    if let Some(time) = record.time {
        let spans = SPANS.iter();
        pivots.extend(spans.map(|(letter, minutes, name)| (around(time, *minutes, name), *letter)));
    }
    pivots
}
