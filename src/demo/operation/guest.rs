//! Guests: the invitation, the account it makes, the redemption.
//! Never sends anything.

use super::{core, of};
use crate::demo::event::{Actor, Event, Log, Target, list, text};
use crate::demo::people::{COMPANY, User};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// An invitation, logged by Invited Users and, as a new account, by Core Directory. Writes two records.
pub(in crate::demo) fn invite<'a>(
    log: &mut Log,
    random: &mut Random,
    at: i64,
    (by, ip): (&'a User, &'a str),
    guest: &'a User,
) {
    let invitation = random.guid().to_string();
    let what = core("UserManagement", "Add user", "Add");
    let account = Target::user(guest)
        .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
        .turn_on("DisplayName", &guest.name)
        .turn_on("OtherMail", &guest.mail())
        .turn_on("UserPrincipalName", &guest.upn)
        .turn_on("UserType", "Guest")
        .updated();
    log.write(
        &Event::new(what, at, Actor::app("Microsoft B2B Admin Worker"))
            .target(account)
            .detail("UserType", "Guest"),
    );
    let what = of("Invited Users", "UserManagement", "Invite external user", "Add");
    log.write(
        &Event::new(what, at + TICKS_PER_SECOND, Actor::User { user: by, ip, named: true })
            .target(Target::person(guest))
            .detail("oid", by.id.to_string())
            .detail("tid", Guid::of(COMPANY).to_string())
            .detail("ipaddr", ip)
            .detail("InvitationId", invitation)
            .detail("invitedUserEmailAddress", guest.mail()),
    );
}

/// The guest accepts. Writes two records.
pub(in crate::demo) fn redeem<'a>(log: &mut Log, at: i64, guest: &'a User, ip: &'a str) {
    let what = of("Invited Users", "UserManagement", "Redeem external user invite", "Update");
    let upn = format!(
        "UPN: {}, Email: {}, InvitationId: {}",
        guest.upn,
        guest.mail(),
        Guid::of(&guest.upn)
    );
    log.write(
        &Event::new(what, at, Actor::User { user: guest, ip, named: true })
            .target(Target::named("User", guest.id, upn))
            .detail("ipaddr", ip),
    );
    let what = core("UserManagement", "Update user", "Update");
    let account = Target::user(guest)
        .change(
            "AcceptedOn",
            Some("[]".into()),
            Some(list(&[&crate::demo::calendar::time_text(at)])),
        )
        .turn("UserState", "PendingAcceptance", "Accepted")
        .updated()
        .change("TargetId.UserType", None, Some(text("Guest")));
    log.write(
        &Event::new(
            what,
            at + TICKS_PER_SECOND,
            Actor::app("Microsoft Invitation Acceptance Portal"),
        )
        .target(account)
        .detail("UserType", "Guest"),
    );
}
