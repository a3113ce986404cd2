//! What surrounds events in JSON: lists, pages of an API, tables of rows, error answers.
//! Never holds a page: only what stands before its list of records is looked at.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::structure::Form;
use crate::secret::excerpt;

/// A container that is open around the current byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// `[` of a list of events or of pages.
    List,
    /// `[` of a list of row arrays.
    Rows,
    /// `{` of an object that holds such a list.
    Page,
}

/// What an array that is a member of an object is.
pub enum MemberArray {
    /// Part of an event, or nothing yet tells that it is not.
    OfEvent,
    /// Part of an event, and so is every other member of the object.
    OfEventForSure,
    /// The list of records of a page, and the page's error where it came first.
    List(Option<String>),
    /// The rows of a table: its name, and the JSON text of its columns.
    Rows(String, Box<RawValue>),
    /// Not decidable before more bytes are there.
    Unknown,
}

/// Keys of the lists that APIs and collectors wrap records in: Graph `value`, Event Hubs and
/// diagnostic settings `records`, Log Analytics `tables` and `rows`, Splunk `results`.
const LISTS: [&str; 5] = ["value", "records", "tables", "results", "events"];
/// Keys that only an event has on its outermost level, folded to lower case.
const OF_EVENTS: [&str; 10] = [
    "id",
    "time",
    "category",
    "activitydisplayname",
    "activitydatetime",
    "createddatetime",
    "operationname",
    "operation",
    "creationtime",
    "timegenerated",
];

/// Decides about the `[` at `bytes[bracket]`, a member of the object (or page) that starts at
/// `bytes[first]`.
pub fn member_array(
    bytes: &[u8],
    first: usize,
    bracket: usize,
    form: Form,
    end: bool,
) -> MemberArray {
    let Some((key, key_at)) = key_before(bytes, first, bracket) else {
        return MemberArray::OfEvent;
    };
    let rows = key.eq_ignore_ascii_case(b"rows");
    if !rows && !LISTS.iter().any(|list| key.eq_ignore_ascii_case(list.as_bytes())) {
        return MemberArray::OfEvent;
    }
    let inside = &bytes[bracket + 1..];
    match inside.iter().find(|b| !b.is_ascii_whitespace()) {
        None if !end && inside.len() < 1024 => return MemberArray::Unknown,
        Some(b'[') if rows => {}
        Some(b'{') if !rows => {}
        None | Some(b']') => {}
        _ => return MemberArray::OfEvent,
    }
    if form == Form::Member {
        return if rows { MemberArray::OfEvent } else { MemberArray::List(None) };
    }
    let mut head = bytes[first..key_at].trim_ascii_end().to_vec();
    if head.last() == Some(&b',') {
        head.pop();
    }
    head.push(b'}');
    let Ok(members) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&head)
    else {
        return MemberArray::OfEventForSure;
    };
    if members.keys().any(|key| OF_EVENTS.contains(&key.to_ascii_lowercase().as_str())) {
        return MemberArray::OfEventForSure;
    }
    if !rows {
        return MemberArray::List(error_text(&head));
    }
    let name = members.get("name").and_then(|name| name.as_str()).unwrap_or("table");
    let columns = members.get("columns").filter(|columns| columns.is_array());
    match columns.map(serde_json::value::to_raw_value) {
        Some(Ok(columns)) => MemberArray::Rows(name.to_owned(), columns),
        _ => MemberArray::OfEventForSure,
    }
}

/// The key in front of the value at `bytes[at]`, and where its opening quote is.
fn key_before(bytes: &[u8], first: usize, at: usize) -> Option<(&[u8], usize)> {
    let before = bytes[first..at].trim_ascii_end();
    let before = before.strip_suffix(b":")?.trim_ascii_end();
    let before = before.strip_suffix(b"\"")?;
    let open = memchr::memrchr(b'"', before)?;
    Some((&before[open + 1..], first + open))
}

/// The error an API put into an answer, if `object` (JSON text) has one: `code: message`.
///
/// Source: Microsoft Graph "Error responses and resource types" (`error.code`, `error.message`);
/// Azure Monitor "Response format" (a partial result carries `error` with code `PartialError`).
pub fn error_text(object: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody<'a> {
        #[serde(borrow)]
        error: Option<Cow<'a, RawValue>>,
        error_description: Option<String>,
    }
    #[derive(Deserialize)]
    struct Details {
        code: Option<String>,
        message: Option<String>,
    }
    let answer: ErrorBody<'_> = serde_json::from_slice(object).ok()?;
    let error = answer.error?;
    let (code, message) = match serde_json::from_str::<Details>(error.get()) {
        Ok(details) => (details.code, details.message),
        Err(_) => (serde_json::from_str::<String>(error.get()).ok(), answer.error_description),
    };
    let told = match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return None,
    };
    Some(excerpt(&told, 300))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(object: &str) -> &'static str {
        let bracket = object.find(":[").expect("an array") + 1;
        match member_array(object.as_bytes(), 0, bracket, Form::Object, true) {
            MemberArray::OfEvent | MemberArray::OfEventForSure => "event",
            MemberArray::List(None) => "list",
            MemberArray::List(Some(_)) => "list with error",
            MemberArray::Rows(..) => "rows",
            MemberArray::Unknown => "unknown",
        }
    }

    #[test]
    fn a_page_is_told_from_an_event_by_the_key_and_what_stands_before_it() {
        assert_eq!(kind(r#"{"@odata.context":"x","value":[{"#), "list");
        assert_eq!(kind(r#"{"records":[]}"#), "list");
        assert_eq!(kind(r#"{"error":{"code":"a"},"value":[]}"#), "list with error");
        assert_eq!(kind(r#"{"id":"x","value":[{"#), "event");
        assert_eq!(kind(r#"{"value":[1,2]}"#), "event");
        assert_eq!(kind(r#"{"targetResources":[{"#), "event");
        assert_eq!(kind(r#"{"rows":[["a"]]}"#), "event", "rows without columns are no table");
    }

    #[test]
    fn an_error_answer_is_quoted() {
        let graph = br#"{"error":{"code":"TooManyRequests","message":"Slow\u001bdown"}}"#;
        assert_eq!(error_text(graph).as_deref(), Some("TooManyRequests: Slow␛down"));
        let sign_in = br#"{"error":"invalid_grant","error_description":"AADSTS70000"}"#;
        assert_eq!(error_text(sign_in).as_deref(), Some("invalid_grant: AADSTS70000"));
        assert_eq!(error_text(br#"{"id":"x"}"#), None);
    }
}
