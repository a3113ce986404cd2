//! Schemas of events: [`decode`] turns the bytes of one event into a [`Record`], whatever wrote them.
//! Never frames a file, never reads one, and never fails a record for one property in it.
//!
//! | schema | recognised by | becomes |
//! |---|---|---|
//! | Graph `directoryAudit`, portal JSON, custom security attribute audits | `activityDisplayName`, `targetResources`… | audit, property by property |
//! | Graph `signIn` | `appDisplayName`, `signInEventTypes`, `deviceDetail`… | sign-in: service `Sign-ins`, category that of diagnostic settings |
//! | Graph `provisioningObjectSummary` | `provisioningAction`, `cycleId`… | provisioning: service `Provisioning`, category `ProvisioningLogs` |
//! | diagnostic settings (storage, Event Hubs) | `properties` and `category`, `time`… | what its `category` says; the envelope fills what the properties leave empty |
//! | Log Analytics rows, CSV export, API tables | `Type` or another name of the table, `AADOperationType`, columns | the table's kind, also in a `union` of several; nested columns are JSON text |
//! | portal CSV | `Target1…` and `ActorDisplayName`, or `Date (UTC)` and `Activity`; `Request ID` and `Sign-in error code` | audit; sign-in |
//! | Identity Protection: Graph `riskDetection` and `riskyUser`, categories, tables | `riskEventType`, `riskLastUpdatedDateTime` | risk: category that of diagnostic settings |
//! | `MicrosoftGraphActivityLogs`, category and table | `requestUri`, `requestMethod` | graph-call |
//! | unified audit log, `Search-UnifiedAuditLog`, `OfficeActivity` | `CreationTime`, `Workload`, `AuditData`… (`RawEventData` in `CloudAppEvents`) | audit, or sign-in by its record type; service empty, category inferred |
//!
//! Any of them may stand inside what another system put around it, as an object or as JSON text:
//! [`wrapped()`] finds it there. Property names are matched in any case, also with underscores between
//! their words. A wrong type never fails a record: texts keep the JSON
//! text of what stands there, everything else stays empty, and a sentence in `odd` names it.

mod audit_properties;
mod content;
mod dates;
mod envelope;
mod evidence;
mod json;
mod kind_properties;
mod layout;
mod log_analytics;
mod nested;
mod portal_csv;
mod principals;
mod recognition;
mod rows;
mod schema;
mod usual_audit;
pub mod window;
mod wrapped;
mod write;

use std::borrow::Cow;
use std::fmt;

pub use content::content;
pub use dates::{Dates, DatesSeen, Either};
pub use layout::{Kept, Layout, holds_whole};
pub use rows::{Columns, DELIMITERS, listed};
pub use wrapped::{Inside, inside, is_escaped, plain, wrapped};

use crate::record::naming::{drop_placeholders, name_targets};
use crate::record::{Change, Record, outcome, risk};
use dates::Settled;
use json::{Keys as _, Reader};
use recognition::Recognised;
use schema::Schema;

/// How much of a record is decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// All but the old and new values of changes, which stay `None` apart from those that name a
    /// target: what loading needs.
    Columns,
    /// As [`Depth::Columns`], and those old and new values that rules of risk look at.
    Rated,
    /// Everything: what showing, exporting and writing need.
    Full,
}

/// One event, decoded.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every event is a record: no box for each")]
pub enum Decoded<'a> {
    /// A readable record.
    Record {
        /// The record, its `source` empty.
        record: Record<'a>,
        /// What in it had the wrong type or was unreadable, one sentence each, usually empty. The
        /// record is kept as far as possible, and the property as text where that is possible.
        odd: Vec<String>,
        /// May other events stand inside this one, because it lost its end? Cheap to know and
        /// sometimes a false alarm: what frames events finds out.
        crowded: bool,
    },
    /// Well-formed, but not audit activity: the name of what it is, such as
    /// `B2CRequestLogs` or `Exchange`.
    Other(Cow<'a, str>),
}

/// Why the bytes of an event are not an event at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// Where reading stopped: byte in the event, from 0.
    pub at: usize,
    /// What was found there, or what was expected.
    pub reason: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {} of the record)", self.reason, self.at)
    }
}

