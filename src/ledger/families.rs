//! What a record of each family says: who holds, what it is, which part of it.
//! Never says how things stand, and names nobody that the record does not.

use super::book::Ledger;
use super::logged::{detail, target, value};
use super::objects::NOBODY;
use super::posting::Posting;
use super::{keys, package};
use crate::meaning::{Act, Activity, Thing};
use crate::record::licence::{self, Fate};
use crate::record::sentence::target_name;
use crate::record::{ActorKind, Record, Target};
use crate::text::{fold, is_guid};

impl Ledger {
    pub(super) fn role(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let facts = posting.kind.facts();
        let role = target(record, &[&*facts.kind]);
        let group = target(record, &["Group"]);
        let holder = holder(record, posting.kind).or_else(|| {
            let others = record.targets.iter();
            let not = ["role", "request", "directory", "other", "administrativeunit", ""];
            others.into_iter().find(|target| !not.contains(&&*fold(&target.kind)))
        });
        let named = value(record, &facts.name);
        let name = named.as_deref().or_else(|| role.map(|role| &*role.name)).unwrap_or_default();
        let id = value(record, &facts.id);
        let id = id.as_deref().or_else(|| role.map(|role| &*role.id)).unwrap_or_default();
        posting.thing = self.objects.object("role", id, name);
        if let Some(role) = role.filter(|role| !role.id.is_empty()) {
            let other = self.objects.object("role", &role.id, name);
            self.objects.join(posting.thing, other);
        }
        // PIM knows a role by its template.
        for template in ["Role.TemplateId", "TemplateId"] {
            let template = value(record, template).filter(|text| is_guid(text));
            if let Some(template) = template.filter(|text| !is_zero(text)) {
                let template = self.objects.object("role", &template, "");
                self.objects.join(posting.thing, template);
            }
        }
        if let Some(holder) = holder {
            posting.holder = self.objects.target(holder);
        }
        // A role in a group, in a part of the directory, in a resource: another one elsewhere.
        let within = group
            .filter(|group| !holder.is_some_and(|holder| std::ptr::eq(holder, *group)))
            .or_else(|| target(record, &["AdministrativeUnit"]))
            .or_else(|| {
                let is_resource = fold(&record.category) == "resourcemanagement";
                // The whole tenant is no part of it.
                let tenant = detail(record, "tid").unwrap_or_default();
                let is_part = |d: &&Target<'_>| is_resource && fold(&d.id) != fold(tenant);
                target(record, &["Directory"]).filter(is_part)
            });
        if let Some(within) = within {
            posting.part = self.objects.target(within);
            self.objects.name(posting.part).clone_into(&mut posting.called);
        }
    }

    pub(super) fn group(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let facts = Thing::Group.facts();
        let [id, name] = [&facts.id, &facts.name].map(|key| value(record, key).unwrap_or_default());
        let is_group = |target: &&Target<'_>| target.kind.eq_ignore_ascii_case(&facts.kind);
        let by_id = record.targets.iter().find(|t| !id.is_empty() && fold(&t.id) == fold(&id));
        let groups = record.targets.iter().filter(is_group).count();
        let has_others = record.targets.len() > groups;
        let other = record.targets.iter().rfind(is_group).filter(|_| groups > 1 || has_others);
        let thing = by_id.or(other);
        posting.thing = self.objects.object("group", &id, &name);
        if let Some(group) = thing {
            let number = self.objects.target(group);
            if posting.thing == NOBODY {
                posting.thing = number;
            } else if has_others && groups == 1 {
                self.objects.join(posting.thing, number);
            }
        }
        let holder = record
            .targets
            .iter()
            .find(|target| !thing.is_some_and(|thing| std::ptr::eq(thing, *target)));
        if let Some(holder) = holder {
            posting.holder = self.objects.target(holder);
        }
    }

    pub(super) fn unit(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let facts = Thing::Unit.facts();
        let [id, name] = [&facts.id, &facts.name].map(|key| value(record, key).unwrap_or_default());
        let is_unit = |target: &&Target<'_>| target.kind.eq_ignore_ascii_case(&facts.kind);
        posting.thing = match record.targets.iter().find(is_unit) {
            Some(unit) => self.objects.target(unit),
            None => self.objects.object(&facts.kind, &id, &name),
        };
        let member = record.targets.iter().find(|target| !is_unit(target));
        posting.holder = member.map_or(NOBODY, |member| self.objects.target(member));
    }

    /// Who is let in is always the same: which request it was, is the thing and stands for both.
    pub(super) fn support(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let request = record.targets.first();
        posting.thing = request.map_or(NOBODY, |request| self.objects.target(request));
        posting.holder = posting.thing;
    }

