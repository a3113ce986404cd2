//! The embedded catalogue: complete, as spelled, found by any spelling, and searched in a useful order.

use std::collections::{BTreeMap, BTreeSet};

use entrail::catalogue::{Catalogue, Entry, Filter, Hit, catalogue};
use entrail::lookup::{self, Format, Options};
use entrail::text::fold;

fn search(text: &str) -> Vec<Hit<'static>> {
    catalogue().search(text, Filter::default(), usize::MAX)
}

/// The first distinct activity names found.
fn first(text: &str, count: usize) -> Vec<&'static str> {
    let mut names = Vec::new();
    for hit in search(text) {
        if names.len() < count && !names.contains(&hit.entry.activity) {
            names.push(hit.entry.activity);
        }
    }
    names
}

fn classified(service: &str, category: &str, activity: &str) -> &'static Entry {
    let entry = catalogue().classify(service, category, activity);
    entry.expect(activity)
}

#[test]
fn nothing_is_missing() {
    let catalogue: &Catalogue = catalogue();
    assert_eq!(catalogue.services().len(), 28);
    // 48 of the article, and that of custom security attributes.
    assert_eq!(catalogue.categories().len(), 49);
    assert_eq!(catalogue.entries().len(), 1_212);
    let elsewhere: Vec<&Entry> =
        catalogue.entries().iter().filter(|e| e.source.is_some()).collect();
    assert_eq!(elsewhere.len(), 16);
    let of = |service: &str| elsewhere.iter().filter(|entry| entry.service == service).count();
    assert_eq!((of("Entitlement Management"), of("Core Directory")), (5, 11));
    let from_article = || catalogue.entries().iter().filter(|entry| entry.source.is_none());
    assert_eq!(from_article().count(), 1_196);
    let names: BTreeSet<&str> = from_article().map(|entry| entry.activity).collect();
    assert_eq!(names.len(), 920);
    let mut places: BTreeMap<String, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for entry in from_article() {
        places.entry(fold(entry.activity)).or_default().insert((entry.service, entry.category));
    }
    assert_eq!(places.len(), 915);
    assert_eq!(places.values().filter(|places| places.len() > 1).count(), 206);
    assert_eq!(catalogue.revision().dated, "2024-10-05");
    assert!(!catalogue.revision().article.is_empty() && !catalogue.revision().compared.is_empty());
}

#[test]
fn every_service_has_as_many_entries_as_the_article() {
    // Core Directory: 261 and eleven of live records, a workbook and an article; Entitlement Management: 57 and
    // the five of the page about it.
    let expected = [
        ("Microsoft Entra (AAD) Management UX", 32),
        ("Access reviews", 38),
        ("Account provisioning", 14),
        ("Application proxy", 25),
        ("Authentication Methods", 53),
        ("Microsoft Entra (Azure AD) Recommendations", 3),
        ("Microsoft Entra (Azure MFA) multifactor authentication", 8),
        ("Azure RBAC (Elevated Access)", 2),
        ("B2B Auth", 1),
        ("B2C", 287),
        ("Conditional Access", 11),
        ("Core Directory", 272),
        ("Device Registration Service", 18),
        ("Entitlement Management", 62),
        ("Global Secure Access", 29),
        ("Hybrid Authentication", 2),
        ("Microsoft Entra ID Protection (Identity Protection)", 10),
        ("Invited users", 7),
        ("Lifecycle Workflows", 25),
        ("Microsoft Identity Manager (MIM) Service", 9),
        ("Mobility Management", 6),
        ("MyAccess", 1),
        ("MyApps", 5),
        ("Privileged Identity Management (PIM)", 196),
        ("Self-service group management", 64),
        ("Self-service password management", 9),
        ("Terms of use", 7),
        ("Verified ID", 16),
    ];
    for (service, (name, count)) in catalogue().services().iter().zip(expected) {
        assert_eq!(service.name, name);
        let entries = service.categories.iter().flat_map(|c| catalogue().entries_in(c));
        let entries: Vec<&Entry> = entries.collect();
        assert_eq!(entries.len(), count, "{name}");
        assert!(entries.iter().all(|entry| entry.service == name));
        assert!(service.purpose.ends_with('.') && !service.purpose[..20].contains('.'), "{name}");
        assert!(!service.logged_as.is_empty(), "{name}");
    }
}

