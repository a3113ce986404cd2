//! Records read again, redacted where that is asked for, and counted.
//! Never leaves one out in silence: what cannot be read is handed on as that.

use std::io;

use super::originals::{self, Fetched};
use super::redact::Redactor;
use super::written::{Watched, Written};
use crate::record::Record;
use crate::store::{RowId, Store};

/// A record that was read, with its original bytes, and whether it is redacted; or why it is not.
pub(super) type Read<'r> = Result<(&'r Record<'r>, &'r [u8], bool), &'r str>;

/// Pseudonyms for these records, where they are asked for: all names in them are known.
pub(super) fn redactor(
    store: &Store,
    rows: &[RowId],
    is_wanted: bool,
    watched: &mut Watched,
) -> io::Result<Option<Redactor>> {
    if !is_wanted {
        return Ok(None);
    }
    let mut redactor = Redactor::default();
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        if let Ok((record, _)) = fetched.record() {
            redactor.record(&record);
        }
        Ok(())
    })?;
    watched.again();
    Ok(Some(redactor))
}

/// Reads the records of these rows, redacted where there is something to do it with, and counts them.
pub(super) fn each(
    store: &Store,
    rows: &[RowId],
    mut redactor: Option<&mut Redactor>,
    watched: &mut Watched,
    visit: &mut dyn FnMut(RowId, Read<'_>) -> io::Result<()>,
) -> io::Result<Written> {
    let mut report = Written::default();
    originals::each(store, rows, &mut |fetched: Fetched<'_>| {
        watched.next()?;
        match fetched.record() {
            Ok((record, bytes)) => {
                report.records += 1;
                match &mut redactor {
                    Some(redactor) => {
                        visit(fetched.row, Ok((&redactor.record(&record), bytes, true)))
                    }
                    None => visit(fetched.row, Ok((&record, bytes, false))),
                }
            }
            Err(reason) => {
                report.failed(fetched.original.name(), &reason);
                visit(fetched.row, Err(&reason))
            }
        }
    })?;
    Ok(report)
}
