//! One Chromium for one test: started on a free port, stopped by its own process id whatever the test does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Widths the pages must work at.
pub(crate) const PHONE: (u32, u32) = (320, 640);
pub(crate) const LAPTOP: (u32, u32) = (1366, 768);
pub(crate) const DESKTOP: (u32, u32) = (1920, 1080);

type Lines = std::io::Lines<BufReader<ChildStdout>>;

/// A chromedriver with its port and what it prints further; none if it ended before it had one.
fn driver() -> Option<(Child, u16, Lines)> {
    let mut driver =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut lines = BufReader::new(driver.stdout.take()?).lines();
    let port =
        lines.find_map(|line| line.ok()?.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    if port.is_none() {
        let _ = (driver.kill(), driver.wait());
    }
    Some((driver, port?, lines))
}

/// A browser with one window.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Child,
    port: u16,
    session: String,
    http: reqwest::Client,
    /// Servers where it is signed in.
    hosts: std::sync::Mutex<std::collections::BTreeSet<String>>,
}

impl Browser {
    /// Starts chromedriver and a Chromium with an empty profile.
    pub(crate) async fn start() -> Self {
        // It takes a free port of IPv4 and then wants the same of IPv6; now and then another process has that.
        let (driver, port, lines) = (0..5)
            .find_map(|_| driver())
            .expect("chromedriver tells its port: `make setup` installs chromium and chromium-driver");
        // Whatever it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--force-device-scale-factor=1",
            "--hide-scrollbars",
            "--lang=zh-CN",
        ];
        let capabilities = json!({
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities).expect("capabilities"))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        let session = client.session_id().await.expect("asked").expect("a session has an id");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let browser = Self { client, driver, port, session, http, hosts: Default::default() };
        browser.size(LAPTOP).await;
        browser
    }

    async fn vendor(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://127.0.0.1:{}/session/{}/{path}", self.port, self.session);
        let answer = self.http.post(url).json(body).send().await.expect("chromedriver answers");
        answer.json::<Value>().await.expect("JSON")["value"].take()
    }

    /// One command of the DevTools protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.vendor("goog/cdp/execute", &json!({"cmd": command, "params": parameters})).await
    }

    /// Sets the size of the page.
    pub(crate) async fn size(&self, (width, height): (u32, u32)) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// `dark` or `light`.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Opens a page; signed in as the demo's planner, unless the page is a way in itself.
    pub(crate) async fn open(&self, url: &str) {
        let host: String = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let by_link = ["/r/", "/login", "/welcome/"].iter().any(|path| url[host.len()..].starts_with(path));
        let first = !by_link && self.hosts.lock().expect("hosts").insert(host.clone());
        if first {
            self.client.goto(&format!("{host}/login")).await.expect("the page loads");
            self.click("button[value=demo-planner]").await;
            self.until("document.querySelector('form.sign-out') !== null").await;
            // What came of that is not the test's.
            let _ = (self.complaints().await, self.requests().await);
        }
        self.client.goto(url).await.expect("the page loads");
    }

    /// Waits for an element.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let begun = Instant::now();
        loop {
            // Any error is waited out: while a page is left, chromedriver answers that the search was aborted.
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => return element,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(15), "{css}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The text of an element.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("a text")
    }

    /// Clicks what a reader would click.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Sets a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.find(css).await;
        let (css, text) = (Value::from(css), Value::from(text));
        self.value(&format!("(document.querySelector({css}).value = {text})")).await;
    }

    /// The value of an expression in the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression in the page is true.
    pub(crate) async fn until(&self, expression: &str) {
        let begun = Instant::now();
        while self.value(expression).await != Value::Bool(true) {
            assert!(begun.elapsed() < Duration::from_secs(15), "never true: {expression}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Writes what is seen to `target/screens`.
    pub(crate) async fn screenshot(&self, name: &str) {
        let whole = self
            .devtools("Page.captureScreenshot", json!({"captureBeyondViewport": true, "optimizeForSpeed": true}))
            .await;
        self.keep(name, "png", whole["data"].as_str().expect("a picture"));
    }

    /// Writes the whole page to `target/screens`, however long it is.
    pub(crate) async fn screenshot_whole(&self, name: &str) {
        let metrics = self.devtools("Page.getLayoutMetrics", json!({})).await;
        let size = &metrics["cssContentSize"];
        let clip = json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        // Large files, written fast.
        let asked = json!({"captureBeyondViewport": true, "optimizeForSpeed": true, "clip": clip});
        let whole = self.devtools("Page.captureScreenshot", asked).await;
        self.keep(name, "png", whole["data"].as_str().expect("a picture"));
    }

    /// Prints to A4 as the browser would; the number of pages.
    pub(crate) async fn print(&self, name: &str) -> usize {
        let asked =
            json!({"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": true, "printBackground": false});
        let printed = self.devtools("Page.printToPDF", asked).await;
        let bytes = self.keep(name, "pdf", printed["data"].as_str().expect("a document"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.matches("/Type /Page\n").count()
    }

    fn keep(&self, name: &str, ending: &str, data: &str) -> Vec<u8> {
        let folder = screens();
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        let bytes = base64(data);
        std::fs::write(folder.join(format!("{name}.{ending}")), &bytes).expect("a screenshot");
        bytes
    }

    /// What the page complained of since it was last asked.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let entries = self.vendor("se/log", &json!({"type": "browser"})).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let bad = entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        bad.map(|entry| entry["message"].to_string()).collect()
    }

    /// Every request since it was last asked: address and bytes on the wire.
    pub(crate) async fn requests(&self) -> Vec<(String, u64)> {
        let entries = self.vendor("se/log", &json!({"type": "performance"})).await;
        let (mut addresses, mut sizes) = (Vec::new(), std::collections::BTreeMap::new());
        for entry in entries.as_array().into_iter().flatten() {
            let message: Value = serde_json::from_str(entry["message"].as_str().expect("a message")).expect("JSON");
            let (method, parameters) = (message["message"]["method"].as_str(), &message["message"]["params"]);
            let id = parameters["requestId"].as_str().unwrap_or_default().to_owned();
            match method {
                Some("Network.requestWillBeSent") => {
                    let address = parameters["request"]["url"].as_str().unwrap_or_default().to_owned();
                    if address.starts_with("http") {
                        addresses.push((id, address));
                    }
                }
                Some("Network.loadingFinished") => {
                    sizes.insert(id, parameters["encodedDataLength"].as_f64().unwrap_or(0.0) as u64);
                }
                _ => {}
            }
        }
        addresses.into_iter().map(|(id, address)| (address, sizes.get(&id).copied().unwrap_or(0))).collect()
    }

    /// What axe-core finds that is serious or critical.
    pub(crate) async fn accessibility_faults(&self) -> Vec<String> {
        let source = axe();
        // By DevTools, since the page's policy lets no foreign script in.
        let load = json!({"expression": source, "returnByValue": false});
        self.devtools("Runtime.evaluate", load).await;
        let run = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.filter(v => \
                   ['serious', 'critical'].includes(v.impact)).flatMap(v => v.nodes.map(n => \
                   `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`)))";
        let asked = json!({"expression": run, "awaitPromise": true, "returnByValue": true});
        let found = self.devtools("Runtime.evaluate", asked).await;
        let list = found["result"]["value"].as_array().unwrap_or_else(|| panic!("axe ran: {found}")).clone();
        list.iter().map(Value::to_string).collect()
    }

    /// Asserts what holds for every page in every state.
    pub(crate) async fn is_sound(&self, case: &str, host: &str) {
        assert_eq!(self.complaints().await, [] as [String; 0], "{case}: the console is silent");
        for (address, _) in self.requests().await {
            assert!(address.starts_with(&format!("http://{host}/")), "{case}: a request to {address}");
        }
        let faults = self.accessibility_faults().await;
        assert!(faults.is_empty(), "{case}: {}", faults.join("\n"));
        let overflow = self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
        assert_eq!(overflow, 0, "{case}: the page scrolls sideways");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The session first: a chromedriver that is ended alone leaves its Chromium behind.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
            let request =
                format!("DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.session);
            if stream.write_all(request.as_bytes()).is_ok() {
                let _ = stream.read(&mut [0; 1024]);
            }
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Where screenshots go.
fn screens() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target")).join("screens")
}

/// axe-core by its lock file; fetched once.
fn axe() -> String {
    static FETCHED: Once = Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    FETCHED.call_once(|| {
        if !script.exists() {
            let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            let fetched = Command::new("npm").args(arguments).current_dir(folder).status();
            assert!(fetched.is_ok_and(|status| status.success()), "axe-core is fetched by npm ci in tests/browser");
        }
    });
    std::fs::read_to_string(&script).expect("axe-core: `make setup` fetches it")
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte));
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0);
    for digit in digits {
        held = (held << 6 | digit as u32) & 0xfff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}
