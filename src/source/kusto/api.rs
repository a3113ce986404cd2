//! What is particular about Kusto: where it is asked, by which limits, and what helps against its refusals.
//! Never asks it.
//!
//! Sources: Kusto, "Query/management HTTP request", "Request properties" (`servertimeout`,
//! `request_readonly`, `results_progressive_enabled`), "Query/management HTTP response" (statuses),
//! "Query limits" (500,000 rows, 64 MB), "Access control overview" (Database Viewer); Microsoft Sentinel,
//! "Run KQL queries on the data lake using APIs".

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::json;
use url::Url;

use super::frames;
use crate::http::api::{Api, nowhere, passing};
use crate::http::limiter::Limit;
use crate::http::refused::{Refused, Said};
use crate::http::request::{Request, Verb};
use crate::http::unanswered::Unanswered;
use crate::source::kql::TOO_LONG;
use crate::source::kql::answer::{self, Answer};
use crate::source::kql::engine::{Arrival, Asked, Engine};

/// A cluster, or an Eventhouse.
pub(super) static KUSTO: Api = Api {
    name: "Azure Data Explorer",
    // Clusters say what is too much; this is no more than a courtesy to others.
    limit: Limit { requests: 100, window: Duration::from_secs(10) },
    headers: &[("x-ms-app", "entrail")],
    at_once: 4,
    most_bytes: 256 << 20,
    begins_within: Duration::from_mins(5),
    ends_within: Duration::from_mins(8),
    passing: |status| if status == TOO_LONG { None } else { passing(status) },
    said,
    is_doubtful: |_| false,
    leads: nowhere,
};

/// Sentinel's data lake.
static LAKE: Api = Api { name: "Sentinel data lake", ..KUSTO };

/// A database of a cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub database: String,
}

/// A workspace in Sentinel's data lake.
#[derive(Debug)]
pub(super) struct Lake {
    pub database: String,
}

fn said(headers: &HeaderMap, body: &[u8]) -> Option<Said> {
    let said = answer::said(body)?;
    let request_id = headers.get("x-ms-activity-id").and_then(|id| id.to_str().ok());
    Some(Said { request_id: request_id.unwrap_or(&said.request_id).to_owned(), ..said })
}

/// A question below `base`, about a database.
pub(super) fn asked(base: &Url, path: &str, body: &serde_json::Value) -> Request {
    let mut url = base.clone();
    url.set_path(path);
    let mut request = Request::from(url);
    let body = Bytes::from(body.to_string());
    request.verb = Verb::Query("application/json; charset=utf-8", body);
    request
}

/// Most bytes that are asked for at once: an answer has 64 MB, as Kusto counts them.
const MOST_BYTES: u64 = 40_000_000;

/// Is a refusal about what was named in the query? Databases that are not there are refused with another
/// code.
fn is_of_table(refused: &Refused) -> bool {
    refused.status == 400 && !refused.code.contains("EntityNotFound")
}

impl Engine for Cluster {
    fn noun(&self) -> &'static str {
        "the cluster"
    }

    fn api(&self) -> &'static Api {
        &KUSTO
    }

    fn key(&self, base: &Url) -> String {
        format!("kusto {base} {}", self.database)
    }

    fn request(&self, base: &Url, query: &Asked<'_>) -> Request {
        let options = json!({
            "servertimeout": "00:04:40",
            "request_readonly": true,
            "results_progressive_enabled": false,
        });
        let body = json!({
            "db": self.database, "csl": query.query, "properties": {"Options": options},
        });
        asked(base, "/v2/rest/query", &body)
    }

    fn answer<'b>(&self, body: &'b [u8]) -> Result<Answer<'b>, Unanswered> {
        frames::read(body)
    }

    fn most_bytes(&self) -> u64 {
        MOST_BYTES
    }

    fn arrival(&self) -> Arrival {
        Arrival::Mostly
    }

    fn is_of_table(&self, refused: &Refused) -> bool {
        is_of_table(refused)
    }

    fn advice(&self, refused: &Refused) -> Option<&'static str> {
        match refused.status {
            400 if refused.code.contains("EntityNotFound") => {
                Some("the cluster has no such database, or you may not see it")
            }
            403 => Some(
                "whoever signed in needs the role Database Viewer: `.add database ['NAME'] viewers \
                 ('aaduser=…')`, or Viewer of the KQL database in Fabric",
            ),
            404 => Some("there is no such cluster, or it is stopped"),
            TOO_LONG => Some("the query took too long: ask for a shorter time (--since, --until)"),
            _ => None,
        }
    }

    fn absent(&self) -> &'static str {
        "`--list` shows those that are there; one with another name is opened as DATABASE.TABLE"
    }

    fn roles(&self) -> &'static [&'static str] {
        &[
            "To read: Database Viewer is the least role: `.add database ['NAME'] viewers ('aaduser=…')`, or \
           Viewer of the KQL database in Fabric. Roles of Azure on the cluster, such as Reader or \
           Contributor, do not count for the data.",
        ]
    }

    fn kept_longer(&self) -> &'static str {
        "its retention policy decides (`.show table NAME policy retention`)"
    }
}

impl Engine for Lake {
    fn noun(&self) -> &'static str {
        "the data lake"
    }

    fn api(&self) -> &'static Api {
        &LAKE
    }

    fn key(&self, base: &Url) -> String {
        format!("lake {base} {}", self.database)
    }

    fn request(&self, base: &Url, query: &Asked<'_>) -> Request {
        let options = json!({"servertimeout": "00:04:00"});
        let body = json!({
            "db": self.database, "csl": query.query, "properties": {"Options": options},
        });
        asked(base, "/lake/kql/v2/rest/query", &body)
    }

    fn answer<'b>(&self, body: &'b [u8]) -> Result<Answer<'b>, Unanswered> {
        frames::read(body)
    }

    fn most_bytes(&self) -> u64 {
        MOST_BYTES
    }

    fn is_metered(&self) -> bool {
        true
    }

    fn is_still(&self) -> Option<&'static str> {
        Some(
            "the data lake is not followed: every query is paid for, and rows reach it late; follow the \
             workspace itself (`entrail workspace`)",
        )
    }

    fn is_of_table(&self, refused: &Refused) -> bool {
        is_of_table(refused)
    }

    fn advice(&self, refused: &Refused) -> Option<&'static str> {
        match refused.status {
            403 => Some(
                "whoever signed in needs the role Log Analytics Reader on the workspace; for an application \
                 roles of Entra do not count",
            ),
            404 => Some(
                "the data lake knows no such workspace: write lake/NAME-ID, with the workspace's name and id",
            ),
            TOO_LONG => Some("the query took too long: ask for a shorter time (--since, --until)"),
            _ => None,
        }
    }

    fn absent(&self) -> &'static str {
        "no diagnostic setting of Entra sends that log there, it is not kept in the data lake, or you may \
         not read it"
    }

    fn roles(&self) -> &'static [&'static str] {
        &[
            "To read: Log Analytics Reader on the workspace is the least role; a person may have Security \
           Reader of Entra instead, an application may not.",
        ]
    }

    fn kept_longer(&self) -> &'static str {
        "the table's total retention decides (Defender portal, Tables)"
    }
}
