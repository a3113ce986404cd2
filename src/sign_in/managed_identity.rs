//! The identity Azure gives a machine, a function or a container: asked from the platform under it.
//! Never asked through a proxy, and never at an address beyond the machine's own network.

mod arc;
mod platform;
mod service_fabric;

use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;
use url::Url;

use super::context::Context;
use super::endpoint::{Failed, Replied};
use super::token::Grant;
use crate::http::address::is_nearby;
use crate::http::connection;
use crate::secret::Secret;

/// The Azure Instance Metadata Service, at the same address in every virtual machine.
const IMDS: &str = "http://169.254.169.254";
const IMDS_VERSION: &str = "2018-02-01";
const APP_SERVICE_VERSION: &str = "2019-08-01";

/// Gets a token for the identity of the machine, or that of `AZURE_CLIENT_ID` where it has several.
pub async fn obtain(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let environment = &attempt.settings.environment;
    match (&environment.identity_endpoint, &environment.identity_header) {
        (Some(endpoint), Some(header)) => match &environment.identity_thumbprint {
            Some(print) => service_fabric::obtain(attempt, endpoint, header, print).await,
            None => of_app_service(attempt, endpoint, header).await,
        },
        (Some(endpoint), None) if environment.arc_imds.is_some() => {
            arc::obtain(attempt, endpoint).await
        }
        (Some(_), None) => Err(Failed::Unavailable(
            "IDENTITY_ENDPOINT is set without IDENTITY_HEADER, as App Service and Service Fabric set it, and without \
             IMDS_ENDPOINT, as Azure Arc does; set the one that is missing, or choose another way with --sign-in"
                .to_owned(),
        )),
        (None, _) => of_machine(attempt).await,
    }
}

/// The address that is asked. Plain http stays on the machine's own network.
fn address(attempt: &Context<'_>, base: &str, version: &str) -> Result<Url, Failed> {
    let mut url = Url::parse(base)
        .map_err(|error| Failed::Refused(format!("{base} is no address: {error}")))?;
    if url.scheme() != "https" && !is_nearby(&url) {
        return Err(Failed::Refused(format!(
            "{base} is neither encrypted nor on this machine's own network; a managed identity is not asked there"
        )));
    }
    url.query_pairs_mut()
        .append_pair("api-version", version)
        .append_pair("resource", &attempt.audience.resource);
    Ok(url)
}

/// The same for a platform whose machines can have several identities.
fn address_of_one(attempt: &Context<'_>, base: &str, version: &str) -> Result<Url, Failed> {
    let mut url = address(attempt, base, version)?;
    if let Some(client) = attempt.settings.client() {
        url.query_pairs_mut().append_pair("client_id", client);
    }
    Ok(url)
}

/// Fails where an identity was named and `platform` lets nobody choose.
fn no_choice(attempt: &Context<'_>, platform: &str) -> Result<(), Failed> {
    match attempt.settings.client() {
        None => Ok(()),
        Some(client) => Err(Failed::Unavailable(format!(
            "{platform} has one identity, which cannot be chosen, but {client} was named; leave --client-id and \
             AZURE_CLIENT_ID away"
        ))),
    }
}

/// App Service, Functions and Container Apps.
async fn of_app_service(
    attempt: &Context<'_>,
    endpoint: &str,
    header: &Secret,
) -> Result<Grant, Failed> {
    let url = address_of_one(attempt, endpoint, APP_SERVICE_VERSION)?;
    let client = attempt.http.nearby().map_err(Failed::Refused)?;
    let header = proof("", header)?;
    let request = || client.get(url.clone()).header("X-IDENTITY-HEADER", header.clone());
    attempt.grant(platform::ask(request, "App Service's endpoint for identities", attempt).await?)
}

/// A header that proves that this process runs where it says.
fn proof(before: &str, secret: &Secret) -> Result<HeaderValue, Failed> {
    connection::header(before, secret).ok_or_else(|| {
        Failed::Refused("IDENTITY_HEADER has characters that no header has".to_owned())
    })
}

/// A virtual machine, a scale set, or AKS.
async fn of_machine(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let base = attempt.settings.environment.imds.as_deref().unwrap_or(IMDS).trim_end_matches('/');
    let endpoint = format!("{base}/metadata/identity/oauth2/token");
    let url = address_of_one(attempt, &endpoint, IMDS_VERSION)?;
    let client = attempt.http.nearby().map_err(Failed::Refused)?;
    let request = || -> RequestBuilder { client.get(url.clone()).header("Metadata", "true") };
    // Outside of Azure nobody is there: one try tells, and takes a second.
    let answer = platform::ask(request, "Azure's metadata service", attempt).await;
    match answer.map_err(unavailable)? {
        // "Identity not found": a machine in Azure, without an identity or without that one.
        Replied::Refused(refusal) if matches!(refusal.status, 400 | 403 | 404) => {
            Err(Failed::Unavailable(format!(
                "the machine's metadata service says: {}",
                refusal.words()
            )))
        }
        answer => attempt.grant(answer),
    }
}

/// A machine without an identity is no reason not to try another way.
fn unavailable(failed: Failed) -> Failed {
    match failed {
        Failed::Unreachable(why) => Failed::Unavailable(why),
        other => other,
    }
}
