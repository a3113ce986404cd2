//! Records as tenants write them: who has no name, which role, years, rows of tables, what is left out.
//! Never at one size only.

use entrail::source::Delivery;
use ratatui::style::Modifier;

use super::session::{Session, deliveries};

const SIZES: [(u16, u16); 4] = [(80, 24), (100, 30), (120, 40), (200, 50)];

/// A record: time, activity, actor (JSON), targets as type, principal name and display name.
fn record(time: &str, activity: &str, actor: &str, targets: &[(&str, &str, &str)]) -> String {
    let quoted = |text: &str| match text {
        "" => "null".to_owned(),
        text => format!("\"{text}\""),
    };
    let target = |(at, (kind, upn, name)): (usize, &(&str, &str, &str))| {
        format!(
            r#"{{"id":"7b6c5d4e-0000-4000-8000-00000000000{at}","type":"{kind}","userPrincipalName":{},"displayName":{},"modifiedProperties":[]}}"#,
            quoted(upn),
            quoted(name)
        )
    };
    let targets: Vec<String> = targets.iter().enumerate().map(target).collect();
    format!(
        r#"{{"id":"{time} {activity}","category":"RoleManagement","correlationId":"","result":"success","activityDisplayName":"{activity}","activityDateTime":"{time}","loggedByService":"Core Directory","initiatedBy":{actor},"targetResources":[{}],"additionalDetails":[]}}"#,
        targets.join(",")
    )
}

const ANN: &str = r#"{"user":{"id":"1a2b3c4d-0000-4000-8000-000000000001","userPrincipalName":"ann.bell@fern.example"}}"#;

fn session(records: &[String], (width, height): (u16, u16)) -> Session {
    let deliveries = deliveries("audit.ndjson", records.join("\n").into_bytes());
    Session::loaded("audit.ndjson", &deliveries, width, height)
}

#[test]
fn the_list_says_which_role_or_group_at_every_width() {
    let bob = "bob@fern.example";
    for (activity, kind, name, taken) in [
        ("Add member to role", "Role", "Global Administrator", false),
        ("Remove member from role", "Role", "Global Administrator", true),
        ("Add member to group", "Group", "Finance Approvers", false),
        ("Remove member from group", "Group", "Finance Approvers", true),
        ("Add owner to application", "Application", "Payroll Connector", false),
    ] {
        // Whichever comes first.
        for turned in [false, true] {
            let mut targets = [("User", bob, ""), (kind, "", name)];
            if turned {
                targets.reverse();
            }
            let records = [record("2026-11-02T08:00:00Z", activity, ANN, &targets)];
            for size in SIZES {
                let list = session(&records, size).list();
                assert!(list.contains(name), "{size:?} {list}");
                let pair = format!("bob@… {} {name}", if taken { '←' } else { '→' });
                let whole = pair.replace("bob@…", bob);
                let is_wide = size.0 >= 100;
                assert!(!is_wide || list.contains(&pair) || list.contains(&whole), "{list}");
            }
        }
    }
}

#[test]
fn an_application_and_its_resource_are_read_in_their_order() {
    let targets = [("Application", "", "Azure Portal"), ("Resource", "", "Azure Resource Manager")];
    let records = [record("2026-11-02T08:00:00Z", "Sign-in activity", ANN, &targets)];
    for size in SIZES {
        let list = session(&records, size).list();
        let [app, resource] = ["Azure P", "Azure R"].map(|name| list.find(name));
        assert!(app.is_some() && app < resource, "{size:?} {list}");
    }
}

#[test]
fn targets_with_nothing_but_ids_show_one() {
    let targets = [("Application", "", ""), ("Resource", "", "")];
    let records = [
        record("2026-11-02T08:00:00Z", "UserLoggedIn", ANN, &targets),
        record("2026-11-02T09:00:00Z", "Delete device", ANN, &targets[..1]),
    ];
    let list = session(&records, (120, 40)).list();
    assert_eq!(list.matches("7b6c5d4e-0000-4000-8000").count(), 2, "{list}");
}

#[test]
fn an_actor_without_room_for_the_domain_is_still_whole() {
    let records = [record("2026-11-02T08:00:00Z", "Add user", ANN, &[])];
    for (size, shown) in [((80, 24), " ann.bell "), ((100, 30), " ann.bell@… ")] {
        let list = session(&records, size).list();
        assert!(list.contains(shown), "{list}");
    }
}

#[test]
fn one_day_is_one_date_and_a_few_records_are_not_unusual() {
    let records = [
        record("2026-11-02T08:00:00Z", "Add user", ANN, &[]),
        record("2026-11-02T09:00:00Z", "Delete user", ANN, &[]),
    ];
    let mut session = session(&records, (80, 24));
    assert!(session.status().contains("2 records · 2026-11-02 UTC"), "{}", session.status());
    session.keys("<enter>z");
    assert!(!session.detail().contains("Unusual"), "{}", session.detail());
}

