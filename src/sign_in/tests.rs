//! Every way to sign in against a server of its own over real HTTP, with a clock of its own.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::claims::tests::token as jwt;
use super::*;
use crate::http::pace::Wait;

const FIXTURES: &str = "tests/fixtures/sign_in";
/// When the tests take place: 2026-11-20T00:00:00Z, in milliseconds.
const START: i64 = 1_795_132_800_000;

/// A request the server got.
#[derive(Clone, Debug)]
struct Seen {
    path: String,
    query: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
}

/// What the server answers, in order; the last again and again.
type Script = Arc<Quick<VecDeque<(u16, Option<u64>, String)>>>;

struct Server {
    address: String,
    seen: Arc<Quick<Vec<Seen>>>,
    script: Script,
}

impl Server {
    async fn start(answers: &[(u16, Value)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Quick::new(Vec::new()));
        let script: Script = Arc::default();
        let (keep, answers_left) = (Arc::clone(&seen), Arc::clone(&script));
        let answer = move |request: Request| {
            let (keep, answers_left) = (Arc::clone(&keep), Arc::clone(&answers_left));
            async move { respond(request, &keep, &answers_left).await }
        };
        #[expect(clippy::disallowed_methods, reason = "the server has to run beside the test")]
        tokio::spawn(async move {
            let _ = axum::serve(listener, Router::new().fallback(answer)).await;
        });
        let server = Self { address, seen, script };
        for (status, body) in answers {
            server.then(*status, &body.to_string());
        }
        server
    }

    fn then(&self, status: u16, body: &str) {
        self.script.lock().expect("the script").push_back((status, None, body.to_owned()));
    }

    fn then_after(&self, status: u16, retry_after: u64) {
        self.script.lock().expect("the script").push_back((
            status,
            Some(retry_after),
            String::new(),
        ));
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("what was seen").clone()
    }

    fn last(&self) -> Seen {
        self.seen().pop().expect("a request")
    }

    fn cloud(&self) -> Cloud {
        Cloud::at(&self.address, &self.address).expect("loopback")
    }
}

fn pairs(bytes: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

async fn respond(
    request: Request,
    seen: &Quick<Vec<Seen>>,
    script: &Quick<VecDeque<(u16, Option<u64>, String)>>,
) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()));
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    seen.lock().expect("what was seen").push(Seen {
        path: parts.uri.path().to_owned(),
        query,
        form: pairs(&body),
        headers: headers.collect(),
    });
    let mut script = script.lock().expect("the script");
    let next = if script.len() > 1 { script.pop_front() } else { script.front().cloned() };
    let (status, retry_after, body) = next.unwrap_or((500, None, "not expected".to_owned()));
    let mut response = (StatusCode::from_u16(status).expect("a status"), body).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// A clock that stands until somebody waits, and then is there at once.
#[derive(Debug)]
struct Steps {
    ms: AtomicI64,
    waits: Quick<Vec<u64>>,
}

impl Steps {
    fn new() -> Arc<Self> {
        Arc::new(Self { ms: AtomicI64::new(START), waits: Quick::default() })
    }

    fn pass(&self, seconds: i64) {
        self.ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    fn waits(&self) -> Vec<u64> {
        std::mem::take(&mut *self.waits.lock().expect("the waits"))
    }
}

impl Pace for Steps {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.ms.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Wait<'_> {
        self.waits.lock().expect("the waits").push(duration.as_secs());
        self.pass(i64::try_from(duration.as_secs()).expect("a wait"));
        Box::pin(std::future::ready(()))
    }

    fn elapsed(&self) -> Duration {
        let since = self.ms.load(Ordering::SeqCst) - START;
        Duration::from_millis(since.unsigned_abs())
    }

    fn limit(&self, time: Duration) -> Wait<'_> {
        self.sleep(time)
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A clock on which no wait ends.
#[derive(Debug)]
struct Stands;

impl Pace for Stands {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(START)
    }

