//! A card of the fixtures in a virtual reader of a test's own service, and programs that talk to it.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use virtual_card::{
    CardFile, Tray,
    vpcd::{Plug, State},
};

use crate::pcscd::Pcscd;

/// How long a reader may take to see a card.
const NOTICE: Duration = Duration::from_secs(10);

/// What a program said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// The same, having ended with `code`.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }
}

/// Runs a program to its end.
pub fn said(command: &mut Command) -> Said {
    command.output().unwrap().into()
}

/// A card in a reader.
pub struct Plugged {
    tray: Arc<Mutex<Tray>>,
    pub plug: Plug,
}

impl Plugged {
    /// The card of a file in `fixtures/cards`, in the service's reader of that number, which has seen it.
    pub fn card(service: &Pcscd, slot: u16, name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cards").join(name);
        let tray = Arc::new(Mutex::new(Tray::default()));
        tray.lock().unwrap().insert(CardFile::parse(&fs::read_to_string(path).unwrap()).unwrap().card());
        let plug = Plug::new(service.vpcd(slot).parse().unwrap(), Arc::clone(&tray)).unwrap();
        assert!(plug.wait_for(State::InReader, NOTICE), "{:?}\n{}", plug.trouble(), service.log());
        let reader = format!("Virtual PCD 00 0{slot}\t有卡");
        while !said(service.kouan().args(["card", "list-readers"])).ended(0).out.contains(&reader) {}
        Self { tray, plug }
    }

    /// Where it lies. To be let go before a program is waited for.
    pub fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap()
    }

    /// Tries of its PIN that are left, and whether it is verified.
    pub fn pin(&self) -> (u8, bool) {
        let state = self.tray().card().unwrap().pin_state();
        (state.pin_left, state.verified)
    }
}

/// `kouan card apdu` that is told its commands one by one.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Session {
    /// Connects to the card in the service's first reader that holds one.
    pub fn open(service: &Pcscd) -> Self {
        let mut command = service.kouan();
        command.args(["card", "apdu", "--reader", "pcsc"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    /// Sends a command and gives the line of the answer.
    pub fn send(&mut self, command: &str) -> String {
        writeln!(self.input.as_ref().unwrap(), "{command}").unwrap();
        let mut lines = [String::new(), String::new()];
        lines.iter_mut().for_each(|line| {
            self.output.read_line(line).unwrap();
        });
        assert!(lines[0].starts_with("> "), "{lines:?}");
        lines[1].trim_end().to_owned()
    }

    /// Ends it, having let go of the card.
    pub fn close(mut self) {
        self.input = None;
        assert!(self.child.wait().unwrap().success());
    }
}
