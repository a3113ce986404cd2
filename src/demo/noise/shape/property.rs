//! Changed properties as Core Directory logs them: profiles, methods, licences, keys, devices.
//! Never whole records.

use crate::demo::activities::By;
use crate::demo::calendar::{DAY, time_text};
use crate::demo::event::{Target, list, text};
use crate::demo::people::{App, Device, Tenant, User};
use crate::demo::random::{Guid, Random};

/// One to six properties of somebody's profile.
pub(super) fn profile<'t>(
    target: Target<'t>,
    user: &User,
    tenant: &Tenant,
    random: &mut Random,
) -> Target<'t> {
    let other = &tenant.users[random.below(tenant.users.len())];
    let first = random.below(9);
    let count = 1 + random.skewed(6);
    (first..first + count).fold(target, |target, property| match property % 9 {
        0 => target.turn("Department", user.department, other.department),
        1 => target.turn("JobTitle", user.title, other.title),
        2 => target.turn("PhysicalDeliveryOfficeName", "Reykjavík", "Akureyri"),
        3 => target.turn(
            "TelephoneNumber",
            "+354 555 0100",
            &format!("+354 555 01{:02}", random.below(100)),
        ),
        4 => target.change(
            "ProxyAddresses",
            Some(list(&[&format!("SMTP:{}", user.upn)])),
            Some(list(&[
                &format!("SMTP:{}", user.upn),
                &format!("smtp:{}", user.upn.replace('@', "@gauges.")),
            ])),
        ),
        5 => target.turn("EmployeeId", "", &format!("TW{:05}", random.below(100_000))),
        6 => target.turn("PreferredLanguage", "en-GB", "is-IS"),
        7 => target.turn("ExtensionAttribute3", "shift=day", "shift=night"),
        _ => target.turn("UsageLocation", "GB", "IS"),
    })
}

/// A user written to by a service: Microsoft names the service, not what it changed.
pub(super) fn written_by_app<'t>(target: Target<'t>, by: &By) -> Target<'t> {
    let client = match by {
        By::Robot(name) => Guid::of(&format!("client {name}")).to_string(),
        By::Admin | By::Own => String::new(),
    };
    target
        .set("Included Updated Properties", "")
        .set("TargetId.UserType", "Member")
        .set("ActorId.ServicePrincipalNames", &client)
        .set("SPN", &client)
}

pub(super) fn strong<'t>(
    target: Target<'t>,
    user: &User,
    at: i64,
    random: &mut Random,
) -> Target<'t> {
    match random.below(3) {
        0 => target.change(
            "StrongAuthenticationMethod",
            Some("[]".into()),
            Some("[{\"MethodType\":6,\"Default\":true},{\"MethodType\":7,\"Default\":false}]".into()),
        ),
        1 => target.change(
            "StrongAuthenticationUserDetails",
            Some("[]".into()),
            Some(format!("[{{\"PhoneNumber\":\"+354 55501{:02}\",\"AlternativePhoneNumber\":null,\"Email\":\"{}\",\"VoiceOnlyPhoneNumber\":null}}]", random.below(100), user.upn)),
        ),
        _ => target.change(
            "StrongAuthenticationPhoneAppDetail",
            Some("[]".into()),
            Some(format!("[{{\"DeviceName\":\"NO_DEVICE\",\"DeviceToken\":\"NO_DEVICE_TOKEN\",\"DeviceTag\":\"SoftwareTokenActivated\",\"PhoneAppVersion\":\"6.8.{}\",\"OathTokenTimeDrift\":0,\"DeviceId\":\"00000000-0000-0000-0000-000000000000\",\"Id\":\"{}\",\"TimeInterval\":0,\"AuthenticationType\":2,\"NotificationType\":1,\"LastAuthenticatedTimestamp\":\"{}\",\"AuthenticatorFlavor\":\"Authenticator\",\"HashFunction\":\"hmacsha1\",\"TenantDeviceId\":null}}]", random.below(40), random.guid(), time_text(at))),
        ),
    }
}

/// What the service for password resets writes: itself, and for a new password that it need not be changed.
pub(in crate::demo::noise) fn by_reset_service(target: Target<'_>, password: bool) -> Target<'_> {
    const NAMES: &str = "https://passwordreset.microsoftonline.com/;93625bc8-bfe2-437a-97e0-3d0060024faa;SelfServicePasswordReset";
    let target = if password {
        target
            .change("ForceChangePassword", Some(text("True")), Some(text("False")))
            .change("Password", None, None)
    } else {
        target
    };
    target.set("ActorId.ServicePrincipalNames", NAMES).set("SPN", NAMES)
}

/// A licence as `AssignedLicense` lists it.
pub(super) fn product(name: &str) -> String {
    format!(
        "[SkuName={name}, AccountId={}, SkuId={}, DisabledPlans=[]]",
        Guid::of("tenant"),
        Guid::of(name)
    )
}

pub(super) fn license<'t>(target: Target<'t>, random: &mut Random) -> Target<'t> {
    const PRODUCTS: [&str; 4] = ["SPE_E5", "SPE_F1", "POWER_BI_PRO", "VISIOCLIENT"];
    let first = random.below(PRODUCTS.len());
    let second = (first + 1 + random.below(PRODUCTS.len() - 1)) % PRODUCTS.len();
    let (old, new) = (product(PRODUCTS[first]), product(PRODUCTS[second]));
    target
        .change("AssignedLicense", Some(list(&[&old])), Some(list(&[&old, &new])))
        .updated()
        .set("TargetId.UserType", "Member")
}

pub(super) fn registration<'t>(app: &'t App, random: &mut Random) -> Target<'t> {
    let host = format!("https://app{}.tidewick.example", random.below(30));
    let address = |path: &str| {
        list(&[&format!(
            "{{\"AddressType\":0,\"Address\":\"{host}/{path}\",\"ReplyAddressClientType\":1}}"
        )])
    };
    let target = Target::application(app).change(
        "AppAddress",
        Some(address("signin")),
        Some(address("auth/callback")),
    );
    let target = match random.percent(15) {
        true => target.turn("DisplayName", &format!("{} (trial)", app.name), &app.name),
        false => target,
    };
    target.updated()
}

/// A key as `KeyDescription` writes it.
pub(super) fn key(app: &App, label: &str, random: &mut Random) -> String {
    let kind = if random.percent(60) { "Password" } else { "AsymmetricX509Cert" };
    format!(
        "[KeyIdentifier={},KeyType={kind},KeyUsage=Verify,DisplayName={label} {}]",
        random.guid(),
        app.client.digits().split_at(4).0
    )
}

pub(super) fn device_state<'t>(
    target: Target<'t>,
    device: &'t Device,
    at: i64,
    random: &mut Random,
) -> Target<'t> {
    let seen = time_text(at - 14 * DAY);
    let target = target.turn("ApproximateLastLogonTimestamp", &seen, &time_text(at));
    let target =
        match random.below(3) {
            0 => target.turn("CloudDeviceOSVersion", "10.0.22631.5909", device.version),
            1 => target
                .change("IsCompliant", Some("[false]".into()), Some("[true]".into()))
                .change("IsManaged", Some("[false]".into()), Some("[true]".into())),
            _ => target,
        };
    target
        .updated()
        .set("TargetId.DeviceId", &device.id.to_string())
        .set("TargetId.DeviceOSType", device.system)
        .set("TargetId.DeviceTrustType", "AzureAd")
}
