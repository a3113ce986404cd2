//! What a user, group or application gained and lost in the data, and what it holds as far as the log shows.
//! Never more than the log: what was given before its first record is not in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::judge::{self, package, target, value};
use super::table::{Key, texts};
use crate::record::column::{Column, PART};
use crate::record::sentence::{actor_name, target_name};
use crate::record::{Outcome, Record};
use crate::store::{RowId, Store};
use crate::text::{fold, original_upn};
use crate::time::Timestamp;

/// Something that was given or taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// What kind of thing: `role`, `group`, `access package`, …
    pub kind: &'static str,
    /// Its name; not cleaned.
    pub what: String,
    /// Is it held, as far as the log shows?
    pub holds: bool,
    /// Each time it was given or taken, in order.
    pub events: Vec<Given>,
    /// Policy and dates, where a record names them; not cleaned.
    pub more: String,
}

/// One time it was given or taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// The record.
    pub row: RowId,
    /// When (UTC).
    pub time: Timestamp,
    /// Given, or taken?
    pub given: bool,
    /// By whom; not cleaned.
    pub by: String,
}

/// All that was given to somebody or something.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// What is held first, by kind and name.
    pub held: Vec<Held>,
    /// Records that may tell more but could not be read again.
    pub unreadable: u64,
}

/// Who or what a name or id stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its name; not cleaned.
    pub name: String,
    /// The texts records know it by, folded.
    pub keys: Vec<String>,
}

/// How records of an activity tell that something was given or taken.
struct Tells {
    activities: &'static [&'static str],
    kind: &'static str,
    given: bool,
}

const TELLS: &[Tells] = &[
    Tells {
        activities: &[
            "Add member to role",
            "Add member to role in PIM completed (permanent)",
            "Add member to role in PIM completed (timebound)",
            "Add member to role outside of PIM (permanent)",
        ],
        kind: "role",
        given: true,
    },
    Tells {
        activities: &[
            "Remove member from role",
            "Remove member from role in PIM completed (permanent)",
            "Remove member from role in PIM completed (timebound)",
        ],
        kind: "role",
        given: false,
    },
    Tells {
        activities: &[
            "Add eligible member to role",
            "Add eligible member to role in PIM completed (permanent)",
            "Add eligible member to role in PIM completed (timebound)",
        ],
        kind: "role, eligible",
        given: true,
    },
    Tells {
        activities: &[
            "Remove eligible member from role",
            "Remove eligible member from role in PIM completed (permanent)",
            "Remove eligible member from role in PIM completed (timebound)",
        ],
        kind: "role, eligible",
        given: false,
    },
    Tells {
        activities: &["Add member to role completed (PIM activation)"],
        kind: "role, activated",
        given: true,
    },
    Tells {
        activities: &[
            "Remove member from role (PIM activation expired)",
            "Remove member from role completed (PIM deactivate)",
        ],
        kind: "role, activated",
        given: false,
    },
    Tells { activities: &["Add member to group"], kind: "group", given: true },
    Tells { activities: &["Remove member from group"], kind: "group", given: false },
    Tells {
        activities: &[
            "Add app role assignment grant to user",
            "Add app role assignment to user",
            "Add app role assignment to group",
            "Add app role assignment to service principal",
        ],
        kind: "app role",
        given: true,
    },
    Tells {
        activities: &[
            "Remove app role assignment from user",
            "Remove app role assignment from group",
            "Remove app role assignment from service principal",
        ],
        kind: "app role",
        given: false,
    },
    Tells {
        activities: &["Add delegated permission grant", "Add OAuth2PermissionGrant"],
        kind: "delegated permission",
        given: true,
    },
    Tells {
        activities: &["Remove delegated permission grant", "Remove OAuth2PermissionGrant"],
        kind: "delegated permission",
        given: false,
    },
    Tells {
        activities: &[
            "Add owner to application",
            "Add owner to service principal",
            "Add owner to group",
        ],
        kind: "owner",
        given: true,
    },
    Tells {
        activities: &[
            "Remove owner from application",
            "Remove owner from service principal",
            "Remove owner from group",
        ],
        kind: "owner",
        given: false,
    },
    Tells {
        activities: &[
            "Update application - Certificates and secrets management",
            "Add service principal credentials",
            "Remove service principal credentials",
        ],
        kind: "credential",
        given: true,
    },
    Tells {
        activities: &[
            "Fulfill access package assignment",
            "Fulfill access package assignment request",
            "Extend access package assignment",
        ],
        kind: "access package",
        given: true,
    },
    Tells { activities: package::REMOVED, kind: "access package", given: false },
];

