//! Several rows of one sign-in in one line.
//! Never relies on the demo tenant, which is another's to change.

use super::session::{Session, deliveries};

fn row(id: &str, minute: u32, code: &str, person: &str) -> String {
    format!(
        r#"{{"Type":"SigninLogs","SourceSystem":"Azure AD","TimeGenerated":"2026-03-02T08:{minute:02}:00Z","CreatedDateTime":"2026-03-02T08:00:00Z","Id":"{id}","ResultType":"{code}","UserPrincipalName":"{person}@moorland.example","AppDisplayName":"Ledger","CorrelationId":"0a0a0a0a-1111-4222-8333-444444444401"}}"#
    )
}

fn session(width: u16) -> Session {
    let one = "7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d01";
    let lines = [
        // The last row stands first in the file.
        row(one, 9, "0", "una"),
        row(one, 1, "50074", "una"),
        row(one, 5, "50140", "una"),
        row("7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d02", 2, "50126", "ivo"),
    ];
    Session::loaded("sign-ins", &deliveries("sign-ins", lines.join("\n").into_bytes()), width, 24)
}

#[test]
fn rows_of_one_sign_in_are_one_line_judged_by_the_last() {
    for width in [80, 200] {
        let mut session = session(width);
        let list = session.list();
        assert!(list.contains("Records 4 · 3 rows of one sign-in"), "{list}");
        assert!(list.contains("✓ ok   ▸ 3 Sign-in"), "{list}");
        assert_eq!(
            (session.app.panes.list.rows.len(), session.app.panes.list.all_rows().len()),
            (2, 4)
        );
        session.keys("<home>");
        if !session.list().contains("▸ 3 Sign-in") {
            session.keys("<down>");
        }
        session.keys("/una<enter><space>");
        let list = session.list();
        assert!(list.contains("▾ 3 Sign-in") && list.contains("│ Sign-in"), "{list}");
        assert_eq!(session.app.panes.list.rows.len(), 3);
        session.keys("<space>");
        assert_eq!(session.app.panes.list.rows.len(), 1);
    }
}

#[test]
fn an_earlier_row_says_how_its_sign_in_went_on() {
    let mut session = session(100);
    session.keys("/reason:50074<enter>");
    let list = session.list();
    assert!(list.contains(" → ✓") && list.contains("1 row of a sign-in"), "{list}");
    session.keys("<enter>");
    let screen = session.screen();
    assert!(screen.contains("row 1 of 3 of one sign-in, which ended: ✓ ok"), "{screen}");
    // A sign-in by itself says nothing of the kind.
    session.keys("<esc>x/ivo<enter>");
    let list = session.list();
    assert!(!list.contains("sign-in ·") && list.contains("✗ fail"), "{list}");
}

#[test]
fn what_a_token_did_is_one_key_away_from_its_sign_in() {
    let sign_in = r#"{"Type":"SigninLogs","TimeGenerated":"2026-03-02T08:00:00Z","CreatedDateTime":"2026-03-02T08:00:00Z","Id":"7d3c1c6e-5b1e-4b7e-9e55-0f3a5a5f1d03","ResultType":"0","UserPrincipalName":"una@moorland.example","UniqueTokenIdentifier":"dG9rZW4tb2YtdW5h"}"#;
    let call = |token: &str, minute: u32| {
        format!(
            r#"{{"Type":"MicrosoftGraphActivityLogs","TimeGenerated":"2026-03-02T08:{minute:02}:00Z","RequestId":"{minute}","RequestMethod":"GET","RequestUri":"https://graph.microsoft.com/v1.0/users","ResponseStatusCode":200,"SignInActivityId":"{token}"}}"#
        )
    };
    let lines = [
        sign_in.to_owned(),
        call("dG9rZW4tb2YtdW5h", 1),
        call("dG9rZW4tb2YtdW5h", 2),
        call("YW5vdGhlciBvbmU", 3),
    ];
    let lines = lines.join("\n").into_bytes();
    let mut session = Session::loaded("token", &deliveries("token", lines), 100, 30);
    session.keys("/kind:sign-in<enter>p");
    assert!(session.screen().contains("same token"), "{}", session.screen());
    session.keys("n");
    assert_eq!(session.app.filter.text(), "token=dG9rZW4tb2YtdW5h");
    assert_eq!(session.app.panes.list.rows.len(), 3);
}
