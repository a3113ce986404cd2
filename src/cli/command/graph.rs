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
use crate::source::graph::Request;
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
        let tenant = tenant.opened_by(command(sign_in, wanted, arguments.range.beyond_retention));
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

/// The words that open a tenant again, asked for the same time whenever that is done.
fn command(sign_in: &SignInArguments, wanted: &GraphRequest, is_beyond: bool) -> Vec<String> {
    let Request { logs, optional, window, .. } = &wanted.request;
    let by_name = logs.iter().map(|log| log.name).filter(|log| !optional.contains(log));
    let logs: Vec<&str> = by_name.chain((!optional.is_empty()).then_some("all")).collect();
    let options = [
        ("--tenant", sign_in.tenant.clone()),
        ("--client-id", sign_in.client_id.clone()),
        ("--cloud", sign_in.cloud.clone()),
        ("--sign-in", sign_in.sign_in.clone()),
        ("--log", Some(logs.join(","))),
        ("--since", Some(window.start.to_rfc3339())),
        // The last instant of it; an end that is named to the second has that second in it.
        ("--until", Some(window.end.plus(-1).to_rfc3339())),
        ("--ca-cert", sign_in.ca_cert.as_ref().map(|path| path.display().to_string())),
    ];
    let said = options.into_iter().filter_map(|(option, value)| {
        // A value can be no option.
        Some(format!("{option}={}", value?))
    });
    let flags = [("--beyond-retention", is_beyond), ("--remember", sign_in.remember)];
    let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.to_owned());
    ["graph".to_owned()].into_iter().chain(said).chain(flags).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// A report named no command for what came from a tenant.
    #[test]
    fn each_tenant_says_what_opens_it_again_and_no_secret() {
        let line = [
            "graph",
            "--tenant",
            "contoso.example",
            "--and-tenant",
            "fabrikam.example",
            "--log",
            "audit,all",
            "--since",
            "2026-05-01",
            "--until",
            "2026-05-02",
            "--sign-in",
            "client-secret",
            "--beyond-retention",
            "--query",
            "actor:ada",
        ];
        let Line { arguments } = Line::try_parse_from(line).expect("arguments");
        let wanted = GraphRequest::new(&arguments.range).expect("a request");
        let again: Vec<Vec<String>> = tenants(&arguments, &wanted)
            .expect("tenants")
            .iter()
            .filter_map(Place::command)
            .collect();
        let of = |tenant: &str| {
            format!(
                "graph --tenant={tenant} --sign-in=client-secret --log=audit,all \
                 --since=2026-05-01T00:00:00Z --until=2026-05-02T23:59:59.9999999Z --beyond-retention"
            )
        };
        let again: Vec<String> = again.iter().map(|words| words.join(" ")).collect();
        assert_eq!(again, [of("contoso.example"), of("fabrikam.example")]);
        for words in again {
            let line = words.split(' ');
            let Line { arguments } = Line::try_parse_from(line).expect("the same arguments");
            let same = GraphRequest::new(&arguments.range).expect("a request");
            assert_eq!(same.request.window, wanted.request.window);
            assert_eq!(same.request.logs, wanted.request.logs);
            assert_eq!(same.request.optional, wanted.request.optional);
        }
    }
}
