//! Privileged Identity Management: each change is logged by PIM and, seconds later, by Core Directory.
//! Never shares a correlation id between the two: live records do not either.

use super::{core, of};
use crate::demo::calendar::{HOUR, MINUTE, span_part, time_text};
use crate::demo::event::{Actor, Event, Log, Target, What, text};
use crate::demo::people::{COMPANY, Role, User};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// One request to hold a role.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Request<'a> {
    /// Who asks.
    pub(in crate::demo) by: &'a User,
    /// The address they ask from.
    pub(in crate::demo) ip: &'a str,
    /// Who is to hold the role.
    pub(in crate::demo) subject: &'a User,
    pub(in crate::demo) role: Role,
    /// Links request, approval, activation and expiry (`RequestId`).
    pub(in crate::demo) id: Guid,
    pub(in crate::demo) justification: &'a str,
}

/// What PIM logged about a directory role.
pub(in crate::demo) const fn pim(activity: &'static str, operation: &'static str) -> What {
    of("PIM", "RoleManagement", activity, operation)
}

/// A record of PIM: five targets, the justification as result reason.
pub(in crate::demo) fn record<'a>(
    what: What,
    at: i64,
    actor: Actor<'a>,
    request: &Request<'a>,
) -> Event<'a> {
    let role = request.role;
    let target = Target::named("Role", role.id(), role.name)
        .change("RoleDefinitionOriginId", Some(text("")), Some(text(role.template)))
        .change("RoleDefinitionOriginType", Some(text("")), Some(text("BuiltInRole")))
        .change("TemplateId", Some(text("")), Some(text(role.template)));
    Event::new(what, at, actor)
        .because(request.justification)
        .target(target)
        .target(Target::unnamed("Request", request.id))
        .target(Target::person(request.subject))
        .target(Target::named("Directory", Guid::of(COMPANY), COMPANY))
        .target(Target::unnamed("Other", Guid::of("no resource")))
        .detail("RoleDefinitionOriginId", role.template)
        .detail("RoleDefinitionOriginType", "BuiltInRole")
        .detail("TemplateId", role.template)
        .detail("StartTime", time_text(at))
        .detail("Justification", request.justification)
        .detail("oid", request.by.id.to_string())
        .detail("tid", Guid::of(COMPANY).to_string())
        .detail("ipaddr", request.ip)
        .detail("RequestId", request.id.to_string())
}

/// The record of Core Directory that belongs to one of PIM: done by the app `MS-PIM`.
pub(in crate::demo) fn twin(at: i64, subject: &User, role: Role, gone: bool) -> Event<'_> {
    membership(at, Actor::app("MS-PIM"), subject, role, gone)
}

/// A role given or taken in Core Directory.
pub(in crate::demo) fn membership<'a>(
    at: i64,
    actor: Actor<'a>,
    subject: &'a User,
    role: Role,
    gone: bool,
) -> Event<'a> {
    let what = if gone {
        core("RoleManagement", "Remove member from role", "Unassign")
    } else {
        core("RoleManagement", "Add member to role", "Assign")
    };
    let id = role.id().to_string();
    let well_known = role.name.replace("Global", "Company").replace(' ', "") + "s";
    let properties = [
        ("Role.ObjectID", id.as_str()),
        ("Role.DisplayName", role.name),
        ("Role.TemplateId", role.template),
        ("Role.WellKnownObjectName", well_known.as_str()),
    ];
    let target = properties.into_iter().fold(Target::user(subject), |target, (name, value)| {
        if gone { target.unset(name, value) } else { target.set(name, value) }
    });
    Event::new(what, at, actor).target(target).target(Target::unnamed("Role", role.id()))
}

/// A role activated for `hours`, with the approval of `approver` if the role asks for one, up to
/// its expiry. Writes six or eight records.
pub(in crate::demo) fn activation<'a>(
    log: &mut Log,
    random: &mut Random,
    start: i64,
    request: &Request<'a>,
    approver: Option<&'a User>,
    hours: i64,
) {
    let correlation = random.guid();
    let actor = || Actor::User { user: request.by, ip: request.ip, named: true };
    let asked = pim("Add member to role requested (PIM activation)", "CreateRequestActivate");
    log.write(&record(asked, start, actor(), request).operation(correlation));
    let mut at = start + 2 * TICKS_PER_SECOND + span_part(9 * TICKS_PER_SECOND, random);
    if let Some(approver) = approver {
        let waiting = pim("Add member to role approval requested (PIM activation)", "Create");
        log.write(&record(waiting, at, actor(), request).operation(correlation));
        at += MINUTE + span_part(12 * MINUTE, random);
        let granted = pim("Add member to role request approved (PIM activation)", "Approve");
        let actor = Actor::User { user: approver, ip: &approver.ip, named: true };
        log.write(&record(granted, at, actor, request).operation(correlation));
        at += 3 * TICKS_PER_SECOND;
    }
    let active = pim("Add member to role completed (PIM activation)", "Add");
    log.write(&record(active, at, actor(), request).operation(correlation));
    at += 5 * TICKS_PER_SECOND + span_part(2 * TICKS_PER_SECOND, random);
    log.write(&twin(at, request.subject, request.role, false));
    at = start + hours * HOUR + span_part(MINUTE, random);
    log.write(&twin(at, request.subject, request.role, true));
    at += 6 * TICKS_PER_SECOND;
    let expired = pim("Remove member from role (PIM activation expired)", "Delete");
    log.write(&record(expired, at, Actor::Expiry, request));
}
