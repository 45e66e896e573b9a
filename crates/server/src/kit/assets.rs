//! Style sheet, small modules and the mark: inside the program, served under
//! names that carry their digest, so that they may be kept for ever.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/"]
struct Files;

/// One file as it is served.
struct Asset {
    name: String,
    url: String,
    media: &'static str,
    body: Bytes,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut all: Vec<Asset> = Files::iter().filter_map(|name| load(&name)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
});

fn load(name: &str) -> Option<Asset> {
    let body = match Files::get(name)?.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let digest = hex::encode(&Sha256::digest(&body)[..8]);
    let (stem, extension) = name.rsplit_once('.')?;
    let media = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    let url = format!("/assets/{stem}.{digest}.{extension}");
    Some(Asset { name: name.to_owned(), url, media, body })
}

/// Address of a file, for example `url("mingjing.css")`; empty when there is no
/// such file, which a test of the page shell excludes.
pub fn url(name: &str) -> &'static str {
    ASSETS.iter().find(|it| it.name == name).map_or("", |it| it.url.as_str())
}

/// Serves `/assets/{file}`.
pub async fn serve(Path(file): Path<String>) -> Response {
    let found = ASSETS.iter().find(|it| it.url.strip_prefix("/assets/") == Some(file.as_str()));
    match found {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(asset.media)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            ],
            asset.body.clone(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_a_digest_in_its_name() {
        for name in ["mingjing.css", "forms.js", "filter.js", "mark.svg"] {
            let (stem, extension) = name.rsplit_once('.').unwrap();
            assert!(url(name).starts_with(&format!("/assets/{stem}.")), "{name}");
            assert!(url(name).ends_with(extension), "{name}");
        }
        assert_eq!(url("absent.css"), "");
    }

    #[test]
    fn no_asset_asks_another_host() {
        for asset in ASSETS.iter() {
            let text = String::from_utf8_lossy(&asset.body).replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("http") && !text.contains("@import"), "{}", asset.name);
        }
    }
}
