//! Each fault that an insider could plant is found, and named.

use futures_util::FutureExt;
use jiff::SignedDuration;
use mingjing::kit::app::{App, Request};
use mingjing::kit::db::{Engine, Sql, Tx};
use mingjing::kit::error::WriteError;
use mingjing::ops::audit::report::AuditReport;
use mingjing::ops::audit::{audit, audit_in, kinds};
use mingjing::params;
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::Text;
use sea_orm::Value;
use serde_json::json;
use uuid::Uuid;

use crate::seeding::county;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(tampering_is_named, what_the_law_refuses_is_named,);
}

/// What an intruder with the database's password can do: no trigger stands in the way.
async fn disarm(tx: &Tx) {
    match tx.engine() {
        Engine::Sqlite => {
            let text = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
            for row in tx.all("schema", text, vec![]).await.unwrap() {
                tx.script(&format!("DROP TRIGGER {}", row.text("name").unwrap())).await.unwrap();
            }
            tx.script("PRAGMA defer_foreign_keys = ON").await.unwrap();
        }
        Engine::Postgres => {
            for table in
                ["event", "event_content", "command", "matter", "ledger_leaf", "ledger_node", "erasure"]
            {
                tx.script(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).await.unwrap();
            }
        }
    }
}

async fn any(app: &App, sql: &str) -> (Vec<u8>, i64) {
    let row = app.db().one("any", sql, vec![]).await.unwrap().expect("there is one");
    (row.bytes("matter_id").unwrap(), row.int("version").unwrap())
}

async fn tampering_is_named(bench: Bench) {
    let (app, ledger, _) = county(&bench, 40).await;
    let keys = ledger.verifiers();
    let (case, version) = any(
        &app,
        "SELECT e.matter_id, e.version FROM event e JOIN event_content c ON c.matter_id = e.matter_id \
         AND c.version = e.version WHERE e.kind = 'case' AND e.version > 5 AND c.slot = 0 \
         ORDER BY e.matter_id, e.version LIMIT 1",
    )
    .await;
    let place = || params![case.clone(), version];
    let at = "matter_id = $1 AND version = $2";
    let junk = || vec![1_u8; 32];
    let with = |value: Value| {
        let mut values = place();
        values.push(value);
        values
    };
    let cases: Vec<(String, Vec<Value>, &str)> = vec![
        (format!("UPDATE event SET body = $3 WHERE {at}"), with(b"{}".to_vec().into()), "event.altered"),
        (format!("UPDATE event SET envelope = $3 WHERE {at}"), with(b"{}".to_vec().into()), "event.altered"),
        (format!("UPDATE event SET salt = $3 WHERE {at}"), with(junk().into()), "event.altered"),
        (format!("UPDATE event SET root_sm3 = $3 WHERE {at}"), with(junk().into()), "event.altered"),
        (format!("UPDATE event SET type = 'case.cut' WHERE {at}"), place(), "event.columns"),
        (format!("UPDATE event SET prev = $3 WHERE {at}"), with(junk().into()), "event.chain"),
        (format!("DELETE FROM event WHERE {at}"), place(), "event.gap"),
        (format!("DELETE FROM event WHERE {at}"), place(), "event.missing"),
        ("DELETE FROM event WHERE matter_id = $1 AND version >= $2".to_string(), place(), "matter.head"),
        (format!("UPDATE event_content SET text = $3 WHERE {at} AND slot = 0"), with(b"x".to_vec().into()), "content.altered"),
        (format!("DELETE FROM event_content WHERE {at}"), place(), "content.missing"),
        (format!("UPDATE event_content SET slot = 99 WHERE {at} AND slot = 0"), place(), "content.extra"),
        ("UPDATE matter SET head = $2 WHERE id = $1".into(), params![case.clone(), junk()], "matter.head"),
        ("UPDATE matter SET version = version - 1 WHERE id = $1".into(), params![case.clone()], "matter.head"),
        ("UPDATE matter SET erased_at = 5 WHERE id = $1".into(), params![case.clone()], "erasure.unmarked"),
        (
            "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) VALUES ($1, $1, 1, 5, 1)".into(),
            params![case.clone()],
            "erasure.uncited",
        ),
        (
            format!("UPDATE command SET actor = $3 WHERE id = (SELECT command_id FROM event WHERE {at})"),
            with(Uuid::from_u128(9).into_bytes().to_vec().into()),
            "command.altered",
        ),
        (
            format!("UPDATE command SET read_set = '[]' WHERE id = (SELECT command_id FROM event WHERE {at})"),
            place(),
            "read_set.incomplete",
        ),
        (
            "INSERT INTO command (id, name, actor, organ_id, roles, purpose, body, body_digest, moment, \
             context, read_set, recorded_at, result) SELECT $1, name, actor, organ_id, roles, purpose, body, \
             body_digest, moment, context, read_set, recorded_at, result FROM command ORDER BY id LIMIT 1"
                .into(),
            params![Uuid::from_u128(8)],
            "command.without_event",
        ),
        ("UPDATE ledger_leaf SET entry = $1 WHERE idx = 7".into(), params![junk()], "checkpoint.fork"),
        ("DELETE FROM ledger_leaf WHERE idx = 7".into(), vec![], "event.unlogged"),
        ("UPDATE ledger_head SET size = 5".into(), vec![], "ledger.rolled_back"),
        ("UPDATE case_row SET stage = 'closed' WHERE matter_id = $1".into(), params![case.clone()], "projection.altered"),
        ("DELETE FROM case_row WHERE matter_id = $1".into(), params![case.clone()], "projection.missing"),
        (
            "INSERT INTO case_receipt (matter_id, receipt) VALUES ($1, 'X')".into(),
            params![case.clone()],
            "projection.extra",
        ),
        (
            "INSERT INTO case_receipt (matter_id, receipt) VALUES ($1, 'X')".into(),
            params![Uuid::from_u128(5)],
            "projection.extra",
        ),
        (
            "INSERT INTO case_receipt (matter_id, receipt) SELECT id, 'X' FROM matter WHERE kind <> 'case' LIMIT 1".into(),
            vec![],
            "projection.extra",
        ),
        ("DELETE FROM issued_number WHERE n = 1".into(), vec![], "number.trace"),
        ("DELETE FROM issued_number WHERE n = 1".into(), vec![], "number.gap"),
        ("UPDATE number_counter SET n = n + 1".into(), vec![], "number.counter"),
    ];
    for (sql, values, code) in cases {
        let tx = app.db().begin().await.unwrap();
        disarm(&tx).await;
        assert!(tx.run(sql.as_str(), values).await.unwrap() > 0, "{sql}");
        let views = [std::sync::Arc::new(tx)];
        let report = audit_in(&views, &keys, &[], kinds()).await.unwrap();
        // The last holder: dropping it rolls back.
        drop(views);
        assert!(report.findings.iter().any(|it| it.code == code), "{code}: {sql}: {:#?}", report.findings);
    }
    assert!(audit(app.db(), &keys, &[]).await.unwrap().holds(), "all was rolled back");
}

