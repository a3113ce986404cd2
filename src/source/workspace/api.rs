//! What is particular about workspaces: where they are asked, by which limits, and whom tokens are for.
//! Never asks them.
//!
//! Sources: Azure Monitor Logs query API, "Request format", "Access the API", "Timeouts", "Errors"; Azure
//! Monitor service limits, "Log queries": 200 requests in 30 seconds; addresses of other clouds: the Azure
//! CLI's table of clouds.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use crate::http::api::{Api, nowhere, passing};
use crate::http::limiter::Limit;
use crate::http::refused::Refused;
use crate::http::request::{Request, Verb};
use crate::http::unanswered::Unanswered;
use crate::sign_in::{Audience, Cloud};
use crate::source::kql::TOO_LONG;
use crate::source::kql::answer::{Answer, said};
use crate::source::kql::engine::{Asked, Engine};
use crate::source::kql::whole;
use crate::text::is_guid;

/// A workspace by its id.
static LOG_ANALYTICS: Api = Api {
    name: "Log Analytics",
    limit: Limit { requests: 200, window: Duration::from_secs(30) },
    // Azure Resource Manager answers in another shape without the first. Without the second a query may
    // take three minutes; ten is the most, a request takes no more than five.
    headers: &[("prefer", "response-v1=true, wait=280")],
    // More wait in a queue, for three minutes.
    at_once: 5,
    most_bytes: 256 << 20,
    begins_within: Duration::from_mins(5),
    ends_within: Duration::from_mins(8),
    passing: |status| if status == TOO_LONG { None } else { passing(status) },
    said: |_, body| said(body),
    is_doubtful: |_| false,
    leads: nowhere,
};

/// A workspace by its resource id, through Azure Resource Manager.
pub(super) static RESOURCE_MANAGER: Api = Api { name: "Azure Resource Manager", ..LOG_ANALYTICS };

/// The Azure CLI, a public client every tenant knows unless it was blocked: Graph's own has no
/// permission for workspaces.
const CLIENT: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// How a workspace is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// By its id, a GUID.
    Id(String),
    /// By its resource id: `/subscriptions/…/workspaces/…`.
    Resource(String),
}

impl Name {
    /// Reads a name. Fails with what would be one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        if is_guid(text) {
            return Ok(Self::Id(text.to_ascii_lowercase()));
        }
        let parts: Vec<&str> = text.strip_prefix('/').unwrap_or_default().split('/').collect();
        let is_plain = |part: &&str| {
            !part.is_empty()
                && !part.chars().all(|c| c == '.')
                && part.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c))
        };
        let is =
            |at: usize, name: &str| parts.get(at).is_some_and(|p| p.eq_ignore_ascii_case(name));
        let is_workspace = parts.len() == 8
            && is(0, "subscriptions")
            && is(2, "resourceGroups")
            && is(5, "Microsoft.OperationalInsights")
            && is(6, "workspaces");
        match is_workspace && parts.iter().all(is_plain) {
            true => Ok(Self::Resource(text.to_owned())),
            false => Err(format!(
                "`{text}` names no workspace: give its id (a GUID, on its page Overview) or its resource \
                 id (/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…, \
                 under Properties)"
            )),
        }
    }

    /// Where it is asked in a cloud.
    pub fn base(&self, cloud: &Cloud) -> &'static str {
        match (self, cloud) {
            (Self::Id(_), Cloud::Global | Cloud::At { .. }) => "https://api.loganalytics.azure.com",
            (Self::Id(_), Cloud::UsGovernment | Cloud::UsGovernmentDod) => {
                "https://api.loganalytics.us"
            }
            (Self::Id(_), Cloud::China) => "https://api.loganalytics.azure.cn",
            (Self::Resource(_), cloud) => resource_manager(cloud),
        }
    }

    /// Whom tokens are for in a cloud.
    pub fn audience(&self, cloud: &Cloud) -> Audience {
        match self {
            Self::Id(_) => Audience {
                name: "Log Analytics",
                // Tokens are for the former address, which the new one takes.
                resource: match cloud {
                    Cloud::Global | Cloud::At { .. } => "https://api.loganalytics.io",
                    _ => self.base(cloud),
                }
                .to_owned(),
                ids: &["ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"],
                permissions: Vec::new(),
                client: CLIENT,
            },
            Self::Resource(_) => audience_of_resource_manager(cloud),
        }
    }

    /// The address below `base` that a query is sent to. `scans`: to that for tables of the plans Basic
    /// and Auxiliary.
    pub fn address(&self, base: &Url, scans: bool) -> Url {
        let verb = if scans { "search" } else { "query" };
        let mut url = base.clone();
        match self {
            Self::Id(id) => url.set_path(&format!("/v1/workspaces/{id}/{verb}")),
            Self::Resource(resource) => {
                url.set_path(&format!("{resource}/api/{verb}"));
                url.set_query(Some("api-version=2020-08-01"));
            }
        }
        url
    }
}

