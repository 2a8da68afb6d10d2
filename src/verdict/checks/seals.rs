//! 签名真实 (ACC-06, AGR-07): what the enterprise is said to have signed, its own legal-person card has signed.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Time,
    directory::PartyId,
    message::{Body, CardSeal, Kind, Payer},
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

/// The role of a 法人卡 in a card's certificate.
const LEGAL_PERSON: &str = "10";

pub fn check(evidence: &Evidence, context: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for leaving in Wire::of(evidence, context.suite).first_sendings() {
        let sent = leaving.sent;
        if !matches!(sent.kind, Kind::InsurerSigningRequested | Kind::BankSigningRequested) {
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
        let Some(request) = Request::of(&opened.message.body) else { continue };
        outcome.evaluated = true;
        let owner = evidence.owners.get(&opened.message.subject).map(String::as_str);
        for wrong in request.mistakes(owner, context.card_roots, leaving.at) {
            outcome.findings.push(finding(leaving, wrong));
        }
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
        let mut wrong = Vec::new();
        let mut say = |requirement, text: &str, expected: &str, actual: &str| {
            wrong.push(Wrong { requirement, text: text.into(), expected: expected.into(), actual: actual.into() });
        };
        let decoded = |text: &str| STANDARD.decode(text).ok();
        let certificate = decoded(&self.seal.certificate).and_then(|der| Certificate::recall(&der).ok());
        let Some(certificate) = certificate else {
            say("ACC-06", "电子签名中的证书无法读出", "证书", "");
            return wrong;
        };
        if !roots.iter().any(|root| certificate.check(root, now.unix_ms().div_euclid(1000)).is_ok()) {
            say(
                "ACC-06",
                "电子签名的证书不是由可信的发卡机构签发，或不在有效期内",
                "",
                certificate.issuer_common_name(),
            );
        }
        let text = self.seal.text.as_bytes();
        let verified = decoded(&self.seal.signature).is_some_and(|s| certificate.public_key().verify(text, &s).is_ok());
        if !verified {
            say("ACC-06", "电子签名与所签的文字不符", "验签通过", "验签失败");
        }
        let facts = certificate.card_facts();
        let (code, role) = facts.map(|f| (f.organisation_code, f.role)).unwrap_or_default();
        let uscc = self.payer.uscc.as_str();
        // The organisation code is the 9th to 17th character of the 统一社会信用代码; a card may carry either.
        if code != uscc && uscc.get(8..17) != Some(code.as_str()) {
            say("ACC-06", "电子签名不是付款企业的卡所签", uscc, &code);
        }
        if role != LEGAL_PERSON {
            say("AGR-07", "电子签名不是法人卡所签", LEGAL_PERSON, &role);
        }
        if let Some(owner) = owner.filter(|owner| *owner != uscc) {
            say("ACC-06", "付款企业不是签署这份协议的企业", owner, uscc);
        }
        for (what, value) in [
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
        ] {
            if !self.seal.text.contains(value) {
                say("AGR-06", &format!("所签的文字没有写明报文中的{what}"), value, "");
            }
        }
        wrong
    }
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
