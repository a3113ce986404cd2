//! Requests that wait for somebody: access of Microsoft Support, access packages.
//! Never an attack: what is wrong here is that nothing happened.

use super::{Cast, at};
use crate::demo::event::{Actor, Event, Log, Performer, Target};
use crate::demo::operation::core;
use crate::demo::operation::package::{self, Ending, Request};
use crate::demo::people::{User, cast};
use crate::demo::random::{Guid, Random};

/// Three cases: approved and never removed; approved and removed; rejected.
pub(super) fn support_access(log: &mut Log, cast: &Cast<'_>) {
    let pilar = Some(cast.user(cast::PILAR));
    let dov = Some(cast.user(cast::DOV));
    let sunniva = Some(cast.user(cast::SUNNIVA));
    // Without a person the step is automatic.
    let steps: [(&str, &str, &str, &str, Option<&User>); 10] = [
        ("2610270050001847", "2026-10-27T10:02:11Z", "Request created", "Add", None),
        ("2610270050001847", "2026-10-27T10:40:55Z", "Request approved", "Update", pilar),
        ("2610270050001847", "2026-10-27T10:41:02Z", "Access approved", "Update", None),
        ("2611030050002213", "2026-11-03T13:15:40Z", "Request created", "Add", None),
        ("2611030050002213", "2026-11-03T13:29:08Z", "Request approved", "Update", dov),
        ("2611030050002213", "2026-11-03T13:29:15Z", "Access approved", "Update", None),
        ("2611030050002213", "2026-11-05T16:04:31Z", "Access removed", "Delete", None),
        ("2611160050000954", "2026-11-16T09:33:17Z", "Request created", "Add", None),
        ("2611160050000954", "2026-11-16T11:05:02Z", "Request rejected", "Update", sunniva),
        ("2611160050000954", "2026-11-16T11:05:09Z", "Request canceled", "Update", None),
    ];
    for (case, when, activity, operation, person) in steps {
        let what = core("MicrosoftSupportAccessManagement", activity, operation);
        let actor = match person {
            Some(user) => Actor::user(user),
            None => Actor::app("Microsoft Approval Management"),
        };
        let name = format!("Microsoft Support access request {case}");
        let event = Event::new(what, at(when), actor)
            .operation(Guid::of(case))
            .target(Target::named("Request", Guid::of(case), name))
            .detail("SupportRequestId", case);
        log.write(&match person {
            Some(user) => event.agent(user.agent),
            None => event,
        });
    }
}

/// The laboratory's package: every ending there is, and one request without any.
pub(super) fn access_packages(log: &mut Log, cast: &Cast<'_>, random: &mut Random) {
    let approvers = [cast.user(cast::YRSA), cast.user(cast::BENEDIKT)];
    let [leila, hugo, noor] = cast::VICTIMS;
    let requests = [
        (14, "2026-10-23T09:20:31Z", Ending::Delivered, "Acceptance tests of gauge 5"),
        (leila, "2026-10-26T08:44:02Z", Ending::Denied, "I would like to look around"),
        (15, "2026-10-29T10:11:56Z", Ending::Failed, "Notebook of the June campaign"),
        (noor, "2026-11-02T09:02:18Z", Ending::TimedOut, "Prices of reference weights"),
        (hugo, "2026-11-04T11:37:45Z", Ending::Automatic, "Month end"),
        (
            cast::TOMASZ,
            "2026-11-06T15:12:40Z",
            Ending::Waiting,
            "Calibration of the new tide staff",
        ),
    ];
    for (who, when, ending, justification) in requests {
        let request = Request {
            requester: cast.user(who),
            package: "Calibration Lab Systems",
            approvers: &approvers,
            id: Guid::of(when),
            justification,
        };
        package::run(log, random, at(when), &request, ending);
    }
}

/// The AI agent, and the blueprint it is made from.
fn agent() -> Performer {
    Performer { agent: Guid::of("tide table agent"), blueprint: Guid::of("tide table blueprint") }
}

/// An AI agent: its blueprint, itself, and what it does in its first hour.
pub(super) fn agents(log: &mut Log, cast: &Cast<'_>) {
    const NAME: &str = "Tide Table Agent";
    let by = cast.user(cast::SUNNIVA);
    let Performer { agent, blueprint } = agent();
    let add = |activity| core("ApplicationManagement", activity, "Add");
    let steps = [
        ("2026-11-05T09:14:20Z", "Add application", "Application", blueprint, "agenticApp"),
        (
            "2026-11-05T09:15:02Z",
            "Add service principal",
            "ServicePrincipal",
            agent,
            "agenticAppInstance",
        ),
    ];
    for (when, activity, kind, id, agentic) in steps {
        let target = Target::named(kind, id, NAME)
            .turn_on("DisplayName", NAME)
            .updated()
            .agentic(agentic, blueprint);
        log.write(
            &Event::new(add(activity), at(when), Actor::user(by)).target(target).agent(by.agent),
        );
    }
    let (Some(group), member) = (cast.tenant.groups.get(5), cast.user(16)) else { return };
    let actor = Actor::Agent { name: NAME, id: agent, blueprint };
    let what = core("GroupManagement", "Add member to group", "Assign");
    log.write(
        &Event::new(what, at("2026-11-05T09:40:11Z"), actor)
            .target(Target::user(member).membership(group, false))
            .target(Target::of_group(group)),
    );
}

/// What Sunniva Okoye asks the agent to do: somebody goes from one group to another.
pub(super) fn delegated(log: &mut Log, cast: &Cast<'_>) {
    let by = cast.user(cast::SUNNIVA);
    let member = cast.user(17);
    let steps = [
        ("2026-11-05T10:21:48Z", 5, "Add member to group", "Assign", false),
        ("2026-11-05T10:21:53Z", 6, "Remove member from group", "Unassign", true),
    ];
    for (when, group, activity, operation, gone) in steps {
        let Some(group) = cast.tenant.groups.get(group) else { continue };
        let what = core("GroupManagement", activity, operation);
        log.write(
            &Event::new(what, at(when), Actor::user(by))
                .target(Target::user(member).membership(group, gone))
                .target(Target::of_group(group))
                .performed_by(agent()),
        );
    }
}
