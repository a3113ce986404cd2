//! Writes a record as Graph-shaped JSON, one line, such that reading it gives the same record.
//! Never writes what the record does not hold.
//!
//! Sign-ins and provisioning events are written in their own Graph properties first and read back
//! at once. What does not come back the same (a unified audit log sign-in has an activity of its
//! own) is added under the name `directoryAudit` has for it, which their readers give precedence.

use super::json::ObjectWriter;
use super::nested::write::{as_logged, detail, initiated_by, listed, target};
use super::schema::{Schema, Written};
use super::{Decoded, Depth, Layout, decode};
use crate::record::Record;

/// See [`super::write_graph`].
pub(super) fn write(record: &Record<'_>, out: &mut Vec<u8>) {
    let of_kind = |written: &&Written| written.kind == record.kind;
    let mut written = Schema::ALL.iter().filter_map(|schema| schema.row().written.as_ref());
    let Some(written) = written.find(of_kind) else { return };
    let start = out.len();
    let mut object = ObjectWriter::open(out);
    (written.properties)(record, &mut object);
    object.close();
    if let Some(actor) = written.actor {
        complete(record, actor, start, out);
    }
}

/// Reads the event that begins at byte `start` back, and adds those properties of `directoryAudit` that are
/// needed to make it the same record.
fn complete(record: &Record<'_>, actor_key: &str, start: usize, out: &mut Vec<u8>) {
    let read = match decode(&out[start..], &Layout::JSON, Depth::Full) {
        Ok(Decoded::Record { record, .. }) => record.into_owned(),
        Ok(Decoded::Other(_)) | Err(_) => Record::default(),
    };
    let mut object = ObjectWriter::reopen(out);
    for (key, is, reads) in [
        ("loggedByService", &record.service, &read.service),
        ("category", &record.category, &read.category),
        ("activityDisplayName", &record.activity, &read.activity),
        ("result", &record.result, &read.result),
        ("resultReason", &record.result_reason, &read.result_reason),
    ] {
        if is != reads {
            object.optional(key, Some(is));
        }
    }
    let actor = as_logged(&record.actor);
    if *actor != read.actor {
        initiated_by(actor_key, &actor, &mut object);
    }
    if record.targets != read.targets {
        object
            .array("targetResources", &listed(&record.targets), |one, object| target(one, object));
    }
    if record.details != read.details {
        object.array("additionalDetails", &record.details, detail);
    }
    if record.properties != read.properties {
        object.array("recordProperties", &record.properties, |own, object| {
            object.text("key", own.key.row().field);
            object.text("value", &own.value);
        });
    }
    object.close();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Kind;

    #[test]
    fn records_of_each_kind_are_written_in_one_schema() {
        for kind in Kind::ALL {
            let written = Schema::ALL.iter().filter_map(|schema| schema.row().written.as_ref());
            assert_eq!(written.filter(|written| written.kind == *kind).count(), 1, "{kind:?}");
        }
    }
}
