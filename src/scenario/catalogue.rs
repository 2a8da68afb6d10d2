//! The words of the scenario language: one table each for keys, verbs, fields, faults, outcomes, records.
//!
//! Lint, its hints, the JSON Schema and `explain` all read these tables; adding a verb begins here. Data only: what
//! a verb does stands in the runner, and nothing in here is computed from a file.

pub mod cargo;
pub mod forms;
pub mod records;

use std::{collections::BTreeSet, sync::LazyLock};

use domain::{directory::PartyRole, party::Point, portal::RecordKind};

use self::forms::{FormName, INSURER_SHORT};
pub use self::records::{page_columns, page_filters, page_sorts};
use super::model::CardSlot;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Text; numbers keep what was written.
    Text,
    /// What a person types into a form: text, 空, or `$名.字段`.
    Form,
    /// 是 or 否.
    YesNo,
    /// An enterprise.
    Enterprise,
    /// One of its cards.
    Card,
    /// An institution of that role.
    Institution(PartyRole),
    /// A new name.
    Name,
    /// 拒绝.
    Refusal,
    /// `$名` of a record of that kind, or of any.
    Record(Option<RecordKind>),
    /// What is selected on a list: one `$名`, a list of them, or 空 (UI-07).
    Records(RecordKind),
    /// An amount in yuan.
    Money,
    /// A percentage.
    Rate,
    /// A day.
    Date,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// One or more of these words.
    SomeOf(&'static [&'static str]),
    /// 特殊约定: a list of 名称 and 内容.
    Terms,
    /// 货物类别: a list of chapter and heading.
    Categories,
    /// Names of attachments.
    Attachments,
    /// A column of the page.
    Column,
    /// A duration.
    Duration,
    /// A point in time.
    Time,
    /// A page.
    Page,
    /// 条件 of a page.
    Filters,
    /// A whole number in the range.
    Count(u64, u64),
    /// 卡 or 账号密码.
    Method,
    /// A message's Chinese name.
    Message,
    /// A role or an institution.
    Party,
    /// Two of them.
    Parties,
    /// A step, by 记作 or verb.
    StepName,
    /// Four hex digits.
    StatusWord,
}

/// One field of a verb or a fault.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in a file.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it must be there.
    pub required: bool,
    /// What it is, with the default.
    pub text: &'static str,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by default with this card.
    Person(CardSlot),
    /// A party.
    Party(PartyRole),
    /// Nobody: the scenario waits or looks.
    Nobody,
}

/// One verb.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// Its name; with the role and a full stop for a party's act.
    pub name: &'static str,
    /// Who does it.
    pub actor: Actor,
    /// Its own fields; [`PERSON`] come on top for a person's verb.
    pub fields: &'static [Field],
    /// The form whose labels are fields too.
    pub form: Option<FormName>,
    /// Whether a PIN may be typed in it.
    pub pin: bool,
    /// Whether it asks 是否立即…? first.
    pub dialog: bool,
    /// What it does.
    pub text: &'static str,
    /// One step.
    pub example: &'static str,
    /// The rules that it exercises.
    pub requirements: &'static [&'static str],
}

const fn must(name: &'static str, takes: Takes, text: &'static str) -> Field {
    Field { name, takes, required: true, text }
}

const fn may(name: &'static str, takes: Takes, text: &'static str) -> Field {
    Field { name, takes, required: false, text }
}

/// Fields of every verb of a person.
pub const PERSON: &[Field] = &[
    may("企业", Takes::Enterprise, "由哪个企业操作；默认第一个"),
    may("由", Takes::Card, "用哪张卡；默认这个动作需要的卡"),
    may("记作", Takes::Name, "给这一步及它产生的记录起名"),
    may("拒绝", Takes::Refusal, "这一步必须这样被拒绝，且什么都不改变"),
];

