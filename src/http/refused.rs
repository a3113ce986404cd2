//! A refusal: a service, or something in between, will not give what was asked for.
//! Never holds the token, and never branches on the words of a message.

use std::fmt;

use crate::secret::excerpt;
use crate::time::Timestamp;

/// Most characters of a message that are kept.
const MOST: usize = 400;
/// Most bytes of a challenge's claims that are kept.
const MOST_CLAIMS: usize = 16 << 10;

/// What an answer says of its error, as it came.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Said {
    /// The service's code for it.
    pub code: String,
    /// Its message.
    pub message: String,
    /// The id the service's support finds the request by.
    pub request_id: String,
}

/// An answer that will be the same however often one asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Who was asked, in a sentence.
    pub service: &'static str,
    /// Status of the HTTP answer.
    pub status: u16,
    /// The service's code for the error; empty where there is none.
    pub code: String,
    /// Its message, made safe to be shown; a page's title where it is HTML.
    pub message: String,
    /// The id the service's support finds the request by; empty where there is none.
    pub request_id: String,
    /// Is it a page of HTML? Then a gateway or proxy answered in the service's place.
    pub is_html: bool,
    /// Does Conditional Access ask for another sign-in (a claims challenge)? What a new token has to
    /// have, as it came (base64); empty where that was not said.
    pub challenge: Option<String>,
    /// May the same request be granted another time? Gateways err, and services do.
    pub is_doubtful: bool,
    /// What time it was there, where it said so.
    pub date: Option<Timestamp>,
}

impl Refused {
    /// An answer that refuses: what it says where it is one of the service, its body, and its
    /// `WWW-Authenticate` header.
    pub(super) fn new(
        service: &'static str,
        status: u16,
        said: Option<Said>,
        body: &[u8],
        challenge: &str,
    ) -> Self {
        let visible = body.trim_ascii_start();
        let is_html = said.is_none() && visible.starts_with(b"<");
        let said = said.unwrap_or_else(|| Said { message: title(visible), ..Said::default() });
        Self {
            service,
            status,
            code: excerpt(&said.code, MOST),
            message: excerpt(&said.message, MOST),
            request_id: excerpt(&said.request_id, 64),
            is_html,
            challenge: challenge.contains("insufficient_claims").then(|| claims(challenge)),
            is_doubtful: status == 403 && is_html,
            date: None,
        }
    }

    /// May the same be granted later, without anybody doing anything? So may a token that is refused
    /// without a word of what another one would have to have.
    pub fn may_pass(&self) -> bool {
        self.is_doubtful || (self.status == 401 && self.challenge.is_none())
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
            write!(
                f,
                "; this is a page of HTML, so a gateway or proxy answered in {}'s place: ask those \
                 who run it, or try without it (HTTPS_PROXY, NO_PROXY)",
                self.service
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
