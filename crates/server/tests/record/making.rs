//! From the job to the stored file, the proof, and the public verification page.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request as HttpRequest, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use jiff::civil::date;
use mingjing::case::facts::Rules;
use mingjing::kit::app::{App, Request};
use mingjing::kit::blob::Blobs;
use mingjing::kit::error::WriteError;
use mingjing::kit::jobs::{JobError, LEASE, Worker};
use mingjing::kit::registry;
use mingjing::ledger::service::Ledger;
use mingjing::ops;
use mingjing::ops::audit::report::AuditReport;
use mingjing::params;
use mingjing::record::code::CheckCode;
use mingjing::record::files::{self, Kept};
use mingjing::record::job::{self, Gather, RENDER, Records, Sheets};
use mingjing::record::service::{Checked, Force};
use mingjing::record::{store, web, wire};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::Case;
use mingjing_domain::case::event::CaseEvent as E;
use mingjing_domain::case::types::{DocumentKind, DocumentNo, Made, RevocationGround};
use mingjing_domain::matter::{Actor, MatterId, StaffId};
use mingjing_domain::organ::{OrganEvent, OrganKind, OrganProfile, OrganState};
use mingjing_domain::text::Text;
use mingjing_ledger::bundle::verify_document;
use mingjing_press::child::{Client, ClientConfig};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::stream::{self, CASE, ORGAN, SYSTEM, Stream};
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        a_document_is_made_once_and_proved_to_strangers,
        a_job_that_fails_or_dies_is_done_later_with_the_same_codes,
        a_page_tells_what_became_of_a_document,
    );
}

fn press() -> Arc<Client> {
    static PRESS: LazyLock<Arc<Client>> = LazyLock::new(|| {
        Arc::new(Client::new(ClientConfig {
            program: env!("CARGO_BIN_EXE_mingjing").into(),
            fonts_dir: None,
            timeout: Duration::from_secs(120),
            jobs_per_worker: 100,
            workers: 1,
        }))
    });
    Arc::clone(&PRESS)
}

fn profile() -> OrganProfile {
    OrganProfile {
        name: "示例县应急管理局".into(),
        code: String::new(),
        short_name: "示".into(),
        system: "应急".into(),
        region: "511321".into(),
        kind: OrganKind::Organ,
        address: "示例县示例路1号".into(),
        phone: "000-0000001".into(),
        policy_scope: "sichuan/nanchong/emergency".into(),
        category: "安全生产".into(),
        units: vec!["执法大队".into()],
        payee: None,
        reconsideration: "示例县人民政府".into(),
        court: "示例县人民法院".into(),
    }
}

fn request(name: &'static str) -> Request {
    static NEXT: AtomicU64 = AtomicU64::new(0x0c00);
    Request {
        actor: Actor { id: SYSTEM, organ: ORGAN, roles: Vec::new() },
        purpose: "试验".into(),
        command_id: Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into()),
        name,
        body: serde_json::json!({}),
        moment: None,
    }
}

