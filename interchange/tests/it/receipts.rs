//! Receipts say what the receiver says, and nobody else can say it.

use domain::message::{MessageId, Receipt};
use interchange::{OpenError, Suite, open_receipt, seal_receipt};

use crate::fixture::*;

fn refused() -> Receipt {
    Receipt::Refused { code: "K3106".into(), reason: "无法解密或格式损坏：信封无法解密".into() }
}

fn open(suite: Suite, bytes: &[u8]) -> Result<Receipt, OpenError> {
    let world = world(suite);
    open_receipt(bytes, &insurer(), &[9; 32], &world.portal.identity, &world.peers, now())
}

//= MSG-01
#[test]
fn a_receipt_arrives_as_it_was_given() {
    for suite in Suite::ALL {
        let from = &world(suite).insurer.identity;
        let id = MessageId::new("portal-1");
        for receipt in [Receipt::Accepted, refused()] {
            for id in [Some(&id), None] {
                let sealed = seal_receipt(&receipt, &[9; 32], id, from, now());
                assert_eq!(sealed, seal_receipt(&receipt, &[9; 32], id, from, now()));
                assert_eq!(open(suite, &sealed), Ok(receipt.clone()));
            }
        }
    }
}

//= MSG-02
#[test]
fn a_receipt_for_another_message_is_refused() {
    for suite in Suite::ALL {
        let from = &world(suite).insurer.identity;
        let sealed = seal_receipt(&Receipt::Accepted, &[8; 32], None, from, now());
        assert_eq!(open(suite, &sealed).unwrap_err().code, "K3115");
    }
}

//= MSG-02
#[test]
fn a_receipt_by_another_party_is_refused() {
    for suite in Suite::ALL {
        let from = &world(suite).bank.identity;
        let sealed = seal_receipt(&Receipt::Accepted, &[9; 32], None, from, now());
        assert_eq!(open(suite, &sealed).unwrap_err().code, "K3113");
    }
}

//= MSG-02
#[test]
fn a_forged_receipt_is_refused() {
    for suite in [Suite::Sm2, Suite::Rsa] {
        let world = world(suite);
        let bad = world.bad.as_ref().unwrap();
        let forged = world.bank.identity.with_certificate(world.insurer.sign.clone().unwrap());
        let code = |from| {
            let sealed = seal_receipt(&Receipt::Accepted, &[9; 32], None, from, now());
            open(suite, &sealed).unwrap_err().code
        };
        assert_eq!(code(&forged), "K3104");
        assert_eq!(code(&bad.stranger), "K3101");
        assert_eq!(code(&bad.other_root), "K3102");
        assert_eq!(code(&bad.expired), "K3103");
    }
    let forged = interchange::Identity::mac(insurer(), [8; 32]);
    let sealed = seal_receipt(&Receipt::Accepted, &[9; 32], None, &forged, now());
    assert_eq!(open(Suite::Mac, &sealed).unwrap_err().code, "K3104");
}

#[test]
fn a_message_is_no_receipt_and_a_receipt_no_message() {
    for suite in Suite::ALL {
        let world = world(suite);
        let message = world.seal(&answer(), &world.insurer.identity);
        assert!(open(suite, &message).is_err());
        let receipt = seal_receipt(&refused(), &[9; 32], None, &world.insurer.identity, now());
        assert!(world.open(&receipt, &world.portal.identity).is_err());
    }
}