/// Of verbs in which a PIN may be typed.
pub const PIN: Field = may("卡密码", Takes::Text, "输入的卡密码；默认正确的");
/// Of verbs that ask first.
pub const CONFIRM: Field = may("确认", Takes::YesNo, "对话框的回答；默认是");

const BANK: Takes = Takes::Institution(PartyRole::Bank);
const INSURER: Takes = Takes::Institution(PartyRole::Insurer);
const AGREEMENT: Takes = Takes::Record(Some(RecordKind::Agreement));
const LEGAL: Actor = Actor::Person(CardSlot::Legal);
const OPERATOR: Actor = Actor::Person(CardSlot::Operator);

/// The form of 协议签署, by the manual's own labels (AGR-03..06).
pub const AGREEMENT_FORM: &[Field] = &[
    may("付款银行", BANK, "也可写「银行」；默认第一家银行"),
    may("收款企业", INSURER, "保险公司或其分公司；默认第一家"),
    may("企业名称", Takes::Form, "默认取自企业"),
    may("企业地址", Takes::Form, "默认取自企业"),
    may("企业联系人", Takes::Form, "默认取自企业"),
    may("付款账号", Takes::Form, "默认企业在该银行的账号"),
    may("联系人电话", Takes::Form, "默认取自企业"),
    may("企业邮箱", Takes::Form, "默认取自企业"),
    may("企业税号", Takes::Form, "默认企业的统一社会信用代码"),
    may("同意协议条款", Takes::YesNo, "默认是"),
];

/// The short word for the label 付款银行.
pub const BANK_SHORT: &str = "银行";
/// The label that [`BANK_SHORT`] stands for.
pub const BANK_LABEL: &str = "付款银行";
/// The label of the payee.
pub const PAYEE_LABEL: &str = "收款企业";
/// The label of the tick in step 4.
pub const TERMS_LABEL: &str = "同意协议条款";
/// The same as the manual prints it beside the box (AGR-06).
pub const TERMS_PRINTED: &str = "我同意协议条款";

/// A verb with no field of its own, no form, no PIN and no dialog.
const fn verb(name: &'static str, actor: Actor, text: &'static str, example: &'static str) -> Verb {
    Verb { name, actor, fields: &[], form: None, pin: false, dialog: false, text, example, requirements: &[] }
}

/// Every verb, in the order in which people meet them.
pub const VERBS: &[Verb] = &joined::<{ CARD.len() + cargo::PERSONS.len() + LOOKING.len() + cargo::PARTIES.len() }>([
    CARD,
    cargo::PERSONS,
    LOOKING,
    cargo::PARTIES,
]);

