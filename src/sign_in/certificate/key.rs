//! Private keys by their kind: RSA, which Entra takes, and others, which are named.
//! Never computes with a key.

use memchr::memmem;

use super::{INTEGER, NUMBER_0, OBJECT, OCTETS, Reader, SEQUENCE};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
/// Content of PKCS #7 that is signed, or only holds certificates.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];

/// Fewest bytes of an RSA key's modulus.
const FEWEST: usize = 256;

/// Other kinds of keys (RFC 5912, RFC 8410), in a sentence.
const KINDS: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10], "an RSA key for RSASSA-PSS only"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1], "a DSA key"),
    (&[0x2b, 0x65, 0x70], "an Ed25519 key"),
    (&[0x2b, 0x65, 0x71], "an Ed448 key"),
    (&[0x2b, 0x65, 0x6e], "an X25519 key"),
];

/// Curves of EC keys (RFC 5480).
const CURVES: &[(&[u8], &str)] = &[
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], "P-256"),
    (&[0x2b, 0x81, 4, 0, 34], "P-384"),
    (&[0x2b, 0x81, 4, 0, 35], "P-521"),
    (&[0x2b, 0x81, 4, 0, 10], "secp256k1"),
];

/// A private key.
pub enum PrivateKey<'a> {
    /// An RSA key that is long enough: in PKCS #1, and its modulus.
    Rsa { pkcs1: &'a [u8], modulus: &'a [u8] },
    /// Another: what it is, in a sentence.
    Other(String),
}

impl<'a> PrivateKey<'a> {
    /// Tells the kind of a key in PKCS #8, PKCS #1 or SEC 1.
    pub fn of(der: &'a [u8]) -> Self {
        let unknown = || Self::Other("of a kind that is not known here, or damaged".to_owned());
        Self::read(der).unwrap_or_else(unknown)
    }

    fn read(der: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(der).enter(SEQUENCE)?;
        reader.take(INTEGER)?;
        let mut ahead = reader;
        if let Some(mut algorithm) = ahead.enter(SEQUENCE) {
            let kind = algorithm.take(OBJECT)?;
            if kind == RSA {
                return Self::rsa(ahead.take(OCTETS)?);
            }
            if kind == EC {
                return Some(Self::Other(ec(algorithm.take(OBJECT))));
            }
            let known = KINDS.iter().find(|(known, _)| *known == kind);
            return known.map(|(_, words)| Self::Other((*words).to_owned()));
        }
        if reader.take(OCTETS).is_some() {
            let curve = reader.enter(NUMBER_0).and_then(|mut curve| curve.take(OBJECT));
            return Some(Self::Other(ec(curve)));
        }
        Self::rsa(der)
    }

    fn rsa(pkcs1: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(pkcs1).enter(SEQUENCE)?;
        reader.take(INTEGER)?;
        let modulus = reader.take(INTEGER)?;
        // A key has more numbers behind; a public key has one.
        reader.take(INTEGER)?;
        reader.take(INTEGER)?;
        // 0 in front only says that the number is not negative.
        let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
        Some(if modulus.len() < FEWEST {
            Self::Other(format!("an RSA key with {} bits", modulus.len() * 8))
        } else {
            Self::Rsa { pkcs1, modulus }
        })
    }
}

fn ec(curve: Option<&[u8]>) -> String {
    let known = curve.and_then(|curve| CURVES.iter().find(|(known, _)| *known == curve));
    known.map_or_else(|| "an EC key".to_owned(), |(_, name)| format!("an EC key ({name})"))
}

/// What is missing in a file in DER that is no PFX; `None` where it is none of what is known.
pub fn of_der(bytes: &[u8]) -> Option<String> {
    const BOTH: &str = "Entra needs the certificate and its key in one file, as PEM or PFX";
    let mut reader = Reader::new(bytes).enter(SEQUENCE)?;
    if reader.take(OBJECT) == Some(SIGNED_DATA) {
        return Some(format!(
            "it holds certificates only (PKCS #7), so there is no private key in it; {BOTH}"
        ));
    }
    let key = match PrivateKey::read(bytes) {
        Some(PrivateKey::Rsa { .. }) => Some("an RSA key".to_owned()),
        Some(PrivateKey::Other(kind)) => Some(kind),
        None => None,
    };
    if let Some(kind) = key {
        return Some(format!(
            "it holds a private key only ({kind}, DER), so there is no certificate in it; {BOTH}"
        ));
    }
    // The signed part of a certificate, the algorithm, the signature.
    let signed = reader.take(SEQUENCE)?;
    let is_certificate = reader.enter(SEQUENCE)?.take(OBJECT).is_some()
        && memmem::find(signed, &[0x06, 3, 0x55, 4]).is_some();
    is_certificate.then(|| {
        format!("it is a certificate alone (DER), so there is no private key in it; {BOTH}")
    })
}
