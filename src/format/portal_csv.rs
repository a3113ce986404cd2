//! What the columns of CSV files downloaded from the Entra admin center mean.
//! Never reads CSV itself: [`super::rows`] does.
//!
//! Source: Microsoft Entra documentation, "Download activity logs", and headers of real downloads.
//! The audit file has 86 columns (85 before `User Agent` came): no record id, no operation type, no
//! application id; at most 3 targets of 5 changes, and 6 details. The first headers are localised,
//! `ActorDisplayName` and `Target1…` are not: by those it is recognised, and the columns before
//! `ActorType` are taken by their place where their names are unknown. Interactive and
//! non-interactive sign-ins share their headers, so that the category is `SignInLogs` for both.

use std::borrow::Cow;

use super::json::{Reader, ValuePath};
use super::kind_properties::{self, Named};
use super::nested::{fill, fill_user_agent, ip};
use super::schema::sign_in::SignInKey;
use crate::record::kind::property::PropertyKey;
use crate::record::{Actor, ActorKind, Change, Detail, Kind, Record, Target};

/// What one column of the audit file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// A column that is not read.
    Ignored,
    /// A property of the record.
    Record(Property),
    /// A property of target number n, from 0.
    Target(usize, TargetPart),
    /// A part of change m of target n, both from 0.
    Change(usize, usize, ChangePart),
    /// The key of detail n, from 0.
    DetailKey(usize),
    /// The value of detail n, from 0.
    DetailValue(usize),
}

/// Properties of a record in the audit file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Property {
    Time,
    CorrelationId,
    Service,
    Category,
    Activity,
    Result,
    ResultReason,
    UserAgent,
    ActorType,
    ActorName,
    ActorId,
    ActorUpn,
    Ip,
    PrincipalId,
    PrincipalName,
}

/// Properties of a target in the audit file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TargetPart {
    Kind,
    Name,
    Id,
    Upn,
}

/// Parts of a change in the audit file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ChangePart {
    Name,
    Old,
    New,
}

/// Headers of record properties, in the order of the file.
const PROPERTIES: &[(&str, Property)] = &[
    ("Date (UTC)", Property::Time),
    ("CorrelationId", Property::CorrelationId),
    ("Service", Property::Service),
    ("Category", Property::Category),
    ("Activity", Property::Activity),
    ("Result", Property::Result),
    ("ResultReason", Property::ResultReason),
    ("User Agent", Property::UserAgent),
    ("ActorType", Property::ActorType),
    ("ActorDisplayName", Property::ActorName),
    ("ActorObjectId", Property::ActorId),
    ("ActorUserPrincipalName", Property::ActorUpn),
    ("IPAddress", Property::Ip),
    ("ActorServicePrincipalId", Property::PrincipalId),
    ("ActorServicePrincipalName", Property::PrincipalName),
    ("UserAgent", Property::UserAgent),
];

/// Columns before `ActorType` in a file with `User Agent`.
const LEADING: usize = 8;

/// Numbers of targets, changes and details that a header may name.
const MOST: usize = 100;

/// A header as it is compared: its letters and digits, in lower case. Athena, Hive and Snowflake write
/// all of a header in one case, with underscores for what is no letter.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// What the columns hold, where these are the headers of an audit download, or of some columns of one.
pub(super) fn audit_slots(names: &[String]) -> Option<Vec<Slot>> {
    let mut slots: Vec<Slot> = names.iter().map(|name| slot(&folded(name))).collect();
    let has = |property: Property| slots.contains(&Slot::Record(property));
    let whole = has(Property::ActorName)
        && slots.iter().any(|slot| {
            use TargetPart as P;
            matches!(slot, Slot::Target(0, P::Kind | P::Name | P::Id))
        });
    // No other log has these beside each other.
    let some = names.iter().any(|name| folded(name) == "dateutc") && has(Property::Activity);
    if !whole {
        return some.then_some(slots);
    }
    let actor = slots
        .iter()
        .position(|slot| matches!(slot, Slot::Record(Property::ActorType | Property::ActorName)))?;
    if actor == LEADING || actor == LEADING - 1 {
        for (place, slot) in slots.iter_mut().enumerate().take(actor) {
            if *slot == Slot::Ignored {
                *slot = Slot::Record(PROPERTIES[place].1);
            }
        }
    }
    Some(slots)
}

/// What a column with this header, folded, holds.
fn slot(name: &str) -> Slot {
    if let Some(row) = PROPERTIES.iter().find(|row| folded(row.0) == name) {
        return Slot::Record(row.1);
    }
    if is_date(name) {
        return Slot::Record(Property::Time);
    }
    numbered(name).unwrap_or(Slot::Ignored)
}

/// Is it the column of times, of whichever zone: `Date (UTC)`, `Date (UTC+02:00)`, `Date (Local)`?
pub(super) fn is_date(name: &str) -> bool {
    let start = name.trim().get(..6);
    start.is_some_and(|start| start.eq_ignore_ascii_case("Date ("))
}

