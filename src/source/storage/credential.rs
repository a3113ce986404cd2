//! What proves to Azure Storage who asks, besides an access token: an account key, a shared access signature.
//! Never shows a secret, and takes none from the command line.
//!
//! Sources: Azure Storage, "Authorize with Shared Key" (version 2009-09-19 and later), "Delegate access
//! with a shared access signature", "Configure Azure Storage connection strings".

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;
use url::Url;
use zeroize::Zeroizing;

use crate::http::proof::Sign;
use crate::secret::Secret;
use crate::text::clean;
use crate::time::Timestamp;

/// The account and the key of every emulator. Source: Azure Storage, "Use the Azurite emulator".
const EMULATED: (&str, &str) = (
    "devstoreaccount1",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
);
/// Where an emulator listens unless it was told otherwise.
const EMULATOR: &str = "http://127.0.0.1:10000/devstoreaccount1";

/// What the environment says of storage accounts.
#[derive(Clone, Default, Debug)]
pub struct Environment {
    /// `AZURE_STORAGE_ACCOUNT`: the account that key and signature are of.
    pub account: Option<String>,
    /// `AZURE_STORAGE_KEY`: an account key, in Base64.
    pub key: Option<Secret>,
    /// `AZURE_STORAGE_SAS_TOKEN`.
    pub signature: Option<Signature>,
    /// `AZURE_STORAGE_CONNECTION_STRING`; an error says what is wrong with it.
    pub connection: Option<Result<Connection, String>>,
}

/// What a connection string says.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The account.
    pub account: String,
    /// The endpoint for blobs.
    pub endpoint: String,
    /// The account key, in Base64.
    pub key: Option<Secret>,
    /// The shared access signature.
    pub signature: Option<Signature>,
}

/// A shared access signature: the query of an address.
#[derive(Clone)]
pub struct Signature {
    query: Zeroizing<String>,
    /// The part of it that proves anything.
    proof: Secret,
    /// When it ends, as it says.
    ends: Option<String>,
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::secret::MASK)
    }
}

impl Signature {
    /// Reads a query, with or without its question mark. Fails where it has no signature.
    pub fn parse(text: &str) -> Result<Self, String> {
        let query = Zeroizing::new(text.trim().trim_start_matches('?').to_owned());
        let value = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| Zeroizing::new(value.into_owned()))
        };
        let proof = value("sig").filter(|proof| !proof.is_empty()).ok_or_else(|| {
            "the shared access signature has no sig=; copy all of it, from sv= or sp= to the end"
                .to_owned()
        })?;
        let (proof, ends) = (Secret::new(&proof), value("se").map(|ends| ends.to_string()));
        Ok(Self { query, proof, ends })
    }

    /// When it ends, as it says.
    pub fn ends(&self) -> Option<&str> {
        self.ends.as_deref()
    }
}

impl Sign for Signature {
    fn sign(&self, request: &mut reqwest::Request, _: Timestamp) -> Result<Secret, String> {
        let url = request.url_mut();
        let query = match url.query().filter(|query| !query.is_empty()) {
            Some(query) => Zeroizing::new([query, "&", &self.query].concat()),
            None => self.query.clone(),
        };
        url.set_query(Some(&query));
        Ok(self.proof.clone())
    }
}

impl Connection {
    /// Reads a connection string. Fails with what is missing; never repeats it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut values: BTreeMap<String, &str> = BTreeMap::new();
        for part in text.split(';') {
            if let Some((name, value)) = part.split_once('=') {
                values.insert(name.trim().to_ascii_lowercase(), value.trim());
            }
        }
        let value = |name: &str| values.get(name).copied().filter(|value| !value.is_empty());
        if value("usedevelopmentstorage").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(Self {
                account: EMULATED.0.to_owned(),
                endpoint: EMULATOR.to_owned(),
                key: Some(Secret::new(EMULATED.1)),
                signature: None,
            });
        }
        let endpoint = value("blobendpoint").map(str::to_owned);
        let of_endpoint = || {
            let host = endpoint.as_deref()?.split_once("://")?.1;
            host.split(['.', '/']).next().map(str::to_owned)
        };
        let account = value("accountname").map(str::to_owned).or_else(of_endpoint);
        let account = account.ok_or("it names no account (AccountName=)")?.to_ascii_lowercase();
        let suffix = value("endpointsuffix").unwrap_or("core.windows.net");
        let protocol = value("defaultendpointsprotocol").unwrap_or("https");
        let endpoint = endpoint.unwrap_or_else(|| format!("{protocol}://{account}.blob.{suffix}"));
        let signature = value("sharedaccesssignature").map(Signature::parse).transpose()?;
        let key = value("accountkey").map(Secret::new);
        if key.is_none() && signature.is_none() {
            return Err("it has no AccountKey= and no SharedAccessSignature=".to_owned());
        }
        Ok(Self { account, endpoint, key, signature })
    }
}

