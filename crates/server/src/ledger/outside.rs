//! Checking a published log from outside: over HTTP or from a folder of files.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use mingjing_ledger::bundle::verify_head;
use mingjing_ledger::note::VerifierKey;
use mingjing_ledger::tlog::{Frontier, TILE_WIDTH, Tile, TileKind, decode_entries, decode_hashes, leaf_hash};

use super::LedgerError;
use super::fsck::Report;

/// Where a log is published.
#[derive(Clone, Debug)]
pub enum Place {
    /// `http://host[:port]/prefix`, the address that has `checkpoint` below it.
    Http {
        /// Host and port.
        authority: String,
        /// Path prefix without a slash at its end.
        prefix: String,
    },
    /// A folder that has `checkpoint` in it.
    Folder(PathBuf),
}

impl Place {
    /// Reads an address or a folder name.
    ///
    /// # Errors
    /// For addresses other than `http://`.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        if let Some(rest) = text.strip_prefix("http://") {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let prefix = match path.trim_end_matches('/') {
                "" => String::new(),
                path => format!("/{path}"),
            };
            return Ok(Self::Http { authority: authority.to_owned(), prefix });
        }
        if text.contains("://") {
            return Err(LedgerError::Broken(format!(
                "不支持地址 {text}：请用 http:// 地址，或先把账本文件下载到文件夹"
            )));
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }

    /// Where the log is that is published now: an address from which it moved names
    /// the new one, on the same host.
    ///
    /// # Errors
    /// When the address does not answer.
    pub fn followed(self) -> Result<Self, LedgerError> {
        let Self::Http { authority, prefix } = &self else { return Ok(self) };
        let address = format!("{prefix}/checkpoint");
        let io = |e| LedgerError::io(std::path::Path::new(&format!("http://{authority}{address}")), e);
        let answer = request(authority, &address).map_err(io)?;
        let Some(place) = moved(&answer) else { return Ok(self) };
        Ok(Self::Http { authority: authority.clone(), prefix: place })
    }

    /// The bytes of one published file.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn get(&self, path: &str) -> Result<Vec<u8>, LedgerError> {
        match self {
            Self::Folder(folder) => {
                let file = folder.join(path);
                std::fs::read(&file).map_err(|e| LedgerError::io(&file, e))
            }
            Self::Http { authority, prefix } => {
                let address = format!("http://{authority}{prefix}/{path}");
                let io = |e| LedgerError::io(std::path::Path::new(&address), e);
                let answer = request(authority, &format!("{prefix}/{path}")).map_err(io)?;
                body(&answer).ok_or_else(|| LedgerError::Broken(format!("{address} 没有正常应答")))
            }
        }
    }
}

fn request(authority: &str, path: &str) -> std::io::Result<Vec<u8>> {
    let with_port = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let mut stream = TcpStream::connect(with_port)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {authority}\r\nAccept-Encoding: identity\r\n\r\n")?;
    let mut answer = Vec::new();
    // A tile of entries is below 17 MB by its format.
    stream.take(32 << 20).read_to_end(&mut answer)?;
    Ok(answer)
}

/// Prefix to which an answer sends; none when it sends nowhere on the same host.
fn moved(answer: &[u8]) -> Option<String> {
    let at = answer.windows(4).position(|it| it == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&answer[..at]).ok()?.split("\r\n");
    if !matches!(lines.next()?.split(' ').nth(1)?, "307" | "308") {
        return None;
    }
    let place = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location").then(|| value.trim())
    })?;
    let prefix = place.strip_suffix("/checkpoint")?;
    (prefix.starts_with('/') && !prefix.starts_with("//")).then(|| prefix.to_owned())
}

/// Body of a 200 answer to an HTTP/1.0 request: everything after the head.
fn body(answer: &[u8]) -> Option<Vec<u8>> {
    let at = answer.windows(4).position(|it| it == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..at]).ok()?;
    let mut lines = head.split("\r\n");
    if lines.next()?.split(' ').nth(1)? != "200" {
        return None;
    }
    let body = &answer[at + 4..];
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    match length {
        Some(Ok(length)) if length != body.len() => None,
        Some(_) | None => Some(body.to_vec()),
    }
}

