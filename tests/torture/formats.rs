//! One set of records in every format, and what is read of each: all give the same NDJSON, as far as the
//! format has the fields.
//! Never uses what entrail writes with: each format is written by hand here.

use std::collections::BTreeMap;
use std::io::Write as _;

use entrail::export;
use entrail::source::{Delivery, local, read_all};
use entrail::store::Store;
use serde_json::{Map, Value, json};

use super::random::Random;

/// Names that formats must escape, or might take for something else.
const NAMES: &[&str] = &[
    "Ada Lovelace",
    "Zoë \"the\" O'Neill",
    "a,b;c\td",
    "two\nlines",
    "two\r\nlines",
    "=cmd()",
    "back\\slash \\u0041",
    "日本 語",
    "\u{202e}turned",
    "😀",
    "{\"looks\":\"like JSON\"}",
    "[x]",
    "trailing ",
    " leading",
    "NULL",
    "0",
    "it's 100% <b>&amp;",
    "#TYPE x",
    "sep=;",
];

const ACTIVITIES: &[(&str, &str, &str, &str)] = &[
    ("Update user", "UserManagement", "Core Directory", "Update"),
    ("Add member to role", "RoleManagement", "Core Directory", "Assign"),
    ("Add user", "UserManagement", "Core Directory", "Add"),
    ("Consent to application", "ApplicationManagement", "Core Directory", "Assign"),
    ("Update conditional access policy", "Policy", "Conditional Access", "Update"),
    ("Reset user password", "UserManagement", "Self-service Password Management", "Update"),
];

fn upn(random: &mut Random) -> String {
    format!(
        "{}.{}@moorland.example",
        random.pick(&["ada", "eve", "zoë", "o'neil"]),
        random.below(50)
    )
}

/// Values of properties: JSON, text that looks like it, plain text, nothing.
fn changed(random: &mut Random) -> Value {
    match random.below(6) {
        0 => Value::Null,
        1 => json!(json!([*random.pick(NAMES)]).to_string()),
        2 => json!(json!(*random.pick(NAMES)).to_string()),
        3 => json!(r#"[{"state":"enabled","users":["x"],"n":1.5,"deep":{"a":[[]]}}]"#),
        4 => json!("\"broken"),
        _ => json!("plain text"),
    }
}

fn target(random: &mut Random) -> Value {
    let changes: Vec<Value> = (0..random.below(4))
        .map(|number| {
            json!({
                "displayName": format!("{}.{number}", random.pick(&["Department", "Role.DisplayName", "Policy"])),
                "oldValue": changed(random),
                "newValue": changed(random),
            })
        })
        .collect();
    let is_user = random.below(2) == 0;
    json!({
        "id": random.guid(),
        "displayName": *random.pick(NAMES),
        "type": if is_user { "User" } else { "ServicePrincipal" },
        "userPrincipalName": if is_user { json!(upn(random)) } else { Value::Null },
        "groupType": null,
        "modifiedProperties": changes,
    })
}

/// The audit record of this number, as Graph writes it. Times are in whole milliseconds: one of the
/// formats has no more.
fn audit(number: usize, random: &mut Random) -> Value {
    let (activity, category, service, operation) = *random.pick(ACTIVITIES);
    let by = match random.below(3) {
        0 => json!({"app": {
            "appId": random.guid(), "displayName": *random.pick(NAMES),
            "servicePrincipalId": random.guid(), "servicePrincipalName": null,
        }}),
        _ => json!({"user": {
            "id": random.guid(), "displayName": *random.pick(NAMES),
            "userPrincipalName": upn(random), "ipAddress": format!("192.0.2.{}", random.below(255)),
        }}),
    };
    let failed = random.once_in(5);
    let targets: Vec<Value> = (0..random.below(4)).map(|_| target(random)).collect();
    let details: Vec<Value> = (0..random.below(3))
        .map(|at| json!({"key": format!("Key{at}"), "value": *random.pick(NAMES)}))
        .collect();
    json!({
        "id": format!("Directory_{number:06}_{:04x}", random.below(65_536)),
        "category": category,
        "correlationId": random.guid(),
        "result": if failed { "failure" } else { "success" },
        "resultReason": if failed { *random.pick(NAMES) } else { "" },
        "activityDisplayName": activity,
        "activityDateTime": format!(
            "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            1 + number / 28 % 12, 1 + number % 28, number % 24, random.below(60), random.below(60), random.below(1_000)
        ),
        "loggedByService": service,
        "operationType": operation,
        "initiatedBy": by,
        "targetResources": targets,
        "additionalDetails": details,
        "tenantId": TENANT,
    })
}

const TENANT: &str = "5b1c7a90-3d5e-4f0e-9a61-0c6f3f2d7e11";

/// So many records.
pub fn records(count: usize, seed: u64) -> Vec<Value> {
    let mut random = Random(seed);
    (0..count).map(|number| audit(number, &mut random)).collect()
}

/// A row of `AuditLogs` in Log Analytics; `dynamic` makes its columns with JSON.
fn log_analytics(record: &Value, dynamic: fn(&Value) -> Value) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    let of = |key: &str| record[key].clone();
    put("TimeGenerated", of("activityDateTime"));
    put("ResourceId", json!(format!("/tenants/{TENANT}/providers/Microsoft.aadiam")));
    put("OperationName", of("activityDisplayName"));
    put("Category", of("category"));
    put("CorrelationId", of("correlationId"));
    put("AdditionalDetails", dynamic(&record["additionalDetails"]));
    put("Id", of("id"));
    put("InitiatedBy", dynamic(&record["initiatedBy"]));
    put("LoggedByService", of("loggedByService"));
    put("Result", of("result"));
    put("ResultReason", of("resultReason"));
    put("TargetResources", dynamic(&record["targetResources"]));
    put("AADTenantId", json!(TENANT));
    put("ActivityDisplayName", of("activityDisplayName"));
    put("ActivityDateTime", of("activityDateTime"));
    put("AADOperationType", of("operationType"));
    put("Type", json!("AuditLogs"));
    row
}

