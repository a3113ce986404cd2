//! Ordinary operations of several records: activations, packages, guests, devices, joiners and leavers.
//! Never crosses midnight: a chain that starts in a day ends in it.

use super::shape::{justification, property, somebody};
use crate::demo::activities::SECRETS;
use crate::demo::calendar::{DAY, HOUR, MINUTE, span_part};
use crate::demo::event::{Actor, Event, Log, Target, list};
use crate::demo::operation::consent::{self, Consent};
use crate::demo::operation::package::{self, Ending};
use crate::demo::operation::policy::{self, Policy};
use crate::demo::operation::{core, device, guest, of, privilege};
use crate::demo::people::{ROLES, Tenant, User};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// No chain writes more records than this.
pub(super) const LONGEST: usize = 12;

const SECOND: i64 = TICKS_PER_SECOND;

/// Writes one chain somewhere in the working hours of `day`.
pub(super) fn start(log: &mut Log, random: &mut Random, day: i64, tenant: &Tenant) {
    // From 08:00 to 13:00, so that ten hours still fit.
    let at = day * DAY + 8 * HOUR + span_part(5 * HOUR, random);
    match random.below(100) {
        0..=24 => activation(log, random, at, tenant),
        25..=46 => registration(log, random, at, tenant),
        47..=58 => reset(log, random, at, tenant),
        59..=68 => device_joins(log, random, at, tenant),
        69..=77 => access_package(log, random, at, tenant),
        78..=85 => joiner(log, random, at, tenant),
        86..=90 => leaver(log, random, at, tenant),
        91..=94 => guest_comes(log, random, at, tenant),
        95..=97 => consent_given(log, random, at, tenant),
        98 => secret(log, random, at, tenant),
        _ => policy_changes(log, random, at, tenant),
    }
}

fn activation(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let by = tenant.admin(random);
    let role = ROLES[random.skewed(10)];
    let request = privilege::Request {
        by,
        ip: &by.ip,
        subject: by,
        role,
        id: random.guid(),
        justification: justification(random),
    };
    let approver = tenant.admin(random);
    let approver = (approver.id != by.id && random.percent(35)).then_some(approver);
    let hours = 1 + random.below(8) as i64;
    privilege::activation(log, random, at, &request, approver, hours);
}

/// Somebody sets up a method to prove who they are.
fn registration(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let user = somebody(tenant, at, random);
    let person = || Actor::User { user, ip: &user.ip, named: true };
    let start = of(
        "Authentication Methods",
        "UserManagement",
        "User started security info registration",
        "Add",
    );
    log.write(
        &Event::new(start, at, person())
            .because("User started the registration for Authenticator App with Code")
            .target(Target::person(user))
            .detail("TransactionId", random.guid().to_string())
            .detail("AuthenticationMethodType", "AppCodeOnly")
            .detail("AuthenticationMethod", "Authenticator App with Code"),
    );
    let end = at + 20 * SECOND + span_part(70 * SECOND, random);
    if random.percent(15) {
        let canceled = of(
            "Authentication Methods",
            "UserManagement",
            "User canceled security info registration",
            "Update",
        );
        log.write(
            &Event::new(canceled, end, person())
                .failing("User canceled security info registration")
                .target(Target::person(user)),
        );
        return;
    }
    let what = core("UserManagement", "Update user", "Update");
    let target = Target::user(user)
        .change(
            "StrongAuthenticationMethod",
            Some("[]".into()),
            Some("[{\"MethodType\":6,\"Default\":true}]".into()),
        )
        .updated()
        .set("TargetId.UserType", "Member");
    log.write(
        &Event::new(what, end, Actor::app("Azure MFA StrongAuthenticationService"))
            .target(target)
            .detail("UserType", "Member"),
    );
    let done = of(
        "Authentication Methods",
        "UserManagement",
        "User registered security info",
        "ServiceApi",
    );
    log.write(
        &Event::new(done, end + SECOND, person())
            .because("User registered Authenticator App with Code")
            .target(Target::person(user))
            .detail("InitiatedFrom", "My Sign-Ins (19db86c3-b2b9-44cc-b339-36da233a3be2)"),
    );
}

