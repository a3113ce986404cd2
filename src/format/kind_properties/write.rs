//! Writes the properties that only some kinds of record have where Graph has them.
//! Never writes what is made from other properties; what does not come back the same is stated besides.

use crate::format::json::ObjectWriter;
use crate::record::Kind;
use crate::record::kind::property::{PROPERTIES, Property, PropertyKey, PropertyRow};

/// Writes those of a kind of record into its object.
pub(in crate::format) fn write(
    kind: Kind,
    properties: &[Property<'_>],
    object: &mut ObjectWriter<'_>,
) {
    let of = |key: PropertyKey| {
        properties.iter().filter(move |own| own.key == key).map(|own| &*own.value)
    };
    let mut heads: Vec<&str> = Vec::new();
    let own = |row: &&PropertyRow| !row.path.is_empty() && row.kinds.contains(&kind);
    for row in PROPERTIES.iter().filter(own) {
        let Some(first) = of(row.key).next() else { continue };
        let values: Vec<&str> = of(row.key).collect();
        match (row.key, row.path.split_once('.')) {
            (PropertyKey::Policy, _) => object.array(row.path, &values, |value, policy| {
                let (name, result) = value.rsplit_once(": ").unwrap_or((value, ""));
                policy.text("displayName", name);
                policy.text("result", result);
            }),
            (PropertyKey::Step, _) => object.array(row.path, &values, |value, step| {
                let (value, failed) = match value.strip_suffix(" (failed)") {
                    Some(rest) => (rest, true),
                    None => (*value, value.ends_with(": failed")),
                };
                let (method, result) = value.split_once(": ").unwrap_or((value, ""));
                step.text("authenticationMethod", method);
                step.text(
                    "authenticationStepResultDetail",
                    if result == "failed" { "" } else { result },
                );
                step.raw("succeeded", if failed { "false" } else { "true" });
            }),
            (PropertyKey::ProvisioningStep, _) => object.array(row.path, &values, |value, step| {
                let (name, rest) = value.split_once(": ").unwrap_or((value, ""));
                let told = rest.strip_suffix(')').and_then(|rest| rest.split_once(" ("));
                let (status, description) = told.unwrap_or((rest, ""));
                step.text("name", name);
                step.text("status", status);
                step.extra("description", description);
            }),
            (PropertyKey::NamedLocation, _) => {
                object.array(row.path, &[values], |names, network| {
                    network.texts("networkNames", names);
                });
            }
            (_, None) if row.many => object.texts(row.path, &values),
            (_, None) => object.plain(row.path, first),
            (_, Some((head, _))) if heads.contains(&head) => {}
            (_, Some((head, _))) => {
                heads.push(head);
                object.object(head, |nested| {
                    for row in PROPERTIES.iter().filter(own) {
                        let below =
                            row.path.strip_prefix(head).and_then(|rest| rest.strip_prefix('.'));
                        if let (Some(name), Some(value)) = (below, of(row.key).next()) {
                            nested.plain(name, value);
                        }
                    }
                });
            }
        }
    }
    // A method without steps is what older sign-ins have.
    if of(PropertyKey::Step).next().is_none()
        && let Some(method) = of(PropertyKey::Method).next()
    {
        object.object("mfaDetail", |mfa| mfa.text("authMethod", method));
    }
}
