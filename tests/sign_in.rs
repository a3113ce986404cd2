//! Signing in through the program itself, by every way, against a login and a Graph over real HTTP.
//! Never asks Microsoft, and in each run no secret is in arguments, output or files.
#![expect(clippy::disallowed_methods, reason = "reads what the program wrote")]

#[path = "sign_in/between.rs"]
mod between;
#[path = "sign_in/entrail.rs"]
mod entrail_run;
#[path = "fake_graph/graph.rs"]
mod fake_graph;

use std::path::Path;
use std::time::Duration;

use between::certificate;
use entrail::time::Timestamp;
use entrail_run::{Entrail, PASSWORD, PFX, Ran, files};
use fake_graph::Answer::{Declined, Expired, Pending, SlowDown};
use fake_graph::tenant::{
    ARC_KEY, CERTIFICATE_FILE, CHALLENGE, CLIENT, Challenge, IDENTITY_HEADER, SECRET, TENANT,
};
use fake_graph::{FakeGraph, Fault, Faults, Grant, Seen, Tenant};

/// SHA-1 of the certificate for tests.
const THUMBPRINT: &str = "70:62:07:10:A7:AF:1E:04:EA:01:DE:98:99:B5:E0:AC:6F:E3:58:08";
/// A folder with a program `az`.
const AZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sign_in/path");

/// A tenant whose newest records are of today.
fn tenant() -> Tenant {
    Tenant::demo(300, 1).moved_to(Timestamp::from_ms(jiff::Timestamp::now().as_millisecond()))
}

fn start() -> FakeGraph {
    FakeGraph::start(tenant())
}

/// An application that has something to prove itself with.
fn application(graph: &FakeGraph) -> Entrail<'_> {
    Entrail::new(graph).with("AZURE_TENANT_ID", TENANT).with("AZURE_CLIENT_ID", CLIENT)
}

fn by_secret(graph: &FakeGraph) -> Entrail<'_> {
    application(graph).with("AZURE_CLIENT_SECRET", SECRET)
}

/// Requests to the login, and to managed identities.
fn logins(graph: &FakeGraph) -> Vec<Seen> {
    let mut seen = graph.requests();
    seen.retain(|seen| !seen.address.contains("/auditLogs/"));
    seen
}

/// What the forms said in one field.
fn said(graph: &FakeGraph, field: &str) -> Vec<String> {
    let all = logins(graph).into_iter().flat_map(|seen| seen.form);
    all.filter(|(name, _)| name == field).map(|(_, value)| value).collect()
}

/// The tokens Graph was asked with, each once, in order.
fn tokens(graph: &FakeGraph) -> Vec<String> {
    let mut tokens: Vec<String> = graph
        .requests()
        .into_iter()
        .filter_map(|seen| seen.headers.get("authorization").cloned())
        .collect();
    tokens.dedup();
    tokens
}

#[test]
fn a_token_in_the_environment_or_on_standard_input_is_enough() {
    let graph = start();
    let token = graph.token(&Grant::default());
    Entrail::new(&graph).with("ENTRAIL_TOKEN", &token).pull(&[]).is_complete();
    // What is given here and now goes before what is set.
    Entrail::new(&graph)
        .with("ENTRAIL_TOKEN", "not.a.token")
        .reading(&format!("Bearer {token}\n"))
        .pull(&["--token-stdin"])
        .is_complete();
    assert!(logins(&graph).is_empty());
    let ended = graph.token(&Grant { lifetime: -60, ..Grant::default() });
    let told = ["ENTRAIL_TOKEN ended at", "az account get-access-token"];
    Entrail::new(&graph).with("ENTRAIL_TOKEN", ended).pull(&[]).failed(&told);
    let none = Entrail::new(&graph).reading("\n").pull(&["--token-stdin"]);
    none.failed(&["no token on standard input"]);
    let other =
        graph.token(&Grant { audience: "https://vault.example".into(), ..Grant::default() });
    Entrail::new(&graph).with("ENTRAIL_TOKEN", other).pull(&[]).failed(&["(401)", "get a new one"]);
}

#[test]
fn a_client_secret_is_enough_and_a_wrong_one_is_not_told() {
    let graph = start();
    by_secret(&graph).pull(&[]).is_complete();
    assert_eq!(said(&graph, "client_secret"), [SECRET]);
    let wrong = by_secret(&graph).with("AZURE_CLIENT_SECRET", "kittiwake").pull(&[]);
    wrong.failed(&[
        "sign-in by client secret failed: AADSTS7000215",
        "the secret's value, not its id",
    ]);
    assert!(!wrong.err.contains("kittiwake"), "{wrong:?}");
    let half = by_secret(&graph).without("AZURE_TENANT_ID").pull(&[]);
    half.failed(&["name it with --tenant or AZURE_TENANT_ID"]);
    let half = by_secret(&graph).without("AZURE_CLIENT_ID").pull(&[]);
    half.failed(&["name it with --client-id or AZURE_CLIENT_ID"]);
    by_secret(&graph).without("AZURE_CLIENT_ID").pull(&["--client-id", CLIENT]).is_complete();
}

