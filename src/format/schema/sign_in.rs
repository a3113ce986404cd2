//! Sign-ins: Graph's `signIn`, the four sign-in categories of diagnostic settings, and their Log Analytics tables.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Microsoft Graph reference, "signIn resource type" (v1.0 and beta); Azure Monitor
//! reference, `SigninLogs`, `AADNonInteractiveUserSignInLogs` and so on. A sign-in becomes a
//! record so: service `Sign-ins`; category the name of its diagnostic category; activity
//! `Sign-in activity`; the actor is the user, or else the service principal; the targets are the
//! application and the resource signed in to; the result is what `errorCode` means; the reason is
//! `50126: Invalid username or password…`, on success the additional details of the status. Device,
//! location, Conditional Access and all else are its properties: [`crate::format::kind_properties`].

use std::borrow::Cow;

use super::{EnvelopeResult, EventReader, SchemaRow, Written};
use crate::format::audit_properties::{AuditProperties, Property};
use crate::format::evidence::EvidenceKey as K;
use crate::format::json::{Held, Keys as _, ObjectWriter, Reader, Step, ValuePath, keys, string};
use crate::format::kind_properties::{self, Added, powershell_members};
use crate::format::log_analytics::RowOfTable;
use crate::format::nested::write::surroundings;
use crate::format::nested::{fill, ip};
use crate::record::kind::property::{Property as Own, PropertyKey};
use crate::record::outcome::{named_error, of_code, plain_code, sign_in_error};
use crate::record::{Actor, ActorKind, Kind, Outcome, Record, Target};

/// The service all sign-ins are listed under.
pub(super) const SERVICE: &str = "Sign-ins";
/// The activity of a sign-in: the `operationName` diagnostic settings give it.
pub(super) const ACTIVITY: &str = "Sign-in activity";

/// Diagnostic categories of sign-ins, with Graph's word in `signInEventTypes` and the Log Analytics
/// table. Source: Azure Monitor and Entra documentation of diagnostic settings categories.
pub(super) const CATEGORIES: &[(&str, &str, &str)] = &[
    ("SignInLogs", "interactiveUser", "SigninLogs"),
    ("NonInteractiveUserSignInLogs", "nonInteractiveUser", "AADNonInteractiveUserSignInLogs"),
    ("ServicePrincipalSignInLogs", "servicePrincipal", "AADServicePrincipalSignInLogs"),
    ("ManagedIdentitySignInLogs", "managedIdentity", "AADManagedIdentitySignInLogs"),
    ("ADFSSignInLogs", "", "ADFSSignInLogs"),
    ("MicrosoftServicePrincipalSignInLogs", "", "MicrosoftServicePrincipalSignInLogs"),
];

/// Sign-ins.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    deciding: &[
        "signInEventTypes",
        "conditionalAccessStatus",
        "isInteractive",
        "riskLevelDuringSignIn",
    ],
    may_be: |evidence| {
        let told = evidence.count(OF_SIGN_INS);
        let when = evidence.is_row() || evidence.any(&[K::Created]);
        let who = evidence.any(&[K::Upn, K::PrincipalId, K::UserId]);
        // Users and applications have a name of their own, sign-ins have those of others.
        let named = evidence.any(&[K::OwnName]);
        told > 1 || (told == 1 && when && !named) || (who && evidence.any(&[K::Created]) && !named)
    },
    has_table: |name| CATEGORIES.iter().any(|row| row.2.eq_ignore_ascii_case(name)),
    has_category: |name| CATEGORIES.iter().any(|row| row.0.eq_ignore_ascii_case(name)),
    needs_no_category: true,
    shares_keys: true,
    written: Some(Written { kind: Kind::SignIn, properties: write, actor: Some("initiatedBy") }),
    ..SchemaRow::NOTHING
};

/// Keys that several logs of users and applications share: two of them make a sign-in.
const OF_SIGN_INS: &[K] = &[K::AppName, K::ResourceName, K::ClientApp, K::Device, K::Principal];

