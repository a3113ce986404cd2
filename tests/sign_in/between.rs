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
    /// The same in SOCKS5.
    Socks(SocketAddr, Option<(&'static str, &'static str)>),
    /// Answers with this.
    Saying(&'static [u8]),
    /// Answers with what it was asked.
    Echo(fn(&str) -> String),
}

/// TLS in front of a server that has none.
pub fn tls(to: SocketAddr) -> Between {
    tls_with(to, "server.pem")
}

/// The same with another certificate for tests.
pub fn tls_with(to: SocketAddr, name: &str) -> Between {
    let chain = CertificateDer::from_pem_file(certificate(name)).expect("a certificate");
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

/// The same in SOCKS5 (RFC 1928). `credentials`: name and password it wants (RFC 1929).
pub fn socks(to: SocketAddr, credentials: Option<(&'static str, &'static str)>) -> Between {
    Between::start(Kind::Socks(to, credentials))
}

/// A server that hears a first word and answers with these bytes, whatever it was.
pub fn saying(bytes: &'static [u8]) -> Between {
    Between::start(Kind::Saying(bytes))
}

/// A server that refuses every request and repeats it, in this encoding.
pub fn echo(encode: fn(&str) -> String) -> Between {
    Between::start(Kind::Echo(encode))
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
        Kind::Socks(to, credentials) => {
            let Some(host) = greeted(&mut near, credentials).await? else { return Ok(()) };
            asked.lock().unwrap_or_else(PoisonError::into_inner).push(host);
            let mut far = TcpStream::connect(to).await?;
            near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            copy_bidirectional(&mut near, &mut far).await?;
        }
        Kind::Echo(encode) => {
            let mut heard = vec![0; LONGEST];
            // The requests of these tests come in one piece or two: head and form.
            let mut length = near.read(&mut heard).await?;
            if heard.starts_with(b"POST") && heard[..length].ends_with(b"\r\n\r\n") {
                length += near.read(&mut heard[length..]).await?;
            }
            let text = String::from_utf8_lossy(&heard[..length]).replace("\r\n", " ");
            let text = format!("you said {}", encode(&text));
            let body = if heard.starts_with(b"POST") {
                serde_json::json!({"error": "invalid_request", "error_description": text})
            } else {
                serde_json::json!({"error": {"code": "Echo", "message": text}})
            };
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            near.write_all((head + &body).as_bytes()).await?;
            near.shutdown().await?;
        }
        Kind::Saying(bytes) => {
            let _ = near.read(&mut [0; 512]).await?;
            near.write_all(bytes).await?;
            // What is not read yet would take the answer away when the connection is closed.
            near.shutdown().await?;
            while near.read(&mut [0; 512]).await? > 0 {}
        }
    }
    Ok(())
}

/// Hears who wants to be connected where by SOCKS5; `None` where he may not.
async fn greeted(
    near: &mut TcpStream,
    credentials: Option<(&str, &str)>,
) -> std::io::Result<Option<String>> {
    async fn text(near: &mut TcpStream) -> std::io::Result<String> {
        let mut bytes = vec![0; usize::from(near.read_u8().await?)];
        near.read_exact(&mut bytes).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
    assert_eq!(near.read_u8().await?, 5);
    let ways = text(near).await?;
    let way = if credentials.is_some() { 2 } else { 0 };
    if !ways.bytes().any(|known| known == way) {
        near.write_all(&[5, 0xff]).await?;
        return Ok(None);
    }
    near.write_all(&[5, way]).await?;
    if let Some((name, password)) = credentials {
        near.read_u8().await?;
        let given = (text(near).await?, text(near).await?);
        let is_known = given == (name.to_owned(), password.to_owned());
        near.write_all(&[1, u8::from(!is_known)]).await?;
        if !is_known {
            return Ok(None);
        }
    }
    let (mut head, mut address) = ([0; 4], [0; 4]);
    near.read_exact(&mut head).await?;
    let host = match head {
        [5, 1, 0, 3] => text(near).await?,
        [5, 1, 0, 1] => {
            near.read_exact(&mut address).await?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        other => return Ok(Some(format!("{other:?} asks for nothing that is known"))),
    };
    Ok(Some(format!("{host}:{}", near.read_u16().await?)))
}
