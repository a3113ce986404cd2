//! Puts blobs where a test wants them, with requests signed by the account key: into the fake, or a real engine.
//! Never uses entrail's own code for it.
#![expect(clippy::format_push_string, reason = "a service of tests")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::server::{http_date, now};
use super::{ACCOUNT, KEY};

/// The signature of a request by the key, as the reference "Authorize with Shared Key" has it.
pub fn signature(method: &str, url: &url::Url, headers: &BTreeMap<String, String>) -> String {
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let len = Some(header("content-length")).filter(|len| len != "0").unwrap_or_default();
    let mut text = [
        method,
        &header("content-encoding"),
        &header("content-language"),
        &len,
        &header("content-md5"),
        &header("content-type"),
        "",
        &header("if-modified-since"),
        &header("if-match"),
        &header("if-none-match"),
        &header("if-unmodified-since"),
        &header("range"),
    ]
    .join("\n");
    text.push('\n');
    for (name, value) in headers.iter().filter(|(name, _)| name.starts_with("x-ms-")) {
        text += &format!("{name}:{value}\n");
    }
    text += &format!("/{ACCOUNT}{}", url.path());
    let query: BTreeMap<_, _> =
        url.query_pairs().map(|(name, value)| (name.to_lowercase(), value)).collect();
    for (name, value) in query {
        text += &format!("\n{name}:{value}");
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(KEY).expect("Base64"));
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// An endpoint where blobs can be put.
pub struct Client {
    /// `http://127.0.0.1:10000/devstoreaccount1`.
    pub endpoint: String,
}

impl Client {
    fn put(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let url = url::Url::parse(&format!("{}/{path}", self.endpoint)).expect("an address");
        let mut all: BTreeMap<String, String> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.insert("x-ms-date".to_owned(), http_date(now()));
        all.insert("x-ms-version".to_owned(), "2021-12-02".to_owned());
        all.insert("content-length".to_owned(), body.len().to_string());
        let signed = format!("SharedKey {ACCOUNT}:{}", signature("PUT", &url, &all));
        all.insert("authorization".to_owned(), signed);
        let host = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let target = &url[url::Position::BeforePath..];
        let mut head = format!("PUT {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in all {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(&host).expect("the engine listens");
        stream.write_all(&[head.as_bytes(), b"\r\n", body].concat()).expect("sent");
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).expect("answered");
        let status = String::from_utf8_lossy(&answer).into_owned();
        assert!(status.contains(" 20") || status.contains(" 409"), "{path}: {status}");
        // One that closes too early may lose what was sent.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }

    /// Makes a container.
    pub fn container(&self, name: &str) {
        self.put(&format!("{name}?restype=container"), &[], b"");
    }

    /// Puts a blob as it is.
    pub fn block(&self, container: &str, name: &str, bytes: &[u8]) {
        self.put(&format!("{container}/{name}"), &[("x-ms-blob-type", "BlockBlob")], bytes);
    }

    /// Makes a blob that grows.
    pub fn appendable(&self, container: &str, name: &str, bytes: &[u8]) {
        self.put(&format!("{container}/{name}"), &[("x-ms-blob-type", "AppendBlob")], b"");
        self.append(container, name, bytes);
    }

    /// Appends to it.
    pub fn append(&self, container: &str, name: &str, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.put(&format!("{container}/{name}?comp=appendblock"), &[], bytes);
        }
    }
}