keys! {
    /// Properties of a sign-in. Those of an audit are read too: they say what a sign-in's own
    /// properties cannot.
    pub(in crate::format) enum SignInKey {
        Id = b"id",
        Time = b"createdDateTime" | b"CreatedDateTime" | b"CreatedDateTime [UTC]" | b"createdAt",
        EventTypes = b"signInEventTypes",
        UserId = b"userId",
        UserName = b"userDisplayName",
        Upn = b"userPrincipalName",
        ServicePrincipalId = b"servicePrincipalId",
        ServicePrincipalName = b"servicePrincipalName",
        AppId = b"appId",
        AppName = b"appDisplayName",
        ResourceId = b"resourceId",
        ResourceIdentity = b"ResourceIdentity",
        ResourceName = b"resourceDisplayName",
        Ip = b"ipAddress" | b"IPAddress",
        CorrelationId = b"correlationId",
        SessionId = b"sessionId",
        UserAgent = b"userAgent",
        Status = b"status",
        ResultType = b"resultType",
        ResultDescription = b"resultDescription",
        StatusDetails = b"statusDetails",
        TenantId = b"tenantId",
        EntraTenantId = b"AADTenantId",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        SourceSystem = b"SourceSystem",
        Table = b"Type",
        OperationName = b"operationName",
        Service = b"loggedByService",
        Category = b"category",
        Activity = b"activityDisplayName",
        OperationType = b"operationType",
        Result = b"result",
        ResultReason = b"resultReason",
        InitiatedBy = b"initiatedBy",
        Targets = b"targetResources",
        AdditionalDetails = b"additionalDetails",
        Properties = b"recordProperties",
    }
}

keys! {
    enum StatusKey {
        Code = b"errorCode",
        Reason = b"failureReason",
        Details = b"additionalDetails",
    }
}

/// A sign-in's status: texts are empty where it has none.
#[derive(Default)]
struct Status {
    code: String,
    reason: String,
    details: String,
    /// The word that stands for the whole: `Success`.
    word: String,
}

/// A sign-in being read.
#[derive(Default)]
pub(in crate::format) struct SignIn<'a> {
    stated: AuditProperties<'a>,
    user: Actor<'a>,
    principal: Actor<'a>,
    ip: Cow<'a, str>,
    app: Target<'a>,
    resource: Target<'a>,
    resource_identity: Cow<'a, str>,
    event_type: String,
    table: Cow<'a, str>,
    status: Status,
    result_type: Cow<'a, str>,
    result_description: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    row: RowOfTable<'a>,
    added: Added<'a>,
}

