use crate::log::filled;
use crate::support::note::{self, Note};
use crate::support::{Bench, ORIGIN};
use futures_util::future::BoxFuture;
use mingjing::kit::app::App;
use mingjing::kit::blob::Blobs;
use mingjing::kit::db::{Db, Sql};
use mingjing::kit::error::WriteError;
use mingjing::kit::write::Write;
use mingjing::ledger::anchor::Anchor;
use mingjing::ledger::fsck;
use mingjing::ledger::service::{Disclosure, Ledger};
use mingjing::ops::backup::backup;
use mingjing::ops::erase::{approval_of, erase, forgotten_tables, read_list};
use mingjing::ops::rebuild::rebuild;
use mingjing::ops::restore::{Target, restore};
use mingjing_domain::erasure::{Erasure, ErasureEvent};
use mingjing_domain::matter::MatterId;
use mingjing_domain::text::Text;

mod engines {
    crate::on_both_engines!(
        an_approved_destruction_erases_and_stays_provable,
        a_backup_comes_back_and_verifies,
        a_restored_backup_forgets_what_was_erased_since,
        behind_the_anchor_a_new_log_begins,
        erasure_knows_every_table_of_matters,
    );
}

async fn destruction(app: &App, command: u128, matter: MatterId, approve: bool) -> MatterId {
    app.write(note::request("erasure", command, serde_json::json!({})), move |write: &mut Write| {
        Box::pin(async move {
            let id = MatterId(write.new_id());
            let matters = vec![matter];
            let first =
                ErasureEvent::Proposed { matters: matters.clone(), grounds: Text::closed("期限届满") };
            let mut it = write.create::<Erasure>(id, note::organ(), None, first).await?;
            if approve {
                let opinion = Text::closed("同意");
                write.append(&mut it, ErasureEvent::Approved { matters, opinion }).await?;
            }
            Ok(id)
        }) as BoxFuture<'_, _>
    })
    .await
    .unwrap()
    .value
}

async fn an_approved_destruction_erases_and_stays_provable(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let (app, matter) = (ledger.app(), MatterId(id));
    let kept = note::open(app, 50, "留存").await.unwrap().value;
    let blobs = Blobs::new(bench.dir.path().join("files"));
    let digest = blobs.put(matter, "扫描件".as_bytes()).unwrap();
    let list = bench.dir.path().join("keys/erasures.jsonl");
    let open = destruction(app, 60, matter, false).await;
    assert!(approval_of(app, open).await.is_err(), "not approved");
    assert!(erase(app, &blobs, &list, (open, 1)).await.is_err(), "a proposal is no approval");
    assert!(blobs.get(matter, &digest).is_ok());
    let approved = destruction(app, 61, matter, true).await;
    let version = approval_of(app, approved).await.unwrap();
    assert_eq!(erase(app, &blobs, &list, (approved, version)).await.unwrap(), [matter]);
    erase(app, &blobs, &list, (approved, version)).await.unwrap();
    assert!(blobs.get(matter, &digest).is_err());
    assert_eq!(read_list(&list).unwrap().len(), 1);
    let gone = app.load::<Note>(matter).await.unwrap().unwrap();
    assert_eq!((gone.title.value(), gone.title.chars(), gone.lines.len()), (None, 4, 3));
    let title = app.db().one("n", "SELECT title FROM sample_note WHERE version = 4", vec![]).await;
    assert_eq!(title.unwrap().unwrap().opt_text("title").unwrap(), None);
    let other = app.load::<Note>(MatterId(kept)).await.unwrap().unwrap();
    assert_eq!(other.title.value(), Some("留存"));
    let more = note::line(app, 70, id, "再写").await.unwrap_err();
    assert!(matches!(more, WriteError::Erased), "{more}");
    let again = note::open(app, 1, "示例标题").await.unwrap_err();
    assert!(matches!(again, WriteError::Erased), "{again}");
    bench.sequence(app).await;
    ledger.checkpoint().await.unwrap();
    let mut report = fsck::all(app.db(), &ledger.verifiers()).await.unwrap();
    fsck::erasures(app.db(), &[], &mut report).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.erased, 4);
    assert!(rebuild(app, false).await.unwrap().findings.is_empty());
    let bundle = ledger.proof_bundle(matter, 2, &Default::default(), vec![]).await.unwrap();
    bundle.verify(&ledger.verifiers()).unwrap();
}

async fn fresh(bench: &Bench) -> (Db, std::path::PathBuf) {
    (Db::open(&bench.location).await.unwrap(), bench.dir.path().join("files"))
}

