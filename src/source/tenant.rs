//! A tenant as a place: signs in, asks Graph, and tells beside the records how far that is.
//! Never decodes a record: they go the way of every stream, line by line.

mod kept;
mod sought;

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use url::Url;

pub use self::kept::Kept;
use self::sought::Wanting;
pub use self::sought::{Sought, explained};
use super::came::Came;
use super::graph::api::audience;
use super::graph::doctor::{self, Refusal};
use super::graph::{Feed, Follow, Request, Service, Status};
use super::pulled::{Missing, Stopped};
use super::served::{Contact, arriving, has_ended};
use super::signed_in::{Asking, SignedIn};
use crate::http::client::Http;
use crate::http::proof::Tokens;
use crate::place::{
    self, AlreadyRead, Contents, Follower, News, Opened, Piece, Place, Plan, Position, Pulling,
    Stream, Trouble,
};
use crate::query::Query;
use crate::sign_in::{Settings, SignIn};
use crate::time::{TICKS_PER_SECOND, TimeRange, Timestamp, Window, ticks};

/// What entrail calls Graph where it names the source of something.
pub const NAME: &str = "Microsoft Graph";

/// One tenant: who asks, and what for. Its clones are the same one: one sign-in and one limit of
/// requests serve all who share it.
#[derive(Clone)]
pub struct Tenant {
    name: Arc<str>,
    /// The tenant that was asked for by id or domain; empty: that of whoever signs in.
    given: String,
    /// The words that open it again; `None` where nobody said.
    command: Option<Vec<String>>,
    request: Request,
    /// What the request was made of.
    sought: Sought,
    /// What came of this tenant so far.
    came: Came,
    /// Does the request end in the past, so that nothing new belongs to it?
    is_ended: bool,
    contact: Contact<Service>,
    signed_in: Arc<SignedIn>,
    /// How the load goes.
    loaded: Arc<Mutex<Option<Arc<Mutex<Status>>>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tenant {
    /// A tenant that is signed in to when it is first asked. `certificates`: a PEM file of more
    /// authorities to trust. Fails where the address of Graph is none.
    pub fn new(
        settings: Settings,
        certificates: Option<PathBuf>,
        request: Request,
    ) -> Result<Self, String> {
        let http = Http::new(certificates);
        let contact = Contact::new(settings.cloud.graph(), http.clone())?;
        let given = [&settings.tenant, &settings.environment.tenant].into_iter().flatten().next();
        let given = given.cloned().unwrap_or_default();
        let audience = audience(&settings.cloud, doctor::permissions(&request.logs));
        let signed_in = Arc::new(SignedIn::new(audience, settings, http));
        let (is_ended, loaded) = Default::default();
        let name = NAME.into();
        let (sought, came) = Default::default();
        Ok(Self {
            name,
            given,
            command: None,
            request,
            sought,
            came,
            is_ended,
            contact,
            signed_in,
            loaded,
        })
    }

    /// The same for a range of time that has an end: nothing new belongs to it.
    #[must_use]
    pub fn ended(self, is_ended: bool) -> Self {
        Self { is_ended, ..self }
    }

    /// The same, whose request was made of this.
    #[must_use]
    pub fn asked_for(self, sought: Sought) -> Self {
        Self { sought, ..self }
    }

    /// The same, which these words behind `entrail` open again. No secret is in them.
    #[must_use]
    pub fn opened_by(self, command: Vec<String>) -> Self {
        Self { command: Some(command), ..self }
    }

    /// The same under another name, where another tenant is open too.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What is asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Where Graph is.
    pub fn base(&self) -> &Url {
        self.contact.base()
    }

    /// Who asks.
    pub fn sign_in(&self) -> &SignIn {
        self.signed_in.sign_in()
    }

    /// Graph as this tenant sees it. Fails where the system has no certificates or the file of more
    /// cannot be read: why, and the way out.
    pub fn service(&self) -> Result<Arc<Service>, String> {
        let tokens: Arc<dyn Tokens> = Arc::clone(&self.signed_in) as _;
        self.contact.made(|client, base, pace| Service::new(base, client, tokens, pace))
    }

    /// The records, to be read as a stream, and what is told beside it.
    fn feed(&self, cancel: CancellationToken) -> Result<(Feed, Watch), String> {
        let (feed, watch) = self.read(self.request.clone(), None, cancel)?;
        *locked(&self.loaded) = Some(feed.status());
        Ok((feed, watch))
    }

    /// The end of what the load asked for, by Graph's clock.
    fn loaded_to(&self) -> Option<Timestamp> {
        let status = locked(&self.loaded).clone()?;
        let end = locked(&status).outcome.as_ref()?.window?.end;
        Some(end)
    }

    /// The records that arrive from now on, those of the last hour among them: they may arrive late.
    fn news(&self, cancel: CancellationToken) -> Result<(Feed, Watch), String> {
        let follow = Follow::default();
        let service = self.service()?;
        let now = service.now();
        let Window { start, end } = self.request.window_at(service.surely());
        let from = self.loaded_to().unwrap_or(end).min(now);
        let window = Window {
            start: from.plus(-ticks(follow.overlap)).max(start.min(from)),
            end: now.plus(TICKS_PER_SECOND),
        };
        let request = Request { window, span: None, notes: Vec::new(), ..self.request.clone() };
        self.read(request, Some(follow), cancel)
    }

    fn read(
        &self,
        request: Request,
        follow: Option<Follow>,
        cancel: CancellationToken,
    ) -> Result<(Feed, Watch), String> {
        let service = self.service()?;
        let is_load = follow.is_none();
        let feed = Feed::new(service, request, follow, cancel)
            .map_err(|error: io::Error| format!("the system gives no room to ask: {error}"))?;
        let name = Arc::clone(&self.name);
        let watch = Watch {
            name,
            signed_in: Arc::clone(&self.signed_in),
            status: feed.status(),
            loads: is_load.then(|| self.clone()),
            left: Mutex::default(),
        };
        Ok((feed, watch))
    }

    /// What a person has to do now to be signed in; each change is told once.
    pub fn asking(&self) -> Asking {
        self.signed_in.asking()
    }

    /// Something that is missing as it is told, with what helps against a refusal.
    pub fn told(&self, missing: &Missing) -> Trouble {
        told(&self.signed_in, missing, &self.name)
    }

    /// One of its feeds as something to read.
    fn piece(&self, open: Open) -> Piece {
        let tenant = self.clone();
        let stream = Stream::new(move |stop| match open(&tenant, stop.clone()) {
            Ok((feed, watch)) => {
                Ok(Opened { reader: Box::new(feed), status: Some(Arc::new(watch)), is_lines: true })
            }
            Err(why) => Err(Trouble::new(tenant.name.to_string(), Position::Whole, why, true)),
        });
        Piece { name: self.name.to_string(), contents: Contents::Stream(stream) }
    }
}

impl Place for Tenant {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    /// Where Graph is, and the tenant, as far as that was said.
    fn key(&self) -> String {
        let key = format!("{NAME} {} {}", self.base(), self.given.to_lowercase());
        key.trim_end().to_owned()
    }

