//! The way by Azure Resource Manager for applications that the address of Log Analytics refuses.
//! Never asked unless it refused an application: a person would have to sign in once more.
//!
//! Source: Azure Monitor Logs query API, "Timeouts" and "Errors": applications may be refused with 403
//! `InsufficientAccessError` and have to ask Azure Resource Manager, by the workspace's resource id.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::api::{self, Name};
use super::list;
use crate::http::proof::Proof;
use crate::source::kql::Engine;
use crate::source::kql::caller::{Instead, Route};
use crate::source::served::Contact;
use crate::source::signed_in::SignedIn;

/// Finds a workspace's resource id among those that an application may see.
#[derive(Debug)]
pub(super) struct ByResource {
    /// The workspace's id.
    pub id: String,
    /// Where Azure Resource Manager is.
    pub contact: Contact,
    /// Who asks it.
    pub signed_in: Arc<SignedIn>,
    /// Who was refused.
    pub refused: Arc<SignedIn>,
    /// What was found.
    pub found: OnceCell<Option<Route>>,
}

impl ByResource {
    async fn find(&self) -> Option<Route> {
        if !self.refused.claims().is_some_and(|claims| claims.is_application) {
            return None;
        }
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let service = self.contact.service(&api::RESOURCE_MANAGER, &proof).ok()?;
        let list = list::list(&service).await.ok()?;
        let is_it = |listed: &&list::Listed| listed.id.eq_ignore_ascii_case(&self.id);
        let name = Name::parse(&list.workspaces.iter().find(is_it)?.resource).ok()?;
        Some(Route { engine: Arc::new(name) as Arc<dyn Engine>, service })
    }
}

impl Instead for ByResource {
    fn route<'r>(
        &'r self,
        cancel: &'r CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Option<Route>> + Send + 'r>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                found = self.found.get_or_init(|| self.find()) => found.clone(),
            }
        })
    }
}