/// One table of several.
const fn joined<const N: usize>(tables: [&[Verb]; 4]) -> [Verb; N] {
    let mut all = [CARD[0]; N];
    let (mut table, mut at) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            all[at] = tables[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    all
}

/// Of the card, and of payment agreements.
const CARD: &[Verb] = &[
    Verb {
        fields: &[may("方式", Takes::Method, "卡（默认）或账号密码")],
        pin: true,
        requirements: &["ACC-01", "ACC-02", "ACC-06", "ACC-09"],
        ..verb("登录", OPERATOR, "插卡并输入卡密码登录", "- 登录: {由: 法人卡}")
    },
    Verb { requirements: &["ACC-11"], ..verb("退出", OPERATOR, "退出登录", "- 退出: {由: 法人卡}") },
    Verb {
        requirements: &["ACC-03", "ACC-05", "ACC-11"],
        ..verb("拔卡", OPERATOR, "把卡从读卡器拔出", "- 拔卡: {由: 法人卡}")
    },
    Verb {
        requirements: &["ACC-03"], ..verb("插卡", OPERATOR, "把卡插回读卡器", "- 插卡: {由: 法人卡}")
    },
    Verb {
        fields: &[
            must("换成", Takes::Card, "换上的卡"),
            may("换成企业", Takes::Enterprise, "换上的卡属于哪个企业；默认同一企业"),
        ],
        requirements: &["ACC-04"],
        ..verb("换卡", OPERATOR, "拔出卡，换上另一张", "- 换卡: {由: 法人卡, 换成: 操作员卡}")
    },
    Verb {
        fields: &[must("新密码", Takes::Text, "改成的卡密码")],
        pin: true,
        requirements: &["ACC-09"],
        ..verb("修改卡密码", OPERATOR, "修改卡密码", "- 修改卡密码: {由: 法人卡, 新密码: 12345678}")
    },
    Verb {
        fields: &[
            may("解锁码", Takes::Text, "输入的解锁码；默认正确的"),
            must("新密码", Takes::Text, "解锁后的卡密码"),
        ],
        requirements: &["ACC-09"],
        ..verb("解锁卡", OPERATOR, "用解锁码解锁卡", "- 解锁卡: {由: 法人卡, 新密码: 12345678}")
    },
    Verb {
        form: Some(FormName::Agreement),
        pin: true,
        dialog: true,
        requirements: &["AGR-03", "AGR-04", "AGR-05", "AGR-06", "AGR-07", "AGR-12", "UI-01"],
        ..verb(
            "协议签署",
            LEGAL,
            "在线交费签约：四步填写后签名发送",
            "- 协议签署: {银行: 中国银行, 收款企业: 中银保险, 记作: 协议}",
        )
    },
    Verb {
        fields: &[must("协议", AGREEMENT, "失败的那一个")],
        form: Some(FormName::Agreement),
        pin: true,
        dialog: true,
        requirements: &["AGR-10", "AGR-12"],
        ..verb(
            "重新签署",
            LEGAL,
            "失败后重新签署：产生新的一行；银行和收款企业默认同前",
            "- 重新签署: {协议: $旧, 银行: 中国银行, 收款企业: 中银保险, 记作: 新}",
        )
    },
    Verb {
        fields: &[must("记录", Takes::Record(None), "发送失败的记录")],
        pin: true,
        requirements: &["MSG-04"],
        ..verb("重新发送", LEGAL, "再次发送未送达的报文（同一编号，同样内容）", "- 重新发送: {记录: $协议}")
    },
];

/// Looking and waiting, and what a bank does of itself.
const LOOKING: &[Verb] = &[
    Verb {
        fields: &[
            must("页", Takes::Page, "菜单名，或状态记录、协议明细、菜单"),
            may("条件", Takes::Filters, "这一页的筛选条件"),
            may("每页", Takes::Count(1, 100), "每页显示多少条；默认 10"),
            may("页码", Takes::Count(1, 1_000_000), "第几页；默认 1"),
            may("记录", Takes::Record(None), "状态记录、协议明细是哪条记录的"),
            may("页签", Takes::OneOf(records::TABS), "协议明细的哪一签；默认协议"),
            may("排序", Takes::Column, "按哪一列排；默认新的在前"),
            may("次序", Takes::OneOf(records::ORDERS), "升序（默认）或降序"),
        ],
        pin: true,
        requirements: &["UI-03", "UI-04", "UI-08", "AGR-01", "AGR-02", "ACC-10"],
        ..verb(
            "查询",
            OPERATOR,
            "照页面的样子读一个列表；签约列表和协议的状态记录默认用法人卡",
            "- 查询: {页: 在线交费签约, 条件: {银行名称: 中国银行}, 记作: 表}",
        )
    },
    Verb {
        fields: &[may("到", Takes::Time, "推进到这个时间；只推进一段时直接写时长")],
        ..verb("推进", Actor::Nobody, "让虚拟时间过去", "- 推进: 3天")
    },
    Verb {
        fields: &[must("时限", Takes::Duration, "最多等这么久；到时不成立即失败")],
        ..verb("等待", Actor::Nobody, "让虚拟时间过去，直到所写的全部成立", "- 等待: {协议: {状态: 成功}, 时限: 1天}")
    },
    verb("期望", Actor::Nobody, "所写的现在全部成立；每处不符都会报告", "- 期望: {协议: {协议编号: 非空}}"),
    Verb {
        fields: &[must("协议", AGREEMENT, "要终止的协议"), may("原因", Takes::Text, "终止的原因")],
        requirements: &["AGR-01"],
        ..verb(
            "银行.终止协议",
            Actor::Party(PartyRole::Bank),
            "银行终止一份生效的协议；可写银行名代替「银行」",
            "- 银行.终止协议: {协议: $协议, 原因: 账户销户}",
        )
    },
];

/// The verb with this name.
pub fn verb_named(name: &str) -> Option<&'static Verb> {
    let name = cargo::ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, verb)| *verb);
    VERBS.iter().find(|v| v.name == name)
}

