//! The verbs of the cargo line and of payment: what people press, and what insurers and banks do of themselves.

use domain::{directory::PartyRole, portal::RecordKind};

use super::{Actor, BANK, Field, INSURER, OPERATOR, Takes, Verb, forms::FormName, may, must, verb};

/// 险种 of cargo insurance.
pub const LINES: &[&str] = &["进口货运险", "出口货运险", "国内货运险"];
/// 运输方式 of an open cover.
pub const MODES: &[&str] = &["海运", "公路", "空运", "铁路"];
/// 险别, main ones first (OPC-04).
pub const COVERAGES: &[&str] = &["航空运输一切险", "陆运一切险", "一切险", "水渍险", "平安险", "罢工险", "战争险"];

/// Verbs that have another name too.
pub const ALIASES: &[(&str, &str)] = &[("线下签约", "保险公司.线下签约")];

const COVER: Field = must("协议", Takes::Records(RecordKind::OpenCover), "从哪份货运协议投保；几份或空是没有选对");
const PROPOSAL: Field = must("投保单", Takes::Records(RecordKind::Proposal), "选中的投保单；几份或空是没有选对");
const TERMS: Field = may("特殊约定", Takes::Terms, "代替页面打开时的各行");
const FILES: Field = may("附件", Takes::Attachments, "代替页面打开时的附件");
const PAYING: &[Field] = &[
    PROPOSAL,
    may("协议", Takes::Record(Some(RecordKind::Agreement)), "用哪份三方协议支付；默认与该保险机构最新的成功的一份"),
];
const ON_FILES: &[Field] = &[PROPOSAL, must("附件", Takes::Attachments, "哪些附件")];
const ENTERPRISE: Field = may("企业", Takes::Enterprise, "哪个企业的；默认第一个");
const AT_BANK: Field = may("银行", BANK, "在哪家银行；默认第一家");

/// What an insurer writes into an open cover.
pub const COVER_TERMS: &[Field] = &[
    may("险种", Takes::OneOf(LINES), "默认进口货运险"),
    may("保险费率", Takes::Rate, "百分比；默认 0.450"),
    may("最低保费", Takes::Money, "默认 50.00"),
    may("单次限额", Takes::Money, "一次运输最多保多少；默认不限"),
    may("运输方式", Takes::SomeOf(MODES), "默认四种都可以"),
    may("起效", Takes::Date, "默认当天"),
    may("结束", Takes::Date, "默认一年后的前一天"),
    may("险别", Takes::SomeOf(COVERAGES), "默认七种都有"),
    may("货物类别", Takes::Categories, "[[章, 目], …]，写代码；默认 84、85 两章里的几目"),
    may("特殊约定", Takes::Terms, "默认没有"),
];

const SIGNING: &[Field] = &[
    may("预约", Takes::Record(Some(RecordKind::OpenCoverRequest)), "依据哪次预约"),
    may("企业", Takes::Enterprise, "与哪个企业签；默认预约的企业，没有预约时默认第一个"),
    may("保险机构", INSURER, "哪家签；默认预约的那家，没有预约时默认第一家"),
    COVER_TERMS[0],
    COVER_TERMS[1],
    COVER_TERMS[2],
    COVER_TERMS[3],
    COVER_TERMS[4],
    COVER_TERMS[5],
    COVER_TERMS[6],
    COVER_TERMS[7],
    COVER_TERMS[8],
    COVER_TERMS[9],
    may("记作", Takes::Name, "给签成的货运协议起名；到达门户之前它的各项是空的"),
];

const CHANGING: &[Field] = &[
    must("货运协议", Takes::Record(Some(RecordKind::OpenCover)), "变更哪一份"),
    COVER_TERMS[1],
    COVER_TERMS[2],
    COVER_TERMS[3],
    COVER_TERMS[4],
    COVER_TERMS[5],
    COVER_TERMS[6],
    COVER_TERMS[7],
    COVER_TERMS[8],
    COVER_TERMS[9],
];

const BY_INSURER: Actor = Actor::Party(PartyRole::Insurer);
const BY_BANK: Actor = Actor::Party(PartyRole::Bank);

