//! `entrail graph`: logs of tenants on the screen, with files beside them.
//! Never talks to Graph itself; a [`Tenant`] does.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use clap::{Args, ValueHint};

use crate::cli::Outcome;
use crate::cli::arguments::{RangeArguments, ScreenArguments, SignInArguments};
use crate::cli::graph_request::GraphRequest;
use crate::cli::load;
use crate::cli::screen::{self, Opened};
use crate::cli::tenant::tenant;
use crate::config::environment;
use crate::place::{Place, Places};
use crate::source::tenant::NAME;
use crate::source::{Load, Tenant};
use crate::text::clean;

const EXAMPLES: &str = "\
Examples:
  entrail graph                                  the last seven days of the audit log
  entrail graph --since last-24h --log audit,sign-ins
  entrail graph --query 'correlation=8f2a…' --explain
  entrail graph --tenant contoso.example --sign-in device-code --remember
  entrail graph --tenant contoso.example --and-tenant fabrikam.example older.ndjson";

/// Open the logs of a tenant, from Microsoft Graph
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Files, folders, patterns or - for standard input, opened beside the tenant
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    /// Another tenant to open beside the first, asked for the same; can be given again. Each is signed
    /// in to by itself
    #[arg(long, value_name = "TENANT")]
    and_tenant: Vec<String>,

    #[command(flatten)]
    range: RangeArguments,

    #[command(flatten)]
    sign_in: SignInArguments,

    #[command(flatten)]
    screen: ScreenArguments,
}

/// Opens the screen on the logs of tenants and what was named beside them, or explains what would be
/// asked.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Arguments { paths, range, screen, .. } = arguments;
    let mut screen = screen.clone();
    let wanted = GraphRequest::new(range)?;
    let tenants = tenants(arguments, &wanted)?;
    let Some(first) = tenants.first() else { return Ok(Outcome::Nothing) };
    if range.explain {
        return wanted.explain(first);
    }
    // What Graph was not asked for is asked of the records that came.
    if screen.filter.is_none() && !range.query.is_empty() {
        screen.filter = Some(range.query.clone());
    }
    let mut origin: Vec<String> = Vec::new();
    if tenants.len() > 1 {
        origin.extend(tenants.iter().map(|tenant| tenant.name().into_owned()));
    }
    origin.extend(wanted.explanation(first.base()));
    origin.extend(paths.iter().map(|path| path.display().to_string()));
    let mut places: Places =
        tenants.into_iter().map(|tenant| Arc::new(tenant) as Arc<dyn Place>).collect();
    places.extend(load::places(paths.clone())?);
    let name = match places.as_slice() {
        [place] => place.name().into_owned(),
        places => format!("{} places", places.len()),
    };
    screen::start(Load { places, ..Load::default() }, Opened { name, origin }, &screen)
}

/// The tenants that were named, each under a name of its own.
fn tenants(arguments: &Arguments, wanted: &GraphRequest) -> anyhow::Result<Vec<Tenant>> {
    let Arguments { and_tenant, sign_in, paths, .. } = arguments;
    let reads_input = paths.iter().any(|path| load::is_stdin(path));
    ensure!(
        !(sign_in.token_stdin && reads_input),
        "--token-stdin: standard input cannot give a token and records; put them in a file"
    );
    let is_given = sign_in.token_stdin || environment::sign_in().token.is_some();
    ensure!(
        and_tenant.is_empty() || !is_given,
        "--and-tenant: a token is for one tenant; sign in another way, or open one tenant at a time"
    );
    let mut named: Vec<&str> = sign_in.tenant.iter().map(String::as_str).collect();
    for name in and_tenant {
        let is_new = named.iter().all(|known| !known.eq_ignore_ascii_case(name));
        ensure!(is_new, "--and-tenant: `{}` is named twice", clean(name));
        named.push(name);
    }
    let opened = |sign_in: &SignInArguments| -> anyhow::Result<Tenant> {
        let tenant = tenant(sign_in, wanted.request.clone())?;
        let tenant = tenant.ended(wanted.is_ended).asked_for(wanted.sought.clone());
        // One alone needs no name to be told apart.
        Ok(match sign_in.tenant.as_ref().filter(|_| !and_tenant.is_empty()) {
            Some(name) => tenant.named(&format!("{NAME} {name}")),
            None => tenant,
        })
    };
    let mut tenants = vec![opened(sign_in)?];
    for name in and_tenant {
        let sign_in = SignInArguments { tenant: Some(name.clone()), ..sign_in.clone() };
        tenants.push(opened(&sign_in)?);
    }
    Ok(tenants)
}