/// Whether a person does what the verb says.
pub fn is_persons(verb: &str) -> bool {
    verb_named(verb).is_some_and(|v| matches!(v.actor, Actor::Person(_)))
}

impl Verb {
    /// All fields that it takes.
    pub fn all_fields(&self) -> Vec<Field> {
        let mut fields = self.fields.to_vec();
        match self.form {
            Some(FormName::Agreement) => {
                fields.extend([may(BANK_SHORT, BANK, "即付款银行"), may(TERMS_PRINTED, Takes::YesNo, "即同意协议条款")])
            }
            Some(FormName::Request) => fields.push(may(INSURER_SHORT, INSURER, "即保险机构名称；默认第一家")),
            Some(FormName::Proposal) | None => {}
        }
        fields.extend(self.form.into_iter().flat_map(|form| form.labels().iter().copied()));
        if matches!(self.actor, Actor::Person(_)) {
            fields.extend(PERSON);
            fields.extend(self.pin.then_some(PIN));
            fields.extend(self.dialog.then_some(CONFIRM));
        }
        fields
    }
}

/// A fault.
#[derive(Clone, Copy, Debug)]
pub struct FaultWord {
    /// Its name.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// What it does.
    pub text: &'static str,
    /// One line.
    pub example: &'static str,
}

const MESSAGE: Field = may("报文", Takes::Message, "哪种报文；不写则任何一种");
const FROM: Field = may("从", Takes::Party, "谁发的；不写则不论");
const TO: Field = may("到", Takes::Party, "发给谁的；不写则不论");
const NTH: Field = may("第", Takes::Count(1, 1_000_000), "符合的第几次发送，含重发；默认 1");
const STEP: Field = must("步", Takes::StepName, "哪一步：记作的名称，或只出现一次的动作");
const NTH_APDU: Field = must("第", Takes::Count(1, 1_000_000), "这一步的第几条卡指令");

