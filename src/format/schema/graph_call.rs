//! Calls of Microsoft Graph: the `MicrosoftGraphActivityLogs` category and table.
//! Never decides whether an event is one; [`crate::format::recognition`] does.
//!
//! Source: Azure Monitor reference, `MicrosoftGraphActivityLogs`; property names from storage archives.
//! An event becomes a record so: service [`Kind::GraphCall`]'s, category `MicrosoftGraphActivityLogs`;
//! the activity is method and path of the request, ids left out (`GET /users/{id}/messages`); the actor
//! is the user, or else the service principal, with the application's id; the targets are the objects
//! whose ids stand in the path; the result is the status of the response; the correlation id is the
//! operation id, which the requests of one batch share. Request, token and roles are properties:
//! [`crate::format::kind_properties`]. `signInActivityId` is the sign-in's `uniqueTokenIdentifier`: the same property.

use std::borrow::Cow;

use super::{EventReader, SchemaRow, Written};
use crate::format::audit_properties::{AuditProperties, Property};
use crate::format::json::{ObjectWriter, Reader, Step, ValuePath, keys};
use crate::format::kind_properties::{self, Added};
use crate::format::log_analytics::RowOfTable;
use crate::format::nested::write::surroundings;
use crate::format::nested::{fill, ip};
use crate::record::kind::property::PropertyKey;
use crate::record::{Actor, ActorKind, Kind, Record, Target};
use crate::text::is_guid;
use crate::time::Timestamp;

/// The category, and the name of the table.
pub(super) const CATEGORY: &str = "MicrosoftGraphActivityLogs";

/// Calls of Microsoft Graph.
pub(super) const SCHEMA: SchemaRow = SchemaRow {
    // Other web servers log one of them.
    together: &["requestUri", "requestMethod"],
    has_table: |name| name.eq_ignore_ascii_case(CATEGORY),
    has_category: |name| name.eq_ignore_ascii_case(CATEGORY),
    written: Some(Written { kind: Kind::GraphCall, properties: write, actor: Some("initiatedBy") }),
    ..SchemaRow::NOTHING
};

keys! {
    /// Properties of a call. Those of an audit are read too: they say what its own cannot.
    pub(in crate::format) enum CallKey {
        RequestId = b"requestId",
        OperationId = b"operationId",
        Time = b"timeGenerated" | b"TimeGenerated" | b"TimeGenerated [UTC]",
        Uri = b"requestUri",
        Method = b"requestMethod",
        Status = b"responseStatusCode",
        UserId = b"userId",
        // The object id of the token's subject, in storage archives.
        Subject = b"UserPrincipalObjectID",
        PrincipalId = b"servicePrincipalId",
        AppId = b"appId",
        TokenKind = b"C_Idtyp",
        Roles = b"roles",
        Scopes = b"scopes",
        RoleIds = b"wids",
        Ip = b"ipAddress",
        UserAgent = b"userAgent",
        SessionId = b"C_Sid" | b"sessionId",
        TenantId = b"tenantId",
        EntraTenantId = b"AadTenantId",
        SourceSystem = b"SourceSystem",
        OperationType = b"operationType",
        Service = b"loggedByService",
        Category = b"category",
        ActivityName = b"activityDisplayName",
        Result = b"result",
        ResultReason = b"resultReason",
        InitiatedBy = b"initiatedBy",
        Targets = b"targetResources",
        AdditionalDetails = b"additionalDetails",
        Properties = b"recordProperties",
    }
}

/// A call being read.
#[derive(Default)]
pub(in crate::format) struct GraphCall<'a> {
    stated: AuditProperties<'a>,
    uri: Cow<'a, str>,
    method: Cow<'a, str>,
    user_id: Cow<'a, str>,
    subject: Cow<'a, str>,
    principal_id: Cow<'a, str>,
    app_id: Cow<'a, str>,
    token_kind: Cow<'a, str>,
    row: RowOfTable<'a>,
    time: Option<Timestamp>,
    added: Added<'a>,
}

