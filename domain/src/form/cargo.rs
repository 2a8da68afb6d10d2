//! The form of 货运投保: a proposal under an open cover (CGO-01 .. CGO-07).
//!
//! 特殊约定 and 附件 are rows, not fields: see [`super::special_terms`] and [`super::attachments`].

use super::{
    AccountPart, CoverPart, CrossRule, FieldRule, Form, Need,
    Need::{Always, IfIs, Optional, Unless},
    Origin::{Account, Computed, Cover, Offered},
    Takes::{self, Code, Date, Digits, Email, Figure, Money, OneOf, Percent, Phone, SomeOf, TaxNumber, Text, Uscc},
};
use crate::{
    cover::{ADDITIONAL_COVERAGES, CargoLine, MAIN_BY_MODE, MAIN_COVERAGES, TRANSPORT_MODES},
    tables::TableId,
};

/// 货运投保, in the order of its page.
pub fn cargo_proposal() -> Form {
    Form { name: "货运投保", fields: FIELDS.to_vec(), rules: RULES.to_vec() }
}

const NO_INVOICE: &[&str] = &["无需开具发票"];
const SPECIAL_INVOICE: &[&str] = &["纸质专票"];
const INVOICES: &[&str] = &["电子发票", "纸质普通发票", "纸质专票", "无需开具发票"];
const YES_OR_NO: &[&str] = &["是", "否"];

const fn cover(key: &'static str, label: &'static str, takes: Takes) -> FieldRule {
    FieldRule::new("", key, label, Always, takes).cites(&["CGO-01"])
}

const fn applicant(key: &'static str, label: &'static str, takes: Takes) -> FieldRule {
    FieldRule::new("投保公司信息", key, label, Always, takes).cites(&["CGO-02"])
}

const fn insured(key: &'static str, label: &'static str, name: &'static str, takes: Takes) -> FieldRule {
    FieldRule::new("被投保公司信息", key, label, Always, takes).named(name).cites(&["CGO-03"])
}

const fn goods(key: &'static str, label: &'static str, takes: Takes) -> FieldRule {
    FieldRule::new("货物信息", key, label, Always, takes).cites(&["CGO-04"])
}

const fn invoice(key: &'static str, label: &'static str, need: Need, takes: Takes) -> FieldRule {
    FieldRule::new("发票信息", key, label, need, takes).cites(&["CGO-05"])
}

const fn transport(key: &'static str, label: &'static str, need: Need, takes: Takes) -> FieldRule {
    FieldRule::new("运输信息", key, label, need, takes).cites(&["CGO-06"])
}

const fn insurance(key: &'static str, label: &'static str, need: Need, takes: Takes) -> FieldRule {
    FieldRule::new("保险信息", key, label, need, takes).cites(&["CGO-07"])
}

/// Needed unless 发票类型 is 无需开具发票.
const INVOICED: Need = Unless("invoice_type", NO_INVOICE);
/// Needed for 纸质专票 alone.
const FOR_SPECIAL: Need = IfIs("invoice_type", SPECIAL_INVOICE);
const LC: Need = IfIs("letter_of_credit", &["是"]);

