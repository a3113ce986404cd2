//! Trails: sequences of records that mean something together, with the steps that are there and those that are missing.
//! Never guesses: what joins records is an id they share, and a step is found where a record says so.
//!
//! A [`Trail`] is a row of [`table::TRAILS`]: its steps, the `Clue`s that tell which records
//! are which step, the keys that join them, and how it is judged. [`find`] looks at the columns
//! first and reads the original bytes only of records that may be a step of something.

pub mod access;
mod asked;
mod chain;
mod gather;
mod join;
mod judge;
mod key;
mod subject;
pub mod table;
mod trail;
pub mod verdict;
mod words;
pub mod write;

#[cfg(test)]
mod tests;

use crate::export::Sequence;
use crate::query::known_names::with_names;
use crate::record::risk::Level;
use crate::store::{RowId, Store};
use crate::time::{TICKS_PER_SECOND, Timestamp};

pub use table::TRAILS;
pub use trail::Trail;
use verdict::{During, Note, Title, Verdict};

/// One step of a trail as it was found, or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepFound {
    /// Its name, from the table.
    pub name: &'static str,
    /// Its records in the order they happened; empty where it is missing.
    pub rows: Vec<RowId>,
    /// When the first of them happened (UTC).
    pub first: Option<Timestamp>,
}

/// What else happened while something was open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Meanwhile {
    /// The query that finds it.
    pub query: String,
    /// How many records it finds.
    pub count: u64,
    /// What they are called.
    pub during: During,
    /// Are they told of beside the verdict?
    pub is_told: bool,
}

/// A finding in words, not cleaned; made at the very end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// Who did what, one line.
    pub title: String,
    /// How it stands, and what happened meanwhile, a few words.
    pub verdict: String,
    /// Each note, one sentence.
    pub notes: Vec<String>,
}

/// A sequence of records, found. Texts come from records and are not cleaned.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Of which trail.
    pub trail: &'static Trail,
    /// Who did what.
    pub title: Title,
    /// How it stands.
    pub verdict: Verdict,
    /// The same, and what happened meanwhile, in words.
    pub said: Said,
    /// How much it asks to be looked at: at least as much as the highest rated record of its steps.
    pub severity: Level,
    /// Is it what ordinary days are full of, as far as the records tell? Such findings come last
    /// among their equals.
    pub ordinary: bool,
    /// When the first record of its steps happened (UTC).
    pub first: Timestamp,
    /// When the last one did (UTC).
    pub last: Timestamp,
    /// All steps of the trail, in order.
    pub steps: Vec<StepFound>,
    /// Its records that are no steps: what failed, was only prepared, or ended undone.
    pub beside: Vec<RowId>,
    /// What else is to be said.
    pub notes: Vec<Note>,
    /// The query that finds its records and no others.
    pub query: String,
    /// What happened meanwhile, where that is a question.
    pub meanwhile: Option<Meanwhile>,
}

