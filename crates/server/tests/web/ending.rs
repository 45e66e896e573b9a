//! Connections of clients that stop halfway, and the end of the program.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use mingjing::kit::serving::{Patience, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Far longer than anything here may take.
const LONG: Duration = Duration::from_secs(60);

async fn start(patience: Patience) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let router = Router::new()
        .route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.port().to_string()))
        .route("/never", get(async || std::future::pending::<&str>().await));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = async { drop(stopped.await) };
    (address, stop, tokio::spawn(serve(listener, router, ended, patience)))
}

async fn send(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

async fn whole(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    tokio::time::timeout(LONG, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn half_a_request_does_not_hold_up_the_end() {
    let patience = Patience { head: LONG * 10, drain: Duration::from_millis(200) };
    let (address, stop, served) = start(patience).await;
    let mut half = send(address, "GET / HTTP/1.1\r\nHo").await;
    let mut stuck = send(address, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // Connections are taken in their order, so both of them are open by now.
    let answer = whole(send(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stop.send(()).unwrap();
    tokio::time::timeout(LONG, served).await.expect("it ended").unwrap();
    for stream in [&mut half, &mut stuck] {
        let mut left = Vec::new();
        // Closed or reset: either way nobody is there any more.
        drop(tokio::time::timeout(LONG, stream.read_to_end(&mut left)).await.unwrap());
        assert!(left.is_empty());
    }
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn running_requests_are_finished_and_slow_heads_are_not_waited_for() {
    let patience = Patience { head: Duration::from_millis(200), drain: LONG };
    let (address, stop, served) = start(patience).await;
    let slow = whole(send(address, "GET / HTTP/1.1\r\nHo").await).await;
    assert!(!slow.contains("200 OK"), "{slow}");
    let asking = send(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let port = asking.local_addr().unwrap().port().to_string();
    let answer = whole(asking).await;
    assert!(answer.ends_with(&port), "the handler knows who asks: {answer}");
    stop.send(()).unwrap();
    tokio::time::timeout(LONG, served).await.expect("it ended").unwrap();
}
