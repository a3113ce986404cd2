//! Sign-ins: Graph's `signIn`, the four sign-in categories of diagnostic settings, and their Log Analytics tables.
//! Never decides whether an event is one; [`super::shape`] does.
//!
//! Source: Microsoft Graph reference, "signIn resource type" (v1.0 and beta); Azure Monitor
//! reference, `SigninLogs`, `AADNonInteractiveUserSignInLogs` and so on. A sign-in becomes a
//! record so: service `Sign-ins`; category the name of its diagnostic category; activity
//! `Sign-in activity`; the actor is the user, or else the service principal; the targets are the
//! application and the resource signed in to; success is `errorCode` 0; the reason is
//! `50126: Invalid username or password…`, on success the additional details of the status.

use std::borrow::Cow;

use super::graph::{fill, ip};
use super::json::{Held, Place, Reader, Step, keys};
use super::stated::{Property, Stated};
use crate::record::{Actor, ActorKind, Detail, Kind, Record, Target};
use crate::time::Timestamp;

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

/// Texts of a sign-in that are kept as details, under these names.
pub(super) const DETAILS: &[&str] = &[
    "clientAppUsed",
    "conditionalAccessStatus",
    "authenticationRequirement",
    "riskLevelDuringSignIn",
    "crossTenantAccessType",
];

/// The detail that city, state and country or region are kept as.
pub(super) const LOCATION: &str = "location";

keys! {
    /// Properties of a sign-in. Those of an audit are read too: they say what a sign-in's own
    /// properties cannot.
    pub(super) enum SignInKey {
        Id = b"id",
        Time = b"createdDateTime" | b"CreatedDateTime" | b"CreatedDateTime [UTC]",
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
        Interactive = b"isInteractive",
        TenantId = b"tenantId",
        EntraTenantId = b"AADTenantId",
        Generated = b"TimeGenerated" | b"TimeGenerated [UTC]",
        SourceSystem = b"SourceSystem",
        Table = b"Type",
        OperationName = b"operationName",
        Location = b"location",
        LocationDetails = b"LocationDetails",
        ClientApp = b"clientAppUsed",
        ConditionalAccess = b"conditionalAccessStatus",
        Requirement = b"authenticationRequirement",
        Risk = b"riskLevelDuringSignIn",
        CrossTenant = b"crossTenantAccessType",
        Service = b"loggedByService",
        Category = b"category",
        Activity = b"activityDisplayName",
        OperationType = b"operationType",
        Result = b"result",
        ResultReason = b"resultReason",
        InitiatedBy = b"initiatedBy",
        Targets = b"targetResources",
        AdditionalDetails = b"additionalDetails",
    }
}

keys! {
    enum StatusKey {
        Code = b"errorCode",
        Reason = b"failureReason",
        Details = b"additionalDetails",
    }
}

keys! {
    enum LocationKey {
        City = b"city",
        State = b"state",
        Country = b"countryOrRegion",
    }
}

/// A sign-in's status: texts are empty where it has none.
#[derive(Default)]
struct Status {
    code: String,
    reason: String,
    details: String,
}

/// A sign-in being read.
#[derive(Default)]
pub(super) struct SignIn<'a> {
    record: Record<'a>,
    stated: Stated<'a>,
    user: Actor<'a>,
    principal: Actor<'a>,
    ip: Cow<'a, str>,
    app: Target<'a>,
    resource: Target<'a>,
    resource_identity: Cow<'a, str>,
    event_type: String,
    table: Cow<'a, str>,
    interactive: Cow<'a, str>,
    status: Status,
    result_type: Cow<'a, str>,
    result_description: Cow<'a, str>,
    operation_name: Cow<'a, str>,
    entra_tenant: Cow<'a, str>,
    generated: Option<Timestamp>,
    log_analytics: bool,
    details: Vec<Detail<'a>>,
}

