//! An answer of Graph: its records as they were sent, one per line, and where the next page is.
//! Never gives up a page for a broken record: what is whole is kept, what is lost is counted.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::decoding::accepts;
use super::super::duplicates::Seen;
use super::super::framing::json::Json;
use super::super::framing::{Framing as _, Scanned, Step};
use super::super::lines::{Record, identity};
use crate::format::Layout;
use crate::secret::excerpt;

/// Records of one answer.
#[derive(Default, Debug)]
pub struct Page {
    lines: Vec<u8>,
    records: Vec<Record>,
    next: Option<String>,
    damage: Option<Damage>,
}

/// What could not be read of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// What is wrong, for the user.
    pub reason: String,
    /// Bytes that are no record.
    pub lost_bytes: u64,
    /// Do whole records follow, to the end of the page? Then no others are lost.
    pub is_enclosed: bool,
    /// Is it something else than Graph sends? Then something in between answered.
    pub is_foreign: bool,
}

#[derive(Deserialize)]
struct PageText<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(borrow, rename = "@odata.nextLink")]
    next: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

impl Page {
    /// Reads the body of an answer. `whole`: the connection did not break before its end.
    pub fn read(body: &[u8], whole: bool) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let answer = serde_json::from_slice::<PageText<'_>>(body);
        let Ok(answer) = answer.map_err(|error| error.to_string()).and_then(|answer| {
            let sound = answer.value.iter().all(|value| value.get().starts_with('{'));
            if sound { Ok(answer) } else { Err(String::new()) }
        }) else {
            return Self::salvaged(body, whole);
        };
        let mut page = Self { next: answer.next.map(Cow::into_owned), ..Self::default() };
        page.lines.reserve(body.len());
        for record in answer.value {
            page.push(record);
        }
        page
    }

    /// What is whole in a broken answer.
    fn salvaged(body: &[u8], whole: bool) -> Self {
        let mut found = Scanned::default();
        let mut framing = Json::new(is_record, false);
        scan(&mut framing, body, &mut found);
        let mut page = Self { next: next_link(body), ..Self::default() };
        let is_page = body.trim_ascii_start().starts_with(b"{");
        let noted = found.notes.iter().find(|note| is_page && note.lost);
        let mut reason = noted.map(|note| note.reason.clone());
        let mut lost_bytes: u64 = found.notes.iter().map(|note| note.lost_bytes).sum();
        let mut lost_to =
            found.notes.iter().map(|note| note.at + note.lost_bytes).max().unwrap_or(0);
        let mut kept_to = 0;
        for span in &found.events {
            let start = span.offset as usize;
            let end = start + span.len as usize;
            let event = &body[start..end];
            match object(event) {
                Ok(record) if has_id(event) => {
                    page.push(record);
                    kept_to = end as u64;
                }
                Ok(_) => {
                    lost_bytes += event.len() as u64;
                    lost_to = lost_to.max(end as u64);
                }
                Err(why) => {
                    lost_bytes += page.inside(event);
                    lost_to = lost_to.max(end as u64);
                    reason.get_or_insert_with(|| format!("a record is broken: {why}"));
                }
            }
        }
        let is_enclosed = whole && kept_to > lost_to && body.trim_ascii_end().ends_with(b"}");
        let reason = reason.unwrap_or_else(|| page.what_else(body, whole));
        let visible = body.trim_ascii_start();
        let is_foreign = page.records.is_empty() && !visible.is_empty() && !is_page;
        page.damage = Some(Damage { reason, lost_bytes, is_enclosed, is_foreign });
        page
    }

    /// Records inside of what looked like one; how many bytes are none.
    fn inside(&mut self, event: &[u8]) -> u64 {
        let mut found = Scanned::default();
        scan(&mut Json::inside(is_record, String::new()), event, &mut found);
        let mut lost = event.len() as u64;
        for span in found.events {
            let start = span.offset as usize;
            let inner = &event[start..start + span.len as usize];
            if let Ok(record) = object(inner) {
                lost -= inner.len() as u64;
                self.push(record);
            }
        }
        lost
    }

    /// Why an answer whose records are all whole is broken all the same.
    fn what_else(&self, body: &[u8], whole: bool) -> String {
        let visible = body.trim_ascii();
        if !whole {
            "the connection broke in the middle of the answer".to_owned()
        } else if visible.is_empty() {
            "the answer is empty".to_owned()
        } else if let Some(error) = super::super::framing::page::error_text(visible) {
            format!("the answer is an error: {error}")
        } else if self.records.is_empty() {
            let shown = String::from_utf8_lossy(&visible[..visible.len().min(200)]);
            format!(
                "the answer is no page of records; it starts with “{}”; a proxy or a page to sign \
                 in at may stand in between",
                excerpt(&shown, 40)
            )
        } else {
            "the answer is broken JSON after its last record".to_owned()
        }
    }

    fn push(&mut self, record: &RawValue) {
        let text = record.get().trim_ascii().as_bytes();
        let (key, time) = identity(text);
        let start = self.lines.len();
        self.lines.extend_from_slice(text);
        // Inside of strings JSON has no line breaks.
        for byte in &mut self.lines[start..] {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.lines.push(b'\n');
        self.records.push(Record { len: self.lines.len() - start, key, time });
    }

    /// The records as Graph sent them, each on one line. Line breaks between the parts of a record
    /// became blanks; nothing else was changed.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// The records, in the order of the lines.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The link to the next page; `None`: this is the last one, or it is broken before its end.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// What is wrong with the answer.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The records of these places as a page of its own, which links nowhere.
    #[must_use]
    pub fn part(&self, places: Range<usize>) -> Self {
        let len = |records: &[Record]| records.iter().map(|record| record.len).sum::<usize>();
        let records = self.records.get(places.clone()).unwrap_or_default();
        let start = len(self.records.get(..places.start).unwrap_or_default());
        let lines = self.lines[start..start + len(records)].to_vec();
        Self { lines, records: records.to_vec(), next: None, damage: None }
    }

    /// Adds the records of another page behind its own.
    pub fn append(&mut self, other: &Self) {
        self.lines.extend_from_slice(&other.lines);
        self.records.extend_from_slice(&other.records);
    }

    /// Puts the records in order of time; those without one come first.
    pub fn sort_by_time(&mut self) {
        let mut at = 0;
        let mut placed: Vec<(Record, usize)> = Vec::with_capacity(self.records.len());
        for record in &self.records {
            placed.push((*record, at));
            at += record.len;
        }
        placed.sort_by_key(|(record, _)| record.time);
        let mut lines = Vec::with_capacity(self.lines.len());
        for (record, at) in &placed {
            lines.extend_from_slice(&self.lines[*at..at + record.len]);
        }
        self.records = placed.into_iter().map(|(record, _)| record).collect();
        self.lines = lines;
    }

    /// Leaves out records that were seen before. The others are seen from now on.
    pub fn keep_new(&mut self, seen: &mut Seen) {
        self.keep(|record| seen.is_new(record.key, record.time));
    }

    /// Leaves out records that are not wanted.
    pub fn keep(&mut self, mut is_wanted: impl FnMut(&Record) -> bool) {
        let (mut from, mut to) = (0, 0);
        self.records.retain(|record| {
            let new = is_wanted(record);
            if new {
                self.lines.copy_within(from..from + record.len, to);
                to += record.len;
            }
            from += record.len;
            new
        });
        self.lines.truncate(to);
    }
}

