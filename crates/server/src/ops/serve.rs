//! The running program: checks, workers, pages, and the graceful end.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::http::Method;
use mingjing_domain::recording::machine::MachineTask;
use mingjing_press::child::{Client, ClientConfig};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::OpsError;
use crate::case::errata::{self, ERRATA};
use crate::case::facts::Rules;
use crate::case::service::RENDER;
use crate::disposal::service::{SHRED, shredding};
use crate::erasure::service::{Destroyer, ERASE, erasing};
use crate::evidence::destroy::{list_file, shredder};
use crate::evidence::masking::{Maker, handler as masking};
use crate::evidence::reading::{FileReader, handler as reading};
use crate::evidence::scrub::Scrub;
use crate::evidence::service::Store;
use crate::features;
use crate::kit::app::App;
use crate::kit::blob::Blobs;
use crate::kit::config::Config;
use crate::kit::http::{self, Routes};
use crate::kit::jobs::Worker;
use crate::kit::limits::WebConfig;
use crate::kit::openapi::Operation;
use crate::kit::page::{self, Width};
use crate::kit::serving::{self, Patience};
use crate::ledger::service::Ledger;
use crate::ledger::{self, check, sequencer};
use crate::machine_text::config::MachineConfig;
use crate::machine_text::jobs::kind_of;
use crate::machine_text::worker::{Machine, handler as machine_text};
use crate::record::job::Records;
use crate::record::web::Pages;
use crate::record::{self, wire};
use crate::recording::jobs::{CENTRALISE, READ_FILE, handler as centralising};
use crate::viewing_grant::service::MASK;

/// Settings of documents.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentConfig {
    /// Base of the addresses printed on documents, without a slash at the end; by
    /// default the address served on.
    pub base_url: Option<String>,
    /// Folder with the organ's own fonts.
    pub fonts_dir: Option<std::path::PathBuf>,
}

impl DocumentConfig {
    /// Why the addresses printed on documents would lead nowhere outside this
    /// machine: they are fixed in the bytes of each document for ever.
    pub fn unreachable(&self, listen: &str) -> Option<String> {
        let host = listen.rsplit_once(':').map_or(listen, |it| it.0).trim_matches(['[', ']']);
        let nowhere = host.is_empty()
            || host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback() || it.is_unspecified());
        (self.base_url.is_none() && nowhere).then(|| {
            format!(
                "没有设置 documents.base_url：文书二维码中的网址将是 http://{listen}，外人不能打开，\
                 而文书一经制成就不能更改；请先设置对外的网址再制作文书"
            )
        })
    }
}

/// Everything that a running program is made of.
#[derive(Clone)]
pub struct Parts {
    /// Ledger with its keys, and the store behind it.
    pub ledger: Ledger,
    /// Documents.
    pub records: Records,
    /// Where what was destroyed is noted, outside data and backups.
    pub destroyer: Destroyer,
}

impl Parts {
    /// Puts documents and ledger together. Demonstrations carry a mark across each page.
    ///
    /// # Errors
    /// When this program cannot find itself, for the press's child process.
    pub fn new(
        ledger: Ledger,
        config: &Config,
        documents: &DocumentConfig,
        demo: bool,
    ) -> Result<Self, OpsError> {
        if !demo && let Some(fault) = documents.unreachable(&config.listen) {
            tracing::warn!("{fault}");
        }
        mingjing_press::glyphs::use_folder(documents.fonts_dir.clone());
        let rules = Arc::new(Rules::installed());
        let mut press = ClientConfig::current_program().map_err(|e| OpsError::Refused(e.to_string()))?;
        press.fonts_dir.clone_from(&documents.fonts_dir);
        let base_url = documents.base_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
        let records = Records {
            app: ledger.app().clone(),
            blobs: Blobs::new(config.blobs()),
            press: Arc::new(Client::new(press)),
            base_url: base_url.trim_end_matches('/').to_owned(),
            gather: wire::gather(Arc::clone(&rules), demo.then(|| "演示数据".to_owned())),
            carry: wire::carry(rules),
        };
        let destroyer = Destroyer { blobs: Blobs::new(config.blobs()), list: config.erasure_list() };
        Ok(Self { ledger, records, destroyer })
    }

