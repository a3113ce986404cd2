//! The program entrail: everything is in the library.

fn main() -> std::process::ExitCode {
    entrail::cli::main()
}
