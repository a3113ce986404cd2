//! The application that a record is about, by its application (client) id.
//! Never takes the id of the resource that a permission is for, such as Microsoft Graph's, for it.
//!
//! Records that give permissions name two applications: the resource is the target, and its id stands
//! in the detail `AppId` and in `TargetId.ServicePrincipalNames`; who gets the permission stands in
//! `ServicePrincipal.AppId`. Source: Microsoft Entra documentation, "Audit activity reference", and
//! records of "Add app role assignment to service principal".

use std::borrow::Cow;

use super::{Record, value_text};
use crate::text::is_guid;

/// Changes that hold the id of the application a record is about.
const OWN: &[&str] = &["ServicePrincipal.AppId", "Application.AppId", "AppId", "AppPrincipalId"];
/// Beginnings of activities, in lower case, whose target and detail `AppId` are of the resource.
const OF_RESOURCE: &[&str] = &[
    "add app role assignment",
    "remove app role assignment",
    "update app role assignment",
    "add delegated permission grant",
    "remove delegated permission grant",
    "update delegated permission grant",
    "add oauth2permissiongrant",
    "remove oauth2permissiongrant",
];
/// Microsoft Graph and its predecessor: resources of nearly every permission, and never what was
/// consented to. Source: Microsoft Entra, "Verify first-party Microsoft applications in sign-in
/// reports".
const GRAPHS: &[&str] =
    &["00000003-0000-0000-c000-000000000000", "00000002-0000-0000-c000-000000000000"];

/// The application (client) id of the application a record is about; `None` where it says none.
pub fn application_id<'r>(record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    let changes = || record.targets.iter().flat_map(|target| &target.changes);
    let of_change = |name: &&str| {
        let change = changes().find(|change| change.name == *name)?;
        let value = change.new.as_deref().or(change.old.as_deref())?;
        let new = value_text(value);
        match (new.trim().is_empty(), change.old.as_deref()) {
            (true, Some(old)) => Some(value_text(old)),
            _ => Some(new),
        }
    };
    let is_application = |id: &Cow<'_, str>| {
        is_guid(id.trim()) && !GRAPHS.iter().any(|graph| id.trim().eq_ignore_ascii_case(graph))
    };
    let changed = OWN.iter().filter_map(of_change).find(is_application);
    changed.or_else(|| {
        let activity = record.activity.trim_start().to_lowercase();
        let is_of_resource = OF_RESOURCE.iter().any(|begin| activity.starts_with(begin));
        let detail = record.details.iter().filter(|_| !is_of_resource).find(|detail| {
            detail.key.eq_ignore_ascii_case("AppId") || detail.key.eq_ignore_ascii_case("ClientId")
        });
        detail.map(|detail| Cow::Borrowed(&*detail.value)).filter(is_application)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Detail, Target};

    const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
    const OTHER_RESOURCE: &str = "5f0c7d0a-3f36-4f6b-9c54-70ea3d1f4c11";
    const OWN_ID: &str = "9a7d3c20-5b1e-4d0f-8a43-c7e2f6d1b905";

    fn record(activity: &str, changes: &[(&str, &str)], detail: &str) -> Record<'static> {
        let change = |(name, new): &(&str, &str)| Change {
            name: (*name).to_owned().into(),
            old: None,
            new: Some(format!("\"{new}\"").into()),
        };
        let target = Target { changes: changes.iter().map(change).collect(), ..Target::default() };
        Record {
            activity: activity.to_owned().into(),
            targets: vec![target],
            details: vec![Detail { key: "AppId".into(), value: detail.to_owned().into() }],
            ..Record::default()
        }
    }

    #[test]
    fn the_resource_of_a_permission_is_not_the_application() {
        let grant = "Add app role assignment to service principal";
        let own = [("ServicePrincipal.AppId", OWN_ID)];
        for (record, id) in [
            (record(grant, &own, GRAPH), Some(OWN_ID)),
            (record(grant, &own, OTHER_RESOURCE), Some(OWN_ID)),
            (record(grant, &[], OTHER_RESOURCE), None),
            (record("Add delegated permission grant", &[], OTHER_RESOURCE), None),
            (record("Consent to application", &[], GRAPH), None),
            (record("Consent to application", &[], OWN_ID), Some(OWN_ID)),
            (record("Add application", &[("AppId", OWN_ID)], OWN_ID), Some(OWN_ID)),
            (record("Add service principal", &[("AppPrincipalId", OWN_ID)], ""), Some(OWN_ID)),
        ] {
            assert_eq!(application_id(&record).as_deref(), id, "{record:?}");
        }
    }
}
