//! A test certification authority of two levels: a root, and leaves. Issuing is deterministic: the same request gives the same bytes.
//!
//! It keeps no register and knows no clock: serial numbers and validities are the caller's.

use std::time::Duration;

use const_oid::ObjectIdentifier;
use der::{
    Any, AnyRef, DateTime, Encode, Sequence, Tag,
    asn1::{BitStringRef, OctetString, UintRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::{
    attr::AttributeTypeAndValue,
    ext::{
        Extension,
        pkix::{BasicConstraints, KeyUsage, KeyUsages},
    },
    name::{RdnSequence, RelativeDistinguishedName},
    time::{Time, Validity},
};

use crate::{
    Algorithm, CardFacts, Certificate, CertificateError, PrivateKey, PublicKey,
    certificate::{CARD_COMPANY, CARD_NUMBER, CARD_ORGANISATION, CARD_ROLE},
    digest::sha256,
};

const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// What a certificate's key may be used for. Commercial cryptography gives a holder one certificate for each (GM/T 0015).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Signatures only.
    Sign,
    /// Wrapping of keys only.
    Encrypt,
    /// Both.
    Both,
}

/// What a leaf is to say.
#[derive(Debug, Clone, Copy)]
pub struct CertificateRequest<'a> {
    /// The holder.
    pub common_name: &'a str,
    /// The holder's organisation.
    pub organisation: &'a str,
    /// Its unit; e-port cards put the company here.
    pub unit: Option<&'a str>,
    /// The holder's key.
    pub public_key: &'a PublicKey,
    /// The serial number; the caller gives each once.
    pub serial: u64,
    /// Start of the validity, unix seconds.
    pub not_before: i64,
    /// End of the validity, unix seconds.
    pub not_after: i64,
    /// What the key is for.
    pub usage: KeyUse,
    /// The facts of a card, for a card's certificate.
    pub card: Option<&'a CardFacts>,
}

/// A root with its key.
#[derive(Debug, Clone)]
pub struct TestCa {
    key: PrivateKey,
    certificate: Certificate,
}

/// TBSCertificate of RFC 5280, 4.1.
#[derive(Sequence)]
struct Body<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: UintRef<'a>,
    signature: AlgorithmIdentifierRef<'a>,
    issuer: AnyRef<'a>,
    validity: Validity,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

/// Certificate of RFC 5280, 4.1.
#[derive(Sequence)]
struct Signed<'a> {
    body: AnyRef<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: BitStringRef<'a>,
}

/// What root and leaf have in common.
struct Draft<'a> {
    serial: u64,
    issuer: &'a [u8],
    subject: &'a [u8],
    public_key: &'a PublicKey,
    not_before: i64,
    not_after: i64,
    extensions: Vec<Extension>,
}

impl TestCa {
    /// A self-signed root. Choose a name that says that it is for tests. Its serial number follows from its key.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] for times before 1970 or after 9999, or in the wrong order.
    pub fn new_root(
        common_name: &str,
        key: PrivateKey,
        not_before: i64,
        not_after: i64,
    ) -> Result<Self, CertificateError> {
        let name = name(&[(COUNTRY, "CN"), (COMMON_NAME, common_name)]).map_err(unwritable)?;
        let identifier = key_identifier(key.public_key());
        let [a, b, c, d, ..] = identifier;
        let extensions = || {
            Ok(vec![
                extension(
                    BASIC_CONSTRAINTS,
                    true,
                    BasicConstraints { ca: true, path_len_constraint: Some(0) }.to_der()?,
                )?,
                extension(KEY_USAGE, true, KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign).to_der()?)?,
                extension(SUBJECT_KEY_IDENTIFIER, false, OctetString::new(identifier)?.to_der()?)?,
            ])
        };
        let draft = Draft {
            // Never 0, and positive.
            serial: u64::from(u32::from_be_bytes([a, b, c, d])) + 1,
            issuer: &name,
            subject: &name,
            public_key: key.public_key(),
            not_before,
            not_after,
            extensions: extensions().map_err(unwritable)?,
        };
        let certificate = draft.sign(&key)?;
        Ok(Self { key, certificate })
    }

    /// A root that was kept.
    ///
    /// # Errors
    /// [`CertificateError::WrongKey`] if they do not belong together; [`CertificateError::NotCa`] if it is no root's certificate.
    pub fn from_parts(key: PrivateKey, certificate: Certificate) -> Result<Self, CertificateError> {
        let common_name = || certificate.common_name().to_owned();
        if key.public_key() != certificate.public_key() {
            return Err(CertificateError::WrongKey { common_name: common_name() });
        }
        if !certificate.is_ca() {
            return Err(CertificateError::NotCa { common_name: common_name() });
        }
        Ok(Self { key, certificate })
    }

    /// The root's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The root's key, to be kept beside its certificate.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Issues a leaf.
    ///
    /// # Errors
    /// As [`TestCa::new_root`].
    pub fn issue(&self, request: &CertificateRequest<'_>) -> Result<Certificate, CertificateError> {
        let mut parts = vec![(COUNTRY, "CN"), (ORGANISATION, request.organisation)];
        parts.extend(request.unit.map(|unit| (UNIT, unit)));
        parts.push((COMMON_NAME, request.common_name));
        let subject = name(&parts).map_err(unwritable)?;
        let draft = Draft {
            serial: request.serial,
            issuer: self.certificate.subject_der(),
            subject: &subject,
            public_key: request.public_key,
            not_before: request.not_before,
            not_after: request.not_after,
            extensions: self.leaf_extensions(request).map_err(unwritable)?,
        };
        draft.sign(&self.key)
    }

    fn leaf_extensions(&self, request: &CertificateRequest<'_>) -> der::Result<Vec<Extension>> {
        let usage = key_usage(request.usage, request.public_key.algorithm());
        let identifier = key_identifier(request.public_key);
        // AuthorityKeyIdentifier ::= SEQUENCE { [0] IMPLICIT OCTET STRING }, 20 bytes: lengths are fixed.
        let mut authority = vec![0x30, 0x16, 0x80, 0x14];
        authority.extend_from_slice(&key_identifier(self.certificate.public_key()));
        let mut extensions = vec![
            extension(BASIC_CONSTRAINTS, true, BasicConstraints { ca: false, path_len_constraint: None }.to_der()?)?,
            extension(KEY_USAGE, true, usage.to_der()?)?,
            extension(SUBJECT_KEY_IDENTIFIER, false, OctetString::new(identifier)?.to_der()?)?,
            extension(AUTHORITY_KEY_IDENTIFIER, false, authority)?,
        ];
        if let Some(card) = request.card {
            for (oid, text) in [
                (CARD_ROLE, &card.role),
                (CARD_COMPANY, &card.company),
                (CARD_NUMBER, &card.card_number),
                (CARD_ORGANISATION, &card.organisation_code),
            ] {
                extensions.push(extension(oid, false, Any::new(Tag::Utf8String, text.as_bytes())?.to_der()?)?);
            }
        }
        Ok(extensions)
    }
}

