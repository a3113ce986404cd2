//! Records as lines of JSON, written straight into one text.
//! Never builds a tree of values: six thousand records are written in milliseconds.

use std::fmt::Write as _;

use super::{Actor, Event, Performer, Target};
use crate::demo::calendar::{push_digits, push_time};
use crate::demo::random::{Guid, Random};

/// Lines written so far, and when each happened.
#[derive(Debug)]
pub(in crate::demo) struct Log {
    /// The lines, each with its line break, in the order they were written.
    pub(in crate::demo) text: String,
    /// Per line: instant in ticks, first byte, byte after the last.
    pub(in crate::demo) lines: Vec<(i64, u32, u32)>,
    random: Random,
}

impl Log {
    /// An empty log; `random` makes up record ids.
    pub(in crate::demo) fn new(random: Random) -> Self {
        Self { text: String::new(), lines: Vec::new(), random }
    }

    /// Adds a line that is written by a function, for something that happened at an instant.
    pub(super) fn line(&mut self, at: i64, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        self.text.push('\n');
        self.lines.push((at, start as u32, self.text.len() as u32));
    }

    /// Writes one record as a line. A log holds less than 4 GiB; a day of records is far below.
    pub(in crate::demo) fn write(&mut self, event: &Event<'_>) {
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
        out.push(']');
        if let Some(performer) = &event.performer {
            push_performer(performer, out);
        }
        out.push_str("}\n");
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

/// How Graph ends the part of a user.
const USER_REST: &str = ",\"userType\":null,\"agentType\":\"notAgentic\",\"homeTenantId\":null,\"homeTenantName\":null},\"app\":null}";

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
            out.push_str(USER_REST);
        }
        Actor::Through { user, ip, client } => {
            out.push_str("{\"user\":{\"id\":\"");
            user.id.push(out);
            out.push_str("\",\"displayName\":");
            quote(client, out);
            out.push_str(",\"userPrincipalName\":");
            quote(&user.upn, out);
            out.push_str(",\"ipAddress\":");
            quote(ip, out);
            out.push_str(USER_REST);
        }
        Actor::Agent { name, id, blueprint } => {
            out.push_str("{\"user\":null,\"app\":{\"appId\":null,\"displayName\":");
            quote(name, out);
            out.push_str(",\"servicePrincipalId\":\"");
            id.push(out);
            out.push_str("\",\"servicePrincipalName\":null,\"agentType\":\"agenticAppInstance\",\"blueprintId\":\"");
            blueprint.push(out);
            out.push_str("\"}}");
        }
        Actor::App { name, id } => {
            out.push_str("{\"user\":null,\"app\":{\"appId\":null,\"displayName\":");
            quote(name, out);
            out.push_str(",\"servicePrincipalId\":\"");
            id.push(out);
            out.push_str("\",\"servicePrincipalName\":null}}");
        }
        Actor::Expiry => {
            out.push_str("{\"user\":{\"id\":\"");
            Guid::of("Azure AD PIM").push(out);
            out.push_str(
                "\",\"displayName\":\"Azure AD PIM\",\"userPrincipalName\":null,\"ipAddress\":null",
            );
            out.push_str(USER_REST);
        }
        Actor::Nobody => out.push_str("{}"),
    }
}

fn push_performer(performer: &Performer, out: &mut String) {
    out.push_str(",\"performedBy\":{\"appId\":\"");
    performer.agent.push(out);
    out.push_str("\",\"agentType\":\"agenticAppInstance\",\"blueprintId\":\"");
    performer.blueprint.push(out);
    out.push_str("\"}");
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
    quote_or_null((!target.kind.is_empty()).then_some(target.kind), out);
    out.push_str(",\"userPrincipalName\":");
    quote_or_null(target.upn.as_deref(), out);
    out.push_str(",\"groupType\":");
    quote_or_null(target.group, out);
    if let Some((kind, blueprint)) = target.agent {
        out.push_str(",\"agentType\":");
        quote(kind, out);
        out.push_str(",\"blueprintId\":\"");
        blueprint.push(out);
        out.push('"');
    }
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
pub(in crate::demo) fn quote(text: &str, out: &mut String) {
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
pub(in crate::demo) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    quote(value, &mut out);
    out
}

/// The JSON text of a list of strings.
pub(in crate::demo) fn list(values: &[&str]) -> String {
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
