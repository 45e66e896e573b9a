//! An enforcement organ with its people, a neighbour organ, an overseer, and
//! ways to ask: as a browser and as a program.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use jiff::civil::Date;
use mingjing::case::access::rules;
use mingjing::case::service::{Options, act};
use mingjing::erasure::service::Destroyer;
use mingjing::features;
use mingjing::kit::app::App;
use mingjing::kit::blob::Blobs;
use mingjing::kit::clock::ManualClock;
use mingjing::kit::db::Sql as _;
use mingjing::kit::http::{self, Shell};
use mingjing::kit::limits::WebConfig;
use mingjing::kit::login::{self, Secret};
use mingjing::kit::{registry, token};
use mingjing::staff::service::{self, By, NewLogin, Path};
use mingjing_domain::case::types::{DocumentNo, Made};
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId, shanghai};
use mingjing_domain::organ::{OrganCommand, OrganKind, OrganProfile, Payee};
use mingjing_domain::staff::{Role, StaffCommand};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::Bench;

pub const ORGAN: OrganId = OrganId(Uuid::from_u128(0x0a));
pub const NEIGHBOUR: OrganId = OrganId(Uuid::from_u128(0x0b));
pub const JUSTICE: OrganId = OrganId(Uuid::from_u128(0x0c));
pub const REGION: &str = "990101";
pub const CATEGORY: &str = "安全生产";

/// Login, role, organ. Officers hold certificates.
pub const PEOPLE: [(&str, Role, OrganId); 19] = [
    ("a", Role::Officer, ORGAN),
    ("b", Role::Officer, ORGAN),
    ("c", Role::Officer, ORGAN),
    ("unit_head", Role::UnitHead, ORGAN),
    ("reviewer", Role::Reviewer, ORGAN),
    ("review_head", Role::ReviewHead, ORGAN),
    ("deputy", Role::Deputy, ORGAN),
    ("second_deputy", Role::Deputy, ORGAN),
    ("head", Role::Head, ORGAN),
    ("host", Role::HearingHost, ORGAN),
    ("publicity", Role::Publicity, ORGAN),
    ("cashier", Role::Cashier, ORGAN),
    ("archivist", Role::Archivist, ORGAN),
    ("stranger", Role::Officer, NEIGHBOUR),
    ("strange_head", Role::Head, NEIGHBOUR),
    ("supervisor", Role::Supervisor, JUSTICE),
    ("system", Role::SystemAdmin, ORGAN),
    ("auditor", Role::Auditor, ORGAN),
    ("security", Role::SecurityAdmin, ORGAN),
];

/// The program with its people.
pub struct Office {
    pub router: Router,
    pub shell: Shell,
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub people: BTreeMap<&'static str, StaffId>,
    tokens: BTreeMap<&'static str, String>,
    pub bench: Bench,
    next: std::cell::Cell<u128>,
}

fn profile(name: &str, kind: OrganKind, region: &str) -> OrganProfile {
    OrganProfile {
        name: name.to_owned(),
        code: String::new(),
        short_name: "示".to_owned(),
        system: "应急".to_owned(),
        region: region.to_owned(),
        kind,
        address: "示例县示例路9号".to_owned(),
        phone: "000-0000".to_owned(),
        policy_scope: "demo".to_owned(),
        category: CATEGORY.to_owned(),
        units: vec!["执法大队".to_owned(), "法制机构".to_owned()],
        payee: Some(Payee {
            address: "示例县人民路 1 号".into(),
            bank: "示例银行".into(),
            name: "示例县财政局".into(),
            account: "0000".into(),
        }),
        reconsideration: "示例县人民政府".to_owned(),
        court: "示例县人民法院".to_owned(),
    }
}

impl Office {
    pub async fn new() -> Self {
        Self::of(Bench::sqlite()).await
    }

    /// On either engine, with the cheap password hashing of tests.
    pub async fn of(bench: Bench) -> Self {
        let config = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
        Self::on(bench, config).await
    }