impl Engine for Name {
    fn noun(&self) -> &'static str {
        "the workspace"
    }

    fn api(&self) -> &'static Api {
        match self {
            Self::Id(_) => &LOG_ANALYTICS,
            Self::Resource(_) => &RESOURCE_MANAGER,
        }
    }

    fn key(&self, base: &Url) -> String {
        let id = match self {
            Self::Id(id) => id.clone(),
            Self::Resource(resource) => resource.to_lowercase(),
        };
        format!("workspace {base} {id}")
    }

    fn request(&self, base: &Url, asked: &Asked<'_>) -> Request {
        let Asked { query, made, scans } = asked;
        let timespan = format!("{}/{}", made.start.to_rfc3339(), made.end.to_rfc3339());
        let body = serde_json::json!({"query": query, "timespan": timespan}).to_string();
        let mut request = Request::from(self.address(base, *scans));
        request.verb = Verb::Query("application/json", Bytes::from(body));
        request
    }

    fn answer<'b>(&self, body: &'b [u8]) -> Result<Answer<'b>, Unanswered> {
        whole::read(body).map_err(Unanswered::Broken)
    }

    /// An answer has about 100 MB.
    fn most_bytes(&self) -> u64 {
        80_000_000
    }

    fn has_scans(&self) -> bool {
        true
    }

    fn advice(&self, refused: &Refused) -> Option<&'static str> {
        match (refused.status, self) {
            (403, Self::Id(_)) => Some(
                "whoever signed in needs the role Log Analytics Reader on the workspace; applications are \
                 refused here even so, and are answered when the workspace is named by its resource id \
                 (/subscriptions/…)",
            ),
            (403, Self::Resource(_)) => {
                Some("whoever signed in needs the role Log Analytics Reader on the workspace")
            }
            (404, _) => Some("there is no such workspace in this cloud, or you may not see it"),
            (TOO_LONG, _) => {
                Some("the query took too long: ask for a shorter time (--since, --until)")
            }
            _ => None,
        }
    }

    fn absent(&self) -> &'static str {
        "no diagnostic setting of Entra sends that log there, or you may not read it"
    }

    fn roles(&self) -> &'static [&'static str] {
        &[
            "To read: Log Analytics Reader on the workspace, or on single tables, is the least role (Azure \
           portal, the workspace, Access control). Roles of Entra, such as Global Reader, do not count; an \
           application needs the role too.",
        ]
    }

    fn kept_longer(&self) -> &'static str {
        "rows in long-term retention come back by a search job or a restore (Azure portal, Logs)"
    }
}

impl fmt::Display for Name {
    /// The id, or the last part of the resource id: `law-security`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Resource(resource) => {
                f.write_str(resource.rsplit('/').next().unwrap_or(resource))
            }
        }
    }
}

/// Azure Resource Manager in a cloud, as tokens are asked for.
pub(super) fn audience_of_resource_manager(cloud: &Cloud) -> Audience {
    Audience {
        name: "Azure Resource Manager",
        resource: resource_manager(cloud).to_owned(),
        ids: &["https://management.core.windows.net", "797f4846-ba00-4fd7-ba43-dac1f8f63013"],
        permissions: Vec::new(),
        client: CLIENT,
    }
}

/// Where Azure Resource Manager is in a cloud.
pub(super) fn resource_manager(cloud: &Cloud) -> &'static str {
    match cloud {
        Cloud::Global | Cloud::At { .. } => "https://management.azure.com",
        Cloud::UsGovernment | Cloud::UsGovernmentDod => "https://management.usgovcloudapi.net",
        Cloud::China => "https://management.chinacloudapi.cn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "63613592-B6F7-4c3d-a390-22ba13102111";
    const RESOURCE: &str = "/subscriptions/63613592-b6f7-4c3d-a390-22ba13102111/resourceGroups/rg (sec)/providers/Microsoft.OperationalInsights/workspaces/law-security";

    #[test]
    fn a_workspace_is_named_by_one_of_two_ids() {
        let id = Name::parse(GUID).expect("an id");
        assert_eq!(id.to_string(), GUID.to_lowercase());
        let resource = RESOURCE.replace("rg (sec)", "rg-sec");
        let named = Name::parse(&format!("{resource}/")).expect("a resource id");
        assert_eq!(named.to_string(), "law-security");
        let base = Url::parse("https://x.example").expect("an address");
        assert_eq!(
            named.address(&base, false).as_str(),
            format!("https://x.example{resource}/api/query?api-version=2020-08-01")
        );
        let scanned = id.address(&base, true);
        assert_eq!(scanned.path(), format!("/v1/workspaces/{}/search", GUID.to_lowercase()));
        for none in [
            "",
            "law-security",
            "/subscriptions/x",
            RESOURCE,
            &resource.replace("rg-sec", ".."),
            &resource.replace("rg-sec", "a?b"),
            &resource.replace("workspaces", "clusters"),
        ] {
            assert!(Name::parse(none).is_err(), "{none}");
        }
    }

    #[test]
    fn each_cloud_has_its_own_addresses_and_tokens() {
        let id = Name::Id(GUID.to_owned());
        let global = id.audience(&Cloud::Global);
        assert!(global.is("https://api.loganalytics.io/"));
        assert!(!global.is("https://graph.microsoft.com"));
        let resource = Name::Resource(RESOURCE.to_owned());
        for cloud in [Cloud::UsGovernment, Cloud::UsGovernmentDod, Cloud::China] {
            assert_ne!(id.base(&cloud), id.base(&Cloud::Global));
            assert!(!global.is(&id.audience(&cloud).resource));
            assert_ne!(resource.base(&cloud), resource.base(&Cloud::Global));
        }
        assert!(resource.audience(&Cloud::Global).is("https://management.core.windows.net/"));
    }
}
