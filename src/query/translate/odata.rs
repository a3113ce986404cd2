//! Graph's `$filter`: times and ids, which mean the same to Graph as to entrail.
//! Never a property that Graph does not document; see [`crate::query::push_down`].

use super::{Language, Log, Translation};
use crate::query::push_down::{Endpoint, Names, push_down};
use crate::query::{Context, Query};
use crate::time::TimeRange;

pub(super) fn translate(query: &Query, context: &Context, log: Log) -> Translation {
    let parted = push_down(query, context, endpoint(log), Names::Kept);
    let parts: Vec<String> = time(parted.time, log).into_iter().chain(parted.filter).collect();
    Translation { language: Language::OData, code: parts.join(" and "), left: parted.kept }
}

pub(super) fn endpoint(log: Log) -> Endpoint {
    match log {
        Log::Audits => Endpoint::Audits,
        Log::SignIns => Endpoint::SignIns,
    }
}

/// A span of time by the operators Graph documents, `ge` and `le`.
pub(super) fn time(range: TimeRange, log: Log) -> Vec<String> {
    let property = match log {
        Log::Audits => "activityDateTime",
        Log::SignIns => "createdDateTime",
    };
    let start = range.start.map(|start| format!("{property} ge {}", start.to_rfc3339()));
    let end = range.end.map(|end| format!("{property} le {}", end.plus(-1).to_rfc3339()));
    start.into_iter().chain(end).collect()
}
