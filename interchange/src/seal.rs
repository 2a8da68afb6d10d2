//! Sealing: a message becomes the bytes that travel.
//!
//! Invariant: the same message, keys and draws give the same bytes, so that a seed replays a journal byte for
//! byte. Nothing is checked here beyond what sealing needs: a misbehaving party must be able to seal nonsense,
//! and the receiver must refuse it.

use std::sync::Arc;

use domain::{directory::PartyId, message::Message};
use rand_core::CryptoRng;
use signing::SigningError;

use crate::{
    enveloped, event,
    identity::{Identity, Keys, Peers},
    mac, signed,
};

/// The message cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no certificate to encrypt for.
    #[error("没有「{0}」的加密证书，无法封装报文")]
    UnknownReceiver(PartyId),
    /// A key refused its work.
    #[error("报文无法封装：{0}")]
    Signing(#[from] SigningError),
}

/// Seals `message` for its target. Send the bytes as they are; keep them for sending again.
///
/// # Errors
/// [`SealError`] if the target is unknown or a key cannot do what its suite needs.
pub fn seal<R: CryptoRng + ?Sized>(
    message: &Message,
    from: &Identity,
    peers: &Peers,
    rng: &mut R,
) -> Result<Arc<[u8]>, SealError> {
    seal_event(&event::write(message), from, &message.target, peers, rng)
}

/// Seals any bytes as if they were an event: for tests and for parties that misbehave on purpose.
///
/// # Errors
/// As [`seal`].
pub fn seal_event<R: CryptoRng + ?Sized>(
    json: &[u8],
    from: &Identity,
    to: &PartyId,
    peers: &Peers,
    rng: &mut R,
) -> Result<Arc<[u8]>, SealError> {
    match from.keys() {
        Keys::Mac(secret) => Ok(mac::write(secret, from.id().as_str(), to.as_str(), json).into()),
        Keys::Cms(keys) => {
            let receiver = peers.by_id(to).ok_or_else(|| SealError::UnknownReceiver(to.clone()))?;
            let signer = keys.signer.as_ref();
            let signed = signed::write(json, signer, &keys.certificate, &keys.signer_id)?;
            let (key, id) = (&receiver.encryption_key, &receiver.receiver_id);
            Ok(enveloped::write(&signed, key, id, rng)?.into())
        }
    }
}
