//! The seam that every place records come from goes through, proved by one that is none of ours.
//! Never a file, a network or a demo: whatever a load, following and the screen need, they ask the trait.

#![expect(clippy::disallowed_methods, reason = "tests write the files that stand beside it")]

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use entrail::place::{
    AlreadyRead, Contents, Follower, Look, News, Opened, Piece, Place, Places, Plan, Position,
    Prompt, Pulling, Status, Stream, Trouble,
};
use entrail::query::Query;
use entrail::query::plan::Part;
use entrail::source::following::Follow;
use entrail::source::{self, Delivery, Following, Summary, local};
use entrail::store::Store;
use entrail::time::Timestamp;
use tokio_util::sync::CancellationToken;

/// Nothing takes this long; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

fn record(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","category":"UserManagement","correlationId":"c-{id}","activityDisplayName":"Update user","activityDateTime":"2026-11-01T08:00:00Z","loggedByService":"Core Directory","initiatedBy":{{}},"targetResources":[]}}"#
    ) + "\n"
}

/// A place somewhere else: what it sends comes through a channel, so that a test decides when.
#[derive(Clone, Debug)]
struct Elsewhere {
    name: &'static str,
    lines: Arc<Mutex<Option<Receiver<String>>>>,
    /// The lines that come once it is followed; none: it cannot be.
    later: Arc<Mutex<Option<Receiver<String>>>>,
    news: Arc<Mutex<Vec<News>>>,
    /// Why it ends before its end.
    ends: Option<&'static str>,
}

impl Elsewhere {
    /// The place, and where to send lines of it.
    fn new(name: &'static str) -> (Self, Sender<String>) {
        let (send, lines) = channel();
        let (later, news) = Default::default();
        let lines = Arc::new(Mutex::new(Some(lines)));
        (Self { name, lines, later, news, ends: None }, send)
    }

    fn piece(&self, lines: &Arc<Mutex<Option<Receiver<String>>>>) -> Piece {
        let (own, lines) = (self.clone(), Arc::clone(lines));
        let open = move |stop: &CancellationToken| {
            let lines = lines.lock().expect("locked").take().expect("read once");
            let reader =
                Box::new(AsTheyCome { lines, left: io::Cursor::default(), stop: stop.clone() });
            Ok(Opened { reader, status: Some(Arc::new(own)), is_lines: true })
        };
        Piece { name: self.name.to_owned(), contents: Contents::Stream(Stream::new(open)) }
    }
}

impl Place for Elsewhere {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name)
    }
    fn key(&self) -> String {
        format!("elsewhere {}", self.name)
    }
    fn arguments(&self) -> Vec<String> {
        vec![format!("elsewhere:{}", self.name)]
    }
    fn pieces(&self, _: &CancellationToken, found: &mut dyn FnMut(Result<Piece, Trouble>)) {
        found(Ok(self.piece(&self.lines)));
    }
    fn follow(&self, _: &AlreadyRead<'_>) -> Result<Box<dyn Follower>, String> {
        match self.later.lock().expect("locked").is_some() {
            true => Ok(Box::new(self.clone())),
            false => Err("nothing grows there".to_owned()),
        }
    }
    fn waits(&self) -> bool {
        true
    }
    fn plan(&self, query: &Query, _: Timestamp) -> Plan {
        Plan { parts: vec![(query.to_string(), Part::Exact)], ..Plan::default() }
    }
}

impl Follower for Elsewhere {
    fn look(&mut self, _: &CancellationToken) -> Look {
        match self.later.lock().expect("locked").is_some() {
            true => Look::Found(vec![self.piece(&self.later)]),
            false => Look::Over("it has closed".to_owned()),
        }
    }
}

impl Status for Elsewhere {
    fn news(&self) -> Vec<News> {
        std::mem::take(&mut self.news.lock().expect("locked"))
    }
    fn ended(&self) -> Option<Trouble> {
        let why = self.ends?.to_owned();
        Some(Trouble::new(self.name.to_owned(), Position::Whole, why, true))
    }
}

/// Lines as they come, until nobody sends any more.
struct AsTheyCome {
    lines: Receiver<String>,
    left: io::Cursor<Vec<u8>>,
    stop: CancellationToken,
}

