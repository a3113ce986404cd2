//! A certificate and its private key, from a PEM or PFX (PKCS #12) file.
//! Never shows the key, and never keeps the password.
//!
//! Microsoft Entra takes statements that are signed with an RSA key (PS256 or RS256; Microsoft's page
//! "Microsoft identity platform application authentication certificate credentials"). A certificate
//! with another key can be read, but not used, and that is what the error says.

#![expect(clippy::disallowed_methods, reason = "the certificate is in a file")]

mod key;
mod pem;
mod pfx;

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use memchr::memmem;
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use self::key::PrivateKey;
use super::encryption::Closed;
use crate::http::der::{INTEGER, NUMBER_0, OBJECT, OCTETS, Reader, SEQUENCE};
use crate::secret::Secret;

/// Largest file that is read; these have some thousand bytes.
const MOST_BYTES: usize = 1 << 20;

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

/// What was found in a file, in DER. Keys are overwritten when they are dropped.
#[derive(Default)]
struct Parts {
    certificates: Vec<Vec<u8>>,
    /// In PKCS #8 (`PrivateKeyInfo`), PKCS #1 (`RSAPrivateKey`) or SEC 1 (`ECPrivateKey`).
    keys: Vec<Zeroizing<Vec<u8>>>,
    /// What else there was, which helps to say what is missing.
    others: Vec<String>,
}

impl Certificate {
    /// Reads a file. The error names the file, what is wrong with it and what to do.
    pub fn read(path: &Path, password: Option<&Secret>) -> Result<Self, String> {
        let name = path.display();
        let bytes = std::fs::read(path)
            .map(Zeroizing::new)
            .map_err(|error| format!("the certificate {name} cannot be read: {error}"))?;
        if bytes.len() > MOST_BYTES {
            return Err(format!("{name} is no certificate: it has more than {MOST_BYTES} bytes"));
        }
        Self::of(&bytes, password.map_or("", |password| password.expose_secret()))
            .map_err(|why| format!("the certificate {name}: {why}"))
    }

    fn of(bytes: &[u8], password: &str) -> Result<Self, String> {
        let Parts { mut certificates, keys, others } = parts(bytes, password)?;
        let keys: Vec<PrivateKey<'_>> = keys.iter().map(|key| PrivateKey::of(key)).collect();
        let has = |others: &[String]| match others {
            [] => String::new(),
            others => format!(" (it has: {})", others.join(", ")),
        };
        if keys.is_empty() {
            return Err(format!(
                "there is no private key in it{}; Entra needs the certificate and its key in one file",
                has(&others)
            ));
        }
        let usable = keys.iter().filter_map(|key| match key {
            PrivateKey::Rsa { pkcs1, modulus } => Some((*pkcs1, *modulus)),
            PrivateKey::Other(_) => None,
        });
        let usable: Vec<(&[u8], &[u8])> = usable.collect();
        if let ([], Some(PrivateKey::Other(kind))) = (&usable[..], keys.first()) {
            return Err(format!(
                "its key is {kind}; for the certificate of an application Entra takes RSA keys with 2048 bits or more \
                 only (it is signed in PS256), so make a certificate with such a key and upload that one"
            ));
        }
        if certificates.is_empty() {
            return Err(format!(
                "there is no certificate in it{}; Entra needs the certificate and its key in one file",
                has(&others)
            ));
        }
        // The key's number is in the certificate of the key, as it is.
        let found = usable.iter().find_map(|(pkcs1, modulus)| {
            let own = certificates.iter().position(|der| memmem::find(der, modulus).is_some())?;
            Some((*pkcs1, own))
        });
        let (key, own) = found.ok_or("no certificate in it belongs to its key")?;
        certificates[..=own].rotate_right(1);
        let hash = digest::digest(&digest::SHA256, &certificates[0]);
        Ok(Self {
            key: EncodingKey::from_rsa_der(key),
            thumbprint: URL_SAFE_NO_PAD.encode(hash.as_ref()),
            chain: certificates.iter().map(|der| STANDARD.encode(der)).collect(),
        })
    }
}

