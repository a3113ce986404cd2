//! A workspace of Log Analytics as a place: the real program's side of it against tables on this computer.
//! Never Azure itself; what is asked is evaluated by an interpreter of KQL that knows nothing of entrail.

#[path = "translations/asked.rs"]
#[expect(dead_code, reason = "translations use more of it")]
mod asked;
#[path = "workspace/counting.rs"]
mod counting;
#[path = "workspace/engine.rs"]
mod engine;
#[path = "workspace/fake.rs"]
mod fake;
#[path = "workspace/frames.rs"]
mod frames;
#[path = "translations/kql.rs"]
mod kql;
#[path = "workspace/kusto.rs"]
mod kusto;
#[path = "torture/random.rs"]
#[expect(dead_code, reason = "torture uses more of it")]
mod random;
#[path = "translations/rows.rs"]
#[expect(dead_code, reason = "translations use more of it")]
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use entrail::http::pace::{Pace, Wait};
use entrail::place::{Place, Plan};
use entrail::query::matcher::Matcher;
use entrail::query::{Context, Query};
use entrail::sign_in::{Cloud, Environment, Method, Settings};
use entrail::source::archive::{Archive, Origin as _, Told, pull_into};
use entrail::source::following::Follow;
use entrail::source::kql::doctor::examine;
use entrail::source::kql::kept::Kept;
use entrail::source::kql::tables::find;
use entrail::source::kql::{Request, Tables};
use entrail::source::pulled::Outcome;
use entrail::source::workspace::{self, Name, Subscriptions};
use entrail::source::{Delivery, follow, local, read_all};
use entrail::store::Store;
use entrail::time::{Timestamp, Window, ticks};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use self::fake::{Fake, Fault, Table};
use self::random::Random;

const ID: &str = "63613592-b6f7-4c3d-a390-22ba13102111";
const RESOURCE: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law";

/// How many courses of events are tried: as many as `ENTRAIL_SEEDS` says.
#[expect(clippy::disallowed_methods, reason = "how long a test goes on")]
fn seeds(usual: u64) -> u64 {
    std::env::var("ENTRAIL_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(usual)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

/// A clock that waiting moves, but for pauses between two looks, which take a little.
#[derive(Default, Debug)]
struct Moved(Mutex<Duration>);

impl Pace for Moved {
    fn now(&self) -> Timestamp {
        at("2026-11-20T12:00:00Z").plus(ticks(self.elapsed()))
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("a time")
    }

    fn sleep(&self, time: Duration) -> Wait<'_> {
        *self.0.lock().expect("a time") += time;
        Box::pin(tokio::time::sleep(Duration::from_millis(2)))
    }

    fn limit(&self, _: Duration) -> Wait<'_> {
        Box::pin(std::future::pending())
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

const AUDIT_COLUMNS: &[&str] = &[
    "TenantId",
    "TimeGenerated",
    "OperationName",
    "Category",
    "ResultDescription",
    "CorrelationId",
    "Identity",
    "LoggedByService",
    "Result",
    "ResultReason",
    "Id",
    "AADOperationType",
    "AADTenantId",
    "ActivityDisplayName",
    "ActivityDateTime",
    "InitiatedBy",
    "TargetResources",
    "AdditionalDetails",
    "_Arrived",
    "Type",
];

const SIGN_IN_COLUMNS: &[&str] = &[
    "AADTenantId",
    "AppDisplayName",
    "AppId",
    "AuthenticationRequirement",
    "ClientAppUsed",
    "ConditionalAccessStatus",
    "CorrelationId",
    "CreatedDateTime",
    "DeviceDetail",
    "IPAddress",
    "Id",
    "Location",
    "LocationDetails",
    "OperationName",
    "ResourceDisplayName",
    "ResourceIdentity",
    "ResultType",
    "RiskLevelDuringSignIn",
    "RiskLevelAggregated",
    "RiskState",
    "ServicePrincipalId",
    "ServicePrincipalName",
    "Status",
    "TimeGenerated",
    "Type",
    "UserAgent",
    "UserDisplayName",
    "UserId",
    "UserPrincipalName",
];

/// What the table of service principals has no column for.
const OF_PEOPLE: [&str; 7] = [
    "UserPrincipalName",
    "UserDisplayName",
    "UserId",
    "ClientAppUsed",
    "DeviceDetail",
    "RiskState",
    "CreatedDateTime",
];

/// An audit that was made then, and arrived.
fn audit(number: usize, made: &str) -> Value {
    json!({
        "Type": "AuditLogs", "Id": format!("Record_{number}"), "TimeGenerated": made,
        "ActivityDateTime": made, "OperationName": "Add user", "ActivityDisplayName": "Add user",
        "Category": "UserManagement", "LoggedByService": "Core Directory", "Result": "success",
        "CorrelationId": "c", "TargetResources": [], "AdditionalDetails": [], "_Arrived": made,
        "InitiatedBy": {"user": {"userPrincipalName": "kim@contoso.example"}},
    })
}

fn audits(rows: Vec<Value>) -> Table {
    Table { columns: AUDIT_COLUMNS.to_vec(), rows, is_basic: false }
}

fn settings(cloud: Cloud) -> Settings {
    Settings {
        cloud,
        method: Some(Method::Token),
        environment: Environment {
            token: Some("kestrel.of.the-workspace".into()),
            ..Environment::default()
        },
        ..Settings::default()
    }
}

struct Ask<'a> {
    name: &'a str,
    logs: &'a [&'a str],
    optional: &'a [&'static str],
    query: &'a str,
    from: &'a str,
    to: &'a str,
}

