//! A headless Chromium, driven over its DevTools protocol. Nothing here waits by sleeping: the page says when it is ready.

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// An open page, and what it has said so far.
pub struct Page {
    browser: Child,
    socket: WebSocket<TcpStream>,
    session: String,
    next_id: u64,
    /// Console messages, exceptions and refusals of the content security policy.
    pub complaints: Vec<String>,
    /// What it has asked the network for, or the disk.
    pub requests: Vec<String>,
    _profile: tempfile::TempDir,
}

/// The browser's program; `None` where there is none and none is needed. With `KOUAN_NEEDS_JUDGES` it is needed.
pub fn program(test: &str) -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("KOUAN_NEEDS_JUDGES").is_none(), "{test} needs the program chromium: make setup");
        println!("SKIPPED {test}: chromium is not installed");
    }
    found
}

impl Page {
    /// Starts a browser with a profile of its own and opens `url` in a window of that size.
    pub fn open(program: &PathBuf, url: &str, width: u32, height: u32) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
                     --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-port=0";
        let mut browser = Command::new(program)
            .args(flags.split_whitespace())
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={width},{height}"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(browser.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned))
            .expect("the browser says where it listens");
        // It goes on talking; nobody must stop reading, or it stands still.
        std::thread::spawn(move || lines.for_each(drop));
        let host = address.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let (socket, _) = tungstenite::client(address.as_str(), stream).unwrap();
        let (complaints, requests) = (Vec::new(), Vec::new());
        let session = String::new();
        let mut page = Self { browser, socket, session, next_id: 0, complaints, requests, _profile: profile };
        let target = page.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = target["targetId"].as_str().unwrap();
        let attached = page.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        page.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Page.navigate", json!({"url": url}));
        assert!(
            page.comes_true("document.documentElement.dataset.readyMs"),
            "the page is never ready: {:?}",
            page.complaints
        );
        page
    }

    /// Sends a command and gives its result; what the page says meanwhile is noted.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        let mut command = json!({"id": id, "method": method, "params": params});
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(command.to_string())).unwrap();
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["id"] == id {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].clone();
            }
            self.note(&said);
        }
    }

    fn note(&mut self, said: &Value) {
        let params = &said["params"];
        match said["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => self.complaints.push(params["exceptionDetails"].to_string()),
            "Runtime.consoleAPICalled" => self.complaints.push(params["args"].to_string()),
            "Log.entryAdded" => self.complaints.push(params["entry"]["text"].to_string()),
            "Network.requestWillBeSent" => {
                self.requests.push(params["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
    }

    /// The value of an expression in the page.
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// The text of the first element that fits the selector, as people see it; empty where there is none.
    pub fn text(&mut self, selector: &str) -> String {
        let found = self.eval(&format!("document.querySelector({})?.innerText ?? ''", json!(selector)));
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Whether an expression becomes true within what a person would wait at most; asked at every frame.
    pub fn comes_true(&mut self, expression: &str) -> bool {
        let wait = format!(
            "new Promise((done) => {{ const began = performance.now(); const look = () => {{ let holds = false; \
             try {{ holds = Boolean({expression}); }} catch {{ holds = false; }} \
             if (holds || performance.now() - began > 20000) done(holds); else requestAnimationFrame(look); }}; look(); }})"
        );
        self.eval(&wait) == json!(true)
    }

    /// A key is pressed and let go. `text` is what it types, if anything.
    pub fn press(&mut self, key: &str, text: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let down = json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}));
    }

    /// What is in sight, in a window of that size, as PNG; taken when it has been drawn.
    pub fn picture(&mut self, width: u32, height: u32) -> Vec<u8> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.eval("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        let taken = self.call("Page.captureScreenshot", json!({"format": "png"}));
        self.call("Emulation.clearDeviceMetricsOverride", json!({}));
        STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()
    }

    /// What a person types, key by key.
    pub fn types(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
