//! `--report junit=F`: the run as JUnit XML, for the pages on which CI systems show test results.
//!
//! A suite is a scenario file and a test case a row of its matrix. So the file, the requirements and the command that
//! replays them stand where the format has a place for them, which is the suite: a case has none. Its class is the path
//! with dots, which Jenkins unfolds as packages; its name begins with the 编号, by which systems tell cases apart from
//! build to build.
//!
//! The elements and attributes are those of `junit-10.xsd` of the Jenkins xunit plugin, which refuses every other; so
//! no `file` on a test case, no `skipped` on the whole. Invariant: nothing but times (`time`) depends on real time, and
//! whatever a finding quotes, the document is well-formed.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use quick_xml::{
    Writer,
    events::{BytesCData, BytesDecl, Event as Xml},
};

use super::{
    console::found,
    event::{Event, Report},
    finding::{CaseResult, Verdict},
    replay::Replay,
};

/// Writes the document when the run is finished, for a suite's counts stand before its cases.
#[derive(Debug)]
pub struct Junit<W> {
    out: W,
    properties: Vec<(&'static str, String)>,
    replay: Replay,
    results: Vec<CaseResult>,
}

/// What a verdict is in JUnit's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    /// Nothing is said of it.
    None,
    /// `system-out`: passed, with something to read.
    Out,
    /// `failure`, `error` or `skipped`, with a message.
    Named(&'static str),
}

const fn element(verdict: Verdict) -> Element {
    match verdict {
        Verdict::Passed => Element::None,
        Verdict::Warned => Element::Out,
        Verdict::Failed => Element::Named("failure"),
        Verdict::Inconclusive | Verdict::Error => Element::Named("error"),
        Verdict::Skipped | Verdict::NotApplicable => Element::Named("skipped"),
    }
}

impl<W: Write> Junit<W> {
    /// A report into `out`.
    pub fn new(out: W) -> Self {
        Self { out, properties: Vec::new(), replay: Replay::default(), results: Vec::new() }
    }

    /// Where it was written.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn document(&mut self) -> io::Result<()> {
        let mut xml = Writer::new_with_indent(&mut self.out, b' ', 2);
        xml.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let (results, properties, replay) = (&self.results, &self.properties, &self.replay);
        xml.create_element("testsuites")
            .with_attribute(("name", "kouan"))
            .with_attributes(counts(results).iter().map(|(key, n)| (*key, n.as_str())))
            .with_attribute(("time", time(results).as_str()))
            .write_inner_content(|xml| {
                results.chunk_by(|a, b| a.file == b.file).try_for_each(|file| suite(xml, file, properties, replay))
            })?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

impl<W: Write> Report for Junit<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted { cases, seed, seal, reader, shard, jobs: _ } => {
                self.results.reserve(*cases);
                self.replay = Replay::new(*seed, seal, reader);
                self.properties = vec![
                    ("kouan", env!("CARGO_PKG_VERSION").into()),
                    ("seed", seed.to_string()),
                    ("seal", seal.clone()),
                    ("reader", reader.clone()),
                ];
                self.properties.extend(shard.clone().map(|shard| ("shard", shard)));
            }
            Event::CaseStarted { .. } => {}
            Event::CaseFinished(result) => self.results.push((**result).clone()),
            Event::RunFinished { summary: _ } => self.document()?,
        }
        Ok(())
    }
}

/// The cases of one file, of which there is at least one.
fn suite<W: Write>(
    xml: &mut Writer<W>,
    cases: &[CaseResult],
    properties: &[(&str, String)],
    replay: &Replay,
) -> io::Result<()> {
    let Some(first) = cases.first() else { return Ok(()) };
    let own = [("covers", first.covers.join(", ")), ("replay", replay.file(&first.file))];
    let file = attribute(&first.file);
    xml.create_element("testsuite")
        .with_attribute(("name", &*file))
        .with_attributes(counts(cases).iter().map(|(key, n)| (*key, n.as_str())))
        .with_attribute(("skipped", how_many(cases, "skipped").to_string().as_str()))
        .with_attribute(("time", time(cases).as_str()))
        .with_attribute(("file", &*file))
        .write_inner_content(|xml| {
            xml.create_element("properties").write_inner_content(|xml| {
                properties.iter().chain(&own).try_for_each(|(name, value)| {
                    let property = xml.create_element("property").with_attribute(("name", *name));
                    property.with_attribute(("value", &*attribute(value))).write_empty().map(drop)
                })
            })?;
            cases.iter().try_for_each(|result| case(xml, result, replay))
        })
        .map(drop)
}

fn case<W: Write>(xml: &mut Writer<W>, result: &CaseResult, replay: &Replay) -> io::Result<()> {
    let name = format!("{} {}", result.id, result.title);
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", &*attribute(&class(&result.file))))
        .with_attribute(("name", &*attribute(&name)))
        .with_attribute(("time", format!("{}.{:06}", result.wall_us / 1_000_000, result.wall_us % 1_000_000).as_str()));
    let named = match element(result.verdict) {
        Element::None => return case.write_empty().map(drop),
        Element::Out => None,
        Element::Named(name) => Some((name, message(result))),
    };
    let body = body(result, replay)?;
    case.write_inner_content(|xml| {
        let element = match &named {
            None => xml.create_element("system-out"),
            Some((name, message)) => xml
                .create_element(*name)
                .with_attribute(("type", result.verdict.chinese()))
                .with_attribute(("message", &*attribute(message))),
        };
        let text = legal(&body);
        element
            .write_inner_content(|xml| {
                BytesCData::escaped(&text).try_for_each(|part| xml.write_event(Xml::CData(part)))
            })
            .map(drop)
    })
    .map(drop)
}

