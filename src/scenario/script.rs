//! 对手方剧本, 故障 and 曾经: what parties decide, what goes wrong, what must have happened.
//!
//! Outcomes and entries of 曾经 are small texts with a grammar of their own; a mistake in one points at the very part.

use domain::{
    directory::PartyRole,
    message::Kind,
    money::Money,
    party::{Misbehaviour, Outcome, Point, Terms},
};
use interchange::catalogue::CATALOGUE;
use jiff::civil::Date;

use super::{
    catalogue::{FAULTS, OUTCOMES, fault_named, is_persons, verb_named},
    fields::{Reader, nodes_of},
    meant::nearest,
    mistake::{FEW, MistakeKind, Vocabulary},
    model::{CardFaultKind, Fault, FaultKind, Lapse, Once, OnceKind, PartyName, ScriptLine, WireSel},
    source::Span,
    steps::Fields,
    tree::{Key, Node, NodeKind},
    values::{Unread, near_amount, near_status_word, near_time, parse_lapse},
};

/// How deep outcomes may wrap each other.
const MAX_OUTCOME_DEPTH: usize = 8;

/// A text within a node, for places.
#[derive(Clone, Copy)]
struct Part<'n> {
    node: &'n Node,
    start: usize,
    text: &'n str,
}

impl<'n> Part<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        let NodeKind::Scalar { text, .. } = &node.kind else { return None };
        Some(Self { node, start: 0, text }.trimmed())
    }

    fn sub(self, from: usize, to: usize) -> Self {
        Self { start: self.start + from, text: &self.text[from..to], ..self }.trimmed()
    }

    fn trimmed(self) -> Self {
        let lead = self.text.len() - self.text.trim_start().len();
        Self { start: self.start + lead, text: self.text.trim(), ..self }
    }
}

