//! What answers where a platform's identities are asked for: the platform, waited for while it is updated, or something else.
//! Never waits for what is not the platform: that is recognised by its first answer.
//!
//! From Microsoft's page "How to use managed identities for Azure resources on an Azure VM to
//! acquire an access token" (error handling and retry guidance): 404 and 429 and 5xx are tried again
//! with exponential back-off, 410 means that the service is updated and there again within 70
//! seconds. What other clouds answer at the same address is from their own documentation of the
//! metadata service (Amazon EC2, Google Compute Engine, `OpenStack` Nova).

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode};

use super::super::context::Context;
use super::super::endpoint::{self, Failed, Heard, Replied, Tried};
use crate::http::retry::Rule;
use crate::secret;

/// The first try, and five after it.
const RULE: Rule =
    Rule { most: 6, first: Duration::from_secs(1), longest: Duration::from_secs(16) };
/// While the service is updated: how often to ask, and for how long.
const UPDATE_WAIT: Duration = Duration::from_secs(10);
const UPDATE_LONGEST: Duration = Duration::from_secs(70);
/// Most bytes of a page in which its sender is looked for.
const MOST_OF_PAGE: usize = 16 << 10;

const AMAZON: &str = "Amazon's metadata service (AWS)";
const GOOGLE: &str = "Google Cloud's metadata service";
const OPENSTACK: &str = "OpenStack's metadata service";

/// Who answers instead, by a part of the header `Server` or of the name of a header, in lower case.
const OTHERS: &[(&str, &str)] = &[
    ("ec2ws", AMAZON),
    ("x-aws-ec2", AMAZON),
    ("metadata server for vm", GOOGLE),
    ("metadata-flavor", GOOGLE),
    ("openstack", OPENSTACK),
    ("x-compute-request-id", OPENSTACK),
    ("digitalocean", "DigitalOcean's metadata service"),
    ("alibaba", "Alibaba Cloud's metadata service"),
    ("oracle", "Oracle Cloud's metadata service"),
    ("opc-request-id", "Oracle Cloud's metadata service"),
    ("hetzner", "Hetzner's metadata service"),
];

/// The same by a part of the page they send, in lower case.
const PAGES: &[(&str, &str)] = &[
    ("<title>404 - not found</title>", AMAZON),
    ("<title>401 - unauthorized</title>", AMAZON),
    ("the resource could not be found", OPENSTACK),
];

/// Asks a platform for a token. `name` is what it is called in a sentence.
pub async fn ask(
    request: impl Fn() -> RequestBuilder,
    name: &str,
    attempt: &Context<'_>,
) -> Result<Replied, Failed> {
    let heard = hear(request, name, attempt).await?;
    match heard.tried() {
        Tried::Answered(answer) => Ok(answer),
        Tried::Trouble { why, .. } => Err(Failed::Unreachable(why)),
    }
}

/// The same, as it answers: whatever is neither a trouble that may pass nor from somebody else.
pub async fn hear(
    request: impl Fn() -> RequestBuilder,
    name: &str,
    attempt: &Context<'_>,
) -> Result<Heard, Failed> {
    let (mut failed, mut updating) = (0, Duration::ZERO);
    loop {
        let heard = match endpoint::hear(request(), attempt.cancel).await? {
            Ok(heard) => heard,
            Err(broken) if broken.is_lasting() => return Err(Failed::Refused(broken.words)),
            // It is there at once or not at all.
            Err(_) if failed == 0 && updating.is_zero() => {
                return Err(Failed::Unavailable(format!(
                    "this machine has none (nobody answers for {name})"
                )));
            }
            Err(broken) => return Err(Failed::Unreachable(broken.words)),
        };
        if let Some(other) = someone_else(&heard) {
            return Err(Failed::Unavailable(format!(
                "{} is not {name} here: {other} answers (HTTP status {}), so this machine has no identity of Azure",
                heard.host,
                heard.status.as_u16()
            )));
        }
        let wait = match heard.status {
            StatusCode::GONE if updating < UPDATE_LONGEST => {
                let wait = heard
                    .wait()
                    .unwrap_or(UPDATE_WAIT)
                    .min(UPDATE_LONGEST.saturating_sub(updating));
                updating += wait;
                wait
            }
            StatusCode::GONE => {
                return Err(Failed::Unreachable(format!(
                    "{name} is being updated (HTTP status 410) for more than {} s; try again later",
                    UPDATE_LONGEST.as_secs()
                )));
            }
            status if may_pass(status, &heard) => {
                failed += 1;
                let wait = RULE.wait(failed).ok_or_else(|| {
                    Failed::Unreachable(format!(
                        "{name} answered with HTTP status {} {failed} times; try again later",
                        status.as_u16()
                    ))
                })?;
                heard.wait().unwrap_or(wait)
            }
            _ => return Ok(heard),
        };
        endpoint::unless_cancelled(attempt.cancel, attempt.pace.sleep(wait)).await?;
    }
}

/// Does the same request get another answer later?
fn may_pass(status: StatusCode, heard: &Heard) -> bool {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => true,
        // It has the address, but not the identity.
        StatusCode::NOT_FOUND => !String::from_utf8_lossy(heard.body())
            .to_ascii_lowercase()
            .replace([' ', '_', '-'], "")
            .contains("identitynotfound"),
        status => status.is_server_error(),
    }
}

/// Who answers in place of a platform of Azure; `None` where it may be the platform.
fn someone_else(heard: &Heard) -> Option<String> {
    let header = |name: &str| {
        let value = heard.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_ascii_lowercase()
    };
    let server = header("server");
    if server.starts_with("imds") || server.starts_with("microsoft-") {
        return None;
    }
    let reply = heard.reply();
    let page = match reply {
        Some(_) => String::new(),
        None => {
            let page = &heard.body()[..heard.body().len().min(MOST_OF_PAGE)];
            String::from_utf8_lossy(page).to_ascii_lowercase()
        }
    };
    let names = heard.headers.keys().map(reqwest::header::HeaderName::as_str);
    let told: Vec<&str> = names.chain([server.as_str()]).collect();
    let known = OTHERS.iter().find(|(part, _)| told.iter().any(|text| text.contains(part)));
    let known = known.or_else(|| PAGES.iter().find(|(part, _)| page.contains(part)));
    if let Some((_, other)) = known {
        return Some((*other).to_owned());
    }
    if heard.status.is_redirection() {
        let to = header("location");
        let to: String = secret::foreign(&to).chars().take(120).collect();
        return Some(format!(
            "something that sends to another place ({to}), as a network that asks to sign in does,"
        ));
    }
    if heard.status.is_server_error() || heard.status == StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let is_page = page.trim_start().starts_with('<') || header("content-type").contains("html");
    if is_page {
        return Some("a web page".to_owned());
    }
    let is_success = heard.status.is_success();
    match reply {
        None if is_success || !page.trim().is_empty() => {
            Some("another service, in something that is not JSON,".to_owned())
        }
        Some(reply) if is_success && !reply.contains_key("access_token") => {
            Some("another service".to_owned())
        }
        // Every platform says one of these: IMDS and Service Fabric `error`, App Service the status.
        Some(reply)
            if !is_success
                && !["error", "code", "statusCode"]
                    .iter()
                    .any(|name| reply.contains_key(*name)) =>
        {
            Some("another service".to_owned())
        }
        _ => None,
    }
}
