//! Connections that come to nothing: what it was, in words, and the way out; for the sign-in, Graph and managed identities alike.
//! Never decides whether to try again, and never repeats a secret that an error holds.

mod sealed;

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

pub use self::sealed::{form, header};
use crate::secret;
use crate::time::Timestamp;

/// What a failed request was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The other side cannot show that it is who it should be, or does not speak TLS as it should.
    Untrusted,
    /// The proxy wants to know who asks.
    ShutOut,
    /// The answer leads to another place.
    Elsewhere,
    /// Nobody answered in time.
    Late,
    /// There is no connection.
    Unreachable,
    /// There was a connection, and it broke.
    Cut,
}

/// A request that came to nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// What it was.
    pub kind: Kind,
    /// The same in words, and the way out: one sentence to be put behind what was tried.
    pub words: String,
}

impl Failed {
    /// Will the same request fail in the same way, however long one waits? A certificate that is
    /// not trusted and an answer from elsewhere are not forgiven.
    pub fn is_lasting(&self) -> bool {
        matches!(self.kind, Kind::Untrusted | Kind::ShutOut | Kind::Elsewhere)
    }
}

/// Why a request came to nothing. `host` is where it went.
pub fn explain(error: &reqwest::Error, host: &str) -> Failed {
    let failed = |kind, words| Failed { kind, words };
    if let Some(tls) = causes(error).find_map(tls) {
        return failed(Kind::Untrusted, untrusted(tls, host));
    }
    let said = chain(error);
    let is = |what: &str| said.contains(what);
    if error.is_redirect() {
        let words = format!(
            "{host} {said}, which is not followed; a proxy or a sign-in page of the network may answer"
        );
        return failed(Kind::Elsewhere, words);
    }
    let shut_out = |form: &str, why: &str| {
        format!(
            "the proxy does not let through to {host} without a name and a password, or not with those it was told{why}: \
             write them as {form}://NAME:PASSWORD@HOST:PORT, with special letters percent-encoded"
        )
    };
    if is("proxy authorization required") {
        return failed(Kind::ShutOut, shut_out("HTTPS_PROXY=http", ""));
    }
    // SOCKS5 (RFC 1928): no way to prove oneself in common, or a wrong password.
    if is("SOCKS") && (is("credentials") || is("authentication") || is("failed parsing")) {
        return failed(Kind::ShutOut, shut_out("ALL_PROXY=socks5h", &format!(" ({said})")));
    }
    if is("proxy") || is("tunnel") || is("SOCKS") {
        let words = format!(
            "the proxy does not let through to {host} ({said}); see HTTPS_PROXY, ALL_PROXY and NO_PROXY"
        );
        return failed(Kind::Unreachable, words);
    }
    if is("invalid HTTP version") {
        let words = format!(
            "{host} does not answer in plain HTTP on this port, but as TLS does or another service; should its address \
             begin with https://?"
        );
        return failed(Kind::Untrusted, words);
    }
    if is("tls handshake eof") {
        let words = format!(
            "{host} closed the connection before it was encrypted; a firewall or proxy may forbid it, see HTTPS_PROXY"
        );
        return failed(Kind::Unreachable, words);
    }
    if error.is_timeout() {
        let words = format!("{host} did not answer in time; is a proxy needed (HTTPS_PROXY)?");
        return failed(if error.is_connect() { Kind::Unreachable } else { Kind::Late }, words);
    }
    if is("dns error") || is("lookup") {
        let words = format!(
            "{host} has no address here ({said}); is this machine online, is a proxy needed (HTTPS_PROXY)?"
        );
        return failed(Kind::Unreachable, words);
    }
    if error.is_connect() {
        let words = format!("{host} cannot be reached ({said}); is a proxy needed (HTTPS_PROXY)?");
        return failed(Kind::Unreachable, words);
    }
    let said = if said.is_empty() { secret::foreign(&error.to_string()) } else { said };
    failed(Kind::Cut, format!("the connection to {host} broke off ({said})"))
}

/// What an error comes from, in one line, without the address (which may say too much), cleaned and
/// without secrets: a proxy and a redirect have their say in it.
pub fn chain(error: &reqwest::Error) -> String {
    let mut said = String::new();
    for cause in causes(error).skip(1) {
        let part = cause.to_string();
        // Some repeat what they come from; one only says that it is an error of the client.
        if !said.ends_with(&part) && !part.starts_with("client error") {
            let separator = if said.is_empty() { "" } else { ": " };
            // Writing to a String cannot fail.
            let _ = write!(said, "{separator}{part}");
        }
    }
    secret::foreign(&said)
}

/// An error, what it comes from, what that comes from, and so on. An error of input and output
/// passes over the error it was made of, so that is put in.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    fn next<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    }
    std::iter::successors(Some(error), |error| next(*error))
}

/// The error of TLS, if it is one.
fn tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref()
}

