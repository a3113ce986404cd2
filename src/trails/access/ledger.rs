//! The ledger: each time something was given, taken, asked for, with who, what and by whom.
//! Never says how things stand.

use std::collections::HashMap;

use super::objects::{NOBODY, Objects};
use crate::meaning::{self, Act, Activity, Does, Thing};
use crate::record::column::{Column, Part};
use crate::record::outcome::is_done;
use crate::record::sentence::actor_name;
use crate::record::{ActorKind, Outcome, Record, Target};
use crate::store::{RowId, Store};
use crate::text::{fold, is_guid};
use crate::time::{DateOrder, Timestamp};
use crate::trails::judge::{detail, package, value};

/// Who gave what entitlement management delivers.
const DELIVERY: &str = "an access package (Azure AD Identity Governance - User Management)";

/// What an entry has to do with PIM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pim {
    /// Nothing.
    None,
    /// The directory wrote it on behalf of PIM, which writes a record of its own.
    Acts,
    /// PIM itself wrote it.
    Writes,
}

/// One time it was given, taken, asked for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) row: RowId,
    pub(super) time: Timestamp,
    pub(super) kind: Thing,
    pub(super) act: Act,
    /// Does the record say that it was done? Else its result is neither success nor failure.
    pub(super) is_done: bool,
    /// Who has it then.
    pub(super) holder: u32,
    /// What it is, or is of.
    pub(super) thing: u32,
    /// Which part of it: an app role, a scope.
    pub(super) part: u32,
    /// What the part is called; not cleaned.
    pub(super) called: String,
    /// By whom, a number of [`Objects`]; 0 where that says nothing.
    pub(super) by: u32,
    /// What it has to do with PIM.
    pub(super) pim: Pim,
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    /// Policy of an access package; of a delegated permission for whom it is (`principal`, …), folded.
    pub(super) policy: String,
    /// Texts that records of one request, or one consent, share, as numbers; 0 for none.
    pub(super) requests: [u32; 2],
    /// Does the record of a consent name permissions?
    pub(super) names_permissions: bool,
}

/// All entries of all records.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) objects: Objects,
    pub(super) entries: Vec<Entry>,
    pub(super) unreadable: u64,
    /// When the last record of all happened.
    pub(super) end: Option<Timestamp>,
}

impl Ledger {
    /// Reads all records that tell of access; `None` where `cancelled` said so.
    pub(super) fn gather(store: &Store, cancelled: &dyn Fn() -> bool) -> Option<Self> {
        let mut paths: Vec<Option<Option<&'static Activity>>> =
            vec![None; store.entries(Column::Path)];
        let mut ledger = Self { end: store.period().map(|(_, last)| last), ..Self::default() };
        let mut buffer = Vec::new();
        let is =
            |code: u32, change: &str| store.part(Part::CHANGE, code).eq_ignore_ascii_case(change);
        for segment in store.segments() {
            let mut rows = Vec::new();
            for at in 0..segment.len() {
                let Some(code) = segment.column(Column::Path).first(at) else { continue };
                let activity = *paths[code as usize]
                    .get_or_insert_with(|| meaning::of(store.part(Part::ACTIVITY, code)));
                let has = |change: &str| {
                    let codes = segment.codes(Column::Changes, at);
                    change.is_empty() || codes.iter().any(|&code| is(code, change))
                };
                let mut told = activity.into_iter().flat_map(told);
                if told.any(|does| has(&does.needs)) {
                    rows.push(at);
                }
            }
            for rows in rows.chunks(4_096) {
                if cancelled() {
                    return None;
                }
                segment.read_each(rows, &mut buffer, &mut |at, original, bytes| {
                    let Some(record) = bytes.and_then(|bytes| original.decode(bytes).ok()) else {
                        ledger.unreadable += 1;
                        return;
                    };
                    let code = segment.column(Column::Path).first(at).unwrap_or_default();
                    let Some(Some(activity)) = paths[code as usize] else { return };
                    for does in told(activity) {
                        let row = segment.first() + at as RowId;
                        ledger.read(&record, activity, does, row);
                    }
                });
            }
        }
        ledger.objects.settle();
        ledger.fill_requests();
        ledger.entries.sort_by_key(|entry| {
            let is_listed = entry.act == Act::Listed;
            (entry.time, is_listed, !entry.act.gives(), entry.row)
        });
        Some(ledger)
    }

