//! A part of a blob, asked for by its bytes: all of it, of one version, however often the answer breaks off.
//! Never puts parts of two versions together, unless the blob only grew.
//!
//! Sources: Azure Storage REST, "Get Blob", "Specifying the range header", "Specifying conditional headers".

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::account::{Account, Waits};
use super::address::Address;
use super::api;
use crate::http::asker::{Asker, Unread, Waiting};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::unanswered::Unanswered;
use crate::time::Timestamp;

/// Answers that break off, each with something, after which a part is given up.
const MOST_CUTS: u32 = 1_000;
/// What is waited longer after each of them.
const PAUSE: Duration = Duration::from_millis(10);

/// Why a blob, or the rest of it, was not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The service did not answer as it should.
    Unanswered(Unanswered),
    /// It is not there any more.
    Gone,
    /// It is another one now.
    Changed,
}

impl From<Unanswered> for Failure {
    fn from(failure: Unanswered) -> Self {
        let code = match &failure {
            Unanswered::Refused(refused) => (refused.status, &*refused.code),
            _ => (0, ""),
        };
        match code {
            (404, "BlobNotFound") => Self::Gone,
            (412, _) => Self::Changed,
            _ => Self::Unanswered(failure),
        }
    }
}

impl Failure {
    /// What is told of it; `None` where somebody asked to stop.
    pub fn words(&self, address: &Address) -> Option<String> {
        match self {
            Self::Unanswered(Unanswered::Cancelled) => None,
            Self::Unanswered(failure) => Some(api::explained(failure, address)),
            Self::Gone => Some("the blob was deleted after it was listed".to_owned()),
            Self::Changed => Some(
                "the blob was replaced by another one while it was read; open it again".to_owned(),
            ),
        }
    }
}

/// One version of a blob.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Another text for everything it ever was; without quotation marks.
    pub etag: String,
    /// When a blob of that name was made, as the service writes it.
    pub created: String,
    /// Is it one that only grows?
    pub is_append: bool,
    /// Its bytes.
    pub len: u64,
}

impl Version {
    /// Is `later` the same blob, which has grown?
    pub fn grew_to(&self, later: &Self) -> bool {
        let is_same = self.created == later.created;
        self.is_append && later.is_append && is_same && later.len >= self.len
    }
}

/// Is a part of another version good enough?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Other {
    /// Where the blob only grew.
    Grown,
    /// Whoever asks knows the bytes.
    Known,
}

impl Account {
    /// The bytes of a part, as far as the blob has them, and the version they are of. `version` is the one
    /// they have to be of; `None`: any.
    pub async fn part(
        self: &Arc<Self>,
        url: &Url,
        part: Range<u64>,
        version: Option<Version>,
        other: Other,
        stop: &CancellationToken,
    ) -> Result<(Version, Vec<u8>), Failure> {
        let (mut version, mut is_matched) = (version, true);
        let mut bytes = Vec::new();
        let mut cuts = 0;
        loop {
            let from = part.start + bytes.len() as u64;
            let mut request = Request::from(url.clone());
            request.headers.push(("range", format!("bytes={from}-{}", part.end - 1)));
            request.most_bytes = Some(part.end - from);
            if let Some(version) = version.as_ref().filter(|_| is_matched) {
                request.headers.push(("if-match", format!("\"{}\"", version.etag)));
            }
            let mut asker = Asking { account: self, stop, from };
            let got = match (self.ask(&request, &mut asker).await.map_err(Failure::from), &version)
            {
                (Ok(got), _) => got,
                (Err(Failure::Changed), Some(known))
                    if is_matched && (known.is_append || other == Other::Known) =>
                {
                    is_matched = false;
                    continue;
                }
                (Err(failure), _) => return Err(failure),
            };
            let fits = |known: &Version| {
                known.etag == got.version.etag
                    || other == Other::Known
                    || known.grew_to(&got.version)
            };
            if !version.as_ref().is_none_or(fits) {
                return Err(Failure::Changed);
            }
            is_matched = true;
            let end = part.end.min(got.version.len);
            version = Some(got.version.clone());
            bytes.extend_from_slice(&got.bytes);
            if part.start + bytes.len() as u64 >= end {
                return Ok((got.version, bytes));
            }
            cuts += 1;
            if cuts > MOST_CUTS || got.bytes.is_empty() {
                let why = "the answer breaks off again and again".to_owned();
                return Err(Failure::Unanswered(Unanswered::Broken(got.cut.unwrap_or(why))));
            }
            self.sleep((PAUSE * cuts).min(Duration::from_secs(2)), stop).await?;
        }
    }

    async fn sleep(&self, pause: Duration, stop: &CancellationToken) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Failure::Unanswered(Unanswered::Cancelled)),
            () = self.pace().sleep(pause) => Ok(()),
        }
    }
}

/// What came of a part.
struct Got {
    version: Version,
    bytes: Vec<u8>,
    cut: Option<String>,
}

/// Asks for a part; what comes of it before the answer breaks off is good.
struct Asking<'a> {
    account: &'a Arc<Account>,
    stop: &'a CancellationToken,
    from: u64,
}

impl Waits for Asking<'_> {
    fn stop(&self) -> &CancellationToken {
        self.stop
    }
}

impl Asker for Asking<'_> {
    type Taken = Response;
    type Got = Box<Got>;
    type Stop = Unanswered;

    fn read(&mut self, taken: Response) -> Result<Box<Got>, Unread<Self>> {
        let broken = |why: &str| Err(Unread::Again(Unanswered::Broken(why.to_owned()), None));
        let Response { status, headers, mut body, cut, .. } = taken;
        if let Some(why) = cut.as_ref().filter(|_| body.is_empty()) {
            return broken(why);
        }
        let text = |name: &str| text(&headers, name);
        let len = match (status, range(&headers)) {
            (206, Some((start, len))) if start == self.from => len,
            // Whoever stands in between may not know of ranges.
            (200, None) if cut.is_none() && self.from <= body.len() as u64 => {
                let len = body.len() as u64;
                body.drain(..self.from as usize);
                len
            }
            _ => return broken("another part of the blob came than was asked for"),
        };
        let version = Version {
            etag: text(ETAG.as_str()).trim_matches('"').to_owned(),
            created: text("x-ms-creation-time").to_owned(),
            is_append: text("x-ms-blob-type").eq_ignore_ascii_case("AppendBlob"),
            len,
        };
        Ok(Box::new(Got { version, bytes: body, cut }))
    }

    fn waits(&mut self, until: Option<(Timestamp, Waiting)>) {
        self.account.waits(until.map(|(until, _)| until));
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Where a part begins, and how long the whole is: `bytes 0-99/1234`.
fn range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let value = text(headers, CONTENT_RANGE.as_str()).trim().strip_prefix("bytes ")?;
    let (span, len) = value.split_once('/')?;
    Some((span.split_once('-')?.0.trim().parse().ok()?, len.trim().parse().ok()?))
}
