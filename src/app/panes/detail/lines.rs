//! What is known of a record or a catalogue entry, as readable lines.
//! Never wraps and never paints; all text in a line is already clean.

use std::borrow::Cow;

use crate::app::panes::detail::kinds::summary_lines;
use crate::app::panes::detail::line::{Line, RAW_KEY, Tone, heading};
use crate::app::panes::detail::risk::{in_words, risk_glance, risk_lines};
use crate::app::panes::list::{SignInRows, result_words};
use crate::catalogue::{Entry, catalogue};
use crate::query::answer::Sum;
use crate::record::change::{Difference, differences, kept, one_line};
use crate::record::field::Field;
use crate::record::field::NOT_RATED;
use crate::record::kind::property::Property;
use crate::record::sentence::{actor_name, sentence, target_name};
use crate::record::tenant_names;
use crate::record::value_kind::ValueKind;
use crate::record::{ActorKind, Kind, NamedBy, Outcome, Record, Target};
use crate::store::marks;
use crate::text::{clean, fold};
use crate::time::{Timestamp, Zone};

/// Values longer than this many characters are cut; the raw view has them whole.
pub const LONGEST_VALUE: usize = 2_000;
/// Characters of a reason that are shown above the changes.
const LONGEST_REASON: usize = 160;
/// More differences of one value than this are only counted.
const MOST_DIFFERENCES: usize = 100;

fn plain(text: impl Into<String>) -> Vec<(Tone, String)> {
    vec![(Tone::Plain, text.into())]
}

fn shortened(text: &str) -> String {
    let cleaned = clean(text);
    match cleaned.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) => format!("{}… ({RAW_KEY} shows the whole)", &cleaned[..at]),
        None => cleaned.into_owned(),
    }
}

/// The readable view of a record: the sentence, what changed, what the rules say of it, then all else.
pub fn record_lines(record: &Record<'_>, zone: &Zone) -> Vec<Line> {
    let said = sentence(record);
    let actor = actor_name(&record.actor);
    let by = (record.actor.kind != ActorKind::Unknown).then(|| (Field::ACTOR, actor.to_owned()));
    let mut lines = vec![Line { value: by, ..heading(&said) }];
    let reason = record.result_reason.trim();
    if !reason.is_empty() {
        // Often it is all that tells what was done, or why it failed.
        let mut line = value_line("Reason", Field::REASON, reason);
        line.text = plain(clean(&first_of(reason)).into_owned());
        lines.push(line);
    }
    lines.extend(summary_lines(record));
    for target in &record.targets {
        target_lines(target, &mut lines);
    }
    property_lines(record, &mut lines);
    lines.push(Line { begins_record: true, ..heading("Risk") });
    lines.extend(risk_lines(record));
    lines.push(heading("Record"));
    field_lines(record, zone, &mut lines);
    if !record.details.is_empty() {
        lines.push(heading("Additional details"));
    }
    for detail in &record.details {
        lines.push(Line {
            indent: 2,
            label: clean(&detail.key).into_owned(),
            text: plain(shortened(&detail.value)),
            value: Some((Field::DETAIL, detail.value.to_string())),
            copy: detail.value.to_string(),
            ..Line::default()
        });
    }
    lines
}

/// What only records of its kind have, a line for each value; what says that there is nothing is left
/// out, but for Microsoft's own levels of risk.
fn property_lines(record: &Record<'_>, lines: &mut Vec<Line>) {
    let says = |own: &&Property<'_>| {
        let row = own.key.row();
        row.kind == ValueKind::Level || !matches!(&*own.value, "none" | "unknownFutureValue")
    };
    let mut own = record.properties.iter().filter(says).peekable();
    if own.peek().is_none() {
        return;
    }
    lines.push(heading(record.kind.heading()));
    let lines_of = own.map(|own| {
        let row = own.key.row();
        Line { indent: 2, ..value_line(row.title, Field::of_property(own.key), &own.value) }
    });
    lines.extend(lines_of);
}

/// As much of a reason as is told above the changes: all of most.
fn first_of(reason: &str) -> Cow<'_, str> {
    match reason.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => Cow::Owned(format!("{}…", &reason[..end])),
        None => Cow::Borrowed(reason),
    }
}

/// What was noted about a record; empty for a mark without a note.
pub fn note_line(note: &str) -> Line {
    let text = if note.is_empty() {
        (Tone::Label, "without a note".to_owned())
    } else {
        (Tone::Strong, shortened(note))
    };
    Line {
        label: "Marked".to_owned(),
        text: vec![text],
        value: Some(if note.is_empty() {
            (Field::MARK, marks::YES.to_owned())
        } else {
            (Field::NOTE, note.to_owned())
        }),
        copy: note.to_owned(),
        ..Line::default()
    }
}

