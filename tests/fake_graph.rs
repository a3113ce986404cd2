//! The fake Graph itself, over real HTTP: it answers what Graph documents, refuses the rest, and fails as told.
//! Never tests the program; that is for the tests that use it.

#[path = "fake_graph/graph.rs"]
mod fake_graph;

use std::collections::HashSet;

use fake_graph::Answer::{BadCode, Declined, Expired, Pending, SlowDown};
use fake_graph::odata::{self, Case, evaluate};
use fake_graph::tenant::{
    CERTIFICATE, CLIENT, FEDERATION, IDENTITY_HEADER, SECRET, TENANT, THUMBPRINT,
};
use fake_graph::{FakeGraph, Fault, Faults, Grant, Tenant};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

const AUDIT: &str = "/v1.0/auditLogs/directoryAudits";
const NOW: i64 = 1_795_000_000;

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

fn start(records: usize) -> FakeGraph {
    let graph = FakeGraph::start(Tenant::demo(records, 1));
    graph.set_clock(NOW);
    graph
}

/// Address with a query that is encoded as a client would.
fn address(graph: &FakeGraph, path: &str, query: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse(&(graph.base() + path)).expect("an address");
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url.into()
}

async fn get_with(url: &str, token: &str) -> reqwest::Result<(u16, Value)> {
    let answer = client().get(url).bearer_auth(token).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn get(graph: &FakeGraph, path: &str, query: &[(&str, &str)]) -> (u16, Value) {
    let token = graph.token(&Grant::default());
    get_with(&address(graph, path, query), &token).await.expect("an answer")
}

/// All records from here to the last page.
async fn all(graph: &FakeGraph, path: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let token = graph.token(&Grant::default());
    let mut next = Some(address(graph, path, query));
    let mut records = Vec::new();
    while let Some(url) = next {
        let (status, mut page) = get_with(&url, &token).await.expect("a page");
        assert_eq!(status, 200, "{page}");
        records.append(page["value"].as_array_mut().expect("records"));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    records
}

async fn post(graph: &FakeGraph, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let url = format!("{}/{TENANT}/oauth2/v2.0/{path}", graph.base());
    let answer = client().post(url).form(form).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn following_the_links_gives_every_record_once_and_as_it_is() {
    let graph = start(257);
    for (path, log, top) in [
        (AUDIT, "directoryAudits", "100"),
        ("/v1.0/auditLogs/provisioning", "provisioning", "7"),
        ("/beta/auditLogs/customSecurityAttributeAudits", "customSecurityAttributeAudits", "1"),
        ("/beta/auditLogs/auditActivityTypes", "auditActivityTypes", "1000"),
    ] {
        let lines = graph.lines(log);
        let sent: Vec<Value> =
            lines.iter().map(|line| serde_json::from_str(line).expect("a record")).collect();
        assert!(sent.len() > 1, "{log}");
        assert_eq!(all(&graph, path, &[("$top", top)]).await, sent, "{log}");
    }
    let oldest = all(&graph, AUDIT, &[("$orderby", "activityDateTime asc")]).await;
    let newest = all(&graph, AUDIT, &[("$orderby", "activityDateTime desc")]).await;
    assert_eq!(oldest.into_iter().rev().collect::<Vec<_>>(), newest);
}

#[tokio::test]
async fn a_filter_selects_by_time_text_and_inside_collections() {
    let graph = start(600);
    let (from, to) = ("2026-11-02T00:00:00Z", "2026-11-09T12:00:00.1234567Z");
    let range = format!("activityDateTime ge {from} and activityDateTime lt {to}");
    let found = all(&graph, AUDIT, &[("$filter", &range), ("$top", "50")]).await;
    let expected = graph.lines("directoryAudits").into_iter().filter(|line| {
        let record: Value = serde_json::from_str(line).expect("a record");
        let at = record["activityDateTime"].as_str().expect("a time").to_owned();
        // Dates of different days compare as texts too.
        at.as_str() >= "2026-11-02" && at.as_str() < "2026-11-09T12"
    });
    assert_eq!(found.len(), expected.count());
    let first = graph.requests().into_iter().find(|seen| seen.option("$skiptoken").is_none());
    assert_eq!(first.expect("a request").undocumented, ["activityDateTime lt"]);
    let target = found[0]["targetResources"][0]["id"].as_str().expect("an id");
    let any = format!("targetResources/any(t: t/id eq '{target}')");
    let records = all(&graph, AUDIT, &[("$filter", &any)]).await;
    assert!(!records.is_empty() && records.iter().all(|record| evaluate(&any, record)));
}

#[tokio::test]
async fn sign_ins_are_interactive_ones_unless_a_kind_is_asked_for() {
    let graph = start(100);
    let interactive = all(&graph, "/v1.0/auditLogs/signIns", &[]).await;
    assert_eq!(interactive.len(), 10);
    assert!(interactive.iter().all(|record| record.get("signInEventTypes").is_none()));
    for kind in ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"] {
        let filter = format!("signInEventTypes/any(t: t eq '{kind}')");
        let path = "/beta/auditLogs/signIns";
        let records = all(&graph, path, &[("$filter", &filter), ("$top", "3")]).await;
        assert_eq!(records.len(), 10);
        assert!(records.iter().all(|record| record["signInEventTypes"] == json!([kind])));
    }
}

#[tokio::test]
async fn what_graph_does_not_understand_is_refused_and_told() {
    let graph = start(20);
    for (query, words) in [
        (("$skip", "10"), "Query option 'skip' is not allowed"),
        (("$count", "true"), "'count' is not allowed"),
        (("$top", "1001"), "'1000'"),
        (("$top", "0"), "$top"),
        (("$orderby", "category"), "'category'"),
        (("$filter", "category eq 'UserManagement'"), "'eq' on 'category'"),
        (("$filter", "activityDisplayName ne 'Update user'"), "'ne' on"),
        (("$filter", "contains(activityDisplayName,'user')"), "'contains' on"),
        (("$filter", "createdDateTime ge 2026-11-01T00:00:00Z"), "named 'createdDateTime'"),
        (("$filter", "activityDateTime ge '2026-11-01T00:00:00Z'"), "incompatible types"),
        (("$filter", "activityDateTime ge 2026-11-01"), "a value expected at position"),
        (("$filter", "id eq 'a"), "a closing quote"),
        (("$filter", "id eq 'a' or"), "a property expected"),
        (("$filter", "signInEventTypes/any(t: t eq 'x')"), "named 'signInEventTypes'"),
    ] {
        let (status, body) = get(&graph, AUDIT, &[query]).await;
        let message = body["error"]["message"].as_str().expect("a message");
        assert!(status == 400 && message.contains(words), "{query:?}: {body}");
        assert_eq!(graph.take_unfit().len(), 1);
    }
    let (status, _) = get(&graph, "/v1.0/auditLogs/customSecurityAttributeAudits", &[]).await;
    assert_eq!((status, graph.take_unfit().len()), (400, 1), "beta only");
}

#[test]
#[should_panic(expected = "Graph does not understand")]
fn a_request_that_does_not_fit_fails_its_test() {
    let graph = start(2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(get(&graph, AUDIT, &[("$skip", "1")]));
}

#[tokio::test]
async fn a_link_leads_on_only_as_it_is_and_while_it_is_known() {
    let graph = start(20);
    let token = graph.token(&Grant::default());
    let (_, page) = get(&graph, AUDIT, &[("$top", "5")]).await;
    let link = page["@odata.nextLink"].as_str().expect("a link");
    assert_eq!(get_with(link, &token).await.expect("a page").0, 200);
    assert_eq!(get_with(link, &token).await.expect("the same page again").0, 200);
    let changed = link.replace("%3d", "%3D");
    assert_eq!(get_with(&changed, &token).await.expect("an error").0, 400);
    assert_eq!(graph.take_unfit().len(), 1);
    graph.forget_pages();
    let (status, body) = get_with(link, &token).await.expect("an error");
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().is_some_and(|words| words.contains("Skip Token")));
}

#[tokio::test]
async fn a_token_that_may_not_is_refused_with_the_reason() {
    let graph = start(20);
    let (grant, sign_ins) = (Grant::default(), "/v1.0/auditLogs/signIns");
    let audit_only = vec!["AuditLog.Read.All"];
    for (grant, path, status, code) in [
        (Grant { lifetime: -1, ..grant.clone() }, AUDIT, 401, "InvalidAuthenticationToken"),
        (
            Grant { audience: "https://vault.azure.net".into(), ..grant.clone() },
            AUDIT,
            401,
            "InvalidAuthenticationToken",
        ),
        (
            Grant { permissions: vec!["User.Read"], ..grant.clone() },
            AUDIT,
            403,
            "Authentication_MSGraphPermissionMissing",
        ),
        (
            Grant { permissions: audit_only.clone(), ..grant.clone() },
            sign_ins,
            403,
            "Authentication_MSGraphPermissionMissing",
        ),
        (
            Grant { roles: vec![], ..grant.clone() },
            AUDIT,
            403,
            "Authentication_RequestFromUnsupportedUserRole",
        ),
        (
            Grant { roles: vec![], person: false, permissions: audit_only, ..grant.clone() },
            AUDIT,
            200,
            "",
        ),
    ] {
        let (got, body) =
            get_with(&(graph.base() + path), &graph.token(&grant)).await.expect("JSON");
        assert_eq!(
            (got, body["error"]["code"].as_str().unwrap_or_default()),
            (status, code),
            "{grant:?}"
        );
    }
    let token = graph.token(&grant);
    graph.change(|tenant| tenant.premium = false);
    let (status, body) = get_with(&(graph.base() + sign_ins), &token).await.expect("JSON");
    assert_eq!(
        (status, &body["error"]["code"]),
        (403, &json!("Authentication_RequestFromNonPremiumTenantOrB2CTenant"))
    );
    graph.revoke_tokens();
    let answer =
        client().get(graph.base() + AUDIT).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
    assert!(
        answer.headers()["www-authenticate"].to_str().is_ok_and(|text| text.starts_with("Bearer "))
    );
    assert_eq!(get(&graph, AUDIT, &[]).await.0, 200, "a new token");
}

#[tokio::test]
async fn a_device_code_waits_is_refused_and_is_granted_and_renewed() {
    let graph = start(2);
    let scope = ("scope", "https://graph.microsoft.com/AuditLog.Read.All offline_access");
    let (status, device) = post(&graph, "devicecode", &[("client_id", CLIENT), scope]).await;
    assert_eq!((status, device["user_code"].as_str()), (200, Some("TIDE4WICK")));
    let code = device["device_code"].as_str().expect("a code");
    let kind = "urn:ietf:params:oauth:grant-type:device_code";
    let form = [("grant_type", kind), ("client_id", CLIENT), ("device_code", code), scope];
    graph.device([Pending, SlowDown, Declined, Expired, BadCode]);
    for error in [
        "authorization_pending",
        "slow_down",
        "authorization_declined",
        "expired_token",
        "bad_verification_code",
    ] {
        let (status, body) = post(&graph, "token", &form).await;
        assert_eq!((status, body["error"].as_str()), (400, Some(error)));
    }
    let (status, granted) = post(&graph, "token", &form).await;
    assert_eq!(status, 200, "{granted}");
    let refresh = granted["refresh_token"].as_str().expect("a refresh token");
    let form = [("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", refresh)];
    let (status, renewed) = post(&graph, "token", &form).await;
    assert_eq!(status, 200);
    let token = renewed["access_token"].as_str().expect("a token");
    assert_eq!(get_with(&(graph.base() + AUDIT), token).await.expect("a page").0, 200);
    assert_eq!(post(&graph, "token", &form).await.1["error"], "invalid_grant", "it is used up");
    assert!(graph.requests()[0].form.contains(&("client_id".into(), CLIENT.into())));
}

#[tokio::test]
async fn a_client_is_known_by_secret_certificate_or_federation() {
    let graph = start(2);
    let scope = ("scope", "https://graph.microsoft.com/.default");
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT), scope];
    let secret = |secret| [form.as_slice(), &[("client_secret", secret)]].concat();
    assert_eq!(post(&graph, "token", &secret(SECRET)).await.0, 200);
    assert_eq!(post(&graph, "token", &secret("guess")).await.1["error_codes"], json!([7_000_215]));
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let audience = format!("{}/{TENANT}/oauth2/v2.0/token", graph.base());
    let good = json!({"aud": audience, "iss": CLIENT, "sub": CLIENT, "jti": "1", "nbf": NOW - 5, "exp": NOW + 300});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    for (claims, thumbprint, status) in [
        (good.clone(), THUMBPRINT, 200),
        (good.clone(), "AAAA", 401),
        (with("exp", (NOW - 1).into()), THUMBPRINT, 401),
        (with("aud", "https://login.example/token".into()), THUMBPRINT, 401),
        (with("sub", "someone".into()), THUMBPRINT, 401),
        (with("jti", Value::Null), THUMBPRINT, 401),
    ] {
        let header = Header { x5t_s256: Some(thumbprint.into()), ..Header::new(Algorithm::PS256) };
        let key = EncodingKey::from_rsa_pem(CERTIFICATE.as_bytes()).expect("a key");
        let assertion = jsonwebtoken::encode(&header, &claims, &key).expect("an assertion");
        let form = [form.as_slice(), &[kind, ("client_assertion", &assertion)]].concat();
        let (got, body) = post(&graph, "token", &form).await;
        assert_eq!(got, status, "{claims} {body}");
    }
    for (token, status) in [
        (graph.federated_token(60), 200),
        (graph.federated_token(-60), 401),
        (graph.token(&Grant::default()), 401),
    ] {
        let form = [form.as_slice(), &[kind, ("client_assertion", &token)]].concat();
        assert_eq!(post(&graph, "token", &form).await.0, status, "{FEDERATION:?}");
    }
}

