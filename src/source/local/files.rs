//! Files, folders and patterns that were named together.
//! Never opens one of them: that is done when its turn comes.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::growing::Growing;
use super::walk;
use crate::place::{AlreadyRead, Follower, Piece, Place, Trouble, named_below};
use crate::query::Expression;

/// Paths as the user wrote them.
#[derive(Debug)]
pub(super) struct Files {
    paths: Vec<PathBuf>,
}

impl Files {
    /// These.
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths }
    }
}

impl Place for Files {
    fn name(&self) -> Cow<'_, str> {
        match self.paths.as_slice() {
            [path] => Cow::Owned(path.display().to_string()),
            paths => Cow::Owned(format!("{} paths", paths.len())),
        }
    }

    /// Each path where links lead to, so that it is the same from every folder.
    fn key(&self) -> String {
        let whole = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let whole = self.paths.iter().map(|path| whole(path).display().to_string());
        whole.collect::<Vec<_>>().join("\0")
    }

    fn arguments(&self) -> Vec<String> {
        self.paths.iter().map(|path| path.display().to_string()).collect()
    }

    /// Files below a folder, parts of an archive and what a pattern matches go by longer names.
    fn records(&self) -> Expression {
        let of = |path: &PathBuf| {
            let path = path.display().to_string();
            named_below(path.split(['*', '?', '[']).next().unwrap_or_default())
        };
        Expression::or(self.paths.iter().map(of).collect())
    }

    fn pieces(&self, stop: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        walk::each(&self.paths, stop, found);
    }

    fn follow(&self, read: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        Ok(Box::new(Growing::new(self.paths.clone(), read)))
    }
}
