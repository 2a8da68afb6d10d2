//! The two drawings of the report, as SVG that takes its colours from the page.
//!
//! Invariant: no text from outside goes in unescaped, and nothing in a drawing refers to anything outside it.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{Figures, page::grouped};

/// All lengths are in the drawing's own units; the page scales it to its width.
const WIDTH: f64 = 860.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 130.0;
const ROW: f64 = 30.0;
const HEAD: f64 = 34.0;
const BAR: f64 = 18.0;
/// A name longer than this is cut; the whole stands in the table.
const MOST_LABEL: usize = 26;

/// Signatures a second as bars: a group for each algorithm with a scale of its own. A thin line at a bar's end is how much
/// the run wavered, a tick the ceiling.
pub(super) fn rates(results: &[Figures]) -> String {
    let mut body = String::new();
    let mut y = 0.0;
    for group in by_algorithm(results) {
        heading(&mut body, y, &group[0].algorithm);
        y += HEAD;
        let reach = |f: &Figures| (f.per_second + noise(f)).max(f.ceiling_per_second.unwrap_or(0.0));
        let most = group.iter().map(reach).fold(0.0, f64::max);
        let scale = (WIDTH - LEFT - RIGHT) / most;
        for f in group {
            rate(&mut body, y, scale, f);
            y += ROW;
        }
        y += 10.0;
    }
    drawing("每秒签名次数，每种算法一组", y, &body)
}

fn rate(body: &mut String, y: f64, scale: f64, f: &Figures) {
    label(body, y, f);
    let (top, middle) = (y + (ROW - BAR) / 2.0, y + ROW / 2.0);
    let width = f.per_second * scale;
    let kind = kind(f);
    let _ =
        write!(body, r#"<rect class="bar {kind}" x="{LEFT}" y="{top:.1}" width="{width:.1}" height="{BAR}" rx="3"/>"#);
    if let Some(ceiling) = f.ceiling_per_second {
        let (x, bottom) = (LEFT + ceiling * scale, top + BAR);
        let _ = write!(body, r#"<line class="ceiling" x1="{x:.1}" x2="{x:.1}" y1="{top:.1}" y2="{bottom:.1}"/>"#);
    }
    let (end, away) = (LEFT + width, noise(f) * scale);
    let (from, to) = ((end - away).max(LEFT), end + away);
    let _ = write!(body, r#"<line class="noise" x1="{from:.1}" x2="{to:.1}" y1="{middle:.1}" y2="{middle:.1}"/>"#);
    let (x, baseline) = (WIDTH - RIGHT + 10.0, middle + 5.0);
    let _ = writeln!(body, r#"<text class="figure" x="{x}" y="{baseline:.1}">{} 次/秒</text>"#, grouped(f.per_second));
}

/// How much the rate wavered, in signatures a second.
fn noise(f: &Figures) -> f64 {
    f.per_second * f.noise_percent.unwrap_or(0.0) / 100.0
}

/// From p50 to p99.9 on one logarithmic axis for all, with marks at p50 and p99.
pub(super) fn latencies(results: &[Figures]) -> String {
    let least = results.iter().map(|f| f.p50_us).fold(f64::INFINITY, f64::min).max(0.01).log10().floor();
    let most = results.iter().map(|f| f.p999_us).fold(0.1, f64::max).log10().ceil().max(least + 1.0);
    let at = |us: f64| LEFT + (us.max(0.01).log10() - least) / (most - least) * (WIDTH - LEFT - RIGHT);
    let (mut rows, mut y) = (String::new(), 24.0);
    for group in by_algorithm(results) {
        heading(&mut rows, y, &group[0].algorithm);
        y += HEAD;
        for f in group {
            label(&mut rows, y, f);
            let middle = y + ROW / 2.0;
            let kind = kind(f);
            let (p50, p99, p999) = (at(f.p50_us), at(f.p99_us), at(f.p999_us));
            let _ = write!(
                rows,
                r#"<line class="span {kind}" x1="{p50:.1}" x2="{p999:.1}" y1="{middle}" y2="{middle}"/><circle class="dot {kind}" cx="{p50:.1}" cy="{middle}" r="5"/><circle class="ring {kind}" cx="{p99:.1}" cy="{middle}" r="4"/>"#
            );
            let (x, baseline) = (WIDTH - RIGHT + 10.0, middle + 5.0);
            let _ = writeln!(rows, r#"<text class="figure" x="{x}" y="{baseline}">p50 {}</text>"#, span_of(f.p50_us));
            y += ROW;
        }
    }
    let mut grid = String::new();
    let mut power = least;
    while power <= most {
        let x = at(10_f64.powf(power));
        let _ = writeln!(
            grid,
            r#"<line class="grid" x1="{x:.1}" x2="{x:.1}" y1="20" y2="{y}"/><text class="axis" x="{x:.1}" y="14">{}</text>"#,
            span_of(10_f64.powf(power))
        );
        power += 1.0;
    }
    drawing("签名延迟，从p50到p99.9，对数坐标", y + 6.0, &(grid + &rows))
}

/// A time with the unit in which it reads best.
fn span_of(us: f64) -> String {
    let plain = |value: f64| {
        let text = if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") };
        text.trim_end_matches(".0").to_owned()
    };
    match us {
        us if us < 1_000.0 => format!("{} 微秒", plain(us)),
        us if us < 1_000_000.0 => format!("{} 毫秒", plain(us / 1_000.0)),
        us => format!("{} 秒", plain(us / 1_000_000.0)),
    }
}

fn by_algorithm(results: &[Figures]) -> impl Iterator<Item = &[Figures]> {
    results.chunk_by(|one, next| one.algorithm == next.algorithm)
}

/// The class by which the page colours a way.
fn kind(f: &Figures) -> &'static str {
    match f.reader.as_str() {
        "raw" => "raw",
        "memory" => "memory",
        _ => "pcsc",
    }
}

fn heading(body: &mut String, y: f64, text: &str) {
    let baseline = y + HEAD - 10.0;
    let _ = writeln!(body, r#"<text class="head" x="0" y="{baseline}">{}</text>"#, escape(text));
}

fn label(body: &mut String, y: f64, f: &Figures) {
    let (x, baseline) = (LEFT - 12.0, y + ROW / 2.0 + 5.0);
    let cut = f.reader.char_indices().nth(MOST_LABEL).map(|(at, _)| format!("{}…", &f.reader[..at]));
    let short = cut.as_deref().unwrap_or(&f.reader);
    let _ = write!(
        body,
        r#"<text class="label" x="{x}" y="{baseline}">{}<title>{}</title></text>"#,
        escape(short),
        escape(f.told())
    );
}

fn drawing(title: &str, height: f64, body: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">\n{body}</svg>",
        escape(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_unit_in_which_it_reads_best() {
        for (us, told) in
            [(0.1, "0.1 微秒"), (13.42, "13.4 微秒"), (279.0, "279 微秒"), (1000.0, "1 毫秒"), (2.5e6, "2.5 秒")]
        {
            assert_eq!(span_of(us), told);
        }
    }
}