async fn a_backup_comes_back_and_verifies(bench: Bench) {
    let (ledger, id) = filled(&bench, 30).await;
    let app = ledger.app();
    let blobs = Blobs::new(bench.dir.path().join("files"));
    let digest = blobs.put(MatterId(id), "扫描件".as_bytes()).unwrap();
    let folder = bench.dir.path().join("backup");
    let writer = {
        let app = app.clone();
        tokio::spawn(async move {
            for n in 0..40 {
                note::line(&app, 1_000 + n, id, "备份时仍在办理").await.unwrap();
            }
        })
    };
    let manifest = backup(app, &bench.dir.path().join("files"), &folder).await.unwrap();
    writer.await.unwrap();
    assert!(backup(app, &bench.dir.path().join("files"), &folder).await.is_err(), "in use");
    let other = bench.sibling().await;
    let (db, files) = fresh(&other).await;
    // The test matter's table is no part of the migrations.
    db.maintain(&mingjing::kit::schema::for_engine(note::DDL, db.engine())).await.unwrap();
    let target = || Target {
        db: &db,
        clock: other.clock.as_ref(),
        blobs: &files,
        erasures: vec![],
        anchor: None,
        new_log: false,
    };
    let done = restore(&folder, &target()).await.unwrap();
    assert_eq!(done.rows, manifest.tables.iter().map(|it| it.rows).sum::<u64>());
    assert!(restore(&folder, &target()).await.is_err(), "the target is not empty any more");
    let restored = other.app().await;
    other.sequence(&restored).await;
    let report = fsck::all(restored.db(), &ledger.verifiers()).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert!(report.events >= 31);
    assert!(rebuild(&restored, false).await.unwrap().findings.is_empty());
    assert_eq!(Blobs::new(&files).get(MatterId(id), &digest).unwrap(), "扫描件".as_bytes());
    note::line(&restored, 9_000, id, "恢复后续办").await.unwrap();
    let third = bench.sibling().await;
    let (db, files) = fresh(&third).await;
    db.maintain(&mingjing::kit::schema::for_engine(note::DDL, db.engine())).await.unwrap();
    let path = folder.join("tables/event.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replacen("note.line", "note.lime", 1);
    std::fs::write(&path, text).unwrap();
    let target = Target {
        db: &db,
        clock: third.clock.as_ref(),
        blobs: &files,
        erasures: vec![],
        anchor: None,
        new_log: false,
    };
    let altered = restore(&folder, &target).await.unwrap_err().to_string();
    assert!(altered.contains("event.jsonl"), "{altered}");
    let left = db.one("event", "SELECT COUNT(*) AS n FROM event", vec![]).await.unwrap().unwrap();
    assert_eq!(left.int("n").unwrap(), 0, "nothing half-restored");
}

async fn a_restored_backup_forgets_what_was_erased_since(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let (app, matter) = (ledger.app(), MatterId(id));
    let folder = bench.dir.path().join("backup");
    let files = bench.dir.path().join("files");
    let blobs = Blobs::new(&files);
    let digest = blobs.put(matter, "扫描件".as_bytes()).unwrap();
    backup(app, &files, &folder).await.unwrap();
    let list = bench.dir.path().join("keys/erasures.jsonl");
    let approved = destruction(app, 61, matter, true).await;
    erase(app, &blobs, &list, (approved, 2)).await.unwrap();
    let other = bench.sibling().await;
    let (db, files) = fresh(&other).await;
    db.maintain(&mingjing::kit::schema::for_engine(note::DDL, db.engine())).await.unwrap();
    let erasures = read_list(&list).unwrap();
    let target = Target {
        db: &db,
        clock: other.clock.as_ref(),
        blobs: &files,
        erasures,
        anchor: None,
        new_log: false,
    };
    assert_eq!(restore(&folder, &target).await.unwrap().erased, 1);
    let restored = other.app().await;
    rebuild(&restored, true).await.unwrap();
    let gone = restored.load::<Note>(matter).await.unwrap().unwrap();
    assert_eq!(gone.title.value(), None);
    assert!(Blobs::new(&files).get(matter, &digest).is_err());
    let left = restored.db().one("c", "SELECT COUNT(*) AS n FROM event_content", vec![]).await;
    assert_eq!(left.unwrap().unwrap().int("n").unwrap(), 0);
    let mut report = fsck::all(restored.db(), &ledger.verifiers()).await.unwrap();
    fsck::erasures(restored.db(), &[matter], &mut report).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
}

async fn behind_the_anchor_a_new_log_begins(bench: Bench) {
    let (ledger, id) = filled(&bench, 3).await;
    let app = ledger.app();
    let folder = bench.dir.path().join("backup");
    let files = bench.dir.path().join("files");
    backup(app, &files, &folder).await.unwrap();
    note::line(app, 500, id, "备份之后").await.unwrap();
    bench.sequence(app).await;
    ledger.checkpoint().await.unwrap();
    let other = bench.sibling().await;
    let (db, files) = fresh(&other).await;
    db.maintain(&mingjing::kit::schema::for_engine(note::DDL, db.engine())).await.unwrap();
    let (anchor, keys) = (bench.anchor(), ledger.verifiers());
    let handed_out = ledger.proof_bundle(MatterId(id), 1, &Disclosure::default(), vec![]).await.unwrap();
    let target = |new_log| Target {
        db: &db,
        clock: other.clock.as_ref(),
        blobs: &files,
        erasures: vec![],
        anchor: Some((&anchor, &keys)),
        new_log,
    };
    let refused = restore(&folder, &target(false)).await.unwrap_err().to_string();
    assert!(refused.contains("--new-log"), "{refused}");
    let done = restore(&folder, &target(true)).await.unwrap();
    let origin = format!("{ORIGIN}/2");
    assert_eq!(done.new_log.as_deref(), Some(origin.as_str()));
    let restored = other.app().await;
    let head = mingjing::ledger::store::head(restored.db()).await.unwrap();
    assert_eq!((head.origin.as_str(), head.size), (origin.as_str(), 5));
    let first = &mingjing::ledger::store::leaves(restored.db(), 0, 1).await.unwrap()[0];
    let (_, old) = anchor.all(ORIGIN, &keys).unwrap().pop().unwrap();
    assert_eq!(first.entry[1..], mingjing_ledger::tlog::leaf_hash(old.as_bytes()));
    let signing = mingjing::ledger::keys::LogKeys::load(&bench.dir.path().join("keys"), &origin).unwrap();
    let following = mingjing::ledger::service::Ledger::new(restored.clone(), signing, Some(anchor.clone()));
    note::line(&restored, 501, id, "新账本续办").await.unwrap();
    other.sequence(&restored).await;
    following.checkpoint().await.unwrap();
    let report = fsck::all(restored.db(), &following.verifiers()).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.leaves, 6);
    // What was handed out under the former log is still proved, by that log's keys.
    assert_eq!(mingjing::ledger::store::former(restored.db()).await.unwrap(), [ORIGIN]);
    let following = following.following(vec![keys]);
    assert_eq!(following.place(), 2);
    assert!(handed_out.verify(&following.verifiers()).is_err());
    assert_eq!(handed_out.verify(&following.known_verifiers()).unwrap().head.checkpoint.origin, ORIGIN);
    third_log(&bench, &restored, &following, &anchor, id).await;
}

