//! An engine that is an HTTP endpoint of the organ's own.

use super::answer::{Engine, MachineText, Task, from_json};
use super::{AnswerLimits, Ocr, Request, Transcriber, default_timeout_seconds, timeout};
use crate::error::{Bound, MediaError, shorten};
use crate::spool::SpoolReader;
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::poll_fn;
use http_body::Frame;
use http_body_util::StreamBody;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode, Url};
use serde::Deserialize;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Bytes of one block of the request's body.
const BLOCK: usize = 128 * 1024;

/// An endpoint by configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address, `https://…`.
    pub url: String,
    /// Plain `http` is allowed: inside one machine, or a network that is protected otherwise.
    #[serde(default)]
    pub allow_http: bool,
    /// File with a token, sent as `Authorization: Bearer`.
    pub token_file: Option<PathBuf>,
    /// File with the certificate (PEM) of the organ's own authority, trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The engine's name, if it does not tell it.
    pub name: Option<String>,
    /// The engine's version, if it does not tell it.
    pub version: Option<String>,
    /// Whole call, seconds; 600 if not given.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
}

/// The engine.
pub struct HttpEngine {
    client: Client,
    url: Url,
    token: Option<HeaderValue>,
    engine: Option<Engine>,
    timeout: Duration,
    answer: AnswerLimits,
}

impl std::fmt::Debug for HttpEngine {
    /// Without the token, and without what may stand in the address besides the host.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpEngine").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl HttpEngine {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// [`MediaError::Config`] for an address, token or certificate that cannot be used, [`MediaError::Io`].
    pub fn open(config: &HttpConfig) -> Result<Self, MediaError> {
        let refused = |reason: &str| MediaError::Config { reason: reason.to_owned() };
        let url = Url::parse(&config.url).map_err(|_| refused("识别服务的地址不合格式"))?;
        match url.scheme() {
            "https" => {}
            "http" if config.allow_http => {}
            _ => return Err(refused("识别服务的地址应为 https；确需 http 的，写明 allow_http = true")),
        }
        let engine = match (&config.name, &config.version) {
            (Some(name), Some(version)) => Some(Engine { name: name.clone(), version: version.clone() }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(refused("name 和 version 应一并写明")),
        };
        let token = match &config.token_file {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path)?;
                let value = HeaderValue::try_from(format!("Bearer {}", text.trim()));
                let mut value = value.map_err(|_| refused("token_file 的内容不能使用"))?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        // Another part of the program may have chosen the cryptography of TLS already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = timeout(config.timeout_seconds)?;
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .https_only(!config.allow_http)
            .connect_timeout(Duration::from_secs(15))
            .timeout(timeout);
        if let Some(path) = &config.ca_file {
            let authority =
                Certificate::from_pem(&std::fs::read(path)?).map_err(|_| refused("ca_file 不是 PEM 证书"))?;
            builder = builder.tls_certs_merge([authority]);
        }
        let client = builder.build().map_err(|error| refused(&shorten(&error.to_string())))?;
        Ok(Self { client, url, token, engine, timeout, answer: AnswerLimits::default() })
    }

    /// The same with other limits of the answer.
    #[must_use]
    pub fn with_answer_limits(self, answer: AnswerLimits) -> Self {
        Self { answer, ..self }
    }

    /// Asks the endpoint whether it is there, without a token and without bytes; every status is an answer.
    ///
    /// # Errors
    /// [`MediaError::Remote`], [`MediaError::TimedOut`].
    pub async fn answers(&self) -> Result<(), MediaError> {
        let head = self.client.head(self.url.clone()).timeout(self.timeout.min(Duration::from_secs(10)));
        head.send().await.map(|_| ()).map_err(|error| self.broken(&error))
    }

    async fn run(&self, task: Task, request: &Request) -> Result<MachineText, MediaError> {
        let body = reqwest::Body::wrap(StreamBody::new(frames(request.spool.reader())));
        let media_type = HeaderValue::from_str(&request.media_type)
            .map_err(|_| MediaError::Config { reason: "媒体类型不合格式".into() })?;
        let mut post = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, media_type)
            .header(CONTENT_LENGTH, request.spool.length())
            .header("mingjing-task", task.name())
            .header("mingjing-sha256", hex::encode(request.sha256))
            .body(body);
        if let Some(token) = &self.token {
            post = post.header(AUTHORIZATION, token.clone());
        }
        let mut response = post.send().await.map_err(|error| self.broken(&error))?;
        if response.status() != StatusCode::OK {
            return Err(MediaError::Rejected { status: response.status().as_u16() });
        }
        let too_large = || MediaError::TooLarge { bound: Bound::Answer, limit: self.answer.bytes };
        if response.content_length().is_some_and(|length| length > self.answer.bytes) {
            return Err(too_large());
        }
        let mut answer = Vec::new();
        while let Some(block) = response.chunk().await.map_err(|error| self.broken(&error))? {
            answer.extend_from_slice(&block);
            if answer.len() as u64 > self.answer.bytes {
                return Err(too_large());
            }
        }
        from_json(&answer, task, request, self.engine.clone(), &self.answer)
    }

    /// Without the address, which may carry a secret.
    fn broken(&self, error: &reqwest::Error) -> MediaError {
        if error.is_timeout() {
            let millis = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
            return MediaError::TimedOut { program: "识别服务".into(), millis };
        }
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let own = std::ptr::addr_eq(cause, std::ptr::from_ref::<reqwest::Error>(error));
        let reason = if own { "连接中断".to_owned() } else { shorten(&cause.to_string()) };
        MediaError::Remote { reason }
    }
}

/// The host of an address.
pub(super) fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|it| it.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The copy as a body, read by a blocking thread a few blocks ahead.
fn frames(
    mut reader: SpoolReader,
) -> impl futures_util::Stream<Item = io::Result<Frame<Bytes>>> + Send + Sync + 'static {
    let (sender, mut receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut block = vec![0; BLOCK];
            let item = match reader.read(&mut block) {
                Ok(0) => return,
                Ok(read) => {
                    block.truncate(read);
                    Ok(Frame::data(Bytes::from(block)))
                }
                Err(error) => Err(error),
            };
            let last = item.is_err();
            // Nobody listens any more when the call is over.
            if sender.blocking_send(item).is_err() || last {
                return;
            }
        }
    });
    poll_fn(move |context| receiver.poll_recv(context))
}

#[async_trait]
impl Ocr for HttpEngine {
    async fn recognize(&self, request: &Request) -> Result<MachineText, MediaError> {
        self.run(Task::Ocr, request).await
    }
}

#[async_trait]
impl Transcriber for HttpEngine {
    async fn transcribe(&self, request: &Request) -> Result<MachineText, MediaError> {
        self.run(Task::Transcript, request).await
    }
}
