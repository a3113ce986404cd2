//! What an access token says about itself: whose it is, for what, and how long.
//! Never believes it for anything but telling people: only the service it is for can verify a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::secret::Secret;
use crate::text;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// Longest token that is looked into; they have some thousand bytes.
const MOST_BYTES: usize = 1 << 18;

/// Claims of an access token, cleaned to be shown; a claim that is missing is empty.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Claims {
    /// Id of the tenant (`tid`).
    pub tenant: String,
    /// The user (`upn`, `unique_name`, `preferred_username` or `name`), or the application's name.
    pub who: String,
    /// Id of the application the token was given to (`appid`).
    pub client: String,
    /// Does an application act for itself? Otherwise it acts for a user.
    pub is_application: bool,
    /// Permissions in use for a user (`scp`).
    pub scopes: Vec<String>,
    /// Permissions of an application (`roles`).
    pub roles: Vec<String>,
    /// Template ids of the directory roles of the user (`wids`).
    pub wids: Vec<String>,
    /// What the token is for (`aud`).
    pub audience: String,
    /// When it ends (`exp`).
    pub expires: Option<Timestamp>,
}

impl Claims {
    /// Reads a token, unverified. `None` where it is not a JWT: a token is opaque by contract, and
    /// that of a personal account is.
    pub fn of(token: &Secret) -> Option<Self> {
        let token = token.expose_secret();
        if token.len() > MOST_BYTES {
            return None;
        }
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&payload).ok()?;
        let claims = claims.as_object()?;
        let text = |name: &str| {
            claims.get(name).and_then(Value::as_str).map(|value| text::clean(value).into_owned())
        };
        let list = |name: &str| -> Vec<String> {
            let all = claims.get(name).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(|value| text::clean(value).into_owned()).collect()
        };
        let first = |names: &[&str]| names.iter().find_map(|name| text(name)).unwrap_or_default();
        let scopes: Vec<String> = first(&["scp"]).split_whitespace().map(str::to_owned).collect();
        let is_application = match text("idtyp").as_deref() {
            Some(kind) => kind == "app",
            None => scopes.is_empty() && text("upn").is_none(),
        };
        let seconds =
            claims.get("exp").and_then(|exp| exp.as_i64().or_else(|| exp.as_str()?.parse().ok()));
        let names: &[&str] = if is_application {
            &["app_displayname", "appid", "azp", "oid"]
        } else {
            &["upn", "unique_name", "preferred_username", "name", "oid"]
        };
        Some(Self {
            tenant: first(&["tid"]),
            who: first(names),
            client: first(&["appid", "azp"]),
            is_application,
            scopes,
            roles: list("roles"),
            wids: list("wids"),
            audience: first(&["aud"]),
            expires: seconds
                .map(|seconds| Timestamp::from_ticks(seconds.saturating_mul(TICKS_PER_SECOND))),
        })
    }

    /// The permissions the token has in its own way: of the application, or for the user.
    pub fn permissions(&self) -> &[String] {
        if self.is_application { &self.roles } else { &self.scopes }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A token with these claims, signed by nobody.
    pub fn token(claims: &Value) -> String {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("{}.{payload}.c2ln", URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"))
    }

    fn claims(value: &Value) -> Claims {
        Claims::of(&Secret::from(token(value))).expect("claims")
    }

    #[test]
    fn a_users_token_tells_the_user_the_scopes_and_the_roles() {
        let claims = claims(&serde_json::json!({
            "aud": "https://graph.microsoft.com", "tid": "7d3c", "appid": "14d8", "upn": "ida@fabrikam.example",
            "scp": "AuditLog.Read.All openid", "wids": ["4a5d8f65-41da-4de4-8968-e035b65339cf"], "exp": 1_795_000_000,
        }));
        assert_eq!(claims.who, "ida@fabrikam.example");
        assert_eq!(claims.permissions(), ["AuditLog.Read.All", "openid"]);
        assert_eq!(claims.wids.len(), 1);
        assert!(!claims.is_application);
        assert_eq!(claims.expires, Some(Timestamp::from_ms(1_795_000_000_000)));
    }

    #[test]
    fn an_applications_token_tells_its_permissions() {
        let claims = claims(&serde_json::json!({
            "idtyp": "app", "app_displayname": "collector", "appid": "51aa", "roles": ["AuditLog.Read.All"],
            "exp": "1795000000",
        }));
        assert!(claims.is_application);
        assert_eq!(claims.who, "collector");
        assert_eq!(claims.permissions(), ["AuditLog.Read.All"]);
        assert!(claims.expires.is_some());
    }

    #[test]
    fn what_a_token_says_cannot_drive_the_terminal() {
        let claims =
            claims(&serde_json::json!({"upn": "a\u{1b}[2J", "scp": "x\u{202e}y", "exp": i64::MAX}));
        assert_eq!(claims.who, "a␛[2J");
        assert_eq!(claims.scopes, ["x<U+202E>y"]);
    }

    #[test]
    fn what_is_no_jwt_has_no_claims() {
        for token in
            ["", "a", "a.b", "a.b.c", "..", "a.bnVsbA.c", "EwBgA8l6BAAU", &"a.".repeat(MOST_BYTES)]
        {
            assert_eq!(Claims::of(&Secret::from(token)), None, "{token:.20}");
        }
    }
}
