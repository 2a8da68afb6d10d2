//! The messages that led to a finding, a sending a line: who sent what when, and what became of it.
//!
//! It tells what the evidence shows and judges nothing; which messages concern a finding, the finding says.

use std::collections::BTreeMap;

use domain::directory::{Directory, PartyId};

use super::finding::Finding;
use crate::evidence::{Arrival, Evidence, Happening, Sent};

/// Fills in [`Finding::trail`] of every finding that names messages.
pub fn tell(findings: &mut [Finding], evidence: &Evidence, directory: &Directory) {
    if findings.iter().all(|f| f.messages.is_empty()) {
        return;
    }
    let lines = sendings(evidence, directory);
    for finding in findings {
        let concerned = lines.iter().filter(|(id, _)| finding.messages.iter().any(|m| m == id));
        finding.trail = concerned.map(|(_, line)| line.clone()).collect();
    }
}

/// Every sending in order: the message's id, and its line.
fn sendings(evidence: &Evidence, directory: &Directory) -> Vec<(String, String)> {
    let mut fates: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut note = |transit: usize, fate: String| fates.entry(transit).or_default().push(fate);
    for entry in &evidence.entries {
        match &entry.what {
            Happening::Lost { transit } => note(*transit, "在路上丢失".into()),
            Happening::Arrived(arrival) => note(arrival.transit, taken(arrival)),
            Happening::Receipt { transit, lost, refused, verified } => {
                note(*transit, receipt(*lost, refused.as_deref(), *verified).into());
            }
            Happening::Sent(_)
            | Happening::Apdu { .. }
            | Happening::Act(_)
            | Happening::Entered(_)
            | Happening::Logged(_)
            | Happening::Page(_)
            | Happening::Decided { .. }
            | Happening::Struck { .. } => {}
        }
    }
    let sent = evidence.entries.iter().filter_map(|entry| match &entry.what {
        Happening::Sent(sent) => Some((entry.at, sent)),
        _ => None,
    });
    sent.map(|(at, sent)| {
        let fate = fates.remove(&sent.transit).unwrap_or_else(|| vec!["还在路上".into()]);
        let line = format!("{at} {}：{}", leaving(sent, directory), fate.join("，"));
        (sent.id.to_string(), line)
    })
    .collect()
}

fn leaving(sent: &Sent, directory: &Directory) -> String {
    let mut text = format!("{} {} → {}", sent.kind.chinese(), name(&sent.from, directory), name(&sent.to, directory));
    if sent.sending > 1 {
        text += &format!(" 第{}次发送", sent.sending);
    }
    if !sent.declared.is_empty() {
        text += &format!("（{}）", sent.declared.join("，"));
    }
    text
}

/// What the receiver made of a copy.
pub fn taken(arrival: &Arrival) -> String {
    match (&arrival.refused, arrival.reason.as_str()) {
        (None, _) => "收下".into(),
        (Some(code), "") => format!("拒收 {code}"),
        (Some(code), reason) => format!("拒收 {code} {reason}"),
    }
}

/// What a receipt says, or what became of it.
pub const fn receipt(lost: bool, refused: Option<&str>, verified: bool) -> &'static str {
    match (lost, verified, refused) {
        (true, _, _) => "回执丢失",
        (false, false, _) => "回执无法验证",
        (false, true, None) => "回执：接收",
        (false, true, Some(_)) => "回执：拒绝",
    }
}

/// As people call a party.
pub fn name(id: &PartyId, directory: &Directory) -> String {
    if *id == PartyId::portal() {
        return "门户".into();
    }
    directory.by_id(id).map_or_else(|| id.to_string(), |i| i.short.clone())
}

#[cfg(test)]
mod tests {
    use domain::{
        Time,
        directory::{Institution, PartyRole},
        message::{Kind, MessageId},
    };

    use super::*;
    use crate::{evidence::Entry, verdict::finding::Verdict};

    fn evidence(happenings: Vec<Happening>) -> Evidence {
        let at = Time::parse("2026-03-02 09:00:02").unwrap();
        let entries = happenings.into_iter().map(|what| Entry { at, step: None, what }).collect();
        Evidence { entries, ..Evidence::default() }
    }

    fn sent(transit: usize, sending: u32) -> Happening {
        Happening::Sent(Sent {
            transit,
            from: PartyId::portal(),
            to: PartyId::new("boc"),
            kind: Kind::BankSigningRequested,
            id: MessageId::new("m1"),
            subject: "S".into(),
            sequence: 1,
            correlation: None,
            sending,
            bytes: [].into(),
            declared: Vec::new(),
        })
    }

    fn arrived(transit: usize, refused: Option<&str>) -> Happening {
        Happening::Arrived(Arrival {
            transit,
            bytes: [].into(),
            by: PartyId::new("boc"),
            refused: refused.map(str::to_owned),
            reason: refused.map(|_| "验签失败".to_owned()).unwrap_or_default(),
            receipt: None,
        })
    }

    #[test]
    fn each_sending_is_a_line_with_what_became_of_it() {
        let directory = Directory::new(vec![Institution {
            id: PartyId::new("boc"),
            role: PartyRole::Bank,
            name: "中国银行股份有限公司".into(),
            short: "中国银行".into(),
            branch_of: None,
        }]);
        let receipt = |transit, lost| Happening::Receipt { transit, lost, refused: None, verified: true };
        let evidence = evidence(vec![
            sent(0, 1),
            Happening::Lost { transit: 0 },
            sent(1, 2),
            arrived(1, None),
            receipt(1, true),
            sent(2, 3),
            arrived(2, Some("K3104")),
            receipt(2, false),
            sent(3, 4),
        ]);
        let mut findings = [
            Finding::new(Verdict::Failed, "expect", "协议.状态", "").about("m1"),
            Finding::new(Verdict::Failed, "expect", "协议.状态", "").about("another"),
        ];
        tell(&mut findings, &evidence, &directory);
        assert_eq!(
            findings[0].trail,
            [
                "2026-03-02 09:00:02 签约申请 门户 → 中国银行：在路上丢失",
                "2026-03-02 09:00:02 签约申请 门户 → 中国银行 第2次发送：收下，回执丢失",
                "2026-03-02 09:00:02 签约申请 门户 → 中国银行 第3次发送：拒收 K3104 验签失败，回执：接收",
                "2026-03-02 09:00:02 签约申请 门户 → 中国银行 第4次发送：还在路上",
            ]
        );
        assert!(findings[1].trail.is_empty());
    }
}
