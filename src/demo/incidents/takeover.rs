//! The intruder settles in and breaks things; the owners come back.
//! Never repairs everything: what the recovery overlooks is part of the story.

use super::{Cast, KAI, RELAY, TOOL, at, intrusion};
use crate::demo::event::{Actor, Event, Log, Target, list, text};
use crate::demo::operation::{core, guest, of, policy, privilege};
use crate::demo::people::{HYBRID_IDENTITY_ADMINISTRATOR, cast};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// Invitations every 28 seconds, five redemptions, one guest who rises.
pub(super) fn guests(log: &mut Log, cast: &Cast<'_>, random: &mut Random) {
    let actor = || Actor::user_from(&cast.relay, RELAY);
    let what = core("AuthorizationPolicy", "Update authorization policy", "Update");
    let policy = Target::named("Policy", Guid::of("authorization policy"), "Authorization Policy")
        .turn("AllowInvitesFrom", "AdminsAndGuestInviters", "Everyone")
        .updated();
    log.write(&Event::new(what, at("2026-11-13T22:38:15Z"), actor()).target(policy).agent(TOOL));

    let first = at("2026-11-13T22:41:05Z");
    for (place, visitor) in cast.storm.iter().enumerate() {
        let when = first + place as i64 * 28 * TICKS_PER_SECOND;
        guest::invite(log, random, when, (&cast.relay, RELAY), visitor);
    }
    let redeemed = at("2026-11-13T22:58:40Z");
    for (place, visitor) in cast.storm.iter().step_by(5).enumerate() {
        guest::redeem(log, redeemed + place as i64 * 143 * TICKS_PER_SECOND, visitor, KAI);
    }

    let Some(kai) = cast.storm.first() else { return };
    let group = &cast.tenant.groups[0];
    let what = core("GroupManagement", "Add member to group", "Assign");
    log.write(
        &Event::new(what, at("2026-11-13T23:14:22Z"), actor())
            .target(Target::user(kai).membership(group, false))
            .target(Target::of_group(group))
            .agent(TOOL),
    );
    let what = core("UserManagement", "Update user", "Update");
    let member = Target::user(kai)
        .turn("UserType", "Guest", "Member")
        .updated()
        .set("TargetId.UserType", "Member");
    log.write(
        &Event::new(what, at("2026-11-13T23:16:47Z"), actor())
            .target(member)
            .detail("UserType", "Member")
            .agent(TOOL),
    );
}

/// A domain that lets its owner sign in as anybody.
pub(super) fn domain(log: &mut Log, cast: &Cast<'_>) {
    const NAME: &str = "login-tidewick.example";
    let Some(kai) = cast.storm.first() else { return };
    let giver = Actor::user_from(&cast.relay, RELAY);
    let when = at("2026-11-14T03:12:09Z");
    log.write(
        &privilege::membership(when, giver, kai, HYBRID_IDENTITY_ADMINISTRATOR, false).agent(TOOL),
    );
    let domain = || Target::domain(NAME);
    let live = |kind: &str| {
        Some(format!("[{{\"LiveType\":\"{kind}\",\"IsInitial\":false,\"IsDefault\":false}}]"))
    };
    let steps = [
        (
            "2026-11-14T03:20:14Z",
            core("DirectoryManagement", "Add unverified domain", "Add"),
            domain().change("Name", Some("[\"\"]".into()), Some(list(&[NAME]))),
        ),
        (
            "2026-11-14T03:26:52Z",
            core("DirectoryManagement", "Verify domain", "Update"),
            domain().change("Verified", Some("[false]".into()), Some("[true]".into())),
        ),
        (
            "2026-11-14T03:29:03Z",
            core("DirectoryManagement", "Set domain authentication", "Update"),
            domain().change("LiveType", live("Managed"), live("Federated")),
        ),
        (
            "2026-11-14T03:29:41Z",
            core("DirectoryManagement", "Set federation settings on domain", "Update"),
            domain()
                .change("IssuerUri", Some(text("")), Some(text("http://any.sts/5C1A7E42")))
                .change(
                    "PassiveLogOnUri",
                    Some(text("")),
                    Some(text("https://sts.quietharbor.example/ls")),
                ),
        ),
    ];
    for (when, what, target) in steps {
        log.write(
            &Event::new(what, at(when), Actor::user_from(kai, KAI))
                .target(target.updated())
                .agent(TOOL),
        );
    }
}

