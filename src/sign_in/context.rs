//! What each way of signing in gets to work with.
//! Never holds a token: it is made for one attempt and dropped.

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use tokio_util::sync::CancellationToken;

use super::endpoint::{self, Failed, Refusal, Replied};
use super::token::Grant;
use super::{Ask, Audience, Settings};
use crate::http::client::Http;
use crate::http::connection;
use crate::http::pace::Pace;

const FORM: &str = "application/x-www-form-urlencoded";

/// One attempt to get a token.
pub struct Context<'a> {
    /// Whom the token is for.
    pub audience: &'a Audience,
    /// What the user wants and the environment has.
    pub settings: &'a Settings,
    /// How to reach an endpoint.
    pub http: &'a Http,
    /// How to ask a person.
    pub ask: &'a Ask,
    /// The time.
    pub pace: &'a dyn Pace,
    /// Fires when nobody waits any more.
    pub cancel: &'a CancellationToken,
    /// What the token has to have because the service asked for it: the parameter `claims` (JSON).
    pub claims: Option<&'a str>,
}

impl Context<'_> {
    /// The tenant, or an error that says how to name it. `way` is what needs it.
    pub fn tenant(&self, way: &str) -> Result<&str, Failed> {
        self.settings.tenant().ok_or_else(|| {
            Failed::Refused(format!(
                "{way} needs the tenant: name it with --tenant or AZURE_TENANT_ID"
            ))
        })
    }

    /// The client, or an error that says how to name it.
    pub fn client(&self, way: &str) -> Result<&str, Failed> {
        self.settings.client().ok_or_else(|| {
            Failed::Refused(format!(
                "{way} needs the application's client id: name it with --client-id or AZURE_CLIENT_ID"
            ))
        })
    }

    /// The address of an endpoint of Entra: `token` or `devicecode`.
    pub fn address(&self, tenant: &str, endpoint: &str) -> Result<String, Failed> {
        // What is put into an address must be a name or an id and nothing else.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if tenant.is_empty() || tenant.starts_with('.') || !tenant.bytes().all(plain) {
            return Err(Failed::Refused(
                "the tenant's name has other characters than letters, digits, dots and dashes: give its id or one \
                 of its domains"
                    .to_owned(),
            ));
        }
        Ok(format!("{}/{tenant}/oauth2/v2.0/{endpoint}", self.settings.cloud.login()))
    }

    /// A form, with what the service asked for.
    pub fn form<'f>(&'f self, form: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        form.iter().copied().chain(self.claims.map(|claims| ("claims", claims))).collect()
    }

    /// Sends a form to an endpoint of Entra.
    pub async fn post(&self, address: &str, form: &[(&str, &str)]) -> Result<Replied, Failed> {
        let client = self.http.client_for(address).map_err(Failed::Refused)?;
        let form = connection::form(&self.form(form));
        endpoint::ask(|| posted(client, address, &form), self.pace, self.cancel).await
    }

    /// What an endpoint gave, or why it did not.
    pub fn grant(&self, answer: Replied) -> Result<Grant, Failed> {
        match answer {
            Replied::Given(reply) => Grant::of_reply(&reply, self.pace.now()).ok_or_else(|| {
                Failed::Unreachable(
                    "the endpoint answered without a token; something else may answer in its place"
                        .into(),
                )
            }),
            Replied::Refused(refusal) => Err(failed(&refusal)),
        }
    }
}

/// A request with a form.
pub fn posted(client: &Client, address: &str, form: &Bytes) -> RequestBuilder {
    client.post(address).header(CONTENT_TYPE, FORM).body(form.clone())
}

fn failed(refusal: &Refusal) -> Failed {
    Failed::Refused(refusal.words())
}
