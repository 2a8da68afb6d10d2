//! `--report json=F`: the run as one JSON document, in the shape and key order of the command line's contract.
//!
//! Everything in it replays under a seed, whatever the number of jobs, but the keys that begin with `wall_`.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    event::{Event, Report, Summary},
    finding::{CaseResult, Finding},
};

/// Writes the document when the run is finished, and nothing before: a broken run leaves no half document.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
    seed: u64,
    seal: String,
    reader: String,
    results: Vec<CaseResult>,
}

impl<W: Write> Json<W> {
    /// A report into `out`.
    pub fn new(out: W) -> Self {
        Self { out, seed: 0, seal: String::new(), reader: String::new(), results: Vec::new() }
    }

    /// Where it was written.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Report for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted { seed, seal, reader, cases, jobs: _ } => {
                (self.seed, self.seal, self.reader) = (*seed, seal.clone(), reader.clone());
                self.results.reserve(*cases);
            }
            Event::CaseStarted { .. } => {}
            Event::CaseFinished(result) => self.results.push((**result).clone()),
            Event::RunFinished { summary } => {
                let document = Document {
                    kouan: env!("CARGO_PKG_VERSION"),
                    seed: self.seed,
                    seal: &self.seal,
                    reader: &self.reader,
                    summary: Counts(*summary),
                    scenarios: self.results.iter().map(Scenario::of).collect(),
                };
                serde_json::to_writer_pretty(&mut self.out, &document)?;
                writeln!(self.out)?;
                self.out.flush()?;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    kouan: &'a str,
    seed: u64,
    seal: &'a str,
    reader: &'a str,
    summary: Counts,
    scenarios: Vec<Scenario<'a>>,
}

struct Counts(Summary);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (verdict, count) in self.0.iter() {
            map.serialize_entry(verdict.json(), &count)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Scenario<'a> {
    id: &'a str,
    title: &'a str,
    file: &'a str,
    covers: &'a [String],
    verdict: &'a str,
    virtual_ms: u64,
    wall_us: u64,
    apdus: u64,
    card_signatures: u64,
    messages: u64,
    receipts: u64,
    findings: Vec<Found<'a>>,
}

impl<'a> Scenario<'a> {
    fn of(r: &'a CaseResult) -> Self {
        Self {
            id: &r.id,
            title: &r.title,
            file: &r.file,
            covers: &r.covers,
            verdict: r.verdict.json(),
            virtual_ms: r.virtual_ms,
            wall_us: r.wall_us,
            apdus: r.apdus,
            card_signatures: r.card_signatures,
            messages: r.messages,
            receipts: r.receipts,
            findings: r.findings.iter().map(Found::of).collect(),
        }
    }
}

/// Every key is always there; what is not known is null.
#[derive(Serialize)]
struct Found<'a> {
    severity: &'a str,
    check: &'a str,
    requirement: Option<&'a str>,
    line: Option<usize>,
    path: &'a str,
    expected: &'a str,
    actual: &'a str,
    text: &'a str,
    step: Option<usize>,
    messages: &'a [String],
}

impl<'a> Found<'a> {
    fn of(f: &'a Finding) -> Self {
        Self {
            severity: f.severity.json(),
            check: &f.check,
            requirement: f.requirement.as_deref(),
            line: f.line,
            path: &f.path,
            expected: &f.expected,
            actual: &f.actual,
            text: &f.text,
            step: f.step,
            messages: &f.messages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{
        event::tests::{case, stream},
        finding::Verdict,
    };

    fn document(results: Vec<CaseResult>) -> String {
        let mut report = Json::new(Vec::new());
        for event in stream(results, 7) {
            report.event(&event).unwrap();
        }
        String::from_utf8(report.into_inner()).unwrap()
    }

    #[test]
    fn the_document_has_the_contract_s_keys_in_its_order() {
        let mut failed = case("AGR-FAIL-01[原因=资料不全]", Verdict::Passed);
        failed.find(
            Finding::new(Verdict::Failed, "expect", "协议.状态", "协议.状态 应为「成功」，实为「失败」")
                .against("AGR-09")
                .compared("成功", "失败")
                .at_line(17)
                .during(Some(1))
                .about("m1"),
        );
        insta::assert_snapshot!(document(vec![case("AGR-OK-01", Verdict::Passed), failed]));
    }

    #[test]
    fn counts_of_the_summary_add_up() {
        let json: serde_json::Value =
            serde_json::from_str(&document(Verdict::ALL.map(|v| case("X-1", v)).to_vec())).unwrap();
        let summary = json["summary"].as_object().unwrap();
        assert_eq!(summary.len(), 7);
        assert_eq!(summary.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 7);
    }
}
