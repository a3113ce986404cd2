//! What a single ordinary record looks like, by the kind of its activity.
//! Never decides which activity it is.

pub(super) mod property;

use property::{
    by_reset_service, device_state, key, license, product, profile, registration, strong,
    written_by_app,
};

use crate::demo::activities::{Activity, By, Shape};
use crate::demo::calendar::{DAY, LAST_DAY, span_part, time_text};
use crate::demo::event::{Actor, Event, Target, list, text};
use crate::demo::operation::consent::{self, Consent as Consented};
use crate::demo::operation::privilege;
use crate::demo::people::{App, CREW, ROLES, Tenant, User};
use crate::demo::random::{Guid, Random};

const FAILURES: [&str; 7] = [
    "Microsoft.Online.Workflows.ObjectAlreadyExistsException",
    "Microsoft.Online.Workflows.ValidationException",
    "Insufficient privileges to complete the operation.",
    "Microsoft.Online.DirectoryServices.ReferenceNotFound",
    "The operation was throttled. Please try again later.",
    "Microsoft.Online.Workflows.PolicyViolationException",
    "OnPremisesConnectivityFailure",
];
const JUSTIFICATIONS: [&str; 7] = [
    "Ticket COVE-4182",
    "On call",
    "Mailbox request COVE-4377",
    "Patch window",
    "Audit question",
    "Onboarding of the new shift",
    "COVE-4410: laptop exchange",
];

/// One ordinary record.
pub(super) fn event<'t>(
    activity: &Activity,
    at: i64,
    tenant: &'t Tenant,
    random: &mut Random,
) -> Event<'t> {
    let subject = somebody(tenant, at, random);
    let by = match activity.by {
        By::Admin => tenant.admin(random),
        By::Own | By::Robot(_) => subject,
    };
    let named = activity.what.service != "Core Directory" && random.percent(70);
    let actor = match activity.by {
        By::Robot(name) => Actor::app(name),
        By::Admin | By::Own => Actor::User { user: by, ip: &by.ip, named },
    };
    let robot = matches!(actor, Actor::App { .. });
    // Whoever works in a client of Microsoft's bears its name in the directory.
    let client = match (activity.what.service, activity.what.category) {
        ("Core Directory", "GroupManagement") => Some("Microsoft Teams Services"),
        ("Core Directory", "UserManagement") => Some("Graph Explorer"),
        _ => None,
    };
    let actor = match (actor, client) {
        (Actor::User { user, ip, .. }, Some(client)) if random.percent(20) => {
            Actor::Through { user, ip, client }
        }
        (actor, _) => actor,
    };
    let scene = Scene { activity, at, tenant, by, subject };
    let mut event = scene.draw(actor, random);
    if !robot && random.percent(60) {
        event = event.agent(by.agent);
    }
    match random.below(1_000) {
        0..=33 => event.failing(random.word(&FAILURES)),
        34..=36 => event.failing(random.word(&FAILURES)).by(Actor::Nobody),
        37..=38 => event.ending("timeout"),
        39 => event.ending("unknownFutureValue"),
        _ => event,
    }
}

/// A reason to be given a role.
pub(super) fn justification(random: &mut Random) -> &'static str {
    random.word(&JUSTIFICATIONS)
}

/// Anybody, busy people more often; the field engineers only before they were deleted.
pub(super) fn somebody<'t>(tenant: &'t Tenant, at: i64, random: &mut Random) -> &'t User {
    let left_out = if at >= (LAST_DAY - 3) * DAY { CREW } else { 0 };
    let count = tenant.users.len() - left_out;
    let place = if random.percent(60) { random.skewed(count) } else { random.below(count) };
    &tenant.users[place]
}

struct Scene<'s, 't> {
    activity: &'s Activity,
    at: i64,
    tenant: &'t Tenant,
    by: &'t User,
    subject: &'t User,
}

