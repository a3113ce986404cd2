//! A refusal: Graph, or something in between, will not give what was asked for.
//! Never holds the token, and never branches on the words of a message.
//!
//! Source: Microsoft Graph "Error responses and resource types" (`error.code`, `error.message`,
//! `innerError.request-id`).

use std::fmt;

use serde::Deserialize;

use crate::secret::excerpt;

/// Most characters of a message that are kept.
const MOST: usize = 400;
/// Most bytes of a challenge's claims that are kept.
const MOST_CLAIMS: usize = 16 << 10;
/// The code of a tenant without the licence for a log. It also comes by chance where there is one.
const NO_LICENCE: &str = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";

/// An answer that will be the same however often one asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Status of the HTTP answer.
    pub status: u16,
    /// Graph's code for the error; empty where there is none.
    pub code: String,
    /// Its message, made safe to be shown; a page's title where it is HTML.
    pub message: String,
    /// The id Microsoft's support finds the request by; empty where there is none.
    pub request_id: String,
    /// Is it a page of HTML? Then a gateway or proxy answered in Graph's place.
    pub is_html: bool,
    /// Does Conditional Access ask for another sign-in (a claims challenge)? What a new token has to
    /// have, as it came (base64); empty where that was not said.
    pub challenge: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    error: Details,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default, rename = "innerError", alias = "innererror")]
    inner: Inner,
}

#[derive(Deserialize, Default)]
struct Inner {
    #[serde(default, rename = "request-id")]
    request_id: String,
}

impl Refused {
    /// Reads an answer with an error. `challenge` is its `WWW-Authenticate` header.
    pub fn read(status: u16, body: &[u8], challenge: &str) -> Self {
        let visible = body.trim_ascii_start();
        let (code, message, request_id) = match serde_json::from_slice::<Answer>(visible) {
            Ok(Answer { error }) => (error.code, error.message, error.inner.request_id),
            Err(_) => (String::new(), title(visible), String::new()),
        };
        Self {
            status,
            code: excerpt(&code, MOST),
            message: excerpt(&message, MOST),
            request_id: excerpt(&request_id, 64),
            is_html: visible.starts_with(b"<"),
            challenge: challenge.contains("insufficient_claims").then(|| claims(challenge)),
        }
    }

    /// Does it say that the tenant has no licence for the log?
    pub fn is_unlicensed(&self) -> bool {
        self.status == 403 && self.code == NO_LICENCE
    }

    /// May the same request be granted another time? Gateways and the check of licences err.
    pub fn is_doubtful(&self) -> bool {
        self.is_unlicensed() || (self.status == 403 && self.is_html)
    }

    /// May the same be granted later, without anybody doing anything? So may a token that is refused
    /// without a word of what another one would have to have.
    pub fn may_pass(&self) -> bool {
        self.is_doubtful() || (self.status == 401 && self.challenge.is_none())
    }
}

impl fmt::Display for Refused {
    /// `403 Authorization_RequestDenied: Insufficient privileges …`, and the way out where the
    /// answer itself tells one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if self.is_html {
            f.write_str(
                "; this is a page of HTML, so a gateway or proxy answered in Graph's place: ask \
                 those who run it, or try without it (HTTPS_PROXY, NO_PROXY)",
            )?;
        }
        if self.challenge.is_some() {
            f.write_str("; Conditional Access asks for a new sign-in: sign in again")?;
        }
        if !self.request_id.is_empty() {
            write!(f, " (request {})", self.request_id)?;
        }
        Ok(())
    }
}

/// The parameter `claims` of a challenge; empty where it has none or an absurd one.
///
/// Source: Microsoft identity platform "Claims challenges, claims requests and client capabilities".
fn claims(challenge: &str) -> String {
    let lower = challenge.to_ascii_lowercase();
    let found = lower.match_indices("claims=\"").find(|(at, _)| {
        // Not a parameter that only ends like it.
        lower[..*at].ends_with([' ', ','])
    });
    let value = found.and_then(|(at, name)| challenge[at + name.len()..].split('"').next());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    value
        .filter(|value| value.len() <= MOST_CLAIMS && value.bytes().all(plain))
        .unwrap_or_default()
        .to_owned()
}