impl<'a> SignIn<'a> {
    /// Reads the object that starts here.
    pub(super) fn object(&mut self, reader: &mut Reader<'a>, place: &Place<'_>) -> Step<()> {
        reader.object(place, |reader, key, here| self.property(reader, key, here))
    }

    /// Reads the value of one property.
    pub(super) fn property(
        &mut self,
        reader: &mut Reader<'a>,
        key: SignInKey,
        here: &Place<'_>,
    ) -> Step<()> {
        match key {
            SignInKey::Id => self.record.id = reader.text(here)?,
            SignInKey::Time => self.record.time = reader.time(here)?,
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
            SignInKey::CorrelationId => self.record.correlation_id = reader.text(here)?,
            SignInKey::SessionId => self.record.session_id = reader.text(here)?,
            SignInKey::UserAgent => self.record.user_agent = reader.text(here)?,
            SignInKey::Status => self.status = status(reader, here)?,
            SignInKey::ResultType => self.result_type = reader.scalar(here)?,
            SignInKey::ResultDescription => self.result_description = reader.text(here)?,
            SignInKey::Interactive => self.interactive = reader.scalar(here)?,
            SignInKey::TenantId => self.record.tenant_id = reader.text(here)?,
            SignInKey::OperationName => self.operation_name = reader.text(here)?,
            SignInKey::Table => self.table = reader.text(here)?,
            SignInKey::OperationType => self.record.operation_type = reader.text(here)?,
            SignInKey::Service => self.stated.read(reader, Property::Service, here)?,
            SignInKey::Category => self.stated.read(reader, Property::Category, here)?,
            SignInKey::Activity => self.stated.read(reader, Property::Activity, here)?,
            SignInKey::Result => self.stated.read(reader, Property::Result, here)?,
            SignInKey::ResultReason => self.stated.read(reader, Property::Reason, here)?,
            SignInKey::InitiatedBy => self.stated.read(reader, Property::Actor, here)?,
            SignInKey::Targets => self.stated.read(reader, Property::Targets, here)?,
            SignInKey::AdditionalDetails => self.stated.read(reader, Property::Details, here)?,
            SignInKey::EntraTenantId
            | SignInKey::Generated
            | SignInKey::SourceSystem
            | SignInKey::Location
            | SignInKey::LocationDetails
            | SignInKey::ClientApp
            | SignInKey::ConditionalAccess
            | SignInKey::Requirement
            | SignInKey::Risk
            | SignInKey::CrossTenant => self.surroundings(reader, key, here)?,
        }
        Ok(())
    }

    /// Reads what is kept as a detail, and what only Log Analytics has.
    fn surroundings(
        &mut self,
        reader: &mut Reader<'a>,
        key: SignInKey,
        here: &Place<'_>,
    ) -> Step<()> {
        let (name, value) = match key {
            SignInKey::EntraTenantId => {
                self.log_analytics = true;
                self.entra_tenant = reader.text(here)?;
                return Ok(());
            }
            SignInKey::Generated => {
                self.log_analytics = true;
                self.generated = reader.time(here)?;
                return Ok(());
            }
            SignInKey::SourceSystem => {
                self.log_analytics = true;
                return reader.skip();
            }
            SignInKey::Location | SignInKey::LocationDetails => {
                let location = location(reader, here)?;
                if location.is_empty() {
                    return Ok(());
                }
                (LOCATION, Cow::Owned(location))
            }
            _ => {
                let name = DETAILS.iter().copied().find(|n| n.eq_ignore_ascii_case(here.name()));
                (name.unwrap_or_default(), reader.text(here)?)
            }
        };
        // Log Analytics has the country in one column, everything in the other.
        let fuller = self.details.iter().any(|detail| {
            detail.key == LOCATION && name == LOCATION && detail.value.len() > value.len()
        });
        if !value.is_empty() && !fuller {
            self.details.retain(|detail| detail.key != name);
            self.details.push(Detail { key: Cow::Borrowed(name), value });
        }
        Ok(())
    }

