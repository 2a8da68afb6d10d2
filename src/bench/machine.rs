//! What a figure must say of the machine that it was measured on.
//!
//! Invariant: no name of the machine or of its user, for results are passed on.

use std::{fs, thread};

use serde::{Deserialize, Serialize};

/// The facts that decide whether two figures may be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's own name; "unknown" where the system does not tell.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// The operating system.
    pub os: String,
    /// The kernel's release.
    pub kernel: String,
    /// The compiler that made this program.
    pub rustc: String,
    /// "release" or "debug": a debug build's figures say nothing.
    pub build: String,
}

/// How many threads can run at the same time.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl Machine {
    /// This machine and this build.
    pub fn here() -> Self {
        Self {
            cpu: field("/proc/cpuinfo", "model name", ':').unwrap_or_else(|| std::env::consts::ARCH.into()),
            cores: cores(),
            os: field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| std::env::consts::OS.into()),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or("unknown".into(), |text| text.trim().into()),
            rustc: env!("KOUAN_RUSTC").into(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.into(),
        }
    }

    /// Each fact with its name for people, in the order in which a report tells them.
    pub fn facts(&self) -> [(&'static str, String); 6] {
        [
            ("处理器", self.cpu.clone()),
            ("核数", self.cores.to_string()),
            ("操作系统", self.os.clone()),
            ("内核", self.kernel.clone()),
            ("编译器", self.rustc.clone()),
            ("构建", self.build.clone()),
        ]
    }

    /// The names of the facts in which two differ.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let pairs = self.facts().into_iter().zip(other.facts());
        pairs.filter(|(here, there)| here.1 != there.1).map(|(here, _)| here.0).collect()
    }
}

/// The value behind a name in a file of lines `name<separator>value`.
fn field(file: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = lines.find(|(found, _)| found.trim() == name)?;
    Some(value.trim().trim_matches('"').into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_machines_differ_in_what_differs() {
        let here = Machine::here();
        assert_eq!(here.differences(&here), [""; 0]);
        let other = Machine { cpu: "Invented 9000".into(), cores: here.cores + 1, ..here.clone() };
        assert_eq!(here.differences(&other), ["处理器", "核数"]);
        assert!(here.rustc.starts_with("rustc 1."), "{}", here.rustc);
    }
}
