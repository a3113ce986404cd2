//! Fields that are asked by key: `detail.DeviceOSType=Linux`, `change.AccountEnabled=false`.
//! Never takes a part of a key for the key: `DisplayName` is not the one of a credential.

use super::Record;
use super::change::differences_of;
use super::field::Field;
use super::value_text;
use crate::text::fold;

/// Calls back with each value that a record has under a key, which is folded.
pub type ByKey = fn(&Record<'_>, &str, &mut dyn FnMut(&str));

/// A field whose values have keys.
struct KeyedField {
    /// The name of the field.
    field: &'static Field,
    /// What may stand before the key besides the field's names.
    also: &'static [&'static str],
    /// Keys that records often have.
    usual: &'static [&'static str],
    /// The field whose values are keys of this one.
    keys: Option<&'static Field>,
    values: ByKey,
}

/// All of them. A change without a side is what it was changed to.
const KEYED: &[KeyedField] = &[
    KeyedField {
        field: Field::DETAIL,
        also: &["details"],
        usual: USUAL_DETAILS,
        keys: None,
        values: |record, key, out| {
            for detail in record.details.iter().filter(|detail| is_key(&detail.key, key)) {
                out(&detail.value);
            }
        },
    },
    KeyedField {
        field: Field::NEW,
        also: &["change", "modifiedProperties", "property"],
        usual: &[],
        keys: Some(Field::CHANGE),
        values: |record, key, out| changed(record, key, true, out),
    },
    KeyedField {
        field: Field::OLD,
        also: &[],
        usual: &[],
        keys: Some(Field::CHANGE),
        values: |record, key, out| changed(record, key, false, out),
    },
];

/// Keys of `additionalDetails` in published records and in Microsoft's articles on the audit log.
const USUAL_DETAILS: &[&str] = &[
    "User-Agent",
    "UserType",
    "AppId",
    "AppOwnerOrganizationId",
    "AuthenticationMethod",
    "DeviceId",
    "DeviceOSType",
    "DeviceOSVersion",
    "DeviceTrustType",
    "ExpirationTime",
    "GroupType",
    "InvitationId",
    "InvitedUserEmailAddress",
    "Justification",
    "RoleDefinitionOriginId",
    "RoleDefinitionOriginType",
    "ServicePrincipalProvisioningType",
    "StartTime",
    "TemplateId",
    "TenantId",
    "ipaddr",
    "oid",
    "tid",
    "wids",
];

fn is_key(logged: &str, key: &str) -> bool {
    fold(logged) == key
}

/// The values on one side of the property of that name, and of the place in a property's value that
/// is named with it, such as `ConditionalAccessPolicy.state`, where that differs.
fn changed(record: &Record<'_>, key: &str, new: bool, out: &mut dyn FnMut(&str)) {
    for change in record.targets.iter().flat_map(|target| &target.changes) {
        let side = if new { &change.new } else { &change.old };
        if is_key(&change.name, key) {
            if let Some(value) = side {
                out(&value_text(value));
            }
            continue;
        }
        // Only what begins with the property's name can be a place in its value.
        if !key.starts_with(&*fold(&change.name)) {
            continue;
        }
        for difference in differences_of(change) {
            let value = if new { &difference.new } else { &difference.old };
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty())
                && is_key(&format!("{}{}", change.name, difference.path), key)
            {
                out(value);
            }
        }
    }
}

/// The field and the key that a name in a query stands for: `detail.User-Agent`. `None` where no
/// such field has keys.
pub fn find(name: &str) -> Option<(&'static Field, &str)> {
    KEYED.iter().find_map(|row| {
        let field = row.field;
        let names = std::iter::once(&field.name).chain(field.aliases).chain(row.also);
        let rest = |known: &&str| {
            let start = name.get(..known.len())?;
            let rest = name[known.len()..].strip_prefix('.')?;
            start.eq_ignore_ascii_case(known).then_some(rest)
        };
        let mut names = names;
        names.find_map(rest).map(|key| (field, key))
    })
}

/// What may stand behind the full stop of a field with keys: keys that are often there, and the field
/// whose values are keys. Empty where the field has none.
pub fn keys_of(field: &Field) -> (&'static [&'static str], Option<&'static Field>) {
    let row = KEYED.iter().find(|row| row.field == field);
    row.map_or((&[][..], None), |row| (row.usual, row.keys))
}

/// How the values under a key of this field are found; `None` where it has no keys.
pub fn by_key(field: &Field) -> Option<ByKey> {
    KEYED.iter().find(|row| row.field == field).map(|row| row.values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Detail, Target};

    #[test]
    fn a_name_is_a_field_and_a_key() {
        let found =
            |name: &str| find(name).map(|(field, key)| (field.name.to_owned(), key.to_owned()));
        let pair = |field: &str, key: &str| Some((field.to_owned(), key.to_owned()));
        assert_eq!(found("detail.DeviceOSType"), pair("detail", "DeviceOSType"));
        assert_eq!(found("additionalDetails.User-Agent"), pair("detail", "User-Agent"));
        assert_eq!(found("Change.Role.DisplayName"), pair("new", "Role.DisplayName"));
        assert_eq!(found("oldValue.X"), pair("old", "X"));
        assert_eq!(found("actor.id"), None);
        assert_eq!(found("détail.x"), None);
    }

    #[test]
    fn a_key_is_never_a_part_of_a_key() {
        let change = |name: &'static str, old: &'static str, new: &'static str| Change {
            name: name.into(),
            old: Some(old.into()),
            new: Some(new.into()),
        };
        let record = Record {
            details: vec![
                Detail { key: "User-Agent".into(), value: "curl".into() },
                Detail { key: "Agent".into(), value: "other".into() },
            ],
            targets: vec![Target {
                changes: vec![
                    change("KeyDescription", "[]", r#"[{"DisplayName":"secret"}]"#),
                    change("DisplayName", "\"Old\"", "\"New\""),
                    change("Policy", r#"{"state":"on","a":1}"#, r#"{"state":"off","a":1}"#),
                ],
                ..Target::default()
            }],
            ..Record::default()
        };
        let values = |name: &str| {
            let (field, key) = find(name).expect(name);
            let mut found = Vec::new();
            let get = by_key(field).expect("keys");
            get(&record, &fold(key), &mut |value| found.push(value.to_owned()));
            found
        };
        assert_eq!(values("detail.agent"), ["other"]);
        assert_eq!(values("detail.user-agent"), ["curl"]);
        assert_eq!(values("change.DisplayName"), ["New"]);
        assert_eq!(values("old.displayname"), ["Old"]);
        assert_eq!(values("change.Policy.state"), ["off"]);
        assert_eq!(values("old.Policy.state"), ["on"]);
        assert_eq!(values("change.Policy.a"), [""; 0]);
        assert_eq!(values("change.state"), [""; 0]);
    }
}
