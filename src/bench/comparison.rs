//! An earlier result against this one: faster, slower, or no more different than the runs themselves waver.
//!
//! The bound is twice the root of both runs' squared wavering, and never under one percent: what a run shows of itself is less than what two
//! runs on different days differ by. A comparison is no verdict; nothing fails by it unless someone asks.

use serde::{Deserialize, Serialize};

use super::figures::{FORMAT, Figures, rounded};

/// The least difference that counts, in percent.
const LEAST_BOUND: f64 = 1.0;
/// The bound where a run was too short to tell how much it wavers.
const UNKNOWN_BOUND: f64 = 10.0;
/// A file of results may be so long.
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// How two results relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// By more than the bound.
    Faster,
    /// By more than the bound.
    Slower,
    /// Within the bound.
    Same,
}

impl Relation {
    /// In words.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Faster => "更快",
            Self::Slower => "更慢",
            Self::Same => "相当",
        }
    }
}

/// A result against an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What the earlier result said.
    pub per_second: f64,
    /// When it was.
    pub date: String,
    /// How much more this one says, in percent of the earlier.
    pub change_percent: f64,
    /// From which difference on it counts.
    pub bound_percent: f64,
    /// What follows.
    pub relation: Relation,
    /// In which facts the machines differ, by their Chinese names.
    pub machine_differs: Vec<String>,
}

/// Why a file can't be compared with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBaseline {
    /// Not a result.
    #[error("第{line}行不是 kouan bench sign 的结果（--save 或 --json 所写）")]
    NotAResult {
        /// Counted from one.
        line: usize,
    },
    /// Written by a newer program.
    #[error("第{line}行的格式是{found}，本程序只认得到{FORMAT}")]
    TooNew {
        /// Counted from one.
        line: usize,
        /// Its format.
        found: u32,
    },
    /// Nothing in it.
    #[error("文件里没有结果")]
    Empty,
    /// Results, but of something else.
    #[error("文件里没有「{wanted}」的结果，只有：{found}")]
    Other {
        /// What was measured now.
        wanted: String,
        /// What the file has.
        found: String,
    },
}

/// Reads a file of results, one a line.
///
/// # Errors
/// [`NoBaseline`] with the first line that is none.
pub fn read(text: &str) -> Result<Vec<Figures>, NoBaseline> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = at + 1;
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|_| NoBaseline::NotAResult { line: line_number })?;
        if let Some(found) = value.get("format").and_then(serde_json::Value::as_u64).filter(|f| *f > u64::from(FORMAT))
        {
            return Err(NoBaseline::TooNew { line: line_number, found: u32::try_from(found).unwrap_or(u32::MAX) });
        }
        let figures = serde_json::from_value(value).ok().filter(|figures: &Figures| figures.per_second > 0.0);
        all.push(figures.ok_or(NoBaseline::NotAResult { line: line_number })?);
    }
    if all.is_empty() { Err(NoBaseline::Empty) } else { Ok(all) }
}