#[tokio::test]
async fn a_managed_identity_needs_its_header() {
    let graph = start(2);
    for (path, version, header, value) in [
        ("/metadata/identity/oauth2/token", "2018-02-01", "Metadata", "true"),
        ("/msi/token", "2019-08-01", "X-IDENTITY-HEADER", IDENTITY_HEADER),
    ] {
        let query = [("api-version", version), ("resource", "https://graph.microsoft.com")];
        let url = address(&graph, path, &query);
        let bare = client().get(&url).send().await.expect("an answer");
        assert_eq!(bare.status(), 400);
        let answer = client().get(&url).header(header, value).send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        let token = body["access_token"].as_str().expect("a token");
        assert!(body["expires_on"].is_string());
        assert_eq!(get_with(&(graph.base() + AUDIT), token).await.expect("a page").0, 200);
    }
}

#[tokio::test]
async fn faults_come_when_they_are_due_and_are_what_they_are_called() {
    let graph = start(60);
    let token = graph.token(&Grant::default());
    let url = graph.base() + AUDIT + "?$top=20";
    let ask = || client().get(&url).bearer_auth(&token).send();
    let whole = ask().await.expect("an answer").bytes().await.expect("a page");
    let script = |fault| graph.script(Faults::none().at(0, fault));
    for (fault, status, after) in [
        (Fault::Throttled(None), 429, None),
        (Fault::Throttled(Some(7)), 429, Some("7")),
        (Fault::Status(503), 503, None),
        (Fault::Gateway, 403, None),
        (Fault::Close, 200, None),
    ] {
        script(fault.clone());
        let answer = ask().await.expect("an answer");
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((answer.status().as_u16(), header("retry-after")), (status, after));
        assert_eq!(fault == Fault::Gateway, header("content-type") == Some("text/html"));
        assert_eq!(graph.requests().last().and_then(|seen| seen.fault.clone()), Some(fault));
        assert_eq!(ask().await.expect("an answer").status(), 200, "only once");
    }
    for at in [0, 1, 700, whole.len() - 1] {
        script(Fault::Cut(at));
        let mut answer = ask().await.expect("a head");
        assert_eq!(answer.content_length(), Some(whole.len() as u64));
        let mut got = Vec::new();
        while let Ok(Some(part)) = answer.chunk().await {
            got.extend_from_slice(&part);
        }
        assert_eq!(got.len(), at);
    }
    script(Fault::NoAnswer);
    assert!(ask().await.is_err());
    for (fault, records) in [(Fault::BadRecord(3), 19), (Fault::BadEnd(3), 3)] {
        script(fault);
        let page = ask().await.expect("an answer").text().await.expect("a text");
        assert!(serde_json::from_str::<Value>(&page).is_err());
        assert_eq!(page.matches("\"loggedByService\"").count(), records);
    }
    script(Fault::SameLink);
    let page: Value = ask().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(page["@odata.nextLink"], url.as_str());
    script(Fault::Date(-900));
    let answer = ask().await.expect("an answer");
    assert_eq!(answer.headers()["date"], "Wed, 18 Nov 2026 10:51:40 GMT");
    graph.script(Faults::none().on("$top=20", 2, Fault::Status(500)));
    let statuses = [ask().await, ask().await, ask().await]
        .map(|got| got.expect("an answer").status().as_u16());
    assert_eq!(statuses, [500, 500, 200]);
}