#[test]
fn what_is_in_every_record_of_a_service_is_not_what_it_is_about() {
    let targets = [
        ("Role", "", "Global Reader"),
        ("Request", "", ""),
        ("User", "bob@fern.example", ""),
        ("Directory", "", "Fern"),
    ];
    let activity = "Add member to role completed (PIM activation)";
    let records = [record("2026-11-02T08:00:00Z", activity, ANN, &targets)];
    for size in SIZES {
        let list = session(&records, size).list();
        assert!(list.contains("Global Reader") && !list.contains("Fern"), "{list}");
    }
}

#[test]
fn an_actor_with_only_an_id_shows_it() {
    for (actor, id) in [
        (
            r#"{"user":{"id":"9d000000-0000-4000-8000-000000000002","displayName":null,"userPrincipalName":null,"ipAddress":null}}"#,
            "9d000000-0000-4000-8000-000000000002",
        ),
        (
            r#"{"user":{"id":"9d000000-0000-4000-8000-000000000003","displayName":"","userPrincipalName":""}}"#,
            "9d000000-0000-4000-8000-000000000003",
        ),
        (
            r#"{"app":{"appId":null,"displayName":null,"servicePrincipalId":"9d000000-0000-4000-8000-000000000004"}}"#,
            "9d000000-0000-4000-8000-000000000004",
        ),
        (
            r#"{"app":{"appId":"9d000000-0000-4000-8000-000000000005","displayName":null}}"#,
            "9d000000-0000-4000-8000-000000000005",
        ),
    ] {
        let target = [("Device", "", "LAPTOP-7")];
        let records = [
            record("2026-11-02T08:00:00Z", "Unregister device", actor, &target),
            record("2026-11-02T09:00:00Z", "Register device", ANN, &target),
        ];
        let mut session = session(&records, (80, 24));
        session.keys("G");
        assert!(session.list().contains(&id[..6]), "{}", session.list());
        assert!(session.detail().contains(id), "{}", session.detail());
        // The value that is shown finds the record, as a value of the field and as a word.
        for filter in [format!("actor={id}"), format!("actor:{}", &id[..9]), id.to_owned()] {
            session.keys("x/").paste(&filter).keys("<enter>");
            assert_eq!(session.app.panes.list.rows.len(), 1, "{filter}");
        }
        session.keys("x/-actor:*<enter>");
        assert_eq!(session.app.panes.list.rows.len(), 0);
        session.keys("xfa");
        assert!(session.screen().contains(id), "{}", session.screen());
        session.keys("<esc>Gp");
        assert!(session.screen().contains(id), "{}", session.screen());
    }
}

#[test]
fn the_list_shows_the_year_where_records_are_of_several() {
    let records = [
        record("2019-06-24T09:29:28Z", "Add user", ANN, &[]),
        record("2025-01-29T17:07:02Z", "Delete user", ANN, &[]),
    ];
    for size in SIZES {
        let mut session = session(&records, size);
        let list = session.list();
        assert!(list.contains("2019-06-24") && list.contains("2025-01-29"), "{list}");
        session.keys("fd");
        assert!(session.screen().contains("2019"), "{}", session.screen());
        session.keys("<esc>t");
        assert!(session.hints().contains(" 2025-0"), "{}", session.hints());
        session.keys("<esc>yr");
        assert!(session.copied[0].starts_with("2025-01-29 17:07:02"), "{:?}", session.copied);
        session.keys("v");
        let shown = session.list();
        assert!(size.0 < 100 || shown.contains("2019-06-24"), "{shown}");
    }
    // The same year, also where the zone that is shown decides.
    let records = [
        record("2025-12-31T22:30:00Z", "Add user", ANN, &[]),
        record("2025-12-31T23:30:00Z", "Delete user", ANN, &[]),
    ];
    let mut session = session(&records, (80, 24));
    assert!(session.list().contains(" 12-31 22:30"), "{}", session.list());
    session.keys("Z");
    assert!(session.list().contains("2026-01-01 00:30"), "{}", session.list());
}

#[test]
fn related_records_of_other_years_say_so() {
    let related = |time: &str, activity: &str| {
        let record = record(time, activity, ANN, &[]);
        record.replace(
            r#""correlationId":"""#,
            r#""correlationId":"5a6b7c8d-0000-4000-8000-00000000000a""#,
        )
    };
    let records = [
        related("2019-06-24T09:29:28Z", "Add user"),
        related("2025-01-29T17:07:02Z", "Delete user"),
    ];
    let mut session = session(&records, (120, 40));
    session.keys("R");
    let detail = session.detail();
    assert!(detail.contains("2019-06-24 09:29:28") && detail.contains("2025-01-29"), "{detail}");
}

