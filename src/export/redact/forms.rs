//! What its form gives away in running text: ids, addresses, hosts, accounts, telephones, tickets.
//! Never a name: those are known, or they are words.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{compiled, known};

/// A place that its form gives away, or a word where a name may begin, in folded text. Each alternative
/// ends soon or where it is found: a search from every word on must not look at the whole text again.
pub(super) static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        // Ids are replaced before; this one was escaped.
        // What stands for an id already.
        r"(?<ours>(?-u:\b)(?:id|encoded)-[0-9]{1,9}(?-u:\b))",
        r"|(?<guid>[0-9a-f]{8}[\-_](?:[0-9a-f]{4}[\-_]){3}[0-9a-f]{12})",
        r#"|(?-u:[a-z][a-z0-9+.\-]{1,15})://(?<host>[^\s/"'<>:?#\\()|]+)"#,
        r#"|/(?:personal|sites|teams)/(?<site>[^/\s?#"'<>\\,;]+)"#,
        r"|(?-u:\B)\\{2,8}(?<unc>[a-z0-9][a-z0-9._\-]{1,62})\\",
        r"|(?<sid>s-1-[0-9]{1,3}(?:-[0-9]{1,10}){2,15})",
        r"|(?<mac>(?-u:\b)(?:[0-9a-f]{2}(?:(?:[:\-][0-9a-f]{2}){5}|(?: [0-9a-f]{2}){5}|[0-9a-f]{10})|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|(?:[0-9a-f]{4}-){2}[0-9a-f]{4})(?-u:\b))",
        r"|(?<version>(?-u:\b)(?:applewebkit|chrome|chromium|crios|dsreg|edg|edga|edge|edgios|firefox|fxios|ie|mobile safari|msie|opera|opr|safari|samsung internet|trident|version)[/ ]v?[0-9]{1,5}(?:\.[0-9]{1,6}){0,5})",
        r"|(?<ticket>(?-u:\b)(?:inc|chg|crq|req|ritm|s?ctask|prb|tkt|ticket|case|incident|bug|jira|snow|helpdesk)[\-#_: ]{0,3}(?:[a-z]{2,9}-)?[0-9]{4,15}(?-u:\b)|#[0-9]{2,15}(?-u:\b))",
        r"|(?<phone>\+[0-9][0-9 ()./\-]{5,24}[0-9]",
        r"|(?-u:\b)00[1-9][0-9 ()/\-]{6,20}[0-9]",
        r"|\(0?[0-9]{2,5}\)[ \-]?[0-9][0-9 \-]{4,12}[0-9]",
        r"|(?-u:\b)0[1-9][0-9]{1,4}[ /\-][0-9][0-9 \-]{4,12}[0-9](?-u:\b)",
        r"|(?-u:\b)0[1-9][0-9]{8,10}(?-u:\b)",
        r"|(?-u:\b)(?:1[ .\-])?[2-9][0-9]{2}[ .\-][0-9]{3}[ .\-][0-9]{4}(?-u:\b))",
        r"|(?-u:\b)(?:tel|telephone|phone|mobile|cell|sms|fax|whatsapp|call|called)[:=. ]{1,3}(?:(?:to|at|on|no|nr|number)[:. ]{1,2})?(?<number>[0-9][0-9 ()./\-]{5,20}[0-9])",
        r"|(?<whole>(?:displayname|friendlyname) ?= ?)",
        r#"|(?:cn|ou|dc|o)=(?<part>[^,;/"\]\[=\\]+)"#,
        r#"|(?-u:[a-z]{0,30}name|mail|upn)\\{0,15}" ?: ?\\{0,15}"(?<cut>[^"\\]+)"#,
        r"|(?<six>[0-9a-f]{0,4}:[0-9a-f:.]{1,45})",
        r"|(?<four>[0-9]{1,3}(?:(?:\.|\[\.\]|\(\.\)|\[dot\])[0-9]{1,3}){3})",
        r"|[\p{L}\p{N}]+",
    ))
});

/// Longest parts of an address of mail, and of a domain.
const LONGEST_LOCAL: usize = 256;
const LONGEST_DOMAIN: usize = 253;
/// Longest name of a computer or of an account, in bytes.
const LONGEST_NAME: usize = 64;
/// Longest name of a domain of Windows (`NetBIOS`).
const LONGEST_NETBIOS: usize = 15;
/// Digits of an id without signs between them.
const ID: usize = 32;

/// Least digits of a number of a telephone.
pub(super) const DIGITS: usize = 7;