/// The audit log of the first twenty days of November.
const AUDITS: Ask<'static> = Ask {
    name: ID,
    logs: &["audit"],
    optional: &[],
    query: "",
    from: "2026-11-01",
    to: "2026-11-20T12:00:01Z",
};

fn workspace(fake: &Fake, ask: &Ask<'_>) -> Tables {
    let request = Request {
        tables: ask.logs.iter().map(|log| find(log).expect(log).into()).collect(),
        optional: ask.optional.to_vec(),
        window: Window { start: at(ask.from), end: at(ask.to) },
        is_ended: false,
        query: Query::parse(ask.query).expect(ask.query),
        now: at("2026-11-20T12:00:00Z"),
    };
    let name = Name::parse(ask.name).expect("a name");
    let made = workspace::place(name, settings(Cloud::Global), None, Some(&fake.base), request);
    made.expect("a workspace").paced(Arc::new(Moved::default()))
}

/// What a load brought.
#[derive(Default)]
struct Loaded {
    store: Store,
    troubles: Vec<(String, bool)>,
    /// What is told of where a table begins.
    edges: Vec<String>,
}

impl Loaded {
    fn ids(&self) -> Vec<String> {
        let id = |row| {
            let bytes = self.store.read(row).expect("its bytes");
            let record: Value = serde_json::from_slice(&bytes).expect("a record");
            record["Id"].as_str().expect("an id").to_owned()
        };
        (0..self.store.len() as u32).map(id).collect()
    }

    fn set(&self) -> BTreeSet<String> {
        self.ids().into_iter().collect()
    }

    fn told(&self) -> Vec<&str> {
        self.troubles.iter().map(|(told, _)| told.as_str()).collect()
    }
}

fn load(fake: &Fake, ask: &Ask<'_>) -> Loaded {
    read(Arc::new(workspace(fake, ask)))
}

/// All that a place has.
fn read(place: Arc<dyn Place>) -> Loaded {
    let mut loaded = Loaded::default();
    drop(read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => loaded.store.push(segment),
        Delivery::Trouble(trouble) if trouble.reason.starts_with("the table ") && !trouble.lost => {
            loaded.edges.push(trouble.to_string());
        }
        Delivery::Trouble(trouble) => loaded.troubles.push((trouble.to_string(), trouble.lost)),
        _ => {}
    }));
    loaded
}

/// So many audits, an hour apart from each other in groups of seven.
fn many(count: usize) -> Vec<Value> {
    let made = |number: usize| {
        let minutes = number / 7 * 60 + number % 7;
        at("2026-11-02").plus(ticks(Duration::from_mins(minutes as u64))).to_rfc3339()
    };
    (0..count).map(|number| audit(number, &made(number))).collect()
}

#[test]
fn everything_comes_once_in_slices_that_fit_into_an_answer() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(1_500)))]));
    fake.with(|state| state.most_rows = Some(100));
    let loaded = load(&fake, &AUDITS);
    assert_eq!(loaded.told(), <[&str; 0]>::default());
    assert_eq!((loaded.ids().len(), loaded.set().len()), (1_500, 1_500));
    let asked = fake.asked();
    assert!(asked.iter().all(|(path, _)| path == &format!("/v1/workspaces/{ID}/query")));
    assert!(asked[0].1.ends_with("| take 0") && asked[1].1.contains("| summarize Rows"));
    // Halves of what was too much, each counted: no more than a few times the answers that are needed.
    assert!((17..96).contains(&asked.len()), "{}", asked.len());
    assert!(fake.with(|state| state.tokens[0] == "Bearer kestrel.of.the-workspace"));
    // Without that limit the first slice is small and the others are cut anew behind it.
    fake.with(|state| state.most_rows = None);
    let loaded = load(&fake, &AUDITS);
    assert_eq!((loaded.told(), loaded.ids().len()), (Vec::new(), 1_500));
}

