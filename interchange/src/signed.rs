//! CMS SignedData (RFC 5652): content attached, one signer, signed attributes, the signer's certificate.
//!
//! Signed attributes are contentType and messageDigest, in DER order, and no signing time, so that the
//! same message has the same bytes. SM2 signatures use the ID 1234567812345678 over the attributes with
//! tag 0x31. Invariant: everything outside the signature is compared with what the signer's certificate
//! implies, so no byte can change unnoticed.

use signing::{Algorithm, Certificate, PublicKey, Signer, SigningError, sha256, sm3};

use crate::{
    oid::{self, Oid},
    refusal::{self, Problem},
    tlv::{self, CONTEXT_0, INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, SET, tlv},
};

/// IssuerAndSerialNumber of a certificate, in DER.
pub(crate) fn issuer_and_serial(certificate: &Certificate) -> Vec<u8> {
    let serial = tlv(INTEGER, &[certificate.serial_bytes()]);
    tlv(SEQUENCE, &[certificate.issuer_der(), &serial])
}

fn identifier(oid: Oid) -> Vec<u8> {
    tlv(tlv::OID, &[oid.der])
}

/// The algorithms that go with a key.
struct Algorithms {
    digest: Oid,
    signature: Oid,
    /// Written as AlgorithmIdentifier; RSA has a NULL, the others have no parameters.
    signature_der: Vec<u8>,
    /// Other identifiers that mean the same and are read too.
    also: &'static [Oid],
}

impl Algorithms {
    fn of(algorithm: Algorithm) -> Self {
        let null = [tlv::NULL, 0];
        let (digest, signature, parameters, also): (_, _, &[u8], &'static [Oid]) = match algorithm {
            Algorithm::Sm2 => (oid::SM3, oid::SM2_WITH_SM3, &[], &[oid::SM2_SIGN]),
            Algorithm::Rsa2048 => (oid::SHA256, oid::RSA, &null, &[oid::RSA_WITH_SHA256]),
            Algorithm::P256 => (oid::SHA256, oid::ECDSA_WITH_SHA256, &[], &[]),
        };
        let signature_der = tlv(SEQUENCE, &[&identifier(signature), parameters]);
        Self { digest, signature, signature_der, also }
    }

    fn digest_of(&self, content: &[u8]) -> [u8; 32] {
        if self.digest == oid::SM3 { sm3(content) } else { sha256(content) }
    }
}

/// A ContentInfo with SignedData around `content`.
pub(crate) fn write(
    content: &[u8],
    signer: &dyn Signer,
    certificate: &Certificate,
    signer_id: &[u8],
) -> Result<Vec<u8>, SigningError> {
    let algorithms = Algorithms::of(signer.algorithm());
    let digest_algorithm = tlv(SEQUENCE, &[&identifier(algorithms.digest)]);
    let data = identifier(oid::DATA);
    let mut attributes = tlv(
        SET,
        &[
            &tlv(SEQUENCE, &[&identifier(oid::CONTENT_TYPE), &tlv(SET, &[&data])]),
            &tlv(
                SEQUENCE,
                &[
                    &identifier(oid::MESSAGE_DIGEST),
                    &tlv(SET, &[&tlv(OCTET_STRING, &[&algorithms.digest_of(content)])]),
                ],
            ),
        ],
    );
    let signature = signer.sign_digest(&certificate.public_key().digest(&attributes))?;
    attributes[0] = CONTEXT_0;

    let version = [INTEGER, 1, 1];
    let signer_info = tlv(
        SEQUENCE,
        &[
            &version,
            signer_id,
            &digest_algorithm,
            &attributes,
            &algorithms.signature_der,
            &tlv(OCTET_STRING, &[&signature]),
        ],
    );
    let encapsulated = tlv(SEQUENCE, &[&data, &tlv(CONTEXT_0, &[&tlv(OCTET_STRING, &[content])])]);
    let signed_data = tlv(
        SEQUENCE,
        &[
            &version,
            &tlv(SET, &[&digest_algorithm]),
            &encapsulated,
            &tlv(CONTEXT_0, &[certificate.der()]),
            &tlv(SET, &[&signer_info]),
        ],
    );
    Ok(tlv(SEQUENCE, &[&identifier(oid::SIGNED_DATA), &tlv(CONTEXT_0, &[&signed_data])]))
}

/// SignedData as read; nothing is proved yet.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    pub content: &'a [u8],
    pub certificates: Vec<&'a [u8]>,
    /// IssuerAndSerialNumber, all its bytes.
    pub signer_id: &'a [u8],
    content_type: &'a [u8],
    digest_algorithm: &'a [u8],
    signature_algorithm: &'a [u8],
    attributes: &'a [u8],
    signature: &'a [u8],
}

/// AlgorithmIdentifier without parameters, or with NULL: its OID.
pub(crate) fn algorithm<'a>(reader: &mut Reader<'a>, place: &'static str) -> Result<&'a [u8], Malformed> {
    let mut inner = reader.enter(SEQUENCE, place)?;
    let oid = inner.take(tlv::OID, place)?.value;
    if !inner.is_empty() && !inner.take(tlv::NULL, place)?.value.is_empty() {
        return Err(Malformed(place));
    }
    inner.finish(place)?;
    Ok(oid)
}

