//! What a record says of agents and applications beyond their names: what kind, why here, whose.
//! Never knows applications: only what the record itself says of them.
//!
//! Sources: "Microsoft Entra Agent ID logs" for agents; "Understand why a service principal was created in
//! your tenant" for the three details, both Microsoft Entra documentation.

use std::borrow::Cow;

use crate::record::kind::property::{Property, PropertyKey};
use crate::record::licence::licences;
use crate::record::{Detail, Record};

/// Tenants of Microsoft: of its services, and of the company.
const OF_MICROSOFT: &[&str] =
    &["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"];
/// The ways by which Microsoft puts service principals into a tenant.
const BY_MICROSOFT: &[&str] =
    &["defaultMicrosoft", "subscription", "managerApplications", "AzureResourceProvider"];
const MANAGED_IDENTITY: &str = "ManagedServiceIdentity";

/// Puts what kinds of AI agents acted and were changed among the properties.
pub(super) fn fill_agents(record: &mut Record<'_>) {
    let Record { actor, targets, properties, .. } = record;
    let mut put = |key: PropertyKey, value: &Cow<'_, str>| {
        if !value.is_empty() && !properties.iter().any(|p| p.key == key && p.value == *value) {
            properties.push(Property { key, value: value.clone().into_owned().into() });
        }
    };
    put(PropertyKey::Agent, &actor.agent);
    put(PropertyKey::ActorAgent, &actor.agent);
    put(PropertyKey::Blueprint, &actor.blueprint);
    for target in targets {
        put(PropertyKey::Agent, &target.agent);
        put(PropertyKey::TargetAgent, &target.agent);
        put(PropertyKey::Blueprint, &target.blueprint);
    }
}

/// Puts why a service principal is there, and whose it is, among the properties, where details say.
pub(super) fn fill_origin(record: &mut Record<'_>) {
    let (mut provisioned, mut owner) = (None, None);
    let Record { details, properties, tenant_id, .. } = record;
    for Detail { key, value } in details.iter().filter(|detail| !detail.value.is_empty()) {
        // Most details have names of other lengths.
        match key.len() {
            32 if key.eq_ignore_ascii_case("ServicePrincipalProvisioningType") => {
                properties.push(Property { key: PropertyKey::Provisioned, value: value.clone() });
                provisioned = Some(value);
            }
            22 if key.eq_ignore_ascii_case("AppOwnerOrganizationId") => {
                properties.push(Property { key: PropertyKey::OwnerTenant, value: value.clone() });
                owner = Some(value);
            }
            14 if key.eq_ignore_ascii_case("SubscribedSkus") => {
                for licence in licences(value) {
                    let value = licence.called().to_owned().into();
                    properties.push(Property { key: PropertyKey::Sku, value });
                }
            }
            _ => {}
        }
    }
    let has = |words: &[&str], text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    let origin = match (provisioned, owner) {
        (Some(way), _) if way.eq_ignore_ascii_case(MANAGED_IDENTITY) => "managed-identity",
        (_, Some(owner)) if has(OF_MICROSOFT, owner) => "microsoft",
        (_, Some(owner)) if owner.eq_ignore_ascii_case(tenant_id) => "own",
        (_, Some(_)) if !tenant_id.is_empty() => "foreign",
        // Which tenant this is, Graph does not say.
        (_, Some(_)) => "other",
        (Some(way), None) if has(BY_MICROSOFT, way) => "microsoft",
        _ => return,
    };
    properties.push(Property { key: PropertyKey::Origin, value: Cow::Borrowed(origin) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Decoded, Depth, Layout, decode};
    use crate::record::sentence::sentence;

    fn origin(tenant: &'static str, details: &[(&'static str, &'static str)]) -> Option<String> {
        let details = details.iter();
        let mut record = Record {
            tenant_id: tenant.into(),
            details: details
                .map(|(key, value)| Detail { key: (*key).into(), value: (*value).into() })
                .collect(),
            ..Record::default()
        };
        fill_origin(&mut record);
        record.property(PropertyKey::Origin).map(str::to_owned)
    }

    #[test]
    fn whose_an_application_is_follows_from_its_home_and_from_how_it_came() {
        let way = "ServicePrincipalProvisioningType";
        let home = "appOwnerOrganizationId";
        for (tenant, details, expected) in [
            ("", vec![(home, "F8CDEF31-a31e-4b4a-93e4-5f571e91255a"), (way, "Other")], "microsoft"),
            ("", vec![(home, "9a"), (way, "Other")], "other"),
            ("7b", vec![(home, "9a"), (way, "Other")], "foreign"),
            ("9A", vec![(home, "9a"), (way, "Other")], "own"),
            ("", vec![(way, "subscription"), ("SubscribedSkus", "[]")], "microsoft"),
            ("", vec![(way, "AzureResourceProvider")], "microsoft"),
            ("9a", vec![(way, "ManagedServiceIdentity"), (home, "9a")], "managed-identity"),
        ] {
            assert_eq!(origin(tenant, &details).as_deref(), Some(expected), "{details:?}");
        }
        assert_eq!(origin("9a", &[(way, "Other")]), None);
        assert_eq!(origin("9a", &[("AppId", "9a"), (home, "")]), None);
    }

    /// The record in one line of JSON, decoded.
    fn decoded(json: &str) -> Record<'_> {
        match decode(json.as_bytes(), &Layout::JSON, Depth::Full) {
            Ok(Decoded::Record { record, .. }) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn agents_are_read_wherever_they_stand_and_written_back() {
        let json = r#"{"id":"1","activityDisplayName":"Update service principal","activityDateTime":"2026-11-01T08:00:00Z",
            "loggedByService":"Core Directory","performedBy":{"appId":"0a-1","agentType":"agenticAppInstance","blueprintId":"b-1"},
            "initiatedBy":{"user":{"id":"u","userPrincipalName":"kim@fern.example","agentType":"notAgentic"},"app":null},
            "targetResources":[{"id":"t","displayName":"Tide Agent","type":"ServicePrincipal","agentType":"agenticAppInstance","blueprintId":"b-2","modifiedProperties":[]},
                {"id":"v","displayName":null,"type":"User","agentType":"agentIDuser","modifiedProperties":[]},
                {"id":"w","displayName":null,"type":"Group","agentType":"notAgentic","modifiedProperties":[]}]}"#;
        let record = decoded(json);
        let of = |key| record.properties_of(key).collect::<Vec<_>>();
        assert_eq!(of(PropertyKey::Agent), ["agenticAppInstance", "agentIDuser"]);
        assert_eq!(of(PropertyKey::ActorAgent), ["agenticAppInstance"]);
        assert_eq!(of(PropertyKey::TargetAgent), ["agenticAppInstance", "agentIDuser"]);
        assert_eq!(of(PropertyKey::Blueprint), ["b-1", "b-2"]);
        assert_eq!(of(PropertyKey::Performer), ["0a-1"]);
        assert!(sentence(&record).starts_with("kim@fern.example (through an AI agent) updated"));
        let mut out = Vec::new();
        crate::format::write_graph(&record, &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(decoded(&text), record, "{text}");
        let plain = json.replace("agenticAppInstance", "notAgentic").replace("agentIDuser", "");
        assert!(decoded(&plain).property(PropertyKey::Agent).is_none());
    }
}
