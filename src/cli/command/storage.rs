//! `entrail storage`: the logs Entra streams to a storage account on the screen, with files beside them.
//! Never talks to Azure Storage itself; a [`Storage`] does.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::{Args, ValueHint};

use crate::cli::arguments::{ScreenArguments, SignInArguments};
use crate::cli::screen::{self, Opened};
use crate::cli::standard::out;
use crate::cli::storage::{account, wait_for};
use crate::cli::{Outcome, load, parse_query};
use crate::place::{Place, Places};
use crate::query::push_down::by_time;
use crate::query::{Context, Query, when};
use crate::source::storage::account::Account;
use crate::source::storage::address::Address;
use crate::source::storage::doctor::containers;
use crate::source::storage::logs::{LOGS, Log, find};
use crate::source::{Load, Storage};
use crate::text::clean;
use crate::time::{TimeRange, Timestamp};

const EXAMPLES: &str = "\
Examples:
  entrail storage contosologs                    the last seven days of the audit log
  entrail storage contosologs --log audit,sign-ins --since last-30d
  entrail storage contosologs --list             which logs are streamed to it
  entrail storage contosologs/insights-logs-auditlogs --since 2026-03-01 --until 2026-03-31
  entrail az://contosologs/insights-logs-auditlogs/tenantId=…/y=2026/m=03/ older.ndjson

An account key, a connection string or a shared access signature comes from AZURE_STORAGE_KEY,
AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_SAS_TOKEN; without them you sign in.";

/// Open logs that Entra streams to a storage account
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The account, a container of it, or the address of either [default: `AZURE_STORAGE_ACCOUNT`]
    #[arg(value_name = "ACCOUNT[/CONTAINER]")]
    account: Option<String>,

    /// Files, folders, patterns or - for standard input, opened beside the account
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    range: Range,

    #[command(flatten)]
    sign_in: SignInArguments,

    #[command(flatten)]
    screen: ScreenArguments,
}

/// What to read.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to read")]
struct Range {
    /// Logs, each from its container: audit, attributes, sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning, risky-users, graph-calls …;
    /// or all that are there [default: audit, unless a container is named]
    #[arg(long, value_name = "LOG,…", value_delimiter = ',')]
    log: Vec<String>,

    /// From when: 2026-11-01, 2026-11-01T14, last-24h (UTC) [default: that of the query, else last-7d]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Until when, that span included; last-1d is until a day ago
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// Only records that match; blobs of other hours are not read
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true, default_value = "")]
    query: String,

    /// Say which blobs would be read, then end
    #[arg(long)]
    explain: bool,

    /// List the logs that are streamed to the account, then end
    #[arg(long, conflicts_with_all = ["explain", "log"])]
    list: bool,
}

/// What was read where nothing was said.
const DEFAULT_SINCE: &str = "last-7d";

/// Opens the screen on the containers of an account and what was named beside them.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Arguments { account: named, paths, range, sign_in, screen } = arguments;
    let reads_input = paths.iter().any(|path| load::is_stdin(path));
    ensure!(
        !(sign_in.token_stdin && reads_input),
        "--token-stdin: standard input cannot give a token and records; put them in a file"
    );
    let now = crate::runtime::now();
    let (span, filter) = asked(range, now)?;
    let (account, address) = account(named.as_deref(), sign_in)?;
    if range.list {
        return list(&account);
    }
    let mut opened = Vec::new();
    for container in chosen(&account, &address, &range.log)? {
        let address = address.with_container(&container);
        let storage = Storage::new(Arc::clone(&account), &address, span);
        opened.push(storage.map_err(anyhow::Error::msg)?);
    }
    let mut origin: Vec<String> = opened.iter().flat_map(Storage::explained).collect();
    if range.explain {
        let mut out = out();
        origin.iter().try_for_each(|line| writeln!(out, "{}", clean(line)))?;
        return Ok(Outcome::Found);
    }
    let name = match opened.as_slice() {
        [storage] if paths.is_empty() => storage.name().into_owned(),
        _ => address.account.clone(),
    };
    origin.extend(paths.iter().map(|path| path.display().to_string()));
    let mut places: Places =
        opened.into_iter().map(|storage| Arc::new(storage) as Arc<dyn Place>).collect();
    places.extend(load::places(paths.clone())?);
    let mut screen = screen.clone();
    if screen.filter.is_none() && !filter.is_empty() {
        screen.filter = Some(filter);
    }
    screen::start(Load { places, ..Load::default() }, Opened { name, origin }, &screen)
}

