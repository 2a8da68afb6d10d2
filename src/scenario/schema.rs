//! The JSON Schema of a scenario file, drawn from the catalogue: for editors, which then complete and check as one types.
//!
//! It is looser than lint where JSON Schema has no words for a rule (names before use, 编号 unique); it refuses nothing
//! that lint accepts. Beside the standard it speaks what yaml-language-server understands: `defaultSnippets` and
//! `patternErrorMessage`. That server offers what a schema's own `properties` and `const`s say, so nothing is nested
//! deeper than need be; `tests/it/editor.rs` asks it.

mod value;

use domain::{directory::PartyRole, party::Point, portal::Page};
use serde_json::{Map, Value, json};

use self::value::{
    Word, column, described, expected, expected_list, filled_or, institutions, invariants, likely, listed, messages,
    refusal_code, requirements, takes, text, time,
};
use super::{
    cast::Cast,
    catalogue::{
        Actor, BANK_SHORT, CONFIRM, FAULTS, Field, GIVEN_KEYS, OUTCOMES, PIN, REFUSAL_KEYS, TABLE_FIELDS, TERMS_LABEL,
        TERMS_PRINTED, TOP_KEYS, Takes, VERBS, Verb,
        cargo::ALIASES,
        forms::{FormName, INSURER_SHORT},
        page_columns, page_filters,
        records::{RANGES, every},
        verb_named,
    },
    fields::LISTS,
    given::ACCOUNT_FACTS,
};

/// The schema (draft 2020-12).
pub fn scenario() -> Value {
    let mut properties = Map::new();
    for key in TOP_KEYS {
        properties.insert(key.name.to_owned(), described(top(key.name), key.name, key.text));
    }
    let required: Vec<&str> = TOP_KEYS.iter().filter(|k| k.required).map(|k| k.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:kouan:schema:scenario.v1",
        "title": "口岸场景文件",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": {
            "step": step(),
            "fault": faults(),
            "expectations": expectations(),
            "refusal": refusal(),
            "filters": filters(),
        },
    })
}

/// A map with these keys and no others, but for those that 矩阵 fills in.
fn closed(properties: Map<String, Value>) -> Value {
    json!({"properties": properties, "patternProperties": {"\\$": {}}, "additionalProperties": false})
}

/// The same for maps that are written on one line. In an empty `{}` yaml-language-server offers the keys that
/// `propertyNames` has, and none at all if the schema has `properties`; hence the two branches.
fn map(properties: Map<String, Value>, required: &[&str]) -> Value {
    let offered = |schema: &Value| schema.get("doNotSuggest").is_none();
    let names: Vec<&String> = properties.iter().filter(|(_, schema)| offered(schema)).map(|(name, _)| name).collect();
    // A `$键` may stand for the very field that must be there.
    json!({
        "type": "object",
        "allOf": [{
            "if": {"type": "object", "propertyNames": {"not": {"pattern": "\\$"}}},
            "then": {"required": required},
        }],
        "if": {"type": "object", "maxProperties": 0},
        "then": {"type": "object", "propertyNames": {"enum": names}},
        "else": closed(properties),
    })
}

fn titled(mut schema: Value, title: &str) -> Value {
    schema["title"] = json!(title);
    schema
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn list_of_some(items: Value) -> Value {
    json!({"type": "array", "items": items, "minItems": 1})
}

fn top(name: &str) -> Value {
    match name {
        "编号" => json!({"type": ["string", "number"], "pattern": "^[A-Z0-9-]+$",
                         "patternErrorMessage": "编号只用大写字母、数字和短横线"}),
        "覆盖" => {
            let mut ids = listed(requirements());
            ids["minItems"] = json!(1);
            ids
        }
        "标签" => list(text()),
        "开始" => time(),
        "已知" => given(),
        "矩阵" => json!({"type": "object", "additionalProperties": list_of_some(text())}),
        "对手方剧本" => script(),
        "故障" => list(json!({"$ref": "#/$defs/fault"})),
        "步骤" => list_of_some(json!({"$ref": "#/$defs/step"})),
        "始终" => filled_or(listed(invariants())),
        "曾经" => list(once()),
        _ => text(),
    }
}

/// A list of things that are written on one line each offers whole lines too, from the catalogue's examples.
fn lines<'e>(examples: impl Iterator<Item = (&'e str, &'e str)>) -> Value {
    let line = |(example, text): (&str, &str)| {
        let line = example.trim_start_matches("- ");
        json!({"label": line, "body": line.replace('$', "\\$"), "description": text})
    };
    examples.map(line).collect()
}

