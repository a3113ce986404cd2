//! What a token is said to read, and how each refusal is answered.
//! Never asks Graph.

use super::*;

const REPORTS_READER: &str = "4a5d8f65-41da-4de4-8968-e035b65339cf";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

fn user(scopes: &[&str], wids: &[&str]) -> Claims {
    let all = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    Claims {
        tenant: "7d3c".to_owned(),
        who: "ida@fabrikam.example".to_owned(),
        client: DEFAULT_CLIENT.to_owned(),
        scopes: all(scopes),
        wids: all(wids),
        ..Claims::default()
    }
}

fn refused(code: &str) -> Refusal {
    Refusal { status: 403, code: code.to_owned(), message: "said".to_owned(), is_html: false }
}

#[test]
fn a_reports_reader_with_the_permission_can_read_the_audit_log_but_not_the_rest() {
    let claims = user(&["AuditLog.Read.All"], &[REPORTS_READER, roles::EVERY_USER]);
    let report = report(&claims, Timestamp::from_ms(0)).join("\n");
    for part in [
        "Tenant 7d3c, signed in as ida@fabrikam.example, through the application Microsoft Graph Command Line",
        "Directory roles of the account: Reports Reader.",
        "✓ audit ",
        "✗ attributes (audit log of custom security attributes): cannot be read.",
        "Missing permission: CustomSecAttributeAuditLogs.Read.All.",
        "✗ sign-ins ",
        "✗ provisioning ",
        "Missing permission: Directory.Read.All.",
    ] {
        assert!(report.contains(part), "{part} in\n{report}");
    }
    assert!(!report.contains("Missing permission: AuditLog"), "{report}");
    assert_eq!(report.matches("To get ").count(), 2, "{report}");
}

#[test]
fn a_global_administrator_cannot_read_custom_security_attributes() {
    let claims = user(
        &["AuditLog.Read.All", "CustomSecAttributeAuditLogs.Read.All"],
        &[GLOBAL_ADMINISTRATOR],
    );
    let advice =
        advise(&claims, "attributes", Some(&refused("Authorization_RequestDenied"))).join("\n");
    assert!(advice.contains("Attribute Log Administrator or Attribute Log Reader"), "{advice}");
    assert!(advice.contains("Global Administrator is not enough"), "{advice}");
    assert_eq!(
        advise(&claims, "audit", None).first().map(String::as_str),
        Some("That is enough for the audit log.")
    );
}

#[test]
fn a_missing_permission_says_how_each_kind_of_application_gets_it() {
    let of = |client: &str, is_application| {
        let claims =
            Claims { client: client.to_owned(), is_application, ..user(&[], &[REPORTS_READER]) };
        advise(&claims, "audit", None).join("\n")
    };
    assert!(
        of(DEFAULT_CLIENT, false)
            .contains("Enterprise applications > Microsoft Graph Command Line Tools")
    );
    assert!(of(AZURE_CLI, false).contains("cannot be changed"));
    assert!(
        of("51aa", false)
            .contains("App registrations > 51aa > API permissions > Microsoft Graph > Delegated")
    );
    for is_application in [false, true] {
        assert!(of("", is_application).contains("registrations > the application > API"));
    }
    let application = of("51aa", true);
    assert!(
        application.contains("Application permissions") && !application.contains("role:"),
        "{application}"
    );
}

