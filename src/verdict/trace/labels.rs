//! The names of a message's fields as people know them, and a message's content as labelled texts.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use super::Field;

/// Names in JSON, and in the manual or in plain words; in the order in which they are shown.
const LABELS: &[(&str, &str)] = &[
    ("specversion", "规范版本"),
    ("id", "报文编号"),
    ("source", "发送方"),
    ("receiver", "接收方"),
    ("type", "类型"),
    ("subject", "业务编号"),
    ("time", "时间"),
    ("dataschema", "数据结构"),
    ("datacontenttype", "内容类型"),
    ("sequence", "序号"),
    ("correlationid", "所答复的报文"),
    ("application", "申请编号"),
    ("bank", "付款银行"),
    ("payee", "收款企业"),
    ("service", "服务类型"),
    ("payer", "甲方"),
    ("uscc", "统一社会信用代码"),
    ("name", "企业名称"),
    ("address", "企业地址"),
    ("contact", "企业联系人"),
    ("account", "付款账号"),
    ("phone", "联系人电话"),
    ("email", "企业邮箱"),
    ("tax_number", "企业税号"),
    ("legal_person", "法定代表人"),
    ("postcode", "邮政编码"),
    ("signed_at", "签约时间"),
    ("insurer_signed_at", "收款企业签约时间"),
    ("seal", "企业签章"),
    ("text", "协议书全文"),
    ("certificate", "签章证书"),
    ("signature", "签章签名"),
    ("decision", "结果"),
    ("reason", "原因"),
    ("agreement_number", "协议编号"),
    ("effective", "协议生效时间"),
    ("expiry", "协议失效时间"),
    ("submission", "第几次提交"),
    ("open_cover", "保险公司货运险协议编号"),
    ("number", "编号"),
    ("request", "所依据的预约"),
    ("enterprise", "企业名称"),
    ("insurer", "保险机构名称"),
    ("line", "险种名称"),
    ("rate", "保险费率"),
    ("minimum_premium", "最低保费"),
    ("voyage_limit", "单次限额"),
    ("modes", "运输方式"),
    ("begins", "协议起效时间"),
    ("ends", "协议结束时间"),
    ("coverages", "险别"),
    ("kind", "是否主险"),
    ("categories", "货物类别"),
    ("chapter", "货物大类"),
    ("heading", "货物细类"),
    ("special_terms", "特殊约定"),
    ("attachments", "附件"),
    ("content", "内容"),
    ("sha256", "内容摘要 SHA-256"),
    ("submitted_at", "申请时间"),
    ("form", "表单"),
    ("proposal_number", "投保单号"),
    ("premium", "保费"),
    ("premium_due", "缴费截止日"),
    ("policy_number", "保单号"),
    ("in_force_at", "生效时间"),
    ("payment", "支付流水号"),
    ("debit", "银行流水号"),
    ("amount", "金额"),
    ("items", "各笔保费"),
    ("ordered_at", "支付时间"),
    ("standing", "支付状态"),
];

/// What a form calls its fields, by their keys in a message.
static OF_FORMS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let forms = [domain::form::cargo_proposal(), domain::form::open_cover_request()];
    forms.iter().flat_map(|form| &form.fields).map(|field| (field.key, field.name)).collect()
});

/// Words that stand for others.
const WORDS: &[(&str, &str, &str)] = &[
    ("decision", "agreed", "同意"),
    ("decision", "refused", "拒绝"),
    ("kind", "main", "主险"),
    ("kind", "additional", "附加险"),
    ("standing", "debited", "成功"),
    ("standing", "failed", "失败"),
    ("standing", "pending", "处理中"),
    ("standing", "unknown", "未受理"),
];

/// The label of a field; its own name where people have none for it.
pub fn label(name: &str) -> &str {
    let known = LABELS.iter().find(|(known, _)| *known == name).map(|(_, label)| *label);
    known.or_else(|| OF_FORMS.get(name).copied()).unwrap_or(name)
}

/// The attributes of an event (all but `data`), and what its `data` says; objects in it become `甲方 · 企业名称`.
pub fn fields(event: &Value) -> (Vec<Field>, Vec<Field>) {
    let mut attributes = Vec::new();
    let mut data = Vec::new();
    for (name, value) in ordered(event) {
        if name == "data" {
            collect("", value, &mut data);
        } else {
            attributes.push(Field { label: label(name).into(), text: text(name, value) });
        }
    }
    (attributes, data)
}

fn collect(before: &str, value: &Value, into: &mut Vec<Field>) {
    for (name, value) in ordered(value) {
        let label = format!("{before}{}", label(name));
        match value {
            Value::Object(_) => collect(&format!("{label} · "), value, into),
            _ => into.push(Field { label, text: text(name, value) }),
        }
    }
}

/// An object's fields in the order of [`LABELS`]; unknown ones come last.
fn ordered(value: &Value) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = value.as_object().into_iter().flatten().collect();
    fields.sort_by_key(|(name, _)| LABELS.iter().position(|(known, _)| known == name).unwrap_or(LABELS.len()));
    fields
}

fn text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if name == "certificate" => certificate(text),
        // Whole files, up to five MiB each.
        Value::String(text) if name == "content" && text.len() > 2_700 => format!("（base64，{} 个字符）", text.len()),
        Value::String(text) if name == "signature" => format!("{text:.24}…（base64，{} 个字符）", text.len()),
        Value::String(text) => WORDS
            .iter()
            .find(|(field, word, _)| *field == name && word == text)
            .map_or_else(|| text.clone(), |(_, _, chinese)| (*chinese).into()),
        Value::Array(items) => items.iter().map(|item| text(name, item)).collect::<Vec<_>>().join("；"),
        Value::Object(_) => {
            let fields = ordered(value).into_iter();
            fields.map(|(name, value)| format!("{} {}", label(name), text(name, value))).collect::<Vec<_>>().join("，")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Who a card's certificate says its holder is.
fn certificate(base64: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let read = STANDARD.decode(base64).ok().and_then(|der| signing::Certificate::from_der(&der).ok());
    match read {
        Some(c) => format!("{}，由 {} 签发，序列号 {}", c.common_name(), c.issuer_common_name(), c.serial_hex()),
        None => format!("无法解析（base64，{} 个字符）", base64.len()),
    }
}

#[cfg(test)]
mod tests {
    use domain::message::Kind;
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_told_in_the_manual_s_words_and_unknown_ones_by_their_own_name() {
        let event = json!({"id": "m1", "data": {
            "application": "A1", "payer": {"name": "滨海远航进出口有限公司"}, "decision": "refused", "colour": 3,
        }});
        let (attributes, data) = fields(&event);
        let shown = |fields: Vec<Field>| fields.iter().map(|f| format!("{}={}", f.label, f.text)).collect::<Vec<_>>();
        assert_eq!(shown(attributes), ["报文编号=m1"]);
        assert_eq!(shown(data), ["申请编号=A1", "甲方 · 企业名称=滨海远航进出口有限公司", "结果=拒绝", "colour=3"]);
    }

    /// What has no label would be shown to people by its name in JSON.
    #[test]
    fn every_field_of_every_message_has_a_label() {
        fn properties(schema: &Value, found: &mut Vec<String>) {
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                found.push(name.clone());
                properties(inner, found);
            }
        }
        let mut names = Vec::new();
        for kind in Kind::ALL {
            properties(&interchange::catalogue::schema(kind), &mut names);
        }
        names.retain(|name| label(name) == name && name != "data");
        assert_eq!(names, [""; 0]);
    }
}
