//! What people write for our words, and which of our words they meant.
//!
//! Synonyms, English, pinyin, traditional characters, full-width letters, and words of chapters that are not built yet.
//! Tables and comparisons only: nothing here decides what is a mistake, and no word in here is accepted by the language.

/// What people write, and the word of the language that they mean.
#[rustfmt::skip] // One word of ours a line.
const SYNONYMS: &[(&str, &[&str])] = &[
    // Verbs
    ("登录",     &["登陆", "登入", "login", "signin", "denglu"]),
    ("退出",     &["登出", "注销", "退出登录", "logout", "signout", "tuichu"]),
    ("拔卡",     &["拔出卡", "取卡", "弹出卡", "baka"]),
    ("插卡",     &["插入卡", "放卡", "chaka"]),
    ("换卡",     &["更换卡", "huanka"]),
    ("修改卡密码", &["改密码", "修改密码", "改卡密码", "修改PIN", "changepin"]),
    ("解锁卡",   &["解锁", "卡解锁", "unlock", "unblock"]),
    ("协议签署", &["签约", "签署", "签协议", "在线签约", "新增签约", "三方协议签署", "sign", "signagreement", "xieyiqianshu", "qianyue"]),
    ("重新签署", &["重签", "再次签署", "重新签约", "resign", "chongxinqianshu"]),
    ("重新发送", &["重发", "再次发送", "resend", "chongxinfasong"]),
    ("查询",     &["查看", "搜索", "检索", "读取", "查", "query", "search", "chaxun"]),
    ("推进",     &["睡眠", "暂停", "休眠", "延时", "推进时间", "快进", "sleep", "advance", "tuijin"]),
    ("等待",     &["等", "等到", "直到", "wait", "until", "dengdai"]),
    ("期望",     &["断言", "检查", "验证", "校验", "核对", "预期", "应该", "那么", "expect", "assert", "check", "verify", "qiwang"]),
    ("银行.终止协议", &["终止协议", "解除协议"]),
    ("预约",     &["货运险预约", "预约投保", "预约申请", "预约签约", "预约保险协议"]),
    ("货运投保", &["投保", "我要投保", "货运险投保", "货物运输保险投保", "货物运输险投保", "逐笔投保", "insure"]),
    ("暂存",     &["保存", "存草稿", "保存草稿", "save"]),
    ("修改",     &["编辑", "修改投保单", "edit"]),
    ("提交",     &["提交投保单", "重新提交", "提交投保", "submit"]),
    ("删除",     &["删除投保单", "delete"]),
    ("撤销",     &["撤单", "撤回", "撤销申请", "撤销投保", "取消投保", "withdraw"]),
    ("复制保单", &["复制", "复制投保", "copy"]),
    ("在线支付", &["支付", "缴费", "交费", "在线缴费", "在线交费", "付款", "pay"]),
    ("重新支付", &["再次支付", "重新缴费", "repay"]),
    ("查询支付", &["支付查询", "扣款查询", "查询扣款"]),
    ("上传附件", &["附件上传", "添加附件", "upload"]),
    ("保险公司.线下签约", &["保险公司.新增协议", "新增协议", "签署货运协议"]),
    ("保险公司.变更协议", &["变更协议", "变更货运协议"]),
    ("保险公司.终止协议", &["终止货运协议"]),
    ("银行.冻结账户", &["冻结账户", "冻结"]),
    ("银行.解冻账户", &["解冻账户", "解冻"]),
    ("银行.设置限额", &["设置限额", "每日限额"]),
    ("银行.存入", &["存入", "存款", "充值"]),
    // Keys
    ("场景",     &["标题", "名称", "用例", "用例名称", "scenario", "title", "name", "功能"]),
    ("编号",     &["用例编号", "场景编号", "序号", "id", "ID", "no"]),
    ("覆盖",     &["需求", "需求编号", "覆盖需求", "covers", "coverage"]),
    ("标签",     &["标记", "tag", "tags"]),
    ("说明",     &["描述", "备注", "注释", "description", "note"]),
    ("开始",     &["开始时间", "起始时间", "start"]),
    ("已知",     &["前提", "前置条件", "前置", "假如", "given", "background", "背景"]),
    ("矩阵",     &["参数", "参数化", "数据", "例子", "matrix", "examples", "parameters"]),
    ("对手方剧本", &["剧本", "对手方", "script", "mock"]),
    ("故障",     &["错误注入", "故障注入", "fault", "faults"]),
    ("步骤",     &["操作步骤", "测试步骤", "流程", "步聚", "steps", "step"]),
    ("始终",     &["不变量", "总是", "always", "invariants"]),
    ("曾经",     &["发生过", "必须发生", "once"]),
    // Fields
    ("记作",     &["记为", "命名为", "名称", "别名", "保存为", "存为", "as"]),
    ("时限",     &["超时", "超时时间", "最多", "期限", "timeout"]),
    ("由",       &["用卡", "使用卡", "操作人", "by"]),
    ("收款企业", &["收款方", "收款人", "保险公司", "保险机构", "承保公司", "payee", "insurer"]),
    ("银行",     &["开户行", "开户银行", "bank"]),
    ("联系人电话", &["手机号", "手机", "电话", "联系电话", "手机号码", "phone"]),
    ("企业邮箱", &["邮箱", "电子邮箱", "email"]),
    ("企业税号", &["税号", "纳税人识别号"]),
    ("企业地址", &["地址"]),
    ("企业联系人", &["联系人"]),
    ("付款账号", &["账号", "银行账号", "付款帐号"]),
    ("卡密码",   &["密码", "PIN", "pin", "口令", "password"]),
    ("拒绝",     &["被拒绝", "应拒绝", "报错", "reject", "refuse"]),
    ("提示",     &["提示信息", "消息", "信息", "message"]),
    ("代码",     &["错误码", "错误代码", "拒绝代码", "code"]),
    ("字段",     &["栏位", "表单", "fields"]),
    ("页",       &["页面", "page"]),
    ("条件",     &["筛选", "筛选条件", "查询条件", "过滤", "filter"]),
    ("报文",     &["消息", "报文类型", "message"]),
    ("时长",     &["多久", "时间", "duration"]),
    ("步",       &["步骤", "step"]),
    ("总数",     &["总条数", "条数", "记录数", "total", "count"]),
    ("行",       &["列表", "记录", "rows"]),
    ("协议编号", &["协议号", "合同编号"]),
    ("状态记录", &["状态历史", "日志", "历史"]),
    // States and words of choice
    ("成功",     &["已签约", "签约成功", "已生效", "有效", "生效", "success", "succeeded", "ok", "passed", "chenggong"]),
    ("失败",     &["签约失败", "已失败", "failed", "fail", "failure", "shibai"]),
    ("处理中",   &["进行中", "待处理", "签约中", "pending", "processing"]),
    ("已失效",   &["失效", "已终止", "终止", "已解约", "无效", "过期", "expired", "invalid"]),
    ("是",       &["yes", "true", "y", "on", "对", "√", "真", "1", "确定"]),
    ("否",       &["no", "false", "n", "off", "不", "不是", "×", "x", "假", "0", "取消"]),
    ("账号密码", &["密码", "账号", "帐号密码", "password"]),
    ("升序",     &["正序", "顺序", "从小到大", "asc"]),
    ("降序",     &["倒序", "逆序", "从大到小", "desc"]),
    ("数据审核成功，待核保", &["待核保", "数据审核成功", "数据审核成功,待核保"]),
    ("核保未通过，转人工复核", &["转人工复核", "核保未通过", "人工复核", "核保未通过,转人工复核"]),
    ("已出单未缴费", &["未缴费", "待缴费", "核保成功待缴费", "已出单"]),
    ("正式生效", &["生效", "已生效", "保单生效"]),
    ("有效",     &["生效", "已生效"]),
    ("无效",     &["失效", "已失效", "终止", "已终止"]),
    // Outcomes
    ("同意",     &["agree", "accept", "approve", "yes", "允许", "接受"]),
    ("沉默",     &["不答复", "无答复", "不回复", "超时", "silent", "timeout"]),
    ("延迟",     &["延时", "delay"]),
    ("重复",     &["duplicate", "twice"]),
    // Faults
    ("丢失",     &["丢包", "丢弃", "lose", "drop"]),
    ("篡改",     &["修改", "损坏", "tamper", "corrupt"]),
    ("断开",     &["断网", "断线", "中断", "cut", "disconnect"]),
    ("锁卡",     &["卡锁定", "lock"]),
    // The cast and the pages
    ("法人卡",   &["法人", "法定代表人卡", "legal"]),
    ("操作员卡", &["操作员", "operator"]),
    ("中国银行", &["中行", "BOC"]),
    ("建设银行", &["建行", "CCB"]),
    ("在线交费签约", &["协议列表", "签约列表", "在线签约", "三方协议"]),
];

