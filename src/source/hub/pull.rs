//! A hub is read: its partitions are given to who leads them, what comes is put out, what fails is asked again.
//! Never takes a message for read before it was handed over.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::failure::{Failure, NO_LEADER, NOT_LEADER, UNKNOWN_HUB};
use super::kept::{Kept, Positions};
use super::lead::{Came, Event, Events, Inbox, Job, Start, lead};
use super::link::Namespace;
use super::message::{self, Held};
use super::requests::{Broker, FIRST, LAST, Metadata, Topic};
use super::telling::Telling;
use crate::http::retry::Rule;
use crate::place::{Live, Position, Trouble};
use crate::source::flow::Outlet;
use crate::source::served::Board;
use crate::text::thousands;
use crate::time::{Timestamp, ticks};

/// How often it is asked again while what failed may pass, where services err (a role that was just given),
/// and where only a person can help.
const PASSING: Rule =
    Rule { most: 8, first: Duration::from_millis(500), longest: Duration::from_secs(30) };
const DOUBTFUL: Rule =
    Rule { most: 4, first: Duration::from_secs(5), longest: Duration::from_mins(1) };
const LASTING: Rule =
    Rule { most: 1, first: Duration::from_secs(30), longest: Duration::from_mins(1) };
/// How far the clock of a broker may be behind that of this machine.
const SKEW: Duration = Duration::from_mins(1);
/// How often a hub that is followed is asked for new partitions.
const LOOK: Duration = Duration::from_mins(5);

/// From where a hub is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// From what arrives from now on.
    Now,
    /// From the first message that is kept.
    Beginning,
    /// From the first message that was stored at this time or later.
    Time(Timestamp),
}

impl From {
    fn start(self) -> Start {
        Start::Time(match self {
            Self::Now => LAST,
            Self::Beginning => FIRST,
            Self::Time(time) => time.ms().max(0),
        })
    }
}

/// A hub that is read.
pub(super) struct Pull {
    pub namespace: Namespace,
    pub name: Arc<str>,
    /// From where partitions are read that have no position.
    pub from: From,
    /// Is it read for ever? Otherwise up to what is there now.
    pub is_followed: bool,
    pub positions: Arc<Mutex<Positions>>,
    /// Where positions are kept between sessions, while it is followed.
    pub kept: Option<Arc<Kept>>,
    pub outlet: Outlet,
    pub cancel: CancellationToken,
}

/// A partition of it.
struct Partition {
    start: Start,
    /// Up to where it is read; not known before something came.
    end: Option<i64>,
    /// Where its last message was when it was asked last.
    high: i64,
    next: Option<i64>,
    /// Messages before this time are passed over until one is of it or later: not every broker finds the
    /// first.
    passes: Option<i64>,
    state: State,
    failed: u32,
    /// How often of that it was refused in a way that does not pass by itself.
    refused: u32,
    /// What was told to be wrong.
    told: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is given to its leader at that time.
    Due(Duration),
    /// Its leader is asked for.
    Asked,
    Read,
    Done,
}

impl Partition {
    fn new(start: Start, now: Duration) -> Self {
        let state = State::Due(now);
        let passes = match start {
            Start::Time(time @ 1..) => Some(time),
            _ => None,
        };
        Self {
            start,
            end: None,
            high: 0,
            next: None,
            passes,
            state,
            failed: 0,
            refused: 0,
            told: None,
        }
    }
}