#[test]
fn chance_is_the_same_for_one_seed_and_leaves_a_way_through() {
    for seed in 0..200 {
        let (mut one, mut two) = (Faults::chaos(seed, 60), Faults::chaos(seed, 60));
        let faults: Vec<Option<Fault>> = (0..100).map(|_| one.next("a")).collect();
        assert!(faults.iter().all(|fault| *fault == two.next("a")));
        assert!(faults.windows(3).all(|three| three.iter().any(Option::is_none)));
        let kinds: HashSet<_> = faults.iter().flatten().map(std::mem::discriminant).collect();
        assert!(kinds.len() > 3);
    }
}

#[test]
fn a_filter_means_what_odata_says() {
    let record = json!({"id": "O'Neill", "activityDateTime": "2026-11-01T08:00:00.1234567+00:00", "count": 5,
        "open": true, "initiatedBy": {"user": null, "app": {"displayName": "Gauge Sync"}}, "kinds": ["a"],
        "targetResources": [{"id": "t1", "modifiedProperties": [{"displayName": "City"}]}, {"id": "t2", "modifiedProperties": []}]});
    for (filter, expected) in [
        ("id eq 'O''Neill'", true),
        ("id eq 'o''neill'", false),
        ("id ne 'x' and (count gt 4 and count lt 6)", true),
        ("open eq true or id eq 'x'", true),
        ("activityDateTime ge 2026-11-01T08:00:00.1234567Z", true),
        ("activityDateTime gt 2026-11-01T08:00:00.1234567Z", false),
        ("activityDateTime le 2026-11-01T08:00:00.123Z", false),
        ("initiatedBy/user/id eq null", true),
        ("initiatedBy/user/id eq 'u'", false),
        ("not (initiatedBy/user/id eq 'u')", true),
        // A function of what is not there is neither true nor false.
        ("not startswith(initiatedBy/user/id,'u')", false),
        ("startsWith(initiatedBy/app/displayName, 'Gauge')", true),
        ("targetResources/any(t:t/id eq 't2')", true),
        (
            "targetResources/any(t: t/modifiedProperties/any(p: p/displayName eq 'City' and t/id eq 't2'))",
            false,
        ),
        ("targetResources/all(t: startswith(t/id,'t'))", true),
        ("kinds/any(k: k eq 'a')", true),
        ("id eq 'x' and id eq 'y' or count eq 5", true),
        ("id eq 'x' and (id eq 'y' or count eq 5)", false),
    ] {
        assert_eq!(evaluate(filter, &record), expected, "{filter}");
    }
    let folded = odata::parse("id eq 'o''neill'").expect("a filter");
    assert!(folded.matches(&record, Case::Ignored));
    for wrong in [
        "",
        "id",
        "id eq",
        "id is 'x'",
        "(id eq 'x'",
        "id eq 'x')",
        "any(t: t eq 'x')",
        "lower(id,'x')",
    ] {
        assert!(odata::parse(wrong).is_err(), "{wrong}");
    }
    assert!(odata::parse(&"(".repeat(100_000)).is_err());
    assert!(odata::parse(&"not ".repeat(100_000)).is_err());
    assert!(odata::parse(&format!("id eq 'x'{}", " or id eq 'x'".repeat(20_000))).is_ok());
}