    pub(super) fn app_role(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let by = [
            ("User.ObjectID", "User.UPN", "user"),
            ("Group.ObjectID", "Group.DisplayName", "group"),
            ("ServicePrincipal.ObjectID", "ServicePrincipal.DisplayName", "serviceprincipal"),
        ];
        let resource = target(record, &["ServicePrincipal"]);
        let mut holder = NOBODY;
        for (id, name, kind) in by {
            let [id, name] = [id, name].map(|key| value(record, key).unwrap_or_default());
            let is_resource = resource.is_some_and(|r| !id.is_empty() && fold(&r.id) == fold(&id));
            if holder == NOBODY && !is_resource {
                holder = self.objects.object(kind, &id, &name);
            }
        }
        let other = record
            .targets
            .iter()
            .find(|target| !resource.is_some_and(|resource| std::ptr::eq(resource, *target)));
        if let Some(other) = other {
            let number = self.objects.target(other);
            if holder == NOBODY {
                holder = number;
            }
        }
        posting.holder = holder;
        posting.thing = resource.map_or(NOBODY, |resource| self.objects.target(resource));
        let facts = Thing::AppRole.facts();
        let id = value(record, &facts.id).unwrap_or_default();
        let called = [&*facts.name, "AppRole.DisplayName"];
        let called = called.iter().find_map(|key| value(record, key)).unwrap_or_default();
        if !id.is_empty() || !called.is_empty() {
            let resource = posting.thing;
            let part = |text: &str| format!("\u{2}{resource}\u{2}{}", fold(text));
            posting.part = self.objects.number(part(if id.is_empty() { &called } else { &id }));
            if !id.is_empty() && !called.is_empty() {
                let by_name = self.objects.number(part(&called));
                self.objects.join(posting.part, by_name);
            }
        }
        posting.called = called;
        posting.requests = [self.operation(record), NOBODY];
    }

    pub(super) fn grant(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let id = value(record, "ServicePrincipal.ObjectID").unwrap_or_default();
        let name = value(record, "ServicePrincipal.DisplayName").unwrap_or_default();
        let mut client = self.objects.object("serviceprincipal", &id, &name);
        let principals = || record.targets.iter().filter(|t| fold(&t.kind) == "serviceprincipal");
        let others = || principals().filter(|target| fold(&target.id) != fold(&id));
        if client == NOBODY {
            // The only one that is named is who had it; of two the first is what it was of.
            let of = if principals().count() == 1 { principals().next() } else { others().nth(1) };
            client = of.map_or(NOBODY, |of| self.objects.target(of));
        }
        for target in others() {
            let resource = self.objects.target(target);
            if posting.thing == NOBODY && resource != client {
                posting.thing = resource;
            }
        }
        posting.holder = client;
        posting.called = value(record, &Thing::Grant.facts().name).unwrap_or_default();
        posting.requests = [self.operation(record), NOBODY];
        let kind = value(record, "DelegatedPermissionGrant.ConsentType").unwrap_or_default();
        posting.policy = fold(&kind);
        // A user consents for themself; who takes it back is somebody else.
        let whose = match (&*posting.policy, posting.act.gives()) {
            ("principal", true) => format!("principal\u{2}{}", posting.by),
            (kind, _) => kind.to_owned(),
        };
        posting.part = self.objects.number(format!("\u{2}grant\u{2}{whose}"));
    }

    pub(super) fn owner(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let user = holder(record, Thing::Owner).or_else(|| record.targets.first());
        posting.holder = user.map_or(NOBODY, |user| self.objects.target(user));
        for (id, name, kind) in [
            ("Application.ObjectID", "Application.DisplayName", "application"),
            ("ServicePrincipal.ObjectID", "ServicePrincipal.DisplayName", "serviceprincipal"),
            ("Group.ObjectID", "Group.DisplayName", "group"),
        ] {
            let [id, name] = [id, name].map(|key| value(record, key).unwrap_or_default());
            let known = record.targets.iter().find(|t| !id.is_empty() && fold(&t.id) == fold(&id));
            let kind = known.map_or(kind, |target| &*target.kind);
            if posting.thing == NOBODY {
                posting.thing = self.objects.object(kind, &id, &name);
            }
        }
        let other = record
            .targets
            .iter()
            .find(|target| !user.is_some_and(|user| std::ptr::eq(user, *target)));
        if let Some(other) = other {
            let number = self.objects.target(other);
            if posting.thing == NOBODY {
                posting.thing = number;
            }
        }
    }

    pub(super) fn credentials(&mut self, record: &Record<'_>, posting: &Posting) {
        let Some(holder) = record.targets.first() else { return };
        let holder = self.objects.target(holder);
        let kept = keys::kept(record).into_iter().map(|key| (key, Act::Listed));
        let changed = keys::turned(record).into_iter();
        let changed = changed.map(|(key, given)| match given {
            true => (key, Act::Given),
            false => (key, Act::Taken),
        });
        for (called, act) in changed.chain(kept) {
            let id = called.rsplit_once(" (").map_or(&*called, |(_, id)| id.trim_end_matches(')'));
            let part = self.objects.number(format!("\u{2}key\u{2}{}", fold(id)));
            // Who changed the list gave nothing of what was in it.
            let by = if act == Act::Listed { NOBODY } else { posting.by };
            // What is in the list before and after was there, whatever became of the change.
            let is_done = posting.is_done || act == Act::Listed;
            self.postings.push(Posting {
                act,
                is_done,
                holder,
                part,
                called,
                by,
                ..posting.clone()
            });
        }
    }

