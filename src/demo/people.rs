//! Who and what is in the tenant: people, guests, groups, applications, devices, policies, roles, packages.
//! Never names anybody or anything that exists: Tidewick Instruments builds tide gauges in Reykjavík and is invented.

pub(super) mod names;

pub(super) use names::{
    AGENTS, GLOBAL_ADMINISTRATOR, HYBRID_IDENTITY_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR,
    ROLES,
};
use names::{APPS, DEPARTMENTS, FIRST, GROUPS, GUESTS, LAST, POLICIES, STAFF};

use super::random::{Guid, Random};

/// The company, as `homeTenantName` and the `Directory` target of PIM call it.
pub(super) const COMPANY: &str = "Tidewick Instruments";
/// The name of its domain.
pub(super) const DOMAIN: &str = "tidewick.example";

/// A user account.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: Guid,
    pub(super) name: String,
    pub(super) upn: String,
    pub(super) ip: String,
    pub(super) department: &'static str,
    pub(super) title: &'static str,
    pub(super) agent: &'static str,
}

/// A group; `kind` is Graph's `groupType`.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: Guid,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

/// An application: its registration, its service principal here, and its client id.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: Guid,
    pub(super) principal: Guid,
    pub(super) client: Guid,
    pub(super) name: String,
    /// The tenant that registered it.
    home: Guid,
}

impl App {
    fn new(name: &str) -> Self {
        Self {
            id: Guid::of(&format!("registration {name}")),
            // The id that [`super::event::Actor::app`] gives the same name.
            principal: Guid::of(name),
            client: Guid::of(&format!("client {name}")),
            name: name.to_owned(),
            home: Guid::of(COMPANY),
        }
    }

    /// The tenant that registered it.
    pub(super) fn home(&self) -> Guid {
        self.home
    }
}

/// A device.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) id: Guid,
    pub(super) name: String,
    pub(super) system: &'static str,
    pub(super) version: &'static str,
}

/// A directory role: its name and the template id, which is the same in every tenant
/// (Microsoft Entra built-in roles).
#[derive(Clone, Copy, Debug)]
pub(super) struct Role {
    pub(super) name: &'static str,
    pub(super) template: &'static str,
}

impl Role {
    /// The role's object id in this tenant: not its template id.
    pub(super) fn id(&self) -> Guid {
        Guid::of(&format!("role {}", self.name))
    }
}

/// Everything the tenant consists of.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    /// [`STAFF`], then the others by how busy they are, then the [`CREW`] field engineers.
    pub(super) users: Vec<User>,
    /// Partners who were invited in the ordinary way; some chose odd display names.
    pub(super) guests: Vec<User>,
    pub(super) groups: Vec<Group>,
    pub(super) apps: Vec<App>,
    pub(super) devices: Vec<Device>,
    /// Conditional Access policies, by name.
    pub(super) policies: Vec<&'static str>,
}

/// How many field engineers stand at the end of [`Tenant::users`].
pub(super) const CREW: usize = 41;

/// Places of the people the stories need in [`Tenant::users`].
pub(super) mod cast {
    /// Leads identity; cleans up.
    pub(in crate::demo) const RAGNHEIDUR: usize = 0;
    /// Leads the service desk; his account is taken over.
    pub(in crate::demo) const MAREK: usize = 1;
    /// Security analyst.
    pub(in crate::demo) const IFEOMA: usize = 2;
    /// Cloud engineer.
    pub(in crate::demo) const DOV: usize = 3;
    /// Service desk.
    pub(in crate::demo) const SUNNIVA: usize = 4;
    /// Owns the applications.
    pub(in crate::demo) const PILAR: usize = 5;
    /// The people of the information technology department stand before this place.
    pub(in crate::demo) const ADMINS: usize = 6;
    /// Waits for an access package.
    pub(in crate::demo) const TOMASZ: usize = 6;
    /// Approves packages of the calibration laboratory, and is on leave.
    pub(in crate::demo) const YRSA: usize = 7;
    /// Her deputy, on the same ship.
    pub(in crate::demo) const BENEDIKT: usize = 8;
    /// Three people who clicked.
    pub(in crate::demo) const VICTIMS: [usize; 3] = [9, 10, 11];
}