/// Why the other side is not trusted, and the way out.
pub fn untrusted(error: &rustls::Error, host: &str) -> String {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(why) => certificate(why, host),
        Tls::NoCertificatesPresented => format!(
            "{host} shows no certificate; something else may answer in its place, see HTTPS_PROXY"
        ),
        Tls::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::MessageTooShort
            | InvalidMessage::InvalidEmptyPayload,
        ) => format!(
            "{host} does not answer in TLS on this port, but as plain HTTP does or another service; check the address and \
             the port, and whether HTTPS_PROXY should begin with http:// instead of https://"
        ),
        Tls::AlertReceived(AlertDescription::ProtocolVersion)
        | Tls::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => format!(
            "{host} only offers versions of TLS before 1.2, which are not safe; whoever runs it, or a proxy in between, \
             has to turn on TLS 1.2 or 1.3"
        ),
        Tls::PeerIncompatible(_)
        | Tls::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        ) => format!(
            "{host} and entrail have no way of encryption in common ({error}); whoever runs it, or a proxy in between, \
             has to turn on TLS 1.2 or 1.3 with current ciphers"
        ),
        Tls::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::UnknownCA,
        ) => format!(
            "{host} wants a certificate of this machine ({error}), which entrail does not send; a gateway that asks for \
             one has to let entrail through without"
        ),
        Tls::AlertReceived(AlertDescription::UnrecognisedName) => format!(
            "whoever answers for {host} does not know that name; check the address, and the proxy (HTTPS_PROXY)"
        ),
        Tls::PeerMisbehaved(_) | Tls::DecryptError => format!(
            "the encryption with {host} was disturbed ({error}); something on the way may tamper with it"
        ),
        other => format!(
            "no encrypted connection to {host} can be made ({}); a proxy or firewall may be in between, see HTTPS_PROXY",
            secret::foreign(&other.to_string())
        ),
    }
}

/// What a machine behind a proxy that reads along needs.
const AUTHORITY: &str =
    "where a proxy reads along, give the certificate of your company with --ca-cert FILE";

fn certificate(why: &CertificateError, host: &str) -> String {
    let CertificateError::Other(other) = why else { return refused(why, false, host) };
    match other.0.downcast_ref::<NotTrusted>() {
        Some(NotTrusted { name, signs_itself, why }) if name == host => {
            refused(why, *signs_itself, host)
        }
        // Behind the proxy would be the host.
        Some(NotTrusted { name, signs_itself, why }) => {
            refused(why, *signs_itself, &format!("the proxy {}", secret::foreign(name)))
        }
        None => refused(why, false, host),
    }
}

fn refused(why: &CertificateError, signs_itself: bool, host: &str) -> String {
    use CertificateError as Why;
    const CLOCK: &str = "is the clock of this machine right?";
    let the = format!("the certificate of {host}");
    let renew = format!("If it is, whoever runs {host}, or a proxy in between, has to renew it");
    match why {
        Why::ExpiredContext { not_after, .. } => {
            format!("{the} is not valid now: it expired on {}; {CLOCK} {renew}", day(*not_after))
        }
        Why::Expired => format!("{the} is not valid now: it has expired; {CLOCK} {renew}"),
        Why::NotValidYetContext { not_before, .. } => {
            format!(
                "{the} is not valid now: it is valid only from {} on; {CLOCK}",
                day(*not_before)
            )
        }
        Why::NotValidYet => format!("{the} is not valid now: its time is still to come; {CLOCK}"),
        Why::NotValidForName | Why::NotValidForNameContext { .. } => {
            let names = match why {
                Why::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
                    let shown: Vec<String> =
                        presented.iter().take(4).map(|name| named(name)).collect();
                    let more = if presented.len() > shown.len() { ", …" } else { "" };
                    format!(" ({}{more})", shown.join(", "))
                }
                _ => String::new(),
            };
            format!(
                "{the} is for another name{names}, so something else answers in its place; check the address, the name \
                 service (DNS) and the proxy (HTTPS_PROXY)"
            )
        }
        Why::UnknownIssuer if !signs_itself => {
            format!("{the} is signed by nobody this machine trusts; {AUTHORITY}")
        }
        Why::Revoked => format!(
            "{the} was revoked by who signed it, so it must not be trusted; whoever runs {host}, or a proxy in between, \
             has to replace it"
        ),
        Why::UnknownRevocationStatus
        | Why::ExpiredRevocationList
        | Why::ExpiredRevocationListContext { .. }
        | Why::InvalidOcspResponse => format!(
            "nobody says whether {the} was revoked ({why}); the list of its authority has to be reachable from here"
        ),
        Why::BadSignature => format!(
            "{the} has a signature that is wrong: it was damaged or forged; do not sign in over this network before it is \
             clear why"
        ),
        Why::InvalidPurpose | Why::InvalidPurposeContext { .. } => format!(
            "{the} was not made for a server; whoever runs {host}, or a proxy in between, has to replace it"
        ),
        #[expect(deprecated, reason = "a verifier of the system may still say so")]
        Why::UnsupportedSignatureAlgorithm
        | Why::UnsupportedSignatureAlgorithmContext { .. }
        | Why::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => format!(
            "{the} is signed in a way that is no longer safe, as with SHA-1; whoever runs {host}, or a proxy in between, \
             has to replace it"
        ),
        Why::BadEncoding | Why::UnhandledCriticalExtension => {
            format!("{the} cannot be read ({why}); whoever runs {host} has to replace it")
        }
        Why::ApplicationVerificationFailure => format!(
            "{the} is not the one that IDENTITY_SERVER_THUMBPRINT names; was it replaced since this process was started?"
        ),
        // The system's verifier has an error of its own for that.
        Why::Other(other) if format!("{other:?}").contains("EkuError") => format!(
            "{the} was not made for a server; whoever runs {host}, or a proxy in between, has to replace it"
        ),
        other if signs_itself || is_authority(other) => format!(
            "{the} is signed by itself alone, so nobody vouches for it; have it replaced by one that an authority signed, \
             and give the certificate of that authority with --ca-cert FILE"
        ),
        other => {
            format!("{the} is not trusted ({}); {AUTHORITY}", secret::foreign(&other.to_string()))
        }
    }
}

