//! The log of what the program does, where somebody asked for one: a file with one event a line.
//! Never holds a secret or a character that acts on a terminal, and never stops the work: what cannot be
//! written is left out.
//!
//! Any room tells what happens with the macros of `tracing`, with its own name as the target. A line is
//! `time level room message key=value …` and the spans it is in, innermost first, each behind `<`. Values
//! with anything but plain characters are JSON strings. A stage of the work is a span; when it is over, a line
//! says how long it took: `time level room took span key=value … ms=…`. Where nobody asked for a log, an event
//! or a span costs a look at one number; there is none for each record.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry, SpanRef};

use crate::time::Timestamp;
use crate::{disk, secret};

/// How much is told. Each level tells what those before it do, too.
pub const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Begins a log behind what is in the file, which is made for its owner only. Told is what is at least as
/// important as `level`, one of [`LEVELS`]. Fails where the file cannot be opened by the rules of
/// [`crate::disk`], or a log was begun before.
pub fn begin(path: &Path, level: &str) -> io::Result<()> {
    let (folder, name) = disk::place(path)?;
    let mut file = folder.edit(name)?;
    file.seek(SeekFrom::End(0))?;
    let level = level.parse::<LevelFilter>().map_err(io::Error::other)?;
    let subscriber = Registry::default().with(Lines { file: Mutex::new(file), level });
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)
}

/// How long something takes, to be told.
#[derive(Clone, Copy, Debug)]
pub struct Watch(Instant);

impl Watch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "what is measured is only told")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Milliseconds since.
    pub fn ms(self) -> u64 {
        self.0.elapsed().as_millis() as u64
    }
}

/// Writes each event as a line.
struct Lines {
    file: Mutex<File>,
    level: LevelFilter,
}

/// A span: its fields, as they are written, and when it began.
struct Stage {
    written: String,
    began: Watch,
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Libraries tell things of their own, which nobody has looked at for secrets.
        let own = env!("CARGO_CRATE_NAME");
        let room = metadata.target();
        *metadata.level() <= self.level && room.split("::").next() == Some(own)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            let (written, began) = (fields.pairs, Watch::start());
            span.extensions_mut().insert(Stage { written, began });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(stage) = span.extensions_mut().get_mut::<Stage>()
        {
            stage.written.push_str(&fields.pairs);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = begun(event.metadata());
        // Writing to a String cannot fail.
        let _ = write!(line, "{}{}", plain(&fields.message), fields.pairs);
        inside(&mut line, context.event_scope(event).into_iter().flatten());
        self.write(line);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let mut line = begun(span.metadata());
        if let Some(Stage { written, began }) = span.extensions().get::<Stage>() {
            let _ = write!(line, "took {}{written} ms={}", span.name(), began.ms());
        }
        inside(&mut line, span.scope().skip(1));
        self.write(line);
    }
}

impl Lines {
    fn write(&self, mut line: String) {
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk does not stop the work.
        let _ = file.write_all(line.as_bytes());
    }
}

/// How a line begins: time, level and room.
fn begun(metadata: &Metadata<'_>) -> String {
    let room = metadata.target().split("::").nth(1).unwrap_or("main");
    format!("{} {:<5} {room} ", now(), metadata.level())
}

/// The spans something is in, innermost first.
fn inside<'s, S: Subscriber + for<'r> LookupSpan<'r>>(
    line: &mut String,
    spans: impl Iterator<Item = SpanRef<'s, S>>,
) {
    for span in spans {
        let _ = write!(line, " < {}", span.name());
        if let Some(Stage { written, .. }) = span.extensions().get::<Stage>() {
            line.push_str(written);
        }
    }
}

/// Without secrets and cleaned.
fn plain(text: &str) -> String {
    secret::foreign(text)
}

/// Fields as ` key=value`, and the message.
#[derive(Default)]
struct Fields {
    message: String,
    pairs: String,
}

impl Fields {
    fn put(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
            return;
        }
        let value = plain(value);
        let is_word = |c: char| c.is_alphanumeric() || "-_./:+,%".contains(c);
        let _ = match !value.is_empty() && value.chars().all(is_word) {
            true => write!(self.pairs, " {}={value}", field.name()),
            false => {
                let quoted = serde_json::to_string(&value).unwrap_or_default();
                write!(self.pairs, " {}={quoted}", field.name())
            }
        };
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, &format!("{value:?}"));
    }
}

#[expect(clippy::disallowed_methods, reason = "when something happened is what a log says")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written while `work` runs, at the level of most.
    fn logged(work: impl FnOnce()) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, name) = disk::place(&folder.path().join("log")).expect("a place");
        let file = Mutex::new(place.edit(&name).expect("a file"));
        let subscriber = Registry::default().with(Lines { file, level: LevelFilter::TRACE });
        tracing::subscriber::with_default(subscriber, work);
        io::read_to_string(place.read(&name).expect("it is there")).expect("text")
    }

    #[test]
    fn an_event_is_one_line_with_its_fields_and_the_spans_it_is_in() {
        let text = logged(|| {
            let span = tracing::info_span!("load", places = 2);
            let _inside = span.enter();
            tracing::warn!(file = "a b.json", bytes = 7, "read");
        });
        let (read, took) = text.split_once('\n').expect("two lines");
        let (time, rest) = read.split_once(' ').expect("a time");
        assert!(Timestamp::parse(time).is_some(), "{time}");
        assert_eq!(rest, "WARN  log read file=\"a b.json\" bytes=7 < load places=2");
        let (_, took) = took.split_once(' ').expect("a time");
        assert!(took.starts_with("INFO  log took load places=2 ms="), "{took}");
        assert_eq!(took.lines().count(), 1);
    }

    #[test]
    fn hostile_text_is_one_clean_line_and_secrets_are_left_out() {
        let token = "EwBgA8l6BAAUkj1NuJYtTVha-Mogk_HEiPbQ";
        let _held = crate::secret::Secret::new(token);
        let text = logged(|| {
            let span = tracing::info_span!("ask", url = %format!("https://x/?t={token}"));
            let _inside = span.enter();
            tracing::info!(name = "a\nb\u{1b}[2J\u{202e}c\"d", "it said {token}\r\nand more");
            tracing::trace!(target: "hyper::proto", "not ours {token}");
        });
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(token) && text.contains("[secret]"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}') && text.contains("\\\"d"), "{text}");
    }
}
