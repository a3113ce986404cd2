//! The six requests of Kafka that reading an event hub takes, and their answers.
//! Never asks: a link does. None of them joins a consumer group, and none writes.
//!
//! Event Hubs understands some versions of each only (Fetch 4 to 6, Metadata up to 5), and closes the
//! connection where it is asked for a newer `ApiVersions`; so the versions here are those of Kafka 1.0,
//! which newer brokers understand as well. Source: Apache Kafka, "Protocol", one section for each.

use super::wire::{Garbled, Reader, Writer};

/// A request, and how its answer is read.
pub(super) trait Request {
    /// What it is called.
    const NAME: &'static str;
    /// Its number.
    const KEY: i16;
    /// The first and the last version of it that is known here.
    const VERSIONS: (i16, i16);
    /// What is answered.
    type Answer;

    fn write(&self, version: i16, to: &mut Writer);

    fn read(version: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled>;
}

/// Asks which versions of which requests are understood.
pub(super) struct ApiVersions;

/// Versions of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Versions {
    pub key: i16,
    pub first: i16,
    pub last: i16,
}

impl Request for ApiVersions {
    const NAME: &'static str = "ApiVersions";
    const KEY: i16 = 18;
    const VERSIONS: (i16, i16) = (0, 0);
    type Answer = (i16, Vec<Versions>);

    fn write(&self, _: i16, _: &mut Writer) {}

    fn read(_: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        let code = from.i16()?;
        let versions = from.list(|from| {
            Ok(Versions { key: from.i16()?, first: from.i16()?, last: from.i16()? })
        })?;
        Ok((code, versions))
    }
}

/// Says how it will be proven who asks.
pub(super) struct Handshake {
    pub mechanism: &'static str,
}

impl Request for Handshake {
    const NAME: &'static str = "SaslHandshake";
    const KEY: i16 = 17;
    const VERSIONS: (i16, i16) = (1, 1);
    /// An error, and the mechanisms that are understood.
    type Answer = (i16, Vec<String>);

    fn write(&self, _: i16, to: &mut Writer) {
        to.text(self.mechanism);
    }

    fn read(_: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        Ok((from.i16()?, from.list(Reader::text)?))
    }
}

/// Proves who asks.
pub(super) struct Authenticate<'p> {
    pub proof: &'p [u8],
}

/// What was said to a proof.
pub(super) struct Authenticated {
    pub code: i16,
    pub message: String,
    /// What is said inside of the mechanism: OAUTHBEARER says there why a token is refused.
    pub said: Vec<u8>,
    /// How long the connection may be used, in milliseconds; 0: nobody says (KIP-368).
    pub lifetime: i64,
}

impl Request for Authenticate<'_> {
    const NAME: &'static str = "SaslAuthenticate";
    const KEY: i16 = 36;
    const VERSIONS: (i16, i16) = (0, 1);
    type Answer = Authenticated;

    fn write(&self, _: i16, to: &mut Writer) {
        to.bytes(self.proof);
    }

    fn read(version: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        let (code, message, said) = (from.i16()?, from.text()?, from.bytes()?.to_vec());
        let lifetime = if version >= 1 { from.i64()? } else { 0 };
        Ok(Authenticated { code, message, said, lifetime })
    }
}

/// Asks for the partitions of a hub and who leads them. Never has a hub made.
pub(super) struct Metadata<'h> {
    /// The hub; `None`: all there are.
    pub hub: Option<&'h str>,
}

/// Where a broker is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Broker {
    pub host: String,
    pub port: u16,
}

/// What is known of a hub.
#[derive(Debug)]
pub(super) struct Topic {
    pub code: i16,
    pub name: String,
    pub is_internal: bool,
    /// Each with an error and its leader, where it has one.
    pub partitions: Vec<(i32, i16, Option<Broker>)>,
}

