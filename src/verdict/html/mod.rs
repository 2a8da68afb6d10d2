//! `--report html=F`: the run as one page for people, which needs no network and nothing beside it.
//!
//! The page holds three kinds of data, each in a `<script>` that the browser does not run: the document of
//! `--report json=F` (`kouan-result`), what lists and the matrix of requirements need at once (`kouan-index`), and the
//! traces, compressed in chunks that are opened when a case is looked at (`kouan-trace`). So a report can be read back:
//! [`document_in`]. Invariant: no text from outside reaches the page but inside JSON whose `<` are escaped, or escaped
//! as HTML; and with the same events the same bytes are written, but for `wall_us`.

mod embed;

use std::io::{self, Write};

use serde::Serialize;

pub use embed::document_in;

use super::{
    document::{Collector, Document},
    event::{Event, Report},
    finding::{CaseResult, Verdict},
    replay::Replay,
    requirements,
    trace::Trace,
};

/// The page, with a `{{name}}` where a part goes.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// In the order in which they run; they share one scope.
const SCRIPTS: [&str; 4] =
    [include_str!("script.js"), include_str!("list.js"), include_str!("scenario.js"), include_str!("sequence.js")];

/// Cases whose traces are compressed together: enough to share what they have in common, few enough to open quickly.
const CHUNK: usize = 8;

/// Writes the page when the run is finished, and nothing before.
#[derive(Debug)]
pub struct Html<W> {
    out: W,
    collector: Collector,
    replay: Replay,
    cases: Vec<CaseIndex>,
    open_chunk: Vec<Option<Box<Trace>>>,
    chunks: Vec<String>,
}

/// What the page needs of a case before its trace is opened.
#[derive(Debug, Serialize)]
struct CaseIndex {
    tags: Vec<String>,
    row: Vec<(String, String)>,
    /// Places in the catalogue of requirements.
    cited: Vec<usize>,
    replay: String,
}

#[derive(Serialize)]
struct Index<'a> {
    chunk: usize,
    requirements: Vec<RequirementIndex<'a>>,
    verdicts: Vec<(&'a str, &'a str)>,
    cases: &'a [CaseIndex],
}

#[derive(Serialize)]
struct RequirementIndex<'a> {
    id: &'a str,
    section: &'a str,
    basis: &'a str,
    text: &'a str,
    inferred: Option<&'a str>,
}

impl<W: Write> Html<W> {
    /// A report into `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            collector: Collector::default(),
            replay: Replay::default(),
            cases: Vec::new(),
            open_chunk: Vec::with_capacity(CHUNK),
            chunks: Vec::new(),
        }
    }

    /// Where it was written.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        let all = requirements::all();
        // A result that was read back from JSON has lost its citations; had one of 覆盖 not been cited, it would not pass.
        let lost = result.cited.is_empty() && result.verdict.is_pass();
        let cited: Vec<&String> = if lost { result.covers.iter().collect() } else { result.cited.keys().collect() };
        self.cases.push(CaseIndex {
            tags: result.trace.as_ref().map(|t| t.tags.clone()).unwrap_or_default(),
            row: result.trace.as_ref().map(|t| t.row.clone()).unwrap_or_default(),
            cited: cited.into_iter().filter_map(|id| all.iter().position(|r| r.id == *id)).collect(),
            replay: self.replay.case(&result.file, &result.id),
        });
        self.open_chunk.push(result.trace.clone());
        if self.open_chunk.len() == CHUNK { self.close_chunk() } else { Ok(()) }
    }

    fn close_chunk(&mut self) -> io::Result<()> {
        if !self.open_chunk.is_empty() {
            self.chunks.push(embed::packed(&self.open_chunk)?);
            self.open_chunk.clear();
        }
        Ok(())
    }

    fn finish(&mut self, document: &Document) -> io::Result<()> {
        self.close_chunk()?;
        let mut rest = PAGE;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else { break };
            self.out.write_all(before.as_bytes())?;
            self.part(name, document)?;
            rest = after;
        }
        self.out.write_all(rest.as_bytes())?;
        self.out.flush()
    }

    fn part(&mut self, name: &str, document: &Document) -> io::Result<()> {
        match name {
            "title" => write!(self.out, "{}", title(document)),
            "style" => self.out.write_all(STYLE.as_bytes()),
            "script" => SCRIPTS.iter().try_for_each(|script| self.out.write_all(script.as_bytes())),
            "noscript" => plain(&mut self.out, document),
            "result" => self.out.write_all(embed::json(document)?.as_bytes()),
            "index" => {
                let index = Index {
                    chunk: CHUNK,
                    requirements: requirements::all().iter().map(RequirementIndex::of).collect(),
                    verdicts: Verdict::ALL.map(|v| (v.json(), v.chinese())).to_vec(),
                    cases: &self.cases,
                };
                self.out.write_all(embed::json(&index)?.as_bytes())
            }
            "traces" => self.chunks.iter().try_for_each(|chunk| embed::write_chunk(&mut self.out, chunk)),
            other => Err(io::Error::other(format!("the page has no part {other}"))),
        }
    }
}

impl<W: Write> Report for Html<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted { seed, seal, reader, .. } => self.replay = Replay::new(*seed, seal, reader),
            Event::CaseFinished(result) => self.case(result)?,
            Event::CaseStarted { .. } | Event::RunFinished { .. } => {}
        }
        match self.collector.event(event) {
            Some(document) => self.finish(&document),
            None => Ok(()),
        }
    }
}

