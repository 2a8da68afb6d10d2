//! The report of a matrix: one page that needs no network, no script and nothing beside it, to put into a report of one's own.
//!
//! Invariant: no text from outside reaches the page but escaped; no PIN is in what it is given.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{Figures, matrix::Skipped, plot};

const STYLE: &str = include_str!("page.css");
/// Nothing may be fetched, run or sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page. Without results there is nothing to draw, and it says so.
pub fn page(results: &[Figures], skipped: &[Skipped]) -> String {
    let mut body = String::new();
    if let Some(first) = results.first() {
        let _ = writeln!(
            body,
            "<header><h1>签名速度</h1><p class=\"soft\">{} · kouan {} · {}</p></header>",
            escape(&first.date),
            escape(&first.kouan),
            escape(&first.machine.cpu)
        );
        if first.machine.build == "debug" {
            body += "<p class=\"card warned\">这是调试构建测得的，数字没有意义；请用 cargo build --release 构建后再测。</p>\n";
        }
        section(
            &mut body,
            "每秒签名",
            &plot::rates(results),
            "虚线是同一次测量中的上限：签名库的速度与空命令往返的速度依次相加。条末的横线是波动。",
        );
        section(&mut body, "延迟", &plot::latencies(results), "实心点是p50，空心圈是p99，线到p99.9为止；对数坐标。");
        section(&mut body, "数字", &table(results), NOTES);
        if results.iter().any(|f| f.baseline.is_some()) {
            section(
                &mut body,
                "与基准对比",
                &compared(results),
                "差别小于界限为「相当」；界限是两次测量波动平方和的根的两倍，至少1%。",
            );
        }
        left_out(&mut body, skipped);
        machine(&mut body, first);
    } else {
        body += "<h1>签名速度</h1>\n<p>没有可以测量的组合。</p>\n";
        left_out(&mut body, skipped);
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n<title>签名速度 · kouan</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

const NOTES: &str = "所有签名都在计时之外验证过。只计从下达签名到得到签名的时间；预热不计。占原始：与同一次测量中同一算法的签名库（不经卡片）相比。\
    往返：命令 00 20 00 80（不带卡密码的VERIFY，不消耗尝试次数）每秒的来回。波动：一次测量分为十段，各段速度与中位数之差的中位数乘以1.4826。";

fn section(body: &mut String, title: &str, content: &str, note: &str) {
    let _ = writeln!(
        body,
        "<section>\n<h2>{title}</h2>\n<div class=\"card\">\n{content}\n</div>\n<p class=\"soft\">{note}</p>\n</section>"
    );
}

fn table(results: &[Figures]) -> String {
    let mut rows = String::new();
    for f in results {
        let checked = if f.all_verified() { "" } else { " class=\"wrong\"" };
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td>{:.1}</td><td>{:.1}</td><td>{:.1}</td><td>{:.1}</td><td{checked}>{} / {}</td></tr>",
            escape(&f.algorithm),
            escape(&f.reader),
            f.sessions,
            grouped(f.per_second),
            f.noise_percent.map_or_else(none, |noise| format!("±{noise:.1}%")),
            f.share_of_raw.map_or_else(none, |share| format!("{:.0}%", 100.0 * share)),
            f.round_trips_per_second.map_or_else(none, grouped),
            f.p50_us,
            f.p99_us,
            f.p999_us,
            f.max_us,
            f.verified,
            f.signatures
        );
    }
    format!(
        "<table>\n<thead><tr><th rowspan=\"2\">算法</th><th class=\"text\" rowspan=\"2\">读卡器</th><th rowspan=\"2\">路</th>\
         <th rowspan=\"2\">每秒签名</th><th rowspan=\"2\">波动</th><th rowspan=\"2\">占原始</th><th rowspan=\"2\">往返/秒</th>\
         <th class=\"group\" colspan=\"4\">延迟，微秒</th><th rowspan=\"2\">已验签</th></tr>\n\
         <tr><th>p50</th><th>p99</th><th>p99.9</th><th>最长</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{}",
        signers(results)
    )
}

/// Which library made the signatures of each algorithm.
fn signers(results: &[Figures]) -> String {
    let mut lines: Vec<(&str, &str)> = results.iter().map(|f| (f.algorithm.as_str(), f.signer.as_str())).collect();
    lines.sort_unstable();
    lines.dedup();
    let told =
        lines.iter().map(|(algorithm, signer)| format!("<li>{}：{}</li>\n", escape(*algorithm), escape(*signer)));
    format!("<p class=\"soft\">签名器</p>\n<ul class=\"soft\">\n{}</ul>", told.collect::<String>())
}

fn compared(results: &[Figures]) -> String {
    let mut rows = String::new();
    for (f, was) in results.iter().filter_map(|f| Some((f, f.baseline.as_ref()?))) {
        let differs = if was.machine_differs.is_empty() {
            "相同".into()
        } else {
            format!("{}不同", was.machine_differs.join("、"))
        };
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{:+.1}%</td><td>±{:.1}%</td><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>",
            escape(&f.algorithm),
            escape(&f.reader),
            grouped(was.per_second),
            grouped(f.per_second),
            was.change_percent,
            was.bound_percent,
            was.relation.told(),
            escape(&differs),
            escape(&was.date)
        );
    }
    format!(
        "<table>\n<thead><tr><th>算法</th><th class=\"text\">读卡器</th><th>基准</th><th>本次</th><th>差别</th><th>界限</th><th>结论</th>\
         <th class=\"text\">机器</th><th class=\"text\">基准测于</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    )
}

fn left_out(body: &mut String, skipped: &[Skipped]) {
    if skipped.is_empty() {
        return;
    }
    *body += "<section>\n<h2>没有测的</h2>\n<ul class=\"card\">\n";
    for Skipped { what, why } in skipped {
        let _ = writeln!(body, "<li>{}：{}</li>", escape(what), escape(why));
    }
    *body += "</ul>\n</section>\n";
}

fn machine(body: &mut String, f: &Figures) {
    *body += "<section>\n<h2>机器与命令</h2>\n<div class=\"card\">\n<dl>\n";
    for (name, value) in f.machine.facts() {
        let _ = writeln!(body, "<dt>{name}</dt><dd>{}</dd>", escape(&value));
    }
    let _ = writeln!(body, "<dt>程序</dt><dd>kouan {}</dd>", escape(&f.kouan));
    let _ = writeln!(body, "<dt>命令</dt><dd><pre>{}</pre></dd>", escape(&f.command));
    *body += "</dl>\n</div>\n</section>\n";
}

fn none() -> String {
    "—".into()
}

/// A rate as people read it: thousands apart, and one decimal below a hundred.
pub fn grouped(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_grouped_by_thousands() {
        for (value, told) in [
            (4.21, "4.2"),
            (99.94, "99.9"),
            (100.0, "100"),
            (1234.5, "1,234"),
            (76_999.6, "77,000"),
            (1.5e6, "1,500,000"),
        ] {
            assert_eq!(grouped(value), told);
        }
    }

    /// The names of the elements that a page has, if each is closed where it should be.
    fn elements(page: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(page);
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                    names.push(tag.name().as_ref().to_owned());
                }
                quick_xml::events::Event::Eof => return names,
                _ => {}
            }
        }
    }

    #[test]
    fn the_page_is_whole_asks_nobody_for_anything_and_runs_nothing() {
        let mut other = Figures::invented("p256", "pcsc:<script>\"&amp;</script>", 1234.5, None);
        other.baseline = crate::bench::comparison::compare(&other, &[other.clone()]).ok();
        let results = [
            Figures::invented("sm2", "raw", 80_000.0, Some(2.0)),
            Figures::invented("sm2", "memory", 72_600.0, None),
            other,
        ];
        let mut results = results;
        results[0].command = "kouan 'a <b>'".into();
        let skipped = [Skipped { what: "pcsc".into(), why: "没有<服务>".into() }];
        let page = page(&results, &skipped);
        let elements = elements(&page);
        let count = |name: &str| elements.iter().filter(|found| *found == name).count();
        assert_eq!((count("svg"), count("table"), count("script"), count("h1"), count("rect")), (2, 2, 0, 1, 3));
        assert!(page.contains(
            "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\""
        ));
        for word in ["https://", "src=", "href=", "@import", "url(", "style=", "<b>", "<服务>"] {
            assert!(!page.contains(word), "{word}");
        }
        assert_eq!(page.matches("http://").count(), page.matches("http://www.w3.org/2000/svg").count());
        for told in ["72,600", "1,234", "±2.0%", "相当", "Invented 9000", "a &lt;b&gt;", "没有&lt;服务&gt;"] {
            assert!(page.contains(told), "{told}");
        }
        assert!(!page.contains("NaN") && !page.contains("inf"), "a drawing has no place for these");
    }

    #[test]
    fn a_page_without_results_says_so() {
        let page = page(&[], &[]);
        assert!(page.contains("没有可以测量的组合") && elements(&page).contains(&"main".into()));
    }
}
