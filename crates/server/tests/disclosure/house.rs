//! A county with one organ, its people, and cases decided and served.

use std::cell::Cell;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use jiff::civil::{Date, date};
use mingjing::features;
use mingjing::kit::app::{App, Request as Write};
use mingjing::kit::http;
use mingjing::kit::limits::WebConfig;
use mingjing::kit::projection::Projects;
use mingjing::kit::registry;
use mingjing::kit::token;
use mingjing::ledger::service::Ledger;
use mingjing_domain::case::command::Filing;
use mingjing_domain::case::substance::{DecisionSubstance, PartyDisposal, Provision};
use mingjing_domain::case::types::{
    Clue, ClueSource, DocumentKind, Evidence, EvidenceKind, Grade, Party, PartyKind, PenaltyKind,
    RevocationGround, Service, ServiceMethod, Session,
};
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::codes::DocumentNumber;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId, shanghai};
use mingjing_domain::organ::{OrganEvent, OrganKind, OrganProfile, OrganState};
use mingjing_domain::staff::{Role, StaffEvent, StaffState};
use mingjing_domain::text::Text;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::Bench;

pub const ORGAN: OrganId = OrganId(Uuid::from_u128(0x0a));
pub const OTHER: OrganId = OrganId(Uuid::from_u128(0x0b));
/// A natural person; synthetic.
pub const PARTY: &str = "欧阳试甲";
pub const MASKED: &str = "欧阳某某";
/// Somebody who was asked; synthetic.
pub const WITNESS: &str = "褚样丙";
pub const PHONE: &str = "13800138000";
/// Name of the portal, as settings give it.
pub const PORTAL: &str = "示例县执法公示";
pub const SECRET: &str = "每吨成本三千二百元";

pub const OFFICER: StaffId = staff(1);
pub const LAW: StaffId = staff(3);
pub const PUBLISHER: StaffId = staff(4);
pub const HEAD: StaffId = staff(5);
pub const STRANGER: StaffId = staff(6);
/// One person with every role of the chain.
pub const ALL_HANDS: StaffId = staff(7);

const fn staff(n: u128) -> StaffId {
    StaffId(Uuid::from_u128(0x100 + n))
}

pub struct House {
    pub bench: Bench,
    pub app: App,
    pub router: Router,
    pub ledger: Ledger,
    next: Cell<u128>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

fn profile(name: &str) -> OrganProfile {
    OrganProfile {
        name: name.to_owned(),
        code: String::new(),
        short_name: "示".to_owned(),
        system: "应急".to_owned(),
        region: "110000".to_owned(),
        kind: OrganKind::Organ,
        address: "示例路1号".to_owned(),
        phone: "010-00000000".to_owned(),
        policy_scope: "national".to_owned(),
        category: "安全生产".to_owned(),
        units: vec!["执法大队".to_owned()],
        payee: None,
        reconsideration: "示例县人民政府".to_owned(),
        court: "示例县人民法院".to_owned(),
    }
}

impl House {
    pub async fn new(bench: Bench) -> Self {
        let app = bench.app_with(registry::all()).await;
        let ledger = bench.ledger(&app).await;
        let config = WebConfig {
            argon2_memory_kib: 64,
            argon2_passes: 1,
            portal_name: PORTAL.to_owned(),
            demo: true,
            ..WebConfig::default()
        };
        let routes = features::routes(&config);
        let (router, _) = http::build(app.clone(), config, routes).unwrap();
        let router = router.layer(axum::Extension(ledger.clone()));
        let house = Self { bench, app, router, ledger, next: Cell::new(1) };
        house.at(date(2026, 6, 1));
        for (id, name) in [(ORGAN, "示例县应急管理局"), (OTHER, "示例县城市管理局")] {
            let first = OrganEvent::Registered { profile: profile(name) };
            house
                .stream::<OrganState>(
                    MatterId(id.0),
                    id,
                    vec![first, OrganEvent::Confirmed { from: date(2026, 1, 1) }],
                )
                .await;
        }
        house.person(OFFICER, ORGAN, "执法员甲", &[Role::Officer]).await;
        house.person(staff(2), ORGAN, "执法员乙", &[Role::Officer]).await;
        house.person(LAW, ORGAN, "法制员丙", &[Role::ReviewHead]).await;
        house.person(PUBLISHER, ORGAN, "公示员丁", &[Role::Publicity]).await;
        house.person(HEAD, ORGAN, "负责人戊", &[Role::Head]).await;
        house.person(STRANGER, OTHER, "外局己", &[Role::Officer, Role::ReviewHead, Role::Publicity]).await;
        house.person(ALL_HANDS, ORGAN, "全能庚", &[Role::Officer, Role::ReviewHead, Role::Publicity]).await;
        house
    }

    /// Noon of a day in Shanghai.
    pub fn at(&self, day: Date) {
        let now = self.app.now();
        let noon = day.at(12, 0, 0, 0).to_zoned(shanghai()).unwrap().timestamp();
        assert!(noon >= now, "the clock moves forward");
        self.bench.clock.set(noon);
    }