    fn arguments(&self) -> Vec<String> {
        Vec::new()
    }

    fn command(&self) -> Option<Vec<String>> {
        self.command.clone()
    }

    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(self.piece(Self::feed)));
    }

    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        match self.is_ended {
            true => Err(has_ended("the tenant")),
            false => Ok(arriving(self.piece(Self::news))),
        }
    }

    fn waits(&self) -> bool {
        true
    }

    fn plan(&self, query: &Query, now: Timestamp) -> Plan {
        let sought = Sought { query: query.clone(), names: self.sought.names };
        let first = self.came.first().unwrap_or(self.request.window);
        let logs = &self.request.logs;
        let wanting = sought.wanting(&self.came, (first, self.is_ended), logs, now);
        let Some(Wanting { window, parted }) = wanting else { return Plan::default() };
        let mut request = Request { window, span: None, notes: Vec::new(), ..self.request.clone() };
        let filters =
            parted.iter().filter_map(|(log, parted)| Some((log.name, parted.filter.clone()?)));
        request.filters = filters.collect();
        let told = explained(&request, &parted, self.base());
        let parts = parted.into_iter().next().map(|(_, parted)| parted.parts).unwrap_or_default();
        let loaded = Arc::default();
        let again = Self { request, sought, loaded, is_ended: true, ..self.clone() };
        let span = TimeRange { start: Some(window.start), end: Some(window.end) };
        Plan { span, parts, told, again: Some(Arc::new(again)) }
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant").field("request", &self.request).finish_non_exhaustive()
    }
}

