//! The program with an evidence store, and recordings that a test makes up: what the recording
//! feature would say of pieces, and be told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use mingjing::evidence::config::{self, EvidenceConfig};
use mingjing::evidence::hooks::{Arrived, Held, Hooks, Piece, Place};
use mingjing::evidence::service::Store;
use mingjing::kit::app::App;
use mingjing::kit::config::Config;
use mingjing::kit::serving::{self, Patience};
use mingjing_domain::matter::MatterId;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::office::{ORGAN, Office};

pub const MIB: usize = 1 << 20;

/// The recording of the tests.
pub const RECORDING: MatterId = MatterId(Uuid::from_u128(0xa1));

/// What was told and asked.
#[derive(Default)]
pub struct Book {
    pub pieces: HashMap<Place, Piece>,
    pub arrived: Vec<Arrived>,
    pub looks: Vec<(String, Place)>,
    pub taken: Vec<String>,
}

pub type Shared = Arc<Mutex<Book>>;

/// Hooks over a book.
pub fn hooks(book: &Shared) -> Hooks {
    let (pieces, told, looks, rows) =
        (Arc::clone(book), Arc::clone(book), Arc::clone(book), Arc::clone(book));
    Hooks {
        piece: Arc::new(move |_, place| {
            let found = pieces.lock().unwrap().pieces.get(&place).cloned();
            Box::pin(async move { Ok(found) })
        }),
        number: Arc::new(|_, _, _| Box::pin(async { Ok(None) })),
        uploaded: Some(Arc::new(move |_, arrived| {
            let mut book = told.lock().unwrap();
            // The recording feature carries out a command once.
            if !book.arrived.iter().any(|it| it.command_id == arrived.command_id) {
                if let Some(piece) = book.pieces.get_mut(&arrived.place) {
                    piece.held = Held::Stored(arrived.identity.root.sha256);
                }
                book.arrived.push(arrived);
            }
            Box::pin(async { Ok(()) })
        })),
        look: Some(Arc::new(move |_, who, asking| {
            if let Some((reason, _)) = &asking.take {
                looks.lock().unwrap().taken.push(reason.clone());
            }
            if asking.begins {
                looks.lock().unwrap().looks.push((who.person.name.clone(), asking.place));
            }
            Box::pin(async { Ok(()) })
        })),
        rows: Some(Arc::new(move |_, after, limit| {
            let book = rows.lock().unwrap();
            let roots = book.pieces.values().filter_map(|it| match it.held {
                Held::Stored(root) => Some(root),
                Held::Open | Held::Awaited | Held::Destroyed => None,
            });
            let mut roots: Vec<[u8; 32]> = roots.filter(|it| Some(*it) > after).collect();
            roots.sort_unstable();
            roots.dedup();
            roots.truncate(limit);
            Box::pin(async move { Ok(roots) })
        })),
        term: None,
    }
}

pub struct House {
    pub office: Office,
    pub book: Shared,
    pub store: Store,
    pub router: Router,
    pub config: Config,
}

/// Settings whose data lie in a folder.
pub fn settings(dir: &Path) -> Config {
    Config { data: dir.join("data"), keys: Some(dir.join("keys")), ..Config::default() }
}

/// Opens a store in the folder of these settings.
pub fn open(config: &Config, own: EvidenceConfig, book: &Shared, app: &App) -> Store {
    let vault = config::open(config, &own, app.now()).unwrap();
    Store::new(vault, hooks(book), own)
}

impl House {
    pub async fn new() -> Self {
        Self::with(EvidenceConfig::default()).await
    }

    pub async fn with(own: EvidenceConfig) -> Self {
        let office = Office::new().await;
        let config = settings(office.bench.dir.path());
        std::fs::create_dir_all(&config.data).unwrap();
        let book = Shared::default();
        let store = open(&config, own, &book, &office.app);
        let router = office.router.clone().layer(Extension(store.clone()));
        let it = Self { office, book, store, router, config };
        it.piece(1, "执法记录仪_现场检查.mp4");
        it
    }

    /// A piece that is awaited, recorded by `a`.
    pub fn piece(&self, segment: u16, name: &str) -> Place {
        let place = Place { recording: RECORDING, segment };
        let handlers = vec![self.office.people["a"]];
        let piece = Piece { organ: ORGAN, handlers, held: Held::Awaited, name: name.to_owned() };
        self.book.lock().unwrap().pieces.insert(place, piece);
        place
    }

    pub fn folder(&self) -> PathBuf {
        self.config.data.join("evidence")
    }

    /// Asks with these headers; the version of the protocol is among them.
    pub async fn ask(
        &self,
        login: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("Authorization", format!("Bearer {}", self.office.token(login)));
        if !headers.iter().any(|(name, _)| *name == "Tus-Resumable") {
            request = request.header("Tus-Resumable", "1.0.0");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(|it| it.to_bytes().to_vec());
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Creates an upload for the first piece; gives its address.
    pub async fn create(&self, length: usize) -> String {
        let length = length.to_string();
        let headers = [("Upload-Length", length.as_str()), ("Upload-Metadata", &metadata(1))];
        let answer = self.ask("a", Method::POST, "/api/v1/uploads", &headers, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.header("location").to_owned()
    }

    pub async fn patch(&self, at: &str, offset: usize, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
        let offset = offset.to_string();
        let mut headers =
            vec![("Upload-Offset", offset.as_str()), ("Content-Type", "application/offset+octet-stream")];
        headers.extend(more);
        self.ask("a", Method::PATCH, at, &headers, Body::from(bytes.to_vec())).await
    }

    pub async fn head(&self, at: &str) -> Answer {
        self.ask("a", Method::HEAD, at, &[], Body::empty()).await
    }

    /// Uploads a whole piece.
    pub async fn upload(&self, segment: u16, bytes: &[u8]) {
        let length = bytes.len().to_string();
        let headers = [
            ("Upload-Length", length.as_str()),
            ("Upload-Metadata", &metadata(segment)),
            ("Content-Type", "application/offset+octet-stream"),
        ];
        let body = Body::from(bytes.to_vec());
        let headers = if bytes.is_empty() { &headers[..2] } else { &headers[..] };
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .copied()
            .chain((!bytes.is_empty()).then_some(("Content-Length", length.as_str())))
            .collect();
        let answer = self.ask("a", Method::POST, "/api/v1/uploads", &headers, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }

    /// Serves on a port of this machine until the test ends.
    pub async fn serve(&self) -> SocketAddr {
        serve(self.router.clone()).await
    }
}

pub async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patience = Patience { head: Duration::from_secs(30), drain: Duration::from_secs(1) };
    tokio::spawn(serving::serve(listener, router, std::future::pending(), patience));
    address
}

/// `Upload-Metadata` for a piece.
pub fn metadata(segment: u16) -> String {
    format!(
        "recording {},segment {},filename {}",
        STANDARD.encode(RECORDING.0.to_string()),
        STANDARD.encode(segment.to_string()),
        STANDARD.encode("执法记录仪_现场检查.mp4")
    )
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// An error when the answer broke off.
    pub bytes: Result<Vec<u8>, axum::Error>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes.as_ref().unwrap()).into_owned()
    }

    pub fn code(&self) -> String {
        let it: serde_json::Value = serde_json::from_slice(self.bytes.as_ref().unwrap()).unwrap();
        it["code"].as_str().unwrap().to_owned()
    }
}

/// Bytes that differ everywhere.
pub fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out.truncate(length);
    out
}