/// The list of users is taken, then the field engineers are deleted: one every four seconds.
pub(super) fn deletion(log: &mut Log, cast: &Cast<'_>) {
    let actor = || Actor::user_from(&cast.relay, RELAY);
    let portal = |activity| of("AAD Management UX", "UserManagement", activity, "");
    let crew = cast.crew();
    let total = crew.len();
    for (when, activity, reason) in [
        ("2026-11-17T18:47:10Z", "started (bulk)", String::new()),
        ("2026-11-17T18:48:02Z", "Download users - finished (bulk)", "Total activities count: 207; succeeded activities count: 207; failed activities count: 0".to_owned()),
        ("2026-11-17T18:52:11Z", "started (bulk)", String::new()),
        ("2026-11-17T18:55:20Z", "Bulk delete users - finished (bulk)", format!("Total activities count: {total}; succeeded activities count: {total}; failed activities count: 0")),
    ] {
        log.write(
            &Event::new(portal(activity), at(when), actor())
                .because(reason)
                .target(Target::nothing())
                .agent(TOOL),
        );
    }
    let first = at("2026-11-17T18:52:20Z");
    let delete = core("UserManagement", "Delete user", "Delete");
    for (place, user) in crew.iter().enumerate() {
        log.write(
            &Event::new(delete, first + place as i64 * 4 * TICKS_PER_SECOND, actor())
                .target(Target::deleted(user).set("Is Hard Deleted", "False"))
                .detail("UserType", "Member")
                .agent(TOOL),
        );
    }
    let purge = core("UserManagement", "Hard Delete user", "Delete");
    let first = at("2026-11-17T19:01:40Z");
    for (place, user) in crew.iter().take(3).enumerate() {
        // A purged user has no name left in the record.
        log.write(
            &Event::new(purge, first + place as i64 * 20 * TICKS_PER_SECOND, actor())
                .target(Target::unnamed("User", user.id).set("Is Hard Deleted", "True"))
                .agent(TOOL),
        );
    }
}

/// Ragnheiður's morning. Domain, Kai Morrow and role settings stay as they are.
pub(super) fn recovery(log: &mut Log, cast: &Cast<'_>) {
    let boss = cast.ragnheidur();
    let actor = || Actor::user(boss);
    let user_management = |activity, operation| core("UserManagement", activity, operation);
    let risk = of("Identity Protection", "Other", "ConfirmCompromised", "Update");
    let analyst = cast.user(cast::IFEOMA);
    log.write(
        &Event::new(
            risk,
            at("2026-11-18T07:31:26Z"),
            Actor::User { user: analyst, ip: &analyst.ip, named: true },
        )
        .target(Target::person(cast.marek()))
        .agent(analyst.agent),
    );
    let off = Target::user(&cast.relay)
        .change("AccountEnabled", Some("[true]".into()), Some("[false]".into()))
        .updated();
    let steps = [
        ("2026-11-18T07:44:03Z", user_management("Disable account", "Update"), off),
        (
            "2026-11-18T07:46:50Z",
            user_management("Reset password", "Update"),
            Target::user(cast.marek()),
        ),
        (
            "2026-11-18T07:47:12Z",
            user_management("Update StsRefreshTokenValidFrom Timestamp", "Update"),
            Target::user(cast.marek())
                .turn("StsRefreshTokensValidFrom", "2026-08-02T09:00:00Z", "2026-11-18T07:47:12Z")
                .updated(),
        ),
        (
            "2026-11-18T07:52:35Z",
            core("ApplicationManagement", "Remove delegated permission grant", "Unassign"),
            Target::principal(&cast.viewer).unset(
                "DelegatedPermissionGrant.Scope",
                "Mail.Read User.Read openid profile offline_access",
            ),
        ),
        (
            "2026-11-18T07:53:20Z",
            core("ApplicationManagement", "Remove service principal", "Delete"),
            Target::principal(&cast.viewer),
        ),
    ];
    for (when, what, target) in steps {
        log.write(&Event::new(what, at(when), actor()).target(target).agent(boss.agent));
    }
    let start = at("2026-11-18T07:58:44Z");
    let old = intrusion::key("nightly 2025");
    let removed = (list(&[&old, &intrusion::key("monitor")]), list(&[&old]));
    intrusion::keys_changed(log, start, (&actor(), boss.agent), &cast.tenant.apps[0], removed);

    let exclude = [Guid::of("emergency-1@tidewick.example"), cast.relay.id];
    let (strict, weak) = intrusion::policies(&exclude);
    policy::update(log, at("2026-11-18T08:03:19Z"), &actor(), boss.agent, (&weak, &strict));

    let restore = user_management("Restore user", "Update");
    let first = at("2026-11-18T08:10:00Z");
    for (place, user) in cast.crew().iter().skip(3).enumerate() {
        log.write(
            &Event::new(restore, first + place as i64 * 9 * TICKS_PER_SECOND, actor())
                .target(Target::user(user))
                .agent(boss.agent),
        );
    }
}