impl Read for AsTheyCome {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.left.read(buffer)? {
                0 => {}
                count => return Ok(count),
            }
            match self.lines.recv_timeout(Duration::from_millis(2)) {
                Ok(line) => self.left = io::Cursor::new(line.into_bytes()),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !self.stop.is_cancelled() => {}
                Err(_) => return Ok(0),
            }
        }
    }
}

/// What was delivered.
#[derive(Default)]
struct Heard {
    store: Store,
    troubles: Vec<String>,
    prompts: Vec<(String, Option<String>)>,
    pulling: Vec<(String, u32)>,
    over: Vec<(String, String)>,
    ended: Option<String>,
    summary: Option<Summary>,
}

impl Heard {
    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Segment(segment) => self.store.push(segment),
            Delivery::Trouble(trouble) => self.troubles.push(trouble.to_string()),
            Delivery::Prompt(name, prompt) => {
                self.prompts.push((name.to_string(), prompt.map(|prompt| prompt.code)));
            }
            Delivery::Pulling(name, pulling) => {
                self.pulling.push((name.to_string(), pulling.slices_done));
            }
            Delivery::Following(Following::Over { name, why }) => self.over.push((name, why)),
            Delivery::Following(Following::Ended(why)) => self.ended = Some(why),
            Delivery::Done(summary) => self.summary = Some(summary),
            Delivery::Progress(_) | Delivery::Following(_) => {}
        }
    }

    /// Listens until that is the case.
    fn until(
        &mut self,
        deliveries: &mut tokio::sync::mpsc::Receiver<Delivery>,
        is_so: impl Fn(&Self) -> bool,
    ) {
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
        clock.expect("a clock").block_on(async {
            while !is_so(self) {
                let next = tokio::time::timeout(PATIENCE, deliveries.recv()).await;
                self.take(next.expect("in time").expect("something"));
            }
        });
    }

    /// Names of the sources of all records.
    fn sources(&self) -> Vec<String> {
        let name = |row| self.store.span(row).0.name().to_owned();
        (0..self.store.len() as u32).map(name).collect()
    }
}

fn prompt(code: &str) -> News {
    News::Prompt(Some(Prompt {
        code: code.to_owned(),
        address: "https://microsoft.com/devicelogin".to_owned(),
        expires: Timestamp::parse("2026-11-20T18:15:00Z").expect("a time"),
    }))
}

fn tell(place: &Elsewhere, news: News) {
    place.news.lock().expect("locked").push(news);
}

fn load(places: &Places) -> tokio::sync::mpsc::Receiver<Delivery> {
    let (outbox, deliveries) = tokio::sync::mpsc::channel(8);
    source::start(places.clone(), outbox, CancellationToken::new());
    deliveries
}

#[test]
fn two_remote_places_and_files_are_read_beside_each_other_whichever_is_named_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("here.ndjson");
    std::fs::write(&path, record("c") + &record("d")).expect("written");
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let (mut a, a_lines) = Elsewhere::new("a");
        a.ends = Some("the sign-in failed");
        let (b, b_lines) = Elsewhere::new("b");
        let all: [Arc<dyn Place>; 3] =
            [Arc::new(a.clone()), Arc::new(b.clone()), local::path(&path)];
        let places = order.map(|at| Arc::clone(&all[at])).to_vec();
        let (mut heard, mut deliveries) = (Heard::default(), load(&places));
        // Both wait for a person, and the files wait for neither.
        heard.until(&mut deliveries, |heard| heard.store.len() == 2);
        tell(&a, prompt("AAAA"));
        tell(&b, prompt("BBBB"));
        heard.until(&mut deliveries, |heard| heard.prompts.len() == 2);
        heard.prompts.sort();
        let code = |name: &str, code: Option<&str>| (name.to_owned(), code.map(str::to_owned));
        assert_eq!(heard.prompts, [code("a", Some("AAAA")), code("b", Some("BBBB"))]);
        // One fails, the other goes on; a record that was there is left out.
        drop(a_lines);
        heard.until(&mut deliveries, |heard| !heard.troubles.is_empty());
        assert_eq!(heard.troubles, ["a: the sign-in failed"]);
        tell(&b, News::Prompt(None));
        tell(&b, News::Progress(Pulling { slices_done: 1, slices_total: 2, ..Pulling::default() }));
        for id in ["c", "e"] {
            b_lines.send(record(id)).expect("read");
        }
        heard.until(&mut deliveries, |heard| heard.store.len() == 3);
        assert_eq!(heard.sources()[2], "b");
        drop(b_lines);
        heard.until(&mut deliveries, |heard| heard.summary.is_some());
        assert_eq!(heard.prompts[2], code("b", None));
        assert_eq!(heard.pulling, [("b".to_owned(), 1)]);
        let summary = heard.summary.expect("ended");
        assert_eq!((summary.lost, summary.progress.duplicates), (1, 1));
        assert_eq!(summary.progress.files_done, 3);
    }
}

