//! May an audit record mention an object by its id alone, told from its bytes?
//! Never says no where it does: such a record may match by a name that stands in other records.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::text;
use crate::record::naming::is_name;
use crate::text::is_guid;

static INITIATED_BY: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"initiatedBy\":"));
static TARGETS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"targetResources\":"));
/// The end of the key `id`. Without the quote before it, which every key begins with and the search
/// would stop at.
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?-u)[iI][dD]""#).unwrap_or_else(|_| unreachable!("a test asks"))
});
/// The end of the keys `displayName`, `userPrincipalName` and `servicePrincipalName` with a text.
static NAMED: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"Name\":\""));

static ANY_SPELLING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i-u)initiatedBy|targetResources").unwrap_or_else(|_| unreachable!("a test asks"))
});

/// May the actor or a target have an id and no name? The event is written as Graph does.
pub(super) fn may_be(event: &[u8]) -> bool {
    let (Some(initiated), Some(targets)) = (INITIATED_BY.find(event), TARGETS.find(event)) else {
        // Who has neither, in no spelling, mentions nobody.
        return ANY_SPELLING.is_match(event);
    };
    if initiated > targets || !has_name(&event[initiated..targets]) {
        return true;
    }
    let targets = &event[targets..];
    let mut keys = ID.find_iter(targets).filter(|key| targets[..key.start()].ends_with(b"\""));
    keys.any(|key| {
        let value = targets[key.end()..].strip_prefix(b":");
        !value.is_some_and(is_named)
    })
}

/// Is there a name in it that is one?
fn has_name(actor: &[u8]) -> bool {
    let mut starts = NAMED.find_iter(actor).map(|at| at + NAMED.needle().len() - 1);
    starts.any(|start| {
        let rest = actor.get(start..).unwrap_or_default();
        // One with something escaped in it is let through.
        text(rest).is_some_and(|(name, _)| says(name))
    })
}

/// Is it a name, and not what stands where one is missing?
fn says(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(is_name)
}

/// Does a target whose id begins here go on with a name, as Graph writes it?
fn is_named(rest: &[u8]) -> bool {
    named(rest).unwrap_or(false)
}

fn named(rest: &[u8]) -> Option<bool> {
    let rest = value(rest)?.1.strip_prefix(b",\"displayName\":")?;
    let (name, rest) = value(rest)?;
    // A name that is written like an id is one.
    let is_id = |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| is_guid(name.trim()));
    if name.is_some_and(|name| says(name) && !is_id(name)) {
        return Some(true);
    }
    let rest = rest.strip_prefix(b",\"type\":")?;
    let rest = value(rest)?.1.strip_prefix(b",\"userPrincipalName\":")?;
    Some(value(rest)?.0.is_some_and(says))
}

/// The text that begins here, nothing for null, and what follows.
fn value(bytes: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    match bytes.strip_prefix(b"null") {
        Some(rest) => Some((None, rest)),
        None => text(bytes).map(|(text, rest)| (Some(text), rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::may_be;

    fn event(actor: &str, targets: &str) -> String {
        format!(
            r#"{{"id":"1","category":"c","initiatedBy":{actor},"targetResources":[{targets}]}}"#
        )
    }

    const NAMED: &str =
        r#"{"user":{"id":"u","displayName":null,"userPrincipalName":"a@x.example"}}"#;
    const TARGET: &str =
        r#"{"id":"t","displayName":"Sales","type":"Group","userPrincipalName":null}"#;

    #[test]
    fn only_who_has_a_name_for_sure_is_not_nameless() {
        let user =
            r#"{"id":"t","displayName":null,"type":"User","userPrincipalName":"b@x.example"}"#;
        for targets in ["", TARGET, user, &format!("{TARGET},{user}")] {
            assert!(!may_be(event(NAMED, targets).as_bytes()), "{targets}");
        }
        assert!(!may_be(br#"{"id":"1","category":"c"}"#));
        for targets in [
            r#"{"id":"t","displayName":null,"type":"Role","userPrincipalName":null}"#.to_owned(),
            r#"{"id":"t","type":"Role","displayName":"Sales"}"#.to_owned(),
            r#"{"displayName":null,"id":"t"}"#.to_owned(),
            r#"{"ID":"t"}"#.to_owned(),
            r#"{"id":"t","displayName":"2c92ce28-126c-47c1-82b0-410b64502989","type":"App"}"#
                .to_owned(),
            format!(r#"{TARGET},{{"id":"t","displayName":"","type":"x","userPrincipalName":""}}"#),
            format!(
                r#"{TARGET},{{"id":"t","displayName":"-","type":"x","userPrincipalName":"null"}}"#
            ),
        ] {
            assert!(may_be(event(NAMED, &targets).as_bytes()), "{targets}");
        }
        for actor in [
            r#"{"app":{"displayName":null,"servicePrincipalId":"s"}}"#,
            r#"{"user":{"id":"u"}}"#,
            r#"{"user":{"id":"u","displayName":" ","userPrincipalName":"N/A"}}"#,
        ] {
            assert!(may_be(event(actor, TARGET).as_bytes()), "{actor}");
        }
        assert!(may_be(br#"{"id":"1","InitiatedBy":{"user":{"id":"u"}}}"#));
    }
}
