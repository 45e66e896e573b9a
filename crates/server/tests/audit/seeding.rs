//! The seeded county: lawful, deterministic, with cases at every stage.

use std::sync::Arc;

use jiff::civil::date;
use mingjing::case::facts::Rules;
use mingjing::kit::app::App;
use mingjing::kit::blob::Blobs;
use mingjing::kit::config::Config;
use mingjing::kit::db::Sql as _;
use mingjing::kit::entropy::SeededEntropy;
use mingjing::kit::{projection, registry};
use mingjing::ledger::service::Ledger;
use mingjing::ledger::store;
use mingjing::ops::audit::{audit, files};
use mingjing::ops::making::making_app;
use mingjing::ops::rebuild::{if_outdated, rebuild};
use mingjing::ops::seed::{Order, Seeded, beside, seed};
use mingjing::record::{job, wire};
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_press::Verification;
use sha2::{Digest as _, Sha256};

use crate::support::Bench;

mod engines {
    crate::on_both_engines!(a_seeded_county_is_lawful_at_every_stage,);
}

pub fn order(cases: u64) -> Order {
    Order {
        cases,
        first: 0,
        until: date(2026, 11, 20),
        span_days: 320,
        seed: 7,
        phc: "!".into(),
        press: None,
        vault: None,
        batch: mingjing::ops::seed::BATCH,
    }
}

/// A county with so many cases, sequenced and checkpointed.
pub async fn county(bench: &Bench, cases: u64) -> (App, Ledger, Seeded) {
    let app = bench.app_with(registry::all()).await;
    let done = seed(&app, &bench.clock, &order(cases)).await.unwrap();
    bench.sequence(&app).await;
    let ledger = bench.ledger(&app).await;
    ledger.checkpoint().await.unwrap();
    (app, ledger, done)
}

async fn a_seeded_county_is_lawful_at_every_stage(bench: Bench) {
    let (app, ledger, done) = county(&bench, 120).await;
    for stage in
        ["线索", "核查", "调查", "调查终结", "已决定", "已结案", "已归档", "不予立案", "撤销立案", "已移送"]
    {
        assert!(done.stages.contains_key(stage), "{stage}: {:?}", done.stages);
    }
    let report = audit(app.db(), &ledger.verifiers(), &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
    assert_eq!(report.leaves, report.events);
    let mut report = report;
    files(app.db(), &Blobs::new(bench.dir.path().join("files")), &mut report).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
    assert!(report.documents == 0 && report.without_file > 30, "stand-ins are counted as such");
    assert_eq!(report.events, store::head(app.db()).await.unwrap().size);
    assert!(report.commands > done.commands, "the county's founding is audited as well");
    assert!(report.numbers > 0 && report.texts > 0 && report.rows > 0);
}

/// An empty store in which everything drawn comes of a seed.
async fn made(bench: &Bench, seed_of: u64) -> App {
    let config = Config { data: bench.dir.path().join("data"), ..Default::default() };
    let entropy = Arc::new(SeededEntropy::new(seed_of));
    making_app(&config, bench.clock.clone(), entropy).await.unwrap()
}

/// What the rows of the seeded county say, as a digest beside the version of the rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_change_with_their_version() {
    let bench = Bench::sqlite();
    let app = made(&bench, 7).await;
    seed(&app, &bench.clock, &order(60)).await.unwrap();
    let mut hash = Sha256::new();
    for entry in app.registry() {
        for table in entry.tables {
            for row in table.stored(app.db(), None).await.unwrap() {
                hash.update(format!("{row:?}"));
            }
        }
    }
    let found = format!("{} {}\n", projection::VERSION, hex::encode(hash.finalize()));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/rows.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        found, known,
        "rows differ: raise projection::VERSION unless only the seed changed, then run with BLESS=1"
    );
}

/// A database whose rows another version made is put right when it is opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_another_version_are_made_again() {
    let bench = Bench::sqlite();
    let (app, _, _) = county(&bench, 12).await;
    assert!(if_outdated(&app).await.unwrap(), "made by nobody knows what");
    assert!(!if_outdated(&app).await.unwrap());
    let tx = app.db().begin().await.unwrap();
    tx.script("UPDATE case_task SET task = 'before-' || task; UPDATE projection_version SET version = 1")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(!rebuild(&app, false).await.unwrap().findings.is_empty());
    assert!(if_outdated(&app).await.unwrap());
    assert!(rebuild(&app, false).await.unwrap().findings.is_empty());
}

