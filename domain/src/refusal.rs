//! Why the portal refuses an act of a person: a stable code, the page's words, and what was possible instead.

use std::collections::BTreeMap;

/// The portal says no, and nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} {prompt}")]
pub struct Refusal {
    /// Stable, such as `K2101`; `kouan explain` knows each.
    pub code: &'static str,
    /// What the page shows (提示).
    pub prompt: String,
    /// The requirements that this refusal enforces.
    pub requirements: Vec<&'static str>,
    /// Red hints beside fields: the manual's label and the hint (UI-01).
    pub fields: BTreeMap<String, String>,
    /// For a life cycle: the state, the act that was tried, and the acts that were possible.
    pub state: Option<Box<StateRefusal>>,
}

/// The part of a refusal that a life-cycle table makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateRefusal {
    /// The state, as a page shows it.
    pub state: String,
    /// What was tried, in the manual's words.
    pub event: String,
    /// What a person could have done.
    pub possible: Vec<String>,
}

/// One entry of the table of codes, for `explain` and for lint.
#[derive(Clone, Copy, Debug)]
pub struct CodeEntry {
    /// Such as `K1001`.
    pub code: &'static str,
    /// The words of the prompt, with `{}` where data goes.
    pub prompt: &'static str,
    /// Requirements enforced.
    pub requirements: &'static [&'static str],
}

macro_rules! codes {
    ($($name:ident = $code:literal, $prompt:literal, [$($req:literal),*];)*) => {
        $(#[doc = concat!($code, ": ", $prompt)] pub const $name: CodeEntry = CodeEntry { code: $code, prompt: $prompt, requirements: &[$($req),*] };)*
        /// Every refusal code of the portal and the terminal, in order.
        pub const ALL: &[CodeEntry] = &[$($name),*];
    };
}

codes! {
    NO_CARD = "K1001", "请检查是否正常接入IC卡", ["ACC-03", "ACC-05"];
    OTHER_CARD = "K1002", "IC卡与当前登录人员不符", ["ACC-04"];
    SESSION_ENDED = "K1003", "会话已结束，请重新登录", ["ACC-11"];
    SESSION_IDLE = "K1004", "长时间未操作，会话已超时，请重新登录", ["ACC-11"];
    CHALLENGE_UNKNOWN = "K1005", "登录质询无效或已被使用，请重新登录", ["ACC-11"];
    CHALLENGE_EXPIRED = "K1006", "登录质询已过期，请重新登录", ["ACC-11"];
    BAD_SIGNATURE = "K1007", "签名验证失败", ["ACC-06"];
    BAD_CERTIFICATE = "K1008", "IC卡证书无效：{}", ["ACC-06"];
    NOT_REGISTERED = "K1009", "该企业未在单一窗口注册", ["ACC-10"];
    ROLE = "K1010", "当前卡无权使用此功能，请使用{}", ["ACC-07", "ACC-08"];
    NEEDS_CARD = "K1011", "请使用IC卡或Ikey登录", ["ACC-01"];
    NOT_FOUND = "K1012", "没有找到匹配的记录", ["ACC-10"];
    NOT_LOGGED_IN = "K1013", "尚未登录，请先登录", ["ACC-02"];
    FORM = "K2001", "填写有误，请按红色提示修改", ["UI-01"];
    STATE = "K2101", "当前状态「{}」不能{}", [];
    DUPLICATE_AGREEMENT = "K2102", "与该银行、收款企业及付款账号的三方协议已在办理或已生效，请勿重复签署", ["AGR-12"];
    TERMS = "K2103", "请先勾选我同意协议条款", ["AGR-06"];
    PENDING_GONE = "K2104", "待签名的操作不存在或已过期，请重新提交", ["AGR-07", "ACC-11"];
    SIGNATURE_DOOR = "K2105", "此操作{}IC卡签名", ["AGR-07"];
    SELECTION = "K2201", "请选择一条记录", ["UI-07"];
    COVER_NOT_VALID = "K2202", "货运险协议「{}」已无效，不能投保", ["OPC-06"];
    NO_PAYMENT_AGREEMENT = "K2203", "没有与「{}」生效的三方协议，请先用法人卡在「在线交费签约」签署", ["PAY-07"];
    AGREEMENT_NOT_OFFERED = "K2204", "所选的三方协议不能用于这笔支付，请选择与「{}」生效的协议", ["PAY-03"];
    PIN_WRONG = "K4001", "卡密码错误，还可重试{}次", ["ACC-09"];
    PIN_LOCKED = "K4002", "卡已锁定，请到制卡中心解锁", ["ACC-09"];
    PUK_WRONG = "K4003", "解锁码错误，还可重试{}次", ["ACC-09"];
    PUK_LOCKED = "K4004", "解锁码已锁定，卡不能再解锁", ["ACC-09"];
    PIN_FORM = "K4005", "卡密码应为8位", ["ACC-09"];
    CARD_ERROR = "K4006", "IC卡操作失败（{}）", ["ACC-05"];
}

impl Refusal {
    /// A refusal with the entry's words, its `{}` filled in order from `data`.
    pub fn new(entry: CodeEntry, data: &[&str]) -> Self {
        let mut prompt = String::new();
        let mut data = data.iter();
        for (i, part) in entry.prompt.split("{}").enumerate() {
            if i > 0 {
                prompt.push_str(data.next().copied().unwrap_or_default());
            }
            prompt.push_str(part);
        }
        Self {
            code: entry.code,
            prompt,
            requirements: entry.requirements.to_vec(),
            fields: BTreeMap::new(),
            state: None,
        }
    }

    /// The same, citing `requirements` in place of the entry's own.
    #[must_use]
    pub fn citing(mut self, requirements: &[&'static str]) -> Self {
        self.requirements = requirements.to_vec();
        self
    }

    /// Cites these too, each once.
    pub fn cite(&mut self, requirements: &[&'static str]) {
        for id in requirements {
            if !self.requirements.contains(id) {
                self.requirements.push(id);
            }
        }
    }
}
