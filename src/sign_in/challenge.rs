//! A claims challenge: what a service wants of the next token, as after a password was changed or an account left its network.
//! Never acts on what is in it: it is handed to the sign-in as it came.
//!
//! From Microsoft's pages "Claims challenges, claims requests and client capabilities" and
//! "Continuous access evaluation": the claims are JSON in base64; a token is asked for with them in
//! the parameter `claims`.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::{Audience, Method, Settings};

/// What to do about a token that was given and is refused.
pub fn refused(audience: &Audience) -> String {
    let name = audience.name;
    format!(
        "{name} refused the access token that was given (401): it ended, was revoked, or is not for {name}; get a new \
         one, or choose another way with --sign-in"
    )
}

/// What is asked for.
pub struct Challenge {
    /// As it came: letters of base64 only, so it can stand in a command.
    encoded: String,
    claims: String,
}

impl Challenge {
    /// Reads the claims of a challenge. `None` where they are no JSON object in base64.
    pub fn read(encoded: &str) -> Option<Self> {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let bytes = [STANDARD, URL_SAFE]
            .iter()
            .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(encoded).ok())?;
        let claims = String::from_utf8(bytes).ok()?;
        let is_object =
            serde_json::from_str::<Value>(&claims).is_ok_and(|claims| claims.is_object());
        is_object.then(|| Self { encoded: encoded.to_owned(), claims })
    }

    /// The JSON.
    pub fn claims(&self) -> &str {
        &self.claims
    }

    /// What a person has to do where this way of signing in cannot ask for a token with the claims.
    pub fn way_out(&self, method: Method, audience: &Audience, settings: &Settings) -> String {
        let why = format!(
            "{} wants a new sign-in (a claims challenge of Conditional Access, as after a change of the password, the \
             location or the account)",
            audience.name
        );
        let tenant =
            settings.tenant().map_or_else(String::new, |tenant| format!(" --tenant \"{tenant}\""));
        let login = format!(
            "az logout, then az login{tenant} --scope \"{}/.default\" --claims-challenge \"{}\"",
            audience.resource, self.encoded
        );
        match method {
            Method::AzureCli => format!("{why}: {login}; or choose --sign-in device-code"),
            Method::Token => format!(
                "{why}, so the token that was given is of no more use; get a new one (with the Azure CLI: {login}), or \
                 choose another way with --sign-in"
            ),
            Method::ManagedIdentity => format!(
                "{why}, and a managed identity cannot be asked for one: its platform gives the same token until that \
                 ends, within a day; try again later, or use an application's certificate"
            ),
            other => format!("{why}, and {other} gives the same token again; sign in anew"),
        }
    }
}

/// What to do where a way of signing in gives the token again that was refused.
pub fn same_again(method: Method, audience: &Audience) -> String {
    let way = match method {
        Method::AzureCli => "sign in anew (az logout, then az login)",
        Method::ManagedIdentity => {
            "its platform keeps it until it ends, within a day; try again later"
        }
        _ => "try again later",
    };
    format!(
        "{} refused the access token (401), and {method} gives the same one again; {way}, or choose another \
         way with --sign-in",
        audience.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_json_in_either_base64() {
        let claims = |encoded: &str| Challenge::read(encoded).map(|read| read.claims().to_owned());
        assert_eq!(claims("eyJhIjoxfQ==").as_deref(), Some("{\"a\":1}"));
        assert_eq!(claims("eyJhIjoxfQ").as_deref(), Some("{\"a\":1}"));
        assert_eq!(claims("eyJhIjoi5L-hPz8ifQ").as_deref(), Some("{\"a\":\"信??\"}"));
        assert_eq!(claims("eyJhIjoi5L+hPz8ifQ==").as_deref(), Some("{\"a\":\"信??\"}"));
        for none in ["", "!", "W10=", "MQ==", "/////w==", "eyJhIjox"] {
            assert_eq!(claims(none), None, "{none}");
        }
    }
}
