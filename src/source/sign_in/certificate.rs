//! A certificate and its private key, from a PEM or PFX (PKCS #12) file.
//! Never shows the key, and never keeps the password.

#![expect(clippy::disallowed_methods, reason = "the certificate is in a file")]

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use memchr::memmem;
use secrecy::{ExposeSecret as _, SecretString};

use super::der::{INTEGER, NUMBER_0, OBJECT, OCTETS, Reader, SEQUENCE};
use super::encryption::{self, Closed};

/// Largest file that is read; these have some thousand bytes.
const MOST_BYTES: usize = 1 << 20;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
/// PKCS #7 and the bags of PKCS #12 (RFC 7292).
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2];
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];

/// A certificate and its key.
pub struct Certificate {
    /// Signs in PS256.
    pub key: EncodingKey,
    /// SHA-256 of the certificate in base64url: what Entra knows it by.
    pub thumbprint: String,
    /// The certificate, then the others of the file, in base64: its chain.
    pub chain: Vec<String>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

/// What was found in a file, in DER.
#[derive(Default)]
struct Parts {
    certificates: Vec<Vec<u8>>,
    /// In PKCS #8 (`PrivateKeyInfo`) or PKCS #1 (`RSAPrivateKey`).
    keys: Vec<Vec<u8>>,
}

impl Certificate {
    /// Reads a file. The error names the file, what is wrong with it and what to do.
    pub fn read(path: &Path, password: Option<&SecretString>) -> Result<Self, String> {
        let name = path.display();
        let bytes = std::fs::read(path)
            .map_err(|error| format!("the certificate {name} cannot be read: {error}"))?;
        if bytes.len() > MOST_BYTES {
            return Err(format!("{name} is no certificate: it has more than {MOST_BYTES} bytes"));
        }
        Self::of(&bytes, password.map_or("", |password| password.expose_secret()))
            .map_err(|why| format!("the certificate {name}: {why}"))
    }

    fn of(bytes: &[u8], password: &str) -> Result<Self, String> {
        let parts = if memmem::find(bytes, b"-----BEGIN ").is_some() {
            pem(&String::from_utf8_lossy(bytes), password)?
        } else {
            pfx(bytes, password)?
        };
        let (key, modulus) = match parts.keys.iter().find_map(|key| rsa(key)) {
            Some(found) => found,
            None if parts.keys.is_empty() => {
                return Err("there is no private key in it; Entra needs the certificate and its key in one file".into());
            }
            None => {
                return Err(
                    "its key is not an RSA key; Entra takes RSA with 2048 bits or more".into()
                );
            }
        };
        if parts.certificates.is_empty() {
            return Err("there is no certificate in it; Entra needs the certificate and its key in one file".into());
        }
        // The key's number is in the certificate of the key, as it is.
        let mut certificates = parts.certificates;
        let own = certificates.iter().position(|der| memmem::find(der, modulus).is_some());
        let own = own.ok_or("no certificate in it belongs to its key")?;
        certificates[..=own].rotate_right(1);
        let hash = digest::digest(&digest::SHA256, &certificates[0]);
        Ok(Self {
            key: EncodingKey::from_rsa_der(key),
            thumbprint: URL_SAFE_NO_PAD.encode(hash.as_ref()),
            chain: certificates.iter().map(|der| STANDARD.encode(der)).collect(),
        })
    }
}

/// The key in PKCS #1 and its modulus, if it is an RSA key.
fn rsa(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let modulus = |pkcs1: &[u8]| -> Option<std::ops::Range<usize>> {
        let mut reader = Reader::new(pkcs1).enter(SEQUENCE)?;
        reader.take(INTEGER)?;
        let modulus = reader.take(INTEGER)?;
        // 0 in front only says that the number is not negative.
        let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
        let start = memmem::find(pkcs1, modulus)?;
        (modulus.len() >= 256).then(|| start..start + modulus.len())
    };
    let mut reader = Reader::new(key).enter(SEQUENCE)?;
    reader.take(INTEGER)?;
    let pkcs1 = match reader.enter(SEQUENCE) {
        Some(mut algorithm) => {
            if algorithm.take(OBJECT)? != RSA {
                return None;
            }
            reader.take(OCTETS)?
        }
        None => key,
    };
    modulus(pkcs1).map(|at| (pkcs1, &pkcs1[at]))
}

/// All keys and certificates of a PEM file; other things in it are passed over.
fn pem(text: &str, password: &str) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(label) =
            line.strip_prefix("-----BEGIN ").and_then(|line| line.strip_suffix("-----"))
        else {
            continue;
        };
        let body: Vec<&str> =
            lines.by_ref().take_while(|line| !line.starts_with("-----END ")).collect();
        if body.iter().any(|line| line.starts_with("Proc-Type:")) {
            return Err(format!(
                "its key is encrypted in a way that is no longer used; write it anew: openssl pkcs8 -topk8 -in KEY ({label})"
            ));
        }
        let decoded = || {
            STANDARD.decode(body.concat()).map_err(|_| format!("what it calls {label} is damaged"))
        };
        match label {
            "CERTIFICATE" => parts.certificates.push(decoded()?),
            "PRIVATE KEY" | "RSA PRIVATE KEY" => parts.keys.push(decoded()?),
            "ENCRYPTED PRIVATE KEY" => {
                let der = decoded()?;
                let closed = Reader::new(&der)
                    .enter(SEQUENCE)
                    .and_then(|mut reader| encryption::encrypted(&mut reader));
                let (algorithm, bytes) =
                    closed.ok_or_else(|| format!("what it calls {label} is damaged"))?;
                parts.keys.push(
                    encryption::open(algorithm, bytes, password)
                        .map_err(|why| words(why, password))?,
                );
            }
            _ => {}
        }
    }
    Ok(parts)
}

