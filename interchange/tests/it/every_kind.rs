//! A good message of every kind: what the documents promise to take, and what tests then break.

use domain::{
    directory::PartyId,
    message::{
        Body, Decision, Message,
        cargo::{
            AttachmentData, CategoryData, CoverageData, CoverageKind, DataCheck, Fields, OpenCoverAnswer,
            OpenCoverData, OpenCoverEnd, OpenCoverRequest, PolicyInForce, ProposalSubmission, SpecialTermData,
            Underwriting, WithdrawalAnswer, WithdrawalRequest,
        },
        payment::{
            OrderStanding, PaymentAnswer, PaymentNotice, PaymentOrder, PaymentQuery, PaymentQueryAnswer, PremiumItem,
            RefundAnswer, RefundRequest,
        },
    },
    money::Money,
};

use crate::fixture::{ALWAYS, USCC, agreement_messages, bank, card_seal, insurer, message, now, portal};

const REQUEST: &str = "20260302000000000001";
const PROPOSAL: &str = "20260302000000000002";
const PAYMENT: &str = "20260302000000000003";
const COVER: &str = "Q202603020000000000001";
const INSURERS_NUMBER: &str = "TB202603020001";
const DEBIT: &str = "BOC20260302000000001";

/// A good message of every kind, some kinds twice.
pub fn one_of_each() -> Vec<Message> {
    [agreement_messages(), open_covers(), proposals(), payments()].concat()
}

/// 投保申请 with an attachment.
pub fn submission() -> Message {
    to_insurer("portal-11", PROPOSAL, Body::ProposalSubmitted(proposal()))
}

/// 扣款指令 with the seal of a card of that organisation.
pub fn order(organisation_code: &str) -> Message {
    let order = PaymentOrder {
        payment: PAYMENT.into(),
        uscc: USCC.parse().unwrap(),
        agreement_number: "BOCBX000000001".into(),
        account: "110000000001".into(),
        payee: "中银保险有限公司".into(),
        amount: yuan("495.00"),
        items: vec![PremiumItem {
            application: PROPOSAL.into(),
            proposal_number: INSURERS_NUMBER.into(),
            amount: yuan("495.00"),
        }],
        ordered_at: now().rfc3339(),
        seal: card_seal("付款指令：支付保险费495.00元", organisation_code, ALWAYS),
    };
    about(PAYMENT, message("portal-13", portal(), bank(), Body::PaymentOrdered(order)))
}

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

fn about(subject: &str, message: Message) -> Message {
    Message { subject: subject.into(), ..message }
}

fn to_insurer(id: &str, subject: &str, body: Body) -> Message {
    about(subject, message(id, portal(), insurer(), body))
}

fn to_portal(id: &str, from: PartyId, subject: &str, body: Body) -> Message {
    about(subject, message(id, from, portal(), body))
}

fn open_covers() -> Vec<Message> {
    let request = OpenCoverRequest {
        application: REQUEST.into(),
        insurer: "中银保险有限公司".into(),
        uscc: USCC.parse().unwrap(),
        submitted_at: now().rfc3339(),
        form: fields(REQUEST_FORM),
    };
    let answered = |decision, reason: Option<&str>| {
        let reason = reason.map(Into::into);
        Body::OpenCoverAnswered(OpenCoverAnswer { application: REQUEST.into(), decision, reason })
    };
    let ended = OpenCoverEnd { number: COVER.into(), uscc: USCC.parse().unwrap(), reason: "双方协商终止".into() };
    let bare = OpenCoverData {
        request: None,
        voyage_limit: None,
        minimum_premium: yuan("0.00"),
        special_terms: vec![],
        ..open_cover()
    };
    vec![
        to_insurer("portal-10", REQUEST, Body::OpenCoverRequested(request)),
        to_portal("ins-10", insurer(), REQUEST, answered(Decision::Agreed, None)),
        to_portal("ins-11", insurer(), REQUEST, answered(Decision::Refused, Some("不承保此类货物"))),
        to_portal("ins-12", insurer(), COVER, Body::OpenCoverAdded(open_cover())),
        to_portal("ins-13", insurer(), COVER, Body::OpenCoverChanged(bare)),
        to_portal("ins-14", insurer(), COVER, Body::OpenCoverEnded(ended)),
    ]
}

fn open_cover() -> OpenCoverData {
    let coverage = |number: &str, kind, name: &str| CoverageData { number: number.into(), kind, name: name.into() };
    OpenCoverData {
        number: COVER.into(),
        request: Some(REQUEST.into()),
        insurer: "中银保险有限公司".into(),
        uscc: USCC.parse().unwrap(),
        enterprise: "北京示例进出口有限公司".into(),
        contact: "李四".into(),
        phone: "010-12345678".into(),
        email: "li@example.com".into(),
        address: "北京市朝阳区示例路1号".into(),
        line: "进口货运险".into(),
        rate: "0.450".into(),
        minimum_premium: yuan("100.00"),
        voyage_limit: Some(yuan("5000000.00")),
        modes: vec!["海运".into(), "空运".into()],
        begins: "2026-03-01".into(),
        ends: "2027-02-28".into(),
        coverages: vec![coverage("1", CoverageKind::Main, "一切险"), coverage("2", CoverageKind::Additional, "战争险")],
        categories: vec![CategoryData { chapter: "84".into(), heading: "8471".into() }],
        special_terms: vec![term()],
    }
}

