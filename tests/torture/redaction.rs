//! Reports with planted identifiers, written redacted in every format: none may be left, in any form.
//! Never asks the redactor what it knows: the planted values are looked for in the text itself.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use entrail::case::Input;
use entrail::export::{self, About, Format};
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use entrail::store::marks::{Mark, Marks};
use serde_json::{Value, json};

use super::random::Random;

/// What identifies somebody or something of a tenant. Every part begins with letters that no word of
/// a log has, so that a hit is no chance.
struct Person {
    first: String,
    last: String,
    name: String,
    upn: String,
    domain: String,
    id: String,
    address: String,
    host: String,
    ticket: String,
    sid: String,
    phone: String,
    tenant: String,
    /// What only running text has: told by its form, as nothing names it.
    laptop: String,
    server: String,
    mac: String,
    issue: String,
    case: String,
    account: String,
    line: String,
    four: String,
}

fn word(random: &mut Random, least: usize) -> String {
    let mut word = "zq".to_owned();
    for _ in 0..least + random.below(4) {
        word.push(
            *random.pick(&['a', 'b', 'd', 'e', 'g', 'k', 'l', 'm', 'n', 'o', 'r', 't', 'u', 'v']),
        );
    }
    word
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

impl Person {
    fn new(random: &mut Random) -> Self {
        let (first, last) = (word(random, 5), word(random, 6));
        let label = word(random, 6);
        let domain = match random.below(4) {
            0 => format!("{label}.onmicrosoft.com"),
            1 => format!("mail.{label}.co.uk"),
            2 => format!("{label}.com"),
            _ => format!("{label}.example"),
        };
        let upn = match random.below(3) {
            0 => format!("{first}@{domain}"),
            1 => format!("{first}.{last}@{domain}"),
            _ => format!("{}{last}@{domain}", &first[..3]),
        };
        let number = random.below(9_000_000) + 1_000_000;
        let ticket = match random.below(3) {
            0 => format!("INC{number:07}"),
            1 => format!("CHG{number:07}"),
            _ => format!("{}-{}", word(random, 3).to_uppercase(), random.below(90_000) + 1_000),
        };
        let mut part = || random.next() % 4_000_000_000;
        let sid = format!("S-1-12-1-{}-{}-{}-{}", part(), part(), part(), part());
        let address = match random.below(3) {
            0 => format!(
                "2001:db8:{:x}::{:x}",
                0x1000 + random.below(0xefff),
                0x1000 + random.below(0xefff)
            ),
            _ => format!("203.0.{}.{}", 100 + random.below(155), 100 + random.below(155)),
        };
        let mut pair = || format!("{:02x}", random.next() % 256);
        let pairs: Vec<String> = (0..5).map(|_| pair()).collect();
        let number = 100_000 + random.below(800_000);
        Self {
            laptop: format!("LAPTOP-{}", word(random, 6).to_uppercase() + "7"),
            server: format!("srv{}.{}.local", random.below(90) + 10, word(random, 5)),
            mac: format!("a{}-{}", random.below(10), pairs.join("-")),
            issue: format!("{}-{number}", word(random, 3).to_uppercase()),
            case: format!("#{}", number + 1),
            account: word(random, 5),
            line: match random.below(4) {
                0 => format!("(555) 012-{}", 1_000 + random.below(9_000)),
                1 => format!("0044 7700 {number}"),
                2 => format!("07700 {number}"),
                _ => format!("555-012-{}", 1_000 + random.below(9_000)),
            },
            four: format!("198.51.{}.{}", 100 + random.below(155), 100 + random.below(155)),
            name: format!("{} {}", capital(&first), capital(&last)),
            id: random.guid(),
            host: format!("{}-{}", word(random, 4), random.below(900) + 100).to_uppercase(),
            phone: format!(
                "+44 {} {}",
                random.below(9_000) + 1_000,
                random.below(900_000) + 100_000
            ),
            tenant: random.guid(),
            first,
            last,
            upn,
            domain,
            address,
            ticket,
            sid,
        }
    }

    /// What must not be left of them. A first name alone is a word that others may have.
    fn planted(&self) -> Vec<String> {
        let all = [
            &self.name,
            &self.upn,
            &self.domain,
            &self.id,
            &self.address,
            &self.host,
            &self.ticket,
            &self.sid,
            &self.phone,
            &self.tenant,
            &self.first,
            &self.last,
            &self.laptop,
            &self.server,
            &self.mac,
            &self.issue,
            &self.case,
            &self.account,
            &self.line,
            &self.four,
        ];
        all.map(Clone::clone).to_vec()
    }
}

/// A text in the form that addresses of the web have it in.
fn percent(text: &str, every: bool) -> String {
    let keep = |byte: &u8| !every && (byte.is_ascii_alphanumeric() || b"-_.~".contains(byte));
    text.bytes()
        .map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn each(bytes: &[u8], before: &str, between: &str) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{before}{byte:02x}")).collect();
    pairs.join(between)
}

fn base32(text: &str) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<String> = text.bytes().map(|byte| format!("{byte:08b}")).collect();
    let bits = bits.concat();
    let digit = |bits: &[u8]| {
        let bits = std::str::from_utf8(bits).expect("ASCII");
        let value = u8::from_str_radix(bits, 2).expect("bits") << (5 - bits.len());
        char::from(DIGITS[usize::from(value)])
    };
    let digits: String = bits.as_bytes().chunks(5).map(digit).collect();
    format!("{digits}{}", "=".repeat((8 - digits.len() % 8) % 8))
}

fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(wide).collect()
}

/// A text with some or all of its characters in another spelling.
fn respelled(text: &str, random: &mut Random) -> String {
    let way = random.below(7);
    let least = random.below(3);
    let one = |(at, c): (usize, char)| match way {
        _ if c != 'z' && c != '@' && at % 3 < least => c.to_string(),
        0 => format!("&#{};", c as u32),
        1 => format!("&#x{:x};", c as u32),
        2 => format!("&amp;#{};", c as u32),
        3 => format!("\\x{:02x}", c as u32),
        4 => format!("={:02X}", c as u32),
        5 => full_width(c.encode_utf8(&mut [0; 4])),
        _ => format!("\\u{{{:x}}}", c as u32),
    };
    text.char_indices().map(one).collect()
}

/// One of the ways in which systems pack a text into another.
fn packed(text: &str, random: &mut Random) -> String {
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    match random.below(20) {
        8 | 19 => respelled(text, random),
        9 => each(text.as_bytes(), "", " "),
        10 => each(text.as_bytes(), "", ""),
        11 => each(text.as_bytes(), "0x", ", "),
        12 => {
            let between = [":", "-", ".", "_"][random.below(4)];
            each(text.as_bytes(), "", between)
        }
        13 => each(&wide(text), "", ""),
        14 => each(&big(text), "", ""),
        15 => base32(text),
        16 => text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(" "),
        17 => full_width(text),
        18 => each(&wide(text), "", " "),
        0 => STANDARD.encode(text),
        1 => URL_SAFE_NO_PAD.encode(text),
        2 => STANDARD.encode(wide(text)),
        3 => percent(text, false),
        4 => percent(text, true),
        5 => percent(&percent(text, false), false),
        6 => text.replace(' ', "+"),
        _ => {
            let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
            let claims = URL_SAFE_NO_PAD.encode(json!({"upn": text, "ver": "1.0"}).to_string());
            format!("{head}.{claims}.c2lnbmF0dXJl")
        }
    }
}

/// Running text about somebody.
fn told(of: &Person, random: &mut Random) -> String {
    match random.below(26) {
        14 => format!("{} and {} at {}", of.laptop, of.server, of.mac),
        15 => format!("see {} or {}, ask {}", of.issue, of.case, of.line),
        16 => format!("ZQCORP\\{} on {}", of.account, of.laptop.to_lowercase()),
        17 => format!("x{0} and {0}x and ip{0}:443", of.four),
        18 => format!("id{} or {}", of.id.replace('-', ""), of.id.replace('-', "_")),
        19 => format!("{} wrote {}", respelled(&of.name, random), respelled(&of.upn, random)),
        20 => format!("<b>{}</b> [{}]", respelled(&of.upn, random), respelled(&of.domain, random)),
        21 => {
            format!("mac {} / {}", of.mac.replace('-', ":"), of.mac.replace('-', "").to_uppercase())
        }
        22 => format!("\\\\{}\\share, {}", of.host, packed(&of.name, random)),
        23 => format!("tel: {}", of.line),
        24 => format!("{} via {}%eth0", packed(&of.upn, random), long_address(&of.address)),
        0 => format!("{} ({}) asked for it, see {}", of.name, of.upn, of.ticket),
        1 => format!("from {}:443 by {}", bracketed(&of.address), of.upn.to_uppercase()),
        2 => format!(
            "https://portal.{}/u?login_hint={}&n={}",
            of.domain,
            percent(&of.upn, false),
            percent(&of.name, false)
        ),
        3 => format!("Bearer {}", packed(&of.upn, random)),
        4 => format!("state={}", packed(&of.name, random)),
        5 => format!(
            "Object {} and {} in {}",
            of.id,
            of.id.replace('-', ""),
            of.tenant.to_uppercase()
        ),
        6 => format!("\\\\{}.{}\\c$ as {}", of.host, of.domain, of.sid),
        7 => format!("Device {} was enrolled by {}'s account", of.host, of.name),
        8 => format!("{}, {} called {}", capital(&of.last), capital(&of.first), of.phone),
        9 => format!("ticket {} / id={}", of.ticket, packed(&of.id, random)),
        10 => format!("{{\"user\":\"{}\",\"data\":\"{}\"}}", of.upn, packed(&of.upn, random)),
        11 => format!("mailto:{}?subject={}", of.upn, percent(&of.ticket, true)),
        12 => format!("ip={} blob={}", of.address, packed(&of.address, random)),
        _ => format!("{}_{}#EXT#@tenant.onmicrosoft.com", of.first, of.domain.replace('.', "_")),
    }
}

fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}

/// An address of the longer kind, as long as it can be written.
fn long_address(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(six) => six.segments().map(|group| format!("{group:04X}")).join(":"),
        Err(_) => address.to_owned(),
    }
}

/// A property that was changed, with somebody in its value.
fn change(of: &Person, random: &mut Random) -> Value {
    let (name, value) = match random.below(16) {
        0 => ("DisplayName", json!([of.name]).to_string()),
        1 => ("UserPrincipalName", json!(of.upn).to_string()),
        2 => ("ProxyAddresses", json!([format!("SMTP:{}", of.upn), format!("smtp:alias@{}", of.domain)]).to_string()),
        3 => ("MobilePhone", json!([of.phone]).to_string()),
        4 => ("DeviceId", json!(of.id).to_string()),
        5 => ("OnPremisesSecurityIdentifier", json!(of.sid).to_string()),
        6 => ("DeviceDisplayName", json!(of.host).to_string()),
        7 => ("ConditionalAccessPolicy", json!({
            "displayName": format!("Block {}", of.last),
            "conditions": {"users": {"excludeUsers": [of.id]}, "locations": [{"cidrAddress": of.address, "displayName": of.domain}]},
            "state": "enabled",
        }).to_string()),
        8 => ("KeyDescription", format!("[KeyIdentifier={},KeyType=Password,KeyUsage=Verify,DisplayName={}]", of.id, of.name)),
        9 => ("ReplyUrls", json!([format!("https://{}/cb?u={}", of.domain, percent(&of.upn, false))]).to_string()),
        10 => ("Something", json!(json!({"who": of.upn, "raw": packed(&of.upn, random)}).to_string()).to_string()),
        11 => ("Something", packed(&of.name, random)),
        12 => ("TargetId.UserPrincipalName", json!(format!("{}{}", of.id.replace('-', ""), of.upn)).to_string()),
        13 => ("Manager", json!(of.name).to_string()),
        14 => ("ImmutableId", json!(STANDARD.encode(of.id.as_bytes())).to_string()),
        _ => ("Notes", json!(told(of, random)).to_string()),
    };
    match random.below(3) {
        0 => json!({"displayName": name, "oldValue": value, "newValue": null}),
        1 => json!({"displayName": name, "oldValue": "[]", "newValue": value}),
        _ => json!({"displayName": name, "oldValue": value.clone(), "newValue": value}),
    }
}

fn detail(of: &Person, random: &mut Random) -> Value {
    let (key, value) = match random.below(10) {
        0 => ("TicketNumber", of.ticket.clone()),
        1 => ("Justification", told(of, random)),
        2 => ("User-Agent", format!("Mozilla/5.0 ({}) {}", of.host, of.upn)),
        3 => ("ipaddr", of.address.clone()),
        4 => ("oid", of.id.clone()),
        5 => ("DeviceName", of.host.clone()),
        6 => ("Token", packed(&of.upn, random)),
        7 => ("RequestUrl", format!("https://{}/?q={}", of.domain, percent(&of.name, false))),
        8 => (&*of.upn, "x".to_owned()),
        _ => ("Caller", of.name.clone()),
    };
    json!({"key": key, "value": value})
}

