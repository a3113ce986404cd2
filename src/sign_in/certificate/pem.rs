//! PEM files (RFC 7468): keys and certificates in Base64 between two lines, whatever stands around them.
//! Never guesses: what cannot be read is named.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use zeroize::Zeroizing;

use super::super::encryption;
use super::{Parts, words};
use crate::http::der::{Reader, SEQUENCE};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The text of a file in PEM, in UTF-8 or UTF-16, with or without a mark of byte order; `None`
/// where it is something else.
pub fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let wide = |units: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| units(*pair));
        char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')).collect::<String>()
    };
    let found = |text: String| Some(Zeroizing::new(text)).filter(|text| text.contains(BEGIN));
    if memmem::find(bytes, BEGIN.as_bytes()).is_some() {
        return found(String::from_utf8_lossy(bytes).into_owned());
    }
    if !bytes.iter().take(64).any(|byte| *byte == 0) {
        return None;
    }
    found(wide(u16::from_le_bytes)).or_else(|| found(wide(u16::from_be_bytes)))
}

/// All keys and certificates of a PEM file; other things in it are only named.
pub fn read(text: &str, password: &str) -> Result<Parts, String> {
    // As a text was put into JSON or a variable.
    let escaped =
        text.contains("\\n").then(|| Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n")));
    let mut rest = escaped.as_deref().map_or(text, String::as_str);
    let mut parts = Parts::default();
    while let Some(start) = rest.find(BEGIN) {
        rest = &rest[start + BEGIN.len()..];
        let Some((label, after)) = rest.split_once(DASHES) else { break };
        if label.contains("PRIVATE KEY") && after.trim_start().starts_with("Proc-Type:") {
            return Err(format!(
                "its key is encrypted in a way that is no longer used; write it anew: openssl pkcs8 -topk8 -in KEY ({label})"
            ));
        }
        let Some((body, after)) = after.split_once(END) else {
            return Err(format!(
                "its part {} has no end: the file is cut off",
                crate::secret::foreign(&label.chars().take(40).collect::<String>())
            ));
        };
        rest = after;
        part(label.trim(), body, password, &mut parts)?;
    }
    Ok(parts)
}

fn part(label: &str, body: &str, password: &str, parts: &mut Parts) -> Result<(), String> {
    let decoded = || {
        let letters: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let letters = Zeroizing::new(letters);
        let decoded = STANDARD.decode(&*letters).map(Zeroizing::new);
        decoded.map_err(|_| format!("what it calls {label} is damaged"))
    };
    match label {
        "CERTIFICATE" | "X509 CERTIFICATE" => parts.certificates.push(decoded()?.to_vec()),
        // OpenSSL's own: a certificate, and what it is trusted for.
        "TRUSTED CERTIFICATE" => {
            let der = decoded()?;
            let mut reader = Reader::new(&der);
            if reader.take(SEQUENCE).is_some() {
                parts.certificates.push(der[..der.len() - reader.left()].to_vec());
            }
        }
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => parts.keys.push(decoded()?),
        "ENCRYPTED PRIVATE KEY" => {
            let der = decoded()?;
            let closed = Reader::new(&der)
                .enter(SEQUENCE)
                .and_then(|mut reader| encryption::encrypted(&mut reader));
            let (algorithm, bytes) =
                closed.ok_or_else(|| format!("what it calls {label} is damaged"))?;
            let opened = encryption::open(algorithm, bytes, password);
            parts.keys.push(opened.map_err(|why| words(why, password))?);
        }
        "OPENSSH PRIVATE KEY" | "DSA PRIVATE KEY" => {
            let label = label.trim_end_matches(" PRIVATE KEY");
            return Err(format!(
                "its key is one of {label}, which is not for certificates of applications; Entra takes RSA keys with 2048 \
                 bits or more (PRIVATE KEY or RSA PRIVATE KEY in PEM)"
            ));
        }
        // It only names the curve of the key that follows.
        "EC PARAMETERS" => {}
        other => {
            parts.others.push(crate::secret::foreign(&other.chars().take(40).collect::<String>()));
        }
    }
    Ok(())
}
