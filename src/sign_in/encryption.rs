//! Passwords of key files: how PKCS #5 and PKCS #12 make keys of them, and what those open.
//! Never encrypts anything: it reads what others wrote, old ways included.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::{digest, hmac, iv, pbkdf2};
use des::TdesEde3;
use des::cipher::{BlockCipherDecrypt, KeyInit as _};
use rc2::Rc2;
use zeroize::Zeroizing;

use crate::http::der::{NUMBER_0_OCTETS, OBJECT, OCTETS, Reader, SEQUENCE};

/// Most rounds of making a key from a password; files have some thousand to a million.
const MOST_ROUNDS: u32 = 20_000_000;

/// Why something encrypted stays closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// The password is wrong, or the file is damaged: nobody can tell which.
    WrongPassword,
    /// Encrypted in a way that is not known here.
    Unknown,
}

/// PBES2 and its parts (RFC 8018).
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
const HMAC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 7];
const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9];
const HMAC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 10];
const HMAC_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 11];
const AES_128_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2];
const AES_192_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22];
const AES_256_CBC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];
/// What PKCS #12 had before (RFC 7292, appendix C).
const SHA1_3DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 3];
const SHA1_RC2_128: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 5];
const SHA1_RC2_40: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 6];
const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 26];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

/// Opens the sequence that is encrypted by an `AlgorithmIdentifier`, whose elements `algorithm` reads.
pub fn open(
    algorithm: Reader<'_>,
    encrypted: &[u8],
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    open_any(algorithm, encrypted, password).and_then(whole)
}

/// With a wrong key one in 256 ends as if it were right, but is no sequence.
fn whole(opened: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let is_whole = Reader::new(&opened).take(SEQUENCE).is_some();
    if is_whole { Ok(opened) } else { Err(Closed::WrongPassword) }
}

fn open_any(
    mut algorithm: Reader<'_>,
    encrypted: &[u8],
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let name = algorithm.take(OBJECT).ok_or(Closed::Unknown)?;
    let parameters = algorithm.enter(SEQUENCE).ok_or(Closed::Unknown)?;
    if name == PBES2 {
        return open_pbes2(parameters, encrypted, password);
    }
    let mut parameters = parameters;
    let salt = parameters.take(OCTETS).ok_or(Closed::Unknown)?;
    let rounds = parameters
        .number()
        .filter(|rounds| (1..=MOST_ROUNDS).contains(rounds))
        .ok_or(Closed::Unknown)?;
    // The empty password was written in two ways.
    let spellings =
        if password.is_empty() { vec![vec![0, 0], Vec::new()] } else { vec![wide(password)] };
    let mut opened = Err(Closed::Unknown);
    for password in spellings {
        let made = |purpose, length| {
            pkcs12_key(
                &digest::SHA1_FOR_LEGACY_USE_ONLY,
                purpose,
                &password,
                (salt, rounds),
                length,
            )
        };
        let start = made(2, 8);
        opened = match name {
            SHA1_3DES => open_3des(&made(1, 24), &start, encrypted),
            SHA1_RC2_128 => open_rc2(&made(1, 16), 128, &start, encrypted),
            SHA1_RC2_40 => open_rc2(&made(1, 5), 40, &start, encrypted),
            _ => return Err(Closed::Unknown),
        }
        .and_then(whole);
        if opened.is_ok() {
            break;
        }
    }
    opened
}

fn open_pbes2(
    mut parameters: Reader<'_>,
    encrypted: &[u8],
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let mut derivation = parameters.enter(SEQUENCE).ok_or(Closed::Unknown)?;
    let mut cipher = parameters.enter(SEQUENCE).ok_or(Closed::Unknown)?;
    if derivation.take(OBJECT) != Some(PBKDF2) {
        return Err(Closed::Unknown);
    }
    let mut derivation = derivation.enter(SEQUENCE).ok_or(Closed::Unknown)?;
    let salt = derivation.take(OCTETS).ok_or(Closed::Unknown)?;
    let rounds =
        derivation.number().filter(|rounds| *rounds <= MOST_ROUNDS).and_then(NonZeroU32::new);
    let rounds = rounds.ok_or(Closed::Unknown)?;
    let _length = derivation.number();
    let function = derivation.enter(SEQUENCE).and_then(|mut function| function.take(OBJECT));
    let function = match function {
        None | Some(HMAC_SHA1) => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(HMAC_SHA256) => pbkdf2::PBKDF2_HMAC_SHA256,
        Some(HMAC_SHA384) => pbkdf2::PBKDF2_HMAC_SHA384,
        Some(HMAC_SHA512) => pbkdf2::PBKDF2_HMAC_SHA512,
        Some(_) => return Err(Closed::Unknown),
    };
    let name = cipher.take(OBJECT).ok_or(Closed::Unknown)?;
    let start = cipher.take(OCTETS).ok_or(Closed::Unknown)?;
    let made = |length: usize| {
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(function, rounds, salt, password.as_bytes(), &mut key);
        key
    };
    match name {
        AES_128_CBC => open_aes(UnboundCipherKey::new(&AES_128, &made(16)), start, encrypted),
        AES_192_CBC => open_aes(UnboundCipherKey::new(&AES_192, &made(24)), start, encrypted),
        AES_256_CBC => open_aes(UnboundCipherKey::new(&AES_256, &made(32)), start, encrypted),
        DES_EDE3_CBC => open_3des(&made(24), start, encrypted),
        _ => Err(Closed::Unknown),
    }
}