#[test]
fn following_a_remote_place_stopped_following_files_and_a_second_one_was_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("grows.ndjson");
    std::fs::write(&path, record("f1")).expect("written");
    let (a, a_lines) = Elsewhere::new("a");
    let (b, b_lines) = Elsewhere::new("b");
    drop((a_lines, b_lines));
    let (send_a, later) = channel();
    *a.later.lock().expect("locked") = Some(later);
    let (send_b, later) = channel();
    *b.later.lock().expect("locked") = Some(later);
    let still = local::at_hand("still", record("s1").into_bytes());
    let places: Places = vec![Arc::new(a.clone()), local::path(folder.path()), still, Arc::new(b)];
    let (mut heard, mut deliveries) = (Heard::default(), load(&places));
    heard.until(&mut deliveries, |heard| heard.summary.is_some());
    assert_eq!(heard.store.len(), 2);

    let (outbox, mut deliveries) = tokio::sync::mpsc::channel(8);
    let cancel = CancellationToken::new();
    let follow = Follow { places, store: heard.store.clone(), told: Vec::new() };
    source::follow(follow, outbox, cancel.clone());
    send_a.send(record("a1")).expect("followed");
    heard.until(&mut deliveries, |heard| heard.store.len() == 3);
    tell(&a, prompt("AGAIN"));
    heard.until(&mut deliveries, |heard| !heard.prompts.is_empty());
    // The one that ends does not end the others.
    drop(send_a);
    heard.until(&mut deliveries, |heard| heard.over.len() == 2);
    assert_eq!(heard.over[0], ("still".to_owned(), "bytes at hand do not grow".to_owned()));
    assert_eq!(heard.over[1], ("a".to_owned(), "it has closed".to_owned()));
    std::fs::write(&path, record("f1") + &record("f2")).expect("written");
    heard.until(&mut deliveries, |heard| heard.store.len() == 4);
    send_b.send(record("b1")).expect("followed");
    heard.until(&mut deliveries, |heard| heard.store.len() == 5);
    let sources = heard.sources();
    assert!(sources[2] == "a" && sources[3].ends_with("grows.ndjson") && sources[4] == "b");
    assert_eq!((heard.troubles.len(), &heard.ended), (0, &None));
    cancel.cancel();
}

#[test]
fn who_reads_alone_reads_in_the_order_of_the_places() {
    let (a, a_lines) = Elsewhere::new("a");
    for id in ["1", "2"] {
        a_lines.send(record(id)).expect("room");
    }
    drop(a_lines);
    let here = local::at_hand("here", (record("2") + &record("3")).into_bytes());
    let mut heard = Heard::default();
    drop(source::read_all(vec![Arc::new(a) as Arc<dyn Place>, here], |d| heard.take(d)));
    assert_eq!(heard.sources(), ["a", "a", "here"]);
}

#[test]
fn a_place_says_what_it_is_called_kept_under_and_asked_for() {
    let (place, _lines) = Elsewhere::new("a");
    let place: Arc<dyn Place> = Arc::new(place);
    let query = Query::parse("result=failure").expect("a query");
    let plan = place.plan(&query, Timestamp::from_ms(0));
    assert_eq!(plan.parts, [("result=failure".to_owned(), Part::Exact)]);
    assert!(plan.again.is_none(), "all of it was asked for");
    let key = |places: &[Arc<dyn Place>]| entrail::config::cases::key(places);
    assert_ne!(key(&[Arc::clone(&place)]), key(&[local::demo()]));
    assert_eq!(key(&[Arc::clone(&place)]), key(&[place]));
}