    pub async fn on(bench: Bench, config: WebConfig) -> Self {
        let app = bench.app_with(registry::all()).await;
        let (router, shell) = http::build(app.clone(), config.clone(), features::routes(&config)).unwrap();
        let folder = bench.dir.path();
        let destroyer =
            Destroyer { blobs: Blobs::new(folder.join("files")), list: folder.join("keys/erasures.jsonl") };
        let router = router.layer(axum::Extension(destroyer));
        let clock = bench.clock.clone();
        let (people, tokens, next) = (BTreeMap::new(), BTreeMap::new(), std::cell::Cell::new(1));
        let mut it = Self { router, shell, app, clock, people, tokens, bench, next };
        it.organ(ORGAN, profile("示例县应急管理局", OrganKind::Organ, REGION)).await;
        it.organ(NEIGHBOUR, profile("邻县应急管理局", OrganKind::Organ, "990102")).await;
        it.organ(JUSTICE, profile("示例县司法局", OrganKind::Oversight, REGION)).await;
        for (login, role, organ) in PEOPLE {
            it.person(login, role, organ).await;
        }
        it
    }

    /// The token of a person, as a program sends it.
    pub fn token(&self, login: &str) -> &str {
        &self.tokens[login]
    }

    /// With the service of documents, whose press makes nothing here.
    pub fn with_documents(mut self) -> Self {
        use mingjing::record::{job::Records, wire};
        use mingjing_press::child::{Client, ClientConfig};
        let rules = Arc::new(mingjing::case::facts::Rules::built_in());
        let records = Records {
            app: self.app.clone(),
            blobs: Blobs::new(self.bench.dir.path().join("files")),
            press: Arc::new(Client::new(ClientConfig::current_program().unwrap())),
            base_url: "https://mingjing.example".to_owned(),
            gather: wire::gather(Arc::clone(&rules), None),
            carry: wire::carry(rules),
        };
        let keys = mingjing::ledger::keys::LogKeys::load_or_make(
            &self.bench.dir.path().join("keys"),
            crate::support::ORIGIN,
            false,
            &mingjing::kit::entropy::SeededEntropy::new(1),
        )
        .unwrap();
        let ledger =
            mingjing::ledger::service::Ledger::new(self.app.clone(), keys, Some(self.bench.anchor()));
        self.router = self.router.layer(axum::Extension(records)).layer(axum::Extension(ledger));
        self
    }

    pub fn bench(&self) -> &Bench {
        &self.bench
    }

    pub fn fresh(&self) -> Uuid {
        self.next.set(self.next.get() + 1);
        Uuid::from_u128(self.next.get())
    }

    async fn organ(&self, id: OrganId, profile: OrganProfile) {
        let by = By::System(id);
        let enforces = profile.kind.enforces();
        let register = OrganCommand::Register { profile };
        service::organ_command(&mut Path::App(&self.app), &by, self.fresh(), id, &register).await.unwrap();
        if enforces {
            let confirm = OrganCommand::Confirm { from: "2020-01-01".parse().unwrap() };
            service::organ_command(&mut Path::App(&self.app), &by, self.fresh(), id, &confirm).await.unwrap();
        }
    }

    async fn person(&mut self, login: &'static str, role: Role, organ: OrganId) {
        let by = By::System(organ);
        let unit = match role {
            Role::Officer | Role::UnitHead => "执法大队",
            _ => "法制机构",
        };
        let register = StaffCommand::Register {
            name: format!("示范{login}").into(),
            title: "示例职务".into(),
            unit: Some(unit.to_owned()),
        };
        let new = NewLogin { login: format!("login-{login}"), phc: "none".to_owned(), must_change: false };
        let path = &mut Path::App(&self.app);
        let id = service::register(path, &by, self.fresh(), organ, &register, &new).await.unwrap().value;
        let id = StaffId(id);
        service::command(path, &by, self.fresh(), id, &StaffCommand::GrantRole { role }).await.unwrap();
        if role == Role::Officer {
            let issue = StaffCommand::IssueCertificate {
                number: format!("示证{login}"),
                categories: vec![CATEGORY.to_owned()],
                region: if organ == NEIGHBOUR { "990102" } else { REGION }.to_owned(),
                valid_from: "2024-01-01".parse().unwrap(),
                valid_to: "2027-12-31".parse().unwrap(),
            };
            service::command(path, &by, self.fresh(), id, &issue).await.unwrap();
        }
        if matches!(role, Role::Reviewer | Role::ReviewHead) {
            let qualify = StaffCommand::RecordLegalQualification {
                number: "A20199901010001".into(),
                reviewing_since: None,
            };
            service::command(path, &by, self.fresh(), id, &qualify).await.unwrap();
        }
        let token = token::issue(&self.app, id, "test", 400).await.unwrap();
        self.people.insert(login, id);
        self.tokens.insert(login, token);
    }

