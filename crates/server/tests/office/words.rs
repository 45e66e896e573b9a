//! What machines write down of recordings: by engines of the organ's own, for those who may look,
//! to be found by, and gone with the content.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use mingjing::case::access::rules;
use mingjing::kit::app::{App, Request};
use mingjing::kit::blob::Blobs;
use mingjing::kit::db::Sql as _;
use mingjing::kit::jobs::{LEASE, MAX_ATTEMPTS, Worker};
use mingjing::kit::registry;
use mingjing::kit::write::Write;
use mingjing::machine_text::config::MachineConfig;
use mingjing::machine_text::jobs::{kind_of, waiting};
use mingjing::machine_text::worker::{Machine, handler};
use mingjing::ops::erase::erase;
use mingjing_domain::erasure::{Erasure, ErasureEvent};
use mingjing_domain::matter::{Actor, MatterId, StaffId};
use mingjing_domain::recording::machine::MachineTask;
use mingjing_domain::text::Text;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::films::{FILM, House, PHOTO};
use crate::office::{ORGAN, Office};
use crate::recordings::{drawn, office, three_hands};
use crate::steps::Way;
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(
        what_machines_wrote_down_is_shown_and_found_by_those_who_may_look,
        with_the_content_of_a_recording_its_words_go,
        a_piece_whose_worker_died_is_read_by_the_next,
    );
}

const SPEECH: &str = r#"{"engine":{"name":"示例转写","version":"2.0"},"spans":[
    {"text":"请出示证件，谢谢","start_ms":1200,"end_ms":2600},{"text":"配电箱没有上锁","start_ms":2600}]}"#;

/// What the fake endpoint answers, and how often it was asked.
#[derive(Clone)]
struct Endpoint {
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
    url: String,
}

