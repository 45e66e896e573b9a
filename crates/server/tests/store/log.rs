use crate::support::note;
use crate::support::{Bench, ORIGIN};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use mingjing::kit::db::{Engine, Sql};
use mingjing::ledger::outside::{Place, check};
use mingjing::ledger::sequencer::Sequencer;
use mingjing::ledger::service::{Disclosure, Ledger, ProofState};
use mingjing::ledger::web::routes;
use mingjing::ledger::{LedgerError, check as start, fsck, store};
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::{Bundle, StatementLine};
use tower::ServiceExt;

mod engines {
    crate::on_both_engines!(
        a_proof_grows_and_verifies_alone,
        a_stranger_checks_the_published_files,
        one_sequencer_places_what_waits,
        an_anchor_shows_a_rolled_back_folder,
        a_growing_log_is_not_called_broken,
        a_lost_anchor_is_not_begun_anew,
    );
}

/// A note with `lines` lines, placed and signed.
pub async fn filled(bench: &Bench, lines: u128) -> (Ledger, uuid::Uuid) {
    let app = bench.app().await;
    let ledger = bench.ledger(&app).await;
    let id = note::open(&app, 1, "示例标题").await.unwrap().value;
    for n in 0..lines {
        note::line(&app, 100 + n, id, &format!("第{n}行，张某某在场")).await.unwrap();
    }
    bench.sequence(&app).await;
    ledger.checkpoint().await.unwrap();
    (ledger, id)
}

async fn a_proof_grows_and_verifies_alone(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let (app, matter) = (ledger.app().clone(), MatterId(id));
    assert_eq!(ledger.proof_state(matter, 2).await.unwrap(), ProofState::Checkpointed);
    note::line(&app, 900, id, "新的一行").await.unwrap();
    let before = ledger.proof_state(matter, 5).await.unwrap();
    match app.db().engine() {
        Engine::Sqlite => assert_eq!(before, ProofState::Sequenced),
        Engine::Postgres => assert_eq!(before, ProofState::Pending),
    }
    let early = ledger.proof_bundle(matter, 5, &Disclosure::default(), vec![]).await.unwrap_err();
    assert!(matches!(early, LedgerError::NotYet(_)), "{early}");
    bench.sequence(&app).await;
    ledger.checkpoint().await.unwrap();
    let name = "text:/line/text".to_owned();
    let mut shown = Disclosure { open: vec!["guard:/line/n".to_owned()], ..Disclosure::default() };
    shown.redacted.insert(name.clone(), std::iter::once(4..7).collect());
    let value = "第0行，■■■在场".to_owned();
    let line = StatementLine::Field { name: name.clone(), value: value.clone() };
    let bundle = ledger.proof_bundle(matter, 2, &shown, vec![line]).await.unwrap();
    let bytes = bundle.to_bytes();
    assert!(!String::from_utf8_lossy(&bytes).contains("张某某"));
    let verified = Bundle::from_bytes(&bytes).unwrap().verify(&ledger.verifiers()).unwrap();
    assert_eq!(verified.event.field(&name).unwrap().rendered(), Some(value));
    assert_eq!(verified.event.field("guard:/line/n").unwrap().rendered().as_deref(), Some("0"));
    let hidden = ledger.proof_bundle(matter, 1, &Disclosure::default(), vec![]).await.unwrap();
    let hidden = hidden.verify(&ledger.verifiers()).unwrap();
    assert!(hidden.event.fields.is_empty());
}

async fn a_stranger_checks_the_published_files(bench: Bench) {
    let (ledger, _) = filled(&bench, 299).await;
    let folder = bench.dir.path().join("published");
    let router = routes(ledger.clone());
    let get = async |path: &str| {
        let request = Request::get(format!("/log/{path}")).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap()
    };
    let paths = [
        "checkpoint",
        "tile/entries/000",
        "tile/entries/001.p/44",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
    ];
    for path in paths {
        let answer = get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let caching = answer.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
        assert_eq!(caching.contains("immutable"), path != "checkpoint", "{path}");
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    for path in ["tile/0/002", "tile/0/001", "tile/0/1", "tile/9/000", "tile/../checkpoint"] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let keys = ledger.verifiers();
    let place = Place::Folder(folder.clone());
    let report = check(&place, &keys).unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.leaves, 300);
    for (path, code) in [
        ("tile/0/000", "tile.altered"),
        ("tile/1/000.p/1", "tile.altered"),
        ("tile/entries/001.p/44", "checkpoint.root"),
        ("checkpoint", "checkpoint.signature"),
    ] {
        let file = folder.join(path);
        let good = std::fs::read(&file).unwrap();
        let mut bad = good.clone();
        // Inside the first entry, hash or text, not in a length.
        bad[27] ^= 1;
        std::fs::write(&file, bad).unwrap();
        let report = check(&place, &keys).unwrap();
        assert!(report.findings.iter().any(|it| it.code == code), "{path}: {:?}", report.findings);
        std::fs::write(&file, good).unwrap();
    }
}