impl Request for Metadata<'_> {
    const NAME: &'static str = "Metadata";
    const KEY: i16 = 3;
    const VERSIONS: (i16, i16) = (1, 5);
    type Answer = Vec<Topic>;

    fn write(&self, version: i16, to: &mut Writer) {
        match self.hub {
            Some(hub) => to.list(&[hub], |to, hub| to.text(hub)),
            None => to.i32(-1),
        }
        if version >= 4 {
            to.i8(0);
        }
    }

    fn read(version: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        if version >= 3 {
            from.i32()?;
        }
        let brokers = from.list(|from| {
            let (id, host, port) = (from.i32()?, from.text()?, from.i32()?);
            from.text()?;
            Ok((id, host, port))
        })?;
        if version >= 2 {
            from.text()?;
        }
        from.i32()?;
        let broker = |id: i32| {
            let (_, host, port) = brokers.iter().find(|(known, ..)| *known == id)?;
            Some(Broker { host: host.clone(), port: u16::try_from(*port).ok()? })
        };
        from.list(|from| {
            let (code, name, is_internal) = (from.i16()?, from.text()?, from.i8()? != 0);
            let mut partitions = from.list(|from| {
                let (code, partition, leader) = (from.i16()?, from.i32()?, from.i32()?);
                let lists = if version >= 5 { 3 } else { 2 };
                for _ in 0..lists {
                    from.list(Reader::i32)?;
                }
                Ok((partition, code, broker(leader)))
            })?;
            partitions.sort_unstable_by_key(|(partition, ..)| *partition);
            Ok(Topic { code, name, is_internal, partitions })
        })
    }
}

/// The offset of the first message that is kept.
pub(super) const FIRST: i64 = -2;
/// The offset behind the last message that can be read.
pub(super) const LAST: i64 = -1;

/// Asks for offsets by time.
pub(super) struct ListOffsets<'h> {
    pub hub: &'h str,
    /// Partitions, each with a time in milliseconds since 1970, or [`FIRST`] or [`LAST`].
    pub partitions: Vec<(i32, i64)>,
}

/// Where a partition is at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct At {
    pub partition: i32,
    pub code: i16,
    /// The first message of that time or later; -1 where there is none.
    pub offset: i64,
}

impl Request for ListOffsets<'_> {
    const NAME: &'static str = "ListOffsets";
    const KEY: i16 = 2;
    const VERSIONS: (i16, i16) = (1, 3);
    type Answer = Vec<At>;

    fn write(&self, version: i16, to: &mut Writer) {
        to.i32(-1);
        if version >= 2 {
            to.i8(COMMITTED);
        }
        to.list(&[self.hub], |to, hub| {
            to.text(hub);
            to.list(&self.partitions, |to, (partition, time)| {
                to.i32(*partition);
                to.i64(*time);
            });
        });
    }

    fn read(version: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        if version >= 2 {
            from.i32()?;
        }
        let topics = from.list(|from| {
            from.text()?;
            from.list(|from| {
                let (partition, code) = (from.i32()?, from.i16()?);
                from.i64()?;
                Ok(At { partition, code, offset: from.i64()? })
            })
        })?;
        Ok(topics.into_iter().flatten().collect())
    }
}

/// Only what belongs to no transaction, or to one that was committed.
const COMMITTED: i8 = 1;

/// Asks for messages.
pub(super) struct Fetch<'h> {
    pub hub: &'h str,
    /// How long the answer may wait for the first message, in milliseconds.
    pub wait: i32,
    /// How many bytes may come, about.
    pub most: i32,
    /// Partitions, each with the first offset and how many bytes may come of it, about.
    pub partitions: Vec<(i32, i64, i32)>,
}

/// What came of a partition.
#[derive(Debug)]
pub(super) struct Fetched {
    pub partition: i32,
    pub code: i16,
    /// The offset behind the last message that can be read.
    pub end: i64,
    /// The first offset that is kept; -1 where that is not said.
    pub first: i64,
    /// Transactions that were given up: their producer, and their first offset.
    pub aborted: Vec<(i64, i64)>,
    /// Batches of messages; the last may be cut off.
    pub batches: Vec<u8>,
}