#[test]
fn rows_of_one_instant_that_no_answer_holds_are_told_to_be_missing() {
    let rows = (0..9).map(|number| audit(number, "2026-11-03T04:05:06Z")).collect();
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(rows))]));
    fake.with(|state| state.most_rows = Some(4));
    let loaded = load(&fake, &AUDITS);
    assert_eq!(loaded.ids().len(), 4);
    let told = loaded.told().join("\n");
    assert!(told.contains("a part of its rows") && loaded.troubles[0].1, "{told}");
}

#[test]
fn a_workspace_that_keeps_rows_back_in_silence_is_found_out() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(10)))]));
    // Columns, counts; then less than was counted, twice.
    let silent = || Some(Fault::Silent);
    fake.with(|state| state.faults = [None, None, silent(), silent()].into());
    let loaded = load(&fake, &AUDITS);
    assert_eq!(loaded.ids().len(), 5);
    let told = loaded.told().join("\n");
    assert!(told.contains("counted 10 rows and gave 5: 5 are missing"), "{told}");
    // Once is mended by asking again.
    fake.with(|state| state.faults = [None, None, silent()].into());
    let loaded = load(&fake, &AUDITS);
    assert_eq!((loaded.ids().len(), loaded.troubles.len()), (10, 0));
}

#[test]
fn whatever_goes_wrong_all_rows_come_or_it_is_told() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(120)))]));
    fake.with(|state| state.most_rows = Some(50));
    let mut random = Random(5);
    let (mut whole, mut faulty) = (0_u64, 0);
    for seed in 0..seeds(100) {
        let faults = (0..20).map(|_| {
            Some(match random.below(12) {
                0 => Fault::Status(429, "ThrottledError"),
                1 => Fault::Status(503, "ServiceUnavailable"),
                2 => Fault::Status(504, "GatewayTimeout"),
                3 => Fault::Status(500, "InternalServerError"),
                4 => Fault::Cut(random.below(100)),
                5 => Fault::Empty,
                6 => Fault::Partial,
                _ => return None,
            })
        });
        let faults = faults.collect();
        fake.with(|state| state.faults = faults);
        let loaded = load(&fake, &AUDITS);
        let lost = loaded.troubles.iter().filter(|(_, lost)| *lost).count();
        let ids = loaded.set();
        assert_eq!(ids.len(), loaded.ids().len(), "{seed}: none comes twice");
        assert!(
            ids.len() == 120 || lost > 0,
            "{seed}: {} of 120, {:?}",
            ids.len(),
            loaded.troubles
        );
        whole += u64::from(ids.len() == 120);
        faulty += lost;
    }
    // Nearly all of it is mended by asking again.
    assert!(whole * 100 >= seeds(100) * 95, "{whole} {faulty}");
}

#[test]
fn what_a_table_no_longer_keeps_is_told_and_not_passed_over_in_silence() {
    let kept = many(20);
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(kept.clone()))]));
    // It begins a day late; the first hour of it is named.
    let loaded = load(&fake, &AUDITS);
    assert_eq!((loaded.ids().len(), loaded.troubles.len()), (20, 0));
    let [edge] = loaded.edges.as_slice() else { panic!("{:?}", loaded.edges) };
    assert!(
        edge.contains("AuditLogs begins 2026-11-02T00:00:00Z: it keeps nothing older"),
        "{edge}"
    );
    // It has older rows, or begins within a day.
    for older in [audit(99, "2026-10-01T00:00:00Z"), audit(99, "2026-11-01T20:00:00Z")] {
        let rows = kept.iter().cloned().chain([older]).collect();
        let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(rows))]));
        assert_eq!(load(&fake, &AUDITS).edges, <[String; 0]>::default());
    }
    // Nothing is in it until then.
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(Vec::new()))]));
    let edges = load(&fake, &AUDITS).edges;
    assert!(edges.len() == 1 && edges[0].contains("has no rows until then"), "{edges:?}");
}

/// How a place would answer a query, once it was read.
fn planned(fake: &Fake, ask: &Ask<'_>, query: &str) -> Option<(Plan, Vec<String>)> {
    let place: Arc<dyn Place> = Arc::new(workspace(fake, ask));
    let mut store = Store::default();
    drop(read_all(vec![Arc::clone(&place)], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    }));
    let query = Query::parse(query).expect(query);
    let plan = place.plan(&query, at("2026-11-20T12:00:00Z"));
    let again = plan.again.clone()?;
    let mut more = Loaded::default();
    drop(read_all(vec![again], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            more.store.push(segment);
        }
    }));
    Some((plan, more.ids()))
}