/// The bytes as one JSON object, or why they are none.
fn object(bytes: &[u8]) -> Result<&RawValue, String> {
    let value = serde_json::from_slice::<&RawValue>(bytes).map_err(|error| error.to_string())?;
    let is_object = value.get().starts_with('{');
    if is_object { Ok(value) } else { Err("it is not an object".to_owned()) }
}

/// Is this a record of its own, and not a piece of a broken one? Every record has an id.
fn is_record(bytes: &[u8], layout: &Layout) -> bool {
    has_id(bytes) && accepts(bytes, layout)
}

fn has_id(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Id<'_>>(bytes).is_ok_and(|found| found.id.is_some())
}

fn scan(framing: &mut Json, bytes: &[u8], found: &mut Scanned) {
    while let Step::Layout(_) = framing.scan(bytes, 0, true, found) {}
}

/// The link to the next page in a broken answer. A quote before the key cannot stand in a string.
fn next_link(body: &[u8]) -> Option<String> {
    let key = b"\"@odata.nextLink\"";
    let at = memchr::memmem::rfind(body, key)?;
    let rest = body[at + key.len()..].trim_ascii_start().strip_prefix(b":")?;
    serde_json::Deserializer::from_slice(rest).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::duplicates::RecordKey;
    use super::*;
    use crate::time::Timestamp;

    fn record(number: u32) -> String {
        format!(
            "{{\"id\":\"Directory_{number}\",\"category\":\"UserManagement\",\"activityDisplayName\":\
             \"Add user\",\"activityDateTime\":\"2026-05-01T00:00:{:02}Z\",\"loggedByService\":\
             \"Core Directory\",\"result\":\"success\",\"initiatedBy\":{{\"user\":{{\"displayName\":\
             \"a \\\"@odata.nextLink\\\": }} b\"}}}}}}",
            number % 60
        )
    }

    fn body(numbers: std::ops::Range<u32>, next: Option<&str>) -> String {
        let records: Vec<String> = numbers.map(record).collect();
        let next = next.map(|next| format!("\"@odata.nextLink\":\"{next}\",")).unwrap_or_default();
        format!(
            "{{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata\",{next}\"value\":[{}]}}",
            records.join(",")
        )
    }

    fn lines(page: &Page) -> Vec<&str> {
        std::str::from_utf8(page.lines()).expect("text").lines().collect()
    }

    #[test]
    fn records_are_handed_on_as_they_were_sent() {
        let page = Page::read(body(0..3, Some("https://x/?$skiptoken=a\\u0026b")).as_bytes(), true);
        assert_eq!(lines(&page), [record(0), record(1), record(2)]);
        assert_eq!(page.next(), Some("https://x/?$skiptoken=a&b"));
        assert_eq!(page.damage(), None);
        assert_eq!(page.records()[2].key, RecordKey::of(record(2).as_bytes()));
        assert_eq!(page.records()[2].time, Timestamp::parse("2026-05-01T00:00:02Z"));
    }

    #[test]
    fn a_record_on_several_lines_becomes_one_line() {
        let page = Page::read(b"{\"value\":[ {\r\n \"id\" : \"a\\nb\" ,\n \"x\":1 } ]}", true);
        assert_eq!(lines(&page), ["{   \"id\" : \"a\\nb\" ,  \"x\":1 }"]);
        assert_eq!(page.records()[0].time, None);
    }

    #[test]
    fn records_without_an_id_are_told_apart_by_their_text() {
        let page = Page::read(br#"{"value":[{"x":1},{"x":2},{"id":3},{"id":""}]}"#, true);
        let keys: std::collections::HashSet<_> = page.records().iter().map(|r| r.key).collect();
        assert_eq!(keys.len(), 4);
    }

    #[test]
    fn a_record_that_breaks_off_into_an_error_leaves_the_others() {
        let broken = body(0..3, None).replace(
            &record(1),
            "{\"id\":\"Sync_1\"{ \"error\": {\"code\":\"\",\"message\":\"x\"}",
        );
        let page = Page::read(broken.as_bytes(), true);
        assert_eq!(lines(&page), [record(0), record(2)]);
        let damage = page.damage().expect("damage");
        assert!(damage.lost_bytes > 10 && damage.is_enclosed, "{damage:?}");
        assert!(!damage.reason.is_empty());
    }

    #[test]
    fn a_page_that_ends_in_an_error_may_lack_more_records() {
        let body = body(0..5, Some("https://x/next"));
        let at = body.find(&record(3)).expect("a record");
        let broken =
            format!("{}{{\"id\":\"Sync_1\"{{ \"error\": {{\"code\":\"\"}}}}}}", &body[..at]);
        let page = Page::read(broken.as_bytes(), true);
        assert_eq!(lines(&page), [record(0), record(1), record(2)]);
        assert!(!page.damage().expect("damage").is_enclosed);
    }

    #[test]
    fn the_next_link_is_found_before_and_behind_broken_records() {
        let before =
            body(0..2, Some("https://x/next")).replacen("\"category\":", "\"category\"", 1);
        let page = Page::read(before.as_bytes(), true);
        assert_eq!((page.next(), lines(&page)), (Some("https://x/next"), vec![&*record(1)]));
        let behind = r#"{"value":[{"id":}],"@odata.nextLink":"https://x/n"}"#;
        assert_eq!(Page::read(behind.as_bytes(), true).next(), Some("https://x/n"));
        assert_eq!(
            Page::read(b"{\"value\":[{\"id\":}],\"@odata.nextLink\":\"htt", true).next(),
            None
        );
    }

    #[test]
    fn what_is_no_page_says_what_it_is() {
        let reason = |body: &str, whole| {
            Page::read(body.as_bytes(), whole).damage().expect("damage").reason.clone()
        };
        assert_eq!(reason("", true), "the answer is empty");
        let error = reason(r#"{"error":{"code":"UnknownError","message":"oops"}}"#, true);
        assert!(error.contains("UnknownError: oops"), "{error}");
        let html = reason("<html><body>Sign in", true);
        assert!(html.contains("starts with “<html>"), "{html}");
        assert!(!reason(r#"{"value":[null,7]}"#, true).is_empty());
    }

    #[test]
    fn only_new_records_are_kept() {
        let mut seen = Seen::default();
        let mut page = Page::read(body(0..4, None).as_bytes(), true);
        page.keep_new(&mut seen);
        assert_eq!(page.records().len(), 4);
        let mut page = Page::read(body(2..6, None).as_bytes(), true);
        page.keep_new(&mut seen);
        assert_eq!(lines(&page), [record(4), record(5)]);
        page.keep_new(&mut seen);
        assert!(page.lines().is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_body_cut_anywhere_keeps_every_record_before_the_cut(cut in 0_usize..2_000) {
            let body = body(0..5, Some("https://x/next"));
            let cut = cut.min(body.len() - 1);
            let page = Page::read(&body.as_bytes()[..cut], false);
            prop_assert!(page.damage().is_some());
            let whole = (0..5)
                .filter(|number| {
                    let record = record(*number);
                    body.find(&record).is_some_and(|at| at + record.len() <= cut)
                })
                .count();
            prop_assert_eq!(page.records().len(), whole);
            for (number, line) in lines(&page).into_iter().enumerate() {
                prop_assert_eq!(line, record(number as u32));
            }
        }

        #[test]
        fn damaged_bytes_never_panic_and_never_invent_a_line_break(
            at in 0_usize..1_400, byte: u8, more in proptest::collection::vec(any::<u8>(), 0..8),
        ) {
            let mut body = body(0..4, None).into_bytes();
            let at = at.min(body.len());
            body.splice(at..at, more);
            if let Some(place) = body.get_mut(at) {
                *place = byte;
            }
            let page = Page::read(&body, true);
            let breaks = memchr::memchr_iter(b'\n', page.lines()).count();
            prop_assert_eq!(breaks, page.records().len());
            prop_assert_eq!(page.records().iter().map(|r| r.len).sum::<usize>(), page.lines().len());
        }
    }
}
