//! An answer that is none of an error: whole, or with its body still to come.
//! Never says what is in it, and never reads more of it than was allowed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use tokio::sync::OwnedSemaphorePermit;

use super::connection;
use super::pace::Pace;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Longest that no byte of an answer comes, once it began.
const SILENCE: Duration = Duration::from_secs(45);
/// Bytes that come each second at least, once an answer takes longer than [`SILENCE`].
const SLOWEST: u64 = 64;

/// An answer as it is handed to whoever asked.
pub trait Received: Sized + Send {
    /// Is all of it there then? Else whoever reads it may take time of its own.
    const IS_WHOLE: bool;

    /// Takes it.
    fn receive(opened: Opened) -> impl Future<Output = Self> + Send;
}

/// An answer whose body was read.
#[derive(Debug)]
pub struct Response {
    /// The status: one of success, or 304 where the request was for news only.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// What time it is there.
    pub date: Option<Timestamp>,
    /// Its bytes, as far as they came; unpacked, unless the client takes them as they are.
    pub body: Vec<u8>,
    /// Why the body is not whole; `None`: it is.
    pub cut: Option<String>,
}

impl Received for Response {
    const IS_WHOLE: bool = true;

    async fn receive(opened: Opened) -> Self {
        let Opened { status, headers, date, body: mut coming } = opened;
        let (mut body, mut cut) = (Vec::new(), None);
        loop {
            match coming.next().await {
                Ok(Some(bytes)) => body.extend_from_slice(&bytes),
                Ok(None) => break,
                Err(why) => {
                    cut = Some(why);
                    break;
                }
            }
        }
        Self { status, headers, date, body, cut }
    }
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub struct Opened {
    /// The status: one of success, or 304 where the request was for news only.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// What time it is there.
    pub date: Option<Timestamp>,
    /// The body.
    pub body: Body,
}

impl Received for Opened {
    const IS_WHOLE: bool = false;

    async fn receive(opened: Opened) -> Self {
        opened
    }
}

/// A body that comes piece by piece. Until it is dropped it counts as one of the requests the service
/// answers at once.
pub struct Body {
    coming: reqwest::Response,
    pace: Arc<dyn Pace>,
    /// Most bytes of it.
    most: u64,
    /// Bytes that came.
    read: u64,
    /// Time that was waited for them.
    waited: Duration,
    /// Did it come to its end?
    is_whole: bool,
    log: Logged,
    /// What nobody may read in it.
    _proof: Option<Secret>,
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

/// What the log says of a request once its answer is over.
#[derive(Debug)]
pub struct Logged {
    /// Its method.
    pub method: reqwest::Method,
    /// Its address as it may be told; empty where nobody logs.
    pub url: String,
    /// When it was sent.
    pub began: Duration,
}

impl Body {
    /// The body of an answer, of which no more than `most` bytes are read.
    pub(super) fn new(
        coming: reqwest::Response,
        pace: Arc<dyn Pace>,
        most: u64,
        log: Logged,
        proof: Option<Secret>,
    ) -> Self {
        let (read, waited, is_whole) = (0, Duration::ZERO, false);
        Self { coming, pace, most, read, waited, is_whole, log, _proof: proof, permit: None }
    }

    /// The next piece; `None`: that was all. Fails where it breaks off or is too long: why. Dropping the
    /// future loses nothing but time.
    pub async fn next(&mut self) -> Result<Option<Bytes>, String> {
        let began = self.pace.elapsed();
        let chunk = tokio::select! {
            biased;
            chunk = self.coming.chunk() => chunk,
            () = self.pace.limit(SILENCE) => return Err("the answer stopped in the middle".to_owned()),
        };
        self.waited += self.pace.elapsed().saturating_sub(began);
        let bytes = match chunk {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                self.is_whole = true;
                return Ok(None);
            }
            Err(error) => {
                let reason = connection::chain(&error);
                return Err(format!("the connection broke in the middle of the answer: {reason}"));
            }
        };
        if self.read + bytes.len() as u64 > self.most {
            return Err(match self.most >> 20 {
                0 => format!("the answer has more than {} bytes", self.most),
                most => format!("the answer has more than {most} MiB"),
            });
        }
        self.read += bytes.len() as u64;
        if self.waited > SILENCE && self.read < self.waited.as_secs() * SLOWEST {
            return Err("the answer comes by single bytes".to_owned());
        }
        Ok(Some(bytes))
    }

    /// Bytes that came so far.
    pub fn read(&self) -> u64 {
        self.read
    }
}

impl fmt::Debug for Body {
    /// Without the address, which may have the proof in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("read", &self.read).finish_non_exhaustive()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let Logged { method, url, began } = &self.log;
        if url.is_empty() {
            return;
        }
        let (status, bytes, whole) = (self.coming.status().as_u16(), self.read, self.is_whole);
        let ms = self.pace.elapsed().saturating_sub(*began).as_millis() as u64;
        tracing::info!(%method, url, status, bytes, whole, ms, "answered");
    }
}
