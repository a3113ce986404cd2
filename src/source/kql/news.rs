//! What arrives in the tables of an engine: asked for again and again, by when rows arrived.
//! Never passes over what arrived while an answer failed, and never puts out a row twice.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use super::caller::Caller;
use super::engine::Asked;
use super::pull::{PresentTable, Pull, ends};
use super::question::{LATEST, Sought};
use crate::http::unanswered::Unanswered;
use crate::time::{TICKS_PER_SECOND, Timestamp, Window, ticks};

/// Pause between two looks for what is new.
const PAUSE: Duration = Duration::from_secs(30);
/// How far back it is asked, by when rows arrived, for those that are on their way: longer than a
/// workspace says that rows take.
pub(super) const OVERLAP: i64 = 15 * 60 * TICKS_PER_SECOND;

/// When something began, by the clocks of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Began {
    wall: Timestamp,
    elapsed: Duration,
}

impl Began {
    /// It begins now.
    pub fn now(caller: &Caller) -> Self {
        let service = caller.service();
        let pace = service.pace();
        Self { wall: pace.now(), elapsed: pace.elapsed() }
    }

    /// When that was by the engine's clock, or earlier: one clock may have been set, the other may stop
    /// while the machine sleeps.
    fn there(self, caller: &Caller) -> Timestamp {
        let service = caller.service();
        let pace = service.pace();
        let elapsed = ticks(pace.elapsed().saturating_sub(self.elapsed));
        let wall = pace.now().ticks().saturating_sub(self.wall.ticks());
        caller.now().plus(-elapsed.max(wall))
    }
}

/// A table that is followed.
struct Followed {
    table: PresentTable,
    /// Rows that arrived before are not asked for.
    since: Timestamp,
    /// The lines of the last answer and of the one before it.
    known: [HashSet<u64>; 2],
}

impl Pull {
    /// Asks again and again for what arrived since then.
    pub async fn follow(mut self, since: Began) {
        let mut followed = Vec::new();
        for wanted in self.request.tables.clone() {
            match self.present(&wanted).await {
                Ok(Some(table)) if table.scans => {
                    let reason = "it is not followed: it is of the plan Basic or Auxiliary, where every \
                                  look would be paid for";
                    self.tell(&table.sought, None, reason.to_owned(), false);
                }
                Ok(Some(table)) => {
                    let since = since.there(&self.caller).plus(-OVERLAP);
                    followed.push(Followed { table, since, known: Default::default() });
                }
                Ok(None) => {}
                Err(failure) => return self.stop(&failure),
            }
        }
        let hasher = RandomState::new();
        while !followed.is_empty() {
            for one in &mut followed {
                if let Err(failure) = self.look(one, &hasher).await {
                    return self.stop(&failure);
                }
            }
            let service = self.caller.service();
            self.caller.board.waits(Some(service.pace().now().plus(ticks(PAUSE))));
            tokio::select! {
                biased;
                () = self.caller.cancel.cancelled() => return self.stop(&Unanswered::Cancelled),
                () = service.pace().sleep(PAUSE) => {}
            }
        }
    }

    /// Asks once for what arrived in a table since it answered last. Fails where nothing more is to be asked.
    async fn look(&mut self, one: &mut Followed, hasher: &RandomState) -> Result<(), Unanswered> {
        let now = self.caller.now();
        let PresentTable { sought, shape, scans } = &one.table;
        // What happened long ago may arrive now, and what arrived while nobody looked is older.
        let start = now.min(one.since).plus(-LATEST);
        let made = Window { start, end: now.plus(LATEST) };
        let sought = Sought { window: made, ..sought.clone() };
        let query = sought.arrived(made, one.since, self.caller.engine().arrival(), shape);
        let asked = Asked { query: &query, made, scans: *scans };
        let rows = match self.caller.rows(asked).await {
            Ok(rows) => rows,
            Err(failure) if ends(&failure) => return Err(failure),
            Err(failure) => {
                // What arrived meanwhile is asked for at the next look.
                self.tell(&sought, None, self.caller.words(&failure), false);
                return Ok(());
            }
        };
        let is_cut = rows.partial.is_some();
        self.cut_short(&sought, rows.partial.as_deref());
        let mut seen = HashSet::new();
        for line in rows.lines.split_inclusive(|byte| *byte == b'\n') {
            let hash = hasher.hash_one(line);
            let is_known = one.known.iter().any(|lines| lines.contains(&hash));
            if seen.insert(hash) && !is_known {
                self.outlet.put(line);
            }
        }
        one.known.swap(0, 1);
        one.known[1] = seen;
        if !is_cut {
            one.since = now.plus(-OVERLAP);
        }
        Ok(())
    }
}
