//! Requests with a secret in them: what it is copied to for the way out is overwritten once it was sent.
//! Never covers what is below: the buffers of HTTP and TLS, which those libraries free as they are.

use bytes::Bytes;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret as _;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A form as the body of a request, which is overwritten once it was sent.
pub fn form(fields: &[(&str, &str)]) -> Bytes {
    // Each byte becomes three at most, so that it is not moved while it grows.
    let room = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut form = Serializer::new(String::with_capacity(room));
    form.extend_pairs(fields);
    Bytes::from_owner(Zeroizing::new(form.finish().into_bytes()))
}

/// A header with a secret behind `before`, which is overwritten once it was sent. `None` where the
/// secret has characters that no header has.
pub fn header(before: &str, secret: &Secret) -> Option<HeaderValue> {
    let value = [before, secret.expose_secret()].concat().into_bytes();
    let value = Bytes::from_owner(Zeroizing::new(value));
    let mut value = HeaderValue::from_maybe_shared(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_headers_say_what_they_are_made_of() {
        let secret = Secret::new("a b&c=é+");
        let form = form(&[("client_secret", secret.expose_secret()), ("x", "1")]);
        assert_eq!(form, "client_secret=a+b%26c%3D%C3%A9%2B&x=1");
        let header = header("Bearer ", &Secret::new("a.b")).expect("a header");
        assert!(header.is_sensitive() && header == "Bearer a.b");
        assert_eq!(super::header("Bearer ", &Secret::new("a\nb")), None);
    }
}
