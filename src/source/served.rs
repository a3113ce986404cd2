//! What every place at a service has in common: one service for all who ask, a stream of records, what is told beside it, and what arrives later.
//! Never asks anything itself: a place says what is asked, as work whose bytes are read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::Client;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::flow::{Flow, Outlet};
use super::signed_in::SignedIn;
use crate::http::api::Api;
use crate::http::client::Http;
use crate::http::pace::{Pace, SystemPace};
use crate::http::proof::Proof;
use crate::http::service::Service;
use crate::place::{
    Contents, Cost, Follower, Look, News, Opened, Piece, Position, Pulling, Status, Stream, Trouble,
};
use crate::time::Timestamp;

/// Where a service is, and the service itself once it is needed. Its clones are the same one: one limit of
/// requests serves all who share it.
pub(super) struct Contact<S = Service> {
    base: Url,
    http: Http,
    pace: Arc<dyn Pace>,
    service: Arc<OnceLock<Arc<S>>>,
}

impl<S> Clone for Contact<S> {
    fn clone(&self) -> Self {
        let (base, http) = (self.base.clone(), self.http.clone());
        Self { base, http, pace: Arc::clone(&self.pace), service: Arc::clone(&self.service) }
    }
}

impl<S> std::fmt::Debug for Contact<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Contact").field(&self.base.as_str()).finish()
    }
}

impl<S> Contact<S> {
    /// A service at this address that is connected to when it is first asked. Fails where that is not an
    /// address.
    pub fn new(address: &str, http: Http) -> Result<Self, String> {
        let base = Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
        Ok(Self::at(base, http))
    }

    /// The same at an address that is known to be one.
    pub fn at(base: Url, http: Http) -> Self {
        Self { base, http, pace: Arc::new(SystemPace::new()), service: Arc::default() }
    }

    /// The same by another clock.
    #[must_use]
    pub fn paced(self, pace: Arc<dyn Pace>) -> Self {
        Self { pace, ..self }
    }

    /// Where it is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Its clock.
    pub fn pace(&self) -> &Arc<dyn Pace> {
        &self.pace
    }

    /// The service, which is made once: of a client, where it is and its clock. Fails where the system has
    /// no certificates or the file of more cannot be read: why, and the way out.
    pub fn made(
        &self,
        make: impl FnOnce(Client, Url, Arc<dyn Pace>) -> S,
    ) -> Result<Arc<S>, String> {
        self.kept(Http::client, make)
    }

    fn kept(
        &self,
        client: for<'h> fn(&'h Http, &Url) -> Result<&'h Client, String>,
        make: impl FnOnce(Client, Url, Arc<dyn Pace>) -> S,
    ) -> Result<Arc<S>, String> {
        if let Some(service) = self.service.get() {
            return Ok(Arc::clone(service));
        }
        let client = client(&self.http, &self.base)?.clone();
        let service = Arc::new(make(client, self.base.clone(), Arc::clone(&self.pace)));
        // Another thread may have been faster: all ask through one.
        Ok(Arc::clone(self.service.get_or_init(|| service)))
    }
}

impl Contact<Service> {
    /// The service, asked by these rules and with this proof. Fails as [`Contact::made`] does.
    pub fn service(&self, api: &'static Api, proof: &Proof) -> Result<Arc<Service>, String> {
        self.made(|client, base, pace| Service::new(api, base, client, proof.clone(), pace))
    }

    /// The same for what is stored in bytes and asked for by their numbers.
    pub fn exact_service(&self, api: &'static Api, proof: &Proof) -> Result<Arc<Service>, String> {
        let make = |client, base, pace| Service::new(api, base, client, proof.clone(), pace);
        self.kept(Http::exact, make)
    }
}

/// What is known of a stream beside its records. Its clones are the same one.
#[derive(Clone, Default, Debug)]
pub(super) struct Board(Arc<Mutex<Told>>);

#[derive(Default, Debug)]
struct Told {
    pulling: Pulling,
    /// What was told since it was last taken.
    troubles: Vec<Trouble>,
    /// The last of them that were ever told: while something is followed, the same goes wrong again and
    /// again.
    last: Option<Trouble>,
    /// Why it ended before its end; empty: somebody asked for it.
    stopped: Option<String>,
    /// Where lines are from, the last ones: the first line of each, in order.
    places: VecDeque<(u64, Position)>,
    /// What was answered.
    cost: Cost,
}

/// Places of lines that are known: what is wrong with a line is told soon after it was put out.
const MOST_PLACES: usize = 1 << 16;

