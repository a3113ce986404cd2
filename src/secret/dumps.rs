//! Core dumps: off from the moment there is a secret in memory.
//! Never turned on again: what was in memory may still be there.

use std::sync::Once;

/// Makes the process leave no core dump and, on Linux, keeps other programs of the same user from
/// reading its memory. Does nothing the second time, and nothing on Windows, where the system keeps
/// no dump of a program unless an administrator asks for it.
pub fn turn_off_core_dumps() {
    static ONCE: Once = Once::new();
    ONCE.call_once(turn_off);
}

#[cfg(unix)]
fn turn_off() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // What the system refuses cannot be helped; signing in works all the same.
    let maximum = getrlimit(Resource::Core).maximum;
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    // A limit of 0 does not hold for dumps that are piped to a program, as systemd's.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
fn turn_off() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {

    #[test]
    fn no_core_is_dumped_once_there_is_a_secret() {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

        let secret = super::super::Secret::new("a secret of dumps");
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        // What the program reads of itself can still be read.
        #[expect(clippy::disallowed_methods, reason = "what the system says is what is tested")]
        let limits = std::fs::read_to_string("/proc/self/limits").expect("limits");
        let line = limits.lines().find(|line| line.starts_with("Max core file size"));
        assert_eq!(line.and_then(|line| line.split_whitespace().nth(4)), Some("0"), "{line:?}");
        drop(secret);
    }
}