/// What the records of an operation come to, as far as the list has them.
pub fn operation_line(sum: Sum) -> Line {
    let Sum { count, failed, .. } = sum;
    let ended = match (failed, sum.worst) {
        (0, Outcome::Success) => (Tone::Good, "none failed".to_owned()),
        (0, Outcome::Timeout) => (Tone::Plain, "not all ended in time".to_owned()),
        (0, Outcome::Interrupted) => (Tone::Plain, "none failed, some were interrupted".to_owned()),
        (0, _) => (Tone::Plain, "not all say how they ended".to_owned()),
        _ => (Tone::Bad, format!("{failed} of {count} failed")),
    };
    let comma = || (Tone::Label, ", ".to_owned());
    let mut text = vec![(Tone::Plain, format!("{count} records listed")), comma(), ended, comma()];
    match sum.highest {
        Some(level) => {
            text.push((Tone::Label, "highest risk ".to_owned()));
            text.push((Tone::Risk(level), in_words(level)));
        }
        None => text.push((Tone::Label, NOT_RATED.to_owned())),
    }
    let copy = text.iter().map(|(_, text)| text.as_str()).collect();
    Line { label: "Operation".to_owned(), text, copy, ..Line::default() }
}

/// Says which row of its sign-in a record is, and how the sign-in ended.
pub fn sign_in_line(rows: SignInRows) -> Line {
    let SignInRows { place, count, ended } = rows;
    let tone = match ended {
        Outcome::Success => Tone::Good,
        Outcome::Failure => Tone::Bad,
        _ => Tone::Plain,
    };
    let text = vec![
        (Tone::Plain, format!("row {place} of {count} of one sign-in")),
        (Tone::Label, ", which ended: ".to_owned()),
        (tone, result_words(ended).to_owned()),
    ];
    let copy = text.iter().map(|(_, text)| text.as_str()).collect();
    Line { label: "Sign-in".to_owned(), text, copy, ..Line::default() }
}

/// When, how it ended, from where, and how it is rated: what is always to be seen of a record.
pub fn glance(record: &Record<'_>, zone: &Zone) -> Vec<(Tone, String)> {
    let time = record.time.map_or_else(
        || "no time in the record".to_owned(),
        |time| format!("{} {}", zone.format_exactly(time, "%Y-%m-%d %H:%M:%S"), zone.name()),
    );
    let mut pieces = vec![(Tone::Plain, format!("{time} ")), result_piece(record)];
    if !record.actor.ip.is_empty() {
        pieces.push((Tone::Plain, format!(" {}", clean(&record.actor.ip))));
    }
    pieces.extend(risk_glance(record));
    pieces
}

fn result_piece(record: &Record<'_>) -> (Tone, String) {
    let tone = match record.outcome {
        Outcome::Success => Tone::Good,
        Outcome::Failure | Outcome::Timeout => Tone::Bad,
        Outcome::Interrupted | Outcome::Unknown => Tone::Plain,
    };
    let words = result_words(record.outcome);
    let glyph = words.split(' ').next().unwrap_or_default();
    (tone, format!("{glyph} {}", record.outcome.word()))
}

/// The log's own word for the result, where it is another.
fn result_logged(record: &Record<'_>) -> Option<(Tone, String)> {
    let logged = record.result.trim();
    let is_other = !logged.is_empty() && fold(logged) != record.outcome.word();
    is_other.then(|| (Tone::Label, format!(" (logged as {})", clean(logged))))
}

/// Properties Entra adds to tell about the change itself; they come after what was changed.
const ABOUT_THE_CHANGE: &[&str] =
    &["Included Updated Properties", "TargetId.", "ActorId.", "Action Client Name"];

