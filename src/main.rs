//! The program entrail: everything is in the library.
//! Never more than a call into it.

fn main() -> std::process::ExitCode {
    entrail::cli::main()
}
