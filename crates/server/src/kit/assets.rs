//! Style sheet, small modules and the mark: inside the program, served under
//! names that carry their digest, so that they may be kept for ever. Files of a
//! folder name one another, so they carry the digest of the whole folder in theirs.

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
    let folders: Vec<Option<(String, String)>> = all.iter().map(|it| placed(it, &all)).collect();
    for (asset, url) in all.iter_mut().zip(folders) {
        if let Some((folder, file)) = url {
            asset.url = format!("/assets/{folder}/{file}");
        }
    }
    all
});

/// Folder with its digest, and name in it, of a file that stands in one.
fn placed(asset: &Asset, all: &[Asset]) -> Option<(String, String)> {
    let (folder, file) = asset.name.rsplit_once('/')?;
    let mut hasher = Sha256::new();
    for other in all.iter().filter(|it| it.name.rsplit_once('/').is_some_and(|(its, _)| its == folder)) {
        hasher.update(other.name.as_bytes());
        hasher.update(Sha256::digest(&other.body));
    }
    Some((format!("{folder}-{}", hex::encode(&hasher.finalize()[..8])), file.to_owned()))
}

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

/// Addresses of the files of a folder, in the order of their names.
pub fn folder(name: &str) -> Vec<&'static str> {
    let of = |it: &&Asset| it.name.rsplit_once('/').is_some_and(|(its, _)| its == name);
    ASSETS.iter().filter(of).map(|it| it.url.as_str()).collect()
}

/// Content of a file, for those who serve it under an address of their own; empty
/// when there is no such file.
pub fn body(name: &str) -> Bytes {
    ASSETS.iter().find(|it| it.name == name).map_or_else(Bytes::new, |it| it.body.clone())
}

/// Serves `/assets/{*file}`.
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
    fn files_of_a_folder_share_its_digest() {
        let all = folder("field");
        assert!(all.len() > 5 && all.contains(&url("field/main.js")), "{all:?}");
        let homes: std::collections::BTreeSet<&str> =
            all.iter().map(|it| it.rsplit_once('/').unwrap().0).collect();
        assert_eq!(homes.len(), 1);
        assert!(homes.first().unwrap().starts_with("/assets/field-"));
        assert!(!body("field/main.js").is_empty() && body("field/absent.js").is_empty());
    }

    #[test]
    fn no_asset_asks_another_host() {
        for asset in ASSETS.iter() {
            let text = String::from_utf8_lossy(&asset.body).replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("http") && !text.contains("@import"), "{}", asset.name);
        }
    }
}
