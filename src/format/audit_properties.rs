//! Properties of `directoryAudit` that stand on an event of another schema.
//! Never puts anything together from other properties: what is stated here goes before that.
//!
//! Log Analytics rows of sign-ins have a category, and a written record says in these properties
//! what Graph's `signIn` and `provisioningObjectSummary` have no words for.

use std::borrow::Cow;

use super::json::{Reader, Step, ValuePath};
use super::nested::{additional_details, initiated_by, target_resources};
use crate::record::kind::property::{Property as Own, PropertyKey};
use crate::record::{Actor, Detail, Record, Target};

/// Which property.
#[derive(Clone, Copy)]
pub(super) enum Property {
    Service,
    Category,
    Activity,
    Result,
    Reason,
    Actor,
    Targets,
    Details,
    Properties,
}

/// What is stated; `None` is not there, or null.
#[derive(Default)]
pub(super) struct AuditProperties<'a> {
    pub(super) service: Option<Cow<'a, str>>,
    pub(super) category: Option<Cow<'a, str>>,
    activity: Option<Cow<'a, str>>,
    result: Option<Cow<'a, str>>,
    reason: Option<Cow<'a, str>>,
    actor: Option<Actor<'a>>,
    targets: Option<Vec<Target<'a>>>,
    details: Option<Vec<Detail<'a>>>,
    properties: Option<Vec<Own<'a>>>,
}

impl<'a> AuditProperties<'a> {
    /// Reads the value of one property.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'a>,
        property: Property,
        here: &ValuePath<'_>,
    ) -> Step<()> {
        let mut part = Record::default();
        match property {
            Property::Service => self.service = reader.optional_text(here)?,
            Property::Category => self.category = reader.optional_text(here)?,
            Property::Activity => self.activity = reader.optional_text(here)?,
            Property::Result => self.result = reader.optional_text(here)?,
            Property::Reason => self.reason = reader.optional_text(here)?,
            Property::Actor => {
                initiated_by(reader, &mut part, here)?;
                self.actor = Some(part.actor);
            }
            Property::Targets => {
                target_resources(reader, &mut part, here)?;
                self.targets = Some(part.targets);
            }
            Property::Details => {
                additional_details(reader, &mut part, here)?;
                self.details = Some(part.details);
            }
            Property::Properties => {
                // Written by this program: keys and values, as details are.
                additional_details(reader, &mut part, here)?;
                let own = |detail: Detail<'a>| {
                    Some(Own { key: PropertyKey::of_field(&detail.key)?, value: detail.value })
                };
                self.properties = Some(part.details.into_iter().filter_map(own).collect());
            }
        }
        Ok(())
    }

    /// Puts what is stated into the record, over what is there.
    pub(super) fn apply(self, record: &mut Record<'a>) {
        fn put<T>(place: &mut T, stated: Option<T>) {
            if let Some(value) = stated {
                *place = value;
            }
        }
        put(&mut record.service, self.service);
        put(&mut record.category, self.category);
        put(&mut record.activity, self.activity);
        put(&mut record.result, self.result);
        put(&mut record.result_reason, self.reason);
        put(&mut record.actor, self.actor);
        put(&mut record.targets, self.targets);
        put(&mut record.details, self.details);
        put(&mut record.properties, self.properties);
    }
}