/// The organ and the stream's events, and a job for document `no` if one is named.
async fn enter(app: &App, s: &Stream, no: Option<DocumentNo>) {
    app.write(request("organ"), |w| {
        Box::pin(async move {
            let first = OrganEvent::Registered { profile: profile() };
            w.create::<OrganState>(MatterId(ORGAN.0), ORGAN, None, first).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    for (meta, event) in &s.events {
        if matches!(event, E::DocumentMade { no: it, .. } if Some(*it) == no) {
            continue;
        }
        let mut request = request("case");
        request.actor.id = meta.actor;
        let (event, first) = (Arc::new(event.clone()), meta.version == 1);
        app.write(request, move |w| {
            let event = Arc::clone(&event);
            Box::pin(async move {
                if first {
                    w.create::<Case>(CASE, ORGAN, None, event.as_ref().clone()).await?;
                } else {
                    let mut case = w.load::<Case>(CASE).await?.ok_or(WriteError::NotFound("case"))?;
                    w.append(&mut case, event.as_ref().clone()).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    }
    let Some(no) = no else { return };
    app.write(request("job"), move |w| {
        Box::pin(async move {
            job::enqueue(w, CASE, no);
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// Sheets of the synthetic organ, as long as `known` says that it is known.
fn gather(known: Arc<AtomicBool>) -> Gather {
    Arc::new(move |_, _, people, _| {
        let known = Arc::clone(&known);
        Box::pin(async move {
            if !known.load(Ordering::SeqCst) {
                return Err(JobError("机关的资料不完整".into()));
            }
            Ok(Sheets {
                organ: stream::organ(),
                people: people.into_iter().map(|id: StaffId| (id, stream::people(id))).collect(),
                law: crate::filling::law().clone(),
                calendar: Arc::new(Calendar::national().clone()),
                order: mingjing_domain::policy::FileOrder::EightClasses,
                watermark: None,
            })
        })
    })
}

fn records(app: &App, folder: &Path, known: Arc<AtomicBool>) -> Records {
    Records {
        app: app.clone(),
        blobs: Blobs::new(folder.join("files")),
        press: press(),
        base_url: "https://mingjing.example".into(),
        gather: gather(known),
        carry: wire::carry(Arc::new(Rules::built_in())),
    }
}

fn known() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(true))
}

fn worker(records: &Records) -> Worker {
    Worker::new(records.app.clone()).on(RENDER, records.handler())
}

fn site(records: &Records, ledger: &Ledger) -> Router {
    let frame: web::Frame =
        std::sync::Arc::new(|title: &str, body: maud::Markup| maud::html! { title { (title) } (body) });
    web::routes(web::Pages { records: records.clone(), ledger: ledger.clone(), frame })
}

async fn get(site: &Router, path: &str) -> (StatusCode, String) {
    let request = HttpRequest::get(path).body(Body::empty()).unwrap();
    let response = site.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn hand_in(site: &Router, file: &[u8]) -> (StatusCode, String) {
    let mut body =
        b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let request = HttpRequest::post("/verify")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(Body::from(body))
        .unwrap();
    let response = site.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn a_document_is_made_once_and_proved_to_strangers(bench: Bench) {
    let app = bench.app_with(registry::all()).await;
    enter(&app, &stream::not_filed(), Some(1)).await;
    let records = records(&app, bench.dir.path(), known());
    assert_eq!(worker(&records).drain().await.unwrap(), 1);
    assert_eq!(store::failures(app.db(), CASE).await.unwrap(), []);
    let case = app.load::<Case>(CASE).await.unwrap().unwrap();
    let made = case.document(1).unwrap().made.clone().expect("the stream says that it was made");
    let stored = store::document(app.db(), CASE, 1).await.unwrap().unwrap();
    let file = stored.file.clone().unwrap();
    assert_eq!(
        (hex::encode(file.sha256), hex::encode(file.sm3), file.pages),
        (made.sha256, made.sm3, made.pages)
    );
    assert_eq!(file.version, case.version);
    // Before the checkpoint: the stored bytes alone.
    let ledger = bench.ledger(&app).await;
    let plain = records.blobs.get(CASE, &file.sha256).unwrap();
    assert!(crate::filling::text_of(&plain).contains("（示）应急不立〔2026〕1号"));
    bench.sequence(&app).await;
    if let Ok(early) = records.download(&ledger, CASE, 1).await {
        assert_eq!(early, plain);
    }
    ledger.checkpoint().await.unwrap();
    let download = records.download(&ledger, CASE, 1).await.unwrap();
    assert!(download.starts_with(&plain) && download.len() > plain.len());
    let proof = verify_document(&download, &ledger.verifiers()).unwrap();
    assert_eq!(proof.sha256, file.sha256);

    let site = site(&records, &ledger);
    for path in [format!("/v/{}", stored.check_code), format!("/v/{}", stored.public_id)] {
        let (status, page) = get(&site, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        for words in [
            "（示）应急不立〔2026〕1号",
            "示例县应急管理局",
            "没有被补正、更正或者撤销",
            &hex::encode(file.sha256),
        ] {
            assert!(page.contains(words), "{words} on {path}: {page}");
        }
        assert!(!page.contains(stream::UNIT), "the page names no party");
    }
    let other = CheckCode::draw(&[3; 32]);
    assert_eq!(get(&site, &format!("/v/{other}")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&site, "/v/7K3M-92QX-").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&site, &format!("/v?code={}", stored.check_code)).await.0, StatusCode::SEE_OTHER);
    assert_eq!(
        get(&site, &format!("/d/{}.pdf", stored.public_id)).await.0,
        StatusCode::NOT_FOUND,
        "nothing was published"
    );

    assert!(hand_in(&site, &download).await.1.contains("通过核验"));
    assert!(hand_in(&site, &plain).await.1.contains("逐字节一致"));
    let mut altered = download.clone();
    altered[plain.len() / 2] ^= 1;
    assert!(hand_in(&site, &altered).await.1.contains("没有通过核验"));
    assert!(hand_in(&site, b"%PDF-1.7 nothing of ours").await.1.contains("不是本系统的文书"));
    for broken in [r#"{"format":"<b>请汇款</b>"}"#, r#"{"format":1}"#, "{", "{}"] {
        let (status, page) = hand_in(&site, broken.as_bytes()).await;
        assert_eq!(status, StatusCode::OK);
        let said = page.split("没有通过核验").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(said.contains("文件不是完整的证明"), "{said}");
        let latin = said.replace("<p>", "").replace("</p>", "");
        assert!(!latin.replace("</h2>", "").contains(|c: char| c.is_ascii_alphabetic()), "{latin}");
    }
    let large = vec![b'x'; web::UPLOAD_LIMIT + 1];
    assert_eq!(hand_in(&site, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);

    files_are_watched(&bench, &records, file.sha256).await;

    let copy = records.blobs.put(CASE, b"%PDF-1.7 the public copy").unwrap();
    let tx = app.db().begin().await.unwrap();
    store::publish(&tx, CASE, 1, Some(copy)).await.unwrap();
    tx.commit().await.unwrap();
    // No act published it: the audit says so, and so when its bytes change.
    let named = async || {
        let done = files::compare(app.db(), &records.blobs).await.unwrap();
        done.faults.iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(named().await, ["document.public_unreviewed"]);
    let tx = app.db().begin().await.unwrap();
    store::publish(&tx, CASE, 1, Some([7; 32])).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(named().await, ["document.public_missing"]);
    let tx = app.db().begin().await.unwrap();
    store::publish(&tx, CASE, 1, Some(copy)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        get(&site, &format!("/d/{}.pdf", stored.public_id)).await,
        (StatusCode::OK, "%PDF-1.7 the public copy".into())
    );
}

/// Whatever is done to the file of the one made document is named; and put back
/// it is as before.
async fn files_are_watched(bench: &Bench, records: &Records, sha256: [u8; 32]) {
    let (db, blobs) = (records.app.db(), &records.blobs);
    let path = bench.dir.path().join("files").join(CASE.to_string()).join(hex::encode(sha256));
    let good = std::fs::read(&path).unwrap();
    let named = async || {
        let mut report = AuditReport::default();
        ops::audit::files(db, blobs, &mut report).await.unwrap();
        let newest = files::newest(db, blobs, 5).await.unwrap();
        let codes: Vec<_> = report.findings.iter().map(|it| it.code).collect();
        assert_eq!(codes, newest.faults.iter().map(|it| it.code).collect::<Vec<_>>());
        assert!(report.findings.iter().all(|it| it.matter == Some(CASE) && it.what.contains("第 1 号文书")));
        (report.documents, codes)
    };
    assert_eq!(named().await, (1, vec![]));
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    std::fs::write(&path, bad).unwrap();
    assert_eq!(named().await, (0, vec!["document.altered"]));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(named().await, (0, vec!["document.missing"]));
    std::fs::write(&path, good).unwrap();
    let tx = db.begin().await.unwrap();
    tx.run("UPDATE document SET sha256 = sm3 WHERE no = 1", vec![]).await.unwrap();
    let row = files::compare(&tx, blobs).await.unwrap();
    assert_eq!(row.faults.iter().map(|it| it.code).collect::<Vec<_>>(), ["document.row"]);
    let sql = "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) \
               VALUES ($1, $1, 1, 5, 0)";
    tx.run(sql, params![CASE]).await.unwrap();
    let left = files::compare(&tx, blobs).await.unwrap();
    assert_eq!(left.faults.iter().map(|it| it.code).collect::<Vec<_>>(), ["document.not_erased"]);
    tx.rollback().await.unwrap();
    assert_eq!(named().await, (1, vec![]));
}

async fn a_job_that_fails_or_dies_is_done_later_with_the_same_codes(bench: Bench) {
    let app = bench.app_with(registry::all()).await;
    enter(&app, &stream::not_filed(), Some(1)).await;
    let ready = Arc::new(AtomicBool::new(false));
    let records = records(&app, bench.dir.path(), Arc::clone(&ready));
    worker(&records).drain().await.unwrap();
    let failures = store::failures(app.db(), CASE).await.unwrap();
    assert_eq!(
        (failures[0].no, failures[0].reason.as_str(), failures[0].given_up),
        (1, "机关的资料不完整", false)
    );
    let codes = store::document(app.db(), CASE, 1).await.unwrap().unwrap();
    assert_eq!(codes.file, None);
    // A person completes what was missing and asks again; this time the worker
    // dies with the file stored and nothing committed.
    ready.store(true, Ordering::SeqCst);
    let tx = app.db().begin().await.unwrap();
    assert_eq!(store::try_again(&tx, CASE, app.now()).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let mut dying = records.clone();
    dying.carry = Arc::new(|_, _, _| Box::pin(async { Err(WriteError::LeaseLost) }));
    let claimed = app.claim_job(&[RENDER]).await.unwrap().unwrap();
    let died = (dying.handler())(app.clone(), claimed).await;
    assert!(died.is_err());
    let case = app.load::<Case>(CASE).await.unwrap().unwrap();
    assert!(case.document(1).unwrap().made.is_none(), "nothing was committed");
    assert_eq!(worker(&records).drain().await.unwrap(), 0, "the lease still runs");
    bench.clock.advance(LEASE + SignedDuration::from_secs(1));
    assert_eq!(worker(&records).drain().await.unwrap(), 1);
    let stored = store::document(app.db(), CASE, 1).await.unwrap().unwrap();
    assert_eq!((&stored.check_code, &stored.public_id), (&codes.check_code, &codes.public_id));
    let files = std::fs::read_dir(bench.dir.path().join("files").join(CASE.to_string())).unwrap();
    assert_eq!(files.count(), 1, "the same codes gave the same file");
    // A second job for the same document does nothing more.
    let version = app.load::<Case>(CASE).await.unwrap().unwrap().version;
    app.write(request("again"), |w| {
        Box::pin(async move {
            job::enqueue(w, CASE, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
    assert_eq!(worker(&records).drain().await.unwrap(), 1);
    assert_eq!(app.load::<Case>(CASE).await.unwrap().unwrap().version, version);
    assert!(app.claim_job(&[RENDER]).await.unwrap().is_none());
}

async fn a_page_tells_what_became_of_a_document(bench: Bench) {
    let app = bench.app_with(registry::all()).await;
    let s = stream::decided();
    enter(&app, &s, None).await;
    let records = records(&app, bench.dir.path(), known());
    let ledger = bench.ledger(&app).await;
    let at = s.documents.iter().position(|it| *it == DocumentKind::PenaltyDecision).unwrap();
    let no = DocumentNo::try_from(at + 1).unwrap();
    let code = CheckCode::draw(&[9; 32]);
    let tx = app.db().begin().await.unwrap();
    let reservation = store::Reservation {
        matter: CASE,
        no,
        organ: ORGAN,
        kind: DocumentKind::PenaltyDecision,
        number: Some("（示）应急罚〔2026〕1号".into()),
        check_code: &code,
        public_id: "0123456789abcdefghjkmnpqrs",
    };
    store::reserve(&tx, reservation, app.now()).await.unwrap();
    let digest = records.blobs.put(CASE, b"the file").unwrap();
    let made = Made { sha256: hex::encode(digest), sm3: "00".repeat(32), pages: 3, template: String::new() };
    store::made(&tx, CASE, no, &made, 1, app.now()).await.unwrap();
    assert!(store::made(&tx, CASE, no, &made, 1, app.now()).await.is_err(), "a document is filled in once");
    tx.commit().await.unwrap();
    bench.sequence(&app).await;
    let force = || async {
        let stored = store::by_code(app.db(), &code).await.unwrap().unwrap();
        records.verdict(&ledger, stored).await.unwrap()
    };
    assert_eq!(force().await.force, Force::Standing);

    let by = DocumentNo::try_from(s.documents.len() + 1).unwrap();
    let corrected = E::DocumentCorrected { document: no, by, correction: Text::closed("更正") };
    let number = mingjing_domain::codes::DocumentNumber::new(Some("示"), "应急补", 2026, 1, None).unwrap();
    let issued = E::DocumentIssued {
        no: by,
        kind: DocumentKind::Correction,
        number: Some(number),
        party: Some(1),
        issued_on: date(2026, 5, 14),
    };
    let revoked =
        E::DecisionRevoked { ground: RevocationGround::Judgment, document: Text::closed("判决书") };
    for (events, want) in [
        (vec![issued, corrected], "已被补正（更正）：（示）应急补〔2026〕1号"),
        (vec![revoked], "人民法院判决撤销"),
    ] {
        let events = Arc::new(events);
        app.write(request("later"), move |w| {
            let events = Arc::clone(&events);
            Box::pin(async move {
                let mut case = w.load::<Case>(CASE).await?.ok_or(WriteError::NotFound("case"))?;
                for event in events.iter() {
                    w.append(&mut case, event.clone()).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
        let page = web::page(&force().await, None).into_string();
        assert!(page.contains(want), "{want}: {page}");
    }
    let told = async || web::page(&force().await, None).into_string();
    assert_eq!(force().await.kept, Kept::Whole);
    let path = bench.dir.path().join("files").join(CASE.to_string()).join(hex::encode(digest));
    std::fs::write(&path, b"the lie").unwrap();
    assert_eq!(force().await.kept, Kept::Altered);
    let page = told().await;
    assert!(page.contains("存档的文件已被改动") && !page.contains("销毁"), "{page}");
    records.blobs.erase(CASE).unwrap();
    assert_eq!(force().await.kept, Kept::Missing);
    let page = told().await;
    assert!(page.contains("存档的文件缺失") && !page.contains("已依法销毁"), "{page}");
    let tx = app.db().begin().await.unwrap();
    let sql = "INSERT INTO erasure (matter_id, event_matter, event_version, erased_at, slots) \
               VALUES ($1, $1, 1, 5, 0)";
    tx.run(sql, params![CASE]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(told().await.contains("已依法销毁"));
    let checked = records.check(&ledger.verifiers(), b"the file").await.unwrap();
    assert!(matches!(checked, Checked::Stored(_)));
}