impl Request for Fetch<'_> {
    const NAME: &'static str = "Fetch";
    const KEY: i16 = 1;
    const VERSIONS: (i16, i16) = (4, 6);
    /// How long the next request should wait, in milliseconds, and what came.
    type Answer = (i32, Vec<Fetched>);

    fn write(&self, version: i16, to: &mut Writer) {
        to.i32(-1);
        to.i32(self.wait);
        to.i32(1);
        to.i32(self.most);
        to.i8(COMMITTED);
        to.list(&[self.hub], |to, hub| {
            to.text(hub);
            to.list(&self.partitions, |to, (partition, offset, most)| {
                to.i32(*partition);
                to.i64(*offset);
                if version >= 5 {
                    to.i64(-1);
                }
                to.i32(*most);
            });
        });
    }

    fn read(version: i16, from: &mut Reader<'_>) -> Result<Self::Answer, Garbled> {
        let throttled = from.i32()?;
        let topics = from.list(|from| {
            from.text()?;
            from.list(|from| {
                let (partition, code, high) = (from.i32()?, from.i16()?, from.i64()?);
                let stable = from.i64()?;
                let first = if version >= 5 { from.i64()? } else { -1 };
                let aborted = from.list(|from| Ok((from.i64()?, from.i64()?)))?;
                let batches = from.bytes()?.to_vec();
                let end = if stable >= 0 { stable.min(high) } else { high };
                Ok(Fetched { partition, code, end, first, aborted, batches })
            })
        })?;
        Ok((throttled, topics.into_iter().flatten().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::unpack;
    use super::*;

    /// What a real broker answered, without the number of the request.
    fn read<R: Request>(answer: &[u8], version: i16) -> R::Answer {
        R::read(version, &mut Reader::new(&answer[4..])).expect("an answer")
    }

    #[test]
    fn answers_of_a_real_broker_are_read() {
        let (code, versions) =
            read::<ApiVersions>(include_bytes!("../../../tests/fixtures/kafka/api-versions-0"), 0);
        let of = |key| versions.iter().find(|known| known.key == key).map(|known| known.last);
        assert_eq!((code, of(Fetch::KEY), of(Metadata::KEY)), (0, Some(17), Some(12)));
        let topics =
            read::<Metadata<'_>>(include_bytes!("../../../tests/fixtures/kafka/metadata-5"), 5);
        let leader = Some(Broker { host: "127.0.0.1".to_owned(), port: 19_494 });
        assert_eq!(topics.len(), 1);
        assert_eq!((&*topics[0].name, topics[0].code, topics[0].is_internal), ("h", 0, false));
        assert_eq!(topics[0].partitions, [(0, 0, leader.clone()), (1, 0, leader)]);
        let unknown = include_bytes!("../../../tests/fixtures/kafka/metadata-5-unknown");
        assert_eq!(read::<Metadata<'_>>(unknown, 5)[0].code, 3);
        let first = include_bytes!("../../../tests/fixtures/kafka/list-offsets-3-first");
        let at = |partition| At { partition, code: 0, offset: 0 };
        assert_eq!(read::<ListOffsets<'_>>(first, 3), [at(0), at(1)]);
        let (throttled, fetched) =
            read::<Fetch<'_>>(include_bytes!("../../../tests/fixtures/kafka/fetch-6"), 6);
        assert_eq!((throttled, fetched.len(), fetched[0].end, fetched[1].end), (0, 2, 2, 1));
        let bodies = |fetched: &Fetched| -> Vec<Vec<u8>> {
            let unpacked = unpack(&fetched.batches, 0, &fetched.aborted);
            assert_eq!((unpacked.unread.len(), unpacked.next), (0, Some(fetched.end)));
            unpacked.messages.into_iter().filter_map(|message| message.body).collect()
        };
        assert_eq!(bodies(&fetched[0]), [b"{\"a\":1}", b"{\"a\":2}"]);
        assert_eq!(bodies(&fetched[1]), [b"{\"b\":1}"]);
    }

    #[test]
    fn an_answer_that_is_cut_anywhere_is_none() {
        let whole = include_bytes!("../../../tests/fixtures/kafka/fetch-6");
        for end in 4..whole.len() {
            assert!(<Fetch<'_> as Request>::read(6, &mut Reader::new(&whole[4..end])).is_err());
        }
    }
}
