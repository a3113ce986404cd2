//! An archive that is pulled into once, or again and again: compared before, tidied after.
//! Never asks anybody itself: an [`Origin`] does.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Archive, Origin};
use crate::source::pulled::{Outcome, Stopped};

/// Time after which all that may have arrived late is looked for again, not only what is new.
const THOROUGH: Duration = Duration::from_hours(6);
/// How far the other rounds look back: most records arrive within minutes.
const SHORT: Duration = Duration::from_hours(1);

/// How far back each round of a pull that keeps going looks.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rounds {
    thorough: Option<Duration>,
}

impl Rounds {
    /// The overlap of a round that begins at `elapsed` (of [`crate::http::pace::Pace::elapsed`]): `whole`
    /// in the first round and every six hours, an hour in the others.
    pub fn overlap(&mut self, elapsed: Duration, whole: Duration) -> Duration {
        if self.thorough.is_some_and(|last| elapsed < last.saturating_add(THOROUGH)) {
            return whole.min(SHORT);
        }
        self.thorough = Some(elapsed);
        whole
    }

    /// Is the round that began at `elapsed` one that looks back all the way?
    fn is_thorough(&self, elapsed: Duration) -> bool {
        self.thorough == Some(elapsed)
    }
}

/// Pulls into an archive once, having compared all of its files with their digests, and leaves it
/// tidy.
pub async fn pull_into(
    origin: &dyn Origin,
    archive: &mut Archive,
    overlap: Duration,
    cancel: &CancellationToken,
) -> Outcome {
    match archive.check(cancel).await {
        Ok(()) => pull_once(origin, archive, overlap, cancel).await,
        Err(error) => {
            Outcome { stopped: Some(Stopped::Unkept(error.to_string())), ..Outcome::default() }
        }
    }
}

/// Pulls into an archive once, and leaves it tidy.
async fn pull_once(
    origin: &dyn Origin,
    archive: &mut Archive,
    overlap: Duration,
    cancel: &CancellationToken,
) -> Outcome {
    let whole = archive.overlap();
    archive.set_overlap(overlap);
    let asked = origin.asked();
    let mut outcome = origin.pull(archive, cancel).await;
    archive.set_overlap(whole);
    let looked = archive.look_again();
    let tidied = archive.settle(&asked, &mut outcome).and_then(|()| match outcome.stopped {
        Some(Stopped::Cancelled) => archive.write_sums(),
        Some(Stopped::Unkept(_)) => Ok(()),
        _ => archive.tidy(),
    });
    // What was moved away is why nothing else went well.
    let wrong = match (archive.check_place(), &outcome.stopped) {
        (Err(error), stopped) if *stopped != Some(Stopped::Cancelled) => Some(error),
        (_, None) => looked.and(tidied).err(),
        _ => None,
    };
    if let Some(error) = wrong {
        outcome.stopped = Some(Stopped::Unkept(error.to_string()));
    }
    outcome
}

/// Pulls into an archive again and again, with `every` between two rounds. `after` hears how each went, and
/// ends it. Returns the last outcome: it ended by `after`, by `cancel`, or because nothing can be kept or no
/// token can be had.
pub async fn watch(
    origin: &dyn Origin,
    archive: &mut Archive,
    every: Duration,
    after: &mut (dyn FnMut(&Outcome) -> ControlFlow<()> + Send),
    cancel: &CancellationToken,
) -> Outcome {
    let whole = archive.overlap();
    let mut rounds = Rounds::default();
    loop {
        let elapsed = origin.pace().elapsed();
        let overlap = rounds.overlap(elapsed, whole);
        let outcome = match rounds.is_thorough(elapsed) {
            true => pull_into(origin, archive, overlap, cancel).await,
            false => pull_once(origin, archive, overlap, cancel).await,
        };
        let ends = matches!(
            outcome.stopped,
            Some(Stopped::Cancelled | Stopped::SignIn(_) | Stopped::Unkept(_))
        );
        if after(&outcome).is_break() || ends {
            return outcome;
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => return outcome,
            () = origin.pace().sleep(origin.pause(every)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_and_then_a_round_looks_back_all_the_way() {
        let (mut rounds, day) = (Rounds::default(), Duration::from_hours(24));
        let mut overlap =
            |minutes| rounds.overlap(Duration::from_mins(minutes), day).as_secs() / 3600;
        assert_eq!([0, 5, 359, 360, 365].map(&mut overlap), [24, 1, 1, 24, 1]);
    }
}