fn open_aes(
    key: Result<UnboundCipherKey, aws_lc_rs::error::Unspecified>,
    start: &[u8],
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let start = <[u8; 16]>::try_from(start).map_err(|_| Closed::Unknown)?;
    let key = key.and_then(PaddedBlockDecryptingKey::cbc_pkcs7).map_err(|_| Closed::Unknown)?;
    let mut bytes = Zeroizing::new(encrypted.to_vec());
    let context = DecryptionContext::Iv128(iv::FixedLength::from(start));
    let opened = key.decrypt(&mut bytes, context).map_err(|_| Closed::WrongPassword)?;
    Ok(Zeroizing::new(opened.to_vec()))
}

fn open_3des(key: &[u8], start: &[u8], encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let cipher = TdesEde3::new_from_slice(key).map_err(|_| Closed::Unknown)?;
    chained(start, encrypted, |block| {
        let mut block = block.into();
        cipher.decrypt_block(&mut block);
        block.into()
    })
}

fn open_rc2(
    key: &[u8],
    bits: usize,
    start: &[u8],
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let cipher = Rc2::new_with_eff_key_len(key, bits);
    chained(start, encrypted, |block| {
        let mut block = block.into();
        cipher.decrypt_block(&mut block);
        block.into()
    })
}

/// Cipher block chaining over blocks of eight bytes, and the padding taken off.
fn chained(
    start: &[u8],
    encrypted: &[u8],
    open: impl Fn([u8; 8]) -> [u8; 8],
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let mut before = <[u8; 8]>::try_from(start).map_err(|_| Closed::Unknown)?;
    let (blocks, rest) = encrypted.as_chunks::<8>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(Closed::WrongPassword);
    }
    let mut opened = Zeroizing::new(Vec::with_capacity(encrypted.len()));
    for block in blocks {
        let plain = open(*block);
        opened.extend(plain.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = *block;
    }
    let padding = usize::from(*opened.last().ok_or(Closed::WrongPassword)?);
    let end = opened.len().checked_sub(padding).ok_or(Closed::WrongPassword)?;
    if !(1..=8).contains(&padding) || opened[end..].iter().any(|byte| usize::from(*byte) != padding)
    {
        return Err(Closed::WrongPassword);
    }
    opened.truncate(end);
    Ok(opened)
}

/// Does the checksum of a PKCS #12 file fit the password? `Err` where the way is not known.
/// `mac` reads the elements of `MacData`.
pub fn fits(mut mac: Reader<'_>, contents: &[u8], password: &str) -> Result<bool, Closed> {
    let mut read = || {
        let mut info = mac.enter(SEQUENCE)?;
        let name = info.enter(SEQUENCE)?.take(OBJECT)?;
        let expected = info.take(OCTETS)?;
        let salt = mac.take(OCTETS)?;
        Some((name, expected, salt, mac.number().unwrap_or(1)))
    };
    let (name, expected, salt, rounds) = read().ok_or(Closed::Unknown)?;
    if !(1..=MOST_ROUNDS).contains(&rounds) {
        return Err(Closed::Unknown);
    }
    let (function, keyed) = match name {
        SHA1 => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        SHA256 => (&digest::SHA256, hmac::HMAC_SHA256),
        SHA384 => (&digest::SHA384, hmac::HMAC_SHA384),
        SHA512 => (&digest::SHA512, hmac::HMAC_SHA512),
        _ => return Err(Closed::Unknown),
    };
    let spellings =
        if password.is_empty() { vec![vec![0, 0], Vec::new()] } else { vec![wide(password)] };
    Ok(spellings.iter().any(|password| {
        let key = pkcs12_key(function, 3, password, (salt, rounds), function.output_len());
        hmac::verify(&hmac::Key::new(keyed, &key), contents, expected).is_ok()
    }))
}

/// A password as PKCS #12 wants it: UTF-16, big end first, with a zero at the end.
fn wide(password: &str) -> Vec<u8> {
    password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect()
}

/// Bytes made of a password (RFC 7292, appendix B.2). `purpose`: 1 key, 2 start, 3 checksum.
fn pkcs12_key(
    function: &'static digest::Algorithm,
    purpose: u8,
    password: &[u8],
    (salt, rounds): (&[u8], u32),
    length: usize,
) -> Vec<u8> {
    let size = function.block_len();
    // Repeated up to whole blocks.
    let filled = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().cycle().take(bytes.len().div_ceil(size) * size).collect()
    };
    let mut input = filled(salt);
    input.extend(filled(password));
    let mut made = Vec::new();
    while made.len() < length {
        let mut context = digest::Context::new(function);
        context.update(&vec![purpose; size]);
        context.update(&input);
        let mut hash = context.finish();
        for _ in 1..rounds {
            hash = digest::digest(function, hash.as_ref());
        }
        made.extend_from_slice(hash.as_ref());
        // Each block of the input plus the hash plus one, as numbers.
        let addend: Vec<u8> = hash.as_ref().iter().copied().cycle().take(size).collect();
        for block in input.chunks_exact_mut(size) {
            let mut carry = 1_u16;
            for (byte, add) in block.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
    }
    made.truncate(length);
    made
}

/// What is encrypted in an `EncryptedContentInfo` or an `EncryptedPrivateKeyInfo`: the algorithm,
/// then the bytes, numbered or not.
pub fn encrypted<'a>(reader: &mut Reader<'a>) -> Option<(Reader<'a>, &'a [u8])> {
    let algorithm = reader.enter(SEQUENCE)?;
    let bytes = reader.take(OCTETS).or_else(|| reader.take(NUMBER_0_OCTETS))?;
    Some((algorithm, bytes))
}
