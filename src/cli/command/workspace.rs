//! `entrail workspace`: what a workspace of Log Analytics or Sentinel keeps, on the screen, with files beside it.
//! Never talks to the workspace itself; a place does.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use clap::{Args, ValueHint};

use crate::cli::arguments::{ScreenArguments, SignInArguments};
use crate::cli::load;
use crate::cli::screen::{self, Opened};
use crate::cli::span::{RequestedSpan, Span};
use crate::cli::standard::out;
use crate::cli::tenant::{settings, wait_asking};
use crate::cli::{Outcome, parse_query, tell};
use crate::place::{Place, Places};
use crate::source::Load;
use crate::source::kql::Request;
use crate::source::kql::tables::{TABLES, Table, find};
use crate::source::workspace::{self, List, Listed, Name, Subscriptions};
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail workspace --list                       name, id, days kept, subscription, resource id
  entrail workspace 63613592-b6f7-4c3d-a390-22ba13102111
  entrail workspace 6361… --since 2025-11-01 --query 'activity:consent' --log audit
  entrail workspace 6361… --since last-24h --log audit,sign-ins exported.json
  entrail workspace /subscriptions/…/workspaces/law-security --query 'target:\"Break Glass\"' --explain";

/// Open what a workspace of Log Analytics or Sentinel keeps
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The workspace: its id, or its resource id (/subscriptions/…), which works for applications too
    #[arg(value_name = "WORKSPACE", required_unless_present = "list")]
    workspace: Option<String>,

    /// Files, folders, patterns or - for standard input, opened beside the workspace
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    /// Logs: audit, sign-ins, sign-ins-noninteractive, sign-ins-service-principal,
    /// sign-ins-managed-identity, provisioning, risky-users, user-risk-events,
    /// risky-service-principals, service-principal-risk-events, graph-calls, unified, or the name of
    /// their table; or all that are there
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', default_value = "audit")]
    #[arg(help_heading = "What to ask for")]
    log: Vec<String>,

    /// From when: 2026-11-01, 2026-11-01T14, last-24h (UTC) [default: that of the query, else last-7d]
    #[arg(long, value_name = "TIME", help_heading = "What to ask for")]
    since: Option<String>,

    /// Until when, that span included; last-1d is until a day ago [default: now]
    #[arg(long, value_name = "TIME", help_heading = "What to ask for")]
    until: Option<String>,

    /// Only records that match; what the workspace can evaluate is asked of it, the rest is done here
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true, default_value = "")]
    #[arg(help_heading = "What to ask for")]
    query: String,

    /// Say what the workspace evaluates, what is evaluated here, and the KQL; then end
    #[arg(long, help_heading = "What to ask for")]
    explain: bool,

    /// List the workspaces you may see, of all subscriptions, and end
    #[arg(long, conflicts_with_all = ["workspace", "explain"])]
    list: bool,

    #[command(flatten)]
    sign_in: SignInArguments,

    /// Another place of the workspace, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true)]
    api_url: Option<String>,

    #[command(flatten)]
    screen: ScreenArguments,
}

/// Opens the screen on a workspace and what was named beside it, or explains what would be asked.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Arguments { paths, sign_in, .. } = arguments;
    let Some(name) = &arguments.workspace else { return list(arguments) };
    let name = Name::parse(name).map_err(|why| anyhow::Error::msg(clean(&why).into_owned()))?;
    let reads_input = paths.iter().any(|path| load::is_stdin(path));
    ensure!(
        !(sign_in.token_stdin && reads_input),
        "--token-stdin: standard input cannot give a token and records; put them in a file"
    );
    let request = request(arguments)?;
    let (settings, certificates) = (settings(sign_in)?, sign_in.ca_cert.clone());
    let base = arguments.api_url.as_deref();
    let place = workspace::place(name, settings, certificates, base, request);
    let place = place.map_err(anyhow::Error::msg)?;
    let explained = place.explained();
    if arguments.explain {
        let mut out = out();
        for line in explained {
            writeln!(out, "{}", clean(&line))?;
        }
        return Ok(Outcome::Found);
    }
    let mut screen = arguments.screen.clone();
    // What the workspace was not asked for is asked of the records that came.
    if screen.filter.is_none() && !arguments.query.is_empty() {
        screen.filter = Some(arguments.query.clone());
    }
    let mut origin = explained;
    origin.extend(paths.iter().map(|path| path.display().to_string()));
    let mut places: Places = vec![Arc::new(place) as Arc<dyn Place>];
    places.extend(load::places(paths.clone())?);
    let name = match places.as_slice() {
        [place] => place.name().into_owned(),
        places => format!("{} places", places.len()),
    };
    screen::start(Load { places, ..Load::default() }, Opened { name, origin }, &screen)
}

/// Writes the workspaces that whoever signs in may see: name, id, resource id, days, subscription.
fn list(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let (settings, certificates) =
        (settings(&arguments.sign_in)?, arguments.sign_in.ca_cert.clone());
    let subscriptions = Subscriptions::new(settings, certificates, arguments.api_url.as_deref())
        .map_err(anyhow::Error::msg)?;
    let listed = wait_asking(|| subscriptions.asking(), subscriptions.list())?;
    let List { workspaces, missing } = listed.map_err(anyhow::Error::msg)?;
    let mut out = out();
    for Listed { name, id, resource, subscription, days } in &workspaces {
        let days = days.map_or("?".to_owned(), |days| days.to_string());
        let line = [name, id, &days, subscription, resource].map(|part| clean(part));
        writeln!(out, "{}", line.join("\t"))?;
    }
    for (subscription, why) in &missing {
        tell(&format!("subscription {}: {}", clean(subscription), clean(why)));
    }
    Ok(match (missing.is_empty(), workspaces.is_empty()) {
        (false, _) => Outcome::Failed,
        (true, true) => Outcome::Nothing,
        (true, false) => Outcome::Found,
    })
}

fn request(arguments: &Arguments) -> anyhow::Result<Request> {
    let query = parse_query(&arguments.query)?;
    let now = crate::runtime::now();
    let (tables, optional) = tables(&arguments.log)?;
    let Arguments { since, until, .. } = arguments;
    let asked = RequestedSpan { query: query.clone(), since: since.clone(), until: until.clone() };
    let Span { window, is_ended } = asked.at(now)?;
    Ok(Request { tables, optional, window, is_ended, query, now })
}

/// The tables of these logs, and which of them were not asked for by name.
fn tables(names: &[String]) -> anyhow::Result<(Vec<&'static Table>, Vec<&'static str>)> {
    let mut named: Vec<&'static Table> = Vec::new();
    let mut is_all = false;
    for name in names {
        if name.trim().eq_ignore_ascii_case("all") {
            is_all = true;
            continue;
        }
        let table = find(name).with_context(|| {
            let known: Vec<&str> = TABLES.iter().map(|table| table.log).collect();
            format!("there is no log `{}`; the logs are {}, or all", clean(name), known.join(", "))
        })?;
        if !named.contains(&table) {
            named.push(table);
        }
    }
    let others: Vec<&'static Table> =
        TABLES.iter().filter(|table| is_all && !named.contains(table)).collect();
    let optional = others.iter().map(|table| table.log).collect();
    if is_all {
        named = TABLES.iter().collect();
    }
    Ok((named, optional))
}
