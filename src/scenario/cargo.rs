//! Verbs of the cargo line and of payment into acts, and what 已知 says of covers and proposals.
//!
//! The other half of `steps`: which fields there are is the catalogue's, here stands only what each becomes.

use domain::{directory::PartyRole, portal::RecordKind};

use super::{
    catalogue::{
        Field, Takes, Verb,
        cargo::{COVERAGES, LINES, MODES},
        forms::{FormName, INSURER_LABEL, INSURER_SHORT},
        verb_named,
    },
    fields::{Named, Reader, nodes_of},
    mistake::{MistakeKind, Vocabulary},
    model::{Act, CardSlot, CargoAct, CoverGiven, Deed, Entry, GivenRecord, PartyDeed, PartyName, Step, Value, Who},
    steps::{Fields, Head, first_word},
    tree::{Key, Node, NodeKind},
    values::{near_time, parse_time},
};
use crate::world::attachments;

/// Fields of a verb that mean nothing in 已知.
const NOT_GIVEN: [&str; 4] = ["由", "拒绝", "卡密码", "确认"];

impl Reader<'_> {
    pub(super) fn cargo_act(
        &mut self,
        verb: &Verb,
        who: Who,
        fields: &Fields<'_>,
        pin: Option<String>,
        confirm: bool,
    ) -> Option<Act> {
        let mut deed = Deed::of_verb(verb.name)?;
        if deed == Deed::Copy && fields.node("暂存").and_then(|n| self.choice(n, ["是", "否"])) == Some(true) {
            deed = Deed::CopyAndSave;
        }
        let selects = verb.fields.iter().find(|f| f.name == deed.selects()).map(|f| f.takes);
        let on = match (selects, fields.node(deed.selects())) {
            (Some(Takes::Records(kind)), Some(node)) => self.records(node, kind),
            (Some(_), _) => None,
            (None, _) => Some(Vec::new()),
        };
        let pays = matches!(deed, Deed::Pay | Deed::PayAgain);
        let chosen = fields.node("协议").filter(|_| pays);
        let agreement = chosen.map(|n| self.record(n, Some(RecordKind::Agreement)));
        let entry = Entry {
            fields: deed.form().map(|form| self.typed(form, fields)).unwrap_or_default(),
            special_terms: fields.node("特殊约定").and_then(|n| self.typed_terms(n)),
            attachments: fields.node("附件").and_then(|n| self.attachments(n)),
        };
        let agreement = match agreement {
            Some(read) => Some(read?),
            None => None,
        };
        Some(Act::Cargo(Box::new(CargoAct { who, deed, on: on?, entry, agreement, pin, confirm })))
    }

    /// What is typed into a form, by its labels.
    fn typed(&mut self, form: FormName, fields: &Fields<'_>) -> Vec<(String, Value)> {
        let mut typed: Vec<(String, Value)> = Vec::new();
        for (key, node) in fields.entries.iter().copied() {
            let label = match (form, key.text.as_str()) {
                (FormName::Request, INSURER_SHORT) => INSURER_LABEL,
                (_, other) => other,
            };
            let Some(field) = form.labels().iter().find(|f| f.name == label) else { continue };
            if label != key.text && fields.node(label).is_some() {
                self.push(MistakeKind::DuplicateKey { key: label.into(), first: key.span }, key.span);
                continue;
            }
            let Some(value) = self.value(node) else { continue };
            if let (Takes::Institution(role), Value::Text(name)) = (field.takes, &value)
                && !self.institution_word(name, role, node.span)
            {
                continue;
            }
            typed.push((label.to_owned(), value));
        }
        typed
    }

    /// 特殊约定 as a person types them: a list of 名称 and 内容, or 空.
    fn typed_terms(&mut self, node: &Node) -> Option<Vec<(Value, Value)>> {
        if matches!(&node.kind, NodeKind::Scalar { text, .. } if text == "空") {
            return Some(Vec::new());
        }
        const FIELDS: &[Field] = &[
            Field { name: "名称", takes: Takes::Form, required: true, text: "特殊约定名称" },
            Field { name: "内容", takes: Takes::Form, required: true, text: "特殊约定内容" },
        ];
        self.list(node);
        let mut terms = Vec::new();
        for item in nodes_of(Some(node)) {
            let key = Key { text: "特殊约定".into(), span: first_word(item) };
            let fields = self.fields(&key, "特殊约定", item, FIELDS);
            let name = fields.node("名称").and_then(|n| self.value(n));
            let content = fields.node("内容").and_then(|n| self.value(n));
            terms.extend(name.zip(content));
        }
        Some(terms)
    }

    /// 附件: names of fixtures, one or a list, or 空.
    fn attachments(&mut self, node: &Node) -> Option<Vec<String>> {
        match &node.kind {
            NodeKind::Scalar { text, .. } if text == "空" => Some(Vec::new()),
            NodeKind::List(items) => {
                let read: Vec<_> = items.iter().map(|n| self.attachment(n)).collect();
                read.into_iter().collect()
            }
            NodeKind::Scalar { .. } | NodeKind::Map(_) => self.attachment(node).map(|name| vec![name]),
        }
    }

    fn attachment(&mut self, node: &Node) -> Option<String> {
        let name = self.word(node)?;
        if attachments::names().any(|known| known == name) {
            return Some(name);
        }
        self.unknown(Vocabulary::Choice, &name, attachments::names(), node.span);
        None
    }

    /// One of these words.
    pub(super) fn one_of(&mut self, node: &Node, words: &[&str]) -> Option<String> {
        let text = self.word(node)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.unknown(Vocabulary::Choice, &text, words.iter().copied(), node.span);
        None
    }

    /// One or more of these words.
    fn some_of(&mut self, node: &Node, words: &[&str]) -> Option<Vec<String>> {
        if !matches!(node.kind, NodeKind::List(_)) {
            return self.one_of(node, words).map(|word| vec![word]);
        }
        if nodes_of(Some(node)).is_empty() {
            self.push(MistakeKind::Blank, node.span);
        }
        let read: Vec<_> = nodes_of(Some(node)).iter().map(|n| self.one_of(n, words)).collect();
        read.into_iter().collect()
    }

    fn day(&mut self, node: &Node) -> Option<String> {
        let text = self.word(node)?;
        if text.len() == 10 && parse_time(&text).is_some() {
            return Some(text);
        }
        let nearest = near_time(&text).and_then(|t| t.get(..10).map(str::to_owned));
        self.push(MistakeKind::BadDate { found: text, nearest }, node.span);
        None
    }

    fn rate(&mut self, node: &Node) -> Option<String> {
        let text = self.word(node)?;
        let bare = text.strip_suffix('%').unwrap_or(&text);
        let (whole, places) = bare.split_once('.').unwrap_or((bare, "0"));
        let digits =
            |part: &str, most| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
        if digits(whole, 3) && digits(places, 6) {
            return Some(bare.to_owned());
        }
        self.push(MistakeKind::BadForm { found: text, expected: "费率写百分比，例如 0.450" }, node.span);
        None
    }

    /// 货物类别: `[[章, 目], …]` by code; one pair may stand alone.
    fn categories(&mut self, node: &Node) -> Option<Vec<(String, String)>> {
        let items = self.list(node);
        let alone = items.len() == 2 && items.iter().all(|n| matches!(n.kind, NodeKind::Scalar { .. }));
        let pairs = if alone { std::slice::from_ref(node) } else { items };
        let mut read = Vec::new();
        for pair in pairs {
            let texts: Vec<Option<String>> = nodes_of(Some(pair)).iter().map(|n| self.word(n)).collect();
            let codes: Vec<String> = texts.into_iter().flatten().collect();
            let coded = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
            match codes.as_slice() {
                [chapter, heading] if coded(chapter, 2) && coded(heading, 4) => {
                    read.push((chapter.clone(), heading.clone()));
                }
                _ => {
                    let found = self.source.slice(pair.span).to_owned();
                    let expected = "货物类别写 [章的两位代码, 目的四位代码]，例如 [85, 8531]";
                    self.push(MistakeKind::BadForm { found, expected }, pair.span);
                }
            }
        }
        Some(read)
    }

    fn cover_given(&mut self, fields: &Fields<'_>) -> CoverGiven {
        let plain = |value: Value| match value {
            Value::Text(text) => text,
            Value::Blank | Value::Reference { .. } => String::new(),
        };
        let terms = fields.node("特殊约定").and_then(|n| self.typed_terms(n));
        CoverGiven {
            line: fields.node("险种").and_then(|n| self.one_of(n, LINES)),
            rate: fields.node("保险费率").and_then(|n| self.rate(n)),
            minimum_premium: fields.node("最低保费").and_then(|n| self.amount(n)),
            voyage_limit: fields.node("单次限额").and_then(|n| self.amount(n)),
            modes: fields.node("运输方式").and_then(|n| self.some_of(n, MODES)),
            begins: fields.node("起效").and_then(|n| self.day(n)),
            ends: fields.node("结束").and_then(|n| self.day(n)),
            coverages: fields.node("险别").and_then(|n| self.some_of(n, COVERAGES)),
            categories: fields.node("货物类别").and_then(|n| self.categories(n)),
            special_terms: terms.map(|t| t.into_iter().map(|(name, content)| (plain(name), plain(content))).collect()),
        }
    }

    /// What a party does of itself.
    pub(super) fn party_act(&mut self, head: &Head<'_>, role: PartyRole, fields: &Fields<'_>) -> Option<Act> {
        let place = if role == PartyRole::Bank { "银行" } else { "保险机构" };
        let named = fields.node(place).and_then(|n| {
            let text = self.word(n)?;
            let known = self.institution_word(&text, role, n.span);
            self.cast.institution(&text, Some(role)).filter(|_| known).map(|i| PartyName::Institution(i.id.clone()))
        });
        let party = named.or_else(|| head.party.clone()).unwrap_or(PartyName::Role(role));
        let enterprise = fields.node("企业").and_then(|n| self.enterprise(n));
        let cover = fields.node("货运协议").map(|n| self.record(n, Some(RecordKind::OpenCover)));
        let terms = self.cover_given(fields);
        let deed = match head.verb.name {
            "保险公司.线下签约" => {
                let request = match fields.node("预约") {
                    Some(node) => Some(self.record(node, Some(RecordKind::OpenCoverRequest))?),
                    None => None,
                };
                PartyDeed::SignOffline { request, enterprise, terms }
            }
            "保险公司.变更协议" => PartyDeed::ChangeCover { cover: cover??, terms },
            "保险公司.终止协议" => {
                let reason = fields.node("原因").and_then(|n| self.word(n));
                PartyDeed::EndCover { cover: cover??, reason }
            }
            "银行.冻结账户" => PartyDeed::Freeze { enterprise: enterprise.unwrap_or(0) },
            "银行.解冻账户" => PartyDeed::Unfreeze { enterprise: enterprise.unwrap_or(0) },
            "银行.设置限额" => {
                let limit = fields.node("每日限额").and_then(|n| self.amount(n));
                PartyDeed::SetLimit { enterprise: enterprise.unwrap_or(0), limit }
            }
            "银行.存入" => {
                let amount = fields.node("金额").and_then(|n| self.amount(n))?;
                PartyDeed::Deposit { enterprise: enterprise.unwrap_or(0), amount }
            }
            other => unreachable!("the catalogue's verb {other} is read above, and a test reads them all"),
        };
        Some(Act::Party { party, deed })
    }

    /// The name of a record of 已知; one that nobody can write where none is given.
    pub(super) fn given_name(&mut self, fields: &Fields<'_>, item: &Node, kind: RecordKind) -> Option<String> {
        match fields.node("记作") {
            Some(node) => self.define(node, Named::Record(kind)),
            None => Some(format!("已知 {}", self.line(item.span))),
        }
    }

    /// A cover of 已知: asked for by 预约 and signed off-line, both through messages as always.
    pub(super) fn given_cover(&mut self, key: &Key, item: &Node) -> Vec<GivenRecord> {
        let Some(asking) = verb_named("预约") else { return Vec::new() };
        let Some(signing) = verb_named("保险公司.线下签约") else { return Vec::new() };
        let known: Vec<Field> = signing.fields.iter().filter(|f| f.name != "预约").copied().collect();
        let key = Key { text: key.text.clone(), span: first_word(item) };
        let fields = self.fields(&key, "已知的货运协议", item, &known);
        let enterprise = fields.node("企业").and_then(|n| self.enterprise(n)).unwrap_or(0);
        let who = Who { enterprise, card: CardSlot::Operator };
        let insurer = fields.node(INSURER_SHORT).and_then(|n| self.word(n));
        let line = fields.node("险种").and_then(|n| self.one_of(n, LINES));
        let typed = [(INSURER_LABEL, insurer), ("拟投保险种", line)];
        let typed =
            typed.into_iter().filter_map(|(label, text)| Some((label.to_owned(), Value::Text(text?)))).collect();
        let head = Head { key: &key, verb: signing, party: None };
        let signed = self.party_act(&head, PartyRole::Insurer, &fields);
        let line = self.line(item.span);
        let request = format!("已知 {line} 预约");
        let name = self.given_name(&fields, item, RecordKind::OpenCover);
        let act = CargoAct {
            who,
            deed: Deed::RequestCover,
            on: Vec::new(),
            entry: Entry { fields: typed, ..Entry::default() },
            agreement: None,
            pin: None,
            confirm: true,
        };
        let Some(Act::Party { party, deed: PartyDeed::SignOffline { terms, .. } }) = signed else { return Vec::new() };
        let deed = PartyDeed::SignOffline { request: Some(request.clone()), enterprise: Some(enterprise), terms };
        let step = |verb: &Verb, act, name| Step { verb: verb.name, act, name, refusal: None, line };
        vec![
            GivenRecord { step: step(asking, Act::Cargo(Box::new(act)), Some(request)), until: Some("预约成功") },
            GivenRecord { step: step(signing, Act::Party { party, deed }, name), until: Some("有效") },
        ]
    }

    /// A proposal of 已知, as the step that sends it.
    pub(super) fn given_proposal(&mut self, key: &Key, item: &Node) -> Option<Step> {
        let verb = verb_named("货运投保")?;
        let known: Vec<Field> = verb.all_fields().into_iter().filter(|f| !NOT_GIVEN.contains(&f.name)).collect();
        let key = Key { text: key.text.clone(), span: first_word(item) };
        let fields = self.fields(&key, "已知的投保单", item, &known);
        let who = self.who(verb, &fields);
        let act = self.cargo_act(verb, who, &fields, None, true);
        let name = self.given_name(&fields, item, RecordKind::Proposal);
        Some(Step { verb: verb.name, act: act?, name, refusal: None, line: self.line(item.span) })
    }

    /// The labels beside which a red hint may stand: those of the form that has the nearest one.
    pub(super) fn hinted(&self, found: &str) -> Vec<&'static str> {
        let forms = [FormName::Agreement, FormName::Request, FormName::Proposal];
        let near =
            forms.into_iter().find(|form| super::meant::nearest(found, form.labels().iter().map(|f| f.name)).is_some());
        near.unwrap_or(FormName::Agreement).labels().iter().map(|f| f.name).collect()
    }
}
