//! What a broker answers: hubs, offsets and messages, as Event Hubs and Kafka do.

use std::time::{Duration, Instant};

use super::bytes::{self, Codec, Kind, Message, ORDINARY, Reader, batch};
use super::{Fault, Shared};

pub const FETCH: i16 = 1;
pub const LIST_OFFSETS: i16 = 2;
pub const METADATA: i16 = 3;

/// Longest that an answer waits for something new: tests have no time.
const PATIENCE: Duration = Duration::from_millis(20);

/// Messages of one partition.
#[derive(Default)]
pub struct Log {
    /// The first offset that is kept.
    pub first: i64,
    /// The offset behind the last.
    pub end: i64,
    /// Up to where it can be read, where a transaction is open.
    pub stable: Option<i64>,
    /// Batches: first and last offset, time, bytes.
    pub batches: Vec<(i64, i64, i64, Vec<u8>)>,
    /// Transactions that were given up: producer, first offset, offset of their end.
    pub aborted: Vec<(i64, i64, i64)>,
    /// Which broker leads it.
    pub leader: usize,
}

impl Log {
    /// Stores a batch of messages of one time; its offsets.
    pub fn push(&mut self, time: i64, kind: Kind, values: &[&[u8]]) -> Vec<i64> {
        let offsets: Vec<i64> = (self.end..).take(values.len()).collect();
        let messages: Vec<Message> = offsets
            .iter()
            .zip(values)
            .map(|(offset, value)| (*offset, None, Some(value.to_vec())))
            .collect();
        self.store(time, kind, self.end + values.len() as i64 - 1, &messages);
        offsets
    }

    /// Stores a batch as it is after compaction: some of its offsets have no message.
    pub fn store(&mut self, time: i64, kind: Kind, last: i64, messages: &[Message]) {
        let bytes = batch(self.end, last, time, kind, messages);
        self.batches.push((self.end, last, time, bytes));
        self.end = last + 1;
    }

    /// A transaction that is ended: committed, or given up.
    pub fn transaction(&mut self, time: i64, producer: i64, values: &[&[u8]], is_committed: bool) {
        let first = self.end;
        let kind = Kind { producer: Some(producer), ..ORDINARY };
        self.push(time, kind, values);
        let marker = self.end;
        let key = vec![0, 0, 0, u8::from(is_committed)];
        let kind = Kind { is_control: true, ..kind };
        self.store(time, kind, marker, &[(marker, Some(key), Some(vec![0; 6]))]);
        if !is_committed {
            self.aborted.push((producer, first, marker));
        }
    }

    /// Forgets what is older, as retention does.
    pub fn forget(&mut self, first: i64) {
        self.first = first.min(self.end);
        self.batches.retain(|(_, last, ..)| *last >= first);
    }
}

/// Answers a request; nothing where its answer is to be none.
pub fn answer(
    shared: &Shared,
    broker: usize,
    key: i16,
    version: i16,
    body: &[u8],
    fault: &Fault,
) -> Vec<u8> {
    let mut request = Reader(body);
    match key {
        METADATA => metadata(shared, version, &mut request, fault),
        LIST_OFFSETS => list_offsets(shared, broker, version, &mut request, fault),
        FETCH => fetch(shared, broker, version, &mut request, fault),
        key => unreachable!("request {key}"),
    }
}

