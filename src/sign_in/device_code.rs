//! A person who signs in on any device with a code that is shown here (RFC 8628).
//! Never polls more often than the server allows, and never after the code is over.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::Prompt;
use super::context::{Context, posted};
use super::endpoint::{self, Failed, Refusal, Replied, Tried};
use super::token::Grant;
use crate::http::connection;
use crate::secret::{self, Secret};

/// The tenant of whoever signs in.
const ANY_TENANT: &str = "organizations";

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What RFC 8628 and Entra say where the answer does not.
const INTERVAL: Duration = Duration::from_secs(5);
const LIFE: Duration = Duration::from_mins(15);
/// How much slower `slow_down` asks to be (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);
const MOST_INTERVAL: Duration = Duration::from_mins(1);
/// Longest code and longest address or message that are shown, in characters.
const MOST_OF_CODE: usize = 64;
const MOST_OF_ADDRESS: usize = 400;

/// A code, as the server gave it.
struct Code {
    secret: Secret,
    prompt: Prompt,
    interval: Duration,
}

/// Shows a code and waits until it was used.
pub async fn obtain(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let (tenant, client) = (tenant(attempt), client(attempt));
    let scope = attempt.audience.of_person();
    let form = [("client_id", client), ("scope", scope.as_str())];
    let address = attempt.address(tenant, "devicecode")?;
    let code = match attempt.post(&address, &form).await? {
        Replied::Given(reply) => Code::read(&reply, attempt).ok_or_else(|| {
            Failed::Unreachable(
                "the endpoint answered without a code; something else may answer in its place"
                    .into(),
            )
        })?,
        Replied::Refused(refusal) => return Err(Failed::Refused(refusal.words())),
    };
    (attempt.ask)(code.prompt.clone());
    poll(attempt, &attempt.address(tenant, "token")?, &code).await
}

/// Gets a new token for a refresh token, without asking anybody.
pub async fn refresh(attempt: &Context<'_>, refresh: &Secret) -> Result<Grant, Failed> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client(attempt)),
        ("refresh_token", refresh.expose_secret()),
        ("scope", &attempt.audience.of_person()),
    ];
    let answer = attempt.post(&attempt.address(tenant(attempt), "token")?, &form).await?;
    let mut grant = attempt.grant(answer)?;
    // The old one stays good where no new one was sent.
    grant.refresh.get_or_insert_with(|| refresh.clone());
    Ok(grant)
}

/// The tenant that is signed in to.
pub fn tenant<'a>(attempt: &'a Context<'_>) -> &'a str {
    attempt.settings.tenant().unwrap_or(ANY_TENANT)
}

/// The public client that signs in.
pub fn client<'a>(attempt: &'a Context<'_>) -> &'a str {
    attempt.settings.client().unwrap_or(attempt.audience.client)
}

impl Code {
    fn read(reply: &Map<String, Value>, attempt: &Context<'_>) -> Option<Self> {
        let text =
            |name: &str| reply.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        let seconds = |name: &str| {
            let value = reply.get(name)?;
            let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
            Some(Duration::from_secs(seconds))
        };
        let life = seconds("expires_in").unwrap_or(LIFE).min(LIFE * 4);
        let code = shown(text("user_code")?, MOST_OF_CODE);
        // RFC 8628 calls it `verification_uri`, an older draft `verification_url`.
        let address = text("verification_uri").or_else(|| text("verification_url"))?;
        let address = shown(address, MOST_OF_ADDRESS);
        let message = text("message").map_or_else(
            || format!("To sign in, open {address} and enter the code {code}."),
            |message| shown(message, MOST_OF_ADDRESS),
        );
        Some(Self {
            secret: Secret::from(text("device_code")?),
            prompt: Prompt {
                code,
                address,
                expires: attempt.pace.now().plus(crate::time::ticks(life)),
                message,
            },
            interval: seconds("interval")
                .unwrap_or(INTERVAL)
                .clamp(Duration::from_secs(1), MOST_INTERVAL),
        })
    }
}

/// What the server wants to be shown: cleaned, without secrets, of bounded length.
fn shown(said: &str, most: usize) -> String {
    secret::foreign(said).chars().take(most).collect()
}

async fn poll(attempt: &Context<'_>, address: &str, code: &Code) -> Result<Grant, Failed> {
    let form = connection::form(&attempt.form(&[
        ("grant_type", GRANT_TYPE),
        ("client_id", client(attempt)),
        ("device_code", code.secret.expose_secret()),
    ]));
    let http = attempt.http.client_for(address).map_err(Failed::Refused)?;
    let mut interval = code.interval;
    let mut wait = interval;
    loop {
        endpoint::unless_cancelled(attempt.cancel, attempt.pace.sleep(wait)).await?;
        if attempt.pace.now() >= code.prompt.expires {
            return Err(over());
        }
        let request = posted(http, address, &form);
        wait = match endpoint::once(request, attempt.cancel).await? {
            Tried::Answered(Replied::Given(reply)) => return attempt.grant(Replied::Given(reply)),
            Tried::Answered(Replied::Refused(refusal)) => match refusal.error.as_str() {
                "authorization_pending" => interval,
                "slow_down" => {
                    interval += SLOWER;
                    interval
                }
                _ => return Err(ended(&refusal)),
            },
            // RFC 8628, 3.5: after a timeout twice as long, as long as the code is good.
            Tried::Trouble { wait: asked, .. } => {
                asked.unwrap_or_else(|| (wait * 2).min(MOST_INTERVAL)).max(interval)
            }
        };
    }
}

/// An error after which there is nothing to wait for.
fn ended(refusal: &Refusal) -> Failed {
    match refusal.error.as_str() {
        "authorization_declined" | "access_denied" => {
            Failed::Refused("the sign-in was declined; start again to get a new code".to_owned())
        }
        "expired_token" | "code_expired" => over(),
        "bad_verification_code" => Failed::Refused(format!(
            "the server does not know its own code ({}); start again to get a new one",
            refusal.words()
        )),
        _ => Failed::Refused(refusal.words()),
    }
}

fn over() -> Failed {
    Failed::Refused("nobody entered the code in time; start again to get a new one".to_owned())
}
