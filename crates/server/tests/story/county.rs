//! The program as it runs, on a county's people: a real listener, the real press
//! and ledger, and a clock that moves on purpose.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use axum::{Extension, Router};
use jiff::SignedDuration;
use jiff::civil::Date;
use mingjing::case::facts::Rules;
use mingjing::erasure::service::Destroyer;
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::hooks::Hooks;
use mingjing::evidence::service::Store;
use mingjing::kit::app::App;
use mingjing::kit::blob::Blobs;
use mingjing::kit::clock::ManualClock;
use mingjing::kit::config::Config;
use mingjing::kit::entropy::{Draw, OsEntropy};
use mingjing::kit::limits::WebConfig;
use mingjing::kit::password::Hasher;
use mingjing::kit::{http, registry, serving};
use mingjing::ops::seed;
use mingjing::ops::serve::Parts;
use mingjing::record::job::Records;
use mingjing::record::wire;
use mingjing_domain::matter::shanghai;
use mingjing_press::child::{Client, ClientConfig};

use crate::support::Bench;

/// The password of everyone.
pub const PASSWORD: &str = "一句很长而且好记的话";

pub struct County {
    pub app: App,
    pub parts: Parts,
    /// Bytes of recordings.
    #[allow(dead_code)]
    pub store: Store,
    pub clock: Arc<ManualClock>,
    /// Where it is served, without a slash at the end.
    pub base: String,
    /// Path of every page and resource that can be read.
    pub readable: Vec<&'static str>,
    pub bench: Bench,
}

impl County {
    pub async fn new() -> Self {
        Self::behind(|program| program).await
    }

    /// As [`County::new`], with something standing before the program.
    pub async fn behind(front: impl FnOnce(Router) -> Router) -> Self {
        let bench = Bench::sqlite();
        let app = bench.app_with(registry::all()).await;
        let web = WebConfig { demo: true, argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
        let phc = Hasher::new(&web, &OsEntropy).unwrap().hash(PASSWORD, &OsEntropy).await.unwrap();
        seed::county::found(&app, &mut Draw::new(app.entropy().as_ref()), &phc).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let rules = Arc::new(Rules::built_in());
        let press = ClientConfig {
            program: env!("CARGO_BIN_EXE_mingjing").into(),
            fonts_dir: None,
            timeout: Duration::from_secs(120),
            jobs_per_worker: 100,
            workers: 1,
        };
        let records = Records {
            app: app.clone(),
            blobs: Blobs::new(bench.dir.path().join("files")),
            press: Arc::new(Client::new(press)),
            base_url: base.clone(),
            gather: wire::gather(Arc::clone(&rules), Some("演示数据".to_owned())),
            carry: wire::carry(rules),
        };
        let destroyer = Destroyer {
            blobs: Blobs::new(bench.dir.path().join("files")),
            list: bench.dir.path().join("destroyed.json"),
        };
        let parts = Parts { ledger: bench.ledger(&app).await, records, destroyer };
        let routes = parts.routes(&web);
        let readable = routes.listed.iter().filter(|it| it.method == Method::GET).map(|it| it.path).collect();
        let patience = serving::Patience::from(&web);
        let settings = Config {
            data: bench.dir.path().join("evidence"),
            keys: Some(bench.dir.path().join("evidence-keys")),
            ..Config::default()
        };
        std::fs::create_dir_all(&settings.data).unwrap();
        let own = EvidenceConfig::default();
        let vault = mingjing::evidence::config::open(&settings, &own, app.now()).unwrap();
        let store = Store::new(vault, Hooks::of_recordings(), own);
        let (router, _) = http::build(app.clone(), web, routes).unwrap();
        let router = router
            .layer(Extension(parts.ledger.clone()))
            .layer(Extension(parts.records.clone()))
            .layer(Extension(parts.destroyer.clone()))
            .layer(Extension(store.clone()));
        let router = front(router);
        tokio::spawn(serving::serve(listener, router, std::future::pending(), patience));
        Self { app, parts, store, clock: bench.clock.clone(), base, readable, bench }
    }

    /// Moves the clock to nine in the morning of a day, Shanghai.
    pub fn day(&self, date: &str) {
        let date: Date = date.parse().unwrap();
        let at = date.at(9, 0, 0, 0).to_zoned(shanghai()).unwrap().timestamp();
        assert!(at > self.app.now(), "the clock does not run backwards");
        self.clock.set(at);
    }

    pub fn minute(&self) {
        self.clock.advance(SignedDuration::from_mins(1));
    }

    /// Civil time so many minutes ago, as a form takes it.
    pub fn ago(&self, minutes: i64) -> String {
        let at = self.app.now().checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        at.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Everything that was recorded could lawfully be done, and nothing is missing.
    pub async fn holds(&self) {
        let keys = self.parts.ledger.verifiers();
        let report = mingjing::ops::audit::audit(self.app.db(), &keys, &[]).await.unwrap();
        let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(report.holds(), "{found:#?}");
    }

    /// What the program does by itself meanwhile: documents are made, and what is
    /// recorded comes under a signed checkpoint.
    pub async fn work(&self) {
        self.parts.worker().drain().await.unwrap();
        self.parts.ledger.checkpoint().await.unwrap();
    }
}
