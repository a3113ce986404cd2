//! The threads of a load and what passes between them.
//! Never reads, frames or decodes itself, and never leaves a thread behind.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread::{self, Builder};

use tokio_util::sync::CancellationToken;

use super::buffers::Buffers;
use super::file_state::FileState;
use super::meter::Meter;
use super::options::Options;
use super::queues::Queue;
use super::work::{Outlet, Work};
use super::{Delivery, decoding, merging, reading};
use crate::log::Watch;
use crate::place::Trouble;
use crate::store::builder::Indexer;

/// Runs a load to its end on scoped threads, one for each queue, delivering on the calling one. `deliver` answers
/// whether it wants more. Returns the files that were read, where another load of them would find
/// the same as long as they are as they were.
pub fn run(
    queues: Vec<Queue>,
    cancel: &CancellationToken,
    options: &Options,
    deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
) -> Option<Vec<(PathBuf, FileState)>> {
    resume(queues, Indexer::new(), cancel, options, deliver).1
}

/// The same, behind what an indexer has taken in before; it comes back.
pub fn resume(
    queues: Vec<Queue>,
    indexer: Indexer,
    cancel: &CancellationToken,
    options: &Options,
    deliver: &mut dyn FnMut(Delivery) -> ControlFlow<()>,
) -> (Indexer, Option<Vec<(PathBuf, FileState)>>) {
    let began = Watch::start();
    let count = queues.len().max(1);
    let load = tracing::info_span!("load", queues = count);
    let here = load.enter();
    let meter = Meter::new(count, cancel);
    let stopped = || meter.end.is_cancelled();
    let workers = options.workers.max(1);
    let (parts, merged) = sync_channel(2 * workers + 2);
    let (jobs, taken) = sync_channel::<Work>(workers);
    let taken = Mutex::new(taken);
    // One for each thread and place in the queue, one being read and one begun in each queue.
    let buffers = Arc::new(Buffers::new(2 * (workers + count), 2 * options.most_block));
    let mut merging = merging::Merging::new(&meter, indexer, deliver, options.is_quiet);
    thread::scope(|scope| {
        let mut refused = None;
        for number in 0..workers {
            let work = || load.in_scope(|| decoding::work(&taken, options, &buffers));
            let started = Builder::new().name(format!("decode-{number}")).spawn_scoped(scope, work);
            // Fewer threads are slower, none is a failure.
            refused = started.err().filter(|_| number == 0);
            if refused.is_some() {
                break;
            }
        }
        if refused.is_none() {
            for (number, queue) in queues.into_iter().enumerate() {
                let (parts, jobs) = (parts.clone(), jobs.clone());
                let outlet = Outlet::new(number, parts, jobs, Arc::clone(&buffers));
                let (meter, stopped, load) = (&meter, &stopped, &load);
                let read = move || {
                    load.in_scope(|| reading::read(queue, outlet, meter, options, stopped));
                };
                let started = Builder::new().name(format!("read-{number}"));
                refused = started.spawn_scoped(scope, read).err();
                if refused.is_some() {
                    break;
                }
            }
        }
        drop((parts, jobs));
        if let Some(error) = refused {
            merging.trouble(Trouble::no_thread(&error));
            meter.refused.store(true, Ordering::Relaxed);
        }
        if merging.run(&merged).is_break() {
            meter.end.cancel();
        }
        drop(merged);
    });
    let indexer = merging.done(cancel.is_cancelled());
    if tracing::enabled!(tracing::Level::INFO) {
        let (files, bytes) = (meter.files_done.load(Ordering::Relaxed), meter.read());
        tracing::info!(stage = "decode", files, bytes, workers, ms = began.ms(), "read to its end");
    }
    drop(here);
    (indexer, meter.into_reads())
}

#[cfg(test)]
mod tests;
