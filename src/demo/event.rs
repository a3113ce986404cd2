//! One record on its way into the log: who, what, to whom, and its line of JSON as Graph writes it.
//! Never decides what happens; rooms beside it do.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::calendar::{push_digits, push_time};
use super::people::{App, Device, Group, User};
use super::random::{Guid, Random};

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
    /// A service principal; `appId` is null on the wire.
    App { name: &'a str, id: Guid },
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
    changes: Vec<Change>,
}

impl<'a> Target<'a> {
    /// Something of type `kind` without a name.
    pub(super) fn unnamed(kind: &'a str, id: Guid) -> Self {
        Self { id: Some(id), name: None, kind, upn: None, group: None, changes: Vec::new() }
    }

    /// Something of type `kind` with a name.
    pub(super) fn named(kind: &'a str, id: Guid, name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: Some(name.into()), ..Self::unnamed(kind, id) }
    }

    /// The entry of an operation that was done to nothing in particular.
    pub(super) fn nothing() -> Self {
        Self { id: None, ..Self::unnamed("N/A", Guid::of("")) }
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
        }
    }

    /// By somebody else.
    pub(super) fn by(mut self, actor: Actor<'a>) -> Self {
        self.actor = actor;
        self
    }

    /// As another activity.
    pub(super) fn as_what(mut self, what: What) -> Self {
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

    /// From this browser or program.
    pub(super) fn agent(self, agent: &'a str) -> Self {
        self.detail("User-Agent", agent)
    }
}

/// Lines written so far, and when each happened.
#[derive(Debug)]
pub(super) struct Log {
    /// The lines, each with its line break, in the order they were written.
    pub(super) text: String,
    /// Per line: instant in ticks, first byte, byte after the last.
    pub(super) lines: Vec<(i64, u32, u32)>,
    random: Random,
}

impl Log {
    /// An empty log; `random` makes up record ids.
    pub(super) fn new(random: Random) -> Self {
        Self { text: String::new(), lines: Vec::new(), random }
    }

    /// Writes one record as a line. A log holds less than 4 GiB; a day of records is far below.
    pub(super) fn write(&mut self, event: &Event<'_>) {
        let start = self.text.len();
        let correlation = event.correlation.unwrap_or_else(|| self.random.guid());
        let out = &mut self.text;
        out.push_str("{\"id\":\"");
        push_id(event, correlation, &mut self.random, out);
        out.push_str("\",\"category\":");
        quote(event.what.category, out);
        out.push_str(",\"correlationId\":\"");
        correlation.push(out);
        out.push_str("\",\"result\":\"");
        out.push_str(event.result);
        out.push_str("\",\"resultReason\":");
        quote(&event.reason, out);
        out.push_str(",\"activityDisplayName\":");
        quote(event.what.activity, out);
        out.push_str(",\"activityDateTime\":\"");
        push_time(event.at, out);
        out.push_str("\",\"loggedByService\":");
        quote(event.what.service, out);
        out.push_str(",\"operationType\":");
        quote(event.what.operation, out);
        out.push_str(",\"initiatedBy\":");
        push_actor(&event.actor, out);
        out.push_str(",\"targetResources\":[");
        for (index, target) in event.targets.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            push_target(target, out);
        }
        out.push_str("],\"additionalDetails\":[");
        for (index, (key, value)) in event.details.iter().enumerate() {
            out.push_str(if index > 0 { ",{\"key\":" } else { "{\"key\":" });
            quote(key, out);
            out.push_str(",\"value\":");
            quote(value, out);
            out.push('}');
        }
        out.push_str("]}\n");
        self.lines.push((event.at, start as u32, out.len() as u32));
    }
}

