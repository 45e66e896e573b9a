//! Engines of both kinds, with answers that are right and answers that are wrong in many ways.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use mingjing_media::machine::{
    AnswerLimits, Area, CommandConfig, CommandEngine, Engine, EngineConfig, HttpConfig, HttpEngine,
    MachineText, Ocr, OutputForm, Request, Task, Transcriber,
};
use mingjing_media::sandbox::Limits;
use mingjing_media::{Bound, MediaError};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Script, sandbox, short, spool};

const PAGE: &[u8] = b"the bytes of a page";

fn request() -> Request {
    Request::new(spool(PAGE), "image/png").unwrap()
}

/// What the fake does with a request.
type Answer = Arc<dyn Fn(HeaderMap, Bytes) -> Response + Send + Sync>;

async fn serve(answer: impl Fn(HeaderMap, Bytes) -> Response + Send + Sync + 'static) -> SocketAddr {
    async fn handle(State(answer): State<Answer>, headers: HeaderMap, body: Bytes) -> Response {
        answer(headers, body)
    }
    let answer: Answer = Arc::new(answer);
    let routes = Router::new()
        .route("/read", post(handle))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(answer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    address
}

fn config(address: SocketAddr) -> HttpConfig {
    toml::from_str(&format!("url = \"http://{address}/read\"\nallow_http = true\ntimeout_seconds = 2"))
        .unwrap()
}

async fn engine(answer: impl Fn(HeaderMap, Bytes) -> Response + Send + Sync + 'static) -> HttpEngine {
    HttpEngine::open(&config(serve(answer).await)).unwrap()
}

const OCR: &str = r#"{"engine":{"name":"example","version":"1.0"},"spans":[
    {"text":"现场检查\u202E笔录","page":1,"box":[0.1,0.2,0.5,0.3],"confidence":0.98},
    {"text":"第二行","page":2}],"more":true}"#;

const SPEECH: &str = r#"{"engine":{"name":"example","version":"2.0"},"text":"请出示证件","spans":[
    {"text":"请出示证件","start_ms":1200,"end_ms":2600,"confidence":0.5}]}"#;

#[tokio::test]
async fn an_endpoint_reads_a_page() {
    let engine = engine(|headers, body| {
        let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!((text("content-type"), text("mingjing-task")), ("image/png".into(), "ocr".into()));
        assert_eq!(text("mingjing-sha256"), hex::encode(Sha256::digest(&body)));
        assert_eq!(text("content-length"), body.len().to_string());
        assert!(headers.get("authorization").is_none());
        assert_eq!(&body[..], PAGE);
        OCR.into_response()
    })
    .await;
    let made = engine.recognize(&request()).await.unwrap();
    assert_eq!(made.task, Task::Ocr);
    assert_eq!(made.engine, Engine { name: "example".into(), version: "1.0".into() });
    assert_eq!(made.input_sha256, hex::encode(Sha256::digest(PAGE)));
    assert_eq!((made.media_type.as_str(), made.text.as_str()), ("image/png", "现场检查笔录\n第二行"));
    assert_eq!(made.spans[0].area, Some(Area { left: 0.1, top: 0.2, right: 0.5, bottom: 0.3 }));
    assert_eq!((made.spans[0].confidence, made.spans[1].page), (Some(0.98), Some(2)));
    let stored = serde_json::to_string(&made).unwrap();
    assert_eq!(serde_json::from_str::<MachineText>(&stored).unwrap(), made);
}