impl Reader<'_> {
    fn part_span(&self, part: Part<'_>) -> Span {
        self.part(part.node, part.start, part.text.len())
    }

    /// 对手方剧本
    pub(super) fn script(&mut self, node: Option<&Node>) -> Vec<ScriptLine> {
        let mut lines = Vec::new();
        for (key, value) in node.map(|n| self.map(n)).unwrap_or_default() {
            let as_node = Node { kind: NodeKind::Scalar { text: key.text.clone(), plain: true }, span: key.span };
            let named = Part::of(&as_node).and_then(|part| self.decision_point(part));
            let mut outcomes = Vec::new();
            for item in self.list(value) {
                if let Some(hint) = outcome_of_map(self, item) {
                    self.wrong_shape_because(item, "文字", Some(hint));
                    continue;
                }
                let point = named.as_ref().map(|(_, point)| *point);
                if self.word(item).is_some()
                    && let Some(part) = Part::of(item)
                {
                    outcomes.extend(self.outcome(part, point, 0));
                }
            }
            if let Some((party, point)) = named {
                lines.push(ScriptLine { party, point, outcomes, line: self.line(key.span) });
            }
        }
        lines
    }

    /// `银行.签约`
    fn decision_point(&mut self, part: Part<'_>) -> Option<(PartyName, Point)> {
        let Some(dot) = part.text.find('.') else {
            let span = self.part_span(part);
            let of_roles = Point::ALL.map(|p| format!("{}.{}", p.role().chinese(), p.chinese()));
            let cast = self.cast;
            let of_institutions = Point::ALL.iter().flat_map(|p| {
                cast.institution_names(Some(p.role())).into_iter().map(|name| format!("{name}.{}", p.chinese()))
            });
            let all: Vec<String> = of_roles.iter().cloned().chain(of_institutions).collect();
            let near = nearest(part.text, all.iter().map(String::as_str));
            let known = near.as_deref().into_iter().chain(of_roles.iter().map(String::as_str));
            self.unknown(Vocabulary::Point, part.text, known, span);
            return None;
        };
        let (who, what) = (part.sub(0, dot), part.sub(dot + 1, part.text.len()));
        let span = self.part_span(who);
        let party = self.party_word(who.text, span, false)?;
        let role = match &party {
            PartyName::Role(role) => *role,
            PartyName::Institution(id) => self.cast.directory.by_id(id).map_or(PartyRole::Portal, |i| i.role),
        };
        let points = Point::ALL.into_iter().filter(|p| p.role() == role);
        if let Some(point) = points.clone().find(|p| p.chinese() == what.text) {
            return Some((party, point));
        }
        let span = self.part_span(what);
        self.unknown(Vocabulary::Point, what.text, points.map(Point::chinese), span);
        None
    }

    fn outcome(&mut self, part: Part<'_>, point: Option<Point>, depth: usize) -> Option<Outcome> {
        if let Some((i, found, meant)) = full_width_in(part.text) {
            let span = self.part_span(part.sub(i, i + found.len_utf8()));
            self.push(MistakeKind::FullWidth { found, meant }, span);
            return None;
        }
        let open = part.text.find('(');
        let word = part.sub(0, open.unwrap_or(part.text.len()));
        let inner = match open {
            None => None,
            Some(open) if part.text.ends_with(')') => Some(part.sub(open + 1, part.text.len() - 1)),
            Some(_) => return self.bad_outcome(part, "缺少右括号"),
        };
        if part.text.is_empty() {
            return self.bad_outcome(part, "应写明结果，例如「同意」");
        }
        if !OUTCOMES.iter().any(|(name, ..)| *name == word.text) {
            let span = self.part_span(word);
            self.unknown(Vocabulary::Outcome, word.text, OUTCOMES.iter().map(|(name, ..)| *name), span);
            return None;
        }
        let inner = inner.filter(|i| !i.text.is_empty());
        if depth >= MAX_OUTCOME_DEPTH {
            return self.bad_outcome(part, "套了太多层");
        }
        if let Some(wrong) = point.and_then(|point| not_there(word.text, point)) {
            return self.bad_outcome(word, wrong);
        }
        match (word.text, inner) {
            ("同意" | "成功" | "通过" | "已退款", None) => Some(Outcome::friendly()),
            ("通过", Some(inner)) => self.premium(inner),
            ("同意" | "成功", Some(inner)) if inner.text.starts_with("保费") => {
                self.bad_outcome(inner, "保费写在核保和人工复核的「通过」里：'通过(保费: 120.00)'")
            }
            ("同意" | "成功", Some(inner)) => self.agreement_terms(inner, point),
            ("转人工复核", reason) => Some(Outcome::Refer { reason: reason.map(|reason| reason.text.into()) }),
            ("处理中", None) => Some(Outcome::Pending),
            ("未受理", None) => Some(Outcome::Unseen),
            ("拒绝" | "失败" | "回执拒绝", Some(reason))
                if reason.text.matches('(').count() != reason.text.matches(')').count() =>
            {
                self.bad_outcome(part, "括号不成对")
            }
            ("拒绝" | "失败", Some(reason)) => Some(Outcome::Refuse { reason: reason.text.into() }),
            ("回执拒绝", Some(reason)) => Some(Outcome::ReceiptRefused { reason: reason.text.into() }),
            ("沉默", None) => Some(Outcome::Silent),
            ("无回执", None) => Some(Outcome::NoReceipt),
            ("胡言", None) => Some(Outcome::Nonsense),
            ("重复", Some(inner)) => Some(Outcome::Twice(Box::new(self.outcome(inner, point, depth + 1)?))),
            ("延迟", Some(inner)) => self.delayed(part, inner, point, depth),
            ("改口", Some(inner)) => self.changed(part, inner, point, depth),
            (word, Some(inner)) => {
                let Some(how) = Misbehaviour::WRAPPERS.into_iter().find(|m| m.chinese() == word) else {
                    return self.bad_outcome(part, "不带括号");
                };
                let of = self.outcome(inner, point, depth + 1)?;
                if bare(&of).any(|of| *of == Outcome::Nonsense) {
                    return self
                        .bad_outcome(inner, "「胡言」本身就必须被拒收，不能再加「坏签名」「过期证书」或「错收件人」");
                }
                Some(Outcome::Misbehave { how, of: Box::new(of) })
            }
            (_, None) => {
                let span = self.part_span(part);
                self.push(MistakeKind::BadForm { found: part.text.into(), expected: needs(word.text) }, span);
                None
            }
        }
    }

    fn bad_outcome(&mut self, part: Part<'_>, expected: &'static str) -> Option<Outcome> {
        let span = self.part_span(part);
        self.push(MistakeKind::BadForm { found: part.text.into(), expected }, span);
        None
    }

    /// `保费: 120.00`
    fn premium(&mut self, inner: Part<'_>) -> Option<Outcome> {
        let Some(colon) = inner.text.find(':') else {
            return self.bad_outcome(inner, "应为「保费: 120.00」");
        };
        let (label, amount) = (inner.sub(0, colon), inner.sub(colon + 1, inner.text.len()));
        if label.text != "保费" {
            let span = self.part_span(label);
            self.unknown_field(label.text, "通过", ["保费"], span);
            return None;
        }
        if let Ok(premium) = amount.text.parse::<Money>()
            && premium > Money::ZERO
        {
            return Some(Outcome::Agree { terms: Terms::Premium(premium) });
        }
        let span = self.part_span(amount);
        let nearest = near_amount(amount.text);
        self.push(MistakeKind::BadAmount { found: amount.text.into(), nearest }, span);
        None
    }

    /// `协议失效时间: 2026-03-10`
    fn agreement_terms(&mut self, inner: Part<'_>, point: Option<Point>) -> Option<Outcome> {
        let Some(colon) = inner.text.find(':') else {
            return self.bad_outcome(inner, "应为「协议失效时间: 2026-03-10」");
        };
        let (label, date) = (inner.sub(0, colon), inner.sub(colon + 1, inner.text.len()));
        if label.text != "协议失效时间" {
            let span = self.part_span(label);
            self.unknown_field(label.text, "同意", ["协议失效时间"], span);
            return None;
        }
        if point.is_some_and(|p| p != Point::BankSigning) {
            return self.bad_outcome(inner, "只有银行签约给出协议失效时间");
        }
        match date.text.parse::<Date>() {
            Ok(last) if date.text.len() == 10 => Some(Outcome::Agree { terms: Terms::Until(last) }),
            _ => {
                let span = self.part_span(date);
                let nearest = near_time(date.text).and_then(|t| t.get(..10).map(str::to_owned));
                self.push(MistakeKind::BadDate { found: date.text.into(), nearest }, span);
                None
            }
        }
    }

    /// `延迟(2小时, 同意)`
    fn delayed(&mut self, part: Part<'_>, inner: Part<'_>, point: Option<Point>, depth: usize) -> Option<Outcome> {
        let Some(comma) = inner.text.find(',') else {
            return self.bad_outcome(part, needs("延迟"));
        };
        let (by, then) = (inner.sub(0, comma), inner.sub(comma + 1, inner.text.len()));
        if OUTCOMES.iter().any(|(name, ..)| *name == by.text) && parse_lapse(then.text).is_ok() {
            return self.bad_outcome(part, "先写时长，再写答复，例如「延迟(2小时, 同意)」");
        }
        let span = match parse_lapse(by.text) {
            Ok(Lapse::Exact(span)) => Some(span),
            unread => {
                let at = self.part_span(by);
                self.push(unread.err().unwrap_or(Unread::Form).mistake(by.text), at);
                None
            }
        };
        let then = self.outcome(then, point, depth + 1);
        Some(Outcome::Delayed { by: span?, then: Box::new(then?) })
    }

    /// `改口(拒绝(资料不全), 同意)`
    fn changed(&mut self, part: Part<'_>, inner: Part<'_>, point: Option<Point>, depth: usize) -> Option<Outcome> {
        let Some(comma) = outer_comma(inner.text) else {
            return self.bad_outcome(part, needs("改口"));
        };
        let mut answer = |half: Part<'_>| {
            let outcome = self.outcome(half, point, depth + 1)?;
            let no_answer = |of: &Outcome| matches!(of, Outcome::ReceiptRefused { .. } | Outcome::NoReceipt);
            if bare(&outcome).any(no_answer) {
                return self.bad_outcome(half, "改口改的是答复；「回执拒绝」和「无回执」不会有答复");
            }
            Some(outcome)
        };
        let first = answer(inner.sub(0, comma));
        let then = answer(inner.sub(comma + 1, inner.text.len()));
        Some(Outcome::ChangeOfMind { first: Box::new(first?), then: Box::new(then?) })
    }

    /// 故障
    pub(super) fn faults(&mut self, node: Option<&Node>) -> Vec<Fault> {
        let Some(node) = node else { return Vec::new() };
        self.list(node);
        let mut faults = Vec::new();
        for item in nodes_of(Some(node)) {
            let NodeKind::Map(entries) = &item.kind else {
                self.wrong_shape(item, "「故障: {字段: 值}」");
                continue;
            };
            for (key, value) in entries {
                if let Some(kind) = self.fault(key, value) {
                    faults.push(Fault { line: self.line(key.span), kind });
                }
            }
        }
        faults
    }

    fn fault(&mut self, key: &Key, node: &Node) -> Option<FaultKind> {
        let Some(word) = fault_named(&key.text) else {
            self.unknown(Vocabulary::Fault, &key.text, FAULTS.iter().map(|f| f.name), key.span);
            return None;
        };
        let fields = self.fields(key, word.name, node, word.fields);
        Some(match word.name {
            "丢失" => {
                let receipt = fields.node("回执").and_then(|n| self.choice(n, ["是", "否"])).unwrap_or(false);
                FaultKind::Lose { sel: self.selection(&fields), receipt }
            }
            "重复" => {
                let times = fields.node("次数").and_then(|n| self.count(n, 2, 100)).unwrap_or(2);
                FaultKind::Duplicate { sel: self.selection(&fields), times: small(times) }
            }
            "延迟" => {
                let by = fields.node("时长").and_then(|n| self.positive_lapse(n));
                FaultKind::Delay { sel: self.selection(&fields), by: by? }
            }
            "篡改" => FaultKind::Tamper { sel: self.selection(&fields) },
            "乱序" => {
                let from = fields.node("从").and_then(|n| self.party(n));
                let to = fields.node("到").and_then(|n| self.party(n));
                self.must_travel(&fields, None, from.as_ref(), to.as_ref());
                FaultKind::Reorder { from: from?, to: to? }
            }
            "断开" => self.cut(&fields)?,
            "重放登录" => {
                let nth = fields.node("第").and_then(|n| self.count(n, 1, 1_000_000)).unwrap_or(1);
                FaultKind::ReplayLogin { nth: small(nth) }
            }
            name => {
                let word = fields.node("状态字").and_then(|n| self.status_word(n));
                let how = match name {
                    "拔卡" => Some(CardFaultKind::Pull),
                    "换卡" => Some(CardFaultKind::Swap),
                    "锁卡" => Some(CardFaultKind::Lock),
                    _ => word.map(CardFaultKind::Error),
                };
                let step = fields.node("步").and_then(|n| self.step_named(n));
                let at = fields.node("第").and_then(|n| self.count(n, 1, 1_000_000));
                FaultKind::Card { step: step?, at: small(at?), how: how? }
            }
        })
    }

    fn selection(&mut self, fields: &Fields<'_>) -> WireSel {
        let message = fields.node("报文").and_then(|n| {
            let text = self.word(n)?;
            self.message_word(&text, n.span).then_some(text)
        });
        let from = fields.node("从").and_then(|n| self.party(n));
        let to = fields.node("到").and_then(|n| self.party(n));
        let nth = fields.node("第").and_then(|n| self.count(n, 1, 1_000_000)).map(small);
        self.must_travel(fields, message.as_deref(), from.as_ref(), to.as_ref());
        WireSel { message, from, to, nth }
    }

    fn role_of(&self, party: &PartyName) -> PartyRole {
        match party {
            PartyName::Role(role) => *role,
            // A name that was read is in the directory.
            PartyName::Institution(id) => self.cast.directory.by_id(id).map_or(PartyRole::Portal, |i| i.role),
        }
    }

    /// A fault of the wire can only strike what the catalogue lets travel that way.
    fn must_travel(
        &mut self,
        fields: &Fields<'_>,
        message: Option<&str>,
        from: Option<&PartyName>,
        to: Option<&PartyName>,
    ) {
        let (sender, receiver) = (from.map(|p| self.role_of(p)), to.map(|p| self.role_of(p)));
        let travels = |from: Option<PartyRole>, to: Option<PartyRole>| {
            CATALOGUE.iter().any(|e| {
                message.is_none_or(|m| m == e.chinese)
                    && from.is_none_or(|r| r == e.from)
                    && to.is_none_or(|r| r == e.to)
            })
        };
        if travels(sender, receiver) {
            return;
        }
        // The end that alone is wrong is pointed at; where only both together are, the second.
        let end = if travels(sender, None) { "到" } else { "从" };
        let Some(node) = fields.node(end) else { return };
        let what = message.map_or_else(|| "报文".to_owned(), |m| format!("「{m}」"));
        let (from, to) =
            (sender.map_or("任何一方", PartyRole::chinese), receiver.map_or("任何一方", PartyRole::chinese));
        let why = format!("没有从{from}发给{to}的{what}");
        self.push(MistakeKind::NeverStrikes { why }, node.span);
    }

    fn message_word(&mut self, text: &str, span: Span) -> bool {
        let known = Kind::ALL.iter().any(|k| k.chinese() == text);
        if !known {
            let mut names: Vec<&str> = Kind::ALL.iter().map(|k| k.chinese()).collect();
            names.sort_unstable();
            names.dedup();
            self.unknown(Vocabulary::Message, text, names, span);
        }
        known
    }

    fn cut(&mut self, fields: &Fields<'_>) -> Option<FaultKind> {
        let mut parties = Vec::new();
        if let Some(node) = fields.node("双方") {
            let items = self.list(node);
            if items.len() != 2 && matches!(node.kind, NodeKind::List(_)) {
                let expected = "应为两方 [门户, 银行]";
                self.push(MistakeKind::BadForm { found: self.source.slice(node.span).into(), expected }, node.span);
            }
            for item in items {
                parties.extend(self.party(item));
            }
        }
        let from = fields.node("从").and_then(|n| self.lapse(n));
        let to = fields.node("到").and_then(|n| self.lapse(n));
        if let (Some(Lapse::Exact(from)), Some(Lapse::Exact(to)), Some(node)) = (from, to, fields.node("到"))
            && to <= from
        {
            self.push(MistakeKind::EmptyCut, node.span);
        }
        if let ([a, b], Some(node)) = (parties.as_slice(), fields.node("双方")) {
            let (a, b) = (self.role_of(a), self.role_of(b));
            if !CATALOGUE.iter().any(|e| (e.from, e.to) == (a, b) || (e.from, e.to) == (b, a)) {
                let why = format!("{}与{}之间没有报文往来", a.chinese(), b.chinese());
                self.push(MistakeKind::NeverStrikes { why }, node.span);
            }
        }
        let mut parties = parties.into_iter();
        let between = (parties.next()?, parties.next()?);
        Some(FaultKind::Cut { between, from: from?, to: to? })
    }

    fn status_word(&mut self, node: &Node) -> Option<u16> {
        let text = self.word(node)?;
        let word = u16::from_str_radix(&text, 16).ok().filter(|_| text.len() == 4);
        if word.is_none() {
            let nearest = near_status_word(&text);
            self.push(MistakeKind::BadStatusWord { found: text, nearest }, node.span);
        }
        word
    }

    /// 步: the index of the step that is meant; a person must act in it.
    fn step_named(&mut self, node: &Node) -> Option<usize> {
        let step = self.any_step_named(node)?;
        let verb = self.step_names.get(step).map_or("", |(_, verb)| *verb);
        if !is_persons(verb) {
            let why = format!("「{verb}」不是人的动作，不用卡");
            self.push(MistakeKind::NeverStrikes { why }, node.span);
            return None;
        }
        Some(step)
    }

    fn any_step_named(&mut self, node: &Node) -> Option<usize> {
        let text = self.word(node)?;
        if let Some(i) = self.step_names.iter().position(|(name, _)| name.as_deref() == Some(text.as_str())) {
            return Some(i);
        }
        let mut of_verb = self.step_names.iter().enumerate().filter(|(_, (_, verb))| *verb == text).map(|(i, _)| i);
        let first = of_verb.next();
        if first.is_some() && of_verb.next().is_none() {
            return first;
        }
        let why = match (first, verb_named(&text)) {
            (Some(_), _) => "出现不止一次：请给那一步「记作」一个名称",
            (None, Some(_)) => "在步骤里没有出现",
            (None, None) => "既不是「记作」的名称，也不是步骤里的动作",
        };
        let mut words: Vec<&str> = Vec::new();
        for (name, verb) in self.step_names.iter().filter(|(_, verb)| is_persons(verb)) {
            let word = name.as_deref().unwrap_or(verb);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let nearest = nearest(&text, words.iter().copied());
        let known = if words.len() <= FEW { words.join("、") } else { String::new() };
        self.push(MistakeKind::BadStepName { found: text, why, nearest, known }, node.span);
        None
    }

    /// One entry of 曾经.
    pub(super) fn once(&mut self, node: &Node) -> Option<Once> {
        if let NodeKind::Map(entries) = &node.kind
            && let [(key, Node { kind: NodeKind::Scalar { text, .. }, .. })] = entries.as_slice()
        {
            let hint = format!("去掉冒号：{} {text}", key.text);
            self.wrong_shape_because(node, "文字", Some(hint));
            return None;
        }
        let text = self.word(node)?;
        let part = Part::of(node)?;
        let split = part.text.find(' ').unwrap_or(part.text.len());
        let (head, rest) = (part.sub(0, split), part.sub(split, part.text.len()));
        let what = match head.text {
            "故障" | "报文" if rest.text.is_empty() => {
                let span = self.part_span(part);
                let expected = "应写明是哪一个，例如「故障 丢失 签约申请」「报文 协议终止」";
                self.push(MistakeKind::BadForm { found: text, expected }, span);
                return None;
            }
            "故障" => self.once_fault(rest)?,
            "报文" => {
                let span = self.part_span(rest);
                if !self.message_word(rest.text, span) {
                    return None;
                }
                OnceKind::Message(rest.text.to_owned())
            }
            _ if head.text.contains('.') => {
                let (party, point) = self.decision_point(head)?;
                if rest.text.is_empty() {
                    let span = self.part_span(part);
                    let expected = "应写明结果，例如「银行.签约 拒绝(资料不全)」";
                    self.push(MistakeKind::BadForm { found: text, expected }, span);
                    return None;
                }
                let outcome = self.outcome(rest, Some(point), 0)?.at(point).to_string();
                OnceKind::Decision { party, point, outcome }
            }
            _ => {
                let span = self.part_span(part);
                let expected = "应为「银行.签约 拒绝(资料不全)」「故障 丢失 签约申请」或「报文 协议终止」";
                self.push(MistakeKind::BadForm { found: text, expected }, span);
                return None;
            }
        };
        Some(Once { what, text, line: self.line(node.span) })
    }

    fn once_fault(&mut self, rest: Part<'_>) -> Option<OnceKind> {
        let split = rest.text.find(' ').unwrap_or(rest.text.len());
        let (kind, message) = (rest.sub(0, split), rest.sub(split, rest.text.len()));
        if fault_named(kind.text).is_none() {
            let span = self.part_span(kind);
            self.unknown(Vocabulary::Fault, kind.text, FAULTS.iter().map(|f| f.name), span);
            return None;
        }
        if message.text.is_empty() {
            return Some(OnceKind::Fault { kind: kind.text.into(), message: None });
        }
        let span = self.part_span(message);
        let known = self.message_word(message.text, span);
        known.then(|| OnceKind::Fault { kind: kind.text.into(), message: Some(message.text.into()) })
    }
}