/// An act put past the law: events straight into the write path, which commits
/// them as soundly as any other.
#[derive(Clone)]
struct Bypass {
    actor: Actor,
    case: MatterId,
    body: serde_json::Value,
    events: Vec<CaseEvent>,
    rules: Option<String>,
}

impl Bypass {
    async fn commit(&self, app: &App) -> Uuid {
        let id = Uuid::from_bytes(app.entropy().seed()[..16].try_into().unwrap());
        let request = Request {
            actor: self.actor.clone(),
            purpose: "越过".into(),
            command_id: id,
            name: "case.act",
            body: self.body.clone(),
            moment: None,
        };
        let (bypass, reader) = (self.clone(), app.clone());
        app.write(request, move |w| {
            let (it, app) = (bypass.clone(), reader.clone());
            async move {
                let mut case = w.load::<Case>(it.case).await?.ok_or(WriteError::NotFound("case"))?;
                let notes = notes(&app, case.organ).await;
                w.load::<OrganState>(MatterId(case.organ.0)).await?;
                for officer in case.officers.clone() {
                    w.load::<StaffState>(MatterId(officer.0)).await?;
                }
                w.load::<StaffState>(MatterId(it.actor.id.0)).await?;
                w.note("rules", it.rules.clone().unwrap_or(notes.0));
                w.note("calendar", notes.1);
                for event in it.events.clone() {
                    w.append(&mut case, event).await?;
                }
                Ok(0_u8)
            }
            .boxed()
        })
        .await
        .unwrap();
        id
    }
}

async fn notes(app: &App, organ: OrganId) -> (String, String) {
    let found = app.load::<OrganState>(MatterId(organ.0)).await.unwrap().unwrap();
    let day = mingjing_domain::matter::civil_day(app.now());
    let rules = mingjing::case::facts::Rules::built_in().on(&found.state, found.version, day, None).unwrap();
    (rules.law.version.clone(), rules.calendar.version().digest.to_string())
}