fn diagnostic(record: &Value) -> Value {
    json!({
        "time": record["activityDateTime"],
        "resourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"),
        "operationName": record["activityDisplayName"],
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": TENANT,
        "resultSignature": "None",
        "durationMs": 0,
        "correlationId": record["correlationId"],
        "Level": 4,
        "properties": record,
    })
}

fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> Vec<u8> {
    parts.into_iter().collect::<Vec<_>>().join(between).into_bytes()
}

fn lines(records: &[Value], each: impl Fn(&Value) -> Value) -> Vec<u8> {
    let mut out = joined(records.iter().map(|record| each(record).to_string()), "\n");
    out.push(b'\n');
    out
}

/// Rows of CSV with a header.
fn csv(header: &[String], rows: &[Vec<String>], delimiter: u8) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    out.write_record(header).expect("in memory");
    for row in rows {
        out.write_record(row).expect("in memory");
    }
    out.into_inner().expect("in memory")
}

fn log_analytics_csv(records: &[Value]) -> Vec<u8> {
    let rows: Vec<Map<String, Value>> = (records.iter())
        .map(|record| log_analytics(record, |value| json!(value.to_string())))
        .collect();
    let header: Vec<String> = (rows.first().into_iter().flat_map(|row| row.keys()))
        .map(|key| match key.as_str() {
            "TimeGenerated" | "ActivityDateTime" => format!("{key} [UTC]"),
            _ => key.clone(),
        })
        .collect();
    // As the portal of Log Analytics exports times: 11/18/2026, 3:50:30.492 PM
    let told = |text: &str| {
        let number = |at: std::ops::Range<usize>| text[at].parse::<u32>().expect("a number");
        let hour = number(11..13);
        let (half, hour) = (if hour < 12 { "AM" } else { "PM" }, (hour + 11) % 12 + 1);
        format!(
            "{}/{}/{}, {hour}:{} {half}",
            number(5..7),
            number(8..10),
            &text[..4],
            &text[14..23]
        )
    };
    let cells = |row: &Map<String, Value>| -> Vec<String> {
        (row.iter())
            .map(|(key, value)| match (key.as_str(), value) {
                ("TimeGenerated" | "ActivityDateTime", Value::String(time)) => told(time),
                (_, Value::String(text)) if text.is_empty() => "(blank)".to_owned(),
                (_, Value::String(text)) => text.clone(),
                (_, other) => other.to_string(),
            })
            .collect()
    };
    csv(&header, &rows.iter().map(cells).collect::<Vec<_>>(), b',')
}

fn log_analytics_tables(records: &[Value]) -> Vec<u8> {
    let rows: Vec<Map<String, Value>> = (records.iter())
        .map(|record| log_analytics(record, |value| json!(value.to_string())))
        .collect();
    let kind = |key: &str| match key {
        "TimeGenerated" | "ActivityDateTime" => "datetime",
        "AdditionalDetails" | "InitiatedBy" | "TargetResources" => "dynamic",
        _ => "string",
    };
    let columns: Vec<Value> = (rows.first().into_iter().flat_map(|row| row.keys()))
        .map(|key| json!({"name": key, "type": kind(key)}))
        .collect();
    let rows: Vec<Vec<Value>> =
        rows.into_iter().map(|row| row.into_iter().map(|(_, v)| v).collect()).collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]})
        .to_string()
        .into_bytes()
}

