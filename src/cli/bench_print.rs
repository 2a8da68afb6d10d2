//! The results of `kouan bench sign` as text.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::bench::{Figures, comparison::Comparison, latency::Row, machine::Machine, matrix::Skipped};

/// The longest bar of the picture.
const BAR: f64 = 40.0;

/// One result in full.
pub fn figures(f: &Figures, out: &mut dyn Write) -> io::Result<()> {
    let noise = f.noise_percent.map_or_else(String::new, |noise| format!("（波动±{noise:.1}%）"));
    writeln!(out, "{}（{}）", f.told(), f.signer)?;
    writeln!(out, "  每秒签名  {} 次{noise}，p50 {:.1} 微秒，p99 {:.1} 微秒", rate(f.per_second), f.p50_us, f.p99_us)?;
    writeln!(out, "  延迟      p90 {:.1} 微秒，p99.9 {:.1} 微秒，最长 {:.1} 微秒", f.p90_us, f.p999_us, f.max_us)?;
    writeln!(out, "  已验签    {} / {}，APDU {} 条", f.verified, f.signatures, f.apdus)?;
    if let (Some(raw), Some(share)) = (f.raw_per_second, f.share_of_raw) {
        writeln!(out, "  上限      {} 次/秒（同一算法的签名库，不经卡片；卡片达到 {:.0}%）", rate(raw), 100.0 * share)?;
    }
    if let (Some(trips), Some(ceiling)) = (f.round_trips_per_second, f.ceiling_per_second) {
        let share = 100.0 * f.per_second / ceiling;
        writeln!(out, "            {} 次/秒 空命令往返（00 20 00 80）", rate(trips))?;
        writeln!(out, "            {} 次/秒 两者依次相加（卡片达到 {share:.0}%）", rate(ceiling))?;
    }
    picture(&f.histogram, f.signatures, out)?;
    f.baseline.as_ref().map_or(Ok(()), |was| compared(f, was, out))
}

/// A bar for each row; the rows grow by the same factor, so the shape is that of the logarithm.
fn picture(rows: &[Row], signatures: u64, out: &mut dyn Write) -> io::Result<()> {
    if rows.len() < 2 {
        return Ok(());
    }
    writeln!(out, "  分布      微秒（格距成倍，末行是最慢的千分之一）")?;
    let most = rows.iter().map(|row| row.count).max().unwrap_or(1).max(1);
    for row in rows {
        let filled = (BAR * row.count as f64 / most as f64).ceil() as usize;
        let share = 100.0 * row.count as f64 / signatures.max(1) as f64;
        writeln!(out, "  {:>10.1} – {:<10.1} {:5.1}% {}", row.from_us, row.to_us, share, "█".repeat(filled))?;
    }
    Ok(())
}

fn compared(f: &Figures, was: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "  对比基准  {}：{} → {} 次/秒，{:+.1}%（界限±{:.1}%，基准测于 {}）",
        was.relation.told(),
        rate(was.per_second),
        rate(f.per_second),
        was.change_percent,
        was.bound_percent,
        was.date
    )
}

/// All results as a table, what was left out, and the machine.
pub fn table(results: &[Figures], skipped: &[Skipped], machine: &Machine, out: &mut dyn Write) -> io::Result<()> {
    let compared = results.iter().any(|f| f.baseline.is_some());
    let mut rows = vec![heads(compared)];
    rows.extend(results.iter().map(|f| cells(f, compared)));
    let columns = rows[0].len();
    let widths: Vec<usize> =
        (0..columns).map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width - cell.width());
            // Names on the left of their columns, numbers on the right.
            line += &if column < NAMES { format!("{cell}{gap}  ") } else { format!("{gap}{cell}  ") };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    for Skipped { what, why } in skipped {
        writeln!(out, "没有测：{what}：{why}")?;
    }
    let facts = machine.facts().map(|(name, value)| format!("{name} {value}"));
    writeln!(out, "{}", facts.join("，"))
}

/// How many columns are names.
const NAMES: usize = 2;

fn heads(compared: bool) -> Vec<String> {
    let heads =
        ["算法", "读卡器", "路", "每秒签名", "波动", "占原始", "往返/秒", "p50微秒", "p99微秒", "p99.9微秒", "已验签"];
    let more = if compared { &["与基准"][..] } else { &[] };
    heads.iter().chain(more).map(|head| (*head).into()).collect()
}

fn cells(f: &Figures, compared: bool) -> Vec<String> {
    let none = || "-".to_owned();
    let mut cells = vec![
        f.algorithm.clone(),
        f.reader.clone(),
        f.sessions.to_string(),
        rate(f.per_second),
        f.noise_percent.map_or_else(none, |noise| format!("±{noise:.1}%")),
        f.share_of_raw.map_or_else(none, |share| format!("{:.0}%", 100.0 * share)),
        f.round_trips_per_second.map_or_else(none, rate),
        format!("{:.1}", f.p50_us),
        format!("{:.1}", f.p99_us),
        format!("{:.1}", f.p999_us),
        format!("{}/{}", f.verified, f.signatures),
    ];
    if compared {
        let told = |was: &Comparison| format!("{} {:+.1}%", was.relation.told(), was.change_percent);
        cells.push(f.baseline.as_ref().map_or_else(none, told));
    }
    cells
}

/// A rate; a slow card's with a decimal.
pub fn rate(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