impl<'a> RequirementIndex<'a> {
    fn of(r: &'a requirements::Requirement) -> Self {
        Self {
            id: &r.id,
            section: &r.section,
            basis: r.basis.chinese(),
            text: &r.chinese,
            inferred: r.chinese_inferred.as_deref(),
        }
    }
}

/// `2 失败 · 58 通过 — 口岸测试报告`, for the browser's tab.
fn title(document: &Document) -> String {
    let worst_first = [Verdict::Error, Verdict::Failed, Verdict::Inconclusive, Verdict::Passed];
    let counts = worst_first.into_iter().map(|v| (v, document.summary.count(v))).filter(|(_, n)| *n > 0);
    let counts: Vec<String> = counts.map(|(v, n)| format!("{n} {v}")).collect();
    format!("{} — 口岸测试报告", counts.join(" · "))
}

/// What a browser without scripts shows: the counts, and what did not pass.
fn plain(out: &mut impl Write, document: &Document) -> io::Result<()> {
    let counts: Vec<String> = document.summary.iter().map(|(v, n)| format!("{v} {n}")).collect();
    writeln!(out, "<h1>口岸测试报告</h1><p>共 {} 个场景：{}</p>", document.summary.total(), counts.join("，"))?;
    writeln!(out, "<p>此浏览器没有启用脚本，只列出没有通过的场景。</p>")?;
    writeln!(out, "<table><tr><th>判定<th>编号<th>场景<th>位置<th>查什么<th>应为<th>实为<th>说明</tr>")?;
    for s in document.scenarios.iter().filter(|s| !s.verdict.is_pass()) {
        for f in &s.findings {
            let place = f.line.map_or_else(|| s.file.clone(), |line| format!("{}:{line}", s.file));
            let cells = [s.verdict.chinese(), &s.id, &s.title, &place, &f.path, &f.expected, &f.actual, &f.text];
            writeln!(out, "<tr>{}</tr>", cells.map(|c| format!("<td>{}", embed::escaped(c))).concat())?;
        }
    }
    writeln!(out, "</table>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{
        event::tests::{case, stream},
        finding::Finding,
        json::Json,
    };

    fn page(results: Vec<CaseResult>) -> String {
        let mut report = Html::new(Vec::new());
        for event in stream(results, 7) {
            report.event(&event).unwrap();
        }
        String::from_utf8(report.into_inner()).unwrap()
    }

    fn json(events: Vec<Event>) -> String {
        let mut report = Json::new(Vec::new());
        for event in events {
            report.event(&event).unwrap();
        }
        String::from_utf8(report.into_inner()).unwrap()
    }

    fn traced(id: &str, verdict: Verdict) -> CaseResult {
        let mut result = case(id, verdict);
        result.trace =
            Some(Box::new(Trace { start: "2026-03-02 09:00:00".into(), source: id.into(), ..Trace::default() }));
        result
    }

    #[test]
    fn a_report_read_back_has_the_json_report_s_document_and_every_trace() {
        let results: Vec<_> = (0..20).map(|n| traced(&format!("X-{n}"), Verdict::Passed)).collect();
        let back = document_in(&page(results.clone())).unwrap();
        let sources: Vec<_> = back.scenarios.iter().map(|s| s.trace.as_ref().unwrap().source.clone()).collect();
        assert_eq!(sources, (0..20).map(|n| format!("X-{n}")).collect::<Vec<_>>());
        assert_eq!(json(back.into_events()), json(stream(results, 7)));
    }

    #[test]
    fn a_report_made_of_a_report_is_the_same_page() {
        let mut failed = traced("X-2", Verdict::Failed);
        failed.cite(["AGR-01"], "expect 协议.状态", 9);
        if let Some(trace) = &mut failed.trace {
            trace.cited = failed.cited.clone();
        }
        let once = page(vec![traced("X-1", Verdict::Passed), failed]);
        let mut again = Html::new(Vec::new());
        for event in document_in(&once).unwrap().into_events() {
            again.event(&event).unwrap();
        }
        assert!(String::from_utf8(again.into_inner()).unwrap() == once);
    }

    #[test]
    fn no_text_breaks_out_of_its_script() {
        let evil = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)>";
        let mut result = traced("X-1", Verdict::Passed);
        result.title = evil.into();
        result.find(Finding::new(Verdict::Failed, "expect", evil, evil).compared(evil, evil));
        let page = page(vec![result]);
        assert!(!page.contains("alert(1)</script>") && !page.contains("<img src=x"));
        assert_eq!(document_in(&page).unwrap().scenarios[0].title, evil);
    }

    #[test]
    fn what_is_no_report_holds_no_document() {
        assert!(document_in("").is_none());
        assert!(document_in("<script id=\"kouan-result\">").is_none());
        let cut = page(vec![traced("X-1", Verdict::Passed)]).replace("H4sI", "!!!!");
        assert!(document_in(&cut).is_none(), "a damaged trace is no trace");
    }

    #[test]
    fn without_scripts_failures_are_a_table() {
        let mut result = case("X-1", Verdict::Passed);
        result.find(Finding::new(Verdict::Failed, "expect", "协议.状态", "不符").compared("<成功>", "失败").at_line(9));
        let page = page(vec![result, case("X-2", Verdict::Passed)]);
        let table = page.split("<noscript>").nth(1).unwrap().split("</noscript>").next().unwrap();
        assert!(table.contains("<td>X-1") && table.contains("signing.yaml:9") && table.contains("&lt;成功&gt;"));
        assert!(!table.contains("X-2"));
    }
}