/// Most targets, properties and details that the portal has columns for.
const TARGETS: usize = 3;
const PROPERTIES: usize = 5;
const DETAILS: usize = 6;

fn portal_header() -> Vec<String> {
    let mut header: Vec<String> = [
        "Date (UTC)",
        "CorrelationId",
        "Service",
        "Category",
        "Activity",
        "Result",
        "ResultReason",
        "ActorType",
        "ActorDisplayName",
        "ActorObjectId",
        "ActorUserPrincipalName",
        "IPAddress",
        "ActorServicePrincipalId",
        "ActorServicePrincipalName",
    ]
    .map(str::to_owned)
    .to_vec();
    for target in 1..=TARGETS {
        for name in ["Type", "DisplayName", "ObjectId", "UserPrincipalName"] {
            header.push(format!("Target{target}{name}"));
        }
        for property in 1..=PROPERTIES {
            for name in ["Name", "OldValue", "NewValue"] {
                header.push(format!("Target{target}ModifiedProperty{property}{name}"));
            }
        }
    }
    for detail in 1..=DETAILS {
        header.push(format!("AdditionalDetail{detail}Key"));
        header.push(format!("AdditionalDetail{detail}Value"));
    }
    header
}

fn portal_row(record: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (user, app) = (&record["initiatedBy"]["user"], &record["initiatedBy"]["app"]);
    let mut row = vec![
        text(&record["activityDateTime"]),
        text(&record["correlationId"]),
        text(&record["loggedByService"]),
        text(&record["category"]),
        text(&record["activityDisplayName"]),
        text(&record["result"]),
        text(&record["resultReason"]),
    ];
    if user.is_object() {
        let own =
            ["displayName", "id", "userPrincipalName", "ipAddress"].map(|key| text(&user[key]));
        row.push("User".to_owned());
        row.extend(own);
        row.extend([String::new(), String::new()]);
    } else {
        row.extend(["Application".to_owned(), text(&app["displayName"])]);
        row.extend([String::new(), String::new(), String::new()]);
        row.extend([text(&app["servicePrincipalId"]), String::new()]);
    }
    for at in 0..TARGETS {
        let target = &record["targetResources"][at];
        row.extend(
            ["type", "displayName", "id", "userPrincipalName"].map(|key| text(&target[key])),
        );
        for at in 0..PROPERTIES {
            let change = &target["modifiedProperties"][at];
            row.extend(["displayName", "oldValue", "newValue"].map(|key| text(&change[key])));
        }
    }
    for at in 0..DETAILS {
        let detail = &record["additionalDetails"][at];
        row.extend(["key", "value"].map(|key| text(&detail[key])));
    }
    row
}

fn portal_csv(records: &[Value], delimiter: u8) -> Vec<u8> {
    let rows: Vec<Vec<String>> = records.iter().map(portal_row).collect();
    [b"\xef\xbb\xbf".to_vec(), csv(&portal_header(), &rows, delimiter)].concat()
}

fn utf16(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).expect("UTF-8");
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("in memory");
    out.finish().expect("in memory")
}

/// A file of the records, and whether it has all fields.
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The fields it has none of, as keys of the NDJSON.
    pub lacks: &'static [&'static str],
}

/// The records in every format.
pub fn files(records: &[Value]) -> Vec<File> {
    let all = |name, bytes| File { name, bytes, lacks: &[] };
    let plain = lines(records, Value::clone);
    let list = Value::Array(records.to_vec());
    let pages = records.chunks(1_000).enumerate().map(|(number, page)| {
        let link = format!(
            "https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$skiptoken={number}"
        );
        json!({"@odata.context": "x", "value": page, "@odata.nextLink": link}).to_string()
    });
    let hubs = records.chunks(70).map(|some| {
        json!({"records": some.iter().map(diagnostic).collect::<Vec<_>>()}).to_string()
    });
    let packed = |value: &Value| json!(value.to_string());
    // The portal leaves out ids, the kind of operation and the tenant, and of applications their id.
    let lacks = &["id", "operationType", "tenantId", "appId"];
    vec![
        all("graph.json", list.to_string().into_bytes()),
        all("graph-pretty.json", serde_json::to_vec_pretty(&list).expect("JSON")),
        all("graph-pages.json", joined(pages, "\n")),
        all(
            "graph-crlf.ndjson",
            String::from_utf8(plain.clone()).expect("UTF-8").replace("}\n", "}\r\n").into_bytes(),
        ),
        all("graph-utf16.ndjson", utf16(&plain)),
        all("graph.ndjson.gz", gzip(&plain)),
        all("graph.ndjson.zst", zstd::encode_all(&plain[..], 1).expect("in memory")),
        all(
            "log-analytics.ndjson",
            lines(records, |record| Value::Object(log_analytics(record, Value::clone))),
        ),
        all(
            "log-analytics-packed.ndjson",
            lines(records, |record| Value::Object(log_analytics(record, packed_value))),
        ),
        all("log-analytics-tables.json", log_analytics_tables(records)),
        all("log-analytics.csv", log_analytics_csv(records)),
        all("diagnostic.ndjson", lines(records, diagnostic)),
        all("event-hub.json", joined(hubs, "\n")),
        all(
            "wrapped.ndjson",
            lines(records, |record| json!({"_raw": record.to_string(), "host": "collector"})),
        ),
        all(
            "blob.csv",
            csv(
                &["sourcetype".to_owned(), "_raw".to_owned()],
                &records
                    .iter()
                    .map(|record| {
                        vec![
                            "azure".to_owned(),
                            packed(record).as_str().unwrap_or_default().to_owned(),
                        ]
                    })
                    .collect::<Vec<_>>(),
                b',',
            ),
        ),
        File { name: "portal.csv", bytes: portal_csv(records, b','), lacks },
        File { name: "portal-semicolons.csv", bytes: portal_csv(records, b';'), lacks },
    ]
}