/// Every fault.
pub const FAULTS: &[FaultWord] = &[
    FaultWord {
        name: "丢失",
        fields: &[MESSAGE, FROM, TO, NTH, may("回执", Takes::YesNo, "是：丢的是它的回执；默认否")],
        text: "一次发送在路上丢失",
        example: "- 丢失: {报文: 签约申请, 从: 门户, 到: 保险公司, 第: 1}",
    },
    FaultWord {
        name: "重复",
        fields: &[MESSAGE, FROM, TO, NTH, may("次数", Takes::Count(2, 100), "一共送到几次；默认 2")],
        text: "同样的内容送到不止一次",
        example: "- 重复: {报文: 签约结果, 次数: 3}",
    },
    FaultWord {
        name: "延迟",
        fields: &[MESSAGE, FROM, TO, NTH, must("时长", Takes::Duration, "晚到多久")],
        text: "一次发送晚到",
        example: "- 延迟: {报文: 签约结果, 时长: 2小时}",
    },
    FaultWord {
        name: "乱序",
        fields: &[must("从", Takes::Party, "谁发的"), must("到", Takes::Party, "发给谁的")],
        text: "先发的后到",
        example: "- 乱序: {从: 保险公司, 到: 门户}",
    },
    FaultWord {
        name: "篡改",
        fields: &[MESSAGE, FROM, TO, NTH],
        text: "一个字节在路上被改",
        example: "- 篡改: {报文: 签约结果}",
    },
    FaultWord {
        name: "断开",
        fields: &[
            must("双方", Takes::Parties, "哪两方之间"),
            must("从", Takes::Duration, "开始之后多久断开"),
            must("到", Takes::Duration, "开始之后多久恢复"),
        ],
        text: "两方之间在一段时间里什么都送不到",
        example: "- 断开: {双方: [门户, 银行], 从: 10分钟, 到: 1天}",
    },
    FaultWord {
        name: "拔卡",
        fields: &[STEP, NTH_APDU],
        text: "操作中途卡被拔出",
        example: "- 拔卡: {步: 协议签署, 第: 3}",
    },
    FaultWord {
        name: "换卡",
        fields: &[STEP, NTH_APDU],
        text: "操作中途卡被换成同一企业的另一张",
        example: "- 换卡: {步: 协议签署, 第: 3}",
    },
    FaultWord {
        name: "锁卡",
        fields: &[STEP, NTH_APDU],
        text: "操作中途卡被锁定",
        example: "- 锁卡: {步: 协议签署, 第: 3}",
    },
    FaultWord {
        name: "卡错误",
        fields: &[STEP, NTH_APDU, must("状态字", Takes::StatusWord, "卡回答的状态字，例如 6F00")],
        text: "卡回答一个错误",
        example: "- 卡错误: {步: 协议签署, 第: 3, 状态字: 6F00}",
    },
    FaultWord {
        name: "重放登录",
        fields: &[may("第", Takes::Count(1, 1_000_000), "第几次登录；默认 1")],
        text: "一次登录的签名应答被再次发出",
        example: "- 重放登录: {第: 1}",
    },
];

/// Commands to the card that belong together: how many, and what they are for.
pub type Commands = (usize, &'static str);

const READ: Commands = (4, "读卡和证书");
const SELECT: Commands = (1, "选择应用");
const VERIFY: Commands = (1, "验证卡密码");
const SIGN: Commands = (1, "签名");

/// What goes to the card in each act of a person who is logged in already (登录 itself aside) and whose card does as it is
/// told: what 第 of a card's fault counts. Acts that are not here send nothing. `tests/it/card_commands.rs` plays them all.
#[rustfmt::skip] // One act a line.
pub const CARD_COMMANDS: &[(&str, &[Commands])] = &[
    ("登录",       &[READ, SELECT, VERIFY, SIGN]),
    ("协议签署",   &[READ, READ, READ, SELECT, VERIFY, SIGN]),
    ("重新签署",   &[READ, READ, READ, SELECT, VERIFY, SIGN]),
    ("重新发送",   &[READ]),
    ("查询",       &[READ]),
    ("预约",       &[READ, READ]),
    ("货运投保",   &[READ, READ]),
    ("暂存",       &[READ, READ]),
    ("修改",       &[READ, READ]),
    ("提交",       &[READ, READ]),
    ("复制保单",   &[READ, READ]),
    ("上传附件",   &[READ, READ]),
    ("删除附件",   &[READ, READ]),
    ("删除",       &[READ]),
    ("撤销",       &[READ]),
    ("在线支付",   &[READ, READ, SELECT, VERIFY, SIGN]),
    ("重新支付",   &[READ, READ, SELECT, VERIFY, SIGN]),
    ("查询支付",   &[READ]),
    ("修改卡密码", &[SELECT, (1, "改卡密码")]),
    ("解锁卡",     &[SELECT, (1, "用解锁码重设卡密码")]),
    ("插卡",       &[READ]),
    ("换卡",       &[READ]),
];

/// An act's commands in words: `登录 7 条：1-4 读卡和证书，5 选择应用，6 验证卡密码，7 签名`.
pub fn commands_in_words(verb: &str, commands: &[Commands]) -> String {
    let mut last = 0;
    let mut parts: Vec<String> = Vec::new();
    for (count, what) in commands {
        let first = last + 1;
        last += count;
        let place = if first == last { first.to_string() } else { format!("{first}-{last}") };
        parts.push(format!("{place} {what}"));
    }
    format!("{verb} {last} 条：{}", parts.join("，"))
}

/// The fault with this name.
pub fn fault_named(name: &str) -> Option<&'static FaultWord> {
    FAULTS.iter().find(|f| f.name == name)
}