/// Whatever way a case goes, each of its documents finds all that it must say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_document_of_a_seeded_county_can_be_filled() {
    let bench = Bench::sqlite();
    let (app, _, _) = county(&bench, 120).await;
    let gather = wire::gather(Arc::new(Rules::built_in()), None);
    let verification = Verification { url: "https://example.org/v/A".into(), check_code: "0000-0000".into() };
    let rows = app.db().all("case_row", "SELECT matter_id FROM case_row", vec![]).await.unwrap();
    let (mut wrong, mut filled) = (std::collections::BTreeSet::new(), std::collections::BTreeMap::new());
    for row in rows {
        let id = MatterId(row.uuid("matter_id").unwrap());
        let case = app.load::<Case>(id).await.unwrap().unwrap();
        for (document, no) in case.documents.iter().zip(1..) {
            match job::filled(&app, &gather, (id, no), &verification).await {
                Ok(_) => *filled.entry(document.kind.label()).or_insert(0_u32) += 1,
                Err(error) => drop(wrong.insert(format!("{}：{error}", document.kind.label()))),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(filled.len() > 30, "{filled:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_log() {
    let mut roots = Vec::new();
    for seed_of in [7, 7, 8] {
        let bench = Bench::sqlite();
        let app = made(&bench, seed_of).await;
        seed(&app, &bench.clock, &Order { seed: seed_of, ..order(12) }).await.unwrap();
        roots.push(store::head(app.db()).await.unwrap().frontier.root());
    }
    assert_eq!(roots[0], roots[1]);
    assert_ne!(roots[0], roots[2]);
}

/// As the bench leads lives in a county that holds others already, each after those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn further_cases_are_led_beside_those_of_a_seeded_county() {
    let bench = Bench::sqlite();
    let (app, ledger, first) = county(&bench, 12).await;
    let before =
        app.db().one("case_row", "SELECT COUNT(*) AS n FROM case_row", vec![]).await.unwrap().unwrap();
    let until = date(2026, 11, 20).checked_add(jiff::Span::new().days(402)).unwrap();
    let order = Order { first: 12, cases: 6, until, span_days: 400, seed: 8, batch: 1, ..order(6) };
    let done = beside(&app, &bench.clock, &order).await.unwrap();
    let after =
        app.db().one("case_row", "SELECT COUNT(*) AS n FROM case_row", vec![]).await.unwrap().unwrap();
    assert_eq!(after.int("n").unwrap(), before.int("n").unwrap() + 6);
    assert!(done.commands > 30 && done.times_us.len() == usize::try_from(done.commands).unwrap());
    assert_eq!(done.accounts.len(), first.accounts.len(), "by the same people");
    bench.sequence(&app).await;
    ledger.checkpoint().await.unwrap();
    let report = audit(app.db(), &ledger.verifiers(), &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
    // There is nobody to lead them where no county was seeded.
    let empty = Bench::sqlite();
    let app = empty.app_with(registry::all()).await;
    assert!(beside(&app, &empty.clock, &order).await.is_err());
}

/// How the acts that were noted stand: `recorded`, `excused`, `missing`.
async fn kept(app: &App, how: &str) -> u64 {
    let text = "SELECT COUNT(*) AS n FROM recording_act WHERE kept = $1";
    app.db().one("recording_act", text, vec![how.into()]).await.unwrap().unwrap().uint("n").unwrap()
}

/// Up to a day on which every list of the county has been known for long.
fn later(vault: Option<mingjing_vault::Vault>) -> Order {
    Order { until: date(2027, 1, 15), span_days: 200, vault, ..order(40) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_store_recordings_are_made_and_their_bytes_are_there() {
    let bench = Bench::sqlite();
    let app = bench.app_with(registry::all()).await;
    let dir = bench.dir.path();
    let config = Config { data: dir.join("data"), keys: Some(dir.join("vault-keys")), ..Config::default() };
    std::fs::create_dir_all(&config.data).unwrap();
    let vault = mingjing::evidence::config::open(&config, &Default::default(), app.now()).unwrap();
    seed(&app, &bench.clock, &later(Some(vault.clone()))).await.unwrap();
    let text = "SELECT sha256_root FROM recording_segment WHERE phase = 'accepted'";
    let rows = app.db().all("recording_segment", text, vec![]).await.unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in &rows {
        let root = mingjing_vault::parse_root(&row.text("sha256_root").unwrap()).unwrap();
        assert!(vault.evidence(&root).await.unwrap().length() > 10_000);
    }
    assert!(vault.uploads().await.unwrap().is_empty(), "nothing is left half way");
    let (recorded, excused) = (kept(&app, "recorded").await, kept(&app, "excused").await);
    assert!(recorded > 10 && excused > 0, "{recorded} {excused}");
    let ledger = bench.ledger(&app).await;
    ledger.checkpoint().await.unwrap();
    let report = audit(app.db(), &ledger.verifiers(), &[]).await.unwrap();
    assert!(report.holds(), "{:#?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_store_nothing_is_said_to_be_recorded() {
    let bench = Bench::sqlite();
    let app = bench.app_with(registry::all()).await;
    seed(&app, &bench.clock, &later(None)).await.unwrap();
    assert_eq!(kept(&app, "recorded").await, 0);
    assert!(kept(&app, "excused").await > 10);
    let text = "SELECT COUNT(*) AS n FROM recording_segment WHERE phase = 'accepted'";
    let stored = app.db().one("recording_segment", text, vec![]).await.unwrap().unwrap();
    assert_eq!(stored.uint("n").unwrap(), 0);
}
