//! The JSON Schema of a scenario file, drawn from the catalogue: for editors, which then complete and check as one types.
//!
//! It is looser than lint where JSON Schema has no words for a rule (names before use, 编号 unique); it refuses nothing
//! that lint accepts.

use serde_json::{Map, Value, json};

use domain::{party::Point, portal::Page};

use super::{
    cast::Cast,
    catalogue::{
        AGREEMENT_FIELDS, FAULTS, Field, GIVEN_KEYS, REFUSAL_KEYS, TABLE_FIELDS, TOP_KEYS, Takes, VERBS, Verb,
    },
    model::CardSlot,
};
use crate::verdict::{checks, requirements};

/// The schema (draft 2020-12).
pub fn scenario() -> Value {
    let mut properties = Map::new();
    for key in TOP_KEYS {
        properties.insert(key.name.to_owned(), described(top(key.name), key.text));
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
        "$defs": definitions(),
    })
}

fn described(mut schema: Value, text: &str) -> Value {
    if let Value::Object(object) = &mut schema {
        object.insert("description".to_owned(), json!(text));
    }
    schema
}

/// Editors read `007` and `是` as YAML would; to us every scalar is text.
fn scalar() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

/// One of these words, or what the matrix puts there.
fn words(words: impl IntoIterator<Item = String>) -> Value {
    let words: Vec<String> = words.into_iter().collect();
    json!({"anyOf": [{"enum": words}, {"$ref": "#/$defs/reference"}]})
}

fn top(name: &str) -> Value {
    match name {
        "编号" => json!({"type": "string", "pattern": "^[A-Z0-9-]+$"}),
        "覆盖" => {
            let ids: Vec<&str> = requirements::all().iter().map(|r| r.id.as_str()).collect();
            json!({"type": "array", "minItems": 1, "items": {"enum": ids}})
        }
        "标签" => json!({"type": "array", "items": scalar()}),
        "矩阵" => {
            json!({"type": "object", "additionalProperties": {"type": "array", "minItems": 1, "items": scalar()}})
        }
        "已知" => {
            let properties: Map<String, Value> = GIVEN_KEYS.iter().map(|k| ((*k).to_owned(), json!({}))).collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false})
        }
        "对手方剧本" => {
            let points: Vec<&str> = Point::ALL.iter().map(|p| p.chinese()).collect();
            let pattern = format!("^[^.]+\\.({}|\\$.*)$", points.join("|"));
            json!({"type": "object", "propertyNames": {"pattern": pattern},
                   "additionalProperties": {"type": "array", "items": scalar()}})
        }
        "故障" => json!({"type": "array", "items": {"$ref": "#/$defs/fault"}}),
        "步骤" => json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}),
        "始终" => json!({"type": "array", "items": words(checks::INVARIANTS.iter().map(|i| i.name.to_owned()))}),
        "曾经" => json!({"type": "array", "items": {"type": "string"}}),
        _ => scalar(),
    }
}

fn definitions() -> Value {
    let mut verbs = Map::new();
    let mut party_acts = Vec::new();
    for verb in VERBS {
        let schema = described(verb_schema(verb), verb.text);
        if let Some((_, act)) = verb.name.split_once('.') {
            party_acts.push((act, schema.clone()));
        }
        verbs.insert(verb.name.to_owned(), schema);
    }
    for (act, schema) in party_acts {
        for name in Cast::fixture().institution_names(None) {
            verbs.insert(format!("{name}.{act}"), schema.clone());
        }
    }
    let faults: Map<String, Value> =
        FAULTS.iter().map(|f| (f.name.to_owned(), described(fields(f.fields, false), f.text))).collect();
    let asked: Map<String, Value> = AGREEMENT_FIELDS
        .iter()
        .chain(TABLE_FIELDS)
        .map(|f| ((*f).to_owned(), json!({"$ref": "#/$defs/expected"})))
        .collect();
    let refusal: Map<String, Value> = REFUSAL_KEYS
        .iter()
        .map(|k| ((*k).to_owned(), if *k == "字段" { json!({"type": "object"}) } else { scalar() }))
        .collect();
    json!({
        "reference": {"type": "string", "pattern": "^\\$"},
        "step": {"type": "object", "properties": verbs, "patternProperties": matrix_key(), "minProperties": 1, "maxProperties": 1,
                 "additionalProperties": false},
        "fault": {"type": "object", "properties": faults, "patternProperties": matrix_key(), "minProperties": 1,
                  "additionalProperties": false},
        "expected": {"type": ["string", "number", "boolean", "array"]},
        "expectations": {"type": "object", "properties": asked, "additionalProperties": false},
        "refusal": {"type": "object", "properties": refusal, "additionalProperties": false},
    })
}

