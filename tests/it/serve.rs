//! `kouan card serve` with a vpcd of the test's own: what a reader and a person with orders see of it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

use crate::program::{Said, command, kouan, root, said};

const ATR: &[u8] = b"\x3B\x89\x80\x01CardVPIV1\x14";
const SELECT: &[u8] = b"\x00\xA4\x04\x00\x05\xA0\x00\x00\x03\x08";
const VERIFY: &[u8] = b"\x00\x20\x00\x80\x0888888888";
const WRONG_PIN: &[u8] = b"\x00\x20\x00\x80\x0811112222";
const HOW_IS_THE_PIN: &[u8] = b"\x00\x20\x00\x80";

/// Cards in a folder of the test's own, and a vpcd with two readers.
struct Desk {
    folder: TempDir,
    readers: [TcpListener; 2],
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["binhai-legal.json", "dongling-operator.json"] {
            fs::copy(root().join("fixtures/cards").join(name), folder.path().join(name)).unwrap();
        }
        // An address of this process's own: a card whose reader is gone must not find another test's.
        let [.., high, low] = std::process::id().to_be_bytes();
        let host = if cfg!(target_os = "linux") { Ipv4Addr::new(127, 1, high, low) } else { Ipv4Addr::LOCALHOST };
        loop {
            let first = TcpListener::bind((host, 0)).unwrap();
            let next = first.local_addr().unwrap().port().checked_add(1);
            if let Some(Ok(second)) = next.map(|port| TcpListener::bind((host, port))) {
                return Self { folder, readers: [first, second] };
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where a reader (0 or 1) listens.
    fn address(&self, reader: usize) -> String {
        self.readers[reader].local_addr().unwrap().to_string()
    }

    fn command(&self, cards: &[&str]) -> Command {
        let mut command = command();
        command.current_dir(self.folder.path()).args(["card", "serve"]).args(cards);
        command.args(["--vpcd", &self.address(0)]);
        command
    }

    fn serve(&self, cards: &[&str], options: &[&str]) -> Served {
        let mut command = self.command(cards);
        command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Served { child, input, lines }
    }

    /// The card that comes into a reader (0 or 1).
    fn card(&self, reader: usize) -> Card {
        Card(self.readers[reader].accept().unwrap().0)
    }

    fn shown(&self, name: &str) -> String {
        kouan(["card", "show", self.path(name).to_str().unwrap()]).ended(0).out
    }
}

/// A card as a reader's driver has it.
struct Card(TcpStream);

impl Card {
    fn send(&mut self, payload: &[u8]) {
        self.0.write_all(&[&u16::try_from(payload.len()).unwrap().to_be_bytes(), payload].concat()).unwrap();
    }

    fn ask(&mut self, payload: &[u8]) -> Vec<u8> {
        self.send(payload);
        let mut length = [0; 2];
        self.0.read_exact(&mut length).unwrap();
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        self.0.read_exact(&mut answer).unwrap();
        answer
    }

    /// As pcscd's driver does when a card comes.
    fn powered(mut self) -> Self {
        assert_eq!(self.ask(&[4]), ATR);
        assert_eq!(self.ask(&[4]), ATR);
        self.send(&[1]);
        assert_eq!(self.ask(&[4]), ATR);
        self
    }

    fn selected(self) -> Self {
        let mut card = self.powered();
        assert!(card.ask(SELECT).ends_with(&[0x90, 0]));
        card
    }

    /// Waits until it is gone, without a further answer.
    fn leaves(mut self) {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, [0; 0]);
    }
}

/// The running program. Dropped, it is killed.
struct Served {
    child: Child,
    input: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
}

impl Served {
    /// Reads what it says until a line begins so; gives that line.
    fn until(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        while !line.starts_with(beginning) {
            line.clear();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it ended before it said {beginning}");
        }
        line.trim_end().into()
    }