#[test]
fn a_certificate_is_enough_in_either_kind_of_file() {
    let graph = start();
    let with = |path| application(&graph).with("AZURE_CLIENT_CERTIFICATE_PATH", path);
    with(CERTIFICATE_FILE).pull(&[]).is_complete();
    let pfx = with(PFX).with("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD);
    pfx.pull(&[]).is_complete();
    assert_eq!(said(&graph, "client_assertion").len(), 2);
    let wrong = with(PFX).with("AZURE_CLIENT_CERTIFICATE_PASSWORD", "guillemot").pull(&[]);
    wrong.failed(&["client.pfx", "AZURE_CLIENT_CERTIFICATE_PASSWORD"]);
    assert!(!wrong.err.contains("guillemot"), "{wrong:?}");
    with("/no/such/file").pull(&[]).failed(&["/no/such/file", "cannot be read"]);
}

#[test]
fn a_federated_token_is_enough_while_it_is_good() {
    let graph = start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    let federated = application(&graph).with("AZURE_FEDERATED_TOKEN_FILE", &file);
    std::fs::write(&file, graph.federated_token(60)).expect("written");
    federated.pull(&[]).is_complete();
    let over = graph.federated_token(-60);
    std::fs::write(&file, &over).expect("written");
    let ran = federated.pull(&[]);
    ran.failed(&["AADSTS700024", "is the clock of this machine right?"]);
    assert!(!ran.err.contains(&over), "{ran:?}");
}

#[test]
fn a_machine_or_an_app_service_has_an_identity() {
    let graph = start();
    let machine = Entrail::new(&graph).with("AZURE_POD_IDENTITY_AUTHORITY_HOST", graph.base());
    machine.pull(&[]).is_complete();
    let service = Entrail::new(&graph)
        .with("IDENTITY_ENDPOINT", graph.base() + "/msi/token")
        .with("IDENTITY_HEADER", IDENTITY_HEADER);
    service.pull(&["--client-id", CLIENT]).is_complete();
    let other = service.pull(&["--client-id", "another", "--sign-in", "managed-identity"]);
    other.failed(&["sign-in by managed identity failed: Identity not found"]);
    let none = Entrail::new(&graph).pull(&["--sign-in", "managed-identity"]);
    none.failed(&["this machine has none"]);
}

/// A server of Azure Arc, whose agent names this file.
fn arc<'g>(graph: &'g FakeGraph, named: &Path) -> Entrail<'g> {
    graph.change(|tenant| tenant.arc_key = named.display().to_string());
    Entrail::new(graph)
        .with("IDENTITY_ENDPOINT", graph.base() + "/arc/token")
        .with("IMDS_ENDPOINT", graph.base())
}

#[test]
fn a_server_of_azure_arc_proves_that_it_may_read_the_agents_key() {
    let graph = start();
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().display().to_string();
    let key = folder.path().join("challenge.key");
    std::fs::write(&key, ARC_KEY).expect("written");
    arc(&graph, &key).pull(&["--arc-keys", &keys]).is_complete();
    let asked = logins(&graph);
    assert_eq!(asked.iter().map(|seen| seen.status).collect::<Vec<_>>(), [401, 200]);
    assert!(asked.iter().all(|seen| seen.option("client_id").is_none()));

    // Whoever listens there learns nothing of other files.
    let chosen = ["--arc-keys", &keys, "--sign-in", "managed-identity"];
    for (name, bytes, words) in [
        ("../challenge.key", ARC_KEY, "no .key file in"),
        ("challenge.txt", ARC_KEY, "no .key file in"),
        ("large.key", &"k".repeat(4097), "at most 4096"),
        ("gone.key", "", "cannot be read"),
    ] {
        let before = logins(&graph).len();
        let path = folder.path().join(name);
        if name != "gone.key" && !name.starts_with("..") {
            std::fs::write(&path, bytes).expect("written");
        }
        arc(&graph, &path).pull(&chosen).failed(&["sign-in by managed identity failed", words]);
        assert_eq!(logins(&graph).len(), before + 1, "{name}");
    }
    // Not in the folder where the agent's keys really are.
    arc(&graph, &key)
        .pull(&["--sign-in", "managed-identity"])
        .failed(&["/var/opt/azcmagent/tokens"]);
    std::fs::write(&key, "of-another-challenge").expect("written");
    arc(&graph, &key).pull(&chosen).failed(&["Missing Basic Authorization header"]);
    let named = arc(&graph, &key).pull(&[&chosen[..], &["--client-id", CLIENT]].concat());
    named.failed(&["has one identity, which cannot be chosen", "--client-id"]);
    let silent = arc(&graph, &key).with("IDENTITY_ENDPOINT", "http://127.0.0.1:9/arc/token");
    silent.pull(&chosen).failed(&["azcmagent show"]);
}

