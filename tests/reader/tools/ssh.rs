//! `ssh` to a server of the test's own, with a key that never leaves the card.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
};

use super::served::{NEW, PIN, Served, module};
use crate::plugged::{Said, said};

/// How often a server is started anew where somebody was faster at its port.
const STARTS: usize = 5;

/// A server that lets in who has the card's key. Dropping it ends it.
struct Server {
    port: u16,
    child: Child,
}

impl Server {
    fn start(card: &Served) -> Self {
        fs::set_permissions(card.path(""), fs::Permissions::from_mode(0o700)).unwrap();
        card.run("ssh-keygen -q -t ed25519 -N  -f host").ended(0);
        // StrictModes looks at folders above ours, which are everybody's.
        let settings = "HostKey host\nAuthorizedKeysFile authorized\nStrictModes no\nUsePAM no\nPidFile none\n\
            PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n";
        let here = |name: &str| card.path(name).display().to_string();
        card.write(
            "sshd_config",
            settings
                .replace(" host\n", &format!(" {}\n", here("host")))
                .replace(" authorized\n", &format!(" {}\n", here("authorized"))),
        );
        (0..STARTS).find_map(|_| Self::listen(card)).expect("a free port")
    }

    fn listen(card: &Served) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("/usr/sbin/sshd");
        command
            .args(["-D", "-e", "-f"])
            .arg(card.path("sshd_config"))
            .arg("-o")
            .arg(format!("ListenAddress=127.0.0.1:{port}"));
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while told.read_line(&mut line).unwrap() > 0 {
            if line.starts_with("Server listening on 127.0.0.1") {
                // What it says later must find a reader.
                std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
                return Some(Self { port, child });
            }
        }
        child.wait().unwrap();
        assert!(line.contains("Bind to port"), "{line}");
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It can only fail if it has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks the server to run `echo`, as whoever runs the test, by the card's key and the PIN that a helper program tells.
fn log_in(card: &Served, server: &Server, pin: &str) -> Said {
    card.write("askpass", format!("#!/bin/sh\necho {pin}\n"));
    fs::set_permissions(card.path("askpass"), fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = card.program("ssh");
    command.env("SSH_ASKPASS", card.path("askpass")).env("SSH_ASKPASS_REQUIRE", "force").env_remove("SSH_AUTH_SOCK");
    command.args(["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "NumberOfPasswordPrompts=1"]);
    command.arg("-o").arg(format!("UserKnownHostsFile={}", card.path("known").display()));
    command.arg("-o").arg(format!("PKCS11Provider={}", module().expect("apt-get install opensc-pkcs11").display()));
    command.args(["-o", "PreferredAuthentications=publickey", "-p", &server.port.to_string(), "127.0.0.1"]);
    said(command.args(["echo", "in"]))
}

#[test]
fn the_cards_keys_open_a_session_of_ssh() {
    for fixture in ["dongling-operator.json", "dongling-operator2.json"] {
        let tools = ["ssh", "sshd", "ssh-keygen", "opensc-tool"];
        let Some(card) = Served::start("ssh", fixture, &tools) else { return };
        // sshd wants this folder; without it nobody is root here, and nothing can be tried.
        fs::create_dir_all("/run/sshd").unwrap();
        let server = Server::start(&card);
        let module = module().expect("apt-get install opensc-pkcs11");
        let key = said(card.program("ssh-keygen").arg("-D").arg(&module)).ended(0).out;
        card.write("authorized", key.lines().next().unwrap());
        let wrong = log_in(&card, &server, NEW).ended(255);
        assert!(wrong.err.contains("Permission denied"), "{}", wrong.err);
        let tries = card.file().pin_left;
        assert!(tries < 5, "the PIN was asked for");
        assert_eq!(log_in(&card, &server, PIN).ended(0).out, "in\n");
        assert_eq!(card.file().pin_left, 5);
    }
}
