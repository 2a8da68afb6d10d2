//! What a measurement found, as it is printed, kept in files and compared.
//!
//! One result is one line of JSON. The first eleven keys are a contract (DESIGN, "Command line"); others are added at the
//! end only. Reading ignores keys that it doesn't know, so an older program reads a newer one's results.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{comparison::Comparison, latency::Row, machine::Machine};

/// The form of the line; a reader refuses a greater one.
pub const FORMAT: u32 = 1;
/// Into so many blocks a run is cut to see how much it wavers.
const BLOCKS: usize = 10;
/// With fewer blocks nothing is said of wavering.
const LEAST_BLOCKS: usize = 5;

/// One result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// What signed.
    pub algorithm: String,
    /// The library that signed, or that a card of someone's did.
    pub signer: String,
    /// raw, memory or pcsc:NAME; several readers are separated by " + ".
    pub reader: String,
    /// How many signed at the same time.
    pub sessions: u16,
    /// How long the clock ran.
    pub seconds: f64,
    /// How many signatures were made in that time.
    pub signatures: u64,
    /// Signatures a second.
    pub per_second: f64,
    /// Half of the signatures took at most so many microseconds,
    pub p50_us: f64,
    /// and of a hundred ninety-nine.
    pub p99_us: f64,
    /// How many of the signatures are right; all, or something is broken.
    pub verified: u64,
    /// Commands to select, give the PIN and sign. Those of the warm-up and of the ceilings aren't among them.
    pub apdus: u64,
    /// Nine of ten signatures took at most so many microseconds,
    pub p90_us: f64,
    /// of a thousand all but one,
    pub p999_us: f64,
    /// and the slowest.
    pub max_us: f64,
    /// Whether the PIN was given before each signature.
    pub pin_each: bool,
    /// "each" or "kept".
    pub transaction: String,
    /// Signatures a second of the library without a card, in the same run; none for `raw`, which is it.
    pub raw_per_second: Option<f64>,
    /// `per_second` as a part of that.
    pub share_of_raw: Option<f64>,
    /// Empty commands (00 20 00 80: VERIFY without a PIN) there and back a second, in the same run.
    pub round_trips_per_second: Option<f64>,
    /// What signer and reader could give one after the other.
    pub ceiling_per_second: Option<f64>,
    /// How much the blocks of this run waver around their median, in percent of it; none for a run too short to tell.
    pub noise_percent: Option<f64>,
    /// Signatures a second in each block.
    pub blocks: Vec<f64>,
    /// The picture of the times.
    pub histogram: Vec<Row>,
    /// The program's version.
    pub kouan: String,
    /// The form of this line.
    pub format: u32,
    /// When, UTC.
    pub date: String,
    /// How the program was called, without PINs.
    pub command: String,
    /// Where.
    pub machine: Machine,
    /// How it compares with an earlier result, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Comparison>,
}

impl Figures {
    /// What two results must have in common to be the same measurement.
    pub fn same_measurement(&self, other: &Self) -> bool {
        let key = |f: &Self| (f.algorithm.clone(), f.reader.clone(), f.sessions, f.pin_each, f.transaction.clone());
        key(self) == key(other)
    }

    /// That, in words.
    pub fn told(&self) -> String {
        let pin = if self.pin_each { "，每次验证卡密码" } else { "" };
        let kept = if self.transaction == "kept" { "，保持事务" } else { "" };
        format!("{} / {} / {}路{pin}{kept}", self.algorithm, self.reader, self.sessions)
    }

    /// Whether every signature is right.
    pub fn all_verified(&self) -> bool {
        self.verified == self.signatures
    }
}

#[cfg(test)]
impl Figures {
    /// A result that nobody measured, for tests.
    pub(super) fn invented(algorithm: &str, reader: &str, per_second: f64, noise_percent: Option<f64>) -> Self {
        Self {
            algorithm: algorithm.into(),
            signer: "invented".into(),
            reader: reader.into(),
            sessions: 1,
            seconds: 1.0,
            signatures: per_second as u64,
            per_second,
            p50_us: 13.5,
            p99_us: 17.0,
            verified: per_second as u64,
            apdus: 2 + per_second as u64,
            p90_us: 14.0,
            p999_us: 50.0,
            max_us: 100.0,
            pin_each: false,
            transaction: "each".into(),
            raw_per_second: Some(2.0 * per_second),
            share_of_raw: Some(0.5),
            round_trips_per_second: Some(9_000.0),
            ceiling_per_second: Some(1.5 * per_second),
            noise_percent,
            blocks: vec![per_second; 10],
            histogram: vec![Row { from_us: 13.0, to_us: 100.0, count: per_second as u64 }],
            kouan: "0.1.0".into(),
            format: FORMAT,
            date: "2026-03-02 01:00:00 UTC".into(),
            command: "kouan bench sign".into(),
            machine: Machine {
                cpu: "Invented 9000".into(),
                cores: 2,
                os: "Invented OS".into(),
                kernel: "1.2.3".into(),
                rustc: "rustc 1.95.0".into(),
                build: "release".into(),
            },
            baseline: None,
        }
    }
}

/// Signatures a second in up to [`BLOCKS`] equal parts of the run. A lap belongs to the part in which its middle lies.
pub(super) fn blocks(laps: &[(Duration, u64)]) -> Vec<f64> {
    let total: f64 = laps.iter().map(|(elapsed, _)| elapsed.as_secs_f64()).sum();
    let mut parts = [(0.0, 0); BLOCKS];
    let mut before = 0.0;
    for (elapsed, count) in laps {
        let elapsed = elapsed.as_secs_f64();
        let place = ((before + elapsed / 2.0) / total * BLOCKS as f64) as usize;
        let part = &mut parts[place.min(BLOCKS - 1)];
        *part = (part.0 + elapsed, part.1 + count);
        before += elapsed;
    }
    let filled = parts.into_iter().filter(|(elapsed, _)| *elapsed > 0.0);
    filled.map(|(elapsed, count)| rounded(count as f64 / elapsed, 10.0)).collect()
}

/// The standard deviation that the median absolute deviation stands for (1.4826 times it), in percent of the median.
pub(super) fn noise_percent(blocks: &[f64]) -> Option<f64> {
    let middle = median(blocks)?;
    if blocks.len() < LEAST_BLOCKS || middle <= 0.0 {
        return None;
    }
    let away: Vec<f64> = blocks.iter().map(|block| (block - middle).abs()).collect();
    Some(rounded(100.0 * 1.4826 * median(&away)? / middle, 100.0))
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len().is_multiple_of(2) { (sorted[sorted.len() / 2 - 1] + upper) / 2.0 } else { upper })
}

/// To the nearest of so many steps in one.
pub(super) fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_cut_into_ten_equal_parts_whatever_its_laps() {
        let lap = |count| (Duration::from_millis(500), count);
        let laps: Vec<_> = (0..20).map(|n| lap(if n < 2 { 50 } else { 100 })).collect();
        assert_eq!(blocks(&laps), [100.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0]);
        assert_eq!(blocks(&[lap(3)]), [6.0]);
        assert_eq!(blocks(&[]), [0.0; 0]);
    }

    /// The median of 98, 100, 100, 103, 110 is 100, the distances 2, 0, 0, 3, 10 have the median 2.
    #[test]
    fn one_wild_block_is_not_noise() {
        assert_eq!(noise_percent(&[98.0, 110.0, 100.0, 103.0, 100.0]), Some(2.97));
        assert_eq!(noise_percent(&[100.0; 10]), Some(0.0));
        assert_eq!(noise_percent(&[1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(noise_percent(&[]), None);
    }
}
