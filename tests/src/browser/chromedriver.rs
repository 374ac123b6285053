//! chromedriver as a process of its own, and what it starts Chromium with.

use serde_json::json;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};
use thirtyfour::{Capabilities, ChromeCapabilities, ChromiumLikeCapabilities};

const INSTALL: &str = "browser tests need Chromium and its driver: apt-get install chromium chromium-driver";
const READY: &str = "started successfully on port ";

/// The process; its browsers end with it.
pub struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let process = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = process.unwrap_or_else(|error| panic!("{INSTALL} ({error})"));
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let mut lines = output.lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.split_once(READY)?.1.trim_end_matches('.').parse().ok());
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, port: port.expect(INSTALL) }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends all its browsers, and itself.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        if self.shut_down().is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// How Chromium starts. Storage stays partitioned, as it is for everybody.
pub fn capabilities() -> Capabilities {
    let mut chrome = ChromeCapabilities::new();
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        "--hide-scrollbars",
    ];
    for argument in arguments {
        chrome.add_arg(argument).expect("an argument");
    }
    // chromedriver allows every window; people's browsers allow those of a click.
    chrome.add_experimental_option("excludeSwitches", ["disable-popup-blocking"]).expect("an option");
    let mut capabilities: Capabilities = chrome.into();
    let logs = json!({ "browser": "ALL", "performance": "ALL" });
    capabilities.set("goog:loggingPrefs", logs).expect("a setting");
    capabilities
}
