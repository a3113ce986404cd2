//! THE field table: every property that can be filtered, shown or counted is one row of [`FIELDS`].
//! Never evaluates a query; the matcher, the list, exports, completion, help and README read this table.

use super::change::differences_of;
use super::column::{COLUMNS, Column, Entries, Kept, Part, VALUES, part, separable};
use super::kind::property::{PropertyKey, ROWS};
use super::licence::{self, Fate};
use super::value_kind::ValueKind;
use super::{NamedBy, Record, Target, value_text};

/// What is said of records that no rule of risk speaks of: never that they are safe.
pub const NOT_RATED: &str = "not rated";

/// Calls back with each value of a record that is asked for.
pub type Getter = fn(&Record<'_>, &mut dyn FnMut(&str));

/// Where a field's values are kept.
#[derive(Clone, Copy)]
pub enum Stored {
    /// The record's time.
    Time,
    /// Parts of the entries of a dictionary column.
    Column(Column, &'static [Part]),
    /// A property that only some kinds of record have, in the column of these.
    Property(PropertyKey),
    /// The correlation id column.
    Correlation,
    /// Whether whoever looks at the records marked it: kept beside the segments.
    Mark,
    /// The note on a mark.
    Note,
    /// Not kept: read from the original bytes when asked for.
    Original(Getter),
    /// The original bytes themselves, as text.
    Raw,
}

/// One named property of a record.
#[derive(Clone, Copy)]
pub struct Field {
    /// Name in queries, columns and exports.
    pub name: &'static str,
    /// Other names people type: Graph's property names and common short forms.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub kind: ValueKind,
    /// Where they are kept.
    pub stored: Stored,
    /// Title of the list column, at most a few cells wide.
    pub title: &'static str,
    /// One line for help, completion and README.
    pub help: &'static str,
}

/// All fields, in the order help lists them: those of every record, then what kinds add.
pub static FIELDS: &[Field] = &ALL;

const ALL: [Field; OWN.len() + ROWS.len()] = {
    let mut all = [OWN[0]; OWN.len() + ROWS.len()];
    let mut at = 0;
    while at < OWN.len() {
        all[at] = OWN[at];
        at += 1;
    }
    while at < all.len() {
        let row = &ROWS[at - OWN.len()];
        all[at] = Field {
            name: row.field,
            aliases: row.aliases,
            kind: row.kind,
            stored: Stored::Property(row.key),
            title: row.title,
            help: row.help,
        };
        at += 1;
    }
    all
};

/// The fields of every record.
const OWN: &[Field] = &[
    Field {
        name: "time",
        aliases: &["activityDateTime", "date", "when"],
        kind: ValueKind::Time,
        stored: Stored::Time,
        title: "Time",
        help: "when it happened: time>=2026-11-01, time:2026-11-01..2026-11-03T12, time:last-24h",
    },
    Field {
        name: "service",
        aliases: &["loggedByService"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Path, &[Part::SERVICE]),
        title: "Service",
        help: "the Entra service that logged it",
    },
    Field {
        name: "category",
        aliases: &[],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Path, &[Part::CATEGORY]),
        title: "Category",
        help: "the audit category, such as RoleManagement",
    },
    Field {
        name: "activity",
        aliases: &["activityDisplayName", "operationName"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Path, &[Part::ACTIVITY]),
        title: "Activity",
        help: "what happened, by its name in the catalogue or the log",
    },
    Field {
        name: "result",
        aliases: &["outcome", "status"],
        kind: ValueKind::Word,
        stored: Stored::Column(Column::Result, &[Part::OUTCOME, Part::RESULT_AS_LOGGED]),
        title: "Result",
        help: "success, failure, interrupted, timeout or unknown; the log's own word where it fits",
    },
    Field {
        name: "result.logged",
        aliases: &["resultStatus", "ownResult"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Result, &[Part::RESULT_AS_LOGGED, Part::RESULT_OTHERWISE]),
        title: "Logged",
        help: "the result in the log's own word, even where error code and activity say otherwise",
    },
    Field {
        name: "reason",
        aliases: &["resultReason"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Reason, &[Part::REASON]),
        title: "Reason",
        help: "why it failed, or the justification given",
    },
    Field {
        name: "actor",
        aliases: &["initiatedBy", "who", "user"],
        kind: ValueKind::Text,
        stored: Stored::Column(
            Column::Actor,
            &[
                Part::ACTOR_UPN,
                Part::ACTOR_NAME,
                Part::ACTOR_SERVICE_PRINCIPAL,
                Part::ACTOR_UPN_AS_LOGGED,
                Part::ACTOR_STAND_IN,
                Part::THROUGH_NAME,
            ],
        ),
        title: "Actor",
        help: "who did it: user principal name, display name or application name, also of the application a person acted through; an id where there is no name",
    },
    Field {
        name: "actor.id",
        aliases: &["actorId", "appId", "servicePrincipalId"],
        kind: ValueKind::Text,
        stored: Stored::Column(
            Column::Actor,
            &[Part::ACTOR_ID, Part::ACTOR_APP_ID, Part::THROUGH_ID],
        ),
        title: "Actor id",
        help: "the actor's object id, service principal id or application id",
    },
    Field {
        name: "actor.ip",
        aliases: &["ip", "ipAddress"],
        kind: ValueKind::Address,
        // What was logged comes first: it is shown.
        stored: Stored::Column(Column::Ip, part::ADDRESSES),
        title: "IP",
        help: "the IP address the actor came from, in any spelling: actor.ip:203.0.113.0/24",
    },
    Field {
        name: "actor.kind",
        aliases: &["actorType"],
        kind: ValueKind::Word,
        stored: Stored::Column(Column::Actor, &[Part::ACTOR_KIND]),
        title: "By",
        help: "user, app or unknown",
    },
    Field {
        name: "actor.app",
        aliases: &["actorAppId"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Actor, &[Part::ACTOR_APP_ID]),
        title: "App id",
        help: "the application (client) id of an application that acted",
    },
    Field {
        name: "target",
        aliases: &["targetResources"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Targets, part::TARGET_ALL_NAMES),
        title: "Target",
        help: "what it was done to, by name: all targets of a record, also those named only in its changes; a record that renames one is found by its old name too",
    },
    Field {
        name: "target.id",
        aliases: &["targetId"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Targets, &[Part::TARGET_ID, Part::TARGET_NAME_ID]),
        title: "Target id",
        help: "object ids of the targets",
    },
    Field {
        name: "target.type",
        aliases: &["targetType"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Targets, &[Part::TARGET_TYPE]),
        title: "Type",
        help: "User, Group, ServicePrincipal, Application, Policy, Role, …",
    },
    Field {
        name: "target.origin",
        aliases: &["namedBy"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| {
            // A name from other records is none of the record's own.
            let from_changes =
                |target: &&Target<'_>| !matches!(target.named_by, NamedBy::Itself | NamedBy::Data);
            for target in r.targets.iter().filter(from_changes) {
                out(&format!("{}: {}", target.name, target.named_by.words()));
            }
        }),
        title: "Named by",
        help: "targets that only changes of the record name, and how; names from other records are not among them (read from the original records)",
    },
    Field {
        name: "change",
        aliases: &["modifiedProperties", "property"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Changes, &[Part::CHANGE]),
        title: "Changes",
        help: "name of a modified property, such as Role.DisplayName",
    },
    Field {
        name: "old",
        aliases: &["oldValue", "before"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| {
            for change in r.targets.iter().flat_map(|t| &t.changes) {
                if let Some(old) = &change.old {
                    out(&value_text(old));
                }
            }
        }),
        title: "Old",
        help: "a modified property's value before (read from the original records)",
    },
    Field {
        name: "new",
        aliases: &["newValue", "after"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| {
            for change in r.targets.iter().flat_map(|t| &t.changes) {
                if let Some(new) = &change.new {
                    out(&value_text(new));
                }
            }
        }),
        title: "New",
        help: "a modified property's value after (read from the original records)",
    },
    Field {
        name: "change.old",
        aliases: &["changed.from"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| differing(r, false, out)),
        title: "From",
        help: "what differed, as PROPERTY=VALUE before (read from the original records)",
    },
    Field {
        name: "change.new",
        aliases: &["changed.to"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| differing(r, true, out)),
        title: "To",
        help: "what differs, as PROPERTY=VALUE after: change.new:AccountEnabled=false (from the originals)",
    },
    Field {
        name: "licence",
        aliases: &["license", "sku"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| {
            for (licence, fate) in licence::changed(r) {
                if fate != Fate::Kept {
                    out(licence.called());
                }
            }
        }),
        title: "Licence",
        help: "licences that were given or taken, such as SPE_E5 (read from the original records)",
    },
    Field {
        name: "detail",
        aliases: &["additionalDetails"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| {
            for detail in &r.details {
                out(&detail.key);
                out(&detail.value);
            }
            for own in &r.properties {
                let row = own.key.row();
                out(if row.path.is_empty() { row.field } else { row.path });
                out(&own.value);
            }
        }),
        title: "Details",
        help: "keys and values of the additional details (read from the original records)",
    },
    Field {
        name: "correlation",
        aliases: &["correlationId", "correlation.id"],
        kind: ValueKind::Text,
        stored: Stored::Correlation,
        title: "Correlation",
        help: "correlation id: the other records of the same operation",
    },
    Field {
        name: "id",
        aliases: &["recordId"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| out(&r.id)),
        title: "Id",
        help: "the record's own id (read from the original records)",
    },
    Field {
        name: "op",
        aliases: &["operationType", "operation"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Operation, &[Part::OPERATION]),
        title: "Op",
        help: "operation type: Add, Assign, Update, Unassign, Delete, …",
    },
    Field {
        name: "kind",
        aliases: &["log"],
        kind: ValueKind::Word,
        stored: Stored::Column(Column::Kind, &[Part::KIND]),
        title: "Kind",
        help: "audit, sign-in, provisioning, risk or graph-call",
    },
    Field {
        name: "mark",
        aliases: &["marked"],
        kind: ValueKind::Word,
        stored: Stored::Mark,
        title: "Mark",
        help: "yes or no: records marked on the screen, or in the case given with --case",
    },
    Field {
        name: "note",
        aliases: &["notes"],
        kind: ValueKind::Text,
        stored: Stored::Note,
        title: "Note",
        help: "the note on a marked record; note:\"\" finds all that have one",
    },
    Field {
        name: "source",
        aliases: &["file"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Source, &[Part::SOURCE]),
        title: "Source",
        help: "the file, stream or place the record came from; all of them where it is in several",
    },
    Field {
        name: "tenant",
        aliases: &["tenantId"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Tenant, &[Part::TENANT]),
        title: "Tenant",
        help: "tenant id, where the format carries one",
    },
    Field {
        name: "agent",
        aliases: &["userAgent", "user-agent"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Agent, &[Part::AGENT]),
        title: "Agent",
        help: "the actor's user agent",
    },
    Field {
        name: "session",
        aliases: &["sessionId"],
        kind: ValueKind::Text,
        stored: Stored::Original(|r, out| out(&r.session_id)),
        title: "Session",
        help: "session id, where the format carries one (read from the original records)",
    },
    Field {
        name: "risk",
        aliases: &["level", "severity"],
        kind: ValueKind::Level,
        stored: Stored::Column(Column::Risk, &[Part::LEVEL]),
        title: "Risk",
        help: "low, medium, high, critical, by rules: risk>=high; -risk:* is not rated, not safe",
    },
    Field {
        name: "risk.rule",
        aliases: &["rule"],
        kind: ValueKind::Text,
        stored: Stored::Column(Column::Risk, part::RULES),
        title: "Rule",
        help: "name of a rule that rated it: entrail rules lists them",
    },
    Field {
        name: "raw",
        aliases: &["text"],
        kind: ValueKind::Text,
        stored: Stored::Raw,
        title: "Raw",
        help: "the original text of the record, everything in it",
    },
];

/// The fields a bare word looks in.
pub const WORD_FIELDS: &[&Field] = &[
    Field::ACTIVITY,
    Field::SERVICE,
    Field::CATEGORY,
    Field::ACTOR,
    Field::TARGET,
    Field::ACTOR_IP,
    Field::REASON,
    Field::CHANGE,
];

/// Hands on each place where a property differs between old and new, as `PROPERTY.PATH=VALUE`: the
/// value on one side. What is only repeated is not handed on.
fn differing(record: &Record<'_>, new: bool, out: &mut dyn FnMut(&str)) {
    for change in record.targets.iter().flat_map(|t| &t.changes) {
        for difference in differences_of(change) {
            if let Some(text) = difference.text(&change.name, new) {
                out(&text);
            }
        }
    }
}

/// Hands on the chosen parts of each entry.
pub(super) struct Parts<'f>(pub(super) &'f [Part], pub(super) &'f mut dyn FnMut(&str));

impl Entries for Parts<'_> {
    fn entry(&mut self, parts: &[&str]) {
        for &part in self.0 {
            (self.1)(&separable(part.among(parts)));
        }
    }
}

