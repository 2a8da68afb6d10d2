//! Who seals and opens: a party's own keys, and what it knows of its peers.
//!
//! Invariant: `Debug` never shows a key. Both types are cheap to clone; build each once for a world and
//! share it, since adding a peer checks its certificates and prepares tables for its keys.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use domain::{Time, directory::PartyId};
use signing::{Algorithm, Certificate, PrivateKey, PublicKey, Signer};

use crate::{
    refusal::{self, Problem},
    signed::issuer_and_serial,
    suite::Suite,
};

/// A party's own keys.
#[derive(Clone)]
pub struct Identity {
    id: PartyId,
    keys: Keys,
}

#[derive(Clone)]
pub(crate) enum Keys {
    Cms(CmsKeys),
    Mac(Arc<[u8; 32]>),
}

#[derive(Clone)]
pub(crate) struct CmsKeys {
    pub signer: Arc<dyn Signer>,
    pub certificate: Certificate,
    pub signer_id: Arc<[u8]>,
    pub receiver_id: Arc<[u8]>,
    decryption_key: Arc<PrivateKey>,
    fixture: bool,
}

impl Identity {
    /// A party with certificates. `fixture` says that its keys are public test keys, for which variable-time
    /// code is harmless; a key that a user brings must come with `false`.
    pub fn new(
        id: PartyId,
        sign_key: PrivateKey,
        sign_certificate: Certificate,
        encryption_key: PrivateKey,
        encryption_certificate: Certificate,
        fixture: bool,
    ) -> Self {
        let signer = if fixture { sign_key.fixture_signer() } else { sign_key.signer() };
        let keys = CmsKeys {
            signer: signer.into(),
            signer_id: issuer_and_serial(&sign_certificate).into(),
            certificate: sign_certificate,
            receiver_id: issuer_and_serial(&encryption_certificate).into(),
            decryption_key: Arc::new(encryption_key),
            fixture,
        };
        Self { id, keys: Keys::Cms(keys) }
    }

    /// A party of the suite `mac`: every party of a world has the same secret.
    pub fn mac(id: PartyId, secret: [u8; 32]) -> Self {
        Self { id, keys: Keys::Mac(Arc::new(secret)) }
    }

    /// The same party, signing under another certificate, such as an expired one. Nothing changes for `mac`.
    #[must_use]
    pub fn with_certificate(&self, certificate: Certificate) -> Self {
        let mut other = self.clone();
        if let Keys::Cms(keys) = &mut other.keys {
            keys.signer_id = issuer_and_serial(&certificate).into();
            keys.certificate = certificate;
        }
        other
    }

    /// Who this is.
    pub fn id(&self) -> &PartyId {
        &self.id
    }

    /// How it seals, which follows from its keys.
    pub fn suite(&self) -> Suite {
        match &self.keys {
            Keys::Mac(_) => Suite::Mac,
            Keys::Cms(keys) => match keys.signer.algorithm() {
                Algorithm::Sm2 => Suite::Sm2,
                Algorithm::Rsa2048 | Algorithm::P256 => Suite::Rsa,
            },
        }
    }

    /// The name of the code that signs, for reports; none for `mac`.
    pub fn signer_name(&self) -> Option<&'static str> {
        match &self.keys {
            Keys::Mac(_) => None,
            Keys::Cms(keys) => Some(keys.signer.name()),
        }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("id", &self.id.as_str()).finish_non_exhaustive()
    }
}

impl CmsKeys {
    pub(crate) fn decryption_algorithm(&self) -> Algorithm {
        self.decryption_key.algorithm()
    }

    pub(crate) fn unwrap_key(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        let key = if self.fixture {
            self.decryption_key.fixture_unwrap_key(wrapped)
        } else {
            self.decryption_key.unwrap_key(wrapped)
        };
        key.ok().map(|key| key.to_vec())
    }
}

/// What a party knows of the others: the root that it trusts, and each peer's certificates.
#[derive(Clone)]
pub struct Peers {
    inner: Arc<Inner>,
}

#[derive(Clone, Default)]
struct Inner {
    root: Option<Certificate>,
    peers: BTreeMap<PartyId, Peer>,
    by_certificate: HashMap<Vec<u8>, PartyId>,
    mac_ids: BTreeSet<PartyId>,
    card_roots: Vec<Certificate>,
}

#[derive(Clone)]
pub(crate) struct Peer {
    pub id: PartyId,
    pub certificate: Certificate,
    /// With the table that makes verification fast.
    pub key: PublicKey,
    pub signer_id: Vec<u8>,
    pub encryption_key: PublicKey,
    pub receiver_id: Vec<u8>,
    /// Why the certificate is not one of the trusted root, apart from its dates.
    mistrust: Option<String>,
}

impl Peers {
    /// Nobody yet; certificates must be issued by `root`.
    pub fn new(root: Certificate) -> Self {
        Self { inner: Arc::new(Inner { root: Some(root), ..Inner::default() }) }
    }

