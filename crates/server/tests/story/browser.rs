//! One browser in which people take turns, each with a session of his own.

use std::collections::BTreeMap;
use std::time::Duration;

use fantoccini::cookies::Cookie;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::county::{County, PASSWORD};
use crate::fields;
use crate::look::Look;

const COOKIE: &str = "mingjing";

/// Where the browser is once the page has loaded, and what tells pages of one
/// address apart: the stage of a case, a refusal, a notice.
const ARRIVED: &str = "const done = arguments[0], has = it => document.querySelector(it) !== null; \
    const told = () => done({ path: location.pathname, manner: [ \
        document.querySelector('main .above .tag')?.innerText ?? '', \
        has('main .notice.refused, main .errors') ? 'refused' : '', has('main .notice:not(.refused)') ? 'notice' : '', \
        has('main .said') ? 'said' : ''] }); \
    document.readyState === 'complete' ? told() : addEventListener('load', told)";

pub struct Browser {
    pub client: Client,
    pub look: Look,
    base: String,
    /// Path of the page that is open.
    path: String,
    /// Who sits before it; nobody in particular when empty.
    who: &'static str,
    sessions: BTreeMap<&'static str, Cookie<'static>>,
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set, as `cargo xtask test` does it"))
}

impl Browser {
    pub async fn new(county: &County) -> Self {
        let options = json!({ "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=zh-CN",
        ]});
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let driver = setting("MINGJING_TEST_WEBDRIVER");
        let mut builder = ClientBuilder::native();
        let client = builder.capabilities(capabilities).connect(&driver).await.unwrap();
        let look = Look::new(&client, &setting("MINGJING_TEST_AXE"), county.readable.clone()).await;
        client.goto(&format!("{}/healthz", county.base)).await.unwrap();
        Self {
            client,
            look,
            base: county.base.clone(),
            path: String::new(),
            who: "",
            sessions: BTreeMap::new(),
        }
    }

    /// Ends it; what was found wrong with the pages fails the test here.
    pub async fn close(self) {
        self.client.close().await.unwrap();
        self.look.conclude();
    }

    /// Another person sits down.
    pub async fn be(&mut self, who: &'static str) {
        if self.who == who {
            return;
        }
        match self.client.get_named_cookie(COOKIE).await {
            Ok(session) => drop(self.sessions.insert(self.who, session)),
            Err(error) if error.is_no_such_cookie() => drop(self.sessions.remove(self.who)),
            Err(error) => panic!("{error}"),
        }
        self.client.delete_all_cookies().await.unwrap();
        if let Some(session) = self.sessions.get(who) {
            self.client.add_cookie(session.clone()).await.unwrap();
        }
        self.who = who;
    }

    /// Opens an address of the program.
    pub async fn open(&mut self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
        self.arrive().await;
    }

    /// Looks at the page that came; whose session is over signs in first.
    async fn arrive(&mut self) {
        self.see().await;
        if !self.who.is_empty() && self.path == "/sign-in" {
            self.sign_in().await;
        }
    }

    /// Waits until the page is there, and looks at it.
    async fn see(&mut self) {
        let arrived = self.client.execute_async(ARRIVED, vec![]).await.unwrap();
        self.path = arrived["path"].as_str().unwrap().to_owned();
        self.look.at(&self.client, self.who, &self.path, &arrived["manner"]).await;
    }

    async fn sign_in(&mut self) {
        for (id, words) in [("login", self.who), ("password", PASSWORD)] {
            self.client.find(Locator::Id(id)).await.unwrap().send_keys(words).await.unwrap();
        }
        self.click("button.btn").await;
        self.see().await;
        assert_ne!(self.path, "/sign-in", "{} is let in: {}", self.who, self.text().await);
    }

    /// Signs in where the page asks for it, wherever that leads.
    pub async fn sign_in_again(&mut self) {
        for (id, words) in [("login", self.who), ("password", PASSWORD)] {
            self.client.find(Locator::Id(id)).await.unwrap().send_keys(words).await.unwrap();
        }
        self.click("button.btn").await;
        self.see().await;
    }

    /// Path of the page that is open.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Clicks what a person would click; it leads to another page, which has come
    /// or is coming when this returns.
    async fn click(&self, css: &str) {
        self.script("document.documentElement.dataset.old = ''", vec![]).await.unwrap();
        let found = self.client.find(Locator::Css(css)).await;
        let found = found.unwrap_or_else(|e| panic!("{css}: {e}"));
        found.click().await.unwrap_or_else(|e| panic!("{css}: {e}"));
        let fresh = Locator::Css("html:not([data-old]) main");
        self.client.wait().every(Duration::from_millis(10)).for_element(fresh).await.unwrap();
    }

    /// Clicks a link or a button, and looks at where it leads.
    pub async fn follow(&mut self, css: &str) {
        self.click(css).await;
        self.arrive().await;
    }

    pub async fn script(&self, script: &str, args: Vec<Value>) -> Result<Value, CmdError> {
        self.client.execute(script, args).await
    }

    /// What is written on the page, as it is seen.
    pub async fn text(&self) -> String {
        let text = self.script("return document.querySelector('main').innerText", vec![]).await.unwrap();
        text.as_str().unwrap().to_owned()
    }

    /// All of these words stand on the page.
    pub async fn sees(&self, words: &[&str]) {
        let text = self.text().await;
        for it in words {
            assert!(text.contains(it), "{} does not see {it}:\n{text}", self.who);
        }
    }

    /// None of these words stands on the page.
    pub async fn misses(&self, words: &[&str]) {
        let text = self.text().await;
        for it in words {
            assert!(!text.contains(it), "{} sees {it}:\n{text}", self.who);
        }
    }

    /// The stop of the rail at which the matter stands, with its note.
    pub async fn stands_at(&self) -> String {
        let script = "return [...document.querySelectorAll('.rail [aria-current=step]')]\
            .map(it => it.querySelector('b').firstChild.data).join(' ')";
        self.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned()
    }

    /// Stops of the rail that are over.
    pub async fn stops_done(&self) -> String {
        let script = "return [...document.querySelectorAll('.rail .done b')]\
            .map(it => it.firstChild.data).join(' ')";
        self.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned()
    }

    /// Fills the form of this page and presses its button.
    pub async fn submit(&mut self, table: &[(&str, &str)]) {
        fields::fill(self, table).await;
        self.follow("form.sheet .buttons .btn").await;
    }

    /// What the page says is wrong: a refusal with its article, errors beside fields.
    pub async fn refusal(&self) -> String {
        let script = "return [...document.querySelectorAll('.notice.refused, .errors, .field .error')]\
            .map(it => it.innerText).join('\\n')";
        self.script(script, vec![]).await.unwrap().as_str().unwrap().to_owned()
    }

    /// A person opens a case, takes one of the actions offered there, fills its
    /// form and is back at the case.
    pub async fn act(
        &mut self,
        county: &County,
        who: &'static str,
        case: &str,
        verb: &str,
        table: &[(&str, &str)],
    ) {
        county.minute();
        let same = self.who == who && self.path == case;
        self.be(who).await;
        if !same {
            self.open(case).await;
        }
        self.take(&format!("{case}/do/{verb}")).await;
        self.submit(table).await;
        let said = self.refusal().await;
        assert_eq!(self.path, case, "{who} {verb}: {said}");
    }

    /// Clicks the link to an address, unfolding what hides it.
    pub async fn take(&mut self, href: &str) {
        let unfold = "const link = document.querySelector(`a[href=\"${arguments[0]}\"]`); \
            if (!link) return false; \
            for (let it = link.closest('details:not([open])'); it; it = it.parentElement.closest('details:not([open])')) \
                it.querySelector('summary').click(); \
            return true";
        let found = self.script(unfold, vec![json!(href)]).await.unwrap();
        assert_eq!(found, json!(true), "{} is offered {href}:\n{}", self.who, self.text().await);
        self.follow(&format!("a[href=\"{href}\"]")).await;
    }

    /// A person goes straight to a form and is refused; gives what the page says.
    pub async fn refused(
        &mut self,
        who: &'static str,
        case: &str,
        verb: &str,
        table: &[(&str, &str)],
    ) -> String {
        self.be(who).await;
        self.open(&format!("{case}/do/{verb}")).await;
        self.submit(table).await;
        assert_eq!(self.path, format!("{case}/do/{verb}"), "{who} {verb}: not refused");
        self.refusal().await
    }

    /// Proposed by an officer, reviewed by the unit's head, approved by the head.
    pub async fn pass(&mut self, county: &County, case: &str, verb: &str, table: &[(&str, &str)]) {
        self.act(county, "yj-officer1", case, verb, table).await;
        let reviewed = [("agree", "同意呈报"), ("opinion", "事实清楚，同意呈报")];
        self.act(county, "yj-unithead", case, "review_proposal", &reviewed).await;
        let approved = [("approve", "批准"), ("opinion", "同意")];
        self.act(county, "yj-head", case, "approve_proposal", &approved).await;
    }
}