/// A key that the matrix fills: which word it becomes, and so what it takes, is known to lint alone.
fn matrix_key() -> Value {
    json!({"\\$": {}})
}

fn verb_schema(verb: &Verb) -> Value {
    match verb.name {
        "推进" => json!({"anyOf": [takes(Takes::Duration), fields(verb.fields, false)]}),
        "等待" | "期望" => {
            let mut schema = fields(verb.fields, false);
            schema["additionalProperties"] = json!({"$ref": "#/$defs/expectations"});
            schema
        }
        _ => {
            let all = verb.all_fields();
            let nothing_needed = !all.iter().any(|f| f.required);
            fields(&all, nothing_needed)
        }
    }
}

/// A map of fields; `or_nothing` where the verb may stand alone.
fn fields(fields: &[Field], or_nothing: bool) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|f| (f.name.to_owned(), described(takes(f.takes), f.text))).collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    let kinds = if or_nothing { json!(["object", "null"]) } else { json!("object") };
    // A key may be a matrix value ($字段): what it stands for is lint's to check.
    json!({"type": kinds, "properties": properties, "required": required, "patternProperties": {"^\\$": {}},
           "additionalProperties": false})
}

fn takes(takes: Takes) -> Value {
    let cast = Cast::fixture();
    let owned = |names: Vec<&str>| names.into_iter().map(String::from).collect::<Vec<_>>();
    match takes {
        Takes::Text | Takes::Form | Takes::Name | Takes::Message | Takes::Party | Takes::StepName => scalar(),
        Takes::StatusWord => scalar(),
        Takes::YesNo => words(["是", "否"].map(String::from)),
        Takes::Method => words(["卡", "账号密码"].map(String::from)),
        Takes::Enterprise => {
            let full = cast.enterprises.iter().map(|e| e.name.clone());
            words(owned(cast.enterprise_names()).into_iter().chain(full))
        }
        Takes::Card => words(CardSlot::ALL.map(|c| c.chinese().to_owned())),
        Takes::Institution(role) => {
            let full = cast.directory.institutions().iter().filter(|i| i.role == role).map(|i| i.name.clone());
            words(owned(cast.institution_names(Some(role))).into_iter().chain(full).chain(["空".to_owned()]))
        }
        Takes::Refusal => json!({"$ref": "#/$defs/refusal"}),
        Takes::Record => json!({"$ref": "#/$defs/reference"}),
        Takes::Duration => json!({"type": "string", "pattern": "^([0-9]+ *(秒|分钟|小时|天|工作日)|.*\\$.*)$"}),
        Takes::Time => json!({"type": "string"}),
        Takes::Page => words(Page::ALL.map(|p| p.name().to_owned())),
        Takes::Filters => json!({"type": "object"}),
        Takes::Count(min, max) => {
            json!({"anyOf": [{"type": "integer", "minimum": min, "maximum": max}, {"type": "string"}]})
        }
        Takes::Parties => json!({"type": "array", "items": scalar(), "minItems": 2, "maxItems": 2}),
    }
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
        assert!(!validator.is_valid(&file(json!({"协议签署": {"银行": "火星银行"}}))));
        assert!(!validator.is_valid(&json!({"场景": "甲"})));
    }
}
