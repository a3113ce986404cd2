//! Taking the time: medians, percentiles, and two things measured in turn.
//! Never decides what is good; the table does.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often something is measured where it is cheap, and where it takes seconds.
pub const RUNS: usize = 5;

/// Milliseconds, with the fraction.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The time something takes.
pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// The time something that can fail takes.
pub fn tried<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    black_box(work()?);
    Ok(start.elapsed())
}

/// The smallest value that `share` (0 to 1) of the values do not exceed; 0 where there are none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(0.0)
}

/// The value in the middle.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// Both in turn, so that whatever else the machine does disturbs both: medians in seconds. One run
/// of each goes before and is not counted.
pub fn in_turn(
    runs: usize,
    mut ours: impl FnMut() -> anyhow::Result<()>,
    mut baseline: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<(f64, f64)> {
    ours()?;
    baseline()?;
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        our_times.push(tried(&mut ours)?.as_secs_f64());
        their_times.push(tried(&mut baseline)?.as_secs_f64());
    }
    Ok((median(&our_times), median(&their_times)))
}
