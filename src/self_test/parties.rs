//! Bad insurers and banks: what an implementer does who reads the interchange carelessly, each with the check that must
//! find it.
//!
//! No scenario declares any of it. A row's functions are asked for every party; they pick whom and what they mean, and
//! they remember nothing, so a run replays.

use std::time::Duration;

use domain::{
    directory::{PartyId, PartyRole},
    message::{AgreementEnded, BankSigningAnswer, Body, Decision, Message, MessageId},
    party::Misbehaviour,
};

use super::mutant::{Group, Mutant, Wrong};
use crate::world::{
    gateway::Sealing,
    sabotage::{HONEST, Receipting, Saboteur, Said, Say},
};

/// A row: what is done wrong, the check that must find it, the requirement, who does it.
pub(super) type Row = (&'static str, &'static str, &'static str, Saboteur);

/// Rows as mutants of a group.
pub(super) fn of_rows(group: Group, rows: &[Row]) -> Vec<Mutant> {
    let mutant = |(name, check, requirement, saboteur): &Row| Mutant {
        name: format!("{} {name}", group.chinese()),
        group,
        requirement,
        wrong: Wrong::Saboteur(*saboteur),
        row: None,
        to: None,
        check: Some(check),
    };
    rows.iter().map(mutant).collect()
}

/// One for each row of the table.
pub fn mutants() -> Vec<Mutant> {
    of_rows(Group::Party, ROWS)
}

const VALID: &str = "报文有效";
const RECEIPTS: &str = "回执齐全";
const ONCE: &str = "一次生效";
const ANSWERS: &str = "答复如实";

#[rustfmt::skip] // One bad party a row: this is a table.
const ROWS: &[Row] = &[
    // What an envelope says.
    ("签名用的是不相干的密钥",             VALID,    "MSG-02", says(|s| sealed(s, Sealing::Badly(Misbehaviour::BadSignature)))),
    ("证书过期了还在用",                   VALID,    "MSG-02", says(|s| sealed(s, Sealing::Badly(Misbehaviour::ExpiredCertificate)))),
    ("用别家机构的密钥签名",               VALID,    "MSG-02", Saboteur { say: Say::Any(|scene, s| { let other = scene.another(&s.message.source); vec![sealed(s, Sealing::SignedBy(other))] }), ..HONEST }),
    ("冒用别家机构的名义答复",             VALID,    "MSG-02", Saboteur { say: Say::Any(|scene, s| { let source = scene.another(&s.message.source); vec![changed(s, |m| m.source = source)] }), ..HONEST }),
    ("加密给了别家机构",                   VALID,    "MSG-02", Saboteur { say: Say::Any(|scene, s| { let other = scene.another(&s.message.source); vec![sealed(s, Sealing::For(other))] }), ..HONEST }),
    ("写成给自己的报文",                   VALID,    "MSG-02", says(|s| sealed(s, Sealing::Text(|t| t.replace("\"receiver\":\"urn:kouan:party:portal\"", "\"receiver\":\"urn:kouan:party:boc\""))))),
    ("答复不写关联编号",                   VALID,    "MSG-02", says(|s| changed(s, |m| m.correlation = None))),
    ("答复关联到一份不存在的申请",         VALID,    "MSG-02", says(|s| changed(s, |m| m.correlation = Some(MessageId::new("0000"))))),
    ("信封上写别的业务编号",               VALID,    "MSG-02", says(|s| changed(s, |m| m.subject = "20260302999999999999".into()))),
    ("信封和正文都写别的业务编号",         VALID,    "MSG-02", says(|s| changed(s, |m| { m.subject = ELSE.into(); m.body.business_number_mut().replace_range(.., ELSE); }))),
    ("正文写别的业务编号",                 VALID,    "MSG-02", says(|s| changed(s, |m| m.body.business_number_mut().replace_range(.., ELSE)))),
    ("报文时间写在五天之后",               VALID,    "MSG-02", says(|s| changed(s, |m| m.time = m.time + days(5)))),
    ("报文时间写成九十天之后",             VALID,    "MSG-02", says(|s| changed(s, |m| m.time = m.time + days(90)))),
    ("报文时间写成一九七〇年",             VALID,    "MSG-02", says(|s| changed(s, |m| m.time = domain::Time::from_unix_ms(0)))),
    ("序号从五开始",                       VALID,    "MSG-02", says(|s| changed(s, |m| m.sequence += 4))),
    ("序号跳着编",                         VALID,    "MSG-02", says(|s| changed(s, |m| m.sequence = m.sequence * 2 - 1))),
    ("每份报文序号都是一",                 VALID,    "MSG-02", says(|s| changed(s, |m| m.sequence = 1))),
    ("同一编号又发一份别的内容",           VALID,    "MSG-02", then(|s| decides(s, Decision::Agreed).then(|| refusing(s.clone())))),
    ("重发时换编号",                       VALID,    "MSG-04", says(|s| if s.sending > 1 { changed(s, |m| m.id = next_id(&m.id)) } else { s })),
    ("重发时内容变了",                     VALID,    "MSG-04", says(|s| if s.sending > 1 { changed(s, |m| m.time = m.time + days(1)) } else { s })),
    ("字段少写一个",                       VALID,    "MSG-02", says(|s| sealed(s, Sealing::Text(|t| t.replace("\"decision\":\"agreed\",", "").replace(",\"decision\":\"agreed\"", ""))))),
    ("字段类型写错",                       VALID,    "MSG-02", says(|s| sealed(s, Sealing::Text(|t| t.replace("\"agreed\"", "true"))))),
    ("字段多写一个",                       VALID,    "MSG-02", says(|s| sealed(s, Sealing::Text(|t| t.replace("\"decision\":", "\"remark\":\"甲\",\"decision\":"))))),
    ("原因写得过长",                       VALID,    "MSG-02", says(|s| reasoned(s, Some("长".repeat(201))))),
    ("报文正文不是JSON",                   VALID,    "MSG-02", says(|s| sealed(s, Sealing::Text(|t| t[1..].to_owned())))),
    // What is said, and when.
    ("同意之后又发一份拒绝",               ANSWERS,  "AGR-11", then(|s| decides(s, Decision::Agreed).then(|| once_more(refusing(s.clone()))))),
    ("拒绝之后又发一份同意",               ANSWERS,  "AGR-11", then(|s| decides(s, Decision::Refused).then(|| once_more(agreeing(s.clone(), "BOCBX000000001"))))),
    ("同意两次，协议编号不同",             ANSWERS,  "AGR-09", then(|s| bank_agrees(s).then(|| once_more(agreed_terms(s.clone(), |a| a.agreement_number = Some("BOCBX000000002".into())))))),
    ("同意却没有协议编号",                 VALID,    "AGR-09", says(|s| agreed_terms(s, |a| a.agreement_number = None))),
    ("失效时间早于生效时间",               ANSWERS,  "AGR-09", says(|s| agreed_terms(s, |a| a.expiry = Some("2020-01-01".into())))),
    ("生效时间不是日期",                   VALID,    "AGR-09", says(|s| agreed_terms(s, |a| a.effective = Some("2026-02-30".into())))),
    ("同意却不写生效时间",                 VALID,    "AGR-09", says(|s| agreed_terms(s, |a| a.effective = None))),
    ("协议编号与账簿不符",                 ANSWERS,  "AGR-09", says(|s| agreed_terms(s, |a| a.agreement_number = Some("BOCBX999999999".into())))),
    ("账簿记着已签约，答复却是拒绝",       ANSWERS,  "AGR-09", says(refusing)),
    ("账簿记着已拒绝，答复却是同意",       ANSWERS,  "AGR-09", says(|s| agreeing(s, "BOCBX000000003"))),
    ("拒绝却不写原因",                     VALID,    "AGR-11", says(|s| reasoned(s, None))),
    ("办完了不发答复",                     ANSWERS,  "AGR-11", Saboteur { say: Say::Any(|_, s| if s.message.correlation.is_some() { vec![] } else { vec![s] }), ..HONEST }),
    ("拒绝了签约又来终止协议",             ANSWERS,  "AGR-09", then(|s| (matches!(s.message.body, Body::BankSigningAnswered(_)) && decides(s, Decision::Refused)).then(|| once_more(ending(s.clone()))))),
    ("终止别家银行签的协议",               ANSWERS,  "ACC-10", Saboteur { say: Say::Any(|scene, s| { let other = scene.another(&s.message.source); let extra = bank_agrees(&s).then(|| from(ending(s.clone()), other)); [Some(s), extra].into_iter().flatten().collect() }), ..HONEST }),
    ("终止协议时写错协议编号",             ANSWERS,  "AGR-09", says(|s| changed(s, |m| if let Body::AgreementEnded(e) = &mut m.body { e.agreement_number = "BOCBX888888888".into() }))),
    ("终止了协议，账簿却还记着有效",       ANSWERS,  "AGR-09", Saboteur { books: |_, lines, _| lines.iter_mut().filter(|l| l.standing == "ended").for_each(|l| l.standing = "agreed".into()), ..HONEST }),
    // Receipts.
    ("不给回执却照样办理",                 RECEIPTS, "MSG-04", receipts(Receipting::None)),
    ("回执针对的是别的字节",               RECEIPTS, "MSG-04", receipts(Receipting::OtherBytes)),
    ("什么都回执接受，打不开的也是",       VALID,    "MSG-02", receipts(Receipting::Accepting)),
    ("回执拒绝，却照样办理并答复",         VALID,    "MSG-04", receipts(Receipting::Refusing)),
    ("回执由别家机构签名",                 RECEIPTS, "MSG-04", receipts(Receipting::SignedByAnother)),
    ("没有回执也从不重发",                 RECEIPTS, "MSG-04", Saboteur { say: Say::Any(|_, s| if s.sending > 1 { vec![] } else { vec![s] }), ..HONEST }),
    ("只重发三次就放弃",                   RECEIPTS, "MSG-04", Saboteur { say: Say::Any(|_, s| if s.sending > 4 { vec![] } else { vec![s] }), ..HONEST }),
    ("说好重复的答复只发一次",             ANSWERS,  "MSG-03", Saboteur { say: Say::Any(|_, s| if s.sending == 2 { vec![] } else { vec![s] }), ..HONEST }),
    ("第五次以后的重发都略去",             RECEIPTS, "MSG-04", Saboteur { say: Say::Any(|_, s| if (5..8).contains(&s.sending) { vec![] } else { vec![s] }), ..HONEST }),
    // Books.
    ("同一份申请到几次就办理几次",         ONCE,     "MSG-03", Saboteur { books: |_, lines, copies| for l in lines { l.requests_handled = copies(l) }, ..HONEST }),
    ("账簿里多出一笔没人申请过的",         VALID,    "MSG-02", Saboteur { books: |_, lines, _| { let extra = lines.first().cloned().map(|l| crate::evidence::BookLine { application: ELSE.into(), ..l }); lines.extend(extra) }, ..HONEST }),
    ("签成的协议没有记入账簿",             ONCE,     "AGR-09", Saboteur { books: |scene, lines, _| lines.retain(|l| scene.role(&l.party) != PartyRole::Bank), ..HONEST }),
];

/// A number that nobody's business has.
const ELSE: &str = "20260302000000999999";

/// Every sending of every party is changed so.
const fn says(change: fn(Said) -> Said) -> Saboteur {
    Saboteur { say: Say::Otherwise(change), ..HONEST }
}

/// After what every party says, something more, where there is something.
const fn then(more: fn(&Said) -> Option<Said>) -> Saboteur {
    Saboteur { say: Say::More(more), ..HONEST }
}

const fn receipts(how: Receipting) -> Saboteur {
    Saboteur { receipt: how, ..HONEST }
}

fn days(n: u64) -> Duration {
    Duration::from_secs(n * 86_400)
}

fn sealed(said: Said, sealing: Sealing) -> Said {
    Said { sealing, ..said }
}

fn changed(mut said: Said, change: impl FnOnce(&mut Message)) -> Said {
    change(&mut said.message);
    said
}

/// Another id, the same for the same.
fn next_id(id: &MessageId) -> MessageId {
    MessageId::new(&id.as_str().chars().rev().collect::<String>())
}

/// As a message of its own, after the one that it was made from.
fn once_more(said: Said) -> Said {
    changed(said, |m| {
        m.id = next_id(&m.id);
        m.sequence += 1;
    })
}

fn from(said: Said, source: PartyId) -> Said {
    changed(said, |m| {
        m.source = source;
        m.sequence = 1;
        m.id = next_id(&m.id);
    })
}

fn decides(said: &Said, wanted: Decision) -> bool {
    said.message.body.decision().is_some_and(|(decision, _)| decision == wanted)
}

fn bank_agrees(said: &Said) -> bool {
    matches!(&said.message.body, Body::BankSigningAnswered(b) if b.decision == Decision::Agreed)
}

/// An agreeing answer made a refusing one.
fn refusing(said: Said) -> Said {
    if !decides(&said, Decision::Agreed) {
        return said;
    }
    terms(reasoned_as(said, Decision::Refused, Some("资料不全".into())), |b| {
        (b.agreement_number, b.effective, b.expiry) = (None, None, None);
    })
}

/// A refusing answer made an agreeing one.
fn agreeing(said: Said, number: &str) -> Said {
    if !decides(&said, Decision::Refused) {
        return said;
    }
    let today = said.message.time.date().to_string();
    terms(reasoned_as(said, Decision::Agreed, None), |b| {
        (b.agreement_number, b.effective, b.expiry) = (Some(number.to_owned()), Some(today), None);
    })
}

fn reasoned_as(said: Said, how: Decision, why: Option<String>) -> Said {
    changed(said, |m| {
        if let Some((decision, reason)) = m.body.decision_mut() {
            (*decision, *reason) = (how, why);
        }
    })
}

/// A refusing answer with another reason.
fn reasoned(said: Said, why: Option<String>) -> Said {
    if decides(&said, Decision::Refused) { reasoned_as(said, Decision::Refused, why) } else { said }
}

/// A bank's answer with other terms.
fn terms(said: Said, change: impl FnOnce(&mut BankSigningAnswer)) -> Said {
    changed(said, |m| {
        if let Body::BankSigningAnswered(answer) = &mut m.body {
            change(answer);
        }
    })
}

/// An agreeing answer of a bank with other terms.
fn agreed_terms(said: Said, change: impl FnOnce(&mut BankSigningAnswer)) -> Said {
    if bank_agrees(&said) { terms(said, change) } else { said }
}

/// 协议终止 about what the answer was about.
fn ending(said: Said) -> Said {
    changed(said, |m| {
        let application = m.subject.clone();
        let agreement_number = "BOCBX777777777".to_owned();
        m.correlation = None;
        m.body = Body::AgreementEnded(AgreementEnded { application, agreement_number, reason: "银行终止".into() });
    })
}
