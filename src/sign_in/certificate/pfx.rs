//! PFX files: keys and certificates in bags, in safes (PKCS #12, RFC 7292).
//! Never writes one.

use zeroize::Zeroizing;

use super::super::encryption::{self, Closed};
use super::{Parts, key, sequence, words};
use crate::http::der::{NUMBER_0, OBJECT, OCTETS, Reader, SEQUENCE};

/// PKCS #7 and the bags of PKCS #12 (RFC 7292).
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];

/// All keys and certificates of a PFX file.
pub fn read(bytes: &[u8], password: &str) -> Result<Parts, String> {
    let damaged = || {
        key::of_der(bytes).unwrap_or_else(|| {
            "it is neither PEM nor PFX as far as can be told, or it is cut off; write it anew: openssl pkcs12 -in FILE \
             -nodes -out cert.pem"
                .to_owned()
        })
    };
    let read = || {
        let mut file = Reader::new(bytes).enter(SEQUENCE)?;
        file.number()?;
        let mut safe = file.enter(SEQUENCE)?;
        let is_data = safe.take(OBJECT)? == DATA;
        let contents = safe.enter(NUMBER_0)?.take(OCTETS)?;
        is_data.then_some((contents, file.enter(SEQUENCE)))
    };
    let (contents, checksum) = read().ok_or_else(damaged)?;
    // A checksum of a kind that is not known leaves it to the padding to tell a wrong password.
    if let Some(checksum) = checksum
        && encryption::fits(checksum, contents, password) == Ok(false)
    {
        return Err(words(Closed::WrongPassword, password));
    }
    let mut parts = Parts::default();
    let mut safes = Reader::new(contents).enter(SEQUENCE).ok_or_else(damaged)?;
    while let Some(mut safe) = safes.enter(SEQUENCE) {
        let kind = safe.take(OBJECT).ok_or_else(damaged)?;
        let mut inside = safe.enter(NUMBER_0).ok_or_else(damaged)?;
        if kind == DATA {
            bags(inside.take(OCTETS).ok_or_else(damaged)?, password, &mut parts)?;
        } else if kind == ENCRYPTED_DATA {
            let mut closed = || {
                let mut data = inside.enter(SEQUENCE)?;
                data.number()?;
                let mut info = data.enter(SEQUENCE)?;
                info.take(OBJECT)?;
                encryption::encrypted(&mut info)
            };
            let (algorithm, bytes) = closed().ok_or_else(damaged)?;
            let opened =
                encryption::open(algorithm, bytes, password).map_err(|why| words(why, password))?;
            bags(&opened, password, &mut parts)?;
        }
    }
    Ok(parts)
}

/// The keys and certificates in a safe of a PFX file.
fn bags(contents: &[u8], password: &str, parts: &mut Parts) -> Result<(), String> {
    let mut bags = Reader::new(contents).enter(SEQUENCE).ok_or("it is damaged")?;
    while let Some(mut bag) = bags.enter(SEQUENCE) {
        let (Some(kind), Some(mut value)) = (bag.take(OBJECT), bag.enter(NUMBER_0)) else {
            continue;
        };
        if kind == KEY_BAG {
            if let Some(key) = value.take(SEQUENCE) {
                parts.keys.push(Zeroizing::new(sequence(key)));
            }
        } else if kind == SHROUDED_KEY_BAG {
            let closed =
                value.enter(SEQUENCE).and_then(|mut reader| encryption::encrypted(&mut reader));
            let (algorithm, bytes) = closed.ok_or("it is damaged")?;
            parts.keys.push(
                encryption::open(algorithm, bytes, password).map_err(|why| words(why, password))?,
            );
        } else if kind == CERTIFICATE_BAG {
            let Some(mut certificate) = value.enter(SEQUENCE) else { continue };
            if certificate.take(OBJECT) == Some(X509)
                && let Some(der) =
                    certificate.enter(NUMBER_0).and_then(|mut inside| inside.take(OCTETS))
            {
                parts.certificates.push(der.to_vec());
            }
        }
    }
    Ok(())
}
