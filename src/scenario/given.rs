//! 已知: what there is before the first step. Records are steps that make them; accounts are facts of the banks.

use domain::{directory::PartyRole, portal::RecordKind};

use super::{
    catalogue::{Field, GIVEN_KEYS, TERMS_LABEL, TERMS_PRINTED, verb_named},
    fields::Reader,
    mistake::Vocabulary,
    model::{Account, AccountFact, Act, Given, GivenRecord, Step},
    steps::first_word,
    tree::{Key, Node},
};

/// What 已知 may say of the accounts of an enterprise.
pub(super) const ACCOUNT_FACTS: [&str; 3] = ["余额", "冻结", "每日限额"];

impl Reader<'_> {
    /// 已知
    pub(super) fn given(&mut self, node: Option<&Node>) -> Given {
        let mut given = Given::default();
        let Some(node) = node else { return given };
        for (key, value) in self.map(node) {
            match key.text.as_str() {
                "企业" => {
                    for (name, facts) in self.map(value) {
                        self.accounts(name, facts, &mut given);
                    }
                }
                "协议" => {
                    for item in self.list(value) {
                        let step = self.given_agreement(key, item);
                        given.records.extend(step.map(|step| GivenRecord { step, until: Some("成功") }));
                    }
                }
                "货运协议" => {
                    for item in self.list(value) {
                        given.records.extend(self.given_cover(key, item));
                    }
                }
                "投保单" => {
                    for item in self.list(value) {
                        let step = self.given_proposal(key, item);
                        given.records.extend(step.map(|step| GivenRecord { step, until: Some("已出单未缴费") }));
                    }
                }
                other => self.unknown_field(other, "已知", GIVEN_KEYS.iter().copied(), key.span),
            }
        }
        given
    }

    fn accounts(&mut self, name: &Key, facts: &Node, given: &mut Given) {
        let cast = self.cast;
        let enterprise = cast.enterprise(&name.text);
        if enterprise.is_none() {
            self.unknown(Vocabulary::Enterprise, &name.text, cast.enterprise_names(), name.span);
        }
        for (key, value) in self.map(facts) {
            if !ACCOUNT_FACTS.contains(&key.text.as_str()) {
                self.unknown_field(&key.text, "企业", ACCOUNT_FACTS, key.span);
                continue;
            }
            for (bank, node) in self.map(value) {
                let known = self.institution_word(&bank.text, PartyRole::Bank, bank.span);
                let fact = match key.text.as_str() {
                    "余额" => self.amount(node).map(AccountFact::Balance),
                    "每日限额" => self.amount(node).map(AccountFact::DailyLimit),
                    _ => self.choice(node, ["是", "否"]).filter(|frozen| *frozen).map(|_| AccountFact::Frozen),
                };
                let id = cast.institution(&bank.text, Some(PartyRole::Bank)).map(|i| i.id.clone());
                if let (true, Some(enterprise), Some(bank), Some(fact)) = (known, enterprise, id, fact) {
                    given.accounts.push(Account { enterprise, bank, fact });
                }
            }
        }
    }

    /// An agreement of 已知, as the signing step that makes it.
    fn given_agreement(&mut self, key: &Key, item: &Node) -> Option<Step> {
        let verb = verb_named("协议签署")?;
        let known: Vec<Field> = verb
            .all_fields()
            .into_iter()
            .filter(|f| !["由", "拒绝", "卡密码", "确认", TERMS_LABEL, TERMS_PRINTED].contains(&f.name))
            .collect();
        let fields = self.fields(&Key { text: key.text.clone(), span: first_word(item) }, "已知的协议", item, &known);
        let who = self.who(verb, &fields);
        let (form, terms) = self.form(&fields);
        let name = self.given_name(&fields, item, RecordKind::Agreement);
        let act = Act::SignAgreement { who, form, pin: None, confirm: true, terms };
        Some(Step { verb: verb.name, act, name, refusal: None, line: self.line(item.span) })
    }
}