/// What comes of the tasks.
enum Heard {
    Events(Events),
    Described(Result<Topic, Failure>),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pull {
    /// Reads until what is there now was read, for ever, or until it is cancelled.
    pub async fn run(self, board: Board) {
        let cancel = self.cancel.clone();
        let mut running = Running::new(self, board);
        tokio::select! {
            () = cancel.cancelled() => {}
            () = running.run() => {}
        }
        running.commit(true);
        let now = running.now();
        running.telling.tell_more(now, true);
    }
}

struct Running {
    pull: Pull,
    partitions: BTreeMap<i32, Partition>,
    leaders: HashMap<Broker, Inbox>,
    tasks: JoinSet<()>,
    send: Sender<Heard>,
    heard: Receiver<Heard>,
    /// What was put out and not handed over yet.
    put: BTreeMap<i32, i64>,
    lines: Vec<u8>,
    telling: Telling,
    /// When the partitions are asked for; `None` while they are.
    look: Option<Duration>,
    failed: u32,
    /// When it began, in milliseconds since 1970, and a little before.
    started: i64,
    is_over: bool,
}

impl Running {
    fn new(pull: Pull, board: Board) -> Self {
        let (send, heard) = channel(2);
        let now = pull.namespace.pace.elapsed();
        let started = pull.namespace.pace.now().plus(-ticks(SKEW)).ms().max(0);
        let starts = locked(&pull.positions).next.clone();
        let partitions = starts
            .into_iter()
            .map(|(partition, next)| (partition, Partition::new(Start::Offset(next), now)))
            .collect();
        let (leaders, tasks, put, lines) = Default::default();
        Self {
            pull,
            partitions,
            leaders,
            tasks,
            send,
            heard,
            put,
            lines,
            telling: Telling::new(board, now),
            look: Some(now),
            failed: 0,
            started,
            is_over: false,
        }
    }

    fn now(&self) -> Duration {
        self.pull.namespace.pace.elapsed()
    }

    fn trouble(&self, place: Position, reason: String, lost: bool) -> Trouble {
        Trouble::new(self.pull.name.to_string(), place, reason, lost)
    }

    /// Takes what was read by now for handed over.
    fn commit(&mut self, is_last: bool) {
        let Pull { outlet, positions, kept, is_followed, .. } = &self.pull;
        if !outlet.is_empty() || (self.put.is_empty() && !is_last) {
            return;
        }
        let now = self.now();
        let kept = {
            let mut positions = locked(positions);
            positions.next.append(&mut self.put);
            let kept = kept.as_ref().filter(|_| *is_followed);
            kept.map_or(Ok(()), |kept| kept.keep(&positions, now, is_last))
        };
        if let Err(why) = kept {
            let trouble = self.trouble(Position::Whole, why.clone(), false);
            self.telling.tell(&why, trouble, now);
        }
    }