impl<'t> Scene<'_, 't> {
    fn draw(&self, actor: Actor<'t>, random: &mut Random) -> Event<'t> {
        let event = |actor| Event::new(self.activity.what, self.at, actor);
        match self.activity.shape {
            Shape::Read if self.activity.what.activity.contains("UserAuthMethod") => event(actor)
                .because("NoContent")
                .target(Target::blank(None))
                .target(Target::blank(Some("Multifactor Authentication"))),
            Shape::Read => event(actor).target(Target::nothing()),
            Shape::Bulk => self.bulk(event(actor), random),
            Shape::Pim => self.pim(actor, random),
            Shape::Sync => self.sync(event(actor), random),
            Shape::Consent | Shape::Grant => self.consent(random),
            Shape::Thing(kind, names) => self.thing(event(actor), kind, names, random),
            Shape::GroupEdit | Shape::GroupPlain | Shape::GroupLicense => {
                self.group(event(actor), random)
            }
            Shape::Attribute => self.attribute(event(actor), random),
            Shape::DeviceEdit | Shape::DevicePlain => self.device(event(actor), random),
            Shape::AppEdit
            | Shape::AppPlain
            | Shape::AppOwner
            | Shape::AppRole(_)
            | Shape::AppRoleOfApp(_)
            | Shape::PrincipalEdit
            | Shape::PrincipalNew
            | Shape::Secret => self.app(event(actor), random),
            _ => self.user(event(actor), random),
        }
    }

    fn user(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        let user = self.subject;
        let directory = Target::user(user);
        let event = event.detail("UserType", "Member");
        match self.activity.shape {
            Shape::UserEdit => {
                let target = profile(directory, user, self.tenant, random).updated();
                event.target(target.set("TargetId.UserType", "Member"))
            }
            Shape::UserQuiet => event.target(written_by_app(directory, &self.activity.by)),
            Shape::Strong => {
                let target = strong(directory, user, self.at, random).updated();
                event.target(target.set("TargetId.UserType", "Member"))
            }
            Shape::Account(on) => {
                let (old, new) = if on { ("[false]", "[true]") } else { ("[true]", "[false]") };
                let target = directory
                    .change("AccountEnabled", Some(old.into()), Some(new.into()))
                    .updated();
                event.target(target.set("TargetId.UserType", "Member"))
            }
            Shape::Password => event.target(by_reset_service(directory, true)),
            Shape::License => event.target(license(directory, random)),
            Shape::Manager => {
                let manager = self.tenant.users[random.below(40)].id.to_string();
                let target = directory.turn_on("Manager", &manager).updated();
                event.target(target.set("TargetId.UserType", "Member"))
            }
            Shape::Tokens => {
                let old = time_text(self.at - DAY - span_part(20 * DAY, random));
                let target = directory
                    .turn("StsRefreshTokensValidFrom", &old, &time_text(self.at))
                    .updated()
                    .set("TargetId.UserType", "Member");
                event.target(target)
            }
            Shape::PersonBecause(reasons) => {
                event.because(random.word(reasons)).target(Target::person(user))
            }
            Shape::PersonPlain => event.target(Target::person(user)),
            Shape::GuestPlain => event.target(Target::person(random.pick(&self.tenant.guests))),
            Shape::Member(gone) => {
                let group = self.tenant.ordinary_group(random);
                event.target(directory.membership(group, gone)).target(Target::of_group(group))
            }
            Shape::RoleMember(gone) => {
                let role = ROLES[random.below(6)];
                privilege::membership(self.at, Actor::app("MS-PIM"), user, role, gone)
                    .called(self.activity.what)
            }
            _ => event.target(directory),
        }
    }

    fn app(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        let app = &self.tenant.apps[random.skewed(self.tenant.apps.len())];
        let names = app.client.to_string();
        let event = event.detail("AppId", names.clone());
        match self.activity.shape {
            Shape::AppEdit => event.target(registration(app, random)),
            Shape::PrincipalEdit => {
                let target = Target::principal(app)
                    .turn("KeyDescription", &key(app, "old", random), &key(app, "new", random))
                    .updated()
                    .set("TargetId.ServicePrincipalNames", &names);
                event.target(target)
            }
            Shape::Secret => {
                let (old, new) = (key(app, "deploy", random), key(app, "deploy", random));
                let target = Target::application(app)
                    .change("KeyDescription", Some(list(&[&old])), Some(list(&[&old, &new])))
                    .updated();
                event.target(target)
            }
            Shape::AppOwner => {
                let target = Target::user(self.subject)
                    .set("Application.ObjectID", &app.id.to_string())
                    .set("Application.DisplayName", &app.name)
                    .set("Application.AppId", &names)
                    .set("TargetId.UserType", "Member");
                event.target(target).target(Target::unnamed("Application", app.id))
            }
            Shape::AppRoleOfApp(gone) => self.role_of_app(event, app, gone, random),
            Shape::PrincipalNew => self.arrival(event, app, random),
            Shape::AppRole(gone) => {
                let id = Guid::of("user role").to_string();
                let user = self.subject.id.to_string();
                let properties = [
                    ("AppRole.Id", id.as_str()),
                    ("AppRole.Value", "User"),
                    ("AppRole.DisplayName", "User"),
                    ("User.ObjectID", user.as_str()),
                    ("User.UPN", self.subject.upn.as_str()),
                    ("TargetId.ServicePrincipalNames", names.as_str()),
                ];
                let target =
                    properties.into_iter().fold(Target::principal(app), |target, (name, value)| {
                        if gone { target.unset(name, value) } else { target.set(name, value) }
                    });
                event.target(target).target(Target::user(self.subject))
            }
            _ => event.target(Target::application(app)),
        }
    }

    /// A permission on Microsoft Graph: the receiver is named by its application id, or not listed.
    fn role_of_app(
        &self,
        event: Event<'t>,
        app: &'t App,
        gone: bool,
        random: &mut Random,
    ) -> Event<'t> {
        let names = [
            ("AppRole.Id", Guid::of("role of app").to_string()),
            ("AppRole.Value", "Group.Read.All".to_owned()),
            ("AppRole.DisplayName", "Read all groups".to_owned()),
            ("AppRoleAssignment.CreatedDateTime", time_text(self.at)),
            ("AppRoleAssignment.LastModifiedDateTime", time_text(self.at)),
            ("ServicePrincipal.ObjectID", app.principal.to_string()),
            ("ServicePrincipal.DisplayName", app.name.clone()),
            ("ServicePrincipal.AppId", app.client.to_string()),
            ("ServicePrincipal.Name", app.client.to_string()),
        ];
        let graph =
            Target::named("ServicePrincipal", Guid::of("Microsoft Graph"), "Microsoft Graph");
        let target = names.into_iter().fold(graph, |target, (name, value)| {
            if gone { target.unset(name, &value) } else { target.set(name, &value) }
        });
        let event = event.target(target.set(
            "TargetId.ServicePrincipalNames",
            "https://graph.microsoft.com;00000003-0000-0000-c000-000000000000",
        ));
        if random.percent(50) {
            return event;
        }
        event.target(Target::named("ServicePrincipal", app.principal, app.client.to_string()))
    }

    /// A service principal comes: one of Microsoft's where a service brings it, else one of the tenant.
    fn arrival(&self, event: Event<'t>, app: &'t App, random: &mut Random) -> Event<'t> {
        const SERVICES: [(&str, &str); 4] = [
            ("Office eSign", "subscription"),
            ("Viva Skills", "subscription"),
            ("Azure Data Explorer", "AzureResourceProvider"),
            ("Microsoft Threat Protection", "defaultMicrosoft"),
        ];
        if !matches!(self.activity.by, By::Robot(_)) {
            let target = Target::principal(app)
                .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
                .turn_on("AppPrincipalId", &app.client.to_string())
                .turn_on("DisplayName", &app.name)
                .updated()
                .set("TargetId.ServicePrincipalNames", &app.client.to_string());
            return event
                .target(target)
                .detail("AppOwnerOrganizationId", app.home().to_string())
                .detail("ServicePrincipalProvisioningType", "Other");
        }
        let (name, way) = SERVICES[random.below(SERVICES.len())];
        let target = Target::named("ServicePrincipal", Guid::of(name), name)
            .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
            .turn_on("DisplayName", name)
            .updated();
        let event = event
            .target(target)
            .detail("AppOwnerOrganizationId", "f8cdef31-a31e-4b4a-93e4-5f571e91255a")
            .detail("ServicePrincipalProvisioningType", way);
        if way != "subscription" {
            return event;
        }
        event.detail(
            "SubscribedSkus",
            format!("[{{\"SkuId\":\"{}\",\"SkuName\":\"SPE_E5\",\"ServicePlanName\":\"SHAREPOINTENTERPRISE\"}}]", Guid::of("SPE_E5")),
        )
    }

    /// What the custom security attribute log says: no more than that something was written.
    fn attribute(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        const ATTRIBUTES: [&str; 3] =
            ["Engineering_Project", "Engineering_Berth", "Finance_Clearance"];
        let activity = self.activity.what.activity;
        let target = match activity {
            "Update attribute values assigned to a user" => Target::user(self.subject),
            _ => Target::unnamed("Other", Guid::of(ATTRIBUTES[random.below(3)])),
        };
        event.target(
            target.set("Included Updated Properties", "").set("TargetId.UserType", "Member"),
        )
    }

    fn consent(&self, random: &mut Random) -> Event<'t> {
        const SCOPES: [&str; 4] = [
            "openid profile",
            "User.Read",
            "User.Read openid profile offline_access",
            "Calendars.Read User.Read",
        ];
        let app = &self.tenant.apps[random.skewed(self.tenant.apps.len())];
        let scope = random.word(&SCOPES);
        let given = Consented { user: self.by, ip: &self.by.ip, app, scope, everybody: false };
        if self.activity.shape == Shape::Consent {
            consent::record(self.at, &given)
        } else {
            consent::grant(self.at, &given).called(self.activity.what)
        }
    }

    fn pim(&self, actor: Actor<'t>, random: &mut Random) -> Event<'t> {
        let request = privilege::Request {
            by: self.by,
            ip: &self.by.ip,
            subject: self.tenant.admin(random),
            role: ROLES[random.skewed(9)],
            id: random.guid(),
            justification: justification(random),
        };
        privilege::record(self.activity.what, self.at, actor, &request)
    }

    fn sync(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        let app = &self.tenant.apps[1];
        let anchor = format!("TW{:05}", random.below(100_000));
        let target = Target::person(self.subject)
            .change("department", None, Some(text(self.subject.department)))
            .change("title", None, Some(text(self.subject.title)))
            .change("mail", None, Some(text(&self.subject.upn)))
            .change("employeeId", None, Some(text(&anchor)));
        event
            .target(Target::principal(app))
            .target(target)
            .detail("Details", format!("{} 'worker' {anchor}", self.activity.what.activity))
            .detail("ErrorCode", "")
            .detail("EventName", self.activity.what.activity)
            .detail("JoiningProperty", "employeeId")
            .detail("SourceAnchor", anchor)
            .detail("CycleId", random.guid().to_string())
    }

    fn bulk(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        if self.activity.what.activity.starts_with("started") {
            return event.target(Target::nothing());
        }
        let total = 3 + random.below(60);
        event
            .because(format!("Total activities count: {total}; succeeded activities count: {total}; failed activities count: 0"))
            .target(Target::nothing())
    }

    fn group(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        let group = self.tenant.ordinary_group(random);
        let target = Target::group(group);
        if self.activity.shape == Shape::GroupPlain {
            return event.target(target);
        }
        if self.activity.shape == Shape::GroupLicense {
            let list = list(&[&product("SPE_F1")]);
            return event
                .target(target.change("AssignedLicense", Some("[]".into()), Some(list)).updated());
        }
        let target = target
            .turn("Description", "", "Ask the owner before you join")
            .change("MailEnabled", Some("[false]".into()), Some("[true]".into()))
            .updated();
        event.target(target).detail("GroupType", group.kind)
    }

    fn device(&self, event: Event<'t>, random: &mut Random) -> Event<'t> {
        // Only Windows has local administrators and BitLocker.
        let windows = self.activity.what.service == "Device Registration Service";
        let device = self.tenant.device(windows, random);
        let target = Target::device(device);
        let target = if self.activity.shape == Shape::DevicePlain {
            target
        } else {
            device_state(target, device, self.at, random)
        };
        event
            .target(target)
            .detail("DeviceId", device.id.to_string())
            .detail("DeviceOSType", device.system)
            .detail("DeviceTrustType", "AzureAd")
    }

    fn thing(
        &self,
        event: Event<'t>,
        kind: &'static str,
        names: &[&'static str],
        random: &mut Random,
    ) -> Event<'t> {
        let name = random.word(names);
        let target = match kind {
            "Domain" => Target::domain(name),
            kind => Target::named(kind, Guid::of(name), name),
        };
        let target = match self.activity.what.operation {
            "" | "Get" | "Delete" => target,
            "Update" => target
                .change(
                    "Description",
                    Some(text("Reviewed in spring")),
                    Some(text("Reviewed in autumn")),
                )
                .change("IsEnabled", Some("true".into()), Some("true".into())),
            _ => target.set("DisplayName", name).change("IsEnabled", None, Some("true".into())),
        };
        event.target(target)
    }
}