fn step() -> Value {
    let mut verbs = Map::new();
    for verb in VERBS {
        let schema = described(verb_schema(verb), verb.name, verb.text);
        if let (Actor::Party(role), Some((_, act))) = (verb.actor, verb.name.split_once('.')) {
            for (short, full) in institutions(Some(role)) {
                verbs.insert(format!("{short}.{act}"), schema.clone());
                verbs.insert(format!("{full}.{act}"), hidden(schema.clone()));
            }
        }
        for (alias, _) in ALIASES.iter().filter(|(_, name)| *name == verb.name) {
            verbs.insert((*alias).to_owned(), schema.clone());
        }
        verbs.insert(verb.name.to_owned(), schema);
    }
    let mut step = closed(verbs);
    step["type"] = json!("object");
    step["title"] = json!("步骤");
    step["minProperties"] = json!(1);
    step["maxProperties"] = json!(1);
    step["defaultSnippets"] = lines(VERBS.iter().map(|v| (v.example, v.text)));
    step
}

/// Accepted as a key, but not offered.
fn hidden(mut schema: Value) -> Value {
    schema["doNotSuggest"] = json!(true);
    schema
}

fn verb_schema(verb: &Verb) -> Value {
    match verb.name {
        "推进" => json!({"anyOf": [takes(Takes::Duration), fields(verb.fields)]}),
        "等待" | "期望" => {
            let mut schema = fields(verb.fields);
            schema["else"]["additionalProperties"] = json!({"$ref": "#/$defs/expectations"});
            schema
        }
        _ => {
            let all = verb.all_fields();
            let mut schema = fields(&all);
            if !all.iter().any(|f| f.required) {
                schema["type"] = json!(["object", "null"]);
            }
            schema
        }
    }
}

/// A map of fields.
fn fields(fields: &[Field]) -> Value {
    let properties = fields.iter().map(|f| (f.name.to_owned(), described(takes(f.takes), f.name, f.text))).collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    map(properties, &required)
}

fn faults() -> Value {
    let properties = FAULTS.iter().map(|f| (f.name.to_owned(), described(fields(f.fields), f.name, f.text))).collect();
    let mut faults = closed(properties);
    faults["type"] = json!("object");
    faults["title"] = json!("故障");
    faults["minProperties"] = json!(1);
    faults["defaultSnippets"] = lines(FAULTS.iter().map(|f| (f.example, f.text)));
    faults
}

/// What is expected of one record or table: whose it is shows only when the file is read as a whole.
fn expectations() -> Value {
    let columns = Page::ALL.iter().flat_map(|p| page_columns(*p)).map(|c| ((*c).to_owned(), column(c))).collect();
    let rows = json!({"title": "各行", "type": "array", "items": map(columns, &[])});
    let of = |field: &str| match field {
        "行" => json!({"anyOf": [rows, expected("")]}),
        _ if LISTS.contains(&field) => expected_list(field),
        _ => expected(field),
    };
    let asked = every(|words| words.fields())
        .into_iter()
        .chain(TABLE_FIELDS.iter().copied())
        .map(|f| (f.to_owned(), titled(of(f), f)))
        .collect();
    let mut expectations = map(asked, &[]);
    expectations["title"] = json!("期望的值");
    expectations
}

