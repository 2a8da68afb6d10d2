//! X.509 certificates: reading, and checking a leaf against its root. There is no chain building, no revocation and no clock.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use const_oid::ObjectIdentifier;
use der::{AnyRef, Decode, Encode, Reader, SliceReader, Tag, Tagged, asn1::BitStringRef, pem::LineEnding};
use x509_cert::ext::pkix::BasicConstraints;

use crate::{PublicKey, SigningError, digest::sha256};

/// Longest certificate that is read. Ours have under one kilobyte.
const LONGEST: usize = 64 * 1024;
const PEM_LABEL: &str = "CERTIFICATE";
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Where the e-port card keeps its facts (1.3.6.1.4.1.5315.100; seen in public certificates).
pub(crate) const CARD_ROLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.5315.100.2.1");
pub(crate) const CARD_COMPANY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.5315.100.5.1");
pub(crate) const CARD_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.5315.100.5.9");
pub(crate) const CARD_ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.5315.100.5.11");

/// Why a certificate was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate, or one that lacks what every certificate has.
    #[error("证书格式不正确：{reason}")]
    Malformed {
        /// What was expected.
        reason: &'static str,
    },
    /// The certificate names another issuer.
    #[error("证书由「{found}」签发，不是受信任的「{expected}」")]
    UnknownIssuer {
        /// The issuer's common name in the certificate.
        found: String,
        /// The common name of the issuer it was checked against.
        expected: String,
    },
    /// The issuer's key did not make the signature.
    #[error("证书的签名不正确，并非「{issuer}」所签")]
    BadSignature {
        /// The issuer's common name.
        issuer: String,
    },
    /// The moment is before the validity of the certificate, or of its issuer.
    #[error("证书「{common_name}」尚未生效")]
    NotYetValid {
        /// Whose certificate.
        common_name: String,
        /// Start of its validity, unix seconds.
        not_before: i64,
    },
    /// The moment is after the validity of the certificate, or of its issuer.
    #[error("证书「{common_name}」已过期")]
    Expired {
        /// Whose certificate.
        common_name: String,
        /// End of its validity, unix seconds.
        not_after: i64,
    },
    /// The issuer's certificate is not that of a certification authority.
    #[error("「{common_name}」不是证书颁发机构，不能签发证书")]
    NotCa {
        /// The issuer's common name.
        common_name: String,
    },
    /// A certificate and a private key that do not belong together.
    #[error("私钥与证书「{common_name}」不匹配")]
    WrongKey {
        /// The certificate's common name.
        common_name: String,
    },
    /// The key inside cannot be used, or the signing failed.
    #[error(transparent)]
    Key(#[from] SigningError),
}

/// What the card's certificate says about its holder's company and role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardFacts {
    /// "10" for a 法人卡, "12" for an 操作员卡.
    pub role: String,
    /// The company's name.
    pub company: String,
    /// The card's number.
    pub card_number: String,
    /// The organisation code: characters 9 to 17 of the unified social credit code.
    pub organisation_code: String,
}

/// A certificate that was read. It is not yet checked: see [`Certificate::check`]. Cloning is cheap.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    body: Vec<u8>,
    signature_oid: ObjectIdentifier,
    signature: Vec<u8>,
    public_key: PublicKey,
    common_name: String,
    issuer_common_name: String,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    serial: Vec<u8>,
    not_before: i64,
    not_after: i64,
    is_ca: bool,
    card_facts: Option<CardFacts>,
    fingerprint: [u8; 32],
    /// The fingerprint of an issuer whose signature was found right: neither side can change, so once is enough.
    vouched_by: OnceLock<[u8; 32]>,
}

/// Certificates that [`Certificate::recall`] remembers; when they are as many, all are forgotten.
const REMEMBERED: usize = 256;

