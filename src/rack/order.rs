//! The lines by which cards are ruled: one order a line, read completely before anything happens.

use std::path::PathBuf;

use super::Refusal;

/// How far ahead a fault may be set.
const MAX_AT: u32 = 1_000_000;

/// What `help` says, indented as all of an answer but its last line. Each line but its last is an order as it may be typed.
pub const HELP: &str = "\x20 pull [N] [@K]        拔出第 N 张卡（只有一张卡时 N 可省略）
  insert [N] [FILE]    插入：拔出的那张，或 FILE
  swap [N] FILE [@K]   换成 FILE 这张卡
  lock [N] [@K]        用尽卡密码的次数
  fail [N] SW [@K]     一条命令应答状态字 SW（如 6F00），卡不执行
  stuck [N] [@K]       读卡器卡住，不再应答；pull 解除
  clear [N]            取消尚未发生的故障
  list                 各卡的状态
  quit                 结束
  @K 指从现在起的第 K 条命令；fail、stuck 不写即下一条，其余不写即刻发生。";

/// An order. Slots are numbers from 1 and exist.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "`slot` is which card, `at` the command from now on at which it happens, `file` a card file"
)]
pub enum Order {
    /// Out with the card.
    Pull { slot: usize, at: Option<u32> },
    /// In with the card that was pulled, or with another.
    Insert { slot: usize, file: Option<PathBuf> },
    /// Out with the card, in with another.
    Swap { slot: usize, file: PathBuf, at: Option<u32> },
    /// Use up the PIN's tries.
    Lock { slot: usize, at: Option<u32> },
    /// Answer one command with a status word.
    Fail { slot: usize, status: u16, at: u32 },
    /// Don't answer any more.
    Stuck { slot: usize, at: u32 },
    /// Take back what hasn't happened yet.
    Clear { slot: usize },
}

/// A line, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing but space or a comment.
    Empty,
    /// Something for the rack.
    Order(Order),
    /// Tell how all the cards are.
    List,
    /// Tell which orders there are.
    Help,
    /// End.
    Quit,
}

/// Reads a line, where there are so many `slots`. `#` at its beginning makes it a comment.
///
/// # Errors
/// What is wrong with it.
pub fn parse(line: &str, slots: usize) -> Result<Line, Refusal> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if word.is_empty() || word.starts_with('#') {
        return Ok(Line::Empty);
    }
    let mut words = Words { word, rest: rest.trim(), slots };
    let order = match word {
        "pull" => {
            let at = words.at()?;
            Order::Pull { slot: words.last_slot()?, at }
        }
        "insert" => {
            let (slot, file) = words.slot_and_rest()?;
            Order::Insert { slot, file: (!file.is_empty()).then(|| file.into()) }
        }
        "swap" => {
            let at = words.at()?;
            let (slot, file) = words.slot_and_rest()?;
            if file.is_empty() {
                return Err(Refusal::NoFile);
            }
            Order::Swap { slot, file: file.into(), at }
        }
        "lock" => {
            let at = words.at()?;
            Order::Lock { slot: words.last_slot()?, at }
        }
        "fail" => {
            let at = words.at()?.unwrap_or(1);
            let status = words.status()?;
            Order::Fail { slot: words.last_slot()?, status, at }
        }
        "stuck" => {
            let at = words.at()?.unwrap_or(1);
            Order::Stuck { slot: words.last_slot()?, at }
        }
        "clear" => Order::Clear { slot: words.last_slot()? },
        "list" | "status" => return words.end().map(|()| Line::List),
        "help" => return words.end().map(|()| Line::Help),
        "quit" => return words.end().map(|()| Line::Quit),
        unknown => return Err(Refusal::NoOrder(unknown.into())),
    };
    Ok(Line::Order(order))
}

/// What stands behind the order's first word.
struct Words<'a> {
    word: &'a str,
    rest: &'a str,
    slots: usize,
}