/// Words in front of a hyphen and a number that no ticket and no computer begins with.
const STANDARDS: &[&str] = &[
    "aes", "arc", "b", "base", "chacha", "cp", "cve", "cwe", "dh", "ecdh", "ecdsa", "ed", "es",
    "fido", "fips", "gmt", "hmac", "hs", "html", "http", "ieee", "ios", "iso", "kb", "level", "md",
    "mfa", "ms", "nist", "oath", "oauth", "ps", "rfc", "rs", "rsa", "saml", "sha", "sha1", "sha2",
    "sha3", "ssl", "step", "tls", "tcp", "udp", "utc", "utf", "v", "win", "windows", "ws", "x",
];

/// What names of computers begin with.
const MACHINES: &[&str] = &[
    "app",
    "client",
    "computer",
    "db",
    "dc",
    "desktop",
    "ex",
    "exch",
    "file",
    "fs",
    "host",
    "imac",
    "ipad",
    "iphone",
    "kiosk",
    "laptop",
    "lt",
    "mac",
    "macbook",
    "mail",
    "nas",
    "nb",
    "node",
    "notebook",
    "pc",
    "phone",
    "print",
    "prn",
    "server",
    "sql",
    "srv",
    "surface",
    "svr",
    "tablet",
    "vdi",
    "vm",
    "web",
    "win",
    "wks",
    "wkst",
    "workstation",
    "ws",
];

/// The same where a number may follow without a hyphen.
const NUMBERED: &[&str] = &[
    "dc",
    "fs",
    "laptop",
    "notebook",
    "pc",
    "server",
    "sql",
    "srv",
    "svr",
    "vm",
    "wks",
    "workstation",
];

/// Accounts and their domains that every Windows has.
const BUILT_IN: &[&str] = &[
    "nt authority",
    "authority",
    "builtin",
    "nt service",
    "service",
    "window manager",
    "hklm",
    "hkcu",
    "hkey_local_machine",
    "hkey_current_user",
];

/// Whether a word may be part of a longer one of letters, digits, hyphens and such.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// A computer or a ticket that begins with the word at `start`, and which of both; `original` is the
/// text as it was written, of any place of the folded one.
pub(super) fn machine<'o>(
    text: &str,
    start: usize,
    original: impl Fn(&Range<usize>) -> &'o str,
) -> Option<(Range<usize>, &'static str)> {
    if text[..start].chars().next_back().is_some_and(|c| is_part(c) || c == '.') {
        return None;
    }
    let rest = &text[start..];
    let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let run = rest[..len].trim_end_matches(['-', '_']);
    let is_name = run.is_ascii() && run.len() <= LONGEST_NAME;
    if !is_name || !run.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let range = start..start + run.len();
    let letters = run.find(|c: char| !c.is_ascii_alphabetic())?;
    let (first, behind) = run.split_at(letters);
    if !behind.starts_with(['-', '_']) {
        let is_numbered = NUMBERED.contains(&first)
            && behind.len() > 1
            && behind.bytes().all(|byte| byte.is_ascii_digit());
        return is_numbered.then_some((range, "device"));
    }
    let behind = &behind[1..];
    let is_number = behind.bytes().all(|byte| byte.is_ascii_digit());
    let is_machine = MACHINES.contains(&first) && behind.len() > 1;
    if STANDARDS.contains(&first) && (!is_machine || is_number || behind.len() < 4) {
        return None;
    }
    let has_digit = behind.bytes().any(|byte| byte.is_ascii_digit());
    if is_machine && has_digit {
        return Some((range, "device"));
    }
    let is_written_large = !original(&range).contains(|c: char| c.is_lowercase());
    if !is_written_large || first.len() < 2 || run.contains('_') {
        return None;
    }
    match is_number {
        true => (behind.len() > 1 && behind.len() < 10).then_some((range, "ticket")),
        false => has_digit.then_some((range, "device")),
    }
}

/// An account of a domain of Windows, `CORP\name`, that begins at `start`: the domain and the name.
pub(super) fn account(text: &str, start: usize) -> Option<(Range<usize>, Range<usize>)> {
    let before = text[..start].chars().next_back();
    if before.is_some_and(|c| is_part(c) || matches!(c, '\\' | '/' | ':' | '.')) {
        return None;
    }
    let rest = &text[start..];
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let domain = rest.find(|c| !is_domain(c))?;
    let signs = rest[domain..].bytes().take_while(|byte| *byte == b'\\').count();
    let name_at = domain + signs;
    let behind = &rest[name_at..];
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '$');
    let name = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
    let is_path = behind[name..].starts_with(['\\', ':']);
    let name = behind[..name].trim_end_matches(['.', '-']).len();
    let is_one = (1..=LONGEST_NETBIOS).contains(&domain) || rest[..domain].contains('.');
    if !is_one || domain == 0 || !(1..=4).contains(&signs) || name < 2 || is_path {
        return None;
    }
    let is_common = BUILT_IN.contains(&&rest[..domain]);
    let name = start + name_at..start + name_at + name;
    (!is_common).then_some((start..start + domain, name))
}