#[test]
fn activities_of_every_service_are_found_as_records_name_them() {
    for (service, category, activity) in [
        ("AAD Management UX", "UserManagement", "Bulk create users - finished (bulk)"),
        ("Access Reviews", "Policy", "Bulk mark decisions as don't know"),
        ("Account Provisioning", "ProvisioningManagement", "Synchronization rule action"),
        (
            "Core Directory",
            "ApplicationManagement",
            "Add a deletion-marked app role assignment grant to service principal as part of link removal",
        ),
        (
            "Core Directory",
            "GroupManagement",
            "Add a deletion-marked app role assignment grant to group as part of link removal",
        ),
        (
            "Core Directory",
            "UserManagement",
            "Add a deletion-marked app role assignment grant to user as part of link removal",
        ),
        ("Application Proxy", "Application Management", "Add application"),
        ("Authentication Methods", "UserManagement", "User registered security info"),
        ("Azure AD Recommendations", "DirectoryManagement", "Dismiss recommendation"),
        ("Azure MFA", "UserManagement", "Suspicious activity reported"),
        (
            "Azure RBAC (Elevated Access)",
            "AzureRBACRoleManagementElevateAccess",
            "User has elevated their access to User Access Administrator for their Azure Resources",
        ),
        ("B2B Auth", "UserManagement", "Redeem extern user invite"),
        ("B2C", "ResourceManagement", "Get identity provider"),
        ("Conditional Access", "Policy", "Update Conditional Access policy"),
        ("Core Directory", "RoleManagement", "Add member to role"),
        ("Core Directory", "MicrosoftSupportAccessManagement", "Access approved"),
        ("Device Registration Service", "KeyManagement", "Read BitLocker key"),
        ("Entitlement Management", "EntitlementManagement", "Create access package"),
        ("Entitlement Management", "UserManagement", "Create request approval"),
        ("Global Secure Access", "PolicyManagement", "Update Forwarding Profile"),
        ("Hybrid Authentication", "Authentication", "Add user to feature rollout"),
        ("Identity Protection", "Other", "DismissUser"),
        ("Invited Users", "UserManagement", "Invite external user"),
        ("Lifecycle Workflows", "WorkflowManagement", "Create workflow"),
        ("MIM Service", "GroupManagement", "Add group"),
        ("Mobility Management", "UserManagement", "User deleted security info"),
        ("MyAccess", "ApplicationManagement", "Create application collection"),
        ("MyApps", "ApplicationManagement", "Update preview settings"),
        ("PIM", "RoleManagement", "Add member to role completed (PIM activation)"),
        ("Self-service Group Management", "GroupManagement", "GroupsODataV4_Get"),
        ("Self-service Password Management", "UserManagement", "Reset password (self-service)"),
        ("Terms Of Use", "Policy", "Accept Terms Of Use"),
        ("Verified ID", "ResourceManagement", "Rotate signing key"),
    ] {
        let entry = classified(service, category, activity);
        assert_eq!((entry.category, entry.activity), (category, activity));
        assert_eq!(catalogue().canonical_service(service).unwrap().name, entry.service);
    }
}

#[test]
fn every_entry_is_found_by_its_own_names() {
    for entry in catalogue().entries() {
        for service in catalogue().service_of(entry).spellings() {
            let found = classified(service, entry.category, entry.activity);
            assert!(std::ptr::eq(found, entry), "{service} / {}", entry.activity);
        }
        assert!(catalogue().named(entry.activity).any(|found| std::ptr::eq(found, entry)));
    }
}

#[test]
fn every_alias_leads_to_its_entry() {
    let mut aliases = 0;
    for entry in catalogue().entries() {
        for alias in &entry.aliases {
            aliases += 1;
            assert!(!alias.source.is_empty(), "{}", alias.name);
            let found = classified(entry.service, entry.category, alias.name);
            // Only a name in its own right comes before an alias.
            assert!(std::ptr::eq(found, entry) || fold(found.activity) == fold(alias.name));
            assert!(catalogue().named(alias.name).any(|found| std::ptr::eq(found, entry)));
        }
    }
    assert_eq!(aliases, 23, "a row of aliases.tsv names no known activity");
    let meanings = catalogue().entries().iter().filter(|entry| entry.meaning.is_some()).count();
    assert_eq!(meanings, 14);
}