/// Who or what is known by this name or id: by the whole of it, else by a part. Several where
/// it is not clear which; at most `most`.
pub fn subjects(store: &Store, name: &str, most: usize) -> Vec<Subject> {
    let wanted = fold(name);
    if wanted.is_empty() {
        return Vec::new();
    }
    for whole in [true, false] {
        let fits = |text: &str| {
            let text = fold(text);
            !text.is_empty() && if whole { text == wanted } else { text.contains(&wanted) }
        };
        let mut found: BTreeMap<String, Subject> = BTreeMap::new();
        for (column, id) in [(Column::Targets, 3), (Column::Actor, 4)] {
            for code in 0..store.entries(column) as u32 {
                let parts: Vec<&str> = store.entry(column, code).split(PART).collect();
                let names = &parts[..id.min(parts.len())];
                let own_id = parts.get(id).copied().unwrap_or_default();
                if !names.iter().any(|name| fits(name)) && !fits(own_id) {
                    continue;
                }
                let shown = names.iter().find(|name| !name.is_empty()).copied().unwrap_or(own_id);
                let key = if own_id.is_empty() { shown } else { own_id };
                let subject = found
                    .entry(fold(key))
                    .or_insert_with(|| Subject { name: shown.to_owned(), keys: Vec::new() });
                if subject.name == own_id {
                    shown.clone_into(&mut subject.name);
                }
                // A name is a key only where there is no id: others may have the same name.
                let key = fold(key);
                if !subject.keys.contains(&key) {
                    subject.keys.push(key);
                }
                if found.len() > most {
                    break;
                }
            }
        }
        if !found.is_empty() {
            return found.into_values().take(most).collect();
        }
    }
    Vec::new()
}