impl<'a> EventReader<'a> for SignIn<'a> {
    type Own = SignInKey;

    const ADDS: Option<Kind> = Some(Kind::SignIn);

    fn added(&mut self) -> Option<&mut Added<'a>> {
        Some(&mut self.added)
    }

    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: SignInKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            SignInKey::Id => record.id = reader.text(here)?,
            SignInKey::Time => record.time = reader.time(here)?,
            SignInKey::EventTypes => self.event_type = event_type(reader, here)?,
            SignInKey::UserId => self.user.id = reader.text(here)?,
            SignInKey::UserName => self.user.name = reader.text(here)?,
            SignInKey::Upn => self.user.upn = reader.text(here)?,
            SignInKey::ServicePrincipalId => self.principal.id = reader.text(here)?,
            SignInKey::ServicePrincipalName => self.principal.name = reader.text(here)?,
            SignInKey::AppId => self.app.id = reader.text(here)?,
            SignInKey::AppName => self.app.name = reader.text(here)?,
            SignInKey::ResourceId => self.resource.id = reader.text(here)?,
            SignInKey::ResourceIdentity => self.resource_identity = reader.text(here)?,
            SignInKey::ResourceName => self.resource.name = reader.text(here)?,
            SignInKey::Ip => self.ip = ip(reader.text(here)?),
            SignInKey::CorrelationId => record.correlation_id = reader.text(here)?,
            SignInKey::SessionId => record.session_id = reader.text(here)?,
            SignInKey::UserAgent => record.user_agent = reader.text(here)?,
            SignInKey::Status => self.status = status(reader, here)?,
            SignInKey::ResultType => self.result_type = reader.scalar(here)?,
            SignInKey::StatusDetails => self.status.details = reader.text(here)?.into_owned(),
            SignInKey::ResultDescription => self.result_description = reader.text(here)?,
            SignInKey::TenantId => record.tenant_id = reader.text(here)?,
            SignInKey::OperationName => self.operation_name = reader.text(here)?,
            SignInKey::Table => self.table = reader.text(here)?,
            SignInKey::OperationType => record.operation_type = reader.text(here)?,
            SignInKey::Service => self.stated.read(reader, Property::Service, here)?,
            SignInKey::Category => self.stated.read(reader, Property::Category, here)?,
            SignInKey::Activity => self.stated.read(reader, Property::Activity, here)?,
            SignInKey::Result => self.stated.read(reader, Property::Result, here)?,
            SignInKey::ResultReason => self.stated.read(reader, Property::Reason, here)?,
            SignInKey::InitiatedBy => self.stated.read(reader, Property::Actor, here)?,
            SignInKey::Targets => self.stated.read(reader, Property::Targets, here)?,
            SignInKey::AdditionalDetails => self.stated.read(reader, Property::Details, here)?,
            SignInKey::Properties => self.stated.read(reader, Property::Properties, here)?,
            SignInKey::EntraTenantId => self.row.tenant(reader, here)?,
            SignInKey::Generated => self.row.generated(reader, here)?,
            SignInKey::SourceSystem => self.row.source_system(reader)?,
        }
        Ok(())
    }

    fn finish(
        mut self,
        record: &mut Record<'a>,
        category: &str,
        _notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        let category = self.category_name(category);
        record.kind = Kind::SignIn;
        self.row.complete(record);
        record.service = Cow::Borrowed(SERVICE);
        record.activity = self.operation_name;
        fill(&mut record.activity, Cow::Borrowed(ACTIVITY));
        record.actor = signed_in(self.user, self.principal, &self.app.id);
        record.actor.ip = self.ip;
        record.targets = signed_in_to(self.app, self.resource, self.resource_identity);
        let code = telling_code(Cow::Owned(self.status.code), self.result_type);
        let mut failure = Cow::Owned(self.status.reason);
        fill(&mut failure, self.result_description);
        record.result = Cow::Borrowed(result_of(&code));
        fill(&mut record.result, Cow::Owned(self.status.word));
        record.result_reason = reason_of(&code, failure, self.status.details);
        put_error(&mut self.added, &code, Cow::Borrowed(""));
        put_places(&mut self.added, &record.targets);
        record.properties = self.added.finish();
        self.stated.apply(record);
        if let Some(category) = category {
            record.category = category;
        }
        None
    }

    fn take_result(record: &mut Record<'a>, said: EnvelopeResult<'a>) {
        let EnvelopeResult { code, description, .. } = said;
        take_error(record, &code);
        if record.result.is_empty() {
            if record.property(PropertyKey::ErrorCode).is_none() {
                let mut added = Added::default();
                put_error(&mut added, &code, Cow::Borrowed(""));
                let own = |own: Own<'_>| Own { key: own.key, value: own.value.into_owned().into() };
                record.properties.extend(added.finish().into_iter().map(own));
                record.properties.sort_by_key(|own| own.key);
            }
            record.result = Cow::Borrowed(result_of(&code));
        }
        let unsaid = reason_of(&code, Cow::Borrowed(""), String::new());
        if record.result_reason == unsaid {
            record.result_reason = reason_of(&code, description, String::new());
        } else if Outcome::from_word(&record.result) != Outcome::Success {
            fill(&mut record.result_reason, description);
        }
    }
}

impl<'a> SignIn<'a> {
    /// The diagnostic category: as the surroundings, Graph's event type or the table say it, or as
    /// the kind of actor implies it. `None` where the record's own property is to be taken.
    fn category_name(&self, given: &str) -> Option<Cow<'a, str>> {
        let known =
            |text: &str, of: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
                let row = CATEGORIES
                    .iter()
                    .find(|row| !text.is_empty() && of(row).eq_ignore_ascii_case(text));
                row.map(|row| Cow::Borrowed(row.0))
            };
        if !given.is_empty() {
            return known(given, |row| row.0).or_else(|| Some(Cow::Owned(given.to_owned())));
        }
        if self.stated.category.is_some() {
            return None;
        }
        known(&self.event_type, |row| row.1).or_else(|| known(&self.table, |row| row.2)).or_else(
            || {
                let user = !self.user.upn.is_empty() || !self.user.id.is_empty();
                let principal = !self.principal.id.is_empty() || !self.principal.name.is_empty();
                Some(Cow::Borrowed(if principal && !user {
                    CATEGORIES[2].0
                } else if self.added.get(PropertyKey::Interactive) == Some("false") {
                    CATEGORIES[1].0
                } else {
                    CATEGORIES[0].0
                }))
            },
        )
    }
}

/// Who signed in: the user, or else the service principal.
fn signed_in<'a>(user: Actor<'a>, principal: Actor<'a>, app_id: &Cow<'a, str>) -> Actor<'a> {
    if !user.id.is_empty() || !user.upn.is_empty() || !user.name.is_empty() {
        return Actor { kind: ActorKind::User, ..user };
    }
    if !principal.id.is_empty() || !principal.name.is_empty() {
        return Actor { kind: ActorKind::App, app_id: app_id.clone(), ..principal };
    }
    Actor::default()
}