#[test]
fn a_filter_that_reaches_further_than_the_load_is_asked_for_again() {
    let rows = vec![
        audit(1, "2026-10-10T00:00:00Z"),
        audit(2, "2026-11-05T00:00:00Z"),
        audit(3, "2026-11-19T00:00:00Z"),
    ];
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(rows))]));
    let week = Ask { from: "2026-11-13T12:00:00Z", ..AUDITS };
    let (plan, ids) = planned(&fake, &week, "activity:user time>=2026-10-01").expect("more");
    assert_eq!(plan.span.start, Some(at("2026-10-01")));
    assert_eq!(ids, ["Record_1", "Record_2", "Record_3"]);
    let told = plan.told.join("\n");
    assert!(told.contains("  the workspace evaluates  time>=2026-10-01\n"), "{told}");
    assert!(told.contains("\n  AuditLogs\n  | where (TimeGenerated >= "), "{told}");
    // Everything it finds is there, and what is still to come is for following.
    assert!(planned(&fake, &week, "activity:user").is_none());
    assert!(planned(&fake, &week, "activity:user time>=2026-11-14 time<2027").is_none());
    // What the workspace left out is asked for when the filter no longer says so.
    let narrow = Ask { query: "category:policy", ..AUDITS };
    let (_, ids) = planned(&fake, &narrow, "activity:user").expect("more");
    assert_eq!(ids, ["Record_2", "Record_3"]);
    assert!(planned(&fake, &narrow, "category:policy activity:user").is_none());
}

#[test]
fn a_load_that_lost_something_is_never_taken_for_all() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(10)))]));
    fake.with(|state| state.faults = [None, None, Some(Fault::Silent), Some(Fault::Silent)].into());
    let (_, ids) = planned(&fake, &AUDITS, "activity:user").expect("more");
    assert_eq!(ids.len(), 10);
}

#[test]
fn a_table_that_is_not_there_is_told_and_the_others_come() {
    let basic = Table { is_basic: true, ..audits(many(9)) };
    let fake = Fake::new(BTreeMap::from([("AuditLogs", basic)]));
    let ask =
        Ask { logs: &["sign-ins", "audit", "provisioning"], optional: &["sign-ins"], ..AUDITS };
    let loaded = load(&fake, &ask);
    assert_eq!(loaded.ids().len(), 9);
    let told: Vec<(bool, bool)> = loaded
        .troubles
        .iter()
        .map(|(told, lost)| (told.contains("has no table SigninLogs"), *lost))
        .collect();
    assert_eq!(told, [(true, false), (false, true)], "{:?}", loaded.troubles);
    assert!(loaded.told()[1].contains("no diagnostic setting of Entra sends that log there"));
    // A table of the plan Basic is searched, and not counted.
    let searched = fake.asked().into_iter().filter(|(path, _)| path.ends_with("/search")).count();
    assert_eq!(searched, 4, "both that are not there, its columns, its rows");
}

#[test]
fn a_refusal_is_told_with_the_way_out() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(3)))]));
    let refused = |name: &'static str, status: u16| {
        fake.with(|state| {
            state.faults = vec![Some(Fault::Status(status, "Insufficient")); 3].into();
        });
        let loaded = load(&fake, &Ask { name, ..AUDITS });
        assert_eq!(loaded.ids().len(), 0);
        loaded.told().join("\n")
    };
    let told = refused(ID, 403);
    assert!(told.contains("Log Analytics Reader") && told.contains("by its resource id"), "{told}");
    let told = refused(RESOURCE, 403);
    assert!(
        told.contains("Log Analytics Reader") && !told.contains("by its resource id"),
        "{told}"
    );
    let told = refused(ID, 404);
    assert!(told.contains("no such workspace"), "{told}");
    let (path, _) = fake.asked().pop().expect("asked");
    assert_eq!(path, format!("/v1/workspaces/{ID}/query"));
    fake.with(|state| state.faults.clear());
    let loaded = load(&fake, &Ask { name: RESOURCE, ..AUDITS });
    assert_eq!(loaded.ids().len(), 3);
    let (path, _) = fake.asked().pop().expect("asked");
    assert_eq!(path, format!("{RESOURCE}/api/query?api-version=2020-08-01"));
}

