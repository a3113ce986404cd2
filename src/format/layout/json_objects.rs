//! Events that are JSON objects, each of which says by its keys what it is.
//! Never reads properties; the schemas do.

use std::borrow::Cow;

use super::{Events, Kept, Searched};
use crate::format::json::{Reader, Step, ValuePath};
use crate::format::recognition::{self, Recognised};
use crate::format::rows::{Columns, listed};
use crate::format::schema::Schema;
use crate::format::{DecodeError, Draft, envelope, usual_audit};

const OBJECTS: u8 = 0;

/// The key under which Splunk and Cribl keep an event whole, beside what they took out of it.
const WHOLE: &[u8] = b"_raw\"";

/// Objects: nothing has to be known of them before.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonObjects;

impl Events for JsonObjects {
    const KEPT: &'static [(u8, bool)] = &[(OBJECTS, false)];

    fn read<'a>(
        &self,
        event: &'a [u8],
        reader: &mut Reader<'a>,
        draft: &mut Draft<'a>,
    ) -> Step<Option<Cow<'a, str>>> {
        json_event(event, reader, draft)
    }

    fn kept(&self) -> Kept<&Columns> {
        Kept { way: OBJECTS, columns: None }
    }

    fn restored(_kept: Kept<(String, Vec<String>, u8)>) -> Option<Self> {
        Some(Self)
    }

    fn is_self_contained(&self) -> bool {
        true
    }

    fn may_wrap(&self, events: &[u8]) -> bool {
        holds_whole(events)
    }

    fn searched(&self, _event: &[u8]) -> Searched {
        Searched::Value
    }

    fn named_values(&self, _event: &[u8]) -> Option<Vec<(String, String)>> {
        None
    }
}

/// May a record stand whole under a key of an event that looks like one?
pub fn holds_whole(event: &[u8]) -> bool {
    memchr::memmem::find(event, WHOLE).is_some()
}

/// Reads an event into the draft; what it is instead, if it is no record.
fn json_event<'a>(
    event: &'a [u8],
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
) -> Step<Option<Cow<'a, str>>> {
    if reader.peek()? != b'{' {
        return reader.broken("expected a JSON object");
    }
    let start = reader.at();
    let other =
        match draft.was_audit.then(|| usual_audit::audit(reader, &mut draft.record)).flatten() {
            Some(read) => {
                draft.is_sure = true;
                read.map(|()| None)?
            }
            None => {
                reader.restart(start);
                draft.clear();
                recognised_event(event, reader, draft)?
            }
        };
    if !reader.rest_is_empty() {
        reader.note(|| "text after the end of the record was passed over".to_owned());
    }
    Ok(other)
}

/// Recognises an event by its keys before it is read.
fn recognised_event<'a>(
    event: &'a [u8],
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
) -> Step<Option<Cow<'a, str>>> {
    let (found, sure) = recognition::recognise(event, reader.at()).unzip();
    draft.is_sure = sure == Some(true);
    draft.was_audit = draft.is_sure && found == Some(Recognised::Event(Schema::Audit));
    let record = &mut draft.record;
    match found {
        Some(Recognised::Event(schema)) => schema.read(reader, &ValuePath::Record, record),
        Some(Recognised::Envelope) => envelope::envelope(event, reader, record),
        Some(Recognised::Other(name)) => {
            reader.skip()?;
            Ok(Some(Cow::Owned(name)))
        }
        None => {
            reader.members(|reader, _| reader.skip())?;
            Err(DecodeError { at: 0, reason: unknown_object(event) })
        }
    }
}

/// Most keys that a message names.
const KEYS_TOLD: usize = 6;

/// Says of an object that nothing is known about which keys it has.
fn unknown_object(event: &[u8]) -> String {
    let keys = recognition::own_keys(event);
    if keys.is_empty() {
        return "an empty object, not a record".to_owned();
    }
    let told = listed(&keys, KEYS_TOLD);
    match recognition::key_of_json_text(event) {
        Some(key) => format!(
            "not a record of a log entrail knows (its keys: {told}; the JSON text in `{key}` is cut off \
             or of another log)"
        ),
        None => format!("not a record of a log entrail knows (its keys: {told})"),
    }
}
