//! A command in words, for people who read a trace: what it asks of the card.
//!
//! It reads commands as the card does, with the card's own parser. Invariant: it shows no byte of a PIN or PUK; a
//! trace masks them anyway, and so what a command says about them is told by its instruction alone.

use crate::{
    apdu,
    command::{Command, carries_secret},
    object,
    slot::Slot,
    template::Request,
};

/// What a command says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The instruction's name in ISO 7816-4, such as `VERIFY`.
    pub name: &'static str,
    /// What it is for, in Chinese, such as `验证卡密码`.
    pub meaning: String,
}

/// Reads the bytes of a command, masked or not. What no card would understand is named as such.
pub fn words(bytes: &[u8]) -> Words {
    let Ok(apdu) = apdu::Command::parse(bytes) else {
        return said("—", "长度不合的命令");
    };
    let name = instruction(apdu.ins);
    if apdu.cla & 0x10 != 0 {
        return said(name, format!("长命令的一段，{} 字节", apdu.data.len()));
    }
    if carries_secret(apdu.ins) {
        return said(name, about_secret(&apdu));
    }
    said(name, Command::parse(&apdu).map_or_else(|_| "卡片不认识的命令".into(), |command| meaning(&command)))
}

fn said(name: &'static str, meaning: impl Into<String>) -> Words {
    Words { name, meaning: meaning.into() }
}

const fn instruction(ins: u8) -> &'static str {
    match ins {
        0xA4 => "SELECT",
        0x20 => "VERIFY",
        0x24 => "CHANGE REFERENCE DATA",
        0x2C => "RESET RETRY COUNTER",
        0x87 => "GENERAL AUTHENTICATE",
        0xCB => "GET DATA",
        0xC0 => "GET RESPONSE",
        0xDB => "PUT DATA",
        0x47 => "GENERATE ASYMMETRIC KEY PAIR",
        0xFE => "IMPORT ASYMMETRIC KEY",
        0xFF => "SET MANAGEMENT KEY",
        0xFA => "SET PIN RETRIES",
        0xFB => "RESET",
        0xFD => "GET VERSION",
        0xF8 => "GET SERIAL NUMBER",
        0xF7 => "GET METADATA",
        _ => "—",
    }
}

/// The instructions whose data may be masked: P1, P2 and the length say enough.
fn about_secret(apdu: &apdu::Command<'_>) -> String {
    let said = match (apdu.ins, apdu.p1, apdu.p2) {
        (0x20, 0xFF, 0x80) => "使卡密码恢复未验证",
        (0x20, 0x00, 0x80) if apdu.data.is_empty() => "询问卡密码的剩余次数",
        (0x20, 0x00, 0x80) => "验证卡密码",
        (0x24, 0x00, 0x80) => "修改卡密码",
        (0x24, 0x00, 0x81) => "修改解锁码",
        (0x2C, 0x00, 0x80) => "用解锁码重设卡密码",
        (0xFE, algorithm, slot) => return format!("向 {slot:02X} 导入密钥（{}）", algorithm_name(algorithm)),
        (0xFF, 0xFF, 0xFE | 0xFF) => "设置管理密钥",
        (0xFF, _, _) => "卡片不认识的命令",
        _ => "卡上没有的口令",
    };
    said.into()
}

fn meaning(command: &Command<'_>) -> String {
    match command {
        Command::Select { aid, .. } if object::AID.starts_with(aid) => "选择PIV应用".into(),
        Command::Select { .. } => "选择其他应用".into(),
        Command::AskPin => "询问卡密码的剩余次数".into(),
        Command::ForgetPin => "使卡密码恢复未验证".into(),
        Command::VerifyPin(_) | Command::MissPin => "验证卡密码".into(),
        Command::ChangePin { .. } => "修改卡密码".into(),
        Command::ChangePuk { .. } => "修改解锁码".into(),
        Command::UnblockPin { .. } => "用解锁码重设卡密码".into(),
        Command::Authenticate { algorithm, reference, request } => {
            let algorithm = algorithm_name(*algorithm);
            match request {
                Request::Witness => "取管理密钥加密的随机数".into(),
                Request::Answer(_) | Request::Prove { .. } => "证明持有管理密钥".into(),
                Request::Sign(_) => format!("用 {reference:02X} 密钥签名（{algorithm}）"),
                Request::Agree(_) => format!("用 {reference:02X} 密钥协商（{algorithm}）"),
                Request::Challenge => "取随机数".into(),
            }
        }
        Command::GetData(tag) => format!("读取{}", object_name(*tag)),
        Command::GetResponse => "取应答的后续部分".into(),
        Command::PutData { tag, content: [] } => format!("删除{}", object_name(*tag)),
        Command::PutData { tag, .. } => format!("写入{}", object_name(*tag)),
        Command::Generate { reference, new } => {
            format!("在 {reference:02X} 生成密钥（{}）", algorithm_name(new.algorithm))
        }
        Command::Import { algorithm, reference, .. } => {
            format!("向 {reference:02X} 导入密钥（{}）", algorithm_name(*algorithm))
        }
        Command::SetManagementKey(_) => "设置管理密钥".into(),
        Command::SetTries { pin, puk } => format!("重设卡密码和解锁码，各可错 {pin}、{puk} 次"),
        Command::StartOver => "恢复出厂状态".into(),
        Command::GetVersion => "询问卡片版本".into(),
        Command::GetSerial => "询问卡片序列号".into(),
        Command::GetMetadata(reference) => format!("询问 {reference:02X} 的情况"),
    }
}

