//! How a pull goes and how it ended, whoever is asked.
//! Never asks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::http::refused::Refused;
use crate::place::{Position, Trouble};
use crate::time::{Timestamp, Window};

/// How far a pull is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct State {
    /// Slices that are done.
    pub slices_done: u32,
    /// All slices; more when one had to be cut.
    pub slices_total: u32,
    /// Records handed over.
    pub records: u64,
    /// Until when nothing is asked; `None`: it goes on.
    pub waiting_until: Option<Timestamp>,
    /// Why nothing is asked; empty where it goes on.
    pub waiting_for: &'static str,
}

/// Something that is missing, or odd.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// The log; empty where it concerns all.
    pub log: Cow<'static, str>,
    /// The time of which records are missing.
    pub window: Option<Window>,
    /// What is wrong and, where there is one, the way out.
    pub reason: String,
    /// The refusal, where one was.
    pub refused: Option<Refused>,
    /// Are records missing? `false`: it is only odd.
    pub lost: bool,
    /// Did everything end with it? Then how the pull ended says the same.
    pub ends: bool,
}

impl Missing {
    /// As a load tells it; `place`: what it is missing of, such as `Microsoft Graph`.
    pub fn trouble(&self, place: &str) -> Trouble {
        let mut source = place.to_owned();
        if !self.log.is_empty() {
            source = format!("{source}, {}", self.log);
        }
        if let Some(Window { start, end }) = self.window {
            let second = |time: Timestamp| Timestamp::from_ms(time.ms().div_euclid(1_000) * 1_000);
            source = format!("{source}, {} to {}", second(start), second(end));
        }
        Trouble::new(source, Position::Whole, self.reason.clone(), self.lost)
    }
}

/// Why a pull ended before its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// It was cancelled.
    Cancelled,
    /// There is no token: why not, and the way out.
    SignIn(String),
    /// The token is refused, and there is no other now: why, and the way out. It may be
    /// accepted later.
    TokenRefused(String),
    /// The service cannot be reached, or answers nothing: why, and the way out.
    Unreachable(String),
    /// What was read cannot be kept: why not, and the way out.
    Unkept(String),
}

impl Stopped {
    /// Why; `None` where somebody asked for it.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Cancelled => None,
            Self::SignIn(why)
            | Self::TokenRefused(why)
            | Self::Unreachable(why)
            | Self::Unkept(why) => Some(why),
        }
    }
}

/// How a pull ended.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Outcome {
    /// The last state.
    pub state: State,
    /// How often something was told missing.
    pub missing: u64,
    /// What was asked for, by the service's clock; `None`: nothing was.
    pub window: Option<Window>,
    /// Logs that were refused.
    pub refused: Vec<(Cow<'static, str>, Refused)>,
    /// Logs that were left out: the tenant has no licence for them, and nobody asked for them by name.
    pub unlicensed: Vec<Cow<'static, str>>,
    /// Why it ended early, if it did.
    pub stopped: Option<Stopped>,
    /// Files of an archive that were found not to be as they were written.
    pub damaged: u64,
    /// Records of such files that did not come again.
    pub gone: u64,
    /// The time of the newest record, by the name of the log.
    pub newest: BTreeMap<&'static str, Timestamp>,
}

impl Outcome {
    /// Is everything there that was asked for?
    pub fn is_complete(&self) -> bool {
        self.has_all() && self.damaged == 0 && self.gone == 0
    }

    /// Is everything there that was asked of the service?
    pub fn has_all(&self) -> bool {
        self.stopped.is_none() && self.missing == 0
    }
}