fn target(of: &Person, about: &Person, random: &mut Random) -> Value {
    let changes: Vec<Value> = (0..=random.below(3)).map(|_| change(about, random)).collect();
    let (kind, name, upn) = match random.below(4) {
        0 => ("Device", &of.host, None),
        1 => ("Group", &of.name, None),
        2 => ("ServicePrincipal", &of.name, None),
        _ => ("User", &of.name, Some(&of.upn)),
    };
    json!({
        "id": of.id, "displayName": name, "type": kind, "userPrincipalName": upn,
        "groupType": null, "modifiedProperties": changes,
    })
}

fn audit(number: usize, people: [&Person; 3], random: &mut Random) -> Value {
    let [actor, target_of, other] = people;
    let by = json!({"user": {
        "id": actor.id, "displayName": actor.name, "userPrincipalName": actor.upn,
        "ipAddress": actor.address, "homeTenantId": actor.tenant, "homeTenantName": actor.domain,
    }});
    // Everybody who is spoken of in running text is named somewhere, and so are their things: a word
    // that only such a text has cannot be told from others, and the file says so.
    let own = target(target_of, other, random);
    let named: Vec<Value> = [actor, target_of, other]
        .into_iter()
        .flat_map(|of| {
            [
                json!({"id": of.id, "displayName": of.name, "type": "User", "userPrincipalName": of.upn, "modifiedProperties": []}),
                json!({"id": random.guid(), "displayName": of.host, "type": "Device", "modifiedProperties": []}),
            ]
        })
        .chain([own])
        .collect();
    let tickets = people.map(|of| json!({"key": "TicketNumber", "value": of.ticket}));
    let details: Vec<Value> =
        tickets.into_iter().chain((0..random.below(4)).map(|_| detail(other, random))).collect();
    json!({
        "id": format!("Directory_{}_{number}", other.id),
        "category": "UserManagement",
        "correlationId": actor.id,
        "result": "failure",
        "resultReason": told(other, random),
        "activityDisplayName": *random.pick(&["Update user", "Add member to role", "Set domain authentication", "Update conditional access policy"]),
        "activityDateTime": format!("2026-03-0{}T04:05:{:02}Z", 1 + number % 9, random.below(60)),
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "userAgent": format!("agent/1.0 {}", told(other, random)),
        "initiatedBy": by,
        "targetResources": named,
        "additionalDetails": details,
        "tenantId": actor.tenant,
    })
}

fn sign_in(people: [&Person; 3], random: &mut Random) -> Value {
    let [of, _, other] = people;
    json!({
        "id": random.guid(), "createdDateTime": "2026-03-04T05:06:07Z",
        "userDisplayName": of.name, "userPrincipalName": of.upn, "userId": of.id,
        "appId": other.id, "appDisplayName": other.name, "ipAddress": of.address,
        "correlationId": random.guid(), "clientAppUsed": told(of, random), "isInteractive": true,
        "authenticationProtocol": told(other, random), "riskDetail": told(other, random),
        "tokenIssuerType": told(of, random), "userType": told(of, random),
        "riskEventTypes_v2": [told(of, random)], "clientCredentialType": told(of, random),
        "userAgent": format!("Edge {}", other.upn),
        "homeTenantId": of.tenant, "resourceTenantId": other.tenant,
        "status": {"errorCode": 50126, "failureReason": told(of, random), "additionalDetails": packed(&of.upn, random)},
        "deviceDetail": {"deviceId": of.id, "displayName": of.host, "operatingSystem": told(of, random), "browser": told(other, random), "trustType": told(of, random)},
        "location": {"city": capital(&of.last), "state": "", "countryOrRegion": "GB"},
        "appliedConditionalAccessPolicies": [{"id": other.id, "displayName": format!("Block {}", other.name), "result": "failure"}],
    })
}

