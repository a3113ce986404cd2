//! Dates in numbers, whose day and month another record may tell apart: what was seen, what was decided.
//! Never decides itself: whoever sees all records of a file does.

use crate::time::{DateOrder, Spelled, Timestamp};

/// How dates such as `05/06/2026` are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dates {
    /// That is not known yet.
    #[default]
    Undecided,
    /// In this order, which other dates of the file show.
    Shown(DateOrder),
    /// In this order, because the user says so: a date in the other one is none.
    Asked(DateOrder),
    /// Not at all: nothing tells, or some dates say the one and some the other.
    Unclear,
}

/// What the dates of some records show, each by the first that does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DatesSeen {
    /// A date whose first number is no month.
    pub day_first: Option<String>,
    /// A date whose second number is no month.
    pub month_first: Option<String>,
    /// A date that could be either.
    pub either: Option<String>,
    /// How dates that could be either are meant where nothing tells: all of them have full stops.
    pub usual: Option<DateOrder>,
}

impl DatesSeen {
    /// Was there any date in numbers?
    pub fn is_empty(&self) -> bool {
        self.day_first.is_none() && self.month_first.is_none() && self.either.is_none()
    }

    /// The order that the dates show, where they agree.
    pub fn order(&self) -> Option<DateOrder> {
        match (&self.day_first, &self.month_first) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Do some show the one and some the other?
    pub fn is_contrary(&self) -> bool {
        self.day_first.is_some() && self.month_first.is_some()
    }

    /// Takes note of a date.
    pub(super) fn see(&mut self, spelled: Spelled, text: &str) {
        let seen = match spelled {
            Spelled::Instant(_, None) => return,
            Spelled::Instant(_, Some(DateOrder::DayFirst)) => &mut self.day_first,
            Spelled::Instant(_, Some(DateOrder::MonthFirst)) => &mut self.month_first,
            Spelled::Either { usual, .. } => {
                self.usual = if self.either.is_none() { usual } else { self.usual.and(usual) };
                &mut self.either
            }
        };
        seen.get_or_insert_with(|| text.chars().take(40).collect());
    }

    /// Adds what other records show, which come behind these.
    pub fn add(&mut self, other: Self) {
        if other.either.is_some() {
            self.usual =
                if self.either.is_none() { other.usual } else { self.usual.and(other.usual) };
        }
        for (own, other) in [
            (&mut self.day_first, other.day_first),
            (&mut self.month_first, other.month_first),
            (&mut self.either, other.either),
        ] {
            if own.is_none() {
                *own = other;
            }
        }
    }
}

/// The two instants that a record's time may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Either {
    /// With the day first.
    pub day_first: Timestamp,
    /// With the month first.
    pub month_first: Timestamp,
}

/// Far outside of all times: what stands for a date in numbers while its record is read.
const APART: i64 = -5_000_000_000_000_000_000;

/// The dates in numbers of one event, while it is read. Each is handed on as a time that no record
/// has, so that formats choose among times without knowing that some are not known yet.
#[derive(Default, Debug)]
pub(super) struct Numbered {
    dates: Vec<(Spelled, String)>,
    /// Was there a text that is no time, which was noted?
    pub(super) refused: bool,
}

impl Numbered {
    /// Keeps a date; the time that stands for it.
    pub(super) fn keep(&mut self, spelled: Spelled, text: &str) -> Timestamp {
        match spelled {
            Spelled::Instant(time, None) => time,
            Spelled::Instant(time, Some(_)) | Spelled::Either { day_first: time, .. } => {
                self.dates.push((spelled, text.to_owned()));
                time.plus(APART)
            }
        }
    }

    /// Takes over what another reader of the event kept.
    pub(super) fn adopt(&mut self, mut other: Self) {
        self.refused |= other.refused;
        if !other.dates.is_empty() {
            self.dates.append(&mut other.dates);
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.dates.clear();
        self.refused = false;
    }

    /// The time that `time` stands for, as far as `dates` tell, and the two it may be where they do
    /// not; for a date in another order than was asked for a sentence. What was seen is noted.
    pub(super) fn settle(
        &self,
        time: Option<Timestamp>,
        dates: Dates,
        seen: &mut DatesSeen,
    ) -> Settled {
        for (spelled, text) in &self.dates {
            if let Spelled::Instant(..) = spelled {
                seen.see(*spelled, text);
            }
        }
        let Some(time) = time else { return Settled::Time(None) };
        let stands_for = |spelled: Spelled| match spelled {
            Spelled::Instant(own, _) | Spelled::Either { day_first: own, .. } => {
                own.plus(APART) == time
            }
        };
        let Some((spelled, text)) = self.dates.iter().find(|(spelled, _)| stands_for(*spelled))
        else {
            return Settled::Time(Some(time));
        };
        // A date that something better stands beside needs no order.
        seen.see(*spelled, text);
        match (*spelled, dates) {
            (Spelled::Instant(_, Some(shown)), Dates::Asked(order)) if shown != order => {
                Settled::Wrong(format!(
                    "no time: the date {text} is {}, and --date-order says {}",
                    shown.name(),
                    order.word()
                ))
            }
            (Spelled::Instant(time, _), _) => Settled::Time(Some(time)),
            (
                Spelled::Either { day_first, month_first, .. },
                Dates::Shown(order) | Dates::Asked(order),
            ) => Settled::Time(Some(order.of(day_first, month_first))),
            (Spelled::Either { day_first, month_first, .. }, Dates::Undecided) => {
                Settled::Either(Either { day_first, month_first })
            }
            (Spelled::Either { .. }, Dates::Unclear) => Settled::Unclear,
        }
    }
}

/// What is known of a record's time.
pub(super) enum Settled {
    /// All.
    Time(Option<Timestamp>),
    /// It is one of two.
    Either(Either),
    /// It could be one of two, and the file does not tell; told once of the file.
    Unclear,
    /// It is none, for this reason.
    Wrong(String),
}

impl Either {
    /// The one in this order.
    pub fn of(self, order: DateOrder) -> Timestamp {
        order.of(self.day_first, self.month_first)
    }
}