/// An outcome that is written as a map, `拒绝: 资料不全`, as it should be.
fn outcome_of_map(reader: &Reader<'_>, item: &Node) -> Option<String> {
    let NodeKind::Map(entries) = &item.kind else { return None };
    let [(key, value)] = entries.as_slice() else { return None };
    let word = OUTCOMES.iter().find(|(name, ..)| *name == key.text)?.0;
    Some(format!("写成 {word}({})", reader.source.slice(value.span)))
}

/// Full-width parentheses around, or a full-width comma between, what an outcome's word has behind it.
fn full_width_in(text: &str) -> Option<(usize, char, char)> {
    let known = |word: &str| OUTCOMES.iter().any(|(name, ..)| *name == word.trim());
    let open = text.find(['(', '（'])?;
    if !known(&text[..open]) {
        return None;
    }
    if text[open..].starts_with('（') {
        return Some((open, '（', '('));
    }
    if text.ends_with('）') && text.matches('(').count() > text.matches(')').count() {
        return Some((text.len() - '）'.len_utf8(), '）', ')'));
    }
    let delayed = text.starts_with("延迟") && !text.contains(',');
    delayed.then(|| text.find('，')).flatten().map(|i| (i, '，', ','))
}

/// Why an outcome's word says nothing at a decision point, if it is one of those that belong to some points alone.
pub(super) fn not_there(word: &str, point: Point) -> Option<&'static str> {
    #[rustfmt::skip] // One word a line.
    const ONLY: &[(&str, &[Point], &str)] = &[
        ("通过",       &[Point::Underwriting, Point::Review], "「通过」只用在保险公司.核保和保险公司.人工复核"),
        ("转人工复核", &[Point::Underwriting],                "「转人工复核」只用在保险公司.核保"),
        ("已退款",     &[Point::Refund],                      "「已退款」只用在保险公司.退款"),
        ("处理中",     &[Point::Query],                       "「处理中」只用在银行.查询"),
        ("未受理",     &[Point::Query],                       "「未受理」只用在银行.查询"),
    ];
    ONLY.iter().find(|(name, points, _)| *name == word && !points.contains(&point)).map(|(.., why)| *why)
}

