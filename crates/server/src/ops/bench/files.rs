//! Evidence through the running program: one large file comes by the upload protocol and
//! is read again in ranges, beside what the disk and a static file server do.

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjing_ledger::commit::EvidenceHasher;
use serde_json::json;
use tower_http::services::ServeDir;
use uuid::Uuid;

use super::program::{Answer, Connection, Server, cpu_ms};
use super::{Figure, fail};
use crate::kit::clock::{Clock, SystemClock};
use crate::kit::config::Config;
use crate::kit::entropy::{Draw, OsEntropy};
use crate::ops::OpsError;

/// Bytes in a MiB.
const MIB: usize = 1 << 20;
/// Bytes that do not compress, sent again and again: nothing in the way of a file looks
/// back that far.
const NOISE: usize = 16 * MIB;
/// Bytes of a range: what a player asks for at a time.
const RANGE: usize = 8 * MIB;
/// Least rate of an upload, MiB a second.
const UPLOAD_BAR: f64 = -250.0;
/// Most growth of the program's memory over an upload, MiB.
const GROWTH_BAR: f64 = 32.0;
/// Least share of a static file server's rate that ranges are read with.
const RANGE_BAR: f64 = -0.6;
/// How often ranges are read through; the best counts, for both.
const ROUNDS: usize = 3;
/// Longest wait for an upload to be in the store.
const STORED: Duration = Duration::from_secs(60);

/// What does not compress, `NOISE` bytes of it.
fn noise() -> Vec<u8> {
    let mut x = 0x9e37_79b9_7f4a_7c15_u64;
    let mut out = Vec::with_capacity(NOISE);
    while out.len() < NOISE {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out.extend_from_slice(&x.to_le_bytes());
    }
    out
}

#[allow(clippy::cast_precision_loss)] // a rate for people to read
fn rate(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / MIB as f64 / took.as_secs_f64()
}

/// The pieces of a file of this length.
fn pieces(noise: &[u8], length: usize) -> impl Iterator<Item = &[u8]> {
    let whole = std::iter::repeat_n(noise, length / NOISE);
    whole.chain(noise.get(..length % NOISE)).filter(|it| !it.is_empty())
}

/// Writes and syncs as many plain bytes; leaves the file for the static server.
fn probe(path: &Path, noise: &[u8], length: usize) -> std::io::Result<Duration> {
    let began = Instant::now();
    let mut file = File::create(path)?;
    for piece in pieces(noise, length) {
        file.write_all(piece)?;
    }
    file.sync_all()?;
    Ok(began.elapsed())
}

/// One file of `mib` MiB, uploaded and read through a program on these data, whose officer
/// has this token.
///
/// # Errors
/// When the program refuses what it should take.
pub async fn files(config: &Config, token: &str, mib: u32) -> Result<Vec<Figure>, OpsError> {
    let length = mib as usize * MIB;
    let noise = noise();
    let mut hasher = EvidenceHasher::new();
    pieces(&noise, length).for_each(|it| hasher.update(it));
    let root = hex::encode(hasher.finish().root.sha256);
    let folder = config.data.join("bench-files");
    std::fs::create_dir_all(&folder).map_err(|e| OpsError::io(&folder, e))?;
    let plain = folder.join("plain.mp4");
    let disk = probe(&plain, &noise, length).map_err(|e| OpsError::io(&plain, e))?;
    let mut server = Server::start(config)?;
    server.settle()?;
    let client = Client { address: server.address, bearer: format!("Authorization: Bearer {token}\r\n") };
    let recording = client.register(&root, length)?;
    let mut figures = client.upload(&server, recording, &noise, length)?;
    figures.iter_mut().take(1).for_each(|it| {
        it.note = format!("磁盘写入并同步 {:.0} MiB/s；{}", rate(length, disk), it.note);
    });
    let content = format!("/api/v1/recordings/{recording}/segments/1/content");
    client.stored(&content)?;
    server.settle()?;
    let (ours, cpu) = best(|| {
        let before = cpu_ms(server.id())?;
        let took = ranges(client.address, &content, &client.bearer, length)?;
        Ok((took, cpu_ms(server.id())? - before))
    })?;
    let beside = statics(&folder).await?;
    let asked = move || ranges(beside, "/plain.mp4", "", length).map(|it| (it, 0.0));
    let (theirs, _) = tokio::task::spawn_blocking(move || best(asked)).await.map_err(fail)??;
    let note = format!(
        "{:.0} MiB/s 与静态文件服务 {:.0} MiB/s，每段 {} MiB；服务端 CPU {:.2} s",
        rate(length, ours),
        rate(length, theirs),
        RANGE / MIB,
        cpu / 1e3
    );
    let value = theirs.as_secs_f64() / ours.as_secs_f64();
    figures.push(Figure {
        name: "分段读取之比".to_owned(), value, bar: Some(RANGE_BAR), unit: "倍", note
    });
    server.stop();
    std::fs::remove_dir_all(&folder).map_err(|e| OpsError::io(&folder, e))?;
    Ok(figures)
}

/// The fastest of some rounds.
fn best(mut round: impl FnMut() -> Result<(Duration, f64), OpsError>) -> Result<(Duration, f64), OpsError> {
    let mut best = round()?;
    for _ in 1..ROUNDS {
        let next = round()?;
        if next.0 < best.0 {
            best = next;
        }
    }
    Ok(best)
}

