//! What to ask a tenant for: logs, a span of time, a query.
//! Never reads any of it.

use clap::Args;

/// What to ask for.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to ask for")]
pub(in crate::cli) struct RangeArguments {
    /// Logs: audit, attributes (custom security attributes), sign-ins, sign-ins-noninteractive,
    /// sign-ins-service-principal, sign-ins-managed-identity, provisioning; or all, which leaves out
    /// those the tenant has no licence for
    #[arg(long, value_name = "LOG,…", value_delimiter = ',', default_value = "audit")]
    pub(in crate::cli) log: Vec<String>,

    /// From when: 2026-11-01, 2026-11-01T14, last-24h (UTC) [default: that of the query, else last-7d]
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,

    /// Until when, that span included; last-1d is until a day ago [default: now, by Graph's clock]
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) until: Option<String>,

    /// Ask for more than the 30 days that Entra keeps (7 without a P1 or P2 licence)
    #[arg(long)]
    pub(in crate::cli) beyond_retention: bool,

    /// Only records that match; what Graph can evaluate is asked of Graph, the rest is done here
    #[arg(short, long, value_name = "QUERY", allow_hyphen_values = true, default_value = "")]
    pub(in crate::cli) query: String,

    /// Have Graph compare names and target IDs too: less to fetch, but it misses other spellings
    #[arg(long)]
    pub(in crate::cli) push_names: bool,

    /// Say what Graph evaluates, what is evaluated here, and the requests; then end
    #[arg(long)]
    pub(in crate::cli) explain: bool,
}
