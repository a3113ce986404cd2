//! One record on its way into the log: who, what, to whom, and its line of JSON as Graph writes it.
//! Never decides what happens; rooms beside it do.

pub(super) mod call;
mod json;
mod members;
pub(super) mod sign_in;

use std::borrow::Cow;

pub(super) use json::{Log, list, quote, text};

use super::people::{App, Device, Group, User};
use super::random::Guid;

/// What happened: service as `loggedByService`, category, activity and operation type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct What {
    pub(super) service: &'static str,
    pub(super) category: &'static str,
    pub(super) activity: &'static str,
    pub(super) operation: &'static str,
}

/// Who did it, as `initiatedBy` tells.
#[derive(Clone, Debug)]
pub(super) enum Actor<'a> {
    /// A person, with the address they came from.
    User { user: &'a User, ip: &'a str, named: bool },
    /// A person, under the name of the program they worked with: Core Directory writes it where the
    /// display name belongs.
    Through { user: &'a User, ip: &'a str, client: &'static str },
    /// A service principal; `appId` is null on the wire.
    App { name: &'a str, id: Guid },
    /// The same of an AI agent, made from a blueprint.
    Agent { name: &'a str, id: Guid, blueprint: Guid },
    /// The expiry job of PIM: written as a user without a name to log in with.
    Expiry,
    /// An empty `initiatedBy`, seen on failures.
    Nobody,
}

impl<'a> Actor<'a> {
    /// A person at their usual address.
    pub(super) fn user(user: &'a User) -> Self {
        Self::User { user, ip: &user.ip, named: false }
    }

    /// A person at another address.
    pub(super) fn user_from(user: &'a User, ip: &'a str) -> Self {
        Self::User { user, ip, named: false }
    }

    /// One of Microsoft's own service principals, or of the tenant's, by name.
    pub(super) fn app(name: &'a str) -> Self {
        Self::App { name, id: Guid::of(name) }
    }
}

/// An AI agent that does something for somebody. Its application id is its object id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Performer {
    pub(super) agent: Guid,
    pub(super) blueprint: Guid,
}

/// One entry of `modifiedProperties`. Values are JSON text, which is how Graph puts them into its strings.
#[derive(Clone, Debug)]
pub(super) struct Change {
    name: Cow<'static, str>,
    old: Option<String>,
    new: Option<String>,
}

/// One entry of `targetResources`.
#[derive(Clone, Debug)]
pub(super) struct Target<'a> {
    id: Option<Guid>,
    name: Option<Cow<'a, str>>,
    kind: &'a str,
    upn: Option<Cow<'a, str>>,
    group: Option<&'a str>,
    /// `agentType` and `blueprintId` of an AI agent.
    agent: Option<(&'static str, Guid)>,
    changes: Vec<Change>,
}

impl<'a> Target<'a> {
    /// Something of type `kind` without a name.
    pub(super) fn unnamed(kind: &'a str, id: Guid) -> Self {
        let changes = Vec::new();
        Self { id: Some(id), name: None, kind, upn: None, group: None, agent: None, changes }
    }

    /// Something of type `kind` with a name.
    pub(super) fn named(kind: &'a str, id: Guid, name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: Some(name.into()), ..Self::unnamed(kind, id) }
    }

    /// The entry of an operation that was done to nothing in particular.
    pub(super) fn nothing() -> Self {
        Self { id: None, ..Self::unnamed("N/A", Guid::of("")) }
    }

    /// An entry without anything, and a policy known by its name alone.
    pub(super) fn blank(policy: Option<&'a str>) -> Self {
        let kind = policy.map_or("", |_| "Policy");
        let name = policy.map(Cow::Borrowed);
        Self { id: None, name, ..Self::unnamed(kind, Guid::of("")) }
    }

    /// A user as Core Directory logs them: no display name.
    pub(super) fn user(user: &'a User) -> Self {
        Self { upn: Some(Cow::Borrowed(&user.upn)), ..Self::unnamed("User", user.id) }
    }

    /// A user as the other services log them: with display name.
    pub(super) fn person(user: &'a User) -> Self {
        Self { name: Some(Cow::Borrowed(&user.name)), ..Self::user(user) }
    }

    /// A user who has just been deleted: the object id is glued in front of the name.
    pub(super) fn deleted(user: &'a User) -> Self {
        let upn = user.id.digits() + &user.upn;
        Self { upn: Some(Cow::Owned(upn)), ..Self::unnamed("User", user.id) }
    }

    /// A group.
    pub(super) fn group(group: &'a Group) -> Self {
        Self { group: Some(group.kind), ..Self::named("Group", group.id, group.name.as_str()) }
    }

    /// A group behind the member that the record is about: its name stands in the member's changes.
    pub(super) fn of_group(group: &'a Group) -> Self {
        Self { group: Some(group.kind), ..Self::unnamed("Group", group.id) }
    }

    /// A domain: it has neither id nor type.
    pub(super) fn domain(name: &'a str) -> Self {
        Self { id: None, ..Self::named("", Guid::of(""), name) }
    }

    /// As an AI agent of this kind, made from a blueprint.
    pub(super) fn agentic(self, kind: &'static str, blueprint: Guid) -> Self {
        Self { agent: Some((kind, blueprint)), ..self }
    }

    /// An application's service principal.
    pub(super) fn principal(app: &'a App) -> Self {
        Self::named("ServicePrincipal", app.principal, app.name.as_str())
    }

    /// An application's registration.
    pub(super) fn application(app: &'a App) -> Self {
        Self::named("Application", app.id, app.name.as_str())
    }

    /// A device.
    pub(super) fn device(device: &'a Device) -> Self {
        Self::named("Device", device.id, device.name.as_str())
    }

    /// Adds a property that changed from one JSON text to another.
    pub(super) fn change(
        mut self,
        name: impl Into<Cow<'static, str>>,
        old: Option<String>,
        new: Option<String>,
    ) -> Self {
        self.changes.push(Change { name: name.into(), old, new });
        self
    }

    /// Adds a property that got a text.
    pub(super) fn set(self, name: impl Into<Cow<'static, str>>, new: &str) -> Self {
        self.change(name, None, Some(text(new)))
    }

    /// Adds a property that lost its text.
    pub(super) fn unset(self, name: impl Into<Cow<'static, str>>, old: &str) -> Self {
        self.change(name, Some(text(old)), None)
    }

    /// Adds a property of the directory: lists of one text each.
    pub(super) fn turn(self, name: impl Into<Cow<'static, str>>, old: &str, new: &str) -> Self {
        self.change(name, Some(list(&[old])), Some(list(&[new])))
    }

    /// Adds a property of the directory that was empty.
    pub(super) fn turn_on(self, name: impl Into<Cow<'static, str>>, new: &str) -> Self {
        self.change(name, Some("[]".into()), Some(list(&[new])))
    }

    /// Adds `Included Updated Properties`: the names of the changes so far.
    pub(super) fn updated(self) -> Self {
        let names: Vec<&str> = self.changes.iter().map(|change| change.name.as_ref()).collect();
        let names = names.join(", ");
        self.set("Included Updated Properties", &names)
    }

    /// Adds the triple that names the group of a membership; `gone` puts it on the old side.
    pub(super) fn membership(self, group: &Group, gone: bool) -> Self {
        let id = text(&group.id.to_string());
        let name = text(&group.name);
        if gone {
            self.change("Group.ObjectID", Some(id), None)
                .change("Group.DisplayName", Some(name), None)
                .change("Group.WellKnownObjectName", None, None)
        } else {
            self.change("Group.ObjectID", None, Some(id))
                .change("Group.DisplayName", None, Some(name))
                .change("Group.WellKnownObjectName", None, None)
        }
    }
}

/// One record before it is written.
#[derive(Clone, Debug)]
pub(super) struct Event<'a> {
    what: What,
    at: i64,
    correlation: Option<Guid>,
    actor: Actor<'a>,
    result: &'static str,
    reason: Cow<'a, str>,
    targets: Vec<Target<'a>>,
    details: Vec<(&'a str, Cow<'a, str>)>,
    performer: Option<Performer>,
}