/// Words of the manual that this version does not have, and the part to which they belong.
#[rustfmt::skip] // One part a line.
const LATER: &[(&str, &[&str])] = &[
    ("合并支付", &["合并支付", "批量支付"]),
    ("企业征信", &["授权书签署", "企业征信授权书签署", "授权书", "征信", "征信授权", "征信申请", "征信结果", "处理成功", "企业征信授权书", "授权书查询", "电子签章"]),
    ("额度", &["额度申请", "额度追加", "追加额度", "追加", "额度", "额度查询", "额度批复", "批准", "额度守恒", "额度结果", "额度变更", "额度管理"]),
    ("关税保证保险", &["申请投保", "关税投保", "关税保证保险投保", "备案", "备案申请", "备案结果", "担保备案", "放行", "代缴税款",
        "关税保证保险投保查询", "海关.备案", "海关.申报", "海关.追缴", "海关.放行"]),
    ("理赔", &["理赔", "理赔申请", "核赔", "赔付", "理赔查询", "赔款通知", "保险公司.核赔"]),
    ("海关", &["申报", "追缴", "担保核销", "担保退还"]),
];

/// The part that is not built yet to which a word of the manual belongs.
pub(super) fn part_not_built(word: &str) -> Option<&'static str> {
    let word = word.trim();
    LATER.iter().find(|(_, words)| words.contains(&word)).map(|(part, _)| *part)
}