#[rustfmt::skip] // One field a line: this is the page of CGO-01 .. CGO-07 and should look like one.
const FIELDS: &[FieldRule] = &[
    cover("line", "险种",     OneOf(CargoLine::NAMES)).from(Cover(CoverPart::Line)).not_copied().hint("取自货运协议"),
    cover("mode", "运输方式", OneOf(TRANSPORT_MODES)).hint("货运协议所列的一种：海运、公路、空运或铁路"),

    applicant("applicant_uscc",               "统一社会信用代码",        Uscc).from(Account(AccountPart::Uscc)).locked().hint("取自账户，不可修改"),
    applicant("applicant_name",               "企业名称",                Text { max: 100 }).from(Account(AccountPart::Name)).locked().hint("取自账户，不可修改"),
    applicant("applicant_ownership",          "企业性质代码/所有制代码", Code(TableId::Ownership)).hint("参数表「企业性质」的代码或名称"),
    applicant("applicant_contact",            "企业联系人",              Text { max: 50 }).from(Offered(AccountPart::Contact)).hint("最多50字；默认取自账户"),
    applicant("applicant_email",              "联系人邮箱",              Email).from(Offered(AccountPart::Email)).hint("电子邮箱；默认取自账户"),
    applicant("applicant_phone",              "联系人电话",              Phone).from(Offered(AccountPart::Phone)).hint("11位手机号，或带区号的固定电话；默认取自账户"),
    applicant("applicant_certificate_type",   "证件类型",                Code(TableId::CertificateType)).hint("参数表「证件类型」的代码或名称"),
    applicant("applicant_certificate_number", "证件号码",                Text { max: 50 }).hint("最多50字"),
    applicant("applicant_industry",           "行业性质代码",            Code(TableId::Industry)).hint("参数表「行业性质」的代码或名称"),
    applicant("applicant_address",            "企业地址",                Text { max: 200 }).from(Offered(AccountPart::Address)).hint("最多200字；默认取自账户"),
    applicant("policy_form",                  "保单类型",                OneOf(&["电子保单", "纸质保单"])).hint("电子保单或纸质保单"),
    applicant("show_premium",                 "保单是否展示保费",        OneOf(&["展示", "不展示"])).hint("展示或不展示"),

    insured("insured_uscc",               "统一社会信用代码",        "被投保公司.统一社会信用代码",        Uscc).locked().hint("18位，末位为校验位"),
    insured("insured_name",               "企业名称",                "被投保公司.企业名称",                Text { max: 100 }).locked().hint("最多100字"),
    insured("insured_ownership",          "企业性质代码/所有制代码", "被投保公司.企业性质代码/所有制代码", Code(TableId::Ownership)).hint("参数表「企业性质」的代码或名称"),
    insured("insured_contact",            "企业联系人",              "被投保公司.企业联系人",              Text { max: 50 }).hint("最多50字"),
    insured("insured_email",              "联系人邮箱",              "被投保公司.联系人邮箱",              Email).hint("电子邮箱"),
    insured("insured_phone",              "联系人电话",              "被投保公司.联系人电话",              Phone).hint("11位手机号，或带区号的固定电话"),
    insured("insured_certificate_type",   "证件类型",                "被投保公司.证件类型",                Code(TableId::CertificateType)).hint("参数表「证件类型」的代码或名称"),
    insured("insured_certificate_number", "证件号码",                "被投保公司.证件号码",                Text { max: 50 }).hint("最多50字"),
    insured("insured_industry",           "行业性质代码",            "被投保公司.行业性质代码",            Code(TableId::Industry)).hint("参数表「行业性质」的代码或名称"),
    insured("insured_address",            "企业地址",                "被投保公司.企业地址",                Text { max: 200 }).hint("最多200字"),

    goods("goods_chapter",     "货物大类",         Code(TableId::HsChapter)).hint("货运协议所列的货物大类，代码或名称"),
    goods("goods_heading",     "货物细类",         Code(TableId::HsHeading)).hint("货物大类之下、货运协议所列的货物细类，代码或名称"),
    goods("packaging",         "货物包装",         Code(TableId::Packaging)).hint("参数表「包装」的代码或名称"),
    goods("goods_description", "货物标的描述信息", Text { max: 500 }).hint("最多500字"),
    goods("quantity",          "包装及件数/重量",  Text { max: 200 }).hint("最多200字"),
    goods("marks",             "标记/唛头",        Text { max: 200 }).hint("最多200字"),

    invoice("invoice_type",       "发票类型",   Always,      OneOf(INVOICES)).hint("电子发票、纸质普通发票、纸质专票或无需开具发票"),
    invoice("invoice_address",    "企业地址",   INVOICED,    Text { max: 200 }).named("发票.企业地址").hint("最多200字；无需开具发票时可不填"),
    invoice("invoice_title",      "发票抬头",   INVOICED,    Text { max: 100 }).hint("最多100字；无需开具发票时可不填"),
    invoice("invoice_bank",       "开户银行",   FOR_SPECIAL, Text { max: 100 }).hint("最多100字；纸质专票必填"),
    invoice("invoice_account",    "银行账号",   FOR_SPECIAL, Digits { min: 8, max: 32 }).hint("8至32位数字；纸质专票必填"),
    invoice("invoice_tax_number", "企业税号",   INVOICED,    TaxNumber).hint("15、17、18或20位数字或大写字母；无需开具发票时可不填"),
    invoice("invoice_email",      "联系人邮箱", INVOICED,    Email).named("发票.联系人邮箱").hint("电子邮箱；无需开具发票时可不填"),
    invoice("invoice_phone",      "联系人电话", INVOICED,    Phone).named("发票.联系人电话").hint("11位手机号，或带区号的固定电话；无需开具发票时可不填"),

    transport("invoice_number",          "发票号",                 Optional, Text { max: 50 }).not_copied().hint("最多50字"),
    transport("bill_of_lading",          "提单/运单号",            Optional, Text { max: 50 }).not_copied().hint("最多50字"),
    transport("vessel",                  "船舶名称",               Always,   Text { max: 100 }).hint("最多100字"),
    transport("carriage",                "承运方式",               Optional, Text { max: 50 }).hint("最多50字"),
    transport("departure",               "起运日期",               Always,   Date).not_copied().hint("YYYY-MM-DD，在货运协议有效期之内"),
    transport("voyage",                  "航次/航班/车次/车牌号",  Always,   Text { max: 50 }).not_copied().hint("最多50字"),
    transport("bulk",                    "是否大宗散装运输",       Always,   OneOf(YES_OR_NO)).hint("是或否"),
    transport("arrival",                 "预计抵达日期",           Always,   Date).not_copied().hint("YYYY-MM-DD，不早于起运日期"),
    transport("origin_country",          "起运地国家/地区",        Always,   Code(TableId::Country)).hint("参数表「国别地区」的代码或名称"),
    transport("origin_province",         "起运地省份",             Optional, Code(TableId::Province)).hint("起运地在中国时，参数表「省份」的代码或名称"),
    transport("origin_city",             "起运地城市",             Optional, Code(TableId::City)).hint("起运地省份的城市，代码或名称"),
    transport("origin_port",             "起运港名称",             Always,   Code(TableId::Port)).hint("参数表「港口」的代码或名称"),
    transport("origin_port_text",        "起运港描述",             Always,   Text { max: 200 }).hint("最多200字"),
    transport("destination_country",     "目的地国家/地区",        Always,   Code(TableId::Country)).hint("参数表「国别地区」的代码或名称"),
    transport("destination_province",    "目的地省份",             Optional, Code(TableId::Province)).hint("目的地在中国时，参数表「省份」的代码或名称"),
    transport("destination_city",        "目的地城市",             Optional, Code(TableId::City)).hint("目的地省份的城市，代码或名称"),
    transport("destination_port",        "目的港名称",             Always,   Code(TableId::Port)).hint("参数表「港口」的代码或名称"),
    transport("destination_text",        "目的地描述",             Always,   Text { max: 200 }).hint("最多200字"),
    transport("transit_ports",           "途径港描述",             Optional, Text { max: 200 }).hint("最多200字"),
    transport("letter_of_credit",        "是否使用信用证",         Always,   OneOf(YES_OR_NO)).hint("是或否"),
    transport("letter_of_credit_number", "信用证号码",             LC,       Text { max: 50 }).not_copied().hint("最多50字；使用信用证时必填"),
    transport("claim_place",             "赔款偿付地点",           Always,   Text { max: 100 }).hint("最多100字"),

    insurance("main_coverage",        "主险",       Always,   OneOf(MAIN_COVERAGES)).hint("与运输方式相符、货运协议所列的一种"),
    insurance("additional_coverages", "附加险",     Optional, SomeOf(ADDITIONAL_COVERAGES)).hint("罢工险、战争险，须为货运协议所列；两种都要时以、分隔"),
    insurance("other_coverages",      "其他附加险", Optional, Text { max: 200 }).hint("最多200字"),
    insurance("invoice_amount",       "发票金额",   Always,   Money).hint("人民币元，最多两位小数"),
    insurance("markup",               "加成比例",   Always,   Percent { places: 2, max: 100 }).hint("百分比，最多两位小数，如10%"),
    insurance("insured_amount",       "保险金额",   Always,   Money).from(Computed).not_copied().hint("人民币元；默认 发票金额 ×（1 + 加成比例），四舍五入到分"),
    insurance("rate",                 "保险费率",   Always,   Percent { places: 6, max: 100 }).from(Cover(CoverPart::Rate)).not_copied().hint("百分比，如0.450%；默认取自货运协议"),
    insurance("premium",              "保费",       Optional, Figure).from(Computed).not_copied().hint("人民币元，仅供参考；默认 保险金额 × 保险费率，四舍五入到分"),
];