impl Finding {
    /// Its records, in the order of the store.
    pub fn rows(&self) -> Vec<RowId> {
        let mut rows: Vec<RowId> =
            self.steps.iter().flat_map(|step| step.rows.iter().copied()).collect();
        rows.extend(&self.beside);
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The finding as a report tells of it.
    fn sequence(&self) -> Sequence {
        Sequence {
            level: self.severity,
            kind: self.trail.title,
            told: format!("{} · {}", self.said.title, self.said.verdict),
            rows: self.rows(),
        }
    }

    /// The notes that name somebody or something: in these it is looked for, not in what is said of
    /// every other finding too.
    pub fn named(&self) -> String {
        let own = self.notes.iter().zip(&self.said.notes);
        let own = own.filter(|(note, _)| note.names_something());
        own.map(|(_, said)| said.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// It in words, each text made `whole` first.
    fn words(&self, whole: impl Fn(String) -> String) -> Said {
        let mut verdict = words::verdict(&self.verdict);
        if let Some(meanwhile) = self.meanwhile.as_ref().filter(|meanwhile| meanwhile.is_told) {
            verdict += " · ";
            verdict += &words::during(meanwhile.count, meanwhile.during);
        }
        Said {
            title: whole(words::title(&self.title)),
            verdict: whole(verdict),
            notes: self.notes.iter().map(|note| whole(words::note(note))).collect(),
        }
    }

    /// How much of the sequence is there, in thousandths; nothing where it is none.
    fn share(&self) -> usize {
        if self.steps.len() < 2 {
            return 0;
        }
        let steps = self.steps.iter().enumerate();
        let (mut found, mut all) = (0, 0);
        for (_, step) in steps.filter(|(at, _)| self.trail.ends & (1 << at) == 0) {
            all += 1;
            found += usize::from(!step.rows.is_empty());
        }
        found * 1_000 / all.max(1)
    }

    /// Where it stands among others: what is greater comes first.
    fn place(&self) -> impl Ord {
        let level = (self.severity as u8 + 1) * 2;
        // What is ordinary stands behind what is one level lower and is not.
        let level = if self.ordinary { level.saturating_sub(3) } else { level };
        (level, self.severity, self.share(), self.last, self.first)
    }

    /// Its steps as dots, found and missing ones.
    pub fn dots(&self, ascii: bool) -> String {
        let [found, missing] = if ascii { ['*', 'o'] } else { ['●', '○'] };
        let dot = |step: &StepFound| if step.rows.is_empty() { missing } else { found };
        self.steps.iter().map(dot).collect()
    }
}

/// What was found in all records.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The highest level first, where what is ordinary counts as less than one level lower; among
    /// equals those of which most is there, then the newest.
    pub findings: Vec<Finding>,
    /// Records that may belong to a trail but could not be read again.
    pub unreadable: u64,
}

/// All trails as a report tells of them, most important first; see [`find`]; none where `goes_on`
/// said no.
pub fn sequences(store: &Store, goes_on: &dyn Fn(usize) -> bool) -> Vec<Sequence> {
    let found = find(store, goes_on).unwrap_or_default();
    found.findings.iter().map(Finding::sequence).collect()
}

/// Finds all trails in all records; `None` where `goes_on`, which is told how many records were looked
/// at, said no. How long something has been waiting is told as of the last record. Reads original
/// bytes: for a thread.
pub fn find(store: &Store, goes_on: &dyn Fn(usize) -> bool) -> Option<Findings> {
    let gathered = gather::gather(store, goes_on)?;
    let cancelled = || !goes_on(store.len());
    let end = store.period().map(|(_, last)| last)?;
    let mut judged = Vec::new();
    for (trail, events) in TRAILS.iter().zip(gathered.events) {
        for chain in join::join(trail, events) {
            if cancelled() {
                return None;
            }
            judged.extend(judge::judge(store, trail, chain, end));
        }
    }
    judge::count_meanwhile(store, &mut judged);
    let mut findings = asked::with_queries(store, judged, &cancelled)?;
    for finding in &mut findings {
        finding.said = finding.words(|text| with_names(store, &text, str::to_owned));
    }
    findings.sort_by(|a, b| {
        let name = |finding: &Finding| (finding.trail.name, finding.said.title.clone());
        b.place().cmp(&a.place()).then_with(|| name(a).cmp(&name(b)))
    });
    Some(Findings { findings, unreadable: gathered.unreadable })
}

/// A length of time in words: the two largest units that matter.
pub fn lasted(ticks: i64) -> String {
    let seconds = ticks.max(0) / TICKS_PER_SECOND;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let and = |rest: i64, unit: &str| match rest {
        0 => String::new(),
        rest => format!(" {rest} {unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h{}", and(minutes % 60, "min")),
        (1, hours, _) => format!("1 day{}", and(hours % 24, "h")),
        (days, ..) => format!("{days} days"),
    }
}
