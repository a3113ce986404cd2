//! Targets named by changes, as Entra writes them.
//! Never reads a format: the records are made here.

use super::*;

fn change(name: &'static str, new: &'static str) -> Change<'static> {
    Change { name: name.into(), old: None, new: Some(new.into()) }
}

fn gone(name: &'static str, old: &'static str) -> Change<'static> {
    Change { name: name.into(), old: Some(old.into()), new: None }
}

fn target(kind: &'static str, id: &'static str, changes: Vec<Change<'static>>) -> Target<'static> {
    Target { kind: kind.into(), id: id.into(), changes, ..Target::default() }
}

fn user(changes: Vec<Change<'static>>) -> Target<'static> {
    Target { upn: "bo@fern.example".into(), ..target("User", "u-1", changes) }
}

/// Type, name and where it comes from, of each target.
fn named(targets: Vec<Target<'static>>) -> Vec<(String, String, NamedBy)> {
    let mut record = Record { targets, ..Record::default() };
    name_targets(&mut record);
    let told = |t: Target<'_>| (t.kind.into_owned(), t.name.into_owned(), t.named_by);
    record.targets.into_iter().map(told).collect()
}

const APP_ID: &str = "2c92ce28-126c-47c1-82b0-410b64502989";

#[test]
fn a_second_target_without_a_name_has_the_one_of_the_changes() {
    for (stem, kind) in KINDS.iter().filter(|(_, kind)| *kind != "User") {
        let [name, id] = ["DisplayName", "ObjectID"].map(|part| format!("{stem}.{part}").leak());
        for make in [change, gone] {
            let changes = vec![make(id, "\"x-1\""), make(name, "\"Tier 0\"")];
            let found = named(vec![user(changes), target(kind, "X-1", vec![])]);
            assert_eq!(found.len(), 2, "{stem}");
            assert_eq!(found[1], ((*kind).into(), "Tier 0".into(), NamedBy::Changes), "{stem}");
        }
        // By its type, where no id says which it is; and in any order.
        let found = named(vec![target(kind, "x-1", vec![]), user(vec![change(name, "[\"A\"]")])]);
        assert_eq!(found[0], ((*kind).into(), "A".into(), NamedBy::Changes), "{stem}");
    }
}

#[test]
fn what_is_named_in_changes_only_is_a_target_too() {
    let resource = Target {
        name: "Microsoft Graph".into(),
        ..target(
            "ServicePrincipal",
            "r-1",
            vec![
                change("AppRole.DisplayName", "\"Read all\""),
                change("ServicePrincipal.DisplayName", "\"Ledger Sync\""),
                change("ServicePrincipal.AppId", "\"2c92ce28-126c-47c1-82b0-410b64502989\""),
            ],
        )
    };
    let found = named(vec![resource]);
    let sp = |name: &str, by| ("ServicePrincipal".to_owned(), name.to_owned(), by);
    assert_eq!(
        found,
        [sp("Microsoft Graph", NamedBy::Itself), sp("Ledger Sync", NamedBy::ChangesAlone)]
    );
    // Also where the target that has the changes has no name itself: it is not the receiver.
    let nameless =
        target("ServicePrincipal", "r-1", vec![change("ServicePrincipal.DisplayName", "\"L\"")]);
    assert_eq!(named(vec![nameless]), [sp("", NamedBy::Itself), sp("L", NamedBy::ChangesAlone)]);
}

#[test]
fn an_application_id_in_place_of_a_name_is_an_id() {
    let resource = Target {
        name: "Microsoft Graph".into(),
        ..target(
            "ServicePrincipal",
            "r-1",
            vec![
                change("ServicePrincipal.AppId", "\"2C92CE28-126C-47C1-82B0-410B64502989\""),
                change("ServicePrincipal.DisplayName", "\"Ledger Sync\""),
            ],
        )
    };
    let receiver = Target { name: APP_ID.into(), ..target("ServicePrincipal", "s-1", vec![]) };
    let mut record = Record { targets: vec![resource, receiver], ..Record::default() };
    name_targets(&mut record);
    let receiver = &record.targets[1];
    assert_eq!((&*receiver.name, &*receiver.name_id), ("Ledger Sync", APP_ID));
    assert_eq!(record.targets.len(), 2);
    // Read twice, it stays as it is.
    let once = record.clone();
    name_targets(&mut record);
    assert_eq!(record, once);
}

#[test]
fn the_changes_of_a_target_name_itself() {
    for (old, new, name) in [
        (None, Some("[\"Sales\"]"), "Sales"),
        (Some("\"Old\""), None, "Old"),
        (Some("\"a\""), Some("\"b\""), "b"),
    ] {
        let own = Change {
            name: "DisplayName".into(),
            old: old.map(Into::into),
            new: new.map(Into::into),
        };
        let found = named(vec![target("Group", "g-1", vec![own])]);
        assert_eq!(found, [("Group".to_owned(), name.to_owned(), NamedBy::Changes)]);
    }
}

#[test]
fn no_target_gets_the_name_of_another() {
    // A group in a group: the member has no name, and the changes speak of the group it joined.
    let changes =
        || vec![change("Group.ObjectID", "\"g-2\""), change("Group.DisplayName", "\"All\"")];
    let found = named(vec![target("Group", "g-1", changes()), target("Group", "g-2", vec![])]);
    assert_eq!(found[0].1, "");
    assert_eq!(found[1].1, "All");
    let found = named(vec![target("Group", "g-1", changes())]);
    assert_eq!(found[0].1, "");
    assert_eq!(found[1], ("Group".to_owned(), "All".to_owned(), NamedBy::ChangesAlone));
    // Two that it could be, and no id: neither.
    let role = || target("Role", "", vec![]);
    let found = named(vec![user(vec![change("Role.DisplayName", "\"X\"")]), role(), role()]);
    assert_eq!((found[1].1.as_str(), found[2].1.as_str()), ("", ""));
    // A name of its own stays, and what is there is not added again.
    let named_role = Target { name: "Reader".into(), ..target("Role", "r", vec![]) };
    let reader = vec![change("Role.DisplayName", "\"reader\"")];
    assert_eq!(named(vec![user(reader), named_role]).len(), 2);
    // The name of a permission is nobody's.
    let found = named(vec![user(vec![change("AppRole.DisplayName", "\"Read all\"")])]);
    assert_eq!(found.len(), 1);
}

#[test]
fn what_stands_for_a_missing_name_is_none() {
    for none in [
        "",
        " ",
        "\u{a0}",
        "\u{200b}",
        "\u{3000}",
        "null",
        "NULL",
        "(null)",
        "None",
        "-",
        "--",
        "N/A",
        "n/a ",
        "***",
        "*",
        "undefined",
        "nan",
        "NaN",
        "—",
        ".",
        "**********",
        "- - - - - -",
    ] {
        assert!(!is_name(none), "{none:?}");
    }
    for name in
        ["Nan", "NA", "A", "Unknown", "Nullarbor", "Ödön", "*Admins*", "None of them", "★", "0"]
    {
        assert!(is_name(name), "{name:?}");
    }
}

#[test]
fn a_placeholder_gives_way_to_the_name_in_the_changes() {
    let role = || {
        vec![
            change("Role.ObjectID", "\"r-1\""),
            change("Role.DisplayName", "\"Global Administrator\""),
        ]
    };
    for none in [" ", "\u{a0}", "null", "None", "-", "N/A", "***"] {
        let blank = Target { name: none.into(), ..target("Role", "r-1", vec![]) };
        let person = Target { upn: none.into(), name: none.into(), ..user(role()) };
        let mut record = Record { targets: vec![person, blank], ..Record::default() };
        (record.actor.name, record.actor.upn) = (none.into(), none.into());
        drop_placeholders(&mut record);
        name_targets(&mut record);
        assert_eq!(record.targets[1].name, "Global Administrator", "{none:?}");
        assert_eq!((&*record.targets[0].name, &*record.targets[0].upn), ("", ""), "{none:?}");
        assert_eq!((&*record.actor.name, &*record.actor.upn), ("", ""), "{none:?}");
        // In changes it is no name either.
        let none: &'static str = format!("\"{none}\"").leak();
        let found =
            named(vec![user(vec![change("Role.DisplayName", none)]), target("Role", "r", vec![])]);
        assert_eq!(found[1].1, "", "{none:?}");
    }
}

#[test]
fn a_guid_is_an_id_only_where_objects_are_called_by_one() {
    let told = |kind: &'static str, id: &'static str, changes: Vec<Change<'static>>| {
        let called = Target { name: APP_ID.into(), ..target(kind, id, vec![]) };
        let mut record = Record { targets: vec![called, user(changes)], ..Record::default() };
        name_targets(&mut record);
        let called = &record.targets[0];
        (called.name.to_string(), called.name_id.to_string())
    };
    for kind in ["ServicePrincipal", "Service Principal", "serviceprincipal", "Application"] {
        assert_eq!(told(kind, "x", vec![]), (String::new(), APP_ID.to_owned()), "{kind}");
    }
    for kind in ["Group", "User", "Role", "Policy", "Device", ""] {
        assert_eq!(told(kind, "x", vec![]), (APP_ID.to_owned(), String::new()), "{kind}");
        assert_eq!(told(kind, APP_ID, vec![]).1, APP_ID, "{kind}");
        let own =
            vec![change("ServicePrincipal.AppId", "\"2C92CE28-126C-47C1-82B0-410B64502989\"")];
        assert_eq!(told(kind, "x", own).1, APP_ID, "{kind}");
    }
    // In changes too.
    let group = vec![change("Group.DisplayName", "\"2c92ce28-126c-47c1-82b0-410b64502989\"")];
    assert_eq!(named(vec![user(group)])[1].1, APP_ID);
    let sp =
        vec![change("ServicePrincipal.DisplayName", "\"2c92ce28-126c-47c1-82b0-410b64502989\"")];
    assert_eq!(named(vec![user(sp)]).len(), 1);
}

#[test]
fn the_changes_of_a_target_give_it_a_name_and_a_user_principal_name() {
    let both = || {
        vec![
            change("DisplayName", "[\"New Person\"]"),
            change("UserPrincipalName", "[\"new@f.example\"]"),
        ]
    };
    let told = |own: Target<'static>| {
        let mut record = Record { targets: vec![own], ..Record::default() };
        name_targets(&mut record);
        let own = record.targets.remove(0);
        (own.name.into_owned(), own.upn.into_owned(), own.named_by)
    };
    let (name, upn) = ("New Person".to_owned(), "new@f.example".to_owned());
    let told_both = (name.clone(), upn.clone(), NamedBy::Changes);
    assert_eq!(told(target("User", "u", both())), told_both);
    let mut turned = both();
    turned.reverse();
    assert_eq!(told(target("User", "u", turned)), told_both);
    // What the record says itself stays.
    let named = Target { name: "Ann".into(), ..target("User", "u", both()) };
    assert_eq!(told(named), ("Ann".to_owned(), upn.clone(), NamedBy::Itself));
    let known = Target { upn: "old@f.example".into(), ..target("User", "u", both()) };
    assert_eq!(told(known), (String::new(), "old@f.example".to_owned(), NamedBy::Itself));
    let only = vec![change("UserPrincipalName", "[\"new@f.example\"]")];
    assert_eq!(told(target("User", "u", only)), (String::new(), upn, NamedBy::Itself));
    let same = Target { upn: "NEW@f.example".into(), ..target("User", "u", both()) };
    assert_eq!(told(same), (name, "NEW@f.example".to_owned(), NamedBy::Changes));
    // Another record's words for the same user give both too.
    let of_user = vec![
        change("User.ObjectID", "\"u-2\""),
        change("User.DisplayName", "\"New Person\""),
        change("User.UPN", "\"new@f.example\""),
    ];
    let mut record = Record {
        targets: vec![target("ServicePrincipal", "s", of_user), target("User", "u-2", vec![])],
        ..Record::default()
    };
    name_targets(&mut record);
    let found = &record.targets[1];
    assert_eq!((&*found.name, &*found.upn), ("New Person", "new@f.example"));
}

#[test]
fn what_is_renamed_had_the_names_its_changes_replace() {
    let renamed = |name: &'static str, old: &'static str| Change {
        name: name.into(),
        old: Some(old.into()),
        new: Some("[\"SG New\"]".into()),
    };
    let told = |changes: Vec<Change<'static>>| {
        let own = Target { name: "SG New".into(), ..target("Group", "g", changes) };
        former_names(&own).map(Cow::into_owned)
    };
    assert_eq!(told(vec![renamed("DisplayName", "[\"SG Old\"]")]), ["SG Old", ""]);
    assert_eq!(told(vec![renamed("UserPrincipalName", "\"a@x\"")]), ["", "a@x"]);
    for none in ["[]", "", "\"SG New\"", "\"N/A\""] {
        assert_eq!(told(vec![renamed("displayName", none)]), ["", ""], "{none}");
    }
    // The name of another object is not its own.
    assert_eq!(told(vec![renamed("Role.DisplayName", "\"Reader\"")]), ["", ""]);
    assert_eq!(told(Vec::new()), ["", ""]);
}