#[test]
fn service_fabric_is_known_by_the_thumbprint_of_its_certificate() {
    let graph = start();
    let front = between::tls(graph.local());
    let fabric = |thumbprint: &str| {
        Entrail::new(&graph)
            .with(
                "IDENTITY_ENDPOINT",
                format!("https://localhost:{}/fabric/token", front.address().port()),
            )
            .with("IDENTITY_HEADER", IDENTITY_HEADER)
            .with("IDENTITY_SERVER_THUMBPRINT", thumbprint)
    };
    // Signed by nobody this machine trusts, and for another name; that is no matter.
    fabric(THUMBPRINT).pull(&[]).is_complete();
    fabric(&THUMBPRINT.replace(':', "").to_lowercase()).pull(&[]).is_complete();
    let asked = logins(&graph).len();
    let chosen = ["--sign-in", "managed-identity"];
    let other = fabric(&THUMBPRINT.replace("70", "71")).pull(&chosen);
    other.failed(&["is not the one that IDENTITY_SERVER_THUMBPRINT names"]);
    fabric("70:62").pull(&chosen).failed(&["IDENTITY_SERVER_THUMBPRINT is no thumbprint"]);
    let plain = fabric(THUMBPRINT).with("IDENTITY_ENDPOINT", graph.base() + "/fabric/token");
    plain.pull(&chosen).failed(&["is not encrypted"]);
    assert_eq!(logins(&graph).len(), asked, "the header goes to nobody else");
}

