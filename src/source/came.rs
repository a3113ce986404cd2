//! What was asked of a place in this session and came, and the span of time a query would be asked for.
//! Never asks anything, and never says that something came before it did.

use std::sync::{Arc, Mutex, PoisonError};

use crate::time::{TICKS_PER_SECOND, TimeRange, Timestamp, Window};

/// What two clocks may differ by and a time is cut by: what happened in so short a time before the end of
/// a span is for following.
const CLOCKS: i64 = 2 * TICKS_PER_SECOND;

/// What came of a place in this session. Its clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Came(Arc<Mutex<Vec<Part>>>);

/// A span of time of which everything came that meets these conditions.
type Part = (Window, Vec<String>);

impl Came {
    /// All of this came, as far as the place was asked to leave nothing else out.
    pub fn add(&self, window: Window, narrowed: Vec<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((window, narrowed));
    }

    /// The span that came first.
    pub fn first(&self) -> Option<Window> {
        let came = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        came.first().map(|(window, _)| *window)
    }

    /// Did everything come that a query with these conditions finds in this window?
    pub fn has(&self, window: Window, conditions: &[String]) -> bool {
        let came = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        came.iter().any(|(there, narrowed)| {
            there.start <= window.start
                && window.end <= there.end.plus(CLOCKS)
                && narrowed.iter().all(|condition| conditions.contains(condition))
        })
    }
}

/// The span a query would be asked for: its own, as far back as `kept` and as it is not still to come;
/// without one that of the load (which may have an end). `None` where there is none.
pub fn window(
    time: TimeRange,
    (first, is_ended): (Window, bool),
    kept: Option<Timestamp>,
    now: Timestamp,
) -> Option<Window> {
    // What arrives from now on is for following.
    let latest = if is_ended { now } else { first.end.min(now) };
    let window = match (time.start, time.end) {
        (None, None) => first,
        (start, end) => Window {
            start: match kept {
                Some(kept) => start.unwrap_or(first.start).max(kept.min(first.start)),
                None => start.unwrap_or(first.start),
            },
            end: end.unwrap_or(latest).min(latest),
        },
    };
    (window.start < window.end).then_some(window)
}
