//! Every kind of tampering is found, and named.

use crate::log::filled;
use crate::support::Bench;
use crate::support::note;
use mingjing::kit::db::{Engine, Sql, Tx};
use mingjing::ledger::{check, fsck};
use mingjing::ops::rebuild::{rebuild, tables_are_sound};
use mingjing::params;
use sea_orm::Value;

mod engines {
    crate::on_both_engines!(
        tampering_with_the_record_is_named,
        tampering_with_tables_is_named_and_mended,
        damage_behind_the_start_stops_writes,
        both_engines_have_the_same_schema,
    );
}

/// What an intruder with the database's password can do: no trigger stands in the way.
async fn disarm(tx: &Tx) {
    let tables = [
        "event",
        "event_content",
        "command",
        "matter",
        "ledger_leaf",
        "ledger_node",
        "ledger_checkpoint",
        "erasure",
        "outbox",
    ];
    match tx.engine() {
        Engine::Sqlite => {
            let text = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
            for row in tx.all("schema", text, vec![]).await.unwrap() {
                tx.script(&format!("DROP TRIGGER {}", row.text("name").unwrap())).await.unwrap();
            }
            tx.script("PRAGMA defer_foreign_keys = ON").await.unwrap();
        }
        Engine::Postgres => {
            for table in tables {
                tx.script(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).await.unwrap();
            }
        }
    }
}

async fn tampering_with_the_record_is_named(bench: Bench) {
    let (ledger, id) = filled(&bench, 300).await;
    let keys = ledger.verifiers();
    let db = ledger.app().db();
    let clean = fsck::all(db, &keys).await.unwrap();
    assert!(clean.holds(), "{:?}", clean.findings);
    assert_eq!((clean.events, clean.texts, clean.checkpoints), (301, 301, 1));
    let junk = || vec![1_u8; 32];
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("UPDATE event SET body = $1 WHERE version = 7", params![&b"{\"line\":{}}"[..]], "event.altered"),
        ("UPDATE event SET envelope = $1 WHERE version = 7", params![&b"{}"[..]], "event.altered"),
        ("UPDATE event SET salt = $1 WHERE version = 7", params![junk()], "event.altered"),
        ("UPDATE event SET root_sm3 = $1 WHERE version = 7", params![junk()], "event.altered"),
        ("UPDATE event SET type = 'note.cut' WHERE version = 7", vec![], "event.columns"),
        ("UPDATE event SET happened_at = 5 WHERE version = 7", vec![], "event.columns"),
        ("UPDATE event SET prev = $1 WHERE version = 7", params![junk()], "event.columns"),
        ("DELETE FROM event WHERE version = 7", vec![], "event.missing"),
        ("DELETE FROM event WHERE version = 301", vec![], "matter.head"),
        (
            "INSERT INTO event (matter_id, version, kind, organ_id, family, type, type_version, \
             envelope, body, salt, content_leaves, root_sha256, root_sm3, prev, command_id, \
             recorded_at, happened_at) SELECT matter_id, 302, kind, organ_id, family, type, \
             type_version, envelope, body, salt, content_leaves, root_sha256, root_sm3, prev, \
             command_id, recorded_at, happened_at FROM event WHERE version = 7",
            vec![],
            "event.unlogged",
        ),
        ("UPDATE event_content SET text = $1 WHERE version = 7", params![&b"x"[..]], "content.altered"),
        ("UPDATE event_content SET salt = $1 WHERE version = 7", params![junk()], "content.altered"),
        ("DELETE FROM event_content WHERE version = 7", vec![], "content.missing"),
        ("UPDATE event_content SET slot = 9 WHERE version = 7", vec![], "content.extra"),
        ("UPDATE matter SET head = $1", params![junk()], "matter.head"),
        ("UPDATE matter SET version = 300", vec![], "matter.head"),
        ("DELETE FROM command", vec![], "command.missing"),
        ("UPDATE ledger_leaf SET entry = $1 WHERE idx = 7", params![junk()], "checkpoint.fork"),
        ("UPDATE ledger_leaf SET hash = $1 WHERE idx = 7", params![junk()], "leaf.altered"),
        ("DELETE FROM ledger_leaf WHERE idx = 7", vec![], "leaf.missing"),
        ("DELETE FROM ledger_leaf WHERE idx > 290", vec![], "leaf.truncated"),
        (
            "INSERT INTO ledger_leaf (idx, entry, hash) SELECT 301, entry, hash FROM ledger_leaf WHERE idx = 0",
            vec![],
            "head.altered",
        ),
        ("UPDATE ledger_node SET hash = $1", params![junk()], "node.altered"),
        ("DELETE FROM ledger_node", vec![], "node.missing"),
        ("INSERT INTO ledger_node (level, n, hash) VALUES (2, 0, $1)", params![junk()], "node.extra"),
        ("UPDATE ledger_head SET size = 400", vec![], "leaf.truncated"),
        ("UPDATE ledger_head SET size = 200", vec![], "ledger.rolled_back"),
        (
            "UPDATE ledger_head SET frontier = $1",
            params![mingjing_ledger::tlog::Frontier::default().to_bytes()],
            "head.altered",
        ),
        (
            "UPDATE ledger_checkpoint SET note = $1",
            params![&b"x\n\n\xe2\x80\x94 x AAAAAAA=\n"[..]],
            "checkpoint.signature",
        ),
        ("UPDATE ledger_checkpoint SET size = 300", vec![], "checkpoint.altered"),
        (
            "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) \
             SELECT id, id, 1, 5, 1 FROM matter",
            vec![],
            "erasure.uncited",
        ),
    ];
    for (sql, values, code) in cases {
        let tx = db.begin().await.unwrap();
        disarm(&tx).await;
        let changed = tx.run(sql, values).await.unwrap();
        assert!(changed > 0, "{sql}");
        let mut report = fsck::all(&tx, &keys).await.unwrap();
        fsck::erasures(&tx, &[], &mut report).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(report.findings.iter().any(|it| it.code == code), "{sql}: {:?}", report.findings);
    }
    assert!(fsck::all(db, &keys).await.unwrap().holds(), "all was rolled back; {id}");
}

