//! 步骤: verbs and their fields into acts.
//!
//! The catalogue says which fields a verb takes and which it needs; here stands only what each becomes. A verb that
//! the catalogue has and this file forgets is a bug that a test finds.

use domain::{
    directory::PartyRole,
    portal::{Page, RecordKind},
};

use super::{
    catalogue::{
        AGREEMENT_FORM, Actor, BANK_LABEL, BANK_SHORT, Field, REFUSAL_KEYS, TABLE_FIELDS, TERMS_LABEL, TERMS_PRINTED,
        Takes, VERBS, Verb,
        forms::{FormName, INSURER_LABEL, INSURER_SHORT},
        page_columns, page_filters, page_sorts,
        records::{ORDERS, RANGES, TABS, page_states, words_of},
        verb_named,
    },
    fields::{Asked, LISTS, Named, Reader, nodes_of},
    meant::{nearest, part_not_built},
    mistake::{MistakeKind, Vocabulary},
    model::{Act, Advance, CardSlot, Deed, PartyName, RefusalExpected, Step, SubjectExpected, Value, Who},
    source::Span,
    tree::{Key, Node, NodeKind},
    values::{near_time, parse_lapse, parse_time},
};
use crate::verdict::expect::Expected;

/// The fields of one verb or fault, checked against its table.
pub(super) struct Fields<'n> {
    pub(super) entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Fields<'n> {
    pub(super) fn node(&self, name: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(k, _)| k.text == name).map(|(_, n)| *n)
    }
}

/// What a step's key says.
pub(super) struct Head<'n> {
    pub(super) key: &'n Key,
    pub(super) verb: &'static Verb,
    pub(super) party: Option<PartyName>,
}