    /// The record. `category` is the diagnostic category where an envelope or a table names it.
    pub(super) fn finish(self, category: &str) -> Record<'a> {
        let category = self.category_name(category);
        let mut record = self.record;
        record.kind = Kind::SignIn;
        if self.log_analytics {
            record.tenant_id = self.entra_tenant;
        }
        record.time = record.time.or(self.generated);
        record.service = Cow::Borrowed(SERVICE);
        record.activity = self.operation_name;
        fill(&mut record.activity, Cow::Borrowed(ACTIVITY));
        record.actor = signed_in(self.user, self.principal, &self.app.id);
        record.actor.ip = self.ip;
        record.targets = signed_in_to(self.app, self.resource, self.resource_identity);
        record.details = self.details;
        let mut code = Cow::Owned(self.status.code);
        fill(&mut code, self.result_type);
        let mut failure = Cow::Owned(self.status.reason);
        fill(&mut failure, self.result_description);
        record.result = Cow::Borrowed(result_of(&code));
        record.result_reason = reason_of(&code, failure, self.status.details);
        self.stated.apply(&mut record);
        if let Some(category) = category {
            record.category = category;
        }
        record
    }

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
                } else if self.interactive.eq_ignore_ascii_case("false") {
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

/// The result that an error code means.
pub(super) fn result_of(code: &str) -> &'static str {
    match code.trim() {
        "" => "",
        "0" => "success",
        _ => "failure",
    }
}

/// The reason of a sign-in: the code and why it failed; of a success, the status' details.
pub(super) fn reason_of<'a>(code: &str, failure: Cow<'a, str>, details: String) -> Cow<'a, str> {
    match code.trim() {
        "0" => Cow::Owned(details),
        "" => failure,
        code if failure.is_empty() => Cow::Owned(code.to_owned()),
        code => Cow::Owned(format!("{code}: {failure}")),
    }
}

/// The first of `signInEventTypes`.
fn event_type(reader: &mut Reader<'_>, here: &Place<'_>) -> Step<String> {
    let mut first = String::new();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(text) => first = text.into_owned(),
        Held::Text(text) => {
            let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
            match event_type(&mut inner, here) {
                Ok(text) => first = text,
                Err(error) => inner.note_broken(here, &error),
            }
            reader.adopt(inner);
        }
        Held::Here => reader.entries(|reader, index| {
            let text = reader.text(&Place::Item(here, index))?;
            if first.is_empty() {
                first = text.into_owned();
            }
            Ok(())
        })?,
    }
    Ok(first)
}

fn status(reader: &mut Reader<'_>, here: &Place<'_>) -> Step<Status> {
    let mut status = Status::default();
    match reader.held(b'{', here)? {
        Held::Nothing => {}
        Held::Loose(text) => status.reason = text.into_owned(),
        Held::Text(text) => {
            let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
            match self::status(&mut inner, here) {
                Ok(inside) => status = inside,
                Err(error) => inner.note_broken(here, &error),
            }
            reader.adopt(inner);
        }
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

/// `City, State, Country or region` of a location, or the text that stands for it.
fn location(reader: &mut Reader<'_>, here: &Place<'_>) -> Step<String> {
    if reader.is_text()? {
        let text = reader.text(here)?;
        if !text.trim_start().starts_with('{') {
            return Ok(text.into_owned());
        }
        let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
        let location = location(&mut inner, here);
        if let Err(error) = &location {
            inner.note_broken(here, error);
        }
        reader.adopt(inner);
        return Ok(location.unwrap_or_default());
    }
    let mut parts = [const { String::new() }; 3];
    if let Held::Here = reader.held(b'{', here)? {
        reader.object(here, |reader, key, here| {
            let part = match key {
                LocationKey::City => 0,
                LocationKey::State => 1,
                LocationKey::Country => 2,
            };
            parts[part] = reader.text(here)?.into_owned();
            Ok(())
        })?;
    }
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Ok(parts.join(", "))
}