fn term() -> SpecialTermData {
    SpecialTermData { name: "免赔约定".into(), content: "每次事故绝对免赔额为人民币1000元。".into() }
}

fn proposals() -> Vec<Message> {
    let application = || PROPOSAL.to_owned();
    let bare = ProposalSubmission {
        submission: "2".into(),
        special_terms: vec![],
        attachments: vec![],
        form: fields(&[PROPOSAL_FORM, EVERY_OTHER_FIELD].concat()),
        ..proposal()
    };
    let checked = |number: Option<&str>, reason: Option<&str>| {
        let decision = if reason.is_some() { Decision::Refused } else { Decision::Agreed };
        let (reason, proposal_number) = (reason.map(Into::into), number.map(Into::into));
        Body::DataChecked(DataCheck { application: application(), decision, reason, proposal_number })
    };
    let issued = || Underwriting {
        application: application(),
        decision: Decision::Agreed,
        reason: None,
        premium: Some(yuan("495.00")),
        premium_due: Some("2026-03-09".into()),
    };
    let refused = |reason: &str| Underwriting {
        decision: Decision::Refused,
        reason: Some(reason.into()),
        premium: None,
        premium_due: None,
        ..issued()
    };
    let withdrawal = WithdrawalRequest { application: application(), proposal_number: INSURERS_NUMBER.into() };
    let withdrawn = |decision, reason: Option<&str>| {
        let reason = reason.map(Into::into);
        Body::WithdrawalAnswered(WithdrawalAnswer { application: application(), decision, reason })
    };
    let insurers = |id: &str, body| to_portal(id, insurer(), PROPOSAL, body);
    vec![
        submission(),
        to_insurer("portal-12", PROPOSAL, Body::ProposalSubmitted(bare)),
        insurers("ins-20", checked(Some(INSURERS_NUMBER), None)),
        insurers("ins-21", checked(None, Some("起运日期不在货运协议有效期之内"))),
        insurers("ins-22", Body::Underwritten(issued())),
        insurers("ins-23", Body::Underwritten(refused("超过单次限额"))),
        insurers("ins-24", Body::Reviewed(issued())),
        insurers("ins-25", Body::Reviewed(refused("风险过高"))),
        to_insurer("portal-17", PROPOSAL, Body::WithdrawalRequested(withdrawal)),
        insurers("ins-26", withdrawn(Decision::Agreed, None)),
        insurers("ins-27", withdrawn(Decision::Refused, Some("已出单"))),
    ]
}

fn proposal() -> ProposalSubmission {
    ProposalSubmission {
        application: PROPOSAL.into(),
        submission: "1".into(),
        open_cover: COVER.into(),
        insurer: "中银保险有限公司".into(),
        line: "进口货运险".into(),
        submitted_at: now().rfc3339(),
        form: fields(PROPOSAL_FORM),
        special_terms: vec![term()],
        attachments: vec![AttachmentData {
            name: "发票.pdf".into(),
            // SHA-256 of the three bytes "abc", from FIPS 180-4.
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
            content: "YWJj".into(),
        }],
    }
}

fn payments() -> Vec<Message> {
    let answered = PaymentAnswer {
        payment: PAYMENT.into(),
        decision: Decision::Agreed,
        reason: None,
        debit: Some(DEBIT.into()),
        amount: Some(yuan("495.00")),
    };
    let poor = PaymentAnswer {
        decision: Decision::Refused,
        reason: Some("余额不足".into()),
        debit: None,
        amount: None,
        ..answered.clone()
    };
    let stands = |standing, reason: Option<&str>, debit: Option<&str>| {
        let (reason, debit) = (reason.map(Into::into), debit.map(Into::into));
        Body::PaymentQueryAnswered(PaymentQueryAnswer { payment: PAYMENT.into(), standing, reason, debit })
    };
    let notice = PaymentNotice {
        application: PROPOSAL.into(),
        proposal_number: INSURERS_NUMBER.into(),
        payment: PAYMENT.into(),
        debit: DEBIT.into(),
        amount: yuan("495.00"),
    };
    let policy = PolicyInForce {
        application: PROPOSAL.into(),
        policy_number: "PD202603020001".into(),
        in_force_at: now().rfc3339(),
    };
    let refund = RefundRequest {
        payment: PAYMENT.into(),
        debit: DEBIT.into(),
        account: "110000000001".into(),
        amount: yuan("495.00"),
        reason: "保险费已由另一笔支付结清".into(),
    };
    let refunded = |decision, reason: Option<&str>| {
        let reason = reason.map(Into::into);
        Body::RefundAnswered(RefundAnswer { payment: PAYMENT.into(), decision, reason })
    };
    let banks = |id: &str, body| to_portal(id, bank(), PAYMENT, body);
    let query = Body::PaymentQueried(PaymentQuery { payment: PAYMENT.into() });
    vec![
        order("600037341"),
        banks("boc-10", Body::PaymentAnswered(answered)),
        banks("boc-11", Body::PaymentAnswered(poor)),
        about(PAYMENT, message("portal-14", portal(), bank(), query)),
        banks("boc-12", stands(OrderStanding::Debited, None, Some(DEBIT))),
        banks("boc-13", stands(OrderStanding::Failed, Some("余额不足"), None)),
        banks("boc-14", stands(OrderStanding::Pending, None, None)),
        banks("boc-15", stands(OrderStanding::Unknown, None, None)),
        to_insurer("portal-15", PROPOSAL, Body::PaymentNotified(notice)),
        to_portal("ins-30", insurer(), PROPOSAL, Body::PolicyEffected(policy)),
        to_insurer("portal-16", PAYMENT, Body::RefundRequested(refund)),
        to_portal("ins-31", insurer(), PAYMENT, refunded(Decision::Agreed, None)),
        to_portal("ins-32", insurer(), PAYMENT, refunded(Decision::Refused, Some("未收到该笔款项"))),
    ]
}

