//! An access package from request to its end: entitlement management logs each step.
//! Never promises that steps share a correlation id beyond what is written here.

use super::of;
use crate::demo::calendar::{HOUR, MINUTE, span_part};
use crate::demo::event::{Actor, Event, Log, Target, What};
use crate::demo::people::User;
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// Somebody asks for a package.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Request<'a> {
    pub(in crate::demo) requester: &'a User,
    pub(in crate::demo) package: &'a str,
    pub(in crate::demo) approvers: &'a [&'a User],
    /// Correlation id of all steps, and the id of the request.
    pub(in crate::demo) id: Guid,
    pub(in crate::demo) justification: &'a str,
}

/// How far a request got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::demo) enum Ending {
    /// No approval needed, delivered.
    Automatic,
    /// Approved and delivered.
    Delivered,
    /// An approver said no.
    Denied,
    /// Nobody said anything in time.
    TimedOut,
    /// Approved, but one of the resources failed.
    Failed,
    /// Nobody has said anything yet.
    Waiting,
}

const SERVICE: &str = "Azure AD Identity Governance - Entitlement Management";

const fn entitlement(activity: &'static str, operation: &'static str) -> What {
    of("Entitlement Management", "EntitlementManagement", activity, operation)
}

/// The request up to its ending. Writes three to nine records within ten hours.
pub(in crate::demo) fn run(
    log: &mut Log,
    random: &mut Random,
    start: i64,
    request: &Request<'_>,
    ending: Ending,
) {
    let requester = Actor::User { user: request.requester, ip: &request.requester.ip, named: true };
    let robot = || Actor::app(SERVICE);
    let asked = entitlement(
        "User requests access package assignment",
        "CreateEntitlementGrantUserAddRequest",
    );
    log.write(&step(asked, start, requester.clone(), request));
    let mut at = start + 8 * TICKS_PER_SECOND;
    if ending == Ending::Automatic {
        let approve = entitlement(
            "Auto approve access package assignment request",
            "AutoApproveEntitlementGrantRequest",
        );
        log.write(&step(approve, at, robot(), request));
    } else {
        approval(log, at, request);
        if ending == Ending::Waiting {
            return;
        }
        at += 20 * MINUTE + span_part(5 * HOUR, random);
        if !decision(log, at, request, ending) {
            return;
        }
    }
    at += 10 * TICKS_PER_SECOND;
    let ready = entitlement(
        "Ready to fulfill access package assignment request",
        "ReadyToFulfillEntitlementGrantRequest",
    );
    log.write(&step(ready, at, robot(), request));
    for resource in ["SG-Metrology-Lab", "Calibration Ledger"] {
        at += 25 * TICKS_PER_SECOND;
        let fulfil = entitlement(
            "Fulfill access package resource assignment",
            "FulfillAccessPackageResourceAssignment",
        );
        let target = Target::named("AccessPackageResource", Guid::of(resource), resource);
        log.write(&step(fulfil, at, robot(), request).target(target));
    }
    at += MINUTE;
    let last = if ending == Ending::Failed {
        step(
            entitlement(
                "Partially fulfill access package assignment request",
                "PartiallyFulfillEntitlementGrantRequest",
            ),
            at,
            robot(),
            request,
        )
        .failing(
            "ResourceNotFound: the site 'Laboratory Notebook' is not provisioned for this user",
        )
    } else {
        let done =
            entitlement("Fulfill access package assignment", "FulfillEntitlementGrantRequest");
        step(done, at, requester, request)
    };
    log.write(&last);
}

/// Asks the approvers: two kinds of record in category `UserManagement`, as the article on
/// entitlement logs has it.
fn approval(log: &mut Log, at: i64, request: &Request<'_>) {
    let create =
        of("Entitlement Management", "UserManagement", "Create request approval", "Create");
    log.write(&step(create, at, Actor::app(SERVICE), request));
    for (place, approver) in request.approvers.iter().enumerate() {
        let add = of(
            "Entitlement Management",
            "UserManagement",
            "Add approver to request approval",
            "Add",
        );
        let at = at + (place as i64 + 1) * TICKS_PER_SECOND;
        log.write(&step(add, at, Actor::app(SERVICE), request).target(Target::person(approver)));
    }
}

/// Whether the request goes on to be fulfilled.
fn decision(log: &mut Log, at: i64, request: &Request<'_>, ending: Ending) -> bool {
    let approver = request.approvers.first().copied().unwrap_or(request.requester);
    let person = Actor::User { user: approver, ip: &approver.ip, named: true };
    match ending {
        Ending::Denied => {
            let deny = entitlement(
                "Deny access package assignment request",
                "DenyEntitlementGrantRequest",
            );
            log.write(&step(deny, at, person, request).because("Not in your project"));
            false
        }
        Ending::TimedOut => {
            let late = entitlement(
                "Access package assignment request timed out (no approver action taken)",
                "TimeoutEntitlementGrantRequest",
            );
            log.write(
                &step(late, at, Actor::app(SERVICE), request)
                    .because("No approver acted in time")
                    .ending("timeout"),
            );
            false
        }
        _ => {
            let approve = entitlement(
                "Approve access package assignment request",
                "ApproveEntitlementGrantRequest",
            );
            log.write(&step(approve, at, person, request));
            true
        }
    }
}

fn step<'a>(what: What, at: i64, actor: Actor<'a>, request: &Request<'a>) -> Event<'a> {
    let package = Guid::of(request.package);
    let target = Target::named("AccessPackage", package, request.package);
    Event::new(what, at, actor)
        .operation(request.id)
        .target(target)
        .target(Target::unnamed("AccessPackageAssignmentRequest", request.id))
        .target(Target::person(request.requester))
        .detail("AccessPackageId", package.to_string())
        .detail("RequestId", request.id.to_string())
        .detail("Justification", request.justification)
}
