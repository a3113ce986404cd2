//! What goes wrong, and when: faults by the number of the request, by its address, or by chance from a seed.
//! Never looks at a clock: the same requests meet the same faults.

use std::ops::Range;
use std::time::Duration;

/// Something that happens to one answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Fault {
    /// 429, with `Retry-After` in seconds or without it.
    Throttled(Option<u32>),
    /// This status with the body of an error: 500, 502, 503, 504.
    Status(u16),
    /// This status, code and message of a JSON error.
    Refused(u16, &'static str, &'static str),
    /// 403 with the HTML of an application gateway.
    Gateway,
    /// The right answer after some time.
    Delay(Duration),
    /// The connection ends after that many bytes of the body; counted around when it has fewer.
    Cut(usize),
    /// The connection ends before the answer.
    NoAnswer,
    /// The right answer, after which the connection is closed (`Connection: close`).
    Close,
    /// The record of that number on the page (counted around) is not JSON; the others are.
    BadRecord(usize),
    /// An error stands in the record of that number and the page ends with it.
    BadEnd(usize),
    /// The next page is this page.
    SameLink,
    /// The `Date` header is so many seconds away from the clock.
    Date(i64),
}

/// A schedule. The first rule that fits a request and is not used up decides.
#[derive(Clone, Default, Debug)]
pub struct Faults {
    rules: Vec<Rule>,
    /// Seed, and in how many of 100 requests.
    chaos: Option<(u64, u64)>,
    asked: u64,
    in_a_row: u32,
}

#[derive(Clone, Debug)]
struct Rule {
    requests: Range<u64>,
    address: String,
    times: u32,
    fault: Fault,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// At the request of this number; the first from now on is 0. Only requests to logs count.
    pub fn at(self, request: u64, fault: Fault) -> Self {
        self.rule(request..request + 1, "", u32::MAX, fault)
    }

    /// At all of these requests.
    pub fn during(self, requests: Range<u64>, fault: Fault) -> Self {
        self.rule(requests, "", u32::MAX, fault)
    }

    /// At the first `times` requests whose address, percent-decoded, contains `address`.
    pub fn on(self, address: &str, times: u32, fault: Fault) -> Self {
        self.rule(0..u64::MAX, address, times, fault)
    }

    /// By chance in so many of 100 requests, never more than two in a row: faults that go away when
    /// asked again.
    pub fn chaos(seed: u64, percent: u64) -> Self {
        Self { chaos: Some((seed, percent)), ..Self::default() }
    }

    fn rule(mut self, requests: Range<u64>, address: &str, times: u32, fault: Fault) -> Self {
        self.rules.push(Rule { requests, address: address.into(), times, fault });
        self
    }

    /// What happens to the next request.
    pub fn next(&mut self, address: &str) -> Option<Fault> {
        let number = self.asked;
        self.asked += 1;
        let fits = |rule: &&mut Rule| {
            rule.times > 0 && rule.requests.contains(&number) && address.contains(&rule.address)
        };
        if let Some(rule) = self.rules.iter_mut().find(fits) {
            rule.times -= 1;
            return Some(rule.fault.clone());
        }
        let (seed, percent) = self.chaos?;
        let dice = mix(seed ^ mix(number));
        if dice % 100 >= percent || self.in_a_row == 2 {
            self.in_a_row = 0;
            return None;
        }
        self.in_a_row += 1;
        let place = (dice >> 32) as usize;
        Some(match (dice >> 16) % 14 {
            0 => Fault::Throttled(None),
            1 => Fault::Throttled(Some(1 + (place % 3) as u32)),
            2 => Fault::Status(500),
            3 => Fault::Status(502),
            4 => Fault::Status(503),
            5 => Fault::Status(504),
            6..=8 => Fault::Cut(place),
            9 => Fault::NoAnswer,
            10 => Fault::BadRecord(place),
            11 => Fault::BadEnd(place),
            12 => Fault::SameLink,
            _ => Fault::Close,
        })
    }
}

/// The output function of the generator `SplitMix64`.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
