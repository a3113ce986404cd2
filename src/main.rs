//! The program entrail: everything is in the library.
//! Never more than a call into it, and a look at the standard streams before Rust's runtime replaces
//! those that are closed.
#![cfg_attr(
    unix,
    expect(
        unsafe_code,
        reason = "what runs before `main` is named by an attribute that is unsafe"
    )
)]

use std::process::ExitCode;

use entrail::cli::{self, Closed};

fn main() -> ExitCode {
    cli::main(closed())
}

#[cfg(unix)]
mod early {
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Was standard input closed, and was standard output?
    pub(super) static CLOSED: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

    /// Called by the system's loader, before Rust's runtime opens `/dev/null` for closed streams.
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        let [input, output] = &CLOSED;
        let is_closed = |stream| rustix::io::fcntl_getfd(stream).is_err();
        input.store(is_closed(rustix::stdio::stdin()), Ordering::Relaxed);
        output.store(is_closed(rustix::stdio::stdout()), Ordering::Relaxed);
    }
}

#[cfg(unix)]
fn closed() -> Closed {
    use std::sync::atomic::Ordering;
    let [input, output] = &early::CLOSED;
    Closed { input: input.load(Ordering::Relaxed), output: output.load(Ordering::Relaxed) }
}

#[cfg(not(unix))]
fn closed() -> Closed {
    Closed::default()
}
