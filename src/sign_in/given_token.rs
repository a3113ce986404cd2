//! An access token somebody got elsewhere: in `ENTRAIL_TOKEN` or on standard input.
//! Never renewed: when it ends, so does the reading.

use super::claims::Claims;
use super::cloud::Cloud;
use super::context::Context;
use super::endpoint::Failed;
use super::token::Grant;

/// Takes the token that was given.
pub fn obtain(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let (settings, audience) = (attempt.settings, attempt.audience);
    let another = format!(
        "get one for {}: az account get-access-token --resource {} --query accessToken -o tsv",
        audience.name, audience.resource
    );
    let (token, from) = match (&settings.token_from_stdin, &settings.environment.token) {
        (Some(token), _) => (token, "the token on standard input"),
        (None, Some(token)) => (token, "the token in ENTRAIL_TOKEN"),
        (None, None) => return Err(Failed::Unavailable("ENTRAIL_TOKEN is not set".to_owned())),
    };
    let now = attempt.pace.now();
    let given = secrecy::ExposeSecret::expose_secret(token).trim();
    let given = given.strip_prefix("Bearer ").unwrap_or(given);
    let mut grant = Grant::new(given, None, now)
        .ok_or_else(|| Failed::Refused(format!("{from} is no access token; {another}")))?;
    if let Some(expires) = grant.expires.filter(|expires| now >= *expires) {
        return Err(Failed::Refused(format!("{from} ended at {expires}; {another}")));
    }
    let own_place = matches!(settings.cloud, Cloud::At { .. });
    if let Some(claims) =
        Claims::of(&grant.token).filter(|claims| !claims.audience.is_empty() && !own_place)
        && !audience.is(&claims.audience)
    {
        return Err(Failed::Refused(format!(
            "{from} is for {}, not for {}; {another} (or choose the cloud with --cloud)",
            claims.audience, audience.resource
        )));
    }
    // The one copy there is, where nothing was put around it.
    if grant.token.is(token) {
        grant.token = token.clone();
    }
    // There is nothing to renew it with.
    grant.renew = grant.expires;
    Ok(grant)
}
