//! Roles that have had several names: [`other_names`].
//! Never says that two names are one where only some versions of a role share them.
//!
//! The unified audit log and older exports write `Company Administrator` for the Global Administrator.
//! Source: Microsoft Entra documentation, "Microsoft Entra built-in roles", which tells the names of
//! these roles in Microsoft Graph and PowerShell.

/// Names of one role, folded ([`crate::text::fold`]), today's first.
const ROLES: &[&[&str]] = &[
    &["global administrator", "company administrator"],
    &["exchange administrator", "exchange service administrator"],
    &["sharepoint administrator", "sharepoint service administrator"],
    &["skype for business administrator", "lync service administrator"],
    &[
        "dynamics 365 administrator",
        "dynamics 365 service administrator",
        "crm service administrator",
    ],
    &["fabric administrator", "power bi administrator", "power bi service administrator"],
    &["intune administrator", "intune service administrator"],
    &["teams administrator", "teams service administrator"],
    &[
        "microsoft entra joined device local administrator",
        "azure ad joined device local administrator",
        "device administrators",
    ],
];

/// The names, folded, of roles of which another name `is_asked` for, and they themselves not.
pub fn other_names(is_asked: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let of = |names: &&[&'static str]| -> Vec<&'static str> {
        let (asked, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| is_asked(name));
        if asked.is_empty() { Vec::new() } else { others }
    };
    ROLES.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn a_role_is_asked_for_by_any_of_its_names() {
        let contains = |text: &'static str| other_names(move |name: &str| name.contains(text));
        assert_eq!(contains("global admin"), ["company administrator"]);
        assert_eq!(contains("company"), ["global administrator"]);
        assert_eq!(contains("crm service administrator").len(), 2);
        assert!(contains("administrator").len() < 2 && contains("mallory").is_empty());
        assert!(ROLES.iter().flat_map(|names| names.iter()).all(|name| fold(name) == *name));
    }
}