    /// Enters what one record tells.
    fn read(&mut self, record: &Record<'_>, activity: &Activity, does: &Does, row: RowId) {
        let Some(time) = record.time else { return };
        let Does { act, thing: kind, .. } = *does;
        // What is deleted for good is as gone as what can be restored.
        let mut act = if act == Act::Erased { Act::Deleted } else { act };
        if record.outcome == Outcome::Failure {
            act = match act {
                Act::Given | Act::Ready | Act::Failed if kind == Thing::Package => Act::Failed,
                // What was not delivered is a failure; the rest was.
                Act::Partly => act,
                _ => return,
            };
        }
        self.identify(record);
        if act == Act::Named {
            return;
        }
        let actor = &record.actor;
        let is_pim = actor.kind == ActorKind::App && fold(&actor.name) == "ms-pim";
        let of_pim = fold(&record.service) == "pim" || activity.is_of_pim;
        let actor_kind = if actor.kind == ActorKind::App { "serviceprincipal" } else { "user" };
        let by = self.objects.object(actor_kind, &actor.id, actor_name(actor));
        let mut entry = Entry {
            row,
            time,
            kind,
            act,
            is_done: is_done(record) || matches!(act, Act::Failed | Act::Partly),
            holder: NOBODY,
            thing: NOBODY,
            part: NOBODY,
            called: String::new(),
            by,
            pim: match (of_pim, is_pim) {
                (true, _) => Pim::Writes,
                (false, true) => Pim::Acts,
                (false, false) => Pim::None,
            },
            from: None,
            until: None,
            policy: String::new(),
            requests: [0; 2],
            names_permissions: false,
        };
        if act.gives() {
            (entry.from, entry.until) = (start(record), end(record));
        }
        match kind {
            Thing::Role | Thing::Eligible | Thing::Scoped => self.role(record, &mut entry),
            Thing::Group => self.group(record, &mut entry),
            Thing::AppRole => self.app_role(record, &mut entry),
            Thing::Grant => self.grant(record, &mut entry),
            Thing::Owner => self.owner(record, &mut entry),
            Thing::Package => self.package(record, activity, &mut entry),
            Thing::Azure => self.azure(record, &mut entry),
            Thing::Licence => return self.licences(record, &entry),
            Thing::Credential => return self.credentials(record, &entry),
            Thing::Consent => self.consent(record, &mut entry),
            Thing::Unit | Thing::Support => return,
            Thing::UserItself
            | Thing::GroupItself
            | Thing::ApplicationItself
            | Thing::PrincipalItself
            | Thing::PackageItself
            | Thing::RoleItself => return self.life(record, entry),
        }
        if entry.kind != Thing::Package && package::delivers(record) {
            entry.by = self.objects.object("", "", DELIVERY);
        }
        // PIM does not say which of the two was extended.
        if entry.kind == Thing::Role && act == Act::Extended {
            self.entries.push(Entry { kind: Thing::Eligible, ..entry.clone() });
        }
        if act.gives() && entry.is_done {
            self.objects.used(entry.holder, time);
            self.objects.used(entry.thing, time);
        }
        self.entries.push(entry);
    }

    /// Something is gone, or there again; of an account also whether it can sign in.
    fn life(&mut self, record: &Record<'_>, entry: Entry) {
        let Some(target) = record.targets.first() else { return };
        let holder = self.objects.target(target);
        if entry.is_done && matches!(entry.act, Act::Deleted | Act::Restored) {
            self.objects.lives(holder, entry.time, entry.act == Act::Deleted);
        }
        if target.kind.eq_ignore_ascii_case("User") {
            self.entries.push(Entry { holder, ..entry });
        }
    }

    /// Which application its objects belong to, where the record tells.
    fn identify(&mut self, record: &Record<'_>) {
        for (id, name, application, kind) in [
            (
                "ServicePrincipal.ObjectID",
                "ServicePrincipal.DisplayName",
                "ServicePrincipal.AppId",
                "ServicePrincipal",
            ),
            ("Application.ObjectID", "Application.DisplayName", "Application.AppId", "Application"),
        ] {
            let Some(id) = value(record, id) else { continue };
            let name = value(record, name).unwrap_or_default();
            // "Add owner to service principal" may call it an application.
            let known = record.targets.iter().find(|target| fold(&target.id) == fold(&id));
            let kind = known.map_or(kind, |target| &*target.kind);
            let object = self.objects.object(kind, &id, &name);
            if let Some(application) = value(record, application) {
                self.objects.of_application(object, &application);
            }
        }
        let mut applications = record.targets.iter().filter(|target| is_application(target));
        let (Some(target), None) = (applications.next(), applications.next()) else { return };
        let changed = ["AppId", "AppPrincipalId"].iter().find_map(|key| value(record, key));
        let application = changed.or_else(|| detail(record, "AppId").map(str::to_owned));
        if let Some(application) = application.filter(|text| is_guid(text)) {
            let object = self.objects.target(target);
            self.objects.of_application(object, &application);
        }
    }

    /// Tells who and what a record is about that names only the request.
    fn fill_requests(&mut self) {
        let mut known: HashMap<u32, [u32; 2]> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| entry.kind == Thing::Package) {
            for request in entry.requests.into_iter().filter(|&request| request != NOBODY) {
                let [holder, thing] = known.entry(request).or_insert([NOBODY; 2]);
                for (own, other) in [(holder, entry.holder), (thing, entry.thing)] {
                    if *own == NOBODY {
                        *own = other;
                    }
                }
            }
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.kind == Thing::Package) {
            for request in entry.requests {
                let Some(&[holder, thing]) = known.get(&request) else { continue };
                if entry.holder == NOBODY {
                    entry.holder = holder;
                }
                if entry.thing == NOBODY {
                    entry.thing = thing;
                }
            }
        }
    }
}

/// What an activity does that is told of: what is read elsewhere only is not.
fn told(activity: &'static Activity) -> impl Iterator<Item = &'static Does> {
    activity.does.iter().filter(|does| !matches!(does.thing, Thing::Unit | Thing::Support))
}

fn is_application(target: &Target<'_>) -> bool {
    matches!(&*fold(&target.kind), "application" | "serviceprincipal")
}

fn instant(record: &Record<'_>, keys: &[&str]) -> Option<Timestamp> {
    // Entra writes these itself, in .NET's invariant culture.
    let read = |text| Timestamp::parse_ordered(text, DateOrder::MonthFirst);
    keys.iter().find_map(|key| read(detail(record, key)?))
}

fn start(record: &Record<'_>) -> Option<Timestamp> {
    instant(record, &["AssignmentStartDateTime", "StartTime"])
}

fn end(record: &Record<'_>) -> Option<Timestamp> {
    instant(record, &["AssignmentEndDateTime", "ExpirationTime"])
}
