//! IP addresses in the spellings logs have for one: with ports, brackets and zones, mapped, long, in lists.
//! Never changes a record: what was logged stays beside what it means.

use std::fmt::{self, Write as _};
use std::net::{IpAddr, Ipv6Addr};

/// Addresses of one record that are kept as values of their own; of more, the rest is only found.
pub const MOST_ADDRESSES: usize = 8;

/// All addresses in a text, in their order. Commas, semicolons, white space and the signs of a JSON
/// list separate them.
pub fn addresses(text: &str) -> impl Iterator<Item = IpAddr> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'');
    text.split(separates).filter_map(one)
}

/// The address that a text is, where it is one and nothing else.
pub fn address(text: &str) -> Option<IpAddr> {
    let mut all = addresses(text);
    let first = all.next()?;
    let alone = !text.trim().contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    (alone && all.next().is_none()).then_some(first)
}

/// One address, in whatever spelling.
fn one(word: &str) -> Option<IpAddr> {
    if let Ok(address) = word.parse() {
        return Some(unmapped(address));
    }
    if let Some(rest) = word.strip_prefix('[') {
        let (inside, behind) = rest.split_once(']').unwrap_or((rest, ""));
        let is_port = behind.strip_prefix(':').is_some_and(is_number);
        // A list of one, too, and the first and last entry of a longer one.
        return if behind.is_empty() || is_port { one(inside) } else { None };
    }
    if let Some(inside) = word.strip_suffix(']') {
        return one(inside);
    }
    if let Some((address, zone)) = word.split_once('%') {
        return address.parse().ok().filter(|_| !zone.is_empty()).map(unmapped);
    }
    // A port; behind a colon of an address of the longer kind only where that has full stops.
    let (address, port) = word.rsplit_once(':')?;
    if !is_number(port) || !address.contains('.') {
        return None;
    }
    address.parse().ok().map(unmapped)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn from_six(address: Ipv6Addr) -> IpAddr {
    address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4)
}

/// The same address, short where it is one of the shorter kind in the longer form.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => from_six(long),
    }
}

/// An address written in the one usual form, without allocating.
#[derive(Clone, Copy)]
struct Usual {
    bytes: [u8; 48],
    len: usize,
}

impl Usual {
    fn of(address: IpAddr) -> Self {
        let mut usual = Self { bytes: [0; 48], len: 0 };
        // The longest form has 45 characters.
        let _ = write!(usual, "{address}");
        usual
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl fmt::Write for Usual {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Calls `out` with the parts of a dictionary entry: the addresses in their usual form, each once,
/// [`MOST_ADDRESSES`] places, then what was logged where that is something else. A text without any
/// address is its own only value.
pub fn entry(logged: &str, out: &mut dyn FnMut(&[&str])) {
    let mut parts = [""; MOST_ADDRESSES + 1];
    // Nearly all are one address in its usual form.
    if logged.is_empty() || logged.parse::<std::net::Ipv4Addr>().is_ok() {
        parts[0] = logged;
        return out(&parts);
    }
    let mut all = [Usual { bytes: [0; 48], len: 0 }; MOST_ADDRESSES];
    let mut count = 0;
    for address in addresses(logged) {
        let usual = Usual::of(address);
        if count < MOST_ADDRESSES && all[..count].iter().all(|own| own.text() != usual.text()) {
            all[count] = usual;
            count += 1;
        }
    }
    if count == 0 {
        parts[0] = logged;
        return out(&parts);
    }
    for (part, usual) in parts.iter_mut().zip(&all[..count]) {
        *part = usual.text();
    }
    if count > 1 || parts[0] != logged {
        parts[MOST_ADDRESSES] = logged;
    }
    out(&parts);
}

/// A block of addresses: `203.0.113.0/24`, `2001:db8::/32`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    first: IpAddr,
    /// Leading bits that all its addresses share.
    bits: u8,
}

impl Network {
    /// Reads a block; bits behind the prefix do not matter. `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, bits) = text.trim().split_once('/')?;
        let is_bits = bits.len() <= 3 && is_number(bits);
        let bits: u8 = bits.parse().ok().filter(|_| is_bits)?;
        let first: IpAddr = first.parse().ok()?;
        if let IpAddr::V6(long) = first
            && let Some(short) = long.to_ipv4_mapped()
        {
            let bits = bits.checked_sub(96).filter(|bits| *bits <= 32)?;
            return Some(Self { first: IpAddr::V4(short), bits });
        }
        let most = if first.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { first, bits })
    }