#[test]
fn no_two_services_share_a_spelling() {
    let mut known = BTreeMap::new();
    for service in catalogue().services() {
        for spelling in service.spellings() {
            let other = known.insert(fold(spelling), service.name);
            assert!(other.is_none_or(|name| name == service.name), "{spelling}");
            assert_eq!(catalogue().find_service(spelling).unwrap().name, service.name);
        }
        for alias in service.logged_as.iter().chain(&service.aliases) {
            assert!(!alias.source.is_empty(), "{}", alias.name);
        }
    }
}

#[test]
fn names_are_found_as_live_records_spell_them() {
    let live = "Update application – Certificates and secrets management ";
    let entry = classified("core directory", "applicationmanagement", live);
    assert_eq!(entry.activity, "Update application - Certificates and secrets management");
    assert_eq!(entry.aliases[0].name, live);
    let entry = classified("Core Directory", "ApplicationManagement", "Consent to application.");
    assert_eq!(entry.activity, "Consent to application");
    let entry = classified("Conditional Access", "Policy", "Add conditional access policy");
    assert_eq!(entry.activity, "Add Conditional Access policy");
}

#[test]
fn former_names_lead_to_todays() {
    let support = "MicrosoftSupportAccessManagement";
    for (category, former, today) in [
        (support, "Approval approved", "Access approved"),
        (support, "Approval removed", "Access removed"),
        ("ApplicationManagement", "Add OAuth2PermissionGrant", "Add delegated permission grant"),
        ("UserManagement", "Reset user password.", "Reset password"),
    ] {
        assert_eq!(classified("Core Directory", category, former).activity, today);
    }
    // The retired activity is still known by its own name.
    let fraud = "Fraud reported - no action taken";
    assert_eq!(classified("Azure MFA", "UserManagement", fraud).activity, fraud);
    let reported = classified("Azure MFA", "UserManagement", "Fraud reported");
    assert_eq!(reported.activity, "Suspicious activity reported");
}

#[test]
fn the_same_name_is_told_apart_by_service_and_category() {
    let in_directory = classified("Core Directory", "GroupManagement", "Add group");
    let in_mim = classified("MIM Service", "GroupManagement", "Add group");
    assert_ne!(in_directory.service, in_mim.service);
    assert!(catalogue().named("add group").count() >= 2);
    assert!(catalogue().classify("Core Directory", "Policy", "Read BitLocker key").is_none());
    assert!(catalogue().classify("", "GroupManagement", "Add group").is_none());
}

#[test]
fn case_twins_stay_two_entries() {
    for (service, category, twins) in [
        ("Core Directory", "DirectoryManagement", ["Update Domain", "Update domain"]),
        ("B2C", "ResourceManagement", ["Get Identity Provider", "Get identity provider"]),
    ] {
        for twin in twins {
            assert_eq!(classified(service, category, twin).activity, twin);
        }
    }
    let spaced = catalogue().find_category("application management").unwrap();
    assert_eq!(spaced, "Application Management");
    assert_eq!(catalogue().find_category("APPLICATIONMANAGEMENT"), Some("ApplicationManagement"));
    assert_eq!(catalogue().find_category("no such category"), None);
}

#[test]
fn no_name_has_stray_white_space() {
    let tidy = |text: &str| {
        assert_eq!(text, text.trim());
        assert!(!text.is_empty() && !text.contains("  ") && !text.contains(['\t', '\r']), "{text}");
    };
    let mut ending_in_a_space = Vec::new();
    for entry in catalogue().entries() {
        tidy(entry.service);
        tidy(entry.category);
        tidy(entry.activity);
        // Matched letters are indices in the folded name and must be the same in the name.
        assert!(entry.activity.is_ascii(), "{}", entry.activity);
        assert_eq!(fold(entry.activity).len(), entry.activity.len(), "{}", entry.activity);
        for alias in &entry.aliases {
            tidy(alias.source);
            tidy(alias.name.strip_suffix(' ').unwrap_or(alias.name));
            if alias.name.ends_with(' ') {
                ending_in_a_space.push(alias.name);
            }
        }
        entry.meaning.iter().chain(&entry.source).for_each(|text| tidy(text));
    }
    ending_in_a_space.sort_unstable();
    assert_eq!(
        ending_in_a_space,
        [
            "Authentication Strength Combination Configuration Create ",
            "Update application – Certificates and secrets management ",
        ]
    );
    for service in catalogue().services() {
        tidy(service.purpose);
        service.spellings().for_each(tidy);
    }
}

