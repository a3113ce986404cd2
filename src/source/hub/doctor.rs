//! What can be read of a hub and which logs arrive in it, and how to get what is missing.
//! Never reads more than the last messages of each partition, and moves no offset.
//!
//! Sources: Azure, "Authorize access to Event Hubs resources using Microsoft Entra ID" (roles),
//! "Use Azure Event Hubs from Apache Kafka applications" (tiers, port); Microsoft Entra, "Configure
//! diagnostic settings for activity logs" (Security Administrator).

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::Hub;
use super::batch::unpack;
use super::failure::Failure;
use super::link::Namespace;
use super::message;
use super::pull::described;
use super::requests::{Broker, FIRST, Fetch, LAST, ListOffsets, Metadata, Topic};
use crate::source::storage::doctor::Report;
use crate::source::storage::logs::{LOGS, Log};
use crate::text::thousands;

/// How many messages of each partition are looked at.
const LOOKED_AT: i64 = 50;
/// Bytes of them, about.
const MOST: i32 = 1 << 20;
/// How long a partition may wait for something, in milliseconds.
const WAIT: i32 = 2_000;
/// What the hubs are called that diagnostic settings make.
const OF_LOGS: &str = "insights-logs-";

/// What a record says of its log.
#[derive(Deserialize)]
struct Meta {
    category: Option<String>,
}

/// What was seen of a hub.
#[derive(Default)]
struct Seen {
    /// Messages that are kept, of all partitions.
    kept: i64,
    messages: u64,
    /// Records by what they say of their log.
    categories: BTreeMap<String, u64>,
    unread: u64,
}

impl Hub {
    /// Finds out what can be read of the hub, or which hubs there are where none is named.
    pub async fn examine(&self) -> Report {
        let mut report = Report { lines: self.explained(), can_read: false };
        report.lines.truncate(1);
        match self.namespace() {
            Ok(namespace) => examine(&namespace, &mut report).await,
            Err(why) => report.lines.push(format!("✗ {why}")),
        }
        report.lines.push(String::new());
        report.lines.extend(advice(report.can_read));
        report
    }
}

async fn examine(namespace: &Namespace, report: &mut Report) {
    let address = &namespace.address;
    let mut tell = |line: String| report.lines.push(line);
    let mut link = match namespace.link().await {
        Ok(link) => link,
        Err(failure) => return tell(format!("✗ {}", failure.words(address))),
    };
    tell(format!("✓ {} answers on port {}, and knows who asks", address.host, address.port));
    if address.hub.is_empty() {
        match link.ask(&Metadata { hub: None }).await {
            Ok(hubs) => hubs_of(&hubs, report),
            Err(failure) => {
                tell(format!("✗ its hubs cannot be listed: {}", failure.words(address)));
            }
        }
        return;
    }
    let topic = match described(namespace).await {
        Ok(topic) => topic,
        Err(failure) => return tell(format!("✗ {}", failure.words(address))),
    };
    let mut seen = Seen::default();
    let mut leaders: HashMap<Broker, Vec<i32>> = HashMap::new();
    let mut lost: Vec<(i32, Failure)> = Vec::new();
    let all = topic.partitions.len();
    for (partition, code, leader) in topic.partitions {
        match leader {
            Some(leader) => leaders.entry(leader).or_default().push(partition),
            None => lost.push((partition, Failure::Code(code))),
        }
    }
    for (leader, partitions) in leaders {
        if let Err((partitions, failure)) = look(namespace, &leader, partitions, &mut seen).await {
            lost.extend(partitions.into_iter().map(|partition| (partition, failure.clone())));
        }
    }
    for (partition, failure) in &lost {
        tell(format!("✗ partition {partition}: {}", failure.words(address)));
    }
    let read = all - lost.len();
    if read > 0 {
        report.can_read = true;
        report.lines.push(format!(
            "✓ {}: {read} of {all} partitions can be read, {} messages are kept",
            address.hub,
            thousands(u64::try_from(seen.kept).unwrap_or(0))
        ));
        categories(&seen, report);
    }
}

/// Says which hubs there are: those of logs, and others.
fn hubs_of(hubs: &[Topic], report: &mut Report) {
    let mut there: Vec<&Topic> =
        hubs.iter().filter(|hub| hub.code == 0 && !hub.is_internal).collect();
    there.sort_by(|a, b| a.name.cmp(&b.name));
    report.can_read = !there.is_empty();
    for hub in &there {
        let log = LOGS.iter().find(|log| log.container().eq_ignore_ascii_case(&hub.name));
        let what = log.map_or(String::new(), |log| format!(" ({})", log.name));
        report.lines.push(format!("  {}{what}: {} partitions", hub.name, hub.partitions.len()));
    }
    if there.is_empty() {
        report.lines.push("✗ there is no hub in it, or none may be seen".to_owned());
    } else if !there.iter().any(|hub| hub.name.starts_with(OF_LOGS)) {
        let why = "  none is called as diagnostic settings call theirs; name one to see what arrives in it";
        report.lines.push(why.to_owned());
    }
}

