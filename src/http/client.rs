//! The client for everything this program asks over HTTP: proxy of the environment, certificates of the system and of the company.
//! Never made before it is needed, and never follows an answer to another host.

#![expect(clippy::disallowed_methods, reason = "certificates of a company are read from a file")]

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, ClientBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use url::Url;

use super::connection::chain;
use super::trust::Trust;
use super::{address, api, trust};

/// How long to try to reach a host.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an endpoint may be silent.
const READ: Duration = Duration::from_secs(90);
/// The same for the platform under this machine, which is there at once or not at all.
const CONNECT_NEARBY: Duration = Duration::from_secs(1);
const READ_NEARBY: Duration = Duration::from_secs(10);
/// Redirects within one host.
const MOST_REDIRECTS: usize = 5;

/// The client, made when it is first needed: making one reads the certificates of the system.
#[derive(Clone, Debug)]
pub struct Http(Arc<Clients>);

#[derive(Debug)]
struct Clients {
    certificates: Option<PathBuf>,
    config: OnceLock<Result<rustls::ClientConfig, String>>,
    /// By what it is for, then by whether the other side is on this machine.
    kept: [[OnceLock<Result<Client, String>>; 2]; 3],
    nearby: OnceLock<Result<Client, String>>,
}

/// What a client is for.
#[derive(Clone, Copy)]
enum For {
    /// Answers, unpacked; whoever asks leads along redirects and bounds the time.
    Answers,
    /// The same, bytes as they were sent.
    Exact,
    /// Texts of endpoints: follows redirects within the host, and bounds the silence.
    Endpoints,
}

impl Http {
    /// Trusts what the system trusts (on Linux `SSL_CERT_FILE` and `SSL_CERT_DIR` say what) and, if
    /// given, the certificates in this PEM file, as for a proxy that reads along.
    pub fn new(certificates: Option<PathBuf>) -> Self {
        let (config, kept, nearby) = Default::default();
        Self(Arc::new(Clients { certificates, config, kept, nearby }))
    }

    /// The client for one address, which follows no redirect by itself. It goes through the proxy of the environment (`HTTPS_PROXY`,
    /// `NO_PROXY`) or of the system, but to this machine always straight: a proxy would look for
    /// that address on a machine of its own. The error tells why there is none and what to do.
    pub fn client(&self, address: &Url) -> Result<&Client, String> {
        self.kept(address, For::Answers)
    }

    /// The same for what is stored in bytes and asked for by their numbers: nothing is asked for packed,
    /// and what was stored packed stays so.
    pub fn exact(&self, address: &Url) -> Result<&Client, String> {
        self.kept(address, For::Exact)
    }

    /// The same for an address in a text; it follows redirects within the host.
    pub fn client_for(&self, address: &str) -> Result<&Client, String> {
        let url =
            Url::parse(address).map_err(|error| format!("{address} is no address: {error}"))?;
        self.kept(&url, For::Endpoints)
    }

    fn kept(&self, address: &Url, what: For) -> Result<&Client, String> {
        let is_own = address::is_loopback(address);
        let make = || self.trusting(!is_own, what);
        let kept = &self.0.kept[what as usize][usize::from(is_own)];
        kept.get_or_init(make).as_ref().map_err(Clone::clone)
    }

    /// Whom to trust on a connection that does not speak HTTP, and goes through no proxy. The error tells
    /// why there is nobody and what to do.
    pub fn tls(&self) -> Result<rustls::ClientConfig, String> {
        let mut config = self.0.config.get_or_init(|| self.config()).clone()?;
        config.alpn_protocols.clear();
        Ok(config)
    }

    /// The client for the platform under this machine: through no proxy, unencrypted.
    pub fn nearby(&self) -> Result<&Client, String> {
        let make = || nearby().tls_certs_only([]).build().map_err(|error| unbuilt(&error));
        self.0.nearby.get_or_init(make).as_ref().map_err(Clone::clone)
    }

    /// A client for one endpoint near this machine, whose certificate `trust` knows.
    pub fn pinned(trust: impl Trust + 'static) -> Result<Client, String> {
        let config = trust::of(trust).map_err(|error| untrusting(&error))?;
        nearby().tls_backend_preconfigured(config).build().map_err(|error| unbuilt(&error))
    }

    fn trusting(&self, proxied: bool, what: For) -> Result<Client, String> {
        let mut builder = builder().connect_timeout(CONNECT);
        builder = match what {
            For::Answers => builder.redirect(Policy::none()),
            For::Exact => builder.redirect(Policy::none()).no_gzip(),
            For::Endpoints => builder.redirect(Policy::custom(followed)).read_timeout(READ),
        };
        if !proxied {
            builder = builder.no_proxy();
        }
        let config = self.0.config.get_or_init(|| self.config()).clone()?;
        builder.tls_backend_preconfigured(config).build().map_err(|error| unbuilt(&error))
    }

    /// Whom every client trusts: made once, as it reads the certificates of the system.
    fn config(&self) -> Result<rustls::ClientConfig, String> {
        let mut authorities = Vec::new();
        if let Some(path) = &self.0.certificates {
            let name = path.display();
            let pem = std::fs::read(path)
                .map_err(|error| format!("the certificates in {name} cannot be read: {error}"))?;
            authorities = CertificateDer::pem_slice_iter(&pem)
                .collect::<Result<Vec<_>, _>>()
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or_else(|| {
                    format!("{name} has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
                })?;
        }
        trust::of_the_system(authorities).map_err(|error| untrusting(&error))
    }
}

fn builder() -> ClientBuilder {
    Client::builder().user_agent(concat!("entrail/", env!("CARGO_PKG_VERSION"))).referer(false)
}

/// For the platform under this machine: never by way of a proxy.
fn nearby() -> ClientBuilder {
    let quick = builder().connect_timeout(CONNECT_NEARBY).read_timeout(READ_NEARBY);
    quick.no_proxy().redirect(Policy::none())
}

/// A redirect stays on its host, port and scheme, or is an error: what is sent is secret.
fn followed(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().last();
    if from.is_some_and(|from| !api::within_the_host(from, attempt.url())) {
        return attempt.error("redirected to another host");
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error("redirected in circles");
    }
    attempt.follow()
}

/// Why nobody can be trusted.
fn untrusting(error: &rustls::Error) -> String {
    if error.to_string().contains("No CA certificates") {
        return "this machine has no list of trusted certificates: install the package ca-certificates, set \
                SSL_CERT_FILE to such a list, or give one with --ca-cert"
            .to_owned();
    }
    format!("no connection can be set up: {error}")
}

fn unbuilt(error: &reqwest::Error) -> String {
    format!("no connection can be set up: {}", chain(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_that_are_none_are_named() {
        let graph = Url::parse("https://graph.microsoft.com").expect("an address");
        let http = Http::new(Some(PathBuf::from("tests/fixtures/sign_in/nowhere.pem")));
        let error = http.client(&graph).expect_err("no such file");
        assert!(error.contains("nowhere.pem") && error.contains("cannot be read"), "{error}");
        let http = Http::new(Some(PathBuf::from("Cargo.toml")));
        assert!(http.client(&graph).expect_err("no certificate").contains("no certificate in PEM"));
        let http = Http::new(Some(PathBuf::from("tests/fixtures/sign_in/cert.pem")));
        assert!(http.client(&graph).is_ok());
    }
}