#[test]
fn words_in_any_order_find_the_activity() {
    let secrets = "Update application - Certificates and secrets management";
    for text in ["secret app", "app secret", "SECRETS  Application", "cert secrets"] {
        assert!(first(text, 3).contains(&secrets), "{text}: {:?}", first(text, 5));
    }
    assert_eq!(first("consent", 1), ["Consent to application"]);
    assert_eq!(first("core consent", 1), ["Consent to application"]);
    assert!(first("pim activation", 5).iter().all(|name| name.contains("PIM activation")));
}

#[test]
fn an_exact_name_comes_first_then_names_that_contain_it() {
    let hits = search("add member to ROLE.");
    let exact = hits.iter().take_while(|hit| hit.exact).count();
    assert!(
        exact >= 1 && hits[..exact].iter().all(|hit| hit.entry.activity == "Add member to role")
    );
    assert!(hits[exact..].iter().all(|hit| !hit.exact));
    assert!(hits[exact].entry.activity.starts_with("Add member to role "));
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let every = catalogue().entries().iter().map(|entry| entry.activity);
    for name in every {
        let hit = &catalogue().search(name, Filter::default(), 1)[0];
        assert!(hit.exact && fold(hit.entry.activity) == fold(name), "{name}");
    }
}

#[test]
fn an_alias_is_an_exact_name_too_and_is_told() {
    let hit = &search("approval approved")[0];
    assert_eq!((hit.entry.activity, hit.exact), ("Access approved", true));
    assert_eq!(hit.matched_alias, Some("Approval approved"));
    assert!(hit.matched.is_empty());
    let part = search("oauth2permission");
    assert_eq!(part[0].matched_alias, Some("Add OAuth2PermissionGrant"));
    let live = "Update application – Certificates and secrets management ";
    let hit = &search(live)[0];
    assert!(hit.exact);
    assert_eq!(hit.matched_alias, Some(live));
}

