//! The exit codes, which scripts rely on.

use std::process::ExitCode;

/// Nothing failed.
pub const PASSED: ExitCode = ExitCode::SUCCESS;
/// A scenario failed or could not be judged.
pub const FAILED: u8 = 1;
/// The input is wrong: arguments or a scenario file.
pub const INPUT: u8 = 2;
/// The surroundings are wrong (no reader, port taken), or the program itself.
pub const SURROUNDINGS: u8 = 3;

/// Shown below every `--help`.
pub const HELP: &str = "\
Exit codes:
  0  nothing failed
  1  a scenario failed or could not be judged
  2  the input is wrong (arguments, scenario)
  3  the surroundings are (no reader, port taken), or the program itself";
