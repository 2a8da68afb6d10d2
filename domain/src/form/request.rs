//! The form of 货运险预约 (RSV-01).

use super::{
    AccountPart, CrossRule, FieldRule, Form, Need,
    Need::{Always, Optional},
    Origin::{Account, Offered},
    Takes::{self, Code, Email, Institution, Money, OneOf, Phone, Text},
};
use crate::{cover::CargoLine, directory::PartyRole, tables::TableId};

/// 货运险预约: a request for an open cover.
pub fn open_cover_request() -> Form {
    Form {
        name: "货运险预约",
        fields: FIELDS.to_vec(),
        rules: vec![
            CrossRule::Belongs { child: "city", parent: "province" },
            CrossRule::Belongs { child: "district", parent: "city" },
        ],
    }
}

const fn field(key: &'static str, label: &'static str, need: Need, takes: Takes) -> FieldRule {
    FieldRule::new("", key, label, need, takes).cites(&["RSV-01"])
}

#[rustfmt::skip] // One field a line: this is the form of RSV-01 and should look like one.
const FIELDS: &[FieldRule] = &[
    field("insurer",       "保险机构名称",     Always,   Institution(PartyRole::Insurer)).hint("保险公司的全称或简称"),
    field("name",          "企业名称",         Always,   Text { max: 100 }).from(Account(AccountPart::Name)).hint("取自账户，不可修改"),
    field("line",          "拟投保险种",       Always,   OneOf(CargoLine::NAMES)).hint("进口货运险、出口货运险或国内货运险"),
    field("contact",       "企业联系人",       Always,   Text { max: 50 }).from(Offered(AccountPart::Contact)).hint("最多50字；默认取自账户"),
    field("phone",         "联系人电话",       Always,   Phone).hint("11位手机号，或带区号的固定电话"),
    field("email",         "企业邮箱",         Always,   Email).from(Offered(AccountPart::Email)).hint("电子邮箱；默认取自账户"),
    field("annual_amount", "年投保总额",       Optional, Money).hint("人民币元"),
    field("voyage_amount", "单一航次最大金额", Optional, Money).hint("人民币元"),
    field("mode",          "主要运输方式",     Optional, Code(TableId::TransportMode)).hint("参数表「运输方式」的代码或名称"),
    field("province",      "所在省",           Always,   Code(TableId::Province)).hint("参数表「省份」的代码或名称"),
    field("city",          "所在市",           Always,   Code(TableId::City)).hint("所在省的城市，代码或名称"),
    field("district",      "所在区/县",        Always,   Code(TableId::District)).hint("所在市的区县，代码或名称"),
    field("address",       "企业地址",         Always,   Text { max: 200 }).hint("具体的街道、门牌号，最多200字"),
    field("other_modes",   "其他运输方式说明", Optional, Text { max: 200 }).hint("最多200字"),
    field("goods",         "主要货物描述",     Optional, Text { max: 500 }).hint("最多500字"),
    field("routes",        "主要运输路线",     Optional, Text { max: 500 }).hint("最多500字"),
];