/// What was signed in to: the application and the resource, as far as they are named.
fn signed_in_to<'a>(
    mut app: Target<'a>,
    mut resource: Target<'a>,
    resource_identity: Cow<'a, str>,
) -> Vec<Target<'a>> {
    // Log Analytics' own `ResourceId` is the path of the log in Azure.
    if !resource_identity.is_empty() || resource.id.contains('/') {
        resource.id = resource_identity;
    }
    app.kind = Cow::Borrowed("Application");
    resource.kind = Cow::Borrowed("Resource");
    let mut targets = vec![app, resource];
    targets.retain(|target| !target.id.is_empty() || !target.name.is_empty());
    targets
}

/// Of two error codes of one sign-in the one that tells more: an error rather than none, whichever
/// property has it.
pub(super) fn telling_code<'a>(own: Cow<'a, str>, other: Cow<'a, str>) -> Cow<'a, str> {
    let is_error = |code: &str| !matches!(of_code(code), Outcome::Unknown | Outcome::Success);
    let is_other = own.trim().is_empty() || !is_error(&own) && is_error(&other);
    if is_other { other } else { own }
}

/// The word for the result that an error code means; empty where there is none.
pub(super) fn result_of(code: &str) -> &'static str {
    match of_code(code) {
        Outcome::Unknown => "",
        outcome => outcome.word(),
    }
}

/// The reason of a sign-in: the code and why it failed; of a success, the status' details. What the
/// log does not say is said in the words of the table of codes.
pub(super) fn reason_of<'a>(code: &str, failure: Cow<'a, str>, details: String) -> Cow<'a, str> {
    let known = || sign_in_error(code).map_or("", |error| error.meaning);
    match (plain_code(code), &*failure) {
        ("0", _) => Cow::Owned(details),
        ("", _) => failure,
        (code, "") if known().is_empty() => Cow::Owned(code.to_owned()),
        (code, "") => Cow::Owned(format!("{code}: {}", known())),
        (code, failure) => Cow::Owned(format!("{code}: {failure}")),
    }
}

/// Puts an error code, with its name where the log writes one, and what it means in words.
pub(super) fn put_error<'a>(added: &mut Added<'a>, code: &str, name: Cow<'a, str>) {
    let code = plain_code(code);
    let known = sign_in_error(code).or_else(|| named_error(&name));
    added.put(PropertyKey::ErrorCode, Cow::Owned(code.to_owned()));
    added.put(PropertyKey::ErrorName, name);
    if let Some(known) = known {
        if added.get(PropertyKey::ErrorName).is_none() {
            added.put(PropertyKey::ErrorName, Cow::Borrowed(known.name));
        }
        added.put(PropertyKey::Error, Cow::Borrowed(known.meaning));
    }
}

/// Puts the application and the resource that were signed in to.
pub(super) fn put_places<'a>(added: &mut Added<'a>, targets: &[Target<'a>]) {
    for (key, kind) in [(PropertyKey::App, "Application"), (PropertyKey::Resource, "Resource")] {
        let target = targets.iter().find(|target| target.kind == kind);
        let names = target.into_iter().flat_map(|target| [&target.name, &target.id]);
        if let Some(name) = names.into_iter().find(|name| !name.is_empty()) {
            added.put(key, name.clone());
        }
    }
}

/// The first of `signInEventTypes`.
fn event_type(reader: &mut Reader<'_>, here: &ValuePath<'_>) -> Step<String> {
    let mut first = String::new();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(text) => first = text.into_owned(),
        Held::Text(text) => first = reader.in_text(&text, here, event_type),
        Held::Here => reader.entries(|reader, index| {
            let text = reader.text(&ValuePath::Item(here, index))?;
            if first.is_empty() {
                first = text.into_owned();
            }
            Ok(())
        })?,
    }
    Ok(first)
}

fn status(reader: &mut Reader<'_>, here: &ValuePath<'_>) -> Step<Status> {
    let mut status = Status::default();
    if !reader.is_text()? && reader.peek()?.is_ascii_digit() {
        status.code = reader.scalar(here)?.into_owned();
        return Ok(status);
    }
    if reader.is_text()? {
        let at = reader.at();
        let text = reader.text(here)?;
        if let Some(said) = status_text(&text) {
            return Ok(said);
        }
        reader.go_back(at);
    }
    match reader.held(b'{', here)? {
        Held::Nothing => {}
        Held::Loose(text) => status.reason = text.into_owned(),
        Held::Text(text) => status = reader.in_text(&text, here, self::status),
        Held::Here => reader.object(here, |reader, key, here| {
            match key {
                StatusKey::Code => status.code = reader.scalar(here)?.into_owned(),
                StatusKey::Reason => status.reason = reader.text(here)?.into_owned(),
                StatusKey::Details => status.details = reader.text(here)?.into_owned(),
            }
            Ok(())
        })?,
    }
    Ok(status)
}

