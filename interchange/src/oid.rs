//! The object identifiers of the container, as the value bytes of their DER, with the names that reports show.
//!
//! Invariant: what is written uses the ordinary PKCS#7 content types; those of GM/T 0010 are only read.

/// An object identifier and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Oid {
    pub der: &'static [u8],
    pub name: &'static str,
}

macro_rules! oids {
    ($($(#[$doc:meta])* $constant:ident = [$($byte:literal),*], $name:literal;)*) => {
        $($(#[$doc])* pub(crate) const $constant: Oid = Oid { der: &[$($byte),*], name: $name };)*
    };
}

oids! {
    /// 1.2.840.113549.1.7.1
    DATA = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01], "data";
    /// 1.2.840.113549.1.7.2
    SIGNED_DATA = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02], "signedData";
    /// 1.2.840.113549.1.7.3
    ENVELOPED_DATA = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03], "envelopedData";
    /// 1.2.156.10197.6.1.4.2.1
    GM_DATA = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x06, 0x01, 0x04, 0x02, 0x01], "GM/T 0010 data";
    /// 1.2.156.10197.6.1.4.2.2
    GM_SIGNED_DATA = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x06, 0x01, 0x04, 0x02, 0x02], "GM/T 0010 signedData";
    /// 1.2.156.10197.6.1.4.2.3
    GM_ENVELOPED_DATA = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x06, 0x01, 0x04, 0x02, 0x03], "GM/T 0010 envelopedData";
    /// 1.2.840.113549.1.9.3
    CONTENT_TYPE = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03], "contentType";
    /// 1.2.840.113549.1.9.4
    MESSAGE_DIGEST = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04], "messageDigest";
    /// 1.2.156.10197.1.401
    SM3 = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x11], "SM3";
    /// 2.16.840.1.101.3.4.2.1
    SHA256 = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], "SHA-256";
    /// 1.2.156.10197.1.501
    SM2_WITH_SM3 = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x75], "SM2-SM3";
    /// 1.2.156.10197.1.301.1
    SM2_SIGN = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D, 0x01], "SM2-SM3";
    /// 1.2.156.10197.1.301.3
    SM2_ENCRYPT = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D, 0x03], "SM2";
    /// 1.2.840.113549.1.1.1
    RSA = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], "RSA PKCS#1 v1.5";
    /// 1.2.840.113549.1.1.11
    RSA_WITH_SHA256 = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B], "RSA PKCS#1 v1.5";
    /// 1.2.840.10045.4.3.2
    ECDSA_WITH_SHA256 = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02], "ECDSA P-256";
    /// 1.2.156.10197.1.104.2
    SM4_CBC = [0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x68, 0x02], "SM4-CBC";
    /// 2.16.840.1.101.3.4.1.42
    AES256_CBC = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2A], "AES-256-CBC";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent of the constants: X.690 8.19, from the dotted form.
    fn encode(dotted: &str) -> Vec<u8> {
        let arcs: Vec<u64> = dotted.split('.').map(|a| a.parse().unwrap()).collect();
        let mut out = Vec::new();
        for arc in [&[arcs[0] * 40 + arcs[1]], &arcs[2..]].concat() {
            let mut groups = vec![(arc & 0x7F) as u8];
            let mut rest = arc >> 7;
            while rest > 0 {
                groups.push(0x80 | (rest & 0x7F) as u8);
                rest >>= 7;
            }
            out.extend(groups.iter().rev());
        }
        out
    }

    #[test]
    fn each_identifier_is_the_dotted_one_that_the_standards_print() {
        for (oid, dotted) in [
            (DATA, "1.2.840.113549.1.7.1"),
            (SIGNED_DATA, "1.2.840.113549.1.7.2"),
            (ENVELOPED_DATA, "1.2.840.113549.1.7.3"),
            (GM_DATA, "1.2.156.10197.6.1.4.2.1"),
            (GM_SIGNED_DATA, "1.2.156.10197.6.1.4.2.2"),
            (GM_ENVELOPED_DATA, "1.2.156.10197.6.1.4.2.3"),
            (CONTENT_TYPE, "1.2.840.113549.1.9.3"),
            (MESSAGE_DIGEST, "1.2.840.113549.1.9.4"),
            (SM3, "1.2.156.10197.1.401"),
            (SHA256, "2.16.840.1.101.3.4.2.1"),
            (SM2_WITH_SM3, "1.2.156.10197.1.501"),
            (SM2_SIGN, "1.2.156.10197.1.301.1"),
            (SM2_ENCRYPT, "1.2.156.10197.1.301.3"),
            (RSA, "1.2.840.113549.1.1.1"),
            (RSA_WITH_SHA256, "1.2.840.113549.1.1.11"),
            (ECDSA_WITH_SHA256, "1.2.840.10045.4.3.2"),
            (SM4_CBC, "1.2.156.10197.1.104.2"),
            (AES256_CBC, "2.16.840.1.101.3.4.1.42"),
        ] {
            assert_eq!(oid.der, encode(dotted), "{dotted}");
        }
    }
}
