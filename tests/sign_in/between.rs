//! What stands between the program and the fake Graph: TLS with a certificate nobody trusts, and a proxy.
//! Never leaves the machine: a proxy connects the names it knows to addresses of the tests.
#![expect(clippy::disallowed_methods, reason = "servers have a thread of their own")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// Longest head of a request to a proxy, in bytes.
const LONGEST: usize = 8 << 10;

/// A file of the certificates for tests.
pub fn certificate(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/tls", name].iter().collect()
}

/// A server that passes on; it ends with this value.
pub struct Between {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _stop: oneshot::Sender<()>,
}

/// What it does with a connection.
#[derive(Clone)]
enum Kind {
    /// Takes TLS off, and passes on to this address.
    Tls(TlsAcceptor, SocketAddr),
    /// Connects (RFC 9110, 9.3.6) every host to this address, for who names these credentials.
    Proxy(SocketAddr, Option<&'static str>),
}

/// TLS in front of a server that has none.
pub fn tls(to: SocketAddr) -> Between {
    let chain = CertificateDer::from_pem_file(certificate("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(certificate("server-key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("a certificate and its key");
    Between::start(Kind::Tls(TlsAcceptor::from(Arc::new(config)), to))
}

/// A proxy by which every host leads to the same address. `credentials`: the header
/// `Proxy-Authorization` it wants.
pub fn proxy(to: SocketAddr, credentials: Option<&'static str>) -> Between {
    Between::start(Kind::Proxy(to, credentials))
}

impl Between {
    fn start(kind: Kind) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a listener");
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                let serve = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        // A connection that breaks is the matter of those who hold its ends.
                        tokio::spawn(pass(kind.clone(), stream, Arc::clone(&noted)));
                    }
                };
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, asked, _stop: stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first line of each request to a proxy.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn pass(
    kind: Kind,
    mut near: TcpStream,
    asked: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    match kind {
        Kind::Tls(acceptor, to) => {
            let mut near = acceptor.accept(near).await?;
            let mut far = TcpStream::connect(to).await?;
            copy_bidirectional(&mut near, &mut far).await?;
        }
        Kind::Proxy(to, credentials) => {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
                head.push(near.read_u8().await?);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let line = head.lines().next().unwrap_or_default().to_owned();
            let is_connect = line.starts_with("CONNECT ");
            asked.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            let knows = |credentials: &str| {
                let wanted = format!("proxy-authorization: {credentials}");
                head.lines().any(|line| line.eq_ignore_ascii_case(&wanted))
            };
            if credentials.is_some_and(|credentials| !knows(credentials)) {
                let refusal =
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
                return near.write_all(refusal).await;
            }
            if !is_connect {
                return near
                    .write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
                    .await;
            }
            let mut far = TcpStream::connect(to).await?;
            near.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
            copy_bidirectional(&mut near, &mut far).await?;
        }
    }
    Ok(())
}