impl Certificate {
    /// Like [`Certificate::from_der`], but the same bytes give the same parsed certificate while it is remembered: a
    /// card's certificate comes with each of its messages, and its key's table is worth building once.
    ///
    /// # Errors
    /// As [`Certificate::from_der`]; a failure is not remembered.
    pub fn recall(der: &[u8]) -> Result<Self, CertificateError> {
        static KNOWN: RwLock<BTreeMap<[u8; 32], Certificate>> = RwLock::new(BTreeMap::new());
        let fingerprint = sha256(der);
        // A panic elsewhere leaves whole entries only, so a poisoned lock is as good as any.
        if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&fingerprint) {
            return Ok(known.clone());
        }
        let parsed = Self::from_der(der)?;
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(fingerprint, parsed.clone());
        Ok(parsed)
    }

    /// Reads one certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`], or [`CertificateError::Key`] for a key that we do not do.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let malformed = |_| CertificateError::Malformed { reason: "不是 X.509 证书（DER）" };
        if der.len() > LONGEST {
            return Err(CertificateError::Malformed { reason: "证书超过 64 KB" });
        }
        let parsed = x509_cert::Certificate::from_der(der).map_err(malformed)?;
        let (body, signature) = signed_parts(der).map_err(malformed)?;
        let tbs = parsed.tbs_certificate();
        if tbs.signature() != parsed.signature_algorithm() {
            return Err(CertificateError::Malformed { reason: "证书内外的签名算法不一致" });
        }
        let spki = tbs.subject_public_key_info().to_der().map_err(malformed)?;
        let extension = |oid| tbs.extensions().and_then(|all| all.iter().find(|extension| extension.extn_id == oid));
        let is_ca = match extension(ObjectIdentifier::new_unwrap("2.5.29.19")) {
            Some(found) => BasicConstraints::from_der(found.extn_value.as_bytes()).map_err(malformed)?.ca,
            None => false,
        };
        let fact = |oid| extension(oid).and_then(|found| text_of(found.extn_value.as_bytes()));
        let card_facts = || {
            Some(CardFacts {
                role: fact(CARD_ROLE)?,
                company: fact(CARD_COMPANY)?,
                card_number: fact(CARD_NUMBER)?,
                organisation_code: fact(CARD_ORGANISATION)?,
            })
        };
        let seconds =
            |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        Ok(Self {
            inner: Arc::new(Inner {
                der: der.to_vec(),
                body,
                signature,
                signature_oid: parsed.signature_algorithm().oid,
                public_key: PublicKey::from_spki_der(&spki)?,
                common_name: common_name(tbs.subject()),
                issuer_common_name: common_name(tbs.issuer()),
                subject: tbs.subject().to_der().map_err(malformed)?,
                issuer: tbs.issuer().to_der().map_err(malformed)?,
                serial: tbs.serial_number().as_bytes().to_vec(),
                not_before: seconds(tbs.validity().not_before),
                not_after: seconds(tbs.validity().not_after),
                is_ca,
                card_facts: card_facts(),
                fingerprint: sha256(der),
                vouched_by: OnceLock::new(),
            }),
        })
    }

    /// Reads one certificate in PEM.
    ///
    /// # Errors
    /// As [`Certificate::from_der`].
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let (label, document) =
            der::Document::from_pem(pem).map_err(|_| CertificateError::Malformed { reason: "不是 PEM 文件" })?;
        if label != PEM_LABEL {
            return Err(CertificateError::Malformed { reason: "应为 -----BEGIN CERTIFICATE-----" });
        }
        Self::from_der(document.as_bytes())
    }

    /// The certificate as it was read.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// The certificate in PEM.
    pub fn to_pem(&self) -> String {
        der::Document::try_from(self.der())
            .and_then(|document| document.to_pem(PEM_LABEL, LineEnding::LF))
            .expect("the bytes were read as DER before")
    }

    /// The holder's key.
    pub fn public_key(&self) -> &PublicKey {
        &self.inner.public_key
    }

    /// The holder's common name; empty if there is none.
    pub fn common_name(&self) -> &str {
        &self.inner.common_name
    }

    /// The issuer's common name; empty if there is none.
    pub fn issuer_common_name(&self) -> &str {
        &self.inner.issuer_common_name
    }

    /// The serial number in lower-case hexadecimal, two digits a byte.
    pub fn serial_hex(&self) -> String {
        let magnitude =
            self.inner.serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(&self.inner.serial);
        magnitude.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The content bytes of the serial number's INTEGER, sign byte included.
    pub fn serial_bytes(&self) -> &[u8] {
        &self.inner.serial
    }

    /// The issuer's Name in DER, for a CMS IssuerAndSerialNumber.
    pub fn issuer_der(&self) -> &[u8] {
        &self.inner.issuer
    }

    /// The holder's Name in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.inner.subject
    }

    /// Start of the validity, unix seconds, inclusive.
    pub fn not_before(&self) -> i64 {
        self.inner.not_before
    }

    /// End of the validity, unix seconds, inclusive.
    pub fn not_after(&self) -> i64 {
        self.inner.not_after
    }

    /// Whether the certificate is marked as a certification authority's.
    pub fn is_ca(&self) -> bool {
        self.inner.is_ca
    }

    /// Checks name, authority, signature and both validities, in this order. The issuer itself is trusted by the caller.
    ///
    /// # Errors
    /// The first that fails of [`CertificateError`]'s variants of these names.
    pub fn check(&self, issuer: &Self, unix_seconds: i64) -> Result<(), CertificateError> {
        if self.inner.issuer != issuer.inner.subject {
            return Err(CertificateError::UnknownIssuer {
                found: self.issuer_common_name().to_owned(),
                expected: issuer.common_name().to_owned(),
            });
        }
        if !issuer.is_ca() {
            return Err(CertificateError::NotCa { common_name: issuer.common_name().to_owned() });
        }
        let key = issuer.public_key();
        if self.inner.vouched_by.get() != Some(&issuer.inner.fingerprint) {
            if self.inner.signature_oid != key.algorithm().signature_oid()
                || key.verify(&self.inner.body, &self.inner.signature).is_err()
            {
                return Err(CertificateError::BadSignature { issuer: issuer.common_name().to_owned() });
            }
            // Another issuer of the same name and key may have been first; then this is verified each time.
            let _ = self.inner.vouched_by.set(issuer.inner.fingerprint);
        }
        for certificate in [issuer, self] {
            let common_name = || certificate.common_name().to_owned();
            if unix_seconds < certificate.not_before() {
                return Err(CertificateError::NotYetValid {
                    common_name: common_name(),
                    not_before: certificate.not_before(),
                });
            }
            if unix_seconds > certificate.not_after() {
                return Err(CertificateError::Expired {
                    common_name: common_name(),
                    not_after: certificate.not_after(),
                });
            }
        }
        Ok(())
    }

    /// What the card's private extensions say; `None` unless all four are there.
    pub fn card_facts(&self) -> Option<CardFacts> {
        self.inner.card_facts.clone()
    }

    /// SHA-256 of the DER.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.inner.fingerprint
    }
}