/// Compares with the last result of the same measurement.
///
/// # Errors
/// [`NoBaseline::Other`] if there is none.
pub fn compare(now: &Figures, earlier: &[Figures]) -> Result<Comparison, NoBaseline> {
    let same = earlier.iter().rfind(|earlier| earlier.same_measurement(now));
    let earlier = same.ok_or_else(|| NoBaseline::Other {
        wanted: now.told(),
        found: earlier.iter().map(Figures::told).collect::<Vec<_>>().join("；"),
    })?;
    let change = 100.0 * (now.per_second / earlier.per_second - 1.0);
    let bound = match (now.noise_percent, earlier.noise_percent) {
        (Some(one), Some(other)) => (2.0 * one.hypot(other)).max(LEAST_BOUND),
        (Some(_) | None, _) => UNKNOWN_BOUND,
    };
    // By how much the greater rate is above the smaller: half as fast is as far away as twice as fast.
    let (one, other) = (now.per_second, earlier.per_second);
    let apart = 100.0 * (one.max(other) / one.min(other) - 1.0);
    let relation = match apart > bound {
        false => Relation::Same,
        true if one > other => Relation::Faster,
        true => Relation::Slower,
    };
    Ok(Comparison {
        per_second: earlier.per_second,
        date: earlier.date.clone(),
        change_percent: rounded(change, 100.0),
        bound_percent: rounded(bound, 100.0),
        relation,
        machine_differs: now.machine.differences(&earlier.machine).into_iter().map(Into::into).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(per_second: f64, noise_percent: Option<f64>) -> Figures {
        Figures::invented("sm2", "memory", per_second, noise_percent)
    }

    /// Two percent of noise and none make a bound of four; three and four make one of ten; without any it is ten, and never under one.
    #[test]
    fn a_difference_counts_from_twice_the_noise_of_both_runs_on() {
        for (now, noise, earlier, relation, bound) in [
            (103.9, Some(2.0), Some(0.0), Relation::Same, 4.0),
            (104.1, Some(2.0), Some(0.0), Relation::Faster, 4.0),
            (95.9, Some(0.0), Some(2.0), Relation::Slower, 4.0),
            (109.0, Some(3.0), Some(4.0), Relation::Same, 10.0),
            (101.5, Some(0.0), Some(0.1), Relation::Faster, 1.0),
            (109.0, None, Some(0.0), Relation::Same, 10.0),
            (111.0, Some(0.0), None, Relation::Faster, 10.0),
        ] {
            let comparison = compare(&figures(now, noise), &[figures(100.0, earlier)]).unwrap();
            assert_eq!((comparison.relation, comparison.bound_percent), (relation, bound), "{now}");
        }
        let comparison = compare(&figures(80.0, Some(0.0)), &[figures(100.0, Some(0.0))]).unwrap();
        assert_eq!((comparison.change_percent, comparison.per_second), (-20.0, 100.0));
        assert_eq!(comparison.machine_differs, [""; 0]);
    }

    #[test]
    fn the_last_result_of_the_same_measurement_is_the_one() {
        let kept = Figures { transaction: "kept".into(), ..figures(50.0, None) };
        let earlier =
            [figures(90.0, None), figures(100.0, None), kept.clone(), Figures::invented("p256", "memory", 1.0, None)];
        assert_eq!(compare(&figures(100.0, None), &earlier).unwrap().per_second, 100.0);
        assert_eq!(compare(&kept, &earlier).unwrap().per_second, 50.0);
        let error = compare(&Figures::invented("sm2", "raw", 1.0, None), &earlier[2..]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "文件里没有「sm2 / raw / 1路」的结果，只有：sm2 / memory / 1路，保持事务；p256 / memory / 1路"
        );
    }

    #[test]
    fn a_result_on_another_machine_is_compared_and_the_difference_told() {
        let mut elsewhere = figures(100.0, None);
        elsewhere.machine.cpu = "Invented 1".into();
        elsewhere.machine.build = "debug".into();
        assert_eq!(compare(&figures(100.0, None), &[elsewhere]).unwrap().machine_differs, ["处理器", "构建"]);
    }

    #[test]
    fn what_was_written_is_read_back_and_other_files_are_refused() {
        let one = figures(100.0, Some(1.0));
        let line = serde_json::to_string(&one).unwrap();
        assert_eq!(read(&format!("{line}\n\n{line}\n")), Ok(vec![one.clone(), one]));
        // An older program reads a newer one's keys, but no newer form.
        assert!(read(&line.replace("\"format\"", "\"new\":1,\"format\"")).is_ok());
        for (text, error) in [
            ("", NoBaseline::Empty),
            ("kouan", NoBaseline::NotAResult { line: 1 }),
            ("{\"algorithm\":\"sm2\"}", NoBaseline::NotAResult { line: 1 }),
            (&format!("{line}\n[1]"), NoBaseline::NotAResult { line: 2 }),
            (&line.replace("\"per_second\":100.0", "\"per_second\":0.0"), NoBaseline::NotAResult { line: 1 }),
            (&line.replace("\"format\":1", "\"format\":2"), NoBaseline::TooNew { line: 1, found: 2 }),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }
}
