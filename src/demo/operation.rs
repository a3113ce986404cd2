//! Operations that leave several records: role activation, access packages, Conditional Access, consent.
//! Never decides when or by whom: ordinary days and the stories both call it.

pub(super) mod consent;
pub(super) mod device;
pub(super) mod guest;
pub(super) mod package;
pub(super) mod policy;
pub(super) mod privilege;

use super::event::What;

/// What happened in Core Directory.
pub(super) const fn core(
    category: &'static str,
    activity: &'static str,
    operation: &'static str,
) -> What {
    What { service: "Core Directory", category, activity, operation }
}

/// What happened in another service.
pub(super) const fn of(
    service: &'static str,
    category: &'static str,
    activity: &'static str,
    operation: &'static str,
) -> What {
    What { service, category, activity, operation }
}
