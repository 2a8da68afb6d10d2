//! `--report console`: what a person reads. Failures stand last, just above the closing line.
//!
//! The report goes to its writer, progress to stderr and only on a terminal. Nothing in the report's own text depends
//! on real time or on the number of jobs.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    event::{Event, Report, Summary},
    finding::{CaseResult, Finding, Verdict},
    replay::Replay,
    requirements,
};

/// Findings of one case that are written out; further ones are counted.
const FINDINGS_SHOWN: usize = 20;

/// The console's report.
#[derive(Debug)]
pub struct Console<W> {
    out: W,
    bar: ProgressBar,
    run: String,
    replay: Replay,
    told: Vec<CaseResult>,
}

impl<W: Write> Console<W> {
    /// A report into `out`; `terminal` says whether somebody watches stderr and wants to see progress.
    pub fn new(out: W, terminal: bool) -> Self {
        let bar = ProgressBar::hidden();
        if terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            // The template is a constant; should it ever be wrong, the bar looks plain.
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}") {
                bar.set_style(style);
            }
        }
        Self { out, bar, run: String::new(), replay: Replay::default(), told: Vec::new() }
    }

    /// Where it was written.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        let out = &mut self.out;
        writeln!(out, "{}  {}  {}", result.verdict, result.id, result.title)?;
        let mut before: Option<&Finding> = None;
        for finding in result.findings.iter().take(FINDINGS_SHOWN) {
            found(out, &result.file, finding, before)?;
            before = Some(finding);
        }
        if let Some(more) = result.findings.len().checked_sub(FINDINGS_SHOWN).filter(|more| *more > 0) {
            writeln!(out, "  还有 {more} 处未列出，见 --report json")?;
        }
        writeln!(out, "  重放：{}\n", self.replay.case(&result.file, &result.id))
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.bar.finish_and_clear();
        let mut told = std::mem::take(&mut self.told);
        // Warnings first and the gravest nearest to the closing line; within a verdict the order of the suite.
        told.sort_by_key(|r| match r.verdict {
            Verdict::Passed | Verdict::NotApplicable => 0,
            Verdict::Skipped => 1,
            Verdict::Warned => 2,
            Verdict::Inconclusive => 3,
            Verdict::Failed => 4,
            Verdict::Error => 5,
        });
        for result in &told {
            self.case(result)?;
        }
        let counts: Vec<_> = summary
            .iter()
            .filter(|(verdict, count)| *count > 0 || *verdict == Verdict::Passed)
            .map(|(verdict, count)| format!("{verdict} {count}"))
            .collect();
        writeln!(self.out, "共 {} 个场景：{}（{}）", summary.total(), counts.join("，"), self.run)?;
        self.out.flush()
    }
}

impl<W: Write> Report for Console<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted { cases, seed, seal, reader, shard, jobs: _ } => {
                self.bar.set_length(*cases as u64);
                let part = shard.as_ref().map(|shard| format!("，第 {shard} 份")).unwrap_or_default();
                self.run = format!("种子 {seed}，报文 {seal}，读卡器 {reader}{part}");
                self.replay = Replay::new(*seed, seal, reader);
            }
            Event::CaseStarted { id, .. } => self.bar.set_message(id.clone()),
            Event::CaseFinished(result) => {
                self.bar.inc(1);
                if !result.findings.is_empty() || !matches!(result.verdict, Verdict::Passed) {
                    self.told.push((**result).clone());
                }
            }
            Event::RunFinished { summary } => self.finish(summary)?,
        }
        Ok(())
    }
}

/// Lines of a page or a trail that are written out; what came before them is counted.
const LINES_SHOWN: usize = 12;
/// Of them so many at the beginning.
const FIRST_LINES: usize = 4;