    fn command_id(&self) -> Uuid {
        self.next.set(self.next.get() + 1);
        Uuid::from_u128(self.next.get())
    }

    async fn person(&self, id: StaffId, organ: OrganId, name: &str, roles: &[Role]) {
        let mut events = vec![
            StaffEvent::Registered {
                name: Text::closed(name),
                title: Text::closed("科员"),
                unit: String::new(),
            },
            StaffEvent::CertificateIssued {
                number: format!("示例{}", id.0.as_u128()),
                categories: vec!["安全生产".into()],
                region: "110000".into(),
                valid_from: date(2025, 1, 1),
                valid_to: date(2027, 12, 31),
            },
        ];
        events.extend(roles.iter().map(|role| StaffEvent::RoleGranted { role: *role }));
        self.stream::<StaffState>(MatterId(id.0), organ, events).await;
    }

    /// Appends events as another feature would have.
    pub async fn stream<M: Projects>(&self, id: MatterId, organ: OrganId, events: Vec<M::Event>) {
        let request = Write {
            actor: Actor { id: OFFICER, organ, roles: vec![] },
            purpose: "试验".to_owned(),
            command_id: self.command_id(),
            name: "test.stream",
            body: json!({}),
            moment: None,
        };
        self.app
            .write(request, move |w| {
                let events = events.clone();
                Box::pin(async move {
                    let mut loaded = w.load::<M>(id).await?;
                    for event in events {
                        loaded = Some(match loaded {
                            Some(mut it) => {
                                w.append(&mut it, event).await?;
                                it
                            }
                            None => w.create::<M>(id, organ, None, event).await?,
                        });
                    }
                    Ok(())
                }) as BoxFuture<'_, _>
            })
            .await
            .unwrap();
    }

    /// A case of a natural person, decided today and served when asked.
    pub async fn case(&self, n: u128, served: bool) -> MatterId {
        self.case_of(n, served, party(PARTY, PartyKind::Person)).await
    }

    pub async fn case_of(&self, n: u128, served: bool, party: Party) -> MatterId {
        let id = MatterId(Uuid::from_u128(0x1_0000 + n));
        let mut events = decided(n, party, mingjing_domain::matter::civil_day(self.app.now()));
        if served {
            events.push(self.service());
        }
        self.stream::<Case>(id, ORGAN, events).await;
        id
    }

    /// The decision is served today.
    pub fn service(&self) -> CaseEvent {
        let today = mingjing_domain::matter::civil_day(self.app.now());
        CaseEvent::DocumentServed {
            no: 1,
            service: Service {
                method: ServiceMethod::Direct,
                on: today,
                recipient: Text::closed("本人"),
                place: Text::closed("示例路"),
                officers: vec![OFFICER, staff(2)],
                witness: Text::closed(""),
            },
            effective_on: today,
        }
    }

    pub async fn revoke(&self, case: MatterId) {
        let event = CaseEvent::DecisionRevoked {
            ground: RevocationGround::OwnCorrection,
            document: Text::closed("撤销决定"),
        };
        self.stream::<Case>(case, ORGAN, vec![event]).await;
    }

    pub async fn bearer(&self, who: StaffId) -> String {
        token::issue(&self.app, who, "示例", 300).await.unwrap()
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

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_as(&self, who: StaffId, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.bearer(who).await);
        self.send(Request::get(path).header(header::AUTHORIZATION, bearer).body(Body::empty()).unwrap()).await
    }

    pub async fn act(&self, who: StaffId, subject: &str, body: Value) -> Answer {
        self.act_once(who, subject, body, None).await
    }

