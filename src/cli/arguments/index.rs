//! How files are read, as many commands take it.
//! Never reads one.

use clap::{Args, ValueEnum};

use crate::source::IndexCache;
use crate::time::DateOrder;

/// How files are read: whether an index is used, which is what was read, kept in the cache directory
/// for the next time; and what their dates mean.
#[derive(Args, Clone, Copy, Debug)]
pub(in crate::cli) struct IndexArguments {
    /// Keep an index of small files too, so that the next open need not read them again; without
    /// this only of 64 MiB and more. Compressed files and standard input have none
    #[arg(long, overrides_with = "no_index")]
    index: bool,

    /// Neither use nor keep an index
    #[arg(long, overrides_with = "index")]
    no_index: bool,

    /// Read dates such as 05/06/2026 day first (dmy) or month first (mdy). Without this each file
    /// decides by its own dates, and where it cannot, such records have no time
    #[arg(long, value_enum, value_name = "ORDER")]
    date_order: Option<DateOrderName>,
}

/// Which of day and month stands first.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DateOrderName {
    /// Day first: 05/06/2026 is in June
    Dmy,
    /// Month first: 05/06/2026 is in May
    Mdy,
}

impl IndexArguments {
    /// Is an index wanted whatever the size of the files?
    pub(in crate::cli) fn is_asked_for(self) -> bool {
        self.index
    }

    /// The order of day and month that was asked for.
    pub(in crate::cli) fn date_order(self) -> Option<DateOrder> {
        self.date_order.map(|order| match order {
            DateOrderName::Dmy => DateOrder::DayFirst,
            DateOrderName::Mdy => DateOrder::MonthFirst,
        })
    }

    /// Where indexes are, and of what; `None` where there shall be none.
    pub(in crate::cli) fn cache(self) -> Option<IndexCache> {
        let cache = crate::config::index_folder().map(IndexCache::new).filter(|_| !self.no_index);
        cache.map(|cache| if self.index { cache.of_all() } else { cache })
    }
}
