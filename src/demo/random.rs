//! Random numbers and ids that are the same on every machine: `SplitMix64`, drawn from a seed.
//! Never asks the system for randomness and never serves as a source of secrets.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Sebastiano Vigna's `SplitMix64`: 64 bits of state, one addition and two multiplications a draw.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The stream number `stream` of `seed`: streams do not overlap in any useful length.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream.wrapping_add(STEP))))
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `limit` (at most 2³²), 0 for a limit of 0. The bias of the multiplication is below 2⁻³².
    pub(super) fn below(&mut self, limit: usize) -> usize {
        (((self.next() >> 32) * limit as u64) >> 32) as usize
    }

    /// A number in `0..limit` that prefers small ones the way busy accounts outnumber quiet ones:
    /// the density falls as the two-thirds power of the rank, near Zipf's law.
    pub(super) fn skewed(&mut self, limit: usize) -> usize {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((part * part * part * limit as f64) as usize).min(limit.saturating_sub(1))
    }

    /// True in `percent` of a hundred draws.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of `words`, which must not be empty.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    /// A GUID that looks like version 4.
    pub(super) fn guid(&mut self) -> Guid {
        Guid::from_halves(self.next(), self.next())
    }
}

/// An object id, correlation id or the like; written as 36 lower-case characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Guid(u64, u64);

impl Guid {
    fn from_halves(high: u64, low: u64) -> Self {
        let version = (high & !0xf000) | 0x4000;
        let variant = (low & !(0b11 << 62)) | (0b10 << 62);
        Self(version, variant)
    }

    /// The id of a thing of this tenant, by name: the same for every seed and scale.
    pub(super) fn of(name: &str) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self::from_halves(mix(hash), mix(hash ^ STEP))
    }

    /// The id of a sign-in, by name: its last byte is 0, as in those of Entra.
    pub(super) fn of_sign_in(name: &str) -> Self {
        let Self(high, low) = Self::of(name);
        Self(high, low & !0xff)
    }

    /// The unique identifier of the token that the sign-in with this id got: the bytes of the id in
    /// the order of .NET, in base64url.
    pub(super) fn token(self) -> String {
        let (mut high, low) = (self.0.to_be_bytes(), self.1.to_be_bytes());
        high[..4].reverse();
        high[4..6].reverse();
        high[6..].reverse();
        URL_SAFE_NO_PAD.encode([high, low].concat())
    }

    fn hex(self, hyphens: bool) -> ([u8; 36], usize) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut at = 0;
        for nibble in 0..32 {
            if hyphens && matches!(nibble, 8 | 12 | 16 | 20) {
                at += 1;
            }
            let half = if nibble < 16 { self.0 } else { self.1 };
            text[at] = DIGITS[(half >> (60 - 4 * (nibble & 15))) as usize & 15];
            at += 1;
        }
        (text, at)
    }

    /// Appends the 36 characters to `out`.
    pub(super) fn push(self, out: &mut String) {
        let (text, len) = self.hex(true);
        out.push_str(std::str::from_utf8(&text[..len]).unwrap_or_default());
    }

    /// The 32 digits without hyphens, as Entra glues them in front of a deleted user's name.
    pub(super) fn digits(self) -> String {
        let (text, len) = self.hex(false);
        String::from_utf8_lossy(&text[..len]).into_owned()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, len) = self.hex(true);
        f.write_str(std::str::from_utf8(&text[..len]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // First outputs of the published reference code for state 0.
        let mut random = Random(0);
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn ids_look_like_version_4_and_depend_on_the_name_only() {
        let id = Guid::of("Backup Orchestrator").to_string();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]), "{id}");
        assert_eq!(id.replace('-', ""), Guid::of("Backup Orchestrator").digits());
        assert_ne!(Guid::of("a"), Guid::of("b"));
    }

    #[test]
    fn a_token_is_named_after_its_sign_in() {
        // Id and token of a sign-in that Datadog published.
        let id = Guid(0x94cb_51df_08a4_4a74, 0xb42b_1210_a7a1_2a00);
        assert_eq!(id.to_string(), "94cb51df-08a4-4a74-b42b-1210a7a12a00");
        assert_eq!(id.token(), "31HLlKQIdEq0KxIQp6EqAA");
        assert!(Guid::of_sign_in("a").to_string().ends_with("00"));
    }

    #[test]
    fn draws_stay_below_their_limit_and_small_ranks_are_busy() {
        let mut random = Random::new(7, 1);
        let mut first = 0;
        for _ in 0..10_000 {
            assert!(random.below(3) < 3);
            let rank = random.skewed(100);
            assert!(rank < 100);
            first += usize::from(rank < 10);
        }
        assert_eq!(random.below(0), 0);
        assert!((4_000..5_200).contains(&first), "{first}");
    }
}
