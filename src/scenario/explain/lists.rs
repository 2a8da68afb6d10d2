//! `kouan explain`, words that stand for a whole list: 报文, 始终, 故障, 步骤 and the like.

use std::fmt::Write;

use domain::{
    party::Point,
    portal::{Page, RecordKind},
    refusal,
};

use super::{business_codes, example, lives::life_cycle, show};
use crate::{
    scenario::{
        cast::Cast,
        catalogue::{self, TOP_KEYS, VERBS, records::RECORDS},
        mistake,
        model::CardSlot,
    },
    verdict::{checks, requirements},
};

/// Words that stand for a whole list.
pub(super) fn listing(id: &str) -> Option<String> {
    if let Some(text) = life_cycle(id) {
        return Some(text);
    }
    let mut text = String::new();
    match id {
        "报文" => {
            text.push_str("报文  门户与各方之间的报文\n\n");
            for entry in interchange::catalogue::CATALOGUE {
                let (from, to) = (entry.from.chinese(), entry.to.chinese());
                let _ = writeln!(text, "  {}（{from} → {to}）  {}", entry.chinese, entry.type_);
            }
        }
        "始终" => {
            text.push_str("始终  每一时刻都必须成立的不变量\n\n");
            for i in checks::INVARIANTS {
                let _ = writeln!(text, "  {}（{}）  {}", i.name, i.requirements.join("、"), i.description);
            }
            text.push_str("\n  每个场景都检查全部；写下来，只是让它算进覆盖\n");
            show(&mut text, example::of_top("始终").unwrap_or_default());
        }
        "三方协议" => return life_cycle(RecordKind::Agreement.chinese()),
        "故障" => {
            text.push_str("故障  网络和卡的故障\n\n");
            for f in catalogue::FAULTS {
                let _ = writeln!(text, "  {}  {}\n    {}", f.name, f.text, f.example);
            }
            show(&mut text, example::of_top("故障").unwrap_or_default());
        }
        "对手方剧本" | "决策点" | "结果" => script(&mut text, id),
        "步骤" | "动作" => {
            text.push_str("步骤  依次做什么\n\n");
            for v in VERBS {
                let _ = writeln!(text, "  {}  {}\n    {}", v.name, v.text, v.example);
            }
        }
        "关键字" | "字段" | "页面" | "代码" | "需求" => return Some(names_of(id)),
        "企业" | "卡" | "机构" => {
            let cast = Cast::fixture();
            let _ = writeln!(text, "{id}  场景里的人和机构，全称简称都行\n");
            let _ = writeln!(text, "  企业：{}", cast.enterprise_names().join("、"));
            let _ = writeln!(text, "  卡：{}", CardSlot::ALL.map(CardSlot::chinese).join("、"));
            let _ = writeln!(text, "  机构：{}", cast.institution_names(None).join("、"));
            show(&mut text, "- 登录: {企业: 东岭贸易, 由: 法人卡}");
        }
        _ => {
            let key = TOP_KEYS.iter().find(|k| k.name == id)?;
            let required = if key.required { "必填" } else { "可省略" };
            let _ = writeln!(text, "{}  场景文件的关键字（{required}）\n\n  {}", key.name, key.text);
            show(&mut text, example::of_top(id).unwrap_or_default());
        }
    }
    Some(text)
}

/// What a counterparty can be made to do: `id` is 决策点, 结果 or both of them as 对手方剧本.
fn script(text: &mut String, id: &str) {
    let what = match id {
        "决策点" => "对手方剧本里可以安排的决定",
        "结果" => "对手方剧本里一个决定可以怎样",
        _ => "各方依次怎样决定；用完之后都同意",
    };
    let _ = writeln!(text, "{id}  {what}");
    if id != "结果" {
        let points: Vec<String> =
            Point::ALL.iter().map(|p| format!("{}.{}", p.role().chinese(), p.chinese())).collect();
        let _ = writeln!(text, "\n  决策点：{}；可写机构名代替「银行」「保险公司」", points.join("、"));
    }
    if id != "决策点" {
        text.push_str("\n  结果：\n");
        for (_, form, meaning) in catalogue::OUTCOMES {
            let _ = writeln!(text, "    {form}  {meaning}");
        }
    }
    show(text, example::of_top("对手方剧本").unwrap_or_default());
}

/// The names of one kind, to ask on.
fn names_of(kind: &str) -> String {
    let mut text = format!("{kind}  可以再问的\n\n");
    let mut list = |words: Vec<&str>, what: &str| {
        let _ = writeln!(text, "  {what}：{}", words.join("、"));
    };
    match kind {
        "关键字" => list(TOP_KEYS.iter().map(|k| k.name).collect(), "场景文件的键"),
        "页面" => list(Page::ALL.map(Page::name).to_vec(), "查询能读的页面"),
        "代码" => {
            list(refusal::ALL.iter().map(|e| e.code).collect(), "门户和卡的拒绝");
            list(interchange::CODES.iter().map(|(code, ..)| *code).collect(), "收件方网关的拒绝");
            list(business_codes().map(|(code, ..)| code).collect(), "收件方业务的拒绝");
            list(mistake::CODES.iter().map(|e| e.code).collect(), "场景文件的错误");
        }
        "需求" => {
            for rule in requirements::all() {
                list(vec![rule.chinese.lines().next().unwrap_or_default()], &rule.id);
            }
        }
        _ => {
            for verb in VERBS {
                list(verb.all_fields().iter().map(|f| f.name).collect(), verb.name);
            }
            for fault in catalogue::FAULTS {
                list(fault.fields.iter().map(|f| f.name).collect(), &format!("故障 {}", fault.name));
            }
            for words in RECORDS {
                list(words.fields().to_vec(), &format!("{}可以期望的", words.kind.chinese()));
            }
            list(catalogue::TABLE_FIELDS.to_vec(), "查询结果可以期望的");
        }
    }
    text
}
