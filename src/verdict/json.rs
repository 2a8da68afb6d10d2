//! `--report json=F`: the run as one JSON document, in the shape and key order of the command line's contract.

use std::io::{self, Write};

use super::{
    document::Collector,
    event::{Event, Report},
};

/// Writes the document when the run is finished, and nothing before: a broken run leaves no half document.
#[derive(Debug)]
pub struct Json<W> {
    out: W,
    collector: Collector,
}

impl<W: Write> Json<W> {
    /// A report into `out`.
    pub fn new(out: W) -> Self {
        Self { out, collector: Collector::default() }
    }

    /// Where it was written.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Report for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if let Some(document) = self.collector.event(event) {
            serde_json::to_writer_pretty(&mut self.out, &document)?;
            writeln!(self.out)?;
            self.out.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{
        event::tests::{case, stream},
        finding::{CaseResult, Finding, Verdict},
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