impl<'a> Event<'a> {
    /// A success at an instant (ticks since 1970).
    pub(super) fn new(what: What, at: i64, actor: Actor<'a>) -> Self {
        Self {
            what,
            at,
            correlation: None,
            actor,
            result: "success",
            reason: Cow::Borrowed(""),
            targets: Vec::with_capacity(2),
            details: Vec::with_capacity(2),
            performer: None,
        }
    }

    /// By somebody else.
    pub(super) fn by(mut self, actor: Actor<'a>) -> Self {
        self.actor = actor;
        self
    }

    /// As another activity.
    pub(super) fn called(mut self, what: What) -> Self {
        self.what = what;
        self
    }

    /// As part of the operation with this correlation id; without, it gets one of its own.
    pub(super) fn operation(mut self, correlation: Guid) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// With this `resultReason`.
    pub(super) fn because(mut self, reason: impl Into<Cow<'a, str>>) -> Self {
        self.reason = reason.into();
        self
    }

    /// As a failure for this reason.
    pub(super) fn failing(mut self, reason: impl Into<Cow<'a, str>>) -> Self {
        self.result = "failure";
        self.because(reason)
    }

    /// With another of Graph's results: `timeout`, `unknownFutureValue`.
    pub(super) fn ending(mut self, result: &'static str) -> Self {
        self.result = result;
        self
    }

    /// Done to this.
    pub(super) fn target(mut self, target: Target<'a>) -> Self {
        self.targets.push(target);
        self
    }

    /// With one more entry in `additionalDetails`.
    pub(super) fn detail(mut self, key: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.details.push((key, value.into()));
        self
    }

    /// Done by an AI agent, for the actor.
    pub(super) fn performed_by(mut self, performer: Performer) -> Self {
        self.performer = Some(performer);
        self
    }

    /// From this browser or program.
    pub(super) fn agent(self, agent: &'a str) -> Self {
        self.detail("User-Agent", agent)
    }
}
