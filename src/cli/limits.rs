//! Room that the system gives a program: open files, and how large files may be.
//! Never more than a look, and what can be done about it.

#[cfg(unix)]
use crate::place::refusal::{Cause, cause};

/// Files that must be allowed to be open at the same time: standard streams, the terminal, timers,
/// connections, and a file that is read, unpacked and written. Below that nothing is begun, so that
/// nothing ends half-way.
#[cfg(unix)]
const OPEN_FILES: usize = 24;

/// Fails where the system allows too few open files; raises the limit where the shell may.
#[cfg(unix)]
pub(super) fn ensure() -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use std::os::fd::AsFd as _;
    let is_enough = || {
        let input = std::io::stdin();
        let mut open = Vec::with_capacity(OPEN_FILES);
        while open.len() + 3 < OPEN_FILES {
            match input.as_fd().try_clone_to_owned() {
                Ok(file) => open.push(file),
                Err(error) => return cause(&error) != Cause::NoRoom,
            }
        }
        true
    };
    if is_enough() {
        return Ok(());
    }
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_ok() && is_enough() {
        return Ok(());
    }
    let allowed = limit.maximum.unwrap_or(u64::MAX);
    anyhow::bail!(
        "too many open files: the limit here is {allowed}; raise it and run this again \
         (ulimit -n 1024)"
    )
}

/// Fails where the system allows too few open files.
#[cfg(not(unix))]
pub(super) fn ensure() -> anyhow::Result<()> {
    Ok(())
}

/// Has a file that becomes too large (`ulimit -f`) be an error of writing, not the end of the program.
#[cfg(unix)]
pub(super) fn outlive_large_files() {
    // Where the signal cannot be caught the program ends by it, as any other.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Has a file that becomes too large be an error of writing.
#[cfg(not(unix))]
pub(super) fn outlive_large_files() {}
