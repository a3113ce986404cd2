//! The schemas of events in JSON and in columns: a file for each, with what tells its events, how they are read
//! and how records are written back.
//! Never decides which schema an event has; [`super::recognition`] does.
//!
//! A schema is a row of the table below and its file. What is asked of it is asked of the row, or done by
//! the reader that the row names: each of them in place, as if it were written out, for all of this runs
//! for every event of a file.

pub(super) mod directory_audit;
mod graph_call;
mod identity_protection;
mod provisioning;
pub(super) mod sign_in;
mod unified_audit_log;

use std::borrow::Cow;

use super::Event;
use super::evidence::Evidence;
use super::json::{Keys, ObjectWriter, Reader, Step, ValuePath};
use super::kind_properties::{Added, Named};
use crate::record::{Kind, Outcome, Record};

/// What is known of a schema before an event is read.
pub(super) struct SchemaRow {
    /// Keys of which any one decides, whatever else is there: no other log has them.
    pub(super) deciding: &'static [&'static str],
    /// Keys that decide where all of them are there. At most eight.
    pub(super) together: &'static [&'static str],
    /// May an event be of it, by all of its keys, where none decides?
    pub(super) may_be: fn(&Evidence) -> bool,
    /// Has a table of Log Analytics of this name its rows?
    pub(super) has_table: fn(&str) -> bool,
    /// Has a category of diagnostic settings of this name its events?
    pub(super) has_category: fn(&str) -> bool,
    /// Is it taken from an event's own keys where its envelope names no category?
    pub(super) needs_no_category: bool,
    /// Do other logs have keys that decide for it? Columns no log of Entra has count more then.
    pub(super) shares_keys: bool,
    /// How records are written in it; `None` where they are written in another one.
    pub(super) written: Option<Written>,
}

impl SchemaRow {
    /// Of which nothing is known: what a file does not say of its schema.
    const NOTHING: Self = Self {
        deciding: &[],
        together: &[],
        may_be: |_| false,
        has_table: |_| false,
        has_category: |_| false,
        needs_no_category: false,
        shares_keys: false,
        written: None,
    };
}

/// How records of a kind are written.
pub(super) struct Written {
    /// The kind.
    pub(super) kind: Kind,
    /// Writes a record's properties into its object.
    pub(super) properties: fn(&Record<'_>, &mut ObjectWriter<'_>),
    /// Where it cannot say all that a record may hold: what does not come back the same is written under
    /// the names of `directoryAudit` besides, who acted under this one.
    pub(super) actor: Option<&'static str>,
}

/// An event being read: what does not go into the record as it comes.
pub(super) trait EventReader<'a>: Default {
    /// The keys it knows itself.
    type Own: Keys;

    /// The kind whose properties it reads by their table, if it does.
    const ADDS: Option<Kind> = None;

    /// Where those go.
    fn added(&mut self) -> Option<&mut Added<'a>> {
        None
    }

    /// Reads the value of a key of its own.
    fn known(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: Self::Own,
        here: &ValuePath<'_>,
    ) -> Step<()>;

    /// Makes the record whole, and gives the name of what the event is instead, if it is none. `category` is
    /// the one of diagnostic settings where an envelope names it.
    fn finish(
        self,
        record: &mut Record<'a>,
        category: &str,
        notes: &mut Reader<'_>,
    ) -> Option<Cow<'a, str>>;

    /// Puts what an envelope says of the result where the event says nothing of it.
    fn take_result(record: &mut Record<'a>, said: EnvelopeResult<'a>) {
        said.complete(record);
    }

    /// The key of this name, or the property that the kind adds.
    fn find(name: &[u8]) -> Option<Named<Self::Own>> {
        match Self::ADDS {
            Some(kind) => Named::find(name, kind),
            None => Self::Own::find(name).map(Named::Known),
        }
    }

    /// Reads the object that starts here.
    fn object(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        place: &ValuePath<'_>,
    ) -> Step<()> {
        reader.object_of(Self::Own::ALL, place, |reader, key, here| {
            if let Some(known) = key.known {
                return self.known(record, reader, known, here);
            }
            match Self::ADDS.and_then(|kind| Named::find(key.written, kind)) {
                Some(named) => {
                    self.property(record, reader, named, &ValuePath::Property(here, named.name()))
                }
                None => reader.skip(),
            }
        })
    }

    /// Reads the value of one property.
    fn property(
        &mut self,
        record: &mut Record<'a>,
        reader: &mut Reader<'a>,
        key: Named<Self::Own>,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        match (key, self.added()) {
            (Named::Known(key), _) => self.known(record, reader, key, here),
            (Named::Added(slot), Some(added)) => added.read(reader, slot, here),
            (Named::Added(_), None) => reader.skip(),
        }
    }
}