impl Board {
    fn locked(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how far it is.
    pub fn pulling(&self, change: impl FnOnce(&mut Pulling)) {
        change(&mut self.locked().pulling);
    }

    /// So many more slices are to be fetched; fewer, below zero.
    pub fn expects(&self, slices: i64) {
        self.pulling(|pulling| {
            let total = i64::from(pulling.slices_total).saturating_add(slices);
            pulling.slices_total = u32::try_from(total.max(0)).unwrap_or(u32::MAX);
        });
    }

    /// One slice was fetched, or given up.
    pub fn is_done(&self) {
        self.pulling(|pulling| pulling.slices_done = pulling.slices_done.saturating_add(1));
    }

    /// Nothing is asked until then; `None`: it goes on.
    pub fn waits(&self, until: Option<Timestamp>) {
        self.pulling(|pulling| pulling.waiting_until = until);
    }

    /// A request was answered with so many bytes.
    pub fn answered(&self, bytes: usize) {
        let cost = &mut self.locked().cost;
        cost.requests = cost.requests.saturating_add(1);
        cost.bytes = cost.bytes.saturating_add(bytes as u64);
    }

    /// What was answered so far.
    pub fn cost(&self) -> Cost {
        self.locked().cost
    }

    /// Tells something, unless it was the last that was told.
    pub fn tell(&self, trouble: Trouble) {
        let mut told = self.locked();
        if told.last.as_ref() != Some(&trouble) {
            told.last = Some(trouble.clone());
            told.troubles.push(trouble);
        }
    }

    /// From this line on, until more is said, lines are from there.
    pub fn places(&self, line: u64, place: Position) {
        let places = &mut self.locked().places;
        if places.len() == MOST_PLACES {
            places.pop_front();
        }
        places.push_back((line, place));
    }

    /// What was told since this was asked last.
    pub fn take_troubles(&self) -> Vec<Trouble> {
        std::mem::take(&mut self.locked().troubles)
    }

    /// What was told since it was last taken.
    pub fn take(&self) -> Vec<Trouble> {
        std::mem::take(&mut self.locked().troubles)
    }

    /// It ended before its end: why; empty: somebody asked for it.
    pub fn stop(&self, reason: String) {
        self.locked().stopped = Some(reason);
    }
}

/// What the work of a stream is given.
pub(super) struct Errand {
    /// Where the bytes go that are read.
    pub outlet: Outlet,
    /// What is told beside them.
    pub board: Board,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// One stream of a place: lines of JSON that work puts out while they are read. `open` makes the work when
/// its turn comes; where it fails, why is told. `signed_in`: whose sign-in is told about beside it.
pub(super) fn stream<W: Future<Output = ()> + Send + 'static>(
    name: &Arc<str>,
    signed_in: Option<Arc<SignedIn>>,
    open: impl FnOnce(Errand) -> Result<W, String> + Send + 'static,
) -> Piece {
    let watch_name = Arc::clone(name);
    let stream = Stream::new(move |cancel| {
        let (name, outlet, board) = (watch_name, Outlet::default(), Board::default());
        let errand =
            Errand { outlet: outlet.clone(), board: board.clone(), cancel: cancel.clone() };
        let flow = open(errand).and_then(|work| {
            let flow = Flow::new(outlet, work);
            flow.map_err(|error| format!("the system gives no room to ask: {error}"))
        });
        let flow =
            flow.map_err(|why| Trouble::new(name.to_string(), Position::Whole, why, true))?;
        let status = Some(Arc::new(Watch { name, signed_in, board }) as Arc<dyn Status>);
        Ok(Opened { reader: Box::new(flow), status, is_lines: true })
    });
    Piece { name: name.to_string(), contents: Contents::Stream(stream) }
}

/// Waits for work on the network; `told` hears what a person has to do for it. Fails where the system gives
/// no room for it.
pub(super) fn wait<T>(
    signed_in: &SignedIn,
    told: &mut dyn FnMut(News),
    work: impl Future<Output = T>,
) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the system gives no room to ask: {error}"))?;
    let done = runtime.block_on(async {
        tokio::pin!(work);
        loop {
            let pause = tokio::time::sleep(LOOK_EVERY);
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = pause => signed_in.news().into_iter().for_each(&mut *told),
            }
        }
    });
    // A name that is still being looked up does not hold up whoever waits.
    runtime.shutdown_background();
    Ok(done)
}

/// How often it is looked whether a person has to do something.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is known of a stream while it is read by another thread.
struct Watch {
    name: Arc<str>,
    signed_in: Option<Arc<SignedIn>>,
    board: Board,
}

