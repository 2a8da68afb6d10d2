//! Requests as a party reads them: which it takes over, which it refuses at the door, and the book entry that one opens.
//!
//! Decides by the message and the party's own books alone; the business answer is the script's affair.

use super::{
    Party,
    books::{BookEntry, Standing},
    outcome::Point,
};
use crate::message::{Body, Message, Payer, Receipt};

/// A receipt that refuses.
pub(super) fn refused(code: &str, reason: String) -> Receipt {
    Receipt::Refused { code: code.into(), reason }
}

/// Whether `party` takes this message over, and where that makes it decide.
///
/// # Errors
/// The receipt that refuses it: K3201 not for this party, K3202 not one that it takes.
pub(super) fn screen(party: &Party, message: &Message) -> Result<Point, Receipt> {
    if message.target != *party.id() {
        return Err(refused("K3201", format!("收件人「{}」不是本机构", message.target)));
    }
    if message.source != party.portal {
        return Err(refused("K3201", format!("本机构不受理「{}」发来的报文", message.source)));
    }
    let point = point_of(&message.body).filter(|point| point.role() == party.role()).ok_or_else(|| {
        let (role, kind) = (party.role().chinese(), message.body.kind().chinese());
        refused("K3202", format!("{role}不受理这种「{kind}」"))
    })?;
    let (application, named) = match &message.body {
        Body::InsurerSigningRequested(r) => (&r.application, Some(("收款企业", &r.payee))),
        Body::BankSigningRequested(r) => (&r.application, Some(("付款银行", &r.bank))),
        Body::AgreementEndRequested(r) => (&r.application, None),
        _ => (&message.subject, None),
    };
    if *application != message.subject {
        return Err(refused("K3201", format!("业务编号「{application}」与报文主题「{}」不一致", message.subject)));
    }
    if let Some((label, name)) = named {
        if !party.goes_by(name) {
            return Err(refused("K3201", format!("{label}「{name}」不是本机构")));
        }
        if party.books.contains_key(application) {
            return Err(refused("K3202", format!("业务编号「{application}」的签约申请已受理，不再接受另一份")));
        }
    }
    Ok(point)
}

/// Where a message makes its receiver decide; answers make nobody decide.
const fn point_of(body: &Body) -> Option<Point> {
    match body {
        Body::InsurerSigningRequested(_) => Some(Point::InsurerSigning),
        Body::BankSigningRequested(_) => Some(Point::BankSigning),
        Body::AgreementEndRequested(_) => Some(Point::BankEnding),
        _ => None,
    }
}

/// The book entry that a request opens, where it opens one.
pub(super) fn opened(body: &Body) -> Option<BookEntry> {
    match body {
        Body::InsurerSigningRequested(r) => Some(asked(&r.application, &r.payer, &r.payee, &r.bank)),
        Body::BankSigningRequested(r) => Some(asked(&r.application, &r.payer, &r.payee, &r.bank)),
        _ => None,
    }
}

fn asked(application: &str, payer: &Payer, payee: &str, bank: &str) -> BookEntry {
    BookEntry {
        application: application.to_owned(),
        standing: Standing::Asked,
        agreement_number: None,
        effective: None,
        expiry: None,
        payer: payer.uscc.clone(),
        account: payer.account.clone(),
        payee: payee.to_owned(),
        bank: bank.to_owned(),
        requests_handled: 1,
        decided_at: None,
    }
}
