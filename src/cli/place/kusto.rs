//! `kusto`: what a database of Azure Data Explorer, of a Fabric Eventhouse or of Sentinel's data lake keeps.
//! Never talks to the cluster itself; a place does.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::ensure;
use clap::Args;

use super::{Asked, Opening, PlaceCommand, Pulled};
use crate::cli::arguments::{RangeArguments, SignInArguments};
use crate::cli::logs::Chosen;
use crate::cli::span::{RequestedSpan, Span};
use crate::cli::standard::out;
use crate::cli::tenant::{settings, wait_asking};
use crate::cli::{Outcome, again, tables};
use crate::place::Place;
use crate::source::kql::kept::Kept;
use crate::source::kql::tables::{TABLES, find};
use crate::source::kql::{Request, Tables, Wanted};
use crate::source::kusto::{self, Listed, Named, Schema};
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail kusto contosologs.westeurope/Security
  entrail kusto contosologs.westeurope/Security --list          its tables, and the logs they hold
  entrail kusto contosologs.westeurope/Security.EntraAudit --since 2025-11-01 --query 'activity:consent'
  entrail kusto https://trd-7x4k.z4.kusto.fabric.microsoft.com/Logs --log audit,sign-ins --explain
  entrail kusto lake/law-security-63613592-b6f7-4c3d-a390-22ba13102111 --since 2024-01-01 --until 2024-01-31";

/// The word behind it names the database, whatever it is.
pub(super) const IS_NAMED: bool = true;

/// Open what Azure Data Explorer, a Fabric Eventhouse or Sentinel's data lake keeps
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The cluster by name and region or by address, its database, and perhaps one table; `lake` with
    /// NAME-ID of the workspace is Sentinel's data lake
    #[arg(value_name = "CLUSTER/DATABASE[.TABLE]")]
    named: String,

    /// Logs, each from the table of Log Analytics' name: audit, sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning, risky-users, graph-calls …;
    /// or all that are there [default: audit, unless a table is named]
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', help_heading = "What to ask for")]
    log: Vec<String>,

    #[command(flatten)]
    range: RangeArguments,

    /// List the tables of the database and the logs they hold, then end
    #[arg(long, conflicts_with_all = ["log", "explain"], help_heading = "What to ask for")]
    list: bool,

    #[command(flatten)]
    pub(super) sign_in: SignInArguments,

    /// Another place of the cluster, for tests and private clouds
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
        let (place, span) = self.place(asked)?;
        // Of a table nobody knows rows around the span are read too: what lies there is not shown.
        let is_wide = place.request().tables.iter().any(|wanted| wanted.table.is_none());
        let filter = match is_wide {
            true => span.narrowed(self.range.query()?)?,
            false => self.range.query.clone(),
        };
        Ok(Opening {
            name: place.name().into_owned(),
            origin: place.explained(),
            places: vec![Arc::new(place) as Arc<dyn Place>],
            filter,
            is_usual: span.is_usual,
        })
    }

    fn list(&self) -> Option<anyhow::Result<Outcome>> {
        self.list.then(|| self.list_tables())
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
    fn named(&self, cloud: &crate::sign_in::Cloud) -> anyhow::Result<Named> {
        Named::parse(&self.named, cloud).map_err(|why| anyhow::Error::msg(clean(&why).into_owned()))
    }

    /// The database, asked for what was given, and the time that was.
    fn place(&self, asked: &Asked) -> anyhow::Result<(Tables, Span)> {
        let (settings, certificates) = (settings(&self.sign_in)?, self.sign_in.ca_cert.clone());
        let named = self.named(&settings.cloud)?;
        ensure!(
            self.log.is_empty() || named.table.is_none(),
            "--log names tables: leave it out, or name the database alone"
        );
        let query = asked.narrowed(self.range.query()?)?;
        let chosen = Chosen::new(&self.log, find, TABLES.iter().map(|table| table.log))?;
        let (tables, optional) = chosen.among(TABLES);
        let tables: Vec<Wanted> = tables.into_iter().map(Into::into).collect();
        let RangeArguments { since, until, .. } = self.range.clone();
        let span = RequestedSpan { query: query.clone(), since, until }.at(asked.now)?;
        let request = Request {
            tables: kusto::wanted(&named, &tables),
            optional: optional.iter().map(|table| table.log).collect(),
            window: span.window,
            is_ended: span.is_ended,
            query,
            now: asked.now,
        };
        let base = self.api_url.as_deref();
        let logs: Vec<&str> = self.log.iter().map(String::as_str).collect();
        let words = ["kusto", &*self.named];
        let again = again::words(&words, (&logs, request.window), &self.sign_in, &[]);
        let place = kusto::place(&named, settings, certificates, base, request);
        Ok((place.map_err(anyhow::Error::msg)?.opened_by(again), span))
    }

    /// Writes the tables of the database: name and log.
    fn list_tables(&self) -> anyhow::Result<Outcome> {
        let (settings, certificates) = (settings(&self.sign_in)?, self.sign_in.ca_cert.clone());
        let named = self.named(&settings.cloud)?;
        let schema = Schema::new(&named, settings, certificates, self.api_url.as_deref());
        let schema = schema.map_err(anyhow::Error::msg)?;
        let listed = wait_asking(|| schema.asking(), schema.list())?;
        let listed = listed.map_err(anyhow::Error::msg)?;
        let mut out = out();
        for Listed { name, log } in &listed {
            let log = if log.is_empty() { "-" } else { log };
            writeln!(out, "{}\t{log}", clean(name))?;
        }
        Ok(Outcome::found(!listed.is_empty()))
    }
}
