//! Whom the program trusts in TLS: whom the system trusts, and the authorities that were given besides.
//! Never trusts more than the system's own verifier: it only says more of a certificate that is refused.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::connection::NotTrusted;
use super::der::{INTEGER, NUMBER_0, Reader, SEQUENCE};

/// The settings of TLS for a client that trusts what the system trusts and these authorities. Fails
/// where the system trusts nobody, or an authority cannot be read.
pub fn config(authorities: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(default_provider());
    let system = if authorities.is_empty() {
        Verifier::new(Arc::clone(&provider))?
    } else {
        Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))?
    };
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(Telling(system));
    let mut config =
        config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The verifier of the system, which does not tell whose certificate it refuses (a proxy can have one
/// too), nor one that signed itself from one whose authority is not known.
#[derive(Debug)]
struct Telling(Verifier);

impl ServerCertVerifier for Telling {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(why) => {
                let name = server_name.to_str().into_owned();
                let signs_itself = signs_itself(end_entity);
                let refused = OtherError(Arc::new(NotTrusted { name, signs_itself, why }));
                Error::InvalidCertificate(CertificateError::Other(refused))
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Do issuer and subject of a certificate have the same name (RFC 5280, 4.1)?
fn signs_itself(certificate: &[u8]) -> bool {
    let names = || {
        let mut signed = Reader::new(certificate).enter(SEQUENCE)?.enter(SEQUENCE)?;
        let _version = signed.take(NUMBER_0);
        let _serial = signed.take(INTEGER)?;
        let _algorithm = signed.take(SEQUENCE)?;
        let issuer = signed.take(SEQUENCE)?;
        let _validity = signed.take(SEQUENCE)?;
        Some((issuer, signed.take(SEQUENCE)?))
    };
    names().is_some_and(|(issuer, subject)| issuer == subject)
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn a_certificate_that_signed_itself_is_told_from_others() {
        let of = |name: &str| {
            let path = format!("tests/fixtures/tls/{name}.pem");
            signs_itself(&CertificateDer::from_pem_file(path).expect("a fixture"))
        };
        assert!(of("self-signed-server") && of("self-signed-authority") && of("ca"));
        assert!(!of("server") && !of("forged"));
        assert!(!signs_itself(b"") && !signs_itself(&[0x30, 3, 0x30, 1, 0]));
    }
}