    pub async fn act_once(&self, who: StaffId, subject: &str, body: Value, key: Option<&str>) -> Answer {
        let mut body = body;
        let act = body.as_object_mut().unwrap().shift_remove("act").unwrap();
        let act = act.as_str().unwrap();
        let mut request = Request::post(format!("/api/v1/publications/{subject}/{act}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.bearer(who).await))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post_as(&self, who: StaffId, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.bearer(who).await))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.finish())).unwrap()).await
    }

    /// Acts and expects it to be carried out; gives the answer's body.
    pub async fn must(&self, who: StaffId, subject: &str, body: Value) -> Value {
        let answer = self.act(who, subject, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// The code of the refusal.
    pub async fn code(&self, who: StaffId, subject: &str, body: Value) -> String {
        let answer = self.act(who, subject, body).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
        answer.json()["code"].as_str().unwrap().to_owned()
    }

    pub async fn digest(&self, id: &str) -> String {
        let view = self.get_as(LAW, &format!("/api/v1/publications/{id}")).await.json();
        view["draft"]["digest"].as_str().unwrap_or_default().to_owned()
    }

    /// Prepared, checked and published by three people; gives the matter and its public name.
    pub async fn published(&self, case: MatterId) -> (String, String) {
        let id = self.must(OFFICER, &format!("{case}.1"), prepare()).await["publication"]
            .as_str()
            .unwrap()
            .to_owned();
        let digest = self.digest(&id).await;
        self.must(LAW, &id, json!({ "act": "check", "digest": digest, "agree": true })).await;
        let done = self.must(PUBLISHER, &id, json!({ "act": "publish", "digest": digest })).await;
        (id, done["public_id"].as_str().unwrap().to_owned())
    }

    /// What waits on a person's desk.
    pub async fn desk(&self, who: StaffId) -> Vec<String> {
        let desk = self.get_as(who, "/api/v1/desk").await.json();
        let titles = desk["waiting"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap());
        titles.filter(|it| it.contains("公示")).map(str::to_owned).collect()
    }

    /// Everything sequenced and under a signed checkpoint.
    pub async fn sign(&self) {
        self.bench.sequence(&self.app).await;
        self.ledger.checkpoint().await.unwrap();
    }
}

pub fn prepare() -> Value {
    json!({ "act": "prepare", "grade": "ordinary",
        "withhold": [{ "field": "facts", "text": SECRET, "ground": "trade_secret" }] })
}

pub fn withdraw(known_on: &str) -> Value {
    json!({ "act": "withdraw", "ground": "revoked", "known_on": known_on, "explanation": "机关自行纠正，决定已撤销" })
}

pub fn party(name: &str, kind: PartyKind) -> Party {
    Party {
        kind,
        name: Text::closed(name),
        code: Text::closed(if kind == PartyKind::Person {
            "999999190001010015"
        } else {
            "91110000EXAMPLE00X"
        }),
        address: Text::closed("示例街道示例路9号2单元301室"),
        phone: Text::closed(PHONE),
        representative: Text::closed(""),
        post: Text::closed(""),
        minor: false,
    }
}

fn decided(n: u128, party: Party, today: Date) -> Vec<CaseEvent> {
    let digest = format!("{:064x}", n + 1);
    let officers = vec![OFFICER, staff(2)];
    let name = party.name.value().unwrap().to_owned();
    let now = today.at(9, 0, 0, 0).to_zoned(shanghai()).unwrap().timestamp();
    let provision = |article: &str| Provision { law: "安全生产法".into(), article: article.into() };
    let number =
        DocumentNumber::new(Some("示"), "应急罚", 2026, u32::try_from(n + 1).unwrap(), None).unwrap();
    vec![
        CaseEvent::ClueRegistered(Clue {
            source: ClueSource::Inspection,
            received_on: today,
            subject: Text::closed(name.clone()),
            summary: Text::closed("检查发现"),
            informant: None,
        }),
        CaseEvent::Filed {
            proposal: 1,
            filing: Filing {
                title: Text::closed("未经培训上岗作业案"),
                cause: Text::closed("未经培训上岗作业"),
                category: "安全生产".into(),
                region: "110000".into(),
                violation_on: today,
                grave_harm: false,
                parties: vec![party],
                officers: officers.clone(),
            },
        },
        CaseEvent::InquiryRecorded {
            session: Session {
                started_at: now,
                ended_at: now,
                place: Text::closed("示例路"),
                officers: officers.clone(),
                certificates_shown: true,
                rights_told: true,
                case_room: false,
                recording: None,
                sha256_root: String::new(),
            },
            person: Text::closed(WITNESS),
            record: Text::closed("属实"),
            signed: true,
        },
        CaseEvent::EvidenceAdded {
            no: 1,
            evidence: Evidence {
                kind: EvidenceKind::SceneRecord,
                name: Text::closed("现场检查记录"),
                source: Text::closed("现场"),
                collected_on: today,
                collectors: officers,
                proves: Text::closed("无证作业"),
                sha256_root: String::new(),
                signed: true,
                recording: None,
            },
        },
        CaseEvent::DraftPrepared {
            substance: DecisionSubstance {
                facts: Text::publishable(format!(
                    "经查，{name}（电话{PHONE}）未经安全培训上岗作业，{WITNESS}在场见证，{SECRET}。"
                )),
                evidence: vec![1],
                violated: vec![provision("第二十八条")],
                basis: vec![provision("第九十七条")],
                range: String::new(),
                stated: Vec::new(),
                beyond_benchmark: false,
                discretion: Text::closed("一般"),
                reasoning: Text::publishable("事实清楚"),
                disposals: vec![PartyDisposal {
                    party: 1,
                    kinds: vec![PenaltyKind::Fine],
                    fine_fen: 3_000_000,
                    confiscated_fen: 0,
                    goods_fen: 0,
                    grade: Grade::Ordinary,
                    no_penalty: None,
                }],
                terms: Text::closed("自收到决定书之日起十五日内缴纳"),
                corrections: vec![],
            },
            digest: digest.clone(),
        },
        CaseEvent::DocumentIssued {
            no: 1,
            kind: DocumentKind::PenaltyDecision,
            number: Some(number),
            party: Some(1),
            issued_on: today,
        },
        CaseEvent::Decided {
            proposal: 1,
            digest,
            clearance: String::new(),
            documents: vec![(1, 1)],
            decided_on: today,
            overdue_days: 0,
        },
    ]
}
