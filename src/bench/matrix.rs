//! All algorithms along all ways: which measurements there are, and which there can't be.
//!
//! Invariant: a card that was only found, not named, is measured only if its PIN was given: a default PIN would use up
//! a try of someone's card.

use signing::Algorithm;

use super::{
    BenchError, Readers, Way,
    session::{Counted, own_key},
};
use crate::card::Terminal;

/// A measurement of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What signs.
    pub algorithm: Algorithm,
    /// Along which way.
    pub way: Way,
}

/// What was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The way, or PC/SC as a whole.
    pub what: String,
    /// A sentence without full stop.
    pub why: String,
}

/// The cells, grouped by algorithm: each named way, or raw, memory and the cards that are found. A card that someone
/// brings has one algorithm, so it has one cell.
///
/// # Errors
/// If a named reader can't be opened or its card not be read.
pub fn cells(
    algorithms: &[Algorithm],
    named: &[Way],
    pin_given: bool,
    readers: &dyn Readers,
) -> Result<(Vec<Cell>, Vec<Skipped>), BenchError> {
    let (mut ways, mut skipped) = (Vec::new(), Vec::new());
    if named.is_empty() {
        ways.extend([(Way::Raw, None), (Way::Memory, None)]);
        found(pin_given, readers, &mut ways, &mut skipped);
    }
    for way in named {
        let algorithm = match way {
            Way::Raw | Way::Memory => None,
            Way::Pcsc(name) => Some(algorithm_in(readers, name.as_deref())?),
        };
        ways.push((way.clone(), algorithm));
    }
    let mut cells = Vec::new();
    for algorithm in algorithms {
        let fitting = ways.iter().filter(|(_, only)| only.is_none_or(|only| only == *algorithm));
        cells.extend(fitting.map(|(way, _)| Cell { algorithm: *algorithm, way: way.clone() }));
    }
    Ok((cells, skipped))
}

fn found(pin_given: bool, readers: &dyn Readers, ways: &mut Vec<(Way, Option<Algorithm>)>, skipped: &mut Vec<Skipped>) {
    let names = match readers.with_card() {
        Ok(names) => names,
        Err(why) => return skipped.push(Skipped { what: "pcsc".into(), why }),
    };
    for name in names {
        let what = format!("pcsc:{name}");
        if !pin_given {
            let why = "未给出 --pin，不拿默认卡密码去试别人的卡".into();
            skipped.push(Skipped { what, why });
            continue;
        }
        match algorithm_in(readers, Some(&name)) {
            Ok(algorithm) => ways.push((Way::Pcsc(Some(name)), Some(algorithm))),
            Err(error) => skipped.push(Skipped { what, why: error.to_string() }),
        }
    }
}

/// What the card in a reader signs with, by its certificate for 9A. Nothing secret is sent.
fn algorithm_in(readers: &dyn Readers, name: Option<&str>) -> Result<Algorithm, BenchError> {
    let mut reader = Counted::new(readers.open(name).map_err(BenchError::NoReader)?);
    let name = virtual_card::Reader::name(&reader).to_owned();
    let mut terminal =
        Terminal::connect(&mut reader).map_err(|error| BenchError::Card { reader: name.clone(), error })?;
    Ok(own_key(&mut terminal, &name)?.algorithm())
}
