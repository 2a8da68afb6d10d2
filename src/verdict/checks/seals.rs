//! 签名真实 (ACC-06, AGR-07, PAY-03): what the enterprise is said to have signed, its own card has signed: an agreement the
//! legal person's, a payment an operator's.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Time,
    directory::PartyId,
    message::{Body, CardSeal, Kind, Payer, payment::PaymentOrder},
};
use signing::Certificate;

use super::{
    Judging, Outcome,
    wire::{Leaving, Wire},
};
use crate::{
    evidence::Evidence,
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "签名真实";

/// Whose card must have signed: the role in its certificate, the rule, and what to say of another.
struct Signer {
    role: &'static str,
    rule: &'static str,
    other: &'static str,
    /// What to say if the payer is not the enterprise that acted.
    stranger: &'static str,
}

/// An agreement is signed by the 法人卡.
const LEGAL_PERSON: Signer =
    Signer {
        role: "10", rule: "AGR-07", other: "电子签名不是法人卡所签", stranger: "付款企业不是签署这份协议的企业"
    };

/// A payment is signed by an operator's.
const OPERATOR: Signer =
    Signer {
        role: "12", rule: "PAY-03", other: "电子签名不是操作员卡所签", stranger: "付款企业不是支付的企业"
    };

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for leaving in Wire::of(evidence, context.suite).first_sendings() {
        let sent = leaving.sent;
        let signed = [Kind::InsurerSigningRequested, Kind::BankSigningRequested, Kind::PaymentOrdered];
        if !signed.contains(&sent.kind) {
            continue;
        }
        let Some(opening) = context.open(&sent.bytes, &sent.to, leaving.at) else { continue };
        let opened = match &*opening {
            Ok(opened) => opened,
            Err(error) if error.code == interchange::CARD_SEAL => {
                outcome.evaluated = true;
                outcome.findings.push(finding(leaving, Wrong::unreadable(&error.reason)));
                continue;
            }
            // A request that does not open for its receiver for another reason is 报文有效's to tell.
            Err(_) => continue,
        };
        let owner = evidence.owners.get(&opened.message.subject).map(String::as_str);
        let wrong = match (&opened.message.body, Request::of(&opened.message.body)) {
            (_, Some(request)) => request.mistakes(owner, context.card_roots, leaving.at),
            (Body::PaymentOrdered(order), None) => of_order(order, owner, context.card_roots, leaving.at),
            (_, None) => continue,
        };
        outcome.evaluated = true;
        outcome.findings.extend(wrong.into_iter().map(|wrong| finding(leaving, wrong)));
    }
    outcome
}

fn finding(leaving: &Leaving<'_>, wrong: Wrong) -> Finding {
    let path = format!("报文 {} {}→{}", leaving.sent.kind.chinese(), PartyId::portal(), leaving.sent.to);
    Finding::new(Verdict::Failed, NAME, path, wrong.text)
        .against(wrong.requirement)
        .compared(wrong.expected, wrong.actual)
        .during(leaving.step)
        .about(leaving.sent.id.as_str())
}

/// What either signing request says.
pub(super) struct Request<'m> {
    pub bank: &'m str,
    pub payee: &'m str,
    pub service: &'m str,
    pub payer: &'m Payer,
    pub signed_at: &'m str,
    pub seal: &'m CardSeal,
}

impl<'m> Request<'m> {
    /// The request that a message is, if it is one.
    pub fn of(body: &'m Body) -> Option<Self> {
        let (bank, payee, service, payer, signed_at, seal) = match body {
            Body::InsurerSigningRequested(r) => (&r.bank, &r.payee, &r.service, &r.payer, &r.signed_at, &r.seal),
            Body::BankSigningRequested(r) => (&r.bank, &r.payee, &r.service, &r.payer, &r.signed_at, &r.seal),
            _ => return None,
        };
        Some(Self { bank, payee, service, payer, signed_at, seal })
    }
}

struct Wrong {
    requirement: &'static str,
    text: String,
    expected: String,
    actual: String,
}

impl Wrong {
    fn unreadable(reason: &str) -> Self {
        Self {
            requirement: "ACC-06",
            text: reason.into(),
            expected: "有效".into(),
            actual: interchange::CARD_SEAL.into(),
        }
    }
}

impl Request<'_> {
    fn mistakes(&self, owner: Option<&str>, roots: &[Certificate], now: Time) -> Vec<Wrong> {
        let named = [
            ("付款银行", self.bank),
            ("收款企业", self.payee),
            ("付款账号", self.payer.account.as_str()),
            ("企业名称", self.payer.name.as_str()),
            ("统一社会信用代码", self.payer.uscc.as_str()),
            ("住所", self.payer.address.as_str()),
            ("联系人", self.payer.contact.as_str()),
            ("联系方式", self.payer.phone.as_str()),
            ("企业邮箱", self.payer.email.as_str()),
            ("企业税号", self.payer.tax_number.as_str()),
            ("法定代表人", self.payer.legal_person.as_str()),
            ("邮政编码", self.payer.postcode.as_str()),
        ];
        let mut wrong = of_seal(self.seal, &LEGAL_PERSON, (self.payer.uscc.as_str(), owner), roots, now);
        wrong.extend(unnamed(self.seal, "AGR-06", &named));
        wrong
    }
}

