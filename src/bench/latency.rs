//! How long each signature took: percentiles, and rows for a picture.
//!
//! Times are kept in a histogram of constant size and three significant digits, so an hour at full speed needs no more room than a second.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The greatest time that is told apart, an hour; a longer one counts as that.
const MOST_NS: u64 = 3_600_000_000_000;
/// Each value is kept within a thousandth of itself.
const DIGITS: u8 = 3;
/// Rows of the picture below its last, which takes the slowest thousandth.
const ROWS: u32 = 8;

/// The times of many signatures.
#[derive(Clone, Debug)]
pub struct Latency(Histogram<u64>);

/// A row of the picture: so many signatures took from here to there.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// From so many microseconds (included)
    pub from_us: f64,
    /// to so many (excluded, but in the last row).
    pub to_us: f64,
    /// How many signatures.
    pub count: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, MOST_NS, DIGITS).expect("the bounds are constants and in order"))
    }
}

impl Latency {
    /// Notes one time.
    pub fn record(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(MOST_NS).max(1));
    }

    /// The time within which this part (0 to 1) of the signatures was made, in microseconds; 0 without any.
    pub fn quantile_us(&self, part: f64) -> f64 {
        if self.0.is_empty() { 0.0 } else { microseconds(self.0.value_at_quantile(part)) }
    }

    /// The longest time in microseconds.
    pub fn max_us(&self) -> f64 {
        microseconds(self.0.max())
    }

    /// The times in rows that grow by the same factor each up to p99.9, and one row for what took longer. Rows beside each other share their border.
    pub fn rows(&self) -> Vec<Row> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let (least, tail, most) = (self.0.min(), self.0.value_at_quantile(0.999), self.0.max());
        let factor = (tail as f64 / least as f64).powf(1.0 / f64::from(ROWS));
        let mut borders: Vec<u64> =
            (0..ROWS).map(|row| (least as f64 * factor.powi(row.cast_signed())).round() as u64).collect();
        borders.extend([tail + 1, most + 1]);
        borders.dedup();
        let row = |border: &[u64]| Row {
            from_us: microseconds(border[0]),
            to_us: microseconds(border[1]),
            count: self
                .0
                .iter_recorded()
                .filter(|at| (border[0]..border[1]).contains(&at.value_iterated_to()))
                .map(|at| at.count_at_value())
                .sum(),
        };
        borders.windows(2).map(row).collect()
    }
}

fn microseconds(nanoseconds: u64) -> f64 {
    (nanoseconds as f64 / 10.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nanoseconds: impl IntoIterator<Item = u64>) -> Latency {
        let mut latency = Latency::default();
        nanoseconds.into_iter().for_each(|ns| latency.record(Duration::from_nanos(ns)));
        latency
    }

    /// A thousand times of 1, 2, ... 1000 microseconds: the nth percentile is ten times n, within the three digits.
    #[test]
    fn percentiles_are_those_of_the_times_that_were_noted() {
        let latency = of((1..=1000).map(|us| us * 1000));
        for (part, microseconds) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0), (0.999, 999.0)] {
            let found = latency.quantile_us(part);
            assert!((found - microseconds).abs() <= microseconds / 1000.0, "{part}: {found}");
        }
        assert!((latency.max_us() - 1000.0).abs() <= 1.0);
    }

    #[test]
    fn one_time_is_every_percentile_and_none_is_nought() {
        let one = of([7000]);
        assert_eq!((one.quantile_us(0.5), one.quantile_us(0.999)), (7.0, 7.0));
        let none = Latency::default();
        assert_eq!((none.quantile_us(0.5), none.max_us(), none.rows()), (0.0, 0.0, vec![]));
    }

    #[test]
    fn every_time_falls_into_one_row_and_the_slowest_into_the_last() {
        let latency = of((0..2000).map(|n| 10_000 + n * 10).chain([5_000_000]));
        let rows = latency.rows();
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 2001);
        assert!(rows.windows(2).all(|pair| pair[0].to_us == pair[1].from_us), "{rows:?}");
        assert_eq!(rows.last().map(|row| row.count), Some(2), "the slowest thousandth of 2001 is two");
        assert_eq!(of([9, 9, 9]).rows().iter().map(|row| row.count).sum::<u64>(), 3);
    }

    #[test]
    fn a_time_beyond_the_histogram_counts_as_its_greatest() {
        assert!(of([u64::MAX]).max_us() >= 3.5e9);
    }
}
