//! A device joins: registration, the device object, its owner and its user, one correlation id.
//! Never looks at whether it should.

use super::{core, of};
use crate::demo::event::{Actor, Event, Log, Target, list};
use crate::demo::people::{Device, User};
use crate::demo::random::Random;
use crate::time::TICKS_PER_SECOND;

/// Writes four records.
pub(in crate::demo) fn join<'a>(
    log: &mut Log,
    random: &mut Random,
    at: i64,
    device: &'a Device,
    owner: &'a User,
) {
    let correlation = random.guid();
    let robot = || Actor::app("Device Registration Service");
    let target = Target::device(device)
        .change("AccountEnabled", Some("[]".into()), Some("[true]".into()))
        .change("CloudDeviceOSType", Some("[]".into()), Some(list(&[device.system])))
        .change("CloudDeviceOSVersion", Some("[]".into()), Some(list(&[device.version])))
        .turn_on("DisplayName", &device.name)
        .change("DeviceTrustType", Some("[]".into()), Some(list(&["AzureAd"])))
        .change(
            "DevicePhysicalIds",
            Some("[]".into()),
            Some(list(&[
                &format!("[USER-GID]:{}:{}", owner.id, random.next()),
                &format!("[GID]:g:{}", random.next()),
            ])),
        )
        .updated()
        .set("TargetId.DeviceId", &device.id.to_string())
        .set("TargetId.DeviceOSType", device.system)
        .set("TargetId.DeviceTrustType", "AzureAd");
    let details = |event: Event<'a>| {
        event
            .detail("DeviceId", device.id.to_string())
            .detail("DeviceOSType", device.system)
            .detail("DeviceTrustType", "AzureAd")
            .agent("Dsreg/10.0 (Windows 10.0.26100.6899)")
    };
    let add = core("Device", "Add device", "Add");
    log.write(&details(Event::new(add, at, robot()).operation(correlation).target(target)));
    for (step, activity) in
        [(1, "Add registered owner to device"), (2, "Add registered users to device")]
    {
        let target = Target::user(owner)
            .set("Device.ObjectID", &device.id.to_string())
            .set("Device.DisplayName", &device.name)
            .set("TargetId.UserType", "Member");
        log.write(&details(
            Event::new(core("Device", activity, "Assign"), at + step * 1_370_011, robot())
                .operation(correlation)
                .target(target)
                .target(Target::unnamed("Device", device.id)),
        ));
    }
    let register = of("Device Registration Service", "Device", "Register device", "Add");
    log.write(
        &Event::new(
            register,
            at + TICKS_PER_SECOND,
            Actor::User { user: owner, ip: &owner.ip, named: true },
        )
        .operation(correlation)
        .target(Target::device(device))
        .detail("Device OS", device.system)
        .detail("OS Version", device.version)
        .detail("Device Trust Type", "Azure AD join")
        .detail("Device ID", device.id.to_string()),
    );
}