impl Status for Watch {
    fn news(&self) -> Vec<News> {
        let troubles = self.board.take_troubles();
        let pulling = self.board.locked().pulling;
        let mut news = vec![News::Progress(pulling)];
        news.extend(self.signed_in.as_ref().and_then(|signed_in| signed_in.news()));
        news.extend(troubles.into_iter().map(News::Trouble));
        news
    }

    fn ended(&self) -> Option<Trouble> {
        let reason = self.board.locked().stopped.clone().filter(|reason| !reason.is_empty())?;
        Some(Trouble::new(self.name.to_string(), Position::Whole, reason, true))
    }

    fn position(&self, line: u64) -> Option<Position> {
        let told = self.board.locked();
        let at = told.places.partition_point(|(first, _)| *first <= line).checked_sub(1)?;
        told.places.get(at).map(|(_, place)| *place)
    }
}

/// What arrives at a place: one stream, which ends only where nothing can be asked any more.
pub(super) fn arriving(stream: Piece) -> Box<dyn Follower> {
    Box::new(Arriving(Some(stream)))
}

struct Arriving(Option<Piece>);

impl Follower for Arriving {
    fn look(&mut self, _: &CancellationToken) -> Look {
        match self.0.take() {
            Some(stream) => Look::Found(vec![stream]),
            None => Look::Over("it is not asked any more: its troubles tell why".to_owned()),
        }
    }
}

/// Why what was asked for with an end is not followed; `what`: `the tenant`.
pub(super) fn has_ended(what: &str) -> String {
    format!(
        "the range that was asked for has ended: nothing new can arrive in it; open {what} without \
         --until (or time<…) to follow it"
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_stream_is_opened_once_and_tells_what_it_was_told() {
        let name: Arc<str> = "somewhere".into();
        let piece = stream(&name, None, |Errand { outlet, board, .. }| {
            Ok(async move {
                outlet.put(b"{}\n");
                board.expects(3);
                board.is_done();
                let trouble = Trouble::new("a".to_owned(), Position::Whole, "b".to_owned(), true);
                board.tell(trouble.clone());
                board.tell(trouble);
                board.stop("it broke".to_owned());
            })
        });
        let mut follower = arriving(piece);
        let stop = CancellationToken::new();
        let Look::Found(mut pieces) = follower.look(&stop) else { panic!("nothing is found") };
        let Contents::Stream(stream) = pieces.remove(0).contents else { panic!("no stream") };
        let mut opened = stream.open(&stop).expect("it opens");
        let mut text = String::new();
        opened.reader.read_to_string(&mut text).expect("it is read");
        assert_eq!(text, "{}\n");
        let status = opened.status.expect("what is told");
        let news = status.news();
        let told = |news: &[News]| news.iter().filter(|n| matches!(n, News::Trouble(_))).count();
        assert!(
            matches!(news[0], News::Progress(Pulling { slices_done: 1, slices_total: 3, .. })),
            "{news:?}"
        );
        assert_eq!((told(&news), told(&status.news())), (1, 0));
        assert_eq!(status.ended().map(|trouble| trouble.reason).as_deref(), Some("it broke"));
        assert!(matches!(follower.look(&stop), Look::Over(_)));
    }

    #[test]
    fn a_stream_that_cannot_be_opened_is_told() {
        let name: Arc<str> = "somewhere".into();
        let piece =
            stream(&name, None, |_| Err::<std::future::Ready<()>, _>("no certificates".to_owned()));
        let Contents::Stream(stream) = piece.contents else { panic!("no stream") };
        let trouble = stream.open(&CancellationToken::new()).expect_err("why");
        assert_eq!((&*trouble.source, &*trouble.reason), ("somewhere", "no certificates"));
    }

    #[test]
    fn a_line_is_of_the_place_it_came_from() {
        let board = Board::default();
        let watch = Watch { name: "hub".into(), signed_in: None, board: board.clone() };
        assert_eq!(watch.position(1), None);
        let at = |partition, offset| Position::Message { partition, offset };
        board.places(1, at(0, 7));
        board.places(3, at(1, 9));
        assert_eq!(
            [1, 2, 3].map(|line| watch.position(line)),
            [at(0, 7), at(0, 7), at(1, 9)].map(Some)
        );
        assert_eq!(watch.position(0), None);
        for line in 4..4 + MOST_PLACES as u64 {
            board.places(line, at(2, 0));
        }
        assert_eq!((watch.position(3), watch.position(4)), (None, Some(at(2, 0))));
    }
}