/// A key at the top of a file.
#[derive(Clone, Copy, Debug)]
pub struct TopKey {
    /// The key.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it is.
    pub text: &'static str,
}

/// Every key at the top of a file.
#[rustfmt::skip] // One key a line.
pub const TOP_KEYS: &[TopKey] = &[
    TopKey { name: "场景",       required: true,  text: "标题" },
    TopKey { name: "编号",       required: true,  text: "编号：大写字母、数字和短横线，全套唯一" },
    TopKey { name: "覆盖",       required: true,  text: "需求编号；每条都要有这个场景里的检查引用它" },
    TopKey { name: "标签",       required: false, text: "标签的列表" },
    TopKey { name: "说明",       required: false, text: "说明文字" },
    TopKey { name: "开始",       required: false, text: "开始的时间；默认 2026-03-02 09:00:00" },
    TopKey { name: "已知",       required: false, text: "第一步之前已有的事实" },
    TopKey { name: "矩阵",       required: false, text: "键和值的列表；各种组合各跑一遍，用 $键 引用" },
    TopKey { name: "对手方剧本", required: false, text: "各方依次怎样决定" },
    TopKey { name: "故障",       required: false, text: "网络和卡的故障" },
    TopKey { name: "步骤",       required: true,  text: "依次做什么" },
    TopKey { name: "始终",       required: false, text: "时刻必须成立的不变量" },
    TopKey { name: "曾经",       required: false, text: "必须发生过的事；没有发生则无法判定" },
];

/// Keys under 已知.
pub const GIVEN_KEYS: &[&str] = &["企业", "协议", "货运协议", "投保单"];
/// Keys of 拒绝.
pub const REFUSAL_KEYS: &[&str] = &["提示", "字段", "代码"];

/// What can be expected of a 查询.
pub const TABLE_FIELDS: &[&str] = &["总数", "行", "页脚"];

/// Outcomes: how each is written, and what it means.
pub const OUTCOMES: &[(&str, &str, &str)] = &[
    ("同意", "同意", "同意；银行签约可写 '同意(协议失效时间: 2026-03-10)'。也可写「成功」"),
    ("成功", "成功", "与「同意」相同；机构自己的规则总是先算：余额不足、与货运协议不符时，写「成功」也不成"),
    ("拒绝", "拒绝(资料不全)", "拒绝，附原因"),
    ("失败", "失败(账户冻结)", "与「拒绝」相同"),
    ("通过", "'通过(保费: 120.00)'", "核保、人工复核通过；不写保费则按费率和最低保费算"),
    ("转人工复核", "转人工复核(超过权限)", "核保转人工复核，原因可不写"),
    ("已退款", "已退款", "退款做了；也可写「成功」"),
    ("处理中", "处理中", "银行答复查询：还在处理"),
    ("未受理", "未受理", "银行答复查询：没有收到过这笔扣款指令"),
    ("沉默", "沉默", "给回执，此后不答复"),
    ("延迟", "'延迟(2小时, 同意)'", "收到后正好这么久才答复"),
    ("重复", "重复(同意)", "同样的答复发两次"),
    (
        "改口",
        "'改口(拒绝(资料不全), 同意)'",
        "先这样答复，收到回执后 1-60 分钟又那样答复；先被接收的算数，后来的必须被拒收",
    ),
    ("坏签名", "坏签名(同意)", "答复的签名与内容不符，必须被拒收"),
    ("过期证书", "过期证书(同意)", "答复用过期证书签名，必须被拒收"),
    ("错收件人", "错收件人(同意)", "答复加密给了别人，必须被拒收"),
    ("胡言", "胡言", "答复的每个字段各缺失、类型不对、过长一次，一份份都发来，每份都必须被拒收；此后不答复"),
    ("回执拒绝", "回执拒绝(系统维护)", "回执就拒绝，附原因"),
    ("无回执", "无回执", "连回执也没有"),
];

