//! What ordinarily happens in the tenant: services, categories and activities as Microsoft's audit
//! activity reference lists them, in the spelling live records use, with how often and by whom.
//! Never holds what only the stories do.

mod directory;
mod governance;
mod names;
mod sign_in;

use super::event::What;
use super::noise::shape::Shape;

/// Who does a thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    /// The information technology department.
    Admin,
    /// Anybody, to themselves or their own things.
    Own,
    /// A service principal of this name; also at night.
    Robot(&'static str),
}

/// Activity, operation type, what a record of it looks like, by whom, how often (1: rare).
type Entry = (&'static str, &'static str, Shape, By, u16);

/// The activities of one service and category.
type Family = (&'static str, &'static str, &'static [Entry]);

/// One activity with its place in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    pub(super) what: What,
    pub(super) shape: Shape,
    pub(super) by: By,
    pub(super) weight: u16,
}

/// Every ordinary activity, family by family.
pub(super) fn activities() -> impl Iterator<Item = Activity> {
    [directory::FAMILIES, governance::FAMILIES, sign_in::FAMILIES].into_iter().flatten().flat_map(
        |(service, category, entries)| {
            entries.iter().map(|(activity, operation, shape, by, weight)| Activity {
                what: What { service, category, activity, operation },
                shape: *shape,
                by: *by,
                weight: *weight,
            })
        },
    )
}

/// The activity of a changed key or secret as live records spell it: with an en dash and a trailing
/// space, where the reference article prints a hyphen and no space.
pub(super) const SECRETS: &str = "Update application – Certificates and secrets management ";
