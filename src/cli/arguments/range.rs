//! What every place is asked for: a span of time, a query.
//! Never reads any of it. Which logs a place has, its own file says.

use clap::Args;

use crate::cli::parse_query;
use crate::query::Query;

/// What to ask for.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "What to ask for")]
pub(in crate::cli) struct RangeArguments {
    /// From when: 2026-11-01, 2026-11-01T14, last-24h (UTC) [default: that of the query, else last-7d]
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,

    /// Until when, that span included; last-1d is until a day ago [default: now, by the service's clock]
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) until: Option<String>,

    /// Only records that match. The service evaluates what it can, entrail the rest
    #[arg(
        short,
        long,
        value_name = "QUERY",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(in crate::cli) query: String,

    /// Say what is asked for and what entrail evaluates itself, then end
    #[arg(long)]
    pub(in crate::cli) explain: bool,
}

impl RangeArguments {
    /// The query. Fails where it is none.
    pub(in crate::cli) fn query(&self) -> anyhow::Result<Query> {
        parse_query(&self.query)
    }

    /// Do both ask for the same records?
    pub(in crate::cli) fn asks_as(&self, other: &Self) -> bool {
        let of = |range: &Self| (range.since.clone(), range.until.clone(), range.query.clone());
        of(self) == of(other)
    }
}