/// What is wrong with the signature under a payment order.
fn of_order(order: &PaymentOrder, owner: Option<&str>, roots: &[Certificate], now: Time) -> Vec<Wrong> {
    let amount = order.amount.to_string();
    let mut wrong = of_seal(&order.seal, &OPERATOR, (order.uscc.as_str(), owner), roots, now);
    let named = [("金额", amount.as_str()), ("收款企业", &order.payee), ("付款账号", &order.account)];
    wrong.extend(unnamed(&order.seal, "ACC-06", &named));
    wrong
}

/// What the text that was signed does not name.
fn unnamed(seal: &CardSeal, rule: &'static str, named: &[(&str, &str)]) -> Vec<Wrong> {
    let missing = named.iter().filter(|(_, value)| !seal.text.contains(value));
    let wrong = |(what, value): &(&str, &str)| Wrong {
        requirement: rule,
        text: format!("所签的文字没有写明报文中的{what}"),
        expected: (*value).into(),
        actual: String::new(),
    };
    missing.map(wrong).collect()
}

/// What is wrong with a signature that `uscc` is said to have made; `owner` is who acted.
fn of_seal(
    seal: &CardSeal,
    signer: &Signer,
    (uscc, owner): (&str, Option<&str>),
    roots: &[Certificate],
    now: Time,
) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |requirement, text: &str, expected: &str, actual: &str| {
        wrong.push(Wrong { requirement, text: text.into(), expected: expected.into(), actual: actual.into() });
    };
    let decoded = |text: &str| STANDARD.decode(text).ok();
    let certificate = decoded(&seal.certificate).and_then(|der| Certificate::recall(&der).ok());
    let Some(certificate) = certificate else {
        say("ACC-06", "电子签名中的证书无法读出", "证书", "");
        return wrong;
    };
    if !roots.iter().any(|root| certificate.check(root, now.unix_ms().div_euclid(1000)).is_ok()) {
        let text = "电子签名的证书不是由可信的发卡机构签发，或不在有效期内";
        say("ACC-06", text, "", certificate.issuer_common_name());
    }
    let text = seal.text.as_bytes();
    let verified = decoded(&seal.signature).is_some_and(|s| certificate.public_key().verify(text, &s).is_ok());
    if !verified {
        say("ACC-06", "电子签名与所签的文字不符", "验签通过", "验签失败");
    }
    let facts = certificate.card_facts();
    let (code, role) = facts.map(|f| (f.organisation_code, f.role)).unwrap_or_default();
    // The organisation code is the 9th to 17th character of the 统一社会信用代码; a card may carry either.
    if code != uscc && uscc.get(8..17) != Some(code.as_str()) {
        say("ACC-06", "电子签名不是付款企业的卡所签", uscc, &code);
    }
    if role != signer.role {
        say(signer.rule, signer.other, signer.role, &role);
    }
    if let Some(owner) = owner.filter(|owner| *owner != uscc) {
        say("ACC-06", signer.stranger, owner, uscc);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use interchange::Suite;

    use super::{
        super::story::{OTHER, OWNER, Story, TEXT, at, payer},
        *,
    };

    fn mistakes(story: &Story, seal: &CardSeal, second: i64) -> Vec<String> {
        let payer = payer();
        let request = Request {
            bank: "中国银行股份有限公司",
            payee: "中银保险有限公司",
            service: "保费支付",
            payer: &payer,
            signed_at: "",
            seal,
        };
        request.mistakes(Some(OWNER), &story.card_roots, at(second)).into_iter().map(|w| w.text).collect()
    }

    //= ACC-06
    #[test]
    fn a_seal_is_judged_by_itself_whatever_the_gateways_say_of_it() {
        let mut story = Story::told_in(Suite::Mac);
        let good = story.seal_by(OWNER, "10", TEXT);
        assert_eq!(mistakes(&story, &good, 0), Vec::<String>::new());
        let foreign = story.seal_by(OTHER, "10", TEXT);
        assert_eq!(mistakes(&story, &foreign, 0), ["电子签名不是付款企业的卡所签"]);
        let operator = story.seal_by(OWNER, "12", TEXT);
        assert_eq!(mistakes(&story, &operator, 0), ["电子签名不是法人卡所签"]);
        let moved = CardSeal { signature: foreign.signature.clone(), ..good.clone() };
        assert_eq!(mistakes(&story, &moved, 0), ["电子签名与所签的文字不符"]);
        let garbled = CardSeal { certificate: "不是证书".into(), ..good.clone() };
        assert_eq!(mistakes(&story, &garbled, 0), ["电子签名中的证书无法读出"]);
        let a_century = 100 * 366 * 86_400;
        assert_eq!(mistakes(&story, &good, a_century), ["电子签名的证书不是由可信的发卡机构签发，或不在有效期内"]);
    }
}