#[test]
fn a_verdict_is_no_surer_than_the_token() {
    let both: &[&str] = &["AuditLog.Read.All", "Directory.Read.All"];
    let cli: &[&str] = &["AuditLog.Read.All", "Directory.AccessAsUser.All", "Group.ReadWrite.All"];
    let (reader, nobody): (&[&str], &[&str]) =
        (&[REPORTS_READER, roles::EVERY_USER], &[roles::EVERY_USER]);
    let of = |log: &str, client: &str, claims: Claims| {
        let claims = Claims { client: client.to_owned(), ..claims };
        verdict(&claims, need(log), Timestamp::from_ms(0))
    };
    for (log, client, claims, expected) in [
        ("sign-ins", DEFAULT_CLIENT, user(both, reader), Verdict::Yes),
        // By a group, or a custom role: the token does not list it.
        ("audit", DEFAULT_CLIENT, user(both, nobody), Verdict::ProbablyNot),
        ("audit", "51aa", user(both, nobody), Verdict::ProbablyNot),
        // No claim about roles at all.
        ("audit", DEFAULT_CLIENT, user(both, &[]), Verdict::Probably),
        // What the Azure CLI has for sign-ins is more, under another name.
        ("audit", AZURE_CLI, user(cli, reader), Verdict::Yes),
        ("sign-ins", AZURE_CLI, user(cli, reader), Verdict::Probably),
        ("sign-ins", AZURE_CLI, user(&["AuditLog.Read.All"], reader), Verdict::ProbablyNot),
        ("sign-ins", "51aa", user(&["AuditLog.Read.All"], reader), Verdict::No),
        ("sign-ins", DEFAULT_CLIENT, user(&["AuditLog.Read.All"], reader), Verdict::No),
    ] {
        let told = format!("{log} {client} {claims:?}");
        assert_eq!(of(log, client, claims), expected, "{told}");
    }
    let application = |roles: &[&str], wids: &[&str]| Claims {
        is_application: true,
        scopes: Vec::new(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        ..user(&[], wids)
    };
    assert_eq!(of("sign-ins", "51aa", application(both, &[])), Verdict::Yes);
    assert_eq!(of("audit", "51aa", application(&[], &[])), Verdict::No);
    assert_eq!(of("audit", "51aa", application(&[], reader)), Verdict::ProbablyNot);
    let ended = Claims { expires: Some(Timestamp::from_ms(-1)), ..user(both, reader) };
    assert_eq!(of("audit", "51aa", ended.clone()), Verdict::No);
    assert!(!can_read(&ended, Timestamp::from_ms(0)));
    let report = report(&user(both, nobody), Timestamp::from_ms(0)).join("\n");
    assert!(report.contains("? audit (audit log): probably cannot be read."), "{report}");
}

#[test]
fn a_refusal_is_explained_by_its_code() {
    let claims = user(&["AuditLog.Read.All"], &[REPORTS_READER]);
    let first = |log: &str, refusal: &Refusal| advise(&claims, log, Some(refusal)).remove(0);
    let premium = refused("Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    assert!(first("sign-ins-noninteractive", &premium).contains("P1 or P2"));
    let access = refused("Authentication_ApplicationHasNoDirectoryReadAccess");
    assert!(first("sign-ins", &access).contains("Directory.Read.All as well"));
    let page = Refusal { status: 403, is_html: true, ..Refusal::default() };
    assert!(first("audit", &page).contains("proxy or gateway"));
    let unknown = advise(&claims, "audit", Some(&refused("Other\u{1b}[2J")));
    assert!(unknown[0].contains("Other␛[2J: said"), "{unknown:?}");
    assert!(unknown[1].contains("Sign in anew"), "{unknown:?}");
}

#[test]
fn a_person_is_asked_for_no_more_than_the_log_takes() {
    assert_eq!(scopes("audit"), ["AuditLog.Read.All"]);
    assert_eq!(scopes("attributes"), ["CustomSecAttributeAuditLogs.Read.All"]);
    assert_eq!(scopes("sign-ins-managed-identity"), ["AuditLog.Read.All", "Directory.Read.All"]);
    assert_eq!(scopes("provisioning"), ["AuditLog.Read.All", "Directory.Read.All"]);
    assert_eq!(logs().count(), 4);
}

#[test]
fn every_role_that_is_asked_for_has_an_id() {
    for need in NEEDS {
        for role in need.roles {
            assert!(roles::is_known(role), "{role}");
        }
    }
}
