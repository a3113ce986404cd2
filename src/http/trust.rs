//! Whom the program trusts in TLS: whom the system trusts, and the authorities that were given besides.
//! Never trusts more than the system's own verifier: it only says more of a certificate that is refused.

use std::fmt::Debug;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::connection::NotTrusted;
use super::der::{INTEGER, NUMBER_0, Reader, SEQUENCE};

/// Whose certificates are trusted.
pub trait Trust: Debug + Send + Sync {
    /// Is this one? The error says why not.
    fn check(&self, shown: &Shown<'_>) -> Result<(), Error>;
}

/// What the other side shows.
#[derive(Debug)]
pub struct Shown<'s> {
    /// Its certificate.
    pub certificate: &'s CertificateDer<'s>,
    /// Those that vouch for it, as far as they came with it.
    pub authorities: &'s [CertificateDer<'s>],
    /// The name that was asked for.
    pub name: &'s ServerName<'s>,
    /// Whether it was revoked, as it says itself (OCSP); empty where it does not say.
    pub revocation: &'s [u8],
    /// What time it is.
    pub now: UnixTime,
}

/// The settings of TLS for a client that trusts what the system trusts and these authorities. Fails
/// where the system trusts nobody, or an authority cannot be read.
pub fn of_the_system(authorities: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(default_provider());
    let system = if authorities.is_empty() {
        Verifier::new(Arc::clone(&provider))?
    } else {
        Verifier::new_with_extra_roots(authorities, Arc::clone(&provider))?
    };
    let mut config = trusting(Telling(system), provider)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The settings of TLS for a client that trusts whom `trust` does, and nobody else.
pub fn of(trust: impl Trust + 'static) -> Result<ClientConfig, Error> {
    trusting(trust, Arc::new(default_provider()))
}

fn trusting(
    trust: impl Trust + 'static,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, Error> {
    let verifier = Arc::new(Checked { trust, provider: Arc::clone(&provider) });
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Trusts whom `trust` does. That the other side has the key of its certificate is checked in one way
/// for all.
#[derive(Debug)]
struct Checked<T> {
    trust: T,
    provider: Arc<CryptoProvider>,
}

impl<T: Trust> ServerCertVerifier for Checked<T> {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        authorities: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        revocation: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Shown { certificate, authorities, name, revocation, now };
        self.trust.check(&shown).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The verifier of the system, which does not tell whose certificate it refuses (a proxy can have one
/// too), nor one that signed itself from one whose authority is not known.
#[derive(Debug)]
struct Telling(Verifier);

impl Trust for Telling {
    fn check(&self, shown: &Shown<'_>) -> Result<(), Error> {
        let Shown { certificate, authorities, name, revocation, now } = *shown;
        let verified = self.0.verify_server_cert(certificate, authorities, name, revocation, now);
        verified.map(|_| ()).map_err(|error| match error {
            Error::InvalidCertificate(why) => {
                let name = name.to_str().into_owned();
                let signs_itself = signs_itself(certificate);
                let refused = OtherError(Arc::new(NotTrusted { name, signs_itself, why }));
                Error::InvalidCertificate(CertificateError::Other(refused))
            }
            other => other,
        })
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
