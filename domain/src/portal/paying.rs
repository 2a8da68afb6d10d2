//! 在线支付, 重新支付 and 查询支付: choosing an agreement, signing the order with the card, sending it (CGO-15, CGO-16,
//! PAY-03, PAY-05, PAY-07).
//!
//! Until [`Portal::complete`] an act has left nothing but the number that it was given.

use std::sync::Arc;

use super::{
    CardSignature, Changes, Done, Permission, Portal, RecordId, SessionId, ToSign, Token,
    agreement::{self, Agreement},
    draft::{Draft, Note, drawn_name, not_in_this_state},
    payment::{self, Item, Payment},
    proposal::{self, Proposal},
    proposals::one,
    scope::Scope,
    signing::{Act, Pending},
};
use crate::{
    Moment, Time, Verified,
    directory::PartyId,
    life_cycle,
    message::{
        Body, MessageId,
        payment::{PaymentOrder, PaymentQuery, PremiumItem},
    },
    money::Money,
    refusal::{self, Refusal},
};

const DIALOG: &str = "是否立即支付?";
/// The manual's own words (5.2.3): they mean that the order was sent.
const SENT: &str = "支付成功";
const ASKED: &str = "查询请求发送成功";

/// A payment that waits for the card's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    payment: RecordId,
    again: bool,
    items: Vec<Item>,
    amount: Money,
    insurer: PartyId,
    agreement: RecordId,
    agreement_number: String,
    bank: PartyId,
    payee: PartyId,
    account: String,
}

impl Portal {
    /// The agreements that a proposal may be paid under, the newest first (PAY-03).
    ///
    /// # Errors
    /// As any act of this session; K1012 for a record that it cannot see; K2203 where there is none (PAY-07).
    pub fn offered_agreements(
        &self,
        session: &SessionId,
        proposal: &RecordId,
        moment: Moment<'_>,
    ) -> Result<Vec<RecordId>, Refusal> {
        let (kept, _) = self.admit(session, Permission::CargoProposals, None)?;
        let scope = self.scope(&kept.owner);
        let insurer = &scope.record::<Proposal>(proposal)?.insurer;
        let offered = self.offered(&scope, insurer, moment.time).into_iter();
        let offered: Vec<RecordId> = offered.map(|agreement| agreement.id.clone()).collect();
        if offered.is_empty() { Err(self.none_offered(insurer)) } else { Ok(offered) }
    }

    /// The first half of 在线支付 and 重新支付.
    pub(super) fn prepare_payment(
        &self,
        session: &SessionId,
        (again, selected, agreement): (bool, &[RecordId], &RecordId),
        moment: Moment<'_>,
    ) -> Result<(ToSign, Changes), Refusal> {
        let (kept, _) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let scope = self.scope(&kept.owner);
        let proposal = scope.record::<Proposal>(one(selected)?)?;
        self.payable(proposal, again)?;
        let chosen = self.chosen(&scope, &proposal.insurer, agreement, moment.time)?;
        let premium = proposal.premium.unwrap_or(Money::ZERO);
        let number = proposal.number.clone().unwrap_or_default();
        let payment = self.free_id(&format!("{}/payment/{}", kept.owner, proposal.id), moment);
        let order = Order {
            payment: payment.clone(),
            again,
            items: vec![Item { proposal: proposal.id.clone(), number, premium }],
            amount: premium,
            insurer: proposal.insurer.clone(),
            agreement: chosen.id.clone(),
            agreement_number: chosen.number.clone().unwrap_or_default(),
            bank: chosen.bank.clone(),
            payee: chosen.payee.clone(),
            account: chosen.payer.account.clone(),
        };
        let text = self.order_text(&order, moment.time);
        let (key, count) = self.kept.next("token", payment.as_str());
        let token = Token::new(&drawn_name(moment, "token", payment.as_str(), count));
        let expires = moment.time + self.rules.settings.pending_lifetime;
        let pending =
            Pending { session: session.clone(), expires, text: text.as_str().into(), act: Act::Pay(Box::new(order)) };
        let mut changes = Changes::default();
        changes.counts.insert(key, count);
        changes.pending.insert(token.clone(), Some(pending));
        self.refresh(session, kept, moment, &mut changes);
        Ok((ToSign { token, bytes: text.into_bytes(), expires, dialog: DIALOG.into() }, changes))
    }