/// An authority's certificate is one of no server for rustls, and it mostly vouches for itself.
fn is_authority(why: &CertificateError) -> bool {
    let CertificateError::Other(other) = why else { return false };
    format!("{other:?}").contains("CaUsedAsEndEntity")
}

/// The error of a verifier that says more of a certificate it refuses.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct NotTrusted {
    /// Whose it should be.
    pub name: String,
    /// Do its issuer and its subject have the same name?
    pub signs_itself: bool,
    /// Why it is refused.
    pub why: CertificateError,
}

/// A name of a certificate, without what rustls writes around it.
fn named(presented: &str) -> String {
    let name = presented.split_once('(').and_then(|(_, name)| name.strip_suffix(')'));
    let name = name.unwrap_or(presented).trim_matches('"');
    let short: String = name.chars().take(64).collect();
    secret::foreign(&short)
}

fn day(time: UnixTime) -> String {
    let ms = i64::try_from(time.as_secs()).unwrap_or(i64::MAX).saturating_mul(1_000);
    let text = Timestamp::from_ms(ms).to_rfc3339();
    text.get(..10).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use rustls::Error as Tls;

    use super::*;

    #[test]
    fn every_fault_of_tls_has_words_and_a_way_out_of_its_own() {
        let certificate = |why| Tls::InvalidCertificate(why);
        let told = |name: &str, signs_itself, why| {
            let refused = NotTrusted { name: name.to_owned(), signs_itself, why };
            CertificateError::Other(rustls::OtherError(std::sync::Arc::new(refused)))
        };
        let time = |seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let faults = [
            (
                certificate(CertificateError::ExpiredContext {
                    time: time(1_795_132_800),
                    not_after: time(1_795_046_400),
                }),
                "is not valid now: it expired on 2026-11-19; is the clock of this machine right?",
            ),
            (certificate(CertificateError::NotValidYet), "is still to come; is the clock"),
            (certificate(CertificateError::NotValidForName), "is for another name"),
            (certificate(CertificateError::UnknownIssuer), "signed by nobody this machine trusts"),
            (certificate(CertificateError::Revoked), "was revoked by who signed it"),
            (certificate(CertificateError::BadSignature), "damaged or forged"),
            (certificate(CertificateError::InvalidPurpose), "not made for a server"),
            (certificate(CertificateError::BadEncoding), "cannot be read"),
            (
                certificate(told("graph.example", true, CertificateError::UnknownIssuer)),
                "is signed by itself alone",
            ),
            (
                certificate(told("10.0.0.1", false, CertificateError::Expired)),
                "the certificate of the proxy 10.0.0.1 is not valid now: it has expired",
            ),
            (
                certificate(CertificateError::ApplicationVerificationFailure),
                "is not the one that IDENTITY_SERVER_THUMBPRINT names",
            ),
            (
                Tls::InvalidMessage(InvalidMessage::InvalidContentType),
                "does not answer in TLS on this port",
            ),
            (Tls::AlertReceived(AlertDescription::ProtocolVersion), "TLS before 1.2"),
            (
                Tls::AlertReceived(AlertDescription::HandshakeFailure),
                "no way of encryption in common",
            ),
            (
                Tls::AlertReceived(AlertDescription::CertificateRequired),
                "wants a certificate of this machine",
            ),
            (Tls::AlertReceived(AlertDescription::UnrecognisedName), "does not know that name"),
            (Tls::General("x".to_owned()), "no encrypted connection"),
        ];
        let words: Vec<String> =
            faults.iter().map(|(fault, _)| untrusted(fault, "graph.example")).collect();
        for ((fault, expected), words) in faults.iter().zip(&words) {
            assert!(words.contains(expected), "{fault:?}: {words}");
        }
        let distinct: std::collections::BTreeSet<&String> = words.iter().collect();
        assert_eq!(distinct.len(), words.len());
    }

    #[test]
    fn names_of_a_certificate_are_shown_cleaned() {
        assert_eq!(named("DnsName(\"a.example\")"), "a.example");
        assert_eq!(named("a\u{1b}[2J"), "a␛[2J");
        assert_eq!(named("IpAddress(127.0.0.1)"), "127.0.0.1");
    }
}