/// The part that is not built yet to which a requirement belongs, by the start of its id.
pub fn part_of_requirement(id: &str) -> Option<&'static str> {
    #[rustfmt::skip] // One part a line.
    const PARTS: &[(&str, &str)] = &[
        ("PAY-02", "合并支付"), ("CRD", "企业征信"), ("LIM", "额度"),     ("DTY", "关税保证保险"), ("CLM", "理赔"),
    ];
    PARTS.iter().find(|(start, _)| id.starts_with(start)).map(|(_, part)| *part)
}

/// Traditional characters and the simplified ones for them, in turn: those that our words could be written with.
const TRADITIONAL: &str = "\
    與与業业東东丟丢兩两個个箇个爲为麼么義义書书亂乱瞭了於于產产從从會会餘余脩修關关內内冊册寫写決决凍冻準准幾几齣出劃划則则別别彆别製制劇剧辦办務务動动區区協协單单卻却雙双發发髮发變变隻只祇只號号喫吃閤合\
    衕同後后員员週周賙周迴回圍围國国場场壞坏聲声處处備备復复複复頭头牠它實实審审傢家對对層层屬属嶺岭幣币帶带幹干乾干並并併并庫库應应開开異异張张當当噹当錄录彔录徵征誌志態态總总恆恒戶户纔才託托釦扣執执護护\
    報报擬拟擇择換换據据數数斷断無无舊旧顯显暫暂機机權权槓杠條条來来構构標标樣样覈核檔档檢检橫横漢汉沒没註注測测濱滨點点狀状現现電电蓋盖榘矩碼码確确種种稱称稅税筆笔篩筛籤签簽签類类係系繫系紅红約约線线組组\
    終终經经結结給给絡络絕绝統统續续維维編编縮缩繳缴網网聯联鬍胡衚胡腳脚緻致節节範范虛虚錶表見见認认讓让議议記记許许論论設设證证証证詞词試试誠诚話话詢询該该語语誤误說说請请讀读誰谁負负財财責责敗败賬账貨货\
    質质貿贸費费資资賠赔轉转較较輸输達达過过運运還还這这進进遠远連连遲迟選选郵邮裏里針针鍼针鍾钟鐘钟鈡钟銀银銷销鎖锁錯错錨锚鍵键長长門门閉闭間间陣阵際际陸陆陳陈險险隨随麪面頁页項项順顺須须鬚须預预題题顏颜\
    額额飯饭驗验驟骤齊齐";

/// A character as our words have it: simplified, half-width, small; nothing for marks that only dress a word up.
pub(super) fn plain(c: char) -> Option<char> {
    Some(match c {
        ' ' | '\u{3000}' | '_' | '“' | '”' | '‘' | '’' | '「' | '」' | '『' | '』' | '"' | '\'' | '`' | '＂' | '＇' =>
        {
            return None;
        }
        '。' | '·' | '・' | '．' | '｡' => '.',
        '–' | '—' | '−' | '‐' => '-',
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c).to_ascii_lowercase(),
        _ if c.is_ascii() => c.to_ascii_lowercase(),
        _ => {
            let mut pairs = TRADITIONAL.chars();
            while let (Some(traditional), Some(simplified)) = (pairs.next(), pairs.next()) {
                if traditional == c {
                    return Some(simplified);
                }
            }
            c
        }
    })
}

/// So many characters of a word are looked at.
const LONGEST_WORD: usize = 64;