async fn one_sequencer_places_what_waits(bench: Bench) {
    let app = bench.app().await;
    let ledger = bench.ledger(&app).await;
    let id = note::open(&app, 1, "甲").await.unwrap().value;
    for n in 0..20 {
        note::line(&app, 10 + n, id, "乙").await.unwrap();
    }
    if app.db().engine() == Engine::Postgres {
        let first = Sequencer::take(&app).await.unwrap().unwrap();
        assert!(Sequencer::take(&app).await.unwrap().is_none(), "the lease is held");
        bench.clock.advance(jiff::SignedDuration::from_secs(11));
        let second = Sequencer::take(&app).await.unwrap().unwrap();
        let fenced = first.round().await.unwrap_err();
        assert!(matches!(fenced, LedgerError::Broken(_)), "{fenced}");
        assert_eq!(second.drain().await.unwrap(), 21, "leftovers are placed");
        assert_eq!(second.drain().await.unwrap(), 0);
    }
    assert_eq!(store::head(app.db()).await.unwrap().size, 21);
    ledger.checkpoint().await.unwrap();
    let report = fsck::all(app.db(), &ledger.verifiers()).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!((report.leaves, report.events, report.waiting), (21, 21, 0));
    start::before_ready(app.db(), &ledger.verifiers(), Some(&bench.anchor())).await.unwrap();
}

async fn an_anchor_shows_a_rolled_back_folder(bench: Bench) {
    let (ledger, _) = filled(&bench, 5).await;
    let keys = ledger.verifiers();
    // Another installation under the same name: smaller, and with other entries.
    let other = bench.sibling().await;
    let app = other.app().await;
    note::open(&app, 1, "乙").await.unwrap();
    other.sequence(&app).await;
    let shrunk = start::before_ready(app.db(), &keys, Some(&bench.anchor())).await.unwrap_err();
    assert!(matches!(&shrunk, LedgerError::Anchor(it) if it.contains("回退")), "{shrunk}");
    for n in 0..9 {
        note::open(&app, 10 + n, "丙").await.unwrap();
    }
    other.sequence(&app).await;
    let forked = start::before_ready(app.db(), &keys, Some(&bench.anchor())).await.unwrap_err();
    assert!(matches!(&forked, LedgerError::Anchor(it) if it.contains("分叉")), "{forked}");
    start::before_ready(app.db(), &keys, None).await.unwrap();
    assert!(!start::rollback_is_visible(app.db(), None).await.unwrap());
}

/// An operator looks while people work: every state in between is sound.
async fn a_growing_log_is_not_called_broken(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let (app, keys, anchor) = (ledger.app().clone(), ledger.verifiers(), bench.anchor());
    // In a task of its own: on another thread, so that looks fall into the middle.
    let work = tokio::spawn(async move {
        for n in 0..40 {
            note::line(ledger.app(), 2_000 + n, id, "办理中").await.unwrap();
            bench.sequence(ledger.app()).await;
            ledger.checkpoint().await.unwrap();
        }
        bench
    });
    let mut looked = 0;
    while !work.is_finished() {
        start::before_ready(app.db(), &keys, Some(&anchor)).await.unwrap();
        looked += 1;
    }
    // Its folders go with the bench, so it is held until here.
    let bench = work.await.unwrap();
    assert!(looked > 1);
    drop(bench);
}

/// Neither the start nor the next checkpoint puts up with an anchor that is gone.
async fn a_lost_anchor_is_not_begun_anew(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let (app, keys, anchor) = (ledger.app(), ledger.verifiers(), bench.anchor());
    start::before_ready(app.db(), &keys, Some(&anchor)).await.unwrap();
    std::fs::remove_dir_all(anchor.folder()).unwrap();
    note::line(app, 3_000, id, "锚定遗失之后").await.unwrap();
    bench.sequence(app).await;
    for emptied in [false, true] {
        if emptied {
            // A medium that is not mounted leaves its empty folder.
            std::fs::create_dir(anchor.folder()).unwrap();
        }
        let refused = start::before_ready(app.db(), &keys, Some(&anchor)).await.unwrap_err();
        assert!(matches!(refused, LedgerError::AnchorMissing(_)), "{refused}");
        assert!(refused.to_string().starts_with("anchor.missing："), "{refused}");
        let refused = start::anchored(app.db(), &keys, &anchor).await.unwrap_err();
        assert!(matches!(refused, LedgerError::AnchorMissing(_)), "{refused}");
        let refused = ledger.checkpoint().await.unwrap_err();
        assert!(matches!(refused, LedgerError::AnchorMissing(_)), "{refused}");
        assert_eq!(anchor.all(ORIGIN, &keys).unwrap().len(), 0);
        assert_eq!(anchor.folder().exists(), emptied);
    }
    start::begin_anchor(app.db(), &keys, &anchor).await.unwrap();
    start::before_ready(app.db(), &keys, Some(&anchor)).await.unwrap();
    ledger.checkpoint().await.unwrap();
    assert_eq!(anchor.all(ORIGIN, &keys).unwrap().len(), 2);
}