#[test]
fn matched_letters_are_where_the_words_are() {
    let hit = &search("consent")[0];
    assert_eq!(hit.matched, (0..7).collect::<Vec<_>>());
    for text in ["secret app", "upd appl", "updappcert", "pim", "role mgmt"] {
        for hit in search(text) {
            let length = hit.entry.activity.chars().count();
            assert!(hit.matched.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(hit.matched.iter().all(|at| *at < length));
        }
    }
}

#[test]
fn letters_with_gaps_match_after_whole_words() {
    let hits = search("bitlk");
    assert!(hits[0].entry.activity.contains("BitLocker"), "{}", hits[0].entry.activity);
    assert_eq!(first("amtr", 1), ["Add member to role"]);
    assert_eq!(first("ucap", 1), ["Update Conditional Access policy"]);
    assert!(search("qzxj").is_empty());
}

#[test]
fn an_empty_text_gives_all_in_catalogue_order() {
    let hits = search("  ");
    assert_eq!(hits.len(), 1_212);
    assert!(hits.iter().zip(catalogue().entries()).all(|(hit, e)| std::ptr::eq(hit.entry, e)));
    assert_eq!(catalogue().search("", Filter::default(), 7).len(), 7);
}

#[test]
fn a_filter_narrows_the_search() {
    let filter = catalogue().filter(Some("pim"), Some("RoleManagement")).unwrap();
    let hits = catalogue().search("add member", filter, usize::MAX);
    assert!(!hits.is_empty());
    assert!(hits.iter().all(|hit| hit.entry.category == "RoleManagement"
        && hit.entry.service == "Privileged Identity Management (PIM)"));
    let unknown = Filter { service: None, category: Some("no such category") };
    assert!(catalogue().search("", unknown, usize::MAX).is_empty());
}

#[test]
fn filters_take_parts_of_names_and_name_the_way_out() {
    let service = |text: &str| catalogue().filter(Some(text), None);
    let category = |text: &str| catalogue().filter(None, Some(text));
    assert_eq!(service("reg").unwrap().service.unwrap().name, "Device Registration Service");
    assert_eq!(service("CORE dir").unwrap().service.unwrap().name, "Core Directory");
    assert_eq!(category("rolem").unwrap().category, Some("RoleManagement"));
    assert_eq!(category("device").unwrap().category, Some("Device"));
    assert_eq!(
        service("Cor Directory").unwrap_err().to_string(),
        "no service \"Cor Directory\" in the catalogue; did you mean `Core Directory`?"
    );
    assert_eq!(
        category("Polciy").unwrap_err().to_string(),
        "no category \"Polciy\" in the catalogue; did you mean `Policy`?"
    );
    assert_eq!(
        service("self-service").unwrap_err().to_string(),
        "\"self-service\" fits more than one service: \"Self-service group management\", \
         \"Self-service password management\""
    );
    let hostile = service("\u{1b}[2Jqqqqqqqqqqqq").unwrap_err().to_string();
    assert_eq!(hostile, "no service \"␛[2Jqqqqqqqqqqqq\" in the catalogue");
    assert!(service("").is_err());
}

#[test]
fn what_finds_nothing_is_answered_with_what_may_be_meant() {
    assert!(search("conesnt aplication").is_empty());
    assert_eq!(lookup::suggestions("conesnt aplication")[0], "Consent to application");
    assert!(lookup::suggestions("bitloker").iter().all(|name| name.contains("BitLocker")));
    assert!(lookup::suggestions("").is_empty());
    assert!(lookup::suggestions("qqqqqqqqqqqqqqqqqqqqqq").is_empty());
}

#[test]
fn hostile_texts_are_only_texts() {
    let many = "a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(4_000);
    let long = "x".repeat(1_000_000);
    for text in [many.as_str(), long.as_str(), "-", "….", "\u{202e}\u{0}", "ﬁ ß İ", "((((", "\\"]
    {
        search(text);
        lookup::suggestions(text);
        let _ = catalogue().filter(Some(text), Some(text));
        assert!(catalogue().classify(text, text, text).is_none());
    }
}

fn output(text: &str, options: &Options<'_>, colour: bool) -> (usize, String) {
    let mut out = Vec::new();
    let hits = lookup::run(text, options, &mut out, colour).expect("memory takes everything");
    (hits, String::from_utf8(out).expect("output is text"))
}

#[test]
fn the_table_is_aligned_and_names_the_matching_alias() {
    let options = Options { limit: 2, ..Options::default() };
    let (hits, table) = output("approval approved", &Options { limit: 1, ..options }, false);
    assert_eq!(hits, 1);
    assert_eq!(
        table,
        "Access approved  Core Directory  MicrosoftSupportAccessManagement\n  also \"Approval approved\"\n"
    );
    let (_, table) = output("consent", &options, true);
    assert!(table.starts_with("\u{1b}[1;4mConsent\u{1b}[0m to application  "), "{table:?}");
    let (_, table) = output("group", &Options::default(), false);
    let columns: BTreeSet<usize> = table
        .lines()
        .filter(|line| !line.starts_with("  also"))
        .filter_map(|line| line.rfind("  "))
        .collect();
    assert_eq!(columns.len(), 1, "the last column starts at one place");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn without_a_text_everything_is_listed_by_service_with_its_purpose() {
    let (hits, list) = output("", &Options::default(), false);
    assert_eq!(hits, 1_212);
    for service in catalogue().services() {
        assert!(list.contains(service.purpose), "{}", service.name);
    }
    assert!(list.contains("\nPrivileged Identity Management (PIM) (logged as PIM)\n"));
    assert!(list.contains("\n  RoleManagement\n    "));
}

#[test]
fn json_is_an_array_of_objects_with_graph_names() {
    let options = Options { format: Format::Json, ..Options::default() };
    let (hits, text) = output("approval approved", &Options { limit: 1, ..options }, true);
    assert_eq!(hits, 1);
    assert_eq!(
        text,
        "[\n  {\"service\":\"Core Directory\",\"loggedByService\":\"Core Directory\",\
         \"category\":\"MicrosoftSupportAccessManagement\",\"activity\":\"Access approved\",\
         \"aliases\":[\"Approval approved\"]}\n]\n"
    );
    let (hits, text) = output("", &options, false);
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!((all.len(), hits), (1_212, 1_212));
    let with = |name: &str| all.iter().filter(|row| row.get(name).is_some()).count();
    assert_eq!((with("meaning"), with("source"), with("aliases")), (14, 16, 1_212));
    // A spelling that was never seen is not offered for queries.
    let guessed = all.iter().filter(|row| row["service"] == "Verified ID");
    assert!(guessed.into_iter().all(|row| row.get("loggedByService").is_none()));
}

#[test]
fn nothing_found_writes_nothing() {
    for format in [Format::Table, Format::Json] {
        let options = Options { format, ..Options::default() };
        assert_eq!(output("qzxj qzxj", &options, true), (0, String::new()));
    }
}
