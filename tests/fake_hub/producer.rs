//! Puts hubs and messages into a real broker, as any producer does.

use std::io;
use std::net::TcpStream;

use super::bytes::{self, Codec, Kind, Message, ORDINARY, Reader, batch};
use super::front;

const PRODUCE: i16 = 0;
const CREATE_TOPICS: i16 = 19;

pub struct Producer {
    stream: TcpStream,
}

impl Producer {
    pub fn new(port: u16) -> Self {
        Self { stream: front::real(port).expect("a broker") }
    }

    fn ask(&mut self, key: i16, version: i16, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut frame = Vec::new();
        bytes::i16(&mut frame, key);
        bytes::i16(&mut frame, version);
        bytes::i32(&mut frame, 7);
        bytes::text(&mut frame, "producer of tests");
        frame.extend_from_slice(body);
        let answer = front::exchange(&mut self.stream, &frame)?;
        Ok(answer[4..].to_vec())
    }

    pub fn make(&mut self, hub: &str, partitions: i32) {
        let mut body = Vec::new();
        bytes::i32(&mut body, 1);
        bytes::text(&mut body, hub);
        bytes::i32(&mut body, partitions);
        bytes::i16(&mut body, 1);
        bytes::i32(&mut body, 0);
        bytes::i32(&mut body, 0);
        bytes::i32(&mut body, 10_000);
        body.push(0);
        let answer = self.ask(CREATE_TOPICS, 2, &body).expect("an answer");
        let mut answer = Reader(&answer);
        answer.i32();
        assert_eq!(answer.i32(), 1);
        assert_eq!((answer.text(), answer.i16()), (hub.to_owned(), 0));
    }

    pub fn send(&mut self, hub: &str, partition: i32, time: i64, codec: Codec, values: &[&[u8]]) {
        let messages: Vec<Message> =
            (0..).zip(values).map(|(offset, value)| (offset, None, Some(value.to_vec()))).collect();
        let kind = Kind { codec, ..ORDINARY };
        let batch = batch(0, values.len() as i64 - 1, time, kind, &messages);
        let mut body = Vec::new();
        bytes::i16(&mut body, -1);
        bytes::i16(&mut body, -1);
        bytes::i32(&mut body, 10_000);
        bytes::i32(&mut body, 1);
        bytes::text(&mut body, hub);
        bytes::i32(&mut body, 1);
        bytes::i32(&mut body, partition);
        bytes::bytes(&mut body, &batch);
        let answer = self.ask(PRODUCE, 3, &body).expect("an answer");
        let mut answer = Reader(&answer);
        assert_eq!((answer.i32(), answer.text(), answer.i32()), (1, hub.to_owned(), 1));
        assert_eq!((answer.i32(), answer.i16()), (partition, 0));
    }
}
