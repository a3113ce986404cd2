//! `hub`: what Entra streams to an event hub, while it arrives.
//! Never talks to the hub itself; a [`Hub`] does.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use super::{Asked, Opening, PlaceCommand, Pulled};
use crate::cli::Outcome;
use crate::cli::arguments::{RangeArguments, SignInArguments};
use crate::cli::report::write_lines;
use crate::cli::span::{RequestedSpan, Span};
use crate::cli::standard::out;
use crate::cli::tenant::{settings, wait_asking};
use crate::config::environment;
use crate::place::Place;
use crate::query::{Context, when};
use crate::source::Hub;
use crate::source::hub::From;
use crate::source::hub::address::Address;
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail hub contoso/insights-logs-auditlogs              what arrives from now on
  entrail hub contoso/insights-logs-auditlogs --from beginning
  entrail hub contoso/insights-logs-auditlogs --since last-24h audit.json
  entrail hub contoso --list                               the hubs of the namespace
  entrail query 'risk>=high' --format ndjson hub contoso/insights-logs-auditlogs --resume

A connection string (a policy with Listen is enough) comes from EVENTHUB_CONNECTION_STRING,
EVENT_HUB_CONNECTION_STR or EVENT_HUB_CONN_STR; without one you sign in.
No consumer group is joined, so nobody else misses a message.";

/// The environment may name the hub: a word that begins a place is none then.
pub(super) const IS_NAMED: bool = false;

/// Watch what Entra streams to an event hub
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("since", |since| since.help(
    "Records from then on: 2026-11-01, 2026-11-01T14, last-24h (UTC); begins where messages of that time are"
)))]
#[command(mut_arg("until", |until| until.help("Records until then, that span included")))]
pub(super) struct Arguments {
    /// The hub: its namespace (or the namespace's host name) and its name [default: that of the
    /// connection string]
    #[arg(value_name = "NAMESPACE/HUB")]
    named: Option<String>,

    /// Where to begin: now, beginning (the first message that is kept), or a time [default: --since,
    /// else now]
    #[arg(long, value_name = "TIME", help_heading = "What to ask for")]
    from: Option<String>,

    /// Go on where it was read up to the last time, and keep how far it comes; the first time it begins
    /// where --from says
    #[arg(long, help_heading = "What to ask for")]
    resume: bool,

    #[command(flatten)]
    range: RangeArguments,

    /// List the hubs of the namespace, each with its partitions, then end
    #[arg(long, conflicts_with_all = ["explain", "from", "resume"], help_heading = "What to ask for")]
    list: bool,

    #[command(flatten)]
    pub(super) sign_in: SignInArguments,
}

impl PlaceCommand for Arguments {
    fn range(&self) -> &RangeArguments {
        &self.range
    }

    fn sign_in(&self) -> &SignInArguments {
        &self.sign_in
    }

    fn open(&self, asked: &Asked) -> anyhow::Result<Opening> {
        let RangeArguments { since, until, .. } = self.range.clone();
        let own = self.range.query()?;
        let requested = RequestedSpan { query: asked.narrowed(own.clone())?, since, until };
        let span = requested.at(asked.now)?;
        let filter = span.narrowed(own)?;
        let Span { range: span, is_usual, .. } = span;
        let from = match (&self.from, span.start) {
            (Some(text), _) => from(text, asked)?,
            (None, Some(start)) if !is_usual => From::Time(start),
            _ => From::Now,
        };
        ensure!(
            asked.is_screen || self.resume || from != From::Now,
            "from now on nothing has arrived yet: say where to begin behind `hub`, with --from beginning, \
             --from TIME, --since TIME or --resume"
        );
        let hub = self.hub(from, false)?;
        let hub = match self.resume {
            true => {
                let folder = crate::config::hubs_folder();
                let folder =
                    folder.context("--resume needs a home directory to keep offsets in")?;
                hub.resumed(&folder).map_err(anyhow::Error::msg)?
            }
            false => hub,
        };
        Ok(Opening {
            name: hub.name().into_owned(),
            origin: hub.explained(),
            places: vec![Arc::new(hub) as Arc<dyn Place>],
            filter,
            is_usual: false,
        })
    }

    fn list(&self) -> Option<anyhow::Result<Outcome>> {
        self.list.then(|| {
            let hub = self.hub(From::Now, true)?;
            let listed = wait_asking(|| hub.asking(), hub.list())?.map_err(anyhow::Error::msg)?;
            let mut out = out();
            for (name, partitions) in &listed {
                writeln!(out, "{}\t{partitions}", clean(name))?;
            }
            Ok(Outcome::found(!listed.is_empty()))
        })
    }

    fn doctor(&self) -> anyhow::Result<Outcome> {
        let hub = self.hub(From::Now, true)?;
        let report = wait_asking(|| hub.asking(), hub.examine())?;
        write_lines(&report.lines)?;
        Ok(Outcome::found(report.can_read))
    }

    fn pulled(&self, _: bool) -> anyhow::Result<Pulled> {
        bail!(
            "a hub cannot be pulled from yet; `entrail query '' --format raw hub NAMESPACE/HUB --resume` writes \
             what arrived since the last time"
        )
    }
}

impl Arguments {
    /// The hub that is named, or that of the environment. `is_all`: a namespace will do.
    fn hub(&self, from: From, is_all: bool) -> anyhow::Result<Hub> {
        let mut settings = settings(&self.sign_in)?;
        let connection = environment::hub(&self.sign_in.variables).map_err(anyhow::Error::msg)?;
        let of_connection = || {
            let connection = connection.as_ref()?;
            let port = connection.port.map_or_else(String::new, |port| format!(":{port}"));
            let hub = connection.hub.as_deref().unwrap_or_default();
            Some(format!("{}{port}/{hub}", connection.host).trim_end_matches('/').to_owned())
        };
        let named = self.named.clone().or_else(of_connection).context(
            "name a hub, as in `entrail hub NAMESPACE/HUB`, or set EVENTHUB_CONNECTION_STRING",
        )?;
        let parse = if is_all { Address::parse_any } else { Address::parse };
        let address = parse(&named, &settings.cloud);
        let address = address.map_err(|why| anyhow::Error::msg(clean(&why).into_owned()))?;
        // Tokens of one cloud are no good in another: the address says which, unless somebody else did.
        let is_said = self.sign_in.cloud.is_some()
            || self.sign_in.login_url.is_some()
            || settings.environment.authority.is_some();
        if let Some(cloud) = address.cloud().filter(|_| !is_said) {
            settings.cloud = cloud;
        }
        // A token that was given is to be used.
        let is_signed_in = self.sign_in.token_stdin || self.sign_in.sign_in.is_some();
        let connection = connection.filter(|_| !is_signed_in);
        let certificates = self.sign_in.ca_cert.clone();
        Hub::new(address, from, connection, settings, certificates).map_err(anyhow::Error::msg)
    }
}

/// Where `--from` says to begin.
fn from(text: &str, asked: &Asked) -> anyhow::Result<From> {
    match text.trim().to_ascii_lowercase().as_str() {
        "now" => Ok(From::Now),
        "beginning" | "start" => Ok(From::Beginning),
        _ => {
            let context = Context { now: asked.now, around: None };
            let time = when::since(text, &context);
            let way = || {
                let way = when::way_out(text);
                let way = way.unwrap_or_else(|| {
                    "write now, beginning, 2026-11-01T14 or last-24h".to_owned()
                });
                format!("--from `{}` names no time; {way}", clean(text))
            };
            time.map(From::Time).with_context(way)
        }
    }
}