    /// The second half: the card has signed the order.
    pub(super) fn complete_payment(
        &self,
        session: &SessionId,
        (token, order): (&Token, &Order),
        signature: &Verified<CardSignature>,
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::CargoProposals, Some(moment.time))?;
        let scope = self.scope(&kept.owner);
        for item in &order.items {
            let proposal = scope.record::<Proposal>(&item.proposal)?;
            self.payable(proposal, order.again)?;
            if proposal.premium != Some(item.premium) {
                return Err(Refusal::new(refusal::PENDING_GONE, &[]));
            }
        }
        self.chosen(&scope, &order.insurer, &order.agreement, moment.time)?;
        let mut draft = Draft::new(self, moment);
        let id = order.payment.clone();
        draft.put(Payment {
            id: id.clone(),
            owner: kept.owner.clone(),
            revision: 0,
            state: payment::State::New,
            items: order.items.as_slice().into(),
            amount: order.amount,
            agreement: order.agreement.clone(),
            agreement_number: order.agreement_number.clone(),
            bank: order.bank.clone(),
            account: order.account.clone(),
            insurer: order.insurer.clone(),
            payee: order.payee.clone(),
            seal: Arc::new(signature.seal.clone()),
            ordered_at: moment.time,
            debit: None,
            refund: None,
            query: MessageId::new(""),
            queries: 0,
            message: MessageId::new(""),
            first_sent: None,
            failure: None,
            log_rows: 0,
            deadline: None,
        });
        let note = || Note::by_card(&card.card_number);
        if draft.happen::<Payment>(&id, payment::Event::Order, note()).is_none() {
            return Err(not_in_this_state::<Payment>(self, payment::State::New, payment::Event::Order));
        }
        let event = pay_event(order.again);
        for item in &order.items {
            let state = draft.record::<Proposal>(&item.proposal).map_or(proposal::State::New, |p| p.state);
            let tell = |proposal: &mut Proposal| proposal.payment = Some(id.clone());
            if draft.happen_with::<Proposal>(&item.proposal, event, note(), tell).is_none() {
                return Err(not_in_this_state::<Proposal>(self, state, event));
            }
        }
        let body = self.order_body(order, &kept.owner, signature, moment.time);
        draft.request::<Payment>(&id, ("order", 1), order.bank.clone(), Body::PaymentOrdered(body));
        let mut changes = draft.changes;
        changes.pending.insert(token.clone(), None);
        self.refresh(session, kept, moment, &mut changes);
        Ok((Done { record: Some(id), prompt: SENT.into() }, changes))
    }

    /// 查询支付
    pub(super) fn query_payment(
        &self,
        session: &SessionId,
        selected: &[RecordId],
        moment: Moment<'_>,
    ) -> Result<(Done, Changes), Refusal> {
        let (kept, card) = self.admit(session, Permission::Payments, Some(moment.time))?;
        let record = self.scope(&kept.owner).record::<Payment>(one(selected)?)?;
        let (id, number) = (record.id.clone(), record.queries + 1);
        let mut draft = Draft::new(self, moment);
        let note = Note::by_card(&card.card_number);
        if draft.happen::<Payment>(&id, payment::Event::Ask, note).is_none() {
            return Err(not_in_this_state::<Payment>(self, record.state, payment::Event::Ask));
        }
        let body = Body::PaymentQueried(PaymentQuery { payment: id.as_str().to_owned() });
        let query = draft.message(&id, ("query", u64::from(number)), record.bank.clone(), body);
        if let Some(mut record) = draft.record::<Payment>(&id).cloned() {
            (record.query, record.queries) = (query, number);
            draft.put(record);
        }
        self.refresh(session, kept, moment, &mut draft.changes);
        Ok((Done { record: Some(id), prompt: ASKED.into() }, draft.changes))
    }

    fn payable(&self, proposal: &Proposal, again: bool) -> Result<(), Refusal> {
        let event = pay_event(again);
        match life_cycle::next(&self.rules.proposal, proposal.state, event) {
            Some(_) => Ok(()),
            None => Err(not_in_this_state::<Proposal>(self, proposal.state, event)),
        }
    }

    /// In 成功, inside its dates, and its payee is that insurer or a branch of it (PAY-03).
    fn offered<'a>(&self, scope: &Scope<'a>, insurer: &PartyId, now: Time) -> Vec<&'a Agreement> {
        let today = now.date();
        let own = |payee: &PartyId| {
            payee == insurer || self.directory.by_id(payee).is_some_and(|i| i.branch_of.as_ref() == Some(insurer))
        };
        let dated =
            |a: &Agreement| a.effective.is_none_or(|day| day <= today) && a.expiry.is_none_or(|last| today <= last);
        let in_force = |a: &&Agreement| a.state == agreement::State::InForce && dated(a) && own(&a.payee);
        scope.newest_first::<Agreement>().filter(in_force).collect()
    }

    fn none_offered(&self, insurer: &PartyId) -> Refusal {
        Refusal::new(refusal::NO_PAYMENT_AGREEMENT, &[&self.directory.name_of(insurer)])
    }

    fn chosen<'a>(
        &self,
        scope: &Scope<'a>,
        insurer: &PartyId,
        agreement: &RecordId,
        now: Time,
    ) -> Result<&'a Agreement, Refusal> {
        let offered = self.offered(scope, insurer, now);
        if offered.is_empty() {
            return Err(self.none_offered(insurer));
        }
        scope.record::<Agreement>(agreement)?;
        let chosen = offered.into_iter().find(|a| a.id == *agreement);
        chosen.ok_or_else(|| Refusal::new(refusal::AGREEMENT_NOT_OFFERED, &[&self.directory.name_of(insurer)]))
    }

    /// What the card signs: everything that the order says.
    fn order_text(&self, order: &Order, now: Time) -> String {
        let mut text = format!(
            "保险费支付确认书\n支付流水号：{}\n支付时间：{now}\n付款银行：{}\n付款账号：{}\n收款企业：{}\n三方协议编号：{}\n",
            order.payment,
            self.directory.name_of(&order.bank),
            order.account,
            self.directory.name_of(&order.payee),
            order.agreement_number,
        );
        for item in &order.items {
            text.push_str(&format!(
                "投保单号：{}　申请编号：{}　保费：{}元\n",
                item.number, item.proposal, item.premium
            ));
        }
        text.push_str(&format!("合计：{}元\n", order.amount));
        text
    }

    fn order_body(
        &self,
        order: &Order,
        owner: &crate::codes::Uscc,
        signature: &CardSignature,
        now: Time,
    ) -> PaymentOrder {
        let item = |item: &Item| PremiumItem {
            application: item.proposal.as_str().to_owned(),
            proposal_number: item.number.clone(),
            amount: item.premium,
        };
        PaymentOrder {
            payment: order.payment.as_str().to_owned(),
            uscc: owner.clone(),
            agreement_number: order.agreement_number.clone(),
            account: order.account.clone(),
            payee: self.directory.name_of(&order.payee),
            amount: order.amount,
            items: order.items.iter().map(item).collect(),
            ordered_at: now.rfc3339(),
            seal: signature.seal.clone(),
        }
    }
}

const fn pay_event(again: bool) -> proposal::Event {
    if again { proposal::Event::PayAgain } else { proposal::Event::Pay }
}