/// A status that is a text: a word for the outcome, an error code, or what PowerShell makes of the object.
fn status_text(text: &str) -> Option<Status> {
    let text = text.trim();
    let is_code = |text: &str| {
        let code = plain_code(text);
        !code.is_empty() && code.len() < 10 && code.bytes().all(|b| b.is_ascii_digit())
    };
    let mut status = Status::default();
    if let Some(members) = powershell_members(text) {
        for (key, value) in members {
            match StatusKey::find(key.as_bytes())? {
                StatusKey::Code => value.clone_into(&mut status.code),
                StatusKey::Reason => value.clone_into(&mut status.reason),
                StatusKey::Details => value.clone_into(&mut status.details),
            }
        }
    } else if is_code(text) {
        plain_code(text).clone_into(&mut status.code);
    } else if let Some((code, reason)) = text.split_once(':').filter(|(code, _)| is_code(code)) {
        plain_code(code).clone_into(&mut status.code);
        reason.trim().clone_into(&mut status.reason);
    } else if Outcome::from_word(text) == Outcome::Unknown {
        return None;
    } else {
        text.clone_into(&mut status.word);
    }
    Some(status)
}

/// Takes the error code of the envelope where the properties have none, or say that there was no error.
fn take_error(record: &mut Record<'_>, code: &str) {
    let own = record.property(PropertyKey::ErrorCode).unwrap_or_default();
    if telling_code(Cow::Borrowed(own), Cow::Borrowed(code)) == own {
        return;
    }
    let is_of_error = |key: PropertyKey| {
        matches!(key, PropertyKey::ErrorCode | PropertyKey::ErrorName | PropertyKey::Error)
    };
    record.properties.retain(|own| !is_of_error(own.key));
    // What the envelope says of it is filled in behind.
    record.result = Cow::Borrowed("");
    record.result_reason = reason_of(code, Cow::Borrowed(""), String::new()).into_owned().into();
}

/// Writes a sign-in. Its event types come before what sign-ins of any type have.
fn write(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
    object.text("id", &record.id);
    object.time("createdDateTime", record);
    let known = CATEGORIES.iter().find(|row| row.0 == record.category);
    let out = object.key("signInEventTypes");
    out.push(b'[');
    if let Some(row) = known.filter(|row| !row.1.is_empty()) {
        string(row.1, out);
    }
    out.push(b']');
    object.text("correlationId", &record.correlation_id);
    let actor = &record.actor;
    if actor.kind == ActorKind::App {
        object.text("servicePrincipalId", &actor.id);
        object.text("servicePrincipalName", &actor.name);
    } else {
        object.text("userId", &actor.id);
        object.text("userDisplayName", &actor.name);
        object.text("userPrincipalName", &actor.upn);
    }
    object.text("ipAddress", &actor.ip);
    let target_of = |kind: &str| record.targets.iter().find(|target| target.kind == kind);
    if let Some(app) = target_of("Application") {
        object.text("appId", &app.id);
        object.text("appDisplayName", &app.name);
    }
    if let Some(resource) = target_of("Resource") {
        object.text("resourceId", &resource.id);
        object.text("resourceDisplayName", &resource.name);
    }
    object.object("status", |status| sign_in_status(record, status));
    kind_properties::write::write(record.kind, &record.properties, object);
    surroundings(record, object);
}

fn sign_in_status(record: &Record<'_>, status: &mut ObjectWriter<'_>) {
    let reason = &*record.result_reason;
    let code = record.property(PropertyKey::ErrorCode).unwrap_or("");
    let is_code = matches!(code.bytes().next(), Some(b'1'..=b'9'))
        && code.len() < 10
        && code.bytes().all(|b| b.is_ascii_digit());
    if code == "0" {
        status.key("errorCode").push(b'0');
        status.extra("additionalDetails", reason);
    } else if is_code {
        status.key("errorCode").extend_from_slice(code.as_bytes());
        let failure = reason.strip_prefix(code).and_then(|rest| rest.strip_prefix(": "));
        status.extra("failureReason", failure.unwrap_or(""));
    } else {
        status.extra("failureReason", reason);
    }
}