/// All keys and certificates of a PFX file.
fn pfx(bytes: &[u8], password: &str) -> Result<Parts, String> {
    let damaged = || {
        "it is neither PEM nor PFX as far as can be told; write it anew: openssl pkcs12 -in FILE -nodes -out cert.pem"
            .to_owned()
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
                parts.keys.push(sequence(key));
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

/// A sequence with these contents.
fn sequence(contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u32).to_be_bytes();
    [&[SEQUENCE, 0x84][..], &length, contents].concat()
}

fn words(why: Closed, password: &str) -> String {
    match why {
        Closed::WrongPassword if password.is_empty() => {
            "it is encrypted; give its password in AZURE_CLIENT_CERTIFICATE_PASSWORD".to_owned()
        }
        Closed::WrongPassword => {
            "the password in AZURE_CLIENT_CERTIFICATE_PASSWORD does not open it, or it is damaged".to_owned()
        }
        Closed::Unknown => {
            "it is encrypted in a way that is not known here; write it anew: openssl pkcs12 -in FILE -nodes -out cert.pem"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOLDER: &str = "tests/fixtures/sign_in";
    /// SHA-256 of the certificate, as openssl tells it.
    const THUMBPRINT: &str = "rVm86FT6u8OU2P9rV-p8hfTmS_Z2HHhkvum83jN5tFY";

    fn read(name: &str, password: Option<&str>) -> Result<Certificate, String> {
        let password = password.map(SecretString::from);
        Certificate::read(&Path::new(FOLDER).join(name), password.as_ref())
    }

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(Path::new(FOLDER).join(name)).expect("a fixture")
    }

    fn both(key: &str) -> Vec<u8> {
        [file(key), file("other-cert.pem"), file("cert.pem")].concat()
    }

    #[test]
    fn pfx_files_are_read_however_they_are_encrypted() {
        let written =
            [("aes.pfx", "kestrel"), ("triple-des.pfx", "kestrel"), ("rc2.pfx", "kestrel")];
        for (name, password) in
            written.into_iter().chain([("empty-password.pfx", ""), ("unencrypted.pfx", "")])
        {
            let certificate =
                read(name, Some(password)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(certificate.thumbprint, THUMBPRINT, "{name}");
            assert_eq!(certificate.chain.len(), 1, "{name}");
        }
    }

    #[test]
    fn pem_files_are_read_in_any_order_and_the_certificate_of_the_key_is_found() {
        for (key, password) in
            [("key.pem", ""), ("key-pkcs1.pem", ""), ("key-encrypted.pem", "kestrel")]
        {
            let certificate = Certificate::of(&both(key), password)
                .unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(certificate.thumbprint, THUMBPRINT, "{key}");
            assert_eq!(certificate.chain.len(), 2, "{key}");
        }
    }

    #[test]
    fn a_wrong_password_is_told_from_a_missing_one() {
        for name in ["aes.pfx", "triple-des.pfx", "rc2.pfx"] {
            let wrong = read(name, Some("osprey")).expect_err("the wrong password");
            assert!(wrong.contains(name) && wrong.contains("does not open it"), "{wrong}");
            assert!(!wrong.contains("osprey"), "{wrong}");
            let missing = read(name, None).expect_err("no password");
            assert!(
                missing.contains("give its password in AZURE_CLIENT_CERTIFICATE_PASSWORD"),
                "{missing}"
            );
        }
        assert!(Certificate::of(&both("key-encrypted.pem"), "osprey").is_err());
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = |bytes: &[u8]| Certificate::of(bytes, "").expect_err("something is missing");
        assert!(error(&file("cert.pem")).contains("no private key"));
        assert!(error(&file("key.pem")).contains("no certificate"));
        assert!(
            error(&[file("key.pem"), file("other-cert.pem")].concat())
                .contains("belongs to its key")
        );
        assert!(error(b"hello").contains("neither PEM nor PFX"));
        assert!(
            error(b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")
                .contains("openssl pkcs8")
        );
        assert!(
            read("nowhere.pem", None).expect_err("no file").contains("nowhere.pem cannot be read")
        );
    }

    #[test]
    fn the_key_is_never_printed() {
        let certificate = read("aes.pfx", Some("kestrel")).expect("a certificate");
        let printed = format!("{certificate:?}");
        assert!(printed.contains(THUMBPRINT) && !printed.contains("key"), "{printed}");
    }

    proptest! {
        #[test]
        fn a_damaged_file_is_an_error_and_nothing_else(at in 0_usize..2200, byte in any::<u8>(), cut in 0_usize..2200) {
            let mut bytes = file("unencrypted.pfx");
            let at = at.min(bytes.len() - 1);
            bytes[at] = byte;
            let _ = Certificate::of(&bytes, "");
            bytes.truncate(cut);
            prop_assert!(Certificate::of(&bytes, "").is_err());
        }
    }
}