/// A target by name and id, with what changed on it.
fn target_lines(target: &Target<'_>, lines: &mut Vec<Line>) {
    let kind = if target.kind.is_empty() { "Target" } else { &*target.kind };
    let name = target_name(target);
    let field = if name.is_empty() || name == target.id { Field::TARGET_ID } else { Field::TARGET };
    let mut text =
        vec![(Tone::Strong, shortened(if name.is_empty() { "(no name)" } else { name }))];
    let upn = target.original_upn();
    if !upn.0.is_empty() && upn.0 != name {
        text.push((Tone::Label, format!(" · {}", shortened(upn.0))));
    }
    if upn.1 {
        text.push((Tone::Label, " (deleted)".to_owned()));
    }
    if target.named_by != NamedBy::Itself {
        text.push((Tone::Label, format!(" ({})", target.named_by.words())));
    }
    lines.push(Line {
        label: clean(kind).into_owned(),
        text,
        value: (!name.is_empty()).then(|| (field, name.to_owned())),
        copy: name.to_owned(),
        ..Line::default()
    });
    let about = |name: &str| ABOUT_THE_CHANGE.iter().any(|prefix| name.starts_with(prefix));
    let (after, first): (Vec<_>, Vec<_>) =
        target.changes.iter().partition(|change| about(&change.name));
    for change in first.into_iter().chain(after) {
        change_lines(change.name.as_ref(), change.old.as_deref(), change.new.as_deref(), lines);
    }
    if !target.id.is_empty() && *target.id != *name {
        lines.push(Line { indent: 2, ..value_line("id", Field::TARGET_ID, &target.id) });
    }
    if !target.name_id.is_empty() && *target.name_id != *name {
        lines.push(Line { indent: 2, ..value_line("app id", Field::TARGET_ID, &target.name_id) });
    }
}

fn value_line(label: &str, field: &'static Field, value: &str) -> Line {
    Line {
        label: label.to_owned(),
        text: plain(shortened(value)),
        value: Some((field, value.to_owned())),
        copy: value.to_owned(),
        ..Line::default()
    }
}

/// Label, field to filter by.
const SHOWN_FIELDS: &[(&str, &Field)] = &[
    ("Activity", Field::ACTIVITY),
    ("Category", Field::CATEGORY),
    ("Service", Field::SERVICE),
    ("Reason", Field::REASON),
    ("Actor", Field::ACTOR),
    ("Actor id", Field::ACTOR_ID),
    ("IP", Field::ACTOR_IP),
    ("Agent", Field::AGENT),
    ("Operation", Field::OP),
    ("Correlation", Field::CORRELATION),
    ("Record id", Field::ID),
    ("Tenant", Field::TENANT),
    ("Session", Field::SESSION),
    ("Source", Field::SOURCE),
];

fn field_lines(record: &Record<'_>, zone: &Zone, lines: &mut Vec<Line>) {
    let time = record.time.map_or_else(
        || "no time in the record".to_owned(),
        |time| format!("{} {}", zone.format_exactly(time, "%Y-%m-%d %H:%M:%S.%3f"), zone.name()),
    );
    lines.push(Line {
        label: "Time".to_owned(),
        text: plain(time.clone()),
        value: record.time.map(|time| (Field::TIME, time.to_rfc3339())),
        copy: record.time.map_or(time, Timestamp::to_rfc3339),
        ..Line::default()
    });
    lines.push(Line {
        label: "Result".to_owned(),
        text: std::iter::once(result_piece(record)).chain(result_logged(record)).collect(),
        value: Some((Field::RESULT, record.outcome.word().to_owned())),
        copy: record.result.to_string(),
        ..Line::default()
    });
    let told = first_of(record.result_reason.trim()) == record.result_reason.trim();
    for &(label, field) in SHOWN_FIELDS.iter().filter(|(_, field)| field.name != "reason" || !told)
    {
        let mut values: Vec<String> = Vec::new();
        field.values(record, "", &mut |value| {
            if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        });
        let Some(first) = values.first() else { continue };
        let mut line = value_line(label, field, first);
        if values.len() > 1 {
            let others =
                values[1..].iter().map(|value| clean(value)).collect::<Vec<_>>().join(" · ");
            line.text.push((Tone::Label, format!(" · {others}")));
        }
        if let Some(name) = tenant_names::name_of(first).filter(|_| field.name == "tenant") {
            line.text.insert(0, (Tone::Plain, format!("{} · ", clean(name))));
        }
        if field.name == "actor" && record.actor.named_by != NamedBy::Itself {
            line.text.push((Tone::Label, format!(" ({})", record.actor.named_by.words())));
        }
        if field.name == "activity"
            && record.kind == Kind::Audit
            && catalogue().classify(&record.service, &record.category, &record.activity).is_none()
        {
            line.text.push((Tone::Label, " (? not in the catalogue)".to_owned()));
        }
        lines.push(line);
    }
}

