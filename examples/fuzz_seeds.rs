//! Seeds for the targets of `fuzz/`, from the suite: `cargo run --example fuzz_seeds fuzz/corpus` (`make fuzz` does it).
//!
//! Scenario files as they are, the messages and receipts of a few cases, and what went to cards in them, each in the
//! form that its target reads. Files go by their hash, so making them again changes nothing.

use std::{fs, path::Path};

use interchange::Suite as Seal;
use kouan::{
    evidence::Happening,
    scenario::{
        Suite,
        play::{Options, play},
    },
    world::keys::suite_keys,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// More cases send what these have sent already.
const CASES: usize = 40;

fn main() -> Outcome<()> {
    let corpus = std::env::args().nth(1).ok_or("name the folder of the corpus, for example fuzz/corpus")?;
    let corpus = Path::new(&corpus);
    let folders = ["scenarios", "tests/cases", "docs/example.yaml"].map(Into::into);
    let suite = Suite::load(&folders)?;
    for reading in &suite.readings {
        keep(&corpus.join("scenario"), reading.source.text.as_bytes())?;
    }
    let cases = Suite::load(&["scenarios".into()])?.into_cases();
    for seal in Seal::ALL {
        for case in cases.iter().step_by((cases.len() / CASES).max(1)) {
            let (_, evidence) = play(case, &Options::new(1, seal));
            let mut commands = vec![0];
            for entry in evidence.entries {
                match entry.what {
                    Happening::Arrived(arrival) => {
                        let how = place(seal);
                        keep(&corpus.join("message"), &[&[how], &arrival.bytes[..]].concat())?;
                        if let Some(receipt) = arrival.receipt {
                            keep(&corpus.join("message"), &[&[how + 66], &receipt[..]].concat())?;
                        }
                        let keys = suite_keys(seal);
                        let me = &keys.parties[&arrival.by].good;
                        let window = std::time::Duration::from_secs(30 * 86_400);
                        if let Ok(opened) = interchange::open(&arrival.bytes, me, &keys.peers, entry.at, window) {
                            keep(&corpus.join("message"), &[&[129], opened.json.as_bytes()].concat())?;
                        }
                    }
                    Happening::Apdu { command, .. } => {
                        commands.extend(u16::try_from(command.len())?.to_be_bytes());
                        commands.extend(command);
                    }
                    _ => {}
                }
            }
            keep(&corpus.join("apdu"), &commands)?;
            // To a driver's card the same commands come in the same frames, behind its orders.
            let coming = [0, 0, 1, 4, 0, 1, 4, 0, 1, 1, 0, 1, 4];
            keep(&corpus.join("vpcd"), &[&coming, &commands[1..], &[0, 1, 0]].concat())?;
            commands[0] = 1;
            keep(&corpus.join("apdu"), &commands)?;
        }
    }
    Ok(())
}

/// The number that a target takes for this suite.
fn place(seal: Seal) -> u8 {
    Seal::ALL.iter().position(|s| *s == seal).and_then(|i| u8::try_from(i).ok()).unwrap_or(0)
}

fn keep(folder: &Path, bytes: &[u8]) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let name: String = signing::sha256(bytes).iter().map(|b| format!("{b:02x}")).collect();
    Ok(fs::write(folder.join(name), bytes)?)
}
