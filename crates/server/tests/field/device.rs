//! A device in an officer's hand: a browser with a camera and a microphone that are
//! made up, whose profile outlives it.

use std::process::Command;
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::county::PASSWORD;

pub struct Device {
    pub client: Client,
    profile: TempDir,
    base: String,
    axe: String,
}

/// A command of the browser's own debugging protocol.
#[derive(Debug)]
struct Debugger(Value);

impl WebDriverCompatibleCommand for Debugger {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.0.to_string()))
    }
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set, as `cargo xtask test` does it"))
}

async fn browser(profile: &TempDir) -> Client {
    let options = json!({ "args": [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=zh-CN",
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        format!("--user-data-dir={}", profile.path().display()),
    ]});
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    let mut builder = ClientBuilder::native();
    let client =
        builder.capabilities(capabilities).connect(&setting("MINGJING_TEST_WEBDRIVER")).await.unwrap();
    client.set_window_size(390, 900).await.unwrap();
    client
}

impl Device {
    pub async fn new(base: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let client = browser(&profile).await;
        let axe = std::fs::read_to_string(setting("MINGJING_TEST_AXE")).unwrap();
        Self { client, profile, base: base.to_owned(), axe }
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// The device falls and is dark: nothing gets to say goodbye. Then it starts again.
    pub async fn fall(&mut self) {
        // The lock of a profile names the machine and the process that holds it.
        let lock = std::fs::read_link(self.profile.path().join("SingletonLock")).unwrap();
        let process = lock.to_str().unwrap().rsplit_once('-').unwrap().1.to_owned();
        assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
        // The driver finds its browser gone, and says so or not.
        drop(self.client.clone().close().await);
        self.client = browser(&self.profile).await;
    }

    pub async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Signs in where the page asks for it, and comes to the field page.
    pub async fn sign_in(&self, who: &str) {
        self.open("/sign-in?next=%2Ffield").await;
        for (id, words) in [("login", who), ("password", PASSWORD)] {
            self.client.find(Locator::Id(id)).await.unwrap().send_keys(words).await.unwrap();
        }
        self.client.find(Locator::Css("button.btn")).await.unwrap().click().await.unwrap();
        self.until("html[data-offline=ready]").await;
    }

    /// Waits for what the page shows.
    pub async fn until(&self, css: &str) {
        let wait = self.client.wait().at_most(Duration::from_secs(40)).every(Duration::from_millis(50));
        if let Err(error) = wait.for_element(Locator::Css(css)).await {
            let text = self.script("return location.href + '\\n' + document.body.innerText").await;
            panic!("{css}: {error}\n{}", text.as_str().unwrap());
        }
    }

    pub async fn press(&self, css: &str) {
        self.until(&format!("{css}:not([disabled])")).await;
        self.client
            .find(Locator::Css(css))
            .await
            .unwrap()
            .click()
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    pub async fn write(&self, id: &str, words: &str) {
        self.until(&format!("#{id}")).await;
        let field = self.client.find(Locator::Id(id)).await.unwrap();
        field.clear().await.unwrap();
        // Leaving the field is what keeps it.
        field.send_keys(&format!("{words}\t")).await.unwrap();
    }

    /// Gives a field of time its value, which no language of the browser changes.
    pub async fn set(&self, id: &str, value: &str) {
        self.until(&format!("#{id}")).await;
        let script = "const it = document.getElementById(arguments[0]); it.value = arguments[1]; \
            it.dispatchEvent(new Event('change', { bubbles: true })); return it.value";
        let now = self.client.execute(script, vec![json!(id), json!(value)]).await.unwrap();
        assert_eq!(now, json!(value), "{id}");
    }

    /// Chooses what begins with these words.
    pub async fn choose(&self, id: &str, words: &str) {
        self.until(&format!("#{id}")).await;
        let script = "const it = document.getElementById(arguments[0]); \
            const found = [...it.options].filter(one => one.text.startsWith(arguments[1])); \
            if (found.length !== 1) return [...it.options].map(one => one.text).join('|'); \
            it.value = found[0].value; it.dispatchEvent(new Event('change', { bubbles: true })); return ''";
        let said = self.client.execute(script, vec![json!(id), json!(words)]).await.unwrap();
        assert_eq!(said, json!(""), "{id} {words}");
    }

    /// A hand that writes: down, a few points, up.
    pub async fn draw(&self) {
        let draw = "const pad = document.querySelector('.pad'); pad.setPointerCapture = () => {}; pad.scrollIntoView(); \
            const box = pad.getBoundingClientRect(); const at = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, { pointerId: 1, clientX: box.left + x, clientY: box.top + y, bubbles: true })); \
            at('pointerdown', 20, 20); at('pointermove', 90, 60); at('pointermove', 150, 30); at('pointerup', 150, 30)";
        self.script(draw).await;
    }

    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Runs the body of an asynchronous function in the page, with the page's modules
    /// as `store`, `merkle`, `page`, `capture`, `api`.
    pub async fn within(&self, body: &str, args: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1); (async () => {{ \
             const home = document.querySelector('script[src*=\"/main.js\"]').src; \
             const load = name => import(new URL(name + '.js', home)); \
             const [store, merkle, page, capture, api] = await Promise.all(['store', 'merkle', 'act', 'capture', 'api'].map(load)); \
             {body} }})().then(done, e => done('failed: ' + e + ' ' + (e?.stack ?? '')))"
        );
        let answer = self.client.execute_async(&script, args).await.unwrap();
        assert!(!answer.as_str().is_some_and(|it| it.starts_with("failed: ")), "{answer}");
        answer
    }

    /// Speaks to the browser's debugger.
    pub async fn debugger(&self, command: &str, params: Value) {
        let command = Debugger(json!({ "cmd": command, "params": params }));
        self.client.issue_cmd(command).await.unwrap();
    }

    /// Tells the browser that it has no network, or that it has one.
    pub async fn flight(&self, on: bool) {
        let params = json!({ "offline": on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.debugger("Network.enable", json!({})).await;
        self.debugger("Network.emulateNetworkConditions", params).await;
    }

    pub async fn text(&self) -> String {
        self.script("return document.querySelector('main').innerText").await.as_str().unwrap().to_owned()
    }

    /// axe-core finds nothing, and nothing runs off the side, wide and narrow.
    pub async fn look(&self, what: &str) {
        const AXE: &str = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(it => \
            done(it.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | '))), e => done([String(e)]))";
        const SIDEWAYS: &str = "return document.documentElement.scrollWidth > innerWidth ? ['sideways ' + document.documentElement.scrollWidth] : []";
        self.script(&self.axe).await;
        for width in [1440, 390] {
            self.client.set_window_size(width, 900).await.unwrap();
            let found = self.client.execute_async(AXE, vec![]).await.unwrap();
            assert_eq!(found, json!([]), "{what} at {width}");
            assert_eq!(self.script(SIDEWAYS).await, json!([]), "{what} at {width}");
        }
        if let Ok(folder) = std::env::var("MINGJING_TEST_PICTURES") {
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(format!("{folder}/{what}.png"), picture).unwrap();
        }
    }
}