/// What is in a file, by how it begins.
fn parts(bytes: &[u8], password: &str) -> Result<Parts, String> {
    if bytes.trim_ascii().is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(text) = pem::text(bytes) {
        return pem::read(&text, password);
    }
    // As a key vault hands out a PFX.
    let plain = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let letters: Zeroizing<Vec<u8>> =
        Zeroizing::new(plain.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
    if let Ok(decoded) = STANDARD.decode(&*letters).map(Zeroizing::new)
        && decoded.first() == Some(&SEQUENCE)
    {
        return pfx::read(&decoded, password);
    }
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => Err(
            "it is a Java key store; write it anew: keytool -importkeystore -srckeystore FILE -destkeystore cert.pfx \
             -deststoretype PKCS12"
                .to_owned(),
        ),
        _ => pfx::read(bytes, password),
    }
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
        let password = password.map(Secret::from);
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
    fn a_key_that_entra_does_not_take_is_named_by_its_kind() {
        for (name, password, kind) in [
            ("ec-p256-sec1.pem", None, "an EC key (P-256)"),
            ("ec-p384.pem", None, "an EC key (P-384)"),
            ("ec-p521-encrypted.pem", Some("kestrel"), "an EC key (P-521)"),
            ("ec.pfx", Some("kestrel"), "an EC key (P-256)"),
            ("ed25519.pem", None, "an Ed25519 key"),
            ("rsa-1024.pem", None, "an RSA key with 1024 bits"),
        ] {
            let error = read(name, password).expect_err(name);
            let expected =
                format!("its key is {kind}; for the certificate of an application Entra takes RSA");
            assert!(error.contains(name) && error.contains(&expected), "{error}");
        }
        let damaged = b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        let error = Certificate::of(damaged, "").expect_err("no key");
        assert!(error.contains("of a kind that is not known here, or damaged"), "{error}");
        for label in ["OPENSSH PRIVATE KEY", "DSA PRIVATE KEY"] {
            let other = format!("-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n");
            let error = Certificate::of(other.as_bytes(), "").expect_err(label);
            assert!(error.contains("Entra takes RSA keys"), "{error}");
        }
    }

    /// A PEM file written in other ways.
    #[test]
    fn pem_is_read_however_editors_and_tools_leave_it() {
        let whole = String::from_utf8([file("key.pem"), file("cert.pem")].concat()).expect("text");
        let wide = |units: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
            [mark, whole.as_str()].concat().encode_utf16().flat_map(units).collect()
        };
        let lines = |separator: &str| whole.lines().collect::<Vec<_>>().join(separator);
        for (how, bytes) in [
            ("as it is", whole.clone().into_bytes()),
            ("a mark of byte order", ["\u{feff}", whole.as_str()].concat().into_bytes()),
            ("CRLF", lines("\r\n").into_bytes()),
            ("CR", lines("\r").into_bytes()),
            ("UTF-16, little end first", wide(u16::to_le_bytes, "\u{feff}")),
            ("UTF-16, big end first", wide(u16::to_be_bytes, "\u{feff}")),
            ("UTF-16 without a mark", wide(u16::to_le_bytes, "")),
            ("indented", lines("\n    ").into_bytes()),
            ("text before and after", format!("Bag Attributes\n  x: 1\n{whole}\nend").into_bytes()),
            ("text on the same line", format!("key: {whole}").into_bytes()),
            ("line breaks as \\n", lines("\\n").into_bytes()),
            ("the certificate first", [file("cert.pem"), file("key.pem")].concat()),
            ("another key besides", [file("ec-p384.pem"), whole.clone().into_bytes()].concat()),
            ("X509", whole.replace(" CERT", " X509 CERT").into_bytes()),
            ("TRUSTED", whole.replace(" CERT", " TRUSTED CERT").into_bytes()),
            ("a PFX in Base64", STANDARD.encode(file("unencrypted.pfx")).into_bytes()),
        ] {
            let certificate =
                Certificate::of(&bytes, "").unwrap_or_else(|why| panic!("{how}: {why}"));
            assert_eq!(certificate.thumbprint, THUMBPRINT, "{how}");
        }
    }

    #[test]
    fn a_file_of_another_kind_is_named() {
        let der = |name: &str| pem_body(&String::from_utf8(file(name)).expect("text"));
        for (bytes, words) in [
            (Vec::new(), "it is empty"),
            (b" \n".to_vec(), "it is empty"),
            (der("cert.pem"), "it is a certificate alone (DER)"),
            (der("key.pem"), "a private key only (an RSA key, DER)"),
            (der("key-pkcs1.pem"), "a private key only (an RSA key, DER)"),
            (file("certs.p7b"), "there is no private key in it (it has: PKCS7)"),
            (der("certs.p7b"), "certificates only (PKCS #7)"),
            (file("public.pem"), "there is no private key in it (it has: PUBLIC KEY)"),
            (b"\xfe\xed\xfe\xed\0\0\0\x02".to_vec(), "a Java key store"),
            (file("key.pem")[..900].to_vec(), "its part PRIVATE KEY has no end"),
            (b"hello".to_vec(), "neither PEM nor PFX"),
        ] {
            let error = Certificate::of(&bytes, "").expect_err(words);
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    fn pem_body(text: &str) -> Vec<u8> {
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        STANDARD.decode(lines.collect::<String>()).expect("Base64")
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