/// Workspaces that Azure Resource Manager lists.
fn listed(fake: &Fake) {
    let workspaces = "/subscriptions/s/providers/Microsoft.OperationalInsights/workspaces?api-version=2023-09-01";
    let found = json!({"value": [
        {"id": RESOURCE.replace("law", "other"), "name": "other", "properties": {"customerId": "x"}},
        {"id": RESOURCE, "name": "law", "properties": {"customerId": ID}},
    ]});
    let subscriptions = json!({"value": [{"subscriptionId": "s", "displayName": "S"}]});
    fake.with(|state| {
        let path = "/subscriptions?api-version=2022-12-01".to_owned();
        state.lists.insert(path, (200, subscriptions));
        state.lists.insert(workspaces.to_owned(), (200, found));
    });
}

#[test]
fn an_application_that_is_refused_by_id_is_answered_by_resource_manager() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(3)))]));
    listed(&fake);
    let asked_by = |claims: &str| {
        let request = workspace(&fake, &AUDITS).request().clone();
        let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let token = [part("{}"), part(claims), "signature".to_owned()].join(".");
        let mut settings = settings(Cloud::Global);
        settings.environment.token = Some(token.into());
        let name = Name::parse(ID).expect("a name");
        let place = workspace::place(name, settings, None, Some(&fake.base), request);
        let place = place.expect("a workspace").paced(Arc::new(Moved::default()));
        fake.with(|state| {
            state.faults = [Some(Fault::Status(403, "InsufficientAccessError"))].into();
        });
        fake.asked();
        read(Arc::new(place))
    };
    let loaded = asked_by(r#"{"tid":"t","idtyp":"app","appid":"a"}"#);
    assert_eq!((loaded.ids().len(), loaded.told()), (3, Vec::new()));
    let paths: Vec<String> = fake.asked().into_iter().map(|(path, _)| path).collect();
    let managed = format!("{RESOURCE}/api/query?api-version=2020-08-01");
    assert_eq!(paths[0], format!("/v1/workspaces/{ID}/query"));
    assert!(paths.len() > 2 && paths[1..].iter().all(|path| *path == managed), "{paths:?}");
    // A person would have to sign in once more, and is told instead.
    let loaded = asked_by(r#"{"tid":"t","idtyp":"user","upn":"kim@contoso.example"}"#);
    assert!(loaded.told().join("").contains("by its resource id"), "{:?}", loaded.told());
}

#[test]
fn the_doctor_tells_which_tables_are_there_and_what_is_missing() {
    let rows = vec![audit(1, "2026-11-19T08:20:00Z"), audit(2, "2026-11-19T09:20:00Z")];
    let basic =
        Table { is_basic: true, ..Table { columns: SIGN_IN_COLUMNS.to_vec(), ..Table::default() } };
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(rows)), ("SigninLogs", basic)]));
    let examined = |fake: &Fake| {
        let clock = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let report = clock.expect("a clock").block_on(examine(&workspace(fake, &AUDITS)));
        let report = report.expect("a report");
        (report.lines.join("\n"), report.can_read)
    };
    let (lines, can_read) = examined(&fake);
    assert!(can_read, "{lines}");
    for line in [
        "✓ audit (AuditLogs): 2 rows in the last 30 days, the newest of 2026-11-19T09:00:00Z",
        "✓ sign-ins (SigninLogs): can be read; not counted",
        "✗ not streamed to the workspace, or not readable: sign-ins-noninteractive, ",
        "Log Analytics Reader on the workspace",
        "Security Administrator is the least role",
        "Service Support Administrator sees support access requests, and no logs at all",
    ] {
        assert!(lines.contains(line), "{line}\n{lines}");
    }
    // Whoever may read nothing learns what is missing.
    fake.with(|state| state.faults = vec![Some(Fault::Status(403, "Forbidden")); 9].into());
    let (lines, can_read) = examined(&fake);
    assert!(!can_read && lines.contains("✗ 403"), "{lines}");
    // A table that nothing is sent to any more.
    let old =
        Fake::new(BTreeMap::from([("AuditLogs", audits(vec![audit(1, "2026-09-01T00:00:00Z")]))]));
    assert!(examined(&old).0.contains("? audit (AuditLogs): no rows in the last 30 days"));
}

/// Rows as they happened, at some time, and arrived, up to six days later.
fn happened(mut row: Value, random: &mut Random) -> Value {
    let late = Duration::from_hours(random.below(6 * 24) as u64);
    let time = ["ActivityDateTime", "CreatedDateTime"]
        .into_iter()
        .find_map(|name| row[name].as_str().and_then(Timestamp::parse));
    if let Some(time) = time {
        let late = if random.once_in(3) { late } else { Duration::ZERO };
        row["TimeGenerated"] = time.plus(ticks(late)).to_rfc3339().into();
    }
    row
}