    /// Which role it is, the row of the activity says.
    pub(super) fn azure(&mut self, record: &Record<'_>, own: &Activity, posting: &mut Posting) {
        posting.thing =
            self.objects.object("azurerole", "", own.which.as_deref().unwrap_or_default());
        let whose = holder(record, Thing::Azure);
        posting.holder = whose.map_or(posting.by, |whose| self.objects.target(whose));
    }

    pub(super) fn licences(&mut self, record: &Record<'_>, posting: &Posting) {
        let Some(holder) = record.targets.first() else { return };
        let holder = self.objects.target(holder);
        for (licence, fate) in licence::changed(record) {
            let act = match fate {
                Fate::Given => Act::Given,
                Fate::Taken => Act::Taken,
                Fate::Kept => Act::Listed,
            };
            let thing = self.objects.object("licence", &licence.id, &licence.name);
            let by = if act == Act::Listed { NOBODY } else { posting.by };
            let is_done = posting.is_done || act == Act::Listed;
            self.postings.push(Posting { act, is_done, holder, thing, by, ..posting.clone() });
        }
    }

    pub(super) fn consent(&mut self, record: &Record<'_>, posting: &mut Posting) {
        let to = holder(record, Thing::Consent);
        posting.holder = to.map_or(NOBODY, |to| self.objects.target(to));
        let is_of_admin = value(record, "ConsentContext.IsAdminConsent");
        posting.consent.is_of_admin = is_of_admin.is_some_and(|text| fold(&text) == "true");
        posting.consent.names_permissions = value(record, "ConsentAction.Permissions").is_some();
        posting.requests = [self.operation(record), NOBODY];
    }

    /// The number of the operation of a record.
    fn operation(&mut self, record: &Record<'_>) -> u32 {
        match fold(&record.correlation_id) {
            text if text.is_empty() || is_zero(&text) => NOBODY,
            text => self.objects.number(format!("\u{2}request\u{2}{text}")),
        }
    }

    pub(super) fn package(
        &mut self,
        record: &Record<'_>,
        activity: &Activity,
        posting: &mut Posting,
    ) {
        let given = target(record, &["AccessPackage"]);
        let id = detail(record, "AccessPackageId").or_else(|| given.map(|given| &*given.id));
        let name = package::name(record).unwrap_or_default();
        posting.thing = self.objects.object("accesspackage", id.unwrap_or_default(), &name);
        let is_own = match posting.act {
            // Who got it is the actor, says Microsoft's "View reports and logs in entitlement
            // management".
            Act::Given => target(record, &["User"]).is_none(),
            Act::Asked | Act::RemovalAsked => activity.is_of_actor,
            _ => false,
        };
        let actor = &record.actor;
        if is_own && actor.kind == ActorKind::User {
            posting.holder = posting.by;
        } else {
            let user = holder(record, Thing::Package);
            posting.holder = user.map_or(NOBODY, |user| self.objects.target(user));
        }
        // The service acts for whoever decided: its own name says nothing.
        let is_service = actor.kind == ActorKind::App;
        let says_nothing = match posting.act {
            Act::Given => is_service || posting.by == posting.holder,
            Act::AutoApproved | Act::Partly | Act::Failed => is_service,
            _ => false,
        };
        if says_nothing {
            posting.by = NOBODY;
        }
        let policy = target(record, &["AccessPackageAssignmentPolicy"]);
        ["AssignmentPolicyDisplayName", "AccessPackageAssignmentPolicyId"]
            .iter()
            .find_map(|key| detail(record, key))
            .or_else(|| policy.map(target_name))
            .unwrap_or_default()
            .clone_into(&mut posting.policy);
        let request = ["RequestId", "AccessPackageAssignmentRequestId"]
            .iter()
            .find_map(|key| detail(record, key))
            .or_else(|| target(record, &["AccessPackageAssignmentRequest"]).map(|t| &*t.id));
        let texts = [request.unwrap_or_default(), &*record.correlation_id];
        posting.requests = texts.map(|text| match fold(text) {
            text if text.is_empty() || is_zero(&text) => NOBODY,
            text => self.objects.number(format!("\u{2}request\u{2}{text}")),
        });
    }
}

/// The target that holds such a thing, by the types that the table names, in their order.
fn holder<'r, 'a>(record: &'r Record<'a>, thing: Thing) -> Option<&'r Target<'a>> {
    thing.facts().holder.iter().find_map(|kind| target(record, &[kind]))
}

/// All zeros is how "none" is written.
fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}
