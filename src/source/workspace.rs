//! A workspace of Log Analytics or Sentinel: how it is named, where and by which limits it is asked, and which there are.
//! Never asks for rows: that is the same for every engine that is asked in KQL ([`super::kql`]).

mod api;
mod instead;
mod list;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

pub use self::api::Name;
use self::instead::ByResource;
pub use self::list::{List, Listed};
use super::kql::{Address, Request, Tables};
use super::served::Contact;
use super::signed_in::{Asking, SignedIn};
use crate::http::client::Http;
use crate::http::proof::Proof;
use crate::sign_in::Settings;

/// A workspace that is signed in to when it is first asked. `certificates`: a PEM file of more authorities to
/// trust. `base`: where it is asked, if not where its cloud says. Fails where that address is none.
pub fn place(
    id: Name,
    settings: Settings,
    certificates: Option<PathBuf>,
    base: Option<&str>,
    request: Request,
) -> Result<Tables, String> {
    let audience = id.audience(&settings.cloud);
    let name = format!("workspace {id}");
    let address = base.unwrap_or_else(|| id.base(&settings.cloud)).to_owned();
    let instead = match &id {
        Name::Id(id) => {
            let base = base.unwrap_or_else(|| api::resource_manager(&settings.cloud));
            let http = Http::new(certificates.clone());
            let audience = api::audience_of_resource_manager(&settings.cloud);
            let signed_in = SignedIn::new(audience, settings.clone(), http.clone());
            Some((id.clone(), Contact::new(base, http)?, Arc::new(signed_in)))
        }
        Name::Resource(_) => None,
    };
    let address = Address { base: address, audience, settings, certificates };
    let tables = Tables::new(&name, Arc::new(id), address, request)?;
    Ok(match instead {
        Some((id, contact, signed_in)) => tables.or_instead(|refused| {
            Arc::new(ByResource { id, contact, signed_in, refused, found: OnceCell::new() })
        }),
        None => tables,
    })
}

/// Whoever asks Azure Resource Manager which workspaces there are.
pub struct Subscriptions {
    contact: Contact,
    signed_in: Arc<SignedIn>,
}

impl Subscriptions {
    /// Those of whoever signs in. `certificates`: a PEM file of more authorities to trust; `base`: where
    /// it is asked, if not where its cloud says. Fails where that address is none.
    pub fn new(
        settings: Settings,
        certificates: Option<PathBuf>,
        base: Option<&str>,
    ) -> Result<Self, String> {
        let address = base.unwrap_or_else(|| api::resource_manager(&settings.cloud));
        let http = Http::new(certificates);
        let contact = Contact::new(address, http.clone())?;
        let audience = api::audience_of_resource_manager(&settings.cloud);
        let signed_in = Arc::new(SignedIn::new(audience, settings, http));
        Ok(Self { contact, signed_in })
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        self.signed_in.asking()
    }

    /// The workspaces. Fails with why there is no list, and the way out.
    pub async fn list(&self) -> Result<List, String> {
        let proof = Proof::Token(Arc::clone(&self.signed_in) as _);
        let api = &api::RESOURCE_MANAGER;
        let service = self.contact.service(api, &proof)?;
        list::list(&service).await.map_err(|failure| failure.words(api.name))
    }
}