impl Stored {
    /// Where in a dictionary column it is kept; `None` where it is not.
    pub fn kept(&self) -> Option<Kept> {
        match *self {
            Self::Column(column, parts) => Some(Kept { column, parts, key: None }),
            Self::Property(key) => {
                let key = Some(key.row().field);
                Some(Kept { column: Column::Properties, parts: VALUES, key })
            }
            _ => None,
        }
    }
}

/// The row of that exact name. For constants: a name that no row has does not compile.
#[expect(clippy::panic, reason = "runs while compiling: a wrong name is an error there")]
const fn named(name: &str) -> &'static Field {
    let mut at = 0;
    while at < FIELDS.len() {
        if is_same(FIELDS[at].name, name) {
            return &FIELDS[at];
        }
        at += 1;
    }
    panic!("no field has this name")
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// Fields that the program itself asks for, by name.
impl Field {
    /// When it happened.
    pub const TIME: &'static Self = named("time");
    /// The service that logged it.
    pub const SERVICE: &'static Self = named("service");
    /// The category.
    pub const CATEGORY: &'static Self = named("category");
    /// The activity.
    pub const ACTIVITY: &'static Self = named("activity");
    /// How it ended.
    pub const RESULT: &'static Self = named("result");
    /// Why it ended so.
    pub const REASON: &'static Self = named("reason");
    /// Who did it, by name.
    pub const ACTOR: &'static Self = named("actor");
    /// Who did it, by id.
    pub const ACTOR_ID: &'static Self = named("actor.id");
    /// The address the actor came from.
    pub const ACTOR_IP: &'static Self = named("actor.ip");
    /// What kind of actor it was.
    pub const ACTOR_KIND: &'static Self = named("actor.kind");
    /// What it was done to, by name.
    pub const TARGET: &'static Self = named("target");
    /// What it was done to, by id.
    pub const TARGET_ID: &'static Self = named("target.id");
    /// What kind of object it was done to.
    pub const TARGET_TYPE: &'static Self = named("target.type");
    /// Names of modified properties.
    pub const CHANGE: &'static Self = named("change");
    /// Values of modified properties before.
    pub const OLD: &'static Self = named("old");
    /// Values of modified properties after.
    pub const NEW: &'static Self = named("new");
    /// What differed, with its place, before.
    pub const CHANGE_OLD: &'static Self = named("change.old");
    /// What differs, with its place, after.
    pub const CHANGE_NEW: &'static Self = named("change.new");
    /// Additional details.
    pub const DETAIL: &'static Self = named("detail");
    /// The correlation id.
    pub const CORRELATION: &'static Self = named("correlation");
    /// The record's own id.
    pub const ID: &'static Self = named("id");
    /// The operation type.
    pub const OP: &'static Self = named("op");
    /// The kind of record.
    pub const KIND: &'static Self = named("kind");
    /// The file or stream.
    pub const SOURCE: &'static Self = named("source");
    /// The tenant id.
    pub const TENANT: &'static Self = named("tenant");
    /// The user agent.
    pub const AGENT: &'static Self = named("agent");
    /// The session id.
    pub const SESSION: &'static Self = named("session");
    /// The level of risk.
    pub const RISK: &'static Self = named("risk");
    /// The rules that rated it.
    pub const RISK_RULE: &'static Self = named("risk.rule");
    /// The original text.
    pub const RAW: &'static Self = named("raw");
    /// Whether it is marked.
    pub const MARK: &'static Self = named("mark");
    /// The note on a mark.
    pub const NOTE: &'static Self = named("note");
}