impl User {
    /// A member of the company.
    pub(super) fn member(
        name: &str,
        local: &str,
        post: (&'static str, &'static str),
        ip: String,
        agent: &'static str,
    ) -> Self {
        let upn = format!("{local}@{DOMAIN}");
        Self {
            id: Guid::of(&upn),
            name: name.to_owned(),
            upn,
            ip,
            department: post.0,
            title: post.1,
            agent,
        }
    }

    /// Somebody invited from another company.
    pub(super) fn guest(name: &str, local: &str, domain: &str, ip: String) -> Self {
        let upn = format!("{local}_{domain}#EXT#@{DOMAIN}");
        Self {
            id: Guid::of(&upn),
            name: name.to_owned(),
            upn,
            ip,
            department: "",
            title: "",
            agent: AGENTS[2],
        }
    }

    /// The address somebody was invited at: `a_b.example#EXT#@…` is `a@b.example`.
    pub(super) fn mail(&self) -> String {
        match self.upn.split_once("#EXT#") {
            Some((outside, _)) => match outside.rsplit_once('_') {
                Some((local, domain)) => format!("{local}@{domain}"),
                None => outside.to_owned(),
            },
            None => self.upn.clone(),
        }
    }
}

impl Tenant {
    /// The tenant as large as a log of `records` records asks for; 180 users at least.
    pub(super) fn new(records: usize) -> Self {
        let mut random = Random::new(0, 0);
        let size = (records / 50).clamp(180, 20_000);
        let mut users: Vec<User> = Vec::with_capacity(size);
        for (name, local, department, title) in STAFF {
            let ip = address(&mut random);
            users.push(User::member(name, local, (department, title), ip, agent(&mut random)));
        }
        for index in CREW..size - STAFF.len() {
            users.push(somebody(index, None, &mut random));
        }
        for index in 0..CREW {
            users.push(somebody(index, Some(("Field Service", "Field Engineer")), &mut random));
        }
        let guests = GUESTS
            .iter()
            .map(|(name, local, domain)| User::guest(name, local, domain, address(&mut random)))
            .collect();
        Self {
            users,
            guests,
            groups: groups(records),
            apps: apps(records),
            devices: devices(size / 3, &mut random),
            policies: POLICIES.to_vec(),
        }
    }

    /// Somebody of the information technology department, the lead more often than the others.
    pub(super) fn admin(&self, random: &mut Random) -> &User {
        &self.users[random.below(cast::ADMINS).min(random.below(cast::ADMINS))]
    }

    /// A device, one with Windows if only those will do.
    pub(super) fn device(&self, windows: bool, random: &mut Random) -> &Device {
        let any = random.below(self.devices.len());
        let mut from_there = self.devices[any..].iter().chain(&self.devices);
        from_there
            .find(|device| !windows || device.system == "Windows")
            .unwrap_or(&self.devices[any])
    }

    /// A group without a story.
    pub(super) fn ordinary_group(&self, random: &mut Random) -> &Group {
        &self.groups[2 + random.skewed(self.groups.len() - 2)]
    }
}

fn somebody(index: usize, post: Option<(&'static str, &'static str)>, random: &mut Random) -> User {
    let first = FIRST[index % FIRST.len()];
    let last = LAST[index % LAST.len()];
    let name = format!("{first} {last}");
    let mut local = ascii(first) + "." + &ascii(last);
    // Names repeat after 50 × 61 people.
    let again = index / (FIRST.len() * LAST.len());
    if again > 0 {
        local.push_str(&(again + 1).to_string());
    }
    let post = post.unwrap_or(DEPARTMENTS[index % DEPARTMENTS.len()]);
    User::member(&name, &local, post, address(random), agent(random))
}

fn ascii(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.to_lowercase().chars() {
        match letter {
            'á' => plain.push('a'),
            'é' => plain.push('e'),
            'í' => plain.push('i'),
            'ó' | 'ö' => plain.push('o'),
            'ú' | 'ü' => plain.push('u'),
            'ð' => plain.push('d'),
            'þ' => plain.push_str("th"),
            'æ' => plain.push_str("ae"),
            'ń' => plain.push('n'),
            letter if letter.is_ascii_alphanumeric() => plain.push(letter),
            _ => {}
        }
    }
    plain
}

