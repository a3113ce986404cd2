//! The intruder gets in: consent, secret, role, policy.
//! Never names a technique; the records speak.

use super::{Cast, MAREKS_SHADOW, RELAY, TOOL, at};
use crate::demo::activities::SECRETS;
use crate::demo::event::{Actor, Event, Log, Target, list, text};
use crate::demo::operation::consent::{self, Consent};
use crate::demo::operation::policy::{self, Policy};
use crate::demo::operation::{core, of, privilege};
use crate::demo::people::{
    App, GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR, Role, User, cast,
};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

const SCOPE: &str = "Mail.Read User.Read openid profile offline_access";

/// Three blocked attempts, then the consent of somebody who may.
pub(super) fn consent(log: &mut Log, cast: &Cast<'_>, random: &mut Random) {
    let attempts = ["2026-11-03T09:12:48Z", "2026-11-03T09:41:30Z", "2026-11-04T08:20:05Z"];
    for (victim, when) in cast::VICTIMS.into_iter().zip(attempts) {
        let user = cast.user(victim);
        let asked =
            Consent { user, ip: &user.ip, app: &cast.viewer, scope: SCOPE, everybody: false };
        log.write(
            &consent::record(at(when), &asked)
                .failing("Microsoft.Online.Security.UserConsentBlockedForRiskyAppsException"),
        );
    }
    let user = cast.marek();
    let given = Consent { user, ip: &user.ip, app: &cast.viewer, scope: SCOPE, everybody: true };
    consent::operation(log, random, at("2026-11-04T14:22:07Z"), &given);
}

/// The id of a key of Backup Orchestrator.
pub(super) fn key_id(name: &str) -> Guid {
    Guid::of(&format!("key {name}"))
}

/// A key of Backup Orchestrator as `KeyDescription` writes it.
pub(super) fn key(name: &str) -> String {
    let id = key_id(name);
    format!("[KeyIdentifier={id},KeyType=Password,KeyUsage=Verify,DisplayName={name}]")
}

/// A new secret for an application that may give roles.
pub(super) fn secret(log: &mut Log, cast: &Cast<'_>) {
    let app = &cast.tenant.apps[0];
    let marek = cast.marek();
    let actor = || Actor::user_from(marek, MAREKS_SHADOW);
    let owner = Target::user(marek)
        .set("Application.ObjectID", &app.id.to_string())
        .set("Application.DisplayName", &app.name)
        .set("Application.AppId", &app.client.to_string())
        .set("TargetId.UserType", "Member");
    let what = core("ApplicationManagement", "Add owner to application", "Assign");
    log.write(
        &Event::new(what, at("2026-11-09T02:44:19Z"), actor())
            .target(owner)
            .target(Target::unnamed("Application", app.id))
            .detail("AppId", app.client.to_string())
            .agent(TOOL),
    );
    let start = at("2026-11-09T02:47:31Z");
    let added = (list(&[&key("nightly 2025")]), list(&[&key("nightly 2025"), &key("monitor")]));
    keys_changed(log, start, (&actor(), TOOL), app, added);
}

/// The three records of changed keys: registration twice, service principal.
pub(super) fn keys_changed<'a>(
    log: &mut Log,
    start: i64,
    (actor, agent): (&Actor<'a>, &'a str),
    app: &'a App,
    (old, new): (String, String),
) {
    let correlation = Guid::of(&format!("keys {start}"));
    let steps = [
        (SECRETS, Target::application(app)),
        ("Update application", Target::application(app)),
        ("Update service principal", Target::principal(app)),
    ];
    for (step, (activity, target)) in steps.into_iter().enumerate() {
        let target = target
            .change("KeyDescription", Some(old.clone()), Some(new.clone()))
            .updated()
            .set("TargetId.ServicePrincipalNames", &app.client.to_string());
        let what = core("ApplicationManagement", activity, "Update");
        log.write(
            &Event::new(what, start + step as i64 * TICKS_PER_SECOND, actor.clone())
                .operation(correlation)
                .target(target)
                .detail("AppId", app.client.to_string())
                .agent(agent),
        );
    }
}