/// Fields are told apart and ordered by their names.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

impl PartialOrd for Field {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Field {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(other.name)
    }
}

impl Field {
    /// The field of a property that only some kinds of record have.
    pub fn of_property(key: PropertyKey) -> &'static Self {
        &FIELDS[OWN.len() + key.place()]
    }

    /// The field of that name or alias, or of that property of Graph's, in any case.
    pub fn find(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| {
            field.name.eq_ignore_ascii_case(name)
                || field.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
                || matches!(field.stored, Stored::Property(key)
                    if !name.is_empty() && key.row().path.eq_ignore_ascii_case(name))
        })
    }

    /// Do lists ordered by it begin with the newest or highest?
    pub fn begins_with_last(&self) -> bool {
        matches!(self.kind, ValueKind::Time | ValueKind::Level)
    }

    /// What is written for records without a value, where something has to be.
    pub fn nothing(&self) -> &'static str {
        match self.stored {
            Stored::Column(Column::Risk, _) => NOT_RATED,
            _ => "(none)",
        }
    }

    /// Must the original bytes be read to answer about this field?
    pub fn reads_original(&self) -> bool {
        matches!(self.stored, Stored::Original(_) | Stored::Raw)
    }

    /// Is it about what was marked, which no record knows?
    pub fn is_about_marks(&self) -> bool {
        matches!(self.stored, Stored::Mark | Stored::Note)
    }

    /// As [`Field::values`], but for what the rules of risk say.
    pub(super) fn kept_values(&self, record: &Record<'_>, raw: &str, out: &mut dyn FnMut(&str)) {
        let mut keep = |value: &str| {
            if !value.is_empty() {
                out(value);
            }
        };
        match self.stored {
            Stored::Time | Stored::Mark | Stored::Note => {}
            Stored::Correlation => keep(&record.correlation_id),
            Stored::Original(get) => get(record, &mut keep),
            Stored::Raw => keep(raw),
            Stored::Property(key) => {
                record.properties_of(key).for_each(|value| keep(&separable(value)));
            }
            Stored::Column(column, parts) => {
                (COLUMNS[column.index()].fill)(record, &mut Parts(parts, &mut keep));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_alias_means_one_field() {
        let mut seen = std::collections::HashSet::new();
        for field in FIELDS {
            for name in std::iter::once(&field.name).chain(field.aliases) {
                assert!(seen.insert(name.to_ascii_lowercase()), "{name} twice");
                assert_eq!(Field::find(name).map(|f| f.name), Some(field.name));
            }
            assert!(!field.help.is_empty() && !field.title.is_empty());
            if let Stored::Property(key) = field.stored {
                assert_eq!(Field::of_property(key).name, field.name);
            }
        }
        for field in WORD_FIELDS {
            assert!(!field.reads_original(), "{} is in a column", field.name);
        }
    }
}