fn metadata(shared: &Shared, version: i16, request: &mut Reader<'_>, fault: &Fault) -> Vec<u8> {
    let named = request.list(Reader::text);
    if version >= 4 {
        assert_eq!(request.i8(), 0, "no hub is to be made");
    }
    let mut to = Vec::new();
    if version >= 3 {
        bytes::i32(&mut to, 0);
    }
    bytes::i32(&mut to, shared.ports.len() as i32);
    for (id, port) in shared.ports.iter().enumerate() {
        bytes::i32(&mut to, id as i32);
        bytes::text(&mut to, "127.0.0.1");
        bytes::i32(&mut to, i32::from(*port));
        bytes::i16(&mut to, -1);
    }
    if version >= 2 {
        bytes::text(&mut to, "fake");
    }
    bytes::i32(&mut to, 0);
    let state = shared.state();
    let names: Vec<String> = named.unwrap_or_else(|| state.hubs.keys().cloned().collect());
    bytes::i32(&mut to, names.len() as i32);
    for name in names {
        let hub = state.hubs.get(&name);
        let code = match (fault, hub) {
            (Fault::Code(code), _) => *code,
            (_, None) => 3,
            _ => 0,
        };
        bytes::i16(&mut to, code);
        bytes::text(&mut to, &name);
        to.push(0);
        let logs = hub.filter(|_| code == 0).map(Vec::as_slice).unwrap_or_default();
        bytes::i32(&mut to, logs.len() as i32);
        for (partition, log) in logs.iter().enumerate() {
            let is_lost = matches!(fault, Fault::NoLeader(lost) if *lost == partition as i32);
            bytes::i16(&mut to, if is_lost { 5 } else { 0 });
            bytes::i32(&mut to, partition as i32);
            bytes::i32(&mut to, if is_lost { -1 } else { log.leader as i32 });
            for _ in 0..2 {
                bytes::i32(&mut to, 1);
                bytes::i32(&mut to, log.leader as i32);
            }
            if version >= 5 {
                bytes::i32(&mut to, 0);
            }
        }
    }
    to
}

/// The code that a partition is answered with.
fn code(fault: &Fault, partition: i32, is_led: bool, is_there: bool) -> i16 {
    match fault {
        Fault::Code(code) => *code,
        Fault::CodeOf(of, code) if *of == partition => *code,
        _ if !is_there => 3,
        _ if !is_led => 6,
        _ => 0,
    }
}

fn list_offsets(
    shared: &Shared,
    broker: usize,
    version: i16,
    request: &mut Reader<'_>,
    fault: &Fault,
) -> Vec<u8> {
    assert_eq!(request.i32(), -1);
    if version >= 2 {
        assert_eq!(request.i8(), 1, "only what is committed");
    }
    let asked = request
        .list(|request| {
            let name = request.text();
            (name, request.list(|request| (request.i32(), request.i64())).expect("partitions"))
        })
        .expect("hubs");
    let state = shared.state();
    let mut to = Vec::new();
    if version >= 2 {
        bytes::i32(&mut to, 0);
    }
    bytes::i32(&mut to, asked.len() as i32);
    for (name, partitions) in asked {
        bytes::text(&mut to, &name);
        bytes::i32(&mut to, partitions.len() as i32);
        for (partition, time) in partitions {
            let log = state.hubs.get(&name).and_then(|logs| logs.get(partition as usize));
            let is_led = log.is_some_and(|log| log.leader == broker);
            let code = code(fault, partition, is_led, log.is_some());
            let offset = log.filter(|_| code == 0).map_or(-1, |log| match time {
                -2 => log.first,
                -1 => log.stable.unwrap_or(log.end),
                time => {
                    let later = log.batches.iter().find(|(.., of, _)| *of >= time);
                    later.map_or(-1, |(first, ..)| (*first).max(log.first))
                }
            });
            bytes::i32(&mut to, partition);
            bytes::i16(&mut to, code);
            bytes::i64(&mut to, -1);
            bytes::i64(&mut to, offset);
        }
    }
    to
}

