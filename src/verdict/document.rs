//! A run as one document: what `--report json=F` writes, and what is read back from such files to be put together.
//!
//! Keys and their order are the command line's contract; further keys may be added at the end of an object. It holds no
//! more than the stream of events told, and everything in it but the keys that begin with `wall_` replays under a seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};

use super::{
    event::{Event, Summary},
    finding::{CaseResult, Finding, Verdict},
    trace::Trace,
};

/// The document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// The version of the program that wrote it.
    pub kouan: String,
    /// The seed.
    pub seed: u64,
    /// The suite that sealed messages.
    pub seal: String,
    /// Where the cards were.
    pub reader: String,
    /// Counts by verdict.
    pub summary: Summary,
    /// Every case, in order.
    pub scenarios: Vec<Scenario>,
    /// Which part of a selection it is, such as `1/3`; absent for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

/// A case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scenario {
    /// With its matrix row.
    pub id: String,
    /// 场景
    pub title: String,
    /// Its file, as it was given.
    pub file: String,
    /// 覆盖
    pub covers: Vec<String>,
    /// What it came to.
    pub verdict: Verdict,
    /// Virtual time that went by.
    pub virtual_ms: u64,
    /// Real time that went by.
    pub wall_us: u64,
    /// APDUs exchanged.
    pub apdus: u64,
    /// Signatures by cards.
    pub card_signatures: u64,
    /// Sendings put on the wire.
    pub messages: u64,
    /// Receipts given.
    pub receipts: u64,
    /// What the checks found.
    pub findings: Vec<Finding>,
    /// What happened: only in a document that was read out of an HTML report, and never in `--report json=F`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<Trace>>,
}

impl From<&CaseResult> for Scenario {
    fn from(r: &CaseResult) -> Self {
        Self {
            id: r.id.clone(),
            title: r.title.clone(),
            file: r.file.clone(),
            covers: r.covers.clone(),
            verdict: r.verdict,
            virtual_ms: r.virtual_ms,
            wall_us: r.wall_us,
            apdus: r.apdus,
            card_signatures: r.card_signatures,
            messages: r.messages,
            receipts: r.receipts,
            findings: r.findings.clone(),
            trace: None,
        }
    }
}

impl Scenario {
    /// As the case's result; what the document does not hold (citations and steps, where it has no trace) is empty.
    fn into_result(self, seed: u64) -> CaseResult {
        let (cited, steps) = self.trace.as_ref().map(|t| (t.cited.clone(), t.steps.len())).unwrap_or_default();
        CaseResult {
            id: self.id,
            title: self.title,
            file: self.file,
            covers: self.covers,
            verdict: self.verdict,
            virtual_ms: self.virtual_ms,
            wall_us: self.wall_us,
            apdus: self.apdus,
            card_signatures: self.card_signatures,
            messages: self.messages,
            receipts: self.receipts,
            findings: self.findings,
            cited,
            seed,
            steps,
            trace: self.trace,
        }
    }
}

impl Document {
    /// The stream of events that it was folded from, so that every report can be made of it.
    pub fn into_events(self) -> Vec<Event> {
        let cases = self.scenarios.len();
        let (seed, summary) = (self.seed, self.summary);
        let (seal, reader, shard) = (self.seal, self.reader, self.shard);
        let started = Event::RunStarted { cases, seed, seal, reader, jobs: 1, shard };
        let told = self.scenarios.into_iter().flat_map(|s| {
            let (id, title, file) = (s.id.clone(), s.title.clone(), s.file.clone());
            [Event::CaseStarted { id, title, file }, Event::CaseFinished(Box::new(s.into_result(seed)))]
        });
        std::iter::once(started).chain(told).chain([Event::RunFinished { summary }]).collect()
    }
}

/// Folds the stream of events into the document.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    document: Option<Document>,
}

impl Collector {
    /// The next event; with the last one the whole document comes back.
    pub fn event(&mut self, event: &Event) -> Option<Document> {
        match event {
            Event::RunStarted { seed, seal, reader, cases, shard, jobs: _ } => {
                self.document = Some(Document {
                    kouan: env!("CARGO_PKG_VERSION").into(),
                    seed: *seed,
                    seal: seal.clone(),
                    reader: reader.clone(),
                    summary: Summary::default(),
                    scenarios: Vec::with_capacity(*cases),
                    shard: shard.clone(),
                });
                None
            }
            Event::CaseStarted { .. } => None,
            Event::CaseFinished(result) => {
                if let Some(document) = &mut self.document {
                    document.scenarios.push((&**result).into());
                }
                None
            }
            Event::RunFinished { summary } => {
                let mut document = self.document.take()?;
                document.summary = *summary;
                Some(document)
            }
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.json())
    }
}

impl<'de> Deserialize<'de> for Verdict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::by_json(&word).ok_or_else(|| D::Error::custom(format!("没有「{word}」这种判定")))
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (verdict, count) in self.iter() {
            map.serialize_entry(verdict.json(), &count)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let counts = BTreeMap::<String, usize>::deserialize(deserializer)?;
        let mut summary = Self::default();
        for (word, count) in counts {
            let verdict = Verdict::by_json(&word).ok_or_else(|| D::Error::custom(format!("没有「{word}」这种判定")))?;
            summary.set(verdict, count);
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::event::tests::{case, stream};

    #[test]
    fn a_document_read_back_tells_the_same_story() {
        let mut failed = case("AGR-FAIL-01[原因=资料不全]", Verdict::Passed);
        failed.find(
            Finding::new(Verdict::Failed, "expect", "协议.状态", "协议.状态 与页面显示的不符")
                .against("AGR-09")
                .compared("成功", "失败")
                .at_line(17)
                .during(Some(1))
                .about("m1"),
        );
        let fold = |events: Vec<Event>| {
            let mut collector = Collector::default();
            let document = events.iter().filter_map(|event| collector.event(event)).next().unwrap();
            serde_json::to_string_pretty(&document).unwrap()
        };
        let once = fold(stream(vec![case("AGR-OK-01", Verdict::Passed), failed], 7));
        let back: Document = serde_json::from_str(&once).unwrap();
        assert_eq!(fold(back.into_events()), once);
    }

    #[test]
    fn a_document_with_an_unknown_verdict_is_refused() {
        let refused = serde_json::from_str::<Summary>(r#"{"perfect": 1}"#).unwrap_err();
        assert!(refused.to_string().contains("perfect"), "{refused}");
    }
}