/// A store of rows.
fn store(rows: &[Value]) -> Store {
    let mut store = Store::default();
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    let place = local::at_hand("rows", lines.join("\n").into_bytes());
    drop(read_all(vec![place], |delivery| {
        if let Delivery::Segment(segment) = delivery {
            store.push(segment);
        }
    }));
    store
}

/// Whether a row comes or not is decided there and here: what is left is what entrail finds in all rows.
#[test]
fn what_is_asked_of_the_workspace_is_never_less_than_what_a_query_finds() {
    let mut random = Random(23);
    let window = (at("2026-11-02"), at("2026-11-04T18:00:00Z"));
    let mut narrowed = 0;
    for round in 0..2 {
        let audit_rows: Vec<Value> = (0..40)
            .map(|number| happened(rows::record(number, &mut random).row, &mut random))
            .collect();
        let sign_ins: Vec<Value> =
            (0..40).map(|n| happened(rows::sign_in(n, &mut random), &mut random)).collect();
        let mut principals: Vec<Value> = (0..40).map(|n| rows::sign_in(n, &mut random)).collect();
        for row in &mut principals {
            let row = row.as_object_mut().expect("a row");
            row.insert("Type".to_owned(), "AADServicePrincipalSignInLogs".into());
            row.retain(|name, _| !OF_PEOPLE.contains(&name.as_str()));
        }
        let of_principals =
            SIGN_IN_COLUMNS.iter().filter(|name| !OF_PEOPLE.contains(name)).copied().collect();
        let tables = [
            ("audit", "AuditLogs", AUDIT_COLUMNS.to_vec(), audit_rows, asked::AUDITS),
            ("sign-ins", "SigninLogs", SIGN_IN_COLUMNS.to_vec(), sign_ins, asked::SIGN_INS),
            (
                "sign-ins-service-principal",
                "AADServicePrincipalSignInLogs",
                of_principals,
                principals,
                asked::SIGN_INS,
            ),
        ];
        for (log, name, columns, rows, asked) in tables {
            // Each by itself: names that other rows give come only with those.
            let alone: Vec<Store> =
                rows.iter().map(|row| store(std::slice::from_ref(row))).collect();
            let all = store(&rows);
            let table = Table { columns, rows, is_basic: false };
            let fake = Fake::new(BTreeMap::from([(name, table)]));
            for _ in 0..20 {
                let text = asked::query(asked, &mut random);
                let ask = Ask {
                    logs: &[log],
                    query: &text,
                    from: "2026-11-02",
                    to: "2026-11-04T18:00:00Z",
                    ..AUDITS
                };
                let loaded = load(&fake, &ask);
                assert_eq!(loaded.told(), <[&str; 0]>::default(), "{text}");
                let query = Query::parse(&text).expect(&text);
                let context = Context { now: at("2026-11-20T12:00:00Z"), around: None };
                let is_found = |store: &Store, row: u32| {
                    let time = store.time(row);
                    time.is_some_and(|time| window.0 <= time && time < window.1)
                        && Matcher::new(&query, &context).rows(store).contains(&row)
                };
                let ids = loaded.set();
                let lost: Vec<String> = (0..alone.len())
                    .filter(|&row| is_found(&alone[row], 0) && is_found(&all, row as u32))
                    .map(|row| format!("Record_{row}"))
                    .filter(|id| !ids.contains(id))
                    .collect();
                narrowed += usize::from(ids.len() < alone.len());
                assert!(
                    lost.is_empty(),
                    "{round}, {log}: {text}\n{lost:?}\n{:?}",
                    fake.asked().pop()
                );
            }
        }
    }
    assert!(narrowed > 40, "conditions are asked of the workspace: {narrowed}");
}

#[test]
fn what_arrives_later_is_followed_whenever_it_happened() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(5)))]));
    let place: Arc<dyn Place> = Arc::new(workspace(&fake, &AUDITS));
    let (outbox, mut deliveries) = tokio::sync::mpsc::channel(8);
    let cancel = CancellationToken::new();
    let what = Follow { places: vec![place], store: Store::default(), told: Vec::new() };
    follow(what, outbox, cancel.clone());
    // It happened long ago and arrives now.
    let mut late = audit(70, "2026-11-14T00:00:00Z");
    late["_Arrived"] = "2026-11-20T12:00:30Z".into();
    let mut new = audit(71, "2026-11-20T12:00:10Z");
    new["_Arrived"] = "2026-11-20T12:00:31Z".into();
    fake.with(|state| {
        state.tables.get_mut("AuditLogs").expect("a table").rows.extend([late, new]);
    });
    let mut heard = Loaded::default();
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
    clock.expect("a clock").block_on(async {
        while heard.store.len() < 2 {
            let next = tokio::time::timeout(Duration::from_mins(1), deliveries.recv()).await;
            match next.expect("in time").expect("something") {
                Delivery::Segment(segment) => heard.store.push(segment),
                Delivery::Trouble(trouble) => panic!("{trouble}"),
                _ => {}
            }
        }
    });
    cancel.cancel();
    assert_eq!(heard.ids(), ["Record_70", "Record_71"]);
}

