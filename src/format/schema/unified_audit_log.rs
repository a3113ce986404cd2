//! The Microsoft 365 unified audit log, of which the Entra workload is audit activity.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Office 365 Management Activity API schema, "Common schema" and the Azure Active
//! Directory schemas. Read are the record itself, and the records of `Search-UnifiedAuditLog` and
//! of Graph's audit log query, which hold it in `AuditData`.
//!
//! The format names neither service nor audit category. The service of an audit stays empty; the
//! category is INFERRED from `extendedAuditEventCategory` by [`CATEGORIES`]. Sign-ins (record types
//! 9 and 15) get the service `Sign-ins` and no category, since it is not said whether they were
//! interactive. `Operation` is the activity, trimmed; its trailing full stop is kept.

use std::borrow::Cow;

use super::sign_in::{self, put_error, put_places, reason_of};
use super::{EnvelopeResult, EventReader, SchemaRow};
use crate::format::evidence::EvidenceKey as K;
use crate::format::json::{Held, Reader, Step, ValuePath, keys};
use crate::format::kind_properties::Added;
use crate::format::nested::{additional_details, fill, ip, modified_properties};
use crate::record::kind::property::PropertyKey;
use crate::record::{Actor, ActorKind, Change, Detail, Kind, Record, Target};
use crate::text::is_guid;
use crate::time::Timestamp;

/// Audit category inferred from `extendedAuditEventCategory`.
const CATEGORIES: &[(&str, &str)] = &[
    ("Role", "RoleManagement"),
    ("User", "UserManagement"),
    ("Group", "GroupManagement"),
    ("Application", "ApplicationManagement"),
    ("ServicePrincipal", "ApplicationManagement"),
    ("Device", "DeviceManagement"),
    ("Policy", "PolicyManagement"),
    ("Directory", "DirectoryManagement"),
    ("Company", "DirectoryManagement"),
];

/// What `DeviceProperties` of a sign-in are as properties of it.
const DEVICE: &[(&str, PropertyKey)] = &[
    ("Id", PropertyKey::DeviceId),
    ("DisplayName", PropertyKey::Device),
    ("OS", PropertyKey::Os),
    ("BrowserType", PropertyKey::Browser),
    ("TrustType", PropertyKey::Trust),
    ("IsCompliant", PropertyKey::Compliant),
];
/// The one of `DeviceProperties` that speaks of two properties at once.
const BOTH: &str = "IsCompliantAndManaged";

/// The workload whose records are read.
const WORKLOAD: &str = "AzureActiveDirectory";

/// The unified audit log, and what wraps its records.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    deciding: &[
        "AuditData",
        "RawEventData",
        "CreationTime",
        "RecordType",
        "auditLogRecordType",
        "Workload",
        "AzureActiveDirectoryEventType",
    ],
    may_be: |evidence| evidence.any(&[K::UnifiedTime]) && evidence.any(&[K::Operations]),
    has_table: |name| {
        name.eq_ignore_ascii_case("CloudAppEvents") || name.eq_ignore_ascii_case("OfficeActivity")
    },
    has_category: |name| name.eq_ignore_ascii_case("AdvancedHunting-CloudAppEvents"),
    ..SchemaRow::NOTHING
};

keys! {
    /// Properties of a record, and of what wraps it.
    pub(in crate::format) enum UnifiedKey {
        AuditData = b"AuditData" | b"auditData",
        // What Defender XDR calls the same.
        RawEventData = b"RawEventData",
        Id = b"Id" | b"id" | b"RecordId" | b"OfficeId",
        Time = b"CreationTime",
        // When Sentinel took a record in (`OfficeActivity`).
        Generated = b"TimeGenerated",
        WrapperTime = b"CreationDate" | b"createdDateTime" | b"Timestamp",
        Operation = b"Operation" | b"operation",
        Operations = b"Operations" | b"ActionType",
        Identity = b"Identity",
        OrganizationId = b"OrganizationId" | b"organizationId",
        RecordType = b"RecordType" | b"auditLogRecordType",
        ResultStatus = b"ResultStatus",
        Workload = b"Workload" | b"service" | b"OfficeWorkload",
        ObjectId = b"ObjectId" | b"objectId" | b"OfficeObjectId",
        UserId = b"UserId" | b"userId",
        UserIds = b"UserIds",
        UserType = b"UserType",
        ClientIp = b"ClientIP" | b"clientIp" | b"IPAddress",
        ActorIp = b"ActorIpAddress",
        Actor = b"Actor",
        Target = b"Target",
        Changes = b"ModifiedProperties",
        Extended = b"ExtendedProperties",
        Devices = b"DeviceProperties",
        CorrelationId = b"InterSystemsId",
        ApplicationId = b"ApplicationId",
        ErrorNumber = b"ErrorNumber",
        LogonError = b"LogonError",
        Context = b"AppAccessContext",
        // Only where Defender XDR wraps a record.
        Application = b"Application",
        AccountId = b"AccountId",
        AccountName = b"AccountDisplayName",
        UserAgent = b"UserAgent",
    }
}

