//! Each field of a record, and what is put in its place.
//! Never a field that is left as it is because of what it should hold: what is no known word is searched.

use super::keys::class_of;
use super::{Redactor, vocabulary};
use crate::record::kind::property::{Class, Property, PropertyKey};
use crate::record::{Actor, ActorKind, Change, Detail, Record, Target};
use crate::text::is_guid;

impl Redactor {
    /// The record with pseudonyms.
    pub fn record(&mut self, record: &Record<'_>) -> Record<'static> {
        let actor = self.actor(&record.actor);
        let is_about_domains = record.activity.to_lowercase().contains("domain");
        let targets = record.targets.iter().map(|target| self.target(target, is_about_domains));
        let targets = targets.collect();
        let details = record.details.iter().map(|detail| Detail {
            key: self.label(&detail.key).into(),
            value: self.value(&detail.value, &detail.key, "name", 0).into(),
        });
        let details = details.collect();
        let properties = record
            .properties
            .iter()
            .map(|own| Property { key: own.key, value: self.property(&own.value, own.key).into() });
        let properties = properties.collect();
        Record {
            id: self.id(&record.id).into(),
            actor,
            targets,
            details,
            properties,
            result_reason: self.value(&record.result_reason, "", "name", 0).into(),
            correlation_id: self.id(&record.correlation_id).into(),
            tenant_id: self.id(&record.tenant_id).into(),
            session_id: self.id(&record.session_id).into(),
            user_agent: self.text(&record.user_agent).into(),
            source: self.named(&record.source, "file").into(),
            also_from: record
                .also_from
                .iter()
                .map(|name| self.named(name, "file").into())
                .collect(),
            kind: record.kind,
            time: record.time,
            outcome: record.outcome,
            service: self.about(&record.service, vocabulary::is_service).into(),
            category: self.about(&record.category, vocabulary::is_category).into(),
            activity: self.about(&record.activity, vocabulary::is_activity).into(),
            operation_type: self.word_of_logs(&record.operation_type).into(),
            result: self.word_of_logs(&record.result).into(),
        }
    }

    /// A value of a property that only some kinds of record have.
    fn property(&mut self, value: &str, key: PropertyKey) -> String {
        match key.row().class {
            // Roles in a token are named by the ids that they have in every tenant.
            Class::Nothing if key == PropertyKey::RoleId && is_guid(value) => value.to_owned(),
            Class::Nothing => self.word_of_logs(value),
            Class::Id => self.id(value),
            Class::Ip => self.address(value),
            Class::Upn => self.naming(value, "user"),
            Class::Place => self.naming(value, "place"),
            Class::App => self.naming(value, "app"),
            Class::Device => self.naming(value, "device"),
            Class::Policy => match value.rsplit_once(": ") {
                Some((name, result)) => format!("{}: {result}", self.naming(name, "policy")),
                None => self.naming(value, "policy"),
            },
            Class::Text => self.text(value),
        }
    }

    /// What a record is about, in Microsoft's own words. Any other is searched, but words by which
    /// somebody is called are words here.
    fn about(&mut self, text: &str, is_known: fn(&str) -> bool) -> String {
        if is_known(text) { text.to_owned() } else { self.label(text) }
    }

    /// A value that should be a word of Microsoft's own or a number.
    fn word_of_logs(&mut self, value: &str) -> String {
        if vocabulary::is_word(value) { value.to_owned() } else { self.text(value) }
    }

    pub(super) fn actor(&mut self, actor: &Actor<'_>) -> Actor<'static> {
        let class = if actor.kind == ActorKind::App { "app" } else { "user" };
        let (upn, name) = self.both(&actor.upn, &actor.name, class);
        Actor {
            kind: actor.kind,
            id: self.id(&actor.id).into(),
            name: name.into(),
            named_by: actor.named_by,
            upn: upn.into(),
            app_id: self.id(&actor.app_id).into(),
            service_principal_name: self.naming(&actor.service_principal_name, "app").into(),
            app_name: self.naming(&actor.app_name, "app").into(),
            app_object_id: self.id(&actor.app_object_id).into(),
            ip: self.address(&actor.ip).into(),
            agent: self.word_of_logs(&actor.agent).into(),
            blueprint: self.id(&actor.blueprint).into(),
        }
    }

    pub(super) fn target(
        &mut self,
        target: &Target<'_>,
        is_about_domains: bool,
    ) -> Target<'static> {
        let class = class_of(&target.kind);
        let is_domain = is_about_domains && target.name.contains('.') && !target.name.contains(' ');
        let (upn, name) = if is_domain && !target.name.contains('@') {
            (self.upn(&target.upn), self.domain(&target.name))
        } else {
            self.both(&target.upn, &target.name, class)
        };
        let changes = target.changes.iter().map(|change| {
            let mut side = |value: &Option<std::borrow::Cow<'_, str>>| {
                let value = value.as_deref()?;
                Some(self.value(value, &change.name, class, 0).into())
            };
            let (old, new) = (side(&change.old), side(&change.new));
            Change { name: self.label(&change.name).into(), old, new }
        });
        let changes = changes.collect();
        Target {
            id: self.id(&target.id).into(),
            name: name.into(),
            named_by: target.named_by,
            name_id: self.id(&target.name_id).into(),
            upn: upn.into(),
            kind: self.word_of_logs(&target.kind).into(),
            group_type: self.word_of_logs(&target.group_type).into(),
            agent: self.word_of_logs(&target.agent).into(),
            blueprint: self.id(&target.blueprint).into(),
            changes,
        }
    }
}