/// Somebody forgot their password.
fn reset(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    const STEPS: [&str; 3] = [
        "User submitted their user ID",
        "User was presented with verification options",
        "User completed the mobile SMS verification option",
    ];
    let user = somebody(tenant, at, random);
    let correlation = random.guid();
    let person = || Actor::User { user, ip: &user.ip, named: true };
    let progress = of(
        "Self-service Password Management",
        "UserManagement",
        "Self-service password reset flow activity progress",
        "Update",
    );
    for (step, reason) in STEPS.into_iter().enumerate() {
        let at = at + step as i64 * 25 * SECOND;
        log.write(
            &Event::new(progress, at, person())
                .operation(correlation)
                .because(reason)
                .target(Target::person(user)),
        );
    }
    let at = at + 95 * SECOND;
    let reset = of(
        "Self-service Password Management",
        "UserManagement",
        "Reset password (self-service)",
        "Update",
    );
    let event = Event::new(reset, at, person()).operation(correlation).target(Target::person(user));
    if random.percent(20) {
        log.write(
            &event
                .failing("Password does not meet the complexity requirements of the organization"),
        );
        return;
    }
    log.write(&event.because("Successfully completed reset."));
    for (step, activity) in [
        (1, "Update PasswordProfile"),
        (1, "Change user password"),
        (2, "Update StsRefreshTokenValidFrom Timestamp"),
    ] {
        let target = property::by_reset_service(
            Target::user(user),
            step == 1 && activity.starts_with("Update"),
        );
        log.write(
            &Event::new(
                core("UserManagement", activity, "Update"),
                at + step * SECOND,
                Actor::app("Microsoft password reset service"),
            )
            .target(target),
        );
    }
}

fn device_joins(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let device = tenant.device(false, random);
    let owner = somebody(tenant, at, random);
    device::join(log, random, at, device, owner);
}

fn access_package(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    const PACKAGES: [&str; 3] = ["Partner Collaboration", "Finance Month End", "CAD Workstation"];
    let approvers = [tenant.admin(random), &tenant.users[12 + random.below(20)]];
    let count = 1 + random.below(2);
    let request = package::Request {
        requester: somebody(tenant, at, random),
        package: random.word(&PACKAGES),
        approvers: &approvers[..count],
        id: random.guid(),
        justification: justification(random),
    };
    let ending = match random.below(10) {
        0..=3 => Ending::Delivered,
        4..=6 => Ending::Automatic,
        7 => Ending::Denied,
        8 => Ending::TimedOut,
        _ => Ending::Failed,
    };
    package::run(log, random, at, &request, ending);
}

/// Somebody new, written by the people system.
fn joiner(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let user = somebody(tenant, at, random);
    let correlation = random.guid();
    let app = &tenant.apps[1];
    let sync = || Actor::app(&app.name);
    for (step, activity) in
        ["Import", "Synchronization rule action", "Export"].into_iter().enumerate()
    {
        let what = of("Account Provisioning", "ProvisioningManagement", activity, "Add");
        log.write(
            &Event::new(what, at + step as i64 * SECOND, sync())
                .operation(correlation)
                .target(Target::principal(app))
                .target(Target::person(user).set("employeeId", &user.id.digits()[..6]))
                .detail("EventName", activity)
                .detail("SourceAnchor", user.id.digits()[..6].to_owned()),
        );
    }
    let account = Target::user(user)
        .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
        .turn_on("DisplayName", &user.name)
        .turn_on("Department", user.department)
        .turn_on("JobTitle", user.title)
        .turn_on("UserPrincipalName", &user.upn)
        .turn_on("UserType", "Member")
        .updated();
    let what = core("UserManagement", "Add user", "Add");
    log.write(
        &Event::new(what, at + 4 * SECOND, sync()).target(account).detail("UserType", "Member"),
    );
    let group = &tenant.groups[3];
    let what = core("GroupManagement", "Add member to group", "Assign");
    log.write(
        &Event::new(what, at + 40 * SECOND, sync())
            .target(Target::user(user).membership(group, false))
            .target(Target::of_group(group)),
    );
}