impl std::error::Error for DecodeError {}

/// Decodes one event written in `layout`.
///
/// The record borrows from `event` where it can. Fails only where the bytes are no event at all:
/// text that is not JSON, a JSON value that is not an object (or, for a table, not an array), an
/// object whose keys name nothing known, an empty row.
pub fn decode<'a>(
    event: &'a [u8],
    layout: &Layout,
    depth: Depth,
) -> Result<Decoded<'a>, DecodeError> {
    decode_dated(event, layout, depth, Dates::Undecided)
}

/// As [`decode`], with dates in numbers read as was decided for their file. While that is
/// [`Dates::Undecided`], a record whose date could be either has no time.
pub fn decode_dated<'a>(
    event: &'a [u8],
    layout: &Layout,
    depth: Depth,
    dates: Dates,
) -> Result<Decoded<'a>, DecodeError> {
    let mut draft = Draft::reading(dates);
    Ok(match decode_into(&mut draft, event, layout, depth)? {
        Drafted::Record { odd, crowded } => Decoded::Record { record: draft.record, odd, crowded },
        Drafted::Other(name) => Decoded::Other(name),
    })
}

/// As [`decode`], into the draft's record, whatever was there before. Where it fails, or finds
/// something else than a record, that record is of no use.
pub fn decode_into<'a>(
    draft: &mut Draft<'a>,
    event: &'a [u8],
    layout: &Layout,
    depth: Depth,
) -> Result<Drafted<'a>, DecodeError> {
    // Files glued together bring their byte order marks along.
    let start = if event.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    draft.clear();
    draft.is_sure = true;
    let layout = layout.of_event(event);
    let mut reader = Reader::of_event(event, start, depth, std::mem::take(&mut draft.spare));
    let decoded = layout.read(event, &mut reader, draft);
    draft.spare = reader.take_spare();
    // Where values stand before what tells whether they are looked at, they are read once more.
    let again = reader.missed;
    let again = reader.unnamed || again && risk::looks_at(&draft.record.activity).is_some();
    if again && decoded.is_ok() && depth != Depth::Full {
        return decode_into(draft, event, layout, Depth::Full);
    }
    if decoded.is_err()
        && layout.is_self_contained()
        && let Some(text) = wrapped::peel(event)
    {
        return in_text(draft, &text, depth);
    }
    if let Some(other) = decoded? {
        return Ok(Drafted::Other(other));
    }
    nested::fill_user_agent(&mut draft.record);
    principals::fill_agents(&mut draft.record);
    principals::fill_origin(&mut draft.record);
    drop_placeholders(&mut draft.record);
    name_targets(&mut draft.record);
    draft.record.outcome = outcome::decide(&draft.record);
    draft.settle_time(&mut reader);
    let crowded = reader.is_crowded();
    Ok(Drafted::Record { odd: reader.into_notes(), crowded })
}

/// Decodes an event that stood escaped in other text. Its dates count like any others of the file.
fn in_text<'a>(
    draft: &mut Draft<'a>,
    text: &str,
    depth: Depth,
) -> Result<Drafted<'a>, DecodeError> {
    let seen = std::mem::take(&mut draft.seen);
    let mut inner = Draft { seen, ..Draft::reading(draft.dates) };
    let drafted = decode_into(&mut inner, text.as_bytes(), &Layout::JSON, depth);
    (draft.seen, draft.either) = (inner.seen, inner.either);
    let drafted = match drafted? {
        Drafted::Record { odd, crowded } => Drafted::Record { odd, crowded },
        Drafted::Other(name) => Drafted::Other(Cow::Owned(name.into_owned())),
    };
    draft.record = inner.record.into_owned();
    Ok(drafted)
}

/// A record that events are decoded into one after the other, so that neither it nor its lists are
/// made anew for each of them.
#[derive(Default, Debug)]
pub struct Draft<'a> {
    /// The record of the last event.
    pub record: Record<'a>,
    /// Lists of changes of earlier records, empty.
    spare: Vec<Vec<Change<'a>>>,
    /// Was the last event a directory audit in JSON?
    was_audit: bool,
    /// How dates in numbers are read.
    pub dates: Dates,
    /// What the dates of all events so far show.
    pub seen: DatesSeen,
    /// The two times the last record may have, where that is not decided; it has none then.
    pub either: Option<Either>,
    /// See [`Draft::is_sure`].
    is_sure: bool,
}