/// The forms in which a value might be left: it is looked for in all of them, letter case aside.
fn forms(value: &str) -> BTreeSet<String> {
    let mut forms: BTreeSet<String> =
        [value.to_owned(), percent(value, false), percent(value, true)].into();
    forms.insert(percent(&percent(value, false), false));
    forms.insert(value.replace(' ', "+"));
    for between in ["", " ", ":", "-", ", 0x"] {
        forms.insert(each(value.as_bytes(), "", between));
        forms.insert(each(&wide(value), "", between));
    }
    let inner = base32(value);
    forms.insert(inner.trim_end_matches('=').to_owned());
    forms.insert(full_width(value));
    forms.insert(value.chars().map(|c| format!("&#{};", c as u32)).collect::<Vec<_>>().concat());
    forms.insert(value.chars().map(|c| format!("&#x{:x};", c as u32)).collect::<Vec<_>>().concat());
    forms.insert(value.chars().map(|c| format!("={:02X}", c as u32)).collect::<Vec<_>>().concat());
    forms.insert(value.replace('-', ":"));
    forms.insert(value.replace('-', ""));
    if value.len() == 36 && value.matches('-').count() == 4 {
        forms.insert(value.replace('-', ""));
    }
    // In Base64 a text looks otherwise by how many bytes are in front of it.
    for text in [value.as_bytes().to_vec(), wide(value)] {
        for before in 0..3 {
            let bytes = [vec![b'.'; before], text.clone()].concat();
            let encoded = STANDARD_NO_PAD.encode(&bytes);
            let inner = encoded.get(4..encoded.len().saturating_sub(4)).unwrap_or_default();
            if inner.len() >= 8 {
                forms.insert(inner.to_owned());
                forms.insert(inner.replace('+', "-").replace('/', "_"));
            }
        }
    }
    forms.iter().map(|form| form.to_lowercase()).collect()
}

fn store_of(lines: &[Value], name: &str) -> Store {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let place = local::at_hand(name.to_owned(), text.join("\n").into_bytes());
    let mut store = Store::default();
    drop(read_all(vec![place], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    }));
    store
}

/// The formats that can be redacted: all but original bytes.
fn formats() -> Vec<Format> {
    Format::all().filter(|format| *format != Format::RAW).collect()
}

/// One report: the values that were planted, and what was written.
fn report(number: usize, random: &mut Random) -> (BTreeSet<String>, String, Format) {
    let people: Vec<Person> = (0..2 + random.below(3)).map(|_| Person::new(random)).collect();
    let mut of = Vec::new();
    let mut lines = Vec::new();
    for number in 0..=random.below(4) {
        let at =
            [random.below(people.len()), random.below(people.len()), random.below(people.len())];
        of.extend(at);
        let of = at.map(|at| &people[at]);
        lines.push(audit(number, of, random));
        if random.once_in(2) {
            lines.push(sign_in(of, random));
        }
    }
    let first = &people[of[0]];
    let mut store = store_of(&lines, &format!("/home/{}/{}.json", first.first, first.domain));
    let mut marks = Marks::default();
    for row in 0..store.len() as u32 {
        let note = told(&people[*random.pick(&of)], random);
        marks.set(row, Mark { note, at: None });
    }
    store.set_marks(marks);
    let formats = formats();
    let format = formats[number % formats.len()];
    let about = About {
        title: told(first, random),
        inputs: vec![Input {
            name: format!("{}.json", first.upn),
            bytes: Some(1),
            sha256: None,
            records: 1,
        }],
        queries: vec![format!("actor:{}", first.upn)],
        commands: vec![format!("entrail query actor:{} {}.json", first.first, first.domain)],
        ..About::default()
    };
    let rows: Vec<u32> = (0..store.len() as u32).collect();
    let options = export::Options { format, redact: true, about, ..export::Options::default() };
    let mut out = Vec::new();
    export::write(&store, &rows, &options, &mut out).expect("in memory");
    let planted = of.iter().flat_map(|&at| people[at].planted()).collect();
    (planted, String::from_utf8(out).expect("UTF-8"), format)
}

/// Writes so many reports. The number of planted values; or what is left of the first ones, in words.
pub fn check(count: usize, seed: u64) -> Result<usize, String> {
    let (mut looked_for, mut left) = (0, Vec::new());
    for number in 0..count {
        let mut random = Random(seed.wrapping_add(number as u64));
        let (planted, text, format) = report(number, &mut random);
        let lower = text.to_lowercase();
        looked_for += planted.len();
        for value in planted {
            let Some(form) = forms(&value).into_iter().find(|form| lower.contains(form)) else {
                continue;
            };
            let at = lower.find(&form).unwrap_or_default();
            let around: String =
                lower[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
            let after: String = lower[at..].chars().take(form.len() + 60).collect();
            left.push(format!(
                "seed {}, {format:?}: {value} is left as {form}\n  …{around}>>{after}…",
                seed.wrapping_add(number as u64)
            ));
        }
        if left.len() > 40 {
            break;
        }
    }
    if left.is_empty() {
        Ok(looked_for)
    } else {
        Err(format!("{} left\n{}", left.len(), left.join("\n")))
    }
}
