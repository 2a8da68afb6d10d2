//! CMS EnvelopedData (RFC 5652) for one receiver: key transport by SM2 or RSA, content by SM4-CBC or AES-256-CBC.
//!
//! Invariant: whatever goes wrong while decrypting gives one and the same refusal; an answer that told a bad
//! key from bad padding would help an attacker to decrypt.

use rand_core::CryptoRng;
use signing::{
    Algorithm, PublicKey, SigningError, aes256_cbc_decrypt, aes256_cbc_encrypt, sm4_cbc_decrypt, sm4_cbc_encrypt,
};

use crate::{
    oid::{self, Oid},
    refusal::{self, Problem},
    signed::algorithm,
    tlv::{self, CONTEXT_0, CONTEXT_0_PRIMITIVE, Malformed, OCTET_STRING, Reader, SEQUENCE, SET, tlv},
};

/// A ContentInfo with EnvelopedData around `content`, for the holder of `key`.
pub(crate) fn write<R: CryptoRng + ?Sized>(
    content: &[u8],
    key: &PublicKey,
    receiver_id: &[u8],
    rng: &mut R,
) -> Result<Vec<u8>, SigningError> {
    let oid = |oid: Oid| tlv(tlv::OID, &[oid.der]);
    let mut content_key = [0; 32];
    let mut iv = [0; 16];
    let sm2 = key.algorithm() == Algorithm::Sm2;
    let key_length = if sm2 { 16 } else { 32 };
    rng.fill_bytes(&mut content_key[..key_length]);
    rng.fill_bytes(&mut iv);
    let wrapped = key.wrap_key(&content_key[..key_length], rng)?;

    let (key_algorithm, content_algorithm, encrypted) = if sm2 {
        let mut sm4_key = [0; 16];
        sm4_key.copy_from_slice(&content_key[..16]);
        let encrypted = sm4_cbc_encrypt(&sm4_key, &iv, content);
        (tlv(SEQUENCE, &[&oid(oid::SM2_ENCRYPT)]), oid::SM4_CBC, encrypted)
    } else {
        let encrypted = aes256_cbc_encrypt(&content_key, &iv, content);
        (tlv(SEQUENCE, &[&oid(oid::RSA), &[tlv::NULL, 0]]), oid::AES256_CBC, encrypted)
    };
    let version = [tlv::INTEGER, 1, 0];
    let receiver = tlv(SEQUENCE, &[&version, receiver_id, &key_algorithm, &tlv(OCTET_STRING, &[&wrapped])]);
    let encrypted_content = tlv(
        SEQUENCE,
        &[
            &oid(oid::DATA),
            &tlv(SEQUENCE, &[&oid(content_algorithm), &tlv(OCTET_STRING, &[&iv])]),
            &tlv(CONTEXT_0_PRIMITIVE, &[&encrypted]),
        ],
    );
    let enveloped = tlv(SEQUENCE, &[&version, &tlv(SET, &[&receiver]), &encrypted_content]);
    Ok(tlv(SEQUENCE, &[&oid(oid::ENVELOPED_DATA), &tlv(CONTEXT_0, &[&enveloped])]))
}

/// EnvelopedData as read.
#[derive(Debug)]
pub(crate) struct EnvelopedData<'a> {
    content_type: Oid,
    receivers: Vec<Receiver<'a>>,
    content_algorithm: Oid,
    iv: [u8; 16],
    encrypted: &'a [u8],
}

#[derive(Debug)]
struct Receiver<'a> {
    id: &'a [u8],
    key_algorithm: &'a [u8],
    wrapped: &'a [u8],
}

/// How many receivers one envelope may name: an outsider's software may add a copy for itself.
const RECEIVERS_LIMIT: usize = 8;

