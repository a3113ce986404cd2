//! Workspaces that somebody may see, over all subscriptions: asked of Azure Resource Manager.
//! Never says that their rows may be read: that is another role.
//!
//! Sources: Azure Resource Manager, "Subscriptions - List" (2022-12-01); Azure Monitor, "Workspaces - List"
//! (2023-09-01): `properties.customerId` is the workspace's id.

use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::http::asker::{Asker, Unread};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::http::service::Service;
use crate::http::unanswered::Unanswered;

/// Most pages of a list: more are a circle.
const MOST_PAGES: usize = 1_000;

/// A workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its resource id.
    pub resource: String,
    /// The subscription's name.
    pub subscription: String,
    /// Days for which it keeps rows where a table does not say otherwise; `None` where it does not say.
    pub days: Option<i64>,
}

#[derive(Deserialize)]
struct Page<T> {
    #[serde(default = "Vec::new")]
    value: Vec<T>,
    #[serde(rename = "nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Subscription {
    #[serde(rename = "subscriptionId")]
    id: String,
    #[serde(default, rename = "displayName")]
    name: String,
}

#[derive(Deserialize)]
struct Resource {
    id: String,
    name: String,
    #[serde(default)]
    properties: Properties,
}

#[derive(Deserialize, Default)]
struct Properties {
    #[serde(default, rename = "customerId")]
    id: String,
    #[serde(rename = "retentionInDays")]
    days: Option<i64>,
}

/// What of a list was found.
#[derive(Default, Debug)]
pub struct List {
    /// The workspaces, by subscription, in the order they came.
    pub workspaces: Vec<Listed>,
    /// Subscriptions that could not be asked: the name, and why.
    pub missing: Vec<(String, String)>,
}

/// Reads a page of a list.
struct Pages<T>(std::marker::PhantomData<fn() -> T>);

impl<T: for<'de> Deserialize<'de> + Send> Asker for Pages<T> {
    type Taken = Response;
    type Got = Page<T>;
    type Stop = Unanswered;

    fn read(&mut self, taken: Response) -> Result<Page<T>, Unread<Self>> {
        let broken = |why: String| Unread::Again(Unanswered::Broken(why), None);
        match taken.cut {
            Some(why) => Err(broken(why)),
            None => serde_json::from_slice(&taken.body)
                .map_err(|error| broken(format!("the answer is broken: {error}"))),
        }
    }
}

/// All entries of a list.
async fn entries<T: for<'de> Deserialize<'de> + Send>(
    service: &Service,
    path: &str,
) -> Result<Vec<T>, Unanswered> {
    let cancel = CancellationToken::new();
    let broken = |url: &str| Unanswered::Broken(format!("`{url}` is no address of the list"));
    let mut url = service.base().join(path).map_err(|_| broken(path))?;
    let mut entries = Vec::new();
    for _ in 0..MOST_PAGES {
        let mut pages = Pages(std::marker::PhantomData);
        let page: Page<T> = service.ask(&Request::from(url), &mut pages, &cancel).await?;
        entries.extend(page.value);
        let Some(next) = page.next.filter(|next| !next.is_empty()) else { return Ok(entries) };
        // The token goes nowhere else.
        let next_url = Url::parse(&next).ok();
        url = next_url
            .filter(|url| url.origin() == service.base().origin())
            .ok_or_else(|| broken(&next))?;
    }
    Err(Unanswered::Broken("the list has no end".to_owned()))
}

/// Asks for the workspaces of all subscriptions that can be seen. Fails where not even those can be had.
pub(super) async fn list(service: &Service) -> Result<List, Unanswered> {
    let subscriptions: Vec<Subscription> =
        entries(service, "/subscriptions?api-version=2022-12-01").await?;
    let mut list = List::default();
    for Subscription { id, name } in subscriptions {
        let path = format!(
            "/subscriptions/{id}/providers/Microsoft.OperationalInsights/workspaces?api-version=2023-09-01"
        );
        match entries::<Resource>(service, &path).await {
            Ok(found) => list.workspaces.extend(found.into_iter().map(|resource| Listed {
                name: resource.name,
                id: resource.properties.id,
                resource: resource.id,
                subscription: name.clone(),
                days: resource.properties.days,
            })),
            Err(Unanswered::Refused(refused)) => list.missing.push((name, refused.to_string())),
            Err(failure) => return Err(failure),
        }
    }
    Ok(list)
}
