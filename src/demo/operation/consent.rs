//! Consent to an application: service principal, delegated permission grant, app role, consent.
//! Never says whether it was wise.

use super::core;
use crate::demo::event::{Actor, Event, Log, Target};
use crate::demo::people::{App, User};
use crate::demo::random::{Guid, Random};
use crate::time::TICKS_PER_SECOND;

/// The agent of the sign-in service, where consent is given.
const SIGN_IN: &str = "EvoSTS";

/// Who agreed to what.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Consent<'a> {
    pub(in crate::demo) user: &'a User,
    pub(in crate::demo) ip: &'a str,
    pub(in crate::demo) app: &'a App,
    /// Scopes separated by spaces.
    pub(in crate::demo) scope: &'a str,
    /// For everybody (an administrator's consent), or for oneself.
    pub(in crate::demo) everybody: bool,
}

/// The record of a consent.
pub(in crate::demo) fn record<'a>(at: i64, consent: &Consent<'a>) -> Event<'a> {
    let admin = if consent.everybody { "True" } else { "False" };
    let target = Target::principal(consent.app)
        .set("ConsentContext.IsAdminConsent", admin)
        .set("ConsentContext.IsAppOnly", "False")
        .set("ConsentContext.OnBehalfOfAll", admin)
        .set("ConsentContext.Tags", "WindowsAzureActiveDirectoryIntegratedApp")
        .set("ConsentAction.Permissions", &permissions(consent))
        .set("TargetId.ServicePrincipalNames", &consent.app.client.to_string());
    Event::new(
        core("ApplicationManagement", "Consent to application", "Assign"),
        at,
        actor(consent),
    )
    .target(target)
    .detail("AppId", consent.app.client.to_string())
    .agent(SIGN_IN)
}

/// The record of a delegated permission grant.
pub(in crate::demo) fn grant<'a>(at: i64, consent: &Consent<'a>) -> Event<'a> {
    let kind = if consent.everybody { "AllPrincipals" } else { "Principal" };
    let target = Target::named("ServicePrincipal", Guid::of("Microsoft Graph"), "Microsoft Graph")
        .change(
            "DelegatedPermissionGrant.Scope",
            None,
            Some(crate::demo::event::text(consent.scope)),
        )
        .set("DelegatedPermissionGrant.ConsentType", kind)
        .set("ServicePrincipal.ObjectID", &consent.app.principal.to_string())
        .set("ServicePrincipal.DisplayName", &consent.app.name)
        .set("ServicePrincipal.AppId", &consent.app.client.to_string());
    let what = core("ApplicationManagement", "Add delegated permission grant", "Assign");
    Event::new(what, at, actor(consent))
        .target(target)
        .target(Target::unnamed("ServicePrincipal", consent.app.principal))
        .agent(SIGN_IN)
        .detail("AppId", "00000003-0000-0000-c000-000000000000")
        .detail("ServicePrincipalProvisioningType", "Other")
}

/// The whole operation in the order of live records, sharing a correlation id. Writes four records.
pub(in crate::demo) fn operation(
    log: &mut Log,
    random: &mut Random,
    at: i64,
    consent: &Consent<'_>,
) {
    let correlation = random.guid();
    let principal = Target::principal(consent.app)
        .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
        .turn_on("AppPrincipalId", &consent.app.client.to_string())
        .turn_on("DisplayName", &consent.app.name)
        .updated()
        .set("TargetId.ServicePrincipalNames", &consent.app.client.to_string());
    let what = core("ApplicationManagement", "Add service principal", "Add");
    log.write(
        &Event::new(what, at, actor(consent))
            .operation(correlation)
            .target(principal)
            .agent(SIGN_IN)
            .detail("AppId", consent.app.client.to_string())
            .detail("AppOwnerOrganizationId", consent.app.home().to_string())
            .detail("ServicePrincipalProvisioningType", "Other"),
    );
    let step = TICKS_PER_SECOND / 5 + random.below(1_000_000) as i64;
    log.write(&grant(at + step, consent).operation(correlation));
    let role = Target::principal(consent.app)
        .set("AppRole.Id", "00000000-0000-0000-0000-000000000000")
        .set("AppRole.Value", "")
        .set("AppRoleAssignment.CreatedDateTime", &crate::demo::calendar::time_text(at))
        .set("User.ObjectID", &consent.user.id.to_string())
        .set("User.UPN", &consent.user.upn);
    let what = core("UserManagement", "Add app role assignment grant to user", "Assign");
    log.write(
        &Event::new(what, at + 2 * step, actor(consent))
            .operation(correlation)
            .target(role)
            .target(Target::user(consent.user))
            .agent(SIGN_IN),
    );
    log.write(&record(at + 3 * step, consent).operation(correlation));
}

fn actor<'a>(consent: &Consent<'a>) -> Actor<'a> {
    Actor::Through { user: consent.user, ip: consent.ip, client: "Azure ESTS Service" }
}

fn permissions(consent: &Consent<'_>) -> String {
    let kind = if consent.everybody { "AllPrincipals" } else { "Principal" };
    let person = if consent.everybody { String::new() } else { consent.user.id.to_string() };
    format!(
        "[] => [[Id: {}, ClientId: {}, PrincipalId: {person}, ResourceId: {}, ConsentType: {kind}, Scope: {}, CreatedDateTime: , LastModifiedDateTime ]]; ",
        Guid::of(&consent.app.name).digits(),
        consent.app.principal,
        Guid::of("Microsoft Graph"),
        consent.scope,
    )
}
