//! A Microsoft Graph to try `entrail` against without a tenant: `cargo run --example fake_graph`.
//! Never leaves the machine; everything it tells is invented.

#[path = "../tests/fake_graph/graph.rs"]
mod fake_graph;

use entrail::time::Timestamp;
use fake_graph::tenant::{CERTIFICATE_FILE, CLIENT, IDENTITY_HEADER, SECRET, TENANT};
use fake_graph::{Answer, FakeGraph, Faults, Grant, Tenant};

const HELP: &str =
    "cargo run --example fake_graph -- [--records N] [--port N] [--faults SEED] [--limit]

  --records N    so many audit records in the 30 days up to today (6000)
  --port N       on this port of 127.0.0.1 (any that is free)
  --faults SEED  one answer in five is throttled, fails, is cut or damaged
  --limit        throttle at Graph's own limit: 5 requests in 10 seconds";

fn main() {
    let (mut records, mut port, mut faults, mut limited) = (6_000, 0, None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = |value: Option<String>| value.and_then(|value| value.parse::<u32>().ok());
        match (argument.as_str(), limited) {
            ("--limit", _) => limited = true,
            (name @ ("--records" | "--port" | "--faults"), _) => {
                let Some(value) = number(arguments.next()) else {
                    eprintln!("{name} needs a number\n\n{HELP}");
                    std::process::exit(2);
                };
                match name {
                    "--records" => records = value as usize,
                    "--port" => port = value as u16,
                    _ => faults = Some(u64::from(value)),
                }
            }
            _ => {
                println!("{HELP}");
                std::process::exit(i32::from(argument != "--help") * 2);
            }
        }
    }
    let today = Timestamp::from_ms(milliseconds_now());
    let mut tenant = Tenant::demo(records, 1).moved_to(today);
    tenant.limited = limited;
    tenant.interval = 2;
    let graph = FakeGraph::start_at(tenant, port);
    graph.device([Answer::Pending, Answer::Pending]);
    if let Some(seed) = faults {
        graph.script(Faults::chaos(seed, 20));
    }
    let base = graph.base();
    let token = graph.token(&Grant { lifetime: 86_400, ..Grant::default() });
    println!(
        "A Microsoft Graph and its login listen on {base} (stop with Ctrl-C; --help names the flags).\n
Paste into another terminal, for a token that is good for a day:\n
  export ENTRAIL_TOKEN='{token}'
  entrail graph --login-url {base} --graph-url {base} --since last-30d
  entrail pull --archive ./entra --log all --since last-30d --login-url {base} --graph-url {base}\n
Or instead of the token, a secret, a certificate, or a managed identity:\n
  unset ENTRAIL_TOKEN
  export AZURE_TENANT_ID='{TENANT}' AZURE_CLIENT_ID='{CLIENT}' AZURE_CLIENT_SECRET='{SECRET}'\n
  unset AZURE_CLIENT_SECRET
  export AZURE_CLIENT_CERTIFICATE_PATH='{CERTIFICATE_FILE}'\n
  unset AZURE_CLIENT_CERTIFICATE_PATH AZURE_CLIENT_ID
  export IDENTITY_ENDPOINT='{base}/msi/token' IDENTITY_HEADER='{IDENTITY_HEADER}'\n
By hand:\n
  curl -H \"Authorization: Bearer $ENTRAIL_TOKEN\" '{base}/v1.0/auditLogs/directoryAudits?$top=3'"
    );
    loop {
        std::thread::park();
    }
}

#[expect(clippy::disallowed_methods, reason = "the newest records are those of today")]
fn milliseconds_now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
