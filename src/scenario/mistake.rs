//! What can be wrong with a scenario file: a code, a sentence, and often the word that was meant.
//!
//! Sentences are Chinese and stand here alone; `render` adds file, line and caret from the span. Codes never change
//! their meaning. K50xx is the text, K51xx its shape, K52xx unknown names, K53xx references, K54xx values, K55xx the
//! suite, K56xx warnings.

use domain::Time;
use unicode_width::UnicodeWidthStr;

use super::source::Span;

/// So many mistakes of one file are looked for; the text has other troubles then. Fewer are told.
pub const MAX_MISTAKES: usize = 200;

/// So many words are all listed even where one of them is most likely meant.
pub const FEW: usize = 16;

/// One mistake, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What.
    pub what: MistakeKind,
    /// Where.
    pub span: Span,
    /// Where a value of 矩阵 that is wrong is used; `span` is then the value itself.
    pub used: Option<Span>,
    /// What it would only be a consequence of, if there is another mistake within.
    pub cause: Option<Span>,
}

impl Mistake {
    /// A mistake at `span`.
    pub const fn new(what: MistakeKind, span: Span) -> Self {
        Self { what, span, used: None, cause: None }
    }
}

/// The vocabularies of the language. A word outside of its vocabulary is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// States of a record.
    State,
    /// Codes of a status log.
    LogCode,
    /// Fixture enterprises.
    Enterprise,
    /// Institutions, and where it says so also roles.
    Institution,
    /// Cards of an enterprise.
    Card,
    /// Pages that 查询 can read.
    Page,
    /// 对手方.决策点
    Point,
    /// Outcomes of a decision.
    Outcome,
    /// Faults.
    Fault,
    /// Invariants of 始终.
    Invariant,
    /// Requirement ids.
    Requirement,
    /// Messages.
    Message,
    /// 是 and 否, and the like.
    Choice,
    /// Codes of refusals.
    RefusalCode,
}

