//! Where a plug stands.

/// Where a plug stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not plugged in: the tray is empty, or the card was pulled.
    Out,
    /// There is a card, but nobody listens at the address; it is tried again and again.
    NoReader,
    /// Somebody has taken the connection and asked nothing yet. Where that lasts, another card lies in the reader.
    Connected,
    /// The reader has asked for the card, as it does within 400 ms.
    InReader,
    /// A fault keeps the reader waiting for an answer; pull the card, or drop the plug, to end it.
    Stuck,
}