fn object_name(tag: u32) -> String {
    match Slot::ALL.into_iter().find(|slot| slot.certificate_tag() == tag) {
        Some(slot) => format!(" {slot} 证书"),
        None => format!("对象 {tag:X}"),
    }
}

/// SP 800-78-4, table 6-2, and CanoKey's byte for SM2; a card may have its own byte for SM2.
fn algorithm_name(algorithm: u8) -> String {
    match algorithm {
        0x07 => "RSA-2048".into(),
        0x11 => "P-256".into(),
        0x54 => "SM2".into(),
        other => format!("算法 {other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        let words = words(bytes);
        format!("{} {}", words.name, words.meaning)
    }

    #[test]
    fn each_command_of_a_login_is_told_in_words() {
        assert_eq!(told(&[0, 0xA4, 4, 0, 9, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 0]), "SELECT 选择PIV应用");
        assert_eq!(told(&[0, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 5, 0]), "GET DATA 读取 9A 证书");
        assert_eq!(told(&[0, 0xC0, 0, 0, 0]), "GET RESPONSE 取应答的后续部分");
        assert_eq!(told(b"\x00\x20\x00\x80\x08********"), "VERIFY 验证卡密码");
        assert_eq!(told(&[0, 0x20, 0, 0x80]), "VERIFY 询问卡密码的剩余次数");
        let sign = [0, 0x87, 0x54, 0x9A, 6, 0x7C, 4, 0x82, 0, 0x81, 0, 0];
        assert_eq!(told(&sign), "GENERAL AUTHENTICATE 卡片不认识的命令", "nothing to sign");
        let sign = [0, 0x87, 0x54, 0x9A, 7, 0x7C, 5, 0x82, 0, 0x81, 1, 9, 0];
        assert_eq!(told(&sign), "GENERAL AUTHENTICATE 用 9A 密钥签名（SM2）");
        assert_eq!(told(&[0, 0x87, 3, 0x9B, 4, 0x7C, 2, 0x80, 0, 0]), "GENERAL AUTHENTICATE 取管理密钥加密的随机数");
        assert_eq!(told(&[0x10, 0x87, 7, 0x9A, 2, 0x7C, 0x82]), "GENERAL AUTHENTICATE 长命令的一段，2 字节");
    }

    #[test]
    fn each_command_of_an_administrator_is_told_in_words() {
        let generate = [0, 0x47, 0, 0x9A, 5, 0xAC, 3, 0x80, 1, 0x11, 0];
        assert_eq!(told(&generate), "GENERATE ASYMMETRIC KEY PAIR 在 9A 生成密钥（P-256）");
        assert_eq!(told(b"\x00\xFE\x11\x9D\x03***"), "IMPORT ASYMMETRIC KEY 向 9D 导入密钥（P-256）");
        assert_eq!(told(b"\x00\xFF\xFF\xFF\x03***"), "SET MANAGEMENT KEY 设置管理密钥");
        let put = [0, 0xDB, 0x3F, 0xFF, 8, 0x5C, 3, 0x5F, 0xC1, 5, 0x53, 1, 9];
        assert_eq!(told(&put), "PUT DATA 写入 9A 证书");
        let delete = [0, 0xDB, 0x3F, 0xFF, 7, 0x5C, 3, 0x5F, 0xC1, 2, 0x53, 0];
        assert_eq!(told(&delete), "PUT DATA 删除对象 5FC102");
        assert_eq!(told(&[0, 0xFA, 8, 3]), "SET PIN RETRIES 重设卡密码和解锁码，各可错 8、3 次");
        assert_eq!(told(&[0, 0xFB, 0, 0]), "RESET 恢复出厂状态");
        assert_eq!(told(&[0, 0xF7, 0, 0x9B, 0]), "GET METADATA 询问 9B 的情况");
    }

    #[test]
    fn what_is_no_command_is_named_as_such() {
        assert_eq!(told(&[0, 0x20]), "— 长度不合的命令");
        assert_eq!(told(&[0, 0xEE, 0, 0]), "— 卡片不认识的命令");
    }
}
