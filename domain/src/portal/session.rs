//! Sessions: a login by signed challenge, bound to the card that signed it (ACC-01 .. ACC-05, ACC-11).
//!
//! The portal sees certificates and signatures that a gateway has checked; a PIN or a key never comes here.

use std::{fmt, time::Duration};

use super::{Portal, changes::Changes, draft::drawn_name, rules::Permission};
use crate::{
    Moment, Time, Verified,
    codes::Uscc,
    refusal::{self, Refusal},
};

/// A card, by the SHA-256 fingerprint of its certificate in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(pub String);

/// The two kinds of card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardRole {
    /// 法人卡
    LegalPerson,
    /// 操作员卡
    Operator,
}

impl CardRole {
    /// Both.
    pub const ALL: [Self; 2] = [Self::LegalPerson, Self::Operator];

    /// The manual's word.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::LegalPerson => "法人卡",
            Self::Operator => "操作员卡",
        }
    }
}

/// What a card's certificate says of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardIdentity {
    /// The card.
    pub card: CardId,
    /// The number printed on it.
    pub card_number: String,
    /// The holder's name.
    pub holder: String,
    /// What kind of card it is.
    pub role: CardRole,
    /// 组织机构代码 of the enterprise, nine characters.
    pub organisation_code: String,
}

/// A session's secret name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// From its text, as a cookie carries it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not the secret.
impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

/// What a card is to sign in order to log in: once, and soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Its name.
    pub id: String,
    /// What the card signs.
    pub bytes: Vec<u8>,
    /// From when it is too late.
    pub expires: Time,
}

/// A challenge that was signed. The gateway has checked the signature over [`Challenge::bytes`] and the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAnswer {
    /// [`Challenge::id`].
    pub challenge: String,
    /// Who signed it.
    pub identity: CardIdentity,
}

/// A challenge as the portal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub expires: Time,
    pub used: bool,
    /// When it is forgotten.
    pub deadline: Time,
}

/// What is in the reader, as far as the portal was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Own,
    Gone,
    Other,
}

/// A login and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub owner: Uscc,
    /// None after a login with a password (ACC-01).
    pub card: Option<CardIdentity>,
    pub presence: Presence,
    pub standing: Life,
    /// When it goes idle; once over, when it is forgotten.
    pub deadline: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Open,
    Idle,
    Over,
}

/// How long the portal can still say why a session or a challenge is no good.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

impl Session {
    /// The same, over for good.
    pub(super) fn ended(&self, standing: Life, at: Time) -> Self {
        Self { standing, deadline: at + REMEMBERED, ..self.clone() }
    }

    /// Whether its time has come by `now`, noticed or not.
    fn is_idle(&self, now: Option<Time>) -> bool {
        match self.standing {
            Life::Open => now.is_some_and(|now| now >= self.deadline),
            Life::Idle => true,
            Life::Over => false,
        }
    }
}

impl Portal {
    /// Something for a card to sign in order to log in. Have it signed, then [`Portal::login`]. `card` is what the asking
    /// terminal says is in its reader: it is believed of no one, and only keeps one card's challenges out of another's.
    pub fn challenge(&self, card: &CardId, moment: Moment<'_>) -> (Challenge, Changes) {
        let (key, count) = self.kept.next("challenge", &card.0);
        let id = drawn_name(moment, "challenge-id", &card.0, count);
        let nonce = drawn_name(moment, "challenge", &card.0, count);
        let expires = moment.time + self.rules.settings.challenge_lifetime;
        // Words, so that nobody can pass another text off as a login.
        let text = format!("国际贸易单一窗口登录\n编号：{id}\n随机数：{nonce}\n有效期至：{}\n", expires.rfc3339());
        let mut changes = Changes::default();
        changes.counts.insert(key, count);
        changes.challenges.insert(id.clone(), Some(Standing { expires, used: false, deadline: expires + REMEMBERED }));
        (Challenge { id, bytes: text.into_bytes(), expires }, changes)
    }

    /// A card has signed a challenge: a session begins, bound to that card. Use it for every act.
    ///
    /// # Errors
    /// K1005 for an unknown or used challenge, K1006 for one that came too late, K1009 for an enterprise without account.
    pub fn login(&self, answer: &Verified<LoginAnswer>, moment: Moment<'_>) -> Result<(SessionId, Changes), Refusal> {
        let standing = self.kept.challenges.get(&answer.challenge).filter(|s| !s.used);
        let standing = standing.ok_or_else(|| Refusal::new(refusal::CHALLENGE_UNKNOWN, &[]))?;
        if moment.time >= standing.expires {
            return Err(Refusal::new(refusal::CHALLENGE_EXPIRED, &[]));
        }
        let code = answer.identity.organisation_code.as_str();
        let owner = self.enterprises.iter().find(|e| e.uscc.organisation_code() == code);
        let owner = owner.ok_or_else(|| Refusal::new(refusal::NOT_REGISTERED, &[]))?;
        let id = SessionId(drawn_name(moment, "session", &answer.challenge, 1));
        let session = self.open(owner.uscc.clone(), Some(answer.identity.clone()), moment);
        let mut changes = Changes::default();
        changes.challenges.insert(answer.challenge.clone(), Some(Standing { used: true, ..standing.clone() }));
        changes.sessions.insert(id.clone(), Some(session));
        Ok((id, changes))
    }

