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