/// What the subject of these keys gained and lost; `None` where `cancelled` said so. Reads original
/// bytes: for a thread.
pub fn access(store: &Store, keys: &[String], cancelled: &dyn Fn() -> bool) -> Option<Access> {
    let own: HashSet<&str> = keys.iter().map(String::as_str).collect();
    let known: HashMap<String, &Tells> = (TELLS.iter())
        .flat_map(|tells| tells.activities.iter().map(move |name| (fold(name), tells)))
        .collect();
    let mut paths: Vec<Option<Option<&Tells>>> = vec![None; store.entries(Column::Path)];
    let mut lines: BTreeMap<(&'static str, String), Held> = BTreeMap::new();
    let mut unreadable = 0;
    let mut buffer = Vec::new();
    for segment in store.segments() {
        let mut rows = Vec::new();
        for at in 0..segment.len() {
            let Some(code) = segment.column(Column::Path).first(at) else { continue };
            let tells = paths[code as usize].get_or_insert_with(|| {
                known.get(&fold(store.part(Column::Path, code, 2))).copied()
            });
            if tells.is_some() {
                rows.push(at);
            }
        }
        for rows in rows.chunks(4_096) {
            if cancelled() {
                return None;
            }
            segment.read_each(rows, &mut buffer, &mut |at, original, bytes| {
                let Some(record) = bytes.and_then(|bytes| original.decode(bytes).ok()) else {
                    unreadable += 1;
                    return;
                };
                let code = segment.column(Column::Path).first(at).unwrap_or_default();
                let (Some(Some(tells)), Some(time)) = (paths[code as usize], record.time) else {
                    return;
                };
                if record.outcome == Outcome::Failure || !is_about(&record, &own) {
                    return;
                }
                let row = segment.first() + at as RowId;
                for (what, given) in told(&record, tells, &own) {
                    let line = lines.entry((tells.kind, fold(&what))).or_insert_with(|| Held {
                        kind: tells.kind,
                        what,
                        holds: false,
                        events: Vec::new(),
                        more: String::new(),
                    });
                    let by = actor_name(&record.actor).to_owned();
                    line.events.push(Given { row, time, given, by });
                    let more = dates(&record);
                    if !more.is_empty() {
                        line.more = more;
                    }
                }
            });
        }
    }
    let mut held: Vec<Held> = lines.into_values().collect();
    for line in &mut held {
        line.events.sort_by_key(|event| (event.time, !event.given, event.row));
        line.holds = line.events.last().is_some_and(|last| last.given);
    }
    held.sort_by_key(|line| !line.holds);
    Some(Access { held, unreadable })
}

/// Is the record about one of these: as a target, as the client of a grant, as who asks?
fn is_about(record: &Record<'_>, own: &HashSet<&str>) -> bool {
    let mut found = false;
    for key in
        [Key::Target(""), Key::Change("ServicePrincipal.ObjectID"), Key::Change("User.ObjectID")]
    {
        texts(key, record, &mut |text| found |= own.contains(text));
    }
    found || package::requester(record).is_some_and(|key| own.contains(&*fold(&key)))
}

/// What a record gives or takes, by name.
fn told(record: &Record<'_>, tells: &Tells, own: &HashSet<&str>) -> Vec<(String, bool)> {
    let is_own = |target: &&crate::record::Target<'_>| own.contains(&*fold(judge::key_of(target)));
    let named = |kinds: &[&str]| target(record, kinds).map(|t| target_name(t).to_owned());
    let other = || {
        let other = record.targets.iter().find(|target| !is_own(target));
        other.map(|target| target_name(target).to_owned())
    };
    let what = match tells.kind {
        "credential" => return judge::credential::keys(record),
        "group" => value(record, "Group.DisplayName").or_else(|| named(&["Group"])),
        "app role" => {
            let application = value(record, "ServicePrincipal.DisplayName")
                .filter(|_| target(record, &["ServicePrincipal"]).is_some_and(|t| is_own(&t)))
                .or_else(|| named(&["ServicePrincipal"]));
            let role =
                value(record, "AppRole.Value").or_else(|| value(record, "AppRole.DisplayName"));
            let of = application.or_else(other).unwrap_or_default();
            Some(role.map_or_else(|| of.clone(), |role| format!("{role} of {of}")))
        }
        "delegated permission" => {
            let scope = value(record, "DelegatedPermissionGrant.Scope").unwrap_or_default();
            let of = other().map(|of| format!(" of {of}")).unwrap_or_default();
            Some(format!("{scope}{of}"))
        }
        "owner" => {
            let user = target(record, &["User"]).or_else(|| record.targets.first());
            let is_user = user.is_some_and(|user| is_own(&user));
            let of = value(record, "Application.DisplayName")
                .or_else(|| value(record, "Group.DisplayName"))
                .or_else(|| value(record, "ServicePrincipal.DisplayName"));
            if is_user {
                of.or_else(other).map(|of| format!("of {of}"))
            } else {
                user.map(|user| format!("is {}", original_upn(&user.upn).0))
            }
        }
        "access package" => package::name(record),
        _ => judge::account::role(record).or_else(|| named(&["Role", "Group"])),
    };
    let what = what.filter(|what| !what.trim().is_empty());
    vec![(what.unwrap_or_else(|| "without a name".to_owned()), tells.given)]
}

/// Policy, start and end, where a record names them.
fn dates(record: &Record<'_>) -> String {
    let mut parts = Vec::new();
    for (keys, called) in [
        (["AssignmentPolicyDisplayName", "AccessPackageAssignmentPolicyId"], "policy"),
        (["AssignmentStartDateTime", "StartTime"], "from"),
        (["AssignmentEndDateTime", "ExpirationTime"], "until"),
    ] {
        if let Some(text) = keys.iter().find_map(|key| judge::detail(record, key)) {
            parts.push(format!("{called} {text}"));
        }
    }
    parts.join(", ")
}