/// One finding, as every report for people tells it. The rule's text, what the page showed and the messages that led there
/// are left out where `before` has just told the same.
pub(super) fn found(out: &mut impl Write, file: &str, finding: &Finding, before: Option<&Finding>) -> io::Result<()> {
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    writeln!(out, "  {file}{line}  {}  [{}]", finding.path, finding.check)?;
    if let Some(source) = finding.source.as_ref().filter(|source| !source.is_empty()) {
        writeln!(out, "    │ {source}")?;
    }
    writeln!(out, "    {}", finding.text)?;
    if !finding.expected.is_empty() || !finding.actual.is_empty() {
        let shown = |text: &str| if text.is_empty() { "（无）".to_owned() } else { text.to_owned() };
        writeln!(out, "      应为  {}", shown(&finding.expected))?;
        writeln!(out, "      实为  {}", shown(&finding.actual))?;
    }
    if let Some(id) = &finding.requirement {
        let same = before.is_some_and(|b| b.requirement == finding.requirement);
        let text = requirements::by_id(id).map(|r| r.chinese.as_str()).unwrap_or_default();
        let text = if same { "（同上）" } else { text };
        writeln!(out, "      要求  {id}  {text}")?;
    }
    if before.is_none_or(|b| b.page != finding.page) {
        block(out, "页面", &finding.page)?;
    }
    if before.is_none_or(|b| b.trail != finding.trail) {
        block(out, "报文", &finding.trail)?;
    }
    Ok(())
}

/// Lines under a word. Of many the first are shown, where a page has its state, and the last, which led to the finding.
fn block(out: &mut impl Write, word: &str, lines: &[String]) -> io::Result<()> {
    let left_out = lines.len().saturating_sub(LINES_SHOWN);
    for (number, line) in lines.iter().enumerate() {
        let head = if number == 0 { word } else { "    " };
        match number.checked_sub(FIRST_LINES) {
            Some(0) if left_out > 0 => {
                writeln!(out, "      {head}  （这里还有 {left_out} 行，见 --report html 或 json）")?
            }
            Some(after) if after < left_out => {}
            Some(_) | None => writeln!(out, "      {head}  {line}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::event::tests::{case, stream};

    fn text(results: Vec<CaseResult>, seed: u64) -> String {
        let mut report = Console::new(Vec::new(), false);
        for event in stream(results, seed) {
            report.event(&event).unwrap();
        }
        String::from_utf8(report.into_inner()).unwrap()
    }

    fn failed(id: &str) -> CaseResult {
        let mut result = case(id, Verdict::Passed);
        result.find(
            Finding::new(Verdict::Failed, "expect", "协议.状态", "协议.状态 不符")
                .against("AGR-12")
                .compared("成功", "失败")
                .at_line(17),
        );
        result.find(
            Finding::new(Verdict::Failed, "回执齐全", "回执 签约申请 boc→portal", "到达的报文没有回执").about("m1"),
        );
        result
    }

    #[test]
    fn a_run_that_passes_is_one_line() {
        assert_eq!(
            text(vec![case("A-1", Verdict::Passed), case("A-2", Verdict::Passed)], 1),
            "共 2 个场景：通过 2（种子 1，报文 sm2，读卡器 memory）\n"
        );
    }

    #[test]
    fn failures_come_last_with_all_that_helps() {
        let mut warned = case("A-4", Verdict::Passed);
        warned.find(Finding::new(Verdict::Warned, "expect", "单.保费", "保险公司算出的保费不同"));
        let mut skipped = case("A-5", Verdict::Passed);
        skipped.find(Finding::new(Verdict::Skipped, "reader", "读卡器", "没有插入的卡"));
        insta::assert_snapshot!(text(
            vec![failed("A-1[原因=资料不全]"), case("A-2", Verdict::Passed), warned, skipped],
            7
        ));
    }

    #[test]
    fn endless_findings_are_counted() {
        let mut result = case("A-1", Verdict::Passed);
        for i in 0..FINDINGS_SHOWN + 3 {
            result.find(Finding::new(Verdict::Failed, "不越权", format!("页面 {i}"), "涉及别的企业的记录"));
        }
        assert!(text(vec![result], 1).contains("  还有 3 处未列出，见 --report json\n"));
    }
}
