//! From one record to its postings: what was done with which thing, and by whom.
//! Never says how things stand.

use super::book::Ledger;
use super::logged::{detail, value};
use super::objects::{DELIVERY, NOBODY};
use super::package;
use super::posting::{Consent, Pim, Posting};
use crate::meaning::{Act, Activity, Does, Thing};
use crate::record::outcome::is_done;
use crate::record::sentence::actor_name;
use crate::record::{ActorKind, Outcome, Record, Target};
use crate::store::RowId;
use crate::text::{fold, is_guid};
use crate::time::{DateOrder, Timestamp};

impl Ledger {
    /// Enters what one record tells by one thing that its activity does.
    pub(super) fn read(
        &mut self,
        record: &Record<'_>,
        activity: &Activity,
        does: &Does,
        row: RowId,
    ) {
        let Some(time) = record.time else { return };
        let Does { act, thing: kind, .. } = *does;
        // What is deleted for good is as gone as what can be restored.
        let for_good = act == Act::Erased;
        let mut act = if for_good { Act::Deleted } else { act };
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
        let mut posting = Posting {
            row,
            time,
            kind,
            act,
            is_done: is_done(record) || matches!(act, Act::Failed | Act::Partly),
            for_good,
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
            consent: Consent::default(),
        };
        if act.gives() {
            (posting.from, posting.until) = (start(record), end(record));
        }
        match kind {
            Thing::Role | Thing::Eligible | Thing::Scoped => self.role(record, &mut posting),
            Thing::Group => self.group(record, &mut posting),
            Thing::AppRole => self.app_role(record, &mut posting),
            Thing::Grant => self.grant(record, &mut posting),
            Thing::Owner => self.owner(record, &mut posting),
            Thing::Package => self.package(record, activity, &mut posting),
            Thing::Azure => self.azure(record, activity, &mut posting),
            Thing::Licence => return self.licences(record, &posting),
            Thing::Credential => return self.credentials(record, &posting),
            Thing::Consent => self.consent(record, &mut posting),
            Thing::Unit => self.unit(record, &mut posting),
            Thing::Support => self.support(record, &mut posting),
            Thing::UserItself
            | Thing::GroupItself
            | Thing::ApplicationItself
            | Thing::PrincipalItself
            | Thing::PackageItself
            | Thing::RoleItself => return self.life(record, posting),
        }
        if posting.kind != Thing::Package && package::delivers(record) {
            posting.by = DELIVERY;
        }
        // PIM does not say which of the two was extended.
        if posting.kind == Thing::Role && act == Act::Extended {
            self.postings.push(Posting { kind: Thing::Eligible, ..posting.clone() });
        }
        if act.gives() && posting.is_done {
            self.objects.used(posting.holder, time);
            self.objects.used(posting.thing, time);
        }
        self.postings.push(posting);
    }

    /// Something is gone, or there again; of an account also whether it can sign in.
    fn life(&mut self, record: &Record<'_>, posting: Posting) {
        let Some(target) = record.targets.first() else { return };
        let holder = self.objects.target(target);
        if posting.is_done && matches!(posting.act, Act::Deleted | Act::Restored) {
            self.objects.lives(holder, posting.time, posting.act == Act::Deleted);
        }
        self.postings.push(Posting { holder, ..posting });
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
