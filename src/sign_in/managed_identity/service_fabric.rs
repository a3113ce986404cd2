//! The identity of an application of Service Fabric: asked over TLS from the node, whose certificate is known by its thumbprint.
//! Never trusts another certificate there, however it is signed.
//!
//! From Microsoft's page "How to leverage a Service Fabric application's managed identity to access
//! Azure services". The thumbprint is the SHA-1 of the certificate; a name or an authority is
//! nothing that could be checked, as the cluster signs it itself.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls::{CertificateError, Error};

use super::super::context::Context;
use super::super::endpoint::Failed;
use super::super::token::Grant;
use super::platform;
use crate::http::client::Http;
use crate::http::trust::{Shown, Trust};
use crate::secret::Secret;

const VERSION: &str = "2019-07-01-preview";

/// Gets a token of the endpoint whose certificate has this thumbprint.
pub async fn obtain(
    attempt: &Context<'_>,
    endpoint: &str,
    header: &Secret,
    thumbprint: &str,
) -> Result<Grant, Failed> {
    super::no_choice(attempt, "an application of Service Fabric")?;
    let url = super::address(attempt, endpoint, VERSION)?;
    if url.scheme() != "https" {
        return Err(Failed::Refused(format!(
            "IDENTITY_SERVER_THUMBPRINT is set as by Service Fabric, but {endpoint} is not encrypted, so its certificate \
             cannot be checked; IDENTITY_ENDPOINT has to begin with https://"
        )));
    }
    let thumbprint = parse(thumbprint).ok_or_else(|| {
        Failed::Refused(
            "IDENTITY_SERVER_THUMBPRINT is no thumbprint: it has 40 digits and letters from A to F"
                .to_owned(),
        )
    })?;
    let client = Http::pinned(OneCertificate(thumbprint)).map_err(Failed::Refused)?;
    let header = super::proof("", header)?;
    let request = || client.get(url.clone()).header("Secret", header.clone());
    let answer = platform::ask(request, "Service Fabric's endpoint for identities", attempt).await;
    attempt.grant(answer?)
}

/// SHA-1 of a certificate.
type Thumbprint = [u8; 20];

/// Digits in hex, with or without something between the pairs.
fn parse(text: &str) -> Option<Thumbprint> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
    if digits.len() != 40 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut print = [0; 20];
    for (at, byte) in print.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(print)
}

/// Trusts one certificate.
#[derive(Debug)]
struct OneCertificate(Thumbprint);

impl Trust for OneCertificate {
    fn check(&self, shown: &Shown<'_>) -> Result<(), Error> {
        let found = digest(&SHA1_FOR_LEGACY_USE_ONLY, shown.certificate);
        match found.as_ref() == self.0 {
            true => Ok(()),
            false => {
                Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_forty_digits_however_they_are_grouped() {
        let print = "0102030405060708090A0B0C0D0E0F1011121314";
        assert_eq!(parse(print).map(|print| print[19]), Some(0x14));
        assert_eq!(
            parse("01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14"),
            parse(print)
        );
        for wrong in ["", "01", &"g".repeat(40), &"é".repeat(20), &"0".repeat(64)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
