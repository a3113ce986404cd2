//! An application that proves itself with a signed statement: by its certificate, or by another party Entra trusts.
//! Never uses a statement twice, and never lets one be good for longer than it takes.

#![expect(clippy::disallowed_methods, reason = "the token of the other party is in a file")]

use std::path::Path;

use aws_lc_rs::rand;
use jsonwebtoken::{Algorithm, Header};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::context::Context;
use super::endpoint::Failed;
use super::token::Grant;
use crate::secret::Secret;
use crate::time::{TICKS_PER_SECOND, Timestamp};

/// A statement is good for this long, in seconds.
const LIFE: i64 = 600;
/// The longest token of another party, in bytes.
const MOST_BYTES: usize = 1 << 18;
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Gets a token for the certificate in `AZURE_CLIENT_CERTIFICATE_PATH`.
pub async fn by_certificate(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let environment = &attempt.settings.environment;
    let Some(path) = &environment.certificate else {
        return Err(Failed::Unavailable("AZURE_CLIENT_CERTIFICATE_PATH is not set".to_owned()));
    };
    let tenant = attempt.tenant("the certificate in AZURE_CLIENT_CERTIFICATE_PATH")?;
    let client = attempt.client("the certificate in AZURE_CLIENT_CERTIFICATE_PATH")?;
    let address = attempt.address(tenant, "token")?;
    let certificate = Certificate::read(path, environment.certificate_password.as_ref())
        .map_err(Failed::Refused)?;
    let statement =
        signed(&certificate, environment.send_chain, client, &address, attempt.pace.now())
            .map_err(Failed::Refused)?;
    obtain(attempt, &address, client, &statement).await
}

/// Gets a token for the token in `AZURE_FEDERATED_TOKEN_FILE`, which is read each time: the
/// platform writes it anew.
pub async fn by_federation(attempt: &Context<'_>) -> Result<Grant, Failed> {
    let Some(path) = &attempt.settings.environment.federated_token_file else {
        return Err(Failed::Unavailable("AZURE_FEDERATED_TOKEN_FILE is not set".to_owned()));
    };
    let tenant = attempt.tenant("the token in AZURE_FEDERATED_TOKEN_FILE")?;
    let client = attempt.client("the token in AZURE_FEDERATED_TOKEN_FILE")?;
    let address = attempt.address(tenant, "token")?;
    let statement = federated(path).map_err(Failed::Refused)?;
    obtain(attempt, &address, client, &statement).await
}

async fn obtain(
    attempt: &Context<'_>,
    address: &str,
    client: &str,
    statement: &Secret,
) -> Result<Grant, Failed> {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_assertion_type", KIND),
        ("client_assertion", statement.expose_secret()),
        ("scope", &attempt.audience.of_application()),
    ];
    let answer = attempt.post(address, &form).await?;
    attempt.grant(answer)
}

/// The claims Microsoft's page "Microsoft identity platform application authentication certificate
/// credentials" asks for.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

fn signed(
    certificate: &Certificate,
    send_chain: bool,
    client: &str,
    address: &str,
    now: Timestamp,
) -> Result<Secret, String> {
    let mut header = Header::new(Algorithm::PS256);
    header.x5t_s256 = Some(certificate.thumbprint.clone());
    header.x5c = send_chain.then(|| certificate.chain.clone());
    let now = now.ticks() / TICKS_PER_SECOND;
    let claims = Claims {
        aud: address,
        iss: client,
        sub: client,
        jti: id()?,
        nbf: now,
        iat: now,
        exp: now + LIFE,
    };
    jsonwebtoken::encode(&header, &claims, &certificate.key)
        .map(Secret::from)
        // What is wrong with the key is not said by the library, and would say too much if it were.
        .map_err(|_| {
            "the key of the certificate cannot sign; Entra takes RSA with 2048 bits or more"
                .to_owned()
        })
}

/// A random UUID (RFC 9562, version 4).
fn id() -> Result<String, String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| "this machine gives no random numbers".to_owned())?;
    let bits = (u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62)) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

fn federated(path: &Path) -> Result<Secret, String> {
    let name = path.display();
    let token = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        format!("the token in {name} (AZURE_FEDERATED_TOKEN_FILE) cannot be read: {error}")
    })?;
    let token = token.trim();
    if token.is_empty()
        || token.len() > MOST_BYTES
        || !token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(format!("{name} (AZURE_FEDERATED_TOKEN_FILE) has no token in it"));
    }
    Ok(Secret::from(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_random_uuids() {
        let (one, other) = (id().expect("an id"), id().expect("an id"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"), "{one}");
    }
}
