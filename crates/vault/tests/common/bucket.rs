//! A bucket of a real S3 server in this process: signed requests over TCP.
// Every test file takes what it needs.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hyper::service::{Service, service_fn};
use hyper::{HeaderMap, Method};
use hyper_util::rt::TokioIo;
use mingjing_vault::{LockMode, S3Config};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;

/// The secret key of the server's only account.
pub const SECRET: &str = "secret-of-the-organ";

/// A server, and what it was asked.
pub struct Server {
    pub address: String,
    pub folder: PathBuf,
    pub seen: Arc<Mutex<Vec<(Method, String, HeaderMap)>>>,
}

impl Server {
    /// Checks signatures; a bucket is a folder.
    pub async fn start(dir: &Path) -> Self {
        let folder = dir.join("s3");
        fs::create_dir_all(folder.join("evidence")).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&folder).unwrap());
        builder.set_auth(SimpleAuth::from_single("organ", SECRET));
        let service = builder.build();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<(Method, String, HeaderMap)>>> = Arc::default();
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, log) = (service.clone(), Arc::clone(&log));
                let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let line =
                        (request.method().clone(), request.uri().to_string(), request.headers().clone());
                    log.lock().unwrap().push(line);
                    Service::call(&service, request)
                });
                let connection = hyper::server::conn::http1::Builder::new();
                tokio::spawn(async move { connection.serve_connection(TokioIo::new(socket), answer).await });
            }
        });
        Self { address, folder, seen }
    }

    /// How a vault reaches the bucket.
    pub fn bucket(&self, secret: &str, lock: Option<LockMode>) -> S3Config {
        S3Config {
            bucket: "evidence".into(),
            prefix: "organ-1".into(),
            endpoint: Some(self.address.clone()),
            region: "cn-north-1".into(),
            access_key: "organ".into(),
            secret_key: secret.into(),
            allow_http: true,
            lock,
        }
    }

    /// Requests that put an object, with their headers.
    pub fn puts(&self) -> Vec<(Method, String, HeaderMap)> {
        let seen = self.seen.lock().unwrap();
        let puts = |(method, uri, _): &&(Method, String, HeaderMap)| {
            (*method == Method::PUT && !uri.contains("partNumber")) || uri.contains("?uploads")
        };
        seen.iter().filter(puts).cloned().collect()
    }

    /// Files in which the server keeps the objects.
    pub fn objects(&self) -> Vec<PathBuf> {
        fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(dir).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, out) } else { out.push(path) }
            }
        }
        let mut out = Vec::new();
        walk(&self.folder.join("evidence/organ-1/objects"), &mut out);
        out
    }
}