#[test]
fn a_workspace_is_kept_under_where_it_is_and_what_it_is_called() {
    let fake = Fake::new(BTreeMap::new());
    let place = |name| workspace(&fake, &Ask { name, ..AUDITS });
    assert_eq!(place(ID).name(), format!("workspace {ID}"));
    assert_eq!(place(RESOURCE).name(), "workspace law");
    assert_ne!(place(ID).key(), place(RESOURCE).key());
    assert_eq!(place(ID).key(), place(&ID.to_uppercase()).key());
}

#[test]
fn workspaces_are_listed_over_all_subscriptions_and_pages() {
    let fake = Fake::new(BTreeMap::new());
    let below = "/providers/Microsoft.OperationalInsights/workspaces?api-version=2023-09-01";
    let law = |name: &str| {
        json!({"name": name, "id": format!("/subscriptions/s/{name}"),
            "properties": {"customerId": ID, "retentionInDays": 730}})
    };
    let next = |page: &str| format!("{}{page}", fake.base);
    let lists = [
        (
            "/subscriptions?api-version=2022-12-01".to_owned(),
            json!({
            "value": [{"subscriptionId": "a", "displayName": "A"}], "nextLink": next("/more")}),
        ),
        (
            "/more".to_owned(),
            json!({
            "value": [{"subscriptionId": "b", "displayName": "B"}, {"subscriptionId": "c", "displayName": "C"}]}),
        ),
        (
            format!("/subscriptions/a{below}"),
            json!({"value": [law("one")], "nextLink": next("/one")}),
        ),
        ("/one".to_owned(), json!({"value": [law("two")]})),
        (format!("/subscriptions/c{below}"), json!({"value": [{"name": "x", "id": "/x"}]})),
    ];
    let refused = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
    fake.with(|state| {
        state.lists = lists.into_iter().map(|(path, list)| (path, (200, list))).collect();
        state.lists.insert(format!("/subscriptions/b{below}"), (403, refused));
    });
    let all = Subscriptions::new(settings(Cloud::Global), None, Some(&fake.base)).expect("made");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let list = runtime.block_on(all.list()).expect("a list");
    let names: Vec<(&str, &str, Option<i64>)> = list
        .workspaces
        .iter()
        .map(|found| (found.name.as_str(), found.subscription.as_str(), found.days))
        .collect();
    assert_eq!(names, [("one", "A", Some(730)), ("two", "A", Some(730)), ("x", "C", None)]);
    assert_eq!(list.missing.len(), 1);
    assert!(list.missing[0].1.contains("403 AuthorizationFailed"), "{:?}", list.missing);
    // A list that leads elsewhere is not followed: the token would go along.
    fake.with(|state| {
        let list = json!({"value": [], "nextLink": "https://elsewhere.example/"});
        state.lists.insert("/subscriptions?api-version=2022-12-01".to_owned(), (200, list));
    });
    let why = runtime.block_on(all.list()).expect_err("no list");
    assert!(why.contains("elsewhere.example"), "{why}");
}

/// Pulls into an archive once; how it ended, and what was told.
fn pulled(fake: &Fake, ask: &Ask<'_>, folder: &std::path::Path) -> (Outcome, Vec<String>) {
    let origin = Kept::new(workspace(fake, ask)).expect("certificates");
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let hears = Arc::clone(&told);
    let tell = Box::new(move |event: Told<'_>| {
        if let Told::Missing(missing) = event {
            hears.lock().expect("free").push(missing.reason);
        }
    });
    let archive = Archive::open(folder, &origin.owner(), at("2026-11-20T12:00:00Z"), tell);
    let mut archive = archive.expect("an archive").for_origin(&origin);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (cancel, overlap) = (CancellationToken::new(), Duration::from_hours(24));
    let pulling = pull_into(&origin, &mut archive, overlap, &cancel);
    let outcome = runtime.expect("a runtime").block_on(pulling);
    assert_eq!(archive.verify(), []);
    drop(archive);
    let told = told.lock().expect("free").clone();
    (outcome, told)
}

