//! 登录不可重放 (ACC-11): a login's signed challenge that is sent again opens nothing.

use super::{Judging, Outcome};
use crate::{
    evidence::{Evidence, Happening},
    verdict::finding::{Finding, Verdict},
};

const NAME: &str = "登录不可重放";

/// The refusal that a used challenge must meet, and what the page says.
const USED: (&str, &str) = ("K1005", "登录质询无效或已被使用，请重新登录");

pub fn check(evidence: &Evidence, _: &Judging<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for entry in &evidence.entries {
        let Happening::Act(act) = &entry.what else { continue };
        if act.verb != "重放登录" {
            continue;
        }
        outcome.evaluated = true;
        if act.refused.as_deref() != Some(USED.0) || act.prompt != USED.1 {
            let actual =
                act.refused.as_deref().map_or_else(|| "登录成功".to_owned(), |c| format!("{c} {}", act.prompt));
            outcome.findings.push(
                Finding::new(Verdict::Failed, NAME, act.person.clone(), "同一份登录签名重放后没有被拒绝")
                    .against("ACC-11")
                    .compared(format!("{} {}", USED.0, USED.1), actual)
                    .during(entry.step),
            );
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use domain::Time;

    use super::*;
    use crate::{
        evidence::{Act, Entry},
        verdict::checks::context::tests::without_keys,
    };

    fn replayed(refused: Option<&str>) -> Evidence {
        let act = Act {
            person: "滨海远航 法人卡".into(),
            enterprise: String::new(),
            verb: "重放登录".into(),
            prompt: "登录质询无效或已被使用，请重新登录".into(),
            refused: refused.map(str::to_owned),
            record: None,
        };
        let at = Time::from_unix_ms(0);
        Evidence { entries: vec![Entry { at, step: Some(0), what: Happening::Act(act) }], ..Evidence::default() }
    }

    //= ACC-11
    #[test]
    fn a_replayed_login_must_be_refused_as_used() {
        without_keys(|context| {
            assert_eq!(check(&replayed(Some("K1005")), context).findings, []);
            assert!(check(&replayed(Some("K1005")), context).evaluated);
            assert_eq!(check(&replayed(None), context).findings.len(), 1);
            assert_eq!(check(&replayed(Some("K1006")), context).findings.len(), 1);
        });
    }
}
