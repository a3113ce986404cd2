//! May an audit record mention an object by its id alone, told from its bytes?
//! Never says no where it does: such a record may match by a name that stands in other records.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::text;
use crate::text::is_guid;

static INITIATED_BY: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"initiatedBy\":"));
static TARGETS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"\"targetResources\":"));
/// The end of the key `id`, and of others.
static ID_ENDS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"d\":"));
/// The end of the keys `displayName`, `userPrincipalName` and `servicePrincipalName` with a text.
static NAMED: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"Name\":\""));

/// May the actor or a target have an id and no name? The event is written as Graph does.
pub(super) fn may_be(event: &[u8]) -> bool {
    let (Some(initiated), Some(targets)) = (INITIATED_BY.find(event), TARGETS.find(event)) else {
        return true;
    };
    if initiated > targets || !has_name(&event[initiated..targets]) {
        return true;
    }
    let targets = &event[targets..];
    ID_ENDS.find_iter(targets).any(|end| {
        let is_id = targets[..end].last().is_some_and(|letter| letter.eq_ignore_ascii_case(&b'i'))
            && targets[..end - 1].last() == Some(&b'"');
        // Whatever stands before, a key that ends like this is the id of a target, or of nothing known.
        is_id && !is_named(&targets[end + 3..])
    })
}

/// Is there a name in it that is not empty?
fn has_name(actor: &[u8]) -> bool {
    let ends = NAMED.find_iter(actor).map(|at| at + NAMED.needle().len());
    ends.into_iter().any(|end| actor.get(end).is_some_and(|&byte| byte != b'"'))
}

/// Does a target whose id begins here go on with a name, as Graph writes it?
fn is_named(rest: &[u8]) -> bool {
    named(rest).unwrap_or(false)
}

fn named(rest: &[u8]) -> Option<bool> {
    let rest = value(rest)?.1.strip_prefix(b",\"displayName\":")?;
    let (name, rest) = value(rest)?;
    // A name that is written like an id is one.
    let is_name = |name: &[u8]| {
        let name = std::str::from_utf8(name).unwrap_or_default().trim();
        !name.is_empty() && !is_guid(name)
    };
    if name.is_some_and(is_name) {
        return Some(true);
    }
    let rest = rest.strip_prefix(b",\"type\":")?;
    let rest = value(rest)?.1.strip_prefix(b",\"userPrincipalName\":")?;
    Some(value(rest)?.0.is_some_and(|upn| !upn.is_empty()))
}

/// The text that begins here, nothing for null, and what follows.
fn value(bytes: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    match bytes.strip_prefix(b"null") {
        Some(rest) => Some((None, rest)),
        None => text(bytes).map(|(text, rest)| (Some(text), rest)),
    }
}