/// What an envelope says of the result.
pub(super) struct EnvelopeResult<'a> {
    /// `result`.
    pub(super) result: Cow<'a, str>,
    /// `resultType`: mostly a code.
    pub(super) code: Cow<'a, str>,
    /// `resultDescription`.
    pub(super) description: Cow<'a, str>,
}

impl<'a> EnvelopeResult<'a> {
    /// Puts the result, and the reason of what was no success, where the record has none.
    fn complete(self, record: &mut Record<'a>) {
        if record.result.is_empty() {
            record.result = self.result;
        }
        if record.result_reason.is_empty() && Outcome::from_word(&record.result) != Outcome::Success
        {
            record.result_reason = self.description;
        }
    }
}

/// Makes the schemas of their rows: a name, and its file with `SCHEMA` and the reader of its events.
macro_rules! schemas {
    ($($(#[$about:meta])* $schema:ident($file:ident::$reader:ident),)*) => {
        /// A schema of events.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Schema {
            $($(#[$about])* $schema,)*
        }

        impl Schema {
            /// All of them, the surest first.
            pub(super) const ALL: &[Self] = &[$(Self::$schema,)*];

            /// What is known of it.
            pub(super) const fn row(self) -> &'static SchemaRow {
                match self {
                    $(Self::$schema => &$file::SCHEMA,)*
                }
            }

            /// Reads the event that starts here into an empty record; the name of what it is instead, if it is
            /// none.
            pub(super) fn read<'a>(
                self,
                reader: &mut Reader<'a>,
                place: &ValuePath<'_>,
                record: &mut Record<'a>,
            ) -> Step<Option<Cow<'a, str>>> {
                match self {
                    $(Self::$schema => read::<$file::$reader<'a>>(reader, place, record),)*
                }
            }

            /// As [`Schema::read`], for the properties in an envelope of this category. Nothing is read where
            /// they are not `there`; where they break off, what came before is kept.
            pub(super) fn read_inside<'a>(
                self,
                reader: &mut Reader<'a>,
                (category, there): (&str, bool),
                place: &ValuePath<'_>,
                record: &mut Record<'a>,
            ) -> Option<Cow<'a, str>> {
                let around = (category, there);
                match self {
                    $(Self::$schema => {
                        read_inside::<$file::$reader<'a>>(reader, around, place, record)
                    })*
                }
            }

            /// Puts what an envelope says of the result where the event says nothing of it.
            pub(super) fn take_result<'a>(
                self,
                record: &mut Record<'a>,
                said: EnvelopeResult<'a>,
            ) {
                match self {
                    $(Self::$schema => $file::$reader::take_result(record, said),)*
                }
            }
        }

        /// What columns mean in events of a schema: a key for each, `None` for those that are not read.
        #[derive(Debug)]
        pub(super) enum ColumnKeys {
            $($(#[$about])* $schema(
                Vec<Option<Named<<$file::$reader<'static> as EventReader<'static>>::Own>>>,
            ),)*
        }

        impl ColumnKeys {
            /// Those of columns of these names.
            pub(super) fn of<'n>(schema: Schema, names: impl Iterator<Item = &'n [u8]>) -> Self {
                match schema {
                    $(Schema::$schema => {
                        Self::$schema(names.map(<$file::$reader<'static>>::find).collect())
                    })*
                }
            }

            /// Reads cells into a record: `walk` calls its function with each cell's reader and column, below
            /// the number of columns it is given.
            pub(super) fn read<'c>(
                &self,
                reader: &mut Reader<'_>,
                walk: impl FnOnce(usize, &mut Reader<'_>, &mut EachCell<'_, 'c>) -> Step<()>,
            ) -> Step<Event<'static>> {
                match self {
                    $(Self::$schema(keys) => read_cells::<$file::$reader<'c>>(keys, reader, walk),)*
                }
            }
        }
    };
}