/// `Target2ModifiedProperty3OldValue` and its like, folded.
fn numbered(name: &str) -> Option<Slot> {
    if let Some(rest) = name.strip_prefix("additionaldetail") {
        let (number, rest) = number(rest)?;
        return match rest {
            "key" => Some(Slot::DetailKey(number)),
            "value" => Some(Slot::DetailValue(number)),
            _ => None,
        };
    }
    let (target, rest) = number(name.strip_prefix("target")?)?;
    let part = match rest {
        "type" => TargetPart::Kind,
        "displayname" => TargetPart::Name,
        "objectid" => TargetPart::Id,
        "userprincipalname" => TargetPart::Upn,
        _ => {
            let (change, rest) = number(rest.strip_prefix("modifiedproperty")?)?;
            let part = match rest {
                "name" => ChangePart::Name,
                "oldvalue" => ChangePart::Old,
                "newvalue" => ChangePart::New,
                _ => return None,
            };
            return Some(Slot::Change(target, change, part));
        }
    };
    Some(Slot::Target(target, part))
}

/// The number (counted from 1 in the header) that `text` starts with, from 0, and what follows.
fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: usize = text[..digits].parse().ok()?;
    (1..=MOST).contains(&number).then(|| (number - 1, &text[digits..]))
}

/// Reads one row of the audit file.
pub(super) fn audit<'v>(
    slots: &[Slot],
    values: Vec<Cow<'v, str>>,
    reader: &mut Reader<'_>,
) -> Record<'v> {
    let mut record = Record::default();
    let mut actor_type = Cow::Borrowed("");
    let mut principal_id = Cow::Borrowed("");
    for (slot, text) in slots.iter().zip(values) {
        if text.is_empty() {
            continue;
        }
        match *slot {
            Slot::Ignored => {}
            Slot::Record(property) => match property {
                Property::Time => {
                    let mut cell = Reader::plain(&text, reader.depth);
                    let here = ValuePath::Property(&ValuePath::Record, "Date (UTC)");
                    record.time = cell.time(&here).ok().flatten();
                    reader.adopt(cell);
                }
                Property::ActorType => actor_type = text,
                Property::PrincipalId => principal_id = text,
                Property::Ip => record.actor.ip = ip(text),
                _ => *text_of(&mut record, property) = text,
            },
            Slot::Target(n, part) => {
                let target = nth(&mut record.targets, n);
                match part {
                    TargetPart::Kind => target.kind = text,
                    TargetPart::Name => target.name = text,
                    TargetPart::Id => target.id = text,
                    TargetPart::Upn => target.upn = text,
                }
            }
            Slot::Change(n, m, part) => {
                let change = nth(&mut nth(&mut record.targets, n).changes, m);
                // Cells are there already: passing values over would save nothing.
                match part {
                    ChangePart::Name => change.name = text,
                    ChangePart::Old => change.old = Some(text),
                    ChangePart::New => change.new = Some(text),
                }
            }
            Slot::DetailKey(n) => nth(&mut record.details, n).key = text,
            Slot::DetailValue(n) => nth(&mut record.details, n).value = text,
        }
    }
    record.targets.iter_mut().for_each(|t| t.changes.retain(|c| *c != Change::default()));
    record.targets.retain(|target| *target != Target::default());
    record.details.retain(|detail| *detail != Detail::default());
    record.actor.kind = actor_kind(&actor_type, &record.actor, &principal_id);
    if record.actor.kind == ActorKind::App {
        let object_id = std::mem::replace(&mut record.actor.id, principal_id);
        fill(&mut record.actor.id, object_id);
    } else if record.actor.kind == ActorKind::User {
        // The application that a person acted through, as beside a user in Graph.
        record.actor.app_object_id = principal_id;
    } else {
        fill(&mut record.actor.id, principal_id);
    }
    fill_user_agent(&mut record);
    record
}

/// The record's text for a property that is kept as it stands.
fn text_of<'r, 'v>(record: &'r mut Record<'v>, property: Property) -> &'r mut Cow<'v, str> {
    match property {
        Property::CorrelationId => &mut record.correlation_id,
        Property::Service => &mut record.service,
        Property::Category => &mut record.category,
        Property::Result => &mut record.result,
        Property::ResultReason => &mut record.result_reason,
        Property::UserAgent => &mut record.user_agent,
        Property::ActorName => &mut record.actor.name,
        Property::ActorId | Property::PrincipalId => &mut record.actor.id,
        Property::ActorUpn => &mut record.actor.upn,
        Property::PrincipalName => &mut record.actor.service_principal_name,
        Property::Ip => &mut record.actor.ip,
        Property::Activity | Property::Time | Property::ActorType => &mut record.activity,
    }
}

fn actor_kind(logged: &str, actor: &Actor<'_>, principal_id: &str) -> ActorKind {
    match logged.trim().to_ascii_lowercase().as_str() {
        "user" => ActorKind::User,
        "application" | "app" | "serviceprincipal" | "service principal" => ActorKind::App,
        _ if !actor.upn.is_empty() => ActorKind::User,
        _ if !principal_id.is_empty() || !actor.service_principal_name.is_empty() => ActorKind::App,
        _ if !actor.id.is_empty() => ActorKind::User,
        _ => ActorKind::Unknown,
    }
}

