//! `workspace`: what a workspace of Log Analytics or Sentinel keeps.
//! Never talks to the workspace itself; a place does.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::{Asked, Opening, PlaceCommand, Pulled};
use crate::cli::arguments::{RangeArguments, SignInArguments};
use crate::cli::logs::Chosen;
use crate::cli::span::{RequestedSpan, Span};
use crate::cli::standard::out;
use crate::cli::tenant::{settings, wait_asking};
use crate::cli::{Outcome, again, tables, tell};
use crate::place::Place;
use crate::source::kql::kept::Kept;
use crate::source::kql::tables::{TABLES, find};
use crate::source::kql::{Request, Tables};
use crate::source::workspace::{self, List, Listed, Name, Subscriptions};
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail workspace --list                       name, id, days kept, subscription, resource id
  entrail workspace 63613592-b6f7-4c3d-a390-22ba13102111
  entrail workspace 6361… --since 2025-11-01 --query 'activity:consent' --log audit
  entrail workspace 6361… --since last-24h --log audit,sign-ins exported.json
  entrail workspace /subscriptions/…/workspaces/law-security --query 'target:\"Break Glass\"' --explain";

/// The word behind it is its id, whatever it is.
pub(super) const IS_NAMED: bool = true;

/// Open what a workspace of Log Analytics or Sentinel keeps
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The workspace: its id, or its resource id (/subscriptions/…), which works for applications too
    #[arg(value_name = "WORKSPACE", required_unless_present = "list")]
    workspace: Option<String>,

    /// Logs: audit, sign-ins, sign-ins-noninteractive, sign-ins-service-principal,
    /// sign-ins-managed-identity, provisioning, risky-users, user-risk-events,
    /// risky-service-principals, service-principal-risk-events, graph-calls, unified, or the name of
    /// their table; or all that are there
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', default_value = "audit")]
    #[arg(help_heading = "What to ask for")]
    log: Vec<String>,

    #[command(flatten)]
    range: RangeArguments,

    /// List the workspaces you may see, of all subscriptions, then end
    #[arg(long, conflicts_with_all = ["workspace", "explain"], help_heading = "What to ask for")]
    list: bool,

    #[command(flatten)]
    pub(super) sign_in: SignInArguments,

    /// Another place of the workspace, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true)]
    api_url: Option<String>,
}

impl PlaceCommand for Arguments {
    fn range(&self) -> &RangeArguments {
        &self.range
    }

    fn sign_in(&self) -> &SignInArguments {
        &self.sign_in
    }

    fn open(&self, asked: &Asked) -> anyhow::Result<Opening> {
        let (place, is_usual) = self.place(asked)?;
        Ok(Opening {
            name: place.name().into_owned(),
            origin: place.explained(),
            places: vec![Arc::new(place) as Arc<dyn Place>],
            // What the workspace was not asked for is asked of the records that came.
            filter: self.range.query.clone(),
            is_usual,
        })
    }

    fn list(&self) -> Option<anyhow::Result<Outcome>> {
        self.list.then(|| list(self))
    }

    fn doctor(&self) -> anyhow::Result<Outcome> {
        tables::doctor(&self.place(&Asked::of_screen())?.0)
    }

    fn pulled(&self, _: bool) -> anyhow::Result<Pulled> {
        let kept = Kept::new(self.place(&Asked::of_screen())?.0).map_err(anyhow::Error::msg)?;
        Ok(Pulled::whole(kept, self.range.query()?))
    }
}

impl Arguments {
    /// The workspace, asked for what was given; and was nothing said of its time?
    fn place(&self, asked: &Asked) -> anyhow::Result<(Tables, bool)> {
        let name = self.workspace.as_deref().context("name a workspace; --list lists them")?;
        let name = Name::parse(name).map_err(|why| anyhow::Error::msg(clean(&why).into_owned()))?;
        let (request, is_usual) = self.request(asked)?;
        let (settings, certificates) = (settings(&self.sign_in)?, self.sign_in.ca_cert.clone());
        let base = self.api_url.as_deref();
        let logs: Vec<&str> = self.log.iter().map(String::as_str).collect();
        let named = ["workspace", self.workspace.as_deref().unwrap_or_default()];
        let again = again::words(&named, (&logs, request.window), &self.sign_in, &[]);
        let place = workspace::place(name, settings, certificates, base, request);
        Ok((place.map_err(anyhow::Error::msg)?.opened_by(again), is_usual))
    }

    /// What the workspace is asked for; and was nothing said of its time?
    fn request(&self, asked: &Asked) -> anyhow::Result<(Request, bool)> {
        let now = asked.now;
        let query = asked.narrowed(self.range.query()?)?;
        let chosen = Chosen::new(&self.log, find, TABLES.iter().map(|table| table.log))?;
        let (tables, optional) = chosen.among(TABLES);
        let tables = tables.into_iter().map(Into::into).collect();
        let optional = optional.iter().map(|table| table.log).collect();
        let RangeArguments { since, until, .. } = self.range.clone();
        let Span { window, is_ended, is_usual, .. } =
            RequestedSpan { query: query.clone(), since, until }.at(now)?;
        Ok((Request { tables, optional, window, is_ended, query, now }, is_usual))
    }
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
