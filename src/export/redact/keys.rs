//! What a property's or key's values are: the name of somebody or something, or words of a log.
//! Never asks the value: where a key may hold a name, its values are replaced.

/// Keys whose values are replaced whole, by their last part folded, and what they name; empty for
/// whatever the property is of.
const NAMING: &[(&str, &str)] = &[
    ("title", ""),
    ("label", ""),
    ("description", "text"),
    ("notes", "text"),
    ("comment", "text"),
    ("upn", "user"),
    ("mail", "user"),
    ("email", "user"),
    ("emails", "user"),
    ("othermail", "user"),
    ("othermails", "user"),
    ("emailaddress", "user"),
    ("proxyaddresses", "user"),
    ("invitedemailaddress", "user"),
    ("invitedusermailaddress", "user"),
    ("inviteduseremailaddress", "user"),
    ("identities", "user"),
    ("issuerassignedid", "user"),
    ("immutableid", "user"),
    ("onpremisesimmutableid", "user"),
    ("sourceanchor", "user"),
    ("manager", "user"),
    ("owner", "user"),
    ("sponsor", "user"),
    ("streetaddress", "place"),
    ("city", "place"),
    ("country", "place"),
    ("postalcode", "place"),
    ("department", "group"),
    ("division", "group"),
    ("costcenter", "group"),
    ("employeeid", "id"),
    ("puid", "id"),
    ("netid", "id"),
    ("sid", "id"),
    ("thumbprint", "id"),
    ("ticketnumber", "ticket"),
    ("ticketid", "ticket"),
    ("ticket", "ticket"),
    ("casenumber", "ticket"),
    ("incidentnumber", "ticket"),
    ("changenumber", "ticket"),
    ("referencenumber", "ticket"),
    ("serialnumber", "id"),
    ("customkeyidentifier", "id"),
    ("jobtitle", "title"),
    ("federationbrandname", "tenant"),
    ("tenant", "tenant"),
];

/// Keys that end as names do, and hold words of the log.
const WORDS: &[&str] = &[
    "actionclientname",
    "activityname",
    "activitydisplayname",
    "authenticationmethodname",
    "browsername",
    "categoryname",
    "eventname",
    "keydescription",
    "licensename",
    "methodname",
    "operatingsystemname",
    "operationname",
    "osname",
    "propertyname",
    "scopename",
    "servicename",
    "skuname",
    "typename",
    "wellknownobjectname",
];

/// Endings and other parts of keys whose values are replaced whole.
const PARTS: &[(&str, &str)] = &[
    ("phone", "phone"),
    ("mobile", "phone"),
    ("facsimile", "phone"),
    ("devicetoken", "secret"),
    ("securityidentifier", "id"),
    ("extensionattribute", "value"),
    ("officelocation", "place"),
    ("deliveryoffice", "place"),
];

/// Beginnings of keys that end in `name`, and what these name.
const OF: &[(&str, &str)] = &[
    ("user", "user"),
    ("actor", "user"),
    ("given", "user"),
    ("sur", "user"),
    ("nick", "user"),
    ("mailnick", "user"),
    ("person", "user"),
    ("owner", "user"),
    ("manager", "user"),
    ("distinguished", "user"),
    ("samaccount", "user"),
    ("onpremises", "user"),
    ("service", "app"),
    ("app", "app"),
    ("client", "app"),
    ("device", "device"),
    ("computer", "device"),
    ("machine", "device"),
    ("host", "device"),
    ("group", "group"),
    ("company", "tenant"),
    ("tenant", "tenant"),
    ("hometenant", "tenant"),
    ("organi", "tenant"),
    ("domain", "tenant"),
    ("role", "role"),
    ("policy", "policy"),
];

/// The class of what a target of this type is.
pub(super) fn class_of(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "user" => "user",
        "group" => "group",
        "device" => "device",
        "role" | "directoryrole" => "role",
        "application" | "serviceprincipal" => "app",
        "policy" => "policy",
        _ => "name",
    }
}

/// The class of what a property's or key's values name; `None` where they name nothing.
pub(super) fn class_by_key(key: &str, class: &'static str) -> Option<&'static str> {
    let mut parts = key.rsplit('.');
    let last = parts.next()?;
    let last: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    let last = last.to_ascii_lowercase();
    if WORDS.contains(&last.as_str()) {
        return None;
    }
    let of = parts.next().map(class_of).filter(|class| *class != "name").unwrap_or(class);
    let by = |named: &'static str| if named.is_empty() { of } else { named };
    if let Some((_, named)) = NAMING.iter().find(|(known, _)| *known == last) {
        return Some(by(named));
    }
    if let Some((_, named)) = PARTS.iter().find(|(part, _)| last.contains(part)) {
        return Some(named);
    }
    if last.starts_with("extension") && key.contains('_') {
        return Some("value");
    }
    let stem = ["displayname", "principalname", "names", "name"];
    let stem = stem.iter().find_map(|end| last.strip_suffix(end))?;
    let longest = OF.iter().filter(|(start, _)| stem.starts_with(start));
    let longest = longest.max_by_key(|(start, _)| start.len());
    Some(longest.map_or(of, |(_, named)| named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_say_what_their_values_name() {
        for (key, class) in [
            ("name", Some("name")),
            ("Role.DisplayName", Some("role")),
            ("TenantDisplayName", Some("tenant")),
            ("AlternativePhoneNumber", Some("phone")),
            ("PhoneNumber", Some("phone")),
            ("DeviceToken", Some("secret")),
            ("PhysicalDeliveryOfficeName", Some("place")),
            ("OnPremisesSecurityIdentifier", Some("id")),
            ("UserPrincipalName", Some("user")),
            ("TargetId.ServicePrincipalNames", Some("app")),
            ("extension_0123_costCentre", Some("value")),
            ("Action Client Name", None),
            ("KeyDescription", None),
            ("state", None),
            ("UserType", None),
        ] {
            assert_eq!(class_by_key(key, "name"), class, "{key}");
        }
    }
}
