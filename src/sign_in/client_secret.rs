//! An application that proves itself with a secret (OAuth 2.0 client credentials).
//! Never takes the secret from the command line: others see that.

use secrecy::ExposeSecret as _;

use super::context::Context;
use super::endpoint::Failed;
use super::token::Grant;

/// Gets a token for `AZURE_CLIENT_SECRET`.
pub async fn obtain(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let Some(secret) = &attempt.settings.environment.client_secret else {
        return Err(Failed::Unavailable("AZURE_CLIENT_SECRET is not set".to_owned()));
    };
    let tenant = attempt.tenant("the secret in AZURE_CLIENT_SECRET")?;
    let client = attempt.client("the secret in AZURE_CLIENT_SECRET")?;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret.expose_secret()),
        ("scope", &attempt.audience.of_application()),
    ];
    let answer = attempt.post(&attempt.address(tenant, "token")?, &form).await?;
    attempt.grant(answer)
}