keys! {
    enum PartyKey {
        Id = b"ID",
        Type = b"Type",
    }
}

keys! {
    enum ContextKey {
        SessionId = b"AADSessionId",
    }
}

/// One entry of `Actor` or `Target`: an id and the number of its type.
#[derive(Default)]
struct Part {
    id: String,
    kind: String,
}

/// A record of the unified audit log being read.
#[derive(Default)]
pub(in crate::format) struct Unified<'a> {
    record: Record<'a>,
    wrapper_time: Option<Timestamp>,
    generated: Option<Timestamp>,
    operations: Cow<'a, str>,
    identity: Cow<'a, str>,
    user_id: Cow<'a, str>,
    user_ids: Cow<'a, str>,
    user_type: Cow<'a, str>,
    object_id: Cow<'a, str>,
    record_type: Cow<'a, str>,
    workload: Cow<'a, str>,
    client_ip: Cow<'a, str>,
    actor: Vec<Part>,
    target: Vec<Part>,
    changes: Vec<Change<'a>>,
    devices: Vec<Detail<'a>>,
    application_id: Cow<'a, str>,
    error_number: Cow<'a, str>,
    logon_error: Cow<'a, str>,
    wrapper: Wrapper<'a>,
}

/// What is said around a record.
#[derive(Default)]
struct Wrapper<'a> {
    /// Was the record itself there?
    held: bool,
    /// Is it a row of Defender XDR's `CloudAppEvents`?
    of_defender: bool,
    account_id: Cow<'a, str>,
    account_name: Cow<'a, str>,
    user_agent: Cow<'a, str>,
}

impl Wrapper<'_> {
    fn into_owned(self) -> Wrapper<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Wrapper {
            held: self.held,
            of_defender: self.of_defender,
            account_id: owned(self.account_id),
            account_name: owned(self.account_name),
            user_agent: owned(self.user_agent),
        }
    }
}

impl<'a> EventReader<'a> for Unified<'a> {
    type Own = UnifiedKey;

    fn known(
        &mut self,
        _record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: UnifiedKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        self.property(reader, key, here)
    }

    /// What it is instead is the name of the workload that is not Entra's.
    fn finish(
        mut self,
        out: &mut Record<'a>,
        _category: &str,
        notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        if let Some(name) = self.not_entras() {
            return Some(name);
        }
        if self.wrapper_only() {
            notes.note(|| {
                "without AuditData: no targets, changes or details; export again with AuditData"
                    .to_owned()
            });
        }
        let wrapper = std::mem::take(&mut self.wrapper);
        let signs_in = matches!(&*self.record_type, "9" | "15")
            || self.record_type.eq_ignore_ascii_case("AzureActiveDirectoryStsLogon")
            || self.record_type.eq_ignore_ascii_case("AzureActiveDirectoryAccountLogon");
        let target = target(&self.target, &self.object_id);
        let mut record = self.record;
        record.time = record.time.or(self.wrapper_time).or(self.generated);
        fill(&mut record.user_agent, wrapper.user_agent);
        fill(&mut self.user_id, wrapper.account_id);
        fill(&mut record.id, self.identity);
        fill(&mut record.activity, self.operations);
        trim(&mut record.activity);
        let user_id = if self.user_id.is_empty() { self.user_ids } else { self.user_id };
        let ip = std::mem::take(&mut record.actor.ip);
        record.actor = actor(&self.actor, user_id, &self.user_type);
        record.actor.ip = ip;
        fill(&mut record.actor.ip, self.client_ip);
        if record.actor.kind != ActorKind::App {
            fill(&mut record.actor.name, wrapper.account_name);
        }
        let devices = self.devices;
        let session = devices.iter().find(|d| d.key.eq_ignore_ascii_case("SessionId"));
        fill(&mut record.session_id, session.map(|d| d.value.clone()).unwrap_or_default());
        if signs_in {
            record.kind = Kind::SignIn;
            record.service = Cow::Borrowed(sign_in::SERVICE);
            let failure = self.logon_error.clone();
            record.result_reason = reason_of(&self.error_number, failure, String::new());
            let app = Target { id: self.application_id, ..Target::default() };
            record.targets = [(app, "Application"), (target, "Resource")]
                .into_iter()
                .filter(|(target, _)| !target.id.is_empty() || !target.name.is_empty())
                .map(|(target, kind)| Target { kind: Cow::Borrowed(kind), ..target })
                .collect();
            let mut added = Added::default();
            put_error(&mut added, &self.error_number, self.logon_error);
            put_places(&mut added, &record.targets);
            let both = devices.iter().find(|device| device.key.eq_ignore_ascii_case(BOTH));
            let both = both.map(|device| device.value.to_string());
            for device in devices {
                let known = DEVICE.iter().find(|(name, _)| device.key.eq_ignore_ascii_case(name));
                if let Some((_, key)) = known {
                    added.put(*key, device.value);
                }
            }
            put_management(&mut added, both.as_deref().unwrap_or_default());
            record.properties = added.finish();
        } else {
            let says = |d: &&Detail<'_>| d.key.eq_ignore_ascii_case("extendedAuditEventCategory");
            if let Some(detail) = record.details.iter().find(says) {
                let known = CATEGORIES.iter().find(|row| row.0.eq_ignore_ascii_case(&detail.value));
                record.category = known.map_or(detail.value.clone(), |row| Cow::Borrowed(row.1));
            }
            record.targets = vec![Target { changes: self.changes, ..target }];
            record.targets.retain(|target| *target != Target::default());
        }
        *out = record;
        None
    }

    fn take_result(record: &mut Record<'a>, said: EnvelopeResult<'a>) {
        if record.result.is_empty() {
            record.result = said.result;
        }
    }
}