/// The span of time that is asked for, and the filter that shows no more than that.
fn asked(range: &Range, now: Timestamp) -> anyhow::Result<(TimeRange, String)> {
    let query: Query = parse_query(&range.query)?;
    let context = Context { now, around: None };
    let unknown = |option: &str, text: &str| {
        let way = when::way_out(text)
            .unwrap_or_else(|| "write 2026-11-01, 2026-11-01T14, last-24h".to_owned());
        format!("{option} `{}` names no time; {way}", clean(text))
    };
    let since = range
        .since
        .as_ref()
        .map(|text| when::since(text, &context).with_context(|| unknown("--since", text)));
    let until = range
        .until
        .as_ref()
        .map(|text| when::until(text, &context).with_context(|| unknown("--until", text)));
    let (since, until) = (since.transpose()?, until.transpose()?);
    let (of_query, _) = by_time(&query, &context);
    let end = [until, of_query.end].into_iter().flatten().min();
    let usual = || {
        let week = when::since(DEFAULT_SINCE, &Context { now: end.unwrap_or(now), around: None });
        week.filter(|_| of_query.start.is_none())
    };
    let start = since.or_else(usual).max(of_query.start);
    if let (Some(start), Some(end)) = (start, end) {
        ensure!(start < end, "nothing lies between {start} and {end}: see --since, --until");
    }
    // Hours around the span are read too: what lies there is not shown.
    let mut filter: Vec<String> = Vec::new();
    filter.extend(since.map(|since| format!("time>={since}")));
    filter.extend(until.map(|until| format!("time<{until}")));
    filter.extend((!range.query.is_empty()).then(|| query.to_string()));
    Ok((TimeRange { start, end }, filter.join(" ")))
}

/// The containers of the logs that were asked for.
fn chosen(
    account: &Arc<Account>,
    address: &Address,
    logs: &[String],
) -> anyhow::Result<Vec<String>> {
    if let Some(container) = &address.container {
        ensure!(logs.is_empty(), "--log names containers: leave it out, or name the account alone");
        return Ok(vec![container.clone()]);
    }
    let mut named: Vec<&Log> = Vec::new();
    for name in logs.iter().filter(|name| !name.trim().eq_ignore_ascii_case("all")) {
        let log = find(name).with_context(|| {
            let known: Vec<&str> = LOGS.iter().map(|log| log.name).collect();
            format!("there is no log `{}`; the logs are {}, or all", clean(name), known.join(", "))
        })?;
        if !named.contains(&log) {
            named.push(log);
        }
    }
    if logs.is_empty() {
        named.extend(LOGS.first());
    }
    let mut chosen: Vec<String> = named.iter().map(|log| log.container()).collect();
    if logs.iter().any(|name| name.trim().eq_ignore_ascii_case("all")) {
        let there = wait_for(account, containers(account))?.map_err(anyhow::Error::msg)?;
        let shown = LOGS.iter().filter(|log| log.is_shown).map(Log::container);
        let more: Vec<String> =
            shown.filter(|name| there.contains(name) && !chosen.contains(name)).collect();
        chosen.extend(more);
        ensure!(
            !chosen.is_empty(),
            "the account {} has no container of a log of Entra: no diagnostic setting streams to it",
            address.account
        );
    }
    Ok(chosen)
}

/// Lists the logs whose containers are there, and other containers of logs.
fn list(account: &Arc<Account>) -> anyhow::Result<Outcome> {
    let there = wait_for(account, containers(account))?.map_err(anyhow::Error::msg)?;
    let mut out = out();
    for log in LOGS.iter().filter(|log| there.contains(&log.container())) {
        writeln!(out, "{}\t{}", log.name, log.container())?;
    }
    for other in there.iter().filter(|name| find(name).is_none()) {
        writeln!(out, "-\t{}", clean(other))?;
    }
    Ok(Outcome::found(!there.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(since: Option<&str>, until: Option<&str>, query: &str) -> anyhow::Result<[String; 3]> {
        let range = Range {
            log: Vec::new(),
            since: since.map(str::to_owned),
            until: until.map(str::to_owned),
            query: query.to_owned(),
            explain: false,
            list: false,
        };
        let now = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let (span, filter) = asked(&range, now)?;
        let short = |time: Option<Timestamp>| time.map_or(String::new(), |time| time.to_string());
        Ok([short(span.start), short(span.end), filter])
    }

    #[test]
    fn without_a_word_it_is_the_last_seven_days() {
        let week = ["2026-11-13T12:00:00Z", "", ""].map(str::to_owned);
        assert_eq!(span(None, None, "").expect("a span"), week);
        let [start, end, filter] = span(None, None, "result=failure").expect("a span");
        assert_eq!((&*start, &*end, &*filter), ("2026-11-13T12:00:00Z", "", "result=failure"));
    }

    #[test]
    fn what_is_asked_for_is_shown_and_no_more() {
        let [start, end, filter] =
            span(Some("2026-03-01"), Some("2026-03-02"), "").expect("a span");
        assert_eq!((&*start, &*end), ("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"));
        assert_eq!(filter, "time>=2026-03-01T00:00:00Z time<2026-03-03T00:00:00Z");
        let [start, end, _] = span(None, Some("2026-03-08"), "").expect("a span");
        assert_eq!((&*start, &*end), ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"));
        let [start, end, _] = span(None, None, "time>=2025 time<2026-02 role").expect("a span");
        assert_eq!((&*start, &*end), ("2025-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
        assert!(span(Some("2026-03-02"), Some("2026-03-01"), "").is_err());
        assert!(span(Some("soon"), None, "").is_err());
    }
}