/// Units of durations and their seconds; `None` is counted on the calendar.
pub const UNITS: &[(&str, Option<u64>)] =
    &[("秒", Some(1)), ("分钟", Some(60)), ("小时", Some(3_600)), ("工作日", None), ("天", Some(86_400))];

/// Units that people write for those above.
pub const OTHER_UNITS: &[(&str, &str)] = &[
    ("日", "天"),
    ("d", "天"),
    ("时", "小时"),
    ("小時", "小时"),
    ("钟头", "小时"),
    ("h", "小时"),
    ("分", "分钟"),
    ("min", "分钟"),
    ("m", "分钟"),
    ("s", "秒"),
    ("秒钟", "秒"),
];

/// Whether a file's structure may have this word before a colon: scans use it to tell structure from text.
pub fn is_word(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let fields = VERBS.iter().flat_map(|v| v.all_fields()).map(|f| f.name);
        let verbs = VERBS.iter().map(|v| v.name).chain(cargo::ALIASES.iter().map(|(alias, _)| *alias));
        let faults = FAULTS.iter().flat_map(|f| f.fields.iter().map(|g| g.name).chain([f.name]));
        let records = records::RECORDS.iter().flat_map(|r| r.fields()).copied();
        let others = TABLE_FIELDS.iter().chain(REFUSAL_KEYS).copied();
        TOP_KEYS.iter().map(|k| k.name).chain(fields).chain(verbs).chain(faults).chain(records).chain(others).collect()
    });
    let decided = |point: &str| Point::ALL.iter().any(|p| p.chinese() == point);
    WORDS.contains(word) || word.split_once('.').is_some_and(|(_, point)| decided(point))
}

/// Whether the value of this key is always a list or a map.
pub fn takes_structure(key: &str) -> bool {
    // The last two are verbs, and fields of other verbs as well.
    const TEXTS: [&str; 7] = ["场景", "编号", "说明", "开始", "推进", "预约", "暂存"];
    let top = TOP_KEYS.iter().any(|k| k.name == key);
    (top || verb_named(key).is_some() || fault_named(key).is_some() || key.contains('.')) && !TEXTS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_verbs_and_faults_and_their_fields_are_unique() {
        for verb in VERBS {
            let fields = verb.all_fields();
            for (i, field) in fields.iter().enumerate() {
                assert!(!fields[..i].iter().any(|f| f.name == field.name), "{} {}", verb.name, field.name);
            }
            assert_eq!(VERBS.iter().filter(|v| v.name == verb.name).count(), 1);
            let alias =
                cargo::ALIASES.iter().find(|(_, name)| *name == verb.name).map_or(verb.name, |(alias, _)| alias);
            assert!(verb.example.contains(alias), "{}", verb.name);
        }
        for fault in FAULTS {
            assert!(fault.example.contains(fault.name));
        }
    }

    #[test]
    fn form_labels_are_those_of_the_portal() {
        let labels: Vec<&str> = domain::form::agreement().fields.iter().map(|f| f.name).collect();
        let ours: Vec<&str> = AGREEMENT_FORM.iter().map(|f| f.name).filter(|n| *n != TERMS_LABEL).collect();
        assert_eq!(ours, labels);
    }
}