/// Reads a file in ranges, one after the other.
fn ranges(address: SocketAddr, path: &str, bearer: &str, length: usize) -> Result<Duration, OpsError> {
    let mut connection = Connection::open(address).map_err(fail)?;
    let began = Instant::now();
    for from in (0..length).step_by(RANGE) {
        let to = (from + RANGE).min(length) - 1;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: bench\r\n{bearer}Range: bytes={from}-{to}\r\nConnection: keep-alive\r\n\r\n"
        );
        let status = connection.ask(&request).map_err(fail)?;
        if status != 206 {
            return Err(fail(format!("分段读取 {path} 得到状态 {status}")));
        }
    }
    Ok(began.elapsed())
}

/// Serves a folder as it is, on the same two cores, until the measurement ends.
async fn statics(folder: &Path) -> Result<SocketAddr, OpsError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let router = Router::new().fallback_service(ServeDir::new(folder));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// An officer with a device.
struct Client {
    address: SocketAddr,
    bearer: String,
}

impl Client {
    fn post(&self, path: &str, headers: &str, body: &str) -> Result<Answer, OpsError> {
        let mut connection = Connection::open(self.address).map_err(fail)?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\n{}{headers}Content-Length: {}\r\n\r\n{body}",
            self.bearer,
            body.len()
        );
        connection.answer(&request, std::iter::empty()).map_err(fail)
    }

    /// A patrol with one piece; gives its identifier.
    fn register(&self, root: &str, length: usize) -> Result<Uuid, OpsError> {
        let mut ids = Draw::new(&OsEntropy);
        let mut fresh = || uuid::Builder::from_random_bytes(*ids.uuid_v7(0).as_bytes()).into_uuid();
        let (id, piece, key) = (fresh(), fresh(), fresh());
        let now = SystemClock.now();
        let ago = |minutes| now.checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap_or(now);
        let body = json!({
            "id": id, "place": "示例县示例路1号", "started_at": ago(31), "ended_at": ago(2),
            "proves": "合成数据：压力测试", "told": { "at": ago(31) },
            "segments": [{
                "id": piece, "kind": "video", "name": "压力测试.mp4", "type": "video/mp4",
                "bytes": length, "sha256_root": root, "captured_from": ago(30), "captured_to": ago(3),
            }],
        });
        let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\n");
        let answer = self.post("/api/v1/recordings", &headers, &body.to_string())?;
        match answer.status {
            201 => Ok(id),
            status => Err(fail(format!("登记音像记录得到状态 {status}：{}", answer.body))),
        }
    }

    /// Uploads the piece in one request.
    fn upload(
        &self,
        server: &Server,
        recording: Uuid,
        noise: &[u8],
        length: usize,
    ) -> Result<Vec<Figure>, OpsError> {
        let metadata =
            format!("recording {},segment {}", STANDARD.encode(recording.to_string()), STANDARD.encode("1"));
        let tus = "Tus-Resumable: 1.0.0\r\n";
        let headers = format!("{tus}Upload-Length: {length}\r\nUpload-Metadata: {metadata}\r\n");
        let made = self.post("/api/v1/uploads", &headers, "")?;
        let place = made.location.filter(|_| made.status == 201);
        let place = place.ok_or_else(|| fail(format!("创建上传得到状态 {}：{}", made.status, made.body)))?;
        let memory = server.memory_mib()?;
        let sampled = server.watch_memory()?;
        let before = (cpu_ms(server.id())?, cpu_ms(std::process::id())?);
        let mut connection = Connection::open(self.address).map_err(fail)?;
        let request = format!(
            "PATCH {place} HTTP/1.1\r\nHost: bench\r\n{}{tus}Upload-Offset: 0\r\n\
             Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n\r\n",
            self.bearer
        );
        let began = Instant::now();
        let answer = connection.answer(&request, pieces(noise, length)).map_err(fail)?;
        let took = began.elapsed();
        if answer.status != 204 {
            return Err(fail(format!("上传得到状态 {}：{}", answer.status, answer.body)));
        }
        let spent = (cpu_ms(server.id())? - before.0, cpu_ms(std::process::id())? - before.1);
        let growth = sampled.most() - memory;
        let note = format!(
            "{} MiB，{:.2} s；服务端 CPU {:.2} s，客户端 CPU {:.2} s",
            length / MIB,
            took.as_secs_f64(),
            spent.0 / 1e3,
            spent.1 / 1e3
        );
        let grown = format!("之前 {memory:.0} MiB");
        Ok(vec![
            Figure {
                name: "上传".to_owned(),
                value: rate(length, took),
                bar: Some(UPLOAD_BAR),
                unit: "MiB/s",
                note,
            },
            Figure {
                name: "上传时内存增长".to_owned(),
                value: growth,
                bar: Some(GROWTH_BAR),
                unit: "MiB",
                note: grown,
            },
        ])
    }

    /// Waits until the content is there for those who may see it.
    fn stored(&self, content: &str) -> Result<(), OpsError> {
        let began = Instant::now();
        let request = format!("HEAD {content} HTTP/1.1\r\nHost: bench\r\n{}\r\n", self.bearer);
        loop {
            let mut connection = Connection::open(self.address).map_err(fail)?;
            let status = connection.head(&request).map_err(fail)?;
            if status == 200 {
                return Ok(());
            }
            if began.elapsed() > STORED {
                return Err(fail(format!("上传后内容仍不能读出：状态 {status}")));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_length() {
        let noise = noise();
        assert_eq!(noise.len(), NOISE);
        for length in [1, NOISE - 1, NOISE, NOISE + 1, 3 * NOISE + 7] {
            assert_eq!(pieces(&noise, length).map(<[u8]>::len).sum::<usize>(), length);
        }
    }

    #[test]
    fn the_fastest_round_counts() {
        let mut times = [3, 1, 2].into_iter();
        let mut round = || Ok((Duration::from_secs(times.next().unwrap_or(0)), 0.0));
        assert_eq!(best(&mut round).map(|it| it.0).ok(), Some(Duration::from_secs(1)));
    }
}
