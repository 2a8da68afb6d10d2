//! SM4 and AES-256 in CBC mode with PKCS#7 padding, as envelopes use them. No integrity: the envelope's signature gives that.

use aes::Aes256;
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use sm4::Sm4;

use crate::SigningError;

/// SM4-CBC. The result is 1 to 16 bytes longer than `data`.
pub fn sm4_cbc_encrypt(key: &[u8; 16], iv: &[u8; 16], data: &[u8]) -> Vec<u8> {
    Encryptor::<Sm4>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(data)
}

/// Undoes [`sm4_cbc_encrypt`].
///
/// # Errors
/// [`SigningError::BadPadding`] for a wrong length or padding. Another key or IV is noticed only by chance.
pub fn sm4_cbc_decrypt(key: &[u8; 16], iv: &[u8; 16], data: &[u8]) -> Result<Vec<u8>, SigningError> {
    Decryptor::<Sm4>::new(key.into(), iv.into()).decrypt_padded_vec::<Pkcs7>(data).map_err(|_| SigningError::BadPadding)
}

/// AES-256-CBC. The result is 1 to 16 bytes longer than `data`.
pub fn aes256_cbc_encrypt(key: &[u8; 32], iv: &[u8; 16], data: &[u8]) -> Vec<u8> {
    Encryptor::<Aes256>::new(key.into(), iv.into()).encrypt_padded_vec::<Pkcs7>(data)
}

/// Undoes [`aes256_cbc_encrypt`].
///
/// # Errors
/// As [`sm4_cbc_decrypt`].
pub fn aes256_cbc_decrypt(key: &[u8; 32], iv: &[u8; 16], data: &[u8]) -> Result<Vec<u8>, SigningError> {
    Decryptor::<Aes256>::new(key.into(), iv.into())
        .decrypt_padded_vec::<Pkcs7>(data)
        .map_err(|_| SigningError::BadPadding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sm4_block_is_the_standards_own() {
        // GB/T 32907, A.1: with a zero IV the first block of CBC is the plain cipher.
        let text = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
        let sealed = sm4_cbc_encrypt(&text, &[0; 16], &text);
        let expected = [0x68, 0x1e, 0xdf, 0x34, 0xd2, 0x06, 0x96, 0x5e, 0x86, 0xb3, 0xe9, 0x4f, 0x53, 0x6e, 0x42, 0x46];
        assert_eq!(sealed[..16], expected);
        assert_eq!(sealed.len(), 32);
        assert_eq!(sm4_cbc_decrypt(&text, &[0; 16], &sealed).unwrap(), text);
    }

    #[test]
    fn the_first_aes_block_is_the_standards_own() {
        // SP 800-38A, F.2.5.
        let key = [
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35,
            0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4,
        ];
        let iv = std::array::from_fn(|i| i as u8);
        let text = [0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a];
        let sealed = aes256_cbc_encrypt(&key, &iv, &text);
        let expected = [0xf5, 0x8c, 0x4c, 0x04, 0xd6, 0xe5, 0xf1, 0xba, 0x77, 0x9e, 0xab, 0xfb, 0x5f, 0x7b, 0xfb, 0xd6];
        assert_eq!(sealed[..16], expected);
        assert_eq!(aes256_cbc_decrypt(&key, &iv, &sealed).unwrap(), text);
    }

    #[test]
    fn cut_empty_and_altered_ciphertexts_are_refused() {
        let (key, iv) = ([7; 16], [9; 16]);
        let mut sealed = sm4_cbc_encrypt(&key, &iv, b"fifteen bytes..");
        assert_eq!(sm4_cbc_decrypt(&key, &iv, &sealed[..15]), Err(SigningError::BadPadding));
        assert_eq!(sm4_cbc_decrypt(&key, &iv, &[]), Err(SigningError::BadPadding));
        sealed[15] ^= 0x80;
        assert_eq!(sm4_cbc_decrypt(&key, &iv, &sealed), Err(SigningError::BadPadding));
    }
}