impl<'a> EventReader<'a> for GraphCall<'a> {
    type Own = CallKey;

    const ADDS: Option<Kind> = Some(Kind::GraphCall);

    fn added(&mut self) -> Option<&mut Added<'a>> {
        Some(&mut self.added)
    }

    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: CallKey,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match key {
            CallKey::RequestId => record.id = reader.text(here)?,
            CallKey::OperationId => record.correlation_id = reader.text(here)?,
            CallKey::Time => self.time = reader.time(here)?,
            CallKey::Uri => self.uri = reader.text(here)?,
            CallKey::Method => self.method = reader.text(here)?,
            CallKey::Status => record.result = reader.scalar(here)?,
            CallKey::UserId => self.user_id = reader.text(here)?,
            CallKey::Subject => self.subject = reader.text(here)?,
            CallKey::PrincipalId => self.principal_id = reader.text(here)?,
            CallKey::AppId => self.app_id = reader.text(here)?,
            CallKey::TokenKind => self.token_kind = reader.text(here)?,
            CallKey::Roles | CallKey::Scopes | CallKey::RoleIds => {
                let key = match key {
                    CallKey::Roles => PropertyKey::Role,
                    CallKey::Scopes => PropertyKey::Scope,
                    _ => PropertyKey::RoleId,
                };
                if reader.is_list()? {
                    return reader.entries(|reader, _| {
                        let one = reader.scalar(here)?;
                        self.added.put(key, one);
                        Ok(())
                    });
                }
                let all = reader.scalar(here)?;
                let separators = [' ', ',', '[', ']', '"'];
                for one in all.split(separators).filter(|one| !one.is_empty()) {
                    self.added.put(key, Cow::Owned(one.to_owned()));
                }
            }
            CallKey::Ip => record.actor.ip = ip(reader.text(here)?),
            CallKey::UserAgent => record.user_agent = reader.text(here)?,
            CallKey::SessionId => {
                let session = reader.text(here)?;
                fill(&mut record.session_id, session);
            }
            CallKey::TenantId => record.tenant_id = reader.text(here)?,
            CallKey::EntraTenantId => self.row.tenant(reader, here)?,
            CallKey::SourceSystem => self.row.source_system(reader)?,
            CallKey::OperationType => record.operation_type = reader.text(here)?,
            CallKey::Service => self.stated.read(reader, Property::Service, here)?,
            CallKey::Category => self.stated.read(reader, Property::Category, here)?,
            CallKey::ActivityName => self.stated.read(reader, Property::Activity, here)?,
            CallKey::Result => self.stated.read(reader, Property::Result, here)?,
            CallKey::ResultReason => self.stated.read(reader, Property::Reason, here)?,
            CallKey::InitiatedBy => self.stated.read(reader, Property::Actor, here)?,
            CallKey::Targets => self.stated.read(reader, Property::Targets, here)?,
            CallKey::AdditionalDetails => self.stated.read(reader, Property::Details, here)?,
            CallKey::Properties => self.stated.read(reader, Property::Properties, here)?,
        }
        Ok(())
    }

    fn finish(
        mut self,
        record: &mut Record<'a>,
        _category: &str,
        _notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>> {
        record.kind = Kind::GraphCall;
        record.time = self.time;
        self.row.complete(record);
        record.service = Cow::Borrowed(Kind::GraphCall.service().unwrap_or_default());
        record.category = Cow::Borrowed(CATEGORY);
        let (path, targets) = template(&self.uri);
        record.activity = Cow::Owned(match (self.method.trim(), path.as_str()) {
            ("", path) => path.to_owned(),
            (method, path) => format!("{method} {path}"),
        });
        record.targets = targets;
        let ip = std::mem::take(&mut record.actor.ip);
        let is_app = self.token_kind.eq_ignore_ascii_case("app")
            || (self.user_id.is_empty() && !self.principal_id.is_empty());
        let id =
            if is_app { [self.principal_id, self.subject] } else { [self.user_id, self.subject] };
        let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        let kind = match (is_app, id.is_empty() && self.app_id.is_empty()) {
            (true, _) => ActorKind::App,
            (false, true) => ActorKind::Unknown,
            (false, false) if id.is_empty() => ActorKind::App,
            (false, false) => ActorKind::User,
        };
        record.actor = Actor { kind, id, app_id: self.app_id, ip, ..Actor::default() };
        self.added.put(PropertyKey::RequestMethod, self.method);
        self.added.put(PropertyKey::RequestUri, self.uri);
        self.added.put(PropertyKey::Status, record.result.clone());
        record.properties = self.added.finish();
        self.stated.apply(record);
        None
    }
}

