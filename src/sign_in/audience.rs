//! Whom a token is for: a service, by its address and its other names.
//! Never mixes two of them: a sign-in has one audience, and what is remembered is remembered by audience.

/// A service that takes tokens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audience {
    /// Its name in a sentence: `Microsoft Graph`.
    pub name: &'static str,
    /// The address its permissions begin with, without a slash at the end: `https://graph.microsoft.com`.
    pub resource: String,
    /// Its ids as an application, which tokens may name in place of the address.
    pub ids: &'static [&'static str],
    /// The permissions a person is asked for, without the address; none: those the application has.
    pub permissions: Vec<String>,
    /// The public client a person signs in with where none was named.
    pub client: &'static str,
}

impl Audience {
    /// Does a token that names this audience (`aud`) fit?
    pub fn is(&self, named: &str) -> bool {
        let named = named.trim_end_matches('/');
        named.eq_ignore_ascii_case(&self.resource)
            || self.ids.iter().any(|id| named.eq_ignore_ascii_case(id))
    }

    /// The scope of an application: everything it was given.
    pub(super) fn of_application(&self) -> String {
        format!("{}/.default", self.resource)
    }

    /// The scopes of a person, and what renews the sign-in.
    pub(super) fn of_person(&self) -> String {
        let mut scopes = match self.permissions.is_empty() {
            true => vec![self.of_application()],
            false => {
                let asked = self.permissions.iter();
                asked.map(|permission| format!("{}/{permission}", self.resource)).collect()
            }
        };
        scopes.push("offline_access".to_owned());
        scopes.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_by_the_address_or_an_id_of_its_service_only() {
        let vault = Audience {
            name: "Key Vault",
            resource: "https://vault.azure.net".to_owned(),
            ids: &["cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
            permissions: Vec::new(),
            client: "c",
        };
        assert!(vault.is("https://vault.azure.net/") && vault.is("https://VAULT.azure.net"));
        assert!(vault.is("CFA8B339-82a2-471a-a3c9-0fc0be7a4093"));
        assert!(!vault.is("https://graph.microsoft.com") && !vault.is(""));
        assert_eq!(vault.of_person(), "https://vault.azure.net/.default offline_access");
        let permissions = vec!["user_impersonation".to_owned()];
        let person = Audience { permissions, ..vault };
        let asked = "https://vault.azure.net/user_impersonation offline_access";
        assert_eq!(person.of_person(), asked);
    }
}