    /// A worker for every kind of job.
    pub fn worker(&self) -> Worker {
        Worker::new(self.app().clone())
            .on(RENDER, self.records.handler())
            .on(CENTRALISE, centralising(Arc::new(Rules::installed())))
            .on(ERRATA, errata::handler(Arc::new(Rules::installed())))
    }

    /// Every route: those of the features, the log, and the verification of documents.
    pub fn routes(&self, web: &WebConfig) -> Routes {
        let routes = features::routes(web);
        let site = features::portal_site(web);
        let pages = Pages {
            records: self.records.clone(),
            ledger: self.ledger.clone(),
            frame: Arc::new(move |title, body| {
                page::portal(&site, title, "/verify", Width::Middle, None, body)
            }),
        };
        let get = |path| (Method::GET, path);
        routes
            .mount(
                ledger::web::routes(self.ledger.clone()),
                &[get("/log/checkpoint"), get("/log/keys"), get("/log/tile/{*path}")],
            )
            .mount(
                record::web::routes(pages),
                &[get("/v"), (Method::POST, "/verify"), get("/v/{key}"), get("/d/{file}")],
            )
            .describe((files(), Vec::new()))
    }

    fn app(&self) -> &App {
        self.ledger.app()
    }
}

/// The log and the public copies of documents, as the API description names them.
fn files() -> Vec<Operation> {
    let get = |path: &str, id: &str, tag: &'static str, words: &str, media: &'static str| {
        Operation::get(path, id, tag, words, json!({ "type": "string" })).produces(media)
    };
    const LOG: &str = "账本";
    let (text, bytes) = ("text/plain", "application/octet-stream");
    let index = || json!({ "type": "string", "pattern": r"^[0-9]{3}(\.p)?$" });
    let level = json!({ "type": "integer", "minimum": 0, "maximum": 5 });
    vec![
        get("/log/checkpoint", "log_checkpoint", LOG, "最近的检查点（C2SP tlog-checkpoint）", text)
            .fails(&[404]),
        get("/log/keys", "log_keys", LOG, "验证公钥", text),
        get("/log/tile/{level}/{index}", "log_tile", LOG, "散列分片（C2SP tlog-tiles）", bytes)
            .at("level", level)
            .at("index", index()),
        get("/log/tile/entries/{index}", "log_entries", LOG, "条目分片（C2SP tlog-tiles）", bytes)
            .at("index", index()),
        get("/d/{file}", "public_copy", "公开", "文书的公开副本（PDF）", "application/pdf")
            .at("file", json!({ "type": "string", "pattern": r"^[A-Za-z0-9_-]{1,64}\.pdf$" })),
    ]
}

/// Longest that tasks in the background are waited for, once nobody is served any
/// more: a job in hand gives its lease back before this.
const GRACE: Duration = Duration::from_millis(1_000);

/// What takes as long as a film does: apart from the other jobs, since documents do not wait
/// for it, and each kind apart from the others.
fn films(
    tasks: &mut JoinSet<()>,
    app: &App,
    config: &Config,
    (store, machine): (&Store, &MachineConfig),
    stopped: &watch::Receiver<bool>,
) {
    let reader = FileReader::new(store.vault().clone(), store.own().clone());
    let readings = Worker::new(app.clone()).on(READ_FILE, reading(reader, Arc::new(Rules::installed())));
    tasks.spawn(readings.run(stopped.clone()));
    // An engine takes longer still, and a page does not wait for a film.
    machine.announce(app);
    for task in MachineTask::ALL.iter().copied().filter(|task| machine.engine(*task).is_some()) {
        let spool = store.own().spool_dir.clone();
        let engine = Machine::new(store.vault().clone(), machine.clone(), spool, task);
        let read = machine_text(engine, Arc::new(Rules::installed()));
        tasks.spawn(Worker::new(app.clone()).on(kind_of(task), read).run(stopped.clone()));
    }
    // A derivative takes as long as its film, and is waited for by one person.
    let maker = Maker::new(store.vault().clone(), store.own().clone(), list_file(config));
    let masks = Worker::new(app.clone()).on(MASK, masking(maker, Arc::new(Rules::installed())));
    tasks.spawn(masks.run(stopped.clone()));
}