/// The path of an address with its ids left out, and the objects whose ids stood in it.
fn template<'a>(uri: &str) -> (String, Vec<Target<'a>>) {
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    let path = match uri.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => uri.trim_start_matches('/'),
    };
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    if parts.peek().is_some_and(|first| *first == "beta" || *first == "v1.0") {
        parts.next();
    }
    let (mut template, mut targets) = (String::new(), Vec::new());
    let mut collection = "";
    for part in parts {
        template.push('/');
        // `users('4711')` is `users/4711` in another spelling.
        let (name, key) = match part.split_once('(') {
            Some((name, key)) => (name, key.strip_suffix(')').unwrap_or(key).trim_matches('\'')),
            None => (part, ""),
        };
        let is_id = |text: &str| {
            is_guid(text)
                || text.contains('@')
                || text.len() > 40
                || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        };
        let id = if is_id(name) { name } else { key };
        if is_id(name) {
            template.push_str("{id}");
        } else {
            template.push_str(name);
            collection = name;
            if !key.is_empty() {
                template.push_str("/{id}");
            }
        }
        if is_guid(id) || id.contains('@') {
            let (id, upn) = if is_guid(id) { (id, "") } else { ("", id) };
            targets.push(Target {
                id: Cow::Owned(id.to_owned()),
                upn: Cow::Owned(upn.to_owned()),
                kind: Cow::Borrowed(kind_of(collection)),
                ..Target::default()
            });
        }
    }
    if template.is_empty() {
        template.push('/');
    }
    (template, targets)
}

/// The type of the objects in a collection of Graph.
fn kind_of(collection: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("users", "User"),
        ("groups", "Group"),
        ("teams", "Group"),
        ("applications", "Application"),
        ("servicePrincipals", "ServicePrincipal"),
        ("devices", "Device"),
        ("directoryRoles", "Role"),
        ("roleDefinitions", "Role"),
        ("administrativeUnits", "AdministrativeUnit"),
        ("policies", "Policy"),
    ];
    let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(collection));
    known.map_or("Other", |(_, kind)| kind)
}

/// Writes a call of Graph. Its first key tells what it is.
fn write(record: &Record<'_>, object: &mut ObjectWriter<'_>) {
    object.text("requestUri", record.property(PropertyKey::RequestUri).unwrap_or(""));
    object.text("requestMethod", record.property(PropertyKey::RequestMethod).unwrap_or(""));
    object.text("requestId", &record.id);
    object.time("timeGenerated", record);
    object.text("operationId", &record.correlation_id);
    object.plain("responseStatusCode", &record.result);
    let actor = &record.actor;
    let key = if actor.kind == ActorKind::App { "servicePrincipalId" } else { "userId" };
    object.text(key, &actor.id);
    object.text("appId", &actor.app_id);
    object.text("ipAddress", &actor.ip);
    kind_properties::write::write(record.kind, &record.properties, object);
    surroundings(record, object);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_ids_left_out_and_they_are_the_targets() {
        let id = "65d91a3d-ab74-42e6-8a2f-0add61688c74";
        for (uri, path, targets) in [
            (
                format!("https://graph.microsoft.com/v1.0/users/{id}/messages?$top=5"),
                "/users/{id}/messages",
                vec!["User"],
            ),
            (
                format!("https://graph.microsoft.com/beta/users('{id}')/memberOf/"),
                "/users/{id}/memberOf",
                vec!["User"],
            ),
            (
                "https://graph.microsoft.com/v1.0/users/bo@a.example".to_owned(),
                "/users/{id}",
                vec!["User"],
            ),
            ("https://graph.microsoft.com/v1.0/$batch".to_owned(), "/$batch", vec![]),
            (
                format!("/v1.0/groups/{id}/members/{id}/$ref"),
                "/groups/{id}/members/{id}/$ref",
                vec!["Group", "Other"],
            ),
            (String::new(), "/", vec![]),
        ] {
            let (found, objects) = template(&uri);
            let kinds: Vec<&str> = objects.iter().map(|target| &*target.kind).collect();
            assert_eq!((found.as_str(), kinds), (path, targets), "{uri}");
        }
    }
}