/// Entry n of a list, which grows to hold it: headers name at most [`MOST`].
fn nth<T: Default>(list: &mut Vec<T>, n: usize) -> &mut T {
    if list.len() <= n {
        list.resize_with(n + 1, T::default);
    }
    &mut list[n]
}

/// Headers of the sign-in files, as the properties of a sign-in. Other columns are found by the
/// table of properties.
const SIGN_INS: &[(&str, Named<SignInKey>)] = &[
    ("Date (UTC)", Named::Known(SignInKey::Time)),
    ("Request ID", Named::Known(SignInKey::Id)),
    ("User agent", Named::Known(SignInKey::UserAgent)),
    ("Correlation ID", Named::Known(SignInKey::CorrelationId)),
    ("User ID", Named::Known(SignInKey::UserId)),
    ("User", Named::Known(SignInKey::UserName)),
    ("Username", Named::Known(SignInKey::Upn)),
    ("Service principal ID", Named::Known(SignInKey::ServicePrincipalId)),
    ("Service principal name", Named::Known(SignInKey::ServicePrincipalName)),
    ("Application", Named::Known(SignInKey::AppName)),
    ("Application ID", Named::Known(SignInKey::AppId)),
    ("Resource", Named::Known(SignInKey::ResourceName)),
    ("Resource ID", Named::Known(SignInKey::ResourceId)),
    ("IP address", Named::Known(SignInKey::Ip)),
    ("Status", Named::Known(SignInKey::Result)),
    ("Sign-in error code", Named::Known(SignInKey::ResultType)),
    ("Failure reason", Named::Known(SignInKey::ResultDescription)),
    ("Multifactor authentication result", Named::Known(SignInKey::StatusDetails)),
    ("Session ID", Named::Known(SignInKey::SessionId)),
    ("Location", Named::Added(kind_properties::Slot::Location)),
    ("Client app", value(PropertyKey::Client)),
    ("Authentication requirement", value(PropertyKey::Requirement)),
    ("Authentication Protocol", value(PropertyKey::Protocol)),
    ("Conditional Access", value(PropertyKey::Access)),
    ("Cross tenant access type", value(PropertyKey::CrossTenant)),
    ("User type", value(PropertyKey::UserType)),
    ("Incoming token type", value(PropertyKey::TokenIn)),
    ("Unique token identifier", value(PropertyKey::Token)),
    ("Original transfer method", value(PropertyKey::Transfer)),
    ("Client credential type", value(PropertyKey::Credential)),
    ("Token Protection - Sign In Session", value(PropertyKey::Protection)),
    ("Resource tenant ID", value(PropertyKey::ResourceTenant)),
    ("Home tenant ID", value(PropertyKey::HomeTenant)),
    ("Device ID", value(PropertyKey::DeviceId)),
    ("Browser", value(PropertyKey::Browser)),
    ("Operating System", value(PropertyKey::Os)),
    ("Compliant", value(PropertyKey::Compliant)),
    ("Managed", value(PropertyKey::Managed)),
    ("Join Type", value(PropertyKey::Trust)),
    (
        "Multifactor authentication auth method",
        Named::Added(kind_properties::Slot::Values(PropertyKey::Method)),
    ),
    ("Sign-in identifier", value(PropertyKey::LoginName)),
    ("IP address (seen by resource)", value(PropertyKey::SeenIp)),
    ("Autonomous system  number", value(PropertyKey::Network)),
    ("Autonomous system number", value(PropertyKey::Network)),
    ("Flagged for review", value(PropertyKey::Flagged)),
    ("Token issuer type", value(PropertyKey::TokenIssuer)),
    ("Credential key ID", value(PropertyKey::CredentialKey)),
    ("Credential thumbprint", value(PropertyKey::Thumbprint)),
    ("Federated Token Id", value(PropertyKey::Federated)),
    ("Risk level (during sign-in)", value(PropertyKey::RiskDuring)),
    ("Risk level (aggregate)", value(PropertyKey::RiskAggregated)),
    ("Risk state", value(PropertyKey::RiskState)),
    ("Risk detail", value(PropertyKey::RiskDetail)),
];

const fn value(key: PropertyKey) -> Named<SignInKey> {
    Named::Added(kind_properties::Slot::Value(key))
}

/// The property in each column, where these are the headers of a sign-in download.
pub(super) fn sign_in_keys(names: &[String]) -> Option<Vec<Option<Named<SignInKey>>>> {
    let has = |wanted: &str| names.iter().any(|name| folded(name) == wanted);
    if !has("requestid") || !has("signinerrorcode") {
        return None;
    }
    let key = |name: &String| {
        let name = name.trim();
        let row = SIGN_INS.iter().find(|row| folded(row.0) == folded(name));
        let slot = || kind_properties::slot(name.as_bytes(), Kind::SignIn).map(Named::Added);
        let date = is_date(name).then_some(Named::Known(SignInKey::Time));
        row.map(|row| row.1).or(date).or_else(slot)
    };
    Some(names.iter().map(key).collect())
}
