//! The text of 委托银行划缴保险费三方协议书: what step 4 shows and what the card signs, byte for byte (AGR-06, AGR-07).
//!
//! The wording is this simulator's own. The text depends on its arguments alone.

use jiff::civil::Date;

use super::RecordId;
use crate::message::Payer;

/// The names that go into the text besides the payer's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties<'a> {
    pub payer: &'a Payer,
    /// 乙方, full name.
    pub bank: &'a str,
    /// 丙方, full name.
    pub payee: &'a str,
}

/// The whole text, one clause a line.
pub(super) fn agreement_text(application: &RecordId, parties: Parties<'_>, date: Date) -> String {
    let Parties { payer, bank, payee } = parties;
    format!(
        "委托银行划缴保险费三方协议书\n\
         申请编号：{application}\n\
         \n\
         甲方（缴费企业）：{name}\n\
         统一社会信用代码：{uscc}\n\
         法定代表人（负责人）：{legal_person}\n\
         住所：{address}\n\
         邮政编码：{postcode}\n\
         联系方式：{contact} {phone} {email}\n\
         付款账号：{account}\n\
         企业税号：{tax_number}\n\
         乙方（缴费企业开户银行）：{bank}\n\
         丙方（保险公司）：{payee}\n\
         \n\
         一、甲方委托乙方，凭甲方经由口岸门户以卡签名发出的支付指令，自上述付款账号向丙方划缴保险费。\n\
         二、乙方仅在指令所载金额内划款；账户余额不足、被冻结或超出限额时不予划款，并告知原因。\n\
         三、丙方收到保险费后，按保险合同办理，不就同一笔保险费重复收取。\n\
         四、本协议自三方均签署后生效；到期或由乙方终止后，不再据以划款，已完成的划款不受影响。\n\
         五、甲方以法人卡签名，即表示已阅读并同意本协议全部条款。\n\
         \n\
         签署日期：{date}\n",
        name = payer.name,
        uscc = payer.uscc,
        legal_person = payer.legal_person,
        address = payer.address,
        postcode = payer.postcode,
        contact = payer.contact,
        phone = payer.phone,
        email = payer.email,
        account = payer.account,
        tax_number = payer.tax_number,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    //= AGR-06
    #[test]
    fn the_text_names_all_three_parties_and_what_is_agreed() {
        let payer = Payer {
            uscc: "91120116MA05TE5T79".parse().unwrap(),
            name: "甲公司".into(),
            address: "甲地1号".into(),
            contact: "甲某".into(),
            account: "62000101".into(),
            phone: "10000000001".into(),
            email: "a@b.example".into(),
            tax_number: "91120116MA05TE5T79".into(),
            legal_person: "法人甲".into(),
            postcode: "300450".into(),
        };
        let parties = Parties { payer: &payer, bank: "乙银行", payee: "丙保险" };
        let text = agreement_text(&RecordId::new("20260302000000000001"), parties, "2026-03-02".parse().unwrap());
        let head: Vec<&str> = text.lines().take(12).collect();
        assert_eq!(
            head,
            [
                "委托银行划缴保险费三方协议书",
                "申请编号：20260302000000000001",
                "",
                "甲方（缴费企业）：甲公司",
                "统一社会信用代码：91120116MA05TE5T79",
                "法定代表人（负责人）：法人甲",
                "住所：甲地1号",
                "邮政编码：300450",
                "联系方式：甲某 10000000001 a@b.example",
                "付款账号：62000101",
                "企业税号：91120116MA05TE5T79",
                "乙方（缴费企业开户银行）：乙银行",
            ]
        );
        assert!(text.contains("\n丙方（保险公司）：丙保险\n"));
        assert!(text.ends_with("签署日期：2026-03-02\n"));
    }
}