/// How many differences there are, and how much of a list stayed as it was.
fn how_many(found: &[Difference], old: Option<&str>, new: Option<&str>) -> String {
    let count = match found.len() {
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    let is_list = found.iter().all(|one| one.place() == ("", true));
    match kept(old, new).filter(|_| is_list) {
        Some(kept) => format!("{count} in the list, {kept} kept"),
        None => count,
    }
}

/// What asks for records in which the same place differs so.
fn differing(name: &str, one: &Difference) -> Option<(&'static Field, String)> {
    let new = one.text(name, true).map(|text| (Field::CHANGE_NEW, text));
    new.or_else(|| one.text(name, false).map(|text| (Field::CHANGE_OLD, text)))
}

/// A change as one line, or where old and new are large, one line for each place they differ.
fn change_lines(name: &str, old: Option<&str>, new: Option<&str>, lines: &mut Vec<Line>) {
    let found = differences(old, new);
    let copy = format!("{name}: {} → {}", old.unwrap_or("null"), new.unwrap_or("null"));
    let label = clean(name).into_owned();
    let change = one_line;
    let pieces = |old: Option<&str>, new: Option<&str>| {
        let shown = |value: Option<&str>| match value {
            None | Some("") => "(none)".to_owned(),
            Some(text) => shortened(text),
        };
        vec![(Tone::Old, shown(old)), (Tone::New, format!(" → {}", shown(new)))]
    };
    let value = |new: Option<&str>, old: Option<&str>| match (new, old) {
        (Some(new), _) if !new.is_empty() => Some((Field::NEW, new.to_owned())),
        (_, Some(old)) if !old.is_empty() => Some((Field::OLD, old.to_owned())),
        _ => Some((Field::CHANGE, name.to_owned())),
    };
    match found.as_slice() {
        [] => {
            let (old, new) = (change(old), change(new));
            let text = if old.is_empty() && new.is_empty() {
                vec![(Tone::Label, "no values logged".to_owned())]
            } else {
                vec![(Tone::Plain, shortened(&new)), (Tone::Label, " (unchanged)".to_owned())]
            };
            let value = value(Some(&new), Some(&old));
            lines.push(Line { label, text, indent: 2, value, copy, ..Line::default() });
        }
        [only] if only.path.is_empty() => {
            let (old, new) = (only.old.as_deref(), only.new.as_deref());
            lines.push(Line {
                label,
                text: pieces(old, new),
                indent: 2,
                value: value(new, old),
                copy,
                ..Line::default()
            });
        }
        many => {
            let note = how_many(many, old, new);
            lines.push(Line {
                label,
                text: vec![(Tone::Label, note)],
                indent: 2,
                value: Some((Field::CHANGE, name.to_owned())),
                copy,
                ..Line::default()
            });
            for one in many.iter().take(MOST_DIFFERENCES) {
                let (old, new) = (one.old.as_deref(), one.new.as_deref());
                let (place, _) = one.place();
                let mut text = match place {
                    "" => Vec::new(),
                    place => vec![(Tone::Label, format!("{} ", clean(place)))],
                };
                text.extend(match (old, new) {
                    (None, Some(new)) => vec![(Tone::New, format!("+ {}", shortened(new)))],
                    (Some(old), None) => vec![(Tone::Old, format!("− {}", shortened(old)))],
                    _ => pieces(old, new),
                });
                let copy = format!("{} → {}", old.unwrap_or("(none)"), new.unwrap_or("(none)"));
                lines.push(Line {
                    label: String::new(),
                    text,
                    indent: 4,
                    value: differing(name, one),
                    copy,
                    ..Line::default()
                });
            }
            if many.len() > MOST_DIFFERENCES {
                let more = many.len() - MOST_DIFFERENCES;
                let text = plain(format!("… and {more} more ({RAW_KEY} shows the whole)"));
                lines.push(Line { text, indent: 4, ..Line::default() });
            }
        }
    }
}

/// What the catalogue knows of an activity.
pub fn entry_lines(entry: &Entry) -> Vec<Line> {
    let service = catalogue().service_of(entry);
    let mut lines = vec![
        heading(entry.activity),
        value_line("Activity", Field::ACTIVITY, entry.activity),
        value_line("Category", Field::CATEGORY, entry.category),
        value_line("Service", Field::SERVICE, service.logged_name()),
    ];
    let mut note = |label: &str, text: &str| {
        lines.push(Line {
            label: label.to_owned(),
            text: plain(clean(text)),
            copy: text.to_owned(),
            ..Line::default()
        });
    };
    if service.name != service.logged_name() {
        note("In the article", service.name);
    }
    note("Purpose", service.purpose);
    if let Some(meaning) = entry.meaning {
        note("Meaning", meaning);
    }
    for alias in &entry.aliases {
        note("Also written", &format!("{:?} — {}", alias.name, alias.source));
    }
    if let Some(source) = entry.source {
        note("From", source);
    }
    let elsewhere: Vec<String> = (catalogue().named(entry.activity))
        .filter(|other| !std::ptr::eq(*other, entry))
        .map(|other| {
            format!("{} › {}", catalogue().service_of(other).logged_name(), other.category)
        })
        .collect();
    if !elsewhere.is_empty() {
        note("Same name in", &elsewhere.join("; "));
    }
    lines
}