/// The title of a page of HTML, or how another text begins.
fn title(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(16 << 10)]);
    let folded = text.to_ascii_lowercase();
    let inside = folded.find("<title").and_then(|open| {
        let start = open + folded[open..].find('>')? + 1;
        let end = start + folded[start..].find("</title")?;
        Some(text[start..end].trim())
    });
    match inside {
        Some(title) => excerpt(title, MOST),
        None => excerpt(text.lines().next().unwrap_or_default().trim(), 80),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_own_words_and_the_request_are_kept() {
        let body = br#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient \u001b[2J privileges","innerError":{"date":"2026-05-01T00:00:00","request-id":"6f0c","client-request-id":"1"}}}"#;
        let refused = Refused::read(403, body, "");
        assert_eq!(
            refused.to_string(),
            "403 Authorization_RequestDenied: Insufficient ␛[2J privileges (request 6f0c)"
        );
        assert!(!refused.is_doubtful());
    }

    #[test]
    fn a_refusal_that_repeats_the_request_has_no_secret_in_it() {
        let token = "EwBgA8l6BAAUkj1NuJYtTVha-Mogk_HEiPbQ";
        let _held = crate::secret::Secret::new(token);
        let percent = token.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02x}"));
        for said in [token, &percent, &token[4..20], &crate::text::hex(token.as_bytes())] {
            let json = format!(
                "{{\"error\":{{\"code\":\"{said}\",\"message\":\"you sent Authorization: Bearer {said}\",\
                 \"innerError\":{{\"request-id\":\"{said}\"}}}}}}"
            );
            let page = format!("<html><title>Blocked: {said}</title>");
            let text = format!("Blocked: {said}");
            for body in [json, page, text] {
                let refused = Refused::read(403, body.as_bytes(), "");
                let told = format!("{refused} {refused:?}");
                assert!(!told.contains(said) && told.contains("[secret]"), "{told}");
            }
        }
    }

    #[test]
    fn a_page_of_a_gateway_is_told_from_graph() {
        let body = b"<!DOCTYPE html><html><head><TITLE>403 Forbidden by proxy</TITLE></head>";
        let refused = Refused::read(403, body, "");
        assert!(refused.is_html && refused.is_doubtful());
        let text = refused.to_string();
        assert!(text.starts_with("403: 403 Forbidden by proxy; this is a page of HTML"), "{text}");
    }

    #[test]
    fn a_missing_licence_is_doubted_and_a_challenge_is_explained() {
        let body = format!("{{\"error\":{{\"code\":\"{NO_LICENCE}\",\"message\":\"x\"}}}}");
        assert!(Refused::read(403, body.as_bytes(), "").is_doubtful());
        let challenge = "Bearer error=\"insufficient_claims\", claims=\"e30=\"";
        let text = Refused::read(401, b"", challenge).to_string();
        assert!(text.contains("sign in again") && !text.contains("e30="), "{text}");
    }

    #[test]
    fn what_a_challenge_asks_for_is_kept_unless_it_is_absurd() {
        let asked = |challenge: &str| Refused::read(401, b"", challenge).challenge;
        let whole = r#"Bearer realm="", authorization_uri="https://login.example/", error="insufficient_claims", claims="eyJhIjoxfQ==""#;
        assert_eq!(asked(whole).as_deref(), Some("eyJhIjoxfQ=="));
        let other = r#"Bearer Claims="e30",error="insufficient_claims""#;
        assert_eq!(asked(other).as_deref(), Some("e30"));
        assert_eq!(asked(r#"Bearer error="invalid_token", claims="e30=""#), None);
        for odd in [
            r#"Bearer error="insufficient_claims""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="""#.to_owned(),
            r#"Bearer error="insufficient_claims", noclaims="e30=""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="e30=;"#.to_owned(),
            format!(r#"Bearer error="insufficient_claims", claims="{}""#, "e".repeat(1 << 15)),
        ] {
            assert_eq!(asked(&odd).as_deref(), Some(""), "{odd:.80}");
        }
    }
}