// Where no key decides, they are asked in this order: what few keys are enough for comes last.
schemas! {
    /// A record of the unified audit log, or what wraps one.
    Unified(unified_audit_log::Unified),
    /// A sign-in: Graph, Log Analytics.
    SignIn(sign_in::SignIn),
    /// A provisioning event: Graph, Log Analytics.
    Provisioning(provisioning::Provisioning),
    /// What Identity Protection says: Graph, Log Analytics.
    Risk(identity_protection::Protection),
    /// A call of Microsoft Graph.
    GraphCall(graph_call::GraphCall),
    /// A directory audit: Graph, portal JSON, Log Analytics.
    Audit(directory_audit::Audit),
}

/// Called with the reader of a cell and the number of its column.
pub(super) type EachCell<'f, 'c> = dyn FnMut(&mut Reader<'c>, usize) -> Step<()> + 'f;

/// Endings of the names of tables that hold rows of others: search jobs and restored logs.
/// Source: Azure Monitor documentation, "Run search jobs" and "Restore logs".
const COPIES: &[&str] = &["_SRCH", "_RST"];

impl Schema {
    /// That of the rows of a table of Log Analytics, by the table's name.
    pub(super) fn of_table(table: &str) -> Option<Self> {
        let table = COPIES.iter().find_map(|end| table.strip_suffix(end)).unwrap_or(table);
        if table.is_empty() {
            return None;
        }
        Self::ALL.iter().copied().find(|schema| (schema.row().has_table)(table))
    }

    /// That of the events of a category of diagnostic settings.
    pub(super) fn of_category(category: &str) -> Option<Self> {
        if category.is_empty() {
            return None;
        }
        Self::ALL.iter().copied().find(|schema| (schema.row().has_category)(category))
    }
}

fn read<'a, R: EventReader<'a>>(
    reader: &mut Reader<'a>,
    place: &ValuePath<'_>,
    record: &mut Record<'a>,
) -> Step<Option<Cow<'a, str>>> {
    let mut event = R::default();
    event.object(record, reader, place)?;
    Ok(event.finish(record, "", reader))
}

fn read_inside<'a, R: EventReader<'a>>(
    reader: &mut Reader<'a>,
    (category, there): (&str, bool),
    place: &ValuePath<'_>,
    record: &mut Record<'a>,
) -> Option<Cow<'a, str>> {
    let mut event = R::default();
    if there && let Err(error) = event.object(record, reader, place) {
        reader.note_broken(place, &error);
    }
    event.finish(record, category, reader)
}

fn read_cells<'c, R: EventReader<'c>>(
    keys: &[Option<Named<R::Own>>],
    reader: &mut Reader<'_>,
    walk: impl FnOnce(usize, &mut Reader<'_>, &mut EachCell<'_, 'c>) -> Step<()>,
) -> Step<Event<'static>> {
    let (mut record, mut event) = (Record::default(), R::default());
    walk(keys.len(), reader, &mut |cell, column| match keys[column] {
        Some(key) => {
            let here = ValuePath::Property(&ValuePath::Record, key.name());
            event.property(&mut record, cell, key, &here)
        }
        None => cell.skip(),
    })?;
    Ok(match event.finish(&mut record, "", reader) {
        None => Ok(record.into_owned()),
        Some(other) => Err(Cow::Owned(other.into_owned())),
    })
}
