//! Writing JSON: objects as they are filled, members in order.
//! Never knows what is written.

use crate::record::Record;
use crate::time::Timestamp;

/// An object being written.
pub(in crate::format) struct ObjectWriter<'o>(&'o mut Vec<u8>);

impl<'o> ObjectWriter<'o> {
    /// Opens an object.
    pub(in crate::format) fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self(out)
    }

    /// Opens the object that was closed last once more.
    pub(in crate::format) fn reopen(out: &'o mut Vec<u8>) -> Self {
        out.pop();
        Self(out)
    }

    /// Closes it.
    pub(in crate::format) fn close(self) {
        self.0.push(b'}');
    }

    /// Writes a key of this program: nothing in it needs escaping.
    pub(in crate::format) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0
    }

    /// Writes a text; an empty one as null.
    pub(in crate::format) fn text(&mut self, key: &str, text: &str) {
        self.optional(key, Some(text).filter(|text| !text.is_empty()));
    }

    /// Writes a text, or null where there is none.
    pub(in crate::format) fn optional(&mut self, key: &str, text: Option<&str>) {
        let out = self.key(key);
        match text {
            Some(text) => string(text, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Writes a text unless it is empty.
    pub(in crate::format) fn extra(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.optional(key, Some(text));
        }
    }

    /// Writes JSON as it is.
    pub(in crate::format) fn raw(&mut self, key: &str, json: &str) {
        self.key(key).extend_from_slice(json.as_bytes());
    }

    /// Writes true, false and small numbers as such, all else as text.
    pub(in crate::format) fn plain(&mut self, key: &str, value: &str) {
        let is_number = matches!(value.as_bytes(), [b'1'..=b'9', rest @ ..]
            if rest.len() < 9 && rest.iter().all(u8::is_ascii_digit));
        if is_number || matches!(value, "true" | "false") {
            self.raw(key, value);
        } else {
            self.text(key, value);
        }
    }

    /// Writes an array of texts.
    pub(in crate::format) fn texts(&mut self, key: &str, texts: &[&str]) {
        let out = self.key(key);
        out.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            string(text, out);
        }
        out.push(b']');
    }

    /// Writes an object that `fill` fills.
    pub(in crate::format) fn object(
        &mut self,
        key: &str,
        fill: impl FnOnce(&mut ObjectWriter<'_>),
    ) {
        let mut object = ObjectWriter::open(self.key(key));
        fill(&mut object);
        object.close();
    }

    /// Writes an array of objects, one for each item.
    pub(in crate::format) fn array<T>(
        &mut self,
        key: &str,
        items: &[T],
        each: impl Fn(&T, &mut ObjectWriter<'_>),
    ) {
        let out = self.key(key);
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            let mut object = ObjectWriter::open(out);
            each(item, &mut object);
            object.close();
        }
        out.push(b']');
    }

    /// Writes the record's time; null where it has none.
    pub(in crate::format) fn time(&mut self, key: &str, record: &Record<'_>) {
        self.text(key, &record.time.map(Timestamp::to_rfc3339).unwrap_or_default());
    }
}

/// Writes a text as JSON.
pub(in crate::format) fn string(text: &str, out: &mut Vec<u8>) {
    // Writing to memory cannot fail, and every text can be written.
    let _ = serde_json::to_writer(out, text);
}