fn names(report: &AuditReport, command: Uuid, code: &str) {
    let found: Vec<_> = report.findings.iter().filter(|it| it.command == Some(command)).collect();
    assert!(found.iter().any(|it| it.code == code), "{code}: {found:#?}");
    assert!(found.iter().all(|it| it.matter.is_some() && it.version.is_some()), "{found:#?}");
}

async fn what_the_law_refuses_is_named(bench: Bench) {
    let (app, ledger, _) = county(&bench, 60).await;
    let keys = ledger.verifiers();
    bench.clock.advance(SignedDuration::from_hours(1));
    let row = app
        .db()
        .one(
            "case_row",
            "SELECT matter_id FROM case_row WHERE stage = 'investigating' ORDER BY matter_id LIMIT 1",
            vec![],
        )
        .await
        .unwrap()
        .expect("a case is being investigated");
    let case = MatterId(row.uuid("matter_id").unwrap());
    let state = app.load::<Case>(case).await.unwrap().unwrap();
    let officer = state.officers[0];
    let actor = |id: StaffId, roles: &[Role]| Actor { id, organ: state.organ, roles: roles.to_vec() };
    let withdraw = json!({ "case": case, "seen": null,
        "command": { "command": "propose", "proposal": "withdraw", "opinion": "拟撤销" } });
    let by = |actor: Actor, body: &serde_json::Value, events: Vec<CaseEvent>| Bypass {
        actor,
        case,
        body: body.clone(),
        events,
        rules: None,
    };
    let mut planted = Vec::new();
    // The effect without the approval: the command asks to propose, the event withdraws.
    let jump = by(actor(officer, &[Role::Officer]), &withdraw, vec![CaseEvent::Withdrawn { proposal: 1 }]);
    // A paper that claims a role which was never held.
    let dressed = by(
        actor(officer, &[Role::Officer, Role::Head]),
        &withdraw,
        vec![CaseEvent::EvidenceAdded { no: 1, evidence: evidence(officer) }],
    );
    let body = json!({ "case": case, "seen": null, "command": { "command": "conclude", "report": "终结",
        "complex": false, "public_interest": false, "several_relations": false } });
    // A rule set that this program does not resolve for the day.
    let other_rules = Bypass {
        rules: Some("00".repeat(32)),
        ..by(actor(officer, &[Role::Officer]), &body, vec![reinvestigated()])
    };
    // Nobody's act: the system may not investigate.
    let nobody = by(actor(StaffId(Uuid::nil()), &[]), &body, vec![reinvestigated()]);
    for (bypass, code) in [
        (jump, "event.unlawful"),
        (dressed, "actor.roles"),
        (other_rules, "rules.changed"),
        (nobody, "event.unlawful"),
    ] {
        planted.push((bypass.commit(&app).await, code));
    }
    // A command that was stored and did nothing.
    let idle = Uuid::from_u128(4);
    let request = Request {
        actor: actor(officer, &[Role::Officer]),
        purpose: "无".into(),
        command_id: idle,
        name: "case.act",
        body: json!({}),
        moment: None,
    };
    app.write(request, |_| async { Ok(0_u8) }.boxed()).await.unwrap();
    bench.sequence(&app).await;
    ledger.checkpoint().await.unwrap();
    let report = audit(app.db(), &keys, &[]).await.unwrap();
    for (command, code) in planted {
        names(&report, command, code);
    }
    assert!(report.findings.iter().any(|it| it.code == "command.without_event" && it.command == Some(idle)));
    assert!(report.findings.iter().any(|it| !it.article.is_empty()));
    let ours = |code: &str| report.findings.iter().filter(|it| it.code == code).count();
    assert_eq!(
        (ours("event.altered"), ours("content.missing")),
        (0, 0),
        "sound bytes are not called altered"
    );
}

fn reinvestigated() -> CaseEvent {
    CaseEvent::Reinvestigated { reason: Text::closed("补充调查") }
}

fn evidence(officer: StaffId) -> mingjing_domain::case::types::Evidence {
    serde_json::from_value(
        json!({ "kind": "documentary", "name": "伪造", "source": "无", "collected_on": "2026-11-20",
        "collectors": [officer], "proves": "无", "signed": true }),
    )
    .unwrap()
}
