//! What can go wrong with a key, a signature or a wrapped key. Sentences are for people; no secret appears in any.

use crate::Algorithm;

/// Why a key was refused, or an operation with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// A name that is none of [`Algorithm::ALL`].
    #[error("没有「{found}」这种算法，可选 sm2、rsa2048、p256")]
    UnknownAlgorithm {
        /// The name as it was given.
        found: String,
    },
    /// A key of an algorithm, curve or length that we do not do.
    #[error("不支持这种密钥：{reason}")]
    UnsupportedKey {
        /// What is supported instead, or what was found.
        reason: &'static str,
    },
    /// A key that cannot be read, or whose numbers are out of range.
    #[error("密钥格式不正确：{reason}")]
    MalformedKey {
        /// What was expected.
        reason: &'static str,
    },
    /// An operation that this algorithm does not have here.
    #[error("{algorithm} 密钥不支持{operation}")]
    Unsupported {
        /// The key's algorithm.
        algorithm: Algorithm,
        /// The operation, as a Chinese noun.
        operation: &'static str,
    },
    /// Bytes that are no signature of this algorithm at all.
    #[error("签名格式不正确：{reason}")]
    MalformedSignature {
        /// What was expected.
        reason: &'static str,
    },
    /// A well-formed signature that this key did not make over this digest.
    #[error("验签失败：签名与内容或公钥不符")]
    BadSignature,
    /// The signing library refused; it does not say why.
    #[error("{algorithm} 签名运算失败")]
    SigningFailed {
        /// The key's algorithm.
        algorithm: Algorithm,
    },
    /// A wrapped key that this private key does not open.
    #[error("密钥解封失败：{reason}")]
    UnwrapFailed {
        /// What was seen.
        reason: &'static str,
    },
    /// A ciphertext whose length or padding is wrong.
    #[error("解密失败：密文长度或填充不正确")]
    BadPadding,
    /// A block for the raw RSA operation that is not 256 bytes below the modulus.
    #[error("RSA 数据块应为 {expected} 字节且小于模数，实为 {found} 字节")]
    BadBlock {
        /// The modulus' length.
        expected: usize,
        /// The block's length.
        found: usize,
    },
}