fn refusal() -> Value {
    let forms = [FormName::Agreement, FormName::Request, FormName::Proposal];
    let labels = forms.into_iter().flat_map(|form| form.labels().iter().map(|f| f.name));
    let labels = labels.chain([BANK_SHORT, INSURER_SHORT, "特殊约定", "附件"]);
    let filters = Page::ALL.into_iter().flat_map(page_filters).copied();
    let hints: Map<String, Value> = labels.chain(filters).map(|label| (label.to_owned(), hint())).collect();
    let keys = REFUSAL_KEYS.iter().map(|key| {
        let schema = match *key {
            "提示" => described(expected(""), key, "页面上的话"),
            "代码" => described(refusal_code(), key, "稳定的代码"),
            _ => {
                let mut hints = map(hints.clone(), &[]);
                // Rows are counted: 特殊约定[2].特殊约定内容, 附件[1].
                hints["else"]["patternProperties"]["^(特殊约定|附件)\\["] = hint();
                described(hints, key, "各栏旁边的红字；没有写出的栏不能有红字")
            }
        };
        ((*key).to_owned(), schema)
    });
    let mut refusal = map(keys.collect(), &[]);
    refusal["title"] = json!("拒绝");
    refusal["description"] = json!("这一步必须这样被拒绝，且什么都不改变；至少写一样");
    refusal["minProperties"] = json!(1);
    refusal
}

/// The red words beside a field.
fn hint() -> Value {
    likely(["必填", "格式有误"].map(String::from))
}

fn filters() -> Value {
    let of = |label: &str| match label {
        _ if RANGES.contains(&label) => {
            json!({"anyOf": [expected(label), {"title": "[首日, 末日]", "type": "array", "minItems": 2, "maxItems": 2}]})
        }
        _ => expected(label),
    };
    let labels = Page::ALL.into_iter().flat_map(page_filters).map(|l| ((*l).to_owned(), of(l))).collect();
    let mut filters = map(labels, &[]);
    filters["title"] = json!("条件");
    filters
}

/// 已知: records in the form of the verb that makes them, without what belongs to the act, and accounts.
fn given() -> Value {
    let without = ["由", "拒绝", PIN.name, CONFIRM.name, TERMS_LABEL, TERMS_PRINTED, "预约"];
    let form_of = |verb: &str| {
        let all = verb_named(verb).map(Verb::all_fields).unwrap_or_default();
        list(fields(&all.into_iter().filter(|f| !without.contains(&f.name)).collect::<Vec<_>>()))
    };
    let account = || {
        let fact = |fact: &str| {
            let value = || if fact == "冻结" { takes(Takes::YesNo) } else { text() };
            let bank = |(short, full): Word| [(short, value()), (full, hidden(value()))];
            (fact.to_owned(), map(institutions(Some(PartyRole::Bank)).flat_map(bank).collect(), &[]))
        };
        map(ACCOUNT_FACTS.into_iter().map(fact).collect(), &[])
    };
    let enterprises = Cast::fixture().enterprises.iter();
    let enterprises: Map<String, Value> =
        enterprises.flat_map(|e| [(e.short.clone(), account()), (e.name.clone(), hidden(account()))]).collect();
    let keys = GIVEN_KEYS.iter().map(|key| {
        let schema = match *key {
            "企业" => described(map(enterprises.clone(), &[]), key, "各企业在各银行的余额、冻结、每日限额"),
            "货运协议" => {
                described(form_of("保险公司.线下签约"), key, "已经有效的货运协议，字段与「线下签约」相同")
            }
            "投保单" => described(form_of("货运投保"), key, "已出单未缴费的投保单，字段与「货运投保」相同"),
            _ => described(form_of("协议签署"), key, "已经签好的三方协议，字段与「协议签署」的表单相同"),
        };
        ((*key).to_owned(), schema)
    });
    map(keys.collect(), &[])
}

