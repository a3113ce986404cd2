//! An event hub to try `entrail hub` against without Azure: `cargo run --example fake_hub`.
//! Never leaves the machine; everything it sends is invented.
#![expect(clippy::disallowed_methods, reason = "messages are sent by the clock")]

#[allow(dead_code, reason = "of what tests do with it, some is used here")]
#[path = "../tests/fake_hub/hub.rs"]
mod fake_hub;

use std::time::{Duration, Instant};

use fake_hub::bytes::{Codec, Kind, ORDINARY};
use fake_hub::{CONNECTION, FakeHub};

const HELP: &str =
    "cargo run --example fake_hub -- [--partitions N] [--rate N] [--kept N] [--per-message N]

  --partitions N   the hub has so many (4)
  --rate N         so many messages arrive in a second (20)
  --kept N         so many messages are there at the start (2000)
  --per-message N  so many records in a message (1)";

/// The hub.
const HUB: &str = "insights-logs-auditlogs";
/// How often messages are sent.
const TICK: Duration = Duration::from_millis(50);

fn main() {
    let [mut partitions, mut rate, mut kept, mut per] = [4_u64, 20, 2_000, 1];
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|value| value.parse().ok());
        let into = match argument.as_str() {
            "--partitions" => &mut partitions,
            "--rate" => &mut rate,
            "--kept" => &mut kept,
            "--per-message" => &mut per,
            _ => {
                println!("{HELP}");
                std::process::exit(i32::from(argument != "--help") * 2);
            }
        };
        let Some(number) = number else {
            eprintln!("{argument} needs a number\n\n{HELP}");
            std::process::exit(2);
        };
        *into = number;
    }
    let fake = FakeHub::start(1);
    fake.make(HUB, partitions.max(1) as usize);
    let mut sent = 0;
    send(&fake, partitions.max(1), kept, per.max(1), &mut sent);
    println!(
        "An event hub listens on 127.0.0.1:{port} (stop with Ctrl-C; --help names the flags).\n
Paste into another terminal:\n
  export EVENTHUB_CONNECTION_STRING='{CONNECTION}'
  entrail hub {address} --ca-cert tests/fixtures/tls/ca.pem --from beginning
  entrail doctor hub {address} --ca-cert tests/fixtures/tls/ca.pem\n",
        port = fake.shared.ports[0],
        address = fake.address(HUB),
    );
    let began = Instant::now();
    let before = sent;
    loop {
        std::thread::sleep(TICK);
        let due = (began.elapsed().as_secs_f64() * rate as f64) as u64;
        send(&fake, partitions.max(1), due.saturating_sub(sent - before), per.max(1), &mut sent);
        for partition in 0..partitions.max(1) as usize {
            // A hub keeps messages for a limited time.
            fake.log(HUB, partition, |log| {
                if log.batches.len() > 20_000 {
                    log.forget(log.batches[10_000].0);
                }
            });
        }
    }
}

/// Sends messages, in batches to all partitions.
fn send(fake: &FakeHub, partitions: u64, messages: u64, per: u64, sent: &mut u64) {
    let now = jiff::Timestamp::now();
    for partition in 0..partitions {
        let count = (messages + partitions - 1 - partition) / partitions;
        let texts: Vec<String> = (0..count)
            .map(|_| {
                *sent += 1;
                let records: Vec<String> = (0..per).map(|n| record(*sent * per + n, now)).collect();
                format!("{{\"records\": [{}]}}", records.join(","))
            })
            .collect();
        for texts in texts.chunks(500) {
            let values: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
            let kind = Kind { codec: Codec::Plain, ..ORDINARY };
            fake.log(HUB, partition as usize, |log| log.push(now.as_millisecond(), kind, &values));
        }
    }
}

/// What somebody did.
const DONE: [(&str, &str); 5] = [
    ("Update user", "UserManagement"),
    ("Add member to group", "GroupManagement"),
    ("Add member to role", "RoleManagement"),
    ("Consent to application", "ApplicationManagement"),
    ("Update conditional access policy", "Policy"),
];
const WHO: [&str; 4] = ["ada", "grace", "alan", "edsger"];

/// A record as diagnostic settings write it.
fn record(number: u64, time: jiff::Timestamp) -> String {
    let (activity, category) = DONE[(number * 7 / 3 % 5) as usize];
    let (who, whom) = (WHO[(number % 4) as usize], WHO[(number / 3 % 4) as usize]);
    format!(
        r#"{{"time":"{time}","resourceId":"/tenants/4aaa0000-0000-4000-8000-000000000001/providers/Microsoft.aadiam","operationName":"{activity}","operationVersion":"1.0","category":"AuditLogs","tenantId":"4aaa0000-0000-4000-8000-000000000001","resultSignature":"None","durationMs":0,"callerIpAddress":"203.0.113.{ip}","correlationId":"5e5e0000-0000-4000-8000-{number:012}","Level":4,"properties":{{"id":"Directory_{number}","category":"{category}","correlationId":"5e5e0000-0000-4000-8000-{number:012}","result":"success","resultReason":"","activityDisplayName":"{activity}","activityDateTime":"{time}","loggedByService":"Core Directory","operationType":"Update","initiatedBy":{{"user":{{"id":"11110000-0000-4000-8000-00000000000{w}","displayName":null,"userPrincipalName":"{who}@contoso.example","ipAddress":"203.0.113.{ip}","roles":[]}}}},"targetResources":[{{"id":"22220000-0000-4000-8000-00000000000{w}","displayName":"{whom}","type":"User","userPrincipalName":"{whom}@contoso.example","modifiedProperties":[{{"displayName":"Department","oldValue":"[\"Sales\"]","newValue":"[\"Research {number}\"]"}}]}}],"additionalDetails":[]}}}}"#,
        ip = number % 250,
        w = number % 4,
    )
}