/// Something that is missing of a place of this name, with what helps against a refusal.
fn told(signed_in: &SignedIn, missing: &Missing, name: &str) -> Trouble {
    let mut trouble = missing.trouble(name);
    let refused = missing.refused.as_ref().filter(|refused| refused.status == 403);
    if let (Some(refused), Some(claims)) = (refused, signed_in.claims()) {
        let refusal = Refusal {
            status: refused.status,
            code: refused.code.clone(),
            message: refused.message.clone(),
            is_html: refused.is_html,
        };
        // It begins with the refusal itself.
        trouble.reason = doctor::advise(&claims, &missing.log, Some(&refusal)).join(" ");
        if !refused.request_id.is_empty() {
            let request = ["(request ", &refused.request_id, ")"].concat();
            trouble.reason = [trouble.reason, request].join(" ");
        }
    }
    trouble
}

/// Begins one of its feeds. Fails with why it cannot.
type Open = fn(&Tenant, CancellationToken) -> Result<(Feed, Watch), String>;

/// What is known of a feed while it is read by another thread.
struct Watch {
    name: Arc<str>,
    signed_in: Arc<SignedIn>,
    status: Arc<Mutex<Status>>,
    /// The tenant whose request this is; `None` while it is followed.
    loads: Option<Tenant>,
    /// What is missing since the load ended early: told once, with how it ended.
    left: Mutex<Vec<Missing>>,
}

impl Watch {
    /// Keeps what is told when the load has ended, and gives the rest.
    fn apart(&self, missing: Vec<Missing>) -> Vec<Missing> {
        let is_last = |missing: &Missing| missing.ends && self.loads.is_some();
        let (left, told) = missing.into_iter().partition(is_last);
        locked(&self.left).extend::<Vec<Missing>>(left);
        told
    }

    /// The name of the place, and behind it each log with the time that is missing of it.
    fn whose(&self, missing: &[Missing]) -> String {
        let logs = missing.iter().map(|missing| {
            let source = missing.trouble("").source;
            source.trim_start_matches(", ").to_owned()
        });
        let logs: Vec<String> = logs.filter(|log| !log.is_empty()).collect();
        match logs.is_empty() {
            true => self.name.to_string(),
            false => format!("{}, {}", self.name, logs.join("; ")),
        }
    }
}

impl place::Status for Watch {
    fn news(&self) -> Vec<News> {
        let (state, missing) = {
            let mut status = locked(&self.status);
            (status.state, std::mem::take(&mut status.missing))
        };
        let mut news = vec![News::Progress(Pulling {
            slices_done: state.slices_done,
            slices_total: state.slices_total,
            waiting_until: state.waiting_until,
            live: None,
        })];
        news.extend(self.signed_in.news());
        let told = |missing| News::Trouble(told(&self.signed_in, missing, &self.name));
        news.extend(self.apart(missing).iter().map(told));
        news
    }

    fn ended(&self) -> Option<Trouble> {
        let mut status = locked(&self.status);
        status.missing = self.apart(std::mem::take(&mut status.missing));
        let outcome = status.outcome.as_ref();
        let stopped = outcome.and_then(|outcome| outcome.stopped.as_ref());
        if let (Some(outcome), None, Some(tenant)) = (outcome, stopped, &self.loads) {
            let window = outcome.window.unwrap_or(tenant.request.window);
            let narrowed = tenant.sought.narrowed(window.end, &tenant.request.logs);
            tenant.came.add(window, narrowed);
        }
        let left = locked(&self.left);
        let why = stopped.and_then(Stopped::reason).map(ToOwned::to_owned);
        let why = why.or_else(|| left.first().map(|missing| missing.reason.clone()))?;
        Some(Trouble::new(self.whose(&left), Position::Whole, why, true))
    }
}