/// The ids of the records in an archive; fails where one is there twice.
fn kept(folder: &std::path::Path) -> BTreeSet<String> {
    let mut store = Store::default();
    drop(read_all(vec![local::path(folder.to_owned())], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        Delivery::Done(summary) => assert_eq!(summary.progress.duplicates, 0),
        _ => {}
    }));
    let loaded = Loaded { store, ..Loaded::default() };
    let set = loaded.set();
    assert_eq!(set.len(), loaded.ids().len());
    set
}

fn names(count: std::ops::Range<usize>) -> BTreeSet<String> {
    count.map(|number| format!("Record_{number}")).collect()
}

#[test]
fn an_archive_of_a_workspace_asks_once_and_then_for_what_arrived() {
    let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(300)))]));
    fake.with(|state| state.most_rows = Some(100));
    let folder = tempfile::tempdir().expect("a folder");
    let (outcome, told) = pulled(&fake, &AUDITS, folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{outcome:?} {told:?}");
    assert_eq!(kept(folder.path()), names(0..300));
    // A row that was made weeks ago arrives now.
    let mut late = audit(300, "2026-11-03T01:00:00Z");
    late["_Arrived"] = "2026-11-20T12:10:00Z".into();
    fake.with(|state| {
        state.tables.get_mut("AuditLogs").expect("a table").rows.push(late);
        state.asked.clear();
    });
    let (outcome, told) = pulled(&fake, &AUDITS, folder.path());
    assert!(outcome.is_complete() && told.is_empty(), "{outcome:?} {told:?}");
    assert_eq!(kept(folder.path()), names(0..301));
    let asked = fake.asked();
    assert!(asked.iter().any(|(_, query)| query.contains("ingestion_time()")), "{asked:?}");
    assert!(asked.len() < 8, "{asked:?}");
    let days = std::fs::read_dir(folder.path()).expect("a folder");
    let source =
        days.filter_map(Result::ok).map(|entry| entry.file_name().into_string().expect("text"));
    let source = source.filter(|name| !name.starts_with('.')).collect::<Vec<_>>();
    assert!(source.len() == 1 && source[0].starts_with(&format!("workspace-{ID}-")), "{source:?}");
    // A table that is not there is missing where it was asked for, and left out where it was not.
    let both = Ask { logs: &["audit", "sign-ins"], ..AUDITS };
    let (outcome, told) = pulled(&fake, &both, folder.path());
    assert!(
        !outcome.has_all() && told.iter().any(|told| told.contains("has no table")),
        "{told:?}"
    );
    let (outcome, _) = pulled(&fake, &Ask { optional: &["sign-ins"], ..both }, folder.path());
    assert!(outcome.is_complete() && outcome.unlicensed.len() == 1, "{outcome:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "seeds are named by the environment")]
fn whatever_goes_wrong_an_archive_becomes_what_the_workspace_has() {
    let seeds: u64 = std::env::var("ENTRAIL_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    for seed in 0..seeds {
        let fake = Fake::new(BTreeMap::from([("AuditLogs", audits(many(120)))]));
        fake.with(|state| state.most_rows = Some(40));
        let mut random = Random(seed + 11);
        let folder = tempfile::tempdir().expect("a folder");
        let mut count = 120;
        for _ in 0..3 {
            let mut fault = || match random.below(9) {
                0 => Some(Fault::Status(429, "Throttled")),
                1 => Some(Fault::Status(500, "InternalError")),
                2 => Some(Fault::Status(504, "GatewayTimeout")),
                3 => Some(Fault::Cut(random.below(100))),
                4 => Some(Fault::Empty),
                5 => Some(Fault::Partial),
                6 => Some(Fault::Status(401, "InvalidTokenError")),
                _ => None,
            };
            let faults = (0..40).map(|_| fault()).collect();
            fake.with(|state| state.faults = faults);
            let (outcome, told) = pulled(&fake, &AUDITS, folder.path());
            assert!(kept(folder.path()).is_subset(&names(0..count)), "seed {seed}");
            let is_told = outcome.stopped.is_some() || !told.is_empty();
            assert!(outcome.is_complete() || is_told, "seed {seed}: {outcome:?}");
            // Meanwhile a row arrives that was made long ago.
            let mut late = audit(count, "2026-11-03T01:00:00Z");
            late["_Arrived"] = "2026-11-20T12:30:00Z".into();
            fake.with(|state| state.tables.get_mut("AuditLogs").expect("a table").rows.push(late));
            count += 1;
        }
        fake.with(|state| state.faults.clear());
        let (outcome, told) = pulled(&fake, &AUDITS, folder.path());
        assert!(outcome.is_complete(), "seed {seed}: {outcome:?} {told:?}");
        assert_eq!(kept(folder.path()), names(0..count), "seed {seed}");
    }
}
