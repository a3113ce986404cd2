//! The encrypted door in front of a broker, fake or real: who asks is proven here (SASL), and here answers are damaged.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::bytes::{self, Reader};
use super::{Fault, Seen, Shared, broker};

pub const CERTIFICATES: &str = "tests/fixtures/tls/ca.pem";
const API_VERSIONS: i16 = 18;
const HANDSHAKE: i16 = 17;
const AUTHENTICATE: i16 = 36;

/// What Event Hubs says it understands, as clients have seen it.
const VERSIONS: [(i16, i16, i16); 9] = [
    (0, 0, 7),
    (1, 4, 6),
    (2, 0, 8),
    (3, 0, 5),
    (8, 0, 8),
    (9, 0, 8),
    (HANDSHAKE, 0, 1),
    (API_VERSIONS, 0, 3),
    (AUTHENTICATE, 0, 2),
];

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn server() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_file("tests/fixtures/tls/server.pem");
    let key = PrivateKeyDer::from_pem_file("tests/fixtures/tls/server-key.pem");
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.expect("a certificate")], key.expect("a key"));
    Arc::new(config.expect("a certificate and its key"))
}

/// A connection to a real broker, which is on this machine and speaks no TLS.
pub fn real(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a frame and reads the next one.
pub fn exchange(stream: &mut (impl io::Read + io::Write), frame: &[u8]) -> io::Result<Vec<u8>> {
    write_frame(stream, frame)?;
    read_frame(stream)
}

fn write_frame(stream: &mut impl io::Write, frame: &[u8]) -> io::Result<()> {
    let mut all = (frame.len() as i32).to_be_bytes().to_vec();
    all.extend_from_slice(frame);
    stream.write_all(&all)?;
    stream.flush()
}

fn read_frame(stream: &mut impl io::Read) -> io::Result<Vec<u8>> {
    let mut len = [0; 4];
    stream.read_exact(&mut len)?;
    let mut frame = vec![0; i32::from_be_bytes(len) as usize];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

pub fn run(listener: &TcpListener, broker: usize, shared: &Arc<Shared>) {
    let config = server();
    for stream in listener.incoming() {
        let (Ok(stream), shared, config) = (stream, Arc::clone(shared), Arc::clone(&config)) else {
            return;
        };
        std::thread::spawn(move || {
            // Who asked may be gone.
            let _ = serve(stream, broker, &shared, config);
        });
    }
}

/// What was proven on a connection.
#[derive(Default)]
struct Proven {
    mechanism: String,
    until: Option<Instant>,
    is_good: bool,
}

fn serve(
    stream: TcpStream,
    broker: usize,
    shared: &Shared,
    config: Arc<ServerConfig>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let mut behind = match shared.real {
        Some(port) => Some(real(port)?),
        None => None,
    };
    let mut proven = Proven::default();
    loop {
        let frame = read_frame(&mut stream)?;
        let mut request = Reader(&frame);
        let (key, version) = (request.i16(), request.i16());
        let correlation = request.i32();
        let client = request.text();
        assert!(client.starts_with("entrail/"), "{client}");
        let body = request.0;
        let seen = Seen { key };
        let mut answer = correlation.to_be_bytes().to_vec();
        let fault = match key {
            HANDSHAKE | AUTHENTICATE => {
                sasl(shared, &seen, key, version, body, &mut proven, &mut answer)
            }
            _ => {
                let fault = shared.fault(&seen);
                // Kafka closes the connection where nobody proved who asks, or no more.
                let is_over = proven.until.is_some_and(|until| Instant::now() > until);
                if key != API_VERSIONS && (!proven.is_good || is_over) {
                    shared.state().expired += 1;
                    return Ok(());
                }
                match (key, &mut behind) {
                    (API_VERSIONS, _) => answer.extend(versions(version, shared)),
                    (_, Some(behind)) => answer = through(behind, &frame, key, version, shared)?,
                    (_, None) => {
                        answer.extend(broker::answer(shared, broker, key, version, body, &fault));
                    }
                }
                fault
            }
        };
        match fault {
            Fault::Close => return Ok(()),
            Fault::Cut(most) if most < answer.len() + 4 => {
                let mut all = (answer.len() as i32).to_be_bytes().to_vec();
                all.extend(answer);
                stream.write_all(&all[..most])?;
                stream.conn.send_close_notify();
                stream.flush()?;
                // What was sent arrives before the connection is closed.
                let _ = stream.sock.shutdown(std::net::Shutdown::Write);
                let _ = stream.sock.set_read_timeout(Some(Duration::from_millis(200)));
                let _ = stream.sock.read(&mut [0; 1024]);
                return Ok(());
            }
            _ => write_frame(&mut stream, &answer)?,
        }
    }
}

fn versions(version: i16, shared: &Shared) -> Vec<u8> {
    assert_eq!(version, 0, "Event Hubs resets a connection that asks in a newer version");
    let mut to = Vec::new();
    bytes::i16(&mut to, 0);
    let known: Vec<_> =
        VERSIONS.iter().filter(|(key, ..)| !shared.state().lacks.contains(key)).collect();
    bytes::i32(&mut to, known.len() as i32);
    for (key, first, last) in known {
        bytes::i16(&mut to, *key);
        bytes::i16(&mut to, *first);
        bytes::i16(&mut to, *last);
    }
    to
}

/// Lets a real broker answer; it is known by this door alone.
fn through(
    behind: &mut (impl io::Read + io::Write),
    frame: &[u8],
    key: i16,
    version: i16,
    shared: &Shared,
) -> io::Result<Vec<u8>> {
    let mut answer = exchange(behind, frame)?;
    if key == broker::METADATA {
        let mut at = if version >= 3 { 8 } else { 4 };
        let brokers = Reader(&answer[at..]).i32();
        assert_eq!(brokers, 1, "one broker");
        at += 8;
        let host = Reader(&answer[at..]).text();
        at += 2 + host.len();
        answer[at..at + 4].copy_from_slice(&i32::from(shared.ports[0]).to_be_bytes());
    }
    Ok(answer)
}

fn sasl(
    shared: &Shared,
    seen: &Seen,
    key: i16,
    version: i16,
    body: &[u8],
    proven: &mut Proven,
    answer: &mut Vec<u8>,
) -> Fault {
    let mut request = Reader(body);
    if key == HANDSHAKE {
        assert_eq!(version, 1);
        proven.mechanism = request.text();
        let fault = shared.fault(seen);
        let known = ["PLAIN", "OAUTHBEARER"];
        bytes::i16(answer, if known.contains(&&*proven.mechanism) { 0 } else { 33 });
        bytes::i32(answer, 2);
        for name in known {
            bytes::text(answer, name);
        }
        return fault;
    }
    let proof = String::from_utf8(request.bytes().to_vec()).expect("UTF-8");
    let fault = shared.fault(seen);
    let state = &mut *shared.state();
    let is_right = match &*proven.mechanism {
        "PLAIN" => {
            let connection = proof.strip_prefix("\0$ConnectionString\0");
            connection
                .is_some_and(|connection| state.connections.iter().any(|known| known == connection))
        }
        _ => {
            let token = proof.strip_prefix("n,,\x01auth=Bearer ");
            let token = token.and_then(|token| token.strip_suffix("\x01\x01"));
            token.is_some_and(|token| state.tokens.iter().any(|known| known == token))
        }
    };
    proven.is_good = is_right;
    state.proofs += u64::from(is_right);
    proven.until = state.lifetime.filter(|_| is_right).map(|time| Instant::now() + time);
    bytes::i16(answer, if is_right { 0 } else { 58 });
    match is_right {
        true => bytes::i16(answer, -1),
        false => bytes::text(answer, "Unauthorized access. 'Listen' claim(s) are required."),
    }
    bytes::bytes(answer, b"");
    if version >= 1 {
        bytes::i64(answer, state.lifetime.map_or(0, |time| time.as_millis() as i64));
    }
    fault
}
