//! The door before the portal and before each party: it alone holds keys, seals, opens and verifies.
//!
//! Invariant: nothing reaches the domain without having passed here, and `Verified` values are made nowhere else.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Refusal, Time, Verified,
    delivery::Arrived,
    directory::PartyId,
    message::{CardSeal, Message, MessageId, Receipt},
    party::Misbehaviour,
    portal::{CardId, CardIdentity, CardRole, CardSignature, Challenge, LoginAnswer},
    refusal,
    settings::Settings,
};
use interchange::{OpenError, Opened, Suite};
use signing::Certificate;

use super::{
    draws::SeededDraws,
    keys::{PartyKeys, SuiteKeys},
};

/// The gateway of one party, or of the portal.
pub struct Gateway {
    me: PartyId,
    keys: &'static SuiteKeys,
    mine: &'static PartyKeys,
}

/// A message as it leaves.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// What travels.
    pub bytes: Arc<[u8]>,
    /// What was done wrong because a script says so, such as `坏签名` or `胡言 data.reason 过长`.
    pub wrong: Option<String>,
}

/// How a message is sealed: [`Sealing::Own`] by honest parties and by those whose misbehaviour a scenario declares, the
/// rest by saboteurs.
#[derive(Clone, Debug)]
pub enum Sealing {
    /// With its sender's own keys, or as a script has it.
    Own(Option<Misbehaviour>),
    /// As a script could have it, but none has.
    Badly(Misbehaviour),
    /// With the signature of another party.
    SignedBy(PartyId),
    /// Encrypted for another party than the event says.
    For(PartyId),
    /// The event's text is changed before it is signed.
    Text(fn(String) -> String),
}

/// A message that came through, or why not.
pub type Opening = Result<(Verified<Arrived>, Opened), OpenError>;

impl Gateway {
    /// The gateway of `me` with the fixture keys of a suite; `None` if `me` has none there.
    pub fn new(me: PartyId, keys: &'static SuiteKeys) -> Option<Self> {
        let mine = keys.parties.get(&me)?;
        Some(Self { me, keys, mine })
    }

    /// Whose it is.
    pub fn party(&self) -> &PartyId {
        &self.me
    }

    /// Seals a message; the same message under the same draws gives the same bytes (MSG-02, MSG-04).
    ///
    /// A `misbehaviour` seals as no honest party would: with [`Misbehaviour::WrongReceiver`] for another party than the one
    /// that it goes to, with [`Misbehaviour::Nonsense`] many broken copies instead of the message. Else it is one.
    pub fn seal(
        &self,
        message: &Message,
        sealing: &Sealing,
        draws: &SeededDraws,
    ) -> Result<Vec<Sealed>, interchange::SealError> {
        let peers = &self.keys.peers;
        let mut rng = draws.stream("envelope", message.id.as_str(), 0);
        let text = || interchange::event::write(message);
        let undeclared = match sealing {
            Sealing::Own(misbehaviour) => return self.seal_own(message, *misbehaviour, draws),
            Sealing::Badly(misbehaviour) => {
                let sealed = self.seal_own(message, Some(*misbehaviour), draws)?;
                return Ok(sealed.into_iter().map(|s| Sealed { wrong: None, ..s }).collect());
            }
            Sealing::SignedBy(other) => {
                let keys = self.keys.parties.get(other).unwrap_or(self.mine);
                interchange::seal(message, &keys.good, peers, &mut rng)?
            }
            Sealing::For(other) => interchange::seal_event(&text(), &self.mine.good, other, peers, &mut rng)?,
            Sealing::Text(change) => {
                let changed = change(String::from_utf8_lossy(&text()).into_owned());
                interchange::seal_event(changed.as_bytes(), &self.mine.good, &message.target, peers, &mut rng)?
            }
        };
        Ok(vec![Sealed { bytes: undeclared, wrong: None }])
    }

    fn seal_own(
        &self,
        message: &Message,
        misbehaviour: Option<Misbehaviour>,
        draws: &SeededDraws,
    ) -> Result<Vec<Sealed>, interchange::SealError> {
        let identity = match misbehaviour {
            None | Some(Misbehaviour::WrongReceiver) => &self.mine.good,
            Some(Misbehaviour::BadSignature) => &self.mine.bad_signature,
            Some(Misbehaviour::ExpiredCertificate) => &self.mine.expired,
            Some(Misbehaviour::Nonsense) => return self.seal_nonsense(message, draws),
        };
        let mut rng = draws.stream("envelope", message.id.as_str(), 0);
        let bytes = if misbehaviour == Some(Misbehaviour::WrongReceiver) {
            let other = self.keys.parties.keys().find(|id| **id != message.target && **id != self.me);
            let mut astray = message.clone();
            astray.target = other.cloned().unwrap_or_else(|| message.target.clone());
            interchange::seal(&astray, identity, &self.keys.peers, &mut rng)?
        } else {
            interchange::seal(message, identity, &self.keys.peers, &mut rng)?
        };
        Ok(vec![Sealed { bytes, wrong: misbehaviour.map(|how| how.chinese().to_owned()) }])
    }

