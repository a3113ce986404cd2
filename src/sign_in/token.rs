//! A token as an endpoint gave it: how long it is good, and what renews it.
//! Never shows a secret: what is printed of a token is that there is one.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::claims::Claims;
use crate::secret::Secret;
use crate::time::{TICKS_PER_SECOND, Timestamp, ticks};

/// A token is renewed this long before it ends, or after half its life where that is short.
const MARGIN: Duration = Duration::from_mins(5);

/// An access token, and a refresh token where the endpoint gives them.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The access token.
    pub token: Secret,
    /// When it ends; `None` where nobody says: until the service refuses it.
    pub expires: Option<Timestamp>,
    /// From when on it is to be renewed.
    pub renew: Option<Timestamp>,
    /// What renews it without a person.
    pub refresh: Option<Secret>,
}

impl Grant {
    /// A token that ends when `expires` says or, failing that, when it says itself. `None` where it
    /// could not be sent as a header.
    pub fn new(token: &str, expires: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let token = Secret::from(token);
        let expires = expires.or_else(|| Claims::of(&token)?.expires);
        let renew = expires.map(|expires| {
            let life = expires.ticks().saturating_sub(now.ticks()).max(0);
            expires.plus(-(life / 2).min(ticks(MARGIN)))
        });
        Some(Self { token, expires, renew, refresh: None })
    }

    /// What a token endpoint answered. `None` where there is no token in it.
    pub fn of_reply(reply: &Map<String, Value>, now: Timestamp) -> Option<Self> {
        let seconds = |name: &str| {
            let value = reply.get(name)?;
            // Managed identities send numbers as text.
            value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
        };
        // A duration is right even where the clock of this machine is wrong.
        let expires = seconds("expires_in")
            .filter(|seconds| *seconds > 0)
            .map(|seconds| now.plus(seconds.saturating_mul(TICKS_PER_SECOND)))
            .or_else(|| {
                seconds("expires_on")
                    .map(|at| Timestamp::from_ticks(at.saturating_mul(TICKS_PER_SECOND)))
            });
        let text =
            |name: &str| reply.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let mut grant = Self::new(text("access_token")?, expires, now)?;
        grant.refresh = text("refresh_token").map(Secret::from);
        Some(grant)
    }

    /// Is it the same token?
    pub fn is(&self, token: &Secret) -> bool {
        self.token.expose_secret() == token.expose_secret()
    }

    /// Should it be renewed by now?
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.renew.is_some_and(|renew| now >= renew)
    }

    /// Has it ended?
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(value: &Value) -> Option<Grant> {
        Grant::of_reply(value.as_object().expect("an object"), Timestamp::from_ms(0))
    }

    #[test]
    fn a_token_is_due_five_minutes_before_its_end_or_at_half_its_life() {
        let at = |seconds: i64| Timestamp::from_ms(seconds * 1000);
        let long =
            reply(&serde_json::json!({"access_token": "t", "expires_in": 3600})).expect("a token");
        assert!(
            !long.is_due(at(3299))
                && long.is_due(at(3300))
                && !long.is_over(at(3599))
                && long.is_over(at(3600))
        );
        let short =
            reply(&serde_json::json!({"access_token": "t", "expires_in": "60"})).expect("a token");
        assert!(!short.is_due(at(29)) && short.is_due(at(30)));
        let unsaid = reply(&serde_json::json!({"access_token": "t"})).expect("a token");
        assert!(!unsaid.is_due(at(1 << 40)) && !unsaid.is_over(at(1 << 40)));
        let moment = reply(&serde_json::json!({"access_token": "t", "expires_on": "86400"}))
            .expect("a token");
        assert_eq!(moment.expires, Some(at(86_400)));
        let never = reply(&serde_json::json!({"access_token": "t", "expires_in": i64::MAX}))
            .expect("a token");
        assert!(!never.is_due(at(1 << 30)));
    }

    #[test]
    fn what_cannot_be_a_header_is_no_token() {
        for token in ["", " ", "a b", "a\nb", "ä"] {
            assert!(reply(&serde_json::json!({"access_token": token})).is_none(), "{token:?}");
        }
        assert!(reply(&serde_json::json!({"access_token": 1})).is_none());
        assert!(reply(&serde_json::json!({})).is_none());
    }

    #[test]
    fn nothing_of_a_token_is_printed() {
        let grant =
            reply(&serde_json::json!({"access_token": "kestrel", "refresh_token": "osprey"}))
                .expect("a token");
        let printed = format!("{grant:?}");
        assert!(!printed.contains("kestrel") && !printed.contains("osprey"), "{printed}");
    }
}