impl Endpoint {
    async fn new() -> Self {
        let answer = Arc::new(Mutex::new((200, SPEECH.to_owned())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (said, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let handle = move |headers: HeaderMap, body: Bytes| {
            count.fetch_add(1, Ordering::SeqCst);
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            assert_eq!(text("mingjing-sha256"), hex::encode(Sha256::digest(&body)));
            assert_eq!(
                (text("mingjing-task"), text("authorization")),
                ("transcript".into(), "Bearer example-1".into())
            );
            let (status, body) = said.lock().unwrap().clone();
            async move { (StatusCode::from_u16(status).unwrap(), body) }
        };
        let routes =
            Router::new().route("/read", post(handle)).layer(axum::extract::DefaultBodyLimit::disable());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/read", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { answer, asked, url }
    }

    fn says(&self, status: u16, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }
}

/// A house whose engines are an endpoint for speech and a small program for pages.
struct Reading {
    house: House,
    speech: Endpoint,
    own: MachineConfig,
}

impl Reading {
    async fn new(office: Office) -> Self {
        let house = House::of(office);
        let (dir, speech) = (house.office.bench.dir.path(), Endpoint::new().await);
        let (program, token) = (dir.join("read.sh"), dir.join("token"));
        // It tells how many bytes it was given, so that the text is of the file.
        let script = "#!/bin/sh\nprintf '现场检查笔录\\n共 %s 字节\\n' $(wc -c < \"$1\")\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(&token, "example-1\n").unwrap();
        let own = format!(
            "[ocr]\nkind = \"command\"\nargv = [\"{}\", \"{{input}}\"]\noutput = \"text\"\nname = \"示例识别\"\nversion = \"1.0\"\n\
             [transcript]\nkind = \"http\"\nurl = \"{}\"\nallow_http = true\ntoken_file = \"{}\"\ntimeout_seconds = 5",
            program.display(),
            speech.url,
            token.display()
        );
        let own = toml::from_str(&own).unwrap();
        Self { house, speech, own }
    }

    fn office(&self) -> &Office {
        &self.house.office
    }

    fn worker(&self, app: &App) -> Worker {
        MachineTask::ALL.iter().fold(Worker::new(app.clone()), |worker, task| {
            let machine = Machine::new(self.house.vault.clone(), self.own.clone(), None, *task)
                .by(PathBuf::from(env!("CARGO_BIN_EXE_mingjing")));
            worker.on(kind_of(*task), handler(machine, Arc::clone(rules())))
        })
    }

    async fn reads(&self) -> usize {
        self.worker(&self.office().app).drain().await.unwrap()
    }

    async fn waiting(&self, id: Uuid) -> Vec<u16> {
        waiting(&self.office().app, MatterId(id)).await.unwrap()
    }

    fn recent(&self) -> Timestamp {
        self.office().app.now().checked_sub(SignedDuration::from_mins(30)).unwrap()
    }

    /// A film and a photograph, stored.
    async fn takes(&self, id: Uuid, case: Option<&str>) {
        let at = self.recent();
        let pieces = [("video", "现场.mp4", at, 24, FILM), ("photo", "笔录.jpg", at, 0, PHOTO)];
        self.house.takes(id, case, &pieces).await;
    }

    async fn found(&self, who: &str, words: &str) -> Vec<Value> {
        let path = format!("/api/v1/recording-search?{words}");
        self.office().read(who, &path).await.json()["items"].as_array().unwrap().clone()
    }

    async fn rows(&self, id: Uuid) -> i64 {
        let text = "SELECT COUNT(*) AS n FROM recording_word WHERE matter_id = $1";
        let row = self.office().app.db().one("recording_word", text, mingjing::params![MatterId(id)]).await;
        row.unwrap().unwrap().int("n").unwrap()
    }

    /// How many stored texts hold these words; elsewhere they stand nowhere.
    async fn held(&self, words: &str) -> usize {
        let db = self.office().app.db();
        let mut held = 0;
        for (table, column) in
            [("event_content", "text"), ("event", "body"), ("event", "envelope"), ("command", "body")]
        {
            let rows = db.all(table, format!("SELECT {column} AS it FROM {table}"), vec![]).await.unwrap();
            let with =
                rows.iter().filter(|row| String::from_utf8_lossy(&row.bytes("it").unwrap()).contains(words));
            let count = with.count();
            assert!(table == "event_content" || count == 0, "{table}.{column} holds a text");
            held += count;
        }
        for (table, column) in [("job", "payload"), ("command", "result"), ("command", "context")] {
            let rows = db.all(table, format!("SELECT {column} AS it FROM {table}"), vec![]).await.unwrap();
            assert!(rows.iter().all(|row| !row.text("it").unwrap().contains(words)), "{table}.{column}");
        }
        held
    }
}

fn encoded(words: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish()
}

async fn what_machines_wrote_down_is_shown_and_found_by_those_who_may_look(bench: Bench) {
    let office = office(bench).await;
    let case = office.filed(Way::Api).await;
    let it = Reading::new(office).await;
    let id = drawn(0x3a01_0000);
    it.takes(id, Some(&case)).await;
    without_an_engine(&it, id).await;
    it.own.announce(&it.office().app);
    asked_for(&it, id).await;
    // What comes now is queued with its acceptance.
    let later = drawn(0x3a02_0000);
    it.takes(later, Some(&case)).await;
    assert_eq!(it.waiting(later).await, [2, 1], "one kind of job an engine");
    assert_eq!(it.reads().await, 2);
    assert_eq!(it.speech.asked.load(Ordering::SeqCst), 2);
    shown(&it, id).await;
    found(&it, (id, later)).await;
    looked(&it, id, &case).await;
    assert_eq!(it.held("配电箱没有上锁").await, 2, "two films, each once, and nowhere else");
    it.office().holds().await;
}

/// Nothing is queued, the page says so, and nothing fails.
async fn without_an_engine(it: &Reading, id: Uuid) {
    assert_eq!(it.waiting(id).await, [] as [u16; 0]);
    let page = it.office().open("a", &format!("/recordings/{id}")).await;
    assert!(
        page.body.contains("本系统没有设置识别引擎") && !page.body.contains("ask_machine_text"),
        "{}",
        page.body
    );
    let ask =
        it.office().tries("a", &format!("/api/v1/recordings/{id}/ask_machine_text"), json!({"no": 1})).await;
    assert_eq!((ask.status.as_u16(), ask.code().as_str()), (422, "machine.no_engine"));
    let page = it.office().open("a", &format!("/recordings/search?{}", encoded("证件"))).await;
    assert!(page.body.contains("没有设置识别引擎"), "{}", page.body);
}

/// What came before the engine is read when a person asks, by page or API.
async fn asked_for(it: &Reading, id: Uuid) {
    let office = it.office();
    let page = office.open("a", &format!("/recordings/{id}")).await;
    assert!(page.body.contains("ask_machine_text?no=2") && page.body.contains("还没有识别"), "{}", page.body);
    let ask = format!("/api/v1/recordings/{id}/ask_machine_text");
    for (who, status) in [("c", 403), ("unit_head", 403), ("stranger", 404), ("supervisor", 403)] {
        assert_eq!(office.tries(who, &ask, json!({"no": 1})).await.status, status, "{who}");
    }
    office.does("a", &ask, json!({"no": 1})).await;
    office.submit("a", &format!("/recordings/{id}/do/ask_machine_text?no=2"), &[]).await;
    assert_eq!(it.waiting(id).await, [2, 1]);
    assert!(office.open("a", &format!("/recordings/{id}")).await.body.contains("等待识别"));
    assert_eq!(it.reads().await, 2);
    assert_eq!((it.waiting(id).await.len(), it.reads().await), (0, 0));
}

async fn shown(it: &Reading, id: Uuid) {
    let office = it.office();
    let all = office.read("a", &format!("/api/v1/recordings/{id}/words")).await.json();
    assert!(all["notice"].as_str().unwrap().contains("不是证据"), "{all}");
    let first = &all["items"][0];
    assert_eq!(
        (&first["task"], &first["engine"], &first["engine_version"], &first["cut"]),
        (&json!("transcript"), &json!("示例转写"), &json!("2.0"), &json!(false))
    );
    assert_eq!(first["sha256"], json!(hex::encode(Sha256::digest(FILM))));
    assert_eq!(
        first["lines"][0],
        json!({"text": "请出示证件，谢谢", "start_ms": 1200, "end_ms": 2600, "page": null})
    );
    let second = &all["items"][1];
    assert_eq!((&second["task"], &second["engine"]), (&json!("ocr"), &json!("示例识别")));
    assert_eq!(second["lines"][1]["text"], json!(format!("共 {} 字节", PHOTO.len())));
    let page = office.open("a", &format!("/recordings/{id}")).await;
    for part in [
        "机器识别",
        "不是证据",
        "配电箱没有上锁",
        "现场检查笔录",
        "/play#piece-1@1.200",
        "示例转写",
        "再次识别",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let player = office.open("a", &format!("/recordings/{id}/play")).await;
    assert!(
        player.body.contains("data-seek=\"2.600\"") && player.body.contains("配电箱没有上锁"),
        "{}",
        player.body
    );
    // What is said of the recording itself holds no word of it.
    let shape = office.read("supervisor", &format!("/api/v1/recordings/{id}")).await;
    assert!(shape.body.contains("machine_text") && !shape.body.contains("配电箱"), "{}", shape.body);
}

async fn found(it: &Reading, (id, later): (Uuid, Uuid)) {
    for (words, pieces) in [
        ("证件", vec![(later, 1), (id, 1)]),
        ("上锁 出示", vec![(later, 1), (id, 1)]),
        ("笔录", vec![(later, 2), (id, 2)]),
        ("证件谢谢", vec![]),
        ("件请", vec![]),
        ("证", vec![]),
        ("锁匠", vec![]),
    ] {
        let hits = it.found("a", &encoded(words)).await;
        let places: Vec<(Value, u64)> =
            hits.iter().map(|it| (it["recording"].clone(), it["segment"].as_u64().unwrap())).collect();
        assert_eq!(places, pieces.into_iter().map(|(id, no)| (json!(id), no)).collect::<Vec<_>>(), "{words}");
    }
    let hits = it.found("a", &encoded("证件")).await;
    assert_eq!(hits[0]["lines"][0]["start_ms"], 1200);
    // Page by page.
    let path = format!("/api/v1/recording-search?{}&limit=1", encoded("证件"));
    let first = it.office().read("a", &path).await.json();
    let second = it.office().read("a", first["next"].as_str().unwrap()).await.json();
    assert_eq!(
        (&first["items"][0]["recording"], &second["items"][0]["recording"]),
        (&json!(later), &json!(id))
    );
    assert_eq!(second["next"], Value::Null);
    for wrong in ["q=", "q=a&after=7", "x=1", ""] {
        let answer = it.office().read("a", &format!("/api/v1/recording-search?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let page = it.office().open("a", &format!("/recordings/search?{}", encoded("证件"))).await;
    assert!(page.body.contains("请出示证件，谢谢") && page.body.contains("不是证据"), "{}", page.body);
}

/// Others find what they may look at, without its words; opening them is a look.
async fn looked(it: &Reading, id: Uuid, case: &str) {
    let (office, beside) = (it.office(), case.parse().unwrap());
    for who in ["stranger", "strange_head", "c"] {
        assert_eq!(it.found(who, &encoded("证件")).await, [] as [Value; 0], "{who}");
        let words = office.read(who, &format!("/api/v1/recordings/{id}/words")).await;
        assert!(!words.body.contains("证件") && words.status != 200, "{who}: {}", words.body);
        let page = office.open(who, &format!("/recordings/search?{}", encoded("证件"))).await;
        assert!(!page.body.contains("出示"), "{who}");
    }
    assert_eq!(
        office.read("cashier", &format!("/api/v1/recording-search?{}", encoded("证件"))).await.status,
        403
    );
    let own = it.house.looks(beside).await;
    office.open("a", &format!("/recordings/{id}/words")).await;
    assert_eq!(it.house.looks(beside).await, own, "no look in the course of the work");
    let hits = it.found("supervisor", &encoded("证件")).await;
    assert_eq!((hits.len(), &hits[0]["lines"]), (2, &Value::Null));
    let page = office.open("supervisor", &format!("/recordings/search?{}", encoded("证件"))).await;
    assert!(page.body.contains("记入查阅记录") && !page.body.contains("出示"), "{}", page.body);
    let page = office.open("supervisor", &format!("/recordings/{id}")).await;
    assert!(
        page.body.contains("查看识别文字（记入查阅记录）") && !page.body.contains("出示证件，谢谢"),
        "{}",
        page.body
    );
    assert!(
        !office.open("supervisor", &format!("/recordings/{id}/play")).await.body.contains("出示证件，谢谢")
    );
    let before = it.house.looks(beside).await;
    let page = office.open("supervisor", &format!("/recordings/{id}/words")).await;
    assert!(page.body.contains("请出示证件，谢谢") && page.body.contains("不是证据"), "{}", page.body);
    assert_eq!(it.house.looks(beside).await, before + 1);
    office.read("supervisor", &format!("/api/v1/recordings/{id}/words")).await;
    assert_eq!(it.house.looks(beside).await, before + 1, "the same look goes on");
    office.clock.advance(SignedDuration::from_mins(30));
    office.read("supervisor", &format!("/api/v1/recordings/{id}/words")).await;
    assert_eq!(it.house.looks(beside).await, before + 2);
}

async fn with_the_content_of_a_recording_its_words_go(bench: Bench) {
    let mut it = Reading::new(office(bench).await).await;
    it.own.announce(&it.office().app);
    let (gone, stays, erased) = (drawn(0x3a11_0000), drawn(0x3a12_0000), drawn(0x3a13_0000));
    let at = it.recent();
    for id in [gone, stays, erased] {
        it.house.takes(id, None, &[("audio", "录音.wav", at, 24, id.as_bytes().as_slice())]).await;
    }
    assert_eq!(it.reads().await, 3);
    assert_eq!((it.held("出示证件").await, it.rows(gone).await > 5), (3, true));
    // A patrol is nobody's work: who recorded it finds it no more than he plays it.
    assert_eq!(it.found("a", &encoded("证件")).await.len(), 0);
    assert_eq!(it.found("supervisor", &encoded("证件")).await.len(), 3);
    it.house.office.day("2027-07-05");
    it.house.office.renew().await;
    let propose = json!({"recordings": [gone], "grounds": "经鉴定，没有继续保存的价值"});
    three_hands(&mut it.house.office, propose).await;
    assert_eq!((it.held("出示证件").await, it.rows(gone).await, it.rows(stays).await > 5), (2, 0, true));
    assert_eq!(it.found("supervisor", &encoded("证件")).await.len(), 2);
    let page = it.office().open("supervisor", &format!("/recordings/{gone}")).await;
    assert!(
        !page.body.contains("id=\"machine\"") && page.body.contains("已机器识别文字"),
        "only that it was there"
    );
    assert_eq!(it.office().read("supervisor", &format!("/api/v1/recordings/{gone}/words")).await.status, 410);
    it.office().holds().await;
    // The database lets nothing else go by that permit, and nothing of others.
    for (of, by) in [(gone, gone), (stays, gone), (stays, stays)] {
        let tx = it.office().app.db().begin().await.unwrap();
        let permit = "INSERT INTO erasure_permit (matter_id, event_matter, event_version) SELECT $1, matter_id, version \
             FROM event WHERE matter_id = $2 ORDER BY version DESC LIMIT 1";
        let permitted = tx.run(permit, mingjing::params![MatterId(of), MatterId(by)]).await;
        assert_eq!(permitted.is_ok(), of == by && of == gone);
        if permitted.is_ok() {
            let all = "DELETE FROM event_content WHERE matter_id = $1";
            assert!(tx.run(all, mingjing::params![MatterId(of)]).await.is_err());
        }
        tx.rollback().await.unwrap();
    }
    // Erased as a matter, by an approved destruction.
    let blobs = Blobs::new(it.office().bench.dir.path().join("files"));
    let list = it.office().bench.dir.path().join("keys/erasures.jsonl");
    let approved = approved(it.office(), vec![MatterId(erased)]).await;
    assert_eq!(erase(&it.office().app, &blobs, &list, (approved, 2)).await.unwrap(), [MatterId(erased)]);
    assert_eq!((it.held("出示证件").await, it.rows(erased).await), (1, 0));
    assert_eq!(it.found("supervisor", &encoded("证件")).await.len(), 1);
}

/// An approved destruction of these matters, as the log has it.
async fn approved(office: &Office, matters: Vec<MatterId>) -> MatterId {
    let request = Request {
        actor: Actor { id: StaffId(Uuid::nil()), organ: ORGAN, roles: Vec::new() },
        purpose: "销毁".to_owned(),
        command_id: office.fresh(),
        name: "erasure",
        body: json!({}),
        moment: None,
    };
    let written = office.app.write(request, move |w: &mut Write| {
        let matters = matters.clone();
        Box::pin(async move {
            let id = MatterId(w.new_id());
            let first =
                ErasureEvent::Proposed { matters: matters.clone(), grounds: Text::closed("期限届满") };
            let mut it = w.create::<Erasure>(id, ORGAN, None, first).await?;
            w.append(&mut it, ErasureEvent::Approved { matters, opinion: Text::closed("同意") }).await?;
            Ok(id)
        }) as BoxFuture<'_, _>
    });
    written.await.unwrap().value
}

async fn a_piece_whose_worker_died_is_read_by_the_next(bench: Bench) {
    let it = Reading::new(office(bench).await).await;
    it.own.announce(&it.office().app);
    let id = drawn(0x3a21_0000);
    it.takes(id, None).await;
    // One process takes both up and is gone.
    let kinds: Vec<&str> = MachineTask::ALL.iter().map(|it| kind_of(*it)).collect();
    for _ in &kinds {
        let claimed = it.office().app.claim_job(&kinds).await.unwrap().unwrap();
        // It had held on to it before.
        it.office().app.hold_job(&claimed).await.unwrap();
    }
    let next = it.office().bench.app_with(registry::all()).await;
    assert_eq!(it.worker(&next).drain().await.unwrap(), 0, "their leases stand");
    it.office().clock.advance(LEASE);
    it.office().clock.advance(SignedDuration::from_secs(1));
    assert_eq!(it.worker(&next).drain().await.unwrap(), 2);
    assert_eq!((it.waiting(id).await.len(), it.rows(id).await > 5), (0, true));
    assert_eq!(it.held("出示证件").await, 1);
    it.office().holds().await;
}

/// What each answer comes to: stored words, or the reason why there are none.
async fn comes_to(it: &Reading, n: u128) -> (Value, usize) {
    let id = drawn(0x3a30_0000 + n);
    it.house.takes(id, None, &[("audio", "录音.wav", it.recent(), 24, id.as_bytes().as_slice())]).await;
    let before = it.speech.asked.load(Ordering::SeqCst);
    for _ in 0..MAX_ATTEMPTS {
        it.reads().await;
        it.office().clock.advance(SignedDuration::from_mins(31));
    }
    assert_eq!((it.waiting(id).await.len(), it.reads().await), (0, 0), "it comes to an end");
    let shape = it.office().read("a", &format!("/api/v1/recordings/{id}")).await.json();
    let asked = it.speech.asked.load(Ordering::SeqCst) - before;
    (shape["segments"][0]["machine_text"].clone(), asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_engine_answers_is_measured_and_its_failures_are_said() {
    let mut it = Reading::new(Office::new().await).await;
    it.own.announce(&it.office().app);
    let many = usize::try_from(MAX_ATTEMPTS).unwrap();
    let engine = r#"{"engine":{"name":"甲","version":"1"},"#;
    let long = format!(r#"{engine}"text":"{}"}}"#, "长".repeat(70_000));
    let named = format!(r#"{{"engine":{{"name":"{}","version":"1"}},"text":"字"}}"#, "名".repeat(4_000));
    let cases: Vec<(u16, String, Value, usize)> = vec![
        (200, "这不是 JSON".into(), json!("nonsense"), 1),
        (
            200,
            format!(r#"{engine}"spans":[{{"text":"字","start_ms":9,"end_ms":1}}]}}"#),
            json!("nonsense"),
            1,
        ),
        (200, r#"{"text":"没有写明引擎"}"#.into(), json!("nonsense"), 1),
        (200, " ".repeat(17 << 20), json!("too_large"), 1),
        (302, String::new(), json!("unreachable"), 1),
        (401, String::new(), json!("unreachable"), 1),
        (503, String::new(), json!("unreachable"), many),
    ];
    for (n, (status, body, fault, asked)) in (1..).zip(cases) {
        it.speech.says(status, body);
        let (state, times) = comes_to(&it, n).await;
        assert_eq!((&state["fault"], times, &state["made_at"]), (&fault, asked, &Value::Null), "{n}");
    }
    it.speech.says(200, long);
    let (state, _) = comes_to(&it, 20).await;
    assert_eq!(
        (&state["chars"], &state["cut"], &state["fault"]),
        (&json!(60_000), &json!(true), &Value::Null)
    );
    it.speech.says(200, named);
    let (state, _) = comes_to(&it, 21).await;
    assert!(
        state["fault"] == json!("nonsense") || state["engine"].as_str().unwrap().chars().count() <= 200,
        "{state}"
    );
    // An empty page is an answer.
    it.speech.says(200, format!(r#"{engine}"spans":[]}}"#));
    let (state, _) = comes_to(&it, 22).await;
    assert_eq!((&state["chars"], &state["fault"]), (&json!(0), &Value::Null));
    // What is larger than the settings allow is not copied; nothing is sent.
    it.own.max_bytes = 4;
    let (state, asked) = comes_to(&it, 23).await;
    assert_eq!((&state["fault"], asked), (&json!("too_large"), 0));
    it.own.max_bytes = 256 << 20;
    it.own.transcript = None;
    assert_eq!(comes_to(&it, 24).await.0["fault"], json!("no_engine"));
    failed(&it).await;
    it.office().holds().await;
}

/// A failure is seen on the page, and whoever handles it asks again.
async fn failed(it: &Reading) {
    let id = drawn(0x3a30_0000 + 7);
    let page = it.office().open("a", &format!("/recordings/{id}")).await;
    assert!(page.body.contains("没有成功") && page.body.contains("识别服务不能连接"), "{}", page.body);
    let ask = format!("/api/v1/recordings/{id}/ask_machine_text");
    it.office().does("a", &ask, json!({"no": 1})).await;
    assert_eq!(it.waiting(id).await, [1]);
    assert_eq!(it.reads().await, 1);
    let shape = it.office().read("a", &format!("/api/v1/recordings/{id}")).await.json();
    assert_eq!(shape["segments"][0]["machine_text"]["fault"], json!("no_engine"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_is_told_which_engines_are_there() {
    let it = Reading::new(Office::new().await).await;
    let words = |lines: Vec<mingjing::ops::doctor::Line>| {
        lines.into_iter().map(|it| format!("{} {}", it.good, it.text)).collect::<Vec<_>>()
    };
    let none = words(MachineConfig::default().examine().await);
    assert!(
        none.len() == 2 && none.iter().all(|it| it.starts_with("true") && it.contains("没有设置引擎")),
        "{none:?}"
    );
    let both = words(it.own.examine().await);
    assert_eq!(both, ["true 图片文字识别：程序 read.sh 可用", "true 语音转写：服务 127.0.0.1 可用"]);
    assert_eq!(it.speech.asked.load(Ordering::SeqCst), 0, "nothing was sent");
    let mut gone = it.own.clone();
    gone.ocr = toml::from_str("kind = \"command\"\nargv = [\"/nowhere/read\"]").ok();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let shut = format!(
        "kind = \"http\"\nurl = \"http://{}/?secret=1\"\nallow_http = true",
        listener.local_addr().unwrap()
    );
    drop(listener);
    gone.transcript = toml::from_str(&shut).ok();
    let lines = words(gone.examine().await);
    assert!(lines.iter().all(|it| it.starts_with("false") && !it.contains("secret")), "{lines:?}");
}
