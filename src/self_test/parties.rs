//! x
use super::mutant::Mutant;
/// x
pub fn mutants() -> Vec<Mutant> { Vec::new() }