#[rustfmt::skip] // One rule a line.
const RULES: &[CrossRule] = &[
    CrossRule::OfCover { field: "line", part: CoverPart::Line },
    CrossRule::OfCover { field: "mode", part: CoverPart::Modes },
    CrossRule::Fits { choice: "main_coverage", by: "mode", table: MAIN_BY_MODE },
    CrossRule::OfCover { field: "main_coverage", part: CoverPart::MainCoverages },
    CrossRule::With { field: "additional_coverages", needs: "main_coverage" },
    CrossRule::OfCover { field: "additional_coverages", part: CoverPart::AdditionalCoverages },
    CrossRule::OfCover { field: "goods_chapter", part: CoverPart::Chapters },
    CrossRule::Belongs { child: "goods_heading", parent: "goods_chapter" },
    CrossRule::OfCover { field: "goods_heading", part: CoverPart::Headings },
    CrossRule::OfCover { field: "departure", part: CoverPart::Period },
    CrossRule::NotBefore { later: "arrival", earlier: "departure" },
    CrossRule::Belongs { child: "origin_province", parent: "origin_country" },
    CrossRule::Belongs { child: "origin_city", parent: "origin_province" },
    CrossRule::Belongs { child: "destination_province", parent: "destination_country" },
    CrossRule::Belongs { child: "destination_city", parent: "destination_province" },
    CrossRule::InsuredAmount { insured: "insured_amount", invoice: "invoice_amount", markup: "markup" },
    CrossRule::Premium { premium: "premium", insured: "insured_amount", rate: "rate" },
];