/// The verbs of people.
pub const PERSONS: &[Verb] = &[
    Verb {
        form: Some(FormName::Request),
        requirements: &["RSV-01", "RSV-02", "UI-01"],
        ..verb(
            "预约",
            OPERATOR,
            "填写货运险预约并发往保险公司",
            "- 预约: {保险机构: 中银保险, 拟投保险种: 进口货运险, 记作: 预约}",
        )
    },
    Verb {
        fields: &[COVER, TERMS, FILES],
        form: Some(FormName::Proposal),
        requirements: &[
            "CGO-01", "CGO-02", "CGO-03", "CGO-04", "CGO-05", "CGO-06", "CGO-07", "CGO-08", "CGO-10", "OPC-06", "UI-07",
        ],
        ..verb("货运投保", OPERATOR, "从一份货运协议填写投保单并提交", "- 货运投保: {协议: $货运协议, 记作: 投保单}")
    },
    Verb {
        fields: &[COVER, TERMS, FILES],
        form: Some(FormName::Proposal),
        requirements: &["CGO-10", "OPC-06"],
        ..verb(
            "暂存",
            OPERATOR,
            "从一份货运协议填写投保单，只存不发",
            "- 暂存: {协议: $货运协议, 发票金额: 20000.00, 记作: 投保单}",
        )
    },
    Verb {
        fields: &[PROPOSAL, TERMS, FILES],
        form: Some(FormName::Proposal),
        requirements: &["CGO-12"],
        ..verb(
            "修改",
            OPERATOR,
            "修改投保单并保存，不提交；没有写的栏照旧",
            "- 修改: {投保单: $投保单, 发票金额: 30000.00}",
        )
    },
    Verb {
        fields: &[PROPOSAL, TERMS, FILES],
        form: Some(FormName::Proposal),
        requirements: &["CGO-10", "CGO-12"],
        ..verb("提交", OPERATOR, "修改投保单并提交；没有写的栏照旧", "- 提交: {投保单: $投保单}")
    },
    Verb {
        fields: &[PROPOSAL],
        dialog: true,
        requirements: &["CGO-10"],
        ..verb("删除", OPERATOR, "删除暂存的投保单", "- 删除: {投保单: $投保单}")
    },
    Verb {
        fields: &[PROPOSAL],
        dialog: true,
        requirements: &["CGO-13"],
        ..verb("撤销", OPERATOR, "请保险公司撤销投保", "- 撤销: {投保单: $投保单}")
    },
    Verb {
        fields: &[
            must("保单", Takes::Records(RecordKind::Proposal), "复制哪份保单；几份或空是没有选对"),
            may("暂存", Takes::YesNo, "是：只存不发；默认否，即提交"),
            TERMS,
            FILES,
        ],
        form: Some(FormName::Proposal),
        requirements: &["CGO-17"],
        ..verb(
            "复制保单",
            OPERATOR,
            "复制一份保单，改后作为新的投保单提交",
            "- 复制保单: {保单: $投保单, 记作: 新投保单}",
        )
    },
    Verb {
        fields: ON_FILES,
        requirements: &["CGO-09"],
        ..verb(
            "上传附件",
            OPERATOR,
            "打开修改，添加附件，保存",
            "- 上传附件: {投保单: $投保单, 附件: [发票.pdf, 装箱单.png]}",
        )
    },
    Verb {
        fields: ON_FILES,
        requirements: &["CGO-09"],
        ..verb("删除附件", OPERATOR, "打开修改，去掉附件，保存", "- 删除附件: {投保单: $投保单, 附件: 发票.pdf}")
    },
    Verb {
        fields: PAYING,
        pin: true,
        dialog: true,
        requirements: &["CGO-15", "PAY-03", "PAY-07"],
        ..verb(
            "在线支付",
            OPERATOR,
            "选三方协议，确认，用卡签名，发往银行",
            "- 在线支付: {投保单: $投保单, 记作: 交费}",
        )
    },
    Verb {
        fields: PAYING,
        pin: true,
        dialog: true,
        requirements: &["CGO-16", "PAY-03"],
        ..verb("重新支付", OPERATOR, "支付失败后再付：同样的步骤", "- 重新支付: {投保单: $投保单, 记作: 交费}")
    },
    Verb {
        fields: &[must("交费", Takes::Records(RecordKind::Payment), "不确定的那一笔")],
        requirements: &["PAY-05"],
        ..verb("查询支付", OPERATOR, "向银行查询一笔不确定的支付", "- 查询支付: {交费: $交费}")
    },
];

/// What parties do of themselves.
pub const PARTIES: &[Verb] = &[
    Verb {
        fields: SIGNING,
        requirements: &["RSV-04", "OPC-07"],
        ..verb(
            "保险公司.线下签约",
            BY_INSURER,
            "保险公司与企业线下签好货运协议，报给门户；也可只写「线下签约」",
            "- 线下签约: {预约: $预约, 记作: 新协议}",
        )
    },
    Verb {
        fields: CHANGING,
        requirements: &["OPC-07"],
        ..verb(
            "保险公司.变更协议",
            BY_INSURER,
            "保险公司变更一份货运协议",
            "- 保险公司.变更协议: {货运协议: $货运协议, 保险费率: 0.500}",
        )
    },
    Verb {
        fields: &[
            must("货运协议", Takes::Record(Some(RecordKind::OpenCover)), "终止哪一份"),
            may("原因", Takes::Text, "终止的原因"),
        ],
        requirements: &["OPC-07"],
        ..verb(
            "保险公司.终止协议",
            BY_INSURER,
            "保险公司终止一份货运协议",
            "- 保险公司.终止协议: {货运协议: $货运协议, 原因: 逾期未缴保费}",
        )
    },
    Verb {
        fields: &[ENTERPRISE, AT_BANK],
        requirements: &["PAY-06"],
        ..verb("银行.冻结账户", BY_BANK, "银行冻结企业的账户", "- 银行.冻结账户: {企业: 滨海远航, 银行: 中国银行}")
    },
    Verb {
        fields: &[ENTERPRISE, AT_BANK],
        requirements: &["PAY-06"],
        ..verb("银行.解冻账户", BY_BANK, "银行解冻企业的账户", "- 银行.解冻账户: {企业: 滨海远航, 银行: 中国银行}")
    },
    Verb {
        fields: &[ENTERPRISE, AT_BANK, may("每日限额", Takes::Money, "一天最多付出多少；不写则取消限额")],
        requirements: &["PAY-06"],
        ..verb(
            "银行.设置限额",
            BY_BANK,
            "银行给企业的账户设每日限额",
            "- 银行.设置限额: {企业: 滨海远航, 银行: 中国银行, 每日限额: 100.00}",
        )
    },
    Verb {
        fields: &[ENTERPRISE, AT_BANK, must("金额", Takes::Money, "存入多少")],
        requirements: &["PAY-06"],
        ..verb(
            "银行.存入",
            BY_BANK,
            "企业的账户里存入一笔钱",
            "- 银行.存入: {企业: 滨海远航, 银行: 中国银行, 金额: 1000.00}",
        )
    },
];