/// The signed body as it stands in the certificate, and the signature: re-encoding could hide a difference.
fn signed_parts(der: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let outer = AnyRef::from_der(der)?;
    let mut reader = SliceReader::new(outer.value())?;
    let body = reader.tlv_bytes()?.to_vec();
    reader.tlv_bytes()?;
    let signature = BitStringRef::decode(&mut reader)?;
    let signature = signature.as_bytes().ok_or_else(|| Tag::BitString.value_error())?;
    Ok((body, signature.to_vec()))
}

fn common_name(name: &x509_cert::name::Name) -> String {
    let found = name.iter().find(|attribute| attribute.oid == COMMON_NAME);
    found.and_then(|attribute| String::from_utf8(attribute.value.value().to_vec()).ok()).unwrap_or_default()
}

/// A private extension's text: a DER string, or the bare bytes as some issuers write them.
fn text_of(value: &[u8]) -> Option<String> {
    let bare = match AnyRef::from_der(value) {
        Ok(any) if matches!(any.tag(), Tag::Utf8String | Tag::PrintableString | Tag::Ia5String) => any.value(),
        _ => value,
    };
    String::from_utf8(bare.to_vec()).ok()
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.inner.der == other.inner.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("common_name", &self.common_name())
            .field("serial", &self.serial_hex())
            .finish_non_exhaustive()
    }
}