#[tokio::test]
async fn an_endpoint_writes_down_speech_with_its_key() {
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "secret-token\n").unwrap();
    let address = serve(|headers, body| {
        assert_eq!(headers["authorization"], "Bearer secret-token");
        assert_eq!(headers["mingjing-task"], "transcript");
        assert_eq!(body.len(), 3_000_000);
        SPEECH.into_response()
    })
    .await;
    let config = HttpConfig { token_file: Some(token.path().to_path_buf()), ..config(address) };
    let engine = EngineConfig::Http(config.clone()).transcriber(&sandbox()).unwrap();
    let request = Request::new(spool(&vec![7; 3_000_000]), "audio/wav").unwrap();
    let made = engine.transcribe(&request).await.unwrap();
    assert_eq!((made.task, made.text.as_str()), (Task::Transcript, "请出示证件"));
    assert_eq!((made.spans[0].start_ms, made.spans[0].end_ms), (Some(1200), Some(2600)));
    let shown = format!("{:?}", HttpEngine::open(&config).unwrap());
    assert!(!shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn answers_that_depart_from_the_format_are_refused() {
    let wrong = [
        "",
        "no json",
        "[]",
        "{}",
        r#"{"spans":[]}"#,
        r#"{"engine":{"name":"e","version":"1"}}"#,
        r#"{"engine":{"name":"","version":"1"},"spans":[]}"#,
        r#"{"engine":{"name":"e"},"spans":[]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"page":1}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","page":0}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","confidence":1.5}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","box":[0,0,1]}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","box":[0.5,0,0.1,1]}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","box":[0,0,120,40]}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","start_ms":5,"end_ms":4}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","end_ms":4}]}"#,
        r#"{"engine":{"name":"e","version":"1"},"spans":[{"text":"t","start_ms":-1}]}"#,
    ];
    for text in wrong {
        let refused = engine(move |_, _| text.into_response()).await.recognize(&request()).await.unwrap_err();
        assert!(matches!(refused, MediaError::Nonsense { .. }), "{text}: {refused:?}");
    }
    let empty = r#"{"engine":{"name":"e","version":"1"},"spans":[]}"#;
    let made = engine(move |_, _| empty.into_response()).await.recognize(&request()).await.unwrap();
    assert!(made.text.is_empty() && made.spans.is_empty(), "an empty page is an answer");
}

#[tokio::test]
async fn statuses_redirects_and_silence_are_refused() {
    for status in [StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED, StatusCode::INTERNAL_SERVER_ERROR] {
        let refused =
            engine(move |_, _| status.into_response()).await.recognize(&request()).await.unwrap_err();
        assert_eq!(refused, MediaError::Rejected { status: status.as_u16() });
    }
    let elsewhere = serve(|_, _| OCR.into_response()).await;
    let refused = engine(move |_, _| {
        (StatusCode::TEMPORARY_REDIRECT, [("location", format!("http://{elsewhere}/read"))]).into_response()
    })
    .await
    .recognize(&request())
    .await
    .unwrap_err();
    assert_eq!(refused, MediaError::Rejected { status: 307 });
    // It takes the request, and begins an answer that never goes on.
    let silent = engine(|_, _| {
        let never = futures_util::stream::pending::<std::io::Result<Bytes>>();
        Body::from_stream(never).into_response()
    })
    .await;
    let start = Instant::now();
    let refused = silent.recognize(&request()).await.unwrap_err();
    assert_eq!(refused, MediaError::TimedOut { program: "识别服务".into(), millis: 2000 });
    assert!(start.elapsed() < Duration::from_secs(6));
    let gone = HttpEngine::open(&config("127.0.0.1:1".parse().unwrap())).unwrap();
    let refused = gone.recognize(&request()).await.unwrap_err();
    assert!(
        matches!(&refused, MediaError::Remote { reason } if !reason.contains("127.0.0.1")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn answers_are_measured() {
    let endless = engine(|_, _| {
        let block = Bytes::from(vec![b' '; 64 * 1024]);
        let stream = futures_util::stream::repeat_with(move || std::io::Result::Ok(block.clone()));
        Body::from_stream(stream).into_response()
    })
    .await
    .with_answer_limits(AnswerLimits { bytes: 1 << 20, spans: 10 });
    let refused = endless.recognize(&request()).await.unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::Answer, limit: 1 << 20 });
    let many = engine(|_, _| {
        let spans = [r#"{"text":"t"}"#; 11].join(",");
        format!(r#"{{"engine":{{"name":"e","version":"1"}},"spans":[{spans}]}}"#).into_response()
    })
    .await
    .with_answer_limits(AnswerLimits { bytes: 1 << 20, spans: 10 });
    let refused = many.recognize(&request()).await.unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::Spans, limit: 10 });
}

#[test]
fn configurations_and_requests_are_checked() {
    let http = |text: &str| match toml::from_str::<EngineConfig>(text) {
        Ok(config) => config.ocr(&sandbox()).err(),
        Err(error) => Some(MediaError::Config { reason: error.to_string() }),
    };
    for wrong in [
        "kind = \"http\"\nurl = \"http://ocr.example/\"",
        "kind = \"http\"\nurl = \"ftp://ocr.example/\"\nallow_http = true",
        "kind = \"http\"\nurl = \"ocr\"",
        "kind = \"http\"\nurl = \"https://ocr.example/\"\ntimeout_seconds = 0",
        "kind = \"http\"\nurl = \"https://ocr.example/\"\nname = \"only\"",
        "kind = \"http\"\nurl = \"https://ocr.example/\"\nretries = 3",
        "kind = \"command\"\nargv = []",
        "kind = \"command\"\nargv = [\"sh\", \"-c\"]",
        "kind = \"command\"\nargv = [\"/bin/cat\"]\noutput = \"text\"",
        "kind = \"model\"",
    ] {
        assert!(matches!(http(wrong), Some(MediaError::Config { .. })), "{wrong}");
    }
    assert_eq!(http("kind = \"http\"\nurl = \"https://ocr.example/\""), None);
    assert_eq!(
        http("kind = \"command\"\nargv = [\"/nowhere/ocr\"]"),
        Some(MediaError::NotPresent { program: "ocr".into() })
    );
    for wrong in ["", "image", "image/", "image/png\r\nX: y", "image/png; a=b", "图/png", "{input}/x"] {
        assert!(Request::new(spool(PAGE), wrong).is_err(), "{wrong}");
    }
    let mut long = std::io::Cursor::new(vec![0; 4096]);
    let ends = mingjing_media::spool::Spool::ends(&mut long, &std::env::temp_dir(), 8, 8).unwrap();
    assert!(matches!(Request::new(ends, "image/png"), Err(MediaError::Config { .. })));
}

fn command(script: &Script, arguments: &[&str], output: OutputForm) -> CommandEngine {
    let mut argv = vec![script.path.display().to_string()];
    argv.extend(arguments.iter().map(|&argument| argument.to_owned()));
    let config = CommandConfig {
        argv,
        name: Some("example".into()),
        version: Some("3.1".into()),
        output,
        timeout_seconds: 20,
        memory_mib: 1024,
        readable: None,
        environment: BTreeMap::from([("MODEL".to_owned(), "small".to_owned())]),
    };
    CommandEngine::open(&config, &sandbox()).unwrap()
}

#[tokio::test]
async fn a_command_gets_path_and_type_and_its_text_is_taken() {
    let script = Script::new("echo \"$2 $MODEL\"; printf '\\007'; cat \"$1\"; echo; echo '$(id) ; last'");
    let engine = command(&script, &["{input}", "type={media_type}"], OutputForm::Text);
    let made = engine.recognize(&request()).await.unwrap();
    assert_eq!(made.text, "type=image/png small\nthe bytes of a page\n$(id) ; last\n");
    let lines: Vec<&str> = made.spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(lines, ["type=image/png small", "the bytes of a page", "$(id) ; last"]);
    assert_eq!(made.engine, Engine { name: "example".into(), version: "3.1".into() });
    assert_eq!(made.input_sha256, hex::encode(Sha256::digest(PAGE)));
    let script = Script::new(&format!("cat <<'END'\n{SPEECH}\nEND"));
    let spoken = command(&script, &[], OutputForm::Json).transcribe(&request()).await.unwrap();
    assert_eq!((spoken.text.as_str(), spoken.engine.version.as_str()), ("请出示证件", "2.0"));
}

#[tokio::test]
async fn commands_that_misbehave_are_errors() {
    let run = async |body: &str, output, limits: Limits| {
        let script = Script::new(body);
        command(&script, &["{input}"], output).with_limits(limits).recognize(&request()).await.unwrap_err()
    };
    let start = Instant::now();
    let sleeping = run("sleep 1000", OutputForm::Json, short()).await;
    assert_eq!(sleeping, MediaError::TimedOut { program: "program".into(), millis: 2000 });
    let endless = run("cat /dev/zero", OutputForm::Text, short()).await;
    assert_eq!(endless, MediaError::TooLarge { bound: Bound::Answer, limit: 1 << 20 });
    let failing = run("echo text; echo 'no model' >&2; exit 3", OutputForm::Text, short()).await;
    let reason = "退出码 3：no model".to_owned();
    assert_eq!(failing, MediaError::Failed { program: "program".into(), reason });
    for (body, output) in [("echo text", OutputForm::Json), ("printf '\\377'", OutputForm::Text)] {
        assert!(matches!(run(body, output, short()).await, MediaError::Nonsense { .. }), "{body}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}