/// The office's two exits, or an address at home. Never 192.0.2.0/24: only intruders come from there.
fn address(random: &mut Random) -> String {
    match random.below(10) {
        0..=5 => format!("198.51.100.{}", 10 + random.below(2)),
        6..=8 => format!("203.0.113.{}", 2 + random.below(250)),
        _ => format!(
            "2001:db8:{:x}:{:x}::{:x}",
            random.below(4096),
            random.below(65536),
            1 + random.below(99)
        ),
    }
}

fn agent(random: &mut Random) -> &'static str {
    AGENTS[random.skewed(6)]
}

fn groups(records: usize) -> Vec<Group> {
    let more = (records / 1_000).min(4_000);
    let named = GROUPS.iter().map(|name| (*name).to_owned());
    let numbered = (0..more.saturating_sub(GROUPS.len()))
        .map(|index| format!("SG-{}-{:04}", DEPARTMENTS[index % DEPARTMENTS.len()].0, index + 1));
    let kind = |name: &str| match name.get(..3) {
        Some("SG-") => "azureAD",
        Some("DYN") => "unknownFutureValue",
        _ => "unifiedGroups",
    };
    named
        .chain(numbered)
        .map(|name| Group { id: Guid::of(&format!("group {name}")), kind: kind(&name), name })
        .collect()
}

fn apps(records: usize) -> Vec<App> {
    let more = (records / 4_000).min(1_000);
    let named = APPS.iter().map(|name| App::new(name));
    let numbered = (0..more.saturating_sub(APPS.len()))
        .map(|index| App::new(&format!("{} {}", APPS[2 + index % 29], index / 29 + 2)));
    named.chain(numbered).collect()
}

/// An application by name that is not on the tenant's ordinary list.
pub(super) fn stranger(name: &str) -> App {
    App { home: Guid::of("quietharbor.example"), ..App::new(name) }
}

fn devices(count: usize, random: &mut Random) -> Vec<Device> {
    const KINDS: [(&str, &str, &str); 5] = [
        ("TW-LT", "Windows", "10.0.26100.6899"),
        ("TW-WS", "Windows", "10.0.22631.6060"),
        ("TW-MAC", "MacMDM", "15.7.1"),
        ("TW-PHONE", "IPhone", "18.6.2"),
        ("TW-SCAN", "AndroidEnterprise", "15"),
    ];
    (0..count.max(60))
        .map(|index| {
            let (prefix, system, version) = KINDS[random.skewed(KINDS.len())];
            let name = format!("{prefix}-{:05}", 10_000 + index * 37 % 90_000);
            Device { id: Guid::of(&format!("device {index}")), name, system, version }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn nobody_shares_a_user_name_and_the_cast_stands_in_its_places() {
        for records in [6_000, 1_000_000] {
            let tenant = Tenant::new(records);
            let names: HashSet<&str> = tenant.users.iter().map(|user| user.upn.as_str()).collect();
            assert_eq!(names.len(), tenant.users.len());
            assert!(tenant.users[cast::MAREK].upn.starts_with("marek."));
            assert!(tenant.users[cast::BENEDIKT].upn.starts_with("benedikt."));
            assert!(tenant.users[cast::VICTIMS[2]].upn.starts_with("noor."));
            assert_eq!(tenant.users[tenant.users.len() - CREW].department, "Field Service");
        }
        let tenant = Tenant::new(6_000);
        assert_eq!((tenant.users.len(), tenant.groups.len(), tenant.devices.len()), (180, 40, 60));
    }

    #[test]
    fn user_names_are_ascii_and_addresses_are_for_documentation() {
        for user in Tenant::new(6_000).users {
            assert!(user.upn.is_ascii() && user.upn.ends_with("@tidewick.example"), "{}", user.upn);
            assert!(
                ["198.51.100.", "203.0.113.", "2001:db8:"]
                    .iter()
                    .any(|net| user.ip.starts_with(net)),
                "{}",
                user.ip
            );
        }
    }

    #[test]
    fn a_guest_keeps_the_address_they_were_invited_at() {
        let guest = User::guest("A", "a_b.c", "d.example", String::new());
        assert_eq!(guest.mail(), "a_b.c@d.example");
    }
}
