//! Who an envelope says acted: a name, or an object of claims with a name and a user principal name in it.
//! Never keeps anything else of the claims.
//!
//! Source: Azure Monitor documentation, "Azure activity log event schema" (`identity`), whose claims
//! are named as in a token or by the URI of the claim.

use std::borrow::Cow;

use crate::format::json::{Reader, Step, ValuePath};

/// Deepest object that is looked into: `identity.claims` is the second.
const DEEPEST: u32 = 3;

/// Ends of the names of claims that hold a user principal name, the best first.
const UPNS: &[&[u8]] =
    &[b"userprincipalname", b"claims/upn", b"upn", b"unique_name", b"preferred_username"];
/// The same of claims that hold a name.
const NAMES: &[&[u8]] = &[b"displayname", b"username", b"claims/name", b"name"];

/// Who acted: texts are empty where it is not said.
#[derive(Default)]
pub(super) struct Identity<'a> {
    /// The name.
    pub(super) name: Cow<'a, str>,
    /// The user principal name.
    pub(super) upn: Cow<'a, str>,
}

/// What was found in claims: for each text its place among the names of claims, lowest best.
#[derive(Default)]
struct Claims {
    name: Option<(usize, String)>,
    upn: Option<(usize, String)>,
}

/// Reads the identity here.
pub(super) fn read<'a>(reader: &mut Reader<'a>, here: &ValuePath<'_>) -> Step<Identity<'a>> {
    let mut found = Claims::default();
    if reader.peek()? == b'{' {
        object(reader, here, &mut found, DEEPEST)?;
        return Ok(found.identity());
    }
    let name = reader.text(here)?;
    if !name.trim_start().starts_with('{') {
        return Ok(Identity { name, upn: Cow::Borrowed("") });
    }
    let mut inner = Reader::new(name.as_bytes(), 0, reader.depth);
    // What cannot be read of the claims is in the original.
    let _ = object(&mut inner, here, &mut found, DEEPEST);
    Ok(found.identity())
}

fn object(
    reader: &mut Reader<'_>,
    here: &ValuePath<'_>,
    found: &mut Claims,
    levels: u32,
) -> Step<()> {
    reader.members(|reader, key| {
        if reader.peek()? == b'{' && levels > 1 {
            return object(reader, here, found, levels - 1);
        }
        let rank = |names: &[&[u8]]| names.iter().position(|name| ends_with(key, name));
        let (upn, name) = (rank(UPNS), rank(NAMES));
        if (upn.is_none() && name.is_none()) || !reader.is_text()? {
            return reader.skip();
        }
        let text = reader.text(here)?.trim().to_owned();
        let better = |rank: usize, held: &Option<(usize, String)>| {
            !text.is_empty() && held.as_ref().is_none_or(|(other, _)| rank < *other)
        };
        match (upn, name) {
            (Some(rank), _) if better(rank, &found.upn) => found.upn = Some((rank, text)),
            (None, Some(rank)) if better(rank, &found.name) => found.name = Some((rank, text)),
            _ => {}
        }
        Ok(())
    })
}

/// Is it this name, or a URI that ends in it?
fn ends_with(key: &[u8], name: &[u8]) -> bool {
    key.len() >= name.len()
        && key[key.len() - name.len()..].eq_ignore_ascii_case(name)
        && (key.len() == name.len() || key[key.len() - name.len() - 1] == b'/')
}

impl Claims {
    fn identity<'a>(self) -> Identity<'a> {
        let text =
            |held: Option<(usize, String)>| Cow::Owned(held.map(|h| h.1).unwrap_or_default());
        Identity { name: text(self.name), upn: text(self.upn) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Depth;

    fn told(json: &str) -> (String, String) {
        let mut reader = Reader::new(json.as_bytes(), 0, Depth::Full);
        let identity = read(&mut reader, &ValuePath::Record).expect("JSON");
        (identity.name.into_owned(), identity.upn.into_owned())
    }

    #[test]
    fn a_name_and_a_upn_are_found_in_claims_and_nothing_else_is_taken() {
        let both = ("Ada".to_owned(), "ada@fabrikam.example".to_owned());
        for json in [
            r#"{"claims":{"name":"Ada","http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn":"ada@fabrikam.example","appid":"a"}}"#,
            r#"{"claims":{"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":"other","upn":"ada@fabrikam.example","displayName":"Ada"}}"#,
            r#"{"user":{"userPrincipalName":"ada@fabrikam.example","displayName":"Ada","id":"1"}}"#,
            r#""{\"claims\":{\"name\":\"Ada\",\"upn\":\"ada@fabrikam.example\"}}""#,
        ] {
            assert_eq!(told(json), both, "{json}");
        }
        assert_eq!(told("\"Ada\""), ("Ada".to_owned(), String::new()));
        let empty = (String::new(), String::new());
        for json in [r#"{"claims":{"appid":"a","scp":"x"}}"#, "{}", "null", r#""{broken""#] {
            assert_eq!(told(json), empty, "{json}");
        }
    }
}
