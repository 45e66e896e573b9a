//! The shell of the field page, its manifest and its service worker. None of them
//! names a person: they are kept on the device.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::verbs;
use crate::kit::assets;
use crate::kit::headers::PERMISSIONS_POLICY;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::Site;

/// What the page may load: its own files, and pictures and sound that it has just taken.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What of the device it may use.
const PERMISSIONS: &str = "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()";

/// Routes of the page. Manifest and worker are fetched by the browser itself, without
/// a session; they hold addresses of public files.
pub fn routes() -> Routes {
    Routes::new()
        .get("/field", Access::Verb(verbs::USE), page)
        .get("/field/manifest.webmanifest", Access::Public, manifest)
        .get("/field/worker.js", Access::Public, worker)
        .office_nav("现场", "/field", verbs::USE)
}

/// Addresses of the files that the page needs.
fn files() -> Vec<&'static str> {
    let mut all = assets::folder("field");
    all.extend([assets::url("mingjing.css"), assets::url("mark.svg")]);
    all
}

fn shell_page(site: &Site) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="theme-color" content="#a5281f";
                title { "现场 · 明镜" }
                link rel="stylesheet" href=(assets::url("mingjing.css"));
                link rel="stylesheet" href=(assets::url("field/field.css"));
                link rel="icon" type="image/svg+xml" href=(assets::url("mark.svg"));
                link rel="manifest" href="/field/manifest.webmanifest";
                script type="module" src=(assets::url("field/main.js")) {}
            }
            body {
                a.skip href="#content" { "跳到正文" }
                @if site.demo { aside.demo-note aria-label="演示说明" { "演示系统：人物、单位与案件均为虚构，法律条文为现行文本" } }
                (bar())
                main.field-page #content tabindex="-1" {
                    h1 { "现场记录" }
                    div #status {}
                    nav #views aria-label="现场页" {
                        a href="#tasks" { "我的任务" }
                        a href="#custody" { "本机记录" }
                    }
                    p #said role="status" {}
                    div #view tabindex="-1" {
                        noscript {
                            section.card.said {
                                p { "现场页要在设备上采集和保存，需要启用脚本。不能启用的，用执法记录仪记录，回到办公室后在案件页登记。" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn bar() -> Markup {
    html! {
        header.bar {
            a.brand href="/desk" { i aria-hidden="true" { "镜" } "明镜" }
            // The token comes with the session; the shell itself knows nobody.
            form #leave-form method="post" action="/sign-out" {
                input type="hidden" name="_csrf" value="";
                button.btn.quiet { "退出登录" }
            }
        }
    }
}

/// GET /field
async fn page(State(shell): State<Shell>) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS)),
    ];
    (headers, shell_page(&shell.site)).into_response()
}

/// GET /field/manifest.webmanifest
async fn manifest() -> Response {
    let body = json!({
        "name": "明镜现场记录", "short_name": "现场记录", "lang": "zh-CN", "id": "/field",
        "start_url": "/field", "scope": "/field", "display": "standalone",
        "background_color": "#f6f4ef", "theme_color": "#a5281f",
        "icons": [{ "src": assets::url("mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    let media = HeaderValue::from_static("application/manifest+json");
    ([(header::CONTENT_TYPE, media)], body.to_string()).into_response()
}

/// GET /field/worker.js: a changed page, style or module makes another worker, and the
/// browser then takes all of them anew.
async fn worker(State(shell): State<Shell>) -> Response {
    let files = files();
    let mut digest = Sha256::new();
    digest.update(shell_page(&shell.site).into_string());
    digest.update(files.join("\n"));
    let version = hex::encode(&digest.finalize()[..8]);
    let code = assets::body("field-worker.js");
    let code = String::from_utf8_lossy(&code);
    let body = format!("const VERSION = {};\nconst FILES = {};\n{code}", json!(version), json!(files));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/field")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, body).into_response()
}
