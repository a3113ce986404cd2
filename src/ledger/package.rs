//! What records of entitlement management say: who delivered, and which access package it is.
//! Never says how a request ended.

use super::logged::{detail, name_of};
use crate::record::{ActorKind, Record};
use crate::text::folds_to;

/// As which application entitlement management gives and takes what is in an access package, says
/// Microsoft's workbook "Application role assignment activity", which leaves it out by this name.
const DELIVERER: &str = "azure ad identity governance - user management";
/// The application's id, the same in every tenant, where a record has one: others may choose the name.
const DELIVERER_ID: &str = "ec245c98-4a90-40c2-955a-88b727d97151";

/// Is it what entitlement management did to deliver an access package, or to end one?
pub fn delivers(record: &Record<'_>) -> bool {
    let actor = &record.actor;
    let is_its_id = actor.app_id.is_empty() || actor.app_id.eq_ignore_ascii_case(DELIVERER_ID);
    actor.kind == ActorKind::App && is_its_id && folds_to(&actor.name, DELIVERER)
}

/// What people call the access package a record is about.
pub fn name(record: &Record<'_>) -> Option<String> {
    name_of(record, &["AccessPackage"])
        .or_else(|| detail(record, "AccessPackageDisplayName").map(str::to_owned))
        .or_else(|| detail(record, "AccessPackageName").map(str::to_owned))
}