    /// Is the address in it?
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(own)) => {
                let differs = first.to_bits() ^ own.to_bits();
                self.bits == 0 || differs >> (32 - u32::from(self.bits)) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(own)) => {
                let differs = first.to_bits() ^ own.to_bits();
                self.bits == 0 || differs >> (128 - u32::from(self.bits)) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        addresses(text).map(|address| address.to_string()).collect()
    }

    #[test]
    fn every_spelling_of_an_address_is_the_same_address() {
        for spelling in [
            "203.0.113.7",
            " 203.0.113.7 ",
            "203.0.113.7:54321",
            "::ffff:203.0.113.7",
            "::FFFF:203.0.113.7",
            "::ffff:203.0.113.7:443",
            "[::ffff:203.0.113.7]:443",
            "[203.0.113.7]:443",
            "[203.0.113.7]",
            "0:0:0:0:0:ffff:cb00:7107",
            "\"203.0.113.7\"",
            "[\"203.0.113.7\"]",
            "203.0.113.7%5",
        ] {
            assert_eq!(all(spelling), ["203.0.113.7"], "{spelling}");
        }
        for spelling in [
            "2001:db8::1",
            "2001:DB8::1",
            "2001:0db8:0000:0000:0000:0000:0000:0001",
            "2001:db8:0:0::1",
            "[2001:db8::1]",
            "[2001:db8::1]:443",
            "2001:db8::1%5",
            "[2001:db8::1%eth0]:443",
        ] {
            assert_eq!(all(spelling), ["2001:db8::1"], "{spelling}");
        }
        let two = ["203.0.113.7", "2001:db8::1"];
        for list in [
            "203.0.113.7,2001:db8::1",
            "203.0.113.7:80; [2001:db8::1]:443",
            "203.0.113.7 2001:db8::1",
            "[\"203.0.113.7\", \"2001:DB8::1\"]",
            "[203.0.113.7,2001:db8::1]",
            "203.0.113.7, unknown, 2001:db8::1",
        ] {
            assert_eq!(all(list), two, "{list}");
        }
        for none in
            ["", "unknown", "203.0.113", "203.0.113.7.9", "1:2", "10:30", "a.b:80", "%5", "[]"]
        {
            assert_eq!(all(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn an_entry_keeps_what_was_logged_where_it_says_more() {
        let parts = |logged: &str| {
            let mut found = Vec::new();
            entry(logged, &mut |parts| {
                found = parts.iter().map(|part| (*part).to_owned()).collect();
            });
            let last = found.pop().expect("the logged text");
            found.retain(|part| !part.is_empty());
            (found.join(" "), last)
        };
        let same = |addresses: &str, logged: &str| (addresses.to_owned(), logged.to_owned());
        assert_eq!(parts("203.0.113.7"), same("203.0.113.7", ""));
        assert_eq!(parts("2001:db8::1"), same("2001:db8::1", ""));
        assert_eq!(parts("203.0.113.7:1"), same("203.0.113.7", "203.0.113.7:1"));
        assert_eq!(parts("1.1.1.1,1.1.1.1, ::2"), same("1.1.1.1 ::2", "1.1.1.1,1.1.1.1, ::2"));
        assert_eq!(parts("InvalidIPAddress"), same("InvalidIPAddress", ""));
        assert_eq!(parts(""), same("", ""));
    }

    #[test]
    fn blocks_hold_the_addresses_with_their_prefix() {
        let holds = |block: &str, own: &str| {
            Network::parse(block).expect(block).contains(address(own).expect(own))
        };
        assert!(
            holds("203.0.113.0/24", "203.0.113.255") && !holds("203.0.113.0/24", "203.0.114.0")
        );
        assert!(holds("203.0.113.77/24", "203.0.113.1") && holds("0.0.0.0/0", "9.9.9.9"));
        assert!(holds("203.0.113.7/32", "[::ffff:203.0.113.7]:1"));
        assert!(holds("::ffff:203.0.113.0/120", "203.0.113.9"));
        assert!(
            holds("2001:db8::/32", "2001:DB8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1")
        );
        assert!(!holds("0.0.0.0/0", "2001:db8::1") && !holds("::/0", "203.0.113.7"));
        for none in ["203.0.113.0", "203.0.113.0/33", "a/8", "::/129", "1.2.3.4/-1", "203.0.113/24"]
        {
            assert_eq!(Network::parse(none), None, "{none}");
        }
    }
}