#[cfg(unix)]
#[test]
fn the_azure_cli_is_asked_without_being_told_a_secret() {
    let graph = start();
    let folder = tempfile::tempdir().expect("a folder");
    let (token, seen) = (folder.path().join("token"), folder.path().join("seen"));
    std::fs::write(&token, graph.token(&Grant::default()) + "\n").expect("written");
    let with_az = by_secret(&graph)
        .with("PATH", AZ)
        .with("AZ_TOKEN", &token)
        .with("AZ_SEEN", &seen)
        .with("ENTRAIL_TOKEN", graph.token(&Grant::default()))
        .with("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD);
    with_az.pull(&["--sign-in", "azure-cli"]).is_complete();
    let seen = std::fs::read_to_string(seen).expect("it was called");
    let base = graph.base();
    let called =
        format!("az account get-access-token --output json --resource {base} --tenant={TENANT}");
    assert_eq!(seen.lines().filter(|line| line.starts_with("az ")).collect::<Vec<_>>(), [called]);
    for secret in graph.secrets().iter().map(String::as_str).chain([SECRET, PASSWORD]) {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    let missing = Entrail::new(&graph).pull(&["--sign-in", "azure-cli"]);
    missing.failed(&["az was not found", "https://aka.ms/azure-cli"]);
}

/// The ways in their order, by what sets them up.
fn everything(graph: &FakeGraph, folder: &Path) -> Vec<(&'static str, String)> {
    let (federated, az) = (folder.join("federated"), folder.join("az"));
    std::fs::write(&federated, graph.federated_token(600)).expect("written");
    std::fs::write(&az, graph.token(&Grant::default()) + "\n").expect("written");
    vec![
        ("ENTRAIL_TOKEN", graph.token(&Grant::default())),
        ("AZURE_CLIENT_SECRET", SECRET.to_owned()),
        ("AZURE_CLIENT_CERTIFICATE_PATH", CERTIFICATE_FILE.to_owned()),
        ("AZURE_FEDERATED_TOKEN_FILE", federated.display().to_string()),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", graph.base()),
        ("AZ_TOKEN", az.display().to_string()),
    ]
}

#[cfg(unix)]
#[test]
fn the_first_way_that_is_set_up_is_taken() {
    let graph = start();
    let folder = tempfile::tempdir().expect("a folder");
    let variables = everything(&graph, folder.path());
    let seen = folder.path().join("seen");
    for from in 0..variables.len() {
        let mut entrail = application(&graph).with("AZ_SEEN", &seen);
        for (name, value) in &variables[from..] {
            entrail = entrail.with(name, value);
        }
        // Where it is the only one left; else it is there all the time.
        entrail = entrail.with("PATH", AZ);
        let before = logins(&graph).len();
        let called =
            || std::fs::read_to_string(&seen).unwrap_or_default().matches("az account").count();
        let calls = called();
        let ran = entrail.run(&["doctor"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let forms: Vec<Seen> = logins(&graph).split_off(before);
        let has =
            |field: &str| forms.iter().any(|seen| seen.form.iter().any(|(name, _)| name == field));
        let found = match (&forms[..], has("client_secret"), has("client_assertion")) {
            ([], ..) if called() > calls => "AZ_TOKEN",
            ([], ..) => "ENTRAIL_TOKEN",
            (_, true, _) => "AZURE_CLIENT_SECRET",
            (_, _, true) if from == 3 => "AZURE_FEDERATED_TOKEN_FILE",
            (_, _, true) => "AZURE_CLIENT_CERTIFICATE_PATH",
            _ => "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        };
        assert_eq!(found, variables[from].0);
    }
    // Nothing is set up: a person is asked, and told why.
    graph.device([Declined]);
    let ran = Entrail::new(&graph).run(&["doctor", "--client-id", CLIENT, "--tenant", TENANT]);
    ran.failed(&[
        "enter the code TIDE4WICK",
        "sign-in by device code failed",
        "access token: ENTRAIL_TOKEN is not set",
        "client secret: AZURE_CLIENT_SECRET is not set",
        "certificate: AZURE_CLIENT_CERTIFICATE_PATH is not set",
        "federated token: AZURE_FEDERATED_TOKEN_FILE is not set",
        "managed identity: this machine has none",
        "Azure CLI: az was not found",
    ]);
}

fn by_code(graph: &FakeGraph, entrail: &Entrail<'_>, options: &[&str]) -> Ran {
    let ran = entrail.run(&[&["doctor", "--sign-in", "device-code"], options].concat());
    let shown = format!("open {}/device and enter the code TIDE4WICK", graph.base());
    assert_eq!(ran.err.matches(&shown).count(), 1, "{ran:?}");
    assert!(!ran.out.contains("TIDE4WICK"), "{ran:?}");
    ran
}

#[test]
fn a_person_without_a_screen_is_told_code_and_address_and_waited_for() {
    let graph = start();
    graph.device([Pending]);
    let ran = by_code(&graph, &Entrail::new(&graph), &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("asta.vik@tidewick.example"), "{ran:?}");
    let asked: Vec<String> = logins(&graph).into_iter().map(|seen| seen.address).collect();
    let (code, token) =
        ("/organizations/oauth2/v2.0/devicecode", "/organizations/oauth2/v2.0/token");
    assert_eq!(asked, [code, token, token]);
}

#[test]
fn a_server_that_asks_to_be_asked_less_is_asked_less() {
    let graph = start();
    graph.device([SlowDown]);
    let ran = by_code(&graph, &Entrail::new(&graph), &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let polls: Vec<Duration> = logins(&graph).iter().skip(1).map(|seen| seen.after).collect();
    // The interval of the fake is a second; `slow_down` makes it five longer.
    assert!(polls.len() == 2 && polls[1] >= polls[0] + Duration::from_secs(6), "{polls:?}");
}

#[test]
fn a_code_that_is_declined_or_over_or_not_to_be_had_ends_the_sign_in() {
    let graph = start();
    graph.device([Declined]);
    by_code(&graph, &Entrail::new(&graph), &[])
        .failed(&["device code failed: the sign-in was declined"]);
    graph.device([Expired]);
    by_code(&graph, &Entrail::new(&graph), &[])
        .failed(&["nobody entered the code in time", "start again"]);
    graph.change(|tenant| tenant.public_client = false);
    let ran = application(&graph).run(&["doctor", "--sign-in", "device-code"]);
    ran.failed(&["AADSTS7000218", "Allow public client flows"]);
}

#[cfg(unix)]
#[test]
fn a_sign_in_is_remembered_only_when_asked_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let graph = start();
    let person = Entrail::new(&graph);
    assert_eq!(by_code(&graph, &person, &[]).code, Some(0));
    assert_eq!(files(person.home()), Vec::<std::path::PathBuf>::new());
    assert_eq!(by_code(&graph, &person, &["--remember"]).code, Some(0));
    let kept = person.home().join(".local/state/entrail/sign-in/sign-ins.json");
    let mode =
        |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&kept), 0o600);
    assert_eq!(mode(kept.parent().expect("a folder")), 0o700);
    let text = std::fs::read_to_string(&kept).expect("it is kept");
    assert!(!tokens(&graph).iter().any(|token| text.contains(&token[7..])), "{text}");
    let again = person.run(&["doctor", "--sign-in", "device-code", "--remember"]);
    assert_eq!((again.code, again.err.as_str()), (Some(0), ""));
    // What others may read is not used.
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o644)).expect("changed");
    let ran = by_code(&graph, &person, &["--remember"]);
    ran.says(&["chmod 600"]);
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600)).expect("changed");
    graph.revoke_refresh_tokens();
    assert_eq!(by_code(&graph, &person, &["--remember"]).code, Some(0));
}

