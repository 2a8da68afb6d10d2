//! A cargo policy from the open cover's request to 正式生效 as evidence, made by hand.

use domain::message::{
    cargo::{
        CategoryData, CoverageData, CoverageKind, DataCheck, Fields, OpenCoverAnswer, OpenCoverData, OpenCoverRequest,
        PolicyInForce, ProposalSubmission, Underwriting,
    },
    payment::{PaymentAnswer, PaymentNotice, PaymentOrder, PremiumItem},
};

use super::{
    Body, CardSeal, Decision, Happening, LogLine, OWNER, PageSeen, RecordKind, RecordPage, Story, Suite, at, boc,
    insurer,
};
use crate::evidence::{AccountLine, CoverLine, LedgerLine, ProposalLine, ProposalStanding};

pub const REQUEST: &str = "20260302000000000010";
pub const COVER: &str = "Q202603020000000000001";
/// The portal's own number of the open cover.
pub const COVER_RECORD: &str = "20260302000000000011";
pub const PROPOSAL: &str = "20260302000000000012";
pub const PAYMENT: &str = "20260302000000000013";
pub const INSURERS_NUMBER: &str = "T202603020000000001";
pub const DEBIT: &str = "DB20260302000001";
pub const POLICY: &str = "PD202603020001";
pub const ACCOUNT: &str = "620000000000000101";
/// What the operator's card signs.
pub const ORDER_TEXT: &str = "在线支付 支付流水号 20260302000000000013 付款企业 91120116MA05TE5T79 付款账号 620000000000000101 收款企业 中银保险有限公司 协议编号 BOCBX000000001 投保单号 T202603020000000001 金额 495.00";

/// Each message's number, by what it says.
pub const REQUESTED: usize = 0;
pub const REQUEST_ANSWERED: usize = 1;
pub const ADDED: usize = 2;
pub const SUBMITTED: usize = 3;
pub const CHECKED: usize = 4;
pub const UNDERWRITTEN: usize = 5;
pub const ORDERED: usize = 6;
pub const PAID: usize = 7;
pub const NOTIFIED: usize = 8;
pub const EFFECTED: usize = 9;

type Log<'a> = [(i64, &'a str, &'a str)];

impl Story {
    /// A cargo story that went well: insured for 110,000.00 at 0.450%, 495.00 paid.
    pub fn of_cargo(suite: Suite) -> Self {
        let mut story = Self::cast(suite);
        let seal = story.seal_by(OWNER, "12", ORDER_TEXT);
        story.evidence.owners =
            [REQUEST, COVER_RECORD, PROPOSAL, PAYMENT].map(|record| (record.to_owned(), OWNER.to_owned())).into();
        story.message(REQUESTED, 2, requested(), None);
        story.message(REQUEST_ANSWERED, 600, request_answered(), Some("m0"));
        story.message(ADDED, 1000, Body::OpenCoverAdded(cover()), None);
        story.message(SUBMITTED, 2002, submitted(), None);
        story.message(CHECKED, 2100, checked(Decision::Agreed), Some("m3"));
        story.message(UNDERWRITTEN, 2400, Body::Underwritten(issued("495.00")), Some("m3"));
        story.message(ORDERED, 3002, Body::PaymentOrdered(order(seal)), None);
        story.message(PAID, 3060, Body::PaymentAnswered(paid()), Some("m6"));
        story.message(NOTIFIED, 3063, Body::PaymentNotified(notice()), None);
        story.message(EFFECTED, 3600, effected(POLICY), Some("m8"));
        let records = vec![PROPOSAL.to_owned()];
        story.note(
            3700,
            Happening::Page(PageSeen {
                enterprise: OWNER.into(), page: "货物运输险投保单查询".into(), records
            }),
        );
        story.pages();
        story.books();
        story
    }

    fn pages(&mut self) {
        let message = |first: i64| {
            [(first, "P001", "待发送"), (first + 2, "P002", "报文发送成功"), (first + 4, "P004", "银行/保险接收成功")]
        };
        let request = [&message(0)[..], &[(601, "S", "处理成功")]].concat();
        self.page(REQUEST, RecordKind::OpenCoverRequest, &[("状态", "预约成功")], &request);
        let fields = [
            ("状态", "有效"),
            ("保险公司货运险协议编号", COVER),
            ("保险机构名称", "中银保险有限公司"),
            ("保险费率", "0.450%"),
            ("协议结束日期", "2027-02-28"),
            ("最低保费", "100.00"),
        ];
        self.page(COVER_RECORD, RecordKind::OpenCover, &fields, &[(1001, "S", "协议新增")]);
        let fields = [
            ("状态", "正式生效"),
            ("投保单号", INSURERS_NUMBER),
            ("保单号", POLICY),
            ("保费", "495.00"),
            ("缴费截止日", "2026-03-09"),
        ];
        let proposal = [
            &message(2000)[..],
            &[(2101, "C001", "数据审核成功，待核保"), (2401, "C002", "已出单未缴费"), (3000, "P201", "支付中")],
            &[(3061, "P202", "支付成功")],
            &message(3061),
            &[(3601, "S", "正式生效")],
        ];
        self.page(PROPOSAL, RecordKind::Proposal, &fields, &proposal.concat());
        let payment = [&message(3000)[..], &[(3061, "S", "支付成功")]].concat();
        self.page(PAYMENT, RecordKind::Payment, &[("状态", "支付成功"), ("金额", "495.00")], &payment);
    }

