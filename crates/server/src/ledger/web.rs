//! The published log: static files by the tlog-tiles layout, under `/log/`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use mingjing_ledger::tlog::{Tile, TileKind, encode_entries, encode_hashes};

use super::LedgerError;
use super::service::Ledger;
use super::store;
use crate::kit::db::Sql;

/// Routes of the log; state is the ledger. A log that follows others has a place of
/// its own (`/log/2`): the tiles of the first may be held in caches for ever.
pub fn routes<S: Clone + Send + Sync + 'static>(ledger: Ledger) -> Router<S> {
    let keys = Router::new().route("/log/keys", get(keys));
    let routes = match ledger.place() {
        1 => keys.route("/log/checkpoint", get(checkpoint)).route("/log/tile/{*path}", get(tile)),
        n => keys
            .route(&format!("/log/{n}/checkpoint"), get(checkpoint))
            .route(&format!("/log/{n}/tile/{{*path}}"), get(tile))
            .route("/log/checkpoint", get(move || async move { moved(n) }))
            .route("/log/tile/{*path}", get(|| async { StatusCode::GONE })),
    };
    routes.with_state(ledger)
}

/// Where the newest checkpoint is now. Not for ever: another log may follow.
fn moved(n: usize) -> Redirect {
    Redirect::temporary(&format!("/log/{n}/checkpoint"))
}

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// The head moves each second.
const MOVING: &str = "public, max-age=1";
/// Full tiles never change, and partial ones never change at their width.
const FIXED: &str = "public, max-age=31536000, immutable";

type Headers = [(HeaderName, &'static str); 3];

fn headers(content: &'static str, caching: &'static str) -> Headers {
    [
        (header::CONTENT_TYPE, content),
        (header::CACHE_CONTROL, caching),
        // Verifiers in other people's pages may read the log.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ]
}

fn failed(error: &LedgerError) -> Response {
    match error {
        LedgerError::NotYet(_) => StatusCode::NOT_FOUND.into_response(),
        LedgerError::Db(_)
        | LedgerError::Store(_)
        | LedgerError::Note(_)
        | LedgerError::Io { .. }
        | LedgerError::KeyMissing(_)
        | LedgerError::KeyMalformed(_)
        | LedgerError::Anchor(_)
        | LedgerError::AnchorMissing(_)
        | LedgerError::Broken(_) => {
            tracing::error!(%error, "the log cannot be served");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn checkpoint(State(ledger): State<Ledger>) -> Response {
    match ledger.newest_note().await {
        Ok((_, note)) => (headers(TEXT, MOVING), note).into_response(),
        Err(error) => failed(&error),
    }
}

async fn keys(State(ledger): State<Ledger>) -> Response {
    let lines: String = ledger.known_verifiers().iter().map(|key| format!("{key}\n")).collect();
    (headers(TEXT, MOVING), lines).into_response()
}

async fn tile(State(ledger): State<Ledger>, Path(path): Path<String>) -> Response {
    let Ok(tile) = format!("tile/{path}").parse::<Tile>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match tile_bytes(ledger.app().db(), tile).await {
        Ok(Some(bytes)) => (headers(BYTES, FIXED), bytes).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

/// Bytes of a tile; none when the log does not reach it yet.
///
/// # Errors
/// When the database fails.
pub async fn tile_bytes<S: Sql>(sql: &S, tile: Tile) -> Result<Option<Vec<u8>>, LedgerError> {
    let width = u64::from(tile.width());
    match tile.kind() {
        TileKind::Hashes(level) => {
            let hashes = store::hashes(sql, level, tile.start(), width).await?;
            let whole = hashes.len() == usize::from(tile.width());
            Ok(whole.then(|| encode_hashes(&hashes)))
        }
        TileKind::Entries => {
            let leaves = store::leaves(sql, tile.start(), width).await?;
            if leaves.len() != usize::from(tile.width()) {
                return Ok(None);
            }
            let entries: Vec<Vec<u8>> = leaves.into_iter().map(|it| it.entry).collect();
            let bytes = encode_entries(&entries).map_err(|e| LedgerError::Broken(e.to_string()))?;
            Ok(Some(bytes))
        }
    }
}