/// An account key, which signs each request.
pub struct AccountKey {
    account: String,
    key: hmac::Key,
    /// What nobody may read: the mask of secrets knows it as long as it is held.
    _text: Secret,
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountKey").field("account", &self.account).finish_non_exhaustive()
    }
}

impl AccountKey {
    /// The key of an account. Fails where it is not Base64.
    pub fn new(account: &str, text: &Secret) -> Result<Self, String> {
        let bytes = STANDARD.decode(text.expose_secret().trim()).map(Zeroizing::new);
        let bytes = bytes.ok().filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
            "the account key is not Base64; copy key1 or key2 of the storage account, to its last ="
                .to_owned()
        })?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        Ok(Self { account: account.to_owned(), key, _text: text.clone() })
    }

    fn signature(&self, method: &str, url: &Url, headers: &HeaderMap) -> String {
        let signed = signed(&self.account, method, url, headers);
        STANDARD.encode(hmac::sign(&self.key, signed.as_bytes()))
    }
}

const DATE: HeaderName = HeaderName::from_static("x-ms-date");

impl Sign for AccountKey {
    fn sign(&self, request: &mut reqwest::Request, now: Timestamp) -> Result<Secret, String> {
        let unsent = || "the signature cannot be sent as a header".to_owned();
        let date = HeaderValue::from_str(&http_date(now)).map_err(|_| unsent())?;
        request.headers_mut().insert(DATE, date);
        let signature = self.signature(request.method().as_str(), request.url(), request.headers());
        let proof = Secret::new(&signature);
        let header = Zeroizing::new(format!("SharedKey {}:{signature}", self.account));
        let mut header = HeaderValue::from_str(&header).map_err(|_| unsent())?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(proof)
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(now: Timestamp) -> String {
    let stamp = jiff::Timestamp::from_millisecond(now.ms()).unwrap_or_default();
    let format = jiff::fmt::rfc2822::DateTimePrinter::new();
    format.timestamp_to_rfc9110_string(&stamp).unwrap_or_default()
}

/// What is signed of a request without a body.
fn signed(account: &str, method: &str, url: &Url, headers: &HeaderMap) -> String {
    let value = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim().to_owned()
    };
    let mut text = String::from(method);
    // The length of no body is written as nothing; the date is in a header of its own.
    for name in [
        "content-encoding",
        "content-language",
        "",
        "content-md5",
        "content-type",
        "",
        "if-modified-since",
        "if-match",
        "if-none-match",
        "if-unmodified-since",
        "range",
    ] {
        text.push('\n');
        if !name.is_empty() {
            text.push_str(&value(name));
        }
    }
    text.push('\n');
    let own: BTreeMap<&str, String> = (headers.keys())
        .map(HeaderName::as_str)
        .filter(|name| name.starts_with("x-ms-"))
        .map(|name| (name, value(name)))
        .collect();
    for (name, value) in own {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "/{account}{}", url.path());
    let mut query: BTreeMap<String, Vec<Cow<'_, str>>> = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        query.entry(name.to_lowercase()).or_default().push(value);
    }
    for (name, mut values) in query {
        values.sort();
        let _ = write!(text, "\n{name}:{}", values.join(","));
    }
    text
}

/// Why a connection string of the environment is none.
pub fn unread(why: &str) -> String {
    format!(
        "AZURE_STORAGE_CONNECTION_STRING cannot be read: {}; copy it from the storage account's access \
         keys",
        clean(why)
    )
}

#[cfg(test)]
mod tests;