    fn page(&mut self, record: &str, kind: RecordKind, fields: &[(&str, &str)], log: &Log<'_>) {
        let row = |((second, code, text), number): (&(i64, &str, &str), u64)| LogLine {
            record: record.into(),
            number,
            code: (*code).into(),
            text: (*text).into(),
            recorded_at: at(*second),
        };
        let log = log.iter().zip(1..).map(row).collect();
        let fields = fields.iter().map(|(label, text)| ((*label).to_owned(), (*text).to_owned())).collect();
        self.evidence.pages.push(RecordPage { record: record.into(), kind, fields, log });
    }

    fn books(&mut self) {
        self.evidence.covers.push(CoverLine {
            party: insurer(),
            number: COVER.into(),
            uscc: OWNER.into(),
            ended: false,
            ends: "2027-02-28".into(),
            rate: "0.450".into(),
            minimum_premium: "100.00".into(),
        });
        self.evidence.proposals.push(ProposalLine {
            party: insurer(),
            application: PROPOSAL.into(),
            standing: ProposalStanding::InForce,
            submission: "1".into(),
            insured: "110000.00".into(),
            rate: "0.450%".into(),
            premium: Some("495.00".into()),
            due: Some("2026-03-09".into()),
            proposal_number: Some(INSURERS_NUMBER.into()),
            policy_number: Some(POLICY.into()),
            received: Some(("495.00".into(), PAYMENT.into())),
        });
        self.evidence.ledger.push(LedgerLine {
            party: boc(),
            order: PAYMENT.into(),
            account: ACCOUNT.into(),
            amount: "495.00".into(),
            number: DEBIT.into(),
            at: at(3060),
        });
        self.evidence.accounts.push(AccountLine {
            party: boc(),
            account: ACCOUNT.into(),
            had: "1000.00".into(),
            has: "505.00".into(),
        });
    }

    /// One more message, arrived and receipted.
    pub fn told(&mut self, transit: usize, second: i64, body: Body, answers: Option<&str>) {
        self.message(transit, second, body, answers);
    }

    /// What a page shows beside a label, to change.
    pub fn shown(&mut self, record: &str, label: &str) -> &mut String {
        let page = self.evidence.pages.iter_mut().find(|p| p.record == record).unwrap();
        page.fields.iter_mut().find(|(l, _)| l == label).map(|(_, text)| text).unwrap()
    }
}

fn requested() -> Body {
    Body::OpenCoverRequested(OpenCoverRequest {
        application: REQUEST.into(),
        insurer: "中银保险有限公司".into(),
        uscc: OWNER.parse().unwrap(),
        submitted_at: at(0).rfc3339(),
        form: fields(REQUEST_FORM),
    })
}

fn request_answered() -> Body {
    Body::OpenCoverAnswered(OpenCoverAnswer { application: REQUEST.into(), decision: Decision::Agreed, reason: None })
}

/// What the insurer and the enterprise have agreed.
pub fn cover() -> OpenCoverData {
    let coverage = |number: &str, kind, name: &str| CoverageData { number: number.into(), kind, name: name.into() };
    OpenCoverData {
        number: COVER.into(),
        request: Some(REQUEST.into()),
        insurer: "中银保险有限公司".into(),
        uscc: OWNER.parse().unwrap(),
        enterprise: "滨海远航进出口有限公司".into(),
        contact: "测试联系人甲".into(),
        phone: "10000000001".into(),
        email: "contact@binhai.example".into(),
        address: "天津市滨海新区虚构路1号".into(),
        line: "进口货运险".into(),
        rate: "0.450".into(),
        minimum_premium: "100.00".parse().unwrap(),
        voyage_limit: Some("5000000.00".parse().unwrap()),
        modes: vec!["海运".into()],
        begins: "2026-03-01".into(),
        ends: "2027-02-28".into(),
        coverages: vec![coverage("1", CoverageKind::Main, "一切险"), coverage("2", CoverageKind::Additional, "战争险")],
        categories: vec![CategoryData { chapter: "84".into(), heading: "8471".into() }],
        special_terms: vec![],
    }
}

