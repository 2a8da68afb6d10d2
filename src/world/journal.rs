//! The journal of a run (`--journal DIR`): every message as it arrived, every receipt, and what an outsider needs to
//! check them with `openssl` and nothing of ours.
//!
//! Fixture keys alone are written out; they are public anyway. Files are numbered in the report's order, so a journal
//! is the same whatever the number of jobs.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use interchange::Suite;
use serde::Serialize;

use super::keys::{party_files, suite_root};
use crate::evidence::{Evidence, Happening, Sent};

/// One line of `index.json`.
#[derive(Serialize)]
struct Line {
    scenario: String,
    step: Option<usize>,
    time: String,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    sender: String,
    receiver: String,
    sending: u32,
    file: String,
    receipt: Option<String>,
    verdict: String,
    reason: String,
}

/// A journal being written.
pub struct Journal {
    dir: PathBuf,
    lines: Vec<Line>,
}

impl Journal {
    /// Makes the directory and writes certificates and keys into it.
    ///
    /// # Errors
    /// The directory exists and is not empty, or cannot be written.
    pub fn create(dir: &Path, suite: Suite) -> io::Result<Self> {
        if dir.exists() && fs::read_dir(dir)?.next().is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{} 不是空目录；请给日志指定一个新目录", dir.display()),
            ));
        }
        for sub in ["messages", "receipts", "certs", "keys"] {
            fs::create_dir_all(dir.join(sub))?;
        }
        if let Some(root) = suite_root(suite) {
            fs::write(dir.join("certs/root.pem"), root)?;
        }
        for (id, [sign_key, sign_cert, enc_key, enc_cert, _]) in party_files(suite) {
            fs::write(dir.join(format!("keys/{id}-sign.pem")), sign_key)?;
            fs::write(dir.join(format!("keys/{id}-enc.pem")), enc_key)?;
            fs::write(dir.join(format!("certs/{id}-sign.pem")), sign_cert)?;
            fs::write(dir.join(format!("certs/{id}-enc.pem")), enc_cert)?;
        }
        Ok(Self { dir: dir.to_owned(), lines: Vec::new() })
    }

    /// Adds what arrived in one case.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn add(&mut self, scenario: &str, evidence: &Evidence) -> io::Result<()> {
        let sent: BTreeMap<usize, &Sent> = evidence
            .entries
            .iter()
            .filter_map(|e| match &e.what {
                Happening::Sent(sent) => Some((sent.transit, sent)),
                _ => None,
            })
            .collect();
        for entry in &evidence.entries {
            let Happening::Arrived(arrival) = &entry.what else { continue };
            let Some(sent) = sent.get(&arrival.transit) else { continue };
            let number = self.lines.len() + 1;
            let file = format!("messages/{number:04}.p7m");
            fs::write(self.dir.join(&file), &arrival.bytes)?;
            let receipt = match &arrival.receipt {
                Some(bytes) => {
                    let file = format!("receipts/{number:04}.p7m");
                    fs::write(self.dir.join(&file), bytes)?;
                    Some(file)
                }
                None => None,
            };
            self.lines.push(Line {
                scenario: scenario.to_owned(),
                step: entry.step,
                time: entry.at.rfc3339(),
                id: sent.id.to_string(),
                kind: interchange::catalogue::by_kind(sent.kind).type_,
                sender: sent.from.to_string(),
                receiver: arrival.by.to_string(),
                sending: sent.sending,
                file,
                receipt,
                verdict: arrival.refused.clone().unwrap_or_else(|| "accepted".to_owned()),
                reason: arrival.reason.clone(),
            });
        }
        Ok(())
    }

    /// Writes `index.json`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let mut json = serde_json::to_vec_pretty(&self.lines)?;
        json.push(b'\n');
        fs::write(self.dir.join("index.json"), json)
    }
}