/// Downloads every entry and tile, recomputes the tree and compares all of it with
/// the tiles and the signed root.
///
/// # Errors
/// When a file cannot be had; what does not fit is in the report.
pub fn check(place: &Place, keys: &[VerifierKey]) -> Result<Report, LedgerError> {
    let mut report = Report::default();
    let note = place.get("checkpoint")?;
    let note = String::from_utf8_lossy(&note).into_owned();
    let head = match verify_head(&note, keys) {
        Ok(head) => head.checkpoint,
        Err(error) => {
            report.add("checkpoint.signature", error.to_string());
            return Ok(report);
        }
    };
    report.checkpoints = 1;
    let mut frontier = Frontier::default();
    // Hashes of each level, as recomputed.
    let mut levels: Vec<Vec<[u8; 32]>> = vec![Vec::new()];
    let width = u64::from(TILE_WIDTH);
    while frontier.size() < head.size {
        let n = frontier.size() / width;
        let count = width.min(head.size - n * width);
        // At most 256.
        let tile = tile(TileKind::Entries, n, count)?;
        let bytes = place.get(&tile.to_string())?;
        let entries = match decode_entries(&bytes, tile.width()) {
            Ok(entries) => entries,
            Err(error) => {
                report.add("entries.malformed", format!("{tile}：{error}"));
                return Ok(report);
            }
        };
        for entry in entries {
            let hash = leaf_hash(&entry);
            levels[0].push(hash);
            let appended = frontier.append(hash).map_err(|e| LedgerError::Broken(e.to_string()))?;
            for it in appended.completed {
                let level = usize::from(it.level);
                if levels.len() <= level {
                    levels.resize(level + 1, Vec::new());
                }
                levels[level].push(it.hash);
            }
        }
    }
    report.leaves = frontier.size();
    for (level, hashes) in (0_u8..).zip(&levels) {
        for (n, want) in (0_u64..).zip(hashes.chunks(usize::from(TILE_WIDTH))) {
            let count = u64::try_from(want.len()).unwrap_or(width);
            let tile = tile(TileKind::Hashes(level), n, count)?;
            match decode_hashes(&place.get(&tile.to_string())?, tile.width()) {
                Ok(hashes) if hashes == want => {}
                Ok(_) => report.add("tile.altered", format!("{tile} 与条目不符")),
                Err(error) => report.add("tile.malformed", format!("{tile}：{error}")),
            }
        }
    }
    if frontier.root() != head.root {
        report.add("checkpoint.root", format!("由全部条目算出的根与检查点（{} 条）不符", head.size));
    }
    Ok(report)
}

fn tile(kind: TileKind, n: u64, count: u64) -> Result<Tile, LedgerError> {
    let width = u16::try_from(count).unwrap_or(TILE_WIDTH);
    Tile::new(kind, n, width).map_err(|e| LedgerError::Broken(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_good_answers_have_a_body() {
        let ok = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(body(ok).as_deref(), Some(&b"abc"[..]));
        assert_eq!(body(b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nabc"), None);
        assert_eq!(body(b"HTTP/1.0 404 Not Found\r\n\r\nabc"), None);
        assert!(Place::parse("https://example.org").is_err());
    }

    #[test]
    fn a_moved_log_is_followed_on_the_same_host_alone() {
        let answer = |status: &str, place: &str| format!("HTTP/1.1 {status}\r\nLocation: {place}\r\n\r\n");
        let sent = |status, place| moved(answer(status, place).as_bytes());
        assert_eq!(sent("307 Temporary Redirect", "/log/2/checkpoint").as_deref(), Some("/log/2"));
        assert_eq!(sent("200 OK", "/log/2/checkpoint"), None);
        assert_eq!(sent("307 x", "http://other/log/checkpoint"), None);
        assert_eq!(sent("307 x", "//other/checkpoint"), None);
        assert_eq!(sent("307 x", "/elsewhere"), None);
    }
}
