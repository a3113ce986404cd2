//! Every activity of the catalogue in a sentence: what was only asked for is never told as done.
//! Never judges style: a sentence that is the activity's own words is always right.

use entrail::catalogue::catalogue;
use entrail::record::sentence::sentence;
use entrail::record::{Actor, ActorKind, Outcome, Record, Target};

fn said(activity: &str, outcome: Outcome) -> String {
    let target = |kind: &'static str, name: &'static str| Target {
        kind: kind.into(),
        name: name.into(),
        ..Target::default()
    };
    sentence(&Record {
        activity: activity.to_owned().into(),
        outcome,
        actor: Actor { kind: ActorKind::User, upn: "ana".into(), ..Actor::default() },
        targets: vec![target("Role", "ROLE"), target("User", "USER"), target("Group", "GROUP")],
        ..Record::default()
    })
}

fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = catalogue().entries().iter().map(|entry| entry.activity).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What is told before the names that follow, without what stands in brackets.
fn words(said: &str) -> Vec<String> {
    let said = said.split(" · ").next().unwrap_or_default();
    let said = said.split(" (").next().unwrap_or_default();
    said.split(' ').skip(1).map(str::to_lowercase).collect()
}

/// Did not happen by this record, whatever its name begins with.
const ONLY_ASKED: &[&str] = &["requested", "denied", "rejected", "canceled", "expired", "failed"];

#[test]
fn what_was_asked_for_is_not_told_as_done() {
    let mut told = 0;
    for name in names() {
        let said = said(name, Outcome::Success);
        if said.starts_with("ana: ") {
            continue;
        }
        told += 1;
        let words = words(&said);
        let stages =
            ["requested", "approved", "denied", "completed", "canceled", "cancelled", "expired"];
        let more = ["started", "finished", "failed", "rejected", "timed", "ended"];
        for stage in stages.iter().chain(&more) {
            assert!(!words[1..].iter().any(|word| word == stage), "{name}: {said}");
        }
        let outside = name.split(" (").next().unwrap_or_default().to_lowercase();
        if ONLY_ASKED.iter().any(|asked| outside.split(' ').any(|word| word == *asked)) {
            let leads = ["requested to", "denied the request to", "canceled the request to"];
            let more =
                ["asked for approval to", "denied request", "rejected request", "canceled request"];
            let told = words.join(" ");
            assert!(leads.iter().chain(&more).any(|lead| told.starts_with(lead)), "{name}: {said}");
        }
    }
    assert!(told > 600, "{told} of the activities are told by their verb");
}

#[test]
fn stages_are_told_as_what_they_are() {
    for (activity, told) in [
        ("Request approved", "ana approved request · ROLE, USER, GROUP"),
        ("Request expired", "ana: Request expired · ROLE, USER, GROUP"),
        ("Access approved", "ana approved access · ROLE, USER, GROUP"),
        (
            "Add member to role request approved (PIM activation)",
            "ana approved the request to add member USER to role ROLE (PIM activation) · GROUP",
        ),
        (
            "Add member to role approval requested (PIM activation)",
            "ana asked for approval to add member USER to role ROLE (PIM activation) · GROUP",
        ),
        (
            "Add member to role requested (PIM activation)",
            "ana requested to add member USER to role ROLE (PIM activation) · GROUP",
        ),
        (
            "Add member to role completed (PIM activation)",
            "ana added member USER to role ROLE (PIM activation) · GROUP",
        ),
        ("Add user sponsor", "ana added user sponsor · ROLE, USER, GROUP"),
        (
            "Download users - started (bulk)",
            "ana started to download users USER (bulk) · ROLE, GROUP",
        ),
        (
            "Schedule workflow execution started",
            "ana: Schedule workflow execution started · ROLE, USER, GROUP",
        ),
        (
            "Create or update a localized resource",
            "ana created or updated a localized resource · ROLE, USER, GROUP",
        ),
    ] {
        assert_eq!(said(activity, Outcome::Success), told);
    }
    assert_eq!(
        said("Add member to role request approved (PIM activation)", Outcome::Failure),
        "ana tried to approve the request to add member USER to role ROLE (PIM activation) · GROUP — failure"
    );
    assert_eq!(
        said("Request approved", Outcome::Failure),
        "ana: Request approved · ROLE, USER, GROUP — failure"
    );
}

#[test]
fn the_tenant_and_bare_ids_are_no_news_beside_names() {
    let target = |kind: &'static str, name: &'static str, id: &'static str| Target {
        kind: kind.into(),
        name: name.into(),
        id: id.into(),
        ..Target::default()
    };
    let targets = vec![
        target("Role", "Global Reader", "r"),
        target("Request", "", "0ff2e092"),
        target("User", "Eve", "e"),
        target("Directory", "Tidewick Instruments", "d"),
        target("Other", "", "52b8f1e3"),
    ];
    let record = |targets: Vec<Target<'static>>| Record {
        activity: "Remove member from role (PIM activation expired)".into(),
        outcome: Outcome::Success,
        actor: Actor { kind: ActorKind::App, name: "MS-PIM".into(), ..Actor::default() },
        targets,
        ..Record::default()
    };
    assert_eq!(
        sentence(&record(targets)),
        "App MS-PIM removed member Eve from role Global Reader (PIM activation expired)"
    );
    assert!(sentence(&record(vec![target("Other", "", "52b8f1e3")])).ends_with(" · 52b8f1e3"));
}