fn packed_value(value: &Value) -> Value {
    json!(value.to_string())
}

/// What entrail writes of a file: NDJSON, a line for each record, by what tells them apart; and what
/// was wrong with it.
fn read(file: &File) -> (BTreeMap<String, String>, Vec<String>) {
    let place = local::at_hand(file.name.to_owned(), &file.bytes[..]);
    let (mut store, mut troubles) = (Store::default(), Vec::new());
    drop(read_all(vec![place], |delivery| match delivery {
        Delivery::Segment(segment) => store.push(segment),
        // In what order day and month of dates in numbers are read is said, and is no trouble.
        Delivery::Trouble(trouble) if trouble.lost || !trouble.reason.contains("month first") => {
            troubles.push(trouble.to_string());
        }
        _ => {}
    }));
    let rows: Vec<u32> = (0..store.len() as u32).collect();
    let options = export::Options { format: export::Format::NDJSON, ..export::Options::default() };
    let mut out = Vec::new();
    export::write(&store, &rows, &options, &mut out).expect("in memory");
    let mut found = BTreeMap::new();
    for line in out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: Value = serde_json::from_slice(line).expect("a line of JSON");
        // Correlation ids are distinct here, and every format has them.
        let key = value["correlationId"].as_str().unwrap_or_default().to_owned();
        let line = String::from_utf8_lossy(line).into_owned();
        if found.insert(key.clone(), line).is_some() {
            troubles.push(format!("{key} is there twice"));
        }
    }
    (found, troubles)
}

/// Takes out keys, however deep, and what says nothing: null, empty text, empty lists and objects.
fn without(value: &Value, keys: &[&str], depth: usize) -> Value {
    match value {
        Value::Object(map) => {
            let nothing = |value: &Value| match value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            };
            let kept = map.iter().filter(|(key, _)| {
                let is_own_id = key.as_str() == "id" && depth > 0;
                is_own_id || !keys.contains(&key.as_str())
            });
            let kept = kept.map(|(key, value)| (key.clone(), without(value, keys, depth + 1)));
            Value::Object(kept.filter(|(_, value)| !nothing(value)).collect())
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| without(item, keys, depth)).collect())
        }
        other => other.clone(),
    }
}

/// Reads so many records in every format. The number of files; or the first difference, in words.
pub fn check(count: usize, seed: u64) -> Result<usize, String> {
    let records = records(count, seed);
    let plain = File { name: "graph.ndjson", bytes: lines(&records, Value::clone), lacks: &[] };
    let (expected, troubles) = read(&plain);
    if expected.len() != count || !troubles.is_empty() {
        return Err(format!("{}: {} of {count} records; {troubles:?}", plain.name, expected.len()));
    }
    let files = files(&records);
    for file in &files {
        let (found, troubles) = read(file);
        if found.len() != count || !troubles.is_empty() {
            return Err(format!("{}: {} of {count} records; {troubles:?}", file.name, found.len()));
        }
        for (key, value) in &expected {
            let other = found.get(key).map_or("null", String::as_str);
            let parsed = |line: &str| serde_json::from_str(line).unwrap_or(Value::Null);
            let is_same = match file.lacks.is_empty() {
                // Nothing is left out: byte for byte the same line.
                true => value == other,
                false => {
                    without(&parsed(value), file.lacks, 0) == without(&parsed(other), file.lacks, 0)
                }
            };
            if !is_same {
                return Err(format!("{}: a record differs\n{value}\n{other}", file.name));
            }
        }
    }
    Ok(1 + files.len())
}