fn plainly(text: &str) -> Vec<char> {
    text.chars().take(LONGEST_WORD).filter_map(plain).collect()
}

/// Whether one of our words is this plain one. Ours are plain already but for capitals.
fn is_plain_of(ours: &str, word: &[char]) -> bool {
    let letters = ours.chars().filter(|c| !matches!(c, ' ' | '_')).map(|c| c.to_ascii_lowercase());
    letters.eq(word.iter().copied())
}

/// The candidate that was most likely meant by `found`; never `found` itself, which is no help.
pub fn nearest<'c>(found: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().filter(|c| *c != found.trim()).collect();
    let word = plainly(found);
    // The same but for its dress goes before a synonym, a synonym before what only looks alike.
    if let Some(same) = candidates.iter().find(|c| !word.is_empty() && is_plain_of(c, &word)) {
        return Some((*same).to_owned());
    }
    for (ours, others) in SYNONYMS {
        if others.iter().any(|other| is_plain_of(other, &word)) && candidates.contains(ours) {
            return Some((*ours).to_owned());
        }
    }
    candidates
        .into_iter()
        .filter_map(|c| {
            let other: Vec<char> = c.chars().take(LONGEST_WORD).map(|c| c.to_ascii_lowercase()).collect();
            let longer = word.len().max(other.len());
            let shared = word.iter().filter(|x| other.contains(x)).count();
            let distance = edit_distance(&word, &other);
            // Near by editing, or the same characters in another order or with some left out (签署协议, 重签).
            let close = distance <= longer.div_ceil(3) && distance < longer;
            let alike = !word.is_empty() && shared == word.len() && word.len() * 2 >= other.len() && word.len() > 1;
            // A candidate within the word, or around it, goes before one that is only near (处理成功 meant 成功).
            let within = word.len() > 1 && (found.contains(c) || c.contains(found));
            (close || alike).then_some((distance * 2 + usize::from(!within) * 3, c))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c.to_owned())
}

/// Insertions, deletions, replacements, and swaps of neighbours.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let above = &rows[i - 1];
            let mut best = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_found_and_no_other() {
        let verbs = ["协议签署", "重新签署", "登录"];
        assert_eq!(nearest("协义签署", verbs).as_deref(), Some("协议签署"));
        assert_eq!(nearest("签署协议", verbs).as_deref(), Some("协议签署"));
        assert_eq!(nearest("重签", verbs).as_deref(), Some("重新签署"));
        assert_eq!(nearest("登陆", verbs).as_deref(), Some("登录"));
        assert_eq!(nearest("处理成功", ["处理中", "成功"]).as_deref(), Some("成功"));
        assert_eq!(nearest("acc-10", ["ACC-10"]).as_deref(), Some("ACC-10"));
        assert_eq!(nearest("吃饭", verbs), None);
        assert_eq!(nearest("", verbs), None);
        assert_eq!(nearest("天", ["天"]), None);
        assert_eq!(nearest("ACC-12", ["ACC-10", "AGR-12"]).as_deref(), Some("ACC-10"));
    }

    #[test]
    fn another_script_width_or_language_is_understood() {
        let words = ["协议签署", "重新签署", "期望", "编号", "银行.签约"];
        assert_eq!(nearest("協議簽署", words).as_deref(), Some("协议签署"));
        assert_eq!(nearest("編號", words).as_deref(), Some("编号"));
        assert_eq!(nearest("“期望”", words).as_deref(), Some("期望"));
        assert_eq!(nearest("断言", words).as_deref(), Some("期望"));
        assert_eq!(nearest("Expect", words).as_deref(), Some("期望"));
        assert_eq!(nearest("xie yi qian shu", words).as_deref(), Some("协议签署"));
        assert_eq!(nearest("银行。签约", words).as_deref(), Some("银行.签约"));
        assert_eq!(nearest("ＡＧＲ－０８", ["AGR-08", "AGR-09"]).as_deref(), Some("AGR-08"));
    }

    #[test]
    fn no_word_of_a_later_part_is_one_of_ours() {
        for (part, words) in LATER {
            for word in *words {
                assert!(super::super::catalogue::verb_named(word).is_none(), "{part} {word}");
                assert!(part_not_built(word).is_some());
            }
        }
        assert_eq!(part_not_built("额度申请"), Some("额度"));
        assert_eq!(part_not_built("飞起来"), None);
        assert_eq!(part_of_requirement("PAY-02"), Some("合并支付"));
        assert_eq!(part_of_requirement("AGR-02"), None);
        assert_eq!(part_of_requirement("CGO-12"), None);
    }
}