/// A backup of a log that follows another, restored behind its anchor: both stay known.
async fn third_log(bench: &Bench, app: &App, ledger: &Ledger, anchor: &Anchor, id: uuid::Uuid) {
    let (second, folder) = (ledger.verifiers(), bench.dir.path().join("second"));
    backup(app, &bench.dir.path().join("files"), &folder).await.unwrap();
    note::line(app, 502, id, "又一次备份之后").await.unwrap();
    bench.sequence(app).await;
    ledger.checkpoint().await.unwrap();
    let third = bench.sibling().await;
    let (db, files) = fresh(&third).await;
    db.maintain(&mingjing::kit::schema::for_engine(note::DDL, db.engine())).await.unwrap();
    let target = Target {
        db: &db,
        clock: third.clock.as_ref(),
        blobs: &files,
        erasures: vec![],
        anchor: Some((anchor, &second)),
        new_log: true,
    };
    restore(&folder, &target).await.unwrap();
    let former = mingjing::ledger::store::former(&db).await.unwrap();
    assert_eq!(former, [ORIGIN.to_owned(), format!("{ORIGIN}/2")], "the first, and what followed it");
}

async fn erasure_knows_every_table_of_matters(bench: Bench) {
    let app = bench.app_with(mingjing::kit::registry::all()).await;
    assert_eq!(forgotten_tables(&app).await.unwrap(), Vec::<String>::new());
    let tx = app.db().begin().await.unwrap();
    let ddl = "CREATE TABLE stray (matter_id {blob} NOT NULL, said TEXT NOT NULL){strict}";
    tx.script(&mingjing::kit::schema::for_engine(ddl, tx.engine())).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(forgotten_tables(&app).await.unwrap(), ["stray"], "the check can fail");
}