/// Serves until the process is told to end; running requests
/// are finished first, and a job in hand if it is done within the second.
///
/// # Errors
/// A named reason why it cannot serve.
pub async fn serve(
    parts: Parts,
    config: &Config,
    web: WebConfig,
    (store, scrub): (Store, Scrub),
    machine: MachineConfig,
) -> Result<(), OpsError> {
    let listener = tokio::net::TcpListener::bind(&config.listen)
        .await
        .map_err(|e| OpsError::Refused(format!("不能在 {} 上提供服务：{e}", config.listen)))?;
    let routes = parts.routes(&web);
    let patience = Patience::from(&web);
    let (router, _shell) =
        http::build(parts.app().clone(), web, routes).map_err(|e| OpsError::Refused(e.to_string()))?;
    let shred = shredder(store.vault().clone(), list_file(config));
    let router = router
        .layer(Extension(parts.ledger.clone()))
        .layer(Extension(parts.records.clone()))
        .layer(Extension(parts.destroyer.clone()))
        .layer(Extension(Arc::clone(&shred)))
        .layer(Extension(store.clone()));
    // Rules may have been corrected since the last start.
    errata::enqueue(parts.app()).await?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let erasing = erasing(parts.destroyer.clone());
    tasks.spawn(
        parts.worker().until_done(SHRED, shredding(shred)).until_done(ERASE, erasing).run(stopped.clone()),
    );
    films(&mut tasks, parts.app(), config, (&store, &machine), &stopped);
    tasks.spawn(store.run(parts.app().clone(), scrub, stopped.clone()));
    tasks.spawn(parts.ledger.clone().run(Duration::from_millis(config.checkpoint_every_ms), stopped.clone()));
    if config.database.is_some() {
        tasks.spawn(sequencer::run(parts.app().clone(), stopped.clone()));
    }
    let (app, keys) = (parts.app().clone(), parts.ledger.verifiers());
    let mut ending = stopped.clone();
    tasks.spawn(async move {
        tokio::select! {
            done = check::behind(&app, &keys) => if let Err(error) = done {
                tracing::error!(%error, "the log could not be checked");
            },
            // An error means that the server is gone, which is an end as well.
            () = async { drop(ending.wait_for(|it| *it).await) } => {}
        }
    });
    tracing::info!(address = config.listen, "ready");
    serving::serve(listener, router, ended(), patience).await;
    // Nobody listens any more when every task has ended already.
    let _ = stop.send(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        // What they had in hand is rolled back whole and taken up at the next start.
        tracing::warn!("tasks in the background were cut off at the end");
        tasks.abort_all();
    }
    Ok(())
}

/// Resolves when the process is told to end.
async fn ended() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without the signal only Ctrl-C ends it.
            Err(_) => std::future::pending::<()>().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::DocumentConfig;

    #[test]
    fn an_address_of_this_machine_alone_is_no_address_for_documents() {
        let unset = DocumentConfig::default();
        for listen in ["127.0.0.1:8080", "0.0.0.0:80", "[::]:80", "[::1]:80", "localhost:80", ":80"] {
            assert!(unset.unreachable(listen).is_some_and(|it| it.contains(listen)), "{listen}");
        }
        assert_eq!(unset.unreachable("192.0.2.7:80"), None);
        let set = DocumentConfig { base_url: Some("https://example.org".to_owned()), ..unset };
        assert_eq!(set.unreachable("127.0.0.1:8080"), None);
    }
}