    fn sleep(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// Nothing of the environment the tests run in: no metadata service, no Azure CLI.
fn bare(cloud: Cloud) -> Settings {
    let environment = Environment {
        imds: Some("http://127.0.0.1:9".to_owned()),
        azure_cli: Some(PathBuf::from("tests/fixtures/sign_in/no-az")),
        ..Environment::default()
    };
    Settings {
        cloud,
        tenant: Some("fabrikam.example".to_owned()),
        client: Some("51aa".to_owned()),
        environment,
        ..Settings::default()
    }
}

fn asking(settings: Settings, ask: Arc<Ask>, clock: Arc<dyn Pace>) -> SignIn {
    let audience = Audience {
        name: "Microsoft Graph",
        resource: settings.cloud.graph().to_owned(),
        ids: &["00000003-0000-0000-c000-000000000000"],
        permissions: vec!["AuditLog.Read.All".to_owned()],
        client: "public-client",
    };
    SignIn::with_pace(audience, settings, Http::new(None), ask, clock)
}

fn sign_in(settings: Settings, clock: Arc<dyn Pace>) -> SignIn {
    asking(settings, Arc::new(|_| {}), clock)
}

async fn token(sign_in: &SignIn) -> Result<String, String> {
    let token = sign_in.token(&CancellationToken::new()).await;
    token.map(|token| token.expose_secret().to_owned()).map_err(|error| error.reason)
}

async fn renewed(sign_in: &SignIn) -> Result<String, String> {
    let token = sign_in.renewed(&CancellationToken::new()).await;
    token.map(|token| token.expose_secret().to_owned()).map_err(|error| error.reason)
}

fn given(token: &str) -> (u16, Value) {
    (200, json!({"token_type": "Bearer", "expires_in": 3600, "access_token": token}))
}

fn refused(error: &str, description: &str) -> (u16, Value) {
    (400, json!({"error": error, "error_description": description}))
}

fn code() -> (u16, Value) {
    let message = "To sign in, open https://login.example/device and enter ABC123";
    (
        200,
        json!({
            "device_code": "osprey", "user_code": "ABC123", "verification_uri": "https://login.example/device",
            "expires_in": 900, "interval": 5, "message": message,
        }),
    )
}

fn by_secret(server: &Server) -> Settings {
    let mut settings = bare(server.cloud());
    settings.environment.client_secret = Some(Secret::from("kestrel&=é"));
    settings
}

fn by_code(server: &Server) -> Settings {
    Settings { method: Some(Method::DeviceCode), ..bare(server.cloud()) }
}

#[tokio::test]
async fn a_token_that_was_given_is_used_until_its_end_and_never_again_after_a_refusal() {
    let clock = Steps::new();
    let given = jwt(&json!({"aud": "https://graph.microsoft.com", "exp": START / 1000 + 100}));
    let settings = |token: &str| {
        let mut settings = bare(Cloud::Global);
        settings.environment.token = Some(Secret::from(token));
        settings
    };
    let signed = sign_in(settings(&format!(" Bearer {given}\n")), clock.clone());
    clock.pass(99);
    assert_eq!(token(&signed).await, Ok(given.clone()));
    // It may be accepted a moment later, until it ends.
    let refused = signed.renewed(&CancellationToken::new()).await.expect_err("refused");
    assert!(refused.reason.contains("(401)") && refused.may_pass, "{refused:?}");
    assert_eq!(token(&signed).await, Ok(given.clone()));
    clock.pass(1);
    let signed = sign_in(settings(&given), clock.clone());
    let ended = token(&signed).await.expect_err("it ended");
    assert!(ended.contains("ENTRAIL_TOKEN ended at 2026-11-20T00:01:40Z"), "{ended}");
    let other = jwt(&json!({"aud": "https://management.azure.com/"}));
    let other = token(&sign_in(settings(&other), clock.clone())).await.expect_err("not for Graph");
    assert!(
        other.contains("https://management.azure.com/")
            && other.contains("--resource https://graph.microsoft.com"),
        "{other}"
    );
    let mut from_stdin = settings("x");
    from_stdin.token_from_stdin = Some(Secret::from("opaque\n"));
    assert_eq!(token(&sign_in(from_stdin, clock)).await, Ok("opaque".to_owned()));
}

#[tokio::test]
async fn a_secret_is_sent_encoded_and_its_token_renewed_before_the_end_and_after_a_refusal() {
    let server = Server::start(&[given("one"), given("two"), given("three")]).await;
    let clock = Steps::new();
    let signed = sign_in(by_secret(&server), clock.clone());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    let seen = server.last();
    assert_eq!(seen.path, "/fabrikam.example/oauth2/v2.0/token");
    assert_eq!(seen.form["client_secret"], "kestrel&=é");
    assert_eq!(seen.form["client_id"], "51aa");
    assert_eq!(seen.form["grant_type"], "client_credentials");
    assert_eq!(seen.form["scope"], format!("{}/.default", server.address));
    assert!(seen.headers["user-agent"].starts_with("entrail/"));
    clock.pass(3299);
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    clock.pass(1);
    assert_eq!(token(&signed).await, Ok("two".to_owned()));
    assert_eq!(token(&signed).await, Ok("two".to_owned()));
    assert_eq!(renewed(&signed).await, Ok("three".to_owned()));
    assert_eq!(server.seen().len(), 3);
    assert_eq!(signed.method().await, Some(Method::ClientSecret));
    let again = signed.renewed(&CancellationToken::new()).await.expect_err("the same again");
    assert!(again.reason.contains("the same one again") && again.may_pass, "{again:?}");
}

#[tokio::test]
async fn several_callers_share_one_sign_in() {
    let server = Server::start(&[given("one"), given("two")]).await;
    let signed = sign_in(by_secret(&server), Steps::new());
    let (one, other) = tokio::join!(token(&signed), token(&signed));
    assert_eq!((one, other), (Ok("one".to_owned()), Ok("one".to_owned())));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_still_good_serves_on_while_it_cannot_be_renewed() {
    let server = Server::start(&[given("one"), (503, json!({}))]).await;
    let clock = Steps::new();
    let signed = sign_in(by_secret(&server), clock.clone());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    clock.pass(3400);
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    assert_eq!(server.seen().len(), 5);
    assert_eq!(token(&signed).await, Ok("one".to_owned()), "not asked again at once");
    assert_eq!(server.seen().len(), 5);
    clock.pass(200);
    let over = token(&signed).await.expect_err("it is over");
    assert!(over.contains("client secret failed") && over.contains("HTTP status 503"), "{over}");
}

#[tokio::test]
async fn trouble_is_waited_out_and_the_server_says_how_long() {
    let server = Server::start(&[(503, json!({}))]).await;
    server.then_after(429, 30);
    server.then(200, "<html>sign in to the network</html>");
    let (status, body) = given("one");
    server.then(status, &body.to_string());
    let clock = Steps::new();
    assert_eq!(token(&sign_in(by_secret(&server), clock.clone())).await, Ok("one".to_owned()));
    assert_eq!(clock.waits(), [1, 30, 4]);
}

#[tokio::test]
async fn a_page_in_place_of_an_endpoint_is_named() {
    let server = Server::start(&[]).await;
    server.then(200, "<html>");
    let error = token(&sign_in(by_secret(&server), Steps::new())).await.expect_err("a page");
    assert!(error.contains("not JSON") && error.contains("proxy"), "{error}");
    let server = Server::start(&[(200, json!({"token_type": "Bearer"}))]).await;
    let error = token(&sign_in(by_secret(&server), Steps::new())).await.expect_err("no token");
    assert!(error.contains("without a token"), "{error}");
}

#[tokio::test]
async fn nobody_at_the_address_is_told_with_the_proxy_in_mind() {
    let mut settings =
        bare(Cloud::at("http://127.0.0.1:9", "http://127.0.0.1:9").expect("loopback"));
    settings.environment.client_secret = Some(Secret::from("kestrel"));
    let error = token(&sign_in(settings, Steps::new())).await.expect_err("nobody there");
    assert!(
        error.contains("127.0.0.1 cannot be reached") && error.contains("HTTPS_PROXY"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_from_elsewhere_is_not_followed() {
    let server = Server::start(&[]).await;
    let elsewhere = Server::start(&[given("stolen")]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let target = format!("{}/token", elsewhere.address);
    let answer = move || {
        let target = target.clone();
        async move { (StatusCode::TEMPORARY_REDIRECT, [("location", target)]) }
    };
    #[expect(clippy::disallowed_methods, reason = "the server has to run beside the test")]
    tokio::spawn(async move {
        let _ = axum::serve(listener, Router::new().fallback(answer)).await;
    });
    let mut settings = by_secret(&server);
    settings.cloud = Cloud::at(&address, &address).expect("loopback");
    let clock = Steps::new();
    let error = token(&sign_in(settings, clock.clone())).await.expect_err("not followed");
    assert!(error.contains("another host"), "{error}");
    assert!(clock.waits().is_empty(), "waiting does not help");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_certificate_signs_a_statement_entra_can_verify() {
    let (path, password) = (format!("{FIXTURES}/aes.pfx"), "kestrel");
    let server = Server::start(&[given("one"), given("two")]).await;
    let mut settings = bare(server.cloud());
    settings.environment.certificate = Some(PathBuf::from(path));
    settings.environment.certificate_password = Some(Secret::from(password));
    settings.environment.send_chain = true;
    let signed = sign_in(settings, Steps::new());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    assert_eq!(renewed(&signed).await, Ok("two".to_owned()));
    let seen = server.seen();
    let statements: Vec<&String> = seen.iter().map(|seen| &seen.form["client_assertion"]).collect();
    assert_eq!(
        seen[0].form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!seen[0].form.contains_key("client_secret"));

    #[expect(clippy::disallowed_methods, reason = "a fixture")]
    let public = std::fs::read(format!("{FIXTURES}/public.pem")).expect("a fixture");
    let mut validation = Validation::new(Algorithm::PS256);
    validation.validate_exp = false;
    validation.set_audience(&[format!("{}/fabrikam.example/oauth2/v2.0/token", server.address)]);
    let key = DecodingKey::from_rsa_pem(&public).expect("a key");
    let verified = |statement: &str| {
        jsonwebtoken::decode::<Value>(statement, &key, &validation).expect("verified")
    };
    let first = verified(statements[0]);
    assert_eq!(first.header.typ.as_deref(), Some("JWT"));
    assert!(first.header.x5t_s256.is_some_and(|thumbprint| thumbprint.len() == 43));
    assert_eq!(first.header.x5c.map(|chain| chain.len()), Some(1));
    assert_eq!(first.claims["iss"], "51aa");
    assert_eq!(first.claims["sub"], "51aa");
    assert_eq!(first.claims["nbf"], START / 1000);
    assert_eq!(first.claims["exp"], START / 1000 + 600);
    assert_ne!(first.claims["jti"], verified(statements[1]).claims["jti"]);
}

#[tokio::test]
async fn a_federated_token_is_read_anew_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    #[expect(clippy::disallowed_methods, reason = "what the platform does")]
    let write = |text: &str| std::fs::write(&file, text).expect("written");
    let server = Server::start(&[given("one"), given("two")]).await;
    let mut settings = bare(server.cloud());
    settings.environment.federated_token_file = Some(file.clone());
    let signed = sign_in(settings, Steps::new());
    write("a.b.c\n");
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    assert_eq!(server.last().form["client_assertion"], "a.b.c");
    write("d.e.f\n");
    assert_eq!(renewed(&signed).await, Ok("two".to_owned()));
    assert_eq!(server.last().form["client_assertion"], "d.e.f");
    write(" \n");
    let empty = renewed(&signed).await.expect_err("empty");
    assert!(empty.contains("AZURE_FEDERATED_TOKEN_FILE") && empty.contains("no token"), "{empty}");
}

#[tokio::test]
async fn a_machine_is_asked_with_its_header_and_the_identity_by_its_id() {
    let answer = json!({"access_token": "one", "expires_in": "86399", "expires_on": "1795219199", "resource": "x"});
    let server = Server::start(&[(500, json!({})), (200, answer)]).await;
    let mut settings = bare(server.cloud());
    settings.environment.imds = Some(format!("{}/", server.address));
    let signed = sign_in(settings, Steps::new());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    let seen = server.last();
    assert_eq!(seen.path, "/metadata/identity/oauth2/token");
    assert_eq!(seen.headers["metadata"], "true");
    assert_eq!(seen.query["api-version"], "2018-02-01");
    assert_eq!(seen.query["resource"], server.address);
    assert_eq!(seen.query["client_id"], "51aa");
    assert_eq!(signed.method().await, Some(Method::ManagedIdentity));
}

/// A machine whose metadata service answers with these.
async fn machine(answers: &[(u16, &str)]) -> (Server, Settings) {
    let server = Server::start(&[]).await;
    for (status, body) in answers {
        server.then(*status, body);
    }
    let mut settings = Settings { method: Some(Method::ManagedIdentity), ..bare(server.cloud()) };
    settings.environment.imds = Some(server.address.clone());
    (server, settings)
}

#[tokio::test]
async fn a_metadata_service_that_is_being_updated_is_waited_for() {
    let token_of = |answers: Vec<(u16, String)>| async move {
        let answers: Vec<(u16, &str)> =
            answers.iter().map(|(status, body)| (*status, body.as_str())).collect();
        let (_server, settings) = machine(&answers).await;
        let clock = Steps::new();
        let token = token(&sign_in(settings, clock.clone())).await;
        (token, clock.waits())
    };
    let good = given("one").1.to_string();
    let of = |statuses: &[u16]| {
        let mut answers: Vec<_> = statuses.iter().map(|status| (*status, String::new())).collect();
        answers.push((200, good.clone()));
        answers
    };
    // Every status that Microsoft's page says is to be tried again, and how long.
    for (statuses, waits) in [
        (&[404][..], &[1][..]),
        (&[404, 404, 404, 404, 404], &[1, 2, 4, 8, 16]),
        (&[410], &[10]),
        (&[410, 410, 410, 410, 410, 410, 410], &[10; 7]),
        (&[429, 500, 503, 504], &[1, 2, 4, 8]),
        (&[410, 404, 410, 500], &[10, 1, 10, 2]),
    ] {
        let (token, waited) = token_of(of(statuses)).await;
        assert_eq!((token, waited.as_slice()), (Ok("one".to_owned()), waits), "{statuses:?}");
    }
    let (over, waits) = token_of(vec![(410, String::new())]).await;
    let over = over.expect_err("updated for ever");
    assert!(over.contains("is being updated (HTTP status 410) for more than 70 s"), "{over}");
    assert_eq!(waits.iter().sum::<u64>(), 70);
    let (over, waits) = token_of(vec![(404, String::new())]).await;
    let over = over.expect_err("not there for ever");
    assert!(over.contains("answered with HTTP status 404 6 times"), "{over}");
    assert_eq!(waits, [1, 2, 4, 8, 16]);
    // What is an answer is not waited for.
    let none = json!({"error": "invalid_request", "error_description": "Identity not found"});
    for status in [400, 404] {
        let (none, waits) = token_of(vec![(status, none.to_string())]).await;
        assert!(none.expect_err("none").contains("Identity not found"));
        assert_eq!(waits, Vec::<u64>::new());
    }
}

#[tokio::test]
async fn another_service_at_the_metadata_address_is_recognised_at_once() {
    let page = |title: &str| format!("<?xml version=\"1.0\"?><html><title>{title}</title></html>");
    for (status, body, words) in [
        (404, page("404 - Not Found"), "Amazon's metadata service (AWS) answers (HTTP status 404)"),
        (401, page("401 - Unauthorized"), "Amazon's metadata service (AWS)"),
        (404, "<html>404 Not Found\n\nThe resource could not be found.".to_owned(), "OpenStack's"),
        (404, "404 page not found\n".to_owned(), "something that is not JSON"),
        (200, page("Sign in to the hotel"), "a web page answers"),
        (403, page("Forbidden"), "a web page answers"),
        (200, "{\"hello\":1}".to_owned(), "another service answers"),
        (404, "{\"message\":\"not found\"}".to_owned(), "another service answers"),
        (200, String::new(), "not JSON"),
        (302, String::new(), "something that sends to another place"),
    ] {
        let (server, settings) = machine(&[(status, &body)]).await;
        let clock = Steps::new();
        let error = token(&sign_in(settings, clock.clone())).await.expect_err(words);
        assert!(error.contains("is not Azure's metadata service here"), "{error}");
        assert!(error.contains(words), "{words}: {error}");
        assert_eq!(clock.waits(), Vec::<u64>::new());
        assert_eq!(server.seen().len(), 1);
    }
    // Those with a name say it in a header, whatever they answer.
    for (name, value, words) in [
        ("server", "EC2ws", "Amazon's"),
        ("metadata-flavor", "Google", "Google Cloud's"),
        ("server", "Metadata Server for VM", "Google Cloud's"),
        ("x-openstack-request-id", "req-1", "OpenStack's"),
    ] {
        let answer = move || async move { (StatusCode::NOT_FOUND, [(name, value)]) };
        let address = serve(Router::new().fallback(answer)).await;
        let (_server, mut settings) = machine(&[]).await;
        settings.environment.imds = Some(address);
        let error = token(&sign_in(settings, Steps::new())).await.expect_err(words);
        assert!(error.contains(words), "{error}");
    }
    // A page that Azure itself sends is no other service.
    let answer =
        || async { (StatusCode::NOT_FOUND, [("server", "IMDS/150.870.65.1324")], "<html>") };
    let address = serve(Router::new().fallback(answer)).await;
    let (_server, mut settings) = machine(&[]).await;
    settings.environment.imds = Some(address);
    let error = token(&sign_in(settings, Steps::new())).await.expect_err("not found");
    assert!(error.contains("HTTP status 404 6 times"), "{error}");
}

#[tokio::test]
async fn the_endpoints_of_other_platforms_are_told_from_pages_and_waited_for_too() {
    for (arc, name) in [(false, "App Service's endpoint"), (true, "the agent of Azure Arc")] {
        let set = |address: &str| {
            let mut settings = bare(Cloud::Global);
            (settings.client, settings.method) = (None, Some(Method::ManagedIdentity));
            settings.environment.identity_endpoint = Some(format!("{address}/token"));
            settings.environment.arc_imds = arc.then(|| address.to_owned());
            settings.environment.identity_header = (!arc).then(|| Secret::from("header-secret"));
            settings
        };
        let page = Server::start(&[]).await;
        page.then(200, "<html><title>hotel</title>");
        let clock = Steps::new();
        let error = token(&sign_in(set(&page.address), clock.clone())).await.expect_err("a page");
        assert!(error.contains(name) && error.contains("a web page answers"), "{error}");
        assert_eq!(clock.waits(), Vec::<u64>::new());
        let busy = Server::start(&[]).await;
        busy.then(503, "");
        let clock = Steps::new();
        let error = token(&sign_in(set(&busy.address), clock.clone())).await.expect_err("busy");
        assert!(error.contains("HTTP status 503 6 times"), "{error}");
        assert_eq!(clock.waits(), [1, 2, 4, 8, 16]);
    }
}

/// A server with this behaviour; it goes on until the test ends.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    #[expect(clippy::disallowed_methods, reason = "the server has to run beside the test")]
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    address
}

#[tokio::test]
async fn what_a_hostile_login_wants_shown_cannot_drive_the_terminal_and_has_no_secret() {
    let (_, mut code) = code();
    code["user_code"] = json!("A\u{1b}]52;c;eA==\u{7}\u{202e}B");
    code["verification_uri"] = json!("https://login.example/\r\n\u{1b}[2Jx");
    code["message"] = json!(format!("{}: kestrel-of-the-prompt%20and more", "x".repeat(300)));
    let server = Server::start(&[(200, code), refused("access_denied", "")]).await;
    let mut settings = by_code(&server);
    settings.environment.client_secret = Some(Secret::from("kestrel-of-the-prompt"));
    let prompts = Arc::new(Quick::new(Vec::new()));
    let shown = Arc::clone(&prompts);
    let ask = Arc::new(move |prompt: Prompt| shown.lock().expect("prompts").push(prompt));
    let signed = asking(settings, ask, Steps::new());
    assert!(token(&signed).await.is_err());
    let prompt = prompts.lock().expect("prompts").pop().expect("a prompt");
    for said in [&prompt.code, &prompt.address, &prompt.message] {
        assert!(!said.chars().any(char::is_control) && !said.contains('\u{202e}'), "{said}");
        assert!(!said.contains("kestrel") && said.chars().count() <= 400, "{said}");
    }
    assert!(prompt.message.contains("[secret]"), "{}", prompt.message);
}

#[tokio::test]
async fn a_secret_that_comes_back_in_any_encoding_is_in_no_error() {
    let secret = "not~a+secret/of=anybody";
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let base64 =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("x{secret}"));
    let hex = crate::text::hex(secret.as_bytes());
    for written in [secret, &percent, &percent.to_lowercase(), &base64, &hex, "not~a+secret"] {
        let description = format!(
            "AADSTS7000215: bad request grant_type=client_credentials&client_secret={written}&x=1 ({written})"
        );
        let server = Server::start(&[refused(written, &description)]).await;
        let mut settings = by_secret(&server);
        settings.environment.client_secret = Some(Secret::from(secret));
        let error = token(&sign_in(settings, Steps::new())).await.expect_err("refused");
        assert!(!error.contains(written) && error.contains("[secret]"), "{written}: {error}");
        assert!(error.contains("AADSTS7000215"), "{error}");
    }
}

#[tokio::test]
async fn app_service_is_asked_with_its_secret_header() {
    let answer = json!({"access_token": "one", "expires_on": "1795219199"});
    let server = Server::start(&[(200, answer)]).await;
    let mut settings = bare(server.cloud());
    settings.client = None;
    settings.environment.identity_endpoint = Some(format!("{}/msi/token", server.address));
    let arc = token(&sign_in(
        Settings { method: Some(Method::ManagedIdentity), ..settings.clone() },
        Steps::new(),
    ))
    .await;
    assert!(arc.expect_err("no header").contains("without IDENTITY_HEADER"));
    settings.environment.identity_header = Some(Secret::from("kestrel"));
    assert_eq!(token(&sign_in(settings.clone(), Steps::new())).await, Ok("one".to_owned()));
    let seen = server.last();
    assert_eq!(seen.path, "/msi/token");
    assert_eq!(seen.headers["x-identity-header"], "kestrel");
    assert_eq!(seen.query["api-version"], "2019-08-01");
    assert!(!seen.query.contains_key("client_id"));
    settings.environment.identity_endpoint = Some("http://example.org/msi/token".to_owned());
    let far = token(&sign_in(settings, Steps::new())).await.expect_err("too far");
    assert!(far.contains("neither encrypted nor on this machine's own network"), "{far}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_azure_cli_is_asked_and_its_answers_are_understood() {
    let settings = |tenant: Option<&str>| {
        let mut settings = Settings { method: Some(Method::AzureCli), ..bare(Cloud::Global) };
        settings.tenant = tenant.map(str::to_owned);
        settings.environment.azure_cli = Some(PathBuf::from(format!("{FIXTURES}/az")));
        settings
    };
    let signed = sign_in(settings(None), Arc::new(SystemPace::new()));
    assert_eq!(token(&signed).await, Ok("from-az".to_owned()));
    assert!(
        renewed(&signed)
            .await
            .expect_err("the same")
            .contains("Azure CLI gives the same one again")
    );
    let failed = async |tenant| {
        token(&sign_in(settings(Some(tenant)), Arc::new(SystemPace::new())))
            .await
            .expect_err(tenant)
    };
    let nobody = failed("nobody").await;
    assert!(nobody.contains("nobody is signed in to az; az login --tenant nobody"), "{nobody}");
    let blocked = failed("blocked").await;
    assert!(
        blocked.contains("AADSTS53003: Access has been blocked")
            && blocked.contains("Conditional Access blocks"),
        "{blocked}"
    );
    assert!(failed("old").await.contains("az upgrade"));
    assert!(failed("other-cloud").await.contains("https://graph.microsoft.us"));
    let slow = token(&sign_in(settings(Some("slow")), Steps::new())).await.expect_err("slow");
    assert!(slow.contains("within 60 s"), "{slow}");
    let mut missing = settings(None);
    missing.environment.azure_cli = Some(PathBuf::from("no-such-program-az"));
    let missing = token(&sign_in(missing, Arc::new(SystemPace::new()))).await.expect_err("missing");
    assert!(
        missing.contains("az was not found") && missing.contains("https://aka.ms/azure-cli"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_person_is_shown_a_code_and_waited_for_at_the_servers_pace() {
    let pending = refused("authorization_pending", "AADSTS70016: pending");
    let done = (200, json!({"access_token": "one", "expires_in": 3600, "refresh_token": "merlin"}));
    let server = Server::start(&[
        code(),
        pending.clone(),
        refused("slow_down", ""),
        pending,
        (503, json!({})),
        done,
    ])
    .await;
    let clock = Steps::new();
    let prompts = Arc::new(Quick::new(Vec::new()));
    let shown = Arc::clone(&prompts);
    let ask = Arc::new(move |prompt: Prompt| shown.lock().expect("prompts").push(prompt));
    let settings = Settings { tenant: None, client: None, ..by_code(&server) };
    let signed = asking(settings, ask, clock.clone());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    assert_eq!(clock.waits(), [5, 5, 10, 10, 20]);
    let seen = server.seen();
    assert_eq!(seen[0].path, "/organizations/oauth2/v2.0/devicecode");
    assert_eq!(seen[0].form["client_id"], "public-client");
    assert_eq!(
        seen[0].form["scope"],
        format!("{}/AuditLog.Read.All offline_access", server.address)
    );
    assert_eq!(seen[1].form["device_code"], "osprey");
    assert_eq!(seen[1].form["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    let prompts = prompts.lock().expect("prompts").clone();
    assert_eq!(prompts.len(), 1);
    assert_eq!(prompts[0].code, "ABC123");
    assert_eq!(prompts[0].address, "https://login.example/device");
    assert_eq!(prompts[0].expires, Timestamp::from_ms(START + 900_000));
    assert!(prompts[0].message.contains("ABC123"));
}

#[tokio::test]
async fn every_end_of_a_code_is_told_apart() {
    for (error, words) in [
        ("authorization_declined", "declined"),
        ("access_denied", "declined"),
        ("expired_token", "in time"),
        ("code_expired", "in time"),
        ("bad_verification_code", "does not know its own code"),
        ("invalid_client", "Allow public client flows"),
    ] {
        let server = Server::start(&[code(), refused(error, "AADSTS7000218: said")]).await;
        let said = token(&sign_in(by_code(&server), Steps::new())).await.expect_err(error);
        assert!(said.contains("device code failed") && said.contains(words), "{error}: {said}");
        assert_eq!(server.seen().len(), 2, "{error}");
    }
    // The server goes on saying that nobody came yet.
    let server = Server::start(&[code(), refused("authorization_pending", "")]).await;
    let clock = Steps::new();
    let said = token(&sign_in(by_code(&server), clock.clone())).await.expect_err("over");
    assert!(said.contains("in time"), "{said}");
    assert_eq!(clock.waits().iter().sum::<u64>(), 900);
    // The code itself is refused.
    let server =
        Server::start(&[refused("unauthorized_client", "AADSTS700016: no such application")]).await;
    let said = token(&sign_in(by_code(&server), Steps::new())).await.expect_err("refused");
    assert!(said.contains("no such application") && said.contains("--client-id"), "{said}");
    // A code without anything in it.
    let server = Server::start(&[(200, json!({"user_code": "A"}))]).await;
    assert!(
        token(&sign_in(by_code(&server), Steps::new()))
            .await
            .expect_err("no code")
            .contains("without a code")
    );
}

#[tokio::test]
async fn a_sign_in_is_renewed_without_asking_and_asked_for_again_once_that_is_over() {
    let done = |access: &str, refresh: Option<&str>| {
        (200, json!({"access_token": access, "expires_in": 3600, "refresh_token": refresh}))
    };
    let server = Server::start(&[
        code(),
        done("one", Some("merlin")),
        done("two", None),
        refused("invalid_grant", "AADSTS50173: revoked"),
        code(),
        done("three", Some("hobby")),
    ])
    .await;
    let clock = Steps::new();
    let prompts = Arc::new(AtomicI64::new(0));
    let count = Arc::clone(&prompts);
    let ask = Arc::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let signed = asking(by_code(&server), ask, clock.clone());
    assert_eq!(token(&signed).await, Ok("one".to_owned()));
    clock.pass(3300);
    assert_eq!(token(&signed).await, Ok("two".to_owned()));
    assert_eq!(server.last().form["grant_type"], "refresh_token");
    assert_eq!(server.last().form["refresh_token"], "merlin");
    assert_eq!(prompts.load(Ordering::SeqCst), 1);
    assert_eq!(renewed(&signed).await, Ok("three".to_owned()));
    assert_eq!(server.seen()[3].form["refresh_token"], "merlin", "the old one stays good");
    assert_eq!(prompts.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_remembered_sign_in_needs_no_person_and_a_revoked_one_is_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sign-in/sign-ins.json");
    #[expect(clippy::disallowed_methods, reason = "what is kept is what is tested")]
    let kept = || std::fs::read_to_string(&file).expect("kept");
    let settings = |server: &Server| Settings { remember: Some(file.clone()), ..by_code(server) };
    let done = |access: &str, refresh: &str| {
        (200, json!({"access_token": access, "expires_in": 3600, "refresh_token": refresh}))
    };
    let server = Server::start(&[code(), done("one", "merlin"), done("two", "hobby")]).await;
    assert_eq!(token(&sign_in(settings(&server), Steps::new())).await, Ok("one".to_owned()));
    assert!(kept().contains("merlin") && !kept().contains("one"), "the access token is not kept");
    let again = sign_in(settings(&server), Steps::new());
    assert_eq!(token(&again).await, Ok("two".to_owned()));
    assert_eq!(server.last().form["refresh_token"], "merlin");
    assert!(kept().contains("hobby") && !kept().contains("merlin"));
    assert_eq!(again.notices(), Vec::<String>::new());
    // Another client of the same file is not the same sign-in; offline, nothing is forgotten.
    server.then(503, "");
    server.then(503, "");
    let offline = token(&sign_in(settings(&server), Steps::new())).await;
    assert_eq!(offline, Ok("two".to_owned()), "the last answer first");
    let revoked = Server::start(&[
        refused("invalid_grant", "AADSTS700082: too old"),
        refused("invalid_client", ""),
    ])
    .await;
    let mut settings = settings(&server);
    settings.cloud = revoked.cloud();
    assert!(token(&sign_in(settings.clone(), Steps::new())).await.is_err());
    assert_eq!(
        revoked.seen()[0].path,
        "/fabrikam.example/oauth2/v2.0/devicecode",
        "not known in that cloud"
    );
}

#[tokio::test]
async fn a_revoked_sign_in_is_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sign-ins.json");
    let done = (200, json!({"access_token": "one", "expires_in": 3600, "refresh_token": "merlin"}));
    let revoked = refused("invalid_grant", "AADSTS700082: too old");
    let server =
        Server::start(&[code(), done, revoked, code(), refused("access_denied", "")]).await;
    let settings = Settings { remember: Some(file.clone()), ..by_code(&server) };
    assert_eq!(token(&sign_in(settings.clone(), Steps::new())).await, Ok("one".to_owned()));
    assert!(
        token(&sign_in(settings, Steps::new())).await.expect_err("declined").contains("declined")
    );
    #[expect(clippy::disallowed_methods, reason = "what is kept is what is tested")]
    let kept = std::fs::read_to_string(&file).expect("kept");
    assert!(!kept.contains("merlin"), "{kept}");
}

#[tokio::test]
async fn nothing_is_written_unless_it_is_asked_for_and_what_cannot_be_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let done = (200, json!({"access_token": "one", "expires_in": 3600, "refresh_token": "merlin"}));
    let server = Server::start(&[code(), done.clone(), code(), done]).await;
    assert!(token(&sign_in(by_code(&server), Steps::new())).await.is_ok());
    let in_the_way = folder.path().join("file");
    #[expect(clippy::disallowed_methods, reason = "something in the way")]
    std::fs::write(&in_the_way, "").expect("written");
    let settings =
        Settings { remember: Some(in_the_way.join("sign-ins.json")), ..by_code(&server) };
    let signed = sign_in(settings, Steps::new());
    assert_eq!(token(&signed).await, Ok("one".to_owned()), "the sign-in is good all the same");
    let notices = signed.notices();
    assert!(notices.iter().any(|notice| notice.contains("sign-ins.json")), "{notices:?}");
    assert_eq!(signed.notices(), Vec::<String>::new(), "told once");
}

#[tokio::test]
async fn what_is_set_up_first_is_used_and_what_was_passed_over_is_told() {
    let server = Server::start(&[given("one")]).await;
    let mut settings = by_secret(&server);
    settings.environment.federated_token_file = Some(PathBuf::from("no-such-token"));
    assert_eq!(token(&sign_in(settings, Steps::new())).await, Ok("one".to_owned()));
    // Nothing is set up: after the machine and the Azure CLI a person is asked.
    let server = Server::start(&[refused("invalid_request", "AADSTS90002: no such tenant")]).await;
    let error = token(&sign_in(bare(server.cloud()), Arc::new(SystemPace::new())))
        .await
        .expect_err("refused");
    for part in [
        "sign-in by device code failed: AADSTS90002",
        "access token: ENTRAIL_TOKEN is not set",
        "client secret: AZURE_CLIENT_SECRET is not set",
        "managed identity: this machine has none",
        "Azure CLI: az was not found",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[tokio::test]
async fn what_is_set_up_by_half_is_an_error_and_not_passed_over() {
    for missing in ["tenant", "client"] {
        let server = Server::start(&[]).await;
        let mut settings = by_secret(&server);
        match missing {
            "tenant" => settings.tenant = None,
            _ => settings.client = None,
        }
        let error = token(&sign_in(settings, Steps::new())).await.expect_err(missing);
        assert!(error.contains(&format!("--{missing}")), "{error}");
    }
    for tenant in ["a/b", "..", "a?b", "a@b", "é", ""] {
        let server = Server::start(&[given("one")]).await;
        let settings = Settings { tenant: Some(tenant.to_owned()), ..by_secret(&server) };
        assert!(
            token(&sign_in(settings, Steps::new()))
                .await
                .expect_err(tenant)
                .contains("tenant's name")
        );
        assert!(server.seen().is_empty());
    }
    let chosen = Settings { method: Some(Method::Certificate), ..bare(Cloud::Global) };
    let error = token(&sign_in(chosen, Steps::new())).await.expect_err("not set");
    assert!(
        error.contains("certificate failed: AZURE_CLIENT_CERTIFICATE_PATH is not set"),
        "{error}"
    );
}

#[tokio::test]
async fn who_waits_no_more_is_let_go_at_once() {
    let server = Server::start(&[code(), refused("authorization_pending", "")]).await;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let ask = Arc::new(move |_| stop.cancel());
    let signed = asking(by_code(&server), ask, Arc::new(Stands));
    let error = signed.token(&cancel).await.expect_err("stopped");
    assert!(error.cancelled);
    let error = signed.renewed(&cancel).await.expect_err("stopped before it began");
    assert!(error.cancelled);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn no_secret_is_in_an_error_or_in_debug_output_even_if_the_server_sends_it_back() {
    let secrets = ["kestrel&=é", "merlin", "osprey", "header-secret"];
    let echo = |secret: &str| {
        (400, json!({"error": secret, "error_description": format!("you sent {secret}!")}))
    };
    let mut said = Vec::new();
    let mut note = |signed: &SignIn, error: SignInError| {
        said.push(format!("{error} {error:?} {signed:?} {signed:#?}"));
    };
    let cancel = CancellationToken::new();

    let server = Server::start(&[echo("kestrel&=é")]).await;
    let signed = sign_in(by_secret(&server), Steps::new());
    note(&signed, signed.token(&cancel).await.expect_err("refused"));

    let server = Server::start(&[code(), echo("osprey")]).await;
    let signed = sign_in(by_code(&server), Steps::new());
    note(&signed, signed.token(&cancel).await.expect_err("refused"));

    let done = (200, json!({"access_token": "one", "expires_in": 3600, "refresh_token": "merlin"}));
    let server = Server::start(&[code(), done, echo("merlin")]).await;
    let signed = sign_in(by_code(&server), Steps::new());
    signed.token(&cancel).await.expect("a token");
    note(&signed, signed.renewed(&cancel).await.expect_err("refused"));

    let server = Server::start(&[echo("header-secret")]).await;
    let mut settings = bare(server.cloud());
    settings.environment.identity_endpoint = Some(server.address.clone());
    settings.environment.identity_header = Some(Secret::from("header-secret"));
    settings.method = Some(Method::ManagedIdentity);
    let signed = sign_in(settings, Steps::new());
    note(&signed, signed.token(&cancel).await.expect_err("refused"));

    let server = Server::start(&[]).await;
    let mut settings = bare(server.cloud());
    settings.environment.certificate = Some(PathBuf::from(format!("{FIXTURES}/aes.pfx")));
    settings.environment.certificate_password = Some(Secret::from("merlin"));
    settings.environment.token = None;
    let signed = sign_in(settings, Steps::new());
    note(&signed, signed.token(&cancel).await.expect_err("wrong password"));

    assert_eq!(said.len(), 5);
    for said in said {
        for secret in secrets {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
}

#[tokio::test]
async fn a_token_tells_whose_it_is() {
    let mut settings = bare(Cloud::Global);
    let text = jwt(
        &json!({"aud": "00000003-0000-0000-c000-000000000000", "upn": "ida@fabrikam.example", "scp": "a b"}),
    );
    settings.environment.token = Some(Secret::from(text));
    let claims = sign_in(settings.clone(), Steps::new())
        .claims(&CancellationToken::new())
        .await
        .expect("claims");
    assert_eq!(claims.who, "ida@fabrikam.example");
    settings.environment.token = Some(Secret::from("opaque"));
    let error = sign_in(settings, Steps::new())
        .claims(&CancellationToken::new())
        .await
        .expect_err("opaque");
    assert!(error.reason.contains("does not say whose it is"));
}

#[test]
fn every_way_is_found_by_its_name() {
    for method in Method::all() {
        assert_eq!(Method::named(method.name()), Some(method));
        assert!(!method.to_string().is_empty());
    }
    assert_eq!(Method::named("password"), None);
}