impl Reader<'_> {
    /// A map of fields: unknown ones and missing ones are told.
    pub(super) fn fields<'n>(&mut self, key: &Key, of: &str, node: &'n Node, known: &[Field]) -> Fields<'n> {
        self.fields_and(key, of, node, known, &[])
    }

    /// The same, with fields that stand outside of the map by mistake.
    fn fields_and<'n>(
        &mut self,
        key: &Key,
        of: &str,
        node: &'n Node,
        known: &[Field],
        outside: &[&'n (Key, Node)],
    ) -> Fields<'n> {
        let mut entries: Vec<(&Key, &Node)> = self.map(node).iter().map(|(k, n)| (k, n)).collect();
        let given = !entries.is_empty() || node.is_nothing() || matches!(node.kind, NodeKind::Map(_));
        // Fields that are written as a list have been told as that, and are read all the same.
        for item in nodes_of(Some(node)) {
            if let NodeKind::Map(inner) = &item.kind {
                entries.extend(inner.iter().map(|(k, n)| (k, n)));
            }
        }
        entries.extend(outside.iter().map(|(k, n)| (k, n)));
        let mut strangers = false;
        let mut meant = Vec::new();
        for (field, _) in &entries {
            if !known.iter().any(|f| f.name == field.text) {
                strangers = true;
                if self.is_full() {
                    continue;
                }
                meant.extend(nearest(&field.text, known.iter().map(|f| f.name)));
                self.unknown_field(&field.text, of, known.iter().map(|f| f.name), field.span);
            }
        }
        for field in known.iter().filter(|f| f.required && !entries.iter().any(|(k, _)| k.text == f.name)) {
            // A node of the wrong shape, or a misspelt field, has been told already.
            let told = meant.iter().any(|m| m == field.name) || strangers && known.len() == 1;
            if !told && given {
                self.push(MistakeKind::Missing { key: field.name, of: format!("「{of}」") }, key.span);
            }
        }
        Fields { entries }
    }

    /// 步骤
    pub(super) fn steps(&mut self, node: Option<&Node>) -> Vec<Step> {
        let Some(node) = node else { return Vec::new() };
        if self.list(node).is_empty() && matches!(&node.kind, NodeKind::List(_)) {
            self.push(MistakeKind::Blank, node.span);
        }
        let mut steps = Vec::new();
        for item in nodes_of(Some(node)) {
            steps.extend(self.step(item));
        }
        steps
    }

    fn step(&mut self, item: &Node) -> Option<Step> {
        self.step = item.span;
        let NodeKind::Map(entries) = &item.kind else {
            let hint = self.right_step(item);
            self.wrong_shape_because(item, "「动作: {字段: 值}」", hint);
            return None;
        };
        let verb_at = entries.iter().position(|(k, _)| self.verb_of(k).is_some());
        let (key, node) = entries.get(verb_at.unwrap_or(0))?;
        let others: Vec<&(Key, Node)> = entries.iter().filter(|(k, _)| k.span != key.span).collect();
        let Some(head) = self.head(key) else {
            self.broken(node);
            others.iter().filter(|(k, _)| k.text == "记作").for_each(|(_, name)| {
                self.define(name, Named::Broken);
            });
            // Whose fields the others are cannot be known.
            if others.iter().any(|(k, _)| !super::catalogue::is_word(&k.text)) {
                self.push(MistakeKind::ManyVerbs { count: entries.len() }, others[0].0.span);
            }
            return None;
        };
        let outside = self.outside(&head, &others);
        let step = self.act(&head, node, &outside);
        let name = step.as_ref().and_then(|s| s.name.clone());
        self.step_names.push((name, head.verb.name));
        step
    }

    /// Keys beside a verb that are its fields, for want of indentation. Another verb there is told, and read for itself.
    fn outside<'n>(&mut self, head: &Head<'_>, others: &[&'n (Key, Node)]) -> Vec<&'n (Key, Node)> {
        let known = head.verb.all_fields();
        let looks = matches!(head.verb.name, "等待" | "期望");
        let (inside, more): (Vec<_>, Vec<_>) = others
            .iter()
            .copied()
            .partition(|(k, _)| known.iter().any(|f| f.name == k.text) || looks && self.is_defined(&k.text));
        if let Some((first, _)) = inside.first() {
            let (field, verb) = (first.text.clone(), head.verb.name.to_owned());
            self.push(MistakeKind::FieldOutside { field, verb }, first.span);
        }
        if let Some((second, _)) = more.first() {
            self.push(MistakeKind::ManyVerbs { count: more.len() + 1 }, second.span);
        }
        for (key, node) in more {
            if let Some(head) = self.verb_of(key) {
                let step = self.act(&head, node, &[]);
                self.step_names.push((step.and_then(|s| s.name), head.verb.name));
            } else {
                self.broken(node);
            }
        }
        inside
    }

    /// How a step that is only a text, or a list, is written.
    fn right_step(&self, item: &Node) -> Option<String> {
        if self.is_full() {
            return None;
        }
        let text = match &item.kind {
            NodeKind::Scalar { text, .. } => text.as_str(),
            NodeKind::List(items) => match &items.first()?.kind {
                NodeKind::Scalar { text, .. } => text.as_str(),
                NodeKind::List(_) | NodeKind::Map(_) => return None,
            },
            NodeKind::Map(_) => return None,
        };
        let word = text.split([' ', '：', ':']).next().unwrap_or_default();
        let verb = VERBS.iter().find(|v| text.starts_with(v.name));
        let verb = verb.or_else(|| verb_named(&nearest(word, VERBS.iter().map(|v| v.name))?))?;
        Some(format!("例如 {}", verb.example))
    }

    /// A step with an unknown verb: the name that it would have defined is known all the same.
    fn broken(&mut self, node: &Node) {
        if let NodeKind::Map(entries) = &node.kind
            && let Some((_, name)) = entries.iter().find(|(k, _)| k.text == "记作")
        {
            self.define(name, Named::Broken);
        }
    }

    /// The verb that a key is.
    fn verb_of<'n>(&self, key: &'n Key) -> Option<Head<'n>> {
        if let Some(verb) = verb_named(&key.text) {
            let party = match verb.actor {
                Actor::Party(role) => Some(PartyName::Role(role)),
                Actor::Person(_) | Actor::Nobody => None,
            };
            return Some(Head { key, verb, party });
        }
        let (who, act) = key.text.split_once('.')?;
        let institution = self.cast.institution(who, None)?;
        let verb = verb_named(&format!("{}.{act}", institution.role.chinese()))?;
        Some(Head { key, verb, party: Some(PartyName::Institution(institution.id.clone())) })
    }

    fn head<'n>(&mut self, key: &'n Key) -> Option<Head<'n>> {
        if let Some(head) = self.verb_of(key) {
            return Some(head);
        }
        if self.is_full() {
            return None;
        }
        let act = key.text.split_once('.').map_or("", |(_, act)| act);
        let what = if let Some(part) = part_not_built(&key.text).or_else(|| part_not_built(act)) {
            MistakeKind::NotBuilt { word: key.text.clone(), part }
        } else if let Some(verb) = self.verb_with(&key.text) {
            MistakeKind::FieldForVerb { field: key.text.clone(), verb }
        } else {
            MistakeKind::UnknownVerb {
                found: key.text.clone(),
                nearest: nearest(&key.text, VERBS.iter().map(|v| v.name)),
                known: VERBS.iter().map(|v| v.name).collect::<Vec<_>>().join("、"),
            }
        };
        self.push(what, key.span);
        None
    }

    /// A verb that has this field: the one above if it has.
    fn verb_with(&self, field: &str) -> Option<&'static str> {
        let above = self.step_names.last().and_then(|(_, verb)| verb_named(verb));
        let has = |verb: &&Verb| verb.all_fields().iter().any(|f| f.name == field);
        let forms = VERBS.iter().filter(|v| v.form.is_some());
        above.into_iter().chain(forms).chain(VERBS).find(has).map(|verb| verb.name)
    }

    fn act(&mut self, head: &Head<'_>, node: &Node, outside: &[&(Key, Node)]) -> Option<Step> {
        let line = self.line(head.key.span);
        let verb = head.verb;
        let plain = |act| Step { verb: verb.name, act, name: None, refusal: None, line };
        match verb.name {
            "推进" => return self.advance(head, node).map(|a| plain(Act::Advance(a))),
            "等待" => return self.wait(head, node, outside).map(plain),
            "期望" => return Some(plain(Act::Expect { subjects: self.subjects(node, None, outside) })),
            _ => {}
        }
        let fields = self.fields_and(head.key, verb.name, node, &verb.all_fields(), outside);
        if verb.name == "银行.终止协议" {
            let agreement = fields.node("协议").and_then(|n| self.record(n, Some(RecordKind::Agreement)));
            let reason = fields.node("原因").and_then(|n| self.word(n));
            let party = head.party.clone().unwrap_or(PartyName::Role(PartyRole::Bank));
            return Some(plain(Act::EndAgreement { party, agreement: agreement?, reason }));
        }
        if let Actor::Party(role) = verb.actor {
            let act = self.party_act(head, role, &fields);
            let leaves = if act.is_some() { Named::Record(RecordKind::OpenCover) } else { Named::Broken };
            let name = fields.node("记作").and_then(|n| self.define(n, leaves));
            return act.map(|act| Step { name, ..plain(act) });
        }
        let refusal = fields.node("拒绝").map(|n| self.refusal(n));
        let who = self.who(verb, &fields);
        let act = self.persons_act(verb, who, &fields);
        let leaves = match &act {
            _ if refusal.is_some() => Named::Step,
            Some(Act::SignAgreement { confirm: true, .. } | Act::ResignAgreement { confirm: true, .. }) => {
                Named::Record(RecordKind::Agreement)
            }
            Some(Act::Query { page, .. }) => Named::Table(*page),
            Some(Act::Cargo(act)) if act.confirm => act.deed.leaves().map_or(Named::Step, Named::Record),
            // A name of a broken step is still known, so that its uses are not mistakes too.
            None if verb.form == Some(FormName::Agreement) => Named::Record(RecordKind::Agreement),
            None => Named::Broken,
            Some(_) => Named::Step,
        };
        let name = fields.node("记作").and_then(|n| self.define(n, leaves));
        Some(Step { verb: verb.name, act: act?, name, refusal, line })
    }

    pub(super) fn who(&mut self, verb: &Verb, fields: &Fields<'_>) -> Who {
        let enterprise = fields.node("企业").and_then(|n| self.enterprise(n)).unwrap_or(0);
        let default = match verb.actor {
            Actor::Person(_) if self.needs_legal_card(fields) => CardSlot::Legal,
            // 重新发送 is done with the card that the record belongs to.
            Actor::Person(_) if self.record_of(fields).is_some_and(|kind| kind != RecordKind::Agreement) => {
                CardSlot::Operator
            }
            Actor::Person(card) => card,
            Actor::Party(_) | Actor::Nobody => CardSlot::Operator,
        };
        let card = fields.node("由").and_then(|n| self.card(n)).unwrap_or(default);
        Who { enterprise, card }
    }

    /// What kind of record 记录 names.
    fn record_of(&self, fields: &Fields<'_>) -> Option<RecordKind> {
        match fields.node("记录").map(|n| &n.kind) {
            Some(NodeKind::Scalar { text, .. }) => self.kind_of_name(text.strip_prefix('$')?),
            _ => None,
        }
    }

    /// Whether a page is one of payment agreements, which only the legal person's card opens (ACC-08).
    fn needs_legal_card(&self, fields: &Fields<'_>) -> bool {
        let text = |key| match fields.node(key).map(|n| &n.kind) {
            Some(NodeKind::Scalar { text, .. }) => Some(text.as_str()),
            _ => None,
        };
        let record = self.record_of(fields);
        match text("页").and_then(Page::by_name) {
            Some(Page::Agreements) => true,
            Some(Page::StatusLog) => record.is_none_or(|kind| kind == RecordKind::Agreement),
            _ => false,
        }
    }

    fn persons_act(&mut self, verb: &Verb, who: Who, fields: &Fields<'_>) -> Option<Act> {
        let pin = fields.node("卡密码").and_then(|n| self.word(n));
        let confirm = fields.node("确认").and_then(|n| self.choice(n, ["是", "否"])).unwrap_or(true);
        let new = fields.node("新密码").and_then(|n| self.word(n));
        Some(match verb.name {
            "登录" => {
                let card = fields.node("方式").and_then(|n| self.choice(n, ["卡", "账号密码"])).unwrap_or(true);
                Act::Login { who, pin, password: !card }
            }
            "退出" => Act::Logout { who },
            "拔卡" => Act::PullCard { who },
            "插卡" => Act::InsertCard { who },
            "换卡" => {
                let enterprise = fields.node("换成企业").and_then(|n| self.enterprise(n)).unwrap_or(who.enterprise);
                let card = fields.node("换成").and_then(|n| self.card(n))?;
                Act::SwapCard { who, to: Who { enterprise, card } }
            }
            "修改卡密码" => Act::ChangePin { who, pin, new: new? },
            "解锁卡" => {
                let puk = fields.node("解锁码").and_then(|n| self.word(n));
                Act::UnblockCard { who, puk, new: new? }
            }
            "协议签署" => {
                let (form, terms) = self.form(fields);
                Act::SignAgreement { who, form, pin, confirm, terms }
            }
            "重新签署" => {
                let agreement = fields.node("协议").and_then(|n| self.record(n, Some(RecordKind::Agreement)));
                let (form, terms) = self.form(fields);
                Act::ResignAgreement { who, agreement: agreement?, form, pin, confirm, terms }
            }
            "重新发送" => {
                Act::Resend { who, record: fields.node("记录").and_then(|n| self.record(n, None))?, pin }
            }
            "查询" => self.query(who, fields, pin)?,
            other if Deed::of_verb(other).is_some() => self.cargo_act(verb, who, fields, pin, confirm)?,
            other => unreachable!("the catalogue's verb {other} is read above, and a test reads them all"),
        })
    }

    /// Fields of the agreement's form that are given, and whether the terms are ticked.
    pub(super) fn form(&mut self, fields: &Fields<'_>) -> (Vec<(String, Value)>, bool) {
        let mut form = Vec::new();
        let mut terms = true;
        for (key, node) in fields.entries.iter().copied() {
            let label = match key.text.as_str() {
                BANK_SHORT => BANK_LABEL,
                TERMS_PRINTED => TERMS_LABEL,
                other => other,
            };
            let Some(field) = AGREEMENT_FORM.iter().find(|f| f.name == label) else { continue };
            if label == TERMS_LABEL {
                terms = self.choice(node, ["是", "否"]).unwrap_or(true);
                continue;
            }
            if label == BANK_LABEL && key.text == BANK_LABEL && fields.node(BANK_SHORT).is_some() {
                let first = fields.entries.iter().find(|(k, _)| k.text == BANK_SHORT).map_or(key.span, |(k, _)| k.span);
                self.push(MistakeKind::DuplicateKey { key: BANK_LABEL.into(), first }, key.span);
                continue;
            }
            let Some(value) = self.value(node) else { continue };
            if let (Takes::Institution(role), Value::Text(name)) = (field.takes, &value)
                && !self.institution_word(name, role, node.span)
            {
                continue;
            }
            form.push((label.to_owned(), value));
        }
        (form, terms)
    }

    fn query(&mut self, who: Who, fields: &Fields<'_>, pin: Option<String>) -> Option<Act> {
        let page_node = fields.node("页")?;
        let name = self.word(page_node)?;
        let page = Page::by_name(&name);
        if page.is_none() {
            self.unknown(Vocabulary::Page, &name, Page::ALL.map(Page::name), page_node.span);
        }
        let page_size = fields.node("每页").and_then(|n| self.count(n, 1, 100)).unwrap_or(10);
        let page_number = fields.node("页码").and_then(|n| self.count(n, 1, 1_000_000)).unwrap_or(1);
        let kind = (page == Some(Page::CoverDetails)).then_some(RecordKind::OpenCover);
        let record = fields.node("记录").and_then(|n| self.record(n, kind));
        let page = page?;
        if matches!(page, Page::StatusLog | Page::CoverDetails) && fields.node("记录").is_none() {
            self.push(MistakeKind::Missing { key: "记录", of: format!("「{}」页", page.name()) }, page_node.span);
        }
        let tab = fields.node("页签").and_then(|n| self.one_of(n, TABS));
        let upwards = fields.node("次序").and_then(|n| self.one_of(n, ORDERS)).is_none_or(|order| order == ORDERS[0]);
        let sort = fields.node("排序").and_then(|n| self.column(n, page)).map(|column| (column, upwards));
        let states = page_states(page);
        let mut filters = Vec::new();
        if let Some(node) = fields.node("条件") {
            let known = page_filters(page);
            for (key, value) in self.map(node) {
                if !known.contains(&key.text.as_str()) {
                    self.unknown_field(&key.text, &format!("{name}的条件"), known.iter().copied(), key.span);
                    continue;
                }
                let nodes = match &value.kind {
                    NodeKind::List(items) if items.len() == 2 && RANGES.contains(&key.text.as_str()) => {
                        items.as_slice()
                    }
                    _ => std::slice::from_ref(value),
                };
                let values: Vec<Value> = nodes.iter().filter_map(|n| self.filter(n, &key.text, &states)).collect();
                filters.push((key.text.clone(), values));
            }
        }
        let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (page_size, page_number) = (small(page_size), small(page_number));
        Some(Act::Query { who, page, filters, page_size, page_number, record, sort, tab, pin })
    }

    /// A column of the page, by its head.
    fn column(&mut self, node: &Node, page: Page) -> Option<String> {
        let text = self.word(node)?;
        if page_sorts(page).contains(&text.as_str()) {
            return Some(text);
        }
        self.unknown_field(&text, &format!("{}的排序", page.name()), page_sorts(page).iter().copied(), node.span);
        None
    }

    fn filter(&mut self, node: &Node, label: &str, states: &[&str]) -> Option<Value> {
        let value = self.value(node)?;
        if let Value::Text(_) = &value {
            // What a filter may be is what its column may show.
            self.expected(node, Asked::one(label, states))?;
        }
        Some(value)
    }

    fn wait(&mut self, head: &Head<'_>, node: &Node, outside: &[&(Key, Node)]) -> Option<Act> {
        const LIMIT: &str = "时限";
        if let NodeKind::Scalar { text, plain: true } = &node.kind
            && parse_lapse(text).is_ok()
        {
            let hint =
                format!("「推进: {text}」让时间过去；「等待」要写等什么：{{协议: {{状态: 成功}}, 时限: {text}}}");
            let hint = Some(hint);
            self.wrong_shape_because(node, "「名称: {字段: 值}」的映射", hint);
            return None;
        }
        let subjects = self.subjects(node, Some(LIMIT), outside);
        let entries = self.map(node);
        let given = entries.iter().chain(outside.iter().copied()).find(|(k, _)| k.text == LIMIT);
        let Some((_, limit)) = given else {
            // One that stands within a subject has been told there.
            let inside =
                |n: &Node| matches!(&n.kind, NodeKind::Map(inner) if inner.iter().any(|(k, _)| k.text == LIMIT));
            let shaped = matches!(node.kind, NodeKind::Map(_)) || node.is_nothing();
            if shaped && !entries.iter().any(|(_, n)| inside(n)) {
                self.push(MistakeKind::Missing { key: LIMIT, of: "「等待」".into() }, head.key.span);
            }
            return None;
        };
        let limit = self.positive_lapse(limit)?;
        Some(Act::Wait { subjects, limit })
    }

    fn advance(&mut self, head: &Head<'_>, node: &Node) -> Option<Advance> {
        if let NodeKind::Scalar { .. } = node.kind {
            if let NodeKind::Scalar { text, .. } = &node.kind
                && let Some(to) = to_a_time(text)
            {
                let expected = "推进到一个时间，写成 {到: 2026-03-10}";
                self.push(MistakeKind::BadForm { found: to, expected }, node.span);
                return None;
            }
            let lapse = self.positive_lapse(node)?;
            self.earliest = self.earliest.map(|now| lapse.after(now));
            return Some(Advance::By(lapse));
        }
        if let NodeKind::List(_) = node.kind {
            self.wrong_shape_because(node, "时长，或 {到: 时间}", None);
            return None;
        }
        let fields = self.fields(head.key, "推进", node, head.verb.fields);
        match fields.node("到") {
            Some(to) => {
                let until = self.time(to)?;
                if let Some(now) = self.earliest.filter(|now| until < *now) {
                    self.push(MistakeKind::Past { found: until.to_string(), now }, to.span);
                    return None;
                }
                self.earliest = Some(until);
                Some(Advance::Until(until))
            }
            None => {
                if matches!(&node.kind, NodeKind::Map(inner) if inner.is_empty()) {
                    self.push(MistakeKind::Missing { key: "到", of: "「推进」".into() }, head.key.span);
                }
                None
            }
        }
    }

    /// The subjects of 等待 and 期望; `except` is a key that is no subject.
    fn subjects(&mut self, node: &Node, except: Option<&str>, outside: &[&(Key, Node)]) -> Vec<SubjectExpected> {
        let mut subjects = Vec::new();
        let entries = self.map(node).iter().chain(outside.iter().copied());
        let real = entries.filter(|(k, _)| Some(k.text.as_str()) != except);
        if real.clone().next().is_none() && (node.is_nothing() || matches!(node.kind, NodeKind::Map(_))) {
            self.push(MistakeKind::Blank, node.span);
        }
        for (key, value) in real {
            let Some(named) = self.subject(&key.text, key.span) else { continue };
            if named == Named::Broken {
                continue;
            }
            if named == Named::Step {
                let what = MistakeKind::WrongKind {
                    name: key.text.clone(),
                    found: named.chinese(),
                    expected: "记录或查询结果",
                };
                self.push(what, key.span);
                continue;
            }
            let mut fields = Vec::new();
            if self.map(value).is_empty() && (value.is_nothing() || matches!(value.kind, NodeKind::Map(_))) {
                self.push(MistakeKind::Blank, value.span);
            }
            for (field, node) in self.map(value) {
                if except == Some(field.text.as_str()) {
                    let expected = "它不是记录的字段，要写在记录的花括号外面";
                    self.push(MistakeKind::BadForm { found: field.text.clone(), expected }, field.span);
                    continue;
                }
                if !named.fields().contains(&field.text.as_str()) {
                    let of = named.chinese();
                    self.unknown_field(&field.text, of, named.fields().iter().copied(), field.span);
                    continue;
                }
                let expected = match named {
                    Named::Table(page) if field.text == TABLE_FIELDS[1] => self.rows(node, page),
                    _ => {
                        let list = LISTS.contains(&field.text.as_str());
                        let (states, codes): (&[&str], &[&str]) = match named {
                            Named::Record(kind) => (words_of(kind).states, words_of(kind).codes),
                            Named::Table(_) | Named::Step | Named::Broken => (&[], &[]),
                        };
                        self.expected(node, Asked { field: &field.text, states, codes, list })
                    }
                };
                if let Some(Expected::Reference { name, field: of }) = &expected
                    && *name == key.text
                    && *of == field.text
                {
                    self.push(MistakeKind::SameThing { found: format!("${name}.{of}") }, node.span);
                    continue;
                }
                let line = self.line(field.span);
                fields.extend(expected.map(|e| (field.text.clone(), e, line)));
            }
            subjects.push(SubjectExpected { subject: key.text.clone(), fields });
        }
        subjects
    }

    /// 行: a list of rows, each a map of columns.
    fn rows(&mut self, node: &Node, page: Page) -> Option<Expected> {
        if matches!(&node.kind, NodeKind::Scalar { .. }) {
            let expected = self.expected(node, Asked::one("", &[]))?;
            if matches!(expected, Expected::Empty | Expected::NonEmpty) {
                return Some(expected);
            }
        }
        let columns = page_columns(page);
        let states = page_states(page);
        let mut rows = Vec::new();
        for item in self.list(node) {
            let mut row = Vec::new();
            for (key, value) in self.map(item) {
                if columns.contains(&key.text.as_str()) {
                    row.extend(self.expected(value, Asked::one(&key.text, &states)).map(|e| (key.text.clone(), e)));
                } else {
                    self.unknown_field(&key.text, page.name(), columns.iter().copied(), key.span);
                }
            }
            rows.push(row);
        }
        matches!(node.kind, NodeKind::List(_)).then_some(Expected::Rows(rows))
    }

    fn refusal(&mut self, node: &Node) -> RefusalExpected {
        let mut refusal = RefusalExpected::default();
        if let NodeKind::Scalar { text, .. } = &node.kind
            && !node.is_nothing()
        {
            let code = domain::refusal::ALL.iter().any(|e| e.code == text);
            let hint = match text.as_str() {
                "是" | "yes" | "true" | "否" => "写明怎样被拒绝，例如 {提示: 含 密码错误}".to_owned(),
                _ if code => format!("写成 {{代码: {text}}}"),
                _ => format!("写成 {{提示: {text}}}"),
            };
            self.wrong_shape_because(node, "「字段: 值」的映射", Some(hint));
            return refusal;
        }
        let entries = self.map(node);
        if entries.is_empty() && (node.is_nothing() || matches!(node.kind, NodeKind::Map(_))) {
            self.push(MistakeKind::Blank, node.span);
        }
        for (key, value) in entries {
            match key.text.as_str() {
                "提示" => refusal.prompt = self.expected(value, Asked::one("提示", &[])),
                "代码" => refusal.code = self.refusal_code(value),
                "字段" => {
                    for (label, hint) in self.map(value) {
                        let shown = match label.text.as_str() {
                            BANK_SHORT => BANK_LABEL,
                            INSURER_SHORT => INSURER_LABEL,
                            other => other,
                        };
                        let row = shown.split_once('[').map_or(shown, |(list, _)| list);
                        if FORMS.iter().any(|f| f.has(shown))
                            || is_asked_of_a_page(shown)
                            || ["特殊约定", "附件"].contains(&row)
                        {
                            let hint = self.expected(hint, Asked::one("提示", &[]));
                            refusal.fields.extend(hint.map(|e| (shown.to_owned(), e)));
                        } else {
                            let known = self.hinted(&label.text);
                            self.unknown_field(&label.text, "拒绝的字段", known, label.span);
                        }
                    }
                }
                other => self.unknown_field(other, "拒绝", REFUSAL_KEYS.iter().copied(), key.span),
            }
        }
        refusal
    }

    fn refusal_code(&mut self, node: &Node) -> Option<Expected> {
        let expected = self.expected(node, Asked::one("代码", &[]))?;
        if let Expected::Literal(code) = &expected
            && !domain::refusal::ALL.iter().any(|e| e.code == code)
        {
            if let Some(found) = kind_of_code(code) {
                let expected = "门户或卡的拒绝代码";
                self.push(MistakeKind::WrongKind { name: code.clone(), found, expected }, node.span);
                return None;
            }
            // Only a code of the same hundred can have been meant.
            let alike = domain::refusal::ALL.iter().map(|e| e.code).filter(|c| code.get(..3) == c.get(..3));
            self.unknown(Vocabulary::RefusalCode, code, alike, node.span);
            return None;
        }
        Some(expected)
    }
}

