//! A record's life cycle as one table: state and event give the next state, its status code and its log line.
//!
//! What may be done in a state is read from the same table by everyone who asks; a pair that is not there is
//! refused by the owner of the record. Nothing in here knows a record: it must never hold a rule that is not a row.

/// One line of a life cycle: in `from`, `event` leads to `to` and leaves `code` and `text` in the status log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<S, E> {
    /// The state before.
    pub from: S,
    /// What happens.
    pub event: E,
    /// The state after.
    pub to: S,
    /// The status code of the log line; empty where the log gets none.
    pub code: &'static str,
    /// The text of the log line.
    pub text: &'static str,
    /// The requirements that this row is there for.
    pub requirements: &'static [&'static str],
}

/// A [`Row`], short enough for tables.
pub const fn row<S: Copy, E: Copy>(
    from: S,
    event: E,
    to: S,
    code: &'static str,
    text: &'static str,
    requirements: &'static [&'static str],
) -> Row<S, E> {
    Row { from, event, to, code, text, requirements }
}

/// The row for `event` in `from`; none if the event is not possible there.
pub fn next<S: PartialEq, E: PartialEq>(table: &[Row<S, E>], from: S, event: E) -> Option<&Row<S, E>> {
    table.iter().find(|row| row.from == from && row.event == event)
}

/// What can happen in `from`, in the table's order.
pub fn possible<S: Copy + PartialEq, E: Copy>(table: &[Row<S, E>], from: S) -> impl Iterator<Item = E> {
    table.iter().filter(move |row| row.from == from).map(|row| row.event)
}

/// How far the message of a record's present leg has come (MSG-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 待发送
    Queued,
    /// 报文发送成功
    Sent,
    /// 发送失败
    Undelivered,
    /// 接收成功
    Received,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Undelivered, Self::Received];

    /// What a list shows of it.
    pub const fn page_text(self) -> &'static str {
        match self {
            Self::Queued => "待发送",
            Self::Sent => "发送成功",
            Self::Undelivered => "发送失败",
            Self::Received => "接收成功",
        }
    }
}

/// What can happen to a message on its way, whatever it is about (MSG-01, MSG-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// It left, for the first time in this run of tries.
    Dispatched,
    /// A receipt: accepted.
    Acknowledged,
    /// A receipt: refused.
    Rejected,
    /// No receipt in spite of all tries.
    Undelivered,
    /// A person has it sent again (重新发送).
    Resend,
    /// Undelivered for so long that nobody waits any more.
    GivenUp,
    /// Acknowledged, but not answered in time.
    Silence,
}

impl Delivery {
    /// Every event.
    pub const ALL: [Self; 7] = [
        Self::Dispatched,
        Self::Acknowledged,
        Self::Rejected,
        Self::Undelivered,
        Self::Resend,
        Self::GivenUp,
        Self::Silence,
    ];

    /// What people call it; for a person's act, the button.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Dispatched => "报文发出",
            Self::Acknowledged => "回执接收",
            Self::Rejected => "回执拒绝",
            Self::Undelivered => "未收到回执",
            Self::Resend => RESEND,
            Self::GivenUp => "超期未送达",
            Self::Silence => "超期未答复",
        }
    }

    /// The button for it, where a person makes it happen.
    pub const fn button(self) -> Option<&'static str> {
        match self {
            Self::Resend => Some(RESEND),
            Self::Dispatched
            | Self::Acknowledged
            | Self::Rejected
            | Self::Undelivered
            | Self::GivenUp
            | Self::Silence => None,
        }
    }
}

const RESEND: &str = "重新发送";

/// Where a leg ends that is not answered.
#[derive(Clone, Copy, Debug)]
pub struct Ends<S> {
    /// Refused by its receipt.
    pub rejected: S,
    /// Given up, never delivered.
    pub given_up: S,
    /// Not answered in time; none where the record waits without limit.
    pub silent: Option<S>,
}

/// The rows of one leg: a message from 待发送 to 接收成功, or to one of its `ends`.
pub fn message_steps<S: Copy, E: Copy>(
    at: impl Fn(Step) -> S,
    on: impl Fn(Delivery) -> E,
    ends: Ends<S>,
) -> Vec<Row<S, E>> {
    use Delivery as D;
    use Step as T;
    const SENT: &str = "报文发送成功";
    const RECEIVED: &str = "银行/保险接收成功";
    const REJECTED: &str = "接收失败";
    #[rustfmt::skip] // One row a line: this is the table of MSG-01.
    let mut rows = vec![
        row(at(T::Queued),      on(D::Dispatched),   at(T::Sent),        "P002", SENT,       &["MSG-01"]),
        row(at(T::Queued),      on(D::Acknowledged), at(T::Received),    "P004", RECEIVED,   &["MSG-03"]), // of an earlier run of tries
        row(at(T::Queued),      on(D::Rejected),     ends.rejected,      "F",    REJECTED,   &["MSG-04"]),
        row(at(T::Sent),        on(D::Acknowledged), at(T::Received),    "P004", RECEIVED,   &["MSG-01"]),
        row(at(T::Sent),        on(D::Rejected),     ends.rejected,      "F",    REJECTED,   &["MSG-04"]),
        row(at(T::Sent),        on(D::Undelivered),  at(T::Undelivered), "F",    "发送失败", &["MSG-04"]),
        row(at(T::Undelivered), on(D::Resend),       at(T::Queued),      "P001", "待发送",   &["MSG-04"]),
        row(at(T::Undelivered), on(D::Acknowledged), at(T::Received),    "P004", RECEIVED,   &["MSG-03"]),
        row(at(T::Undelivered), on(D::Rejected),     ends.rejected,      "F",    REJECTED,   &["MSG-04"]),
        row(at(T::Undelivered), on(D::GivenUp),      ends.given_up,      "F",    "处理失败", &["MSG-04"]),
    ];
    rows.extend(ends.silent.map(|to| row(at(T::Received), on(D::Silence), to, "F", "处理失败", &["MSG-04"])));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: &[Row<char, &str>] =
        &[row('开', "关门", '关', "C", "已关", &[]), row('关', "开门", '开', "O", "已开", &[])];

    #[test]
    fn a_pair_leads_where_its_row_says_and_other_pairs_nowhere() {
        assert_eq!(next(DOOR, '开', "关门").map(|r| (r.to, r.code)), Some(('关', "C")));
        assert_eq!(next(DOOR, '开', "开门"), None);
        assert_eq!(possible(DOOR, '关').collect::<Vec<_>>(), ["开门"]);
    }
}
