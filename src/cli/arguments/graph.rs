//! Arguments of the commands that ask Microsoft Graph: sign-in, span of time, query.
//! Never takes a secret: those come from the environment, a file or standard input.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::ScreenArguments;

/// How to sign in.
#[derive(Args, Debug)]
#[command(next_help_heading = "Sign-in")]
pub(crate) struct SignInArguments {
    /// Tenant id or domain [default: `AZURE_TENANT_ID`, else that of whoever signs in]
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,

    /// Application (client) id [default: `AZURE_CLIENT_ID`, else Microsoft Graph Command Line Tools]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,

    /// Cloud: global, us-gov, us-gov-dod, china
    /// [default: that of `AZURE_AUTHORITY_HOST`, else global]
    #[arg(long, value_name = "CLOUD")]
    pub(crate) cloud: Option<String>,

    /// Sign in this way only: token, client-secret, certificate, federated, managed-identity,
    /// azure-cli, device-code [default: the first of these that is set up]
    #[arg(long, value_name = "METHOD")]
    pub(crate) sign_in: Option<String>,

    /// Read an access token from the first line of standard input
    #[arg(long)]
    pub(crate) token_stdin: bool,

    /// Keep the sign-in for the next time, in a file only you can read
    #[arg(long)]
    pub(crate) remember: bool,

    /// Also trust the certificates in this PEM file (a proxy that inspects TLS)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Another place to sign in, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true, requires = "graph_url")]
    pub(crate) login_url: Option<String>,

    /// Another place of Graph, for tests and private clouds
    #[arg(long, value_name = "URL", hide = true, requires = "login_url")]
    pub(crate) graph_url: Option<String>,

    /// Another folder of the keys of Azure Arc, for tests
    #[arg(long, value_name = "DIR", hide = true, requires = "login_url")]
    pub(crate) arc_keys: Option<PathBuf>,
}

/// What to ask for.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to ask for")]
pub(crate) struct RangeArguments {
    /// Logs: audit, attributes (custom security attributes), sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning; or all, which leaves out
    /// those the tenant has no licence for
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', default_value = "audit")]
    pub(crate) log: Vec<String>,

    /// From when: 2026-11-01, 2026-11-01T14, last-24h (UTC) [default: that of the query, else last-7d]
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,

    /// Until when, that span included; last-1d is until a day ago [default: now, by Graph's clock]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,

    /// Ask for more than the 30 days that Entra keeps (7 without a P1 or P2 licence)
    #[arg(long)]
    pub(crate) beyond_retention: bool,

    /// Only records that match; what Graph can evaluate is asked of Graph, the rest is done here
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true, default_value = "")]
    pub(crate) query: String,

    /// Have Graph compare names and target IDs too: less to fetch, but it misses other spellings
    #[arg(long)]
    pub(crate) push_names: bool,

    /// Say what Graph evaluates, what is evaluated here, and the requests; then end
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Args, Debug)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    pub(crate) range: RangeArguments,

    #[command(flatten)]
    pub(crate) sign_in: SignInArguments,

    #[command(flatten)]
    pub(crate) screen: ScreenArguments,
}

#[derive(Args, Debug)]
pub(crate) struct PullArguments {
    /// Folder of the archive; made where there is none
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) archive: PathBuf,

    /// Go on: ask again every so many minutes
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, default_missing_value = "5",
        value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub(crate) watch: Option<u32>,

    /// Hours before the end of the archive that are asked for again: records arrive late
    #[arg(long, value_name = "HOURS", default_value_t = 24,
        value_parser = clap::value_parser!(u32).range(0..=720))]
    pub(crate) overlap: u32,

    #[command(flatten)]
    pub(crate) range: RangeArguments,

    #[command(flatten)]
    pub(crate) sign_in: SignInArguments,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) sign_in: SignInArguments,
}

#[derive(Subcommand, Debug)]
pub(crate) enum CatalogueCommand {
    /// Ask Graph which activities the tenant has, and show them with the built-in ones from now on
    Refresh {
        #[command(flatten)]
        sign_in: SignInArguments,
    },
    /// Forget what a refresh brought
    Reset,
}