async fn tampering_with_tables_is_named_and_mended(bench: Bench) {
    let (ledger, _) = filled(&bench, 4).await;
    let app = ledger.app();
    tables_are_sound(app.registry()).unwrap();
    let stranger = uuid::Uuid::from_u128(77);
    for (sql, values, code) in [
        ("UPDATE sample_note SET title = 'x'", vec![], "projection.altered"),
        ("DELETE FROM sample_line WHERE n = 2", vec![], "projection.missing"),
        (
            "INSERT INTO sample_line (matter_id, n, chars) SELECT matter_id, 50, 1 FROM sample_note",
            vec![],
            "projection.extra",
        ),
        (
            "INSERT INTO sample_line (matter_id, n, chars) VALUES ($1, 0, 1)",
            params![stranger],
            "projection.extra",
        ),
    ] {
        assert!(rebuild(app, false).await.unwrap().findings.is_empty());
        let tx = app.db().begin().await.unwrap();
        assert!(tx.run(sql, values).await.unwrap() > 0);
        tx.commit().await.unwrap();
        let found = rebuild(app, false).await.unwrap().findings;
        assert!(found.iter().all(|it| it.code == code) && found.len() == 1, "{sql}: {found:?}");
        rebuild(app, true).await.unwrap();
    }
    let done = rebuild(app, false).await.unwrap();
    assert!(done.findings.is_empty(), "{:?}", done.findings);
    assert_eq!((done.matters, done.rows), (1, 5));
}

async fn damage_behind_the_start_stops_writes(bench: Bench) {
    let (ledger, id) = filled(&bench, 20).await;
    let (app, keys) = (ledger.app(), ledger.verifiers());
    check::before_ready(app.db(), &keys, Some(&bench.anchor())).await.unwrap();
    assert!(check::behind(app, &keys).await.unwrap().holds());
    let tx = app.db().begin().await.unwrap();
    disarm(&tx).await;
    tx.run("UPDATE event_content SET text = $1 WHERE version = 7", params![&b"x"[..]]).await.unwrap();
    tx.commit().await.unwrap();
    let refused = check::before_ready(app.db(), &keys, None).await.unwrap_err();
    assert!(refused.to_string().contains("content.altered"), "{refused}");
    let tx = app.db().begin().await.unwrap();
    tx.run("UPDATE ledger_leaf SET entry = $1 WHERE idx = 3", params![vec![1_u8; 65]]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!check::behind(app, &keys).await.unwrap().holds());
    let stopped = note::line(app, 5_000, id, "甲").await.unwrap_err();
    assert!(matches!(stopped, mingjing::kit::error::WriteError::Stopped(_)), "{stopped}");
}

async fn both_engines_have_the_same_schema(bench: Bench) {
    let here = bench.app().await;
    let other = match here.db().engine() {
        Engine::Sqlite => Bench::postgres().await,
        Engine::Postgres => Bench::sqlite(),
    };
    let there = other.app().await;
    let columns = mingjing::kit::schema::columns(here.db()).await.unwrap();
    assert_eq!(columns, mingjing::kit::schema::columns(there.db()).await.unwrap());
    assert!(columns.iter().any(|it| it.table == "event_content"));
    mingjing::kit::schema::migrate(here.db(), bench.clock.as_ref()).await.unwrap();
    let tx = here.db().begin().await.unwrap();
    tx.run("UPDATE schema_migration SET digest = $1 WHERE name = '0001_stream'", params![vec![0_u8; 32]])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let changed = mingjing::kit::schema::migrate(here.db(), bench.clock.as_ref()).await.unwrap_err();
    assert!(changed.to_string().contains("0001_stream"), "{changed}");
}