/// One line: what the finding that decided the verdict says, and how many more there are.
fn message(result: &CaseResult) -> String {
    let decided = result.findings.iter().find(|f| f.severity == result.verdict).or_else(|| result.findings.first());
    let Some(finding) = decided else { return result.verdict.chinese().into() };
    let mut message = finding.text.clone();
    if !finding.expected.is_empty() || !finding.actual.is_empty() {
        let shown = |text: &str| if text.is_empty() { "（无）".to_owned() } else { text.to_owned() };
        message += &format!("：应为 {}，实为 {}", shown(&finding.expected), shown(&finding.actual));
    }
    match result.findings.len() {
        0 | 1 => message,
        n => format!("{message}（另有 {} 处）", n - 1),
    }
}

/// All findings in the console's words, and how to see them again.
fn body(result: &CaseResult, replay: &Replay) -> io::Result<String> {
    let mut text = Vec::new();
    writeln!(text, "{}  {}  {}", result.verdict, result.id, result.title)?;
    let mut before = None;
    for finding in &result.findings {
        found(&mut text, &result.file, finding, before)?;
        before = Some(finding);
    }
    writeln!(text, "  重放：{}", replay.case(&result.file, &result.id))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The path without its ending, with dots between its parts and none inside them.
fn class(file: &str) -> String {
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file);
    let parts = stem.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    parts.map(|part| part.replace('.', "_")).collect::<Vec<_>>().join(".")
}

fn counts(cases: &[CaseResult]) -> [(&'static str, String); 3] {
    [
        ("tests", cases.len().to_string()),
        ("failures", how_many(cases, "failure").to_string()),
        ("errors", how_many(cases, "error").to_string()),
    ]
}

fn how_many(cases: &[CaseResult], name: &'static str) -> usize {
    cases.iter().filter(|c| element(c.verdict) == Element::Named(name)).count()
}

/// Seconds with three places: the schema allows a suite no more.
fn time(cases: &[CaseResult]) -> String {
    let ms = cases.iter().map(|c| c.wall_us).fold(0_u64, u64::saturating_add) / 1000;
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// What XML 1.0 cannot hold, even escaped, becomes its picture (U+2400 and on) or U+FFFD.
fn legal(text: &str) -> Cow<'_, str> {
    let illegal =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(illegal) {
        return text.into();
    }
    let picture = |c: char| char::from_u32(0x2400 + u32::from(c)).filter(|_| c < ' ').unwrap_or('\u{fffd}');
    text.chars().map(|c| if illegal(c) { picture(c) } else { c }).collect::<String>().into()
}

/// The same on one line: a reader would make spaces of its line breaks anyway.
fn attribute(text: &str) -> Cow<'_, str> {
    match legal(text) {
        text if text.contains(['\n', '\r', '\t']) => text.replace(['\n', '\r', '\t'], " ").into(),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{
        event::tests::{case, stream},
        finding::Finding,
    };

    fn document(results: Vec<CaseResult>) -> String {
        let mut report = Junit::new(Vec::new());
        for event in stream(results, 7) {
            report.event(&event).unwrap();
        }
        String::from_utf8(report.into_inner()).unwrap()
    }

    fn found(id: &str, severity: Verdict) -> CaseResult {
        let mut result = case(id, Verdict::Passed);
        result.find(Finding::new(severity, "expect", "协议.状态", "协议.状态 与页面显示的不符"));
        result
    }

    #[test]
    fn every_verdict_is_the_element_that_the_contract_names() {
        let mut failed = found("A-1[原因=资料不全]", Verdict::Failed);
        failed.findings[0] = failed.findings[0].clone().against("AGR-12").compared("成功", "失败").at_line(17);
        failed.find(Finding::new(Verdict::Failed, "回执齐全", "回执", "到达的报文没有回执"));
        let mut elsewhere = found("B-1", Verdict::Warned);
        elsewhere.file = "scenarios/v1.2/b & <c>.yml".into();
        insta::assert_snapshot!(document(vec![
            case("A-0", Verdict::Passed),
            failed,
            found("A-2", Verdict::Inconclusive),
            found("A-3", Verdict::Error),
            found("A-4", Verdict::Skipped),
            found("A-5", Verdict::NotApplicable),
            elsewhere,
        ]));
    }

    #[test]
    fn what_xml_cannot_hold_is_shown_by_its_picture() {
        let mut result = case("A-1", Verdict::Passed);
        let text = "零\0 铃\u{7} 逃\u{1b}[31m 端]]>尾 \u{ffff}";
        result.find(Finding::new(Verdict::Failed, "expect", "x", text).compared("a\nb", "\"<&>\""));
        let document = document(vec![result]);
        assert!(
            document
                .contains("message=\"零␀ 铃␇ 逃␛[31m 端]]&gt;尾 \u{fffd}：应为 a b，实为 &quot;&lt;&amp;&gt;&quot;\"")
        );
        assert!(document.contains("零␀ 铃␇ 逃␛[31m 端]]]]><![CDATA[>尾 \u{fffd}"), "{document}");
        let illegal = |c: char| c < ' ' && c != '\n';
        assert!(!document.contains(illegal));
    }

    #[test]
    fn the_finding_that_decided_is_the_message() {
        let mut result = found("A-1", Verdict::Warned);
        result.find(Finding::new(Verdict::Failed, "expect", "x", "金额不符"));
        assert_eq!(message(&result), "金额不符（另有 1 处）");
    }

    #[test]
    fn a_run_of_nothing_is_a_document_too() {
        assert!(document(Vec::new()).contains("tests=\"0\""));
    }
}