#[test]
fn a_token_is_renewed_before_its_end() {
    let graph = start();
    graph.change(|tenant| tenant.page = 10);
    // It is due after half of its life.
    graph.change(|tenant| tenant.grant.lifetime = 2);
    graph.script(Faults::none().at(0, Fault::Delay(Duration::from_millis(1_100))));
    by_secret(&graph).pull(&[]).is_complete();
    assert!(tokens(&graph).len() >= 2, "{:?}", tokens(&graph));
    assert!(graph.requests().iter().all(|seen| seen.status == 200));
}

#[test]
fn a_refused_token_is_renewed_and_tried_again_a_few_times() {
    let refused =
        Fault::Refused(401, "InvalidAuthenticationToken", "Access token has been revoked.");
    let graph = start();
    graph.change(|tenant| tenant.page = 10);
    graph.script(Faults::none().at(1, refused.clone()));
    by_secret(&graph).pull(&[]).is_complete();
    assert_eq!((logins(&graph).len(), tokens(&graph).len()), (2, 2));

    let graph = start();
    graph.script(Faults::none().during(0..100, refused.clone()));
    by_secret(&graph)
        .pull(&[])
        .failed(&["401 InvalidAuthenticationToken: Access token has been revoked."]);
    assert_eq!((logins(&graph).len(), tokens(&graph).len()), (4, 4));

    // One that was given may be accepted a moment later.
    let graph = start();
    let given = Entrail::new(&graph).with("ENTRAIL_TOKEN", graph.token(&Grant::default()));
    graph.script(Faults::none().at(0, refused.clone()));
    given.pull(&[]).is_complete();
    graph.script(Faults::none().during(0..100, refused));
    given.pull(&[]).failed(&["refused the access token that was given (401)", "get a new one"]);
    assert_eq!(tokens(&graph).len(), 1);
}

fn challenged(status: u16, in_person: bool) -> FakeGraph {
    let graph = start();
    graph.change(|tenant| tenant.challenge = Some(Challenge { status, in_person }));
    graph
}

#[test]
fn a_claims_challenge_is_met_with_a_token_that_was_asked_for_with_its_claims() {
    for status in [401, 403] {
        let graph = challenged(status, false);
        by_secret(&graph).pull(&[]).is_complete();
        assert_eq!(said(&graph, "claims"), [CHALLENGE]);
        let federated = application(&graph).with("AZURE_CLIENT_CERTIFICATE_PATH", CERTIFICATE_FILE);
        federated.pull(&[]).is_complete();
    }
    // By code: without a person where that is enough, else with one.
    for (in_person, codes) in [(false, 1), (true, 2)] {
        let graph = challenged(401, in_person);
        let ran = Entrail::new(&graph).pull(&["--sign-in", "device-code"]);
        ran.is_complete();
        assert_eq!(ran.err.matches("enter the code").count(), codes, "{ran:?}");
        assert!(said(&graph, "claims").iter().all(|claims| claims == CHALLENGE));
    }
}

