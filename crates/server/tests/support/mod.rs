//! Databases for tests: a temporary SQLite folder, or a scratch database on a
//! private PostgreSQL cluster that lives as long as the test program.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use mingjing::kit::app::{App, Parts};
use mingjing::kit::clock::ManualClock;
use mingjing::kit::db::{Db, Engine, Location, Sql};
use mingjing::kit::entropy::SeededEntropy;
use mingjing::kit::registry::Registered;
use mingjing::ledger::anchor::Anchor;
use mingjing::ledger::keys::LogKeys;
use mingjing::ledger::sequencer::Sequencer;
use mingjing::ledger::service::Ledger;
use tempfile::TempDir;

pub mod note;

/// Name of the test log.
pub const ORIGIN: &str = "example.org/mingjing/test";

/// Where a test works. The folder goes when it is dropped.
pub struct Bench {
    pub location: Location,
    pub clock: Arc<ManualClock>,
    pub dir: TempDir,
}

/// A seed that no other opening uses: one database is opened several times, also
/// by other programs.
fn fresh_seed() -> u64 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    u64::from(std::process::id()) << 32 | u64::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The instant at which test clocks start: 2026-03-02 09:00 in Shanghai.
pub fn start() -> Timestamp {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

impl Bench {
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let location = Location::File(dir.path().join("mingjing.db"));
        Self { location, clock: Arc::new(ManualClock::new(start())), dir }
    }

    pub async fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = Db::open(&Location::Url(cluster().url("postgres"))).await.unwrap();
        admin
            .maintain(&format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let location = Location::Url(cluster().url(&name));
        let dir = tempfile::tempdir().unwrap();
        Self { location, clock: Arc::new(ManualClock::new(start())), dir }
    }

    /// Opens the program's core on this database; again and again if asked to.
    pub async fn app_with(&self, registry: Vec<Registered>) -> App {
        let db = Db::open(&self.location).await.unwrap();
        App::open(Parts {
            db,
            clock: self.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(fresh_seed())),
            registry,
            origin: ORIGIN.to_owned(),
            cached_states: std::num::NonZeroUsize::new(64).unwrap(),
        })
        .await
        .unwrap()
    }

    /// The ledger of an app, its keys in this folder.
    pub async fn ledger(&self, app: &App) -> Ledger {
        let keys =
            LogKeys::load_or_make(&self.dir.path().join("keys"), ORIGIN, false, &SeededEntropy::new(1))
                .unwrap();
        Ledger::new(app.clone(), keys, Some(self.anchor()))
    }

    pub fn anchor(&self) -> Anchor {
        Anchor::new(self.dir.path().join("anchor"))
    }

    /// On PostgreSQL gives waiting events their place; nothing to do on SQLite.
    pub async fn sequence(&self, app: &App) {
        if app.db().engine() == Engine::Postgres {
            let sequencer = Sequencer::take(app).await.unwrap().expect("the lease is free");
            sequencer.drain().await.unwrap();
            sequencer.release().await.unwrap();
        }
    }

    /// Another empty database of the same kind.
    pub async fn sibling(&self) -> Self {
        match self.location {
            Location::File(_) => Self::sqlite(),
            Location::Url(_) => Self::postgres().await,
        }
    }

    /// As [`Bench::app_with`], knowing the test matter and its table.
    pub async fn app(&self) -> App {
        let note = mingjing::kit::registry::entry::<note::Note>();
        let mut registry = mingjing::kit::registry::all();
        // It stands in the place of the kind whose name it borrows.
        registry.retain(|it| it.kind != note.kind);
        registry.push(note);
        let app = self.app_with(registry).await;
        let tx = app.db().begin().await.unwrap();
        tx.script(&mingjing::kit::schema::for_engine(note::DDL, tx.engine())).await.unwrap();
        tx.commit().await.unwrap();
        app
    }
}

/// Runs an async test function on both engines.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::super::$name($crate::support::Bench::sqlite()).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::super::$name($crate::support::Bench::postgres().await).await;
            }
        })*
    };
}

/// The PostgreSQL server of this test program.
pub struct Cluster {
    base: String,
    query: String,
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.query)
    }
}

/// The server named by `MINGJING_TEST_PG` (a `postgres://user@host/database`
/// address, whose database is left alone), or a private one. A test that cannot have one fails.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var("MINGJING_TEST_PG") {
        Ok(url) => {
            let (base, query) = match url.split_once('?') {
                Some((base, query)) => (base.to_owned(), format!("?{query}")),
                None => (url, String::new()),
            };
            let host = base.find("://").map_or(0, |at| at + 3);
            let end = base[host..].find('/').map_or(base.len(), |at| host + at);
            Cluster { base: base[..end].to_owned(), query }
        }
        Err(_) => private_cluster(),
    })
}

fn private_cluster() -> Cluster {
    let bin = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed")
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .max()
        .expect("PostgreSQL's initdb is installed");
    // The server removes the folder itself when this program ends.
    let dir = tempfile::tempdir().unwrap().keep();
    let root = String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap();
    let prefix = if root.trim() == "0" {
        let chown = Command::new("chown").arg("postgres").arg(&dir).status().unwrap();
        assert!(chown.success(), "the user postgres exists");
        "setpriv --reuid=postgres --regid=postgres --clear-groups --"
    } else {
        ""
    };
    let init = format!(
        "{prefix} {}/initdb -D {}/data -U postgres -A trust -E UTF8 --locale=C --no-sync",
        bin.display(),
        dir.display()
    );
    let out = Command::new("sh").arg("-c").arg(&init).output().unwrap();
    assert!(out.status.success(), "initdb: {}", String::from_utf8_lossy(&out.stderr));
    serve(&bin, &dir, prefix);
    Cluster { base: "postgres://postgres@localhost".to_owned(), query: format!("?host={}", dir.display()) }
}

/// Starts the server; a small shell holds it and stops it when our end of its
/// standard input closes, which happens however this program ends.
fn serve(bin: &Path, dir: &Path, prefix: &str) {
    let (bin, dir) = (bin.display(), dir.display());
    let script = format!(
        "cd {dir}; {prefix} {bin}/pg_ctl -D {dir}/data -w -t 60 -l {dir}/log \
         -o \"-c listen_addresses='' -c unix_socket_directories={dir} -c fsync=off \
         -c max_connections=400 -c shared_buffers=64MB\" start >/dev/null || exit 1; \
         echo ready; cat >/dev/null; {prefix} {bin}/pg_ctl -D {dir}/data -m immediate stop >/dev/null; \
         cd /; rm -rf {dir}"
    );
    let mut shell = Command::new("sh")
        .arg("-c")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(shell.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    assert_eq!(line.trim(), "ready", "PostgreSQL did not start in {dir}");
    // Kept open until the process ends.
    std::mem::forget(shell.stdin.take());
    std::mem::forget(shell);
}