impl Vocabulary {
    const fn code(self) -> &'static str {
        match self {
            Self::State | Self::LogCode => "K5201",
            Self::Enterprise => "K5202",
            Self::Institution => "K5203",
            Self::Card => "K5204",
            Self::Page => "K5205",
            Self::Point => "K5206",
            Self::Outcome => "K5207",
            Self::Fault => "K5208",
            Self::Invariant => "K5209",
            Self::Requirement => "K5210",
            Self::Message => "K5211",
            Self::Choice => "K5212",
            Self::RefusalCode => "K5213",
        }
    }

    /// Whether all of its words can be told, however many there are. Requirements and codes have a page of their own.
    pub const fn is_short(self) -> bool {
        match self {
            Self::Requirement | Self::RefusalCode => false,
            Self::State
            | Self::LogCode
            | Self::Enterprise
            | Self::Institution
            | Self::Card
            | Self::Page
            | Self::Point
            | Self::Outcome
            | Self::Fault
            | Self::Invariant
            | Self::Message
            | Self::Choice => true,
        }
    }

    /// The word for one of them, with its measure: 这张卡.
    const fn one_of_them(self) -> &'static str {
        match self {
            Self::State => "个状态",
            Self::LogCode => "个状态代码",
            Self::Enterprise => "家企业",
            Self::Institution => "家机构",
            Self::Card => "张卡",
            Self::Page => "个页面",
            Self::Point => "个决策点",
            Self::Outcome => "个结果",
            Self::Fault => "个故障",
            Self::Invariant => "条不变量",
            Self::Requirement => "个需求编号",
            Self::Message => "种报文",
            Self::Choice => "个选项",
            Self::RefusalCode => "个拒绝代码",
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's sentence says what it is, and its fields are the words in it")]
pub enum MistakeKind {
    #[error("YAML 语法有误：{what}")]
    Syntax { what: String },
    #[error("文件不是 UTF-8 编码{}", .like.map_or_else(String::new, |like| format!("，像是 {like}")))]
    NotUtf8 { like: Option<&'static str> },
    #[error("文件超过上限 1 MiB")]
    TooLarge,
    #[error("这里不能用制表符，请改用空格")]
    Tab,
    #[error("{}「{found}」应写成{}「{meant}」", if is_wide(*.found) { "全角的" } else { "" }, if is_wide(*.found) { "半角的" } else { "" })]
    FullWidth { found: char, meant: char },
    #[error("「{bracket}」没有闭合")]
    Unclosed { bracket: char, commented: bool },
    #[error("多余的「{bracket}」，前面没有与它配对的括号")]
    Unopened { bracket: char },
    #[error("这段文字要加引号：{why}")]
    MissingQuotes { text: String, why: &'static str },
    #[error("「{mark}」{}缺少空格", if *.mark == '#' { "前" } else { "后" })]
    MissingSpace { mark: char },
    #[error("可能缺少逗号")]
    MissingComma,
    #[error("这里有看不见的字符：{name}")]
    Invisible { name: String, escaped: String },
    #[error("字段要放在花括号里")]
    MissingBraces { text: String },
    #[error("合并冲突还没有解决")]
    MergeConflict { until: Option<usize> },
    #[error("缩进有误：这里前面有 {found} 个空格，应为 {expected} 个")]
    BadIndent { found: usize, expected: usize },
    #[error("列表的每一项前面要有「- 」")]
    MissingDash,
    #[error("场景文件里不能用{what}")]
    Forbidden { what: &'static str },
    #[error("嵌套超过 16 层")]
    TooDeep,
    #[error("「{key}」重复出现")]
    DuplicateKey { key: String, first: Span },
    #[error("文件里没有内容")]
    EmptyFile,
    #[error("没有「{found}」这个关键字")]
    UnknownKey { found: String, nearest: Option<String>, known: String },
    #[error("{of}缺少必填的「{key}」")]
    Missing { key: &'static str, of: String },
    #[error("这里应是{expected}，却是{found}")]
    WrongShape { expected: &'static str, found: &'static str, hint: Option<String> },
    #[error("没有「{found}」这个动作")]
    UnknownVerb { found: String, nearest: Option<String>, known: String },
    #[error("「{field}」不是动作，是一步的字段")]
    FieldForVerb { field: String, verb: &'static str },
    #[error("「{field}」写在了「{verb}」的外面")]
    FieldOutside { field: String, verb: String },
    #[error("「{word}」属于还没有做的部分（{part}），这一版不能用")]
    NotBuilt { word: String, part: &'static str },
    #[error("「{of}」没有「{found}」这个字段")]
    UnknownField { found: String, of: String, nearest: Option<String>, known: String },
    #[error("一步只能有一个动作，这里有 {count} 个")]
    ManyVerbs { count: usize },
    #[error("没有「{found}」这{}", .kind.one_of_them())]
    Unknown { kind: Vocabulary, found: String, nearest: Option<String>, known: String },
    #[error("${name} 尚未由「记作」或「矩阵」定义")]
    Undefined { name: String, nearest: Option<String>, known: String, later: Option<Span> },
    #[error("「{name}」尚未由「记作」定义")]
    UndefinedSubject { name: String, nearest: Option<String>, known: String, later: Option<Span> },
    #[error("「{name}」这个名称已经用过")]
    NameTaken { name: String, first: Option<Span> },
    #[error("「{name}」是{found}，这里要的是{expected}")]
    WrongKind { name: String, found: &'static str, expected: &'static str },
    #[error("这里要写 $名称，例如 $协议")]
    NotAReference { found: String, meant: Option<String> },
    #[error("「{found}」不是名称：只能用汉字、字母、数字和下划线，且不能以数字开头")]
    BadName { found: String },
    #[error("矩阵里的「{value}」写了不止一次，用例编号会重复")]
    RepeatedValue { value: String, first: Span },
    #[error("「{name}」是「等待」的保留字，不能作名称")]
    Reserved { name: String },
    #[error("「{found}」不是时长：应为整数加单位，例如 3天")]
    BadDuration { found: String, nearest: Option<String> },
    #[error("「{found}」太长：最多 {limit}")]
    TooLong { found: String, limit: &'static str },
    #[error("「{found}」不是时间：应为 2026-03-02 09:00:00 或 2026-03-02")]
    BadTime { found: String, nearest: Option<String> },
    #[error("「{found}」应为{}整数", if *.max == u64::MAX { String::new() } else { format!(" {min} 到 {max} 的") })]
    BadCount { found: String, min: u64, max: u64, nearest: Option<String> },
    #[error("「{found}」不是编号：只能用大写字母、数字和短横线")]
    BadId { found: String, nearest: Option<String> },
    #[error("这里不能为空")]
    Blank,
    #[error("矩阵展开后有 {rows} 行，超过上限 1000 行")]
    TooManyRows { rows: String },
    #[error("「{found}」不是状态字：应为四位十六进制数，例如 6F00")]
    BadStatusWord { found: String, nearest: Option<String> },
    #[error("「{found}」里的比较写得不对：应为 '>= 10.00' 这样的形式")]
    BadComparison { found: String, nearest: Option<String> },
    #[error("「{found}」不是金额：应为人民币元，至多两位小数")]
    BadAmount { found: String, nearest: Option<String> },
    #[error("「{found}」不是日期：应为 2026-03-10 这样的形式")]
    BadDate { found: String, nearest: Option<String> },
    #[error("「{found}」{why}")]
    BadStepName { found: String, why: &'static str, nearest: Option<String>, known: String },
    #[error("「到」必须晚于「从」")]
    EmptyCut,
    #[error("「{found}」写得不对：{expected}")]
    BadForm { found: String, expected: &'static str },
    #[error("「{found}」不可能成立：{why}")]
    CannotHold { found: String, why: String },
    #[error("「{found}」是不是想写「{meant}」？这样写，比的就是这几个字")]
    LooksLike { found: String, meant: String },
    #[error("「{found}」比的就是这几个字；是不是想写「{meant}」？")]
    GluedContains { found: String, meant: String },
    #[error("「{found}」是与自己比较，总是成立")]
    SameThing { found: String },
    #[error("「{found}」不会发生：{why}")]
    NeverHappens { found: String, why: String },
    #[error("矩阵的「{key}」没有用到：它的各行完全一样")]
    UnusedKey { key: String },
    #[error("「{found}」已经过去：到这一步至少已是 {now}")]
    Past { found: String, now: Time },
    #[error("这个故障不可能发生：{why}")]
    NeverStrikes { why: String },
    #[error("编号「{id}」已在 {other} 里用过")]
    DuplicateId { id: String, other: String },
    #[error("「{id}」写了不止一次")]
    RepeatedCover { id: String },
    #[error("这个场景里没有检查能引用「{id}」")]
    NothingCites { id: String },
}

/// One line of the table of codes.
#[derive(Clone, Copy, Debug)]
pub struct CodeEntry {
    /// Such as `K5104`.
    pub code: &'static str,
    /// What it means, in a sentence.
    pub text: &'static str,
}

/// Every code that lint can give, in order, for `explain`.
#[rustfmt::skip] // One code a line.
pub const CODES: &[CodeEntry] = &[
    CodeEntry { code: "K5001", text: "YAML 语法有误" },
    CodeEntry { code: "K5002", text: "文件不是 UTF-8 编码" },
    CodeEntry { code: "K5003", text: "文件超过 1 MiB" },
    CodeEntry { code: "K5004", text: "用了制表符；缩进和间隔只能用空格" },
    CodeEntry { code: "K5005", text: "YAML 自己的标点写成了全角（：，［］｛｝【】－＃（））；文字里的全角标点不算" },
    CodeEntry { code: "K5006", text: "括号或引号没有闭合；位置是它打开的地方" },
    CodeEntry { code: "K5007", text: "多余的右括号" },
    CodeEntry { code: "K5008", text: "文字要加引号：括号里有逗号，或含「: 」，或以 > < [ 等开头" },
    CodeEntry { code: "K5009", text: "用了锚点、别名、标签、合并键、多个文档或复合键" },
    CodeEntry { code: "K5010", text: "嵌套超过 16 层" },
    CodeEntry { code: "K5011", text: "同一个键出现两次；两处都会指出" },
    CodeEntry { code: "K5012", text: "文件里没有内容" },
    CodeEntry { code: "K5013", text: "冒号、短横线后，或注释的 # 前缺少空格" },
    CodeEntry { code: "K5014", text: "花括号里，两项之间缺少逗号" },
    CodeEntry { code: "K5015", text: "有看不见的字符：不换行空格、零宽空格、控制字符等，多是从别处粘贴来的" },
    CodeEntry { code: "K5016", text: "动作的字段没有放在花括号里" },
    CodeEntry { code: "K5017", text: "版本合并的冲突标记（<<<<<<<、=======、>>>>>>>）还在文件里" },
    CodeEntry { code: "K5018", text: "缩进与同一级的其他行不一致" },
    CodeEntry { code: "K5019", text: "列表的一项前面缺少「- 」" },
    CodeEntry { code: "K5101", text: "没有这个关键字" },
    CodeEntry { code: "K5102", text: "缺少必填的关键字或字段" },
    CodeEntry { code: "K5103", text: "这里应是文字、列表或映射中的另一种" },
    CodeEntry { code: "K5104", text: "没有这个动作" },
    CodeEntry { code: "K5105", text: "这个动作、故障或记录没有这个字段" },
    CodeEntry { code: "K5106", text: "一步只能有一个动作" },
    CodeEntry { code: "K5107", text: "动作的字段写在了动作的外面" },
    CodeEntry { code: "K5108", text: "手册里有，但这一版还没有做的动作、决策点、报文等" },
    CodeEntry { code: "K5201", text: "没有这个状态，或状态记录里没有这个代码" },
    CodeEntry { code: "K5202", text: "没有这个企业" },
    CodeEntry { code: "K5203", text: "没有这个机构" },
    CodeEntry { code: "K5204", text: "没有这张卡" },
    CodeEntry { code: "K5205", text: "没有这个页面" },
    CodeEntry { code: "K5206", text: "没有这个决策点" },
    CodeEntry { code: "K5207", text: "没有这个结果" },
    CodeEntry { code: "K5208", text: "没有这个故障" },
    CodeEntry { code: "K5209", text: "没有这个不变量" },
    CodeEntry { code: "K5210", text: "没有这个需求编号" },
    CodeEntry { code: "K5211", text: "没有这个报文" },
    CodeEntry { code: "K5212", text: "不在可选的几个词之内" },
    CodeEntry { code: "K5213", text: "没有这个拒绝代码" },
    CodeEntry { code: "K5301", text: "引用的名称尚未定义；先「记作」，后引用" },
    CodeEntry { code: "K5302", text: "名称已经用过" },
    CodeEntry { code: "K5303", text: "引用的名称是另一类东西" },
    CodeEntry { code: "K5304", text: "这里要写 $名称" },
    CodeEntry { code: "K5305", text: "名称里有不能用的字符" },
    CodeEntry { code: "K5306", text: "矩阵的一个键里，同一个值写了不止一次；用例编号会重复" },
    CodeEntry { code: "K5307", text: "这个名称是保留字" },
    CodeEntry { code: "K5401", text: "不是时长，或超过上限 36600天、26000工作日" },
    CodeEntry { code: "K5402", text: "不是时间" },
    CodeEntry { code: "K5403", text: "不是范围内的整数" },
    CodeEntry { code: "K5404", text: "不是编号" },
    CodeEntry { code: "K5405", text: "不能为空" },
    CodeEntry { code: "K5406", text: "矩阵展开后超过 1000 行" },
    CodeEntry { code: "K5407", text: "不是状态字" },
    CodeEntry { code: "K5408", text: "比较写得不对" },
    CodeEntry { code: "K5409", text: "不是金额" },
    CodeEntry { code: "K5410", text: "不是日期" },
    CodeEntry { code: "K5411", text: "「步」指不出唯一的一步" },
    CodeEntry { code: "K5412", text: "断开的「到」不晚于「从」" },
    CodeEntry { code: "K5413", text: "写法不对" },
    CodeEntry { code: "K5414", text: "期望不可能成立：与这个字段的类型不合，无法比较" },
    CodeEntry { code: "K5415", text: "「推进」到的时间已经过去" },
    CodeEntry { code: "K5416", text: "故障不可能发生：两方之间没有这样的报文，或这一步没有人用卡" },
    CodeEntry { code: "K5417", text: "期望与自己比较，总是成立，什么也没有测到" },
    CodeEntry { code: "K5418", text: "期望的值看起来是想写「空」「非空」或「含 文字」" },
    CodeEntry { code: "K5501", text: "编号在另一个文件里用过" },
    CodeEntry { code: "K5601", text: "警告：覆盖的需求编号写了不止一次" },
    CodeEntry { code: "K5602", text: "警告：覆盖的需求在这个场景里没有检查能引用" },
    CodeEntry { code: "K5603", text: "警告：矩阵的键没有用到" },
    CodeEntry { code: "K5604", text: "警告：「曾经」里的事在这个场景里不会发生，结果只能是无法判定" },
    CodeEntry { code: "K5605", text: "警告：「含」后面没有空格，比的就是这几个字；多半是想写「含 文字」" },
];

impl MistakeKind {
    /// Its code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "K5001",
            Self::NotUtf8 { .. } => "K5002",
            Self::TooLarge => "K5003",
            Self::Tab => "K5004",
            Self::FullWidth { .. } => "K5005",
            Self::Unclosed { .. } => "K5006",
            Self::Unopened { .. } => "K5007",
            Self::MissingQuotes { .. } => "K5008",
            Self::MissingSpace { .. } => "K5013",
            Self::MissingComma => "K5014",
            Self::Invisible { .. } => "K5015",
            Self::MissingBraces { .. } => "K5016",
            Self::MergeConflict { .. } => "K5017",
            Self::BadIndent { .. } => "K5018",
            Self::MissingDash => "K5019",
            Self::Forbidden { .. } => "K5009",
            Self::TooDeep => "K5010",
            Self::DuplicateKey { .. } => "K5011",
            Self::EmptyFile => "K5012",
            Self::UnknownKey { .. } => "K5101",
            Self::Missing { .. } => "K5102",
            Self::WrongShape { .. } => "K5103",
            Self::UnknownVerb { .. } | Self::FieldForVerb { .. } => "K5104",
            Self::UnknownField { .. } => "K5105",
            Self::ManyVerbs { .. } => "K5106",
            Self::FieldOutside { .. } => "K5107",
            Self::NotBuilt { .. } => "K5108",
            Self::Unknown { kind, .. } => kind.code(),
            Self::Undefined { .. } | Self::UndefinedSubject { .. } => "K5301",
            Self::NameTaken { .. } => "K5302",
            Self::WrongKind { .. } => "K5303",
            Self::NotAReference { .. } => "K5304",
            Self::BadName { .. } => "K5305",
            Self::RepeatedValue { .. } => "K5306",
            Self::Reserved { .. } => "K5307",
            Self::BadDuration { .. } | Self::TooLong { .. } => "K5401",
            Self::BadTime { .. } => "K5402",
            Self::BadCount { .. } => "K5403",
            Self::BadId { .. } => "K5404",
            Self::Blank => "K5405",
            Self::TooManyRows { .. } => "K5406",
            Self::BadStatusWord { .. } => "K5407",
            Self::BadComparison { .. } => "K5408",
            Self::BadAmount { .. } => "K5409",
            Self::BadDate { .. } => "K5410",
            Self::BadStepName { .. } => "K5411",
            Self::EmptyCut => "K5412",
            Self::BadForm { .. } => "K5413",
            Self::CannotHold { .. } => "K5414",
            Self::Past { .. } => "K5415",
            Self::NeverStrikes { .. } => "K5416",
            Self::SameThing { .. } => "K5417",
            Self::NeverHappens { .. } => "K5604",
            Self::LooksLike { .. } => "K5418",
            Self::DuplicateId { .. } => "K5501",
            Self::RepeatedCover { .. } => "K5601",
            Self::NothingCites { .. } => "K5602",
            Self::UnusedKey { .. } => "K5603",
            Self::GluedContains { .. } => "K5605",
        }
    }

    /// Warnings stop nothing.
    pub const fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::RepeatedCover { .. }
                | Self::NothingCites { .. }
                | Self::UnusedKey { .. }
                | Self::NeverHappens { .. }
                | Self::GluedContains { .. }
        )
    }

    /// Whether brackets or quotes are so wrong there that the fields of that line are not where they were meant.
    pub const fn breaks_structure(&self) -> bool {
        matches!(self, Self::Unclosed { .. } | Self::Unopened { .. } | Self::MissingBraces { .. } | Self::Syntax { .. })
    }

    /// Whether it is about where something stands: on a line whose brackets are wrong that says nothing.
    pub const fn is_about_structure(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::WrongShape { .. }
                | Self::UnknownField { .. }
                | Self::FieldOutside { .. }
                | Self::BadForm { .. }
        )
    }

    /// The word that is wrong, where the mistake is about one: it tells whether a value of 矩阵 is to blame.
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { found, .. }
            | Self::UnknownVerb { found, .. }
            | Self::UnknownField { found, .. }
            | Self::Unknown { found, .. }
            | Self::NotAReference { found, .. }
            | Self::BadName { found }
            | Self::NotBuilt { word: found, .. }
            | Self::LooksLike { found, .. }
            | Self::GluedContains { found, .. }
            | Self::NeverHappens { found, .. }
            | Self::BadDuration { found, .. }
            | Self::TooLong { found, .. }
            | Self::BadTime { found, .. }
            | Self::BadCount { found, .. }
            | Self::BadId { found, .. }
            | Self::BadStatusWord { found, .. }
            | Self::BadComparison { found, .. }
            | Self::BadAmount { found, .. }
            | Self::BadDate { found, .. }
            | Self::BadStepName { found, .. }
            | Self::BadForm { found, .. }
            | Self::CannotHold { found, .. }
            | Self::Past { found, .. } => Some(found),
            Self::Undefined { name, .. }
            | Self::UndefinedSubject { name, .. }
            | Self::NameTaken { name, .. }
            | Self::WrongKind { name, .. }
            | Self::Reserved { name } => Some(name),
            Self::Syntax { .. }
            | Self::NotUtf8 { .. }
            | Self::TooLarge
            | Self::Tab
            | Self::FullWidth { .. }
            | Self::Unclosed { .. }
            | Self::Unopened { .. }
            | Self::MissingQuotes { .. }
            | Self::MissingSpace { .. }
            | Self::Invisible { .. }
            | Self::MissingBraces { .. }
            | Self::MergeConflict { .. }
            | Self::BadIndent { .. }
            | Self::MissingDash
            | Self::FieldForVerb { .. }
            | Self::FieldOutside { .. }
            | Self::SameThing { .. }
            | Self::UnusedKey { .. }
            | Self::MissingComma
            | Self::Forbidden { .. }
            | Self::TooDeep
            | Self::DuplicateKey { .. }
            | Self::EmptyFile
            | Self::Missing { .. }
            | Self::WrongShape { .. }
            | Self::ManyVerbs { .. }
            | Self::RepeatedValue { .. }
            | Self::Blank
            | Self::TooManyRows { .. }
            | Self::EmptyCut
            | Self::NeverStrikes { .. }
            | Self::DuplicateId { .. }
            | Self::RepeatedCover { .. }
            | Self::NothingCites { .. } => None,
        }
    }

    /// What to do about it, where that is more than the sentence says: a line each.
    pub fn advice(&self) -> Vec<String> {
        let meant = |nearest: &Option<String>| nearest.iter().map(|n| format!("是不是「{n}」？")).collect::<Vec<_>>();
        match self {
            Self::BadDuration { nearest, .. }
            | Self::BadTime { nearest, .. }
            | Self::BadCount { nearest, .. }
            | Self::BadId { nearest, .. }
            | Self::BadStatusWord { nearest, .. }
            | Self::BadComparison { nearest, .. }
            | Self::BadAmount { nearest, .. }
            | Self::BadDate { nearest, .. } => meant(nearest),
            Self::Undefined { nearest, known, later, .. } | Self::UndefinedSubject { nearest, known, later, .. } => {
                if later.is_some() {
                    return vec!["先定义，后引用：调换步骤的次序，或换一个名称".to_owned()];
                }
                either(nearest, known, "已定义的名称")
            }
            Self::UnknownKey { nearest, known, .. }
            | Self::UnknownVerb { nearest, known, .. }
            | Self::UnknownField { nearest, known, .. }
            | Self::BadStepName { nearest, known, .. } => either(nearest, known, "可以用"),
            Self::Unknown { kind, nearest, known, .. } => {
                let mut advice = meant(nearest);
                if !known.is_empty() {
                    advice.push(listed("可以用", known));
                } else if *kind == Vocabulary::Requirement {
                    advice.push("`kouan explain 需求` 列出全部需求编号".to_owned());
                }
                advice
            }
            Self::WrongShape { hint, .. } => hint.iter().cloned().collect(),
            Self::NotAReference { meant: Some(name), .. } => vec![format!("写成 ${name}")],
            Self::MissingQuotes { text, .. } => vec![format!("写成 {}", quoted(text))],
            Self::MissingBraces { text } => vec![format!("写成 {{{}}}", text.trim())],
            Self::Unclosed { bracket, commented: true } => {
                let right = if *bracket == '{' { '}' } else { ']' };
                vec![format!("「 #」之后直到行末都是注释，「{right}」也在其中")]
            }
            Self::Invisible { escaped, .. } => {
                vec![format!("多半是从别处粘贴来的，删去即可；真要这个字符，在双引号里写 {escaped}")]
            }
            Self::MergeConflict { until: Some(line) } => {
                vec![format!("到第 {line} 行为止：留下其中一边，删去三行标记")]
            }
            Self::FieldForVerb { field, verb } => {
                vec![format!("写进它所属的那一步，例如「- {verb}: {{{field}: ……}}」")]
            }
            Self::FieldOutside { verb, .. } => vec![format!("放进「{verb}」的花括号里，或再缩进一层")],
            Self::NotUtf8 { .. } => vec!["用编辑器另存为 UTF-8".to_owned()],
            Self::NotBuilt { .. } => vec!["`kouan explain` 列出这一版有的".to_owned()],
            Self::NothingCites { id } => match super::meant::part_of_requirement(id) {
                Some(part) => vec![format!("这条需求属于还没有做的部分（{part}），这一版没有检查能引用它")],
                None => vec![format!("`kouan explain {id}` 说明这条需求；加上能引用它的期望、拒绝或「始终」")],
            },
            Self::UnusedKey { key } => vec![format!("在别处用 ${key} 引用它，或删去")],
            Self::Syntax { .. }
            | Self::TooLarge
            | Self::Tab
            | Self::FullWidth { .. }
            | Self::Unclosed { .. }
            | Self::Unopened { .. }
            | Self::MissingSpace { .. }
            | Self::MissingComma
            | Self::MergeConflict { until: None }
            | Self::BadIndent { .. }
            | Self::MissingDash
            | Self::Forbidden { .. }
            | Self::TooDeep
            | Self::DuplicateKey { .. }
            | Self::EmptyFile
            | Self::Missing { .. }
            | Self::ManyVerbs { .. }
            | Self::NameTaken { .. }
            | Self::WrongKind { .. }
            | Self::NotAReference { .. }
            | Self::BadName { .. }
            | Self::RepeatedValue { .. }
            | Self::Reserved { .. }
            | Self::TooLong { .. }
            | Self::Blank
            | Self::TooManyRows { .. }
            | Self::EmptyCut
            | Self::BadForm { .. }
            | Self::CannotHold { .. }
            | Self::LooksLike { .. }
            | Self::GluedContains { .. }
            | Self::SameThing { .. }
            | Self::NeverHappens { .. }
            | Self::Past { .. }
            | Self::NeverStrikes { .. }
            | Self::DuplicateId { .. }
            | Self::RepeatedCover { .. } => Vec::new(),
        }
    }
}

/// Whether a mark is of the kind that an input method types for a half-width one.
const fn is_wide(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '—' | '“' | '”' | '‘' | '’')
}

/// The word that was meant, and all that there are unless they are many and one was found.
fn either(nearest: &Option<String>, known: &str, label: &str) -> Vec<String> {
    let mut advice: Vec<String> = nearest.iter().map(|n| format!("是不是「{n}」？")).collect();
    if !known.is_empty() && (nearest.is_none() || known.split('、').count() <= FEW) {
        advice.push(listed(label, known));
    }
    advice
}

/// Columns after which a list goes on with a new line: with what stands before it, it fits a terminal of 100.
const LIST_COLUMNS: usize = 84;

/// A list of words behind its label, on as many lines as it takes.
fn listed(label: &str, known: &str) -> String {
    let mut text = format!("{label}：");
    let mut columns = text.width();
    for (i, word) in known.split('、').enumerate() {
        if i > 0 {
            text.push('、');
            columns += 2;
        }
        if columns + word.width() > LIST_COLUMNS {
            text.push('\n');
            columns = 0;
        }
        text.push_str(word);
        columns += word.width();
    }
    text
}

/// A text in quotes; double ones where it has single ones itself.
fn quoted(text: &str) -> String {
    if text.contains('\'') && !text.contains(['"', '\\']) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
