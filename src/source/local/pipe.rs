//! Standard input, named pipes and devices: read once, for as long as they last.
//! Never holds up the end of a load: they are read on a thread of their own.

use std::borrow::Cow;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::pump::Pump;
use crate::place::{
    AlreadyRead, Contents, Follower, Opened, Piece, Place, Position, Stream, Trouble, named_below,
};
use crate::query::Expression;

/// What is read once.
#[derive(Debug)]
pub(super) struct Pipe {
    /// `None`: standard input.
    path: Option<PathBuf>,
}

impl Pipe {
    /// Standard input.
    pub(super) fn standard_input() -> Self {
        Self { path: None }
    }

    /// The pipe or device at this path.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path: Some(path) }
    }
}

/// The contents of a pipe; `None` is standard input.
pub(super) fn contents(path: Option<PathBuf>) -> Contents {
    Contents::Stream(Stream::new(move |stop| {
        let name = name(path.as_ref()).into_owned();
        match Pump::start(path, stop.clone()) {
            Ok(pump) => Ok(Opened { reader: Box::new(pump), status: None, is_lines: false }),
            Err(error) => Err(Trouble::refused(name, Position::Whole, &error)),
        }
    }))
}

fn name(path: Option<&PathBuf>) -> Cow<'static, str> {
    match path {
        Some(path) => Cow::Owned(path.display().to_string()),
        None => Cow::Borrowed("standard input"),
    }
}

impl Place for Pipe {
    fn name(&self) -> Cow<'_, str> {
        name(self.path.as_ref())
    }

    fn key(&self) -> String {
        self.name().into_owned()
    }

    fn arguments(&self) -> Vec<String> {
        let path = self.path.as_ref();
        vec![path.map_or_else(|| "-".to_owned(), |path| path.display().to_string())]
    }

    fn records(&self) -> Expression {
        named_below(&self.name())
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        let name = self.name().into_owned();
        found(Ok(Piece { name, contents: contents(self.path.clone()) }));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        Err("a stream is read as long as it lasts".to_owned())
    }

    fn waits(&self) -> bool {
        true
    }

    fn is_read_once(&self) -> bool {
        true
    }
}