    /// Moves the clock to nine in the morning of a day, Shanghai.
    pub fn day(&self, date: &str) {
        let date: Date = date.parse().unwrap();
        let at = date.at(9, 0, 0, 0).to_zoned(shanghai()).unwrap().timestamp();
        assert!(at > self.app.now(), "the clock does not run backwards");
        self.clock.set(at);
    }

    pub fn minute(&self) {
        self.clock.advance(SignedDuration::from_mins(1));
    }

    pub fn today(&self) -> String {
        mingjing_domain::matter::civil_day(self.app.now()).to_string()
    }

    pub fn id(&self, login: &str) -> Value {
        self.people[login].0.to_string().into()
    }

    pub fn uuid(&self, login: &str) -> String {
        self.people[login].0.to_string()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    // ---- as a program ----

    pub async fn call(
        &self,
        login: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.tokens[login]));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
        self.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()).await
    }

    pub async fn read(&self, login: &str, path: &str) -> Answer {
        self.call(login, Method::GET, path, &[], None).await
    }

    /// Posts to the API and expects success.
    #[track_caller]
    pub fn does<'a>(
        &'a self,
        login: &'a str,
        path: &'a str,
        body: Value,
    ) -> impl Future<Output = Value> + 'a {
        async move {
            self.minute();
            let answer = self.call(login, Method::POST, path, &[], Some(&body)).await;
            assert!(answer.status.is_success(), "{login} {path}\n{body}\n{} {}", answer.status, answer.body);
            answer.json()
        }
    }

    /// Posts to the API and gives whatever comes back.
    pub async fn tries(&self, login: &str, path: &str, body: Value) -> Answer {
        self.call(login, Method::POST, path, &[], Some(&body)).await
    }

    // ---- what the system does by itself ----

    pub async fn case(&self, id: &str) -> Arc<Case> {
        self.app.load::<Case>(matter(id)).await.unwrap().unwrap().state
    }

    /// Every issued document is made, as the rendering job would do it.
    pub async fn make_all(&self, id: &str) {
        let case = self.case(id).await;
        for (at, document) in case.documents.iter().enumerate() {
            if document.made.is_some() {
                continue;
            }
            let made =
                Made { sha256: "cd".repeat(32), sm3: "ef".repeat(32), pages: 1, template: "01".repeat(32) };
            let command = CaseCommand::MarkMade { document: DocumentNo::try_from(at + 1).unwrap(), made };
            let actor = Actor { id: StaffId(Uuid::nil()), organ: case.organ, roles: Vec::new() };
            act(&self.app, rules(), &actor, Some(matter(id)), command, Options::new(self.fresh()))
                .await
                .unwrap();
        }
    }

    /// How many events there are in all.
    pub async fn events(&self) -> i64 {
        let row = self.app.db().one("event", "SELECT COUNT(*) AS n FROM event", vec![]).await.unwrap();
        row.unwrap().int("n").unwrap()
    }

    /// A browser's session: cookie and the token for its forms.
    pub async fn session(&self, login: &str) -> (String, String) {
        let secret = Secret::fresh(self.app.entropy().as_ref());
        let tx = self.app.db().begin().await.unwrap();
        login::open(&tx, self.people[login], self.app.now(), &secret, None).await.unwrap();
        tx.commit().await.unwrap();
        (format!("mingjing={}", secret.text()), secret.csrf(self.app.entropy().as_ref()))
    }
}

pub fn matter(id: &str) -> MatterId {
    MatterId(id.parse().unwrap())
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }
}

impl Office {
    /// New tokens for everybody, when years have passed.
    pub async fn renew(&mut self) {
        for (login, id) in &self.people {
            self.tokens.insert(login, token::issue(&self.app, *id, "test", 400).await.unwrap());
        }
    }

    /// The audit and the rebuild find nothing; gives the number of events decided again.
    pub async fn holds(&self) -> u64 {
        self.bench.sequence(&self.app).await;
        let ledger = self.bench.ledger(&self.app).await;
        ledger.checkpoint().await.unwrap();
        let report = mingjing::ops::audit::audit(self.app.db(), &ledger.verifiers(), &[]).await.unwrap();
        assert!(report.holds(), "{:#?}", report.findings);
        let rebuilt = mingjing::ops::rebuild::rebuild(&self.app, false).await.unwrap();
        assert!(rebuilt.findings.is_empty(), "{:?}", rebuilt.findings);
        report.events
    }
}