impl<'a> Words<'a> {
    /// Takes the last word.
    fn pop(&mut self) -> &'a str {
        let (rest, last) = self.rest.rsplit_once(char::is_whitespace).unwrap_or(("", self.rest));
        self.rest = rest.trim_end();
        last
    }

    /// Takes `@K` off the end, if it is there.
    fn at(&mut self) -> Result<Option<u32>, Refusal> {
        let whole = self.rest;
        match self.pop().strip_prefix('@') {
            Some(at) => {
                let number = at.parse().ok().filter(|at| (1..=MAX_AT).contains(at));
                number.map(Some).ok_or_else(|| Refusal::At { found: at.into(), most: MAX_AT })
            }
            None => {
                self.rest = whole;
                Ok(None)
            }
        }
    }

    /// Takes a status word off the end.
    fn status(&mut self) -> Result<u16, Refusal> {
        let word = self.pop();
        let digits = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let status = u16::from_str_radix(word, 16).ok().filter(|_| digits);
        status.ok_or_else(|| Refusal::Status(word.into()))
    }

    /// Which card, if that is all that is left.
    fn last_slot(&mut self) -> Result<usize, Refusal> {
        let (slot, rest) = self.slot_and_rest()?;
        if rest.is_empty() { Ok(slot) } else { Err(Refusal::Surplus(rest.into())) }
    }

    /// Which card, and what stands behind its number. Where there is but one it needs no number.
    fn slot_and_rest(&mut self) -> Result<(usize, &'a str), Refusal> {
        let (first, behind) = self.rest.split_once(char::is_whitespace).unwrap_or((self.rest, ""));
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        match first.parse() {
            Ok(number) if is_number && (1..=self.slots).contains(&number) => Ok((number, behind.trim_start())),
            _ if is_number => Err(Refusal::NoSlot { found: first.into(), slots: self.slots }),
            _ if self.slots == 1 => Ok((1, self.rest)),
            _ => Err(Refusal::Which { order: self.word.into(), slots: self.slots }),
        }
    }

    fn end(&self) -> Result<(), Refusal> {
        if self.rest.is_empty() { Ok(()) } else { Err(Refusal::Surplus(self.rest.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(line: &str, slots: usize) -> Order {
        match parse(line, slots) {
            Ok(Line::Order(order)) => order,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_order_is_read() {
        assert_eq!(order("pull", 1), Order::Pull { slot: 1, at: None });
        assert_eq!(order("  pull  2 @3 ", 2), Order::Pull { slot: 2, at: Some(3) });
        assert_eq!(order("pull @3", 1), Order::Pull { slot: 1, at: Some(3) });
        assert_eq!(order("insert", 1), Order::Insert { slot: 1, file: None });
        assert_eq!(order("insert 2", 2), Order::Insert { slot: 2, file: None });
        assert_eq!(order("insert my card.json", 1), Order::Insert { slot: 1, file: Some("my card.json".into()) });
        assert_eq!(order("swap 2 李 四.json @7", 2), Order::Swap { slot: 2, file: "李 四.json".into(), at: Some(7) });
        assert_eq!(order("swap b.json", 1), Order::Swap { slot: 1, file: "b.json".into(), at: None });
        assert_eq!(order("lock 1", 2), Order::Lock { slot: 1, at: None });
        assert_eq!(order("fail 6F00", 1), Order::Fail { slot: 1, status: 0x6F00, at: 1 });
        assert_eq!(order("fail 6100", 1), Order::Fail { slot: 1, status: 0x6100, at: 1 });
        assert_eq!(order("fail 2 6a80 @9", 2), Order::Fail { slot: 2, status: 0x6A80, at: 9 });
        assert_eq!(order("stuck", 1), Order::Stuck { slot: 1, at: 1 });
        assert_eq!(order("clear 2", 2), Order::Clear { slot: 2 });
        assert_eq!(parse("status", 3), Ok(Line::List));
        assert_eq!(parse("list", 3), Ok(Line::List));
        assert_eq!(parse("help", 3), Ok(Line::Help));
        assert_eq!(parse("quit", 3), Ok(Line::Quit));
        assert_eq!(parse(" # pull", 3), Ok(Line::Empty));
        assert_eq!(parse("", 3), Ok(Line::Empty));
    }

    #[test]
    fn every_mistake_is_named() {
        let said = |line: &str, slots: usize| parse(line, slots).expect_err(line).to_string();
        assert_eq!(said("eject", 1), "没有「eject」这个命令，help 列出全部命令");
        assert_eq!(said("pull", 2), "共有2张卡，须写明第几张，如：pull 1");
        assert_eq!(said("lock @2", 2), "共有2张卡，须写明第几张，如：lock 1");
        assert_eq!(said("pull 3", 2), "没有第3张卡，共有2张");
        assert_eq!(said("pull 0", 1), "没有第0张卡，共有1张");
        assert_eq!(said("pull 99999999999999999999", 1), "没有第99999999999999999999张卡，共有1张");
        assert_eq!(said("pull 1 3", 1), "多余的「3」");
        assert_eq!(said("pull 1 now", 2), "多余的「now」");
        assert_eq!(said("list all", 2), "多余的「all」");
        assert_eq!(said("pull @0", 1), "「@0」不对：应为@1至@1000000，指从现在起第几条命令");
        assert_eq!(said("stuck @1000001", 1), "「@1000001」不对：应为@1至@1000000，指从现在起第几条命令");
        assert_eq!(said("swap", 1), "须写明换成哪个卡文件");
        assert_eq!(said("swap 1 @2", 1), "须写明换成哪个卡文件");
        assert_eq!(said("fail", 1), "「」不是状态字：应为4位十六进制数字，如6F00");
        assert_eq!(said("fail 1 6F0", 1), "「6F0」不是状态字：应为4位十六进制数字，如6F00");
        assert_eq!(said("fail +F00", 1), "「+F00」不是状态字：应为4位十六进制数字，如6F00");
        assert_eq!(said("fail 6F00 3", 1), "「3」不是状态字：应为4位十六进制数字，如6F00");
    }

    #[test]
    fn what_help_lists_can_be_typed() {
        let (orders, note) = HELP.rsplit_once('\n').unwrap();
        assert!(note.starts_with("  @K"));
        for line in orders.lines() {
            assert!(line.starts_with("  "), "{line}: a script would take it for the end of the answer");
            let typed: Vec<&str> = line.split_whitespace().take_while(|word| word.is_ascii()).collect();
            let typed =
                typed.join(" ").replace(['[', ']'], "").replace('N', "1").replace("SW", "6F00").replace("@K", "@2");
            assert!(parse(&typed, 2).is_ok(), "{typed}");
        }
    }
}
