//! What is told of a hub beside its records: how far it is, and what is wrong.
//! Never floods: what is met again and again is told once, then once a minute with how often it was met.

use std::collections::HashMap;
use std::time::Duration;

use crate::place::{Live, Position, Trouble};
use crate::source::served::Board;

/// How often what goes on is told again.
const AGAIN: Duration = Duration::from_mins(1);
/// Causes that are told apart.
const MOST_CAUSES: usize = 100;
/// How long messages are counted to say how many come in a second.
const WINDOW: Duration = Duration::from_secs(1);

/// What is told, and what was.
pub(super) struct Telling {
    pub board: Board,
    held: HashMap<String, Held>,
    /// Lines that were put out.
    lines: u64,
    /// Messages that came since then.
    counted: u64,
    since: Duration,
    rate: u64,
}

/// A cause that was told.
struct Held {
    /// What was met of it since.
    more: Option<Trouble>,
    told: Duration,
}

impl Telling {
    pub fn new(board: Board, now: Duration) -> Self {
        board.pulling(|pulling| pulling.live = Some(Live::default()));
        Self { board, held: HashMap::new(), lines: 0, counted: 0, since: now, rate: 0 }
    }

    /// Tells of something; what is of the same cause is put together.
    pub fn tell(&mut self, cause: &str, trouble: Trouble, now: Duration) {
        let is_full = self.held.len() >= MOST_CAUSES && !self.held.contains_key(cause);
        let cause = if is_full { "" } else { cause };
        match self.held.get_mut(cause) {
            Some(Held { more: Some(more), .. }) => more.times += trouble.times,
            Some(held) => held.more = Some(trouble),
            None => {
                self.board.tell(trouble);
                self.held.insert(cause.to_owned(), Held { more: None, told: now });
            }
        }
    }

    /// Forgets a cause, so that it is told at once when it comes back.
    pub fn is_over(&mut self, cause: &str) {
        if let Some(Held { more: Some(more), .. }) = self.held.remove(cause) {
            self.board.tell(more);
        }
    }

    /// Tells what is due; all there is, where nothing comes behind it.
    pub fn tell_more(&mut self, now: Duration, is_end: bool) {
        for held in self.held.values_mut() {
            if (is_end || now.saturating_sub(held.told) >= AGAIN)
                && let Some(more) = held.more.take()
            {
                held.told = now;
                self.board.tell(more);
            }
        }
    }

    /// Takes note of a message that so many lines were put out of.
    pub fn put(&mut self, partition: i32, offset: i64, lines: u64) {
        if lines > 0 {
            self.board.places(self.lines + 1, Position::Message { partition, offset });
        }
        self.lines += lines;
    }

    /// Counts messages that came, and says how it goes; how many came in a second is said anew each
    /// second.
    pub fn count(&mut self, messages: u64, live: Live, now: Duration) {
        self.counted += messages;
        let passed = now.saturating_sub(self.since);
        if passed >= WINDOW {
            self.rate = (self.counted as f64 / passed.as_secs_f64()).round() as u64;
            (self.counted, self.since) = (0, now);
        }
        let live = Live { rate: self.rate, ..live };
        self.board.pulling(|pulling| pulling.live = Some(live));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_again_is_counted_and_told_once_a_minute() {
        let second = Duration::from_secs;
        let board = Board::default();
        let mut telling = Telling::new(board.clone(), second(0));
        let trouble =
            |reason: &str| Trouble::new("hub".to_owned(), Position::Whole, reason.to_owned(), true);
        let told = || -> Vec<(String, u64)> {
            board.take_troubles().into_iter().map(|one| (one.reason, one.times)).collect()
        };
        let of = |reason: &str, times: u64| (reason.to_owned(), times);
        for _ in 0..5 {
            telling.tell("cut", trouble("cut"), second(1));
        }
        telling.tell("other", trouble("other"), second(1));
        assert_eq!(told(), [of("cut", 1), of("other", 1)]);
        telling.tell_more(second(3), false);
        assert_eq!(told(), []);
        telling.tell_more(second(61), false);
        assert_eq!(told(), [of("cut", 4)]);
        telling.tell("cut", trouble("cut"), second(62));
        telling.is_over("cut");
        telling.tell("cut", trouble("cut again"), second(63));
        assert_eq!(told(), [of("cut", 1), of("cut again", 1)]);
        telling.tell("cut", trouble("cut"), second(64));
        telling.tell_more(second(64), true);
        assert_eq!(told(), [of("cut", 1)]);
    }
}
