use crate::support::note::{self, Note, NoteEvent};
use crate::support::{Bench, start};
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use mingjing::kit::db::Sql;
use mingjing::kit::error::WriteError;
use mingjing::kit::projection::Projects;
use mingjing::kit::write::Write;
use mingjing_domain::matter::{MatterId, TimeSource};
use mingjing_domain::text::Text;

mod engines {
    crate::on_both_engines!(
        a_note_is_written_and_read_back,
        the_same_command_is_carried_out_once,
        rivals_on_one_note_lose_nothing,
        a_clock_behind_the_record_refuses,
        a_future_claim_is_refused,
        the_database_itself_refuses_changes,
        numbers_have_no_gaps_and_no_twins,
        a_batch_is_all_or_nothing,
        readers_side_by_side_see_one_state,
    );
}

pub async fn count(app: &mingjing::kit::app::App, table: &'static str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    app.db().one(table, sql, vec![]).await.unwrap().unwrap().int("n").unwrap()
}

async fn a_note_is_written_and_read_back(bench: Bench) {
    let app = bench.app().await;
    let id = note::open(&app, 1, "示例标题").await.unwrap().value;
    assert_eq!(note::line(&app, 2, id, "第一行").await.unwrap().value, 1);
    let hot = app.load::<Note>(MatterId(id)).await.unwrap().unwrap();
    let again = bench.app().await;
    let cold = again.load::<Note>(MatterId(id)).await.unwrap().unwrap();
    assert_eq!(hot.state, cold.state, "cache and fold agree");
    assert_eq!((cold.version, cold.title.value()), (2, Some("示例标题")));
    assert_eq!(cold.lines[0].value(), Some("第一行"));
    for table in Note::TABLES {
        let rows: Vec<_> = Note::rows(cold.id, cold.organ, cold.version, &cold.state)
            .into_iter()
            .filter(|row| row.table == table.name)
            .collect();
        assert_eq!(table.stored(again.db(), Some(cold.id)).await.unwrap(), rows);
    }
    let bodies = app.db().all("event", "SELECT body, envelope FROM event", vec![]).await.unwrap();
    for row in &bodies {
        let all = [row.bytes("body").unwrap(), row.bytes("envelope").unwrap()].concat();
        let all = String::from_utf8(all).unwrap();
        assert!(!all.contains("示例") && !all.contains("第一行"), "no text in {all}");
    }
    let commands = app.db().all("command", "SELECT body FROM command", vec![]).await.unwrap();
    assert!(commands.iter().all(|row| {
        let body = String::from_utf8(row.bytes("body").unwrap()).unwrap();
        body.contains("\"$x\"") && !body.contains("示例") && !body.contains("第一行")
    }));
}

async fn the_same_command_is_carried_out_once(bench: Bench) {
    let app = bench.app().await;
    let first = note::open(&app, 1, "甲").await.unwrap();
    let second = note::open(&app, 1, "甲").await.unwrap();
    assert_eq!((first.value, true), (second.value, second.replayed));
    let other = note::open(&app, 1, "乙").await.unwrap_err();
    assert!(matches!(other, WriteError::Refused(it) if it.code == "command.reused"));
    assert_eq!(count(&app, "event").await, 1);
    let rivals = (0..6).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { note::open(&app, 2, "丙").await.unwrap().value })
    });
    let mut ids = Vec::new();
    for rival in rivals {
        ids.push(rival.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "a double click makes one note");
    assert_eq!(count(&app, "event").await, 2);
}