impl<'a> EnvelopedData<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        const PLACE: &str = "信封EnvelopedData";
        let mut outer = Reader::new(bytes);
        let mut info = outer.enter(SEQUENCE, PLACE)?;
        outer.finish(PLACE)?;
        let content_type = info.take(tlv::OID, PLACE)?.value;
        let content_type = [oid::ENVELOPED_DATA, oid::GM_ENVELOPED_DATA]
            .into_iter()
            .find(|o| o.der == content_type)
            .ok_or(Malformed("信封的内容类型（应为envelopedData）"))?;
        let mut explicit = info.enter(CONTEXT_0, PLACE)?;
        info.finish(PLACE)?;
        let mut enveloped = explicit.enter(SEQUENCE, PLACE)?;
        explicit.finish(PLACE)?;
        enveloped.version(0, "信封版本")?;

        let mut set = enveloped.enter(SET, "收件人信息")?;
        let mut receivers = Vec::new();
        while !set.is_empty() && receivers.len() < RECEIVERS_LIMIT {
            receivers.push(Receiver::read(&mut set)?);
        }
        set.finish("收件人信息（收件人过多）")?;

        let mut content = enveloped.enter(SEQUENCE, "加密内容")?;
        enveloped.finish(PLACE)?;
        let inner_type = content.take(tlv::OID, "加密内容类型")?.value;
        if inner_type != oid::DATA.der && inner_type != oid::GM_DATA.der {
            return Err(Malformed("加密内容类型（应为data）"));
        }
        let mut cipher = content.enter(SEQUENCE, "内容加密算法")?;
        let cipher_oid = cipher.take(tlv::OID, "内容加密算法")?.value;
        let content_algorithm = [oid::SM4_CBC, oid::AES256_CBC]
            .into_iter()
            .find(|o| o.der == cipher_oid)
            .ok_or(Malformed("内容加密算法（应为SM4-CBC或AES-256-CBC）"))?;
        let iv = cipher.take(OCTET_STRING, "初始向量")?.value;
        cipher.finish("内容加密算法")?;
        let encrypted = content.take(CONTEXT_0_PRIMITIVE, "加密内容")?.value;
        content.finish("加密内容")?;
        let iv = iv.try_into().map_err(|_| Malformed("初始向量"))?;
        Ok(Self { content_type, receivers, content_algorithm, iv, encrypted })
    }

    /// The name of the outer content type.
    pub(crate) fn content_type(&self) -> &'static str {
        self.content_type.name
    }

    /// How many receivers are named.
    pub(crate) fn receivers(&self) -> usize {
        self.receivers.len()
    }

    /// The content, opened by `unwrap_key`, which holds the key of `receiver_id`; and the names of the algorithms.
    pub(crate) fn decrypt(
        &self,
        receiver_id: &[u8],
        algorithm: Algorithm,
        unwrap_key: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(Vec<u8>, &'static str, &'static str), Problem> {
        let mine = self.receivers.iter().find(|r| r.id == receiver_id);
        let mine = mine.ok_or_else(|| Problem::new(refusal::WRONG_RECEIVER, "信封不是用本方的加密证书封装的"))?;
        let expected = if algorithm == Algorithm::Sm2 { oid::SM2_ENCRYPT } else { oid::RSA };
        if mine.key_algorithm != expected.der {
            let detail = format!("密钥加密算法应为{}", expected.name);
            return Err(Problem::new(refusal::BROKEN, detail));
        }
        let content = unwrap_key(mine.wrapped).and_then(|key| self.content(&key));
        let content = content.ok_or_else(|| Problem::new(refusal::BROKEN, "信封无法解密"))?;
        Ok((content, expected.name, self.content_algorithm.name))
    }

    fn content(&self, key: &[u8]) -> Option<Vec<u8>> {
        if self.content_algorithm == oid::SM4_CBC {
            sm4_cbc_decrypt(key.try_into().ok()?, &self.iv, self.encrypted).ok()
        } else {
            aes256_cbc_decrypt(key.try_into().ok()?, &self.iv, self.encrypted).ok()
        }
    }
}

impl<'a> Receiver<'a> {
    fn read(set: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut receiver = set.enter(SEQUENCE, "收件人信息（应为密钥传输方式）")?;
        receiver.version(0, "收件人信息版本")?;
        let id = receiver.take(SEQUENCE, "收件人标识")?.raw;
        let key_algorithm = algorithm(&mut receiver, "密钥加密算法")?;
        let wrapped = receiver.take(OCTET_STRING, "加密的密钥")?.value;
        receiver.finish("收件人信息")?;
        Ok(Self { id, key_algorithm, wrapped })
    }
}