    /// The parties of a world of the suite `mac`.
    pub fn mac(ids: impl IntoIterator<Item = PartyId>) -> Self {
        let mac_ids = ids.into_iter().collect();
        Self { inner: Arc::new(Inner { mac_ids, ..Inner::default() }) }
    }

    /// The same, with the roots that issue enterprises' cards. A party that receives requests needs them:
    /// without any, no card signature is accepted.
    #[must_use]
    pub fn with_card_roots(mut self, roots: impl IntoIterator<Item = Certificate>) -> Self {
        Arc::make_mut(&mut self.inner).card_roots = roots.into_iter().collect();
        self
    }

    /// Learns a peer, or its new certificates in place of the old ones. A certificate that the root did not
    /// issue is taken too: what arrives under it is refused with the reason.
    pub fn add(&mut self, id: PartyId, sign: Certificate, encryption: Certificate) {
        let inner = Arc::make_mut(&mut self.inner);
        let mistrust = inner.root.as_ref().and_then(|root| {
            // At a moment inside both validities, so that only the chain is judged here.
            let moment = sign.not_before().max(root.not_before());
            sign.check(root, moment).err().map(|e| e.to_string())
        });
        let peer = Peer {
            id: id.clone(),
            key: sign.public_key().clone().with_table(),
            signer_id: issuer_and_serial(&sign),
            encryption_key: encryption.public_key().clone().with_table(),
            receiver_id: issuer_and_serial(&encryption),
            certificate: sign,
            mistrust,
        };
        inner.by_certificate.insert(peer.certificate.der().to_vec(), id.clone());
        if let Some(old) = inner.peers.insert(id, peer)
            && inner.peers.values().all(|p| p.certificate != old.certificate)
        {
            inner.by_certificate.remove(old.certificate.der());
        }
    }

    /// The roots that issue enterprises' cards.
    pub fn card_roots(&self) -> &[Certificate] {
        &self.inner.card_roots
    }

    /// Whether this party is known.
    pub fn knows(&self, id: &PartyId) -> bool {
        self.inner.peers.contains_key(id) || self.inner.mac_ids.contains(id)
    }

    pub(crate) fn by_id(&self, id: &PartyId) -> Option<&Peer> {
        self.inner.peers.get(id)
    }

    /// The peer that owns the certificate named by `signer_id`, or why there is none.
    pub(crate) fn signer(&self, certificates: &[&[u8]], signer_id: &[u8], now: Time) -> Result<&Peer, Problem> {
        let seconds = now.unix_ms().div_euclid(1000);
        let known = certificates
            .iter()
            .filter_map(|der| self.inner.by_certificate.get(*der))
            .filter_map(|id| self.inner.peers.get(id))
            .find(|peer| peer.signer_id == signer_id);
        let Some(peer) = known else {
            return Err(self.stranger(certificates, signer_id, seconds));
        };
        if let Some(mistrust) = &peer.mistrust {
            return Err(Problem::new(refusal::BAD_CERTIFICATE, mistrust.clone()));
        }
        for certificate in [Some(&peer.certificate), self.inner.root.as_ref()].into_iter().flatten() {
            if let Some(problem) = outside_validity(certificate, seconds) {
                return Err(problem);
            }
        }
        Ok(peer)
    }

    /// What is wrong with a signer whose certificate no peer owns.
    fn stranger(&self, certificates: &[&[u8]], signer_id: &[u8], seconds: i64) -> Problem {
        let bad = |why: String| Problem::new(refusal::BAD_CERTIFICATE, why);
        let parsed: Result<Vec<_>, _> = certificates.iter().map(|der| Certificate::from_der(der)).collect();
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(e) => return bad(e.to_string()),
        };
        let Some(certificate) = parsed.iter().find(|c| issuer_and_serial(c) == signer_id) else {
            return bad("签名者标识与所附证书不符".into());
        };
        let Some(root) = &self.inner.root else { return bad("没有可信的根证书".into()) };
        let moment = certificate.not_before().max(root.not_before());
        if let Err(e) = certificate.check(root, moment) {
            return bad(format!("{}（{e}）", certificate.common_name()));
        }
        if let Some(problem) = outside_validity(certificate, seconds) {
            return problem;
        }
        let detail = format!("证书持有者「{}」不是已登记的对手方", certificate.common_name());
        Problem::new(refusal::UNKNOWN_SENDER, detail)
    }
}

impl fmt::Debug for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.inner.peers.keys().chain(&self.inner.mac_ids).map(PartyId::as_str);
        f.debug_list().entries(ids).finish()
    }
}

fn outside_validity(certificate: &Certificate, seconds: i64) -> Option<Problem> {
    let day = |seconds: i64| Time::from_unix_ms(seconds.saturating_mul(1000)).to_string();
    let name = certificate.common_name();
    let detail = if seconds < certificate.not_before() {
        format!("证书「{name}」自{}起有效", day(certificate.not_before()))
    } else if seconds > certificate.not_after() {
        format!("证书「{name}」已于{}到期", day(certificate.not_after()))
    } else {
        return None;
    };
    Some(Problem::new(refusal::CERTIFICATE_DATE, detail))
}