/// 对手方剧本: whoever may decide, with the points that are theirs.
fn script() -> Value {
    let mut properties = Map::new();
    for point in Point::ALL {
        let (role, what) = (point.role(), point.chinese());
        let text = format!("{}对「{what}」依次怎样决定；取完以后都同意", role.chinese());
        let decisions = list(outcome());
        let key = format!("{}.{what}", role.chinese());
        properties.insert(key.clone(), described(decisions.clone(), &key, &text));
        for (short, full) in institutions(Some(role)) {
            let text = format!("{full}对「{what}」依次怎样决定；取完以后看总公司和「{}」的一行", role.chinese());
            let key = format!("{short}.{what}");
            properties.insert(key.clone(), described(decisions.clone(), &key, &text));
            properties.insert(format!("{full}.{what}"), hidden(decisions.clone()));
        }
    }
    map(properties, &[])
}

/// One outcome. A list whose items are of several kinds would be offered with a line for each kind besides, so this is
/// one pattern, and the text has what every word means.
fn outcome() -> Value {
    let names: Vec<&str> = OUTCOMES.iter().map(|(name, ..)| *name).collect();
    let meanings: Vec<String> = OUTCOMES.iter().map(|(name, _, meaning)| format!("- {name}：{meaning}")).collect();
    let form = |(_, form, text): &(&str, &str, &str)| json!({"label": form.trim_matches('\''), "body": form, "description": text});
    json!({"title": "结果", "type": "string", "markdownDescription": meanings.join("\n"),
           "pattern": format!("^\\s*({})\\s*(\\(.*)?$|\\$", names.join("|")),
           "patternErrorMessage": format!("这里写一个结果：{}", names.join("、")),
           "defaultSnippets": OUTCOMES.iter().map(form).collect::<Vec<_>>()})
}

/// An entry of 曾经.
fn once() -> Value {
    let faults: Vec<&str> = FAULTS.iter().map(|f| f.name).collect();
    let names: Vec<String> = messages().into_iter().map(|(name, _)| name).collect();
    let pattern =
        format!("^\\s*(故障\\s+({})(\\s.*)?|报文\\s+({})\\s*|[^ .]+\\..+)$|\\$", faults.join("|"), names.join("|"));
    let points = Point::ALL.map(|p| format!("{}.{} 拒绝(资料不全)", p.role().chinese(), p.chinese()));
    let examples: Vec<String> = points
        .into_iter()
        .chain(faults.iter().map(|f| format!("故障 {f}")))
        .chain(names.iter().map(|n| format!("报文 {n}")))
        .collect();
    json!({"type": "string", "pattern": pattern, "examples": examples,
           "patternErrorMessage": "应为「银行.签约 拒绝(资料不全)」「故障 丢失 签约申请」或「报文 协议终止」"})
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_accepts_a_scenario_and_refuses_an_unknown_verb() {
        let validator = jsonschema::validator_for(&scenario()).expect("the schema is one");
        let file = |step: Value| {
            json!({"场景": "甲", "编号": "A-1", "覆盖": ["ACC-02"], "步骤": [step],
                   "对手方剧本": {"银行.签约": ["拒绝(甲)"]}})
        };
        let good = json!({"协议签署": {"银行": "中国银行", "记作": "协议", "拒绝": {"代码": "K2102"}}});
        assert!(validator.is_valid(&file(good)));
        assert!(validator.is_valid(&file(json!({"退出": null}))));
        assert!(validator.is_valid(&file(json!({"等待": {"协议": {"状态": "成功"}, "时限": "1天"}}))));
        assert!(!validator.is_valid(&file(json!({"等待": {"协议": {"状态": "成功"}}}))));
        assert!(!validator.is_valid(&file(json!({"协义签署": {}}))));
        // 矩阵 may fill in the name of a field, and of one that must be there.
        assert!(validator.is_valid(&file(json!({"换卡": {"由": "法人卡", "$哪": "操作员卡"}}))));
        assert!(validator.is_valid(&file(json!({"协议签署": {"$栏": "空", "拒绝": {"字段": {"$栏": "必填"}}}}))));
        assert!(!validator.is_valid(&file(json!({"换卡": {"由": "法人卡"}}))));
        assert!(!validator.is_valid(&file(json!({"换卡": {}}))));
        assert!(!validator.is_valid(&file(json!({"协议签署": {"银行": "火星银行"}}))));
        assert!(!validator.is_valid(&json!({"场景": "甲"})));
    }
}
