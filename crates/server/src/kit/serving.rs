//! Connections: accepted until the program is told to end, then drained, and
//! never waited for longer than agreed.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::serve::Listener as Accepts;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::limits::WebConfig;

/// How long a client is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, from when its connection is free for it.
    pub head: Duration,
    /// For running requests, once the program is told to end.
    pub drain: Duration,
}

impl From<&WebConfig> for Patience {
    fn from(web: &WebConfig) -> Self {
        Self {
            head: Duration::from_secs(web.head_seconds.max(1)),
            drain: Duration::from_secs(web.drain_seconds),
        }
    }
}

/// Serves until `stop` resolves, then lets running requests finish for as long as
/// `patience` says; what is left then is cut off. A write that is cut off is
/// rolled back whole.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    patience: Patience,
) {
    let (ending, ended) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            // Errors of accepting are waited out inside.
            (stream, peer) = Accepts::accept(&mut listener) => {
                connections.spawn(connection(stream, peer, router.clone(), ended.clone(), patience.head));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    // Nobody listens any more when every connection is closed already.
    let _ = ending.send(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(patience.drain, drained).await.is_err() {
        tracing::warn!(seconds = patience.drain.as_secs(), "connections were cut off at the end");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut ended: watch::Receiver<bool>,
    head: Duration,
) {
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(Body::new)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    tokio::pin!(served);
    let done = tokio::select! {
        done = served.as_mut() => done,
        // An error means that the server is gone, which is an end as well.
        () = async { drop(ended.wait_for(|it| *it).await) } => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, %peer, "a connection failed");
    }
}