impl Draft<'_> {
    fn sign(self, key: &PrivateKey) -> Result<Certificate, CertificateError> {
        if self.not_before > self.not_after {
            return Err(CertificateError::Malformed { reason: "有效期的起止颠倒" });
        }
        let validity = Validity::new(time(self.not_before)?, time(self.not_after)?);
        // RFC 8017 wants NULL for RSA; the other two want nothing.
        let null = AnyRef::new(Tag::Null, &[]).map_err(unwritable)?;
        let algorithm = AlgorithmIdentifierRef {
            oid: key.algorithm().signature_oid(),
            parameters: (key.algorithm() == Algorithm::Rsa2048).then_some(null),
        };
        let body = || {
            use der::Decode;
            Body {
                version: 2,
                serial: UintRef::new(&self.serial.to_be_bytes())?,
                signature: algorithm,
                issuer: AnyRef::from_der(self.issuer)?,
                validity,
                subject: AnyRef::from_der(self.subject)?,
                public_key: AnyRef::from_der(self.public_key.spki_der())?,
                extensions: self.extensions,
            }
            .to_der()
        };
        let body = body().map_err(unwritable)?;
        // The key of a test authority is a fixture, so the fast road is right. Certificates want DER, which signers give.
        let signature = key.fixture_signer().sign_digest(&key.public_key().digest(&body))?;
        let signed = || {
            use der::Decode;
            Signed { body: AnyRef::from_der(&body)?, algorithm, signature: BitStringRef::from_bytes(&signature)? }
                .to_der()
        };
        Certificate::from_der(&signed().map_err(unwritable)?)
    }
}

fn key_usage(usage: KeyUse, algorithm: Algorithm) -> KeyUsage {
    let sign = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
    // A P-256 key wraps nothing; it agrees on a key.
    let encrypt = match algorithm {
        Algorithm::Sm2 | Algorithm::Rsa2048 => KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment,
        Algorithm::P256 => KeyUsages::KeyAgreement.into(),
    };
    KeyUsage(match usage {
        KeyUse::Sign => sign,
        KeyUse::Encrypt => encrypt,
        KeyUse::Both => sign | encrypt,
    })
}

/// The first 20 bytes of the key's SHA-256: RFC 7093 allows it, and no SHA-1 is needed.
fn key_identifier(key: &PublicKey) -> [u8; 20] {
    let digest = sha256(key.spki_der());
    std::array::from_fn(|i| digest[i])
}

fn extension(oid: ObjectIdentifier, critical: bool, value: Vec<u8>) -> der::Result<Extension> {
    Ok(Extension { extn_id: oid, critical, extn_value: OctetString::new(value)? })
}

fn name(parts: &[(ObjectIdentifier, &str)]) -> der::Result<Vec<u8>> {
    let mut names = Vec::new();
    for (oid, text) in parts {
        // RFC 5280 wants the country printable; everything else may be Chinese.
        let tag = if *oid == COUNTRY { Tag::PrintableString } else { Tag::Utf8String };
        let value = Any::new(tag, text.as_bytes())?;
        names.push(RelativeDistinguishedName::try_from(vec![AttributeTypeAndValue { oid: *oid, value }])?);
    }
    RdnSequence::from(names).to_der()
}

fn time(unix_seconds: i64) -> Result<Time, CertificateError> {
    let outside = CertificateError::Malformed { reason: "有效期应在 1970 年至 9999 年之间" };
    let seconds = u64::try_from(unix_seconds).map_err(|_| outside.clone())?;
    DateTime::from_unix_duration(Duration::from_secs(seconds)).map(Time::from).map_err(|_| outside)
}

fn unwritable(_: der::Error) -> CertificateError {
    CertificateError::Malformed { reason: "内容无法编码" }
}