/// Whether a page may refuse what stands there: a filter, or how the page is asked for.
fn is_asked_of_a_page(label: &str) -> bool {
    ["排序", "页签", "每页", "页码"].contains(&label) || Page::ALL.iter().any(|page| page.filters().contains(&label))
}

/// Every form beside whose fields red hints may stand.
const FORMS: [FormName; 3] = [FormName::Agreement, FormName::Request, FormName::Proposal];

/// What else a code is, that no refusal of a person's act has.
fn kind_of_code(code: &str) -> Option<&'static str> {
    if super::mistake::CODES.iter().any(|e| e.code == code) {
        return Some("场景文件的错误");
    }
    let receipts =
        interchange::CODES.iter().map(|(c, ..)| *c).chain(domain::portal::RECEIPT_CODES.iter().map(|(c, ..)| *c));
    receipts.into_iter().any(|c| c == code).then_some("回执里的拒绝")
}

/// `到 2026-03-10`, or the time alone.
fn to_a_time(text: &str) -> Option<String> {
    let time = text.trim().strip_prefix('到').unwrap_or(text).trim_start_matches([' ', ':', '：']);
    (parse_time(time).is_some() || near_time(time).is_some()).then(|| text.to_owned())
}

pub(super) fn first_word(node: &Node) -> Span {
    match &node.kind {
        NodeKind::Map(entries) => entries.first().map_or(node.span, |(k, _)| k.span),
        NodeKind::Scalar { .. } | NodeKind::List(_) => node.span,
    }
}