impl<'a> Unified<'a> {
    /// Reads the value of one property.
    fn property(
        &mut self,
        reader: &mut Reader<'a>,
        key: UnifiedKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            UnifiedKey::AuditData | UnifiedKey::RawEventData => self.audit_data(reader, here)?,
            UnifiedKey::Id => fill_with(&mut self.record.id, reader.text(here)?),
            UnifiedKey::Time => self.record.time = reader.time(here)?,
            UnifiedKey::Generated => self.generated = reader.time(here)?,
            UnifiedKey::WrapperTime => self.wrapper_time = reader.time(here)?,
            UnifiedKey::Operation => fill_with(&mut self.record.activity, reader.text(here)?),
            UnifiedKey::Operations => self.operations = reader.text(here)?,
            UnifiedKey::Identity => self.identity = reader.text(here)?,
            UnifiedKey::OrganizationId => {
                fill_with(&mut self.record.tenant_id, reader.text(here)?);
            }
            UnifiedKey::RecordType => fill_with(&mut self.record_type, reader.scalar(here)?),
            UnifiedKey::ResultStatus => fill_with(&mut self.record.result, reader.text(here)?),
            UnifiedKey::Workload => fill_with(&mut self.workload, workload(reader, here)?),
            UnifiedKey::ObjectId => fill_with(&mut self.object_id, reader.text(here)?),
            UnifiedKey::UserId => fill_with(&mut self.user_id, reader.text(here)?),
            UnifiedKey::UserIds => self.user_ids = reader.text(here)?,
            UnifiedKey::UserType => fill_with(&mut self.user_type, reader.scalar(here)?),
            UnifiedKey::ClientIp => fill_with(&mut self.client_ip, ip(reader.text(here)?)),
            UnifiedKey::ActorIp => self.record.actor.ip = ip(reader.text(here)?),
            UnifiedKey::Actor => parts(reader, &mut self.actor, here)?,
            UnifiedKey::Target => parts(reader, &mut self.target, here)?,
            UnifiedKey::Changes => modified_properties(reader, &mut self.changes, here)?,
            UnifiedKey::Extended => {
                additional_details(reader, &mut self.record, here)?;
                self.flatten_details(reader, here);
            }
            UnifiedKey::Devices => {
                let mut part = Record::default();
                additional_details(reader, &mut part, here)?;
                self.devices = part.details;
            }
            UnifiedKey::CorrelationId => self.record.correlation_id = reader.text(here)?,
            UnifiedKey::ApplicationId => self.application_id = reader.scalar(here)?,
            UnifiedKey::ErrorNumber => self.error_number = reader.scalar(here)?,
            UnifiedKey::LogonError => self.logon_error = reader.text(here)?,
            UnifiedKey::Application => {
                self.wrapper.of_defender = true;
                reader.skip()?;
            }
            UnifiedKey::AccountId => self.wrapper.account_id = reader.text(here)?,
            UnifiedKey::AccountName => self.wrapper.account_name = reader.text(here)?,
            UnifiedKey::UserAgent => self.wrapper.user_agent = reader.text(here)?,
            UnifiedKey::Context => {
                if let Held::Here = reader.held(b'{', here)? {
                    reader.object(here, |reader, ContextKey::SessionId, here| {
                        self.record.session_id = reader.text(here)?;
                        Ok(())
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Reads the record that stands in `AuditData`, as JSON text or already parsed. What it says
    /// counts before what the wrapper says; an `AuditData` inside it is not gone into.
    fn audit_data(&mut self, reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<()> {
        let mut inner = Unified::default();
        match reader.held(b'{', here)? {
            Held::Nothing | Held::Loose(_) => return Ok(()),
            Held::Here => {
                inner.unwrapped(reader, here)?;
            }
            Held::Text(text) => {
                let mut part = Unified::default();
                let mut within = Reader::new(text.as_bytes(), 0, reader.depth);
                if let Err(error) = part.unwrapped(&mut within, here) {
                    within.note_broken(here, &error);
                }
                reader.adopt(within);
                inner = part.into_owned();
            }
        }
        let outer = std::mem::replace(self, inner);
        self.wrapper = Wrapper { held: true, ..outer.wrapper };
        self.wrapper_time = self.wrapper_time.or(outer.record.time).or(outer.wrapper_time);
        self.generated = self.generated.or(outer.generated);
        self.operations = outer.operations;
        self.identity = outer.identity;
        self.user_ids = outer.user_ids;
        fill(&mut self.record.activity, outer.record.activity);
        fill(&mut self.record.tenant_id, outer.record.tenant_id);
        fill(&mut self.record.result, outer.record.result);
        fill(&mut self.record.id, outer.record.id);
        fill(&mut self.user_id, outer.user_id);
        fill(&mut self.user_type, outer.user_type);
        fill(&mut self.object_id, outer.object_id);
        fill(&mut self.record_type, outer.record_type);
        fill(&mut self.workload, outer.workload);
        fill(&mut self.client_ip, outer.client_ip);
        Ok(())
    }

    fn unwrapped(&mut self, reader: &mut Reader<'a>, place: &ValuePath<'_>) -> Step<()> {
        reader.object(place, |reader, key, here| {
            if matches!(key, UnifiedKey::AuditData | UnifiedKey::RawEventData) {
                return reader.skip();
            }
            self.property(reader, key, here)
        })
    }

    /// The detail `additionalDetails` is a JSON object in a string: its properties become details.
    fn flatten_details(&mut self, reader: &mut Reader<'a>, here: &ValuePath<'_>) {
        let details = &mut self.record.details;
        let Some(index) = details.iter().position(|d| {
            d.key.eq_ignore_ascii_case("additionalDetails") && d.value.trim_start().starts_with('{')
        }) else {
            return;
        };
        let text = details.remove(index).value;
        let mut inner = Reader::new(text.as_bytes(), 0, reader.depth);
        let read = inner.members(|inner, key| {
            let value = inner.scalar(here)?.into_owned();
            let key = String::from_utf8_lossy(key).into_owned();
            details.push(Detail { key: Cow::Owned(key), value: Cow::Owned(value) });
            Ok(())
        });
        if let Err(error) = read {
            inner.note_broken(here, &error);
        }
        reader.adopt(inner);
    }

    /// The name of the workload that is not Entra's, or of what says too little.
    fn not_entras(&self) -> Option<Cow<'a, str>> {
        let says = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
        if says(&self.workload) {
            let entra = self.workload.eq_ignore_ascii_case(WORKLOAD)
                || self.workload.eq_ignore_ascii_case("Entra");
            return (!entra).then(|| self.workload.clone());
        }
        if self.wrapper.of_defender && !self.wrapper.held {
            return Some(Cow::Borrowed("CloudAppEvents without RawEventData"));
        }
        // Without the record itself its type is all that tells the workload.
        let of_entra = matches!(&*self.record_type, "8" | "9" | "15")
            || contains(&self.record_type, WORKLOAD)
            || !self.wrapper_only()
            || (self.record_type.is_empty() && self.is_entras_operation());
        (!of_entra).then(|| match &self.record_type {
            none if none.is_empty() => {
                Cow::Borrowed("unified audit log without AuditData and RecordType")
            }
            number if !says(number) => Cow::Owned(format!("record type {number}")),
            name => name.clone(),
        })
    }

    /// Does the operation read as only the Entra workload writes them: with a full stop at its end,
    /// or a sign-in?
    fn is_entras_operation(&self) -> bool {
        let name =
            if self.record.activity.is_empty() { &self.operations } else { &self.record.activity };
        name.trim_end().ends_with('.') || matches!(&**name, "UserLoggedIn" | "UserLoginFailed")
    }

    /// Is there only what a wrapper says, not the record?
    fn wrapper_only(&self) -> bool {
        !self.wrapper.held && self.record.time.is_none() && self.wrapper_time.is_some()
    }

    fn into_owned(self) -> Unified<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        // Changes and devices travel in a record, which knows how to own them.
        let mut record = self.record;
        let own_details = record.details.len();
        record.details.extend(self.devices);
        record.targets.push(Target { changes: self.changes, ..Target::default() });
        let mut record = record.into_owned();
        Unified {
            devices: record.details.split_off(own_details),
            changes: record.targets.pop().map(|target| target.changes).unwrap_or_default(),
            record,
            wrapper_time: self.wrapper_time,
            generated: self.generated,
            operations: owned(self.operations),
            identity: owned(self.identity),
            user_id: owned(self.user_id),
            user_ids: owned(self.user_ids),
            user_type: owned(self.user_type),
            object_id: owned(self.object_id),
            record_type: owned(self.record_type),
            workload: owned(self.workload),
            client_ip: owned(self.client_ip),
            actor: self.actor,
            target: self.target,
            application_id: owned(self.application_id),
            error_number: owned(self.error_number),
            logon_error: owned(self.logon_error),
            wrapper: self.wrapper.into_owned(),
        }
    }
}

/// Puts `value` over `text` unless it is empty: spellings of one property share a place, and the
/// one that says something counts.
fn fill_with<'a>(text: &mut Cow<'a, str>, value: Cow<'a, str>) {
    if !value.is_empty() {
        *text = value;
    }
}

/// The workload; a wrong type is noted, and then it says nothing.
fn workload<'a>(reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<Cow<'a, str>> {
    let text = reader.is_text()?;
    let workload = reader.text(here)?;
    Ok(if text { workload } else { Cow::Borrowed("") })
}

/// Is the part in the text, in any case?
fn contains(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

fn trim(text: &mut Cow<'_, str>) {
    if text.trim().len() != text.len() {
        *text = Cow::Owned(text.trim().to_owned());
    }
}

fn parts(reader: &mut Reader<'_>, parts: &mut Vec<Part>, here: &ValuePath<'_>) -> Step<()> {
    parts.clear();
    match reader.held(b'[', here)? {
        Held::Nothing => {}
        Held::Loose(id) => parts.push(Part { id: id.into_owned(), kind: String::new() }),
        Held::Text(text) => {
            reader.in_text(&text, here, |inner, here| self::parts(inner, parts, here));
        }
        Held::Here => reader.entries(|reader, index| {
            let here = &ValuePath::Item(here, index);
            match reader.held(b'{', here)? {
                Held::Nothing => {}
                Held::Text(id) | Held::Loose(id) => {
                    parts.push(Part { id: id.into_owned(), kind: String::new() });
                }
                Held::Here => {
                    let mut part = Part::default();
                    reader.object(here, |reader, key, here| {
                        match key {
                            PartyKey::Id => part.id = reader.text(here)?.into_owned(),
                            PartyKey::Type => part.kind = reader.scalar(here)?.into_owned(),
                        }
                        Ok(())
                    })?;
                    parts.push(part);
                }
            }
            Ok(())
        })?,
    }
    Ok(())
}
/// Puts whether the device is managed, as far as `IsCompliantAndManaged` tells: where it is not both,
/// only one that is compliant is not managed.
fn put_management(added: &mut Added<'_>, both: &str) {
    let both = both.trim();
    if both.eq_ignore_ascii_case("true") {
        added.put(PropertyKey::Compliant, Cow::Borrowed("true"));
        added.put(PropertyKey::Managed, Cow::Borrowed("true"));
    } else if both.eq_ignore_ascii_case("false")
        && added.get(PropertyKey::Compliant) == Some("true")
    {
        added.put(PropertyKey::Managed, Cow::Borrowed("false"));
    }
}

/// What the entries of `Actor` or `Target` say together.
#[derive(Default)]
struct Party<'a> {
    as_target: Target<'a>,
    principal_name: Cow<'a, str>,
    app_id: Cow<'a, str>,
}

/// Puts the entries together. Types, as the schema numbers them: 0 claim, 1 name, 2 other, 3 PUID,
/// 4 service principal name, 5 UPN. "Other" is the object's type, the type and the object id glued
/// by `_`, the object id, and of a service principal also the application id.
fn together<'a>(parts: &[Part]) -> Party<'a> {
    let mut whole = Party::default();
    let target = &mut whole.as_target;
    let owned = |text: &str| Cow::Owned(text.to_owned());
    let glued = |id: &str| Some(id.rsplit_once('_')?.1).filter(|id| is_guid(id)).map(owned);
    target.id = parts.iter().find_map(|part| glued(&part.id)).unwrap_or_default();
    // Where no entry names the type alone, it is the one glued to the id.
    let kind = parts.iter().find_map(|part| glued(&part.id).and(part.id.rsplit_once('_')));
    let kind =
        kind.map(|(kind, _)| kind).filter(|kind| kind.bytes().all(|b| b.is_ascii_alphabetic()));
    for Part { id, kind } in parts {
        match kind.as_str() {
            "5" => fill(&mut target.upn, owned(id)),
            "4" => fill(&mut whole.principal_name, owned(id)),
            "1" => fill(&mut target.name, owned(id)),
            _ if kind == "3" || glued(id).is_some() || *target.id == **id => {}
            _ if is_guid(id) && target.id.is_empty() => target.id = owned(id),
            _ if is_guid(id) => fill(&mut whole.app_id, owned(id)),
            "2" => fill(&mut target.kind, owned(id)),
            _ => fill(&mut target.name, owned(id)),
        }
    }
    if let Some(kind) = kind {
        fill(&mut target.kind, owned(kind));
    }
    whole
}

fn target<'a>(parts: &[Part], object_id: &Cow<'a, str>) -> Target<'a> {
    let Party { as_target: mut target, principal_name, .. } = together(parts);
    fill(&mut target.name, principal_name);
    if is_guid(object_id) {
        fill(&mut target.id, object_id.clone());
    } else if object_id.contains('@') && target.upn.is_empty() && target.name.is_empty() {
        target.upn.clone_from(object_id);
    } else if target.upn.is_empty() && &**object_id != "Not Available" {
        fill(&mut target.name, object_id.clone());
    }
    target
}

fn actor<'a>(parts: &[Part], user_id: Cow<'a, str>, user_type: &str) -> Actor<'a> {
    let Party { as_target: who, principal_name, app_id } = together(parts);
    let mut actor = Actor {
        id: who.id,
        name: who.name,
        upn: who.upn,
        app_id,
        service_principal_name: principal_name,
        ..Actor::default()
    };
    let (user_id, is_principal) = principal_id(user_id);
    actor.kind = match &*who.kind {
        "ServicePrincipal" | "Application" => ActorKind::App,
        "User" => ActorKind::User,
        _ if is_principal || is_program(user_type) => ActorKind::App,
        _ if !actor.upn.is_empty() || user_id.contains('@') => ActorKind::User,
        _ if !actor.service_principal_name.is_empty() => ActorKind::App,
        _ if actor.name.is_empty() && actor.id.is_empty() && !is_guid(&user_id) => {
            ActorKind::Unknown
        }
        _ => ActorKind::User,
    };
    let named = !actor.upn.is_empty() || !actor.name.is_empty();
    if !named && &*user_id != "Not Available" {
        if user_id.contains('@') {
            actor.upn = user_id;
        } else if is_guid(&user_id) {
            fill(&mut actor.id, user_id);
        } else {
            actor.name = user_id;
        }
    }
    actor
}

/// Is that a program? User types, as the schema numbers and Graph names them: 4 system, 5 application,
/// 6 service principal.
fn is_program(user_type: &str) -> bool {
    let names = ["4", "5", "6", "System", "Application", "ServicePrincipal"];
    names.iter().any(|name| user_type.eq_ignore_ascii_case(name))
}

/// The id behind `ServicePrincipal_` in a user id, and whether that was there.
fn principal_id(user_id: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    match user_id.split_once('_') {
        Some((kind, id)) if kind.eq_ignore_ascii_case("ServicePrincipal") && is_guid(id) => {
            (Cow::Owned(id.to_owned()), true)
        }
        _ => (user_id, false),
    }
}