/// Record ids are opaque and differ by service; the shapes are those of live records.
fn push_id(event: &Event<'_>, correlation: Guid, random: &mut Random, out: &mut String) {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let prefix = match event.what.service {
        "Core Directory" => "Directory",
        "Account Provisioning" => "Sync",
        "Self-service Password Management" => "SSPR",
        "Self-service Group Management" => "SSGM",
        "Conditional Access" => "IPCGraph",
        service => service,
    };
    out.push_str(prefix);
    out.push('_');
    correlation.push(out);
    out.push('_');
    if prefix == "PIM" && random.percent(50) {
        random.guid().push(out);
        // .NET ticks: 100 ns since the year 1.
        let _ = write!(out, "_{}", event.at + 621_355_968_000_000_000);
        return;
    }
    let mut bits = random.next();
    for _ in 0..5 {
        out.push(char::from(LETTERS[(bits % 36) as usize]));
        bits /= 36;
    }
    out.push('_');
    push_digits(10_000_000 + bits % 90_000_000, 8, out);
}

fn push_actor(actor: &Actor<'_>, out: &mut String) {
    match actor {
        Actor::User { user, ip, named } => {
            out.push_str("{\"user\":{\"id\":\"");
            user.id.push(out);
            out.push_str("\",\"displayName\":");
            if *named {
                quote(&user.name, out);
            } else {
                out.push_str("null");
            }
            out.push_str(",\"userPrincipalName\":");
            quote(&user.upn, out);
            out.push_str(",\"ipAddress\":");
            quote(ip, out);
            out.push_str(
                ",\"userType\":null,\"homeTenantId\":null,\"homeTenantName\":null},\"app\":null}",
            );
        }
        Actor::App { name, id } => {
            out.push_str("{\"user\":null,\"app\":{\"appId\":null,\"displayName\":");
            quote(name, out);
            out.push_str(",\"servicePrincipalId\":\"");
            id.push(out);
            out.push_str("\",\"servicePrincipalName\":null}}");
        }
        Actor::Expiry => out.push_str(concat!(
            "{\"user\":{\"id\":null,\"displayName\":\"Azure AD PIM\",\"userPrincipalName\":null,",
            "\"ipAddress\":null,\"userType\":null,\"homeTenantId\":null,\"homeTenantName\":null},",
            "\"app\":null}"
        )),
        Actor::Nobody => out.push_str("{}"),
    }
}

fn push_target(target: &Target<'_>, out: &mut String) {
    out.push_str("{\"id\":");
    if let Some(id) = target.id {
        out.push('"');
        id.push(out);
        out.push('"');
    } else {
        out.push_str("null");
    }
    out.push_str(",\"displayName\":");
    quote_or_null(target.name.as_deref(), out);
    out.push_str(",\"type\":");
    quote(target.kind, out);
    out.push_str(",\"userPrincipalName\":");
    quote_or_null(target.upn.as_deref(), out);
    out.push_str(",\"groupType\":");
    quote_or_null(target.group, out);
    out.push_str(",\"modifiedProperties\":[");
    for (index, change) in target.changes.iter().enumerate() {
        out.push_str(if index > 0 { ",{\"displayName\":" } else { "{\"displayName\":" });
        quote(&change.name, out);
        out.push_str(",\"oldValue\":");
        quote_or_null(change.old.as_deref(), out);
        out.push_str(",\"newValue\":");
        quote_or_null(change.new.as_deref(), out);
        out.push('}');
    }
    out.push_str("]}");
}

fn quote_or_null(text: Option<&str>, out: &mut String) {
    match text {
        Some(text) => quote(text, out),
        None => out.push_str("null"),
    }
}

/// Appends `text` as a JSON string: control characters are escaped, everything else stays UTF-8.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[done..at]);
        done = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Writing to a String cannot fail.
            byte => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[done..]);
    out.push('"');
}

/// The JSON text of a string.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    quote(value, &mut out);
    out
}

/// The JSON text of a list of strings.
pub(super) fn list(values: &[&str]) -> String {
    let mut out = String::from("[");
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(value, &mut out);
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_comes_back_from_a_quoted_text() {
        let hostile = "a\"\\\n\r\t\u{1b}[2J\u{7}\u{202e}é日本🦑\u{0}";
        let back: String = serde_json::from_str(&text(hostile)).expect("valid JSON");
        assert_eq!(back, hostile);
        assert!(!text(hostile).contains('\u{1b}'));
        let back: Vec<String> = serde_json::from_str(&list(&["a", hostile])).expect("valid JSON");
        assert_eq!(back, ["a", hostile]);
        assert_eq!(list(&[]), "[]");
    }
}