/// Looks at the last messages of partitions that one broker leads.
async fn look(
    namespace: &Namespace,
    leader: &Broker,
    partitions: Vec<i32>,
    seen: &mut Seen,
) -> Result<(), (Vec<i32>, Failure)> {
    let hub = &*namespace.address.hub;
    let looked = async {
        let mut link = namespace.link_to(leader).await?;
        let mut offsets = [HashMap::new(), HashMap::new()];
        for (found, time) in offsets.iter_mut().zip([FIRST, LAST]) {
            let asked = partitions.iter().map(|partition| (*partition, time)).collect();
            for at in link.ask(&ListOffsets { hub, partitions: asked }).await? {
                if at.code != 0 {
                    return Err(Failure::Code(at.code));
                }
                found.insert(at.partition, at.offset);
            }
        }
        let [first, last] = offsets;
        for partition in &partitions {
            let at = |all: &HashMap<i32, i64>| all.get(partition).copied().unwrap_or(0);
            let (first, last) = (at(&first), at(&last));
            seen.kept = seen.kept.saturating_add(last.saturating_sub(first));
            let from = first.max(last.saturating_sub(LOOKED_AT));
            if from >= last {
                continue;
            }
            let fetch =
                Fetch { hub, wait: WAIT, most: MOST, partitions: vec![(*partition, from, MOST)] };
            let (_, fetched) = link.ask(&fetch).await?;
            for fetched in fetched {
                if fetched.code != 0 {
                    return Err(Failure::Code(fetched.code));
                }
                let unpacked = unpack(&fetched.batches, from, &fetched.aborted);
                let bodies = unpacked.messages.into_iter().filter_map(|message| message.body);
                bodies.for_each(|body| seen.take(&body));
                seen.unread += unpacked.unread.len() as u64;
            }
        }
        Ok(())
    };
    looked.await.map_err(|failure| (partitions.clone(), failure))
}

impl Seen {
    fn take(&mut self, body: &[u8]) {
        self.messages += 1;
        let mut lines = Vec::new();
        if let message::Held::Unread(_) = message::put(body, &mut lines) {
            self.unread += 1;
            return;
        }
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<Meta>(line).ok().and_then(|meta| meta.category) {
                Some(category) => *self.categories.entry(category).or_default() += 1,
                None => *self.categories.entry(String::new()).or_default() += 1,
            }
        }
    }
}

/// Says which logs arrive, by the last messages.
fn categories(seen: &Seen, report: &mut Report) {
    if seen.messages == 0 {
        let why = "? no messages are kept, so it does not show which logs arrive; those that are streamed \
                   send some within minutes, while somebody signs in or changes something";
        report.lines.push(why.to_owned());
        return;
    }
    let of_log =
        |category: &str| LOGS.iter().find(|log| log.category.eq_ignore_ascii_case(category));
    let count = thousands(seen.messages);
    for (category, records) in &seen.categories {
        let records = thousands(*records);
        report.lines.push(match (of_log(category), category.is_empty()) {
            (Some(log), _) => {
                format!("✓ {}: {records} records in the last {count} messages", log.name)
            }
            (None, true) => format!("  {records} records do not say which log they are of"),
            (None, false) => format!("  {category}: {records} records, of another log"),
        });
    }
    let arrives = |log: &Log| {
        seen.categories.keys().any(|category| log.category.eq_ignore_ascii_case(category))
    };
    let missing: Vec<&str> =
        (LOGS.iter()).filter(|log| log.is_shown && !arrives(log)).map(|log| log.name).collect();
    if !missing.is_empty() {
        report.lines.push(format!("? not among the last {count} messages: {}", missing.join(", ")));
    }
    if seen.unread > 0 {
        report.lines.push(format!("✗ {} messages cannot be read", thousands(seen.unread)));
    }
}

fn advice(can_read: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !can_read {
        let read = "To read: ask an owner of the namespace for the role Azure Event Hubs Data Receiver on the hub, \
                    or for a connection string of a policy with Listen in EVENTHUB_CONNECTION_STRING. Owner and \
                    Contributor are not enough for the data.";
        let tier = "The namespace must be of the tier Standard, Premium or Dedicated: Basic has no Kafka endpoint. \
                    Its firewall and your network must let connections to port 9093 through; no proxy is used.";
        lines.extend([read.to_owned(), tier.to_owned()]);
    }
    let stream = "To stream a log: Entra admin center, Monitoring & health, Diagnostic settings; Security \
                  Administrator is the least role. Service Support Administrator and Reports Reader are not enough.";
    lines.push(stream.to_owned());
    lines
}
