//! `entrail graph`: a tenant's logs on the screen.
//! Never talks to Graph itself; a [`Tenant`](crate::source::Tenant) does.

use std::sync::Arc;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::arguments::{RangeArguments, ScreenArguments, SignInArguments};
use crate::cli::screen::{self, Opened};
use crate::cli::tenant::tenant;
use crate::cli::wanted::Wanted;
use crate::place::Places;
use crate::source::Load;

const EXAMPLES: &str = "\
Examples:
  entrail graph                                  the last seven days of the audit log
  entrail graph --since last-24h --log audit,sign-ins
  entrail graph --query 'correlation=8f2a…' --explain
  entrail graph --tenant contoso.example --sign-in device-code --remember";

/// Open the logs of a tenant, from Microsoft Graph
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    range: RangeArguments,

    #[command(flatten)]
    sign_in: SignInArguments,

    #[command(flatten)]
    screen: ScreenArguments,
}

/// Opens the screen on a tenant's logs, or explains what would be asked.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Arguments { range, sign_in, screen } = arguments;
    let mut screen = screen.clone();
    let wanted = Wanted::new(range)?;
    let tenant = tenant(sign_in, wanted.request.clone())?.ended(wanted.is_ended);
    if range.explain {
        return wanted.explain(&tenant);
    }
    // What Graph was not asked for is asked of the records that came.
    if screen.filter.is_none() && !range.query.is_empty() {
        screen.filter = Some(range.query.clone());
    }
    let opened =
        Opened { name: "Microsoft Graph".to_owned(), origin: wanted.explanation(tenant.base()) };
    let places: Places = vec![Arc::new(tenant)];
    screen::start(Load { places, ..Load::default() }, opened, &screen)
}
