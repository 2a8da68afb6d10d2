//! Why an order isn't followed.

use std::{io, path::PathBuf};

use virtual_card::CardFileError;

/// Why an order isn't followed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field stands in the sentence")]
pub enum Refusal {
    /// No such order.
    #[error("没有「{0}」这个命令，help 列出全部命令")]
    NoOrder(String),
    /// The order doesn't say which card.
    #[error("共有{slots}张卡，须写明第几张，如：{order} 1")]
    Which { order: String, slots: usize },
    /// There is no such card.
    #[error("没有第{found}张卡，共有{slots}张")]
    NoSlot { found: String, slots: usize },
    /// Something stands behind the order that doesn't belong there.
    #[error("多余的「{0}」")]
    Surplus(String),
    /// The order needs a card file.
    #[error("须写明换成哪个卡文件")]
    NoFile,
    /// No status word.
    #[error("「{0}」不是状态字：应为4位十六进制数字，如6F00")]
    Status(String),
    /// No number of a command.
    #[error("「@{found}」不对：应为@1至@{most}，指从现在起第几条命令")]
    At { found: String, most: u32 },
    /// Something to be done to a card that isn't there.
    #[error("卡 {0} 不在读卡器中，先 insert")]
    Out(usize),
    /// Something to be put where a card is.
    #[error("卡 {0} 已在读卡器中，先 pull")]
    In(usize),
    /// A swap is armed already, and its card waits for it.
    #[error("卡 {0} 已有一次待发的换卡，先 clear")]
    SwapArmed(usize),
    /// Someone else uses the card.
    #[error("卡文件 {0} 正被使用：一张卡不能同时在两处")]
    InUse(PathBuf),
    /// No thread for it.
    #[error("系统不允许：{0}")]
    System(#[from] io::Error),
    /// The file is wrong, or can't be read or written.
    #[error(transparent)]
    File(#[from] CardFileError),
}

impl PartialEq for Refusal {
    /// Refusals are the same if they say the same.
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}
