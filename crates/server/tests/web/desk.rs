//! A founded organ, its administrators, and a browser to ask with.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use mingjing::features;
use mingjing::kit::app::App;
use mingjing::kit::clock::ManualClock;
use mingjing::kit::http;
use mingjing::kit::limits::WebConfig;
use mingjing::kit::registry;
use mingjing::staff::service::{self, By, NewLogin, Path};
use mingjing_domain::matter::{OrganId, StaffId};
use mingjing_domain::organ::{OrganCommand, OrganKind, OrganProfile};
use mingjing_domain::staff::{Role, StaffCommand};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::Bench;

pub const PASSWORD: &str = "vq7-lantern-orbit";
pub const ORGAN: OrganId = OrganId(Uuid::from_u128(0x0a));
pub const JUSTICE: OrganId = OrganId(Uuid::from_u128(0x0b));

/// The program with two organs, by default on a SQLite file in a temporary folder.
pub struct House {
    pub router: Router,
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub hash: String,
    _bench: Bench,
    next: std::cell::Cell<u128>,
}

pub fn config() -> WebConfig {
    WebConfig { argon2_memory_kib: 64, argon2_passes: 1, gallery: true, ..WebConfig::default() }
}

fn profile(name: &str, kind: OrganKind) -> OrganProfile {
    OrganProfile {
        name: name.to_owned(),
        code: String::new(),
        short_name: "示".to_owned(),
        system: "应急".to_owned(),
        region: "513435".to_owned(),
        kind,
        address: String::new(),
        phone: String::new(),
        policy_scope: "national".to_owned(),
        category: "安全生产".to_owned(),
        units: vec!["执法大队".to_owned()],
        payee: None,
        reconsideration: String::new(),
        court: String::new(),
    }
}

impl House {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: WebConfig) -> Self {
        Self::on(Bench::sqlite(), config).await
    }

    pub async fn on(bench: Bench, config: WebConfig) -> Self {
        let app = bench.app_with(registry::all()).await;
        let routes = features::routes(&config);
        let (router, shell) = http::build(app.clone(), config, routes).unwrap();
        let hash = shell.hasher.hash(PASSWORD, app.entropy().as_ref()).await.unwrap();
        let clock = bench.clock.clone();
        let next = std::cell::Cell::new(1);
        let house = Self { router, app, clock, hash, _bench: bench, next };
        house.organ(ORGAN, "示例县应急管理局", OrganKind::Organ).await;
        house.organ(JUSTICE, "示例县司法局", OrganKind::Oversight).await;
        for (login, role) in
            [("system", Role::SystemAdmin), ("audit", Role::Auditor), ("security", Role::SecurityAdmin)]
        {
            house.found(ORGAN, login, role).await;
        }
        house
    }

    fn command_id(&self) -> Uuid {
        self.next.set(self.next.get() + 1);
        Uuid::from_u128(self.next.get())
    }

    async fn organ(&self, id: OrganId, name: &str, kind: OrganKind) {
        let command = OrganCommand::Register { profile: profile(name, kind) };
        let by = By::System(id);
        let path = &mut Path::App(&self.app);
        service::organ_command(path, &by, self.command_id(), id, &command).await.unwrap();
    }

    /// Registers a person by the program itself while the organ is being founded.
    pub async fn found(&self, organ: OrganId, login: &str, role: Role) -> StaffId {
        let by = By::System(organ);
        let command = StaffCommand::Register {
            name: format!("{login}某").into(),
            title: "示例职务".into(),
            unit: None,
        };
        let new = NewLogin { login: login.to_owned(), phc: self.hash.clone(), must_change: false };
        let path = &mut Path::App(&self.app);
        let id = service::register(path, &by, self.command_id(), organ, &command, &new).await.unwrap().value;
        let grant = StaffCommand::GrantRole { role };
        service::command(path, &by, self.command_id(), StaffId(id), &grant).await.unwrap();
        StaffId(id)
    }

    /// The person behind a login name.
    pub async fn person(&self, login: &str) -> StaffId {
        mingjing::staff::store::credential(self.app.db(), login).await.unwrap().unwrap().0
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

    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.sign_in_holding(login, password, None).await
    }

    pub async fn sign_in_holding(&self, login: &str, password: &str, cookie: Option<&str>) -> Answer {
        let body = encoded(&[("login", login), ("password", password), ("next", "/account")]);
        let mut request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = cookie {
            // A browser that still holds a session posts its token with the form.
            request = request.header(header::COOKIE, cookie).header("x-csrf-token", self.token(cookie).await);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Signs in and gives the cookie.
    pub async fn cookie(&self, login: &str) -> String {
        let answer = self.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.cookie().unwrap()
    }

    pub async fn get_as(&self, cookie: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// A token for forms, read from the account page as a browser would.
    pub async fn token(&self, cookie: &str) -> String {
        let page = self.get_as(cookie, "/account").await.body;
        let after = page.split("name=\"_csrf\" value=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }

    pub async fn post_as(&self, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(cookie).await;
        let mut all = vec![("_csrf", token.as_str())];
        all.extend_from_slice(fields);
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(encoded(&all)))
            .unwrap();
        self.send(request).await
    }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        out.append_pair(name, value);
    }
    out.finish()
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

    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get(header::SET_COOKIE)?.to_str().unwrap();
        Some(set.split(';').next().unwrap().to_owned())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