    async fn run(&mut self) {
        let pace = Arc::clone(&self.pull.namespace.pace);
        loop {
            let now = self.now();
            self.commit(false);
            if self.is_over || (self.failed == 0 && self.look.is_some() && self.is_read()) {
                break;
            }
            // Nothing more is taken in before what came was taken.
            if !self.pull.outlet.is_empty() {
                tokio::task::yield_now().await;
                continue;
            }
            let due = self.due();
            if due.is_some_and(|due| due <= now) {
                self.describe();
                continue;
            }
            let pause = due.map(|due| due.saturating_sub(now));
            let waited = async {
                match pause {
                    Some(pause) => pace.sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                heard = self.heard.recv() => match heard {
                    Some(Heard::Events(events)) => self.events(events),
                    Some(Heard::Described(described)) => self.described(described),
                    None => break,
                },
                () = waited => {}
            }
            // A task that has ended is not kept.
            while self.tasks.try_join_next().is_some() {}
        }
        self.tasks.shutdown().await;
        // What was put out last is handed over when it is asked for more.
        while !self.pull.outlet.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    fn is_read(&self) -> bool {
        !self.partitions.is_empty() && self.partitions.values().all(|one| one.state == State::Done)
    }

    /// When leaders are to be asked for.
    fn due(&self) -> Option<Duration> {
        let look = self.look?;
        let due = self.partitions.values().filter_map(|one| match one.state {
            State::Due(due) => Some(due),
            _ => None,
        });
        let looks = self.partitions.is_empty() || self.pull.is_followed || self.failed > 0;
        due.map(|due| if self.failed > 0 { due.max(look) } else { due })
            .chain(looks.then_some(look))
            .min()
    }

    /// Asks who leads the partitions.
    fn describe(&mut self) {
        self.look = None;
        let now = self.now();
        for one in self.partitions.values_mut() {
            if matches!(one.state, State::Due(due) if due <= now) {
                one.state = State::Asked;
            }
        }
        let (namespace, send) = (self.pull.namespace.clone(), self.send.clone());
        self.tasks.spawn(async move {
            let described = described(&namespace).await;
            // Whoever does not wait any more does not want to know.
            let _ = send.send(Heard::Described(described)).await;
        });
    }

    fn described(&mut self, described: Result<Topic, Failure>) {
        let now = self.now();
        match described {
            Ok(topic) => {
                self.failed = 0;
                self.telling.is_over(WHOLE);
                self.look = Some(now + LOOK);
                self.assign(topic);
            }
            Err(failure) => {
                self.failed += 1;
                // Nothing was read yet: one more time is enough.
                let rule = rule(&failure);
                let rule =
                    if failure.may_pass() { rule } else { Rule { most: rule.most.min(2), ..rule } };
                let is_known = self.pull.is_followed && !self.partitions.is_empty();
                let forever = self.pull.is_followed && (failure.may_pass() || is_known);
                let Some(wait) = wait(rule, self.failed, forever) else {
                    let words = failure.words(&self.pull.namespace.address);
                    self.telling.board.stop(words);
                    self.is_over = true;
                    return;
                };
                self.look = Some(now + wait);
                for one in self.partitions.values_mut().filter(|one| one.state == State::Asked) {
                    one.state = State::Due(now + wait);
                }
                let waits_for = self.pull.namespace.pace.now().plus(ticks(wait));
                self.telling.board.waits(Some(waits_for));
                if self.failed > 1 || !failure.may_pass() {
                    let words = failure.words(&self.pull.namespace.address);
                    let reason = format!("{words}; it is asked again");
                    let trouble = self.trouble(Position::Whole, reason, false);
                    self.telling.tell(WHOLE, trouble, now);
                }
            }
        }
    }

    /// Gives partitions to their leaders.
    fn assign(&mut self, topic: Topic) {
        let now = self.now();
        self.telling.board.waits(None);
        let mut lost = Vec::new();
        let known = {
            let mut positions = locked(&self.pull.positions);
            if positions.known.is_empty() {
                positions.known =
                    topic.partitions.iter().map(|(partition, ..)| *partition).collect();
            }
            positions.known.clone()
        };
        for (partition, code, leader) in topic.partitions {
            let start = match known.contains(&partition) {
                true => self.pull.from.start(),
                // It was not there when reading began: all of it is new.
                false => Start::Time(FIRST),
            };
            let one =
                self.partitions.entry(partition).or_insert_with(|| Partition::new(start, now));
            if !matches!(one.state, State::Due(_) | State::Asked) {
                continue;
            }
            one.state = State::Asked;
            match leader {
                Some(leader) if code == 0 || code == 9 => self.give(partition, &leader),
                _ => {
                    lost.push((partition, Failure::Code(if code == 0 { NO_LEADER } else { code })));
                }
            }
        }
        // Partitions whose position was kept, of a hub that has fewer now.
        let gone: Vec<i32> = (self.partitions.iter())
            .filter(|(_, one)| one.state == State::Asked)
            .map(|(partition, _)| *partition)
            .filter(|partition| !lost.iter().any(|(known, _)| known == partition))
            .collect();
        lost.extend(gone.into_iter().map(|partition| (partition, Failure::Code(UNKNOWN_HUB))));
        self.lost(lost);
    }

    fn give(&mut self, partition: i32, leader: &Broker) {
        let Some(one) = self.partitions.get_mut(&partition) else { return };
        one.state = State::Read;
        let start = one.next.map_or(one.start, Start::Offset);
        let job = Job { partition, start, is_bounded: !self.pull.is_followed, end: one.end };
        if self.leaders.get(leader).is_some_and(|inbox| inbox.hand(job)) {
            return;
        }
        let inbox = Inbox::default();
        inbox.hand(job);
        self.leaders.insert(leader.clone(), inbox.clone());
        let (namespace, leader, send) =
            (self.pull.namespace.clone(), leader.clone(), self.send.clone());
        self.tasks.spawn(async move {
            let (events, mut told) = channel(1);
            let tell = async {
                while let Some(events) = told.recv().await {
                    if send.send(Heard::Events(events)).await.is_err() {
                        break;
                    }
                }
            };
            tokio::join!(lead(namespace, leader, inbox, events), tell);
        });
    }

    fn events(&mut self, events: Events) {
        let mut lost = Vec::new();
        let mut messages = 0;
        for (partition, event) in events {
            match event {
                Event::Lost(failure) => lost.push((partition, failure)),
                Event::Came(came) => {
                    messages += came.messages.len() as u64;
                    self.came(partition, came);
                }
                event => self.event(partition, &event),
            }
        }
        self.pull.outlet.put(&self.lines);
        self.lines.clear();
        self.lost(lost);
        let now = self.now();
        let live = self.live();
        self.telling.tell_more(now, false);
        self.telling.count(messages, live, now);
    }

    fn live(&self) -> Live {
        let all = self.partitions.values();
        let behind = |one: &Partition| {
            let end = if self.pull.is_followed { one.high } else { one.end.unwrap_or(one.high) };
            u64::try_from(end.saturating_sub(one.next.unwrap_or(end))).unwrap_or(0)
        };
        Live {
            partitions: self.partitions.len() as u32,
            readable: all.clone().filter(|one| one.failed == 0).count() as u32,
            behind: all.map(behind).fold(0, u64::saturating_add),
            rate: 0,
        }
    }

    fn came(&mut self, partition: i32, came: Came) {
        let now = self.now();
        let Came { messages, unread, next, end } = came;
        let mut passes = self.partitions.get(&partition).and_then(|one| one.passes);
        for message in messages {
            passes = passes.filter(|time| (0..*time).contains(&message.time));
            if passes.is_some() {
                continue;
            }
            let Some(body) = message.body else { continue };
            let offset = message.offset;
            match message::put(&body, &mut self.lines) {
                Held::Lines(lines) => self.telling.put(partition, offset, lines),
                Held::Unread(why) => {
                    let place = Position::Message { partition, offset };
                    let trouble = self.trouble(place, why.clone(), true);
                    let cause = why.split_once('(').map_or(&*why, |(cause, _)| cause);
                    self.telling.tell(cause, trouble, now);
                }
            }
        }
        for one in unread {
            let place = Position::Message { partition, offset: one.first };
            let times =
                u64::try_from(one.last.saturating_sub(one.first)).unwrap_or(0).saturating_add(1);
            let trouble = self.trouble(place, one.why.clone(), true);
            self.telling.tell(&one.why, Trouble { times, ..trouble }, now);
        }
        let Some(one) = self.partitions.get_mut(&partition) else { return };
        (one.next, one.passes) = (Some(next), passes);
        one.high = end;
        one.end.get_or_insert(end);
        (one.failed, one.refused) = (0, 0);
        self.put.insert(partition, next);
        if let Some(told) = one.told.take() {
            self.telling.is_over(&told);
        }
    }

    /// Takes note of something that happened to a partition, and tells it.
    fn event(&mut self, partition: i32, event: &Event) {
        let now = self.now();
        let Some(one) = self.partitions.get_mut(&partition) else { return };
        let count =
            |from: i64, to: i64| thousands(u64::try_from(to.saturating_sub(from)).unwrap_or(0));
        let (place, reason, lost) = match *event {
            Event::Begins { offset, is_oldest } => {
                (one.next, one.high) = (Some(offset), offset);
                self.put.insert(partition, offset);
                let (From::Time(time), true) = (self.pull.from, is_oldest) else { return };
                let reason = format!(
                    "this is the oldest message that is kept: messages between {time} and it may have been \
                     dropped already (retention of the hub)"
                );
                (offset, reason, false)
            }
            Event::Gone { from, to } => {
                one.next = Some(to);
                self.put.insert(partition, to);
                let reason = format!(
                    "{} messages are not kept any more and were not read: the hub dropped them (retention); raise \
                     its retention, or read it more often",
                    count(from, to)
                );
                (from, reason, true)
            }
            Event::Anew { from, end, first } => {
                (one.next, one.high, one.end) = (Some(first), end, Some(end));
                self.put.insert(partition, first);
                let reason = format!(
                    "the hub has no message {from} yet, so it was made anew; it is read from its first message \
                     ({first}) on, and what came between may be missing"
                );
                (from, reason, true)
            }
            Event::Hollow { from, end } => {
                let reason = format!(
                    "nothing comes, although the hub says there are {} messages more",
                    count(from, end)
                );
                (from, reason, true)
            }
            Event::Done => {
                one.state = State::Done;
                return;
            }
            Event::Came(_) | Event::Lost(_) => return,
        };
        let place = Position::Message { partition, offset: place };
        let trouble = self.trouble(place, reason, lost);
        // One of each partition: how much is missing differs.
        let cause = format!("{partition} {}", trouble.reason);
        self.telling.tell(&cause, trouble, now);
    }

    /// Asks again for partitions that are not read any more, and tells why; or gives them up.
    fn lost(&mut self, lost: Vec<(i32, Failure)>) {
        let now = self.now();
        let address = &self.pull.namespace.address;
        let mut told: Vec<(String, bool, Vec<i32>)> = Vec::new();
        for (partition, failure) in lost {
            let Some(one) = self.partitions.get_mut(&partition) else { continue };
            one.failed += 1;
            // What arrives while it cannot be read arrives from now on.
            if one.start == Start::Time(LAST) {
                one.start = Start::Time(self.started);
            }
            one.refused += u32::from(!failure.may_pass());
            let times = if failure.may_pass() { one.failed } else { one.refused };
            let rule = rule(&failure);
            let words = failure.words(address);
            let waited = wait(rule, times, self.pull.is_followed);
            one.state = match waited {
                // Whoever leads it now is known at once.
                Some(_) if one.failed == 1 && failure == Failure::Code(NOT_LEADER) => {
                    State::Due(now)
                }
                Some(wait) => State::Due(now + wait),
                None => State::Done,
            };
            let is_given_up = waited.is_none();
            let is_worth_telling = is_given_up || !failure.may_pass() || one.failed > 1;
            if !is_worth_telling || (!is_given_up && one.told.as_ref() == Some(&words)) {
                continue;
            }
            one.told = (!is_given_up).then(|| words.clone());
            match told
                .iter_mut()
                .find(|(known, given_up, _)| *known == words && *given_up == is_given_up)
            {
                Some((_, _, partitions)) => partitions.push(partition),
                None => told.push((words, is_given_up, vec![partition])),
            }
        }
        let all = self.partitions.len();
        for (words, is_given_up, partitions) in told {
            let what = match partitions.as_slice() {
                many if many.len() == all && all > 1 => "all partitions".to_owned(),
                [one] => format!("partition {one}"),
                many => {
                    let numbers: Vec<String> = many.iter().map(ToString::to_string).collect();
                    format!("partitions {}", numbers.join(", "))
                }
            };
            let reason = match is_given_up {
                true => format!("{what}: not read to the end: {words}"),
                false => format!("{what}: {words}; asked again"),
            };
            let trouble = self.trouble(Position::Whole, reason, is_given_up);
            self.telling.tell(&words, trouble, now);
        }
    }
}

/// The cause under which it is told that nothing of a hub can be had.
const WHOLE: &str = "whole";

/// How often it is asked again after a failure.
fn rule(failure: &Failure) -> Rule {
    match failure {
        failure if failure.may_pass() => PASSING,
        Failure::Unproven(_) | Failure::Code(_) => DOUBTFUL,
        _ => LASTING,
    }
}

/// How long to wait after so many failures; `None`: that was the last.
fn wait(rule: Rule, failed: u32, forever: bool) -> Option<Duration> {
    let rule = if forever { Rule { most: u32::MAX, ..rule } } else { rule };
    rule.wait(failed)
}

/// The partitions of the hub and their leaders.
pub(super) async fn described(namespace: &Namespace) -> Result<Topic, Failure> {
    let hub = &*namespace.address.hub;
    let mut link = namespace.link().await?;
    let topics = link.ask(&Metadata { hub: Some(hub) }).await?;
    let topic = topics.into_iter().find(|topic| topic.name == hub);
    let topic = topic.ok_or(Failure::Code(UNKNOWN_HUB))?;
    match topic.code {
        0 if topic.partitions.is_empty() => Err(Failure::Code(NO_LEADER)),
        0 => Ok(topic),
        code => Err(Failure::Code(code)),
    }
}