fn fetch(
    shared: &Shared,
    broker: usize,
    version: i16,
    request: &mut Reader<'_>,
    fault: &Fault,
) -> Vec<u8> {
    assert_eq!(request.i32(), -1);
    let wait = Duration::from_millis(request.i32() as u64).min(PATIENCE);
    assert_eq!(request.i32(), 1);
    let most = request.i32() as usize;
    assert_eq!(request.i8(), 1, "only what is committed");
    let asked = request
        .list(|request| {
            let name = request.text();
            let each = |request: &mut Reader<'_>| {
                let (partition, offset) = (request.i32(), request.i64());
                if version >= 5 {
                    request.i64();
                }
                (partition, offset, request.i32() as usize)
            };
            (name, request.list(each).expect("partitions"))
        })
        .expect("hubs");
    let began = Instant::now();
    loop {
        let (to, is_worth_it) = fetched(shared, broker, version, &asked, most, fault);
        if is_worth_it || began.elapsed() >= wait {
            return to;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

type Asked = [(String, Vec<(i32, i64, usize)>)];

/// An answer, and whether there is anything in it.
fn fetched(
    shared: &Shared,
    broker: usize,
    version: i16,
    asked: &Asked,
    most: usize,
    fault: &Fault,
) -> (Vec<u8>, bool) {
    let state = shared.state();
    let (mut to, mut is_worth_it, mut room) = (Vec::new(), false, most);
    let throttled = if let Fault::Throttle(ms) = fault { *ms } else { 0 };
    is_worth_it |= throttled > 0;
    bytes::i32(&mut to, throttled);
    bytes::i32(&mut to, asked.len() as i32);
    for (name, partitions) in asked {
        bytes::text(&mut to, name);
        bytes::i32(&mut to, partitions.len() as i32);
        for &(partition, offset, most) in partitions {
            let log = state.hubs.get(name).and_then(|logs| logs.get(partition as usize));
            let is_led = log.is_some_and(|log| log.leader == broker);
            let mut code = code(fault, partition, is_led, log.is_some());
            if let Some(log) = log.filter(|_| code == 0)
                && (offset < log.first || offset > log.end)
            {
                code = 1;
            }
            is_worth_it |= code != 0;
            bytes::i32(&mut to, partition);
            bytes::i16(&mut to, code);
            let Some(log) = log.filter(|_| code == 0) else {
                bytes::i64(&mut to, -1);
                bytes::i64(&mut to, -1);
                if version >= 5 {
                    bytes::i64(&mut to, -1);
                }
                bytes::i32(&mut to, -1);
                bytes::bytes(&mut to, b"");
                continue;
            };
            let stable = log.stable.unwrap_or(log.end);
            let mut came: Vec<u8> = Vec::new();
            let mut last = offset - 1;
            let behind = log.batches.iter().filter(|(_, last, ..)| *last >= offset);
            for (first, ends, _, bytes) in behind.filter(|_| throttled == 0) {
                if *first >= stable
                    || (!came.is_empty() && came.len() + bytes.len() > most.min(room))
                {
                    break;
                }
                came.extend_from_slice(bytes);
                last = *ends;
            }
            if state.cuts_batches {
                // Brokers send bytes of a file: the last batch may be a piece.
                let next = log.batches.iter().find(|(first, ..)| *first > last && *first < stable);
                came.extend(
                    next.filter(|_| !came.is_empty())
                        .map(|(.., bytes)| &bytes[..bytes.len() / 2])
                        .unwrap_or_default(),
                );
            }
            room = room.saturating_sub(came.len());
            is_worth_it |= !came.is_empty();
            bytes::i64(&mut to, log.end);
            bytes::i64(&mut to, stable);
            if version >= 5 {
                bytes::i64(&mut to, log.first);
            }
            let aborted: Vec<_> = (log.aborted.iter())
                .filter(|(_, first, end)| *end >= offset && *first <= last)
                .collect();
            // Brokers send no list, or an empty one.
            let is_null = aborted.is_empty() && !state.cuts_batches;
            bytes::i32(&mut to, if is_null { -1 } else { aborted.len() as i32 });
            for (producer, first, _) in aborted {
                bytes::i64(&mut to, *producer);
                bytes::i64(&mut to, *first);
            }
            bytes::bytes(&mut to, &came);
        }
    }
    (to, is_worth_it)
}

/// A batch that is not what it says.
pub fn damaged(first: i64) -> Vec<u8> {
    let kind = Kind { codec: Codec::Plain, ..ORDINARY };
    let mut bytes = batch(first, first, 0, kind, &[(first, None, Some(b"{}".to_vec()))]);
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    bytes
}