#[test]
fn the_original_of_a_csv_row_is_shown_by_its_columns() {
    let csv = "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,Target1Type,Target1DisplayName\r\n\
               2026-11-02T08:00:00.000Z,0a1b2c3d-2f1e-404e-a5d0-8062ba63f001,Core Directory,UserManagement,Update user,success,\"first; \"\"second\"\"\",User,,1a2b3c4d-0000-4000-8000-000000000001,ann.bell@fern.example,192.0.2.4,User,Bob\r\n";
    let deliveries = deliveries("audit.csv", csv.as_bytes().to_vec());
    let mut session = Session::loaded("audit.csv", &deliveries, 120, 40);
    assert_eq!(session.app.panes.list.rows.len(), 1, "{}", session.screen());
    session.keys("<tab>r");
    let shown = session.detail();
    for line in [
        "Date (UTC): \"2026-11-02T08:00:00.000Z\"",
        "ActorUserPrincipalName: \"ann.bell@fern.example\"",
        "ResultReason: \"first; \\\"second\\\"\"",
        "ActorDisplayName: \"\"",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    session.keys("yj");
    assert!(session.copied[0].starts_with("2026-11-02T08:00:00.000Z,0a1b2c3d"), "as it stands");
}

#[test]
fn a_screen_without_records_says_what_was_left_out() {
    let sign = r#"{"time":"2026-11-02T08:00:00Z","resourceId":"/SUBSCRIPTIONS/X","operationName":"Microsoft.Compute/virtualMachines/write","category":"Administrative","resultType":"Success","correlationId":"c","properties":{}}"#;
    let text = [sign; 3].join("\n");
    let deliveries = deliveries("activity.ndjson", text.into_bytes());
    let mut session = Session::loaded("activity.ndjson", &deliveries, 80, 24);
    let left_out = "3 not audit activity (Administrative 3)";
    for part in [session.list(), session.status(), session.hints()] {
        assert!(part.contains(left_out), "{part}");
    }
    assert!(session.status().contains("0 records"), "{}", session.status());
    let (list, hints) = (session.list(), session.hints());
    assert!(!list.contains("could not be read"), "{list} {hints}");
}

#[test]
fn the_reason_a_record_cannot_be_read_is_never_cut() {
    // A long path, a long reason, at the smallest sizes.
    let name = format!("{}/audit.ndjson", "folder-with-a-long-name".repeat(9));
    for size in [(80, 24), (60, 15), (50, 12), (40, 10)] {
        let deliveries = deliveries(&name, b"{\"id\":\"a\",\n{\"id\":\"b\",\n".to_vec());
        let trouble = deliveries.iter().find_map(|delivery| match delivery {
            Delivery::Trouble(trouble) => Some(trouble.to_string()),
            _ => None,
        });
        let trouble = trouble.expect("it cannot be read");
        let squeezed = |text: &str| {
            text.chars().filter(|c| !c.is_whitespace() && !"│┃…".contains(*c)).collect::<String>()
        };
        let mut session = Session::loaded(&name, &deliveries, size.0, size.1);
        session.keys("T");
        // What does not fit is read on, line by line.
        let mut read = String::new();
        for _ in 0..60 {
            read.push_str(&squeezed(&session.screen()));
            session.keys("<shift-down>");
        }
        let words = trouble.split(' ').filter(|word| word.len() < 20);
        for word in words {
            assert!(read.contains(&squeezed(word)), "{size:?} {word:?} of {trouble}");
        }
    }
}

#[test]
fn the_detail_wraps_why_a_record_cannot_be_read_again() {
    let records = [record("2026-11-02T08:00:00Z", "Add user", ANN, &[])];
    let mut session = session(&records, (80, 24));
    let row = session.current();
    let why = format!("{}: the file was changed after it was read; open it again", "x".repeat(90));
    session.send(entrail::app::message::Message::Opened(row, Err(why)));
    let detail = session.detail();
    assert!(detail.contains("open it again"), "{detail}");
    session.keys("R");
    assert!(session.detail().contains("open it again"), "{}", session.detail());
}

#[test]
fn the_timeline_of_one_line_is_never_reversed() {
    let mut session = Session::demo(80, 24);
    let reversed = |session: &mut Session| {
        let area = session.app.screen.layout.timeline;
        assert_eq!(area.height, 1);
        let buffer = session.draw();
        (area.left()..area.right())
            .filter(|x| {
                let cell = buffer.cell((*x, area.y)).expect("a cell");
                cell.modifier.contains(Modifier::REVERSED)
            })
            .count()
    };
    assert_eq!(reversed(&mut session), 0);
    // What is rated high is bold, and what failed is underlined: not told by colour alone.
    let buckets = session.app.data.answer.timeline.clone();
    let area = session.app.screen.layout.timeline;
    let buffer = session.draw();
    for (x, bucket) in (area.left()..).zip(&buckets) {
        let cell = buffer.cell((x, area.y)).expect("a cell");
        assert_eq!(cell.modifier.contains(Modifier::BOLD), bucket.risky > 0, "{x}");
        assert_eq!(cell.modifier.contains(Modifier::UNDERLINED), bucket.failures > 0, "{x}");
    }
    session.keys("tp");
    assert_eq!(reversed(&mut session), 0);
    let line = session.part(|app| app.screen.layout.timeline);
    assert!(line.contains('▼'), "where the cursor is: {line}");
    session.keys("<space>hh");
    assert_eq!(reversed(&mut session), 0);
}