    /// A login with user name and password, checked elsewhere. The insurance service shows nothing to it (ACC-01).
    pub fn login_with_password(&self, enterprise: &Uscc, moment: Moment<'_>) -> (SessionId, Changes) {
        let (key, count) = self.kept.next("password-session", enterprise.as_str());
        let id = SessionId(drawn_name(moment, "password-session", enterprise.as_str(), count));
        let mut changes = Changes::default();
        changes.counts.insert(key, count);
        changes.sessions.insert(id.clone(), Some(self.open(enterprise.clone(), None, moment)));
        (id, changes)
    }

    /// 退出. Harmless when the session is over already.
    pub fn logout(&self, session: &SessionId, moment: Moment<'_>) -> Changes {
        self.end(session, None, moment)
    }

    /// A card is in the reader. Its own card keeps a session alive; another one ends it (ACC-04).
    pub fn card_seen(&self, session: &SessionId, card: &CardId, moment: Moment<'_>) -> Changes {
        let Some((kept, own)) = self.kept.sessions.get(session).and_then(|s| Some((s, s.card.as_ref()?))) else {
            return Changes::default();
        };
        if own.card != *card {
            return self.end(session, Some(Presence::Other), moment);
        }
        let mut seen = Session { presence: Presence::Own, ..kept.clone() };
        if kept.standing == Life::Open && !kept.is_idle(Some(moment.time)) {
            seen.deadline = moment.time + self.rules.settings.session_idle;
        }
        let mut changes = Changes::default();
        if seen != *kept {
            changes.sessions.insert(session.clone(), Some(seen));
        }
        changes
    }

    /// The reader is empty: the session ends, and its half-done acts with it (ACC-05, ACC-11).
    pub fn card_gone(&self, session: &SessionId, moment: Moment<'_>) -> Changes {
        if self.kept.sessions.get(session).is_none_or(|s| s.card.is_none()) {
            return Changes::default();
        }
        self.end(session, Some(Presence::Gone), moment)
    }

    fn open(&self, owner: Uscc, card: Option<CardIdentity>, moment: Moment<'_>) -> Session {
        let deadline = moment.time + self.rules.settings.session_idle;
        Session { owner, card, presence: Presence::Own, standing: Life::Open, deadline }
    }

    fn end(&self, id: &SessionId, presence: Option<Presence>, moment: Moment<'_>) -> Changes {
        let mut changes = Changes::default();
        let Some(kept) = self.kept.sessions.get(id) else { return changes };
        let mut session = match kept.standing {
            Life::Open if kept.is_idle(Some(moment.time)) => kept.ended(Life::Idle, moment.time),
            Life::Open => kept.ended(Life::Over, moment.time),
            Life::Idle | Life::Over => kept.clone(),
        };
        session.presence = presence.unwrap_or(session.presence);
        if session != *kept {
            changes.sessions.insert(id.clone(), Some(session));
        }
        self.drop_pending(id, &mut changes);
        changes
    }

    /// The acts that waited for this session's card wait no more.
    pub(super) fn drop_pending(&self, id: &SessionId, changes: &mut Changes) {
        let own = self.kept.pending.iter().filter(|(_, p)| p.session == *id);
        changes.pending.extend(own.map(|(token, _)| (token.clone(), None)));
    }

    /// A session that may be used, its card there. `now` is none for a mere look, which [`Portal::due`] keeps honest.
    pub(super) fn session(&self, id: &SessionId, now: Option<Time>) -> Result<&Session, Refusal> {
        let ended = || Refusal::new(refusal::SESSION_ENDED, &[]);
        let session = self.kept.sessions.get(id).ok_or_else(ended)?;
        match session.presence {
            Presence::Gone => return Err(Refusal::new(refusal::NO_CARD, &[])),
            Presence::Other => return Err(Refusal::new(refusal::OTHER_CARD, &[])),
            Presence::Own => {}
        }
        if session.is_idle(now) {
            return Err(Refusal::new(refusal::SESSION_IDLE, &[]));
        }
        if session.standing == Life::Over { Err(ended()) } else { Ok(session) }
    }

    /// A session whose card may do this, and that card.
    ///
    /// # Errors
    /// In this order: K1001 no card, K1002 other card, K1004 idle, K1003 over, K1011 no card login, K1010 wrong kind of card.
    pub(super) fn admit(
        &self,
        id: &SessionId,
        permission: Permission,
        now: Option<Time>,
    ) -> Result<(&Session, &CardIdentity), Refusal> {
        let session = self.session(id, now)?;
        let card = session.card.as_ref().ok_or_else(|| Refusal::new(refusal::NEEDS_CARD, &[]))?;
        if !self.rules.permits(permission, card.role) {
            let others = CardRole::ALL.into_iter().filter(|role| self.rules.permits(permission, *role));
            let others = others.map(CardRole::chinese).collect::<Vec<_>>().join("、");
            return Err(Refusal::new(refusal::ROLE, &[&others]));
        }
        Ok((session, card))
    }

    /// An act has succeeded: the session is good for another while.
    pub(super) fn refresh(&self, id: &SessionId, session: &Session, moment: Moment<'_>, changes: &mut Changes) {
        let deadline = moment.time + self.rules.settings.session_idle;
        changes.sessions.insert(id.clone(), Some(Session { deadline, ..session.clone() }));
    }
}
