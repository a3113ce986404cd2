//! A tenant as what an archive is filled from: signed in to first, for whose logs they are its token says.
//! Never asks Graph itself: its logs do.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Tenant;
use crate::http::pace::Pace;
use crate::place::Trouble;
use crate::source::archive::{Archive, Asked, Beginning, Clock, Origin, Owner, Pulling, Requests};
use crate::source::graph::{Logs, Request, Service};
use crate::source::pulled::Missing;
use crate::source::signed_in::Asking;
use crate::time::Timestamp;

/// A tenant, and its logs.
pub struct Kept {
    tenant: Tenant,
    service: Arc<Service>,
    /// By the id of the tenant, once that is known.
    logs: OnceLock<Logs>,
    unknown: Logs,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Kept {
    /// The logs of a tenant, as its request says. Fails where the system has no certificates: why, and the
    /// way out.
    pub fn new(tenant: Tenant) -> Result<Self, String> {
        let service = tenant.service()?;
        let unknown = logs(&service, "", tenant.request());
        Ok(Self { tenant, service, logs: OnceLock::new(), unknown })
    }

    fn logs(&self) -> &Logs {
        self.logs.get().unwrap_or(&self.unknown)
    }
}

fn logs(service: &Arc<Service>, tenant: &str, request: &Request) -> Logs {
    let request = request.clone();
    Logs::new(Arc::clone(service), tenant, move |_| request.clone())
}

impl Origin for Kept {
    fn name(&self) -> Cow<'_, str> {
        self.logs().name()
    }

    fn begin<'p>(&'p self, cancel: &'p CancellationToken) -> Beginning<'p> {
        Box::pin(async move {
            let claims = self.tenant.sign_in().claims(cancel).await?;
            let known = logs(&self.service, &claims.tenant, self.tenant.request());
            self.logs.get_or_init(|| known);
            Ok(())
        })
    }

    fn asking(&self) -> Asking {
        self.tenant.asking()
    }

    fn notices(&self) -> Vec<String> {
        self.tenant.sign_in().notices()
    }

    fn owner(&self) -> Owner {
        self.logs().owner()
    }

    fn filters(&self) -> BTreeMap<String, String> {
        self.logs().filters()
    }

    fn requests(&self) -> Option<Requests> {
        self.logs().requests()
    }

    fn now(&self) -> Timestamp {
        self.logs().now()
    }

    fn clock(&self) -> Clock {
        self.logs().clock()
    }

    fn pace(&self) -> &dyn Pace {
        self.logs().pace()
    }

    fn pause(&self, wanted: Duration) -> Duration {
        self.logs().pause(wanted)
    }

    fn asked(&self) -> Asked {
        self.logs().asked()
    }

    fn pull<'p>(&'p self, archive: &'p mut Archive, cancel: &'p CancellationToken) -> Pulling<'p> {
        self.logs().pull(archive, cancel)
    }

    fn told(&self, missing: &Missing) -> Trouble {
        self.tenant.told(missing)
    }
}