    /// Gives an order, and gives the line that answers it.
    fn order(&mut self, order: &str) -> String {
        writeln!(self.input.as_ref().unwrap(), "{order}").unwrap();
        let mut line = String::new();
        while !line.starts_with("ok") && !line.starts_with("error") {
            line.clear();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it ended instead of answering {order}");
        }
        line.trim_end().into()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end. Gives its code and the rest of what it said.
    fn end(mut self) -> Said {
        let (mut out, mut err) = (String::new(), String::new());
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        self.lines.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        Said { code, out, err }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//= ACC-09
#[test]
fn a_card_loses_its_pin_with_its_power_and_by_a_reset() {
    let desk = Desk::new();
    let _served = desk.serve(&["binhai-legal.json"], &[]);
    let mut card = desk.card(0).selected();
    for orders in [&[0, 1][..], &[2], &[1]] {
        assert_eq!(card.ask(VERIFY), [0x90, 0]);
        assert_eq!(card.ask(HOW_IS_THE_PIN), [0x90, 0]);
        orders.iter().for_each(|order| card.send(&[*order]));
        assert_eq!(card.ask(HOW_IS_THE_PIN), [0x6D, 0], "after {orders:?} PIV is still selected");
        assert!(card.ask(SELECT).ends_with(&[0x90, 0]));
        assert_eq!(card.ask(HOW_IS_THE_PIN), [0x63, 0xC5], "after {orders:?}");
    }
}

#[test]
fn each_card_has_a_reader_of_its_own_and_comes_back_when_the_reader_does() {
    let desk = Desk::new();
    let mut served = desk.serve(&["binhai-legal.json", "dongling-operator.json"], &[]);
    assert_eq!(served.until("卡 1 "), format!("卡 1 binhai-legal.json → {}", desk.address(0)));
    assert_eq!(served.until("卡 2 "), format!("卡 2 dongling-operator.json → {}", desk.address(1)));
    let (first, mut second) = (desk.card(0).selected(), desk.card(1).selected());
    assert_eq!(second.ask(VERIFY), [0x90, 0]);
    drop(first);
    let mut first = desk.card(0).selected();
    assert_eq!(first.ask(HOW_IS_THE_PIN), [0x63, 0xC5]);
    assert_eq!(second.ask(HOW_IS_THE_PIN), [0x90, 0], "the other one has nothing to do with it");
}

#[test]
fn orders_on_stdin_pull_insert_swap_lock_and_break_cards() {
    let desk = Desk::new();
    let mut served = desk.serve(&["binhai-legal.json"], &[]);
    let mut card = desk.card(0).selected();
    assert_eq!(served.order("fail 6F00 @2"), "ok 卡 1 从现在起第 2 条命令时应答 6F00");
    assert_eq!([card.ask(HOW_IS_THE_PIN), card.ask(HOW_IS_THE_PIN)], [[0x63, 0xC5], [0x6F, 0]]);
    assert_eq!(served.order("lock"), "ok 卡 1 的卡密码已锁定");
    assert_eq!(card.ask(VERIFY), [0x69, 0x83]);
    assert_eq!(served.order("insert"), "error 卡 1 已在读卡器中，先 pull");
    assert_eq!(served.order("pull"), "ok 卡 1 已拔出");
    card.leaves();
    assert_eq!(served.order("lock"), "error 卡 1 不在读卡器中，先 insert");
    assert_eq!(served.order("insert dongling-operator.json"), "ok 卡 1 已插入：dongling-operator.json");
    let mut card = desk.card(0).selected();
    assert_eq!(card.ask(VERIFY), [0x90, 0]);
    assert_eq!(served.order("swap binhai-legal.json @1"), "ok 卡 1 的下一条命令时换卡");
    card.send(HOW_IS_THE_PIN);
    card.leaves();
    let mut card = desk.card(0).selected();
    assert_eq!(card.ask(VERIFY), [0x69, 0x83], "it is the card that was locked");
    assert_eq!(served.order("stuck"), "ok 卡 1 的下一条命令时卡住，不再应答（pull 解除）");
    card.send(HOW_IS_THE_PIN);
    served.until("卡 1 卡住");
    assert_eq!(served.order("pull"), "ok 卡 1 已拔出");
    card.leaves();
    assert_eq!(served.order("quit"), "ok 结束");
    assert_eq!(served.end().ended(0).err, "");
}

#[test]
fn a_wrong_order_changes_nothing_and_the_end_of_stdin_neither() {
    let desk = Desk::new();
    let mut served = desk.serve(&["binhai-legal.json"], &["--control", "orders"]);
    let mut card = desk.card(0).selected();
    assert_eq!(served.order("pull 2"), "error 没有第2张卡，共有1张");
    let missing = served.order("swap none.json");
    assert!(missing.starts_with("error ") && missing.contains("none.json"), "{missing}");
    assert_eq!(served.order("swap binhai-legal.json"), "error 卡文件 binhai-legal.json 正被使用：一张卡不能同时在两处");
    served.input = None;
    assert_eq!(card.ask(HOW_IS_THE_PIN), [0x63, 0xC5]);
    let mut orders = BufReader::new(UnixStream::connect(desk.path("orders")).unwrap());
    let mut answer = |order: &str| {
        writeln!(orders.get_ref(), "{order}").unwrap();
        let mut lines = vec![String::new()];
        while orders.read_line(lines.last_mut().unwrap()).unwrap() > 0 {
            let line = lines.last().unwrap();
            if line.starts_with("ok") || line.starts_with("error") {
                break;
            }
            lines.push(String::new());
        }
        lines.concat()
    };
    let list = format!("  1 {} 在读卡器中 文件 binhai-legal.json 卡密码剩余5次 命令2条\nok 1张卡\n", desk.address(0));
    assert_eq!(answer("list"), list);
    assert!(answer("help").contains("  insert [N] [FILE]"));
    assert_eq!(answer("\u{0}"), "error 没有「\u{0}」这个命令，help 列出全部命令\n");
    assert_eq!(answer("pull"), "ok 卡 1 已拔出\n");
    card.leaves();
    assert_eq!(answer("quit"), "ok 结束\n");
    served.end().ended(0);
    assert!(!desk.path("orders").exists(), "the socket is left behind");
}

//= ACC-09
#[test]
fn a_try_that_was_answered_stays_used_up_when_the_program_is_killed() {
    let desk = Desk::new();
    let served = desk.serve(&["binhai-legal.json"], &[]);
    let mut card = desk.card(0).selected();
    assert_eq!(card.ask(WRONG_PIN), [0x63, 0xC4]);
    served.signal("KILL");
    assert_eq!(served.end().code, -1);
    assert!(desk.shown("binhai-legal.json").contains("剩余4次（共5次）"));
}

#[test]
fn a_signal_ends_it_well_and_its_log_holds_no_secret() {
    let desk = Desk::new();
    let served = desk.serve(&["binhai-legal.json"], &["--verbose"]);
    let mut card = desk.card(0).selected();
    assert_eq!(card.ask(VERIFY), [0x90, 0]);
    served.signal("TERM");
    card.leaves();
    let said = served.end().ended(0);
    assert!(said.err.contains("1 > 00A4040005A000000308\n"), "{}", said.err);
    assert!(said.err.contains("1 > 00200080082A2A2A2A2A2A2A2A\n1 < 9000\n"), "{}", said.err);
    assert!(!said.err.contains("38383838") && !said.err.contains("88888888"), "{}", said.err);
}

#[test]
fn where_nothing_listens_it_says_how_to_start_what_does_and_waits() {
    let Desk { folder, readers } = Desk::new();
    let address = readers[0].local_addr().unwrap();
    drop(readers);
    let mut command = command();
    command.current_dir(folder.path()).args(["card", "serve", "binhai-legal.json", "--vpcd", &address.to_string()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (input, lines) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
    let mut served = Served { child, input, lines };
    served.until("卡 1 等待读卡器");
    let reader = TcpListener::bind(address).unwrap();
    Card(reader.accept().unwrap().0).selected();
    served.order("quit");
    let said = served.end().ended(0);
    assert!(said.err.contains("apt-get install pcscd vsmartcard-vpcd") && said.err.contains("pcscd --foreground"));
}

#[test]
fn the_cards_stay_when_nobody_listens_to_the_program_any_more() {
    struct Ended(Child);
    impl Drop for Ended {
        fn drop(&mut self) {
            // It may have ended by itself.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
    let desk = Desk::new();
    let mut command = desk.command(&["binhai-legal.json"]);
    command.arg("--verbose").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut served = Ended(command.spawn().unwrap());
    // As a script does that waits for the first line.
    BufReader::new(served.0.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    drop(served.0.stderr.take());
    let mut card = desk.card(0).selected();
    assert_eq!(card.ask(HOW_IS_THE_PIN), [0x63, 0xC5]);
    drop(card);
    let _card = desk.card(0).selected();
    let mut orders = served.0.stdin.take().unwrap();
    writeln!(orders, "list\nquit").unwrap();
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
}

#[test]
fn what_cannot_be_served_is_refused_with_its_reason() {
    let desk = Desk::new();
    let refused = |cards: &[&str], options: &[&str], code: i32| said(desk.command(cards).args(options)).ended(code).err;
    assert!(refused(&["none.json"], &[], 2).contains("none.json"));
    fs::write(desk.path("other.json"), "{}").unwrap();
    let other = refused(&["binhai-legal.json", "other.json"], &[], 2);
    assert_eq!(other, "kouan: other.json：文件没有「TEST CARD」标记，不是测试卡文件\n");
    let twice = refused(&["binhai-legal.json", "./binhai-legal.json"], &[], 2);
    assert_eq!(twice, "kouan: 同一张卡给了两次：./binhai-legal.json\n");
    let at = |vpcd: &str| {
        let mut command = command();
        let cards = [desk.path("binhai-legal.json"), desk.path("dongling-operator.json")];
        said(command.args(["card", "serve", "--vpcd", vpcd]).args(cards)).ended(2).err
    };
    assert!(at("nowhere").contains("--vpcd nowhere 不是 主机:端口"));
    assert!(at("127.0.0.1:65535").contains("2张卡要占用从65535起的2个端口"));
    assert!(refused(&["binhai-legal.json"], &["--latency", "fast"], 2).contains("如5ms"));
    assert!(refused(&["binhai-legal.json"], &["--latency", "5ms", "--slow"], 2).contains("--slow"));
    let taken = refused(&["binhai-legal.json"], &["--control", "dongling-operator.json"], 2);
    assert!(taken.contains("dongling-operator.json 已存在，且不是套接字"), "{taken}");
    let mut served = desk.serve(&["binhai-legal.json"], &[]);
    served.until("卡 1");
    assert!(refused(&["binhai-legal.json"], &[], 3).contains("正被使用"));
}