/// The proposal with some of its fields otherwise.
pub fn proposal(otherwise: &[(&str, &str)]) -> Body {
    let mut form = fields(PROPOSAL_FORM);
    form.extend(fields(otherwise));
    Body::ProposalSubmitted(ProposalSubmission {
        application: PROPOSAL.into(),
        submission: "1".into(),
        open_cover: COVER.into(),
        insurer: "中银保险有限公司".into(),
        line: "进口货运险".into(),
        submitted_at: at(2000).rfc3339(),
        form,
        special_terms: vec![],
        attachments: vec![],
    })
}

fn submitted() -> Body {
    proposal(&[])
}

pub fn checked(decision: Decision) -> Body {
    let yes = decision == Decision::Agreed;
    Body::DataChecked(DataCheck {
        application: PROPOSAL.into(),
        decision,
        reason: (!yes).then(|| "资料不全".into()),
        proposal_number: yes.then(|| INSURERS_NUMBER.into()),
    })
}

pub fn issued(premium: &str) -> Underwriting {
    Underwriting {
        application: PROPOSAL.into(),
        decision: Decision::Agreed,
        reason: None,
        premium: Some(premium.parse().unwrap()),
        premium_due: Some("2026-03-09".into()),
    }
}

pub fn order(seal: CardSeal) -> PaymentOrder {
    let item = PremiumItem {
        application: PROPOSAL.into(),
        proposal_number: INSURERS_NUMBER.into(),
        amount: "495.00".parse().unwrap(),
    };
    PaymentOrder {
        payment: PAYMENT.into(),
        uscc: OWNER.parse().unwrap(),
        agreement_number: "BOCBX000000001".into(),
        account: ACCOUNT.into(),
        payee: "中银保险有限公司".into(),
        amount: "495.00".parse().unwrap(),
        items: vec![item],
        ordered_at: at(3000).rfc3339(),
        seal,
    }
}

pub fn paid() -> PaymentAnswer {
    PaymentAnswer {
        payment: PAYMENT.into(),
        decision: Decision::Agreed,
        reason: None,
        debit: Some(DEBIT.into()),
        amount: Some("495.00".parse().unwrap()),
    }
}

pub fn notice() -> PaymentNotice {
    notice_of(PAYMENT)
}

pub fn notice_of(payment: &str) -> PaymentNotice {
    PaymentNotice {
        application: PROPOSAL.into(),
        proposal_number: INSURERS_NUMBER.into(),
        payment: payment.into(),
        debit: DEBIT.into(),
        amount: "495.00".parse().unwrap(),
    }
}

pub fn effected(number: &str) -> Body {
    Body::PolicyEffected(PolicyInForce {
        application: PROPOSAL.into(),
        policy_number: number.into(),
        in_force_at: at(3600).rfc3339(),
    })
}

fn fields(texts: &[(&str, &str)]) -> Fields {
    texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

const REQUEST_FORM: &[(&str, &str)] = &[
    ("insurer", "boc-insurance"),
    ("name", "滨海远航进出口有限公司"),
    ("line", "进口货运险"),
    ("contact", "测试联系人甲"),
    ("phone", "13000000001"),
    ("email", "contact@binhai.example"),
    ("province", "120000"),
    ("city", "120100"),
    ("district", "120116"),
    ("address", "虚构路1号"),
];

const PROPOSAL_FORM: &[(&str, &str)] = &[
    ("line", "进口货运险"),
    ("mode", "海运"),
    ("applicant_uscc", OWNER),
    ("applicant_name", "滨海远航进出口有限公司"),
    ("applicant_ownership", "1"),
    ("applicant_contact", "测试联系人甲"),
    ("applicant_email", "contact@binhai.example"),
    ("applicant_phone", "13000000001"),
    ("applicant_certificate_type", "1"),
    ("applicant_certificate_number", OWNER),
    ("applicant_industry", "F"),
    ("applicant_address", "天津市滨海新区虚构路1号"),
    ("policy_form", "电子保单"),
    ("show_premium", "展示"),
    ("insured_uscc", OWNER),
    ("insured_name", "滨海远航进出口有限公司"),
    ("insured_ownership", "1"),
    ("insured_contact", "测试联系人甲"),
    ("insured_email", "contact@binhai.example"),
    ("insured_phone", "13000000001"),
    ("insured_certificate_type", "1"),
    ("insured_certificate_number", OWNER),
    ("insured_industry", "F"),
    ("insured_address", "天津市滨海新区虚构路1号"),
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