fn fields(texts: &[(&str, &str)]) -> Fields {
    texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

const REQUEST_FORM: &[(&str, &str)] = &[
    ("insurer", "中银保险有限公司"),
    ("name", "北京示例进出口有限公司"),
    ("line", "进口货运险"),
    ("contact", "李四"),
    ("phone", "010-12345678"),
    ("email", "li@example.com"),
    ("annual_amount", "20000000.00"),
    ("voyage_amount", "5000000.00"),
    ("province", "110000"),
    ("city", "110100"),
    ("district", "110105"),
    ("address", "示例路1号"),
    ("goods", "办公机器"),
];

const PROPOSAL_FORM: &[(&str, &str)] = &[
    ("line", "进口货运险"),
    ("mode", "海运"),
    ("applicant_uscc", USCC),
    ("applicant_name", "北京示例进出口有限公司"),
    ("applicant_ownership", "1"),
    ("applicant_contact", "李四"),
    ("applicant_email", "li@example.com"),
    ("applicant_phone", "010-12345678"),
    ("applicant_certificate_type", "1"),
    ("applicant_certificate_number", USCC),
    ("applicant_industry", "F"),
    ("applicant_address", "北京市朝阳区示例路1号"),
    ("policy_form", "电子保单"),
    ("show_premium", "展示"),
    ("insured_uscc", USCC),
    ("insured_name", "北京示例进出口有限公司"),
    ("insured_ownership", "1"),
    ("insured_contact", "李四"),
    ("insured_email", "li@example.com"),
    ("insured_phone", "010-12345678"),
    ("insured_certificate_type", "1"),
    ("insured_certificate_number", USCC),
    ("insured_industry", "F"),
    ("insured_address", "北京市朝阳区示例路1号"),
    ("goods_chapter", "84"),
    ("goods_heading", "8471"),
    ("packaging", "4M"),
    ("goods_description", "自动数据处理设备"),
    ("quantity", "10箱/500千克"),
    ("marks", "N/M"),
    ("invoice_type", "无需开具发票"),
    ("vessel", "示例号"),
    ("departure", "2026-03-10"),
    ("voyage", "V001"),
    ("bulk", "否"),
    ("arrival", "2026-04-10"),
    ("origin_country", "DEU"),
    ("origin_port", "DEHAM"),
    ("origin_port_text", "汉堡港"),
    ("destination_country", "CHN"),
    ("destination_port", "CNTSN"),
    ("destination_text", "天津港"),
    ("letter_of_credit", "否"),
    ("claim_place", "北京"),
    ("main_coverage", "一切险"),
    ("invoice_amount", "100000.00"),
    ("markup", "10%"),
    ("insured_amount", "110000.00"),
    ("rate", "0.450%"),
    ("premium", "495.00"),
];

/// Those that may be blank.
const EVERY_OTHER_FIELD: &[(&str, &str)] = &[
    ("invoice_type", "纸质专票"),
    ("invoice_address", "北京市朝阳区示例路1号"),
    ("invoice_title", "北京示例进出口有限公司"),
    ("invoice_bank", "中国银行股份有限公司"),
    ("invoice_account", "110000000001"),
    ("invoice_tax_number", USCC),
    ("invoice_email", "li@example.com"),
    ("invoice_phone", "010-12345678"),
    ("invoice_number", "FP0001"),
    ("bill_of_lading", "BL0001"),
    ("carriage", "整船"),
    ("origin_province", "310000"),
    ("origin_city", "310100"),
    ("destination_province", "120000"),
    ("destination_city", "120100"),
    ("transit_ports", "新加坡"),
    ("letter_of_credit", "是"),
    ("letter_of_credit_number", "LC0001"),
    ("additional_coverages", "罢工险、战争险"),
    ("other_coverages", "偷窃险"),
];