/// The guard of a role is lowered, then the role is taken.
pub(super) fn privilege(log: &mut Log, cast: &Cast<'_>, random: &mut Random) {
    let marek = cast.marek();
    let actor = || Actor::User { user: marek, ip: MAREKS_SHADOW, named: true };
    let request = |role: Role, justification: &'static str, name: &str| privilege::Request {
        by: marek,
        ip: MAREKS_SHADOW,
        subject: marek,
        role,
        id: Guid::of(name),
        justification,
    };
    let bought = request(PRIVILEGED_ROLE_ADMINISTRATOR, "", "outside");
    outside_of_pim(
        log,
        at("2026-11-10T01:52:10Z"),
        &Actor::app(&cast.tenant.apps[0].name),
        &bought,
    );

    for (when, reason, rule, old, new) in [
        (
            "2026-11-10T01:58:44Z",
            "MFA on activation disabled",
            "MfaRule",
            "mfaRequired\":true",
            "mfaRequired\":false",
        ),
        (
            "2026-11-10T01:59:20Z",
            "Approval on activation disabled",
            "ApprovalRule",
            "enabled\":true",
            "enabled\":false",
        ),
    ] {
        let role = Target::named("Role", GLOBAL_ADMINISTRATOR.id(), GLOBAL_ADMINISTRATOR.name)
            .change(rule, Some(text(&format!("{{\"{old}}}"))), Some(text(&format!("{{\"{new}}}"))));
        log.write(
            &Event::new(privilege::pim("Update role setting in PIM", "Update"), at(when), actor())
                .because(reason)
                .target(role)
                .detail("ipaddr", MAREKS_SHADOW)
                .agent(TOOL),
        );
    }
    let alert = "Roles don't require multifactor authentication for activation";
    let what = privilege::pim("Disable PIM alert", "Update");
    log.write(
        &Event::new(what, at("2026-11-10T02:01:05Z"), actor())
            .target(Target::named("Other", Guid::of(alert), alert))
            .agent(TOOL),
    );

    let eligible = request(GLOBAL_ADMINISTRATOR, "monthly report", "eligible");
    let correlation = Guid::of("eligible operation");
    for (when, activity, operation) in [
        (
            "2026-11-10T02:04:12Z",
            "Add eligible member to role in PIM requested (permanent)",
            "CreateRequestPermanentEligibleRole",
        ),
        ("2026-11-10T02:04:20Z", "Add eligible member to role in PIM completed (permanent)", "Add"),
    ] {
        let what = privilege::pim(activity, operation);
        log.write(&privilege::record(what, at(when), actor(), &eligible).operation(correlation));
    }
    let twin = privilege::twin(at("2026-11-10T02:04:26Z"), marek, GLOBAL_ADMINISTRATOR, false);
    log.write(&twin.called(core("RoleManagement", "Add eligible member to role", "Assign")));

    let active = request(GLOBAL_ADMINISTRATOR, "monthly report", "active");
    // The approval that would have stopped it was switched off twelve minutes earlier.
    privilege::activation(log, random, at("2026-11-10T02:11:03Z"), &active, None, 4);
}

/// A role given past PIM: Core Directory by the giver, PIM by itself.
fn outside_of_pim<'a>(
    log: &mut Log,
    when: i64,
    giver: &Actor<'a>,
    request: &privilege::Request<'a>,
) {
    log.write(
        &privilege::membership(when, giver.clone(), request.subject, request.role, false)
            .agent(TOOL),
    );
    let what = privilege::pim("Add member to role outside of PIM (permanent)", "Add");
    let noticed = when + 41 * TICKS_PER_SECOND;
    log.write(&privilege::record(what, noticed, Actor::app("MS-PIM"), request));
}

/// What Marek's account does while it is Global Administrator.
pub(super) fn elevated(log: &mut Log, cast: &Cast<'_>) {
    let marek = cast.marek();
    let relay: &User = &cast.relay;
    let actor = || Actor::user_from(marek, MAREKS_SHADOW);
    let account = Target::user(relay)
        .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
        .turn_on("DisplayName", &relay.name)
        .turn_on("UserPrincipalName", &relay.upn)
        .turn_on("UserType", "Member")
        .updated();
    let user_management = |activity, operation| core("UserManagement", activity, operation);
    log.write(
        &Event::new(user_management("Add user", "Add"), at("2026-11-10T02:26:31Z"), actor())
            .target(account)
            .detail("UserType", "Member")
            .agent(TOOL),
    );
    let request = privilege::Request {
        by: marek,
        ip: MAREKS_SHADOW,
        subject: relay,
        role: GLOBAL_ADMINISTRATOR,
        id: Guid::of("relay outside"),
        justification: "",
    };
    outside_of_pim(log, at("2026-11-10T02:27:58Z"), &actor(), &request);
    let what =
        of("Authentication Methods", "UserManagement", "Admin registered security info", "Add");
    log.write(
        &Event::new(what, at("2026-11-10T02:31:12Z"), actor())
            .because("Admin registered temporary access pass method for user")
            .target(Target::person(relay))
            .agent(TOOL),
    );
    let what = of(
        "Device Registration Service",
        "Device",
        "Recover device local administrator password",
        "Get",
    );
    let machines = cast.tenant.devices.iter().filter(|device| device.system == "Windows");
    let times = ["2026-11-10T02:48:02Z", "2026-11-10T02:48:30Z", "2026-11-10T02:49:11Z"];
    for (device, when) in machines.zip(times) {
        log.write(
            &Event::new(what, at(when), actor())
                .target(Target::device(device))
                .detail("DeviceId", device.id.to_string())
                .agent(TOOL),
        );
    }
}

/// The policy before and after: state, and one more excluded user.
pub(super) fn policies(exclude: &[Guid]) -> (Policy<'_>, Policy<'_>) {
    let name = "CA004 Require MFA for administrators";
    let strict = Policy { name, state: "enabled", exclude: &exclude[..exclude.len().min(1)] };
    (strict, Policy { state: "enabledForReportingButNotEnforced", exclude, ..strict })
}

/// Conditional Access for administrators becomes a report.
pub(super) fn policy(log: &mut Log, cast: &Cast<'_>) {
    let exclude = [Guid::of("emergency-1@tidewick.example"), cast.relay.id];
    let (strict, weak) = policies(&exclude);
    let actor = Actor::user_from(&cast.relay, RELAY);
    policy::update(log, at("2026-11-12T03:05:36Z"), &actor, TOOL, (&strict, &weak));
}
