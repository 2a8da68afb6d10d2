//! The binary: parse, call the library, turn the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kouan::cli::main()
}