#[cfg(unix)]
#[test]
fn a_claims_challenge_that_cannot_be_met_says_what_to_do() {
    let graph = challenged(401, false);
    let login = format!(
        "az login --tenant \"{TENANT}\" --scope \"{}/.default\" --claims-challenge \"eyJ",
        graph.base()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let variables = everything(&graph, folder.path());
    let mut all = application(&graph).with("PATH", AZ).with("AZ_SEEN", folder.path().join("seen"));
    for (name, value) in &variables {
        all = all.with(name, value);
    }
    let why = "a claims challenge of Conditional Access";
    all.pull(&["--sign-in", "token"]).failed(&[why, &login, "another way with --sign-in"]);
    all.pull(&["--sign-in", "azure-cli"]).failed(&[why, "az logout, then", &login]);
    let machine = all.pull(&["--sign-in", "managed-identity"]);
    machine.failed(&["InvalidAuthenticationToken", "Conditional Access asks for a new sign-in"]);
}

#[test]
fn the_doctor_and_a_refusal_name_what_a_token_lacks() {
    let graph = start();
    let person = |permissions: &[&'static str], roles: &[&'static str]| {
        let (permissions, roles) = (permissions.to_vec(), roles.to_vec());
        let token = graph.token(&Grant { permissions, roles, ..Grant::default() });
        Entrail::new(&graph).with("ENTRAIL_TOKEN", token)
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let permission = "Missing permission: AuditLog.Read.All.";
    let role = "Missing directory role: the account needs Reports Reader, Security Reader,";
    let anybody = person(&["User.Read"], &[]);
    let report = anybody.run(&["doctor"]);
    assert_eq!(report.code, Some(1), "{report:?}");
    for part in [permission, role, "✗ audit", "✗ attributes", "✗ sign-ins", "✗ provisioning"]
    {
        assert!(words(&report.out).contains(part), "{part} in {}", report.out);
    }
    // How to get something is said once, and no line is wider than a terminal.
    assert_eq!(report.out.matches("An administrator assigns it").count(), 1, "{}", report.out);
    assert!(report.out.lines().all(|line| line.chars().count() <= 80), "{}", report.out);
    anybody.pull(&[]).failed(&[permission, role, "signed in as asta.vik@tidewick.example"]);

    // Global Administrator.
    let powerful = person(
        &["AuditLog.Read.All", "CustomSecAttributeAuditLogs.Read.All"],
        &["62e90394-69f5-4237-9190-012177145e10"],
    );
    let report = powerful.run(&["doctor"]).out;
    let missing = "Missing permission: Directory.Read.All.";
    for part in ["✓ audit", "? attributes", "✗ sign-ins", missing, "Attribute Log Reader."] {
        assert!(words(&report).contains(part), "{part} in {report}");
    }
    powerful.pull(&[]).is_complete();
    powerful.pull(&["--log", "attributes"]).failed(&["Global Administrator is not enough."]);
    powerful.pull(&["--log", "sign-ins"]).failed(&[missing]);
}

/// The names of the certificate for tests.
const HOST: &str = "https://graph.tidewick.example";

/// A Graph with a name, behind TLS, behind a proxy.
fn behind_a_proxy(
    credentials: Option<&'static str>,
) -> (FakeGraph, between::Between, between::Between) {
    let graph = FakeGraph::start_behind(tenant(), HOST);
    let front = between::tls(graph.local());
    let proxy = between::proxy(front.address(), credentials);
    (graph, front, proxy)
}

#[test]
fn a_proxy_and_the_authority_of_a_company_work() {
    let (graph, _front, proxy) = behind_a_proxy(None);
    let ca = certificate("ca.pem").display().to_string();
    let trusting = ["--ca-cert", ca.as_str()];
    // Pages are linked by the name Graph has for the outside.
    graph.change(|tenant| tenant.page = 10);
    let through = by_secret(&graph).with("HTTPS_PROXY", format!("http://{}", proxy.address()));
    through.pull(&trusting).is_complete();
    let asked = proxy.asked();
    assert!(
        !asked.is_empty()
            && asked.iter().all(|line| line == "CONNECT graph.tidewick.example:443 HTTP/1.1"),
        "{asked:?}"
    );
}

#[test]
fn a_certificate_that_nobody_trusts_is_explained() {
    let (graph, front, proxy) = behind_a_proxy(None);
    let address = format!("http://{}", proxy.address());
    let told = [
        "the certificate of graph.tidewick.example is signed by nobody this machine trusts",
        "--ca-cert FILE",
    ];
    by_secret(&graph).with("HTTPS_PROXY", &address).pull(&[]).failed(&told);
    // The same where only Graph is asked.
    let token = graph.token(&Grant::default());
    let given = Entrail::new(&graph).with("HTTPS_PROXY", &address).with("ENTRAIL_TOKEN", token);
    given.pull(&[]).failed(&told);
    drop(front);
    assert!(graph.requests().is_empty(), "nothing was sent");
}

/// Signs in, and asks Graph with a token that was given, behind a proxy that leads to `front`.
fn both_ways(graph: &FakeGraph, front: &between::Between, words: &str) {
    let proxy = between::proxy(front.address(), None);
    let ca = certificate("ca.pem").display().to_string();
    let address = format!("http://{}", proxy.address());
    let told = [words, "graph.tidewick.example"];
    by_secret(graph).with("HTTPS_PROXY", &address).run(&["doctor", "--ca-cert", &ca]).failed(&told);
    let given = Entrail::new(graph).with("HTTPS_PROXY", &address);
    let given = given.with("ENTRAIL_TOKEN", graph.token(&Grant::default()));
    given.pull(&["--ca-cert", &ca]).failed(&told);
}

#[test]
fn every_fault_of_a_certificate_has_its_own_words_for_the_login_and_for_graph() {
    let graph = FakeGraph::start_behind(tenant(), HOST);
    std::thread::scope(|scope| {
        for (name, words) in [
            (
                "expired.pem",
                "not valid now: it expired on 2021-01-01; is the clock of this machine right?",
            ),
            ("future.pem", "is valid only from 2110-01-01 on; is the clock of this machine right?"),
            ("other-name.pem", "is for another name (hotel.example)"),
            ("client.pem", "was not made for a server"),
            ("forged.pem", "has a signature that is wrong: it was damaged or forged"),
            ("self-signed-authority.pem", "is signed by itself alone"),
            ("self-signed-server.pem", "is signed by itself alone"),
        ] {
            let graph = &graph;
            let front = between::tls_with(graph.local(), name);
            scope.spawn(move || both_ways(graph, &front, words));
        }
    });
    assert!(graph.requests().is_empty(), "nothing was sent");
}

#[test]
fn what_speaks_no_tls_or_an_old_one_is_named() {
    /// The hello of a server that speaks TLS 1.0 only.
    const TLS_1_0: &[u8] = &[
        22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0x2f, 0,
    ];
    let graph = FakeGraph::start_behind(tenant(), HOST);
    std::thread::scope(|scope| {
        for (bytes, words) in [
            (
                &b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"[..],
                "does not answer in TLS on this port",
            ),
            (b"SSH-2.0-OpenSSH_9.6\r\n", "does not answer in TLS on this port"),
            // Alerts: of the version, of the ciphers, of a certificate that is wanted.
            (&[21, 3, 1, 0, 2, 2, 70], "TLS before 1.2"),
            (TLS_1_0, "TLS before 1.2"),
            (&[21, 3, 3, 0, 2, 2, 40], "no way of encryption in common"),
            (&[21, 3, 3, 0, 2, 2, 116], "wants a certificate of this machine"),
            (&[21, 3, 3, 0, 2, 2, 112], "does not know that name"),
        ] {
            let (graph, front) = (&graph, between::saying(bytes));
            scope.spawn(move || both_ways(graph, &front, words));
        }
    });
}

#[test]
fn what_speaks_tls_where_plain_http_is_expected_is_named() {
    let graph = start();
    let front = between::tls(graph.local());
    let address = format!("http://{}", front.address());
    let told = ["127.0.0.1 does not answer in plain HTTP on this port", "begin with https://"];
    by_secret(&graph).at(&address).run(&["doctor"]).failed(&told);
    let given = Entrail::new(&graph).at(&address);
    given.with("ENTRAIL_TOKEN", graph.token(&Grant::default())).pull(&[]).failed(&told);
}

#[test]
fn a_proxy_with_a_certificate_of_its_own_is_named_where_that_is_refused() {
    let (graph, _front, proxy) = behind_a_proxy(None);
    let ca = certificate("ca.pem").display().to_string();
    let through = |name: &str| {
        let front = between::tls_with(proxy.address(), name);
        let address = format!("https://{}", front.address());
        let ran = by_secret(&graph).with("HTTPS_PROXY", address).pull(&["--ca-cert", &ca]);
        drop(front);
        ran
    };
    through("server.pem").is_complete();
    through("expired.pem").failed(&["the certificate of the proxy 127.0.0.1 is not valid now"]);
    through("other-name.pem")
        .failed(&["the certificate of the proxy 127.0.0.1 is for another name"]);
}

#[expect(clippy::format_collect, reason = "a few bytes")]
#[test]
fn a_request_that_is_repeated_in_an_error_shows_no_secret() {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let graph = start();
    let secret = "not~a+secret/of=anybody";
    let token = graph.token(&Grant::default());
    for encode in [
        (|text: &str| text.to_owned()) as fn(&str) -> String,
        |text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        |text| text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        |text| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text),
        |text| text.chars().map(|letter| format!("&#{};", letter as u32)).collect(),
    ] {
        let echo = between::echo(encode);
        let address = format!("http://{}", echo.address());
        let ran = by_secret(&graph).with("AZURE_CLIENT_SECRET", secret).at(&address).pull(&[]);
        // An opaque token as well, which looks like nothing.
        let opaque = "EwBgA8l6BAAUkj1NuJYtTVha+Mogk+HEiPbQ";
        let given =
            |token: &str| Entrail::new(&graph).at(&address).with("ENTRAIL_TOKEN", token).pull(&[]);
        for (ran, secret) in
            [(ran, secret), (given(&token), token.as_str()), (given(opaque), opaque)]
        {
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(
                ran.err.contains("you said") || ran.err.contains("does not say whose"),
                "{ran:?}"
            );
            for written in [secret.to_owned(), encode(secret), hex(secret)] {
                let piece = &written[written.len() / 4..written.len() * 3 / 4];
                assert!(!ran.err.contains(piece) && !ran.out.contains(piece), "{piece} in {ran:?}");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_with_a_secret_leaves_no_core_dump() {
    let graph = start();
    // It polls for ever until it is stopped.
    graph.device(std::iter::repeat_n(Pending, 1_000));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_entrail"))
        .args([
            "doctor",
            "--sign-in",
            "device-code",
            "--login-url",
            &graph.base(),
            "--graph-url",
            &graph.base(),
        ])
        .env_clear()
        .env("ENTRAIL_TOKEN", "not.a.token.of.anybody")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    while logins(&graph).is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("limits");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a line");
    assert_eq!(line.split_whitespace().nth(4), Some("0"), "{line}");
}

#[test]
fn a_socks_proxy_works_and_its_password_is_told_to_nobody_else() {
    let graph = FakeGraph::start_behind(tenant(), HOST);
    let front = between::tls(graph.local());
    let ca = certificate("ca.pem").display().to_string();
    let trusting = ["--ca-cert", ca.as_str()];
    let socks = between::socks(front.address(), None);
    let address = format!("socks5h://{}", socks.address());
    for variable in ["ALL_PROXY", "HTTPS_PROXY", "https_proxy"] {
        by_secret(&graph).with(variable, &address).pull(&trusting).is_complete();
    }
    let asked = socks.asked();
    assert!(!asked.is_empty());
    assert!(asked.iter().all(|host| host == "graph.tidewick.example:443"), "{asked:?}");

    let socks = between::socks(front.address(), Some(("perch", "fishing owl+")));
    let with = |user: &str| {
        let address = format!("socks5h://{user}{}", socks.address());
        by_secret(&graph).with("ALL_PROXY", address).pull(&trusting)
    };
    with("perch:fishing%20owl%2B@").is_complete();
    for user in ["perch:barn-owl-in-the-barn@", "perch:barn%2Dowl%2Din%2Dthe%2Dbarn@", ""] {
        let refused = with(user);
        refused.failed(&[
            "the proxy does not let through to graph.tidewick.example without a name and a password",
            "ALL_PROXY=socks5h://NAME:PASSWORD@HOST:PORT",
        ]);
        assert!(!refused.err.contains("barn"), "{refused:?}");
    }
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let (graph, _front, proxy) = behind_a_proxy(Some("Basic cGVyY2g6ZmlzaGluZy1vd2w="));
    let ca = certificate("ca.pem").display().to_string();
    let trusting = ["--ca-cert", ca.as_str()];
    let with = |who: &str| {
        by_secret(&graph).with("HTTPS_PROXY", format!("http://{who}{}", proxy.address()))
    };
    with("perch:fishing-owl@").pull(&trusting).is_complete();
    let refused = with("perch:barn-owl@").run(&["doctor", "--ca-cert", &ca]);
    refused.failed(&[
        "the proxy does not let through to graph.tidewick.example without a name and a password",
        "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT",
    ]);
    let token = graph.token(&Grant::default());
    let given = with("perch:barn-owl@").with("ENTRAIL_TOKEN", token).pull(&trusting);
    given.failed(&["without a name and a password, or not with those it was told"]);
    for told in [&refused, &given] {
        assert!(!told.err.contains("barn-owl"), "{told:?}");
    }
}

#[test]
fn this_machine_and_its_platform_are_asked_without_the_proxy() {
    let graph = start();
    let proxy = between::proxy(graph.local(), None);
    let address = format!("http://{}", proxy.address());
    let set = |mut entrail: Entrail<'_>| -> Ran {
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            entrail = entrail.with(name, &address);
        }
        entrail.pull(&[])
    };
    set(by_secret(&graph)).is_complete();
    let machine = Entrail::new(&graph).with("AZURE_POD_IDENTITY_AUTHORITY_HOST", graph.base());
    set(machine).is_complete();
    let service = Entrail::new(&graph).with("IDENTITY_ENDPOINT", graph.base() + "/msi/token");
    set(service.with("IDENTITY_HEADER", IDENTITY_HEADER)).is_complete();
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn what_no_proxy_names_is_asked_without_the_proxy() {
    let graph = start();
    let front = between::tls(graph.local());
    let proxy = between::proxy(front.address(), None);
    // It leads to this machine as well, but is no loopback address.
    let address = format!("https://0.0.0.0:{}", front.address().port());
    let ca = certificate("ca.pem").display().to_string();
    let given = || {
        Entrail::new(&graph)
            .at(&address)
            .with("HTTPS_PROXY", format!("http://{}", proxy.address()))
            .with("ENTRAIL_TOKEN", graph.token(&Grant::default()))
    };
    given().with("NO_PROXY", "tidewick.example,0.0.0.0").pull(&["--ca-cert", &ca]).is_complete();
    assert_eq!(proxy.asked(), Vec::<String>::new());
    given().with("NO_PROXY", "tidewick.example").pull(&["--ca-cert", &ca]).is_complete();
    assert!(!proxy.asked().is_empty());
}

/// The harness searches the home, and so the log, for every secret there was.
#[test]
fn a_log_of_everything_has_no_secret_in_it() {
    let graph = start();
    let run = by_secret(&graph);
    let log = run.home().join("entrail.log");
    let run = run.with("ENTRAIL_LOG", log.as_os_str()).with("ENTRAIL_LOG_LEVEL", "trace");
    run.pull(&[]).is_complete();
    let text = std::fs::read_to_string(&log).expect("a log");
    for part in ["signed in", "answered", "method=GET", "status=200", "ms="] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
