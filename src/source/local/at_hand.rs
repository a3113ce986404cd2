//! Bytes that are at hand, or are made when they are asked for.
//! Never copies them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::place::{AlreadyRead, Contents, Follower, Piece, Place, Trouble};

/// Bytes under a name.
pub(super) struct AtHand {
    name: String,
    bytes: Box<dyn Fn() -> Arc<[u8]> + Send + Sync>,
    /// Why they are not followed.
    still: &'static str,
    arguments: Vec<String>,
}

impl AtHand {
    /// The bytes that `bytes` gives, always the same.
    pub(super) fn new(
        name: impl Into<String>,
        bytes: impl Fn() -> Arc<[u8]> + Send + Sync + 'static,
        still: &'static str,
    ) -> Self {
        Self { name: name.into(), bytes: Box::new(bytes), still, arguments: Vec::new() }
    }

    /// The same, which these words of a command line name.
    pub(super) fn named_by(self, arguments: Vec<String>) -> Self {
        Self { arguments, ..self }
    }
}

impl fmt::Debug for AtHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AtHand").field(&self.name).finish()
    }
}

impl Place for AtHand {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn key(&self) -> String {
        self.name.clone()
    }

    fn arguments(&self) -> Vec<String> {
        self.arguments.clone()
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(Piece { name: self.name.clone(), contents: Contents::AtHand((self.bytes)()) }));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        Err(self.still.to_owned())
    }
}