impl<'a> SignedData<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        const PLACE: &str = "签名数据SignedData";
        let mut outer = Reader::new(bytes);
        let mut info = outer.enter(SEQUENCE, PLACE)?;
        outer.finish(PLACE)?;
        let content_type = info.take(tlv::OID, PLACE)?.value;
        if content_type != oid::SIGNED_DATA.der && content_type != oid::GM_SIGNED_DATA.der {
            return Err(Malformed(PLACE));
        }
        let mut explicit = info.enter(CONTEXT_0, PLACE)?;
        info.finish(PLACE)?;
        let mut signed = explicit.enter(SEQUENCE, PLACE)?;
        explicit.finish(PLACE)?;

        signed.version(1, "SignedData版本")?;
        let mut digests = signed.enter(SET, "摘要算法")?;
        let listed = algorithm(&mut digests, "摘要算法")?;
        digests.finish("摘要算法（应只有一个）")?;

        let mut encapsulated = signed.enter(SEQUENCE, "被签名内容")?;
        let content_type = encapsulated.take(tlv::OID, "被签名内容类型")?.value;
        if content_type != oid::DATA.der && content_type != oid::GM_DATA.der {
            return Err(Malformed("被签名内容类型"));
        }
        let mut attached = encapsulated.enter(CONTEXT_0, "被签名内容（应随签名附上）")?;
        encapsulated.finish("被签名内容")?;
        let content = attached.take(OCTET_STRING, "被签名内容")?.value;
        attached.finish("被签名内容")?;

        let mut bag = signed.enter(CONTEXT_0, "签名者证书")?;
        let mut certificates = Vec::new();
        while !bag.is_empty() {
            certificates.push(bag.take(SEQUENCE, "签名者证书")?.raw);
        }
        let mut signers = signed.enter(SET, "签名者信息")?;
        signed.finish(PLACE)?;
        let mut signer = signers.enter(SEQUENCE, "签名者信息")?;
        signers.finish("签名者信息（应只有一个签名者）")?;

        signer.version(1, "签名者信息版本")?;
        let signer_id = signer.take(SEQUENCE, "签名者标识")?.raw;
        let digest_algorithm = algorithm(&mut signer, "签名者的摘要算法")?;
        if digest_algorithm != listed {
            return Err(Malformed("签名者的摘要算法"));
        }
        let attributes = signer.take(CONTEXT_0, "签名属性")?.raw;
        let signature_algorithm = algorithm(&mut signer, "签名算法")?;
        let signature = signer.take(OCTET_STRING, "签名值")?.value;
        signer.finish("签名者信息")?;
        Ok(Self {
            content,
            certificates,
            signer_id,
            content_type,
            digest_algorithm,
            signature_algorithm,
            attributes,
            signature,
        })
    }

    /// Whether `key` signed this content; the names of the algorithms that it used.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(&'static str, &'static str), Problem> {
        let algorithms = Algorithms::of(key.algorithm());
        let refused = |why: &str| Problem::new(refusal::BAD_SIGNATURE, why);
        if self.digest_algorithm != algorithms.digest.der {
            return Err(refused(&format!("摘要算法与证书的密钥不符，应为{}", algorithms.digest.name)));
        }
        let fits = |oid: &Oid| oid.der == self.signature_algorithm;
        if !fits(&algorithms.signature) && !algorithms.also.iter().any(fits) {
            return Err(refused(&format!("签名算法与证书的密钥不符，应为{}", algorithms.signature.name)));
        }
        let (content_type, digest) = self.attested()?;
        if content_type != self.content_type {
            return Err(refused("签名属性contentType与内容类型不符"));
        }
        if digest != algorithms.digest_of(self.content) {
            return Err(refused("内容与签名属性中的摘要不符（内容被改动，或摘要算法有误）"));
        }
        // What is signed is the SET itself, not the [0] that stands for it here (RFC 5652, 5.4).
        let mut attributes = self.attributes.to_vec();
        attributes[0] = SET;
        if key.verify(&attributes, self.signature).is_ok() {
            return Ok((algorithms.digest.name, algorithms.signature.name));
        }
        Err(refused(&self.diagnosis(key, &attributes)))
    }

    /// Names the usual mistake that explains a signature which does not verify.
    fn diagnosis(&self, key: &PublicKey, attributes: &[u8]) -> String {
        if key.verify(self.content, self.signature).is_ok() {
            return "签名覆盖的是内容本身，应为签名属性（SET，标签0x31）".into();
        }
        if key.verify(self.attributes, self.signature).is_ok() {
            return "签名覆盖的是带[0]标签的签名属性，应将首字节改为0x31后签名".into();
        }
        match key.diagnose(attributes, self.signature) {
            Some(mistake) => format!("签名值有误，可能的原因：{mistake}"),
            None => "签名值与签名属性、证书不符".into(),
        }
    }

    /// contentType and messageDigest among the signed attributes.
    fn attested(&self) -> Result<(&'a [u8], &'a [u8]), Malformed> {
        const PLACE: &str = "签名属性";
        let (mut content_type, mut digest) = (None, None);
        let mut set = Reader::new(self.attributes).enter(CONTEXT_0, PLACE)?;
        while !set.is_empty() {
            let mut attribute = set.enter(SEQUENCE, PLACE)?;
            let name = attribute.take(tlv::OID, PLACE)?.value;
            let mut values = attribute.enter(SET, PLACE)?;
            attribute.finish(PLACE)?;
            let (slot, tag) = if name == oid::CONTENT_TYPE.der {
                (&mut content_type, tlv::OID)
            } else if name == oid::MESSAGE_DIGEST.der {
                (&mut digest, OCTET_STRING)
            } else {
                continue; // Others, such as signingTime, are covered by the signature and mean nothing to us.
            };
            let value = values.take(tag, PLACE)?.value;
            values.finish(PLACE)?;
            if slot.replace(value).is_some() {
                return Err(Malformed(PLACE));
            }
        }
        content_type.zip(digest).ok_or(Malformed("签名属性（缺contentType或messageDigest）"))
    }
}