/// What an outcome's word needs behind it.
fn needs(word: &str) -> &'static str {
    match word {
        "拒绝" | "失败" | "回执拒绝" => "应写明原因，例如「拒绝(资料不全)」",
        "延迟" => "应为「延迟(2小时, 同意)」",
        "改口" => "应为「改口(拒绝(资料不全), 同意)」：先后两个答复，用半角逗号隔开",
        _ => "应写明是哪个答复，例如「重复(同意)」",
    }
}

/// What is left of an outcome once everything around it is taken off.
fn bare(outcome: &Outcome) -> Box<dyn Iterator<Item = &Outcome> + '_> {
    match outcome {
        Outcome::Delayed { then: of, .. } | Outcome::Twice(of) | Outcome::Misbehave { of, .. } => bare(of),
        Outcome::ChangeOfMind { first, then } => Box::new(bare(first).chain(bare(then))),
        Outcome::Agree { .. }
        | Outcome::Refuse { .. }
        | Outcome::Refer { .. }
        | Outcome::Pending
        | Outcome::Unseen
        | Outcome::Silent
        | Outcome::ReceiptRefused { .. }
        | Outcome::NoReceipt
        | Outcome::Nonsense => Box::new(std::iter::once(outcome)),
    }
}

/// Where the comma stands that is in no brackets.
fn outer_comma(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (c == ',' && depth == 0).then_some(at)
    })
}

fn small(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