/// What was decoded into a [`Draft`].
#[derive(PartialEq, Debug)]
pub enum Drafted<'a> {
    /// A record; `odd` and `crowded` as in [`Decoded::Record`].
    Record {
        /// What in it had the wrong type or was unreadable.
        odd: Vec<String>,
        /// May other events stand inside this one?
        crowded: bool,
    },
    /// As [`Decoded::Other`].
    Other(Cow<'a, str>),
}

impl<'a> Draft<'a> {
    /// For events whose dates in numbers are read so.
    pub fn reading(dates: Dates) -> Self {
        Self { dates, ..Self::default() }
    }

    /// Empties the record, keeping what its lists had room for.
    fn clear(&mut self) {
        let spare = &mut self.spare;
        self.either = None;
        self.record.clear(|mut changes| {
            changes.clear();
            spare.push(changes);
        });
    }

    /// Puts the time in place of what stands for a date in numbers, and notes where there is none.
    fn settle_time(&mut self, reader: &mut Reader<'_>) {
        let record = &mut self.record;
        let settled = reader.numbered.settle(record.time, self.dates, &mut self.seen);
        record.time = None;
        match settled {
            Settled::Time(time) => {
                record.time = time;
                if time.is_none() && !reader.numbered.refused {
                    let why = "no time: the property is missing or empty";
                    reader.note(|| why.to_owned());
                }
            }
            Settled::Either(either) => self.either = Some(either),
            Settled::Unclear => {}
            Settled::Wrong(why) => reader.note(|| why),
        }
    }

    /// Was the last event surely what it was read as? Otherwise it may be what another system put
    /// around a record: [`wrapped()`] finds out.
    pub fn is_sure(&self) -> bool {
        self.is_sure
    }

    /// Takes a record that was made elsewhere; what it is instead, if it is none.
    fn take(&mut self, event: Event<'a>) -> Option<Cow<'a, str>> {
        event.map(|record| self.record = record).err()
    }
}

/// A record, or the name of what the event is instead.
type Event<'a> = Result<Record<'a>, Cow<'a, str>>;

/// Does this JSON object look like an event, a [`Record`] or [`Decoded::Other`]? Looks at its own
/// keys only, and stops at the first broken byte: what was seen up to there decides. For finding
/// where records go on after broken bytes.
pub fn is_event(object: &[u8]) -> bool {
    recognition::recognise(object, 0).is_some()
}

/// Is this one JSON value, whole and with nothing behind it?
pub fn is_sound(value: &[u8]) -> bool {
    let mut reader = Reader::new(value, 0, Depth::Columns);
    reader.skip().is_ok() && reader.rest_is_empty()
}

/// Is this JSON object a directory audit, its properties not in an envelope? Stops at the
/// first key that decides.
pub fn is_audit(object: &[u8]) -> bool {
    recognition::recognise(object, 0) == Some((Recognised::Event(Schema::Audit), true))
}

/// May a column or property of this name change how an audit or a sign-in is read?
pub fn is_read(name: &str) -> bool {
    use crate::record::Kind;
    let name = name.as_bytes();
    recognition::tells(name).is_some()
        || schema::directory_audit::AuditKey::find(name).is_some()
        || schema::sign_in::SignInKey::find(name).is_some()
        || [Kind::Audit, Kind::SignIn]
            .iter()
            .any(|kind| kind_properties::slot(name, *kind).is_some())
}

/// The cells of a header row.
pub fn column_names(header_row: &[u8], delimiter: u8) -> Vec<String> {
    rows::names(&String::from_utf8_lossy(header_row), delimiter)
}

/// Appends the record to `out` as one line of JSON without line break, in Graph's property names
/// and nesting: `directoryAudit`, `signIn` or `provisioningObjectSummary` by its kind. What Graph
/// has no property for is written under a name of its own. Reading it back gives an equal record,
/// apart from `source`, which is not written.
pub fn write_graph(record: &Record<'_>, out: &mut Vec<u8>) {
    write::write(record, out);
}
