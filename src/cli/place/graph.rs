//! `graph`: the logs of tenants, from Microsoft Graph.
//! Never talks to Graph itself; a [`Tenant`] does.

pub(super) mod request;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use clap::Args;
use tokio_util::sync::CancellationToken;

use self::request::GraphRequest;
use super::{Asked, Opening, PlaceCommand, Pulled};
use crate::cli::arguments::{RangeArguments, SignInArguments};
use crate::cli::report::write_lines;
use crate::cli::tenant::{nothing, tenant, wait_for};
use crate::cli::{Outcome, again, tell};
use crate::config::environment;
use crate::place::Place;
use crate::source::Tenant;
use crate::source::graph::{Request, Span, doctor};
use crate::source::tenant::{Kept, NAME};
use crate::text::clean;
use crate::time::{Timestamp, Window};

const EXAMPLES: &str = "\
Examples:
  entrail graph                                  the last seven days of the audit log
  entrail graph --since last-24h --log audit,sign-ins
  entrail graph --query 'correlation=8f2a…' --explain
  entrail graph --tenant contoso.example --sign-in device-code --remember
  entrail graph --tenant contoso.example --and-tenant fabrikam.example older.ndjson";

/// No word of its own names it: `--tenant` does.
pub(super) const IS_NAMED: bool = false;

/// Open the logs of a tenant, from Microsoft Graph
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Another tenant to open beside the first, asked for the same; can be given again. Each is signed
    /// in to by itself
    #[arg(long, value_name = "TENANT", help_heading = "Sign-in")]
    and_tenant: Vec<String>,

    #[command(flatten)]
    asked: GraphArguments,

    #[command(flatten)]
    pub(super) sign_in: SignInArguments,
}

/// What to ask Graph for.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to ask for")]
pub(super) struct GraphArguments {
    /// Logs: audit, attributes (custom security attributes), sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning; or all, which leaves out
    /// those the tenant has no licence for
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', default_value = "audit")]
    log: Vec<String>,

    #[command(flatten)]
    range: RangeArguments,

    /// Ask for more than the 30 days that Entra keeps (7 without a P1 or P2 licence)
    #[arg(long)]
    beyond_retention: bool,

    /// Have Graph compare names and target IDs too: less to fetch, but it misses other spellings
    #[arg(long)]
    push_names: bool,
}

impl PlaceCommand for Arguments {
    fn range(&self) -> &RangeArguments {
        &self.asked.range
    }

    fn sign_in(&self) -> &SignInArguments {
        &self.sign_in
    }

    fn open(&self, asked: &Asked) -> anyhow::Result<Opening> {
        let query = asked.narrowed(self.asked.range.query()?)?;
        let wanted = GraphRequest::new(&self.asked, &query)?;
        let tenants = tenants(self, &wanted, asked.alike > 1)?;
        let mut origin: Vec<String> = Vec::new();
        if let [_, _, ..] = tenants.as_slice() {
            origin.extend(tenants.iter().map(|tenant| tenant.name().into_owned()));
        }
        origin
            .extend(tenants.first().into_iter().flat_map(|first| wanted.explanation(first.base())));
        let name = match tenants.as_slice() {
            [tenant] => tenant.name().into_owned(),
            tenants => format!("{} places", tenants.len()),
        };
        Ok(Opening {
            places: tenants.into_iter().map(|tenant| Arc::new(tenant) as Arc<dyn Place>).collect(),
            name,
            origin,
            // What Graph was not asked for is asked of the records that came.
            filter: self.asked.range.query.clone(),
            is_usual: wanted.is_usual,
        })
    }

    fn doctor(&self) -> anyhow::Result<Outcome> {
        let now = crate::runtime::now();
        let tenant = tenant(&self.sign_in, nothing(now))?;
        let cancel = CancellationToken::new();
        let claims = wait_for(&tenant, tenant.sign_in().claims(&cancel))??;
        write_lines(&doctor::report(&claims, now))?;
        let notices = tenant.sign_in().notices();
        for notice in notices {
            tell(&format!("entrail: {notice}"));
        }
        Ok(Outcome::found(doctor::can_read(&claims, now)))
    }

    fn pulled(&self, goes_on: bool) -> anyhow::Result<Pulled> {
        ensure!(
            self.and_tenant.is_empty(),
            "--and-tenant: an archive is of one tenant; pull each into its own"
        );
        let query = self.asked.range.query()?;
        let wanted = GraphRequest::new(&self.asked, &query)?;
        let mut request = wanted.request.clone().for_archive();
        if goes_on {
            request = from_the_start(request);
        }
        let tenant = tenant(&self.sign_in, request)?;
        let origin = Kept::new(tenant).map_err(anyhow::Error::msg)?;
        Ok(Pulled { origin: Box::new(origin), query, question: wanted.question })
    }
}

/// The same, from where it first began: each round asks for what earlier ones could not have.
fn from_the_start(request: Request) -> Request {
    let Some(span) = request.span.clone() else { return request };
    let first = Mutex::new(None);
    let span = Span::new(move |now| {
        let window = span.at(now);
        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
        let start = first.map_or(window.start, |first: Timestamp| first.min(window.start));
        // Without a window nothing has begun.
        if !window.is_empty() {
            *first = Some(start);
        }
        Window { start: start.min(window.end), ..window }
    });
    Request { span: Some(span), ..request }
}

/// The tenants that were named, each under a name of its own.
fn tenants(
    arguments: &Arguments,
    wanted: &GraphRequest,
    are_many: bool,
) -> anyhow::Result<Vec<Tenant>> {
    let Arguments { and_tenant, sign_in, .. } = arguments;
    let is_given = sign_in.token_stdin || environment::sign_in(&sign_in.variables).token.is_some();
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
        let tenant = tenant.opened_by(command(sign_in, wanted, arguments.asked.beyond_retention));
        let tenant = tenant.ended(wanted.is_ended).asked_for(wanted.sought.clone());
        // One alone needs no name to be told apart.
        Ok(match sign_in.tenant.as_ref().filter(|_| are_many || !and_tenant.is_empty()) {
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
    let flags: &[&str] = if is_beyond { &["--beyond-retention"] } else { &[] };
    again::words(&["graph"], (&logs, *window), sign_in, flags)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::query::Query;

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
        let wanted = GraphRequest::new(&arguments.asked, &Query::default()).expect("a request");
        let again: Vec<Vec<String>> = tenants(&arguments, &wanted, false)
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
            let same = GraphRequest::new(&arguments.asked, &Query::default()).expect("a request");
            assert_eq!(same.request.window, wanted.request.window);
            assert_eq!(same.request.logs, wanted.request.logs);
            assert_eq!(same.request.optional, wanted.request.optional);
        }
    }
}