/// Somebody leaves: switched off, out of a group, deleted at the end of the day.
fn leaver(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let admin = tenant.admin(random);
    let local = format!("former.{}", random.below(9_000));
    let user = User::member("", &local, ("", ""), String::new(), admin.agent);
    let actor = || Actor::user(admin);
    let off = Target::user(&user)
        .change("AccountEnabled", Some("[true]".into()), Some("[false]".into()))
        .updated();
    let what = core("UserManagement", "Disable account", "Update");
    log.write(&Event::new(what, at, actor()).target(off).agent(admin.agent));
    let group = tenant.ordinary_group(random);
    let what = core("GroupManagement", "Remove member from group", "Unassign");
    log.write(
        &Event::new(what, at + 3 * MINUTE, actor())
            .target(Target::user(&user).membership(group, true))
            .target(Target::of_group(group))
            .agent(admin.agent),
    );
    let deleted = Target::deleted(&user).set("Is Hard Deleted", "False");
    let what = core("UserManagement", "Delete user", "Delete");
    log.write(
        &Event::new(what, at + 2 * HOUR, actor())
            .target(deleted)
            .detail("UserType", "Member")
            .agent(admin.agent),
    );
}

fn guest_comes(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let by = somebody(tenant, at, random);
    let visitor = random.pick(&tenant.guests);
    guest::invite(log, random, at, (by, &by.ip), visitor);
    if random.percent(75) {
        guest::redeem(log, at + HOUR + span_part(4 * HOUR, random), visitor, &visitor.ip);
    }
}

fn consent_given(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let user = somebody(tenant, at, random);
    let app = &tenant.apps[2 + random.below(tenant.apps.len() - 2)];
    let given =
        Consent { user, ip: &user.ip, app, scope: "User.Read openid profile", everybody: false };
    consent::operation(log, random, at, &given);
}

/// A developer renews a secret: the registration and its service principal are logged both.
fn secret(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let admin = tenant.admin(random);
    let app = &tenant.apps[2 + random.below(tenant.apps.len() - 2)];
    let correlation = random.guid();
    let key = |name: &str| {
        format!(
            "[KeyIdentifier={},KeyType=Password,KeyUsage=Verify,DisplayName={name}]",
            Guid::of(&format!("{at} {name}"))
        )
    };
    let (old, new) = (key("2025"), key("2026"));
    let targets = [Target::application(app), Target::principal(app)];
    let names = [SECRETS, "Update service principal"];
    for (target, name) in targets.into_iter().zip(names) {
        let target = target
            .change("KeyDescription", Some(list(&[&old])), Some(list(&[&old, &new])))
            .updated();
        log.write(
            &Event::new(core("ApplicationManagement", name, "Update"), at, Actor::user(admin))
                .operation(correlation)
                .target(target)
                .detail("AppId", app.client.to_string())
                .agent(admin.agent),
        );
    }
}

/// A policy leaves the report-only state, as planned.
fn policy_changes(log: &mut Log, random: &mut Random, at: i64, tenant: &Tenant) {
    let admin = tenant.admin(random);
    // The first five are left alone on ordinary days.
    let name = tenant.policies[5 + random.below(tenant.policies.len() - 5)];
    let exclude = [Guid::of("emergency-1@tidewick.example")];
    let old = Policy { name, state: "enabledForReportingButNotEnforced", exclude: &exclude };
    let new = Policy { state: "enabled", ..old };
    policy::update(log, at, &Actor::user(admin), admin.agent, (&old, &new));
}