/// The address of a machine at the end of the word before, glued to it: `x10.1.2.3`, `IPfe80::1`.
pub(super) fn glued(text: &str, word: &Range<usize>) -> Option<(Range<usize>, IpAddr)> {
    let next = text.as_bytes().get(word.end)?;
    let (is_digit, longest): (fn(&u8) -> bool, usize) = match next {
        b'.' => (u8::is_ascii_digit, 3),
        b':' => (u8::is_ascii_hexdigit, 4),
        _ => return None,
    };
    let own = text[word.clone()].bytes().rev().take(longest);
    let most = own.take_while(is_digit).count();
    (1..=most).rev().find_map(|len| {
        let start = word.end - len;
        let run = text[start..].bytes().take(48);
        let run = run.take_while(|byte| byte.is_ascii_hexdigit() || b".:".contains(byte)).count();
        let (address, len) = longest_address(&text[start..start + run])?;
        let found = &text[start..start + len];
        let is_sure = address.is_ipv4() || found.bytes().any(|byte| byte.is_ascii_digit());
        is_sure.then_some((start..start + len, address))
    })
}

/// The longest address of a machine at the start of a text of hexadecimal digits, colons and full
/// stops, and its length.
pub(super) fn longest_address(run: &str) -> Option<(IpAddr, usize)> {
    if let Some(four) = four(run) {
        return Some(four);
    }
    let mut end = run.len();
    // Eight groups, and what was said next.
    for _ in 0..12 {
        if let Ok(address) = run[..end].parse() {
            return Some((address, end));
        }
        end = run[..end].rfind([':', '.'])?;
        if let Ok(address) = run[..=end].parse() {
            return Some((address, end + 1));
        }
    }
    None
}

/// An IPv4 address at the start of a text, also with zeros in front of its numbers or signs around its
/// full stops (`10[.]1[.]2[.]3`), and its length.
pub(super) fn four(text: &str) -> Option<(IpAddr, usize)> {
    let mut octets = [0; 4];
    let mut at = 0;
    for (place, octet) in octets.iter_mut().enumerate() {
        if place > 0 {
            let signs = [".", "[.]", "(.)", "[dot]"];
            at += signs.iter().find(|sign| text[at..].starts_with(**sign))?.len();
        }
        let digits = text[at..].bytes().take(3).take_while(u8::is_ascii_digit).count();
        *octet = text[at..at + digits].parse().ok()?;
        at += digits;
    }
    Some((IpAddr::from(octets), at))
}

/// Digits of an id, or more of them, in a word.
pub(super) fn bare_id(word: &str) -> Option<Range<usize>> {
    if word.len() < ID {
        return None;
    }
    let mut at = 0;
    for run in word.split(|c: char| !c.is_ascii_hexdigit()) {
        if run.len() >= ID {
            return Some(at..at + run.len());
        }
        at += run.len() + word[at + run.len()..].chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// A domain, or the address of somebody in a path, by what it ends in.
pub(super) fn dotted(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let long = rest.char_indices().take(LONGEST_DOMAIN);
    let run = long.take_while(|(_, c)| c.is_alphanumeric() || "._-".contains(*c));
    let run = &rest[..run.last().map_or(0, |(at, c)| at + c.len_utf8())];
    let flat = "_onmicrosoft_com";
    if let Some(at) = run.find(flat) {
        return Some(start..start + at + flat.len());
    }
    let domain = run.trim_end_matches(['.', '-', '_']);
    let is_one =
        known::may_be_domain(domain) && !domain.contains("..") && !known::is_domain(domain);
    is_one.then(|| start..start + domain.len())
}

/// Where addresses of mail are in a text, in order.
pub(super) fn mails(text: &str) -> Vec<Range<usize>> {
    let is_local = |c: char| c.is_alphanumeric() || "._%+#$&*~!-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let from = found.last().map_or(0, |last| last.end);
        let before = text[from.min(at)..at].chars().rev().take_while(|&c| is_local(c));
        let before: usize = before.take(LONGEST_LOCAL).map(char::len_utf8).sum();
        let after = text[at + 1..].chars().take_while(|&c| is_domain(c)).take(LONGEST_DOMAIN);
        let after: usize = after.map(char::len_utf8).sum();
        let domain = text[at + 1..at + 1 + after].trim_end_matches(['.', '-']);
        let inside = domain.trim_start_matches(['.', '-']).contains('.');
        if before > 0 && inside && from <= at {
            found.push(at - before..at + 1 + domain.len());
        }
    }
    found
}