    /// Each copy is sealed soundly: only what it says is wrong.
    fn seal_nonsense(&self, message: &Message, draws: &SeededDraws) -> Result<Vec<Sealed>, interchange::SealError> {
        let copies = interchange::nonsense(message, draws).into_iter().zip(1..);
        copies
            .map(|(copy, count)| {
                let mut rng = draws.stream("envelope", message.id.as_str(), count);
                let (me, peers) = (&self.mine.good, &self.keys.peers);
                let bytes = interchange::seal_event(&copy.json, me, &message.target, peers, &mut rng)?;
                Ok(Sealed { bytes, wrong: Some(format!("{} {}", Misbehaviour::Nonsense.chinese(), copy.what)) })
            })
            .collect()
    }

    /// Opens and verifies what arrived.
    #[expect(clippy::disallowed_methods, reason = "this is the gateway: the signature has just been checked")]
    pub fn open(&self, bytes: &[u8], now: Time, settings: &Settings) -> Opening {
        let opened = interchange::open(bytes, &self.mine.good, &self.keys.peers, now, settings.message_window)?;
        let arrived = Arrived { message: opened.message.clone(), digest: opened.digest };
        Ok((Verified::by_gateway(arrived), opened))
    }

    /// A signed receipt for bytes that arrived.
    pub fn receipt(&self, receipt: &Receipt, digest: &[u8; 32], message: &Message, now: Time) -> Arc<[u8]> {
        self.sign_receipt(receipt, digest, &message.id, now)
    }

    /// The same for a message that is known by its id alone.
    pub fn sign_receipt(&self, receipt: &Receipt, digest: &[u8; 32], id: &MessageId, now: Time) -> Arc<[u8]> {
        interchange::seal_receipt(receipt, digest, Some(id), &self.mine.good, now)
    }

    /// A signed refusal of bytes that could not be opened.
    pub fn refusal(&self, error: &OpenError, now: Time) -> Arc<[u8]> {
        let receipt = Receipt::Refused { code: error.code.to_owned(), reason: error.reason.clone() };
        interchange::seal_receipt(&receipt, &error.digest, error.id.as_ref(), &self.mine.good, now)
    }

    /// Verifies a receipt that `from` should have given for the bytes with this digest.
    #[expect(clippy::disallowed_methods, reason = "this is the gateway: the signature has just been checked")]
    pub fn open_receipt(
        &self,
        bytes: &[u8],
        from: &PartyId,
        digest: &[u8; 32],
        now: Time,
    ) -> Result<Verified<Receipt>, OpenError> {
        interchange::open_receipt(bytes, from, digest, &self.mine.good, &self.keys.peers, now).map(Verified::by_gateway)
    }

    /// Verifies the answer to a login challenge (ACC-06).
    #[expect(clippy::disallowed_methods, reason = "this is the gateway: the signature has just been checked")]
    pub fn login_answer(
        &self,
        challenge: &Challenge,
        certificate: &Certificate,
        signature: &[u8],
        roots: &[Certificate],
        now: Time,
    ) -> Result<Verified<LoginAnswer>, Refusal> {
        let identity = card_identity(certificate, roots, now)?;
        certificate
            .public_key()
            .verify(&challenge.bytes, signature)
            .map_err(|_| Refusal::new(refusal::BAD_SIGNATURE, &[]))?;
        Ok(Verified::by_gateway(LoginAnswer { challenge: challenge.id.clone(), identity }))
    }

    /// Verifies a card's signature under `bytes` (AGR-07).
    #[expect(clippy::disallowed_methods, reason = "this is the gateway: the signature has just been checked")]
    pub fn card_signature(
        &self,
        bytes: &[u8],
        certificate: &Certificate,
        signature: &[u8],
        roots: &[Certificate],
        now: Time,
    ) -> Result<Verified<CardSignature>, Refusal> {
        let identity = card_identity(certificate, roots, now)?;
        certificate.public_key().verify(bytes, signature).map_err(|_| Refusal::new(refusal::BAD_SIGNATURE, &[]))?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| Refusal::new(refusal::BAD_SIGNATURE, &[]))?;
        Ok(Verified::by_gateway(CardSignature {
            card: identity.card,
            bytes_signed: bytes.to_vec(),
            seal: CardSeal {
                text,
                certificate: STANDARD.encode(certificate.der()),
                signature: STANDARD.encode(signature),
            },
        }))
    }

    /// The suite in use.
    pub fn suite(&self) -> Suite {
        self.keys.suite
    }
}

/// Who a card says it is, once its certificate stands up.
pub fn card_identity(certificate: &Certificate, roots: &[Certificate], now: Time) -> Result<CardIdentity, Refusal> {
    let bad = |why: &str| Refusal::new(refusal::BAD_CERTIFICATE, &[why]);
    let root = roots
        .iter()
        .find(|r| r.common_name() == certificate.issuer_common_name())
        .ok_or_else(|| bad("签发机构不受信任"))?;
    certificate.check(root, now.unix_ms().div_euclid(1000)).map_err(|e| bad(&e.to_string()))?;
    let facts = certificate.card_facts().ok_or_else(|| bad("缺少卡片信息"))?;
    let role = match facts.role.as_str() {
        "10" => CardRole::LegalPerson,
        "12" => CardRole::Operator,
        other => return Err(bad(&format!("未知的卡类型{other}"))),
    };
    Ok(CardIdentity {
        card: card_id(certificate),
        card_number: facts.card_number,
        holder: certificate.common_name().to_owned(),
        role,
        organisation_code: facts.organisation_code,
    })
}

/// A card's id at the portal: the fingerprint of its certificate.
pub fn card_id(certificate: &Certificate) -> CardId {
    let hex: String = certificate.fingerprint().iter().map(|b| format!("{b:02x}")).collect();
    CardId(hex)
}