async fn rivals_on_one_note_lose_nothing(bench: Bench) {
    let app = bench.app().await;
    let id = note::open(&app, 1, "甲").await.unwrap().value;
    let rivals: Vec<_> = (0..4_u128)
        .map(|rival| {
            let app = app.clone();
            tokio::spawn(async move {
                let mut done = 0;
                for turn in 0..10_u128 {
                    let command = 100 + rival * 100 + turn;
                    loop {
                        match note::line(&app, command, id, &format!("{rival}-{turn}")).await {
                            Ok(_) => break,
                            Err(WriteError::Conflict) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for rival in rivals {
        done += rival.await.unwrap();
    }
    let note = app.load::<Note>(MatterId(id)).await.unwrap().unwrap();
    assert_eq!((done, note.lines.len(), note.version), (40, 40, 41));
    let mut seen: Vec<_> = note.lines.iter().map(|it| it.value().unwrap().to_owned()).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 40);
    assert_eq!(count(&app, "sample_line").await, 40);
}

async fn a_clock_behind_the_record_refuses(bench: Bench) {
    let app = bench.app().await;
    let id = note::open(&app, 1, "甲").await.unwrap().value;
    bench.clock.set(start() - SignedDuration::from_millis(1_500));
    let within = note::line(&app, 2, id, "乙").await.unwrap();
    assert_eq!(within.recorded_at, start(), "the record never runs backwards");
    bench.clock.set(start() - SignedDuration::from_millis(2_001));
    let error = note::line(&app, 3, id, "丙").await.unwrap_err();
    assert!(matches!(error, WriteError::Clock { behind_ms: 2_001 }), "{error}");
    assert_eq!(count(&app, "event").await, 2);
    bench.clock.set(start());
    note::line(&app, 3, id, "丙").await.unwrap();
}

async fn a_future_claim_is_refused(bench: Bench) {
    let app = bench.app().await;
    let write = async |command: u128, happened, source| {
        let mut request = note::request("note.open", command, serde_json::json!({}));
        request.moment = Some((happened, source));
        app.write(request, |write: &mut Write| {
            Box::pin(async move {
                let id = MatterId(write.new_id());
                let event = NoteEvent::Opened { title: Text::closed("甲"), weight: 1 };
                write.create::<Note>(id, note::organ(), None, event).await?;
                Ok(id)
            }) as BoxFuture<'_, _>
        })
        .await
    };
    let paper = |reason: &str, approver| TimeSource::Paper {
        reason: Text::closed(reason),
        approver: mingjing_domain::matter::StaffId(uuid::Uuid::from_u128(approver)),
    };
    let past = start() - SignedDuration::from_hours(30);
    let code = |error: WriteError| match error {
        WriteError::Refused(it) => it.code.into_owned(),
        error => panic!("{error}"),
    };
    let future = write(1, start() + SignedDuration::from_micros(1), TimeSource::Server).await;
    assert_eq!(code(future.unwrap_err()), "moment.future");
    assert_eq!(code(write(2, past, paper("", 9)).await.unwrap_err()), "moment.late_reason");
    assert_eq!(code(write(3, past, paper("停电", 0xB)).await.unwrap_err()), "moment.late_approver");
    let id = write(4, past, paper("当日停电改用纸质文书", 9)).await.unwrap().value;
    let stream = app.stream::<Note>(id).await.unwrap();
    assert_eq!(stream[0].meta.moment.happened_at, past);
    assert_eq!(stream[0].meta.moment.source, {
        let key = app.db().one("c", "SELECT text FROM event_content WHERE slot = -1", vec![]);
        let key = key.await.unwrap().unwrap().bytes32("text").unwrap();
        let TimeSource::Paper { reason, approver } = stream[0].meta.moment.source.clone() else {
            panic!("paper")
        };
        assert_eq!(reason.value(), Some("当日停电改用纸质文书"));
        assert_eq!(reason.digest(&[0; 32]), Text::closed("当日停电改用纸质文书").digest(&key));
        TimeSource::Paper { reason, approver }
    });
}

async fn the_database_itself_refuses_changes(bench: Bench) {
    let app = bench.app().await;
    note::open(&app, 1, "甲").await.unwrap();
    for sql in [
        "UPDATE event SET organ_id = matter_id",
        "DELETE FROM event",
        "UPDATE command SET name = 'x'",
        "DELETE FROM command",
        "UPDATE event_content SET name = 'x'",
        "DELETE FROM event_content",
        "DELETE FROM matter",
        "INSERT INTO erasure_permit (matter_id, event_matter, event_version) \
         SELECT id, id, 1 FROM matter",
    ] {
        let tx = app.db().begin().await.unwrap();
        let refused = tx.run(sql, vec![]).await.unwrap_err().to_string();
        assert!(refused.contains("append-only") || refused.contains("erasure permit"), "{sql}: {refused}");
        tx.rollback().await.unwrap();
    }
    assert_eq!(count(&app, "event").await, 1);
}

async fn numbers_have_no_gaps_and_no_twins(bench: Bench) {
    let app = bench.app().await;
    let take = |app: mingjing::kit::app::App, command: u128, refuse: bool| async move {
        let request = note::request("note.number", command, serde_json::json!({}));
        app.write(request, move |write: &mut Write| {
            Box::pin(async move {
                let n = write.take_number(note::organ(), "罚", 2026).await?;
                if refuse { Err(WriteError::NotFound("refused")) } else { Ok(n) }
            }) as BoxFuture<'_, _>
        })
        .await
    };
    let rivals: Vec<_> = (0..12_u128)
        .map(|at| {
            let app = app.clone();
            tokio::spawn(async move {
                loop {
                    match take(app.clone(), 100 + at, at % 3 == 0).await {
                        Ok(written) => break Some(written.value),
                        Err(WriteError::NotFound(_)) => break None,
                        Err(WriteError::Conflict | WriteError::Duplicate(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for rival in rivals {
        numbers.extend(rival.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=8).collect::<Vec<u32>>());
}

async fn a_batch_is_all_or_nothing(bench: Bench) {
    let app = bench.app().await;
    let mut batch = app.batch().await.unwrap();
    let mut ids = Vec::new();
    for at in 0..20_u128 {
        let written = batch
            .write(note::request("note.open", at + 1, serde_json::json!({})), |write: &mut Write| {
                Box::pin(async move {
                    let id = MatterId(write.new_id());
                    let event = NoteEvent::Opened { title: Text::closed("甲"), weight: 1 };
                    let mut it = write.create::<Note>(id, note::organ(), None, event).await?;
                    write.append(&mut it, NoteEvent::Line { text: Text::closed("乙"), n: 0 }).await?;
                    Ok(id)
                }) as BoxFuture<'_, _>
            })
            .await
            .unwrap();
        ids.push(written.value);
    }
    let refused = batch
        .write(note::request("note.x", 99, serde_json::json!({})), |_: &mut Write| {
            Box::pin(async { Err::<(), _>(WriteError::NotFound("x")) }) as BoxFuture<'_, _>
        })
        .await;
    assert!(refused.is_err());
    let target = ids[3];
    let seen = batch
        .write(note::request("note.line", 100, serde_json::json!({})), move |write: &mut Write| {
            Box::pin(async move {
                let mut it = write.load::<Note>(target).await?.unwrap();
                write.append(&mut it, NoteEvent::Cut { n: 0 }).await?;
                Ok(it.version)
            }) as BoxFuture<'_, _>
        })
        .await
        .unwrap();
    assert_eq!(seen.value, 3_u64);
    assert_eq!(count(&app, "event").await, 0, "nothing before the commit");
    batch.commit().await.unwrap();
    assert_eq!(count(&app, "event").await, 41);
    assert_eq!(count(&app, "sample_line").await, 19);
    let mut dropped = app.batch().await.unwrap();
    dropped
        .write(note::request("note.open", 500, serde_json::json!({})), |write: &mut Write| {
            Box::pin(async move {
                let id = MatterId(write.new_id());
                let event = NoteEvent::Opened { title: Text::closed("丁"), weight: 1 };
                write.create::<Note>(id, note::organ(), None, event).await?;
                Ok(id)
            }) as BoxFuture<'_, _>
        })
        .await
        .unwrap();
    drop(dropped);
    assert_eq!(count(&app, "event").await, 41);
}

/// Readers are begun while somebody writes as fast as the database lets them.
async fn readers_side_by_side_see_one_state(bench: Bench) {
    let app = bench.app().await;
    let id = note::open(&app, 1, "示例标题").await.unwrap().value;
    let writer = {
        let app = app.clone();
        tokio::spawn(async move {
            for command in 2..150 {
                note::line(&app, command, id, "一行").await.unwrap();
            }
        })
    };
    let mut states = Vec::new();
    while !writer.is_finished() || states.is_empty() {
        let views = app.db().snapshots(3).await.unwrap();
        let mut seen = Vec::new();
        for view in &views {
            let text = "SELECT COUNT(*) AS n FROM event";
            seen.push(view.one("event", text, vec![]).await.unwrap().unwrap().int("n").unwrap());
            tokio::task::yield_now().await;
        }
        assert!(seen.iter().all(|it| *it == seen[0]), "{seen:?}");
        states.push(seen[0]);
        for view in views {
            view.rollback().await.unwrap();
        }
    }
    writer.await.unwrap();
    assert!(states.is_sorted(), "{states:?}");
    let views = app.db().snapshots(3).await.unwrap();
    assert_eq!(views.len(), 3, "nobody writes now");
}
