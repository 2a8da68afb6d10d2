//! The spans and limits that a world may set; the defaults are those of the scenario language.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Spans of the portal and its counterparties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// After this long without an act a session is over (ACC-11).
    pub session_idle: Duration,
    /// A login challenge is good for this long (ACC-11).
    pub challenge_lifetime: Duration,
    /// A prepared act waits this long for its signature.
    pub pending_lifetime: Duration,
    /// Sendings of one message before it is 发送失败 (MSG-04).
    pub send_tries: u32,
    /// The span over which those sendings are spread.
    pub send_span: Duration,
    /// An unanswered request is given up this long after its first sending (AGR-11).
    pub silence: Duration,
    /// A payment that the bank has not answered this long after its first sending is 不确定 (PAY-05).
    pub payment_answer: Duration,
    /// A message that came before its predecessor is held this long, then handled all the same if the business can take it.
    pub gap_hold: Duration,
    /// A message whose `time` is further away than this from the receiver's clock is stale.
    pub message_window: Duration,
    /// 缴费截止日 is this many days after the day of underwriting (CGO-14).
    pub premium_term_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(30 * MINUTE),
            challenge_lifetime: Duration::from_secs(2 * MINUTE),
            pending_lifetime: Duration::from_secs(10 * MINUTE),
            send_tries: 8,
            send_span: Duration::from_secs(2 * HOUR),
            silence: Duration::from_secs(3 * DAY),
            payment_answer: Duration::from_secs(10 * MINUTE),
            gap_hold: Duration::from_secs(10 * MINUTE),
            message_window: Duration::from_secs(30 * DAY),
            premium_term_days: 7,
        }
    }
}
