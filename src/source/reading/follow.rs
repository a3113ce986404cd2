//! Places that are followed: looked at by turns, and what is found read.
//! Never looks again before what was found is delivered, and never asks more often than it is worth.
#![expect(
    clippy::disallowed_methods,
    reason = "places are looked at again and again, by the clock"
)]

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use tokio::runtime;

use super::super::queues::Followed;
use super::super::work::{Part, Stopped};
use super::Reading;
use crate::place::Look;

/// How often places are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Looking may take this share of the time, at the most.
const SHARE: u32 = 50;

impl Reading<'_> {
    /// Looks at places until nothing can come of any of them.
    pub(super) fn follow(&mut self, mut all: Vec<Followed>) -> Result<(), Stopped> {
        let clock = match runtime::Builder::new_current_thread().enable_time().build() {
            Ok(clock) => clock,
            Err(error) => {
                for Followed { name, .. } in all {
                    let why = format!("the system gives no clock to wait by: {error}");
                    self.outlet.part(Part::Over(name, why))?;
                }
                return Ok(());
            }
        };
        for followed in &all {
            if let Some(status) = &followed.status {
                self.meter.watch(&followed.name, Arc::clone(status));
            }
        }
        while !all.is_empty() {
            let began = Instant::now();
            let (mut left, mut is_quiet) = (Vec::new(), true);
            for mut followed in all {
                if (self.stopped)() {
                    return Err(Stopped);
                }
                match self.look(&mut followed)? {
                    Some(is_new) => {
                        is_quiet &= !is_new;
                        left.push(followed);
                    }
                    None => is_quiet = false,
                }
            }
            all = left;
            if is_quiet {
                let pause = EVERY.max(began.elapsed() * SHARE);
                let end = &self.meter.end;
                let is_over = clock.block_on(async {
                    tokio::select! {
                        () = end.cancelled() => true,
                        () = tokio::time::sleep(pause) => false,
                    }
                });
                if is_over {
                    return Err(Stopped);
                }
            }
        }
        Ok(())
    }

    /// Looks at a place and reads what is new: whether anything is; `None` where nothing will ever be.
    fn look(&mut self, followed: &mut Followed) -> Result<Option<bool>, Stopped> {
        for segment in followed.taken.try_iter() {
            followed.follower.took(&segment);
        }
        let pieces = match followed.follower.look(&self.meter.end) {
            Look::Found(pieces) => pieces,
            Look::Over(why) => {
                self.outlet.part(Part::Over(followed.name.clone(), why))?;
                return Ok(None);
            }
        };
        if pieces.is_empty() {
            return Ok(Some(false));
        }
        let pieces: Vec<_> = pieces.into_iter().map(Ok).collect();
        for piece in &pieces {
            self.announce(piece);
        }
        self.all(pieces)?;
        let (settled, wait) = sync_channel(1);
        self.outlet.part(Part::Settle(settled))?;
        wait.recv().map_err(|_| Stopped)?;
        Ok(Some(true))
    }
}
